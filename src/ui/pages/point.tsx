/** One process variable: its value now, its course with a range to look into, who reads and who writes it. */
import './points/points.css';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import type { CommandRow, PointRow } from '../../api/traffic.ts';
import { pointName } from '../../core/point-name.ts';
import { call } from '../lib/api.ts';
import { duration, measured, number, plural } from '../lib/format.ts';
import { useSite } from '../lib/site.ts';
import {
  EvidenceLinks,
  Loading,
  Panel,
  PartyLink,
  Problem,
  Protocol,
  shownValue,
  Text,
  Unknown,
  When,
} from '../parts/basics.tsx';
import { Fetched } from '../parts/fetched.tsx';
import { isWriting, OutcomeMark, VerbTag } from '../parts/glyphs.tsx';
import { ForOthers } from '../parts/others.tsx';
import { SmallTable } from '../parts/simple-table.tsx';
import { bandQueryOf, Course } from './points/course.tsx';
import { PointValue, Quality, RangeBar } from './points/marks.tsx';
import { UnitDialog } from './points/unit.tsx';
import { Watched } from './points/watched.tsx';

export const PointPage = () => {
  const site = useSite();
  const { point = '' } = useParams({ strict: false }) as { point?: string };
  const query = useQuery({
    queryKey: ['points', site, 'point', point],
    queryFn: ({ signal }) => call('point', { site, point }, undefined, signal),
  });
  return (
    <Fetched query={query} what="the point">
      {(row) => <Loaded row={row} />}
    </Fetched>
  );
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
  const band = useQuery(bandQueryOf(site, row.id, undefined));
  const isRead = band.data !== undefined && band.data.reading !== '';
  const last = band.data?.value.findLast((v) => v !== null) ?? undefined;
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
          <h1 title={row.path}>{pointName(row.path)}</h1>
        </div>
        {isRead ? (
          <div className="stack" style={{ gap: 2 }}>
            <span className="caps">Last value, as it is read</span>
            <span className="now mono">
              {last === undefined ? <Unknown>not seen</Unknown> : measured(last)}
              {row.unit !== '' && <span className="dim"> {row.unit}</span>}
            </span>
            <span className="dim small">
              {band.data?.reading} On the wire: <PointValue row={{ ...row, unit: '' }} />
            </span>
          </div>
        ) : (
          <>
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
          </>
        )}
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
        <div className="stack" style={{ gap: 14 }}>
          <Watched point={row.id} />
          <Context row={row} />
        </div>
      </div>
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

const Context = ({ row }: { row: PointRow }) => {
  const [asking, setAsking] = useState(false);
  return (
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
        <dd>
          <Protocol name={row.protocol} />
        </dd>
        <dt>Type</dt>
        <dd>
          <Text>{row.type}</Text>
        </dd>
        <dt>Unit</dt>
        <dd>
          <span className="row" style={{ gap: 8 }}>
            {row.unit === '' ? <Unknown why="Units are not on the wire in this protocol" /> : row.unit}
            <ForOthers work="correct" what="set it">
              <button type="button" className="chip" onClick={() => setAsking(true)}>
                Set …
              </button>
            </ForOthers>
          </span>
          {asking && <UnitDialog points={[row.id]} unit={row.unit} onClose={() => setAsking(false)} />}
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
};
