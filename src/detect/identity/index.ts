/**
 * Who a device is: one IP at two network cards, a second server that gives out addresses, and a device whose serial number,
 * model or firmware is another one than before. Source: RFC 5227 (2008) section 2.4 on address conflicts; NIST SP 800-82r3
 * (2023); MITRE ATT&CK T0830, T1557.
 */
import type { Detector, DetectorContext, RunningDetector } from '../../core/detector.ts';
import type { EndpointId } from '../../core/endpoint.ts';
import type { FindingKind } from '../../core/finding.ts';
import type { At, Attribute } from '../../core/observation.ts';
import { RecentMap } from '../../lib/recent-map.ts';
import { needsNone, siteLearning } from '../shared/learning.ts';
import { count, howLong, watchedFor, who, whoAll, words } from '../shared/parts.ts';
import { fromText, toText } from '../shared/text.ts';

const kind = (
  k: Omit<FindingKind, 'techniques' | 'severity' | 'family' | 'needsLearning'> & Partial<FindingKind>,
): FindingKind => ({
  family: 'anomaly',
  severity: 'uptime',
  techniques: ['T0830', 'T1557'],
  needsLearning: false,
  ...k,
});
export const TWO_CARDS = kind({
  code: 'ip-two-cards',
  title: 'Two network cards claim {ip}',
  what: '{device} ({mac}) says that {ip} is its address; {other} ({otherMac}) said so {ago} before. They changed places {number} times.',
  comparedWith: 'One address belongs to one card; {other} held it for {held}.',
  innocent:
    'A replaced device, a redundant pair that switched over, a laptop that moved from cable to radio, or two devices with the same address by mistake.',
  check: [
    'Was a device replaced or switched over at this time?',
    'If both go on claiming it: find {mac} at the switch, it stands between others or doubles an address.',
    'Do the clients of {ip} still get right values?',
  ],
});
export const ADDRESS_SERVER = kind({
  code: 'second-address-server',
  title: '{device} gives out addresses, as others do',
  what: '{device} answered a request for an address ({via}). Other servers of this network: {others}.',
  comparedWith: 'In {watched} of watching, only {others} gave out addresses.',
  innocent: 'A second DHCP server on purpose, or a router that somebody plugged in for a quick job.',
  check: [
    'Is {device} meant to give out addresses?',
    'Which gateway and name server does it hand out?',
    'Find its switch port; small routers brought from home do this.',
  ],
  needsLearning: true,
  techniques: ['T0830', 'T1557.003'],
});
export const IDENTITY_CHANGED = kind({
  code: 'identity-changed',
  title: '{device} now says another {attribute}',
  what: '{device} says its {attribute} is {now} ({via}); before it said {before}.',
  comparedWith: 'It said {before} for {held}.',
  innocent: 'The device was replaced or updated.',
  check: [
    'Was it replaced or updated, with a work order?',
    'Does the version fit to the list of released ones?',
    'If nobody did it: does another device answer in its place?',
  ],
  techniques: ['T0857', 'T0848'],
});

/** Addresses whose holder is remembered; at the limit the one longest not heard of leaves. */
export const MAX_HELD = 65_536;
/** Attributes remembered; at the limit further ones are not compared. */
export const MAX_ATTRIBUTES = 100_000;
/** Servers that give out addresses, by network. */
const MAX_SERVERS = 64;
/** A card that takes over an address is told when the former one was heard within this time. */
const RECENT_US = 3_600_000_000;
const TOLD: ReadonlySet<Attribute> = new Set<Attribute>([
  'serial',
  'firmware',
  'model',
  'order-number',
  'hardware',
  'bootloader',
]);

interface Held {
  holder: EndpointId;
  sinceUs: number;
  lastUs: number;
  changes: number;
  accepted: number[];
}
interface Said {
  value: string;
  sinceUs: number;
  count: number;
}

