/**
 * Whether starts come at even intervals: the median interval and how far intervals stray from it, over the last twenty. Jitter
 * of a quarter still counts as even, as implants add it on purpose. Source: AsSadhan, Moura, An efficient method to detect
 * periodic behavior in botnet traffic, Journal of Advanced Research 5 (2014).
 */
import { RecentMap } from '../../lib/recent-map.ts';

/** Starts kept per key. */
export const KEPT = 21;

export interface Evenness {
  /** Starts looked at. */
  readonly starts: number;
  readonly intervalUs: number;
  /** Mean distance from the median interval, as part of it: 0 is a clock. */
  readonly jitter: number;
}
export type SavedPeriods = readonly (readonly [string, readonly number[]])[];

const median = (sorted: readonly number[]): number => sorted[sorted.length >> 1] ?? 0;

/** Keys beyond `limit` push out the one longest not heard of. */
export class Periods {
  readonly #starts = new RecentMap<string, number[]>();
  readonly #limit: number;
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Adds a start; undefined until there are enough, or when it is the same start as before. */
  add(key: string, tsUs: number): Evenness | undefined {
    let starts = this.#starts.get(key);
    if (starts === undefined) {
      if (this.#starts.size >= this.#limit) this.#starts.deleteOldest();
      starts = [];
    }
    this.#starts.set(key, starts);
    const last = starts[starts.length - 1];
    if (last !== undefined && tsUs <= last) return undefined;
    starts.push(tsUs);
    if (starts.length > KEPT) starts.shift();
    if (starts.length < KEPT) return undefined;
    const intervals = starts.slice(1).map((t, i) => t - starts[i]!);
    const middle = median([...intervals].sort((a, b) => a - b));
    // The mean, not the median, of the distances: among many pairs chance makes half of them alike.
    const stray = intervals.reduce((sum, x) => sum + Math.abs(x - middle), 0) / intervals.length;
    return { starts: starts.length, intervalUs: middle, jitter: middle > 0 ? stray / middle : 1 };
  }

  save(): SavedPeriods {
    return [...this.#starts];
  }
  load(saved: SavedPeriods): void {
    for (const [key, starts] of saved) this.#starts.set(key, [...starts]);
  }
}
