/** The day made at build time, with minutes for a day: what a new data folder that begins with it knows at once. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Site } from '../api/index.ts';
import { openStore } from '../store/index.ts';
import { LocalEngine } from './engine.ts';
import { beginWithPlantDay } from './first-day.ts';
import { LiveSite } from './live-site.ts';
import { makePlantDay } from './plant-day.ts';

const MINUTES = 4;
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-day-'));
const made = join(folder, 'day');
const nowUs = (): number => Date.now() * 1000;
const nowMs = (): number => performance.now();
const parts: number[] = [];
/** Saves that left out what a program that ends may leave out. */
let cutShort = -1;

beforeAll(async () => {
  const save = vi.spyOn(LiveSite.prototype, 'save');
  await makePlantDay({
    folder: made,
    stamp: 'build 1',
    nowUs,
    nowMs,
    historyUs: MINUTES * 60_000_000,
    onProgress: (part) => parts.push(part),
  });
  cutShort = save.mock.calls.filter(([, inShort]) => inShort === true).length;
  save.mockRestore();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('is one database, the head of its journal, and who made it', () => {
  expect(readdirSync(made).sort()).toEqual(['gatehouse.duckdb', 'journal-head', 'made-by']);
  expect(existsSync(`${made}.part`)).toBe(false);
});

it('holds all that was learned of it', () => expect(cutShort).toBe(0));

it('is not used by another build, nor over a database that is there', () => {
  const data = join(folder, 'other');
  expect(beginWithPlantDay(made, 'build 2', data)).toBe(false);
  expect(existsSync(data)).toBe(false);
  expect(beginWithPlantDay(made, 'build 1', data)).toBe(true);
  expect(beginWithPlantDay(made, 'build 1', data)).toBe(false);
  expect(beginWithPlantDay(join(folder, 'nothing'), 'build 1', join(folder, 'third'))).toBe(false);
});

it('shows assets and points before the first live frame, says where it was learned, and goes live at once', async () => {
  const data = join(folder, 'data');
  expect(beginWithPlantDay(made, 'build 1', data)).toBe(true);
  const store = await openStore(data, { nowUs });
  const engine = await LocalEngine.start({ store, nowUs, nowMs, zone: 'UTC', timers: false });
  try {
    const ask = async <T>(call: 'sites' | 'points', given: object = {}): Promise<T> =>
      JSON.parse(
        await engine.call(call, { params: undefined, query: {}, body: undefined, userId: 'u', ...given } as never),
      ) as T;
    const site = async () => (await ask<{ items: Site[] }>('sites')).items.find((s) => s.id === 'plant');
    expect(await site()).toMatchObject({ learnedAhead: true, staging: 'none' });
    expect((await site())!.assets).toBeGreaterThan(30);
    const points = await ask<{ items: unknown[] }>('points', { params: { site: 'plant' }, query: { limit: 1000 } });
    expect(points.items.length).toBeGreaterThan(300);
    await engine.open({ kind: 'plant' }, 'system');
    await expect.poll(async () => (await site())?.staging, { timeout: 60_000 }).toBe('ready');
    expect(store.journalHead().seq).toBeGreaterThan(1);
    expect(await store.verifyJournal()).toMatchObject({ kind: 'intact' });
    // Its journal goes on: no row of it is in doubt.
    const acts = await store.db.selectFrom('journal').select('action').execute();
    expect(acts.map(({ action }) => action)).not.toContain('journal.head-anew');
  } finally {
    await engine.close();
  }
});
