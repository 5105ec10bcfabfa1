/**
 * The event stream: topics with versions, progress of sources. A changed topic makes the queries that show it fetch
 * again; long lists only say that there is something newer, so that no row moves under the reader's eyes.
 */
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useSyncExternalStore } from 'react';
import type { ChangeEvent, ProgressEvent, SiteMap } from '../../api/overview.ts';
import { FILE_PATHS } from '../../api/paths.ts';
import type { Topic } from '../../api/words.ts';
import { call, tellLoggedOut } from './api.ts';

export type Link = 'connecting' | 'live' | 'lost';
interface Live {
  readonly link: Link;
  /** Gatehouse has another console than the one that runs here. */
  readonly isOutdated: boolean;
  readonly progress: Readonly<Record<string, ProgressEvent>>;
  /** Newest version by `site topic`. */
  readonly versions: Readonly<Record<string, number>>;
}
let state: Live = { link: 'connecting', isOutdated: false, progress: {}, versions: {} };
const watchers = new Set<() => void>();
const set = (next: Partial<Live>): void => {
  state = { ...state, ...next };
  for (const w of watchers) w();
};
const subscribe = (w: () => void) => {
  watchers.add(w);
  return () => watchers.delete(w);
};
export const useLive = <T>(pick: (live: Live) => T): T => useSyncExternalStore(subscribe, () => pick(state));

/** The script that this page began with carries a hash in its name: where the page of now names another, this one is old. */
const lookForUpdate = async (): Promise<void> => {
  const script = document.querySelector('script[type="module"][src]')?.getAttribute('src');
  const page = await fetch('/', { cache: 'no-store' })
    .then((answer) => (answer.ok ? answer.text() : ''))
    .catch(() => '');
  if (script && page.includes('<script') && !page.includes(script)) set({ isOutdated: true });
};
/** After a refusal, which the browser takes as final. */
const OPEN_AGAIN_MS = 5000;

/** Which query keys begin with which topic. Lists (second element `list`) refresh on demand. */
const SHORTEST_REFRESH_MS = 1000;
/** The map of a large site is drawn anew: it follows more slowly. */
const LARGE_MAP_ASSETS = 1000;
const LARGE_MAP_REFRESH_MS = 30_000;

/** Opens the stream while mounted. The browser reconnects by itself and sends Last-Event-ID. */
export const useEventStream = (on: boolean): void => {
  const client = useQueryClient();
  useEffect(() => {
    if (!on) return;
    const maps = new Map<string, ReturnType<typeof setTimeout>>();
    const refreshMap = (site: string) => {
      if (maps.has(site)) return;
      const kept = client.getQueriesData<SiteMap>({ queryKey: ['map', site] });
      const most = Math.max(-1, ...kept.map(([, map]) => map?.assets ?? -1));
      if (most < 0) return;
      maps.set(
        site,
        setTimeout(
          () => {
            maps.delete(site);
            void client.invalidateQueries({ queryKey: ['map', site] });
          },
          most > LARGE_MAP_ASSETS ? LARGE_MAP_REFRESH_MS : 0,
        ),
      );
    };
    const due = new Map<string, ReturnType<typeof setTimeout>>();
    const refresh = (site: string, topic: Topic) => {
      const key = `${site} ${topic}`;
      if (due.has(key)) return;
      due.set(
        key,
        setTimeout(() => {
          due.delete(key);
          if (topic === 'sites' || topic === 'users' || topic === 'journal')
            void client.invalidateQueries({ queryKey: [topic] });
          else void client.invalidateQueries({ queryKey: [topic, site] });
          // The map has no topic of its own: it is drawn from assets and their conversations.
          if (topic === 'assets' || topic === 'flows') refreshMap(site);
        }, SHORTEST_REFRESH_MS),
      );
    };
    let source: EventSource;
    let again: ReturnType<typeof setTimeout> | undefined;
    const open = () => {
      source = new EventSource(FILE_PATHS.events.split(' ')[1] ?? '');
      source.onopen = () => {
        // What changed while the stream was away is not known: everything on screen is asked for again.
        if (state.link === 'lost') {
          void client.invalidateQueries();
          void lookForUpdate();
        }
        set({ link: 'live' });
      };
      source.onerror = () => {
        set({ link: 'lost' });
        // The browser comes back by itself from a line that broke, and never from an answer that is a refusal.
        if (source.readyState !== EventSource.CLOSED) return;
        again = setTimeout(open, OPEN_AGAIN_MS);
        call('me').catch(tellLoggedOut);
      };
      source.addEventListener('change', (e) => {
        const c = JSON.parse(e.data) as ChangeEvent;
        set({ versions: { ...state.versions, [`${c.site} ${c.topic}`]: c.version } });
        refresh(c.site, c.topic);
      });
      source.addEventListener('progress', (e) => {
        const p = JSON.parse(e.data) as ProgressEvent;
        const before = state.progress[p.source];
        set({ progress: { ...state.progress, [p.source]: p } });
        if (before?.state !== p.state) {
          refresh(p.site, 'sites');
          refresh(p.site, 'sources');
        }
      });
    };
    open();
    return () => {
      source.close();
      clearTimeout(again);
      for (const t of [...due.values(), ...maps.values()]) clearTimeout(t);
    };
  }, [client, on]);
};
