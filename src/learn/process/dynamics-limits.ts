/**
 * Limits of the dynamics model, set from held-out rows of the training run alone: no table of chi-square, since residuals
 * of real cells are neither normal nor independent. A limit is the larger of two estimates of the same rare quantile: the
 * tail of the held-out statistic continued on a log scale (Hill, Annals of Statistics 3, 1975) and mean plus Student's t
 * times spread, with the number of independent values that rows smoothed over a horizon really hold.
 */
import { logNormalTail } from '../../lib/normal.ts';
import { nthSmallest } from '../../lib/select.ts';

/** Part of normal rows that may raise an alarm at most, over all horizons together. */
export const MOST_FALSE_PART = 1e-4;
/** One such row in so long is allowed where rows come more often: a day of rows a second would hold nine of them. */
const FALSE_ALARM_US = 15 * 86_400e6;
/** A limit is drawn for what is at most so many times as rare as one of the rows learned from: of a few hundred rows nothing is known of a million. */
const MOST_RARE = 25;
/** Part of normal rows, `stepUs` apart, that may raise an alarm of a model of so many rows. */
export const falseAlarmPart = (stepUs: number, rows: number): number =>
  Math.min(MOST_FALSE_PART, Math.max(stepUs / FALSE_ALARM_US, 1 / (MOST_RARE * rows)));
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
  /** Part of normal rows that may raise an alarm of the horizon. */
  readonly part: number;
  /** Middle of held-out normal rows. */
  readonly median: number;
  /** Raised from here on. */
  readonly raise: number;
  /** Taken back below this. */
  readonly release: number;
}

/**
 * Limits from held-out values of a statistic. `independent`: how many independent values they are worth (rows divided by
 * the length of the horizon). Undefined where these are fewer than `MIN_INDEPENDENT`. `part`: of normal rows that may raise an
 * alarm of this horizon.
 */
export const limitsOf = (values: Float64Array, independent: number, part: number): Limits | undefined => {
  const n = values.length;
  if (independent < MIN_INDEPENDENT || n < MIN_INDEPENDENT) return undefined;
  const sorted = values.slice();
  const tail = Math.max(5, Math.floor(n * TAIL_PART));
  const threshold = nthSmallest(sorted, n - tail - 1);
  // Of what is below only the middle is needed in its place.
  const median = nthSmallest(sorted, n >> 1, n - tail);
  sorted.subarray(n - tail).sort();
  let excess = 0;
  for (let i = n - tail; i < n; i++) excess += sorted[i]! - threshold;
  excess /= tail;
  let mean = 0;
  for (const v of values) mean += v / n;
  let variance = 0;
  for (const v of values) variance += (v - mean) ** 2 / (n - 1);
  const spread = Math.sqrt(variance);
  const at = (rare: number): number =>
    Math.max(threshold + excess * Math.log(tail / n / rare), mean + studentQuantile(rare, independent) * spread);
  const raise = at(part);
  return {
    part,
    median,
    raise,
    release: Math.max(at(RELEASE_PART), raise - Math.log(MAX_HYSTERESIS)),
  };
};

/**
 * Surprise of a value, 0..1: .5 at the upper limit, by the logarithm of how rare the value is, read from the line through
 * both limits (of a part of 10^-4 a value as rare as it gives .5, 10^-8 about .67, 10^-36 .9).
 */
export const surpriseOf = (value: number, limits: Limits): number => {
  const rare = -Math.log10(limits.part);
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
