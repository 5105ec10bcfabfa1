/**
 * Drift sensors: how a continuous point changes over some blocks, as a sparse sum of the changes of the other points of its
 * cell and of their sums over time (forward selection, see forward.ts). Of each point several are tried, each without the
 * strongest input of the one before: two points that follow each other would else hide what moves both. A sensor is kept
 * where it predicts changes of blocks that its fit never saw; its limit is that of the tail of their errors.
 * Source: structured residuals and parity relations (Gertler, Fault detection and diagnosis in engineering systems, 1998).
 */
import type { RowTable } from '../../core/process.ts';
import { knownFirst, nthSmallest } from '../../lib/select.ts';
import { tailLimit } from './charts.ts';
import { BLOCK_ROWS, Channels, channelMemory, type During, LEAST_DURING, overLag, weighed } from './drift-channels.ts';
import { Gram, type Sparse, selectForward } from './forward.ts';
import { countsUp, type PointShape } from './nature.ts';

/** Blocks over which changes are looked at, the short ones for what is quick. */
export const LAGS = [6, 12] as const;
export const MOST_LAG = 12;
/** What takes longer than this wear, fouling and seasons do too: nothing is armed for it. */
const LONGEST_US = 12 * 3_600e6;
/** Inputs of a sensor at most, and how often another one is tried without the strongest of them. */
export const MAX_TERMS = 6;
export const MAX_TRIES = 3;
const SIZES = [1, 2, 3, 4, 5, 6] as const;
/** Contiguous parts; each is predicted by a fit on the others. */
const FOLDS = 4;
/** Fewer blocks than this teach nothing. */
const LEAST_BLOCKS = 200;
/** A larger size must be better by this part to be taken. */
const WORTH = 0.97;
/** Part of the usual change that the others must explain. */
const LEAST_EXPLAINED = 0.05;
/** Limits above this part of the span tell nothing in time. */
const MOST_OF_SPAN = 0.1;
/** Inputs that changed by more than this many times their 98th percentile are beyond what the relation was learned on. */
const USUAL_PART = 0.98;
const BEYOND = 1.25;
/** Where more of the points than this part change by more than they usually do, the process is on its way somewhere else: nothing is said. */
export const MOST_UNUSUAL = 0.2;
/** A limit is at least this many accuracies of the instrument. */
const EXACT = 2;
/** False alarms of the whole cell that are expected in as many rows as it was trained on. */
const FALSE_PER_TRAINING = 0.2;
/** Fewer different values are states. */
const LEAST_VALUES = 13;
/** Blocks after a change of state in which a loop may still be on its way: beyond the lag that is looked back over. */
export const SETTLING = 2 * MOST_LAG;
/** A point whose changes leave less than this part of the blocks to judge has no rare ones. */
const LEAST_AT_REST = 0.75;
/** A sensor that waits for the settling is taken where its limit is below this part of the other's. */
const WORTH_WAITING = 0.6;
/** States whose means are looked at by themselves; of more those that are known in most blocks. */
export const MAX_STATES = 4;
/** A state is quick where it begins anew at least once in so many of the blocks in which its mean is known. */
const QUICK_BLOCKS = LAGS[0];

export interface DriftSensor extends Sparse {
  /** Column, and the channel of it that is predicted. `terms` are channels. */
  readonly point: number;
  readonly channel: number;
  readonly lag: number;
  /** Of the weighed steady error, in standard deviations of the point; the usual unrest that it is weighed by. */
  readonly limit: number;
  readonly unrest: number;
  /** It says nothing until SETTLING is over after a rare change of state: what it was drawn from says nothing of that time. */
  readonly waits: boolean;
  /** Largest change of each term that it may be asked at. */
  readonly bounds: readonly number[];
}

/** Sensors that later rows refuted. */
export const driftSensorOf = (s: Pick<DriftSensor, 'channel' | 'lag' | 'waits'>): string =>
  `${s.channel} ${s.lag}${s.waits ? ' waits' : ''}`;

/** Changes of each channel, block after block; NaN where not known. */
export interface Blocks {
  readonly count: number;
  readonly changes: readonly Float64Array[];
  /** What the channels behind those of the points are of. */
  readonly during: readonly During[];
}

