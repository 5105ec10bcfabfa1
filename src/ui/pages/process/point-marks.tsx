/** How a point of a cell looks in a row: value in its usual band, course, guards, how small a bias would be noticed. */
import { IconAlertTriangle, IconCircleDashed } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { CellPoint, CellRow } from '../../../api/process.ts';
import { pointName } from '../../../core/point-name.ts';
import { duration, figure, measured, share } from '../../lib/format.ts';
import { useSite } from '../../lib/site.ts';
import { isTelling } from '../../parts/band.ts';
import { shownValue, Unknown } from '../../parts/basics.tsx';
import { GuardMeter } from '../../parts/learning.tsx';
import { Sparkline } from '../../parts/sparkline.tsx';

export const PointName = ({ point }: { point: CellPoint }) => {
  const site = useSite();
  return (
    <Link
      to="/s/$site/points/$point"
      params={{ site, point: String(point.id) }}
      className="mono point-name"
      title={`${point.asset.name} ${point.path}`}
    >
      {pointName(point.path)}
    </Link>
  );
};

export const NowValue = ({ point }: { point: CellPoint }) =>
  point.value === null ? (
    <Unknown>not seen</Unknown>
  ) : (
    <span className="mono" title={String(point.value)}>
      {typeof point.value === 'number' ? measured(point.value) : shownValue(point.value)}
      {point.unit !== '' && <span className="dim"> {point.unit}</span>}
    </span>
  );

/** A figure of a point, in the words of its values: what is true or false has no 1 and 0. */
const inItsWords = ({ value }: Pick<CellPoint, 'value'>, n: number): string =>
  typeof value === 'boolean' && (n === 0 || n === 1) ? String(n === 1) : figure(n);

/** Where no band says what is usual: between which values it was lately, as far as its course reaches. */
const Lately = ({ point, why }: { point: CellPoint; why: string }) => {
  const seen = point.values.filter((v) => v !== null);
  if (seen.length === 0) return <span className="usual-one small">not known yet</span>;
  const low = seen.reduce((a, b) => Math.min(a, b));
  const high = seen.reduce((a, b) => Math.max(a, b));
  return (
    <span className="usual-one small" title={why}>
      lately <span className="mono">{inItsWords(point, low)}</span>
      {high > low && (
        <>
          {typeof point.value === 'boolean' ? ' and ' : ' to '}
          <span className="mono">{inItsWords(point, high)}</span>
        </>
      )}
    </span>
  );
};

/** Lowest and highest usual value now, and where the value stands between them. */
export const UsualBand = ({ point }: { point: CellPoint }) => {
  const low = point.low.at(-1) ?? null;
  const high = point.high.at(-1) ?? null;
  if (low === null || high === null)
    return <Lately point={point} why="What is usual is not known yet: this is what was seen lately." />;
  if (!isTelling(point.values, low, high))
    return (
      <Lately
        point={point}
        why={`Its limits, ${figure(low)} to ${figure(high)}, lie far beyond all that was seen lately. Watched by: ${point.armed.join(', ')}`}
      />
    );
  const value = typeof point.value === 'boolean' ? Number(point.value) : point.value;
  const outside = typeof value === 'number' && (value < low || value > high);
  // One value is no band: there is nothing to stand between.
  if (low === high) {
    return (
      <span className="usual-one small">
        always <span className="mono">{inItsWords(point, low)}</span>
        {outside && <span className="p-high strong"> not now</span>}
      </span>
    );
  }
  // A margin at both sides, so that a value outside of the band is still on the scale.
  const room = Math.max(high - low, Number.EPSILON) * 0.35;
  const at = typeof value === 'number' ? (value - (low - room)) / (high - low + 2 * room) : undefined;
  return (
    <span
      className="usual"
      role="img"
      aria-label={`usual ${figure(low)} to ${figure(high)}${outside ? ', now outside' : ''}`}
      title={`usual ${figure(low)} to ${figure(high)}`}
    >
      <span>{figure(low)}</span>
      <span className="usual-track">
        {at !== undefined && (
          <i className={outside ? 'outside' : ''} style={{ left: `${Math.min(0.94, Math.max(0.06, at)) * 100}%` }} />
        )}
      </span>
      <span>{figure(high)}</span>
    </span>
  );
};

export const Course = ({ point, us, width }: { point: CellPoint; us: readonly number[]; width?: number }) => {
  const data = useMemo(() => ({ us, value: point.values, low: point.low, high: point.high }), [us, point]);
  if (point.nature === 'constant') return <span className="dim small">constant</span>;
  return <Sparkline data={data} label={point.path} {...(width === undefined ? {} : { width })} />;
};

