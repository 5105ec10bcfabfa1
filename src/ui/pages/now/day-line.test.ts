import { describe, expect, it } from 'vitest';
import { packed, placeOf, roundTimes } from './day-line.ts';

const HOUR_MS = 3_600_000;
/** A clock that is ahead of UTC. */
const ahead =
  (hours: number) =>
  (ms: number): string =>
    new Date(ms + hours * HOUR_MS).toISOString().slice(11, 16);

describe('the line of time', () => {
  it('places moments from its left to its right end, and what lies beyond at its ends', () => {
    expect([0, 5, 10, 15, -1].map((ms) => placeOf(ms, 0, 10))).toEqual([0, 0.5, 1, 1, 0]);
    expect(placeOf(3, 3, 3)).toBe(0);
  });
  it('puts marks into rows so that none covers another, as long as there are rows', () => {
    const marks = [
      { from: 0, to: 0.5 },
      { from: 0.1, to: 0.1 },
      { from: 0.11, to: 0.2 },
      { from: 0.3, to: 0.3 },
      { from: 0.6, to: 1 },
    ];
    expect(packed(marks, 0.02, 3)).toEqual([0, 1, 2, 1, 0]);
    expect(packed(marks, 0.02, 2)).toEqual([0, 1, 1, 1, 0]);
  });
  it('names round times of the plant, not of UTC, and not too many', () => {
    const from = Date.UTC(2026, 2, 1, 13, 17);
    const day = roundTimes(from, from + 24 * HOUR_MS, ahead(5.5));
    expect(day.map(({ text }) => text)).toEqual([
      '21:00',
      '00:00',
      '03:00',
      '06:00',
      '09:00',
      '12:00',
      '15:00',
      '18:00',
    ]);
    expect(day[0]!.ms).toBe(Date.UTC(2026, 2, 1, 15, 30));
    expect(roundTimes(from, from + HOUR_MS / 2, ahead(0)).map(({ text }) => text)).toEqual([
      '13:20',
      '13:25',
      '13:30',
      '13:35',
      '13:40',
      '13:45',
    ]);
  });
});
