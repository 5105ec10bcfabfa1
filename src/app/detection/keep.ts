/**
 * Detection into the store and back: findings as they change, what was learned now and then and whenever nothing is read,
 * what people did at once (see `acts.ts`). A state that another version wrote is learned again, never half-read.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { EndpointView } from '../../core/endpoint.ts';
import type { AlertAct, IncidentAct, MaintenanceWindow, TriageSettings } from '../../core/incident.ts';
import type { SiteModel } from '../../core/site-model.ts';
import { DEFAULT_SETTINGS, MAX_FINDINGS, MAX_WINDOWS } from '../../decide/index.ts';
import type { SavedMirrors } from '../../learn/process/mirrors.ts';
import {
  alertActOf,
  type Batch,
  findingOf,
  findingRow,
  incidentActOf,
  inParts,
  inPieces,
  joinedAll,
  type Pieces,
  proofOf,
  proofRows,
  type Row,
  type Store,
  windowOf,
} from '../../store/index.ts';
import type { Cell } from './cell.ts';
import { type Fitter, inPlaceFitter } from './fitting.ts';
import { LEARNER } from './learner.ts';
import type { StoredCell } from './process-feed.ts';
import { BLOCK_ROWS } from './rows.ts';
import type { SavedCell } from './saved-cell.ts';
import { SiteDetection } from './site-detection.ts';

/** What was learned is written so often while frames come, microseconds of wall clock. */
export const LEARNED_EVERY_US = 60_000_000;
const HOUR_US = 3_600_000_000;
export const SETTINGS_NAME = 'detection';
/** What conversations said at their start stands beside what was learned from them; it is no part of a baseline. */
export const OPENINGS_NAME = 'openings';
/** Ids of alerts (`Triage.givenIds`): no part of a baseline either. */
const ALERTS_NAME = 'alerts';

/** What a site has set, as it is stored. */
export interface DetectionSettings extends TriageSettings {
  readonly learningHours: number;
}
export const DEFAULT_DETECTION: DetectionSettings = { ...DEFAULT_SETTINGS, learningHours: 24 };

export const readSettings = async (store: Store, site: string): Promise<DetectionSettings> => {
  const row = await store.db
    .selectFrom('setting')
    .select('value')
    .where('site_id', '=', site)
    .where('name', '=', SETTINGS_NAME)
    .executeTakeFirst();
  return row === undefined
    ? DEFAULT_DETECTION
    : { ...DEFAULT_DETECTION, ...(JSON.parse(row.value) as DetectionSettings) };
};

/** The octets begin at a multiple of eight, so that what is brought back in one piece can be worked in. */
const packed = (header: unknown, bytes: Uint8Array): Uint8Array => {
  const json = JSON.stringify(header);
  const unfit = (4 + new TextEncoder().encode(json).length) % 8;
  const text = new TextEncoder().encode(json + ' '.repeat((8 - unfit) % 8));
  const out = new Uint8Array(4 + text.length + bytes.length);
  new DataView(out.buffer).setUint32(0, text.length, true);
  out.set(text, 4);
  out.set(bytes, 4 + text.length);
  return out;
};
const unpacked = (payload: Uint8Array): { readonly header: unknown; readonly bytes: Uint8Array } => {
  const length = new DataView(payload.buffer, payload.byteOffset).getUint32(0, true);
  return {
    header: JSON.parse(new TextDecoder().decode(payload.subarray(4, 4 + length))),
    bytes: payload.subarray(4 + length),
  };
};
/** What a part of a cell says of it. Throws where it cannot be read. */
export const savedCell = (payload: Uint8Array): SavedCell => unpacked(payload).header as SavedCell;
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const ofText = (value: Uint8Array | undefined): string | undefined =>
  value === undefined ? undefined : new TextDecoder().decode(value);

