/** One process variable: its value now, its course with a range to look into, who reads and who writes it. */
import './points/points.css';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';
import type { CommandRow, PointRow } from '../../api/traffic.ts';
import { call } from '../lib/api.ts';
import type { Range } from '../lib/chart.ts';
import { dateTime, duration, number, plural, timeOfUs } from '../lib/format.ts';
import { useKeys } from '../lib/keys.ts';
import { useSite } from '../lib/site.ts';
import {
  Empty,
  EvidenceLinks,
  Loading,
  Panel,
  PartyLink,
  Problem,
  shownValue,
  Text,
  Unknown,
  When,
} from '../parts/basics.tsx';
import { isWriting, OutcomeMark, VerbTag } from '../parts/glyphs.tsx';
import { SmallTable } from '../parts/simple-table.tsx';
import { PointChart } from './points/chart.tsx';
import { PointValue, Quality, RangeBar } from './points/marks.tsx';
import { heldUntil, rangeText, readRange, statesOf, statisticsOf } from './points/series.ts';

const PRESETS = [
  { label: 'Last hour', us: 3600e6 },
  { label: '10 min', us: 600e6 },
  { label: '1 min', us: 60e6 },
];

export const PointPage = () => {
  const site = useSite();
  const { point = '' } = useParams({ strict: false }) as { point?: string };
  const query = useQuery({
    queryKey: ['points', site, 'point', point],
    queryFn: ({ signal }) => call('point', { site, point }, undefined, signal),
  });
  if (query.isLoading) return <Loading lines={12} what="Loading the point" />;
  if (query.data === undefined) return <Problem error={query.error} retry={() => void query.refetch()} />;
  return <Loaded row={query.data} />;
};

const Loaded = ({ row }: { row: PointRow }) => {
  const site = useSite();
  const commands = useQuery({
    queryKey: ['commands', site, 'point', row.id],
    queryFn: ({ signal }) =>
      call(
        'commands',
        { site, q: `target:=${row.asset.id} object:"${row.path.replaceAll('"', '')}"`, sort: '-last', limit: 200 },
        undefined,
        signal,
      ),
    enabled: row.asset.id !== '',
  });
  const rows = commands.data?.items;
  const writes = useMemo(
    () =>
      (rows ?? [])
        .filter((c) => isWriting(c.verb))
        .flatMap((c) => [c.firstAt, c.lastAt])
        .filter((at): at is string => at !== null)
        .map((at) => Date.parse(at) * 1000),
    [rows],
  );
  return (
    <div className="page">
      <header className="point-head">
        <div className="stack" style={{ gap: 2 }}>
          <span className="small dim">
            <Link to="/s/$site/points" params={{ site }}>
              Points
            </Link>{' '}
            / {row.asset.name}
          </span>
          <h1>{row.path}</h1>
        </div>
        <div className="stack" style={{ gap: 2 }}>
          <span className="caps">Last value seen</span>
          <span className="now">
            <PointValue row={row} />
          </span>
        </div>
        <div className="stack" style={{ gap: 4, width: 190 }}>
          <span className="caps">In the range seen</span>
          <RangeBar row={row} />
        </div>
        <div className="stack" style={{ gap: 2 }}>
          <span className="caps">Quality</span>
          <Quality quality={row.quality} />
        </div>
      </header>
      <div className="columns">
        <div className="stack" style={{ gap: 14 }}>
          <Course row={row} writes={writes} />
          <Panel
            title="Who read and wrote it"
            count={rows === undefined ? undefined : plural(commands.data?.total ?? 0, 'row')}
            flush
            actions={
              row.asset.id !== '' && (
                <Link
                  to="/s/$site/commands"
                  params={{ site }}
                  search={{ q: `target:=${row.asset.id}` }}
                  className="small"
                >
                  All commands to {row.asset.name}
                </Link>
              )
            }
          >
            {commands.isError ? (
              <Problem error={commands.error} retry={() => void commands.refetch()} />
            ) : rows === undefined ? (
              <Loading lines={3} />
            ) : (
              <Touched rows={rows} />
            )}
          </Panel>
        </div>
        <Context row={row} />
      </div>
    </div>
  );
};

