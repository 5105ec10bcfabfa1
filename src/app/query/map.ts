/**
 * The map of a site: assets, and who talks to whom. A site of thousands is given as groups (one per level and network) with
 * what runs between them; the inside of a group comes when it is opened, and what one asset does when it is named.
 */
import {
  ENGINEERING_VERBS,
  type MapEdge,
  type MapGroup,
  type MapNode,
  type MapQuery,
  PRIORITIES,
  type SiteMap,
  type Static,
  WRITING_VERBS,
} from '../../api/index.ts';
import type { Verb } from '../../core/observation.ts';
import type { Asset, AssetId, Conversation } from '../../core/site.ts';
import { mattersOf } from './attention.ts';
import { decodedShare, isOneWay } from './traffic.ts';
import { assetAddress, maybeTime, networkOf, type SiteView } from './view.ts';

/** Limits of the map; what is beyond is counted. */
export const MAX_NODES = 20_000;
export const MAX_EDGES = 100_000;
/** A site of more assets is given as groups. */
export const MAX_WHOLE = 600;
/** Assets of one opened group; the others stay in the group, and are counted. */
export const MAX_OF_GROUP = 400;
/** In groups: a group of so few is given open, the smallest first, while all of them are not more than so many. */
const FEW = 3;
const MAX_OF_FEW = 150;
/** Pairs beside the drawing. */
const MAX_PAIRS = 300;

const WRITES = new Set<string>(WRITING_VERBS);
const ENGINEERING = new Set<string>(ENGINEERING_VERBS);

interface Edge {
  readonly client: string;
  readonly server: string;
  pairs: number;
  bytes: number;
  refused: number;
  oneWay: boolean;
  lastUs: number;
  readonly protocols: Map<string, Omit<MapEdge['protocols'][number], 'protocol'>>;
}
const newEdge = (client: string, server: string): Edge => ({
  client,
  server,
  pairs: 1,
  bytes: 0,
  refused: 0,
  oneWay: true,
  lastUs: 0,
  protocols: new Map(),
});

const addTo = (edge: Edge, c: Conversation): void => {
  // The same packets once more: between the same devices, so that the line is there.
  if (c.isCopy === true) return;
  const bytes = c.clientBytes + c.serverBytes;
  edge.bytes += bytes;
  edge.refused += c.refused;
  edge.oneWay &&= isOneWay(c);
  edge.lastUs = Math.max(edge.lastUs, c.lastUs);
  const name = c.protocol === '' ? `${c.transport} ${c.serverPort}` : c.protocol;
  const protocol = edge.protocols.get(name) ?? { bytes: 0, verbs: {}, encrypted: false, hasPayload: false };
  protocol.bytes += bytes;
  protocol.encrypted ||= c.encrypted;
  protocol.hasPayload ||= decodedShare(c) !== undefined;
  for (const [verb, count] of Object.entries(c.verbs) as [Verb, number][]) {
    protocol.verbs[verb] = (protocol.verbs[verb] ?? 0) + count;
  }
  edge.protocols.set(name, protocol);
};
const join = (into: Edge, edge: Edge): void => {
  into.pairs += edge.pairs;
  into.bytes += edge.bytes;
  into.refused += edge.refused;
  into.oneWay &&= edge.oneWay;
  into.lastUs = Math.max(into.lastUs, edge.lastUs);
  for (const [name, p] of edge.protocols) {
    const known = into.protocols.get(name);
    if (known === undefined) {
      into.protocols.set(name, { ...p, verbs: { ...p.verbs } });
      continue;
    }
    known.bytes += p.bytes;
    known.encrypted ||= p.encrypted;
    known.hasPayload ||= p.hasPayload;
    for (const [verb, count] of Object.entries(p.verbs)) known.verbs[verb] = (known.verbs[verb] ?? 0) + Number(count);
  }
};

