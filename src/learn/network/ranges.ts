/**
 * The range of values per point, learned until it stands still: armed when nothing widened it for as long as it took to
 * find it. Once armed it is not widened by what lies within the margin, so that it cannot be led away step by step.
 */
import { growF64 } from '../../lib/grow.ts';
import { IntTable } from '../../lib/int-table.ts';

/** Values before a range is judged. */
const NEEDED = 10;
/** Part of the span that a value may lie outside. */
const MARGIN = 0.5;
/** Where the span is 0: part of the value itself. */
const CONSTANT_MARGIN = 0.1;
/** How far from what was always the same a value may lie. */
export const marginOfConstant = (value: number): number => Math.max(Math.abs(value), 1) * CONSTANT_MARGIN;

export interface SavedRanges {
  readonly keys: readonly number[];
  readonly columns: readonly (readonly number[])[];
}

/** Rows of (target, space, address); beyond `limit` `row` gives -1 and `overflow` counts. NaN and infinities are not learned. */
export class Ranges {
  overflow = 0;
  readonly #table = new IntTable();
  readonly #limit: number;
  #low: Float64Array<ArrayBufferLike> = new Float64Array(64);
  #high: Float64Array<ArrayBufferLike> = new Float64Array(64);
  #count: Float64Array<ArrayBufferLike> = new Float64Array(64);
  #first: Float64Array<ArrayBufferLike> = new Float64Array(64);
  #widened: Float64Array<ArrayBufferLike> = new Float64Array(64);

  constructor(limit: number) {
    this.#limit = limit;
  }

  row(a: number, b: number, c: number, tsUs: number): number {
    let row = this.#table.find(a, b, c, 0);
    if (row >= 0) return row;
    if (this.#table.count >= this.#limit) {
      this.overflow++;
      return -1;
    }
    row = this.#table.add(a, b, c, 0);
    if (row >= this.#low.length) this.#grow(row * 2);
    this.#first[row] = tsUs;
    this.#widened[row] = tsUs;
    return row;
  }
  find(a: number, b: number, c: number): number {
    return this.#table.find(a, b, c, 0);
  }
  isArmed(row: number, tsUs: number): boolean {
    const widened = this.#widened[row]!;
    return this.#count[row]! >= NEEDED && tsUs - widened >= widened - this.#first[row]!;
  }
  isOutside(row: number, value: number): boolean {
    const m = this.#margin(row);
    return !(value >= this.#low[row]! - m && value <= this.#high[row]! + m);
  }
  isFarOutside(row: number, value: number): boolean {
    const m = this.#margin(row) * 4;
    return !(value >= this.#low[row]! - m && value <= this.#high[row]! + m);
  }
  low(row: number): number {
    return this.#low[row]!;
  }
  high(row: number): number {
    return this.#high[row]!;
  }
  count(row: number): number {
    return this.#count[row]!;
  }
  /** Counts the value, and widens the range when `widen`. */
  learn(row: number, value: number, tsUs: number, widen: boolean): void {
    if (!Number.isFinite(value)) return;
    if (this.#count[row]!++ === 0) {
      this.#low[row] = value;
      this.#high[row] = value;
      return;
    }
    if (!widen || (value >= this.#low[row]! && value <= this.#high[row]!)) return;
    this.#low[row] = Math.min(this.#low[row]!, value);
    this.#high[row] = Math.max(this.#high[row]!, value);
    this.#widened[row] = tsUs;
  }
  /** How many rows have enough values. */
  arming(): { readonly armed: number; readonly known: number } {
    let armed = 0;
    for (let row = 0; row < this.#table.count; row++) if (this.#count[row]! >= NEEDED) armed++;
    return { armed, known: this.#table.count };
  }

  save(): SavedRanges {
    const n = this.#table.count;
    const keys: number[] = [];
    for (let row = 0; row < n; row++)
      keys.push(this.#table.part(row, 0), this.#table.part(row, 1), this.#table.part(row, 2));
    const columns = [this.#low, this.#high, this.#count, this.#first, this.#widened];
    return { keys, columns: columns.map((c) => [...c.subarray(0, n)]) };
  }
  load(saved: SavedRanges): void {
    const n = Math.min(saved.keys.length / 3, this.#limit);
    for (let row = 0; row < n; row++)
      this.#table.add(saved.keys[row * 3]!, saved.keys[row * 3 + 1]!, saved.keys[row * 3 + 2]!, 0);
    if (n > this.#low.length) this.#grow(n);
    [this.#low, this.#high, this.#count, this.#first, this.#widened].forEach((column, i) => {
      column.set(saved.columns[i]!.slice(0, n));
    });
  }

  #margin(row: number): number {
    const span = this.#high[row]! - this.#low[row]!;
    return span > 0 ? span * MARGIN : marginOfConstant(this.#high[row]!);
  }
  #grow(size: number): void {
    this.#low = growF64(this.#low, size);
    this.#high = growF64(this.#high, size);
    this.#count = growF64(this.#count, size);
    this.#first = growF64(this.#first, size);
    this.#widened = growF64(this.#widened, size);
  }
}
