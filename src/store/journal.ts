/**
 * The journal: who changed what. Append-only; each row carries the SHA-256 over the hash before it and its own canonical
 * JSON, so that a row that was changed, removed or slipped in breaks the chain, and an exported head shows a cut tail.
 * Rows that are found missing at the end keep their numbers: a row `journal.lost` says so and follows from the last of them.
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

/** The row that follows `head`. NUL and halves of letters are replaced as the store does, so that the hash fits what is stored. */
export const nextRow = (head: JournalHead, entry: JournalEntry): Row<'journal'> => {
  const clean = (text: string): string => text.replaceAll('\u0000', '\uFFFD').replaceAll(/\p{Surrogate}/gu, '\uFFFD');
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

/** Acknowledged rows that the database does not hold. */
export interface JournalLoss {
  /** 0: as many rows are there, and the one that was acknowledged last is not among them. */
  readonly missing: number;
  /** The last row that is there; 0 where there is none. */
  readonly after: number;
  /** Of that row, microseconds; 0 where there is none. */
  readonly sinceUs: number;
}

/** What is written where rows were found missing. */
export const LOST = 'journal.lost';

export type JournalVerdict =
  | { readonly kind: 'intact'; readonly head: JournalHead }
  /** What is there follows from each other, and the journal itself says what it lost, in order. */
  | { readonly kind: 'lost'; readonly head: JournalHead; readonly losses: readonly JournalLoss[] }
  /** `seq` of the first row that does not follow from the one before. */
  | { readonly kind: 'broken'; readonly seq: number; readonly reason: string };

/** Rows checked at a time. */
const PAGE = 2000;

export const readHead = async (db: Kysely<Database>): Promise<JournalHead> => {
  const row = await db.selectFrom('journal').select(['seq', 'hash']).orderBy('seq', 'desc').limit(1).executeTakeFirst();
  return row ?? GENESIS;
};

/**
 * Where the chain goes on, given the head that was acknowledged last by what is kept outside of the database: after that
 * head also where rows before it are missing, so that their numbers and hashes are given to no others.
 */
export const joinKept = async (
  db: Kysely<Database>,
  kept: JournalHead | undefined,
): Promise<{ readonly head: JournalHead; readonly loss: JournalLoss | undefined }> => {
  const last = await db
    .selectFrom('journal')
    .select(['seq', 'hash', 'ts'])
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  const head: JournalHead = last === undefined ? GENESIS : { seq: last.seq, hash: last.hash };
  if (kept === undefined) return { head, loss: undefined };
  const loss = { missing: Math.max(0, kept.seq - head.seq), after: head.seq, sinceUs: last?.ts ?? 0 };
  if (loss.missing > 0) return { head: { seq: kept.seq, hash: kept.hash }, loss };
  const isThere = await db
    .selectFrom('journal')
    .select('seq')
    .where((q) =>
      q.or([
        q.and([q('seq', '=', kept.seq), q('hash', '=', kept.hash)]),
        // It was missing once, and what follows it says so.
        q.and([q('seq', '=', kept.seq + 1), q('previous_hash', '=', kept.hash), q('action', '=', LOST)]),
      ]),
    )
    .executeTakeFirst();
  return { head, loss: isThere === undefined ? loss : undefined };
};

export const lossEntry = (loss: JournalLoss, kept: JournalHead, nowUs: number): JournalEntry => ({
  siteId: '',
  tsUs: nowUs,
  userId: 'system',
  action: LOST,
  subject: 'journal',
  detail: { missing: loss.missing, after: loss.after, sinceUs: loss.sinceUs, row: kept.seq, hash: kept.hash },
});

/** Written where rows stand and nothing outside of the database tells which of them was acknowledged last. */
export const anewEntry = (head: JournalHead, nowUs: number): JournalEntry => ({
  siteId: '',
  tsUs: nowUs,
  userId: 'system',
  action: 'journal.head-anew',
  subject: 'journal',
  detail: {
    after: head.seq,
    text: 'no head was kept beside the database: rows that were lost before this one are not known',
  },
});

/** What a row says that was lost before it; undefined where it says nothing of the kind, or somebody wrote into it. */
const lossOf = (row: Row<'journal'>): JournalLoss | undefined => {
  if (row.action !== LOST || row.user_id !== 'system') return undefined;
  try {
    const { missing, after, sinceUs } = JSON.parse(row.detail) as JournalLoss;
    return { missing, after, sinceUs };
  } catch {
    return undefined;
  }
};

/** Walks the whole chain. `known`: a head that was exported earlier and must be part of it. */
export const verifyJournal = async (db: Kysely<Database>, known?: JournalHead): Promise<JournalVerdict> => {
  let head = GENESIS;
  let knownSeen = known === undefined || known.seq === 0;
  const losses: JournalLoss[] = [];
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
      const loss = lossOf(row);
      const isTold = loss !== undefined && loss.after === head.seq && loss.missing === row.seq - head.seq - 1;
      if (row.seq !== head.seq + 1 && !isTold)
        return { kind: 'broken', seq: head.seq + 1, reason: `row ${head.seq + 1} is missing` };
      if (row.previous_hash !== head.hash && row.seq === head.seq + 1) {
        return { kind: 'broken', seq: row.seq, reason: `row ${row.seq} does not follow from the row before` };
      }
      if (hashOf(row) !== row.hash) return { kind: 'broken', seq: row.seq, reason: `row ${row.seq} was changed` };
      if (loss !== undefined) losses.push(loss);
      const before: JournalHead = { seq: row.seq - 1, hash: row.previous_hash };
      // Of rows that are missing the last is known by its hash; the others cannot be told from any.
      if (known !== undefined && known.seq > head.seq && known.seq < before.seq) knownSeen = true;
      head = { seq: row.seq, hash: row.hash };
      for (const at of [before, head]) {
        if (known === undefined || known.seq !== at.seq) continue;
        if (known.hash !== at.hash)
          return { kind: 'broken', seq: at.seq, reason: `row ${at.seq} is not the one whose hash was exported` };
        knownSeen = true;
      }
    }
  }
  if (!knownSeen) return { kind: 'broken', seq: head.seq + 1, reason: `rows after ${head.seq} were cut off` };
  return losses.length === 0 ? { kind: 'intact', head } : { kind: 'lost', head, losses };
};
