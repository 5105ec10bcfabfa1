/**
 * ICMP (RFC 792, 950, 1191, 1256) and ICMPv6 (RFC 4443) with neighbour discovery (RFC 4861, 8106) and multicast listener
 * discovery (RFC 2710, 3810).
 */
import type { Message } from '../../core/decoder.ts';
import { ipv4Text, ipv6Text, macText } from '../../lib/address.ts';
import { i32be, u16be, u32be } from '../../lib/bytes.ts';

/** Options of neighbour discovery read of one message. */
const MAX_OPTIONS = 16;
/** Multicast groups kept of one MLDv2 report. */
const MAX_GROUPS = 64;

const V4: Readonly<Record<number, string>> = {
  0: 'ICMP echo reply',
  3: 'ICMP destination unreachable',
  4: 'ICMP source quench',
  5: 'ICMP redirect',
  8: 'ICMP echo request',
  9: 'ICMP router advertisement',
  10: 'ICMP router solicitation',
  11: 'ICMP time exceeded',
  12: 'ICMP parameter problem',
  13: 'ICMP timestamp request',
  14: 'ICMP timestamp reply',
  15: 'ICMP information request',
  16: 'ICMP information reply',
  17: 'ICMP address mask request',
  18: 'ICMP address mask reply',
  42: 'ICMP extended echo request',
  43: 'ICMP extended echo reply',
};
const V6: Readonly<Record<number, string>> = {
  1: 'ICMPv6 destination unreachable',
  2: 'ICMPv6 packet too big',
  3: 'ICMPv6 time exceeded',
  4: 'ICMPv6 parameter problem',
  128: 'ICMPv6 echo request',
  129: 'ICMPv6 echo reply',
  130: 'MLD query',
  131: 'MLD report',
  132: 'MLD done',
  133: 'NDP router solicitation',
  134: 'NDP router advertisement',
  135: 'NDP neighbor solicitation',
  136: 'NDP neighbor advertisement',
  137: 'NDP redirect',
  139: 'ICMPv6 node information query',
  140: 'ICMPv6 node information response',
  143: 'MLDv2 report',
  151: 'ICMPv6 multicast router advertisement',
};
const UNREACHABLE: readonly string[] = [
  'network unreachable',
  'host unreachable',
  'protocol unreachable',
  'port unreachable',
  'fragmentation needed',
  'source route failed',
  'network unknown',
  'host unknown',
  'source host isolated',
  'network prohibited',
  'host prohibited',
  'network unreachable for this service',
  'host unreachable for this service',
  'communication prohibited',
  'host precedence violation',
  'precedence cutoff',
];
const UNREACHABLE6: readonly string[] = [
  'no route',
  'communication prohibited',
  'beyond scope of source',
  'address unreachable',
  'port unreachable',
  'source address failed policy',
  'route rejected',
];

/** The datagram that an error speaks about, as far as its quoted header tells. */
export interface Quoted {
  readonly protocol: number;
  readonly source: string;
  readonly destination: string;
  readonly sourcePort: number;
  readonly destinationPort: number;
}
export interface RouterFacts {
  /** Seconds; 0 means no default router. */
  readonly lifetime: number;
  readonly managed: boolean;
  readonly otherConfiguration: boolean;
  /** `2001:db8::/64`. */
  readonly prefixes: readonly string[];
  readonly dnsServers: readonly string[];
}
export interface IcmpMessage extends Message {
  readonly version: 4 | 6;
  readonly icmpType: number;
  readonly code: number;
  /** In words, empty where the type has no codes. */
  readonly reason: string;
  /** Echo, timestamp and mask messages. */
  readonly identifier: number;
  readonly sequence: number;
  readonly checksum: number;
  /** Octets behind the header of eight. */
  readonly payloadLength: number;
  /** Next-hop MTU of `fragmentation needed` and `packet too big`, 0 otherwise. */
  readonly mtu: number;
  /** Gateway of a redirect, target of neighbour messages, group of MLD, mask of an address mask reply. */
  readonly target: string;
  /** Link-layer address option, of the sender (solicitations, advertisements of routers) or the target. */
  readonly linkLayer: string;
  readonly quoted: Quoted | undefined;
  readonly router: RouterFacts | undefined;
  /** Groups of an MLDv2 report. */
  readonly groups: readonly string[];
}

const NONE: readonly string[] = [];

const quoted4 = (b: Uint8Array, o: number, end: number): Quoted | undefined => {
  if (o + 20 > end || b[o]! >> 4 !== 4) return undefined;
  const l4 = o + ((b[o]! & 15) << 2);
  const protocol = b[o + 9]!;
  const ports = (protocol === 6 || protocol === 17) && l4 + 4 <= end;
  return {
    protocol,
    source: ipv4Text(i32be(b, o + 12)),
    destination: ipv4Text(i32be(b, o + 16)),
    sourcePort: ports ? u16be(b, l4) : 0,
    destinationPort: ports ? u16be(b, l4 + 2) : 0,
  };
};
const quoted6 = (b: Uint8Array, o: number, end: number): Quoted | undefined => {
  if (o + 40 > end || b[o]! >> 4 !== 6) return undefined;
  const protocol = b[o + 6]!;
  const ports = (protocol === 6 || protocol === 17) && o + 44 <= end;
  return {
    protocol,
    source: ipv6Text(b, o + 8),
    destination: ipv6Text(b, o + 24),
    sourcePort: ports ? u16be(b, o + 40) : 0,
    destinationPort: ports ? u16be(b, o + 42) : 0,
  };
};

