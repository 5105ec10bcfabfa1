/**
 * Forward selection of terms for many targets from one matrix of products: orthogonal least squares (Chen, Billings and
 * Luo, International Journal of Control 50, 1989) done on the Gram matrix, so that the rows are read once.
 */

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
  private readonly some: Int32Array;

  constructor(size: number) {
    this.size = size;
    this.sums = new Float64Array(size * size);
    this.rows = new Float64Array(size);
    this.some = new Int32Array(size);
  }

  /** Adds one row; only its terms that are not zero cost time. The lower triangle waits for `finish`. */
  add(terms: Float64Array): void {
    const { size, sums, some } = this;
    let n = 0;
    for (let i = 0; i < size; i++) if (terms[i] !== 0) some[n++] = i;
    for (let a = 0; a < n; a++) {
      const i = some[a]!;
      const x = terms[i]!;
      const at = i * size;
      this.rows[i]!++;
      for (let b = a; b < n; b++) {
        const j = some[b]!;
        sums[at + j]! += x * terms[j]!;
      }
    }
  }

  /** Mirrors the upper triangle; call once, after the last row. */
  finish(): void {
    for (let i = 0; i < this.size; i++)
      for (let j = 0; j < i; j++) this.sums[i * this.size + j] = this.sums[j * this.size + i]!;
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
  const rows: Float64Array[] = [];
  const chosen: number[] = [];
  const along: number[] = [];
  const out: Sparse[] = [];
  while (chosen.length < most) {
    let best = -1;
    let most = 0;
    for (let i = 0; i < n; i++) {
      if (left[i]! < LEAST_NEW) continue;
      const g = (gain[i]! * gain[i]!) / left[i]!;
      if (g > most) {
        most = g;
        best = i;
      }
    }
    if (best < 0) break;
    const norm = Math.sqrt(left[best]!);
    const v = new Float64Array(n);
    const at = usable[best]! * size;
    const s = scale[best]!;
    for (let i = 0; i < n; i++) v[i] = sums[at + usable[i]!]! * s * scale[i]!;
    for (const r of rows) {
      const f = r[best]!;
      if (f !== 0) for (let i = 0; i < n; i++) v[i]! -= f * r[i]!;
    }
    const a = gain[best]! / norm;
    for (let i = 0; i < n; i++) {
      const x = v[i]! / norm;
      v[i] = x;
      gain[i]! -= a * x;
      left[i]! -= x * x;
    }
    left[best] = 0; // never twice
    rows.push(v);
    chosen.push(best);
    along.push(a);
    if (sizes.includes(chosen.length)) out.push(weightsOf(rows, chosen, along, usable, scale));
  }
  if (chosen.length > 0 && !sizes.includes(chosen.length)) out.push(weightsOf(rows, chosen, along, usable, scale));
  return out;
};

/** Back substitution: `rows[k][chosen[m]]` (k <= m) is the triangular factor of the chosen terms. */
const weightsOf = (
  rows: readonly Float64Array[],
  chosen: readonly number[],
  along: readonly number[],
  usable: readonly number[],
  scale: Float64Array,
): Sparse => {
  const n = chosen.length;
  const w = new Float64Array(n);
  for (let k = n - 1; k >= 0; k--) {
    let x = along[k]!;
    for (let m = k + 1; m < n; m++) x -= rows[k]![chosen[m]!]! * w[m]!;
    w[k] = x / rows[k]![chosen[k]!]!;
  }
  return { terms: chosen.map((c) => usable[c]!), weights: chosen.map((c, i) => w[i]! * scale[c]!) };
};
