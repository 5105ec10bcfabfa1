/**
 * The rows of one cell that were seen last: what its model learns from, and what charts show before an episode. A ring of
 * fixed length; odd rows are kept for the eye and never learned from.
 */
import type { RowTable } from '../../core/process.ts';
import type { Ranges } from './cell-bands.ts';

/** Rows of a block as it is stored: blocks that did not change are not written again. */
export const BLOCK_ROWS = 256;
/** Room for values: 32-bit reals for as long as they hold every value to the last bit, as they do what most registers hold. */
type Values = Float32Array | Float64Array;
const isShort = (values: ArrayLike<number>): boolean => {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Math.fround(value) !== value && !Number.isNaN(value)) return false;
  }
  return true;
};

/** Stands where a block of 64-bit reals has the time of its first row, which is never negative: its values have 32 bits. */
const SHORT_BLOCK = -1;

/** A cell begins with room for so few, with its first row: of a large site each point has its row every few minutes. */
const FIRST_ROWS = 32;
const NO_TIMES = new Float64Array(0);
const NO_VALUES = new Float32Array(0);
const NO_ROWS = new Uint8Array(0);

/** Its time and its values, null where they were not known: JSON knows no NaN. */
export type LastRow = readonly [tsUs: number, ...values: (number | null)[]];

const inBlocks = (rows: number): number => Math.max(BLOCK_ROWS, Math.ceil(rows / BLOCK_ROWS) * BLOCK_ROWS);

export class CellRows {
  readonly points: number;
  /** Rows at most; the oldest are overwritten. A multiple of BLOCK_ROWS. */
  capacity: number;
  #size = 0;
  /** Rows ever taken: row r stands at r % capacity. */
  #taken = 0;
  #tsUs: Float64Array;
  #values: Values;
  #odd: Uint8Array;
  readonly #dirty = new Set<number>();
  /** Rows before this number are still in the store; 0 where all are here. */
  #stored = 0;
  /** The latest of them. */
  #storedLast: LastRow | undefined;

  constructor(points: number, capacity: number) {
    this.points = points;
    this.capacity = inBlocks(capacity);
    this.#tsUs = NO_TIMES;
    this.#values = NO_VALUES;
    this.#odd = NO_ROWS;
  }

