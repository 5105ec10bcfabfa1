/**
 * The tampering of the evaluation: falsified sensors put into normal data. The learner is given the earlier part of a
 * case's training rows, the falsifications go into its later part, one at a time, from a seed. Each is told as detectable
 * or not beforehand, by a ruler that does not know the model: the matched filter's signal to noise ratio
 * D = sqrt(sum d^2 / (spread^2 memory)) of the change d against the residual of a linear regression on the other points
 * (Kay, Fundamentals of Statistical Signal Processing II, 1998, ch. 4).
 */
import type { CellLearner, CellModel, RowTable } from '../../src/core/process.ts';
import { seededRandom } from '../../src/lib/random.ts';
import { linearResiduals } from './linear-reference.ts';
import { stretches } from './metrics/episodes.ts';
import { alarmsOf, ask, NAMED, namedOver } from './run-model.ts';

/** Kinds of falsification; `size` is a part of the point's span (range of the earlier part), or the factor of `gain`. */
export const TAMPERINGS = [
  { kind: 'bias-2', size: 0.02 },
  { kind: 'bias-5', size: 0.05 },
  { kind: 'gain', size: 1.05 },
  /** A ramp that reaches this at the end of the time allowed. */
  { kind: 'drift', size: 0.05 },
  { kind: 'stuck', size: 0 },
  /** Rows of an earlier time come again. */
  { kind: 'replay', size: 0 },
  /** White noise of this standard deviation is added. */
  { kind: 'noise', size: 0.02 },
] as const;
export type TamperKind = (typeof TAMPERINGS)[number]['kind'];

/** Part of the training rows that is given to the learner. */
export const TAMPER_TRAIN_PART = 0.8;
/** Rows that a falsification lasts, which is the time allowed to find it (five days of hourly rows). */
export const TAMPER_ROWS = 120;
export const TAMPER_STARTS = 4;
/** Falsifications from this D on must be found: 4 for a false alarm budget over all points and hours, 2 for being sure. */
export const DETECTABLE_D = 6;
/** Rows between saved states of the clean run: a falsification continues from the last one before its start. */
const CHECKPOINT_ROWS = 48;
/** A point is continuous where it has more distinct values than this, and moves in most rows. */
const CONTINUOUS_VALUES = 20;

export interface TamperOutcome {
  readonly kind: TamperKind;
  readonly point: string;
  readonly seed: number;
  readonly startRow: number;
  readonly d: number;
  readonly detectable: boolean;
  readonly detected: boolean;
  /** The point was among the first three named. */
  readonly named: boolean;
  /** Rows until the first alarm, NaN where missed. */
  readonly delayRows: number;
}

export interface TamperResult {
  readonly outcomes: readonly TamperOutcome[];
  /** Alarm episodes of the clean later part. */
  readonly falseEpisodes: number;
  readonly cleanDays: number;
  readonly cleanAlarmPercent: number;
}

export const continuousPoints = (table: RowTable, rows: number): number[] =>
  table.columns.flatMap((column, p) => {
    const distinct = new Set<number>();
    let moves = 0;
    for (let i = 1; i < rows; i++) {
      if (distinct.size <= CONTINUOUS_VALUES) distinct.add(column[i]!);
      if (column[i] !== column[i - 1]) moves++;
    }
    return distinct.size > CONTINUOUS_VALUES && moves > rows / 2 ? [p] : [];
  });

/** The falsified values of the point from `start` on, `rows` of them. */
export const tamper = (
  kind: TamperKind,
  size: number,
  column: Float64Array,
  start: number,
  rows: number,
  span: number,
  seed: number,
): Float64Array => {
  const random = seededRandom(seed);
  const sign = random.uniform() < 0.5 ? -1 : 1;
  // Replayed rows come from one to four durations earlier.
  const back = Math.min(start, rows + random.integer(0, 3 * rows));
  return Float64Array.from({ length: rows }, (_, k) => {
    const x = column[start + k]!;
    switch (kind) {
      case 'bias-2':
      case 'bias-5':
        return x + sign * size * span;
      case 'gain':
        return x * size;
      case 'drift':
        return x + (sign * size * span * (k + 1)) / rows;
      case 'stuck':
        return column[start]!;
      case 'replay':
        return column[start - back + k]!;
      case 'noise':
        return x + size * span * random.normal();
    }
  });
};

