/**
 * Data link frames and transport segments: FT3 blocks with their CRCs, reassembly of fragments, and the encoders.
 * Source: IEEE 1815-2012 clauses 8 (transport function), 9 (data link layer), 13 (over TCP and UDP).
 */
import type { Decoded, PduContext, Probe } from '../../core/decoder.ts';
import { u16le } from '../../lib/bytes.ts';
import { decodeFragment } from './application.ts';
import { crcFits, crcOf } from './crc.ts';
import type { Dnp3Message, Fragment, LinkDefect } from './message.ts';
import { FUNCTION, functionName, isSilent, PRIMARY_NAMES, REQUEST_NAMES, SECONDARY_NAMES } from './names.ts';

export type { Dnp3Message, Fragment, ObjectBlock, ObjectDetail } from './message.ts';
export { FUNCTION } from './names.ts';

/** start (2), length (1), control (1), destination (2), source (2), CRC (2). */
export const HEADER_LENGTH = 10;
/** The length field counts control, addresses and user data. */
const MIN_LENGTH = 5;
const BLOCK = 16;
/** Octets of the longest frame: 250 of user data in 16 blocks. */
export const MAX_FRAME = 292;
/** Octets kept of one fragment while its segments arrive; a longer one is dropped and has the defect `transport-overflow`. */
export const MAX_FRAGMENT = 16_384;
/** Requests of one pair that wait for answers; the oldest is forgotten, its answer comes without request. */
const MAX_ASKED = 64;
/** Pairs of addresses on one flow whose segments and sequence numbers are kept; the oldest gives way. */
export const MAX_PAIRS = 256;

export const CONTROL = { FROM_MASTER: 0x80, PRIMARY: 0x40, FCB: 0x20, FCV: 0x10 } as const;
const RESET_LINK = 0;
const CONFIRMED_USER_DATA = 3;
const UNCONFIRMED_USER_DATA = 4;
const REQUEST_LINK_STATUS = 9;
/** Destinations of everybody: the three differ in the confirmation asked for (9.2.4.1.4). */
export const BROADCAST = 0xfffd;
/** Whoever is connected answers, with its own address. */
export const SELF_ADDRESS = 0xfffc;

const FOREIGN = { kind: 'foreign' } as const;

/** What is kept for one direction between two addresses. */
interface Pair {
  /** Octets of the segments so far; undefined while none waits. */
  octets: Uint8Array | undefined;
  used: number;
  /** Sequence number that the next segment must have. */
  next: number;
  /** Requests not answered yet, oldest first: their number * 16 + sequence number. */
  readonly asked: number[];
  /** Number of the request that the response under way answers. */
  exchange: number;
}

export interface LinkState {
  /** A frame with right CRCs was seen: the flow is DNP3 whatever comes next. */
  synced: boolean;
  readonly pairs: Map<number, Pair>;
  /** Requests seen. */
  requests: number;
}
export const openLink = (): LinkState => ({ synced: false, pairs: new Map(), requests: 0 });

const frameLength = (length: number): number => {
  const data = length - MIN_LENGTH;
  return HEADER_LENGTH + data + 2 * ((data + BLOCK - 1) >> 4);
};

/** First 0x05 0x64 at `from` or later; where the search ends when there is none (a last 0x05 may begin one). */
const nextStart = (b: Uint8Array, from: number, end: number): number => {
  for (let i = from; i < end; i++) if (b[i] === 0x05 && (i + 1 === end || b[i + 1] === 0x64)) return i;
  return end;
};

/** User data of the current frame without its CRCs; used within one call only. */
const data = new Uint8Array(256);

/** One frame from `start`; see `Decoded`. Codes: `dnp3.start`, `dnp3.length`, `dnp3.header-crc`, `dnp3.data-crc`. */
export const decodeFrame = (
  b: Uint8Array,
  start: number,
  end: number,
  context: PduContext,
  state: LinkState,
): Decoded<Dnp3Message> => {
  const available = end - start;
  if (b[start] !== 0x05 || (available > 1 && b[start + 1] !== 0x64)) {
    const next = nextStart(b, start + 1, end);
    // The rest of a frame whose beginning was lost is nobody's fault.
    if (context.afterGap && (state.synced || next < end)) return { kind: 'skip', consumed: next - start };
    return state.synced ? malformed('dnp3.start', 'octets between frames', next - start) : FOREIGN;
  }
  if (available < HEADER_LENGTH) return { kind: 'incomplete', missing: HEADER_LENGTH - available };
  if (!crcFits(b, start, start + 8)) {
    if (!state.synced && !context.afterGap) return FOREIGN;
    return malformed('dnp3.header-crc', 'CRC of the link header is wrong', nextStart(b, start + 2, end) - start);
  }
  const length = b[start + 2]!;
  if (length < MIN_LENGTH) return malformed('dnp3.length', 'length below 5', HEADER_LENGTH);
  const total = frameLength(length);
  if (available < total) return { kind: 'incomplete', missing: total - available };
  let used = 0;
  for (let at = start + HEADER_LENGTH; at < start + total; ) {
    const stop = Math.min(at + BLOCK, start + total - 2);
    if (!crcFits(b, at, stop)) return malformed('dnp3.data-crc', 'CRC of a data block is wrong', total);
    while (at < stop) data[used++] = b[at++]!;
    at += 2;
  }
  state.synced = true;
  const control = b[start + 3]!;
  const destination = u16le(b, start + 4);
  const source = u16le(b, start + 6);
  const service = control & 15;
  if (used > 0 && control & CONTROL.PRIMARY) {
    if (service === CONFIRMED_USER_DATA || service === UNCONFIRMED_USER_DATA)
      return { kind: 'message', message: userData(length, control, destination, source, used, state), consumed: total };
    if (service !== RESET_LINK && service !== REQUEST_LINK_STATUS)
      return { kind: 'message', message: strayData(length, control, destination, source, used), consumed: total };
  }
  const type =
    ((control & CONTROL.PRIMARY) !== 0 ? PRIMARY_NAMES[control & 15] : SECONDARY_NAMES[control & 15]) ??
    'Link Reserved';
  return {
    kind: 'message',
    message: { type, length, control, destination, source, transport: -1, application: undefined, defect: '' },
    consumed: total,
  };
};

