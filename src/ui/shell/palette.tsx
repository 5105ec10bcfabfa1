/** The command palette (Ctrl/Cmd-K): assets by name, address, vendor or model; points by their tag; alerts by their words; pages; actions. */
import { useMantineColorScheme } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { createSpotlight, Spotlight } from '@mantine/spotlight';
import {
  IconAdjustments,
  IconClockCheck,
  IconDeviceFloppy,
  IconFileSpreadsheet,
  IconFileUpload,
  IconGauge,
  IconSearch,
  IconSunMoon,
  IconSwitchHorizontal,
} from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type KeyboardEvent, useState } from 'react';
import { pointName } from '../../core/point-name.ts';
import { call } from '../lib/api.ts';
import { measured, number } from '../lib/format.ts';
import { useSite, useSites } from '../lib/site.ts';
import { shownValue } from '../parts/basics.tsx';
import { LevelMark, PriorityGlyph, ROLE_WORD, RoleGlyph } from '../parts/glyphs.tsx';
import { openUpload } from './drop.tsx';
import { PAGES } from './pages.ts';

const [store, spotlight] = createSpotlight();
/** Of the points that answer, shown. */
const MOST_POINTS = 5;
export const openPalette = (): void => spotlight.open();

export const Palette = () => {
  const [query, setQuery] = useState('');
  const [asked] = useDebouncedValue(query.trim(), 120);
  const site = useSite();
  const sites = useSites();
  const navigate = useNavigate();
  const { toggleColorScheme } = useMantineColorScheme();
  const found = useQuery({
    queryKey: ['assets', site, 'palette', asked],
    queryFn: ({ signal }) => call('assets', { site, q: quoted(asked), limit: 8 }, undefined, signal),
    enabled: site !== '' && asked !== '',
    placeholderData: keepPreviousData,
  });
  const foundAlerts = useQuery({
    queryKey: ['alerts', site, 'palette', asked],
    queryFn: ({ signal }) =>
      call('alerts', { site, q: `${quoted(asked)} -state:closed`, sort: 'rank', limit: 5 }, undefined, signal),
    enabled: site !== '' && asked !== '',
    placeholderData: keepPreviousData,
  });
  const foundPoints = useQuery({
    queryKey: ['points', site, 'palette', asked],
    queryFn: ({ signal }) => call('points', { site, q: quoted(asked), limit: MOST_POINTS }, undefined, signal),
    enabled: site !== '' && asked !== '',
    placeholderData: keepPreviousData,
  });
  const words = query.trim().toLowerCase();
  const fits = (text: string) => words.split(/\s+/).every((w) => text.toLowerCase().includes(w));
  const pages = site === '' ? [] : PAGES.filter((p) => fits(`${p.label} ${p.what}`));
  const otherSites = (sites.data?.items ?? []).filter((s) => s.id !== site && words !== '' && fits(s.name)).slice(0, 5);
  const here = { params: { site } };
  const onSite = [
    {
      label: 'Announce planned work (maintenance)',
      icon: IconClockCheck,
      run: () => void navigate({ to: '/s/$site/windows', ...here }),
    },
    {
      label: 'Save, compare or restore a baseline',
      icon: IconDeviceFloppy,
      run: () => void navigate({ to: '/s/$site/learning', ...here, search: { tab: 'baselines' } }),
    },
    {
      label: 'Set thresholds of detectors, learning time',
      icon: IconAdjustments,
      run: () => void navigate({ to: '/s/$site/learning', ...here, search: { tab: 'detectors' } }),
    },
    {
      label: 'Import an asset list (CSV, XLSX)',
      icon: IconFileSpreadsheet,
      run: () => void navigate({ to: '/s/$site/names', ...here }),
    },
  ];
  const actions = [
    { label: 'Analyse a capture file', icon: IconFileUpload, run: openUpload },
    ...(site === '' ? [] : onSite),
    { label: 'Switch light and dark', icon: IconSunMoon, run: () => toggleColorScheme() },
  ].filter((a) => fits(a.label));
  const assets = asked === '' ? [] : (found.data?.items ?? []);
  const alerts = asked === '' ? [] : (foundAlerts.data?.items ?? []);
  const points = asked === '' ? [] : (foundPoints.data?.items ?? []);
  // Answers come after the keystroke: as long as nothing was chosen with the arrows, Enter takes the first.
  const takeFirst = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || event.nativeEvent.isComposing) return;
    const list = document.getElementById(store.getState().listId);
    if (list === null || list.querySelector('[data-selected]') !== null) return;
    list.querySelector<HTMLElement>('[data-action]')?.click();
  };
  return (
    <Spotlight.Root
      store={store}
      query={query}
      onQueryChange={setQuery}
      shortcut={['mod + K']}
      scrollable
      maxHeight={440}
      size={620}
      transitionProps={{ duration: 0 }}
      clearQueryOnClose
    >
      <Spotlight.Search
        placeholder="Name, IP, MAC, model, tag, page …"
        leftSection={<IconSearch size={16} stroke={1.6} />}
        aria-label="Find"
        onKeyDown={takeFirst}
      />
      <Spotlight.ActionsList>
        {assets.length > 0 && (
          <Spotlight.ActionsGroup
            label={`Assets${found.data && found.data.total > 8 ? ` (8 of ${found.data.total})` : ''}`}
          >
            {assets.map((a) => (
              <Spotlight.Action
                key={a.id}
                onClick={() => void navigate({ to: '/s/$site/assets/$asset', params: { site, asset: a.id } })}
              >
                <span className="row grow" style={{ gap: 10 }}>
                  <RoleGlyph role={a.role} />
                  <strong className="cut">{a.name}</strong>
                  <span className="mono dim nowrap">{a.ips[0] ?? a.macs[0] ?? ''}</span>
                  <span className="dim small cut">
                    {[a.vendor, a.model].filter(Boolean).join(' ') || ROLE_WORD[a.role]}
                  </span>
                  <span className="grow" />
                  <LevelMark level={a.level} />
                </span>
              </Spotlight.Action>
            ))}
          </Spotlight.ActionsGroup>
        )}
        {points.length > 0 && (
          <Spotlight.ActionsGroup
            label={`Points${foundPoints.data && foundPoints.data.total > MOST_POINTS ? ` (${MOST_POINTS} of ${number(foundPoints.data.total)})` : ''}`}
          >
            {points.map((p) => (
              <Spotlight.Action
                key={p.id}
                onClick={() => void navigate({ to: '/s/$site/points/$point', params: { site, point: String(p.id) } })}
              >
                <span className="row grow" style={{ gap: 10 }}>
                  <IconGauge size={15} stroke={1.6} className="dim" />
                  <strong className="mono cut">{pointName(p.path)}</strong>
                  <span className="dim small cut">{p.asset.name}</span>
                  <span className="grow" />
                  <span className="mono dim nowrap">
                    {typeof p.value === 'number' ? measured(p.value) : shownValue(p.value)} {p.unit}
                  </span>
                </span>
              </Spotlight.Action>
            ))}
          </Spotlight.ActionsGroup>
        )}
        {alerts.length > 0 && (
          <Spotlight.ActionsGroup label="Alerts">
            {alerts.map((a) => (
              <Spotlight.Action
                key={a.id}
                onClick={() => void navigate({ to: '/s/$site/alerts/$alert', params: { site, alert: a.id } })}
              >
                <span className="row grow" style={{ gap: 10 }}>
                  <PriorityGlyph priority={a.priority} />
                  <span className="cut">{a.title}</span>
                  <span className="grow" />
                  <span className="dim small nowrap">{a.target.name}</span>
                </span>
              </Spotlight.Action>
            ))}
          </Spotlight.ActionsGroup>
        )}
        {pages.length > 0 && (
          <Spotlight.ActionsGroup label="Pages">
            {pages.map((p) => (
              <Spotlight.Action key={p.path} onClick={() => void navigate({ to: p.to, params: { site } })}>
                <span className="row grow" style={{ gap: 10 }}>
                  <p.icon size={15} stroke={1.6} className="dim" />
                  {p.label}
                  <span className="dim small">{p.what}</span>
                  <span className="grow" />
                  <kbd>g {p.key}</kbd>
                </span>
              </Spotlight.Action>
            ))}
          </Spotlight.ActionsGroup>
        )}
        {otherSites.length > 0 && (
          <Spotlight.ActionsGroup label="Sites">
            {otherSites.map((s) => (
              <Spotlight.Action
                key={s.id}
                onClick={() => void navigate({ to: '/s/$site/now', params: { site: s.id } })}
              >
                <span className="row" style={{ gap: 10 }}>
                  <IconSwitchHorizontal size={15} stroke={1.6} className="dim" />
                  {s.name}
                </span>
              </Spotlight.Action>
            ))}
          </Spotlight.ActionsGroup>
        )}
        {actions.length > 0 && (
          <Spotlight.ActionsGroup label="Actions">
            {actions.map((a) => (
              <Spotlight.Action key={a.label} onClick={a.run}>
                <span className="row" style={{ gap: 10 }}>
                  <a.icon size={15} stroke={1.6} className="dim" />
                  {a.label}
                </span>
              </Spotlight.Action>
            ))}
          </Spotlight.ActionsGroup>
        )}
        {words !== '' &&
          assets.length + points.length + alerts.length + pages.length + actions.length + otherSites.length === 0 &&
          !found.isFetching &&
          !foundPoints.isFetching && (
            <Spotlight.Empty>No asset, point, alert, page or action answers to that.</Spotlight.Empty>
          )}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
};

/** What a person types here is words, not filter terms: MAC addresses contain colons. */
const quoted = (text: string): string =>
  text
    .split(/\s+/)
    .map((w) => `"${w.replaceAll('"', '')}"`)
    .join(' ');
