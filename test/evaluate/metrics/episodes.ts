/** Stretches of rows, and the counts that every metric reports beside its own score. */

/** Rows `start`..`end`, both inclusive. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** Unbroken stretches of 1; gaps of at most `gap` rows are closed. */
export const stretches = (flags: Uint8Array, gap = 0): Stretch[] => {
  const out: { start: number; end: number }[] = [];
  for (let i = 0; i < flags.length; i++) {
    if (flags[i] !== 1) continue;
    const last = out.at(-1);
    if (last && i - last.end <= gap + 1) last.end = i;
    else out.push({ start: i, end: i });
  }
  return out;
};

export interface Counts {
  readonly truePositive: number;
  readonly falsePositive: number;
  readonly trueNegative: number;
  readonly falseNegative: number;
}

/** Rows by truth and alarm. */
export const countRows = (truth: Uint8Array, alarm: Uint8Array): Counts => {
  let truePositive = 0;
  let falsePositive = 0;
  let trueNegative = 0;
  let falseNegative = 0;
  for (let i = 0; i < truth.length; i++) {
    if (truth[i] === 1) alarm[i] === 1 ? truePositive++ : falseNegative++;
    else alarm[i] === 1 ? falsePositive++ : trueNegative++;
  }
  return { truePositive, falsePositive, trueNegative, falseNegative };
};

/** Alarm episodes that touch no true row. */
export const falseEpisodes = (truth: Uint8Array, alarm: Uint8Array): number => {
  let n = 0;
  for (const e of stretches(alarm)) {
    let touches = false;
    for (let i = e.start; i <= e.end; i++) if (truth[i] === 1) touches = true;
    if (!touches) n++;
  }
  return n;
};
