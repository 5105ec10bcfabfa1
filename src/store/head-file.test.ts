/** What was acknowledged and is not in the database any more is told by a later start, and never forgotten. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { HEAD_FILE, parseHeadFile } from './head-file.ts';
import { DATABASE_FILE, type JournalLoss, openStore, type Store } from './index.ts';

const folders: string[] = [];
const folder = (): string => {
  const path = mkdtempSync(join(tmpdir(), 'gatehouse-head-'));
  folders.push(path);
  return path;
};
afterEach(() => {
  for (const path of folders.splice(0)) rmSync(path, { recursive: true, force: true });
});
const NOW_US = 1_700_000_000_000_000;
const nowUs = () => NOW_US;
const entry = (k: number) => ({ siteId: '', tsUs: k, userId: 'u1', action: 'act', subject: `${k}`, detail: {} });
const act = (store: Store, k: number) => store.writer.submit({ journal: [entry(k)] });
const rows = async (store: Store) =>
  (await store.db.selectFrom('journal').select(['seq', 'action']).orderBy('seq').execute()).map((row) => row.seq);
const keptIn = (path: string) => parseHeadFile(readFileSync(join(path, HEAD_FILE), 'latin1'));

/** The folder as a power cut leaves it after `acts` acknowledged rows; sizes of the log after each of them. */
const cutOff = async (acts: number): Promise<{ path: string; walSizes: number[] }> => {
  const path = folder();
  const living = join(path, 'living');
  mkdirSync(living);
  const dead = join(path, 'dead');
  const store = await openStore(living, { nowUs });
  const walSizes: number[] = [];
  for (let k = 1; k <= acts; k++) {
    await act(store, k);
    walSizes.push(statSync(join(living, `${DATABASE_FILE}.wal`)).size);
  }
  cpSync(living, dead, { recursive: true, filter: (from) => !from.endsWith('lock') });
  await store.close();
  return { path: dead, walSizes };
};

