/**
 * Connections to one place outside, or to a host that is new here, that come like clockwork: the sign of an implant that asks
 * for orders. Source: AsSadhan, Moura (2014), see learn/network/periodicity.ts; MITRE ATT&CK T1071, T0869.
 */
import type { Detector, DetectorContext, RunningDetector } from '../../core/detector.ts';
import type { FindingKind } from '../../core/finding.ts';
import { DOUBTED, Known, type KnownRows, USUAL } from '../../learn/network/known.ts';
import { Periods, type SavedPeriods } from '../../learn/network/periodicity.ts';
import { isPlant, siteLearning } from '../shared/learning.ts';
import { amountOrNone, count, howLong, watchedFor, who, words } from '../shared/parts.ts';
import { fromText, toText } from '../shared/text.ts';

export const BEACON: FindingKind = {
  code: 'beacon',
  family: 'malware',
  title: '{client} calls {server} every {interval}',
  what: '{client} connects to {server} ({service}) again and again, about every {interval}, with {jitter} of variation; seen {number} times in a row.',
  comparedWith: 'In {watched} of watching, this host did not talk to that place.',
  innocent: 'A program that looks for updates, sends measurements to a cloud, or keeps a connection alive.',
  check: [
    'Which program on {client} makes these connections?',
    'Whose address is {server}, and since when does it exist?',
    'How much goes in each direction? Orders are short.',
  ],
  severity: 'uptime',
  techniques: ['T1071', 'T0869'],
  needsLearning: true,
};
/** Pairs followed; the one longest not heard of leaves. */
export const MAX_PAIRS = 20_000;
const JITTER = 0.25;
const SHORTEST_US = 5_000_000;
const LONGEST_US = 6 * 3_600_000_000;

const create = (context: DetectorContext): RunningDetector => {
  const known = new Known(MAX_PAIRS * 4);
  const periods = new Periods(MAX_PAIRS);
  return {
    flow(at, f) {
      if (f.transport === 'ethernet' || f.clientPackets === 0 || context.isGroup(f.server)) return;
      const outside = context.isOutside(f.server);
      if (context.isOutside(f.client)) return;
      const client = context.host(f.client);
      const server = context.host(f.server);
      const row = known.see(client, server, 0, 0, at.tsUs, DOUBTED);
      if (known.state(row) === USUAL) return;
      if (context.phase === 'learning' && !context.isSuspect(f.client)) {
        known.setState(row, USUAL);
        return;
      }
      if (context.phase !== 'watching') return;
      const even = periods.add(`${client} ${server} ${f.serverPort}`, f.firstUs);
      if (even === undefined || even.jitter > JITTER) return;
      if (even.intervalUs < SHORTEST_US || even.intervalUs > LONGEST_US) return;
      // Inside the plant, new clients poll their devices evenly: that is told as a new conversation.
      if (!outside && context.family(f.service) === 'ot') return;
      context.state({
        kind: BEACON,
        key: `${client} ${server} ${f.serverPort}`,
        actor: f.client,
        target: f.server,
        protocol: f.service,
        tsUs: at.tsUs,
        surprise: (outside ? 0.6 : 0.4) + (isPlant(context, f.client) ? 0.25 : 0) - (even.jitter > 0.1 ? 0.05 : 0),
        certainty: 'possible',
        frames: [f.firstFrame],
        quietUs: Math.max(3_600_000_000, even.intervalUs * 4),
        parts: {
          client: who(f.client),
          server: who(f.server),
          service: words(f.service === '' ? `${f.transport} port ${f.serverPort}` : f.service),
          interval: howLong(even.intervalUs),
          jitter: amountOrNone(Math.round(even.jitter * 100), '%', 'less than 1%'),
          number: count(even.starts),
          watched: watchedFor(context.watchedUs),
        },
      });
    },
    learning: () => siteLearning(context, known.overflow > 0 ? `the table of ${MAX_PAIRS * 4} pairs is full` : ''),
    accept(finding) {
      if (finding.kind !== BEACON.code) return false;
      const row = known.find(context.host(finding.actor), context.host(finding.target), 0, 0);
      if (row < 0) return false;
      known.setState(row, USUAL);
      return true;
    },
    save: () => toText({ rows: known.save(), periods: periods.save() }),
    load(text) {
      const saved = fromText(text) as { readonly rows: KnownRows; readonly periods: SavedPeriods };
      known.load(saved.rows);
      periods.load(saved.periods);
    },
  };
};

export const beacon: Detector = {
  name: 'beacon',
  card: {
    notices: 'Connections at even intervals to a place that was not used while learning.',
    worksWhen:
      'Each call is a connection of its own, at least twenty-one of them, five seconds to six hours apart, with up to a quarter of jitter.',
    failsWhen:
      'One connection stays open; the jitter is larger; the implant calls through a service that is used anyway (mail, a known cloud).',
    cost: 'Constant per flow report; 21 times for 20,000 pairs.',
    source: 'AsSadhan, Moura: An efficient method to detect periodic behavior in botnet traffic, J. Adv. Res. 5 (2014)',
  },
  kinds: [BEACON],
  create,
};