/** States that hold for less than a block or two at a time, again and again: a compressor that loads, a pump that fills. */
export const quickStates = (table: RowTable, shapes: readonly PointShape[]): Pick<During, 'state' | 'is'>[] => {
  const found: { readonly state: number; readonly is: number; readonly known: number }[] = [];
  shapes.forEach(({ nature, states }, state) => {
    if (nature !== 'binary' && nature !== 'discrete') return;
    const column = table.columns[state]!;
    for (const is of states) {
      let known = 0;
      let visits = 0;
      for (let from = 0; from + BLOCK_ROWS <= table.count; from += BLOCK_ROWS) {
        let held = 0;
        for (let i = from; i < from + BLOCK_ROWS; i++) {
          if (column[i] !== is) continue;
          if (column[i - 1] === is) held++;
          else visits++;
        }
        if (held >= LEAST_DURING) known++;
      }
      if (known >= LEAST_BLOCKS && visits * QUICK_BLOCKS >= known) found.push({ state, is, known });
    }
  });
  return found.sort((a, b) => b.known - a.known || a.state - b.state || a.is - b.is).slice(0, MAX_STATES);
};

/** What is looked at while states hold: points whose drift can be told. */
export const duringOf = (
  table: RowTable,
  shapes: readonly PointShape[],
  states: readonly Pick<During, 'state' | 'is'>[],
): During[] => {
  const points = states.length === 0 ? [] : targetsOf(table, shapes);
  return states.flatMap(({ state, is }) => points.map((point) => ({ point, state, is })));
};

export const blocksOf = (
  table: RowTable,
  shapes: readonly PointShape[],
  stepUs: number,
  during: readonly During[] = [],
): Blocks => {
  const channels = new Channels(channelMemory(shapes, during), stepUs);
  const most = Math.floor(table.count / BLOCK_ROWS);
  const size = 2 * shapes.length + during.length;
  const changes = Array.from({ length: size }, () => new Float64Array(most).fill(Number.NaN));
  const row = new Float64Array(shapes.length);
  const now = new Float64Array(size);
  let count = 0;
  for (let i = 0; i < table.count; i++) {
    for (let p = 0; p < row.length; p++) row[p] = table.columns[p]![i]!;
    if (!channels.take(table.tsUs[i]!, row, now)) continue;
    for (let c = 0; c < now.length; c++) changes[c]![count] = now[c]!;
    count++;
  }
  return { count, changes: changes.map((c) => c.subarray(0, count)), during };
};

/** Change over `lag` blocks up to each. */
const over = (changes: Float64Array, lag: number): Float64Array => {
  const out = new Float64Array(changes.length).fill(Number.NaN);
  for (let b = lag - 1; b < changes.length; b++) {
    let sum = 0;
    for (let i = 0; i < lag; i++) sum += changes[b - i]!;
    out[b] = sum;
  }
  return out;
};

const quantile = (values: Float64Array, part: number): number => {
  const known = values.map(Math.abs);
  const count = knownFirst(known);
  return count === 0 ? 0 : nthSmallest(known, Math.min(count - 1, Math.floor(part * count)), count);
};

/** Points whose drift can be told: many values, no counter. */
const targetsOf = (table: RowTable, shapes: readonly PointShape[]): number[] =>
  shapes.flatMap((shape, p) => {
    if (shape.nature !== 'continuous' || !(shape.deviation > 0)) return [];
    const values = new Set<number>();
    let ups = 0;
    let downs = 0;
    const column = table.columns[p]!;
    for (let i = 0; i < table.count; i++) {
      if (values.size < LEAST_VALUES) values.add(column[i]!);
      if (i > 0 && column[i]! > column[i - 1]!) ups++;
      else if (i > 0 && column[i]! < column[i - 1]!) downs++;
    }
    return values.size >= LEAST_VALUES && !countsUp(ups, downs) ? [p] : [];
  });

/** Points whose changes tell whether the process is on its way somewhere else. */
export const movingPoints = (shapes: readonly PointShape[]): number[] =>
  shapes.flatMap((s, p) => (s.deviation > 0 && s.nature !== 'unknown' && s.nature !== 'counter' ? [p] : []));

/** Bounds of the usual changes of all channels over a lag, and by block whether the cell keeps to them. */
export interface Usual {
  readonly bounds: Float64Array;
  readonly calm: Uint8Array;
}
export const usualOf = (
  { changes, count }: Blocks,
  moving: readonly number[],
  lag: number,
  known?: ArrayLike<number>,
): Usual => {
  const bounds = known ?? Float64Array.from(changes, (c) => BEYOND * quantile(over(c, lag), USUAL_PART));
  const unusual = new Uint16Array(count);
  for (const p of moving) {
    const change = over(changes[2 * p]!, lag);
    for (let b = 0; b < count; b++) if (Math.abs(change[b]!) > bounds[2 * p]!) unusual[b]!++;
  }
  return {
    bounds: Float64Array.from(bounds),
    calm: Uint8Array.from(unusual, (n) => (n <= MOST_UNUSUAL * moving.length ? 1 : 0)),
  };
};

