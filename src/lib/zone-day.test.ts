import { expect, it } from 'vitest';
import { daysIn } from './zone-day.ts';

const us = (text: string): number => Date.parse(text) * 1000;
const dayOf = (text: string): number => Date.parse(`${text}T00:00:00Z`) / 86_400_000;

it('gives the day of the calendar on the wall, also on the nights when clocks are changed', () => {
  const berlin = daysIn('Europe/Berlin');
  expect(berlin(us('2026-03-28T22:59:59Z'))).toBe(dayOf('2026-03-28'));
  expect(berlin(us('2026-03-28T23:00:00Z'))).toBe(dayOf('2026-03-29'));
  // Summer time since that night: the next day begins an hour earlier.
  expect(berlin(us('2026-03-29T21:59:59Z'))).toBe(dayOf('2026-03-29'));
  expect(berlin(us('2026-03-29T22:00:00Z'))).toBe(dayOf('2026-03-30'));
  expect(daysIn('Asia/Tokyo')(us('2026-03-02T15:00:00Z'))).toBe(dayOf('2026-03-03'));
  expect(daysIn('Asia/Kathmandu')(us('2026-03-02T18:14:59Z'))).toBe(dayOf('2026-03-02'));
  expect(daysIn('Asia/Kathmandu')(us('2026-03-02T18:15:00Z'))).toBe(dayOf('2026-03-03'));
  expect(daysIn('America/Chicago')(us('2026-03-03T05:59:59Z'))).toBe(dayOf('2026-03-02'));
  expect(daysIn('UTC')(us('2026-03-02T23:59:59Z'))).toBe(dayOf('2026-03-02'));
});
