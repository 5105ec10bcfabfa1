/**
 * Runs a learner over labelled cases: fits once per training file, saves and restores it for every case (so that what is
 * judged is what survives a restart), asks it row by row and counts by the case's metric. Nothing here or in the learner
 * depends on the name of a case.
 */
import type { CellLearner, RowTable } from '../../src/core/process.ts';
import { type Case, readTest, readTrain, truthOf } from './cases.ts';
import type { Words } from './csv.ts';
import { batadalScore } from './metrics/batadal.ts';
import { type Counts, countRows, falseEpisodes, stretches } from './metrics/episodes.ts';
import { nabScore, REWARD_LOW_FN, REWARD_LOW_FP } from './metrics/nab.ts';
import { ALARM, type Answers, alarmsOf, ask, namedOver } from './run-model.ts';
import { TAMPERINGS, type TamperResult, tamperCase } from './tamper.ts';

/** First seed of the injected tampering; the following ones count up. */
export const FIRST_SEED = 20_260;
/** Metrics that are counted case by case; rows of all others are pooled over the cases of a set. */
const OWN_SCORES: ReadonlySet<string> = new Set(['batadal', 'tep', 'nab']);
/** Thresholds that the NAB score is shown over. */
export const SWEEP = [0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8] as const;

/** What one case came to. Figures that a metric does not have are absent. */
export interface CaseResult {
  readonly case: string;
  readonly metric: string;
  /** By the metric's own definition; `null` where it has none for this case. */
  readonly score: number | null;
  /** Intervals (for tampering: detectable falsifications) with at least one alarm, of how many. */
  readonly detected: number;
  readonly expected: number;
  /** Unbroken stretches of alarm that touch no interval. */
  readonly falseEpisodes: number;
  /** Rows outside of all intervals that are in alarm. */
  readonly farPercent: number | null;
  /** Mean time from the start of an interval to the first alarm in it, seconds; `null` where none was found. */
  readonly delay: number | null;
  readonly [more: string]: unknown;
}

const round = (x: number, digits = 4): number | null => (Number.isFinite(x) ? Number(x.toFixed(digits)) : null);
const mean = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0) / list.length;

interface Judged {
  readonly result: CaseResult;
  readonly counts: Counts;
}

/** First alarm of each interval, seconds after its start; NaN where missed. */
const delaysOf = (c: Case, tsUs: Float64Array, alarm: Uint8Array): number[] =>
  c.intervals.map((interval) => {
    const row = tsUs.findIndex((t, i) => t >= interval.startUs && t <= interval.endUs && alarm[i] === 1);
    return row < 0 ? Number.NaN : (tsUs[row]! - interval.startUs) / 1e6;
  });

/** How often the point that was attacked is among the first three named, of the found intervals that name points. */
const culprits = (c: Case, table: RowTable, answers: Answers, alarm: Uint8Array): { right: number; of: number } => {
  let right = 0;
  let of = 0;
  for (const interval of c.intervals) {
    if (interval.points.length === 0) continue;
    const from = table.tsUs.findIndex((t) => t >= interval.startUs);
    let to = from;
    while (to < table.count && table.tsUs[to]! <= interval.endUs) to++;
    const named = namedOver(answers.named, alarm, from, to).map((p) => table.points[p]!);
    if (named.length === 0) continue;
    of++;
    if (named.some((n) => interval.points.includes(n))) right++;
  }
  return { right, of };
};

/** A detection is what a person is told: the first row of an episode of alarm, not every row of it. */
const onsets = (alarm: Uint8Array): Uint8Array => {
  const out = new Uint8Array(alarm.length);
  for (const s of stretches(alarm)) out[s.start] = 1;
  return out;
};

const nabFigures = (c: Case, table: RowTable, answers: Answers): Record<string, unknown> => {
  const windows = c.intervals.flatMap((w) => {
    const left = table.tsUs.findIndex((t) => t >= w.startUs);
    let right = table.count - 1;
    while (right >= 0 && table.tsUs[right]! > w.endUs) right--;
    return left >= 0 && right >= left ? [{ left, right }] : [];
  });
  const at = (threshold: number, profile?: Parameters<typeof nabScore>[2]) =>
    nabScore(onsets(alarmsOf(answers.surprise, threshold)), windows, profile, 0);
  const own = at(ALARM);
  return {
    score: round(own.score, 2),
    detected: own.found,
    detectionsOutside: own.outside,
    windows: own.windows.map((w) => round(w)),
    raw: round(own.raw),
    rewardLowFp: round(at(ALARM, REWARD_LOW_FP).score, 2),
    rewardLowFn: round(at(ALARM, REWARD_LOW_FN).score, 2),
    // The benchmark takes every row above the threshold for a detection of its own.
    everyRowScore: round(nabScore(alarmsOf(answers.surprise), windows, undefined, 0).score, 2),
    sweep: SWEEP.map((threshold) => {
      const s = at(threshold);
      return { threshold, score: round(s.score, 2), found: s.found, outside: s.outside };
    }),
  };
};

