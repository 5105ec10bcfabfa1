/**
 * Service tickets of Kerberos that are asked for in a weak encryption only: such a ticket is sealed with the password of the
 * service's account and can be guessed at home, so that thieves ask for those of one account after the other
 * ("Kerberoasting"). Sources: MITRE ATT&CK T1558.003; RFC 8429 (2018), which retires RC4 and DES in Kerberos.
 */
import type { Detector, DetectorContext, RunningDetector } from '../../core/detector.ts';
import type { EndpointId } from '../../core/endpoint.ts';
import type { FindingKind } from '../../core/finding.ts';
import { Distinct, type SavedDistinct } from '../../learn/network/distinct.ts';
import { siteLearning } from '../shared/learning.ts';
import { count, watchedFor, who, words, wordsAll } from '../shared/parts.ts';
import { fromText, toText } from '../shared/text.ts';

export const WEAK_TICKETS: FindingKind = {
  code: 'weak-tickets',
  family: 'malware',
  title: '{client} collects service tickets in a weak encryption',
  what: '{client} asked {server} within a day for tickets of {number} services, each in {encryption} only: {services}.',
  comparedWith: 'In {watched} of watching it did so for {usual}; {limit} services are the limit of this rule.',
  innocent: 'An old system or program that knows no better encryption and uses several services.',
  check: [
    'Which program on {client} asks, and as which user?',
    'Do these accounts have long passwords, and have any of them logged in somewhere new since?',
    'Can {server} refuse tickets in this encryption?',
  ],
  severity: 'regulatory',
  techniques: ['T1558.003', 'T0859'],
  needsLearning: false,
};

/** Clients followed at a time, and services counted of each; beyond them the oldest leaves, the number stands still. */
export const MAX_CLIENTS = 8192;
export const MAX_SERVICES = 256;
/** Clients whose usual number is known; further ones are judged by the limit alone. */
export const MAX_USUAL = 8192;
const DAY_US = 86_400_000_000;
/** Different services in a day: a program uses one or two. */
const SERVICES = 4;
const WEAK = /^(des-|rc4-)/;

const create = (context: DetectorContext): RunningDetector => {
  const asked = new Distinct(DAY_US, MAX_CLIENTS, MAX_SERVICES);
  /** Most services in a day, of a client that did so while it was learned. */
  const usual = new Map<EndpointId, number>();
  return {
    command(at, c) {
      if (at.protocol !== 'kerberos' || c.verb !== 'authenticate' || at.client <= 0) return;
      if (typeof c.value !== 'string' || c.object === undefined) return;
      const encryption = c.value.split(', ');
      if (!encryption.every((name) => WEAK.test(name))) return;
      const client = context.host(at.client);
      const key = `${client}`;
      const n = asked.add(key, c.object.slice(0, 80), at.tsUs);
      const most = usual.get(client) ?? 0;
      if (context.phase === 'learning' && !context.isSuspect(at.client) && n > most && n < SERVICES)
        if (usual.has(client) || usual.size < MAX_USUAL) usual.set(client, n);
      // While it learns the limit alone judges: what is usual is not known yet.
      if (n < SERVICES || (context.phase === 'watching' && n < 2 * most)) return;
      context.state({
        kind: WEAK_TICKETS,
        key,
        actor: at.client,
        target: c.target,
        protocol: at.protocol,
        verb: c.verb,
        tsUs: at.tsUs,
        sinceUs: Math.min(at.tsUs, asked.sinceUs(key)),
        surprise: Math.min(0.9, 0.6 + 0.1 * Math.log2(n / SERVICES)),
        certainty: 'likely',
        frames: [at.requestFrame, at.frame],
        quietUs: DAY_US / 4,
        parts: {
          client: who(at.client),
          server: who(at.server),
          number: count(n),
          encryption: wordsAll(encryption),
          services: wordsAll(asked.members(key).map(String)),
          usual: most === 0 ? words('none') : count(most),
          limit: count(SERVICES),
          watched: watchedFor(context.watchedUs),
        },
      });
    },
    learning: () => siteLearning(context),
    accept(finding) {
      const { number } = finding.parts;
      if (finding.kind !== WEAK_TICKETS.code || number?.kind !== 'count') return false;
      usual.set(context.host(finding.actor), number.value);
      return true;
    },
    save: () => toText({ asked: asked.save(), usual: [...usual] }),
    load(text) {
      const saved = fromText(text) as {
        readonly asked: SavedDistinct;
        readonly usual: readonly (readonly [EndpointId, number])[];
      };
      asked.load(saved.asked);
      for (const [client, n] of saved.usual) usual.set(client, n);
    },
  };
};

export const tickets: Detector = {
  name: 'tickets',
  card: {
    notices: 'Service tickets of Kerberos asked for in RC4 or DES only, for one service after the other.',
    worksWhen:
      'Computers of the site offer AES, as all do since 2008; the request is seen on its way to the domain controller.',
    failsWhen:
      'The thief asks for fewer than four services in a day, or offers AES too and the account knows RC4 only; old systems that ' +
      'ask so every day are known only up to twice what they did while they were learned.',
    cost: 'Constant per ticket; at most 8,192 clients of 256 services.',
    source: 'MITRE ATT&CK T1558.003 (v14, 2023); RFC 8429: Deprecate Triple-DES and RC4 in Kerberos (2018)',
  },
  kinds: [WEAK_TICKETS],
  create,
};
