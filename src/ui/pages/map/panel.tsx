/** Beside the map: what is chosen, in words and links; without a choice, what the lines mean and who changes something. */

import { IconX } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useMemo } from 'react';
import type { MapEdge, MapNode } from '../../../api/overview.ts';
import { bytes, number, plural } from '../../lib/format.ts';
import { useProtocolTitle, useSite } from '../../lib/site.ts';
import { Text, Unknown } from '../../parts/basics.tsx';
import { LevelMark, PRIORITY_WORD, PriorityGlyph, ROLE_WORD, RoleGlyph, VerbTag } from '../../parts/glyphs.tsx';
import { type Line, sumVerbs, verbsOf, weightOf } from './edges.ts';
import { type Box, rolesOf } from './layout.ts';

const MOST = 40;
type Choose = (id: string) => void;

export const Close = ({ onClose }: { onClose: () => void }) => (
  <button type="button" className="panel-close" aria-label="Deselect (Esc)" title="Deselect (Esc)" onClick={onClose}>
    <IconX size={15} stroke={1.6} />
  </button>
);

const NodeButton = ({ node, choose }: { node: MapNode; choose: Choose }) => (
  <button type="button" className="node-button" onClick={() => choose(node.id)} title={`${node.name} ${node.address}`}>
    <RoleGlyph role={node.role} />
    <span className={`cut${node.name === node.address ? ' mono' : ''}`}>{node.name}</span>
    {node.attention && <PriorityGlyph priority={node.attention} size={11} />}
  </button>
);
const Pair = ({ from, to, choose }: { from: MapNode; to: MapNode; choose: Choose }) => (
  <span className="row edge-pair">
    <NodeButton node={from} choose={choose} />
    <span className="row edge-to">
      <span className="dim">→</span>
      <NodeButton node={to} choose={choose} />
    </span>
  </span>
);

/** Names of protocols; where nobody knew the content, the port, and whether there was any content at all. */
const ProtocolNames = ({ of }: { of: readonly MapEdge['protocols'][number][] }) => {
  const title = useProtocolTitle();
  const names = new Map<string, string>();
  for (const p of of) {
    const name = title(p.protocol);
    // Without a decoder it is called by transport and port: `tcp 4840`.
    const isKnown = name !== p.protocol;
    if (isKnown || !names.has(name) || p.hasPayload)
      names.set(name, isKnown ? name : `${name} ${p.hasPayload ? 'not recognised' : 'without payload'}`);
  }
  return <>{[...names.values()].join(', ')}</>;
};
const EdgeFacts = ({ edge }: { edge: MapEdge }) => (
  <span className="edge-facts">
    {verbsOf(sumVerbs(edge))
      .slice(0, 3)
      .map(([v, n]) => (
        <VerbTag key={v} verb={v} count={n} />
      ))}
    <span className="dim tiny">
      <ProtocolNames of={edge.protocols.slice(0, 3)} /> · {bytes(edge.bytes)}
    </span>
    {edge.refused > 0 && <span className="tag medium">✕ {number(edge.refused)} refused</span>}
    {edge.oneWay && <span className="tag outline">one way</span>}
  </span>
);

const Section = ({ title, count, children }: { title: string; count?: number; children: ReactNode }) => (
  <section className="panel-section">
    <h3 className="caps">
      {title}
      {count !== undefined && <span className="dim"> {number(count)}</span>}
    </h3>
    {children}
  </section>
);

