/**
 * The model of a cell made of point guards, soft sensors with their charts, the isolation of the culprit, and the watch for
 * replays. It tells what each row deviates in; what it is armed for was decided on rows left out of its fit.
 */
import type { BandColumns, CellRelation, Deviation, DeviationKind, PointArming, RowScore } from '../../core/process.ts';
import { bring, Form, keep, scratch, sizeOf } from './arena.ts';
import { armingList, namesOf } from './arming-table.ts';
import { CHARTS, Charts, isNoiseChart, rowsOf } from './charts.ts';
import { sameness, standstillOf } from './guard.ts';
import { Holder } from './holder.ts';
import { Isolation, type Suspect } from './isolate.ts';
import type { MemberModel } from './member.ts';
import type { PointShape } from './nature.ts';
import { checkRelations, printRelation, relationAt } from './relations.ts';
import { ReplayWatch } from './replay.ts';
import type { Sensor, SensorKind } from './sensors.ts';
import { fillUsedBase, NOTHING_LEARNED, SENSOR_KINDS, type SoftMemory, softMemory } from './soft-memory.ts';

/** Deviations told per row; the strongest are kept. */
export const MAX_DEVIATIONS = 8;
/** Half the width of the expected band, in usual errors of the point's best sensor. */
const EXACT = 3;
/** A second culprit is told where it explains nearly as much as the first: then the two cannot be told apart. */
const SECOND_WEIGHT = 0.85;
export const FORM = new Form('soft 6', () => softMemory(NOTHING_LEARNED, () => false));
/** Training takes a state for normal that it held for this part of its rows (BriefStates, src/app/detection/states.ts), and so many at least. */
const KNOWN_PART = 0.05;
const LEAST_KNOWN_ROWS = 240;
const SET_POINT = SENSOR_KINDS.indexOf('set-point');

