/**
 * Finds the labelled cases below a folder: every `test.csv`, with a `labels.json` beside it or a column of answers of its own. The training
 * rows are the case's own `train.csv` (or `train1.csv`, `train2.csv`, ..., or all files of a folder `train`), or those of the case that `train`
 * names by its path under the root. Where `labels.json` lists no intervals, those count that `test.csv`, or a `labels.csv` beside it,
 * marks in its column of answers.
 */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import type { RowTable } from '../../src/core/process.ts';
import { readAnswers, readRows, readText, readTime, type Words } from './csv.ts';

/** Folders are searched this deep below the root. */
export const MAX_CASE_DEPTH = 6;

/** Metrics whose cases are captures: detectors over frames, not rows of a process. */
const WIRE_METRICS = new Set(['capture', 'plant']);

export interface Interval {
  readonly id: string;
  /** Both inclusive, microseconds since 1970. */
  readonly startUs: number;
  readonly endUs: number;
  readonly points: readonly string[];
}

export interface Case {
  /** Path under the root with forward slashes: `batadal/dataset04`. */
  readonly name: string;
  /** The folder that holds the case, which makes a set of cases: `batadal`; of cases right below the root its own name. */
  readonly set: string;
  readonly metric: string;
  readonly intervals: readonly Interval[];
  /** A file, or the folder whose `train*.csv` are read one after the other. */
  readonly trainPath: string;
  readonly testPath: string;
}

interface LabelFile {
  readonly metric?: unknown;
  readonly train?: unknown;
  readonly intervals?: unknown;
}

const text = (x: unknown): string => (typeof x === 'string' || typeof x === 'number' ? String(x) : '');

const ANSWER_FILES = ['test.csv', 'labels.csv', 'label.csv'];
/** What the first file marks that has a column of answers. */
const markedIn = (folder: string): ReturnType<typeof readAnswers> =>
  ANSWER_FILES.map((name) => join(folder, name))
    .filter((path) => existsSync(path))
    .map((path) => readAnswers(readText(path)))
    .find((marked) => marked !== undefined);

/** Throws where one has no times, or nothing says which there are: a case whose attacks are left out would be counted as if there were none. */
const readIntervals = (list: unknown, folder: string): Interval[] => {
  if (list === undefined || list === null) {
    const marked = markedIn(folder);
    if (marked === undefined)
      throw new Error(
        'no intervals, and test.csv has no column of answers (anomaly, label, ... with 0 and 1); "intervals": [] says that nothing is to be found',
      );
    return marked.map((x, i) => ({ ...x, id: String(i + 1), points: [] }));
  }
  if (!Array.isArray(list)) throw new Error('intervals is no list');
  return list
    .map((given: Record<string, unknown> | readonly unknown[], i: number) => {
      const x: Record<string, unknown> = Array.isArray(given)
        ? { start: given[0], end: given[1] }
        : (given as Record<string, unknown>);
      const startUs = readTime(text(x.start));
      const endUs = readTime(text(x.end));
      if (!Number.isFinite(startUs) || !Number.isFinite(endUs))
        throw new Error(`interval ${i + 1} has no start and end as RFC 3339`);
      if (endUs < startUs) throw new Error(`interval ${i + 1} ends before it starts`);
      const points = (Array.isArray(x.point) ? x.point : x.point === undefined ? [] : [x.point]).map(text);
      return { id: text(x.id) || String(i + 1), startUs, endUs, points };
    })
    .sort((a: Interval, b: Interval) => a.startUs - b.startUs);
};

const slashes = (path: string): string => path.split(sep).join('/');

/** The training rows of a folder: its `train.csv`, itself where it has several of them, its folder `train`. */
const trainIn = (folder: string): string | undefined => {
  const own = join(folder, 'train.csv');
  if (existsSync(own)) return own;
  if (trainFiles(folder).length > 0) return folder;
  const inner = join(folder, 'train');
  return existsSync(inner) && trainFiles(inner).length > 0 ? inner : undefined;
};
/** In the order of their names; numbers count as such. */
const trainFiles = (folder: string): string[] => {
  if (!statSync(folder).isDirectory()) return [];
  const files = readdirSync(folder).filter(
    (name) => /\.csv$/i.test(name) && (basename(folder) === 'train' || /^train/i.test(name)),
  );
  return files.sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).map((name) => join(folder, name));
};

