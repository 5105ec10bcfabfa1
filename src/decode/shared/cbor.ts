/**
 * CBOR (RFC 8949) into plain values, for payloads of CoAP: one data item, bounded in depth and number; tags are passed over, octet
 * strings are hexadecimal, maps are pairs in the order of the wire.
 */
import { f32be, f64be, hex, u16be, u32be, u64be, utf8 } from '../../lib/bytes.ts';

const MAX_ITEMS = 512;
const MAX_DEPTH = 6;
const MAX_TEXT = 1024;

export type Cbor = number | bigint | string | boolean | null | readonly Cbor[] | CborMap;
export interface CborMap {
  readonly entries: readonly (readonly [Cbor, Cbor])[];
}
export const isMap = (x: Cbor): x is CborMap => typeof x === 'object' && x !== null && !Array.isArray(x);

/** IEEE 754 binary16 (appendix D). */
const half = (bits: number): number => {
  const sign = (bits & 0x8000) !== 0 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
};

interface Reader {
  readonly b: Uint8Array;
  at: number;
  readonly end: number;
  items: number;
}
const BREAK = Symbol('break');
const BAD = Symbol('bad');
type Read = Cbor | typeof BREAK | typeof BAD;

/** Argument of an item's head: its value; -1 for the indefinite length, NaN where it is cut or reserved. */
const argument = (r: Reader, info: number): number | bigint => {
  if (info < 24) return info;
  const size = info === 24 ? 1 : info === 25 ? 2 : info === 26 ? 4 : info === 27 ? 8 : 0;
  if (size === 0) return info === 31 ? -1 : Number.NaN;
  if (size > r.end - r.at) return Number.NaN;
  const at = r.at;
  r.at += size;
  if (size === 1) return r.b[at]!;
  if (size === 2) return u16be(r.b, at);
  if (size === 4) return u32be(r.b, at);
  const long = u64be(r.b, at);
  return long <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(long) : long;
};

const text = (r: Reader, length: number, isText: boolean): Read => {
  if (!(length >= 0) || length > r.end - r.at) return BAD;
  const at = r.at;
  r.at += length;
  const stop = at + Math.min(length, MAX_TEXT);
  return isText ? utf8(r.b, at, stop) : hex(r.b, at, stop);
};
/** Strings of indefinite length come in pieces. */
const pieces = (r: Reader, depth: number): Read => {
  let out = '';
  for (;;) {
    const piece = item(r, depth + 1);
    if (piece === BREAK) return out;
    if (typeof piece !== 'string') return BAD;
    if (out.length < MAX_TEXT) out += piece;
  }
};
const list = (r: Reader, length: number, depth: number): Read => {
  const out: Cbor[] = [];
  for (let i = 0; length < 0 || i < length; i++) {
    const x = item(r, depth + 1);
    if (x === BREAK && length < 0) break;
    if (x === BAD || x === BREAK) return BAD;
    out.push(x);
  }
  return out;
};
const map = (r: Reader, length: number, depth: number): Read => {
  const entries: (readonly [Cbor, Cbor])[] = [];
  for (let i = 0; length < 0 || i < length; i++) {
    const key = item(r, depth + 1);
    if (key === BREAK && length < 0) break;
    if (key === BAD || key === BREAK) return BAD;
    const value = item(r, depth + 1);
    if (value === BAD || value === BREAK) return BAD;
    entries.push([key, value]);
  }
  return { entries };
};
const simple = (r: Reader, info: number): Read => {
  const at = r.at;
  const size = info === 24 ? 1 : info === 25 ? 2 : info === 26 ? 4 : info === 27 ? 8 : 0;
  if (size > r.end - at) return BAD;
  r.at += size;
  switch (info) {
    case 20:
    case 21:
      return info === 21;
    case 25:
      return half(u16be(r.b, at));
    case 26:
      return f32be(r.b, at);
    case 27:
      return f64be(r.b, at);
    case 31:
      return BREAK;
    default:
      return info < 28 ? null : BAD;
  }
};

const item = (r: Reader, depth: number): Read => {
  if (r.at >= r.end || depth > MAX_DEPTH || ++r.items > MAX_ITEMS) return BAD;
  const head = r.b[r.at++]!;
  const major = head >> 5;
  const info = head & 31;
  if (major === 7) return simple(r, info);
  const n = argument(r, info);
  if (typeof n === 'bigint') return major === 0 ? n : major === 1 ? -1n - n : BAD;
  if (Number.isNaN(n)) return BAD;
  switch (major) {
    case 0:
      return n < 0 ? BAD : n;
    case 1:
      return n < 0 ? BAD : -1 - n;
    case 2:
    case 3:
      return n < 0 ? pieces(r, depth) : text(r, n, major === 3);
    case 4:
      return list(r, n, depth);
    case 5:
      return map(r, n, depth);
    default:
      return n < 0 ? BAD : item(r, depth + 1);
  }
};

/** The one item that fills `start`..`end`; undefined where it does not, or is more than the bounds allow. */
export const readCbor = (b: Uint8Array, start = 0, end = b.length): Cbor | undefined => {
  const r: Reader = { b, at: start, end, items: 0 };
  const x = item(r, 0);
  return x === BAD || x === BREAK || r.at !== end ? undefined : x;
};
