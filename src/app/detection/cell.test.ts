/**
 * A cell through what happens to its values on their way: numbers in two registers, a mirror that is dark, clocks that step,
 * a sensor that freezes, a tape that is played. Frames of a master that polls; the real learner; physics made by a seed.
 */
import { describe, expect, it } from 'vitest';
import type { At } from '../../core/observation.ts';
import type { SiteModel } from '../../core/site-model.ts';
import type { Cycle } from '../../learn/process/index.ts';
import { seededRandom } from '../../lib/random.ts';
import { createSiteModel } from '../../observe/index.ts';
import { FakeEndpoints } from '../../observe/testing.ts';
import { createSiteDetection, learnedParts, loadLearned, NOTHING_STANDING } from './keep.ts';

const SECOND = 1_000_000;
const T0 = 1_770_000_000 * SECOND;
const H = 3600;
const LEARN_H = 5;
const POLL_S = 10;
const view = new DataView(new ArrayBuffer(4));
/** A real number as two registers, the low word first. */
const words = (x: number): [number, number] => {
  view.setFloat32(0, x);
  return [view.getUint16(2), view.getUint16(0)];
};

interface Values {
  level: number;
  flow: number;
  temperature: number;
}

/** A tank that is filled in turns, its inflow, and a temperature that goes its own slow way; seed 42. */
class Bench {
  readonly endpoints = new FakeEndpoints();
  detection;
  readonly #random = seededRandom(42);
  readonly history: Values[] = [];
  #level = 50;
  #pump = 1;
  #warm = 0;
  /** Seconds of the plant, and by how much the clock of the capture is off. */
  s = 0;
  offS = 0;