const malformed = (code: string, detail: string, consumed: number): Decoded<Dnp3Message> => ({
  kind: 'malformed',
  code,
  detail,
  consumed,
});

/** User data under a service that has none: to be ignored by the receiver (9.2.4.1.3), so it takes part in nothing. */
const strayData = (length: number, control: number, destination: number, source: number, used: number): Dnp3Message => {
  const transport = data[0]!;
  return {
    type: PRIMARY_NAMES[control & 15] ?? 'Link Reserved',
    length,
    control,
    destination,
    source,
    transport,
    application: (transport & 0xc0) === 0xc0 ? decodeFragment(data, 1, used) : undefined,
    defect: 'link-function',
  };
};

const pairOf = (state: LinkState, source: number, destination: number): Pair => {
  const key = source * 65536 + destination;
  let pair = state.pairs.get(key);
  if (pair === undefined) {
    if (state.pairs.size >= MAX_PAIRS) state.pairs.delete(state.pairs.keys().next().value as number);
    pair = { octets: undefined, used: 0, next: -1, asked: [], exchange: 0 };
    state.pairs.set(key, pair);
  }
  return pair;
};

/** The transport segment in `data` (8.2): its fragment when it is the last. */
const userData = (
  length: number,
  control: number,
  destination: number,
  source: number,
  used: number,
  state: LinkState,
): Dnp3Message => {
  const transport = data[0]!;
  const pair = pairOf(state, source, destination);
  let fragment: Fragment | undefined;
  let defect: LinkDefect = '';
  const first = (transport & 0x40) !== 0;
  const last = (transport & 0x80) !== 0;
  if (first && last) {
    pair.octets = undefined;
    fragment = complete(data, 1, used, pair, source, destination, state);
    if (fragment === undefined) defect = 'short-fragment';
  } else if (!first && (pair.octets === undefined || pair.next !== (transport & 63))) {
    pair.octets = undefined;
    defect = 'transport-sequence';
  } else {
    if (first || pair.octets === undefined) {
      pair.octets = new Uint8Array(2048);
      pair.used = 0;
    }
    if (pair.used + used - 1 > MAX_FRAGMENT) {
      pair.octets = undefined;
      defect = 'transport-overflow';
    } else {
      if (pair.used + used - 1 > pair.octets.length) {
        const larger = new Uint8Array(Math.min(MAX_FRAGMENT, pair.octets.length * 2));
        larger.set(pair.octets);
        pair.octets = larger;
      }
      for (let i = 1; i < used; i++) pair.octets[pair.used++] = data[i]!;
      pair.next = ((transport & 63) + 1) & 63;
      if (last) {
        fragment = complete(pair.octets, 0, pair.used, pair, source, destination, state);
        pair.octets = undefined;
        if (fragment === undefined) defect = 'short-fragment';
      }
    }
  }
  const type =
    fragment === undefined ? 'Transport Segment' : functionName(fragment.functionCode) || 'Reserved Function';
  return { type, length, control, destination, source, transport, application: fragment, defect };
};

const complete = (
  b: Uint8Array,
  start: number,
  end: number,
  pair: Pair,
  source: number,
  destination: number,
  state: LinkState,
): Fragment | undefined => {
  const fragment = decodeFragment(b, start, end);
  if (fragment === undefined) return undefined;
  const sequence = fragment.control & 15;
  const code = fragment.functionCode;
  if (code < 0x80) {
    if (isSilent(code) || destination >= BROADCAST) return fragment;
    // The reply to a challenge continues the request that was challenged.
    fragment.exchange = isChallengeReply(fragment)
      ? (state.pairs.get(destination * 65536 + source)?.exchange ?? 0)
      : ++state.requests;
    if (pair.asked.length >= MAX_ASKED) pair.asked.shift();
    pair.asked.push(fragment.exchange * 16 + sequence);
  } else if (code !== FUNCTION.UNSOLICITED_RESPONSE) {
    // Only the first fragment repeats the request's number; the others count on from it (4.2.2.4.5).
    if ((fragment.control & 0x80) !== 0 || pair.exchange === 0)
      pair.exchange = answered(state.pairs.get(destination * 65536 + source)?.asked, sequence);
    fragment.exchange = pair.exchange;
  }
  return fragment;
};

