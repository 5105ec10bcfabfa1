import { describe, expect, it } from 'vitest';
import type { CellModel, RowTable } from '../../core/process.ts';
import { seededRandom } from '../../lib/random.ts';
import { tailLimit } from './charts.ts';
import { drift } from './drift.ts';
import { overLag, weighed } from './drift-channels.ts';
import {
  blocksOf,
  duringOf,
  fitDrift,
  isSettled,
  limitOf,
  quickStates,
  rareStates,
  SETTLING,
  sinceChange,
} from './drift-fit.ts';
import { partnersOf } from './drift-partners.ts';
import { shapesOf } from './nature.ts';

const STEP_US = 10e6;
const POINTS = ['level', 'inflow', 'outflow', 'pressure', 'speed', 'alone'] as const;
type Name = (typeof POINTS)[number];
/** What is put on a measured value before its controller sees it. */
type Falsify = (name: Name, row: number) => number;

/**
 * A tank between a pump that goes on and off and a use that wanders, a pressure that a loop holds with its speed against
 * that use, and a value that nobody is coupled to.
 */
const plant = (seed: number, rows: number, falsify: Falsify = () => 0): RowTable => {
  const random = seededRandom(seed);
  const columns = POINTS.map(() => new Float64Array(rows));
  let [level, pump, use, alone, integral, speed] = [3, 1, 10, 50, 60, 60];
  for (let i = 0; i < rows; i++) {
    use += 0.02 * (10 + 3 * Math.sin(i / 700) - use) + 0.15 * random.normal();
    alone += 0.002 * (50 - alone) + 0.1 * random.normal();
    const inflow = pump * 24;
    level += (inflow - use) * 0.0003;
    const shown = level + 0.003 * random.normal() + falsify('level', i);
    if (shown > 3.5) pump = 0;
    if (shown < 2.5) pump = 1;
    const pressure = 0.08 * speed - 0.05 * use + 0.01 * random.normal() + falsify('pressure', i);
    integral += 2 * (4 - pressure);
    speed = integral + 10 * (4 - pressure);
    [
      shown,
      inflow + 0.1 * random.normal(),
      use + 0.05 * random.normal(),
      pressure,
      speed,
      alone + falsify('alone', i),
    ].forEach((x, p) => {
      columns[p]![i] = x;
    });
  }
  return { points: POINTS, count: rows, tsUs: Float64Array.from({ length: rows }, (_, i) => i * STEP_US), columns };
};

/**
 * A dose in proportion to a flow that wanders, and the quality that a loop holds with it. Each 3,000 rows it stands still for
 * half an hour, what it holds goes astray, and beginning anew it swings.
 */
const DOSING = ['flow', 'quality', 'dose', 'runs'] as const;
const dosing = (seed: number, rows: number, falsify: (row: number) => number = () => 0): RowTable => {
  const random = seededRandom(seed);
  const columns = DOSING.map(() => new Float64Array(rows));
  let [flow, quality, integral, raw] = [10, 7, 0, 8];
  for (let i = 0; i < rows; i++) {
    const runs = (i + 1_500) % 3_000 < 2_800 ? 1 : 0;
    flow += 0.004 * (10 + 2 * Math.sin(i / 500) - flow) + 0.05 * random.normal();
    raw += 0.001 * (8 - raw) + 0.002 * random.normal();
    const shown = quality + 0.005 * random.normal() + falsify(i);
    integral += runs * 0.02 * (shown - 7);
    const dose = runs * flow * Math.max(0, 1 + 0.8 * (shown - 7) + integral);
    quality += 0.03 * (raw - dose / flow - quality);
    [flow + 0.02 * random.normal(), shown, dose, runs].forEach((x, p) => {
      columns[p]![i] = x;
    });
  }
  return { points: DOSING, count: rows, tsUs: Float64Array.from({ length: rows }, (_, i) => i * STEP_US), columns };
};

