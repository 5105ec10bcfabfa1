/** Now: what needs a person, most important first; the posture in one honest sentence; blind spots; a few vital numbers. */

import { IconChevronRight, IconEyeOff } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactNode, useCallback, useEffect, useRef } from 'react';
import type { Attention, Now } from '../../api/overview.ts';
import { call } from '../lib/api.ts';
import { dateTime, duration, inPlantTime, number, plural, share } from '../lib/format.ts';
import { useKeys } from '../lib/keys.ts';
import { useLive } from '../lib/live.ts';
import { useIsRecording, useSite } from '../lib/site.ts';
import { Empty, EvidenceLinks, Panel, PartyLink, Unknown, When } from '../parts/basics.tsx';
import { Fetched } from '../parts/fetched.tsx';
import { PRIORITY_WORD, PriorityGlyph } from '../parts/glyphs.tsx';
import { PageLink } from '../parts/page-link.tsx';
import { openUpload } from '../shell/drop.tsx';
import { LastDay } from './now/day.tsx';
import { Recording } from './now/recording.tsx';
import { StagedAttack } from './now/staged.tsx';
import { StillLearning } from './now/still-learning.tsx';
import { MOST_ALERTS, Waiting } from './now/waiting.tsx';
import './now.css';

const KIND_WORD: Readonly<Record<Attention['kind'], string>> = {
  'blind-spot': 'blind spot',
  capture: 'capture',
  engineering: 'engineering',
  refused: 'refused',
  write: 'write',
  'new-device': 'new device',
  contradiction: 'contradiction',
  'clear-credential': 'clear credential',
  oddity: 'oddity',
  external: 'outside',
};
const LINK_WORD = (link: string): string => `Rows behind it: ${link.split('?')[0]}`;

const Item = ({ item, open, toggle }: { item: Attention; open: boolean; toggle: () => void }) => {
  const ref = useRef<HTMLLIElement>(null);
  const was = useRef(open);
  useEffect(() => {
    if (open && !was.current) ref.current?.scrollIntoView({ block: 'nearest' });
    was.current = open;
  }, [open]);
  return (
    <li ref={ref} className={open ? 'attention open' : 'attention'} data-priority={item.priority}>
      <button type="button" className="attention-line" aria-expanded={open} onClick={toggle}>
        <PriorityGlyph priority={item.priority} size={14} />
        <span className={`attention-word p-${item.priority}`}>{PRIORITY_WORD[item.priority]}</span>
        <span className="attention-title">{item.title}</span>
        <span className="tag outline">{KIND_WORD[item.kind]}</span>
        {item.impact !== 'none' && (
          <span className="tag" title="What it can touch">
            {item.impact}
          </span>
        )}
        <span className="attention-when dim small">
          {item.count > 1 && <span title={`${number(item.count)} times`}>×{number(item.count)}</span>}
          {item.lastAt && <When at={item.lastAt} />}
        </span>
        <IconChevronRight size={14} stroke={1.6} aria-hidden="true" className="attention-chevron dim" />
      </button>
      {open && (
        <div className="attention-body">
          <dl className="kv">
            <Said term="What happened">{item.what}</Said>
            <Said term="Compared with">{item.comparedWith}</Said>
            <Said term="May be innocent">{item.innocent}</Said>
            <Said term="Check next">{item.check}</Said>
            {item.parties.length > 0 && (
              <>
                <dt>Who</dt>
                <dd className="attention-parties">
                  {item.parties.slice(0, 8).map((p, i) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: the same party may be named twice
                    <PartyLink key={`${p.address}${i}`} party={p} />
                  ))}
                  {item.parties.length > 8 && <span className="dim">and {item.parties.length - 8} more</span>}
                </dd>
              </>
            )}
            {item.firstAt && item.lastAt && item.firstAt !== item.lastAt && (
              <>
                <dt>When</dt>
                <dd>
                  <When at={item.firstAt} /> to <When at={item.lastAt} />
                </dd>
              </>
            )}
            <dt>Evidence</dt>
            <dd className="row wrap">
              {item.evidence.length > 0 ? (
                <EvidenceLinks evidence={item.evidence} most={6} />
              ) : (
                <span className="dim">a summary of many frames, no single one</span>
              )}
              {item.link !== '' && <PageLink link={item.link}>{LINK_WORD(item.link)}</PageLink>}
            </dd>
          </dl>
        </div>
      )}
    </li>
  );
};
const Said = ({ term, children }: { term: string; children: string }) =>
  children === '' ? null : (
    <>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </>
  );

