/** A stream comes once: what was seen of it is written while it goes on, so that a program that is killed has it. */
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { pcapHeader, pcapRecord } from '../capture/writer.ts';
import { openMemoryStore } from '../store/index.ts';
import { LocalEngine } from './engine.ts';

const T0 = 1_772_366_400_000_000;
/** Pulses until the next save at most. */
const PULSES = 10;

/** Host `n` announces its address (ARP, RFC 826). */
const announced = (n: number): Uint8Array => {
  const mac = [2, 0, 0, 0, 0, n];
  const arp = [0, 1, 8, 0, 6, 4, 0, 1, ...mac, 10, 0, 0, n, 0, 0, 0, 0, 0, 0, 10, 0, 0, n];
  const bytes = new Uint8Array(60);
  bytes.set([255, 255, 255, 255, 255, 255, ...mac, 8, 6, ...arp]);
  return pcapRecord({ tsUs: T0 + n * 1000, bytes, wire: bytes.length }, { linkType: 1 });
};

it.skipIf(process.platform === 'win32')(
  'is written before it ends, and more seldom where writing takes long',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-stream-'));
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const writer = openSync(pipe, 'r+');
    let nowMs = 0;
    let stepMs = 0;
    const store = await openMemoryStore({ nowUs: () => T0 });
    const engine = await LocalEngine.start({
      store,
      nowUs: () => T0,
      // Each look at the clock takes `stepMs`, and with it each save.
      nowMs: () => {
        nowMs += stepMs;
        return nowMs;
      },
      zone: 'UTC',
      timers: false,
    });
    try {
      const { site } = await engine.open({ kind: 'stream', name: 'standard input', fd: openSync(pipe, 'r') }, 'u1');
      const sources = async () =>
        JSON.parse(
          await engine.call('sources', { params: { site }, query: {}, body: undefined, userId: 'u1' } as never),
        );
      const rows = async () => (await store.db.selectFrom('endpoint').select('endpoint_id').execute()).length;
      const sees = async (frames: number) =>
        expect.poll(async () => (await sources()).items[0].health.frames, { timeout: 20_000 }).toBe(frames);
      const pulses = async (n: number) => {
        for (let i = 0; i < n; i++) await engine.pulse();
      };
      writeSync(writer, Buffer.concat([pcapHeader({ linkType: 1 }), announced(1)]));
      await sees(1);
      stepMs = 700;
      await pulses(PULSES);
      const before = await rows();
      expect(before).toBeGreaterThan(0);
      expect((await sources()).items[0].state).toBe('live');
      // The save took 700 ms of that clock: the next comes seven seconds after it.
      stepMs = 0;
      writeSync(writer, announced(2));
      await sees(2);
      await pulses(2 * PULSES);
      expect(await rows()).toBe(before);
      nowMs += 60_000;
      await pulses(PULSES);
      expect(await rows()).toBeGreaterThan(before);
    } finally {
      closeSync(writer);
      await engine.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
