/**
 * The picture of the devices. Only what changed since somebody looked is made again: components of endpoints that appeared,
 * began to speak or have new facts are bound again (`components.ts`), behaviour is gathered again for those whose
 * conversations tell something new, assets are built again where anything they follow from differs. What comes out is what
 * building everything from nothing would give. Frames alone change only times.
 */
import type { EndpointView } from '../core/endpoint.ts';
import type { Evidence } from '../core/frame.ts';
import type { Asset, AssetId, Conversation } from '../core/site.ts';
import type { AliasRow, AssetBrief, Override } from '../core/site-model.ts';
import { subnetOf } from '../lib/ip-scope.ts';
import { assetKey, briefOf, buildAsset, isLevelSaidOf, lastUsOf, type Material, type Picture } from './assets.ts';
import type { Commands } from './commands.ts';
import type { Context } from './context.ts';
import type { Conversations } from './conversations.ts';
import { EndpointWatch } from './endpoint-watch.ts';
import type { Facts } from './facts.ts';
import { Grouping } from './grouping.ts';
import { knowledge } from './knowledge.ts';
import { type Leveled, levelsByNetwork } from './network-levels.ts';
import type { Group } from './nodes.ts';
import type { Sessions } from './sessions.ts';

/** What the picture follows from. */
export interface PictureParts {
  readonly context: Context;
  readonly view: EndpointView;
  readonly facts: Facts;
  readonly conversations: Conversations;
  readonly commands: Commands;
  readonly sessions: Sessions;
  readonly sighted: ReadonlyMap<number, Evidence>;
  readonly aliases: readonly AliasRow[];
  readonly overrides: readonly Override[];
}

export interface Pictures {
  look(): Picture;
  assets(): Asset[];
  briefs(): AssetBrief[];
  asset(id: AssetId): Asset | undefined;
  conversationList(): Conversation[];
  /** The next look starts from nothing: decisions by hand changed, or rows were loaded. */
  anew(): void;
}

