/**
 * DuckDB as an engine of the store: one file (or memory, for tests), one connection that writes and one that reads
 * committed data. Sized for a small part of the process's memory.
 * @source https://duckdb.org/docs/stable/configuration/overview
 */
import { stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { Kysely } from 'kysely';
import { OperatingError } from '../../core/errors.ts';
import type { SqlEngine, WriteTransaction } from '../engine.ts';
import { type Database, tableSpec } from '../schema.ts';
import { appendRows, appendSampleColumns } from './append.ts';
import { Chunks } from './chunks.ts';
import { kyselyOver } from './driver.ts';

/** DuckDB's own buffers; beyond it spills to disk or fails, and the writer reports that. 32 MB was too little for a checkpoint. */
export const MEMORY_LIMIT = '64MB';
/** Of what was read, so much stays in memory at rest (`giveBack`). */
const REST_LIMIT = '8MB';
/** While the database is opened after a failure: what made 64 MB too little is folded into the file with this. */
const RECOVERY_LIMIT = '384MB';
/** More threads cost about 10 MB each here and the tables are small. */
export const THREADS = '1';
/**
 * Octets of a block in new files (DuckDB's own: 262,144). A column of a table takes a block at least, on disk and, until the
 * next checkpoint, in memory; there are some hundred columns, most of few rows. Smaller ones make long tables slow to open.
 */
export const BLOCK_SIZE = '65536';
/** The write-ahead log is folded into the file at this size; until then its rows stand in memory, at three times their octets. */
const CHECKPOINT_THRESHOLD = '4MB';
/**
 * Octets of a file from which on folding the log does not also pack its tables, which it does wherever rows were deleted: rows that are
 * replaced all the time, as what was learned is, cost a new copy of all that stands beside them (180 MB for 5,000 process cells, once
 * a minute, and whoever wants to stop the program waits for it). Groups of rows of which none lives are dropped all the same, and
 * `compact` packs the rest. DuckDB's own number of groups that are packed at a time.
 */
const PACKED_BELOW = 64 * 1024 * 1024;
const PACKED_AT_ONCE = 100;
/** Memory that became free goes back to the system from these sizes on (DuckDB's own: 128 and 512 MB). */
const FLUSH_THRESHOLD = '1MB';
const BULK_FLUSH_THRESHOLD = '4MB';

export interface DuckDbOptions {
  /** A file's path; absent: in memory. */
  readonly path?: string;
  /** Default: PACKED_BELOW. */
  readonly packedBelow?: number;
  /** After a failure: the log is folded into the file with more memory, which is given back then. */
  readonly recover?: boolean;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The first sentence of DuckDB's message, which may go on for lines. */
const firstLine = (error: unknown): string => messageOf(error).split('\n')[0]!.slice(0, 200).replace(/\.$/, '');

const isDiskFull = (error: unknown): boolean =>
  /no space left|disk (is )?full|disk quota|file too large|ENOSPC|could not (write|append).*(bytes|file)/i.test(
    messageOf(error),
  );

/** Failures of the database itself, of which what was to be written is not the cause; it is opened again after them. */
const OF_THE_DATABASE =
  /database has been invalidated|FATAL|INTERNAL Error|IO Error|failed to commit|transaction is aborted|already been destroyed|connection (error|.*(closed|disconnected))/i;

const OUT_OF_MEMORY = /out of memory|bad_alloc|failed to (pin|allocate|offload)|could not allocate/i;

const failed = (error: unknown, path: string): OperatingError =>
  new OperatingError('store.failed', { path, detail: firstLine(error) }, { cause: error });

/** Turns DuckDB's errors while it opens into operating errors; anything else is returned as it is. */
const mapDuckDbError = (error: unknown, path: string): unknown => {
  if (error instanceof OperatingError) return error;
  const text = messageOf(error);
  if (isDiskFull(error)) return new OperatingError('store.full-disk', { path }, { cause: error });
  const conflict = /Conflicting lock is held.*?\(PID (\d+)\)/s.exec(text);
  if (conflict !== null || /could not set lock/i.test(text)) {
    return new OperatingError(
      'data-folder-in-use',
      { path: dirname(path), pid: conflict?.[1] ?? '?' },
      { cause: error },
    );
  }
  if (/permission denied|read-only file system/i.test(text)) {
    return new OperatingError('store.unwritable', { path, detail: firstLine(error) }, { cause: error });
  }
  if (OUT_OF_MEMORY.test(text)) return failed(error, path);
  if (
    /could not read enough bytes|not a valid DuckDB database|corrupt|checksum|serialization error|failed to deserialize|version number|WAL/i.test(
      text,
    )
  ) {
    return new OperatingError('store.corrupt', { path, detail: firstLine(error) }, { cause: error });
  }
  return error;
};

/** The same for an open database: what is no failure of it is returned as it is, and is the fault of what was written. */
const mapWriteError = (error: unknown, path: string): unknown => {
  const text = messageOf(error);
  if (error instanceof OperatingError || isDiskFull(error) || /permission denied|read-only file/i.test(text))
    return mapDuckDbError(error, path);
  return OUT_OF_MEMORY.test(text) || OF_THE_DATABASE.test(text) ? failed(error, path) : error;
};

/** Free octets on the disk that holds `path`; undefined where the system does not say. */
export const freeBytes = async (path: string): Promise<number | undefined> => {
  try {
    const figures = await statfs(dirname(path));
    return figures.bavail * figures.bsize;
  } catch {
    return undefined;
  }
};

export const openDuckDb = async (options: DuckDbOptions): Promise<SqlEngine> => {
  const path = options.path ?? ':memory:';
  let instance: DuckDBInstance | undefined;
  let writer: DuckDBConnection;
  let reader: DuckDBConnection;
  try {
    instance = await DuckDBInstance.create(path, {
      memory_limit: options.recover === true ? RECOVERY_LIMIT : MEMORY_LIMIT,
      threads: THREADS,
      default_block_size: BLOCK_SIZE,
      checkpoint_threshold: CHECKPOINT_THRESHOLD,
      allocator_flush_threshold: FLUSH_THRESHOLD,
      allocator_bulk_deallocation_flush_threshold: BULK_FLUSH_THRESHOLD,
      // Nothing is fetched from anywhere, and no query can read files.
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      enable_external_access: options.path === undefined ? 'false' : 'true',
    });
    writer = await instance.connect();
    reader = await instance.connect();
    if (options.recover === true) {
      await writer.run('CHECKPOINT');
      // Where that much cannot be given back at once, working with more is better than not at all.
      await writer.run(`SET memory_limit = '${MEMORY_LIMIT}'`).catch(() => undefined);
    }
  } catch (error) {
    instance?.closeSync();
    const mapped = mapDuckDbError(error, path);
    // The log may hold what was too much for the limit before: once more, with enough for it.
    if (mapped instanceof OperatingError && mapped.code === 'store.failed' && options.recover !== true)
      return openDuckDb({ ...options, recover: true });
    throw mapped;
  }
  const opened = instance;
  const writerDb: Kysely<Database> = kyselyOver(writer);
  const readerDb: Kysely<Database> = kyselyOver(reader);

  const chunks = new Chunks();
  const transaction: WriteTransaction = {
    db: writerDb,
    append: (table, rows) => appendRows(writer, chunks, table, tableSpec(table).columns, rows),
    appendSamples: (samples, recordedUs) => appendSampleColumns(writer, chunks, samples, recordedUs),
    remove: async (table, keys) => {
      if (keys.length === 0) return;
      const spec = tableSpec(table);
      const columns = Object.fromEntries(spec.key.map((name) => [name, spec.columns[name]!]));
      const stage = `key_${table}`;
      // Rows of one key stand together (the pieces of a blob): once is enough.
      const isSame = (a: object, b: object | undefined): boolean =>
        b !== undefined && spec.key.every((name) => a[name as never] === b[name as never]);
      const once = keys.filter((key, index) => !isSame(key, keys[index - 1]));
      // Made for this once: an emptied table keeps the memory of its columns.
      const declared = spec.key.map((name) => `"${name}" ${spec.columns[name]}`).join(', ');
      await writer.run(`CREATE TEMP TABLE "${stage}" (${declared})`);
      await appendRows(writer, chunks, stage, columns, once);
      const match = spec.key.map((name) => `"${table}"."${name}" = k."${name}"`).join(' AND ');
      await writer.run(`DELETE FROM "${table}" USING "${stage}" k WHERE ${match}`);
      await writer.run(`DROP TABLE "${stage}"`);
    },
  };

  const inTransaction = async <R>(work: () => Promise<R>): Promise<R> => {
    try {
      await writer.run('BEGIN TRANSACTION');
      try {
        const result = await work();
        await writer.run('COMMIT');
        return result;
      } catch (error) {
        // After a failed COMMIT there is nothing to roll back; both are fine.
        await writer.run('ROLLBACK').catch(() => undefined);
        throw error;
      }
    } catch (error) {
      throw mapWriteError(error, path);
    }
  };

  /**
   * Hands memory that is free back to the system, of the whole process: setting the limit makes DuckDB trim the C library's heap, which
   * Node.js has no call for and which keeps what the optimising compiler and large batches once needed. 3 ms.
   */
  const trim = async (): Promise<void> => {
    // The commit stands, whatever comes of this.
    await writer.run(`SET memory_limit = '${MEMORY_LIMIT}'`).catch(() => undefined);
  };
  /** The same of blocks of the file that were read; those that are asked for again are read again. Nobody reads meanwhile. */
  const giveBack = (): Promise<void> =>
    readerDb.connection().execute(async () => {
      await writer.run(`SET memory_limit = '${REST_LIMIT}'`).catch(() => undefined);
      await trim();
    });

  let packs = true;
  const setPacking = async (wanted: boolean): Promise<void> => {
    if (wanted === packs) return;
    await writer.run(`SET max_vacuum_tasks = ${wanted ? PACKED_AT_ONCE : 0}`);
    packs = wanted;
  };
  /** Before a commit, which may fold the log. */
  const packIfSmall = async (): Promise<void> => {
    const { packedBelow = PACKED_BELOW } = options;
    if (options.path === undefined) return;
    // Why neither is possible, the commit says.
    const size = await stat(options.path).then(
      (file) => file.size,
      () => 0,
    );
    await setPacking(size < packedBelow).catch(() => undefined);
  };

  const close = async (): Promise<void> => {
    await writerDb.destroy();
    await readerDb.destroy();
    reader.closeSync();
    writer.closeSync();
    opened.closeSync();
  };

  return {
    kind: options.path === undefined ? 'duckdb-memory' : 'duckdb-file',
    db: readerDb,
    script: (sql) => inTransaction(async () => void (await writer.run(sql))),
    write: async (work) => {
      await packIfSmall();
      const result = await inTransaction(() => work(transaction));
      await trim();
      return result;
    },
    compact: async () => {
      try {
        await setPacking(true);
        await writer.run('CHECKPOINT');
        await packIfSmall();
      } catch (error) {
        throw mapWriteError(error, path);
      }
    },
    giveBack,
    close,
    abandon: async () => {
      // Else what is left of this instance could fold its log into a file that is open anew.
      await writer.run('PRAGMA disable_checkpoint_on_shutdown').catch(() => undefined);
      await close().catch(() => undefined);
    },
  };
};
