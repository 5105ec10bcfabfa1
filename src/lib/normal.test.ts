import { expect, it } from 'vitest';
import { logNormalTail, tFromNormal } from './normal.ts';

it('tails of the normal distribution as in the tables', () => {
  // Abramowitz and Stegun, table 26.1 and 26.2.
  for (const [z, tail] of [
    [0, 0.5],
    [1, 0.158_655_253_931_457],
    [1.96, 0.024_997_895_148_22],
    [2, 0.022_750_131_948_179],
    [3, 0.001_349_898_031_63],
    [5, 2.866_515_719e-7],
  ] as const)
    expect(Math.exp(logNormalTail(z)) / tail).toBeCloseTo(1, 7);
  expect(logNormalTail(20)).toBeCloseTo(-203.917_155, 4);
  expect(Math.exp(logNormalTail(-1))).toBeCloseTo(0.841_344_746, 8);
});

it('normal quantiles become those of t', () => {
  // 2.5 % points of Student's table: 5 degrees 2.571, 10 degrees 2.228, 30 degrees 2.042.
  for (const [freedom, t] of [
    [5, 2.571],
    [10, 2.228],
    [30, 2.042],
  ] as const)
    expect(Math.abs(tFromNormal(1.96, freedom) - t)).toBeLessThan(0.05);
  expect(tFromNormal(-1.96, 5)).toBeCloseTo(-tFromNormal(1.96, 5), 12);
});
