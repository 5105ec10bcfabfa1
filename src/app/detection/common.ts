/**
 * One cause, told once. Where a guard is opened the whole line stops: within seconds machines of several controllers stand in
 * states that they never had, and what hangs on them moves in other ways. The first state is what asks a person; what begins
 * soon after it is kept for the record and names it. Frozen, replayed and nonsensical values follow from no stop. Where
 * something else is odd at a controller, its states are told by themselves: an attacker cannot hide behind a guard that is open.
 * Source: ISA-18.2 (2016), 11.3.6: alarms that follow from one first-out alarm are shown as its consequences.
 */
import type { Statement } from '../../core/detector.ts';
import { PROCESS_KINDS, STATED } from '../../detect/index.ts';
import { ON_TRIAL } from './trial.ts';

/** States that follow begin within so long of the first: a poll, a row, and machines that run out. */
const FOLLOWS_US = 180_000_000;
const FOLLOWING: ReadonlySet<string> = new Set(
  (['soft-sensor', 'spread', 'set-point', 'dynamics', 'relation', 'level', 'drift'] as const).map(
    (kind) => PROCESS_KINDS[kind].code,
  ),
);
/** What hangs on a state comes to rest within so long; what goes on is told by itself. */
const RESTS_US = 1_800_000_000;
/** Episodes that were kept for the record for what came first; the oldest leaves, and is told from then on. */
export const MAX_FOLLOWERS = 2_000;

interface First {
  readonly episode: string;
  readonly sinceUs: number;
  readonly name: string;
}
export interface SavedCommon {
  readonly first: First | undefined;
  readonly followers: readonly (readonly [episode: string, name: string])[];
}

export class CommonCause {
  #first: First | undefined;
  /** Episodes by kind, key and start, and what they follow. */
  readonly #followers = new Map<string, string>();

  /** The statement as it may be made. `isSuspect`: something else is odd at its controller. */
  weigh(statement: Statement, isSuspect: boolean, nameOf: (point: number) => string): Statement {
    const { kind, key, point, tsUs, sinceUs = tsUs, surprise, parts, severity } = statement;
    const isState = kind === PROCESS_KINDS['never-seen'] && point !== undefined;
    const hangs = FOLLOWING.has(kind.code) && tsUs - sinceUs < RESTS_US;
    if (severity === 'safety' || isSuspect || !(isState || hangs)) return statement;
    const episode = `${kind.code} ${key} ${sinceUs}`;
    let follows = this.#followers.get(episode);
    if (follows === undefined) {
      const first = this.#first;
      // What has gone on for longer than that is another matter.
      if (first?.episode === episode || (first !== undefined && sinceUs < first.sinceUs)) return statement;
      if (first === undefined || sinceUs - first.sinceUs > FOLLOWS_US) {
        // Nobody would hear of what follows from a state that asked nobody.
        if (isState && surprise >= STATED) this.#first = { episode, sinceUs, name: nameOf(point) };
        return statement;
      }
      if (this.#followers.size >= MAX_FOLLOWERS) this.#followers.delete(this.#followers.keys().next().value!);
      this.#followers.set(episode, first.name);
      follows = first.name;
    }
    const also = parts.also?.kind === 'text' ? parts.also.text : '';
    return {
      ...statement,
      surprise: Math.min(surprise, ON_TRIAL),
      parts: { ...parts, also: { kind: 'text', text: `${also} ${follows} came first, within minutes: one cause.` } },
    };
  }

  save(): SavedCommon {
    return { first: this.#first, followers: [...this.#followers] };
  }
  load({ first, followers }: SavedCommon): void {
    this.#first = first;
    this.#followers.clear();
    for (const [episode, name] of followers) this.#followers.set(episode, name);
  }
}
