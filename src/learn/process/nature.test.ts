/** What is a set of states and what only looks like one. */
import { expect, it } from 'vitest';
import { seededRandom } from '../../lib/random.ts';
import { isNextTo, shapesOf } from './nature.ts';

const shapeOf = (values: readonly number[]) =>
  shapesOf({
    points: ['x'],
    count: values.length,
    tsUs: Float64Array.from(values, (_, i) => i * 1e6),
    columns: [Float64Array.from(values)],
  })[0]!;
const rows = <T>(count: number, of: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => of(i));

it('takes the steps of a sequence and a switch as states', () => {
  const steps = [0, 10, 20, 25, 30, 40];
  expect(shapeOf(rows(1200, (i) => steps[Math.floor(i / 20) % steps.length]!))).toMatchObject({
    nature: 'discrete',
    states: steps,
  });
  expect(shapeOf(rows(100, (i) => Number(i > 50)))).toMatchObject({ nature: 'binary', states: [0, 1] });
});

it('takes a coarse measurement that hardly moves as one, not as states', () => {
  for (const spread of [2, 4, 7])
    expect(shapeOf(rows(600, (i) => 761 + (Math.floor(i / 7) % spread))).states, `${spread} values`).toEqual([]);
  expect(shapeOf(rows(600, (i) => -44 + (Math.floor(i / 9) % 6))).nature).toBe('continuous');
});

it('takes no set that still grows for known: half of a real number seen as a word', () => {
  const random = seededRandom(9);
  const words = [0, 18_350, 20_972, 23_593, 49_807, 52_429, 55_050, 7_864];
  const values = rows(900, (i) => words[random.integer(0, Math.min(words.length - 1, 2 + Math.floor(i / 150)))]!);
  expect(shapeOf(values).states).toEqual([]);
});

it('takes the next number beside a constant for a measurement, not beside a code', () => {
  expect([63, 61].map((x) => isNextTo(x, 62))).toEqual([true, true]);
  expect([64, 62.5, 62].map((x) => isNextTo(x, 62))).toEqual([false, false, false]);
  expect(isNextTo(9, 8)).toBe(false);
  expect(isNextTo(-45, -44)).toBe(true);
});
