/** After a start cells are brought back behind the work: nothing is judged without them, and nothing goes by unjudged. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openMemoryStore, type Store } from '../../store/index.ts';
import type { LiveSite } from '../live-site.ts';
import { MAX_KEPT } from './away.ts';
import { learnedParts } from './keep.ts';
import { LEARNER } from './learner.ts';
import type { SiteDetection } from './site-detection.ts';
import { CONTROLLERS, feedUntil, liveSite, STEP_US, T0 } from './testing/many-cells.ts';

const CELLS = 2 * CONTROLLERS;
/** Rows are taken every second: fewer than are kept. */
const STEPS = 5;
const ROWS_PER_STEP = STEP_US / 1_000_000;
let store: Store;
let savedUs = 0;

beforeAll(async () => {
  store = await openMemoryStore({ nowUs: () => 1 });
  const site = await liveSite(store, LEARNER);
  const { runtime, detection } = await site.load();
  savedUs = feedUntil(runtime, detection, 0, T0);
  // Past its trial, so that what it says by itself is told in full.
  savedUs = feedUntil(runtime, detection, savedUs, savedUs + 1_500_000_000);
  expect(detection.feed.cells.filter((cell) => cell.isArmed)).toHaveLength(CELLS);
  site.keepLearned();
  await site.save(savedUs);
  site.unload();
}, 120_000);
afterAll(() => store.close());

/** The third controller shows nonsense in one register for a while, and is well again before the cells are back. */
const withNonsense = (value: number, server: number, register: number, tsUs: number): number =>
  server === 4 && register === 70 && tsUs > savedUs + STEP_US && tsUs < savedUs + 4 * STEP_US ? 65_535 : value;

const go = (runtime: Parameters<typeof feedUntil>[0], detection: SiteDetection, steps: number): number =>
  feedUntil(runtime, detection, savedUs, savedUs + steps * STEP_US, withNonsense);

const told = (detection: SiteDetection): string[] => {
  detection.collect();
  return queued(detection);
};
/** What people see without another frame. */
const queued = (detection: SiteDetection): string[] =>
  detection.triage
    .findings()
    .filter(({ detector, firstUs }) => detector === 'process' && firstUs > savedUs)
    .map(({ kind, point, target, firstUs, lastUs }) => `${kind} ${point} ${target} ${firstUs} ${lastUs}`)
    .sort();
const rowsOf = (detection: SiteDetection): string[] =>
  detection.feed.cells.map(({ plan, rows, isArmed }) => `${plan.id} ${rows.taken} ${rows.lastUs} ${isArmed}`);

/** As `LiveSite` is used by a wire: the frames of the first moments come before a single cell is back. */
const opened = async (): Promise<{ site: LiveSite; detection: SiteDetection; runtime: Parameters<typeof go>[0] }> => {
  const site = await liveSite(store, LEARNER);
  const { runtime, detection } = await site.open();
  expect(detection.feed.away.size).toBe(CELLS);
  return { site, detection, runtime };
};

