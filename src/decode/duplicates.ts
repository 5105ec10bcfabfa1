/**
 * The same frame seen twice within a few milliseconds (several mirror ports, a mirror of both directions of one link)
 * counts once; so does a frame that a redundant network (HSR, PRP) carries on two paths. A direct-mapped table of
 * fingerprints: fixed memory, one look-up per frame, no false positive worth counting (32-bit fingerprint, equal length
 * and 5 ms). What was seen longer ago is kept as bare fingerprints of 64 bits: a frame that comes again, octet by octet, when no
 * mirror can have sent it, was put there by somebody.
 */
import { mix4 } from './endpoints.ts';

/** Copies of a mirror arrive within the switch's buffering time. */
export const DUPLICATE_WINDOW_US = 5_000;
/**
 * A copy of a mirror follows its original: one that comes when the capture has gone on for longer than this is none. Wider
 * than the window, because frames of several queues are captured a little out of order.
 */
const MAX_BACK_US = 50_000;
/** A redundant network forgets a sequence number after this long (EntryForgetTime, IEC 62439-3 table 5). */
export const REDUNDANT_WINDOW_US = 400_000;
/** Enough for the frames of one window at 1.6 million a second, small enough to stay in the cache. */
const SLOTS = 1 << 13;
/** Frames remembered beyond these, two to a bucket: a megabyte; the older of a full bucket is forgotten. */
export const MAX_REMEMBERED = 1 << 17;
/**
 * Octets looked at from the start, beside TAIL from the end. They hold all headers with their checksums, which speak for the
 * rest. Without a checksum (other than IP, a fragment, UDP that has none) two frames may differ in any place: EVERY octet counts.
 */
export const HEAD_IPV4 = 64;
export const HEAD_IPV6 = 192;
export const EVERY = 0x7fff_ffff;
const TAIL = 16;

/*
 * A slot is half a cache line: two halves of the fingerprint, the frame's length, the generation, the time as a double,
 * eight octets unused. Reading them from columns of their own would touch five lines a frame.
 */
const WORDS = 8;
const SECOND = 1;
const LENGTH = 2;
const GENERATION = 3;
/** The slot's time, in doubles from the slot's beginning. */
const TIME = 2;

export class DuplicateFilter {
  readonly #slots = new Int32Array(SLOTS * WORDS);
  readonly #times = new Float64Array(this.#slots.buffer);
  readonly #older = new Int32Array(2 * MAX_REMEMBERED);
  #generation = 0;
  #first = 0;
  #other = 0;
  /**
   * The frame last asked about was seen before, octet by octet, but not as a mirror repeats: longer ago than the window, or
   * before time stepped back. Remembered for the last MAX_REMEMBERED frames or so.
   */
  repeated = false;
  /**
   * When the frame was captured that `seen` is asked about, and the latest time of the capture so far: set before. As arguments
   * each would be an object of its own for every frame. Both begin as doubles (-0 is one).
   */
  tsUs = -0;
  nowUs = -0;

  constructor() {
    for (let i = TIME; i < this.#times.length; i += WORDS / 2) this.#times[i] = Number.NEGATIVE_INFINITY;
  }

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
    return this.#same(h, ~h, -1, tsUs, REDUNDANT_WINDOW_US);
  }

  /**
   * True when this frame was seen less than DUPLICATE_WINDOW_US before `tsUs`, at `nowUs`.
   * `most`: octets to look at. `mayRepeat`: it matters whether the frame comes again later; of others `repeated` stays false.
   */
  seen(view: DataView, start: number, length: number, most: number, mayRepeat: boolean): boolean {
    const { tsUs, nowUs } = this;
    this.#fingerprint(view, start, length, most);
    const h = this.#first;
    const second = this.#other;
    const slots = this.#slots;
    const o = (h & (SLOTS - 1)) * WORDS;
    const equal = slots[o] === h && slots[o + SECOND] === second && slots[o + LENGTH] === length;
    const follows = slots[o + GENERATION] === this.#generation && nowUs - tsUs <= MAX_BACK_US;
    const inWindow = this.#same(h, second, length, tsUs, DUPLICATE_WINDOW_US) && follows;
    this.repeated = mayRepeat && !inWindow && (equal || this.#remembered(h, second));
    return inWindow;
  }

  /** Was this frame, octet by octet, seen before? Asks only: nothing is remembered. */
  known(view: DataView, start: number, length: number, most: number): boolean {
    this.#fingerprint(view, start, length, most);
    const h = this.#first;
    const second = this.#other;
    const slots = this.#slots;
    const o = (h & (SLOTS - 1)) * WORDS;
    if (slots[o] === h && slots[o + SECOND] === second && slots[o + LENGTH] === length) return true;
    return this.#remembered(h, second);
  }

  /** The two halves of a frame's fingerprint, into `#first` and `#other`. */
  #fingerprint(view: DataView, start: number, length: number, most: number): void {
    let h = length;
    let h2 = 0x3c6ef372;
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
    this.#first = mix4(h, h2, length, 0);
    this.#other = mix4(h2, length, h, 0x7f4a7c15);
  }

  /** Was this fingerprint put away? */
  #remembered(h: number, second: number): boolean {
    const older = this.#older;
    const o = bucket(h);
    return (older[o] === h && older[o + 1] === second) || (older[o + 2] === h && older[o + 3] === second);
  }

  /** Puts away a fingerprint whose slot another frame needs. */
  #remember(h: number, second: number): void {
    const older = this.#older;
    const o = bucket(h);
    older[o + 2] = older[o]!;
    older[o + 3] = older[o + 1]!;
    older[o] = h;
    older[o + 1] = second;
  }

  #same(h: number, second: number, length: number, tsUs: number, windowUs: number): boolean {
    const slots = this.#slots;
    const times = this.#times;
    const slot = h & (SLOTS - 1);
    const o = slot * WORDS;
    const t = slot * (WORDS / 2) + TIME;
    const print = slots[o]!;
    const age = tsUs - times[t]!;
    const same =
      print === h && slots[o + SECOND] === second && slots[o + LENGTH] === length && age <= windowUs && age >= 0;
    if (print !== h && slots[o + LENGTH]! > 0) this.#remember(print, slots[o + SECOND]!);
    slots[o] = h;
    slots[o + SECOND] = second;
    slots[o + LENGTH] = length;
    slots[o + GENERATION] = this.#generation;
    times[t] = tsUs;
    return same;
  }
}

/** Four numbers make a bucket: two fingerprints of two. */
const bucket = (h: number): number => ((h >>> 9) & (MAX_REMEMBERED / 2 - 1)) << 2;
