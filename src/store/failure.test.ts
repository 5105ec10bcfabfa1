/** A database that fails while the program runs: it is told, opened again, and nothing is written twice or lost. */
import { existsSync, mkdtempSync, readdirSync, readlinkSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, describe, expect, it } from 'vitest';
import { OperatingError } from '../core/errors.ts';
import { MEMORY_LIMIT, openDuckDb } from './duckdb/index.ts';
import { DATABASE_FILE, migrate, openStore, type SqlEngine } from './index.ts';
import { readHead } from './journal.ts';
import { Writer, type WriterState } from './writer.ts';

const folders: string[] = [];
const folder = (): string => {
  const path = mkdtempSync(join(tmpdir(), 'gatehouse-failure-'));
  folders.push(path);
  return path;
};
afterEach(() => {
  for (const path of folders.splice(0)) rmSync(path, { recursive: true, force: true });
});
const nowUs = () => 1_700_000_000_000_000;
const setting = (name: string) => ({ site_id: 's1', name, value: name });
const entry = { siteId: '', tsUs: 1, userId: 'system', action: 'a', subject: '', detail: {} };
const names = async (engine: Pick<SqlEngine, 'db'>): Promise<string[]> =>
  (await engine.db.selectFrom('setting').select('name').where('site_id', '=', 's1').orderBy('name').execute()).map(
    (row) => row.name,
  );

type When = 'before' | 'in' | 'after';

/** A store's writer on a real database, whose transactions throw as `fault` says, before, inside of or after their commit. */
const failing = async (fault: (write: number) => { when: When; text: string } | undefined) => {
  const path = join(folder(), DATABASE_FILE);
  const states: WriterState[] = [];
  const timers: (() => void)[] = [];
  let writes = 0;
  let opened = 0;
  let real: SqlEngine;
  const open = async (): Promise<SqlEngine> => {
    opened++;
    const inner = await openDuckDb({ path, recover: opened > 1 });
    real = inner;
    return {
      ...inner,
      write: async (work) => {
        const now = fault(++writes);
        const error = () => new OperatingError('store.failed', { path, detail: now!.text });
        if (now?.when === 'before') throw error();
        const result = await inner.write(async (transaction) => {
          const done = await work(transaction);
          if (now?.when === 'in') throw error();
          return done;
        });
        if (now?.when === 'after') throw error();
        return result;
      },
    };
  };
  const engine = await open();
  await migrate(engine, path, nowUs);
  const writer = new Writer({
    engine,
    nowUs,
    session: 't',
    path,
    onState: (state) => states.push(state),
    later: (work) => timers.push(work),
    reopen: async () => {
      await real.abandon();
      return open();
    },
  });
  await writer.begin();
  return { writer, states, timers, engine: () => real, opened: () => opened };
};

describe('a transaction that fails for no fault of the batch', () => {
  it.each(['before', 'in', 'after'] as const)('is written exactly once: thrown %s its commit', async (when) => {
    const text = 'failed to pin block of size 256.0 KiB (60.8 MiB/61.0 MiB used)';
    const store = await failing((write) => (write === 2 ? { when, text } : undefined));
    await store.writer.submit({ put: { setting: [setting('a')] }, journal: [entry] });
    const waits = store.writer.submit({ append: { setting: [setting('b')] }, journal: [entry] }, { background: true });
    await store.writer.idle();
    expect(store.writer.state).toMatchObject({ kind: 'failed', error: { code: 'store.failed' } });
    expect((store.writer.state as { error: Error }).error.message).toContain('failed to pin block');
    await expect(store.writer.submit({ put: { setting: [setting('refused')] } })).rejects.toThrow(/failed to pin/);
    await expect(store.writer.exclusively(async () => 1)).rejects.toThrow(/failed to pin/);
    store.timers.shift();
    await store.writer.retry();
    await waits;
    expect(store.states.map((state) => state.kind)).toEqual(['failed', 'ready']);
    expect(await names(store.engine())).toEqual(['a', 'b']);
    const { seq } = await readHead(store.engine().db);
    expect([seq, store.writer.head.seq, store.opened()]).toEqual([2, 2, 2]);
    await store.writer.close();
    await store.engine().close();
  });

  it('refuses at once what people wait for, also where it was behind the commit that failed', async () => {
    const store = await failing((write) => (write === 1 ? { when: 'in', text: 'failed to pin block' } : undefined));
    const first = store.writer.submit({ put: { setting: [setting('a')] } }, { background: true });
    // The commit has begun: what comes now waits for the next one.
    await new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)));
    const asked = store.writer.submit({ put: { setting: [setting('b')] } });
    const later = store.writer.submit({ put: { setting: [setting('c')] } }, { background: true });
    expect(store.writer.waiting).toBe(2);
    await expect(asked).rejects.toMatchObject({ code: 'store.failed' });
    store.timers.shift();
    await store.writer.retry();
    await Promise.all([first, later]);
    expect(await names(store.engine())).toEqual(['a', 'c']);
    await store.writer.close();
    await store.engine().close();
  });

  it('refuses one batch that fails alone again and again, and writes the others', async () => {
    let bad = 0;
    const store = await failing((write) => {
      // The first commit is of all three; then every second write is the mark alone, the other the bad batch.
      const isBad = write === 1 || (bad < 5 && write % 2 === 1);
      if (isBad && write > 1) bad++;
      return isBad ? { when: 'in', text: 'Out of Memory Error' } : undefined;
    });
    const results = ['a', 'b', 'c'].map((name) =>
      store.writer.submit({ put: { setting: [setting(name)] } }, { background: true }).then(
        () => 'written',
        () => 'refused',
      ),
    );
    for (let round = 0; round < 6; round++) {
      await store.writer.idle();
      await expect.poll(() => store.timers.length).toBe(1);
      store.timers.shift();
      await store.writer.retry();
    }
    expect(await Promise.all(results)).toEqual(['refused', 'written', 'written']);
    expect(store.writer.state.kind).toBe('ready');
    expect(await names(store.engine())).toEqual(['b', 'c']);
    await store.writer.close();
    await store.engine().close();
  });
});

