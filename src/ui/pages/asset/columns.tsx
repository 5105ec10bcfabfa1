/** Columns of the lists that an asset's tabs show. */
import type { ChangeRow, CommandRow, PointRow, SessionRow, WeirdRow } from '../../../api/traffic.ts';
import { pointName } from '../../../core/point-name.ts';
import { duration, number } from '../../lib/format.ts';
import { EvidenceLinks, PartyLink, Protocol, shownValue, Text, Unknown, When } from '../../parts/basics.tsx';
import { OutcomeMark, VerbTag } from '../../parts/glyphs.tsx';
import type { Column } from '../../parts/table.tsx';

const Value = ({ row }: { row: { value: CommandRow['value'] } }) =>
  row.value === null ? <span className="dim">none</span> : <span className="mono">{shownValue(row.value)}</span>;

export const commandColumns: readonly Column<CommandRow>[] = [
  { id: 'verb', head: 'Verb', width: '148px', sort: 'verb', cell: (c) => <VerbTag verb={c.verb} count={c.count} /> },
  {
    id: 'client',
    head: 'Who',
    width: 'minmax(150px, 1fr)',
    sort: 'client',
    cell: (c) => <PartyLink party={c.client} address={false} />,
  },
  {
    id: 'target',
    head: 'To',
    width: 'minmax(130px, 1fr)',
    sort: 'target',
    cell: (c) => <PartyLink party={c.target} address={false} />,
  },
  {
    id: 'object',
    head: 'What',
    width: 'minmax(150px, 1.5fr)',
    sort: 'object',
    cell: (c) => (
      <span title={`${c.operation} ${c.object}`}>
        {c.object === '' ? c.operation : <span className="mono">{c.object}</span>}{' '}
        {c.object !== '' && <span className="dim small">{c.operation}</span>}
      </span>
    ),
  },
  { id: 'value', head: 'Value', width: 'minmax(64px, 0.6fr)', sort: 'value', cell: (c) => <Value row={c} /> },
  {
    id: 'outcome',
    head: 'Outcome',
    width: '140px',
    sort: 'outcome',
    cell: (c) => <OutcomeMark outcome={c.outcome} reason={c.reason} />,
  },
  {
    id: 'user',
    head: 'User',
    width: '120px',
    sort: 'user',
    extra: true,
    cell: (c) => <Text unknown="not said">{c.user}</Text>,
  },
  { id: 'last', head: 'Last', width: '148px', sort: 'last', end: true, cell: (c) => <When at={c.lastAt} /> },
  { id: 'evidence', head: 'Evidence', width: '116px', from: 900, cell: (c) => <EvidenceLinks evidence={c.evidence} /> },
];

export const pointColumns: readonly Column<PointRow>[] = [
  {
    id: 'path',
    head: 'Point',
    width: 'minmax(170px, 1.6fr)',
    sort: 'path',
    cell: (p) => (
      <span className="mono" title={p.path}>
        {pointName(p.path)}
      </span>
    ),
  },
  { id: 'type', head: 'Type', width: '86px', sort: 'type', cell: (p) => <Text>{p.type}</Text> },
  {
    id: 'value',
    head: 'Latest value',
    width: '130px',
    end: true,
    cell: (p) =>
      p.value === null ? <Unknown>not seen</Unknown> : <span className="mono strong">{shownValue(p.value)}</span>,
  },
  {
    id: 'range',
    head: 'Range seen',
    width: '132px',
    end: true,
    from: 980,
    cell: (p) =>
      p.min === null || p.max === null ? (
        <Unknown>no numbers</Unknown>
      ) : (
        <span className="mono dim">{`${shownValue(p.min)} … ${shownValue(p.max)}`}</span>
      ),
  },
  {
    id: 'writer',
    head: 'Last writer',
    width: 'minmax(110px, 1fr)',
    sort: 'writer',
    cell: (p) =>
      p.writer ? <PartyLink party={p.writer} address={false} /> : <span className="dim">no write seen</span>,
  },
  {
    id: 'writes',
    head: 'Writes',
    width: '72px',
    sort: 'writes',
    end: true,
    cell: (p) => (p.writes === 0 ? <span className="dim">none</span> : number(p.writes)),
  },
  {
    id: 'reader',
    head: 'Last reader',
    width: 'minmax(110px, 1fr)',
    sort: 'reader',
    cell: (p) =>
      p.reader ? <PartyLink party={p.reader} address={false} /> : <span className="dim">no read seen</span>,
  },
  {
    id: 'cadence',
    head: 'Every',
    width: '84px',
    sort: 'cadence',
    end: true,
    cell: (p) => (p.cadenceMs === null ? <Unknown>seen once</Unknown> : duration(p.cadenceMs)),
  },
  { id: 'last', head: 'Last', width: '148px', sort: 'last', end: true, cell: (p) => <When at={p.lastAt} /> },
];