/** 1 is the limit: half way up the scale. */
const surpriseOf = (ratio: number): number => (ratio < 1 ? ratio / 2 : 1 - 0.5 / ratio);

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export class SoftModel implements MemberModel {
  /** Called with each sensor that is in alarm, whichever point is blamed: how the proof finds out which do not hold. */
  onSensor: ((point: number, kind: SensorKind) => void) | undefined;
  private readonly memory: SoftMemory;
  private readonly stepUs: number;
  /** Rows that it was learned from; 0: too few to say anything. */
  private readonly learnedRows: number;
  /** Rows for which a state that training did not hold is told. */
  private readonly newsRows: number;
  private readonly holder: Holder;
  private readonly charts: Charts;
  private readonly isolation: Isolation;
  private readonly replay: ReplayWatch;
  private readonly found: Deviation[] = [];
  private readonly score_: Mutable<RowScore>;
  /** Relations that this row and the one before break by a value that stands still; not saved: a row later they are there again. */
  private standing: Set<number> | undefined;
  private stoodBefore: Set<number> | undefined;

  constructor(memory: SoftMemory, stepUs: number, learnedRows: number) {
    this.memory = memory;
    this.stepUs = stepUs;
    this.learnedRows = learnedRows;
    this.newsRows = Math.max(KNOWN_PART * learnedRows, Math.min(learnedRows, LEAST_KNOWN_ROWS));
    this.holder = new Holder(memory, stepUs);
    this.charts = new Charts(memory.sensorPoint.length, memory);
    this.isolation = new Isolation(memory);
    this.replay = new ReplayWatch(memory);
    this.score_ = { surprise: 0, state: learnedRows > 0 ? 'scored' : 'learning', deviations: this.found };
  }

  get arming(): readonly PointArming[] {
    return armingList(this.memory.arming);
  }
  get table(): Uint8Array {
    return this.memory.arming;
  }
  set table(table: Uint8Array) {
    this.memory.arming = table;
  }

  get invariants(): CellRelation[] {
    const { left, when, support } = this.memory;
    const names = namesOf(this.memory.arming);
    return Array.from(support, (rows, i) => ({
      text: printRelation(relationAt(this.memory, i, names)),
      points: [left[i]!, when[i]!],
      rows,
    }));
  }

  score(tsUs: number, row: Float64Array): RowScore {
    const { found } = this;
    found.length = 0;
    this.score_.surprise = 0;
    if (this.learnedRows === 0) return this.score_;
    this.holder.take(tsUs, row);
    for (let p = 0; p < row.length; p++) this.guard(p, row[p]!);
    this.stoodBefore = this.standing;
    this.standing = undefined;
    // Made for the row: kept, it is three hundred octets of each model.
    checkRelations(this.memory, row, (i, by) => this.broken(i, by));
    this.watchSensors(tsUs);
    if (found.length > 0) {
      found.sort((a, b) => b.surprise - a.surprise || a.point - b.point);
      if (found.length > MAX_DEVIATIONS) found.length = MAX_DEVIATIONS;
      this.score_.surprise = Math.max(this.score_.surprise, found[0]!.surprise);
    }
    // What was held from before may still be told; of a row without any value nothing else can be.
    this.score_.state = found.length > 0 || this.holder.anything ? 'scored' : 'unseen';
    return this.score_;
  }

  /** What the other points say of each point, and the band that a single row keeps to. */
  expected(into: BandColumns): void {
    const { mean, deviation, shown, shownWidth, predicted } = this.memory;
    for (let p = 0; p < shown.length; p++) {
      const s = shown[p]!;
      const expected = s < 0 ? Number.NaN : mean[p]! + deviation[p]! * predicted[s]!;
      into.expected[p] = expected;
      into.low[p] = expected - shownWidth[p]!;
      into.high[p] = expected + shownWidth[p]!;
    }
  }

  private nameOf(point: number): string {
    return namesOf(this.memory.arming)[point]!;
  }

  /** So many rows, as people say it. */
  private timeText(rows: number): string {
    const s = (rows * this.stepUs) / 1e6;
    return s < 120 ? `${Math.round(s)} s` : s < 7200 ? `${Math.round(s / 60)} min` : `${Math.round(s / 360) / 10} h`;
  }

  private tell(point: number, kind: DeviationKind, ratio: number, part: Partial<Deviation>): void {
    const { leastLevel, mostLevel } = this.memory;
    this.found.push({
      point,
      kind,
      surprise: surpriseOf(ratio),
      observed: this.holder.values[point] ?? Number.NaN,
      expected: Number.NaN,
      low: leastLevel[point] ?? Number.NaN,
      high: mostLevel[point] ?? Number.NaN,
      from: [{ point, weight: 1 }],
      text: '',
      ...part,
    });
  }

  private broken(i: number, by: number): void {
    const m = this.memory;
    const left = m.left[i]!;
    // The state has changed and the value has not moved: it may not have been read anew. The next row tells.
    if (m.stillRows[left]! > 1) {
      this.standing ??= new Set();
      this.standing.add(i);
      if (this.stoodBefore?.has(i) !== true) return;
    }
    const relation = relationAt(m, i, namesOf(m.arming));
    const states = relation.compare === '=';
    const unit = Math.max(m.accuracy[left]!, 0.05 * (m.high[left]! - m.low[left]!));
    this.tell(left, 'relation', states ? 3 : 1 + by / unit, {
      expected: relation.value,
      low: relation.compare === '<' ? Number.NEGATIVE_INFINITY : relation.value,
      high: relation.compare === '>' ? Number.POSITIVE_INFINITY : relation.value,
      from: [
        { point: left, weight: 0.5 },
        { point: m.when[i]!, weight: 0.5 },
      ],
      text: printRelation(relation),
    });
  }

  /** What the point can be told by itself. */
  private guard(p: number, x: number): void {
    const m = this.memory;
    // Nothing is known of a point without any value in training.
    if (Number.isNaN(x) || m.isKnown[p] === 0) return;
    const low = m.low[p]!;
    const high = m.high[p]!;
    const span = high - low;
    if (x - x !== 0) {
      this.tell(p, 'junk', 10, { observed: x, text: `${this.nameOf(p)} is no number` });
      return;
    }
    const from = m.statesAt[p]!;
    const to = m.statesAt[p + 1]!;
    if (from < to) {
      for (let i = from; i < to; i++)
        if (m.states[i] === x) {
          if (m.strange[p]! > 0) m.strange[p]!--;
          return;
        }
      // It is known as well as a state that training held for so long.
      if (m.strange[p]! >= this.newsRows) return;
      m.strange[p]!++;
      const known = Array.from(m.states.subarray(from, to), (state) => String(Number(state.toPrecision(7))));
      const listed = known.length === 1 ? known[0] : `${known.slice(0, -1).join(', ')} and ${known.at(-1)}`;
      this.tell(p, 'never-seen', 5, { low, high, text: `Until then it stood at ${listed} only.` });
      return;
    }
    const beyond = Math.max(m.leastLevel[p]! - x, x - m.mostLevel[p]!);
    // What got far out step by step is a level; nonsense comes at a bound. How it got there in a gap nobody saw.
    const moved = Math.abs(x - m.stillValue[p]!);
    const isBound = moved > span && this.holder.contiguous && this.holder.isFresh(p);
    if (beyond > 0)
      this.tell(p, beyond > span && isBound ? 'junk' : 'level', 1 + beyond / Math.max(m.accuracy[p]!, span * 0.05), {
        expected: m.mean[p]!,
      });
    if (moved <= sameness(low, high)) m.stillRows[p]!++;
    else {
      if (moved < m.finest[p]!) m.finest[p] = moved;
      m.stillValue[p] = x;
      m.stillRows[p] = 1;
    }
    const still = m.stillRows[p]!;
    // Most rows have moved: where it rests need not be looked up. A coarser recording stands still by itself.
    if (still > 1 && m.finest[p]! <= m.fineness[p]!) {
      const allowed = standstillOf(m, p, m.stillValue[p]!);
      if (still > allowed)
        this.tell(p, 'stuck', still / allowed, {
          text: `${this.nameOf(p)} stands still for ${still} rows, never for more than ${allowed} were usual`,
        });
    }
    const watched = m.watch[p]!;
    if (watched < 0) return;
    const run = this.replay.take(watched, x);
    const limit = m.watchLimit[watched]!;
    if (run >= limit)
      this.tell(p, 'replay', run / limit, {
        text: `It repeats what it was ${this.timeText(this.replay.distance(watched))} before, for ${this.timeText(run)}.`,
      });
  }

  private watchSensors(tsUs: number): void {
    const { memory, charts, holder } = this;
    const { termLeft, termRight, sensorPoint, sensorKind, baseKind } = memory;
    if (sensorPoint.length === 0) return;
    // Base quantities, and behind them the terms.
    const first = baseKind.length;
    const base = scratch(first + termLeft.length);
    fillUsedBase(memory, tsUs, base);
    for (let i = 0; i < termLeft.length; i++) base[first + i] = base[termLeft[i]!]! * base[termRight[i]!]!;
    let loudest = -1;
    let most = 0;
    for (let s = 0; s < sensorPoint.length; s++) {
      const known = holder.contiguous && (holder.complete || this.isKnown(s));
      const error = known ? this.errorOf(s, base) : Number.NaN;
      if (!known) memory.predicted[s] = Number.NaN;
      const ratio = charts.take(s, error);
      if (ratio >= 1) this.onSensor?.(sensorPoint[s]!, SENSOR_KINDS[sensorKind[s]!]!);
      if (ratio > most) {
        most = ratio;
        loudest = s;
      }
    }
    charts.endRow();
    this.score_.surprise = surpriseOf(most);
    if (loudest >= 0 && most >= 1) this.tellSensors(loudest, most, base);
    else this.isolation.forget();
  }

  /** Whether this sensor's point and all its inputs are known, now and one step before. */
  private isKnown(s: number): boolean {
    const { sensorAt, sensorTerm, sensorPoint, termLeft, termRight, basePoint } = this.memory;
    const isFresh = (p: number): boolean => p < 0 || this.holder.isFresh(p);
    if (!isFresh(sensorPoint[s]!)) return false;
    for (let i = sensorAt[s]!; i < sensorAt[s + 1]!; i++) {
      const t = sensorTerm[i]!;
      if (!isFresh(basePoint[termLeft[t]!]!) || !isFresh(basePoint[termRight[t]!]!)) return false;
    }
    return true;
  }

  /** Error of a sensor at the row in hand, in its usual errors. */
  private errorOf(s: number, base: Float64Array): number {
    const first = this.memory.baseKind.length;
    const { sensorAt, sensorTerm, sensorWeight, sensorNow, sensorLow, sensorHigh, sensorScale } = this.memory;
    const to = sensorAt[s + 1]!;
    let predicted = 0;
    for (let i = sensorAt[s]!; i < to; i++) predicted += sensorWeight[i]! * base[first + sensorTerm[i]!]!;
    const low = sensorLow[s]!;
    const high = sensorHigh[s]!;
    const bounded = predicted > high ? high : predicted < low ? low : predicted;
    this.memory.predicted[s] = bounded;
    return (base[sensorNow[s]!]! - bounded) * (1 / sensorScale[s]!);
  }

  private tellSensors(loudest: number, ratio: number, base: Float64Array): void {
    const { charts, memory } = this;
    const chart = charts.leading(loudest);
    const point = memory.sensorPoint[loudest]!;
    const noise = isNoiseChart(chart);
    const suspects = noise ? this.noisy() : this.isolation.suspects(base, charts, charts.isLoud(loudest) ? 0 : chart);
    const from = suspects.map((x) => ({ point: x.point, weight: x.weight }));
    const first = suspects[0] ?? { point, weight: 1, bias: Number.NaN };
    const follows =
      memory.sensorKind[loudest] === SET_POINT && [point, memory.sensorSetPoint[loudest]].includes(first.point);
    this.tellSuspect(first, ratio, noise ? 'spread' : follows ? 'set-point' : 'soft-sensor', from);
    const second = suspects[1];
    if (second !== undefined && second.weight >= SECOND_WEIGHT * first.weight)
      this.tellSuspect(second, Math.max(1, ratio * second.weight), noise ? 'spread' : 'soft-sensor', [
        from[1]!,
        ...from.slice(0, 1),
      ]);
  }

  private tellSuspect(suspect: Suspect, ratio: number, kind: DeviationKind, from: Deviation['from']): void {
    const { point, bias } = suspect;
    const { values, statesAt, accuracy, usualError } = this.memory;
    const hasStates = statesAt[point]! < statesAt[point + 1]!;
    const expected = hasStates ? Number.NaN : values[point]! - bias;
    const width = EXACT * Math.max(accuracy[point]!, usualError[point]!);
    this.tell(point, kind, ratio, { expected, low: expected - width, high: expected + width, from });
  }

  /** Points by how far the noise of their sensors is up its limit. */
  private noisy(): Suspect[] {
    const { memory, charts } = this;
    return Array.from(memory.sensorPoint)
      .map((point, i) => ({
        point,
        weight: Math.min(1, charts.means[i * CHARTS + CHARTS - 1]! / charts.limits[i * CHARTS + CHARTS - 1]! / 2),
        bias: Number.NaN,
      }))
      .sort((a, b) => b.weight - a.weight || a.point - b.point)
      .filter((s, i, list) => list.findIndex((o) => o.point === s.point) === i)
      .slice(0, 5);
  }

  get bytesPerPoint(): number {
    const { memory } = this;
    return Math.ceil(sizeOf(memory) / Math.max(1, memory.mean.length));
  }

  save(withTable = true): Uint8Array {
    const { stepUs, learnedRows, holder, charts, isolation } = this;
    const scalars = [stepUs, learnedRows, holder.lastUs, Number(charts.loud), charts.calmRows, isolation.gathered];
    return keep(FORM, scalars, this.memory, withTable ? undefined : 'arming');
  }

  /** What `save` kept, going on with the row after. Throws where another version saved it. */
  static restore(saved: Uint8Array, isOwn?: boolean, table?: Uint8Array): SoftModel {
    const { scalars, arrays } = bring<SoftMemory>(FORM, saved, 'arming', isOwn);
    if (table !== undefined) arrays.arming = table;
    const [stepUs, learnedRows, lastUs, loud, calmRows, gathered] = scalars as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const model = new SoftModel(arrays, stepUs, learnedRows);
    model.holder.lastUs = lastUs;
    model.charts.loud = loud === 1;
    model.charts.calmRows = calmRows;
    model.isolation.gathered = gathered;
    return model;
  }
}

/** Smallest lasting bias that a sensor's charts show, in the point's unit, and after how many rows. */
export const detectableOf = (
  sensor: Sensor,
  limits: ArrayLike<number>,
  at: number,
  shape: PointShape,
): { bias: number; rows: number } => {
  let bias = Number.POSITIVE_INFINITY;
  let rows = 0;
  for (let k = 0; k < CHARTS - 1; k++) {
    const b = limits[at + k]! * sensor.scale * shape.deviation;
    if (b < bias) {
      bias = b;
      rows = rowsOf(k);
    }
  }
  return { bias, rows };
};
