/** Rows of a large site are minutes apart: a value that is far from all that it was is judged when it comes. */
import { expect, it } from 'vitest';
import type { CellLearner, CellModel, Deviation } from '../../core/process.ts';
import { createSiteModel } from '../../observe/index.ts';
import { FakeEndpoints } from '../../observe/testing.ts';
import { inPlaceFitter } from './fitting.ts';
import { createSiteDetection, NOTHING_STANDING } from './keep.ts';

const SECOND = 1_000_000;
const T0 = 1_770_000_000 * SECOND;
const STEP_S = 600;
const POINTS = 2;

/** Says nonsense of what is above 1,000, and counts its rows. */
const learnerOf = (rows: number[][]): CellLearner => {
  const model: CellModel = {
    arming: [],
    bytesPerPoint: 0,
    score: (_tsUs, row) => {
      rows.push([...row]);
      const deviations = [...row].flatMap((observed, point): Deviation[] =>
        observed > 1000
          ? [{ point, kind: 'junk', surprise: 0.9, observed, expected: 50, low: 40, high: 60, from: [], text: '' }]
          : [],
      );
      return { state: 'scored', surprise: deviations.length > 0 ? 0.9 : 0, deviations };
    },
    save: () => new Uint8Array(1),
  };
  return { name: 'test', fit: () => model, restore: () => model };
};

const site = (stepS = STEP_S, reads = 260) => {
  const endpoints = new FakeEndpoints();
  for (const n of [1, 2]) endpoints.add({ ip: `10.0.0.${n}`, mac: `00:00:00:00:00:0${n}` });
  const model = createSiteModel({ endpoints });
  const rows: number[][] = [];
  const settings = { ...NOTHING_STANDING.settings, learningHours: (220 * stepS) / 3600 };
  const detection = createSiteDetection(
    model,
    endpoints,
    { ...NOTHING_STANDING, settings },
    { fitter: inPlaceFitter(learnerOf(rows)) },
  );
  detection.sink.setSource({ id: 'wire', offsetOf: () => -1 });
  const at = { frame: 2, requestFrame: 1, firstFrame: 1, flow: 1, client: 1, server: 2, sender: 2, receiver: 1 };
  const read = (tsUs: number, values: readonly number[]): void => {
    detection.sink.values(
      { ...at, tsUs, requestTsUs: tsUs, protocol: 'modbus' },
      { target: 2, area: 'holding', start: 0, values, count: values.length, access: 'read' },
    );
  };
  let tsUs = T0;
  for (let i = 0; i < reads; i++, tsUs += stepS * SECOND) {
    read(tsUs, [45 + (i % 10), 700]);
    detection.sink.tick(tsUs);
  }
  const found = () =>
    detection.triage
      .findings()
      .filter((f) => f.detector === 'process')
      .map((f) => [f.kind, f.firstUs]);
  return { detection, rows, read, tsUs: tsUs - stepS * SECOND, found };
};

it('is judged before the next row, once, and not kept', () => {
  const { detection, rows, read, tsUs, found } = site();
  const cell = detection.feed.cells[0]!;
  expect([cell.isArmed, cell.plan.points.length, cell.plan.stepUs]).toEqual([true, POINTS, STEP_S * SECOND]);
  const [judged, kept] = [rows.length, cell.rows.taken];
  const oddUs = tsUs + 100 * SECOND;
  read(oddUs, [5000, 700]);
  expect(found()).toEqual([['point.junk', oddUs]]);
  read(oddUs + SECOND, [50_000, 700]);
  read(oddUs + 2 * SECOND, [50, 700]);
  expect([rows.length - judged, cell.rows.taken - kept]).toEqual([1, 0]);
  // The row that is due comes as ever, and what is far before the one after it is judged again.
  detection.sink.tick(tsUs + STEP_S * SECOND);
  read(tsUs + (STEP_S + 10) * SECOND, [-9e6, 700]);
  expect([rows.length - judged, cell.rows.taken - kept]).toEqual([3, 1]);
});

it('is not judged for what lies near all that it was, nor for the next code', () => {
  const { rows, read, tsUs } = site();
  const judged = rows.length;
  read(tsUs + SECOND, [58, 700]);
  read(tsUs + 2 * SECOND, [41, 701]);
  read(tsUs + 3 * SECOND, [60, 700]);
  expect(rows.length - judged).toBe(0);
});

/** A cell is made of points that settled for ten minutes. */
const BRISK = [1, 1000] as const;

it('is the next row, at once, where rows are a second apart', () => {
  const { detection, rows, read, tsUs, found } = site(...BRISK);
  const cell = detection.feed.cells[0]!;
  expect([cell.isArmed, cell.plan.stepUs]).toEqual([true, SECOND]);
  const [judged, taken] = [rows.length, cell.rows.taken];
  read(tsUs + 0.2 * SECOND, [5000, 700]);
  // Under the time that it would have had.
  expect(found()).toEqual([['point.junk', tsUs + SECOND]]);
  expect([rows.length - judged, cell.rows.taken - taken, cell.rows.lastUs]).toEqual([1, 1, tsUs + SECOND]);
  // Once: what comes before that time, and the tick of it, make no other.
  read(tsUs + 0.4 * SECOND, [50_000, 700]);
  cell.tick(tsUs + 0.5 * SECOND, false);
  detection.sink.tick(tsUs + SECOND);
  expect([rows.length - judged, cell.rows.taken - taken]).toEqual([1, 1]);
  read(tsUs + 1.2 * SECOND, [50, 700]);
  detection.sink.tick(tsUs + 2 * SECOND);
  expect([rows.length - judged, cell.rows.taken - taken, cell.rows.lastUs]).toEqual([2, 2, tsUs + 2 * SECOND]);
  // Behind the tick by a little, as frames of several queues are; and a row that is due is taken before its tick.
  read(tsUs + 1.95 * SECOND, [-9e5, 700]);
  expect([rows.length - judged, cell.rows.lastUs]).toEqual([3, tsUs + 3 * SECOND]);
  read(tsUs + 4.3 * SECOND, [-9e6, 700]);
  expect([rows.length - judged, cell.rows.lastUs]).toEqual([4, tsUs + 4 * SECOND]);
  detection.sink.tick(tsUs + 4.5 * SECOND);
  expect(rows.length - judged).toBe(4);
  // A clock that steps back is judged as ever.
  read(tsUs + 4.6 * SECOND, [-9e7, 700]);
  expect(rows.length - judged).toBe(5);
  detection.sink.tick(tsUs + 3 * SECOND);
  expect([rows.length - judged, cell.rows.taken - taken]).toEqual([6, 5]);
});

it('makes as many rows of the same times as without', () => {
  const times = (far: number): number[] => {
    const { detection, read, tsUs } = site(...BRISK);
    for (let i = 1; i <= 20; i++) {
      read(tsUs + (i - 0.3) * SECOND, [i % 3 === 0 ? far * 10 ** (i / 3) : 50, 700]);
      detection.sink.tick(tsUs + i * SECOND);
    }
    return detection.feed.cells[0]!.rows.latest(20).tsUs;
  };
  expect(times(1000)).toEqual(times(5));
});
