/** What waits for a person: open incidents first, then alerts by rank, each one line that opens its page. */
import { Link } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import type { AlertRow, IncidentRow } from '../../../api/alerts.ts';
import type { Now } from '../../../api/overview.ts';
import { number, plural } from '../../lib/format.ts';
import { useSite } from '../../lib/site.ts';
import { Ago, Panel, PartyLink, When } from '../../parts/basics.tsx';
import { PointLink, WindowTag } from '../../parts/finding-marks.tsx';
import { PRIORITY_WORD, PriorityGlyph } from '../../parts/glyphs.tsx';
import { PageLink } from '../../parts/page-link.tsx';

/** The line under the cursor stays in view. */
const useInView = (on: boolean) => {
  const ref = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (on) ref.current?.scrollIntoView({ block: 'nearest' });
  }, [on]);
  return ref;
};

/** As many as a person takes in at once; the queue has all. */
export const MOST_ALERTS = 8;

export const Waiting = ({ now, sel }: { now: Now; sel: string }) => {
  const more = now.alertsMore + Math.max(0, now.alerts.length - MOST_ALERTS);
  return (
    <Panel
      title="Needs a person"
      count={[
        now.incidents.length > 0 ? plural(now.incidents.length + now.incidentsMore, 'incident') : '',
        now.alerts.length > 0 ? plural(now.alerts.length + now.alertsMore, 'alert') : '',
      ]
        .filter(Boolean)
        .join(', ')}
      flush
      actions={
        <span className="row" style={{ gap: 12 }}>
          <span className="dim tiny hint">
            <kbd>Enter</kbd> opens
          </span>
          <PageLink link="alerts" className="small">
            The queue
          </PageLink>
        </span>
      }
    >
      <ul className="list">
        {now.incidents.map((i) => (
          <IncidentLine key={i.id} incident={i} on={i.id === sel} />
        ))}
        {now.alerts.slice(0, MOST_ALERTS).map((a) => (
          <AlertLine key={a.id} alert={a} on={a.id === sel} />
        ))}
        {more > 0 && (
          <li className="dim small" style={{ padding: '8px 12px' }}>
            <PageLink link="alerts">and {number(more)} more of lower rank</PageLink>
          </li>
        )}
      </ul>
    </Panel>
  );
};

const IncidentLine = ({ incident: i, on }: { incident: IncidentRow; on: boolean }) => {
  const site = useSite();
  return (
    <li ref={useInView(on)} className={on ? 'waiting incident on' : 'waiting incident'} data-priority={i.priority}>
      <PriorityGlyph priority={i.priority} size={15} />
      <span className={`attention-word p-${i.priority}`}>{PRIORITY_WORD[i.priority]}</span>
      <div className="grow">
        <Link to="/s/$site/incidents/$incident" params={{ site, incident: i.id }} className="waiting-title">
          {i.title}
        </Link>
        <div className="small row wrap" style={{ gap: '0 12px' }}>
          <span className="dim">incident</span>
          <span title={i.meaning}>
            {i.stage} <span className="dim tiny nowrap">stage {i.stageNumber} of 12</span>
          </span>
          <span className="dim">
            {plural(i.findings, 'finding')}
            {i.alerts > 0 && ` in ${plural(i.alerts, 'alert')}`} on {plural(i.assets, 'asset')}
          </span>
        </div>
      </div>
      {i.crosses && <span className="tag high">IT to OT</span>}
      {i.impact !== 'none' && <span className={i.impact === 'safety' ? 'tag high' : 'tag'}>{i.impact}</span>}
      <span className="attention-when dim small" title="Last seen">
        <Ago at={i.lastAt} />
        <When at={i.lastAt} />
      </span>
    </li>
  );
};

const AlertLine = ({ alert: a, on }: { alert: AlertRow; on: boolean }) => {
  const site = useSite();
  const point = a.points[0];
  return (
    <li ref={useInView(on)} className={on ? 'waiting on' : 'waiting'} data-priority={a.priority}>
      <PriorityGlyph priority={a.priority} size={14} />
      <span className={`attention-word p-${a.priority}`}>{PRIORITY_WORD[a.priority]}</span>
      <div className="grow">
        <Link to="/s/$site/alerts/$alert" params={{ site, alert: a.id }} className="waiting-title">
          {a.title}
        </Link>
        <div className="small row wrap waiting-where" style={{ gap: '0 12px' }}>
          {point === undefined ? <PartyLink party={a.target} address={false} /> : <PointLink point={point} />}
          {a.actor !== null && (point !== undefined || a.actor.id !== a.target.id) && (
            <span>
              <span className="dim">by </span>
              <PartyLink party={a.actor} address={false} />
            </span>
          )}
          {a.state === 'acknowledged' && (
            <span className="dim">{a.assigneeName === '' ? 'acknowledged' : `${a.assigneeName} takes care`}</span>
          )}
          {a.findings > 1 && <span className="dim">{plural(a.findings, 'episode')}</span>}
        </div>
      </div>
      <WindowTag window={a.window} />
      {a.impact !== 'none' && <span className={a.impact === 'safety' ? 'tag high' : 'tag'}>{a.impact}</span>}
      <span className="attention-when dim small" title="Last seen">
        <Ago at={a.lastAt} />
        <When at={a.lastAt} />
      </span>
    </li>
  );
};
