/**
 * Which endpoints can influence each other's binding: a union-find forest (Tarjan, 1975) over everything that binding
 * looks endpoints up by. Endpoints of different components can be bound apart from each other with the same result, so that
 * after a change only its components are bound again. Components only grow: too large costs time, never truth.
 */
import type { Endpoint, EndpointView } from '../core/endpoint.ts';
import { ipScope, macKind } from '../lib/ip-scope.ts';
import { i32 } from './context.ts';
import type { Facts } from './facts.ts';
import { serialsOf } from './groups.ts';

/** Texts to find an endpoint by; endpoints are immutable, so they are made once. `mac` is '' where it binds nothing. */
const known = new WeakMap<Endpoint, { readonly mac: string; readonly ip: string }>();
export const keysOf = (e: Endpoint): { readonly mac: string; readonly ip: string } => {
  let keys = known.get(e);
  if (keys === undefined) {
    const binds = e.mac !== undefined && macKind(e.mac) !== 'none';
    keys = { mac: binds ? `m|${e.segment}|${e.mac}` : '', ip: `${e.segment}|${e.ip}` };
    known.set(e, keys);
  }
  return keys;
};

export class Components {
  /** Union-find; 0 is a root. */
  private up = new Int32Array(256);
  /** The next endpoint of the same component, in a ring; 0 is alone. */
  private next = new Int32Array(256);
  /** Key -> the endpoint that had it first. As many as endpoints have addresses and facts, which are limited. */
  private readonly byKey = new Map<string, number>();

  root(id: number): number {
    const { up } = this;
    let r = id;
    while (r < up.length && up[r] !== 0) r = up[r]!;
    for (let i = id; i !== r; ) {
      const above = up[i]!;
      up[i] = r;
      i = above;
    }
    return r;
  }

  join(a: number, b: number): void {
    if (a === 0 || b === 0) return;
    const most = Math.max(a, b);
    if (most >= this.up.length) {
      this.up = i32(this.up, most * 2);
      this.next = i32(this.next, most * 2);
    }
    const x = this.root(a);
    const y = this.root(b);
    if (x === y) return;
    this.up[y] = x;
    const { next } = this;
    const afterX = next[x] || x;
    next[x] = next[y] || y;
    next[y] = afterX;
  }

  private key(id: number, key: string): void {
    const first = this.byKey.get(key);
    if (first === undefined) this.byKey.set(key, id);
    else this.join(first, id);
  }

  /** Joins the endpoint with all whose binding can depend on it, and it on theirs, as far as is known now. */
  link(id: number, view: EndpointView, facts: Facts): void {
    const e = view.get(id);
    if (e.parent !== undefined) this.join(e.parent, id);
    else {
      const { mac, ip } = keysOf(e);
      if (mac !== '') this.key(id, mac);
      // Nobody is looked up by 0.0.0.0 where a MAC tells who it is: it would make one of all that ask for an address.
      if (e.ip !== undefined && (mac === '' || ipScope(e.ip) !== 'none')) this.key(id, ip);
    }
    for (const f of facts.of(id))
      if (f.attribute === 'ip' || f.attribute === 'gateway') this.key(id, `${e.segment}|${f.value}`);
    for (const serial of serialsOf(id, view, facts)) this.key(id, `serial ${serial}`);
  }

  /** All endpoints of the components of `ids` up to number `count`, in ascending order. */
  members(ids: Iterable<number>, count: number): number[] {
    const out: number[] = [];
    const roots = new Set<number>();
    for (const id of ids) {
      const r = this.root(id);
      if (roots.has(r)) continue;
      roots.add(r);
      let at = r;
      do {
        if (at <= count) out.push(at);
        at = (at < this.next.length ? this.next[at] : 0) || r;
      } while (at !== r);
    }
    return out.sort((a, b) => a - b);
  }
}
