/**
 * Opens sources and reads them: files one after another (so that the same input gives the same picture), folders, streams
 * and live interfaces beside them. What a source is stands in the store before its first frame is read.
 */
import { createReadStream, existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';
import type { Uploaded } from '../api/index.ts';
import { hashFile, openCaptureFile } from '../capture/file.ts';
import { EvidenceRing } from '../capture/ring.ts';
import { watchFolder } from '../capture/watch.ts';
import { OperatingError } from '../core/errors.ts';
import type { FrameBatch } from '../core/frame.ts';
import type { Source } from '../core/site.ts';
import { Decoding } from '../decode/index.ts';
import { clearSite, type Store } from '../store/index.ts';
import { RequestError, type SourceRequest } from './engine-contract.ts';
import { pinFrames, ringName } from './evidence.ts';
import { nextPart } from './folder-files.ts';
import { refuseUseless } from './inputs.ts';
import { type LiveCapture, startLiveCapture } from './live-capture.ts';
import { HISTORY_US, livePlant } from './live-plant.ts';
import { AHEAD, LiveSite, type SiteAround, type SiteKind, sourceRow } from './live-site.ts';
import { createSiteRuntime } from './pipeline.ts';
import type { Pace } from './query/sources.ts';
import { SourceRun } from './source-run.ts';

/** Of a file that is not read again from its start, because others are in the same picture. */
const INTERRUPTED =
  'Reading was interrupted; what was read before is kept, the rest is missing. Open the file by itself to see all of it.';
const BEGUN_ANEW =
  'Reading was interrupted, and the recorder began the file anew since; what was read before is kept, the rest is gone.';
/** Of a file of a folder, until it is read on. */
const GOES_ON =
  'Reading was interrupted; what was read before is kept. The rest is read when the folder is opened again.';

/** Live interfaces and folders watched at a time. */
export const MAX_LIVE = 8;
/**
 * A capture that ended by itself (an interface that went down, a program that was killed) is started again after this
 * long, and each time after twice as long, up to five minutes: each piece is a source of its own, 288 a day at most.
 */
const RESTART_MS = 5_000;
const MAX_RESTART_MS = 300_000;
/** Who starts it again, in the journal. */
const SYSTEM = 'system';
/** The site of the simulated plant. */
export const PLANT_SITE = 'plant';
/** Sites kept in all; a new one is refused beyond. */
export const MAX_SITES = 1000;

export interface SourcesOptions {
  readonly store: Store;
  readonly sites: Map<string, LiveSite>;
  readonly nowUs: () => number;
  readonly nowMs: () => number;
  /** '' when nothing is kept on disk. */
  readonly folder: string;
  readonly zone: string;
  readonly around: SiteAround;
  readonly onChange: (site: LiveSite) => void;
  /** A source of the site was read to its end; called before what it taught is written. */
  readonly onRead: (site: LiveSite) => Promise<void>;
  /** The site was emptied because its file is read anew: what people decided is to be said again. */
  readonly onForgotten: (site: LiveSite) => Promise<void>;
  readonly onError: (error: unknown) => void;
  /** For tests: the capturing program, and the pause before it is started again. */
  readonly startLive?: typeof startLiveCapture;
  readonly pause?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** A name that can stand in an address and a key. */
const slug = (name: string): string =>
  name
    .normalize('NFC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}._-]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 80) || 'site';

const emptyHealth = (): Source['health'] => {
  const site = createSiteRuntime(() => ({}) as never);
  return new Decoding({ endpoints: site.endpoints, decoders: [], sink: site.sink }).snapshot();
};

interface Running {
  readonly site: LiveSite;
  readonly run: SourceRun;
  readonly startedMs: number;
  /** Octets of the input read so far; NaN where unknown. */
  readonly read: () => number;
  readonly size: number;
  readonly stop: () => void;
}

export class Sources {
  readonly #options: SourcesOptions;
  readonly running = new Map<string, Running>();
  #queue: Promise<void> = Promise.resolve();
  #queued = 0;
  #live = 0;
  #ring: Promise<EvidenceRing> | undefined;
  #closing = false;
  readonly #background = new Set<Promise<void>>();
  readonly #opening = new Set<Promise<void>>();
  #idle: (() => void)[] = [];

  constructor(options: SourcesOptions) {
    this.#options = options;
  }

  ring(): Promise<EvidenceRing> | undefined {
    const { folder, nowMs, onError } = this.#options;
    if (folder !== '')
      this.#ring ??= EvidenceRing.open({
        folder: join(folder, 'ring'),
        now: nowMs,
        onProblem: (problem) => problem !== undefined && onError(problem),
      });
    return this.#ring;
  }

  /** The ring where it was used already, or holds frames of earlier runs. */
  async openRing(): Promise<EvidenceRing | undefined> {
    return this.ring();
  }

  /** Opens a source. What is being opened when the program ends is waited for: the store must not close under it. */
  async open(request: SourceRequest, userId: string): Promise<Uploaded> {
    if (this.#closing) throw new RequestError(409, 'closing', 'Gatehouse is ending.', 'Start it again.');
    const opening = this.#open(request, userId);
    const settled = opening.then(
      () => undefined,
      () => undefined,
    );
    this.#opening.add(settled);
    try {
      return await opening;
    } finally {
      this.#opening.delete(settled);
    }
  }

  #open(request: SourceRequest, userId: string): Promise<Uploaded> {
    switch (request.kind) {
      case 'file':
        return this.#openFile(request, userId);
      case 'folder':
        return this.#openFolder(request, userId);
      case 'stream':
        return this.#openStream(request, userId);
      case 'live':
        return this.#openLive(request, userId);
      case 'plant':
        return this.#openPlant(request, userId);
    }
  }

  async #siteOf(name: string | undefined, id: string, otherwise: string, kind: SiteKind): Promise<LiveSite> {
    const siteId = name === undefined ? id : slug(name);
    const known = this.#options.sites.get(siteId);
    if (known !== undefined) {
      if (known.kind !== kind) known.kind = known.sources.size === 0 ? kind : 'mixed';
      return known;
    }
    if (this.#options.sites.size >= MAX_SITES) {
      throw new RequestError(409, 'limit', `There are ${MAX_SITES} sites already.`, 'Use another data folder.');
    }
    const row = {
      site_id: siteId,
      name: name ?? otherwise,
      kind,
      zone: this.#options.zone,
      created_us: this.#options.nowUs(),
    };
    const site = new LiveSite(this.#options.store, row, this.#options.around);
    this.#options.sites.set(siteId, site);
    return site;
  }

  /** A site without a source yet. Throws where there is one of this name. */
  async begin(name: string): Promise<LiveSite> {
    if (this.#options.sites.has(slug(name)))
      throw new RequestError(
        409,
        'site-exists',
        `There is a site "${name}" already.`,
        'Give a new name with --site, or restore the baseline in the console on Learning.',
      );
    const site = await this.#siteOf(name, '', name, 'live');
    await this.#options.store.writer.submit({ put: { site: [site.row] } });
    this.#options.onChange(site);
    return site;
  }

  /** Writes that the source exists, with the journal. */
  async #record(site: LiveSite, source: Source, userId: string): Promise<void> {
    const { store, nowUs } = this.#options;
    await store.writer.submit({
      put: { site: [site.row], source: [sourceRow(source)] },
      journal: [
        {
          siteId: site.id,
          tsUs: nowUs(),
          userId,
          action: 'source.open',
          subject: `source ${source.id}`,
          detail: { kind: source.kind, sha256: source.sha256 },
        },
      ],
    });
    site.sources.set(source.id, source);
    this.#options.onChange(site);
  }

  #newSource(site: LiveSite, change: Pick<Source, 'id' | 'kind' | 'name' | 'path'> & Partial<Source>): Source {
    return {
      site: site.id,
      sha256: '',
      state: 'waiting',
      error: '',
      progress: Number.NaN,
      startedUs: this.#options.nowUs(),
      endedUs: 0,
      warnings: [],
      health: emptyHealth(),
      ...change,
    };
  }

  async #openFile(request: Extract<SourceRequest, { kind: 'file' }>, userId: string): Promise<Uploaded> {
    const path = resolve(request.path);
    await refuseUseless(path, request.path);
    const sha256 = await hashFile(path);
    const name = request.name ?? basename(path);
    const site = await this.#siteOf(request.site, `c-${sha256.slice(0, 16)}`, name, 'capture');
    const id = `f-${sha256.slice(0, 16)}`;
    const known = site.sources.get(id);
    if (known !== undefined && known.state !== 'failed') return { site: site.id, source: id, known: true };
    if (known !== undefined && site.sources.size === 1) await this.#forget(site);
    const source = this.#newSource(site, { id, kind: 'file', name, path, sha256, progress: 0 });
    await this.#record(site, source, userId);
    this.#enqueue(() => this.#readFile(site, source));
    return { site: site.id, source: id, known: false };
  }

  /** Reading of this site's only file was interrupted or failed: it begins again from nothing. */
  async #forget(site: LiveSite): Promise<void> {
    site.unload();
    await clearSite(this.#options.store, site.id);
    await this.#options.onForgotten(site);
  }

  /** A file whose reading was interrupted by the end of the program. */
  async resume(site: LiveSite, source: Source): Promise<void> {
    const failed = (error: string): Source => ({ ...source, state: 'failed', error, endedUs: this.#options.nowUs() });
    const ownSite = site.sources.size === 1 && (source.kind === 'file' || source.kind === 'sample');
    if (ownSite && existsSync(source.path)) {
      await this.#forget(site);
      const again: Source = { ...source, state: 'waiting', health: emptyHealth(), warnings: [], progress: 0 };
      site.sources.set(source.id, again);
      this.#enqueue(() => this.#readFile(site, again));
      return;
    }
    const ended: Source =
      source.kind === 'file' || source.kind === 'sample' || source.kind === 'folder'
        ? failed(source.kind === 'folder' ? GOES_ON : INTERRUPTED)
        : { ...source, state: 'complete', endedUs: source.health.lastUs };
    await this.#told(site, ended);
  }

  /** Writes what is now said of a source. */
  async #told(site: LiveSite, source: Source): Promise<void> {
    site.sources.set(source.id, source);
    await this.#options.store.writer.submit({ put: { source: [sourceRow(source)] } }, { background: true });
  }

  async #readFile(site: LiveSite, source: Source): Promise<void> {
    const file = await openCaptureFile(source.path);
    await this.#read(site, source, {
      chunks: file.chunks(),
      read: () => file.bytesRead,
      size: file.sizeBytes,
      state: 'reading',
    });
  }

  async #read(
    site: LiveSite,
    source: Source,
    input: {
      chunks: AsyncIterable<Uint8Array>;
      read: () => number;
      size: number;
      state: Source['state'];
      skip?: number;
      ring?: EvidenceRing | undefined;
      stop?: () => void;
      ownMacs?: readonly string[];
      dropped?: () => number | undefined;
      isLive?: () => boolean;
    },
  ): Promise<void> {
    const { nowUs, nowMs, store } = this.#options;
    site.busy++;
    try {
      const { runtime, model, detection } = await site.load();
      const { ring } = input;
      const run = new SourceRun({
        source: { ...source, state: input.state },
        runtime,
        chunks: input.chunks,
        nowUs,
        nowMs,
        progress: () => (Number.isNaN(input.size) ? Number.NaN : Math.min(1, input.read() / Math.max(1, input.size))),
        turn: () => turn(),
        settled: () => detection.feed.settled(),
        ...(input.skip && { skip: input.skip }),
        ...(input.ownMacs && { ownMacs: input.ownMacs }),
        ...(input.dropped && { dropped: input.dropped }),
        ...(input.isLive && { isLive: input.isLive }),
        ...(ring === undefined
          ? {}
          : { onFrames: (batch: FrameBatch) => ring.append(ringName(site.id, source.id), batch) }),
      });
      site.sources.set(source.id, run.source);
      const stop = (): void => {
        run.stop();
        input.stop?.();
      };
      this.running.set(source.id, { site, run, startedMs: nowMs(), read: input.read, size: input.size, stop });
      if (this.#closing) stop();
      this.#options.onChange(site);
      await run.run();
      this.running.delete(source.id);
      // A file that was left because the program ends is not complete: the next start reads it again.
      const isFile = source.kind === 'file' || source.kind === 'sample';
      const cut = this.#closing && isFile && (run.isCut || input.read() < input.size);
      site.sources.set(source.id, cut ? { ...run.source, state: 'reading', endedUs: 0 } : run.source);
      // Others of the folder are in the same picture: it cannot be read anew, and is not said to be whole.
      if (this.#closing && source.kind === 'folder' && run.isCut)
        site.sources.set(source.id, { ...run.source, state: 'failed', error: GOES_ON });
      if (cut) {
        await store.writer.submit(
          { put: { source: [sourceRow({ ...source, state: 'reading' })] } },
          { background: true },
        );
        return;
      }
      await this.#options.onRead(site);
      await site.save(nowUs());
      await pinFrames(store, site.id, run.source, model, ring);
    } catch (error) {
      this.running.delete(source.id);
      const text = error instanceof Error ? error.message : String(error);
      site.sources.set(source.id, { ...source, state: 'failed', error: text, endedUs: nowUs() });
      this.#options.onError(error);
    } finally {
      site.busy--;
      this.#options.onChange(site);
    }
  }

  async #openFolder(request: Extract<SourceRequest, { kind: 'folder' }>, userId: string): Promise<Uploaded> {
    const folder = resolve(request.path);
    const site = await this.#siteOf(request.site, slug(basename(folder)), basename(folder), 'capture');
    const abort = new AbortController();
    const clock = {
      now: this.#options.nowMs,
      wait: (ms: number, signal?: AbortSignal) =>
        wait(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined) as Promise<void>,
    };
    const onProblem = (problem: OperatingError | undefined): void => {
      if (problem !== undefined) this.#options.onError(problem);
    };
    const watch = async (): Promise<void> => {
      for await (const file of watchFolder(folder, { clock, signal: abort.signal, onProblem })) {
        const next = await nextPart(site.sources.values(), file.path, file.again).catch(this.#options.onError);
        if (next === undefined) continue;
        const before = next.kind === 'known' ? next.source : next.after;
        // What was read of it is whole: nothing is missing, or the rest comes now.
        if (before?.error === GOES_ON) await this.#told(site, { ...before, state: 'complete', error: '' });
        if (next.kind === 'known') continue;
        if (next.gone?.error === GOES_ON) await this.#told(site, { ...next.gone, error: BEGUN_ANEW });
        const { id, skip } = next;
        const name = skip === 0 ? basename(file.path) : `${basename(file.path)} from frame ${skip + 1}`;
        const source = this.#newSource(site, { id, kind: 'folder', name, path: file.path });
        await this.#record(site, source, userId);
        let read = 0;
        const counted = async function* (): AsyncGenerator<Uint8Array, void, void> {
          for await (const chunk of file.chunks()) {
            read += chunk.length;
            yield chunk;
          }
        };
        await this.#read(site, source, {
          chunks: counted(),
          read: () => read,
          size: Number.NaN,
          state: 'reading',
          skip,
        });
        if (abort.signal.aborted) return;
      }
    };
    this.#goLive(() => abort.abort(), watch);
    return { site: site.id, source: '', known: false };
  }

  async #openStream(request: Extract<SourceRequest, { kind: 'stream' }>, userId: string): Promise<Uploaded> {
    const stamp = Math.round(this.#options.nowUs() / 1000).toString(36);
    const site = await this.#siteOf(request.site, `stream-${stamp}`, request.name, 'capture');
    const source = this.#newSource(site, { id: `s-${stamp}`, kind: 'stream', name: request.name, path: '' });
    await this.#record(site, source, userId);
    const stream = createReadStream('', { fd: request.fd, autoClose: false, highWaterMark: 1024 * 1024 });
    let read = 0;
    const counted = async function* (): AsyncGenerator<Uint8Array, void, void> {
      for await (const chunk of stream) {
        read += (chunk as Buffer).length;
        yield chunk as Buffer;
      }
    };
    const stop = (): void => void stream.destroy();
    this.#goLive(stop, () =>
      this.#read(site, source, { chunks: counted(), read: () => read, size: Number.NaN, state: 'reading', stop }),
    );
    return { site: site.id, source: source.id, known: false };
  }

  async #openLive(request: Extract<SourceRequest, { kind: 'live' }>, userId: string): Promise<Uploaded> {
    if (this.#live >= MAX_LIVE) {
      throw new RequestError(
        409,
        'limit',
        `${MAX_LIVE} live sources are open already.`,
        'Run another instance for more.',
      );
    }
    const start = this.#options.startLive ?? startLiveCapture;
    let capture: LiveCapture = await start({ interface: request.interface });
    const site = await this.#siteOf(request.site, 'live', 'live', 'live');
    let source = await this.#recordLive(site, request.interface, userId);
    const abort = new AbortController();
    const stop = (): void => {
      abort.abort();
      void capture.stop();
    };
    const pause = this.#options.pause ?? ((ms, signal) => wait(ms, undefined, { signal }).catch(() => undefined));
    // Doubled before the first pause.
    let pauseMs = RESTART_MS / 2;
    /** Resolves with a capture that listens again, or undefined when the program ends first. */
    const again = async (): Promise<LiveCapture | undefined> => {
      for (; ; pauseMs = Math.min(2 * pauseMs, MAX_RESTART_MS)) {
        await pause(pauseMs, abort.signal);
        if (abort.signal.aborted) return undefined;
        const started = await start({ interface: request.interface }).catch(() => undefined);
        if (started !== undefined) return started;
      }
    };
    this.#goLive(stop, async () => {
      for (;;) {
        const sinceMs = this.#options.nowMs();
        await this.#readLive(site, source, capture, stop);
        const ended = site.sources.get(source.id);
        if (abort.signal.aborted || ended?.state !== 'failed') return;
        this.#options.onError(new OperatingError('capture.ended', { interface: source.name, detail: ended.error }));
        const wasLong = this.#options.nowMs() - sinceMs >= MAX_RESTART_MS;
        pauseMs = wasLong ? RESTART_MS : Math.min(2 * pauseMs, MAX_RESTART_MS);
        const next = await again();
        if (next === undefined) return;
        capture = next;
        if (abort.signal.aborted) return void (await capture.stop());
        source = await this.#recordLive(site, request.interface, SYSTEM);
      }
    });
    return { site: site.id, source: source.id, known: false };
  }

  /** A live source, from now on; earlier ones of the interface that failed are over: it is listened to again. */
  async #recordLive(site: LiveSite, name: string, userId: string): Promise<Source> {
    const stamp = Math.round(this.#options.nowUs() / 1000).toString(36);
    const id = `l-${slug(name)}-${stamp}`;
    for (const before of site.sources.values()) {
      if (before.kind !== 'live' || before.state !== 'failed' || before.path !== name) continue;
      const over: Source = { ...before, state: 'complete' };
      site.sources.set(before.id, over);
      await this.#options.store.writer.submit({ put: { source: [sourceRow(over)] } }, { background: true });
    }
    const source = this.#newSource(site, { id, kind: 'live', name, path: name });
    await this.#record(site, source, userId);
    return source;
  }

  async #readLive(site: LiveSite, source: Source, capture: LiveCapture, stop: () => void): Promise<void> {
    const ring = await this.ring();
    const mac = await macOf(source.path);
    await this.#read(site, source, {
      ...(mac === undefined ? {} : { ownMacs: [mac] }),
      dropped: () => {
        const { droppedByKernel, droppedByInterface } = capture.counters;
        capture.askCounters();
        return droppedByKernel === undefined ? undefined : droppedByKernel + (droppedByInterface ?? 0);
      },
      chunks: capture.chunks(),
      read: () => Number.NaN,
      size: Number.NaN,
      state: 'live',
      ring,
      stop,
    });
  }

  /** One simulated plant per data folder: with its history the first time, from now on when it is started again. */
  async #openPlant(request: Extract<SourceRequest, { kind: 'plant' }>, userId: string): Promise<Uploaded> {
    const site = await this.#siteOf(undefined, PLANT_SITE, 'Simulated plant', 'sample');
    const running = [...site.sources.values()].find((source) => this.running.has(source.id));
    if (running !== undefined) return { site: site.id, source: running.id, known: true };
    // History that was cut short would teach half of a day as usual.
    const isWhole = site.sources.size > 0 && [...site.sources.values()].every((source) => source.progress === 1);
    if (site.sources.size > 0 && !isWhole) {
      await this.#forget(site);
      site.sources.clear();
    }
    const plant = livePlant({
      nowUs: this.#options.nowUs,
      historyUs: isWhole ? 0 : (request.historyUs ?? HISTORY_US),
      wait: (ms, signal) => wait(ms, undefined, { signal }).catch(() => undefined),
    });
    site.plant = plant;
    const stamp = Math.round(this.#options.nowUs() / 1000).toString(36);
    const source = this.#newSource(site, {
      id: `${request.isAhead === true ? AHEAD : 'p-'}${stamp}`,
      kind: 'stream',
      name: request.isAhead === true ? 'simulated day, made at build time' : 'simulated plant',
      path: '',
    });
    await this.#record(site, source, userId);
    const ring = await this.ring();
    this.#goLive(plant.stop, () =>
      this.#read(site, source, {
        chunks: plant.chunks,
        read: plant.doneUs,
        size: plant.historyUs,
        state: 'reading',
        ring,
        isLive: plant.isLive,
        stop: plant.stop,
      }),
    );
    return { site: site.id, source: source.id, known: false };
  }

  readonly #stops = new Set<() => void>();

  #goLive(stop: () => void, work: () => Promise<void>): void {
    this.#live++;
    this.#stops.add(stop);
    const task = work()
      .catch(this.#options.onError)
      .finally(() => {
        this.#live--;
        this.#stops.delete(stop);
        this.#background.delete(task);
      });
    this.#background.add(task);
  }

  #enqueue(work: () => Promise<void>): void {
    this.#queued++;
    this.#queue = this.#queue
      .then(() => (this.#closing ? undefined : work()))
      .catch(this.#options.onError)
      .finally(() => {
        this.#queued--;
        if (this.#queued === 0) for (const resolve of this.#idle.splice(0)) resolve();
      });
  }

  /** Resolves when every file that was opened is read. */
  settled(): Promise<void> {
    if (this.#queued === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  pace(source: string): Pace {
    const running = this.running.get(source);
    if (running === undefined || Number.isNaN(running.size)) return { bytesPerSecond: null, secondsLeft: null };
    const seconds = (this.#options.nowMs() - running.startedMs) / 1000;
    if (seconds < 0.2) return { bytesPerSecond: null, secondsLeft: null };
    const bytesPerSecond = running.read() / seconds;
    return {
      bytesPerSecond,
      secondsLeft: bytesPerSecond > 0 ? Math.max(0, (running.size - running.read()) / bytesPerSecond) : null,
    };
  }

  async close(): Promise<void> {
    this.#closing = true;
    await Promise.all(this.#opening);
    for (const { stop } of this.running.values()) stop();
    for (const stop of this.#stops) stop();
    await Promise.all([this.#queue, ...this.#background]);
    await (await this.#ring)?.close();
  }
}

/** MAC address of an interface where the system tells it without asking the network (Linux). */
const macOf = async (name: string): Promise<string | undefined> => {
  try {
    const text = (await readFile(`/sys/class/net/${name}/address`, 'utf8')).trim();
    return /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(text) && text !== '00:00:00:00:00:00' ? text : undefined;
  } catch {
    return undefined;
  }
};
