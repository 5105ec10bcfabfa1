/**
 * Fits the vector autoregression of a cell: every point predicted from the last rows of all points, by ridge regression;
 * how many rows, how much ridge and how much shrinkage of the covariance of what is left is chosen by the likelihood of
 * held-out blocks, and the statistics that set the limits are those of held-out blocks too. Sources: Lütkepohl, New Introduction to
 * Multiple Time Series Analysis, 2005, chapter 3; Hoerl and Kennard 1970; blocked cross-validation after Burman, Chow and
 * Nolan, Biometrika 81, 1994; shrinkage to the diagonal after Ledoit and Wolf 2004 with the part chosen by likelihood.
 * All folds are taken from sums of products made in one pass, so that choosing costs no further pass over the rows.
 */
import { cholesky, choleskySolve, invertLower, mirrorUpper, ProductRows, ridge } from '../../lib/matrix.ts';

/** Blocks of the training rows, each held out once. */
const FOLDS = 5;
/** Rows of the past that may be used; more did not help (see docs) and costs memory per point. */
export const MAX_LAGS = 3;
const LAGS = [1, 2, MAX_LAGS];
/** Ridge, as if so many rows of unit variance had said "no relation". */
const FIRST_RIDGE = 20;
const OTHER_RIDGES = [5, 80];
/** Part of every covariance that is not believed; also the floor under relations that are exact in training. */
const SHRINKS = [0.01, 0.02, 0.05, 0.1];

/** Standardised rows of the points that take part, row by row; `usable[i]`: row i and the MAX_LAGS before it are one stretch. */
export interface Rows {
  readonly values: Float64Array;
  readonly points: number;
  readonly count: number;
  readonly usable: Uint8Array;
}

/** What is chosen by held-out likelihood, apart from the shrinkage. */
export type Shape = Pick<Regression, 'lags' | 'ridge'>;

/** Prediction of z(t) is `weights`' (points * lags + 1 rows, points columns) times [z(t-1), .. z(t-lags), 1]. */
export interface Regression {
  readonly lags: number;
  readonly ridge: number;
  readonly shrink: number;
  /** Mean logarithmic likelihood of a held-out row, nats: for comparison only. */
  readonly likelihood: number;
  readonly weights: Float64Array;
  /** Lower triangular, points x points: takes what is left of a row to unit variance, independent. */
  readonly whitener: Float64Array;
  /** Held-out whitened innovations, fold after fold, row by row. */
  readonly heldOut: Float64Array;
  /** First row of each fold in `heldOut`, and its end. */
  readonly starts: readonly number[];
}

/** Sums of products of [z(t), z(t-1), .. z(t-MAX_LAGS), 1], one square matrix per fold, and rows in each. */
interface Products {
  readonly size: number;
  readonly folds: readonly Float64Array[];
  readonly counts: readonly number[];
  readonly foldOf: Int8Array;
}

const productsOf = (rows: Rows): Products => {
  const { points, count, values, usable } = rows;
  const size = points * (MAX_LAGS + 1) + 1;
  let total = 0;
  for (let i = 0; i < count; i++) total += usable[i]!;
  const folds = Array.from({ length: FOLDS }, () => new Float64Array(size * size));
  const counts = new Array<number>(FOLDS).fill(0);
  const foldOf = new Int8Array(count).fill(-1);
  const waiting = new ProductRows(size);
  const v = new Float64Array(size);
  v[size - 1] = 1;
  let fold = 0;
  for (let i = 0, seen = 0; i < count; i++) {
    if (usable[i] === 0) continue;
    const k = Math.floor((seen++ * FOLDS) / total);
    if (k !== fold) waiting.flush(folds[fold]!);
    fold = k;
    foldOf[i] = k;
    counts[k]!++;
    for (let lag = 0; lag <= MAX_LAGS; lag++)
      for (let p = 0, from = (i - lag) * points, to = lag * points; p < points; p++) v[to++] = values[from++]!;
    waiting.add(v, folds[k]!);
  }
  waiting.flush(folds[fold]!);
  for (const sum of folds) mirrorUpper(sum, size);
  return { size, folds, counts, foldOf };
};

