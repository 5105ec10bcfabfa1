/**
 * A day of the simulated plant, made when Gatehouse is built: a database in which the plant was watched for a day, so that
 * a first start shows points, assets and armed models at once. A data folder that is new begins with a copy of it.
 */
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Site } from '../api/index.ts';
import { HEADS_FILE, openStore } from '../store/index.ts';
import { LocalEngine } from './engine.ts';
import { STAMP } from './first-day.ts';
import { HISTORY_US } from './live-plant.ts';
import { PLANT_SITE } from './site-id.ts';

const LOOK_MS = 200;

export interface PlantDayOptions {
  /** Where it goes; replaced as a whole. */
  readonly folder: string;
  /** Names the build. */
  readonly stamp: string;
  readonly nowUs: () => number;
  readonly nowMs: () => number;
  /** A day if not given. */
  readonly historyUs?: number;
  /** Hears the part that is done, 0..1. */
  readonly onProgress?: (part: number) => void;
}

/** Makes the day. Throws what the store and the engine throw; nothing is left behind then. */
export const makePlantDay = async (options: PlantDayOptions): Promise<void> => {
  const { folder, stamp, nowUs, nowMs, historyUs = HISTORY_US, onProgress } = options;
  const unfinished = `${folder}.part`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(dirname(unfinished), { recursive: true });
  let failure: unknown;
  try {
    const store = await openStore(unfinished, { nowUs });
    const engine = await LocalEngine.start({
      store,
      nowUs,
      nowMs,
      zone: 'UTC',
      onError: (error) => {
        failure ??= error;
      },
    });
    engine.onEvent((event) => {
      if (event.kind === 'progress' && event.data.progress !== null) onProgress?.(event.data.progress);
    });
    try {
      await engine.open({ kind: 'plant', historyUs, isAhead: true }, 'system');
      for (;;) {
        const text = await engine.call('sites', {
          params: undefined,
          query: undefined,
          body: undefined,
          userId: 'system',
        });
        const site = (JSON.parse(text) as { items: Site[] }).items.find((s) => s.id === PLANT_SITE);
        if (failure !== undefined || (site !== undefined && site.staging !== 'learning')) break;
        await wait(LOOK_MS);
      }
    } finally {
      // Hours go by in seconds here: what a program that ends may leave out would be most of the day.
      await engine.close(true);
    }
    if (failure !== undefined) throw failure;
    // The frames of a day are hundreds of MB; those behind facts and findings are in the database.
    for (const part of ['ring', 'uploads', 'lock', HEADS_FILE])
      rmSync(join(unfinished, part), { recursive: true, force: true });
    writeFileSync(join(unfinished, STAMP), stamp);
    rmSync(folder, { recursive: true, force: true });
    renameSync(unfinished, folder);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    throw error;
  }
};
