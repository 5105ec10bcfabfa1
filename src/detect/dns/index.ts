/**
 * Names that are asked for: storms of names that do not exist (generated domains) and names that carry data (tunnels).
 * Source: Antonakakis et al., From throw-away traffic to bots, USENIX Security (2012); Born, Gustafson, Detecting DNS tunnels
 * using character frequency analysis (2010).
 */
import type { Detector, DetectorContext, RunningDetector } from '../../core/detector.ts';
import type { FindingKind } from '../../core/finding.ts';
import type { At, Command } from '../../core/observation.ts';
import { Bursts, type SavedBursts } from '../../learn/network/bursts.ts';
import { Distinct, type SavedDistinct } from '../../learn/network/distinct.ts';
import { entropy } from '../../learn/network/entropy.ts';
import { isOffice, isPlant, siteLearning } from '../shared/learning.ts';
import { count, who, words, wordsAll } from '../shared/parts.ts';
import { fromText, toText } from '../shared/text.ts';

const check = [
  'Which program on {client} asks?',
  'Whose domain is it, and how old?',
  'Does {client} also call places outside?',
];
export const DNS_TUNNEL: FindingKind = {
  code: 'dns-tunnel',
  family: 'malware',
  title: '{client} sends data out in names of {domain}',
  what: '{client} asked for {number} different long or random names below {domain} within ten minutes: {names}.',
  comparedWith: 'Names of hosts are short words and come back; {limit} such names are the limit of this rule.',
  innocent: 'A content network, a virus scanner or a licence check that puts numbers into names.',
  check,
  severity: 'uptime',
  techniques: ['T1071.004', 'T1048'],
  needsLearning: false,
};
export const DNS_TUNNEL_SLOW: FindingKind = {
  ...DNS_TUNNEL,
  code: 'dns-tunnel.slow',
  what: '{client} asked for {number} different long or random names below {domain} within a day: {names}.',
  comparedWith:
    'Names of hosts are short words and come back; while learning nobody asked for such names below {domain}. {limit} in a day are the limit, or fewer long ones that carry as much.',
  needsLearning: true,
};
export const DNS_STORM: FindingKind = {
  code: 'dns-nxdomain',
  family: 'malware',
  title: '{client} asks for many names that do not exist',
  what: '{number} names that {client} asked for within ten minutes do not exist: {names}.',
  comparedWith: 'Its worst usual ten minutes had {usual}.',
  innocent: 'A wrong search suffix, a printer or program whose server was taken away.',
  check,
  severity: 'uptime',
  techniques: ['T1568.002'],
  needsLearning: true,
};
/** Clients counted; names of each are bounded by 256. */
export const MAX_CLIENTS = 8192;
const WINDOW_US = 600_000_000;
const NAMES = 15;
const DAY_US = 86_400_000_000;
/**
 * Names in a day, of servers and devices of the plant: people at desks meet new content networks every day. Fewer are enough
 * where they carry as much as so many of the shortest kind.
 */
const NAMES_A_DAY = 40;
const SHORTEST = 16;
const CHARACTERS_A_DAY = NAMES_A_DAY * SHORTEST;
/** Domains remembered from learning; names below further ones are judged. */
export const MAX_DOMAINS = 4096;
const STORM = 30;
const FACTOR = 3;

interface Asked {
  readonly questions: readonly { readonly name: string }[];
  readonly rcode: number;
}
const isAsked = (x: unknown): x is Asked =>
  typeof x === 'object' && x !== null && 'questions' in x && Array.isArray(x.questions) && 'rcode' in x;

/** The part of a name that somebody registered, roughly: the last two labels, three below a two-letter country with a short second. */
export const domainOf = (name: string): string => {
  const labels = name.toLowerCase().replace(/\.$/, '').split('.');
  const n =
    labels.length >= 3 && labels[labels.length - 1]!.length === 2 && labels[labels.length - 2]!.length <= 3 ? 3 : 2;
  return labels.slice(-n).join('.');
};
/** What stands before the registered part. */
const ownOf = (name: string): string => name.slice(0, Math.max(0, name.length - domainOf(name).length - 1));
/** Long, or random and not short: what carries data or was made by an algorithm. */
export const carriesData = (name: string): boolean => {
  const own = ownOf(name);
  if (own.length < SHORTEST || /\.(in-addr|ip6)\.arpa$/i.test(name)) return false;
  const longest = Math.max(...own.split('.').map((l) => l.length));
  return (
    longest >= 32 || own.length >= 60 || (longest >= 16 && entropy(own.replaceAll('.', '')) >= 3.4 && /\d/.test(own))
  );
};

