/** Alerts: the queue by rank, what was closed, and every finding behind it. Worked off with the keyboard. */
import './alert/alert.css';
import './alerts/alerts.css';
import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import type { AlertRow, FindingRow } from '../../api/alerts.ts';
import { call } from '../lib/api.ts';
import { number, plural } from '../lib/format.ts';
import { useMay } from '../lib/may.ts';
import { useSite } from '../lib/site.ts';
import { PartyLink, When } from '../parts/basics.tsx';
import {
  CertaintyMark,
  Headline,
  ImpactTag,
  OpenMark,
  PointLink,
  PriorityMark,
  StateMark,
  SurpriseMark,
  VerdictMark,
} from '../parts/finding-marks.tsx';
import { notify } from '../parts/notify.ts';
import { type Column, ListTable } from '../parts/table.tsx';
import { useFreshAlerts } from './alert/dialogs.tsx';
import { AlertBrief } from './alerts/brief.tsx';
import { RateLine } from './alerts/rates.tsx';

const where = (row: AlertRow | FindingRow) =>
  row.points[0] === undefined ? (
    <PartyLink party={row.target} address={false} />
  ) : (
    <PointLink point={row.points[0]} asset={false} />
  );

const ranked: readonly Column<AlertRow>[] = [
  {
    id: 'rank',
    head: '#',
    width: '40px',
    sort: 'rank',
    end: true,
    cell: (a) => (a.rank === null ? <span className="dim">closed</span> : <span className="dim">{a.rank}</span>),
  },
  {
    id: 'priority',
    head: 'Priority',
    width: '88px',
    sort: 'priority',
    cell: (a) => <PriorityMark priority={a.priority} />,
  },
  { id: 'title', head: 'What', width: 'minmax(220px, 3fr)', sort: 'title', cell: (a) => <Headline row={a} /> },
  { id: 'where', head: 'Where', width: 'minmax(120px, 1.3fr)', cell: where },
  {
    id: 'actor',
    head: 'By whom',
    width: 'minmax(110px, 1fr)',
    sort: 'actor',
    from: 1150,
    cell: (a) =>
      a.actor === null ? <span className="dim">nobody acts</span> : <PartyLink party={a.actor} address={false} />,
  },
  {
    id: 'impact',
    head: 'Can touch',
    width: '92px',
    sort: 'impact',
    from: 1000,
    cell: (a) => <ImpactTag impact={a.impact} />,
  },
  {
    id: 'certainty',
    head: 'How sure',
    width: '84px',
    sort: 'certainty',
    from: 1280,
    cell: (a) => <CertaintyMark certainty={a.certainty} />,
  },
  {
    id: 'surprise',
    head: 'How unusual',
    width: '118px',
    sort: 'surprise',
    extra: true,
    cell: (a) => <SurpriseMark surprise={a.surprise} />,
  },
  { id: 'last', head: 'Last seen', width: '146px', sort: 'last', end: true, cell: (a) => <When at={a.lastAt} /> },
  {
    id: 'first',
    head: 'First seen',
    width: '146px',
    sort: 'first',
    end: true,
    extra: true,
    cell: (a) => <When at={a.firstAt} />,
  },
  {
    id: 'findings',
    head: 'Episodes',
    width: '74px',
    sort: 'findings',
    end: true,
    from: 1350,
    cell: (a) => number(a.findings),
  },
  { id: 'open', head: 'Now', width: '76px', sort: 'open', from: 1060, cell: (a) => <OpenMark open={a.open} /> },
  { id: 'state', head: 'State', width: '104px', sort: 'state', cell: (a) => <StateMark state={a.state} /> },
  {
    id: 'assignee',
    head: 'Taken by',
    width: '96px',
    sort: 'assignee',
    from: 1420,
    cell: (a) => (a.assigneeName === '' ? <span className="dim">nobody</span> : a.assigneeName),
  },
  {
    id: 'review',
    head: 'Review',
    width: '110px',
    sort: 'review',
    extra: true,
    cell: (a) => <VerdictMark verdict={a.review} />,
  },
  {
    id: 'kind',
    head: 'Kind',
    width: '140px',
    sort: 'kind',
    extra: true,
    cell: (a) => <span className="mono">{a.kind}</span>,
  },
  { id: 'detector', head: 'Detector', width: '110px', sort: 'detector', extra: true, cell: (a) => a.detector },
];
/** What is closed has no place in the queue; what people said about it comes first. */
const closed = ranked
  .filter((c) => c.id !== 'rank' && c.id !== 'state')
  .map((c) => (c.id === 'review' ? { ...c, extra: false } : c));

