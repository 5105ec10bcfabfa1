/** What people do is in the journal and in the picture, or in neither: two at once, a full disk, an end in between. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SAMPLE_DEFAULTS } from '../../plant/index.ts';
import { openStore, type Store } from '../store/index.ts';
import { LocalEngine } from './engine.ts';
import type { CallAnswer, EngineCall } from './engine-contract.ts';
import { writeSample } from './sample.ts';

let folder: string;
let engine: LocalEngine;
let store: Store;
let site: string;
let assets: string[];
/** Commits that the disk has room for. */
let room: number;
const nowUs = () => 1_772_366_400_000_000;

const start = async (data: string): Promise<void> => {
  store = await openStore(join(folder, data), {
    nowUs,
    freeBytes: async () => (room-- > 0 ? Number.MAX_SAFE_INTEGER : 0),
    later: () => undefined,
  });
  engine = await LocalEngine.start({ store, nowUs, nowMs: () => performance.now(), zone: 'UTC', timers: false });
};
beforeEach(async () => {
  room = Number.POSITIVE_INFINITY;
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-acts-'));
  const path = join(folder, 'a.pcapng');
  await writeSample(path, { ...SAMPLE_DEFAULTS, durationS: 20 });
  await start('data');
  ({ site } = await engine.open({ kind: 'file', path }, 'u1'));
  await engine.settled();
  assets = (await ask('assets', {})).items.map(({ id }) => String(id)).slice(0, 2);
});
afterEach(async () => {
  room = Number.POSITIVE_INFINITY;
  await store.writer.retry();
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

const ask = async <C extends EngineCall>(call: C, more: object, body?: object): Promise<CallAnswer<C>> =>
  JSON.parse(
    await engine.call(call, { params: { site, ...more }, query: { limit: 500 }, body, userId: 'u1' } as never),
  ) as CallAnswer<C>;
const merge = () => ask('mergeAssets', {}, { assets, reason: 'one cabinet' });
const count = async (): Promise<number> => (await ask('assets', {})).items.length;
const done = async (action: string): Promise<number> =>
  (await store.db.selectFrom('journal').select('seq').where('action', '=', action).execute()).length;

it('a correction that the disk has no room for changes nothing, also once there is room again', async () => {
  const before = await count();
  room = 0;
  await expect(merge()).rejects.toMatchObject({ code: 'store.full-disk' });
  await expect(ask('changeAsset', { asset: assets[0] }, { name: 'Mixer' })).rejects.toMatchObject({
    code: 'store.full-disk',
  });
  expect(await count()).toBe(before);
  room = Number.POSITIVE_INFINITY;
  await store.writer.retry();
  await engine.close();
  await start('data');
  expect(await count()).toBe(before);
  expect((await ask('asset', { asset: assets[0] })).name).not.toBe('Mixer');
  expect(await done('asset.merge')).toBe(0);
  const merged = await merge();
  room = 0;
  await expect(ask('undoCorrection', { correction: merged.correction })).rejects.toThrow(/full/);
  expect(await count()).toBe(before - 1);
});

it('two people who undo the same correction undo it once', async () => {
  const before = await count();
  const { correction } = await merge();
  expect(await count()).toBe(before - 1);
  const undo = () => ask('undoCorrection', { correction });
  const [one, two] = await Promise.allSettled([undo(), undo()]);
  expect(one.status).toBe('fulfilled');
  expect(two).toMatchObject({ status: 'rejected', reason: { code: 'correction-refused' } });
  expect(await count()).toBe(before);
  expect(await done('correction.undo')).toBe(1);
});

it('two people who change a site at once change both', async () => {
  await Promise.all([ask('changeSite', {}, { name: 'North' }), ask('changeSite', {}, { zone: 'Europe/Berlin' })]);
  const row = await store.db.selectFrom('site').selectAll().where('site_id', '=', site).executeTakeFirst();
  expect(row).toMatchObject({ name: 'North', zone: 'Europe/Berlin' });
});

it.each(['merge', 'rename', 'undo'] as const)(
  'an end between the commit of a correction and of what it changed: %s is in the picture of the next start',
  async (what) => {
    const before = await count();
    if (what === 'undo') await merge();
    const corrections = what === 'undo' ? (await ask('asset', { asset: assets[0] })).corrections : [];
    room = 1;
    const act =
      what === 'merge'
        ? merge()
        : what === 'rename'
          ? ask('changeAsset', { asset: assets[0] }, { name: 'Mixer' })
          : ask('undoCorrection', { correction: corrections[0]!.id });
    // The correction is committed; what it changed waits for room.
    await expect.poll(() => store.writer.state.kind).toBe('failed');
    cpSync(join(folder, 'data'), join(folder, 'dead'), { recursive: true, filter: (from) => !from.endsWith('lock') });
    room = Number.POSITIVE_INFINITY;
    await store.writer.retry();
    await act;
    await engine.close();
    await start('dead');
    expect(await done(what === 'merge' ? 'asset.merge' : what === 'rename' ? 'asset.change' : 'correction.undo')).toBe(
      1,
    );
    expect(await count()).toBe(what === 'merge' ? before - 1 : before);
    expect((await ask('asset', { asset: assets[0] })).name === 'Mixer').toBe(what === 'rename');
  },
);