/** What was learned of one cell, by the name it is stored under: one commit, so that rows and model belong together. */
const partsOfCell = (cell: Cell, all: boolean): [string, Uint8Array][] => {
  // Of one that is away, or its rows, the store has all there is.
  if ((!cell.dirty && !all) || cell.isAway || cell.rows.isAway) return [];
  cell.dirty = false;
  const { header, model } = cell.save();
  return [
    [`cell ${cell.plan.id}`, packed(header, model)],
    ...cell.rows
      .takeBlocks(all)
      .map(({ block, bytes }): [string, Uint8Array] => [`rows ${cell.plan.id} ${block}`, bytes]),
  ];
};

/** One after the other: each is megabytes, and is written before the next is made. */
function* partsOfSite(detection: SiteDetection, withTables: boolean): Generator<[string, Uint8Array], void> {
  yield ['detection', text(detection.detection.save())];
  yield ['devices', text(detection.devices.save(withTables))];
  yield ['feed', text(detection.feed.save())];
  yield ['mirrors', text(JSON.stringify(detection.mirrors.save()))];
}

/** Everything learned, by the name it is stored under. With `all`, also what did not change since the last call. */
export const learnedParts = (detection: SiteDetection, all: boolean): Map<string, Uint8Array> =>
  new Map([...partsOfSite(detection, false), ...detection.feed.cells.flatMap((cell) => partsOfCell(cell, all))]);

/** What is loaded gives way to others after so long. */
const LOAD_TURN_MS = 15;

/** Octets of cells that are written at a time; with many cells, all at once take hundreds of MiB and hold frames up. */
const BATCH_BYTES = 2 * 1024 * 1024;

/**
 * Octets of cells that a save in the middle of work writes: those that were not written for the longest come first, the others
 * with the saves after it. Some 200 cells of 20 points: smaller sites are written whole each time, one of 5,000 controllers in
 * rounds of half an hour, which is what it has to see again after it was killed. What was never written, and what is being
 * told, is always written.
 */
export const ROUND_BYTES = 16 * 1024 * 1024;

/** Cells to write: what must be first, then by age. */
const inRounds = (cells: readonly Cell[]): Cell[] => {
  const dirty = cells.filter((cell) => cell.dirty);
  const ageOf = (cell: Cell): number => (cell.isTelling ? 0 : cell.savedUs);
  return dirty
    .map((cell, i) => ({ cell, i, age: ageOf(cell) }))
    .sort((a, b) => a.age - b.age || a.i - b.i)
    .map(({ cell }) => cell);
};

/**
 * What cells learned since the last call, a few cells at a time, what must be written first; before `detectionBatch`, which names the cells. `most`: octets
 * after which only what must be written follows; the same once `mayGoOn` says no.
 */
export function* cellBatches(
  site: string,
  detection: SiteDetection,
  nowUs: number,
  most = Number.POSITIVE_INFINITY,
  mayGoOn: () => boolean = () => true,
): Generator<Batch, void> {
  let parts: [string, Uint8Array][] = [];
  let octets = 0;
  let all = 0;
  // What must be written comes first.
  for (const cell of inRounds(detection.feed.cells)) {
    if ((all >= most || !mayGoOn()) && cell.savedUs > 0 && !cell.isTelling) break;
    const more = partsOfCell(cell, false);
    if (more.length > 0) cell.savedUs = nowUs;
    parts.push(...more);
    const size = more.reduce((sum, [, bytes]) => sum + bytes.length, 0);
    octets += size;
    all += size;
    if (octets < BATCH_BYTES) continue;
    yield { put: { learned_state: learnedRows(site, new Map(parts), nowUs) } };
    parts = [];
    octets = 0;
  }
  if (parts.length > 0) yield { put: { learned_state: learnedRows(site, new Map(parts), nowUs) } };
}

/** Stands before what is stored deflated: neither text nor the length of a header nor a time begins so. */
const DEFLATED = Uint8Array.of(0xff, 0xff, 0xff, 0xff);
/** Shorter parts are one row however they are written. */
const DEFLATED_FROM_BYTES = 4096;
/** Parts of a cell: hundreds of megabytes on a large site, of numbers that shrink little. They stay as they are. */
const OF_CELL = /^(?:cell|rows) /;

/** A commit holds several times its octets in memory, so that what is said again and again is not written out. */
const deflated = (name: string, payload: Uint8Array): Uint8Array =>
  payload.length < DEFLATED_FROM_BYTES || OF_CELL.test(name)
    ? payload
    : Buffer.concat([DEFLATED, deflateRawSync(payload, { level: 1 })]);
