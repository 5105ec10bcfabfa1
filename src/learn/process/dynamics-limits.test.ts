import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../lib/random.ts';
import {
  falseAlarmPart,
  limitsOf,
  MIN_INDEPENDENT,
  MOST_FALSE_PART,
  normalQuantile,
  RELEASE_PART,
  studentQuantile,
  surpriseOf,
} from './dynamics-limits.ts';

describe('quantiles', () => {
  it('are those of the tables', () => {
    expect(normalQuantile(0.025)).toBeCloseTo(1.959964, 6);
    expect(normalQuantile(1e-4)).toBeCloseTo(3.719016, 6);
    expect(studentQuantile(0.01, 25)).toBeCloseTo(2.485, 3);
    expect(studentQuantile(1e-4, 25)).toBeCloseTo(4.352, 1);
    expect(studentQuantile(1e-4, 100)).toBeCloseTo(3.862, 2);
  });
});

/** Values whose tail is exponential with mean `tail`, in a scrambled order. */
const exponential = (n: number, tail: number): Float64Array =>
  Float64Array.from({ length: n }, (_, i) => -tail * Math.log(((i * 7919) % n) / n + 0.5 / n));

describe('limits', () => {
  it('continue an exponential tail to the part that is allowed', () => {
    const { raise, release, median } = limitsOf(exponential(10_007, 0.2), 10_007, MOST_FALSE_PART)!;
    expect(median).toBeCloseTo(0.2 * Math.LN2, 2);
    expect(release).toBeCloseTo(-0.2 * Math.log(RELEASE_PART), 1);
    expect(raise / (-0.2 * Math.log(MOST_FALSE_PART))).toBeGreaterThan(0.97);
    expect(raise / (-0.2 * Math.log(MOST_FALSE_PART))).toBeLessThan(1.03);
  });
  it('allow so much a day, not so much a row: one row in 15 days where rows come every second, one in 10,000 of slow ones', () => {
    expect(falseAlarmPart(1e6, 1e6) * 86_400 * 15).toBeCloseTo(1, 12);
    expect(falseAlarmPart(15e6, 6000) * 5760 * 15).toBeCloseTo(1, 12);
    expect(falseAlarmPart(180e6, 1e6)).toBe(1e-4);
    expect(falseAlarmPart(3600e6, 1e6)).toBe(1e-4);
    // A few hundred rows say nothing of what happens once in a million.
    expect(falseAlarmPart(1e6, 400)).toBe(1e-4);
    expect(falseAlarmPart(1e6, 10_000)).toBeCloseTo(4e-6, 12);
  });
  it('are wider where rows hang together, and not given where they are worth too few', () => {
    const random = seededRandom(1);
    const values = Float64Array.from({ length: 1000 }, () => random.normal());
    const many = limitsOf(values, 1000, 1e-4)!;
    expect(limitsOf(values, 30, 1e-4)!.raise).toBeGreaterThan(many.raise + 0.05);
    expect(limitsOf(values, 1000, 2.5e-5)!.raise).toBeGreaterThan(many.raise);
    expect(limitsOf(values, MIN_INDEPENDENT - 1, 1e-4)).toBeUndefined();
  });
  it('give .5 at the upper limit, little in the middle, more only for what is much rarer', () => {
    const limits = limitsOf(exponential(10_007, 0.2), 10_007, 5e-5)!;
    expect(surpriseOf(limits.raise, limits)).toBeCloseTo(0.5, 12);
    expect(surpriseOf(limits.median, limits)).toBeLessThan(0.15);
    expect(surpriseOf(-9, limits)).toBe(0);
    expect(surpriseOf(2 * limits.raise, limits)).toBeGreaterThan(0.62);
    expect(surpriseOf(2 * limits.raise, limits)).toBeLessThan(0.72);
  });
});
