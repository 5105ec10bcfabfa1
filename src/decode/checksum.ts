/**
 * The internet checksums of a packet (RFC 1071): the IPv4 header's (RFC 791 section 3.1) and those of TCP and UDP (RFC 9293
 * section 3.1, RFC 768, RFC 8200 section 8.1). A receiver drops what is wrong: a sensor that reads it can be told another
 * story than the controller (Ptacek, Newsham: Insertion, evasion and denial of service, 1998). When most of a capture's are
 * wrong, the capturing host computes them in its network card.
 */
import { u16be } from '../lib/bytes.ts';
import type { PacketCursor } from './cursor.ts';

/** For the health of a source all of its first frames are checked, then one in SAMPLE: the sum goes over every octet. */
const FIRST = 256;
const SAMPLE = 16;

/** Is this frame one of those that are checked? */
export const isSample = (frame: number, checked: number): boolean => checked < FIRST || frame % SAMPLE === 0;

export const CHECKSUM_RIGHT = 0;
export const CHECKSUM_WRONG = 1;
/** Nothing can be said: no checksum, a cut packet, another protocol. */
export const CHECKSUM_NONE = 2;

const sum = (b: Uint8Array, from: number, to: number): number => {
  // High and low octets apart, four at a time: the sum goes over every segment that a client sends.
  let high = 0;
  let low = 0;
  let o = from;
  for (; o + 3 < to; o += 4) {
    high += b[o]! + b[o + 2]!;
    low += b[o + 1]! + b[o + 3]!;
  }
  for (; o + 1 < to; o += 2) {
    high += b[o]!;
    low += b[o + 1]!;
  }
  if (o < to) high += b[o]!;
  return high * 256 + low;
};
const folded = (s: number): number => {
  let f = s;
  while (f > 0xffff) f = (f & 0xffff) + (f >>> 16);
  return f;
};
const pseudoHeader = (c: PacketCursor, end: number): number => {
  const of = (ip: number): number => (ip >>> 16) + (ip & 0xffff);
  const addresses = c.version === 6 ? sum(c.bytes, c.l3 + 8, c.l3 + 40) : of(c.srcIp) + of(c.dstIp);
  return addresses + c.protocol + (end - c.l4);
};

/** A datagram that was joined from fragments lies in octets of its own, without a header. */
const isJoined = (c: PacketCursor): boolean => c.version === 4 && c.l4 === 0;

/** Extension headers that leave the destination where it is (RFC 8200 section 4.1): hop-by-hop and destination options. */
const hasPlainExtensions = (c: PacketCursor): boolean => {
  let next = c.bytes[c.l3 + 6]!;
  let p = c.l3 + 40;
  while (p < c.l4) {
    if (next !== 0 && next !== 60) return false;
    next = c.bytes[p]!;
    p += 8 + c.bytes[p + 1]! * 8;
  }
  return p === c.l4;
};

/** Checksum of the TCP or UDP segment under the cursor, `end` behind its last octet. */
export const checksum = (c: PacketCursor, end: number): number => {
  const b = c.bytes;
  const udp = c.protocol === 17;
  if ((c.protocol !== 6 && !udp) || c.l4Missing > 0) return CHECKSUM_NONE;
  // Behind a routing header the last destination may be another one; where a joined datagram begins is not known.
  if (c.version === 6 ? !hasPlainExtensions(c) : c.l4 < c.l3 + 20 && !isJoined(c)) return CHECKSUM_NONE;
  if (udp && u16be(b, c.l4 + 6) === 0) return CHECKSUM_NONE;
  return folded(sum(b, c.l4, end) + pseudoHeader(c, end)) === 0xffff ? CHECKSUM_RIGHT : CHECKSUM_WRONG;
};

/**
 * Whether the receiver takes the TCP segment under the cursor. RIGHT: both sums hold. WRONG: one does not. NONE: nothing can
 * be said, also where the sender leaves a sum to its network card (0 in the IPv4 header, only the pseudo header in TCP).
 * Real senders leave some of a connection's and not others, so that nothing follows from those that were right.
 */
export const checkSegment = (c: PacketCursor, end: number): number => {
  const found = checksum(c, end);
  if (found === CHECKSUM_NONE) return found;
  const b = c.bytes;
  if (c.version === 4 && !isJoined(c)) {
    if (u16be(b, c.l3 + 10) === 0) return CHECKSUM_NONE;
    if (folded(sum(b, c.l3, c.l4)) !== 0xffff) return CHECKSUM_WRONG;
  }
  if (found === CHECKSUM_WRONG && u16be(b, c.l4 + 16) === folded(pseudoHeader(c, end))) return CHECKSUM_NONE;
  return found;
};
