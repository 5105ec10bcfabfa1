/**
 * Which endpoints are one device. A pure function of what is known, so that the same input gives the same assets whenever
 * somebody looks: by serial number, then by MAC address in its segment (unless the MAC is a router's), then by IP where
 * there is no MAC of its own. Never by IP alone across MAC addresses. Merges and splits by hand come last and win.
 */
import type { Endpoint, EndpointView } from '../core/endpoint.ts';
import type { AliasRow, Override } from '../core/site-model.ts';
import { hopsOf, ipScope, macKind } from '../lib/ip-scope.ts';
import { bindChildren } from './children.ts';
import { keysOf } from './components.ts';
import type { Facts } from './facts.ts';
import { groupsOf, inTwoCells, serialNumbers } from './groups.ts';
import type { SiteLimits } from './limits.ts';
import { type Bound, type Node, root } from './nodes.ts';
import { isRoutersOwn, judgeRouter, type MacEvidence, type RouterVerdict } from './routers.ts';

const ROUTER_WORDS = /\brouter\b|\bfirewall\b|\blayer 3\b/i;

/** The true end and its image, from the two copies of a stream: hop counts tell, else the order of appearance. */
const insideFirst = (view: EndpointView, first: number, second: number): readonly [number, number] => {
  const a = view.traffic(first).maxTtl;
  const b = view.traffic(second).maxTtl;
  return a > 0 && b > 0 && a < b ? [second, first] : [first, second];
};

/** Routers between two copies of a stream, as hop counts tell; 0 where they are not known. */
const hopsBetween = (view: EndpointView, inside: number, image: number): number => {
  const a = view.traffic(inside).maxTtl;
  const b = view.traffic(image).maxTtl;
  // Not their difference: a host starts announcements on its link with other counts than its streams.
  return a > 0 && b > 0 ? hopsOf(b) - hopsOf(a) : 0;
};

/**
 * Binds the endpoints `ids` (ascending): all of a site, or all of some components (`components.ts`) with the aliases and
 * decisions that speak of them.
 */
