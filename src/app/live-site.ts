/**
 * One site in the engine: its model while it is loaded, its sources, and what of it was written. Sites that nobody reads
 * or looks at are unloaded; the store has them.
 */
import { setTimeout as later } from 'node:timers/promises';
import { type ChangeEvent, type Site, TOPICS, type Topic, type Verdict } from '../api/index.ts';
import type { Source, SourceHealth } from '../core/site.ts';
import type { SiteModel } from '../core/site-model.ts';
import type { Openings } from '../decode/index.ts';
import { createSiteModel } from '../observe/index.ts';
import { type Batch, loadSite, type Row, type Store, siteBatch } from '../store/index.ts';
import type { Fitter } from './detection/fitting.ts';
import {
  bringCellsBack,
  bringRowsBack,
  cellBatches,
  createSiteDetection,
  detectionBatch,
  LEARNED_EVERY_US,
  learnedRows,
  loadDetection,
  OPENINGS_NAME,
  ROUND_BYTES,
  readStanding,
  relearning,
} from './detection/keep.ts';
import type { SiteDetection } from './detection/site-detection.ts';
import { compactHeap, withGrowingHeap } from './heap.ts';
import { createSiteRuntime, type SiteRuntime } from './pipeline.ts';
import { namedApart } from './query/sources.ts';
import { type Still, stillOf } from './query/still.ts';
import { createCache, type SiteView, type ViewCache } from './query/view.ts';
import { rowsGivenUp } from './troubles.ts';
import { readUnits } from './units.ts';
import { Unwritten } from './unwritten.ts';

/** What a person may do to the simulated plant. */
export interface StagedPlant {
  staging(): Exclude<Site['staging'], 'none'>;
  /** False: one is running, or the plant is not live yet. */
  stage(minutes: number): boolean;
}

export type SiteKind = Site['kind'];

/** Sources whose ids begin so were read when Gatehouse was built. */
export const AHEAD = 'b-';

/** Rows handed over at a time, some thousand: more at once are memory that the heap keeps, fewer cost a commit each. */
const ROWS_PER_BATCH = 4096;
/**
 * Rows of each table that a save in the middle of work writes anew: values that change all the time, and how often things were said. A
 * site of some thousand points is written whole each time, one of 100,000 in rounds of some minutes, which is what it has to see
 * again after it was killed, or was left so soon (`LEAVE_MS`); the samples themselves are all written.
 */
export const KNOWN_ROWS = 4096;

export interface SiteSummary {
  assets: number;
  firstUs: number;
  lastUs: number;
}

/** What a site has from the engine. */
export interface SiteAround {
  readonly userName?: (id: string) => string;
  /** Makes models of process cells; in place unless given. */
  readonly fitter?: Fitter;
  /** Process cells judge again of which pages said that they do not yet. */
  readonly onJudging?: (site: LiveSite) => void;
  /** Their rows are there too. */
  readonly onBack?: (site: LiveSite) => void;
  /** A model of a process cell is there: there is something to write and to show. */
  readonly onFitted?: (site: LiveSite) => void;
  /** Something was found: there is something to show. */
  readonly onFound?: (site: LiveSite) => void;
  /** What it had learned could not be brought back, in part: sentences. */
  readonly onRelearning?: (site: LiveSite, told: readonly string[]) => void;
  /** It was read from the store, and is not shown yet. */
  readonly onLoaded?: (site: LiveSite) => Promise<void>;
}

/** The end of the program takes so long at most to write what cells learned, and rows that the store has as they were; what must be written is. */
const LEAVE_MS = 500;
/** While frames come, devices are counted anew after so many times as long as counting them took, and after so long at most. */
const COUNT_REST = 20;
const MAX_COUNT_MS = 5000;

/** Devices that are only seen again, and nothing new of them, are told so often. */
const SEEN_AGAIN_MS = 10_000;

/** After a failure to read what cells learned. */
const READ_AGAIN_MS = 2000;

interface Loaded {
  readonly runtime: SiteRuntime & { readonly openings: Openings };
  readonly model: SiteModel;
  readonly detection: SiteDetection;
}

/** Topics that follow from the traffic. */
const TRAFFIC_TOPICS: readonly Topic[] = ['now', 'flows', 'commands', 'points', 'coverage', 'process', 'detection'];

