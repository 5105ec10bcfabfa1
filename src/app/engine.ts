/**
 * The engine: all sites with their models, sources and store, behind the one contract that server and command line know.
 * It lives in one thread (a worker in the product) and answers between slices of reading.
 */
import { statfs } from 'node:fs/promises';
import type { CaptureList, ChangeEvent, ProgressEvent, Topic, Uploaded } from '../api/index.ts';
import { pcapHeader, pcapRecord } from '../capture/writer.ts';
import type { Source } from '../core/site.ts';
import type { JournalLoss, Retention, Store } from '../store/index.ts';
import { readAccounts, writeAccounts } from './accounts.ts';
import { answerCall, type CallContext, readRetention } from './calls.ts';
import { ClockTrust } from './clock-trust.ts';
import { Corrections } from './corrections.ts';
import { baselineFile, checkCarried, importBaseline, restoreBaseline } from './detection/baselines.ts';
import { acting } from './detection/calls.ts';
import type { Fitter } from './detection/fitting.ts';
import {
  type AccountChange,
  type Accounts,
  type CallInput,
  type CaptureFile,
  type CaptureQuery,
  type Engine,
  type EngineCall,
  type EngineEvent,
  RequestError,
  type SourceRequest,
} from './engine-contract.ts';
import { findFrame } from './evidence.ts';
import { collectNow } from './heap.ts';
import { Idle } from './idle.ts';
import { lossError } from './journal-loss.ts';
import { LiveSite, type SiteAround, sourceOf } from './live-site.ts';
import { Names } from './names.ts';
import { Rest } from './rest.ts';
import { asPcapng, selectedFrames, selectionOf } from './selection.ts';
import { Sources, type SourcesOptions } from './sources.ts';

/** The pulse: events at most so often. */
const PULSE_MS = 500;
const PULSES_PER_SECOND = 2;
/** What was found is told sooner than with the pulse, at most so often. */
const FOUND_MS = 100;
/** Dirty rows are written this often while something changes. */
const SAVE_PULSES = 10;
/** Sooner for a site whose queues towards the store are this full. */
const SAVE_BACKLOG = 0.25;
/** After a save so many times as long goes by before the next, but for such queues: of a site whose values all move it takes long. */
const SAVE_REST = 10;
/** At most: that much has to be seen again after the program was killed. Milliseconds. */
const MAX_SAVE_REST_MS = 60_000;
/** Retention is looked at once an hour, one bounded step per pulse while there is work. */
const RETENTION_PULSES = 7200;
/** The ring is fitted to its limit this often: without one, the disk may fill meanwhile. */
const RING_PULSES = 20;
/** Frames behind what is said of live sources are pinned this often, long before the ring overwrites them. */
const PIN_PULSES = 120;
/** Part of the evidence limit that pinned frames may take; the ring has the rest. */
const PINNED_SHARE = 0.25;
const MIB = 1024 ** 2;
const DAY_MS = 86_400_000;
/** Disk that the ring leaves free: so much, or on a small disk this share of it. */
const SPARE_SHARE = 0.25;
const SPARE_BYTES = 2 * 1024 ** 3;
const HEAD_PULSES = 24 * 7200;
/** Devices of live sources that a list knows get its facts this often. */
const LIST_PULSES = 60;
const MAX_AROUND = 50;
/** Sources that come in as they happen; a file is read once. */
const FOLLOWED: ReadonlySet<Source['kind']> = new Set(['live', 'stream', 'folder']);
export interface EngineOptions {
  readonly store: Store;
  /** Wall clock, microseconds. */
  readonly nowUs: () => number;
  /** Monotonic milliseconds. */
  readonly nowMs: () => number;
  /** IANA name of the plant's zone. */
  readonly zone: string;
  readonly onError?: (error: unknown) => void;
  /** Makes models of process cells; in this thread unless given. */
  readonly fitter?: Fitter;
  /** False in tests that call `pulse` themselves. */
  readonly timers?: boolean;
  /** For tests: see SourcesOptions. */
  readonly startLive?: SourcesOptions['startLive'];
  readonly pause?: SourcesOptions['pause'];
}