/** Nothing of what is damaged: whoever reads that learns it again. */
const inflated = (payload: Uint8Array): Uint8Array => {
  if (!DEFLATED.every((octet, i) => payload[i] === octet)) return payload;
  try {
    return inflateRawSync(payload.subarray(DEFLATED.length));
  } catch {
    return new Uint8Array(0);
  }
};

export const learnedRows = (
  site_id: string,
  parts: Iterable<readonly [name: string, payload: Uint8Array]>,
  recorded_us: number,
): Row<'learned_state'>[] => {
  const rows: Row<'learned_state'>[] = [];
  for (const [name, payload] of parts)
    for (const row of inPieces({ site_id, name, recorded_us }, 'payload', deflated(name, payload))) rows.push(row);
  return rows;
};

type Parts = ReadonlyMap<string, Uint8Array>;

/** Blocks of a cell that took so many rows in all, and keeps so many. */
const storedRows = (parts: Parts, id: string, taken: number, kept: number): Map<number, Uint8Array> => {
  const blocks = new Map<number, Uint8Array>();
  for (let block = 0; block * BLOCK_ROWS < Math.min(taken, kept); block++) {
    const rows = parts.get(`rows ${id} ${block}`);
    if (rows !== undefined) blocks.set(block, rows);
  }
  return blocks;
};

/** One cell as it is stored; undefined where it is not. Throws where it cannot be read. */
const storedCell = (parts: Parts, id: string): StoredCell | undefined => {
  const own = parts.get(`cell ${id}`);
  if (own === undefined) return undefined;
  const { header, bytes } = unpacked(own);
  const { taken, plan } = header as SavedCell;
  // A copy: the parts are also compared, and written.
  return { header: header as SavedCell, model: bytes.slice(), blocks: storedRows(parts, id, taken, plan.rows) };
};

/** Puts what was learned back but for what cells learned (`ProcessFeed.away`), a little at a step. Throws where it cannot be read. */
function* loadingSite(detection: SiteDetection, parts: Parts): Generator<void, void> {
  const own = ofText(parts.get('detection'));
  if (own !== undefined) detection.detection.load(own);
  yield;
  const devices = ofText(parts.get('devices'));
  if (devices !== undefined) detection.devices.load(devices);
  const mirrors = ofText(parts.get('mirrors'));
  if (mirrors !== undefined) detection.mirrors.load(JSON.parse(mirrors) as SavedMirrors);
  yield;
  const feed = ofText(parts.get('feed'));
  if (feed === undefined) return;
  yield* detection.feed.loading(feed, (id) => storedCell(parts, id)?.header.plan);
}

/** All of it at once. Throws where it cannot be read. */
export const loadLearned = (detection: SiteDetection, parts: Parts): void => {
  for (const _ of loadingSite(detection, parts));
  for (const cell of [...detection.feed.away]) detection.feed.bringBack(cell, storedCell(parts, cell.plan.id));
  for (const _ of detection.feed.catchingUp());
};

/** What changed but for cells, for the same commit as the rows of the site. Call `saved` of the detection after it. */
export const detectionBatch = (
  site: string,
  detection: SiteDetection,
  nowUs: number,
  withLearned: boolean,
): { readonly put: NonNullable<Batch['put']>; readonly findings: ReturnType<SiteDetection['takeUnsaved']> } => {
  detection.collect();
  const findings = detection.takeUnsaved();
  const learned = withLearned ? learnedRows(site, partsOfSite(detection, true), nowUs) : [];
  // With the findings, so that no alert has another id after a crash.
  const given = findings.length > 0 || withLearned ? detection.triage.givenIds() : [];
  if (given.length > 0 || withLearned)
    learned.push(...learnedRows(site, new Map([[ALERTS_NAME, text(JSON.stringify(given))]]), nowUs));
  return {
    findings,
    put: {
      finding: findings.map((finding) => findingRow(site, finding, nowUs)),
      finding_proof: findings.flatMap((finding) =>
        finding.proof === undefined ? [] : proofRows(site, finding.id, finding.proof),
      ),
      ...(learned.length === 0 ? {} : { learned_state: learned }),
    },
  };
};

