/**
 * The flow table: bidirectional conversations keyed by 5-tuple (or IP pair and protocol, or MAC pair and EtherType) and
 * place (VLANs, tunnel). One hash look-up per packet; what a packet touches lies in two cache lines (`i` and `d`), the rest in
 * columns of its own. Slots are reused; `serial` numbers the
 * flows of a source from 0 for good. Bounded by MAX_FLOWS: at the limit the flow that was idle longest among a few gives way.
 */
import { growF64, growI32, growU8 } from '../lib/grow.ts';
import type { PacketCursor } from './cursor.ts';
import { mix4 } from './endpoints.ts';

export const MAX_FLOWS = 262_144;
/** Candidates looked at when the table is full. */
const EVICT_SAMPLE = 16;

/** Slots whose next look is summed up in one number: a power of two. */
export const DUE_SHIFT = 5;
export const DUE_BLOCK = 1 << DUE_SHIFT;

/** In META: a flow below IP. */
export const L2_FLAG = 1 << 30;

/** TCP_STATE */
export const TCP_NEW = 0;
export const TCP_ESTABLISHED = 1;
export const TCP_CLOSED = 2;
export const TCP_RESET = 3;
export const TCP_REJECTED = 4;
export const TCP_STATES = ['new', 'established', 'closed', 'reset', 'rejected'] as const;

/** BITS */
export const CLIENT_IS_B = 1;
/** The sweep knows when the flow is due by itself; what happens earlier says so (`stir`). */
export const WATCHED = 2;
export const INIT_A = 4;
export const INIT_B = 8;
export const FIN_A = 16;
export const FIN_B = 32;
/** The same stream with other addresses (NAT): counted, not decoded. */
export const IS_COPY = 64;
export const GROUP = 128;
/** Early segments of TCP are held behind a hole. */
export const HOLDS = 256;
/** Another flow is this one's copy: what it showed first is here no retransmission. */
export const HAS_COPY = 512;
/** The client's checksums are right: what comes with a wrong one is dropped by the server. */
export const SUM_GOOD = 1024;

/** Integers of a flow: `i[f * I + ...]`. */
export const I = 16;
export const IP_A = 0;
export const IP_B = 1;
export const PORTS = 2;
/** IP protocol (0..255) | IP version << 8, or EtherType/LLC with L2_FLAG. */
export const META = 3;
export const PLACE = 4;
export const EP_A = 5;
export const EP_B = 6;
/** Next expected TCP sequence numbers. */
export const NEXT_A = 7;
export const NEXT_B = 8;
/** IP identification << 8 | TTL of the last packet of each direction; -1 before the first. */
export const LAST_ID_A = 9;
export const LAST_ID_B = 10;
export const BITS = 11;
export const RETRANSMISSIONS = 12;
export const TCP_STATE = 13;
/** Payload units offered to probing so far, saturating at 255: eight bits for each direction, A to B the lower ones. */
export const TRIES = 14;

/** Doubles of a flow: `d[f * D + ...]`. */
export const D = 8;
export const LAST_US = 0;
export const PACKETS_A = 1;
export const PACKETS_B = 2;
export const BYTES_A = 3;
export const BYTES_B = 4;
export const PAYLOAD = 5;
export const DECODED = 6;
export const MISSING = 7;

export class FlowTable {
  /** Slots in use. */
  active = 0;
  /** Flows seen so far; the next serial. */
  total = 0;
  evicted = 0;
  capacity = 2048;
  i = new Int32Array(this.capacity * I);
  d = new Float64Array(this.capacity * D);
  serial = new Float64Array(this.capacity);
  firstUs = new Float64Array(this.capacity);
  reportedUs = new Float64Array(this.capacity);
  firstFrame = new Float64Array(this.capacity);
  /** When the sweep must look at the flow again; infinite in free slots. */
  dueUs = new Float64Array(this.capacity).fill(Number.POSITIVE_INFINITY);
  /** No flow of a block of DUE_BLOCK slots is due earlier: most blocks are passed over with one look. */
  blockDueUs = new Float64Array(this.capacity >> DUE_SHIFT).fill(Number.POSITIVE_INFINITY);
  /** Packets and octets of A and B that the endpoints were told of: `settled[f * 4 + ...]`. */
  settled = new Float64Array(this.capacity * 4);
  /** 0: free slot. */
  used = new Uint8Array(this.capacity);
  #slots = new Int32Array(16384).fill(-1);
  #slotsUsed = 0;
  readonly #free: number[] = [];
  #top = 0;
  /** Set by `find`: direction of the packet, 0 = A to B. */
  direction = 0;
  /** Set by `find`: the flow was made now. */
  fresh = false;
  /** Called before a slot is given to another flow. */
  onEvict: (flow: number) => void = () => {};

  constructor() {
    // The engine takes a field that was written once for a constant, and throws the code away that relied on it when the
    // table grows: each column is written a second time before there is any.
    this.#grow();
    this.#rehash();
  }

  /** Flow of the packet under the cursor; `meta` as above. */
  find(c: PacketCursor, srcKey: number, dstKey: number, srcPort: number, dstPort: number, meta: number): number {
    // The lower (address, port) is side A, so both directions have one key.
    const swap = srcKey > dstKey || (srcKey === dstKey && srcPort > dstPort);
    const a = swap ? dstKey : srcKey;
    const b = swap ? srcKey : dstKey;
    const ports = swap ? (dstPort << 16) | srcPort : (srcPort << 16) | dstPort;
    this.direction = swap ? 1 : 0;
    const place = c.place;
    const slots = this.#slots;
    const mask = slots.length - 1;
    const i = this.i;
    let s = mix4(a, b, ports, meta ^ Math.imul(place, 0x2545f491)) & mask;
    for (;;) {
      const f = slots[s]!;
      if (f === -1) break;
      if (f >= 0) {
        const o = f * I;
        if (
          i[o] === a &&
          i[o + IP_B] === b &&
          i[o + PORTS] === ports &&
          i[o + META] === meta &&
          i[o + PLACE] === place
        ) {
          this.fresh = false;
          return f;
        }
      }
      s = (s + 1) & mask;
    }
    this.fresh = true;
    return this.#insert(c, a, b, ports, meta);
  }

