/**
 * What it costs to bring a site back from its data folder (`restore`: until frames can be taken in and pages shown; `cells`: until
 * all that process cells learned is back), and to write all of it: `node dist/bench/live-restore.js FOLDER` prints
 * one JSON line, seconds of the clock and of the processor. The folder is changed: give a copy.
 */

import { inPlaceFitter } from '../src/app/detection/fitting.ts';
import { LiveSite } from '../src/app/live-site.ts';
import { LEARNER, openStore } from '../src/app/parts.ts';

const [folder = ''] = process.argv.slice(2);
const nowUs = (): number => Date.now() * 1000;
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
const { value: loaded, ...restore } = await timed(() => site.open());
const { value: ____, ...cellsBack } = await timed(() => site.load());
const cells = loaded.detection.feed.cells;
const view = await site.view(nowUs());
const { value: assets, ...inventory } = await timed(async () => view.model.assets().length);
for (const cell of cells) {
  cell.dirty = true;
  cell.rows.markAll();
}
const { value: ___, ...inShort } = await timed(() => site.save(nowUs(), true));
for (const cell of cells) cell.dirty = true;
site.keepLearned();
const { value: _, ...save } = await timed(() => site.save(nowUs()));
const { value: __, ...again } = await timed(() => site.save(nowUs()));
const closed = await timed(() => store.close());
console.log(
  JSON.stringify({
    cells: cells.length,
    armed: cells.filter((cell) => cell.isArmed).length,
    points: loaded.model.pointCount,
    assets,
    openS: opened.wallS,
    restore,
    cellsBack,
    inventory,
    saveInShort: inShort,
    saveAll: save,
    saveAgain: again,
    closeS: closed.wallS,
    rssMiB: Math.round(process.memoryUsage.rss() / 2 ** 20),
  }),
);
