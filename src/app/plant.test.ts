/** Labels beside captures of the simulated plant: each capture keeps its own. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { PLANT_DEFAULTS, writePlant } from './plant.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-plant-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, seed: number) =>
  writePlant(join(folder, name), { ...PLANT_DEFAULTS, seed, days: 1 / 1440 });
const seedIn = (name: string): { capture: string; seed: number } =>
  JSON.parse(readFileSync(join(folder, name), 'utf8')) as { capture: string; seed: number };

it('of a second capture in the folder does not take the place of the first', async () => {
  expect((await write('a.pcapng', 1)).labels).toBe(join(folder, 'labels.json'));
  expect((await write('b.pcapng', 2)).labels).toBe(join(folder, 'b.labels.json'));
  expect([seedIn('labels.json'), seedIn('b.labels.json')]).toMatchObject([
    { capture: 'a.pcapng', seed: 1 },
    { capture: 'b.pcapng', seed: 2 },
  ]);
  // Written again, a capture has its labels where they were.
  expect((await write('a.pcapng', 3)).labels).toBe(join(folder, 'labels.json'));
  expect(seedIn('labels.json')).toMatchObject({ capture: 'a.pcapng', seed: 3 });
  rmSync(join(folder, 'a.pcapng'));
  expect((await write('b.pcapng', 2)).labels).toBe(join(folder, 'labels.json'));
});
