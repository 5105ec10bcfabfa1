/**
 * One incident: its story in sentences, how far it came, what usually comes next and where that would be seen, the timeline
 * across IT and OT, and what speaks against it being one story.
 */
import './alert/alert.css';
import './incident/incident.css';
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Fragment, useCallback, useMemo, useState } from 'react';
import type { IncidentDetail } from '../../api/alerts.ts';
import { call } from '../lib/api.ts';
import { dateTime, number, plural, zoneName } from '../lib/format.ts';
import { useKeys } from '../lib/keys.ts';
import { useMay } from '../lib/may.ts';
import { meQuery, useIsRecording, useSite, useSites } from '../lib/site.ts';
import { Ago, FramesOf, Panel, PartyLink, Span, When } from '../parts/basics.tsx';
import { Fetched } from '../parts/fetched.tsx';
import { CertaintyMark, ImpactTag, PriorityMark } from '../parts/finding-marks.tsx';
import { FormDialog } from '../parts/form-dialog.tsx';
import { ForOthers } from '../parts/others.tsx';
import { WhomToCall } from '../parts/whom-to-call.tsx';
import { takeHelp, takeWord } from './alert/take.ts';
import { useAlertsOfIncident, useIncidentChange } from './incident/acts.ts';
import { Decision } from './incident/decision.tsx';
import { inShort, mustStop } from './incident/in-short.ts';
import { Timeline } from './incident/lanes.tsx';
import { pathOf } from './incident/path.ts';
import { PathFigure } from './incident/path.tsx';
import { timelineOf } from './incident/timeline.ts';

export const IncidentPage = () => {
  const site = useSite();
  const { incident = '' } = useParams({ strict: false }) as { incident?: string };
  const query = useQuery({
    queryKey: ['incidents', site, incident],
    queryFn: ({ signal }) => call('incident', { site, incident }, undefined, signal),
  });
  return (
    <Fetched
      query={query}
      what="the incident"
      back={
        <Link to="/s/$site/incidents" params={{ site }}>
          All incidents
        </Link>
      }
    >
      {(detail) => <Loaded detail={detail} />}
    </Fetched>
  );
};

/** How it began and where it stands; a long way between them waits until it is asked for. */
const BEGINNING = 3;
const END = 5;
const Story = ({ sentences }: { sentences: readonly string[] }) => {
  const [all, setAll] = useState(false);
  const hidden = all ? 0 : Math.max(0, sentences.length - BEGINNING - END);
  const isFolded = (n: number) => hidden > 0 && n >= BEGINNING && n < sentences.length - END;
  return (
    <ol className="story">
      {sentences.map((s, n) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: sentences have no identity but their place
        <Fragment key={`${n} ${s}`}>
          {hidden > 0 && n === BEGINNING && (
            <li className="story-more">
              <button type="button" className="chip" onClick={() => setAll(true)}>
                {plural(hidden, 'sentence')} between
              </button>
            </li>
          )}
          <li value={n + 1} className={isFolded(n) ? 'story-folded' : ''}>
            {s}
          </li>
        </Fragment>
      ))}
    </ol>
  );
};