const has = (edge: Edge, verbs: ReadonlySet<string>): boolean => {
  for (const p of edge.protocols.values()) for (const verb in p.verbs) if (verbs.has(verb)) return true;
  return false;
};
const edgeAnswer = (edge: Edge): MapEdge => ({
  client: edge.client,
  server: edge.server,
  pairs: edge.pairs,
  bytes: edge.bytes,
  protocols: [...edge.protocols].map(([protocol, rest]) => ({ protocol, ...rest })).sort((a, b) => b.bytes - a.bytes),
  writes: has(edge, WRITES),
  engineering: has(edge, ENGINEERING),
  refused: edge.refused,
  oneWay: edge.oneWay,
  lastAt: maybeTime(edge.lastUs),
});

const worse = (a: MapNode['attention'], b: MapNode['attention']): MapNode['attention'] =>
  a === null || (b !== null && PRIORITIES.indexOf(b) < PRIORITIES.indexOf(a)) ? b : a;

const nodeOf = (view: SiteView, asset: Asset, attention: ReadonlyMap<string, MapNode['attention']>): MapNode => ({
  id: asset.id,
  name: asset.name,
  role: asset.role.value,
  level: asset.level.value ?? null,
  network: networkOf(view, asset.id),
  vendor: asset.vendor,
  model: asset.model,
  address: assetAddress(asset),
  kind: asset.kind,
  parent: asset.parent ?? '',
  attention: attention.get(asset.id) ?? null,
});

const attentionOfAssets = (view: SiteView): ReadonlyMap<string, MapNode['attention']> => {
  const attention = new Map<string, MapNode['attention']>();
  for (const item of mattersOf(view))
    for (const { id } of item.parties)
      if (id !== '') attention.set(id, worse(attention.get(id) ?? null, item.priority));
  return attention;
};

const edgesOf = (view: SiteView): { readonly edges: readonly Edge[]; readonly more: number } => {
  const { model } = view;
  const edges = new Map<string, Edge>();
  let more = 0;
  for (const c of model.conversations()) {
    const client = model.assetOf(c.client);
    const server = model.assetOf(c.server);
    if (client === undefined || server === undefined || client === server) continue;
    const key = `${client}>${server}`;
    let edge = edges.get(key);
    if (edge === undefined) {
      if (edges.size >= MAX_EDGES) {
        more++;
        continue;
      }
      edge = newEdge(client, server);
      edges.set(key, edge);
    }
    addTo(edge, c);
  }
  return { edges: [...edges.values()], more };
};

/** Names a group: `1|192.168.0.0/24`, `?|` where neither is known. */
const groupIdOf = (view: SiteView, asset: Asset): string => `${asset.level.value ?? '?'}|${networkOf(view, asset.id)}`;

interface Group {
  readonly id: string;
  readonly assets: Asset[];
}

/** What stands for an asset: itself where it is given, else its group. */
const asGroups = (
  view: SiteView,
  assets: readonly Asset[],
  open: ReadonlySet<string>,
  named: AssetId | undefined,
): { readonly given: readonly Asset[]; readonly groups: readonly Group[]; readonly standIn: Map<AssetId, string> } => {
  const all = new Map<string, Group>();
  const standIn = new Map<AssetId, string>();
  let ofNamed = '';
  for (const asset of assets) {
    const id = groupIdOf(view, asset);
    if (asset.id === named) ofNamed = id;
    const group = all.get(id);
    if (group === undefined) all.set(id, { id, assets: [asset] });
    else group.assets.push(asset);
  }
  let few = 0;
  const given: Asset[] = [];
  const groups: Group[] = [];
  for (const group of [...all.values()].sort((a, b) => a.assets.length - b.assets.length)) {
    const isFew = group.assets.length <= FEW && few + group.assets.length <= MAX_OF_FEW;
    if (isFew) few += group.assets.length;
    let rest = group.assets;
    if (isFew || open.has(group.id) || group.id === ofNamed) {
      // The one that was named is among those that are given.
      const first = rest.filter(({ id }) => id === named);
      const inOrder = first.length === 0 ? rest : [...first, ...rest.filter(({ id }) => id !== named)];
      for (const asset of inOrder.slice(0, MAX_OF_GROUP)) {
        given.push(asset);
        standIn.set(asset.id, asset.id);
      }
      rest = inOrder.slice(MAX_OF_GROUP);
    }
    for (const { id } of rest) standIn.set(id, group.id);
    if (rest.length > 0) groups.push({ id: group.id, assets: rest });
  }
  return { given, groups, standIn };
};