describe('the head of the journal, kept outside of the database', () => {
  it('says nothing where nothing is missing, after a power cut too', async () => {
    const { path } = await cutOff(3);
    const losses: JournalLoss[] = [];
    const store = await openStore(path, { nowUs, onLoss: (loss) => losses.push(loss) });
    expect(losses).toEqual([]);
    expect(store.journalLoss()).toBeUndefined();
    expect(await store.verifyJournal()).toMatchObject({ kind: 'intact', head: { seq: 3 } });
    expect(keptIn(path)).toMatchObject({ head: { seq: 3, tsUs: NOW_US }, loss: undefined });
    await store.close();
  });

  it.each([
    ['after the second of five rows', 2, 2],
    ['in the middle of the fourth', 3, 3.5],
    ['before the first', 0, 0],
  ])(
    'a log that is cut %s: the rows behind it are told, in the journal too, and keep their numbers',
    async (_name, left, at) => {
      const { path, walSizes } = await cutOff(5);
      const sizeAfter = (k: number) => (k === 0 ? 0 : walSizes[k - 1]!);
      const [low, high] = [sizeAfter(Math.floor(at)), sizeAfter(Math.ceil(at))];
      const wal = join(path, `${DATABASE_FILE}.wal`);
      if (at === 0) rmSync(wal);
      else truncateSync(wal, Math.floor((low + high) / 2));
      const loss = { missing: 5 - left, after: left, sinceUs: left };
      const found: JournalLoss[] = [];
      const store = await openStore(path, { nowUs, onLoss: (l) => found.push(l) });
      expect(found).toEqual([loss]);
      expect(store.journalLoss()).toEqual(loss);
      await store.writer.idle();
      const there = [...Array.from({ length: left }, (_, k) => k + 1), 6];
      expect(await rows(store)).toEqual(there);
      const row = await store.db.selectFrom('journal').selectAll().where('seq', '=', 6).executeTakeFirstOrThrow();
      expect(row).toMatchObject({ action: 'journal.lost', user_id: 'system' });
      expect(JSON.parse(row.detail)).toMatchObject({ ...loss, row: 5, hash: row.previous_hash });
      await act(store, 7);
      expect(await store.verifyJournal()).toMatchObject({ kind: 'lost', head: { seq: 7 }, losses: [loss] });
      expect(keptIn(path)).toMatchObject({ head: { seq: 7 }, loss });
      await store.close();
      // It is found once, and stands in the journal for good.
      const again = await openStore(path, { nowUs });
      expect(again.journalLoss()).toBeUndefined();
      expect(await again.verifyJournal()).toMatchObject({ kind: 'lost', head: { seq: 7 }, losses: [loss] });
      await again.close();
    },
  );

  it('knows a head that was exported of rows that are missing, and one that never was', async () => {
    const { path } = await cutOff(4);
    rmSync(join(path, `${DATABASE_FILE}.wal`));
    const kept = keptIn(path).head!;
    const store = await openStore(path, { nowUs });
    await store.writer.idle();
    expect(await store.verifyJournal(kept)).toMatchObject({ kind: 'lost' });
    expect(await store.verifyJournal({ ...kept, seq: 2 })).toMatchObject({ kind: 'lost' });
    expect(await store.verifyJournal({ ...kept, hash: '1'.repeat(64) })).toMatchObject({ kind: 'broken', seq: 4 });
    expect(await store.verifyJournal({ ...kept, seq: 6 })).toMatchObject({ kind: 'broken' });
    // Somebody takes the row away that tells the loss: what follows does not follow from what was there.
    await act(store, 6);
    await store.writer.exclusively((engine) => engine.script("DELETE FROM journal WHERE action = 'journal.lost'"));
    expect(await store.verifyJournal()).toMatchObject({ kind: 'broken', seq: 1 });
    await store.close();
  });

  it('a power cut before the loss stands in the journal: it is found again, the same', async () => {
    const { path } = await cutOff(3);
    rmSync(join(path, `${DATABASE_FILE}.wal`));
    let free = 0;
    const later = () => undefined;
    const full = await openStore(path, { nowUs, later, freeBytes: async () => free });
    await full.writer.idle();
    expect(await rows(full)).toEqual([]);
    await expect(act(full, 1)).rejects.toMatchObject({ code: 'store.full-disk' });
    await full.close();
    free = Number.MAX_SAFE_INTEGER;
    const store = await openStore(path, { nowUs, later, freeBytes: async () => free });
    await act(store, 5);
    expect(await rows(store)).toEqual([4, 5]);
    expect(await store.verifyJournal()).toMatchObject({ kind: 'lost', losses: [{ missing: 3, after: 0 }] });
    await store.close();
  });

  it('another database in the place of this one is told, though it has as many rows', async () => {
    const path = folder();
    const store = await openStore(path, { nowUs });
    await act(store, 1);
    await store.close();
    const other = await openStore(folder(), { nowUs });
    await act(other, 2);
    await act(other, 3);
    await other.close();
    cpSync(join(other.folder, DATABASE_FILE), join(path, DATABASE_FILE));
    const after = await openStore(path, { nowUs });
    expect(after.journalLoss()).toEqual({ missing: 0, after: 2, sinceUs: 3 });
    await after.writer.idle();
    expect(await after.verifyJournal()).toMatchObject({ kind: 'lost', head: { seq: 3 }, losses: [{ missing: 0 }] });
    await after.close();
  });

  it('a block that is torn leaves the one before it', async () => {
    const path = folder();
    const store = await openStore(path, { nowUs });
    for (let k = 1; k <= 4; k++) await act(store, k);
    await store.close();
    const file = join(path, HEAD_FILE);
    const whole = readFileSync(file, 'latin1');
    const newest = whole.indexOf('"seq":4');
    expect(newest).toBeGreaterThanOrEqual(0);
    writeFileSync(file, whole.replace('"seq":4', '"seq":9'), 'latin1');
    expect(keptIn(path).head?.seq).toBe(3);
    const again = await openStore(path, { nowUs });
    expect(again.journalLoss()).toBeUndefined();
    await act(again, 5);
    expect(keptIn(path).head?.seq).toBe(5);
    await again.close();
  });

  it.each([
    ['a file that is gone', (file: string) => rmSync(file)],
    ['a file of which nothing can be read', (file: string) => writeFileSync(file, 'x'.repeat(1536))],
  ])(
    '%s beside rows is begun anew, and the journal says that what followed them is not known',
    async (_name, spoil) => {
      const path = folder();
      const store = await openStore(path, { nowUs });
      await act(store, 1);
      await store.close();
      spoil(join(path, HEAD_FILE));
      const again = await openStore(path, { nowUs });
      expect(again.journalLoss()).toBeUndefined();
      await again.writer.idle();
      const row = await again.db.selectFrom('journal').selectAll().where('seq', '=', 2).executeTakeFirstOrThrow();
      expect(row).toMatchObject({ action: 'journal.head-anew', user_id: 'system' });
      expect(JSON.parse(row.detail)).toMatchObject({ after: 1 });
      await act(again, 3);
      expect(keptIn(path).head?.seq).toBe(3);
      expect(await again.verifyJournal()).toMatchObject({ kind: 'intact', head: { seq: 3 } });
      await again.close();
      // It is said once.
      const third = await openStore(path, { nowUs });
      await third.writer.idle();
      expect(await rows(third)).toEqual([1, 2, 3]);
      await third.close();
    },
  );
});
