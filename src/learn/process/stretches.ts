/**
 * An earlier stretch of a signal that comes again, looked for in the samples as they were read from the wire, not in rows:
 * recorded values that are played back repeat the noise of the instrument to the last digit, and rows that are taken more
 * seldom than the polls would meet other samples of it. Each sample leaves an octet in a ring; where the last ones stood
 * in the ring before is a candidate, and a candidate counts the changes that go on to be the same at its distance. How many
 * come the same by chance is learned from normal work: a coarse or cyclic signal repeats itself for long, and is then not
 * watched. Sources: winnowing and seeds that are extended, Altschul et al., Journal of Molecular Biology 215, 1990 (BLAST);
 * fingerprints of values, Karp and Rabin, IBM Journal of Research and Development 31, 1987.
 * Fails where a tape is played at another pace than it was recorded at, so that other samples of it are read.
 */

import { type Room, Slab } from '../../lib/slab.ts';

/** Samples that are remembered of a point, an octet each: what is older is not recognised (an hour of polls every 4 s). */
export const MAX_STRETCH_SAMPLES = 1024;
/** A copy of the samples just before is a slow signal. */
const LEAST_DISTANCE = 8;
/** Samples that must stand in the ring alike for a candidate, changes among them, and places that are compared. */
const SEED = 4;
const SEED_CHANGES = 3;
const MAX_PLACES = 24;
const MAX_BACK = 16;
/** A sample that differs (another reader's poll between them) costs a candidate so much; one that is the same earns 1. */
const MISMATCH = 2;
/** A candidate with fewer matches gives way to a better one. */
const FIRM = 8;
/** Candidates are looked for at every so many changes: they are followed back for longer than that. */
const SEEK_EVERY = 4;
/** A repetition must be longer than the longest of normal work by this factor and so many changes. */
const FACTOR = 2;
const MORE = 8;
/** Changes that normal work must have shown before chance is known. */
export const LEAST_CHANGES = 400;
/** Points whose normal work repeats for longer are not watched. */
export const MAX_NATURAL = 120;
const MASK = MAX_STRETCH_SAMPLES - 1;