/** Products of regressors (g), with the targets (h), of the targets (b), taken out of a full square. */
const partsOf = (square: Float64Array, size: number, points: number, lags: number) => {
  const q = points * lags + 1;
  const column = (i: number): number => (i < q - 1 ? points + i : size - 1);
  const g = new Float64Array(q * q);
  const h = new Float64Array(q * points);
  const b = new Float64Array(points * points);
  for (let i = 0; i < q; i++) {
    const row = column(i) * size;
    for (let j = 0; j < q; j++) g[i * q + j] = square[row + column(j)]!;
    for (let j = 0; j < points; j++) h[i * points + j] = square[row + j]!;
  }
  for (let i = 0; i < points; i++) b.set(square.subarray(i * size, i * size + points), i * points);
  return { q, g, h, b };
};

/** X' Y of two matrices with q rows and m columns. */
const crossed = (x: Float64Array, y: Float64Array, q: number, m: number): Float64Array => {
  const out = new Float64Array(m * m);
  for (let i = 0; i < q; i++)
    for (let a = 0; a < m; a++) {
      const xa = x[i * m + a]!;
      if (xa !== 0) for (let b = 0; b < m; b++) out[a * m + b]! += xa * y[i * m + b]!;
    }
  return out;
};

/** Products of what weights leave over on rows given by their parts: B - W'H - H'W + W'GW. */
const leftOver = (parts: ReturnType<typeof partsOf>, w: Float64Array, m: number): Float64Array => {
  const { q, g, h, b } = parts;
  const gw = new Float64Array(q * m);
  for (let i = 0; i < q; i++)
    for (let j = 0; j < q; j++) {
      const gij = g[i * q + j]!;
      if (gij !== 0) for (let c = 0; c < m; c++) gw[i * m + c]! += gij * w[j * m + c]!;
    }
  const wh = crossed(w, h, q, m);
  const wgw = crossed(w, gw, q, m);
  return b.map((x, e) => {
    const i = Math.floor(e / m);
    const j = e % m;
    return x - wh[e]! - wh[j * m + i]! + wgw[e]!;
  });
};

/** Lower factor of the covariance with a part of it put back to its diagonal; undefined where there is none. */
const factorOf = (products: Float64Array, n: number, m: number, shrink: number): Float64Array | undefined => {
  const s = products.map((x, e) => (e % (m + 1) === 0 ? x / n + 1e-9 : ((1 - shrink) * x) / n));
  return cholesky(s, m) ? s : undefined;
};

const sumOf = (squares: readonly Float64Array[], but: number): Float64Array => {
  const out = new Float64Array(squares[0]!.length);
  squares.forEach((s, k) => {
    if (k !== but) for (let e = 0; e < out.length; e++) out[e]! += s[e]!;
  });
  return out;
};

/** Held-out likelihood of a covariance made from the other folds (`others[k]`: all but fold k), in nats per row. */
const likelihoodOf = (
  left: readonly Float64Array[],
  others: readonly Float64Array[],
  counts: readonly number[],
  m: number,
  shrink: number,
): number => {
  const total = counts.reduce((a, b) => a + b, 0);
  let sum = 0;
  for (let k = 0; k < FOLDS; k++) {
    const l = factorOf(others[k]!, total - counts[k]!, m, shrink);
    if (l === undefined) return Number.NEGATIVE_INFINITY;
    const x = left[k]!.slice();
    choleskySolve(l, m, x, m);
    for (let i = 0; i < m; i++) sum -= 0.5 * x[i * m + i]! + counts[k]! * Math.log(l[i * m + i]!);
  }
  return sum / total;
};

