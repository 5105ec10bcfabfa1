/**
 * An earlier stretch of a signal that comes again: recorded values played to whoever watches, while the process does
 * something else. Each row leaves a 16-bit hash of the newest values of the point, rounded to what it is exact to; a match
 * with an earlier row begins a run, and the run must go on at the same distance for longer than it ever did by chance in the
 * training. Works on one point alone, whatever the others do, and costs one search of a short ring. (Fingerprints by hash:
 * Karp and Rabin, IBM Journal of Research and Development 31, 1987.)
 */
import type { PointShape } from './nature.ts';

/** Rows that can be recognised; an older stretch that is replayed is not. */
export const MAX_REPLAY_ROWS = 512;
/** Which of the last changes count, as bits, and how many of them must have been any: standing still is no replay. */
const RECENT = 0x7f;
const LEAST_CHANGES = 3;
/** A copy of the rows just before is a slow signal. */
const LEAST_DISTANCE = 8;
const MOST_STILL = 8;
const BITS = 4096;
const RENEW = 128;
/** A run must be longer than the longest of the training by this factor and rows. */
const FACTOR = 1.5;
const ROWS = 2;
/** With fewer rows than this, chance has not shown all that it can do: more is asked for. */
const FEW = 2000;
/** Points whose values repeat for longer than this by themselves are not watched. */
const MAX_NATURAL = 24;

/** Values are compared after rounding to this, or coarser recordings than the training would look new. */
const stepOf = (shape: PointShape): number => Math.max(shape.accuracy * 0.5, shape.resolution);

/** Running state of one point: 1 KiB of ring, half a KiB of bits and a few numbers. */
export class ReplayWatch {
  readonly limit: number;
  private readonly step: number;
  /** Hashes of the last rows; 0: nothing worth comparing. */
  private readonly ring = new Uint16Array(MAX_REPLAY_ROWS);
  /** One bit per hash modulo their number that may be in the ring (Bloom, 1970): most rows need no search. */
  private readonly bits = new Uint32Array(BITS / 32);
  private at = 0;
  private rows = 0;
  /** The last three rounded values, the newest last, and which of the last changes were any. */
  private first = 0;
  private second = 0;
  private third = 0;
  private changes = 0;
  /** Distance of the run in hand, 0 without one. */
  distance = 0;
  private run = 0;
  private still = 0;

  constructor(step: number, limit: number) {
    this.step = step;
    this.limit = limit;
  }

  private hash(): number {
    let changes = this.changes;
    let n = 0;
    for (; changes !== 0; n++) changes &= changes - 1;
    if (n < LEAST_CHANGES) return 0;
    let h = Math.imul(0x811c9dc5 ^ this.first, 0x01000193);
    h = Math.imul(h ^ (h >>> 15) ^ this.second, 0x01000193);
    h = Math.imul(h ^ (h >>> 15) ^ this.third, 0x01000193);
    h = Math.imul(h ^ (h >>> 13), 0x5bd1e995);
    return (h ^ (h >>> 16)) & 0xffff || 1;
  }

  /** Takes a value; answers the length of the run of rows that repeat an earlier stretch, 0 without one. */
  take(value: number): number {
    const { ring, bits } = this;
    const rounded = Math.round(value / this.step) | 0;
    this.changes = ((this.changes << 1) | (rounded === this.third ? 0 : 1)) & RECENT;
    this.first = this.second;
    this.second = this.third;
    this.third = rounded;
    const h = this.hash();
    if (this.distance > 0) {
      const then = ring[(this.at - this.distance + MAX_REPLAY_ROWS) & (MAX_REPLAY_ROWS - 1)]!;
      // A short stretch that stands still neither speaks for a run nor ends it.
      this.still = h === 0 ? this.still + 1 : 0;
      if (then === h && this.still <= MOST_STILL) this.run += h === 0 ? 0 : 1;
      else this.run = this.distance = this.still = 0;
    }
    const bit = h & (BITS - 1);
    if (this.distance === 0 && h !== 0 && (bits[bit >> 5]! & (1 << (bit & 31))) !== 0) {
      // The newest first: what is replayed again and again is found at its last copy.
      let found = this.at === 0 ? -1 : ring.lastIndexOf(h, this.at - 1);
      if (found < 0) found = ring.lastIndexOf(h);
      const distance = found < 0 ? 0 : (this.at - found + MAX_REPLAY_ROWS) & (MAX_REPLAY_ROWS - 1);
      if (distance >= LEAST_DISTANCE) {
        this.distance = distance;
        this.run = 1;
      }
    }
    ring[this.at] = h;
    bits[bit >> 5]! |= 1 << (bit & 31);
    this.at = (this.at + 1) & (MAX_REPLAY_ROWS - 1);
    if (++this.rows % RENEW === 0) this.renewBits();
    return this.run;
  }

  /** Forgets the bits of what the ring has lost. */
  private renewBits(): void {
    this.bits.fill(0);
    for (const h of this.ring) {
      const bit = h & (BITS - 1);
      this.bits[bit >> 5]! |= 1 << (bit & 31);
    }
  }

  get bytes(): number {
    return this.ring.byteLength + this.bits.byteLength + 80;
  }

  get state(): ReplayState {
    const { at, rows, first, second, third, changes, distance, run, still } = this;
    return {
      ring: [...this.ring],
      bits: [...this.bits],
      numbers: [at, rows, first, second, third, changes, distance, run, still],
    };
  }
  set state(s: ReplayState) {
    this.ring.set(s.ring);
    this.bits.set(s.bits);
    const n = s.numbers;
    this.at = n[0]!;
    this.rows = n[1]!;
    this.first = n[2]!;
    this.second = n[3]!;
    this.third = n[4]!;
    this.changes = n[5]!;
    this.distance = n[6]!;
    this.run = n[7]!;
    this.still = n[8]!;
  }
}

export interface ReplayState {
  readonly ring: readonly number[];
  readonly bits: readonly number[];
  readonly numbers: readonly number[];
}

/** The run from which on a repetition is odd, learned; Infinity where the point repeats itself too much. */
export const fitReplay = (shape: PointShape, column: Float64Array): number => {
  if (shape.nature !== 'continuous' || stepOf(shape) === 0) return Number.POSITIVE_INFINITY;
  const watch = new ReplayWatch(stepOf(shape), 0);
  let longest = 0;
  for (const x of column) if (!Number.isNaN(x)) longest = Math.max(longest, watch.take(x));
  return longest > MAX_NATURAL
    ? Number.POSITIVE_INFINITY
    : Math.ceil(longest * FACTOR) + ROWS + Math.ceil(FEW / column.length);
};

export const watchReplay = (shape: PointShape, limit: number): ReplayWatch => new ReplayWatch(stepOf(shape), limit);
