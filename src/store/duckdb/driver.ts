/**
 * A Kysely dialect over one DuckDB connection: the PostgreSQL compiler writes the SQL, this file runs it. One statement
 * at a time per connection; a second reader waits. 64-bit integers come back as numbers where they are safe (counts and
 * microseconds are) and stay bigint where they are not.
 * @source https://duckdb.org/docs/stable/clients/node_neo/overview and Kysely's Driver interface
 */
import { BIGINT, blobValue, type DuckDBConnection, type DuckDBType, type DuckDBValue } from '@duckdb/node-api';
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

const fromResult = (value: unknown): unknown => {
  // Plain octets: a Buffer would drag its pool along.
  if (Buffer.isBuffer(value)) return new Uint8Array(value);
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }
  return value;
};

class DuckDbKyselyConnection implements DatabaseConnection {
  readonly #connection: DuckDBConnection;
  constructor(connection: DuckDBConnection) {
    this.#connection = connection;
  }
  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const { values, types } = bind(query.parameters);
    const reader = await this.#connection.runAndReadAll(query.sql, values, types);
    return { rows: plainRows<R>(reader.getRowObjectsJS()), numAffectedRows: BigInt(reader.rowsChanged) };
  }
  /** A chunk (2,048 rows) at a time, so that a big table is never whole in memory. */
  async *streamQuery<R>(query: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
    const { values, types } = bind(query.parameters);
    const result = await this.#connection.stream(query.sql, values, types);
    for await (const rows of result.yieldRowObjectJs()) yield { rows: plainRows<R>(rows) };
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

const plainRows = <R>(rows: readonly Record<string, unknown>[]): R[] => {
  for (const row of rows) for (const name in row) row[name] = fromResult(row[name]);
  return rows as R[];
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
