/**
 * What was learned, kept under a name: saved, compared, restored, carried to a twin machine as a file. A baseline names
 * the addresses and points that it speaks about by number; it fits where they have the same numbers: in this site, and in
 * a site that has read nothing yet, which takes them over (`twin.ts`). Elsewhere it is refused, with what does not fit.
 * What goes on is no part of it: open episodes stay those of the site.
 */
import { randomBytes } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import {
  type BaselineComparison,
  type BaselineRow,
  MAX_LEARNING_HOURS,
  MIN_LEARNING_HOURS,
  type NewBaseline,
  type Restored,
} from '../../api/index.ts';
import type { EndpointView } from '../../core/endpoint.ts';
import type { SiteModel } from '../../core/site-model.ts';
import { durationText } from '../../decide/index.ts';
import { DETECTORS } from '../../detect/index.ts';
import { inPieces, type JournalEntry, joined, type Row, siteBatch } from '../../store/index.ts';
import { RequestError } from '../engine-contract.ts';
import { type SiteView, timeText } from '../query/view.ts';
import type { Actor } from './acts.ts';
import { addressText, cellsText, changedText, pointText } from './baseline-words.ts';
import { cellChange } from './cell-changes.ts';
import { learnedParts, learnedRows, loadLearned, readSettings, SETTINGS_NAME, savedCell } from './keep.ts';
import { isNumbered, type Numbered, readNumbered, unseenRows } from './twin.ts';

/** Baselines of one site, and octets of a file that is carried here. */
export const MAX_BASELINES = 100;
export const MAX_BASELINE_BYTES = 64 * 1024 ** 2;
const HOUR_US = 3_600_000_000;
const MAX_ROWS = 500;

interface Summary {
  readonly watchedHours: number;
  readonly endpoints: number;
  readonly cells: number;
  /** Hours after which it watches, as was set there; absent in what older versions kept. */
  readonly learningHours?: number;
}

interface Content {
  readonly format: 'gatehouse-baseline';
  /** Since 2 rows may have 32 bits (`CellRows`). */
  readonly version: 1 | 2;
  readonly name: string;
  readonly note: string;
  readonly madeAt: string;
  readonly summary: Summary;
  /** Addresses and points by number, as they are told apart anywhere. */
  readonly endpoints: readonly string[];
  readonly points: readonly string[];
  /** The same as rows, for a site that has none. */
  readonly numbered: Numbered;
  /** Learned parts, base64. */
  readonly parts: Readonly<Record<string, string>>;
}

const NOT_NUMBERED: Numbered = { endpoints: [], points: [] };
const NO_EPISODES = { open: [], changed: [] };

/** The part of the detectors with other episodes; its other values stay as they are written. */
const withEpisodes = (part: Uint8Array, episodes: unknown): Uint8Array => {
  const saved = JSON.parse(Buffer.from(part).toString('utf8')) as object;
  return Buffer.from(JSON.stringify({ ...saved, episodes }));
};
const episodesOf = (part: Uint8Array | undefined): unknown =>
  part === undefined
    ? NO_EPISODES
    : (JSON.parse(Buffer.from(part).toString('utf8')) as { readonly episodes: unknown }).episodes;

const addressKey = (endpoints: EndpointView, id: number): string => {
  const e = endpoints.get(id);
  const parent = e.parent === undefined ? '' : `${addressKey(endpoints, e.parent)} `;
  // The MAC of a device with an IP may differ on a twin machine.
  return e.sub === undefined
    ? `${e.segment} ${e.vlan} ${e.innerVlan} ${e.tunnel ?? ''} ${e.ip ?? e.mac ?? ''}`
    : `${parent}${e.sub.kind} ${e.sub.address}`;
};
const endpointKeys = (endpoints: EndpointView): string[] =>
  Array.from({ length: endpoints.count }, (_, i) => addressKey(endpoints, i + 1));
const pointKeys = (model: SiteModel): string[] =>
  Array.from({ length: model.pointCount }, (_, i) => {
    const point = model.point(i + 1)!;
    return `${point.target} ${point.protocol} ${point.path}`;
  });

