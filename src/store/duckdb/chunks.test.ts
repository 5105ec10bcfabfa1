/** Rows go into DuckDB through chunks that are used again: nothing of one lot may be seen in the next. */
import { DuckDBInstance, INTEGER, VARCHAR } from '@duckdb/node-api';
import { expect, it } from 'vitest';
import { appendRows } from './append.ts';
import { Chunks, MAX_KEPT_CHUNKS } from './chunks.ts';

const COLUMNS = { id: 'integer', name: 'text', note: 'text', octets: 'bytea', ts: 'bigint' } as const;
const noted = (i: number): string => `a note that is too long to stand in its own row ${i}`;
/** Every third has no note: a short text where a long one stood. */
const rowOf = (i: number, prefix: string) => ({
  id: i,
  name: `${prefix} ${i}`,
  note: i % 3 === 0 ? '' : noted(i),
  octets: Uint8Array.of(i & 255, 1),
  ts: 1_700_000_000_000_000 + i,
});

it('writes lots of more and of fewer rows one after the other, each as it was', async () => {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const chunks = new Chunks();
  const columns = Object.entries(COLUMNS).map(([name, type]) => `${name} ${type}`);
  await connection.run(`CREATE TABLE t (${columns.join(', ')})`);
  const lots = [3000, 5, 2048, 1, 700];
  let next = 0;
  const all = lots.flatMap((count, lot) => {
    const rows = Array.from({ length: count }, (_, i) => rowOf(next + i, `lot ${lot}`));
    next += count;
    return [rows];
  });
  for (const rows of all) await appendRows(connection, chunks, 't', COLUMNS, rows);
  const read = await connection.runAndReadAll('SELECT id, name, note, hex(octets), ts FROM t ORDER BY id');
  const hex = (octets: Uint8Array): string => Buffer.from(octets).toString('hex').toUpperCase();
  expect(read.getRows()).toEqual(all.flat().map((r) => [r.id, r.name, r.note, hex(r.octets), BigInt(r.ts)]));
  expect(chunks.size).toBe(1);
  connection.closeSync();
  instance.closeSync();
});

it('keeps a few chunks, and none that failed', () => {
  const chunks = new Chunks();
  const typesOf = (columns: number) => Array.from({ length: columns }, () => INTEGER);
  for (let columns = 1; columns <= MAX_KEPT_CHUNKS + 3; columns++) chunks.lend(typesOf(columns), 1, () => undefined);
  expect(chunks.size).toBe(MAX_KEPT_CHUNKS);
  const fail = (): void => {
    throw new Error('refused');
  };
  expect(() => chunks.lend([VARCHAR], 1, fail)).toThrow('refused');
  expect(chunks.size).toBe(MAX_KEPT_CHUNKS);
});