const create = (context: DetectorContext): RunningDetector => {
  const held = new RecentMap<string, Held>();
  const said = new Map<string, Said>();
  const servers = new Map<string, EndpointId[]>();
  const macOf = (e: EndpointId): string => context.endpoints.get(e).mac ?? 'no MAC address';

  const holds = (at: At, endpoint: EndpointId, ip: string, via: string): void => {
    const e = context.endpoints.get(endpoint);
    if (e.mac === undefined || ip === '0.0.0.0') return;
    // Addresses that move by design (VRRP, HSRP) have virtual cards.
    if (/^00:00:5e:00:0[12]|^00:00:0c:(07:ac|9f:f)|^00:07:b4:00/.test(e.mac)) return;
    const key = `${e.segment} ${e.vlan} ${e.innerVlan} ${ip}`;
    const known = held.get(key);
    if (known === undefined) {
      if (held.size >= MAX_HELD) held.deleteOldest();
      held.set(key, { holder: endpoint, sinceUs: at.tsUs, lastUs: at.tsUs, changes: 0, accepted: [] });
      return;
    }
    held.set(key, known);
    const before = known.holder;
    if (before === endpoint || macOf(before) === e.mac || known.accepted.includes(endpoint)) {
      known.lastUs = at.tsUs;
      return;
    }
    const ago = at.tsUs - known.lastUs;
    const since = known.sinceUs;
    known.holder = endpoint;
    known.sinceUs = at.tsUs;
    known.lastUs = at.tsUs;
    // A lease that was handed on, or a device replaced long ago.
    if (ago > RECENT_US || via.startsWith('DHCP')) {
      known.changes = 0;
      return;
    }
    known.changes++;
    context.state({
      kind: TWO_CARDS,
      key,
      actor: endpoint,
      target: before,
      protocol: at.protocol,
      tsUs: at.tsUs,
      surprise: known.changes >= 2 ? 0.85 : 0.6,
      certainty: known.changes >= 2 ? 'certain' : 'likely',
      frames: [at.requestFrame, at.frame],
      parts: {
        ip: words(ip),
        device: who(endpoint),
        mac: words(e.mac),
        other: who(before),
        otherMac: words(macOf(before)),
        ago: howLong(ago),
        held: howLong(at.tsUs - since),
        number: count(known.changes),
      },
    });
  };

  const serves = (at: At, via: string): void => {
    const e = context.endpoints.get(at.sender);
    const network = `${e.segment} ${e.vlan}`;
    const known = servers.get(network) ?? [];
    const host = context.host(at.sender);
    if (known.includes(host) || known.length >= MAX_SERVERS || servers.size > 4096) return;
    if (context.phase === 'learning' || known.length === 0) {
      servers.set(network, [...known, host]);
      return;
    }
    context.state({
      kind: ADDRESS_SERVER,
      key: `${network} ${host}`,
      actor: at.sender,
      target: at.sender,
      protocol: at.protocol,
      tsUs: at.tsUs,
      surprise: 0.8,
      certainty: 'certain',
      frames: [at.requestFrame, at.frame],
      parts: { device: who(at.sender), via: words(via), others: whoAll(known), watched: watchedFor(context.watchedUs) },
    });
  };

  return {
    name(at, n) {
      if (n.kind !== 'ip' || n.endpoint <= 0) return;
      if (n.via === 'DHCP ACK' && at.sender > 0) serves(at, n.via);
      holds(at, n.endpoint, n.name, n.via);
    },
    identity(at, i) {
      if (!TOLD.has(i.attribute) || i.confidence < 0.8 || i.endpoint <= 0 || i.value === '') return;
      const host = context.host(i.endpoint);
      // The same source each time: two protocols may write one version in two ways.
      const key = `${host} ${i.attribute} ${i.via}`;
      const value = i.value.slice(0, 256);
      const known = said.get(key);
      if (known === undefined) {
        if (said.size < MAX_ATTRIBUTES) said.set(key, { value, sinceUs: at.tsUs, count: 1 });
        return;
      }
      known.count++;
      if (known.value === value) return;
      const before = known.value;
      const since = known.sinceUs;
      known.value = value;
      known.sinceUs = at.tsUs;
      context.state({
        kind: IDENTITY_CHANGED,
        key,
        target: i.endpoint,
        protocol: at.protocol,
        tsUs: at.tsUs,
        surprise: i.attribute === 'firmware' || i.attribute === 'serial' ? 0.7 : 0.6,
        certainty: 'certain',
        frames: [at.requestFrame, at.frame],
        parts: {
          device: who(i.endpoint),
          attribute: words(i.attribute),
          now: words(value),
          before: words(before),
          via: words(i.via),
          held: howLong(at.tsUs - since),
        },
      });
    },
    learning: () => [...siteLearning(context), ...needsNone],
    accept(finding) {
      if (finding.kind === IDENTITY_CHANGED.code) return true;
      if (finding.kind === TWO_CARDS.code) {
        for (const [, h] of held)
          if (h.holder === finding.actor || h.holder === finding.target) {
            for (const e of [finding.actor, finding.target]) if (!h.accepted.includes(e)) h.accepted.push(e);
            h.changes = 0;
          }
        return true;
      }
      if (finding.kind !== ADDRESS_SERVER.code) return false;
      const e = context.endpoints.get(finding.actor);
      const network = `${e.segment} ${e.vlan}`;
      servers.set(network, [...(servers.get(network) ?? []), context.host(finding.actor)]);
      return true;
    },
    save: () => toText({ held: [...held], said: [...said], servers: [...servers] }),
    load(text) {
      const saved = fromText(text) as {
        readonly held: readonly (readonly [string, Held])[];
        readonly said: readonly (readonly [string, Said])[];
        readonly servers: readonly (readonly [string, EndpointId[]])[];
      };
      for (const [k, v] of saved.held) held.set(k, v);
      for (const [k, v] of saved.said) said.set(k, v);
      for (const [k, v] of saved.servers) servers.set(k, v);
    },
  };
};

export const identity: Detector = {
  name: 'identity',
  card: {
    notices:
      'One IP at two network cards, a second server for addresses, a device whose serial, model or firmware changed.',
    worksWhen:
      'ARP and DHCP are on the mirror (same broadcast domain), and devices are asked for their identity now and then.',
    failsWhen:
      'The spoofer copies the MAC as well; ARP is not mirrored; nobody asks for the identity between two changes. A device ' +
      'that is replaced under the same address is told once, as what it looks like.',
    cost: 'Constant per statement; 65,536 addresses and 100,000 attributes of about 100 octets.',
    source: 'RFC 5227 (2008) section 2.4; MITRE ATT&CK T0830, T1557 (v14, 2023)',
  },
  kinds: [TWO_CARDS, ADDRESS_SERVER, IDENTITY_CHANGED],
  create,
};
