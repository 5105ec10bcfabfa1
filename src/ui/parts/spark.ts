/** What a sparkline draws: columns to pixels, with the usual band behind. No axis; the numbers stand beside it. */
import { HOLE_STEPS, usualStep } from './band.ts';

type Column = readonly (number | null)[];
export interface SparkData {
  /** Any rising measure of time; only its proportions count. */
  readonly us: readonly number[];
  readonly value: Column;
  readonly low?: Column | undefined;
  readonly high?: Column | undefined;
}

export interface SparkPaths {
  /** Stretches of the line, each a list of x, y in pixels. */
  readonly lines: readonly (readonly number[])[];
  /** Outline of the band, x, y in pixels; empty without a band. */
  readonly band: readonly (readonly number[])[];
  /** Pixels of values that lie outside of the band, x, y. */
  readonly outside: readonly number[];
  /** True: the latest value lies outside. */
  readonly outsideNow: boolean;
}

const known = (v: number | null | undefined): v is number => v !== null && v !== undefined && Number.isFinite(v);

/**
 * The vertical range is that of the values and of the band, but the band may at most triple the range of the values:
 * a wide band would flatten the line to nothing.
 */
export const sparkRange = (data: SparkData): { low: number; high: number } | undefined => {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  let bandLow = Number.POSITIVE_INFINITY;
  let bandHigh = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < data.us.length; i++) {
    const v = data.value[i];
    if (known(v)) {
      low = Math.min(low, v);
      high = Math.max(high, v);
    }
    const a = data.low?.[i];
    const b = data.high?.[i];
    if (known(a)) bandLow = Math.min(bandLow, a);
    if (known(b)) bandHigh = Math.max(bandHigh, b);
  }
  if (low > high) return undefined;
  const room = high > low ? high - low : Number.POSITIVE_INFINITY;
  return {
    low: Math.max(Math.min(low, bandLow), low - room),
    high: Math.min(Math.max(high, bandHigh), high + room),
  };
};

/** Undefined where there are fewer than two values to join. */
export const sparkPaths = (data: SparkData, width: number, height: number): SparkPaths | undefined => {
  const range = sparkRange(data);
  const first = data.us[0];
  const last = data.us.at(-1);
  if (range === undefined || first === undefined || last === undefined || data.value.filter(known).length < 2)
    return undefined;
  const inner = height - 3;
  const x = (us: number): number => (last === first ? 0 : ((us - first) / (last - first)) * width);
  const y = (v: number): number => {
    const share = range.high === range.low ? 0.5 : (v - range.low) / (range.high - range.low);
    return 1.5 + (1 - Math.min(1, Math.max(0, share))) * inner;
  };
  const lines: number[][] = [];
  const outside: number[] = [];
  const bands: { top: number[]; bottom: number[] }[] = [];
  let line: number[] | undefined;
  let band: { top: number[]; bottom: number[] } | undefined;
  let outsideNow = false;
  const hole = usualStep(data.us) * HOLE_STEPS;
  data.us.forEach((us, i) => {
    const v = data.value[i];
    const a = data.low?.[i];
    const b = data.high?.[i];
    // No line over a time in which nothing was seen.
    if (us - (data.us[i - 1] ?? us) > hole) {
      line = undefined;
      band = undefined;
    }
    if (known(a) && known(b)) {
      if (band === undefined) {
        band = { top: [], bottom: [] };
        bands.push(band);
      }
      band.top.push(x(us), y(b));
      band.bottom.unshift(x(us), y(a));
    } else band = undefined;
    if (!known(v)) {
      line = undefined;
      return;
    }
    if (line === undefined) {
      line = [];
      lines.push(line);
    }
    line.push(x(us), y(v));
    outsideNow = (known(a) && v < a) || (known(b) && v > b);
    if (outsideNow) outside.push(x(us), y(v));
  });
  return { lines, band: bands.map((p) => [...p.top, ...p.bottom]), outside, outsideNow };
};
