/**
 * One TCP stream seen on both sides of an address translator: other addresses, the same sequence numbers a moment later,
 * with another TTL (a router lowers it). Recognised at the SYN (initial sequence number is 32 random bits) or, where the
 * capture starts in the middle, at the first payload (sequence, acknowledgement, length and octets). The second flow is a
 * copy: its requests must not count twice. Source: RFC 3022 (NAT leaves sequence numbers alone), RFC 6528 (random ISN).
 */
import { i32be, u16be } from '../lib/bytes.ts';
import type { PacketCursor } from './cursor.ts';
import { mix4 } from './endpoints.ts';
import type { FlowTable } from './flows.ts';

/** A firewall forwards within this time. */
const COPY_WINDOW_US = 100_000;
const SLOTS = 1 << 12;

export class CopyDetector {
  /** Set when a copy was found: slot of the flow seen first, and the direction in it of the matching packet. */
  original = 0;
  originalFrom = 0;
  readonly #print = new Int32Array(SLOTS);
  readonly #flow = new Int32Array(SLOTS);
  readonly #serial = new Float64Array(SLOTS);
  readonly #direction = new Uint8Array(SLOTS);
  readonly #ttl = new Uint8Array(SLOTS);
  readonly #tsUs = new Float64Array(SLOTS).fill(Number.NEGATIVE_INFINITY);

  #match(c: PacketCursor, f: number, flows: FlowTable, print: number): boolean {
    const slot = print & (SLOTS - 1);
    const of = this.#flow[slot]!;
    const found =
      this.#print[slot] === print &&
      of !== f &&
      flows.used[of] === 1 &&
      flows.serial[of] === this.#serial[slot] &&
      this.#ttl[slot] !== c.ttl &&
      c.tsUs - this.#tsUs[slot]! >= 0 &&
      c.tsUs - this.#tsUs[slot]! <= COPY_WINDOW_US;
    if (found) {
      this.original = of;
      this.originalFrom = this.#direction[slot]!;
      return true;
    }
    this.#print[slot] = print;
    this.#flow[slot] = f;
    this.#serial[slot] = flows.serial[f]!;
    this.#direction[slot] = flows.direction;
    this.#ttl[slot] = c.ttl;
    this.#tsUs[slot] = c.tsUs;
    return false;
  }

  /** A SYN or SYN+ACK of flow `f` under the cursor: is it a copy of another flow's? */
  syn(c: PacketCursor, f: number, flows: FlowTable, flags: number): boolean {
    const b = c.bytes;
    return this.#match(c, f, flows, mix4(i32be(b, c.l4 + 4), i32be(b, c.l4 + 8), u16be(b, c.l4 + 14), flags));
  }

  /** The first payload of a flow that was already open. */
  payload(c: PacketCursor, f: number, flows: FlowTable, start: number, end: number): boolean {
    const b = c.bytes;
    let h = end - start;
    for (let o = start; o < end && o < start + 64; o++) h = Math.imul(h ^ b[o]!, 0x01000193);
    return this.#match(c, f, flows, mix4(i32be(b, c.l4 + 4), i32be(b, c.l4 + 8), h, 0x5bd1e995));
  }
}

/** Packets remembered, one per slot; the later takes the place of the earlier. */
const ROUTED_SLOTS = 1 << 12;

/**
 * One packet seen on both sides of a router, by two mirrors: the same flow, number and checksum a moment later, with another
 * TTL (RFC 1812 section 5.3.1). Whoever sends again sends with the TTL of before.
 */
export class RoutedCopies {
  /** Of each slot the fingerprint and the TTL, then the time as a double: one cache line and not three. */
  readonly #slots = new Int32Array(ROUTED_SLOTS * 4);
  readonly #times = new Float64Array(this.#slots.buffer);

  constructor() {
    for (let i = 1; i < this.#times.length; i += 2) this.#times[i] = Number.NEGATIVE_INFINITY;
  }

  /** Is the packet under the cursor, of direction `way` (a number for flow and direction), the other side's copy? */
  copy(c: PacketCursor, way: number, end: number): boolean {
    const b = c.bytes;
    const o = c.l4;
    let what = 0;
    if (c.protocol === 6) what = i32be(b, o + 4) ^ Math.imul(u16be(b, o + 16), 0x9e3779b1);
    else if (c.protocol === 17) what = u16be(b, o + 6);
    // Without a number of the packet or a checksum nothing tells two packets apart.
    if (c.ipId === 0 && what === 0) return false;
    const print = mix4(way | 0, what, c.ipId, end - o);
    const slot = print & (ROUTED_SLOTS - 1);
    const slots = this.#slots;
    const times = this.#times;
    const s = slot * 4;
    const t = slot * 2 + 1;
    const age = c.tsUs - times[t]!;
    if (slots[s] === print && slots[s + 1] !== c.ttl && age >= 0 && age <= COPY_WINDOW_US) return true;
    slots[s] = print;
    slots[s + 1] = c.ttl;
    times[t] = c.tsUs;
    return false;
  }
}