const LEARNED = 6_000;
const part = (table: RowTable, rows: number): RowTable => ({
  ...table,
  count: rows,
  tsUs: table.tsUs.slice(0, rows),
  columns: table.columns.map((c) => c.slice(0, rows)),
});
interface Told {
  readonly row: number;
  readonly named: readonly string[];
  readonly surprise: number;
}
/** First row of each episode from `from` on. */
const judge = (model: CellModel, table: RowTable, from: number): Told[] => {
  const out: Told[] = [];
  const row = new Float64Array(table.columns.length);
  let open = false;
  for (let i = from; i < table.count; i++) {
    for (let p = 0; p < row.length; p++) row[p] = table.columns[p]![i]!;
    const { deviations } = model.score(table.tsUs[i]!, row);
    const first = deviations[0];
    if (first !== undefined && !open)
      out.push({
        row: i,
        named: first.from.slice(0, 3).map(({ point }) => table.points[point]!),
        surprise: first.surprise,
      });
    open = first !== undefined;
  }
  return out;
};
const STARTS = LEARNED + 600;
/** Drawn away by so much over 120 rows (20 minutes). */
const drawn =
  (name: Name, by: number): Falsify =>
  (n, row) =>
    n === name && row >= STARTS ? by * Math.min(1, (row - STARTS) / 120) : 0;

describe('drift', () => {
  const model = drift.fit(part(plant(7, LEARNED), LEARNED), { stepUs: STEP_US });

  it('is armed where others explain slow changes, and says where not', () => {
    const armed = model.arming.filter((a) => a.armed.includes('drift')).map((a) => a.point);
    expect(armed).toContain('level');
    expect(armed).toContain('speed');
    expect(armed).not.toContain('alone');
    expect(model.arming.find((a) => a.point === 'alone')!.unarmed).toContain('slow');
  });

  it('is quiet on later normal rows', () => {
    const fresh = drift.restore(model.save());
    expect(judge(fresh, plant(7, 3 * LEARNED), LEARNED)).toEqual([]);
  });

  it('tells a level that goes away from the balance of its flows', () => {
    const table = plant(7, LEARNED + 1_000, drawn('level', 0.1));
    const told = judge(drift.restore(model.save()), table, LEARNED);
    expect(told.length).toBe(1);
    expect(told[0]!.row).toBeLessThan(STARTS + 160);
    expect(told[0]!.named[0]).toBe('level');
  });

  it('tells a measured value that its own loop hides, by the output, and names both', () => {
    const table = plant(7, LEARNED + 1_000, drawn('pressure', 0.3));
    const told = judge(drift.restore(model.save()), table, LEARNED);
    expect(told.length).toBeGreaterThan(0);
    expect(told[0]!.row).toBeGreaterThan(STARTS);
    expect(told[0]!.named).toEqual(expect.arrayContaining(['speed', 'pressure']));
  });

  it('leaves a jump to others, and says nothing of what nobody is coupled to', () => {
    const jump: Falsify = (n, row) => (n === 'level' && row >= STARTS ? 0.1 : 0);
    expect(judge(drift.restore(model.save()), plant(7, LEARNED + 1_000, jump), LEARNED)).toEqual([]);
    const alone = plant(7, LEARNED + 1_000, drawn('alone', 5));
    expect(judge(drift.restore(model.save()), alone, LEARNED)).toEqual([]);
  });

  it('goes on where it was saved, in the middle of an alarm too', () => {
    const table = plant(7, LEARNED + 1_000, drawn('level', 0.1));
    const whole = drift.restore(model.save());
    let other = drift.restore(model.save());
    const row = new Float64Array(POINTS.length);
    for (let i = LEARNED; i < table.count; i++) {
      for (let p = 0; p < row.length; p++) row[p] = table.columns[p]![i]!;
      const a = structuredClone(whole.score(table.tsUs[i]!, row));
      if (i % 37 === 0) other = drift.restore(other.save());
      expect(other.score(table.tsUs[i]!, row)).toEqual(a);
    }
  });

  it('learns nothing of few rows, and does not judge over a gap', () => {
    const few = drift.fit(part(plant(7, 500), 500), { stepUs: STEP_US });
    expect(few.arming.every((a) => a.armed.length === 0)).toBe(true);
    expect(few.score(0, new Float64Array(POINTS.length)).state).toBe('learning');
    const hours = {
      ...part(plant(7, LEARNED), LEARNED),
      tsUs: Float64Array.from({ length: LEARNED }, (_, i) => i * 3_600e6),
    };
    expect(drift.fit(hours, { stepUs: 3_600e6 }).arming.every((a) => a.armed.length === 0)).toBe(true);
    const table = plant(7, LEARNED + 200);
    const fresh = drift.restore(model.save());
    judge(fresh, table, LEARNED);
    const row = Float64Array.from(table.columns, (c) => c[LEARNED + 199]! + 1);
    expect(fresh.score(table.tsUs[LEARNED + 199]! + 3_600e6, row).deviations).toEqual([]);
  });
});