/** Blocks since a state last changed, or was not known, counted from 0; `states`: columns. */
export const sinceChange = ({ changes, count }: Blocks, states: readonly number[]): Uint32Array => {
  const since = new Uint32Array(count);
  for (let b = 1; b < count; b++) since[b] = states.some((p) => changes[2 * p]![b] !== 0) ? 0 : since[b - 1]! + 1;
  return since;
};

/** Whether a window over a lag lies beyond the settling after the last change. */
export const isSettled = (since: number, lag: number): boolean => since >= lag + SETTLING;

/** Points of states that change seldom: starts and stops, not the switching of a level between two pumps. */
export const rareStates = (blocks: Blocks, shapes: readonly PointShape[]): number[] =>
  shapes.flatMap(({ nature, deviation }, p) => {
    if ((nature !== 'binary' && nature !== 'discrete') || !(deviation > 0)) return [];
    const settled = sinceChange(blocks, [p]).filter((since) => isSettled(since, MOST_LAG)).length;
    return settled >= LEAST_AT_REST * blocks.count ? [p] : [];
  });

/**
 * Steady errors and unrest of the sensor, block by block; NaN where an input is not known or beyond its bound, or the cell
 * not calm. Only blocks `from` to `to` are looked at.
 */
export const steadyErrors = (
  { changes, count }: Blocks,
  s: Pick<DriftSensor, 'channel' | 'lag' | 'terms' | 'weights' | 'bounds'>,
  calm: Uint8Array,
  from = 0,
  to = count,
): { readonly steady: Float64Array; readonly unrest: Float64Array } => {
  const own = changes[s.channel]!;
  const rest = Float64Array.from(own);
  const moved = new Float64Array(count);
  const errors = { rest, own, moved };
  s.terms.forEach((t, i) => {
    const input = changes[t]!;
    for (let b = 0; b < count; b++) {
      const part = s.weights[i]! * input[b]!;
      rest[b]! -= part;
      moved[b]! += Math.abs(part);
    }
  });
  const inputs = s.terms.map((t) => over(changes[t]!, s.lag));
  const steady = new Float64Array(count).fill(Number.NaN);
  const unrest = new Float64Array(count).fill(Number.NaN);
  for (let b = Math.max(from, s.lag); b < to; b++) {
    if (calm[b] === 0 || inputs.some((input, i) => !(Math.abs(input[b]!) <= s.bounds[i]!))) continue;
    const found = overLag(s.lag, errors, b);
    steady[b] = found.steady;
    unrest[b] = found.unrest;
  }
  return { steady, unrest };
};

/** Channels that may predict one another: those of all points, or those of points while one state holds. */
interface Lagged {
  readonly lag: number;
  readonly usual: Usual;
  /** By place: the channel, its point, and its changes over the lag. */
  readonly channels: readonly number[];
  readonly points: readonly number[];
  readonly clipped: readonly Float64Array[];
  readonly all: Gram;
  /** Products without each fold in turn. */
  readonly without: readonly Gram[];
  readonly foldOf: (block: number) => number;
}

/** Changes over a lag, clipped to what is usual, and their products by fold. A block without a value for a mean during a state is left out. */
const lagged = (
  { changes, count }: Blocks,
  shapes: readonly PointShape[],
  usual: Usual,
  lag: number,
  channels: readonly number[],
  points: readonly number[],
  leavesOut: boolean,
): Lagged => {
  const clipped = channels.map((c) =>
    over(changes[c]!, lag).map((x) => Math.max(-2 * usual.bounds[c]!, Math.min(2 * usual.bounds[c]!, x))),
  );
  const foldOf = (block: number): number => Math.min(FOLDS - 1, Math.floor((block * FOLDS) / count));
  const folds = Array.from({ length: FOLDS }, () => new Gram(channels.length));
  const all = new Gram(channels.length);
  const terms = new Float64Array(channels.length);
  const rows = new Float64Array(FOLDS);
  for (let b = lag; b < count; b++) {
    let isKnown = true;
    for (let c = 0; c < terms.length; c++) {
      const x = clipped[c]![b]!;
      if (Number.isNaN(x)) isKnown = false;
      terms[c] = x || 0;
    }
    if (leavesOut && !isKnown) continue;
    folds[foldOf(b)]!.add(terms);
    rows[foldOf(b)]!++;
  }
  folds.forEach((gram, f) => {
    gram.finish();
    // No instrument is exact: what is known only to its accuracy is weighted so (Bishop, 1995).
    channels.forEach((channel, c) => {
      const s = shapes[points[c]!]!;
      const isSum = channel < 2 * shapes.length && channel % 2 === 1;
      const inexact = s.deviation > 0 && !isSum ? s.accuracy / s.deviation : 0;
      gram.sums[c * (gram.size + 1)]! += (rows[f]! * 2 * inexact * inexact) / BLOCK_ROWS;
    });
    all.merge(gram, 1);
  });
  const without = folds.map((fold) => {
    const rest = new Gram(all.size);
    rest.merge(all, 1);
    rest.merge(fold, -1);
    return rest;
  });
  return { lag, usual, channels, points, clipped, all, without, foldOf };
};

