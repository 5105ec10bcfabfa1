/**
 * Devices that ask for an address and get none: the server is down, its addresses are used up (or were taken away), or a
 * device fell back to its factory settings. Who has an address stops asking from 0.0.0.0, so that going on to ask is proof
 * enough, whether or not the answers are on the mirror. Source: RFC 2131 (1997) sections 3.1, 4.1 (retransmission) and 4.4.5
 * (a bound client renews from its own address); RFC 951 (1985) section 7.2.
 */
import type { Detector, DetectorContext, RunningDetector } from '../../core/detector.ts';
import type { EndpointId } from '../../core/endpoint.ts';
import type { FindingKind } from '../../core/finding.ts';
import type { At } from '../../core/observation.ts';
import { RecentMap } from '../../lib/recent-map.ts';
import { siteLearning } from '../shared/learning.ts';
import { count, howLong, watchedFor, whoAll, words } from '../shared/parts.ts';
import { fromText, toText } from '../shared/text.ts';

export const NO_ADDRESS: FindingKind = {
  code: 'no-address',
  family: 'operational',
  title: 'No address for {devices}',
  what: '{devices} asked for an address by DHCP or BOOTP for {asking}, {number} times in all, and went on asking: nobody gave one.',
  comparedWith:
    'Who has an address does not ask so any more. In {watched} of watching {before} here in vain; addresses came from {servers}.',
  innocent:
    'The DHCP server is being serviced, or a device was replaced or reset and waits to be given its fixed address by an engineer.',
  check: [
    'Is the DHCP server of this network up, and has it addresses left? Many leases to unknown cards mean that somebody took them.',
    'Is it a device that should have a fixed address? Then it has lost its settings.',
    'Is it plugged into the right port and VLAN?',
  ],
  severity: 'uptime',
  techniques: ['T0814'],
  needsLearning: true,
};

/** Cards that are followed; beyond it the one longest not heard asking leaves. */
export const MAX_ASKING = 4096;
/** Cards told in one finding. */
const MAX_TOLD = 64;
/** What clients say of themselves when they ask (the decoder's words). */
const ASKS_BY: ReadonlySet<string> = new Set(['DHCP DISCOVER', 'DHCP REQUEST', 'BOOTP request']);
const NOBODY = '0.0.0.0';
/** Clients wait up to 64 s between two tries and begin again after some minutes (RFC 2131 section 4.1). */
const LONG_US = 600_000_000;
const ASKS = 8;
/** It has stopped: what comes later begins anew. */
const STOPPED_US = 1_800_000_000;
/** Servers remembered by network, and networks. */
const MAX_SERVERS = 8;
const MAX_NETWORKS = 4096;

interface Asking {
  readonly endpoint: EndpointId;
  readonly network: string;
  readonly sinceUs: number;
  readonly lastUs: number;
  readonly asks: number;
  /** Of the latest; a message says several things of its sender. */
  readonly frame: number;
}