const contentOf = (
  view: SiteView,
  name: string,
  note: string,
  madeAt: string,
  numbered: Numbered = NOT_NUMBERED,
): Content => {
  const { detection } = view;
  const parts = learnedParts(detection, true);
  const detectors = parts.get('detection');
  if (detectors !== undefined) parts.set('detection', withEpisodes(detectors, NO_EPISODES));
  // What was handed out here was not written to the site's own state.
  detection.putBack([]);
  return {
    format: 'gatehouse-baseline',
    version: 2,
    name,
    note,
    madeAt,
    summary: {
      watchedHours: detection.watchedUs / HOUR_US,
      endpoints: view.endpoints.count,
      cells: detection.feed.cells.length,
      learningHours: detection.learningUs / HOUR_US,
    },
    endpoints: endpointKeys(view.endpoints),
    points: pointKeys(view.model),
    numbered,
    parts: Object.fromEntries([...parts].map(([key, bytes]) => [key, Buffer.from(bytes).toString('base64')])),
  };
};

const readContent = (payload: Uint8Array): Content => {
  const bad = (): RequestError =>
    new RequestError(
      422,
      'input-invalid',
      'The file is no baseline of Gatehouse.',
      'Give a file that was saved as a baseline.',
    );
  try {
    const content = JSON.parse(
      gunzipSync(payload, { maxOutputLength: MAX_BASELINE_BYTES * 4 }).toString('utf8'),
    ) as Content;
    const lists = [content.endpoints, content.points];
    if (content.format !== 'gatehouse-baseline' || ![1, 2].includes(content.version)) throw bad();
    if (!lists.every((list) => Array.isArray(list) && list.every((x) => typeof x === 'string'))) throw bad();
    if (![content.name, content.note, content.madeAt].every((text) => typeof text === 'string')) throw bad();
    const { watchedHours, endpoints: devices, cells } = content.summary;
    if (![watchedHours, devices, cells].every(Number.isFinite)) throw bad();
    if (typeof content.parts !== 'object' || content.parts === null) throw bad();
    if (!Object.values(content.parts).every((x) => typeof x === 'string')) throw bad();
    // Absent in what was kept before baselines could be carried: it still fits the site that it was made from.
    const numbered: unknown = content.numbered ?? NOT_NUMBERED;
    if (!isNumbered(numbered)) throw bad();
    const { endpoints, points } = numbered;
    if (endpoints.length > 0 && endpoints.length !== content.endpoints.length) throw bad();
    if (points.length > 0 && points.length !== content.points.length) throw bad();
    return { ...content, numbered };
  } catch {
    throw bad();
  }
};

/** A baseline whole, of all of its pieces. */
type Kept = Omit<Row<'baseline'>, 'piece'>;

const toRow = (row: Omit<Kept, 'payload'>, bytes: number, names: ReadonlyMap<string, string>): BaselineRow => {
  const { watchedHours, endpoints, cells } = JSON.parse(row.summary) as Summary;
  return {
    id: row.baseline_id,
    name: row.name,
    note: row.note,
    who: names.get(row.user_id) ?? row.user_id,
    at: timeText(row.ts),
    origin: row.origin as BaselineRow['origin'],
    madeAt: row.made_at,
    bytes,
    watchedHours,
    endpoints,
    cells,
  };
};

const keep = async (
  { store, site, userId, nowUs }: Actor,
  content: Content,
  origin: BaselineRow['origin'],
  action: string,
): Promise<Kept> => {
  const { n } = await store.db
    .selectFrom('baseline')
    .select((q) => q.fn.countAll<number>().as('n'))
    .where('site_id', '=', site.id)
    .where('piece', '=', 0)
    .executeTakeFirstOrThrow();
  if (n >= MAX_BASELINES)
    throw new RequestError(409, 'limit', `There are ${MAX_BASELINES} baselines already.`, 'Use another data folder.');
  const row: Kept = {
    site_id: site.id,
    baseline_id: randomBytes(6).toString('hex'),
    name: content.name,
    note: content.note,
    ts: nowUs,
    user_id: userId,
    origin,
    made_at: content.madeAt,
    summary: JSON.stringify(content.summary),
    payload: gzipSync(Buffer.from(JSON.stringify(content))),
  };
  await store.writer.submit({
    put: { baseline: inPieces(row, 'payload', row.payload) },
    journal: [
      {
        siteId: site.id,
        tsUs: nowUs,
        userId,
        action,
        subject: `baseline ${row.baseline_id}`,
        detail: { name: row.name },
      },
    ],
  });
  return row;
};

