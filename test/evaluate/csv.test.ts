import { expect, it } from 'vitest';
import { readRows, readTime, type Words } from './csv.ts';

it('reads times as they are found', () => {
  const us = Date.UTC(2020, 2, 1, 9, 5, 7) * 1000;
  for (const text of [
    '2020-03-01T09:05:07Z',
    '2020-03-01 09:05:07',
    '2020-03-01T10:05:07+01:00',
    '1583053507',
    '1583053507000',
  ])
    expect(readTime(text), text).toBe(us);
  expect(readTime('2020-03-01 09:05:07.25')).toBe(us + 250_000);
  expect(readTime('noon')).toBeNaN();
});

it('semicolons, quotes, byte order mark, missing values, answers left out', () => {
  const t = readRows(
    '\uFEFFdatetime;"A";B;anomaly\r\n2020-01-01 00:00:01;1,5;;0\r\n2020-01-01 00:00:00;"2";NaN;1\r\n\r\n',
  );
  expect(t.points).toEqual(['A', 'B']);
  expect(t.count).toBe(2);
  // Out of order in the file, in order here.
  expect(Array.from(t.columns[0]!)).toEqual([2, Number.NaN]);
  expect(Array.from(t.columns[1]!)).toEqual([Number.NaN, Number.NaN]);
});

it('words are states with the same numbers in test as in training; marks among numbers are missing values', () => {
  const words: Words = new Map();
  const train = readRows('time,mode,flow,valve\n0,auto,1,ON\n1,manual,Bad Input,OFF\n2,auto,3,ON\n', words);
  expect(train.columns.map((c) => Array.from(c))).toEqual([
    [0, 1, 0],
    [1, Number.NaN, 3],
    [1, 0, 1],
  ]);
  const test = readRows('time,valve,mode,extra\n5,OFF,manual,7\n6,ON,never,7\n', words, train.points);
  expect(test.points).toEqual(['mode', 'flow', 'valve']);
  expect(test.columns.map((c) => Array.from(c))).toEqual([
    [1, 2],
    [Number.NaN, Number.NaN],
    [0, 1],
  ]);
});

it('without a time column rows are a second apart', () => {
  const t = readRows('a,b\n1,2\n3,4\n');
  expect(Array.from(t.tsUs)).toEqual([0, 1e6]);
  expect(t.points).toEqual(['a', 'b']);
});