const Course = ({ row, writes }: { row: PointRow; writes: readonly number[] }) => {
  const site = useSite();
  const navigate = useNavigate();
  const sel = (useSearch({ strict: false }) as { sel?: string }).sel;
  const range = readRange(sel);
  const lastUs = row.lastAt ? Date.parse(row.lastAt) * 1000 : 0;
  const firstUs = row.firstAt ? Date.parse(row.firstAt) * 1000 : 0;
  const query = useQuery({
    queryKey: ['points', site, 'series', row.id, sel ?? ''],
    queryFn: ({ signal }) =>
      call(
        'series',
        { site, point: row.id, ...(range ? { from: timeOfUs(range.fromUs), to: timeOfUs(range.toUs) } : {}) },
        undefined,
        signal,
      ),
    placeholderData: (old) => old,
  });
  const setRange = useCallback(
    (next: Range | undefined) =>
      void navigate({
        to: '.',
        replace: true,
        search: (old: Record<string, unknown>) => {
          const { sel: _sel, ...rest } = old;
          return next === undefined ? rest : { ...rest, sel: rangeText(next) };
        },
      }),
    [navigate],
  );
  useKeys({ '0': () => setRange(undefined) });
  const s = query.data;
  const endUs = range ? Math.min(range.toUs, lastUs) : lastUs;
  const held = useMemo(() => (s === undefined ? undefined : heldUntil(s, endUs)), [s, endUs]);
  const numeric = s?.value.some((v) => v !== null) === true;
  const statistics = held === undefined ? undefined : statisticsOf(held);
  return (
    <Panel
      title="Course"
      count={
        s === undefined
          ? undefined
          : `${plural(s.us.length, 'sample')}${s.thinned ? ', thinned to smallest and largest' : ''}`
      }
      actions={
        <span className="row" style={{ gap: 4 }}>
          {range && (
            <span className="dim small nowrap">{`${dateTime(timeOfUs(range.fromUs))} to ${dateTime(timeOfUs(range.toUs)).slice(11)}`}</span>
          )}
          <button type="button" className="chip" aria-pressed={range === undefined} onClick={() => setRange(undefined)}>
            All
          </button>
          {PRESETS.filter((p) => p.us < lastUs - firstUs).map((p) => (
            <button
              key={p.us}
              type="button"
              className="chip"
              aria-pressed={
                range !== undefined &&
                Math.abs(range.toUs - lastUs) < 1e6 &&
                Math.abs(range.toUs - range.fromUs - p.us) < 1e6
              }
              onClick={() => setRange({ fromUs: lastUs - p.us, toUs: lastUs })}
            >
              {p.label}
            </button>
          ))}
        </span>
      }
    >
      {query.isError && s === undefined ? (
        <Problem error={query.error} retry={() => void query.refetch()} />
      ) : s === undefined ? (
        <Loading lines={8} />
      ) : s.us.length === 0 ? (
        <Empty title={range ? 'No change in this range' : 'No sample kept'}>
          {range
            ? 'The value was not seen to change here. What it was before stands in the whole course.'
            : 'The value was seen, its course was not kept. Samples are kept by change.'}
        </Empty>
      ) : held === undefined || (held.us.length === 1 && numeric) ? (
        <Empty title="Seen once">There is one value, {shownValue(s.value[0] ?? null)}, and no course to draw.</Empty>
      ) : numeric && s.text === undefined ? (
        <div className="stack" style={{ gap: 12 }}>
          <PointChart series={held} label={row.path} writes={writes} onRange={setRange} />
          <span className="dim small">
            A value holds until the next one is seen. Drag to look into a range, double-click or <kbd>0</kbd> for all.
            {writes.length > 0 && ' Triangles: first and last time of a write.'}
          </span>
          {statistics && (
            <dl className="stat-grid">
              {(
                [
                  ['Smallest', statistics.min],
                  ['Largest', statistics.max],
                  ['Mean over time', statistics.mean],
                  ['Largest step', statistics.largestStep],
                ] as const
              ).map(([name, v]) => (
                <div key={name}>
                  <dt>{name}</dt>
                  <dd>{shownValue(v)}</dd>
                </div>
              ))}
              <div>
                <dt>Samples</dt>
                <dd>{number(s.us.length)}</dd>
              </div>
              <div>
                <dt>Over</dt>
                <dd>
                  {statistics.toUs > statistics.fromUs
                    ? duration((statistics.toUs - statistics.fromUs) / 1000)
                    : 'one moment'}
                </dd>
              </div>
            </dl>
          )}
        </div>
      ) : (
        <States series={s} endUs={endUs} />
      )}
    </Panel>
  );
};

