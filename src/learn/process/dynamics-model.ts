/**
 * The running side of the dynamics model: each row is compared with what the last rows led to expect, the differences are
 * whitened and smoothed over several horizons (multivariate EWMA), and each horizon has its limits from held-out rows.
 * Sources: Lowry, Woodall, Champ and Rigdon, Technometrics 34, 1992 (MEWMA); Negiz and Çinar, AIChE Journal 43, 1997
 * (innovations of state models for monitoring).
 */
import type { BandColumns, Deviation, PointArming, RowScore } from '../../core/process.ts';
import { scratch } from './arena.ts';
import { armingList } from './arming-table.ts';
import { CellDeviation } from './dynamics-deviation.ts';
import { statisticOf, surpriseOf } from './dynamics-limits.ts';
import { followed, isNextRow, MAX_DYNAMICS_POINTS, MAX_STANDARDISED } from './dynamics-points.ts';
import { encodeDynamics, sizeOfDynamics } from './dynamics-save.ts';
import { type Learned, type Running, restartLevels, triangle } from './dynamics-state.ts';
import type { MemberModel } from './member.ts';

/** One row counts at most as so many times the limit of a single row, so that one spike does not ring on for hours. */
const MAX_ROW_EXCESS = 10;
/** A horizon remembers at most so many times its limit, so that an alarm ends soon after what caused it. */
const MAX_EXCESS = 2;
/** Passes that give values to missing points; each halves what is left at least, for relations as strong as .7. */
const FILL_PASSES = 4;
/** After a gap of more missing rows than these, what was smoothed says nothing of now. */
const MAX_BRIDGED = 2;
/** Rows with more than this part of their points missing are not judged. */
const MAX_ROW_MISSING = 0.5;

/** Which points of the row in hand have no value: of whichever model scores just now. */
const MISSING = new Int32Array(MAX_DYNAMICS_POINTS);
/** Innovation of the row in hand, before it is bounded: of the model that scored last. */
const INNOVATION = new Float64Array(MAX_DYNAMICS_POINTS);
let scoredLast: unknown;

/** A running mean moves so much slower during an alarm: what is odd is not learned, a plant that truly moved is followed. */
const ODD_WEIGHT = 0.1;

const NO_DEVIATIONS: readonly Deviation[] = [];
const LEARNING: RowScore = { surprise: 0, state: 'learning', deviations: NO_DEVIATIONS };
/** After a gap, or with too much missing. */
const UNSEEN: RowScore = { surprise: 0, state: 'unseen', deviations: NO_DEVIATIONS };

/** w = now * z(t) + past * history - offset, four rows of `past` at a time: four independent sums keep the processor busy. */
const apply = ({ now, past, offset }: Learned, history: Float32Array, w: Float64Array): void => {
  const p = offset.length;
  const width = history.length - p;
  for (let a = 0, at = 0; a < p; a++) {
    let sum = -offset[a]!;
    for (let c = 0; c <= a; c++) sum += now[at++]! * history[c]!;
    w[a] = sum;
  }
  let a = 0;
  for (; a + 4 <= p; a += 4) {
    let i = a * width;
    let j = i + width;
    let k = j + width;
    let l = k + width;
    let si = w[a]!;
    let sj = w[a + 1]!;
    let sk = w[a + 2]!;
    let sl = w[a + 3]!;
    for (let c = p; c < history.length; c++) {
      const z = history[c]!;
      si += past[i++]! * z;
      sj += past[j++]! * z;
      sk += past[k++]! * z;
      sl += past[l++]! * z;
    }
    w[a] = si;
    w[a + 1] = sj;
    w[a + 2] = sk;
    w[a + 3] = sl;
  }
  for (; a < p; a++) {
    let sum = w[a]!;
    for (let c = p, at = a * width; c < history.length; c++) sum += past[at++]! * history[c]!;
    w[a] = sum;
  }
};

const cut = (z: number): number =>
  z > MAX_STANDARDISED ? MAX_STANDARDISED : z < -MAX_STANDARDISED ? -MAX_STANDARDISED : z;

const scaleBy = (a: Float32Array, at: number, n: number, factor: number): void => {
  for (let i = at; i < at + n; i++) a[i]! *= factor;
};

export class DynamicsModel implements MemberModel {
  /** T2 per point of each horizon after the last row, on a log scale; for calibration and display. */
  readonly statistics: Float64Array;
  private readonly learned: Learned;
  private readonly running: Running;
  private readonly deviation: CellDeviation;
  /** The row in hand was judged. */
  private judged = false;
  /** How much slower than usual it moved the running means. */
  private pace = 1;
  /** How far each point alone must be off in one row for an alarm, in its unit; made when it is asked for. */
  private widths: Float64Array | undefined;
  private readonly result: { surprise: number; state: 'scored'; deviations: readonly Deviation[] };
  private readonly one: readonly Deviation[];

