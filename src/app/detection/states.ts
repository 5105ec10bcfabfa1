/**
 * States that training held a few times and not for long: the wash of a filter, a mode of a start. What regressions say of a cell in one
 * is drawn out of other states, and where it is wrong that says nothing of a sensor. Until such a state has come often enough,
 * a model is on trial in it, and for a while after it.
 * Source: a regression holds where its data were (Draper and Smith, Applied regression analysis, 1998, section 3.5).
 */
import type { PointNature, RowTable } from '../../core/process.ts';

/** A state is known that was entered so often. */
const KNOWN_VISITS = 5;
/** In visits that were together this part of all rows or more there was enough to learn from. */
const LONG_PART = 0.05;
/** What a state left behind is over after so long. */
const AFTER_US = 600_000_000;
/** States of a cell that are watched; of more the first by column and value. They hold twelve each at most. */
export const MAX_BRIEF_STATES = 256;

interface Brief {
  readonly column: number;
  readonly value: number;
  visits: number;
  /** Frame time of its last row; 0: not since it was learned. */
  lastUs: number;
}
export type SavedStates = readonly (readonly [column: number, value: number, visits: number, lastUs: number])[];

export class BriefStates {
  #states: Brief[] = [];

  /** The rows that a model is made of, and what it takes each point for. */
  learn(table: RowTable, natures: readonly PointNature[]): void {
    this.#states = [];
    table.columns.forEach((column, p) => {
      if (natures[p] !== 'discrete' && natures[p] !== 'binary') return;
      const seen = new Map<number, { visits: number; rows: number }>();
      let last = Number.NaN;
      for (let i = 0; i < table.count; i++) {
        const x = column[i]!;
        if (Number.isNaN(x)) continue;
        const state = seen.get(x) ?? { visits: 0, rows: 0 };
        if (x !== last) state.visits++;
        state.rows++;
        seen.set(x, state);
        last = x;
      }
      for (const [value, { visits, rows }] of [...seen].sort(([a], [b]) => a - b))
        if (visits < KNOWN_VISITS && rows < LONG_PART * table.count && this.#states.length < MAX_BRIEF_STATES)
          this.#states.push({ column: p, value, visits, lastUs: 0 });
    });
  }

  /** Takes a row; whether the cell is, or was just now, in a state that is not known. */
  take(tsUs: number, row: Float64Array): boolean {
    let isIn = false;
    for (const state of this.#states) {
      if (row[state.column] === state.value) {
        // A gap of a row or two is no new visit.
        if (!this.#isLate(state, tsUs)) state.visits++;
        state.lastUs = tsUs;
      }
      if (state.visits < KNOWN_VISITS && this.#isLate(state, tsUs)) isIn = true;
    }
    return isIn;
  }
  #isLate({ lastUs }: Brief, tsUs: number): boolean {
    return lastUs > 0 && tsUs - lastUs <= AFTER_US && tsUs >= lastUs;
  }

  save(): SavedStates {
    return this.#states.map(({ column, value, visits, lastUs }) => [column, value, visits, lastUs] as const);
  }
  load(saved: SavedStates): void {
    this.#states = saved.map(([column, value, visits, lastUs]) => ({ column, value, visits, lastUs }));
  }
}
