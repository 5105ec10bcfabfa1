/**
 * Numbers and values of S7comm-plus. Integers of variable length have 7 bits an octet, most significant first, bit 7 says
 * that another follows; the ninth octet of a 64-bit one has 8 bits. A value has flags, a type and its octets.
 */
import { ascii, f32be, f64be, hex, i32be, u16be, u32be, u64be, utf8 } from '../../lib/bytes.ts';
import { isSecret } from './names.ts';

/** Values and objects of one PDU; what comes behind is not read. */
export const MAX_VALUES = 2048;
/** Members of an array shown; the rest is counted. */
const MAX_SHOWN = 16;
/** Octets of text kept. */
const MAX_TEXT = 256;
/** Structures in structures. */
const MAX_DEPTH = 6;

/** Where a PDU is read, and whether that went beyond it. */
export class Reader {
  readonly b: Uint8Array;
  o: number;
  readonly end: number;
  /** Nothing read after this became true is meaningful. */
  failed = false;
  values = 0;
  constructor(b: Uint8Array, o: number, end: number) {
    this.b = b;
    this.o = o;
    this.end = end;
  }
  has(n: number): boolean {
    if (this.o + n <= this.end && !this.failed) return true;
    this.failed = true;
    return false;
  }
  u8(): number {
    return this.has(1) ? this.b[this.o++]! : 0;
  }
  u16(): number {
    if (!this.has(2)) return 0;
    this.o += 2;
    return u16be(this.b, this.o - 2);
  }
  u32(): number {
    if (!this.has(4)) return 0;
    this.o += 4;
    return u32be(this.b, this.o - 4);
  }
  /** Unsigned up to 32 bits (5 octets). */
  vlq(): number {
    let v = 0;
    for (let i = 0; i < 5; i++) {
      const x = this.u8();
      v = v * 128 + (x & 0x7f);
      if ((x & 0x80) === 0) return v;
    }
    this.failed = true;
    return 0;
  }
  /** Signed: bit 6 of the first octet is the sign. */
  signedVlq(octets: number): bigint {
    let v = 0n;
    for (let i = 0; i < octets; i++) {
      const x = this.u8();
      if (i === 0 && (x & 0x40) !== 0) v = -1n;
      if (i === 8) return (v << 8n) | BigInt(x);
      v = i === 0 ? (v << 6n) | BigInt(x & 0x3f) : (v << 7n) | BigInt(x & 0x7f);
      if ((x & 0x80) === 0) return v;
    }
    this.failed = true;
    return 0n;
  }
  /** Unsigned up to 64 bits (9 octets). */
  vlq64(): bigint {
    let v = 0n;
    for (let i = 0; i < 9; i++) {
      const x = this.u8();
      if (i === 8) return (v << 8n) | BigInt(x);
      v = (v << 7n) | BigInt(x & 0x7f);
      if ((x & 0x80) === 0) return v;
    }
    return v;
  }
}

const TYPES: readonly string[] = [
  'Null',
  'Bool',
  'USInt',
  'UInt',
  'UDInt',
  'ULInt',
  'SInt',
  'Int',
  'DInt',
  'LInt',
  'Byte',
  'Word',
  'DWord',
  'LWord',
  'Real',
  'LReal',
  'Timestamp',
  'Timespan',
  'RID',
  'AID',
  'Blob',
  'WString',
  'Variant',
  'Struct',
  'type 0x18',
  'S7String',
];
const STRUCT = 0x17;
const FLAG_ARRAY = 0x10;
const FLAG_ADDRESS_ARRAY = 0x20;
const FLAG_SPARSE = 0x40;

export type Scalar = number | string | boolean | bigint;
/** A value: its type as the protocol names it, `value` for people and programs, `members` of a structure. */
export interface PlusValue {
  readonly type: string;
  /** Scalars as they are; arrays as text of their first members; octets as hexadecimal; keys as `(masked)`. */
  readonly value: Scalar;
  readonly members?: readonly Attribute[];
}
export interface Attribute {
  readonly id: number;
  readonly value: PlusValue;
}

const BROKEN: PlusValue = { type: 'unreadable', value: '' };

const safe = (v: bigint): number | bigint =>
  v >= BigInt(Number.MIN_SAFE_INTEGER) && v <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(v) : v;

const text = (r: Reader, n: number, isUtf8: boolean): string => {
  if (!r.has(n)) return '';
  const o = r.o;
  r.o += n;
  const stop = o + Math.min(n, MAX_TEXT);
  return isUtf8 ? utf8(r.b, o, stop) : ascii(r.b, o, stop);
};
const octets = (r: Reader, n: number): string => {
  if (!r.has(n)) return '';
  r.o += n;
  return n <= 32 ? hex(r.b, r.o - n, r.o) : `${n} octets`;
};

