/**
 * Of a recording: what it shows, before anything is judged. The devices that run the process with what they say of themselves,
 * and who changes something on whom: the first thing a person wants to know who drops a capture.
 */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { AssetRow } from '../../../api/assets.ts';
import type { MapNode, Now, SiteMap } from '../../../api/overview.ts';
import { call } from '../../lib/api.ts';
import { number, plural } from '../../lib/format.ts';
import { useSite, useSites } from '../../lib/site.ts';
import { isAddress, Loading, Panel, Unknown } from '../../parts/basics.tsx';
import { LevelMark, ROLE_WORD, RoleGlyph, VerbTag } from '../../parts/glyphs.tsx';
import { PageLink } from '../../parts/page-link.tsx';
import { sumVerbs, verbsOf, weightOf } from '../map/edges.ts';
import { firstOf } from './first-of.ts';
import './recording.css';

const MOST_DEVICES = 9;
const MOST_PAIRS = 4;
const MOST_VERBS = 3;
/** Looked through for those that say most. */
const MOST_LOOKED_AT = 200;

export const Recording = ({ now }: { now: Now }) => {
  const site = useSite();
  const here = useSites().data?.items.find((s) => s.id === site);
  const isRecording = here?.kind === 'capture' && now.counts.assets > 0;
  const assets = useQuery({
    queryKey: ['assets', site, 'first'],
    queryFn: ({ signal }) => call('assets', { site, sort: 'level', limit: MOST_LOOKED_AT }, undefined, signal),
    enabled: isRecording,
  });
  const map = useQuery({
    queryKey: ['map', site, '', ''],
    queryFn: ({ signal }) => call('map', { site }, undefined, signal),
    enabled: isRecording,
    staleTime: 30_000,
  });
  if (!isRecording) return null;
  return (
    <Panel
      title="What the recording shows"
      count={[plural(now.counts.assets, 'device'), plural(now.counts.conversations, 'conversation')].join(', ')}
      flush
      actions={
        <PageLink link="map" className="small">
          On the map
        </PageLink>
      }
    >
      <div className="recording">
        <section aria-label="Devices">
          {assets.data ? (
            <Devices rows={firstOf(assets.data.items, MOST_DEVICES)} all={now.counts.assets} />
          ) : (
            <Loading lines={5} what="Loading the devices" />
          )}
        </section>
        <section aria-label="Who changes something" className="recording-pairs">
          {map.data ? <Pairs map={map.data} commands={now.counts.commands} /> : <Loading lines={5} />}
        </section>
      </div>
    </Panel>
  );
};

const Devices = ({ rows, all }: { rows: readonly AssetRow[]; all: number }) => {
  const site = useSite();
  return (
    <>
      <ul className="recording-devices">
        {rows.map((a) => (
          <li key={a.id}>
            <RoleGlyph role={a.role} size={17} />
            <div className="grow">
              <span className="row recording-name">
                <Link
                  to="/s/$site/assets/$asset"
                  params={{ site, asset: a.id }}
                  className={isAddress(a.name) ? 'strong cut mono' : 'strong cut'}
                  title={a.name}
                >
                  {a.name}
                </Link>
                <LevelMark level={a.level} />
              </span>
              <span className="cut" title={`${a.vendor} ${a.model}`.trim()}>
                {a.model === '' ? (
                  <>
                    {a.role === 'unknown' ? <Unknown>role not known</Unknown> : ROLE_WORD[a.role]}
                    {a.vendor !== '' && <span className="dim">, {a.vendor}</span>}
                  </>
                ) : (
                  `${a.vendor.split(/[ ,]/)[0] ?? ''} ${a.model}`.trim()
                )}
              </span>
              <span className="dim small cut">
                {a.firmware === '' ? <Unknown>firmware not seen</Unknown> : `firmware ${a.firmware}`}
                {a.ips[0] !== undefined && a.ips[0] !== a.name && <span className="mono"> · {a.ips[0]}</span>}
              </span>
            </div>
          </li>
        ))}
      </ul>
      {all > rows.length && (
        <p className="small flat recording-more">
          <PageLink link="assets">and {number(all - rows.length)} more</PageLink>
        </p>
      )}
    </>
  );
};

const Pairs = ({ map, commands }: { map: SiteMap; commands: number }) => {
  const isLarge = map.groups.length > 0;
  const nodes = new Map([...map.pairs.nodes, ...map.nodes].map((n) => [n.id, n]));
  const all = (isLarge ? map.pairs.edges : map.edges).filter((e) => e.engineering || e.writes);
  const top = [...all].sort((a, b) => weightOf(b) - weightOf(a)).slice(0, MOST_PAIRS);
  const more = all.length + (isLarge ? map.pairs.more : 0) - top.length;
  return (
    <>
      <h3>Who changes something</h3>
      {top.length === 0 ? (
        <p className="dim flat">
          {commands === 0
            ? 'No command to a device is in what is visible and decoded.'
            : `Nobody, in what is visible: of ${plural(commands, 'command')} none changes anything.`}
        </p>
      ) : (
        <ul>
          {top.map((e) => {
            const [from, to] = [nodes.get(e.client), nodes.get(e.server)];
            return (
              from &&
              to && (
                <li key={`${e.client}>${e.server}`}>
                  <span className="recording-pair">
                    <NodeLink node={from} /> <span className="dim">→</span> <NodeLink node={to} />
                  </span>
                  <span className="tags">
                    {verbsOf(sumVerbs(e))
                      .slice(0, MOST_VERBS)
                      .map(([v, n]) => (
                        <VerbTag key={v} verb={v} count={n} />
                      ))}
                    {e.refused > 0 && <span className="tag medium">✕ {number(e.refused)} refused</span>}
                  </span>
                </li>
              )
            );
          })}
          {more > 0 && (
            <li className="small">
              <PageLink link="commands?q=writes:true">and {plural(more, 'more pair', 'more pairs')}</PageLink>
            </li>
          )}
        </ul>
      )}
    </>
  );
};

const NodeLink = ({ node }: { node: MapNode }) => {
  const site = useSite();
  return (
    <Link
      to="/s/$site/assets/$asset"
      params={{ site, asset: node.id }}
      className={isAddress(node.name) ? 'mono' : ''}
      title={node.address === node.name ? undefined : node.address}
    >
      {node.name}
    </Link>
  );
};
