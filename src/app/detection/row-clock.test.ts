import { expect, it } from 'vitest';
import { RowClock } from './row-clock.ts';

const S = 1_000_000;

it('a row is due once in a step, under the time at which the step began, also after a gap and where the clock steps back', () => {
  const clock = new RowClock(10 * S, 2 * S);
  const times = [101, 105, 109, 110, 119.9, 147, 31, 39, 40].map((s) => s * S);
  expect(times.map((us) => (clock.due(us)?.tsUs ?? 0) / S)).toEqual([100, 0, 0, 110, 0, 140, 30, 0, 40]);
  expect(clock.nextUs).toBe(50 * S);
});

it('rests until a row or a sample is due', () => {
  const clock = new RowClock(10 * S, 4 * S);
  clock.due(100 * S);
  expect(clock.isSampleDue(100 * S)).toBe(true);
  expect([clock.restsFromUs, clock.dueUs]).toEqual([100 * S, 102 * S]);
  expect([101.9, 102, 103, 99].map((s) => clock.isSampleDue(s * S))).toEqual([false, true, false, true]);
});

it('of rows that follow closely the next is taken ahead, once, and its step is not taken again', () => {
  const clock = new RowClock(S, S);
  clock.due(100 * S);
  expect(clock.takesAhead).toBe(true);
  expect(clock.ahead(100.3 * S)).toEqual({ seenUs: 100.3 * S, tsUs: 101 * S });
  expect(clock.ahead(100.4 * S)).toBeUndefined();
  expect(clock.due(101.2 * S)).toBeUndefined();
  expect(clock.due(102 * S)).toEqual({ seenUs: 102 * S, tsUs: 102 * S });
  // The one that is due where nothing was taken in its step; nothing where the clock stepped back.
  expect(clock.ahead(104.5 * S)).toEqual({ seenUs: 104.5 * S, tsUs: 104 * S });
  expect(clock.ahead(50 * S)).toBeUndefined();
});

it('between rows that are far apart it is judged once, between others never', () => {
  const clock = new RowClock(60 * S, 2 * S);
  clock.due(120 * S);
  expect([130, 140, 110, 190].map((s) => clock.isEarly(s * S))).toEqual([true, false, false, false]);
  clock.due(180 * S);
  expect(clock.isEarly(185 * S)).toBe(true);
  expect([1, 2, 5, 10, 20, 30, 60].filter((s) => new RowClock(s * S, S).waits)).toEqual([5, 10, 20]);
});
