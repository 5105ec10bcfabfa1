/** `npx tsx test/scenarios/run.ts [--seed N] [--learn HOURS] [--only NAME] [--told]`: what is told of each incident, and what is missing. */
import { given } from '../usage.ts';
import { playAll } from './play.ts';

const { values } = given(import.meta.url, {
  options: {
    seed: { type: 'string', default: '1' },
    learn: { type: 'string', default: '24' },
    only: { type: 'string', default: '' },
    told: { type: 'boolean', default: false },
  },
});
const results = playAll({ seed: Number(values.seed), learnHours: Number(values.learn), only: values.only });
for (const r of results) {
  console.log(`\n${r.name}`);
  for (const a of r.asks)
    console.log(`  ${a.foundBy === '' ? 'MISSED' : `${a.afterS.toFixed(0)} s, ${a.foundBy}`}: ${a.what}`);
  for (const t of r.told)
    if (values.told || t.isAlert)
      console.log(
        `    ${t.isAlert ? 'alert' : '     '} +${t.afterS.toFixed(0)} s ${t.kind} [${t.severity}] ${t.title}\n            ${t.what}`,
      );
}
