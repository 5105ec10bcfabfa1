import { expect, it } from 'vitest';
import { MAX_CELL_POINTS, MAX_CELLS, MAX_ROWS, MAX_VALUES, rowsFor } from './process-feed.ts';
import { BLOCK_ROWS, CellRows } from './rows.ts';

const filled = (rows: number, capacity: number): CellRows => {
  const out = new CellRows(2, capacity);
  for (let i = 0; i < rows; i++) out.add(1000 * (i + 1), Float64Array.of(i, -i), i % 100 === 0);
  return out;
};

it('keeps the latest rows where others need room, and goes on', () => {
  for (const rows of [100, 1000, 1100, 3000]) {
    const kept = filled(rows, 4 * BLOCK_ROWS);
    kept.takeBlocks();
    kept.shrink(2 * BLOCK_ROWS);
    for (let i = rows; i < rows + 50; i++) kept.add(1000 * (i + 1), Float64Array.of(i, -i), i % 100 === 0);
    const expected = filled(rows + 50, 2 * BLOCK_ROWS);
    expect(kept.capacity).toBe(2 * BLOCK_ROWS);
    expect(kept.count).toBe(expected.count);
    expect(kept.table(['a', 'b'])).toEqual(expected.table(['a', 'b']));
    expect(kept.latest(3)).toMatchObject({ tsUs: expected.latest(3).tsUs });
    // All of it is written anew, and what is read back is the same.
    const again = new CellRows(2, 2 * BLOCK_ROWS);
    again.load(kept.taken, new Map(kept.takeBlocks().map(({ block, bytes }) => [block, bytes])));
    expect(again.table(['a', 'b'])).toEqual(expected.table(['a', 'b']));
  }
});

it('shares what a site may keep among its cells, whatever their number', () => {
  expect(rowsFor(64)).toBe(MAX_ROWS);
  for (const points of [1, 485, 592, 728, 5000, 20_000, MAX_CELLS * MAX_CELL_POINTS]) {
    const rows = rowsFor(points);
    expect(rows).toBeGreaterThanOrEqual(BLOCK_ROWS);
    expect(new CellRows(1, rows).capacity * points).toBeLessThanOrEqual(MAX_VALUES);
  }
  expect(rowsFor(MAX_CELLS * MAX_CELL_POINTS)).toBe(BLOCK_ROWS);
});
