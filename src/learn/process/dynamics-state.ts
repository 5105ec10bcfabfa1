/** What a dynamics model learned, and what changes with each row. */
import type { Limits } from './dynamics-limits.ts';

export interface Horizon {
  /** Weight of the newest row, 0..1; about 2 / rate rows matter. */
  readonly rate: number;
  readonly limits: Limits;
}

/** What was learned: constant while the model runs. */
export interface Learned {
  /** What arming found out (arming-table.ts). */
  arming: Uint8Array;
  /** Columns that take part, and their standardisation. */
  readonly columns: Uint16Array;
  readonly mean: Float64Array;
  readonly scale: Float64Array;
  /** Weight of the newest row in the running mean that a point's values are held against; 0: its level is known. */
  readonly follows: Float64Array;
  readonly stepUs: number;
  readonly lags: number;
  /** Takes z(t) to the whitened innovation, less what `past` makes of the rows before and `offset`: lower triangular, row after row. */
  readonly now: Float32Array;
  /** points x points * lags: takes [z(t-1), z(t-2), ..] to it. */
  readonly past: Float32Array;
  readonly offset: Float64Array;
  readonly horizons: readonly Horizon[];
}

/** Of no column. */
export const NOTHING_LEARNED: Learned = {
  arming: new Uint8Array(0),
  columns: new Uint16Array(0),
  mean: new Float64Array(0),
  scale: new Float64Array(0),
  follows: new Float64Array(0),
  stepUs: 0,
  lags: 0,
  now: new Float32Array(0),
  past: new Float32Array(0),
  offset: new Float64Array(0),
  horizons: [],
};

/** What changes with each row. */
export interface Running {
  lastUs: number;
  /** Rows in the history without a gap, up to lags. */
  filled: number;
  /** Per horizon: 1 while raised. */
  readonly raised: Uint8Array;
  /** Running means, NaN before the first value; 0 of points that have none. */
  readonly level: Float64Array;
  /** Rows that they were made of. */
  seen: number;
  /** z of this row and of the `lags` before it. */
  readonly history: Float32Array;
  /** One smoothed innovation per horizon. */
  readonly smooth: Float32Array;
  /** Sum of squared weights in each: its variance under normal. */
  readonly variance: Float64Array;
}

/** Place of row `a` in a lower triangle. */
export const triangle = (a: number): number => (a * (a + 1)) / 2;

export const startRunning = (learned: Learned): Running => {
  const p = learned.columns.length;
  return {
    lastUs: Number.NaN,
    filled: 0,
    level: Float64Array.from(learned.follows, (w) => (w > 0 ? Number.NaN : 0)),
    seen: 0,
    raised: new Uint8Array(learned.horizons.length),
    history: new Float32Array(p * (learned.lags + 1)),
    smooth: new Float32Array(p * learned.horizons.length),
    variance: new Float64Array(learned.horizons.length),
  };
};

/** Running means begin anew. */
export const restartLevels = ({ follows }: Learned, running: Running): void => {
  for (let i = 0; i < follows.length; i++) if (follows[i]! > 0) running.level[i] = Number.NaN;
  running.seen = 0;
};
