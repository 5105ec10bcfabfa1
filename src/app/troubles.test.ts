/** What hinders watching and belongs to no source reaches the people who look, and goes when it is over. */
import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Answer } from '../api/index.ts';
import { pcapHeader, pcapRecord } from '../capture/writer.ts';
import { openMemoryStore } from '../store/index.ts';
import { LocalEngine } from './engine.ts';
import { verdictsOf } from './query/sources.ts';
import { evidenceLost, evidenceShort, folderGone } from './troubles.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-troubles-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('a watched folder that goes away is a blind spot until it is there again', { timeout: 60_000 }, async () => {
  const nowUs = () => 1_772_366_400_000_000;
  const told: unknown[] = [];
  const engine = await LocalEngine.start({
    store: await openMemoryStore({ nowUs }),
    nowUs,
    nowMs: () => performance.now(),
    zone: 'UTC',
    onError: (error) => told.push(error),
  });
  try {
    const watched = join(folder, 'share');
    mkdirSync(watched);
    const { site } = await engine.open({ kind: 'folder', path: watched }, 'u1');
    const input = { params: { site }, query: {}, body: undefined, userId: 'u1' } as never;
    const blind = async () =>
      (JSON.parse(await engine.call('now', input)) as Answer<'now'>).blindSpots.map(({ id }) => id);
    const poll = { timeout: 20_000 };
    // Nothing lies in it: that is said, for the folder is watched and nothing was seen.
    expect(await blind()).toEqual(['folder-empty']);
    renameSync(watched, join(folder, 'away'));
    await expect.poll(blind, poll).toEqual(['folder-gone']);
    expect(JSON.parse(await engine.call('coverage', input))).toMatchObject({
      verdicts: [{ code: 'folder-gone', priority: 'urgent', title: expect.stringContaining(watched) }],
    });
    expect(told.length).toBe(1);
    renameSync(join(folder, 'away'), watched);
    await expect.poll(blind, poll).toEqual(['folder-empty']);
    writeFileSync(join(watched, 'a.pcap'), Buffer.from('d4c3b2a1020004000000000000000000ffff000001000000', 'hex'));
    await expect.poll(blind, poll).toEqual([]);
  } finally {
    await engine.close();
  }
});

it('frames that could not be kept are told with their number, and graver while none is kept', () => {
  expect(evidenceLost({ on: true, framesLost: 0, framesTooFast: 0 })).toBeUndefined();
  expect(evidenceLost({ on: true, framesLost: 12_345, framesTooFast: 12_344 })).toMatchObject({
    code: 'evidence-lost',
    priority: 'medium',
    detail: expect.stringContaining('12,345 frames'),
  });
  expect(evidenceLost({ on: false, framesLost: 1, framesTooFast: 1 })).toMatchObject({ priority: 'high' });
});

it('frames that came faster than they can be written are no fault of the disk', () => {
  const told = evidenceLost({ on: true, framesLost: 500, framesTooFast: 500 });
  expect(told).toMatchObject({ priority: 'low', detail: expect.stringContaining('faster than they can be written') });
  expect(told?.detail).not.toContain('disk');
});

it('frames that a full disk took are told with their size', () => {
  expect(evidenceShort({ bytesLetGo: 0 })).toBeUndefined();
  expect(evidenceShort({ bytesLetGo: 128 * 1024 ** 2 })).toMatchObject({
    code: 'evidence-short',
    detail: expect.stringContaining('128 MiB of frames'),
  });
});

it('two folders that are gone are one verdict that names both', () => {
  const found = verdictsOf(
    [],
    [folderGone('/a', 'It is not there.', 1e15), folderGone('/b', 'It is not there.', 1e15)],
  );
  expect(found.map(({ code }) => code)).toEqual(['folder-gone']);
  expect(`${found[0]!.title} ${found[0]!.detail}`).toMatch(/\/a .*\/b /);
});

it('a folder whose recorder stops writing is a blind spot within the minute, until it writes again', {
  timeout: 60_000,
}, async () => {
  let clockUs = 1_772_366_400_000_000;
  let goOn: (() => void) | undefined;
  const waiting = new Set<AbortSignal>();
  const engine = await LocalEngine.start({
    store: await openMemoryStore({ nowUs: () => clockUs }),
    nowUs: () => clockUs,
    nowMs: () => clockUs / 1000,
    zone: 'UTC',
    timers: false,
    pause: (_ms, signal) =>
      new Promise((resolve) => {
        goOn = resolve;
        if (signal.aborted) resolve();
        if (!waiting.has(signal)) signal.addEventListener('abort', () => goOn?.());
        waiting.add(signal);
      }),
  });
  try {
    const path = join(folder, 'a.pcap');
    writeFileSync(path, pcapHeader({ linkType: 1 }));
    const { site } = await engine.open({ kind: 'folder', path: folder }, 'u1');
    const input = { params: { site }, query: {}, body: undefined, userId: 'u1' } as never;
    const now = async () => JSON.parse(await engine.call('now', input)) as Answer<'now'>;
    /** A second passes once all that is there was read. */
    const second = async (): Promise<void> => {
      await expect.poll(() => goOn, { timeout: 20_000, interval: 1 }).toBeDefined();
      clockUs += 1_000_000;
      const resolve = goOn!;
      goOn = undefined;
      resolve();
    };
    // A host announces its address (ARP, RFC 826), padded.
    const arp = [8, 6, 0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 1, 10, 0, 0, 1, 0, 0, 0, 0, 0, 0, 10, 0, 0, 1];
    const bytes = Uint8Array.from(
      { length: 60 },
      (_, i) => [255, 255, 255, 255, 255, 255, 2, 0, 0, 0, 0, 1, ...arp][i] ?? 0,
    );
    const record = (): void => appendFileSync(path, pcapRecord({ tsUs: clockUs, bytes, wire: 60 }, { linkType: 1 }));
    for (let n = 0; n < 40; n++) {
      if (n % 2 === 0) record();
      await second();
    }
    expect((await now()).blindSpots.map(({ id }) => id)).not.toContain('blind');
    let silentS = 0;
    for (; (await now()).state !== 'blind' && silentS < 120; silentS++) await second();
    expect(silentS).toBeLessThanOrEqual(60);
    expect((await now()).blindSpots[0]).toMatchObject({
      id: 'blind',
      title: `We are blind here: ${folder} is silent`,
    });
    record();
    await second();
    await second();
    await expect.poll(async () => (await now()).state, { timeout: 20_000 }).not.toBe('blind');
  } finally {
    await engine.close();
  }
});
