import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, describe, expect, it } from 'vitest';
import { closeHoles, SEMI_SPACE_MIB } from './heap.ts';

const MIB = 1024 * 1024;
const YOUNG = 2 * SEMI_SPACE_MIB * MIB;
const HOLED = { youngBytes: YOUNG, freeShare: 0.4 };
const WHOLE = { youngBytes: YOUNG, freeShare: 0.2 };

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Old generation in memory, octets. */
const oldGeneration = (): number =>
  getHeapSpaceStatistics().find(({ space_name }) => space_name === 'old_space')!.physical_space_size;

/** Lists of which one in three is gone, on all pages that they took. */
const holes = (): number[][] => {
  const all = Array.from({ length: 400_000 }, (_, i) => [i, i + 1, i + 2, i + 3, i + 4, i + 5]);
  collect();
  collect();
  return all.filter((_, i) => i % 3 !== 0);
};

describe('closeHoles', () => {
  afterAll(() => closeHoles(WHOLE));

  it('lets collections close holes, which they do not by themselves', () => {
    closeHoles(WHOLE);
    const kept = holes();
    collect();
    const before = oldGeneration();
    for (let i = 0; i < 8; i++) collect();
    const alone = oldGeneration();
    expect(before - alone).toBeLessThan(4 * MIB);
    expect(closeHoles(HOLED)).toBe(true);
    for (let i = 0; i < 8; i++) collect();
    expect(alone - oldGeneration()).toBeGreaterThan(6 * MIB);
    expect(kept.at(-1)).toEqual([399_998, 399_999, 400_000, 400_001, 400_002, 400_003]);
  });

  it('leaves a young generation that has not grown to grow, and a heap without holes alone', () => {
    expect(closeHoles(HOLED)).toBe(true);
    expect(closeHoles({ ...HOLED, youngBytes: YOUNG / 2 })).toBe(false);
    expect(closeHoles(HOLED)).toBe(true);
    expect(closeHoles(WHOLE)).toBe(false);
  });
});
