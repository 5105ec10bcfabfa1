/**
 * The streaming level guard (level.ts) for every continuous point of a cell, armed where it is quiet on the later part of
 * the training rows.
 */
import type { BandColumns, Deviation, PointArming, RowScore, RowTable } from '../../core/process.ts';
import { tFromNormal } from '../../lib/normal.ts';
import { type Arrays, bring, Form, gather, keep, offsets, sizeOf } from './arena.ts';
import { armingList, packArming } from './arming-table.ts';
import { spikesBeyond } from './freaks.ts';
import { IdleMember } from './idle-member.ts';
import {
  averagingOf,
  correlationRows,
  EXPERIENCE,
  feedLevel,
  isLevelAlarm,
  LEVEL_NUMBERS,
  LEVEL_SETTING,
  type LevelSetting,
  type LevelState,
  levelOf,
  levelWidth,
  newLevel,
  ripenLevel,
  settleLevel,
  widenLevel,
} from './level.ts';
import type { MemberLearner, MemberModel } from './member.ts';
import { usualStep } from './nature.ts';
import { FAR_EXPERIENCE } from './proof.ts';
import { aboveSeason, newSeason, type SeasonState, seasonOf, usualNow } from './season.ts';

const FORM = new Form('level 6', () => memoryOf([], [], 0, LEVEL_SETTING, 1e6));
/** A point with fewer distinct values has states, not levels, */
const LEAST_VALUES = 20;
/** unless it has so many and another one in this part of the rows: a coarse instrument flits between its steps, a state lasts. */
const LEAST_STEPS = 3;
const FLITTING = 0.25;
/** Limits are this much further out than what training held again and again: averages of heavy tails go further now and then. */
const ABOVE_USUAL = 1.6;
/** How often an average must have been so far out: what came once or twice is no habit, and may hide the next. */
const USUAL_TIMES = 3;
/** False episodes on the training rows themselves beyond the budget, above which the guard stays unarmed. */
const SPARE_EPISODES = 1;

interface LevelMemory extends Arrays {
  /** What arming found out (arming-table.ts). */
  arming: Uint8Array;
  /** Columns that are watched, once for each average of theirs. */
  readonly watched: Uint16Array;
  /** LEVEL_NUMBERS for each of them, one after another. */
  readonly levels: Float64Array;
  /** Points of the cell. */
  readonly points: Uint16Array;
  /** Where in `seasons` the course of its day is, of each average; -1: it has none. */
  readonly seasonAt: Int16Array;
  /** Courses of days, one after another. */
  readonly seasons: Float64Array;
  /** How an alarm is raised, taken back and learned during. */
  readonly setting: Float64Array;
}

/** One average of a point that is watched, and the course of its day. */
interface Chart {
  readonly point: number;
  readonly level: LevelState;
  readonly season: SeasonState | undefined;
}
const memoryOf = (
  arming: readonly PointArming[],
  charts: readonly Chart[],
  points: number,
  setting: LevelSetting,
  stepUs: number,
): LevelMemory => {
  const courses = charts.map(({ season }) => season ?? new Float64Array(0));
  const begins = offsets(courses.map(({ length }) => length));
  return {
    arming: packArming(arming),
    watched: Uint16Array.from(charts, (c) => c.point),
    points: Uint16Array.of(points),
    levels: Float64Array.from(charts.flatMap((c) => [...c.level])),
    seasonAt: Int16Array.from(courses, (course, at) => (course.length === 0 ? -1 : begins[at]!)),
    seasons: Float64Array.from(courses.flatMap((course) => [...course])),
    setting: settingsOf(setting, stepUs),
  };
};

/** Whether a column has levels: many distinct values, or a few that it flits between like the last digit of a coarse instrument. */
const hasLevels = (column: Float64Array): boolean => {
  const seen = new Set<number>();
  let changes = 0;
  let known = 0;
  let last = Number.NaN;
  for (const x of column) {
    if (Number.isNaN(x)) continue;
    if (seen.size < LEAST_VALUES) seen.add(x);
    if (known++ > 0 && x !== last) changes++;
    last = x;
  }
  return seen.size >= LEAST_VALUES || (seen.size >= LEAST_STEPS && changes >= FLITTING * known);
};

/** Behind the setting: rows in which one false episode is allowed; models of before have none. */
const BUDGET_ROWS = 6;
const settingsOf = (s: LevelSetting, stepUs: number): Float64Array =>
  Float64Array.of(s.averaged, s.remembered, s.blocksNeeded, s.oddWeight, s.release, s.budgetUs, s.budgetUs / stepUs);
