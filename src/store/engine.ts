/**
 * What a database engine must offer to the store. One SQL dialect (PostgreSQL's, through Kysely) for queries; appending
 * in bulk and deleting by key are the two things that each engine does in its own fastest way.
 */
import type { Kysely, QueryResult } from 'kysely';
import type { Database, Key, Row, TableName } from './schema.ts';

export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}

/** Samples as columns, all of the same length; times in microseconds. */
export interface SampleColumns {
  readonly siteId: string;
  readonly sourceId: string;
  readonly count: number;
  readonly point: ArrayLike<number>;
  readonly tsUs: ArrayLike<number>;
  readonly value: ArrayLike<number>;
  /** Values that are no numbers, by index; they go to a table of their own. */
  readonly others?: ReadonlyMap<number, string | bigint>;
}

/** The one open transaction. Everything in it is committed together or not at all. */
export interface WriteTransaction {
  readonly db: Kysely<Database>;
  append<T extends TableName>(table: T, rows: readonly Row<T>[]): Promise<void>;
  appendSamples(samples: SampleColumns, recordedUs: number): Promise<void>;
  /** Deletes all rows with these keys; a key may match several rows (the facts of an asset). */
  remove<T extends TableName>(table: T, keys: readonly Key<T>[]): Promise<void>;
}

export interface SqlEngine {
  readonly kind: string;
  /** Reads committed data, never blocked by the writer. */
  readonly db: Kysely<Database>;
  /** Runs SQL statements separated by `;` in one transaction (migrations). */
  script(sql: string): Promise<void>;
  /** One at a time: the caller (the writer) queues. Rolls back and rethrows when `work` throws. */
  write<R>(work: (transaction: WriteTransaction) => Promise<R>): Promise<R>;
  /** Moves the log into the main file and gives back space; after large deletions. */
  compact(): Promise<void>;
  /** Memory that is free, or can be read again, goes back to the system. */
  giveBack(): Promise<void>;
  close(): Promise<void>;
  /** Closes after a failure: nothing more is written to the file. Never throws. */
  abandon(): Promise<void>;
}

/** A part of what a query that is streamed gives (`inParts`). */
export interface PartResult<R> extends QueryResult<R> {
  /** The same without an object for each: `use` is lent one after the other, in one that is the next row once it returns. */
  each(use: (row: R) => void): void;
}
