/**
 * A data folder whose site has learned a made plant (`made-site.ts`), for `npm run bench:live`: frames through the pipeline as
 * the product reads them, as fast as they can be read. One model of each shape of cell is made and handed to all cells
 * alike (to make thousands takes hours, and says no more about watching). Prints one JSON line with what it cost.
 */

import { type Fitter, inPlaceFitter } from '../src/app/detection/fitting.ts';
import { LiveSite } from '../src/app/live-site.ts';
import { LEARNER, newSource, openStore, readCapture, SETTINGS_NAME } from '../src/app/parts.ts';
import { Pipeline } from '../src/app/pipeline.ts';
import { MadeSite } from './made-site.ts';

const [folder = '', devicesText = '', registersText = '', seedText = '', learningText = '', everyText = '1'] =
  process.argv.slice(2);
const SITE = 'bench';
const SECOND_US = 1_000_000;
/** Points wait ten minutes for their neighbours (`detection/process-feed.ts`); a little more. */
const SETTLE_S = 680;
/** Meanwhile each is read so often; at the end at the pace of learning, so that the cells are made for it. */
const SETTLE_STEP_S = 60;
const PACE_S = 90;
/** Between two saves; what waits in queues towards the store is written where they fill, as the engine does (`app/engine.ts`). */
const SAVE_EVERY_S = 300;
const SAVE_BACKLOG = 0.25;

const learningHours = Number(learningText);
const everyS = Number(everyText);
const site = new MadeSite({ devices: Number(devicesText), registers: Number(registersText), seed: Number(seedText) });
const cpuS = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
const round = (x: number): number => Math.round(x * 1000) / 1000;
const nowUs = (): number => Date.now() * 1000;

const fitS: number[] = [];
const sharing = (): Fitter => {
  const inPlace = inPlaceFitter(LEARNER);
  const made = new Map<number, Uint8Array>();
  return {
    ...inPlace,
    request: ({ table, stepUs, done }) => {
      const rows = table();
      let saved = made.get(rows.points.length);
      if (saved === undefined) {
        const before = cpuS();
        saved = LEARNER.fit(rows, { stepUs }).save();
        fitS.push(cpuS() - before);
        made.set(rows.points.length, saved);
      }
      done({ kind: 'made', model: LEARNER.restore(saved), cycles: [] });
      return undefined;
    },
  };
};

const store = await openStore(folder, { nowUs });
await store.writer.submit({
  put: { setting: [{ site_id: SITE, name: SETTINGS_NAME, value: JSON.stringify({ learningHours }) }] },
});
const live = new LiveSite(
  store,
  { site_id: SITE, name: SITE, kind: 'live', zone: 'UTC', created_us: nowUs() },
  { fitter: sharing() },
);
await store.writer.submit({ put: { site: [live.row] } });
// As while a wire is watched: what cells learn is written in rounds, not all of it with every save.
const source = newSource({ nowUs }, live, { id: 'prepare', kind: 'live', name: 'prepare', path: '', state: 'live' });
live.sources.set(source.id, source);
const { runtime, detection, model } = await live.load();
const pipeline = new Pipeline({ source: 'prepare', site: runtime });

/** Seconds at which all are read; learning ends with the last, which lies in the past. */
site.acknowledges = false;
const learnS = Math.ceil((learningHours * 3600) / everyS) * everyS + 2 * everyS;
const rowsS = Math.max(learnS, 210 * everyS);
const beginS = Math.floor(nowUs() / SECOND_US) - SETTLE_S - rowsS - 20;
const seconds: number[] = [];
for (let s = 0; s < SETTLE_S - PACE_S * everyS; s += SETTLE_STEP_S) seconds.push(beginS + s);
for (let s = Math.max(seconds.length > 0 ? SETTLE_S - PACE_S * everyS : 0, 0); s < SETTLE_S + rowsS; s += everyS)
  seconds.push(beginS + s);

const chunks = async function* (): AsyncGenerator<Uint8Array> {
  yield MadeSite.header();
  for (const s of seconds) yield site.polls(s * SECOND_US);
};
const before = cpuS();
let savedUs = 0;
let saveS = 0;
for await (const event of readCapture(chunks(), { name: 'bench' })) {
  pipeline.handle(event);
  const us = detection.nowUs;
  const isDue = us - savedUs >= SAVE_EVERY_S * SECOND_US;
  if (!isDue && live.backlog < SAVE_BACKLOG) continue;
  const at = cpuS();
  if (isDue) {
    savedUs = us;
    await live.save(nowUs());
  } else await live.relieve(nowUs());
  saveS += cpuS() - at;
}
pipeline.finish();
const readS = cpuS() - before - saveS;
const cells = detection.feed.cells;
// The feed asks for some at a time.
for (const cell of cells) if (!cell.isArmed) cell.fit();
const atLast = performance.now();
live.keepLearned();
live.sources.set(source.id, { ...source, state: 'complete', endedUs: nowUs() });
await live.save(nowUs());
const lastSaveS = (performance.now() - atLast) / 1000;
const armed = cells.filter((cell) => cell.isArmed).length;
console.log(
  JSON.stringify({
    packets: site.packets,
    points: model.pointCount,
    cells: cells.length,
    armed,
    pointsWatched: cells.reduce((sum, cell) => sum + (cell.isArmed ? cell.plan.points.length : 0), 0),
    pointsWithoutCell: detection.feed.without,
    stepS: (cells[0]?.plan.stepUs ?? 0) / SECOND_US,
    rowsKept: cells[0]?.plan.rows ?? 0,
    fitSOfOneCell: fitS.map(round),
    readCpuS: round(readS),
    saveCpuS: round(saveS),
    lastSaveS: round(lastSaveS),
    findings: detection.triage.findings().length,
    rssMiB: Math.round(process.memoryUsage.rss() / 2 ** 20),
    assets: model.assets().length,
    dropped: model.limits().filter((row) => row.dropped > 0),
  }),
);
const closing = performance.now();
await store.close();
console.error(`closed in ${round((performance.now() - closing) / 1000)} s`);