export const judge = (c: Case, table: RowTable, answers: Answers): Judged => {
  const truth = truthOf(table.tsUs, c.intervals);
  const alarm = alarmsOf(answers.surprise);
  const counts = countRows(truth, alarm);
  const delays = delaysOf(c, table.tsUs, alarm);
  const found = delays.filter((d) => !Number.isNaN(d));
  const { right, of } = culprits(c, table, answers, alarm);
  const share = (100 * counts.truePositive) / (counts.truePositive + counts.falseNegative);
  const common = {
    case: c.name,
    metric: c.metric,
    score: null,
    detected: found.length,
    expected: c.intervals.length,
    falseEpisodes: falseEpisodes(truth, alarm),
    farPercent: round((100 * counts.falsePositive) / (counts.falsePositive + counts.trueNegative), 3),
    delay: found.length === 0 ? null : round(mean(found), 0),
    rows: table.count,
    learningRows: answers.learningRows,
    // Intervals that no row lies in: other times in the labels than in the rows, or a wrong file.
    emptyIntervals: c.intervals.filter((x) => !table.tsUs.some((t) => x.startUs <= t && t <= x.endUs)).length,
    alarmsByKind: Object.fromEntries([...answers.kinds].sort(([a], [b]) => (a < b ? -1 : 1))),
    ...(of > 0 ? { namedRight: right, namedOf: of } : {}),
  };
  switch (c.metric) {
    case 'batadal': {
      const s = batadalScore(table.tsUs, truth, alarm, c.intervals);
      return {
        counts,
        result: {
          ...common,
          score: round(s.score),
          timeToDetection: round(s.timeToDetection),
          classification: round(s.classification),
          delaysH: s.delaysH.map((d) => round(d, 1)),
        },
      };
    }
    case 'tep':
      return {
        counts,
        result: {
          ...common,
          score: c.intervals.length === 0 ? null : round(share, 2),
          fault: c.intervals[0]?.id ?? '',
        },
      };
    case 'nab':
      return { counts, result: { ...common, ...nabFigures(c, table, answers) } };
    default: {
      const f1 = counts.truePositive / (counts.truePositive + (counts.falsePositive + counts.falseNegative) / 2);
      return { counts, result: { ...common, score: round(f1), marPercent: round(100 - share, 2) } };
    }
  }
};

/** One line per kind of falsification. */
const tamperResults = (name: string, t: TamperResult, stepUs: number): CaseResult[] =>
  TAMPERINGS.map(({ kind }) => {
    const all = t.outcomes.filter((o) => o.kind === kind);
    const detectable = all.filter((o) => o.detectable);
    const found = detectable.filter((o) => o.detected);
    const delays = found.map((o) => o.delayRows * (stepUs / 1e6));
    return {
      case: `${name}#${kind}`,
      metric: 'tamper',
      score: round((100 * found.length) / detectable.length, 1),
      detected: found.length,
      expected: detectable.length,
      falseEpisodes: t.falseEpisodes,
      farPercent: round(t.cleanAlarmPercent, 3),
      delay: delays.length === 0 ? null : round(mean(delays), 0),
      injected: all.length,
      detectedOfInjected: all.filter((o) => o.detected).length,
      namedRight: found.filter((o) => o.named).length,
      namedOf: found.length,
      falseEpisodesPer30Days: round((t.falseEpisodes * 30) / t.cleanDays, 2),
      seeds: [all[0]?.seed ?? 0, all.at(-1)?.seed ?? 0],
    };
  });

export interface Options {
  /** `batadal`: only where the metric asks for it; `all`, `none`. */
  readonly tamper?: 'batadal' | 'all' | 'none';
  /** First seed of the injected tampering instead of `FIRST_SEED`. */
  readonly seed?: number;
  /** Called when a case is done, for a person who waits. */
  readonly done?: (name: string) => void;
}

export interface Evaluated {
  readonly cases: CaseResult[];
  /** Rows of the cases of each set that are pooled, case by case. */
  readonly counts: ReadonlyMap<string, readonly Counts[]>;
  readonly outcomes: ReadonlyMap<string, TamperResult>;
}

const stepOf = (table: RowTable): number => {
  const steps = Array.from({ length: Math.max(0, table.count - 1) }, (_, i) => table.tsUs[i + 1]! - table.tsUs[i]!);
  return steps.sort((a, b) => a - b)[steps.length >> 1] ?? Number.NaN;
};

export const evaluate = (learner: CellLearner, cases: readonly Case[], options: Options = {}): Evaluated => {
  const trained = new Map<string, { table: RowTable; words: Words; saved: Uint8Array }>();
  const results: CaseResult[] = [];
  const counts = new Map<string, Counts[]>();
  const outcomes = new Map<string, TamperResult>();
  for (const c of cases) {
    let train = trained.get(c.trainPath);
    if (train === undefined) {
      const read = readTrain(c.trainPath);
      train = { ...read, saved: learner.fit(read.table).save() };
      trained.set(c.trainPath, train);
    }
    const table = readTest(c, train);
    const judged = judge(c, table, ask(learner.restore(train.saved), table));
    results.push({
      ...judged.result,
      trainingRows: train.table.count,
      // Columns of training in which no row of the test holds a value: another file, or names that differ.
      emptyColumns: table.columns.filter((column) => column.every(Number.isNaN)).length,
      columns: table.columns.length,
    });
    if (!OWN_SCORES.has(c.metric)) counts.set(c.set, [...(counts.get(c.set) ?? []), judged.counts]);
    options.done?.(c.name);
  }
  const wanted = options.tamper ?? 'batadal';
  const seen = new Set<string>();
  for (const c of cases) {
    if (wanted === 'none' || (wanted === 'batadal' && c.metric !== 'batadal') || seen.has(c.trainPath)) continue;
    seen.add(c.trainPath);
    const { table } = trained.get(c.trainPath)!;
    const t = tamperCase(learner, table, options.seed ?? FIRST_SEED);
    if (t === undefined) continue;
    outcomes.set(c.name, t);
    results.push(...tamperResults(c.name, t, stepOf(table)));
    options.done?.(`${c.name} tampering`);
  }
  return { cases: results, counts, outcomes };
};
