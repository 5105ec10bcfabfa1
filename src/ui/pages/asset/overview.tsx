/** The first look at an asset: who writes to it and whom it writes to, its peers, rack, children, and what is worth a look. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { AssetDetail, ModuleRow, PeerRow } from '../../../api/assets.ts';
import type { CommandRow } from '../../../api/traffic.ts';
import { call } from '../../lib/api.ts';
import { bytes, number, plural } from '../../lib/format.ts';
import { useSite } from '../../lib/site.ts';
import {
  EvidenceLinks,
  Panel,
  PartyLink,
  Problem,
  Protocol,
  shownValue,
  Text,
  Unknown,
  When,
} from '../../parts/basics.tsx';
import { NoValue } from '../../parts/command-none.tsx';
import { isEngineering, isWriting, OutcomeMark, RoleGlyph, VerbTag } from '../../parts/glyphs.tsx';
import { type SmallColumn, SmallTable } from '../../parts/simple-table.tsx';
import { MergeDialog } from './merge.tsx';
import { type PeerLine, peerLines } from './peers.ts';

const MOST_WRITES = 8;

const verbsOf = (p: PeerRow): [string, number][] =>
  Object.entries(p.verbs)
    .map(([v, n]): [string, number] => [v, Number(n)])
    .sort(
      ([a], [b]) => Number(isEngineering(b)) - Number(isEngineering(a)) || Number(isWriting(b)) - Number(isWriting(a)),
    );
/** Engineering first, then writers, then by volume. */
const weight = (p: PeerRow): number =>
  (Object.keys(p.verbs).some(isEngineering) ? 2e15 : Object.keys(p.verbs).some(isWriting) ? 1e15 : 0) +
  p.bytesIn +
  p.bytesOut;

/** Ports that were tried, in a row; the others are counted. */
const MOST_PORTS = 3;

const peerColumns: readonly SmallColumn<PeerLine>[] = [
  {
    id: 'peer',
    head: 'Peer',
    width: 'minmax(190px, 1.4fr)',
    by: (p) => p.peer.name,
    cell: (p) => (
      <span className="row">
        <RoleGlyph role={p.peer.role} />
        <PartyLink party={p.peer} />
      </span>
    ),
  },
  {
    id: 'side',
    head: 'Asks',
    width: '92px',
    by: (p) => p.side,
    cell: (p) => (p.side === 'client' ? 'it asks →' : '← is asked'),
  },
  {
    id: 'protocol',
    head: 'By',
    width: 'minmax(150px, 0.7fr)',
    by: (p) => p.protocol,
    cell: (p) => (
      <span title={p.ports.join(', ')}>
        {p.protocol !== '' && (
          <>
            <Protocol name={p.protocol} />{' '}
          </>
        )}
        <span className="dim small">
          {p.ports.slice(0, MOST_PORTS).join(', ')}
          {p.ports.length > MOST_PORTS && ` +${number(p.ports.length - MOST_PORTS)}`}
        </span>
        {p.protocol === '' &&
          (p.hasPayload ? <Unknown> not recognised</Unknown> : <span className="dim"> no payload</span>)}
      </span>
    ),
  },
  {
    id: 'verbs',
    head: 'What for',
    width: 'minmax(190px, 1.6fr)',
    cell: (p) => {
      const verbs = verbsOf(p);
      return (
        <span className="row wrap" style={{ gap: 4, padding: '3px 0' }}>
          {verbs.length === 0 && (
            <span className="dim">{p.encrypted ? 'encrypted: not visible' : 'no command seen'}</span>
          )}
          {verbs.slice(0, 4).map(([v, n]) => (
            <VerbTag key={v} verb={v} count={n} />
          ))}
          {p.refused > 0 && <span className="tag medium">✕ {number(p.refused)} refused</span>}
          {p.oneWay && (
            <span className="tag outline" title="Only one direction is in the capture">
              one way
            </span>
          )}
        </span>
      );
    },
  },
  {
    id: 'bytes',
    head: 'Octets',
    width: '84px',
    end: true,
    by: (p) => p.bytesIn + p.bytesOut,
    cell: (p) => bytes(p.bytesIn + p.bytesOut),
  },
  {
    id: 'last',
    head: 'Last',
    width: '148px',
    end: true,
    by: (p) => p.lastAt ?? '',
    cell: (p) => <When at={p.lastAt} />,
  },
];

