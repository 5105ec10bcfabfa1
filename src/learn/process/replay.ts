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
/** Values that one hash is made of. */
const WINDOW = 3;
/** Of the last so many values at least `LEAST_CHANGES` must have changed: standing still is no replay. */
const RECENT = 8;
const LEAST_CHANGES = 3;
/** A run must be longer than the longest of the training by this factor and rows. */
const FACTOR = 1.5;
const ROWS = 2;
/** Points whose values repeat for longer than this by themselves are not watched. */
const MAX_NATURAL = 24;

/** Values are compared after rounding to this, or coarser recordings than the training would look new. */
const stepOf = (shape: PointShape): number => Math.max(shape.accuracy * 0.5, shape.resolution);

/** Running state of one point: 1 KiB of ring and a few numbers. */
export class ReplayWatch {
  /** Hashes of the last rows; 0: nothing worth comparing. */
  readonly ring: Uint16Array;
  private at = 0;
  private rows = 0;
  private readonly recent = new Int32Array(RECENT);
  private taken = 0;
  /** Distance of the run in hand, 0 without; its length, longest first. */
  distance = 0;
  run = 0;

  readonly limit: number;
  private readonly step: number;

  constructor(step: number, limit: number) {
    this.step = step;
    this.limit = limit;
    this.ring = new Uint16Array(MAX_REPLAY_ROWS);
  }

  private hash(): number {
    let h = 0x811c9dc5;
    let changes = 0;
    for (let k = 1; k < RECENT; k++)
      if (this.recent[(this.taken + k) % RECENT] !== this.recent[(this.taken + k - 1) % RECENT]) changes++;
    if (changes < LEAST_CHANGES || this.taken < RECENT) return 0;
    for (let k = RECENT - WINDOW; k < RECENT; k++) {
      h = Math.imul(h ^ this.recent[(this.taken + k) % RECENT]!, 0x01000193);
      h ^= h >>> 15;
    }
    h = Math.imul(h ^ (h >>> 13), 0x5bd1e995);
    return (h ^ (h >>> 16)) & 0xffff || 1;
  }

  /** Takes a value; answers the length of the run of rows that repeat an earlier stretch, 0 without one. */
  take(value: number): number {
    const { ring } = this;
    this.recent[this.taken % RECENT] = Math.round(value / this.step);
    this.taken++;
    const h = this.hash();
    if (this.distance > 0 && this.distance <= this.rows) {
      const then = ring[(this.at - this.distance + 2 * MAX_REPLAY_ROWS) % MAX_REPLAY_ROWS]!;
      // A stretch that stands still neither speaks for a run nor ends it.
      if (then === h) this.run += h === 0 ? 0 : 1;
      else this.run = this.distance = 0;
    } else this.run = this.distance = 0;
    if (this.distance === 0 && h !== 0) {
      // Newest first: what is replayed again and again is found at its last copy.
      let found = this.at === 0 ? -1 : ring.lastIndexOf(h, this.at - 1);
      if (found < 0) found = ring.lastIndexOf(h);
      if (found >= 0) {
        this.distance = (this.at - found + MAX_REPLAY_ROWS) % MAX_REPLAY_ROWS || MAX_REPLAY_ROWS;
        this.run = 1;
        if (this.distance < RECENT) this.run = this.distance = 0;
      }
    }
    ring[this.at] = h;
    this.at = (this.at + 1) % MAX_REPLAY_ROWS;
    if (this.rows < MAX_REPLAY_ROWS) this.rows++;
    return this.run;
  }

  get state(): ReplayState {
    return {
      ring: [...this.ring],
      recent: [...this.recent],
      numbers: [this.at, this.rows, this.taken, this.distance, this.run],
    };
  }
  set state(s: ReplayState) {
    this.ring.set(s.ring);
    this.recent.set(s.recent);
    [this.at, this.rows, this.taken, this.distance, this.run] = s.numbers as [number, number, number, number, number];
  }
}

export interface ReplayState {
  readonly ring: readonly number[];
  readonly recent: readonly number[];
  readonly numbers: readonly number[];
}

/** The run from which on a repetition is odd, learned; Infinity where the point repeats itself too much. */
export const fitReplay = (shape: PointShape, column: Float64Array): number => {
  if (shape.nature !== 'continuous' || stepOf(shape) === 0) return Number.POSITIVE_INFINITY;
  const watch = new ReplayWatch(stepOf(shape), 0);
  let longest = 0;
  for (const x of column) if (!Number.isNaN(x)) longest = Math.max(longest, watch.take(x));
  return longest > MAX_NATURAL ? Number.POSITIVE_INFINITY : Math.ceil(longest * FACTOR) + ROWS;
};

export const watchReplay = (shape: PointShape, limit: number): ReplayWatch => new ReplayWatch(stepOf(shape), limit);