const create = (context: DetectorContext): RunningDetector => {
  const carried = new Distinct(WINDOW_US, MAX_CLIENTS, 256);
  const slow = new Distinct(DAY_US, MAX_CLIENTS, 256);
  const usualDomains = new Set<string>();
  const missing = new Distinct(WINDOW_US, MAX_CLIENTS, 256);
  const storms = new Bursts(MAX_CLIENTS * 4, WINDOW_US);
  const hear = (at: At, c: Command): void => {
    if (at.protocol !== 'dns' || at.client <= 0 || !isAsked(c.native)) return;
    const name = c.native.questions[0]?.name;
    if (name !== undefined && name.length <= 512) asked(at, name, c.native.rcode);
  };
  /** Apart, for its closures would make an object for every command. */
  const asked = (at: At, name: string, rcode: number): void => {
    const client = context.host(at.client);
    const common = {
      actor: at.client,
      target: at.server,
      protocol: 'dns',
      tsUs: at.tsUs,
      frames: [at.requestFrame, at.frame],
    };
    if (carriesData(name)) {
      const domain = domainOf(name);
      const key = `${client} ${domain}`;
      const n = carried.add(key, name, at.tsUs);
      const tunnel = (names: Distinct, kind: FindingKind, number: number, limit: number): void =>
        context.state({
          ...common,
          kind,
          key,
          sinceUs: Math.min(at.tsUs, names.sinceUs(key)),
          surprise: Math.min(0.95, (isPlant(context, at.client) ? 0.8 : 0.6) + number / 1000),
          certainty: 'likely',
          parts: {
            client: who(at.client),
            domain: words(domain),
            number: count(number),
            names: wordsAll(names.members(key, 4).map(String)),
            limit: count(limit),
          },
        });
      if (n >= NAMES) tunnel(carried, DNS_TUNNEL, n, NAMES);
      if (context.phase === 'learning') {
        if (usualDomains.size < MAX_DOMAINS) usualDomains.add(domain);
      } else if (!usualDomains.has(domain) && !isOffice(context, at.client)) {
        const number = slow.add(key, name, at.tsUs);
        const characters = slow.members(key, number).reduce<number>((sum, n) => sum + ownOf(String(n)).length, 0);
        if (number >= NAMES_A_DAY || (number >= NAMES && characters >= CHARACTERS_A_DAY))
          tunnel(slow, DNS_TUNNEL_SLOW, number, NAMES_A_DAY);
      }
    }
    if (rcode !== 3) return;
    const key = `${client}`;
    const n = missing.add(key, domainOf(name), at.tsUs);
    const row = storms.add(client, 0, 0, 0, at.tsUs, 1);
    if (row < 0 || context.phase !== 'watching') return;
    const usual = storms.usual(row);
    if (n < STORM || storms.current(row) < usual * FACTOR) return;
    storms.markOdd(row);
    context.state({
      ...common,
      kind: DNS_STORM,
      key,
      surprise: isPlant(context, at.client) ? 0.75 : 0.6,
      certainty: 'possible',
      parts: {
        client: who(at.client),
        number: count(n),
        names: wordsAll(missing.members(key, 4).map(String)),
        usual: count(usual),
      },
    });
  };
  return {
    poll: hear,
    command: hear,
    learning: () => siteLearning(context, storms.overflow > 0 ? `the table of ${MAX_CLIENTS * 4} clients is full` : ''),
    accept(finding) {
      const n = finding.parts.number;
      if (finding.kind !== DNS_STORM.code || n?.kind !== 'count') return false;
      const row = storms.find(context.host(finding.actor), 0, 0, 0);
      if (row < 0) return false;
      storms.accept(row, n.value);
      return true;
    },
    save: () =>
      toText({
        carried: carried.save(),
        slow: slow.save(),
        domains: [...usualDomains],
        missing: missing.save(),
        storms: storms.save(),
      }),
    load(text) {
      const saved = fromText(text) as {
        readonly carried: SavedDistinct;
        readonly slow?: SavedDistinct;
        readonly domains?: readonly string[];
        readonly missing: SavedDistinct;
        readonly storms: SavedBursts;
      };
      carried.load(saved.carried);
      slow.load(saved.slow ?? []);
      for (const domain of saved.domains ?? []) usualDomains.add(domain);
      missing.load(saved.missing);
      storms.load(saved.storms);
    },
  };
};

export const dns: Detector = {
  name: 'dns',
  card: {
    notices: 'Names that carry data out, and storms of names that do not exist.',
    worksWhen: 'Queries are on the mirror in clear, from the asking host and not only from the resolver.',
    failsWhen:
      'DNS over HTTPS or TLS; a tunnel slower than fifteen names in ten minutes, from servers and the plant slower than forty a day (sixteen of forty characters); generated names made of words.',
    cost: 'Constant per query; 256 names of 8,192 clients and domains.',
    source: 'Antonakakis et al.: From throw-away traffic to bots, USENIX Security (2012); Born, Gustafson (2010)',
  },
  kinds: [DNS_TUNNEL, DNS_TUNNEL_SLOW, DNS_STORM],
  create,
};
