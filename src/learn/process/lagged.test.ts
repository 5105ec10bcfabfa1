import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../lib/random.ts';
import { LAGS_AT_ONCE, laggedProducts } from './lagged.ts';
import { correlationRows, EXPERIENCE, isExperienced } from './level.ts';

const SEED = 8;

describe('sums of products of a series with itself', () => {
  it('are those of one lag alone, to the last digit', () => {
    const random = seededRandom(SEED);
    for (const n of [1, 2, 3, 5, 8, 1000]) {
      const x = Float64Array.from({ length: n }, () => random.normal());
      const into = new Float64Array(LAGS_AT_ONCE);
      for (const lag of [1, 2, 3, 6, 300, 999]) {
        laggedProducts(x, lag, into);
        for (let k = 0; k < LAGS_AT_ONCE; k++) {
          let sum = 0;
          for (let i = lag + k; i < n; i++) sum += x[i]! * x[i - lag - k]!;
          expect(into[k], `seed ${SEED}, ${n} rows, lag ${lag + k}`).toBe(sum);
        }
      }
    }
  });
});

describe('whether training holds enough of a signal', () => {
  it('is told by a search that ends early as by one that does not', () => {
    const random = seededRandom(SEED);
    for (const n of [40, 3000, 8640, 40_000])
      for (const keep of [0, 0.5, 0.9, 0.97, 0.985, 0.99, 0.995, 0.999, 1]) {
        let value = 0;
        const x = Float64Array.from({ length: n }, () => {
          value = keep * value + random.normal();
          return value;
        });
        expect(isExperienced(x), `seed ${SEED}, ${n} rows, ${keep}`).toBe(n >= EXPERIENCE * correlationRows(x));
      }
    expect(isExperienced(new Float64Array(500))).toBe(false);
  });
});
