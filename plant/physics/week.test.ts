/**
 * The plant left alone: a day of one seed here, a week of three by `PLANT_DAYS=7 npx vitest run plant/physics/week.test.ts`. Nothing
 * is lost to NaN, no instrument sits at the end of its range, tanks neither run over nor dry, and production goes on.
 */
import { describe, expect, it } from 'vitest';
import { createWorld, DEFAULT_START_S } from './index.ts';

const DAY_S = 86_400;
const DAYS = Number(process.env.PLANT_DAYS ?? 1);
const SEEDS = DAYS > 1 ? [1, 2, 3] : [1];
/** Points are looked at so often. */
const LOOK_S = 60;
/** Part of the span beyond which a value is at an end of its range. */
const END = 0.001;
/** A measured value may be at the upper end of its range for this part of the time (a pump's rest at 0 is normal). */
const SATURATED = 0.01;
/** The buffer tank is drained before each cleaning: it alone may be empty. */
const DRAINED = 'LT-502';
/** What counts up on every working day. */
const PRODUCED = ['FILL.COUNT', 'FQ-601', 'BATCH.NO'];

describe.each(SEEDS)(`seed %i over ${DAYS} days`, (seed) => {
  const w = createWorld({ seed, startS: DEFAULT_START_S });
  const points = w.controllers.flatMap((c) => c.points.map((p) => ({ c, p, top: 0 })));
  const levels = points.filter(({ p }) => /^LT-/.test(p.name) && p.unit === 'm');
  const odd = new Set<string>();
  const produced: number[][] = [];
  const extremes = new Map<string, [number, number]>();

  it('runs', () => {
    produced.push(PRODUCED.map((name) => w.truth(name)));
    for (let t = LOOK_S; t <= DAYS * DAY_S; t += LOOK_S) {
      w.advance(t);
      for (const point of points) {
        const { p } = point;
        const value = point.c.read(p.name);
        if (!Number.isFinite(value)) odd.add(`${p.name} is ${value}`);
        if (p.nature !== 'measured') continue;
        const truth = w.truth(p.name);
        if (!Number.isFinite(truth)) odd.add(`${p.name} is truly ${truth}`);
        if (value >= p.high - END * (p.high - p.low)) point.top++;
      }
      for (const { p } of levels) {
        const truth = w.truth(p.name);
        const [low, high] = extremes.get(p.name) ?? [truth, truth];
        extremes.set(p.name, [Math.min(low, truth), Math.max(high, truth)]);
      }
      if (t % DAY_S === 0) produced.push(PRODUCED.map((name) => w.truth(name)));
    }
    expect(w.timeS).toBe(DAYS * DAY_S);
  }, 600_000);

  it('has no value that is no number', () => expect([...odd]).toEqual([]));

  it('has no instrument at the end of its range', () => {
    const looks = (DAYS * DAY_S) / LOOK_S;
    expect(points.filter((x) => x.top / looks > SATURATED).map((x) => `${x.p.name} ${x.top / looks}`)).toEqual([]);
  });

  it('keeps every tank between empty and full', () => {
    expect(levels.length).toBeGreaterThan(4);
    for (const { p } of levels) {
      const [low, high] = extremes.get(p.name)!;
      if (p.name === DRAINED) expect(low, p.name).toBeGreaterThanOrEqual(p.low);
      else expect(low, p.name).toBeGreaterThan(p.low);
      expect(high, p.name).toBeLessThan(p.high);
    }
  });

  it('produces on every working day', () => {
    // Time 0 is a Monday.
    for (let day = 0; day < DAYS; day++)
      for (const [i, name] of PRODUCED.entries()) {
        const made = produced[day + 1]![i]! - produced[day]![i]!;
        if (day % 7 < 5) expect(made, `${name}, day ${day}`).toBeGreaterThan(0);
        else expect(made, `${name}, day ${day}`).toBeGreaterThanOrEqual(0);
      }
  });
});
