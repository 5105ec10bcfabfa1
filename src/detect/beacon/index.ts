/**
 * Connections to one place outside, or to a host that is new here, that come like clockwork: the sign of an implant that asks
 * for orders. Source: AsSadhan, Moura (2014), see learn/network/periodicity.ts; MITRE ATT&CK T1071, T0869.
 */
import type { Detector, DetectorContext, RunningDetector } from '../../core/detector.ts';
import type { EndpointId } from '../../core/endpoint.ts';
import type { FindingKind } from '../../core/finding.ts';
import type { At, FlowSummary } from '../../core/observation.ts';
import { DOUBTED, Known, type KnownRows, USUAL } from '../../learn/network/known.ts';
import { type Evenness, KEPT, Periods, type SavedPeriods } from '../../learn/network/periodicity.ts';
import { isBetween, isOffice, isPlant, isTalk, siteLearning } from '../shared/learning.ts';
import { amount, amountOrNone, count, howLong, watchedFor, who, words } from '../shared/parts.ts';
import { fromText, toText } from '../shared/text.ts';
import { BEACON, BEACON_UNEVEN, BEACON_USUAL } from './kinds.ts';

/** Pairs followed; the one longest not heard of leaves. */
export const MAX_PAIRS = 20_000;
const JITTER = 0.25;
/** Variation of calls that are all about as large: of calls that come by chance 1 in 80 series of forty is as even. */
const VARIATION = 0.5;
/** Part of the size that calls may differ by. */
const SPREAD = 0.25;
const SHORTEST_US = 5_000_000;
const LONGEST_US = 6 * 3_600_000_000;
const TELL_EVERY_US = 600_000_000;
const WEEK_US = 7 * 86_400_000_000;

const KINDS = [BEACON, BEACON_UNEVEN, BEACON_USUAL];

