/** One asset: who it is and why we think so, then what it did and what was done to it, each with its evidence. */
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useRef } from 'react';
import type { AlertRow } from '../../../api/alerts.ts';
import type { AssetDetail } from '../../../api/assets.ts';
import type { ChangeRow, CommandRow, PointRow, SessionRow, WeirdRow } from '../../../api/traffic.ts';
import { call } from '../../lib/api.ts';
import { number } from '../../lib/format.ts';
import { useSite } from '../../lib/site.ts';
import { Loading, Problem, When } from '../../parts/basics.tsx';
import { ListTable } from '../../parts/table.tsx';
import { rankedColumns } from '../alerts/columns.tsx';
import './asset.css';
import { Addresses } from './addresses.tsx';
import { changeColumns, commandColumns, pointColumns, sessionColumns, weirdColumns } from './columns.tsx';
import { Facts } from './facts.tsx';
import { AssetHeader } from './header.tsx';
import { Overview } from './overview.tsx';

interface Tab {
  readonly id: string;
  readonly label: string;
  readonly count?: number;
}
const tabsOf = (a: AssetDetail, alerts: number | undefined): readonly Tab[] => [
  { id: '', label: 'Overview' },
  { id: 'alerts', label: 'Alerts', ...(alerts === undefined ? {} : { count: alerts }) },
  { id: 'facts', label: 'Facts', count: a.attributes.length },
  { id: 'points', label: 'Points', count: a.counts.points },
  { id: 'commands', label: 'Commands', count: a.counts.commands },
  { id: 'sessions', label: 'Sessions', count: a.counts.sessions },
  { id: 'timeline', label: 'Timeline', count: a.counts.changes },
  { id: 'oddities', label: 'Oddities', count: a.counts.weirds },
  { id: 'addresses', label: 'Addresses', count: a.endpoints.length },
];

export const AssetPage = () => {
  const site = useSite();
  const { asset: id } = useParams({ strict: false }) as { asset: string };
  const search = useSearch({ strict: false }) as { tab?: string };
  const query = useQuery({
    queryKey: ['assets', site, 'one', id],
    queryFn: ({ signal }) => call('asset', { site, asset: id }, undefined, signal),
  });
  const alerts = useQuery({
    queryKey: ['alerts', site, 'of', id],
    queryFn: ({ signal }) => call('alerts', { site, q: `asset:=${id} -state:closed`, limit: 1 }, undefined, signal),
  });
  if (query.isLoading) return <Loading lines={14} what="Loading the asset" />;
  if (query.error && !query.data) return <Problem error={query.error} retry={() => void query.refetch()} />;
  const asset = query.data;
  if (!asset) return null;
  const tabs = tabsOf(asset, alerts.data?.total);
  const tab = tabs.find((t) => t.id === search.tab)?.id ?? '';
  return (
    <div className="page full asset">
      <AssetHeader asset={asset} />
      <div className="asset-tabs">
        <Tabs tabs={tabs} tab={tab} site={site} asset={id} />
        <span className="asset-seen dim small">
          seen <When at={asset.firstAt} /> to <When at={asset.lastAt} />
        </span>
      </div>
      <div className="asset-tab" role="tabpanel" id="asset-tab" aria-labelledby={`tab-${tab}`}>
        <TabBody key={`${id} ${tab}`} tab={tab} asset={asset} />
      </div>
    </div>
  );
};

const Tabs = ({ tabs, tab, site, asset }: { tabs: readonly Tab[]; tab: string; site: string; asset: string }) => {
  const navigate = useNavigate();
  const row = useRef<HTMLDivElement>(null);
  const step = (by: number) => {
    const next = tabs[(tabs.findIndex((t) => t.id === tab) + by + tabs.length) % tabs.length];
    if (!next) return;
    void navigate({ to: '.', search: next.id === '' ? {} : { tab: next.id } });
    row.current?.querySelector<HTMLElement>(`#tab-${next.id}`)?.focus();
  };
  return (
    <div
      ref={row}
      className="tabs"
      role="tablist"
      aria-label="About this asset"
      onKeyDown={(e) => {
        if (e.key === 'ArrowRight' || e.key === 'ArrowLeft') {
          e.preventDefault();
          step(e.key === 'ArrowRight' ? 1 : -1);
        }
      }}
    >
      {tabs.map((t) => (
        <Link
          key={t.id}
          id={`tab-${t.id}`}
          role="tab"
          aria-selected={t.id === tab}
          aria-controls="asset-tab"
          tabIndex={t.id === tab ? 0 : -1}
          to="/s/$site/assets/$asset"
          params={{ site, asset }}
          search={t.id === '' ? {} : { tab: t.id }}
        >
          {t.label}
          {t.count !== undefined && <span className="dim small">{t.count === 0 ? 'none' : number(t.count)}</span>}
        </Link>
      ))}
    </div>
  );
};

