/** Known answers for the parts of the soft model. */
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../lib/random.ts';
import { bring, Form, gather, keep, OtherForm } from './arena.ts';
import { Charts, tailLimit } from './charts.ts';
import { fellAway, fitGuard, standstillColumns, standstillOf, trendOf } from './guard.ts';
import { shapesOf } from './nature.ts';
import { mineRelations, parseRelation, printRelation, RelationWatch } from './relations.ts';
import { fitReplay, ReplayWatch, replayMemory, stepOf } from './replay.ts';
import { setPointOf } from './set-point.ts';
import { madePlant, POINTS } from './testing/made-plant.ts';
import { namedModel, oldModel } from './testing/old-form.ts';

const table = madePlant(3000, 5);
const shapes = shapesOf(table);
const oneColumn = (values: number[]) => ({
  points: ['X'],
  count: values.length,
  tsUs: Float64Array.from(values, (_, i) => i),
  columns: [Float64Array.from(values)],
});

describe('the nature of points', () => {
  it('tells states, wandering whole numbers, counters and constants apart', () => {
    const nature = (values: number[]) => shapesOf(oneColumn(values))[0]!.nature;
    const random = seededRandom(3);
    expect(nature(Array.from({ length: 400 }, (_, i) => [1, 4, 2][Math.floor(i / 7) % 3]!))).toBe('discrete');
    let at = 20;
    expect(
      nature(Array.from({ length: 400 }, () => (at = Math.max(17, Math.min(23, at + random.integer(-1, 1)))))),
    ).toBe('continuous');
    expect(nature(Array.from({ length: 400 }, (_, i) => (i * 3) % 1000))).toBe('counter');
    expect(nature(Array.from({ length: 400 }, () => 5))).toBe('constant');
    expect(nature(Array.from({ length: 400 }, (_, i) => Number(i % 9 > 4)))).toBe('binary');
    expect(nature(Array.from({ length: 400 }, () => Number.NaN))).toBe('unknown');
    expect(nature(Array.from({ length: 400 }, () => random.normal()))).toBe('continuous');
  });
});

describe('charts', () => {
  it('the limit of exponential noise is where its tail says', () => {
    const random = seededRandom(9);
    const values = Float64Array.from({ length: 20_000 }, () => -Math.log(1 - random.uniform()));
    // 20,000 values above x are expected to be 20,000 exp(-x): one in a hundred trainings is at 14.5.
    expect(tailLimit(values, 0.01, 1)).toBeGreaterThan(13);
    expect(tailLimit(values, 0.01, 1)).toBeLessThan(19);
    expect(tailLimit(values.subarray(0, 15), 0.01, 1)).toBe(Number.POSITIVE_INFINITY);
  });

  it('see a lasting error of one usual error, keep quiet on noise, and end', () => {
    const random = seededRandom(21);
    const charts = new Charts(1);
    charts.calibrate(
      0,
      Float32Array.from({ length: 8000 }, () => random.normal()),
      0.001,
      0,
    );
    const run = (rows: number, bias: number): number => {
      let alarms = 0;
      for (let i = 0; i < rows; i++) {
        if (charts.take(0, random.normal() + bias) >= 1) alarms++;
        charts.endRow();
      }
      return alarms;
    };
    expect(run(8000, 0)).toBe(0);
    expect(run(150, 1)).toBeGreaterThan(60);
    run(200, 0);
    expect(run(2000, 0)).toBe(0);
    expect(charts.take(0, Number.NaN)).toBe(0);
  });
});

describe('natures', () => {
  it('take what only goes up for a counter, however seldom it moves, and what comes down again for none', () => {
    const natureOf = (values: number[]): string => shapesOf(oneColumn(values))[0]!.nature;
    const seldom = Array.from({ length: 6000 }, (_, i) => 100 + Math.floor(i / 120));
    expect(natureOf(seldom)).toBe('counter');
    // It begins anew once.
    expect(natureOf(seldom.map((x, i) => (i > 3000 ? x - 125 : x)))).toBe('counter');
    expect(natureOf(seldom.map((x, i) => x + 3 * Math.sin(i / 40)))).toBe('continuous');
    expect(
      natureOf(
        Array.from({ length: 600 }, (_, i) => 0.5 * (i < 300 ? Math.floor(i / 10) : Math.floor((600 - i) / 10))),
      ),
    ).toBe('continuous');
  });
});

