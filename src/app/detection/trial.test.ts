/** What a model says in its first days is below an alert, unless something else is odd; later it must exceed what it said then. */
import { describe, expect, it } from 'vitest';
import type { Statement } from '../../core/detector.ts';
import { PROCESS_KINDS } from '../../detect/index.ts';
import { isReason, ON_TRIAL, Trial } from './trial.ts';

const HOUR = 3_600_000_000;
const said = (hours: number, surprise: number, change: Partial<Statement> = {}): Statement => ({
  kind: PROCESS_KINDS.dynamics,
  key: 'c1 whole',
  target: 1,
  tsUs: hours * HOUR,
  surprise,
  certainty: 'likely',
  parts: {},
  ...change,
});
const begun = (stepUs = HOUR): Trial => {
  const trial = new Trial();
  trial.begin(24 * HOUR, 24 * HOUR, stepUs);
  return trial;
};

/** What a regression that was quiet is believed beyond, in limits, and the surprise that is left of so many limits. */
const marginAt = (hours: number): number => 1.2 * (1 + 24 / hours);
const left = (ratio: number, hours: number): number => 1 - 0.5 / (ratio / marginAt(hours));

describe('a model on trial', () => {
  it('is kept below an alert for as long as it learned, and then believed beyond its limit and the margin', () => {
    const trial = begun();
    expect(trial.weigh(said(30, 0.3), false).surprise).toBe(0.3);
    expect(trial.weigh(said(47, 0.3), false).surprise).toBe(0.3);
    expect(trial.weigh(said(49, 0.9, { key: 'c1 7' }), false).surprise).toBeCloseTo(left(5, 49));
    expect(trial.weigh(said(49, 0.55, { key: 'c1 7' }), false).surprise).toBeLessThan(0.5);
  });
  it('is over when it was quiet for half as long again as it learned, at the latest after seven times as long', () => {
    const trial = begun();
    expect(trial.weigh(said(30, 0.9), false).surprise).toBe(ON_TRIAL);
    expect(trial.untilUs).toBe(66 * HOUR);
    // What comes once a day and was an hour late.
    expect(trial.weigh(said(55, 0.9, { key: 'c1 7' }), false).surprise).toBe(ON_TRIAL);
    for (let hours = 60; hours < 240; hours += 20) trial.weigh(said(hours, 0.9), false);
    expect(trial.untilUs).toBe((24 + 7 * 24) * HOUR);
    expect(trial.weigh(said(193, 0.9, { key: 'c1 9' }), false).surprise).toBeCloseTo(left(5, 193));
  });
  it('is quiet also where it speaks as often as any model does: in one row of a thousand', () => {
    const step = 10_000_000;
    const trial = begun(step);
    // 8,640 rows in a day.
    for (let i = 0; i < 8; i++) trial.weigh(said(30 + (i * step) / HOUR, 0.9), false);
    expect(trial.untilUs).toBe(48 * HOUR);
    const again = new Trial();
    again.load(JSON.parse(JSON.stringify(trial.save())));
    again.weigh(said(31, 0.9), false);
    expect(again.untilUs).toBe(67 * HOUR);
  });
  it('must be off by more than it was on trial', () => {
    const trial = begun();
    trial.weigh(said(30, 0.75), false); // twice its limit
    expect(trial.weigh(said(67, 0.75), false).surprise).toBeLessThan(0.5);
    expect(trial.weigh(said(67, 0.79), false).surprise).toBeLessThan(0.5); // 2.38 times
    expect(trial.weigh(said(67, 0.9), false).surprise).toBeGreaterThan(0.6); // 5 times
    expect(trial.weigh(said(67, 0.75, { kind: PROCESS_KINDS.replay }), false).surprise).toBeCloseTo(0.7); // 2 / 1.2
  });
  it('asks more of regressions the more cells are judged beside each other', () => {
    const alone = new Trial();
    const many = new Trial(() => 55);
    for (const trial of [alone, many]) trial.begin(24 * HOUR, 24 * HOUR, HOUR);
    // 1.45 times its limit, after more than a year: of one cell beyond the margin of 1.2, of 55 within 1.52.
    const ratio = 1.45;
    expect(alone.weigh(said(10_000, 1 - 0.5 / ratio), false).surprise).toBeGreaterThan(0.5);
    expect(many.weigh(said(10_000, 1 - 0.5 / ratio), false).surprise).toBeCloseTo(
      1.45 / 1.2 / (1 + Math.log(55) / 15) / 2,
    );
    expect(many.weigh(said(10_000, 1 - 0.5 / 1.6), false).surprise).toBeGreaterThan(0.5);
    const replay = { kind: PROCESS_KINDS.replay };
    expect(many.weigh(said(10_000, 1 - 0.5 / ratio, replay), false).surprise).toBeGreaterThan(0.5);
  });
  it('has room for regressions too: as much again after one day, the n-th part of it after n', () => {
    const asked = (hours: number, ratio: number): boolean =>
      begun().weigh(said(hours, 1 - 0.5 / ratio), false).surprise >= 0.5;
    expect([1.7, 1.9].map((ratio) => asked(49, ratio))).toEqual([false, true]);
    expect([1.4, 1.6].map((ratio) => asked(4 * 24, ratio))).toEqual([false, true]);
    expect([1.15, 1.25].map((ratio) => asked(100 * 24, ratio))).toEqual([false, true]);
  });
  it('lets a value stand still for longer than in the one day that was seen, by the n-th part after n; a tape or a dead sensor goes on', () => {
    const trial = begun();
    const still = (hours: number, ratio: number): number =>
      trial.weigh(said(hours, 1 - 0.5 / ratio, { kind: PROCESS_KINDS.stuck }), false).surprise;
    expect(still(67, 1.6)).toBeLessThan(0.5);
    expect(still(67, 1.7)).toBeGreaterThan(0.5);
    expect(still(20 * 24, 1.3)).toBeGreaterThan(0.5);
    // Where somebody acts on the controller nothing is forgiven.
    expect(trial.weigh(said(67, 0.55, { kind: PROCESS_KINDS.stuck }), true).surprise).toBe(0.55);
  });
  it('forgives what goes on, not for good what was once', () => {
    const trial = begun();
    trial.weigh(said(30, 0.9), false); // five times its limit: a fault on the first day
    const again = begun();
    again.load(trial.save());
    // Seen weekly, it stays what it is.
    for (let hours = 100; hours < 1000; hours += 150) {
      expect(trial.weigh(said(hours, 0.75), false).surprise).toBeLessThan(0.5);
      trial.load(trial.save());
    }
    // For a week nothing: the next is judged by the limit alone.
    expect(again.weigh(said(30 + 7 * 24 + 1, 0.75), false).surprise).toBeCloseTo(left(2, 199));
  });
  it('has more room for a level the fewer days were seen, which no drift widens', () => {
    const trial = begun();
    const level = (hours: number, ratio: number): number =>
      trial.weigh(said(hours, 1 - 0.5 / ratio, { kind: PROCESS_KINDS.level }), false).surprise;
    expect(level(49, 5)).toBe(ON_TRIAL); // a fifth of its range, after two days
    expect(level(49, 7)).toBeGreaterThan(0.8); // three tenths
    expect(level(4 * 24, 5)).toBeGreaterThan(0.8);
    expect(level(4 * 24, 3)).toBe(ON_TRIAL);
    for (let ratio = 1; ratio < 6; ratio += 0.5) level(50 + ratio, ratio);
    expect(level(12 * 24, 3)).toBeGreaterThan(0.5);
    expect(level(30 * 24, 1.3)).toBe(ON_TRIAL);
    expect(level(365 * 24, 1.3)).toBeGreaterThan(0.5);
    const again = new Trial();
    again.load(JSON.parse(JSON.stringify(trial.save())));
    expect(again.weigh(said(4 * 24, 1 - 0.5 / 3, { kind: PROCESS_KINDS.level }), false).parts.also).toMatchObject({
      text: expect.stringContaining('4.0 days only: up to 13 % of its range'),
    });
  });
  it('is on trial again in a state that is hardly known, for what is drawn out of others', () => {
    const trial = begun();
    expect(trial.weigh(said(60, 0.9), false, true).surprise).toBe(ON_TRIAL);
    expect(trial.untilUs).toBe(48 * HOUR);
    expect(trial.weigh(said(61, 0.9), false, false).surprise).toBeLessThan(0.5);
    expect(trial.weigh(said(62, 0.95), false, false).surprise).toBeGreaterThan(0.5);
    expect(trial.weigh(said(63, 0.9, { kind: PROCESS_KINDS.replay }), false, true).surprise).toBeGreaterThan(0.5);
    expect(trial.weigh(said(64, 0.99), true, true).surprise).toBe(0.99);
  });
  it('is believed at once where something else is odd, and that says nothing about it', () => {
    const trial = begun();
    expect(trial.weigh(said(30, 0.9), true).surprise).toBe(0.9);
    expect(trial.untilUs).toBe(48 * HOUR);
    expect(trial.weigh(said(50, 0.75), false).surprise).toBeCloseTo(left(2, 50));
  });
  it('is not believed for what it said before anybody acted, unless it says more, or says it again', () => {
    const trial = begun();
    const minutes = (m: number): number => 30 + m / 60;
    for (const m of [0, 5, 10]) trial.weigh(said(minutes(m), 0.75), false); // twice its limit
    expect(trial.weigh(said(minutes(12), 0.75), true).surprise).toBe(ON_TRIAL);
    expect(trial.weigh(said(minutes(14), 0.78), true).surprise).toBe(ON_TRIAL); // 2.27 times
    expect(trial.weigh(said(minutes(15), 0.9), true).surprise).toBe(0.9);
    expect(trial.weigh(said(minutes(15), 0.75, { key: 'c1 7' }), true).surprise).toBe(0.75);
    expect(trial.weigh(said(minutes(40), 0.75), true).surprise).toBe(0.75);
  });
  it('does not hold back safety and nonsense, nor a tape where something else is odd', () => {
    const trial = begun();
    expect(trial.weigh(said(30, 0.9, { severity: 'safety' }), false).surprise).toBe(0.9);
    expect(trial.weigh(said(30, 0.9, { kind: PROCESS_KINDS.junk }), false).surprise).toBeCloseTo(0.88);
    // Totals of equal batches repeat themselves: a tape is believed at once where somebody acts.
    expect(trial.weigh(said(30, 0.9, { kind: PROCESS_KINDS.replay }), false).surprise).toBe(ON_TRIAL);
    expect(trial.weigh(said(30, 0.9, { kind: PROCESS_KINDS.replay }), true).surprise).toBe(0.9);
  });
  it('goes on after a restart, and is not begun anew by a model that learned more', () => {
    const trial = begun();
    trial.weigh(said(30, 0.75), false);
    const again = new Trial();
    again.load(JSON.parse(JSON.stringify(trial.save())));
    expect(again.untilUs).toBe(66 * HOUR);
    again.weigh(said(40, 0.75), false);
    again.begin(60 * HOUR, 40 * HOUR, HOUR);
    expect(again.untilUs).toBe(76 * HOUR);
    expect(again.weigh(said(77, 0.75), false).surprise).toBeLessThan(0.5);
  });
});

describe('a reason to believe a model at once', () => {
  const wrote = { detector: 'writer', actor: 3, verb: 'write', severity: 'uptime' } as const;
  it('is that somebody acts on the controller, and no work is announced', () => {
    expect(isReason(wrote, undefined)).toBe(true);
    expect(isReason(wrote, { overrun: true })).toBe(true);
    expect(isReason(wrote, { overrun: false })).toBe(false);
  });
  it('is no look at it, no loss of sight, no statement of a process model', () => {
    expect(isReason({ ...wrote, verb: 'read' }, undefined)).toBe(false);
    expect(isReason({ ...wrote, verb: '' }, undefined)).toBe(false);
    expect(isReason({ ...wrote, actor: 0 }, undefined)).toBe(false);
    expect(isReason({ ...wrote, detector: 'process' }, undefined)).toBe(false);
  });
});
