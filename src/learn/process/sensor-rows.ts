/**
 * Walks over the rows of a training table as the sensors see them: with the assumed inaccuracy of every instrument added
 * (Bishop, Neural Computation 7, 1995: the same as a penalty on the weights), or else near-twins would be played against
 * each other to a precision that no instrument has, and a coarser recording of the same plant would look like an attack.
 */
import type { RowTable } from '../../core/process.ts';
import { seededRandom } from '../../lib/random.ts';
import { Holder, holderMemory } from './holder.ts';
import type { PointShape } from './nature.ts';
import { fillBase, fillTerms, type Library } from './terms.ts';

/** Rows that sensors are fitted and judged on; of longer tables evenly spread contiguous stretches are taken. */
export const MAX_FIT_ROWS = 50_000;
const STRETCHES = 10;
const NOISE_SEED = 20_140_106;

/** The table itself, or stretches of it. Where one stretch ends the time jumps, which is a gap as any other. */
export const stretchesOf = (table: RowTable): RowTable => {
  if (table.count <= MAX_FIT_ROWS) return table;
  const length = Math.floor(MAX_FIT_ROWS / STRETCHES);
  const pick = (column: Float64Array): Float64Array => {
    const out = new Float64Array(length * STRETCHES);
    for (let s = 0; s < STRETCHES; s++) {
      const from = Math.floor((s * (table.count - length)) / (STRETCHES - 1));
      out.set(column.subarray(from, from + length), s * length);
    }
    return out;
  };
  return { points: table.points, count: length * STRETCHES, tsUs: pick(table.tsUs), columns: table.columns.map(pick) };
};

export class SensorRows {
  readonly base: Float64Array;
  readonly terms: Float64Array;
  readonly table: RowTable;
  /** Bit 0 where a point has a value of its own in a row: all points of the first row, then those of the next. */
  readonly known: Uint8Array;
  private readonly shapes: readonly PointShape[];
  private readonly library: Library;
  /** The values that sensors see, in the order of `known`; rows that have a row before them. */
  private readonly values: Float64Array;
  private readonly contiguous: Uint8Array;

  constructor(table: RowTable, shapes: readonly PointShape[], library: Library, stepUs: number) {
    this.table = table;
    this.shapes = shapes;
    this.library = library;
    this.base = new Float64Array(library.base.length);
    this.terms = new Float64Array(library.left.length);
    this.known = new Uint8Array(table.count * shapes.length);
    this.values = new Float64Array(table.count * shapes.length);
    this.contiguous = new Uint8Array(table.count);
    this.look(stepUs);
  }

  /** Draws the inaccuracy and holds what is missing, once for all walks. */
  private look(stepUs: number): void {
    const { table, shapes, values, known } = this;
    const random = seededRandom(NOISE_SEED);
    const holder = new Holder(holderMemory(shapes), stepUs);
    const noisy = new Float64Array(shapes.length);
    for (let row = 0, at = 0; row < table.count; row++) {
      for (let p = 0; p < noisy.length; p++) {
        const x = table.columns[p]![row]!;
        noisy[p] = shapes[p]!.nature === 'continuous' ? x + shapes[p]!.accuracy * random.normal() : x;
      }
      holder.take(table.tsUs[row]!, noisy);
      this.contiguous[row] = holder.contiguous ? 1 : 0;
      for (let p = 0; p < noisy.length; p++, at++) {
        values[at] = holder.values[p]!;
        known[at] = holder.known[p]!;
      }
    }
  }

  /** Calls `visit` for each row that has a row before it and that `wanted` asks for, with `base` and `terms` filled. */
  walk(wanted: (row: number) => boolean, visit: (row: number) => void): void {
    const { table, shapes, library, base, terms, values, contiguous } = this;
    const points = shapes.length;
    const now = new Float64Array(points);
    const before = new Float64Array(points);
    for (let row = 0; row < table.count; row++) {
      if (contiguous[row] === 0 || !wanted(row)) continue;
      for (let p = 0, at = row * points; p < points; p++, at++) {
        now[p] = values[at]!;
        before[p] = values[at - points]!;
      }
      fillBase(library, shapes, table.tsUs[row]!, now, before, base);
      fillTerms(library, base, terms);
      visit(row);
    }
  }
}
