import { expect, it } from 'vitest';
import { BriefStates } from './states.ts';

const M = 60_000_000;
const rows = Array.from({ length: 1000 }, (_, i) => i);
const table = (...columns: readonly (readonly number[])[]) => ({
  points: columns.map((_, i) => `p${i}`),
  count: 1000,
  tsUs: Float64Array.from(rows, (i) => i * M),
  columns: columns.map((c) => Float64Array.from(c)),
});
const washedOnce = rows.map((i) => (i >= 500 && i < 509 ? 1 : 0));

it('watches a state that came once and briefly, until it has come five times', () => {
  const states = new BriefStates();
  states.learn(table(washedOnce), ['binary']);
  const at = (minute: number, value: number): boolean => states.take(minute * M, Float64Array.of(value));
  expect(at(2000, 0)).toBe(false);
  expect(at(2001, 1)).toBe(true);
  expect(at(2002, Number.NaN)).toBe(true);
  expect(at(2003, 1)).toBe(true);
  expect(at(2010, 0)).toBe(true);
  expect(at(2014, 0)).toBe(false);
  // One visit in training, one just now: the fifth is known.
  const told: boolean[] = [];
  for (let visit = 0; visit < 4; visit++) {
    told.push(at(3000 + 100 * visit, 1));
    states.load(JSON.parse(JSON.stringify(states.save())));
  }
  expect(told).toEqual([true, true, false, false]);
});

it('counts the visits of training: what came three times there is known with the second one after it', () => {
  const states = new BriefStates();
  states.learn(table(rows.map((i) => (i % 300 === 200 ? 1 : 0))), ['binary']);
  const at = (minute: number): boolean => states.take(minute * M, Float64Array.of(1));
  expect([at(2000), at(3000), at(4000)]).toEqual([true, false, false]);
});

it('knows what came often or for long, and what is no state', () => {
  const states = new BriefStates();
  const often = rows.map((i) => (i % 100 < 5 ? 1 : 0));
  const forLong = rows.map((i) => (i < 300 ? 1 : 2));
  states.learn(table(often, forLong, washedOnce), ['binary', 'binary', 'continuous']);
  expect(states.take(2000 * M, Float64Array.of(1, 1, 1))).toBe(false);
});
