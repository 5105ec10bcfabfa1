/**
 * What it costs to bring a site back from its data folder (`restore`: until frames can be taken in and pages shown; `judging`: from
 * then until all process cells judge; `rowsBack`: from then until the rows are back that they learn from), and to write all of it: `node dist/bench/live-restore.js FOLDER` prints
 * one JSON line, seconds of the clock and of the processor; `leave` is what the end of the program writes after some seconds of frames.
 * The folder is changed: give a copy.
 */

import { setTimeout as wait } from 'node:timers/promises';
import { inPlaceFitter } from '../src/app/detection/fitting.ts';
import { LiveSite } from '../src/app/live-site.ts';
import { LEARNER, newSource, openStore, readCapture } from '../src/app/parts.ts';
import { Pipeline } from '../src/app/pipeline.ts';
import { MadeSite } from './made-site.ts';

const [folder = ''] = process.argv.slice(2);
const nowUs = (): number => Date.now() * 1000;
/** Of frames before it is left. */
const WATCHED_S = 3;
/** Between two looks whether cells are back. */
const LOOK_MS = 10;
const timed = async <T>(work: () => Promise<T>): Promise<{ value: T; wallS: number; cpuS: number }> => {
  const [at, cpu] = [performance.now(), process.cpuUsage()];
  const value = await work();
  const { user, system } = process.cpuUsage(cpu);
  const round = (x: number): number => Math.round(x * 1000) / 1000;
  return { value, wallS: round((performance.now() - at) / 1000), cpuS: round((user + system) / 1e6) };
};
const opened = await timed(() => openStore(folder, { nowUs }));
const store = opened.value;
const [row] = await store.db.selectFrom('site').selectAll().where('site_id', '=', 'bench').execute();
const site = new LiveSite(store, row!, { fitter: inPlaceFitter(LEARNER) });
const source = newSource({ nowUs }, site, { id: 'again', kind: 'live', name: 'again', path: '', state: 'live' });
site.sources.set(source.id, source);
const { value: loaded, ...restore } = await timed(() => site.open());
const { cells } = loaded.detection.feed;
const { value: ____, ...judging } = await timed(async () => {
  while (loaded.detection.feed.returning > 0) await wait(LOOK_MS);
});
const { value: ______, ...rowsBack } = await timed(() => site.load());
const view = await site.view(nowUs());
const { value: assets, ...inventory } = await timed(async () => view.model.assets().length);
for (const cell of cells) {
  cell.dirty = true;
  cell.rows.markAll();
}
site.sources.set(source.id, { ...source, state: 'complete' });
site.keepLearned();
const { value: _, ...save } = await timed(() => site.save(nowUs()));
const { value: __, ...again } = await timed(() => site.save(nowUs()));
site.sources.set(source.id, source);
// As when a wire is left: everything was read once more since the last save.
const devices = cells.length;
const made = new MadeSite({ devices, registers: Math.round(loaded.model.pointCount / devices), seed: 1 });
const pipeline = new Pipeline({ source: 'again', site: loaded.runtime });
const SECOND_US = 1_000_000;
const beginUs = Math.floor(nowUs() / SECOND_US) * SECOND_US;
const polls = async function* (): AsyncGenerator<Uint8Array> {
  yield MadeSite.header();
  for (let s = 0; s < WATCHED_S; s++) yield made.polls(beginUs + s * SECOND_US);
};
const watched = await timed(async () => {
  for await (const event of readCapture(polls(), { name: 'again' })) pipeline.handle(event);
});
const { value: _____, ...leave } = await timed(() => site.save(nowUs(), true));
const closed = await timed(() => store.close());
console.log(
  JSON.stringify({
    cells: cells.length,
    armed: cells.filter((cell) => cell.isArmed).length,
    points: loaded.model.pointCount,
    assets,
    openS: opened.wallS,
    restore,
    judging,
    rowsBack,
    inventory,
    watched: { seconds: WATCHED_S, wallS: watched.wallS, cpuS: watched.cpuS },
    leave,
    saveAll: save,
    saveAgain: again,
    closeS: closed.wallS,
    rssMiB: Math.round(process.memoryUsage.rss() / 2 ** 20),
  }),
);