const rowOf = async ({ store, site }: Pick<Actor, 'store' | 'site'>, id: string): Promise<Kept> => {
  const rows = await store.db
    .selectFrom('baseline')
    .selectAll()
    .where('site_id', '=', site.id)
    .where('baseline_id', '=', id)
    .execute();
  const row = rows[0];
  if (row === undefined) throw new RequestError(404, 'not-found', 'There is no such baseline.', 'Load the list again.');
  return { ...row, payload: joined(rows.map(({ piece, payload }) => ({ piece, bytes: payload }))) };
};

export const listBaselines = async (
  { store, site }: Pick<Actor, 'store' | 'site'>,
  names: ReadonlyMap<string, string>,
): Promise<BaselineRow[]> => {
  const rows = await store.db
    .selectFrom('baseline')
    .select(['site_id', 'baseline_id', 'name', 'note', 'ts', 'user_id', 'origin', 'made_at', 'summary'])
    .select(({ fn }) => fn.sum<number>(fn<number>('octet_length', ['payload'])).as('bytes'))
    .where('site_id', '=', site.id)
    .groupBy(['site_id', 'baseline_id', 'name', 'note', 'ts', 'user_id', 'origin', 'made_at', 'summary'])
    .orderBy('ts', 'desc')
    .execute();
  return rows.map((row) => toRow(row, Number(row.bytes), names));
};

export const saveBaseline = async (actor: Actor, request: NewBaseline, names: ReadonlyMap<string, string>) => {
  const { view, site, store, nowUs } = actor;
  await site.save(nowUs);
  const numbered = await readNumbered(store, site.id);
  const content = contentOf(view, request.name, request.note ?? '', `${site.name}, ${timeText(nowUs)}`, numbered);
  const row = await keep(actor, content, 'saved', 'baseline.save');
  return toRow(row, row.payload.length, names);
};

export const baselineFile = async (actor: Pick<Actor, 'store' | 'site'>, id: string): Promise<Uint8Array> =>
  (await rowOf(actor, id)).payload;

export const importBaseline = async (actor: Actor, bytes: Uint8Array, names: ReadonlyMap<string, string>) => {
  if (bytes.length > MAX_BASELINE_BYTES)
    throw new RequestError(413, 'too-large', 'The file is too large for a baseline.', 'Carry a baseline of one site.');
  const row = await keep(actor, readContent(bytes), 'carried', 'baseline.carry');
  return toRow(row, row.payload.length, names);
};

/** Names of the baseline that have another number here, or none. */
const misfits = (then: readonly string[], now: readonly string[]): string[] => then.filter((key, i) => now[i] !== key);

const cellIn = ({ parts }: Content, key: string): ReturnType<typeof savedCell> | undefined => {
  const part = parts[key];
  if (part === undefined) return undefined;
  try {
    return savedCell(new Uint8Array(Buffer.from(part, 'base64')));
  } catch {
    throw new RequestError(
      422,
      'input-invalid',
      'What was learned in this baseline cannot be read.',
      'It was made by another version of Gatehouse, or damaged: save it once more where it was made.',
    );
  }
};