export class LocalEngine implements Engine {
  readonly #store: Store;
  readonly #options: EngineOptions;
  readonly #sites = new Map<string, LiveSite>();
  readonly #sources: Sources;
  readonly #corrections: Corrections;
  readonly #lists: Names;
  readonly #listeners = new Set<(event: EngineEvent) => void>();
  readonly #globalVersions = { sites: 1, journal: 1, users: 1 };
  /** Frames of each running source, read and lost, at the last pulse. */
  readonly #progress = new Map<string, number>();
  /** Sources that ended, as they were told last. */
  readonly #toldSources = new WeakSet<Source>();
  readonly #unsaved = new Set<LiveSite>();
  /** Sites whose queues are being written. */
  readonly #relieving = new Set<LiveSite>();
  /** Sites of which it is told in a moment that something was found. */
  readonly #telling = new Set<LiveSite>();
  #timer: NodeJS.Timeout | undefined;
  #pulses = 0;
  /** Monotonic milliseconds. */
  #saveFromMs = 0;
  #closing = false;
  /** Both are looked at when the program starts and after the settings were changed. */
  #retaining = true;
  /** Once an hour, when nothing more is to be deleted: not when the program starts, which people wait for. */
  #packing = false;
  #ringMoved = true;
  #pinning = false;
  readonly #trust = new ClockTrust();
  readonly #idle = new Idle<LiveSite>();
  readonly #rest = new Rest(async () => {
    collectNow();
    await this.#store.giveBack();
  });
  /** Sites in memory at the last pulse. */
  #loaded = 0;
  #journalSeq = 0;
  #lossTold: JournalLoss | undefined;
  #writing: 'ready' | 'failed' = 'ready';
  #names = new Map<string, string>();
  readonly #around: SiteAround;

  private constructor(options: EngineOptions) {
    this.#options = options;
    this.#store = options.store;
    this.#around = {
      userName: (id) => this.#names.get(id) ?? id,
      ...(options.fitter && { fitter: options.fitter }),
      onFitted: (site) => {
        this.#unsaved.add(site);
        // Not from within the tick that asked for it.
        setImmediate(() => this.#changed(site));
      },
      onJudging: (site) => this.#told(site, ['process']),
      onBack: (site) => this.#changed(site),
      onFound: (site) => this.#found(site),
      onLoaded: (site) => this.#corrections.loaded(site),
      onRelearning: (site, told) => this.#tellRelearning(site, told),
    };
    this.#lists = new Names(options.store, options.nowUs);
    this.#sources = new Sources({
      store: options.store,
      sites: this.#sites,
      nowUs: options.nowUs,
      nowMs: options.nowMs,
      folder: options.store.folder,
      zone: options.zone,
      around: this.#around,
      onChange: (site) => {
        this.#unsaved.add(site);
        this.#changed(site);
        this.#global('sites');
      },
      onRead: async (site) => void (await this.#lists.complete(site, true)),
      onForgotten: (site) => this.#corrections.redo(site),
      onError: (error) => options.onError?.(error),
      ...(options.startLive && { startLive: options.startLive }),
      ...(options.pause && { pause: options.pause }),
    });
    this.#corrections = new Corrections(options.store, options.nowUs, this.#lists);
  }

  /** Reads what there is; sources whose reading was interrupted are read again. */
  static async start(options: EngineOptions): Promise<LocalEngine> {
    const engine = new LocalEngine(options);
    await engine.#load();
    if (options.timers !== false) {
      engine.#timer = setInterval(() => void engine.pulse(), PULSE_MS);
      engine.#timer.unref();
    }
    return engine;
  }

  async #load(): Promise<void> {
    const { db } = this.#store;
    for (const row of await db.selectFrom('site').selectAll().execute()) {
      this.#sites.set(row.site_id, new LiveSite(this.#store, row, this.#around));
    }
    for (const row of await db.selectFrom('source').selectAll().orderBy('started_us').execute()) {
      this.#sites.get(row.site_id)?.sources.set(row.source_id, sourceOf(row));
    }
    for (const row of await db.selectFrom('site_state').selectAll().where('name', '=', 'summary').execute()) {
      const site = this.#sites.get(row.site_id);
      if (site !== undefined) site.summary = JSON.parse(row.payload) as LiveSite['summary'];
    }
    this.#journalSeq = this.#store.journalHead().seq;
    this.#tellLoss();
    await this.#loadNames();
    await this.#lists.load();
    for (const site of this.#sites.values()) await this.#sources.resume(site);
  }

  /**
   * Begins to read the site that was followed last, while the server starts: most likely it is followed, and looked at, again. One
   * that is not is let go as any other. Resolves with its id; undefined where there is none, or it cannot be read, which whoever
   * needs it is told.
   */
  async openAhead(): Promise<string | undefined> {
    const followed = [...this.#sites.values()]
      .flatMap((site) => [...site.sources.values()].map((source) => ({ site, source })))
      .filter(({ source }) => FOLLOWED.has(source.kind))
      .sort((a, b) => b.source.startedUs - a.source.startedUs)[0];
    return followed?.site.open().then(
      () => followed.site.id,
      () => undefined,
    );
  }

  /** Once: it stands in the journal too. */
  #tellLoss(): void {
    const loss = this.#store.journalLoss();
    if (loss === this.#lossTold) return;
    this.#lossTold = loss;
    if (loss !== undefined) this.#options.onError?.(lossError(loss));
  }

  /** After an upgrade: that it is learned again stands in the journal, as whatever else changes how a site is judged. */
  #tellRelearning(site: LiveSite, told: readonly string[]): void {
    const entry = { siteId: site.id, tsUs: this.#options.nowUs(), userId: 'system', action: 'learning.again' };
    const written = this.#store.writer.submit({
      journal: [{ ...entry, subject: `site ${site.id}`, detail: { text: told.join(' ') } }],
    });
    written.catch((error: unknown) => this.#options.onError?.(error));
    this.#unsaved.add(site);
  }

  async #loadNames(): Promise<void> {
    const rows = await this.#store.db.selectFrom('app_user').select(['user_id', 'name']).execute();
    this.#names = new Map(rows.map((row) => [row.user_id, row.name]));
  }

  #emit(event: EngineEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
  #change(data: ChangeEvent): void {
    this.#emit({ kind: 'change', data });
  }
  #global(topic: 'sites' | 'journal' | 'users'): void {
    this.#change({ site: '', topic, version: ++this.#globalVersions[topic] });
  }
  #changed(site: LiveSite): void {
    site.stir();
    this.#change(site.bump('sources'));
    for (const source of site.sources.keys()) this.#emitProgress(site, source);
    if (site.isLoaded) for (const event of site.bumpTraffic()) this.#change(event);
  }

  /** What these topics show is not what it was: pages of it are not given again. */
  #told(site: LiveSite, topics: readonly Topic[]): void {
    this.#emit({ kind: 'acted', data: { site: site.id, topics } });
    for (const topic of topics) this.#change(site.bump(topic));
  }

  /** Not from within the frame at which it was found: with it come others. */
  #found(site: LiveSite): void {
    if (this.#timer === undefined || this.#telling.has(site)) return;
    this.#telling.add(site);
    setTimeout(() => {
      this.#telling.delete(site);
      for (const event of site.bumpFound()) this.#change(event);
    }, FOUND_MS).unref();
  }

  #emitProgress(site: LiveSite, id: string): void {
    const running = this.#sources.running.get(id)?.run.snapshot();
    const source = running ?? site.sources.get(id);
    // Of thousands of files nearly all are as they were.
    if (source === undefined || (running === undefined && this.#toldSources.has(source))) return;
    if (running === undefined) this.#toldSources.add(source);
    else site.sources.set(id, running);
    const data: ProgressEvent = {
      site: site.id,
      source: id,
      name: source.name,
      state: source.state,
      progress: Number.isNaN(source.progress) ? null : source.progress,
      frames: source.health.frames,
      bytes: source.health.bytes,
      assets: site.countAssets(),
      secondsLeft: this.#sources.pace(id).secondsLeft,
      error: source.error,
    };
    this.#emit({ kind: 'progress', data });
  }

  /** Twice a second: tells what moved, writes now and then, looks for silence. */
  async pulse(): Promise<void> {
    this.#pulses++;
    for (const site of this.#sites.values()) site.cool();
    this.#trust.look(this.#options.nowUs(), this.#options.nowMs());
    const { kind } = this.#store.writer.state;
    if (kind !== this.#writing) {
      this.#writing = kind;
      this.#tellLoss();
      this.#global('sites');
    }
    try {
      if (this.#pulses % PULSES_PER_SECOND === 0) for (const { run } of this.#sources.running.values()) run.second();
      const moved = new Set<LiveSite>();
      for (const [id, { site, run }] of this.#sources.running) {
        const before = this.#progress.get(id);
        const stateBefore = site.sources.get(id)?.state;
        // Also on a line that is quiet since: what was lost becomes known a little later.
        const frames = run.frames + (run.source.health.dropped ?? 0);
        if (before === frames && stateBefore === run.source.state) continue;
        this.#progress.set(id, frames);
        this.#emitProgress(site, id);
        moved.add(site);
      }
      for (const site of moved) {
        this.#unsaved.add(site);
        this.#change(site.bump('sources'));
        for (const event of site.bumpTraffic()) this.#change(event);
      }
      const { seq } = this.#store.journalHead();
      if (seq !== this.#journalSeq) {
        this.#journalSeq = seq;
        this.#global('journal');
      }
      if (this.#pulses % LIST_PULSES === 0)
        for (const site of this.#unsaved) if (await this.#lists.complete(site)) this.#changed(site);
      const isDue = this.#pulses % SAVE_PULSES === 0 && this.#options.nowMs() >= this.#saveFromMs;
      if (isDue) await this.#save([...this.#unsaved]);
      else for (const site of this.#unsaved) if (site.backlog >= SAVE_BACKLOG) await this.#relieve(site);
      if (this.#pulses % RETENTION_PULSES === 0) this.#retaining = this.#packing = true;
      if (this.#pulses % RING_PULSES === 0 || this.#ringMoved) {
        this.#ringMoved = false;
        await this.#fitRing();
        await this.#sources.tellRing();
        this.#sources.tellSame();
      }
      if (this.#pulses % PIN_PULSES === 0 && !this.#pinning && this.#writing === 'ready') {
        this.#pinning = true;
        await this.#sources.pin().finally(() => {
          this.#pinning = false;
        });
      }
      if (this.#retaining) this.#retaining = await this.#store.applyRetention(await this.#retention());
      else if (this.#packing) {
        this.#packing = false;
        if (this.#store.writer.state.kind !== 'failed') await this.#store.compact();
      }
      if (this.#pulses % HEAD_PULSES === 0) this.#store.exportHead();
      await this.#unloadIdle();
      const loaded = [...this.#sites.values()].filter((site) => site.isLoaded).length;
      await this.#rest.look(moved.size > 0 || this.#unsaved.size > 0 || loaded !== this.#loaded, this.#options.nowMs());
      this.#loaded = loaded;
    } catch (error) {
      // A save that the end of the program overtook: what it would have written is written by `close`.
      if (!this.#closing) this.#options.onError?.(error);
    }
  }

  async #save(sites: readonly LiveSite[]): Promise<void> {
    // A full disk is waited for by the writer; meanwhile nothing more is handed to it.
    if (this.#store.writer.state.kind === 'failed') return;
    const sinceMs = this.#options.nowMs();
    // One at a time, however long it takes.
    this.#saveFromMs = Number.POSITIVE_INFINITY;
    try {
      for (const site of sites) {
        this.#unsaved.delete(site);
        // How far was read is written with what was seen until there.
        this.#fresh(site);
        try {
          await site.save(this.#options.nowUs());
          if (site.isBehind) this.#unsaved.add(site);
        } catch (error) {
          this.#unsaved.add(site);
          throw error;
        }
      }
    } finally {
      const nowMs = this.#options.nowMs();
      this.#saveFromMs = nowMs + Math.min(MAX_SAVE_REST_MS, SAVE_REST * (nowMs - sinceMs));
    }
  }

  /** Between two saves: what would not fit into memory. */
  async #relieve(site: LiveSite): Promise<void> {
    if (this.#store.writer.state.kind === 'failed' || this.#relieving.has(site)) return;
    this.#relieving.add(site);
    await site.relieve(this.#options.nowUs()).finally(() => this.#relieving.delete(site));
  }

  async #unloadIdle(): Promise<void> {
    const isIdle = (site: LiveSite): boolean =>
      site.isLoaded && site.busy === 0 && !site.isFitting && !this.#unsaved.has(site);
    const idle = [...this.#sites.values()].filter(isIdle);
    for (const site of this.#idle.due(idle, this.#options.nowMs())) {
      const { usedUs } = site;
      await site.save(this.#options.nowUs());
      // A source may have begun meanwhile: what it brings would go to a model that nobody sees or writes. Who looked may go on.
      if (isIdle(site) && site.usedUs === usedUs) site.unload();
    }
  }

  async #retention(): Promise<Retention> {
    const { evidenceDays, historyDays, evidenceMiB } = await readRetention(this.#store);
    const isOld = await this.#mayForget([historyDays, evidenceDays]);
    return {
      historyDays: isOld ? (historyDays ?? 0) : 0,
      evidenceDays: isOld ? (evidenceDays ?? 0) : 0,
      evidenceBytes: evidenceMiB === null ? 0 : evidenceMiB * MIB * PINNED_SHARE,
    };
  }

  /** What is too old by the wall clock is too old only where that clock is believed (`ClockTrust`). */
  async #mayForget(kept: readonly (number | null)[]): Promise<boolean> {
    const days = kept.filter((n) => n !== null);
    if (days.length === 0 || this.#trust.hasRun(this.#options.nowMs())) return true;
    const { fromUs, toUs } = ClockTrust.proof(this.#options.nowUs(), Math.min(...days));
    const row = await this.#store.db
      .selectFrom('sample')
      .select('recorded_us')
      .where('recorded_us', '>=', fromUs)
      .where('recorded_us', '<=', toUs)
      .limit(1)
      .executeTakeFirst();
    return row !== undefined;
  }

  /** Keeps the ring within its part of the limit, and within what the disk can spare. */
  async #fitRing(): Promise<void> {
    const ring = await this.#sources.openRing();
    if (ring === undefined) return;
    const { evidenceDays, evidenceMiB } = await readRetention(this.#store);
    // Whatever was set, the ring leaves room on the disk: a full one stops everything else.
    const disk = await statfs(this.#store.folder).catch(() => undefined);
    // A folder that is gone: the store says so.
    if (disk === undefined) return;
    const spare = Math.min(SPARE_BYTES, disk.blocks * disk.bsize * SPARE_SHARE);
    const free = disk.bavail * disk.bsize;
    const room = Math.max(0, ring.state.totalBytes + free - spare);
    const wanted = evidenceMiB === null ? Number.POSITIVE_INFINITY : evidenceMiB * MIB * (1 - PINNED_SHARE);
    // A database that grows makes the ring smaller bit by bit; more than that is somebody else.
    await ring.resize(Math.min(room, wanted), room < wanted && free < spare / 2);
    if (evidenceDays !== null && (await this.#mayForget([evidenceDays])))
      await ring.forgetBefore(this.#options.nowUs() / 1000 - evidenceDays * DAY_MS);
  }

  #site(id: string): LiveSite {
    const site = this.#sites.get(id);
    if (site === undefined)
      throw new RequestError(404, 'not-found', `There is no site ${id}.`, 'Choose a site of the list.');
    return site;
  }

  /** Brings the sources of a site up to date. */
  #fresh(site: LiveSite): void {
    for (const [id, running] of this.#sources.running)
      if (running.site === site) site.sources.set(id, running.run.snapshot());
  }

  #context(): CallContext {
    return {
      store: this.#store,
      sites: this.#sites,
      site: (id) => this.#site(id),
      nowUs: this.#options.nowUs(),
      names: this.#names,
      corrections: this.#corrections,
      lists: this.#lists,
      pace: (id) => this.#sources.pace(id),
      fresh: (site) => this.#fresh(site),
      ring: () => this.#sources.openRing(),
      changed: (site) => {
        this.#emit({ kind: 'acted', data: { site: site.id, topics: [] } });
        this.#unsaved.add(site);
        this.#changed(site);
      },
      told: (site, topics) => {
        site.stir();
        this.#told(site, topics);
      },
      settingsChanged: () => {
        this.#retaining = true;
        this.#ringMoved = true;
      },
      freeBytes: async () => {
        if (this.#store.folder === '') return null;
        const disk = await statfs(this.#store.folder).catch(() => undefined);
        return disk === undefined ? null : disk.bavail * disk.bsize;
      },
    };
  }

  async call<C extends EngineCall>(call: C, input: CallInput<C>): Promise<string> {
    return JSON.stringify(await answerCall(this.#context(), call, input));
  }

  async bytes<C extends EngineCall>(call: C, input: CallInput<C>): Promise<Uint8Array> {
    // Octets of their own, that can be given to another thread without a copy.
    return new TextEncoder().encode(await this.call(call, input));
  }

  async framePcap(siteId: string, sourceId: string, frame: number, around: number): Promise<Uint8Array> {
    const site = this.#site(siteId);
    const source = site.sources.get(sourceId);
    if (source === undefined)
      throw new RequestError(404, 'not-found', 'There is no such source.', 'Load the page again.');
    const ring = await this.#sources.openRing();
    const parts: Uint8Array[] = [];
    let linkType = -1;
    const side = Math.min(MAX_AROUND, around);
    for (let number = Math.max(1, frame - side); number <= frame + side; number++) {
      const found = await findFrame(this.#store, siteId, source, number, ring);
      if (found.kind === 'missing') {
        if (number === frame)
          throw new RequestError(404, 'frame-not-kept', found.reason, 'Open the original capture again.');
        continue;
      }
      // One link type in a pcap file: neighbours of another kind are left out.
      if (linkType === -1) {
        linkType = found.frame.linkType;
        parts.push(pcapHeader({ linkType }));
      }
      if (found.frame.linkType === linkType) parts.push(pcapRecord(found.frame, { linkType }));
    }
    return Buffer.concat(parts);
  }

  async capture(siteId: string, list: CaptureList, query: CaptureQuery): Promise<CaptureFile> {
    const site = this.#site(siteId);
    const view = await site.view(this.#options.nowUs());
    const selection = selectionOf(view, list, query);
    const sources = [...site.sources.values()];
    const ring = await this.#sources.openRing();
    return asPcapng(selectedFrames(this.#store, siteId, sources, selection, ring));
  }

  async uploadNames(siteId: string, fileName: string, bytes: Uint8Array): Promise<string> {
    return JSON.stringify(await this.#lists.upload(this.#site(siteId), fileName, bytes));
  }

  baselineFile(siteId: string, baseline: string): Promise<Uint8Array> {
    return baselineFile({ store: this.#store, site: this.#site(siteId) }, baseline);
  }

  async importBaseline(siteId: string, bytes: Uint8Array, userId: string): Promise<string> {
    const row = await acting(this.#context(), siteId, userId, ['detection'], (actor) =>
      importBaseline(actor, bytes, this.#names),
    );
    return JSON.stringify(row);
  }

  async begin(name: string, baseline: Uint8Array, userId: string): Promise<void> {
    checkCarried(baseline);
    const { id } = await this.#sources.begin(name);
    await acting(this.#context(), id, userId, ['detection', 'process'], async (actor) => {
      const row = await importBaseline(actor, baseline, this.#names);
      await restoreBaseline(actor, row.id, `carried to the new site ${name}`);
    });
  }

  accounts(): Promise<Accounts> {
    return readAccounts(this.#store);
  }

  async changeAccounts(change: AccountChange): Promise<void> {
    await writeAccounts(this.#store, change, this.#options.nowUs());
    if ((change.putUsers ?? []).length === 0) return;
    await this.#loadNames();
    this.#global('users');
  }

  async open(request: SourceRequest, userId: string): Promise<Uploaded> {
    const state = this.#store.writer.state;
    if (state.kind === 'failed') throw state.error;
    return this.#sources.open(request, userId);
  }

  async announce(url: string): Promise<void> {
    this.#store.announce(url);
  }

  async versions(): Promise<readonly ChangeEvent[]> {
    const global = (['sites', 'journal', 'users'] as const).map((topic) => ({
      site: '',
      topic,
      version: this.#globalVersions[topic],
    }));
    return [...global, ...[...this.#sites.values()].flatMap((site) => site.versions())];
  }

  onEvent(listener: (event: EngineEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  judging(site: string): Promise<void> {
    return this.#sites.get(site)?.judging() ?? Promise.resolve();
  }
  settled(): Promise<void> {
    return this.#sources.settled();
  }

  /** `isWhole`: all that was learned is written, however long that takes (`LiveSite.save`). */
  async close(isWhole = false): Promise<void> {
    this.#closing = true;
    clearInterval(this.#timer);
    if (!isWhole) for (const site of this.#sites.values()) site.leave();
    // What is being made is made again after the next start.
    await this.#options.fitter?.close();
    await this.#sources.close(isWhole);
    for (const site of this.#sites.values()) {
      await site.rest();
      const interrupted = [...site.sources.values()].some(
        (source) => source.state === 'reading' && source.kind === 'file',
      );
      if (!site.isLoaded || interrupted || this.#store.writer.state.kind === 'failed') continue;
      await site.save(this.#options.nowUs(), !isWhole).catch((error: unknown) => this.#options.onError?.(error));
    }
    try {
      this.#store.exportHead();
    } catch (error) {
      // A full disk must not keep the store from being closed.
      this.#options.onError?.(error);
    }
    await this.#store.close();
  }
}
