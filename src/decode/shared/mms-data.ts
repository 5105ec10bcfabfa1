/**
 * `Data` of MMS: the values of read and written variables, reports, and of GOOSE. Source: ISO 9506-2 section 14.4.2 (Data),
 * IEC 61850-8-1 section 8.1.3 (UtcTime, bit strings of IEC 61850 types).
 */
import type { Value } from '../../core/observation.ts';
import { ascii, f32be, f64be, hex, u16be, u32be, utf8 } from '../../lib/bytes.ts';
import { encodeInteger, encodeTlv, integerOf, oidText, readBer, ber as tlv } from './asn1.ts';

/** Elements of one PDU's values, all levels together; those behind are left out. */
export const MAX_DATA_ELEMENTS = 4096;
/** Structures in structures; a deeper one is given without its members. */
export const MAX_DATA_DEPTH = 12;
/** Bits of a bit string kept as text, octets of an octet string, characters of a string; the rest is cut. */
const MAX_BITS = 2048;
const MAX_OCTETS = 1024;

export const DATA_TYPES = [
  '',
  'array',
  'structure',
  'boolean',
  'bit-string',
  'integer',
  'unsigned',
  'floating-point',
  'real',
  'octet-string',
  'visible-string',
  'generalized-time',
  'binary-time',
  'bcd',
  'booleanArray',
  'objId',
  'mMSString',
  'utc-time',
] as const;
export type DataType = (typeof DATA_TYPES)[number];

export interface MmsData {
  readonly type: DataType;
  /**
   * Booleans and numbers as such (bigint beyond 48 bits); bit strings as `0110`; octet strings as hexadecimal; times in
   * RFC 3339 (binary times of day as `hh:mm:ss.sss`); '' for arrays and structures.
   */
  readonly value: Value;
  /** Length of the contents on the wire. */
  readonly octets: number;
  /** Members of an array or structure. */
  readonly items: readonly MmsData[] | undefined;
}

const NONE: readonly MmsData[] = [];

/** Two's complement of any length: exact, a number where it fits. */
const wholeOf = (b: Uint8Array, start: number, end: number): number | bigint => {
  const n = integerOf(b, start, end);
  if (!Number.isNaN(n)) return n;
  if (end <= start || end - start > 16) return 0;
  let value = BigInt.asIntN(8, BigInt(b[start]!));
  for (let i = start + 1; i < end; i++) value = (value << 8n) | BigInt(b[i]!);
  return value;
};

/** Bits of a BER bit string (X.690 section 8.6): the first octet counts those unused at the end. */
export const bitsOf = (b: Uint8Array, start: number, end: number): string => {
  if (end <= start) return '';
  const count = Math.min((end - start - 1) * 8 - Math.min(b[start]!, 7), MAX_BITS);
  let out = '';
  for (let i = 0; i < count; i++) out += (b[start + 1 + (i >> 3)]! >> (7 - (i & 7))) & 1 ? '1' : '0';
  return out;
};

const isoOf = (ms: number, fraction: string): string => {
  const date = new Date(ms);
  // Years beyond 9999 do not fit RFC 3339; four octets of seconds end in 2106.
  return `${date.toISOString().slice(0, 19)}${fraction}Z`;
};

/** UtcTime (IEC 61850-8-1 section 8.1.3.6): seconds, binary fraction of 24 bits, quality. Microseconds, cut. */
export const utcTimeText = (b: Uint8Array, o: number): string => {
  const fraction = (b[o + 4]! << 16) | (b[o + 5]! << 8) | b[o + 6]!;
  const us = String(Math.floor((fraction / 0x1000000) * 1e6)).padStart(6, '0');
  const quality = b[o + 7]!;
  const note = (quality & 0x40) !== 0 ? ' (clock failure)' : (quality & 0x20) !== 0 ? ' (not synchronized)' : '';
  return isoOf(u32be(b, o) * 1000, `.${us}`) + note;
};

/** BinaryTime (ISO 9506-2 TimeOfDay): milliseconds of the day and, in six octets, days since 1984-01-01. */
const binaryTime = (b: Uint8Array, start: number, end: number): string => {
  const ms = u32be(b, start);
  const fraction = `.${String(ms % 1000).padStart(3, '0')}`;
  if (end - start === 6) return isoOf(Date.UTC(1984, 0, 1) + u16be(b, start + 4) * 86_400_000 + ms, fraction);
  return `${isoOf(ms % 86_400_000, fraction).slice(11, -1)}`;
};

/** FloatingPoint (ISO 9506-2): one octet of exponent width, then IEEE 754 of 32 or 64 bits. Any other as hexadecimal. */
const floatOf = (b: Uint8Array, start: number, end: number): Value => {
  if (end - start === 5) return f32be(b, start + 1);
  if (end - start === 9) return f64be(b, start + 1);
  return hex(b, start, Math.min(end, start + 16));
};

const cut = (start: number, end: number): number => Math.min(end, start + MAX_OCTETS);

