/**
 * Which point moves with which from one row to the next: a controller passes the noise of what it measures on to its output,
 * so that the two are known for a loop by their quick changes, whatever their slow ones hide.
 */
import type { RowTable } from '../../core/process.ts';
import { nthSmallest } from '../../lib/select.ts';
import type { PointShape } from './nature.ts';

/** Rows that are looked at; of more the latest. */
export const MAX_PARTNER_ROWS = 4_000;
/** Correlation of quick changes from which on two points are taken for partners. */
const LEAST = 0.5;
/** Changes that both must have. */
const LEAST_CHANGES = 200;

/** Changes of a column from row to row, scaled to a square sum of one, the largest cut: a start-up is no noise. */
const quick = (column: Float64Array, from: number, count: number): Float64Array | undefined => {
  const d = new Float64Array(count - from - 1);
  let moved = 0;
  for (let i = 0; i < d.length; i++) {
    const x = column[from + i + 1]! - column[from + i]!;
    d[i] = x - x === 0 ? x : 0;
    if (d[i] !== 0) moved++;
  }
  if (moved < LEAST_CHANGES) return undefined;
  const sizes = d.map(Math.abs);
  const most = 3 * nthSmallest(sizes, sizes.length >> 1) || nthSmallest(sizes, Math.floor(0.9 * sizes.length));
  let power = 0;
  for (let i = 0; i < d.length; i++) {
    d[i] = Math.max(-most, Math.min(most, d[i]!));
    power += d[i]! * d[i]!;
  }
  return power > 0 ? d.map((x) => x / Math.sqrt(power)) : undefined;
};

/** The partner of each column, -1 without. */
export const partnersOf = (table: RowTable, shapes: readonly PointShape[]): Int16Array => {
  const from = Math.max(0, table.count - MAX_PARTNER_ROWS);
  const columns = shapes.map((s, p) =>
    s.nature === 'continuous' ? quick(table.columns[p]!, from, table.count) : undefined,
  );
  const best = new Float64Array(shapes.length).fill(LEAST);
  const out = new Int16Array(shapes.length).fill(-1);
  for (let p = 0; p < columns.length; p++)
    for (let q = 0; q < p; q++) {
      const [a, b] = [columns[p], columns[q]];
      if (a === undefined || b === undefined) continue;
      let product = 0;
      for (let i = 0; i < a.length; i++) product += a[i]! * b[i]!;
      const r = Math.abs(product);
      if (r > best[p]!) [best[p], out[p]] = [r, q];
      if (r > best[q]!) [best[q], out[q]] = [r, p];
    }
  return out;
};
