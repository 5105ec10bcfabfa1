/**
 * Searching: many ports of one host, one port of many hosts, addresses behind a gateway, addresses inside a controller,
 * echo and ARP sweeps. Rules from the first frame. Source: Jung, Paxson et al., Fast portscan detection using sequential
 * hypothesis testing, IEEE S&P (2004): what separates a scanner is the share of attempts that fail.
 */
import type { Detector, DetectorContext, RunningDetector, Statement } from '../../core/detector.ts';
import type { EndpointId } from '../../core/endpoint.ts';
import type { FindingKind } from '../../core/finding.ts';
import type { At, Command, FlowSummary } from '../../core/observation.ts';
import { Distinct, type SavedDistinct } from '../../learn/network/distinct.ts';
import { isControl, isController, needsNone } from '../shared/learning.ts';
import { count, who, whoAll, words, wordsAll } from '../shared/parts.ts';
import { fromText, toText } from '../shared/text.ts';

const kind = (
  k: Pick<FindingKind, 'code' | 'title' | 'what' | 'comparedWith'> & Partial<FindingKind>,
): FindingKind => ({
  family: 'malware',
  innocent: 'An announced vulnerability scan, an inventory or monitoring tool, or a program that looks for its device.',
  check: [
    'Was a scan announced, and is {client} the scanner?',
    'Which program on {client} does this, and who is logged in?',
    'Did any of the addressed devices stop or restart since? Old controllers do when scanned.',
  ],
  severity: 'uptime',
  techniques: ['T0846', 'T1046'],
  needsLearning: false,
  looksOnly: true,
  ...k,
});
export const PORT_SCAN = kind({
  code: 'scan.ports',
  title: '{client} tries {number} ports of {server}',
  what: '{client} tried {number} ports of {server} within ten minutes that did not answer, refused or were left at once: {ports}.',
  comparedWith: 'A program that belongs to a host knows its port; {limit} failed ports are the limit of this rule.',
});
export const HOST_SCAN = kind({
  code: 'scan.hosts',
  title: '{client} tries {port} at {number} hosts',
  what: '{client} tried {port} at {number} hosts within ten minutes that did not answer, refused or were left at once, among them {servers}{found}.',
  comparedWith: 'Clients of the plant know their servers; {limit} failed hosts are the limit of this rule.',
});
export const SWEEP = kind({
  code: 'scan.sweep',
  title: '{client} searches the network for devices',
  what: '{client} sent {how} to {number} addresses within {within}: it tries which of them answer.',
  comparedWith: 'Devices of a plant ask for the few that they work with; {limit} are the limit of this rule.',
});
export const UNIT_SCAN = kind({
  code: 'scan.units',
  title: '{client} tries {number} addresses behind {server}',
  what: '{client} addressed {number} units, slots or stations behind {server} within ten minutes that gave no answer: {units}.',
  comparedWith: 'A master knows its stations; {limit} without answer are the limit of this rule.',
  family: 'protocol',
});
export const ADDRESS_SCAN = kind({
  code: 'scan.addresses',
  title: '{client} searches the memory addresses of {server}',
  what: '{client} asked {server} for {number} different memory addresses within ten minutes that it refused, last {object}.',
  comparedWith:
    'A program that belongs to a controller knows its addresses; {limit} refused ones are the limit of this rule.',
  family: 'protocol',
  techniques: ['T0861', 'T0846'],
});

export const SLOW_SCAN = kind({
  code: 'scan.slow',
  title: '{client} tries one controller after the other',
  what: '{client} tried {number} ports of controllers within a day that did not answer, refused, or were told nothing, among them {ports}.',
  comparedWith:
    'Clients of the plant know their controllers; {limit} such attempts in a day are the limit, and while learning {client} stayed below it.',
  needsLearning: true,
});

export const SLOW_HOST_SCAN = kind({
  code: 'scan.slow-hosts',
  title: '{client} tries {port} at one host after the other',
  what: '{client} tried {port} at {number} hosts within a day that did not answer, refused or were left at once, among them {servers}.',
  comparedWith:
    'Clients of the plant know their servers; {limit} such hosts in a day are the limit, and while learning {client} tried half of that at most.',
  needsLearning: true,
});

