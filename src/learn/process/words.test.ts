import { describe, expect, it } from 'vitest';
import type { RowTable } from '../../core/process.ts';
import { seededRandom } from '../../lib/random.ts';
import { findPairs, joinedValue, joinRow, wordsText } from './words.ts';

const view = new DataView(new ArrayBuffer(4));
const halves = (bits: number): [number, number] => [bits >>> 16, bits & 0xffff];
const ofFloat = (x: number): [number, number] => {
  view.setFloat32(0, x);
  return halves(view.getUint32(0));
};
const ROWS = 1500;

/** Registers of one device: real numbers, a counter of 32 bits, and words that are what they seem; seed 5. */
const device = (highFirst: boolean) => {
  const random = seededRandom(5);
  const numbers: ((i: number) => [number, number])[] = [];
  const walk = (start: number, step: number, noise: number): ((i: number) => number) => {
    let x = start;
    return () => {
      x += step * random.normal();
      return x + noise * random.normal();
    };
  };
  const temperature = walk(72, 0.02, 0.03);
  const flow = walk(50, 0.1, 2);
  const level = walk(3, 0.004, 0.004);
  numbers.push((_) => ofFloat(temperature(0)));
  numbers.push((_) => ofFloat(flow(0)));
  // A set point that hardly moves.
  numbers.push((i) => ofFloat(i < 700 ? 71.5 : 72));
  numbers.push((_) => ofFloat(level(0)));
  numbers.push((_) => ofFloat(-level(0)));
  numbers.push((i) => halves(65_000 + i * 137));
  const pressure = walk(4200, 20, 30);
  const names = [
    ...numbers.flatMap((_, k) => [`holding ${2 * k}`, `holding ${2 * k + 1}`]),
    'holding 12',
    'holding 13',
    'holding 14',
  ];
  const columns = names.map(() => new Float64Array(ROWS));
  for (let i = 0; i < ROWS; i++) {
    numbers.forEach((n, k) => {
      const [high, low] = n(i);
      columns[2 * k]![i] = highFirst ? high : low;
      columns[2 * k + 1]![i] = highFirst ? low : high;
    });
    columns[12]![i] = Math.round(pressure(i));
    columns[13]![i] = Math.round(pressure(i) / 2);
    columns[14]![i] = i % 200 < 100 ? 1 : 0;
  }
  const table: RowTable = {
    points: names,
    count: ROWS,
    tsUs: Float64Array.from({ length: ROWS }, (_, i) => i * 15e6),
    columns,
  };
  const neighbours = names.slice(1).map((_, i): [number, number] => [i, i + 1]);
  return { table, neighbours };
};

describe.each([true, false])('numbers in two words, high word first: %s', (highFirst) => {
  const { table, neighbours } = device(highFirst);
  const pairs = findPairs(table, neighbours, () => 1);

  it('finds real numbers and a counter, and takes no word for half of a number that is one of its own', () => {
    expect(pairs.map((p) => `${p.first} ${p.second} ${p.type}`)).toEqual([
      '0 1 float',
      '2 3 float',
      '4 5 float',
      '6 7 float',
      '8 9 float',
      '10 11 int32',
    ]);
    expect(pairs.every((p) => p.highFirst === highFirst)).toBe(true);
  });

  it('is less sure of a number that hardly moves, which its neighbours speak for', () => {
    expect(pairs.filter((p) => p.sure < 0.8).map((p) => p.first)).toEqual([4]);
    expect(wordsText(pairs[2]!)).toBe(
      `read as a real number of 32 bits, ${highFirst ? 'high' : 'low'} word first (60 % sure)`,
    );
  });

  it('gives the number in the place of its first word', () => {
    const row = Float64Array.from(table.columns, (c) => c[800]!);
    joinRow(pairs, row);
    expect(row[0]!).toBeGreaterThan(65);
    expect(row[0]!).toBeLessThan(80);
    expect(row[1]).toBeNaN();
    expect(row[4]).toBe(72);
    expect(row[8]!).toBeLessThan(-1);
    expect(row[10]).toBe(65_000 + 800 * 137);
    expect(row[12]).toBe(table.columns[12]![800]);
  });
});

it('words that are signed, and words that are missing', () => {
  const pair = { first: 0, second: 1, type: 'float', highFirst: true, sure: 1 } as const;
  const [high, low] = ofFloat(-12.625);
  expect(joinedValue(pair, high - 65_536, low)).toBe(-12.625);
  expect(joinedValue(pair, Number.NaN, low)).toBeNaN();
  expect(joinedValue({ ...pair, type: 'int32' }, 0xffff, 0xfffe)).toBe(-2);
});

it('two measurements beside each other are no number, whatever their range', () => {
  const random = seededRandom(8);
  // Both like the high word of a real number to look at; one moves by steps, one by noise over a good part of its range.
  const a = Float64Array.from({ length: ROWS }, (_, i) => 16_900 + Math.round(40 * Math.sin(i / 50) + random.normal()));
  const b = Float64Array.from({ length: ROWS }, () => Math.round(17_000 + 6000 * random.normal()));
  const c = Float64Array.from({ length: ROWS }, (_, i) => 17_200 + Math.round(30 * Math.cos(i / 70) + random.normal()));
  const table: RowTable = { points: ['a', 'b', 'c'], count: ROWS, tsUs: new Float64Array(ROWS), columns: [a, b, c] };
  expect(
    findPairs(
      table,
      [
        [0, 1],
        [1, 2],
      ],
      () => 1,
    ),
  ).toEqual([]);
});
