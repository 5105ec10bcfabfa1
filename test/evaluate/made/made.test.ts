/**
 * The process guard on made data of the shapes of published sets (shapes.ts): floors, and that nothing odd in a file breaks
 * it. Cases are made in memory; `write.ts` writes the same as files.
 */
import { expect, it } from 'vitest';
import type { RowTable } from '../../../src/core/process.ts';
import { processLearner } from '../../../src/learn/process/index.ts';
import { countRows, stretches } from '../metrics/episodes.ts';
import { pooled } from '../metrics/pooled.ts';
import { alarmsOf, ask } from '../run-model.ts';
import { BATCH_FAULTS, batchCase } from './batch.ts';
import { LOOP_FAULTS, loopCase, type MadeCase, SERIES, seriesCase } from './shapes.ts';

const tableOf = (c: MadeCase, from: number, to: number): RowTable => ({
  points: c.points,
  count: to - from,
  tsUs: Float64Array.from(c.tsUs.slice(from, to)),
  columns: c.points.map((_, p) => Float64Array.from(c.rows.slice(from, to), (row) => row[p]!)),
});
const alarms = (c: MadeCase): Uint8Array => {
  const model = processLearner.fit(tableOf(c, 0, c.trainRows));
  return alarmsOf(ask(model, tableOf(c, c.trainRows, c.rows.length)).surprise);
};
const truth = (c: MadeCase): Uint8Array =>
  Uint8Array.from({ length: c.rows.length - c.trainRows }, (_, i) =>
    c.anomalies.some(([a, b]) => a <= i + c.trainRows && i + c.trainRows <= b) ? 1 : 0,
  );

it('a water loop learned for 400 seconds: most of what is wrong is found, few good rows are called wrong', () => {
  const cases = LOOP_FAULTS.map((fault, i) => loopCase(fault, 901 + i));
  const p = pooled(cases.map((c) => countRows(truth(c), alarms(c))));
  console.log(`seeds 901-${900 + cases.length}: F1 ${p.f1.toFixed(3)}, FAR ${p.farPercent.toFixed(1)} %`);
  expect(p.f1).toBeGreaterThan(0.65);
  expect(p.farPercent).toBeLessThan(8);
});

it('a vessel that works in batches: quiet for hours of good ones', () => {
  const c = batchCase('none', 935);
  const flags = alarms(c);
  const part = flags.reduce((a, b) => a + b, 0) / flags.length;
  console.log(`seed 935, ${BATCH_FAULTS.length} kinds: ${(100 * part).toFixed(2)} % of good rows told`);
  expect(part).toBeLessThan(0.01);
});

it('series of one value: most troubles are found, few others told', () => {
  let found = 0;
  let all = 0;
  let outside = 0;
  SERIES.forEach((series, i) => {
    const c = seriesCase(series, 951 + i);
    const flags = alarms(c);
    all += c.anomalies.length;
    for (const [a, b] of c.anomalies) if (flags.subarray(a - c.trainRows, b + 1 - c.trainRows).includes(1)) found++;
    const is = truth(c);
    outside += stretches(flags).filter((s) => is[s.start] === 0).length;
  });
  console.log(`seeds 951-${950 + SERIES.length}: ${found} of ${all} found, ${outside} told outside`);
  expect(found / all).toBeGreaterThan(0.7);
  expect(outside).toBeLessThanOrEqual(10);
});
