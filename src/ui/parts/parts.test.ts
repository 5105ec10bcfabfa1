/** The arithmetic behind charts, sparklines and meters: known answers. */
import { describe, expect, it } from 'vitest';
import {
  aroundEpisode,
  type Band,
  brokenAtHoles,
  chartRange,
  differenceOf,
  differenceText,
  holesOf,
  isTelling,
  outsideOf,
  stretchesOf,
} from './band.ts';
import { hexOf, isAbsent } from './evidence-layers.tsx';
import { guardOf } from './learning.tsx';
import { sparkPaths, sparkRange } from './spark.ts';

const S = 1_000_000;
const band = (observed: (number | null)[], over: Partial<Band> = {}): Band => ({
  us: observed.map((_, i) => i * S),
  observed,
  expected: observed.map(() => 10),
  low: observed.map(() => 9),
  high: observed.map(() => 11),
  ...over,
});

describe('observed against expected', () => {
  it('keeps only what leaves the band, on the side that has a limit', () => {
    expect(outsideOf(band([9, 8.9, 11, 11.1, null]))).toEqual([null, 8.9, null, 11.1, null]);
    expect(outsideOf(band([1, 99], { low: [null, null] }))).toEqual([null, 99]);
    // No band at all is not "inside": nothing is marked.
    expect(outsideOf(band([1], { low: [null], high: [null] }))).toEqual([null]);
  });

  it('finds what was not seen, told as null or as a long step', () => {
    expect(holesOf(band([1, 2, null, null, 3, 4]))).toEqual([{ fromUs: 1 * S, toUs: 4 * S }]);
    const stepped = { us: [0, 1, 2, 3, 20, 21].map((t) => t * S), observed: [1, 1, 1, 1, 1, 1] };
    expect(holesOf(stepped)).toEqual([{ fromUs: 3 * S, toUs: 20 * S }]);
    // Two sightings missed may be chance.
    expect(holesOf({ us: [0, 1, 2, 5, 6].map((t) => t * S), observed: [1, 1, 1, 1, 1] })).toEqual([]);
  });

  it('draws no line over a hole, and adds no row where the rows say it themselves', () => {
    const b = brokenAtHoles(band([1, 1, 1, 1, 1], { us: [0, 1, 2, 30, 31].map((t) => t * S) }));
    expect(b.us).toEqual([0, S, 2 * S, 2 * S + 1, 30 * S, 31 * S]);
    expect(b.observed).toEqual([1, 1, 1, null, 1, 1]);
    expect(b.high[3]).toBeNull();
    const said = band([1, null, null, 1]);
    expect(brokenAtHoles(said).us).toEqual(said.us);
  });

  it('subtracts the expectation from all columns', () => {
    expect(differenceOf(band([10.5, null]))).toMatchObject({
      observed: [0.5, null],
      expected: [0, 0],
      low: [-1, -1],
      high: [1, 1],
    });
  });

  it('shows the rows around a short episode, and all where it has room', () => {
    const rows = Array.from({ length: 200 }, (_, i) => i);
    const long = band(rows);
    // Four rows of two hundred at the end: the last ones before it, and all after it.
    const near = aroundEpisode(long, { fromUs: 190 * S, toUs: 193 * S });
    expect([near.us[0], near.us.at(-1)]).toEqual([(190 - 24) * S, 199 * S]);
    expect(near.observed[0]).toBe(166);
    expect([near.expected, near.low, near.high].every((c) => c.length === near.us.length)).toBe(true);
    // Thirty rows: half of what they leave at each side.
    const wider = aroundEpisode(long, { fromUs: 100 * S, toUs: 130 * S });
    expect(wider.us[0]).toBeLessThanOrEqual(25 * S);
    expect(aroundEpisode(long, { fromUs: 100 * S, toUs: 150 * S })).toBe(long);
    expect(aroundEpisode(band([1]), { fromUs: 0, toUs: 0 }).us.length).toBe(1);
  });

  it('tells before, during and after', () => {
    const s = stretchesOf(band([10, 10, 12, 12, null, 10]), { fromUs: 2 * S, toUs: 4 * S });
    expect(s.map((x) => [x.name, x.rows, x.observed, x.difference, x.outside])).toEqual([
      ['before', 2, 10, 0, 0],
      ['during', 3, 12, 2, 1],
      ['after', 1, 10, 0, 0],
    ]);
    expect(stretchesOf(band([10, 12]), { fromUs: 0, toUs: 9 * S }).map((x) => x.name)).toEqual(['during']);
  });

  it('writes a difference with the digits that count', () => {
    const all = stretchesOf(band([72.0012, 73.38], { expected: [72, 72] }), { fromUs: S, toUs: S });
    expect(all.map((s) => differenceText(s, all))).toEqual(['0', '+1.38 (+1.9 %)']);
    const none = stretchesOf(band([5], { expected: [null] }), { fromUs: 0, toUs: 0 });
    expect(none.map((s) => differenceText(s, none))).toEqual([undefined]);
    const zero = stretchesOf(band([0.5], { expected: [0] }), { fromUs: 0, toUs: 0 });
    expect(zero.map((s) => differenceText(s, zero))).toEqual(['+0.500']);
  });
});