/** What people did, and what was set: known before the first frame is read. */
export interface Standing {
  readonly settings: DetectionSettings;
  readonly acts: readonly AlertAct[];
  readonly incidentActs: readonly IncidentAct[];
  readonly windows: readonly MaintenanceWindow[];
  readonly relations: readonly Row<'relation'>[];
}

/** Of a site that nobody worked on. */
export const NOTHING_STANDING: Standing = {
  settings: DEFAULT_DETECTION,
  acts: [],
  incidentActs: [],
  windows: [],
  relations: [],
};

export const readStanding = async (store: Store, site: string): Promise<Standing> => {
  const { db } = store;
  const acts = await db.selectFrom('alert_state').selectAll().where('site_id', '=', site).execute();
  const incidents = await db.selectFrom('incident_state').selectAll().where('site_id', '=', site).execute();
  const windows = await db
    .selectFrom('maintenance_window')
    .selectAll()
    .where('site_id', '=', site)
    .orderBy('to_us', 'desc')
    .limit(MAX_WINDOWS)
    .execute();
  const relations = await db.selectFrom('relation').selectAll().where('site_id', '=', site).orderBy('ts').execute();
  return {
    relations,
    settings: await readSettings(store, site),
    acts: acts.map(alertActOf),
    incidentActs: incidents.map(incidentActOf),
    windows: windows.sort((a, b) => a.ts - b.ts).map(windowOf),
  };
};

export interface Surroundings {
  readonly zone?: string;
  readonly userName?: (id: string) => string;
  /** In place unless given. */
  readonly fitter?: Fitter;
  readonly onFitted?: () => void;
  readonly onFound?: () => void;
}

/** Detection of a site as people left it; what the wire said is loaded by `loadDetection` once the model is there. */
export const createSiteDetection = (
  model: SiteModel,
  endpoints: EndpointView,
  standing: Standing,
  { zone, userName, fitter = inPlaceFitter(LEARNER), onFitted, onFound }: Surroundings = {},
): SiteDetection => {
  const { settings, acts, incidentActs, windows, relations } = standing;
  const detection = new SiteDetection({
    model,
    endpoints,
    learningUs: settings.learningHours * HOUR_US,
    fitter,
    ...(zone !== undefined && { zone }),
    ...(userName && { userName }),
    ...(onFitted && { onFitted }),
    ...(onFound && { onFound }),
  });
  detection.triage.setSettings(settings);
  for (const act of acts) detection.triage.setAct(act);
  for (const act of incidentActs) detection.incidentActs.set(act.incident, act);
  detection.triage.setWindows(windows);
  detection.feed.setDecided(relations);
  return detection;
};

/** Rows that are read at a time. */
const READ_ROWS = 2048;

/** What is stored under names, each whole, in memory that nobody else has. */
const readParts = async (store: Store, query: ReturnType<typeof learnedState>): Promise<Parts> => {
  const learned = new Map<string, Pieces[number][]>();
  for await (const part of inParts(store.db, query, READ_ROWS))
    part.each(({ name, piece, payload }) => {
      const pieces = learned.get(name);
      if (pieces === undefined) learned.set(name, [{ piece, bytes: payload }]);
      else pieces.push({ piece, bytes: payload });
    });
  const parts = joinedAll(learned);
  for (const [name, payload] of parts) parts.set(name, inflated(payload));
  return parts;
};

/** Sorts behind the number of any block. */
const LAST_BLOCK = ':';
const OF_CELLS = ['cell %', 'rows %'] as const;
const learnedState = (store: Store, site: string) =>
  store.db.selectFrom('learned_state').select(['name', 'piece', 'payload']).where('site_id', '=', site);

/** Does work in slices, so that frames and people do not wait for the end of it. */
const inTurns = async (work: Iterable<unknown>): Promise<void> => {
  let sinceMs = performance.now();
  for (const _ of work) {
    if (performance.now() - sinceMs < LOAD_TURN_MS) continue;
    await new Promise((resolve) => setImmediate(resolve));
    sinceMs = performance.now();
  }
};

