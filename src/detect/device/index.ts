/**
 * Devices that appear and devices that fall silent, from the flows of the site. Source: NIST SP 800-82r3 (2023), section
 * 5.2.2: asset inventory as a basis of monitoring; IEC 62443-3-3 SR 1.2, SR 7.8.
 */
import type { Detector, DetectorContext, Learning, RunningDetector } from '../../core/detector.ts';
import type { EndpointId } from '../../core/endpoint.ts';
import type { FlowSummary } from '../../core/observation.ts';
import { ipScope, subnetOf } from '../../lib/ip-scope.ts';
import { LastFrames } from '../shared/last-frames.ts';
import { isController, isOffice, isPlant, siteLearning } from '../shared/learning.ts';
import { count, counted, howLong, watchedFor, who, whoAll, words } from '../shared/parts.ts';
import { fromText, toText } from '../shared/text.ts';
import { DEVICE_SILENT, MANY_SILENT, NEW_DEVICE, NEW_DEVICES } from './kinds.ts';

/** Devices followed; beyond it new ones are told and not remembered, and learning says so. */
export const MAX_DEVICES = 100_000;
/** Networks told apart; further ones are one. */
export const MAX_NETWORKS = 4096;
const FURTHER = 'further networks';
/** Addresses behind one MAC from which on it is a router's. */
const ROUTER_FROM = 4;
/** Sightings (flows end or are reported once a minute) before silence is judged. */
const NEEDED_SIGHTINGS = 60;
/** One that speaks seldom is known by time: so long, with a weekend in it, and heard so often. */
const SELDOM_US = 7 * 86_400_000_000;
const SELDOM_SIGHTINGS = 7;
/** A device must be silent for this long at least, and this many times its longest usual pause. */
const SILENT_US = 600_000_000;
const SILENT_FACTOR = 3;
/** Looking for silence once in so long. */
const LOOK_US = 60_000_000;
/** So many at once have one cause, and are one finding. */
const TOGETHER = 5;
const DAY_US = 86_400_000_000;
const HOUR_US = 3_600_000_000;
const QUIET_US = 4 * HOUR_US;
/** New devices of one network within a day that are told one by one; more are told together. */
export const MAX_APART = 4;
/** Devices of one network that say what it is, and new ones of a day that are listed; of more the first ones. */
export const MAX_LISTED = 256;

interface Device {
  readonly endpoint: EndpointId;
  firstUs: number;
  lastUs: number;
  sightings: number;
  longestUs: number;
  usual: boolean;
  silent: boolean;
  /** It only answered somebody suspect so far: it is a line of what is told of him. */
  answered: boolean;
}
interface Network {
  known: number;
  /** What its devices are, as far as roles and levels are known; looked at anew once a minute at most. */
  side: 'plant' | 'office' | 'unknown';
  lookedUs: number;
  readonly members: EndpointId[];
  /** New ones of the running day. */
  sinceUs: number;
  readonly fresh: EndpointId[];
  freshCount: number;
}
interface Saved {
  readonly devices: readonly (readonly [EndpointId, Device])[];
  readonly macs: readonly (readonly [string, number])[];
  readonly networks: readonly (readonly [string, Network])[];
  readonly lookedUs: number;
  readonly overflow: number;
}