describe('a sparkline', () => {
  it('breaks at what was not seen and marks what is outside now', () => {
    const p = sparkPaths({ us: [0, 1, 2, 3], value: [1, null, 1, 3], low: [0, 0, 0, 0], high: [2, 2, 2, 2] }, 30, 20);
    expect(p?.lines.map((l) => l.length / 2)).toEqual([1, 2]);
    expect(p?.band).toHaveLength(1);
    expect(p?.outside).toHaveLength(2);
    expect(p?.outsideNow).toBe(true);
  });
  it('does not let a wide band flatten the line', () => {
    expect(sparkRange({ us: [0, 1], value: [10, 12], low: [-1000, -1000], high: [1000, 1000] })).toEqual({
      low: 8,
      high: 14,
    });
  });
  it('draws nothing of less than two values', () => {
    expect(sparkPaths({ us: [0, 1], value: [5, null] }, 30, 20)).toBeUndefined();
    expect(sparkPaths({ us: [], value: [] }, 30, 20)).toBeUndefined();
  });
  it('puts a constant in the middle', () => {
    const p = sparkPaths({ us: [0, 1], value: [5, 5] }, 30, 20);
    expect(p?.lines[0]?.[1]).toBe(10);
  });
});

describe('learning', () => {
  const row = { seen: 12, needed: 24, unit: 'hours', unarmed: '' };
  it('has four states that are never mixed up', () => {
    expect(guardOf({ ...row, seen: 0 })).toMatchObject({ state: 'waiting', share: null });
    expect(guardOf(row)).toEqual({
      state: 'learning',
      share: 0.5,
      text: 'Learning, 50 % of what is needed: 12 of 24 hours',
    });
    expect(guardOf({ ...row, seen: 30 }).state).toBe('armed');
    // A model on trial judges already: that is said with the share of its trial, not as learning.
    expect(guardOf({ ...row, onTrial: true })).toMatchObject({
      state: 'trial',
      text: expect.stringContaining('Judged on trial'),
    });
    expect(guardOf({ ...row, seen: 30, unarmed: 'its model is being made', making: true }).state).toBe('fitting');
    expect(guardOf({ ...row, seen: 30, unarmed: 'it does not repeat itself' })).toMatchObject({
      state: 'unarmed',
      text: 'Not armed: it does not repeat itself',
    });
  });
  it('is never told as complete before it is', () => {
    expect(guardOf({ ...row, seen: 23.999 }).text).toContain('> 99.9 %');
  });
});

describe('a band and its chart', () => {
  it('says nothing where it lies far beyond all that was seen', () => {
    // A level at 3,600 with 2 % of noise: its own band, and that of a model of an hour.
    const level = [3520, 3600, null, 3680];
    expect(isTelling(level, 3400, 3800)).toBe(true);
    expect(isTelling(level, -71_230, 73_030)).toBe(false);
    // Around zero its range counts, not its size.
    expect(isTelling([-0.01, 0.01], -0.05, 0.05)).toBe(true);
    expect(isTelling([-0.01, 0.01], -0.5, 0.5)).toBe(false);
    // A value that stands still at 50: the band of its states is one.
    expect(isTelling([50, 50], 0, 100)).toBe(true);
    expect(isTelling([null], -1, 1)).toBe(true);
  });
  it('is as high as its values, and twice that for the band at most', () => {
    const chart = (observed: (number | null)[], low: number, high: number) =>
      chartRange({
        us: observed.map((_, i) => i),
        observed,
        expected: observed.map(() => null),
        low: observed.map(() => low),
        high: observed.map(() => high),
      });
    expect(chart([10, 20, null], 8, 21)).toEqual([8, 21]);
    expect(chart([10, 20], -600_000, 600_000)).toEqual([0, 30]);
    expect(chart([10, 10], 4, 16)).toEqual([4, 16]);
    expect(chart([0, 0], -600_000, 600_000)).toEqual([0, 0]);
    expect(chart([null], 0, 1)).toBeUndefined();
  });
});

describe('fields of a frame', () => {
  const layer = (...fields: { name: string; value: string; meaning: string; start: number; end: number }[]) => ({
    name: 'x',
    title: 'X',
    start: 0,
    end: 9,
    summary: '',
    fields,
  });
  const at = (value: string, start: number, end: number) => ({ name: 'f', value, meaning: '', start, end });

  it('calls -1 absent only where it rests on no octets and others do', () => {
    const known = at('7', 0, 1);
    expect(isAbsent(at('-1', -1, -1), layer(known))).toBe(true);
    expect(isAbsent(at('none', -1, -1), layer(known))).toBe(true);
    // A measured -1 has its octets.
    expect(isAbsent(at('-1', 2, 4), layer(known))).toBe(false);
    expect(isAbsent(at('0', -1, -1), layer(known))).toBe(false);
    // Nothing is located in this layer: nothing can be told.
    expect(isAbsent(at('-1', -1, -1), layer(at('7', -1, -1)))).toBe(false);
  });

  it('says codes in hexadecimal, of up to four octets, from two figures on', () => {
    expect(hexOf(at('240', 0, 1))).toBe('0xf0');
    expect(hexOf(at('4294967295', 0, 4))).toBe('0xffffffff');
    for (const value of ['9', '-12', '1.5', 'read', '4294967296']) expect(hexOf(at(value, 0, 4))).toBe('');
    expect(hexOf(at('240', 0, 8))).toBe('');
    expect(hexOf(at('240', -1, -1))).toBe('');
  });
});
