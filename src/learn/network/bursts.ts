/**
 * Counts per window against the largest count that was usual: refusals, writes, bytes, queries. Robust because the limit is
 * a multiple of the largest normal window, not of a mean that a burst itself moves. A window in which something was told is
 * not learned (poisoning). Source: the idea of "learned maxima" in Bhuyan, Bhattacharyya, Kalita, Network anomaly
 * detection, IEEE Communications Surveys 16 (2014), section III.
 */
import { growF64, growU8 } from '../../lib/grow.ts';
import { IntTable } from '../../lib/int-table.ts';

export interface SavedBursts {
  readonly keys: readonly number[];
  readonly columns: readonly (readonly number[])[];
}

/** Rows of up to four integers; beyond `limit` further ones are not counted (`add` gives -1) and `overflow` says so. */
export class Bursts {
  overflow = 0;
  readonly #table = new IntTable();
  readonly #limit: number;
  readonly #windowUs: number;
  #start: Float64Array<ArrayBufferLike> = new Float64Array(64);
  #current: Float64Array<ArrayBufferLike> = new Float64Array(64);
  #usual: Float64Array<ArrayBufferLike> = new Float64Array(64);
  #windows: Float64Array<ArrayBufferLike> = new Float64Array(64);
  #odd: Uint8Array<ArrayBufferLike> = new Uint8Array(64);

  constructor(limit: number, windowUs: number) {
    this.#limit = limit;
    this.#windowUs = windowUs;
  }

  get size(): number {
    return this.#table.count;
  }

  /** Adds `n` to the window of the row at `tsUs`. Returns the row. */
  add(a: number, b: number, c: number, d: number, tsUs: number, n: number): number {
    let row = this.#table.find(a, b, c, d);
    if (row < 0) {
      if (this.#table.count >= this.#limit) {
        this.overflow++;
        return -1;
      }
      row = this.#table.add(a, b, c, d);
      if (row >= this.#start.length) this.#grow(row * 2);
      this.#start[row] = tsUs;
    }
    const age = tsUs - this.#start[row]!;
    if (age >= this.#windowUs || age < 0) this.#roll(row, tsUs);
    this.#current[row]! += n;
    return row;
  }

  /** Count of the running window. */
  current(row: number): number {
    return this.#current[row]!;
  }
  /** Largest count of a finished window that was not odd. */
  usual(row: number): number {
    return this.#usual[row]!;
  }
  /** Finished windows with anything in them. */
  windows(row: number): number {
    return this.#windows[row]!;
  }
  startUs(row: number): number {
    return this.#start[row]!;
  }
  part(row: number, part: 0 | 1 | 2 | 3): number {
    return this.#table.part(row, part);
  }
  /** The running window was odd: it will not be learned. Returns false when it was said before. */
  markOdd(row: number): boolean {
    const first = this.#odd[row] === 0;
    this.#odd[row] = 1;
    return first;
  }
  /** A person accepted it: the running count is usual. */
  accept(row: number, count: number): void {
    this.#usual[row] = Math.max(this.#usual[row]!, count);
    this.#odd[row] = 0;
  }
  find(a: number, b: number, c: number, d: number): number {
    return this.#table.find(a, b, c, d);
  }

  save(): SavedBursts {
    const n = this.#table.count;
    const keys: number[] = [];
    for (let row = 0; row < n; row++)
      keys.push(this.part(row, 0), this.part(row, 1), this.part(row, 2), this.part(row, 3));
    const columns = [this.#start, this.#current, this.#usual, this.#windows, this.#odd];
    return { keys, columns: columns.map((c) => [...c.subarray(0, n)]) };
  }
  load(saved: SavedBursts): void {
    const n = Math.min(saved.keys.length / 4, this.#limit);
    for (let row = 0; row < n; row++) {
      const k = row * 4;
      this.#table.add(saved.keys[k]!, saved.keys[k + 1]!, saved.keys[k + 2]!, saved.keys[k + 3]!);
    }
    if (n > this.#start.length) this.#grow(n);
    [this.#start, this.#current, this.#usual, this.#windows, this.#odd].forEach((column, i) => {
      column.set(saved.columns[i]!.slice(0, n));
    });
  }

  #roll(row: number, tsUs: number): void {
    if (this.#odd[row] === 0 && this.#current[row]! > this.#usual[row]!) this.#usual[row] = this.#current[row]!;
    this.#windows[row]!++;
    this.#current[row] = 0;
    this.#odd[row] = 0;
    this.#start[row] = tsUs;
  }

  #grow(size: number): void {
    this.#start = growF64(this.#start, size);
    this.#current = growF64(this.#current, size);
    this.#usual = growF64(this.#usual, size);
    this.#windows = growF64(this.#windows, size);
    this.#odd = growU8(this.#odd, size);
  }
}
