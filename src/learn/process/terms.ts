/**
 * The terms that soft sensors are made of. Each term is a product of two base quantities: a point now or one step before,
 * a state, the hour of the day or of the week, or one. So a term is linear (flow), quadratic (flow squared: head loss), or
 * holds only in a state (flow while the pump runs); and its derivative, which fault isolation needs, is exact.
 */
import type { PointShape } from './nature.ts';

/** Terms of a library; at the limit the states with the least changes lose their products first. */
export const MAX_TERMS = 760;
/** Continuous points that soft sensors look at; points beyond are guarded by themselves only. */
export const MAX_SOFT_POINTS = 160;
const DAY_US = 86_400_000_000;
/** Periods of people and machines, with the number of harmonics and how often each must have been seen whole. */
const CYCLES = [
  { periodUs: DAY_US, harmonics: 5, whole: 5 },
  { periodUs: 7 * DAY_US, harmonics: 3, whole: 5 },
] as const;

export interface Base {
  /** Index of the point; -1 for time and one. */
  readonly point: number;
  /** 0: now, 1: one step before. */
  readonly lag: 0 | 1;
  /** NaN: the standardised value itself; else 1 where the point has this state, 0 elsewhere. */
  readonly state: number;
  /** Period of a cycle, microseconds; negative: cosine. 0: not a cycle. */
  readonly periodUs: number;
}

/** Plain data: it is saved with the model. */
export interface Library {
  readonly base: readonly Base[];
  /** Two base indexes per term. */
  readonly left: readonly number[];
  readonly right: readonly number[];
  readonly one: number;
  /** Base index of each point's value now, and one step before; -1 for points that are no input. */
  readonly now: readonly number[];
  readonly before: readonly number[];
}

export const makeLibrary = (
  shapes: readonly PointShape[],
  changes: readonly number[],
  spanUs: number,
  stepUs: number,
): Library => {
  const base: Base[] = [{ point: -1, lag: 0, state: Number.NaN, periodUs: 0 }];
  const now = shapes.map(() => -1);
  const before = shapes.map(() => -1);
  const continuous: number[] = [];
  const indicators: { now: number; before: number; changes: number }[] = [];
  shapes.forEach((s, p) => {
    if (s.nature !== 'continuous' || continuous.length >= MAX_SOFT_POINTS) return;
    now[p] = base.push({ point: p, lag: 0, state: Number.NaN, periodUs: 0 }) - 1;
    before[p] = base.push({ point: p, lag: 1, state: Number.NaN, periodUs: 0 }) - 1;
    continuous.push(p);
  });
  shapes.forEach((s, p) => {
    // One state is what is left when the others are not.
    for (const state of s.states.length > 1 ? s.states.slice(1) : [])
      indicators.push({
        now: base.push({ point: p, lag: 0, state, periodUs: 0 }) - 1,
        before: base.push({ point: p, lag: 1, state, periodUs: 0 }) - 1,
        changes: changes[p]!,
      });
  });
  const left: number[] = [];
  const right: number[] = [];
  const add = (a: number, b: number): void => {
    if (left.length >= MAX_TERMS) return;
    left.push(a);
    right.push(b);
  };
  add(0, 0);
  for (const p of continuous) add(now[p]!, 0);
  for (const i of indicators) add(i.now, 0);
  for (const p of continuous) add(before[p]!, 0);
  for (const i of indicators) add(i.before, 0);
  for (const cycle of CYCLES) {
    if (stepUs * 12 > cycle.periodUs || spanUs < cycle.whole * cycle.periodUs) continue;
    for (let k = 1; k <= cycle.harmonics; k++)
      for (const sign of [1, -1])
        add(base.push({ point: -1, lag: 0, state: Number.NaN, periodUs: (sign * cycle.periodUs) / k }) - 1, 0);
  }
  for (const p of continuous) add(now[p]!, now[p]!);
  indicators.sort((a, b) => b.changes - a.changes || a.now - b.now);
  for (const i of indicators) for (const p of continuous) add(now[p]!, i.now);
  for (const i of indicators) for (const k of indicators) if (k.now > i.now) add(i.now, k.now);
  for (const i of indicators) for (const p of continuous) add(before[p]!, i.before);
  return { base, left, right, one: 0, now, before };
};

/** Writes the base quantities of a row. `values` and `previous` hold the last known value of each point. */
export const fillBase = (
  library: Library,
  shapes: readonly PointShape[],
  tsUs: number,
  values: Float64Array,
  previous: Float64Array,
  out: Float64Array,
): void => {
  out[0] = 1;
  for (let i = 1; i < library.base.length; i++) {
    const b = library.base[i]!;
    if (b.point < 0) {
      const phase = (2 * Math.PI * (tsUs % Math.abs(b.periodUs))) / Math.abs(b.periodUs);
      out[i] = b.periodUs > 0 ? Math.sin(phase) : Math.cos(phase);
      continue;
    }
    const x = b.lag === 0 ? values[b.point]! : previous[b.point]!;
    if (!Number.isNaN(b.state)) {
      out[i] = x === b.state ? 1 : 0;
      continue;
    }
    const s = shapes[b.point]!;
    // A model that was never shown such values must not be carried away by them: half a span beyond is where it ends.
    const margin = (s.high - s.low) / 2;
    out[i] = (Math.min(s.high + margin, Math.max(s.low - margin, x)) - s.mean) / s.deviation;
  }
};

/** Writes the terms of a row from its base quantities. */
export const fillTerms = (library: Library, base: Float64Array, out: Float64Array): void => {
  const { left, right } = library;
  for (let i = 0; i < out.length; i++) out[i] = base[left[i]!]! * base[right[i]!]!;
};
