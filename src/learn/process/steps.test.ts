import { describe, expect, it } from 'vitest';
import type { CellModel, RowTable } from '../../core/process.ts';
import { seededRandom } from '../../lib/random.ts';
import { steps } from './steps.ts';

const STEP_US = 60e6;
const POINTS = ['PUMP', 'STEP', 'LEVEL'];
const tableOf = (rows: readonly Float64Array[]): RowTable => ({
  points: POINTS,
  count: rows.length,
  tsUs: Float64Array.from(rows, (_, i) => i * STEP_US),
  columns: POINTS.map((_, p) => Float64Array.from(rows, (row) => row[p]!)),
});

/** A pump that runs 30 to 40 minutes and rests 50 to 70, a sequence 1, 2, 3 of 20, 10 and 15 minutes, a level. */
const plantRows = (count: number, seed: number): Float64Array[] => {
  const random = seededRandom(seed);
  let pump = 0;
  let left = 50;
  return Array.from({ length: count }, (_, i) => {
    if (left-- === 0) {
      pump = 1 - pump;
      left = pump === 1 ? random.integer(30, 40) : random.integer(50, 70);
    }
    const at = i % 45;
    return Float64Array.of(pump, at < 20 ? 1 : at < 30 ? 2 : 3, random.normal());
  });
};
const ask = (model: CellModel, rows: readonly Float64Array[], startUs = 0) =>
  rows.map((row, i) => {
    const { surprise, deviations } = model.score(startUs + i * STEP_US, row);
    return { surprise, told: deviations.map((d) => `${POINTS[d.point]} ${d.text}`) };
  });

describe('steps', () => {
  const saved = steps.fit(tableOf(plantRows(10_000, 1))).save();
  const fresh = () => steps.restore(saved);

  it('is silent on other normal rows, and tells which points have states', () => {
    expect(ask(fresh(), plantRows(20_000, 2)).filter((a) => a.surprise >= 0.5)).toEqual([]);
    expect(fresh().arming.map((a) => [a.point, a.nature, a.armed, a.unarmed])).toEqual([
      ['PUMP', 'binary', ['cycle'], ''],
      ['STEP', 'discrete', ['cycle'], ''],
      ['LEVEL', 'unknown', [], 'has no states that last'],
    ]);
  });

  it('tells a state that lasts too long, for as long as it does', () => {
    const rows = plantRows(600, 3);
    const start = rows.findIndex((row, i) => i > 200 && row[0] === 1 && rows[i - 1]![0] === 0);
    for (let i = start; i < start + 120; i++) rows[i]![0] = 1;
    const answers = ask(fresh(), rows);
    const first = answers.findIndex((a) => a.surprise >= 0.5);
    expect(first - start).toBeGreaterThan(41);
    expect(first - start).toBeLessThan(65);
    expect(answers[start + 119]!.surprise).toBeGreaterThan(0.6);
    expect(answers[start + 119]!.told[0]).toMatch(
      /^PUMP PUMP = 1: 119 min already, in \d+ times it lasted 31 min to 41 min/,
    );
  });

  it('tells a state that is left too early, and an order that never was', () => {
    const rows = plantRows(600, 4);
    const start = rows.findIndex((row, i) => i > 200 && row[0] === 1 && rows[i - 1]![0] === 0);
    rows[start + 2]![0] = 0;
    const early = ask(fresh(), rows)[start + 2]!;
    expect(early.surprise).toBeGreaterThan(0.5);
    expect(early.told[0]).toMatch(/^PUMP PUMP = 1: left after 2 min/);
    // Step 2 is left out once.
    const jumped = plantRows(600, 4);
    for (let i = 450; i < 480; i++) jumped[i]![1] = i < 470 ? 1 : 3;
    const order = ask(fresh(), jumped).find((a) => a.told.some((t) => t.includes('followed by')));
    expect(order!.told[0]).toMatch(/^STEP STEP = 1: followed by 3, in \d+ times always by 2$/);
    expect(order!.surprise).toBeGreaterThan(0.5);
  });

  it('does not count over a gap, nor what it did not see begin', () => {
    const model = fresh();
    ask(model, plantRows(100, 5));
    expect(model.score(10_000 * STEP_US, Float64Array.of(1, 2, 0)).surprise).toBe(0);
    expect(model.score(10_001 * STEP_US, Float64Array.of(0, 3, 0)).surprise).toBe(0);
    expect(model.score(10_002 * STEP_US, Float64Array.of(Number.NaN, Number.NaN, 0)).surprise).toBe(0);
  });

  it('does not arm what later normal rows do not keep to', () => {
    const rows = plantRows(10_000, 6);
    for (let i = 8000; i < 8300; i++) rows[i]![0] = 1;
    const longer = plantRows(1000, 9);
    for (let i = 100; i < 900; i++) longer[i]![0] = 1;
    expect(ask(fresh(), longer).some((a) => a.surprise >= 0.5)).toBe(true);
    expect(ask(steps.fit(tableOf(rows)), longer).filter((a) => a.surprise >= 0.5)).toEqual([]);
    const few = steps.fit(tableOf(plantRows(1500, 7))).arming[0]!;
    expect(few.unarmed).toMatch(/^entered fewer than 20 times: 0 \(\d+ times\), 1 \(\d+ times\)$/);
  });

  it('continues after save and restore with the very same answers', () => {
    const rows = plantRows(500, 8);
    for (let i = 100; i < 300; i++) rows[i]![0] = 1;
    const model = fresh();
    ask(model, rows.slice(0, 180));
    const again = steps.restore(model.save());
    expect(again.save()).toEqual(model.save());
    expect(ask(again, rows.slice(180), 180 * STEP_US)).toEqual(ask(model, rows.slice(180), 180 * STEP_US));
    expect(model.bytesPerPoint).toBeLessThan(2048);
  });
});
