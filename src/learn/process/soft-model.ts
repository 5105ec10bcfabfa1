/**
 * The model of a cell made of point guards, soft sensors with their charts, the isolation of the culprit, and the watch for
 * replays. It tells what each row deviates in; what it is armed for was decided on rows left out of its fit.
 */
import type {
  BandColumns,
  CellModel,
  CellRelation,
  Deviation,
  DeviationKind,
  PointArming,
  RowScore,
} from '../../core/process.ts';
import { CHARTS, Charts, isNoiseChart, rowsOf } from './charts.ts';
import { encode } from './codec.ts';
import { finenessOf, type GuardLimits, sameness, standstillOf } from './guard.ts';
import { Holder } from './holder.ts';
import { Isolation, type Suspect } from './isolate.ts';
import type { PointShape } from './nature.ts';
import { printRelation, type Relation, RelationWatch } from './relations.ts';
import { type ReplayState, type ReplayWatch, watchReplay } from './replay.ts';
import type { Sensor } from './sensors.ts';
import { fillBase, type Library } from './terms.ts';

/** Deviations told per row; the strongest are kept. */
export const MAX_DEVIATIONS = 8;
/** Half the width of the expected band, in usual errors of the point's best sensor. */
const EXACT = 3;
/** A second culprit is told where it explains nearly as much as the first: then the two cannot be told apart. */
const SECOND_WEIGHT = 0.85;

/** Plain data: what was learned. */
export interface Learned {
  readonly shapes: readonly PointShape[];
  readonly stepUs: number;
  readonly library: Library;
  readonly sensors: readonly Sensor[];
  readonly chartLimits: readonly number[];
  readonly guards: readonly GuardLimits[];
  readonly replayLimits: readonly number[];
  readonly relations: readonly Relation[];
  readonly arming: readonly PointArming[];
  /** False: too little was seen to say anything. */
  readonly armed: boolean;
}

export interface Running {
  readonly holder: Holder['state'];
  readonly charts: Charts['state'];
  readonly isolation: Isolation['state'];
  readonly still: {
    readonly values: readonly number[];
    readonly rows: readonly number[];
    readonly finest: readonly number[];
  };
  readonly replays: readonly (ReplayState | null)[];
}

