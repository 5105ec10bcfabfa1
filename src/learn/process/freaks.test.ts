import { expect, it } from 'vitest';
import { seededRandom } from '../../lib/random.ts';
import { freaksOf, withoutFreaks } from './freaks.ts';
import { processLearner } from './index.ts';

const noise = (rows: number, seed: number, mean = 0): Float64Array => {
  const random = seededRandom(seed);
  return Float64Array.from({ length: rows }, () => mean + random.normal());
};

it('is a lone value further out than all the others span, at most two of them, on either side', () => {
  const column = noise(400, 1);
  expect(freaksOf(column)).toEqual([]);
  column[120] = 40;
  expect(freaksOf(column)).toEqual([120]);
  column[300] = -30;
  expect(freaksOf(column).sort()).toEqual([120, 300]);
  // Three are a habit.
  column[350] = 45;
  expect(freaksOf(column)).toEqual([]);
});

it('is not what lasts, what moves once from rest, or what a point with spikes does now and then', () => {
  const lasting = noise(400, 2);
  lasting[200] = 40;
  lasting[201] = 41;
  expect(freaksOf(lasting)).toEqual([]);
  const still = new Float64Array(400).fill(7);
  still[50] = 9;
  expect(freaksOf(still)).toEqual([]);
  const spiky = noise(400, 3);
  for (const [row, x] of [
    [40, 60],
    [90, 20],
    [160, 14],
    [330, 25],
  ] as const)
    spiky[row] = x;
  expect(freaksOf(spiky)).toEqual([]);
});

it('two columns in each other’s place in one row of training: a shift is found as without that row', () => {
  const rows = 400;
  const columns = [noise(rows, 4, 1), noise(rows, 5, 230), noise(rows, 6)];
  const table = (given: Float64Array[]) => ({
    points: ['II-1', 'EI-1', 'FT-1'],
    count: rows,
    tsUs: Float64Array.from({ length: rows }, (_, i) => i * 1e6),
    columns: given,
  });
  const swapped = columns.map((c) => c.slice());
  [swapped[0]![200], swapped[1]![200]] = [swapped[1]![200]!, swapped[0]![200]!];
  expect(withoutFreaks(table(columns)).columns).toBe(columns);
  expect(withoutFreaks(table(swapped)).columns[0]![200]).toBeNaN();
  const told = (given: Float64Array[]): number => {
    const model = processLearner.fit(table(given));
    const random = seededRandom(7);
    let alarms = 0;
    for (let i = rows; i < rows + 100; i++) {
      const row = Float64Array.of(1 + 3 * (i < 450 ? 0 : 1) + random.normal(), 230 + random.normal(), random.normal());
      if (model.score(i * 1e6, row).surprise >= 0.5) alarms++;
      if (i < 450) expect(alarms).toBe(0);
    }
    return alarms;
  };
  expect(told(columns)).toBeGreaterThan(35);
  expect(told(swapped)).toBeGreaterThan(35);
});
