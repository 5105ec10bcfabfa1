import { expect, it } from 'vitest';
import { batadalScore } from './batadal.ts';
import { countRows, falseEpisodes, stretches } from './episodes.ts';
import { pooled } from './pooled.ts';

const flags = (text: string): Uint8Array => Uint8Array.from(text, (c) => Number(c));

it('finds stretches and closes gaps', () => {
  expect(stretches(flags('0110010'))).toEqual([
    { start: 1, end: 2 },
    { start: 5, end: 5 },
  ]);
  expect(stretches(flags('0110010'), 2)).toEqual([{ start: 1, end: 5 }]);
});

it('an episode that touches an attack is not false', () => {
  expect(falseEpisodes(flags('00011000'), flags('11001100'))).toBe(1);
  expect(falseEpisodes(flags('00000000'), flags('11001101'))).toBe(3);
});

it('BATADAL: the worked formula of the rules', () => {
  // Ten hours; one attack of four hours from hour 2 to 6, seen from hour 3 on; one false hour.
  const tsUs = Float64Array.from({ length: 10 }, (_, i) => i * 3.6e9);
  const truth = flags('0011111000');
  const alarm = flags('0001110001');
  const s = batadalScore(tsUs, truth, alarm, [{ id: '1', startUs: 2 * 3.6e9, endUs: 6 * 3.6e9, points: [] }]);
  expect(s.delaysH).toEqual([1]);
  expect(s.timeToDetection).toBeCloseTo(0.75);
  // TPR 3 of 5, TNR 4 of 5.
  expect(s.classification).toBeCloseTo(0.7);
  expect(s.score).toBeCloseTo(0.725);
  const silent = batadalScore(tsUs, truth, new Uint8Array(10), [
    { id: '1', startUs: 2 * 3.6e9, endUs: 6 * 3.6e9, points: [] },
  ]);
  expect(silent.timeToDetection).toBe(0);
  // The competition's page: a silent detector has S = .25, one that always alarms .75.
  expect(silent.score).toBeCloseTo(0.25);
  const always = batadalScore(tsUs, truth, new Uint8Array(10).fill(1), [
    { id: '1', startUs: 2 * 3.6e9, endUs: 6 * 3.6e9, points: [] },
  ]);
  expect(always.score).toBeCloseTo(0.75);
});

it('pools rows over cases before it divides', () => {
  const a = countRows(flags('1100'), flags('1010'));
  const b = countRows(flags('000000'), flags('000001'));
  expect(a).toEqual({ truePositive: 1, falsePositive: 1, trueNegative: 1, falseNegative: 1 });
  const p = pooled([a, b]);
  expect(p.f1).toBeCloseTo(2 / 5);
  expect(p.farPercent).toBeCloseTo(25);
  expect(p.marPercent).toBeCloseTo(50);
});
