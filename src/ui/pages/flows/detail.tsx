/** One conversation in full, and the marks that its row and its detail share. */
import './flows.css';
import { IconArrowNarrowRight, IconLock, IconPuzzleOff } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { FlowRow } from '../../../api/traffic.ts';
import { bytes, duration, number, share } from '../../lib/format.ts';
import { useSite } from '../../lib/site.ts';
import { Address, FramesOf, PartyLink, Protocol, Text, Unknown, When } from '../../parts/basics.tsx';
import { PriorityGlyph, VerbTag } from '../../parts/glyphs.tsx';

/** What hinders the sight of this conversation: shape and word each. */
export const FlowMarks = ({ row: f, long = false }: { row: FlowRow; long?: boolean }) => {
  const marks = [
    f.oneWay && (
      <span
        key="oneway"
        className="mark p-medium"
        title="Only one direction is in the capture: what came of it is not known"
      >
        <IconArrowNarrowRight size={13} stroke={1.8} aria-hidden="true" />
        one-way
      </span>
    ),
    f.missingBytes > 0 && (
      <span
        key="missing"
        className="mark p-medium"
        title={`${number(f.missingBytes)} octets were on the wire and are not in the capture`}
      >
        <IconPuzzleOff size={13} stroke={1.8} aria-hidden="true" />
        {long ? `${bytes(f.missingBytes)} missing` : bytes(f.missingBytes)}
      </span>
    ),
    f.encrypted && (
      <span
        key="encrypted"
        className="mark dim"
        title="The content is encrypted: who and how much is seen, what is not"
      >
        <IconLock size={12} stroke={1.8} aria-hidden="true" />
        encrypted
      </span>
    ),
    f.refused > 0 && (
      <span key="refused" className="mark p-medium" title={`${number(f.refused)} commands were refused`}>
        <PriorityGlyph priority="medium" size={10} />
        {number(f.refused)} refused
      </span>
    ),
  ].filter((x) => x !== false);
  if (marks.length === 0 && f.server.kind === 'group') return <span className="dim">to a group</span>;
  if (marks.length === 0 && (f.serverPackets === 0 || f.clientPackets === 0))
    return <span className="dim">no answer seen</span>;
  if (marks.length === 0)
    return <span className="dim">{long ? 'both directions, nothing found missing' : 'both directions'}</span>;
  return <span className="marks">{marks}</span>;
};

/** Of a conversation that is a copy. */
export const COPY =
  'The packets of another row, seen once more behind a router: they are decoded there, and count once';

/** Decoded share of the payload as a quiet bar with its figure. */
export const DecodedShare = ({ row: f }: { row: FlowRow }) => {
  if (f.isCopy)
    return (
      <span className="dim" title={COPY}>
        behind a router
      </span>
    );
  if (f.decoded === null)
    return (
      <span className="dim" title="No payload: nothing to decode">
        no payload
      </span>
    );
  if (f.encrypted && f.decoded === 0) return <span className="dim">encrypted</span>;
  return (
    <span className="decoded" title={`${share(f.decoded)} of the payload is decoded`}>
      <span className="sharebar">
        <i className="decoded" style={{ width: `${f.decoded * 100}%` }} />
      </span>
      <span>{share(f.decoded)}</span>
    </span>
  );
};

export const FlowDetail = ({ row: f }: { row: FlowRow }) => {
  const site = useSite();
  const verbs = Object.entries(f.verbs).sort((a, b) => b[1] - a[1]);
  const between = f.client.id !== '' && f.server.id !== '' ? `client:=${f.client.id} target:=${f.server.id}` : '';
  const lasted = f.firstAt && f.lastAt ? Date.parse(f.lastAt) - Date.parse(f.firstAt) : 0;
  return (
    <>
      <section className="row wrap">
        <Link to="/s/$site/flows/$flow" params={{ site, flow: f.id }}>
          Messages
        </Link>
        <FramesOf list="flows" row={f.id} />
      </section>
      <section>
        <h3>Parties</h3>
        <dl className="kv">
          <dt>Client</dt>
          <dd>
            <PartyLink party={f.client} address={false} />
            <br />
            <Address>{f.client.address}</Address>
          </dd>
          <dt>Server</dt>
          <dd>
            <PartyLink party={f.server} address={false} />
            <br />
            <Address>{f.server.address}</Address>
          </dd>
          <dt>Service</dt>
          <dd>
            {f.protocol !== '' ? (
              <Protocol name={f.protocol} />
            ) : f.isCopy ? (
              `${COPY}.`
            ) : f.decoded === null ? (
              'none: no payload'
            ) : (
              <Unknown>not recognised</Unknown>
            )}
          </dd>
          <dt>Port</dt>
          <dd className="mono">
            {f.transport}
            {f.port > 0 && `/${f.port}`}
          </dd>
        </dl>
      </section>
      <section>
        <h3>Traffic</h3>
        <table className="mini">
          <thead>
            <tr>
              <th scope="col">
                <span className="sr">Direction</span>
              </th>
              <th scope="col">Packets</th>
              <th scope="col">Octets</th>
            </tr>
          </thead>
          <tbody>
            <tr>
              <th scope="row">Client to server</th>
              <td>{number(f.clientPackets)}</td>
              <td title={number(f.clientBytes)}>{bytes(f.clientBytes)}</td>
            </tr>
            <tr>
              <th scope="row">Server to client</th>
              <td>{f.oneWay && f.serverPackets === 0 ? <Unknown>not seen</Unknown> : number(f.serverPackets)}</td>
              <td>{f.oneWay && f.serverPackets === 0 ? <Unknown>not seen</Unknown> : bytes(f.serverBytes)}</td>
            </tr>
          </tbody>
        </table>
        <dl className="kv" style={{ marginTop: 8 }}>
          <dt>Connections</dt>
          <dd>{number(f.flows)}</dd>
          <dt>First seen</dt>
          <dd>
            <When at={f.firstAt} />
          </dd>
          <dt>Last seen</dt>
          <dd>
            <When at={f.lastAt} />
          </dd>
          <dt>Over</dt>
          <dd>{lasted > 0 ? duration(lasted) : 'a single moment'}</dd>
          <dt>Last state</dt>
          <dd>
            <Text>{f.state}</Text>
          </dd>
          <dt title="Community ID v1 of the latest connection: finds it in Zeek, Suricata, Wireshark">Community ID</dt>
          <dd>{f.communityId ? <Address>{f.communityId}</Address> : <Unknown />}</dd>
        </dl>
      </section>
      <section>
        <h3>Visibility</h3>
        <div className="stack" style={{ gap: 6 }}>
          <DecodedShare row={f} />
          <FlowMarks row={f} long />
        </div>
      </section>
      <section>
        <h3>Commands</h3>
        {verbs.length === 0 ? (
          <p className="dim flat">None seen in it.</p>
        ) : (
          <>
            <div className="tags">
              {verbs.map(([v, n]) => (
                <VerbTag key={v} verb={v} count={n} />
              ))}
            </div>
            <dl className="kv" style={{ margin: '8px 0' }}>
              <dt>Refused</dt>
              <dd>{number(f.refused)}</dd>
              <dt>Unanswered</dt>
              <dd>{number(f.unanswered)}</dd>
            </dl>
          </>
        )}
        {between !== '' && (
          <Link to="/s/$site/commands" params={{ site }} search={{ q: between }}>
            Commands between these two
          </Link>
        )}
      </section>
    </>
  );
};
