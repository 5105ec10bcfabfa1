/**
 * One alert: opens on the chart or the comparison that proves it, says what to check, and takes the person's verdict. `j`
 * and `k` walk the queue, so that a shift can work it off without going back to the list.
 */
import './alert/alert.css';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useCallback } from 'react';
import type { AlertDetail, AlertRow } from '../../api/alerts.ts';
import { call } from '../lib/api.ts';
import { inWords, number } from '../lib/format.ts';
import { useKeys } from '../lib/keys.ts';
import { useSite } from '../lib/site.ts';
import { Ago, Panel, When } from '../parts/basics.tsx';
import { Fetched } from '../parts/fetched.tsx';
import {
  CertaintyMark,
  ImpactTag,
  IncidentTag,
  OpenMark,
  PriorityMark,
  StateMark,
  Statement,
  VerdictMark,
  WindowTag,
} from '../parts/finding-marks.tsx';
import { WhomToCall } from '../parts/whom-to-call.tsx';
import { AlertActions } from './alert/actions.tsx';
import { alertInShort } from './alert/in-short.ts';
import { Card, FindingBody, FindingFacts } from './alert/statement.tsx';

/** As far as the queue is walked from here. */
const QUEUE = 500;

export const AlertPage = () => {
  const site = useSite();
  const { alert = '' } = useParams({ strict: false }) as { alert?: string };
  const query = useQuery({
    queryKey: ['alerts', site, 'one', alert],
    queryFn: ({ signal }) => call('alert', { site, alert }, undefined, signal),
  });
  return (
    <Fetched
      query={query}
      what="the alert"
      back={
        <Link to="/s/$site/alerts" params={{ site }}>
          The queue
        </Link>
      }
    >
      {(detail) => <Loaded detail={detail} />}
    </Fetched>
  );
};

/** Its place among what is to be looked at, an incident being one, and within its incident. */
const placeWords = (queue: readonly AlertRow[], alert: AlertRow, waiting: number | undefined): string => {
  const same = queue.filter((a) => a.rank === alert.rank);
  const place = `${number(alert.rank ?? 0)}${waiting === undefined ? '' : ` of ${number(waiting)}`} to look at`;
  const within = same.findIndex((a) => a.id === alert.id) + 1;
  return same.length > 1 ? `${place}, alert ${number(within)} of ${number(same.length)} of its incident` : place;
};