describe('DuckDB itself', () => {
  it('out of memory in a commit is told as a failure; reads and writes go on with the database opened again', async () => {
    const path = folder();
    const timers: (() => void)[] = [];
    const store = await openStore(path, { nowUs, later: (work) => void timers.push(work) });
    await store.writer.submit({ put: { setting: [setting('before')] } });
    const big = { site_id: 's', recorded_us: 1, payload: new Uint8Array(140_000).fill(7), piece: 0 };
    const learned_state = Array.from({ length: 700 }, (_, i) => ({ ...big, name: `n${i}` }));
    await expect(store.writer.submit({ put: { learned_state } })).rejects.toMatchObject({ code: 'store.failed' });
    expect(store.writer.state.kind).toBe('failed');
    expect(await store.applyRetention({ historyDays: 1 })).toBe(true);
    const waits = store.writer.submit({ put: { setting: [setting('waited')] } }, { background: true });
    timers.shift()!();
    await waits;
    expect(store.writer.state.kind).toBe('ready');
    expect(await names(store)).toEqual(['before', 'waited']);
    if (process.platform === 'linux') {
      const open = readdirSync('/proc/self/fd').filter((fd) => {
        try {
          return readlinkSync(`/proc/self/fd/${fd}`) === join(path, DATABASE_FILE);
        } catch {
          return false;
        }
      });
      // The failed instance has let go of the file.
      expect(open).toHaveLength(1);
    }
    await store.close();
  }, 30_000);

  it('opens a log that is too much for its memory limit', async () => {
    const path = folder();
    await (await openStore(path, { nowUs })).close();
    const file = join(path, DATABASE_FILE);
    const other = await DuckDBInstance.create(file, { memory_limit: '1GB', threads: '1' });
    const connection = await other.connect();
    await connection.run('PRAGMA disable_checkpoint_on_shutdown');
    await connection.run("SET checkpoint_threshold = '1GB'");
    await connection.run(
      "INSERT INTO learned_state SELECT 's', 'n' || i, encode(repeat(chr(65 + (i % 26)::int), 140000)), 1, 0 FROM range(700) t(i)",
    );
    connection.closeSync();
    other.closeSync();
    const store = await openStore(path, { nowUs });
    const { n } = await store.db
      .selectFrom('learned_state')
      .select((q) => q.fn.countAll<number>().as('n'))
      .executeTakeFirstOrThrow();
    expect(n).toBe(700);
    await store.close();
    expect(MEMORY_LIMIT).toBe('64MB');
  }, 30_000);

  it('says why nothing can be read while the database cannot be opened again', async () => {
    const path = folder();
    const timers: (() => void)[] = [];
    const store = await openStore(path, { nowUs, later: (work) => void timers.push(work) });
    await store.writer
      .exclusively(async (engine) => {
        await engine.abandon();
        rmSync(join(path, DATABASE_FILE));
        writeFileSync(join(path, DATABASE_FILE), 'no database any more'.repeat(1000));
        await engine.write(async () => undefined);
      })
      .catch(() => undefined);
    expect(store.writer.state.kind).toBe('failed');
    timers.shift()!();
    await expect.poll(() => timers.length).toBe(1);
    expect(store.writer.state).toMatchObject({ kind: 'failed', error: { code: 'store.corrupt' } });
    expect(() => store.db).toThrow(/damaged/);
    await store.close();
  });
});

describe('a data folder that is deleted or moved while the program runs', () => {
  it('is told with the next change, is never made anew, and is written to again once it is back', async () => {
    const data = join(folder(), 'data');
    const states: WriterState[] = [];
    const timers: (() => void)[] = [];
    const options = {
      nowUs,
      onState: (state: WriterState) => void states.push(state),
      later: (work: () => void) => void timers.push(work),
    };
    const store = await openStore(data, options);
    const kept = setting('kept');
    await store.writer.submit({ put: { setting: [kept] } });
    renameSync(data, `${data} moved`);
    // A person is not told that it is kept; what is written behind waits.
    await expect(store.writer.submit({ put: { setting: [setting('lost')] }, journal: [entry] })).rejects.toMatchObject({
      code: 'store.gone',
    });
    const waits = store.writer.submit({ put: { setting: [setting('waits')] } }, { background: true });
    expect(states.at(-1)).toMatchObject({ kind: 'failed', error: { code: 'store.gone' } });
    await store.writer.retry();
    expect(existsSync(data)).toBe(false);
    renameSync(`${data} moved`, data);
    await store.writer.retry();
    await waits;
    expect(states.at(-1)).toEqual({ kind: 'ready' });
    expect(await names(store)).toEqual(['kept', 'waits']);
    await store.close();
    const again = await openStore(data, { nowUs });
    expect(await names(again)).toEqual(['kept', 'waits']);
    await again.close();
  });
});
