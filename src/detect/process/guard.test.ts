import { expect, it } from 'vitest';
import type { Statement } from '../../core/detector.ts';
import type { Deviation, DeviationKind } from '../../core/process.ts';
import { CellGuard } from './guard.ts';

const SECOND = 1_000_000;

const guardOf = (low = 16.72, high = 50.76) => {
  const said: Statement[] = [];
  const guard = new CellGuard({
    cell: 'c1',
    points: [7],
    protocols: ['modbus'],
    targets: [3],
    controller: 3,
    stepUs: SECOND,
    learnedUs: 3600 * SECOND,
    before: () => ({ tsUs: new Float64Array(0), values: new Float64Array(0) }),
    state: (statement) => said.push(statement),
    end: () => undefined,
  });
  const row = (
    second: number,
    x: number,
    ...odd: readonly (readonly [DeviationKind, number, Partial<Deviation>?])[]
  ): void => {
    const deviations = odd.map(
      ([kind, surprise, more]): Deviation => ({
        point: 0,
        kind,
        surprise,
        observed: x,
        expected: 30,
        low,
        high,
        from: [],
        text: '',
        ...more,
      }),
    );
    guard.take(second * SECOND, Float64Array.of(x), { surprise: 1, state: 'scored', deviations }, undefined);
  };
  const told = () => said.at(-1)!.parts!.observed;
  return { row, told, said };
};

it('tells of nonsense the value that cannot be, not the one that came after it', () => {
  const { row, told, said } = guardOf();
  row(1, 0, ['junk', 0.9]);
  row(2, 26.66, ['junk', 0.6]);
  expect(told()).toMatchObject({ value: 0 });
  row(3, -400, ['junk', 0.99]);
  expect(told()).toMatchObject({ value: -400 });
  // The way back is odd in another way: it is the same episode, and still about the nonsense.
  row(4, 31, ['stuck', 0.7]);
  expect(told()).toMatchObject({ value: -400 });
  expect(new Set(said.map(({ kind }) => kind.code))).toEqual(new Set(['point.junk']));
});

it('tells of a level what it is now', () => {
  const { row, told } = guardOf();
  row(1, 60, ['level', 0.9]);
  row(2, 55, ['level', 0.7]);
  expect(told()).toMatchObject({ value: 55 });
});

it('tells of a level that goes back what was outside, and over how long it is averaged', () => {
  const { row, said } = guardOf();
  row(1, 60, ['level', 0.9, { rows: 2400 }]);
  row(2, 40, ['level', 0.5, { rows: 2400 }]);
  expect(said.at(-1)!.parts).toMatchObject({
    observed: { value: 60 },
    direction: { text: 'higher' },
    averaged: { text: ' on average over 40 min' },
    lasting: { text: ' for so long' },
  });
  row(3, 61, ['level', 0.6]);
  expect(said.at(-1)!.parts).toMatchObject({ observed: { value: 61 }, averaged: { text: '' }, lasting: { text: '' } });
});

it('tells apart what lies close together: a value outside of a band is never said to be its edge', () => {
  const { row, said } = guardOf(17.9441, 18.06);
  row(1, 17.9402, ['level', 0.6]);
  expect(said[0]!.parts).toMatchObject({
    observed: { digits: 5, of: 7 },
    low: { digits: 5, of: 7 },
    high: { digits: 5 },
  });
  const far = guardOf(17.9441, 18.06);
  far.row(1, 12, ['level', 0.9]);
  expect(far.said[0]!.parts.observed).toEqual({ kind: 'number', value: 12, unit: '', of: 7 });
  // A hair beyond, or exactly there: no end of figures.
  const hair = guardOf(1 + 1e-15, 2);
  hair.row(1, 1, ['level', 0.6]);
  expect(hair.said[0]!.parts.observed).toMatchObject({ digits: 9 });
  const soft = guardOf();
  for (const second of [1, 2, 3]) soft.row(second, 30.004, ['soft-sensor', 0.8]);
  expect(soft.said.at(-1)!.parts.expected).toMatchObject({ value: 30, digits: 5 });
});

it('gives the chart with what is said once it lasts, whether or not what was said before is kept', () => {
  const { row, said } = guardOf();
  for (const second of [1, 2, 3]) row(second, 60, ['spread', 0.8]);
  expect(said.map(({ surprise }) => surprise)).toEqual([0.45, 0.45, 0.8]);
  expect(said[2]!.proof?.point).toBe(7);
});

it('says of a state that another one would fit, and of no single readings', () => {
  const { row, said } = guardOf();
  const unknown = { expected: Number.NaN, low: Number.NaN, high: Number.NaN };
  for (const second of [1, 2, 3]) row(second, 1, ['soft-sensor', 0.8, unknown]);
  expect(said.at(-1)!.parts).toMatchObject({ expected: { text: 'in another state' }, usual: { text: '' } });
  for (const second of [4, 5, 6]) row(second, 21.5, ['soft-sensor', 0.8, { low: 19.25, high: 22.75 }]);
  expect(said.at(-1)!.parts.usual).toMatchObject({ text: expect.stringContaining('between 19.25 and 22.75') });
});

it('tells of a voltage that sags its level, of what no sensor sends nonsense', () => {
  const sag = guardOf(228, 232);
  sag.row(1, 150, ['junk', 0.97]);
  expect(sag.said.map(({ kind, surprise }) => [kind.code, surprise])).toEqual([['point.level', 0.97]]);
  expect(sag.said[0]!.parts.direction).toMatchObject({ text: 'lower' });
  for (const x of [0, -20, 400, 65_535, Number.POSITIVE_INFINITY]) {
    const broken = guardOf(228, 232);
    broken.row(1, x, ['junk', 0.97]);
    expect(broken.said[0]!.kind.code, `${x}`).toBe('point.junk');
  }
});

it('tells of the number beside a constant a level, just stated; of any other a state that never was', () => {
  const code = (constant: number, now: number): unknown[] => {
    const { row, said } = guardOf(constant, constant);
    row(1, now, ['never-seen', 0.9]);
    return [said[0]!.kind.code, said[0]!.surprise];
  };
  expect(code(62, 63)).toEqual(['point.level', 0.5]);
  expect(code(62, 64)).toEqual(['point.never-seen', 0.9]);
  expect(code(3, 4)).toEqual(['point.never-seen', 0.9]);
});

it('keeps one nonsensical value alone below an alert, tells the second; what is no number at once', () => {
  const { row, said } = guardOf();
  row(1, -400, ['junk', 0.97]);
  row(2, 30);
  row(3, -390, ['junk', 0.96]);
  expect(said.map(({ surprise }) => surprise)).toEqual([0.45, 0.97]);
  const broken = guardOf();
  broken.row(1, Number.NaN, ['junk', 0.97]);
  expect(broken.said[0]!.surprise).toBe(0.97);
});

it('says nothing of what does not fit for two rows, and tells the third, since the first', () => {
  const { row, said } = guardOf();
  for (const second of [1, 2]) row(second, 20, ['soft-sensor', 0.8]);
  expect(said).toEqual([]);
  row(3, 20, ['soft-sensor', 0.8]);
  expect(said).toMatchObject([{ surprise: 0.8, sinceUs: SECOND, tsUs: 3 * SECOND }]);
});

it('keeps a drift of one block of ten rows below an alert, tells what goes on with the next', () => {
  const { row, said } = guardOf();
  for (let second = 1; second <= 15; second++) row(second, 20, ['drift', 0.8]);
  expect(said.map(({ surprise }) => surprise)).toEqual([...Array.from({ length: 14 }, () => 0.45), 0.8]);
});
