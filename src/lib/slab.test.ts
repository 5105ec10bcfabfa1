import { expect, it } from 'vitest';
import { Slab } from './slab.ts';

it('gives columns that do not overlap, and no more than there is room for', () => {
  const slab = new Slab({ of8: 3, of4: 5, of1: 3, columns: 4 });
  const columns = [slab.u8(3), slab.f64(3), slab.i32(3), slab.f32(2)];
  for (const [i, column] of columns.entries()) column.fill(i + 1);
  expect(columns.map((column) => [...column])).toEqual([
    [1, 1, 1],
    [2, 2, 2],
    [3, 3, 3],
    [4, 4],
  ]);
  expect(new Set(columns.map(({ buffer }) => buffer)).size).toBe(1);
  expect(() => slab.f64(8)).toThrow(RangeError);
});
