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