const moduleColumns: readonly SmallColumn<ModuleRow>[] = [
  { id: 'slot', head: 'Slot', width: '56px', cell: (m) => <span className="mono">{m.slot}</span> },
  {
    id: 'model',
    head: 'Module',
    width: 'minmax(150px, 1.4fr)',
    cell: (m) =>
      m.present ? (
        <span className="strong">
          <Text>{m.model}</Text>
        </span>
      ) : (
        <Unknown why="It was asked for, and nothing identified itself there">asked for, did not answer</Unknown>
      ),
  },
  {
    id: 'order',
    head: 'Order number',
    width: 'minmax(130px, 1fr)',
    cell: (m) => (
      <span className="mono">
        <Text>{m.orderNumber}</Text>
      </span>
    ),
  },
  {
    id: 'firmware',
    head: 'Firmware',
    width: '96px',
    cell: (m) => (
      <span className="mono">
        <Text>{m.firmware}</Text>
      </span>
    ),
  },
  {
    id: 'serial',
    head: 'Serial number',
    width: 'minmax(110px, 0.8fr)',
    cell: (m) => (
      <span className="mono">
        <Text>{m.serial}</Text>
      </span>
    ),
  },
  {
    id: 'via',
    head: 'How it is known',
    width: 'minmax(110px, 0.8fr)',
    cell: (m) => (
      <span className="dim" title={m.via}>
        {m.via}
      </span>
    ),
  },
  { id: 'evidence', head: 'Evidence', width: '86px', cell: (m) => <EvidenceLinks evidence={m.evidence} most={1} /> },
];

const writeColumns = (other: 'client' | 'target'): readonly SmallColumn<CommandRow>[] => [
  {
    id: 'who',
    head: other === 'client' ? 'Who' : 'To',
    width: 'minmax(140px, 1.1fr)',
    cell: (c) => <PartyLink party={c[other]} />,
  },
  { id: 'verb', head: 'Verb', width: '172px', cell: (c) => <VerbTag verb={c.verb} count={c.count} /> },
  {
    id: 'object',
    head: 'What',
    width: 'minmax(130px, 1.2fr)',
    cell: (c) => (
      <span title={c.operation}>{c.object === '' ? c.operation : <span className="mono">{c.object}</span>}</span>
    ),
  },
  {
    id: 'value',
    head: 'Value',
    width: 'minmax(64px, 0.5fr)',
    cell: (c) => (c.value === null ? <NoValue row={c} /> : <span className="mono">{shownValue(c.value)}</span>),
  },
  {
    id: 'outcome',
    head: 'Outcome',
    width: '112px',
    cell: (c) => <OutcomeMark outcome={c.outcome} reason={c.reason} />,
  },
  { id: 'last', head: 'Last', width: '148px', end: true, cell: (c) => <When at={c.lastAt} /> },
  { id: 'evidence', head: 'Evidence', width: '106px', cell: (c) => <EvidenceLinks evidence={c.evidence} most={1} /> },
];

const Writes = ({ asset, side }: { asset: AssetDetail; side: 'to' | 'from' }) => {
  const site = useSite();
  const q = `${side === 'to' ? 'target' : 'client'}:=${asset.id} writes:true`;
  const query = useQuery({
    queryKey: ['commands', site, 'of', asset.id, side],
    queryFn: ({ signal }) => call('commands', { site, q, sort: '-last', limit: MOST_WRITES }, undefined, signal),
  });
  const rows = query.data?.items ?? [];
  // A device that nobody would write to, or that writes to nobody, is not bothered with an empty table.
  if (rows.length === 0 && (side === 'from' || asset.served.length === 0)) return null;
  return (
    <Panel
      title={side === 'to' ? 'Who changed something here' : 'What it changed elsewhere'}
      count={
        query.data && query.data.total > 0 ? plural(query.data.total, 'kind of command', 'kinds of command') : undefined
      }
      flush
      actions={
        (query.data?.total ?? 0) > MOST_WRITES && (
          <Link to="/s/$site/commands" params={{ site }} search={{ q }}>
            All {number(query.data?.total ?? 0)}
          </Link>
        )
      }
    >
      {query.error ? (
        <Problem error={query.error} retry={() => void query.refetch()} />
      ) : (
        <SmallTable
          label={side === 'to' ? 'Who changed something here' : 'What it changed elsewhere'}
          columns={writeColumns(side === 'to' ? 'client' : 'target')}
          rows={rows}
          keyOf={(c) => c.id}
          empty={
            query.isLoading
              ? 'Looking …'
              : 'No write, control or engineering command to this device is in the traffic that is visible.'
          }
        />
      )}
    </Panel>
  );
};

