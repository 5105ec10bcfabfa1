/**
 * The last day on one line of time, for whoever comes on shift: what asked a person, who changed controllers, what was kept
 * for the record, what was planned, and when nobody watched. An empty lane says "none": that is what it is for.
 */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { CSSProperties, ReactNode } from 'react';
import type { Day } from '../../../api/overview.ts';
import { call } from '../../lib/api.ts';
import { clock, dateTime, duration, number, plural, timeOfUs } from '../../lib/format.ts';
import { useIsRecording, useSite } from '../../lib/site.ts';
import { Panel } from '../../parts/basics.tsx';
import { PRIORITY_WORD, PriorityGlyph } from '../../parts/glyphs.tsx';
import { PageLink } from '../../parts/page-link.tsx';
import { packed, placeOf, roundTimes } from './day-line.ts';
import './day.css';

/** Shorter lines tell nothing that the rest of the page does not. */
const SHORTEST_MS = 10 * 60_000;
const RENEW_MS = 60_000;
const MAX_ROWS = 4;
/** A mark's own width, as part of the line at its usual size. */
const MARK = 0.022;
/** From here on a name would stand out at the right end. */
const LAST = 0.96;
const HALF_HOUR_MS = 1_800_000;

const clockOf = (ms: number): string => clock(timeOfUs(ms * 1000)).slice(0, 5);
const percent = (part: number): string => `${(100 * part).toFixed(3)}%`;

export const LastDay = () => {
  const site = useSite();
  const isRecording = useIsRecording();
  const { data } = useQuery({
    queryKey: ['alerts', site, 'day'],
    queryFn: ({ signal }) => call('day', { site }, undefined, signal),
    refetchInterval: isRecording ? false : RENEW_MS,
  });
  if (data?.fromAt == null || data.toAt == null) return null;
  const [from, to] = [Date.parse(data.fromAt), Date.parse(data.toAt)];
  return to - from < SHORTEST_MS ? null : <Lanes day={data} from={from} to={to} />;
};

const Lanes = ({ day, from, to }: { day: Day; from: number; to: number }) => {
  const at = (time: string): number => placeOf(Date.parse(time), from, to);
  const kept = day.kept.reduce((sum, { count }) => sum + count, 0);
  const most = Math.max(1, ...day.kept.map(({ count }) => count));
  const watchedMs = day.watched.reduce((sum, w) => sum + Date.parse(w.toAt) - Date.parse(w.fromAt), 0);
  const hours = roundTimes(from, to, clockOf);
  const missedMs = to - from - watchedMs;
  const stations = new Set(day.engineering.map(({ client }) => client.id || client.address)).size;
  return (
    <Panel title={`The last ${duration(to - from)}`} count={`to ${dateTime(day.toAt ?? '')}`} flush>
      <div className="day">
        <Asked day={day} at={at} />
        <Lane
          name="Engineering"
          {...(stations === 0 ? { count: 0 } : { says: `by ${plural(stations, 'device')}` })}
          link="commands?q=engineering:true&sort=-last"
          help="Program, mode, restart, firmware and the like, on controllers"
        >
          {day.engineering.flatMap((act) =>
            act.at.map((time) => (
              <i
                key={`${act.verb} ${act.client.id} ${act.client.address} ${act.target.id} ${act.target.address} ${time}`}
                className="day-tick"
                style={{ left: percent(at(time)) }}
                title={`${clock(time).slice(0, 8)} ${act.client.name || act.client.address}: ${act.verb} on ${act.target.name || act.target.address}`}
              />
            )),
          )}
        </Lane>
        <Lane
          name="For the record"
          count={kept}
          link="alerts?tab=findings&q=-alert:*"
          help="What detectors noticed and nobody was asked about"
        >
          {day.kept.map(({ fromAt, count }) => {
            const left = at(fromAt);
            return (
              <i
                key={fromAt}
                className="day-bar"
                style={{
                  left: percent(left),
                  width: `calc(${percent(Math.max(0, placeOf(Date.parse(fromAt) + HALF_HOUR_MS, from, to) - left))} - 1px)`,
                  height: percent(Math.max(0.2, Math.sqrt(count / most))),
                }}
                title={`from ${clockOf(Date.parse(fromAt))} for half an hour: ${plural(count, 'finding')}`}
              />
            );
          })}
        </Lane>
        {day.windows.length > 0 && (
          <Lane name="Planned work" count={day.windows.length} link="windows" help="Maintenance windows">
            {day.windows.map((w) => (
              <span
                key={w.id}
                className="day-window"
                style={{ left: percent(at(w.fromAt)), width: percent(at(w.toAt) - at(w.fromAt)) }}
                title={`${w.text}: ${dateTime(w.fromAt)} to ${dateTime(w.toAt)}`}
              >
                {w.text}
              </span>
            ))}
          </Lane>
        )}
        <Lane
          name="Watched"
          says={
            missedMs < 1000
              ? 'all of it'
              : missedMs < watchedMs
                ? `but for ${duration(missedMs)}`
                : `${duration(watchedMs)} of it`
          }
          link="coverage"
          help="Hatched: no source was heard for an hour or longer, or none ran"
          className="day-watched"
        >
          {day.watched.map((w) => (
            <i
              key={w.fromAt}
              className="day-heard"
              style={{ left: percent(at(w.fromAt)), width: percent(at(w.toAt) - at(w.fromAt)) }}
              title={`watched from ${dateTime(w.fromAt)} to ${dateTime(w.toAt)}`}
            />
          ))}
        </Lane>
        <div className="day-hours" aria-hidden="true">
          {hours.map(({ ms, text }) => (
            <span
              key={ms}
              style={{ left: percent(placeOf(ms, from, to)) }}
              className={placeOf(ms, from, to) > LAST ? 'last' : ''}
            >
              {text}
            </span>
          ))}
        </div>
        <div className="day-grid" aria-hidden="true">
          {hours.map(({ ms }) => (
            <i key={ms} style={{ left: percent(placeOf(ms, from, to)) }} />
          ))}
        </div>
      </div>
    </Panel>
  );
};