/** 1 is the limit: half way up the scale. */
const surpriseOf = (ratio: number): number => (ratio < 1 ? ratio / 2 : 1 - 0.5 / ratio);

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export class SoftModel implements CellModel {
  readonly arming: readonly PointArming[];
  private readonly learned: Learned;
  private readonly holder: Holder;
  private readonly base: Float64Array;
  /** Products of base quantities that some sensor uses, and the sensors' terms as indexes into them. */
  private readonly usedLeft: Int32Array;
  private readonly usedRight: Int32Array;
  private readonly products: Float64Array;
  private readonly sensorTerms: readonly Int32Array[];
  private readonly sensorWeights: readonly Float64Array[];
  /** The point of each sensor and all its inputs. */
  private readonly sensorInputs: readonly Int32Array[];
  private readonly sensorNow: Int32Array;
  private readonly sensorScale: Float64Array;
  /** Bounds of the prediction, standardised. */
  private readonly sensorLow: Float64Array;
  private readonly sensorHigh: Float64Array;
  /** What each sensor predicted for the row in hand, standardised; NaN where its inputs are not known. */
  private readonly predicted: Float64Array;
  /** The sensor that is shown for each point, -1 without one, and its limit for a single row, in the point's unit. */
  private readonly shown: Int32Array;
  private readonly shownWidth: Float64Array;
  /** Usual error of the best sensor of each point, in its unit; 0 without one. */
  private readonly usualError: Float64Array;
  private readonly charts: Charts;
  private readonly isolation: Isolation;
  private readonly stillValues: Float64Array;
  private readonly sameness: Float64Array;
  /** Smallest step seen since, and the one that must be: a coarser recording stands still by itself. */
  private readonly finest: Float64Array;
  private readonly fineness: Float64Array;
  private readonly stillRows: Int32Array;
  private readonly relations: RelationWatch;
  private readonly replays: readonly (ReplayWatch | undefined)[];
  private readonly found: Deviation[] = [];
  private readonly score_: Mutable<RowScore>;

  constructor(learned: Learned) {
    this.learned = learned;
    const { shapes, library, sensors } = learned;
    this.arming = learned.arming;
    this.holder = new Holder(shapes, learned.stepUs);
    this.base = new Float64Array(library.base.length);
    const used = [...new Set(sensors.flatMap((s) => s.terms))];
    const position = new Map(used.map((t, i) => [t, i]));
    this.usedLeft = Int32Array.from(used, (t) => library.left[t]!);
    this.usedRight = Int32Array.from(used, (t) => library.right[t]!);
    this.products = new Float64Array(used.length);
    this.sensorTerms = sensors.map((s) => Int32Array.from(s.terms, (t) => position.get(t)!));
    this.sensorWeights = sensors.map((s) => Float64Array.from(s.weights));
    this.sensorInputs = sensors.map((s) => {
      const inputs = s.terms.flatMap((t) => [
        library.base[library.left[t]!]!.point,
        library.base[library.right[t]!]!.point,
      ]);
      return Int32Array.from(new Set([s.point, ...inputs.filter((p) => p >= 0)]));
    });
    this.sensorNow = Int32Array.from(sensors, (s) => library.now[s.point]!);
    this.sensorScale = Float64Array.from(sensors, (s) => 1 / s.scale);
    this.sensorLow = Float64Array.from(sensors, (s) => s.low);
    this.sensorHigh = Float64Array.from(sensors, (s) => s.high);
    this.usualError = Float64Array.from(shapes, (shape, p) => {
      const own = sensors.filter((s) => s.point === p && s.kind === 'others').map((s) => s.scale * shape.deviation);
      return own.length === 0 ? 0 : Math.min(...own);
    });
    this.predicted = new Float64Array(sensors.length).fill(Number.NaN);
    this.shown = Int32Array.from(shapes, (_, p) => shownOf(sensors, p));
    this.shownWidth = Float64Array.from(shapes, (shape, p) => {
      const s = this.shown[p]!;
      if (s < 0) return Number.NaN;
      const limit = learned.chartLimits[s * CHARTS]!;
      return (Number.isFinite(limit) ? limit : EXACT) * sensors[s]!.scale * shape.deviation;
    });
    this.charts = new Charts(sensors.length, learned.chartLimits);
    this.isolation = new Isolation(shapes, library, sensors);
    this.stillValues = new Float64Array(shapes.length).fill(Number.NaN);
    this.sameness = Float64Array.from(shapes, sameness);
    this.finest = new Float64Array(shapes.length).fill(Number.POSITIVE_INFINITY);
    this.fineness = Float64Array.from(shapes, finenessOf);
    this.stillRows = new Int32Array(shapes.length);
    this.relations = new RelationWatch(
      learned.relations,
      shapes.map((s) => s.point),
    );
    this.replays = shapes.map((s, p) =>
      Number.isFinite(learned.replayLimits[p]!) ? watchReplay(s, learned.replayLimits[p]!) : undefined,
    );
    this.score_ = { surprise: 0, state: learned.armed ? 'scored' : 'learning', deviations: this.found };
  }

  get invariants(): CellRelation[] {
    const names = this.learned.shapes.map((s) => s.point);
    return this.learned.relations.map((r) => ({
      text: printRelation(r),
      points: [names.indexOf(r.left), names.indexOf(r.when)],
      rows: r.rows,
    }));
  }

  score(tsUs: number, row: Float64Array): RowScore {
    const { found, learned } = this;
    found.length = 0;
    this.score_.surprise = 0;
    if (!learned.armed) return this.score_;
    this.holder.take(tsUs, row);
    for (let p = 0; p < learned.shapes.length; p++) this.guard(p, row[p]!);
    this.relations.check(row, this.broken);
    this.watchSensors(tsUs);
    found.sort((a, b) => b.surprise - a.surprise || a.point - b.point);
    if (found.length > MAX_DEVIATIONS) found.length = MAX_DEVIATIONS;
    this.score_.surprise = found.length > 0 ? Math.max(this.score_.surprise, found[0]!.surprise) : this.score_.surprise;
    // What was held from before may still be told; of a row without any value nothing else can be.
    this.score_.state = found.length > 0 || this.holder.anything ? 'scored' : 'unseen';
    return this.score_;
  }

  /** What the other points say of each point, and the band that a single row keeps to. */
  expected(into: BandColumns): void {
    const { shapes } = this.learned;
    for (let p = 0; p < shapes.length; p++) {
      const s = this.shown[p]!;
      const { mean, deviation } = shapes[p]!;
      const expected = s < 0 ? Number.NaN : mean + deviation * this.predicted[s]!;
      into.expected[p] = expected;
      into.low[p] = expected - this.shownWidth[p]!;
      into.high[p] = expected + this.shownWidth[p]!;
    }
  }

  private tell(point: number, kind: DeviationKind, ratio: number, part: Partial<Deviation>): void {
    const limits = this.learned.guards[point];
    this.found.push({
      point,
      kind,
      surprise: surpriseOf(ratio),
      observed: this.holder.values[point] ?? Number.NaN,
      expected: Number.NaN,
      low: limits?.low ?? Number.NaN,
      high: limits?.high ?? Number.NaN,
      from: [{ point, weight: 1 }],
      text: '',
      ...part,
    });
  }

  private readonly broken = (relation: Relation, left: number, when: number, by: number): void => {
    const shape = this.learned.shapes[left]!;
    const states = relation.compare === '=';
    this.tell(left, 'relation', states ? 3 : 1 + by / Math.max(shape.accuracy, 0.05 * (shape.high - shape.low)), {
      expected: relation.value,
      low: relation.compare === '<' ? Number.NEGATIVE_INFINITY : relation.value,
      high: relation.compare === '>' ? Number.POSITIVE_INFINITY : relation.value,
      from: [
        { point: left, weight: 0.5 },
        { point: when, weight: 0.5 },
      ],
      text: printRelation(relation),
    });
  };

  /** What the point can be told by itself. */
  private guard(p: number, x: number): void {
    const shape = this.learned.shapes[p]!;
    const limits = this.learned.guards[p]!;
    if (Number.isNaN(x) || shape.nature === 'unknown') return;
    const span = shape.high - shape.low;
    if (!Number.isFinite(x)) {
      this.tell(p, 'junk', 10, { observed: x, text: `${shape.point} is no number` });
      return;
    }
    if (shape.states.length > 0) {
      if (!shape.states.includes(x))
        this.tell(p, 'never-seen', 5, {
          low: shape.low,
          high: shape.high,
          text: `${shape.point} never was ${x}: ${shape.states.join(', ')} are known`,
        });
      return;
    }
    const beyond = Math.max(limits.low - x, x - limits.high);
    // What got far out step by step is a level; nonsense comes at a bound.
    const jumped = Math.abs(x - this.stillValues[p]!) > span;
    if (beyond > 0)
      this.tell(p, beyond > span && jumped ? 'junk' : 'level', 1 + beyond / Math.max(shape.accuracy, span * 0.05), {
        expected: shape.mean,
      });
    const step = Math.abs(x - this.stillValues[p]!);
    if (step <= this.sameness[p]!) this.stillRows[p]!++;
    else {
      if (step < this.finest[p]!) this.finest[p] = step;
      this.stillValues[p] = x;
      this.stillRows[p] = 1;
    }
    const allowed = standstillOf(limits, shape, this.stillValues[p]!);
    if (this.stillRows[p]! > allowed && this.finest[p]! <= this.fineness[p]!)
      this.tell(p, 'stuck', this.stillRows[p]! / allowed, {
        text: `${shape.point} stands still for ${this.stillRows[p]} rows, never for more than ${allowed} were usual`,
      });
    const watch = this.replays[p];
    if (watch === undefined) return;
    const run = watch.take(x);
    if (run >= watch.limit)
      this.tell(p, 'replay', run / watch.limit, {
        text: `${shape.point} repeats what it was ${watch.distance} rows before, for ${run} rows`,
      });
  }

  private watchSensors(tsUs: number): void {
    const { learned, base, products, usedLeft, usedRight, charts, holder } = this;
    const { sensors, shapes, library } = learned;
    if (sensors.length === 0) return;
    fillBase(library, shapes, tsUs, holder.values, holder.previous, base);
    for (let i = 0; i < products.length; i++) products[i] = base[usedLeft[i]!]! * base[usedRight[i]!]!;
    let loudest = -1;
    let most = 0;
    for (let s = 0; s < sensors.length; s++) {
      const known = holder.contiguous && (holder.complete || this.isKnown(s));
      const error = known ? this.errorOf(s) : Number.NaN;
      if (!known) this.predicted[s] = Number.NaN;
      const ratio = charts.take(s, error);
      if (ratio > most) {
        most = ratio;
        loudest = s;
      }
    }
    charts.endRow();
    this.score_.surprise = surpriseOf(most);
    if (loudest >= 0 && most >= 1) this.tellSensors(loudest, most);
    else this.isolation.forget();
  }

  /** Whether this sensor's point and all its inputs are known, now and one step before. */
  private isKnown(s: number): boolean {
    for (const p of this.sensorInputs[s]!) if (!this.holder.isFresh(p)) return false;
    return true;
  }

  /** Error of a sensor at the row in hand, in its usual errors. */
  private errorOf(s: number): number {
    const { base, products } = this;
    const terms = this.sensorTerms[s]!;
    const weights = this.sensorWeights[s]!;
    let predicted = 0;
    for (let i = 0; i < terms.length; i++) predicted += weights[i]! * products[terms[i]!]!;
    const kept = Math.max(this.sensorLow[s]!, Math.min(this.sensorHigh[s]!, predicted));
    this.predicted[s] = kept;
    return (base[this.sensorNow[s]!]! - kept) * this.sensorScale[s]!;
  }

  private tellSensors(loudest: number, ratio: number): void {
    const { charts, learned, base } = this;
    const chart = charts.leading(loudest);
    const sensor = learned.sensors[loudest]!;
    const noise = isNoiseChart(chart);
    const suspects = noise ? this.noisy() : this.isolation.suspects(base, charts, charts.isLoud(loudest) ? 0 : chart);
    const from = suspects.map((x) => ({ point: x.point, weight: x.weight }));
    const first = suspects[0] ?? { point: sensor.point, weight: 1, bias: Number.NaN };
    const follows = sensor.kind === 'set-point' && [sensor.point, sensor.setPoint].includes(first.point);
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
    const shape = this.learned.shapes[point]!;
    const observed = this.holder.values[point]!;
    const expected = shape.states.length > 0 ? Number.NaN : observed - bias;
    const width = EXACT * Math.max(shape.accuracy, this.usualError[point]!);
    this.tell(point, kind, ratio, { expected, low: expected - width, high: expected + width, from });
  }

  /** Points by how far the noise of their sensors is up its limit. */
  private noisy(): Suspect[] {
    const { learned, charts } = this;
    return learned.sensors
      .map((s, i) => ({
        point: s.point,
        weight: Math.min(1, charts.means[i * CHARTS + CHARTS - 1]! / charts.limits[i * CHARTS + CHARTS - 1]! / 2),
        bias: Number.NaN,
      }))
      .sort((a, b) => b.weight - a.weight || a.point - b.point)
      .filter((s, i, list) => list.findIndex((o) => o.point === s.point) === i)
      .slice(0, 5);
  }

  get bytesPerPoint(): number {
    const { learned } = this;
    const points = Math.max(1, learned.shapes.length);
    const sensors = learned.sensors.reduce((n, s) => n + s.terms.length * 12 + CHARTS * 16 + 48, 0);
    const replays = this.replays.reduce((n, r) => n + (r?.bytes ?? 0), 0);
    const fixed = points * (16 + 12 + 80) + this.base.byteLength + this.products.byteLength * 2;
    return Math.ceil((sensors + replays + fixed) / points);
  }

  private get running(): Running {
    return {
      holder: this.holder.state,
      charts: this.charts.state,
      isolation: this.isolation.state,
      still: { values: [...this.stillValues], rows: [...this.stillRows], finest: [...this.finest] },
      replays: this.replays.map((r) => r?.state ?? null),
    };
  }

  save(): Uint8Array {
    return encode({ version: 1, learned: this.learned, running: this.running });
  }

  /** Takes over what `save` kept of the rows before. */
  resume(running: Running): void {
    this.holder.state = running.holder;
    this.charts.state = running.charts;
    this.isolation.state = running.isolation;
    this.stillValues.set(running.still.values);
    this.stillRows.set(running.still.rows);
    this.finest.set(running.still.finest);
    running.replays.forEach((s, p) => {
      const watch = this.replays[p];
      if (s !== null && watch !== undefined) watch.state = s;
    });
  }
}

/** Sensors by what they say of a lasting falsification: the others know nothing of it, the course follows it. */
const SHOWN: readonly Sensor['kind'][] = ['others', 'set-point', 'course'];
const shownOf = (sensors: readonly Sensor[], point: number): number => {
  for (const kind of SHOWN) {
    const found = sensors.findIndex((s) => s.point === point && s.kind === kind);
    if (found >= 0) return found;
  }
  return -1;
};

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
