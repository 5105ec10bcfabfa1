/**
 * Opens sources and reads them: files one after another (so that the same input gives the same picture), folders, streams
 * and live interfaces beside them. What a source is stands in the store before its first frame is read.
 */
import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { Uploaded } from '../api/index.ts';
import { hashFile, openCaptureFile } from '../capture/file.ts';
import { EvidenceRing } from '../capture/ring.ts';
import { OperatingError } from '../core/errors.ts';
import type { FrameBatch } from '../core/frame.ts';
import type { Source } from '../core/site.ts';
import { clearSite } from '../store/index.ts';
import { RequestError, type SourceRequest } from './engine-contract.ts';
import { pinFrames, ringName } from './evidence.ts';
import { refuseUseless } from './inputs.ts';
import { GOES_ON } from './interrupted.ts';
import { LiveSite, type SiteKind, sourceRow } from './live-site.ts';
import type { Pace } from './query/sources.ts';
import { SameFrames } from './same-frames.ts';
import { sameRecording } from './same-recording.ts';
import { siteIdOf } from './site-id.ts';
import { openFolder } from './source-folder.ts';
import { openLive } from './source-live.ts';
import { openPlant } from './source-plant.ts';
import { SourceRun } from './source-run.ts';
import {
  emptyHealth,
  type Input,
  newSource,
  type Running,
  type SourcesOptions,
  type SourceWork,
} from './source-work.ts';
import { openInput } from './standard-input.ts';
import { evidenceLost, evidenceShort } from './troubles.ts';

export type { SourcesOptions } from './source-work.ts';

/** Of a file that is not read again from its start, because what cannot be read again is in the same picture. */
const INTERRUPTED =
  'Reading was interrupted; what was read before is kept, the rest is missing. Open the file by itself to see all of it.';
/** Of a file that turned out to hold what another did. */
const hereAlready = (as: string): string => `This recording is here already, as ${as}. Nothing was read a second time.`;
/** Frames of a live source pinned at a time: once a minute, so that some thousands an hour are kept. */
const PINS_AT_ONCE = 100;
/** Sites kept in all; a new one is refused beyond. */
export const MAX_SITES = 1000;

const isFile = ({ kind }: Source): boolean => kind === 'file' || kind === 'sample';

/** A site that a file opened for itself, named by its content. */
const isOfOneFile = (site: LiveSite): boolean => site.sources.size === 1 && site.id.startsWith('c-');

export class Sources {
  readonly #options: SourcesOptions;
  readonly running = new Map<string, Running>();
  #queue: Promise<void> = Promise.resolve();
  #queued = 0;
  #live = 0;
  #ring: Promise<EvidenceRing> | undefined;
  #closing = false;
  /** The program ends, and does not wait for all that was learned to be written (`LiveSite.save`). */
  #leavesInShort = false;
  readonly #background = new Set<Promise<void>>();
  readonly #opening = new Set<Promise<void>>();
  /** Files that are being recorded, by site and content. */
  readonly #beginning = new Map<string, Promise<Uploaded>>();
  #idle: (() => void)[] = [];

  readonly #work: SourceWork;

  constructor(options: SourcesOptions) {
    this.#options = options;
    this.#work = {
      options,
      running: this.running,
      live: () => this.#live,
      ring: () => this.ring(),
      siteOf: (...args) => this.#siteOf(...args),
      record: (...args) => this.#record(...args),
      told: (...args) => this.#told(...args),
      read: (...args) => this.#read(...args),
      forget: (site) => this.#forget(site),
      goLive: (...args) => this.#goLive(...args),
    };
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

