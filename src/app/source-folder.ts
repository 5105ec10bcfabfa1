/** A folder that a recorder writes into, as sources one after another: each file, or the part of one that came since. */
import { basename, dirname, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Uploaded } from '../api/index.ts';
import { watchFolder } from '../capture/watch.ts';
import type { OperatingError } from '../core/errors.ts';
import type { SourceRequest } from './engine-contract.ts';
import { nextPart } from './folder-files.ts';
import { BEGUN_ANEW, GOES_ON } from './interrupted.ts';
import { FolderRhythm } from './rhythm.ts';
import { siteIdOf } from './site-id.ts';
import { newSource, type SourceWork } from './source-work.ts';
import { folderEmpty, folderGone, folderSilent } from './troubles.ts';

export const openFolder = async (
  work: SourceWork,
  request: Extract<SourceRequest, { kind: 'folder' }>,
  userId: string,
): Promise<Uploaded> => {
  const folder = resolve(request.path);
  const site = await work.siteOf(request.site, siteIdOf(basename(folder)), basename(folder), 'capture');
  const abort = new AbortController();
  const { nowUs } = work.options;
  const rhythm = new FolderRhythm();
  const silent = `silent ${folder}`;
  const judge = (): void => {
    // A folder that is gone is told already.
    const isBlind = !site.troubles.has(gone) && rhythm.isBlind(nowUs());
    if (isBlind === site.troubles.has(silent)) return;
    if (isBlind) site.troubles.set(silent, folderSilent(folder, rhythm.lastUs, rhythm.allowedUs));
    else site.troubles.delete(silent);
    work.options.onChange(site);
  };
  const pause = work.options.pause ?? ((ms, signal) => wait(ms, undefined, { signal }).catch(() => undefined));
  const clock = {
    now: work.options.nowMs,
    // Whoever waits has read all that is there.
    wait: async (ms: number): Promise<void> => {
      rhythm.waited();
      judge();
      await pause(ms, abort.signal);
    },
  };
  const gone = `folder ${folder}`;
  const since = nowUs();
  let isEmpty = ![...site.sources.values()].some(({ path }) => dirname(path) === folder);
  const tellEmpty = (): void => {
    if (isEmpty) site.troubles.set(`empty ${folder}`, folderEmpty(folder, since));
    else site.troubles.delete(`empty ${folder}`);
  };
  tellEmpty();
  const onProblem = (problem: OperatingError | undefined): void => {
    if (problem === undefined) {
      site.troubles.delete(gone);
      tellEmpty();
    } else {
      site.troubles.delete(`empty ${folder}`);
      site.troubles.set(gone, folderGone(folder, problem.message, work.options.nowUs()));
      work.options.onError(problem);
    }
    work.options.onChange(site);
  };
  const watch = async (): Promise<void> => {
    for await (const file of watchFolder(folder, { clock, signal: abort.signal, isKnown: true, onProblem })) {
      const next = await nextPart(site.sources.values(), file.path, file.again).catch(work.options.onError);
      if (next === undefined) continue;
      isEmpty = false;
      tellEmpty();
      const before = next.kind === 'known' ? next.source : next.after;
      for (const source of next.moved ?? []) await work.told(site, { ...source, path: file.path });
      // What was read of it is whole: nothing is missing, or the rest comes now.
      if (before?.error === GOES_ON) {
        const path = next.moved === undefined ? before.path : file.path;
        await work.told(site, { ...before, path, state: 'complete', error: '' });
      }
      if (next.kind === 'known') continue;
      if (next.gone?.error === GOES_ON) await work.told(site, { ...next.gone, error: BEGUN_ANEW });
      const { id, skip } = next;
      const name = skip === 0 ? basename(file.path) : `${basename(file.path)} from frame ${skip + 1}`;
      const source = newSource(work.options, site, { id, kind: 'folder', name, path: file.path });
      await work.record(site, source, userId);
      let read = 0;
      const counted = async function* (): AsyncGenerator<Uint8Array, void, void> {
        for await (const chunk of file.chunks()) {
          read += chunk.length;
          rhythm.grew(nowUs());
          judge();
          yield chunk;
        }
      };
      await work.read(site, source, {
        chunks: counted(),
        read: () => read,
        size: Number.NaN,
        state: 'reading',
        skip,
      });
      if (abort.signal.aborted) return;
    }
  };
  work.goLive(() => abort.abort(), watch);
  return { site: site.id, source: '', known: false, as: '' };
};
