/** The world as a whole: deterministic, independent of how it is called, sane for a day, with nights and week ends. */
import { describe, expect, it } from 'vitest';
import { createWorld, DEFAULT_START_S, type PlantWorld } from './index.ts';

const HOUR = 3600;
const at = (seed: number): PlantWorld => createWorld({ seed, startS: DEFAULT_START_S + 6 * HOUR });
const snapshot = (w: PlantWorld): number[] => w.controllers.flatMap((c) => c.list.map((p) => p.value));

describe('who is there', () => {
  const w = createWorld({ seed: 1 });

  it('has twelve controllers or more of five families, with point names unique in the plant', () => {
    expect(w.controllers.length).toBeGreaterThanOrEqual(12);
    expect([...new Set(w.controllers.map((c) => c.family))].sort()).toEqual([
      'cip',
      'modbus',
      'opcua',
      'profinet',
      's7',
    ]);
    expect(w.controllers.filter((c) => c.safety).map((c) => c.id)).toEqual(['plc-safety']);
    const names = w.controllers.flatMap((c) => c.points.map((p) => p.name));
    expect(new Set(names).size).toBe(names.length);
  });

  it('gives every point a place of its own in the memory of its controller', () => {
    const octets = { bool: 0, int16: 2, uint16: 2, int32: 4, uint32: 4, real: 4 };
    for (const c of w.controllers) {
      const taken = new Set<string>();
      for (const p of c.points) {
        const cells =
          p.type === 'bool'
            ? [`${p.byteOffset}.${p.bit}`]
            : Array.from({ length: octets[p.type] * 8 }, (_, i) => `${p.byteOffset + (i >> 3)}.${i & 7}`);
        if (p.type !== 'bool') expect(p.byteOffset % 2, p.name).toBe(0);
        for (const cell of cells) {
          expect(taken.has(cell), `${c.id} ${p.name} ${cell}`).toBe(false);
          taken.add(cell);
        }
      }
    }
  });

  it('names the loop of every set point that steers a measured one', () => {
    for (const c of w.controllers)
      for (const p of c.points)
        if (p.loop !== undefined) expect(c.points.find((q) => q.name === p.loop)?.nature, p.name).toBe('measured');
  });
});

describe('writing', () => {
  it('takes what is writable, in range, while the controller is not being programmed', () => {
    const c = createWorld({ seed: 1 }).controller('plc-dosing');
    expect(c.write('AIC-301.SP', 0.62)).toBe('accepted');
    expect(c.read('AIC-301.SP')).toBeCloseTo(0.62, 9);
    expect(c.write('AIC-301.SP', 0.9)).toBe('out-of-range');
    expect(c.write('AIC-301.SP', Number.NaN)).toBe('out-of-range');
    expect(c.write('AT-301', 0.5)).toBe('not-writable');
    expect(c.write('NO-SUCH', 0.5)).toBe('not-writable');
    c.setMode('program');
    expect(c.write('AIC-301.SP', 0.5)).toBe('not-running');
  });

  it('changes name, version and checksum of the program with a download', () => {
    const c = createWorld({ seed: 1 }).controller('plc-steam');
    const before = c.program;
    c.download('planned');
    expect(c.program.version).toBe(before.version + 1);
    expect(c.program.crc).not.toBe(before.crc);
    expect(() => c.download('no-such')).toThrow('no program variant');
  });
});

describe('time and chance', () => {
  it('is the same for the same seed, and another one for another seed', () => {
    const [a, b, c] = [at(7), at(7), at(8)];
    for (const w of [a, b, c]) w.advance(HOUR);
    expect(snapshot(a)).toEqual(snapshot(b));
    expect(snapshot(a)).not.toEqual(snapshot(c));
  });

  it('does not depend on how it is advanced', () => {
    const [a, b, c] = [at(9), at(9), at(9)];
    a.advance(4000);
    for (let t = 1; t <= 4000; t++) b.advance(t);
    for (let t = 0.37; t < 4000; t += 1.63) c.advance(t);
    c.advance(4000);
    expect(snapshot(b)).toEqual(snapshot(a));
    expect(snapshot(c)).toEqual(snapshot(a));
    expect(a.timeS).toBe(4000);
  });
});

describe('the variant plant', () => {
  it('works as well, at other set points and with rougher instruments', () => {
    const startS = DEFAULT_START_S + 6 * HOUR;
    const [a, b] = [createWorld({ seed: 4, startS }), createWorld({ seed: 4, startS, variant: 'b' })];
    for (const w of [a, b]) w.advance(2 * HOUR);
    expect(b.controllers.map((c) => c.points.length)).toEqual(a.controllers.map((c) => c.points.length));
    expect(b.truth('FILL.COUNT') - 41_208_000).toBeGreaterThan(15_000);
    expect(Math.abs(b.truth('PT-401') - 3.7)).toBeLessThan(0.2);
    expect(Math.abs(b.truth('PT-701') - 5.6)).toBeLessThan(0.4);
    expect(b.truth('DEMANDS')).toBe(14);
  });
});

describe('a working day and a Sunday', () => {
  const w = createWorld({ seed: 11 });
  const bottlesAt = new Map<number, number>();
  const odd: string[] = [];
  let demandNight = 0;
  let demandMorning = 0;
  for (let t = 60; t <= 24 * HOUR; t += 60) {
    w.advance(t);
    bottlesAt.set(t / HOUR, w.truth('FILL.COUNT'));
    if (t > 2 * HOUR && t <= 4 * HOUR) demandNight += w.truth('FT-402');
    if (t > 6.3 * HOUR && t <= 8.3 * HOUR) demandMorning += w.truth('FT-402');
    for (const c of w.controllers)
      for (const p of c.list) {
        const { name, low, high } = p.definition;
        const spare = (high - low) * 0.021 + 1e-6;
        if (!(p.value >= low - spare && p.value <= high + spare)) odd.push(`${name} ${p.value} at ${t}`);
        const truth = w.truth(name);
        if (!Number.isFinite(truth)) odd.push(`truth of ${name} ${truth} at ${t}`);
      }
  }
  it('keeps every point in its range, and every truth a number', () => {
    expect(odd.slice(0, 10)).toEqual([]);
  });

  it('fills no bottle at night and many by day', () => {
    expect(bottlesAt.get(5)! - bottlesAt.get(1)!).toBe(0);
    expect(bottlesAt.get(20)! - bottlesAt.get(6)!).toBeGreaterThan(80_000);
    expect(demandMorning).toBeGreaterThan(1.7 * demandNight);
  });

  it('trips nothing and alarms nothing of importance', () => {
    expect(w.truth('DEMANDS')).toBe(14);
    for (const flag of ['LALL-101', 'LALL-401', 'LALL-701', 'PAH-701', 'AAH-301']) expect(w.truth(flag), flag).toBe(0);
  });

  it('rests on a Sunday', () => {
    const sunday = createWorld({ seed: 11, startS: DEFAULT_START_S - 18 * HOUR });
    const before = sunday.truth('FILL.COUNT');
    sunday.advance(4 * HOUR);
    expect(sunday.truth('FILL.COUNT')).toBe(before);
    expect(sunday.truth('LINE.RUN')).toBe(0);
  });
});
