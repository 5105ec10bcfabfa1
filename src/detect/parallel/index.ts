/**
 * A second connection beside the one that a panel or server holds to a controller all the time: somebody who forged its
 * address, or a second program on it that means to look like the first. Control sessions are few and long, and how many a
 * pair holds at a time stays the same. Source: Barbosa, Sadre, Pras, A first look into SCADA network traffic, IEEE NOMS
 * (2012), on long-lived connections; MITRE ATT&CK for ICS T0848 (rogue master).
 */
import type { Detector, DetectorContext, RunningDetector } from '../../core/detector.ts';
import type { EndpointId } from '../../core/endpoint.ts';
import type { FindingKind } from '../../core/finding.ts';
import type { FlowSummary } from '../../core/observation.ts';
import { isControl, isTalk, siteLearning } from '../shared/learning.ts';
import { byProtocol, count, howLong, watchedFor, who } from '../shared/parts.ts';
import { fromText, toText } from '../shared/text.ts';

export const PARALLEL_SESSION: FindingKind = {
  code: 'parallel-session',
  family: 'policy',
  title: '{client} has a further connection to {server}',
  what: '{client} holds {number} connections to {server} by {protocol} at the same time; the latest began {age} ago.',
  comparedWith: 'In {watched} of watching it held {usual} at a time.',
  innocent:
    'A second program or page was started on {client}, or it connected anew and the old connection still lived.',
  check: [
    'Is a second program open on {client}, and who opened it?',
    'Does the address of {client} appear at one port of the switch only?',
    'What was written to {server} since the latest connection began?',
  ],
  severity: 'uptime',
  techniques: ['T0848', 'T0855'],
  needsLearning: true,
};

/** Pairs of client and service; further ones are not judged, and learning says so. */
export const MAX_PAIRS = 50_000;
/** Connections of a pair that are followed; a pair with more has no usual number. */
export const MAX_SESSIONS = 16;
/** Both must have been used beside each other for so long: a client that connects anew leaves the old one silent. */
const BESIDE_US = 20_000_000;
/** Only of who held a connection for so long, or half of the learning time, it is odd: others come and go. */
const LONG_US = 3_600_000_000;
/** A connection that was not reported for so long is over: open ones are reported once a minute. */
const GONE_US = 180_000_000;
const QUIET_US = 24 * 3_600_000_000;

interface Session {
  readonly firstUs: number;
  lastUs: number;
}
interface Pair {
  /** Most at a time that is usual. */
  usual: number;
  longestUs: number;
  readonly sessions: Map<number, Session>;
}
interface Saved {
  readonly pairs: readonly (readonly [
    string,
    { usual: number; longestUs: number; sessions: readonly (readonly [number, Session])[] },
  ])[];
  readonly overflow: number;
}

