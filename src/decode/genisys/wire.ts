/**
 * Genisys (Union Switch & Signal, code system of railway signalling) over TCP: header, station address, pairs of byte address
 * and data, CRC-16, terminator. Octets of 0xF0 and more inside a message are sent as 0xF0 and the low four bits.
 * Source: Genisys Generic Protocol (SM-6900 series manuals).
 */
import type { Decoded, Probe } from '../../core/decoder.ts';

const ESCAPE = 0xf0;
const TERMINATOR = 0xf6;
/** Octets of a message with escapes: 32 bytes of data each with address, doubled, is 140; this is where we stop. */
export const MAX_MESSAGE = 1100;

export const HEADER = {
  ACKNOWLEDGE_CLIENT: 0xf1,
  INDICATION_DATA: 0xf2,
  CONTROL_DATA_CHECKBACK: 0xf3,
  COMMON_CONTROL_DATA: 0xf9,
  ACKNOWLEDGE_AND_POLL: 0xfa,
  POLL: 0xfb,
  CONTROL_DATA: 0xfc,
  RECALL: 0xfd,
  EXECUTE_CONTROLS: 0xfe,
} as const;

/** By the low four bits of the header. */
const NAMES: readonly (string | undefined)[] = [
  undefined,
  'Acknowledge Client',
  'Indication Data',
  'Control Data Checkback',
  undefined,
  undefined,
  undefined,
  undefined,
  undefined,
  'Common Control Data',
  'Acknowledge Indication And Poll',
  'Poll',
  'Control Data',
  'Recall Header',
  'Execute Controls',
];

export interface GenisysMessage {
  readonly type: string;
  readonly header: number;
  /** Address of the station (field unit). */
  readonly station: number;
  /** Sent by the field unit. */
  readonly response: boolean;
  /** -1 where the message carries none (acknowledge, unsecured poll). */
  readonly crc: number;
  readonly crcRight: boolean;
  /** [byte address, data]. */
  readonly pairs: readonly (readonly [number, number])[];
  /** Header, address and data without escapes: what the CRC covers. */
  readonly content: Uint8Array;
}

/** CRC-16, polynomial 0x8005 reflected; units start it with all ones. */
export const genisysCrc = (b: ArrayLike<number>, end: number, first: number): number => {
  let c = first;
  for (let i = 0; i < end; i++) {
    c ^= b[i]!;
    for (let bit = 0; bit < 8; bit++) c = (c & 1) !== 0 ? (c >> 1) ^ 0xa001 : c >> 1;
  }
  return c;
};

/** Undefined for octets that begin no message. */
export const headerName = (c: number): string | undefined => (isHeader(c) ? NAMES[c & 15] : undefined);
const isHeader = (c: number): boolean => c > ESCAPE && c < 0xff && NAMES[c & 15] !== undefined;
const FOREIGN = { kind: 'foreign' } as const;

const isBare = (header: number, length: number): boolean =>
  header === HEADER.ACKNOWLEDGE_CLIENT || (header === HEADER.POLL && length < 4);

/** Removes escapes from `start`..`stop`; undefined where an octet stands that may not. */
const removeEscapes = (b: Uint8Array, start: number, stop: number): number[] | undefined => {
  const plain: number[] = [b[start]!];
  for (let i = start + 1; i < stop; i++) {
    const c = b[i]!;
    if (c < ESCAPE) plain.push(c);
    else if (c === ESCAPE && i + 1 < stop && b[i + 1]! <= 15) plain.push(ESCAPE | b[++i]!);
    else return undefined;
  }
  return plain;
};

/** `start`..`stop` without the terminator. The CRC stands there as it is, or with escapes: equipment differs. */
const read = (b: Uint8Array, start: number, stop: number): GenisysMessage | undefined => {
  const header = b[start]!;
  if (isBare(header, stop - start)) {
    const plain = removeEscapes(b, start, stop);
    return plain === undefined || plain.length < 2 ? undefined : build(plain, plain.length, -1, true);
  }
  if (stop - start < 4) return undefined;
  const crc = b[stop - 2]! | (b[stop - 1]! << 8);
  const plain = removeEscapes(b, start, stop - 2);
  const right = plain !== undefined && plain.length >= 2 && crcFits(plain, plain.length, crc);
  if (right) return build(plain, plain.length, crc, true);
  const all = removeEscapes(b, start, stop);
  if (all !== undefined && all.length >= 4) {
    const end = all.length - 2;
    const escaped = all[end]! | (all[end + 1]! << 8);
    if (crcFits(all, end, escaped)) return build(all, end, escaped, true);
  }
  return plain === undefined || plain.length < 2 ? undefined : build(plain, plain.length, crc, false);
};

