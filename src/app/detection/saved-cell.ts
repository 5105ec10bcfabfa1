/** A cell as it is saved: what it is, and what it says of itself beside its model and its rows. */
import type { EndpointId } from '../../core/endpoint.ts';
import type { Cycle, SavedStretch } from '../../learn/process/index.ts';
import type { Ranges } from './cell-bands.ts';
import type { SavedReading } from './reading.ts';
import type { LastRow } from './rows.ts';
import type { SavedStates } from './states.ts';
import type { SavedTrial } from './trial.ts';

/** What stays the same about a cell. */
export interface CellPlan {
  readonly id: string;
  readonly controller: EndpointId;
  readonly points: readonly number[];
  readonly stepUs: number;
  readonly rows: number;
  /** Pace of polling of most of its points; absent in what older versions saved: that of the rows. */
  readonly sampleUs?: number;
}

export interface SavedCell extends SavedReading {
  readonly plan: CellPlan;
  readonly taken: number;
  /** The latest row; absent without any, and in what older versions saved. */
  readonly last?: LastRow;
  readonly fittedUs: number;
  readonly learnedUs: number;
  readonly nextUs: number;
  readonly failedUs: number;
  readonly again: boolean;
  readonly problem: string;
  /** Why its model was learned again after an upgrade; absent where it was not. */
  readonly relearned?: string;
  /** Usual pauses between two sightings of each point; absent in what older versions saved. */
  readonly usualUs?: readonly number[];
  /** The same of each device; absent in what older versions saved. */
  readonly heardUs?: readonly number[];
  /** What is normal for its samples to repeat. */
  readonly stretches?: readonly SavedStretch[];
  /** Smallest and largest value that was learned from, by column; null: none (JSON knows no NaN). */
  readonly range?: readonly (readonly [low: number | null, high: number | null])[];
  /** Absent in what older versions saved. */
  readonly cycles?: readonly Cycle[];
  /** Absent in what older versions saved: their models are past it. */
  readonly trial?: SavedTrial;
  /** Absent in what older versions saved. */
  readonly states?: SavedStates;
  readonly guard: string;
}

/** JSON knows no NaN. */
export const savedRanges = ({ low, high }: Ranges) => Array.from(low, (least, p) => [least, high[p]!] as const);
/** The same in `into`, which has a number for each column. */
export const fillRanges = (into: Ranges, saved: NonNullable<SavedCell['range']>): Ranges => {
  for (let p = 0; p < into.low.length; p++) {
    into.low[p] = saved[p]?.[0] ?? Number.NaN;
    into.high[p] = saved[p]?.[1] ?? Number.NaN;
  }
  return into;
};

/** As it was before it was saved: JSON knows no NaN. */
export const knownCycle = (cycle: Cycle): Cycle => ({
  ...cycle,
  periodUs: cycle.periodUs ?? Number.NaN,
  tells: cycle.tells ?? Number.NaN,
});
