/**
 * Floods: connections opened at one server and never used, single packets from ever new addresses, fragments that never make
 * a datagram, frames from ever new cards. Rules from the first frame. Source: RFC 4987 (TCP SYN flooding attacks, 2007);
 * RFC 1858 (fragments); MITRE ATT&CK for ICS T0814 (v14, 2023).
 */
import type { Detector, DetectorContext, RunningDetector } from '../../core/detector.ts';
import type { EndpointId } from '../../core/endpoint.ts';
import type { FindingKind } from '../../core/finding.ts';
import type { At, FlowSummary, Weird } from '../../core/observation.ts';
import { RecentMap } from '../../lib/recent-map.ts';
import { needsNone } from '../shared/learning.ts';
import { count, who, words, wordsAll } from '../shared/parts.ts';
import { fromText, toText } from '../shared/text.ts';

const kind = (
  k: Pick<FindingKind, 'code' | 'title' | 'what' | 'comparedWith' | 'innocent'> & Partial<FindingKind>,
): FindingKind => ({
  family: 'malware',
  check: [
    'Does {server} still answer those who work with it?',
    'At which switch port are the network cards {cards} (its table of addresses tells)? A router passes on what comes from behind it.',
    'Can that port be closed, or the traffic be held back at the firewall, without stopping the line?',
  ],
  severity: 'uptime',
  techniques: ['T0814'],
  needsLearning: false,
  ...k,
});
export const CONNECTION_FLOOD = kind({
  code: 'flood.connections',
  title: '{server} is flooded with connections',
  what: '{number} TCP connections to {server} were opened within a minute and never used, from {from} through the network cards {cards}, to {ports}.',
  comparedWith:
    'Who connects has something to say; {limit} such connections within a minute are the limit of this rule.',
  innocent: 'A program that tries without pause to reach a service that is down, or a load test.',
});
export const DATAGRAM_FLOOD = kind({
  code: 'flood.datagrams',
  title: '{server} is flooded with packets from ever new addresses',
  what: '{number} times within a minute another sender had one unanswered UDP packet for {server}, from {from} through the network cards {cards}, to {ports}.',
  comparedWith:
    'Senders of a plant are few and come again; {limit} of this kind within a minute are the limit of this rule.',
  innocent: 'A server for many clients outside, of which only the way in is seen.',
});
export const FRAGMENT_FLOOD = kind({
  code: 'flood.fragments',
  title: '{server} is flooded with fragments',
  what: 'Fragments to {server} never became a packet: within ten seconds {detail}, last from {client} through the network card {cards}.',
  comparedWith: 'A fragment that comes has its others with it; twenty lost a second are the limit of this rule.',
  innocent: 'A mirror port that loses frames, or a path on which the second fragment is always dropped.',
});
export const CARD_FLOOD = kind({
  code: 'flood.cards',
  title: 'Frames from thousands of network cards that do not exist',
  what: 'Ever new network cards send in one network and say nothing further: within ten seconds {detail}. This fills the table of addresses of a switch, which then sends everything everywhere.',
  comparedWith:
    'A network of a plant has some hundred cards; beyond {limit} new ones an hour that do not converse they are not told apart.',
  innocent: 'A tester of switches, or a capture in which addresses were made anonymous.',
  check: [
    'Which switch port learns address after address (its log, or the count of addresses for each port)?',
    'Is there a limit of addresses for each port (port security)?',
    'Does the switch send frames to ports they are not for?',
  ],
});

/** Servers whose connections are counted; the one longest not heard of leaves. */
export const MAX_SERVERS = 1024;
/** Addresses, ports and cards counted of each; beyond it the number stands still. */
export const MAX_CLIENTS = 512;
export const MAX_PORTS = 64;
export const MAX_CARDS = 16;
const MINUTE_US = 60_000_000;
const LIMIT = 600;
/** Addresses that many datagrams come from: pollers of a dead server and senders of logs are few. */
const ADDRESSES = 200;
/** Packets of a client that only opens, with its repetitions. */
const OPENING_PACKETS = 3;
/** A connection that is told later than this after it began was told before, or was waiting for something. */
const LATE_US = 150_000_000;

interface Window {
  sinceUs: number;
  number: number;
  /** Not told apart any more: more than `clients` has. */
  isForged: boolean;
  readonly clients: Set<EndpointId>;
  readonly ports: Set<number>;
  readonly cards: Set<string>;
}
type Saved = readonly (readonly [
  string,
  number,
  number,
  boolean,
  readonly number[],
  readonly number[],
  readonly string[],
])[];

