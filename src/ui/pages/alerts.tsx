/**
 * Alerts: the queue by rank, what was closed, and every finding behind it. Alerts that tell one incident are one line of the
 * queue, which opens in place: a person decides about matters, not about their symptoms. Worked off with the keyboard.
 */
import './alert/alert.css';
import './alerts/alerts.css';
import { Button, Tooltip } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback, useEffect, useMemo, useState } from 'react';
import type { AlertRow, FindingRow, IncidentRow } from '../../api/alerts.ts';
import { call } from '../lib/api.ts';
import { number, share } from '../lib/format.ts';
import { useMay } from '../lib/may.ts';
import { useSite } from '../lib/site.ts';
import { notify } from '../parts/notify.ts';
import { PageLink } from '../parts/page-link.tsx';
import { ListTable } from '../parts/table.tsx';
import { Tabs, tabSearch } from '../parts/tabs.tsx';
import { ReviewManyDialog, useChangeMany } from './alert/dialogs.tsx';
import { AlertBrief } from './alerts/brief.tsx';
import { closedColumns, findingColumns, rankedColumns } from './alerts/columns.tsx';
import { IncidentBrief, withIncidents } from './alerts/joined.tsx';
import { RateLine } from './alerts/rates.tsx';

const TABS = [
  { id: '', label: 'Queue' },
  { id: 'closed', label: 'Closed' },
  { id: 'findings', label: 'All findings' },
] as const;
const CHIPS = [
  // Who stands for an incident is its most pressing alert: the other ones need no place.
  { label: 'Urgent and high', q: 'priority:urgent,high folded:false' },
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
      <Tabs label="Alerts" tabs={TABS} tab={tab} choose={(id) => void navigate({ to: '.', search: tabSearch(id) })} />
      {tab === 'findings' ? (
        <ListTable<FindingRow>
          key="findings"
          list="findings"
          topic="alerts"
          unit={['finding', 'findings']}
          columns={findingColumns}
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
  const { sel } = useSearch({ strict: false }) as { sel?: string };
  // As they stood when they were chosen: nobody decides on what he has not seen.
  const [chosen, setChosen] = useState<ReadonlyMap<string, AlertRow>>(new Map());
  const ids = useMemo(() => new Set(chosen.keys()), [chosen]);
  const [reviewed, setReviewed] = useState<readonly AlertRow[]>([]);
  // The side bar asks for it anyway: while something is learned, an empty queue says less.
  const now = useQuery({
    queryKey: ['now', site],
    queryFn: ({ signal }) => call('now', { site }, undefined, signal),
  }).data;
  const incidents = useIncidents();
  useFollowed(incidents);
  const columns = useMemo(() => withIncidents(rankedColumns, incidents), [incidents]);
  const of = useCallback((a: AlertRow) => (incidents.has(a.incident) ? a.incident : ''), [incidents]);
  const changeMany = useChangeMany();
  const clear = () => setChosen(new Map());
  const acknowledge = useMutation({
    mutationFn: (alerts: readonly AlertRow[]) => changeMany(alerts, 'acknowledged'),
    onSuccess: clear,
    onError: notify.problem,
  });
  const toggle = (a: AlertRow) =>
    setChosen((old) => {
      const next = new Map(old);
      if (!next.delete(a.id)) next.set(a.id, a);
      return next;
    });
  /** What is chosen, and without a choice the row under the cursor: the panel beside the list has keys of its own. */
  const keys = (row: AlertRow | undefined): Readonly<Record<string, () => void>> => {
    const meant = chosen.size > 0 ? [...chosen.values()] : row === undefined || sel !== undefined ? [] : [row];
    if (!may || done || meant.length === 0) return {};
    const fresh = meant.filter((a) => a.state === 'new');
    return {
      a: () => fresh.length > 0 && !acknowledge.isPending && acknowledge.mutate(fresh),
      v: () => setReviewed(meant),
      ...(chosen.size > 0 ? { Escape: clear } : {}),
    };
  };
  return (
    <>
      {!done && <RateLine />}
      <ListTable<AlertRow>
        list="alerts"
        topic="alerts"
        unit={['alert', 'alerts']}
        columns={done ? closedColumns : columns}
        keyOf={(a) => a.id}
        fixed={done ? 'state:closed' : '-state:closed'}
        defaultSort={done ? '-last' : 'rank'}
        chips={done ? [] : CHIPS}
        open={(a) => void navigate({ to: '/s/$site/alerts/$alert', params: { site, alert: a.id } })}
        {...(may && !done ? { selected: { ids, toggle } } : {})}
        keys={keys}
        tools={
          chosen.size > 0 && (
            <span className="row" style={{ gap: 6 }}>
              <Tooltip label="Somebody takes care of them (a)">
                <Button loading={acknowledge.isPending} onClick={() => acknowledge.mutate([...chosen.values()])}>
                  Acknowledge {number(chosen.size)}
                </Button>
              </Tooltip>
              <Tooltip label="One verdict about all of them (v)">
                <Button onClick={() => setReviewed([...chosen.values()])}>Review {number(chosen.size)} …</Button>
              </Tooltip>
            </span>
          )
        }
        detail={{
          title: (a) => a.title,
          body: (a, next) => <AlertBrief key={a.id} row={a} next={next} hearsKeys={chosen.size === 0} />,
        }}
        {...(!done && {
          fold: {
            only: 'folded:false',
            of,
            under: (lead) => `under:=${lead.id}`,
            unit: ['to look at', 'to look at'],
            open: (incident) => void navigate({ to: '/s/$site/incidents/$incident', params: { site, incident } }),
            title: (id) => incidents.get(id)?.title,
            body: (id) => <IncidentBrief key={id} id={id} />,
          },
        })}
        empty={
          done
            ? {
                title: 'Nothing was closed yet',
                text: 'Alerts that a person is done with stand here, with the verdict.',
              }
            : now?.state === 'empty'
              ? {
                  title: 'Nothing was seen yet',
                  text: 'Without frames nothing can be judged: that no alert stands here says nothing about the plant.',
                }
              : {
                  title: 'No alert waits',
                  text: (
                    <>
                      {now?.learned.phase === 'learning' &&
                        `Still learning, ${share(now.learned.share)}: what is merely unusual is not told yet. `}
                      No evidence of anything odd in what is visible and learned.{' '}
                      <PageLink link="learning">Learning</PageLink> says what is not judged yet;{' '}
                      <PageLink link="coverage">Coverage</PageLink> what is not seen.
                    </>
                  ),
                }
        }
      />
      {reviewed.length > 0 && <ReviewManyDialog alerts={reviewed} onDone={clear} onClose={() => setReviewed([])} />}
    </>
  );
};

/** An incident that grew into another has a new id: who looks at it goes on looking at it. */
const useFollowed = (incidents: ReadonlyMap<string, IncidentRow>): void => {
  const site = useSite();
  const navigate = useNavigate();
  const { sel = '' } = useSearch({ strict: false }) as { sel?: string };
  const isGone = sel.startsWith('i-') && incidents.size > 0 && !incidents.has(sel);
  const { data } = useQuery({
    queryKey: ['incidents', site, 'followed', sel],
    queryFn: ({ signal }) => call('incident', { site, incident: sel }, undefined, signal),
    enabled: isGone,
    retry: false,
  });
  const now = isGone ? data?.incident.id : undefined;
  useEffect(() => {
    if (now !== undefined && now !== sel)
      void navigate({ to: '.', replace: true, search: (old: Record<string, unknown>) => ({ ...old, sel: now }) });
  }, [now, sel, navigate]);
};

/** As many stories as one answer holds; alerts of others stand alone. */
const MOST_INCIDENTS = 500;
const NONE: readonly IncidentRow[] = [];
const useIncidents = (): ReadonlyMap<string, IncidentRow> => {
  const site = useSite();
  const rows =
    useQuery({
      queryKey: ['incidents', site, 'queue'],
      queryFn: ({ signal }) => call('incidents', { site, sort: '-last', limit: MOST_INCIDENTS }, undefined, signal),
    }).data?.items ?? NONE;
  return useMemo(() => new Map(rows.map((i) => [i.id, i])), [rows]);
};
