/** What is kept of a point's values: its range and changes are those of its numbers, whatever else comes between. */
import { expect, it } from 'vitest';
import { World } from './testing.ts';

const pair = (w: World) => ({
  pc: w.host('00:0c:29:00:00:02', '10.0.0.2'),
  plc: w.host('00:1b:1b:00:00:01', '10.0.0.1'),
});

it('a value that is no number (NaN of a sensor that failed) leaves the range of a point as it was', () => {
  const w = new World();
  const { pc, plc } = pair(w);
  for (const [s, value] of [5, 9, Number.NaN, Number.NaN, 7].entries())
    w.model.value(w.at(pc, plc, 'opcua', s), { target: plc, path: 'T1', type: 'Float', value, access: 'read' });
  expect(w.model.point(1)).toMatchObject({ value: 7, min: 5, max: 9, changes: 4 });
});

it('the same in blocks that are read again and again: one that stays no number has not changed', () => {
  const w = new World();
  const { pc, plc } = pair(w);
  for (const [s, value] of [5, 9, Number.NaN, Number.NaN, Number.NaN, 7].entries())
    w.model.values(w.at(pc, plc, 'dnp3', s), {
      target: plc,
      area: 'analog input',
      start: 0,
      count: 2,
      values: Float64Array.of(value, 1),
      access: 'read',
    });
  expect(w.model.point(1)).toMatchObject({ value: 7, min: 5, max: 9, changes: 4, reads: 6 });
  expect(w.model.takeSamples().reduce((n, chunk) => n + chunk.count, 0)).toBe(5);
});
