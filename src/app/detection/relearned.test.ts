/** What an upgrade made unreadable is learned again, and a person is told: in the Learning tab and in the journal. */
import { expect, it } from 'vitest';
import type { LearningOverview } from '../../api/index.ts';
import { SAVED_AS } from '../../learn/process/drift.ts';
import { joined, openMemoryStore, type Store } from '../../store/index.ts';
import { LocalEngine } from '../engine.ts';
import type { CallInput } from '../engine-contract.ts';
import { learnedRows } from './keep.ts';
import { LEARNER } from './learner.ts';
import { feedUntil, liveSite, T0 } from './testing/many-cells.ts';

/** Another form of the same length. */
const OTHER = SAVED_AS.replace(/\d$/, '0');
const input = { params: { site: 'live' }, query: {}, body: undefined, userId: 'u' } as unknown as CallInput<'learning'>;

/** A part of what was learned, as it is stored, with one text in it replaced by one of the same length. */
const rewrite = async (store: Store, name: string, from: string, to: string): Promise<void> => {
  const rows = await store.db.selectFrom('learned_state').selectAll().where('name', '=', name).execute();
  const bytes = Buffer.from(joined(rows.map(({ piece, payload }) => ({ piece, bytes: payload }))));
  const at = bytes.indexOf(from);
  expect(at).toBeGreaterThan(0);
  bytes.write(to, at);
  await store.writer.submit({ put: { learned_state: learnedRows('live', [[name, bytes]], 1) } });
};

const opened = async (store: Store) => {
  const engine = await LocalEngine.start({ store, nowUs: () => T0, nowMs: () => 0, zone: 'UTC', timers: false });
  const ask = async (): Promise<LearningOverview> => JSON.parse(await engine.call('learning', input));
  await ask();
  await engine.judging('live');
  const { again } = await ask();
  const journal = await store.db.selectFrom('journal').selectAll().where('action', '=', 'learning.again').execute();
  return { engine, again, journal };
};

it('models in the form of another version', async () => {
  const store = await openMemoryStore({ nowUs: () => 1 });
  const site = await liveSite(store, LEARNER);
  const { runtime, detection } = await site.load();
  const savedUs = feedUntil(runtime, detection, feedUntil(runtime, detection, 0, T0), T0 + 1_500_000_000);
  expect(detection.feed.cells.every((cell) => cell.isArmed)).toBe(true);
  site.keepLearned();
  await site.save(savedUs);
  site.unload();

  const before = await opened(store);
  expect(before.again).toEqual([]);
  expect(before.journal).toEqual([]);

  for (const cell of ['c3', 'c4']) await rewrite(store, `cell ${cell}`, SAVED_AS, OTHER);
  const after = await opened(store);
  const told = `2 process cells: the form of saved models changed with this version of Gatehouse (saved as ${OTHER}, not as ${SAVED_AS}).`;
  expect(after.again).toEqual([told]);
  expect(after.journal.map(({ user_id, subject, detail }) => [user_id, subject, detail])).toEqual([
    ['system', 'site live', JSON.stringify({ text: told })],
  ]);
  await after.engine.close();
});
