/**
 * The simplest guard that can be built, as the ruler that models are held against: each point within limits around its
 * median of training, in robust standard deviations (Iglewicz and Hoaglin, 1993). No model may be worse than this.
 */
import type { CellLearner, CellModel, Deviation, RowScore, RowTable } from '../../src/core/process.ts';

/** Distance from the median at which the alarm is raised, in robust standard deviations. */
const LIMIT = 6;

interface Limits {
  readonly points: readonly string[];
  readonly median: readonly number[];
  readonly spread: readonly number[];
}

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
};

const model = (limits: Limits): CellModel => ({
  score(_tsUs: number, row: Float64Array): RowScore {
    const deviations: Deviation[] = [];
    limits.points.forEach((_, p) => {
      const width = LIMIT * limits.spread[p]!;
      const expected = limits.median[p]!;
      const distance = Math.abs(row[p]! - expected);
      if (!(distance > 0) || Number.isNaN(width)) return;
      const surprise = distance / (distance + width);
      if (surprise >= 0.5)
        deviations.push({
          point: p,
          kind: 'level',
          surprise,
          observed: row[p]!,
          expected,
          low: expected - width,
          high: expected + width,
          from: [],
          text: '',
        });
    });
    return { surprise: Math.max(0, ...deviations.map((d) => d.surprise)), state: 'scored', deviations };
  },
  arming: limits.points.map((point, p) => ({
    point,
    nature: 'unknown',
    armed: Number.isNaN(limits.spread[p]!) ? [] : ['level'],
    unarmed: 'the baseline has limits only',
    detectable: LIMIT * limits.spread[p]!,
    withinUs: 0,
    explained: Number.NaN,
  })),
  bytesPerPoint: 16,
  save: () => new TextEncoder().encode(JSON.stringify(limits)),
});

export const learner: CellLearner = {
  name: 'baseline',
  fit(table: RowTable): CellModel {
    const medians = table.columns.map((c) => median(Array.from(c).filter((x) => !Number.isNaN(x))));
    const spread = table.columns.map((c, p) => {
      const seen = Array.from(c).filter((x) => !Number.isNaN(x));
      const mean = seen.reduce((a, b) => a + b, 0) / seen.length;
      const sd = Math.sqrt(seen.reduce((a, b) => a + (b - mean) ** 2, 0) / seen.length);
      return 1.4826 * median(seen.map((x) => Math.abs(x - medians[p]!))) || sd || Number.NaN;
    });
    return model({ points: table.points, median: medians, spread });
  },
  restore: (saved) =>
    model(JSON.parse(new TextDecoder().decode(saved), (_, x: unknown) => (x === null ? Number.NaN : x)) as Limits),
};
