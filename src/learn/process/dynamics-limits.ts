/**
 * Limits of the dynamics model, set from held-out rows of the training run alone: no table of chi-square, since residuals
 * of real cells are neither normal nor independent. A limit is the larger of two estimates of the same rare quantile: the
 * tail of the held-out statistic continued on a log scale (Hill, Annals of Statistics 3, 1975) and mean plus Student's t
 * times spread, with the number of independent values that rows smoothed over a horizon really hold.
 */
import { logNormalTail } from '../../lib/normal.ts';

/** Part of normal rows that may raise an alarm, over all horizons together: about one row in three weeks of 3-minute rows. */
export const FALSE_ALARM_PART = 1e-4;
/** Part of normal rows above the lower limit, at which a raised alarm is taken back. */
export const RELEASE_PART = 0.01;
/** The lower limit is at least the upper one divided by this, so that heavy tails do not keep an alarm on. */
const MAX_HYSTERESIS = 10;
/** Part of the held-out rows that makes the tail. */
const TAIL_PART = 0.05;
/** A horizon with fewer independent held-out values than this is not used: its limit would be a guess. */
export const MIN_INDEPENDENT = 25;

/**
 * The scale of the statistic: log(T2 / points + 1 / points). The logarithm of the square of few points has a long tail to
 * the left, which says nothing of high values; the part that is added cuts it, and is nothing where points are many.
 */
export const statisticOf = (square: number, variance: number, points: number): number =>
  Math.log((square / variance + 1) / points);
/** T2 / points of a statistic. */
export const squareOf = (statistic: number, points: number): number => Math.exp(statistic) - 1 / points;

/** Limits of one horizon on the scale of the statistic. */
export interface Limits {
  /** Middle of held-out normal rows. */
  readonly median: number;
  /** Raised from here on. */
  readonly raise: number;
  /** Taken back below this. */
  readonly release: number;
}

/**
 * Limits from held-out values of a statistic. `independent`: how many independent values they are worth (rows divided by
 * the length of the horizon). Undefined where these are fewer than `MIN_INDEPENDENT`. `share`: number of horizons that share the
 * false alarms allowed.
 */
export const limitsOf = (values: Float64Array, independent: number, share: number): Limits | undefined => {
  const n = values.length;
  if (independent < MIN_INDEPENDENT || n < MIN_INDEPENDENT) return undefined;
  const sorted = values.slice().sort();
  const tail = Math.max(5, Math.floor(n * TAIL_PART));
  const threshold = sorted[n - tail - 1]!;
  let excess = 0;
  for (let i = n - tail; i < n; i++) excess += sorted[i]! - threshold;
  excess /= tail;
  let mean = 0;
  for (const v of values) mean += v / n;
  let variance = 0;
  for (const v of values) variance += (v - mean) ** 2 / (n - 1);
  const spread = Math.sqrt(variance);
  const at = (part: number): number =>
    Math.max(threshold + excess * Math.log(tail / n / part), mean + studentQuantile(part, independent) * spread);
  const raise = at(FALSE_ALARM_PART / share);
  return { median: sorted[n >> 1]!, raise, release: Math.max(at(RELEASE_PART), raise - Math.log(MAX_HYSTERESIS)) };
};

/**
 * Surprise of a value, 0..1: .5 at the upper limit, by the logarithm of how rare the value is, read from the line through
 * both limits (a value as rare as 1 in 10^4 gives .5, 1 in 10^8 about .67, 1 in 10^36 .9).
 */
export const surpriseOf = (value: number, limits: Limits, share: number): number => {
  const rare = Math.log10(share / FALSE_ALARM_PART);
  const release = -Math.log10(RELEASE_PART);
  const digits = release + ((value - limits.release) / (limits.raise - limits.release)) * (rare - release);
  return digits > 0 ? digits / (digits + rare) : 0;
};

/** z with `part` (below .5) of a standard normal above it. */
export const normalQuantile = (part: number): number => {
  let low = 0;
  let high = 38;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (logNormalTail(middle) > Math.log(part)) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
};

/** The same for Student's t, by the expansion of Cornish and Fisher (Abramowitz and Stegun 1964, 26.7.5); `degrees` >= 10. */
export const studentQuantile = (part: number, degrees: number): number => {
  const z = normalQuantile(part);
  const z3 = z ** 3;
  const z5 = z ** 5;
  return z + (z3 + z) / (4 * degrees) + (5 * z5 + 16 * z3 + 3 * z) / (96 * degrees ** 2);
};
