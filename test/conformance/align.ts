/** Pairs two lists so that one missing row does not shift all that follow. */

/** How far ahead a matching row is looked for. Beyond it rows are paired as they stand. */
const WINDOW = 400;
/** Cells of the table for the best pairing inside a gap; a larger gap is paired in order. */
const MAX_TABLE = 250_000;

/** Pairs of positions in order; -1 where one side has nothing. */
export type Pairs = readonly (readonly [ours: number, theirs: number])[];

/**
 * `same(i, j)`: rows are equal in everything that is compared. `likeness(i, j)`: how many columns are equal, to pair rows
 * that differ; 0 means that they are not the same row.
 */
export const alignRows = (
  n: number,
  m: number,
  same: (i: number, j: number) => boolean,
  likeness: (i: number, j: number) => number,
): Pairs => {
  const out: (readonly [number, number])[] = [];
  let i = 0;
  let j = 0;
  while (i < n && j < m) {
    if (same(i, j)) {
      out.push([i++, j++]);
      continue;
    }
    let di = -1;
    let dj = -1;
    // The nearest pair of equal rows, by the number of rows that it leaves over.
    search: for (let d = 1; d <= WINDOW; d++)
      for (let a = 0; a <= d; a++) {
        const b = d - a;
        if (i + a < n && j + b < m && same(i + a, j + b)) {
          di = a;
          dj = b;
          break search;
        }
        if (d > 60 && a > 20 && a < d - 20) a = d - 21;
      }
    if (di < 0) break;
    gap(out, i, i + di, j, j + dj, likeness);
    i += di;
    j += dj;
  }
  gap(out, i, n, j, m, likeness);
  return out;
};

const gap = (
  out: (readonly [number, number])[],
  i0: number,
  i1: number,
  j0: number,
  j1: number,
  likeness: (i: number, j: number) => number,
): void => {
  const n = i1 - i0;
  const m = j1 - j0;
  if (n === 0 || m === 0 || n * m > MAX_TABLE) {
    const both = Math.min(n, m);
    for (let k = 0; k < both; k++) out.push([i0 + k, j0 + k]);
    for (let k = both; k < n; k++) out.push([i0 + k, -1]);
    for (let k = both; k < m; k++) out.push([-1, j0 + k]);
    return;
  }
  // The order-keeping pairing with the most equal columns.
  const width = m + 1;
  const best = new Float64Array((n + 1) * width);
  const how = new Int8Array((n + 1) * width);
  for (let a = n - 1; a >= 0; a--)
    for (let b = m - 1; b >= 0; b--) {
      const l = likeness(i0 + a, j0 + b);
      let score = best[(a + 1) * width + b]!;
      let step = 1;
      if (best[a * width + b + 1]! > score) {
        score = best[a * width + b + 1]!;
        step = 2;
      }
      if (l > 0 && l + best[(a + 1) * width + b + 1]! >= score) {
        score = l + best[(a + 1) * width + b + 1]!;
        step = 3;
      }
      best[a * width + b] = score;
      how[a * width + b] = step;
    }
  let a = 0;
  let b = 0;
  while (a < n && b < m) {
    const step = how[a * width + b]!;
    if (step === 3) out.push([i0 + a++, j0 + b++]);
    else if (step === 1) out.push([i0 + a++, -1]);
    else out.push([-1, j0 + b++]);
  }
  while (a < n) out.push([i0 + a++, -1]);
  while (b < m) out.push([-1, j0 + b++]);
};
