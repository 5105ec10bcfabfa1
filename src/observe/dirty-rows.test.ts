import { expect, it } from 'vitest';
import { DirtyRows } from './dirty-rows.ts';

const taken = (dirty: DirtyRows, max = 100): number[] => dirty.take(max, (row) => row);

it('hands out what changed, once, in order, in portions', () => {
  const dirty = new DirtyRows();
  for (const row of [5, 3, 5, 700]) dirty.mark(row);
  expect(taken(dirty, 2)).toEqual([5, 3]);
  expect(dirty.more).toBe(true);
  dirty.mark(5);
  expect(taken(dirty)).toEqual([700, 5]);
  expect(dirty.more).toBe(false);
  expect(taken(dirty)).toEqual([]);
});

it('hands out what the store does not know first and all of it, of the rest as many as are allowed, each in its turn', () => {
  const dirty = new DirtyRows();
  for (let row = 0; row < 10; row++) dirty.mark(row);
  taken(dirty);
  const save = (): number[] => {
    for (let row = 0; row < 10; row++) dirty.mark(row);
    dirty.limitKnown(4);
    const rows: number[] = [];
    do rows.push(...taken(dirty, 3));
    while (dirty.more);
    return rows;
  };
  expect(save()).toEqual([0, 1, 2, 3]);
  for (const row of [20, 21, 22, 23, 24]) dirty.mark(row);
  expect(save()).toEqual([20, 21, 22, 23, 24, 4, 5, 6, 7]);
  expect(save()).toEqual([8, 9, 0, 1]);
  expect([dirty.more, dirty.waits]).toEqual([false, true]);
  // At the end all that is left.
  dirty.limitKnown(Number.POSITIVE_INFINITY);
  expect(taken(dirty)).toEqual([2, 3, 4, 5, 6, 7]);
  expect([dirty.more, dirty.waits]).toEqual([false, false]);
});

it('takes what was read from the store for known', () => {
  const dirty = new DirtyRows();
  dirty.mark(1);
  dirty.clear();
  for (const row of [1, 2]) dirty.mark(row);
  dirty.limitKnown(0);
  expect(taken(dirty)).toEqual([2]);
  expect(dirty.more).toBe(false);
});
