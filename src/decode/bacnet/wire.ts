/**
 * BACnet: octets <-> message. Sources: ANSI/ASHRAE 135 clause 6.2 (NPDU), clause 20.1 (APDU); what lies below is read in
 * `link.ts`. The encoders are in `encode.ts` and exported from here.
 */
import type { Decoded, PduContext } from '../../core/decoder.ts';
import { ipv4Text } from '../../lib/address.ts';
import { hex, i32be, u16be } from '../../lib/bytes.ts';
import { type Arguments, errorCodes, errorText } from './access.ts';
import { bvlcName, ipv6Address, link, readLink, readLinkMessage } from './link.ts';
import {
  type BacnetMessage,
  type BacnetState,
  MAX_OPEN_SEGMENTED,
  MAX_SEGMENTED_OCTETS,
  MAX_TEXTS,
  NO_ACCESSES,
  pathOf,
} from './message.ts';
import { confirmed, failure, unconfirmed } from './services.ts';
import {
  ABORT_REASONS,
  CONFIRMED_SERVICES,
  NETWORK_MESSAGES,
  NETWORK_REJECTS,
  named,
  PDU,
  REJECT_REASONS,
  UNCONFIRMED_SERVICES,
} from './tables.ts';
import { readGroup, TagReader } from './tags.ts';

export * from './encode.ts';
export { FORWARDED, UNICAST } from './link.ts';
export type { Access, BacnetMessage } from './message.ts';

/** One for all: each of its own would keep the octets, and what was read from the file with them, that came last in its flow. */
const READER = new TagReader();

/** Destination network that means every network. */
export const ALL_NETWORKS = 65535;

const DECIMALS: readonly string[] = Array.from({ length: 256 }, (_, i) => String(i));
/** MAC layer address: a station number of MS/TP or ARCNET, IP and port, or hexadecimal. */
const macOf = (b: Uint8Array, o: number, length: number, state: BacnetState): string => {
  if (length === 0) return '';
  if (length === 1) return DECIMALS[b[o]!]!;
  if (length !== 6) return hex(b, o, o + Math.min(length, 18));
  // Six octets are an IP address and a port; kept by number like object names (both tables are bounded).
  const key = -1 - (u16be(b, o) * 4294967296 + u16be(b, o + 2) * 65536 + u16be(b, o + 4));
  let text = state.objects.get(key);
  if (text === undefined) {
    if (state.objects.size >= MAX_TEXTS) state.objects.clear();
    text = `${ipv4Text(i32be(b, o))}:${u16be(b, o + 4)}`;
    state.objects.set(key, text);
  }
  return text;
};

const fold = (hash: number, b: Uint8Array, o: number, end: number): number => {
  let h = hash;
  for (let p = o; p < end; p++) h = Math.imul(h ^ b[p]!, 0x01000193); // FNV-1a
  return h;
};

const COMPLETE = ['request', '', 'ack', 'ack', 'segment ack', 'error', 'reject', 'abort'] as const;
/** `readProperty ack` for each PDU type and service, built once. */
const TYPES: readonly (readonly string[])[] = COMPLETE.map((word, pdu) =>
  (pdu === PDU.UNCONFIRMED ? UNCONFIRMED_SERVICES : CONFIRMED_SERVICES).map((service) =>
    word === '' ? service : `${service} ${word}`,
  ),
);
const SEGMENT_TYPES = TYPES.map((types) => types.map((type) => `${type} segment`));
const OTHER_TYPES = [
  'unknown request',
  'unknown unconfirmed',
  'unknown ack',
  'unknown ack',
  'segment ack',
  'unknown error',
  'reject',
  'abort',
] as const;

