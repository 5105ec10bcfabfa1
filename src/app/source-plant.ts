/** The simulated plant as a source: a day of history at once, then with the clock; a later start goes on with the same plant. */
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';
import type { Uploaded } from '../api/index.ts';
import { RequestError, type SourceRequest } from './engine-contract.ts';
import { HISTORY_US, livePlant, type PlantPast } from './live-plant.ts';
import { AHEAD } from './live-site.ts';
import { PLANT_SITE } from './site-id.ts';
import { newSource, type SourceWork } from './source-work.ts';

/** What makes the plant go on, as a state of its site. */
const PAST_NAME = 'plant';

const readPast = async (work: SourceWork): Promise<PlantPast | undefined> => {
  const row = await work.options.store.db
    .selectFrom('site_state')
    .select('payload')
    .where('site_id', '=', PLANT_SITE)
    .where('name', '=', PAST_NAME)
    .executeTakeFirst();
  return row === undefined ? undefined : (JSON.parse(row.payload) as PlantPast);
};

/** One simulated plant per data folder: with its history the first time, from now on when it is started again. */
export const openPlant = async (
  work: SourceWork,
  request: Extract<SourceRequest, { kind: 'plant' }>,
  userId: string,
): Promise<Uploaded> => {
  const past = await readPast(work);
  const there = work.options.sites.get(PLANT_SITE);
  // Of people, since before ids of their sites kept clear of this one.
  if (there !== undefined && there.sources.size > 0 && past === undefined)
    throw new RequestError(
      409,
      'site-exists',
      `The site "${there.name}" has the place of the simulated plant in this data folder.`,
      'Give the plant a folder of its own: gatehouse start --data <folder>',
    );
  const site = await work.siteOf(undefined, PLANT_SITE, 'Simulated plant', 'sample');
  const running = [...site.sources.values()].find((source) => work.running.has(source.id));
  if (running !== undefined) return { site: site.id, source: running.id, known: true, as: running.name };
  // History that was cut short would teach half of a day as usual.
  const isWhole = site.sources.size > 0 && [...site.sources.values()].every((source) => source.progress === 1);
  if (site.sources.size > 0 && !isWhole) {
    await work.forget(site);
    site.sources.clear();
  }
  const keep = (past: PlantPast): Promise<void> =>
    work.options.store.writer.submit({
      put: { site_state: [{ site_id: site.id, name: PAST_NAME, payload: JSON.stringify(past) }] },
    });
  const plant = livePlant({
    nowUs: work.options.nowUs,
    historyUs: isWhole ? 0 : (request.historyUs ?? HISTORY_US),
    past: isWhole ? past : undefined,
    onStaged: (past) => void keep(past).catch(work.options.onError),
    wait: work.options.pause ?? ((ms, signal) => wait(ms, undefined, { signal }).catch(() => undefined)),
    turn: () => turn(),
  });
  site.plant = plant;
  const stamp = Math.round(work.options.nowUs() / 1000).toString(36);
  const source = newSource(work.options, site, {
    id: `${request.isAhead === true ? AHEAD : 'p-'}${stamp}`,
    kind: 'stream',
    name: request.isAhead === true ? 'simulated day, made at build time' : 'simulated plant',
    path: '',
  });
  await work.record(site, source, userId);
  await keep(plant.past());
  const ring = await work.ring();
  work.goLive(plant.stop, () =>
    work.read(site, source, {
      chunks: plant.chunks,
      read: plant.doneUs,
      size: plant.historyUs,
      state: 'reading',
      ring,
      isLive: plant.isLive,
      stop: plant.stop,
    }),
  );
  return { site: site.id, source: source.id, known: false, as: '' };
};
