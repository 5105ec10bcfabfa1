/**
 * Watches the level of one point as a stream: the mean over several correlation times of the signal, held against the mean
 * and spread that such means had until now. The limit keeps a false alarm budget, and is wider the less has been seen
 * (t distribution). Finds a machine that runs persistently colder or hotter than it ever did for so long.
 *
 * Works when the signal comes back to a level within its training; fails for one that wanders without bound (the spread
 * grows with it: late), for what is shorter than the averaging time, and while less than `blocksNeeded` averaging times
 * were seen. Cost: about a dozen operations a sample, 80 octets a point.
 * Source: EWMA chart (Roberts, Technometrics 1, 1959) with estimated parameters (Jones, Champ and Rigdon, Technometrics
 * 43, 2001), exponentially weighted mean and variance (West, Communications of the ACM 22, 1979), rate of crossings of a
 * smooth noise exp(-u^2/2) (Rice, Bell System Technical Journal 24, 1945), t distribution turned normal (Wallace, Annals
 * of Mathematical Statistics 30, 1959).
 */
import { normalFromT } from '../../lib/normal.ts';

/** The knobs, each with a physical meaning; one setting for all data. */
export interface LevelSetting {
  /** Correlation times that are averaged over: enough that one wave of the signal is no level. */
  readonly averaged: number;
  /** Averaging times that the memory of mean and spread spans: what was longer ago fades. */
  readonly remembered: number;
  /** Averaging times that must have been seen before anything is judged. */
  readonly blocksNeeded: number;
  /** Learning goes on so much slower during an alarm: what is odd is not learned, a plant that truly moved is followed. */
  readonly oddWeight: number;
  /** An alarm ends when the surprise falls below this. */
  readonly release: number;
  /** One false episode in so long is allowed to a cell. */
  readonly budgetUs: number;
}

/** Two false episodes in 30 days. */
export const BUDGET_US = 15 * 86_400e6;
export const LEVEL_SETTING: LevelSetting = {
  averaged: 5,
  remembered: 60,
  blocksNeeded: 4,
  oddWeight: 0.1,
  release: 0.25,
  budgetUs: BUDGET_US,
};
/** A correlation time is not looked for beyond this part of the rows. */
const LONGEST_PART = 0.2;
const YEAR_US = 365 * 86_400e6;
/** Surprise .5 is what chance does once in the budget's time, .9 what it does once in a year. */
const PER_UNIT = 0.4 / Math.log(YEAR_US / BUDGET_US);

/** Surprise of what chance does `exp(logRate)` times in the budget's time: .5 at once, .9 at once in a year. */
export const surpriseOfRate = (logRate: number): number => Math.min(1, Math.max(0, 0.5 - PER_UNIT * logRate));

/** Products of values that are taken lag by lag; beyond them longer lags are looked for in means of blocks. */
const MAX_PRODUCTS = 8e6;
const LEAST_LAGS = 64;
/** Blocks are this much shorter than the lags looked for in them, and grow by as much. */
const BLOCK_PART = 8;

/** First lag from `from` to `to` at which the mean product falls below `limit`; 0 where none does. */
const firstBelow = (x: Float64Array, from: number, to: number, limit: number): number => {
  for (let lag = from; lag < to; lag++) {
    let product = 0;
    for (let i = lag; i < x.length; i++) product += x[i]! * x[i - lag]!;
    if (product < limit * x.length) return lag;
  }
  return 0;
};

/** Means of so many values each; what is left over at the end is left out. */
const blockMeans = (x: Float64Array, length: number): Float64Array =>
  Float64Array.from({ length: Math.floor(x.length / length) }, (_, b) => {
    let sum = 0;
    for (let i = b * length; i < (b + 1) * length; i++) sum += x[i]!;
    return sum / length;
  });