/** Sums of absolute errors by size on the folds left out, and of the changes themselves; no row counts more than 3 usual ones. */
const losses = (l: Lagged, target: Float64Array, fits: readonly (readonly Sparse[])[], usual: number) => {
  const loss = new Float64Array(Math.min(...fits.map((f) => f.length)));
  let naive = 0;
  for (let b = l.lag; b < target.length; b++) {
    const y = target[b]!;
    if (Number.isNaN(y)) continue;
    naive += Math.min(Math.abs(y), 3 * usual);
    const sizes = fits[l.foldOf(b)]!;
    for (let k = 0; k < loss.length; k++) {
      const { terms, weights } = sizes[k]!;
      let e = y;
      for (let i = 0; i < terms.length; i++) e -= weights[i]! * (l.clipped[terms[i]!]![b]! || 0);
      loss[k]! += Math.min(Math.abs(e), 3 * usual);
    }
  }
  return { loss, naive };
};

/**
 * Limit of errors that are expected above it `perTraining` times in as many blocks: that of their tail (charts.ts), at most what an
 * exponential one through the highest of the stretches gives. A tail of a handful of clusters says little of its length, and sensors
 * that later blocks refute are left out.
 * Source: highest of n from an exponential tail, about ln n scales: Arnold, Balakrishnan, Nagaraja, Records (1998), chapter 2.
 */
export const limitOf = (errors: Float64Array, perTraining: number, apart: number): number => {
  const tail = tailLimit(errors, perTraining, apart);
  if (!Number.isFinite(tail)) return tail;
  const known = errors.filter((e) => !Number.isNaN(e));
  const stretches = known.length / apart;
  const highest = known.reduce((a, b) => Math.max(a, b), 0);
  return Math.min(tail, (highest * Math.log(stretches / perTraining)) / Math.log(stretches));
};

/** The sensors of a cell; `refuted` ones are left out. `blocks`, `partners`: of the same table. */
export const fitDrift = (
  table: RowTable,
  shapes: readonly PointShape[],
  stepUs: number,
  blocks: Blocks,
  partners: ArrayLike<number>,
  refuted: ReadonlySet<string> = new Set(),
): DriftSensor[] => {
  const targets = targetsOf(table, shapes);
  if (blocks.count < LEAST_BLOCKS || targets.length < 2) return [];
  const moving = movingPoints(shapes);
  const usable = shapes.flatMap((s, p) => (s.deviation > 0 && s.nature !== 'unknown' ? [p] : []));
  const { during } = blocks;
  const first = 2 * shapes.length;
  const quick = [...new Set(during.map(({ state, is }) => `${state} ${is}`))].map((key) =>
    during.flatMap(({ state, is }, d) => (`${state} ${is}` === key ? [first + d] : [])),
  );
  const asked = targets.length * LAGS.length * MAX_TRIES + during.length * LAGS.length;
  const expected = FALSE_PER_TRAINING / asked;
  const states = rareStates(blocks, shapes);
  const since = states.length === 0 ? undefined : sinceChange(blocks, states);
  const out: DriftSensor[] = [];
  for (const lag of LAGS) {
    if (lag * BLOCK_ROWS * stepUs > LONGEST_US) continue;
    const usual = usualOf(blocks, moving, lag);
    const add = (l: Lagged, target: number, inputs: readonly number[], tries: number): void =>
      void out.push(
        ...sensorsOf(blocks, shapes[l.points[target]!]!, l, target, inputs, {
          partners,
          refuted,
          since,
          expected,
          tries,
        }),
      );
    const points = usable.flatMap((p) => [p, p]);
    const l = lagged(
      blocks,
      shapes,
      usual,
      lag,
      usable.flatMap((p) => [2 * p, 2 * p + 1]),
      points,
      false,
    );
    const places = l.channels.map((_, i) => i);
    for (const point of targets) add(l, l.channels.indexOf(2 * point), places, MAX_TRIES);
    for (const channels of quick) {
      const of = channels.map((c) => during[c - first]!.point);
      const q = lagged(blocks, shapes, usual, lag, channels, of, true);
      for (const target of channels.keys()) add(q, target, [...channels.keys()], 1);
    }
  }
  return out;
};

