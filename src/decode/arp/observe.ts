/**
 * What ARP says: the sender's MAC holds the sender's IP (RFC 826); targets are only mentioned. The same statement is not
 * repeated within a minute, so that a flood costs little; every change is said at once.
 */
import type { Transaction } from '../../core/decoder.ts';
import type { At, ObservationSink } from '../../core/observation.ts';
import { AddressText } from '../shared/address-text.ts';
import type { ArpMessage } from './wire.ts';

/** An unchanged binding or mention is said again after this long. */
export const REPEAT_US = 60_000_000;
/** Bindings remembered for that purpose; at the limit the memory is emptied and everything is said again. */
export const MAX_BINDINGS = 8192;

/** Addresses asked for by one sender within a minute that make a sweep; said again at every so many more. */
export const SWEEP = 32;
const SWEEP_US = 60_000_000;
/** Senders whose requests are counted; at the limit the counts are emptied. */
export const MAX_ASKING = 4096;

interface Asking {
  sinceUs: number;
  count: number;
}

interface Binding {
  mac: string;
  sender: number;
  saidUs: number;
}

export interface ArpState {
  readonly text: AddressText;
  /** By IP: the MAC that claimed it last. */
  readonly bindings: Map<string, Binding>;
  /** By target IP: when it was mentioned last. */
  readonly targets: Map<string, number>;
  /** By sender: different addresses asked for within the running minute. */
  readonly asking: Map<number, Asking>;
}

export const openArp = (): ArpState => ({
  text: new AddressText(),
  bindings: new Map(),
  targets: new Map(),
  asking: new Map(),
});

const NOBODY = '0.0.0.0';

const bind = (m: ArpMessage, at: At, sink: ObservationSink, state: ArpState): void => {
  const known = state.bindings.get(m.senderIp);
  if (
    known !== undefined &&
    known.mac === m.senderMac &&
    known.sender === at.sender &&
    Math.abs(at.tsUs - known.saidUs) < REPEAT_US
  )
    return;
  if (known === undefined) {
    if (state.bindings.size >= MAX_BINDINGS) state.bindings.clear();
    state.bindings.set(m.senderIp, { mac: m.senderMac, sender: at.sender, saidUs: at.tsUs });
  } else {
    known.mac = m.senderMac;
    known.sender = at.sender;
    known.saidUs = at.tsUs;
  }
  // The endpoint of the frame is a MAC without IP, so the same MAC in the body gives the same endpoint.
  const endpoint = sink.mention(at, m.senderMac, undefined);
  if (endpoint !== at.sender && at.sender !== 0)
    sink.weird(at, {
      code: 'arp.sender-mismatch',
      detail: `frame sent by another MAC than ${m.senderMac} in its body`,
    });
  sink.name(at, { endpoint, kind: 'ip', name: m.senderIp, via: m.type });
};

export const observeArp = (t: Transaction<ArpMessage>, sink: ObservationSink, state: ArpState): void => {
  const m = t.request ?? t.response;
  if (m === undefined || m.type === 'ARP other') return;
  // A probe asks for an address that nobody holds yet: it binds nothing (RFC 5227 section 2.1.1).
  if (m.senderIp !== NOBODY) bind(m, t.at, sink, state);
  if (m.operation !== 1 || m.targetIp === m.senderIp || m.targetIp === NOBODY) return;
  const said = state.targets.get(m.targetIp);
  if (said !== undefined && Math.abs(t.at.tsUs - said) < REPEAT_US) return;
  if (state.targets.size >= MAX_BINDINGS) state.targets.clear();
  state.targets.set(m.targetIp, t.at.tsUs);
  sink.mention(t.at, undefined, m.targetIp);
  asked(t.at, sink, state);
};

/** Called for addresses not asked for within the last minute. */
const asked = (at: At, sink: ObservationSink, state: ArpState): void => {
  let a = state.asking.get(at.sender);
  if (a === undefined || at.tsUs - a.sinceUs > SWEEP_US || at.tsUs < a.sinceUs) {
    if (a === undefined && state.asking.size >= MAX_ASKING) state.asking.clear();
    a = { sinceUs: at.tsUs, count: 0 };
    state.asking.set(at.sender, a);
  }
  a.count++;
  if (a.count % SWEEP === 0)
    sink.weird(at, { code: 'arp.sweep', detail: `${a.count} addresses asked for within a minute` });
};
