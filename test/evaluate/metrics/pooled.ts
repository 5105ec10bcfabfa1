/**
 * The outlier metrics of SKAB (Katser and Kozitsin, Skoltech Anomaly Benchmark, 2020): rows of all cases of a set are
 * counted together, then F1, false alarm rate and missed alarm rate in percent are made of the sums.
 */
import type { Counts } from './episodes.ts';

export interface Pooled {
  readonly f1: number;
  readonly farPercent: number;
  readonly marPercent: number;
}

export const pooled = (counts: readonly Counts[]): Pooled => {
  const sum = (pick: (c: Counts) => number): number => counts.reduce((a, c) => a + pick(c), 0);
  const tp = sum((c) => c.truePositive);
  const fp = sum((c) => c.falsePositive);
  const tn = sum((c) => c.trueNegative);
  const fn = sum((c) => c.falseNegative);
  return {
    f1: tp / (tp + (fp + fn) / 2),
    farPercent: (100 * fp) / (fp + tn),
    marPercent: (100 * fn) / (fn + tp),
  };
};
