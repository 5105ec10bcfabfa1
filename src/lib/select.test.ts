import { describe, expect, it } from 'vitest';
import { seededRandom } from './random.ts';
import { knownFirst, nthSmallest } from './select.ts';

const SEED = 65;

describe('the number at a place of a sorted list', () => {
  it('is that of the sorted list, with few different values, in any order of them', () => {
    const random = seededRandom(SEED);
    for (const n of [1, 2, 3, 7, 8, 9, 20, 1000])
      for (const kinds of [1, 2, 5, 1e9])
        for (const order of ['any', 'up', 'down']) {
          const values = Float64Array.from({ length: n }, () => random.integer(-kinds, kinds));
          if (order !== 'any') values.sort();
          if (order === 'down') values.reverse();
          const sorted = values.slice().sort();
          for (const nth of new Set([0, n >> 1, Math.floor(0.98 * n), n - 1])) {
            const list = values.slice();
            const why = `seed ${SEED}, ${n} values of ${kinds} kinds ${order}, place ${nth}`;
            expect(nthSmallest(list, nth), why).toBe(sorted[nth]);
            expect(
              [...list].every((x, i) => (i < nth ? x <= list[nth]! : x >= list[nth]!)),
              why,
            ).toBe(true);
          }
        }
  });

  it('leaves what stands behind the count, infinities are numbers', () => {
    const list = Float64Array.of(3, Number.POSITIVE_INFINITY, 1, 2, -1);
    expect(nthSmallest(list, 3, 4)).toBe(Number.POSITIVE_INFINITY);
    expect(list[4]).toBe(-1);
  });
});

describe('what is known of a list', () => {
  it('comes first, in its order', () => {
    const list = Float32Array.of(Number.NaN, 2, Number.NaN, 1, 3);
    expect(knownFirst(list)).toBe(3);
    expect([...list.subarray(0, 3)]).toEqual([2, 1, 3]);
  });
});
