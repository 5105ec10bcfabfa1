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
const BITS = 1024;
const RENEW = 128;
/** A run must be longer than the longest of the training by this factor and rows. */
const FACTOR = 1.5;
const ROWS = 2;
/** With fewer rows than this, chance has not shown all that it can do: more is asked for. */
const FEW = 2000;
/** Rows worth comparing that training must hold before chance is known: a signal that stood still repeats itself once it moves. */
export const LEAST_COMPARED = 200;
/** Points whose values repeat for longer than this by themselves are not watched. */
const MAX_NATURAL = 24;

/** Values are compared after rounding to this, or coarser recordings than the training would look new. */
export const stepOf = (shape: PointShape): number => Math.max(shape.accuracy * 0.5, shape.resolution);

/** Running state of the points of a cell that are watched, one after another: 1.2 KiB each. */
export interface ReplayMemory {
  readonly steps: Float64Array;
  /** Hashes of the last rows, MAX_REPLAY_ROWS a point; 0: nothing worth comparing. */
  readonly ring: Uint16Array;
  /** One bit per hash modulo their number that may be in the ring (Bloom, 1970): most rows need no search. */
  readonly bits: Uint32Array;
  /** NUMBERS a point, at the places below. */
  readonly numbers: Int32Array;
}

/** Place of the next hash; rows taken; the last two rounded values, the newest last; which of the last changes were any. */
const [AT, TAKEN, SECOND, THIRD, CHANGES] = [0, 1, 2, 3, 4] as const;
/** Distance of the run in hand (0 without one), its rows, and rows of it that stand still. */
const [DISTANCE, RUN, STILL] = [5, 6, 7] as const;
const NUMBERS = 8;
const WORDS = BITS / 32;

/** For points that are compared after rounding to these steps. */
export const replayMemory = (steps: readonly number[]): ReplayMemory => ({
  steps: Float64Array.from(steps),
  ring: new Uint16Array(steps.length * MAX_REPLAY_ROWS),
  bits: new Uint32Array(steps.length * WORDS),
  numbers: new Int32Array(steps.length * NUMBERS),
});

/** `changes`: bits of the last changes that were any; 0: too few to be worth comparing. */
const hashOf = (changes: number, first: number, second: number, third: number): number => {
  let left = changes;
  let n = 0;
  for (; left !== 0; n++) left &= left - 1;
  if (n < LEAST_CHANGES) return 0;
  let h = Math.imul(0x811c9dc5 ^ first, 0x01000193);
  h = Math.imul(h ^ (h >>> 15) ^ second, 0x01000193);
  h = Math.imul(h ^ (h >>> 15) ^ third, 0x01000193);
  h = Math.imul(h ^ (h >>> 13), 0x5bd1e995);
  return (h ^ (h >>> 16)) & 0xffff || 1;
};

export class ReplayWatch {
  private readonly memory: ReplayMemory;

  constructor(memory: ReplayMemory) {
    this.memory = memory;
  }

  /** Rows between the run in hand of a watched point and what it repeats; 0 without one. */
  distance(watched: number): number {
    return this.memory.numbers[watched * NUMBERS + DISTANCE]!;
  }

  /** The row taken last was worth comparing. */
  isCompared(watched: number): boolean {
    const { ring, numbers } = this.memory;
    const last = (numbers[watched * NUMBERS + AT]! + MAX_REPLAY_ROWS - 1) & (MAX_REPLAY_ROWS - 1);
    return ring[watched * MAX_REPLAY_ROWS + last] !== 0;
  }

  /** Takes a value of a watched point; answers the length of the run of rows that repeat an earlier stretch, 0 without one. */
  take(watched: number, value: number): number {
    const { steps, ring, bits, numbers } = this.memory;
    const n = watched * NUMBERS;
    const base = watched * MAX_REPLAY_ROWS;
    const words = watched * WORDS;
    const at = numbers[n + AT]!;
    const rounded = Math.round(value / steps[watched]!) | 0;
    const second = numbers[n + SECOND]!;
    const third = numbers[n + THIRD]!;
    const changes = ((numbers[n + CHANGES]! << 1) | (rounded === third ? 0 : 1)) & RECENT;
    numbers[n + CHANGES] = changes;
    numbers[n + SECOND] = third;
    numbers[n + THIRD] = rounded;
    const h = hashOf(changes, second, third, rounded);
    let distance = numbers[n + DISTANCE]!;
    let run = numbers[n + RUN]!;
    if (distance > 0) {
      const then = ring[base + ((at - distance + MAX_REPLAY_ROWS) & (MAX_REPLAY_ROWS - 1))]!;
      // A short stretch that stands still neither speaks for a run nor ends it.
      let still = h === 0 ? numbers[n + STILL]! + 1 : 0;
      if (then === h && still <= MOST_STILL) run += h === 0 ? 0 : 1;
      else run = distance = still = 0;
      numbers[n + STILL] = still;
    }
    const bit = h & (BITS - 1);
    if (distance === 0 && h !== 0 && (bits[words + (bit >> 5)]! & (1 << (bit & 31))) !== 0) {
      const found = this.newest(base, at, h);
      if (found >= LEAST_DISTANCE) {
        distance = found;
        run = 1;
      }
    }
    numbers[n + DISTANCE] = distance;
    numbers[n + RUN] = run;
    ring[base + at] = h;
    bits[words + (bit >> 5)]! |= 1 << (bit & 31);
    numbers[n + AT] = (at + 1) & (MAX_REPLAY_ROWS - 1);
    if (++numbers[n + TAKEN]! % RENEW === 0) this.renewBits(base, words);
    return run;
  }

  /** Distance to the newest row with this hash, so that what is replayed again and again is found at its last copy; 0: none. */
  private newest(base: number, at: number, h: number): number {
    const { ring } = this.memory;
    for (let i = base + at - 1; i >= base; i--) if (ring[i] === h) return base + at - i;
    for (let i = base + MAX_REPLAY_ROWS - 1; i > base + at; i--)
      if (ring[i] === h) return base + at + MAX_REPLAY_ROWS - i;
    return 0;
  }

  /** Forgets the bits of what the ring has lost. */
  private renewBits(base: number, words: number): void {
    const { ring, bits } = this.memory;
    bits.fill(0, words, words + WORDS);
    for (let i = base; i < base + MAX_REPLAY_ROWS; i++) {
      const bit = ring[i]! & (BITS - 1);
      bits[words + (bit >> 5)]! |= 1 << (bit & 31);
    }
  }
}

/** The run from which on a repetition is odd, learned; Infinity where the point repeats itself too much. */
export const fitReplay = (shape: PointShape, column: Float64Array): number => {
  if (shape.nature !== 'continuous' || stepOf(shape) === 0) return Number.POSITIVE_INFINITY;
  const watch = new ReplayWatch(replayMemory([stepOf(shape)]));
  let longest = 0;
  let compared = 0;
  for (const x of column) {
    if (Number.isNaN(x)) continue;
    longest = Math.max(longest, watch.take(0, x));
    if (watch.isCompared(0)) compared++;
  }
  return longest > MAX_NATURAL || compared < LEAST_COMPARED
    ? Number.POSITIVE_INFINITY
    : Math.ceil(longest * FACTOR) + ROWS + Math.ceil(FEW / column.length);
};