/** The parts of one decode call; one object, reused. */
class Routing {
  bvlc = 0;
  isShort = false;
  origin = '';
  dnet = -1;
  dadr = '';
  snet = -1;
  sadr = '';
  hopCount = -1;
  /** Octet ranges of network and MAC for the route's hash; empty when absent. */
  dStart = 0;
  dEnd = 0;
  sStart = 0;
  sEnd = 0;
  /** First octet of the APDU. */
  flags = 0;
  invokeId = -1;
  /** A double from the start, which it becomes: an object whose field changes its kind is converted at every store. */
  key = -0;
  consumed = 0;
  errorClass = -1;
  errorCode = -1;
  sequenceNumber = -1;
  moreFollows = false;
  limits = -1;
  windowSize = -1;

  reset(bvlc: number, isShort: boolean, consumed: number): this {
    this.bvlc = bvlc;
    this.isShort = isShort;
    this.origin = '';
    this.dnet = -1;
    this.dadr = '';
    this.snet = -1;
    this.sadr = '';
    this.hopCount = -1;
    this.dStart = 0;
    this.dEnd = 0;
    this.sStart = 0;
    this.sEnd = 0;
    this.flags = 0;
    this.invokeId = -1;
    this.key = 0;
    this.consumed = consumed;
    this.errorClass = -1;
    this.errorCode = -1;
    this.sequenceNumber = -1;
    this.moreFollows = false;
    this.limits = -1;
    this.windowSize = -1;
    return this;
  }
}
const routing = new Routing();

const finish = (
  r: Routing,
  type: string,
  pdu: number,
  service: string,
  choice: number,
  invokeId: number,
  accesses: BacnetMessage['accesses'],
  detail: BacnetMessage['detail'],
  reason: string,
  segments: number,
  cut: boolean,
  pairKey: number,
): BacnetMessage => ({
  type,
  bvlc: bvlcName(r.bvlc),
  pdu,
  service,
  choice,
  invokeId,
  dnet: r.dnet,
  dadr: r.dadr,
  snet: r.snet,
  sadr: r.sadr,
  hopCount: r.hopCount,
  origin: r.origin,
  accesses,
  detail,
  reason,
  errorClass: r.errorClass,
  errorCode: r.errorCode,
  segments,
  sequenceNumber: r.sequenceNumber,
  moreFollows: r.moreFollows,
  limits: r.limits,
  windowSize: r.windowSize,
  cut,
  isShort: r.isShort,
  pairKey,
});

/** True for PDUs that a client of the service sends. */
const isFromClient = (pdu: number, flags: number): boolean =>
  pdu === PDU.CONFIRMED || ((pdu === PDU.SEGMENT_ACK || pdu === PDU.ABORT) && (flags & 1) === 0);

/**
 * Route and invoke id as one number: hash of (server's network address, client's network address), whose flow direction
 * asks, invoke id. Requests and answers of the same transaction give the same number.
 */
const pairKeyOf = (b: Uint8Array, r: Routing, fromClient: boolean, toServer: boolean, invokeId: number): number => {
  let hash = 0x811c9dc5;
  if (fromClient) hash = fold(fold(hash, b, r.dStart, r.dEnd) ^ 0xa5, b, r.sStart, r.sEnd);
  else hash = fold(fold(hash, b, r.sStart, r.sEnd) ^ 0xa5, b, r.dStart, r.dEnd);
  return (hash >>> 0) * 512 + invokeId * 2 + (fromClient === toServer ? 1 : 0);
};

const malformed = (code: string, detail: string, consumed: number): Decoded<BacnetMessage> => ({
  kind: 'malformed',
  code,
  detail,
  consumed,
});