/** A message of at least eight octets. */
export const decodeIcmp4 = (b: Uint8Array, o: number, end: number): IcmpMessage => {
  const icmpType = b[o]!;
  const code = b[o + 1]!;
  const error = icmpType === 3 || icmpType === 4 || icmpType === 5 || icmpType === 11 || icmpType === 12;
  let reason = '';
  if (icmpType === 3) reason = UNREACHABLE[code] ?? `code ${code}`;
  else if (icmpType === 11) reason = code === 0 ? 'in transit' : 'in reassembly';
  else if (icmpType === 5) reason = code === 0 || code === 2 ? 'for the network' : 'for the host';
  const maskReply = (icmpType === 17 || icmpType === 18) && o + 12 <= end;
  return {
    type: V4[icmpType] ?? 'ICMP other',
    version: 4,
    icmpType,
    code,
    reason,
    identifier: error ? 0 : u16be(b, o + 4),
    sequence: error ? 0 : u16be(b, o + 6),
    checksum: u16be(b, o + 2),
    payloadLength: end - o - 8,
    mtu: icmpType === 3 && code === 4 ? u16be(b, o + 6) : 0,
    target: icmpType === 5 ? ipv4Text(i32be(b, o + 4)) : maskReply ? ipv4Text(i32be(b, o + 8)) : '',
    linkLayer: '',
    quoted: error ? quoted4(b, o + 8, end) : undefined,
    router:
      icmpType === 9 && o + 16 <= end
        ? {
            lifetime: u16be(b, o + 6),
            managed: false,
            otherConfiguration: false,
            prefixes: NONE,
            dnsServers: NONE,
          }
        : undefined,
    groups: NONE,
  };
};

/** Octets of a message before its options (RFC 4861 section 4). */
const optionsAt = (type: number): number =>
  type === 133 ? 8 : type === 134 ? 16 : type === 135 || type === 136 ? 24 : type === 137 ? 40 : -1;

/** A message of at least eight octets; a text when a length in it is wrong. */
export const decodeIcmp6 = (b: Uint8Array, o: number, end: number): IcmpMessage | string => {
  const icmpType = b[o]!;
  const code = b[o + 1]!;
  const at = optionsAt(icmpType);
  if (at > end - o) return 'shorter than its fixed part';
  let linkLayer = '';
  const prefixes: string[] = [];
  const dnsServers: string[] = [];
  if (at > 0)
    for (let p = o + at, n = 0; p + 2 <= end && n < MAX_OPTIONS; n++) {
      const kind = b[p]!;
      const length = b[p + 1]! << 3;
      // RFC 4861 section 4.6: a length of 0 must be discarded.
      if (length === 0 || p + length > end) return 'option length';
      if ((kind === 1 || kind === 2) && length === 8) linkLayer = macText(b, p + 2);
      else if (kind === 3 && length === 32) prefixes.push(`${ipv6Text(b, p + 16)}/${b[p + 2]}`);
      else if (kind === 25)
        for (let d = p + 8; d + 16 <= p + length && dnsServers.length < 8; d += 16) dnsServers.push(ipv6Text(b, d));
      p += length;
    }
  const mld = icmpType === 130 || icmpType === 131 || icmpType === 132;
  const groups: string[] = [];
  if (icmpType === 143)
    for (let p = o + 8, n = u16be(b, o + 6); n > 0 && p + 20 <= end && groups.length < MAX_GROUPS; n--) {
      groups.push(ipv6Text(b, p + 4));
      p += 20 + u16be(b, p + 2) * 16 + b[p + 1]! * 4;
    }
  const hasTarget = icmpType === 135 || icmpType === 136 || icmpType === 137 || mld;
  const error = icmpType < 128;
  return {
    type: V6[icmpType] ?? 'ICMPv6 other',
    version: 6,
    icmpType,
    code,
    reason:
      icmpType === 1
        ? (UNREACHABLE6[code] ?? `code ${code}`)
        : icmpType === 3
          ? code === 0
            ? 'in transit'
            : 'in reassembly'
          : '',
    identifier: error ? 0 : u16be(b, o + 4),
    sequence: error ? 0 : u16be(b, o + 6),
    checksum: u16be(b, o + 2),
    payloadLength: end - o - 8,
    mtu: icmpType === 2 ? u32be(b, o + 4) : 0,
    target: hasTarget && o + 24 <= end ? ipv6Text(b, o + 8) : '',
    linkLayer,
    quoted: error ? quoted6(b, o + 8, end) : undefined,
    router:
      icmpType === 134
        ? {
            lifetime: u16be(b, o + 6),
            managed: (b[o + 5]! & 0x80) !== 0,
            otherConfiguration: (b[o + 5]! & 0x40) !== 0,
            prefixes,
            dnsServers,
          }
        : undefined,
    groups,
  };
};
