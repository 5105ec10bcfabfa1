/**
 * What frames say about their own recording, counted over a whole source and told once: frames that were cut, lengths
 * that cannot be, clocks that step backwards.
 */
import { type WarningCode, warningText } from '../core/errors.ts';
import type { CaptureWarning, FrameBatch } from '../core/frame.ts';

/** A warning out of the table in core/errors. `offset` in octets of the source. */
export const warning = (
  code: WarningCode,
  offset: number,
  details: Readonly<Record<string, string | number>>,
): CaptureWarning => ({ kind: 'warning', code, text: warningText(code, details), offset });

export interface Tally {
  /** Looks at the frames of a batch and corrects wire lengths below captured ones. */
  add(batch: FrameBatch): void;
  warnings(): CaptureWarning[];
}

export const createTally = (): Tally => {
  let snapped = 0;
  let snappedAt = 0;
  let longest = 0;
  let beyond = 0;
  let beyondAt = 0;
  let backwards = 0;
  let backwardsAt = 0;
  let largestStepUs = 0;
  let lastUs = Number.NEGATIVE_INFINITY;
  return {
    add(batch) {
      const { count, captured, wire, tsUs, offset } = batch;
      // A local: writing a closed-over double for each frame would allocate each time.
      let last = lastUs;
      for (let i = 0; i < count; i++) {
        const c = captured[i]!;
        const w = wire[i]!;
        if (c !== w) {
          if (c < w) {
            if (snapped++ === 0) snappedAt = offset[i]!;
            if (w > longest) longest = w;
          } else {
            if (beyond++ === 0) beyondAt = offset[i]!;
            wire[i] = c;
          }
        }
        const ts = tsUs[i]!;
        if (ts < last) {
          if (backwards++ === 0) backwardsAt = offset[i]!;
          if (last - ts > largestStepUs) largestStepUs = last - ts;
        }
        last = ts;
      }
      lastUs = last;
    },
    warnings() {
      const out: CaptureWarning[] = [];
      if (snapped > 0) out.push(warning('capture.snapped', snappedAt, { count: snapped, longest }));
      if (beyond > 0) out.push(warning('capture.captured-beyond-wire', beyondAt, { count: beyond }));
      if (backwards > 0)
        out.push(
          warning('capture.time-backwards', backwardsAt, { count: backwards, seconds: largestStepUs / 1_000_000 }),
        );
      return out;
    },
  };
};
