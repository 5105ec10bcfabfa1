/** Every URL of the console. Pages are scripts of their own, fetched after the first one; the search part holds filters, sort and the open frame. */

import type { QueryClient } from '@tanstack/react-query';
import { createRootRoute, createRoute, createRouter, Link, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { setPerson } from './lib/api.ts';
import { meQuery, sitesQuery, statusQuery } from './lib/site.ts';
import { Loading, Problem } from './parts/basics.tsx';
import { loadEvidence } from './shell/evidence-script.ts';
import { Root } from './shell/root.tsx';
import { Shell } from './shell/shell.tsx';

const text = (x: unknown): string | undefined =>
  typeof x === 'string' && x !== '' ? x : typeof x === 'number' ? String(x) : undefined;
/** What any page may carry in its URL. */
export interface Search {
  q?: string;
  sort?: string;
  /** Open frame: `source:number`. */
  frame?: string;
  /** Selection of a page (an asset on the map). */
  sel?: string;
  tab?: string;
  edges?: string;
  by?: string;
}
const search = (raw: Record<string, unknown>): Search => {
  const out: Record<string, string> = {};
  for (const k of ['q', 'sort', 'frame', 'sel', 'tab', 'edges', 'by']) {
    const v = text(raw[k]);
    if (v !== undefined) out[k] = v;
  }
  return out;
};

/** The first page comes first. */
const PRELOAD_AFTER_MS = 1500;

export const makeRouter = (client: QueryClient) => {
  const root = createRootRoute({
    component: Root,
    validateSearch: search,
    errorComponent: ({ error }) => <Problem error={error} />,
  });
  const setup = createRoute({
    getParentRoute: () => root,
    path: '/setup',
    component: lazyRouteComponent(() => import('./pages/enter.tsx'), 'SetupPage'),
  });
  const login = createRoute({
    getParentRoute: () => root,
    path: '/login',
    component: lazyRouteComponent(() => import('./pages/enter.tsx'), 'LoginPage'),
  });

  /** Everything behind the login. */
  const inside = createRoute({
    getParentRoute: () => root,
    id: 'inside',
    component: Shell,
    beforeLoad: async ({ location }) => {
      // Asked for at once: the first screen waits for the slowest of them, not for one after the other.
      const me = client.ensureQueryData(meQuery);
      me.catch(() => undefined);
      // Times are told in the plant's zone: no page is shown before it is known, unless the list cannot be had.
      const sites = client.ensureQueryData(sitesQuery).catch(() => undefined);
      const status = await client.ensureQueryData(statusQuery);
      if (status.setupNeeded) throw redirect({ to: '/setup' });
      try {
        setPerson(await me);
      } catch (cause) {
        if ((cause as { status?: number }).status !== 401) throw cause;
        throw redirect({ to: '/login', search: { q: location.href } });
      }
      await sites;
    },
  });
  const home = createRoute({
    getParentRoute: () => inside,
    path: '/',
    beforeLoad: async () => {
      const { items } = await client.ensureQueryData(sitesQuery);
      const site = items.find((s) => s.busy) ?? items[0];
      if (site) throw redirect({ to: '/s/$site/now', params: { site: site.id }, replace: true });
    },
    component: lazyRouteComponent(() => import('./pages/welcome.tsx'), 'WelcomePage'),
  });
  const pages: { readonly path: string; readonly load: () => Promise<unknown> }[] = [];
  const page = <P extends string>(path: P, load: () => Promise<Record<string, unknown>>, name: string) => {
    pages.push({ path, load });
    return createRoute({
      getParentRoute: () => inside,
      path,
      component: lazyRouteComponent(load as () => Promise<Record<string, never>>, name as never),
    });
  };
  const tree = root.addChildren([
    setup,
    login,
    inside.addChildren([
      home,
      createRoute({
        getParentRoute: () => inside,
        path: '/s/$site',
        beforeLoad: ({ params }) => {
          throw redirect({ to: '/s/$site/now', params, replace: true });
        },
      }),
      page('/s/$site/now', () => import('./pages/now.tsx'), 'NowPage'),
      page('/s/$site/alerts', () => import('./pages/alerts.tsx'), 'AlertsPage'),
      page('/s/$site/alerts/$alert', () => import('./pages/alert.tsx'), 'AlertPage'),
      page('/s/$site/findings/$finding', () => import('./pages/finding.tsx'), 'FindingPage'),
      page('/s/$site/incidents', () => import('./pages/incidents.tsx'), 'IncidentsPage'),
      page('/s/$site/incidents/$incident', () => import('./pages/incident.tsx'), 'IncidentPage'),
      page('/s/$site/process', () => import('./pages/process.tsx'), 'ProcessPage'),
      page('/s/$site/process/$cell', () => import('./pages/cell.tsx'), 'CellPage'),
      page('/s/$site/learning', () => import('./pages/learning.tsx'), 'LearningPage'),
      page('/s/$site/windows', () => import('./pages/windows.tsx'), 'WindowsPage'),
      page('/s/$site/map', () => import('./pages/map/map.tsx'), 'MapPage'),
      page('/s/$site/assets', () => import('./pages/assets.tsx'), 'AssetsPage'),
      page('/s/$site/assets/$asset', () => import('./pages/asset/asset.tsx'), 'AssetPage'),
      page('/s/$site/flows', () => import('./pages/flows.tsx'), 'FlowsPage'),
      page('/s/$site/flows/$flow', () => import('./pages/messages/messages.tsx'), 'MessagesPage'),
      page('/s/$site/commands', () => import('./pages/commands.tsx'), 'CommandsPage'),
      page('/s/$site/points', () => import('./pages/points.tsx'), 'PointsPage'),
      page('/s/$site/points/$point', () => import('./pages/point.tsx'), 'PointPage'),
      page('/s/$site/coverage', () => import('./pages/coverage.tsx'), 'CoveragePage'),
      page('/s/$site/names', () => import('./pages/names.tsx'), 'NamesPage'),
      page('/s/$site/journal', () => import('./pages/journal.tsx'), 'JournalPage'),
      page('/s/$site/settings', () => import('./pages/settings.tsx'), 'SettingsPage'),
    ]),
  ]);
  const router = createRouter({
    routeTree: tree,
    defaultPreload: 'intent',
    defaultPendingMs: 150,
    defaultPendingComponent: () => <Loading lines={10} />,
    defaultErrorComponent: ({ error, reset }) => <Problem error={error} retry={reset} />,
    defaultNotFoundComponent: () => (
      <div className="state">
        <h1>There is no such page</h1>
        <p>
          The address may be an old one, or mistyped. The pages are at the left; <kbd>Ctrl K</kbd> finds any of them.
        </p>
        <Link to="/">To the first page</Link>
      </div>
    ),
  });
  // The script of the page that is opened comes beside those answers, and not after them.
  const first = /^\/s\/[^/]+\/([^/]+)(\/[^/]+)?/.exec(window.location.pathname);
  if (first !== null) {
    const path = first[2] === undefined ? `/s/$site/${first[1]}` : `/s/$site/${first[1]}/$`;
    pages
      .find((page) => page.path === path || page.path.startsWith(path))
      ?.load()
      .catch(() => undefined);
  }
  // A page whose script is fetched when Gatehouse is away takes the whole console down: all are fetched while it is here.
  const off = router.subscribe('onRendered', ({ toLocation }) => {
    if (!toLocation.pathname.startsWith('/s/')) return;
    off();
    setTimeout(() => {
      for (const load of [...pages.map((page) => page.load), loadEvidence]) load().catch(() => undefined);
    }, PRELOAD_AFTER_MS);
  });
  return router;
};
declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