  /** Pins frames of what is live, some at a time, before the ring overwrites them. */
  async pin(): Promise<void> {
    for (const { site, run, ring, lost } of this.running.values()) {
      if (ring === undefined) continue;
      const { model, detection } = await site.open();
      const statements = { model, findings: detection.triage.findings() };
      await pinFrames(this.#options.store, site.id, run.source, statements, ring, { limit: PINS_AT_ONCE, lost });
    }
  }

  /** Tells sites whose frames go to the ring what it could not keep, and what it could not keep on. */
  async tellRing(): Promise<void> {
    if (this.#ring === undefined) return;
    const { state } = await this.#ring;
    const told = [evidenceLost(state), evidenceShort(state)].filter((verdict) => verdict !== undefined);
    for (const { site, ring } of this.running.values())
      if (ring !== undefined) for (const verdict of told) site.troubles.set(`ring ${verdict.code}`, verdict);
  }

  /** Whether interfaces of a site bring in the same frames; by site. */
  readonly #same = new Map<LiveSite, SameFrames>();
  #sameOf(site: LiveSite): SameFrames {
    const same = this.#same.get(site) ?? new SameFrames();
    this.#same.set(site, same);
    return same;
  }

  /** Tells sites whose interfaces bring in the same frames. */
  tellSame(): void {
    for (const [site, same] of this.#same) {
      const verdict = same.verdict();
      if (verdict === undefined) site.troubles.delete('same');
      else site.troubles.set('same', verdict);
    }
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
        return openFolder(this.#work, request, userId);
      case 'stream':
        return this.#openStream(request, userId);
      case 'live':
        return openLive(this.#work, request, userId);
      case 'plant':
        return openPlant(this.#work, request, userId);
    }
  }

  async #siteOf(name: string | undefined, id: string, otherwise: string, kind: SiteKind): Promise<LiveSite> {
    const siteId = name === undefined ? id : siteIdOf(name);
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
    if (this.#options.sites.has(siteIdOf(name)))
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

  async #openFile(request: Extract<SourceRequest, { kind: 'file' }>, userId: string): Promise<Uploaded> {
    const path = resolve(request.path);
    await refuseUseless(path, request.path);
    const sha256 = await hashFile(path);
    const name = request.name ?? basename(path);
    const own = `c-${sha256.slice(0, 16)}`;
    // Two people drop the same file: the second waits for what becomes of the first.
    const key = `${request.site === undefined ? own : siteIdOf(request.site)} ${sha256}`;
    const first = this.#beginning.get(key);
    if (first !== undefined) {
      const { site, source } = await first;
      return { site, source, known: true, as: this.#options.sites.get(site)?.sources.get(source)?.name ?? name };
    }
    const begun = this.#beginFile({ site: request.site, own, name, path, sha256 }, userId);
    this.#beginning.set(key, begun);
    try {
      return await begun;
    } finally {
      this.#beginning.delete(key);
    }
  }

  async #beginFile(
    file: { site: string | undefined; own: string; name: string; path: string; sha256: string },
    userId: string,
  ): Promise<Uploaded> {
    const { own, name, path, sha256 } = file;
    const { sites } = this.#options;
    const id = `f-${sha256.slice(0, 16)}`;
    const siteId = file.site === undefined ? own : siteIdOf(file.site);
    const known = sites.get(siteId)?.sources.get(id);
    // What was read of it in a picture with others is in it: once more would be twice.
    const isRead = known?.state !== 'failed' || (sites.get(siteId)!.sources.size > 1 && known.health.frames > 0);
    if (known !== undefined && isRead) return { site: siteId, source: id, known: true, as: known.name };
    const looked = file.site === undefined ? [...sites.values()].filter(isOfOneFile) : [sites.get(siteId)];
    const same = await sameRecording(
      path,
      looked.flatMap((s) => [...(s?.sources.values() ?? [])]),
    );
    if (same !== undefined) return { site: same.site, source: same.id, known: true, as: same.name };
    const site = await this.#siteOf(file.site, own, name, 'capture');
    if (known !== undefined && site.sources.size === 1) await this.#forget(site);
    const source = newSource(this.#options, site, { id, kind: 'file', name, path, sha256, progress: 0 });
    await this.#record(site, source, userId);
    this.#enqueue(() => this.#readFile(site, source));
    return { site: site.id, source: id, known: false, as: '' };
  }

  /** Reading of this site's only file was interrupted or failed: it begins again from nothing. */
  async #forget(site: LiveSite): Promise<void> {
    site.unload();
    await clearSite(this.#options.store, site.id);
    await this.#options.onForgotten(site);
  }

  /** Files of a site whose reading was interrupted by the end of the program are read, and whatever else was open then is told. */
  async resume(site: LiveSite): Promise<void> {
    const sources = [...site.sources.values()];
    const open = sources.filter(({ state }) => state !== 'complete' && state !== 'failed');
    const isBegun = open.some((source) => isFile(source) && (source.health.frames > 0 || sources.length === 1));
    if (isBegun && (await this.#mayReadAnew(site))) return this.#readAnew(site);
    for (const source of open) {
      // Nothing of it is in the picture that was kept: its turn had not come, or had just.
      if (source.kind === 'file' && source.health.frames === 0 && existsSync(source.path)) {
        this.#enqueue(() => this.#readFile(site, source));
        continue;
      }
      const failed = { ...source, state: 'failed', endedUs: this.#options.nowUs() } as const;
      const ended: Source = isFile(source)
        ? { ...failed, error: INTERRUPTED }
        : source.kind === 'folder'
          ? { ...failed, error: GOES_ON }
          : { ...source, state: 'complete', endedUs: source.health.lastUs };
      await this.#told(site, ended);
    }
  }

  /** Everything that the site knows comes from files that are there still, and not from a baseline that was carried into it. */
  async #mayReadAnew(site: LiveSite): Promise<boolean> {
    const isOfFiles = [...site.sources.values()].every((source) => isFile(source) && existsSync(source.path));
    if (!isOfFiles) return false;
    const carried = await this.#options.store.db
      .selectFrom('journal')
      .select('seq')
      .where('site_id', '=', site.id)
      .where('action', '=', 'baseline.restore')
      .limit(1)
      .executeTakeFirst();
    return carried === undefined;
  }

  /** All files of a site from their start, in their order; those that could not be read at all stay as they are. */
  async #readAnew(site: LiveSite): Promise<void> {
    const sources = [...site.sources.values()].filter(({ state, health }) => state !== 'failed' || health.frames > 0);
    // Killed before they are read they are found open, with frames that are not in the picture, and all are read once more.
    for (const source of sources)
      if (source.state === 'complete' || source.state === 'failed')
        await this.#told(site, { ...source, state: 'reading' });
    await this.#forget(site);
    for (const source of sources) {
      const again: Source = {
        ...source,
        state: 'waiting',
        error: '',
        health: emptyHealth(),
        warnings: [],
        progress: 0,
      };
      site.sources.set(source.id, again);
      this.#enqueue(() => this.#readFile(site, again));
    }
  }

  /** Writes what is now said of a source. */
  async #told(site: LiveSite, source: Source): Promise<void> {
    site.sources.set(source.id, source);
    await this.#options.store.writer.submit({ put: { source: [sourceRow(source)] } }, { background: true });
  }

  async #readFile(site: LiveSite, source: Source): Promise<void> {
    // What was opened before it may have been read to its end only now.
    const others = [...site.sources.values()].filter(({ id }) => id !== source.id);
    const same = await sameRecording(source.path, others);
    const failed = async (error: string): Promise<void> => {
      await this.#told(site, { ...source, state: 'failed', error, endedUs: this.#options.nowUs() });
      this.#options.onChange(site);
    };
    if (same !== undefined) return failed(hereAlready(same.name));
    const file = await openCaptureFile(source.path).catch((error: unknown) => {
      if (error instanceof OperatingError) return error;
      throw error;
    });
    // It may be gone since it was opened: others were read before it.
    if (file instanceof OperatingError) return failed(`${file.message} ${file.whatToDo}`);
    await this.#read(site, source, {
      chunks: file.chunks(),
      read: () => file.bytesRead,
      size: file.sizeBytes,
      state: 'reading',
    });
  }

  async #read(site: LiveSite, source: Source, input: Input): Promise<void> {
    const { nowUs, nowMs, store } = this.#options;
    let isRead = false;
    site.busy++;
    try {
      // What is on the wire now does not wait for thousands of process cells.
      const isNow = source.kind === 'live' || source.kind === 'stream';
      const { runtime, model, detection } = await (isNow ? site.open() : site.load());
      const { ring } = input;
      const same = source.kind === 'live' ? this.#sameOf(site) : undefined;
      same?.begin(source.id, source.name);
      const run = new SourceRun({
        source: { ...source, state: input.state },
        runtime,
        chunks: input.chunks,
        nowUs,
        nowMs,
        progress: () => (Number.isNaN(input.size) ? Number.NaN : Math.min(1, input.read() / Math.max(1, input.size))),
        turn: () => turn(),
        onFault: (error) => this.#options.onError(error),
        settled: () => detection.feed.settled(),
        ...(input.skip && { skip: input.skip }),
        ...(input.ownMacs && { ownMacs: input.ownMacs }),
        ...(input.dropped && { dropped: input.dropped }),
        ...(input.isLive && { isLive: input.isLive }),
        ...(input.sides && { sides: input.sides }),
        ...(input.onSilent && { onSilent: input.onSilent }),
        onFrames: (batch: FrameBatch) => {
          ring?.append(ringName(site.id, source.id), batch);
          same?.note(source.id, batch);
        },
      });
      site.sources.set(source.id, run.source);
      const stop = (): void => {
        run.stop();
        input.stop?.();
      };
      const lost = new Set<number>();
      this.running.set(source.id, {
        site,
        run,
        startedMs: nowMs(),
        read: input.read,
        size: input.size,
        stop,
        ring,
        lost,
      });
      if (this.#closing) stop();
      this.#options.onChange(site);
      await run.run();
      isRead = true;
      this.running.delete(source.id);
      same?.end(source.id);
      if (same?.isIdle === true) {
        this.#same.delete(site);
        site.troubles.delete('same');
      }
      // A file that was left because the program ends is not complete: the next start reads it again.
      const cut = this.#closing && isFile(source) && (run.isCut || input.read() < input.size);
      site.sources.set(source.id, cut ? { ...run.source, state: 'reading', endedUs: 0 } : run.source);
      // Others of the folder are in the same picture: it cannot be read anew, and is not said to be whole.
      if (this.#closing && source.kind === 'folder' && run.isCut)
        site.sources.set(source.id, { ...run.source, state: 'failed', error: GOES_ON });
      // How far it came stands with what was kept of it, by the last save.
      if (cut) return;
      await this.#options.onRead(site);
      await site.save(nowUs(), this.#leavesInShort);
      await pinFrames(store, site.id, run.source, { model, findings: detection.triage.findings() }, ring, { lost });
    } catch (error) {
      this.running.delete(source.id);
      // What was read is in the picture, and what could not be written waits for the next save: it is not to be read once more.
      if (!isRead) {
        const text = error instanceof Error ? error.message : String(error);
        site.sources.set(source.id, { ...source, state: 'failed', error: text, endedUs: nowUs() });
      }
      this.#options.onError(error);
    } finally {
      site.busy--;
      this.#options.onChange(site);
    }
  }

  async #openStream(request: Extract<SourceRequest, { kind: 'stream' }>, userId: string): Promise<Uploaded> {
    const stamp = Math.round(this.#options.nowUs() / 1000).toString(36);
    const site = await this.#siteOf(request.site, `stream-${stamp}`, request.name, 'capture');
    const source = newSource(this.#options, site, { id: `s-${stamp}`, kind: 'stream', name: request.name, path: '' });
    // One that ended before goes on with this one: it is no blind spot any more.
    for (const before of site.sources.values())
      if (before.kind === 'stream' && before.state === 'failed')
        await this.#told(site, { ...before, state: 'complete' });
    await this.#record(site, source, userId);
    const { chunks, read, stop } = openInput(request.fd);
    this.#goLive(stop, () => this.#read(site, source, { chunks, read, size: Number.NaN, state: 'reading', stop }));
    return { site: site.id, source: source.id, known: false, as: '' };
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

  /** `isWhole`: all that was learned is written, however long that takes. */
  async close(isWhole = false): Promise<void> {
    this.#closing = true;
    this.#leavesInShort = !isWhole;
    await Promise.all(this.#opening);
    for (const { stop } of this.running.values()) stop();
    for (const stop of this.#stops) stop();
    await Promise.all([this.#queue, ...this.#background]);
    await (await this.#ring)?.close();
  }
}
