/** A full disk or a database that failed is told while it lasts: what people do is refused, and the console can say since when nothing is stored. */
import { cpSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { pcapHeader, pcapRecord } from '../capture/writer.ts';
import { DATABASE_FILE, openMemoryStore, openStore } from '../store/index.ts';
import { runDoctor, thisMachine } from './doctor.ts';
import { LocalEngine } from './engine.ts';

it('says that nothing is stored, since when and what to do, and that it is over', async () => {
  let free = Number.MAX_SAFE_INTEGER;
  const timers: (() => void)[] = [];
  const nowUs = () => 1_772_366_400_000_000;
  const store = await openMemoryStore({ nowUs, freeBytes: async () => free, later: (work) => timers.push(work) });
  const engine = await LocalEngine.start({ store, nowUs, nowMs: () => 0, zone: 'UTC', timers: false });
  const changes: string[] = [];
  engine.onEvent((event) => event.kind === 'change' && changes.push(event.data.topic));
  const unstored = async () => {
    const text = await engine.call('sites', { params: undefined, query: undefined, body: undefined, userId: 'u1' });
    return (JSON.parse(text) as { unstored: unknown }).unstored;
  };
  const act = () =>
    engine.changeAccounts({ journal: { userId: 'u1', action: 'login', subject: 'user u1', detail: {} } });
  try {
    await act();
    expect(await unstored()).toBeNull();
    free = 0;
    await expect(act()).rejects.toThrow(/full/);
    await engine.pulse();
    expect(changes).toContain('sites');
    expect(await unstored()).toEqual({
      text: expect.stringContaining('is full'),
      whatToDo: expect.stringContaining('Free at least'),
      since: '2026-03-01T12:00:00.000000Z',
    });
    free = Number.MAX_SAFE_INTEGER;
    await store.writer.retry();
    expect(await unstored()).toBeNull();
    await act();
  } finally {
    await engine.close();
  }
});

it('says that the database failed, and that it goes on with it opened again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-unstored-'));
  const nowUs = () => 1_772_366_400_000_000;
  const store = await openStore(folder, { nowUs, later: () => undefined });
  const engine = await LocalEngine.start({ store, nowUs, nowMs: () => 0, zone: 'UTC', timers: false });
  const unstored = async () => {
    const text = await engine.call('sites', { params: undefined, query: undefined, body: undefined, userId: 'u1' });
    return (JSON.parse(text) as { unstored: unknown }).unstored;
  };
  const act = () =>
    engine.changeAccounts({ journal: { userId: 'u1', action: 'login', subject: 'user u1', detail: {} } });
  const { seq } = store.journalHead();
  try {
    await store.writer.exclusively((database) => database.abandon());
    await expect(act()).rejects.toThrow(/failed/);
    await engine.pulse();
    expect(await unstored()).toEqual({
      text: expect.stringMatching(/^The database .* failed: /),
      whatToDo: expect.stringContaining('opened again'),
      since: '2026-03-01T12:00:00.000000Z',
    });
    await store.writer.retry();
    expect(await unstored()).toBeNull();
    await act();
    const row = await store.db
      .selectFrom('journal')
      .select((q) => q.fn.max('seq').as('seq'))
      .executeTakeFirst();
    expect(row?.seq).toBe(seq + 1);
  } finally {
    await engine.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

it('says what a cut log of the database took of the journal: on the terminal, in the console, in its check, in the doctor', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-lost-'));
  const [living, dead] = [join(folder, 'living'), join(folder, 'dead')];
  const nowUs = () => 1_772_366_400_000_000;
  const told: Error[] = [];
  const begin = async (path: string) =>
    LocalEngine.start({
      store: await openStore(path, { nowUs, later: () => undefined }),
      nowUs,
      nowMs: () => 0,
      zone: 'UTC',
      timers: false,
      onError: (error) => told.push(error as Error),
    });
  const ask = async (engine: LocalEngine, call: 'sites' | 'checkJournal') =>
    JSON.parse(await engine.call(call, { params: undefined, query: {}, body: undefined, userId: 'u1' } as never));
  const doctor = async () => (await runDoctor({ dataFolder: dead }, thisMachine)).find((c) => c.name === 'journal');
  const acts: LocalEngine[] = [];
  try {
    const engine = await begin(living);
    acts.push(engine);
    for (let i = 0; i < 3; i++)
      await engine.changeAccounts({ journal: { userId: 'u1', action: 'login', subject: 'user u1', detail: {} } });
    expect((await ask(engine, 'sites')).lost).toBeNull();
    cpSync(living, dead, { recursive: true, filter: (from) => !from.endsWith('lock') });
    expect(await doctor()).toMatchObject({ state: 'ok', text: expect.stringContaining('row 3 of 2026-03-01T12:00') });
    truncateSync(join(dead, `${DATABASE_FILE}.wal`), 0);
    const after = await begin(dead);
    acts.push(after);
    const text = '3 journal entries are missing since the beginning: acknowledged, and not in the database any more';
    expect(told.map((error) => error.message)).toEqual([`${text}.`]);
    expect((await ask(after, 'sites')).lost).toEqual({
      text: `${text}.`,
      whatToDo: expect.stringContaining('Keep a copy'),
    });
    expect(await ask(after, 'checkJournal')).toMatchObject({ state: 'lost', row: 4, reason: text });
    expect(await doctor()).toMatchObject({ state: 'warn', text: `${text}.` });
  } finally {
    for (const engine of acts) await engine.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

it('a file that was read, and could not be written at its end, is written later and never read a second time', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-unsaved-'));
  const nowUs = () => 1_772_366_400_000_000;
  const store = await openMemoryStore({ nowUs });
  const told: unknown[] = [];
  const engine = await LocalEngine.start({
    store,
    nowUs,
    nowMs: () => 0,
    zone: 'UTC',
    timers: false,
    onError: (error) => told.push(error),
  });
  const fileOf = (host: number): string => {
    const bytes = new Uint8Array(60);
    bytes.set([2, 0, 0, 0, 0, 0xff, 2, 0, 0, 0, 0, host, 0x88, 0xb5]);
    const path = join(folder, `${host}.pcap`);
    writeFileSync(
      path,
      Buffer.concat([pcapHeader({ linkType: 1 }), pcapRecord({ tsUs: nowUs(), bytes }, { linkType: 1 })]),
    );
    return path;
  };
  const read = async (host: number) => {
    const opened = await engine.open({ kind: 'file', path: fileOf(host), site: 'line' }, 'u1');
    await engine.settled();
    return opened;
  };
  const ask = async (call: 'sources' | 'assets', site: string) =>
    JSON.parse(await engine.call(call, { params: { site }, query: {} as never, body: undefined, userId: 'u1' })).items;
  try {
    await read(1);
    const { submit } = store.writer;
    // The last rows of a reading are those with the site's own.
    store.writer.submit = (batch, ...rest) =>
      batch.put?.site_state === undefined
        ? submit.call(store.writer, batch, ...rest)
        : Promise.reject(new Error('the disk is gone'));
    const { site } = await read(2);
    expect(told.map(String)).toEqual(['Error: the disk is gone']);
    const rows = async () =>
      (await ask('sources', site)).map((s: { state: string; health: { frames: number } }) => [
        s.state,
        s.health.frames,
      ]);
    expect(await rows()).toEqual([
      ['complete', 1],
      ['complete', 1],
    ]);
    store.writer.submit = submit;
    expect(await read(2)).toMatchObject({ known: true });
    expect(await ask('assets', site)).toHaveLength(2);
    for (let i = 0; i < 10; i++) await engine.pulse();
    const kept = await store.db.selectFrom('source').select('state').where('site_id', '=', site).execute();
    expect(kept.map(({ state }) => state)).toEqual(['complete', 'complete']);
  } finally {
    await engine.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
