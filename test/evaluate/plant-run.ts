/**
 * `npm run evaluate:plant -- [--plant SEEDS] [--plant-days D] [--learn-hours H] [--attack noisy|patient|none] [--variant a|b]
 * [--from-hour H] [--stage MINUTES] [--no-disturbances] [--no-process] [--json] [--findings]`. Days are those after the
 * learning time; a run begins on Monday at that hour; a staged attack begins ten minutes after the learning time and lasts
 * about so long; `--no-process` judges the network alone. With `--json` the text of each run goes to standard error.
 */
import { parseArgs } from 'node:util';
import { PLANT_DEFAULTS } from '../../plant/network/index.ts';
import { DAY_US, MINUTE_US, runPlant } from './plant.ts';
import { caseOf, findingsOf, summaryOf, textOf } from './plant-report.ts';
import { scorePlant } from './plant-score.ts';

const { values } = parseArgs({
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
  },
});
const seeds = values.plant.split(',').map(Number);
const days = Number(values['plant-days']);
const learningHours = Number(values['learn-hours']);
const fromHour = Number(values['from-hour']);
const stageMinutes = Number(values.stage);
const { attack, variant } = values;
const fail = (text: string): never => {
  console.error(`evaluate:plant: ${text}`);
  process.exit(2);
};
if (seeds.some((s) => !Number.isInteger(s) || s < 0)) fail('--plant takes seeds: 1,2,3');
if (!(days > 0 && days <= 30) || !(learningHours > 0 && learningHours <= 240)) fail('days or hours out of range');
if (!(fromHour >= 0 && fromHour < 24) || !(stageMinutes >= 0 && stageMinutes <= 1440))
  fail('--from-hour 0-23, --stage minutes');
const startUs = (hour: number): number => PLANT_DEFAULTS.startUs + Math.round(hour * 60) * MINUTE_US;
const results = seeds.map((seed) => {
  const startedMs = performance.now();
  let told = 0;
  const outcome = runPlant(
    {
      seed,
      days: days + learningHours / 24,
      attack:
        attack === 'patient' || attack === 'none' || attack === 'noisy'
          ? attack
          : fail('--attack noisy, patient or none'),
      variant: variant === 'a' || variant === 'b' ? variant : fail('--variant a or b'),
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
  const result = { outcome, score: scorePlant(outcome), seconds: (performance.now() - startedMs) / 1000 };
  const say = values.json ? console.error : console.log;
  say(textOf(result));
  if (values.findings) say(findingsOf(result));
  return result;
});
if (values.json) console.log(JSON.stringify({ cases: results.map(caseOf), summary: summaryOf(results) }));
else if (results.length > 1) console.log(JSON.stringify(summaryOf(results), null, 1));
