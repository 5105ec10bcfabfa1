/**
 * Charts over the error of a sensor at several time scales: exponentially weighted moving averages (Roberts, Technometrics
 * 1, 1959), the shortest for jumps, the longest for slow drift, and one of the absolute error for noise. Errors are clipped
 * in all but the shortest, so that one odd row is not remembered for days.
 *
 * Limits come from the errors on rows that were left out of the fit: the highest that was seen, or what the tail above the
 * 98th percentile (peaks over threshold: Coles, An Introduction to Statistical Modeling of Extreme Values, 2001, exponential
 * tail) gives for one false alarm of the whole cell in as many rows as the budget says, whichever is larger.
 */

import { knownFirst, nthSmallest } from '../../lib/select.ts';

/** Weight of the newest row. The last chart is that of the absolute error. */
const WEIGHTS = [1, 0.25, 1 / 16, 1 / 64, 1 / 16] as const;
export const CHARTS = WEIGHTS.length;
const NOISE_CHART = CHARTS - 1;
const NOISE_MEAN = 2;
/** Chart that tells that an episode is over: short enough to be quick, long enough not to flicker. */
const SHORT = 1;
const CLIP = 6;
const TAIL = 0.98;
/** The highest value seen in training is passed by at least this part before it is an alarm. */
const ABOVE_HIGHEST = 0.05;
/** A statistic that was seen over fewer independent stretches has no limit: it is not armed. */
const LEAST_STRETCHES = 40;
/** An alarm ends below this part of its limit. */
const RELEASE = 0.75;
/** An episode is held over pauses as long as itself, at most this many rows: what comes and goes is one thing. */
const MAX_HOLD = 6;
/** Rows in which no short chart of the cell is near its limit before an episode is over. */
const CALM_ROWS = 3;

/** Limit of a statistic (>= 0) so that clusters above it are expected `perTraining` times in as many rows as given. */
export const tailLimit = (values: Float32Array | Float64Array, perTraining: number, apart: number): number => {
  const known = values.slice();
  const count = knownFirst(known);
  if (count < LEAST_STRETCHES * apart) return Number.POSITIVE_INFINITY;
  const from = Math.floor(TAIL * count);
  const threshold = nthSmallest(known, from, count);
  let highest = threshold;
  for (let i = from; i < count; i++) if (known[i]! > highest) highest = known[i]!;
  let clusters = 0;
  let excess = 0;
  let peak = Number.NaN;
  let last = Number.NEGATIVE_INFINITY;
  const close = (): void => {
    if (Number.isNaN(peak)) return;
    clusters++;
    excess += peak - threshold;
    peak = Number.NaN;
  };
  for (let i = 0; i < values.length; i++) {
    const x = values[i]!;
    if (!(x > threshold)) continue;
    if (i - last > apart) close();
    last = i;
    if (Number.isNaN(peak) || x > peak) peak = x;
  }
  close();
  // The fewer independent stretches were seen, the less the highest of them says about the next.
  const least = highest * (1 + Math.max(ABOVE_HIGHEST, 2 * Math.sqrt(apart / count)));
  if (clusters === 0) return least;
  // Few clusters say little about the tail.
  const mean = (excess / clusters) * (1 + 2 / Math.sqrt(clusters));
  const tail = threshold + mean * Math.log(Math.max(1, clusters / perTraining));
  return Math.max(tail, least);
};

/** Limits and running state of the charts of all sensors, `sensor * CHARTS + chart`. */
export interface ChartMemory {
  readonly limits: Float32Array;
  readonly means: Float32Array;
  /** As the short chart, of errors that were not clipped: what isolation compares between sensors. */
  readonly raw: Float32Array;
  /** Rows in alarm of the episode, and rows that it is still held. */
  readonly alarmed: Int32Array;
  readonly held: Uint8Array;
}

export const chartMemory = (sensors: number): ChartMemory => ({
  limits: new Float32Array(sensors * CHARTS).fill(Number.POSITIVE_INFINITY),
  means: new Float32Array(sensors * CHARTS),
  raw: new Float32Array(sensors),
  alarmed: new Int32Array(sensors),
  held: new Uint8Array(sensors),
});

export class Charts implements ChartMemory {
  readonly limits: Float32Array;
  readonly means: Float32Array;
  readonly raw: Float32Array;
  readonly alarmed: Int32Array;
  readonly held: Uint8Array;
  /** A short chart of some sensor was in alarm; rows since when all of them are calm. */
  loud = false;
  calmRows = 0;
  readonly count: number;

  constructor(count: number, memory = chartMemory(count)) {
    this.count = count;
    this.limits = memory.limits;
    this.means = memory.means;
    this.raw = memory.raw;
    this.alarmed = memory.alarmed;
    this.held = memory.held;
  }

  /** Highest ratio of a chart to its limit. */
  private ratio(sensor: number): number {
    const at = sensor * CHARTS;
    let ratio = 0;
    for (let k = 0; k < CHARTS; k++) {
      const r = Math.abs(this.means[at + k]!) / this.limits[at + k]!;
      if (r > ratio) ratio = r;
    }
    return ratio;
  }