const TabBody = ({ tab, asset }: { tab: string; asset: AssetDetail }) => {
  const site = useSite();
  const navigate = useNavigate();
  const fixed = `asset:=${asset.id}`;
  switch (tab) {
    case 'facts':
      return <Facts asset={asset} />;
    case 'addresses':
      return <Addresses asset={asset} />;
    case 'alerts':
      return (
        <ListTable<AlertRow>
          list="alerts"
          topic="alerts"
          unit={['alert', 'alerts']}
          columns={rankedColumns}
          keyOf={(a) => a.id}
          fixed={`asset:=${asset.id}`}
          defaultSort="rank"
          chips={[{ label: 'Not closed', q: '-state:closed' }]}
          open={(a) => void navigate({ to: '/s/$site/alerts/$alert', params: { site, alert: a.id } })}
          empty={{
            title: 'No alert about this device',
            text: 'No evidence of anything odd in what is visible of it. Learning says how much of it is judged.',
          }}
        />
      );
    case 'points':
      return (
        <ListTable<PointRow>
          list="points"
          topic="points"
          unit={['point', 'points']}
          columns={pointColumns}
          keyOf={(p) => p.id}
          fixed={fixed}
          defaultSort="path"
          chips={[{ label: 'Written', q: 'written:true' }]}
          open={(p) => void navigate({ to: '/s/$site/points/$point', params: { site, point: String(p.id) } })}
          empty={{
            title: 'No point was seen here',
            text: 'Nobody read or wrote a process variable of this device in the traffic that is visible.',
          }}
        />
      );
    case 'commands':
      return (
        <ListTable<CommandRow>
          list="commands"
          topic="commands"
          unit={['command', 'commands']}
          columns={commandColumns}
          keyOf={(c) => c.id}
          fixed={fixed}
          defaultSort="-last"
          chips={[
            { label: 'To it', q: `target:=${asset.id}` },
            { label: 'From it', q: `client:=${asset.id}` },
            { label: 'Writes', q: 'writes:true' },
            { label: 'Engineering', q: 'engineering:true' },
            { label: 'Refused', q: 'outcome:refused' },
          ]}
          keys={(row) => (row?.evidence[0] ? { e: () => openFrame(navigate, row.evidence[0]!) } : {})}
          empty={{
            title: 'No command was seen here',
            text: 'Nobody asked this device for anything, and it asked nobody, in the traffic that is visible.',
          }}
        />
      );
    case 'sessions':
      return (
        <ListTable<SessionRow>
          list="sessions"
          topic="commands"
          unit={['session', 'sessions']}
          columns={sessionColumns}
          keyOf={(s) => s.id}
          fixed={fixed}
          defaultSort="-last"
          keys={(row) => (row?.evidence[0] ? { e: () => openFrame(navigate, row.evidence[0]!) } : {})}
          empty={{
            title: 'No session was seen here',
            text: 'No log-in, and no connection that a protocol opens, was visible.',
          }}
        />
      );
    case 'timeline':
      return (
        <ListTable<ChangeRow>
          list="changes"
          topic="assets"
          unit={['change', 'changes']}
          columns={changeColumns}
          keyOf={(c) => c.id}
          fixed={fixed}
          defaultSort="-at"
          keys={(row) => (row?.evidence[0] ? { e: () => openFrame(navigate, row.evidence[0]!) } : {})}
          empty={{
            title: 'No change was seen',
            text: 'Mode, firmware, addresses and the rest stayed as they were first seen.',
          }}
        />
      );
    case 'oddities':
      return (
        <ListTable<WeirdRow>
          list="weirds"
          topic="commands"
          unit={['oddity', 'oddities']}
          columns={weirdColumns}
          keyOf={(w) => w.id}
          fixed={fixed}
          defaultSort="-last"
          keys={(row) => (row?.evidence[0] ? { e: () => openFrame(navigate, row.evidence[0]!) } : {})}
          empty={{
            title: 'No oddity was seen',
            text: 'Nothing that the specifications of the decoded protocols forbid.',
          }}
        />
      );
    default:
      return <Overview asset={asset} />;
  }
};

const openFrame = (navigate: ReturnType<typeof useNavigate>, e: { source: string; frame: number }) =>
  void navigate({ to: '.', search: (old: Record<string, unknown>) => ({ ...old, frame: `${e.source}:${e.frame}` }) });
