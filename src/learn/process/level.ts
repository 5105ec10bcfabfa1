/**
 * Watches the level of one point as a stream: the mean over several correlation times of the signal, held against the mean
 * and spread that such means had until now. The limit keeps a false alarm budget, and is wider the less has been seen
 * (t distribution). Finds a machine that runs persistently colder or hotter than it ever did for so long.
 *
 * Works when the signal comes back to a level within its training; fails for one that wanders without bound (the spread
 * grows with it: late), for what is shorter than the averaging time, and while less than `blocksNeeded` averaging times
 * were seen. Cost: about a dozen operations a sample, 96 octets for each average of a point.
 * Source: EWMA chart (Roberts, Technometrics 1, 1959) with estimated parameters (Jones, Champ and Rigdon, Technometrics
 * 43, 2001), exponentially weighted mean and variance (West, Communications of the ACM 22, 1979), rate of crossings of a
 * smooth noise exp(-u^2/2) (Rice, Bell System Technical Journal 24, 1945), t distribution from the normal one (Wallace, Annals
 * of Mathematical Statistics 30, 1959).
 */

import { tFromNormal } from '../../lib/normal.ts';
import { LAGS_AT_ONCE, laggedProducts } from './lagged.ts';

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
  /** An alarm ends below this part of its limit. */
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
  release: 0.6,
  budgetUs: BUDGET_US,
};
/** A correlation time is not looked for beyond this part of the rows. */
const LONGEST_PART = 0.2;
/** A limit is drawn for what is at most so many times as rare as one of the rows learned from, as in dynamics-limits.ts. */
const MOST_RARE = 25;
/**
 * Once it has learned, what is further from the mean than this part of the limit teaches the spread no more than that: a slow shift
 * would widen the band before it reaches it (Huber, Annals of Mathematical Statistics 35, 1964).
 */
const TAUGHT_PART = 0.5;
/** An alarm ends where the value has come back to less than this part of how far out it was on the whole of it: the trouble is over, */
const BACK_PART = 0.5;
/**
 * even if the plant keeps some of it, which has been told. One that has ended before the value was back inside of the band is raised
 * anew where it is so much further out than that.
 */
const KNOWN_ROOM = 1.5;
/** Averaging times over which that comes down to where the value is. */
const KNOWN_TIMES = 8;
/** What is beyond the band counts in twentieths of it, as for the limits of a single value (soft-model.ts). */
const UNIT = 0.05;

/** Products of values that are taken lag by lag; beyond them longer lags are looked for in means of blocks. */
const MAX_PRODUCTS = 8e6;
const LEAST_LAGS = 64;
/** Blocks are this much shorter than the lags looked for in them, and grow by as much. */
const BLOCK_PART = 8;

