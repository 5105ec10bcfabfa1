/**
 * Values written to points, against the range of what was written before, and how often a client writes. Source: Fovino et
 * al., Modbus/DNP3 state-based intrusion detection system, AINA (2010): critical values in commands.
 */
import type { Detector, DetectorContext, Learning, RunningDetector } from '../../core/detector.ts';
import type { EndpointId } from '../../core/endpoint.ts';
import type { Finding } from '../../core/finding.ts';
import type { At } from '../../core/observation.ts';
import { Bursts, type SavedBursts } from '../../learn/network/bursts.ts';
import { Ranges, type SavedRanges } from '../../learn/network/ranges.ts';
import { siteLearning } from '../shared/learning.ts';
import { amount, count, howLong, who } from '../shared/parts.ts';
import { fromText, toText } from '../shared/text.ts';
import { Written } from '../shared/written.ts';
import { WRITE_OUT_OF_RANGE, WRITE_RATE } from './kinds.ts';

/** Written points; beyond it further ones are not judged, and learning says so. */
export const MAX_WRITTEN_POINTS = 100_000;
/** Pairs of client and controller whose writes per minute and hour are counted. */
export const MAX_PAIRS = 50_000;
/**
 * Writes are counted in windows of a minute and of an hour, so that many writes one by one are seen too: times the busiest
 * usual window, and at least so many more; judged after so many windows with writes.
 */
const RATES = [
  { windowUs: 60_000_000, factor: 3, more: 20, needed: 10 },
  { windowUs: 3_600_000_000, factor: 3, more: 60, needed: 3 },
] as const;

interface Saved {
  readonly ranges: SavedRanges;
  readonly names: readonly string[];
  /** In the order of RATES. */
  readonly rates: readonly SavedBursts[];
}

const create = (context: DetectorContext): RunningDetector => {
  const ranges = new Ranges(MAX_WRITTEN_POINTS);
  const written = new Written(context);
  const rates = RATES.map(({ windowUs }) => new Bursts(MAX_PAIRS, windowUs));

  const judge = (at: At, target: EndpointId, space: number, address: number, value: number): void => {
    const row = ranges.row(context.host(target), space, address, at.tsUs);
    if (row < 0) return;
    const armed = context.phase === 'watching' && ranges.isArmed(row, at.tsUs);
    if (armed && ranges.isOutside(row, value)) {
      written.state(WRITE_OUT_OF_RANGE, at, [target, space, address, value], {
        surprise: ranges.isFarOutside(row, value) ? 0.85 : 0.65,
        parts: { low: amount(ranges.low(row)), high: amount(ranges.high(row)), number: count(ranges.count(row)) },
      });
      return;
    }
    if (!context.isSuspect(at.client)) ranges.learn(row, value, at.tsUs, !armed);
  };

  const rate = (at: At, target: EndpointId): void => {
    let told = false;
    for (let i = 0; i < RATES.length; i++) {
      const { windowUs, factor, more, needed } = RATES[i]!;
      const counts = rates[i]!;
      const row = counts.add(context.host(at.client), context.host(target), 0, 0, at.tsUs, 1);
      if (row < 0 || context.phase !== 'watching' || counts.windows(row) < needed) continue;
      const now = counts.current(row);
      const usual = counts.usual(row);
      // A minute that was told makes its hour odd too, and is not told twice.
      if (told) counts.markOdd(row);
      if (now < usual * factor || now < usual + more || !counts.markOdd(row)) continue;
      told = true;
      context.state({
        kind: WRITE_RATE,
        key: `${context.host(at.client)} ${context.host(target)} ${windowUs}`,
        actor: at.client,
        target,
        protocol: at.protocol,
        verb: 'write',
        tsUs: at.tsUs,
        sinceUs: counts.startUs(row),
        surprise: 0.6,
        certainty: 'certain',
        frames: [at.requestFrame, at.frame],
        parts: {
          client: who(at.client),
          server: who(target),
          number: count(now),
          usual: count(usual),
          within: howLong(windowUs),
        },
      });
    }
  };

  return {
    ...written.hearing(judge, rate),
    learning() {
      const full = ranges.overflow > 0 ? `the table of ${MAX_WRITTEN_POINTS} written points is full` : '';
      const out: Learning[] = siteLearning(context, full);
      const { armed, known } = ranges.arming();
      if (known > 0)
        out.push({
          of: { kind: 'site' },
          seen: armed,
          needed: known,
          unit: 'written points with a known range',
          unarmed: '',
        });
      return out;
    },
    accept(finding: Finding) {
      const target = context.host(finding.target);
      if (finding.kind === WRITE_RATE.code) {
        const { number: part, within } = finding.parts;
        const counts = rates[RATES.findIndex(({ windowUs }) => within?.kind === 'duration' && within.us === windowUs)];
        const row = counts?.find(context.host(finding.actor), target, 0, 0) ?? -1;
        if (counts === undefined || row < 0 || part?.kind !== 'count') return false;
        counts.accept(row, part.value);
        return true;
      }
      const [object, value] = [finding.parts.object, finding.parts.value];
      if (finding.kind !== WRITE_OUT_OF_RANGE.code || object?.kind !== 'text' || value?.kind !== 'number') return false;
      const rows = written.placesOf(object.text).map(([space, address]) => ranges.find(target, space, address));
      const row = rows.find((r) => r >= 0) ?? -1;
      if (row < 0) return false;
      ranges.learn(row, value.value, finding.lastUs, true);
      return true;
    },
    save: () =>
      toText({
        ranges: ranges.save(),
        names: written.names.texts,
        rates: rates.map((counts) => counts.save()),
      } satisfies Saved),
    load(text) {
      const saved = fromText(text) as Saved;
      ranges.load(saved.ranges);
      written.names.load(saved.names);
      for (const [i, counts] of rates.entries()) counts.load(saved.rates[i]!);
    },
  };
};

export const writeRange: Detector = {
  name: 'write-range',
  card: {
    notices:
      'A value written far outside of what was ever written to that point, and a client that writes far more often than it did.',
    worksWhen: 'The point was written ten times or more, and its range stood still for half of the time it is known.',
    failsWhen:
      'The new value lies within the usual range (a 2 % change of a set point that varies by 20 %): the process guards must ' +
      'see it. A 32-bit value in two registers is judged by its upper half only, because the lower one takes every value.',
    cost: 'Nothing per read beyond one comparison; about 80 ns per written value; 60 octets per written point, at most 100,000.',
    source: 'Fovino et al.: Modbus/DNP3 state-based intrusion detection system, AINA (2010)',
  },
  kinds: [WRITE_OUT_OF_RANGE, WRITE_RATE],
  create,
};