export class LiveSite {
  readonly id: string;
  name: string;
  kind: SiteKind;
  zone: string;
  readonly createdUs: number;
  readonly sources = new Map<string, Source>();
  summary: SiteSummary = { assets: 0, firstUs: 0, lastUs: 0 };
  /** What keeps it from being seen or proved, beside its sources; by what it is about. */
  readonly troubles = new Map<string, Verdict>();
  /** Wall time of the last look at it. */
  usedUs = 0;
  /** The simulated plant that feeds it. */
  plant: StagedPlant | undefined;
  /** Sources that are being read. */
  busy = 0;
  readonly #store: Store;
  readonly #versions = new Map<string, number>();
  readonly #cache = createCache();
  #units: ReadonlyMap<string, string> = new Map();
  #loaded: Loaded | undefined;
  #loading: Promise<Loaded> | undefined;
  /** Process cells are being brought back: until they judge, and until their rows are there too. */
  #judging: Promise<void> = Promise.resolve();
  #bringing: Promise<void> = Promise.resolve();
  /** Somebody looked meanwhile. */
  #isShownAway = false;
  #modelVersion = 0;
  /** When the times at which devices were seen last are shown anew at the latest, by the monotonic clock. */
  #seenAgainMs = 0;
  #findingVersion = 0;
  /** Of the conversations' openings that are written. */
  #openingsVersion = 0;
  /** Wall time at which what was learned was written last. */
  #learnedUs = 0;
  /** Cells were written in short: the program ends. */
  #isShort = false;
  /** What had been seen and found when all that the end of the program keeps was written (`#seen`); '' before. */
  #left = '';
  /** The last save wrote only what did not fit into memory: all the rest of the file comes with the one after it. */
  #isHeld = false;
  /** The program ends: until then cells may be written, by the monotonic clock; what follows a save that was under way has as long once more. */
  #leaveMs: number | undefined;
  #isLeaving = false;
  /** Devices as they were counted last, of which version of the model, and until when that is enough while frames come. */
  #count = { assets: 0, version: -1, untilMs: 0 };
  #still: (Still & { readonly of: SiteModel; readonly cache: ViewCache }) | undefined;
  #saving: Promise<void> = Promise.resolve();
  /** Points and endpoints that the store has. */
  #known = { points: -1, endpoints: -1 };
  readonly #unwritten = new Unwritten();
  /** Sources as they were handed over last: a watched folder has thousands that do not change any more. */
  readonly #handed = new Map<string, Source>();
  #acting: Promise<unknown> = Promise.resolve();

  readonly #around: SiteAround;

  constructor(store: Store, row: Row<'site'>, around: SiteAround = {}) {
    this.#store = store;
    this.#around = around;
    this.id = row.site_id;
    this.name = row.name;
    this.kind = row.kind as SiteKind;
    this.zone = row.zone;
    this.createdUs = row.created_us;
  }

  get row(): Row<'site'> {
    return { site_id: this.id, name: this.name, kind: this.kind, zone: this.zone, created_us: this.createdUs };
  }
  get isLoaded(): boolean {
    return this.#loaded !== undefined;
  }

  /** A model of a process cell is being made. */
  get isFitting(): boolean {
    return this.#loaded?.detection.feed.isFitting ?? false;
  }

  /** The model, from the store where it is not in memory; whole, also what its process cells learned. */
  async load(): Promise<Loaded> {
    const loaded = await this.open();
    await this.#bringing;
    return loaded;
  }

