/**
 * Evasions over the network of the simulated plant: the site learns, then all of them go on at the same time, each from its
 * own host or at its own controller, so that every finding belongs to one. What is also told of the same two without any
 * attacker (the same seed once more) is chance and is not counted.
 */
import { PLANT_DEFAULTS } from '../../plant/network/index.ts';
import { EVASIONS, type Evasion, evade, type Ledger } from '../../plant/story/evasion/index.ts';
import type { MoveLabel } from '../../plant/world.ts';
import type { EvasionResult, Outcome } from './evasion.ts';
import { MINUTE_US, type PlantOutcome, runPlant, type Told } from './plant.ts';
import { FOUND_UNTIL_US } from './plant-score.ts';

export interface FramesCase {
  readonly seed: number;
  readonly fromHour: number;
  readonly learnMinutes: number;
  readonly minutes: number;
  /** All unless given. */
  readonly evasions?: readonly Evasion[];
  /** The plant once more without attacker: what is told then is chance. Costs the run a second time. */
  readonly control: boolean;
  /** False: without models of the process. */
  readonly process: boolean;
}

/** The start of an episode is an estimate. */
const EARLY_US = 2 * MINUTE_US;
/** Learned, and two minutes more. */
const SETTLED_MINUTES = 2;

const play = (c: FramesCase, evasions: readonly Evasion[]): { outcome: PlantOutcome; ledger: Ledger } => {
  const startUs = PLANT_DEFAULTS.startUs + c.fromHour * 60 * MINUTE_US;
  const fromUs = startUs + (c.learnMinutes + SETTLED_MINUTES) * MINUTE_US;
  const untilUs = fromUs + c.minutes * MINUTE_US;
  let ledger: Ledger = new Map();
  const outcome = runPlant({
    seed: c.seed,
    days: (c.learnMinutes + SETTLED_MINUTES + c.minutes + 5) / 1440,
    startUs,
    attack: 'none',
    variant: 'a',
    disturbances: false,
    learningUs: c.learnMinutes * MINUTE_US,
    process: c.process,
    story: (scene, book, control) => {
      ledger = evade(scene, book, control, evasions, fromUs, untilUs);
    },
  });
  return { outcome, ledger };
};

/** What is the same finding in two runs of one plant. */
const keyOf = (t: Told): string =>
  `${t.finding.kind} ${t.actorIp} ${t.targetIp} ${t.points.map((p) => `${p.ip} ${p.path}`).join()}`;

const CLASSES: readonly (readonly [Outcome, (t: Told) => boolean])[] = [
  ['alert', (t) => t.isAlert && !t.inWindow],
  ['labelled', (t) => t.isAlert && t.inWindow],
  ['record', () => true],
];

/**
 * A finding tells of a move when it names one of its points, its two ends (whichever of them it calls the actor), or,
 * where the move has no single target, its host as the actor. The cell as a whole tells of every move in it.
 */
const tellsOf = (t: Told, move: MoveLabel): boolean => {
  const named = t.points.some(({ ip, path }) =>
    move.points.some((p) => (p.controllerIp === ip && p.address === path) || path.includes(p.name)),
  );
  if (named) return true;
  if (t.finding.detector === 'process') return t.finding.point === 0 && t.targetIp === move.targetIp;
  if (move.targetIp === '') return t.actorIp === move.actorIp;
  return t.ips.has(move.actorIp) && t.ips.has(move.targetIp);
};

/** First time in the move, or soon after it, at which it was told; what began before it is another matter. */
const toldAt = (t: Told, move: MoveLabel): number => {
  if (t.finding.firstUs < move.startUs - EARLY_US) return Number.NaN;
  return t.atUs.find((us) => us >= move.startUs && us <= move.endUs + FOUND_UNTIL_US) ?? Number.NaN;
};

const judge = (outcome: PlantOutcome, ledger: Ledger, evasions: readonly Evasion[]): EvasionResult[] =>
  evasions.map((evasion): EvasionResult => {
    const { name, how, past } = evasion;
    const { unit, entries } = ledger.get(name) ?? { unit: '', entries: [] };
    const total = entries.at(-1)?.amount ?? 0;
    const common = {
      name,
      through: 'frames',
      how,
      past,
      isReference: evasion.isReference === true,
      total,
      unit,
    } as const;
    const move = outcome.labels.moves.find((m) => m.name === name);
    if (move === undefined) throw new Error(`${name} never began`);
    for (const [of, isOf] of CLASSES) {
      const told = outcome.told.filter((t) => isOf(t) && tellsOf(t, move) && !Number.isNaN(toldAt(t, move)));
      if (told.length === 0) continue;
      const foundUs = Math.min(...told.map((t) => toldAt(t, move)));
      return {
        ...common,
        outcome: of,
        by: [...new Set(told.map((t) => t.finding.kind))].sort(),
        delayS: (foundUs - move.startUs) / 1e6,
        reached: entries.findLast((e) => e.tsUs <= foundUs)?.amount ?? 0,
      };
    }
    return { ...common, outcome: 'missed', by: [], delayS: Number.NaN, reached: total };
  });

export const runFrames = (c: FramesCase): { results: EvasionResult[]; outcome: PlantOutcome; chance: number } => {
  const evasions = c.evasions ?? EVASIONS;
  const { outcome, ledger } = play(c, evasions);
  const chance = new Set(c.control ? play(c, []).outcome.told.map(keyOf) : []);
  const own = { ...outcome, told: outcome.told.filter((t) => !chance.has(keyOf(t))) };
  return { results: judge(own, ledger, evasions), outcome, chance: outcome.told.length - own.told.length };
};
