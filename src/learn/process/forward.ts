/**
 * Forward selection of terms for many targets from one matrix of products: orthogonal least squares (Chen, Billings and
 * Luo, International Journal of Control 50, 1989) done on the Gram matrix, so that the rows are read once.
 */

import { mirrorUpper, ProductRows } from '../../lib/matrix.ts';

/** A term that is this nearly a sum of those chosen (part of its energy that is left) adds nothing but noise. */
const LEAST_NEW = 1e-4;
/** Terms that are not zero in fewer rows cannot be judged. */
const LEAST_ROWS = 12;

/** Sums of products of `size` terms over rows, full symmetric, row after row. */
export class Gram {
  readonly size: number;
  readonly sums: Float64Array;
  /** Rows in which each term was not zero. */
  readonly rows: Float64Array;
  private waiting: ProductRows | undefined;

  constructor(size: number) {
    this.size = size;
    this.sums = new Float64Array(size * size);
    this.rows = new Float64Array(size);
  }

  /** Adds one row; only terms that are not zero now and then cost time. Sums are complete after `finish`. */
  add(terms: Float64Array): void {
    const { size, rows } = this;
    for (let i = 0; i < size; i++) if (terms[i] !== 0) rows[i]!++;
    this.waiting ??= new ProductRows(size);
    this.waiting.add(terms, this.sums);
  }

  /** Adds what waits and mirrors the upper triangle; call once, after the last row. */
  finish(): void {
    this.waiting?.flush(this.sums);
    this.waiting = undefined;
    mirrorUpper(this.sums, this.size);
  }

  /** This with `sign` times another of the same size, in place. */
  merge(other: Gram, sign: 1 | -1): void {
    for (let i = 0; i < this.sums.length; i++) this.sums[i]! += sign * other.sums[i]!;
    for (let i = 0; i < this.size; i++) this.rows[i]! += sign * other.rows[i]!;
  }
}

/** A sum of terms: indexes into the library, and their weights. */
export interface Sparse {
  readonly terms: readonly number[];
  readonly weights: readonly number[];
}

/**
 * The best sums of 1, 2, ... terms of `candidates` for the target (a term of the same matrix), as they are at each of `sizes`
 * (ascending). Fewer sizes come back when nothing more helps. Cost: terms chosen squared times candidates.
 */
export const selectForward = (
  gram: Gram,
  target: number,
  candidates: readonly number[],
  sizes: readonly number[],
): Sparse[] => {
  const { size, sums } = gram;
  const usable = candidates.filter((c) => gram.rows[c]! >= LEAST_ROWS && sums[c * size + c]! > 0);
  const n = usable.length;
  const most = Math.min(sizes.at(-1)!, n);
  const scale = Float64Array.from(usable, (c) => 1 / Math.sqrt(sums[c * size + c]!));
  const gain = Float64Array.from(usable, (c, i) => sums[c * size + target]! * scale[i]!);
  const left = new Float64Array(n).fill(1);
  // Row k is the k-th chosen term made independent of those before it, along all usable ones.
  const rows = scratch(most * n);
  const chosen: number[] = [];
  const along: number[] = [];
  const out: Sparse[] = [];
  const weights = (): Sparse => weightsOf(rows, chosen, along, usable, scale);
  while (chosen.length < most) {
    let best = -1;
    let largest = 0;
    for (let i = 0; i < n; i++) {
      if (left[i]! < LEAST_NEW) continue;
      const g = (gain[i]! * gain[i]!) / left[i]!;
      if (g > largest) {
        largest = g;
        best = i;
      }
    }
    if (best < 0) break;
    const norm = Math.sqrt(left[best]!);
    const own = chosen.length * n;
    const at = usable[best]! * size;
    const s = scale[best]!;
    for (let i = 0; i < n; i++) rows[own + i] = sums[at + usable[i]!]! * s * scale[i]!;
    withoutChosen(rows, own, n, best);
    const a = gain[best]! / norm;
    for (let i = 0; i < n; i++) {
      const x = rows[own + i]! / norm;
      rows[own + i] = x;
      gain[i]! -= a * x;
      left[i]! -= x * x;
    }
    left[best] = 0; // never twice
    chosen.push(best);
    along.push(a);
    if (sizes.includes(chosen.length)) out.push(weights());
  }
  if (chosen.length > 0 && !sizes.includes(chosen.length)) out.push(weights());
  return out;
};

let spare = new Float64Array(0);
/** Room for so many numbers, filled with anything; gone with the next call. */
const scratch = (length: number): Float64Array => {
  if (spare.length < length) spare = new Float64Array(length);
  return spare;
};

/** Takes the parts along all rows before `own` out of that row, four of them in one pass, each in its turn. */
const withoutChosen = (rows: Float64Array, own: number, n: number, best: number): void => {
  let r = 0;
  for (; r + 4 * n <= own; r += 4 * n) {
    const f = rows[r + best]!;
    const g = rows[r + n + best]!;
    const h = rows[r + 2 * n + best]!;
    const k = rows[r + 3 * n + best]!;
    for (let i = 0, at = r; i < n; i++, at++)
      rows[own + i] =
        rows[own + i]! - f * rows[at]! - g * rows[at + n]! - h * rows[at + 2 * n]! - k * rows[at + 3 * n]!;
  }
  for (; r < own; r += n) {
    const f = rows[r + best]!;
    for (let i = 0; i < n; i++) rows[own + i]! -= f * rows[r + i]!;
  }
};

/** Back substitution: number `chosen[m]` of row k (k <= m) is the triangular factor of the chosen terms. */
const weightsOf = (
  rows: Float64Array,
  chosen: readonly number[],
  along: readonly number[],
  usable: readonly number[],
  scale: Float64Array,
): Sparse => {
  const n = chosen.length;
  const length = usable.length;
  const w = new Float64Array(n);
  for (let k = n - 1; k >= 0; k--) {
    let x = along[k]!;
    for (let m = k + 1; m < n; m++) x -= rows[k * length + chosen[m]!]! * w[m]!;
    w[k] = x / rows[k * length + chosen[k]!]!;
  }
  return { terms: chosen.map((c) => usable[c]!), weights: chosen.map((c, i) => w[i]! * scale[c]!) };
};
