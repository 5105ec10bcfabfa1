/**
 * `tsx test/evaluate/vary.ts DIR`: what the cases of metric `nab` come to when each knob of the level guard is turned by
 * 30 % either way, one at a time. A score that falls there would be luck.
 */
import { LEVEL_SETTING, type LevelSetting } from '../../src/learn/process/level.ts';
import { levelLearnerWith } from '../../src/learn/process/level-learner.ts';
import { findCases } from './cases.ts';
import { evaluate } from './evaluate.ts';

const cases = findCases(process.argv[2] ?? '../shared/process').cases.filter((c) => c.metric === 'nab');
const show = (setting: LevelSetting): string =>
  evaluate(levelLearnerWith(setting), cases, { tamper: 'none' })
    .cases.map((r) => `${r.score} (${r.detected}/${r.expected} found, ${String(r.detectionsOutside)} outside)`)
    .join('; ');
console.log(`as set: ${show(LEVEL_SETTING)}`);
for (const knob of Object.keys(LEVEL_SETTING) as (keyof LevelSetting)[])
  for (const by of [0.7, 1.3])
    console.log(`${knob} x ${by}: ${show({ ...LEVEL_SETTING, [knob]: LEVEL_SETTING[knob] * by })}`);