const groupAnswer = (
  view: SiteView,
  { id, assets }: Group,
  attention: ReadonlyMap<string, MapNode['attention']>,
): MapGroup => {
  const roles = new Map<MapNode['role'], number>();
  let most: MapNode['attention'] = null;
  for (const asset of assets) {
    roles.set(asset.role.value, (roles.get(asset.role.value) ?? 0) + 1);
    most = worse(most, attention.get(asset.id) ?? null);
  }
  const [first] = assets;
  return {
    id,
    level: first?.level.value ?? null,
    network: first === undefined ? '' : networkOf(view, first.id),
    assets: assets.length,
    roles: [...roles].map(([role, count]) => ({ role, assets: count })).sort((a, b) => b.assets - a.assets),
    attention: most,
  };
};

const weight = (edge: Edge): number => (has(edge, ENGINEERING) ? 2e15 : has(edge, WRITES) ? 1e15 : 0) + edge.bytes;

/** Pairs to read beside the drawing: of the named asset, else those in which something is changed; the weightiest first. */
const pairsOf = (
  view: SiteView,
  edges: readonly Edge[],
  named: AssetId | undefined,
  attention: ReadonlyMap<string, MapNode['attention']>,
): SiteMap['pairs'] => {
  const isShown = (e: Edge): boolean =>
    named === undefined ? has(e, WRITES) || has(e, ENGINEERING) : e.client === named || e.server === named;
  const wanted = edges
    .filter(isShown)
    .map((edge) => ({ edge, weight: weight(edge) }))
    .sort((a, b) => b.weight - a.weight)
    .map(({ edge }) => edge);
  const shown = wanted.slice(0, MAX_PAIRS);
  const nodes = [...new Set(shown.flatMap(({ client, server }) => [client, server]))]
    .map((id) => view.model.asset(id))
    .filter((asset) => asset !== undefined)
    .map((asset) => nodeOf(view, asset, attention));
  return { nodes, edges: shown.map(edgeAnswer), more: wanted.length - shown.length };
};

export const map = (view: SiteView, query: Static<typeof MapQuery> = {}): SiteMap => {
  const attention = attentionOfAssets(view);
  const everything = view.model.assets();
  const assets = everything.slice(0, MAX_NODES);
  const { edges, more } = edgesOf(view);
  const answer = {
    assets: everything.length,
    nodesMore: everything.length - assets.length,
    edgesMore: more,
    version: view.version('assets'),
  };
  if (assets.length <= MAX_WHOLE)
    return {
      ...answer,
      nodes: assets.map((asset) => nodeOf(view, asset, attention)),
      groups: [],
      edges: edges.map(edgeAnswer),
      pairs: { nodes: [], edges: [], more: 0 },
    };
  const open = new Set((query.open ?? '').split(',').filter((id) => id !== ''));
  const { given, groups, standIn } = asGroups(view, assets, open, query.asset);
  const gathered = new Map<string, Edge>();
  for (const edge of edges) {
    const client = standIn.get(edge.client);
    const server = standIn.get(edge.server);
    if (client === undefined || server === undefined || client === server) continue;
    const key = `${client}>${server}`;
    const known = gathered.get(key);
    if (known !== undefined) join(known, edge);
    else {
      const fresh = { ...newEdge(client, server), pairs: 0 };
      gathered.set(key, fresh);
      join(fresh, edge);
    }
  }
  return {
    ...answer,
    nodes: given.map((asset) => nodeOf(view, asset, attention)),
    groups: groups.map((group) => groupAnswer(view, group, attention)),
    edges: [...gathered.values()].map(edgeAnswer),
    pairs: pairsOf(view, edges, query.asset, attention),
  };
};
