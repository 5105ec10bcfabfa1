/**
 * Volume per pair and hour against the busiest usual hour, and uploads to places outside. Source: learned maxima as in
 * learn/network/bursts.ts; MITRE ATT&CK T1048, T1567, T0811 (v14, 2023).
 */
import type { Detector, DetectorContext, RunningDetector } from '../../core/detector.ts';
import type { EndpointId } from '../../core/endpoint.ts';
import type { FindingKind } from '../../core/finding.ts';
import type { FlowSummary } from '../../core/observation.ts';
import { Bursts, type SavedBursts } from '../../learn/network/bursts.ts';
import { RecentMap } from '../../lib/recent-map.ts';
import { isPlant, siteLearning } from '../shared/learning.ts';
import { amount, amountOrNone, watchedFor, who } from '../shared/parts.ts';
import { rowFromElsewhere } from '../shared/sides.ts';
import { fromText, toText } from '../shared/text.ts';

export const VOLUME: FindingKind = {
  code: 'volume',
  family: 'anomaly',
  title: '{client} and {server} exchange far more than usual',
  what: '{client} and {server} exchanged {now} within an hour.',
  comparedWith: 'Their busiest usual hour had {usual}; watched for {watched}.',
  innocent: 'A backup, an update, an export of data, or a page with trends that stays open.',
  check: [
    'Which of the two sends the volume?',
    'Was a backup, update or export planned?',
    'Did the devices slow down?',
  ],
  severity: 'quality',
  techniques: ['T0802', 'T0814'],
  needsLearning: true,
};
export const UPLOAD_OUTSIDE: FindingKind = {
  code: 'upload-outside',
  family: 'malware',
  title: '{client} sends {now} to the outside',
  what: '{client} sent {now} to places outside within an hour, last to {server}.',
  comparedWith: 'In its busiest usual hour it sent {usual}; watched for {watched}.',
  innocent: 'A video call, a cloud backup, or files sent to a supplier.',
  check: [
    'Which program on {client} sends, and to whom?',
    'Who is logged in?',
    'Which files were read on {client} or on its servers before?',
  ],
  severity: 'regulatory',
  techniques: ['T1048', 'T1567', 'T0882'],
  needsLearning: true,
};
/** Pairs and clients counted; beyond it further ones are not judged. */
export const MAX_PAIRS = 100_000;
/** Open flows whose totals are remembered; at the limit the one longest not heard of leaves and counts anew. */
export const MAX_FLOWS = 100_000;
const HOUR_US = 3_600_000_000;
const LEAST_PAIR = 20e6;
const LEAST_UPLOAD = 50e6;
const FACTOR = 4;
/** Hours that a pair was known before it is judged. */
const HOURS = 6;

