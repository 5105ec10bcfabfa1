/** A full disk or a database that failed is told while it lasts: what people do is refused, and the console can say since when nothing is stored. */
import { cpSync, mkdtempSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
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
