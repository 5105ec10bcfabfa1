/**
 * Octets of data items to values, by the element type that the request named. Elementary types as in IEC 61131-3;
 * S5TIME and BCD counters as in the STEP 7 manuals.
 */
import type { Value } from '../../core/observation.ts';
import { ascii, f32be, hex, i16be, i32be, u16be, u32be } from '../../lib/bytes.ts';
import { OctetMemo } from '../shared/octet-memo.ts';
import { elementOf, type S7Item, SYNTAX, TYPE } from './address.ts';
import { bcdTime } from './blocks.ts';

/** Arrays of more elements than this are one value in hexadecimal. */
export const MAX_ELEMENTS = 64;
/** Octets of an array shown as one hexadecimal value; the rest is cut. PDUs are at most 960 in practice. */
const MAX_HEX = 1024;

/** Elements that `length` octets hold when they are reported one by one; 1 when the item is one value. */
export const elementCount = (item: S7Item, length: number): number => {
  if (item.syntax !== SYNTAX.S7ANY || item.count <= 1 || item.count > MAX_ELEMENTS) return 1;
  const { octets } = elementOf(item.elementType);
  // Arrays of octets and characters are strings or structures whose parts we do not know.
  if (item.elementType === TYPE.BYTE || item.elementType === TYPE.CHAR) return 1;
  return Math.max(1, Math.min(item.count, Math.floor(length / octets)));
};

/** Three BCD digits in the lower 12 bits; -1 where one is none. */
const threeDigits = (raw: number): number => {
  const [hundreds, tens, ones] = [(raw >> 8) & 15, (raw >> 4) & 15, raw & 15];
  return hundreds > 9 || tens > 9 || ones > 9 ? -1 : hundreds * 100 + tens * 10 + ones;
};
/** S5TIME: time base in bits 12 and 13 (10 ms, 100 ms, 1 s, 10 s), three BCD digits; in milliseconds. Otherwise the octets. */
const s5TimeMs = (b: Uint8Array, o: number): Value => {
  const raw = u16be(b, o);
  const digits = threeDigits(raw);
  return digits < 0 ? hex(b, o, o + 2) : 10 ** ((raw >> 12) & 3) * 10 * digits;
};
/** A counter: 0..999 as BCD. Simulators that count in binary are told as they count where that is no BCD. */
const counter = (raw: number): number => {
  const digits = (raw & 0xf000) === 0 ? threeDigits(raw) : -1;
  return digits < 0 ? raw : digits;
};
const DATE_AND_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}$/;

/** Value of a whole item: hexadecimal (CHAR: text) where it is an array. `transportSize` decides for other syntaxes. */
export const itemValue = (item: S7Item, b: Uint8Array, o: number, length: number, transportSize: number): Value => {
  if (item.syntax !== SYNTAX.S7ANY) return untyped(b, o, length, transportSize);
  if (item.count <= 1) return elementValue(item.elementType, b, o, length);
  if (item.elementType === TYPE.CHAR) return ascii(b, o, o + Math.min(length, MAX_HEX));
  return hexOf(b, o, Math.min(o + length, o + MAX_HEX, b.length));
};

/** Arrays that are polled and rest: the same octets are the same text, which costs twice their length to make. */
const texts = new OctetMemo<string>();
const hexOf = (b: Uint8Array, start: number, end: number): string => {
  const known = texts.find(b, start, end);
  if (known !== undefined) return known;
  const text = hex(b, start, end);
  if (texts.repeats) texts.keep(b, start, end, text);
  return text;
};

/** Syntaxes that name no type: the transport size says bit, unsigned, signed or real. */
const untyped = (b: Uint8Array, o: number, length: number, transportSize: number): Value => {
  if (transportSize === 3 && length === 1) return (b[o]! & 1) === 1;
  if (transportSize === 7 && length === 4) return f32be(b, o);
  const isSigned = transportSize === 5 || transportSize === 6;
  if (transportSize === 4 || isSigned) {
    if (length === 1) return isSigned ? (b[o]! << 24) >> 24 : b[o]!;
    if (length === 2) return isSigned ? i16be(b, o) : u16be(b, o);
    if (length === 4) return isSigned ? i32be(b, o) : u32be(b, o);
  }
  return hex(b, o, o + Math.min(length, MAX_HEX));
};

/** One element at `o`; hexadecimal of `length` octets where the type is unknown or does not fit them. */
export const elementValue = (elementType: number, b: Uint8Array, o: number, length: number): Value => {
  if (length < elementOf(elementType).octets) return hex(b, o, o + length);
  switch (elementType) {
    case TYPE.BOOL:
      return (b[o]! & 1) === 1;
    case TYPE.BYTE:
      return b[o]!;
    case TYPE.CHAR:
      return ascii(b, o, o + 1);
    case TYPE.WORD:
    case TYPE.DATE:
      return u16be(b, o);
    case TYPE.COUNTER:
      return counter(u16be(b, o));
    case TYPE.INT:
      return i16be(b, o);
    case TYPE.DWORD:
    case TYPE.TIME_OF_DAY:
      return u32be(b, o);
    case TYPE.DINT:
    case TYPE.TIME:
      return i32be(b, o);
    case TYPE.REAL:
      return f32be(b, o);
    case TYPE.S5TIME:
    case TYPE.TIMER:
      return s5TimeMs(b, o);
    case TYPE.DATE_AND_TIME: {
      const text = bcdTime(b, o);
      return DATE_AND_TIME.test(text) ? text : hex(b, o, o + 8);
    }
    default:
      return hex(b, o, o + Math.min(length, MAX_HEX));
  }
};
