/** A recorder that begins a file each minute leaves tens of thousands of them: what one file costs must not grow with their number. */
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { joined } from './testing/collect.ts';
import { watchFolder } from './watch.ts';
import { pcapHeader, pcapRecord } from './writer.ts';

let stats = 0;
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  return {
    ...real,
    stat: (path: string) => {
      stats++;
      return real.stat(path);
    },
  };
});

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-watch-'));
});
afterEach(() => rm(folder, { recursive: true }));

const FILES = 400;
const bytes = joined(pcapHeader({ linkType: 1 }), pcapRecord({ tsUs: 1, bytes: Uint8Array.of(1) }, { linkType: 1 }));
const put = async (name: string, seconds: number): Promise<void> => {
  await writeFile(join(folder, name), bytes);
  await utimes(join(folder, name), seconds, seconds);
};

it('each of many files is asked for its size a few times, not once for each of the others', async () => {
  for (let n = 0; n < FILES; n++) await put(`${n}.pcap`, 1000 + n);
  const end = new AbortController();
  let nowMs = 0;
  let waits = 0;
  const clock = {
    now: () => nowMs,
    wait: async (ms: number) => {
      nowMs += ms;
      if (++waits > 10) end.abort();
    },
  };
  const read: string[] = [];
  let asked = 0;
  for await (const { path, chunks } of watchFolder(folder, { clock, stableMs: 5000, signal: end.signal })) {
    for await (const chunk of chunks()) expect(chunk.length).toBe(bytes.length);
    read.push(path);
    // The last but one: the latest is looked at again and again until it has not grown for a while.
    if (read.length === FILES - 1) asked = stats;
    // One that was written late, between others: it comes too, though in its turn of the next look.
    if (read.length === 10) await put('late.pcap', 1020.5);
  }
  expect(read).toHaveLength(FILES + 1);
  expect(asked).toBeLessThan(6 * FILES);
});

it('of many that rest only the latest are asked each time', async () => {
  for (let n = 0; n < FILES; n++) await put(`${n}.pcap`, 1000 + n);
  const end = new AbortController();
  let nowMs = 0;
  let waits = 0;
  const clock = {
    // A slow share: a minute for a look.
    now: () => (nowMs += 30_000),
    wait: async (ms: number) => {
      nowMs += ms;
      stats = waits === 0 ? 0 : stats;
      if (++waits > 10) end.abort();
    },
  };
  for await (const { chunks } of watchFolder(folder, { clock, stableMs: 1, signal: end.signal }))
    for await (const chunk of chunks()) expect(chunk.length).toBe(bytes.length);
  expect(stats).toBeLessThan(11 * 70 + FILES);
});
