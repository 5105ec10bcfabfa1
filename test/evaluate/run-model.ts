/**
 * Asks a model row by row and keeps what it said: the surprise of every row, and the points that it would name first.
 */
import type { CellModel, RowScore, RowTable } from '../../src/core/process.ts';

/** An alarm is raised from this surprise on: the one threshold for all data (contract of `Deviation.surprise`). */
export const ALARM = 0.5;
/** How many points a person reads before he gives up: the culprit must be among them. */
export const NAMED = 3;

export interface Answers {
  /** Surprise of every row, NaN where it was not judged: while learning, and where too little was seen. */
  readonly surprise: Float64Array;
  /** The points that each row in alarm names first, `NAMED` a row, -1 for none. */
  readonly named: Int32Array;
  readonly learningRows: number;
  /** Rows in alarm by the kind of their strongest deviation. */
  readonly kinds: ReadonlyMap<string, number>;
}

/** First points named by a row: of each deviation, the strongest first, the point itself and then what speaks for it. */
export const namesOf = (score: RowScore, out: Int32Array, offset: number): void => {
  out.fill(-1, offset, offset + NAMED);
  let n = 0;
  const add = (point: number): void => {
    if (point < 0 || n >= NAMED) return;
    for (let i = 0; i < n; i++) if (out[offset + i] === point) return;
    out[offset + n++] = point;
  };
  const strong = [...score.deviations].sort((a, b) => b.surprise - a.surprise);
  for (const d of strong) {
    add(d.point);
    for (const f of d.from) add(f.point);
  }
};

/** Scores rows `from`..`to` (exclusive) of a table. `change` may tamper with a row before the model sees it. */
export const ask = (
  model: CellModel,
  table: RowTable,
  from = 0,
  to = table.count,
  change?: (row: Float64Array, index: number) => void,
): Answers => {
  const row = new Float64Array(table.columns.length);
  const surprise = new Float64Array(to - from);
  const named = new Int32Array((to - from) * NAMED).fill(-1);
  const kinds = new Map<string, number>();
  let learningRows = 0;
  for (let i = from; i < to; i++) {
    for (let p = 0; p < row.length; p++) row[p] = table.columns[p]![i]!;
    change?.(row, i);
    const score = model.score(table.tsUs[i]!, row);
    if (score.state !== 'scored') {
      learningRows++;
      surprise[i - from] = Number.NaN;
      continue;
    }
    surprise[i - from] = score.surprise;
    if (score.surprise < ALARM) continue;
    namesOf(score, named, (i - from) * NAMED);
    let strongest = score.deviations[0];
    for (const d of score.deviations) if (d.surprise > strongest!.surprise) strongest = d;
    const kind = strongest?.kind ?? 'unexplained';
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  return { surprise, named, learningRows, kinds };
};

/** 1 where the surprise reaches the threshold; a row that is still being learned is no alarm. */
export const alarmsOf = (surprise: Float64Array, threshold = ALARM): Uint8Array =>
  Uint8Array.from(surprise, (s) => (s >= threshold ? 1 : 0));

/** The points named most over a stretch of rows, the most first; at most `NAMED`. First places count 3, then 2, then 1. */
export const namedOver = (named: Int32Array, alarm: Uint8Array, from: number, to: number): number[] => {
  const weight = new Map<number, number>();
  for (let i = from; i < to; i++) {
    if (alarm[i] !== 1) continue;
    for (let k = 0; k < NAMED; k++) {
      const point = named[i * NAMED + k]!;
      if (point >= 0) weight.set(point, (weight.get(point) ?? 0) + NAMED - k);
    }
  }
  return [...weight]
    .sort((a, b) => b[1] - a[1] || a[0] - b[0])
    .slice(0, NAMED)
    .map(([p]) => p);
};