const create = (context: DetectorContext): RunningDetector => {
  const devices = new Map<EndpointId, Device>();
  /** Devices per MAC. */
  const macs = new Map<string, number>();
  /** Addresses of the devices: one of them in another network behind a router's card is the same device, seen past it. */
  const addresses = new Set<string>();
  const networks = new Map<string, Network>();
  let lookedUs = 0;
  let overflow = 0;
  const spoke = new LastFrames(context);

  const networkOf = (endpoint: EndpointId): string => {
    const e = context.endpoints.get(endpoint);
    const subnet = subnetOf(e.ip ?? '');
    return `${e.vlan > 0 ? `VLAN ${e.vlan} ` : ''}${subnet === '' ? 'without IP' : subnet}`;
  };

  const hear = (endpoint: EndpointId, flow: FlowSummary, firstUs: number): void => {
    if (endpoint <= 0 || context.isGroup(endpoint) || context.isOutside(endpoint)) return;
    const host = context.host(endpoint);
    spoke.note(host, flow.firstFrame);
    const known = devices.get(host);
    const { lastUs } = flow;
    // Who answers a scan did nothing by itself.
    const answers = endpoint === flow.server && context.isSuspect(flow.client);
    if (known !== undefined) {
      const pause = firstUs - known.lastUs;
      if (known.silent) {
        known.silent = false;
        context.end(DEVICE_SILENT, `${host}`, lastUs);
      } else if (pause > known.longestUs && known.usual) known.longestUs = pause;
      known.sightings++;
      if (lastUs > known.lastUs) known.lastUs = lastUs;
      if (!known.answered || answers) return;
      known.answered = false;
      tell(endpoint, flow, host);
      return;
    }
    const e = context.endpoints.get(endpoint);
    const scope = ipScope(e.ip ?? '');
    if (e.ip !== undefined && (scope === 'none' || scope === 'link' || scope === 'loopback')) return;
    const mac = e.mac ?? '';
    const behind = mac === '' ? 0 : (macs.get(mac) ?? 0);
    const learning = flow.firstUs < context.judgedFromUs;
    // A known network card with another address is no new device, unless it is a router's.
    const sameCard = behind > 0 && behind < ROUTER_FROM;
    const pastRouter = behind >= ROUTER_FROM && e.ip !== undefined && addresses.has(e.ip);
    const usual = learning || sameCard || pastRouter;
    if (devices.size >= MAX_DEVICES) {
      overflow++;
      if (!usual && !answers) tell(endpoint, flow, host);
      return;
    }
    if (e.ip !== undefined) addresses.add(e.ip);
    const answered = !usual && answers;
    devices.set(host, { endpoint: host, firstUs, lastUs, sightings: 1, longestUs: 0, usual, silent: false, answered });
    if (mac !== '') macs.set(mac, behind + 1);
    if (!usual && !answered) tell(endpoint, flow, host);
    const net = of(networkOf(endpoint));
    net.known++;
    if (net.members.length < MAX_LISTED) net.members.push(host);
  };

  const of = (name: string): Network => {
    const network = networks.size < MAX_NETWORKS ? name : FURTHER;
    let net = networks.get(name) ?? networks.get(network);
    if (net === undefined) {
      net = { known: 0, side: 'unknown', lookedUs: 0, members: [], sinceUs: 0, fresh: [], freshCount: 0 };
      networks.set(network, net);
    }
    return net;
  };

  /** Roles and levels are known long after a device was first heard: all of the network are looked at again. */
  const sideOf = (net: Network, tsUs: number): Network['side'] => {
    if (net.side !== 'unknown' && tsUs >= net.lookedUs && tsUs - net.lookedUs < LOOK_US) return net.side;
    net.lookedUs = tsUs;
    let [plant, office] = [0, 0];
    for (const member of net.members) {
      if (isPlant(context, member)) plant++;
      else if (isOffice(context, member)) office++;
    }
    // One workstation with a tool of the plant makes no plant of an office; one controller makes one of anything else.
    net.side = plant === 0 && office === 0 ? 'unknown' : office > plant ? 'office' : plant > 0 ? 'plant' : 'office';
    return net.side;
  };

  const tell = (endpoint: EndpointId, flow: FlowSummary, host: EndpointId): void => {
    const e = context.endpoints.get(endpoint);
    const network = networkOf(endpoint);
    const net = of(network);
    const { lastUs } = flow;
    const side = sideOf(net, lastUs);
    const plant = side === 'plant' || isPlant(context, endpoint);
    const office = !plant && (side === 'office' || isOffice(context, endpoint));
    if (lastUs - net.sinceUs > DAY_US || lastUs < net.sinceUs) {
      net.sinceUs = lastUs;
      net.fresh.length = 0;
      net.freshCount = 0;
    }
    net.freshCount++;
    if (net.fresh.length < MAX_LISTED) net.fresh.push(host);
    const common = {
      actor: endpoint,
      target: endpoint,
      protocol: flow.service,
      tsUs: lastUs,
      surprise: plant ? 0.8 : office ? 0.3 : 0.6,
      certainty: 'certain' as const,
      ...(plant ? {} : { severity: 'regulatory' as const }),
      frames: [flow.firstFrame],
    };
    // People bring and switch on computers all day: in an office the list of the day is what is worth a look.
    if (office || net.freshCount > MAX_APART)
      context.state({
        ...common,
        kind: NEW_DEVICES,
        key: `${network} ${net.sinceUs}`,
        actor: 0,
        sinceUs: net.sinceUs,
        quietUs: DAY_US,
        parts: {
          number: count(net.freshCount),
          devices: whoAll(net.fresh),
          network: words(network),
          watched: watchedFor(context.watchedUs),
          known: counted(Math.max(0, net.known - net.freshCount + 1), 'device'),
        },
      });
    else
      context.state({
        ...common,
        kind: NEW_DEVICE,
        key: `${host}`,
        sinceUs: flow.firstUs,
        quietUs: QUIET_US,
        parts: {
          device: who(endpoint),
          address: words([e.ip, e.mac].filter((x) => x !== undefined).join(', ')),
          network: words(network),
          watched: watchedFor(context.watchedUs),
          number: counted(net.known, 'device'),
        },
      });
  };

  /** Another network's device as it is seen behind a router: whether it is silent is judged where it is plugged in. */
  const isPassed = (d: Device, direct: ReadonlySet<string>): boolean => {
    const { mac, ip } = context.endpoints.get(d.endpoint);
    return mac !== undefined && isRouter(mac) && ip !== undefined && direct.has(ip);
  };
  const isRouter = (mac: string): boolean => (macs.get(mac) ?? 0) >= ROUTER_FROM;
  /** Addresses that are seen with a network card of their own. */
  const directly = (): ReadonlySet<string> => {
    const direct = new Set<string>();
    for (const d of devices.values()) {
      const { mac, ip } = context.endpoints.get(d.endpoint);
      if (ip !== undefined && mac !== undefined && !isRouter(mac)) direct.add(ip);
    }
    return direct;
  };

  /** A device that is known well enough to judge its silence: `learnedOf` without its words. */
  const isLearned = (d: Device): boolean => {
    const spanUs = d.lastUs - d.firstUs;
    return (
      (d.sightings >= NEEDED_SIGHTINGS && spanUs >= context.learningTimeUs / 2) ||
      (d.sightings >= SELDOM_SIGHTINGS && spanUs >= SELDOM_US)
    );
  };

  /** How far a device's pauses are known: by how often it was heard, or, of one that speaks seldom, for how long. */
  const learnedOf = (
    d: Device,
    nowUs: number,
  ): Pick<Learning, 'seen' | 'needed' | 'unit'> & { readonly part: number } => {
    const spanUs = nowUs - d.firstUs;
    const often = Math.min(1, d.sightings / NEEDED_SIGHTINGS);
    const frequent = Math.min(often, spanUs / (context.learningTimeUs / 2));
    const seldom = Math.min(d.sightings / SELDOM_SIGHTINGS, spanUs / SELDOM_US);
    if (seldom > frequent) {
      const needed = SELDOM_US / HOUR_US;
      return { part: seldom, seen: Math.min(1, seldom) * needed, needed, unit: 'h' };
    }
    if (often > frequent) {
      const needed = context.learningTimeUs / 2 / HOUR_US;
      return { part: frequent, seen: frequent * needed, needed, unit: 'h' };
    }
    return { part: frequent, seen: d.sightings, needed: NEEDED_SIGHTINGS, unit: 'sightings' };
  };

  const look = (tsUs: number): void => {
    const fresh: Device[] = [];
    let followed = 0;
    let direct: ReadonlySet<string> | undefined;
    for (const d of devices.values()) {
      // Office hosts go home in the evening; machines do not.
      if (!d.usual || !isLearned(d) || !isPlant(context, d.endpoint)) continue;
      direct ??= directly();
      if (isPassed(d, direct)) continue;
      followed++;
      if (!d.silent && tsUs - d.lastUs > Math.max(SILENT_US, d.longestUs * SILENT_FACTOR)) fresh.push(d);
    }
    if (fresh.length === 0 || context.phase !== 'watching') return;
    const first = fresh[0]!;
    const common = { tsUs, certainty: 'certain' as const, quietUs: 24 * 3_600_000_000 };
    if (fresh.length >= TOGETHER)
      context.state({
        ...common,
        kind: MANY_SILENT,
        key: 'site',
        target: first.endpoint,
        sinceUs: first.lastUs,
        surprise: 0.7,
        parts: {
          number: count(fresh.length),
          known: count(followed),
          devices: whoAll(fresh.map((d) => d.endpoint)),
          usual: howLong(first.longestUs),
        },
        frames: spoke.of(fresh.map((d) => d.endpoint)),
      });
    else
      for (const d of fresh)
        context.state({
          ...common,
          kind: DEVICE_SILENT,
          key: `${d.endpoint}`,
          target: d.endpoint,
          sinceUs: d.lastUs,
          surprise: isController(context, d.endpoint) ? 0.75 : 0.6,
          parts: { device: who(d.endpoint), silence: howLong(tsUs - d.lastUs), usual: howLong(d.longestUs) },
          frames: spoke.of([d.endpoint]),
        });
    for (const d of fresh) d.silent = true;
  };

  return {
    flow(_at, f) {
      if (f.clientPackets > 0) hear(f.client, f, f.final ? f.lastUs : f.firstUs);
      if (f.serverPackets > 0) hear(f.server, f, f.final ? f.lastUs : f.firstUs);
    },
    tick(tsUs) {
      if (tsUs - lookedUs < LOOK_US && tsUs >= lookedUs) return;
      // In a gap nobody was watched, whether a recording has it or the program was off: it is no part of anybody's silence.
      const gapUs = tsUs - lookedUs;
      if (lookedUs > 0 && gapUs > SILENT_US)
        for (const d of devices.values()) d.lastUs = Math.min(tsUs, d.lastUs + gapUs);
      lookedUs = tsUs;
      look(tsUs);
    },
    learning() {
      const out: Learning[] = siteLearning(context, overflow > 0 ? `the table of ${MAX_DEVICES} devices is full` : '');
      for (const d of devices.values()) {
        if (out.length >= 64) break;
        // An address that turned out to be another one of a known device is followed there.
        if (context.host(d.endpoint) !== d.endpoint || !isPlant(context, d.endpoint)) continue;
        const { part, ...learned } = learnedOf(d, Math.max(d.lastUs, lookedUs));
        if (part < 1)
          out.push({
            of: { kind: 'endpoint', endpoint: d.endpoint },
            ...learned,
            unarmed: d.usual ? '' : 'not accepted as a device of this site',
          });
      }
      return out;
    },
    accept(finding) {
      if (finding.kind === NEW_DEVICES.code) {
        const list = finding.parts.devices;
        const net = networks.get(finding.parts.network?.kind === 'text' ? finding.parts.network.text : '');
        const fresh = [...(net?.fresh ?? []), ...(list?.kind === 'endpoints' ? list.endpoints : [])];
        for (const host of fresh) {
          const d = devices.get(context.host(host));
          if (d !== undefined) d.usual = true;
        }
        if (net !== undefined) {
          net.fresh.length = 0;
          net.freshCount = 0;
          // What comes next is a list of its own, not more of the one that was accepted.
          net.sinceUs = 0;
        }
        return fresh.length > 0;
      }
      const d = devices.get(context.host(finding.target));
      if (d === undefined) return false;
      if (finding.kind === NEW_DEVICE.code) {
        d.usual = true;
        return true;
      }
      if (finding.kind !== DEVICE_SILENT.code) return false;
      // Such pauses are normal for this device.
      d.longestUs = Math.max(d.longestUs, finding.lastUs - d.lastUs);
      return true;
    },
    save: () =>
      toText({
        devices: [...devices],
        macs: [...macs],
        networks: [...networks],
        lookedUs,
        overflow,
      } satisfies Saved),
    load(text) {
      const saved = fromText(text) as Saved;
      for (const [k, d] of saved.devices) {
        devices.set(k, d);
        const { ip } = context.endpoints.get(d.endpoint);
        if (ip !== undefined) addresses.add(ip);
      }
      for (const [k, n] of saved.macs) macs.set(k, n);
      for (const [k, n] of saved.networks) networks.set(k, n);
      lookedUs = saved.lookedUs;
      overflow = saved.overflow;
    },
  };
};

export const device: Detector = {
  name: 'device',
  card: {
    notices: 'A device that was never seen on this site, and a device of the plant that falls silent.',
    worksWhen:
      'The mirror shows the network completely. Silence is judged for devices of the plant seen for half of the learning time.',
    failsWhen:
      'A device copies the address of a known one (the identity detector looks for that); a passive tap sends nothing and is ' +
      'never seen; devices that are switched off every night are silent only beyond their longest usual pause.',
    cost: 'Constant per flow report; once a minute a look at every device; about 200 octets per device, at most 100,000.',
    source: 'NIST SP 800-82r3 (2023) section 5.2.2; IEC 62443-3-3 SR 7.8 (2013)',
  },
  kinds: [NEW_DEVICE, NEW_DEVICES, DEVICE_SILENT, MANY_SILENT],
  create,
};
