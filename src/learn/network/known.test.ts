import { describe, expect, it } from 'vitest';
import { DOUBTED, Known, USUAL } from './known.ts';

const LIMIT = 100;
const learned = (usual: number): Known => {
  const known = new Known(LIMIT);
  for (let i = 0; i < usual; i++) known.see(i, 0, 0, 0, 1, USUAL);
  return known;
};

describe('a table of what is known that is full', () => {
  it('keeps what is usual and lets the doubted give way to what is new', () => {
    const known = learned(40);
    for (let i = 0; i < 1_000; i++) known.see(1_000 + i, 0, 0, 0, 2, DOUBTED);
    for (let i = 0; i < 40; i++) expect(known.state(known.find(i, 0, 0, 0))).toBe(USUAL);
    const row = known.see(9, 9, 9, 9, 3, DOUBTED);
    expect(known.isNew).toBe(true);
    expect([known.state(row), known.count(row), known.due(row, 3, 10)]).toEqual([DOUBTED, 1, 1]);
    expect(known.find(9, 9, 9, 9)).toBe(row);
    expect(known.overflow).toBe(1_000 - 60 + 1);
    expect(known.size).toBe(LIMIT);
  });

  it('goes on judging what is new where all is usual, and remembers none of it', () => {
    const known = learned(LIMIT);
    for (let i = 0; i < 3; i++) {
      const row = known.see(500, 1, 2, 3, 4 + i, DOUBTED);
      expect([known.isNew, known.state(row), known.due(row, 4 + i, 1e9)]).toEqual([true, DOUBTED, 1]);
      expect([known.part(row, 0), known.part(row, 3)]).toEqual([500, 3]);
    }
    expect(known.find(500, 1, 2, 3)).toBe(-1);
    expect(known.find(LIMIT - 1, 0, 0, 0)).toBe(LIMIT - 1);
  });

  it('takes turns: a row that was just given is not the next to go', () => {
    const known = learned(LIMIT - 3);
    for (let i = 0; i < 3; i++) known.see(600 + i, 0, 0, 0, 2, DOUBTED);
    const rows = [0, 1, 2].map((i) => known.see(700 + i, 0, 0, 0, 3, DOUBTED));
    expect(new Set(rows).size).toBe(3);
    known.setState(rows[0]!, USUAL);
    known.setState(rows[1]!, USUAL);
    expect([0, 1].map((i) => known.see(800 + i, 0, 0, 0, 3, DOUBTED))).toEqual([rows[2], rows[2]]);
    known.setState(rows[2]!, USUAL);
    expect(known.see(900, 0, 0, 0, 3, DOUBTED)).toBe(LIMIT);
  });

  it('is the same after it was saved and loaded', () => {
    const known = learned(40);
    for (let i = 0; i < 200; i++) known.see(1_000 + i, 0, 0, 0, 2, DOUBTED);
    const again = new Known(LIMIT);
    again.load(known.save());
    expect(again.save()).toEqual(known.save());
    again.see(5_000, 0, 0, 0, 3, DOUBTED);
    expect(again.state(again.find(39, 0, 0, 0))).toBe(USUAL);
  });
});
