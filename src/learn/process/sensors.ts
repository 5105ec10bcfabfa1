/**
 * Soft sensors: each continuous point as a sparse sum of terms of the other points of its cell. Two per point where they
 * prove themselves: `others` knows nothing of the point itself, so that a lasting bias shows for as long as it lasts;
 * `course` also knows the point one step before, so that it follows tanks and temperatures and notices what moves wrongly.
 *
 * Trained on rows to which the assumed inaccuracy of each instrument is added (Bishop, Neural Computation 7, 1995: the
 * same as a penalty), or else near-twins would be played against each other to a precision that no instrument has.
 * Judged by blocks of rows that were left out of the fit.
 */
import type { RowTable } from '../../core/process.ts';
import { seededRandom } from '../../lib/random.ts';
import { Gram, type Sparse, selectForward } from './forward.ts';
import { Holder } from './holder.ts';
import type { PointShape } from './nature.ts';
import { fillBase, type Library } from './terms.ts';

/** Rows that the matrix of products is made of; more are thinned evenly (the limits still see all). */
export const MAX_GRAM_ROWS = 12_000;
/** Fewer rows than this teach no relation. */
const LEAST_ROWS = 240;
/** Contiguous blocks; each is predicted by a fit on the others, the last one is the proof: later than all others. */
const BLOCKS = 4;
const SIZES = [4, 8, 16, 28, 44] as const;
/** A larger model must be better by this part to be taken. */
const WORTH = 0.97;
/** Part of the variance of the last block that must be explained. */
const LEAST_EXPLAINED = 0.3;
/** `course` must beat `others` by this, and it must beat "as before" by as much. */
const COURSE_WORTH = 0.8;
/** Errors beyond this many accuracies of the point or deviations of its values count as this much when sizes are compared. */
const NOISE_SEED = 20_140_106;

export type SensorKind = 'others' | 'course';

export interface Sensor extends Sparse {
  readonly point: number;
  readonly kind: SensorKind;
  /** Usual error, in standardised units of the point: 1.48 times the median of its absolute value. */
  readonly scale: number;
  readonly explained: number;
}

export interface FittedSensors {
  readonly sensors: readonly Sensor[];
  /** Errors in units of the scale, `[sensor][row]`, of the rows each fold left out; NaN where not known. */
  readonly errors: readonly Float32Array[];
  /** Best part of variance explained by point, also where that was not enough; NaN where nothing was tried. */
  readonly explained: Float64Array;
}

/** Adds the assumed inaccuracy; the same draws each time it is made anew. */
const noisyRows = (table: RowTable, shapes: readonly PointShape[]): ((row: number) => Float64Array) => {
  const random = seededRandom(NOISE_SEED);
  const out = new Float64Array(shapes.length);
  return (row) => {
    for (let p = 0; p < shapes.length; p++) {
      const s = shapes[p]!;
      const x = table.columns[p]![row]!;
      out[p] = s.nature === 'continuous' ? x + s.accuracy * random.normal() : x;
    }
    return out;
  };
};

const fillTerms = (library: Library, base: Float64Array, out: Float64Array): void => {
  const { left, right } = library;
  for (let i = 0; i < out.length; i++) out[i] = base[left[i]!]! * base[right[i]!]!;
};

/** Which terms a sensor of this point may use. */
const candidatesOf = (library: Library, point: number, kind: SensorKind): number[] => {
  const out: number[] = [];
  for (let t = 0; t < library.left.length; t++) {
    const a = library.base[library.left[t]!]!;
    const b = library.base[library.right[t]!]!;
    const own = [a, b].filter((x) => x.point === point);
    if (own.every((x) => kind === 'course' && x.lag === 1)) out.push(t);
  }
  return out;
};

/** Every sensor that a cell could have, each at several sizes, by fold (the last is the fit on all rows). */
interface Attempt {
  readonly point: number;
  readonly kind: SensorKind;
  readonly folds: readonly (readonly Sparse[])[];
  readonly loss: Float64Array;
  readonly errors: readonly Float32Array[];
}

const evaluate = (s: Sparse, terms: Float64Array): number => {
  let sum = 0;
  for (let i = 0; i < s.terms.length; i++) sum += s.weights[i]! * terms[s.terms[i]!]!;
  return sum;
};

const median = (values: Float32Array): number => {
  const known = values.filter((x) => !Number.isNaN(x)).sort();
  return known.length === 0 ? Number.NaN : known[known.length >> 1]!;
};

