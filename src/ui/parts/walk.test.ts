import { describe, expect, it } from 'vitest';
import { placeOf, stepFrom } from './walk.ts';

describe('walking a list that moves', () => {
  const at = (ids: string) => (i: number) => ids[i]!;
  const b = { id: 'b', at: 1 };

  it('stays with its line when others come before it or go', () => {
    expect(placeOf(3, at('abc'), b)).toBe(1);
    expect(placeOf(4, at('xabc'), b)).toBe(2);
    expect(placeOf(2, at('bc'), b)).toBe(0);
  });

  it('stands nowhere when its line is gone, so that no key acts on another', () => {
    expect(placeOf(2, at('ac'), b)).toBe(-1);
    expect(placeOf(0, at(''), b)).toBe(-1);
    expect(placeOf(3, at('abc'), undefined)).toBe(-1);
  });

  it('goes on from where it is, or was, and stays within the list', () => {
    expect(stepFrom(4, 2, b, 1)).toBe(3);
    expect(stepFrom(4, 3, b, 20)).toBe(3);
    expect(stepFrom(3, -1, undefined, 1)).toBe(0);
    // b is gone: what follows took its place, what was before it still is.
    expect(stepFrom(2, -1, b, 1)).toBe(1);
    expect(stepFrom(2, -1, b, -1)).toBe(0);
  });
});
