/** A live capture that ends by itself: it is told, shown as blindness, and started again; nothing waits in these tests. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import type { Now } from '../api/index.ts';
import { HEADS_FILE, openMemoryStore, openStore } from '../store/index.ts';
import { LocalEngine } from './engine.ts';
import { startLiveCapture } from './live-capture.ts';
import { fakeCapture } from './testing.ts';

/** Plays tcpdump: a frame from 02..01 to 02..02, then it ends (`dies`) or listens until it is stopped. */
const tool = (dies: boolean) => `
  const frame = Buffer.concat([Buffer.from('0200000000020200000000010806', 'hex'), Buffer.alloc(46)]);
  const record = Buffer.concat([Buffer.from('00f15365000000003c0000003c000000', 'hex'), frame]);
  process.on('SIGINT', () => process.exit(0));
  process.stderr.write('tcpdump: listening on eth1, link-type EN10MB\\n');
  process.stdout.write(Buffer.concat([Buffer.from('d4c3b2a1020004000000000000000000ffff000001000000', 'hex'), record]), () => {
    if (${dies}) process.stderr.write('tcpdump: pcap_loop: cable eaten by a rat\\n', () => process.exit(1));
    else setInterval(() => undefined, 1000);
  });`;

// Processes start slowly on a busy machine.
vi.setConfig({ testTimeout: 60_000 });
const soon = { timeout: 20_000 };

const open: LocalEngine[] = [];
afterEach(async () => {
  for (const engine of open.splice(0)) await engine.close();
});

it('is shown as blindness, told once, tried until it listens again, and over then', async () => {
  const nowUs = () => 1_772_366_400_000_000 + starts * 1_000_000;
  let starts = 0;
  const pauses: number[] = [];
  let goOn: () => void = () => undefined;
  const told: string[] = [];
  const engine = await LocalEngine.start({
    store: await openMemoryStore({ nowUs }),
    nowUs,
    nowMs: () => starts * 1000,
    zone: 'UTC',
    timers: false,
    onError: (error) => told.push((error as Error).message),
    startLive: async () => {
      starts++;
      if (starts === 2) throw new Error('the interface is not there yet');
      const script = tool(starts === 1);
      return startLiveCapture({
        interface: 'eth1',
        spawn: () => spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'pipe'] }),
      });
    },
    pause: (ms, signal) =>
      new Promise((resolve) => {
        pauses.push(ms);
        goOn = resolve;
        signal.addEventListener('abort', () => resolve());
      }),
  });
  open.push(engine);
  const { site, source } = await engine.open({ kind: 'live', interface: 'eth1' }, 'u1');
  const ask = async (call: 'now' | 'sources') =>
    JSON.parse(await engine.call(call, { params: { site }, query: {} as never, body: undefined, userId: 'u1' }));
  const now = async (): Promise<Now> => ask('now');

  await expect.poll(() => pauses, soon).toEqual([5000]);
  expect(told).toHaveLength(1);
  expect(told[0]).toMatch(/^The capture on eth1 has ended, nothing is seen there: .*cable eaten by a rat/);
  expect((await now()).state).toBe('blind');
  expect((await now()).posture).toContain('We are blind');
  expect((await now()).blindSpots[0]).toMatchObject({ title: 'We are blind here: the capture on eth1 has ended' });
  // The first try fails, the second listens.
  goOn();
  await expect.poll(() => pauses, soon).toEqual([5000, 10_000]);
  expect((await now()).state).toBe('blind');
  goOn();
  await expect
    .poll(async () => (await ask('sources')).items.map((row: { state: string }) => row.state).sort(), soon)
    .toEqual(['complete', 'live']);
  const { items } = (await ask('sources')) as { items: { id: string; state: string; error: string }[] };
  expect(items.find(({ id }) => id === source)!.error).toContain('cable eaten by a rat');
  expect(new Set(items.map(({ id }) => id)).size).toBe(2);
  expect((await now()).state).toBe('watching');
  expect(told).toHaveLength(1);
});

