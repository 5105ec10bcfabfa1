/** What was learned is stored deflated, and what an older version stored as it was is read all the same. */
import { expect, it } from 'vitest';
import { createSiteModel } from '../../observe/index.ts';
import { inPieces, openMemoryStore, type Row } from '../../store/index.ts';
import { createSiteRuntime } from '../pipeline.ts';
import { createSiteDetection, learnedRows, loadDetection, NOTHING_STANDING, OPENINGS_NAME } from './keep.ts';
import type { SiteDetection } from './site-detection.ts';

/** Says the same again and again, as conversations do. */
const PAYLOAD = Uint8Array.from({ length: 300_000 }, (_, i) => (i % 251) ^ (i % 1000 === 0 ? i / 1000 : 0));

const newDetection = (): SiteDetection => {
  let detection: SiteDetection | undefined;
  createSiteRuntime((endpoints) => {
    detection = createSiteDetection(createSiteModel({ endpoints }), endpoints, NOTHING_STANDING);
    return detection.sink;
  });
  return detection!;
};

const isReadBack = async (learned_state: Row<'learned_state'>[]): Promise<boolean> => {
  const store = await openMemoryStore({ nowUs: () => 1 });
  try {
    await store.writer.submit({ put: { learned_state } });
    let opened: Uint8Array | undefined;
    await loadDetection(store, 's', newDetection(), {
      load: (bytes) => {
        opened = Uint8Array.from(bytes);
      },
    });
    return opened !== undefined && Buffer.compare(opened, PAYLOAD) === 0;
  } finally {
    await store.close();
  }
};

it('is a part of its octets in the store, and comes back whole', async () => {
  const rows = learnedRows('s', [[OPENINGS_NAME, PAYLOAD]], 1);
  expect(rows.reduce((sum, { payload }) => sum + payload.length, 0)).toBeLessThan(PAYLOAD.length / 10);
  expect(await isReadBack(rows)).toBe(true);
});

it('is read as an older version stored it', async () => {
  const rows = inPieces({ site_id: 's', name: OPENINGS_NAME, recorded_us: 1 }, 'payload', PAYLOAD);
  expect(await isReadBack(rows)).toBe(true);
});

it('leaves what fits one row, and what is of a cell, as it is', () => {
  const small = PAYLOAD.subarray(0, 1000);
  expect(learnedRows('s', [['feed', small]], 1).map(({ payload }) => payload)).toEqual([small]);
  const ofCell = learnedRows('s', [['rows 00ff 7', PAYLOAD]], 1);
  expect(ofCell.reduce((sum, { payload }) => sum + payload.length, 0)).toBe(PAYLOAD.length);
});

it('that is damaged is learned again', async () => {
  const [row] = learnedRows('s', [['detection', PAYLOAD]], 1);
  const store = await openMemoryStore({ nowUs: () => 1 });
  await store.writer.submit({ put: { learned_state: [{ ...row!, payload: row!.payload.subarray(0, 100) }] } });
  expect(await loadDetection(store, 's', newDetection(), { load: () => undefined })).toBe(false);
  await store.close();
});
