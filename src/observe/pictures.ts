/**
 * The picture of the devices, computed again only when what it follows from has changed: an endpoint that appeared or
 * began to speak, a fact, a conversation, a decision by hand. Frames alone change only times.
 */
import type { EndpointView } from '../core/endpoint.ts';
import type { Evidence } from '../core/frame.ts';
import type { Asset, AssetId, Conversation } from '../core/site.ts';
import type { AliasRow, Override } from '../core/site-model.ts';
import { assetKey, buildAsset, lastUsOf, type Material, ownIps, type Picture, usersByEndpoint } from './assets.ts';
import { gatherBehaviour } from './behaviour.ts';
import { bind } from './binding.ts';
import type { Commands } from './commands.ts';
import type { Context } from './context.ts';
import type { Conversations } from './conversations.ts';
import type { Facts } from './facts.ts';
import { knowledge } from './knowledge.ts';
import { type Move, movesOf } from './moves.ts';
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
  asset(id: AssetId): Asset | undefined;
  conversationList(): Conversation[];
}

export const createPictures = (parts: PictureParts): Pictures => {
  const { context, view, facts, conversations, commands, sessions, sighted, aliases, overrides } = parts;
  let picture: Picture | undefined;
  let material: Material | undefined;
  let pictureVersion = 0;
  let pictureSignature = Number.NaN;
  let assetList: Asset[] | undefined;
  let assetIndex = new Map<AssetId, Asset>();
  let assetTraffic = Number.NaN;

  /** Changes when an endpoint appears, begins to speak, or shows another hop count; and, apart, with every frame. */
  let signed: readonly [number, number] = [Number.NaN, Number.NaN];
  let signedAt = Number.NaN;
  const signatures = (): readonly [number, number] => {
    // Questions come by the thousand between two batches of frames: the endpoints are walked once for all of them.
    if (view.changes !== undefined && view.changes === signedAt) return signed;
    signedAt = view.changes ?? Number.NaN;
    signed = walk();
    return signed;
  };
  const walk = (): readonly [number, number] => {
    let structure = view.count;
    let traffic = 0;
    for (let id = 1; id <= view.count; id++) {
      if (!view.spoke(id)) continue;
      const t = view.traffic(id);
      structure += id * (7 + t.maxTtl * 3 + t.minTtl) + t.firstUs / 1e6;
      traffic += t.lastUs / 1e3 + t.framesSent;
    }
    return [structure, traffic];
  };

  const look = (): Picture => {
    const [structure, traffic] = signatures();
    if (picture !== undefined && pictureVersion === context.version && pictureSignature === structure) {
      if (traffic !== assetTraffic) refreshTimes(picture);
      assetTraffic = traffic;
      return picture;
    }
    const known = knowledge();
    const binding = bind(view, facts, aliases, overrides, context.limits);
    material = {
      view,
      facts,
      knowledge: known,
      usersOf: usersByEndpoint(sessions.sessions.rows),
      sighted,
      lastOf: commands.lastByTarget(),
    };
    const behaviour = gatherBehaviour(view, binding, conversationList(), known.automation);
    const moves = new Map<Group, readonly Move[]>();
    const ips = new Map<Group, readonly string[]>();
    const holders = new Map<string, Group[]>();
    for (const g of binding.groups) {
      if (g.kind !== 'device') continue;
      const own = ownIps(g, material);
      ips.set(g, own);
      if (own.length > 1) moves.set(g, movesOf(g, view, facts));
      if (g.behind !== undefined) continue;
      const { segment } = view.get(g.founder);
      for (const ip of own) {
        const at = holders.get(`${segment}|${ip}`);
        if (at === undefined) holders.set(`${segment}|${ip}`, [g]);
        else at.push(g);
      }
    }
    picture = { binding, behaviour, moves, holders, ips };
    pictureVersion = context.version;
    pictureSignature = structure;
    assetTraffic = traffic;
    assetList = undefined;
    return picture;
  };

  /** Frames came, nothing new is known: only times may differ, and with them what counts as a move. */
  const refreshTimes = (p: Picture): void => {
    const moves = new Map([...p.moves.keys()].map((g) => [g, movesOf(g, view, facts)]));
    picture = { ...p, moves };
    if (material !== undefined) material = { ...material, lastOf: commands.lastByTarget() };
    assetList = undefined;
  };

  const conversationList = (): Conversation[] => {
    const out: Conversation[] = [];
    for (let row = 0; row < conversations.count; row++) out.push(conversations.get(row));
    return out;
  };

  const built = new Map<AssetId, { readonly key: string; asset: Asset }>();

  const assets = (): Asset[] => {
    const p = look();
    if (assetList !== undefined) return assetList;
    const m = material!;
    assetList = p.binding.groups.map((g) => {
      const key = assetKey(g, p, m);
      const old = built.get(g.id);
      if (old === undefined || old.key !== key) {
        const asset = buildAsset(g, p, m);
        built.set(g.id, { key, asset });
        return asset;
      }
      const lastUs = lastUsOf(g, m);
      if (lastUs !== old.asset.lastUs) old.asset = { ...old.asset, lastUs };
      return old.asset;
    });
    if (built.size > assetList.length) {
      for (const id of built.keys()) if (!p.binding.byId.has(id)) built.delete(id);
    }
    assetIndex = new Map(assetList.map((a) => [a.id, a]));
    return assetList;
  };

  return {
    look,
    assets,
    asset(id) {
      assets();
      return assetIndex.get(id);
    },
    conversationList,
  };
};
