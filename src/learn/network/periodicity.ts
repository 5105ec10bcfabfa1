/**
 * Whether starts come at even intervals: the median interval and how far intervals stray from it, over the last twenty. Jitter
 * of a quarter still counts as even, as implants add it on purpose. And whether what starts is always as large. Sources:
 * AsSadhan, Moura, An efficient method to detect periodic behavior in botnet traffic, Journal of Advanced Research 5 (2014);
 * Hu et al., BAYWATCH: robust beaconing detection, IEEE/IFIP DSN (2016), for sizes beside times.
 */
import { RecentMap } from '../../lib/recent-map.ts';

/** Starts kept per key. */
export const KEPT = 21;
/** Starts from which on intervals and sizes are told. */
export const LEAST = 15;

export interface Evenness {
  /** Starts looked at. */
  readonly starts: number;
  readonly intervalUs: number;
  /** Mean distance from the median interval, as part of it: 0 is a clock. */
  readonly jitter: number;
  /** Standard deviation of the intervals as part of their mean: 0 is a clock, 1 is chance, clusters are more. */
  readonly variation: number;
  /** Mean distance from the median size, as part of it; NaN where a size is not known. */
  readonly spread: number;
  /** Octets. */
  readonly size: number;
}
type Start = readonly [tsUs: number, size: number];
export type SavedPeriods = readonly (readonly [string, readonly Start[]])[];

/** Median, and the mean distance from it as part of it. */
const strayOf = (list: readonly number[]): { readonly middle: number; readonly stray: number } => {
  const middle = [...list].sort((a, b) => a - b)[list.length >> 1] ?? 0;
  // The mean, not the median, of the distances: among many pairs chance makes half of them alike.
  const stray = list.reduce((sum, x) => sum + Math.abs(x - middle), 0) / list.length;
  return { middle, stray: middle > 0 ? stray / middle : 1 };
};

const variationOf = (list: readonly number[]): number => {
  const mean = list.reduce((sum, x) => sum + x, 0) / list.length;
  return Math.sqrt(list.reduce((sum, x) => sum + (x - mean) ** 2, 0) / list.length) / mean;
};

/** Keys beyond `limit` push out the one longest not heard of. */
export class Periods {
  readonly #starts = new RecentMap<string, Start[]>();
  readonly #limit: number;
  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * Adds a start and how large it became, octets (NaN: not known). Undefined until there are enough, or when it is the same
   * start as before.
   */
  add(key: string, tsUs: number, size: number): Evenness | undefined {
    let starts = this.#starts.use(key);
    if (starts === undefined) {
      if (this.#starts.size >= this.#limit) this.#starts.deleteOldest();
      starts = [];
      this.#starts.set(key, starts);
    }
    const last = starts[starts.length - 1];
    if (last !== undefined && tsUs <= last[0]) return undefined;
    starts.push([tsUs, size]);
    if (starts.length > KEPT) starts.shift();
    if (starts.length < LEAST) return undefined;
    const intervals = starts.slice(1).map(([t], i) => t - starts[i]![0]);
    const sizes = starts.map(([, octets]) => octets);
    const { middle: intervalUs, stray: jitter } = strayOf(intervals);
    const { middle, stray } = strayOf(sizes);
    return {
      starts: starts.length,
      intervalUs,
      jitter,
      variation: variationOf(intervals),
      spread: sizes.some(Number.isNaN) ? Number.NaN : stray,
      size: middle,
    };
  }

  save(): SavedPeriods {
    return [...this.#starts];
  }
  load(saved: SavedPeriods): void {
    for (const [key, starts] of saved) this.#starts.set(key, [...starts]);
  }
}
