/** Words and tables of the evaluation. */
import type { CaseResult, Evaluated } from './evaluate.ts';
import { nabCorpusScore } from './metrics/nab.ts';
import { pooled } from './metrics/pooled.ts';
import { DETECTABLE_D, TAMPER_ROWS } from './tamper.ts';

/** Faults of the Tennessee Eastman process that the literature leaves out of means: hardly any trace in the data. */
const HARD_FAULTS = new Set(['3', '9', '15']);

const mean = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0) / list.length;
const round = (x: number, digits = 2): number | null => (Number.isFinite(x) ? Number(x.toFixed(digits)) : null);
const scores = (list: readonly CaseResult[]): number[] => list.flatMap((r) => (r.score === null ? [] : [r.score]));

/** Figures over all cases of a metric (of a set, for pooled ones). */
export const summaryOf = (e: Evaluated): Record<string, unknown> => {
  const of = (metric: string): CaseResult[] => e.cases.filter((r) => r.metric === metric);
  const out: Record<string, unknown> = { cases: e.cases.length };
  const [batadal, tep, nab, tampered] = [of('batadal'), of('tep'), of('nab'), of('tamper')];
  if (batadal.length > 0)
    out.batadal = {
      score: round(mean(scores(batadal)), 4),
      detected: batadal.reduce((a, r) => a + r.detected, 0),
      expected: batadal.reduce((a, r) => a + r.expected, 0),
      falseEpisodes: batadal.reduce((a, r) => a + r.falseEpisodes, 0),
    };
  if (tep.length > 0) {
    const faults = tep.filter((r) => r.expected > 0);
    const normal = tep.filter((r) => r.expected === 0);
    const hard = (r: CaseResult): boolean => HARD_FAULTS.has(String(r.fault));
    out.tep = {
      detectionPercent: round(mean(scores(faults.filter((r) => !hard(r))))),
      hardFaultsPercent: Object.fromEntries(faults.filter(hard).map((r) => [String(r.fault), r.score])),
      farPercentNormal: round(mean(normal.map((r) => r.farPercent ?? Number.NaN)), 3),
      farPercentBeforeFaults: round(mean(faults.map((r) => r.farPercent ?? Number.NaN)), 3),
    };
  }
  if (nab.length > 0)
    out.nab = {
      score: round(nabCorpusScore(nab.map((r) => ({ raw: Number(r.raw), windows: (r.windows as unknown[]).length })))),
      detected: nab.reduce((a, r) => a + r.detected, 0),
      expected: nab.reduce((a, r) => a + r.expected, 0),
      outside: nab.reduce((a, r) => a + Number(r.detectionsOutside), 0),
    };
  const sets = new Map(e.counts);
  // The benchmark counts all of its cases together; they may lie in several folders.
  if (sets.size > 0) sets.set('skab', [...e.counts.values()].flat());
  for (const [set, counts] of sets) {
    const p = pooled(counts);
    out[set] = { f1: round(p.f1, 4), farPercent: round(p.farPercent), marPercent: round(p.marPercent) };
  }
  if (tampered.length > 0)
    out.tamper = {
      ...Object.fromEntries(
        [...new Set(tampered.map((r) => r.case.split('#')[1]!))].map((kind) => {
          const list = tampered.filter((r) => r.case.endsWith(`#${kind}`));
          const sum = (key: string): number => list.reduce((a, r) => a + Number(r[key]), 0);
          return [kind, round((100 * sum('detected')) / sum('expected'), 1)];
        }),
      ),
      namedRightPercent: round(
        (100 * tampered.reduce((a, r) => a + Number(r.namedRight), 0)) /
          tampered.reduce((a, r) => a + Number(r.namedOf), 0),
        1,
      ),
      falseEpisodesPer30Days: round(mean(tampered.map((r) => Number(r.falseEpisodesPer30Days)))),
      firstSeed: Math.min(...tampered.map((r) => (r.seeds as readonly number[])[0]!)),
      rows: TAMPER_ROWS,
      detectableFrom: DETECTABLE_D,
    };
  return out;
};

const show = (x: unknown): string => (x === null || x === undefined ? '-' : String(x));
const duration = (seconds: unknown): string =>
  typeof seconds !== 'number'
    ? '-'
    : seconds < 600
      ? `${seconds} s`
      : seconds < 36_000
        ? `${(seconds / 60).toFixed(0)} min`
        : `${(seconds / 3600).toFixed(1)} h`;

/** The table for people: a line per case, the sweep of NAB, the summary. */
export const tableOf = (e: Evaluated): string => {
  const head = ['case', 'metric', 'score', 'found', 'false episodes', 'FAR %', 'mean delay', 'also'];
  const rows = e.cases.map((r) => [
    r.case,
    r.metric,
    show(r.score),
    `${r.detected}/${r.expected}`,
    show(r.falseEpisodes),
    show(r.farPercent),
    duration(r.delay),
    [
      ...(r.timeToDetection === undefined ? [] : [`TTD ${show(r.timeToDetection)} CM ${show(r.classification)}`]),
      ...(r.detectionsOutside === undefined
        ? []
        : [`outside ${show(r.detectionsOutside)}, every row ${show(r.everyRowScore)}`]),
      ...(r.marPercent === undefined ? [] : [`MAR ${show(r.marPercent)} %`]),
      ...(r.injected === undefined ? [] : [`of all injected ${show(r.detectedOfInjected)}/${show(r.injected)}`]),
      ...(r.namedOf === undefined ? [] : [`named right ${show(r.namedRight)}/${show(r.namedOf)}`]),
      ...(r.trainingRows === 0 ? ['its training holds no rows'] : []),
      ...(r.rows === 0 ? ['test.csv holds no rows'] : []),
      ...(Number(r.rows) > 0 && Number(r.columns) > 0 && r.emptyColumns === r.columns
        ? ['test.csv has no values in the columns of training']
        : []),
      ...(Number(r.emptyIntervals ?? 0) > 0 ? [`no rows in ${show(r.emptyIntervals)} of its intervals`] : []),
      ...(r.learningRows === 0 || r.learningRows === undefined ? [] : [`${show(r.learningRows)} rows learning`]),
    ].join('; '),
  ]);
  const widths = head.map((h, i) => Math.max(h.length, ...rows.map((r) => r[i]!.length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((c, i) => c.padEnd(widths[i]!))
      .join('  ')
      .trimEnd();
  const sweeps = e.cases
    .filter((r) => Array.isArray(r.sweep))
    .map((r) => {
      const points = r.sweep as readonly { threshold: number; score: number | null; found: number; outside: number }[];
      return `${r.case} over thresholds: ${points.map((s) => `${s.threshold}: ${show(s.score)} (${s.found} found, ${s.outside} outside)`).join('; ')}`;
    });
  const summary = Object.entries(summaryOf(e)).map(([k, v]) => `${k}: ${JSON.stringify(v)}`);
  return [line(head), ...rows.map(line), '', ...sweeps, ...(sweeps.length > 0 ? [''] : []), ...summary].join('\n');
};
