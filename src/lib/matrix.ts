/**
 * Dense linear algebra for models of a process cell: small symmetric systems (up to some hundred columns), row by row in
 * typed arrays. Sources: Golub and Van Loan, Matrix Computations, 4th edition 2013: Cholesky 4.2, triangular inverses
 * 3.1; Hoerl and Kennard 1970 (ridge). No pivoting by
 * pointers and no blocks: at these sizes a plain loop over contiguous rows is as quick as it gets in this language.
 */

/** `a` is n x n, row by row. Replaces its lower triangle by L of a = L L'; the upper one is left as it was. False where `a` is not positive definite. */
export const cholesky = (a: Float64Array, n: number): boolean => {
  for (let i = 0; i < n; i++) {
    const ri = i * n;
    for (let j = 0; j <= i; j++) {
      const rj = j * n;
      let sum = a[ri + j]!;
      for (let k = 0; k < j; k++) sum -= a[ri + k]! * a[rj + k]!;
      if (i !== j) a[ri + j] = sum / a[rj + j]!;
      else {
        if (!(sum > 0)) return false;
        a[ri + i] = Math.sqrt(sum);
      }
    }
  }
  return true;
};

/** Solves L L' X = B in place: `b` is n x m, row by row, and becomes X. `l` as `cholesky` leaves it. */
export const choleskySolve = (l: Float64Array, n: number, b: Float64Array, m: number): void => {
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) subtractRow(b, i * m, k * m, l[i * n + k]!, m);
    divideRow(b, i * m, l[i * n + i]!, m);
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) subtractRow(b, i * m, k * m, l[k * n + i]!, m);
    divideRow(b, i * m, l[i * n + i]!, m);
  }
};

/** The inverse of the lower triangle of `l` (n x n), with zeros above its diagonal. */
export const invertLower = (l: Float64Array, n: number): Float64Array => {
  const x = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) subtractRow(x, i * n, k * n, l[i * n + k]!, k + 1);
    x[i * n + i] = 1;
    divideRow(x, i * n, l[i * n + i]!, i + 1);
  }
  return x;
};

const subtractRow = (a: Float64Array, to: number, from: number, times: number, m: number): void => {
  if (times !== 0) for (let c = 0; c < m; c++) a[to + c]! -= times * a[from + c]!;
};
const divideRow = (a: Float64Array, at: number, by: number, m: number): void => {
  for (let c = 0; c < m; c++) a[at + c]! /= by;
};

/**
 * Ridge regression from sums of products: W (q x m) that solves (G + penalty I) W = H, where G = A'A (q x q), H = A'B
 * (q x m). `free` leaves that many last regressors (the constant) without penalty. Undefined where the system is not
 * positive definite (penalty 0 and columns that depend on each other).
 */
export const ridge = (
  g: Float64Array,
  h: Float64Array,
  q: number,
  m: number,
  penalty: number,
  free = 0,
): Float64Array | undefined => {
  const a = g.slice();
  for (let i = 0; i < q - free; i++) a[i * q + i]! += penalty;
  if (!cholesky(a, q)) return undefined;
  const w = h.slice();
  choleskySolve(a, q, w, m);
  return w;
};

/** Rows that `ProductRows` adds at once. */
const ROWS_AT_ONCE = 32;

/**
 * Adds the products of all columns of rows to a square, some rows at once: what costs time is the square in memory, which is
 * read and written once for all of them. Each number is added up in the order of the rows, as one row alone would be.
 */
export class ProductRows {
  private readonly size: number;
  /** The rows that wait, column by column, and the columns in which one of them is not zero. */
  private readonly held: Float64Array;
  private readonly some: Uint16Array;
  private readonly isSome: Uint8Array;
  private waits = 0;

  /** `size`: columns of a row, and of the square. */
  constructor(size: number) {
    this.size = size;
    this.held = new Float64Array(size * ROWS_AT_ONCE);
    this.some = new Uint16Array(size);
    this.isSome = new Uint8Array(size);
  }

  /** Takes a row for `square`, whose upper triangle is complete after `flush`; the lower one holds anything. */
  add(row: Float64Array, square: Float64Array): void {
    const { size, held, isSome } = this;
    for (let i = 0, to = this.waits; i < size; i++, to += ROWS_AT_ONCE) {
      const x = row[i]!;
      held[to] = x;
      if (x !== 0) isSome[i] = 1;
    }
    if (++this.waits === ROWS_AT_ONCE) this.flush(square);
  }

  /** Adds what waits to `square`; call after the last row, and before rows of another square. */
  flush(square: Float64Array): void {
    const { size, some, isSome } = this;
    let n = 0;
    for (let i = 0; i < size; i++) if (isSome[i] === 1) some[n++] = i;
    for (let i = 0; i < n; i += 2) for (let j = i; j < n; j += 4) this.addBlock(square, i, j, n);
    isSome.fill(0);
    this.waits = 0;
  }

  /** The products of two columns with four; of columns beyond the last the last is taken, and nothing is written. */
  private addBlock(square: Float64Array, i: number, j: number, n: number): void {
    const { size, held, some, waits } = this;
    const p = some[i]!;
    const q = some[Math.min(i + 1, n - 1)]!;
    const c0 = some[j]!;
    const c1 = some[Math.min(j + 1, n - 1)]!;
    const c2 = some[Math.min(j + 2, n - 1)]!;
    const c3 = some[Math.min(j + 3, n - 1)]!;
    const rowP = p * size;
    const rowQ = q * size;
    let p0 = square[rowP + c0]!;
    let p1 = square[rowP + c1]!;
    let p2 = square[rowP + c2]!;
    let p3 = square[rowP + c3]!;
    let q0 = square[rowQ + c0]!;
    let q1 = square[rowQ + c1]!;
    let q2 = square[rowQ + c2]!;
    let q3 = square[rowQ + c3]!;
    const atP = p * ROWS_AT_ONCE;
    const atQ = q * ROWS_AT_ONCE;
    const at0 = c0 * ROWS_AT_ONCE;
    const at1 = c1 * ROWS_AT_ONCE;
    const at2 = c2 * ROWS_AT_ONCE;
    const at3 = c3 * ROWS_AT_ONCE;
    for (let r = 0; r < waits; r++) {
      const x = held[atP + r]!;
      const y = held[atQ + r]!;
      const a = held[at0 + r]!;
      const b = held[at1 + r]!;
      const c = held[at2 + r]!;
      const d = held[at3 + r]!;
      p0 += x * a;
      p1 += x * b;
      p2 += x * c;
      p3 += x * d;
      q0 += y * a;
      q1 += y * b;
      q2 += y * c;
      q3 += y * d;
    }
    square[rowP + c0] = p0;
    if (j + 1 < n) square[rowP + c1] = p1;
    if (j + 2 < n) square[rowP + c2] = p2;
    if (j + 3 < n) square[rowP + c3] = p3;
    if (i + 1 === n) return;
    square[rowQ + c0] = q0;
    if (j + 1 < n) square[rowQ + c1] = q1;
    if (j + 2 < n) square[rowQ + c2] = q2;
    if (j + 3 < n) square[rowQ + c3] = q3;
  }
}

/** Makes the lower triangle of a square (n x n) that of the upper one. */
export const mirrorUpper = (square: Float64Array, n: number): void => {
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) square[i * n + j] = square[j * n + i]!;
};
