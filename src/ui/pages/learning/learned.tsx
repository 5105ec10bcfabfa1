/** What was learned and what not yet: the site's own learning time, cycles, totals by kind of thing, and the least learned. */
import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import type { LearningOverview, LearningRow } from '../../../api/detection.ts';
import { LEARNING_OF } from '../../../api/words.ts';
import { call } from '../../lib/api.ts';
import { inWords, number, plural, share } from '../../lib/format.ts';
import { csvText, save } from '../../lib/save.ts';
import { useSite } from '../../lib/site.ts';
import { Empty, Panel, PartyLink, Unknown, When } from '../../parts/basics.tsx';
import { Fetched } from '../../parts/fetched.tsx';
import { GuardMeter, guardOf, seenText } from '../../parts/learning.tsx';
import { SmallTable } from '../../parts/simple-table.tsx';

const OF_WORD: Readonly<Record<LearningRow['of'], readonly [string, string]>> = {
  site: ['site-wide baseline', 'site-wide baselines'],
  endpoint: ['device', 'devices'],
  conversation: ['conversation', 'conversations'],
  cell: ['process cell', 'process cells'],
  point: ['point', 'points'],
};

export const Learned = () => {
  const site = useSite();
  const query = useQuery({
    queryKey: ['detection', site, 'learning'],
    queryFn: ({ signal }) => call('learning', { site }, undefined, signal),
  });
  return (
    <Fetched query={query} isPart what="what was learned">
      {(l) => <Loaded learning={l} />}
    </Fetched>
  );
};

const Loaded = ({ learning: l }: { learning: LearningOverview }) => {
  if (l.phase === 'empty') {
    return (
      <Empty title="Nothing to learn from yet">
        Learning begins with the first frame. Rules that need no learning hold from then on.
      </Empty>
    );
  }
  return (
    <div className="page">
      <Phase learning={l} />
      <Again told={l.again} />
      <div className="columns tables">
        <Things learning={l} />
        <div className="stack" style={{ gap: 14 }}>
          <Totals learning={l} />
          <Cycles learning={l} />
        </div>
      </div>
    </div>
  );
};

const hours = (h: number): string =>
  h >= 48 ? `${number(Number((h / 24).toPrecision(3)))} days` : `${number(Number(h.toPrecision(3)))} h`;

const Phase = ({ learning: l }: { learning: LearningOverview }) => (
  <section className="posture" aria-label="Learning of the site">
    <div className="grow">
      <span className="caps">{l.phase === 'learning' ? 'Learning' : 'Watching'}</span>
      <h1>
        {l.phase === 'learning'
          ? `Learning what is usual here: ${share(l.share)} of ${hours(l.learningHours)} watched.`
          : `${hours(l.watchedHours)} watched. Only what was not odd is learned from now on.`}
      </h1>
      <span className="dim small">
        {l.phase === 'learning'
          ? 'Until then rules that hold from the first frame speak, and process cells that have a model already. What is odd now is learned as usual: accept this only for a plant that is clean.'
          : 'What was odd is not learned by itself; a person accepts it as new normal.'}{' '}
        Since <When at={l.sinceAt} />.
      </span>
    </div>
    <span className="phase-bar" role="img" aria-label={`${share(l.share)} of the learning time`}>
      <span className="visible-bar" aria-hidden="true">
        <i style={{ width: `${l.share * 100}%` }} />
      </span>
    </span>
  </section>
);

