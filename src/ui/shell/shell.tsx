/** The frame around every page: side bar, top line with site and search, status line, palette, evidence, dropped files. */
import { ActionIcon, Menu, Modal, Tooltip, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import {
  IconCheck,
  IconChevronDown,
  IconKeyboard,
  IconLogout,
  IconMoon,
  IconSearch,
  IconSun,
  IconUpload,
  IconUser,
} from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, Outlet, useNavigate, useParams, useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { call } from '../lib/api.ts';
import { dateTime, number, setZone } from '../lib/format.ts';
import { useKeys, useSequence } from '../lib/keys.ts';
import { useEventStream } from '../lib/live.ts';
import { useIsSessionOver } from '../lib/session.ts';
import { meQuery, useSite, useSites } from '../lib/site.ts';
import { Brand } from '../parts/glyphs.tsx';
import { notify } from '../parts/notify.ts';
import { DropCapture, openUpload } from './drop.tsx';
import { loadEvidence } from './evidence-script.ts';
import { KeyHelp } from './help.tsx';
import { Outdated } from './outdated.tsx';
import { PAGES } from './pages.ts';
import { openPalette, Palette } from './palette.tsx';
import { SessionOver } from './session-over.tsx';
import { StatusLine } from './status.tsx';
import { Lost, Unstored } from './unstored.tsx';

const EvidenceDrawer = lazy(() => loadEvidence().then((m) => ({ default: m.EvidenceDrawer })));

export const Shell = () => {
  const site = useSite();
  const params = useParams({ strict: false }) as { site?: string };
  const navigate = useNavigate();
  const sites = useSites();
  const here = sites.data?.items.find((s) => s.id === site);
  const [help, setHelp] = useState(false);
  const isSessionOver = useIsSessionOver();
  useEventStream(!isSessionOver);
  if (here) setZone(here.zone);
  const frame = useRouterState({ select: (s) => (s.location.search as { frame?: string }).frame });
  useKeys({ '?': () => setHelp(true) });
  useSequence(
    'g',
    Object.fromEntries(
      PAGES.map((p) => [p.key, () => params.site && void navigate({ to: p.to, params: { site: params.site } })]),
    ),
  );
  const path = useRouterState({ select: (s) => s.location.pathname });
  const main = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new page starts at its top
  useEffect(() => {
    main.current?.scrollTo({ top: 0 });
  }, [path]);
  return (
    <div className="shell">
      <a className="sr" href="#main">
        Skip to the page
      </a>
      <aside className="side">
        <Link to="/" className="brand" aria-label="Gatehouse, to the first page">
          <Brand />
          <span className="label">Gatehouse</span>
        </Link>
        {site !== '' && <SideNav site={site} />}
      </aside>
      <header className="top">
        <SiteSwitcher />
        <span className="grow" />
        <button type="button" className="searchbox" onClick={openPalette} title="Search assets, pages, actions">
          <IconSearch size={14} aria-hidden="true" />
          <span className="grow cut">Find an asset, a tag, a page …</span>
          <kbd>Ctrl K</kbd>
        </button>
        <span className="grow" />
        <Tooltip label="Analyse a capture file (or drop it anywhere)">
          <ActionIcon aria-label="Analyse a capture file" onClick={openUpload}>
            <IconUpload size={16} stroke={1.6} />
          </ActionIcon>
        </Tooltip>
        <Tooltip label="Keyboard (?)">
          <ActionIcon aria-label="Keyboard help" onClick={() => setHelp(true)}>
            <IconKeyboard size={17} stroke={1.6} />
          </ActionIcon>
        </Tooltip>
        <SchemeButton />
        <UserMenu />
      </header>
      <main className="main" id="main" ref={main} tabIndex={-1}>
        <Outdated />
        <Unstored unstored={sites.data?.unstored} />
        <Lost lost={sites.data?.lost} />
        <Outlet />
      </main>
      <StatusLine site={here} />
      <Palette />
      <DropCapture />
      {frame !== undefined && site !== '' && (
        <Suspense>
          <EvidenceDrawer site={site} at={frame} />
        </Suspense>
      )}
      {isSessionOver && <SessionOver />}
      <Modal opened={help} onClose={() => setHelp(false)} title="Keyboard" size="lg">
        <KeyHelp />
      </Modal>
    </div>
  );
};

const SideNav = ({ site }: { site: string }) => {
  const now = useQuery({ queryKey: ['now', site], queryFn: ({ signal }) => call('now', { site }, undefined, signal) });
  const loud = (rows: readonly { priority: string }[] | undefined): number =>
    (rows ?? []).filter((a) => a.priority === 'urgent' || a.priority === 'high').length;
  // Each number stands at the page where it is worked off; `+` where the first page of it is full of them.
  const badges: Readonly<Record<string, { count: number; more: boolean }>> = {
    now: {
      count: loud(now.data?.attention),
      more: (now.data?.attentionMore ?? 0) > 0 && loud(now.data?.attention) === now.data?.attention.length,
    },
    // An incident is one line of the queue: it counts here and under Incidents, as it stands in both.
    alerts: { count: (now.data?.queue.urgent ?? 0) + (now.data?.queue.high ?? 0), more: false },
    incidents: { count: loud(now.data?.incidents), more: (now.data?.incidentsMore ?? 0) > 0 },
  };
  let group = '';
  return (
    <nav className="nav" aria-label="Pages">
      {PAGES.map((p) => {
        const heading = p.group !== group ? p.group : '';
        group = p.group;
        const Icon = p.icon;
        const badge = badges[p.path];
        const loudly =
          badge === undefined || badge.count === 0 ? '' : ` ${badge.count}${badge.more ? '+' : ''} urgent or high`;
        return [
          heading !== '' && (
            <div key={heading} className="caps">
              {heading}
            </div>
          ),
          <Link
            key={p.path}
            to={p.to}
            params={{ site }}
            activeProps={{ className: 'here', 'aria-current': 'page' }}
            title={p.what}
          >
            <Icon size={16} stroke={1.6} aria-hidden="true" />
            <span className="label">{p.label}</span>
            {loudly !== '' && (
              <span className="badge tag high" title={loudly.trim()}>
                {badge?.count}
                {badge?.more && '+'}
                <span className="sr"> urgent or high</span>
              </span>
            )}
          </Link>,
        ];
      })}
    </nav>
  );
};

const SiteSwitcher = () => {
  const site = useSite();
  const navigate = useNavigate();
  const sites = useSites();
  const page = useRouterState({ select: (s) => s.location.pathname.split('/')[3] });
  const items = sites.data?.items ?? [];
  const here = items.find((s) => s.id === site);
  if (items.length === 0) return null;
  return (
    <Menu position="bottom-start" width={340}>
      <Menu.Target>
        <button type="button" className="switcher" aria-label={`Site: ${here?.name ?? 'none'}. Switch`}>
          <span className="cut">{here?.name ?? 'Choose a site'}</span>
          <IconChevronDown size={14} aria-hidden="true" className="dim" />
        </button>
      </Menu.Target>
      <Menu.Dropdown mah={420} style={{ overflow: 'auto' }}>
        <Menu.Label>Sites</Menu.Label>
        {items.map((s) => (
          <Menu.Item
            key={s.id}
            onClick={() => {
              const target = PAGES.find((p) => p.path === page) ?? PAGES[0];
              void navigate({ to: target.to, params: { site: s.id } });
            }}
            leftSection={s.id === site ? <IconCheck size={14} /> : <span style={{ width: 14, display: 'block' }} />}
            rightSection={<span className="dim tiny nowrap">{s.busy ? 'reading' : `${number(s.assets)} assets`}</span>}
          >
            <span className="cut" style={{ display: 'block' }}>
              {s.name}
            </span>
            {s.firstAt && (
              <span className="dim tiny" title={s.firstAt}>
                {dateTime(s.firstAt).slice(0, 16)}
              </span>
            )}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<IconUpload size={14} />} onClick={openUpload}>
          Analyse a capture file …
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
};

const SchemeButton = () => {
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light');
  const other = scheme === 'dark' ? 'light' : 'dark';
  return (
    <Tooltip label={`Switch to ${other}`}>
      <ActionIcon aria-label={`Switch to ${other}`} onClick={() => setColorScheme(other)}>
        {scheme === 'dark' ? <IconSun size={16} stroke={1.6} /> : <IconMoon size={16} stroke={1.6} />}
      </ActionIcon>
    </Tooltip>
  );
};

const UserMenu = () => {
  const me = useQuery(meQuery);
  const client = useQueryClient();
  const navigate = useNavigate();
  const leave = async () => {
    try {
      await call('logout');
    } catch (error) {
      return notify.problem(error);
    }
    client.clear();
    await navigate({ to: '/login' });
  };
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon aria-label={`User ${me.data?.name ?? ''}`}>
          <IconUser size={16} stroke={1.6} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {me.data?.name} · {me.data?.role}
        </Menu.Label>
        <Menu.Item leftSection={<IconLogout size={14} />} onClick={() => void leave()}>
          Log out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
};