describe('guards of a point', () => {
  it('let a stock go on falling that fell all through the training, on that side only', () => {
    const random = seededRandom(4);
    const limits = (trend: number) => {
      const column = Float64Array.from({ length: 4000 }, (_, i) => 1700 - (trend * i) / 4000 + 2 * random.normal());
      return fitGuard(shapesOf(oneColumn([...column]))[0]!, column, 0.001);
    };
    const [still, falls] = [limits(0), limits(8)];
    expect(still.low).toBeGreaterThan(1700 - 20);
    expect(falls.low).toBeLessThan(1692 - 7 * 7);
    expect(falls.low).toBeGreaterThan(1692 - 7 * 9 - 20);
    expect(falls.high).toBeLessThan(1700 + 20);
    // Up and down again is no trend.
    expect(trendOf(Float64Array.from({ length: 80 }, (_, i) => Math.sin(i / 30)))).toBe(0);
    expect(trendOf(Float64Array.from({ length: 80 }, (_, i) => i))).toBeCloseTo(80, 0);
  });

  it('allow the standstill that was usual at each value', () => {
    const values = Array.from({ length: 1200 }, (_, i) => (i % 40 < 20 ? 0 : Math.sin(i) * 3 + 10));
    const [shape] = shapesOf(oneColumn(values));
    const limits = fitGuard(shape!, Float64Array.from(values), 0.001);
    const columns = standstillColumns([shape!, shape!], [limits, limits]);
    expect(standstillOf(columns, 1, 0)).toBe(44);
    expect(standstillOf(columns, 1, 9)).toBeLessThan(12);
    expect(limits.high).toBeGreaterThan(13);
    expect(limits.low).toBeLessThan(0);
  });

  it('allow a rest anywhere where it rested once, and only there where it comes back to', () => {
    // A total that counts by day and stands all night.
    let total = 1000;
    const counted = Array.from({ length: 2000 }, (_, i) => {
      total += i % 1000 < 600 ? 1.5 + Math.sin(i) : 0;
      return total;
    });
    const once = { ...shapesOf(oneColumn(counted))[0]!, nature: 'continuous' as const };
    const columns = standstillColumns([once], [fitGuard(once, Float64Array.from(counted), 0.001)]);
    expect(standstillOf(columns, 0, total - 1)).toBeGreaterThan(800);
    // Far from zero what is exact to a thousandth of the reading is coarser than all that it counts in a day.
    const far = counted.map((x) => 600_000 + x);
    const shape = { ...shapesOf(oneColumn(far))[0]!, nature: 'continuous' as const };
    const ofFar = standstillColumns([shape], [fitGuard(shape, Float64Array.from(far), 0.001)]);
    for (const at of [0.2, 0.5, 0.8])
      expect(standstillOf(ofFar, 0, shape.low + at * (shape.high - shape.low) + 0.123)).toBeGreaterThan(800);
  });

  it('take what stands at a round number outside of all that was for held by its bound, any other number for frozen', () => {
    const random = seededRandom(12);
    const values = Array.from({ length: 1200 }, (_, i) => 60 + 10 * Math.sin(i / 40) + random.normal());
    const [shape] = shapesOf(oneColumn(values));
    const limits = fitGuard(shape!, Float64Array.from(values), 0.001);
    const columns = standstillColumns([shape!], [limits]);
    expect(standstillOf(columns, 0, 100)).toBe(Number.POSITIVE_INFINITY);
    expect(standstillOf(columns, 0, 0)).toBe(Number.POSITIVE_INFINITY);
    expect(standstillOf(columns, 0, 73.91827)).toBeLessThan(12);
    expect(standstillOf(columns, 0, 60)).toBeLessThan(12);
    // Whole numbers are all round: beyond their range nothing is said.
    const coarse = values.map(Math.round);
    const [whole] = shapesOf(oneColumn(coarse));
    const ofWhole = fitGuard(whole!, Float64Array.from(coarse), 0.001);
    const columnsOfWhole = standstillColumns([whole!], [ofWhole]);
    expect(standstillOf(columnsOfWhole, 0, 80)).toBe(Number.POSITIVE_INFINITY);
    expect(standstillOf(columnsOfWhole, 0, 61)).toBeLessThan(40);
  });
});

