import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { headOf } from './usage.ts';

it('says what a tool takes when it is asked, and when an option is not known', () => {
  const run = (option: string) =>
    spawnSync('npx', ['tsx', 'test/evaluate/plant-run.ts', option], {
      encoding: 'utf8',
      shell: process.platform === 'win32',
    });
  const asked = run('--help');
  expect([asked.status, asked.stdout.trim()]).toEqual([
    0,
    headOf(new URL('./evaluate/plant-run.ts', import.meta.url).href),
  ]);
  expect(asked.stdout).toMatch(/^`npm run evaluate:plant -- /);
  const wrong = run('--plants');
  expect(wrong.status).toBe(2);
  expect(wrong.stderr).toContain('--plants');
  expect(wrong.stderr).toContain('`npm run evaluate:plant -- ');
}, 60_000);
