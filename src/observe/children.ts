/**
 * Sub-addresses behind gateways: which are devices of their own, which are the gateway itself, which never answered.
 * Sources: MODBUS Messaging on TCP/IP V1.0b 4.4.2 (unit ids), The CIP Networks Library volume 1 C-1.4 (port segments),
 * ASHRAE 135 clause 6 and annex J.
 */
import type { EndpointView, SubAddressKind } from '../core/endpoint.ts';
import type { SiteLimits } from './limits.ts';
import { type Node, root } from './nodes.ts';

/** CIP routes whose hops are all over the backplane (port 1) lead to modules of the same chassis. */
const isBackplane = (address: string): boolean => {
  const hops = address.split(',');
  return hops.length === 1 && /^1\/\d+$/.test(hops[0]!);
};

/** ASHRAE 135 annex J: on BACnet/IP the MAC is IP and port, so `703/172.16.7.201:47808` behind 172.16.7.201 is itself. */
const isOwnBacnetAddress = (address: string, ids: readonly number[], view: EndpointView): boolean =>
  ids.some((id) => {
    const parent = view.get(id).parent;
    const ip = parent === undefined ? undefined : view.get(parent).ip;
    return ip !== undefined && new RegExp(`(^|/)${ip.replaceAll('.', '\\.')}(:|$)`).test(address);
  });

/** Sub-addresses behind sub-addresses are followed this deep. */
const MAX_DEPTH = 4;

export const bindChildren = (
  ids: readonly number[],
  view: EndpointView,
  node: (key: string) => Node,
  nodeOf: (Node | undefined)[],
  limits: SiteLimits,
): void => {
  const levels: number[][] = [];
  for (const id of ids) {
    let depth = 0;
    for (let up = view.get(id).parent; up !== undefined && depth <= MAX_DEPTH; up = view.get(up).parent) depth++;
    if (depth > 0 && depth <= MAX_DEPTH) {
      levels[depth] ??= [];
      levels[depth]!.push(id);
    }
  }
  for (const level of levels) if (level !== undefined) bindLevel(level, view, node, nodeOf, limits);
};

const bindLevel = (
  level: readonly number[],
  view: EndpointView,
  node: (key: string) => Node,
  nodeOf: (Node | undefined)[],
  limits: SiteLimits,
): void => {
  // The children of a device are gathered over all its endpoints (it may have moved).
  const names = new Map<Node, number>();
  const families = new Map<string, { parent: Node; kind: SubAddressKind; byAddress: Map<string, number[]> }>();
  for (const id of level) {
    const e = view.get(id);
    const parent = e.parent === undefined ? undefined : nodeOf[e.parent];
    if (parent === undefined || e.sub === undefined) continue;
    const p = root(parent);
    if (!names.has(p)) names.set(p, e.parent!);
    const key = `${names.get(p)}|${e.sub.kind}`;
    const family = families.get(key) ?? { parent: p, kind: e.sub.kind, byAddress: new Map<string, number[]>() };
    families.set(key, family);
    const ids = family.byAddress.get(e.sub.address) ?? [];
    ids.push(id);
    family.byAddress.set(e.sub.address, ids);
  }
  for (const [key, { parent, kind, byAddress }] of families) {
    const numbered = kind === 'modbus-unit' || kind === 'dnp3-address' || kind === 'iec104-address' || kind === 'other';
    const answering = [...byAddress].filter(
      ([address, ids]) =>
        ids.some((id) => view.spoke(id)) && !(kind === 'modbus-unit' && (address === '0' || address === '255')),
    ).length;
    let silent = 0;
    for (const [address, ids] of byAddress) {
      const spoke = ids.some((id) => view.spoke(id));
      const itself =
        kind === 's7-slot' ||
        (kind === 'bacnet-mac' && isOwnBacnetAddress(address, ids, view)) ||
        (kind === 'cip-path' && isBackplane(address)) ||
        (kind === 'modbus-unit' && (address === '0' || address === '255')) ||
        (numbered && (spoke ? answering <= 1 : answering === 0 && byAddress.size === 1));
      if (itself) {
        for (const id of ids) nodeOf[id] = parent;
        for (const id of ids) parent.members.push(id);
        continue;
      }
      if (!spoke && ++silent > limits.silentChildren) {
        parent.silent++;
        continue;
      }
      const n = node(`c|${key}|${address}`);
      n.child = { parent, sub: { kind, address }, silent: !spoke };
      for (const id of ids) n.founders.push(id);
      for (const id of ids) n.members.push(id);
      for (const id of ids) nodeOf[id] = n;
    }
  }
};
