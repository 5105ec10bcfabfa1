/** Arithmetic on a series: ranges in the URL, statistics of what is on screen, states of a series of words. */
import type { Series } from '../../../api/traffic.ts';
import type { Range } from '../../lib/chart.ts';

/** `1771000000000000-1771000060000000`, as it stands in the URL. */
export const readRange = (text: string | undefined): Range | undefined => {
  const m = /^(\d{1,16})-(\d{1,16})$/.exec(text ?? '');
  if (!m) return undefined;
  const fromUs = Number(m[1]);
  const toUs = Number(m[2]);
  return toUs > fromUs ? { fromUs, toUs } : undefined;
};
export const rangeText = (r: Range): string => `${Math.floor(r.fromUs)}-${Math.ceil(r.toUs)}`;

/** The last value held until the point was last seen: the line goes on to there. */
export const heldUntil = (s: Series, endUs: number): Series => {
  const last = s.us.at(-1);
  const value = s.value.at(-1);
  if (last === undefined || value === undefined || value === null || endUs <= last) return s;
  return {
    ...s,
    us: [...s.us, endUs],
    value: [...s.value, value],
    ...(s.min === undefined ? {} : { min: [...s.min, value] }),
    ...(s.max === undefined ? {} : { max: [...s.max, value] }),
  };
};

export interface Statistics {
  readonly samples: number;
  readonly min: number;
  readonly max: number;
  /** Weighted by how long each value held. */
  readonly mean: number;
  readonly largestStep: number;
  readonly fromUs: number;
  readonly toUs: number;
}
/** Undefined where there is no number. */
export const statisticsOf = (s: {
  readonly us: readonly number[];
  readonly value: readonly (number | null)[];
  readonly min?: Series['min'];
  readonly max?: Series['max'];
}): Statistics | undefined => {
  let samples = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let area = 0;
  let held = 0;
  let largestStep = 0;
  let before: number | undefined;
  let beforeUs = 0;
  s.value.forEach((v, i) => {
    const us = s.us[i];
    if (us === undefined) return;
    if (v === null) {
      before = undefined;
      return;
    }
    samples++;
    min = Math.min(min, s.min?.[i] ?? v);
    max = Math.max(max, s.max?.[i] ?? v);
    if (before !== undefined) {
      area += before * (us - beforeUs);
      held += us - beforeUs;
      largestStep = Math.max(largestStep, Math.abs(v - before));
    }
    before = v;
    beforeUs = us;
  });
  if (samples === 0) return undefined;
  const mean = held > 0 ? area / held : (s.value.find((v): v is number => v !== null) ?? 0);
  return { samples, min, max, mean, largestStep, fromUs: s.us[0] ?? 0, toUs: s.us.at(-1) ?? 0 };
};

export interface StateRun {
  readonly text: string;
  readonly fromUs: number;
  readonly toUs: number;
}
/** Equal neighbours joined; each state holds until the next sample. */
export const statesOf = (s: Series, endUs: number): StateRun[] => {
  const runs: { text: string; fromUs: number; toUs: number }[] = [];
  s.us.forEach((us, i) => {
    const text = s.text?.[i] ?? (s.value[i] === null ? 'gap' : String(s.value[i]));
    const last = runs.at(-1);
    if (last !== undefined) last.toUs = us;
    if (last?.text !== text) runs.push({ text, fromUs: us, toUs: us });
  });
  const last = runs.at(-1);
  if (last !== undefined) last.toUs = Math.max(last.toUs, endUs);
  return runs;
};
