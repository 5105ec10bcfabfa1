/**
 * APDUs: start 0x68, length, four control octets, and the ASDU of I format; the sequence numbers of both directions are
 * followed. Source: IEC 60870-5-104:2006 clause 5.
 */
import type { Decoded, PduContext, Probe } from '../../core/decoder.ts';
import { u16le } from '../../lib/bytes.ts';
import { decodeAsdu, type FieldLengths, fieldLengths, STANDARD } from './asdu.ts';
import type { Asdu, Iec104Message, SequenceDefect } from './message.ts';
import { BROADCAST, CAUSE, CAUSE_NAMES, typeText } from './types.ts';

export type { Asdu, Iec104Message } from './message.ts';

const START = 0x68;
const MIN_LENGTH = 4;
/** APDUs have at most 255 octets, start and length included. */
export const MAX_LENGTH = 253;
export const FORMAT = { I: 0, S: 1, U: 3 } as const;
export const U = {
  STARTDT_ACT: 0x07,
  STARTDT_CON: 0x0b,
  STOPDT_ACT: 0x13,
  STOPDT_CON: 0x23,
  TESTFR_ACT: 0x43,
  TESTFR_CON: 0x83,
} as const;
const U_NAMES: ReadonlyMap<number, string> = new Map<number, string>([
  [U.STARTDT_ACT, 'STARTDT act'],
  [U.STARTDT_CON, 'STARTDT con'],
  [U.STOPDT_ACT, 'STOPDT act'],
  [U.STOPDT_CON, 'STOPDT con'],
  [U.TESTFR_ACT, 'TESTFR act'],
  [U.TESTFR_CON, 'TESTFR con'],
]);
const MODULO = 0x7fff;

const FOREIGN = { kind: 'foreign' } as const;

/** What is followed in one direction; -1 while unknown. */
interface Side {
  /** An APDU was seen. */
  begun: boolean;
  /** N(S) of the first I format seen. */
  first: number;
  /** N(S) that the next I format must have. */
  next: number;
  /** Highest N(R) that this side sent. */
  acknowledged: number;
}
export interface ApduState {
  synced: boolean;
  readonly sides: readonly [Side, Side];
  lengths: FieldLengths;
  /** Types of the commands that went to all stations last. */
  readonly toAll: Set<number>;
}
export const openApdu = (): ApduState => ({
  synced: false,
  sides: [
    { begun: false, first: -1, next: -1, acknowledged: -1 },
    { begun: false, first: -1, next: -1, acknowledged: -1 },
  ],
  lengths: STANDARD,
  toAll: new Set(),
});

/** Could an APDU begin here? Looks at up to six octets. */
const plausible = (b: Uint8Array, at: number, end: number): boolean => {
  const available = end - at;
  if (b[at] !== START) return false;
  if (available < 2) return true;
  const length = b[at + 1]!;
  if (length < MIN_LENGTH || length > MAX_LENGTH) return false;
  if (available < 3) return true;
  const first = b[at + 2]!;
  if ((first & 1) === 0) return available < 5 || (length >= 8 && (b[at + 4]! & 1) === 0);
  if (length !== MIN_LENGTH || (available > 3 && b[at + 3] !== 0)) return false;
  if (available > 4 && (b[at + 4]! & 1) !== 0) return false;
  if (first === 1) return true;
  return U_NAMES.has(first) && (available < 5 || b[at + 4] === 0) && (available < 6 || b[at + 5] === 0);
};

const nextStart = (b: Uint8Array, from: number, end: number): number => {
  for (let i = from; i < end; i++) if (plausible(b, i, end)) return i;
  return end;
};