const scalar = (r: Reader, type: number): Scalar => {
  switch (type) {
    case 0x00:
      return '';
    case 0x01:
      return r.u8() !== 0;
    case 0x02:
    case 0x0a:
      return r.u8();
    case 0x06:
      return (r.u8() << 24) >> 24;
    case 0x03:
    case 0x0b:
      return r.u16();
    case 0x07:
      return (r.u16() << 16) >> 16;
    case 0x04:
    case 0x13:
      return r.vlq();
    case 0x05:
      return safe(r.vlq64());
    case 0x08:
      return Number(r.signedVlq(5));
    case 0x09:
    case 0x11:
      return safe(r.signedVlq(9));
    case 0x0c:
    case 0x12:
      return r.u32();
    case 0x0d:
    case 0x10:
      if (!r.has(8)) return 0;
      r.o += 8;
      return u64be(r.b, r.o - 8);
    case 0x0e:
      if (!r.has(4)) return 0;
      r.o += 4;
      return i32be(r.b, r.o - 4) === 0 ? 0 : f32be(r.b, r.o - 4);
    case 0x0f:
      if (!r.has(8)) return 0;
      r.o += 8;
      return f64be(r.b, r.o - 8);
    case 0x14: {
      // A root id, then the length; root ids other than 0 have a form that is not known.
      if (r.vlq() !== 0) {
        r.failed = true;
        return '';
      }
      return octets(r, r.vlq());
    }
    case 0x15:
      return text(r, r.vlq(), true);
    case 0x19: {
      const max = r.u8();
      const used = r.u8();
      if (!r.has(max)) return '';
      const s = ascii(r.b, r.o, r.o + Math.min(used, max));
      r.o += max;
      return s;
    }
    default:
      r.failed = true;
      return '';
  }
};

/** A value at the reader; a type that is not known ends the reading, because its length is not known either. */
export const readValue = (r: Reader, id: number, depth = 0): PlusValue => {
  const flags = r.u8();
  const type = r.u8();
  if (r.failed || depth > MAX_DEPTH || ++r.values > MAX_VALUES) {
    r.failed = true;
    return BROKEN;
  }
  const name = TYPES[type] ?? 'unknown';
  if (type === STRUCT && (flags & (FLAG_ARRAY | FLAG_SPARSE)) === 0) {
    const kind = r.u32();
    // Structures above this number are packed: their layout belongs to the program and is not on the wire.
    if ((kind > 0x90000000 && kind < 0x9fffffff) || (kind > 0x02000000 && kind < 0x02ffffff)) {
      r.failed = true;
      return { type: name, value: `packed structure 0x${kind.toString(16)}` };
    }
    const members: Attribute[] = [];
    for (let at = r.vlq(); at !== 0 && !r.failed; at = r.vlq())
      members.push({ id: at, value: readValue(r, at, depth + 1) });
    return { type: name, value: kind, members };
  }
  if ((flags & FLAG_SPARSE) !== 0) {
    const shown: string[] = [];
    let count = 0;
    for (let key = r.vlq(); key !== 0 && !r.failed; key = r.vlq(), count++) {
      const v = scalar(r, type);
      if (count < MAX_SHOWN) shown.push(`${key}: ${v}`);
    }
    return { type: name, value: isSecret(id) ? '(masked)' : shown.join(', ') };
  }
  if ((flags & (FLAG_ARRAY | FLAG_ADDRESS_ARRAY)) !== 0) {
    const count = r.vlq();
    if (type === 0x02 || type === 0x0a) {
      const shown = octets(r, count);
      return { type: name, value: isSecret(id) ? '(masked)' : shown };
    }
    const shown: string[] = [];
    for (let i = 0; i < count && !r.failed && ++r.values <= MAX_VALUES; i++) {
      const v = type === STRUCT ? readValue(r, id, depth + 1).type : scalar(r, type);
      if (i < MAX_SHOWN) shown.push(String(v));
    }
    return { type: name, value: isSecret(id) ? '(masked)' : shown.join(', ') };
  }
  const value = scalar(r, type);
  return { type: name, value: isSecret(id) && value !== 0 && value !== '' ? '(masked)' : value };
};

/** An object with attributes, or one in it: Create Object, Explore, notifications of a new object. */
export interface PlusObject {
  readonly relationId: number;
  readonly classId: number;
  readonly classFlags: number;
  readonly attributeId: number;
  /** Objects that it names without holding them. */
  readonly relations: readonly { readonly id: number; readonly objectId: number }[];
  readonly attributes: readonly Attribute[];
  readonly objects: readonly PlusObject[];
}
export const TAG = {
  START: 0xa1,
  END: 0xa2,
  ATTRIBUTE: 0xa3,
  RELATION: 0xa4,
  START_TAGS: 0xa5,
  END_TAGS: 0xa6,
} as const;

/** An object whose start tag was read. Stops at what it does not know; what was read until there is kept. */
export const readObject = (r: Reader, depth = 0): PlusObject => {
  const relationId = r.u32();
  const classId = r.vlq();
  const classFlags = r.vlq();
  const attributeId = r.vlq();
  const relations: { id: number; objectId: number }[] = [];
  const attributes: Attribute[] = [];
  const objects: PlusObject[] = [];
  while (!r.failed && r.o < r.end && ++r.values <= MAX_VALUES) {
    const tag = r.u8();
    if (tag === TAG.END) break;
    if (tag === TAG.ATTRIBUTE) {
      const id = r.vlq();
      attributes.push({ id, value: readValue(r, id) });
    } else if (tag === TAG.START && depth < MAX_DEPTH) objects.push(readObject(r, depth + 1));
    else if (tag === TAG.RELATION) {
      relations.push({ id: r.vlq(), objectId: r.u32() });
    } else r.failed = true; // lists of variable types and names: their form is not needed here
  }
  return { relationId, classId, classFlags, attributeId, relations, attributes, objects };
};
