/**
 * A made batch process, from a seed: a vessel that is filled, heated, held, drained and rinsed, again and again, with pauses;
 * phases and valves as whole numbers, totals that count, recipes that differ. No set of `shapes.ts` has phases. A simulator
 * as they are: how the guard does on recordings of such plants it does not say.
 */
import { type Random, seededRandom } from '../../../src/lib/random.ts';
import type { MadeCase } from './shapes.ts';

export const BATCH_FAULTS = [
  'temperature-off',
  'level-frozen',
  'valve-leaks',
  'heats-slowly',
  'phase-left-out',
  'none',
] as const;
export type BatchFault = (typeof BATCH_FAULTS)[number];

const START_US = Date.UTC(2024, 2, 4) * 1000;
const STEP_US = 10e6;
const ROWS = 10_000;
const TRAIN_ROWS = 6000;
const [IDLE, FILL, HEAT, HOLD, DRAIN, RINSE] = [0, 1, 2, 3, 4, 5] as const;
/** Level to fill to (%), temperature to hold (degC), rows to hold. */
const RECIPES = [
  { level: 82, hot: 72, hold: 30 },
  { level: 64, hot: 78, hold: 22 },
] as const;
const round = (x: number, digits: number): number => Number(x.toFixed(digits));

interface Vessel {
  phase: number;
  /** Rows since the phase began. */
  since: number;
  recipe: number;
  level: number;
  degrees: number;
  batches: number;
  litres: number;
  pause: number;
}

/** The phase that follows, and what changes with it. */
const step = (v: Vessel, random: Random, leavesOut: boolean): void => {
  const { level, hot, hold } = RECIPES[v.recipe]!;
  const next = (phase: number): void => {
    v.phase = phase;
    v.since = 0;
  };
  v.since++;
  if (v.phase === IDLE && v.since >= v.pause) next(FILL);
  else if (v.phase === FILL && v.level >= level) next(leavesOut ? DRAIN : HEAT);
  else if (v.phase === HEAT && v.degrees >= hot) next(HOLD);
  else if (v.phase === HOLD && v.since >= hold) next(DRAIN);
  else if (v.phase === DRAIN && v.level <= 2) {
    v.batches++;
    next(RINSE);
  } else if (v.phase === RINSE && v.since >= 14) {
    v.recipe = random.uniform() < 0.5 ? 0 : 1;
    v.pause = 4 + random.integer(0, 20);
    next(IDLE);
  }
};

/** Rows of 10 s, 6,000 to learn from (about fifty batches); a fault lasts for about six batches. */
export const batchCase = (fault: BatchFault, seed: number): MadeCase => {
  const random = seededRandom(seed);
  const from = TRAIN_ROWS + 800 + random.integer(0, 400);
  const to = from + 700;
  const size = 0.6 + 0.4 * random.uniform();
  const v: Vessel = { phase: IDLE, since: 0, recipe: 0, level: 2, degrees: 22, batches: 100, litres: 5e4, pause: 8 };
  let ambient = 20;
  let shown = 0;
  const rows = Array.from({ length: ROWS }, (_, i) => {
    const isOn = fault !== 'none' && i >= from && i <= to;
    const is = (f: BatchFault): boolean => isOn && f === fault;
    ambient += 0.002 * (20 + 4 * Math.sin(i / 1400) - ambient) + 0.02 * random.normal();
    const inlet =
      v.phase === FILL ? 2.4 + 0.05 * random.normal() : v.phase === RINSE ? 0.6 + 0.03 * random.normal() : 0;
    const outlet = v.phase === DRAIN ? 3.1 * Math.sqrt(v.level / 80) : v.phase === RINSE ? 0.6 : 0;
    const leak = is('valve-leaks') && v.phase !== DRAIN ? 0.18 * size * Math.sqrt(v.level / 80) : 0;
    v.level = Math.max(0, v.level + inlet - outlet - leak);
    const power =
      v.phase === HEAT
        ? 100
        : v.phase === HOLD
          ? Math.max(0, Math.min(100, 20 * (RECIPES[v.recipe]!.hot - v.degrees) + 30))
          : 0;
    const warmth = (power * (is('heats-slowly') ? 1 - 0.45 * size : 1) * 0.9) / Math.max(20, v.level);
    const mixing = inlet > 0 ? ((ambient - v.degrees) * inlet) / Math.max(inlet, v.level) : 0;
    v.degrees += warmth + mixing - 0.002 * (v.degrees - ambient);
    v.litres += inlet * 12;
    const level = round(v.level + 0.08 * random.normal(), 2);
    if (!is('level-frozen')) shown = level;
    const row = [
      v.phase,
      inlet > 0 ? 1 : 0,
      v.phase === DRAIN ? 1 : 0,
      v.phase === HEAT || v.phase === HOLD ? 1 : 0,
      shown,
      round(v.degrees + 0.05 * random.normal() + (is('temperature-off') ? 2.5 * size : 0), 2),
      round(inlet * 12 + 0.1 * random.normal(), 2),
      round(outlet * 12 + 0.1 * random.normal(), 2),
      round(power * 0.42 + 0.15 * random.normal(), 1),
      round(ambient, 1),
      v.batches,
      Math.floor(v.litres),
    ];
    step(v, random, is('phase-left-out'));
    return row;
  });
  return {
    name: `${fault}-${seed}`,
    metric: 'skab',
    points: [
      'PHASE',
      'V_IN',
      'V_OUT',
      'HEATER',
      'LEVEL',
      'TEMP',
      'F_IN',
      'F_OUT',
      'POWER',
      'AMBIENT',
      'BATCHES',
      'LITRES',
    ],
    tsUs: rows.map((_, i) => START_US + i * STEP_US),
    rows,
    trainRows: TRAIN_ROWS,
    anomalies: fault === 'none' ? [] : [[from, to]],
  };
};
