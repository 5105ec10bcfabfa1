/** What the members of the process guard have in common, beyond being learners of a cell. */
import type { CellLearner, CellModel } from '../../core/process.ts';
import type { Form } from './arena.ts';

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
  /** Of what its models save (`isBringable`). */
  readonly form: Form;
  fit(...of: Parameters<CellLearner['fit']>): MemberModel;
  /** `table`: that of all members, where it was saved without one. `isOwn`: `saved` begins at a multiple of eight octets too. */
  restore(saved: Uint8Array, isOwn?: boolean, table?: Uint8Array): MemberModel;
}
