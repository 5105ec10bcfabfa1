/** What the members of the process guard have in common, beyond being learners of a cell. */
import type { CellLearner, CellModel } from '../../core/process.ts';

/**
 * A model whose table of what arming found out (arming-table.ts) can be exchanged: once the guard knows what is armed in
 * all, its members share one table, and the names of the points are kept once.
 */
export interface MemberModel extends CellModel {
  table: Uint8Array;
  /** `withTable` false: what `restore` takes with the table of all members. */
  save(withTable?: boolean): Uint8Array;
}

export interface MemberLearner extends CellLearner {
  fit(...of: Parameters<CellLearner['fit']>): MemberModel;
  /** With `table`, that of all members, `saved` is kept as the memory of the model: it begins at a multiple of eight octets. */
  restore(saved: Uint8Array, table?: Uint8Array): MemberModel;
}
