/**
 * Learns how the points of a cell move together: `CellLearner` of the dynamics model (vector autoregression by ridge,
 * multivariate EWMA of its innovations). Sees what no single point shows: a relation between points that is a little off, a
 * disturbance that the controllers hide, a shift that lasts. Sources in `dynamics-fit.ts`, `dynamics-model.ts`, `dynamics-limits.ts`.
 *
 * A cell of one moving point is judged by its own past.
 *
 * Works when the cell is controlled around a working point or moves in ways it moved in before, and training holds some hundred rows
 * (at least `MIN_ROWS_PER_POINT` per point). Fails when the plant enters a way of running that training did not hold: it then says
 * "not as learned", which is true but no attack; when a disturbance is smaller than the noise of all points together
 * (Tennessee Eastman faults 3 and 9); and it does not see what leaves the relations as they were, as a replay of all points of the cell.
 */
import type { PointArming, RowTable } from '../../core/process.ts';
import { packArming } from './arming-table.ts';
import { regress, type Shape } from './dynamics-fit.ts';
import { falseAlarmPart, type Limits, limitsOf, statisticOf } from './dynamics-limits.ts';
import { DynamicsModel } from './dynamics-model.ts';
import {
  choosePoint,
  MAX_DYNAMICS_POINTS,
  MAX_DYNAMICS_ROWS,
  medianStepUs,
  type PointChoice,
  standardisedRows,
} from './dynamics-points.ts';
import { decodeDynamics, FORM, gatherDynamics } from './dynamics-save.ts';
import { type Horizon, type Learned, NOTHING_LEARNED, startRunning, triangle } from './dynamics-state.ts';
import type { MemberLearner, MemberModel } from './member.ts';

/** Weights of the newest row: one row, about 6, 19 and 66 rows. A horizon is used where training is long enough for its limit. */
const RATES = [1, 0.3, 0.1, 0.03];
/** Fewer rows than this per point, or in all, are not enough to learn from. */
const MIN_ROWS_PER_POINT = 5;
const MIN_ROWS = 200;
/** The model is fitted on this first part of the training rows, and must then find the rest normal. */
const PROOF_FROM = 0.7;
/** Part of the later rows that may be in alarm. */
const MAX_LATER_ALARMS = 0.01;
/** Limits are widened to what the later part needs, up to this factor of the statistic; beyond, the model is not armed. */
const MAX_WIDENING = 4;

interface Cell {
  readonly table: RowTable;
  readonly choices: readonly PointChoice[];
  readonly chosen: readonly number[];
  readonly stepUs: number;
}

/** Fits rows `from` to `to`, with the shape given or the best one; limits are raised by `widen` (log scale). Undefined where no proper model comes out. */
const fitPart = (
  cell: Cell,
  from: number,
  to: number,
  widen: number,
  shape?: Shape,
): { learned: Omit<Learned, 'arming'>; shape: Shape } | undefined => {
  const { table, choices, chosen, stepUs } = cell;
  const rows = standardisedRows(table, from, to, chosen, choices, stepUs);
  const fit = regress(rows, shape);
  if (fit === undefined) return undefined;
  const p = chosen.length;
  const now = new Float32Array(triangle(p));
  const width = p * fit.lags;
  const past = new Float32Array(p * width);
  const offset = new Float64Array(p);
  for (let a = 0; a < p; a++)
    for (let c = 0; c <= a; c++) {
      const l = fit.whitener[a * p + c]!;
      now[triangle(a) + c] = l;
      for (let j = 0; j < width; j++) past[a * width + j]! -= l * fit.weights[j * p + c]!;
      offset[a]! += l * fit.weights[p * fit.lags * p + c]!;
    }
  const learned = {
    columns: Uint16Array.from(chosen),
    mean: Float64Array.from(chosen, (c) => choices[c]!.mean),
    scale: Float64Array.from(chosen, (c) => choices[c]!.scale),
    follows: Float64Array.from(chosen, (c) => choices[c]!.follows),
    stepUs,
    lags: fit.lags,
    now,
    past,
    offset,
    horizons: horizonsOf(fit.heldOut, fit.starts, p, stepUs, widen),
  };
  return { learned, shape: { lags: fit.lags, ridge: fit.ridge } };
};

/** Runs each horizon over the held-out innovations, fold by fold, and sets its limits. */
const horizonsOf = (
  heldOut: Float64Array,
  starts: readonly number[],
  p: number,
  stepUs: number,
  widen: number,
): Horizon[] => {
  const n = heldOut.length / p;
  const all = RATES.map((rate): { rate: number; limits: Limits | undefined } => {
    const values = new Float64Array(n);
    const smooth = new Float64Array(p);
    let variance = 0;
    for (let i = 0; i < n; i++) {
      if (starts.includes(i)) {
        smooth.fill(0);
        variance = 0;
      }
      variance = (1 - rate) ** 2 * variance + rate * rate;
      let square = 0;
      for (let a = 0; a < p; a++) {
        const s = (1 - rate) * smooth[a]! + rate * heldOut[i * p + a]!;
        smooth[a] = s;
        square += s * s;
      }
      values[i] = statisticOf(square, variance, p);
    }
    return { rate, limits: limitsOf(values, (n * rate) / (2 - rate), falseAlarmPart(stepUs, n) / RATES.length) };
  });
  return all.flatMap(({ rate, limits }) =>
    limits === undefined
      ? []
      : [{ rate, limits: { ...limits, raise: limits.raise + widen, release: limits.release + widen } }],
  );
};