const STATE: Readonly<Record<Now['state'], { word: string; why: string }>> = {
  learning: { word: 'Learning', why: 'Too little was seen for comparisons.' },
  watching: { word: 'Watching', why: 'Frames are there, and comparisons are made.' },
  blind: { word: 'Blind', why: 'Sources are silent or not usable: nothing can be said about now.' },
  empty: { word: 'Nothing seen', why: 'No frame has come in yet.' },
};

/** Longer than anybody watches without a break: captures of several years side by side, or clocks that differ. */
const LONG_MS = 60 * 24 * 3_600_000;

const Posture = ({ now }: { now: Now }) => {
  const span = now.lastAt ? now.watchedSeconds * 1000 : undefined;
  // Nobody watches there any more.
  const isRecording = useIsRecording() && now.state === 'watching';
  // What to do comes first and large; how far it can be trusted after it.
  const [headline = '', ...rest] = now.posture.split(/(?<=\.) /);
  return (
    <section className={now.state === 'blind' ? 'posture blind' : 'posture'} aria-label="Posture">
      <div className="grow">
        <div className="row" style={{ gap: 6, marginBottom: 3 }}>
          {now.state === 'blind' && <PriorityGlyph priority="high" />}
          <span className="caps" title={STATE[now.state].why}>
            {isRecording ? 'Recording, read to its end' : STATE[now.state].word}
            {!isRecording && now.state === 'watching' && now.learned.phase === 'learning' && ' and learning'}
          </span>
          {span !== undefined && (
            <span className="dim small" title={`${now.firstAt} to ${now.lastAt}`}>
              {span > LONG_MS
                ? `frames from ${dateTime(now.firstAt ?? '').slice(0, 10)} to ${dateTime(now.lastAt ?? '').slice(0, 10)}`
                : `${span === 0 ? 'one moment' : duration(span)} of traffic, to ${dateTime(now.lastAt ?? '')}`}
            </span>
          )}
          {now.learning !== '' && (
            <PageLink link="learning" className="small">
              {now.learning}
            </PageLink>
          )}
        </div>
        <h1>{headline}</h1>
        {rest.length > 0 && <p className="dim posture-rest">{rest.join(' ')}</p>}
      </div>
      <PageLink link="coverage" className="visible">
        <span className="row" style={{ justifyContent: 'space-between', gap: 12 }}>
          <span className="dim small">Payload visible</span>
          <b>{now.visible === null ? <Unknown /> : share(now.visible)}</b>
        </span>
        <span className="visible-bar" aria-hidden="true">
          <i style={{ width: `${(now.visible ?? 0) * 100}%` }} />
        </span>
      </PageLink>
    </section>
  );
};

const Figure = ({ link, value, name, context }: { link: string; value: number; name: string; context: ReactNode }) => (
  <PageLink link={link} className="figure">
    <span className="figure-name">{name}</span>
    <span className="tiny dim cut">{context}</span>
    <b className={value === 0 ? 'dim' : ''}>{value === 0 ? 'none seen' : number(value)}</b>
  </PageLink>
);