const create = (context: DetectorContext): RunningDetector => {
  const known = new Known(MAX_PAIRS * 4);
  const periods = new Periods(MAX_PAIRS);
  /** Rows whose clockwork a person accepted; bounded by the rows. */
  const accepted = new Set<number>();
  const state = (at: At, f: FlowSummary, kind: FindingKind, even: Evenness, surprise: number, times = 1): void =>
    context.state({
      kind,
      key: `${context.host(f.client)} ${context.host(f.server)} ${f.serverPort}`,
      actor: f.client,
      target: f.server,
      protocol: f.service,
      tsUs: at.tsUs,
      times,
      surprise,
      certainty: 'possible',
      frames: [f.firstFrame],
      // What was there all along is one matter, and not one each day.
      quietUs: kind === BEACON_USUAL ? WEEK_US : Math.max(3_600_000_000, even.intervalUs * 4),
      parts: {
        client: who(f.client),
        server: who(f.server),
        service: words(f.service === '' ? `${f.transport} port ${f.serverPort}` : f.service),
        interval: howLong(even.intervalUs),
        jitter: amountOrNone(Math.round(even.jitter * 100), '%', 'less than 1%'),
        number: count(even.starts),
        size: amount(even.size, 'octets'),
        watched: watchedFor(context.watchedUs),
      },
    });

  /** A connection in which something was said by another protocol than those of names and time. */
  const isCall = (f: FlowSummary): boolean =>
    f.transport === 'tcp' && context.family(f.service) !== 'network' && isTalk(f);
  const isOfPlant = (client: EndpointId): boolean => isPlant(context, client) || isBetween(context, client);
  /** Nobody sits at it and visits pages. */
  const isUnattended = (client: EndpointId): boolean =>
    !isOffice(context, client) && context.role(client) !== 'workstation';

  const startOf = (client: EndpointId, server: EndpointId, f: FlowSummary): Evenness | undefined => {
    const octets = f.final ? f.clientBytes + f.serverBytes : Number.NaN;
    const even = periods.add(`${client} ${server} ${f.serverPort}`, f.firstUs, octets);
    return even === undefined || even.intervalUs < SHORTEST_US || even.intervalUs > LONGEST_US ? undefined : even;
  };
  const isClockwork = (even: Evenness): boolean => even.starts >= KEPT && even.jitter <= JITTER;

  return {
    flow(at, f) {
      if (f.transport === 'ethernet' || f.clientPackets === 0 || context.isGroup(f.server)) return;
      const outside = context.isOutside(f.server);
      if (context.isOutside(f.client)) return;
      const client = context.host(f.client);
      const server = context.host(f.server);
      const row = known.see(client, server, 0, 0, at.tsUs, DOUBTED);
      if (known.state(row) !== USUAL && context.phase === 'learning' && !context.isSuspect(f.client))
        known.setState(row, USUAL);
      const isUsual = known.state(row) === USUAL;
      const isLearning = context.phase === 'learning';
      const isOwn = outside && isOfPlant(f.client) && isCall(f);
      if ((isUsual || isLearning) && !isOwn) return;
      const even = startOf(client, server, f);
      if (even === undefined || isLearning) return;
      // Of who was suspect while the site was learned nothing is usual, and it was there all the same.
      if (isUsual || (isOwn && known.firstUs(row) < context.judgedFromUs)) {
        if (!isClockwork(even) || accepted.has(row)) return;
        const times = known.due(row, at.tsUs, TELL_EVERY_US);
        if (times > 0) state(at, f, BEACON_USUAL, even, 0.5, times);
        return;
      }
      const plant = isPlant(context, f.client) ? 0.25 : 0;
      if (isClockwork(even)) {
        // Inside the plant, new clients poll their devices evenly: that is told as a new conversation.
        if (!outside && context.family(f.service) === 'ot') return;
        state(at, f, BEACON, even, (outside ? 0.6 : 0.4) + plant - (even.jitter > 0.1 ? 0.05 : 0));
      } else if (outside && even.variation <= VARIATION && even.spread <= SPREAD && isUnattended(f.client) && isCall(f))
        state(at, f, BEACON_UNEVEN, even, 0.55 + plant / 5);
    },
    learning: () => siteLearning(context, known.overflow > 0 ? `the table of ${MAX_PAIRS * 4} pairs is full` : ''),
    accept(finding) {
      if (!KINDS.some(({ code }) => code === finding.kind)) return false;
      const row = known.find(context.host(finding.actor), context.host(finding.target), 0, 0);
      if (row < 0) return false;
      known.setState(row, USUAL);
      accepted.add(row);
      return true;
    },
    save: () => toText({ rows: known.save(), periods: periods.save(), accepted: [...accepted] }),
    load(text) {
      const saved = fromText(text) as {
        readonly rows: KnownRows;
        readonly periods: SavedPeriods;
        readonly accepted: readonly number[];
      };
      known.load(saved.rows);
      periods.load(saved.periods);
      for (const row of saved.accepted) accepted.add(row);
    },
  };
};

export const beacon: Detector = {
  name: 'beacon',
  card: {
    notices:
      'Connections at even intervals to a place that was not used while learning; of servers and devices of plant and DMZ also ' +
      'uneven ones of one size, and those that came like clockwork from the beginning.',
    worksWhen:
      'Each call is a connection of its own, five seconds to six hours apart: at least twenty-one of them with up to a quarter of ' +
      'jitter, or fifteen with a variation of up to a half that all carry about as much.',
    failsWhen:
      'One connection stays open; the jitter is larger, or calls are padded to all sizes; a desktop computer calls unevenly; ' +
      'names and time are asked for (the DNS detector looks at names).',
    cost: 'Constant per flow report; 21 times and sizes for 20,000 pairs.',
    source:
      'AsSadhan, Moura: An efficient method to detect periodic behavior in botnet traffic, J. Adv. Res. 5 (2014); Hu et al.: BAYWATCH, DSN (2016)',
  },
  kinds: KINDS,
  create,
};
