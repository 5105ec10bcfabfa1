/**
 * Who makes the models of process cells. A cell asks for one and is told later; meanwhile it goes on with what it has. In
 * place (command line, tests) the answer comes at once; in the product a thread of its own makes it (`thread-fitter.ts`),
 * because a cell takes ten seconds and more, and frames do not wait.
 */
import type { CellLearner, CellModel, RowTable } from '../../core/process.ts';
import { type Cycle, cyclesOf } from '../../learn/process/index.ts';

export type FitOutcome =
  /** `cycles`: which of them the rows that it was made of hold, and how often. */
  | { readonly kind: 'made'; readonly model: CellModel; readonly cycles: readonly Cycle[] }
  /** `why` in words, for people. */
  | { readonly kind: 'failed'; readonly why: string };

export interface FitRequest {
  /**
   * The rows to learn from, in arrays that nobody else uses (they may be handed to another thread). Asked for when the
   * request's turn has come, so that what waits takes no memory; asked again when a try came to nothing.
   */
  readonly table: () => RowTable;
  readonly stepUs: number;
  /** Called once, unless the request was withdrawn or the fitter was closed. */
  readonly done: (outcome: FitOutcome) => void;
}

/** A request that has no answer yet. */
export interface Fitting {
  /** Requests that come before it, of all sites; 0: its model is being made. */
  readonly before: number;
  /** Its answer is not wanted any more. */
  withdraw(): void;
}

/** A cell has one request at a time, so that the queue is bounded by the cells of the sites in memory. */
export interface Fitter {
  /** Undefined where `done` was called already. */
  request(request: FitRequest): Fitting | undefined;
  /** A model from what it saved, as `CellLearner.restore`. */
  restore(saved: Uint8Array, isOwn?: boolean): CellModel;
  /** Withdraws everything that waits and ends what runs. */
  close(): Promise<void>;
}

/** What a learner threw, as the outcome that people read. */
export const failedBecause = (error: unknown): FitOutcome => ({
  kind: 'failed',
  why: error instanceof Error ? error.message : String(error),
});

/** Makes models at once, in the thread of whoever asks. */
export const inPlaceFitter = (learner: CellLearner): Fitter => ({
  request: ({ table, stepUs, done }) => {
    let outcome: FitOutcome;
    try {
      const rows = table();
      const cycles = cyclesOf(rows);
      outcome = { kind: 'made', model: learner.fit(rows, { stepUs }), cycles };
    } catch (error) {
      outcome = failedBecause(error);
    }
    done(outcome);
    return undefined;
  },
  restore: (saved, isOwn) => learner.restore(saved, isOwn),
  close: async () => undefined,
});
