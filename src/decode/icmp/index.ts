/** ICMP and ICMPv6 directly on IP (protocols 1 and 58). */
import { type Decoded, type Decoder, outcomeOf, type Pairing, type Transaction } from '../../core/decoder.ts';
import type { At, ObservationSink } from '../../core/observation.ts';
import { decodeIcmp4, decodeIcmp6, type IcmpMessage } from './wire.ts';

/** An unchanged neighbour, router or group is said again after this long. */
const REPEAT_US = 60_000_000;
/** Statements remembered for that purpose in one flow; at the limit the memory is emptied. */
const MAX_SAID = 1024;

export interface IcmpState {
  readonly said: Map<string, number>;
}

const fresh = (state: IcmpState, key: string, tsUs: number): boolean => {
  const before = state.said.get(key);
  if (before !== undefined && Math.abs(tsUs - before) < REPEAT_US) return false;
  if (state.said.size >= MAX_SAID) state.said.clear();
  state.said.set(key, tsUs);
  return true;
};

const router = (m: IcmpMessage, at: At, sink: ObservationSink, state: IcmpState): void => {
  const r = m.router!;
  if (!fresh(state, `router ${r.lifetime} ${r.prefixes.join()}`, at.tsUs)) return;
  const endpoint = at.sender;
  const via = m.type;
  if (r.lifetime > 0) sink.identity(at, { endpoint, attribute: 'role', value: 'router', confidence: 0.9, via });
  for (const prefix of r.prefixes)
    sink.identity(at, { endpoint, attribute: 'netmask', value: prefix, confidence: 0.9, via });
  for (const server of r.dnsServers) sink.mention(at, undefined, server);
};

const single = (m: IcmpMessage, at: At, sink: ObservationSink, state: IcmpState): void => {
  if (m.router !== undefined) {
    router(m, at, sink, state);
    return;
  }
  if (m.version === 4 ? m.icmpType === 5 : m.icmpType === 137) {
    sink.command(at, {
      verb: 'configure',
      operation: m.version === 4 ? 'ICMP redirect' : 'NDP redirect',
      target: at.receiver,
      object: m.quoted ? `route to ${m.quoted.destination}` : 'route',
      value: m.target,
      outcome: 'unconfirmed',
    });
    return;
  }
  if (m.version === 4) {
    if (m.icmpType === 18 && m.target !== '')
      sink.identity(at, { endpoint: at.sender, attribute: 'netmask', value: m.target, confidence: 0.8, via: m.type });
    return;
  }
  switch (m.icmpType) {
    case 135:
      if (m.target !== '' && fresh(state, `ask ${m.target}`, at.tsUs)) sink.mention(at, undefined, m.target);
      break;
    case 136:
      if (m.linkLayer !== '' && m.target !== '' && fresh(state, `${m.target} ${m.linkLayer}`, at.tsUs))
        sink.name(at, {
          endpoint: sink.mention(at, m.linkLayer, undefined),
          kind: 'ip',
          name: m.target,
          via: m.type,
        });
      break;
    case 130:
      if (fresh(state, 'querier', at.tsUs))
        sink.identity(at, {
          endpoint: at.sender,
          attribute: 'role',
          value: 'MLD querier',
          confidence: 0.8,
          via: m.type,
        });
      break;
  }
};

const observe = (t: Transaction<IcmpMessage>, sink: ObservationSink, state: IcmpState): void => {
  const m = t.request;
  if (m === undefined) return;
  if (t.state === 'single') {
    single(m, t.at, sink, state);
    return;
  }
  // Pings are asked again and again: one statement in a while is enough to show who looks at whom.
  if (!fresh(state, `echo ${t.state}`, t.at.tsUs)) return;
  sink.command(t.at, {
    verb: 'discover',
    operation: m.version === 4 ? 'ICMP echo' : 'ICMPv6 echo',
    target: t.at.server,
    outcome: outcomeOf(t, false),
  });
};

const pairing: Pairing<IcmpMessage> = {
  scope: 'flow',
  role: (m) => {
    const { icmpType } = m;
    if (m.version === 4) return icmpType === 8 ? 'request' : icmpType === 0 ? 'response' : 'single';
    return icmpType === 128 ? 'request' : icmpType === 129 ? 'response' : 'single';
  },
  key: (m) => m.identifier * 65_536 + m.sequence,
};

const decoded = (message: IcmpMessage | string, protocol: string, consumed: number): Decoded<IcmpMessage> =>
  typeof message === 'string'
    ? { kind: 'malformed', code: `${protocol}.malformed`, detail: message, consumed }
    : { kind: 'message', message, consumed };

const make = (
  name: string,
  title: string,
  protocol: number,
  read: (b: Uint8Array, o: number, end: number) => IcmpMessage | string,
): Decoder<IcmpMessage, IcmpState> => ({
  name,
  title,
  family: 'network',
  attach: [{ over: 'ip', protocols: [protocol] }],
  // The protocol number already says so.
  probe: () => 'sure',
  open: () => ({ said: new Map() }),
  decode: (b, start, end) =>
    end - start < 8
      ? { kind: 'malformed', code: `${name}.short`, detail: `${end - start} of 8 octets`, consumed: end - start }
      : decoded(read(b, start, end), name, end - start),
  pairing,
  observe,
});

export const icmp = make('icmp', 'ICMP', 1, decodeIcmp4);
export const icmpv6 = make('icmpv6', 'ICMPv6 (with neighbour discovery and MLD)', 58, decodeIcmp6);