  constructor(learned: Learned, running: Running) {
    this.learned = learned;
    this.running = running;
    this.statistics = new Float64Array(learned.horizons.length);
    this.deviation = new CellDeviation(learned, running);
    this.one = [this.deviation];
    this.result = { surprise: 0, state: 'scored', deviations: NO_DEVIATIONS };
  }

  get arming(): readonly PointArming[] {
    return armingList(this.learned.arming);
  }
  get table(): Uint8Array {
    return this.learned.arming;
  }
  set table(table: Uint8Array) {
    this.learned.arming = table;
  }
  /** Of all points of the cell, also of those that it does not model. */
  get bytesPerPoint(): number {
    return sizeOfDynamics(this.learned, this.running) / Math.max(1, this.arming.length);
  }

  score(tsUs: number, row: Float64Array): RowScore {
    const { learned, running } = this;
    const { columns, horizons } = learned;
    const p = columns.length;
    if (p === 0 || horizons.length === 0) return LEARNING;
    this.judged = false;
    if (!isNextRow(tsUs - running.lastUs, learned.stepUs))
      this.skip(Math.round((tsUs - running.lastUs) / learned.stepUs) - 1);
    running.lastUs = tsUs;
    const missing = this.take(row);
    if (missing > MAX_ROW_MISSING * p) {
      running.filled = 0;
      return UNSEEN;
    }
    scoredLast = this;
    this.innovate(missing, INNOVATION);
    if (running.filled < learned.lags) {
      running.filled++;
      return this.held();
    }
    this.judged = true;
    return this.judge(this.smoothen(INNOVATION, this.bounded(INNOVATION)));
  }

  /**
   * What the rows before led to expect: the value less its innovation, which is what was whitened solved back (`now` is
   * lower triangular). NaN where the row was not judged.
   */
  expected(into: BandColumns): void {
    const { columns, mean, scale, follows } = this.learned;
    for (const list of [into.expected, into.low, into.high]) list.fill(Number.NaN);
    if (!this.judged) return;
    const { history, level, seen } = this.running;
    // Others scored since: the history still holds the row, with what was filled in.
    if (scoredLast !== this) apply(this.learned, history, INNOVATION);
    scoredLast = this;
    this.widths ??= this.widthsOf();
    const off = this.unwhitened(INNOVATION);
    for (let a = 0; a < columns.length; a++) {
      const point = columns[a]!;
      const above = mean[a]! + scale[a]! * history[a]!;
      // The running mean was moved by this row already.
      const expected = level[a]! - this.pace * followed(follows[a]!, seen) * above + above - scale[a]! * off[a]!;
      into.expected[point] = expected;
      into.low[point] = expected - this.widths[a]!;
      into.high[point] = expected + this.widths[a]!;
    }
  }

  /** The whitened innovation solved back, standardised, in memory that the next calculation takes. */
  private unwhitened(w: Float64Array): Float64Array {
    const { now, offset } = this.learned;
    const off = scratch(offset.length);
    for (let a = 0, at = 0; a < offset.length; a++) {
      let sum = w[a]!;
      for (let c = 0; c < a; c++) sum -= now[at++]! * off[c]!;
      off[a] = sum / now[at++]!;
    }
    return off;
  }

  private widthsOf(): Float64Array {
    const { columns, scale, now, horizons } = this.learned;
    const p = columns.length;
    // The quickest horizon: it judges single rows.
    const { rate, limits } = horizons[0]!;
    const room = (Math.exp(limits.raise) - Math.exp(limits.median)) * p * (rate / (2 - rate));
    return Float64Array.from(columns, (_, i) => {
      let square = 0;
      for (let a = i; a < p; a++) square += now[triangle(a) + i]! ** 2;
      return Math.sqrt(Math.max(0, room) / square) * scale[i]!;
    });
  }

  save(withTable = true): Uint8Array {
    return encodeDynamics(this.learned, this.running, withTable);
  }

  /**
   * Rows that were left out: the past has to be seen anew. What was smoothed is kept over a short gap, or a recorder that
   * leaves out a row now and then would blind the model each time.
   */
  private skip(missing: number): void {
    const { running } = this;
    running.filled = 0;
    if (missing >= 0 && missing <= MAX_BRIDGED) return;
    running.raised.fill(0);
    running.smooth.fill(0);
    running.variance.fill(0);
    restartLevels(this.learned, running);
  }

  /** What was raised before a short gap is held until the past is known again. */
  private held(): RowScore {
    const { offset } = this.learned;
    const { smooth, variance, raised } = this.running;
    const p = offset.length;
    const h = raised.indexOf(1);
    if (h < 0) return UNSEEN;
    let square = 0;
    for (let at = h * p; at < (h + 1) * p; at++) square += smooth[at]! * smooth[at]!;
    this.statistics[h] = statisticOf(square, variance[h]!, p);
    return this.judge(h);
  }

