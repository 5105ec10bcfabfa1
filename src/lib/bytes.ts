/**
 * Reads from octets by offset. Hand-written because `Buffer.readUInt16BE` checks its arguments on every call and costs
 * 20 times as much. A read outside the array gives 0 bits, never a throw: the caller checks lengths once per structure,
 * not once per field.
 */

export const u8 = (b: Uint8Array, o: number): number => b[o]! | 0;
export const u16be = (b: Uint8Array, o: number): number => (b[o]! << 8) | b[o + 1]!;
export const u16le = (b: Uint8Array, o: number): number => b[o]! | (b[o + 1]! << 8);
export const i16be = (b: Uint8Array, o: number): number => (u16be(b, o) << 16) >> 16;
export const i16le = (b: Uint8Array, o: number): number => (u16le(b, o) << 16) >> 16;
export const u24be = (b: Uint8Array, o: number): number => (b[o]! << 16) | (b[o + 1]! << 8) | b[o + 2]!;
export const u24le = (b: Uint8Array, o: number): number => b[o]! | (b[o + 1]! << 8) | (b[o + 2]! << 16);
/** Signed 32 bits: a small integer for the engine, so it is the form used as a key on the hot path. */
export const i32be = (b: Uint8Array, o: number): number =>
  (b[o]! << 24) | (b[o + 1]! << 16) | (b[o + 2]! << 8) | b[o + 3]!;
export const i32le = (b: Uint8Array, o: number): number =>
  b[o]! | (b[o + 1]! << 8) | (b[o + 2]! << 16) | (b[o + 3]! << 24);
export const u32be = (b: Uint8Array, o: number): number => i32be(b, o) >>> 0;
export const u32le = (b: Uint8Array, o: number): number => i32le(b, o) >>> 0;
export const u64be = (b: Uint8Array, o: number): bigint => (BigInt(u32be(b, o)) << 32n) | BigInt(u32be(b, o + 4));
export const u64le = (b: Uint8Array, o: number): bigint => (BigInt(u32le(b, o + 4)) << 32n) | BigInt(u32le(b, o));
export const i64be = (b: Uint8Array, o: number): bigint => BigInt.asIntN(64, u64be(b, o));
export const i64le = (b: Uint8Array, o: number): bigint => BigInt.asIntN(64, u64le(b, o));

const scratch = new DataView(new ArrayBuffer(8));
export const f32be = (b: Uint8Array, o: number): number => {
  scratch.setUint32(0, u32be(b, o));
  return scratch.getFloat32(0);
};
export const f32le = (b: Uint8Array, o: number): number => {
  scratch.setUint32(0, u32le(b, o));
  return scratch.getFloat32(0);
};
export const f64be = (b: Uint8Array, o: number): number => {
  scratch.setUint32(0, u32be(b, o));
  scratch.setUint32(4, u32be(b, o + 4));
  return scratch.getFloat64(0);
};
export const f64le = (b: Uint8Array, o: number): number => {
  scratch.setUint32(0, u32le(b, o + 4));
  scratch.setUint32(4, u32le(b, o));
  return scratch.getFloat64(0);
};

const HEX: readonly string[] = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'));

/** Character codes of the two digits of each octet. */
const DIGITS = Uint8Array.from(HEX.join(''), (digit) => digit.charCodeAt(0));

/** Eight octets at a time: joining them one by one would make an object for each. */
const plainHex = (b: Uint8Array, start: number, end: number): string => {
  let out = '';
  let i = start;
  const h = DIGITS;
  for (; i + 8 <= end; i += 8) {
    const p = b[i]! << 1;
    const q = b[i + 1]! << 1;
    const r = b[i + 2]! << 1;
    const s = b[i + 3]! << 1;
    const t = b[i + 4]! << 1;
    const u = b[i + 5]! << 1;
    const v = b[i + 6]! << 1;
    const w = b[i + 7]! << 1;
    // biome-ignore format: one pair of digits per octet
    out += String.fromCharCode(
      h[p]!, h[p + 1]!, h[q]!, h[q + 1]!, h[r]!, h[r + 1]!, h[s]!, h[s + 1]!,
      h[t]!, h[t + 1]!, h[u]!, h[u + 1]!, h[v]!, h[v + 1]!, h[w]!, h[w + 1]!,
    );
  }
  if (i >= end) return out;
  let rest = HEX[b[i]!]!;
  for (i++; i < end; i++) rest += HEX[b[i]!]!;
  return out === '' ? rest : out + rest;
};

