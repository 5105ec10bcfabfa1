import { expect, it } from 'vitest';
import type { RowTable } from '../../core/process.ts';
import { findSigned, passesZero, signedValue } from './signed.ts';

const wordOf = (x: number): number => (x < 0 ? x + 65_536 : x);
const tableOf = (...columns: readonly (readonly number[])[]): RowTable => ({
  points: columns.map((_, i) => `p${i}`),
  count: columns[0]!.length,
  tsUs: Float64Array.from(columns[0]!, (_, i) => i * 1e6),
  columns: columns.map((c) => Float64Array.from(c)),
});
const rows = Array.from({ length: 400 }, (_, i) => i);

it('reads two complement: known values', () => {
  expect([0, 1, 32_767, 32_768, 65_535].map(signedValue)).toEqual([0, 1, 32_767, -32_768, -1]);
});

it('knows a temperature that crept through zero; not a count that goes round, a mark for "no value", a yes and no, real numbers', () => {
  const frost = rows.map((i) => wordOf(Math.round(40 * Math.cos(i / 30))));
  const count = rows.map((i) => (i * 400) % 65_536);
  const marked = rows.map((i) => (i % 50 === 7 ? 65_535 : 200 + (i % 9)));
  const yes = rows.map((i) => (i % 20 < 10 ? 0 : 65_535));
  const real = rows.map((i) => 40.5 * Math.cos(i / 30));
  const gap = frost.map((x, i) => (i > 90 && i < 120 ? Number.NaN : x));
  expect(findSigned(tableOf(frost, count, marked, yes, real, gap))).toEqual([0, 5]);
});

it('knows a frost that lasted all the time; not a count there, a constant, a large number', () => {
  const frost = rows.map((i) => 65_536 - 170 + Math.round(9 * Math.sin(i / 30)));
  const count = rows.map((i) => 65_000 + i);
  const constant = rows.map(() => 65_535);
  const large = rows.map((i) => 50_000 + (i % 40));
  expect(findSigned(tableOf(frost, count, constant, large))).toEqual([0]);
});

it('sees zero passed for the first time, and takes a jump to all ones for what it is', () => {
  expect(passesZero(0, 65_535, 40)).toBe(true);
  expect(passesZero(3, 65_533, 40)).toBe(true);
  expect(passesZero(-2, 65_532, 40)).toBe(true);
  expect(passesZero(215, 65_535, 40)).toBe(false);
  expect(passesZero(Number.NaN, 65_535, 40)).toBe(false);
  expect(passesZero(0, 40_000, 40)).toBe(false);
});