it('one of several interfaces that ends is told, and shown as blind until it is there again, while the others are read', async () => {
  const nowUs = () => 1_772_366_400_000_000;
  const told: string[] = [];
  const starts: string[] = [];
  let goOn: () => void = () => undefined;
  const engine = await LocalEngine.start({
    store: await openMemoryStore({ nowUs }),
    nowUs,
    nowMs: () => 0,
    zone: 'UTC',
    timers: false,
    onError: (error) => told.push((error as Error).message),
    startLive: (options) =>
      startLiveCapture({
        ...options,
        spawn: (_file, args) => {
          const name = args[args.indexOf('-i') + 1]!;
          starts.push(name);
          const script = tool(name === 'eth2' && starts.length === 2);
          return spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'pipe'] });
        },
      }),
    pause: (_ms, signal) =>
      new Promise((resolve) => {
        goOn = resolve;
        signal.addEventListener('abort', () => resolve());
      }),
  });
  open.push(engine);
  const { site } = await engine.open({ kind: 'live', interface: 'eth1,eth2' }, 'u1');
  const ask = async (call: 'now' | 'sources') =>
    JSON.parse(await engine.call(call, { params: { site }, query: {} as never, body: undefined, userId: 'u1' }));
  await expect.poll(() => told, soon).toHaveLength(1);
  expect(told[0]).toMatch(/^The capture on eth2 has ended, nothing is seen there: .*cable eaten by a rat/);
  await expect.poll(async () => (await ask('now')).state, soon).toBe('blind');
  expect((await ask('now')).blindSpots[0]).toMatchObject({ title: 'We are blind here: nothing comes from eth2' });
  expect((await ask('sources')).items.map((row: { state: string }) => row.state)).toEqual(['live']);
  goOn();
  await expect.poll(async () => (await ask('now')).state, soon).toBe('watching');
  expect(starts).toEqual(['eth1', 'eth2', 'eth2']);
  expect((await ask('sources')).items).toHaveLength(1);
  expect(told).toHaveLength(1);
});

it('does not keep the program from ending while it waits', async () => {
  const nowUs = () => 1_772_366_400_000_000;
  let waits = false;
  const engine = await LocalEngine.start({
    store: await openMemoryStore({ nowUs }),
    nowUs,
    nowMs: () => 0,
    zone: 'UTC',
    timers: false,
    startLive: () =>
      startLiveCapture({
        interface: 'eth1',
        spawn: () => spawn(process.execPath, ['-e', tool(true)], { stdio: ['ignore', 'pipe', 'pipe'] }),
      }),
    pause: (_ms, signal) =>
      new Promise((resolve) => {
        waits = true;
        signal.addEventListener('abort', () => resolve());
      }),
  });
  await engine.open({ kind: 'live', interface: 'eth1' }, 'u1');
  await expect.poll(() => waits, soon).toBe(true);
  await engine.close();
});

it('a capture whose source cannot be begun, or read, is stopped: none goes on unseen', async () => {
  const nowUs = () => 1_772_366_400_000_000;
  for (const fails of ['its site', 'its reading'] as const) {
    const { capture, stops } = fakeCapture();
    const store = await openMemoryStore({ nowUs });
    let waits = false;
    const engine = await LocalEngine.start({
      store,
      nowUs,
      nowMs: () => 0,
      zone: 'UTC',
      timers: false,
      startLive: async () => capture,
      pause: (_ms, signal) =>
        new Promise((resolve) => {
          waits = true;
          signal.addEventListener('abort', () => resolve());
        }),
    });
    open.push(engine);
    const { submit } = store.writer;
    if (fails === 'its site') {
      store.writer.submit = () => Promise.reject(new Error('the disk is gone'));
      await expect(engine.open({ kind: 'live', interface: 'eth1' }, 'u1')).rejects.toThrow('the disk is gone');
      store.writer.submit = submit;
    } else {
      // What the site knew cannot be read: its table is gone.
      await store.writer.exclusively((db) => db.script('DROP TABLE endpoint'));
      await engine.open({ kind: 'live', interface: 'eth1' }, 'u1');
      await expect.poll(() => waits, soon).toBe(true);
    }
    expect(stops(), fails).toBe(1);
  }
});

it('the store is closed and its folder free even where the head of the journal cannot be written', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-close-'));
  const nowUs = () => 1_772_366_400_000_000;
  const told: unknown[] = [];
  try {
    const engine = await LocalEngine.start({
      store: await openStore(folder, { nowUs }),
      nowUs,
      nowMs: () => 0,
      zone: 'UTC',
      timers: false,
      onError: (error) => told.push(error),
    });
    // A folder of that name: as good as a disk that takes nothing more.
    mkdirSync(join(folder, HEADS_FILE));
    await engine.close();
    expect(told).toHaveLength(1);
    await (await openStore(folder, { nowUs })).close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
