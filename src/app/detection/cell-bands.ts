/**
 * What a cell expected: the band of the row in hand, the bands of the last rows for the eye, and how surprising each point of
 * the latest row was. Made with its first model.
 */
import type { BandColumns, CellModel } from '../../core/process.ts';
import { Slab } from '../../lib/slab.ts';

/** Rows whose band is remembered for the eye, at most (`CellOptions.bandRows`). */
export const BAND_ROWS = 120;

/** Smallest and largest value that was learned from, by column; NaN where there was none. */
export interface Ranges {
  readonly low: Float64Array;
  readonly high: Float64Array;
}

const bandOf = (n: number): BandColumns => ({
  expected: new Float64Array(n),
  low: new Float64Array(n),
  high: new Float64Array(n),
});
/** By number of points: written and read within one call. */
const spare: (BandColumns | undefined)[] = [];

/** Points whose band is remembered: expected, low, high. */
const LISTS = 3;

export class CellBands {
  /** Rows whose band is remembered. */
  readonly rows: number;
  /** By column; NaN where the latest row says nothing. */
  readonly surprise: Float64Array;
  readonly #points: number;
  /** A ring of `rows` times points beside the rows' own ring, once for each of `LISTS`. */
  readonly #ring: Float32Array;

  constructor(points: number, rows: number) {
    this.#points = points;
    this.rows = Math.min(BAND_ROWS, rows);
    const values = this.rows * points * LISTS;
    const slab = new Slab({ of8: points, of4: values, columns: 2 });
    this.surprise = slab.f64(points).fill(Number.NaN);
    this.#ring = slab.f32(values).fill(Number.NaN);
  }

  /** What the model expects of the row in hand; where it has no opinion of a point the range of what was learned. Gone with the next call. */
  look(model: CellModel | undefined, ranges: Ranges): BandColumns {
    const n = this.#points;
    const band = spare[n] ?? bandOf(n);
    spare[n] = band;
    const { expected, low, high } = band;
    if (model?.expected === undefined) for (const list of [expected, low, high]) list.fill(Number.NaN);
    else model.expected(band);
    for (let p = 0; p < ranges.low.length; p++) {
      if (!Number.isNaN(low[p]!)) continue;
      low[p] = ranges.low[p]!;
      high[p] = ranges.high[p]!;
    }
    return band;
  }

  /** Remembers the band of the row of this number. */
  keep(number: number, { expected, low, high }: BandColumns): void {
    const list = this.rows * this.#points;
    const slot = (number % this.rows) * this.#points;
    this.#ring.set(expected, slot);
    this.#ring.set(low, list + slot);
    this.#ring.set(high, 2 * list + slot);
  }

  /** The band of a column over the `count` rows before row `until`, oldest first: NaN before those that are remembered. */
  before(
    column: number,
    count: number,
    until: number,
  ): { readonly expected: number[]; readonly low: number[]; readonly high: number[] } {
    const n = this.#points;
    const most = this.rows;
    const of = (list: number): number[] =>
      Array.from({ length: count }, (_, i) => {
        const back = count - i;
        if (back > most || back > until) return Number.NaN;
        return this.#ring[list * most * n + ((until - back) % most) * n + column]!;
      });
    return { expected: of(0), low: of(1), high: of(2) };
  }
}
