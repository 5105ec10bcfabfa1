/** Which point is the set point of a measured one: it stands still, is moved now and then, and the measured one follows. */
import type { RowTable } from '../../core/process.ts';
import { knownFirst, nthSmallest } from '../../lib/select.ts';
import type { PointShape } from './nature.ts';

/** A set point changes in at most this part of the rows, at least so often, and to at least so many values. */
const MOST_CHANGES = 0.05;
const LEAST_CHANGES = 8;
const LEAST_VALUES = 3;
/** Usual distance of the measured value from it, as part of the span of the measured value. */
const NEAR = 0.03;

/** Index of the set point of `point` among the points that `usable` allows; -1 when there is none. */
export const setPointOf = (
  table: RowTable,
  shapes: readonly PointShape[],
  point: number,
  usable: (point: number) => boolean,
): number => {
  const measured = table.columns[point]!;
  const shape = shapes[point]!;
  const distances = new Float64Array(table.count);
  let best = -1;
  let nearest = NEAR * (shape.high - shape.low);
  for (let p = 0; p < shapes.length; p++) {
    if (p === point || !usable(p) || shapes[p]!.high < shape.low || shapes[p]!.low > shape.high) continue;
    const column = table.columns[p]!;
    const values = new Set<number>();
    let changes = 0;
    for (let row = 1; row < table.count && changes <= MOST_CHANGES * table.count; row++)
      if (column[row] !== column[row - 1]) {
        changes++;
        if (values.size < LEAST_VALUES) values.add(column[row]!);
      }
    if (changes < LEAST_CHANGES || changes > MOST_CHANGES * table.count || values.size < LEAST_VALUES) continue;
    for (let row = 0; row < table.count; row++) distances[row] = Math.abs(measured[row]! - column[row]!);
    const known = knownFirst(distances);
    const usual = known === 0 ? Number.POSITIVE_INFINITY : nthSmallest(distances, known >> 1, known);
    if (usual < nearest) {
      nearest = usual;
      best = p;
    }
  }
  return best;
};
