/** What people do with relations: approve, reject, edit, write. Each act stands in the journal. */
import { randomBytes } from 'node:crypto';
import type { NewRelation, RelationChange, RelationRow } from '../../api/index.ts';
import { RequestError } from '../engine-contract.ts';
import { cellById, relationRows } from '../query/process.ts';
import type { Actor } from './acts.ts';
import { type Decided, MAX_DECIDED, normal, relationId } from './relations.ts';

const keep = async (actor: Actor, row: Decided, action: string, detail: Record<string, string>): Promise<void> => {
  const { store, site, view, userId, nowUs } = actor;
  await store.writer.submit({
    put: { relation: [row] },
    journal: [{ siteId: site.id, tsUs: nowUs, userId, action, subject: `relation ${row.relation_id}`, detail }],
  });
  const { feed } = view.detection;
  const others = feed.decided.filter((known) => known.relation_id !== row.relation_id);
  feed.setDecided([...others, row]);
};

const answer = (actor: Actor, cell: string, id: string): RelationRow => {
  const row = relationRows(actor.view, cellById(actor.view, cell)).find((relation) => relation.id === id);
  if (row === undefined) throw new RequestError(404, 'not-found', 'There is no such relation.', 'Load the cell again.');
  return row;
};

export const addRelation = async (actor: Actor, cellId: string, { text }: NewRelation): Promise<RelationRow> => {
  const cell = cellById(actor.view, cellId);
  if (cell.decided.length >= MAX_DECIDED)
    throw new RequestError(409, 'limit', `There are ${MAX_DECIDED} relations already.`, 'Reject or edit one of them.');
  const written = normal(text, cell.names);
  const row: Decided = {
    site_id: actor.site.id,
    relation_id: randomBytes(6).toString('hex'),
    cell_id: cellId,
    text: written,
    state: 'approved',
    origin: 'manual',
    held: 0,
    rows: 0,
    user_id: actor.userId,
    ts: actor.nowUs,
  };
  await keep(actor, row, 'relation.add', { text: written, cell: cellId });
  return answer(actor, cellId, row.relation_id);
};

export const changeRelation = async (
  actor: Actor,
  cellId: string,
  id: string,
  change: RelationChange,
): Promise<RelationRow> => {
  const cell = cellById(actor.view, cellId);
  const now = answer(actor, cellId, id);
  const text = change.text === undefined ? now.text : normal(change.text, cell.names);
  const isFound = (cell.model?.invariants ?? []).some(
    (found) => relationId(cellId, found.text) === id && found.text === text,
  );
  const row: Decided = {
    site_id: actor.site.id,
    relation_id: id,
    cell_id: cellId,
    text,
    state: change.state ?? now.state,
    origin: isFound ? 'learned' : now.origin === 'manual' ? 'manual' : 'edited',
    held: now.held ?? 0,
    rows: now.rows,
    user_id: actor.userId,
    ts: actor.nowUs,
  };
  await keep(actor, row, 'relation.change', { text, before: now.text, state: row.state, reason: change.reason ?? '' });
  return answer(actor, cellId, id);
};
