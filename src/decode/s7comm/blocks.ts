/**
 * Block and file names of S7 controllers: `_0B00000A` is SDB 0 in the active file system.
 */
import { ascii, hex, u16be, u32be } from '../../lib/bytes.ts';
import { tableOf } from '../../lib/table.ts';
import type { DiagnosticEvent, S7File } from './message.ts';

const TYPES = tableOf<string>({
  '08': 'OB',
  '0A': 'DB',
  '0B': 'SDB',
  '0C': 'FC',
  '0D': 'SFC',
  '0E': 'FB',
  '0F': 'SFB',
});
/** `DB` for the two characters `0A` at `o`; the characters themselves where they are no block type. */
export const blockType = (b: Uint8Array, o: number): string => {
  const code = ascii(b, o, o + 2);
  return TYPES[code] ?? code;
};
const CODES = new Map(Object.entries(TYPES).map(([code, name]) => [name, code]));

/** File identifier, type (2), number (5), destination file system (1). */
export const fileOf = (b: Uint8Array, start: number, end: number): S7File => {
  const name = ascii(b, start, end);
  const match = /^_(0[8A-F])(\d{5})([ABP])$/.exec(name);
  if (match === null) return { name, block: name, destination: '' };
  return { name, block: `${TYPES[match[1]!]}${Number(match[2])}`, destination: match[3]! };
};
/** `0800001P` as the lists of _INSE and _DELE write it. */
export const listedBlock = (text: string): string => {
  const match = /^(0[8A-F])(\d{5})[ABP]$/.exec(text);
  return match === null ? text : `${TYPES[match[1]!]}${Number(match[2])}`;
};
/** `_0B00000A` for `SDB0`. @throws RangeError for anything that is no block. */
export const fileName = (block: string, destination: 'A' | 'B' | 'P' = 'A'): string => {
  const match = /^([A-Z]+)(\d{1,5})$/.exec(block);
  const code = match === null ? undefined : CODES.get(match[1]!);
  if (match === null || code === undefined) throw new RangeError(`not a block: ${block}`);
  return `_${code}${match[2]!.padStart(5, '0')}${destination}`;
};

const digits = (octet: number): string => `${octet >> 4}${octet & 15}`;
/** BCD clock of 8 octets (DATE_AND_TIME): year, month, day, hour, minute, second, milliseconds (3 digits), weekday. */
export const bcdTime = (b: Uint8Array, o: number, century?: number): string => {
  const year = b[o]!;
  const two = digits(year);
  const head = century === undefined ? (year >= 0x90 ? '19' : '20') : digits(century);
  const ms = `${digits(b[o + 6]!)}${b[o + 7]! >> 4}`;
  const time = [b[o + 3]!, b[o + 4]!, b[o + 5]!].map(digits).join(':');
  return `${head}${two}-${digits(b[o + 1]!)}-${digits(b[o + 2]!)}T${time}.${ms}`;
};

const MS_PER_DAY = 86_400_000;
const EPOCH_1984 = Date.UTC(1984, 0, 1);
/** Milliseconds since midnight (4) and days since 1984-01-01 (2), as block headers have them; '' when all zero. */
export const blockTime = (b: Uint8Array, o: number): string => {
  const ms = (b[o]! * 2 ** 24 + ((b[o + 1]! << 16) | (b[o + 2]! << 8) | b[o + 3]!)) % MS_PER_DAY;
  const days = u16be(b, o + 4);
  return ms === 0 && days === 0 ? '' : new Date(EPOCH_1984 + days * MS_PER_DAY + ms).toISOString().slice(0, -1);
};

/** 20 octets of the diagnostic buffer: event (2), priority class, OB, data id (2), info 1 (2), info 2 (4), time (8). */
export const diagnosticEvent = (b: Uint8Array, o: number): DiagnosticEvent => ({
  event: `0x${hex(b, o, o + 2)}`,
  priority: b[o + 2]!,
  ob: b[o + 3]!,
  dataId: u16be(b, o + 4),
  info1: u16be(b, o + 6),
  info2: u32be(b, o + 8),
  time: bcdTime(b, o + 12),
});
