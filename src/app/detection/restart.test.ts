/** A program that is killed in the middle of learning, and in the middle of judging, has lost at most a minute of each. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { openStore } from '../../store/index.ts';
import { LEARNED_EVERY_US } from './keep.ts';
import { LEARNER } from './learner.ts';
import { CONTROLLERS, liveSite, POINTS, STEP_US, T0, valueAt } from './testing/many-cells.ts';

const childScript = fileURLToPath(new URL('./testing/kill-child.ts', import.meta.url));
/** Points beyond 64 are a second cell of the controller. */
const CELLS = 2 * CONTROLLERS;
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-restart-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Reached {
  readonly reachedUs: number;
  readonly armed: number;
}

/** Runs the child until what it acknowledged is enough, then kills it in whatever it does; what it had reached by then. */
const runAndKill = (isEnough: (savedUs: number, armed: number) => boolean): Promise<Reached> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', childScript, folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let reachedUs = 0;
    let armed = 0;
    let rest = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop()!;
      for (const line of lines) {
        const [what, us, , count] = line.split(' ');
        if (what === 'reached') reachedUs = Number(us);
        else armed = Number(count);
        if (what === 'saved' && isEnough(Number(us), armed)) child.kill('SIGKILL');
      }
    });
    child.on('close', () => resolve({ reachedUs, armed }));
    child.on('error', reject);
  });

const afterStart = async (reachedUs: number) => {
  const store = await openStore(folder, { nowUs: () => 1 });
  const site = await liveSite(store, LEARNER);
  const { detection } = await site.load();
  const { cells } = detection.feed;
  expect(cells).toHaveLength(CELLS);
  const row = new Float64Array(POINTS);
  for (const cell of cells) {
    // A row is taken at its step; what was learned is written every minute.
    expect(reachedUs - cell.rows.lastUs).toBeLessThanOrEqual(LEARNED_EVERY_US + STEP_US);
    const values = row.subarray(0, cell.plan.points.length);
    for (let number = cell.rows.taken - cell.rows.count; number < cell.rows.taken; number++) {
      const tsUs = cell.rows.read(number, values);
      const first = cell.plan.id.includes('-') ? 64 : 0;
      const readUs = Math.floor(tsUs / STEP_US) * STEP_US;
      expect(values[0]).toBe(valueAt(first, readUs));
      expect(values[values.length - 1]).toBe(valueAt(first + values.length - 1, readUs));
    }
  }
  const state = cells.map((cell) => ({ rows: cell.rows.taken, fittedUs: cell.fittedUs, isArmed: cell.isArmed }));
  await store.close();
  return state;
};

it(`kill -9 while it learns and while it judges: ${CONTROLLERS} controllers of ${POINTS} points`, {
  timeout: 600_000,
}, async () => {
  const learning = await runAndKill((savedUs) => savedUs >= T0 + 800_000_000);
  expect(learning.armed).toBe(0);
  const learned = await afterStart(learning.reachedUs);
  for (const { rows, isArmed } of learned) {
    expect(rows).toBeGreaterThan(40);
    expect(isArmed).toBe(false);
  }
  let armedUs = 0;
  const judging = await runAndKill((savedUs, armed) => {
    if (armed === CELLS && armedUs === 0) armedUs = savedUs;
    return armedUs > 0 && savedUs > armedUs + 2 * LEARNED_EVERY_US;
  });
  expect(judging.armed).toBe(CELLS);
  const judged = await afterStart(judging.reachedUs);
  for (const [i, { rows, fittedUs, isArmed }] of judged.entries()) {
    expect(isArmed).toBe(true);
    // Rows are taken between readings too.
    expect(fittedUs).toBeLessThan(armedUs + STEP_US);
    // Nothing was learned again: its rows went on from those before.
    expect(rows).toBeGreaterThan(learned[i]!.rows + 100);
  }
});
