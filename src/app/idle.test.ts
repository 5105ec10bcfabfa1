import { expect, it, vi } from 'vitest';
import { openMemoryStore } from '../store/index.ts';
import { LocalEngine } from './engine.ts';
import type { CallInput } from './engine-contract.ts';
import { IDLE_LOADED_MS, Idle, MAX_IDLE_LOADED } from './idle.ts';
import { LiveSite } from './live-site.ts';

it('lets go what nobody looked at for a while, counted from the last look or from when it was read', () => {
  const idle = new Idle();
  const site = { usedUs: 5 };
  expect(idle.due([site], 0)).toEqual([]);
  expect(idle.due([site], IDLE_LOADED_MS - 1)).toEqual([]);
  site.usedUs = 6;
  expect(idle.due([site], IDLE_LOADED_MS)).toEqual([]);
  expect(idle.due([site], 2 * IDLE_LOADED_MS - 1)).toEqual([]);
  // Frames came in between.
  expect(idle.due([], 2 * IDLE_LOADED_MS)).toEqual([]);
  expect(idle.due([site], 2 * IDLE_LOADED_MS + 1)).toEqual([]);
  expect(idle.due([site], 3 * IDLE_LOADED_MS + 1)).toEqual([site]);
});

it(`keeps ${MAX_IDLE_LOADED} at most, those that were looked at last`, () => {
  const sites = Array.from({ length: MAX_IDLE_LOADED + 2 }, (_, i) => ({ usedUs: i }));
  expect(new Idle().due(sites, 0)).toEqual([sites[1], sites[0]]);
});

it('a site of the engine is let go, and read again by whoever looks', async () => {
  const store = await openMemoryStore({ nowUs: () => 1 });
  await store.writer.submit({
    put: { site: [{ site_id: 's', name: 's', kind: 'live', zone: 'UTC', created_us: 1 }] },
  });
  let nowMs = 0;
  const engine = await LocalEngine.start({ store, nowUs: () => 1, nowMs: () => nowMs, zone: 'UTC', timers: false });
  const unload = vi.spyOn(LiveSite.prototype, 'unload');
  const input = { params: { site: 's' }, query: {}, body: undefined, userId: 'u' } as unknown as CallInput<'assets'>;
  const look = async (): Promise<unknown> => JSON.parse(await engine.call('assets', input));
  const before = await look();
  await engine.pulse();
  nowMs = IDLE_LOADED_MS - 1;
  await engine.pulse();
  expect(unload).not.toHaveBeenCalled();
  nowMs = IDLE_LOADED_MS;
  await engine.pulse();
  expect(unload).toHaveBeenCalledTimes(1);
  expect(await look()).toEqual(before);
  unload.mockRestore();
  await engine.close();
});
