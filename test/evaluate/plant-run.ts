/**
 * `npm run evaluate:plant -- [--plant SEEDS] [--plant-days D] [--learn-hours H] [--attack noisy|patient|none|alternate]
 * [--variant a|b] [--from-hour H] [--stage MINUTES] [--no-disturbances] [--no-process] [--json] [--findings] [--jobs N]
 * [--into DIR]`. Seeds are `1,2` or `301-320`. Days are those after the learning time; a run begins on Monday at that hour;
 * a staged attack begins ten minutes after the learning time and lasts about so long; `--no-process` judges the network
 * alone; `alternate` attacks the even seeds. With `--json` the text of each run goes to standard error. `--into DIR` runs
 * each seed in a process of its own, N at a time, keeps what each came to, goes on where an earlier call was interrupted
 * (a directory for each version of the code), and prints one table over all.
 */

import { fileURLToPath } from 'node:url';
import { PLANT_DEFAULTS } from '../../plant/network/index.ts';
import { given } from '../usage.ts';
import { DAY_US, MINUTE_US, runPlant } from './plant.ts';
import { runJobs } from './plant-jobs.ts';
import { caseOf, findingsOf, type PlantRow, summaryOf, textOf } from './plant-report.ts';
import { scorePlant } from './plant-score.ts';
import { attackOf, MAX_SEEDS, seedsOf, tableOfRows } from './plant-table.ts';

const { values } = given(import.meta.url, {
  options: {
    plant: { type: 'string', default: '1' },
    'plant-days': { type: 'string', default: '1' },
    'learn-hours': { type: 'string', default: '24' },
    attack: { type: 'string', default: 'noisy' },
    variant: { type: 'string', default: 'a' },
    'from-hour': { type: 'string', default: '0' },
    stage: { type: 'string', default: '0' },
    'no-disturbances': { type: 'boolean', default: false },
    'no-process': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    findings: { type: 'boolean', default: false },
    jobs: { type: 'string', default: '1' },
    into: { type: 'string', default: '' },
  },
});
const days = Number(values['plant-days']);
const learningHours = Number(values['learn-hours']);
const fromHour = Number(values['from-hour']);
const stageMinutes = Number(values.stage);
const jobs = Number(values.jobs);
const { variant } = values;
const fail = (text: string): never => {
  console.error(`evaluate:plant: ${text}`);
  process.exit(2);
};
const seeds = seedsOf(values.plant) ?? fail(`--plant takes seeds: 1,2,301-320 (at most ${MAX_SEEDS})`);
const attackFor = (seed: number) => attackOf(values.attack, seed) ?? fail('--attack noisy, patient, none or alternate');
if (!(days > 0 && days <= 30) || !(learningHours > 0 && learningHours <= 240)) fail('days or hours out of range');
if (!(fromHour >= 0 && fromHour < 24) || !(stageMinutes >= 0 && stageMinutes <= 1440))
  fail('--from-hour 0-23, --stage minutes');
if (variant !== 'a' && variant !== 'b') fail('--variant a or b');
if (!Number.isInteger(jobs) || jobs < 1 || jobs > 64) fail('--jobs 1 to 64');
if (jobs > 1 && values.into === '') fail('--jobs needs --into DIR, where each run is kept');
for (const seed of seeds) attackFor(seed);
const startUs = (hour: number): number => PLANT_DEFAULTS.startUs + Math.round(hour * 60) * MINUTE_US;

const runHere = (seed: number): PlantRow => {
  const startedMs = performance.now();
  const startedCpu = process.cpuUsage();
  let told = 0;
  const outcome = runPlant(
    {
      seed,
      days: days + learningHours / 24,
      attack: attackFor(seed),
      variant: variant === 'b' ? 'b' : 'a',
      disturbances: !values['no-disturbances'],
      process: !values['no-process'],
      startUs: startUs(fromHour),
      ...(stageMinutes > 0
        ? { staged: { atUs: startUs(fromHour) + (learningHours * 60 + 10) * MINUTE_US, minutes: stageMinutes } }
        : {}),
      learningUs: learningHours * 60 * MINUTE_US,
    },
    (tsUs) => {
      const hour = Math.floor((tsUs % DAY_US) / (60 * MINUTE_US));
      if (hour === told) return;
      told = hour;
      process.stderr.write(
        `seed ${seed} ${new Date(tsUs / 1000).toISOString().slice(5, 16)} after ${Math.round((performance.now() - startedMs) / 1000)} s\n`,
      );
    },
  );
  const cpu = process.cpuUsage(startedCpu);
  const result = {
    outcome,
    score: scorePlant(outcome),
    seconds: (performance.now() - startedMs) / 1000,
    cpuSeconds: (cpu.user + cpu.system) / 1e6,
  };
  const say = values.json ? console.error : console.log;
  say(textOf(result));
  if (values.findings) say(findingsOf(result));
  return caseOf(result);
};

/** The arguments of one seed's run: those of this call without what is said about many. */
const wordsFor = (seed: number): string[] => [
  ...['--plant', String(seed), '--attack', attackFor(seed), '--variant', variant],
  ...['--plant-days', String(days), '--learn-hours', String(learningHours)],
  ...['--from-hour', String(fromHour), '--stage', String(stageMinutes)],
  ...(values['no-disturbances'] ? ['--no-disturbances'] : []),
  ...(values['no-process'] ? ['--no-process'] : []),
];
const rows =
  values.into === ''
    ? seeds.map(runHere)
    : await runJobs(
        fileURLToPath(import.meta.url),
        seeds.map((seed) => ({ seed, words: wordsFor(seed) })),
        jobs,
        values.into,
        (text) => process.stderr.write(`${text}\n`),
      );
if (values.json) console.log(JSON.stringify({ cases: rows, summary: summaryOf(rows) }));
else if (values.into !== '') console.log(tableOfRows(rows));
else if (rows.length > 1) console.log(JSON.stringify(summaryOf(rows), null, 1));
