import { expect, it } from 'vitest';
import { MAX_ROWS, MAX_VALUES, MAX_WATCHED_POINTS, rowsFor } from './process-feed.ts';
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

it('gives back every value to the last bit, also those that 32-bit reals do not hold', () => {
  const columns = [
    [1, 65_535, -0.5, Number.NaN, Math.fround(0.1), 2 ** 24, Number.POSITIVE_INFINITY],
    [0.1, 2 ** 24 + 1, Math.PI, 1e300, -1e-300, Number.MIN_VALUE, Number.NaN],
  ];
  for (const late of [0, 40, 300]) {
    const rows = new CellRows(1, 2 * BLOCK_ROWS);
    const given: number[] = [];
    for (let i = 0; i < late + 7; i++) {
      const value = i < late ? columns[0]![i % 7]! : columns[1]![i - late]!;
      given.push(value);
      rows.add(i + 1, Float64Array.of(value), false);
    }
    expect([...rows.table(['a']).columns[0]!], `${late}`).toEqual(given);
    const again = new CellRows(1, 2 * BLOCK_ROWS);
    again.load(rows.taken, new Map(rows.takeBlocks(true).map(({ block, bytes }) => [block, bytes])));
    expect([...again.table(['a']).columns[0]!], `${late}`).toEqual(given);
    again.rewrite((row) => {
      row[0] = row[0]! + 0.1;
    });
    expect(again.lastValue(0)).toBe(given.at(-1)! + 0.1);
  }
});

it('is stored in 32 bits where those hold every value, and read as 64 bits were stored before', () => {
  const narrow = filled(300, 2 * BLOCK_ROWS);
  const blocks = new Map(narrow.takeBlocks(true).map(({ block, bytes }) => [block, bytes]));
  // Eight octets say which it is; a row has its time, two values and whether it is odd.
  expect([...blocks.values()].map(({ length }) => length)).toEqual([8 + BLOCK_ROWS * 17, 8 + 44 * 17]);
  const wide = new Map(
    [0, 1].map((block): [number, Uint8Array] => {
      const rows = block === 0 ? BLOCK_ROWS : 44;
      const first = block * BLOCK_ROWS;
      const times = Array.from({ length: rows }, (_, i) => 1000 * (first + i + 1));
      const values = Array.from({ length: rows }, (_, i) => [first + i, -(first + i)]).flat();
      const odd = Array.from({ length: rows }, (_, i) => ((first + i) % 100 === 0 ? 1 : 0));
      return [block, new Uint8Array([...new Uint8Array(Float64Array.from([...times, ...values]).buffer), ...odd])];
    }),
  );
  /** As a database hands octets over: part of a larger piece of memory. */
  const shifted = (bytes: Uint8Array): Uint8Array => {
    const out = new Uint8Array(bytes.length + 3).subarray(3);
    out.set(bytes);
    return out;
  };
  const moved = [blocks, wide].map((all) => new Map([...all].map(([block, bytes]) => [block, shifted(bytes)])));
  for (const stored of [blocks, wide, ...moved]) {
    const again = new CellRows(2, 2 * BLOCK_ROWS);
    again.load(300, stored);
    expect(again.table(['a', 'b'])).toEqual(narrow.table(['a', 'b']));
  }
});

it('shares what a site may keep among its cells, whatever their number', () => {
  expect(rowsFor(64)).toBe(MAX_ROWS);
  for (const points of [1, 485, 592, 728, 5000, 20_000, 24_000, MAX_WATCHED_POINTS]) {
    const rows = rowsFor(points);
    expect(rows).toBeGreaterThanOrEqual(BLOCK_ROWS);
    expect(new CellRows(1, rows).capacity * points).toBeLessThanOrEqual(Math.max(MAX_VALUES, points * BLOCK_ROWS));
  }
  expect(rowsFor(MAX_WATCHED_POINTS)).toBe(BLOCK_ROWS);
});

it('goes on from its latest row while those before are in the store, and has all when they are read', () => {
  for (const stored of [2, 100, BLOCK_ROWS, 600, 1030])
    for (const more of [0, 1, 7, BLOCK_ROWS, 600]) {
      const capacity = 2 * BLOCK_ROWS;
      const whole = filled(stored, capacity);
      const blocks = new Map(whole.takeBlocks(true).map(({ block, bytes }) => [block, bytes]));
      const again = new CellRows(2, capacity);
      again.loadLater(stored, JSON.parse(JSON.stringify(whole.last)));
      const both = [whole, again];
      expect(both.map((rows) => [rows.isAway, rows.taken, rows.lastUs, rows.lastValue(1)])).toEqual(
        [false, true].map((isAway) => [isAway, stored, whole.lastUs, whole.lastValue(1)]),
      );
      for (let i = stored; i < stored + more; i++)
        for (const rows of both) rows.add(1000 * (i + 1), Float64Array.of(i, i % 50 === 3 ? 0.1 : -i), i % 9 === 0);
      expect(again.count).toBe(Math.min(more, capacity));
      expect(again.firstUs).toBe(more === 0 ? 0 : 1000 * (Math.max(stored, stored + more - capacity) + 1));
      expect(again.last).toEqual(whole.last);
      again.load(again.stored, blocks);
      expect([again.isAway, again.taken, again.count]).toEqual([false, whole.taken, whole.count]);
      expect(again.table(['a', 'b'])).toEqual(whole.table(['a', 'b']));
      // What changed is written, and stands with what was there.
      for (const { block, bytes } of again.takeBlocks()) blocks.set(block, bytes);
      const third = new CellRows(2, capacity);
      third.load(whole.taken, blocks);
      expect(third.table(['a', 'b'])).toEqual(whole.table(['a', 'b']));
    }
});
