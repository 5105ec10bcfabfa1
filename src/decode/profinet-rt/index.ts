/**
 * PROFINET RT on EtherType 0x8892 (IEC 61158-6-10): cyclic data with run/stop of its provider, and alarms. DCP shares the
 * EtherType and has FrameIDs of its own, which are foreign here. Where the connection of a provider was seen, its data are
 * told by submodule (`io-data.ts`): the decoder `profinet-cm` announces what stands where.
 */
import type { Decoder, Transaction } from '../../core/decoder.ts';
import type { At, ObservationSink } from '../../core/observation.ts';
import { u16be } from '../../lib/bytes.ts';
import { statusOf, statusText } from '../shared/pnio-status.ts';
import { readRtAnnouncement } from '../shared/rt-announcement.ts';
import { profinetRtCodes } from './codes.ts';
import { isNews, layoutOf, tellData } from './io-data.ts';
import { RtState } from './state.ts';
import { APDU_STATUS, decodeRt, type PtcpPart, type RtMessage } from './wire.ts';

/** Who announces the layout of frames. */
const PROFINET_CM = 'profinet-cm';
/** PTCP subdomains remembered; at the limit the memory is emptied. */
const MAX_SUBDOMAINS = 64;

const isDcp = (frameId: number): boolean => frameId >= 0xfefc && frameId <= 0xfeff;

const observe = (t: Transaction<RtMessage>, sink: ObservationSink, state: RtState): void => {
  const m = t.request ?? t.response;
  if (m === undefined) return;
  const at = t.at;
  if (m.type === 'RT cyclic data') {
    cyclic(at, sink, state, m);
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
  const path = state.path(m.slot, m.subslot);
  const type = m.rta === undefined || m.rta.errorType < 0 ? -1 : m.rta.errorType;
  const value = type < 0 ? m.alarm : `${m.alarm}, channel ${m.rta!.channel} error type 0x${type.toString(16)}`;
  sink.value(at, { target: at.sender, path, type: 'alarm', value, access: 'read' });
};

const cyclic = (at: At, sink: ObservationSink, state: RtState, m: RtMessage): void => {
  const provider = state.provider(at.sender, at.receiver, m.frameId);
  if (provider.said !== m.dataStatus) {
    provider.said = m.dataStatus;
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
  }
  if (state.forgotten > state.reportedForgotten) {
    state.reportedForgotten = state.forgotten;
    sink.weird(at, { code: 'profinet-rt.layout-limit', detail: `${state.forgotten} connections forgotten` });
  }
  const layout = layoutOf(state, provider, m.frameId, at, sink);
  if (layout === undefined || !m.isNews || !m.isRunning || !m.isValid) return;
  const before = provider.last;
  provider.last = m.data;
  provider.toldUs = at.tsUs;
  tellData(at, sink, layout, layout.isInput ? at.sender : at.receiver, before, m.data);
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
  open: () => new RtState(),
  announcedBy: PROFINET_CM,
  decode(b, start, end, context, state) {
    if (context.carrier === PROFINET_CM) {
      state.announce(readRtAnnouncement(b, start, end));
      return { kind: 'skip', consumed: end - start };
    }
    if (end - start < 2 || isDcp(u16be(b, start))) return { kind: 'foreign' };
    const message = decodeRt(b, start, end);
    if (message === undefined)
      return {
        kind: 'malformed',
        code: 'profinet-rt.short',
        detail: `cyclic frame of ${end - start} octets`,
        consumed: end - start,
      };
    if (message.type !== 'RT cyclic data') return { kind: 'message', message, consumed: end - start };
    const from = start + 2;
    const stop = end - APDU_STATUS;
    const isNew = isNews(
      state.provider(context.sender, context.receiver, message.frameId),
      b,
      from,
      stop,
      context.tsUs,
    );
    if (!isNew && context.lean === true) return { kind: 'message', message, consumed: end - start };
    const data = state.slab.copy(b, from, stop);
    return { kind: 'message', message: { ...message, data, isNews: isNew }, consumed: end - start };
  },
  pairing: { scope: 'segment', role: () => 'single', key: () => 0 },
  observe,
  cyclic: true,
};
