/** What was expected of the last rows: a ring that is shorter where a site has many points. */
import { expect, it } from 'vitest';
import type { CellLearner, CellModel } from '../../core/process.ts';
import { Cell } from './cell.ts';
import { BAND_ROWS } from './cell-bands.ts';
import { inPlaceFitter } from './fitting.ts';
import { bandRowsFor, MAX_BAND_VALUES, MAX_WATCHED_POINTS } from './process-feed.ts';

const SECOND = 1_000_000;
const T0 = 1_770_000_000 * SECOND;

/** Expects of each row its number since it was made, one less and one more. */
const learner: CellLearner = {
  name: 'test',
  fit: () => {
    let row = 0;
    const model: CellModel = {
      arming: [],
      bytesPerPoint: 0,
      score: () => {
        row++;
        return { state: 'scored', surprise: 0, deviations: [] };
      },
      expected: ({ expected, low, high }) => {
        expected.fill(row);
        low.fill(row - 1);
        high.fill(row + 1);
      },
      save: () => new Uint8Array(1),
    };
    return model;
  },
  restore: () => learner.fit({ points: [], count: 0, tsUs: new Float64Array(0), columns: [] }),
};

/** A cell with a model; `again`: brought back from what it saved. */
const judged = (rows: number, bandRows?: number, again = false): Cell => {
  let nowUs = T0;
  const cell = new Cell({
    plan: { id: 'c1', controller: 1, points: [1, 2], stepUs: SECOND, rows: 512 },
    watch: {
      ids: Int32Array.of(1, 2),
      heard: () => Number.NaN,
      read: (values, lastUs) => {
        values.fill(5);
        lastUs.fill(nowUs);
      },
      cadenceUs: () => SECOND,
    },
    names: ['a', 'b'],
    targets: [1, 1],
    protocols: ['modbus', 'modbus'],
    fitter: inPlaceFitter(learner),
    ...(bandRows !== undefined && { bandRows: () => bandRows }),
    onFitted: () => undefined,
    state: () => undefined,
    end: () => undefined,
  });
  for (let i = 0; i < 250; i++, nowUs += SECOND) cell.tick(nowUs, false);
  expect(cell.fit()).toBe(true);
  if (again) {
    const { header, model } = cell.save();
    cell.load(header, model, new Map());
  }
  for (let i = 0; i < rows; i++, nowUs += SECOND) cell.tick(nowUs, false);
  return cell;
};

it('tells of the rows that it remembers, and no more, where the ring is short', () => {
  const cell = judged(10, 4);
  const none = [Number.NaN, Number.NaN];
  expect(cell.bands(1, 6)).toEqual({
    expected: [...none, 7, 8, 9, 10],
    low: [...none, 6, 7, 8, 9],
    high: [...none, 8, 9, 10, 11],
  });
  expect(judged(10).bands(0, 6).expected).toEqual([5, 6, 7, 8, 9, 10]);
});

it('knows of no band before the first row that is judged', () => {
  const none = [Number.NaN, Number.NaN, Number.NaN];
  expect(judged(0).bands(0, 3)).toEqual({ expected: none, low: none, high: none });
  expect(judged(0, 4, true).bands(0, 3).low).toEqual(none);
  expect(judged(2, 4, true).bands(0, 3).expected).toEqual([Number.NaN, 1, 2]);
});

it('is short only where a site has many points', () => {
  expect(bandRowsFor(0)).toBe(BAND_ROWS);
  expect(bandRowsFor(MAX_BAND_VALUES / BAND_ROWS)).toBe(BAND_ROWS);
  for (const points of [20_000, 100_000, MAX_WATCHED_POINTS]) {
    expect(bandRowsFor(points)).toBeLessThan(BAND_ROWS);
    expect(bandRowsFor(points) * points).toBeLessThanOrEqual(MAX_BAND_VALUES);
  }
});