/** After an upgrade: nobody should have to find out that less is judged than yesterday. */
const Again = ({ told }: { told: readonly string[] }) =>
  told.length > 0 && (
    <Panel title="Learned again">
      {told.map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      <p className="dim small">
        Cells learn again from the rows that were kept, and are on trial afterwards; detectors from the traffic to come.
        The journal says when it began.
      </p>
    </Panel>
  );

const Totals = ({ learning: l }: { learning: LearningOverview }) => (
  <Panel title="By kind of thing" flush>
    <ul className="list totals">
      {l.totals.map((t) => (
        <li key={t.of}>
          <span className="row">
            <span className="strong">{plural(t.things, ...OF_WORD[t.of])}</span>
            <span className="grow" />
            <span className="dim small">
              {t.share === null ? <Unknown>nothing learned yet</Unknown> : `${share(t.share)} on average`}
            </span>
          </span>
          <TotalBar things={t.things} learned={t.learned} unarmed={t.unarmed} />
          <span className="dim small">
            {[
              t.learned > 0 ? `${number(t.learned)} learned enough` : '',
              t.unarmed > 0
                ? `${number(t.unarmed)} saw enough and ${t.unarmed === 1 ? 'is' : 'are'} not judged: the list says why`
                : '',
              t.onTrial > 0 ? `${number(t.onTrial)} judged on trial` : '',
              t.making > 0 ? `of ${number(t.making)} models are being made` : '',
              t.things > t.learned + t.unarmed + t.making + t.onTrial
                ? `${number(t.things - t.learned - t.unarmed - t.making - t.onTrial)} still learning`
                : '',
            ]
              .filter(Boolean)
              .join(', ')}
          </span>
        </li>
      ))}
    </ul>
  </Panel>
);
const TotalBar = ({ things, learned, unarmed }: { things: number; learned: number; unarmed: number }) => {
  const part = (n: number): string => `${things === 0 ? 0 : (100 * n) / things}%`;
  return (
    <span
      className="total-bar"
      role="img"
      aria-label={`${learned} learned enough, ${unarmed} not armed, ${things - learned - unarmed} learning`}
    >
      <i className="armed" style={{ width: part(learned) }} />
      <i className="unarmed" style={{ width: part(unarmed) }} />
    </span>
  );
};

/** Whole ones: a part of a night says nothing about nights. */
const times = (n: number): string => (n < 2 ? 'once' : `${number(Math.floor(n))} times`);
const CYCLE_HELP = {
  shift: 'A change of shift brings other commands and another load.',
  day: 'Nights, breaks, ambient temperature.',
  week: 'Weekends, weekly cleaning.',
} as const;
const Cycles = ({ learning: l }: { learning: LearningOverview }) => (
  <Panel title="Cycles of the plant">
    <div className="stack" style={{ gap: 10 }}>
      {l.cycles.map((c) => (
        <div key={c.name} className="stack" style={{ gap: 2 }}>
          <span className="row">
            <span className="strong">{c.name}</span>
            <span className="grow" />
            <span className="small">
              {c.known
                ? `known, seen ${times(c.seen)}`
                : c.seen < 1
                  ? `${share(c.seen)} of the first one`
                  : `seen ${times(c.seen)}, ${number(c.needed)} are needed`}
            </span>
          </span>
          <span className="dim small">
            {c.known
              ? CYCLE_HELP[c.name]
              : `Not known yet: what comes with the ${c.name} for the first time may be told as odd. ${CYCLE_HELP[c.name]}`}
          </span>
        </div>
      ))}
    </div>
  </Panel>
);

/** What several detectors learn alike is one row that names them all: the site's own time, above all. */
const joined = (items: readonly LearningRow[]): LearningRow[] => {
  const rows = new Map<string, LearningRow & { detectors: string[] }>();
  for (const i of items) {
    const key = [i.of, i.what, i.seen, i.needed, i.unit, i.unarmed].join('\u0000');
    const known = rows.get(key);
    if (known) {
      if (!known.detectors.includes(i.detector)) known.detectors.push(i.detector);
    } else rows.set(key, { ...i, detectors: [i.detector] });
  }
  return [...rows.values()].map(({ detectors, ...row }) => ({
    ...row,
    detector: detectors.length > 2 ? `${detectors.length} detectors: ${detectors.join(', ')}` : detectors.join(', '),
  }));
};

const Things = ({ learning: l }: { learning: LearningOverview }) => {
  const site = useSite();
  const of = (useSearch({ strict: false }) as { by?: string }).by;
  const [kind, setKind] = useState<LearningRow['of'] | ''>(LEARNING_OF.find((k) => k === of) ?? '');
  const [detector, setDetector] = useState('');
  const kinds = LEARNING_OF.filter((k) => l.items.some((i) => i.of === k));
  const detectors = useMemo(() => [...new Set(l.items.map((i) => i.detector))].sort(), [l]);
  const fitting = useMemo(
    () => l.items.filter((i) => (kind === '' || i.of === kind) && (detector === '' || i.detector === detector)),
    [l, kind, detector],
  );
  const rows = useMemo(() => joined(fitting), [fitting]);
  return (
    <Panel
      title="Least learned first"
      count={`${number(fitting.length)} of ${number(l.items.length + l.itemsMore)}`}
      flush
      actions={
        <span className="row wrap" style={{ gap: 4 }}>
          {kinds.length > 1 &&
            kinds.map((k) => (
              <button
                key={k}
                type="button"
                className="chip"
                aria-pressed={kind === k}
                onClick={() => setKind(kind === k ? '' : k)}
              >
                {k === 'site' ? 'whole site' : OF_WORD[k][1]}
              </button>
            ))}
          {detectors.length > 1 && (
            <select
              aria-label="Detector"
              className="plain-select"
              value={detector}
              onChange={(e) => setDetector(e.currentTarget.value)}
            >
              <option value="">all detectors</option>
              {detectors.map((d) => (
                <option key={d} value={d}>
                  {inWords(d)}
                </option>
              ))}
            </select>
          )}
          <button
            type="button"
            className="chip"
            onClick={() =>
              save(
                `gatehouse-learning-${site}.csv`,
                'text/csv',
                csvText(
                  ['detector', 'of', 'what', 'seen', 'needed', 'unit', 'share', 'not_armed_because'],
                  fitting.map((r) => [r.detector, r.of, r.what, r.seen, r.needed, r.unit, r.share, r.unarmed]),
                ),
              )
            }
          >
            CSV
          </button>
        </span>
      }
    >
      <SmallTable<LearningRow>
        label="What is being learned"
        rows={rows}
        keyOf={(r, i) => `${r.detector}${r.of}${r.what}${i}`}
        most={60}
        empty={
          l.items.length === 0
            ? 'No detector learns anything yet: nothing it could learn from was seen.'
            : 'Nothing of this kind.'
        }
        columns={[
          {
            id: 'what',
            head: 'What',
            width: 'minmax(200px, 2fr)',
            by: (r) => r.what,
            cell: (r) =>
              r.party !== null && r.of === 'endpoint' ? (
                <PartyLink party={r.party} />
              ) : r.cell !== '' ? (
                <Link to="/s/$site/process/$cell" params={{ site, cell: r.cell }} className="cut">
                  {r.what}
                </Link>
              ) : (
                <span className="cut" title={r.what}>
                  {r.what}
                </span>
              ),
          },
          {
            id: 'of',
            head: 'Kind',
            width: '104px',
            from: 880,
            by: (r) => r.of,
            cell: (r) => (r.of === 'site' ? 'whole site' : OF_WORD[r.of][0]),
          },
          {
            id: 'detector',
            head: 'For',
            width: '116px',
            by: (r) => r.detector,
            // Of many how many, by name on hover.
            cell: (r) => <span title={r.detector}>{inWords(r.detector.replace(/:.*/, ''))}</span>,
          },
          {
            id: 'share',
            head: 'Learned',
            width: 'minmax(186px, 1.2fr)',
            by: (r) => r.share,
            cell: (r) => <GuardMeter guard={guardOf(r)} />,
          },
          {
            id: 'seen',
            head: 'Seen',
            width: 'minmax(272px, 1.5fr)',
            end: true,
            by: (r) => r.share,
            cell: (r) => (
              <span className="dim">
                {seenText(r.seen, r.needed, r.unit)}
                {r.onTrial && ', trial included'}
              </span>
            ),
          },
        ]}
      />
      {l.itemsMore > 0 && (
        <p className="dim small flat" style={{ padding: '8px 12px' }}>
          and {number(l.itemsMore)} more that have learned further
        </p>
      )}
    </Panel>
  );
};