const Loaded = ({ detail }: { detail: AlertDetail }) => {
  const { alert, finding } = detail;
  const site = useSite();
  const navigate = useNavigate();
  const queue = useQuery({
    queryKey: ['alerts', site, 'queue'],
    queryFn: ({ signal }) =>
      call('alerts', { site, q: '-state:closed', sort: 'rank', limit: QUEUE }, undefined, signal),
  });
  const ids = queue.data?.items.map((a) => a.id) ?? [];
  const place = ids.indexOf(alert.id);
  // The side bar asks for it anyway.
  const counts = useQuery({
    queryKey: ['now', site],
    queryFn: ({ signal }) => call('now', { site }, undefined, signal),
  }).data?.queue;
  const waiting = counts && counts.urgent + counts.high + counts.medium + counts.low;
  const goTo = useCallback(
    (id: string | undefined) =>
      id !== undefined && void navigate({ to: '/s/$site/alerts/$alert', params: { site, alert: id } }),
    [navigate, site],
  );
  const next = ids[place + 1];
  /** Done with it: the next of the queue, of the last one the one before, and then the list, which says that none waits. */
  const goOn = () => {
    if (place < 0) return;
    const other = next ?? ids[place - 1];
    if (other === undefined) void navigate({ to: '/s/$site/alerts', params: { site } });
    else goTo(other);
  };
  const evidence = finding.evidence[0];
  useKeys({
    j: () => goTo(next),
    k: () => goTo(place > 0 ? ids[place - 1] : undefined),
    ...(evidence
      ? {
          e: () =>
            void navigate({
              to: '.',
              search: (old: Record<string, unknown>) => ({ ...old, frame: `${evidence.source}:${evidence.frame}` }),
            }),
        }
      : {}),
  });
  return (
    <div className="page">
      <header className="finding-head">
        <div className="stack" style={{ gap: 4 }}>
          <span className="small dim">
            <Link to="/s/$site/alerts" params={{ site }}>
              Alerts
            </Link>{' '}
            / <span title={`kind:${alert.kind}`}>{inWords(alert.kind)}</span>
            {place >= 0 && (
              <>
                {' '}
                · {placeWords(queue.data?.items ?? [], alert, waiting)} <kbd>j</kbd> <kbd>k</kbd>
              </>
            )}
          </span>
          <h1>
            <Statement row={alert} />
          </h1>
          <span className="row wrap" style={{ gap: 10 }}>
            <PriorityMark priority={alert.priority} />
            {alert.impact !== 'none' && <ImpactTag impact={alert.impact} />}
            <StateMark state={alert.state} />
            <CertaintyMark certainty={alert.certainty} />
            <span className="dim small">
              since <When at={alert.firstAt} /> <Ago at={alert.firstAt} before="· " />
            </span>
            <OpenMark open={alert.open} at={alert.lastAt} long />
            {alert.assignee !== '' && <span className="dim small">{alert.assigneeName} takes care</span>}
            {alert.review !== '' && <VerdictMark verdict={alert.review} />}
            <WindowTag window={alert.window} />
            <IncidentTag incident={alert.incident} />
            {alert.overBudget && (
              <span
                className="tag outline"
                title="More came today than people here can look at; this is ranked below them"
              >
                beyond the day's budget
              </span>
            )}
          </span>
        </div>
        <AlertActions detail={detail} onDone={(closed) => closed && goOn()} />
      </header>
      <p className="in-short">
        {alertInShort(alert).join(' ')}{' '}
        {alert.incident !== '' && (
          <Link to="/s/$site/incidents/$incident" params={{ site, incident: alert.incident }}>
            It is a step of an incident: decide there.
          </Link>
        )}
      </p>
      <div className="columns">
        <FindingBody
          finding={finding}
          episodes={detail.episodes}
          onEpisode={(id) => void navigate({ to: '/s/$site/findings/$finding', params: { site, finding: id } })}
        />
        <div className="stack" style={{ gap: 14 }}>
          <Panel title="At a glance">
            <FindingFacts finding={finding} why={alert.why} />
          </Panel>
          <WhomToCall contacts={detail.contacts} />
          <Deeds detail={detail} />
          <Panel title="How it was found">
            <Card finding={finding} />
          </Panel>
        </div>
      </div>
    </div>
  );
};

/** Reviews and everything else that people did with it, newest first; of a new alert there is nothing to tell. */
const Deeds = ({ detail }: { detail: AlertDetail }) =>
  detail.reviews.length + detail.history.length === 0 ? null : (
    <Panel title="What people did" {...(detail.alert.assignee === '' ? { count: 'nobody has taken it' } : {})} flush>
      <ul className="deeds">
        {detail.reviews.map((r) => (
          <li key={`${r.at}${r.who}`}>
            <span className="row wrap" style={{ gap: 6 }}>
              <VerdictMark verdict={r.verdict} /> <span className="dim small">by {r.who},</span>{' '}
              <span className="dim small">
                <When at={r.at} />
              </span>
            </span>
            {r.reason !== '' && <div>{r.reason}</div>}
          </li>
        ))}
        {detail.history.map((h) => (
          <li key={`${h.at}${h.what}${h.text}`}>
            <span>{h.what}</span>{' '}
            <span className="dim small">
              by {h.who}, <When at={h.at} />
            </span>
            {h.text !== '' && <div>{h.text}</div>}
          </li>
        ))}
      </ul>
    </Panel>
  );
