/**
 * The streaming level guard (level.ts) for every continuous point of a cell, armed where it is quiet on the later part of
 * the training rows.
 */
import type {
  BandColumns,
  CellLearner,
  CellModel,
  Deviation,
  PointArming,
  RowScore,
  RowTable,
} from '../../core/process.ts';
import {
  correlationRows,
  feedLevel,
  LEVEL_SETTING,
  type LevelSetting,
  type LevelState,
  levelWidth,
  newLevel,
} from './level.ts';

/** Ten numbers a point. */
const LEVEL_BYTES = 80;
/** A point with fewer distinct values has states, not levels. */
const LEAST_VALUES = 20;
/** False episodes on the training rows themselves beyond the budget, above which the guard stays unarmed. */
const SPARE_EPISODES = 1;

interface Saved {
  readonly points: readonly string[];
  readonly levels: readonly (LevelState | null)[];
  readonly arming: readonly PointArming[];
}

const distinctValues = (column: Float64Array, enough: number): number => {
  const seen = new Set<number>();
  for (const x of column) {
    if (!Number.isNaN(x)) seen.add(x);
    if (seen.size >= enough) break;
  }
  return seen.size;
};

const build = (saved: Saved): CellModel => {
  const levels = saved.levels;
  const armed = levels.some((l) => l !== null);
  return {
    arming: saved.arming,
    bytesPerPoint: levels.length === 0 ? 0 : (LEVEL_BYTES * levels.filter((l) => l !== null).length) / levels.length,
    score(_tsUs: number, row: Float64Array): RowScore {
      const deviations: Deviation[] = [];
      let highest = 0;
      let judged = false;
      let known = false;
      for (let p = 0; p < levels.length; p++) {
        const level = levels[p];
        if (!level) continue;
        known ||= !Number.isNaN(row[p]!);
        const surprise = feedLevel(level, row[p]!);
        if (Number.isNaN(surprise)) continue;
        judged = true;
        highest = Math.max(highest, surprise);
        if (surprise < 0.5) continue;
        const width = levelWidth(level);
        deviations.push({
          point: p,
          kind: 'level',
          surprise,
          observed: level.smooth,
          expected: level.mean,
          low: level.mean - width,
          high: level.mean + width,
          from: [{ point: p, weight: 1 }],
          text: '',
        });
      }
      return { surprise: highest, state: judged ? 'scored' : armed && !known ? 'unseen' : 'learning', deviations };
    },
    expected(into: BandColumns): void {
      for (let p = 0; p < levels.length; p++) {
        const level = levels[p];
        const mean = level ? level.mean : Number.NaN;
        const width = level ? levelWidth(level) : Number.NaN;
        into.expected[p] = mean;
        into.low[p] = mean - width;
        into.high[p] = mean + width;
      }
    },
    save: () => new TextEncoder().encode(JSON.stringify(saved, (_, x: unknown) => (Number.isNaN(x) ? 'NaN' : x))),
  };
};

/** Another setting shows what each knob does; `skip`: points that something better watches. */
export const levelLearnerWith = (
  setting: LevelSetting,
  skip: (point: number) => boolean = () => false,
): CellLearner => ({
  name: 'level',
  fit(table: RowTable, options = {}): CellModel {
    const steps = Array.from(table.tsUs.subarray(1), (t, i) => t - table.tsUs[i]!).sort((a, b) => a - b);
    const stepUs = options.stepUs ?? steps[steps.length >> 1] ?? 1e6;
    const continuous = table.columns.map((c) => distinctValues(c, LEAST_VALUES) >= LEAST_VALUES);
    const sharers = continuous.filter((is, p) => is && !skip(p)).length;
    const allowed = (table.count * stepUs) / setting.budgetUs + SPARE_EPISODES;
    const arming: PointArming[] = [];
    const levels = table.columns.map((column, p) => {
      const point = table.points[p]!;
      const unarmed = (nature: PointArming['nature'], why: string): null => {
        arming.push({
          point,
          nature,
          armed: [],
          unarmed: why,
          detectable: Number.NaN,
          withinUs: Number.NaN,
          explained: Number.NaN,
        });
        return null;
      };
      if (!continuous[p]) return unarmed('unknown', 'has states, not levels');
      if (skip(p)) return unarmed('continuous', '');
      const level = newLevel(correlationRows(column), table.count, stepUs, sharers, setting);
      let episodes = 0;
      for (const x of column) {
        const before = level.alarm;
        feedLevel(level, x);
        if (level.alarm && !before) episodes++;
      }
      if (episodes > allowed) return unarmed('continuous', `its level moved ${episodes} times in training`);
      arming.push({
        point,
        nature: 'continuous',
        armed: ['level'],
        unarmed: '',
        detectable: levelWidth(level),
        withinUs: level.averaging * stepUs,
        explained: Number.NaN,
      });
      return level;
    });
    return build({ points: table.points, levels, arming });
  },
  restore: (saved) =>
    build(JSON.parse(new TextDecoder().decode(saved), (_, x: unknown) => (x === 'NaN' ? Number.NaN : x)) as Saved),
});

export const levelLearner = levelLearnerWith(LEVEL_SETTING);
