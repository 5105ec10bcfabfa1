/**
 * How many different things one party touched within a window: ports, hosts, unit ids, names. Exact up to a bound, so that
 * a scan is counted and its first members can be told. Source: Staniford, Hoagland, McAlerney, Practical automated detection
 * of stealthy portscans, Journal of Computer Security 10 (2002).
 */

import { RecentMap } from '../../lib/recent-map.ts';

interface Window {
  sinceUs: number;
  lastUs: number;
  /** Since when new members came without a pause, and when the last of them did. */
  runUs: number;
  newUs: number;
  readonly members: Set<string | number>;
}
export type SavedDistinct = readonly (readonly [
  key: string,
  sinceUs: number,
  lastUs: number,
  members: readonly (string | number)[],
  /** Absent in what older versions saved. */
  runUs?: number,
  newUs?: number,
])[];

/** Part of the window without a new member that is a pause: what came before it is not the beginning of what comes after. */
const PAUSE = 0.2;

/** Parties looked at for the one that leaves: of those longest not heard of, the one with the fewest members. */
const LEAVING = 16;

/**
 * `keys` parties at a time, `members` of each (beyond it the number stands still). A flood of parties with one member each
 * does not push out one that has many.
 */
export class Distinct {
  readonly #windows = new RecentMap<string, Window>();
  readonly #windowUs: number;
  readonly #maxKeys: number;
  readonly #maxMembers: number;

  constructor(windowUs: number, maxKeys: number, maxMembers: number) {
    this.#windowUs = windowUs;
    this.#maxKeys = maxKeys;
    this.#maxMembers = maxMembers;
  }

  /** Different members of `key` within the window, this one included. */
  add(key: string, member: string | number, tsUs: number): number {
    let w = this.#windows.use(key);
    if (w === undefined || tsUs - w.sinceUs > this.#windowUs || tsUs < w.sinceUs - this.#windowUs) {
      if (w === undefined && this.#windows.size >= this.#maxKeys) this.#leave();
      // A window that is still full of life goes on with its younger half unknown: start anew.
      w = { sinceUs: tsUs, lastUs: tsUs, runUs: tsUs, newUs: tsUs, members: new Set() };
      this.#windows.set(key, w);
    }
    w.lastUs = tsUs;
    const before = w.members.size;
    if (before < this.#maxMembers) w.members.add(member);
    if (w.members.size > before) {
      if (tsUs - w.newUs > PAUSE * this.#windowUs) w.runUs = tsUs;
      w.newUs = tsUs;
    }
    return w.members.size;
  }

  #leave(): void {
    let looked = 0;
    let leaving = '';
    let fewest = Number.POSITIVE_INFINITY;
    for (const [key, { members }] of this.#windows) {
      if (members.size < fewest) {
        fewest = members.size;
        leaving = key;
      }
      if (++looked >= LEAVING) break;
    }
    this.#windows.delete(leaving);
  }

  size(key: string): number {
    return this.#windows.get(key)?.members.size ?? 0;
  }
  /** When the latest run of members without a pause began: one that was touched long before is no beginning of a search. */
  sinceUs(key: string): number {
    return this.#windows.get(key)?.runUs ?? 0;
  }
  members(key: string, max = 16): (string | number)[] {
    return firstOf(this.#windows.get(key)?.members ?? [], max);
  }
  /**
   * What `members` says now, made when it is asked for: more members, as long as they are fewer than `max`, are told too; a
   * window that begins anew is not.
   */
  told(key: string, max = 16): () => (string | number)[] {
    const members = this.#windows.get(key)?.members ?? [];
    return () => firstOf(members, max);
  }
  delete(key: string): void {
    this.#windows.delete(key);
  }

  save(): SavedDistinct {
    return [...this.#windows].map(([key, w]) => [key, w.sinceUs, w.lastUs, [...w.members], w.runUs, w.newUs] as const);
  }
  load(saved: SavedDistinct): void {
    for (const [key, sinceUs, lastUs, members, runUs = sinceUs, newUs = lastUs] of saved)
      this.#windows.set(key, { sinceUs, lastUs, runUs, newUs, members: new Set(members) });
  }
}

const firstOf = (members: Iterable<string | number>, max: number): (string | number)[] => {
  const out: (string | number)[] = [];
  for (const m of members) {
    if (out.length >= max) break;
    out.push(m);
  }
  return out;
};
