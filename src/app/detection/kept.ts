/**
 * What stands below an alert is there to be looked up, not read through: a point that is a little off is so batch after batch.
 * Of one point one finding of a kind is kept, which goes on when it comes again within a shift and says how often it came. What asks a
 * person is never folded into it: an alert begins when it began.
 * Source: ISA-18.2 (2016), 16.4: alarms that come and go again and again are one matter of upkeep.
 */
import type { Statement } from '../../core/detector.ts';
import type { FindingKind } from '../../core/finding.ts';
import { STATED } from '../../detect/index.ts';
import { RecentMap } from '../../lib/recent-map.ts';

/** Most of a shift: who takes over sees what is new since. A day would fold what is tried again in the afternoon into the morning. */
const AGAIN_WITHIN_US = 6 * 3_600_000_000;
/** Matters that are remembered; the one longest not heard of leaves, and is a new finding when it comes again. */
export const MAX_KEPT = 10_000;

interface Matter {
  /** Start of the first episode, which makes the id of the finding, and of the latest. */
  readonly sinceUs: number;
  readonly latestUs: number;
  readonly lastUs: number;
  /** Statements, and episodes. */
  readonly count: number;
  readonly times: number;
}
interface Told {
  readonly sinceUs: number;
  readonly key: string;
}
export interface SavedKept {
  readonly matters: readonly (readonly [string, Matter])[];
  readonly told: readonly (readonly [string, Told])[];
}

export class Kept {
  readonly #matters = new RecentMap<string, Matter>();
  /** Running episodes that asked a person, and the key of their finding. Bounded by the open episodes of the guards. */
  readonly #told = new Map<string, Told>();

  /** The statement under the key and with the start of the finding that it belongs to. */
  weigh(statement: Statement): Statement {
    const { kind, key, tsUs, sinceUs = tsUs, surprise, times = 1, parts } = statement;
    const of = `${kind.code} ${key}`;
    const told = this.#told.get(of);
    if (told?.sinceUs === sinceUs) return { ...statement, key: told.key };
    const known = this.#matters.get(of);
    const matter = known !== undefined && Math.abs(tsUs - known.lastUs) <= AGAIN_WITHIN_US ? known : undefined;
    if (surprise >= STATED) {
      const own = matter === undefined || matter.sinceUs === sinceUs ? key : `${key} ${sinceUs}`;
      this.#told.set(of, { sinceUs, key: own });
      return { ...statement, key: own };
    }
    const isAgain = matter !== undefined && matter.latestUs !== sinceUs;
    const now: Matter = {
      sinceUs: matter?.sinceUs ?? sinceUs,
      latestUs: sinceUs,
      lastUs: tsUs,
      count: (matter?.count ?? 0) + times,
      times: (matter?.times ?? 1) + (isAgain ? 1 : 0),
    };
    if (known === undefined && this.#matters.size >= MAX_KEPT) this.#matters.deleteOldest();
    this.#matters.set(of, now);
    if (now.times === 1) return statement;
    const also = parts.also?.kind === 'text' ? parts.also.text : '';
    return {
      ...statement,
      sinceUs: now.sinceUs,
      // Its finding had ended: it is stated anew with all that was counted.
      times: isAgain ? now.count : times,
      parts: {
        ...parts,
        also: { kind: 'text', text: `${also} It came ${now.times} times, never more than six hours apart.` },
      },
    };
  }

  /** Keys of the findings that end with an episode. */
  end(kind: FindingKind, key: string): readonly string[] {
    const of = `${kind.code} ${key}`;
    const told = this.#told.get(of);
    this.#told.delete(of);
    return told === undefined || told.key === key ? [key] : [key, told.key];
  }

  save(): SavedKept {
    return { matters: [...this.#matters], told: [...this.#told] };
  }
  load({ matters, told }: SavedKept): void {
    this.#matters.clear();
    this.#told.clear();
    for (const [of, matter] of matters) this.#matters.set(of, matter);
    for (const [of, { sinceUs, key }] of told) this.#told.set(of, { sinceUs, key });
  }
}
