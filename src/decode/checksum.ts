/**
 * The internet checksum of a TCP or UDP segment (RFC 1071, RFC 9293 section 3.1, RFC 768, RFC 8200 section 8.1). A wrong one
 * is dropped by its receiver; when most of a capture's are wrong, the capturing host computes them in its network card.
 */
import { u16be } from '../lib/bytes.ts';
import type { PacketCursor } from './cursor.ts';

/** All of the first frames of a source are checked, then one in SAMPLE: the sum goes over every octet. */
const FIRST = 256;
const SAMPLE = 16;

/** Is this frame one of those that are checked? */
export const isSample = (frame: number, checked: number): boolean => checked < FIRST || frame % SAMPLE === 0;

export const CHECKSUM_RIGHT = 0;
export const CHECKSUM_WRONG = 1;
/** Nothing can be said: no checksum, a cut or joined packet, another protocol. */
export const CHECKSUM_NONE = 2;

const sum = (b: Uint8Array, from: number, to: number): number => {
  let s = 0;
  let o = from;
  for (; o + 1 < to; o += 2) s += u16be(b, o);
  if (o < to) s += b[o]! << 8;
  return s;
};

/** Checksum of the TCP or UDP segment under the cursor, `end` behind its last octet. */
export const checksum = (c: PacketCursor, end: number): number => {
  const b = c.bytes;
  const udp = c.protocol === 17;
  if ((c.protocol !== 6 && !udp) || c.l4Missing > 0) return CHECKSUM_NONE;
  const v6 = c.version === 6;
  // A joined datagram lies in octets of its own; with extension headers the last destination may be another one.
  if (v6 ? c.l4 !== c.l3 + 40 : c.l4 < c.l3 + 20) return CHECKSUM_NONE;
  if (udp && u16be(b, c.l4 + 6) === 0) return CHECKSUM_NONE;
  let s = sum(b, c.l4, end) + (v6 ? sum(b, c.l3 + 8, c.l3 + 40) : sum(b, c.l3 + 12, c.l3 + 20));
  s += c.protocol + (end - c.l4);
  while (s > 0xffff) s = (s & 0xffff) + (s >>> 16);
  return s === 0xffff ? CHECKSUM_RIGHT : CHECKSUM_WRONG;
};
