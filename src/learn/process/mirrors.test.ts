/** Copies are told from what only looks alike; the same input gives the same answer, also after a restart. */
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../lib/random.ts';
import { digitsOf, Mirrors } from './mirrors.ts';

const SECOND = 1_000_000;
const PERIOD = 1200 * SECOND;
const START = PERIOD * 1_000_000;

/** A level that wanders, in steps of `step`. */
const wander = (seed: number, mean: number, step: number, from = -20, to = 20, most = 3) => {
  const random = seededRandom(seed);
  let at = 0;
  return () => {
    at = Math.max(from, Math.min(to, at + random.integer(-most, most)));
    return mean + at * step;
  };
};

/**
 * Controllers 1 and 2 with points 1 and 2; server 3 offers both again as 11 (scaled, what it read itself in between) and 13,
 * and has 12 of its own; server 4 copies the one controller alone as 22.
 */
const play = (mirrors: Mirrors, periods: number, first = 0): void => {
  const [a, b, own] = [
    wander(1, 1680, 1, -900, 900, 40),
    wander(2, 4250, 1, -900, 900, 40),
    wander(3, 42.5, 0.01, -900, 900, 40),
  ];
  for (let period = first; period < first + periods; period++)
    for (let s = 0; s < 200; s++) {
      const tsUs = START + period * PERIOD + s * SECOND;
      if (mirrors.isListening(tsUs)) {
        const [x, y] = [a(), b()];
        if (s % 2 === 0) {
          mirrors.heard(1, 1, x, tsUs);
          mirrors.heard(2, 2, y / 100, tsUs);
        }
        if (s % 5 === 2) {
          mirrors.heard(11, 3, Math.fround(x / 100), tsUs + SECOND / 2);
          mirrors.heard(13, 3, Math.fround(y / 100), tsUs + SECOND / 2);
          mirrors.heard(12, 3, own(), tsUs + SECOND / 2);
          mirrors.heard(22, 4, y, tsUs + SECOND * 0.7);
        }
      }
      mirrors.tick(tsUs);
    }
};

describe('mirrors', () => {
  it('compares digits, whatever the scale', () => {
    expect([1680, 16.8, Math.fround(16.8), -0.0168, 16_800_000].map(digitsOf)).toEqual(Array(5).fill('168'));
    expect([0, 1, 100, 97, Number.NaN, Number.POSITIVE_INFINITY].map(digitsOf)).toEqual(['', '', '', '', '', '']);
    expect(digitsOf(123_456.7)).toBe('123457');
  });

  it('finds the copies of a server, and no others', () => {
    const mirrors = new Mirrors();
    play(mirrors, 2);
    expect(mirrors.sourceOf(11)).toBe(0);
    play(mirrors, 10, 2);
    expect([1, 2, 11, 12, 13].map((p) => mirrors.sourceOf(p))).toEqual([0, 0, 1, 0, 2]);
    expect(mirrors.copiesOf(1)).toEqual([11]);
    // One that copies one device alone may be another instrument of the same quantity.
    expect(mirrors.sourceOf(22)).toBe(0);
    expect(mirrors.copiesOf(2)).toEqual([13]);
  });

  it('takes no two points for one because both stay among the same few values', () => {
    const mirrors = new Mirrors();
    const [a, b, c, d] = [1, 2, 3, 4].map((seed) => wander(seed, 42.5, 0.01, -4, 4));
    for (let period = 0; period < 20; period++)
      for (let s = 0; s < 200; s++) {
        const tsUs = START + period * PERIOD + s * SECOND;
        if (mirrors.isListening(tsUs)) {
          mirrors.heard(1, 1, a!(), tsUs);
          mirrors.heard(2, 2, b!(), tsUs);
          // A server of both, if they were its sources.
          mirrors.heard(3, 3, c!(), tsUs + SECOND / 2);
          mirrors.heard(4, 3, d!(), tsUs + SECOND / 2);
        }
        mirrors.tick(tsUs);
      }
    expect([1, 2, 3, 4].map((p) => mirrors.sourceOf(p))).toEqual([0, 0, 0, 0]);
  });

  it('goes on after a restart', () => {
    const [whole, before, after] = [new Mirrors(), new Mirrors(), new Mirrors()];
    play(whole, 3);
    play(before, 3);
    after.load(JSON.parse(JSON.stringify(before.save())));
    play(whole, 9, 3);
    play(after, 9, 3);
    expect(after.save()).toEqual(whole.save());
    expect(after.sourceOf(11)).toBe(1);
  });
});
