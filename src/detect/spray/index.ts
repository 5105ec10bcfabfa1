/**
 * Logins tried account by account, or host by host, so slowly that no single one is locked and no ten minutes are odd. A
 * person fails with his own account at a few places; who tries passwords fails with many. Source: MITRE ATT&CK T1110.003
 * (password spraying, v14, 2023); NIST SP 800-82r3 (2023) section 6.2.1.
 */
import type { Detector, DetectorContext, RunningDetector } from '../../core/detector.ts';
import type { FindingKind } from '../../core/finding.ts';
import type { At, Session } from '../../core/observation.ts';
import { Distinct, type SavedDistinct } from '../../learn/network/distinct.ts';
import { siteLearning } from '../shared/learning.ts';
import { byProtocol, count, counted, who, words, wordsAll } from '../shared/parts.ts';
import { fromText, toText } from '../shared/text.ts';

export const SPRAY: FindingKind = {
  code: 'brute-force.slow',
  family: 'malware',
  title: '{client} fails to log in again and again{places?}',
  what: 'Within a day {client} was refused {number} times over, each time with another account or at another host, last as {user} at {server} by {protocol}; among them: {accounts}.',
  comparedWith:
    'People fail with their own account at a few places; {limit} in a day are the limit. While learning the worst day of this client had {usual}.',
  innocent:
    'A terminal server or proxy behind which many people sit, or a service with an old password that visits many hosts.',
  check: [
    'Do many people work through {client}? Then who of them?',
    'Did one of these accounts log in afterwards, from {client} or elsewhere?',
    'Do the tries follow each other at even times, or at night?',
  ],
  severity: 'uptime',
  techniques: ['T1110.003', 'T0859'],
  needsLearning: true,
};

/** Clients counted; names of each are bounded by 256. */
export const MAX_CLIENTS = 8192;
const DAY_US = 86_400_000_000;
const LIMIT = 8;
/** Times the worst day while learning. */
const FACTOR = 2;

/** What changes from try to try; `tries`: `user at address`. */
const placesOf = (tries: readonly string[]): string => {
  const distinct = (part: number): number => new Set(tries.map((text) => text.split(' at ').at(part))).size;
  if (distinct(0) === 1) return 'one host after the other';
  return distinct(-1) === 1 ? 'one host with one account after the other' : 'many hosts with many accounts';
};

interface Saved {
  readonly refused: SavedDistinct;
  readonly usual: readonly (readonly [number, number])[];
}

const create = (context: DetectorContext): RunningDetector => {
  const refused = new Distinct(DAY_US, MAX_CLIENTS, 256);
  /** Most within a day while learning, of those that had any; bounded by MAX_CLIENTS. */
  const usual = new Map<number, number>();
  const session = (at: At, s: Session): void => {
    if (s.phase !== 'authenticate' || s.outcome !== 'refused' || at.client <= 0 || at.server <= 0) return;
    const client = context.host(at.client);
    const key = `${client}`;
    const user = (s.user ?? '').slice(0, 128);
    const ip = context.endpoints.get(at.server).ip ?? 'a host without address';
    const number = refused.add(key, `${user.toLowerCase()} at ${ip}`, at.tsUs);
    const before = usual.get(client) ?? 0;
    if (context.phase === 'learning') {
      if (number > before && (before > 0 || usual.size < MAX_CLIENTS) && !context.isSuspect(at.client))
        usual.set(client, number);
      return;
    }
    if (number < LIMIT || number < before * FACTOR) return;
    context.state({
      kind: SPRAY,
      key,
      actor: at.client,
      target: at.server,
      protocol: at.protocol,
      verb: 'authenticate',
      tsUs: at.tsUs,
      sinceUs: Math.min(at.tsUs, refused.sinceUs(key)),
      surprise: Math.min(0.9, 0.6 + number / 200),
      certainty: 'likely',
      frames: [at.requestFrame, at.frame],
      quietUs: DAY_US,
      parts: {
        client: who(at.client),
        server: who(at.server),
        protocol: byProtocol(at.protocol),
        user: words(user === '' ? 'a user whom nobody named' : user),
        number: count(number),
        places: words(` at ${placesOf(refused.members(key).map(String))}`),
        accounts: wordsAll(refused.members(key, 8).map(String)),
        limit: count(LIMIT),
        usual: counted(before, 'refused account'),
      },
    });
  };
  return {
    session,
    learning: () =>
      siteLearning(context, usual.size >= MAX_CLIENTS ? `the table of ${MAX_CLIENTS} clients is full` : ''),
    accept(finding) {
      const number = finding.parts.number;
      if (finding.kind !== SPRAY.code || number?.kind !== 'count') return false;
      usual.set(context.host(finding.actor), number.value);
      return true;
    },
    save: () => toText({ refused: refused.save(), usual: [...usual] } satisfies Saved),
    load(text) {
      const saved = fromText(text) as Saved;
      refused.load(saved.refused);
      for (const [client, number] of saved.usual) usual.set(client, number);
    },
  };
};

export const spray: Detector = {
  name: 'spray',
  card: {
    notices: 'A client whose logins are refused for many accounts or hosts within a day, however slowly they come.',
    worksWhen: 'The protocol shows the refusal, and better the account (NTLM, Kerberos, FTP, Telnet, HTTP, S7 ...).',
    failsWhen:
      'Fewer than eight accounts or hosts in a day; tries spread over many clients; a client behind which many people sit and ' +
      'fail while it is learned; logins inside of encrypted channels.',
    cost: 'Nothing per read; constant per refused login; 256 names of 8,192 clients.',
    source: 'MITRE ATT&CK T1110.003 (v14, 2023); NIST SP 800-82r3 (2023) section 6.2.1',
  },
  kinds: [SPRAY],
  create,
};
