/**
 * The journal: who changed what. Append-only; each row carries the SHA-256 over the hash before it and its own canonical
 * JSON, so that a row that was changed, removed or slipped in breaks the chain, and an exported head shows a cut tail.
 * People stand in it by their id, never by name.
 * @source canonical form: RFC 8785 (JSON Canonicalization Scheme) for strings, safe integers, arrays and objects
 */
import { createHash } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Database, Row } from './schema.ts';

export type JournalDetail =
  | string
  | number
  | boolean
  | readonly JournalDetail[]
  | { readonly [name: string]: JournalDetail };

export interface JournalEntry {
  /** '' for what concerns the installation. */
  readonly siteId: string;
  readonly tsUs: number;
  /** User id, or `system`. */
  readonly userId: string;
  /** Stable words: `user.add`, `asset.merge`. */
  readonly action: string;
  readonly subject: string;
  readonly detail: JournalDetail;
}

export interface JournalHead {
  readonly seq: number;
  readonly hash: string;
}

/** Before the first row. */
export const GENESIS: JournalHead = { seq: 0, hash: '0'.repeat(64) };

/** Keys sorted by UTF-16 code units, no white space. Undefined members are left out. */
export const canonicalJson = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
    return `{${members.join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
};

const hashOf = (row: Omit<Row<'journal'>, 'hash'>): string =>
  createHash('sha256')
    .update(row.previous_hash)
    .update(canonicalJson([row.seq, row.site_id, row.ts, row.user_id, row.action, row.subject, row.detail]))
    .digest('hex');

/** The row that follows `head`. NUL characters are replaced as the store does, so that the hash fits what is stored. */
export const nextRow = (head: JournalHead, entry: JournalEntry): Row<'journal'> => {
  const clean = (text: string): string => text.replaceAll('\u0000', '\uFFFD');
  const row = {
    seq: head.seq + 1,
    site_id: clean(entry.siteId),
    ts: entry.tsUs,
    user_id: clean(entry.userId),
    action: clean(entry.action),
    subject: clean(entry.subject),
    detail: clean(canonicalJson(entry.detail)),
    previous_hash: head.hash,
  };
  return { ...row, hash: hashOf(row) };
};

export type JournalVerdict =
  | { readonly kind: 'intact'; readonly head: JournalHead }
  /** `seq` of the first row that does not follow from the one before. */
  | { readonly kind: 'broken'; readonly seq: number; readonly reason: string };

/** Rows checked at a time. */
const PAGE = 2000;

export const readHead = async (db: Kysely<Database>): Promise<JournalHead> => {
  const row = await db.selectFrom('journal').select(['seq', 'hash']).orderBy('seq', 'desc').limit(1).executeTakeFirst();
  return row ?? GENESIS;
};

/** Walks the whole chain. `known`: a head that was exported earlier and must be part of it. */
export const verifyJournal = async (db: Kysely<Database>, known?: JournalHead): Promise<JournalVerdict> => {
  let head = GENESIS;
  let knownSeen = known === undefined || known.seq === 0;
  for (;;) {
    const rows = await db
      .selectFrom('journal')
      .selectAll()
      .where('seq', '>', head.seq)
      .orderBy('seq')
      .limit(PAGE)
      .execute();
    if (rows.length === 0) break;
    for (const row of rows) {
      if (row.seq !== head.seq + 1)
        return { kind: 'broken', seq: head.seq + 1, reason: `row ${head.seq + 1} is missing` };
      if (row.previous_hash !== head.hash) {
        return { kind: 'broken', seq: row.seq, reason: `row ${row.seq} does not follow from the row before` };
      }
      if (hashOf(row) !== row.hash) return { kind: 'broken', seq: row.seq, reason: `row ${row.seq} was changed` };
      head = { seq: row.seq, hash: row.hash };
      if (known !== undefined && known.seq === head.seq) {
        if (known.hash !== head.hash)
          return { kind: 'broken', seq: row.seq, reason: `row ${row.seq} is not the one whose hash was exported` };
        knownSeen = true;
      }
    }
  }
  if (!knownSeen) return { kind: 'broken', seq: head.seq + 1, reason: `rows after ${head.seq} were cut off` };
  return { kind: 'intact', head };
};
