import { expect, it } from 'vitest';
import { runsOf } from './values.ts';

const points = (...of: readonly [string, number | string][]) => of.map(([name, value]) => ({ name, value }));

it('registers that follow each other are one run, and are said once where they are all the same', () => {
  expect(
    runsOf(
      points(['holding 40', 1], ['holding 41', 2], ['holding 42', 3], ['coil 9', 0], ['coil 10', 0], ['coil 11', 0]),
    ),
  ).toEqual([
    { name: 'holding 40–42', values: [1, 2, 3], isOne: false },
    { name: 'coil 9–11', values: [0, 0, 0], isOne: true },
  ]);
});

it('names, two neighbours and what leaves a gap stand for themselves', () => {
  const apart = points(
    ['LT_501', 4],
    ['LT_502', 5],
    ['holding 1', 7],
    ['holding 3', 7],
    ['holding 4', 8],
    ['DONE', 'yes'],
  );
  expect(runsOf(apart)).toEqual(apart.map(({ name, value }) => ({ name, values: [value], isOne: false })));
});

it('a number with leading zeros counts on as itself only', () => {
  const zeros = points(['P_08', 1], ['P_09', 1], ['P_10', 1]);
  expect(runsOf(zeros)).toHaveLength(3);
});

it('of nothing there is nothing', () => {
  expect(runsOf([])).toEqual([]);
});
