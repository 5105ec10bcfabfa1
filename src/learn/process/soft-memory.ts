/**
 * The memory of a soft model: what was learned of a cell and its running state, as arrays that are kept in one piece
 * (arena.ts). Only what a sensor uses of the library of terms is kept.
 */
import type { PointArming } from '../../core/process.ts';
import { type Arrays, gather, offsets } from './arena.ts';
import { packArming } from './arming-table.ts';
import { CHARTS, type ChartMemory, chartMemory } from './charts.ts';
import { type GuardLimits, type StandstillColumns, standstillColumns } from './guard.ts';
import { holderMemory } from './holder.ts';
import type { PointShape } from './nature.ts';
import { type Relation, type RelationColumns, relationColumns } from './relations.ts';
import { type ReplayMemory, replayMemory, stepOf } from './replay.ts';
import type { Sensor, SensorKind } from './sensors.ts';
import type { Library } from './terms.ts';

/** What was learned, as the fit leaves it. */
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

/** Of no point. */
export const NOTHING_LEARNED: Learned = {
  shapes: [],
  stepUs: 0,
  library: { base: [], left: [], right: [], one: 0, now: [], before: [] },
  sensors: [],
  chartLimits: [],
  guards: [],
  replayLimits: [],
  relations: [],
  arming: [],
  armed: false,
};

/** Kinds of base quantity: one, a standardised value, a state, a cycle of time. */
export const [ONE, VALUE, STATE, CYCLE] = [0, 1, 2, 3] as const;
export const SENSOR_KINDS: readonly SensorKind[] = ['others', 'course', 'set-point'];
/** Half the width of the band that is shown of a sensor without a limit, in its usual errors. */
const UNLIMITED = 3;

export interface SoftMemory extends Arrays, ChartMemory, RelationColumns, ReplayMemory, StandstillColumns {
  /** What arming found out (arming-table.ts). */
  arming: Uint8Array;
  /** Per point: 0 where it had no value in training. */
  readonly isKnown: Uint8Array;
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
  readonly leastLevel: Float64Array;
  readonly mostLevel: Float64Array;
  /** Usual error of the best sensor, in the point's unit; 0 without one. */
  readonly usualError: Float32Array;
  /** The sensor that is shown for it, -1 without one, and its limit for a single row, in the point's unit. */
  readonly shown: Int16Array;
  readonly shownWidth: Float32Array;
  /** States of point p are those from `statesAt[p]` to `statesAt[p + 1]`. */
  readonly statesAt: Uint16Array;
  readonly states: Float64Array;
  /** Rows in which it was in a state that training did not hold; rows in a known one count back. */
  readonly strange: Int32Array;
  /** Which replay watch a point has, -1 without; its limit. */
  readonly watch: Int16Array;
  readonly watchLimit: Float32Array;
  readonly values: Float64Array;
  readonly previous: Float64Array;
  readonly known: Uint8Array;
  readonly stillValue: Float64Array;
  readonly stillRows: Int32Array;
  /** Smallest step seen since it runs. */
  readonly finest: Float64Array;
  readonly evidence: Float32Array;
  /** Base quantities that sensors use: kind, point (-1 without), 1 where it is that of the row before, state or period. */
  readonly baseKind: Uint8Array;
  readonly basePoint: Int16Array;
  readonly baseLag: Uint8Array;
  readonly baseOf: Float64Array;
  /** Terms that sensors use: products of two base quantities. */
  readonly termLeft: Uint16Array;
  readonly termRight: Uint16Array;
  /** Per sensor: its terms are those from `sensorAt[s]` to `sensorAt[s + 1]` of the two lists. */
  readonly sensorAt: Uint32Array;
  readonly sensorTerm: Uint16Array;
  readonly sensorWeight: Float32Array;
  readonly sensorPoint: Int16Array;
  readonly sensorKind: Uint8Array;
  readonly sensorSetPoint: Int16Array;
  /** Base quantity of its point's value now. */
  readonly sensorNow: Uint16Array;
  readonly sensorScale: Float32Array;
  readonly sensorLow: Float32Array;
  readonly sensorHigh: Float32Array;
  /** What it predicted for the row in hand, standardised; NaN where its inputs are not known. */
  readonly predicted: Float32Array;
}

/** Terms and base quantities that some sensor uses, numbered anew. */
const usedOf = ({ library, sensors }: Learned) => {
  const terms = [...new Set(sensors.flatMap((s) => s.terms))];
  const ends = terms.flatMap((t) => [library.left[t]!, library.right[t]!]);
  const base = [...new Set([...ends, ...sensors.map((s) => library.now[s.point]!)])].sort((a, b) => a - b);
  return {
    terms,
    base: base.map((b) => library.base[b]!),
    termAt: new Map(terms.map((t, i) => [t, i])),
    baseAt: new Map(base.map((b, i) => [b, i])),
  };
};

/** Sensors by what they say of a lasting falsification: the others know nothing of it, the course follows it. */
const SHOWN: readonly SensorKind[] = ['others', 'set-point', 'course'];
const shownOf = (sensors: readonly Sensor[], point: number): number => {
  for (const kind of SHOWN) {
    const found = sensors.findIndex((s) => s.point === point && s.kind === kind);
    if (found >= 0) return found;
  }
  return -1;
};

