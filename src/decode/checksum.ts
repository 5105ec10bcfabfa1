/**
 * Whether the receiver takes a segment at all: the checksums of the IPv4 header (RFC 791 section 3.1) and of TCP (RFC 9293
 * section 3.1). A sensor that reads what the receiver drops can be told another story than the controller: Ptacek, Newsham,
 * Insertion, evasion and denial of service (1998).
 */
import type { PacketCursor } from './cursor.ts';

const sum16 = (b: Uint8Array, start: number, end: number, initial: number): number => {
  let sum = initial;
  let i = start;
  for (; i + 1 < end; i += 2) sum += (b[i]! << 8) | b[i + 1]!;
  if (i < end) sum += b[i]! << 8;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return sum;
};

/**
 * `good`: both hold. `bad`: one does not. `unknown`: nothing can be said, because octets are missing, the sender leaves the
 * sum to its network card (0 in the header, only the pseudo header in TCP), or it is IPv6, whose addresses are not at hand.
 */
export type Checked = 'good' | 'bad' | 'unknown';

/** The TCP segment under the cursor, `end` of its payload. One look at every octet of it. */
export const checkSegment = (c: PacketCursor, end: number): Checked => {
  if (c.version !== 4 || c.l4Missing > 0) return 'unknown';
  const b = c.bytes;
  // A datagram that was joined from fragments has no header of its own any more.
  const joined = c.l4 === 0;
  if (!joined) {
    if (b[c.l3 + 10] === 0 && b[c.l3 + 11] === 0) return 'unknown';
    if (sum16(b, c.l3, c.l4, 0) !== 0xffff) return 'bad';
  }
  const length = end - c.l4;
  const pseudo = sum16(
    b,
    c.l4,
    c.l4,
    (c.srcIp >>> 16) + (c.srcIp & 0xffff) + (c.dstIp >>> 16) + (c.dstIp & 0xffff) + 6 + length,
  );
  if (sum16(b, c.l4, end, pseudo) === 0xffff) return 'good';
  return ((b[c.l4 + 16]! << 8) | b[c.l4 + 17]!) === pseudo ? 'unknown' : 'bad';
};
