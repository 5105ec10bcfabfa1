/**
 * Rows of training in which a column holds nonsense: two columns of a recorder in each other's place, a word of the wire read
 * wrongly. One such value among 400 makes the spread of a point thirty times what it is, and its watch blind. A freak is what the
 * guard of a point would call junk (guard.ts): it lies beyond all other values by more than these span, comes at a bound and is gone
 * with the next row. What comes more often belongs to the point, and so does what comes once to a point that has spikes.
 */
import type { RowTable } from '../../core/process.ts';

/** More such rows than these are a habit. */
const MOST_FREAKS = 2;
/** Rows there must be for each of them. */
const ROWS_PER_FREAK = 100;

/** Further from the middle than SPIKE_TIMES this part of the values on its side is a spike: with a normal tail one value in a million. */
const SPIKE_PART = 0.05;
const SPIKE_TIMES = 3;

/** The bounds beyond which a value of this column is a spike (Tukey, The Future of Data Analysis, 1962). */
export const spikesBeyond = (column: Float64Array): readonly [number, number] => {
  const sorted = column.filter((x) => !Number.isNaN(x)).sort();
  const at = (part: number): number => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]!;
  const middle = at(0.5);
  return [middle + SPIKE_TIMES * (at(SPIKE_PART) - middle), middle + SPIKE_TIMES * (at(1 - SPIKE_PART) - middle)];
};

/** The `MOST_FREAKS + 1` lowest (`sign` -1) or highest values of a column, the outermost first, with their rows. */
const outermost = (column: Float64Array, sign: 1 | -1): { readonly row: number; readonly x: number }[] => {
  const out: { row: number; x: number }[] = [];
  for (let row = 0; row < column.length; row++) {
    const x = column[row]!;
    if (!Number.isFinite(x) || (out.length > MOST_FREAKS && !(sign * x > sign * out[MOST_FREAKS]!.x))) continue;
    out.push({ row, x });
    out.sort((a, b) => sign * (b.x - a.x));
    if (out.length > MOST_FREAKS + 1) out.pop();
  }
  return out;
};

/** Rows in which this column holds a freak; none where all its other values are one. */
export const freaksOf = (column: Float64Array): number[] => {
  const allowed = Math.min(MOST_FREAKS, Math.floor(column.length / ROWS_PER_FREAK));
  const tops = outermost(column, 1);
  const bottoms = outermost(column, -1);
  if (tops.length <= allowed || bottoms.length <= allowed) return [];
  for (let count = allowed; count > 0; count--)
    for (let above = count; above >= 0; above--) {
      const below = count - above;
      const [high, low] = [tops[above]!.x, bottoms[below]!.x];
      const freaks = [...tops.slice(0, above).map((f) => ({ ...f, by: f.x - high }))];
      freaks.push(...bottoms.slice(0, below).map((f) => ({ ...f, by: low - f.x })));
      const rows = freaks.map((f) => f.row);
      const isLone = rows.every((row) => !rows.includes(row + 1));
      if (!(high > low) || !isLone || !freaks.every((f) => f.by > high - low)) continue;
      const [least, most] = spikesBeyond(column);
      if (low >= least && high <= most) return rows;
    }
  return [];
};

/** The table with freaks as missing values; the same one where there are none. */
export const withoutFreaks = (table: RowTable): RowTable => {
  // Where there is nothing else, a freak cannot be told from the first of many spikes.
  if (table.columns.length === 1) return table;
  let found = false;
  const columns = table.columns.map((column) => {
    const rows = freaksOf(column.subarray(0, table.count));
    if (rows.length === 0) return column;
    found = true;
    const clean = column.slice();
    for (const row of rows) clean[row] = Number.NaN;
    return clean;
  });
  return found ? { ...table, columns } : table;
};
