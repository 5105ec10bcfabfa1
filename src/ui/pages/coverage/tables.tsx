/** How much of each network, conduit and protocol is understood, what is not decoded, and the limits that were reached. */
import { Link } from '@tanstack/react-router';
import type { Coverage } from '../../../api/overview.ts';
import { bytes, number, plural, share } from '../../lib/format.ts';
import { useProtocolTitle, useSite } from '../../lib/site.ts';
import { Panel } from '../../parts/basics.tsx';
import { type SmallColumn, SmallTable } from '../../parts/simple-table.tsx';
import { apart, RowBar, type Shares } from './visibility.tsx';

type Network = Coverage['networks'][number];
type Conduit = Coverage['conduits'][number];
type Octets = Pick<Network, 'decodedBytes' | 'undecodedBytes' | 'encryptedBytes' | 'missingBytes'>;
const totalOf = (n: Octets): number => n.decodedBytes + n.undecodedBytes;
const sharesOf = (n: Octets): Shares => ({
  decoded: n.decodedBytes,
  undecoded: n.undecodedBytes,
  encrypted: n.encryptedBytes,
  missing: n.missingBytes,
});
const decodedShare = (n: Network | Conduit): number => {
  const s = apart(sharesOf(n));
  return s.decoded / Math.max(1, s.decoded + s.undecoded + s.encrypted);
};
const Loud = ({ n }: { n: number }) => (
  <span className={n > 0 ? 'loud' : 'dim'}>{n === 0 ? 'none found' : number(n)}</span>
);

const understood = <T extends Network | Conduit>(): SmallColumn<T>[] => [
  {
    id: 'bytes',
    head: 'Octets',
    width: '84px',
    end: true,
    by: (n) => n.bytes,
    cell: (n) => <span title={number(n.bytes)}>{bytes(n.bytes)}</span>,
  },
  {
    id: 'share',
    head: 'Decoded',
    width: 'minmax(140px, 1fr)',
    by: decodedShare,
    cell: (n) => <RowBar {...sharesOf(n)} />,
  },
  {
    id: 'missing',
    head: 'Missing',
    width: '92px',
    end: true,
    by: (n) => n.missingBytes,
    cell: (n) =>
      n.missingBytes === 0 ? (
        <span className="dim">none found</span>
      ) : (
        <span className="loud">{bytes(n.missingBytes)}</span>
      ),
  },
  {
    id: 'conversations',
    head: 'Conversations',
    width: '104px',
    end: true,
    by: (n) => n.conversations,
    cell: (n) => number(n.conversations),
  },
  { id: 'oneway', head: 'One-way', width: '88px', end: true, by: (n) => n.oneWay, cell: (n) => <Loud n={n.oneWay} /> },
];

export const NetworkTable = ({ rows }: { rows: readonly Network[] }) => {
  const site = useSite();
  return (
    <Panel title="Networks" count={plural(rows.length, 'network')} flush>
      <SmallTable<Network>
        label="Networks"
        rows={rows}
        keyOf={(n) => n.network}
        empty="No network was seen yet."
        columns={[
          {
            id: 'network',
            head: 'Network',
            width: 'minmax(190px, 1.3fr)',
            by: (n) => n.network,
            cell: (n) => (
              <Link to="/s/$site/assets" params={{ site }} search={{ q: `network:="${n.network}"` }} className="mono">
                {n.network}
              </Link>
            ),
          },
          {
            id: 'assets',
            head: 'Assets',
            width: '68px',
            end: true,
            by: (n) => n.assets,
            cell: (n) => number(n.assets),
          },
          ...understood<Network>(),
        ]}
      />
    </Panel>
  );
};

export const ConduitTable = ({ rows }: { rows: readonly Conduit[] }) => {
  const title = useProtocolTitle();
  return (
    <Panel title="Conduits" count={`${plural(rows.length, 'direction')} between networks`} flush>
      <SmallTable<Conduit>
        label="Conduits"
        rows={rows}
        keyOf={(n) => `${n.from} ${n.to}`}
        empty="No traffic between two networks was seen."
        columns={[
          {
            id: 'from',
            head: 'From, to',
            width: 'minmax(250px, 1.6fr)',
            by: (n) => n.from,
            cell: (n) => (
              <span className="mono" title={`${n.from} to ${n.to}`}>
                {n.from} <span className="dim">to</span> {n.to}
              </span>
            ),
          },
          {
            id: 'protocols',
            head: 'Protocols',
            width: 'minmax(100px, 0.8fr)',
            cell: (n) => {
              const known = n.protocols.filter((p) => p !== '');
              return known.length === 0 ? (
                <span className="unknown">none recognised</span>
              ) : (
                <span title={known.map(title).join(', ')}>{known.map(title).join(', ')}</span>
              );
            },
          },
          ...understood<Conduit>(),
        ]}
      />
    </Panel>
  );
};

const TIER_WORD = { A: 'to the last field', B: 'as used on plants', C: 'recognised' } as const;
const TIER = {
  A: 'Understood to the last field of the public specification',
  B: 'Messages with their fields, commands and values as used on plants',
  C: 'Recognised, with the identity that the first frames show',
} as const;