  constructor() {
    this.endpoints.add({ ip: '10.0.0.1', mac: '00:00:00:00:00:01' });
    this.endpoints.add({ ip: '10.0.0.2', mac: '00:00:00:00:00:02' });
    this.detection = this.#started(createSiteModel({ endpoints: this.endpoints }));
  }
  #started(model: SiteModel) {
    const settings = { ...NOTHING_STANDING.settings, learningHours: LEARN_H };
    const detection = createSiteDetection(model, this.endpoints, { ...NOTHING_STANDING, settings });
    detection.sink.setSource({ id: 'wire', offsetOf: () => -1 });
    return detection;
  }
  /** Goes on with what was learned. */
  restart(parts: Parameters<typeof loadLearned>[1]): void {
    this.detection = this.#started(this.detection.model);
    loadLearned(this.detection, parts);
  }

  run(hours: number, change: (values: Values, poll: number) => void = () => undefined, isDark = false): void {
    const random = this.#random;
    for (let poll = 0; poll < (hours * H) / POLL_S; poll++) {
      this.#level += (this.#pump === 1 ? 0.9 : -0.6) + 0.05 * random.normal();
      if (this.#level > 80) this.#pump = 0;
      if (this.#level < 20) this.#pump = 1;
      this.#warm = 0.999 * this.#warm + 0.02 * random.normal();
      const values: Values = {
        level: this.#level + 0.03 * random.normal(),
        flow: (this.#pump === 1 ? 15 : 0.5) + 0.2 * random.normal(),
        temperature: 72 + this.#warm + 0.03 * random.normal(),
      };
      this.history.push({ ...values });
      change(values, poll);
      const tsUs = T0 + (this.s + this.offS) * SECOND;
      if (!isDark) this.#poll(tsUs, values);
      for (let tick = 0; tick < POLL_S; tick++) this.detection.sink.tick(tsUs + tick * SECOND);
      this.s += POLL_S;
    }
  }

  #poll(tsUs: number, { level, flow, temperature }: Values): void {
    this.endpoints.says(1, tsUs / SECOND);
    this.endpoints.says(2, tsUs / SECOND);
    const at: At = {
      frame: this.s + 2,
      requestFrame: this.s + 1,
      firstFrame: this.s + 1,
      tsUs,
      requestTsUs: tsUs,
      flow: 1,
      client: 1,
      server: 2,
      sender: 2,
      receiver: 1,
      protocol: 'modbus',
    };
    const values = [...words(level), ...words(flow), ...words(temperature), this.#pump, 700];
    this.detection.sink.values(at, { target: 2, area: 'holding', start: 0, values, count: 8, access: 'read' });
  }

  get cell() {
    return this.detection.feed.cells[0]!;
  }
  /** Findings of the process that were not there at the last call. */
  news() {
    const all = this.detection.triage.findings().filter((f) => f.detector === 'process' && !this.#told.has(f.id));
    for (const f of all) this.#told.add(f.id);
    return all;
  }
  readonly #told = new Set<string>();
}

describe('a cell whose values come through a mirror', () => {
  const bench = new Bench();
  const kinds = (): string[] => [...new Set(bench.news().map((f) => f.kind))].sort();

  it('finds the real numbers in its registers and learns of them', () => {
    bench.run(LEARN_H + 0.5);
    expect(bench.cell.isArmed).toBe(true);
    const pairs = [0, 2, 4].map((column) => bench.cell.pairOf(column));
    expect(pairs.map((p) => `${p?.first} ${p?.second} ${p?.type} ${p?.highFirst}`)).toEqual([
      '0 1 float false',
      '2 3 float false',
      '4 5 float false',
    ]);
    expect(bench.cell.pairOf(6)).toBeUndefined();
    expect(bench.cell.rows.lastValue(4)).toBeCloseTo(bench.history.at(-1)!.temperature, 4);
    expect(bench.cell.arming[5]).toMatchObject({ armed: [] });
    expect(bench.cell.arming[5]!.unarmed).toContain('judged with holding 4');
    expect(kinds()).toEqual([]);
  });

  it('says which cycles it learned from, also after a restart', () => {
    const told = (cell: { readonly cycles: readonly Cycle[] }) =>
      cell.cycles.map(({ kind, learned, points }) => `${kind} ${learned} ${points.join()}`);
    // It fills for 67 polls and empties for 100, ten times and more; five hours hold no shift twice and no day.
    expect(told(bench.cell)).toEqual(expect.arrayContaining(['shift false ', 'day false ', 'standstill false ']));
    expect(bench.cell.cycles.filter(({ kind, learned }) => kind === 'state' && learned)).toHaveLength(2);
    const period = bench.cell.cycles.find(({ kind }) => kind === 'period');
    expect(period?.periodUs).toBeGreaterThan(1500 * SECOND);
    expect(period?.periodUs).toBeLessThan(1900 * SECOND);
    const parts = learnedParts(bench.detection, true);
    const again = createSiteDetection(
      createSiteModel({ endpoints: bench.endpoints }),
      bench.endpoints,
      NOTHING_STANDING,
    );
    loadLearned(again, parts);
    expect(again.feed.cells[0]!.cycles).toEqual(bench.cell.cycles);
  });

  it('says nothing of a dark mirror, and nothing when it is back', () => {
    const rows = bench.cell.rows.taken;
    bench.run(0.2, undefined, true);
    // At most the row in which it went dark.
    expect(bench.cell.rows.taken - rows).toBeLessThan(4);
    bench.run(0.5);
    expect(kinds()).toEqual([]);
    expect(bench.cell.rows.lastUs).toBeGreaterThan(T0 + (bench.s - 60) * SECOND);
  });

  it('says nothing of a clock that steps forward or back, and judges at once', () => {
    bench.offS += H;
    bench.run(0.3);
    expect(kinds()).toEqual([]);
    bench.offS -= H;
    bench.run(0.2);
    expect(kinds()).toEqual([]);
    // Still in time that was there before: a level that jumps is told.
    bench.run(0.1, (v) => {
      v.level += 40;
    });
    expect(bench.news().length).toBeGreaterThan(0);
    bench.run(1.2);
    bench.news();
  });

  it('tells a number of two registers in its own unit, and how it is read', () => {
    bench.run(0.2, (v) => {
      v.temperature += 5;
    });
    const told = bench.news().filter((f) => f.point === 5);
    expect(told.length).toBeGreaterThan(0);
    const { parts, proof } = told[0]!;
    expect(parts.observed?.kind === 'number' && parts.observed.value).toBeGreaterThan(75);
    expect(parts.also?.kind === 'text' && parts.also.text).toContain(
      'holding 4 and holding 5 are read as a real number',
    );
    expect(Math.max(...proof!.observed.slice(-1))).toBeLessThan(90);
    bench.run(1);
    bench.news();
  });

  it('finds a temperature that freezes while it goes its own way', () => {
    let frozen = Number.NaN;
    bench.run(0.3, (v) => {
      if (Number.isNaN(frozen)) frozen = v.temperature;
      v.temperature = frozen;
    });
    const told = bench.news();
    expect(told.some((f) => f.kind === 'point.stuck' && f.point === 5)).toBe(true);
    bench.run(1);
    bench.news();
  });

  it('finds a tape of one point that is played in a loop', () => {
    const tape = bench.history.slice(-90).map((v) => v.temperature);
    bench.run(0.5, (v, poll) => {
      v.temperature = tape[poll % tape.length]!;
    });
    const told = bench.news().filter((f) => f.kind === 'replay');
    expect(told.map((f) => f.point)).toEqual([5]);
    expect(told[0]!.parts.text?.kind === 'text' && told[0]!.parts.text.text).toMatch(/15 min before|90 rows before/);
  });
});

describe('a cell that is on trial still after a restart', () => {
  const bench = new Bench();
  /** Kinds that ask a person, of one point or of all. */
  const asks = (point?: number): string[] =>
    bench
      .news()
      .filter((f) => f.surprise >= 0.5 && (point === undefined || f.point === point))
      .map((f) => f.kind);

  it('asks about nonsense far from all that was learned, from the second value on, and about no other day', () => {
    bench.run(LEARN_H + 0.5);
    const { cell } = bench;
    expect(cell.isArmed && cell.trialUntilUs(T0 + bench.s * SECOND) > 0).toBe(true);
    const parts = learnedParts(bench.detection, true);
    bench.restart(parts);
    expect(bench.cell.trialUntilUs(T0 + bench.s * SECOND)).toBe(cell.trialUntilUs(T0 + bench.s * SECOND));
    bench.run(0.2);
    // Warmer than ever, as another day may be.
    bench.run(0.1, (v) => {
      v.temperature += 2;
    });
    expect(asks()).toEqual([]);
    bench.run(0.5);
    // Nonsense asks on trial as ever: one value alone is a finding, the second asks.
    const slip = (polls: number) =>
      bench.run(0.2, (v, poll) => {
        if (poll >= 20 && poll < 20 + polls) v.temperature = 140;
      });
    slip(1);
    expect(asks()).toEqual([]);
    slip(2);
    expect(asks(5)).toEqual(['point.junk']);
  });
});
