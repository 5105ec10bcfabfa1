/** One process cell: its points with everything that is known about how they are watched, and its relations as text. */
import './process/process.css';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { CellDetail, CellPoint } from '../../api/process.ts';
import { call } from '../lib/api.ts';
import { duration, number, plural } from '../lib/format.ts';
import { useSite } from '../lib/site.ts';
import { Panel, PartyLink, Unknown, When } from '../parts/basics.tsx';
import { Fetched } from '../parts/fetched.tsx';
import { ROLE_WORD, RoleGlyph } from '../parts/glyphs.tsx';
import { GuardMeter } from '../parts/learning.tsx';
import { SmallTable } from '../parts/simple-table.tsx';
import { Cycles } from './process/cycles.tsx';
import {
  AsItsCell,
  Course,
  Guards,
  isAsItsCell,
  Notices,
  NowValue,
  OddMark,
  PointName,
  UsualBand,
} from './process/point-marks.tsx';
import { Relations } from './process/relations.tsx';

/** Rows behind a course here: the cell alone is on screen, so it may be finer. */
const SAMPLES = 300;

export const CellPage = () => {
  const site = useSite();
  const { cell = '' } = useParams({ strict: false }) as { cell?: string };
  const query = useQuery({
    queryKey: ['process', site, 'cell', cell, SAMPLES],
    queryFn: ({ signal }) => call('cell', { site, cell, samples: SAMPLES }, undefined, signal),
  });
  return (
    <Fetched
      query={query}
      what="the cell"
      back={
        <Link to="/s/$site/process" params={{ site }}>
          All cells
        </Link>
      }
    >
      {(detail) => <Loaded detail={detail} />}
    </Fetched>
  );
};

const Loaded = ({ detail }: { detail: CellDetail }) => {
  const { cell, points, us } = detail;
  const site = useSite();
  const reasons = useMemo(() => whyNot(points), [points]);
  const as = (p: CellPoint) => (isAsItsCell(p, cell) ? <AsItsCell cell={cell} /> : undefined);
  return (
    <div className="page">
      <header className="page-head" style={{ flexWrap: 'wrap' }}>
        <span className="small dim">
          <Link to="/s/$site/process" params={{ site }}>
            Process
          </Link>{' '}
          /
        </span>
        <h1>{cell.name}</h1>
        <span className="row dim" style={{ gap: 6 }}>
          <RoleGlyph role={cell.controller.role} />
          {cell.controller.name.startsWith(cell.name) ? (
            <Link to="/s/$site/assets/$asset" params={{ site, asset: cell.controller.id }} className="small">
              {ROLE_WORD[cell.controller.role]}: the device
            </Link>
          ) : (
            <PartyLink party={cell.controller} />
          )}
          {cell.made !== '' && <span className="small">{cell.made}</span>}
        </span>
      </header>
      <div className="figures">
        <div>
          <b>{number(cell.points)}</b>
          <span>points</span>
        </div>
        <div>
          <b className={cell.armed === 0 ? 'dim' : ''}>{cell.armed === 0 ? 'none' : number(cell.armed)}</b>
          <span>watched</span>
        </div>
        <div>
          <b className={cell.open === 0 ? 'dim' : 'p-high'}>{cell.open === 0 ? 'none' : number(cell.open)}</b>
          <span>open findings</span>
        </div>
        <div>
          <b className={detail.relations.length === 0 ? 'dim' : ''}>
            {detail.relations.length === 0 ? 'none' : number(detail.relations.length)}
          </b>
          <span>relations</span>
        </div>
        <div>
          <b>{cell.stepMs === null ? <Unknown /> : duration(cell.stepMs)}</b>
          <span>from row to row</span>
        </div>
        <div>
          <b style={{ fontSize: 13, lineHeight: '22px' }}>
            <When at={cell.lastAt} />
          </b>
          <span>last row</span>
        </div>
      </div>
      <p className="dim flat">
        <GuardMeter guard={cell} full />
      </p>
      <div className="columns tables">
        <Panel title="Points" count={plural(points.length, 'point')} flush>
          <SmallTable<CellPoint>
            label="Points of the cell"
            rows={points}
            keyOf={(p) => p.id}
            most={64}
            empty="No point in this cell."
            columns={[
              {
                id: 'path',
                head: 'Point',
                width: 'minmax(120px, 1.4fr)',
                by: (p) => p.path,
                cell: (p) => (
                  <span className="row" style={{ gap: 6 }}>
                    <PointName point={p} />
                    <OddMark point={p} />
                  </span>
                ),
              },
              {
                id: 'value',
                head: 'Now',
                width: '96px',
                end: true,
                by: (p) => Number(p.value),
                cell: (p) => <NowValue point={p} />,
              },
              { id: 'usual', head: 'Usual', width: '156px', cell: (p) => <UsualBand point={p} /> },
              { id: 'course', head: 'Course', width: '134px', cell: (p) => <Course point={p} us={us} width={118} /> },
              {
                id: 'guards',
                head: 'Watched by',
                width: 'minmax(130px, 1.4fr)',
                by: (p) => p.armed.length,
                cell: (p) => <Guards point={p} />,
              },
              {
                id: 'bias',
                head: 'Would notice a bias of',
                width: '136px',
                by: (p) => p.detectable ?? Number.POSITIVE_INFINITY,
                cell: (p) => as(p) ?? <Notices point={p} />,
              },
            ]}
          />
        </Panel>
        <div className="stack" style={{ gap: 14 }}>
          <Relations cell={cell.id} relations={detail.relations} />
          <Cycles cycles={detail.cycles} />
          {reasons.length > 0 && (
            <Panel title="What is not watched, and why">
              <ul className="list">
                {reasons.map(([why, names]) => (
                  <li key={why} style={{ padding: '5px 0' }}>
                    <div>{why}</div>
                    <div className="dim small">
                      {names.slice(0, 6).join(', ')}
                      {names.length > 6 && ` and ${names.length - 6} more`}
                    </div>
                  </li>
                ))}
              </ul>
            </Panel>
          )}
        </div>
      </div>
    </div>
  );
};

/** Reasons with the points they hold for, the most frequent first. */
const whyNot = (points: readonly CellPoint[]): (readonly [string, readonly string[]])[] => {
  const by = new Map<string, string[]>();
  for (const p of points) {
    if (p.unarmed === '') continue;
    const names = by.get(p.unarmed);
    if (names) names.push(p.path);
    else by.set(p.unarmed, [p.path]);
  }
  return [...by].sort((a, b) => b[1].length - a[1].length);
};
