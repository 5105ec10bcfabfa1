/** Many runs: what is asked for, that an interrupted call goes on, and the table by hand. */
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { kept, runJobs } from './plant-jobs.ts';
import { type PlantRow, summaryOf } from './plant-report.ts';
import { attackOf, seedsOf, tableOfRows } from './plant-table.ts';

const row = (seed: number, changes: Partial<PlantRow> = {}): PlantRow => ({
  case: `plant/a/none/seed-${seed}`,
  metric: 'plant',
  score: null,
  detected: 0,
  expected: 0,
  falseEpisodes: 0,
  farPercent: null,
  delay: null,
  alerted: 0,
  days: 3,
  cycleSeconds: 1800,
  knownBefore: null,
  falseFindings: 0,
  falseKinds: '',
  falseAlerts: [],
  falseFolded: 0,
  missed: [],
  disturbancesRight: 10,
  disturbances: 10,
  wrong: [],
  incidents: { ofAttack: 0, ofNothing: 0 },
  queue: { alerts: 0, places: 0, overBudget: 0 },
  kinds: {},
  frames: 1,
  seconds: 1,
  cpuSeconds: 1,
  ...changes,
});

describe('what is asked for', () => {
  it('reads lists and ranges of seeds, and nothing else', () => {
    expect(seedsOf('3')).toEqual([3]);
    expect(seedsOf('1,5-7, 6')).toEqual([1, 5, 6, 7]);
    for (const wrong of ['', '1,', 'a', '7-5', '-1', '1.5', '1-999']) expect(seedsOf(wrong), wrong).toBeUndefined();
  });
  it('attacks every second seed when both are wanted', () => {
    expect([301, 302].map((seed) => attackOf('alternate', seed))).toEqual(['none', 'noisy']);
    expect(attackOf('patient', 1)).toBe('patient');
    expect(attackOf('loud', 1)).toBeUndefined();
  });
});

describe('the table over runs', () => {
  const noisy = row(302, {
    case: 'plant/a/noisy/seed-302',
    detected: 3,
    expected: 4,
    alerted: 2,
    missed: ['sensor-drift of LT-101'],
    knownBefore: { alert: true, incident: true },
    falseAlerts: ['point.level'],
    falseEpisodes: 1,
    falseFolded: 1,
    kinds: {
      'set-point': { found: 2, of: 2, delays: [0, 4], medianDelay: 0, worstDelay: 4 },
      'sensor-drift': { found: 1, of: 2, delays: [600], medianDelay: 600, worstDelay: 600 },
    },
  });
  it('counts over all runs, and keeps those without an attack apart', () => {
    const text = tableOfRows([row(301, { falseAlerts: ['point.junk', 'point.level'], falseEpisodes: 2 }), noisy]);
    for (const part of [
      'found 3 of 4 (75.0 %), as alerts 2',
      '1 (point.level 1; 1 under an incident)',
      'known before the first command: 1 of 1',
      'without an attack 2 in 3.0 days = 0.67 a day; with one 1 in 3.0 days = 0.33 a day',
      'disturbances as they should be: 20 of 20 (100.0 %)',
      '| sensor-drift | 1 of 2 | 600 s | 600 s |',
      '| point.level | 0.33 | 0.33 |',
      '| point.junk | 0.33 | 0.00 |',
    ])
      expect(text).toContain(part);
    expect(summaryOf([row(301), noisy]).plant).toMatchObject({ runs: 2, moves: 4, movesFound: 3, knownBefore: 1 });
  });
});

describe('runs in processes of their own', () => {
  let into = '';
  beforeEach(() => {
    into = mkdtempSync(join(tmpdir(), 'gatehouse-plant-'));
  });
  afterEach(() => rmSync(into, { recursive: true, force: true }));
  const program = (): string => {
    const path = join(into, 'run.mjs');
    writeFileSync(
      path,
      `import { appendFileSync } from 'node:fs';
       const seed = Number(process.argv[2]);
       appendFileSync(${JSON.stringify(join(into, 'started'))}, seed + ' ');
       if (seed === 9) { console.error('seed nine is bad'); process.exit(3); }
       const row = { ...${JSON.stringify(row(0))}, case: 'plant/a/none/seed-' + seed };
       console.error('text of ' + seed);
       console.log(JSON.stringify({ cases: [row] }));`,
    );
    return path;
  };
  const started = (): string => readFileSync(join(into, 'started'), 'utf8').trim().split(' ').sort().join(' ');
  const jobs = (...seeds: number[]) => seeds.map((seed) => ({ seed, words: [String(seed)] }));

  it('keeps each as it ends, and runs only what is not kept', async () => {
    const file = program();
    expect((await runJobs(file, jobs(1, 2), 2, into, () => undefined)).map((r) => r.case)).toEqual([
      'plant/a/none/seed-1',
      'plant/a/none/seed-2',
    ]);
    expect(readFileSync(join(into, 'plant-a-none-seed-2.txt'), 'utf8')).toBe('text of 2\n');
    // The call was interrupted in the middle of a line.
    appendFileSync(join(into, 'runs.jsonl'), '{"run":"3","row":{"case":"pla');
    const rows = await runJobs(file, jobs(1, 2, 3), 1, into, () => undefined);
    expect(rows.map((r) => r.case)).toHaveLength(3);
    expect(started()).toBe('1 2 3');
    expect(kept(readFileSync(join(into, 'runs.jsonl'), 'utf8')).size).toBe(3);
  });
  it('says which run failed and why, and finishes the others', async () => {
    const file = program();
    const told: string[] = [];
    await expect(runJobs(file, jobs(9, 4), 1, into, (text) => void told.push(text))).rejects.toThrow(
      'seed nine is bad',
    );
    expect(kept(readFileSync(join(into, 'runs.jsonl'), 'utf8')).has('4')).toBe(true);
    expect(told[0]).toContain('seed 9 failed');
  });
});