const settingOf = (list: Float64Array): LevelSetting => {
  const [averaged, remembered, blocksNeeded, oddWeight, release, budgetUs] = [...list] as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return { averaged, remembered, blocksNeeded, oddWeight, release, budgetUs };
};

/** Long averages are over so many times the usual time: a small shift that lasts. */
const LONG = 8;
/** So many of them in training, of so many rows in the middle, make a point one that has spikes: they are cut to that bound before they are averaged. */
const SPIKES = 3;
const SPIKE_ROWS = 4;

/** The bounds beyond which a value of this point is a spike (Tukey, The Future of Data Analysis, 1962: winsorising); undefined where training holds hardly any. */
const spikeBounds = (column: Float64Array): readonly [number, number] | undefined => {
  const [least, most] = spikesBeyond(column);
  let [rows, times, was] = [0, 0, false];
  for (const x of column) {
    const is = x < least || x > most;
    if (is) rows++;
    if (is && !was) times++;
    was = is;
  }
  // What is rare and lasts is a state or a wave, no spike.
  return most > least && times >= SPIKES && rows <= SPIKE_ROWS * times ? [least, most] : undefined;
};

/**
 * Training of a cell of fewer rows is short: some minutes of seconds. A single series has nothing else that says why it moves, and what
 * more rows hold too little of is slow for hours: its waves are still to come.
 */
const SHORT_ROWS = 1000;
export const isShortTraining = ({ count, columns }: RowTable): boolean => columns.length > 1 && count < SHORT_ROWS;
/** Correlation times that short training must hold of a point before it is averaged over less than usual. */
const YOUNG_TIMES = 12;
/** About how many deviations out limits lie of what is well known. */
const USUAL_DEVIATE = 4;
/** Parts of the usual averaging time, of which the best is taken where training is short. */
const SHORTER = [1, 0.7, 0.5, 0.35, 0.25, 0.2];
/**
 * Correlation times that are averaged over of a point whose training holds so many (`times`): at most `most`, fewer where there would be so
 * few averages that limits for them were wider than for shorter ones, which wander more.
 */
const averagedOver = (times: number, most: number): number => {
  let best = most;
  let least = Number.POSITIVE_INFINITY;
  for (const part of SHORTER) {
    const averaged = part * most;
    const averages = times / averaged;
    // Spread of an exponential average of first-order noise, and how many of its deviations out the limit is.
    const width = tFromNormal(USUAL_DEVIATE, averages - 1) / Math.sqrt(1 + averaged / 2);
    if (width < least) [best, least] = [averaged, width];
  }
  return best;
};

interface Average {
  readonly correlation: number;
  readonly which: LevelSetting;
  /** Bounds to which values are cut. */
  readonly cut: readonly [number, number] | undefined;
  /** Of what is left above the course of the day, in so many times of day; 0: of the values. */
  readonly bins: number;
}

/** What is watched of a point, without its spikes where it has some: the average over the usual time, and over a long one where training holds enough of those. */
const averagesOf = (column: Float64Array, setting: LevelSetting, isShort: boolean): Average[] => {
  const correlation = correlationRows(column);
  // Of short training a few steps of a coarse meter look like spikes: cut, its level could not leave them. Its waves are longer than spikes.
  const cut = isShort && correlation > SPIKE_ROWS ? undefined : spikeBounds(column);
  const times = column.length / correlation;
  const averaged = isShort && times >= YOUNG_TIMES ? averagedOver(times, setting.averaged) : setting.averaged;
  // The memory stays as long: what lasts would be taken for usual the sooner.
  const usual = { ...setting, averaged, remembered: (setting.remembered * setting.averaged) / averaged };
  const long = { ...setting, averaged: setting.averaged * LONG };
  const isLong = column.length >= 2 * long.blocksNeeded * long.averaged * correlation;
  return (isLong ? [usual, long] : [usual]).map((which) => ({ correlation, which, cut, bins: 0 }));
};

/** What is left of a point above the course of its day, where it has one. */
const seasonalOf = (table: RowTable, column: Float64Array, stepUs: number, which: LevelSetting): Average[] => {
  const bins = seasonOf(table, column, stepUs);
  if (bins === 0) return [];
  const season = newSeason(bins);
  const above = column.map((x, i) => aboveSeason(season, table.tsUs[i]!, x, false)).filter((x) => !Number.isNaN(x));
  return [{ correlation: correlationRows(above), which, cut: undefined, bins }];
};