/** What a guard looks for, in a word or two. */
export const GUARD_WORD: Readonly<Record<string, string>> = {
  level: 'level',
  spread: 'noise',
  stuck: 'stuck',
  'never-seen': 'unseen state',
  junk: 'junk',
  'soft-sensor': 'other points',
  relation: 'relations',
  'set-point': 'set point',
  replay: 'replay',
  dynamics: 'dynamics',
  drift: 'drift',
};
/** What notices most comes first; what every point has comes last. */
const TELLING = ['soft-sensor', 'relation', 'set-point', 'drift', 'dynamics', 'replay', 'stuck', 'spread', 'level'];
const tellingOf = (guard: string): number => (TELLING.indexOf(guard) + TELLING.length + 1) % (TELLING.length + 1);
/** Named in a row; the others are counted. */
const MOST_SHOWN = 2;
/** What watches it; the reason why others do not on hover. */
export const Guards = ({ point }: { point: CellPoint }) => {
  if (point.state !== 'armed' && point.state !== 'trial') return <GuardMeter guard={point} short />;
  const words = [...point.armed].sort((a, b) => tellingOf(a) - tellingOf(b)).map((a) => GUARD_WORD[a] ?? a);
  const shown = words.slice(0, MOST_SHOWN);
  return (
    <span
      className="guards"
      title={`${point.state === 'trial' ? `${point.text}. ` : ''}Armed: ${words.join(', ')}${point.unarmed === '' ? '' : `. Not armed: ${point.unarmed}`}`}
    >
      {point.state === 'trial' && (
        <>
          <IconCircleDashed size={13} stroke={1.8} aria-hidden="true" className="dim" />
          <span className="sr">on trial</span>
        </>
      )}
      {shown.map((w) => (
        <span key={w} className="tag outline">
          {w}
        </span>
      ))}
      {words.length > shown.length && <span className="dim tiny">+{words.length - shown.length}</span>}
    </span>
  );
};

const isJudged = ({ state }: Pick<CellPoint, 'state'>): boolean => state === 'armed' || state === 'trial';

/** Nothing is known of the point but what holds for its whole cell: no band, no guard, no bias. */
export const isAsItsCell = (point: CellPoint, cell: CellRow): boolean =>
  !isJudged(cell) && point.state === cell.state && point.low.at(-1) == null && point.detectable === null;
export const AsItsCell = ({ cell }: { cell: CellRow }) => (
  <span className="dim small" title={cell.text}>
    not yet
  </span>
);

const stillText = ({ stuckAfterMs }: CellPoint): string =>
  stuckAfterMs === null ? 'standing still is not told' : `standing still is told after ${duration(stuckAfterMs)}`;

/** The honest measure of a guard: what it would notice, and how late. */
/** A bias that is far beyond all that was seen lately is no news that anybody can use. */
const isUseful = ({ value, values, detectable }: CellPoint): boolean => {
  const now = typeof value === 'number' ? value : 0;
  return detectable !== null && isTelling(values, now - detectable, now + detectable);
};
export const Notices = ({ point }: { point: CellPoint }) =>
  point.nature === 'counter' ? (
    <span className="dim small" title="It counts up, so an offset of it means nothing.">
      counts up
    </span>
  ) : point.detectable === null ? (
    isJudged(point) && point.armed.includes('never-seen') ? (
      <span className="dim small" title="It has states, and one that was never seen is told at once">
        any state never seen
      </span>
    ) : (
      <Unknown why={point.unarmed || point.text}>{isJudged(point) ? 'goes unnoticed' : 'not known yet'}</Unknown>
    )
  ) : !isUseful(point) ? (
    <span
      className="dim small"
      title={`Only a bias of ${figure(point.detectable)} would be noticed, far beyond all that was seen lately; ${stillText(point)}`}
    >
      only beyond all seen
    </span>
  ) : (
    <span
      className="small"
      title={`A lasting bias of this size would be noticed${point.explained === null ? '' : `; the other points explain ${share(point.explained)} of what it does`}; ${stillText(point)}`}
    >
      <span className="mono">
        {figure(point.detectable)} {point.unit}
      </span>
      {point.withinMs !== null && <span className="dim"> in {duration(point.withinMs)}</span>}
    </span>
  );

/** An open finding about the point. */
export const OddMark = ({ point }: { point: CellPoint }) => {
  const site = useSite();
  if (point.finding === '') return null;
  return (
    <Link
      to="/s/$site/findings/$finding"
      params={{ site, finding: point.finding }}
      className="tag high"
      title="An open finding about this point"
    >
      <IconAlertTriangle size={11} aria-hidden="true" />
      finding
    </Link>
  );
};
