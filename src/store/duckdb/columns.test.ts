import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PartResult } from '../engine.ts';
import { kyselyOver } from './driver.ts';

/** What the client itself makes of one value, and what is made of whole columns. */
describe('columns of a chunk', () => {
  let instance: DuckDBInstance;
  beforeAll(async () => {
    instance = await DuckDBInstance.create(':memory:');
  });
  afterAll(() => instance.closeSync());

  const read = async (query: string): Promise<{ rows: object[]; lent: object[] }> => {
    const connection = await instance.connect();
    const db = kyselyOver(connection);
    const rows: object[] = [];
    const lent: object[] = [];
    const compiled = { sql: query, parameters: [], query: {} as never, queryId: {} as never };
    for await (const result of db.getExecutor().stream<Record<string, unknown>>(compiled, 2048)) {
      const part = result as PartResult<Record<string, unknown>>;
      const whole = part.rows;
      const names = Object.keys(whole[0] ?? {});
      rows.push(...whole);
      part.each((row) => lent.push(Object.fromEntries(names.map((name) => [name, row[name]]))));
    }
    await db.destroy();
    connection.closeSync();
    return { rows, lent };
  };

  it('reads integers of 64 bits at both ends of what is safe, and beyond', async () => {
    const values = [
      '0',
      '1',
      '-1',
      '4294967296',
      '-4294967297',
      '9007199254740991',
      '-9007199254740991',
      '9007199254740992',
      '-9007199254740992',
      '9223372036854775807',
      '-9223372036854775808',
      '-9223372036854775807',
    ];
    const { rows } = await read(
      `SELECT v::BIGINT AS v FROM (VALUES ${values.map((v, i) => `(${i}, '${v}')`).join()}) t(i, v) ORDER BY i`,
    );
    const expected = values.map((v) => (Number.isSafeInteger(Number(v)) ? Number(v) : BigInt(v)));
    expect(rows.map((row) => (row as { v: unknown }).v)).toEqual(expected);
  });

  it('reads texts of every length, those that come again and those that differ only at their end', async () => {
    const texts = [
      '',
      'a',
      'a',
      'b',
      '',
      'ä€',
      'zwölf Zeich',
      'abcdefghijkl',
      'abcdefghijkm',
      'abcdefghijkl',
      'abcdefghijklm',
      'abcdefghijklm',
      '\u{1f3ed}'.repeat(9),
      'abcdefghijkl',
      '\ufeffx',
      'a\u0000',
      'a',
    ];
    const { rows } = await read(
      `SELECT v FROM (VALUES ${texts.map((v, i) => `(${i}, decode(from_hex('${Buffer.from(v).toString('hex')}')))`).join()}) t(i, v) ORDER BY i`,
    );
    expect(rows.map((row) => (row as { v: unknown }).v)).toEqual(texts);
  });

  it('gives the same with NULL among them, and of more than one chunk', async () => {
    const of = (i: number) => (i % 7 === 0 ? null : i);
    const columns = 'CASE WHEN i % 7 = 0 THEN NULL ELSE';
    const { rows, lent } = await read(
      `SELECT ${columns} i::BIGINT END AS l, ${columns} i::INTEGER END AS n, ${columns} i::DOUBLE END AS d, ${columns} 'n' || i END AS t, ${columns} i % 2 = 0 END AS b, i::INTEGER AS plain, encode('o' || i) AS o FROM range(5000) r(i)`,
    );
    const expected = Array.from({ length: 5000 }, (_, i) => ({
      l: of(i),
      n: of(i),
      d: of(i),
      t: of(i) === null ? null : `n${i}`,
      b: of(i) === null ? null : i % 2 === 0,
      plain: i,
      o: new Uint8Array(Buffer.from(`o${i}`)),
    }));
    expect(rows).toEqual(expected);
    expect(lent).toEqual(expected);
  });
});
