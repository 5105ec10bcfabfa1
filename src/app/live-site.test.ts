/** A site with very many sources: a recorder that begins a file a minute makes half a million of them in a year. */
import { expect, it, vi } from 'vitest';
import type { Source } from '../core/site.ts';
import { openMemoryStore } from '../store/index.ts';
import { LiveSite } from './live-site.ts';
import { emptyHealth } from './source-work.ts';

/** More than may be given to one function call. */
const MANY = 130_000;

const health = emptyHealth();
const sourceOf = (n: number): Source => ({
  ...{ id: `d-${n}`, site: 's', kind: 'folder', name: `${n}.pcap`, path: `/captures/${n}.pcap`, sha256: '' },
  ...{ state: 'complete', error: '', progress: 1, startedUs: n, endedUs: n + 1, warnings: [] },
  health: { ...health, firstUs: 1_000_000 + n, lastUs: 2_000_000 + n },
});
const siteWith = async (count: number) => {
  const store = await openMemoryStore({ nowUs: () => 1 });
  const row = { site_id: 's', name: 's', kind: 'capture', zone: 'UTC', created_us: 1 };
  const site = new LiveSite(store, row);
  for (let n = 0; n < count; n++) site.sources.set(`d-${n}`, sourceOf(n));
  return { store, site };
};

it('says when its first and its last frame were, however many sources it has', async () => {
  const { store, site } = await siteWith(MANY);
  expect(site.answer()).toMatchObject({
    sources: MANY,
    firstAt: new Date(1000).toISOString(),
    lastAt: new Date(2000 + (MANY - 1) / 1000).toISOString(),
  });
  await store.close();
});

it('writes a source when it changed, not with every save', async () => {
  const { store, site } = await siteWith(50);
  const written: (string | undefined)[][] = [];
  const { submit } = store.writer;
  let fails = false;
  store.writer.submit = (batch, options) => {
    written.push((batch.put?.source ?? []).map((row) => row.source_id));
    return fails ? Promise.reject(new Error('no room')) : submit.call(store.writer, batch, options);
  };
  const saved = async (): Promise<unknown> => {
    written.length = 0;
    await site.save(2).catch(() => undefined);
    return written.flat();
  };
  await site.load();
  expect(await saved()).toHaveLength(50);
  expect(await saved()).toEqual([]);
  site.sources.set('d-7', { ...sourceOf(7), state: 'failed', error: 'gone' });
  fails = true;
  expect(await saved()).toEqual(['d-7']);
  fails = false;
  // What was refused comes first, and what stands now after it.
  expect(await saved()).toEqual(['d-7', 'd-7']);
  expect(await saved()).toEqual([]);
  const rows = await store.db
    .selectFrom('source')
    .select(['source_id', 'state'])
    .where('state', '=', 'failed')
    .execute();
  expect(rows).toEqual([{ source_id: 'd-7', state: 'failed' }]);
  await store.close();
});

it('devices that are only seen again are told of every ten seconds', async () => {
  const { store, site } = await siteWith(1);
  await site.load();
  const clock = vi.spyOn(performance, 'now');
  const told = (ms: number): boolean => {
    clock.mockReturnValue(1_000_000 + ms);
    return site.bumpTraffic().some(({ topic }) => topic === 'assets');
  };
  expect([0, 500, 9999, 10_000, 10_500, 20_000].map(told)).toEqual([true, false, false, true, false, true]);
  clock.mockRestore();
  await store.close();
});