export const compareBaseline = async (
  actor: Pick<Actor, 'store' | 'site' | 'view'>,
  id: string,
  names: ReadonlyMap<string, string>,
): Promise<BaselineComparison> => {
  const row = await rowOf(actor, id);
  const { view } = actor;
  const then = readContent(row.payload);
  const now = contentOf(view, '', '', '');
  const rows: BaselineComparison['rows'] = [];
  /** Numbers of both sides mean the same address; the longer list knows more of them. */
  const addresses = now.endpoints.length > then.endpoints.length ? now.endpoints : then.endpoints;
  const sets = [
    ['addresses', then.endpoints, now.endpoints, (key: string) => `address ${addressText(key)}`],
    ['points', then.points, now.points, (key: string) => `point of ${pointText(key, addresses)}`],
  ] as const;
  const sentences: string[] = [];
  for (const [many, before, after, say] of sets) {
    const had = new Set(before);
    const has = new Set(after);
    const fresh = after.filter((key) => !had.has(key));
    const gone = before.filter((key) => !has.has(key));
    for (const key of fresh)
      rows.push({ detector: 'site', what: say(key), change: 'only-now', before: '', now: 'known' });
    for (const key of gone)
      rows.push({ detector: 'site', what: say(key), change: 'only-before', before: 'known', now: '' });
    sentences.push(changedText(many, fresh.length, gone.length));
  }
  const keys = [...new Set([...Object.keys(then.parts), ...Object.keys(now.parts)])]
    .filter((key) => key.startsWith('cell '))
    .sort();
  /** Of a cell of either side; without the number of its device. */
  const pointName = (point: number): string =>
    (now.points[point - 1] ?? then.points[point - 1] ?? `point ${point}`).replace(/^\d+ /, '');
  /** Of the device that its first point is of: people know no numbers of cells. */
  const cellName = (key: string, { plan }: ReturnType<typeof savedCell>): string => {
    const point = plan.points[0];
    const target = point === undefined ? '' : /^\d+/.exec(now.points[point - 1] ?? then.points[point - 1] ?? '')?.[0];
    const address = addresses[Number(target) - 1];
    return address === undefined ? key : `cell of ${addressText(address)}`;
  };
  let different = 0;
  for (const key of keys) {
    const [before, after] = [cellIn(then, key), cellIn(now, key)];
    const change = cellChange(before, after, pointName);
    if (change === undefined) continue;
    different++;
    rows.push({
      detector: 'process',
      what: cellName(key, (after ?? before)!),
      change: before === undefined ? 'only-now' : after === undefined ? 'only-before' : 'different',
      ...change,
    });
  }
  if (keys.length > 0) sentences.push(cellsText(keys.length, different));
  sentences.push(
    `The baseline watched ${hoursText(then.summary.watchedHours)}, this site ${hoursText(now.summary.watchedHours)}.`,
  );
  return {
    baseline: toRow(row, row.payload.length, names),
    sentences,
    rows: rows.slice(0, MAX_ROWS),
    rowsMore: Math.max(0, rows.length - MAX_ROWS),
  };
};

const hoursText = (hours: number): string => durationText(hours * HOUR_US);

/** Puts learned parts in the place of what is there; the site's own episodes go on. */
const replaceLearned = (actor: Actor, parts: ReadonlyMap<string, Uint8Array>): void => {
  const { detection } = actor.view;
  const all = new Map(parts);
  const detectors = all.get('detection');
  if (detectors !== undefined) {
    const now = new TextEncoder().encode(detection.detection.save());
    all.set('detection', withEpisodes(detectors, episodesOf(now)));
  }
  loadLearned(detection, all);
  detection.putBack([]);
};

/** Detectors that go on from what was put back; those that could not read theirs learn anew. */
const takenBy = ({ detection }: SiteView['detection']): number => DETECTORS.length - detection.unread.length;

const refuseUncarried = ({ numbered }: Content): void => {
  if (numbered.endpoints.length === 0)
    throw new RequestError(
      409,
      'baseline-misfit',
      'The baseline was kept before another was restored and has no list of devices to take over.',
      'Save the baseline once more where it was made.',
    );
};
/** Throws where a new site cannot begin with these octets: looked at before there is one. */
export const checkCarried = (bytes: Uint8Array): void => refuseUncarried(readContent(bytes));

