/**
 * Walks BER and DER (ITU-T X.690) one tag-length-value at a time, without building a tree. `readTlv` is for SNMP, X.509,
 * SPNEGO and GOOSE: definite lengths up to four octets and one-octet tags, which is all that these use. `readBer` is for
 * the OSI upper layers and MMS, which have tag numbers beyond 30 and may use indefinite lengths.
 */
import { hex, utf8 } from '../../lib/bytes.ts';

export const ASN1 = {
  BOOLEAN: 0x01,
  INTEGER: 0x02,
  BIT_STRING: 0x03,
  OCTET_STRING: 0x04,
  NULL: 0x05,
  OID: 0x06,
  ENUMERATED: 0x0a,
  SEQUENCE: 0x30,
  SET: 0x31,
} as const;

/** Reused result of `readTlv`: first octet of the tag, value `start`..`end` (where the next one begins). */
export const tlv: { tag: number; start: number; end: number } = { tag: 0, start: 0, end: 0 };
/** The tag of the last `readTlv`, for callers that compared it before and would confuse the type checker. */
export const tagRead = (): number => tlv.tag;

/** Reads the header at `o`; false when the tag or length is not of the supported form or runs past `end`. */
export const readTlv = (b: Uint8Array, o: number, end: number): boolean => {
  if (o + 2 > end) return false;
  const tag = b[o]!;
  let length = b[o + 1]!;
  let start = o + 2;
  if ((tag & 0x1f) === 0x1f) return false;
  if (length >= 0x80) {
    const octets = length & 0x7f;
    // 0 is the indefinite form (X.690 section 8.1.3.6).
    if (octets === 0 || octets > 4 || start + octets > end) return false;
    length = 0;
    for (let i = 0; i < octets; i++) length = length * 256 + b[start + i]!;
    start += octets;
  }
  if (length > end - start) return false;
  tlv.tag = tag;
  tlv.start = start;
  tlv.end = start + length;
  return true;
};

/** As `readTlv`, and the tag must be this one. */
export const expectTlv = (b: Uint8Array, o: number, end: number, tag: number): boolean =>
  readTlv(b, o, end) && tlv.tag === tag;

/** Reused result of `readBer`: as `tlv`; `next` is where the following one begins (an indefinite length has an end mark). */
export const ber: { tag: number; start: number; end: number; next: number } = { tag: 0, start: 0, end: 0, next: 0 };

/** As `tagRead`, of `readBer`. */
export const berTag = (): number => ber.tag;

/** Levels of indefinite lengths inside each other; deeper ones are refused. */
const MAX_INDEFINITE_DEPTH = 16;
/** Tag of a number beyond 30 as `readBer` gives it: first octet (class and form) and number. */
export const longTag = (first: number, number: number): number => (first << 16) | number;

/** Tag and length at `o`: sets `ber.tag` and `ber.start`, gives the length; -1 for the indefinite form, -2 for nonsense. */
const berHeader = (b: Uint8Array, o: number, end: number): number => {
  if (o + 2 > end) return -2;
  let tag = b[o]!;
  let at = o + 1;
  if ((tag & 0x1f) === 0x1f) {
    // X.690 section 8.1.2.4: septets, the last one without the top bit. Two septets are beyond what these protocols use.
    let number = b[at]! & 0x7f;
    if (b[at++]! >= 0x80) {
      if (at >= end || b[at]! >= 0x80) return -2;
      number = (number << 7) | b[at++]!;
    }
    tag = longTag(tag, number);
  }
  if (at >= end) return -2;
  let length = b[at++]!;
  if (length === 0x80) length = -1;
  else if (length > 0x80) {
    let octets = length & 0x7f;
    if (octets > 4 || at + octets > end) return -2;
    for (length = 0; octets > 0; octets--) length = length * 256 + b[at++]!;
  }
  ber.tag = tag;
  ber.start = at;
  return length;
};

