/** The Sundays of the Directive are facts of the calendar; labels stand where the writes of people are. */
import { describe, expect, it } from 'vitest';
import { openPlant } from '../network/index.ts';
import { operationsBetween } from './life.ts';
import { clockChanges, earlierUs } from './summer-time.ts';

const HOUR_US = 3_600_000_000;
const us = (iso: string): number => Date.parse(iso) * 1000;

describe('summer time', () => {
  it.each([
    ['2026-03-28T12:00Z', '2026-03-29T00:59:59Z', 0],
    ['2026-03-28T12:00Z', '2026-03-29T01:00:00Z', HOUR_US],
    ['2026-03-28T12:00Z', '2026-07-01T00:00:00Z', HOUR_US],
    ['2026-07-01T00:00Z', '2026-08-01T00:00:00Z', 0],
    ['2026-10-24T00:00Z', '2026-10-25T01:00:00Z', -HOUR_US],
    ['2026-10-26T00:00Z', '2027-02-01T00:00:00Z', 0],
    // 31 March 2030 is a Sunday itself.
    ['2030-03-30T00:00Z', '2030-03-31T01:00:00Z', HOUR_US],
  ])('of a run from %s: at %s people are earlier by %d us', (start, at, earlier) => {
    expect(earlierUs(us(start), us(at))).toBe(earlier);
  });

  it('is told once for each change of a run, and not for one before it', () => {
    expect(clockChanges(us('2026-03-29T01:00Z'), us('2027-04-30T00:00Z')).map((c) => c.startUs)).toEqual([
      us('2026-10-25T01:00Z'),
      us('2027-03-28T01:00Z'),
    ]);
  });

  it('is a label of the plant that must stay quiet, and the ordinary life after it is labelled when it happens', () => {
    const seed = 2;
    const startUs = us('2026-03-27T00:00Z');
    const { labels } = openPlant({ seed, startUs, days: 5 });
    const changes = labels.disturbances.filter((d) => d.kind === 'summer-time');
    expect(changes).toMatchObject([
      { startUs: us('2026-03-29T01:00Z'), endUs: us('2026-03-31T01:00Z'), expected: 'quiet' },
    ]);
    expect(changes[0]!.points.length).toBeGreaterThan(5);
    const acts = operationsBetween(seed, startUs / 1e6, 0, 5 * 86_400).filter((o) => o.act.startsWith('recipe'));
    const told = labels.disturbances.filter((d) => d.kind === 'recipe-change').map((d) => d.startUs);
    expect(told.length).toBeGreaterThan(5);
    const written = new Set(acts.map((o) => startUs + o.atS * 1e6 - earlierUs(startUs, startUs + o.atS * 1e6)));
    expect(told.filter((at) => !written.has(at))).toEqual([]);
    expect(told.some((at) => at > us('2026-03-30T00:00Z'))).toBe(true);
  });
});