/** Joins one segment; the whole when it was the last, undefined while more are to come, a text when it is given up. */
const join = (
  state: BacnetState,
  key: number,
  sequence: number,
  more: boolean,
  b: Uint8Array,
  o: number,
  end: number,
): { readonly bytes: Uint8Array; readonly count: number } | string | undefined => {
  let open = state.segmented.get(key);
  if (sequence === 0 && (open === undefined || open.next > 1)) {
    if (open === undefined && state.segmented.size >= MAX_OPEN_SEGMENTED)
      state.segmented.delete(state.segmented.keys().next().value as number);
    open = { next: 0, length: 0, bytes: new Uint8Array(4096) };
    state.segmented.set(key, open);
  }
  if (open === undefined) return 'the first segment was not seen';
  if (sequence !== (open.next & 255)) {
    // A segment that comes again is normal after a lost acknowledgement (5.4); one that is missing ends the joining.
    if (((open.next - sequence) & 255) < 128) return undefined;
    state.segmented.delete(key);
    return `segment ${open.next & 255} is missing`;
  }
  const needed = open.length + (end - o);
  if (needed > MAX_SEGMENTED_OCTETS) {
    state.segmented.delete(key);
    return `more than ${MAX_SEGMENTED_OCTETS} octets`;
  }
  if (needed > open.bytes.length) {
    const larger = new Uint8Array(Math.max(needed, open.bytes.length * 2));
    larger.set(open.bytes.subarray(0, open.length));
    open.bytes = larger;
  }
  open.bytes.set(b.subarray(o, end), open.length);
  open.length = needed;
  open.next++;
  if (more) return undefined;
  state.segmented.delete(key);
  return { bytes: open.bytes.subarray(0, open.length), count: open.next };
};

/** The message of a confirmed service's PDU. At the top level, because a closure for each PDU would cost more than the PDU. */
const done = (
  r: Routing,
  choice: number,
  out: Arguments | undefined,
  reason: string,
  segments: number,
  cut: boolean,
): Decoded<BacnetMessage> => {
  const pdu = r.flags >> 4;
  const known = choice >= 0 ? (segments === 0 ? SEGMENT_TYPES : TYPES)[pdu]![choice] : undefined;
  const type = known ?? (pdu === PDU.ABORT && (r.flags & 1) === 0 ? 'abort by client' : OTHER_TYPES[pdu]!);
  const service = choice >= 0 ? (CONFIRMED_SERVICES[choice] ?? `service ${choice}`) : '';
  const accesses = out === undefined ? NO_ACCESSES : out.accesses;
  const message = finish(
    r,
    type,
    pdu,
    service,
    choice,
    r.invokeId,
    accesses,
    out?.detail,
    reason,
    segments,
    cut,
    r.key,
  );
  return { kind: 'message', message, consumed: r.consumed };
};