const create = (context: DetectorContext): RunningDetector => {
  const pairs = new Bursts(MAX_PAIRS, HOUR_US);
  const uploads = new Bursts(MAX_PAIRS, HOUR_US);
  const totals = new RecentMap<number, [number, number]>();
  /** Octets since the last report of the flow: up and down. */
  const news = (f: FlowSummary): readonly [number, number] => {
    const key = context.flowKey(f.flow);
    const { clientBytes, serverBytes } = f;
    const known = f.final ? totals.get(key) : totals.use(key);
    const [up, down] = known ?? [0, 0];
    if (f.final) {
      if (known !== undefined) totals.delete(key);
    } else if (known !== undefined) {
      known[0] = clientBytes;
      known[1] = serverBytes;
    } else {
      if (totals.size >= MAX_FLOWS) totals.deleteOldest();
      totals.set(key, [clientBytes, serverBytes]);
    }
    return [Math.max(0, clientBytes - up), Math.max(0, serverBytes - down)];
  };
  /** The two as they are counted already: as they are seen now, or from another side of a router. */
  const asLearned = (client: EndpointId, server: EndpointId): readonly [EndpointId, EndpointId] => {
    if (pairs.find(client, server, 0, 0) >= 0) return [client, server];
    let found: readonly [EndpointId, EndpointId] = [client, server];
    rowFromElsewhere(context, client, server, (c, s) => {
      const row = pairs.find(c, s, 0, 0);
      if (row >= 0) found = [c, s];
      return row;
    });
    return found;
  };
  return {
    flow(at, f) {
      const [up, down] = news(f);
      if (f.client <= 0 || f.server <= 0 || context.isGroup(f.server) || context.isOutside(f.client)) return;
      const client = context.host(f.client);
      const common = {
        actor: f.client,
        target: f.server,
        protocol: f.service,
        tsUs: at.tsUs,
        certainty: 'certain' as const,
        frames: [f.firstFrame],
      };
      const outside = context.isOutside(f.server);
      const table = outside ? uploads : pairs;
      const [from, to] = outside ? [client, 0] : asLearned(client, context.host(f.server));
      const row = table.add(from, to, 0, 0, at.tsUs, outside ? up : up + down);
      if (row < 0 || context.phase !== 'watching') return;
      const now = table.current(row);
      const usual = table.usual(row);
      if (now < (outside ? LEAST_UPLOAD : LEAST_PAIR) || now < usual * FACTOR) return;
      // A pair that is new is told as a new conversation; an upload is judged from the first one on.
      if (!outside && table.windows(row) < HOURS) return;
      if (!table.markOdd(row)) return;
      const plant = isPlant(context, f.client) || isPlant(context, f.server);
      context.state({
        ...common,
        kind: outside ? UPLOAD_OUTSIDE : VOLUME,
        key: outside ? `${client}` : `${client} ${context.host(f.server)}`,
        sinceUs: Math.min(at.tsUs, table.startUs(row)),
        surprise: outside ? (plant ? 0.8 : 0.5) : plant ? 0.5 : 0.3,
        parts: {
          client: who(f.client),
          server: who(f.server),
          now: amount(Math.round(now / 1e5) / 10, 'MB'),
          usual: amountOrNone(Math.round(usual / 1e5) / 10, 'MB'),
          watched: watchedFor(context.watchedUs),
        },
      });
    },
    learning: () =>
      siteLearning(context, pairs.overflow + uploads.overflow > 0 ? `the table of ${MAX_PAIRS} pairs is full` : ''),
    accept(finding) {
      const now = finding.parts.now;
      if (now?.kind !== 'number' || (finding.kind !== VOLUME.code && finding.kind !== UPLOAD_OUTSIDE.code))
        return false;
      const client = context.host(finding.actor);
      const table = finding.kind === VOLUME.code ? pairs : uploads;
      const row = table.find(client, finding.kind === VOLUME.code ? context.host(finding.target) : 0, 0, 0);
      if (row < 0) return false;
      table.accept(row, now.value * 1e6);
      return true;
    },
    save: () => toText({ pairs: pairs.save(), uploads: uploads.save(), totals: [...totals] }),
    load(text) {
      const saved = fromText(text) as {
        readonly pairs: SavedBursts;
        readonly uploads: SavedBursts;
        readonly totals: readonly (readonly [number, readonly [number, number]])[];
      };
      pairs.load(saved.pairs);
      uploads.load(saved.uploads);
      for (const [k, [up, down]] of saved.totals) totals.set(k, [up, down]);
    },
  };
};

export const volume: Detector = {
  name: 'volume',
  card: {
    notices: 'An hour with four times the volume of the busiest usual hour of a pair, and uploads to the outside.',
    worksWhen: 'The learning time has the busy hours in it (backups, exports, shift reports).',
    failsWhen: 'Data leaves slowly, below 50 MB an hour and four times the usual; weekly jobs are told once.',
    cost: 'Constant per flow report; 100,000 pairs and 100,000 open flows.',
    source: 'Bhuyan, Bhattacharyya, Kalita: Network anomaly detection, IEEE Communications Surveys 16 (2014)',
  },
  kinds: [VOLUME, UPLOAD_OUTSIDE],
  create,
};