const Loaded = ({ detail }: { detail: IncidentDetail }) => {
  const { incident: i, steps } = detail;
  const site = useSite();
  const isRecording = useIsRecording();
  const navigate = useNavigate();
  const here = useSites().data?.items.find((s) => s.id === site);
  const sel = (useSearch({ strict: false }) as { sel?: string }).sel;
  const chosen = sel === undefined ? -1 : Number(sel) - 1;
  const choose = useCallback(
    (index: number) =>
      void navigate({
        to: '.',
        replace: true,
        search: (old: Record<string, unknown>) => ({ ...old, sel: String(index + 1) }),
      }),
    [navigate],
  );
  const rows = useMemo(() => timelineOf(steps, (at) => dateTime(at).slice(0, 10)), [steps]);
  const path = useMemo(() => pathOf(rows, detail.assets), [rows, detail.assets]);
  const deeds = rows.filter((r) => r.kind === 'step');
  const at = deeds.findIndex((r) => r.index === chosen || r.also.some((a) => a.index === chosen));
  const isChosen = (index: number) => deeds[at]?.index === index;
  // A click in the figure is answered there; who walks with the keys reads the timeline.
  const [isInFigure, setInFigure] = useState(false);
  const walk = (to: number) => {
    const next = deeds[Math.min(Math.max(to, 0), deeds.length - 1)];
    if (next === undefined) return;
    setInFigure(false);
    choose(next.index);
  };
  const step = steps[chosen];
  useKeys({
    j: () => walk(at + 1),
    k: () => walk(at - 1),
    ...(step
      ? { Enter: () => void navigate({ to: '/s/$site/findings/$finding', params: { site, finding: step.finding } }) }
      : {}),
  });
  return (
    <div className="page">
      <p className="print-only small">
        Gatehouse, {here?.name ?? site}. Incident {i.id}, as of{' '}
        {here?.lastAt ? dateTime(here.lastAt) : 'a time not known'} ({zoneName()}).
      </p>
      <header className="finding-head">
        <div className="stack" style={{ gap: 4 }}>
          <span className="small dim">
            <Link to="/s/$site/incidents" params={{ site }}>
              Incidents
            </Link>
          </span>
          <h1>{i.title}</h1>
          <span className="row wrap" style={{ gap: 10 }}>
            <PriorityMark priority={i.priority} />
            {i.impact !== 'none' && <ImpactTag impact={i.impact} />}
            {i.crosses && <span className="tag high">IT to OT</span>}
            <CertaintyMark certainty={i.certainty} />
            <span className={i.state === 'open' ? 'strong' : 'dim'}>{i.state}</span>
            <span className="dim small">
              <Span from={i.firstAt} to={i.lastAt} /> <Ago at={i.firstAt} before="· began " /> ·{' '}
              {plural(i.findings, 'finding')} · {plural(i.assets, 'asset')} ·{' '}
              {i.assigneeName === '' ? 'nobody has taken it' : `${i.assigneeName} takes care`}
            </span>
          </span>
        </div>
        <Actions detail={detail} />
      </header>
      <div className="in-short stack" style={{ gap: 6 }}>
        <p className="flat">{inShort(detail, isRecording, here?.lastAt ?? null).join(' ')}</p>
        {i.state === 'open' && (
          <p className="flat">
            <b>Must the plant stop?</b> {mustStop(detail).join(' ')} People decide.
          </p>
        )}
      </div>
      <nav className="on-page small no-print" aria-label="On this page">
        {PARTS.map(({ id, name }) => (
          <button key={id} type="button" className="linklike" onClick={() => show(id)}>
            {name}
          </button>
        ))}
      </nav>
      {deeds.length > 1 && (
        <Panel title="The way it took" count={`${plural(deeds.length, 'step')}, ${i.stage} at the end`} flush>
          <PathFigure
            path={path}
            chosen={chosen}
            isChosen={isChosen}
            choose={(index) => {
              setInFigure(true);
              choose(index);
            }}
          />
        </Panel>
      )}
      <div className="columns">
        <Decision detail={detail} />
        <Aside detail={detail} />
      </div>
      <Panel id="how-far" title="How far it came" count={`${i.stage}, ${i.stageNumber} of 12`}>
        <Stages detail={detail} />
      </Panel>
      <Panel id="story" title="Story" count={plural(detail.story.length, 'sentence')}>
        <Story sentences={detail.story} />
      </Panel>
      <Panel
        id="timeline"
        title="Timeline"
        count={`${plural(deeds.length, 'step')}${steps.length > deeds.length ? ` of ${plural(steps.length + detail.stepsMore, 'finding')}` : ''}`}
        flush
        actions={
          <span className="dim tiny">
            <kbd>j</kbd> <kbd>k</kbd> walk · <kbd>Enter</kbd> the finding
          </span>
        }
      >
        <Timeline rows={rows} more={detail.stepsMore} chosen={chosen} choose={choose} follows={!isInFigure} />
      </Panel>
      <div className="columns even">
        <Concerned detail={detail} />
        <Deeds detail={detail} />
      </div>
    </div>
  );
};

const Stages = ({ detail }: { detail: IncidentDetail }) => (
  <ol className="stages">
    {detail.stages.map((s) => {
      const reached = s.tactic === detail.incident.stage;
      const next = s.tactic === detail.next?.tactic;
      const state = s.findings > 0 ? (reached ? 'seen reached' : 'seen') : next ? 'next' : '';
      return (
        <li
          key={s.tactic}
          className={state}
          title={`${s.meaning}: ${s.findings > 0 && s.firstAt !== null ? `first at ${dateTime(s.firstAt)}` : 'nothing of it was seen'}`}
        >
          <b>{s.tactic}</b>
          {s.findings > 0 ? plural(s.findings, 'finding') : next ? 'usually next' : 'not seen'}
        </li>
      );
    })}
  </ol>
);

/** One page holds what the shift, the analyst and whoever decides want to know: each goes to his part at once. */
const PARTS = [
  { id: 'must-stop', name: 'Must the plant stop?' },
  { id: 'how-far', name: 'How far it came' },
  { id: 'story', name: 'Story' },
  { id: 'timeline', name: 'Timeline' },
  { id: 'concerned', name: 'Assets concerned' },
] as const;
const show = (id: (typeof PARTS)[number]['id']): void => {
  const part = document.getElementById(id);
  part?.scrollIntoView({ block: 'start' });
  // Who goes on with the keyboard or is read to goes on from there.
  part?.setAttribute('tabindex', '-1');
  part?.focus({ preventScroll: true });
};

