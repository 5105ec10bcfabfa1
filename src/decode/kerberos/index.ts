/** Kerberos 5 (RFC 4120) over UDP and TCP port 88: who gets tickets for what, and what is refused. Tickets are not kept. */
import { type Decoded, type Decoder, outcomeOf, type Probe, type Transaction } from '../../core/decoder.ts';
import type { ObservationSink } from '../../core/observation.ts';
import { u32be } from '../../lib/bytes.ts';
import { kerberosCodes } from './codes.ts';
import { decodeKerberos, errorName, etypeName, isKerberos, type KerberosMessage } from './wire.ts';

/** A message over TCP longer than this is not one (tickets with large PACs reach some 64 KiB). */
const MAX_MESSAGE = 131_072;
/** More than an error: it asks for the proof with which the client tries again. */
const PREAUTH_REQUIRED = 25;

const probe = (b: Uint8Array, start: number, end: number, context: { readonly carrier: string }): Probe => {
  if (context.carrier === 'udp') return isKerberos(b, start, end) ? 'sure' : 'no';
  if (end - start < 4 || b[start] !== 0 || b[start + 1]! > 1) return 'no';
  if (end - start < 12) return 'more';
  const length = u32be(b, start);
  return length <= MAX_MESSAGE && isKerberos(b, start + 4, start + 4 + length, end) ? 'sure' : 'no';
};

const decode = (b: Uint8Array, start: number, end: number, carrier: string): Decoded<KerberosMessage> => {
  let from = start;
  let to = end;
  if (carrier !== 'udp') {
    // Section 7.2.2: each message has its length before it; the highest bit is reserved.
    if (end - start < 4) return { kind: 'incomplete', missing: 4 - (end - start) };
    const length = u32be(b, start);
    if (length > MAX_MESSAGE || length === 0)
      return { kind: 'malformed', code: 'kerberos.length', detail: `${length} octets`, consumed: 0 };
    if (length > end - start - 4) return { kind: 'incomplete', missing: length - (end - start - 4) };
    from = start + 4;
    to = from + length;
  }
  const message = decodeKerberos(b, from, to);
  const consumed = to - start;
  return message
    ? { kind: 'message', message, consumed }
    : { kind: 'malformed', code: 'kerberos.malformed', detail: `${to - from} octets`, consumed };
};

const observe = (t: Transaction<KerberosMessage>, sink: ObservationSink): void => {
  const { request: m, response, at } = t;
  if (m === undefined) return;
  const error = response?.type === 'KRB-ERROR' ? response : undefined;
  const user = m.client === '' ? response?.client : m.client;
  const realm = m.realm || response?.realm || '';
  const name = user ? { user: realm === '' ? user : `${user}@${realm}` } : {};
  if (m.type === 'AS-REQ') {
    if (error?.errorCode === PREAUTH_REQUIRED) return;
    sink.session(at, {
      phase: 'authenticate',
      outcome: outcomeOf(t, error !== undefined),
      ...name,
      detail: `Kerberos ticket for ${m.service}${error ? `: ${errorName(error.errorCode)}` : ''}`,
    });
  } else if (m.type === 'TGS-REQ')
    sink.command(at, {
      verb: 'authenticate',
      operation: 'Kerberos TGS-REQ',
      target: at.server,
      object: m.service,
      value: m.etypes.length === 0 ? undefined : m.etypes.map(etypeName).join(', '),
      outcome: outcomeOf(t, error !== undefined),
      reason: error ? errorName(error.errorCode) : undefined,
      ...name,
    });
  else return;
  if (response && !error)
    sink.identity(at, {
      endpoint: at.server,
      attribute: 'role',
      value: 'Kerberos key distribution center',
      confidence: 0.9,
      via: response.type,
    });
  if (realm !== '')
    sink.identity(at, { endpoint: at.client, attribute: 'domain', value: realm, confidence: 0.7, via: m.type });
};

export const kerberos: Decoder<KerberosMessage, undefined> = {
  name: 'kerberos',
  title: 'Kerberos',
  family: 'it',
  codes: kerberosCodes,
  attach: [
    { over: 'udp', ports: [88] },
    { over: 'tcp', ports: [88] },
  ],
  probe,
  open: () => undefined,
  decode: (b, start, end, context) => decode(b, start, end, context.carrier),
  pairing: {
    scope: 'flow',
    role: (m) =>
      m.type === 'AS-REQ' || m.type === 'TGS-REQ' ? 'request' : m.type === 'AP-REQ' ? 'single' : 'response',
    // One question at a time: answers do not repeat the nonce in clear.
    key: () => 0,
  },
  observe,
};