const Figures = ({ now }: { now: Now }) => {
  const c = now.counts;
  // Without frames "none refused" would be a statement about nothing.
  if (now.state === 'empty') return null;
  const perController =
    c.controllers > 0 ? `${(c.points / c.controllers).toFixed(0)} a controller` : 'process variables';
  return (
    <Panel title="What was seen" flush>
      <Figure
        link="assets"
        value={c.assets}
        name="Assets"
        context={c.controllers === 0 ? 'no controller recognised' : plural(c.controllers, 'controller')}
      />
      <Figure
        link="flows"
        value={c.conversations}
        name="Conversations"
        context={
          c.undecodedConversations === 0
            ? 'all payload recognised'
            : `${number(c.undecodedConversations)} not recognised`
        }
      />
      <Figure link="points" value={c.points} name="Points" context={perController} />
      <Figure
        link="commands"
        value={c.commands}
        name="Commands"
        context={c.refused === 0 ? 'none refused' : `${number(c.refused)} refused`}
      />
      <Figure link="commands?q=writes:true" value={c.writers} name="Writers" context="who changed something" />
      <Figure
        link="commands?q=engineering:true"
        value={c.engineering}
        name="Engineering"
        context="mode, program, restart"
      />
      <Figure link="assets?q=role:external" value={c.external} name="Outside" context="addresses beyond the plant" />
    </Panel>
  );
};

/** Nothing is wrong with the capture: what is not seen all the same, each with the rows behind it. */
const NoLoss = ({ now }: { now: Now }) => {
  const { hidden, counts } = now;
  if (now.state === 'empty') return <p className="dim now-none">Not known before frames come in.</p>;
  const parts = [
    ...(hidden !== null && hidden.encrypted > 0 ? [`${share(hidden.encrypted)} is encrypted`] : []),
    ...(hidden !== null && hidden.undecoded > 0 ? [`${share(hidden.undecoded)} is not decoded`] : []),
  ];
  return (
    <div className="now-none stack" style={{ gap: 6 }}>
      <span>No loss found. Not seen all the same:</span>
      <ul className="plain-list">
        {parts.length > 0 && (
          <li>
            <PageLink link="coverage">{parts.join(', ')}</PageLink> of the payload.
          </li>
        )}
        {counts.oneWayConversations > 0 && (
          <li>
            Of <PageLink link="flows?q=oneway:true">{plural(counts.oneWayConversations, 'conversation')}</PageLink> one
            direction only: no answer is seen there.
          </li>
        )}
        <li className="dim">What no mirror port carries. That cannot be counted from here.</li>
      </ul>
    </div>
  );
};

/** What a person can do who sees nothing. */
const Begin = () => (
  <span className="begin">
    <span>
      <b>With a capture:</b> drop a pcap or pcapng file anywhere on this page, or{' '}
      <button type="button" className="chip" onClick={openUpload}>
        choose one
      </button>
    </span>
    <span>
      <b>On a mirror port:</b> start Gatehouse with <code className="mono">--interface NAME</code>;{' '}
      <code className="mono">gatehouse doctor NAME</code> says whether frames arrive there.
    </span>
    <span>
      <b>With a recorder:</b> a watched folder is read as soon as the first capture lies in it.{' '}
      <PageLink link="coverage">Coverage</PageLink> shows every source and why it is silent.
    </span>
  </span>
);