const head = (table: RowTable, rows: number): RowTable => ({
  points: table.points,
  count: rows,
  tsUs: table.tsUs.subarray(0, rows),
  columns: table.columns.map((c) => c.subarray(0, rows)),
});

/** Undefined where the training rows are too few or too still for it. `every`: only each n-th falsification is tried. */
export const tamperCase = (
  learner: CellLearner,
  table: RowTable,
  firstSeed: number,
  every = 1,
): TamperResult | undefined => {
  const split = Math.floor(table.count * TAMPER_TRAIN_PART);
  const rows = Math.min(TAMPER_ROWS, Math.floor((table.count - split) / 3));
  const points = continuousPoints(table, split);
  if (rows < 20 || points.length === 0) return undefined;
  const trained = learner.fit(head(table, split));
  const checkpoints: { readonly row: number; readonly saved: Uint8Array }[] = [];
  const clean = new Uint8Array(table.count - split);
  for (let row = split; row < table.count; row += CHECKPOINT_ROWS) {
    checkpoints.push({ row, saved: trained.save() });
    const end = Math.min(table.count, row + CHECKPOINT_ROWS);
    clean.set(alarmsOf(ask(trained, table, row, end).surprise), row - split);
  }
  const { spread, memoryRows } = linearResiduals(table, split);
  const outcomes: TamperOutcome[] = [];
  let seed = firstSeed;
  for (const p of points) {
    const column = table.columns[p]!;
    const past = Float64Array.from(column.subarray(0, split))
      .filter((x) => !Number.isNaN(x))
      .sort();
    const span = past[past.length - 1]! - past[0]!;
    for (const { kind, size } of TAMPERINGS)
      for (let n = 0; n < TAMPER_STARTS; n++, seed++) {
        if ((seed - firstSeed) % every !== 0) continue;
        const start = seededRandom(seed).integer(split, table.count - rows - 1);
        const values = tamper(kind, size, column, start, rows, span, seed);
        let power = 0;
        for (let k = 0; k < rows; k++) power += (values[k]! - column[start + k]!) ** 2 || 0;
        // Added noise is white whatever the memory of the residual.
        const d = Math.sqrt(power / (spread[p]! ** 2 * (kind === 'noise' ? 1 : memoryRows[p]!)));
        const checkpoint = checkpoints[Math.floor((start - split) / CHECKPOINT_ROWS)]!;
        const model: CellModel = learner.restore(checkpoint.saved);
        const answers = ask(model, table, checkpoint.row, start + rows, (row, i) => {
          if (i >= start) row[p] = values[i - start]!;
        });
        const alarm = alarmsOf(answers.surprise);
        // What the clean data would have said anyway is no detection of the falsification.
        for (let i = 0; i < alarm.length; i++)
          if (checkpoint.row + i < start || clean[checkpoint.row + i - split] === 1) alarm[i] = 0;
        const first = alarm.indexOf(1);
        outcomes.push({
          kind,
          point: table.points[p]!,
          seed,
          startRow: start,
          d,
          detectable: d >= DETECTABLE_D,
          detected: first >= 0,
          named: namedOver(answers.named, alarm, 0, alarm.length).slice(0, NAMED).includes(p),
          delayRows: first < 0 ? Number.NaN : checkpoint.row + first - start,
        });
      }
  }
  return {
    outcomes,
    falseEpisodes: stretches(clean).length,
    cleanDays: (table.tsUs[table.count - 1]! - table.tsUs[split]!) / 8.64e10,
    cleanAlarmPercent: (100 * clean.reduce((a, b) => a + b, 0)) / clean.length,
  };
};