const findings: readonly Column<FindingRow>[] = [
  { id: 'last', head: 'Last seen', width: '146px', sort: 'last', end: true, cell: (f) => <When at={f.lastAt} /> },
  { id: 'title', head: 'What', width: 'minmax(220px, 3fr)', sort: 'title', cell: (f) => <Headline row={f} /> },
  { id: 'where', head: 'Where', width: 'minmax(120px, 1.3fr)', cell: where },
  {
    id: 'actor',
    head: 'By whom',
    width: 'minmax(110px, 1fr)',
    sort: 'actor',
    from: 1000,
    cell: (f) =>
      f.actor === null ? <span className="dim">nobody acts</span> : <PartyLink party={f.actor} address={false} />,
  },
  { id: 'kind', head: 'Kind', width: '150px', sort: 'kind', cell: (f) => <span className="mono">{f.kind}</span> },
  {
    id: 'surprise',
    head: 'How unusual',
    width: '118px',
    sort: 'surprise',
    cell: (f) => <SurpriseMark surprise={f.surprise} />,
  },
  {
    id: 'certainty',
    head: 'How sure',
    width: '84px',
    sort: 'certainty',
    cell: (f) => <CertaintyMark certainty={f.certainty} />,
  },
  { id: 'count', head: 'Times', width: '70px', sort: 'count', end: true, cell: (f) => number(f.count) },
  { id: 'open', head: 'Now', width: '76px', sort: 'open', cell: (f) => <OpenMark open={f.open} /> },
  {
    id: 'alert',
    head: 'Alert',
    width: '90px',
    from: 1100,
    cell: (f) => (f.alert === '' ? <span className="dim">none</span> : <AlertLink id={f.alert} />),
  },
];
const AlertLink = ({ id }: { id: string }) => {
  const site = useSite();
  return (
    <Link to="/s/$site/alerts/$alert" params={{ site, alert: id }} onClick={(e) => e.stopPropagation()}>
      open
    </Link>
  );
};

const TABS = [
  { id: '', label: 'Queue' },
  { id: 'closed', label: 'Closed' },
  { id: 'findings', label: 'All findings' },
] as const;
const CHIPS = [
  { label: 'Urgent and high', q: 'priority:urgent,high' },
  { label: 'Nobody looked', q: 'state:new' },
  { label: 'Goes on', q: 'open:true' },
  { label: 'Process', q: 'family:process' },
  { label: 'Outside planned work', q: '-window:*' },
];
const FINDING_CHIPS = [
  { label: 'Process', q: 'family:process' },
  { label: 'Goes on', q: 'open:true' },
  { label: 'No alert', q: '-alert:*' },
  { label: 'In planned work', q: 'window:*' },
];

export const AlertsPage = () => {
  const site = useSite();
  const navigate = useNavigate();
  const tab = (useSearch({ strict: false }) as { tab?: string }).tab ?? '';
  return (
    <div className="page full">
      <h1 className="sr">Alerts</h1>
      <div className="tabs" role="tablist" aria-label="Alerts">
        {TABS.map((t) => (
          <button
            key={t.id}
            type="button"
            role="tab"
            aria-selected={tab === t.id}
            onClick={() => void navigate({ to: '.', search: t.id === '' ? {} : { tab: t.id } })}
          >
            {t.label}
          </button>
        ))}
      </div>
      {tab === 'findings' ? (
        <ListTable<FindingRow>
          key="findings"
          list="findings"
          topic="alerts"
          unit={['finding', 'findings']}
          columns={findings}
          keyOf={(f) => f.id}
          defaultSort="-last"
          chips={FINDING_CHIPS}
          open={(f) => void navigate({ to: '/s/$site/findings/$finding', params: { site, finding: f.id } })}
          empty={{
            title: 'No detector stated anything yet',
            text: 'What needs learning says nothing before it has learned: Learning shows how far that is.',
          }}
        />
      ) : (
        <Queue key={tab} done={tab === 'closed'} />
      )}
    </div>
  );
};

const Queue = ({ done }: { done: boolean }) => {
  const site = useSite();
  const navigate = useNavigate();
  const may = useMay('triage');
  const fresh = useFreshAlerts();
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const change = useMutation({
    mutationFn: (state: 'acknowledged' | 'closed') =>
      call('changeAlerts', { site }, { alerts: [...ids], change: { state } }),
    onSuccess: async (r, state) => {
      notify.info(`${plural(r.changed, 'alert')} ${state}`);
      setIds(new Set());
      await fresh();
    },
    onError: notify.problem,
  });
  const toggle = (a: AlertRow) =>
    setIds((old) => {
      const next = new Set(old);
      if (!next.delete(a.id)) next.add(a.id);
      return next;
    });
  return (
    <>
      {!done && <RateLine />}
      <ListTable<AlertRow>
        list="alerts"
        topic="alerts"
        unit={['alert', 'alerts']}
        columns={done ? closed : ranked}
        keyOf={(a) => a.id}
        fixed={done ? 'state:closed' : '-state:closed'}
        defaultSort={done ? '-last' : 'rank'}
        chips={done ? [] : CHIPS}
        open={(a) => void navigate({ to: '/s/$site/alerts/$alert', params: { site, alert: a.id } })}
        {...(may && !done ? { selected: { ids, toggle } } : {})}
        tools={
          ids.size > 0 && (
            <span className="row" style={{ gap: 6 }}>
              <Button loading={change.isPending} onClick={() => change.mutate('acknowledged')}>
                Acknowledge {ids.size}
              </Button>
              <Button loading={change.isPending} onClick={() => change.mutate('closed')}>
                Close {ids.size}
              </Button>
            </span>
          )
        }
        detail={{ title: (a) => a.title, body: (a) => <AlertBrief key={a.id} row={a} /> }}
        empty={
          done
            ? {
                title: 'Nothing was closed yet',
                text: 'Alerts that a person is done with stand here, with the verdict.',
              }
            : {
                title: 'No alert waits',
                text: 'No evidence of anything odd in what is visible and learned. Learning says what is not judged yet; Coverage says what is not seen.',
              }
        }
      />
    </>
  );
};