/** `shape`: taken as it is instead of being searched for. Undefined where no configuration gives a proper answer (too few rows, columns that are all one). */
export const regress = (rows: Rows, shape?: Shape): Regression | undefined => {
  const { points: m } = rows;
  const { size, folds, counts, foldOf } = productsOf(rows);
  const total = counts.reduce((a, b) => a + b, 0);
  const all = sumOf(folds, -1);
  const without = folds.map((_, k) => sumOf(folds, k));
  let best = undefined as Omit<Regression, 'weights' | 'whitener' | 'heldOut' | 'starts'> | undefined;
  let chosen = undefined as { weights: Float64Array[]; left: Float64Array[] } | undefined;
  const attempt = (lags: number, penalty: number): void => {
    const weights: Float64Array[] = [];
    const left: Float64Array[] = [];
    for (let k = 0; k < FOLDS; k++) {
      const rest = partsOf(without[k]!, size, m, lags);
      const w = ridge(rest.g, rest.h, rest.q, m, penalty, 1);
      if (w === undefined) return;
      weights.push(w);
      left.push(leftOver(partsOf(folds[k]!, size, m, lags), w, m));
    }
    const others = left.map((_, k) => sumOf(left, k));
    for (const shrink of SHRINKS) {
      const likelihood = likelihoodOf(left, others, counts, m, shrink);
      if (likelihood > (best?.likelihood ?? Number.NEGATIVE_INFINITY)) {
        best = { lags, ridge: penalty, shrink, likelihood };
        chosen = { weights, left };
      }
    }
  };
  // First how much past, with the middle ridge; then the ridge: the two hardly depend on each other.
  if (shape === undefined) {
    for (const lags of LAGS) attempt(lags, FIRST_RIDGE);
    const { lags } = best ?? { lags: 1 };
    for (const penalty of OTHER_RIDGES) attempt(lags, penalty);
  } else attempt(shape.lags, shape.ridge);
  if (best === undefined || chosen === undefined) return undefined;
  const { q, g, h } = partsOf(all, size, m, best.lags);
  const weights = ridge(g, h, q, m, best.ridge, 1)!;
  const factor = factorOf(sumOf(chosen.left, -1), total, m, best.shrink);
  if (factor === undefined) return undefined;
  const heldOut = new Float64Array(total * m);
  const room = new Float64Array(m);
  const starts: number[] = [];
  let to = 0;
  for (let k = 0; k < FOLDS; k++) {
    starts.push(to);
    const l = factorOf(sumOf(chosen.left, k), total - counts[k]!, m, best.shrink);
    if (l === undefined) return undefined;
    const whitener = invertLower(l, m);
    for (let i = 0; i < rows.count; i++)
      if (foldOf[i] === k) innovationOf(rows, i, chosen.weights[k]!, best.lags, whitener, room, heldOut, to++ * m);
  }
  starts.push(to);
  return { ...best, weights, whitener: invertLower(factor, m), heldOut, starts };
};

/** Writes the whitened innovation of row i; `e`: room for a row. */
const innovationOf = (
  rows: Rows,
  i: number,
  weights: Float64Array,
  lags: number,
  whitener: Float64Array,
  e: Float64Array,
  out: Float64Array,
  to: number,
): void => {
  const { points: m, values } = rows;
  for (let c = 0; c < m; c++) e[c] = values[i * m + c]! - weights[m * lags * m + c]!;
  for (let lag = 1; lag <= lags; lag++) {
    const before = (i - lag) * m;
    const first = (lag - 1) * m;
    let j = 0;
    // Four regressors in one pass, each in its turn.
    for (; j + 4 <= m; j += 4) {
      const w = values[before + j]!;
      const x = values[before + j + 1]!;
      const y = values[before + j + 2]!;
      const z = values[before + j + 3]!;
      for (let c = 0, at = (first + j) * m; c < m; c++, at++)
        e[c] = e[c]! - w * weights[at]! - x * weights[at + m]! - y * weights[at + 2 * m]! - z * weights[at + 3 * m]!;
    }
    for (; j < m; j++) {
      const z = values[before + j]!;
      for (let c = 0, at = (first + j) * m; c < m; c++, at++) e[c]! -= z * weights[at]!;
    }
  }
  for (let a = 0; a < m; a++) {
    let sum = 0;
    for (let b = 0; b <= a; b++) sum += whitener[a * m + b]! * e[b]!;
    out[to + a] = sum;
  }
};
