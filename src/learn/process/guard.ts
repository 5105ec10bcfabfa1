/**
 * What a point can be told by itself: outside of its limits, a state that never was, values that no sensor gives, standing
 * still for longer than it ever did. Limits are those of the tail of what was seen, widened where one part of the training
 * already went beyond the others: then the point drifts, and the training has not seen all of it.
 */
import { offsets } from './arena.ts';
import { tailLimit } from './charts.ts';
import type { PointShape } from './nature.ts';

/** Parts of the training that are compared to see whether limits hold. */
const BLOCKS = 4;
/**
 * Values that a point comes back to and rests at (a closed valve's zero): each has its own longest rest. Where it rested once
 * it may rest anywhere: a total that stood all night stands at another number the next.
 */
const MAX_RESTS = 3;
const COMES_BACK = 2;
/** A standstill is odd from this many times the longest seen, and a few rows more. */
const STUCK_FACTOR = 2;
const STUCK_ROWS = 4;
/** Limits are this many accuracies beyond what was seen: a recording that is rounded is no deviation. */
const EXACT = 3;
/** Part of its span that a point must tell apart, or standing still says nothing. */
const COARSE = 0.05;
const STILL_PART = 0.005;
/** Rows within which two peaks of a level are one. */
const APART = 24;
/** Parts of the training whose means all go one way where a stock is used up or a filter fills: by chance 1 of 20,160 does so. */
const TREND_PARTS = 8;
/** Part of all of it by which a part may lie behind the one before: at night little is used. */
const TREND_BACK = 0.05;
/** Such a trend may go on for so many times the training: a week of a day. */
const TREND_GOES_ON = 7;

/** Plain data: saved with the model. */
export interface GuardLimits {
  readonly low: number;
  readonly high: number;
  /** Longest standstill accepted, rows: at each rest value, and elsewhere. Infinity: not armed. */
  readonly rests: readonly number[];
  readonly restRows: readonly number[];
  readonly otherRows: number;
}

const blockExcess = (column: Float64Array, sign: 1 | -1): number => {
  const tops = Array.from({ length: BLOCKS }, (_, b) => {
    let top = Number.NEGATIVE_INFINITY;
    for (const x of column.subarray((b * column.length) / BLOCKS, ((b + 1) * column.length) / BLOCKS))
      if (sign * x > top) top = sign * x;
    return top;
  }).sort((a, b) => b - a);
  const excess = tops[0]! - tops[1]!;
  return Number.isFinite(excess) ? excess : 0;
};

/** Change over the training of what goes one way in all of its parts; 0: it does not. */
export const trendOf = (column: Float64Array): number => {
  const means = Array.from({ length: TREND_PARTS }, (_, part) => {
    const at = (k: number): number => Math.floor((k * column.length) / TREND_PARTS);
    const known = column.subarray(at(part), at(part + 1)).filter(Number.isFinite);
    return known.reduce((sum, x) => sum + x, 0) / known.length;
  });
  const all = means.at(-1)! - means[0]!;
  const back = (k: number): number => -(means[k]! - means[k - 1]!) * Math.sign(all);
  for (let k = 1; k < TREND_PARTS; k++) if (!(back(k) <= TREND_BACK * Math.abs(all))) return 0;
  return (all * TREND_PARTS) / (TREND_PARTS - 1);
};

/** Runs of values that differ by less than the accuracy: calls `end` with the first value and the rows. */
const runs = (column: Float64Array, accuracy: number, end: (value: number, rows: number) => void): void => {
  let value = Number.NaN;
  let rows = 0;
  for (const x of column) {
    if (Number.isNaN(x)) continue;
    if (Math.abs(x - value) <= accuracy) rows++;
    else {
      if (rows > 0) end(value, rows);
      value = x;
      rows = 1;
    }
  }
  if (rows > 0) end(value, rows);
};

