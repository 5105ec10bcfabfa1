/**
 * Floods as a capture that is made while it is read: pcap in pieces, nothing on disk. The same seed gives the same octets.
 * What each is: RFC 4987 (SYN flooding), RFC 1858 and RFC 3128 (fragments), and the exhaustion of a switch's table of
 * addresses by frames from random cards (the `macof` of 1999).
 */
import { seededRandom } from '../src/lib/random.ts';

/**
 * `syn`: opened to port 502 of one server, from random addresses through one card; `udp`: one packet each to random ports of
 * one server, from random addresses; `fragments`: first fragments only, every second one again with other octets; `arp`: replies
 * of random cards for random addresses; `sweep`: ARP requests of one card for random addresses; `macof`: SYNs between random cards and random addresses.
 */
export const FLOODS = ['syn', 'udp', 'fragments', 'arp', 'sweep', 'macof'] as const;
export type FloodKind = (typeof FLOODS)[number];

/** Packets in one piece. */
const PIECE = 2048;
/** 2026-01-05 00:00 UTC. */
const START_S = 1_767_571_200;
const CARD = [0x02, 0x66, 0, 0, 0, 0x66] as const;
const SERVER_CARD = [0x00, 0x80, 0xf4, 0, 0, 0x10] as const;
const SERVER_IP = 0x0a140010;
const SYN = 0x02;

export interface FloodOptions {
  readonly kind: FloodKind;
  readonly packets: number;
  readonly seed: number;
  /** Packets in a second of frame time. */
  readonly rate: number;
}

/** The capture, octet by octet what a file would hold (pcap, microseconds, little endian, Ethernet). */
export async function* floodCapture({ kind, packets, seed, rate }: FloodOptions): AsyncGenerator<Uint8Array> {
  const random = seededRandom(seed);
  const header = new DataView(new ArrayBuffer(24));
  header.setUint32(0, 0xa1b2c3d4, true);
  header.setUint16(4, 2, true);
  header.setUint16(6, 4, true);
  header.setUint32(16, 262_144, true);
  header.setUint32(20, 1, true);
  yield new Uint8Array(header.buffer);
  let last: Uint8Array = new Uint8Array(0);
  for (let done = 0; done < packets; ) {
    const n = Math.min(PIECE, packets - done);
    const piece = new Uint8Array(n * 96);
    const v = new DataView(piece.buffer);
    let o = 0;
    for (let k = 0; k < n; k++) {
      const number = done + k;
      const us = Math.floor((number / rate) * 1e6);
      const again = kind === 'fragments' && number % 2 === 1;
      const frame = again ? overlapping(last) : frameOf(kind, random.bits);
      last = frame;
      v.setUint32(o, START_S + Math.floor(us / 1e6), true);
      v.setUint32(o + 4, us % 1e6, true);
      v.setUint32(o + 8, frame.length, true);
      v.setUint32(o + 12, frame.length, true);
      piece.set(frame, o + 16);
      o += 16 + frame.length;
    }
    yield piece.subarray(0, o);
    done += n;
  }
}

/** Octets of a random card: a single one, of any vendor. */
const card = (bits: () => number): readonly number[] => {
  const [a, b] = [bits(), bits()];
  return [(a >>> 24) & 0xfe, (a >>> 16) & 255, (a >>> 8) & 255, a & 255, (b >>> 8) & 255, b & 255];
};

/** A public or private unicast address. */
const address = (bits: () => number): number => {
  const ip = bits();
  const first = ip >>> 24;
  return first === 0 || first === 127 || first >= 224 ? (ip & 0xffffff) | (0x17 << 24) : ip;
};

/** The same fragment, its last octet another one. */
const overlapping = (frame: Uint8Array): Uint8Array => {
  const other = frame.slice();
  other[other.length - 1]! ^= 0xff;
  return other;
};

const frameOf = (kind: FloodKind, bits: () => number): Uint8Array => {
  const f = new Uint8Array(60);
  const v = new DataView(f.buffer);
  f.set(kind === 'macof' ? card(bits) : SERVER_CARD, 0);
  f.set(kind === 'arp' || kind === 'macof' ? card(bits) : CARD, 6);
  if (kind === 'sweep') {
    f.fill(0xff, 0, 6);
    v.setUint16(12, 0x0806);
    // Ethernet, IPv4, request (RFC 826) of 10.20.0.102.
    f.set([0, 1, 8, 0, 6, 4, 0, 1, ...CARD, 10, 20, 0, 102], 14);
    v.setUint32(38, address(bits));
    return f;
  }
  if (kind === 'arp') {
    f.fill(0xff, 0, 6);
    v.setUint16(12, 0x0806);
    // Ethernet, IPv4, reply (RFC 826): its own card holds a random address, and so it says to all.
    f.set([0, 1, 8, 0, 6, 4, 0, 2], 14);
    f.set(f.subarray(6, 12), 22);
    v.setUint32(28, address(bits));
    f.fill(0xff, 32, 38);
    v.setUint32(38, v.getUint32(28));
    return f;
  }
  v.setUint16(12, 0x0800);
  v.setUint16(14, 0x4500);
  const random = bits();
  v.setUint16(18, random & 0xffff);
  v.setUint8(22, 64);
  v.setUint32(26, address(bits));
  v.setUint32(30, kind === 'macof' ? address(bits) : SERVER_IP);
  v.setUint16(34, 1024 + (random >>> 17));
  if (kind === 'syn' || kind === 'macof') {
    v.setUint16(16, 40);
    v.setUint8(23, 6);
    v.setUint16(36, 502);
    v.setUint32(38, bits());
    v.setUint8(46, 0x50);
    v.setUint8(47, SYN);
    v.setUint16(48, 64_240);
  } else {
    v.setUint16(16, 46);
    v.setUint8(23, 17);
    v.setUint16(36, bits() & 0xffff);
    v.setUint16(38, 26);
    // The first of a datagram of which nothing more comes (RFC 791 section 3.2: more fragments).
    if (kind === 'fragments') v.setUint16(20, 0x2000);
  }
  v.setUint16(24, headerSum(v));
  return f;
};

/** RFC 1071 over the 20 octets of the IPv4 header. */
const headerSum = (v: DataView): number => {
  let sum = 0;
  for (let o = 14; o < 34; o += 2) if (o !== 24) sum += v.getUint16(o);
  sum = (sum & 0xffff) + (sum >>> 16);
  return ~(sum + (sum >>> 16)) & 0xffff;
};
