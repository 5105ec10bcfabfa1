/** Commands: first what changed the plant, then every folded command with what came of it and the frames that prove it. */
import './commands/commands.css';
import type { CommandRow } from '../../api/traffic.ts';
import { number } from '../lib/format.ts';
import { EvidenceLinks, PartyLink, Protocol, shownValue, Text, When } from '../parts/basics.tsx';
import { NoObject, NoValue } from '../parts/command-none.tsx';
import { OutcomeMark, VerbTag } from '../parts/glyphs.tsx';
import { type Column, ListTable } from '../parts/table.tsx';
import { CommandDetail } from './commands/detail.tsx';
import { PlantChanges } from './commands/plant-changes.tsx';

const columns: readonly Column<CommandRow>[] = [
  { id: 'last', head: 'Last seen', width: '146px', sort: 'last', end: true, cell: (c) => <When at={c.lastAt} /> },
  { id: 'verb', head: 'Verb', width: '138px', sort: 'verb', cell: (c) => <VerbTag verb={c.verb} /> },
  {
    id: 'client',
    head: 'Who',
    width: 'minmax(130px, 1.1fr)',
    sort: 'client',
    cell: (c) => <PartyLink party={c.client} />,
  },
  {
    id: 'target',
    head: 'Asked of',
    width: 'minmax(140px, 1.2fr)',
    sort: 'target',
    cell: (c) => <PartyLink party={c.target} />,
  },
  {
    id: 'operation',
    head: 'Service',
    width: 'minmax(150px, 1.6fr)',
    sort: 'operation',
    from: 940,
    cell: (c) => <span title={`${c.operation} (${c.protocol})`}>{c.operation}</span>,
  },
  {
    id: 'protocol',
    head: 'Protocol',
    width: '90px',
    sort: 'protocol',
    extra: true,
    cell: (c) => <Protocol name={c.protocol} />,
  },
  {
    id: 'object',
    head: 'Object',
    width: 'minmax(128px, 1.3fr)',
    sort: 'object',
    cell: (c) =>
      c.object === '' ? (
        <NoObject row={c} />
      ) : (
        <span className="mono" title={c.object}>
          {c.object}
        </span>
      ),
  },
  {
    id: 'value',
    head: 'Value',
    width: 'minmax(76px, 0.8fr)',
    sort: 'value',
    from: 1000,
    cell: (c) =>
      c.value === null ? (
        <NoValue row={c} />
      ) : (
        <span className="mono" title={String(c.value)}>
          {shownValue(c.value)}
        </span>
      ),
  },
  {
    id: 'outcome',
    head: 'Outcome',
    width: 'minmax(150px, 1.1fr)',
    sort: 'outcome',
    cell: (c) => <OutcomeMark outcome={c.outcome} reason={c.reason} />,
  },
  {
    id: 'user',
    head: 'User',
    width: '104px',
    sort: 'user',
    from: 1420,
    cell: (c) => <Text unknown="not seen">{c.user}</Text>,
  },
  { id: 'count', head: 'Times', width: '64px', sort: 'count', end: true, cell: (c) => number(c.count) },
  {
    id: 'first',
    head: 'First seen',
    width: '146px',
    sort: 'first',
    end: true,
    extra: true,
    cell: (c) => <When at={c.firstAt} />,
  },
  {
    id: 'evidence',
    head: 'Frames',
    width: '92px',
    from: 1180,
    cell: (c) =>
      c.evidence.length === 0 ? (
        <span className="unknown">not kept</span>
      ) : (
        <EvidenceLinks evidence={c.evidence} most={1} />
      ),
  },
];

const CHIPS = [
  { label: 'Engineering', q: 'engineering:true' },
  { label: 'Changing', q: 'writes:true' },
  { label: 'Refused', q: 'outcome:refused' },
  { label: 'Unanswered', q: 'outcome:unanswered' },
  { label: 'With a user', q: 'user:*' },
];

export const CommandsPage = () => (
  <div className="page full">
    <h1 className="sr">Commands</h1>
    <PlantChanges />
    <ListTable<CommandRow>
      list="commands"
      topic="commands"
      unit={['row', 'rows']}
      columns={columns}
      keyOf={(c) => c.id}
      defaultSort="-last"
      chips={CHIPS}
      detail={{
        title: (c) => (
          <span className="row wrap" style={{ gap: 6 }}>
            <VerbTag verb={c.verb} />
            {c.operation}
          </span>
        ),
        body: (c) => <CommandDetail row={c} />,
      }}
      empty={{
        title: 'No command seen yet',
        text: 'Commands come from protocols that are decoded. What runs encrypted or undecoded is not seen here: Coverage says how much that is.',
      }}
    />
  </div>
);
