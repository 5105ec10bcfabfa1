/**
 * Hosts, segments and the two routers of the plant, and how a packet between two hosts looks at each mirror point that it
 * passes: MAC addresses of the hop, TTL less one per router (RFC 1812 section 5.3.1), VLAN tag (IEEE 802.1Q).
 *
 *     internet - firewall - office (VLAN 40)          mirrored: office, DMZ, operations, control
 *                  |   \___ DMZ (35)
 *                operations (30) - core switch - control (10), cells (100 ...)
 */
import { ipOctets, macOctets } from '../net.ts';

export type Zone = 'internet' | 'office' | 'dmz' | 'operations' | 'control' | 'cell';

export interface Segment {
  readonly zone: Zone;
  /** 0: not mirrored (the line to the provider). */
  readonly vlan: number;
  /** First three numbers of its network: `10.20.10`. '' for the internet. */
  readonly prefix: string;
}

/** How a TCP stack opens a connection: options of SYN, window, first TTL. */
export interface Stack {
  readonly ttl: number;
  readonly window: number;
  readonly synOptions: Uint8Array;
}
const MSS_ONLY = Uint8Array.of(2, 4, 5, 0xb4);
/** MSS, no-op, window scale 8, no-op, no-op, SACK permitted. */
const WINDOWS_SYN = Uint8Array.of(2, 4, 5, 0xb4, 1, 3, 3, 8, 1, 1, 4, 2);
const LINUX_SYN = Uint8Array.of(2, 4, 5, 0xb4, 1, 1, 4, 2, 1, 3, 3, 7);
export const STACK = {
  embedded: { ttl: 64, window: 8192, synOptions: MSS_ONLY },
  controller: { ttl: 30, window: 4096, synOptions: MSS_ONLY },
  windows: { ttl: 128, window: 64_240, synOptions: WINDOWS_SYN },
  linux: { ttl: 64, window: 64_240, synOptions: LINUX_SYN },
  network: { ttl: 255, window: 4128, synOptions: MSS_ONLY },
} as const satisfies Readonly<Record<string, Stack>>;

export class Station {
  readonly name: string;
  readonly mac: string;
  readonly ip: string;
  readonly macBytes: Uint8Array;
  readonly ipBytes: Uint8Array;
  readonly segment: Segment;
  readonly stack: Stack;
  /** IP identification counts up per host, as most stacks do. */
  ipId: number;
  #port: number;

  constructor(name: string, mac: string, ip: string, segment: Segment, stack: Stack) {
    this.name = name;
    this.mac = mac;
    this.ip = ip;
    this.macBytes = Uint8Array.from(macOctets(mac));
    this.ipBytes = Uint8Array.from(ipOctets(ip));
    this.segment = segment;
    this.stack = stack;
    const salt = this.macBytes[4]! * 256 + this.macBytes[5]!;
    this.ipId = (salt * 7919) & 0xffff;
    this.#port = 49_152 + ((salt * 131) & 0x0fff);
  }

  /** The next ephemeral port. */
  port(): number {
    this.#port = this.#port >= 65_000 ? 49_152 : this.#port + 1;
    return this.#port;
  }
}

/** A packet as one mirror point sees it: Ethernet (with tag) and IPv4 header, in which length, id, protocol and checksum are left to fill in. */
export interface Copy {
  readonly segment: Segment;
  readonly head: Uint8Array;
  /** Sum of the words of the IPv4 header as it stands there. */
  readonly sum: number;
  readonly delayUs: number;
}
export interface Route {
  readonly from: Station;
  readonly to: Station;
  readonly copies: readonly Copy[];
  /** Sum of the words of both addresses, as pseudo headers need it. */
  readonly addresses: number;
}

/** Octets of an Ethernet header with a VLAN tag. */
export const ETHERNET_VLAN = 18;
export const putEthernet = (
  b: Uint8Array,
  at: number,
  dst: Uint8Array,
  src: Uint8Array,
  vlan: number,
  type: number,
): void => {
  for (let i = 0; i < 6; i++) {
    b[at + i] = dst[i]!;
    b[at + 6 + i] = src[i]!;
  }
  b[at + 12] = 0x81;
  b[at + 13] = 0;
  b[at + 14] = (vlan >> 8) & 15;
  b[at + 15] = vlan & 255;
  b[at + 16] = type >> 8;
  b[at + 17] = type & 255;
};

const word = (b: Uint8Array, at: number): number => (b[at]! << 8) | b[at + 1]!;
const addressSum = (ip: Uint8Array): number => word(ip, 0) + word(ip, 2);

/** Time a router takes, microseconds. */
const FORWARD_US = 35;
/** A leg of a router: where it stands and its address there. */
export interface Leg {
  readonly segment: Segment;
  readonly mac: Uint8Array;
}

/** Finds and remembers routes; the network of segments is a tree, so that there is one way. */
export class Topology {
  readonly #routers: readonly (readonly Leg[])[];
  readonly #routes = new Map<Station, Map<Station, Route>>();

  constructor(routers: readonly (readonly Leg[])[]) {
    this.#routers = routers;
  }

  route(from: Station, to: Station): Route {
    let ways = this.#routes.get(from);
    if (ways === undefined) {
      ways = new Map();
      this.#routes.set(from, ways);
    }
    const known = ways.get(to);
    if (known !== undefined) return known;
    const addresses = addressSum(from.ipBytes) + addressSum(to.ipBytes);
    const route = { from, to, copies: this.#copies(from, to), addresses };
    ways.set(to, route);
    return route;
  }

  /** Legs passed in pairs: in at one, out at the next. */
  #way(from: Segment, to: Segment, passed: readonly (readonly Leg[])[]): readonly Leg[] | undefined {
    if (from === to) return [];
    for (const router of this.#routers) {
      if (passed.includes(router)) continue;
      const into = router.find((leg) => leg.segment === from);
      if (into === undefined) continue;
      for (const out of router) {
        if (out === into) continue;
        const rest = this.#way(out.segment, to, [...passed, router]);
        if (rest !== undefined) return [into, out, ...rest];
      }
    }
    return undefined;
  }

  #copies(from: Station, to: Station): Copy[] {
    const way = this.#way(from.segment, to.segment, []);
    if (way === undefined) throw new RangeError(`no way from ${from.name} to ${to.name}`);
    const out: Copy[] = [];
    for (let hop = 0; hop <= way.length / 2; hop++) {
      const segment = hop === 0 ? from.segment : way[2 * hop - 1]!.segment;
      const src = hop === 0 ? from.macBytes : way[2 * hop - 1]!.mac;
      const dst = 2 * hop < way.length ? way[2 * hop]!.mac : to.macBytes;
      if (segment.vlan === 0) continue;
      const head = new Uint8Array(ETHERNET_VLAN + 20);
      putEthernet(head, 0, dst, src, segment.vlan, 0x0800);
      head.set([0x45, 0, 0, 0, 0, 0, 0x40, 0, from.stack.ttl - hop], ETHERNET_VLAN);
      head.set(from.ipBytes, ETHERNET_VLAN + 12);
      head.set(to.ipBytes, ETHERNET_VLAN + 16);
      let sum = 0;
      for (let i = ETHERNET_VLAN; i < head.length; i += 2) sum += word(head, i);
      out.push({ segment, head, sum, delayUs: hop * FORWARD_US });
    }
    return out;
  }
}
