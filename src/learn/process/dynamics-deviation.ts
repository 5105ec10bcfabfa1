/**
 * Which points speak for a deviation of the dynamics model (reconstruction-based contributions: Alcala and Qin, Automatica
 * 45, 2009: how much of the deviation ends if this point alone is corrected), and its words.
 */
import type { Deviation } from '../../core/process.ts';
import { namesOf } from './arming-table.ts';
import { squareOf } from './dynamics-limits.ts';
import { type Learned, type Running, triangle } from './dynamics-state.ts';

/** Points named in a deviation. */
const MAX_NAMED = 8;

/**
 * The deviation of the row in hand. Who speaks for it and the words are worked out when they are asked for, since an alarm may
 * last for thousands of rows that nobody looks at one by one.
 */
export class CellDeviation implements Deviation {
  /** The cell, or the only point that is in it. */
  readonly point: number;
  readonly kind = 'dynamics';
  surprise = 0;
  observed = 0;
  expected = 0;
  readonly low = 0;
  high = 0;
  private readonly learned: Learned;
  private readonly running: Running;
  private horizon = 0;
  private known: readonly { readonly point: number; readonly weight: number }[] | undefined;

  constructor(learned: Learned, running: Running) {
    this.learned = learned;
    this.running = running;
    this.point = learned.columns.length === 1 ? learned.columns[0]! : -1;
  }

  tell(horizon: number, surprise: number, value: number): void {
    const { limits } = this.learned.horizons[horizon]!;
    this.horizon = horizon;
    this.surprise = surprise;
    const points = this.learned.columns.length;
    this.observed = squareOf(value, points);
    this.expected = squareOf(limits.median, points);
    this.high = squareOf(limits.raise, points);
    this.known = undefined;
  }

  get from(): readonly { readonly point: number; readonly weight: number }[] {
    this.known ??= contributions(this.learned, this.running, this.horizon);
    return this.known;
  }

  get text(): string {
    const { horizons, arming, columns } = this.learned;
    const rows = Math.round(2 / horizons[this.horizon]!.rate - 1);
    const first = this.from[0]!;
    const times = this.observed / this.high;
    const where = `${times >= 1 ? `${times.toPrecision(2)} times the limit` : 'still above what is usual'}, ${rows <= 1 ? 'in this row' : `over about ${rows} rows`}`;
    if (columns.length === 1) return `${namesOf(arming)[first.point]} does not move as learned (${where})`;
    return (
      `${columns.length} points do not move together as learned ` +
      `(${where}); ` +
      `a wrong ${namesOf(arming)[first.point]} alone would explain ${Math.round(100 * Math.min(1, first.weight))} % of it`
    );
  }
}

/**
 * How much of the smoothed deviation ends if one point alone is corrected: for this row, and as a lasting offset (then its
 * past is wrong by the same amount, and the expectations made from it with it). The larger of both counts.
 */
const contributions = (
  learned: Learned,
  running: Running,
  horizon: number,
): readonly { readonly point: number; readonly weight: number }[] => {
  const { now, past, columns, lags } = learned;
  const p = columns.length;
  const width = p * lags;
  const along = new Float64Array(4 * p);
  let total = 0;
  for (let a = 0; a < p; a++) {
    const s = running.smooth[horizon * p + a]!;
    total += s * s;
    for (let i = 0; i < p; i++) {
      const here = i > a ? 0 : now[triangle(a) + i]!;
      let lasting = here;
      for (let j = a * width + i; j < (a + 1) * width; j += p) lasting += past[j]!;
      along[i]! += here * s;
      along[p + i]! += here * here;
      along[2 * p + i]! += lasting * s;
      along[3 * p + i]! += lasting * lasting;
    }
  }
  const weights = Array.from(columns, (point, i) => {
    const lasting = along[3 * p + i]!;
    const whole = lasting > 0 ? along[2 * p + i]! ** 2 / lasting : 0;
    return { point, weight: Math.max(along[i]! ** 2 / along[p + i]!, whole) / total };
  });
  return weights.sort((a, b) => b.weight - a.weight || a.point - b.point).slice(0, MAX_NAMED);
};