/** `train` is a path under the root that the data set was made with; the folder given may be below it. */
const trainOf = (root: string, folder: string, named: string): string | undefined => {
  for (let up = resolve(root), i = 0; i < 4; i++, up = dirname(up))
    if (existsSync(join(up, named)) && trainIn(join(up, named)) !== undefined) return trainIn(join(up, named));
  const beside = join(dirname(folder), named.split('/').at(-1) ?? named);
  return existsSync(beside) ? trainIn(beside) : undefined;
};

/** Cases in order of name, and a line for each that cannot be read. */
export const findCases = (given: string): { readonly cases: Case[]; readonly problems: string[] } => {
  const root = resolve(given);
  const cases: Case[] = [];
  const problems: string[] = [];
  const walk = (folder: string, depth: number): void => {
    const name = slashes(relative(root, folder)) || folder.split(sep).at(-1)!;
    const entries = readdirSync(folder, { withFileTypes: true });
    const hasLabels = entries.some((e) => e.name === 'labels.json');
    const isMarked = (): boolean => entries.some((e) => e.name === 'test.csv') && markedIn(folder) !== undefined;
    if (hasLabels || isMarked()) {
      try {
        const labels = (hasLabels ? JSON.parse(readText(join(folder, 'labels.json'))) : {}) as LabelFile;
        const metric = text(labels.metric).toLowerCase();
        const testPath = join(folder, 'test.csv');
        const from = labels.train === undefined ? trainIn(folder) : trainOf(root, folder, text(labels.train));
        if (WIRE_METRICS.has(metric))
          problems.push(`${name}: metric ${metric} is judged on frames, which this command does not run yet`);
        else if (!existsSync(testPath)) problems.push(`${name}: no test.csv`);
        else if (from === undefined)
          problems.push(
            labels.train === undefined
              ? `${name}: no train.csv, the rows of normal running that are learned from (of a file as SKAB has it, its first 400); "train" in labels.json may name another case that has them`
              : `${name}: no train.csv of ${text(labels.train)}`,
          );
        else
          cases.push({
            name,
            set: name.includes('/') ? name.slice(0, name.lastIndexOf('/')) : basename(depth === 0 ? folder : root),
            metric: metric || 'skab',
            intervals: readIntervals(labels.intervals, folder),
            trainPath: from,
            testPath,
          });
      } catch (error) {
        problems.push(`${name}: its labels cannot be read: ${error instanceof Error ? error.message : String(error)}`);
      }
    } else if (entries.some((e) => e.name === 'test.csv'))
      problems.push(
        `${name}: test.csv without labels.json, which names the metric and the intervals, and without a column of answers`,
      );
    if (depth < MAX_CASE_DEPTH) for (const e of entries) if (e.isDirectory()) walk(join(folder, e.name), depth + 1);
  };
  walk(root, 0);
  cases.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { cases, problems };
};

export const readTrain = (path: string): { readonly table: RowTable; readonly words: Words } => {
  const words: Words = new Map();
  if (!statSync(path).isDirectory()) return { table: readRows(readText(path), words), words };
  const files = trainFiles(path);
  const first = readRows(readText(files[0]!), words);
  const tables = [first, ...files.slice(1).map((file) => readRows(readText(file), words, first.points))];
  // The first rows of a file may be older than the last ones of the file before.
  const all = tables.flatMap((table) => Array.from(table.tsUs, (tsUs, row) => ({ tsUs, table, row })));
  all.sort((a, b) => a.tsUs - b.tsUs);
  const columns = first.points.map((_, p) => Float64Array.from(all, ({ table, row }) => table.columns[p]![row]!));
  return {
    table: { points: first.points, count: all.length, tsUs: Float64Array.from(all, (x) => x.tsUs), columns },
    words,
  };
};

/** Test rows in the columns of the training rows. */
export const readTest = (c: Case, train: { readonly table: RowTable; readonly words: Words }): RowTable =>
  readRows(readText(c.testPath), train.words, train.table.points);

/** 1 where the row lies in an interval. */
export const truthOf = (tsUs: Float64Array, intervals: readonly Interval[]): Uint8Array =>
  Uint8Array.from(tsUs, (t) => (intervals.some((x) => x.startUs <= t && t <= x.endUs) ? 1 : 0));
