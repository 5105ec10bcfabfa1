/** The plant's life: the same for a seed, fitting to the points there are, and physical where it says so. */
import { describe, expect, it } from 'vitest';
import { createWorld, DEFAULT_START_S } from '../physics/index.ts';
import { disturbancesBetween } from './disturbances.ts';
import { inWords, trueEffect } from './effect.ts';
import { operationsBetween, weekdayOf } from './life.ts';

const DAY_S = 86_400;
const seeds = [1, 2, 3, 4, 5, 6, 7];

describe('people', () => {
  const w = createWorld({ seed: 1 });
  it('write values that the controllers take, to points that are there', () => {
    for (const seed of seeds)
      for (const o of operationsBetween(seed, DEFAULT_START_S, 0, 7 * DAY_S))
        expect(w.controller(o.controller).write(o.point, o.value), `seed ${seed} ${o.point}`).toBe('accepted');
  });
  it('do the same in pieces as in one go, and nothing on Sundays', () => {
    const whole = operationsBetween(5, DEFAULT_START_S, 0, 8 * DAY_S);
    const pieces = Array.from({ length: 64 }, (_, i) =>
      operationsBetween(5, DEFAULT_START_S, (i * DAY_S) / 8, ((i + 1) * DAY_S) / 8),
    );
    expect(pieces.flat()).toEqual(whole);
    expect(weekdayOf(DEFAULT_START_S, 0)).toBe(0);
    expect(whole.filter((o) => Math.floor(o.atS / DAY_S) === 6)).toEqual([]);
    for (let day = 0; day < 5; day++)
      expect(
        new Set(whole.filter((o) => Math.floor(o.atS / DAY_S) === day && o.act.startsWith('recipe')).map((o) => o.act))
          .size,
      ).toBe(3);
  });
});

describe('benign disturbances', () => {
  it('are the same for a seed, others for another one, and the same in pieces', () => {
    const whole = disturbancesBetween(3, DEFAULT_START_S, 0, 5 * DAY_S);
    expect(disturbancesBetween(3, DEFAULT_START_S, 0, 5 * DAY_S)).toEqual(whole);
    expect(disturbancesBetween(4, DEFAULT_START_S, 0, 5 * DAY_S)).not.toEqual(whole);
    expect([0, 1, 2, 3, 4].flatMap((d) => disturbancesBetween(3, DEFAULT_START_S, d * DAY_S, (d + 1) * DAY_S))).toEqual(
      whole,
    );
    expect(new Set(whole.map((d) => d.id)).size).toBe(whole.length);
  });
  it('name points of their controller, and happenings that the world knows', () => {
    for (const seed of seeds) {
      const w = createWorld({ seed });
      for (const d of disturbancesBetween(seed, DEFAULT_START_S, 0, 12 * DAY_S)) {
        for (const p of d.points)
          expect(
            w.controllers.some((c) => c.find(p) !== undefined),
            `${d.id} ${p}`,
          ).toBe(true);
        if (d.controller !== '') expect(w.controller(d.controller).id).toBe(d.controller);
        if (d.happening !== undefined) w.happen(d.happening);
        expect(d.expected === 'window').toBe(d.window !== undefined);
      }
    }
  });
  it('name what they touch: of a guard that is opened and of mains that sag every point named is another than without', () => {
    // Half an hour into the first shift.
    const startS = 6.5 * 3600;
    const started = () => {
      const world = createWorld({ seed: 3 });
      world.advance(startS - 1);
      return world;
    };
    const look = (world: ReturnType<typeof started>, each: (name: string, value: number, t: number) => void) => {
      for (let t = startS; t < startS + 90; t++) {
        world.advance(t);
        for (const { definition, value } of world.controllers.flatMap((c) => c.list)) each(definition.name, value, t);
      }
    };
    const usual = new Map<string, number>();
    look(started(), (name, value, t) => usual.set(`${name} ${t}`, value));
    const touched = (kind: string, target: string, parameters: Record<string, number>) => {
      const world = started();
      world.happen({ kind, target, parameters, startS, endS: startS + 60 });
      const differs = new Set<string>();
      look(world, (name, value, t) => void (value !== usual.get(`${name} ${t}`) && differs.add(name)));
      return differs;
    };
    const all = disturbancesBetween(3, DEFAULT_START_S, 0, 40 * DAY_S);
    const pointsOf = (kind: string, first: string) =>
      all.find((d) => d.kind === kind && d.points[0] === first)?.points ?? [];
    for (const [kind, target, first, parameters] of [
      ['guard-opened', 'filler', 'GS-901', {}],
      ['guard-opened', 'packer', 'GS-1201', {}],
      ['power-dip', '', 'EI-1501.U', { left: 0.7 }],
    ] as const) {
      const points = pointsOf(kind, first);
      expect(points.length, kind).toBeGreaterThan(8);
      const differs = touched(kind, target, parameters);
      expect(
        points.filter((p) => !differs.has(p)),
        `${kind} ${target}`,
      ).toEqual([]);
    }
  });
  it('come round: in six days every kind is seen, the first day is undisturbed', () => {
    const kinds = new Set(disturbancesBetween(2, DEFAULT_START_S, 0, 6 * DAY_S).map((d) => d.kind));
    expect([...kinds].sort()).toEqual([
      'bearing-wear',
      'cleaning',
      'clock-step',
      'controller-restart',
      'demand-change',
      'fouling',
      'guard-opened',
      'leak',
      'planned-download',
      'power-dip',
      'recipe-change',
      'season',
      'sensor-replaced',
      'shift-change',
      'valve-stiction',
    ]);
    expect(disturbancesBetween(2, DEFAULT_START_S, 0, DAY_S).every((d) => d.happening === undefined)).toBe(true);
  });
});

describe('the true effect of a move', () => {
  const options = { seed: 41, startS: DEFAULT_START_S + 6 * 3600 };
  it('is what the twin without it did not do, and nothing else', () => {
    const acts = [
      { atS: 600, move: 'other', act: 'write', controller: 'plc-distribution', point: 'PIC-401.SP', value: 3.8 },
      {
        atS: 2400,
        move: 'mine',
        act: 'write',
        controller: 'plc-filler',
        point: 'FILL.SP',
        value: createWorld(options).truth('FILL.SP') * 0.98,
      },
    ] as const;
    const mine = trueEffect(options, acts, 'mine', 2400, 3000);
    expect(mine.map((d) => d.point)).toContain('FILL.AVG');
    expect(mine.map((d) => d.point)).not.toContain('PT-401');
    const other = trueEffect(options, acts, 'other', 600, 900);
    expect(other.find((d) => d.point === 'PT-401')!.by).toBeCloseTo(-0.2, 1);
    expect(inWords(other)).toContain('PT-401 -0.');
    expect(inWords(trueEffect(options, acts, 'none', 0, 100))).toBe('nothing that shows');
  });
});