const apdu = (
  b: Uint8Array,
  o: number,
  end: number,
  r: Routing,
  toServer: boolean,
  state: BacnetState,
  consumed: number,
): Decoded<BacnetMessage> => {
  const flags = b[o]!;
  const pdu = flags >> 4;
  if (pdu > PDU.ABORT) return malformed('bacnet.pdu-type', `PDU type ${pdu}`, consumed);
  const isSegmented = (pdu === PDU.CONFIRMED || pdu === PDU.COMPLEX_ACK) && (flags & 8) !== 0;
  // Octets before the service arguments (20.1.2 to 20.1.9).
  const head =
    (pdu === PDU.CONFIRMED ? 4 : pdu === PDU.UNCONFIRMED ? 2 : pdu === PDU.SEGMENT_ACK ? 4 : 3) + (isSegmented ? 2 : 0);
  if (end - o < head) return malformed('bacnet.apdu-short', `${end - o} of ${head} octets`, consumed);
  if (pdu === PDU.UNCONFIRMED) {
    const choice = b[o + 1]!;
    const out: Arguments = { accesses: [], detail: undefined };
    const reader = READER.reset(b, o + 2, end);
    unconfirmed(choice, reader, state, out);
    const type = TYPES[pdu]![choice] ?? OTHER_TYPES[pdu]!;
    const message = finish(
      r,
      type,
      pdu,
      UNCONFIRMED_SERVICES[choice] ?? `service ${choice}`,
      choice,
      -1,
      out.accesses,
      out.detail,
      '',
      1,
      reader.cut,
      0,
    );
    return { kind: 'message', message, consumed };
  }
  const invokeId = b[o + (pdu === PDU.CONFIRMED ? 2 : 1)]!;
  const key = pairKeyOf(b, r, isFromClient(pdu, flags), toServer, invokeId);
  r.flags = flags;
  r.invokeId = invokeId;
  r.key = key;
  r.consumed = consumed;
  if (pdu === PDU.CONFIRMED) r.limits = b[o + 1]!;
  switch (pdu) {
    case PDU.SEGMENT_ACK:
      r.sequenceNumber = b[o + 2]!;
      r.windowSize = b[o + 3]!;
      return done(r, -1, undefined, '', 1, false);
    case PDU.SIMPLE_ACK:
      return done(r, b[o + 2]!, undefined, '', 1, false);
    case PDU.REJECT:
      r.errorCode = b[o + 2]!;
      return done(r, -1, undefined, `reject: ${named(REJECT_REASONS, b[o + 2]!)} (${b[o + 2]})`, 1, false);
    case PDU.ABORT:
      r.errorCode = b[o + 2]!;
      return done(r, -1, undefined, `abort: ${named(ABORT_REASONS, b[o + 2]!)} (${b[o + 2]})`, 1, false);
    case PDU.ERROR: {
      const reader = READER.reset(b, o + 3, end);
      const items = readGroup(reader); // no closing tag ends it: the end does
      const codes = errorCodes(items);
      r.errorClass = codes[0] ?? -1;
      r.errorCode = codes[1] ?? -1;
      const out: Arguments = { accesses: [], detail: undefined };
      failure(b[o + 2]!, READER.reset(b, o + 3, end), state, out);
      const first = out.accesses[0];
      const reason = first === undefined ? errorText(items) : `${errorText(items)} at ${pathOf(state, first)}`;
      return done(r, b[o + 2]!, out, reason, 1, false);
    }
    default:
      break;
  }
  const ack = pdu === PDU.COMPLEX_ACK;
  const choice = b[o + head - 1]!;
  let bytes = b;
  let from = o + head;
  let to = end;
  let segments = 1;
  if (isSegmented) {
    r.sequenceNumber = b[o + head - 3]!;
    r.moreFollows = (flags & 4) !== 0;
    r.windowSize = b[o + head - 2]!;
    const whole = join(state, key * 2 + (ack ? 1 : 0), b[o + head - 3]!, (flags & 4) !== 0, b, from, to);
    if (whole === undefined) return done(r, choice, undefined, '', 0, false);
    if (typeof whole === 'string') return malformed('bacnet.segments', whole, consumed);
    bytes = whole.bytes;
    from = 0;
    to = bytes.length;
    segments = whole.count;
  }
  const out: Arguments = { accesses: [], detail: undefined };
  const reader = READER.reset(bytes, from, to);
  confirmed(choice, ack, reader, state, out);
  return done(r, choice, out, '', segments, reader.cut);
};

const networkMessage = (
  b: Uint8Array,
  o: number,
  end: number,
  r: Routing,
  consumed: number,
): Decoded<BacnetMessage> => {
  if (o >= end) return malformed('bacnet.network-short', 'no message type', consumed);
  const kind = b[o]!;
  const name = NETWORK_MESSAGES.get(kind) ?? (kind >= 0x80 ? 'Proprietary network message' : 'Unknown network message');
  const detail: Record<string, string | number> = {};
  if (kind <= 0x05 && kind !== 0x02 && kind !== 0x03) {
    const networks: number[] = [];
    for (let p = o + 1; p + 2 <= end && networks.length < 64; p += 2) networks.push(u16be(b, p));
    if (networks.length > 0) detail.networks = networks.join(',');
  } else if (kind === 0x03 && end - o >= 4) {
    detail.reason = named(NETWORK_REJECTS, b[o + 1]!);
    detail.networks = String(u16be(b, o + 2));
  } else if ((kind === 0x13 || kind === 0x02 || kind === 0x08 || kind === 0x09) && end - o >= 3) {
    detail.networks = String(u16be(b, o + 1));
    if (end - o >= 4) {
      if (kind === 0x02) detail.performanceIndex = b[o + 3]!;
      else if (kind === 0x08) detail.terminationTimeMin = b[o + 3]!;
      else if (kind === 0x13) detail.by = b[o + 3] === 1 ? 'configured' : 'learned';
    }
  } else if ((kind === 0x06 || kind === 0x07) && end - o >= 2) {
    // Routing table (6.4.7): network, port, length of the port's information. An empty one asks for the router's.
    detail.ports = b[o + 1]!;
    const networks: number[] = [];
    const ports: string[] = [];
    for (let p = o + 2; p + 4 <= end && networks.length < Math.min(b[o + 1]!, 64); p += 4 + b[p + 3]!) {
      networks.push(u16be(b, p));
      const information = hex(b, p + 4, Math.min(end, p + 4 + b[p + 3]!));
      ports.push(`${u16be(b, p)} by port ${b[p + 2]}${information === '' ? '' : ` (${information})`}`);
    }
    if (networks.length > 0) {
      detail.networks = networks.join(',');
      detail.table = ports.join(', ');
    }
  }
  return {
    kind: 'message',
    message: finish(r, name, -1, name, kind, -1, NO_ACCESSES, detail, '', 1, false, 0),
    consumed,
  };
};

