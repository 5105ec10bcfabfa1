import { describe, expect, it } from 'vitest';
import type { Series } from '../../../api/traffic.ts';
import { aroundOf, pathsOf, wroteOf } from './wrote.ts';

const series = (...of: [number, number | null][]): Series => ({
  point: 1,
  us: of.map(([s]) => s * 1e6),
  value: of.map(([, v]) => v),
  thinned: false,
});
const at = (s: number): number => s * 1e6;

describe('wroteOf', () => {
  const held = series([0, 72], [5000, 75], [5002, 72], [9000, 88]);

  it('tells what it was, what was written, and what it is since', () => {
    expect(wroteOf(held, at(9000), at(9000))).toEqual({
      before: 72,
      written: 88,
      after: 88,
      sinceUs: at(9000),
      isBack: false,
    });
  });

  it('says that a value is back at what it was', () => {
    expect(wroteOf(series([0, 72], [5000, 75], [5002, 72]), at(5000), at(5000))).toMatchObject({
      before: 72,
      written: 75,
      after: 72,
      isBack: true,
    });
  });

  it('knows nothing where nothing was seen, and does not guess', () => {
    expect(wroteOf(series(), at(1), at(1))).toMatchObject({ before: undefined, written: undefined, after: undefined });
    expect(wroteOf(series([50, 3]), at(50), at(50)).before).toBeUndefined();
    // The value did not change by the write: what was written is what was there, and is not told as a change.
    expect(wroteOf(series([0, 3]), at(50), at(50))).toMatchObject({ before: 3, written: undefined, isBack: false });
  });
});

describe('pathsOf', () => {
  it('names the points of a range of registers, and of anything else the path itself', () => {
    expect(pathsOf('holding registers 40', 5)).toEqual(['holding 40']);
    expect(pathsOf('holding registers 8..10', 5)).toEqual(['holding 8', 'holding 9', 'holding 10']);
    expect(pathsOf('coils 0..99', 3)).toEqual(['coil 0', 'coil 1', 'coil 2']);
    expect(pathsOf('DB10.DBX8.4 BOOL', 5)).toEqual(['DB10.DBX8.4 BOOL']);
    expect(pathsOf('ns=2;s=TIC-801.SP', 5)).toEqual(['ns=2;s=TIC-801.SP']);
  });
});

describe('aroundOf', () => {
  it('holds the value at both edges, and ends with the last frame', () => {
    const { us, value } = aroundOf(series([0, 72], [5000, 75]), at(5000), at(5000), at(5100));
    expect(us.map((u) => u / 1e6)).toEqual([5000 - 900, 5000, 5100]);
    expect(value).toEqual([72, 75, 75]);
  });

  it('begins where the point was first seen', () => {
    const { us } = aroundOf(series([4990, 1], [5000, 2]), at(5000), at(5000), at(9e9));
    expect(us.map((u) => u / 1e6)).toEqual([4990, 5000, 5600]);
  });
});