export const Overview = ({ asset }: { asset: AssetDetail }) => {
  const site = useSite();
  const [same, setSame] = useState<AssetDetail['maybeSame'][number] | undefined>();
  const peers = peerLines([...asset.peers].sort((a, b) => weight(b) - weight(a)));
  return (
    <div className="page">
      <div className="columns">
        <div className="stack" style={{ gap: 14 }}>
          <Writes asset={asset} side="to" />
          <Writes asset={asset} side="from" />
          <Panel
            title="Peers"
            count={peers.length === 0 ? undefined : plural(asset.peers.length + asset.peersMore, 'conversation')}
            flush
          >
            <SmallTable
              label="Peers"
              columns={peerColumns}
              rows={peers}
              keyOf={(_, i) => i}
              empty="It talked to nobody in the traffic that is visible."
            />
            {asset.peersMore > 0 && (
              <div className="dim small" style={{ padding: '0 12px 8px' }}>
                and {number(asset.peersMore)} more:{' '}
                <Link to="/s/$site/flows" params={{ site }} search={{ q: `asset:=${asset.id}` }}>
                  all of them under Flows
                </Link>
              </div>
            )}
          </Panel>
          {asset.modules.length > 0 && (
            <Panel title="In the rack" count={plural(asset.modules.length, 'slot')} flush>
              <SmallTable
                label="Modules in the rack"
                columns={moduleColumns}
                rows={asset.modules}
                keyOf={(m, i) => `${m.slot}${i}`}
                empty=""
                most={32}
              />
            </Panel>
          )}
        </div>
        <div className="stack" style={{ gap: 14 }}>
          {(asset.notes.length > 0 || asset.maybeSame.length > 0) && (
            <Panel title="Worth a look" flush>
              <ul className="list aside-list">
                {asset.notes.map((n) => (
                  <li key={n}>{n}</li>
                ))}
                {asset.maybeSame.map((m) => (
                  <li key={m.id}>
                    May be the same device as{' '}
                    <Link to="/s/$site/assets/$asset" params={{ site, asset: m.id }} className="in-text">
                      {m.name}
                    </Link>
                    : {m.reason}.{' '}
                    <button type="button" className="chip" onClick={() => setSame(m)}>
                      Merge …
                    </button>
                  </li>
                ))}
              </ul>
            </Panel>
          )}
          <Panel title="Protocols">
            <dl className="kv">
              <dt>Serves</dt>
              <dd>
                {asset.served.length === 0 ? (
                  <span className="dim">nothing seen</span>
                ) : (
                  <ProtocolTags items={asset.served} />
                )}
              </dd>
              <dt>Speaks</dt>
              <dd>
                {asset.spoken.length === 0 ? (
                  <span className="dim">nothing seen</span>
                ) : (
                  <ProtocolTags items={asset.spoken} />
                )}
              </dd>
              <dt>Users</dt>
              <dd>{asset.users.length === 0 ? <span className="dim">none seen</span> : asset.users.join(', ')}</dd>
            </dl>
          </Panel>
          <Known asset={asset} />
          {asset.children.length > 0 && (
            <Panel title="Behind it" count={number(asset.children.length)} flush>
              <ul className="list aside-list">
                {asset.children.slice(0, 40).map((c) => (
                  <li key={c.id} className="row">
                    <RoleGlyph role={c.role} />
                    <Link to="/s/$site/assets/$asset" params={{ site, asset: c.id }} className="cut plain-link">
                      {c.name}
                    </Link>
                    <span className="grow" />
                    <span className="dim mono nowrap">{c.address}</span>
                    {c.kind === 'silent-child' && <span className="tag outline">never answered</span>}
                  </li>
                ))}
                {asset.children.length > 40 && (
                  <li>
                    <Link to="/s/$site/assets" params={{ site }} search={{ q: `parent:=${asset.id}` }}>
                      All {number(asset.children.length)}
                    </Link>
                  </li>
                )}
              </ul>
            </Panel>
          )}
        </div>
      </div>
      {same && (
        <MergeDialog
          assets={[
            { id: asset.id, name: asset.name, detail: asset.ips[0] ?? asset.macs[0] ?? '' },
            { id: same.id, name: same.name, detail: same.reason },
          ]}
          onClose={() => setSame(undefined)}
        />
      )}
    </div>
  );
};

const ProtocolTags = ({ items }: { items: readonly string[] }) => (
  <span className="tags">
    {items.map((i) => (
      <span key={i} className="tag outline">
        <Protocol name={i} />
      </span>
    ))}
  </span>
);

const IN_HEADER: ReadonlySet<string> = new Set([
  'vendor',
  'model',
  'order-number',
  'firmware',
  'serial',
  'os',
  'contact',
  'role',
  'mode',
]);
/** What else is known: the best fact of each attribute that the head of the page does not show. */
const Known = ({ asset }: { asset: AssetDetail }) => {
  const rest = asset.attributes.filter((a) => !IN_HEADER.has(a.attribute) && a.facts.length > 0);
  if (rest.length === 0) return null;
  return (
    <Panel title="Also known">
      <dl className="kv">
        {rest.slice(0, 12).map((a) => (
          <div key={a.attribute} style={{ display: 'contents' }}>
            <dt>{a.attribute.replaceAll('-', ' ')}</dt>
            <dd className="row" style={{ gap: 6 }}>
              <span title={a.facts[0]?.via} style={{ overflowWrap: 'anywhere' }}>
                {a.facts[0]?.value}
              </span>
              <EvidenceLinks evidence={a.facts[0]?.evidence ?? []} most={1} />
            </dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
};
