/** Every engine passes the battery; and what only a data folder can do: survive, refuse, recover. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import { sql } from 'kysely';
import { afterEach, describe, expect, it } from 'vitest';
import { storeConformance } from './conformance.ts';
import { BLOCK_SIZE } from './duckdb/index.ts';
import { HEAD_FILE, parseHeadFile } from './head-file.ts';
import { DATABASE_FILE, openMemoryStore, openStore, type Row, readLock } from './index.ts';

const folders: string[] = [];
const folder = (): string => {
  const path = mkdtempSync(join(tmpdir(), 'gatehouse-store-'));
  folders.push(path);
  return path;
};
afterEach(() => {
  for (const path of folders.splice(0)) rmSync(path, { recursive: true, force: true });
});
const nowUs = () => 1_700_000_000_000_000;
const setting = (name: string, value: string): Row<'setting'> => ({ site_id: 's1', name, value });

storeConformance({ name: 'DuckDB in memory', open: openMemoryStore });
storeConformance({ name: 'DuckDB on disk', open: (options) => openStore(folder(), options) });

describe('a data folder', () => {
  it('of an earlier version keeps its larger blocks, and works on', async () => {
    const path = folder();
    const before = await DuckDBInstance.create(join(path, DATABASE_FILE), { default_block_size: '262144' });
    before.closeSync();
    for (const [at, size] of [
      [path, 262_144],
      [folder(), Number(BLOCK_SIZE)],
    ] as const) {
      const store = await openStore(at, { nowUs });
      await store.writer.submit({ put: { setting: [setting('a', '1')] } });
      const { rows } = await sql<{ block_size: number }>`PRAGMA database_size`.execute(store.db);
      expect(Number(rows[0]!.block_size)).toBe(size);
      expect(await store.db.selectFrom('setting').selectAll().where('site_id', '=', 's1').execute()).toHaveLength(1);
      await store.close();
    }
  });

  it('keeps everything over a restart, with the chain of the journal going on', async () => {
    const path = folder();
    const entry = { siteId: '', tsUs: 1, userId: 'system', action: 'start', subject: '', detail: {} };
    const first = await openStore(path, { nowUs });
    await first.writer.submit({ put: { setting: [setting('a', '1')] }, journal: [entry] });
    await first.close();
    const second = await openStore(path, { nowUs });
    await second.writer.submit({ journal: [entry] });
    expect(await second.db.selectFrom('setting').selectAll().where('site_id', '=', 's1').execute()).toEqual([
      setting('a', '1'),
    ]);
    expect(await second.verifyJournal()).toMatchObject({ kind: 'intact', head: { seq: 2 } });
    await second.close();
    expect(existsSync(join(path, 'lock'))).toBe(false);
  });

  it('belongs to one process, says who has it and where it answers, and is taken over from a dead one', async () => {
    const path = folder();
    const store = await openStore(path, { nowUs });
    store.announce('http://127.0.0.1:8470');
    await expect(openStore(path, { nowUs })).rejects.toMatchObject({
      code: 'data-folder-in-use',
      details: { pid: process.pid, url: 'http://127.0.0.1:8470' },
    });
    await store.close();
    const dead = spawnSync(process.execPath, ['-e', '']).pid;
    const holder = { pid: dead, bootId: '', startTicks: '', since: '', url: '' };
    writeFileSync(join(path, 'lock'), JSON.stringify(holder));
    await (await openStore(path, { nowUs })).close();
    // Same process id, but started at another time: the id was used again.
    const own = { ...holder, pid: process.pid, startTicks: '1' };
    writeFileSync(join(path, 'lock'), JSON.stringify(own));
    const again = await openStore(path, { nowUs });
    expect(readLock(path)?.startTicks).not.toBe('1');
    await again.close();
  });

  it('refuses a database of a newer version and leaves it alone', async () => {
    const path = folder();
    const store = await openStore(path, { nowUs });
    await store.writer.exclusively((engine) => engine.script("INSERT INTO schema_migration VALUES (999, 'later', 0)"));
    await store.close();
    await expect(openStore(path, { nowUs })).rejects.toMatchObject({ code: 'store.newer', details: { version: 999 } });
    expect(existsSync(join(path, 'lock'))).toBe(false);
  });

  it.each([
    [
      'no database at all',
      (whole: Buffer) => Buffer.from('this is not a database, only some text'.repeat(200)).subarray(0, whole.length),
    ],
    ['half of one', (whole: Buffer) => whole.subarray(0, Math.floor(whole.length / 2))],
    [
      'one with damaged headers',
      (whole: Buffer) => Buffer.concat([whole.subarray(0, 4096), Buffer.alloc(8192, 0x5a), whole.subarray(12288)]),
    ],
  ])('says that the file is damaged and keeps it untouched: %s', async (_name, damage) => {
    const path = folder();
    const store = await openStore(path, { nowUs });
    const rows = Array.from({ length: 20_000 }, (_, i) => setting(`n${i}`, `${Math.sin(i)}`));
    await store.writer.submit({ put: { setting: rows } });
    await store.compact();
    await store.close();
    const file = join(path, DATABASE_FILE);
    const damaged = damage(readFileSync(file));
    writeFileSync(file, damaged);
    await expect(openStore(path, { nowUs })).rejects.toMatchObject({ code: 'store.corrupt', exitCode: 6 });
    expect(readFileSync(file).equals(damaged)).toBe(true);
    expect(existsSync(join(path, 'lock'))).toBe(false);
  });

  it('cannot be made where nothing may be written', async () => {
    const path = join(folder(), 'file');
    writeFileSync(path, '');
    await expect(openStore(join(path, 'data'), { nowUs })).rejects.toMatchObject({ code: 'store.unwritable' });
  });
});

const childScript = fileURLToPath(new URL('./kill-child.ts', import.meta.url));

/** Runs the writing child until it has acknowledged `after` batches, kills it, returns the last acknowledged number. */
const runAndKill = (path: string, after: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', childScript, path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let acknowledged = 0;
    let rest = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop()!;
      for (const line of lines) acknowledged = Number(line);
      if (acknowledged >= after) child.kill('SIGKILL');
    });
    child.on('close', () => resolve(acknowledged));
    child.on('error', reject);
  });

