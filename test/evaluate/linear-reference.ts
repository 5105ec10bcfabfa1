/**
 * The ruler by which a tampering is told as detectable or not, independent of the model that is judged: how well a linear
 * regression of a point on the other points of the same row predicts it in later, unseen rows. All regressions come from
 * one inverse of the covariance matrix (Whittaker, Graphical Models in Applied Multivariate Statistics, 1990, ch. 5).
 */
import type { RowTable } from '../../src/core/process.ts';

/** Added to the diagonal of the correlation matrix: points that repeat each other would make it singular. */
const RIDGE = 1e-3;
/** Autocorrelation below this counts as none. */
const UNCORRELATED = 0.05;

export interface Residuals {
  /** Root mean square of the residual in the later rows, in the point's unit; NaN where the point never moved. */
  readonly spread: Float64Array;
  /** Rows after which residuals are independent again (integrated autocorrelation time), 1 or more. */
  readonly memoryRows: Float64Array;
}

/** Inverse of a symmetric positive definite matrix, in place, by Gauss-Jordan. */
const invert = (a: Float64Array[], n: number): Float64Array[] => {
  const inverse = a.map((_, i) => Float64Array.from({ length: n }, (__, j) => (i === j ? 1 : 0)));
  for (let k = 0; k < n; k++) {
    const pivot = a[k]![k]!;
    for (let j = 0; j < n; j++) {
      a[k]![j]! /= pivot;
      inverse[k]![j]! /= pivot;
    }
    for (let i = 0; i < n; i++) {
      const f = a[i]![k]!;
      if (i === k || f === 0) continue;
      for (let j = 0; j < n; j++) {
        a[i]![j]! -= f * a[k]![j]!;
        inverse[i]![j]! -= f * inverse[k]![j]!;
      }
    }
  }
  return inverse;
};

/** Fits on rows before `split`, measures on the rows from there on. */
export const linearResiduals = (table: RowTable, split: number): Residuals => {
  const n = table.columns.length;
  const mean = new Float64Array(n);
  const sd = new Float64Array(n);
  table.columns.forEach((column, p) => {
    const seen = Array.from(column.subarray(0, split)).filter((x) => !Number.isNaN(x));
    mean[p] = seen.reduce((a, b) => a + b, 0) / Math.max(1, seen.length);
    sd[p] = Math.sqrt(seen.reduce((a, b) => a + (b - mean[p]!) ** 2, 0) / Math.max(1, seen.length));
  });
  const z = (p: number, i: number): number => {
    const x = (table.columns[p]![i]! - mean[p]!) / sd[p]!;
    return Number.isFinite(x) ? x : 0;
  };
  const covariance = Array.from({ length: n }, () => new Float64Array(n));
  const row = new Float64Array(n);
  for (let i = 0; i < split; i++) {
    for (let p = 0; p < n; p++) row[p] = z(p, i);
    for (let p = 0; p < n; p++) for (let q = p; q < n; q++) covariance[p]![q]! += (row[p]! * row[q]!) / split;
  }
  for (let p = 0; p < n; p++) {
    for (let q = 0; q < p; q++) covariance[p]![q] = covariance[q]![p]!;
    covariance[p]![p] = covariance[p]![p]! + RIDGE;
  }
  const precision = invert(covariance, n);
  const later = table.count - split;
  const spread = new Float64Array(n);
  const memoryRows = new Float64Array(n);
  for (let p = 0; p < n; p++) {
    const residual = new Float64Array(later);
    for (let i = 0; i < later; i++) {
      let sum = 0;
      for (let q = 0; q < n; q++) sum += precision[p]![q]! * z(q, split + i);
      residual[i] = sum / precision[p]![p]!;
    }
    const power = residual.reduce((a, r) => a + r * r, 0) / Math.max(1, later);
    spread[p] = sd[p]! > 0 ? Math.sqrt(power) * sd[p]! : Number.NaN;
    let memory = 1;
    for (let lag = 1; lag < later / 4 && power > 0; lag++) {
      let sum = 0;
      for (let i = lag; i < later; i++) sum += residual[i]! * residual[i - lag]!;
      const rho = sum / (later - lag) / power;
      if (rho < UNCORRELATED) break;
      memory += 2 * rho;
    }
    memoryRows[p] = memory;
  }
  return { spread, memoryRows };
};
