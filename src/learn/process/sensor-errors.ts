/**
 * What sums of terms leave over of their points on every row of a training table. Some rows are predicted beside each other,
 * because one sum alone waits for each of its additions; each is added up in the order of its terms.
 */
import type { Sparse } from './forward.ts';
import type { SensorRows } from './sensor-rows.ts';

/** Rows that are predicted at once. */
const LANES = 8;

/** A sum of terms as columns of numbers: it is calculated for every row. */
interface Packed {
  /** Place of each term where LANES rows stand beside each other. */
  readonly at: Int32Array;
  readonly by: Float64Array;
}
export const packed = ({ terms, weights }: Sparse): Packed => ({
  at: Int32Array.from(terms, (t) => t * LANES),
  by: Float64Array.from(weights),
});

/** Writes the sums of LANES rows. `terms`: term by term, LANES rows beside each other. */
const sumsOf = ({ at, by }: Packed, terms: Float64Array, into: Float64Array): void => {
  let [a, b, c, d, e, f, g, h] = [0, 0, 0, 0, 0, 0, 0, 0];
  for (let i = 0; i < at.length; i++) {
    const weight = by[i]!;
    const t = at[i]!;
    a += weight * terms[t]!;
    b += weight * terms[t + 1]!;
    c += weight * terms[t + 2]!;
    d += weight * terms[t + 3]!;
    e += weight * terms[t + 4]!;
    f += weight * terms[t + 5]!;
    g += weight * terms[t + 6]!;
    h += weight * terms[t + 7]!;
  }
  into[0] = a;
  into[1] = b;
  into[2] = c;
  into[3] = d;
  into[4] = e;
  into[5] = f;
  into[6] = g;
  into[7] = h;
};

/** A point that is predicted, and the bounds of its prediction (standardised). */
export interface Predicted {
  readonly point: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Calls `visit` with the error of each of `fits[n][block of the row]` for `targets[n]`, standardised, rows in their order, for
 * each row in which that point is known. `linear`: the term of each point that is the point itself.
 */
export const forErrors = (
  rows: SensorRows,
  linear: readonly number[],
  targets: readonly Predicted[],
  fits: readonly (readonly (readonly Packed[])[])[],
  blockOf: (row: number) => number,
  visit: (n: number, k: number, row: number, error: number) => void,
): void => {
  const { terms: own, known } = rows;
  const points = linear.length;
  const terms = new Float64Array(own.length * LANES);
  const sums = new Float64Array(LANES);
  const held = new Int32Array(LANES);
  let waits = 0;
  let block = 0;
  const flush = (): void => {
    for (let n = 0; n < targets.length; n++) {
      const { point, low, high } = targets[n]!;
      const y = linear[point]! * LANES;
      const sizes = fits[n]![block]!;
      for (let k = 0; k < sizes.length; k++) {
        sumsOf(sizes[k]!, terms, sums);
        for (let lane = 0; lane < waits; lane++) {
          const row = held[lane]!;
          if ((known[row * points + point]! & 1) === 0) continue;
          visit(n, k, row, terms[y + lane]! - Math.max(low, Math.min(high, sums[lane]!)));
        }
      }
    }
    waits = 0;
  };
  rows.walk(
    () => true,
    (row) => {
      const its = blockOf(row);
      // Rows of different blocks have different fits.
      if (waits === LANES || (waits > 0 && its !== block)) flush();
      block = its;
      for (let t = 0, to = waits; t < own.length; t++, to += LANES) terms[to] = own[t]!;
      held[waits++] = row;
    },
  );
  if (waits > 0) flush();
};