describe('a loop that stands still now and then', () => {
  const learned = dosing(5, LEARNED);
  const model = drift.fit(learned, { stepUs: STEP_US });
  const blocks = blocksOf(learned, shapesOf(learned), STEP_US);

  it('has a finer limit beyond the settling', () => {
    const shapes = shapesOf(learned);
    expect(rareStates(blocks, shapes)).toEqual([DOSING.indexOf('runs')]);
    const sensors = fitDrift(learned, shapes, STEP_US, blocks, partnersOf(learned, shapes));
    const ofDose = sensors.filter(({ point }) => point === DOSING.indexOf('dose'));
    expect(ofDose.some(({ waits }) => waits)).toBe(true);
  });

  it('is found drawn away while it runs, by what it doses for its flow', () => {
    const from = LEARNED + 700;
    const table = dosing(5, LEARNED + 1_200, (row) => (row < from ? 0 : 0.15 * Math.min(1, (row - from) / 120)));
    const told = judge(drift.restore(model.save()), table, LEARNED);
    expect(told.length).toBe(1);
    expect(told[0]!.row).toBeGreaterThan(from);
    expect(told[0]!.named).toEqual(expect.arrayContaining(['dose', 'quality']));
  });

  it('is quiet while it begins anew, also after a save in the middle of it', () => {
    const table = dosing(5, 3 * LEARNED);
    expect(judge(drift.restore(model.save()), table, LEARNED)).toEqual([]);
    const early = drift.restore(model.save());
    const stop = LEARNED + 1_400;
    judge(early, { ...table, count: stop }, LEARNED);
    expect(judge(drift.restore(early.save()), table, stop)).toEqual([]);
  });
});

describe('sinceChange', () => {
  it('counts blocks since a state changed or was not known', () => {
    const changes = [Float64Array.from([Number.NaN, 0, 0, 0.5, 0, 0, Number.NaN, 0]), new Float64Array(8)];
    expect([...sinceChange({ count: 8, changes, during: [] }, [0])]).toEqual([0, 1, 2, 0, 1, 2, 0, 1]);
    expect(isSettled(11 + SETTLING, 12)).toBe(false);
    expect(isSettled(12 + SETTLING, 12)).toBe(true);
  });
});

describe('overLag', () => {
  it('leaves nothing of a jump, also over the border of two blocks, and most of what is even', () => {
    const all = (list: readonly number[], rest: readonly number[], moved: number) =>
      overLag(
        list.length,
        {
          own: Float64Array.from(list),
          rest: Float64Array.from(rest),
          moved: new Float64Array(list.length).fill(moved),
        },
        list.length - 1,
      );
    const of = (list: readonly number[]): number => all(list, list, 0).steady;
    expect(of([0, 0, 1, 0, 0, 0])).toBe(0);
    expect(of([0, 0, 0.4, 0.6, 0, 0])).toBe(0);
    expect(of([1, 1, 1, 1, 1, 1])).toBe(4);
    expect(of([-1, -1, -1, -1, -1, -1])).toBe(-4);
    expect(all([2, -1, 3], [0, 0, 0], 1).unrest).toBe(3 + 6 - 4);
  });
});

describe('weighed', () => {
  it('counts half at the usual unrest, and nothing at six times as much', () => {
    expect(weighed(1, 2, 2)).toBe(0.5);
    expect(weighed(1, 12, 2)).toBeCloseTo(1 / 7);
    expect(weighed(1, 12.1, 2)).toBeNaN();
  });
});

