/** Which point is the set point of a measured one: it stands still, is moved now and then, and the measured one follows. */
import type { RowTable } from '../../core/process.ts';
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
    const distances = Float64Array.from({ length: table.count }, (_, row) => Math.abs(measured[row]! - column[row]!))
      .filter((d) => !Number.isNaN(d))
      .sort();
    const usual = distances[distances.length >> 1] ?? Number.POSITIVE_INFINITY;
    if (usual < nearest) {
      nearest = usual;
      best = p;
    }
  }
  return best;
};
