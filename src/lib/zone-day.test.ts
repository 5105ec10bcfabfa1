import { expect, it } from 'vitest';
import { daysIn } from './zone-day.ts';

const us = (iso: string): number => Date.parse(iso) * 1000;

it.each([
  ['UTC', '1970-01-01T00:00Z', 0],
  ['UTC', '1970-01-02T23:59:59Z', 1],
  ['America/Chicago', '1970-01-01T05:59:59Z', -1],
  ['America/Chicago', '1970-01-01T06:00Z', 0],
  ['Asia/Kathmandu', '2026-03-01T18:14:59Z', 20_513],
  ['Asia/Kathmandu', '2026-03-01T18:15Z', 20_514],
])('%s: %s is day %d', (zone, at, day) => {
  expect(daysIn(zone)(us(at))).toBe(day);
});

it('has days of 23 and 25 hours where the clock is changed', () => {
  const day = daysIn('Europe/Berlin');
  const hours = (first: string): number => {
    const from = us(first);
    let n = 0;
    while (day(from + n * 3_600_000_000) === day(from)) n++;
    return n;
  };
  expect(hours('2026-03-28T23:00Z')).toBe(23);
  expect(hours('2026-03-29T22:00Z')).toBe(24);
  expect(hours('2026-10-24T22:00Z')).toBe(25);
});