/** One APDU from `start`; see `Decoded`. Codes: `iec104.start`, `iec104.control`, `iec104.short-asdu`. */
export const decodeApdu = (
  b: Uint8Array,
  start: number,
  end: number,
  context: PduContext,
  state: ApduState,
): Decoded<Iec104Message> => {
  const available = end - start;
  if (b[start] !== START || (available > 1 && (b[start + 1]! < MIN_LENGTH || b[start + 1]! > MAX_LENGTH))) {
    const next = nextStart(b, start + 1, end);
    if (context.afterGap && (state.synced || next < end)) return { kind: 'skip', consumed: next - start };
    return state.synced ? malformed('iec104.start', 'octets between APDUs', next - start) : FOREIGN;
  }
  if (available < 6) return { kind: 'incomplete', missing: 6 - available };
  const length = b[start + 1]!;
  const first = b[start + 2]!;
  const total = 2 + length;
  if ((first & 1) === 1 && !plausible(b, start, end)) {
    if (!state.synced) return FOREIGN;
    return malformed('iec104.control', 'control field of no format', nextStart(b, start + 1, end) - start);
  }
  if (available < total) return { kind: 'incomplete', missing: total - available };
  const side = state.sides[context.toServer ? 0 : 1];
  const other = state.sides[context.toServer ? 1 : 0];
  if (!side.begun) {
    side.begun = true;
    // Both counters of a connection start at 0 (5.1).
    if (!context.afterGap) side.next = 0;
  }
  if ((first & 3) === FORMAT.U) {
    state.synced = true;
    return {
      kind: 'message',
      message: message(U_NAMES.get(first)!, FORMAT.U, length, -1, -1, first, undefined, '', 0),
      consumed: total,
    };
  }
  const received = u16le(b, start + 4) >> 1;
  if ((first & 3) === FORMAT.S) {
    state.synced = true;
    const defect = acknowledge(side, other, received);
    return {
      kind: 'message',
      message: message('S-format acknowledgement', FORMAT.S, length, -1, received, -1, undefined, defect, 0),
      consumed: total,
    };
  }
  const lengths = fieldLengths(b, start + 6, start + total, state.lengths);
  const asdu = decodeAsdu(b, start + 6, start + total, lengths ?? state.lengths);
  if (asdu === undefined)
    return state.synced ? malformed('iec104.short-asdu', 'no complete data unit identifier', total) : FOREIGN;
  if (lengths !== undefined && asdu.count > 0) state.lengths = lengths;
  state.synced = true;
  if (asdu.cause === CAUSE.ACTIVATION) {
    if (asdu.commonAddress === BROADCAST) state.toAll.add(asdu.typeId);
    else state.toAll.delete(asdu.typeId);
  } else if (
    (asdu.cause === CAUSE.ACTIVATION_CONFIRMATION || asdu.cause >= CAUSE.UNKNOWN_TYPE) &&
    asdu.commonAddress !== BROADCAST
  )
    asdu.confirmsBroadcast = state.toAll.has(asdu.typeId);
  const sent = u16le(b, start + 2) >> 1;
  let defect: SequenceDefect = '';
  let by = 0;
  if (side.first < 0) {
    side.first = sent;
    // The capture has no beginning of the connection, yet the other side was heard from its number 0 on: it had just begun.
    if (side.next < 0 && other.first === 0 && sent <= MAX_UNACKNOWLEDGED) side.next = 0;
  }
  if (side.next >= 0 && sent !== side.next) {
    by = (sent - side.next) & MODULO;
    defect = 'gap';
    if (by > MODULO >> 1) {
      defect = 'repeated';
      by = MODULO + 1 - by;
    }
  }
  if (defect !== 'repeated') side.next = (sent + 1) & MODULO;
  const acknowledging = acknowledge(side, other, received);
  return {
    kind: 'message',
    message: message(
      typeText(asdu.typeId),
      FORMAT.I,
      length,
      sent,
      received,
      -1,
      asdu,
      defect === '' ? acknowledging : defect,
      by,
    ),
    consumed: total,
  };
};