/**
 * Findings, what was learned and how conversations began, as they were saved last; cells are away until `bringCellsBack`. Returns
 * false where what was learned could not be read.
 */
export const loadDetection = async (
  store: Store,
  site: string,
  detection: SiteDetection,
  openings: { load(bytes: Uint8Array): void },
): Promise<boolean> => {
  const rows = await store.db
    .selectFrom('finding')
    .selectAll()
    .where('site_id', '=', site)
    .orderBy('last_us', 'desc')
    .limit(MAX_FINDINGS)
    .execute();
  const [cells, blocks] = OF_CELLS;
  const own = await readParts(
    store,
    learnedState(store, site).where('name', 'not like', cells).where('name', 'not like', blocks),
  );
  const given = ofText(own.get(ALERTS_NAME));
  if (given !== undefined) detection.triage.setGivenIds(JSON.parse(given) as [string, string][]);
  try {
    const opened = own.get(OPENINGS_NAME);
    if (opened !== undefined) openings.load(opened);
    // What older versions saved of the feed does not say how its cells are; they were smaller sites.
    const feed = ofText(own.get('feed'));
    const isOld = feed !== undefined && !('plans' in (JSON.parse(feed) as object));
    const plans = isOld ? await readParts(store, learnedState(store, site).where('name', 'like', cells)) : [];
    await inTurns(loadingSite(detection, new Map([...own, ...plans])));
    return true;
  } catch {
    detection.isUnread = true;
    return false;
  } finally {
    // What is one alert depends on which addresses are one device.
    detection.triage.take(rows.map(findingOf).reverse());
  }
};

/** Cells that are read from the store at a time. */
const CELLS_AT_ONCE = 512;

/** Parts of cells whose names begin so. Ranges: the store finds them without a look at what lies outside, as it would have to for a list of names. */
const readOfCells = (store: Store, site: string, prefix: 'cell' | 'rows', cells: readonly Cell[]): Promise<Parts> => {
  const [first, last] = [cells[0]!.plan.id, cells.at(-1)!.plan.id];
  const [from, to] = prefix === 'cell' ? [first, last] : [`${first} `, `${last} ${LAST_BLOCK}`];
  const query = learnedState(store, site);
  return readParts(store, query.where('name', '>=', `${prefix} ${from}`).where('name', '<=', `${prefix} ${to}`));
};

/** What the store has of one cell without its rows, which follow; undefined where that is not enough to judge. */
const judging = (parts: Parts, id: string): StoredCell | undefined => {
  const own = parts.get(`cell ${id}`);
  if (own === undefined) return undefined;
  const { header, bytes } = unpacked(own);
  const saved = header as SavedCell;
  if (saved.taken === 0) return { header: saved, model: bytes, blocks: new Map() };
  return saved.last === undefined ? undefined : { header: saved, model: bytes, blocks: 'later' };
};

/** Undefined where another version wrote it. */
const orNothing = <T>(read: () => T): T | undefined => {
  try {
    return read();
  } catch {
    return undefined;
  }
};

/** The first of those that are to be read, in the order of their ids. */
const firstOf = (cells: ReadonlySet<Cell>, butFor: ReadonlySet<Cell>): Cell[] => {
  const out: Cell[] = [];
  for (const cell of cells) {
    if (butFor.has(cell)) continue;
    if (out.push(cell) >= CELLS_AT_ONCE) break;
  }
  return out;
};

interface Portion {
  readonly cells: readonly Cell[];
  readonly parts: Parts;
  /** Somebody waits for it: one cell, before its turn. */
  readonly isWanted: boolean;
}

/**
 * Portions of the cells that are to be read, for as long as there are any, each with what the store has of it: the next is read while
 * one is worked with. Whoever works with a portion takes its cells out of the set.
 */
