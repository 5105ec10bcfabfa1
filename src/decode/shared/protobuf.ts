/**
 * Walks Protocol Buffers (protobuf.dev/programming-guides/encoding) one field at a time, without a schema and without
 * building a tree. Groups (wire types 3 and 4, deprecated) are not read.
 */
import { u32le } from '../../lib/bytes.ts';

export const WIRE = { VARINT: 0, FIXED64: 1, BYTES: 2, FIXED32: 5 } as const;

/**
 * Reused result of `readField`: field number, wire type, for BYTES the value `start`..`end`, for all others its 64 bits
 * in two halves (`start` is then the offset of a fixed value).
 */
export const field: { number: number; wire: number; start: number; end: number; low: number; high: number } = {
  number: 0,
  wire: 0,
  start: 0,
  end: 0,
  low: 0,
  high: 0,
};

/** The number of the last field, for callers that compared it before and would confuse the type checker. */
export const fieldNumber = (): number => field.number;

/** Reads a varint at `o` into `field.low` and `field.high`; the offset behind it, or -1 when it is cut or too long. */
const readVarint = (b: Uint8Array, o: number, end: number): number => {
  let low = 0;
  let high = 0;
  for (let i = 0; i < 10 && o + i < end; i++) {
    const bits = b[o + i]! & 0x7f;
    const shift = 7 * i;
    if (shift < 28) low |= bits << shift;
    else if (shift === 28) {
      low |= bits << 28;
      high |= bits >>> 4;
    } else if (shift < 63) high |= bits << (shift - 32);
    else high |= bits << 31;
    if (b[o + i]! < 0x80) {
      field.low = low >>> 0;
      field.high = high >>> 0;
      return o + i + 1;
    }
  }
  return -1;
};

/** Reads the field at `o` into `field`; the offset of the next one, or -1 when it is damaged. */
export const readField = (b: Uint8Array, o: number, end: number): number => {
  const at = readVarint(b, o, end);
  if (at < 0 || field.high !== 0) return -1;
  field.number = field.low >>> 3;
  field.wire = field.low & 7;
  if (field.number === 0) return -1;
  field.start = at;
  switch (field.wire) {
    case WIRE.VARINT:
      return readVarint(b, at, end);
    case WIRE.FIXED64:
      if (at + 8 > end) return -1;
      field.low = u32le(b, at);
      field.high = u32le(b, at + 4);
      return at + 8;
    case WIRE.FIXED32:
      if (at + 4 > end) return -1;
      field.low = u32le(b, at);
      field.high = 0;
      return at + 4;
    case WIRE.BYTES: {
      const start = readVarint(b, at, end);
      if (start < 0 || field.high !== 0 || field.low > end - start) return -1;
      field.start = start;
      field.end = start + field.low;
      return field.end;
    }
    default:
      return -1;
  }
};

/** The 64 bits of the last field as an unsigned integer: a number where that is exact. */
export const unsigned64 = (): number | bigint => {
  const { high, low } = field;
  return high < 0x20_0000 ? high * 0x1_0000_0000 + low : (BigInt(high) << 32n) | BigInt(low);
};
/** The 64 bits of the last field as a two's complement integer. */
export const signed64 = (): number | bigint => {
  const { high, low } = field;
  if (high < 0x20_0000) return high * 0x1_0000_0000 + low;
  const value = BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low));
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value < 0n ? Number(value) : value;
};

/** Octets of a varint for the encoders. */
const varint = (value: number | bigint): number[] => {
  const out: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    out.push(Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return out;
};
/** A varint field. */
export const encodeVarintField = (number: number, value: number | bigint): number[] => [
  ...varint(number << 3),
  ...varint(value),
];
/** A length-delimited field: text as UTF-8, or octets (a message inside). */
export const encodeBytesField = (number: number, value: string | ArrayLike<number>): number[] => {
  const octets = typeof value === 'string' ? new TextEncoder().encode(value) : value;
  return [...varint((number << 3) | WIRE.BYTES), ...varint(octets.length), ...Array.from(octets)];
};
/** A field of 4 or 8 octets as they stand on the wire (little-endian). */
export const encodeFixedField = (number: number, octets: ArrayLike<number>): number[] => [
  ...varint((number << 3) | (octets.length === 4 ? WIRE.FIXED32 : WIRE.FIXED64)),
  ...Array.from(octets),
];
