/**
 * `npm run evaluate:evasion -- [--plant SEEDS] [--part frames|rows|floods] [--short] [--json]`. Without `--part` all of them
 * one after the other. `--short` is what the test runs: little learned, no second run for chance. Every result says how far
 * the attacker had come when he was found.
 */

import { given } from '../usage.ts';
import { type EvasionResult, summaryOf, tableOf } from './evasion.ts';
import { PARTS, type Part, runPart } from './evasion-parts.ts';

const { values } = given(import.meta.url, {
  options: {
    plant: { type: 'string', default: '1' },
    part: { type: 'string', default: '' },
    short: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const fail = (text: string): never => {
  console.error(`evaluate:evasion: ${text}`);
  process.exit(2);
};
const isPart = (text: string): text is Part => (PARTS as readonly string[]).includes(text);
const seeds = values.plant.split(',').map(Number);
if (seeds.some((s) => !Number.isInteger(s) || s < 0)) fail('--plant takes seeds: 1,2,3');
const parts: readonly Part[] =
  values.part === '' ? PARTS : isPart(values.part) ? [values.part] : fail(`--part ${PARTS.join('|')}`);
const all: { readonly seed: number; readonly part: Part; readonly results: readonly EvasionResult[] }[] = [];
for (const seed of seeds)
  for (const part of parts) {
    const before = process.cpuUsage();
    const results = runPart(part, seed, values.short);
    all.push({ seed, part, results });
    const { user } = process.cpuUsage(before);
    if (!values.json)
      console.log(`\nseed ${seed}, ${part} (${(user / 1e6).toFixed(0)} s of user time)\n\n${tableOf(results)}`);
  }
const summary = summaryOf(all.flatMap((x) => x.results));
if (values.json) console.log(JSON.stringify({ cases: all, summary }));
else
  console.log(
    `\nasked a person: ${summary.alerts} of ${summary.evasions}; labelled as announced work ${summary.labelled}, kept as a record ${summary.records}, missed ${summary.missed}; miss rate ${(100 * summary.missRate).toFixed(0)} %`,
  );