const LANE_WORD = { it: 'IT', dmz: 'DMZ', ot: 'OT', unknown: '?' } as const;
const Aside = ({ detail }: { detail: IncidentDetail }) => (
  <div className="stack" style={{ gap: 14 }}>
    <section className="panel next-step" aria-label="Next expected step">
      <header>
        <h2>Next expected step</h2>
      </header>
      <div className="body stack" style={{ gap: 6 }}>
        {detail.next === null ? (
          <span>It reached the impact. What comes next is containment and recovery.</span>
        ) : (
          <>
            <span className="strong">{detail.next.tactic}</span>
            <span>{detail.next.text}</span>
            {detail.next.watch.length > 0 && (
              <>
                <h3>Watch</h3>
                <ul className="plain-list">
                  {detail.next.watch.map((w) => (
                    <li key={w}>{w}</li>
                  ))}
                </ul>
              </>
            )}
          </>
        )}
      </div>
    </section>
    <WhomToCall contacts={detail.contacts} />
    <Panel title="What speaks against it">
      {detail.doubts.length === 0 ? (
        <span className="dim">
          Nothing that Gatehouse knows of. It joins by who acted on whom and by order, not by intent.
        </span>
      ) : (
        <ul className="plain-list">
          {detail.doubts.map((d) => (
            <li key={d}>{d}</li>
          ))}
        </ul>
      )}
    </Panel>
  </div>
);

const Concerned = ({ detail }: { detail: IncidentDetail }) => (
  <Panel id="concerned" title="Assets concerned" count={number(detail.assets.length)} flush>
    <ul className="concerned">
      {detail.assets.map((a) => (
        <li key={`${a.party.id}${a.party.address}`}>
          <span className="level" title="Side">
            {LANE_WORD[a.lane]}
          </span>
          <PartyLink party={a.party} address={false} />
          <span className="dim small nowrap">{plural(a.findings, 'finding')}</span>
        </li>
      ))}
    </ul>
  </Panel>
);

const Deeds = ({ detail }: { detail: IncidentDetail }) => (
  <Panel title="What people did" flush>
    {detail.history.length === 0 ? (
      <p className="dim flat" style={{ padding: '10px 12px' }}>
        Nothing yet.
      </p>
    ) : (
      <ul className="deeds">
        {detail.history.map((h) => (
          <li key={`${h.at}${h.what}${h.text}`}>
            {h.what}{' '}
            <span className="dim small">
              by {h.who}, <When at={h.at} />
            </span>
            {h.text !== '' && <div>{h.text}</div>}
          </li>
        ))}
      </ul>
    )}
  </Panel>
);

const Actions = ({ detail }: { detail: IncidentDetail }) => {
  const { incident } = detail;
  const site = useSite();
  const me = useQuery(meQuery).data;
  const may = useMay('triage');
  const change = useIncidentChange(incident);
  const alerts = useAlertsOfIncident(incident);
  const [closing, setClosing] = useState(false);
  const mine = me !== undefined && incident.assignee === me.id;
  const take = () => me !== undefined && incident.state === 'open' && change.mutate({ assignee: mine ? '' : me.id });
  useKeys(may ? { t: take } : {});
  return (
    <div className="row wrap no-print" style={{ gap: 6 }}>
      {!may && <ForOthers work="triage" what="work it off" />}
      {may && incident.state === 'open' && me !== undefined && (
        <Button
          {...(incident.assignee === '' ? { variant: 'filled' } : {})}
          loading={change.isPending}
          title={takeHelp(mine, incident)}
          onClick={take}
        >
          {takeWord(mine, incident)}
        </Button>
      )}
      {may && (
        <Button
          loading={change.isPending || alerts.isPending}
          onClick={() => (incident.state === 'open' ? setClosing(true) : change.mutate({ state: 'open' }))}
        >
          {incident.state === 'open' ? 'Close the incident …' : 'Open again'}
        </Button>
      )}
      {closing && (
        <FormDialog
          title="Close the incident"
          act={incident.alerts === 0 ? 'Close it' : `Close it with ${plural(incident.alerts, 'alert')}`}
          ready
          send={() => alerts.mutateAsync('closed').then(() => undefined)}
          onClose={() => setClosing(false)}
        >
          <p className="flat">
            The alerts that tell it are closed with it and leave the queue; each has its line in the journal. A new
            episode of any of them opens it again.
          </p>
          <p className="flat dim small">
            Closing says that it is dealt with, not that it was false: review an alert to say what it was.
          </p>
        </FormDialog>
      )}
      <Button
        title="To hand over: all of this page on paper or as a PDF, every sentence of the story included"
        onClick={() => window.print()}
      >
        Report …
      </Button>
      <Link to="/s/$site/alerts" params={{ site }} search={{ q: `incident:=${incident.id}` }} className="small nowrap">
        Its alerts
      </Link>
      <FramesOf list="incidents" row={incident.id} />
    </div>
  );
};