/** Reads the element at `o`; false when it is not well formed or runs past `end`. */
export const readBer = (b: Uint8Array, o: number, end: number): boolean => {
  const length = berHeader(b, o, end);
  if (length === -2) return false;
  const { tag, start } = ber;
  if (length >= 0) {
    if (length > end - start) return false;
    ber.end = start + length;
    ber.next = ber.end;
    return true;
  }
  // Section 8.1.3.6: only constructed encodings, up to two zero octets on the same level.
  if (((tag > 0xff ? tag >> 16 : tag) & 0x20) === 0) return false;
  let at = start;
  for (let depth = 1; ; ) {
    if (at + 2 <= end && b[at] === 0 && b[at + 1] === 0) {
      at += 2;
      if (--depth === 0) break;
      continue;
    }
    const inner = berHeader(b, at, end);
    if (inner === -2 || (inner === -1 && ++depth > MAX_INDEFINITE_DEPTH)) return false;
    at = ber.start + (inner > 0 ? inner : 0);
    if (at > end) return false;
  }
  ber.tag = tag;
  ber.start = start;
  ber.end = at - 2;
  ber.next = at;
  return true;
};

/** Two's complement integer; exact up to 6 octets, beyond that only the size is kept (as NaN). */
export const integerOf = (b: Uint8Array, start: number, end: number): number => {
  // A leading zero octet keeps an unsigned number positive.
  while (end - start > 1 && b[start] === 0) {
    start++;
    if (b[start]! >= 0x80) return end - start > 6 ? Number.NaN : unsignedOf(b, start, end);
  }
  if (end <= start || end - start > 6) return Number.NaN;
  let value = b[start]! >= 0x80 ? b[start]! - 256 : b[start]!;
  for (let i = start + 1; i < end; i++) value = value * 256 + b[i]!;
  return value;
};

/** Unsigned integer of up to 6 octets (Counter32, TimeTicks); NaN beyond. */
export const unsignedOf = (b: Uint8Array, start: number, end: number): number => {
  while (end - start > 1 && b[start] === 0) start++;
  if (end - start > 6) return Number.NaN;
  let value = 0;
  for (let i = start; i < end; i++) value = value * 256 + b[i]!;
  return value;
};

/** Arcs of an object identifier beyond this many are cut; RFC 3416 section 4.1 allows 128. */
export const MAX_ARCS = 128;

/** Dotted text of an object identifier; arcs of more than 32 bits are given modulo 2^32. */
export const oidText = (b: Uint8Array, start: number, end: number): string => {
  let text = '';
  let arc = 0;
  let arcs = 0;
  for (let i = start; i < end && arcs < MAX_ARCS; i++) {
    arc = ((arc << 7) | (b[i]! & 0x7f)) >>> 0;
    if (b[i]! >= 0x80) continue;
    if (arcs === 0) {
      const first = arc < 40 ? 0 : arc < 80 ? 1 : 2;
      text = `${first}.${arc - first * 40}`;
    } else text += `.${arc}`;
    arcs++;
    arc = 0;
  }
  return text;
};

/** Octets of an object identifier given as dotted text. */
export const encodeOid = (text: string): number[] => {
  const arcs = text.split('.').map(Number);
  const out: number[] = [];
  const put = (n: number) => {
    const septets = [n & 0x7f];
    for (let rest = Math.floor(n / 128); rest > 0; rest = Math.floor(rest / 128)) septets.unshift((rest & 0x7f) | 0x80);
    out.push(...septets);
  };
  put((arcs[0] ?? 0) * 40 + (arcs[1] ?? 0));
  for (const arc of arcs.slice(2)) put(arc);
  return out;
};

/** Tag, length and value. */
export const encodeTlv = (tag: number, value: ArrayLike<number>): number[] => {
  const n = value.length;
  const length = n < 0x80 ? [n] : n < 0x100 ? [0x81, n] : [0x82, n >> 8, n & 255];
  return [tag, ...length, ...Array.from(value)];
};

/** Shortest two's complement form of a safe integer. */
export const encodeInteger = (value: number): number[] => {
  const out: number[] = [];
  let rest = value;
  do {
    out.unshift(((rest % 256) + 256) % 256);
    rest = Math.floor(rest / 256);
  } while (rest !== 0 && rest !== -1);
  if (value >= 0 && out[0]! >= 0x80) out.unshift(0);
  if (value < 0 && out[0]! < 0x80) out.unshift(255);
  return out;
};

/** Text of a directory string: UTF8String, PrintableString, T61String, IA5String, BMPString. */
export const stringOf = (b: Uint8Array, tag: number, start: number, end: number): string => {
  if (tag !== 0x1e) return utf8(b, start, end);
  let text = '';
  for (let i = start; i + 1 < end; i += 2) text += String.fromCharCode((b[i]! << 8) | b[i + 1]!);
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '.');
};

export const hexOf = (b: Uint8Array, start: number, end: number): string => hex(b, start, end);