async function* inPortions(
  store: Store,
  site: string,
  prefix: 'cell' | 'rows',
  cells: ReadonlySet<Cell>,
  wanted: () => Cell | undefined,
): AsyncGenerator<Portion, void> {
  const reading = (butFor: readonly Cell[]) => {
    const some = firstOf(cells, new Set(butFor));
    const parts = some.length === 0 ? Promise.resolve(new Map()) : readOfCells(store, site, prefix, some);
    // A failure is told where it is awaited, which is later.
    parts.catch(() => undefined);
    return { some, parts };
  };
  let ahead = reading([]);
  try {
    while (cells.size > 0) {
      const one = wanted();
      if (one !== undefined) {
        yield { cells: [one], parts: await readOfCells(store, site, prefix, [one]), isWanted: true };
        continue;
      }
      const { some, parts } = ahead.some.length > 0 ? ahead : reading([]);
      const read = await parts;
      ahead = reading(some);
      // Without those that were wanted meanwhile.
      yield { cells: some.filter((cell) => cells.has(cell)), parts: read, isWanted: false };
    }
  } finally {
    // Whoever stops early leaves the store to others, or to its end.
    await ahead.parts.catch(() => undefined);
  }
}

/**
 * Reads back what cells learned, those first that were asked for first, and judges what came meanwhile. Resolves when all judge
 * again, or the site was unloaded; their rows follow (`bringRowsBack`). A cell that cannot be read learns from now on.
 */
export const bringCellsBack = async (store: Store, site: string, detection: SiteDetection): Promise<void> => {
  const { feed } = detection;
  for await (const { cells, parts, isWanted } of inPortions(store, site, 'cell', feed.away, () => feed.wantedAway)) {
    // One that somebody waits for is read whole; the others without rows stay in order.
    const whole: Cell[] = [];
    await inTurns(
      (function* () {
        for (const cell of cells) {
          const saved = isWanted ? undefined : orNothing(() => judging(parts, cell.plan.id));
          if (saved === undefined) whole.push(cell);
          else yield feed.bringBack(cell, saved);
        }
      })(),
    );
    if (whole.length === 0) continue;
    // Saved by an older version too.
    const all = new Map([...parts, ...(await readOfCells(store, site, 'rows', whole))]);
    await inTurns(
      (function* () {
        for (const cell of whole)
          yield feed.bringBack(
            cell,
            orNothing(() => storedCell(all, cell.plan.id)),
          );
      })(),
    );
  }
  await inTurns(feed.catchingUp());
  // Told now, not with the next frame.
  detection.collect();
};

/** The rows of cells that judge, which they learn from and charts show. Resolves when all are back, or the site was unloaded. */
export const bringRowsBack = async (store: Store, site: string, { feed }: SiteDetection): Promise<void> => {
  for await (const { cells, parts } of inPortions(store, site, 'rows', feed.rowless, () => feed.wantedRowless))
    await inTurns(
      (function* () {
        for (const cell of cells)
          yield feed.bringRows(cell, storedRows(parts, cell.plan.id, cell.rows.stored, cell.rows.capacity));
      })(),
    );
};

/** What these cells, and detectors, had learned and learn again: a sentence each for those of one reason. */
export const relearning = ({ detection, isUnread }: SiteDetection, cells: readonly Cell[]): string[] => {
  const byWhy = new Map<string, number>();
  for (const { relearned } of cells) byWhy.set(relearned, (byWhy.get(relearned) ?? 0) + 1);
  const { unread } = detection;
  return [
    ...(isUnread ? ['What the site had learned: this version of Gatehouse cannot read it.'] : []),
    ...[...byWhy].map(([why, n]) => `${n} process ${n === 1 ? 'cell' : 'cells'}: ${why}.`),
    ...(unread.length === 0
      ? []
      : [`Detectors ${unread.join(', ')}: this version of Gatehouse cannot read what was saved of them.`]),
  ];
};

/** The chart of a finding: of memory while it goes on, of the store otherwise. */
export const readProof = async (
  store: Store,
  site: string,
  finding: string,
): Promise<ReturnType<typeof proofOf> | undefined> => {
  const rows = await store.db
    .selectFrom('finding_proof')
    .selectAll()
    .where('site_id', '=', site)
    .where('finding_id', '=', finding)
    .execute();
  return rows.length === 0 ? undefined : proofOf(rows);
};