/** First lag from `from` to `to` at which the mean product falls below `limit`; 0 where none does. */
const firstBelow = (x: Float64Array, from: number, to: number, limit: number): number => {
  const least = limit * x.length;
  const some = new Float64Array(LAGS_AT_ONCE);
  for (let lag = from; lag < to; lag += LAGS_AT_ONCE) {
    laggedProducts(x, lag, some);
    for (let k = 0; k < LAGS_AT_ONCE && lag + k < to; k++) if (some[k]! < least) return lag + k;
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

/**
 * Rows until the autocorrelation falls below 1/e (longer ones to an eighth); 1 for noise, NaN for a signal that does not
 * move. `most`: who only asks whether it is that many rows or fewer hears Infinity where it is more.
 */
export const correlationRows = (column: Float64Array, most = Number.POSITIVE_INFINITY): number => {
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
  const exact = firstBelow(centred, 1, Math.min(from, most + 1), limit);
  if (exact > 0) return exact;
  // Longer lags are not looked for, and those of blocks are no shorter than `from`; `longest` is what is told of them at most.
  if (most < Math.min(from, longest)) return Number.POSITIVE_INFINITY;
  for (let block = BLOCK_PART; from < longest; block *= BLOCK_PART) {
    const to = Math.min(longest, block * BLOCK_PART * BLOCK_PART);
    if (to <= from) continue;
    const lag = firstBelow(blockMeans(centred, block), Math.ceil(from / block), Math.ceil(to / block), limit);
    if (lag > 0) return Math.min(longest, lag * block);
    from = to;
  }
  return longest;
};

/** Correlation times of a signal that training must hold before limits are drawn from it: fewer have not seen its extremes. */
export const EXPERIENCE = 100;
/** Whether limits may be drawn from a signal, as so many correlation times were seen of it. False for one that does not move. */
export const isExperienced = (column: Float64Array, times = EXPERIENCE): boolean =>
  column.length >= times * correlationRows(column, Math.floor(column.length / times));

/**
 * Numbers of one point, LEVEL_NUMBERS from its offset on: averaging time and memory (rows), the natural logarithm of how many
 * averaging times there are to each allowed false alarm over all points that share it; rows seen, mean over the averaging
 * time, mean and variance of those over the memory, rows of the alarm (0: none), how much wider the limits are than
 * the variance says (negative: it is settled, 0: it is that and young, see `settleLevel`), the bounds to which a value is cut, how far out the alarm was
 * on the whole, in limits (after one that ended outside of the band: negative, how far out nothing is told any more).
 */
export type LevelState = Float64Array;
export const LEVEL_NUMBERS = 12;
const [AVERAGING, MEMORY, LOG_CHANCES, SEEN, SMOOTH, MEAN, VARIANCE, ALARM, ROOM, LEAST, MOST, TOLD] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
] as const;

/** `stepUs`: time between rows; `sharers`: points of the cell that share the budget. */
export const newLevel = (
  correlation: number,
  trainingRows: number,
  stepUs: number,
  sharers: number,
  setting: LevelSetting = LEVEL_SETTING,
  [least, most]: readonly [number, number] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
): LevelState => {
  const averaging = Math.max(1, setting.averaged * correlation);
  const rareRows = Math.min(setting.budgetUs / stepUs, MOST_RARE * trainingRows);
  const logChances = Math.log(Math.max(1, sharers) * Math.max(1, rareRows / averaging));
  const memory = Math.max(setting.remembered * averaging, trainingRows);
  return Float64Array.of(averaging, memory, logChances, 0, Number.NaN, Number.NaN, 0, 0, 1, least, most, 0);
};

/** Widens the limits so that they are at least `distance` from the mean, however much will have been seen. */
export const widenLevel = (s: LevelState, distance: number): void => {
  const narrowest = knownWidth(s, 0, s[VARIANCE]!);
  s[ROOM] = Math.max(1, distance / narrowest || 1);
};
/**
 * It has learned: what is far out teaches its spread no more than a part of its limit. Not where limits had to be widened: heavy tails
 * are learned as they come. Nor where training holds too little of the point, which has not shown yet how far it wanders: fewer than
 * `experience` correlation times; from there to EXPERIENCE it is young, and what teaches it is held to that part of the limit of a
 * spread that is known, since few averages make a limit so wide that a slow shift would stay below it.
 */
export const settleLevel = (
  s: LevelState,
  correlation: number,
  trainingRows: number,
  experience: number = EXPERIENCE,
): void => {
  if (s[ROOM]! > 1 || trainingRows < experience * correlation) return;
  s[ROOM] = trainingRows >= EXPERIENCE * correlation ? -1 : 0;
};
/**
 * The more has been seen, the rarer may be what a limit is drawn for: of a row more nothing is told that is not as rare as one of all
 * rows (MOST_RARE), until the budget of `budgetRows` is reached. What is odd teaches nothing.
 */
export const ripenLevel = (s: LevelState, at: number, budgetRows: number): void => {
  const seen = s[at + SEEN]!;
  if (s[at + ALARM]! === 0 && MOST_RARE * seen < budgetRows) s[at + LOG_CHANCES]! += 1 / seen;
};
export const isLevelAlarm = (s: LevelState, at = 0): boolean => s[at + ALARM]! > 0;
/** What is judged, and what it is held against, in the unit of the point. */
export const levelOf = (s: LevelState, at = 0): { readonly smooth: number; readonly mean: number } => ({
  smooth: s[at + SMOOTH]!,
  mean: s[at + MEAN]!,
});
/** Averaging time, rows. */
export const averagingOf = (s: LevelState, at = 0): number => s[at + AVERAGING]!;

/** How far out a standard normal is as rarely as the budget allows, in deviations of what is averaged: the width of a spread that is well known. */
const deviateOf = (s: LevelState, at: number): number => Math.sqrt(2 * Math.max(0, s[at + LOG_CHANCES]!));
const knownWidth = (s: LevelState, at: number, variance: number): number => deviateOf(s, at) * Math.sqrt(variance);

const widthOf = (s: LevelState, at: number, seen: number, variance: number): number => {
  // And t with so few averages seen as rarely as that.
  const freedom = Math.max(1, Math.min(seen, s[at + MEMORY]!) / s[at + AVERAGING]! - 1);
  return Math.max(1, Math.abs(s[at + ROOM]!)) * tFromNormal(deviateOf(s, at), freedom) * Math.sqrt(variance);
};

/**
 * Takes the next value; returns the surprise 0..1 (.5 at the limit and held there until the episode is over; above it
 * 1 - 1 / (2 ratio), the ratio 1 and one for each twentieth of the band beyond it), or NaN while it learns
 * (or where the value is missing and nothing can be said).
 */
export const feedLevel = (s: LevelState, given: number, at = 0, setting: LevelSetting = LEVEL_SETTING): number => {
  const alarmRows = s[at + ALARM]!;
  let alarm = alarmRows > 0;
  if (Number.isNaN(given)) return alarm ? 0.5 : Number.NaN;
  const x = Math.min(s[at + MOST]!, Math.max(s[at + LEAST]!, given));
  const averaging = s[at + AVERAGING]!;
  const memory = s[at + MEMORY]!;
  const seen = s[at + SEEN]! + 1;
  let smooth = seen === 1 ? x : s[at + SMOOTH]!;
  let mean = seen === 1 ? x : s[at + MEAN]!;
  let variance = s[at + VARIANCE]!;
  smooth += Math.max(2 / (averaging + 1), 1 / seen) * (x - smooth);
  const blocks = Math.min(seen, memory) / averaging;
  const distance = smooth - mean;
  let surprise = Number.NaN;
  let taught = Number.POSITIVE_INFINITY;
  if (blocks >= setting.blocksNeeded) {
    const width = widthOf(s, at, seen, variance) || Number.EPSILON;
    const part = Math.abs(distance) / width;
    let told = s[at + TOLD]!;
    if (s[at + ROOM]! < 0 || told < 0) taught = TAUGHT_PART * width;
    else if (s[at + ROOM]! === 0) taught = TAUGHT_PART * knownWidth(s, at, variance);
    if (part < setting.release) {
      alarm = false;
      told = 0;
    } else if (alarm) {
      told += (part - told) / (alarmRows + 1);
      alarm = part >= BACK_PART * told;
      if (!alarm) told = -KNOWN_ROOM * part;
    } else {
      alarm = part >= Math.max(1, -told);
      told = alarm ? part : told + Math.max(0, -KNOWN_ROOM * part - told) / (KNOWN_TIMES * averaging);
    }
    s[at + TOLD] = told;
    const beyond = Math.max(0, part - 1) / (2 * UNIT);
    surprise = alarm ? 1 - 0.5 / (1 + beyond) : Math.min(part / 2, 0.4999);
  }
  // What was odd for as long as all that is remembered is known as well as that.
  const odd = alarm && alarmRows < memory;
  const weight = Math.max(1 / seen, 1 / memory) * (odd ? setting.oddWeight : 1);
  mean += weight * distance;
  variance += weight * (Math.min(taught, Math.abs(smooth - mean)) ** 2 - variance);
  s[at + SEEN] = seen;
  s[at + SMOOTH] = smooth;
  s[at + MEAN] = mean;
  s[at + VARIANCE] = variance;
  s[at + ALARM] = alarm ? alarmRows + 1 : 0;
  return surprise;
};

/** Half-width around the mean that the average keeps to, in the unit of the point. */
export const levelWidth = (s: LevelState, at = 0): number => widthOf(s, at, s[at + SEEN]!, s[at + VARIANCE]!);