const create = (context: DetectorContext): RunningDetector => {
  const windows = new RecentMap<string, Window>();
  let nowUs = 0;
  const windowOf = (key: string, tsUs: number): Window => {
    let w = windows.use(key);
    if (w === undefined || Math.abs(tsUs - w.sinceUs) > MINUTE_US) {
      if (w === undefined && windows.size >= MAX_SERVERS) windows.deleteOldest();
      w = { sinceUs: tsUs, number: 0, isForged: false, clients: new Set(), ports: new Set(), cards: new Set() };
      windows.set(key, w);
    }
    return w;
  };
  const room = <T>(set: Set<T>, member: T, most: number): void => {
    if (set.size < most) set.add(member);
  };
  /** Opened, or sent, and nothing came of it. */
  const isVain = (f: FlowSummary): boolean =>
    f.transport === 'tcp'
      ? f.clientPackets > 0 &&
        f.clientPackets <= OPENING_PACKETS &&
        f.decodedBytes + f.undecodedBytes + f.missingBytes === 0
      : f.transport === 'udp' && f.clientPackets === 1 && f.serverPackets === 0;

  const flow = (at: At, f: FlowSummary): void => {
    if (!isVain(f) || f.server <= 0 || f.client <= 0 || nowUs - f.firstUs > LATE_US || context.isGroup(f.server))
      return;
    const key = `${context.host(f.server)} ${f.transport}`;
    const w = windowOf(key, f.firstUs);
    const { ip, mac } = context.endpoints.get(f.client);
    w.number++;
    if (ip === undefined) w.isForged = true;
    room(w.clients, f.client, MAX_CLIENTS);
    room(w.ports, f.serverPort, MAX_PORTS);
    if (mac !== undefined) room(w.cards, mac, MAX_CARDS);
    if (w.number % LIMIT !== 0) return;
    const tcp = f.transport === 'tcp';
    const many = w.isForged || w.clients.size >= ADDRESSES;
    // One that tries port after port searches: `scan` tells.
    if (tcp ? !many && w.ports.size >= MAX_PORTS : !many) return;
    const alone = w.clients.size === 1;
    context.state({
      kind: tcp ? CONNECTION_FLOOD : DATAGRAM_FLOOD,
      key,
      ...(alone && { actor: f.client }),
      target: f.server,
      tsUs: at.tsUs,
      sinceUs: Math.min(at.tsUs, w.sinceUs),
      surprise: many ? 0.9 : 0.7,
      certainty: 'likely',
      frames: [f.firstFrame],
      parts: {
        server: who(f.server),
        number: count(w.number),
        from: words(sendersOf(w)),
        cards: wordsAll([...w.cards]),
        ports: words(w.ports.size === 1 ? `port ${f.serverPort}` : `${most(w.ports.size, MAX_PORTS)} ports`),
        limit: count(LIMIT),
      },
    });
  };
  const weird = (at: At, w: Weird): void => {
    const cards = at.sender > 0 ? (context.endpoints.get(at.sender).mac ?? 'not known') : 'not known';
    const common = {
      tsUs: at.tsUs,
      surprise: 0.8,
      certainty: 'likely' as const,
      frames: [at.frame],
    };
    if (w.code === 'ip.fragment-flood' && at.receiver > 0)
      context.state({
        ...common,
        kind: FRAGMENT_FLOOD,
        key: `${context.host(at.receiver)}`,
        target: at.receiver,
        parts: { server: who(at.receiver), client: who(at.sender), detail: words(w.detail), cards: words(cards) },
      });
    else if (w.code === 'ethernet.card-flood' && at.sender > 0)
      context.state({
        ...common,
        kind: CARD_FLOOD,
        key: `${at.sender}`,
        target: at.sender,
        parts: { detail: words(w.detail), limit: count(CARDS_TOLD_APART) },
      });
  };
  return {
    flow,
    weird,
    tick(tsUs) {
      nowUs = tsUs;
    },
    learning: () => needsNone,
    save: () =>
      toText({
        nowUs,
        windows: [...windows].map(
          ([key, w]) => [key, w.sinceUs, w.number, w.isForged, [...w.clients], [...w.ports], [...w.cards]] as const,
        ) satisfies Saved,
      }),
    load(text) {
      const saved = fromText(text) as { readonly nowUs: number; readonly windows: Saved };
      nowUs = saved.nowUs;
      for (const [key, sinceUs, number, isForged, clients, ports, cards] of saved.windows)
        windows.set(key, {
          sinceUs,
          number,
          isForged,
          clients: new Set(clients),
          ports: new Set(ports),
          cards: new Set(cards),
        });
    },
  };
};

/** As `decode/newcomers.ts` has it. */
const CARDS_TOLD_APART = 2048;
const most = (n: number, limit: number): string => (n < limit ? `${n}` : `${limit} or more`);
const sendersOf = (w: Window): string => {
  if (w.isForged) return `more addresses than are told apart (${w.clients.size} here)`;
  return w.clients.size === 1 ? 'one address' : `${most(w.clients.size, MAX_CLIENTS)} addresses`;
};

export const flood: Detector = {
  name: 'flood',
  card: {
    notices:
      'Connections to one server that are opened and never used, single packets from ever new addresses, fragments that never make a ' +
      'packet, frames from ever new network cards.',
    worksWhen: 'The flood passes the mirror port; which switch port it comes from, the switch says.',
    failsWhen:
      'A flood stays below 600 a minute, keeps its connections and talks, or is told only when its connections are given up, a ' +
      'minute after they were opened. Floods of ICMP and of answers show as volume only.',
    cost: 'Constant per flow report; 1,024 servers with 512 addresses each.',
    source: 'RFC 4987: TCP SYN flooding attacks and common mitigations (2007)',
  },
  kinds: [CONNECTION_FLOOD, DATAGRAM_FLOOD, FRAGMENT_FLOOD, CARD_FLOOD],
  create,
};