  #insert(c: PacketCursor, a: number, b: number, ports: number, meta: number): number {
    if (this.active >= MAX_FLOWS) this.#evictOne();
    let f = this.#free.pop();
    if (f === undefined) {
      f = this.#top++;
      if (f >= this.capacity) this.#grow();
    }
    const o = f * I;
    for (let k = o; k < o + I; k++) this.i[k] = 0;
    this.i[o + IP_A] = a;
    this.i[o + IP_B] = b;
    this.i[o + PORTS] = ports;
    this.i[o + META] = meta;
    this.i[o + PLACE] = c.place;
    this.i[o + LAST_ID_A] = -1;
    this.i[o + LAST_ID_B] = -1;
    for (let k = f * D; k < f * D + D; k++) this.d[k] = 0;
    this.d[f * D + LAST_US] = c.tsUs;
    for (let k = f * 4; k < f * 4 + 4; k++) this.settled[k] = 0;
    this.serial[f] = this.total++;
    this.firstUs[f] = c.tsUs;
    this.reportedUs[f] = c.tsUs;
    this.due(f, c.tsUs);
    this.firstFrame[f] = c.frame;
    this.used[f] = 1;
    this.active++;
    if (++this.#slotsUsed * 2 > this.#slots.length) this.#rehash();
    else this.#place(f);
    return f;
  }

  #hash(f: number): number {
    const i = this.i;
    const o = f * I;
    return mix4(i[o]!, i[o + IP_B]!, i[o + PORTS]!, i[o + META]! ^ Math.imul(i[o + PLACE]!, 0x2545f491));
  }

  #place(f: number): void {
    const mask = this.#slots.length - 1;
    let s = this.#hash(f) & mask;
    while (this.#slots[s]! >= 0) s = (s + 1) & mask;
    this.#slots[s] = f;
  }

  /** Removes the tombstones, and doubles when the live flows need it. */
  #rehash(): void {
    const size = this.active * 4 > this.#slots.length ? this.#slots.length * 2 : this.#slots.length;
    this.#slots = new Int32Array(size).fill(-1);
    this.#slotsUsed = this.active;
    for (let f = 0; f < this.#top; f++) if (this.used[f] === 1) this.#place(f);
  }

  #evictOne(): void {
    let victim = -1;
    let oldest = Number.POSITIVE_INFINITY;
    const start = (this.evicted * 7919) % this.#top;
    for (let i = 0, seen = 0; i < this.#top && seen < EVICT_SAMPLE; i++) {
      const f = (start + i) % this.#top;
      if (this.used[f] !== 1) continue;
      seen++;
      if (this.d[f * D + LAST_US]! < oldest) {
        oldest = this.d[f * D + LAST_US]!;
        victim = f;
      }
    }
    this.evicted++;
    try {
      this.onEvict(victim);
    } finally {
      this.remove(victim);
    }
  }

  remove(f: number): void {
    const mask = this.#slots.length - 1;
    let s = this.#hash(f) & mask;
    while (this.#slots[s] !== f) s = (s + 1) & mask;
    this.#slots[s] = -2;
    this.used[f] = 0;
    this.dueUs[f] = Number.POSITIVE_INFINITY;
    this.active--;
    this.#free.push(f);
  }

  /** The sweep must look at the flow at that time. */
  due(f: number, us: number): void {
    this.dueUs[f] = us;
    const block = f >> DUE_SHIFT;
    if (us < this.blockDueUs[block]!) this.blockDueUs[block] = us;
  }

  /** Something began in the flow that the sweep has to follow: a request or a segment waits, or the connection is over. */
  stir(f: number, us: number): void {
    if ((this.i[f * I + BITS]! & WATCHED) !== 0) this.due(f, us);
  }

  /** Highest slot ever used plus one: the range to walk. */
  get top(): number {
    return this.#top;
  }

  /** Did packets of both directions pass? */
  bothWays(f: number): boolean {
    return this.d[f * D + PACKETS_A]! > 0 && this.d[f * D + PACKETS_B]! > 0;
  }

  /** Client first: A or B, as the bits say. */
  clientIsB(f: number): boolean {
    return (this.i[f * I + BITS]! & CLIENT_IS_B) !== 0;
  }

  #grow(): void {
    const n = this.capacity * 2;
    const due = this.capacity;
    this.capacity = n;
    this.i = growI32(this.i, n * I);
    this.d = growF64(this.d, n * D);
    this.serial = growF64(this.serial, n);
    this.firstUs = growF64(this.firstUs, n);
    this.reportedUs = growF64(this.reportedUs, n);
    this.firstFrame = growF64(this.firstFrame, n);
    this.dueUs = growF64(this.dueUs, n).fill(Number.POSITIVE_INFINITY, due);
    this.blockDueUs = growF64(this.blockDueUs, n >> DUE_SHIFT).fill(Number.POSITIVE_INFINITY, due >> DUE_SHIFT);
    this.settled = growF64(this.settled, n * 4);
    this.used = growU8(this.used, n);
  }
}