  /**
   * The same as soon as frames can be taken in and pages shown: process cells are brought back behind it, which of thousands
   * takes seconds. Rows that come meanwhile are judged when their cell is back (`detection/away.ts`).
   */
  open(): Promise<Loaded> {
    if (this.#loaded !== undefined) return Promise.resolve(this.#loaded);
    const loading = async (): Promise<Loaded> => {
      const loaded = await withGrowingHeap(() => this.#read());
      await this.#around.onLoaded?.(this);
      return loaded;
    };
    this.#loading ??= loading().finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  /** Nothing is read from the store any more: it may be closed. */
  async rest(): Promise<void> {
    await this.#loading?.catch(() => undefined);
    this.#loaded?.detection.feed.close();
    await this.#bringing;
  }

  async #read(): Promise<Loaded> {
    const standing = await readStanding(this.#store, this.id);
    let model: SiteModel | undefined;
    let detection: SiteDetection | undefined;
    const runtime = createSiteRuntime((endpoints) => {
      model = createSiteModel({ endpoints });
      const { onFitted, onFound, userName, fitter } = this.#around;
      detection = createSiteDetection(model, endpoints, standing, {
        zone: this.zone,
        ...(userName && { userName }),
        ...(fitter && { fitter }),
        onFitted: () => onFitted?.(this),
        onFound: () => onFound?.(this),
      });
      return detection.sink;
    });
    const loaded = { runtime, model: model!, detection: detection! };
    await loadSite(this.#store, this.id, (part) => {
      for (const row of part.endpoints ?? []) runtime.endpoints.restore(row);
      loaded.model.load(part);
    });
    await loadDetection(this.#store, this.id, loaded.detection, runtime.openings);
    this.#openingsVersion = runtime.openings.version;
    this.#units = await readUnits(this.#store, this.id);
    this.#loaded = loaded;
    this.#modelVersion = loaded.model.version;
    // As it was saved: to count them is to find out who belongs together, which whoever looks at them pays for.
    if (this.summary.assets > 0)
      this.#count = { assets: this.summary.assets, version: loaded.model.version, untilMs: 0 };
    this.#findingVersion = loaded.detection.version;
    this.#known = { points: loaded.model.pointCount, endpoints: runtime.endpoints.count };
    const bring = (of: typeof bringCellsBack): Promise<void> =>
      this.#bring(() => of(this.#store, this.id, loaded.detection), loaded.detection);
    this.#judging = bring(bringCellsBack).then(() => {
      const told = relearning(loaded.detection, loaded.detection.feed.takeRelearned());
      if (told.length > 0) this.#around.onRelearning?.(this, told);
      if (this.#isShownAway) this.#around.onJudging?.(this);
    });
    this.#bringing = this.#judging
      .then(() => bring(bringRowsBack))
      .then(() => {
        if (this.#isShownAway) this.#around.onBack?.(this);
        this.#isShownAway = false;
      });
    return loaded;
  }

  /** A store that cannot be read now is asked again: what was learned is not given up. */
  async #bring(read: () => Promise<void>, { feed }: SiteDetection): Promise<void> {
    for (let isDone = false; !isDone; ) {
      try {
        await withGrowingHeap(read);
        isDone = true;
      } catch {
        await later(READ_AGAIN_MS, undefined, { ref: false });
        isDone = feed.away.size + feed.rowless.size === 0;
      }
    }
  }

  /** Resolves when what its process cells learned judges again; at once where the site is not in memory. */
  judging(): Promise<void> {
    return this.#judging;
  }

  /** Forgets the model; what is not written yet would be lost, so call `save` first. */
  unload(): void {
    this.#loaded?.detection.feed.close();
    this.#loaded = undefined;
    this.#known = { points: -1, endpoints: -1 };
    this.#unwritten.clear();
    this.#handed.clear();
    this.#still = undefined;
    this.#count = { assets: 0, version: -1, untilMs: 0 };
    this.#cache.version = -1;
    this.#cache.parties.clear();
  }

  async view(nowUs: number): Promise<SiteView> {
    const { runtime, model, detection } = await this.open();
    if (detection.feed.returning > 0) this.#isShownAway = true;
    this.usedUs = nowUs;
    return {
      id: this.id,
      zone: this.zone,
      model,
      detection,
      endpoints: runtime.endpoints,
      sources: () => namedApart([...this.sources.values()]),
      troubles: [...this.troubles.values()],
      playsHistory: this.plant?.staging() === 'learning' && this.busy > 0,
      nowUs,
      units: this.#units,
      version: (topic) => this.#versions.get(topic) ?? 1,
      cache: this.#cache,
    };
  }

  /**
   * The view for pages. It stands still for a moment, so that all pages of that moment share what it costs to find out who
   * belongs together; `fresh` is called when a new one is taken. What a person changes, and the end of reading, end it.
   */
  async pageView(nowUs: number, fresh: () => void): Promise<SiteView> {
    const { model } = await this.open();
    const { still, isNew } = this.#standing(model);
    if (isNew) fresh();
    return { ...(await this.view(nowUs)), model: still.model, cache: still.cache };
  }

  #standing(model: SiteModel): { readonly still: Still & { readonly cache: ViewCache }; readonly isNew: boolean } {
    const nowMs = (): number => performance.now();
    const isNew = this.#still?.of !== model || nowMs() >= this.#still.untilMs;
    if (isNew) this.#still = { ...stillOf(model, nowMs), of: model, cache: createCache(true) };
    return { still: this.#still!, isNew };
  }

  /** Lists that nobody may look at any more are not kept. */
  cool(): void {
    if (this.#still !== undefined && performance.now() >= this.#still.untilMs) this.#still = undefined;
  }

  /** A person changed something, or a source began or ended: what stood still is taken anew. */
  stir(): void {
    this.#still = undefined;
  }

  /** Acts of people one after the other: each changes what the one before it left. */
  inTurn<T>(act: () => Promise<T>): Promise<T> {
    const mine = this.#acting.then(act);
    this.#acting = mine.catch(() => undefined);
    return mine;
  }

  setZone(zone: string): void {
    this.zone = zone;
    this.#loaded?.detection.setZone(zone);
  }
  setUnits(units: ReadonlyMap<string, string>): void {
    this.#units = units;
  }

  version(topic: Topic): number {
    return this.#versions.get(topic) ?? 1;
  }
  versions(): ChangeEvent[] {
    return TOPICS.filter((topic) => topic !== 'users' && topic !== 'journal' && topic !== 'sites').map((topic) => ({
      site: this.id,
      topic,
      version: this.version(topic),
    }));
  }
  bump(topic: Topic): ChangeEvent {
    const version = this.version(topic) + 1;
    this.#versions.set(topic, version);
    return { site: this.id, topic, version };
  }

  /** New versions after traffic was taken in. */
  bumpTraffic(): ChangeEvent[] {
    const events = TRAFFIC_TOPICS.map((topic) => this.bump(topic));
    const { model } = this.#loaded ?? {};
    const nowMs = performance.now();
    if (model !== undefined && (model.version !== this.#modelVersion || nowMs >= this.#seenAgainMs)) {
      this.#modelVersion = model.version;
      this.#seenAgainMs = nowMs + SEEN_AGAIN_MS;
      events.push(this.bump('assets'));
    }
    events.push(...this.bumpFound());
    return events;
  }

  /** New versions after something was found; none where they were given already. */
  bumpFound(): ChangeEvent[] {
    const { detection } = this.#loaded ?? {};
    if (detection === undefined || detection.version === this.#findingVersion) return [];
    this.#findingVersion = detection.version;
    return [this.bump('alerts'), this.bump('incidents')];
  }

  /**
   * Writes what changed since the last time. Resolves after the commit; saves of one site never overlap. `inShort`: the program
   * ends, and what large sites learned in the last half an hour need not all be kept (`ROUND_BYTES`, `LEAVE_MS`).
   */
  save(nowUs: number, inShort = false): Promise<void> {
    if (inShort && !this.#isLeaving) {
      this.#isLeaving = true;
      this.#leaveMs = performance.now() + LEAVE_MS;
    }
    return this.#inOrder(() => this.#write(nowUs, inShort));
  }

  /** The program ends: a save that is under way, as of a stream that ended with the program before it, is cut short too. */
  leave(): void {
    this.#leaveMs ??= performance.now() + LEAVE_MS;
  }

  /**
   * Writes what waits in bounded queues, because they fill: of a site whose values all move everything else is many times as much,
   * and waits for the next save. All of it where the store does not know yet what the queues speak of.
   */
  relieve(nowUs: number): Promise<void> {
    return this.#inOrder(() => this.#write(nowUs, false, this.#isKnown()));
  }

  #inOrder(write: () => Promise<void>): Promise<void> {
    const mine = this.#saving.then(write);
    this.#saving = mine.catch(() => undefined);
    return mine;
  }

  /** Every point and endpoint that a sample or a flow may name is in the store. */
  #isKnown(): boolean {
    const { model, runtime } = this.#loaded ?? {};
    return model?.pointCount === this.#known.points && runtime?.endpoints.count === this.#known.endpoints;
  }

  /** The store has these points, so that a power cut does not take away what a person has just spoken of. */
  async keepPoints(points: readonly number[], nowUs: number): Promise<void> {
    if (points.some((id) => id > this.#known.points)) await this.save(nowUs);
  }

  /** What was learned is written with the next save, however soon. */
  keepLearned(): void {
    this.#learnedUs = 0;
  }

  /** How full the queues towards the store are, 0..1. */
  get backlog(): number {
    return this.#loaded?.model.backlog ?? 0;
  }

  async #write(nowUs: number, inShort: boolean, onlyQueues = false): Promise<void> {
    const loaded = this.#loaded;
    if (loaded === undefined) return;
    const reading = [...this.sources.values()].find((source) => source.state === 'reading' || source.state === 'live');
    // Who belongs together is found once the file is read, and whenever somebody looks: not for every save in between.
    const isBusy = reading?.state === 'reading';
    // An interrupted reading of a site's only file begins again from nothing: until it is read, only what would not fit
    // into memory is written.
    // Files of a folder are followed for hours, and are read on from where they were; a stream comes once.
    const isAgain = isBusy && this.sources.size === 1 && (reading.kind === 'file' || reading.kind === 'sample');
    const queuesOnly = onlyQueues || isAgain;
    // All the rows of the file come now, on top of the holes that reading it left.
    if (this.#isHeld && reading === undefined && !inShort) await compactHeap();
    this.#isHeld = isAgain;
    const known = { points: loaded.model.pointCount, endpoints: loaded.runtime.endpoints.count };
    const submit = (batch: Batch): Promise<void> => this.#store.writer.submit(batch, { background: true });
    try {
      await this.#unwritten.again(submit);
    } finally {
      const lost = rowsGivenUp(this.#unwritten.givenUp);
      if (lost !== undefined) this.troubles.set('unwritten', lost);
    }
    // Findings and what was learned go with the last rows of the site; a file that is read again makes them again.
    const isActive = reading !== undefined;
    // At the end of the program a source and the engine both save: where nothing came since, once is enough.
    const seen = this.#seen(loaded);
    const isLeft = inShort && this.#left === seen;
    const isDue = !isActive || nowUs - this.#learnedUs >= LEARNED_EVERY_US;
    const withLearned = !queuesOnly && isDue && !isLeft;
    if (withLearned && !(inShort && this.#isShort)) {
      this.#isShort = inShort;
      const most = isActive || inShort ? ROUND_BYTES : Number.POSITIVE_INFINITY;
      for (const batch of cellBatches(this.id, loaded.detection, nowUs, most, () => this.#mayGoOn))
        await this.#unwritten.write(batch, submit);
    }
    loaded.model.limitKnown(isLeft ? 0 : isActive && !inShort ? KNOWN_ROWS : Number.POSITIVE_INFINITY);
    const samples = loaded.model.takeSamples();
    for (let first = true; ; first = false) {
      const options = { memberships: !isBusy, queuesOnly };
      const { batch, more } = this.#portion(loaded, reading?.id ?? '', options, first ? samples : [], nowUs);
      if (more) {
        await this.#unwritten.write(batch, submit);
        if (!this.#mayGoOn) loaded.model.limitKnown(0);
        continue;
      }
      const found = queuesOnly ? undefined : detectionBatch(this.id, loaded.detection, nowUs, withLearned);
      const moved = onlyQueues
        ? []
        : [...this.sources.values()].filter((source) => this.#handed.get(source.id) !== source);
      const last = onlyQueues ? {} : this.#tail(loaded, isBusy, moved);
      const { openings } = loaded.runtime;
      const { version } = openings;
      const opened =
        withLearned && version !== this.#openingsVersion
          ? learnedRows(this.id, new Map([[OPENINGS_NAME, openings.save()]]), nowUs)
          : [];
      const learned = [...(found?.put.learned_state ?? []), ...opened];
      const put = { ...batch.put, ...last, ...found?.put, ...(learned.length > 0 && { learned_state: learned }) };
      await this.#unwritten.write({ ...batch, put }, submit);
      for (const source of moved) this.#handed.set(source.id, source);
      loaded.detection.saved(found?.findings ?? []);
      if (!queuesOnly) this.#known = known;
      if (withLearned) {
        this.#learnedUs = nowUs;
        this.#openingsVersion = version;
      }
      if (inShort) this.#left = seen;
      break;
    }
  }

  /** The latest frame, and what was found and changed by people until now. */
  #seen({ detection, model }: Loaded): string {
    return `${detection.nowUs} ${detection.version} ${model.version}`;
  }

  /** The program does not end, or not yet. */
  get #mayGoOn(): boolean {
    return this.#leaveMs === undefined || performance.now() < this.#leaveMs;
  }
  /** Rows that changed are left for the next saves (`KNOWN_ROWS`). */
  get isBehind(): boolean {
    return this.#loaded?.model.isBehind === true;
  }

  /** Rows that changed, as a batch. Not in `#write`: the model's own would be kept there as long as the commit takes. */
  #portion(
    { model }: Loaded,
    source: string,
    options: Parameters<SiteModel['takeDirty']>[1],
    samples: ReturnType<SiteModel['takeSamples']>,
    nowUs: number,
  ): { readonly batch: Batch; readonly more: boolean } {
    const { rows, more } = model.takeDirty(ROWS_PER_BATCH, options);
    return { batch: siteBatch(this.id, source, rows, samples, nowUs), more };
  }

  #tail(
    { model }: Loaded,
    isBusy: boolean,
    moved: readonly Source[],
  ): { source: Row<'source'>[]; site_state: Row<'site_state'>[]; site: Row<'site'>[] } {
    this.summary = { assets: isBusy ? this.summary.assets : model.assetCount, ...this.#heard() };
    return {
      site: [this.row],
      source: moved.map(sourceRow),
      site_state: [{ site_id: this.id, name: 'summary', payload: JSON.stringify(this.summary) }],
    };
  }

  /** Frame time of the first and the last frame of all sources, 0 without. */
  #heard(): { readonly firstUs: number; readonly lastUs: number } {
    let [firstUs, lastUs] = [Number.POSITIVE_INFINITY, 0];
    for (const { health } of this.sources.values()) {
      if (health.firstUs > 0) firstUs = Math.min(firstUs, health.firstUs);
      lastUs = Math.max(lastUs, health.lastUs);
    }
    return { firstUs: Number.isFinite(firstUs) ? firstUs : 0, lastUs };
  }

  /** Devices known; a moment old while frames come. */
  countAssets(): number {
    const model = this.#loaded?.model;
    if (model === undefined) return this.summary.assets;
    if (this.busy === 0) return model.assetCount;
    const sinceMs = performance.now();
    if (this.#count.version !== model.version && sinceMs >= this.#count.untilMs) {
      const { version, assetCount: assets } = model;
      const endMs = performance.now();
      const untilMs = endMs + Math.min(MAX_COUNT_MS, COUNT_REST * (endMs - sinceMs));
      this.#count = { assets, version, untilMs };
    }
    return this.#count.assets;
  }

  answer(): Site {
    const heard = this.#heard();
    const first = heard.firstUs || this.summary.firstUs;
    const last = Math.max(this.summary.lastUs, heard.lastUs);
    const time = (us: number): string | null => (us > 0 ? new Date(us / 1000).toISOString() : null);
    return {
      id: this.id,
      name: this.name,
      zone: this.zone,
      kind: this.kind,
      assets: this.countAssets(),
      sources: this.sources.size,
      firstAt: time(first),
      lastAt: time(last),
      busy: this.busy > 0,
      staging: this.plant?.staging() ?? 'none',
      learnedAhead: [...this.sources.keys()].some((id) => id.startsWith(AHEAD)),
    };
  }
}

/** The one machine that runs today; sensors elsewhere come with the fleet. */
const LOCAL_SENSOR = 'local';

export const sourceRow = (source: Source): Row<'source'> => ({
  site_id: source.site,
  source_id: source.id,
  sensor_id: LOCAL_SENSOR,
  kind: source.kind,
  name: source.name,
  path: source.path,
  sha256: source.sha256,
  state: source.state,
  error: source.error,
  progress: Number.isNaN(source.progress) ? -1 : source.progress,
  started_us: source.startedUs,
  ended_us: source.endedUs,
  warnings: JSON.stringify(source.warnings),
  health: JSON.stringify(source.health),
});

export const sourceOf = (row: Row<'source'>): Source => ({
  id: row.source_id,
  site: row.site_id,
  kind: row.kind as Source['kind'],
  name: row.name,
  path: row.path,
  sha256: row.sha256,
  state: row.state as Source['state'],
  error: row.error,
  progress: row.progress < 0 ? Number.NaN : row.progress,
  startedUs: row.started_us,
  endedUs: row.ended_us,
  warnings: JSON.parse(row.warnings) as Source['warnings'],
  health: JSON.parse(row.health) as SourceHealth,
});