const Lane = ({
  name,
  count,
  says = count === 0 ? 'none' : number(count ?? 0),
  link,
  help,
  className = '',
  style,
  children,
}: {
  name: string;
  count?: number;
  says?: string;
  link: string;
  help: string;
  className?: string;
  style?: CSSProperties;
  children: ReactNode;
}) => (
  <>
    <PageLink link={link} className="day-name">
      <span title={help}>{name}</span> <span className={count === 0 ? 'dim' : 'strong'}>{says}</span>
    </PageLink>
    <div className={`day-lane ${className}`} style={style}>
      {children}
    </div>
  </>
);

const Asked = ({ day, at }: { day: Day; at: (time: string) => number }) => {
  const site = useSite();
  const marks = day.asked.map((mark) => ({ mark, from: at(mark.fromAt), to: at(mark.toAt) }));
  const rows = packed(marks, MARK, MAX_ROWS);
  const height = 6 + 18 * Math.max(1, ...rows.map((row) => row + 1));
  return (
    <Lane
      name="Asked a person"
      count={day.asked.length + day.askedMore}
      link="alerts"
      help="Incidents, and alerts that belong to none; hollow where a person has dealt with it"
      style={{ height }}
    >
      {marks.map(({ mark, from, to }, i) => {
        const style = {
          // At the right end there is no room for the mark behind its beginning.
          left: percent(Math.min(from, 1 - MARK)),
          width: percent(Math.max(MARK, to - from)),
          top: 4 + 18 * (rows[i] ?? 0),
        };
        const className = `day-asked p-${mark.priority}${mark.closed ? ' closed' : ''}`;
        const says = `${PRIORITY_WORD[mark.priority]}${mark.closed ? ', closed' : ''}, ${dateTime(mark.fromAt)}: ${mark.title}`;
        const inside = (
          <>
            <PriorityGlyph priority={mark.priority} size={12} />
            <span className="day-tail" aria-hidden="true" />
          </>
        );
        return mark.kind === 'incident' ? (
          <Link
            key={mark.id}
            to="/s/$site/incidents/$incident"
            params={{ site, incident: mark.id }}
            {...{ className, style, title: says, 'aria-label': says }}
          >
            {inside}
          </Link>
        ) : (
          <Link
            key={mark.id}
            to="/s/$site/alerts/$alert"
            params={{ site, alert: mark.id }}
            {...{ className, style, title: says, 'aria-label': says }}
          >
            {inside}
          </Link>
        );
      })}
    </Lane>
  );
};
