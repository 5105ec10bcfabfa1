import { describe, expect, it } from 'vitest';
import { IntTable } from './int-table.ts';
import { seededRandom } from './random.ts';

const SEED = 11;

describe('a table of integers', () => {
  it(`finds what is there and nothing else while keys replace each other, seed ${SEED}`, () => {
    const table = new IntTable();
    const random = seededRandom(SEED);
    const keys: [number, number][] = [];
    for (let i = 0; i < 500; i++) {
      keys.push([i, -i]);
      table.add(i, -i, 7, 0);
    }
    const gone: [number, number][] = [];
    for (let i = 0; i < 5_000; i++) {
      const row = random.integer(0, 499);
      gone.push(keys[row]!);
      keys[row] = [1_000 + i, random.bits() | 0];
      table.replace(row, keys[row]![0], keys[row]![1], 7, 0);
    }
    keys.forEach(([a, b], row) => {
      expect(table.find(a, b, 7, 0)).toBe(row);
    });
    for (const [a, b] of gone) expect(table.find(a, b, 7, 0)).toBe(-1);
    expect(table.count).toBe(500);
  });
});