class LevelModel implements MemberModel {
  private readonly memory: LevelMemory;
  private readonly deviations: Deviation[] = [];
  private readonly result: { surprise: number; state: RowScore['state']; deviations: readonly Deviation[] };
  private readonly setting: LevelSetting;
  private readonly budgetRows: number;

  constructor(memory: LevelMemory) {
    this.memory = memory;
    this.setting = settingOf(memory.setting);
    this.budgetRows = memory.setting[BUDGET_ROWS] ?? 0;
    this.result = { surprise: 0, state: 'learning', deviations: this.deviations };
  }

  get arming(): PointArming[] {
    return armingList(this.memory.arming);
  }
  get table(): Uint8Array {
    return this.memory.arming;
  }
  set table(table: Uint8Array) {
    this.memory.arming = table;
  }
  get bytesPerPoint(): number {
    return sizeOf(this.memory) / Math.max(1, this.memory.points[0]!);
  }

  score(tsUs: number, row: Float64Array): RowScore {
    const { deviations, result } = this;
    const { watched, levels, seasonAt, seasons } = this.memory;
    deviations.length = 0;
    let highest = 0;
    let judged = false;
    let known = false;
    for (let i = 0; i < watched.length; i++) {
      const p = watched[i]!;
      const at = i * LEVEL_NUMBERS;
      known ||= !Number.isNaN(row[p]!);
      const season = seasonAt[i]!;
      const x = season < 0 ? row[p]! : aboveSeason(seasons, tsUs, row[p]!, isLevelAlarm(levels, at), season);
      const surprise = feedLevel(levels, x, at, this.setting);
      ripenLevel(levels, at, this.budgetRows);
      if (Number.isNaN(surprise)) continue;
      judged = true;
      if (surprise > highest) highest = surprise;
      if (surprise < 0.5) continue;
      const told = deviations.findIndex((d) => d.point === p);
      if (told >= 0) {
        if (deviations[told]!.surprise >= surprise) continue;
        deviations.splice(told, 1);
      }
      const width = levelWidth(levels, at);
      const { smooth, mean } = levelOf(levels, at);
      const usual = season < 0 ? 0 : usualNow(seasons, season) || 0;
      deviations.push({
        point: p,
        kind: 'level',
        surprise,
        observed: usual + smooth,
        expected: usual + mean,
        low: usual + mean - width,
        high: usual + mean + width,
        rows: averagingOf(levels, at),
        from: [{ point: p, weight: 1 }],
        text: '',
      });
    }
    result.surprise = highest;
    result.state = judged ? 'scored' : watched.length > 0 && !known ? 'unseen' : 'learning';
    return result;
  }

  expected(into: BandColumns): void {
    const { watched, levels, seasonAt, seasons } = this.memory;
    for (const list of [into.expected, into.low, into.high]) list.fill(Number.NaN);
    for (let i = 0; i < watched.length; i++) {
      const p = watched[i]!;
      // What is above the course of the day comes first, then the usual average.
      if (!Number.isNaN(into.expected[p]!)) continue;
      const at = i * LEVEL_NUMBERS;
      const mean = levelOf(levels, at).mean + (seasonAt[i]! < 0 ? 0 : usualNow(seasons, seasonAt[i]!));
      const width = levelWidth(levels, at);
      into.expected[p] = mean;
      into.low[p] = mean - width;
      into.high[p] = mean + width;
    }
  }

  save(withTable = true): Uint8Array {
    return keep(FORM, [], this.memory, withTable ? undefined : 'arming');
  }
}

const wholeOf = (saved: Uint8Array, table: Uint8Array): MemberModel => {
  const { arrays } = bring<LevelMemory>(FORM, saved, 'arming', true);
  return new LevelModel({ ...arrays, arming: table });
};

/** How far a series went from its mean: the farthest of each time on one side of it. */
class Excursions {
  readonly #farthest = new Array<number>(USUAL_TIMES).fill(0);
  #side = 0;
  #now = 0;