/** Rows until the autocorrelation falls below 1/e (longer ones to an eighth); 1 for noise, NaN for a signal that does not move. */
export const correlationRows = (column: Float64Array): number => {
  let sum = 0;
  let n = 0;
  for (const x of column)
    if (!Number.isNaN(x)) {
      sum += x;
      n++;
    }
  const mean = sum / n;
  const centred = column.map((x) => (Number.isNaN(x) ? 0 : x - mean));
  let power = 0;
  for (const x of centred) power += x * x;
  if (!(power > 0)) return Number.NaN;
  const limit = power / column.length / Math.E;
  const longest = Math.max(1, Math.floor(column.length * LONGEST_PART));
  let from = Math.min(longest, Math.max(LEAST_LAGS, Math.floor(MAX_PRODUCTS / column.length)));
  const exact = firstBelow(centred, 1, from, limit);
  if (exact > 0) return exact;
  for (let block = BLOCK_PART; from < longest; block *= BLOCK_PART) {
    const to = Math.min(longest, block * BLOCK_PART * BLOCK_PART);
    if (to <= from) continue;
    const lag = firstBelow(blockMeans(centred, block), Math.ceil(from / block), Math.ceil(to / block), limit);
    if (lag > 0) return Math.min(longest, lag * block);
    from = to;
  }
  return longest;
};

/** Plain numbers: saved and restored as they are. */
export interface LevelState {
  /** Averaging time and memory, rows. */
  readonly averaging: number;
  readonly memory: number;
  /** Natural logarithm of how many averaging times there are to each allowed false alarm, over all points that share it. */
  readonly logChances: number;
  readonly blocksNeeded: number;
  readonly oddWeight: number;
  readonly release: number;
  seen: number;
  smooth: number;
  mean: number;
  variance: number;
  alarm: boolean;
}

/** `stepUs`: time between rows; `sharers`: points of the cell that share the budget. */
export const newLevel = (
  correlation: number,
  trainingRows: number,
  stepUs: number,
  sharers: number,
  setting: LevelSetting = LEVEL_SETTING,
): LevelState => {
  const averaging = Math.max(1, setting.averaged * correlation);
  return {
    averaging,
    memory: Math.max(setting.remembered * averaging, trainingRows),
    logChances: Math.log(Math.max(1, sharers) * Math.max(1, setting.budgetUs / stepUs / averaging)),
    blocksNeeded: setting.blocksNeeded,
    oddWeight: setting.oddWeight,
    release: setting.release,
    seen: 0,
    smooth: Number.NaN,
    mean: Number.NaN,
    variance: 0,
    alarm: false,
  };
};

/**
 * Takes the next value; returns the surprise 0..1, held at .5 or more until the episode is over, or NaN while it learns
 * (or where the value is missing and nothing can be said).
 */
export const feedLevel = (s: LevelState, x: number): number => {
  if (Number.isNaN(x)) return s.alarm ? 0.5 : Number.NaN;
  s.seen++;
  if (s.seen === 1) {
    s.smooth = x;
    s.mean = x;
  }
  s.smooth += Math.max(2 / (s.averaging + 1), 1 / s.seen) * (x - s.smooth);
  const blocks = Math.min(s.seen, s.memory) / s.averaging;
  const distance = s.smooth - s.mean;
  let surprise = Number.NaN;
  if (blocks >= s.blocksNeeded) {
    const deviate = normalFromT(Math.abs(distance) / (Math.sqrt(s.variance) || Number.EPSILON), blocks - 1);
    surprise = surpriseOfRate(s.logChances - (deviate * deviate) / 2);
    s.alarm = s.alarm ? surprise >= s.release : surprise >= 0.5;
    if (s.alarm) surprise = Math.max(surprise, 0.5);
  }
  const weight = Math.max(1 / s.seen, 1 / s.memory) * (s.alarm ? s.oddWeight : 1);
  s.mean += weight * distance;
  s.variance += weight * ((s.smooth - s.mean) ** 2 - s.variance);
  return surprise;
};

/** Half-width around the mean that the average keeps to, in the unit of the point. */
export const levelWidth = (s: LevelState): number => {
  // The deviate at which the surprise is .5.
  const deviate = Math.sqrt(2 * Math.max(0, s.logChances));
  const freedom = Math.max(1, Math.min(s.seen, s.memory) / s.averaging - 1);
  const shrunk = (deviate * (8 * freedom + 3)) / (8 * freedom + 1);
  return Math.sqrt(freedom * Math.expm1((shrunk * shrunk) / freedom) * s.variance);
};
