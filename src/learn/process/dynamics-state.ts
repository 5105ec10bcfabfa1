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
  readonly arming: Uint8Array;
  /** Columns that take part, and their standardisation. */
  readonly columns: Uint16Array;
  readonly mean: Float64Array;
  readonly scale: Float64Array;
  /** 1 where the steps of a point from row to row take part, not its values. */
  readonly steps: Uint8Array;
  readonly stepUs: number;
  readonly lags: number;
  /** points x points * (lags + 1): takes [z(t), z(t-1), ..] to the whitened innovation, less `offset`. */
  readonly operator: Float32Array;
  readonly offset: Float64Array;
  readonly horizons: readonly Horizon[];
}

/** What changes with each row. */
export interface Running {
  lastUs: number;
  /** Rows in the history without a gap, up to lags. */
  filled: number;
  /** Per horizon: 1 while raised. */
  readonly raised: Uint8Array;
  /** Value of the row in hand of points whose steps take part, NaN where it is not known; 0 of others. */
  readonly before: Float64Array;
  /** z of this row and of the `lags` before it. */
  readonly history: Float64Array;
  /** One smoothed innovation per horizon. */
  readonly smooth: Float64Array;
  /** Sum of squared weights in each: its variance under normal. */
  readonly variance: Float64Array;
}

export const startRunning = (learned: Learned): Running => {
  const p = learned.columns.length;
  return {
    lastUs: Number.NaN,
    filled: 0,
    before: Float64Array.from(learned.steps, (s) => (s === 1 ? Number.NaN : 0)),
    raised: new Uint8Array(learned.horizons.length),
    history: new Float64Array(p * (learned.lags + 1)),
    smooth: new Float64Array(p * learned.horizons.length),
    variance: new Float64Array(learned.horizons.length),
  };
};
