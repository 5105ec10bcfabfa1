/**
 * PROFINET RT on EtherType 0x8892 (IEC 61158-6-10): cyclic data with run/stop of its provider, and alarms. DCP shares the
 * EtherType and has FrameIDs of its own, which are foreign here. No process values: they need the device's GSD.
 */
import type { Decoder, Transaction } from '../../core/decoder.ts';
import type { ObservationSink } from '../../core/observation.ts';
import { u16be } from '../../lib/bytes.ts';
import { statusOf, statusText } from '../shared/pnio-status.ts';
import { profinetRtCodes } from './codes.ts';
import { decodeRt, type PtcpPart, type RtMessage } from './wire.ts';

/** Providers (sender and FrameID) whose state is remembered; at the limit the memory is emptied and states are said again. */
export const MAX_PROVIDERS = 4096;
/** PTCP subdomains remembered; at the limit the memory is emptied. */
const MAX_SUBDOMAINS = 64;
/** Slots named in texts that are kept. */
const MAX_PATHS = 1024;

export interface RtState {
  /** By sender * 65536 + FrameID: DataStatus that was said last. */
  readonly providers: Map<number, number>;
  readonly paths: Map<number, string>;
  /** By PTCP subdomain: the address of its master. */
  readonly masters: Map<string, string>;
}

const isDcp = (frameId: number): boolean => frameId >= 0xfefc && frameId <= 0xfeff;

const observe = (t: Transaction<RtMessage>, sink: ObservationSink, state: RtState): void => {
  const m = t.request ?? t.response;
  if (m === undefined) return;
  const at = t.at;
  if (m.type === 'RT cyclic data') {
    const key = at.sender * 65536 + m.frameId;
    const said = state.providers.get(key);
    if (said === m.dataStatus) return;
    if (said === undefined && state.providers.size >= MAX_PROVIDERS) state.providers.clear();
    state.providers.set(key, m.dataStatus);
    sink.identity(at, {
      endpoint: at.sender,
      attribute: 'mode',
      value: m.isRunning ? 'RUN' : 'STOP',
      confidence: 0.9,
      via: 'PROFINET RT data status',
    });
    if (m.hasProblem)
      sink.weird(at, {
        code: 'profinet-rt.station-problem',
        detail: 'the provider reports a problem in its data status',
      });
    return;
  }
  if (m.rta?.pdu === 'error') {
    sink.session(at, {
      phase: 'close',
      outcome: 'unconfirmed',
      detail: `PROFINET AR aborted: ${statusText(statusOf(m.rta.status))}`,
      native: m,
    });
    return;
  }
  if (m.ptcp !== undefined) {
    clock(t, sink, state, m.ptcp);
    return;
  }
  // What is acknowledged was said when it was notified.
  if (m.type !== 'RT alarm' || m.rta?.isAcknowledgement === true) return;
  const key = m.slot * 65536 + m.subslot;
  let path = state.paths.get(key);
  if (path === undefined) {
    if (state.paths.size >= MAX_PATHS) state.paths.clear();
    path = `alarm slot ${m.slot} subslot ${m.subslot}`;
    state.paths.set(key, path);
  }
  const type = m.rta === undefined || m.rta.errorType < 0 ? -1 : m.rta.errorType;
  const value = type < 0 ? m.alarm : `${m.alarm}, channel ${m.rta!.channel} error type 0x${type.toString(16)}`;
  sink.value(at, { target: at.sender, path, type: 'alarm', value, access: 'read' });
};

/** The master of a PTCP subdomain, said when it changes: without one, isochronous devices stop. */
const clock = (t: Transaction<RtMessage>, sink: ObservationSink, state: RtState, p: PtcpPart): void => {
  if (p.master === '' || state.masters.get(p.subdomain) === p.master) return;
  const known = state.masters.get(p.subdomain);
  if (known === undefined && state.masters.size >= MAX_SUBDOMAINS) state.masters.clear();
  state.masters.set(p.subdomain, p.master);
  const endpoint = sink.mention(t.at, p.master, undefined);
  sink.value(t.at, {
    target: endpoint,
    path: `PTCP subdomain ${p.subdomain}`,
    type: 'sync master',
    value: p.master,
    access: 'read',
  });
  if (known !== undefined)
    sink.weird(t.at, {
      code: 'profinet-rt.sync-master',
      detail: `the sync master changed from ${known} to ${p.master}`,
    });
};

export const profinetRt: Decoder<RtMessage, RtState> = {
  name: 'profinet-rt',
  title: 'PROFINET RT',
  family: 'ot',
  codes: profinetRtCodes,
  attach: [{ over: 'ethertype', types: [0x8892] }],
  probe: (b, start, end) => (end - start >= 2 && !isDcp(u16be(b, start)) ? 'sure' : 'no'),
  open: () => ({ providers: new Map(), paths: new Map(), masters: new Map() }),
  decode(b, start, end) {
    if (end - start < 2 || isDcp(u16be(b, start))) return { kind: 'foreign' };
    const message = decodeRt(b, start, end);
    if (message === undefined)
      return {
        kind: 'malformed',
        code: 'profinet-rt.short',
        detail: `cyclic frame of ${end - start} octets`,
        consumed: end - start,
      };
    return { kind: 'message', message, consumed: end - start };
  },
  pairing: { scope: 'segment', role: () => 'single', key: () => 0 },
  observe,
  cyclic: true,
};
