import { getHeapSpaceStatistics } from 'node:v8';
import { expect, it } from 'vitest';
import { collectNow, compactHeap } from './heap.ts';

const MIB = 1024 * 1024;
/** Octets of the old generation that are neither alive nor given back. */
const holes = (): number => {
  const old = getHeapSpaceStatistics().find((space) => space.space_name === 'old_space')!;
  return old.space_size - old.space_used_size;
};

it('gives half-empty pages back, which a collection leaves as they are', async () => {
  let all: (number[] | undefined)[] = Array.from({ length: 200_000 }, (_, i) => [i, i, i, i, i, i, i, i, i, i, i, i]);
  collectNow();
  collectNow();
  // Pages of which less than half is free are not worth it to a collection by itself.
  all = all.map((row, i) => (i % 5 < 2 ? undefined : row));
  collectNow();
  const before = holes();
  await compactHeap();
  expect(all[3]).toHaveLength(12);
  expect(before).toBeGreaterThan(8 * MIB);
  expect(holes()).toBeLessThan(before - 5 * MIB);
}, 60_000);
