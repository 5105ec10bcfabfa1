/**
 * The store: opens (or creates) the data folder, brings the schema up to date, and hands out typed reads and the one
 * writer. `openStore` keeps what happened on disk; `openMemoryStore` is the same engine in memory, for tests.
 *
 * Data folder: `lock` (who has it), `gatehouse.duckdb` (+ `.wal`), `uploads/` (dropped captures), `ring/` (evidence of
 * live sources), `journal-head` (the last acknowledged row of the journal), `journal-heads.ndjson` (exported heads of it).
 */
import { appendFileSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Kysely, sql } from 'kysely';
import { OperatingError } from '../core/errors.ts';
import { freeBytes, openDuckDb } from './duckdb/index.ts';
import type { SqlEngine } from './engine.ts';
import { HeadFile } from './head-file.ts';
import { type JournalHead, type JournalLoss, type JournalVerdict, verifyJournal } from './journal.ts';
import { type FolderLock, lockFolder, newSession } from './lock.ts';
import { MIGRATIONS } from './migrations.ts';
import { type Retention, retentionStep } from './retention.ts';
import type { Database } from './schema.ts';
import { Writer, type WriterOptions, type WriterState } from './writer.ts';

export type { Batch } from './batch.ts';
export type { Migration, SampleColumns, SqlEngine, WriteTransaction } from './engine.ts';
export { HEAD_FILE } from './head-file.ts';
export type { JournalDetail, JournalEntry, JournalHead, JournalLoss, JournalVerdict } from './journal.ts';
export { canonicalJson } from './journal.ts';
export { holderLives, type LockHolder, readLock } from './lock.ts';
export { inPieces, joined, joinedAll, type Pieces } from './pieces.ts';
export { DEFAULT_RETENTION, type Retention } from './retention.ts';
export {
  alertActOf,
  alertActRow,
  findingOf,
  findingRow,
  incidentActOf,
  incidentActRow,
  proofOf,
  proofRows,
  windowOf,
  windowRow,
} from './rows-findings.ts';
export type { Database, Key, Row, TableName } from './schema.ts';
export { TABLES } from './schema.ts';
export { clearSite, inParts, loadSite, siteBatch } from './site.ts';
export type { WriterState } from './writer.ts';

export const DATABASE_FILE = 'gatehouse.duckdb';
export const HEADS_FILE = 'journal-heads.ndjson';

export interface StoreOptions {
  /** Wall clock in microseconds. */
  readonly nowUs: () => number;
  readonly onState?: (state: WriterState) => void;
  /** Hears, before the store is open or after a failure, of acknowledged rows of the journal that are not there. */
  readonly onLoss?: (loss: JournalLoss) => void;
  /** For tests: free octets of the disk. */
  readonly freeBytes?: () => Promise<number | undefined>;
  readonly later?: (work: () => void, delayMs: number) => void;
}

export interface Store {
  readonly kind: string;
  /** '' in memory. */
  readonly folder: string;
  /** Committed data. */
  readonly db: Kysely<Database>;
  readonly writer: Writer;
  journalHead(): JournalHead;
  /** Acknowledged rows of the journal that were found missing since this program started. */
  journalLoss(): JournalLoss | undefined;
  verifyJournal(known?: JournalHead): Promise<JournalVerdict>;
  /** Appends the head of the journal to `journal-heads.ndjson`; copy that file elsewhere to notice a cut tail. */
  exportHead(): JournalHead;
  /** One bounded step; true while there is more to delete. */
  applyRetention(retention: Retention): Promise<boolean>;
  compact(): Promise<void>;
  /** Memory that is free, or can be read again, goes back to the system. */
  giveBack(): Promise<void>;
  /** Tells others who want this folder where the API answers. */
  announce(url: string): void;
  close(): Promise<void>;
}

/** Applies the missing migrations. Throws `store.newer` when the database knows more than this version. */
export const migrate = async (engine: SqlEngine, path: string, nowUs: () => number): Promise<number> => {
  await engine.script(
    'CREATE TABLE IF NOT EXISTS "schema_migration" ("version" integer NOT NULL, "name" text NOT NULL, "applied_us" bigint NOT NULL)',
  );
  const applied = await engine.db.selectFrom('schema_migration').select('version').execute();
  const newest = Math.max(0, ...applied.map((row) => row.version));
  const known = Math.max(0, ...MIGRATIONS.map((migration) => migration.version));
  if (newest > known) throw new OperatingError('store.newer', { path, version: newest });
  for (const { version, name, sql: text } of MIGRATIONS) {
    if (version <= newest) continue;
    const record = `INSERT INTO "schema_migration" VALUES (${version}, '${name.replaceAll("'", "''")}', ${nowUs()});`;
    await engine.script(`${text}\n${record}`);
  }
  return known;
};

