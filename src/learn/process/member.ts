/** What the members of the process guard have in common, beyond being learners of a cell. */
import type { CellLearner, CellModel } from '../../core/process.ts';

/**
 * A model whose table of what arming found out (arming-table.ts) can be exchanged: once the guard knows what is armed in
 * all, its members share one table, and the names of the points are kept once.
 */
export interface MemberModel extends CellModel {
  table: Uint8Array;
}

export interface MemberLearner extends CellLearner {
  fit(...of: Parameters<CellLearner['fit']>): MemberModel;
  restore(saved: Uint8Array): MemberModel;
}
