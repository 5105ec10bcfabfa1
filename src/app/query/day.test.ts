import { describe, expect, it } from 'vitest';
import { heardOf } from './day.ts';

describe('when a source was heard', () => {
  const h = (hours: number): number => 1_000 + hours * 3_600_000_000;
  const gap = (from: number, to: number) => ({ fromUs: h(from), toUs: h(to) });

  it('is without its pauses, in order, and not split by a step of the clock', () => {
    expect(heardOf({ firstUs: h(0), lastUs: h(9), gaps: [gap(5, 7), gap(1, 3), gap(8, 7.5)] })).toEqual([
      { from: h(0), to: h(1) },
      { from: h(3), to: h(5) },
      { from: h(7), to: h(9) },
    ]);
  });

  it('is all of it without pauses, and nothing before the first frame', () => {
    expect(heardOf({ firstUs: h(0), lastUs: h(9), gaps: [] })).toEqual([{ from: h(0), to: h(9) }]);
    expect(heardOf({ firstUs: 0, lastUs: 0, gaps: [] })).toEqual([]);
  });
});