/** Code of a value, 1 to 255: equal values have equal codes, others one in 255 times. */
const scratch = new Float64Array(1);
const words = new Uint32Array(scratch.buffer);
const codeOf = (value: number): number => {
  scratch[0] = value === 0 ? 0 : value;
  let h = Math.imul(words[0]! ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(words[1]! + 0x7f4a7c15, 0xc2b2ae35);
  h ^= h >>> 15;
  h = Math.imul(h, 0x2c1b3c6d);
  return (((h ^ (h >>> 13)) >>> 0) % 255) + 1;
};

/** One point, once its value changes. Codes are 0 where nothing was read. */
class StretchWatch {
  #ring: Uint8Array | undefined;
  #at = 0;
  #distance = 0;
  #matches = 0;
  #untilSeek = 1;
  /** Changes seen while it learned, the longest repetition among them, and the longest at all. */
  changes = 0;
  longest = 0;
  peak = 0;

  /** Samples back that the values in hand repeat, 0 where they repeat nothing. */
  get distance(): number {
    return this.#distance;
  }

  /** Its value changed since the start: before that there is nothing to remember but what it was and for how long. */
  get hasMoved(): boolean {
    return this.#ring !== undefined;
  }
  /** Its value changes for the first time, after it was read alike so often. */
  begin(still: number, stood: number): void {
    this.#ring = new Uint8Array(MAX_STRETCH_SAMPLES);
    this.#at = Math.min(stood, MAX_STRETCH_SAMPLES) & MASK;
    this.#ring.fill(still, 0, stood);
  }

  /** Nothing was read where a sample was due. */
  skip(samples: number): void {
    const ring = this.#ring!;
    for (let i = Math.min(samples, MAX_STRETCH_SAMPLES); i > 0; i--) {
      ring[this.#at] = 0;
      this.#at = (this.#at + 1) & MASK;
    }
  }

  /** Takes the code of a sample; answers how many changes repeat an earlier stretch now. `learns`: what is normal is learned from it. */
  take(code: number, learns: boolean): number {
    const ring = this.#ring!;
    const at = this.#at;
    const before = ring[(at - 1) & MASK]!;
    const changed = before !== code && before !== 0;
    ring[at] = code;
    this.#at = (at + 1) & MASK;
    if (this.#distance > 0) this.#goOn(at, code, changed);
    if (changed) {
      if (learns) this.changes++;
      if (--this.#untilSeek <= 0) {
        this.#untilSeek = SEEK_EVERY;
        if (this.#matches < FIRM) this.#seek(at, code);
      }
    }
    if (this.#matches > this.peak) this.peak = this.#matches;
    if (learns) this.longest = this.peak;
    return this.#matches;
  }

  /** Standing still alike says nothing. */
  #goOn(at: number, code: number, changed: boolean): void {
    const ring = this.#ring!;
    const then = ring[(at - this.#distance) & MASK]!;
    const thenBefore = ring[(at - this.#distance - 1) & MASK]!;
    if (then === 0) return;
    if (then === code) {
      if (changed && thenBefore !== then) this.#matches++;
      return;
    }
    this.#matches -= MISMATCH;
    if (this.#matches <= 0) this.#matches = this.#distance = 0;
  }

  /** The place in the ring that the last samples resemble for longest, the newest first. */
  #seek(at: number, code: number): void {
    const ring = this.#ring!;
    // Places below this sample, from the newest down; then those above it, which are older.
    let place = at - LEAST_DISTANCE;
    let isOlder = place < 0;
    if (isOlder) place &= MASK;
    for (let tried = 0; tried < MAX_PLACES; tried++) {
      let found = place < 0 ? -1 : ring.lastIndexOf(code, place);
      if (!isOlder && found < 0) {
        isOlder = true;
        found = ring.lastIndexOf(code, MASK);
      }
      if (isOlder && found <= at) return;
      place = found - 1;
      const { length, changes } = this.#alike(at, found);
      if (length < SEED || changes < SEED_CHANGES || changes <= this.#matches) continue;
      this.#matches = changes;
      this.#distance = (at - found) & MASK;
    }
  }

  /** How many samples back from two places are the same, and how many of them are changes. */
  #alike(one: number, other: number): { readonly length: number; readonly changes: number } {
    const ring = this.#ring!;
    let length = 0;
    let changes = 0;
    while (length < MAX_BACK) {
      const a = ring[(one - length) & MASK]!;
      if (a === 0 || a !== ring[(other - length) & MASK]) break;
      length++;
      if (ring[(one - length) & MASK] !== a) changes++;
    }
    return { length, changes };
  }
}

/** Changes in a row that are odd, Infinity where chance is not known yet or repeats too much. */
const limitOf = (changes: number, longest: number): number =>
  changes < LEAST_CHANGES || longest > MAX_NATURAL ? Number.POSITIVE_INFINITY : Math.ceil(FACTOR * longest) + MORE;

/** What was learned of a point, as it is saved. The samples themselves are not: after a restart they begin anew. */
export type SavedStretch = readonly [changes: number, longest: number];

/** A repetition that goes on: the point, how many changes were the same, how many had to be, and how long ago they were first. */
export interface Repetition {
  readonly point: number;
  readonly changes: number;
  readonly limit: number;
  readonly backUs: number;
}

/** The points of a cell, at the pace at which most of them are polled. */
export class CellStretches {
  readonly #points: number;
  /** By point; none while its value did not change since the start, as most registers of a controller never do. */
  readonly #watches: (StretchWatch | undefined)[] = [];
  /** What was learned of points without one: changes, and the longest repetition. */
  readonly #changes: Uint32Array;
  readonly #longest: Uint32Array;
  /** Until a value changes: its code and how often it was read in a row; 0 where nothing was read last. */
  readonly #still: Uint8Array;
  readonly #stood: Uint32Array;
  readonly #seenUs: Float64Array;
  readonly #sampleUs: number;
  /** Changes from which on a repetition is odd; absent until it is armed. */
  readonly #limits: Float64Array;
  #isArmed = false;
  readonly #matches: Int32Array;

  constructor(points: number, sampleUs: number, slab = new Slab(CellStretches.room(points))) {
    this.#points = points;
    this.#seenUs = slab.f64(points);
    this.#limits = slab.f64(points);
    this.#stood = slab.u32(points);
    this.#changes = slab.u32(points);
    this.#longest = slab.u32(points);
    this.#matches = slab.i32(points);
    this.#still = slab.u8(points);
    this.#sampleUs = sampleUs;
  }
  static room(points: number): Room {
    return { of8: 2 * points, of4: 4 * points, of1: points, columns: 7 };
  }

  #watch(point: number): StretchWatch {
    let watch = this.#watches[point];
    if (watch === undefined) {
      watch = new StretchWatch();
      watch.changes = this.#changes[point]!;
      watch.longest = watch.peak = this.#longest[point]!;
      // Without holes.
      while (this.#watches.length < point) this.#watches.push(undefined);
      this.#watches[point] = watch;
    }
    return watch;
  }
  #changesOf(point: number): number {
    return this.#watches[point]?.changes ?? this.#changes[point]!;
  }
  #longestOf(point: number): number {
    return this.#watches[point]?.longest ?? this.#longest[point]!;
  }

  /** From now on what repeats for longer than in normal work is odd; what repeated until now is normal. */
  arm(): void {
    this.#isArmed = true;
    for (let p = 0; p < this.#points; p++) {
      const watch = this.#watches[p];
      if (watch !== undefined) watch.longest = Math.max(watch.longest, watch.peak);
      this.#limits[p] = limitOf(this.#changesOf(p), this.#longestOf(p));
    }
  }
  /** Two points turned out to be words of one number, which stands in the first: it changes as its busier word does. */
  join(first: number, second: number): void {
    if (this.#changesOf(second) <= this.#changesOf(first)) return;
    const one = this.#watch(first);
    one.changes = this.#changesOf(second);
    one.longest = one.peak = this.#longestOf(second);
  }
  isArmed(point: number): boolean {
    return this.#isArmed && Number.isFinite(this.#limits[point]);
  }
  /** Why a point that moves is not watched; '' where it is. */
  unarmed(point: number): string {
    if (this.isArmed(point)) return '';
    const [changes, longest] = [this.#changesOf(point), this.#longestOf(point)];
    return changes < LEAST_CHANGES
      ? `its samples changed ${changes} times while it was learned, ${LEAST_CHANGES} are needed to watch for replays`
      : `its samples repeat themselves (${longest} changes): no watch for replays`;
  }

  /** Latest value and time of sighting of each point (0: never). Call at least twice in the time between two samples. */
  see(values: Float64Array, seenUs: Float64Array, learns: boolean): void {
    for (let p = 0; p < this.#points; p++) {
      const at = seenUs[p]!;
      const since = at - this.#seenUs[p]!;
      if (since === 0 || Number.isNaN(values[p]!)) continue;
      const samples = Math.round(since / this.#sampleUs);
      // A second reader's poll between two of the first one; a clock that stepped back begins anew from there.
      if (samples < 1 && since > 0) continue;
      this.#seenUs[p] = at;
      this.#matches[p] = this.#take(p, codeOf(values[p]!), samples - 1, learns);
    }
  }

  /** `missing`: samples that were due before it and not read. */
  #take(p: number, code: number, missing: number, learns: boolean): number {
    const known = this.#watches[p];
    if (known?.hasMoved) {
      if (missing > 0) known.skip(missing);
      return known.take(code, learns);
    }
    const still = this.#still[p]!;
    // What stood still before a gap repeats nothing and is repeated by nothing.
    if (missing > 0 || still === 0) {
      this.#still[p] = code;
      this.#stood[p] = 1;
      return 0;
    }
    if (still === code) {
      this.#stood[p]!++;
      return 0;
    }
    const watch = this.#watch(p);
    watch.begin(still, this.#stood[p]!);
    return watch.take(code, learns);
  }

  /** Calls `odd` for each point that repeats an earlier stretch for longer than normal work ever did. */
  repetitions(odd: (repetition: Repetition) => void): void {
    if (!this.#isArmed) return;
    for (let p = 0; p < this.#points; p++) {
      const changes = this.#matches[p]!;
      const limit = this.#limits[p]!;
      if (changes >= limit) odd({ point: p, changes, limit, backUs: this.#watches[p]!.distance * this.#sampleUs });
    }
  }

  save(): readonly SavedStretch[] {
    return Array.from({ length: this.#points }, (_, p): SavedStretch => [this.#changesOf(p), this.#longestOf(p)]);
  }
  load(saved: readonly SavedStretch[]): void {
    for (let p = 0; p < this.#points; p++) {
      const [changes, longest] = saved[p] ?? [0, 0];
      const watch = this.#watches[p];
      this.#changes[p] = changes;
      this.#longest[p] = longest;
      if (watch === undefined) continue;
      watch.changes = changes;
      watch.longest = watch.peak = longest;
    }
  }
}
