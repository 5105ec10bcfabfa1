/** The row in hand and the one before, with the last known value where a value is missing. The same code fits and scores. */
import type { PointShape } from './nature.ts';

/** Before anything is known a point is taken to be at its mean. */
export const holderMemory = (shapes: readonly PointShape[]): Pick<Holder, 'values' | 'previous' | 'known'> => ({
  values: Float64Array.from(shapes, (s) => s.mean),
  previous: Float64Array.from(shapes, (s) => s.mean),
  known: new Uint8Array(shapes.length),
});

/** A distance of more than this many usual steps is a gap: what came before says nothing about the next row. */
const GAP_STEPS = 1.5;

export class Holder {
  readonly values: Float64Array;
  readonly previous: Float64Array;
  /** Bit 0: the row in hand has a value of its own; bit 1: the row before had one. */
  readonly known: Uint8Array;
  /** False at the first row and after a gap. */
  contiguous = false;
  /** All points are known, in this row and the one before. */
  complete = false;
  /** Some point is known in this row. */
  anything = false;
  lastUs = Number.NaN;
  private readonly stepUs: number;

  constructor(memory: Pick<Holder, 'values' | 'previous' | 'known'>, stepUs: number) {
    this.values = memory.values;
    this.previous = memory.previous;
    this.known = memory.known;
    this.stepUs = stepUs;
  }

  /** True where the value in hand and the one before are both known. */
  isFresh(point: number): boolean {
    return (this.known[point]! & 3) === 3;
  }

  take(tsUs: number, row: Float64Array): void {
    const { values, previous, known } = this;
    this.contiguous = tsUs - this.lastUs <= GAP_STEPS * this.stepUs && tsUs > this.lastUs;
    this.lastUs = tsUs;
    previous.set(values);
    let complete = true;
    let anything = false;
    for (let p = 0; p < values.length; p++) {
      const x = row[p]!;
      // Not a number and no infinity.
      const isKnown = x - x === 0;
      const before = known[p]! & 1;
      known[p] = isKnown ? (before << 1) | 1 : before << 1;
      if (isKnown) {
        values[p] = x;
        anything = true;
        if (before === 0) complete = false;
      } else complete = false;
    }
    this.complete = complete;
    this.anything = anything;
    if (!this.contiguous) previous.set(values);
  }
}