export const fitGuard = (shape: PointShape, column: Float64Array, expected: number): GuardLimits => {
  const none = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY, rests: [], restRows: [] };
  if (shape.nature !== 'continuous') return { ...none, otherRows: Number.POSITIVE_INFINITY };
  const middle = (shape.low + shape.high) / 2;
  const trend = trendOf(column);
  const side = (sign: 1 | -1): number => {
    const tail = tailLimit(
      column.map((x) => Math.max(0, sign * (x - middle))),
      expected,
      APART,
    );
    const extreme = sign === 1 ? shape.high - middle : middle - shape.low;
    const goesOn = Math.max(0, sign * trend) * TREND_GOES_ON;
    return Math.max(
      Math.min(tail, 2 * extreme),
      extreme + 2 * blockExcess(column, sign) + EXACT * shape.accuracy,
      extreme + goesOn,
    );
  };
  const longest = new Map<number, { rows: number; total: number; times: number }>();
  const visits = new Map<number, number>();
  runs(column, stillness(shape), (value, rows) => {
    if (rows < 2) return;
    const key = Math.round(value / (2 * shape.accuracy));
    const seen = longest.get(key) ?? { rows: 0, total: 0, times: 0 };
    // A total comes near a number again and again, never back to it.
    const times = (visits.get(value) ?? 0) + 1;
    visits.set(value, times);
    longest.set(key, {
      rows: Math.max(seen.rows, rows),
      total: seen.total + rows,
      times: Math.max(seen.times, times),
    });
  });
  const rests = [...longest]
    .filter(([, { times }]) => times >= COMES_BACK)
    .sort((a, b) => b[1].rows - a[1].rows || a[0] - b[0])
    .slice(0, MAX_RESTS);
  const other = Math.max(1, ...[...longest].filter(([k]) => !rests.some(([r]) => r === k)).map(([, v]) => v.rows));
  const coarse = shape.resolution > COARSE * (shape.high - shape.low);
  const limit = (rows: number): number => Math.ceil(rows * STUCK_FACTOR) + STUCK_ROWS;
  return {
    low: middle - side(-1),
    high: middle + side(1),
    rests: coarse ? [] : rests.map(([key]) => key * 2 * shape.accuracy),
    restRows: rests.map(([, v]) => limit(v.rows)),
    otherRows: coarse ? Number.POSITIVE_INFINITY : limit(other),
  };
};

/** Values that differ by no more count as standing still in training, so that a coarser recording later stands no longer. */
const stillness = (shape: PointShape): number => Math.min(shape.accuracy, STILL_PART * (shape.high - shape.low));

/** Steps that a recording must show before it is known to be as fine as the limits take it to be. */
const finenessOf = (shape: PointShape): number => Math.max(stillness(shape), shape.resolution * (1 + 1e-6));

/** What is frozen stays the same to the last digit, in whatever resolution: this part of the span is no digit. */
const SAME = 1e-9;
export const sameness = (low: number, high: number): number => SAME * (high - low);

/** Smaller resolutions, as a part of the span, are those of real numbers: that one of them is round is no chance. */
const FINE = 1e-4;
const isRound = (value: number): boolean => Math.abs(value - Number(value.toPrecision(3))) <= 1e-6 * Math.abs(value);

/** What a standstill is judged by, per point. */
export interface StandstillColumns {
  readonly low: Float64Array;
  readonly high: Float64Array;
  readonly accuracy: Float64Array;
  /** Where it rests: those of point p from `restsAt[p]` to `restsAt[p + 1]`; rows accepted at each, and elsewhere (Infinity: not armed). */
  readonly restsAt: Uint16Array;
  readonly rests: Float64Array;
  readonly restRows: Int32Array;
  readonly otherRows: Float32Array;
  /** 1 where its values are far apart: each of them is round. */
  readonly coarse: Uint8Array;
  /** The step that a recording must show, or it stands still by being coarser. */
  readonly fineness: Float64Array;
}

export const standstillColumns = (shapes: readonly PointShape[], guards: readonly GuardLimits[]): StandstillColumns => {
  return {
    low: Float64Array.from(shapes, (s) => s.low),
    high: Float64Array.from(shapes, (s) => s.high),
    accuracy: Float64Array.from(shapes, (s) => s.accuracy),
    restsAt: Uint16Array.from(offsets(guards.map((g) => g.rests.length))),
    rests: Float64Array.from(guards.flatMap((g) => g.rests)),
    restRows: Int32Array.from(guards.flatMap((g) => g.rests.map((_, i) => g.restRows[i]!))),
    otherRows: Float32Array.from(guards, (g) => g.otherRows),
    coarse: Uint8Array.from(shapes, (s) => (s.resolution > FINE * (s.high - s.low) ? 1 : 0)),
    fineness: Float64Array.from(shapes, finenessOf),
  };
};

/**
 * What holds a value outside of all that it was: a valve that is shut, an output at its limit, a machine without supply.
 * That is a matter of its level. A sensor that froze there stands at any number.
 */
const isBound = (m: StandstillColumns, point: number, value: number): boolean =>
  !(value > m.low[point]! && value < m.high[point]!) && (m.coarse[point] === 1 || isRound(value));

/** Rows that a point may stand still at this value. */
export const standstillOf = (m: StandstillColumns, point: number, value: number): number => {
  for (let i = m.restsAt[point]!; i < m.restsAt[point + 1]!; i++)
    if (Math.abs(value - m.rests[i]!) <= 2 * m.accuracy[point]!) return m.restRows[i]!;
  return isBound(m, point, value) ? Number.POSITIVE_INFINITY : m.otherRows[point]!;
};

/**
 * Part of the way from what a point is to nothing: where the supply sags, or a machine runs out, its value falls away, and that is a
 * matter of its level. Nothing itself, beyond it, or more than ever, is what a broken sensor sends.
 */
export const fellAway = (value: number, low: number, high: number): boolean =>
  (value > 0 && value < low) || (value < 0 && value > high);
