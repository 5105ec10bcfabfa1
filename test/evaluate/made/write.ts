/** `tsx test/evaluate/made/write.ts DIR [SEED] [RUNS]`: writes made cases in the form that the evaluation reads. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BATCH_FAULTS, batchCase } from './batch.ts';
import { LOOP_FAULTS, loopCase, type MadeCase, SERIES, seriesCase } from './shapes.ts';

const iso = (us: number): string => new Date(us / 1000).toISOString();
const csv = (c: MadeCase, from: number, to: number): string =>
  [
    `time,${c.points.join(',')}`,
    ...c.rows
      .slice(from, to)
      .map((r, i) => `${iso(c.tsUs[from + i]!)},${r.map((x) => (Number.isNaN(x) ? '' : x)).join(',')}`),
  ].join('\n');

const writeCase = (root: string, set: string, c: MadeCase): void => {
  const folder = join(root, set, c.name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'train.csv'), csv(c, 0, c.trainRows));
  writeFileSync(join(folder, 'test.csv'), csv(c, c.trainRows, c.rows.length));
  const intervals = c.anomalies.map(([a, b]) => ({ start: iso(c.tsUs[a]!), end: iso(c.tsUs[b]!) }));
  writeFileSync(join(folder, 'labels.json'), JSON.stringify({ metric: c.metric, intervals }));
};

const [root, seed = '1', runs = '2'] = process.argv.slice(2);
if (root !== undefined)
  for (let n = 0; n < Number(runs); n++) {
    for (const [i, fault] of LOOP_FAULTS.entries())
      writeCase(root, 'loop', loopCase(fault, Number(seed) + n * 100 + i));
    for (const [i, fault] of BATCH_FAULTS.entries())
      writeCase(root, 'batch', batchCase(fault, Number(seed) + n * 100 + 30 + i));
    for (const [i, series] of SERIES.entries())
      writeCase(root, 'series', seriesCase(series, Number(seed) + n * 100 + 50 + i));
  }
