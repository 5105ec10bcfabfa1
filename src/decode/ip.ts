/**
 * IPv4 (RFC 791) and IPv6 (RFC 8200) headers into the cursor, with extension headers walked and fragments joined
 * (overlapping fragments: the octets seen first win, RFC 5722 discards the datagram for IPv6; both are bounded).
 */
import { i32be, u16be, u32be } from '../lib/bytes.ts';
import type { PacketCursor } from './cursor.ts';
import type { EndpointTable } from './endpoints.ts';

export const IP_OK = 0;
/** Header damaged or cut. */
export const IP_BAD = 1;
/** A fragment of a datagram that is not complete yet; the L4 header is known only in the first one. */
export const IP_FRAGMENT = 2;

/** Datagrams being joined at a time; the oldest gives way. */
export const MAX_FRAGMENTED = 256;
/** Fragments of one datagram, and octets of all of them: those that overlap make it more than a datagram may have. */
const MAX_PARTS = 64;
const MAX_DATAGRAM = 65_535;
const MAX_PART_BYTES = 2 * MAX_DATAGRAM;
/** RFC 791 section 3.2 suggests 15 s to wait for the rest. */
const FRAGMENT_TIMEOUT_US = 15_000_000;
const MAX_EXTENSIONS = 8;

interface Partial {
  readonly tsUs: number;
  readonly parts: { offset: number; bytes: Uint8Array }[];
  /** Octets of all parts. */
  bytes: number;
  total: number;
}

export class FragmentTable {
  readonly #open = new Map<string, Partial>();
  /** Datagrams given up: too old, too many, too many parts or octets of them. */
  dropped = 0;
  /** Octets of what is open: MAX_FRAGMENTED times MAX_PART_BYTES at most. */
  keptBytes = 0;
  joined = 0;
  /** In the datagram joined last, overlapping fragments had different octets. */
  isOverlapped = false;

  /** Adds a fragment; the whole payload when it completes the datagram. */
  add(key: string, offset: number, more: boolean, bytes: Uint8Array, tsUs: number): Uint8Array | undefined {
    let p = this.#open.get(key);
    if (p && (tsUs - p.tsUs > FRAGMENT_TIMEOUT_US || tsUs < p.tsUs)) {
      this.#giveUp(key, p);
      p = undefined;
    }
    if (!p) {
      if (this.#open.size >= MAX_FRAGMENTED) {
        const [oldest] = this.#open;
        if (oldest !== undefined) this.#giveUp(...oldest);
      }
      p = { tsUs, parts: [], bytes: 0, total: -1 };
      this.#open.set(key, p);
    }
    const { length } = bytes;
    if (p.parts.length >= MAX_PARTS || p.bytes + length > MAX_PART_BYTES || offset + length > MAX_DATAGRAM) {
      this.#giveUp(key, p);
      return undefined;
    }
    p.parts.push({ offset, bytes: bytes.slice() });
    p.bytes += length;
    this.keptBytes += length;
    if (!more) p.total = offset + bytes.length;
    if (p.total < 0) return undefined;
    const whole = new Uint8Array(p.total);
    const sorted = [...p.parts].sort((a, b) => a.offset - b.offset);
    let have = 0;
    let overlapped = false;
    for (const part of sorted) {
      if (part.offset > have) return undefined;
      const from = have - part.offset;
      const twice = part.bytes.subarray(0, Math.min(from, part.bytes.length));
      overlapped ||= twice.some((octet, n) => octet !== whole[part.offset + n]);
      if (from < part.bytes.length) {
        const piece = part.bytes.subarray(from, Math.min(part.bytes.length, p.total - part.offset));
        whole.set(piece, have);
        have += piece.length;
      }
    }
    if (have < p.total) return undefined;
    this.#close(key, p);
    this.joined++;
    this.isOverlapped = overlapped;
    return whole;
  }

  #close(key: string, { bytes }: Partial): void {
    this.#open.delete(key);
    this.keptBytes -= bytes;
  }

  #giveUp(key: string, datagram: Partial): void {
    this.#close(key, datagram);
    this.dropped++;
  }
}

