/**
 * Bulk writing into DuckDB by data chunks of at most 2,048 rows (DuckDB's vector size), which measured ten times faster
 * than INSERT. The appender is outside of memory_limit, so every chunk is handed over before the next is filled.
 */
import {
  BIGINT,
  BLOB,
  BOOLEAN,
  blobValue,
  DOUBLE,
  type DuckDBConnection,
  type DuckDBType,
  type DuckDBValue,
  INTEGER,
  VARCHAR,
} from '@duckdb/node-api';
import type { SampleColumns } from '../engine.ts';
import { type ColumnType, TABLES } from '../schema.ts';
import type { Chunks } from './chunks.ts';

/** Rows of one data chunk: STANDARD_VECTOR_SIZE of DuckDB. */
const CHUNK_ROWS = 2048;
/** Chunks between two flushes of the appender: bounds what it holds outside of memory_limit. */
const CHUNKS_PER_FLUSH = 16;

const TYPES: Record<ColumnType, DuckDBType> = {
  text: VARCHAR,
  integer: INTEGER,
  bigint: BIGINT,
  'double precision': DOUBLE,
  boolean: BOOLEAN,
  bytea: BLOB,
};

const convert = (type: ColumnType, value: unknown): DuckDBValue => {
  if (type === 'bigint') return BigInt(Math.round(value as number));
  if (type === 'bytea') return blobValue(value as Uint8Array);
  // PostgreSQL refuses NUL in text, so no engine gets one.
  if (type === 'text') {
    const text = value as string;
    return text.includes('\u0000') ? text.replaceAll('\u0000', '\uFFFD') : text;
  }
  return value as DuckDBValue;
};

/** Appends rows (objects with exactly these columns) to a table, in the order given. */
export const appendRows = async (
  connection: DuckDBConnection,
  chunks: Chunks,
  table: string,
  columns: Readonly<Record<string, ColumnType>>,
  rows: readonly Readonly<Record<string, unknown>>[],
): Promise<void> => {
  if (rows.length === 0) return;
  const entries = Object.entries(columns);
  const types = entries.map(([, type]) => TYPES[type]);
  const appender = await connection.createAppender(table);
  try {
    for (let from = 0, handed = 0; from < rows.length; from += CHUNK_ROWS) {
      const count = Math.min(CHUNK_ROWS, rows.length - from);
      chunks.lend(types, count, (chunk) => {
        for (const [column, [name, type]] of entries.entries()) {
          const vector = chunk.getColumnVector(column);
          for (let i = 0; i < count; i++) vector.setItem(i, convert(type, rows[from + i]![name]));
          vector.flush();
        }
        appender.appendDataChunk(chunk);
      });
      if (++handed % CHUNKS_PER_FLUSH === 0) appender.flushSync();
    }
  } finally {
    appender.closeSync();
  }
};

const SAMPLE_TYPES = [INTEGER, DOUBLE, DOUBLE];
const SAMPLE_STAGE = 'CREATE TEMP TABLE sample_stage (point_id integer, ts double precision, value double precision)';

/**
 * Samples go through a staging table of numbers only; site and source, the same for all, are added by the engine
 * (a text per row costs more than the rest of the row).
 */
export const appendSampleColumns = async (
  connection: DuckDBConnection,
  chunks: Chunks,
  samples: SampleColumns,
  recordedUs: number,
): Promise<void> => {
  const { others } = samples;
  const plain: number[] = [];
  for (let index = 0; index < samples.count; index++) if (others?.has(index) !== true) plain.push(index);
  const columns = [samples.point, samples.tsUs, samples.value];
  const step = CHUNK_ROWS * CHUNKS_PER_FLUSH;
  for (let base = 0; base < plain.length; base += step) {
    await connection.run(SAMPLE_STAGE);
    const appender = await connection.createAppender('sample_stage');
    try {
      const end = Math.min(plain.length, base + step);
      for (let from = base; from < end; from += CHUNK_ROWS) {
        const count = Math.min(end - from, CHUNK_ROWS);
        chunks.lend(SAMPLE_TYPES, count, (chunk) => {
          for (const [position, column] of columns.entries()) {
            const vector = chunk.getColumnVector(position);
            for (let i = 0; i < count; i++) vector.setItem(i, column[plain[from + i]!]!);
            vector.flush();
          }
          appender.appendDataChunk(chunk);
        });
      }
    } finally {
      appender.closeSync();
    }
    await connection.run(
      'INSERT INTO sample SELECT $1, $2, point_id, ts::bigint, value, $3::bigint FROM sample_stage',
      [samples.siteId, samples.sourceId, recordedUs],
    );
    await connection.run('DROP TABLE sample_stage');
  }
  const texts = [...(others ?? [])].map(([index, value]) => ({
    site_id: samples.siteId,
    source_id: samples.sourceId,
    point_id: samples.point[index]!,
    ts: samples.tsUs[index]!,
    value: String(value),
    recorded_us: recordedUs,
  }));
  await appendRows(connection, chunks, 'sample_text', TABLES.sample_text.columns, texts);
};
