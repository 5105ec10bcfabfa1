import { expect, it } from 'vitest';
import { readAnswers, readRows, readTime, type Words } from './csv.ts';

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
  expect(readTime('1583053507250000000')).toBe(us + 250_000);
  expect(readTime('03/01/2020 09:05:07 AM')).toBe(us);
  expect(readTime('1.3.2020 9:05:07,25', true)).toBe(us + 250_000);
  expect(readTime('40.3.2020 9:05', true)).toBeNaN();
  expect(readTime('noon')).toBeNaN();
});

it('semicolons, quotes, byte order mark, missing values, answers left out', () => {
  const t = readRows(
    '\uFEFFdatetime;"A";B;anomaly\r\n2020-01-01 00:00:01;1,5;;0\r\n2020-01-01 00:00:00;"2";NaN;1\r\n\r\n',
  );
  expect(t.points).toEqual(['A', 'B']);
  expect(t.count).toBe(2);
  // Out of order in the file, in order here.
  expect(Array.from(t.columns[0]!)).toEqual([2, 1.5]);
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

it('day and month in the order that the whole file tells', () => {
  const times = (...list: string[]) =>
    Array.from(readRows(`DATETIME,A\n${list.map((t) => `${t},1`).join('\n')}\n`).tsUs);
  const utc = (...at: [number, number, number, number?]) => Date.UTC(...at) * 1000;
  // As BATADAL writes it: no minutes, two digits of the year; only the second row says what the first number is.
  expect(times('06/01/14 00', '13/01/14 23')).toEqual([utc(2014, 0, 6), utc(2014, 0, 13, 23)]);
  expect(times('06/01/2014 12:00:00 AM', '06/13/2014 11:00:00 PM')).toEqual([utc(2014, 5, 1), utc(2014, 5, 13, 23)]);
  // Nothing above twelve: rows are in the order of time.
  expect(times('30/01/2014', '31/01/2014', '01/02/2014')).toEqual([
    utc(2014, 0, 30),
    utc(2014, 0, 31),
    utc(2014, 1, 1),
  ]);
  expect(times('1/2/2014', '2/2/2014', '3/2/2014', '1/3/2014')).toEqual(
    [1, 2, 3].map((d) => utc(2014, 1, d)).concat(utc(2014, 2, 1)),
  );
  expect(times('01/03/2014 23', '02/03/2014 00')).toEqual([utc(2014, 2, 1, 23), utc(2014, 2, 2)]);
  expect(times('01.02.2014', '02.02.2014')).toEqual([utc(2014, 1, 1), utc(2014, 1, 2)]);
});

it('answers by any of their usual names are not shown', () => {
  const head = 'Attack_LABEL_(1:No Attack),Attack LABEL,isAnomaly,ground_truth,FAULT_P1,A';
  expect(readRows(`${head}\n1,1,0,0,0,5\n`).points).toEqual(['FAULT_P1', 'A']);
  // One for each process beside one for the plant; a name as it was misspelt, with what its numbers mean.
  expect(readRows('attack,attack_P1,attack_P12,"Attack LABLE (1:No Attack, -1:Attack)",A\n0,0,0,1,5\n').points).toEqual(
    ['A'],
  );
});

it('stretches that a file marks in its own column of answers, and none where that holds something else', () => {
  const rows = ['0.0;1.0', '1.0;0.0', '1.0;0.0', '0.0;0.0', '1.0;1.0'].map((x, i) => `2024-01-01 00:00:0${i};5;${x}`);
  const at = (s: number) => Date.UTC(2024, 0, 1, 0, 0, s) * 1000;
  // Where something begins says nothing of how long it lasts.
  expect(
    readAnswers(['datetime;A;changepoint;anomaly', ...rows.map((r) => r.replace(/(...);(...)$/, '$2;$1'))].join('\n')),
  ).toEqual([
    { startUs: at(1), endUs: at(2) },
    { startUs: at(4), endUs: at(4) },
  ]);
  expect(readAnswers('time,A\n1,2\n')).toBeUndefined();
  expect(readAnswers('time,A,label\n1,2,0\n2,2,17\n')).toBeUndefined();
});

it('answers in words, and as -1 for what is odd', () => {
  const second = { startUs: 2e6, endUs: 2e6 };
  expect(readAnswers('time|A|Normal/Attack\n1|5|Normal\n2|5|A ttack\n3|5|Normal\n')).toEqual([second]);
  expect(readAnswers('time,A,"Attack LABLE (1:No Attack, -1:Attack)"\n1,5,1\n2,5,-1\n3,5,1\n')).toEqual([second]);
  expect(readAnswers('time,A,label\n1,5,red\n2,5,green\n')).toBeUndefined();
});
