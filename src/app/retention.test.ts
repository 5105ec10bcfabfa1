/** The settings of evidence act: pinned frames that are too old are forgotten, the ring follows its limit. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { pcapHeader, pcapRecord } from '../capture/writer.ts';
import { openStore } from '../store/index.ts';
import { LocalEngine } from './engine.ts';
import type { CallInput } from './engine-contract.ts';

const DAY_US = 86_400_000_000;

it('forgets pinned frames and segments of the ring by age, and segments beyond the size', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-retention-'));
  let clockUs = 1_700_000_000_000_000;
  let nowMs = 0;
  const nowUs = () => ++clockUs;
  const ring = join(folder, 'data', 'ring');
  mkdirSync(ring, { recursive: true });
  // Three segments of an earlier run, 10 MiB each, one written long ago.
  for (const n of [1, 2, 3]) {
    const path = join(ring, `evidence-000000000${n}.pcapng`);
    writeFileSync(path, new Uint8Array(10 * 1024 * 1024));
    utimesSync(path, 1_700_000_000, n === 1 ? 1_600_000_000 : 1_700_000_000);
  }
  const store = await openStore(join(folder, 'data'), { nowUs });
  const engine = await LocalEngine.start({
    store,
    nowUs,
    nowMs: () => nowMs,
    zone: 'UTC',
    timers: false,
    onError: (error) => {
      throw error;
    },
  });
  try {
    const arp = [0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 1, 10, 0, 0, 1, 0, 0, 0, 0, 0, 0, 10, 0, 0, 1];
    const bytes = Uint8Array.from([255, 255, 255, 255, 255, 255, 2, 0, 0, 0, 0, 1, 8, 6, ...arp]);
    const path = join(folder, 'a.pcap');
    const record = pcapRecord({ tsUs: clockUs, bytes, wire: bytes.length }, { linkType: 1 });
    writeFileSync(path, Buffer.concat([pcapHeader({ linkType: 1 }), record]));
    await engine.open({ kind: 'file', path }, 'u1');
    await engine.settled();
    const pins = async () => (await store.db.selectFrom('pinned_frame').select('frame').execute()).length;
    const set = async (retention: object) => {
      const input = { params: {}, query: {}, body: { retention }, userId: 'u1' };
      await engine.call('changeSettings', input as unknown as CallInput<'changeSettings'>);
      for (let i = 0; i < 3; i++) await engine.pulse();
    };
    const passes = async (days: number) => {
      clockUs += days * DAY_US;
      nowMs += (days * DAY_US) / 1000;
      await engine.pulse();
    };
    // Gatehouse has just started: whether it is really that late is not known yet.
    await set({ evidenceDays: 3, historyDays: null, evidenceMiB: 1024 });
    expect(readdirSync(ring)).toHaveLength(3);
    await passes(1);
    await set({ evidenceDays: 3, historyDays: null, evidenceMiB: 1024 });
    expect(await pins()).toBe(1);
    expect(readdirSync(ring).sort()).toEqual(['evidence-0000000002.pcapng', 'evidence-0000000003.pcapng']);
    await set({ evidenceDays: 3, historyDays: null, evidenceMiB: 24 });
    expect(readdirSync(ring)).toEqual(['evidence-0000000003.pcapng']);
    // The clock jumps by ten years: nothing is too old on account of that, until a day has passed by it.
    clockUs += 3650 * DAY_US;
    await set({ evidenceDays: 3, historyDays: 30, evidenceMiB: 24 });
    expect(await pins()).toBe(1);
    expect(readdirSync(ring)).toEqual(['evidence-0000000003.pcapng']);
    await passes(1.1);
    await set({ evidenceDays: 3, historyDays: null, evidenceMiB: 24 });
    expect(await pins()).toBe(0);
    expect(readdirSync(ring)).toEqual([]);
  } finally {
    await engine.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