const create = (context: DetectorContext): RunningDetector => {
  const asking = new RecentMap<string, Asking>();
  /** Cards that asked in vain while the site was learned, or that a person accepted: they wait for an engineer. */
  const waiting = new Set<string>();
  const servers = new Map<string, EndpointId[]>();
  const networkOf = (endpoint: EndpointId): string => {
    const { segment, vlan, innerVlan } = context.endpoints.get(endpoint);
    return `${segment} ${vlan} ${innerVlan}`;
  };

  const isInVain = (mac: string, { asks, sinceUs, lastUs }: Asking): boolean =>
    asks >= ASKS && lastUs - sinceUs >= LONG_US && !waiting.has(mac);

  /** Counts what a client asks from no address of its own; what it is, where it has long asked in vain. All clients share one flow. */
  const heard = (at: At, client: EndpointId): Asking | undefined => {
    const { mac } = context.endpoints.get(client);
    if (mac === undefined || at.sender <= 0 || context.endpoints.get(at.sender).ip !== NOBODY) return undefined;
    const before = asking.get(mac);
    if (before?.frame === at.frame) return undefined;
    const isOn = before !== undefined && at.tsUs - before.lastUs <= STOPPED_US;
    const entry: Asking = {
      endpoint: client,
      network: networkOf(at.sender),
      sinceUs: isOn ? before.sinceUs : at.tsUs,
      lastUs: at.tsUs,
      asks: (isOn ? before.asks : 0) + 1,
      frame: at.frame,
    };
    if (before === undefined && asking.size >= MAX_ASKING) asking.deleteOldest();
    asking.set(mac, entry);
    return isInVain(mac, entry) ? entry : undefined;
  };

  return {
    identity(at, i) {
      if (!ASKS_BY.has(i.via) || i.endpoint <= 0) return;
      const entry = heard(at, i.endpoint);
      if (entry === undefined) return;
      if (context.phase === 'learning') {
        if (waiting.size < MAX_ASKING) waiting.add(context.endpoints.get(entry.endpoint).mac!);
        return;
      }
      const { network } = entry;
      const others = [...asking].flatMap(([mac, a]) =>
        a.network === network && isInVain(mac, a) && at.tsUs - a.lastUs <= STOPPED_US ? [a] : [],
      );
      const from = servers.get(network);
      context.state({
        kind: NO_ADDRESS,
        key: network,
        target: entry.endpoint,
        protocol: 'dhcp',
        tsUs: at.tsUs,
        sinceUs: Math.min(...others.map((a) => a.sinceUs)),
        surprise: others.length > 1 ? 0.7 : 0.6,
        certainty: 'certain',
        frames: [at.frame],
        parts: {
          devices: whoAll(others.slice(0, MAX_TOLD).map((a) => a.endpoint)),
          asking: howLong(Math.max(...others.map((a) => a.lastUs - a.sinceUs))),
          number: count(others.reduce((n, a) => n + a.asks, 0)),
          watched: watchedFor(context.watchedUs),
          before: words(waiting.size === 0 ? 'nobody asked' : 'others asked'),
          servers: from === undefined ? words('nobody who was seen') : whoAll(from),
        },
      });
    },
    name(at, n) {
      if (n.kind !== 'ip' || (n.via !== 'DHCP ACK' && n.via !== 'BOOTP reply')) return;
      const { mac } = context.endpoints.get(n.endpoint);
      if (mac !== undefined) {
        asking.delete(mac);
        waiting.delete(mac);
      }
      if (at.sender <= 0) return;
      const network = networkOf(at.sender);
      const known = servers.get(network) ?? [];
      const host = context.host(at.sender);
      if (known.includes(host) || known.length >= MAX_SERVERS) return;
      if (known.length > 0 || servers.size < MAX_NETWORKS) servers.set(network, [...known, host]);
    },
    learning: () => siteLearning(context),
    accept(finding) {
      if (finding.kind !== NO_ADDRESS.code || finding.parts.devices?.kind !== 'endpoints') return false;
      for (const endpoint of finding.parts.devices.endpoints) {
        const { mac } = context.endpoints.get(endpoint);
        if (mac !== undefined && waiting.size < MAX_ASKING) waiting.add(mac);
      }
      return true;
    },
    save: () => toText({ asking: [...asking], waiting: [...waiting], servers: [...servers] }),
    load(text) {
      const saved = fromText(text) as {
        readonly asking: readonly (readonly [string, Asking])[];
        readonly waiting: readonly string[];
        readonly servers: readonly (readonly [string, EndpointId[]])[];
      };
      for (const [k, v] of saved.asking) asking.set(k, v);
      for (const mac of saved.waiting) waiting.add(mac);
      for (const [k, v] of saved.servers) servers.set(k, v);
    },
  };
};

export const address: Detector = {
  name: 'address',
  card: {
    notices: 'Devices that ask for an address by DHCP or BOOTP for ten minutes and get none.',
    worksWhen: 'The broadcasts of the network are on the mirror; the answers need not be.',
    failsWhen:
      'A device gives itself an address (169.254.x.x) and asks seldom, asks by IPv6, tells neither its name nor its maker when it asks by DHCP, or asked in vain while the site was learned already. ' +
      'A card is followed by its MAC address: one that changes it with each try is many.',
    cost: 'Nothing but for what clients of DHCP say of themselves; 4,096 cards of about 150 octets.',
    source: 'RFC 2131 (1997) sections 3.1, 4.1, 4.4.5; MITRE ATT&CK for ICS T0814 (v14, 2023)',
  },
  kinds: [NO_ADDRESS],
  create,
};
