import { expect, it } from 'vitest';
import { pointName } from './point-name.ts';

it.each([
  ['ns=2;s=PT-101', 'PT-101'],
  ['s=Line 1;s=2', 'Line 1;s=2'],
  ['ns=1;s=the.answer[2]', 'the.answer[2]'],
  ['ns=2;i=1005', 'ns=2;i=1005'],
  ['i=2258', 'i=2258'],
  ['ns=2;s=', 'ns=2;s='],
  ['DB10.DBD0 REAL', 'DB10.DBD0 REAL'],
  ['holding 3', 'holding 3'],
  ['', ''],
])('the point %s is called %s', (path, name) => {
  expect(pointName(path)).toBe(name);
});
