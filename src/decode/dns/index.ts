/**
 * DNS over UDP and TCP (RFC 1035), multicast DNS (RFC 6762) and LLMNR (RFC 4795): one message format, three decoders,
 * because who may say what about whom differs.
 */
import type { Decoded, Decoder, PduContext, Probe } from '../../core/decoder.ts';
import { u16be } from '../../lib/bytes.ts';
import { dnsCodes } from './codes.ts';
import { nameCursor, readName } from './name.ts';
import { observeDns, observeLlmnr, observeMdns } from './observe.ts';
import { type DnsMessage, decodeDns, HEADER_OCTETS } from './wire.ts';

const PORT = 53;
const MDNS_PORT = 5353;
const LLMNR_PORT = 5355;

/** Questions of one message that a probe believes. A name server is asked one; multicast DNS asks for all that it knows at once. */
const PLAUSIBLE_QUESTIONS = 32;
const PLAUSIBLE_QUESTIONS_OF_MDNS = 1024;

const onPort = (context: PduContext, port: number): boolean =>
  context.serverPort === port || context.clientPort === port;

/** NetBIOS names (RFC 1002) share the format: one label of 32 letters A..P. They are not ours. */
const isNetbios = (b: Uint8Array, o: number, end: number): boolean => {
  if (b[o] !== 32 || o + 33 > end) return false;
  for (let i = o + 1; i <= o + 32; i++) if (b[i]! < 0x41 || b[i]! > 0x50) return false;
  return true;
};

const probeMessage = (b: Uint8Array, start: number, end: number, context: PduContext): Probe => {
  if (end - start < HEADER_OCTETS) return 'no';
  const flags = u16be(b, start + 2);
  const asked = u16be(b, start + 4);
  const answered = u16be(b, start + 6);
  const opcode = (flags >> 11) & 15;
  const plausible = onPort(context, MDNS_PORT) ? PLAUSIBLE_QUESTIONS_OF_MDNS : PLAUSIBLE_QUESTIONS;
  if (opcode === 3 || opcode > 6 || asked > plausible || answered > 512) return 'no';
  if (asked + answered === 0) return (flags & 0x8000) !== 0 && (flags & 15) !== 0 ? 'maybe' : 'no';
  if (isNetbios(b, start + HEADER_OCTETS, end)) return 'no';
  // One question and nothing else whose name has no end: somebody tries whether the server hangs. The decoder says it.
  if (!readName(b, start, start + HEADER_OCTETS, end))
    return asked === 1 && answered === 0 && flags === (flags & 0x0130) && onPort(context, PORT) ? 'maybe' : 'no';
  const o = nameCursor.next;
  if (o + 4 > end) return 'no';
  const klass = u16be(b, o + 2) & 0x7fff;
  if (klass !== 1 && klass !== 255 && klass !== 254 && klass !== 3) return 'no';
  const listed = onPort(context, PORT) || onPort(context, MDNS_PORT) || onPort(context, LLMNR_PORT);
  if (listed) return 'sure';
  // Away from its ports the whole datagram must be accounted for.
  const whole = decodeDns(b, start, end);
  return whole.ok && whole.end === end && nameCursor.name !== '' ? 'sure' : 'no';
};

const decodeOne = (b: Uint8Array, start: number, end: number, consumed: number): Decoded<DnsMessage> => {
  const result = decodeDns(b, start, end);
  return result.ok
    ? { kind: 'message', message: result.message, consumed }
    : { kind: 'malformed', code: result.code, detail: result.detail, consumed };
};

/** Over TCP two octets of length come first (RFC 1035 section 4.2.2). */
const decode = (b: Uint8Array, start: number, end: number, context: PduContext): Decoded<DnsMessage> => {
  if (context.carrier !== 'tcp') return decodeOne(b, start, end, end - start);
  if (end - start < 2) return { kind: 'incomplete', missing: 2 - (end - start) };
  const length = u16be(b, start);
  if (length < HEADER_OCTETS)
    return { kind: 'malformed', code: 'dns.length', detail: `message of ${length} octets`, consumed: 0 };
  if (end - start < 2 + length) return { kind: 'incomplete', missing: 2 + length - (end - start) };
  return decodeOne(b, start + 2, start + 2 + length, 2 + length);
};

const probe = (b: Uint8Array, start: number, end: number, context: PduContext): Probe => {
  if (context.carrier !== 'tcp') return probeMessage(b, start, end, context);
  if (end - start < 2) return 'more';
  if (u16be(b, start) < HEADER_OCTETS) return 'no';
  if (end - start < 2 + HEADER_OCTETS) return onPort(context, PORT) ? 'more' : 'no';
  if (u16be(b, start) !== end - start - 2 && !onPort(context, PORT)) return 'no';
  return probeMessage(b, start + 2, Math.min(end, start + 2 + u16be(b, start)), context);
};

export const dns: Decoder<DnsMessage, undefined> = {
  name: 'dns',
  title: 'DNS',
  family: 'it',
  codes: dnsCodes,
  attach: [
    { over: 'udp', ports: [PORT] },
    { over: 'tcp', ports: [PORT] },
  ],
  probe: (b, start, end, context) =>
    onPort(context, MDNS_PORT) || onPort(context, LLMNR_PORT) ? 'no' : probe(b, start, end, context),
  open: () => undefined,
  decode,
  pairing: {
    scope: 'flow',
    role: (message) => (message.response ? 'response' : 'request'),
    key: (message) => message.id,
    // A question asked again under its number is answered once more, late answers included.
    queues: true,
  },
  observe: observeDns,
};

export const mdns: Decoder<DnsMessage, undefined> = {
  name: 'mdns',
  title: 'Multicast DNS',
  family: 'it',
  codes: dnsCodes,
  attach: [{ over: 'udp', ports: [MDNS_PORT] }],
  probe: (b, start, end, context) => (onPort(context, MDNS_PORT) ? probe(b, start, end, context) : 'no'),
  open: () => undefined,
  decode,
  observe: observeMdns,
};

export const llmnr: Decoder<DnsMessage, undefined> = {
  name: 'llmnr',
  title: 'LLMNR',
  family: 'it',
  codes: dnsCodes,
  attach: [
    { over: 'udp', ports: [LLMNR_PORT] },
    { over: 'tcp', ports: [LLMNR_PORT] },
  ],
  probe: (b, start, end, context) => (onPort(context, LLMNR_PORT) ? probe(b, start, end, context) : 'no'),
  open: () => undefined,
  decode,
  observe: observeLlmnr,
};