const ALL = Number.POSITIVE_INFINITY;
const number = (row: number): number => row;
type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export const createPictures = (parts: PictureParts): Pictures => {
  const { context, view, facts, conversations, commands, sessions, sighted, aliases } = parts;
  let watch = new EndpointWatch();
  let grouping: Grouping | undefined;
  let picture: Picture | undefined;
  /** What `picture` was made of: a number of the site and one of the endpoints. */
  let version = Number.NaN;
  let changes: number | undefined;
  /** Rows of sessions and aliases that are in the picture. */
  let sessionCount = 0;
  let aliasCount = 0;
  let usersOf = new Map<number, string[]>();
  /** Groups whose asset may differ from the one built, and assets by id as they were built. */
  const stale = new Set<Group>();
  const built = new Map<AssetId, { readonly key: string; readonly level: Asset['level']; asset: Asset }>();
  /** The same for briefs: who asks for these need not ask for assets, and the other way round. */
  const staleBriefs = new Set<Group>();
  const briefed = new Map<Group, Leveled>();
  let timesStale = false;
  let list: Asset[] | undefined;
  /** Levels that devices have from their network, until who belongs together or what is known of them changes. */
  let levels: ReturnType<typeof levelsByNetwork> | undefined;

  const material: Material = {
    view,
    facts,
    knowledge: knowledge(),
    get usersOf() {
      return usersOf;
    },
    sighted,
    lastUs: (endpoint) => watch.lastUs[endpoint]!,
    lastCommand: (endpoint) => commands.lastTo(endpoint),
  };

  const startAnew = (): Grouping => {
    watch = new EndpointWatch();
    usersOf = new Map();
    sessionCount = 0;
    aliasCount = 0;
    stale.clear();
    staleBriefs.clear();
    briefed.clear();
    return new Grouping(parts, material);
  };

  /** Users by endpoint, from sessions: where they came from and where they went. The endpoints they are new at. */
  const newUsers = (): number[] => {
    const out: number[] = [];
    const { rows } = sessions.sessions;
    for (; sessionCount < rows.length; sessionCount++) {
      const { user, client, server } = rows[sessionCount]!;
      if (user === '') continue;
      for (const id of [client, server]) {
        const known = usersOf.get(id);
        if (known === undefined) usersOf.set(id, [user]);
        else if (!known.includes(user)) known.push(user);
        else continue;
        out.push(id);
      }
    }
    return out;
  };

  const look = (): Picture => {
    // Questions come by the thousand between two batches of frames: the endpoints are walked once for all of them.
    if (picture !== undefined && version === context.version && view.changes !== undefined && view.changes === changes)
      return picture;
    version = context.version;
    changes = view.changes;
    grouping ??= startAnew();
    let seen = watch.look(view);
    if (seen.replaced) {
      grouping = startAnew();
      seen = watch.look(view);
    }
    const bind = new Set(seen.changed);
    for (const id of facts.binding.take(ALL, number)) if (id <= view.count) bind.add(id);
    for (; aliasCount < aliases.length; aliasCount++) {
      const { client, server, ofClient, ofServer } = aliases[aliasCount]!;
      for (const id of grouping.join([client, server, ofClient, ofServer])) bind.add(id);
    }
    const told = [...facts.telling.take(ALL, number), ...newUsers()].filter((id) => id >= 1 && id <= view.count);
    const rows = conversations.telling.take(ALL, number);
    if (picture !== undefined && bind.size + told.length + rows.length === 0 && !seen.traffic) return picture;
    const { gone, changed } = grouping.update(bind, told, rows, seen.traffic);
    for (const g of gone) {
      stale.delete(g);
      staleBriefs.delete(g);
      briefed.delete(g);
      if (!grouping.byId.has(g.id)) built.delete(g.id);
    }
    for (const g of changed) {
      stale.add(g);
      staleBriefs.add(g);
    }
    timesStale ||= seen.traffic;
    if (gone.size + changed.size > 0) levels = undefined;
    if (gone.size > 0 || stale.size > 0 || timesStale) list = undefined;
    picture = grouping.picture();
    return picture;
  };

  const pairs = new Set<string>();
  let pairCount = 0;
  const conversationList = (): Conversation[] => {
    for (; pairCount < aliases.length; pairCount++)
      pairs.add(`${aliases[pairCount]!.client} ${aliases[pairCount]!.server}`);
    const out: Conversation[] = [];
    for (let row = 0; row < conversations.count; row++) {
      const c: Mutable<Conversation> = conversations.get(row);
      // Whatever these two say is read on the other side.
      if (pairs.size > 0 && c.protocol === '' && c.decodedBytes + c.undecodedBytes === 0)
        c.isCopy = pairs.has(`${c.client} ${c.server}`);
      out.push(c);
    }
    return out;
  };

  /** Segment, VLAN and subnet of an endpoint, of its gateway for a sub-address; '' without an IP. */
  const networkOf = (endpoint: number): string => {
    const { segment, vlan, ip = '', parent } = view.get(endpoint);
    if (ip === '') return parent === undefined ? '' : networkOf(parent);
    return `${segment} ${vlan} ${subnetOf(ip)}`;
  };

  const assets = (): Asset[] => {
    const p = look();
    if (list !== undefined) return list;
    for (const g of stale) {
      const key = assetKey(g, p, material);
      if (built.get(g.id)?.key === key) continue;
      const asset = buildAsset(g, p, material);
      built.set(g.id, { key, level: asset.level, asset });
    }
    stale.clear();
    levels ??= levelsByNetwork(
      p.binding.groups.map((g) => {
        const { asset, level } = built.get(g.id)!;
        const isLevelSaid = isLevelSaidOf(g, material);
        const value = level.value ?? Number.NaN;
        return {
          id: g.id,
          parent: g.parent?.id,
          endpoints: g.endpoints,
          role: asset.role.value,
          level: value,
          isLevelSaid,
        };
      }),
      networkOf,
    );
    list = p.binding.groups.map((g) => {
      const known = built.get(g.id)!;
      const lastUs = lastUsOf(g, material);
      const level = levels!.get(g.id) ?? known.level;
      if (lastUs !== known.asset.lastUs || level !== known.asset.level) {
        // A copy, then its field: a copy with another field in one literal costs twenty times as much.
        const asset: Mutable<Asset> = { ...known.asset };
        asset.lastUs = lastUs;
        asset.level = level;
        known.asset = asset;
      }
      return known.asset;
    });
    timesStale = false;
    return list;
  };

  const briefs = (): AssetBrief[] => {
    const p = look();
    for (const g of staleBriefs) briefed.set(g, briefOf(g, p, material));
    staleBriefs.clear();
    const list = p.binding.groups.map((g) => briefed.get(g)!);
    levels ??= levelsByNetwork(list, networkOf);
    return list.map(({ id, parent, endpoints, role, level }) => ({
      id,
      parent,
      endpoints,
      role,
      level: levels!.get(id)?.value ?? level,
    }));
  };

  return {
    look,
    assets,
    briefs,
    asset(id) {
      assets();
      return built.get(id)?.asset;
    },
    conversationList,
    anew() {
      grouping = undefined;
      picture = undefined;
      list = undefined;
      built.clear();
      context.version++;
    },
  };
};
