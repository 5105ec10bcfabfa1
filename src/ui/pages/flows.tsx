/** Flows: who talks to whom by what, how much of it is understood, and where a direction or octets are missing. */
import type { FlowRow } from '../../api/traffic.ts';
import { bytes, number } from '../lib/format.ts';
import { PartyLink, Protocol, When } from '../parts/basics.tsx';
import { isEngineering, isWriting, VerbTag } from '../parts/glyphs.tsx';
import { type Column, ListTable } from '../parts/table.tsx';
import { COPY, DecodedShare, FlowDetail, FlowMarks } from './flows/detail.tsx';

const columns: readonly Column<FlowRow>[] = [
  {
    id: 'client',
    head: 'Client',
    width: 'minmax(150px, 1.3fr)',
    sort: 'client',
    cell: (f) => <PartyLink party={f.client} />,
  },
  {
    id: 'server',
    head: 'Server',
    width: 'minmax(150px, 1.3fr)',
    sort: 'server',
    cell: (f) => <PartyLink party={f.server} />,
  },
  {
    id: 'protocol',
    head: 'Service',
    width: '116px',
    sort: 'protocol',
    cell: (f) =>
      f.protocol !== '' ? (
        <Protocol name={f.protocol} />
      ) : f.isCopy ? (
        <span className="dim" title={COPY}>
          seen again
        </span>
      ) : f.decoded === null ? (
        <span className="dim">no payload</span>
      ) : (
        <span className="unknown">not recognised</span>
      ),
  },
  {
    id: 'port',
    head: 'Port',
    width: '90px',
    sort: 'port',
    cell: (f) => (
      <span className="mono">
        {f.transport}
        {f.port > 0 && `/${f.port}`}
      </span>
    ),
  },
  {
    id: 'verbs',
    head: 'Commands',
    width: '178px',
    from: 1120,
    cell: (f) => {
      // What changes the plant first, then what there is most of.
      const verbs = Object.entries(f.verbs).sort(
        (a, b) =>
          Number(isEngineering(b[0])) - Number(isEngineering(a[0])) ||
          Number(isWriting(b[0])) - Number(isWriting(a[0])) ||
          b[1] - a[1],
      );
      return verbs.length === 0 ? (
        <span className="dim">none seen</span>
      ) : (
        <span className="row" style={{ gap: 4 }} title={verbs.map(([v, n]) => `${v} ${number(n)}`).join(', ')}>
          {verbs.slice(0, 1).map(([v, n]) => (
            <VerbTag key={v} verb={v} count={n} />
          ))}
          {verbs.length > 1 && <span className="dim tiny">+{verbs.length - 1}</span>}
        </span>
      );
    },
  },
  {
    id: 'flows',
    head: 'Connections',
    width: '92px',
    sort: 'flows',
    end: true,
    extra: true,
    cell: (f) => number(f.flows),
  },
  {
    id: 'packets',
    head: 'Packets → / ←',
    width: '132px',
    sort: 'packets',
    end: true,
    from: 1000,
    cell: (f) => <BothWays out={number(f.clientPackets)} back={number(f.serverPackets)} none={f.serverPackets === 0} />,
  },
  {
    id: 'bytes',
    head: 'Octets → / ←',
    width: '128px',
    sort: 'bytes',
    end: true,
    cell: (f) => <BothWays out={bytes(f.clientBytes)} back={bytes(f.serverBytes)} none={f.serverBytes === 0} />,
  },
  { id: 'decoded', head: 'Decoded', width: '116px', sort: 'decoded', from: 700, cell: (f) => <DecodedShare row={f} /> },
  { id: 'marks', head: 'Visibility', width: '136px', from: 780, cell: (f) => <FlowMarks row={f} /> },
  {
    id: 'first',
    head: 'First seen',
    width: '146px',
    sort: 'first',
    end: true,
    extra: true,
    cell: (f) => <When at={f.firstAt} />,
  },
  {
    id: 'last',
    head: 'Last seen',
    width: '146px',
    sort: 'last',
    end: true,
    from: 1420,
    cell: (f) => <When at={f.lastAt} />,
  },
];

const BothWays = ({ out, back, none }: { out: string; back: string; none: boolean }) => (
  <span className="bothways">
    <span>{out}</span>
    <span className={none ? 'dim' : ''}>{back}</span>
  </span>
);

const CHIPS = [
  { label: 'Not recognised', q: '-protocol:* decoded:*' },
  { label: 'One direction', q: 'oneway:true' },
  { label: 'Encrypted', q: 'encrypted:true' },
  { label: 'Refusals', q: 'refused:>0' },
];

export const FlowsPage = () => (
  <div className="page full">
    <h1 className="sr">Flows</h1>
    <ListTable<FlowRow>
      list="flows"
      topic="flows"
      unit={['conversation', 'conversations']}
      columns={columns}
      keyOf={(f) => f.id}
      defaultSort="-bytes"
      chips={CHIPS}
      detail={{
        title: (f) => (
          <>
            {f.client.name} <span className="dim">to</span> {f.server.name}
          </>
        ),
        body: (f) => <FlowDetail row={f} />,
      }}
      empty={{
        title: 'No conversation yet',
        text: 'A conversation appears with its first packet. Frames without two parties, broadcasts for example, are counted under Coverage.',
      }}
    />
  </div>
);