/** `edges`: all pairs of the asset, or `more` of them are only in the lists. */
export const AssetPanel = ({
  node,
  edges,
  more,
  isPending,
  nodes,
  choose,
  isNear,
  onNear,
}: {
  node: MapNode;
  edges: readonly MapEdge[];
  more: number;
  /** The pairs are on their way. */
  isPending: boolean;
  nodes: ReadonlyMap<string, MapNode>;
  choose: Choose;
  isNear: boolean;
  onNear: () => void;
}) => {
  const site = useSite();
  const { asks, asked } = useMemo(
    () => ({
      asks: edges.filter((e) => e.client === node.id).sort((a, b) => weightOf(b) - weightOf(a)),
      asked: edges.filter((e) => e.server === node.id).sort((a, b) => weightOf(b) - weightOf(a)),
    }),
    [edges, node.id],
  );
  const list = (of: readonly MapEdge[], other: 'client' | 'server') => (
    <ul className="peer-list">
      {of.slice(0, MOST).map((e) => {
        const peer = nodes.get(e[other]);
        return (
          peer && (
            <li key={peer.id}>
              <NodeButton node={peer} choose={choose} />
              <EdgeFacts edge={e} />
            </li>
          )
        );
      })}
      {of.length > MOST && <li className="dim small">and {number(of.length - MOST)} more under Flows</li>}
    </ul>
  );
  return (
    <>
      <header className="panel-head">
        <RoleGlyph role={node.role} size={18} />
        <h2 className={node.name === node.address ? 'mono cut' : 'cut'}>
          <Link to="/s/$site/assets/$asset" params={{ site, asset: node.id }} search={{}}>
            {node.name}
          </Link>
        </h2>
        <span className="grow" />
        <LevelMark level={node.level} />
        <Close onClose={() => choose('')} />
      </header>
      <dl className="kv panel-section">
        {node.attention && (
          <>
            <dt>Attention</dt>
            <dd>
              <Link to="/s/$site/now" params={{ site }} search={{}} className={`row p-${node.attention}`}>
                <PriorityGlyph priority={node.attention} /> {PRIORITY_WORD[node.attention]}: see Now
              </Link>
            </dd>
          </>
        )}
        <dt>Role</dt>
        <dd>{node.role === 'unknown' ? <Unknown /> : ROLE_WORD[node.role]}</dd>
        <dt>Vendor</dt>
        <dd>
          <Text>{node.vendor}</Text>
        </dd>
        <dt>Model</dt>
        <dd>
          <Text>{node.model}</Text>
        </dd>
        <dt>Address</dt>
        <dd className="mono">{node.address}</dd>
        <dt>Network</dt>
        <dd className="mono">
          <Text>{node.network}</Text>
        </dd>
      </dl>
      <div className="panel-section panel-actions">
        <Link to="/s/$site/assets/$asset" params={{ site, asset: node.id }} search={{}} className="chip">
          Everything about it
        </Link>
        <Link to="/s/$site/flows" params={{ site }} search={{ q: `asset:=${node.id}` }} className="chip">
          Flows
        </Link>
        <Link to="/s/$site/commands" params={{ site }} search={{ q: `asset:=${node.id}` }} className="chip">
          Commands
        </Link>
        <button
          type="button"
          className="chip"
          aria-pressed={isNear}
          onClick={onNear}
          title="Draw only this asset and whom it talks to (n)"
        >
          Only its peers
        </button>
      </div>
      {asked.length > 0 && (
        <Section title="Is asked by" count={asked.length}>
          {list(asked, 'client')}
        </Section>
      )}
      {asks.length > 0 && (
        <Section title="Asks" count={asks.length}>
          {list(asks, 'server')}
        </Section>
      )}
      {more > 0 && <p className="dim small panel-section">{plural(more, 'more pair')} under Flows.</p>}
      {asks.length + asked.length === 0 && (
        <p className="dim panel-section">
          {isPending ? 'Reading whom it talks to …' : 'It talked to no other asset in the traffic that is visible.'}
        </p>
      )}
    </>
  );
};

