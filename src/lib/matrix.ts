/**
 * Dense linear algebra for models of a process cell: small symmetric systems (up to some hundred columns), row by row in
 * typed arrays. Sources: Golub and Van Loan, Matrix Computations, 4th edition 2013: Cholesky 4.2, triangular inverses
 * 3.1, Householder QR 5.2, cyclic Jacobi 8.5, one-sided Jacobi 8.6; Hoerl and Kennard 1970 (ridge). No pivoting by
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

/** Sweeps of Jacobi's rotations; 8 to 10 suffice for any symmetric matrix of these sizes, convergence is quadratic. */
const MAX_SWEEPS = 30;

/**
 * Eigenvalues (descending) and eigenvectors of a symmetric matrix (n x n), by cyclic Jacobi rotations. `vectors` holds
 * one eigenvector per row. Only for n up to a few hundred: a sweep costs n^3.
 */
export const symmetricEigen = (
  matrix: Float64Array,
  n: number,
): { values: Float64Array<ArrayBuffer>; vectors: Float64Array<ArrayBuffer> } => {
  const a = Float64Array.from(matrix);
  const v = new Float64Array(n * n);
  for (let i = 0; i < n; i++) v[i * n + i] = 1;
  let norm = 0;
  for (const x of a) norm += x * x;
  for (let sweep = 0; sweep < MAX_SWEEPS; sweep++) {
    let off = 0;
    for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) off += a[i * n + j]! ** 2;
    if (off <= 1e-30 * norm) break;
    for (let p = 0; p < n; p++)
      for (let q = p + 1; q < n; q++) {
        const apq = a[p * n + q]!;
        if (apq === 0) continue;
        const theta = (a[q * n + q]! - a[p * n + p]!) / (2 * apq);
        const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        const c = 1 / Math.sqrt(t * t + 1);
        const s = t * c;
        for (let k = 0; k < n; k++) {
          const kp = a[k * n + p]!;
          const kq = a[k * n + q]!;
          a[k * n + p] = c * kp - s * kq;
          a[k * n + q] = s * kp + c * kq;
        }
        rotateRows(a, p * n, q * n, c, s, n);
        rotateRows(v, p * n, q * n, c, s, n);
      }
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => a[j * n + j]! - a[i * n + i]! || i - j);
  const values = new Float64Array(n);
  const vectors = new Float64Array(n * n);
  order.forEach((from, to) => {
    values[to] = a[from * n + from]!;
    vectors.set(v.subarray(from * n, from * n + n), to * n);
  });
  return { values, vectors };
};

const rotateRows = (a: Float64Array, p: number, q: number, c: number, s: number, n: number): void => {
  for (let k = 0; k < n; k++) {
    const x = a[p + k]!;
    const y = a[q + k]!;
    a[p + k] = c * x - s * y;
    a[q + k] = s * x + c * y;
  }
};

/**
 * Thin singular value decomposition of `a` (rows x columns, rows >= columns): a = U diag(values) V', values descending.
 * `left` is rows x columns, `right` holds one right vector per row. One-sided Jacobi: exact to the last digits also for small
 * values. Columns of `left` that belong to a value of 0 are 0.
 */
export const svd = (
  a: Float64Array,
  rows: number,
  columns: number,
): {
  left: Float64Array<ArrayBuffer>;
  values: Float64Array<ArrayBuffer>;
  right: Float64Array<ArrayBuffer>;
} => {
  // Column j of `a` is row j of `u`, so that rotations run over contiguous memory.
  const u = new Float64Array(columns * rows);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) u[j * rows + i] = a[i * columns + j]!;
  const v = new Float64Array(columns * columns);
  for (let i = 0; i < columns; i++) v[i * columns + i] = 1;
  for (let sweep = 0, turned = true; turned && sweep < MAX_SWEEPS; sweep++) {
    turned = false;
    for (let p = 0; p < columns; p++)
      for (let q = p + 1; q < columns; q++) {
        const alpha = dot(u, p * rows, u, p * rows, rows);
        const beta = dot(u, q * rows, u, q * rows, rows);
        const gamma = dot(u, p * rows, u, q * rows, rows);
        if (Math.abs(gamma) <= 1e-15 * Math.sqrt(alpha * beta)) continue;
        turned = true;
        const zeta = (beta - alpha) / (2 * gamma);
        const t = (zeta >= 0 ? 1 : -1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
        const c = 1 / Math.sqrt(1 + t * t);
        rotateRows(u, p * rows, q * rows, c, c * t, rows);
        rotateRows(v, p * columns, q * columns, c, c * t, columns);
      }
  }
  const norms = Array.from({ length: columns }, (_, j) => Math.sqrt(dot(u, j * rows, u, j * rows, rows)));
  const order = norms.map((_, j) => j).sort((i, j) => norms[j]! - norms[i]! || i - j);
  const left = new Float64Array(rows * columns);
  const values = new Float64Array(columns);
  const right = new Float64Array(columns * columns);
  order.forEach((from, to) => {
    const norm = norms[from]!;
    values[to] = norm;
    for (let i = 0; i < rows; i++) left[i * columns + to] = norm > 0 ? u[from * rows + i]! / norm : 0;
    right.set(v.subarray(from * columns, from * columns + columns), to * columns);
  });
  return { left, values, right };
};

/** Sum of products of two stretches of `n` numbers. */
export const dot = (a: Float64Array, at: number, b: Float64Array, bt: number, n: number): number => {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += a[at + i]! * b[bt + i]!;
  return sum;
};

/**
 * Least squares by Householder QR: x (columns) with the smallest |a x - b|, `a` rows x columns, rows >= columns. Columns
 * that depend on others (their pivot below 1e-12 of the largest) get 0. Better conditioned than the normal equations.
 */
export const leastSquares = (a: Float64Array, b: Float64Array, rows: number, columns: number): Float64Array => {
  const r = a.slice();
  const y = b.slice();
  const diagonal = new Float64Array(columns);
  let largest = 0;
  for (let k = 0; k < columns; k++) {
    let norm = 0;
    for (let i = k; i < rows; i++) norm = Math.hypot(norm, r[i * columns + k]!);
    largest = Math.max(largest, norm);
    if (norm <= 1e-12 * largest) continue;
    if (r[k * columns + k]! > 0) norm = -norm;
    diagonal[k] = norm;
    const head = r[k * columns + k]! - norm;
    r[k * columns + k] = head;
    let square = 0;
    for (let i = k; i < rows; i++) square += r[i * columns + k]! ** 2;
    const reflect = (x: Float64Array, at: number, step: number): void => {
      let sum = 0;
      for (let i = k; i < rows; i++) sum += r[i * columns + k]! * x[at + i * step]!;
      const factor = (2 * sum) / square;
      for (let i = k; i < rows; i++) x[at + i * step]! -= factor * r[i * columns + k]!;
    };
    for (let j = k + 1; j < columns; j++) reflect(r, j, columns);
    reflect(y, 0, 1);
  }
  const x = new Float64Array(columns);
  for (let k = columns - 1; k >= 0; k--) {
    if (diagonal[k] === 0) continue;
    let sum = y[k]!;
    for (let j = k + 1; j < columns; j++) sum -= r[k * columns + j]! * x[j]!;
    x[k] = sum / diagonal[k]!;
  }
  return x;
};
