/** The same recording in one site is counted once, whatever its file is called, packed or formatted as, and whoever opens it when. */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SAMPLE_DEFAULTS } from '../../plant/index.ts';
import type { Source } from '../api/index.ts';
import { openStore } from '../store/index.ts';
import { LocalEngine } from './engine.ts';
import { writeSample } from './sample.ts';

const SHORT = { ...SAMPLE_DEFAULTS, durationS: 30 };
let folder: string;
let engine: LocalEngine;
let original: string;
const nowUs = () => 1_772_366_400_000_000;
const start = async (): Promise<LocalEngine> =>
  LocalEngine.start({
    store: await openStore(join(folder, 'data'), { nowUs }),
    nowUs,
    nowMs: () => performance.now(),
    zone: 'UTC',
    timers: false,
  });
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-same-'));
  original = join(folder, 'a.pcapng');
  await writeSample(original, SHORT);
  engine = await start();
});
afterEach(async () => {
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

const open = (path: string, site?: string) =>
  engine.open({ kind: 'file', path, ...(site === undefined ? {} : { site }) }, 'u1');
const sources = async (site: string): Promise<readonly Source[]> =>
  JSON.parse(await engine.call('sources', { params: { site }, query: {} as never, body: undefined, userId: 'u1' }))
    .items;
const packedOf = (octets: Uint8Array): string => {
  const path = join(folder, 'b.pcapng.gz');
  writeFileSync(path, gzipSync(octets));
  return path;
};
const packed = (): string => packedOf(readFileSync(original));
const framesIn = async (site: string): Promise<number> =>
  (await sources(site)).reduce((sum, source) => sum + source.health.frames, 0);

it('packed is the same, in a site of many sources and in the site that it opened for itself', async () => {
  const plain = await open(original, 'Line 3');
  await engine.settled();
  const frames = await framesIn(plain.site);
  expect(frames).toBeGreaterThan(100);
  expect(await open(packed(), 'Line 3')).toEqual({ ...plain, known: true, as: 'a.pcapng' });
  await engine.settled();
  expect(await framesIn(plain.site)).toBe(frames);
  expect(await sources(plain.site)).toHaveLength(1);
  // Alone it has its own site, which what is packed opens too.
  const alone = await open(packed());
  expect(alone).toMatchObject({ known: false });
  await engine.settled();
  expect(await open(original)).toEqual({ ...alone, known: true, as: 'b.pcapng.gz' });
});

it('opened while the other waits, it is told when its turn comes, and nothing is doubled', async () => {
  // Whichever is hashed first has the first turn.
  await Promise.all([open(original, 'Line 3'), open(packed(), 'Line 3')]);
  await engine.settled();
  const rows = await sources('line-3');
  const read = rows.find(({ state }) => state === 'complete')!;
  expect(rows.filter(({ id }) => id !== read.id)).toMatchObject([
    {
      state: 'failed',
      error: `This recording is here already, as ${read.name}. Nothing was read a second time.`,
      health: { frames: 0 },
    },
  ]);
});

it('two people who open the same file at the same moment open it once', async () => {
  const copy = join(folder, 'copy.pcapng');
  copyFileSync(original, copy);
  const [one, two] = await Promise.all([open(original, 'Line 3'), open(copy, 'Line 3')]);
  await engine.settled();
  expect([one!.known, two!.known].sort()).toEqual([false, true]);
  expect(two!.source).toBe(one!.source);
  expect(await sources('line-3')).toHaveLength(1);
  const alone = await open(original);
  await engine.settled();
  expect(await framesIn('line-3')).toBe(await framesIn(alone.site));
});

it('files that were not begun, or of which nothing was kept, when Gatehouse was ended are read by the next start', async () => {
  const other = join(folder, 'other.pcapng');
  await writeSample(other, { ...SHORT, seed: 2 });
  const alone = await Promise.all([open(original), open(other)]);
  await engine.settled();
  const whole = (await framesIn(alone[0]!.site)) + (await framesIn(alone[1]!.site));
  await Promise.all([open(original, 'Line 3'), open(other, 'Line 3')]);
  // One is being read or waits still, the other waits.
  await engine.close();
  engine = await start();
  await engine.settled();
  expect((await sources('line-3')).map(({ state, error }) => [state, error])).toEqual([
    ['complete', ''],
    ['complete', ''],
  ]);
  expect(await framesIn('line-3')).toBe(whole);
});

it('one that begins and ends alike and says something else is another recording', async () => {
  await open(original, 'Line 3');
  await engine.settled();
  const octets = readFileSync(original);
  // pcapng: type, length of the block; in an enhanced packet the octets of the frame begin at 28.
  let at = 0;
  for (let packets = 0; packets < 100; at += octets.readUInt32LE(at + 4)) if (octets.readUInt32LE(at) === 6) packets++;
  while (octets.readUInt32LE(at) !== 6) at += octets.readUInt32LE(at + 4);
  octets[at + 28 + octets.readUInt32LE(at + 20) - 1]! ^= 0xff;
  const edited = join(folder, 'edited.pcapng');
  writeFileSync(edited, octets);
  expect((await open(edited, 'Line 3')).known).toBe(false);
  await engine.settled();
  expect((await sources('line-3')).map(({ state }) => state)).toEqual(['complete', 'complete']);
  // Where the file that was read is gone, what is counted of it must do.
  rmSync(original);
  rmSync(edited);
  expect(await open(packedOf(octets), 'Line 3')).toMatchObject({ known: true });
});

it('a file that is gone when its turn comes is told, and does not wait for good', async () => {
  const other = join(folder, 'other.pcapng');
  await writeSample(other, { ...SHORT, seed: 2 });
  const long = join(folder, 'long.pcapng');
  await writeSample(long, { ...SHORT, durationS: 300 });
  await open(long, 'Line 3');
  const { source } = await open(other, 'Line 3');
  // The first, ten times as long, is being read still.
  rmSync(other);
  await engine.settled();
  const row = (await sources('line-3')).find(({ id }) => id === source)!;
  expect(row).toMatchObject({ state: 'failed', error: expect.stringContaining(`${other} does not exist.`) });
});
