/** Between two saves: queues that fill are written without the rest, where the store knows what they speak of. */
import { expect, it } from 'vitest';
import type { CellLearner } from '../core/process.ts';
import { openMemoryStore, type Store } from '../store/index.ts';
import { CONTROLLERS, feedUntil, liveSite, POINTS, STEP_US, T0 } from './detection/testing/many-cells.ts';

/** Nothing is learned in a minute. */
const LEARNER: CellLearner = {
  name: 'test',
  fit: () => {
    throw new Error('not in this test');
  },
  restore: () => {
    throw new Error('not in this test');
  },
};

const inStore = async ({ db }: Store) => {
  const samples = await db.selectFrom('sample').select(['point_id', 'ts']).execute();
  const points = await db.selectFrom('point').select(['point_id', 'changes']).execute();
  const runs = await db.selectFrom('run').select('last_us').execute();
  const learned = await db.selectFrom('learned_state').select('name').execute();
  return {
    samples: samples.length,
    different: new Set(samples.map(({ point_id, ts }) => `${point_id} ${ts}`)).size,
    points: points.length,
    changes: points.reduce((sum, { changes }) => sum + changes, 0),
    lastUs: Math.max(0, ...runs.map(({ last_us }) => last_us)),
    learned: learned.length,
  };
};

it('writes all where the store knows nothing yet, then samples only, each once, until the next save', async () => {
  const store = await openMemoryStore({ nowUs: () => 1 });
  const site = await liveSite(store, LEARNER);
  const { runtime, detection, model } = await site.load();
  const read = (fromUs: number, steps: number): number =>
    feedUntil(runtime, detection, fromUs, fromUs + steps * STEP_US);
  let reachedUs = feedUntil(runtime, detection, 0, T0);
  const first = T0;
  // A sample for which the store has no point would be lost from every chart.
  await site.relieve(reachedUs);
  const all = CONTROLLERS * POINTS;
  expect(model.pointCount).toBe(all);
  const one = await inStore(store);
  expect([one.points, one.samples, one.lastUs]).toEqual([all, all, first]);
  expect(one.learned).toBeGreaterThan(0);

  reachedUs = read(reachedUs, 2);
  expect(site.backlog).toBeGreaterThan(0);
  await site.relieve(reachedUs);
  expect(site.backlog).toBe(0);
  const two = await inStore(store);
  // What the points are now, and how often they were read, waits.
  expect([two.points, two.changes, two.lastUs, two.learned]).toEqual([all, one.changes, first, one.learned]);
  expect(two.samples).toBeGreaterThan(one.samples + all);

  // With a save that comes meanwhile, and without anything new.
  reachedUs = read(reachedUs, 1);
  await Promise.all([site.relieve(reachedUs), site.save(reachedUs), site.relieve(reachedUs)]);
  const three = await inStore(store);
  expect(three.samples).toBeGreaterThan(two.samples);
  expect(three.different).toBe(three.samples);
  expect(three.changes).toBeGreaterThan(one.changes);
  expect(three.lastUs).toBe(reachedUs);

  // A register that the store does not know: all is written again.
  const at = { frame: 9, requestFrame: 8, firstFrame: 8, tsUs: reachedUs + STEP_US, requestTsUs: reachedUs, flow: 2 };
  const who = { client: 1, server: 2, sender: 2, receiver: 1, protocol: 'modbus' };
  const block = { target: 2, area: 'holding', start: 500, values: [7], count: 1, access: 'read' } as const;
  detection.sink.values({ ...at, ...who }, block);
  await site.relieve(reachedUs);
  expect((await inStore(store)).points).toBe(all + 1);
  site.unload();
  await store.close();
});
