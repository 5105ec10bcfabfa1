/** RADIUS over UDP (RFC 2865, RFC 2866, RFC 5176): who is let into the network, where, and whether. */

import { type Decoder, outcomeOf, type Probe, type Transaction } from '../../core/decoder.ts';
import type { At, ObservationSink } from '../../core/observation.ts';
import { radiusCodes, valueName } from './codes.ts';
import { attribute, decodeRadius, isRadius, type RadiusMessage } from './wire.ts';

/** Statements remembered for each flow; at the limit the memory is emptied. */
const MAX_SAID = 512;

export interface RadiusState {
  readonly said: Set<string>;
}

const PORTS = [1812, 1813, 1645, 1646, 3799];
const probe = (b: Uint8Array, start: number, end: number): Probe => (isRadius(b, start, end) ? 'maybe' : 'no');

const fresh = (state: RadiusState, key: string): boolean => {
  if (state.said.has(key)) return false;
  if (state.said.size >= MAX_SAID) state.said.clear();
  state.said.add(key);
  return true;
};

/** The access device names itself, and the station behind it. */
const identities = (at: At, m: RadiusMessage, sink: ObservationSink, state: RadiusState): void => {
  const nas = attribute(m, 32);
  if (typeof nas === 'string' && nas !== '' && fresh(state, `nas ${nas}`)) {
    const via = 'RADIUS NAS-Identifier';
    sink.identity(at, { endpoint: at.client, attribute: 'hostname', value: nas, confidence: 0.7, via });
    sink.identity(at, { endpoint: at.client, attribute: 'role', value: 'network access server', confidence: 0.8, via });
  }
  const station = attribute(m, 31);
  const address = attribute(m, 8);
  if (typeof station !== 'string') return;
  const digits = station.replace(/[-:.]/g, '').toLowerCase();
  if (digits.length !== 12 || !/^[0-9a-f]{12}$/.test(digits)) return;
  const mac = digits.replace(/..(?=.)/g, '$&:');
  const user = attribute(m, 1);
  if (!fresh(state, `${mac} ${user} ${address}`)) return;
  const endpoint = sink.mention(at, mac, undefined);
  if (typeof user === 'string' && user !== '')
    sink.identity(at, { endpoint, attribute: 'user', value: user, confidence: 0.8, via: 'RADIUS User-Name' });
  // 255.255.255.254 asks the server to choose, 255.255.255.255 the user (section 5.8).
  if (typeof address === 'string' && !address.startsWith('255.255.255.25'))
    sink.name(at, { endpoint, kind: 'ip', name: address, via: 'RADIUS Framed-IP-Address' });
};

/** `session context not found (503)`. */
const causeText = (cause: string | number | undefined): string => {
  const name = typeof cause === 'number' ? valueName(101, cause) : undefined;
  return name === undefined ? `error cause ${cause ?? 'not given'}` : `${name.toLowerCase()} (${cause})`;
};

const observe = (t: Transaction<RadiusMessage>, sink: ObservationSink, state: RadiusState): void => {
  const { request, response, at } = t;
  for (const one of [request, response])
    if (one?.cut !== undefined) sink.weird(at, { code: 'radius.malformed', detail: one.cut });
  const m = request;
  if (m === undefined) return;
  identities(at, m, sink, state);
  const user = attribute(m, 1);
  const name = typeof user === 'string' && user !== '' ? { user } : {};
  if (m.type === 'Access-Request') {
    // A challenge is an intermediate answer: the next request goes on.
    if (response?.type === 'Access-Challenge') return;
    const said = attribute(response ?? m, 18);
    const station = attribute(m, 31);
    sink.session(at, {
      phase: 'authenticate',
      outcome: outcomeOf(t, response?.type === 'Access-Reject'),
      ...name,
      detail:
        `RADIUS ${m.method}`.trim() +
        (station === undefined ? '' : ` station ${station}`) +
        (typeof said === 'string' && response ? `: ${said}` : ''),
    });
  } else if (m.type === 'Accounting-Request') {
    const status = attribute(m, 40);
    if (status !== 1 && status !== 2) return;
    sink.session(at, {
      phase: status === 1 ? 'open' : 'close',
      outcome: outcomeOf(t, false),
      ...name,
      detail: `RADIUS accounting session ${attribute(m, 44) ?? ''}`.trim(),
    });
  } else if (m.type === 'Disconnect-Request' || m.type === 'CoA-Request') {
    const refused = response?.type === 'Disconnect-NAK' || response?.type === 'CoA-NAK';
    const cause = response && attribute(response, 101);
    sink.command(at, {
      verb: m.type === 'CoA-Request' ? 'configure' : 'control',
      operation: m.type === 'CoA-Request' ? 'RADIUS change of authorization' : 'RADIUS disconnect',
      target: at.server,
      object: name.user === undefined ? undefined : `user ${name.user}`,
      outcome: outcomeOf(t, refused),
      reason: refused ? causeText(cause) : undefined,
    });
  }
};

export const radius: Decoder<RadiusMessage, RadiusState> = {
  name: 'radius',
  title: 'RADIUS',
  family: 'it',
  codes: radiusCodes,
  attach: [{ over: 'udp', ports: PORTS }],
  probe,
  open: () => ({ said: new Set() }),
  decode(b, start, end) {
    const message = decodeRadius(b, start, end);
    return message === undefined ? { kind: 'foreign' } : { kind: 'message', message, consumed: end - start };
  },
  pairing: {
    scope: 'flow',
    role: (m) => {
      switch (m.code) {
        case 1:
        case 4:
        case 12:
        case 40:
        case 43:
          return 'request';
        default:
          return 'response';
      }
    },
    // Identifiers are counted for each kind of exchange that a port serves.
    key: (m) => m.identifier | (m.code >= 43 ? 0x300 : m.code >= 40 ? 0x200 : m.code === 4 || m.code === 5 ? 0x100 : 0),
  },
  observe,
};
