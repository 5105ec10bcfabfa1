/** A small made plant for tests: a tank filled by a pump that a level controller switches, its pressures and flows. */
import type { RowTable } from '../../../core/process.ts';
import { seededRandom } from '../../../lib/random.ts';

export const POINTS = ['LEVEL', 'PUMP', 'FLOW', 'PRESSURE', 'DEMAND', 'TEMP.SP', 'TEMP'] as const;
export const STEP_US = 60_000_000;

/** Rows of normal life: FLOW runs while PUMP does, PRESSURE is of LEVEL and FLOW squared, TEMP follows TEMP.SP. */
export const madePlant = (rows: number, seed: number): RowTable => {
  const random = seededRandom(seed);
  const columns = POINTS.map(() => new Float64Array(rows));
  let level = 2;
  let pump = 1;
  let setPoint = 60;
  let temperature = 60;
  let wander = 0;
  for (let i = 0; i < rows; i++) {
    wander = 0.95 * wander + 0.05 * random.normal();
    const demand = 5 + 2 * Math.sin((2 * Math.PI * i) / 720) + 3 * wander;
    if (level < 1) pump = 1;
    if (level > 4) pump = 0;
    const flow = pump * (11 - 0.5 * level);
    level += 0.02 * (flow - demand);
    if (i % 97 === 0) setPoint = 55 + 5 * random.integer(0, 3);
    temperature += 0.5 * (setPoint - temperature);
    const row = [
      level + 0.005 * random.normal(),
      pump,
      pump * (flow + 0.02 * random.normal()),
      2 * level + 0.05 * flow * flow + 0.02 * random.normal(),
      demand + 0.02 * random.normal(),
      setPoint + 0.125,
      temperature + 0.1 * random.normal(),
    ];
    row.forEach((x, p) => {
      columns[p]![i] = x;
    });
  }
  return { points: POINTS, count: rows, tsUs: Float64Array.from({ length: rows }, (_, i) => i * STEP_US), columns };
};

/** Rows `from` to `to` of a table. */
export const rowsOf = (table: RowTable, from: number, to: number): RowTable => ({
  points: table.points,
  count: to - from,
  tsUs: table.tsUs.slice(from, to),
  columns: table.columns.map((c) => c.slice(from, to)),
});
