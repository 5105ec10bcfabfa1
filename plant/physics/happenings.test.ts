/** Each kind of happening does to the process what its text says: against a twin world in which it did not happen. */
import { describe, expect, it } from 'vitest';
import type { Happening } from '../world.ts';
import { ATTACKS, createWorld, DEFAULT_START_S, DISTURBANCES, type PlantWorld } from './index.ts';

const HOUR = 3600;
const SEED = 31;
/** Worlds begin on a Monday at 6 h, with the first shift; half an hour later the line is in production. */
const SIX = DEFAULT_START_S + 6 * HOUR;
const NOON = 2100;
const worldAtSix = (): PlantWorld => createWorld({ seed: SEED, startS: SIX });

const happening = (
  kind: string,
  target: string,
  parameters: Happening['parameters'] = {},
  startS = NOON + 10,
  endS = Number.POSITIVE_INFINITY,
): Happening => ({ kind, target, parameters, startS, endS });

/** The undisturbed world of `worldAtSix`, run once and kept, so that not every test runs it again. */
const LAST = 7600;
class Trace {
  readonly #at = new Map<string, number>();
  readonly #values: Float64Array[] = [];
  readonly #truths: Float64Array[] = [];
  timeS = 0;
  constructor() {
    const w = worldAtSix();
    const points = w.controllers.flatMap((c) => c.list);
    for (const [i, p] of points.entries()) this.#at.set(p.definition.name, i);
    for (let t = 0; t <= LAST; t++) {
      w.advance(t);
      this.#values.push(Float64Array.from(points, (p) => p.value));
      this.#truths.push(Float64Array.from(points, (p) => p.actual?.() ?? p.value));
    }
  }
  advance(toS: number): void {
    this.timeS = Math.floor(toS);
  }
  truth(name: string): number {
    return this.#truths[this.timeS]![this.#at.get(name)!]!;
  }
  read(name: string): number {
    return this.#values[this.timeS]![this.#at.get(name)!]!;
  }
  values(): number[] {
    return [...this.#values[this.timeS]!];
  }
}
let kept: Trace | undefined;
type Twin = PlantWorld | Trace;

/** The world with the happening and its twin, both at `toS`. */
const pair = (
  h: Happening,
  toS: number,
  each?: (w: PlantWorld, twin: Twin) => void,
  make: () => PlantWorld = worldAtSix,
): [PlantWorld, Twin] => {
  const w = make();
  kept ??= new Trace();
  const twin = make === worldAtSix ? kept : make();
  twin.advance(0);
  w.happen(h);
  if (each === undefined) {
    w.advance(toS);
    twin.advance(toS);
  } else {
    w.advance(h.startS - 1);
    twin.advance(h.startS - 1);
    for (let t = h.startS; t <= toS; t++) {
      w.advance(t);
      twin.advance(t);
      each(w, twin);
    }
  }
  return [w, twin];
};
const read = (w: Twin, name: string): number => {
  if (w instanceof Trace) return w.read(name);
  for (const c of w.controllers) if (c.find(name) !== undefined) return c.read(name);
  throw new Error(name);
};
/** How far a true value swings in the next seconds. */
const swing = (w: Twin, name: string, seconds: number): number => {
  const seen: number[] = [];
  for (let i = 0; i < seconds; i++) {
    w.advance(w.timeS + 1);
    seen.push(w.truth(name));
  }
  return Math.max(...seen) - Math.min(...seen);
};
const values = (w: Twin): number[] =>
  w instanceof Trace ? w.values() : w.controllers.flatMap((c) => c.list.map((p) => p.value));

describe('a twin without a happening', () => {
  it('is equal to the last value until it begins, and different after', () => {
    const [w, twin] = pair(happening('set-point-edit', 'TIC-601.SP', { percent: 1 }), NOON);
    expect(values(w)).toEqual(values(twin));
    w.advance(NOON + 600);
    twin.advance(NOON + 600);
    expect(values(w)).not.toEqual(values(twin));
  });
});

describe('what is not known', () => {
  const w = createWorld({ seed: 1 });
  it.each([
    [happening('no-such-kind', 'LT-101'), 'unknown kind'],
    [happening('set-point-edit', 'LT-101', {}), 'percent must be given'],
    [happening('set-point-edit', 'LT-101', { percent: 80 }), 'lies between'],
    [happening('sensor-freeze', 'LT-101', { depth: 1 }), 'no parameter depth'],
    [happening('sensor-freeze', 'LT-101', { where: 'moon' }), 'is one of'],
    [happening('sensor-freeze', 'LT-101', {}, 100, 50), 'ends before'],
  ])('is refused at once: %#', (h, text) => {
    expect(() => w.happen(h)).toThrow(text);
  });
  it('a target that is not there is refused when it begins', () => {
    const v = createWorld({ seed: 1 });
    v.happen(happening('sensor-freeze', 'NO-SUCH', {}, 5));
    expect(() => v.advance(10)).toThrow('no point NO-SUCH');
  });
});

describe('attacks', () => {
  it('set-point-edit: 2 % on the product temperature makes the product truly 2 % hotter, and the end takes it back', () => {
    const [w, twin] = pair(
      happening('set-point-edit', 'TIC-601.SP', { percent: 2 }, NOON + 10, NOON + 3000),
      NOON + 2900,
    );
    expect(w.truth('TT-603') / twin.truth('TT-603')).toBeCloseTo(1.02, 2);
    w.advance(NOON + 5400);
    twin.advance(NOON + 5400);
    expect(w.truth('TT-603') / twin.truth('TT-603')).toBeCloseTo(1, 2);
  });

  it('calibration-edit: 2 % of gain on chlorine is invisible in the value and true in the water', () => {
    const [w, twin] = pair(happening('calibration-edit', 'AT-301', { gain: 1.02 }), NOON + HOUR);
    expect(w.truth('AT-301') / twin.truth('AT-301')).toBeCloseTo(1 / 1.02, 2);
    expect(read(w, 'AT-301.GAIN')).toBeCloseTo(1.02, 4);
    const [v] = pair(happening('calibration-edit', 'AT-301', { gain: 1.02, conceal: 1 }), NOON + 60);
    expect(read(v, 'AT-301.GAIN')).toBe(1);
  });

  it('sensor-bias: a level told 5 % of span too high empties the tank by as much', () => {
    const [w, twin] = pair(happening('sensor-bias', 'LT-605', { offset: 8 }), NOON + 2400);
    expect(twin.truth('LT-605') - w.truth('LT-605')).toBeGreaterThan(0.03);
  });

  it('sensor-freeze: the raw water level stands still, the pumps never start, the tank runs down', () => {
    const [w, twin] = pair(happening('sensor-freeze', 'LT-101', {}, 300), 6900);
    const seen = new Set<number>();
    for (let i = 0; i < 300; i++) {
      w.advance(w.timeS + 1);
      seen.add(read(w, 'LT-101'));
    }
    expect(seen.size).toBe(1);
    expect(w.truth('LT-101')).toBeLessThan(2.75);
    expect(twin.truth('LT-101')).toBeGreaterThan(2.75);
  });

  it('sensor-freeze of the view: HMIs see the false value, the controller works on', () => {
    const [w, twin] = pair(happening('sensor-freeze', 'LT-101', { where: 'view' }), NOON + 600);
    expect(w.truth('LT-101')).toBe(twin.truth('LT-101'));
    expect(read(w, 'LT-101')).not.toBe(read(twin, 'LT-101'));
  });

  it('sensor-replay: masters see the last ten minutes again, value by value', () => {
    const w = worldAtSix();
    const seen: number[] = [];
    w.happen(happening('sensor-replay', 'plc-pasteur', { lengthS: 600, where: 'view' }, NOON + 600));
    for (let t = NOON; t < NOON + 1800; t++) {
      w.advance(t);
      seen.push(read(w, 'TT-603'));
    }
    expect(seen.slice(600, 1200)).toEqual(seen.slice(0, 600));
    expect(seen.slice(1200, 1800)).toEqual(seen.slice(0, 600));
    expect(new Set(seen.slice(0, 600)).size).toBeGreaterThan(5);
  });

  it('sensor-drift: the value goes away at the rate told, up to the most', () => {
    const h = happening('sensor-drift', 'TT-603', { perHour: 2, most: 1, where: 'view' }, NOON);
    const [w, twin] = pair(h, NOON + 900);
    expect(read(w, 'TT-603') - read(twin, 'TT-603')).toBeCloseTo(0.55, 2);
    w.advance(NOON + HOUR);
    twin.advance(NOON + HOUR);
    expect(read(w, 'TT-603') - read(twin, 'TT-603')).toBeCloseTo(1.1, 2);
  });

  it('sensor-noise: the spread grows to what was told', () => {
    const d: number[] = [];
    pair(happening('sensor-noise', 'TT-601', { deviation: 1, where: 'view' }, NOON), NOON + 900, (w, twin) =>
      d.push(read(w, 'TT-601') - read(twin, 'TT-601')),
    );
    const spread = Math.sqrt(d.reduce((a, x) => a + x * x, 0) / d.length);
    expect(spread).toBeGreaterThan(1);
    expect(spread).toBeLessThan(1.2);
  });

  it.each(['random', 'zero', 'full', 'nan'])(
    'sensor-junk (%s) on all sensors of a controller: the world stays sane',
    (as) => {
      for (const id of ['plc-blend', 'plc-pasteur', 'plc-dosing', 'plc-filter', 'plc-steam']) {
        const w = worldAtSix();
        w.advance(NOON);
        w.happen(happening('sensor-junk', id, { as }, w.timeS, w.timeS + 300));
        w.advance(w.timeS + 200);
        const first = w.controller(id).sensors[0]!;
        if (as === 'zero') expect(first.value).toBe(0);
        if (as === 'full') expect(first.value).toBeCloseTo(first.definition.high, 5);
        w.advance(w.timeS + 400);
        for (const c of w.controllers)
          for (const p of c.list)
            expect(Number.isFinite(w.truth(p.definition.name)), `${id} ${as} ${p.definition.name}`).toBe(true);
      }
    },
    60_000,
  );

  it('force-output: a pump held on fills the tank to the trip; concealed, masters see what the program wants', () => {
    const [w] = pair(happening('force-output', 'P-101.CMD', { value: 1 }, 10), 2600);
    expect(w.truth('LT-101')).toBeGreaterThan(4);
    const [v] = pair(happening('force-output', 'P-101.CMD', { value: 1, conceal: 1 }, 10), 2600);
    expect(v.truth('P-101.CMD')).toBe(1);
    expect(read(v, 'P-101.CMD')).toBe(0);
  });

  it('output-stuck: the steam valve does not follow its controller', () => {
    const [w] = pair(happening('output-stuck', 'TIC-602.OUT', {}, NOON), NOON + 60);
    const at = w.truth('TIC-602.OUT');
    w.advance(NOON + 1500);
    expect(w.truth('TIC-602.OUT')).toBe(at);
    expect(Math.abs(read(w, 'TIC-602.OUT') - at)).toBeGreaterThan(1);
  });

  it('safety-bypass: without it the overfill trips, with it the tank runs over', () => {
    const run = (how: string | undefined): PlantWorld => {
      const w = worldAtSix();
      if (how !== undefined) w.happen(happening('safety-bypass', 'LSHH-101', { how }, 5));
      w.happen(happening('force-output', 'P-101.CMD', { value: 1 }, 10));
      w.advance(4600);
      return w;
    };
    const guarded = run(undefined);
    expect(guarded.truth('LT-101')).toBeLessThan(4.3);
    expect(guarded.truth('LSHH-101.TRIP')).toBe(1);
    for (const how of ['bypass', 'limit']) {
      const w = run(how);
      expect(w.truth('LT-101'), how).toBeGreaterThan(4.45);
      expect(w.truth('LSHH-101.TRIP')).toBe(0);
    }
  });

  it('mode-stop: outputs fall to safe, the header loses its pressure, the end brings it back', () => {
    const [w] = pair(happening('mode-stop', 'plc-distribution', {}, NOON, NOON + 600), NOON + 300);
    expect(w.controller('plc-distribution').mode).toBe('stop');
    expect(w.truth('PT-401')).toBeLessThan(1);
    w.advance(NOON + 900);
    expect(w.truth('PT-401')).toBeGreaterThan(3.5);
  });

  const PROGRAMS: readonly [string, string, number, (w: PlantWorld, twin: Twin) => boolean][] = [
    [
      'plc-intake',
      'short-cycling',
      4200,
      (w, t) =>
        w.truth('P-101.HOURS') + w.truth('P-102.HOURS') > 0 &&
        Math.abs(w.truth('LT-101') - 2.8) < 0.15 &&
        Math.abs(t.truth('LT-101') - w.truth('LT-101')) > 0.001,
    ],
    ['plc-filter', 'no-backwash', 900, (w, t) => w.truth('BW.COUNT') < t.truth('BW.COUNT')],
    ['plc-filter', 'flow-high', 600, (w, t) => w.truth('FT-201') > 1.1 * t.truth('FT-201')],
    ['plc-dosing', 'overdose', 3600, (w, t) => Math.abs(w.truth('AT-301') / t.truth('AT-301') - 1.12) < 0.03],
    ['plc-dosing', 'pump-off-night', 900, (w, t) => w.truth('AIC-301.OUT') < 0.5 && t.truth('AIC-301.OUT') > 1],
    ['plc-distribution', 'pressure-swing', 600, (w, t) => swing(w, 'PT-401', 60) > 0.5 && swing(t, 'PT-401', 60) < 0.2],
    ['plc-distribution', 'level-blind', 1800, (w, t) => Math.abs(w.truth('LT-401') - t.truth('LT-401')) > 0.005],
    ['plc-blend', 'thin-batches', 4500, (w, t) => w.truth('AT-501') < 0.995 * t.truth('AT-501')],
    [
      'plc-blend',
      'skip-mixing',
      2700,
      (w, t) => w.truth('BATCH.NO') !== t.truth('BATCH.NO') || w.truth('LT-502') !== t.truth('LT-502'),
    ],
    [
      'plc-pasteur',
      'no-divert',
      1200,
      (w, t) =>
        Math.abs(t.truth('TT-603') - w.truth('TT-603') - 4) < 0.4 &&
        Math.abs(read(w, 'TT-603') - read(t, 'TT-603')) < 0.4,
    ],
    ['plc-pasteur', 'cooler-off', 900, (w, t) => w.truth('TT-604') > t.truth('TT-604') + 3],
    ['plc-steam', 'pressure-up', 2400, (w, t) => w.truth('PT-701') > 1.05 * t.truth('PT-701')],
    ['plc-steam', 'lean-flame', 2400, (w, t) => w.truth('FT-703') > 1.05 * t.truth('FT-703')],
    ['plc-cooling', 'head-pressure', 1800, (w, t) => w.truth('PT-802') > t.truth('PT-802') + 0.5],
    ['plc-filler', 'underfill', 300, (w, t) => Math.abs(w.truth('FILL.AVG') / t.truth('FILL.AVG') - 0.98) < 0.002],
    [
      'plc-capper',
      'loose-caps',
      300,
      (w, t) =>
        Math.abs(w.truth('JT-1001') / t.truth('JT-1001') - 0.9) < 0.03 &&
        Math.abs(read(w, 'JT-1001') / read(t, 'JT-1001') - 1) < 0.03,
    ],
    ['plc-conveyor', 'surge', 611, (w, t) => Math.abs(w.truth('SIC-1101.OUT') - t.truth('SIC-1101.OUT')) > 3],
    ['plc-conveyor', 'overspeed', 300, (w, t) => w.truth('SIC-1101.OUT') > 1.1 * t.truth('SIC-1101.OUT')],
    [
      'plc-packer',
      'cold-glue',
      2700,
      (w, t) => Math.abs(read(w, 'TT-1201') - 165) < 8 && w.truth('TT-1201') < t.truth('TT-1201') - 15,
    ],
    ['plc-air', 'never-unload', 1800, (w, t) => w.truth('PT-1401') > t.truth('PT-1401') + 0.5],
  ];
  it.each(PROGRAMS)(
    'download: %s %s',
    (target, variant, afterS, holds) => {
      const make = (): PlantWorld => {
        if (variant === 'pump-off-night') return createWorld({ seed: SEED, startS: DEFAULT_START_S + HOUR });
        const w = worldAtSix();
        // Filters that are washed early, so that those that are not show.
        if (variant === 'no-backwash') w.controller('plc-filter').write('BW.DP', 0.1);
        return w;
      };
      const at = variant === 'pump-off-night' || variant === 'no-backwash' ? 1 : NOON;
      const [w, twin] = pair(happening('download', target, { variant, stopS: 0 }, at), at + afterS, undefined, make);
      expect(w.controller(target).program.version).toBe(2);
      expect(holds(w, twin)).toBe(true);
    },
    60_000,
  );

  it('download: the rinse of cleaning is cut short, trips are removed', () => {
    const cleaning = (): PlantWorld => {
      const w = worldAtSix();
      w.happen(happening('cleaning', '', {}, 60));
      return w;
    };
    const [c, twin] = pair(happening('download', 'plc-cip', { variant: 'short-rinse' }, 10), 1400, undefined, cleaning);
    expect([twin.truth('CIP.STEP'), c.truth('CIP.STEP')]).toEqual([3, 4]);
    const v = worldAtSix();
    v.happen(happening('download', 'plc-safety', { variant: 'trips-removed' }, 10));
    v.happen(happening('gas-release', '', { ppm: 3 }, 60));
    v.advance(200);
    expect(v.truth('ASHH-309.TRIP')).toBe(0);
  });

  it('every malicious program is in a test', () => {
    const listed = new Set([
      ...PROGRAMS.map(([c, v]) => `${c} ${v}`),
      'plc-intake no-stop-level',
      'plc-cip short-rinse',
      'plc-safety trips-removed',
      'plc-filler no-reject',
    ]);
    for (const c of createWorld({ seed: 1 }).controllers)
      for (const [name, text] of Object.entries(c.variants))
        if (text.startsWith('malicious')) expect(listed.has(`${c.id} ${name}`), `${c.id} ${name}`).toBe(true);
  });
});

describe('disturbances', () => {
  it('recipe-change: set points of five controllers move', () => {
    const [w, twin] = pair(happening('recipe-change', '', { recipe: 2 }), NOON + 60);
    const moved = ['AIC-501.SP', 'TIC-601.SP', 'FILL.SP', 'TORQUE.SP', 'CASE.SIZE'].filter(
      (n) => w.truth(n) !== twin.truth(n),
    );
    expect(w.truth('FILL.SP')).toBe(330);
    expect(moved.length).toBeGreaterThan(3);
  });
  it('shift-change: the line pauses and goes on', () => {
    const [w] = pair(happening('shift-change', '', {}, NOON, NOON + 300), NOON + 200);
    expect(w.truth('ST-901')).toBe(0);
    w.advance(NOON + 500);
    expect(w.truth('ST-901')).toBeGreaterThan(100);
  });
  it('planned-download: a new version, the same behaviour afterwards', () => {
    const [w, twin] = pair(happening('planned-download', 'plc-steam', { workOrder: 'WO-4711' }), NOON + 1500);
    expect(w.controller('plc-steam').program.version).toBe(2);
    expect(Math.abs(w.truth('PT-701') - twin.truth('PT-701'))).toBeLessThan(0.2);
  });
  it('sensor-replaced: a step of the value for good, the truth as before where nothing steers by it', () => {
    const [w, twin] = pair(happening('sensor-replaced', 'TT-301', { step: 0.5, noise: 1.3 }), NOON + 60);
    expect(read(w, 'TT-301') - read(twin, 'TT-301')).toBeCloseTo(0.2, 0);
    expect(w.truth('TT-301')).toBe(twin.truth('TT-301'));
  });
  it('controller-restart: away from start to end', () => {
    const [w] = pair(happening('controller-restart', 'plc-air', {}, NOON, NOON + 40), NOON + 20);
    expect(w.controller('plc-air').mode).toBe('program');
    w.advance(NOON + 60);
    expect(w.controller('plc-air').mode).toBe('run');
  });
  it.each([
    ['M-1101', 'M-1101.VIB', 'M-1101.TEMP', 'M-1101.I'],
    ['M-901', 'M-901.VIB', 'M-901.TEMP', 'M-901.I'],
    ['P-401', 'P-401.VIB', 'P-401.TEMP', 'P-401.I'],
    ['P-201', 'P-201.VIB', 'P-201.TEMP', 'P-201.I'],
  ])('bearing-wear of %s: vibration, temperature and current rise together', (target, ...names) => {
    const [w, twin] = pair(happening('bearing-wear', target, { to: 0.6, rampS: 600 }, 100), NOON + 600);
    for (const n of names) expect(w.truth(n) / twin.truth(n), n).toBeGreaterThan(1.02);
    expect(w.truth(names[0]!) / twin.truth(names[0]!)).toBeGreaterThan(2);
  });
  it('fouling of the exchanger: the hot water must be hotter for the same product', () => {
    const [w, twin] = pair(happening('fouling', 'E-601', { to: 0.8, rampS: 600 }, 100), NOON + 600);
    expect(Math.abs(w.truth('TT-603') - twin.truth('TT-603'))).toBeLessThan(1.5);
    expect(w.truth('TT-602') - twin.truth('TT-602')).toBeGreaterThan(0.7);
    expect(w.truth('PDT-601')).toBeGreaterThan(1.5 * twin.truth('PDT-601'));
  });
  it('valve-stiction: the loop cycles', () => {
    const with6 = worldAtSix();
    const without = worldAtSix();
    with6.happen(happening('valve-stiction', 'TIC-602.OUT', { band: 6 }, 10));
    for (const w of [with6, without]) w.advance(NOON + 300);
    expect(swing(with6, 'TT-602', 1800)).toBeGreaterThan(2 * swing(without, 'TT-602', 1800));
  });
  it('leak and demand-change: more water flows', () => {
    const [w, twin] = pair(happening('leak', 'LEAK-401', { to: 0.5, rampS: 0 }), NOON + 300);
    expect(w.truth('FT-401') - twin.truth('FT-401')).toBeGreaterThan(2);
    const [v, other] = pair(happening('demand-change', '', { factor: 1.5 }), NOON + 300);
    expect(v.truth('FT-402') / other.truth('FT-402')).toBeCloseTo(1.5, 1);
  });
  it('cleaning: the programme runs', () => {
    const [w] = pair(happening('cleaning', '', {}, 60), 180);
    expect(w.truth('CIP.STEP')).toBe(1);
    expect(w.truth('FT-1301')).toBeGreaterThan(8);
  });
  it('season: colder outside, more steam for the building', () => {
    const [w, twin] = pair(happening('season', '', { shiftC: -10 }, 10), 600);
    expect(twin.truth('TT-1501') - w.truth('TT-1501')).toBeCloseTo(10, 5);
    expect(w.truth('FT-701')).toBeGreaterThan(twin.truth('FT-701') + 10);
  });
  it('power-dip: motors slow down and come back', () => {
    const [w] = pair(happening('power-dip', '', { left: 0.5 }, NOON, NOON + 4), NOON + 3);
    expect(w.truth('EI-1501.U')).toBeLessThan(130);
    expect(w.truth('PT-401')).toBeLessThan(3);
    w.advance(NOON + 120);
    expect(w.truth('PT-401')).toBeGreaterThan(3.7);
  });
  it('clock-step: only the clock of the controller', () => {
    const [w, twin] = pair(happening('clock-step', 'plc-filler', { seconds: 3600 }), NOON + 60);
    expect(w.controller('plc-filler').clockOffsetS).toBe(3600);
    expect(values(w)).toEqual(values(twin));
  });
  it('guard-opened: the safety controller stops the filler until it is shut', () => {
    const [w] = pair(happening('guard-opened', 'filler', {}, NOON, NOON + 60), NOON + 50);
    expect(w.truth('GS-901.TRIP')).toBe(1);
    expect(w.truth('ST-901')).toBe(0);
    w.advance(NOON + 200);
    expect(w.truth('ST-901')).toBeGreaterThan(100);
  });
  it('gas-release: the safety function shuts the dosing until a reset', () => {
    const [w] = pair(happening('gas-release', '', { ppm: 3 }, NOON, NOON + 300), NOON + 100);
    expect(w.truth('ASHH-309.TRIP')).toBe(1);
    expect(w.truth('AIC-301.OUT')).toBeLessThan(0.1);
    w.advance(NOON + 600);
    expect(w.truth('ASHH-309.TRIP')).toBe(1);
    w.controller('plc-safety').write('RESET', 1);
    w.advance(NOON + 660);
    expect(w.truth('ASHH-309.TRIP')).toBe(0);
    expect(w.truth('AIC-301.OUT')).toBeGreaterThan(0);
  });
  it('every kind is in this file', async () => {
    const { readFileSync } = await import('node:fs');
    const text = readFileSync(import.meta.filename, 'utf8');
    for (const kind of [...Object.keys(ATTACKS), ...Object.keys(DISTURBANCES)])
      expect(text.includes(`happening('${kind}'`), kind).toBe(true);
  });
});
