import { describe, expect, it } from 'vitest';
import { cellChange, type LearnedCell } from './cell-changes.ts';

const T0 = 1_772_366_400_000_000;
const HOUR = 3_600_000_000;
const cell = (points: readonly number[], change: Partial<LearnedCell> = {}): LearnedCell => ({
  plan: { id: 'c1', controller: 1, points, stepUs: 10_000_000, rows: 8640 } as LearnedCell['plan'],
  taken: 8640,
  fittedUs: T0,
  learnedUs: 24 * HOUR,
  ...change,
});
const nameOf = (point: number): string => `P${point}`;

describe('what differs in what a cell learned', () => {
  it('is nothing where the same model has only judged on', () => {
    expect(cellChange(cell([1, 2]), cell([1, 2], { taken: 9999 }), nameOf)).toBeUndefined();
  });

  it('is when its model was made, and from how much', () => {
    expect(cellChange(cell([1, 2]), cell([1, 2], { fittedUs: T0 + HOUR, learnedUs: 25 * HOUR }), nameOf)).toEqual({
      before: 'a model of 2 points, made at 2026-03-01T12:00:00.000000Z from 24.0 h',
      now: 'a model of 2 points, made at 2026-03-01T13:00:00.000000Z from 25.0 h',
    });
  });

  it('is that there is none yet, and how far it is', () => {
    const young = cell([1], { fittedUs: 0, taken: 720 });
    expect(cellChange(young, cell([1]), nameOf)!.before).toBe('no model yet: 1 point, 2.0 h of rows');
    expect(cellChange(young, { ...young, taken: 1080 }, nameOf)!.now).toBe('no model yet: 1 point, 3.0 h of rows');
  });

  it('is which points came and went, by name and of many by number', () => {
    expect(cellChange(cell([1, 2]), cell([2, 3, 4, 5, 6]), nameOf)!.now).toMatch(
      /; new P3, P4, P5 and 1 more; without P1$/,
    );
    // As many, and others.
    expect(cellChange(cell([1, 2]), cell([1, 3]), nameOf)!.now).toMatch(/; new P3; without P2$/);
  });

  it('is the cell itself, of which the other side says nothing', () => {
    expect(cellChange(undefined, cell([1]), nameOf)).toMatchObject({
      before: '',
      now: expect.stringContaining('a model of 1 point'),
    });
    expect(cellChange(cell([1]), undefined, nameOf)).toMatchObject({ now: '' });
  });
});
