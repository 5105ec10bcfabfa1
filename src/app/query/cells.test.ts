/** The list of process cells in pages: every cell once, in one order, with sums over all of them. */
import { expect, it } from 'vitest';
import { openMemoryStore } from '../../store/index.ts';
import { LEARNER } from '../detection/learner.ts';
import { CONTROLLERS, feedUntil, liveSite, POINTS, T0 } from '../detection/testing/many-cells.ts';
import { cells } from './process.ts';

it('is given a page at a time', async () => {
  const store = await openMemoryStore({ nowUs: () => 1 });
  const site = await liveSite(store, LEARNER);
  const { runtime, detection } = await site.load();
  feedUntil(runtime, detection, 0, T0);
  const view = await site.view(T0);
  const whole = cells(view, { sort: 'name' });
  // Points beyond 64 of a controller are a cell of their own.
  const sums = { total: 2 * CONTROLLERS, cells: 2 * CONTROLLERS, points: CONTROLLERS * POINTS, returning: 0 };
  expect(whole).toMatchObject({ ...sums, fits: CONTROLLERS * POINTS, armed: 0, next: null });
  const ids: string[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = cells(view, { sort: 'name', limit: 3, ...(cursor !== undefined && { cursor }) });
    expect(page).toMatchObject(sums);
    expect(page.items.length).toBeLessThanOrEqual(3);
    ids.push(...page.items.map(({ id }) => id));
    cursor = page.next;
  }
  expect(ids).toEqual(whole.items.map(({ id }) => id));
  expect(new Set(ids).size).toBe(2 * CONTROLLERS);
  // Only cells of which the filter keeps a point, and of these its sum.
  const some = cells(view, { q: 'holding 99', limit: 4 });
  expect(some).toMatchObject({ ...sums, total: CONTROLLERS, fits: CONTROLLERS });
  expect(some.items.map(({ fits }) => fits)).toEqual([1, 1, 1, 1]);
  expect(() => cells(view, { cursor: 'nonsense' })).toThrow('cursor');
  await store.close();
});
