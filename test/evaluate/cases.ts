/**
 * Finds the labelled cases below a folder: every `labels.json` with a `test.csv` beside it. The training rows are the
 * case's own `train.csv`, or those of the case that `train` names by its path under the root. Where `labels.json` lists no
 * intervals, those that `test.csv` marks in its own column of answers count.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import type { RowTable } from '../../src/core/process.ts';
import { readAnswers, readRows, readTime, type Words } from './csv.ts';

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
  readonly trainPath: string;
  readonly testPath: string;
}

interface LabelFile {
  readonly metric?: unknown;
  readonly train?: unknown;
  readonly intervals?: unknown;
}

const text = (x: unknown): string => (typeof x === 'string' || typeof x === 'number' ? String(x) : '');

/** Throws where one has no times: a case whose attacks are left out would be counted as if there were none. */
const readIntervals = (list: unknown, testPath: string): Interval[] => {
  if (list === undefined)
    return (readAnswers(readFileSync(testPath, 'utf8')) ?? []).map((x, i) => ({ ...x, id: String(i + 1), points: [] }));
  if (!Array.isArray(list)) throw new Error('intervals is no list');
  return list
    .map((x: Record<string, unknown>, i: number) => {
      const startUs = readTime(text(x.start));
      const endUs = readTime(text(x.end));
      if (!Number.isFinite(startUs) || !Number.isFinite(endUs))
        throw new Error(`interval ${i + 1} has no start and end as RFC 3339`);
      const points = (Array.isArray(x.point) ? x.point : x.point === undefined ? [] : [x.point]).map(text);
      return { id: text(x.id) || String(i + 1), startUs, endUs, points };
    })
    .sort((a: Interval, b: Interval) => a.startUs - b.startUs);
};

const slashes = (path: string): string => path.split(sep).join('/');

/** `train` is a path under the root that the data set was made with; the folder given may be below it. */
const trainFolder = (root: string, folder: string, named: string): string | undefined => {
  for (let up = resolve(root), i = 0; i < 4; i++, up = dirname(up))
    if (existsSync(join(up, named, 'train.csv'))) return join(up, named);
  const beside = join(dirname(folder), named.split('/').at(-1) ?? named);
  return existsSync(join(beside, 'train.csv')) ? beside : undefined;
};

/** Cases in order of name, and a line for each that cannot be read. */
export const findCases = (given: string): { readonly cases: Case[]; readonly problems: string[] } => {
  const root = resolve(given);
  const cases: Case[] = [];
  const problems: string[] = [];
  const walk = (folder: string, depth: number): void => {
    const name = slashes(relative(root, folder)) || folder.split(sep).at(-1)!;
    const entries = readdirSync(folder, { withFileTypes: true });
    if (entries.some((e) => e.name === 'labels.json')) {
      try {
        const labels = JSON.parse(readFileSync(join(folder, 'labels.json'), 'utf8')) as LabelFile;
        const testPath = join(folder, 'test.csv');
        const from = labels.train === undefined ? folder : trainFolder(root, folder, text(labels.train));
        if (WIRE_METRICS.has(text(labels.metric)))
          problems.push(
            `${name}: metric ${text(labels.metric)} is judged on frames, which this command does not run yet`,
          );
        else if (!existsSync(testPath)) problems.push(`${name}: no test.csv`);
        else if (from === undefined || !existsSync(join(from, 'train.csv')))
          problems.push(
            labels.train === undefined
              ? `${name}: no train.csv, the rows of normal running that are learned from (of a file as SKAB has it, its first 400); "train" in labels.json may name another case that has them`
              : `${name}: no train.csv of ${text(labels.train)}`,
          );
        else
          cases.push({
            name,
            set: name.includes('/') ? name.slice(0, name.lastIndexOf('/')) : basename(depth === 0 ? folder : root),
            metric: text(labels.metric) || 'skab',
            intervals: readIntervals(labels.intervals, testPath),
            trainPath: join(from, 'train.csv'),
            testPath,
          });
      } catch (error) {
        problems.push(`${name}: labels.json cannot be read: ${String(error)}`);
      }
    } else if (entries.some((e) => e.name === 'test.csv'))
      problems.push(`${name}: test.csv without labels.json, which names the metric: {"metric": "skab"}`);
    if (depth < MAX_CASE_DEPTH) for (const e of entries) if (e.isDirectory()) walk(join(folder, e.name), depth + 1);
  };
  walk(root, 0);
  cases.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { cases, problems };
};

export const readTrain = (path: string): { readonly table: RowTable; readonly words: Words } => {
  const words: Words = new Map();
  return { table: readRows(readFileSync(path, 'utf8'), words), words };
};

/** Test rows in the columns of the training rows. */
export const readTest = (c: Case, train: { readonly table: RowTable; readonly words: Words }): RowTable =>
  readRows(readFileSync(c.testPath, 'utf8'), train.words, train.table.points);

/** 1 where the row lies in an interval. */
export const truthOf = (tsUs: Float64Array, intervals: readonly Interval[]): Uint8Array =>
  Uint8Array.from(tsUs, (t) => (intervals.some((x) => x.startUs <= t && t <= x.endUs) ? 1 : 0));
