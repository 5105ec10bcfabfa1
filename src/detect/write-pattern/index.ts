/**
 * How a written value moves over many writes that are usual one by one: crept away in steps, thrown to and fro, or changed
 * where it was always the same. No range and no rate sees them. Source: Levene, Wolfowitz, The covariance matrix of runs up
 * and down, Ann. Math. Stat. 15 (1944), for the run; MITRE ATT&CK for ICS T0836, T0806 for what it means.
 */
import type { Detector, DetectorContext, RunningDetector } from '../../core/detector.ts';
import type { EndpointId } from '../../core/endpoint.ts';
import type { Finding } from '../../core/finding.ts';
import type { At } from '../../core/observation.ts';
import { Bursts, type SavedBursts } from '../../learn/network/bursts.ts';
import { marginOfConstant } from '../../learn/network/ranges.ts';
import { type SavedSteps, Steps } from '../../learn/network/steps.ts';
import { siteLearning } from '../shared/learning.ts';
import { amount, count, counted, often, when, words } from '../shared/parts.ts';
import { fromText, toText } from '../shared/text.ts';
import { Written } from '../shared/written.ts';
import { CONSTANT_CHANGED, CREEP, TO_AND_FRO } from './kinds.ts';

/** Written points; beyond it further ones are not judged, and learning says so. */
export const MAX_POINTS = 100_000;
/** Steps in one direction: chance makes such a run once in 8!/2 = 20,160 times. */
const CREEPS = 7;
const CREEPS_CHANCE = 20_160;
/** Turns within an hour, and times the busiest usual hour. */
const TURNS = 12;
const TURNS_FACTOR = 3;
const HOUR_US = 3_600_000_000;
/** Occasions with one value from which on it is a constant. */
const HELD = 10;
const QUIET_US = 24 * HOUR_US;

interface Saved {
  readonly steps: SavedSteps;
  readonly turns: SavedBursts;
  readonly names: readonly string[];
}

const create = (context: DetectorContext): RunningDetector => {
  const steps = new Steps(MAX_POINTS);
  const turns = new Bursts(MAX_POINTS, HOUR_US);
  const written = new Written(context);

  const state: Written['state'] = (kind, at, place, more) =>
    written.state(kind, at, place, { quietUs: QUIET_US, ...more });

  const turned = (at: At, target: EndpointId, space: number, address: number, value: number): void => {
    const row = turns.add(context.host(target), space, address, 0, at.tsUs, 1);
    if (row < 0) return;
    const now = turns.current(row);
    if (context.phase === 'learning') {
      // Its hour need not be over: a short learning has none that is.
      if (!context.isSuspect(at.client)) turns.accept(row, now);
      return;
    }
    if (now < TURNS || now < turns.usual(row) * TURNS_FACTOR || !turns.markOdd(row)) return;
    state(TO_AND_FRO, at, [target, space, address, value], {
      sinceUs: turns.startUs(row),
      surprise: 0.6,
      parts: { from: amount(steps.before), number: count(now), usual: counted(turns.usual(row), 'such turn') },
    });
  };

  const hear = (at: At, target: EndpointId, space: number, address: number, value: number): void => {
    if (!Number.isFinite(value)) return;
    const row = steps.see(context.host(target), space, address, value, at.tsUs);
    if (row < 0) return;
    const place = [target, space, address, value] as const;
    const { held, before, isStep } = steps;
    if (steps.isReversal) turned(at, target, space, address, value);
    if (context.phase === 'learning') {
      if (isStep && !context.isSuspect(at.client)) steps.learnRun(row);
      return;
    }
    // A larger change is outside of the range, and told as that.
    if (held >= HELD && Math.abs(value - before) <= marginOfConstant(before))
      state(CONSTANT_CHANGED, at, place, {
        surprise: 0.55,
        parts: { from: amount(before), number: count(held) },
      });
    // One that ran on like this while it was learned is a counter, a clock or a ramp.
    if (!isStep || steps.run(row) < CREEPS || steps.usualRun(row) >= CREEPS) return;
    const from = steps.from(row);
    state(CREEP, at, place, {
      sinceUs: steps.fromUs(row),
      surprise: 0.6,
      parts: {
        from: amount(from),
        number: count(steps.run(row)),
        direction: words(value > from ? 'higher' : 'lower'),
        since: when(steps.fromUs(row)),
        usual: often(steps.usualRun(row)),
        chance: count(CREEPS_CHANCE),
      },
    });
  };

  /** A row of the finding's point in one of the tables, -1 without. */
  const rowOf = (finding: Finding, find: (target: number, space: number, address: number) => number): number => {
    const object = finding.parts.object;
    if (object?.kind !== 'text') return -1;
    const target = context.host(finding.target);
    const rows = written.placesOf(object.text).map(([space, address]) => find(target, space, address));
    return rows.find((row) => row >= 0) ?? -1;
  };

  return {
    ...written.hearing(hear),
    learning: () =>
      siteLearning(context, steps.overflow > 0 ? `the table of ${MAX_POINTS} written points is full` : ''),
    accept(finding) {
      const number = finding.parts.number;
      if (finding.kind === CREEP.code) {
        const row = rowOf(finding, (a, b, c) => steps.find(a, b, c));
        if (row >= 0) steps.learnRun(row);
        return row >= 0;
      }
      if (finding.kind !== TO_AND_FRO.code || number?.kind !== 'count') return false;
      const row = rowOf(finding, (a, b, c) => turns.find(a, b, c, 0));
      if (row >= 0) turns.accept(row, number.value);
      return row >= 0;
    },
    save: () => toText({ steps: steps.save(), turns: turns.save(), names: written.names.texts } satisfies Saved),
    load(text) {
      const saved = fromText(text) as Saved;
      steps.load(saved.steps);
      turns.load(saved.turns);
      written.names.load(saved.names);
    },
  };
};

export const writePattern: Detector = {
  name: 'write-pattern',
  card: {
    notices:
      'A written value that creeps in one direction, is thrown to and fro, or changes after it was always the same.',
    worksWhen:
      'The point is written now and then, as set points, recipes and parameters are; writes within a minute count as one act.',
    failsWhen:
      'Fewer than seven steps in one direction, a step back between them, or steps within one minute; fewer than ten equal ' +
      'writes before a constant changes; points that crept or swung like this while they were learned. It cannot know an ' +
      'order for the change: the first tuning of a constant is told.',
    cost: 'Nothing per read beyond one comparison; one look-up per written value; 88 octets per written point and 70 per one that turns, at most 100,000 each.',
    source:
      'Levene, Wolfowitz: The covariance matrix of runs up and down, Ann. Math. Stat. 15 (1944); MITRE ATT&CK for ICS T0836, T0806',
  },
  kinds: [CREEP, TO_AND_FRO, CONSTANT_CHANGED],
  create,
};
