/** A new data folder begins with the day of the simulated plant that was made at build time (`plant-day.ts`). */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';

/** Which build made the day: one that other code learned is not used. */
export const STAMP = 'made-by';

/** Copies the day in `from` into `dataFolder`; false where there is none of this build, or the folder has a database. */
export const beginWithPlantDay = (from: string, stamp: string, dataFolder: string): boolean => {
  const made = join(from, STAMP);
  if (!existsSync(made) || readFileSync(made, 'utf8') !== stamp) return false;
  const files = readdirSync(from).filter((name) => name !== STAMP);
  if (files.some((name) => existsSync(join(dataFolder, name)))) return false;
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  // Each by one step: a database that is there is whole. `journal-head` comes after `gatehouse.duckdb`: without its rows it would tell of lost ones.
  for (const name of files.sort()) {
    const copy = join(dataFolder, `${name}.part`);
    cpSync(join(from, name), copy);
    renameSync(copy, join(dataFolder, name));
  }
  return true;
};