  /** Moves the charts of a sensor by one error, units of its scale. */
  update(sensor: number, error: number): void {
    const at = sensor * CHARTS;
    const { means } = this;
    const clipped = Math.max(-CLIP, Math.min(CLIP, error));
    means[at] = error;
    this.raw[sensor]! += WEIGHTS[SHORT] * (error - this.raw[sensor]!);
    for (let k = 1; k < NOISE_CHART; k++) means[at + k]! += WEIGHTS[k]! * (clipped - means[at + k]!);
    // Around its own mean: what is off all the time is no noise.
    const noise = Math.abs(clipped - means[at + NOISE_MEAN]!);
    means[at + NOISE_CHART]! += WEIGHTS[NOISE_CHART]! * (noise - means[at + NOISE_CHART]!);
  }

  /**
   * Takes an error (NaN: not known, nothing moves) and answers how far the highest chart is up its limit: 1 and above is an
   * alarm; while an episode is held the answer is 1.
   */
  take(sensor: number, error: number): number {
    const { means, limits, alarmed, held } = this;
    if (Number.isNaN(error)) return held[sensor]! > 0 ? 1 : 0;
    this.update(sensor, error);
    const at = sensor * CHARTS;
    const short = Math.abs(means[at + SHORT]!) / limits[at + SHORT]!;
    if (short >= 1 || Math.abs(error) >= limits[at]!) this.loud = true;
    if (short >= RELEASE || Math.abs(error) >= limits[at]!) this.calmRows = -1;
    const ratio = this.ratio(sensor);
    if (ratio >= 1 || (alarmed[sensor]! > 0 && ratio >= RELEASE)) {
      alarmed[sensor] = Math.min(1 << 20, alarmed[sensor]! + 1);
      held[sensor] = Math.min(MAX_HOLD, alarmed[sensor]!);
      return Math.max(1, ratio);
    }
    if (held[sensor]! > 0) {
      held[sensor]!--;
      return 1;
    }
    alarmed[sensor] = 0;
    return ratio;
  }

  /**
   * Call after each row. When what the short charts told is over in the whole cell, the long ones forget it: what they
   * still remember was told while it lasted, and would go on for days.
   */
  endRow(): void {
    this.calmRows++;
    if (!this.loud || this.calmRows < CALM_ROWS) return;
    this.loud = false;
    const { means, limits } = this;
    for (let s = 0; s < this.count; s++)
      for (let k = SHORT + 1; k < CHARTS; k++) {
        const at = s * CHARTS + k;
        const most = RELEASE * RELEASE * limits[at]!;
        means[at] = Math.max(-most, Math.min(most, means[at]!));
      }
  }

  /**
   * Sets the limits from errors of rows that were left out of the fit: `expected` false alarms of a chart in as many rows;
   * no limit is below `least`.
   */
  calibrate(sensor: number, errors: Float32Array, expected: number, least: number): void {
    const series = WEIGHTS.map(() => new Float32Array(errors.length).fill(Number.NaN));
    for (let i = 0; i < errors.length; i++) {
      if (Number.isNaN(errors[i]!)) continue;
      this.update(sensor, errors[i]!);
      for (let k = 0; k < CHARTS; k++) series[k]![i] = Math.abs(this.means[sensor * CHARTS + k]!);
      // Single errors have heavy tails (a pump that switched between two rows): their logarithm has an exponential one.
      series[0]![i] = Math.log1p(series[0]![i]!);
    }
    this.raw[sensor] = 0;
    this.means.fill(0, sensor * CHARTS, (sensor + 1) * CHARTS);
    for (let k = 0; k < CHARTS; k++) {
      const limit = tailLimit(series[k]!, expected, Math.ceil(2 / WEIGHTS[k]!));
      this.limits[sensor * CHARTS + k] = Math.max(least, k === 0 ? Math.expm1(limit) : limit);
    }
  }

  /** Whether the short chart of this sensor is in alarm by itself. */
  isLoud(sensor: number): boolean {
    return Math.abs(this.raw[sensor]!) >= this.limits[sensor * CHARTS + SHORT]!;
  }

  /** What isolation compares: the mean of a chart, unclipped for the shortest two, and its limit. */
  error(sensor: number, chart: number): { value: number; limit: number } {
    const short = chart <= SHORT;
    const at = sensor * CHARTS + (short ? SHORT : chart);
    return { value: short ? this.raw[sensor]! : this.means[at]!, limit: this.limits[at]! };
  }

  /** The chart of this sensor that is furthest up its limit. */
  leading(sensor: number): number {
    const at = sensor * CHARTS;
    let best = 0;
    for (let k = 1; k < CHARTS; k++)
      if (
        Math.abs(this.means[at + k]!) / this.limits[at + k]! >
        Math.abs(this.means[at + best]!) / this.limits[at + best]!
      )
        best = k;
    return best;
  }
}

/** True for the chart of the absolute error. */
export const isNoiseChart = (chart: number): boolean => chart === NOISE_CHART;
/** Rows after which a chart has seen most of a lasting change. */
export const rowsOf = (chart: number): number => Math.ceil(3 / WEIGHTS[chart]!);
