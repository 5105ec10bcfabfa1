/** Evidence that goes away by itself: frames of a live wire are pinned while it runs, those of a watched folder open from their file. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { batchOf } from '../../test/drive.ts';
import type { Frame } from '../api/index.ts';
import { EvidenceRing } from '../capture/ring.ts';
import { pcapHeader, pcapRecord } from '../capture/writer.ts';
import type { Source } from '../core/site.ts';
import { openStore, type Store } from '../store/index.ts';
import { LocalEngine } from './engine.ts';
import { ringName } from './evidence.ts';
import { startLiveCapture } from './live-capture.ts';
import { hostsOf, selectedFrames } from './selection.ts';

// Processes start slowly on a busy machine.
vi.setConfig({ testTimeout: 60_000 });
const soon = { timeout: 20_000 };
const T0 = 1_700_000_000_000_000;

/** An ARP request (RFC 826) of 10.0.0.1, whose card is 02:..:01: a fact rests on it. */
const ARP = Uint8Array.from([
  ...[255, 255, 255, 255, 255, 255, 2, 0, 0, 0, 0, 1, 8, 6],
  ...[0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 1, 10, 0, 0, 1, 0, 0, 0, 0, 0, 0, 10, 0, 0, 9],
  ...new Uint8Array(18),
]);
const CAPTURE = Buffer.concat([pcapHeader({ linkType: 1 }), pcapRecord({ tsUs: T0, bytes: ARP }, { linkType: 1 })]);

let folder: string;
let store: Store;
let engine: LocalEngine;
let nowMs = 0;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-evidence-'));
  const nowUs = () => T0 + 1_000_000;
  store = await openStore(join(folder, 'data'), { nowUs });
  // Plays tcpdump: writes the capture and listens on.
  const script = `process.on('SIGINT', () => process.exit(0));
    process.stderr.write('tcpdump: listening on eth1, link-type EN10MB\\n');
    process.stdout.write(Buffer.from('${CAPTURE.toString('hex')}', 'hex'));
    setInterval(() => undefined, 1000);`;
  engine = await LocalEngine.start({
    store,
    nowUs,
    // A minute passes with each look: a file of a folder is complete at the second.
    nowMs: () => (nowMs += 60_000),
    zone: 'UTC',
    timers: false,
    onError: (error) => {
      throw error;
    },
    startLive: () =>
      startLiveCapture({
        interface: 'eth1',
        spawn: () => spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'pipe'] }),
      }),
  });
});
afterEach(async () => {
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

const frame = async (site: string, source: string): Promise<Frame> =>
  JSON.parse(
    await engine.call('frame', {
      params: { site, source, frame: 1 },
      query: {},
      body: undefined,
      userId: 'u1',
    } as never),
  ) as Frame;
const pins = async (): Promise<number> => (await store.db.selectFrom('pinned_frame').select('frame').execute()).length;
const sources = async (site: string): Promise<{ id: string; state: string; health: { frames: number } }[]> =>
  JSON.parse(await engine.call('sources', { params: { site }, query: {}, body: undefined, userId: 'u1' } as never))
    .items;

it('frames behind what is said of a live wire are pinned while it runs', async () => {
  const { site, source } = await engine.open({ kind: 'live', interface: 'eth1' }, 'u1');
  await expect
    .poll(async () => {
      await engine.pulse();
      return (await sources(site))[0]!.health.frames;
    }, soon)
    .toBe(1);
  expect(await pins()).toBe(0);
  // A minute of pulses.
  for (let i = 0; i < 120; i++) await engine.pulse();
  expect(await pins()).toBe(1);
  expect((await sources(site))[0]!.state).not.toBe('complete');
  // The ring has gone on and overwritten it.
  for (const name of readdirSync(join(folder, 'data', 'ring'))) rmSync(join(folder, 'data', 'ring', name));
  expect(await frame(site, source)).toMatchObject({ available: true, captured: 60 });
});

it('frames of a watched folder open from their file, and pinned ones when it is gone', async () => {
  const watched = join(folder, 'recordings');
  mkdirSync(watched);
  // The second frame is like the first: nothing rests on it.
  const again = pcapRecord({ tsUs: T0 + 5_000_000, bytes: ARP }, { linkType: 1 });
  writeFileSync(join(watched, 'a.pcap'), Buffer.concat([CAPTURE, again]));
  const { site } = await engine.open({ kind: 'folder', path: watched }, 'u1');
  await expect.poll(async () => (await sources(site)).map(({ state }) => state), soon).toEqual(['complete']);
  const source = (await sources(site))[0]!.id;
  await expect.poll(async () => (await frame(site, source)).available, soon).toBe(true);
  const pcap = await engine.framePcap(site, source, 2, 0);
  expect(pcap.length).toBe(24 + 16 + 60);
  await expect.poll(pins, soon).toBe(1);
  rmSync(join(watched, 'a.pcap'));
  expect(await frame(site, source)).toMatchObject({ available: true, captured: 60 });
});

it('conversations of a live source are selected out of the ring', async () => {
  // IPv4 (RFC 791), UDP (RFC 768): 10.0.0.1 and 10.0.0.2 talk, 10.0.0.3 does not belong to it.
  const udp = (from: number, to: number, content: number): Uint8Array =>
    Uint8Array.from([
      ...[2, 0, 0, 0, 0, to, 2, 0, 0, 0, 0, from, 8, 0],
      ...[0x45, 0, 0, 30, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, from, 10, 0, 0, to],
      ...[0, 99, 0, 98, 0, 10, 0, 0, content, content],
    ]);
  const frames = [udp(1, 2, 7), udp(3, 2, 8), udp(2, 1, 9)];
  const ring = await EvidenceRing.open({ folder: join(folder, 'ring'), now: () => 0 });
  ring.append(ringName('site', 'l-eth1'), batchOf(frames.map((bytes, i) => ({ bytes, tsUs: T0 + i }))));
  const source = { id: 'l-eth1', kind: 'live', path: 'eth1', health: { frames: 3 } } as Source;
  const selection = { hosts: new Set([hostsOf(frames[0]!, 1)]), frames: [] };
  const found: string[] = [];
  for await (const { frame, bytes } of selectedFrames(store, 'site', [source], selection, ring))
    found.push(`${frame}: ${bytes.at(-1)}`);
  await ring.close();
  expect(found).toEqual(['1: 7', '3: 9']);
});
