/** A large site is written in rounds: what was never written at once, then what was not written for the longest. */
import { expect, it, vi } from 'vitest';
import type { CellLearner, CellModel } from '../../core/process.ts';
import { openMemoryStore } from '../../store/index.ts';
import { cellBatches } from './keep.ts';
import { CONTROLLERS, feedUntil, liveSite, STEP_US, T0 } from './testing/many-cells.ts';

/** Finds nothing. */
const MODEL: CellModel = {
  arming: [],
  bytesPerPoint: 0,
  score: () => ({ state: 'scored', surprise: 0, deviations: [] }),
  save: () => new Uint8Array(1),
};
const LEARNER: CellLearner = { name: 'test', fit: () => MODEL, restore: () => MODEL };

it('writes every cell at once when it is new, and then some at a time, each in its turn', async () => {
  const store = await openMemoryStore({ nowUs: () => 1 });
  const site = await liveSite(store, LEARNER);
  const { runtime, detection } = await site.load();
  let reachedUs = feedUntil(runtime, detection, 0, T0);
  const written = (nowUs: number, most: number, mayGoOn?: () => boolean): string[] =>
    [...cellBatches('live', detection, nowUs, most, mayGoOn)]
      .flatMap(({ put }) => put?.learned_state ?? [])
      .filter(({ name, piece }) => name.startsWith('cell ') && piece === 0)
      .map(({ name }) => name);
  const cells = detection.feed.cells.length;
  expect(cells).toBeGreaterThanOrEqual(CONTROLLERS);
  expect(new Set(written(1_000, 1)).size).toBe(cells);
  expect(written(2_000, 1)).toEqual([]);
  const seen: string[] = [];
  for (let round = 0; round < cells; round++) {
    reachedUs = feedUntil(runtime, detection, reachedUs, reachedUs + STEP_US);
    const some = written(3_000 + round, 1);
    expect(some.length).toBe(1);
    seen.push(...some);
  }
  expect(new Set(seen).size).toBe(cells);
  // Without a limit all that changed is written.
  feedUntil(runtime, detection, reachedUs, reachedUs + STEP_US);
  expect(written(9_000, Number.POSITIVE_INFINITY).length).toBe(cells);
  // The program ends, and its time is over after two of them.
  reachedUs = feedUntil(runtime, detection, reachedUs, reachedUs + 2 * STEP_US);
  let more = 2;
  expect(written(9_500, Number.POSITIVE_INFINITY, () => more-- > 0).length).toBe(2);
  await store.close();
});

it('at the end of the program what was learned is written once, and again where something came since', async () => {
  const store = await openMemoryStore({ nowUs: () => 1 });
  const site = await liveSite(store, LEARNER);
  const { runtime, detection } = await site.load();
  const reachedUs = feedUntil(runtime, detection, 0, T0);
  for (const [id, source] of site.sources) site.sources.set(id, { ...source, state: 'complete' });
  let names: string[] = [];
  const { submit } = store.writer;
  store.writer.submit = (batch, options) => {
    names.push(...(batch.put?.learned_state ?? []).filter(({ piece }) => piece === 0).map(({ name }) => name));
    return submit.call(store.writer, batch, options);
  };
  const leave = async (): Promise<string[]> => {
    names = [];
    await site.save(1_000, true);
    return names;
  };
  // A source that ends, then the engine.
  expect(await leave()).toEqual(expect.arrayContaining(['detection', 'devices', 'feed']));
  expect(await leave()).toEqual([]);
  feedUntil(runtime, detection, reachedUs, reachedUs + STEP_US);
  expect(await leave()).toEqual(expect.arrayContaining(['detection', 'devices', 'feed']));
  await store.close();
});

it('a save that is under way when the program ends is cut short, and what must be kept is written after it', async () => {
  const store = await openMemoryStore({ nowUs: () => 1 });
  const site = await liveSite(store, LEARNER);
  const { runtime, detection } = await site.load();
  let reachedUs = feedUntil(runtime, detection, 0, T0);
  // The stream ended by itself: nothing is read any more, and all that was learned is written.
  for (const [id, source] of site.sources) site.sources.set(id, { ...source, state: 'failed' });
  let names: string[] = [];
  let onCells = (): void => undefined;
  const { submit } = store.writer;
  store.writer.submit = (batch, options) => {
    const some = (batch.put?.learned_state ?? []).filter(({ piece }) => piece === 0).map(({ name }) => name);
    names.push(...some);
    if (some.some((name) => name.startsWith('cell '))) onCells();
    return submit.call(store.writer, batch, options);
  };
  const cellsOf = async (save: Promise<void>): Promise<number> => {
    names = [];
    await save;
    return names.filter((name) => name.startsWith('cell ')).length;
  };
  await site.save(1_000);
  const { cells } = detection.feed;
  // Each cell is a batch of its own.
  for (const cell of cells) cell.save = () => ({ header: {}, model: new Uint8Array(3 << 20) }) as never;
  reachedUs = feedUntil(runtime, detection, reachedUs, reachedUs + STEP_US);
  expect(await cellsOf(site.save(2_000))).toBe(cells.length);
  feedUntil(runtime, detection, reachedUs, reachedUs + STEP_US);
  const clock = vi.spyOn(performance, 'now');
  onCells = () => {
    // The program ends with the first of them, and its time is over.
    onCells = () => undefined;
    clock.mockReturnValue(1_000_000);
    site.leave();
    clock.mockReturnValue(1_000_000 + 60_000);
  };
  expect(await cellsOf(site.save(3_000))).toBe(1);
  expect(names).toEqual(expect.arrayContaining(['detection', 'devices', 'feed']));
  // The end itself has its own time.
  expect(await cellsOf(site.save(4_000, true))).toBeGreaterThan(0);
  clock.mockRestore();
  await store.close();
});
