/**
 * From nodes to devices: founders, ids, MAC addresses, gateways; and the serial numbers that prove two nodes to be one.
 */
import type { EndpointView } from '../core/endpoint.ts';
import type { Facts } from './facts.ts';
import { type Bound, byFounder, type Group, type Node, root } from './nodes.ts';
import type { MacEvidence } from './routers.ts';

/** Serial numbers, each with its vendor, that the endpoint says of itself and of the modules in its rack. */
export const serialsOf = (id: number, view: EndpointView, facts: Facts): string[] => {
  if (view.get(id).parent !== undefined) return [];
  const out: string[] = [];
  const add = (serial: string, by: string): void => {
    if (serial.length < 4 || /^(.)\1*$/.test(serial.replace(/^0x/, ''))) return;
    out.push(`${serial} (${by})`);
  };
  const list = facts.of(id);
  let vendor = '';
  for (const f of list) if (f.attribute === 'vendor' && f.confidence >= 0.8 && !f.removed) vendor = f.value;
  if (vendor !== '')
    for (const f of list)
      if (f.attribute === 'serial' && f.confidence >= 0.8 && f.origin === 'observed' && !f.removed)
        add(f.value, vendor);
  for (const m of facts.modulesAt(id))
    if (m.present && m.serial !== '' && m.vendor !== '') add(m.serial, `${m.vendor}, slot ${m.slot}`);
  return out;
};

/** Nodes by serial number and vendor. */
export const serialNumbers = (
  ids: readonly number[],
  view: EndpointView,
  facts: Facts,
  nodeOf: readonly (Node | undefined)[],
): ReadonlyMap<string, ReadonlySet<Node>> => {
  const out = new Map<string, Set<Node>>();
  for (const id of ids) {
    const n = nodeOf[id];
    if (n === undefined) continue;
    for (const key of serialsOf(id, view, facts)) {
      const set = out.get(key) ?? new Set<Node>();
      set.add(root(n));
      out.set(key, set);
    }
  }
  return out;
};

/**
 * Do two nodes hold the same IP address in different VLANs? One device does not: these are two machine cells of the same
 * make, and one of the serial numbers was copied with the configuration (or the capture was made so).
 */
export const inTwoCells = (
  ids: readonly number[],
  view: EndpointView,
  nodeOf: readonly (Node | undefined)[],
  x: Node,
  y: Node,
): boolean => {
  const places = new Map<string, number>();
  for (const side of [x, y])
    for (const id of ids) {
      const n = nodeOf[id];
      if (n === undefined || root(n) !== side) continue;
      const e = view.get(id);
      if (e.ip === undefined) continue;
      if (side === x) places.set(e.ip, e.vlan);
      else if (places.has(e.ip) && places.get(e.ip) !== e.vlan) return true;
    }
  return false;
};

/** Binds the joined nodes to groups with stable ids. */
export const groupsOf = (
  view: EndpointView,
  nodes: ReadonlyMap<string, Node>,
  nodeOf: readonly (Node | undefined)[],
  macs: ReadonlyMap<string, MacEvidence>,
): Bound => {
  const firstOf = (n: Node): number => {
    let best = 0;
    for (const id of n.founders) {
      if (best === 0) best = id;
      else {
        const a = view.traffic(id).firstUs - view.traffic(best).firstUs;
        if (a < 0 || (a === 0 && id < best)) best = id;
      }
    }
    return best;
  };
  const groupOf = new Map<Node, Group>();
  for (const n of nodes.values()) {
    if (n.up !== undefined || n.founders.length === 0) continue;
    groupOf.set(n, {
      id: '',
      founder: firstOf(n),
      kind: n.child === undefined ? 'device' : n.child.silent ? 'silent-child' : 'child',
      endpoints: [...new Set(n.members)].sort((a, b) => a - b),
      macs: [],
      behind: undefined,
      parent: undefined,
      sub: n.child?.sub,
      router: n.router,
      translates: n.translates,
      aliases: n.aliases,
      notes: n.merged === '' ? [] : [n.merged],
      silent: n.silent,
    });
  }
  for (const key of macs.keys()) {
    const n = nodes.get(key)!;
    const g = groupOf.get(root(n));
    if (g !== undefined && !g.macs.includes(n.mac)) g.macs.push(n.mac);
  }
  for (const [n, g] of groupOf) {
    g.behind = n.behind === undefined ? undefined : groupOf.get(root(n.behind));
    if (g.behind === g) g.behind = undefined;
    g.parent = n.child === undefined ? undefined : groupOf.get(root(n.child.parent));
  }
  // A MAC keeps the number of its first frame also when it turns out to be a router's; the host behind it gets a `b`.
  const taken = new Set<string>();
  const ordered = [...groupOf.values()].sort(byFounder);
  for (const g of ordered) {
    let id = `a${g.founder}`;
    while (taken.has(id)) id += 'b';
    taken.add(id);
    g.id = id;
  }
  return {
    groups: ordered,
    of(id) {
      const n = nodeOf[id];
      return n === undefined ? undefined : groupOf.get(root(n));
    },
  };
};