/** BVLC messages without an NPDU: BBMD tables, foreign devices, results, virtual addresses. */
const linkMessage = (b: Uint8Array, r: Routing, toServer: boolean): Decoded<BacnetMessage> => {
  const { detail, reason } = readLinkMessage(b, link);
  const name = bvlcName(r.bvlc);
  const isAnswer = r.bvlc === 0 || r.bvlc === 3 || r.bvlc === 7;
  // BVLC requests have no id: one is open at a time in each direction.
  const key = isAnswer === toServer ? -2 : -1;
  return {
    kind: 'message',
    message: finish(r, name, -2, name, r.bvlc, -1, NO_ACCESSES, detail, reason, 1, false, key),
    consumed: r.consumed,
  };
};

/** One BACnet datagram of IP, or frame of Ethernet. */
export const decodeBacnet = (
  b: Uint8Array,
  o: number,
  limit: number,
  context: PduContext,
  state: BacnetState,
): Decoded<BacnetMessage> => {
  const l = readLink(b, o, limit, context);
  if (l === undefined) return { kind: 'foreign' };
  const consumed = limit - o;
  if (l.error !== '') return malformed(l.error, l.detail, consumed);
  const r = routing.reset(l.bvlc, l.isShort, consumed);
  if (!l.carriesNpdu) return linkMessage(b, r, context.toServer);
  const { end } = l;
  let p = l.from;
  if (l.originAt >= 0) r.origin = l.isIpv6 ? ipv6Address(b, l.originAt) : macOf(b, l.originAt, 6, state);
  if (end - p < 2) return malformed('bacnet.npdu-short', `${end - p} octets`, consumed);
  if (b[p] !== 1) return malformed('bacnet.npdu-version', `version ${b[p]}`, consumed);
  const control = b[p + 1]!;
  p += 2;
  if (control & 0x20) {
    if (end - p < 3 || end - p < 3 + b[p + 2]!) return malformed('bacnet.npdu-short', 'destination cut', consumed);
    r.dnet = u16be(b, p);
    r.dStart = p;
    r.dadr = macOf(b, p + 3, b[p + 2]!, state);
    p += 3 + b[p + 2]!;
    r.dEnd = p;
  }
  if (control & 0x08) {
    if (end - p < 3 || end - p < 3 + b[p + 2]!) return malformed('bacnet.npdu-short', 'source cut', consumed);
    r.snet = u16be(b, p);
    r.sStart = p;
    r.sadr = macOf(b, p + 3, b[p + 2]!, state);
    p += 3 + b[p + 2]!;
    r.sEnd = p;
  }
  if (control & 0x20) {
    if (p >= end) return malformed('bacnet.npdu-short', 'no hop count', consumed);
    r.hopCount = b[p]!;
    p++;
  }
  if (control & 0x80) return networkMessage(b, p, end, r, consumed);
  if (p >= end) return malformed('bacnet.apdu-short', 'no APDU', consumed);
  return apdu(b, p, end, r, context.toServer, state, consumed);
};