describe('kill -9', () => {
  const seed = Number(process.env.GATEHOUSE_SEED ?? Date.now() % 100_000);
  console.log(`kill -9: seed ${seed} (GATEHOUSE_SEED repeats it)`);
  // A test for each folder: processes start slowly on a busy machine, and each has its own patience.
  it.each([1, 2, 3])('loses nothing that was acknowledged and leaves no half batch: folder %i', async (which) => {
    let state = seed + which;
    const random = (below: number): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return (state >>> 8) % below;
    };
    const path = folder();
    let acknowledged = 0;
    // The second goes on with what the first left.
    for (let kill = 0; kill < 2; kill++) {
      acknowledged = Math.max(acknowledged, await runAndKill(path, acknowledged + 3 + random(60)));
      const store = await openStore(path, { nowUs });
      const { n } = await store.db
        .selectFrom('setting')
        .where('site_id', '=', 's1')
        .select((q) => q.fn.countAll<number>().as('n'))
        .executeTakeFirstOrThrow();
      const samples = await store.db
        .selectFrom('sample')
        .select((q) => [q.fn.countAll<number>().as('n'), q.fn.max('ts').as('last')])
        .executeTakeFirstOrThrow();
      const head = store.journalHead();
      expect(store.journalLoss()).toBeUndefined();
      // What was acknowledged is known outside of the database as well.
      const kept = parseHeadFile(readFileSync(join(path, HEAD_FILE), 'latin1')).head!;
      expect(kept.seq).toBeGreaterThanOrEqual(acknowledged);
      expect(kept.seq).toBeLessThanOrEqual(head.seq);
      // Batch k puts one setting, 100 samples and one journal row, together.
      expect(head.seq).toBeGreaterThanOrEqual(acknowledged);
      expect(n).toBe(head.seq);
      expect(samples.n).toBe(head.seq * 100);
      expect(samples.last).toBe(head.seq);
      expect(await store.verifyJournal()).toMatchObject({ kind: 'intact' });
      await store.close();
      acknowledged = head.seq;
    }
  });
});

const canMount = process.platform === 'linux' && process.getuid?.() === 0;

describe('a full disk', () => {
  it.skipIf(!canMount)(
    'is told, nothing is half-written, and writing goes on when space returns (needs root)',
    async (context) => {
      const mount = folder();
      if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', mount]).status !== 0) {
        context.skip('this system does not let root mount a tmpfs');
      }
      try {
        const ballast = join(mount, 'ballast');
        const timers: (() => void)[] = [];
        // The real thing: the look at free space is switched off, so that DuckDB itself runs into the end of the disk.
        const store = await openStore(join(mount, 'data'), {
          nowUs,
          freeBytes: async () => undefined,
          later: (work) => void timers.push(work),
        });
        await store.writer.submit({ put: { setting: [setting('before', '1')] } });
        writeFileSync(ballast, Buffer.alloc(16 * 1024 * 1024));
        let written = 0;
        let refused: unknown;
        for (let batch = 0; batch < 100 && refused === undefined; batch++) {
          const rows = Array.from({ length: 2000 }, (_, i) => ({
            ...setting(`b${batch}-${i}`, `${Math.random()}${Math.random()}${Math.random()}`),
          }));
          await store.writer.submit({ put: { setting: rows } }).then(
            () => {
              written++;
            },
            (error: unknown) => {
              refused = error;
            },
          );
        }
        expect(refused).toMatchObject({ code: 'store.full-disk' });
        expect(store.writer.state.kind).toBe('failed');
        const column = new Float64Array(100);
        const samples = {
          siteId: 's1',
          sourceId: 'f',
          count: 100,
          point: column,
          tsUs: column,
          value: column,
        };
        const background = store.writer.submit({ samples: [samples] }, { background: true });
        rmSync(ballast);
        timers.shift()!();
        await expect.poll(() => store.writer.state.kind, { timeout: 10_000 }).toBe('ready');
        await store.writer.submit({ put: { setting: [setting('after', '1')] } });
        const { n } = await store.db
          .selectFrom('setting')
          .where('site_id', '=', 's1')
          .select((q) => q.fn.countAll<number>().as('n'))
          .executeTakeFirstOrThrow();
        // A refused batch was not acknowledged; it is there as a whole or not at all.
        expect([2 + written * 2000, 2 + (written + 1) * 2000]).toContain(n);
        await background;
        const kept = await store.db
          .selectFrom('sample')
          .select((q) => q.fn.countAll<number>().as('n'))
          .executeTakeFirst();
        expect(kept?.n).toBe(100);
        await store.close();
      } finally {
        spawnSync('umount', ['-l', mount]);
      }
    },
  );
});