export const bind = (
  ids: readonly number[],
  view: EndpointView,
  facts: Facts,
  aliases: readonly AliasRow[],
  overrides: readonly Override[],
  limits: SiteLimits,
): Bound => {
  const nodes = new Map<string, Node>();
  const node = (key: string): Node => {
    let n = nodes.get(key);
    if (n === undefined) {
      n = {
        up: undefined,
        founders: [],
        members: [],
        mac: '',
        router: '',
        behind: undefined,
        translates: false,
        aliases: [],
        merged: '',
        child: undefined,
        silent: 0,
      };
      nodes.set(key, n);
    }
    return n;
  };
  const macs = new Map<string, MacEvidence>();
  const usable = (e: Endpoint): boolean => keysOf(e).mac !== '';
  const macKey = (e: Endpoint): string => keysOf(e).mac;
  const ipAt = (e: Endpoint): string => keysOf(e).ip;

  // 1. Evidence per MAC.
  const gateways = new Set<string>();
  for (const id of ids) {
    const e = view.get(id);
    for (const f of facts.of(id)) if (f.attribute === 'gateway' && !f.removed) gateways.add(`${e.segment}|${f.value}`);
    if (e.parent !== undefined || !usable(e) || !view.spoke(id)) continue;
    const key = macKey(e);
    let m = macs.get(key);
    if (m === undefined) {
      m = { segment: e.segment, mac: e.mac!, spoken: [], claimed: new Set(), saysRouter: false, repeats: false };
      if (macKind(e.mac!) === 'virtual') m.saysRouter = true;
      macs.set(key, m);
    }
    m.spoken.push(id);
  }
  for (const id of ids) {
    const e = view.get(id);
    const m = usable(e) && e.parent === undefined ? macs.get(macKey(e)) : undefined;
    if (m === undefined) continue;
    for (const f of facts.of(id)) {
      if (f.removed) continue;
      if (f.attribute === 'ip' && f.origin === 'observed') m.claimed.add(f.value);
      else if ((f.attribute === 'role' || f.attribute === 'device-type') && f.origin === 'observed')
        m.saysRouter ||= ROUTER_WORDS.test(f.value);
    }
  }
  for (const m of macs.values()) for (const ip of m.claimed) m.saysRouter ||= gateways.has(`${m.segment}|${ip}`);

  // 2. Streams seen on both sides of a device.
  const imageOf = new Map<number, number>();
  const carriers: { macs: string[]; translates: boolean }[] = [];
  for (const a of aliases) {
    const through: string[] = [];
    let translates = false;
    // The client sends into the device, so its first copy is the true one; the server's true copy is the second.
    for (const [first, second] of [
      [a.ofClient, a.client],
      [a.server, a.ofServer],
    ] as const) {
      if (first === second || first === 0 || second === 0) continue;
      const [inside, image] = insideFirst(view, first, second);
      const i = view.get(inside);
      const o = view.get(image);
      if (i.ip !== o.ip) translates = true;
      if (imageOf.get(inside) === undefined) imageOf.set(image, inside);
      if (usable(o) && o.mac !== i.mac && macs.has(macKey(o))) {
        if (hopsBetween(view, inside, image) <= 1) through.push(macKey(o));
        macs.get(macKey(o))!.repeats = true;
      }
    }
    if (through.length > 0) carriers.push({ macs: through, translates });
  }

  // 3. Routers, and which addresses are held directly.
  const verdicts = new Map<string, RouterVerdict>();
  const direct = new Map<string, Set<string>>();
  for (const [key, m] of macs) {
    const verdict = judgeRouter(view, m);
    verdicts.set(key, verdict);
    const n = node(key);
    n.mac = m.mac;
    n.router = verdict.router ? verdict.reason : '';
    for (const id of m.spoken) {
      n.founders.push(id);
      const e = view.get(id);
      if (e.ip === undefined || imageOf.has(id) || (verdict.router && !isRoutersOwn(view, m, id))) continue;
      const at = ipAt(e);
      if (!direct.has(at)) direct.set(at, new Set());
      direct.get(at)!.add(key);
    }
    for (const ip of m.claimed) {
      const at = `${m.segment}|${ip}`;
      if (!direct.has(at)) direct.set(at, new Set());
      direct.get(at)!.add(key);
    }
  }

  // 4. A node for each endpoint that spoke.
  const nodeOf: (Node | undefined)[] = new Array(view.count + 1).fill(undefined);
  const byIp = new Map<string, Set<Node>>();
  const place = (id: number, n: Node): void => {
    nodeOf[id] = n;
    n.members.push(id);
    const e = view.get(id);
    if (e.ip === undefined) return;
    const at = ipAt(e);
    if (!byIp.has(at)) byIp.set(at, new Set());
    byIp.get(at)!.add(n);
  };
  for (const id of ids) {
    const e = view.get(id);
    if (e.parent !== undefined || imageOf.has(id) || !view.spoke(id)) continue;
    if (!usable(e)) {
      if (e.ip === undefined) continue;
      const n = node(`i|${e.segment}|${e.vlan}|${e.tunnel ?? ''}|${e.ip}`);
      n.founders.push(id);
      place(id, n);
      continue;
    }
    const key = macKey(e);
    const m = macs.get(key)!;
    if (!verdicts.get(key)!.router || isRoutersOwn(view, m, id)) {
      place(id, node(key));
      continue;
    }
    const holders = direct.get(ipAt(e));
    if (holders?.size === 1) {
      place(id, node([...holders][0]!));
      continue;
    }
    const n = node(`i|${e.segment}||${e.ip}`);
    n.behind ??= node(key);
    n.founders.push(id);
    place(id, n);
  }
  for (const [image, inside] of imageOf) {
    let true_ = inside;
    for (let hops = 0; hops < 8 && imageOf.has(true_); hops++) true_ = imageOf.get(true_)!;
    const n = nodeOf[true_];
    if (n === undefined) continue;
    nodeOf[image] = n;
    n.members.push(image);
    if (view.get(image).ip !== view.get(true_).ip) n.aliases.push(image);
  }

  // 5. What was only spoken about, where it is certain whom it means.
  for (const id of ids) {
    const e = view.get(id);
    if (e.parent !== undefined || nodeOf[id] !== undefined || view.spoke(id)) continue;
    if (usable(e) && macs.has(macKey(e))) {
      if (
        e.ip === undefined ||
        macs.get(macKey(e))!.claimed.has(e.ip) ||
        direct.get(ipAt(e))?.has(macKey(e)) === true
      ) {
        nodeOf[id] = node(macKey(e));
        nodeOf[id]!.members.push(id);
        continue;
      }
    } else if (usable(e) && e.ip === undefined) continue;
    if (e.ip === undefined || ipScope(e.ip) === 'none') continue;
    const holders = new Set(byIp.get(ipAt(e)));
    for (const key of direct.get(ipAt(e)) ?? []) holders.add(node(key));
    // Cells repeat addresses: who speaks in a VLAN means the holder there.
    const onSameWire = (n: Node): boolean =>
      n.members.some((member) => {
        const x = view.get(member);
        return x.vlan === e.vlan && x.innerVlan === e.innerVlan && x.tunnel === e.tunnel;
      });
    const meant = holders.size > 1 ? [...holders].filter(onSameWire) : [...holders];
    if (meant.length === 1) {
      nodeOf[id] = meant[0]!;
      nodeOf[id]!.members.push(id);
    }
  }

  // 6. One device with several nodes.
  const union = (a: Node, b: Node, why: string): void => {
    const x = root(a);
    const y = root(b);
    if (x === y) return;
    y.up = x;
    for (const id of y.members) x.members.push(id);
    for (const id of y.founders) x.founders.push(id);
    for (const alias of y.aliases) x.aliases.push(alias);
    x.router ||= y.router;
    x.behind = x.behind === undefined || y.behind === undefined ? undefined : x.behind;
    x.translates ||= y.translates;
    x.silent += y.silent;
    x.merged = why || x.merged || y.merged;
  };
  for (const c of carriers) {
    for (const other of c.macs.slice(1))
      union(node(c.macs[0]!), node(other), 'one device: it stands between both sides of a stream');
    if (c.translates) root(node(c.macs[0]!)).translates = true;
  }
  for (const [serial, keys] of serialNumbers(ids, view, facts, nodeOf))
    if (keys.size >= 2 && keys.size <= 4) {
      const [first, ...others] = [...keys];
      for (const other of others)
        if (!inTwoCells(ids, view, nodeOf, root(first!), root(other)))
          union(first!, other, `one device: the same serial number ${serial}`);
    }

  // 7. Sub-addresses behind gateways.
  bindChildren(ids, view, node, nodeOf, limits);

  // 8. Decisions by hand.
  for (const o of overrides) {
    if (!o.active) continue;
    if (o.kind === 'merge') {
      const parts = o.endpoints.map((id) => nodeOf[id]).filter((n) => n !== undefined);
      for (const other of parts.slice(1)) union(parts[0]!, other, 'merged by hand');
      continue;
    }
    // While a file is read again, decisions stand before their endpoints.
    if (o.endpoints.every((id) => nodeOf[id] === undefined)) continue;
    const n = node(`s|${o.id}`);
    n.merged = 'split by hand';
    for (const id of o.endpoints) {
      const from = nodeOf[id] === undefined ? undefined : root(nodeOf[id]!);
      if (from === undefined || from.members.length === 1) continue;
      from.members.splice(from.members.indexOf(id), 1);
      if (from.founders.includes(id)) from.founders.splice(from.founders.indexOf(id), 1);
      n.members.push(id);
      n.founders.push(id);
      nodeOf[id] = n;
    }
  }

  return groupsOf(view, nodes, nodeOf, macs);
};
