import { expect, it } from 'vitest';
import type { RowTable } from '../../core/process.ts';
import type { Ranges } from './cell-bands.ts';
import { CellReading } from './reading.ts';

const NAMES = ['high', 'low', 'frost'];
const tableOf = (...columns: readonly (readonly number[])[]): RowTable => ({
  points: NAMES.slice(0, columns.length),
  count: columns[0]!.length,
  tsUs: Float64Array.from(columns[0]!, (_, i) => i * 1e6),
  columns: columns.map((c) => Float64Array.from(c)),
});
/** The same of three columns; of none. */
const learned = (low?: number, high?: number): Ranges => {
  const of = (x?: number): Float64Array => new Float64Array(x === undefined ? 0 : 3).fill(x ?? Number.NaN);
  return { low: of(low), high: of(high) };
};
const again = (reading: CellReading): CellReading => {
  const other = new CellReading();
  other.load(JSON.parse(JSON.stringify(reading.save())));
  return other;
};

it('reads what crept through zero while it learned as signed, and what does so later from then on', () => {
  const frost = Array.from({ length: 300 }, (_, i) => (65_536 + Math.round(20 * Math.cos(i / 20))) % 65_536);
  const reading = new CellReading();
  expect(
    reading.learn(
      tableOf(
        frost.map(() => 5),
        frost,
      ),
      undefined,
      () => 1,
    ),
  ).toBe(true);
  const row = Float64Array.of(7, 65_530, 65_535);
  reading.read(row);
  expect([...row]).toEqual([7, -6, 65_535]);
  expect(reading.note(1, NAMES)).toContain('signed number of 16 bits');

  const last = [7, -5, 2];
  reading.passZero(row, (p) => last[p]!, learned(-20, 20));
  expect([...row]).toEqual([7, -6, -1]);
  const next = Float64Array.of(7, 3, 65_500);
  again(reading).read(next);
  expect([...next]).toEqual([7, 3, -36]);
});

it('takes a jump to all ones for what it is', () => {
  const row = Float64Array.of(0, 0, 65_535);
  const reading = new CellReading();
  reading.passZero(row, () => 215, learned(-20, 20));
  // Nothing was learned yet.
  reading.passZero(row, () => 0, learned());
  expect(row[2]).toBe(65_535);
});

it('leaves what was in its upper half while it was learned: the low word of a float is no signed number', () => {
  const reading = new CellReading();
  const row = Float64Array.of(52_429);
  const pass = (high: number): void => reading.passZero(row, () => 0, learned(0, high));
  pass(55_050);
  expect(row[0]).toBe(52_429);
  // The same step of one that never left its lower half does pass zero.
  pass(32_767);
  expect(row[0]).toBe(52_429);
  row[0] = 60_000;
  pass(32_767);
  expect(row[0]).toBe(-5536);
});

it('knows the high word of a count by the low one that ran over, in either order', () => {
  for (const followers of [Int8Array.of(1, -1, -1), Int8Array.of(-1, 0, -1)]) {
    const reading = new CellReading();
    const step = (before: readonly number[], now: readonly number[]): void =>
      reading.count(Float64Array.from(now), (p) => before[p]!, followers);
    step([3, 65_400, 0], [3, 65_500, 0]);
    expect(reading.isCarried(0, 3)).toBe(false);
    step([3, 65_500, 0], [4, 40, 0]);
    expect(reading.isCarried(0, 4)).toBe(true);
    expect(again(reading).isCarried(0, 4)).toBe(true);
    expect(reading.isCarried(0, 5)).toBe(false);
    // By itself, or by more than one, it is another matter.
    step([4, 300, 0], [5, 310, 0]);
    step([4, 65_500, 0], [6, 40, 0]);
    expect([5, 6].map((x) => reading.isCarried(0, x))).toEqual([false, false]);
  }
});