/** Parties followed at a time, and members counted of each; beyond them the oldest leaves, the number stands still. */
export const MAX_PARTIES = 8192;
export const MAX_COUNTED = 512;
const WINDOW_US = 600_000_000;
const PORTS = 12;
const HOSTS = 15;
const SWEPT = 20;
const UNITS = 8;
const ADDRESSES = 20;
const DAY_US = 86_400_000_000;
/** Ports of controllers in a day, each counted once: a client whose controller is off tries the same one again. */
const SLOW = 8;
/** Hosts tried in vain at one port in a day; half of them while learning, and it is what this client does. */
const SLOW_HOSTS = 10;

const create = (context: DetectorContext): RunningDetector => {
  const make = (): Distinct => new Distinct(WINDOW_US, MAX_PARTIES, MAX_COUNTED);
  const slow = new Distinct(DAY_US, MAX_PARTIES, MAX_COUNTED);
  const slowHosts = new Distinct(DAY_US, MAX_PARTIES, MAX_COUNTED);
  const tables = { ports: make(), hosts: make(), swept: make(), units: make(), addresses: make(), slow, slowHosts };
  /** Clients that try so much while the site learns: scanners of the plant's own. */
  const tolerated = new Set<EndpointId>();
  /** Clients that try many hosts at a port while the site learns, with the port. */
  const toleratedPorts = new Set<string>();

  /** `tcp port 3389 (Remote Desktop)`. */
  const portText = (transport: string, port: number): string => {
    const use = context.portUse(transport, port);
    return use === '' ? `${transport} port ${port}` : `${transport} port ${port} (${use})`;
  };
  const surprise = (n: number, limit: number): number => Math.min(0.95, 0.65 + 0.1 * Math.log2(n / limit));

  /** Refused, unanswered, or opened for nothing: whoever knows a service says something to it. */
  const failed = (f: FlowSummary): boolean =>
    f.transport === 'tcp'
      ? f.tcpState === 'new' ||
        f.tcpState === 'rejected' ||
        (f.final && f.decodedBytes + f.undecodedBytes + f.missingBytes === 0)
      : f.transport === 'udp' && f.serverPackets === 0;

  const flow = (at: At, f: FlowSummary): void => {
    if (!failed(f) || f.clientPackets === 0 || context.isGroup(f.server) || f.serverPort === 0) return;
    // Datagrams of ever new addresses of one card, which stands for them, look for nothing: `flood` tells.
    if (f.transport === 'udp' && context.endpoints.get(f.client).ip === undefined) return;
    // Half-open flows that are still young may be answered yet.
    if (!f.final && f.lastUs - f.firstUs < 5_000_000 && f.tcpState === 'new') return;
    const client = context.host(f.client);
    const server = context.host(f.server);
    const common = {
      actor: f.client,
      target: f.server,
      tsUs: at.tsUs,
      certainty: 'likely' as const,
      frames: [f.firstFrame],
    };
    // Answers of a server whose request was not seen look like many ports of one client.
    if (f.serverPort < 49_152) {
      const key = `${client} ${server}`;
      const ports = tables.ports.add(key, f.serverPort, at.tsUs);
      if (ports >= PORTS)
        context.state({
          ...common,
          kind: PORT_SCAN,
          key,
          sinceUs: Math.min(at.tsUs, tables.ports.sinceUs(key)),
          surprise: surprise(ports, PORTS),
          parts: {
            client: who(f.client),
            server: who(f.server),
            number: count(ports),
            ports: wordsAll(tables.ports.members(key).map(String)),
            limit: count(PORTS),
          },
        });
      if (context.isOutside(f.server)) return;
      if (isController(context, f.server))
        patient(common, client, `${context.endpoints.get(f.server).ip ?? server} port ${f.serverPort}`);
      const port = `${f.transport} port ${f.serverPort}`;
      const toHosts = `${client} ${port}`;
      const hosts = tables.hosts.add(toHosts, server, at.tsUs);
      // Many at once are the rule's above. What is only told to others (UDP) fails always and says nothing.
      if (hosts < SLOW_HOSTS && f.transport === 'tcp')
        oneByOne(common, toHosts, portText(f.transport, f.serverPort), server);
      if (hosts >= HOSTS)
        context.state({
          ...common,
          kind: HOST_SCAN,
          key: toHosts,
          sinceUs: Math.min(at.tsUs, tables.hosts.sinceUs(toHosts)),
          surprise: surprise(hosts, HOSTS),
          parts: {
            client: who(f.client),
            port: words(portText(f.transport, f.serverPort)),
            number: count(hosts),
            servers: whoAll(tables.hosts.members(toHosts).map(Number)),
            found: words(foundText(toHosts)),
            limit: count(HOSTS),
          },
        });
    }
  };

  /** Hosts that had never been heard before they answered: found by the search. */
  const foundText = (toHosts: string): string => {
    if (context.phase === 'learning') return '';
    const sinceUs = tables.hosts.sinceUs(toHosts);
    const hosts = tables.hosts.members(toHosts, MAX_COUNTED).map(Number);
    const n = hosts.filter((host) => {
      if (!context.endpoints.spoke(host)) return false;
      const { firstUs } = context.endpoints.traffic(host);
      return firstUs > context.judgedFromUs && firstUs >= sinceUs;
    }).length;
    return n === 0 ? '' : `; ${n} of them had never been heard before`;
  };

  const patient = (
    common: Pick<Statement, 'actor' | 'target' | 'tsUs' | 'certainty' | 'frames'>,
    client: EndpointId,
    port: string,
  ): void => {
    const number = slow.add(`${client}`, port, common.tsUs);
    if (number < SLOW) return;
    if (context.phase === 'learning') {
      if (tolerated.size < MAX_PARTIES) tolerated.add(client);
      return;
    }
    if (tolerated.has(client)) return;
    context.state({
      ...common,
      kind: SLOW_SCAN,
      key: `${client}`,
      sinceUs: Math.min(common.tsUs, slow.sinceUs(`${client}`)),
      surprise: surprise(number, SLOW),
      quietUs: DAY_US / 4,
      parts: {
        client: who(common.actor ?? 0),
        number: count(number),
        ports: wordsAll(slow.members(`${client}`).map(String)),
        limit: count(SLOW),
      },
    });
  };

  const oneByOne = (
    common: Pick<Statement, 'actor' | 'target' | 'tsUs' | 'certainty' | 'frames'>,
    key: string,
    port: string,
    server: EndpointId,
  ): void => {
    const number = slowHosts.add(key, server, common.tsUs);
    if (context.phase === 'learning') {
      if (number >= SLOW_HOSTS / 2 && toleratedPorts.size < MAX_PARTIES && !context.isSuspect(common.actor ?? 0))
        toleratedPorts.add(key);
      return;
    }
    if (number < SLOW_HOSTS || toleratedPorts.has(key)) return;
    context.state({
      ...common,
      kind: SLOW_HOST_SCAN,
      key,
      sinceUs: Math.min(common.tsUs, slowHosts.sinceUs(key)),
      surprise: surprise(number, SLOW_HOSTS),
      quietUs: DAY_US / 4,
      parts: {
        client: who(common.actor ?? 0),
        port: words(port),
        number: count(number),
        servers: whoAll(slowHosts.members(key).map(Number)),
        limit: count(SLOW_HOSTS),
      },
    });
  };

  /** `within`: the time in which the `n` addresses were counted. */
  const swept = (
    at: At,
    sender: EndpointId,
    target: EndpointId,
    n: number,
    how: string,
    key: string,
    within: string,
  ): void => {
    if (n < SWEPT) return;
    context.state({
      kind: SWEEP,
      key,
      actor: sender,
      target,
      protocol: at.protocol,
      verb: 'discover',
      tsUs: at.tsUs,
      surprise: surprise(n, SWEPT),
      certainty: 'likely',
      frames: [at.requestFrame, at.frame],
      parts: { client: who(sender), how: words(how), number: count(n), within: words(within), limit: count(SWEPT) },
    });
  };

  const command = (at: At, c: Command): void => {
    if (at.client <= 0 || c.target <= 0) return;
    const client = context.host(at.client);
    if (c.verb === 'discover') {
      if (context.isGroup(c.target)) return;
      const key = `${client} ${c.operation}`;
      swept(
        at,
        at.client,
        c.target,
        tables.swept.add(key, context.host(c.target), at.tsUs),
        c.operation,
        key,
        'ten minutes',
      );
      return;
    }
    if ((c.outcome === 'refused' || c.outcome === 'unanswered') && isControl(context, at.protocol, false))
      inVain(at, c, client);
  };
  const commonOf = (at: At, c: Command) => ({
    actor: at.client,
    target: at.server,
    protocol: at.protocol,
    verb: c.verb,
    tsUs: at.tsUs,
    certainty: 'likely' as const,
    frames: [at.requestFrame, at.frame],
  });
  /** Apart, for its closures would make an object for every command. */
  const inVain = (at: At, c: Command, client: EndpointId): void => {
    const object = c.outcome === 'refused' ? c.object : undefined;
    if (c.target === at.server && object === undefined) return;
    const key = `${client} ${context.host(at.server)}`;
    if (c.target !== at.server) {
      const n = tables.units.add(key, context.endpoints.get(c.target).sub?.address ?? String(c.target), at.tsUs);
      if (n >= UNITS)
        context.state({
          ...commonOf(at, c),
          kind: UNIT_SCAN,
          key,
          sinceUs: Math.min(at.tsUs, tables.units.sinceUs(key)),
          surprise: surprise(n, UNITS),
          parts: {
            client: who(at.client),
            server: who(at.server),
            number: count(n),
            units: wordsAll(tables.units.members(key).map(String)),
            limit: count(UNITS),
          },
        });
    }
    if (object === undefined) return;
    const n = tables.addresses.add(key, object.slice(0, 80), at.tsUs);
    if (n < ADDRESSES) return;
    const common = commonOf(at, c);
    const { actor, target } = common;
    context.state({
      ...common,
      kind: ADDRESS_SCAN,
      key,
      sinceUs: Math.min(at.tsUs, tables.addresses.sinceUs(key)),
      surprise: surprise(n, ADDRESSES),
      parts: () => ({
        client: who(actor),
        server: who(target),
        number: count(n),
        object: words(object),
        limit: count(ADDRESSES),
      }),
    });
  };

  return {
    flow,
    command,
    weird(at, w) {
      // The ARP decoder counts by itself: requests for addresses that nobody holds are in no flow.
      if (w.code === 'arp.sweep')
        swept(
          at,
          at.sender,
          at.sender,
          Math.max(SWEPT, Number.parseInt(w.detail, 10) || 0),
          'ARP requests',
          `${at.sender} arp`,
          'a minute',
        );
    },
    learning: () => needsNone,
    save: () =>
      toText({
        ...Object.fromEntries(Object.entries(tables).map(([k, t]) => [k, t.save()])),
        tolerated: [...tolerated],
        toleratedPorts: [...toleratedPorts],
      }),
    load(text) {
      const saved = fromText(text) as Partial<Record<keyof typeof tables, SavedDistinct>> & {
        readonly tolerated?: readonly EndpointId[];
        readonly toleratedPorts?: readonly string[];
      };
      for (const k of Object.keys(tables) as (keyof typeof tables)[]) tables[k].load(saved[k] ?? []);
      for (const client of saved.tolerated ?? []) tolerated.add(client);
      for (const key of saved.toleratedPorts ?? []) toleratedPorts.add(key);
    },
  };
};

export const scan: Detector = {
  name: 'scan',
  card: {
    notices: 'Searching for ports, hosts, stations behind gateways and addresses in controllers; ping and ARP sweeps.',
    worksWhen: 'Attempts fail: scanners do not know what is there, programs of the plant do.',
    failsWhen:
      'A scan below eight ports of controllers or ten hosts at one port in a day, one of a client that tried many while it was learned, or one ' +
      'that talks to what it finds; then new conversations tell.',
    cost: 'Constant per failed flow or refused request; 8,192 parties with 512 members each.',
    source:
      'Jung, Paxson, Berger, Balakrishnan: Fast portscan detection using sequential hypothesis testing, IEEE S&P (2004)',
  },
  kinds: [PORT_SCAN, HOST_SCAN, SLOW_SCAN, SLOW_HOST_SCAN, SWEEP, UNIT_SCAN, ADDRESS_SCAN],
  create,
};
