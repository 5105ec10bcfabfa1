import { describe, expect, it } from 'vitest';
import type { BandColumns, CellModel, RowTable } from '../../core/process.ts';
import { seededRandom } from '../../lib/random.ts';
import { dynamics } from './dynamics.ts';
import { learner } from './index.ts';
import { softLearner } from './soft-index.ts';

const STEP_US = 60e6;
/** Two inputs that wander, a third that is 2 a + b with noise .1, and one that follows its own course; seed 3. */
const table = (count: number, seed = 3): RowTable => {
  const random = seededRandom(seed);
  const columns = Array.from({ length: 4 }, () => new Float64Array(count));
  let [a, b, own] = [0, 0, 0];
  for (let i = 0; i < count; i++) {
    a = 0.9 * a + random.normal();
    b = 0.9 * b + random.normal();
    own = 0.8 * own + 0.5 * random.normal();
    [a, b, 2 * a + b + 0.1 * random.normal(), own].forEach((x, p) => {
      columns[p]![i] = 50 + x;
    });
  }
  return {
    points: ['a', 'b', 'sum', 'own'],
    count,
    tsUs: Float64Array.from({ length: count }, (_, i) => i * STEP_US),
    columns,
  };
};

const band = (): BandColumns => ({
  expected: new Float64Array(4),
  low: new Float64Array(4),
  high: new Float64Array(4),
});

/** Root of the mean square of what is left of each point, and the part of rows inside of the band; rows from 1000 on. */
const look = (model: CellModel, rows: RowTable) => {
  const into = band();
  const square = new Float64Array(4);
  const inside = new Float64Array(4);
  let judged = 0;
  for (let i = 0; i < rows.count; i++) {
    const row = Float64Array.from(rows.columns, (c) => c[i]!);
    model.score(1e12 + rows.tsUs[i]!, row);
    model.expected!(into);
    if (i < 10) continue;
    judged++;
    row.forEach((x, p) => {
      square[p]! += (x - into.expected[p]!) ** 2;
      if (x >= into.low[p]! && x <= into.high[p]!) inside[p]!++;
    });
  }
  return { error: square.map((x) => Math.sqrt(x / judged)), inside: inside.map((x) => x / judged) };
};

describe('what a model expects', () => {
  const train = table(1500);
  const later = table(600, 4);
  const whole = learner.fit(train, { stepUs: STEP_US });

  it('soft sensors: what the other points say, with the limit of a single row around it', () => {
    const { error, inside } = look(softLearner.fit(train, { stepUs: STEP_US }), later);
    // The noise of the sum, and what its part of the others' noise leaves of them.
    expect(error[2]!).toBeGreaterThan(0.08);
    expect(error[2]!).toBeLessThan(0.15);
    expect(inside[2]!).toBe(1);
  });

  it('dynamics: what the rows before led to', () => {
    const { error, inside } = look(dynamics.fit(train, { stepUs: STEP_US }), later);
    // The point of its own course: its kicks have a deviation of .5.
    expect(error[3]!).toBeGreaterThan(0.45);
    expect(error[3]!).toBeLessThan(0.56);
    expect(error[0]!).toBeGreaterThan(0.9);
    expect(error[0]!).toBeLessThan(1.1);
    expect(inside[3]!).toBeGreaterThan(0.98);
  });

  it('dynamics: is asked after another cell was judged too', () => {
    const [one, other] = [3, 5].map((seed) => dynamics.fit(table(1500, seed), { stepUs: STEP_US }));
    const [alone, after] = [band(), band()];
    for (let i = 0; i < 20; i++) {
      const row = Float64Array.from(later.columns, (c) => c[i]!);
      one!.score(later.tsUs[i]!, row);
      one!.expected!(alone);
      other!.score(
        later.tsUs[i]!,
        row.map((x) => x + 1),
      );
      one!.expected!(after);
    }
    expect(alone.expected).not.toContain(Number.NaN);
    for (let p = 0; p < 4; p++) {
      expect(after.expected[p]).toBeCloseTo(alone.expected[p]!, 6);
      expect(after.high[p]).toBeCloseTo(alone.high[p]!, 6);
    }
  });

  it('a bias is off what is expected for as long as it lasts, also through a restart', () => {
    const model = learner.restore(whole.save());
    const into = band();
    for (let i = 0; i < later.count; i++) {
      const row = Float64Array.from(later.columns, (c) => c[i]!);
      if (i >= 300) row[2]! += 3;
      model.score(1e12 + later.tsUs[i]!, row);
      model.expected!(into);
      if (i > 10 && i < 300) expect(Math.abs(row[2]! - into.expected[2]!), `row ${i}`).toBeLessThan(1);
      if (i >= 300) expect(row[2]! - into.expected[2]!, `row ${i}`).toBeGreaterThan(2);
      if (i >= 300) expect(row[2]!).toBeGreaterThan(into.high[2]!);
    }
  });

  it('says nothing where the others are not known', () => {
    const model = learner.restore(whole.save());
    const into = band();
    model.score(1e12, Float64Array.of(50, 50, 50, 50));
    model.score(1e12 + STEP_US, Float64Array.of(Number.NaN, Number.NaN, 50, Number.NaN));
    model.expected!(into);
    expect(into.expected[2]).toBeNaN();
    expect(into.high[2]).toBeNaN();
  });
});
