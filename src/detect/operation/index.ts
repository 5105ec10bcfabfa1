/**
 * Services that a client never used with a device before: another function code, an invoked method, a browse, a subscription.
 * What changes the controller has words of its own (engineering); this is the rest. Source: Goldenberg, Wool, Accurate
 * modeling of Modbus/TCP for intrusion detection in SCADA systems, IJCIP 6 (2013).
 */
import type { Detector, DetectorContext, RunningDetector } from '../../core/detector.ts';
import type { FindingKind } from '../../core/finding.ts';
import type { At, Command } from '../../core/observation.ts';
import { DOUBTED, Known, type KnownRows, USUAL } from '../../learn/network/known.ts';
import { Interner } from '../../lib/interner.ts';
import { PairCache } from '../../lib/pair-cache.ts';
import { isControl, siteLearning } from '../shared/learning.ts';
import { counted, howItWent, watchedFor, who, words, wordsAll } from '../shared/parts.ts';
import { fromText, toText } from '../shared/text.ts';

export const NEW_OPERATION: FindingKind = {
  code: 'new-operation',
  family: 'policy',
  title: '{client} uses {operation} with {server} for the first time',
  what: '{client} sent {operation} ({verb}) to {server}: {how}.',
  comparedWith: 'In {watched} of watching it used {number} with this device: {usual}.',
  innocent: 'A rare function of the same program, a new version of it, or an engineer who looks.',
  check: [
    'Was the program of {client} changed or updated?',
    'Does {operation} change anything, or does it only ask?',
    'Did other devices get the same?',
  ],
  severity: 'quality',
  techniques: ['T0855', 'T0869'],
  needsLearning: true,
};
/** Services per pair (client, target, service); beyond it new ones of known pairs are told each time, of new pairs none. */
export const MAX_OPERATIONS = 100_000;
/** Names of services; beyond it further ones are not judged. */
export const MAX_SERVICE_NAMES = 8192;
const TELL_EVERY_US = 10_000_000;
/** They have findings of their own. */
const ELSEWHERE: ReadonlySet<string> = new Set([
  'program-download',
  'program-upload',
  'mode-change',
  'firmware-update',
  'restart',
  'force',
  'delete',
  'configure',
  'authenticate',
]);

/** A first write of a client at a device is told by `writer`, which knows who may write there; of more of them the service. */
const WRITES: ReadonlySet<string> = new Set(['write', 'control']);

const create = (context: DetectorContext): RunningDetector => {
  const known = new Known(MAX_OPERATIONS);
  const pairs = new Known(MAX_OPERATIONS);
  const services = new Interner(MAX_SERVICE_NAMES);
  const usualOf = new Map<number, number[]>();
  /** Pairs that wrote. */
  const wrote = new Set<number>();
  /** Service by pair of endpoints that needs no more looking at. */
  const settled = new PairCache(12);

  const learn = (row: number, pair: number): void => {
    known.setState(row, USUAL);
    const list = usualOf.get(pair);
    if (list === undefined) usualOf.set(pair, [known.part(row, 1)]);
    else list.push(known.part(row, 1));
  };
  const hear = (at: At, c: Command): void => {
    const service = services.id(c.operation);
    if (service >= 0 && settled.get(at.client, c.target) === service) return;
    if (ELSEWHERE.has(c.verb) || at.client <= 0 || c.target <= 0 || !isControl(context, at.protocol, false)) return;
    const pair = pairs.see(context.host(at.client), context.host(c.target), 0, 0, at.tsUs, USUAL);
    if (service < 0) return;
    const row = known.see(pair, service, 0, 0, at.tsUs, DOUBTED);
    // A pair that is new itself is told as such (conversation, writer); its services are learned with it once it is accepted.
    const isFirstWrite = WRITES.has(c.verb) && !wrote.has(pair);
    if (isFirstWrite && !context.isSuspect(at.client)) wrote.add(pair);
    const young = pairs.count(pair) < 100 || at.tsUs - pairs.firstUs(pair) < context.learningTimeUs / 2;
    if (known.state(row) === USUAL) {
      if (!young) settled.set(at.client, c.target, service);
      return;
    }
    if (!context.isSuspect(at.client) && (context.phase === 'learning' || young || isFirstWrite)) {
      learn(row, pair);
      return;
    }
    if (context.phase !== 'watching' || young || isFirstWrite) return;
    const times = known.due(row, at.tsUs, TELL_EVERY_US);
    if (times === 0) return;
    // Nothing of this pair was learned: it is told as a new conversation, and as long as nobody accepts that, all is new.
    const usual = usualOf.get(pair) ?? [];
    if (usual.length === 0) return;
    const asks = c.verb === 'read' || c.verb === 'subscribe';
    context.state({
      kind: NEW_OPERATION,
      key: `${pairs.part(pair, 0)} ${pairs.part(pair, 1)} ${c.operation}`,
      actor: at.client,
      target: c.target,
      protocol: at.protocol,
      verb: c.verb,
      tsUs: at.tsUs,
      times,
      surprise: asks ? 0.4 : 0.6,
      certainty: 'certain',
      frames: [at.requestFrame, at.frame],
      parts: {
        client: who(at.client),
        server: who(c.target),
        operation: words(c.operation),
        verb: words(c.verb),
        object: words(c.object ?? 'no address told'),
        outcome: words(c.outcome),
        how: howItWent(c),
        watched: watchedFor(context.watchedUs),
        number: counted(usual.length, 'other service'),
        usual: usual.length === 0 ? words('none') : wordsAll(usual.slice(0, 8).map((i) => services.texts[i] ?? '')),
      },
    });
  };
  return {
    poll: hear,
    command: hear,
    learning: () =>
      siteLearning(
        context,
        known.overflow + pairs.overflow > 0 ? `the table of ${MAX_OPERATIONS} services is full` : '',
      ),
    accept(finding) {
      const told = finding.parts.operation;
      if (finding.kind !== NEW_OPERATION.code || told?.kind !== 'text') return false;
      const pair = pairs.find(context.host(finding.actor), context.host(finding.target), 0, 0);
      const row = pair < 0 ? -1 : known.find(pair, services.id(told.text), 0, 0);
      if (row < 0) return false;
      learn(row, pair);
      return true;
    },
    save: () =>
      toText({
        known: known.save(),
        pairs: pairs.save(),
        services: services.texts,
        usual: [...usualOf],
        wrote: [...wrote],
      }),
    load(text) {
      const saved = fromText(text) as {
        readonly known: KnownRows;
        readonly pairs: KnownRows;
        readonly services: readonly string[];
        readonly usual: readonly (readonly [number, number[]])[];
        readonly wrote?: readonly number[];
      };
      known.load(saved.known);
      pairs.load(saved.pairs);
      services.load(saved.services);
      for (const [pair, list] of saved.usual) usualOf.set(pair, list);
      for (const pair of saved.wrote ?? []) wrote.add(pair);
    },
  };
};

export const operation: Detector = {
  name: 'operation',
  card: {
    notices: 'A service (function code, method, browse) that a client never used with a device before.',
    worksWhen: 'The pair was known for half of the learning time and a hundred transactions.',
    failsWhen: 'The attacker uses services that the pair uses anyway. What is asked for rarely is new once.',
    cost: 'Two table look-ups per transaction (about 50 ns); 70 octets per pair and service, at most 100,000.',
    source:
      'Goldenberg, Wool: Accurate modeling of Modbus/TCP for intrusion detection in SCADA systems, IJCIP 6 (2013)',
  },
  kinds: [NEW_OPERATION],
  create,
};