export const LinePanel = ({
  line,
  nodes,
  boxes,
  choose,
}: {
  line: Line;
  nodes: ReadonlyMap<string, MapNode>;
  boxes: ReadonlyMap<string, Box>;
  choose: Choose;
}) => {
  const site = useSite();
  const nameOf = (id: string) => nodes.get(id)?.name ?? boxes.get(id)?.network ?? id;
  const single = line.edges.length === 1 && nodes.has(line.from) && nodes.has(line.to) ? line.edges[0] : undefined;
  // Between groups only what runs there together is known: the pairs come when a box is opened.
  const known = line.edges.filter((e) => nodes.has(e.client) && nodes.has(e.server));
  const q = single ? `client:=${single.client} server:=${single.server}` : '';
  return (
    <>
      <header className="panel-head">
        <h2 className="cut" title={`${nameOf(line.from)} asks ${nameOf(line.to)}`}>
          {nameOf(line.from)} → {nameOf(line.to)}
        </h2>
        <span className="grow" />
        <Close onClose={() => choose('')} />
      </header>
      <dl className="kv panel-section">
        <dt>Pairs</dt>
        <dd>{number(line.conversations)}</dd>
        <dt>Octets</dt>
        <dd>{bytes(line.bytes)}</dd>
        <dt>Protocols</dt>
        <dd>
          <ProtocolNames of={line.edges.flatMap((e) => e.protocols)} />
        </dd>
        <dt>Commands</dt>
        <dd className="tags">
          {line.verbs.size === 0 ? (
            <span className="dim">none read</span>
          ) : (
            verbsOf(line.verbs).map(([v, n]) => <VerbTag key={v} verb={v} count={n} />)
          )}
        </dd>
        {line.refused > 0 && (
          <>
            <dt>Refused</dt>
            <dd className="p-medium">✕ {number(line.refused)}</dd>
          </>
        )}
        {line.oneWay && (
          <>
            <dt>Visible</dt>
            <dd>one direction only</dd>
          </>
        )}
      </dl>
      {single && (
        <div className="panel-section panel-actions">
          <Link to="/s/$site/flows" params={{ site }} search={{ q }} className="chip">
            Flows
          </Link>
          <Link
            to="/s/$site/commands"
            params={{ site }}
            search={{ q: `client:=${single.client} target:=${single.server}` }}
            className="chip"
          >
            Commands
          </Link>
        </div>
      )}
      <Section title="Who with whom" count={line.conversations}>
        {known.length === 0 && <p className="dim small">Open a box to see who of it this is.</p>}
        <ul className="peer-list">
          {known
            .sort((a, b) => weightOf(b) - weightOf(a))
            .slice(0, MOST)
            .map((e) => {
              const a = nodes.get(e.client);
              const b = nodes.get(e.server);
              return (
                a &&
                b && (
                  <li key={`${e.client}>${e.server}`}>
                    <Pair from={a} to={b} choose={choose} />
                    <EdgeFacts edge={e} />
                  </li>
                )
              );
            })}
        </ul>
      </Section>
    </>
  );
};

interface BoxProps {
  box: Box;
  /** Assets whose level is not known, wherever they stand. */
  guests: ReadonlySet<string>;
  choose: Choose;
  onToggle: () => void;
}
export const BoxPanel = ({ box, guests, choose, onToggle }: BoxProps) => {
  const site = useSite();
  const level = typeof box.lane === 'number' ? box.lane : null;
  const strangers = box.members.filter((m) => guests.has(m.id)).length;
  const q = `${box.network === '*' || box.network === '' ? '' : `network:="${box.network}" `}${level === null ? '-level:*' : `level:${level}`}`;
  return (
    <>
      <header className="panel-head">
        <h2 className="cut mono">{box.network === '*' ? `${box.networks} networks` : box.network}</h2>
        <span className="grow" />
        <LevelMark level={level} />
        <Close onClose={() => choose('')} />
      </header>
      <div className="panel-section panel-actions">
        <button type="button" className="chip" onClick={onToggle}>
          {box.open ? 'Close the box' : 'Open the box'}
        </button>
        <Link to="/s/$site/assets" params={{ site }} search={{ q }} className="chip">
          As a list
        </Link>
      </div>
      <Section title="Assets" count={box.assets}>
        <dl className="kv">
          {rolesOf(box).map(([r, n]) => (
            <div key={r} style={{ display: 'contents' }}>
              <dt>{ROLE_WORD[r]}</dt>
              <dd>{number(n)}</dd>
            </div>
          ))}
        </dl>
        {strangers > 0 && (
          <p className="dim small flat">
            Of {strangers === 1 ? 'one' : number(strangers)} the level is not known: drawn here, with{' '}
            {strangers === 1 ? 'its' : 'their'} network. Set it on the device's page.
          </p>
        )}
      </Section>
      {box.members.length > 0 && (
        <Section title="Members">
          <ul className="peer-list">
            {box.members.slice(0, MOST).map((m) => (
              <li key={m.id}>
                <NodeButton node={m} choose={choose} />
              </li>
            ))}
            {box.assets > MOST && <li className="dim small">and {number(box.assets - MOST)} more in the list</li>}
          </ul>
        </Section>
      )}
    </>
  );
};