/** N(R) goes forward and never beyond what the other side sent (5.1). */
const acknowledge = (side: Side, other: Side, received: number): SequenceDefect => {
  const before = side.acknowledged;
  side.acknowledged = received;
  if (before >= 0 && ((received - before) & MODULO) > MODULO >> 1) {
    side.acknowledged = before;
    return 'acknowledges-less';
  }
  const unsent = other.next < 0 ? 0 : (received - other.next) & MODULO;
  // Frames of the two directions may have been captured in another order: a window of octets on their way is no defect.
  return unsent > MAX_UNSENT && unsent <= MODULO >> 1 ? 'acknowledges-unsent' : '';
};
/** Default of k, the most APDUs that may wait for acknowledgement (9.6). */
const MAX_UNACKNOWLEDGED = 12;
const MAX_UNSENT = 2 * MAX_UNACKNOWLEDGED;

const message = (
  type: string,
  format: number,
  length: number,
  sendSequence: number,
  receiveSequence: number,
  control: number,
  asdu: Asdu | undefined,
  sequence: SequenceDefect,
  sequenceBy: number,
): Iec104Message => ({
  type,
  format,
  length,
  sendSequence,
  receiveSequence,
  control,
  asdu,
  sequence,
  sequenceBy,
});

const malformed = (code: string, detail: string, consumed: number): Decoded<Iec104Message> => ({
  kind: 'malformed',
  code,
  detail,
  consumed,
});

/** U and S format are fixed octets; an I format must agree with its own counts and have a known type and cause. */
export const probeApdu = (b: Uint8Array, start: number, end: number): Probe => {
  if (b[start] !== START || !plausible(b, start, end)) return 'no';
  const available = end - start;
  if (available < 6) return 'more';
  if ((b[start + 2]! & 1) === 1) return available > 6 && !plausible(b, start + 6, end) ? 'maybe' : 'sure';
  const total = 2 + b[start + 1]!;
  if (available < Math.min(total, 10)) return 'more';
  const cause = CAUSE_NAMES[b[start + 8]! & 63] !== undefined;
  if (available < total) return cause ? 'more' : 'no';
  if (fieldLengths(b, start + 6, start + total, STANDARD) === undefined)
    return b[start + 6]! >= 128 && cause ? 'maybe' : 'no';
  // In a long run of octets of anything else such an APDU comes by chance now and then; two of them do not.
  if (available > total && !plausible(b, start + total, end)) return 'maybe';
  return cause ? 'sure' : 'maybe';
};

/** A U or S format APDU. `control`: one of `U`, or 1 for S. */
export const encodeControl = (control: number, receiveSequence = 0): Uint8Array =>
  Uint8Array.of(START, 4, control, 0, (receiveSequence << 1) & 255, receiveSequence >> 7);

export interface AsduFields {
  readonly typeId: number;
  readonly cause: number;
  readonly commonAddress: number;
  readonly originator?: number;
  readonly negative?: boolean;
  readonly test?: boolean;
  /** Information objects: address and octets of their elements. */
  readonly objects: readonly { readonly address: number; readonly elements: Uint8Array }[];
}
/** An I format APDU with one address per object. @throws RangeError beyond 253 octets. */
export const encodeInformation = (sendSequence: number, receiveSequence: number, f: AsduFields): Uint8Array => {
  const body: number[] = [
    f.typeId,
    f.objects.length,
    f.cause | (f.negative ? 0x40 : 0) | (f.test ? 0x80 : 0),
    f.originator ?? 0,
    f.commonAddress & 255,
    f.commonAddress >> 8,
  ];
  for (const o of f.objects) body.push(o.address & 255, (o.address >> 8) & 255, o.address >> 16, ...o.elements);
  if (body.length + 4 > MAX_LENGTH) throw new RangeError(`an APDU has at most 253 octets, this has ${body.length + 4}`);
  return Uint8Array.of(
    START,
    body.length + 4,
    (sendSequence << 1) & 255,
    sendSequence >> 7,
    (receiveSequence << 1) & 255,
    receiveSequence >> 7,
    ...body,
  );
};