/** How the model of the first part finds the later part: rows in alarm, and how far limits must go up for none to be. */
const proveLater = (cell: Cell, learned: Learned, from: number, to: number) => {
  const model = new DynamicsModel(learned, startRunning(learned));
  const row = new Float64Array(cell.table.points.length);
  let judged = 0;
  let alarms = 0;
  let widen = 0;
  for (let i = from; i < to; i++) {
    for (let p = 0; p < row.length; p++) row[p] = cell.table.columns[p]![i]!;
    const { state, surprise } = model.score(cell.table.tsUs[i]!, row);
    if (state !== 'scored') continue;
    judged++;
    if (surprise >= 0.5) alarms++;
    learned.horizons.forEach(({ limits }, h) => {
      widen = Math.max(widen, model.statistics[h]! - limits.raise);
    });
  }
  return { part: judged === 0 ? 1 : alarms / judged, widen };
};

/**
 * Smallest lasting offset of each point that some horizon raises an alarm for, in the point's unit, and the time it takes: three
 * time constants of that horizon. Noise adds to it as often as it takes from it, so it is the middle, not the worst case.
 */
const detectableOf = (learned: Omit<Learned, 'arming'>): { bias: number; withinUs: number }[] => {
  const p = learned.columns.length;
  const { now, past } = learned;
  const width = p * learned.lags;
  return Array.from(learned.columns, (_, i) => {
    let square = 0;
    for (let a = 0; a < p; a++) {
      let lasting = i > a ? 0 : now[triangle(a) + i]!;
      for (let j = i; j < width; j += p) lasting += past[a * width + j]!;
      square += lasting * lasting;
    }
    let best = { bias: Number.NaN, withinUs: Number.NaN };
    for (const { rate, limits } of learned.horizons) {
      // A running mean follows what lasts longer.
      if (3 * learned.follows[i]! > rate) continue;
      // The statistic is 1 + offset² / (variance * points) in the middle: its noise part is the median.
      const room = (Math.exp(limits.raise) - Math.exp(limits.median)) * p * (rate / (2 - rate));
      const bias = Math.sqrt(room / square) * learned.scale[i]!;
      if (!(bias >= best.bias)) best = { bias, withinUs: Math.ceil(3 / rate) * learned.stepUs };
    }
    return best;
  });
};

const armed = (whole: Learned): MemberModel => {
  const { learned, running } = gatherDynamics(whole, startRunning(whole));
  return new DynamicsModel(learned, running);
};

const unarmedModel = (table: RowTable, choices: readonly PointChoice[], why: string): MemberModel =>
  armed({ ...NOTHING_LEARNED, arming: packArming(table.points.map((point, i) => armingOf(point, choices[i]!, why))) });

const armingOf = (point: string, choice: PointChoice, why: string): PointArming => ({
  point,
  nature: choice.nature,
  armed: [],
  unarmed: choice.unarmed === '' ? why : choice.unarmed,
  detectable: Number.NaN,
  withinUs: Number.NaN,
  explained: Number.NaN,
});

export const dynamics: MemberLearner = {
  name: 'dynamics',
  form: FORM,
  fit(table, options = {}): MemberModel {
    const to = table.count;
    const from = Math.max(0, to - MAX_DYNAMICS_ROWS);
    const stepUs = options.stepUs ?? medianStepUs(table.tsUs);
    const choices = table.columns.map((column) => choosePoint(column, from, to));
    const chosen = table.points
      .map((_, i) => i)
      .filter((i) => choices[i]!.unarmed === '')
      .slice(0, MAX_DYNAMICS_POINTS);
    if (chosen.length === 0) return unarmedModel(table, choices, 'no point of the cell moves');
    const needed = Math.max(MIN_ROWS, Math.ceil((MIN_ROWS_PER_POINT * chosen.length) / PROOF_FROM));
    if (to - from < needed)
      return unarmedModel(table, choices, `learning, ${Math.floor((100 * (to - from)) / needed)} % of the rows needed`);
    const cell: Cell = { table, choices, chosen, stepUs };
    const middle = from + Math.floor((to - from) * PROOF_FROM);
    const first = fitPart(cell, from, middle, 0);
    if (first === undefined) return unarmedModel(table, choices, 'its points cannot be told apart');
    const later = proveLater(cell, { ...first.learned, arming: packArming([]) }, middle, to);
    const widen = later.part > MAX_LATER_ALARMS ? later.widen : 0;
    if (widen > Math.log(MAX_WIDENING) || later.part === 1)
      return unarmedModel(
        table,
        choices,
        `does not predict later normal rows: ${Math.round(100 * later.part)} % of them would be alarms`,
      );
    const final = fitPart(cell, from, to, widen, first.shape);
    if (final === undefined) return unarmedModel(table, choices, 'its points cannot be told apart');
    const { learned } = final;
    const detectable = detectableOf(learned);
    const arming = table.points.map((point, i): PointArming => {
      const at = chosen.indexOf(i);
      if (at < 0) return armingOf(point, choices[i]!, `the cell has more than ${MAX_DYNAMICS_POINTS} points`);
      return {
        ...armingOf(point, choices[i]!, ''),
        armed: ['dynamics'],
        detectable: detectable[at]!.bias,
        withinUs: detectable[at]!.withinUs,
      };
    });
    return armed({ ...learned, arming: packArming(arming) });
  },
  restore(saved, isOwn, table): MemberModel {
    const { learned, running } = decodeDynamics(saved, isOwn, table);
    return new DynamicsModel(learned, running);
  },
};
