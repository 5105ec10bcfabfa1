/**
 * A large file is not packed wherever rows were replaced: a save, and the end of the program, would wait for a copy of all that stands
 * beside them. What it saves is measured (bench/RESULTS.md); here is when it is done.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { openDuckDb } from './duckdb/index.ts';
import { DATABASE_FILE, inPieces, migrate, type SqlEngine } from './index.ts';

const packedAtOnce = async ({ db }: SqlEngine): Promise<number> => {
  const { rows } = await sql<{ n: string }>`select current_setting('max_vacuum_tasks') as n`.execute(db);
  return Number(rows[0]!.n);
};

it('packs while the file is small, no more once it is large, and then when it is asked to', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-packing-'));
  const path = join(folder, DATABASE_FILE);
  const limit = 16 * 1024 * 1024;
  const engine = await openDuckDb({ path, packedBelow: limit });
  try {
    await migrate(engine, folder, () => 1);
    // Octets that do not shrink when they are stored.
    const noise = Uint8Array.from({ length: 1024 * 1024 }, (_, i) => Math.imul(i + 1, 0x9e3779b1) >>> 13);
    const put = (part: number): Promise<void> =>
      engine.write(async (to) => {
        const rows = inPieces({ site_id: 's', name: `cell ${part}`, recorded_us: part }, 'payload', noise);
        await to.remove('learned_state', rows);
        await to.append('learned_state', rows);
      });
    let parts = 0;
    while (statSync(path).size < limit && parts < 64) {
      expect(await packedAtOnce(engine)).toBeGreaterThan(0);
      await put(parts++);
    }
    expect(parts).toBeLessThan(64);
    await put(0);
    expect(await packedAtOnce(engine)).toBe(0);
    const heldBytes = async (): Promise<number> => {
      const { rows } = await sql<{
        held: number;
      }>`select sum(memory_usage_bytes) as held from duckdb_memory()`.execute(engine.db);
      return Number(rows[0]!.held);
    };
    const all = async () =>
      (await sql`select count(*) as n, bit_xor(hash(payload)) as octets from learned_state`.execute(engine.db)).rows;
    const before = await all();
    const held = await heldBytes();
    await engine.giveBack();
    expect(await heldBytes()).toBeLessThan(Math.min(held, 9e6));
    expect(await all()).toEqual(before);
    await engine.compact();
    expect(await packedAtOnce(engine)).toBe(0);
    const rows = await engine.db.selectFrom('learned_state').select('name').distinct().execute();
    expect(rows.length).toBe(parts);
  } finally {
    await engine.close();
    rmSync(folder, { recursive: true, force: true });
  }
}, 30_000);
