/**
 * The groups of endpoints that are one device each, with their addresses, moves and behaviour, kept up to date: what an
 * update names is made again, and all that follows from it.
 */
import type { EndpointView } from '../core/endpoint.ts';
import { ipScope } from '../lib/ip-scope.ts';
import { type Material, ownIps, type Picture } from './assets.ts';
import { Behaviours } from './behaviour.ts';
import { bind } from './binding.ts';
import { Components } from './components.ts';
import { u8 } from './context.ts';
import { type Move, movesOf } from './moves.ts';
import { byFounder, type Group } from './nodes.ts';
import type { PictureParts } from './pictures.ts';
import type { Behaviour } from './roles.ts';

export interface Updated {
  /** Groups that were made again or are no more; one with the same id may have come. */
  readonly gone: ReadonlySet<Group>;
  /** Groups whose asset may be another one now. */
  readonly changed: ReadonlySet<Group>;
}

export class Grouping {
  readonly byId = new Map<string, Group>();
  private groups: Group[] = [];
  private readonly of: (Group | undefined)[] = [undefined];
  private readonly foundedBy = new Map<number, Group[]>();
  private readonly behaviour = new Map<Group, Behaviour>();
  private readonly moves = new Map<Group, readonly Move[]>();
  private readonly ips = new Map<Group, readonly string[]>();
  private readonly holders = new Map<string, Group[]>();
  private readonly components = new Components();
  private readonly behaviours: Behaviours;
  /** Endpoints with a private address that spoke, by segment, and which endpoints were counted. */
  private readonly privates = new Map<number, number>();
  private counted = new Uint8Array(256);
  private privateSegments: ReadonlySet<number> = new Set();
  private readonly parts: PictureParts;
  private readonly material: Material;
  private readonly view: EndpointView;

  constructor(parts: PictureParts, material: Material) {
    this.parts = parts;
    this.material = material;
    this.view = parts.view;
    this.behaviours = new Behaviours(parts.view, parts.conversations);
    for (const o of parts.overrides) if (o.active) this.join(o.endpoints);
  }

  /** From now on these endpoints are bound together. */
  join(endpoints: readonly number[]): readonly number[] {
    const ids = endpoints.filter((id) => id > 0);
    for (const id of ids) this.components.join(ids[0]!, id);
    return ids.filter((id) => id <= this.view.count);
  }

  /** A picture of its own after each update; its tables are the living ones. */
  picture(): Picture {
    const { groups, byId, of, behaviour, moves, holders, ips } = this;
    return { binding: { groups, byId, of }, behaviour, moves, holders, ips };
  }

  /**
   * `toBind`: endpoints whose binding may differ; `told`: those of whom something else is known; `conversations`: rows that
   * tell something new; `traffic`: frames came, so that what counts as a move may differ.
   */
  update(
    toBind: ReadonlySet<number>,
    told: readonly number[],
    conversations: readonly number[],
    traffic: boolean,
  ): Updated {
    const changed = new Set<Group>();
    this.behaviours.update();
    for (const id of toBind) this.components.link(id, this.view, this.parts.facts);
    const { gone, come, regrouped } = this.rebind(this.components.members(toBind, this.view.count));
    for (const g of come) changed.add(g);
    // A name is known by the children, too: the whole component.
    for (const id of this.components.members(told, this.view.count))
      for (const g of this.foundedBy.get(id) ?? []) changed.add(g);
    for (const g of this.behave(come, regrouped, conversations)) changed.add(g);
    for (const g of this.hold(gone, come)) changed.add(g);
    if (traffic)
      for (const [g, before] of this.moves) {
        const now = movesOf(g, this.view, this.parts.facts);
        if (!sameMoves(before, now)) changed.add(g);
        this.moves.set(g, now);
      }
    return { gone, changed };
  }