const crcFits = (plain: ArrayLike<number>, end: number, crc: number): boolean =>
  genisysCrc(plain, end, 0xffff) === crc || genisysCrc(plain, end, 0) === crc;

const build = (plain: readonly number[], end: number, crc: number, crcRight: boolean): GenisysMessage => {
  const header = plain[0]!;
  const pairs: (readonly [number, number])[] = [];
  for (let i = 2; i + 1 < end; i += 2) pairs.push([plain[i]!, plain[i + 1]!]);
  return {
    type: NAMES[header & 15]!,
    header,
    station: plain[1]!,
    response: header <= HEADER.CONTROL_DATA_CHECKBACK,
    crc,
    crcRight,
    pairs,
    content: Uint8Array.from(plain.slice(0, end)),
  };
};

interface Found {
  readonly message: GenisysMessage | undefined;
  /** Position of the terminator. */
  readonly stop: number;
}
/** Octets of a CRC may look like the terminator: at most so many are tried. */
const MAX_TERMINATORS = 3;
/** -1: the terminator is not there yet; -2: this is not Genisys. The first terminator counts where no CRC fits. */
const find = (b: Uint8Array, start: number, end: number): Found | -1 | -2 => {
  const limit = end - start > MAX_MESSAGE ? start + MAX_MESSAGE : end;
  let first: Found | undefined;
  let tried = 0;
  for (let i = start + 2; i < limit && tried < MAX_TERMINATORS; i++) {
    if (b[i] !== TERMINATOR) {
      // Behind the first terminator only the two octets of a CRC can stand.
      if (first !== undefined && i > first.stop + 2) break;
      continue;
    }
    const message = read(b, start, i);
    if (message?.crcRight === true) return { message, stop: i };
    first ??= { message, stop: i };
    tried++;
  }
  // The terminator itself may still be on its way, if this one is an octet of the CRC.
  if (first !== undefined) return first.stop + 3 > end && first.stop + 3 > limit ? -1 : first;
  // The last octets may be those of a CRC, and an escape may be cut in two.
  let stop = limit - 3 > start ? limit - 3 : start + 1;
  if (stop > start + 1 && b[stop - 1] === ESCAPE) stop--;
  if (removeEscapes(b, start, stop) === undefined) return -2;
  return limit < end ? -2 : -1;
};

/** Code: `genisys.short`. A wrong CRC stands in the message: what it said was said. */
export const decodeGenisys = (b: Uint8Array, start: number, end: number): Decoded<GenisysMessage> => {
  if (!isHeader(b[start]!)) return FOREIGN;
  const found = find(b, start, end);
  if (found === -2) return FOREIGN;
  if (found === -1) return { kind: 'incomplete', missing: 1 };
  const consumed = found.stop + 1 - start;
  if (found.message === undefined)
    return { kind: 'malformed', code: 'genisys.short', detail: 'no room for address and CRC', consumed };
  return { kind: 'message', message: found.message, consumed };
};

/** Sure only where a CRC proves it; an acknowledge is three octets and needs the port's hint. */
export const probeGenisys = (b: Uint8Array, start: number, end: number): Probe => {
  if (!isHeader(b[start]!)) return 'no';
  const found = find(b, start, end);
  if (found === -2) return 'no';
  if (found === -1) return 'more';
  if (found.message === undefined || !found.message.crcRight) return 'no';
  return found.message.crc < 0 ? 'maybe' : 'sure';
};

/** A message with its CRC and escapes; `bare` without CRC. */
export const encodeGenisys = (
  header: number,
  station: number,
  pairs: readonly (readonly [number, number])[] = [],
  bare = false,
): Uint8Array => {
  const plain = [header, station, ...pairs.flat()];
  const crc = genisysCrc(plain, plain.length, 0xffff);
  if (!bare) plain.push(crc & 255, crc >> 8);
  const out = [header];
  for (const octet of plain.slice(1)) {
    if (octet >= ESCAPE) out.push(ESCAPE, octet & 15);
    else out.push(octet);
  }
  return Uint8Array.of(...out, TERMINATOR);
};
