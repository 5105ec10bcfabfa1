/** Columns of the queue, of closed alerts and of findings: the same wherever they are listed. */
import { Link } from '@tanstack/react-router';
import type { AlertRow, FindingRow } from '../../../api/alerts.ts';
import { inWords, number } from '../../lib/format.ts';
import { useSite } from '../../lib/site.ts';
import { PartyLink, When } from '../../parts/basics.tsx';
import {
  CertaintyMark,
  Headline,
  ImpactTag,
  OpenMark,
  PriorityMark,
  StateMark,
  SurpriseMark,
  VerdictMark,
} from '../../parts/finding-marks.tsx';
import type { Column } from '../../parts/table.tsx';

/** The device: what a statement says of a point names the point itself. */
const where = (row: AlertRow | FindingRow) => <PartyLink party={row.target} address={false} />;

export const rankedColumns: readonly Column<AlertRow>[] = [
  {
    id: 'rank',
    head: '#',
    width: '40px',
    sort: 'rank',
    end: true,
    cell: (a) => (a.rank === null ? <span className="dim">closed</span> : <span className="dim">{a.rank}</span>),
  },
  {
    id: 'priority',
    head: 'Priority',
    width: '88px',
    sort: 'priority',
    cell: (a) => <PriorityMark priority={a.priority} />,
  },
  { id: 'title', head: 'What', width: 'minmax(240px, 4fr)', sort: 'title', cell: (a) => <Headline row={a} /> },
  { id: 'where', head: 'Where', width: 'minmax(126px, 1.1fr)', cell: where },
  {
    id: 'actor',
    head: 'By whom',
    width: 'minmax(126px, 1fr)',
    sort: 'actor',
    from: 1150,
    cell: (a) =>
      a.actor === null ? <span className="dim">none seen</span> : <PartyLink party={a.actor} address={false} />,
  },
  {
    id: 'impact',
    head: 'Can touch',
    width: '92px',
    sort: 'impact',
    from: 1000,
    cell: (a) => <ImpactTag impact={a.impact} />,
  },
  {
    id: 'certainty',
    head: 'How sure',
    width: '84px',
    sort: 'certainty',
    from: 1280,
    cell: (a) => <CertaintyMark certainty={a.certainty} />,
  },
  {
    id: 'surprise',
    head: 'How unusual',
    width: '118px',
    sort: 'surprise',
    extra: true,
    cell: (a) => <SurpriseMark surprise={a.surprise} />,
  },
  {
    id: 'first',
    head: 'Since',
    width: '146px',
    sort: 'first',
    end: true,
    from: 760,
    cell: (a) => <When at={a.firstAt} />,
  },
  {
    id: 'last',
    head: 'Last seen',
    width: '146px',
    sort: 'last',
    end: true,
    from: 1400,
    cell: (a) => <When at={a.lastAt} />,
  },
  {
    id: 'findings',
    head: 'Episodes',
    width: '74px',
    sort: 'findings',
    end: true,
    from: 1350,
    cell: (a) => number(a.findings),
  },
  {
    id: 'open',
    head: 'Now',
    width: '76px',
    sort: 'open',
    from: 1060,
    cell: (a) => <OpenMark open={a.open} at={a.lastAt} />,
  },
  { id: 'state', head: 'State', width: '104px', sort: 'state', cell: (a) => <StateMark state={a.state} /> },
  {
    id: 'assignee',
    head: 'Taken by',
    width: '96px',
    sort: 'assignee',
    from: 1420,
    cell: (a) => (a.assigneeName === '' ? <span className="dim">nobody</span> : a.assigneeName),
  },
  {
    id: 'review',
    head: 'Review',
    width: '110px',
    sort: 'review',
    extra: true,
    cell: (a) => <VerdictMark verdict={a.review} />,
  },
  {
    id: 'kind',
    head: 'Kind',
    width: '140px',
    sort: 'kind',
    extra: true,
    cell: (a) => <span className="mono">{a.kind}</span>,
  },
  { id: 'detector', head: 'Detector', width: '110px', sort: 'detector', extra: true, cell: (a) => inWords(a.detector) },
];
/** What is closed has no place in the queue; what people said about it comes first. */
export const closedColumns = rankedColumns
  .filter((c) => c.id !== 'rank' && c.id !== 'state')
  .map((c) => (c.id === 'review' ? { ...c, extra: false } : c));

export const findingColumns: readonly Column<FindingRow>[] = [
  { id: 'last', head: 'Last seen', width: '146px', sort: 'last', end: true, cell: (f) => <When at={f.lastAt} /> },
  { id: 'title', head: 'What', width: 'minmax(220px, 3fr)', sort: 'title', cell: (f) => <Headline row={f} /> },
  { id: 'where', head: 'Where', width: 'minmax(120px, 1.3fr)', cell: where },
  {
    id: 'actor',
    head: 'By whom',
    width: 'minmax(110px, 1fr)',
    sort: 'actor',
    from: 1000,
    cell: (f) =>
      f.actor === null ? <span className="dim">none seen</span> : <PartyLink party={f.actor} address={false} />,
  },
  { id: 'kind', head: 'Kind', width: '150px', sort: 'kind', cell: (f) => <span className="mono">{f.kind}</span> },
  {
    id: 'surprise',
    head: 'How unusual',
    width: '118px',
    sort: 'surprise',
    from: 900,
    cell: (f) => <SurpriseMark surprise={f.surprise} />,
  },
  {
    id: 'certainty',
    head: 'How sure',
    width: '84px',
    sort: 'certainty',
    cell: (f) => <CertaintyMark certainty={f.certainty} />,
  },
  { id: 'count', head: 'Times', width: '70px', sort: 'count', end: true, cell: (f) => number(f.count) },
  { id: 'open', head: 'Now', width: '76px', sort: 'open', cell: (f) => <OpenMark open={f.open} at={f.lastAt} /> },
  {
    id: 'alert',
    head: 'Alert',
    width: '90px',
    from: 1100,
    cell: (f) => (f.alert === '' ? <span className="dim">none</span> : <AlertLink id={f.alert} />),
  },
];
const AlertLink = ({ id }: { id: string }) => {
  const site = useSite();
  return (
    <Link to="/s/$site/alerts/$alert" params={{ site, alert: id }} onClick={(e) => e.stopPropagation()}>
      open
    </Link>
  );
};
