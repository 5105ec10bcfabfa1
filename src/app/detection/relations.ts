/**
 * Relations between points as people handle them: what was found in the data (by its text), what they approved, rejected,
 * edited or wrote themselves. What they decided outlives the model: a relation that is found again is rejected still.
 */
import { createHash } from 'node:crypto';
import { parseRelation, printRelation, type Relation, RelationWatch } from '../../learn/process/index.ts';
import type { Row } from '../../store/index.ts';
import { RequestError } from '../engine-contract.ts';

/** Relations of one cell that people decided about. */
export const MAX_DECIDED = 500;

export type Decided = Row<'relation'>;

/** The same for the same text found again. */
export const relationId = (cell: string, text: string): string =>
  createHash('sha256').update(`${cell}\n${text}`).digest('hex').slice(0, 12);

export const parsed = (text: string, names: readonly string[]): Relation => {
  const relation = parseRelation(text, names);
  if ('error' in relation)
    throw new RequestError(
      422,
      'relation-invalid',
      `That is no relation: ${relation.error}.`,
      'Example: holding 40 < 72.5 when coil 3 = 1',
    );
  return relation;
};
/** As it is written everywhere: the same relation has one text. */
export const normal = (text: string, names: readonly string[]): string => printRelation(parsed(text, names));

/** Of cells of which nobody wrote one: nearly all. */
const NOTHING_WRITTEN = new RelationWatch([], []);

/** What people decided about one cell, ready for its rows. */
export class CellRelations {
  readonly decided: readonly Decided[];
  /** Texts of what was found and is rejected, or was edited into another one. */
  readonly muted: ReadonlySet<string>;
  /** Those that people wrote. */
  readonly watch: RelationWatch;

  constructor(cell: string, found: readonly string[], decided: readonly Decided[], names: readonly string[]) {
    this.decided = decided;
    const byId = new Map(decided.map((row) => [row.relation_id, row]));
    this.muted = new Set(
      found.filter((text) => {
        const row = byId.get(relationId(cell, text));
        return row !== undefined && (row.state === 'rejected' || row.text !== text);
      }),
    );
    const written = decided
      .filter((row) => row.origin !== 'learned' && row.state !== 'rejected')
      .map((row) => parseRelation(row.text, names))
      .filter((relation) => !('error' in relation)) as Relation[];
    this.watch = written.length === 0 ? NOTHING_WRITTEN : new RelationWatch(written, names);
  }
}

/** Of cells of which nobody decided anything: nearly all. */
export const NOTHING_DECIDED = new CellRelations('', [], [], []);
