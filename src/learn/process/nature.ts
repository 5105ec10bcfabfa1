/**
 * What each point's values look like, found from the values alone: its nature, its states, its span, and how exact it is
 * taken to be. Nothing here knows names, units or how often a point is sampled.
 */
import type { PointNature, RowTable } from '../../core/process.ts';

/** A point with more different values than this is not a set of states, however often they come again. */
export const MAX_STATES = 12;
/** States are known when no new one came in the later part of all changes: after this part of them. */
const ALL_FOUND = 0.5;
/** Part of its span that a point is taken to be exact to (standard deviation): instruments of class 0.2. */
const ACCURACY_OF_SPAN = 0.002;
/** Part of its reading: a point that hardly moves is not more exact than its instrument (class 0.1). */
const ACCURACY_OF_READING = 0.001;

export interface PointShape {
  readonly point: string;
  readonly nature: PointNature;
  /** States of binary and discrete points, ascending; empty for others. */
  readonly states: readonly number[];
  readonly low: number;
  readonly high: number;
  readonly mean: number;
  readonly deviation: number;
  /** Standard deviation of what the instrument may be off by, in the point's unit: no model is asked to be better. */
  readonly accuracy: number;
  /** Smallest step between two values, 0 for constants. */
  readonly resolution: number;
  /** Rows with a value. */
  readonly known: number;
}

interface Visits {
  /** How often each value is entered; a run counts once. */
  readonly seen: ReadonlyMap<number, number>;
  /** Part of all visits after which no new value came. */
  readonly foundAfter: number;
}

/** Undefined beyond `most` values. */
const visits = (column: Float64Array, most: number): Visits | undefined => {
  const seen = new Map<number, number>();
  let last = Number.NaN;
  let all = 0;
  let latest = 0;
  for (const x of column) {
    if (Number.isNaN(x) || x === last) continue;
    last = x;
    all++;
    const before = seen.get(x) ?? 0;
    if (before === 0) latest = all;
    seen.set(x, before + 1);
    if (seen.size > most) return undefined;
  }
  return { seen, foundAfter: all === 0 ? 0 : latest / all };
};

/** Neighbouring whole numbers far from zero: a measurement of coarse resolution that hardly moved. Codes begin near zero. */
const isNarrow = (values: readonly number[]): boolean => {
  const low = values[0]!;
  const high = values.at(-1)!;
  return high - low === values.length - 1 && Math.min(Math.abs(low), Math.abs(high)) > MAX_STATES;
};

/**
 * A whole number one beside `constant`, far from zero: no code, but a measurement that hardly moves, or the high word of a
 * count.
 */
export const isNextTo = (x: number, constant: number): boolean =>
  Number.isInteger(x) && Math.abs(constant) > MAX_STATES && Math.abs(x - constant) === 1;

/** True where nearly all changes are to the next whole number. */
const wanders = (column: Float64Array): boolean => {
  let near = 0;
  let all = 0;
  for (let i = 1; i < column.length; i++) {
    const d = Math.abs(column[i]! - column[i - 1]!);
    if (d > 0) all++;
    if (d === 1) near++;
  }
  return near * 10 >= all * 9;
};

const statesOf = (column: Float64Array, known: number): number[] => {
  const found = visits(column, MAX_STATES);
  if (found === undefined) return [];
  const { seen, foundAfter } = found;
  const values = [...seen.keys()].sort((a, b) => a - b);
  if (values.length > 1 && isNarrow(values)) return [];
  if (values.length <= 2) return values;
  // While new ones keep coming the set is not known (Good, Biometrika 40, 1953): the halves of a real number in two words.
  if (values.length > 4 && foundAfter > ALL_FOUND) return [];
  // States are whole numbers that come again. A few odd values of a pump that hardly ever runs are not, nor is a
  // measurement of coarse resolution, which wanders from one value to the next.
  if (!values.every(Number.isInteger)) return [];
  const again = values.filter((v) => seen.get(v)! > 1).length;
  if (again * 3 < values.length * 2 || known < values.length * 20) return [];
  return values.length > 4 && wanders(column) ? [] : values;
};

/** Of so many steps up one may be down: counters fall only when they start anew. */
const UPS_TO_A_DOWN = 100;
const LEAST_UPS = 20;
/**
 * What only goes up is nothing to predict others from, however seldom it moves: tomorrow it is beyond all that was seen.
 * `ups`, `downs`: its steps.
 */
export const countsUp = (ups: number, downs: number): boolean =>
  ups >= LEAST_UPS && downs <= Math.max(1, ups / UPS_TO_A_DOWN);

const isCounter = (column: Float64Array): boolean => {
  let up = 0;
  let down = 0;
  let last = Number.NaN;
  for (const x of column) {
    if (x > last) up++;
    else if (x < last) down++;
    if (!Number.isNaN(x)) last = x;
  }
  return countsUp(up, down);
};

const smallestStep = (column: Float64Array): number => {
  const sorted = column.filter((x) => Number.isFinite(x)).sort();
  let step = Number.POSITIVE_INFINITY;
  for (let i = 1; i < sorted.length; i++) {
    const d = sorted[i]! - sorted[i - 1]!;
    if (d > 0 && d < step) step = d;
  }
  return Number.isFinite(step) ? step : 0;
};

const shapeOf = (point: string, column: Float64Array): PointShape => {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  let known = 0;
  let sum = 0;
  for (const x of column) {
    if (!Number.isFinite(x)) continue;
    known++;
    sum += x;
    if (x < low) low = x;
    if (x > high) high = x;
  }
  const mean = known === 0 ? 0 : sum / known;
  let squares = 0;
  for (const x of column) if (Number.isFinite(x)) squares += (x - mean) ** 2;
  const states = known === 0 ? [] : statesOf(column, known);
  const nature: PointNature =
    known === 0
      ? 'unknown'
      : states.length === 1
        ? 'constant'
        : states.length === 2
          ? 'binary'
          : states.length > 2
            ? 'discrete'
            : isCounter(column)
              ? 'counter'
              : 'continuous';
  const resolution = nature === 'continuous' ? smallestStep(column) : 0;
  const accuracy =
    known === 0
      ? 0
      : Math.max(
          ACCURACY_OF_SPAN * (high - low),
          ACCURACY_OF_READING * Math.max(Math.abs(low), Math.abs(high)),
          resolution / Math.sqrt(12),
        );
  return {
    point,
    nature,
    states,
    low: known === 0 ? 0 : low,
    high: known === 0 ? 0 : high,
    mean,
    deviation: known === 0 ? 0 : Math.sqrt(squares / known),
    accuracy,
    resolution,
    known,
  };
};

export const shapesOf = (table: RowTable): PointShape[] =>
  table.points.map((point, p) => shapeOf(point, table.columns[p]!.subarray(0, table.count)));

/** Usual distance between rows, microseconds: the median. 0 when there are fewer than two rows. */
export const usualStep = (table: RowTable): number => {
  const steps = new Float64Array(Math.max(0, table.count - 1));
  for (let i = 0; i < steps.length; i++) steps[i] = table.tsUs[i + 1]! - table.tsUs[i]!;
  steps.sort();
  return steps.length === 0 ? 0 : steps[steps.length >> 1]!;
};
