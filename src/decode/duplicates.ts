/**
 * The same frame seen twice within a few milliseconds (several mirror ports, a mirror of both directions of one link)
 * counts once; so does a frame that a redundant network (HSR, PRP) carries on two paths. A direct-mapped table of
 * fingerprints: fixed memory, one look-up per frame, no false positive worth counting (32-bit fingerprint, equal length
 * and 5 ms).
 */
import { mix4 } from './endpoints.ts';

/** Copies of a mirror arrive within the switch's buffering time. */
export const DUPLICATE_WINDOW_US = 5_000;
/** A redundant network forgets a sequence number after this long (EntryForgetTime, IEC 62439-3 table 5). */
export const REDUNDANT_WINDOW_US = 400_000;
/** Enough for the frames of one window at 1.6 million a second, small enough to stay in the cache. */
const SLOTS = 1 << 13;
/**
 * Octets looked at from the start and from the end. Of an IPv4 packet these hold all headers with their checksums, which
 * speak for the rest; frames without checksums are looked at further.
 */
const HEAD_IPV4 = 64;
const HEAD_OTHER = 192;
const TAIL = 16;

export class DuplicateFilter {
  readonly #print = new Int32Array(SLOTS);
  readonly #length = new Int32Array(SLOTS);
  readonly #tsUs = new Float64Array(SLOTS).fill(Number.NEGATIVE_INFINITY);
  readonly #generations = new Uint16Array(SLOTS);
  #generation = 0;
  /**
   * The frame last asked about was seen before, octet by octet, but not as a mirror repeats: longer ago than the window, or
   * before time stepped back. Remembered for about the last 8,192 frames.
   */
  repeated = false;

  /** Time stepped back: what was seen before is no copy of a mirror. */
  steppedBack(): void {
    this.#generation = (this.#generation + 1) & 0xffff;
  }

  /**
   * True when the other copy of a frame that HSR or PRP sends twice was seen: same sender, sequence number and size. The
   * copies are not equal octet by octet, because each names its path.
   */
  redundant(srcHigh: number, srcLow: number, redundancy: number, tsUs: number): boolean {
    const h = mix4(srcHigh, srcLow, redundancy, 0x52435400);
    return this.#same(h, -1, tsUs, REDUNDANT_WINDOW_US);
  }

  /** True when this frame was seen less than DUPLICATE_WINDOW_US ago. */
  seen(view: DataView, start: number, length: number, tsUs: number, ipv4: boolean): boolean {
    let h = length;
    let h2 = 0x3c6ef372;
    const most = ipv4 ? HEAD_IPV4 : HEAD_OTHER;
    const head = length < most ? length : most;
    const stop = start + (head & ~7);
    let o = start;
    for (; o < stop; o += 8) {
      h = Math.imul(h ^ view.getInt32(o, true), 0x9e3779b1);
      h ^= h >>> 15;
      h2 = Math.imul(h2 ^ view.getInt32(o + 4, true), 0x85ebca6b);
      h2 ^= h2 >>> 13;
    }
    for (let e = start + head; o < e; o++) h = Math.imul(h ^ view.getUint8(o), 0x01000193);
    if (length >= most + TAIL) {
      const t = start + length - TAIL;
      h = mix4(h, view.getInt32(t, true), view.getInt32(t + 4, true), view.getInt32(t + 8, true));
      h2 ^= view.getInt32(t + 12, true);
    }
    h = mix4(h, h2, length, 0);
    const slot = h & (SLOTS - 1);
    const equal = this.#print[slot] === h && this.#length[slot] === length;
    const ofThisTime = this.#generations[slot] === this.#generation;
    const inWindow = this.#same(h, length, tsUs, DUPLICATE_WINDOW_US) && ofThisTime;
    this.repeated = equal && !inWindow;
    return inWindow;
  }

  #same(h: number, length: number, tsUs: number, windowUs: number): boolean {
    const slot = h & (SLOTS - 1);
    const same =
      this.#print[slot] === h &&
      this.#length[slot] === length &&
      tsUs - this.#tsUs[slot]! <= windowUs &&
      tsUs >= this.#tsUs[slot]!;
    this.#print[slot] = h;
    this.#length[slot] = length;
    this.#tsUs[slot] = tsUs;
    this.#generations[slot] = this.#generation;
    return same;
  }
}