const joinFragment = (c: PacketCursor, fragments: FragmentTable, id: number, offset: number, more: boolean): number => {
  const key = `${c.version} ${c.srcIp} ${c.dstIp} ${c.protocol} ${id} ${c.place}`;
  if (c.l4Missing > 0) return IP_FRAGMENT;
  const whole = fragments.add(key, offset, more, c.bytes.subarray(c.l4, c.l4End), c.tsUs);
  if (!whole) return IP_FRAGMENT;
  c.bytes = whole;
  c.isOverlapped = fragments.isOverlapped;
  c.l4 = 0;
  c.l4End = whole.length;
  c.end = whole.length;
  return IP_OK;
};

export const parseIpv4 = (c: PacketCursor, fragments: FragmentTable): number => {
  const b = c.bytes;
  const o = c.l3;
  if (o + 20 > c.end || b[o]! >> 4 !== 4) return IP_BAD;
  const headerLength = (b[o]! & 15) << 2;
  if (headerLength < 20 || o + headerLength > c.end) return IP_BAD;
  let total = u16be(b, o + 2);
  // Segmentation offload on the capturing host leaves 0 here: the frame's own length is the only one there is.
  if (total === 0) total = c.end - o;
  if (total < headerLength) return IP_BAD;
  c.version = 4;
  c.ttl = b[o + 8]!;
  c.protocol = b[o + 9]!;
  c.ipId = u16be(b, o + 4);
  c.srcIp = i32be(b, o + 12);
  c.dstIp = i32be(b, o + 16);
  c.l4 = o + headerLength;
  const stop = o + total;
  c.l4End = stop < c.end ? stop : c.end;
  c.l4Missing = stop - c.l4End;
  const fragment = u16be(b, o + 6) & 0x3fff;
  if (fragment === 0) return IP_OK;
  return joinFragment(c, fragments, c.ipId, (fragment & 0x1fff) << 3, (fragment & 0x2000) !== 0);
};

export const parseIpv6 = (c: PacketCursor, endpoints: EndpointTable, fragments: FragmentTable): number => {
  const b = c.bytes;
  const o = c.l3;
  if (o + 40 > c.end || b[o]! >> 4 !== 6) return IP_BAD;
  c.version = 6;
  c.ttl = b[o + 7]!;
  c.ipId = 0;
  c.srcIp = endpoints.ipv6(b, o + 8);
  c.dstIp = endpoints.ipv6(b, o + 24);
  const payload = u16be(b, o + 4);
  const stop = payload === 0 ? c.end : o + 40 + payload;
  c.l4End = stop < c.end ? stop : c.end;
  c.l4Missing = stop - c.l4End;
  let next = b[o + 6]!;
  let p = o + 40;
  for (let i = 0; i < MAX_EXTENSIONS; i++) {
    if (next === 0 || next === 43 || next === 60) {
      // Hop-by-hop, routing, destination options: length in 8 octets, not counting the first (RFC 8200 section 4).
      if (p + 8 > c.l4End) return IP_BAD;
      next = b[p]!;
      p += 8 + b[p + 1]! * 8;
    } else if (next === 51) {
      // Authentication header, RFC 4302: length in 4 octets minus 2.
      if (p + 8 > c.l4End) return IP_BAD;
      next = b[p]!;
      p += (b[p + 1]! + 2) * 4;
    } else if (next === 44) {
      if (p + 8 > c.l4End) return IP_BAD;
      const inner = b[p]!;
      const field = u16be(b, p + 2);
      const id = u32be(b, p + 4);
      c.protocol = inner;
      c.l4 = p + 8;
      const offset = field & 0xfff8;
      const more = (field & 1) !== 0;
      if (offset === 0 && !more) {
        next = inner;
        p += 8;
        continue;
      }
      return joinFragment(c, fragments, id, offset, more);
    } else break;
    if (p > c.l4End) return IP_BAD;
  }
  c.protocol = next;
  c.l4 = p;
  return IP_OK;
};
