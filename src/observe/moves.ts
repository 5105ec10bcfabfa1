/**
 * Devices that change their address: what they used when, from frames and from what ARP, DHCP and the like say.
 */
import type { EndpointView } from '../core/endpoint.ts';
import { ipScope } from '../lib/ip-scope.ts';
import type { Facts } from './facts.ts';
import type { Group } from './nodes.ts';

/** Moves that are listed for one device. */
export const MAX_MOVES = 64;

/** One address left for another: the device moved. */
export interface Move {
  readonly from: string;
  readonly to: string;
  readonly tsUs: number;
  /** The endpoint it left (0: none ever spoke from there) and the one it took. */
  readonly left: number;
  readonly took: number;
  /** Ordinal among the moves of the device. */
  readonly nth: number;
}

/** Private, public or link-local unicast. */
export const usable = (ip: string | undefined): ip is string => {
  const scope = ipScope(ip ?? '');
  return scope === 'private' || scope === 'public' || scope === 'link';
};

/** When an address was in use by a MAC, and the endpoint that spoke from it (0: only claimed, by ARP or DHCP). */
interface Use {
  readonly ip: string;
  endpoint: number;
  firstUs: number;
  lastUs: number;
}

/** Moves of a device: the use of one IPv4 address ended before that of the next began, on the same MAC and VLAN. */
export const movesOf = (group: Group, view: EndpointView, facts: Facts): Move[] => {
  if (group.kind !== 'device' || group.router !== '') return [];
  const byMac = new Map<string, Map<string, Use>>();
  const use = (key: string, ip: string, endpoint: number, firstUs: number, lastUs: number): void => {
    const uses = byMac.get(key) ?? new Map<string, Use>();
    byMac.set(key, uses);
    const known = uses.get(ip);
    if (known === undefined) uses.set(ip, { ip, endpoint, firstUs, lastUs });
    else {
      known.endpoint ||= endpoint;
      known.firstUs = Math.min(known.firstUs, firstUs);
      known.lastUs = Math.max(known.lastUs, lastUs);
    }
  };
  for (const id of group.endpoints) {
    const e = view.get(id);
    if (e.mac === undefined || group.aliases.includes(id) || !group.macs.includes(e.mac)) continue;
    const key = `${e.segment}|${e.vlan}|${e.mac}`;
    if (view.spoke(id) && usable(e.ip) && !e.ip.includes(':')) {
      const t = view.traffic(id);
      use(key, e.ip, id, t.firstUs, t.lastUs);
    }
    for (const f of facts.of(id))
      if (f.attribute === 'ip' && f.origin === 'observed' && usable(f.value) && !f.value.includes(':'))
        use(key, f.value, 0, f.firstUs, f.lastUs);
  }
  const moves: Move[] = [];
  for (const uses of byMac.values()) {
    const list = [...uses.values()].sort((a, b) => a.firstUs - b.firstUs || (a.ip < b.ip ? -1 : 1));
    for (let i = 1; i < list.length; i++) {
      const left = list[i - 1]!;
      const took = list[i]!;
      if (left.lastUs > took.firstUs || left.firstUs === took.firstUs || moves.length >= MAX_MOVES) continue;
      const by = took.endpoint || group.founder;
      moves.push({ from: left.ip, to: took.ip, tsUs: took.firstUs, left: left.endpoint, took: by, nth: moves.length });
    }
  }
  return moves;
};