export const fitSensors = (
  table: RowTable,
  shapes: readonly PointShape[],
  library: Library,
  stepUs: number,
): FittedSensors => {
  const explained = new Float64Array(shapes.length).fill(Number.NaN);
  const targets = shapes.map((_, p) => p).filter((p) => library.now[p]! >= 0);
  if (table.count < LEAST_ROWS || targets.length < 2) return { sensors: [], errors: [], explained };
  const size = library.left.length;
  const linear = new Map(library.left.map((a, t) => [library.right[t] === 0 ? a : -1, t]));
  const most = Math.max(4, Math.floor(table.count / 16));
  const sizes = SIZES.filter((s) => s <= most);
  const blockOf = (row: number): number => Math.min(BLOCKS - 1, Math.floor((row * BLOCKS) / table.count));

  const base = new Float64Array(library.base.length);
  const terms = new Float64Array(size);
  const walk = (visit: (row: number, holder: Holder) => void): void => {
    const noisy = noisyRows(table, shapes);
    const holder = new Holder(shapes, stepUs);
    for (let row = 0; row < table.count; row++) {
      const values = noisy(row);
      holder.take(table.tsUs[row]!, (p) => values[p]!);
      visit(row, holder);
    }
  };

  const grams = Array.from({ length: BLOCKS }, () => new Gram(size));
  const thin = Math.ceil(table.count / MAX_GRAM_ROWS);
  walk((row, holder) => {
    if (!holder.contiguous || row % thin !== 0) return;
    fillBase(library, shapes, table.tsUs[row]!, holder.values, holder.previous, base);
    fillTerms(library, base, terms);
    grams[blockOf(row)]!.add(terms);
  });
  const all = new Gram(size);
  for (const g of grams) {
    g.finish();
    all.merge(g, 1);
  }

  const attempts: Attempt[] = targets.flatMap((point) =>
    (['others', 'course'] as const).map((kind) => ({
      point,
      kind,
      folds: [] as Sparse[][],
      loss: new Float64Array(sizes.length),
      errors: sizes.map(() => new Float32Array(table.count).fill(Number.NaN)),
    })),
  );
  for (let fold = 0; fold <= BLOCKS; fold++) {
    if (fold < BLOCKS) all.merge(grams[fold]!, -1);
    for (const a of attempts) {
      const target = linear.get(library.now[a.point]!)!;
      (a.folds as Sparse[][]).push(selectForward(all, target, candidatesOf(library, a.point, a.kind), sizes));
    }
    if (fold < BLOCKS) all.merge(grams[fold]!, 1);
  }

  walk((row, holder) => {
    fillBase(library, shapes, table.tsUs[row]!, holder.values, holder.previous, base);
    fillTerms(library, base, terms);
    const fold = blockOf(row);
    for (const a of attempts) {
      if (holder.known[a.point] === 0 || !holder.contiguous) continue;
      const y = base[library.now[a.point]!]!;
      const found = a.folds[fold]!;
      for (let k = 0; k < sizes.length; k++)
        a.errors[k]![row] = y - evaluate(found[Math.min(k, found.length - 1)]!, terms);
    }
  });

  const sensors: Sensor[] = [];
  const errors: Float32Array[] = [];
  const keep = (a: Attempt, k: number, part: number, scale: number): void => {
    const found = a.folds[BLOCKS]!;
    sensors.push({ ...found[Math.min(k, found.length - 1)]!, point: a.point, kind: a.kind, scale, explained: part });
    errors.push(a.errors[k]!.map((e) => e / scale));
  };
  const lastBlock = Math.ceil(((BLOCKS - 1) * table.count) / BLOCKS);
  for (let i = 0; i < attempts.length; i += 2) {
    const judged = [attempts[i]!, attempts[i + 1]!].map((a) => judge(a, shapes[a.point]!, lastBlock));
    const [others, course] = judged as [Judged, Judged];
    const asBefore = naiveError(table.columns[attempts[i]!.point]!, shapes[attempts[i]!.point]!, table.count);
    explained[attempts[i]!.point] = Math.max(others.explained, course.explained);
    if (others.explained >= LEAST_EXPLAINED) keep(attempts[i]!, others.size, others.explained, others.scale);
    if (
      course.explained >= LEAST_EXPLAINED &&
      course.loss < COURSE_WORTH * asBefore &&
      (others.explained < LEAST_EXPLAINED || course.loss < COURSE_WORTH * others.loss)
    )
      keep(attempts[i + 1]!, course.size, course.explained, course.scale);
  }
  return { sensors, errors, explained };
};

interface Judged {
  readonly size: number;
  readonly loss: number;
  readonly scale: number;
  readonly explained: number;
}

/** Mean absolute error of every size on rows left out; the smallest size that is nearly the best. */
const judge = (a: Attempt, shape: PointShape, lastBlock: number): Judged => {
  const losses = a.errors.map((e) => {
    let sum = 0;
    let n = 0;
    for (const x of e)
      if (!Number.isNaN(x)) {
        sum += Math.min(Math.abs(x), 2);
        n++;
      }
    return n === 0 ? Number.POSITIVE_INFINITY : sum / n;
  });
  let size = 0;
  for (let k = 1; k < losses.length; k++) if (losses[k]! < WORTH * losses[size]!) size = k;
  const floor = shape.accuracy / shape.deviation;
  const e = a.errors[size]!;
  const scale = Math.max(1.4826 * median(e.map(Math.abs)), floor);
  let squares = 0;
  let n = 0;
  for (let row = lastBlock; row < e.length; row++)
    if (!Number.isNaN(e[row]!)) {
      squares += e[row]! ** 2;
      n++;
    }
  // The values are standardised over all rows, so that their variance is one.
  return { size, loss: losses[size]!, scale, explained: n === 0 ? Number.NaN : 1 - squares / n };
};

/** Mean absolute step, standardised: the error of "it stays as it is". */
const naiveError = (column: Float64Array, shape: PointShape, count: number): number => {
  let sum = 0;
  let n = 0;
  for (let row = 1; row < count; row++) {
    const d = column[row]! - column[row - 1]!;
    if (!Number.isNaN(d)) {
      sum += Math.min(Math.abs(d / shape.deviation), 2);
      n++;
    }
  }
  return n === 0 ? 0 : sum / n;
};
