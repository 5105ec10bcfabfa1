/**
 * The process guard on the published data, below whose figures it must not fall (docs/reference/evaluation.md), and the
 * harness on made cases.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { processLearner } from '../../src/learn/process/index.ts';
import { seededRandom } from '../../src/lib/random.ts';
import { describeShared, sharedPath } from '../shared.ts';
import { learner as baseline } from './baseline.ts';
import { findCases, readTrain } from './cases.ts';
import { evaluate, FIRST_SEED } from './evaluate.ts';
import { summaryOf, tableOf } from './report.ts';
import { continuousPoints, tamper, tamperCase } from './tamper.ts';

describeShared('the process guard on published data, one configuration', () => {
  const { cases, problems } = findCases(sharedPath('process'));
  it('reads every case', () => {
    expect(problems).toEqual([]);
    expect(cases.map((c) => c.name)).toContain('tep/fault10');
    expect(cases.length).toBe(13);
    expect(cases.find((c) => c.name === 'batadal/dataset04')!.intervals.length).toBe(7);
  });

  it('holds the floors', () => {
    const e = evaluate(processLearner, cases, { tamper: 'none' });
    console.log(tableOf(e));
    const by = (metric: string) => e.cases.filter((r) => r.metric === metric);
    const [batadal] = by('batadal');
    expect(batadal!.score).toBeGreaterThanOrEqual(0.95);
    expect(batadal!.detected).toBe(7);
    expect(batadal!.falseEpisodes).toBeLessThanOrEqual(4);
    const { tep } = summaryOf(e) as { tep: Record<string, number> };
    expect(tep.detectionPercent).toBeGreaterThanOrEqual(98);
    expect(tep.farPercentNormal).toBeLessThanOrEqual(1);
    expect(tep.farPercentBeforeFaults).toBeLessThanOrEqual(1);
    const [nab] = by('nab');
    expect(nab!.score).toBeGreaterThanOrEqual(84);
    expect(nab!.detected).toBe(4);
    expect(nab!.detectionsOutside).toBeLessThanOrEqual(8);
  }, 400_000);

  it('finds a sample of the tampering', () => {
    const { table } = readTrain(cases.find((c) => c.metric === 'batadal')!.trainPath);
    // 29 has no divisor in common with the starts and kinds of a point: the sample has every kind.
    const t = tamperCase(processLearner, table, FIRST_SEED, 29)!;
    const detectable = t.outcomes.filter((o) => o.detectable);
    console.log(
      `seeds from ${FIRST_SEED}: ${detectable.filter((o) => o.detected).length} of ${detectable.length} found`,
    );
    expect(detectable.length).toBeGreaterThan(15);
    expect(detectable.filter((o) => o.detected).length / detectable.length).toBeGreaterThanOrEqual(0.85);
    const found = detectable.filter((o) => o.detected);
    expect(found.filter((o) => o.named).length / found.length).toBeGreaterThanOrEqual(0.95);
    expect((t.falseEpisodes * 30) / t.cleanDays).toBeLessThanOrEqual(2);
  }, 400_000);
});

it('falsifies as it says, and the same for the same seed', () => {
  const column = Float64Array.from({ length: 400 }, (_, i) => 10 + Math.sin(i / 5));
  const of = (kind: Parameters<typeof tamper>[0], size: number) => tamper(kind, size, column, 300, 50, 2, 7);
  const change = (kind: Parameters<typeof tamper>[0], size: number) =>
    Array.from(of(kind, size), (x, k) => x - column[300 + k]!);
  for (const d of change('bias-2', 0.02)) expect(Math.abs(d)).toBeCloseTo(0.04, 10);
  expect(of('gain', 1.05)[3]).toBeCloseTo(column[303]! * 1.05, 12);
  expect(new Set(of('stuck', 0)).size).toBe(1);
  const drift = change('drift', 0.05);
  expect(Math.abs(drift[0]!)).toBeCloseTo(0.1 / 50, 10);
  expect(Math.abs(drift[49]!)).toBeCloseTo(0.1, 10);
  const replay = of('replay', 0);
  const back = [...column].findIndex((_, i) => i < 300 && replay.every((x, k) => x === column[i + k]));
  expect(300 - back).toBeGreaterThanOrEqual(50);
  expect(of('noise', 0.02)).toEqual(of('noise', 0.02));
});

it('judges a set it never saw: pooled counts, files of another make, a broken case told', () => {
  const root = mkdtempSync(join(tmpdir(), 'evaluate-'));
  try {
    for (const [name, shift] of [
      ['one', 30],
      ['two', 0],
    ] as const) {
      const folder = join(root, 'pump', name);
      mkdirSync(folder, { recursive: true });
      const random = seededRandom(5);
      const line = (i: number, more: number): string =>
        `2024-01-01 00:${String(Math.floor(i / 60)).padStart(2, '0')}:${String(i % 60).padStart(2, '0')};${(random.normal() + more).toFixed(3)};${i % 7 === 0 ? '' : random.normal().toFixed(3)};on`;
      const rows = (n: number, at: (i: number) => number): string =>
        ['datetime;A;B;mode', ...Array.from({ length: n }, (_, i) => line(i, at(i)))].join('\r\n');
      writeFileSync(
        join(folder, 'train.csv'),
        rows(400, () => 0),
      );
      writeFileSync(
        join(folder, 'test.csv'),
        rows(600, (i) => (i >= 300 && i < 400 ? shift : 0)),
      );
      writeFileSync(
        join(folder, 'labels.json'),
        JSON.stringify({
          metric: 'skab',
          intervals: [{ start: '2024-01-01T00:05:00Z', end: '2024-01-01T00:06:39Z', point: 'A' }],
        }),
      );
    }
    mkdirSync(join(root, 'pump', 'broken'));
    writeFileSync(join(root, 'pump', 'broken', 'labels.json'), '{"metric":"skab"}');
    for (const name of ['unsaid', 'silent']) {
      mkdirSync(join(root, 'pump', name));
      for (const file of ['train.csv', 'test.csv'])
        writeFileSync(join(root, 'pump', name, file), readFileSync(join(root, 'pump', 'one', file)));
    }
    writeFileSync(join(root, 'pump', 'silent', 'labels.json'), '{"metric":"skab"}');
    writeFileSync(
      join(root, 'pump', 'unsaid', 'labels.json'),
      '{"metric":"skab","intervals":[["2024-01-01T00:05:00Z"]]}',
    );
    // As a data set has it: the answers in a column of the file, its rows not divided.
    for (const [folder, file] of [
      ['whole', 'test.csv'],
      ['bare', 'test.csv'],
      ['marked', 'train.csv'],
      ['marked', 'test.csv'],
    ] as const) {
      mkdirSync(join(root, 'as-found', folder), { recursive: true });
      const lines = readFileSync(join(root, 'pump', 'one', file), 'utf8').split('\r\n');
      const isOdd = (i: number): boolean => file === 'test.csv' && i > 300 && i <= 400;
      const marked = lines.map((l, i) => `${l};${i === 0 ? 'anomaly;changepoint' : `${isOdd(i) ? '1.0' : '0.0'};0.0`}`);
      writeFileSync(join(root, 'as-found', folder, file), marked.join('\n'));
      if (folder !== 'bare') writeFileSync(join(root, 'as-found', folder, 'labels.json'), '{"metric":"skab"}');
    }
    const found = findCases(join(root, 'as-found'));
    expect(found.cases[0]!.intervals).toMatchObject([
      { startUs: Date.UTC(2024, 0, 1, 0, 5) * 1000, endUs: Date.UTC(2024, 0, 1, 0, 6, 39) * 1000 },
    ]);
    expect(found.problems.map((p) => p.slice(0, 60))).toEqual([
      'bare: no train.csv, the rows of normal running that are lear',
      'whole: no train.csv, the rows of normal running that are lea',
    ]);
    expect(evaluate(baseline, found.cases).cases.map((r) => [r.case, r.score])).toEqual([['marked', 1]]);
    rmSync(join(root, 'as-found'), { recursive: true });
    // Training in several files, answers in a file of their own, UTF-16, bars; times of another day are told.
    const other = join(root, 'other');
    mkdirSync(other);
    const [head, ...rows] = readFileSync(join(root, 'pump', 'one', 'train.csv'), 'utf8').split('\r\n');
    for (const [k, part] of [rows.slice(200), rows.slice(0, 200)].entries())
      writeFileSync(join(other, `train${k + 1}.csv`), [head, ...part].join('\n').replaceAll(';', '|'));
    const test = readFileSync(join(root, 'pump', 'one', 'test.csv'), 'utf8');
    writeFileSync(join(other, 'test.csv'), `\uFEFF${test}`, 'utf16le');
    const answers = test
      .split('\r\n')
      .map((l, i) => [l.split(';')[0], i === 0 ? 'label' : i > 300 && i <= 400 ? 1 : 0].join());
    writeFileSync(join(other, 'labels.csv'), answers.join('\n'));
    writeFileSync(join(other, 'labels.json'), '\uFEFF{"metric":"SKAB","intervals":null}');
    const split = findCases(other);
    expect(split.problems).toEqual([]);
    expect(readTrain(split.cases[0]!.trainPath).table).toEqual(readTrain(join(root, 'pump', 'one', 'train.csv')).table);
    expect(evaluate(baseline, split.cases).cases.map((r) => [r.metric, r.score, r.emptyIntervals])).toEqual([
      ['skab', 1, 0],
    ]);
    writeFileSync(join(other, 'labels.json'), '{"intervals":[["2024-02-01 00:05:00","2024-02-01 00:06:39"]]}');
    expect(evaluate(baseline, findCases(other).cases).cases.map((r) => [r.score, r.emptyIntervals])).toEqual([[0, 1]]);
    // Training without rows, and test rows of another plant: said, or they would read as a guard that finds nothing.
    writeFileSync(join(other, 'train.csv'), 'datetime;A;B;mode');
    expect(tableOf(evaluate(baseline, findCases(other).cases))).toContain('its training holds no rows');
    writeFileSync(join(other, 'train.csv'), 'datetime;X\n2024-01-01 00:00:00;1\n2024-01-01 00:00:01;2');
    expect(tableOf(evaluate(baseline, findCases(other).cases))).toContain(
      'test.csv has no values in the columns of training',
    );
    rmSync(other, { recursive: true });

    const { cases, problems } = findCases(root);
    // A case whose attacks cannot be read is none, and not one without attacks.
    expect(problems).toEqual([
      'pump/broken: no test.csv',
      'pump/silent: its labels cannot be read: no intervals, and test.csv has no column of answers (anomaly, label, ... with 0 and 1); "intervals": [] says that nothing is to be found',
      'pump/unsaid: its labels cannot be read: interval 1 has no start and end as RFC 3339',
    ]);
    const e = evaluate(baseline, cases);
    expect(e.cases.map((r) => [r.case, r.score, r.detected, r.namedRight])).toEqual([
      ['pump/one', 1, 1, 1],
      ['pump/two', 0, 0, undefined],
    ]);
    const both = { f1: 0.6667, farPercent: 0, marPercent: 50 };
    expect(summaryOf(e)).toMatchObject({ pump: both, skab: both });
    // The folder of the set itself: its cases are pooled all the same.
    expect(summaryOf(evaluate(baseline, findCases(join(root, 'pump')).cases))).toMatchObject({
      pump: both,
      skab: both,
    });
    const whole = evaluate(processLearner, cases, { tamper: 'all' });
    expect(whole.cases[0]!.detected).toBe(1);
    expect(whole.cases[1]!.falseEpisodes).toBeLessThanOrEqual(1);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});

it('only moving points are tampered with', () => {
  const moving = Float64Array.from({ length: 500 }, (_, i) => Math.sin(i));
  const states = Float64Array.from({ length: 500 }, (_, i) => i % 2);
  const table = { points: ['a', 'b'], count: 500, tsUs: moving, columns: [moving, states] };
  expect(continuousPoints(table, 500)).toEqual([0]);
});

describeShared('labels', () => {
  it('agree with the counts in the description', () => {
    const { cases } = findCases(sharedPath('process/tep'));
    // A folder below the root works too: the training data is found from there.
    expect(cases.length).toBe(11);
    expect(readFileSync(cases[0]!.trainPath, 'utf8').split('\n').length).toBe(502);
  });
});