/** `unheard`: points without a watch for replays. */
export const softMemory = (learned: Learned, unheard: (point: number) => boolean): SoftMemory => {
  const { shapes, library, sensors, guards, replayLimits, relations } = learned;
  const used = usedOf(learned);
  const watched = shapes.flatMap((_, p) => (Number.isFinite(replayLimits[p]!) && !unheard(p) ? [p] : []));
  const ofShape = (pick: (shape: PointShape) => number): Float64Array => Float64Array.from(shapes, pick);
  const names = shapes.map((s) => s.point);
  const shown = shapes.map((_, p) => shownOf(sensors, p));
  const memory: SoftMemory = {
    ...holderMemory(shapes),
    ...chartMemory(sensors.length),
    limits: Float32Array.from(learned.chartLimits),
    arming: packArming(learned.arming),
    ...relationColumns(relations, names),
    ...replayMemory(watched.map((p) => stepOf(shapes[p]!))),
    isKnown: Uint8Array.from(shapes, (s) => (s.nature === 'unknown' ? 0 : 1)),
    mean: ofShape((s) => s.mean),
    deviation: ofShape((s) => s.deviation),
    ...standstillColumns(shapes, guards),
    leastLevel: Float64Array.from(guards, (g) => g.low),
    mostLevel: Float64Array.from(guards, (g) => g.high),
    usualError: Float32Array.from(shapes, (shape, p) => {
      const own = sensors.filter((s) => s.point === p && s.kind === 'others').map((s) => s.scale * shape.deviation);
      return own.length === 0 ? 0 : Math.min(...own);
    }),
    shown: Int16Array.from(shown),
    shownWidth: Float32Array.from(shapes, (shape, p) => {
      const s = shown[p]!;
      if (s < 0) return Number.NaN;
      const limit = learned.chartLimits[s * CHARTS]!;
      return (Number.isFinite(limit) ? limit : UNLIMITED) * sensors[s]!.scale * shape.deviation;
    }),
    statesAt: Uint16Array.from(offsets(shapes.map((s) => s.states.length))),
    states: Float64Array.from(shapes.flatMap((s) => s.states)),
    strange: new Int32Array(shapes.length),
    watch: Int16Array.from(shapes, (_, p) => watched.indexOf(p)),
    watchLimit: Float32Array.from(watched, (p) => replayLimits[p]!),
    stillValue: new Float64Array(shapes.length).fill(Number.NaN),
    stillRows: new Int32Array(shapes.length),
    finest: new Float64Array(shapes.length).fill(Number.POSITIVE_INFINITY),
    evidence: new Float32Array(shapes.length),
    baseKind: Uint8Array.from(used.base, (b) =>
      b.point >= 0 ? (Number.isNaN(b.state) ? VALUE : STATE) : b.periodUs === 0 ? ONE : CYCLE,
    ),
    basePoint: Int16Array.from(used.base, (b) => b.point),
    baseLag: Uint8Array.from(used.base, (b) => b.lag),
    baseOf: Float64Array.from(used.base, (b) => (b.point >= 0 ? b.state : b.periodUs)),
    termLeft: Uint16Array.from(used.terms, (t) => used.baseAt.get(library.left[t]!)!),
    termRight: Uint16Array.from(used.terms, (t) => used.baseAt.get(library.right[t]!)!),
    sensorAt: Uint32Array.from(offsets(sensors.map((s) => s.terms.length))),
    sensorTerm: Uint16Array.from(sensors.flatMap((s) => s.terms.map((t) => used.termAt.get(t)!))),
    sensorWeight: Float32Array.from(sensors.flatMap((s) => s.weights)),
    sensorPoint: Int16Array.from(sensors, (s) => s.point),
    sensorKind: Uint8Array.from(sensors, (s) => SENSOR_KINDS.indexOf(s.kind)),
    sensorSetPoint: Int16Array.from(sensors, (s) => s.setPoint),
    sensorNow: Uint16Array.from(sensors, (s) => used.baseAt.get(library.now[s.point]!)!),
    sensorScale: Float32Array.from(sensors, (s) => s.scale),
    sensorLow: Float32Array.from(sensors, (s) => s.low),
    sensorHigh: Float32Array.from(sensors, (s) => s.high),
    predicted: new Float32Array(sensors.length).fill(Number.NaN),
  };
  return gather(memory, 'arming');
};

/** Writes the base quantities of the row in hand into the beginning of `out`, as `fillBase` of terms.ts does for all of a library. */
export const fillUsedBase = (m: SoftMemory, tsUs: number, out: Float64Array): void => {
  const { baseKind, basePoint, baseLag, baseOf, values, previous, low, high, mean, deviation } = m;
  for (let i = 0; i < baseKind.length; i++) {
    const kind = baseKind[i]!;
    if (kind === VALUE) {
      const p = basePoint[i]!;
      const x = baseLag[i] === 0 ? values[p]! : previous[p]!;
      const least = low[p]!;
      const most = high[p]!;
      // A model that was never shown such values must not be carried away by them: half a span beyond is where it ends.
      const margin = (most - least) / 2;
      const above = x < least - margin ? least - margin : x;
      out[i] = ((above > most + margin ? most + margin : above) - mean[p]!) / deviation[p]!;
    } else if (kind === STATE) {
      const p = basePoint[i]!;
      out[i] = (baseLag[i] === 0 ? values[p]! : previous[p]!) === baseOf[i] ? 1 : 0;
    } else if (kind === CYCLE) {
      const period = Math.abs(baseOf[i]!);
      const phase = (2 * Math.PI * (tsUs % period)) / period;
      out[i] = baseOf[i]! > 0 ? Math.sin(phase) : Math.cos(phase);
    } else out[i] = 1;
  }
};