  /** Binds the endpoints of whole components again. `regrouped`: those in a group of another id than before. */
  private rebind(ids: readonly number[]): {
    readonly gone: ReadonlySet<Group>;
    readonly come: readonly Group[];
    readonly regrouped: readonly number[];
  } {
    const gone = new Set<Group>();
    const regrouped: number[] = [];
    if (ids.length === 0) return { gone, come: [], regrouped };
    const { view, parts, of } = this;
    while (of.length <= view.count) of.push(undefined);
    const among = new Set(ids);
    for (const id of ids) {
      for (const g of this.foundedBy.get(id) ?? []) gone.add(g);
      this.foundedBy.delete(id);
    }
    for (const g of gone) this.byId.delete(g.id);
    const bound = bind(
      ids,
      view,
      parts.facts,
      parts.aliases.filter((a) => among.has(a.client || a.ofClient || a.server || a.ofServer)),
      parts.overrides.filter((o) => o.endpoints.some((id) => among.has(id))),
      parts.context.limits,
    );
    for (const id of ids) {
      const before = of[id]?.id;
      of[id] = bound.of(id);
      if (before !== of[id]?.id) regrouped.push(id);
      this.count(id);
    }
    for (const g of bound.groups) {
      this.byId.set(g.id, g);
      const known = this.foundedBy.get(g.founder);
      if (known === undefined) this.foundedBy.set(g.founder, [g]);
      else known.push(g);
    }
    this.groups = this.groups.filter((g) => !gone.has(g));
    this.groups.push(...bound.groups);
    this.groups.sort(byFounder);
    return { gone, come: bound.groups, regrouped };
  }

  /** Keeps count of private addresses that speak. */
  private count(id: number): void {
    if (id >= this.counted.length) this.counted = u8(this.counted, id * 2);
    const e = this.view.get(id);
    const is = this.of[id] !== undefined && this.view.spoke(id) && ipScope(e.ip ?? '') === 'private' ? 1 : 0;
    const was = this.counted[id]!;
    if (is === was) return;
    this.counted[id] = is;
    this.privates.set(e.segment, (this.privates.get(e.segment) ?? 0) + is - was);
  }

  /** Behaviour of the new groups, of those they talk to, and of the ends of the conversations. Those that it was made of. */
  private behave(come: readonly Group[], regrouped: readonly number[], rows: readonly number[]): ReadonlySet<Group> {
    const { of, behaviour, parts } = this;
    const again = new Set(come);
    const segments = new Set([...this.privates].filter(([, n]) => n > 0).map(([segment]) => segment));
    if (segments.size !== this.privateSegments.size || [...segments].some((s) => !this.privateSegments.has(s))) {
      this.privateSegments = segments;
      for (const g of this.groups) again.add(g);
    }
    for (const id of regrouped) for (const g of this.behaviours.peersOf(id, of)) again.add(g);
    for (const row of rows)
      for (const id of [parts.conversations.client[row]!, parts.conversations.server[row]!]) {
        const g = of[id];
        if (g !== undefined) again.add(g);
      }
    const children = new Map<Group, number>();
    // An edge node is a machine of its own that the broker speaks for, not a device on a bus behind it.
    for (const g of this.groups)
      if (g.parent !== undefined && g.kind === 'child' && g.sub?.kind !== 'sparkplug-node')
        children.set(g.parent, (children.get(g.parent) ?? 0) + 1);
    for (const g of again)
      behaviour.set(g, this.behaviours.of(g, of, children.get(g) ?? 0, this.privateSegments, this.material.knowledge));
    return again;
  }

  /** Addresses and who holds them. Returns the groups that hold an address together with others than before. */
  private hold(gone: ReadonlySet<Group>, come: readonly Group[]): ReadonlySet<Group> {
    const { view, holders, ips, moves, parts } = this;
    const touched = new Set<string>();
    const places = (g: Group): string[] => {
      if (g.kind !== 'device' || g.behind !== undefined) return [];
      const { segment } = view.get(g.founder);
      return (ips.get(g) ?? []).map((ip) => `${segment}|${ip}`);
    };
    for (const g of gone) {
      for (const key of places(g)) {
        const left = (holders.get(key) ?? []).filter((x) => x !== g);
        if (left.length === 0) holders.delete(key);
        else holders.set(key, left);
        touched.add(key);
      }
      ips.delete(g);
      moves.delete(g);
      this.behaviour.delete(g);
    }
    for (const g of come) {
      if (g.kind !== 'device') continue;
      const own = ownIps(g, this.material);
      ips.set(g, own);
      if (own.length > 1) moves.set(g, movesOf(g, view, parts.facts));
      for (const key of places(g)) {
        const at = holders.get(key);
        if (at === undefined) holders.set(key, [g]);
        else at.push(g);
        touched.add(key);
      }
    }
    const out = new Set<Group>();
    for (const key of touched) for (const g of holders.get(key) ?? []) out.add(g);
    return out;
  }
}

const sameMoves = (a: readonly Move[], b: readonly Move[]): boolean =>
  a.length === b.length &&
  a.every((x, i) => x.from === b[i]!.from && x.to === b[i]!.to && x.tsUs === b[i]!.tsUs && x.left === b[i]!.left);