describe('limitOf', () => {
  /** A day of blocks: small errors, and three stretches of large ones. */
  const errors = Float64Array.from({ length: 840 }, (_, b) => (b % 280 > 275 ? 1 + b / 840 : 0.01));

  it('is no further out than an exponential tail through the highest, above it all the same', () => {
    const stretches = 840 / 7;
    const highest = 1 + 839 / 840;
    expect(limitOf(errors, 0.003, 7)).toBeCloseTo((highest * Math.log(stretches / 0.003)) / Math.log(stretches));
    expect(tailLimit(errors, 0.003, 7)).toBeGreaterThan(2 * limitOf(errors, 0.003, 7));
  });
  it('is none where too little was seen', () => {
    expect(limitOf(errors.subarray(0, 200), 0.003, 7)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('partnersOf', () => {
  it('finds what a controller moves by the noise of what it measures', () => {
    const table = plant(3, 3_000);
    const partner = partnersOf(table, shapesOf(table));
    expect(POINTS[partner[POINTS.indexOf('speed')]!]).toBe('pressure');
    expect(partner[POINTS.indexOf('alone')]).toBe(-1);
  });
});

describe('a loop that goes between two states within minutes', () => {
  const NAMES = ['pressure', 'loads', 'current', 'use'] as const;
  /** A receiver that a compressor fills between 6.7 and 7.4 bar; loaded, its current follows the true pressure, 2 A a bar. */
  const air = (seed: number, rows: number, falsify: (row: number) => number = () => 0): RowTable => {
    const random = seededRandom(seed);
    const columns = NAMES.map(() => new Float64Array(rows));
    let [bar, loads, wander] = [7, 0, 0];
    for (let i = 0; i < rows; i++) {
      wander += -0.01 * wander + 0.02 * random.normal();
      const use = 3 + wander;
      bar += 0.04 * (4.6 * loads - use);
      const shown = bar + 0.006 * random.normal() + falsify(i);
      if (shown < 6.7) loads = 1;
      else if (shown > 7.4) loads = 0;
      const current = 17 + loads * (31 + 2 * (bar - 7)) + 0.15 * random.normal();
      [shown, loads, current, use + 0.03 * random.normal()].forEach((x, p) => {
        columns[p]![i] = x;
      });
    }
    return { points: NAMES, count: rows, tsUs: Float64Array.from({ length: rows }, (_, i) => i * STEP_US), columns };
  };
  const learned = part(air(3, LEARNED), LEARNED);
  const model = () => drift.fit(learned, { stepUs: STEP_US });

  it('is looked at within each of them', () => {
    const shapes = shapesOf(learned);
    const states = quickStates(learned, shapes);
    expect(states.map(({ state, is }) => `${NAMES[state]} ${is}`).sort()).toEqual(['loads 0', 'loads 1']);
    const during = duringOf(learned, shapes, states);
    const sensors = fitDrift(
      learned,
      shapes,
      STEP_US,
      blocksOf(learned, shapes, STEP_US, during),
      partnersOf(learned, shapes),
    );
    const while1 = sensors.filter(({ channel }) => {
      const d = during[channel - 2 * NAMES.length];
      return d?.is === 1 && NAMES[d.point] === 'current';
    });
    expect(while1.length).toBeGreaterThan(0);
  });

  it('tells its pressure from its current though the pressure stays between the same readings', () => {
    const table = air(11, STARTS + 200, (i) => (i < STARTS ? 0 : 0.3 * Math.min(1, (i - STARTS) / 120)));
    const told = judge(model(), table, LEARNED);
    expect(told.length).toBeGreaterThan(0);
    expect(told[0]!.row).toBeGreaterThan(STARTS + 30);
    expect(told[0]!.row).toBeLessThan(STARTS + 150);
    expect(told[0]!.named).toContain('pressure');
  });

  it('says nothing while it is as learned, also after it was saved in the middle', () => {
    const table = air(12, LEARNED + 9000);
    expect(judge(model(), table, LEARNED)).toEqual([]);
    const one = model();
    const drawn = air(11, STARTS + 200, (i) => (i < STARTS ? 0 : 0.3 * Math.min(1, (i - STARTS) / 120)));
    judge(one, part(drawn, STARTS + 43), LEARNED);
    const other = drift.restore(one.save());
    const told = judge(one, drawn, STARTS + 43);
    expect(told.length).toBeGreaterThan(0);
    expect(judge(other, drawn, STARTS + 43)).toEqual(told);
  });
});