describe('replay', () => {
  it('is told with its distance, not of standing still, not of noise', () => {
    const random = seededRandom(2);
    const values = Array.from({ length: 2000 }, () => random.normal());
    const [shape] = shapesOf(oneColumn(values));
    const limit = fitReplay(shape!, Float64Array.from(values));
    expect(limit).toBeLessThan(8);
    const watch = new ReplayWatch(replayMemory([1, stepOf(shape!)]));
    for (const x of values.slice(0, 600)) expect(watch.take(1, x)).toBeLessThan(limit);
    let run = 0;
    for (const x of values.slice(300, 330)) run = watch.take(1, x);
    expect(run).toBeGreaterThan(20);
    expect(watch.distance(1)).toBe(300);
    for (let i = 0; i < 100; i++) run = watch.take(1, 0.5);
    expect(run).toBe(0);
  });

  it('is not watched where training hardly moved: how often it repeats itself is not known', () => {
    const random = seededRandom(4);
    const still = Array.from({ length: 2000 }, (_, i) => (i < 1990 ? 16_888 : 16_880 + random.integer(0, 9)));
    const moving = still.map((_, i) => (i < 1700 ? 16_888 : 1e4 * random.normal()));
    const limitOf = (values: number[]): number => fitReplay(shapesOf(oneColumn(values))[0]!, Float64Array.from(values));
    expect(limitOf([...still.slice(1), 0.5])).toBe(Number.POSITIVE_INFINITY);
    expect(limitOf(moving)).toBeLessThan(10);
  });

  it('is not watched where a signal repeats by itself', () => {
    const values = Array.from({ length: 1000 }, (_, i) => [1.5, 2.25, 8.125, 3, 9.5, 4, 7.75, 6, 0.5, 5][i % 10]!);
    expect(fitReplay(shapesOf(oneColumn([...values, 5.01]))[0]!, Float64Array.from(values))).toBe(
      Number.POSITIVE_INFINITY,
    );
  });
});

describe('relations', () => {
  const relations = mineRelations(table, shapes);
  const lines = relations.map(printRelation);

  it('find the levels that a controller switches at', () => {
    // The level goes on for a while after the pump was switched, so that it passes both switching levels.
    const random = seededRandom(8);
    const level = new Float64Array(4000);
    const pump = new Float64Array(4000).fill(1);
    let speed = 0;
    for (let i = 1; i < level.length; i++) {
      pump[i] = level[i - 1]! > 4 ? 0 : level[i - 1]! < 1 ? 1 : pump[i - 1]!;
      speed = Math.max(-0.1, Math.min(0.1, speed + (pump[i] === 1 ? 0.01 : -0.01)));
      level[i] = level[i - 1]! + speed + 0.01 * random.normal();
    }
    const tank = { points: ['LEVEL', 'PUMP'], count: 4000, tsUs: level.map((_, i) => i), columns: [level, pump] };
    const found = mineRelations(tank, shapesOf(tank));
    const bound = (compare: string, is: number) => found.find((r) => r.compare === compare && r.is === is);
    expect(bound('<', 1)!.value).toBeGreaterThan(4);
    expect(bound('<', 1)!.value).toBeLessThan(4.4);
    expect(bound('>', 0)!.value).toBeGreaterThan(0.7);
    expect(bound('>', 0)!.value).toBeLessThan(1);
  });

  it('are text that comes back as it was', () => {
    expect(relations.length).toBeGreaterThan(2);
    for (const [i, line] of lines.entries()) {
      const { rows: _, ...written } = relations[i]!;
      expect(parseRelation(line, POINTS)).toEqual({ ...written, rows: 0 });
    }
    const odd = { left: 'Tank "A" level', compare: '<', value: 1.5, when: 'mode = x', is: 2, rows: 0 } as const;
    expect(parseRelation(printRelation(odd), ['Tank "A" level', 'mode = x'])).toEqual(odd);
  });

  it('that a person wrote wrongly say why', () => {
    expect(parseRelation('LEVEL below 4', POINTS)).toEqual({ error: expect.stringContaining('POINT < NUMBER') });
    expect(parseRelation('LEVEL < 4 when VALVE = 1', POINTS)).toEqual({
      error: 'no point of this cell is called VALVE',
    });
    expect(parseRelation('LEVEL < much when PUMP = 1', POINTS)).toEqual({ error: expect.stringContaining('number') });
  });

  it('are broken only while their condition holds', () => {
    const watch = new RelationWatch([{ left: 'LEVEL', compare: '<', value: 4, when: 'PUMP', is: 1, rows: 0 }], POINTS);
    const broken = (level: number, pump: number): number => {
      let by = 0;
      watch.check(Float64Array.of(level, pump, 0, 0, 0, 0, 0), (_, __, ___, b) => {
        by = b;
      });
      return by;
    };
    expect(broken(4.5, 1)).toBe(0.5);
    expect(broken(4.5, 0)).toBe(0);
    expect(broken(3, 1)).toBe(0);
    expect(broken(Number.NaN, 1)).toBe(0);
  });
});

