/**
 * A Kysely dialect over one DuckDB connection: the PostgreSQL compiler writes the SQL, this file runs it. One statement
 * at a time per connection; a second reader waits. 64-bit integers come back as numbers where they are safe (counts and
 * microseconds are) and stay bigint where they are not.
 * @source https://duckdb.org/docs/stable/clients/node_neo/overview and Kysely's Driver interface
 */
import {
  BIGINT,
  blobValue,
  type DuckDBConnection,
  type DuckDBDataChunk,
  type DuckDBType,
  type DuckDBValue,
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
import type { PartResult } from '../engine.ts';
import type { Database } from '../schema.ts';
import { columnOf, type Values } from './columns.ts';

const toParameter = (value: unknown): DuckDBValue => {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (value instanceof Uint8Array) return blobValue(value);
  if (value === undefined) return null;
  return value as DuckDBValue;
};

const typeOf = (value: unknown): DuckDBType | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) ? BIGINT : undefined;

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

/** A place in columns, which reads as a row: nothing is made for a row that is only read. */
class Place {
  columns: readonly Values[] = [];
  row = 0;
}
/** One with a property for each name. */
const placeOf = (names: readonly string[]): Place => {
  class Named extends Place {}
  for (const [column, name] of names.entries())
    Object.defineProperty(Named.prototype, name, {
      get(this: Place) {
        return this.columns[column]![this.row];
      },
    });
  return new Named();
};

/** Rows of one chunk, whole or one by one. */
class ChunkRows<R> implements PartResult<R> {
  readonly #chunk: DuckDBDataChunk;
  readonly #names: readonly string[];
  readonly #place: Place;
  constructor(chunk: DuckDBDataChunk, names: readonly string[], place: Place) {
    this.#chunk = chunk;
    this.#names = names;
    this.#place = place;
  }
  get rows(): R[] {
    return rowsOf(this.#chunk, this.#names);
  }
  each(use: (row: R) => void): void {
    const place = this.#place;
    place.columns = this.#names.map((_, column) => columnOf(this.#chunk, column));
    const { rowCount } = this.#chunk;
    for (place.row = 0; place.row < rowCount; place.row++) use(place as R);
    place.columns = [];
  }
}

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
  async *streamQuery<R>(query: CompiledQuery): AsyncIterableIterator<PartResult<R>> {
    const { values, types } = bind(query.parameters);
    const result = await this.#connection.stream(query.sql, values, types);
    const names = result.deduplicatedColumnNames();
    const place = placeOf(names);
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
        yield new ChunkRows<R>(chunk, names, place);
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
