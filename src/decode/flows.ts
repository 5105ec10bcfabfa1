/**
 * The flow table: bidirectional conversations keyed by 5-tuple (or IP pair and protocol, or MAC pair and EtherType) and
 * place (VLANs, tunnel). Columns over typed arrays, one hash look-up per packet. Slots are reused; `serial` numbers the
 * flows of a source from 0 for good. Bounded by MAX_FLOWS: at the limit the flow that was idle longest among a few gives way.
 */
import { growF64, growI32, growU8 } from '../lib/grow.ts';
import type { PacketCursor } from './cursor.ts';
import { mix4 } from './endpoints.ts';

export const MAX_FLOWS = 262_144;
/** Candidates looked at when the table is full. */
const EVICT_SAMPLE = 16;

/** `meta`: IP protocol (0..255) | IP version << 8, or EtherType/LLC with L2_FLAG. */
export const L2_FLAG = 1 << 30;

/** tcpState */
export const TCP_NEW = 0;
export const TCP_ESTABLISHED = 1;
export const TCP_CLOSED = 2;
export const TCP_RESET = 3;
export const TCP_REJECTED = 4;
export const TCP_STATES = ['new', 'established', 'closed', 'reset', 'rejected'] as const;

/** bits */
export const CLIENT_IS_B = 1;
/** Client and server are known for sure (SYN seen, or a decoder said so). */
export const CLIENT_SURE = 2;
export const INIT_A = 4;
export const INIT_B = 8;
export const FIN_A = 16;
export const FIN_B = 32;
/** The same stream with other addresses (NAT): counted, not decoded. */
export const IS_COPY = 64;
export const GROUP = 128;

export class FlowTable {
  /** Slots in use. */
  active = 0;
  /** Flows seen so far; the next serial. */
  total = 0;
  evicted = 0;
  capacity = 4096;
  ipA = new Int32Array(this.capacity);
  ipB = new Int32Array(this.capacity);
  ports = new Int32Array(this.capacity);
  meta = new Int32Array(this.capacity);
  place = new Int32Array(this.capacity);
  epA = new Int32Array(this.capacity);
  epB = new Int32Array(this.capacity);
  serial = new Float64Array(this.capacity);
  firstUs = new Float64Array(this.capacity);
  lastUs = new Float64Array(this.capacity);
  reportedUs = new Float64Array(this.capacity);
  /** When the sweep must look at the flow again; infinite in free slots. */
  dueUs = new Float64Array(this.capacity).fill(Number.POSITIVE_INFINITY);
  firstFrame = new Float64Array(this.capacity);
  packetsA = new Float64Array(this.capacity);
  packetsB = new Float64Array(this.capacity);
  bytesA = new Float64Array(this.capacity);
  bytesB = new Float64Array(this.capacity);
  payload = new Float64Array(this.capacity);
  decoded = new Float64Array(this.capacity);
  missing = new Float64Array(this.capacity);
  retransmissions = new Int32Array(this.capacity);
  /** Next expected sequence numbers. */
  nextA = new Int32Array(this.capacity);
  nextB = new Int32Array(this.capacity);
  ipIdA = new Int32Array(this.capacity);
  ipIdB = new Int32Array(this.capacity);
  ttlA = new Uint8Array(this.capacity);
  ttlB = new Uint8Array(this.capacity);
  bits = new Uint8Array(this.capacity);
  tcpState = new Uint8Array(this.capacity);
  /** 0: free slot. */
  used = new Uint8Array(this.capacity);
  /** Payload units offered to probing so far, saturating. */
  tries = new Uint8Array(this.capacity);
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