describe('cells that are away', () => {
  it('judge nothing, and judge what came meanwhile when they are back: the same findings, rows and models', async () => {
    const whole = await liveSite(store, LEARNER);
    const first = await whole.load();
    expect(first.detection.feed.away.size).toBe(0);
    go(first.runtime, first.detection, STEPS);
    const expected = told(first.detection);
    expect(expected.join('\n')).toMatch(/point\.\S+ \d+ 4 /);

    const { site, detection, runtime } = await opened();
    go(runtime, detection, STEPS);
    expect(told(detection)).toEqual([]);
    await site.load();
    expect(detection.feed.away.size).toBe(0);
    expect(queued(detection)).toEqual(expected);
    expect(told(detection)).toEqual(expected);
    expect(rowsOf(detection)).toEqual(rowsOf(first.detection));
    whole.unload();
    site.unload();
  });

  it('judge again before their rows are back, which follow and hold what came meanwhile', async () => {
    const whole = await liveSite(store, LEARNER);
    const first = await whole.load();
    go(first.runtime, first.detection, STEPS);

    const { site, detection, runtime } = await opened();
    const { feed } = detection;
    expect(feed.returning).toBe(CELLS);
    while (feed.returning > 0) await new Promise((resolve) => setImmediate(resolve));
    expect(feed.rowless.size).toBe(CELLS);
    expect(feed.cells.every((cell) => cell.isArmed && cell.rows.isAway)).toBe(true);
    go(runtime, detection, STEPS);
    expect(told(detection)).toEqual(told(first.detection));
    // Nothing of them is written: the store has more than they.
    expect(learnedParts(detection, true).has('cell c3')).toBe(false);
    const back = feed.whenBack(feed.cells.at(-1)!);
    await site.load();
    await back;
    expect(feed.rowless.size).toBe(0);
    const namesOf = ({ names }: { names: readonly string[] }) => names;
    expect(feed.cells.map((cell) => cell.rows.table(namesOf(cell)))).toEqual(
      first.detection.feed.cells.map((cell) => cell.rows.table(namesOf(cell))),
    );
    expect(learnedParts(detection, true).get('cell c3')).toEqual(learnedParts(first.detection, true).get('cell c3'));
    whole.unload();
    site.unload();
  });

  it('are told of to who saw that they are away, when they judge and again when their rows are there', async () => {
    const told: string[] = [];
    const feedOf = async (site: LiveSite) => (await site.open()).detection.feed;
    const note = (what: string) => async (site: LiveSite) => {
      const { returning, rowless } = await feedOf(site);
      told.push(`${what} ${returning} ${rowless.size}`);
    };
    const site = await liveSite(store, LEARNER, { onJudging: note('judging'), onBack: note('back') });
    await site.open();
    await site.view(T0);
    await site.load();
    expect(told).toEqual([`judging 0 ${CELLS}`, 'back 0 0']);
    site.unload();
    told.length = 0;
    // Nobody looked.
    await site.load();
    expect(told).toEqual([]);
    site.unload();
  });

  it('are not written over by a save, nor by the end of the program', async () => {
    const { site, detection, runtime } = await opened();
    go(runtime, detection, 2);
    const { cells } = detection.feed;
    expect(cells.every((cell) => cell.isAway && !cell.dirty)).toBe(true);
    site.keepLearned();
    const saving = site.save(2 * savedUs, true);
    await site.rest();
    await saving;
    site.unload();
    const again = await liveSite(store, LEARNER);
    const { detection: after } = await again.load();
    expect(after.feed.cells.filter((cell) => cell.isArmed)).toHaveLength(CELLS);
    again.unload();
  });

  it('come first when somebody asks for one', async () => {
    const { site, detection } = await opened();
    const last = detection.feed.cells.at(-1)!;
    let wasFirst = false;
    const asked = detection.feed.whenBack(last).then(() => {
      wasFirst = detection.feed.wantedAway === undefined;
    });
    expect(detection.feed.wantedAway).toBe(last);
    await asked;
    expect(wasFirst).toBe(true);
    expect(last.isArmed).toBe(true);
    await site.rest();
    site.unload();
  });

  it(`keep ${MAX_KEPT} rows, and tell how many they could not keep`, async () => {
    const { site, detection, runtime } = await opened();
    const steps = MAX_KEPT / ROWS_PER_STEP + 2;
    go(runtime, detection, steps);
    await site.load();
    const { cells } = detection.feed;
    expect(cells.map(({ missed }) => missed)).toEqual(cells.map(() => steps * ROWS_PER_STEP - MAX_KEPT));
    site.unload();
  });

  it('learn from now on where nothing of them can be read', async () => {
    const damaged = { site_id: 'live', name: 'cell c3', piece: 0, recorded_us: 1, payload: new Uint8Array(3) };
    const rows = await store.db.selectFrom('learned_state').selectAll().execute();
    await store.writer.submit({ put: { learned_state: [damaged] } });
    const { site, detection } = await opened();
    await site.load();
    expect(detection.feed.cells).toHaveLength(CELLS);
    expect(detection.feed.cells.filter((cell) => !cell.isArmed).map((cell) => cell.plan.id)).toEqual(['c3']);
    expect(detection.feed.cell('c3')!.rows.count).toBe(0);
    site.unload();
    await store.writer.submit({ put: { learned_state: rows.filter(({ name }) => name === 'cell c3') } });
  });
});