interface FitOptions {
  readonly partners: ArrayLike<number>;
  readonly refuted: ReadonlySet<string>;
  readonly since: Uint32Array | undefined;
  /** False alarms of one sensor in as many blocks. */
  readonly expected: number;
  readonly tries: number;
}

/** Sensors of one channel from `inputs` (places in `l.channels`), each try without the strongest input of those before. */
const sensorsOf = (
  blocks: Blocks,
  shape: PointShape,
  l: Lagged,
  target: number,
  inputs: readonly number[],
  { partners, refuted, since, expected, tries }: FitOptions,
): DriftSensor[] => {
  const { lag, points, channels } = l;
  const point = points[target]!;
  const channel = channels[target]!;
  const isRefuted = (waits: boolean): boolean => refuted.has(driftSensorOf({ channel, lag, waits }));
  if (isRefuted(false) && (since === undefined || isRefuted(true))) return [];
  const out: DriftSensor[] = [];
  const changes = l.clipped[target]!;
  const usual = quantile(changes, 0.5) + shape.accuracy / shape.deviation;
  const excluded = new Set([point]);
  for (let tried = 0; tried < tries; tried++) {
    const from = inputs.filter((i) => !excluded.has(points[i]!));
    const fits = l.without.map((gram) => selectForward(gram, target, from, SIZES));
    const whole = selectForward(l.all, target, from, SIZES);
    const { loss, naive } = losses(l, changes, fits, usual);
    if (loss.length === 0 || whole.length === 0) break;
    let size = 0;
    for (let k = 1; k < loss.length; k++) if (loss[k]! < WORTH * loss[size]!) size = k;
    const best = whole[Math.min(size, whole.length - 1)]!;
    excluded.add(points[best.terms[0]!]!);
    // What a controller makes of its measured value holds whether that reads right or wrong.
    if (partners[point]! >= 0) excluded.add(partners[point]!);
    if (loss[size]! > (1 - LEAST_EXPLAINED) * naive) continue;
    // Errors of each fold by the fit that has not seen it.
    const bounded = (s: Sparse) => {
      const terms = s.terms.map((t) => channels[t]!);
      return { ...s, terms, point, channel, lag, bounds: terms.map((t) => l.usual.bounds[t]!) };
    };
    const first = (fold: number): number => Math.ceil((fold * blocks.count) / FOLDS);
    const byFold = fits.map((f, k) =>
      // Of the last one the unrest of all blocks is asked for.
      steadyErrors(blocks, bounded(f[size]!), l.usual.calm, k === FOLDS - 1 ? 0 : first(k), first(k + 1)),
    );
    const unrest = quantile(byFold.at(-1)!.unrest, 0.5) + shape.accuracy / shape.deviation;
    const errors = new Float64Array(blocks.count);
    for (let b = 0; b < errors.length; b++) {
      const fold = byFold[l.foldOf(b)]!;
      errors[b] = Math.abs(weighed(fold.steady[b]!, fold.unrest[b]!, unrest));
    }
    const least = (EXACT * shape.accuracy) / shape.deviation / 2;
    const limitFor = (known: Float64Array): number => Math.max(least, limitOf(known, expected, lag + 1));
    const limits = [limitFor(errors)];
    if (since !== undefined) {
      const settled = errors.map((e, b) => (isSettled(since[b]!, lag) ? e : Number.NaN));
      const limit = limitFor(settled);
      if (limit <= WORTH_WAITING * limits[0]!) limits.push(limit);
    }
    for (const [i, limit] of limits.entries()) {
      const waits = i > 0;
      // At the usual unrest an error counts half.
      if (!isRefuted(waits) && 2 * limit * shape.deviation <= MOST_OF_SPAN * (shape.high - shape.low))
        out.push({ ...bounded(best), limit, unrest, waits });
    }
  }
  return out;
};