/** Value of a simple type; undefined when the contents contradict it. */
const simple = (b: Uint8Array, type: DataType, start: number, end: number): Value | undefined => {
  const length = end - start;
  switch (type) {
    case 'boolean':
      return length === 1 ? b[start] !== 0 : undefined;
    case 'bit-string':
    case 'booleanArray':
      return length >= 1 ? bitsOf(b, start, end) : undefined;
    case 'integer':
    case 'unsigned':
    case 'bcd':
      return length >= 1 && length <= 16 ? wholeOf(b, start, end) : undefined;
    case 'floating-point':
      return floatOf(b, start, end);
    case 'visible-string':
    case 'generalized-time':
      return ascii(b, start, cut(start, end));
    case 'mMSString':
      return utf8(b, start, cut(start, end));
    case 'binary-time':
      return length === 4 || length === 6 ? binaryTime(b, start, end) : undefined;
    case 'utc-time':
      return length === 8 ? utcTimeText(b, start) : undefined;
    case 'objId':
      return oidText(b, start, end);
    default:
      return hex(b, start, cut(start, end));
  }
};

let left = 0;

const listOf = (b: Uint8Array, start: number, end: number, depth: number): MmsData[] | undefined => {
  const out: MmsData[] = [];
  for (let at = start; at < end; ) {
    if (!readBer(b, at, end)) return undefined;
    const next = tlv.next;
    if (left-- <= 0) return out;
    const one = dataOf(b, depth);
    if (one === undefined) return undefined;
    out.push(one);
    at = next;
  }
  return out;
};

/** The element that `readBer` has just read. */
const dataOf = (b: Uint8Array, depth: number): MmsData | undefined => {
  const { tag, start, end } = tlv;
  // Context class, at most 17: everything else is not Data.
  const number = tag & 0x1f;
  if (tag > 0xff || (tag & 0xc0) !== 0x80 || number === 0 || number >= DATA_TYPES.length) return undefined;
  const type = DATA_TYPES[number]!;
  const octets = end - start;
  if (number <= 2) {
    const items = depth >= MAX_DATA_DEPTH ? NONE : listOf(b, start, end, depth + 1);
    return items && { type, value: '', octets, items };
  }
  const value = simple(b, type, start, end);
  return value === undefined ? undefined : { type, value, octets, items: undefined };
};

/** SEQUENCE OF Data in `start`..`end`; undefined when it is malformed. */
export const readDataList = (b: Uint8Array, start: number, end: number): readonly MmsData[] | undefined => {
  left = MAX_DATA_ELEMENTS;
  return listOf(b, start, end, 0);
};

/** One Data at `o`; undefined when there is none. `ber.next` is where the following element begins. */
export const readData = (b: Uint8Array, o: number, end: number): MmsData | undefined => {
  if (!readBer(b, o, end)) return undefined;
  const next = tlv.next;
  left = MAX_DATA_ELEMENTS;
  const data = dataOf(b, 0);
  tlv.next = next;
  return data;
};

/** Characters of a value's text; longer ones end in an ellipsis. */
const MAX_TEXT = 400;
/** `{true, 0000, {1, 2}}`: for people and for values that must be one text. */
export const dataText = (data: MmsData): string => {
  if (data.items === undefined) return String(data.value);
  let out = '{';
  for (let i = 0; i < data.items.length; i++) {
    if (out.length > MAX_TEXT) {
      out += ', …';
      break;
    }
    out += (i > 0 ? ', ' : '') + dataText(data.items[i]!);
  }
  return `${out}}`;
};
/** A simple value as such, structures as text. */
export const plainValue = (data: MmsData): Value => (data.items === undefined ? data.value : dataText(data));

/** IEC 61850-8-1 section 8.1.3.9: the first two bits of Quality. */
export const validityOf = (bits: string): 'good' | 'uncertain' | 'bad' =>
  bits.startsWith('00') ? 'good' : bits.startsWith('11') ? 'uncertain' : 'bad';

/** Octets of a value, for tests and the sample plant: as `readData` gave it. */
export const encodeData = (data: MmsData): number[] => {
  const number = DATA_TYPES.indexOf(data.type);
  if (data.items !== undefined) return encodeTlv(0xa0 | number, data.items.flatMap(encodeData));
  const tag = 0x80 | number;
  const v = data.value;
  switch (data.type) {
    case 'boolean':
      return encodeTlv(tag, [v === true ? 255 : 0]);
    case 'integer':
    case 'unsigned':
    case 'bcd':
      return encodeTlv(tag, encodeInteger(Number(v)));
    case 'floating-point': {
      const octets = new Uint8Array(4);
      new DataView(octets.buffer).setFloat32(0, Number(v));
      return encodeTlv(tag, [8, ...octets]);
    }
    case 'bit-string': {
      const bits = String(v);
      const octets: number[] = [];
      for (let i = 0; i < bits.length; i += 8) octets.push(Number.parseInt(bits.slice(i, i + 8).padEnd(8, '0'), 2));
      return encodeTlv(tag, [(8 - (bits.length % 8)) % 8, ...octets]);
    }
    case 'utc-time': {
      const ms = Date.parse(`${String(v).slice(0, 19)}Z`);
      const s = Math.floor(ms / 1000);
      return encodeTlv(tag, [s >>> 24, (s >>> 16) & 255, (s >>> 8) & 255, s & 255, 0, 0, 0, 0]);
    }
    case 'octet-string':
      return encodeTlv(
        tag,
        (String(v).match(/../g) ?? []).map((x) => Number.parseInt(x, 16)),
      );
    default:
      return encodeTlv(tag, [...new TextEncoder().encode(String(v))]);
  }
};