export const sessionColumns: readonly Column<SessionRow>[] = [
  { id: 'protocol', head: 'Protocol', width: '98px', sort: 'protocol', cell: (s) => <Protocol name={s.protocol} /> },
  { id: 'phase', head: 'Phase', width: '110px', sort: 'phase', cell: (s) => s.phase },
  {
    id: 'client',
    head: 'Client',
    width: 'minmax(118px, 1fr)',
    sort: 'client',
    cell: (s) => <PartyLink party={s.client} address={false} />,
  },
  {
    id: 'server',
    head: 'Server',
    width: 'minmax(118px, 1fr)',
    sort: 'server',
    cell: (s) => <PartyLink party={s.server} address={false} />,
  },
  {
    id: 'user',
    head: 'User',
    width: 'minmax(100px, 0.7fr)',
    sort: 'user',
    cell: (s) => <Text unknown="not said">{s.user}</Text>,
  },
  {
    id: 'detail',
    head: 'Detail',
    width: 'minmax(120px, 1.2fr)',
    cell: (s) => (
      <span className="row">
        {s.clearCredential && (
          <span className="tag medium" title="A credential was sent in clear; it is masked here">
            ◆ clear credential
          </span>
        )}
        <span className="cut" title={s.detail}>
          {s.detail}
        </span>
      </span>
    ),
  },
  { id: 'outcome', head: 'Outcome', width: '120px', sort: 'outcome', cell: (s) => <OutcomeMark outcome={s.outcome} /> },
  { id: 'count', head: 'Times', width: '70px', from: 1040, sort: 'count', end: true, cell: (s) => number(s.count) },
  { id: 'last', head: 'Last', width: '148px', sort: 'last', end: true, cell: (s) => <When at={s.lastAt} /> },
  { id: 'evidence', head: 'Evidence', width: '116px', from: 900, cell: (s) => <EvidenceLinks evidence={s.evidence} /> },
];

export const changeColumns: readonly Column<ChangeRow>[] = [
  { id: 'at', head: 'When', width: '156px', sort: 'at', cell: (c) => <When at={c.at} /> },
  {
    id: 'what',
    head: 'What changed',
    width: 'minmax(160px, 1fr)',
    sort: 'what',
    cell: (c) => <span className="strong">{c.what}</span>,
  },
  {
    id: 'before',
    head: 'Before',
    width: 'minmax(120px, 1fr)',
    cell: (c) => <Text unknown="nothing known">{c.before}</Text>,
  },
  { id: 'after', head: 'After', width: 'minmax(120px, 1fr)', cell: (c) => <Text unknown="nothing">{c.after}</Text> },
  { id: 'evidence', head: 'Evidence', width: '130px', cell: (c) => <EvidenceLinks evidence={c.evidence} /> },
];

export const weirdColumns: readonly Column<WeirdRow>[] = [
  { id: 'protocol', head: 'Protocol', width: '98px', sort: 'protocol', cell: (w) => <Protocol name={w.protocol} /> },
  { id: 'code', head: 'What', width: 'minmax(150px, 1.2fr)', sort: 'code', cell: (w) => w.code },
  { id: 'detail', head: 'Detail', width: 'minmax(120px, 2fr)', cell: (w) => <span title={w.detail}>{w.detail}</span> },
  {
    id: 'client',
    head: 'Client',
    width: 'minmax(100px, 1fr)',
    sort: 'client',
    cell: (w) => <PartyLink party={w.client} address={false} />,
  },
  {
    id: 'server',
    head: 'Server',
    width: 'minmax(100px, 1fr)',
    sort: 'server',
    cell: (w) => <PartyLink party={w.server} address={false} />,
  },
  { id: 'count', head: 'Times', width: '70px', from: 1040, sort: 'count', end: true, cell: (w) => number(w.count) },
  { id: 'last', head: 'Last', width: '148px', sort: 'last', end: true, cell: (w) => <When at={w.lastAt} /> },
  { id: 'evidence', head: 'Evidence', width: '116px', cell: (w) => <EvidenceLinks evidence={w.evidence} /> },
];
