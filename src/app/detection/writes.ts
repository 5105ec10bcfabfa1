/**
 * Who wrote a point explains its new value. A parameter that the engineer tunes, or a limit that an operator moves, shows a
 * value that never was: whether that writer may do it, and whether he ever wrote such a value, is judged by the network's
 * detectors, which tell it at once and name him. The value is kept as a finding below an alert: one act, one alert. What follows
 * in other points is judged as ever.
 * Source: ISA-18.2 (2016): an alarm needs an action; IEC 62682 (2014) on consequences of an operator's own act.
 */
import type { Statement } from '../../core/detector.ts';
import { PROCESS_KINDS } from '../../detect/index.ts';
import { RecentMap } from '../../lib/recent-map.ts';
import { ON_TRIAL } from './trial.ts';

/** Written points that are remembered; the one longest not written leaves. */
export const MAX_WRITTEN = 20_000;
/** Episodes that a write explains; the oldest leaves, and is told from then on. */
export const MAX_EXPLAINED = 5_000;
/** A value is seen so long after it was written: a poll and a row. */
const SEEN_WITHIN_US = 120_000_000;
/** What a written value looks like at its own point. */
const OF_A_WRITE: ReadonlySet<string> = new Set([PROCESS_KINDS['never-seen'].code, PROCESS_KINDS.level.code]);
const TOLD = ' It was written just before, by a station about which nothing else was odd.';
const TOLD_OF_SUSPECT =
  ' It was written just before, while something else was odd at its controller: see what is told of the write.';

export interface SavedWrites {
  readonly written: readonly (readonly [number, number])[];
  readonly explained: readonly string[];
}

export class Writes {
  /** Frame time of the last accepted write of a point. */
  readonly #written = new RecentMap<number, number>();
  /** Episodes by kind, key and start. */
  readonly #explained = new Set<string>();

  wrote(point: number, tsUs: number): void {
    if (this.#written.size >= MAX_WRITTEN && this.#written.get(point) === undefined) this.#written.deleteOldest();
    this.#written.set(point, tsUs);
  }

  /**
   * The statement as it may be made. `isSuspect`: something else is odd at this controller. `stepUs`: a row bears the time at which
   * it was due, and holds what was read up to a step after it.
   */
  weigh(statement: Statement, isSuspect: boolean, stepUs = 0): Statement {
    const { kind, key, point, tsUs, sinceUs = tsUs, surprise, parts, severity } = statement;
    if (point === undefined || severity === 'safety' || !OF_A_WRITE.has(kind.code)) return statement;
    const episode = `${kind.code} ${key} ${sinceUs}`;
    if (!this.#explained.has(episode)) {
      const us = this.#written.get(point);
      if (us === undefined || sinceUs + stepUs < us || sinceUs - us > SEEN_WITHIN_US) return statement;
      if (this.#explained.size >= MAX_EXPLAINED) this.#explained.delete(this.#explained.keys().next().value!);
      this.#explained.add(episode);
    }
    const also = parts.also?.kind === 'text' ? parts.also.text : '';
    return {
      ...statement,
      surprise: Math.min(surprise, ON_TRIAL),
      parts: { ...parts, also: { kind: 'text', text: `${also}${isSuspect ? TOLD_OF_SUSPECT : TOLD}` } },
    };
  }

  save(): SavedWrites {
    return { written: [...this.#written], explained: [...this.#explained] };
  }
  load(saved: SavedWrites): void {
    this.#written.clear();
    this.#explained.clear();
    for (const [point, tsUs] of saved.written) this.#written.set(point, tsUs);
    for (const episode of saved.explained) this.#explained.add(episode);
  }
}