/** Nothing chosen: the key to the drawing, and the pairs that matter most. */
export const SitePanel = ({
  edges,
  more,
  nodes,
  choose,
  hasGuests,
}: {
  edges: readonly MapEdge[];
  /** Pairs that change something and are not among them. */
  more: number;
  nodes: ReadonlyMap<string, MapNode>;
  choose: Choose;
  /** Assets whose level is not known are drawn with their network. */
  hasGuests: boolean;
}) => {
  const top = useMemo(
    () => edges.filter((e) => e.engineering || e.writes).sort((a, b) => weightOf(b) - weightOf(a)),
    [edges],
  );
  return (
    <>
      <header className="panel-head">
        <h2>Who changes something</h2>
        <span className="dim small">{top.length === 0 ? '' : plural(top.length + more, 'pair')}</span>
      </header>
      {top.length === 0 ? (
        <p className="dim panel-section">No write, control or engineering command is in the traffic that is visible.</p>
      ) : (
        <ul className="peer-list panel-section">
          {top.slice(0, 12).map((e) => {
            const a = nodes.get(e.client);
            const b = nodes.get(e.server);
            return (
              a &&
              b && (
                <li key={`${e.client}>${e.server}`}>
                  <Pair from={a} to={b} choose={choose} />
                  <EdgeFacts edge={e} />
                </li>
              )
            );
          })}
          {top.length + more > 12 && <li className="dim small">and {number(top.length + more - 12)} more</li>}
        </ul>
      )}
      <Section title="The lines">
        <ul className="legend">
          <li>
            <svg width="46" height="12" aria-hidden="true">
              <path d="M1 6h44" stroke="var(--gh-faint)" strokeWidth="1.5" />
            </svg>{' '}
            asks, reads
          </li>
          <li>
            <svg width="46" height="12" aria-hidden="true">
              <path d="M1 6h38" stroke="var(--gh-text)" strokeWidth="2.2" />
              <path d="M37 2l8 4-8 4z" fill="var(--gh-text)" />
            </svg>{' '}
            writes or controls
          </li>
          <li>
            <svg width="46" height="12" aria-hidden="true">
              <path d="M1 6h36" stroke="var(--gh-high)" strokeWidth="3" />
              <path d="M34 1.5l8 4.5-8 4.5zM43 1h2v10h-2z" fill="var(--gh-high)" />
            </svg>{' '}
            engineering: mode, program, restart
          </li>
          <li>
            <svg width="46" height="12" aria-hidden="true">
              <path d="M1 6h44" stroke="var(--gh-faint)" strokeWidth="2" strokeDasharray="2 3" />
            </svg>{' '}
            only one direction visible
          </li>
          {hasGuests && (
            <li>
              <svg width="46" height="16" aria-hidden="true">
                <path d="M2 2h42v12h-42z" fill="none" stroke="var(--gh-dim)" strokeDasharray="4 3" />
              </svg>{' '}
              level not known: drawn with its network
            </li>
          )}
        </ul>
        <p className="dim small" style={{ margin: '8px 0 0' }}>
          Arrows go from who asks to who is asked. A double frame is a closed box: click it to open it.
        </p>
      </Section>
    </>
  );
};
