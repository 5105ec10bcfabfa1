/**
 * The queue as an alarm system: how many wait, how fast they come, measured against ISA-18.2 and EEMUA 191, and what
 * people said about each detector. One line; the measures open below it.
 */
import { IconAlertTriangle, IconChevronRight } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { AlertRates } from '../../../api/alerts.ts';
import { PRIORITIES } from '../../../api/words.ts';
import { call } from '../../lib/api.ts';
import { dateTime, inWords, number, plural, share, timeOfUs } from '../../lib/format.ts';
import { useSite } from '../../lib/site.ts';
import { Unknown } from '../../parts/basics.tsx';
import { PRIORITY_WORD, PriorityGlyph } from '../../parts/glyphs.tsx';

export const RateLine = () => {
  const site = useSite();
  const [open, setOpen] = useState(false);
  const query = useQuery({
    queryKey: ['alerts', site, 'rates'],
    queryFn: ({ signal }) => call('alertRates', { site }, undefined, signal),
  });
  const rates = query.data;
  if (rates === undefined) {
    return (
      <div className="rates">
        <span className="dim small">{query.isError ? 'The rates of the queue are not known now.' : 'Counting …'}</span>
      </div>
    );
  }
  const beyond = rates.measures.filter((m) => !m.within);
  return (
    <section className="rates" aria-label="The queue measured">
      <button type="button" className="rates-line" aria-expanded={open} onClick={() => setOpen(!open)}>
        <IconChevronRight size={14} stroke={1.6} aria-hidden="true" className={open ? 'turned dim' : 'dim'} />
        {PRIORITIES.map((p) => (
          <span key={p} className={rates.open[p] === 0 ? 'row dim none' : 'row'} style={{ gap: 5 }}>
            <PriorityGlyph priority={p} size={11} />
            <b>{number(rates.open[p])}</b> {PRIORITY_WORD[p].toLowerCase()}
          </span>
        ))}
        <span className="dim">{number(rates.unacknowledged)} not acknowledged</span>
        <span
          className="dim"
          title="Alerts a day that people here can look at; more are ranked below them, none is dropped"
        >
          last day {number(rates.budget.lastDay)} of a budget of {number(rates.budget.perDay)}
        </span>
        {beyond.length > 0 ? (
          <span className="row p-medium" style={{ gap: 5 }}>
            <IconAlertTriangle size={13} stroke={1.8} aria-hidden="true" />
            {plural(beyond.length, 'rate')} beyond the standard
          </span>
        ) : (
          rates.hours > 0 && <span className="dim">rates within ISA-18.2</span>
        )}
        <PerHour rates={rates} />
      </button>
      {open && <Measures rates={rates} />}
    </section>
  );
};

/** New alerts an hour as bars; the number of each on hover. */
const PerHour = ({ rates }: { rates: AlertRates }) => {
  const { us, count } = rates.perHour;
  if (us.length < 2) return null;
  const most = Math.max(1, ...count);
  const sum = count.reduce((a, b) => a + b, 0);
  return (
    <>
      <span className="dim per-hour-says">new an hour, {number(us.length)} h</span>
      <span className="per-hour" role="img" aria-label={`${plural(sum, 'new alert')} in the last ${us.length} hours`}>
        {us.map((t, i) => (
          <i
            key={t}
            title={`${dateTime(timeOfUs(t)).slice(0, 16)}: ${plural(count[i] ?? 0, 'new alert')}`}
            style={{ height: `${(100 * (count[i] ?? 0)) / most}%` }}
          />
        ))}
      </span>
    </>
  );
};

const Measures = ({ rates }: { rates: AlertRates }) => (
  <div className="rates-open">
    <table className="plain-table">
      <caption className="caps">
        Against the standards, over{' '}
        {rates.hours === 0 ? 'nothing yet' : `${number(Number(rates.hours.toFixed(1)))} h of frames`}
      </caption>
      <thead>
        <tr>
          <th scope="col">Measure</th>
          <th scope="col" className="end">
            Here
          </th>
          <th scope="col" className="end">
            Limit
          </th>
          <th scope="col">Says</th>
        </tr>
      </thead>
      <tbody>
        {rates.measures.map((m) => (
          <tr key={m.name}>
            <td>{m.name}</td>
            <td className={m.within ? 'end mono' : 'end mono p-medium strong'}>
              {m.value === null ? <Unknown /> : `${Number(m.value.toPrecision(3))} ${m.unit}`}
            </td>
            <td className="end mono">
              {m.limit} {m.unit}
            </td>
            <td className="dim">{m.source}</td>
          </tr>
        ))}
      </tbody>
    </table>
    <table className="plain-table">
      <caption className="caps">What people said, by detector</caption>
      <thead>
        <tr>
          <th scope="col">Detector</th>
          {['true', 'false', 'benign', 'unsure', 'precision'].map((h) => (
            <th key={h} scope="col" className="end">
              {h}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rates.reviews.length === 0 && (
          <tr>
            <td colSpan={6} className="dim">
              Nobody reviewed anything yet: how right the detectors are here is not known.
            </td>
          </tr>
        )}
        {rates.reviews.map((r) => (
          <tr key={r.detector}>
            <td title={`detector:${r.detector}`}>{inWords(r.detector)}</td>
            <td className="end mono">{number(r.true)}</td>
            <td className="end mono">{number(r.false)}</td>
            <td className="end mono">{number(r.benign)}</td>
            <td className="end mono">{number(r.unsure)}</td>
            <td className="end mono">
              {r.precision === null ? <Unknown why="Fewer than 5 reviews">too few</Unknown> : share(r.precision)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);
