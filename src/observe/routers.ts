/**
 * Which MAC addresses belong to routers: the frames they send carry the IP addresses of others. Decided from evidence:
 * hop counts that hosts do not start with, addresses that ARP or DHCP gives to this MAC, what the device says it is.
 * Hop counts: RFC 791 (TTL), RFC 8200 (hop limit): each router takes one off.
 */
import type { EndpointView } from '../core/endpoint.ts';
import { ipScope, isInitialTtl, subnetOf } from '../lib/ip-scope.ts';

export interface MacEvidence {
  readonly segment: number;
  readonly mac: string;
  /** Endpoints with this MAC that spoke, in order of number. */
  readonly spoken: number[];
  /** IP addresses that ARP, DHCP, DCP, LLDP ... say are held by it. */
  readonly claimed: Set<string>;
  /** It says itself, or others say, that it routes. */
  saysRouter: boolean;
  /** It repeated a TCP stream under other addresses. */
  repeats: boolean;
}

export interface RouterVerdict {
  readonly router: boolean;
  readonly reason: string;
}

const NOT_A_ROUTER: RouterVerdict = { router: false, reason: '' };

/** True when the frames from this endpoint show a hop count that was lowered on the way. */
export const crossedRouter = (view: EndpointView, endpoint: number): boolean => {
  const { maxTtl } = view.traffic(endpoint);
  return maxTtl > 0 && !isInitialTtl(maxTtl);
};

const unicast = (ip: string): boolean => {
  const scope = ipScope(ip);
  return scope === 'private' || scope === 'public';
};

export const judgeRouter = (view: EndpointView, m: MacEvidence): RouterVerdict => {
  if (m.repeats) return { router: true, reason: 'the same TCP stream was seen before and after it' };
  const foreign = m.spoken.filter((id) => {
    const ip = view.get(id).ip;
    return ip !== undefined && unicast(ip) && !m.claimed.has(ip);
  });
  if (foreign.length === 0) return NOT_A_ROUTER;
  const lowered = foreign.filter((id) => crossedRouter(view, id));
  const example = (ids: readonly number[]) => {
    const ip = view.get(ids[0]!).ip;
    return ids.length === 1 ? `${ip}` : `${ip} and ${ids.length - 1} other${ids.length === 2 ? '' : 's'}`;
  };
  if (lowered.length >= 2)
    return { router: true, reason: `it forwards frames of ${example(lowered)} (their hop counts were lowered)` };
  if (lowered.length === 1) {
    const ip = view.get(lowered[0]!).ip!;
    if (m.saysRouter) return { router: true, reason: `it says that it routes, and forwards frames of ${ip}` };
    if (ipScope(ip) === 'public') return { router: true, reason: `it forwards frames of ${ip} from outside` };
    const net = subnetOf(ip);
    if (m.claimed.size > 0 && ![...m.claimed].some((own) => subnetOf(own) === net))
      return { router: true, reason: `it holds ${[...m.claimed][0]} and forwards frames of ${ip}` };
  }
  if (m.saysRouter && foreign.length >= 2)
    return { router: true, reason: `it says that it routes, and sends frames of ${example(foreign)}` };
  const hopCounts = new Set(foreign.map((id) => view.traffic(id).maxTtl));
  const networks = new Set(foreign.map((id) => subnetOf(view.get(id).ip!)));
  if (foreign.length >= 3 && hopCounts.size >= 2)
    return { router: true, reason: `it sends frames of ${example(foreign)} with different hop counts` };
  // No hop counts known (cut frames): many addresses in several networks, none of them claimed.
  if (hopCounts.has(0) && hopCounts.size === 1 && foreign.length >= 4 && networks.size >= 2)
    return { router: true, reason: `it sends frames of ${foreign.length} addresses in ${networks.size} networks` };
  return NOT_A_ROUTER;
};

/** Does the endpoint belong to the router itself (true), or to a host behind it? */
export const isRoutersOwn = (view: EndpointView, m: MacEvidence, endpoint: number): boolean => {
  const ip = view.get(endpoint).ip;
  if (ip === undefined || !unicast(ip) || m.claimed.has(ip)) return true;
  if (crossedRouter(view, endpoint)) return false;
  const net = subnetOf(ip);
  const inOwnNetwork = [...m.claimed].some((own) => subnetOf(own) === net);
  if (view.traffic(endpoint).maxTtl === 0) return inOwnNetwork;
  // Not lowered: the router itself, unless hosts with other initial hop counts are bridged through it.
  return m.claimed.size === 0 ? !m.repeats : inOwnNetwork;
};
