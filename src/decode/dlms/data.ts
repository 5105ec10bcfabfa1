/**
 * Data of DLMS/COSEM as A-XDR lays it out (IEC 62056-5-3 clause 9.5, Data; IEC 62056-6-2 clause 4.1.5, common data types): each
 * value says its type, arrays and structures hold others, a compact array tells the type of its elements once.
 */
import { ascii, f32be, f64be, hex, i16be, i64be, u16be, u32be, u64be } from '../../lib/bytes.ts';

/** Levels of arrays and structures that are walked; deeper ones end the reading. */
const MAX_DEPTH = 8;
/** Elements of arrays and structures walked in one APDU. */
const MAX_ELEMENTS = 4096;
/** Of these as many are kept; further ones are checked and counted. */
const MAX_KEPT = 256;
/** Octets of one text or octet string that are kept. */
const MAX_TEXT = 64;

export type DlmsValue = number | string | boolean | bigint;
export interface DlmsData {
  /** As the standard names it: `octet-string`, `structure`. */
  readonly type: string;
  /** Of arrays and structures the number of elements as text. */
  readonly value: DlmsValue;
  /** Elements of an array or structure. */
  readonly items?: readonly DlmsData[];
}

/** Where reading is. `bad`: what was announced is not there, or a type that does not exist. */
export interface Cursor {
  at: number;
  readonly end: number;
  elements: number;
  bad: boolean;
}
export const cursorOf = (at: number, end: number): Cursor => ({ at, end, elements: 0, bad: at > end });

export const octet = (b: Uint8Array, c: Cursor): number => {
  if (c.at >= c.end) {
    c.bad = true;
    return 0;
  }
  return b[c.at++]!;
};
/** Moves over `n` octets and gives where they begin. */
export const take = (c: Cursor, n: number): number => {
  const at = c.at;
  if (n > c.end - at) {
    c.bad = true;
    return at;
  }
  c.at = at + n;
  return at;
};
export const word = (b: Uint8Array, c: Cursor): number => {
  const at = take(c, 2);
  return c.bad ? 0 : u16be(b, at);
};
export const long = (b: Uint8Array, c: Cursor): number => {
  const at = take(c, 4);
  return c.bad ? 0 : u32be(b, at);
};

/** Lengths below 128 in one octet, others behind the number of octets that hold them. */
export const readLength = (b: Uint8Array, c: Cursor): number => {
  const first = octet(b, c);
  if (first < 0x80) return first;
  const octets = first & 0x7f;
  if (octets > 4 || octets > c.end - c.at) {
    c.bad = true;
    return 0;
  }
  let n = 0;
  for (let i = 0; i < octets; i++) n = n * 256 + b[c.at++]!;
  return n;
};

const FIXED: Readonly<Record<number, readonly [string, number]>> = {
  0: ['null-data', 0], 3: ['boolean', 1], 5: ['double-long', 4], 6: ['double-long-unsigned', 4], 13: ['bcd', 1], 15: ['integer', 1], 16: ['long', 2], 17: ['unsigned', 1],
  18: ['long-unsigned', 2], 20: ['long64', 8], 21: ['long64-unsigned', 8], 22: ['enum', 1], 23: ['float32', 4], 24: ['float64', 8], 25: ['date-time', 12], 26: ['date', 5],
  27: ['time', 4],
}; // biome-ignore format: a table
const STRINGS: Readonly<Record<number, string>> = {
  4: 'bit-string',
  9: 'octet-string',
  10: 'visible-string',
  12: 'utf8-string',
};
const ARRAY = 1;
const STRUCTURE = 2;
const BIT_STRING = 4;
const OCTET_STRING = 9;
const COMPACT_ARRAY = 19;

const two = (n: number): string => (n === 0xff ? '**' : String(n).padStart(2, '0'));
const dateText = (b: Uint8Array, at: number): string =>
  `${u16be(b, at) === 0xffff ? '****' : u16be(b, at)}-${two(b[at + 2]!)}-${two(b[at + 3]!)}`;
const timeText = (b: Uint8Array, at: number): string => `${two(b[at]!)}:${two(b[at + 1]!)}:${two(b[at + 2]!)}`;
/** Octets of a date-time: date, time with hundredths, deviation in minutes, clock status. */
const DATE_TIME = 12;
const NO_DEVIATION = -0x8000;
/** `2024-05-13 10:20:30.00 -120 min status 0x80`; what is not specified is `**`. */
export const dateTimeText = (b: Uint8Array, at: number): string => {
  const deviation = i16be(b, at + 9);
  return (
    `${dateText(b, at)} ${timeText(b, at + 5)}.${two(b[at + 8]!)}` +
    `${deviation === NO_DEVIATION ? '' : ` ${deviation} min`}` +
    `${b[at + 11] === 0xff ? '' : ` status 0x${b[at + 11]!.toString(16).padStart(2, '0')}`}`
  );
};
/** Clocks and captured rows hold date-times in octet strings: the calendar tells them from others of twelve octets. */
const isDateTime = (b: Uint8Array, at: number): boolean => {
  const year = u16be(b, at);
  const month = b[at + 2]!;
  const day = b[at + 3]!;
  const fits = (n: number, low: number, high: number): boolean => n === 0xff || (n >= low && n <= high);
  return (
    ((year >= 1970 && year <= 2100) || year === 0xffff) &&
    (fits(month, 1, 12) || month >= 0xfd) &&
    (fits(day, 1, 31) || day >= 0xfd) &&
    fits(b[at + 4]!, 1, 7) &&
    fits(b[at + 5]!, 0, 23) &&
    fits(b[at + 6]!, 0, 59) &&
    fits(b[at + 7]!, 0, 59)
  );
};

