/** A live interface as a source: listened to until Gatehouse ends, and again when its capture ended by itself. */
import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import type { Uploaded } from '../api/index.ts';
import { OperatingError } from '../core/errors.ts';
import type { Source } from '../core/site.ts';
import { RequestError, type SourceRequest } from './engine-contract.ts';
import {
  interfacesOf,
  type LiveCapture,
  type LiveOptions,
  MAX_RESTART_MS,
  RESTART_MS,
  startLiveCapture,
} from './live-capture.ts';
import { type LiveSite, sourceRow } from './live-site.ts';
import { slug } from './site-id.ts';
import { newSource, type SourceWork } from './source-work.ts';
import { interfaceAway, interfaceSilent } from './troubles.ts';

/** Live interfaces and folders watched at a time. */
export const MAX_LIVE = 8;
/** Who starts it again, in the journal. */
const SYSTEM = 'system';

export const openLive = async (
  work: SourceWork,
  request: Extract<SourceRequest, { kind: 'live' }>,
  userId: string,
): Promise<Uploaded> => {
  if (work.live() >= MAX_LIVE) {
    throw new RequestError(
      409,
      'limit',
      `${MAX_LIVE} live sources are open already.`,
      'Run another instance for more.',
    );
  }
  const start = work.options.startLive ?? startLiveCapture;
  const pause = work.options.pause ?? ((ms, signal) => wait(ms, undefined, { signal }).catch(() => undefined));
  let onAway: NonNullable<LiveOptions['onAway']> = () => undefined;
  const asked: LiveOptions = { interface: request.interface, pause, onAway: (away) => onAway(away) };
  let capture: LiveCapture = await start(asked);
  const begun = await begin(work, request, userId).catch(async (error: unknown) => {
    await capture.stop();
    throw error;
  });
  const { site } = begun;
  let { source } = begun;
  onAway = (away) => tellAway(work, site, request.interface, away);
  const abort = new AbortController();
  const stop = (): void => {
    abort.abort();
    void capture.stop();
  };
  // Doubled before the first pause.
  let pauseMs = RESTART_MS / 2;
  /** Resolves with a capture that listens again, or undefined when the program ends first. */
  const again = async (): Promise<LiveCapture | undefined> => {
    for (; ; pauseMs = Math.min(2 * pauseMs, MAX_RESTART_MS)) {
      await pause(pauseMs, abort.signal);
      if (abort.signal.aborted) return undefined;
      const started = await start({ ...asked, mayLack: true }).catch(() => undefined);
      if (started === undefined) continue;
      onAway(started.away);
      return started;
    }
  };
  const listen = async (): Promise<void> => {
    for (;;) {
      const sinceMs = work.options.nowMs();
      await readLive(work, site, source, capture, stop);
      // Where reading failed before it began.
      await capture.stop();
      const ended = site.sources.get(source.id);
      if (abort.signal.aborted || ended?.state !== 'failed') return;
      // All of it is gone, which the source says itself.
      onAway(new Map());
      work.options.onError(new OperatingError('capture.ended', { interface: source.name, detail: ended.error }));
      const wasLong = work.options.nowMs() - sinceMs >= MAX_RESTART_MS;
      pauseMs = wasLong ? RESTART_MS : Math.min(2 * pauseMs, MAX_RESTART_MS);
      const next = await again();
      if (next === undefined) return;
      capture = next;
      if (abort.signal.aborted) return void (await capture.stop());
      source = await recordLive(work, site, request.interface, SYSTEM);
    }
  };
  work.goLive(stop, () => listen().finally(() => capture.stop()));
  return { site: site.id, source: source.id, known: false, as: '' };
};

const begin = async (
  work: SourceWork,
  request: Extract<SourceRequest, { kind: 'live' }>,
  userId: string,
): Promise<{ readonly site: LiveSite; readonly source: Source }> => {
  const site = await work.siteOf(request.site, 'live', 'live', 'live');
  return { site, source: await recordLive(work, site, request.interface, userId) };
};

const awayKey = (source: string, name: string): string => `away ${source} ${name}`;

/** Interfaces of a source of several that nothing comes from: told once each, and shown until they are there again. */
const tellAway = (
  work: SourceWork,
  site: LiveSite,
  source: string,
  away: ReadonlyMap<string, OperatingError>,
): void => {
  for (const name of interfacesOf(source)) {
    const key = awayKey(source, name);
    const error = away.get(name);
    if (error === undefined) site.troubles.delete(key);
    else if (!site.troubles.has(key)) {
      site.troubles.set(key, interfaceAway(name, source, error.message, work.options.nowUs()));
      work.options.onError(new OperatingError('capture.ended', { interface: name, detail: error.message }));
    }
  }
  work.options.onChange(site);
};

/** Interfaces of a source of several that are there and bring nothing while the others do. */
const tellSilent = (work: SourceWork, site: LiveSite, source: string, silent: ReadonlyMap<string, number>): void => {
  let changed = false;
  for (const name of interfacesOf(source)) {
    const key = `silent ${source} ${name}`;
    const lastUs = silent.get(name);
    // One that failed says so itself.
    const isTold = lastUs !== undefined && !site.troubles.has(awayKey(source, name));
    if (isTold === site.troubles.has(key)) continue;
    changed = true;
    if (isTold) site.troubles.set(key, interfaceSilent(name, source, lastUs));
    else site.troubles.delete(key);
  }
  if (changed) work.options.onChange(site);
};

/** A live source, from now on; earlier ones of the interface that failed are over: it is listened to again. */
const recordLive = async (work: SourceWork, site: LiveSite, name: string, userId: string): Promise<Source> => {
  const stamp = Math.round(work.options.nowUs() / 1000).toString(36);
  const id = `l-${slug(name)}-${stamp}`;
  for (const before of site.sources.values()) {
    if (before.kind !== 'live' || before.state !== 'failed' || before.path !== name) continue;
    const over: Source = { ...before, state: 'complete' };
    site.sources.set(before.id, over);
    await work.options.store.writer.submit({ put: { source: [sourceRow(over)] } }, { background: true });
  }
  const source = newSource(work.options, site, { id, kind: 'live', name, path: name });
  await work.record(site, source, userId);
  return source;
};

const readLive = async (
  work: SourceWork,
  site: LiveSite,
  source: Source,
  capture: LiveCapture,
  stop: () => void,
): Promise<void> => {
  const ring = await work.ring();
  const names = interfacesOf(source.path);
  const macs = await Promise.all(names.map(macOf));
  await work.read(site, source, {
    ownMacs: macs.filter((mac) => mac !== undefined),
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
    ...(names.length > 1 && { sides: names, onSilent: (silent) => tellSilent(work, site, source.path, silent) }),
  });
  tellSilent(work, site, source.path, new Map());
};

/** MAC address of an interface where the system tells it without asking the network (Linux). */
const macOf = async (name: string): Promise<string | undefined> => {
  try {
    const text = (await readFile(`/sys/class/net/${name}/address`, 'utf8')).trim();
    return /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(text) && text !== '00:00:00:00:00:00' ? text : undefined;
  } catch {
    return undefined;
  }
};
