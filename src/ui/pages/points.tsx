/** Points: every process variable on the wire with its value, trend, rhythm, and who reads and writes it. */
import './points/points.css';
import { Button } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useCallback, useState } from 'react';
import type { PointRow } from '../../api/traffic.ts';
import { pointName } from '../../core/point-name.ts';
import { duration, number } from '../lib/format.ts';
import { useMay } from '../lib/may.ts';
import { useSite } from '../lib/site.ts';
import { PartyLink, Protocol, When } from '../parts/basics.tsx';
import { type Column, ListTable } from '../parts/table.tsx';
import { PointValue, Quality, RangeBar } from './points/marks.tsx';
import { RowTrend } from './points/trend.tsx';
import { UnitDialog } from './points/unit.tsx';

const columns: readonly Column<PointRow>[] = [
  {
    id: 'path',
    head: 'Point',
    width: 'minmax(196px, 1.8fr)',
    sort: 'path',
    cell: (p) => (
      <span className="mono" title={p.path}>
        {pointName(p.path)}
      </span>
    ),
  },
  {
    id: 'asset',
    head: 'Device',
    width: 'minmax(120px, 1fr)',
    sort: 'asset',
    cell: (p) => <PartyLink party={p.asset} />,
  },
  {
    id: 'value',
    head: 'Value',
    width: 'minmax(140px, 0.8fr)',
    sort: 'value',
    end: true,
    cell: (p) => <PointValue row={p} />,
  },
  { id: 'trend', head: 'Trend', width: '112px', from: 900, cell: (p) => <RowTrend row={p} /> },
  { id: 'range', head: 'In its range', width: '150px', from: 1330, cell: (p) => <RangeBar row={p} /> },
  {
    id: 'type',
    head: 'Type',
    width: '104px',
    sort: 'type',
    cell: (p) => (p.type === '' ? <span className="unknown">not known</span> : p.type),
  },
  {
    id: 'protocol',
    head: 'Protocol',
    width: '90px',
    sort: 'protocol',
    extra: true,
    cell: (p) => <Protocol name={p.protocol} />,
  },
  {
    id: 'cadence',
    head: 'Seen',
    width: '104px',
    sort: 'cadence',
    end: true,
    cell: (p) =>
      p.cadenceMs === null ? (
        <span className="dim" title="No rhythm yet: fewer than two sightings">
          once
        </span>
      ) : (
        `every ${duration(p.cadenceMs)}`
      ),
  },
  {
    id: 'changes',
    head: 'Changes',
    width: '78px',
    sort: 'changes',
    end: true,
    from: 880,
    cell: (p) => number(p.changes),
  },
  {
    id: 'writer',
    head: 'Last writer',
    width: 'minmax(120px, 0.9fr)',
    sort: 'writer',
    cell: (p) =>
      p.writer === null ? <span className="dim">nobody seen</span> : <PartyLink party={p.writer} address={false} />,
  },
  {
    id: 'reader',
    head: 'Last reader',
    width: 'minmax(120px, 0.9fr)',
    sort: 'reader',
    from: 1120,
    cell: (p) =>
      p.reader === null ? <span className="dim">nobody seen</span> : <PartyLink party={p.reader} address={false} />,
  },
  { id: 'quality', head: 'Quality', width: '104px', from: 1240, cell: (p) => <Quality quality={p.quality} /> },
  { id: 'reads', head: 'Reads', width: '76px', sort: 'reads', end: true, extra: true, cell: (p) => number(p.reads) },
  {
    id: 'writes',
    head: 'Writes',
    width: '76px',
    sort: 'writes',
    end: true,
    extra: true,
    cell: (p) => number(p.writes),
  },
  {
    id: 'changed',
    head: 'Last change',
    width: '146px',
    sort: 'changed',
    end: true,
    from: 1440,
    cell: (p) => <When at={p.changedAt} />,
  },
  {
    id: 'last',
    head: 'Last seen',
    width: '146px',
    sort: 'last',
    end: true,
    extra: true,
    cell: (p) => <When at={p.lastAt} />,
  },
];

const CHIPS = [
  { label: 'Written', q: 'written:true' },
  { label: 'Changing', q: 'changes:>1' },
  { label: 'Constant', q: 'changes:<2' },
  { label: 'Faster than 1 s', q: 'cadence:<1000' },
];

export const PointsPage = () => {
  const site = useSite();
  const navigate = useNavigate();
  const open = useCallback(
    (p: PointRow) => void navigate({ to: '/s/$site/points/$point', params: { site, point: String(p.id) } }),
    [navigate, site],
  );
  const may = useMay('correct');
  const [ticked, setTicked] = useState<ReadonlyMap<string, PointRow>>(new Map());
  const [naming, setNaming] = useState(false);
  const toggle = (p: PointRow) => {
    const next = new Map(ticked);
    if (!next.delete(String(p.id))) next.set(String(p.id), p);
    setTicked(next);
  };
  const units = [...new Set([...ticked.values()].map((p) => p.unit))];
  return (
    <div className="page full">
      <h1 className="sr">Points</h1>
      <ListTable<PointRow>
        list="points"
        topic="points"
        unit={['point', 'points']}
        columns={columns}
        keyOf={(p) => p.id}
        defaultSort="-changed"
        chips={CHIPS}
        open={open}
        {...(may ? { selected: { ids: new Set(ticked.keys()), toggle } } : {})}
        tools={
          ticked.size > 0 && (
            <span className="row" style={{ gap: 6 }}>
              <Button onClick={() => setNaming(true)}>Unit of {ticked.size} …</Button>
              <button type="button" className="chip" onClick={() => setTicked(new Map())}>
                Untick
              </button>
            </span>
          )
        }
        empty={{
          title: 'No process variable seen yet',
          text: 'A point appears when its value is read or written in a protocol that is decoded. Values inside encrypted or undecoded traffic are not seen.',
        }}
      />
      {naming && (
        <UnitDialog
          points={[...ticked.values()].map((p) => p.id)}
          unit={units.length === 1 ? (units[0] ?? '') : ''}
          onClose={() => setNaming(false)}
          onDone={() => setTicked(new Map())}
        />
      )}
    </div>
  );
};
