/** What hinders watching and belongs to no source reaches the people who look, and goes when it is over. */
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Answer } from '../api/index.ts';
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
  expect(evidenceLost({ on: true, framesLost: 0 })).toBeUndefined();
  expect(evidenceLost({ on: true, framesLost: 12_345 })).toMatchObject({
    code: 'evidence-lost',
    priority: 'medium',
    detail: expect.stringContaining('12,345 frames'),
  });
  expect(evidenceLost({ on: false, framesLost: 1 })).toMatchObject({ priority: 'high' });
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
