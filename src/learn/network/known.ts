/**
 * What was seen before, as a set of tuples with how often and when: who with whom by which protocol, who wrote which
 * point. Novelty against a baseline is the plainest and most explainable detector of a plant network, because control
 * traffic repeats itself (Barbosa, Sadre, Pras: Flow whitelisting in SCADA networks, IJCIP 6, 2013).
 */
import { growF64, growU8 } from '../../lib/grow.ts';
import { IntTable } from '../../lib/int-table.ts';

/** Seen, but not to be taken for usual: it was odd when it came, or who did it was suspect. */
export const DOUBTED = 0;
/** Usual: learned while learning, or accepted by a person. */
export const USUAL = 1;

/** Rows that are looked at for one that gives way before the last one does so again. */
const NEAR = 64;

export interface KnownRows {
  readonly keys: readonly number[];
  readonly counts: readonly number[];
  readonly firsts: readonly number[];
  readonly lasts: readonly number[];
  readonly states: readonly number[];
  readonly toldAts: readonly number[];
  readonly toldCounts: readonly number[];
}

/**
 * Tuples of up to four 32-bit integers. Bounded by `limit`: beyond it a new tuple takes the place of one that was never taken
 * for usual, so that a flood of forged ones pushes out itself and not what was learned. Where all are usual it is judged as
 * new each time and not remembered. Both are counted in `overflow`, which the detector must show.
 */
export class Known {
  readonly #table = new IntTable();
  readonly #limit: number;
  #count = new Float64Array(64);
  #first = new Float64Array(64);
  #last = new Float64Array(64);
  #toldAt = new Float64Array(64);
  #toldCount = new Float64Array(64);
  #state = new Uint8Array(64);
  overflow = 0;
  /** Rows that are not usual, and where the last one that gave way stood. */
  #doubted = 0;
  #hand = 0;
  /** The tuple in the row behind the last one: seen, and not remembered. */
  readonly #passing = new Int32Array(4);
  /** True when the last `see` added its tuple. */
  isNew = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#table.count;
  }

  /** Row of the tuple, -1 when it was never seen. */
  find(a: number, b: number, c: number, d: number): number {
    return this.#table.find(a, b, c, d);
  }

  /** Counts one sighting; a new tuple starts in `state`. Returns its row. */
  see(a: number, b: number, c: number, d: number, tsUs: number, state: number): number {
    let row = this.#table.find(a, b, c, d);
    this.isNew = row < 0;
    if (row < 0) {
      row = this.#room(a, b, c, d);
      if (row >= this.#count.length) this.#grow(row * 2);
      this.#first[row] = tsUs;
      this.#state[row] = state;
      if (row < this.#limit && state !== USUAL) this.#doubted++;
    }
    this.#count[row]!++;
    this.#last[row] = tsUs;
    return row;
  }

  /** A row for a tuple that has none. */
  #room(a: number, b: number, c: number, d: number): number {
    if (this.#table.count < this.#limit) return this.#table.add(a, b, c, d);
    this.overflow++;
    const row = this.#doubted > 0 ? this.#giveWay() : this.#limit;
    if (row < this.#limit) this.#table.replace(row, a, b, c, d);
    else this.#passing.set([a, b, c, d]);
    if (row < this.#count.length) {
      this.#count[row] = 0;
      this.#toldAt[row] = 0;
      this.#toldCount[row] = 0;
    }
    return row;
  }

  /** A doubted row, which is doubted no more: another one than the last time where there is one near. */
  #giveWay(): number {
    const last = this.#hand;
    let hand = last;
    for (let tries = 0; tries < NEAR || this.#state[hand] === USUAL; tries++) {
      hand = (hand + 1) % this.#limit;
      if (this.#state[hand] !== USUAL) break;
      if (tries >= NEAR && this.#state[last] !== USUAL) {
        hand = last;
        break;
      }
    }
    this.#hand = hand;
    this.#doubted--;
    return hand;
  }

  state(row: number): number {
    return this.#state[row]!;
  }
  setState(row: number, state: number): void {
    if (row < this.#limit) this.#doubted += Number(state !== USUAL) - Number(this.#state[row] !== USUAL);
    this.#state[row] = state;
  }
  count(row: number): number {
    return this.#count[row]!;
  }
  firstUs(row: number): number {
    return this.#first[row]!;
  }
  lastUs(row: number): number {
    return this.#last[row]!;
  }
  part(row: number, part: 0 | 1 | 2 | 3): number {
    return row === this.#limit ? this.#passing[part]! : this.#table.part(row, part);
  }

  /**
   * Sightings since the row was last told, when at least `pauseUs` passed since then (always at first); else 0. So that
   * something odd that repeats a hundred times a second is told now and then, with its true count.
   */
  due(row: number, tsUs: number, pauseUs: number): number {
    const told = this.#toldAt[row]!;
    if (told > 0 && tsUs - told < pauseUs && tsUs >= told) return 0;
    const times = this.#count[row]! - this.#toldCount[row]!;
    this.#toldAt[row] = tsUs;
    this.#toldCount[row] = this.#count[row]!;
    return times;
  }

  save(): KnownRows {
    const n = this.#table.count;
    const keys: number[] = [];
    for (let row = 0; row < n; row++)
      keys.push(this.part(row, 0), this.part(row, 1), this.part(row, 2), this.part(row, 3));
    return {
      keys,
      counts: [...this.#count.subarray(0, n)],
      firsts: [...this.#first.subarray(0, n)],
      lasts: [...this.#last.subarray(0, n)],
      states: [...this.#state.subarray(0, n)],
      toldAts: [...this.#toldAt.subarray(0, n)],
      toldCounts: [...this.#toldCount.subarray(0, n)],
    };
  }

  /** Into an empty set. */
  load(rows: KnownRows): void {
    for (let i = 0; i < rows.counts.length; i++) {
      if (this.#table.count >= this.#limit) return;
      const k = i * 4;
      const row = this.see(
        rows.keys[k]!,
        rows.keys[k + 1]!,
        rows.keys[k + 2]!,
        rows.keys[k + 3]!,
        rows.firsts[i]!,
        rows.states[i]!,
      );
      this.#count[row] = rows.counts[i]!;
      this.#last[row] = rows.lasts[i]!;
      this.#toldAt[row] = rows.toldAts[i]!;
      this.#toldCount[row] = rows.toldCounts[i]!;
    }
  }

  #grow(size: number): void {
    this.#count = growF64(this.#count, size);
    this.#first = growF64(this.#first, size);
    this.#last = growF64(this.#last, size);
    this.#toldAt = growF64(this.#toldAt, size);
    this.#toldCount = growF64(this.#toldCount, size);
    this.#state = growU8(this.#state, size);
  }
}
