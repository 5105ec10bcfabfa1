/** A site is let go of only where nobody needs it: what came while it was written for the last time is not lost. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { pcapHeader, pcapRecord } from '../capture/writer.ts';
import { openMemoryStore } from '../store/index.ts';
import { LocalEngine } from './engine.ts';
import { IDLE_LOADED_MS, MAX_IDLE_LOADED } from './idle.ts';
import { LiveSite } from './live-site.ts';
import { fakeCapture } from './testing.ts';

const NOW_US = 1_772_366_400_000_000;
/** From 02:00:00:00:00:`from`, of no protocol. */
const frame = (from: number): Uint8Array => {
  const bytes = new Uint8Array(60);
  bytes.set([2, 0, 0, 0, 0, 0xff, 2, 0, 0, 0, 0, from, 0x88, 0xb5]);
  return pcapRecord({ tsUs: NOW_US, bytes }, { linkType: 1 });
};

it('a source that begins while its idle site is written goes on in the model that is shown', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-unload-'));
  const store = await openMemoryStore({ nowUs: () => NOW_US });
  let goOn: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const { capture } = fakeCapture(async function* (stopped) {
    yield pcapHeader({ linkType: 1 });
    await gate;
    yield frame(0x77);
    await stopped;
  });
  let looks = 0;
  const engine = await LocalEngine.start({
    store,
    // Sites are looked at one after the other: the first is the one that nobody looked at for the longest.
    nowUs: () => NOW_US + looks * 1000,
    nowMs: () => looks * 1000,
    zone: 'UTC',
    timers: false,
    startLive: async () => capture,
  });
  try {
    const names = Array.from({ length: MAX_IDLE_LOADED + 1 }, (_, i) => `site ${i}`);
    const ids: string[] = [];
    for (const [i, name] of names.entries()) {
      const path = join(folder, `${i}.pcap`);
      writeFileSync(path, Buffer.concat([pcapHeader({ linkType: 1 }), frame(i + 1)]));
      ids.push((await engine.open({ kind: 'file', path, site: name }, 'u1')).site);
      await engine.settled();
    }
    const ask = async (call: 'assets' | 'sites', site: string) =>
      JSON.parse(await engine.call(call, { params: { site }, query: {} as never, body: undefined, userId: 'u1' }));
    const macs = async (): Promise<string[]> => {
      looks++;
      return (await ask('assets', ids[0]!)).items.flatMap((row: { macs: string[] }) => row.macs);
    };
    // All are written, and as many as may stay stay.
    for (let i = 0; i < 10; i++) await engine.pulse();
    for (const id of ids) {
      looks++;
      await ask('assets', id);
    }
    const { submit } = store.writer;
    let isBegun = false;
    store.writer.submit = async (...args) => {
      if (!isBegun) {
        isBegun = true;
        await engine.open({ kind: 'live', interface: 'eth1', site: names[0]! }, 'u1');
        await expect
          .poll(async () => (await ask('sites', '')).items.find((row: { id: string }) => row.id === ids[0]).busy)
          .toBe(true);
      }
      return submit.apply(store.writer, args);
    };
    await engine.pulse();
    expect(isBegun).toBe(true);
    goOn();
    await expect.poll(macs).toContain('02:00:00:00:00:77');
  } finally {
    await engine.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

it('a site that somebody looks at while it is written for the last time stays', async () => {
  const store = await openMemoryStore({ nowUs: () => NOW_US });
  await store.writer.submit({
    put: { site: [{ site_id: 's', name: 's', kind: 'live', zone: 'UTC', created_us: 1 }] },
  });
  let nowMs = 0;
  const engine = await LocalEngine.start({
    store,
    nowUs: () => NOW_US + nowMs * 1000,
    nowMs: () => nowMs,
    zone: 'UTC',
    timers: false,
  });
  const unload = vi.spyOn(LiveSite.prototype, 'unload');
  const look = () =>
    engine.call('assets', { params: { site: 's' }, query: {} as never, body: undefined, userId: 'u1' });
  try {
    await look();
    await engine.pulse();
    nowMs = IDLE_LOADED_MS;
    const { submit } = store.writer;
    let isLooked = false;
    store.writer.submit = async (...args) => {
      if (!isLooked) {
        isLooked = true;
        await look();
      }
      return submit.apply(store.writer, args);
    };
    await engine.pulse();
    expect(isLooked).toBe(true);
    expect(unload).not.toHaveBeenCalled();
    // Nobody looks any more.
    nowMs += 2 * IDLE_LOADED_MS;
    await engine.pulse();
    nowMs += IDLE_LOADED_MS;
    await engine.pulse();
    expect(unload).toHaveBeenCalledTimes(1);
  } finally {
    unload.mockRestore();
    await engine.close();
  }
});
