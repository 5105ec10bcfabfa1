/**
 * Which points of a cell take part in the dynamics model, found from their values alone, and the standardised rows it is
 * fitted on. A point that never moved, that was often missing or that only counts up cannot be learned as part of a whole: it
 * is left out and told why. One that moved rarely takes part: without it, the points that follow it would look wrong when it
 * moves again (tried: two false episodes of 54 days on BATADAL dataset04 where rare pumps were left out, none with them).
 */
import type { PointNature, RowTable } from '../../core/process.ts';
import { MAX_LAGS, type Rows } from './dynamics-fit.ts';
import { correlationRows } from './level.ts';
import { countsUp } from './nature.ts';

/** Most points of one cell in the model; of more, the first that move take part, the others are told so. Bounds time and memory. */
export const MAX_DYNAMICS_POINTS = 96;
/** Most rows that are learned from; of more, the latest. */
export const MAX_DYNAMICS_ROWS = 10_000;
/** Standardised values beyond this are cut: a junk value counts as very odd, not as infinitely odd. */
export const MAX_STANDARDISED = 15;
/**
 * A point whose training holds fewer of its correlation times has no level that is known: its values are held against a
 * running mean over some of these times (high-pass filter; Box and Jenkins, Time Series Analysis, 1970), or its next
 * level would look wrong for ever.
 */
export const LEVEL_TIMES = 40;
const FOLLOW_TIMES = 1;
/** Part of the rows that may be missing. */
const MAX_MISSING = 0.2;
export interface PointChoice {
  readonly nature: PointNature;
  /** '' where the point takes part. */
  readonly unarmed: string;
  /** Weight of the newest row in the running mean that its values are held against; 0: its level is known. */
  readonly follows: number;
  readonly mean: number;
  readonly scale: number;
}

/** Weight of the newest row in a running mean, the `seen`-th since it began. */
export const followed = (weight: number, seen: number): number => (weight > 0 && weight * seen < 1 ? 1 / seen : weight);

/** Calls `visit` with what is left of each value above the running mean of those before; NaN for the first and missing ones. */
const follow = (
  column: Float64Array,
  from: number,
  to: number,
  weight: number,
  visit: (x: number, i: number) => void,
): void => {
  let running = Number.NaN;
  let seen = 0;
  for (let i = from; i < to; i++) {
    const x = column[i]!;
    visit(x - running, i);
    if (!Number.isFinite(x)) continue;
    seen++;
    running = seen === 1 ? x : running + followed(weight, seen) * (x - running);
  }
};

/** Looks at one column, rows `from` to `to`. */
export const choosePoint = (column: Float64Array, from: number, to: number): PointChoice => {
  let known = 0;
  let sum = 0;
  let ups = 0;
  let downs = 0;
  let last = Number.NaN;
  const distinct = new Set<number>();
  for (let i = from; i < to; i++) {
    const x = column[i]!;
    if (!Number.isFinite(x)) continue;
    known++;
    sum += x;
    if (x > last) ups++;
    if (x < last) downs++;
    last = x;
    if (distinct.size <= 12) distinct.add(x);
  }
  const n = to - from;
  const mean = sum / known;
  let square = 0;
  for (let i = from; i < to; i++) {
    const d = column[i]! - mean;
    if (Number.isFinite(d)) square += d * d;
  }
  const scale = Math.sqrt(square / known);
  const nature: PointNature =
    known === 0
      ? 'unknown'
      : distinct.size === 1
        ? 'constant'
        : distinct.size === 2
          ? 'binary'
          : distinct.size <= 12
            ? 'discrete'
            : countsUp(ups, downs)
              ? 'counter'
              : 'continuous';
  const unarmed =
    known < (1 - MAX_MISSING) * n
      ? `missing in ${Math.round(100 - (100 * known) / n)} % of the rows`
      : nature === 'constant' || !(scale > 1e-9 * Math.abs(mean))
        ? 'never moved while it was learned'
        : nature === 'counter'
          ? 'only counts up'
          : '';
  const rows = unarmed === '' && nature === 'continuous' ? correlationRows(column.subarray(from, to)) : 0;
  if (n >= LEVEL_TIMES * rows) return { nature, unarmed, follows: 0, mean, scale };
  const follows = Math.min(1, 1 / (FOLLOW_TIMES * rows));
  let count = 0;
  sum = 0;
  square = 0;
  follow(column, from, to, follows, (d) => {
    if (!Number.isFinite(d)) return;
    count++;
    sum += d;
    square += d * d;
  });
  return {
    nature,
    unarmed,
    follows,
    mean: sum / count,
    scale: Math.sqrt(Math.max(Number.MIN_VALUE, square / count - (sum / count) ** 2)),
  };
};

/**
 * Standardised rows of the chosen columns. A value that is missing is the one before it. A row is usable where it and the
 * MAX_LAGS before it follow each other in steps of time without a gap (half a step of tolerance).
 */
export const standardisedRows = (
  table: RowTable,
  from: number,
  to: number,
  chosen: readonly number[],
  choices: readonly PointChoice[],
  stepUs: number,
): Rows => {
  const points = chosen.length;
  const count = to - from;
  const values = new Float64Array(count * points);
  chosen.forEach((column, c) => {
    const { mean, scale, follows } = choices[column]!;
    const source = table.columns[column]!;
    let z = 0;
    const put = (x: number, i: number): void => {
      const standardised = (x - mean) / scale;
      if (Number.isFinite(standardised)) z = Math.max(-MAX_STANDARDISED, Math.min(MAX_STANDARDISED, standardised));
      values[(i - from) * points + c] = z;
    };
    if (follows > 0) follow(source, from, to, follows, put);
    else for (let i = from; i < to; i++) put(source[i]!, i);
  });
  const usable = new Uint8Array(count);
  for (let i = 1, run = 0; i < count; i++) {
    run = isNextRow(table.tsUs[from + i]! - table.tsUs[from + i - 1]!, stepUs) ? run + 1 : 0;
    usable[i] = run >= MAX_LAGS ? 1 : 0;
  }
  return { values, points, count, usable };
};

/** True where a row follows the one before it without a gap. */
export const isNextRow = (elapsedUs: number, stepUs: number): boolean =>
  elapsedUs > 0.5 * stepUs && elapsedUs < 1.5 * stepUs;

/** Middle of the steps between rows; 0 with fewer than two rows. */
export const medianStepUs = (tsUs: Float64Array): number => {
  const steps = new Float64Array(Math.max(0, tsUs.length - 1));
  for (let i = 0; i < steps.length; i++) steps[i] = tsUs[i + 1]! - tsUs[i]!;
  return steps.sort()[steps.length >> 1] ?? 0;
};
