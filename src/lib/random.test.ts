import { expect, it } from 'vitest';
import { randomFromState, seededRandom } from './random.ts';

it('is xoshiro128**: the sequence that follows from its definition for the state 1, 2, 3, 4', () => {
  // By hand for the first: rotl(2 * 5, 7) * 9 = 1280 * 9. The second state has s1 = 0.
  const r = randomFromState(1, 2, 3, 4);
  expect([r.bits(), r.bits(), r.bits(), r.bits()]).toEqual([11520, 0, 5927040, 70819200]);
});

it('gives the same numbers for the same seed and others for the next seed', () => {
  const take = (seed: number) => {
    const r = seededRandom(seed);
    return Array.from({ length: 8 }, () => r.bits());
  };
  expect(take(7)).toEqual(take(7));
  expect(take(7)).not.toEqual(take(8));
});

it('spreads evenly and normally', () => {
  const seed = 20260302;
  const r = seededRandom(seed);
  const n = 20_000;
  let mean = 0;
  let sum = 0;
  let squares = 0;
  const counts = new Array<number>(6).fill(0);
  for (let i = 0; i < n; i++) {
    mean += r.uniform() / n;
    const x = r.normal();
    sum += x;
    squares += x * x;
    counts[r.integer(1, 6) - 1]!++;
  }
  // Five standard errors of each.
  expect(Math.abs(mean - 0.5), `seed ${seed}`).toBeLessThan(5 / Math.sqrt(12 * n));
  expect(Math.abs(sum / n), `seed ${seed}`).toBeLessThan(5 / Math.sqrt(n));
  expect(Math.abs(squares / n - 1), `seed ${seed}`).toBeLessThan(5 * Math.sqrt(2 / n));
  for (const c of counts) expect(Math.abs(c - n / 6), `seed ${seed}`).toBeLessThan(5 * Math.sqrt((n * 5) / 36));
});