const build = async (
  first: SqlEngine,
  folder: string,
  lock: FolderLock | undefined,
  options: StoreOptions,
  disk: Pick<WriterOptions, 'freeBytes' | 'isThere' | 'reopen'> & { readonly heads?: HeadFile },
): Promise<Store> => {
  let engine: SqlEngine | undefined = first;
  let found: JournalLoss | undefined;
  const path = folder === '' ? ':memory:' : join(folder, DATABASE_FILE);
  await migrate(engine, path, options.nowUs);
  const writer = new Writer({
    engine,
    onLoss: (loss) => {
      found = loss;
      options.onLoss?.(loss);
    },
    nowUs: options.nowUs,
    session: newSession(),
    path,
    ...(disk.heads === undefined ? {} : { heads: disk.heads }),
    ...(disk.freeBytes === undefined ? {} : { freeBytes: disk.freeBytes }),
    ...(disk.isThere === undefined ? {} : { isThere: disk.isThere }),
    ...(options.onState === undefined ? {} : { onState: options.onState }),
    ...(options.later === undefined ? {} : { later: options.later }),
    ...(disk.reopen === undefined
      ? {}
      : {
          reopen: async () => {
            const before = engine;
            engine = undefined;
            await before?.abandon();
            engine = await disk.reopen!();
            return engine;
          },
        }),
  });
  await writer.begin();
  // Between a failure and the database opened again there is nothing to read from.
  const reading = (): SqlEngine => {
    if (engine !== undefined) return engine;
    if (writer.state.kind === 'failed') throw writer.state.error;
    throw new Error('the store is closed');
  };
  return {
    kind: first.kind,
    folder,
    get db() {
      return reading().db;
    },
    writer,
    journalHead: () => writer.head,
    journalLoss: () => found,
    verifyJournal: (known) => verifyJournal(reading().db, known),
    exportHead: () => {
      const head = writer.head;
      if (folder !== '') {
        const line = JSON.stringify({ ...head, exportedAt: new Date(options.nowUs() / 1000).toISOString() });
        appendFileSync(join(folder, HEADS_FILE), `${line}\n`, { mode: 0o600 });
      }
      return head;
    },
    // What is too old waits until writing works again.
    applyRetention: async (retention) =>
      writer.state.kind === 'failed' || writer.exclusively((e) => retentionStep(e, retention, options.nowUs())),
    compact: () => writer.exclusively((e) => e.compact()),
    giveBack: async () => {
      if (writer.state.kind !== 'failed') await writer.exclusively((e) => e.giveBack());
    },
    announce: (url) => lock?.announce(url),
    close: async () => {
      await writer.close();
      await engine?.close();
      await disk.heads?.close();
      lock?.release();
    },
  };
};

/**
 * Opens the store in a data folder, creating it where needed. Throws `data-folder-in-use`, `store.corrupt` (the file is
 * left as it is), `store.newer`, `store.unwritable`, `store.full-disk`.
 */
export const openStore = async (folder: string, options: StoreOptions): Promise<Store> => {
  const path = join(folder, DATABASE_FILE);
  try {
    for (const part of [folder, join(folder, 'uploads'), join(folder, 'ring')]) {
      if (!existsSync(part)) mkdirSync(part, { recursive: true, mode: 0o700 });
    }
  } catch (error) {
    throw new OperatingError('store.unwritable', { path: folder, detail: (error as Error).message }, { cause: error });
  }
  const lock = lockFolder(folder);
  let engine: SqlEngine | undefined;
  let heads: HeadFile | undefined;
  try {
    heads = await HeadFile.open(folder);
    engine = await openDuckDb({ path });
    return await build(engine, folder, lock, options, {
      heads,
      freeBytes: options.freeBytes ?? (() => freeBytes(path)),
      isThere: () =>
        stat(path).then(
          () => true,
          (error: NodeJS.ErrnoException) => error.code !== 'ENOENT',
        ),
      reopen: () => openDuckDb({ path, recover: true }),
    });
  } catch (error) {
    await engine?.close().catch(() => undefined);
    await heads?.close();
    lock.release();
    throw error;
  }
};

/** The same engine without a disk. */
export const openMemoryStore = async (options: StoreOptions): Promise<Store> =>
  build(await openDuckDb({}), '', undefined, options, {
    ...(options.freeBytes === undefined ? {} : { freeBytes: options.freeBytes }),
  });

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

/** Octets that the database takes: its file and what waits in its log beside it; without a disk the blocks in memory. */
export const databaseBytes = async ({ db, folder }: Store): Promise<number> => {
  if (folder !== '') {
    const path = join(folder, DATABASE_FILE);
    return sizeOf(path) + sizeOf(`${path}.wal`);
  }
  const { rows } = await sql<{
    total: number;
  }>`select block_size * total_blocks as total from pragma_database_size()`.execute(db);
  return Number(rows[0]?.total ?? 0);
};
