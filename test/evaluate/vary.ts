/**
 * `tsx test/evaluate/vary.ts DIR [DIR...] [--knob TEXT] [--by 0.8,1.2]`: what the cases below each DIR come to when each
 * threshold of the process guard is turned, one at a time, in a copy of the sources. A score that falls there would be luck.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { given } from '../usage.ts';

/** File of `src/learn/process`, and the name of the number as it stands before its value. */
const KNOBS = [
  ['dynamics-points', 'LEVEL_TIMES ='],
  ['dynamics-points', 'FOLLOW_TIMES ='],
  ['dynamics-limits', 'FALSE_ALARM_PART ='],
  ['dynamics-limits', 'MAX_HYSTERESIS ='],
  ['dynamics-limits', 'TAIL_PART ='],
  ['dynamics', 'MAX_WIDENING ='],
  ['proof', 'PROOF_FROM ='],
  ['proof', 'EXPERIENCE ='],
  ['proof', 'ROWS_PER_POINT ='],
  ['soft-learner', 'FALSE_PER_TRAINING ='],
  ['charts', 'ABOVE_HIGHEST ='],
  ['charts', 'RELEASE ='],
  ['sensors', 'LEAST_EXPLAINED ='],
  ['nature', 'ACCURACY_OF_SPAN ='],
  ['guard', 'STUCK_FACTOR ='],
  ['level', 'averaged:'],
  ['level', 'remembered:'],
  ['level', 'blocksNeeded:'],
  ['level', 'oddWeight:'],
  ['level', 'release:'],
] as const;

interface Summary {
  readonly [set: string]: Record<string, unknown> | number;
}

const { values, positionals } = given(import.meta.url, {
  allowPositionals: true,
  options: { knob: { type: 'string', default: '' }, by: { type: 'string', default: '0.8,1.2' } },
});
const dirs = (positionals.length > 0 ? positionals : ['../shared/process']).map((d) => resolve(d));

/** Figures of each set in a few characters. */
const textOf = (summary: Summary): string =>
  Object.entries(summary)
    .flatMap(([set, figures]) => (typeof figures === 'number' ? [] : [[set, figures] as const]))
    .map(([set, f]) => {
      const of = (key: string): string => String(f[key]);
      if (set === 'batadal') return `S ${of('score')} ${of('detected')}/${of('expected')} ${of('falseEpisodes')} false`;
      if (set === 'tep')
        return `TEP ${of('detectionPercent')} FAR ${of('farPercentNormal')} before ${of('farPercentBeforeFaults')}`;
      if (set === 'nab') return `NAB ${of('score')} ${of('detected')}/${of('expected')} ${of('outside')} outside`;
      return `${set} F1 ${of('f1')} FAR ${of('farPercent')}`;
    })
    .join(' | ');

/** Runs the evaluation with the text of one source changed. */
const run = (file: string, change: (text: string) => string): string => {
  const root = mkdtempSync(join(tmpdir(), 'vary-'));
  try {
    for (const part of ['src', 'test', 'package.json', 'tsconfig.json'])
      cpSync(part, join(root, part), { recursive: true });
    symlinkSync(resolve('node_modules'), join(root, 'node_modules'));
    const path = join(root, 'src/learn/process', `${file}.ts`);
    const before = readFileSync(path, 'utf8');
    writeFileSync(path, change(before));
    return dirs
      .map((dir) => {
        const told = execFileSync(
          process.execPath,
          ['--import', 'tsx', 'test/evaluate/run.ts', dir, '--tamper', 'none', '--json'],
          { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28 },
        );
        return textOf((JSON.parse(told) as { summary: Summary }).summary);
      })
      .join(' | ');
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
};

console.log(`as set: ${run('index', (text) => text)}`);
for (const [file, name] of KNOBS.filter((k) => k.join(' ').includes(values.knob)))
  for (const by of values.by.split(',').map(Number)) {
    const number = new RegExp(`(${name.replace(' ', '\\s')}\\s?)([\\d.e-]+)`);
    const line = run(file, (text) => {
      if (!number.test(text)) throw new Error(`${file}: no ${name}`);
      return text.replace(number, (_all, before: string, value: string) => `${before}${Number(value) * by}`);
    });
    console.log(`${file} ${name.replace(/ ?[=:]/, '')} x ${by}: ${line}`);
  }
