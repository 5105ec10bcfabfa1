/** An alert keeps its id over a restart, though a finding that began earlier joined it later. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { PROCESS_KINDS } from '../../detect/index.ts';
import { createSiteModel } from '../../observe/index.ts';
import { FakeEndpoints } from '../../observe/testing.ts';
import { openStore } from '../../store/index.ts';
import { createSiteDetection, detectionBatch, loadDetection, NOTHING_STANDING } from './keep.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-alert-ids-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const T0 = 1_770_000_000_000_000;
const MINUTE = 60_000_000;

it('is the same after a restart', async () => {
  const store = await openStore(folder, { nowUs: () => 1 });
  const endpoints = new FakeEndpoints();
  endpoints.add({ ip: '10.0.0.1' });
  const make = () => createSiteDetection(createSiteModel({ endpoints }), endpoints, NOTHING_STANDING);
  const detection = make();
  const odd = (key: string, sinceUs: number): void => {
    const common = { target: 1, certainty: 'likely' as const, parts: {}, tsUs: T0 + 30 * MINUTE, surprise: 0.8 };
    detection.detection.state('process', { ...common, kind: PROCESS_KINDS.level, key, sinceUs });
    detection.collect();
  };
  odd('told first', T0 + 20 * MINUTE);
  const [told] = detection.triage.picture().alerts;
  odd('began earlier', T0);
  const { put } = detectionBatch('s', detection, T0, false);
  await store.writer.submit({ put });
  const again = make();
  expect(await loadDetection(store, 's', again, { load: () => undefined })).toBe(true);
  expect(again.triage.picture().alerts).toMatchObject([{ id: told!.id, episodes: 2, firstUs: T0 }]);
  await store.close();
});