/** `start`..`end` as lower-case hexadecimal, with `separator` between octets. */
export const hex = (b: Uint8Array, start = 0, end = b.length, separator = ''): string => {
  if (separator === '') return plainHex(b, start < 0 ? 0 : start, end < b.length ? end : b.length);
  let out = '';
  for (let i = start; i < end && i < b.length; i++) out += (i > start ? separator : '') + HEX[b[i]!]!;
  return out;
};

const utf8Decoder = new TextDecoder('utf-8', { fatal: false });

/** Octets of a text that is remembered, and texts. */
const MAX_REMEMBERED = 48;
const REMEMBERED = 4096;
const texts = new Array<string>(REMEMBERED).fill('');

/**
 * Text of printable ASCII, undefined for anything else. The wire says the same few thousand names again and again: the same
 * string is given for the same octets, whose hash is known wherever it is looked up.
 */
const printable = (b: Uint8Array, start: number, end: number): string | undefined => {
  const n = end - start;
  if (n > MAX_REMEMBERED) return undefined;
  let h = n;
  for (let i = start; i < end; i++) {
    const c = b[i]!;
    if (c < 0x20 || c > 0x7e) return undefined;
    h = Math.imul(h ^ c, 0x01000193);
  }
  const slot = (h ^ (h >>> 15)) & (REMEMBERED - 1);
  const known = texts[slot]!;
  if (known.length === n) {
    let i = 0;
    while (i < n && known.charCodeAt(i) === b[start + i]) i++;
    if (i === n) return known;
  }
  const text = utf8Decoder.decode(b.subarray(start, end));
  texts[slot] = text;
  return text;
};

/** Printable ASCII of `start`..`end`; every other octet becomes `.`, so that the wire cannot inject control characters. */
export const ascii = (b: Uint8Array, start = 0, end = b.length): string => {
  const plain = start >= 0 && start < end ? printable(b, start, Math.min(end, b.length)) : undefined;
  if (plain !== undefined) return plain;
  let out = '';
  for (let i = start; i < end && i < b.length; i++) {
    const c = b[i]!;
    out += c >= 0x20 && c < 0x7f ? String.fromCharCode(c) : '.';
  }
  return out;
};

/** ASCII up to the first NUL or `end`, trailing spaces and NULs removed: the padded names of industrial protocols. */
export const paddedAscii = (b: Uint8Array, start: number, end: number): string => {
  let stop = start;
  while (stop < end && stop < b.length && b[stop] !== 0) stop++;
  return ascii(b, start, stop).trim();
};

/** ISO 8859-1 up to the first NUL or `end`, blanks at the ends removed, control characters replaced by `.`. */
export const paddedLatin1 = (b: Uint8Array, start: number, end: number): string => {
  let stop = start;
  while (stop < end && stop < b.length && b[stop] !== 0) stop++;
  const plain = start >= 0 && start < stop ? printable(b, start, stop) : undefined;
  if (plain !== undefined) return plain.trim();
  let out = '';
  // Not TextDecoder('latin1'), which is windows-1252.
  for (let i = start; i < stop; i++) out += String.fromCharCode(b[i]!);
  return out.replace(CONTROL, '.').trim();
};

const utf16Decoder = new TextDecoder('utf-16le', { fatal: false });
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/g;
/** UTF-8 text of `start`..`end`, control characters replaced by `.`. */
export const utf8 = (b: Uint8Array, start: number, end: number): string =>
  (start >= 0 && start < end ? printable(b, start, Math.min(end, b.length)) : undefined) ??
  utf8Decoder.decode(b.subarray(start, end)).replace(CONTROL, '.');
const BLANK = /[\t\n\r]/g;
/** As `utf8`, line ends and tabs as blanks: of JSON, which is often written over several lines. */
export const utf8OneLine = (b: Uint8Array, start: number, end: number): string =>
  (start >= 0 && start < end ? printable(b, start, Math.min(end, b.length)) : undefined) ??
  utf8Decoder.decode(b.subarray(start, end)).replace(BLANK, ' ').replace(CONTROL, '.');
/** UTF-16LE text of `start`..`end`, control characters replaced by `.`. */
export const utf16le = (b: Uint8Array, start: number, end: number): string =>
  utf16Decoder.decode(b.subarray(start, end)).replace(CONTROL, '.');

/** Index of `needle` in `start`..`end`, or -1. */
export const indexOfByte = (b: Uint8Array, needle: number, start: number, end: number): number => {
  for (let i = start; i < end; i++) if (b[i] === needle) return i;
  return -1;
};

/** True where all octets of `start`..`end` are zero, or there are none. */
export const isZero = (b: Uint8Array, start: number, end: number): boolean => {
  for (let i = start; i < end; i++) if (b[i] !== 0) return false;
  return true;
};