/** The oldest request of that sequence number: requests are worked off in order, so those before it have lost their answer. */
const answered = (asked: number[] | undefined, sequence: number): number => {
  if (asked === undefined) return 0;
  for (let i = 0; i < asked.length; i++)
    if ((asked[i]! & 15) === sequence) {
      const exchange = Math.floor(asked[i]! / 16);
      asked.splice(0, i + 1);
      return exchange;
    }
  return 0;
};

/** An authentication request that answers a challenge (g120v2). */
export const isChallengeReply = (f: Fragment): boolean =>
  f.functionCode === FUNCTION.AUTHENTICATION_REQUEST && f.objects.some((o) => o.group === 120 && o.variation === 2);

/** Start octets, a length of at least 5 and the CRC of the header: 40 bits that chance does not give. */
export const probeFrame = (b: Uint8Array, start: number, end: number, context: PduContext): Probe => {
  if (b[start] === 0x05 && (end - start < 2 || b[start + 1] === 0x64)) {
    if (end - start < HEADER_LENGTH) return 'more';
    return b[start + 2]! >= MIN_LENGTH && crcFits(b, start, start + 8) ? 'sure' : 'no';
  }
  // A capture may begin within a frame: the next one stands at most a frame's length away.
  if (context.serverPort !== 20000 && context.clientPort !== 20000) return 'no';
  const limit = Math.min(end, start + MAX_FRAME) - HEADER_LENGTH;
  for (let i = start + 1; i <= limit; i++)
    if (b[i] === 0x05 && b[i + 1] === 0x64 && b[i + 2]! >= MIN_LENGTH && crcFits(b, i, i + 8)) return 'sure';
  return 'no';
};

/** Puts the CRC of the header and of each block of user data right (9.2.4.3). */
export const resealFrame = (b: Uint8Array, start: number, end: number): void => {
  const seal = (from: number, to: number): void => {
    const crc = crcOf(b, from, to);
    b[to] = crc & 255;
    b[to + 1] = crc >> 8;
  };
  if (end - start < HEADER_LENGTH) return;
  seal(start, start + 8);
  for (let at = start + HEADER_LENGTH; at + 2 < end; at += BLOCK + 2) seal(at, Math.min(at + BLOCK, end - 2));
};

export interface FrameFields {
  /** The control octet without length: DIR, PRM, FCB, FCV, function. */
  readonly control: number;
  readonly destination: number;
  readonly source: number;
}

/** A frame around `user` data (0..250 octets). @throws RangeError when it is longer. */
export const encodeFrame = (f: FrameFields, user: Uint8Array): Uint8Array => {
  if (user.length > 250) throw new RangeError(`a DNP3 frame holds at most 250 octets, this has ${user.length}`);
  const out = new Uint8Array(frameLength(MIN_LENGTH + user.length));
  out.set([
    0x05,
    0x64,
    MIN_LENGTH + user.length,
    f.control,
    f.destination & 255,
    f.destination >> 8,
    f.source & 255,
    f.source >> 8,
  ]);
  for (let from = 0, at = HEADER_LENGTH; from < user.length; from += BLOCK, at += BLOCK + 2)
    out.set(user.subarray(from, from + BLOCK), at);
  resealFrame(out, 0, out.length);
  return out;
};

/** A fragment as unconfirmed user data, one frame for each transport segment; `sequence` is that of the first segment. */
export const encodeFrames = (f: Omit<FrameFields, 'control'>, fragment: Uint8Array, sequence = 0): Uint8Array[] => {
  const fromMaster = fragment[1]! < REQUEST_NAMES.length;
  const control = CONTROL.PRIMARY | (fromMaster ? CONTROL.FROM_MASTER : 0) | 4;
  const out: Uint8Array[] = [];
  for (let at = 0; at < fragment.length; at += 249) {
    const piece = fragment.subarray(at, at + 249);
    const user = new Uint8Array(piece.length + 1);
    user[0] = (at === 0 ? 0x40 : 0) | (at + 249 >= fragment.length ? 0x80 : 0) | ((sequence + out.length) & 63);
    user.set(piece, 1);
    out.push(encodeFrame({ ...f, control }, user));
  }
  return out;
};

/** Octets of a fragment: control, function, indications of responses, then `objects` as they are. */
export const encodeFragment = (control: number, functionCode: number, objects: Uint8Array, iin = 0): Uint8Array =>
  functionCode >= 0x80
    ? Uint8Array.of(control, functionCode, iin >> 8, iin & 255, ...objects)
    : Uint8Array.of(control, functionCode, ...objects);