  /** Takes a row into the history; missing points stay as they were until `innovate` fills them. */
  private take(row: Float64Array): number {
    const { columns, mean, scale, follows } = this.learned;
    const { history, level } = this.running;
    const seen = ++this.running.seen;
    const p = columns.length;
    this.pace = this.running.raised.includes(1) ? ODD_WEIGHT : 1;
    history.copyWithin(p, 0, history.length - p);
    let missing = 0;
    for (let i = 0; i < p; i++) {
      const x = row[columns[i]!]!;
      const weight = follows[i]!;
      // The first value that is known is where it begins.
      if (weight > 0 && Number.isNaN(level[i]!)) level[i] = x - mean[i]!;
      const above = x - level[i]!;
      // A mean of too few values says nothing of this one; once it does, the rows before were filled in, not seen.
      if (weight * seen >= 1 && weight * (seen - 1) < 1) this.running.filled = 0;
      const z = weight * seen < 1 && weight > 0 ? Number.NaN : (above - mean[i]!) / scale[i]!;
      // As far as it counts: one junk value would take the mean along, and a hundred good ones with it.
      if (weight > 0 && above - above === 0)
        level[i]! += this.pace * followed(weight, seen) * (Number.isNaN(z) ? above : mean[i]! + scale[i]! * cut(z));
      if (Number.isNaN(z)) MISSING[missing++] = i;
      else history[i] = cut(z);
    }
    return missing;
  }

  /**
   * The whitened innovation of the row. Missing points get the value that makes it smallest, which is their expectation
   * given all the others (Gauss-Seidel on the normal equations).
   */
  private innovate(missing: number, w: Float64Array): void {
    const { now, offset } = this.learned;
    const { history } = this.running;
    const p = offset.length;
    apply(this.learned, history, w);
    for (let pass = 0; missing > 0 && pass < FILL_PASSES; pass++)
      for (let k = 0; k < missing; k++) {
        const i = MISSING[k]!;
        let along = 0;
        let square = 0;
        for (let a = i; a < p; a++) {
          const g = now[triangle(a) + i]!;
          along += g * w[a]!;
          square += g * g;
        }
        const before = history[i]!;
        history[i] = before - along / square;
        // As it is kept, or the row would not be what the history says.
        const shift = history[i]! - before;
        for (let a = i; a < p; a++) w[a]! += shift * now[triangle(a) + i]!;
      }
  }

  /** The part of an innovation that counts, 0..1. */
  private bounded(w: Float64Array): number {
    const p = this.learned.offset.length;
    let square = 0;
    for (let a = 0; a < p; a++) square += w[a]! * w[a]!;
    const most = MAX_ROW_EXCESS * p * Math.exp(this.learned.horizons[0]!.limits.raise);
    return square > most ? Math.sqrt(most / square) : 1;
  }

  /** Moves all horizons on; answers with the one that is nearest to, or furthest above, its limit. */
  private smoothen(w: Float64Array, part: number): number {
    const { horizons } = this.learned;
    const { smooth, variance, raised } = this.running;
    const p = this.learned.offset.length;
    let worst = 0;
    let height = Number.NEGATIVE_INFINITY;
    for (let h = 0; h < horizons.length; h++) {
      const { rate, limits } = horizons[h]!;
      const keep = 1 - rate;
      variance[h] = keep * keep * variance[h]! + rate * rate;
      let square = 0;
      for (let a = 0, at = h * p; a < p; a++, at++) {
        const s = keep * smooth[at]! + rate * (part * w[a]!);
        smooth[at] = s;
        square += s * s;
      }
      const value = statisticOf(square, variance[h]!, p);
      this.statistics[h] = value;
      raised[h] = value > limits.raise || (raised[h] === 1 && value > limits.release) ? 1 : 0;
      // A horizon that is raised counts before one that is not.
      const above = (value - limits.release) / (limits.raise - limits.release) + raised[h]! * 1e6;
      if (above > height) {
        height = above;
        worst = h;
      }
      const most = limits.raise + Math.log(MAX_EXCESS);
      if (value > most) scaleBy(smooth, h * p, p, Math.exp((most - value) / 2));
    }
    return worst;
  }

  private judge(worst: number): RowScore {
    const { horizons } = this.learned;
    const { limits } = horizons[worst]!;
    const value = this.statistics[worst]!;
    const surprise = surpriseOf(value, limits);
    const raised = this.running.raised[worst] === 1;
    this.result.surprise = raised ? Math.max(0.5, surprise) : Math.min(0.4999, surprise);
    this.result.deviations = NO_DEVIATIONS;
    if (raised) {
      this.deviation.tell(worst, this.result.surprise, value);
      this.result.deviations = this.one;
    }
    return this.result;
  }
}
