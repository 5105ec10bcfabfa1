/**
 * Soft sensors: each continuous point as a sparse sum of terms of the other points of its cell. `others` knows nothing of
 * the point itself, so that a lasting bias shows for as long as it lasts; `course` also knows the point one step before, so
 * that it follows tanks and temperatures and notices what moves wrongly; `set-point` knows one point only, which the
 * measured one follows. A sensor is armed where it predicts later rows, which its fit never saw, well enough.
 */
import type { RowTable } from '../../core/process.ts';
import { knownFirst, nthSmallest } from '../../lib/select.ts';
import { Gram, type Sparse, selectForward } from './forward.ts';
import { isExperienced } from './level.ts';
import type { PointShape } from './nature.ts';
import { forErrors, packed } from './sensor-errors.ts';
import { SensorRows } from './sensor-rows.ts';
import { setPointOf } from './set-point.ts';
import type { Library } from './terms.ts';

/** Rows that the matrix of products is made of; more are thinned evenly (the limits still see all). */
export const MAX_GRAM_ROWS = 12_000;
/** Fewer rows than this teach no relation. */
const LEAST_ROWS = 240;
/** Contiguous blocks; each is predicted by a fit on the others, the last one is the proof: later than all others. */
const BLOCKS = 4;
/** Terms of a sensor; one per so many rows at most. */
const SIZES = [4, 8, 16, 28, 44] as const;
const ROWS_PER_TERM = 16;
/** A larger size must be better by this part to be taken. */
const WORTH = 0.97;
/** Part of the variance of the last block that must be explained. */
const LEAST_EXPLAINED = 0.3;
const SET_POINT_EXPLAINED = 0.8;
/** `course` must beat `others` by this, and it must beat "as before" by as much. */
const COURSE_WORTH = 0.8;
/** A prediction is kept within the values that the point ever had, and this part of a span beyond. */
const BEYOND = 0.25;

export type SensorKind = 'others' | 'course' | 'set-point';

/** Sensors that must not speak: of points that training has not seen enough of, or that later rows refuted. */
export type Barred = (point: number, kind: SensorKind) => boolean;

export interface Sensor extends Sparse {
  readonly point: number;
  readonly kind: SensorKind;
  /** The set point of kind `set-point`, -1 for others. */
  readonly setPoint: number;
  /** Usual error, in standardised units of the point: 1.48 times the median of its absolute value. */
  readonly scale: number;
  /** Bounds of the prediction, standardised. */
  readonly low: number;
  readonly high: number;
  readonly explained: number;
}

export interface FittedSensors {
  readonly sensors: readonly Sensor[];
  /** Errors in units of the scale, `[sensor][row]`, of the rows each fold left out; NaN where not known. */
  readonly errors: readonly Float32Array[];
  /** Best part of variance explained by point, also where that was not enough; NaN where nothing was tried. */
  readonly explained: Float64Array;
}

/** A sensor that a point could have, by fold (the last is the fit on all rows) at several sizes, and how each size did. */
interface Attempt {
  readonly point: number;
  readonly kind: SensorKind;
  readonly setPoint: number;
  readonly low: number;
  readonly high: number;
  readonly folds: (readonly Sparse[])[];
  /** Sum of absolute errors, at most 2 each. */
  readonly loss: Float64Array;
  /** Sum of squares in the last block, and rows there. */
  readonly squares: Float64Array;
  lastRows: number;
}

const EMPTY: Sparse = { terms: [], weights: [] };

const candidatesOf = (library: Library, a: Attempt): number[] => {
  const out: number[] = [];
  for (let t = 0; t < library.left.length; t++) {
    const left = library.base[library.left[t]!]!;
    const right = library.base[library.right[t]!]!;
    if (a.kind === 'set-point') {
      const linear = library.right[t] === library.one && (t === 0 || left === library.base[library.now[a.setPoint]!]);
      if (linear) out.push(t);
    } else if ([left, right].every((b) => b.point !== a.point || (a.kind === 'course' && b.lag === 1))) out.push(t);
  }
  return out;
};

const attemptsOf = (
  table: RowTable,
  shapes: readonly PointShape[],
  library: Library,
  sizes: number,
  barred: Barred,
): Attempt[] =>
  shapes.flatMap((shape, point) => {
    if (library.now[point]! < 0) return [];
    const beyond = BEYOND * (shape.high - shape.low);
    const attempt = (kind: SensorKind, setPoint: number): Attempt => ({
      point,
      kind,
      setPoint,
      low: (shape.low - beyond - shape.mean) / shape.deviation,
      high: (shape.high + beyond - shape.mean) / shape.deviation,
      folds: [],
      loss: new Float64Array(sizes),
      squares: new Float64Array(sizes),
      lastRows: 0,
    });
    const setPoint = setPointOf(table, shapes, point, (p) => library.now[p]! >= 0);
    const all = [attempt('others', -1), attempt('course', -1)];
    if (setPoint >= 0) all.push(attempt('set-point', setPoint));
    return all.some((a) => !barred(point, a.kind)) ? all : [];
  });

/** Fits every attempt once without each block, and once on all rows. `linear`: the term of each point that is the point itself. */
const fitFolds = (
  rows: SensorRows,
  library: Library,
  linear: readonly number[],
  attempts: readonly Attempt[],
  blockOf: (row: number) => number,
  sizes: readonly number[],
): void => {
  const grams = Array.from({ length: BLOCKS }, () => new Gram(library.left.length));
  const thin = Math.ceil(rows.table.count / MAX_GRAM_ROWS);
  rows.walk(
    (row) => row % thin === 0,
    (row) => grams[blockOf(row)]!.add(rows.terms),
  );
  const all = new Gram(library.left.length);
  for (const g of grams) {
    g.finish();
    all.merge(g, 1);
  }
  const candidates = attempts.map((a) => candidatesOf(library, a));
  for (let fold = 0; fold <= BLOCKS; fold++) {
    if (fold < BLOCKS) all.merge(grams[fold]!, -1);
    attempts.forEach((a, i) => {
      a.folds.push(selectForward(all, linear[a.point]!, candidates[i]!, sizes));
    });
    if (fold < BLOCKS) all.merge(grams[fold]!, 1);
  }
};

