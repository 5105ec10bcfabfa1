/**
 * The button of the console, by its request: the simulated plant goes live with a clock that runs faster than ours, an attack is
 * staged on it over HTTP, and what comes out is one incident that goes from the office to the controllers.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PLANT_DEFAULTS } from '../plant/network/index.ts';
import type { FindingDetail, FindingRow, IncidentRow, Me, Site } from '../src/api/index.ts';
import { DEFAULT_DETECTION, SETTINGS_NAME } from '../src/app/detection/keep.ts';
import { LocalEngine } from '../src/app/engine.ts';
import { PLANT_SITE } from '../src/app/site-id.ts';
import { createServer, type GatehouseServer } from '../src/server/index.ts';
import { openMemoryStore } from '../src/store/index.ts';
import { faultsOf } from './telling.ts';

const MINUTE_US = 60_000_000;
const HISTORY_MINUTES = 16;
const LEARNING_MINUTES = 14;
const ATTACK_MINUTES = 15;
const MOST_FINDINGS = 500;
/** What the plant lives through between two looks at the clock. */
const STEP_US = 20_000_000;

let nowUs = PLANT_DEFAULTS.startUs + HISTORY_MINUTES * MINUTE_US;
let engine: LocalEngine;
let server: GatehouseServer;
let cookies: Record<string, string>;
let headers: Record<string, string>;
const errors: unknown[] = [];

beforeAll(async () => {
  const store = await openMemoryStore({ nowUs: () => nowUs });
  const settings = { ...DEFAULT_DETECTION, learningHours: LEARNING_MINUTES / 60 };
  await store.writer.submit({
    put: { setting: [{ site_id: PLANT_SITE, name: SETTINGS_NAME, value: JSON.stringify(settings) }] },
  });
  engine = await LocalEngine.start({
    store,
    nowUs: () => nowUs,
    nowMs: () => performance.now(),
    zone: 'UTC',
    timers: false,
    onError: (error) => errors.push(error),
  });
  server = await createServer({
    engine,
    version: '0.0.0',
    zone: 'UTC',
    nowUs: () => nowUs,
    dataFolder: '',
    consoleFolder: '',
    scryptN: 1024,
  });
  const token = await server.people.createSetupToken();
  const payload = { token, name: 'Ada', password: 'correct horse battery' };
  const response = await server.app.inject({ method: 'POST', url: '/api/v1/setup', payload });
  cookies = Object.fromEntries(response.cookies.map((c) => [c.name, c.value]));
  headers = { 'x-csrf-token': response.json<Me>().csrf };
});
afterAll(async () => {
  await server.close();
  await engine.close();
});

const get = async <T>(path: string): Promise<T> => {
  const response = await server.app.inject({ url: `/api/v1/${path}`, cookies });
  expect(response.statusCode, response.body).toBe(200);
  return response.json<T>();
};
const stage = (minutes: number) =>
  server.app.inject({
    method: 'POST',
    url: `/api/v1/sites/${PLANT_SITE}/staged-attack`,
    payload: { minutes },
    cookies,
    headers,
  });
const staging = async (): Promise<string | undefined> =>
  (await get<{ items: Site[] }>('sites')).items.find((s) => s.id === PLANT_SITE)?.staging;
const seenUntilUs = async (): Promise<number> => {
  await engine.pulse();
  const site = (await get<{ items: Site[] }>('sites')).items.find((s) => s.id === PLANT_SITE);
  return site?.lastAt == null ? 0 : Date.parse(site.lastAt) * 1000;
};

it('is refused while history is played, then unfolds into one incident', async () => {
  await engine.open({ kind: 'plant', historyUs: HISTORY_MINUTES * MINUTE_US }, 'system');
  expect((await stage(ATTACK_MINUTES)).statusCode).toBe(409);
  await expect.poll(staging, { timeout: 90_000, interval: 100 }).toBe('ready');

  const begun = await stage(ATTACK_MINUTES);
  expect(begun.statusCode, begun.body).toBeLessThan(300);
  expect(await staging()).toBe('running');
  expect((await stage(ATTACK_MINUTES)).statusCode).toBe(409);

  const endUs = nowUs + (ATTACK_MINUTES + 1) * MINUTE_US;
  while (nowUs < endUs) {
    nowUs += STEP_US;
    await expect.poll(seenUntilUs, { timeout: 60_000, interval: 5 }).toBeGreaterThan(nowUs - 3_000_000);
  }
  const { items } = await get<{ items: IncidentRow[] }>(`sites/${PLANT_SITE}/incidents`);
  expect(errors).toEqual([]);
  expect(items).toMatchObject([{ crosses: true, state: 'open' }]);
  expect(items[0]!.stageNumber).toBeGreaterThan(6);
  expect(await staging()).toBe('ready');
  const journal = await get<{ items: { what: string }[] }>('journal');
  expect(journal.items.map((row) => row.what)).toContain('plant.stage-attack');
}, 240_000);

it('says of every finding all that a person needs to judge it', async () => {
  const { items, total } = await get<{ items: FindingRow[]; total: number }>(
    `sites/${PLANT_SITE}/findings?limit=${MOST_FINDINGS}`,
  );
  expect(items.length).toBe(total);
  const faults: string[] = [];
  for (const { id, kind } of items) {
    const finding = await get<FindingDetail>(`sites/${PLANT_SITE}/findings/${encodeURIComponent(id)}`);
    for (const fault of faultsOf(finding)) faults.push(`${kind}: ${fault}`);
  }
  expect(faults).toEqual([]);
  // So that this test does not go blind.
  expect(new Set(items.map(({ kind }) => kind)).size).toBeGreaterThan(15);
});
