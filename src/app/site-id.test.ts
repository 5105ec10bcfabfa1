/** The site of the simulated plant is nobody else's: where its day was cut it begins anew, and what stood there would be gone. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { pcapHeader, pcapRecord } from '../capture/writer.ts';
import { openMemoryStore, type Store } from '../store/index.ts';
import { LocalEngine } from './engine.ts';
import { PLANT_SITE, siteIdOf } from './site-id.ts';

const NOW_US = 1_772_366_400_000_000;
let folder: string;
let store: Store;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-site-id-'));
  store = await openMemoryStore({ nowUs: () => NOW_US });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const start = () =>
  LocalEngine.start({
    store,
    nowUs: () => NOW_US,
    nowMs: () => 0,
    zone: 'UTC',
    timers: false,
    // The plant waits for a clock that stands still.
    pause: (_ms, signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true })),
  });
const capture = (): string => {
  const path = join(folder, 'a.pcap');
  const bytes = new Uint8Array(60);
  writeFileSync(
    path,
    Buffer.concat([pcapHeader({ linkType: 1 }), pcapRecord({ tsUs: NOW_US, bytes }, { linkType: 1 })]),
  );
  return path;
};

it('a site that somebody called plant is another', async () => {
  const engine = await start();
  const own = await engine.open({ kind: 'file', path: capture(), site: 'Plant' }, 'u1');
  const simulated = await engine.open({ kind: 'plant', historyUs: 0 }, 'u1');
  expect([own.site, simulated.site]).toEqual([siteIdOf('Plant'), PLANT_SITE]);
  expect(own.site).not.toBe(simulated.site);
  const again = await engine.open({ kind: 'file', path: capture(), site: 'plant' }, 'u1');
  expect(again).toMatchObject({ site: own.site, known: true });
  await engine.close();
});

it('a site of people that has its place since an older version stays as it is', async () => {
  const site = { site_id: PLANT_SITE, name: 'plant', kind: 'capture', zone: 'UTC', created_us: NOW_US };
  const first = await start();
  const { source } = await first.open({ kind: 'file', path: capture(), site: 'press' }, 'u1');
  await first.settled();
  const [row] = await store.db.selectFrom('source').selectAll().where('source_id', '=', source).execute();
  await store.writer.submit({ put: { site: [site], source: [{ ...row!, site_id: PLANT_SITE, progress: 0 }] } });
  const engine = await start();
  await expect(engine.open({ kind: 'plant', historyUs: 0 }, 'u1')).rejects.toMatchObject({ code: 'site-exists' });
  const left = await store.db.selectFrom('source').selectAll().where('site_id', '=', PLANT_SITE).execute();
  expect(left).toHaveLength(1);
  await engine.close();
});

it('an id can stand in an address whatever the name is', () => {
  // RFC 3986, 5.2.4: segments of dots alone are steps, and vanish.
  for (const name of ['.', '..', ' .. ', '...', '-..-']) expect(siteIdOf(name), name).toBe('site');
  expect(siteIdOf('.hidden v1.2')).toBe('.hidden-v1.2');
  const long = siteIdOf(`a${'\u{20bb7}'.repeat(60)}`);
  expect(() => encodeURIComponent(long)).not.toThrow();
});