  /** Flow of the packet under the cursor; `meta` as above. */
  find(c: PacketCursor, srcKey: number, dstKey: number, srcPort: number, dstPort: number, meta: number): number {
    // The lower (address, port) is side A, so both directions have one key.
    const swap = srcKey > dstKey || (srcKey === dstKey && srcPort > dstPort);
    const a = swap ? dstKey : srcKey;
    const b = swap ? srcKey : dstKey;
    const ports = swap ? (dstPort << 16) | srcPort : (srcPort << 16) | dstPort;
    this.direction = swap ? 1 : 0;
    const mask = this.#slots.length - 1;
    const hash = mix4(a, b, ports, meta ^ Math.imul(c.place, 0x2545f491));
    let s = hash & mask;
    for (;;) {
      const f = this.#slots[s]!;
      if (f === -1) break;
      if (
        f >= 0 &&
        this.ipA[f] === a &&
        this.ipB[f] === b &&
        this.ports[f] === ports &&
        this.meta[f] === meta &&
        this.place[f] === c.place
      ) {
        this.fresh = false;
        return f;
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
    this.ipA[f] = a;
    this.ipB[f] = b;
    this.ports[f] = ports;
    this.meta[f] = meta;
    this.place[f] = c.place;
    this.epA[f] = 0;
    this.epB[f] = 0;
    this.serial[f] = this.total++;
    this.firstUs[f] = c.tsUs;
    this.lastUs[f] = c.tsUs;
    this.reportedUs[f] = c.tsUs;
    this.dueUs[f] = c.tsUs;
    this.firstFrame[f] = c.frame;
    this.packetsA[f] = 0;
    this.packetsB[f] = 0;
    this.bytesA[f] = 0;
    this.bytesB[f] = 0;
    this.payload[f] = 0;
    this.decoded[f] = 0;
    this.missing[f] = 0;
    this.retransmissions[f] = 0;
    this.nextA[f] = 0;
    this.nextB[f] = 0;
    this.ipIdA[f] = -1;
    this.ipIdB[f] = -1;
    this.ttlA[f] = 0;
    this.ttlB[f] = 0;
    this.bits[f] = 0;
    this.tcpState[f] = TCP_NEW;
    this.used[f] = 1;
    this.tries[f] = 0;
    this.active++;
    if (++this.#slotsUsed * 2 > this.#slots.length) this.#rehash();
    else this.#place(f);
    return f;
  }

  #hash(f: number): number {
    return mix4(this.ipA[f]!, this.ipB[f]!, this.ports[f]!, this.meta[f]! ^ Math.imul(this.place[f]!, 0x2545f491));
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
      if (this.lastUs[f]! < oldest) {
        oldest = this.lastUs[f]!;
        victim = f;
      }
    }
    this.evicted++;
    this.onEvict(victim);
    this.remove(victim);
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

  /** Highest slot ever used plus one: the range to walk. */
  get top(): number {
    return this.#top;
  }

  #grow(): void {
    const n = this.capacity * 2;
    this.capacity = n;
    this.ipA = growI32(this.ipA, n);
    this.ipB = growI32(this.ipB, n);
    this.ports = growI32(this.ports, n);
    this.meta = growI32(this.meta, n);
    this.place = growI32(this.place, n);
    this.epA = growI32(this.epA, n);
    this.epB = growI32(this.epB, n);
    this.serial = growF64(this.serial, n);
    this.firstUs = growF64(this.firstUs, n);
    this.lastUs = growF64(this.lastUs, n);
    this.reportedUs = growF64(this.reportedUs, n);
    const due = this.dueUs.length;
    this.dueUs = growF64(this.dueUs, n).fill(Number.POSITIVE_INFINITY, due);
    this.firstFrame = growF64(this.firstFrame, n);
    this.packetsA = growF64(this.packetsA, n);
    this.packetsB = growF64(this.packetsB, n);
    this.bytesA = growF64(this.bytesA, n);
    this.bytesB = growF64(this.bytesB, n);
    this.payload = growF64(this.payload, n);
    this.decoded = growF64(this.decoded, n);
    this.missing = growF64(this.missing, n);
    this.retransmissions = growI32(this.retransmissions, n);
    this.nextA = growI32(this.nextA, n);
    this.nextB = growI32(this.nextB, n);
    this.ipIdA = growI32(this.ipIdA, n);
    this.ipIdB = growI32(this.ipIdB, n);
    this.ttlA = growU8(this.ttlA, n);
    this.ttlB = growU8(this.ttlB, n);
    this.bits = growU8(this.bits, n);
    this.tcpState = growU8(this.tcpState, n);
    this.used = growU8(this.used, n);
    this.tries = growU8(this.tries, n);
  }
}