/** As the console lets people set it. */
const isLearningHours = (hours: unknown): hours is number =>
  typeof hours === 'number' && hours >= MIN_LEARNING_HOURS && hours <= MAX_LEARNING_HOURS;

/** Numbers and learned parts as rows of a site that has none; it is read anew from them. */
const carryInto = async (actor: Actor, row: Kept, content: Content, reason: string): Promise<Restored> => {
  const { site, store, nowUs } = actor;
  refuseUncarried(content);
  const { put } = siteBatch(site.id, '', unseenRows(content.numbered), [], nowUs);
  const learned = learnedRows(site.id, partsOf(content), nowUs);
  const { learningHours } = content.summary;
  const settings = await readSettings(store, site.id);
  // How long learning takes is set by people, for this machine: without it a twin of one that watches would learn again.
  const setting =
    isLearningHours(learningHours) && learningHours !== settings.learningHours
      ? [{ site_id: site.id, name: SETTINGS_NAME, value: JSON.stringify({ ...settings, learningHours }) }]
      : [];
  const changed: Record<string, string> = setting.length > 0 ? { learningHours: `${learningHours}` } : {};
  await store.writer.submit({
    put: { ...put, learned_state: learned, setting },
    journal: [entryOf(actor, row, { reason, carried: true, ...changed })],
  });
  site.unload();
  const { detection } = await site.view(nowUs);
  return { before: '', detectors: takenBy(detection), cells: detection.feed.cells.length, missing: [], missingMore: 0 };
};

const entryOf = (
  { site, userId, nowUs }: Actor,
  row: Kept,
  detail: Record<string, string | boolean>,
): JournalEntry => ({
  siteId: site.id,
  tsUs: nowUs,
  userId,
  action: 'baseline.restore',
  subject: `baseline ${row.baseline_id}`,
  detail: { name: row.name, ...detail },
});

/** What is learned now is kept first, so that a restore can be taken back by another. */
export const restoreBaseline = async (actor: Actor, id: string, reason: string): Promise<Restored> => {
  const { view, site, store, nowUs } = actor;
  const row = await rowOf(actor, id);
  const content = readContent(row.payload);
  if (view.endpoints.count === 0 && view.model.pointCount === 0 && site.busy === 0)
    return carryInto(actor, row, content, reason);
  const missing = [
    ...misfits(content.endpoints, endpointKeys(view.endpoints)).map(addressText),
    ...misfits(content.points, pointKeys(view.model)).map((key) => pointText(key, content.endpoints)),
  ];
  if (missing.length > 0) {
    throw new RequestError(
      409,
      'baseline-misfit',
      `The baseline speaks of ${missing.length} addresses or points that this site does not have under the same number, ${missing.slice(0, 3).join('; ')} first.`,
      'A baseline fits the site that it was made from. To carry it to a twin machine, start that with --baseline and a new --site.',
    );
  }
  const now = contentOf(view, `before "${row.name}" was restored`, reason, `${site.name}, ${timeText(nowUs)}`);
  const before = await keep(actor, now, 'automatic', 'baseline.save');
  // Written first: what is learned must not change without its line in the journal.
  await store.writer.submit({ journal: [entryOf(actor, row, { reason, before: before.baseline_id })] });
  try {
    replaceLearned(actor, partsOf(content));
  } catch {
    replaceLearned(actor, partsOf(now));
    throw new RequestError(
      422,
      'input-invalid',
      'What was learned in this baseline cannot be read; nothing was changed.',
      'It was made by another version of Gatehouse, or damaged: save it once more where it was made.',
    );
  }
  site.keepLearned();
  await site.save(nowUs);
  return {
    before: before.baseline_id,
    detectors: takenBy(view.detection),
    cells: view.detection.feed.cells.length,
    missing: [],
    missingMore: 0,
  };
};

const partsOf = (content: Content): Map<string, Uint8Array> =>
  new Map(Object.entries(content.parts).map(([key, text]) => [key, new Uint8Array(Buffer.from(text, 'base64'))]));