export const NowPage = () => {
  const site = useSite();
  const navigate = useNavigate();
  const query = useQuery({
    queryKey: ['now', site],
    queryFn: ({ signal }) => call('now', { site }, undefined, signal),
  });
  const search = useSearch({ strict: false }) as { sel?: string } & Record<string, unknown>;
  const reading = useLive((l) => Object.values(l.progress).find((p) => p.site === site && p.state === 'reading'));
  const items = query.data?.attention ?? [];
  const incidents = query.data?.incidents ?? [];
  const alerts = (query.data?.alerts ?? []).slice(0, MOST_ALERTS);
  // One walk over all that needs a person: incidents, alerts, then what the picture itself shows.
  const walk = [...incidents, ...alerts, ...items].map((x) => x.id);
  // Nothing chosen: the first one is, for that is what needs a person first. `-`: none.
  const sel = search.sel ?? walk[0] ?? '';
  const at = walk.indexOf(sel);
  const choose = useCallback(
    (id: string) =>
      void navigate({ to: '.', replace: true, search: (old: Record<string, unknown>) => ({ ...old, sel: id }) }),
    [navigate],
  );
  const step = (by: number) => {
    const next = walk[Math.min(Math.max(at + by, 0), walk.length - 1)];
    if (next !== undefined) choose(next);
  };
  const current = items.find((a) => a.id === sel);
  const incident = incidents.find((i) => i.id === sel);
  const alert = alerts.find((a) => a.id === sel);
  const evidence = current?.evidence[0];
  useKeys({
    j: () => step(1),
    ArrowDown: () => step(1),
    k: () => step(-1),
    ArrowUp: () => step(-1),
    Escape: () => choose('-'),
    r: () => void query.refetch(),
    ...(incident
      ? {
          Enter: () => void navigate({ to: '/s/$site/incidents/$incident', params: { site, incident: incident.id } }),
        }
      : {}),
    ...(alert
      ? { Enter: () => void navigate({ to: '/s/$site/alerts/$alert', params: { site, alert: alert.id } }) }
      : {}),
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
    <Fetched query={query} what="what needs a person">
      {(now) => (
        <div className="page now">
          <Posture now={now} />
          <StagedAttack />
          <Recording now={now} />
          <div className="now-columns">
            <div className="stack" style={{ gap: 14 }}>
              {(incidents.length > 0 || alerts.length > 0) && <Waiting now={now} sel={sel} />}
              {(items.length > 0 || walk.length === 0) && (
                <Panel
                  title={incidents.length + alerts.length > 0 ? 'Also worth a look' : 'Needs a person'}
                  count={items.length === 0 ? undefined : plural(items.length + now.attentionMore, 'matter')}
                  flush
                  actions={
                    walk.length > 1 && (
                      <span className="dim tiny hint">
                        <kbd>j</kbd> <kbd>k</kbd> walk · <kbd>e</kbd> evidence
                      </span>
                    )
                  }
                >
                  {items.length === 0 ? (
                    now.state === 'empty' ? (
                      <Empty title={reading ? 'The first frames are being read' : 'No frame yet'}>
                        {reading ? 'What needs a person appears here while the capture is read.' : <Begin />}
                      </Empty>
                    ) : (
                      <Empty
                        title={
                          now.visible !== null && now.visible < 0.005
                            ? 'Almost nothing of it is understood'
                            : 'Nothing to report from what is visible'
                        }
                        icon={false}
                      >
                        {now.visible === null
                          ? 'No payload was seen, so this says little.'
                          : 'What Gatehouse cannot see is under Coverage.'}
                      </Empty>
                    )
                  ) : (
                    <ul className="list">
                      {items.map((a) => (
                        <Item
                          key={a.id}
                          item={a}
                          open={a.id === sel}
                          toggle={() => choose(a.id === sel ? '-' : a.id)}
                        />
                      ))}
                      {now.attentionMore > 0 && (
                        <li className="dim small" style={{ padding: '8px 12px' }}>
                          and {number(now.attentionMore)} more of lower priority; they appear when these are dealt with
                        </li>
                      )}
                    </ul>
                  )}
                </Panel>
              )}
              <LastDay />
              <StillLearning now={now} />
            </div>
            <div className="stack" style={{ gap: 14 }}>
              <Panel
                title="Blind spots"
                count={now.blindSpots.length === 0 ? undefined : number(now.blindSpots.length)}
                flush
                actions={
                  now.blindSpots.length > 0 && (
                    <PageLink link="coverage" className="small">
                      Coverage
                    </PageLink>
                  )
                }
              >
                {now.blindSpots.length === 0 ? (
                  <NoLoss now={now} />
                ) : (
                  <ul className="list blind-list">
                    {now.blindSpots.map((b, n) => (
                      <li key={b.id}>
                        <IconEyeOff size={15} stroke={1.6} aria-hidden="true" className="dim" />
                        {/* The worst is open: of many the headlines are read first. */}
                        <details className="grow blind" open={n === 0}>
                          <summary className="strong">{b.title}</summary>
                          {b.detail !== '' && <div className="dim small lines">{inPlantTime(b.detail)}</div>}
                          {b.whatToDo !== '' && <div className="small">{b.whatToDo}</div>}
                        </details>
                      </li>
                    ))}
                  </ul>
                )}
              </Panel>
              <Figures now={now} />
            </div>
          </div>
        </div>
      )}
    </Fetched>
  );
};