export const ProtocolTable = ({ rows }: { rows: Coverage['protocols'] }) => {
  const site = useSite();
  return (
    <Panel title="Protocols" count={`${plural(rows.length, 'protocol')} decoded`} flush>
      <SmallTable<Coverage['protocols'][number]>
        label="Protocols"
        rows={rows}
        keyOf={(p) => p.protocol}
        empty="No protocol was recognised: devices and conversations are known all the same."
        columns={[
          {
            id: 'protocol',
            head: 'Protocol',
            width: 'minmax(150px, 1fr)',
            by: (p) => p.title,
            cell: (p) => (
              <span title={p.title} className="cut">
                <Link to="/s/$site/flows" params={{ site }} search={{ q: `protocol:=${p.protocol}` }}>
                  {p.title}
                </Link>
                {p.encrypted && <span className="dim small"> encrypted</span>}
              </span>
            ),
          },
          {
            id: 'tier',
            head: 'Depth',
            width: '132px',
            by: (p) => p.tier,
            cell: (p) => (
              <span title={p.unknown === '' ? TIER[p.tier] : `${TIER[p.tier]}. ${p.unknown}`}>
                {p.tier} <span className="dim">{TIER_WORD[p.tier]}</span>
              </span>
            ),
          },
          {
            id: 'understood',
            head: 'Payload understood',
            width: 'minmax(150px, 1fr)',
            by: (p) => (p.payload === null ? 2 : sharesOf(p.payload).decoded / Math.max(1, totalOf(p.payload))),
            cell: (p) =>
              p.payload === null ? <span className="dim">inside of others</span> : <RowBar {...sharesOf(p.payload)} />,
          },
          {
            id: 'unknown',
            head: 'Not known of it',
            width: 'minmax(90px, 1.6fr)',
            cell: (p) =>
              p.unknown === '' ? (
                <span className="dim">–</span>
              ) : (
                <span className="dim" title={p.unknown}>
                  {p.unknown}
                </span>
              ),
          },
          {
            id: 'messages',
            head: 'Messages',
            width: '84px',
            end: true,
            by: (p) => p.messages,
            cell: (p) => number(p.messages),
          },
          { id: 'bytes', head: 'Octets', width: '78px', end: true, by: (p) => p.bytes, cell: (p) => bytes(p.bytes) },
          {
            id: 'malformed',
            head: 'Malformed',
            width: '104px',
            end: true,
            by: (p) => p.malformed,
            cell: (p) => <Faults n={p.malformed} of={p.messages} />,
          },
          {
            id: 'unanswered',
            head: 'Unanswered',
            width: '104px',
            end: true,
            by: (p) => p.unanswered,
            cell: (p) => <Faults n={p.unanswered} of={p.messages} />,
          },
        ]}
      />
    </Panel>
  );
};
const Faults = ({ n, of }: { n: number; of: number }) =>
  n === 0 ? (
    <span className="dim">none found</span>
  ) : (
    <span title={`${number(n)} of ${plural(of, 'message')}`}>
      {number(n)} <span className="dim">{of > 0 && share(Math.min(1, n / of))}</span>
    </span>
  );

export const UndecodedTable = ({ rows }: { rows: Coverage['undecoded'] }) => {
  const site = useSite();
  const largest = Math.max(1, ...rows.map((r) => r.bytes));
  return (
    <Panel
      title="Not decoded"
      count={rows.length === 0 ? undefined : `${plural(rows.length, 'port')}, largest first`}
      flush
    >
      <SmallTable<Coverage['undecoded'][number]>
        label="Traffic that is not decoded"
        rows={rows}
        keyOf={(u) => `${u.transport} ${u.port}`}
        empty="Nothing found that is not decoded. That speaks for the traffic that was seen."
        columns={[
          {
            id: 'port',
            head: 'Port',
            width: '112px',
            by: (u) => u.port,
            cell: (u) =>
              u.transport === 'ethernet' ? (
                <span className="mono">0x{u.port.toString(16).padStart(4, '0')}</span>
              ) : (
                <Link
                  to="/s/$site/flows"
                  params={{ site }}
                  search={{ q: `transport:${u.transport} port:${u.port}` }}
                  className="mono"
                >
                  {u.transport}/{u.port}
                </Link>
              ),
          },
          {
            id: 'guess',
            head: 'Usually',
            width: 'minmax(100px, 1fr)',
            by: (u) => u.guess,
            cell: (u) =>
              u.guess === '' ? (
                <span className="unknown">not known</span>
              ) : (
                <span title={`${u.guess}: what usually uses this port, not what was recognised`}>{u.guess}</span>
              ),
          },
          {
            id: 'packets',
            head: 'Packets',
            width: '76px',
            end: true,
            by: (u) => u.packets,
            cell: (u) => number(u.packets),
          },
          {
            id: 'bytes',
            head: 'Octets',
            width: 'minmax(120px, 0.8fr)',
            end: true,
            by: (u) => u.bytes,
            cell: (u) => (
              <span className="sized">
                <span className="size" aria-hidden="true">
                  <i style={{ width: `${(100 * u.bytes) / largest}%` }} />
                </span>
                {bytes(u.bytes)}
              </span>
            ),
          },
        ]}
      />
    </Panel>
  );
};

export const LimitTable = ({ limits }: { limits: Coverage['limits'] }) => (
  <Panel title="Limits that were reached" count={plural(limits.length, 'limit')} flush>
    <SmallTable<Coverage['limits'][number]>
      label="Limits that were reached"
      rows={limits}
      keyOf={(l) => l.limit}
      empty="No limit was reached."
      columns={[
        {
          id: 'limit',
          head: 'Limit',
          width: '200px',
          by: (l) => l.limit,
          cell: (l) => <span className="mono">{l.limit}</span>,
        },
        {
          id: 'dropped',
          head: 'Not kept',
          width: '96px',
          end: true,
          by: (l) => l.dropped,
          cell: (l) => <span className="loud">{number(l.dropped)}</span>,
        },
        {
          id: 'meaning',
          head: 'What that means',
          width: 'minmax(240px, 1fr)',
          cell: (l) => <span title={l.meaning}>{l.meaning}</span>,
        },
      ]}
    />
  </Panel>
);
