/**
 * Safety PDUs of FSoE (Safety over EtherCAT): a command, safe data in pieces of two octets with a CRC each, the connection's id.
 * Source: ETG.5100 (IEC 61784-3-12) sections 8.1.2 (structure) and 8.1.3 (commands, CRC). All numbers are little-endian.
 */
import { u16le } from '../../lib/bytes.ts';

export const COMMAND = {
  FAIL_SAFE_DATA: 0x08,
  RESET: 0x2a,
  PROCESS_DATA: 0x36,
  SESSION: 0x4e,
  PARAMETER: 0x52,
  CONNECTION: 0x64,
} as const;
const NAMES = new Map<number, string>([
  [COMMAND.FAIL_SAFE_DATA, 'fail-safe data'],
  [COMMAND.RESET, 'reset'],
  [COMMAND.PROCESS_DATA, 'process data'],
  [COMMAND.SESSION, 'session'],
  [COMMAND.PARAMETER, 'parameter'],
  [COMMAND.CONNECTION, 'connection'],
]);
/** What a PDU is for; undefined for an octet that is no command. */
export const fsoeCommand = (octet: number): string | undefined => NAMES.get(octet);

/** Why a connection was reset: the first octet of safe data of a Reset PDU (8.3). */
const ERRORS: readonly string[] = [
  'local reset or acknowledgement',
  'command not expected',
  'unknown command',
  'wrong connection id',
  'wrong CRC',
  'watchdog expired',
  'wrong slave address',
  'wrong data',
  'wrong length of communication parameters',
  'wrong communication parameter',
  'wrong length of application parameters',
  'wrong application parameter',
];
export const fsoeError = (code: number): string =>
  ERRORS[code] ?? (code >= 0x80 ? `device error ${code}` : `error ${code}`);

/** Octets of a PDU with `octets` of safe data: one, or an even number. */
export const pduLength = (octets: number): number => (octets === 1 ? 6 : 3 + 2 * octets);
/** Octets of safe data of a PDU of that length. */
export const safeOctets = (length: number): number => (length === 6 ? 1 : (length - 3) / 2);
/** Lengths that are looked for: 1 to 16 octets of safe data. */
export const LENGTHS: readonly number[] = [1, 2, 4, 6, 8, 10, 12, 14, 16].map(pduLength);

/** Where the CRC of a piece lies, behind its safe data. */
export const crcAt = (length: number, piece: number): number => (length === 6 ? 2 : 3 + 4 * piece);
export const pieces = (length: number): number => (length === 6 ? 1 : (length - 3) / 4);
export const connectionIdOf = (b: Uint8Array, at: number, length: number): number => u16le(b, at + length - 2);

/** Safe data of a PDU, its pieces put together. */
export const safeData = (b: Uint8Array, at: number, length: number): Uint8Array => {
  if (length === 6) return b.slice(at + 1, at + 2);
  const out = new Uint8Array(safeOctets(length));
  for (let i = 0; i < out.length; i++) out[i] = b[at + 1 + 4 * (i >> 1) + (i & 1)]!;
  return out;
};

/** x^16 + x^13 + x^12 + x^11 + x^8 + x^7 + x^5 + x^4 + x^2 + x + 1, most significant bit first (8.1.3.2). */
const POLYNOMIAL = 0x39b7;
const TABLE = Uint16Array.from({ length: 256 }, (_, octet) => {
  let crc = octet << 8;
  for (let k = 0; k < 8; k++) crc = (crc & 0x8000) !== 0 ? (crc << 1) ^ POLYNOMIAL : crc << 1;
  return crc;
});
/** The low octet of a table's entry is another one for each: from it the way back is known. */
const BACK = new Uint8Array(256);
for (let i = 0; i < 256; i++) BACK[TABLE[i]! & 0xff] = i;

const forth = (crc: number, octet: number): number => ((crc << 8) & 0xff00) ^ TABLE[(crc >> 8) ^ octet]!;
const back = (crc: number, octet: number): number => {
  const i = BACK[crc & 0xff]!;
  return ((i ^ octet) << 8) | ((crc ^ TABLE[i]!) >> 8);
};

/**
 * The CRC of a piece: over the last CRC_0 received, the connection's id, the sequence number (which is not sent), the command, the
 * piece's index where it is not the first, its safe data and three octets of zero (8.1.3.2). Here from what all pieces have in common.
 */
const tailCrc = (common: number, piece: number, b: ArrayLike<number>, from: number, to: number): number => {
  let crc = piece > 0 ? forth(forth(common, piece & 0xff), piece >> 8) : common;
  for (let i = from; i < to; i++) crc = forth(crc, b[i]!);
  for (let i = 0; i < 3; i++) crc = forth(crc, 0);
  return crc;
};

/**
 * Do the CRCs of a PDU agree with each other? All begin with the same octets, of which some are not on the wire; what they make
 * follows from the first CRC, read backwards, and the others must follow from that. Undefined for a PDU with one piece only.
 */
export const agrees = (b: Uint8Array, at: number, length: number): boolean | undefined => {
  const count = pieces(length);
  if (count < 2) return undefined;
  let common = u16le(b, at + 3);
  for (let i = 0; i < 3; i++) common = back(common, 0);
  common = back(back(common, b[at + 2]!), b[at + 1]!);
  for (let i = 1; i < count; i++) {
    const from = at + 1 + 4 * i;
    if (tailCrc(common, i, b, from, from + 2) !== u16le(b, from + 2)) return false;
  }
  return true;
};

/** The sequence number that a PDU was made with, when the CRC_0 its sender had received is known. */
export const sequenceOf = (b: Uint8Array, at: number, length: number, received: number): number => {
  const id = connectionIdOf(b, at, length);
  let before = 0;
  for (const word of [received, id]) before = forth(forth(before, word & 0xff), word >> 8);
  const end = crcAt(length, 0);
  let after = u16le(b, at + end);
  for (let i = 0; i < 3; i++) after = back(after, 0);
  for (let i = end - 1; i >= 0; i--) after = back(after, b[at + i]!);
  // Two octets lead from one state to the other, and only these.
  const second = BACK[after & 0xff]!;
  const first = BACK[((after ^ TABLE[second]!) >> 8) & 0xff]!;
  const between = forth(before, first ^ (before >> 8));
  return (first ^ (before >> 8)) | ((second ^ (between >> 8)) << 8);
};