const sizedAs = (found: readonly Sparse[], k: number): Sparse => found[Math.min(k, found.length - 1)] ?? EMPTY;

/** The smallest size that is nearly the best on rows left out. */
const bestSize = (a: Attempt): number => {
  let size = 0;
  for (let k = 1; k < a.loss.length; k++) if (a.loss[k]! < WORTH * a.loss[size]!) size = k;
  return size;
};

const explainedBy = (a: Attempt): number =>
  // The values are standardised over all rows, so that their variance is one.
  a.lastRows === 0 ? Number.NaN : 1 - a.squares[bestSize(a)]! / a.lastRows;

/** Which attempts of a point are armed. */
const worthy = (attempts: readonly Attempt[], naive: number): Attempt[] => {
  const [others, course, setPoint] = attempts as [Attempt, Attempt, Attempt | undefined];
  const out: Attempt[] = [];
  const loss = (a: Attempt): number => a.loss[bestSize(a)]!;
  const alone = explainedBy(others) >= LEAST_EXPLAINED;
  if (alone) out.push(others);
  if (
    explainedBy(course) >= LEAST_EXPLAINED &&
    loss(course) < COURSE_WORTH * naive &&
    (!alone || loss(course) < COURSE_WORTH * loss(others))
  )
    out.push(course);
  if (setPoint !== undefined && explainedBy(setPoint) >= SET_POINT_EXPLAINED) out.push(setPoint);
  return out;
};

/** Sum of the errors of "it stays as it is", standardised, at most 2 each. */
const naiveLoss = (column: Float64Array, shape: PointShape, count: number): number => {
  let sum = 0;
  for (let row = 1; row < count; row++) {
    const d = Math.abs(column[row]! - column[row - 1]!) / shape.deviation;
    if (!Number.isNaN(d)) sum += Math.min(d, 2);
  }
  return sum;
};

/** Of what is known; puts the values into another order. */
const median = (values: Float32Array): number => {
  const count = knownFirst(values);
  return count === 0 ? 0 : nthSmallest(values, count >> 1, count);
};

export const fitSensors = (
  table: RowTable,
  shapes: readonly PointShape[],
  library: Library,
  stepUs: number,
  barred: Barred = () => false,
): FittedSensors => {
  const explained = new Float64Array(shapes.length).fill(Number.NaN);
  const sizes = SIZES.filter((s) => s <= Math.max(SIZES[0], table.count / ROWS_PER_TERM));
  const attempts = attemptsOf(table, shapes, library, sizes.length, barred);
  const inputs = library.now.filter((b) => b >= 0).length;
  if (table.count < LEAST_ROWS || inputs < 2 || attempts.length === 0) return { sensors: [], errors: [], explained };
  const blockOf = (row: number): number => Math.min(BLOCKS - 1, Math.floor((row * BLOCKS) / table.count));
  const rows = new SensorRows(table, shapes, library, stepUs);
  // The linear term of a point has its base quantity on the left and one on the right.
  const termOf = new Map(library.left.map((a, t) => [library.right[t] === library.one ? a : -1, t]));
  const linear = library.now.map((b) => termOf.get(b) ?? -1);
  fitFolds(rows, library, linear, attempts, blockOf, sizes);

  const sized = attempts.map((a) => a.folds.map((fold) => sizes.map((_, k) => packed(sizedAs(fold, k)))));
  forErrors(rows, linear, attempts, sized, blockOf, (n, k, row, e) => {
    const a = attempts[n]!;
    const isLast = blockOf(row) === BLOCKS - 1;
    if (isLast && k === 0) a.lastRows++;
    a.loss[k]! += Math.min(Math.abs(e), 2);
    if (isLast) a.squares[k]! += e * e;
  });

  const armed = shapes.flatMap((shape, p) => {
    const own = attempts.filter((a) => a.point === p);
    if (own.length === 0) return [];
    explained[p] = Math.max(...own.map(explainedBy));
    return worthy(own, naiveLoss(table.columns[p]!, shape, table.count)).filter((a) => !barred(p, a.kind));
  });
  const errors = armed.map(() => new Float32Array(table.count).fill(Number.NaN));
  const chosen = armed.map(bestSize);
  const used = armed.map((a, i) => a.folds.map((fold) => [packed(sizedAs(fold, chosen[i]!))]));
  forErrors(rows, linear, armed, used, blockOf, (n, _, row, e) => {
    errors[n]![row] = e;
  });
  // How far a sensor may be off is known only where its errors do not last: a slow point that others explain has quick ones.
  const isKnown = errors.map((list) => isExperienced(new Float64Array(list)));
  const sensors = armed.map((a, i): Sensor => {
    const shape = shapes[a.point]!;
    const scale = Math.max(1.4826 * median(errors[i]!.map(Math.abs)), shape.accuracy / shape.deviation);
    for (let row = 0; row < table.count; row++) errors[i]![row]! /= scale;
    const { point, kind, setPoint, low, high } = a;
    return {
      ...sizedAs(a.folds[BLOCKS]!, chosen[i]!),
      point,
      kind,
      setPoint,
      scale,
      low,
      high,
      explained: explainedBy(a),
    };
  });
  const known = <T>(list: readonly T[]): T[] => list.filter((_, i) => isKnown[i]);
  return { sensors: known(sensors), errors: known(errors), explained };
};
