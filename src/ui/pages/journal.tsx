/** The journal: who changed what, append-only, each row chained to the one before; its head can be kept elsewhere. */
import './journal/journal.css';
import { useQuery } from '@tanstack/react-query';
import type { Static } from 'typebox';
import type { JournalRow as JournalSchema } from '../../api/sites.ts';
import { meQuery } from '../lib/site.ts';
import { Address, Empty, Text, When } from '../parts/basics.tsx';
import { type Column, ListTable } from '../parts/table.tsx';
import { Chain } from './journal/chain.tsx';

export type JournalEntry = Static<typeof JournalSchema>;

/** Details are JSON objects in the journal: names and values for people. What is no object stays as it is. */
export const detailOf = (text: string): readonly (readonly [name: string, value: string])[] => {
  try {
    const value: unknown = JSON.parse(text);
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return [['', text]];
    return Object.entries(value)
      .map(([k, v]) => [k, typeof v === 'string' ? v : JSON.stringify(v)] as const)
      .filter(([, v]) => v !== '');
  } catch {
    return text === '' ? [] : [['', text]];
  }
};
const Detail = ({ text }: { text: string }) => {
  const parts = detailOf(text);
  if (parts.length === 0) return <span className="dim">none</span>;
  return (
    <span title={text}>
      {parts.map(([name, value], i) => (
        <span key={name}>
          {i > 0 && ', '}
          {name !== '' && <span className="dim">{name} </span>}
          {value}
        </span>
      ))}
    </span>
  );
};

/** What was done, as people say it; the word of the record stands on hover and in filters. */
const DONE: Readonly<Record<string, string>> = {
  'alert.change': 'alert changed',
  'alert.review': 'alert reviewed',
  'asset.change': 'asset corrected',
  'asset.merge': 'devices merged',
  'asset.split': 'devices split',
  'baseline.accept': 'accepted as new normal',
  'baseline.accepted': 'new normal learned',
  'baseline.carry': 'baseline carried over',
  'baseline.restore': 'baseline restored',
  'baseline.save': 'baseline saved',
  'correction.undo': 'correction undone',
  'detection.tune': 'thresholds changed',
  'learning.again': 'learned again',
  'evidence.download': 'evidence downloaded',
  'incident.change': 'incident changed',
  'journal.head-anew': 'kept head begun anew',
  'journal.lost': 'rows found missing',
  login: 'logged in',
  'login.failed': 'login failed',
  logout: 'logged out',
  'names.apply': 'asset list imported',
  'plant.stage-attack': 'attack staged',
  'point.unit': 'unit of a point set',
  'relation.add': 'relation added',
  'relation.change': 'relation changed',
  'settings.change': 'settings changed',
  setup: 'set up',
  'site.change': 'site changed',
  'source.open': 'source opened',
  'user.add': 'user added',
  'user.change': 'user changed',
  'user.password': 'password changed',
  'window.add': 'work announced',
  'window.change': 'announced work changed',
};
const doneWords = (what: string): string => (Object.hasOwn(DONE, what) ? (DONE[what] ?? what) : what);

const columns: readonly Column<JournalEntry>[] = [
  { id: 'id', head: 'Row', width: '64px', end: true, cell: (r) => <span className="dim">{r.id}</span> },
  { id: 'at', head: 'When', width: '150px', sort: 'at', end: true, cell: (r) => <When at={r.at} /> },
  {
    id: 'who',
    head: 'Who',
    width: '128px',
    sort: 'who',
    cell: (r) => (r.who === 'system' ? <span className="dim">Gatehouse itself</span> : r.who),
  },
  {
    id: 'what',
    head: 'What',
    width: '156px',
    sort: 'what',
    cell: (r) => (
      <span className="strong" title={`what:${r.what}`}>
        {doneWords(r.what)}
      </span>
    ),
  },
  {
    id: 'subject',
    head: 'To what',
    width: 'minmax(190px, 1.4fr)',
    sort: 'subject',
    cell: (r) => (
      <span title={r.subject}>
        <Text unknown="nothing named">{r.subjectName}</Text>
      </span>
    ),
  },
  {
    id: 'detail',
    head: 'Detail',
    width: 'minmax(160px, 1.6fr)',
    cell: (r) => <Detail text={r.detail} />,
  },
  {
    id: 'hash',
    head: 'Hash',
    width: '112px',
    from: 900,
    cell: (r) => (
      <span className="mono dim" title={`SHA-256 ${r.hash}`}>
        {r.hash.slice(0, 12)}
      </span>
    ),
  },
];

/** Roles whose rights include the journal. */
const READERS = new Set(['admin', 'auditor', 'manager', 'analyst', 'engineer']);

export const JournalPage = () => {
  const me = useQuery(meQuery);
  if (me.data && !READERS.has(me.data.role)) {
    return <Empty title="The journal is not open to your role">Ask an administrator for the role of an auditor.</Empty>;
  }
  return (
    <div className="page full">
      <h1 className="sr">Journal</h1>
      <Chain />
      <ListTable<JournalEntry>
        list="journal"
        topic="journal"
        unit={['row', 'rows']}
        columns={columns}
        keyOf={(r) => r.id}
        defaultSort="-at"
        chips={[
          { label: 'Last 24 h', q: 'at:>24h' },
          { label: 'Last 7 days', q: 'at:>7d' },
        ]}
        detail={{
          title: (r) => doneWords(r.what),
          body: (r) => (
            <dl className="kv">
              <dt>Row</dt>
              <dd>{r.id}</dd>
              <dt>When</dt>
              <dd>
                <When at={r.at} />
                <div className="mono dim">{r.at}</div>
              </dd>
              <dt>Who</dt>
              <dd>{r.who}</dd>
              <dt>To what</dt>
              <dd>
                <Text unknown="nothing named">{r.subjectName}</Text>
              </dd>
              <dt>Detail</dt>
              <dd>
                <Detail text={r.detail} />
              </dd>
              <dt>Hash</dt>
              <dd>
                <Address>{r.hash}</Address>
              </dd>
            </dl>
          ),
        }}
        empty={{
          title: 'Nothing was changed yet',
          text: 'Every change that a person or Gatehouse makes stands here for good.',
        }}
      />
    </div>
  );
};