const fixedValue = (b: Uint8Array, at: number, tag: number): DlmsValue => {
  switch (tag) {
    case 3:
      return b[at] !== 0;
    case 5:
      return u32be(b, at) | 0;
    case 6:
      return u32be(b, at);
    case 15:
      return (b[at]! << 24) >> 24;
    case 16:
      return i16be(b, at);
    case 13:
    case 17:
    case 22:
      return b[at]!;
    case 18:
      return u16be(b, at);
    case 20:
      return i64be(b, at);
    case 21:
      return u64be(b, at);
    case 23:
      return f32be(b, at);
    case 24:
      return f64be(b, at);
    case 25:
      return dateTimeText(b, at);
    case 26:
      return `${dateText(b, at)} weekday ${two(b[at + 4]!)}`;
    case 27:
      return `${timeText(b, at)}.${two(b[at + 3]!)}`;
    default:
      return '';
  }
};

const isText = (b: Uint8Array, start: number, end: number): boolean => {
  for (let i = start; i < end; i++) if (b[i]! < 0x20 || b[i]! > 0x7e) return false;
  return end > start;
};
const stringValue = (b: Uint8Array, tag: number, from: number, size: number, bits: number): string => {
  if (tag === BIT_STRING) {
    let out = '';
    for (let i = 0; i < bits && i < MAX_TEXT; i++) out += (b[from + (i >> 3)]! >> (7 - (i & 7))) & 1;
    return out;
  }
  if (tag === OCTET_STRING && size === DATE_TIME && isDateTime(b, from)) return dateTimeText(b, from);
  const stop = from + Math.min(size, MAX_TEXT);
  return isText(b, from, stop) ? ascii(b, from, stop) : hex(b, from, stop);
};

/** What the elements of a compact array are: a tag, and of arrays and structures what they hold. */
interface Shape {
  readonly tag: number;
  readonly count: number;
  readonly parts: readonly Shape[];
}
const readShape = (b: Uint8Array, c: Cursor, depth: number): Shape => {
  const tag = octet(b, c);
  if (depth > MAX_DEPTH || ++c.elements > MAX_ELEMENTS) c.bad = true;
  if (c.bad) return { tag: 0, count: 0, parts: [] };
  if (tag === ARRAY) {
    const count = word(b, c);
    return { tag, count, parts: [readShape(b, c, depth + 1)] };
  }
  const parts: Shape[] = [];
  if (tag === STRUCTURE) for (let n = readLength(b, c); n > 0 && !c.bad; n--) parts.push(readShape(b, c, depth + 1));
  return { tag, count: parts.length, parts };
};

const NULL: DlmsData = { type: 'null-data', value: '' };
const group = (type: string, count: number, items: readonly DlmsData[]): DlmsData => ({
  type,
  value: `${count} elements`,
  items,
});

/** A value whose type is known. */
const readShaped = (b: Uint8Array, c: Cursor, shape: Shape, depth: number): DlmsData => {
  if (shape.tag !== ARRAY && shape.tag !== STRUCTURE) return readTagged(b, c, shape.tag, depth);
  const items: DlmsData[] = [];
  const count = shape.tag === ARRAY ? shape.count : shape.parts.length;
  for (let i = 0; i < count && !c.bad; i++) {
    const item = readShaped(b, c, shape.parts[shape.tag === ARRAY ? 0 : i]!, depth + 1);
    if (items.length < MAX_KEPT) items.push(item);
  }
  return group(shape.tag === ARRAY ? 'array' : 'structure', count, items);
};

const readCompact = (b: Uint8Array, c: Cursor, depth: number): DlmsData => {
  const shape = readShape(b, c, depth + 1);
  const size = readLength(b, c);
  const from = take(c, size);
  if (c.bad) return NULL;
  const inner: Cursor = { at: from, end: from + size, elements: c.elements, bad: false };
  const items: DlmsData[] = [];
  let count = 0;
  // Elements without octets would never end.
  while (inner.at < inner.end && !inner.bad) {
    const before = inner.at;
    const item = readShaped(b, inner, shape, depth + 1);
    if (inner.at === before) inner.bad = true;
    else count++;
    if (items.length < MAX_KEPT) items.push(item);
  }
  c.elements = inner.elements;
  c.bad ||= inner.bad;
  return group('compact-array', count, items);
};

const readTagged = (b: Uint8Array, c: Cursor, tag: number, depth: number): DlmsData => {
  if (depth > MAX_DEPTH || ++c.elements > MAX_ELEMENTS) c.bad = true;
  if (c.bad) return NULL;
  const fixed = FIXED[tag];
  if (fixed !== undefined) {
    const at = take(c, fixed[1]);
    return c.bad ? NULL : { type: fixed[0], value: fixedValue(b, at, tag) };
  }
  if (tag === ARRAY || tag === STRUCTURE) {
    const count = readLength(b, c);
    const items: DlmsData[] = [];
    for (let i = 0; i < count && !c.bad; i++) {
      const item = readData(b, c, depth + 1);
      if (items.length < MAX_KEPT) items.push(item);
    }
    return group(tag === ARRAY ? 'array' : 'structure', count, items);
  }
  const type = STRINGS[tag];
  if (type !== undefined) {
    const length = readLength(b, c);
    const size = tag === BIT_STRING ? Math.ceil(length / 8) : length;
    const from = take(c, size);
    return c.bad ? NULL : { type, value: stringValue(b, tag, from, size, length) };
  }
  if (tag === COMPACT_ARRAY) return readCompact(b, c, depth);
  c.bad = true;
  return NULL;
};

/** One value at the cursor, which moves behind it; `null-data` where the cursor has become bad. */
export const readData = (b: Uint8Array, c: Cursor, depth = 0): DlmsData => readTagged(b, c, octet(b, c), depth);