describe('set points', () => {
  it('are found from values alone', () => {
    const names = shapes.map((_, p) => setPointOf(table, shapes, p, () => true)).map((p) => POINTS[p] ?? '');
    expect(names[POINTS.indexOf('TEMP')]).toBe('TEMP.SP');
    expect(names[POINTS.indexOf('PRESSURE')]).toBe('');
  });
});

describe('what is saved', () => {
  const arrays = {
    a: Float64Array.of(Number.NaN, -1 / 3),
    b: Uint8Array.of(1, 2, 3),
    c: Int16Array.of(-1),
    d: new Float32Array(0),
  };
  const form = new Form('x 1', () => arrays);
  const later = new Form('x 2', () => arrays);

  it('comes back exactly, also numbers that JSON does not have', () => {
    const saved = keep(form, [Number.NaN, Number.NEGATIVE_INFINITY, 1 / 3], gather(arrays));
    const { scalars, arrays: again } = bring<typeof arrays>(form, saved);
    expect(scalars).toEqual([Number.NaN, Number.NEGATIVE_INFINITY, 1 / 3]);
    expect(again).toEqual(arrays);
    expect(again.c.buffer).toBe(again.a.buffer);
    expect(keep(form, scalars, again)).toEqual(saved);
    expect(() => bring(later, saved)).toThrow('x 1');
  });

  it('comes back as older versions saved it', () => {
    const scalars = [Number.NaN, Number.NEGATIVE_INFINITY, 1 / 3];
    const saved = keep(form, scalars, arrays);
    for (const older of [oldModel(saved, form), namedModel(saved, form)]) {
      expect(bring(form, older)).toEqual({ scalars, arrays });
      expect(() => bring(later, older)).toThrow('x 1');
    }
  });

  it('has no names of arrays in it: those of another list are refused, also where somebody forgot to give it another version', () => {
    const saved = keep(form, [], arrays);
    expect(saved.length).toBeLessThan(namedModel(saved, form).length);
    const { d, ...rest } = arrays;
    for (const other of [rest, { ...rest, e: d }, { d, ...rest }, { ...rest, d: new Float64Array(0) }])
      expect(() => bring(new Form('x 1', () => other), saved)).toThrow(OtherForm);
    expect(() => keep(form, [], rest)).toThrow('no d');
  });

  it('is worked in where it lies, without the one that is left out; what is cut off is refused', () => {
    const saved = keep(form, [], arrays, 'b');
    const { arrays: again } = bring<typeof arrays>(form, saved, 'b', true);
    expect(again).toEqual({ ...arrays, b: new Uint8Array(0) });
    expect([again.a, again.c].every(({ buffer }) => buffer === saved.buffer)).toBe(true);
    again.c[0] = 7;
    expect(bring<typeof arrays>(form, saved).arrays.c[0]).toBe(7);
    const apart = new Uint8Array(new ArrayBuffer(saved.length + 64), 0, saved.length - 8);
    apart.set(saved.subarray(0, apart.length));
    expect(() => bring(form, apart, undefined, true)).toThrow(RangeError);
  });

  it('comes back with any of its arrays in memory of its own', () => {
    const saved = keep(form, [], gather(arrays));
    // At odd places of what was read from the store too.
    const moved = new Uint8Array(saved.length + 3).subarray(3);
    moved.set(saved);
    for (const name of ['a', 'b', 'c', 'd'] as const) {
      const { arrays: again } = bring<typeof arrays>(form, moved, name);
      expect(again).toEqual(arrays);
      const others = Object.keys(arrays).filter((other) => other !== name && other !== 'd') as (keyof typeof arrays)[];
      expect(others.map((other) => again[other].buffer === again[name].buffer)).toEqual(others.map(() => false));
    }
  });
});

it('a value that falls away is a level; nothing at all, the other sign and more than ever are not', () => {
  expect([150, 1, 228].map((x) => fellAway(x, 229, 231))).toEqual([true, true, true]);
  expect([0, -5, 260, 65_535].map((x) => fellAway(x, 229, 231))).toEqual([false, false, false, false]);
  expect(fellAway(-3, -20, -10)).toBe(true);
  expect(fellAway(5, -20, 20)).toBe(false);
});