const States = ({ series, endUs }: { series: Parameters<typeof statesOf>[0]; endUs: number }) => {
  const runs = statesOf(series, endUs);
  const whole = Math.max(1, (runs.at(-1)?.toUs ?? 0) - (runs[0]?.fromUs ?? 0));
  const words = [...new Set(runs.map((r) => r.text))];
  return (
    <div className="stack" style={{ gap: 10 }}>
      <div className="states" role="img" aria-label={`${runs.length} states over time`}>
        {runs.map((r) => (
          <span
            key={r.fromUs}
            title={`${r.text} from ${dateTime(timeOfUs(r.fromUs))}`}
            style={{
              flex: `${Math.max(0.004, (r.toUs - r.fromUs) / whole)} 0 1px`,
              background: words.indexOf(r.text) % 2 === 0 ? 'var(--gh-sunk)' : 'var(--gh-bar-3)',
            }}
          >
            {r.text}
          </span>
        ))}
      </div>
      <SmallTable
        label="States"
        rows={[...runs].reverse()}
        keyOf={(r) => r.fromUs}
        empty="No state seen."
        columns={[
          { id: 'at', head: 'From', width: '190px', cell: (r) => <When at={timeOfUs(r.fromUs)} /> },
          {
            id: 'text',
            head: 'Value',
            width: 'minmax(160px, 1fr)',
            cell: (r) => <span className="mono">{r.text}</span>,
          },
          {
            id: 'held',
            head: 'Held',
            width: '120px',
            end: true,
            cell: (r) => (r.toUs > r.fromUs ? duration((r.toUs - r.fromUs) / 1000) : <Unknown>not known</Unknown>),
          },
        ]}
      />
    </div>
  );
};

const Touched = ({ rows }: { rows: readonly CommandRow[] }) => (
  <SmallTable<CommandRow>
    label="Commands that name this point"
    rows={rows}
    keyOf={(c) => c.id}
    empty="No command names this point alone: reads and writes of whole blocks stand under the block. Last reader and writer are at the right."
    columns={[
      { id: 'last', head: 'Last seen', width: '146px', by: (c) => c.lastAt ?? '', cell: (c) => <When at={c.lastAt} /> },
      { id: 'verb', head: 'Verb', width: '96px', by: (c) => c.verb, cell: (c) => <VerbTag verb={c.verb} /> },
      {
        id: 'client',
        head: 'Who',
        width: 'minmax(130px, 1.2fr)',
        by: (c) => c.client.name,
        cell: (c) => <PartyLink party={c.client} />,
      },
      {
        id: 'operation',
        head: 'Service',
        width: 'minmax(110px, 1fr)',
        by: (c) => c.operation,
        cell: (c) => c.operation,
      },
      {
        id: 'value',
        head: 'Value',
        width: 'minmax(70px, 0.6fr)',
        cell: (c) =>
          c.value === null ? <span className="dim">none</span> : <span className="mono">{shownValue(c.value)}</span>,
      },
      {
        id: 'outcome',
        head: 'Outcome',
        width: 'minmax(110px, 0.8fr)',
        by: (c) => c.outcome,
        cell: (c) => <OutcomeMark outcome={c.outcome} reason={c.reason} />,
      },
      { id: 'count', head: 'Times', width: '62px', end: true, by: (c) => c.count, cell: (c) => number(c.count) },
      { id: 'evidence', head: 'Frames', width: '118px', cell: (c) => <EvidenceLinks evidence={c.evidence} /> },
    ]}
  />
);

const Context = ({ row }: { row: PointRow }) => (
  <Panel title="What is known">
    <dl className="kv">
      <dt>Device</dt>
      <dd>
        <PartyLink party={row.asset} address={false} />
      </dd>
      <dt>Address</dt>
      <dd className="mono">
        <Text>{row.asset.address}</Text>
      </dd>
      <dt>Protocol</dt>
      <dd>{row.protocol}</dd>
      <dt>Type</dt>
      <dd>
        <Text>{row.type}</Text>
      </dd>
      <dt>Unit</dt>
      <dd>
        <Unknown why="Units are not on the wire in this protocol" />
      </dd>
      <dt>Seen</dt>
      <dd>{row.cadenceMs === null ? 'once' : `every ${duration(row.cadenceMs)}`}</dd>
      <dt>Last reader</dt>
      <dd>
        {row.reader === null ? (
          <span className="dim">nobody seen</span>
        ) : (
          <PartyLink party={row.reader} address={false} />
        )}
      </dd>
      <dt>Last writer</dt>
      <dd>
        {row.writer === null ? (
          <span className="dim">nobody seen</span>
        ) : (
          <PartyLink party={row.writer} address={false} />
        )}
      </dd>
      <dt>Reads</dt>
      <dd>{number(row.reads)}</dd>
      <dt>Writes</dt>
      <dd>{number(row.writes)}</dd>
      <dt>Changes</dt>
      <dd>{number(row.changes)}</dd>
      <dt>First seen</dt>
      <dd>
        <When at={row.firstAt} />
      </dd>
      <dt>Last change</dt>
      <dd>
        <When at={row.changedAt} />
      </dd>
      <dt>Last seen</dt>
      <dd>
        <When at={row.lastAt} />
      </dd>
    </dl>
  </Panel>
);
