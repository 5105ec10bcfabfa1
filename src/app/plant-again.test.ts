/** Gatehouse is stopped after an attack on the simulated plant and started again: it says nothing that it would not have said otherwise. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import type { Answer } from '../api/index.ts';
import { openStore } from '../store/index.ts';
import { SETTINGS_NAME } from './detection/keep.ts';
import { LocalEngine } from './engine.ts';
import { PLANT_SITE } from './site-id.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-again-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const MINUTE_US = 60_000_000;
const HISTORY_US = 66 * MINUTE_US;
const T0 = 1_772_542_800_000_000;
const STEP_US = 5_000_000;

/** Starts with the data of `name` at minute `from`, goes on to minute `to` and ends; what was found by then. */
const run = async (name: string, from: number, to: number, stage: boolean): Promise<string[]> => {
  let clockUs = T0 + from * MINUTE_US;
  const untilUs = T0 + to * MINUTE_US;
  const nowUs = (): number => clockUs;
  const store = await openStore(join(folder, name), { nowUs });
  // An hour of learning, so that it judges after the history.
  const setting = [{ site_id: PLANT_SITE, name: SETTINGS_NAME, value: JSON.stringify({ learningHours: 1 }) }];
  await store.writer.submit({ put: { setting } });
  let toStage = stage;
  let arrived: () => void = () => undefined;
  const end = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  const failures: unknown[] = [];
  const engine = await LocalEngine.start({
    store,
    nowUs,
    nowMs: () => clockUs / 1000,
    zone: 'UTC',
    timers: false,
    onError: (error) => failures.push(error),
    pause: async (_ms, signal) => {
      await turn();
      if (toStage && clockUs >= T0 + MINUTE_US) {
        toStage = false;
        await ask('stageAttack', { minutes: 2 });
      }
      if (clockUs < untilUs) clockUs += STEP_US;
      else {
        arrived();
        await new Promise<void>((resolve) => {
          if (signal.aborted) resolve();
          else signal.addEventListener('abort', () => resolve(), { once: true });
        });
      }
    },
  });
  const ask = async (call: 'findings' | 'stageAttack', body?: object): Promise<string> =>
    engine.call(call, { params: { site: PLANT_SITE }, query: { limit: 500 }, body, userId: 'u1' } as never);
  await engine.open({ kind: 'plant', historyUs: HISTORY_US }, 'u1');
  await end;
  const { items } = JSON.parse(await ask('findings')) as Answer<'findings'>;
  await engine.close();
  expect(failures).toEqual([]);
  return items.map(({ kind, actor, target }) => `${kind} ${actor?.address ?? ''} ${target?.address ?? ''}`);
};

it('draws no finding after a restart that no restart would have drawn', { timeout: 240_000 }, async () => {
  const whole = await run('whole', 0, 10, true);
  expect(whole.length).toBeGreaterThan(20);
  const first = await run('cut', 0, 4, true);
  expect(first.length).toBeGreaterThan(20);
  const after = await run('cut', 5, 10, false);
  // What was there is there.
  expect(first.filter((finding) => !after.includes(finding))).toEqual([]);
  // Polls that stopped one after the other while nobody watched are noticed together.
  const fresh = after.filter((finding) => !first.includes(finding) && !finding.startsWith('poll-lost'));
  expect(fresh.filter((finding) => !whole.includes(finding))).toEqual([]);
});
