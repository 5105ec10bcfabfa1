/**
 * One point of a controller: the cell of its memory, and for a measured one the sensor in front of it. A sensor is the
 * chain of an industrial transmitter: first-order lag, slow drift, noise, limits of its range, resolution, and then the
 * calibration (gain, offset) that the controller applies, as in Liptak, Instrument Engineers' Handbook vol. 1 (2003), 1.4.
 */
import type { PointDefinition } from '../world.ts';
import type { Noise, Wander } from './noise.ts';

/** What becomes of a signal on its way; `timeS` is that of the plant. */
export type Tamper = (signal: number, timeS: number) => number;

export interface SensorTraits {
  /** Standard deviation of its noise, engineering units. */
  readonly noise: number;
  /** Smallest step it tells apart. */
  readonly resolution: number;
  /** Time constant of its damping, seconds. */
  readonly lagS: number;
  /** Standard deviation of its drift in the long run (months), engineering units. */
  readonly drift: number;
}

const HOLDS: Readonly<Record<PointDefinition['type'], readonly [number, number]>> = {
  bool: [0, 1],
  int16: [-32_768, 32_767],
  uint16: [0, 65_535],
  int32: [-2_147_483_648, 2_147_483_647],
  uint32: [0, 4_294_967_295],
  real: [-3.4e38, 3.4e38],
};

/** Signals a transmitter can give beyond the ends of its range, part of the span (NAMUR NE 43: 3.8 to 20.5 mA). */
const OVERRANGE = 0.02;

export class Sensor {
  readonly truth: () => number;
  readonly traits: SensorTraits;
  /** Multiplies the noise: a new instrument has another one. */
  noiseFactor = 1;
  /** Steps of the instrument itself (another one was put in), engineering units. */
  bias = 0;
  readonly #drift: Wander;
  /** Where in the draws of a step its noise lies. */
  readonly draw: number;
  #level = Number.NaN;
  readonly #alpha: number;
  readonly #noise: number;
  readonly #step: number;
  readonly #low: number;
  readonly #high: number;

  /** `noise` gives it its place among the draws and its drift; `stepS` is the time between two signals. */
  constructor(definition: PointDefinition, traits: SensorTraits, truth: () => number, noise: Noise, stepS: number) {
    this.truth = truth;
    this.traits = traits;
    this.#noise = traits.noise;
    this.#step = traits.resolution;
    this.draw = noise.reserve();
    this.#drift = noise.drift(traits.drift, stepS);
    this.#alpha = traits.lagS > 0 ? 1 - Math.exp(-stepS / traits.lagS) : 1;
    const spare = (definition.high - definition.low) * OVERRANGE;
    this.#low = definition.low - (definition.low < 0 ? spare : 0);
    this.#high = definition.high + spare;
  }

  /** The signal of this step; `normal` is a deviate of the normal distribution. */
  signal(normal: number): number {
    const truth = this.truth();
    this.#level = Number.isNaN(this.#level) ? truth : this.#level + (truth - this.#level) * this.#alpha;
    const s = this.#level + this.bias + this.#drift.value + this.#noise * this.noiseFactor * normal;
    const seen = s < this.#low ? this.#low : s > this.#high ? this.#high : s;
    const step = this.#step;
    return step > 0 ? Math.round(seen / step) * step : seen;
  }
}

export class Point {
  readonly definition: PointDefinition;
  /** As the memory has it: engineering units, rounded as its type and scale do. */
  value = 0;
  /** What truly is, for measured points and outputs; the memory itself where it is not set. */
  actual: (() => number) | undefined;
  sensor: Sensor | undefined;
  gain: Point | undefined;
  offset: Point | undefined;
  /** Falsifies the value on its way into memory: the controller and all that read it believe the false one. */
  tamper: Tamper | undefined;
  /** Falsifies what masters on the wire are told, not what the controller works with. */
  mask: Tamper | undefined;
  /** Held by the force table against the program; NaN: not forced. */
  forced = Number.NaN;
  /** What was last meant to be put here, forced or not. */
  wanted = 0;
  readonly #perUnit: number;
  readonly #unit: number;
  readonly #low: number;
  readonly #high: number;
  readonly #real: boolean;

  constructor(definition: PointDefinition, start: number) {
    this.definition = definition;
    this.#real = definition.type === 'real';
    this.#perUnit = definition.scale;
    this.#unit = 1 / definition.scale;
    [this.#low, this.#high] = HOLDS[definition.type];
    this.put(start);
  }

  /** Sets the memory; a forced point keeps what it is forced to. */
  put(wanted: number): void {
    this.wanted = wanted;
    const value = Number.isNaN(this.forced) ? wanted : this.forced;
    if (this.#real) {
      this.value = Math.fround(value);
      return;
    }
    const raw = Math.round(value * this.#perUnit);
    this.value =
      (raw < this.#low ? this.#low : raw > this.#high ? this.#high : raw >= this.#low ? raw : 0) * this.#unit;
  }

  /** Takes the signal of the sensor through calibration (and whoever tampers with it) into memory. */
  sense(normals: Float32Array, timeS: number, scanned: boolean): void {
    const sensor = this.sensor!;
    let signal = sensor.signal(normals[sensor.draw]!);
    if (!scanned) return;
    if (this.gain !== undefined) signal = signal * this.gain.value + this.offset!.value;
    if (this.tamper !== undefined) signal = this.tamper(signal, timeS);
    this.put(signal);
  }
}
