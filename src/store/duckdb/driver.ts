/**
 * A Kysely dialect over one DuckDB connection: the PostgreSQL compiler writes the SQL, this file runs it. One statement
 * at a time per connection; a second reader waits. 64-bit integers come back as numbers where they are safe (counts and
 * microseconds are) and stay bigint where they are not.
 * @source https://duckdb.org/docs/stable/clients/node_neo/overview and Kysely's Driver interface
 */
import {
  BIGINT,
  blobValue,
  DuckDBBigIntVector,
  DuckDBBlobVector,
  type DuckDBConnection,
  type DuckDBDataChunk,
  DuckDBDoubleVector,
  type DuckDBType,
  type DuckDBValue,
  DuckDBVarCharVector,
  JSDuckDBValueConverter,
} from '@duckdb/node-api';
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from 'kysely';
import type { Database } from '../schema.ts';

const toParameter = (value: unknown): DuckDBValue => {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (value instanceof Uint8Array) return blobValue(value);
  if (value === undefined) return null;
  return value as DuckDBValue;
};

const typeOf = (value: unknown): DuckDBType | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) ? BIGINT : undefined;

const fromBigint = (value: bigint): number | bigint => {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
};

type Values = readonly unknown[];
const itemsOf = <T>(count: number, item: (index: number) => T): T[] => {
  const out: T[] = [];
  for (let i = 0; i < count; i++) out.push(item(i));
  return out;
};

/** Octets of a value in memory of their own: short ones are a view of the chunk; of others the engine made a copy, called a Buffer. */
const ownBytes = (bytes: Uint8Array): Uint8Array =>
  bytes.byteLength === bytes.buffer.byteLength ? new Uint8Array(bytes.buffer) : new Uint8Array(bytes);

/** One column of a chunk. The types that the schema has are read by loops of their own: a chunk has 2,048 rows. */
const columnOf = (chunk: DuckDBDataChunk, column: number): Values => {
  const { rowCount } = chunk;
  const vector = chunk.getColumnVector(column);
  if (vector instanceof DuckDBVarCharVector || vector instanceof DuckDBDoubleVector)
    return itemsOf(rowCount, (i) => vector.getItem(i));
  if (vector instanceof DuckDBBigIntVector)
    return itemsOf(rowCount, (i) => {
      const value = vector.getItem(i);
      return value === null ? null : fromBigint(value);
    });
  if (vector instanceof DuckDBBlobVector)
    return itemsOf(rowCount, (i) => {
      const bytes = vector.getItemBytes(i);
      return bytes === null ? null : ownBytes(bytes);
    });
  return chunk
    .convertColumnValues(column, JSDuckDBValueConverter)
    .map((value) =>
      typeof value === 'bigint' ? fromBigint(value) : Buffer.isBuffer(value) ? new Uint8Array(value) : value,
    );
};

/** Column by column: row by row took five times as long. */
const rowsOf = <R>(chunk: DuckDBDataChunk, names: readonly string[]): R[] => {
  const columns = names.map((_, column) => columnOf(chunk, column));
  // Copies of one object have its shape at once, and do not grow into it name by name.
  const blank: Record<string, unknown> = Object.fromEntries(names.map((name) => [name, null]));
  const rows: Record<string, unknown>[] = [];
  for (let row = 0; row < chunk.rowCount; row++) {
    const object = { ...blank };
    for (let column = 0; column < names.length; column++) object[names[column]!] = columns[column]![row];
    rows.push(object);
  }
  return rows as R[];
};

class DuckDbKyselyConnection implements DatabaseConnection {
  readonly #connection: DuckDBConnection;
  constructor(connection: DuckDBConnection) {
    this.#connection = connection;
  }
  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const { values, types } = bind(query.parameters);
    const result = await this.#connection.run(query.sql, values, types);
    const names = result.deduplicatedColumnNames();
    const chunks = await result.fetchAllChunks();
    return { rows: chunks.flatMap((chunk) => rowsOf<R>(chunk, names)), numAffectedRows: BigInt(result.rowsChanged) };
  }
  /** A chunk (2,048 rows) at a time, so that a big table is never whole in memory. */
  async *streamQuery<R>(query: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
    const { values, types } = bind(query.parameters);
    const result = await this.#connection.stream(query.sql, values, types);
    const names = result.deduplicatedColumnNames();
    // The next chunk is made, in a thread of the engine, while this one is worked with.
    const fetch = (): Promise<DuckDBDataChunk | null> => {
      const chunk = result.fetchChunk();
      // A failure is told where it is awaited, which may be later.
      chunk.catch(() => undefined);
      return chunk;
    };
    let next = fetch();
    try {
      for (let chunk = await next; chunk !== null && chunk.rowCount > 0; chunk = await next) {
        next = fetch();
        yield { rows: rowsOf<R>(chunk, names) };
      }
    } finally {
      // Whoever stops early leaves the connection to the next query.
      await next.catch(() => undefined);
    }
  }
}

const bind = (
  parameters: readonly unknown[],
): { values: Record<string, DuckDBValue>; types: Record<string, DuckDBType | undefined> } => {
  const values: Record<string, DuckDBValue> = {};
  const types: Record<string, DuckDBType | undefined> = {};
  parameters.forEach((value, index) => {
    const name = String(index + 1);
    values[name] = toParameter(value);
    const type = typeOf(value);
    if (type !== undefined) types[name] = type;
  });
  return { values, types };
};

class OneConnectionDriver implements Driver {
  readonly #connection: DuckDbKyselyConnection;
  #free: Promise<void> = Promise.resolve();
  #release: () => void = () => undefined;
  constructor(connection: DuckDBConnection) {
    this.#connection = new DuckDbKyselyConnection(connection);
  }
  async init(): Promise<void> {}
  async acquireConnection(): Promise<DatabaseConnection> {
    const before = this.#free;
    let release: () => void = () => undefined;
    this.#free = new Promise((resolve) => {
      release = resolve;
    });
    await before;
    this.#release = release;
    return this.#connection;
  }
  async releaseConnection(): Promise<void> {
    this.#release();
  }
  async beginTransaction(): Promise<void> {
    throw new Error('transactions are opened by the engine (SqlEngine.write), not by the query builder');
  }
  async commitTransaction(): Promise<void> {}
  async rollbackTransaction(): Promise<void> {}
  /** After the query that runs now. */
  async destroy(): Promise<void> {
    await this.#free;
  }
}

/** A typed query builder over one connection. */
export const kyselyOver = (connection: DuckDBConnection): Kysely<Database> => {
  const dialect: Dialect = {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new OneConnectionDriver(connection),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  };
  return new Kysely<Database>({ dialect });
};
