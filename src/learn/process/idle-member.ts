/**
 * A member of the guard that learned nothing it could say of this cell: no point whose level it watches, no sensor of drift. Of
 * thousands of cells each has one or two; with their arrays and objects they took as much memory as they would to watch. The
 * octets that were saved stand for it.
 */
import type { PointArming, RowScore } from '../../core/process.ts';
import { armingList } from './arming-table.ts';
import type { MemberModel } from './member.ts';

const NOTHING: RowScore = Object.freeze({ surprise: 0, state: 'learning', deviations: Object.freeze([]) });

export class IdleMember implements MemberModel {
  table: Uint8Array;
  private readonly saved: Uint8Array;
  private readonly whole: (saved: Uint8Array, table: Uint8Array) => MemberModel;

  /** `saved`: without the table, as `MemberModel.save(false)` makes it; nobody else changes it. `whole` makes the member of it. */
  constructor(saved: Uint8Array, table: Uint8Array, whole: (saved: Uint8Array, table: Uint8Array) => MemberModel) {
    this.saved = saved;
    this.table = table;
    this.whole = whole;
  }

  get arming(): readonly PointArming[] {
    return armingList(this.table);
  }
  get bytesPerPoint(): number {
    return this.whole(this.saved, this.table).bytesPerPoint;
  }
  score(): RowScore {
    return NOTHING;
  }
  save(withTable = true): Uint8Array {
    return withTable ? this.whole(this.saved, this.table).save() : this.saved.slice();
  }
}
