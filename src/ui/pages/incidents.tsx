/** Incidents: findings that belong together, each with the stage that it reached. */
import { useNavigate } from '@tanstack/react-router';
import type { IncidentRow } from '../../api/alerts.ts';
import { number } from '../lib/format.ts';
import { useSite } from '../lib/site.ts';
import { When } from '../parts/basics.tsx';
import { CertaintyMark, ImpactTag, PriorityMark, StageMark } from '../parts/finding-marks.tsx';
import { type Column, ListTable } from '../parts/table.tsx';

const columns: readonly Column<IncidentRow>[] = [
  {
    id: 'priority',
    head: 'Priority',
    width: '88px',
    sort: 'priority',
    cell: (i) => <PriorityMark priority={i.priority} />,
  },
  {
    id: 'title',
    head: 'Incident',
    width: 'minmax(230px, 4fr)',
    sort: 'title',
    cell: (i) => (
      <span className={i.state === 'open' ? 'strong' : ''} title={i.title}>
        {i.title}
      </span>
    ),
  },
  {
    id: 'stage',
    head: 'Stage reached',
    width: 'minmax(190px, 1.4fr)',
    sort: 'stage',
    cell: (i) => <StageMark incident={i} />,
  },
  {
    id: 'crosses',
    head: 'Sides',
    width: '84px',
    sort: 'crosses',
    cell: (i) =>
      i.crosses ? (
        <span className="tag high" title="It goes from the office side to the plant">
          IT to OT
        </span>
      ) : (
        <span className="dim">one side</span>
      ),
  },
  { id: 'impact', head: 'Can touch', width: '92px', sort: 'impact', cell: (i) => <ImpactTag impact={i.impact} /> },
  {
    id: 'certainty',
    head: 'How sure',
    width: '84px',
    from: 1360,
    cell: (i) => <CertaintyMark certainty={i.certainty} />,
  },
  {
    id: 'findings',
    head: 'Findings',
    width: '72px',
    sort: 'findings',
    end: true,
    from: 1060,
    cell: (i) => number(i.findings),
  },
  { id: 'assets', head: 'Assets', width: '66px', sort: 'assets', end: true, from: 1060, cell: (i) => number(i.assets) },
  {
    id: 'first',
    head: 'Began',
    width: '146px',
    sort: 'first',
    end: true,
    from: 1260,
    cell: (i) => <When at={i.firstAt} />,
  },
  { id: 'last', head: 'Last step', width: '146px', sort: 'last', end: true, cell: (i) => <When at={i.lastAt} /> },
  {
    id: 'state',
    head: 'State',
    width: '70px',
    sort: 'state',
    cell: (i) => <span className={i.state === 'closed' ? 'dim' : ''}>{i.state}</span>,
  },
  {
    id: 'assignee',
    head: 'Taken by',
    width: '96px',
    sort: 'assignee',
    from: 1300,
    cell: (i) => (i.assigneeName === '' ? <span className="dim">nobody</span> : i.assigneeName),
  },
];
const CHIPS = [
  { label: 'Open', q: 'state:open' },
  { label: 'From IT to OT', q: 'crosses:true' },
  { label: 'Safety', q: 'impact:safety' },
];

export const IncidentsPage = () => {
  const site = useSite();
  const navigate = useNavigate();
  return (
    <div className="page full">
      <h1 className="sr">Incidents</h1>
      <ListTable<IncidentRow>
        list="incidents"
        topic="incidents"
        unit={['incident', 'incidents']}
        columns={columns}
        keyOf={(i) => i.id}
        defaultSort="-last"
        chips={CHIPS}
        open={(i) => void navigate({ to: '/s/$site/incidents/$incident', params: { site, incident: i.id } })}
        empty={{
          title: 'No findings belong together so far',
          text: 'Findings are joined along who acted on whom and the order in which attacks go. Single findings stand under Alerts.',
        }}
      />
    </div>
  );
};