const create = (context: DetectorContext): RunningDetector => {
  const pairs = new Map<string, Pair>();
  let overflow = 0;
  const keyOf = (client: EndpointId, server: EndpointId, service: string): string =>
    `${context.host(client)} ${context.host(server)} ${service}`;

  const pairOf = (key: string): Pair | undefined => {
    const known = pairs.get(key);
    if (known !== undefined) return known;
    // What is new after learning is told as a new conversation.
    if (context.phase !== 'learning') return undefined;
    if (pairs.size >= MAX_PAIRS) {
      overflow++;
      return undefined;
    }
    const pair: Pair = { usual: 1, longestUs: 0, sessions: new Map() };
    pairs.set(key, pair);
    return pair;
  };
  /** Connections that were used at the same time as this one, itself among them. */
  const besides = (pair: Pair, own: Session): number => {
    let n = 0;
    for (const other of pair.sessions.values())
      if (other === own || Math.min(own.lastUs, other.lastUs) - Math.max(own.firstUs, other.firstUs) >= BESIDE_US) n++;
    return n;
  };

  const hear = (tsUs: number, f: FlowSummary): void => {
    const pair = pairOf(keyOf(f.client, f.server, f.service));
    if (pair === undefined) return;
    for (const [key, { lastUs }] of pair.sessions) if (tsUs - lastUs > GONE_US) pair.sessions.delete(key);
    const key = context.flowKey(f.flow);
    const own = pair.sessions.get(key) ?? { firstUs: f.firstUs, lastUs: f.lastUs };
    own.lastUs = Math.max(own.lastUs, f.lastUs);
    if (!pair.sessions.has(key) && pair.sessions.size >= MAX_SESSIONS) return;
    pair.sessions.set(key, own);
    const number = besides(pair, own);
    const mayLearn = !context.isSuspect(f.client);
    if (mayLearn && f.firstUs < context.judgedFromUs) pair.longestUs = Math.max(pair.longestUs, f.lastUs - f.firstUs);
    if (number <= pair.usual) return;
    if (context.phase === 'learning') {
      if (mayLearn) pair.usual = number;
      return;
    }
    if (pair.longestUs < Math.min(LONG_US, context.learningTimeUs / 2)) return;
    const latestUs = Math.max(...[...pair.sessions.values()].map(({ firstUs }) => firstUs));
    context.state({
      kind: PARALLEL_SESSION,
      key: keyOf(f.client, f.server, f.service),
      actor: f.client,
      target: f.server,
      protocol: f.service,
      tsUs,
      sinceUs: Math.min(tsUs, latestUs),
      // Who holds several at times may hold one more.
      surprise: pair.usual === 1 ? 0.6 : 0.45,
      certainty: 'certain',
      frames: [f.firstFrame],
      quietUs: QUIET_US,
      parts: {
        client: who(f.client),
        server: who(f.server),
        protocol: byProtocol(f.service),
        number: count(number),
        usual: count(pair.usual),
        age: howLong(Math.max(1e6, tsUs - latestUs)),
        watched: watchedFor(context.watchedUs),
      },
    });
  };

  return {
    flow(at, f) {
      if (f.transport !== 'tcp' || f.client <= 0 || f.server <= 0 || context.isGroup(f.server)) return;
      if (isControl(context, f.service, false) && isTalk(f)) hear(at.tsUs, f);
    },
    learning: () => siteLearning(context, overflow > 0 ? `the table of ${MAX_PAIRS} pairs is full` : ''),
    accept(finding) {
      const number = finding.parts.number;
      if (finding.kind !== PARALLEL_SESSION.code || number?.kind !== 'count') return false;
      const pair = pairs.get(keyOf(finding.actor, finding.target, finding.protocol));
      if (pair === undefined) return false;
      pair.usual = Math.max(pair.usual, number.value);
      return true;
    },
    save: () =>
      toText({
        pairs: [...pairs].map(([key, pair]) => [key, { ...pair, sessions: [...pair.sessions] }] as const),
        overflow,
      } satisfies Saved),
    load(text) {
      const saved = fromText(text) as Saved;
      overflow = saved.overflow;
      for (const [key, pair] of saved.pairs) pairs.set(key, { ...pair, sessions: new Map(pair.sessions) });
    },
  };
};

export const parallel: Detector = {
  name: 'parallel',
  card: {
    notices: 'One more connection at a time between a client and a controller than there ever was.',
    worksWhen: 'The client held a connection for an hour or longer while learning, as panels and servers do.',
    failsWhen:
      'The attacker takes over the connection that is there, or ends it first; clients that connect for every question, ' +
      'and engineering stations, are not judged; protocols without connections (UDP, PROFINET). It is told up to a minute ' +
      'late, since open connections are reported once a minute.',
    cost: 'Constant per flow report; at most 50,000 pairs of 16 connections.',
    source:
      'Barbosa, Sadre, Pras: A first look into SCADA network traffic, IEEE NOMS (2012); MITRE ATT&CK for ICS T0848',
  },
  kinds: [PARALLEL_SESSION],
  create,
};