  add(distance: number): void {
    const side = Math.sign(distance);
    if (side !== this.#side) this.#end();
    this.#side = side;
    this.#now = Math.max(this.#now, Math.abs(distance));
  }
  #end(): void {
    this.#farthest.push(this.#now);
    this.#farthest.sort((a, b) => b - a).pop();
    this.#now = 0;
  }
  /** What was reached or passed USUAL_TIMES; 0 where there were fewer excursions. */
  get usual(): number {
    return [...this.#farthest, this.#now].sort((a, b) => b - a)[USUAL_TIMES - 1]!;
  }
}

/**
 * Another setting shows what each knob does; `skip`: points that something better watches; `above`: limits are at least as far
 * out as averages of training were again and again, times this;
 * `of`: what is watched of a single series; `isShort`: training was (`isShortTraining`), whatever part of it is given here.
 */
export const levelLearnerWith = (
  setting: LevelSetting,
  skip: (point: number) => boolean = () => false,
  above = ABOVE_USUAL,
  of: 'all' | 'averages' | 'seasons' = 'all',
  isShort = false,
): MemberLearner => ({
  name: 'level',
  form: FORM,
  fit(table: RowTable, options = {}): MemberModel {
    const stepUs = options.stepUs ?? (usualStep(table) || 1e6);
    const continuous = table.columns.map(hasLevels);
    // Of a single series: other points of a cell know why it moves.
    const isSingle = table.columns.length === 1;
    const averages = table.columns.map((column, p) =>
      continuous[p] && !skip(p)
        ? [
            ...(isSingle && of !== 'averages' ? seasonalOf(table, column, stepUs, setting) : []),
            ...(of === 'seasons' ? [] : averagesOf(column, setting, isShort)),
          ]
        : [],
    );
    const sharers = averages.flat().length;
    const allowed = (table.count * stepUs) / setting.budgetUs + SPARE_EPISODES;
    const arming: PointArming[] = [];
    const charts = table.columns.flatMap((column, p): Chart[] => {
      const point = table.points[p]!;
      const unarmed = (nature: PointArming['nature'], why: string): [] => {
        arming.push({
          point,
          nature,
          armed: [],
          unarmed: why,
          detectable: Number.NaN,
          withinUs: Number.NaN,
          explained: Number.NaN,
        });
        return [];
      };
      if (!continuous[p]) return unarmed('unknown', 'has states, not levels');
      if (skip(p)) return unarmed('continuous', '');
      let moved = 0;
      /** What is quiet on the rows that it learned from; undefined where none is. */
      const learned = ({ correlation, which, cut, bins }: Average): Omit<Chart, 'point'> | undefined => {
        const season = bins > 0 ? newSeason(bins) : undefined;
        const level = newLevel(correlation, table.count, stepUs, sharers, which, cut);
        let episodes = 0;
        const excursions = new Excursions();
        for (const [i, value] of column.entries()) {
          const before = isLevelAlarm(level);
          const x = season === undefined ? value : aboveSeason(season, table.tsUs[i]!, value, before);
          const isJudged = !Number.isNaN(feedLevel(level, x, 0, setting));
          const { smooth, mean } = levelOf(level);
          if (isJudged) excursions.add(smooth - mean);
          if (isLevelAlarm(level) && !before) episodes++;
        }
        widenLevel(level, above * excursions.usual);
        settleLevel(level, correlation, table.count, isShort ? FAR_EXPERIENCE : EXPERIENCE);
        moved = Math.max(moved, episodes);
        return episodes <= (season === undefined ? allowed : 0) ? { level, season } : undefined;
      };
      const quiet = averages[p]!.map(learned).filter((chart) => chart !== undefined);
      const [first] = quiet;
      if (first === undefined)
        return unarmed('continuous', of === 'seasons' ? '' : `its level moved ${moved} times in training`);
      arming.push({
        point,
        nature: 'continuous',
        armed: ['level'],
        unarmed: '',
        detectable: levelWidth(first.level),
        withinUs: averagingOf(first.level) * stepUs,
        explained: Number.NaN,
      });
      return quiet.map((chart) => ({ point: p, ...chart }));
    });
    return new LevelModel(gather(memoryOf(arming, charts, table.points.length, setting, stepUs), 'arming'));
  },
  restore(saved, isOwn, table): MemberModel {
    const { arrays } = bring<LevelMemory>(FORM, saved, 'arming', isOwn);
    if (table === undefined) return new LevelModel(arrays);
    if (isOwn === true && arrays.watched.length === 0) return new IdleMember(saved, table, wholeOf);
    arrays.arming = table;
    return new LevelModel(arrays);
  },
});

export const levelLearner = levelLearnerWith(LEVEL_SETTING);