  /** Of those that are here. */
  get count(): number {
    return Math.min(this.#taken - this.#stored, this.capacity);
  }
  /** Earlier rows are still to be read from the store: until then only later ones, and the latest, are known. */
  get isAway(): boolean {
    return this.#stored > 0;
  }
  /** How many rows were taken before those that are here. */
  get stored(): number {
    return this.#stored;
  }
  get taken(): number {
    return this.#taken;
  }
  get lastUs(): number {
    if (this.#taken === this.#stored) return this.#storedLast?.[0] ?? 0;
    return this.#taken === 0 ? 0 : this.#tsUs[(this.#taken - 1) % this.capacity]!;
  }

  /** Time of the oldest row that is kept; 0 without any. */
  get firstUs(): number {
    return this.count === 0 ? 0 : this.#tsUs[this.#at(0)]!;
  }

  /** The latest value of a column; NaN where it was not known. */
  lastValue(column: number): number {
    if (this.#taken === this.#stored) return this.#storedLast?.[1 + column] ?? Number.NaN;
    return this.#taken === 0 ? Number.NaN : this.#values[((this.#taken - 1) % this.capacity) * this.points + column]!;
  }

  add(tsUs: number, row: Float64Array, odd: boolean): void {
    const at = this.#taken % this.capacity;
    if (at >= this.#size) this.#growFor(at + 1);
    this.#tsUs[at] = tsUs;
    this.#fit(row);
    this.#values.set(row, at * this.points);
    this.#odd[at] = odd ? 1 : 0;
    this.#taken++;
    this.#dirty.add(Math.floor(at / BLOCK_ROWS));
  }

  /** Makes the room fit for these values. */
  #fit(values: ArrayLike<number>): void {
    if (this.#values instanceof Float32Array && !isShort(values)) this.#values = Float64Array.from(this.#values);
  }
  #room(length: number): Values {
    return this.#values instanceof Float32Array ? new Float32Array(length) : new Float64Array(length);
  }

  /** Room for so many rows at least. */
  #growFor(rows: number): void {
    let size = Math.max(FIRST_ROWS, this.#size);
    while (size < Math.min(rows, this.capacity)) size *= 2;
    if (size > this.#size) this.#grow(size);
  }
  #grow(rows: number): void {
    this.#size = Math.min(this.capacity, rows);
    const bigger = <T extends Values | Uint8Array>(old: T, fresh: T): T => {
      fresh.set(old as never);
      return fresh;
    };
    this.#tsUs = bigger(this.#tsUs, new Float64Array(this.#size));
    this.#values = bigger(this.#values, this.#room(this.#size * this.points));
    this.#odd = bigger(this.#odd, new Uint8Array(this.#size));
  }

  /** Room for fewer rows from now on: the latest are kept. */
  shrink(capacity: number): void {
    const fewer = inBlocks(capacity);
    if (fewer >= this.capacity) return;
    const { points } = this;
    const [tsUs, values, odd] = [this.#tsUs, this.#values, this.#odd];
    const kept = Math.min(this.count, fewer);
    const from = this.capacity;
    this.#size = Math.min(this.#size, fewer);
    this.#tsUs = new Float64Array(this.#size);
    this.#values = this.#room(this.#size * points);
    this.#odd = new Uint8Array(this.#size);
    for (let number = this.#taken - kept; number < this.#taken; number++) {
      const [had, at] = [number % from, number % fewer];
      this.#tsUs[at] = tsUs[had]!;
      this.#values.set(values.subarray(had * points, (had + 1) * points), at * points);
      this.#odd[at] = odd[had]!;
    }
    this.capacity = fewer;
    this.#dirty.clear();
    this.markAll();
  }

  /** Position of the i-th oldest row. */
  #at(i: number): number {
    return (this.#taken - this.count + i) % this.capacity;
  }

  /** A person says that what was odd between two times is normal. */
  makeNormal(fromUs: number, toUs: number): number {
    let changed = 0;
    for (let i = 0; i < this.count; i++) {
      const at = this.#at(i);
      const ts = this.#tsUs[at]!;
      if (ts < fromUs || ts > toUs || this.#odd[at] === 0) continue;
      this.#odd[at] = 0;
      this.#dirty.add(Math.floor(at / BLOCK_ROWS));
      changed++;
    }
    return changed;
  }

  /** Odd rows between two times: what `makeNormal` would change. */
  oddRows(fromUs: number, toUs: number): number {
    let odd = 0;
    for (let i = 0; i < this.count; i++) {
      const at = this.#at(i);
      const ts = this.#tsUs[at]!;
      if (ts >= fromUs && ts <= toUs) odd += this.#odd[at]!;
    }
    return odd;
  }

  /** Writes a row that is kept, by its number since the first; answers its time, NaN where it is not kept any more. */
  read(number: number, row: Float64Array): number {
    if (number < this.#taken - this.count || number >= this.#taken) return Number.NaN;
    const at = number % this.capacity;
    row.set(this.#values.subarray(at * this.points, (at + 1) * this.points));
    return this.#tsUs[at]!;
  }

  /** Changes all rows that are kept, the oldest first: what their values mean was understood. */
  rewrite(change: (row: Float64Array) => void): void {
    const row = new Float64Array(this.points);
    for (let i = 0; i < this.count; i++) {
      const at = this.#at(i);
      row.set(this.#values.subarray(at * this.points, (at + 1) * this.points));
      change(row);
      this.#fit(row);
      this.#values.set(row, at * this.points);
    }
    this.markAll();
  }

  /** Something was odd in a row that was judged late; nothing where it is not kept any more. */
  makeOdd(number: number): void {
    if (number < this.#taken - this.count || number >= this.#taken) return;
    const at = number % this.capacity;
    this.#odd[at] = 1;
    this.#dirty.add(Math.floor(at / BLOCK_ROWS));
  }

  /** Calls with the position of each row to learn from, oldest first, of those before row number `until`. */
  #normal(until: number, each: (at: number) => void): void {
    for (let number = this.#taken - this.count; number < Math.min(until, this.#taken); number++) {
      const at = number % this.capacity;
      if (this.#odd[at] === 0) each(at);
    }
  }

  /** Rows to learn from. */
  countNormal(until = this.#taken): number {
    let n = 0;
    this.#normal(until, () => n++);
    return n;
  }

  /** Rows to learn from, oldest first, of those before row number `until`; all in one piece of memory of their own. */
  table(names: readonly string[], until = this.#taken): RowTable {
    const { points } = this;
    const count = this.countNormal(until);
    const all = new Float64Array(count * (1 + points));
    let row = 0;
    this.#normal(until, (at) => {
      all[row] = this.#tsUs[at]!;
      for (let p = 0; p < points; p++) all[(1 + p) * count + row] = this.#values[at * points + p]!;
      row++;
    });
    return {
      points: names,
      count,
      tsUs: all.subarray(0, count),
      columns: names.map((_, p) => all.subarray((1 + p) * count, (2 + p) * count)),
    };
  }

  /** A column of the rows to learn from, oldest first. */
  normal(column: number): { readonly tsUs: Float64Array; readonly values: Float64Array } {
    const count = this.countNormal();
    const tsUs = new Float64Array(count);
    const values = new Float64Array(count);
    let row = 0;
    this.#normal(this.#taken, (at) => {
      tsUs[row] = this.#tsUs[at]!;
      values[row] = this.#values[at * this.points + column]!;
      row++;
    });
    return { tsUs, values };
  }

  /** Values of a column before a time, oldest first, at most `rows`. */
  before(
    column: number,
    untilUs: number,
    rows: number,
  ): { readonly tsUs: Float64Array; readonly values: Float64Array } {
    let end = this.count;
    while (end > 0 && this.#tsUs[this.#at(end - 1)]! >= untilUs) end--;
    const start = Math.max(0, end - rows);
    const n = end - start;
    return {
      tsUs: Float64Array.from({ length: n }, (_, i) => this.#tsUs[this.#at(start + i)]!),
      values: Float64Array.from({ length: n }, (_, i) => this.#values[this.#at(start + i) * this.points + column]!),
    };
  }

  /** The last rows, oldest first, for the eye. */
  latest(rows: number): { readonly tsUs: number[]; readonly at: (column: number) => number[] } {
    const n = Math.min(rows, this.count);
    const start = this.count - n;
    const index = Array.from({ length: n }, (_, i) => this.#at(start + i));
    return {
      tsUs: index.map((at) => this.#tsUs[at]!),
      at: (column) => index.map((at) => this.#values[at * this.points + column]!),
    };
  }

  /** Smallest and largest value of each column in the rows to learn from before row number `until`; NaN without any. */
  ranges(until = this.#taken): Ranges {
    const { points } = this;
    const low = new Float64Array(points).fill(Number.POSITIVE_INFINITY);
    const high = new Float64Array(points).fill(Number.NEGATIVE_INFINITY);
    this.#normal(until, (at) => {
      for (let p = 0; p < points; p++) {
        const value = this.#values[at * points + p]!;
        if (value < low[p]!) low[p] = value;
        if (value > high[p]!) high[p] = value;
      }
    });
    for (let p = 0; p < points; p++) if (low[p]! > high[p]!) low[p] = high[p] = Number.NaN;
    return { low, high };
  }

  /** Blocks that changed since the last call (all with `all`): block number and its octets. */
  takeBlocks(all = false): { readonly block: number; readonly bytes: Uint8Array }[] {
    const used = Math.ceil(this.count / BLOCK_ROWS);
    const blocks = all ? Array.from({ length: used }, (_, i) => i) : [...this.#dirty].sort((a, b) => a - b);
    this.#dirty.clear();
    return blocks.map((block) => {
      const from = block * BLOCK_ROWS;
      const rows = Math.min(
        BLOCK_ROWS,
        this.#size - from,
        Math.max(0, (this.#taken < this.capacity ? this.#taken : this.capacity) - from),
      );
      const values = this.#values.subarray(from * this.points, (from + rows) * this.points);
      const isNarrow = values instanceof Float32Array;
      // `SHORT_BLOCK` before narrow values, then times, values, and one octet a row where it is odd.
      const lead = isNarrow ? 8 : 0;
      const bytes = new Uint8Array(lead + rows * 8 + values.byteLength + rows);
      if (isNarrow) new Float64Array(bytes.buffer, 0, 1)[0] = SHORT_BLOCK;
      new Float64Array(bytes.buffer, lead, rows).set(this.#tsUs.subarray(from, from + rows));
      bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), lead + rows * 8);
      bytes.set(this.#odd.subarray(from, from + rows), lead + rows * 8 + values.byteLength);
      return { block, bytes };
    });
  }

  /** The latest row as it is saved, from which `loadLater` goes on; undefined without any. */
  get last(): LastRow | undefined {
    if (this.#taken === 0) return undefined;
    const value = (column: number): number | null => {
      const x = this.lastValue(column);
      return Number.isNaN(x) ? null : x;
    };
    return [this.lastUs, ...Array.from({ length: this.points }, (_, column) => value(column))];
  }

  /** What was handed out was not written: it is handed out again. */
  markAll(): void {
    for (let block = 0; block < Math.ceil(this.count / BLOCK_ROWS); block++) this.#dirty.add(block);
  }

  /** So many rows are in the store, the last as it was saved (`last`); rows that are added meanwhile come behind them. Then `load`. */
  loadLater(taken: number, last: LastRow): void {
    this.#taken = this.#stored = taken;
    this.#storedLast = last;
  }

  /** Puts stored blocks back; `taken` as it was saved. */
  load(taken: number, blocks: ReadonlyMap<number, Uint8Array>): void {
    // More came than are kept.
    const isOver = this.isAway && this.count === this.capacity;
    const later = isOver ? [] : this.#takeLater();
    this.#stored = 0;
    this.#storedLast = undefined;
    if (isOver) return;
    this.#growFor(taken);
    this.#fill(blocks);
    this.#taken = taken;
    for (const { tsUs, row, odd } of later) this.add(tsUs, row, odd);
  }
  /** Rows that came while those of the store were away. */
  #takeLater(): { readonly tsUs: number; readonly row: Float64Array; readonly odd: boolean }[] {
    const out = [];
    if (this.isAway)
      for (let number = this.#taken - this.count; number < this.#taken; number++) {
        const row = new Float64Array(this.points);
        out.push({ tsUs: this.read(number, row), row, odd: this.#odd[number % this.capacity] === 1 });
      }
    return out;
  }
  #fill(blocks: ReadonlyMap<number, Uint8Array>): void {
    for (const [block, stored] of blocks) {
      // A copy where stored octets do not lie on an 8-octet boundary (a Buffer's slice is none).
      const { buffer, byteOffset, byteLength } = stored.byteOffset % 8 === 0 ? stored : new Uint8Array(stored);
      const isNarrow = byteLength >= 8 && new Float64Array(buffer, byteOffset, 1)[0] === SHORT_BLOCK;
      const lead = isNarrow ? 8 : 0;
      const rows = Math.floor((byteLength - lead) / (8 + (isNarrow ? 4 : 8) * this.points + 1));
      const from = block * BLOCK_ROWS;
      if (from + rows > this.#size) continue;
      const at = byteOffset + lead;
      this.#tsUs.set(new Float64Array(buffer, at, rows), from);
      const place = [buffer, at + rows * 8, rows * this.points] as const;
      const values = isNarrow ? new Float32Array(...place) : new Float64Array(...place);
      if (!isNarrow) this.#fit(values);
      this.#values.set(values, from * this.points);
      this.#odd.set(new Uint8Array(buffer, at + rows * 8 + values.byteLength, rows), from);
    }
  }
}
