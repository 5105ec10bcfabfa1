/** The arithmetic of the line of time: where marks stand, in which row, and where hours are named. No DOM. */

/** Part of the line from its left end, 0..1. */
export const placeOf = (ms: number, fromMs: number, toMs: number): number =>
  toMs > fromMs ? Math.min(1, Math.max(0, (ms - fromMs) / (toMs - fromMs))) : 0;

/**
 * Row of each mark, so that none covers another where rows are left: the first row that is free from its left end on.
 * `marks` in order of `from`, in parts of the line; `least`: what a mark takes at least. Beyond `rows` the last row is shared.
 */
export const packed = (
  marks: readonly { readonly from: number; readonly to: number }[],
  least: number,
  rows: number,
): number[] => {
  const ends: number[] = [];
  return marks.map(({ from, to }) => {
    const free = ends.findIndex((end) => end <= from);
    const row = free >= 0 ? free : Math.min(ends.length, rows - 1);
    ends[row] = Math.max(ends[row] ?? 0, to, from + least);
    return row;
  });
};

const MINUTE_MS = 60_000;
/** Between two names on the line, minutes. */
const STEPS = [5, 10, 15, 30, 60, 120, 180, 240, 360];
const MOST_NAMES = 9;

/** Moments at which the clock of the plant shows a round time; `clockOf` gives `HH:MM` of a moment. */
export const roundTimes = (
  fromMs: number,
  toMs: number,
  clockOf: (ms: number) => string,
): { readonly ms: number; readonly text: string }[] => {
  const step = STEPS.find((s) => (toMs - fromMs) / (s * MINUTE_MS) <= MOST_NAMES) ?? STEPS.at(-1)!;
  // Clocks differ from UTC by quarters of an hour.
  const every = Math.min(step, 15) * MINUTE_MS;
  const out: { ms: number; text: string }[] = [];
  for (let ms = Math.ceil(fromMs / every) * every; ms <= toMs; ms += every) {
    const text = clockOf(ms);
    const [hours = 0, minutes = 0] = text.split(':').map(Number);
    if ((hours * 60 + minutes) % step === 0) out.push({ ms, text });
  }
  return out;
};
