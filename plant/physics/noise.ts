/**
 * Chance of the plant. Every step draws the same number of deviates in the same order whatever happens in it, so that a
 * twin world without an attack sees the very same noise and differs by the attack alone. Normal deviates come out of a
 * table (drawn once by Box and Muller's method, made exactly mean 0 and variance 1): 4 ns instead of 40.
 */
import { type Random, seededRandom } from '../../src/lib/random.ts';

const TABLE = 8192;
const table = ((): Float32Array => {
  const random = seededRandom(20_240_304);
  const values = Float64Array.from({ length: TABLE }, () => random.normal());
  const mean = values.reduce((a, b) => a + b, 0) / TABLE;
  const deviation = Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / TABLE);
  return Float32Array.from(values, (v) => (v - mean) / deviation);
})();

/** Steps between two moves of the drift of instruments, and the time in which a drift is forgotten, seconds. */
const DRIFT_STEPS = 60;
const DRIFT_TAU_S = 30 * 86_400;

/** A quantity that wanders about 0: Ornstein-Uhlenbeck process (Uhlenbeck and Ornstein, 1930), exact at equal steps. */
export class Wander {
  value: number;
  readonly #keep: number;
  readonly #kick: number;
  /** `deviation`: its standard deviation in the long run. */
  constructor(tauS: number, deviation: number, stepS: number, start: number) {
    this.#keep = Math.exp(-stepS / tauS);
    this.#kick = deviation * Math.sqrt(1 - this.#keep ** 2);
    this.value = start * deviation;
  }
  step(normal: number): void {
    this.value = this.value * this.#keep + this.#kick * normal;
  }
}

export class Noise {
  /** Normal deviates of this step, one for each place that was reserved. */
  normals = new Float32Array(0);
  readonly #random: Random;
  readonly #slow: Random;
  #count = 0;
  readonly #wanders: Wander[] = [];
  readonly #drifts: Wander[] = [];
  #steps = 0;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
    this.#slow = seededRandom(seed ^ 0x5f3759df);
  }

  /** A place in `normals` for as long as the world lives. */
  reserve(): number {
    return this.#count++;
  }

  /** A quantity that wanders by itself from now on. */
  wander(tauS: number, deviation: number, stepS: number): Wander {
    const wander = new Wander(tauS, deviation, stepS, this.#slow.normal());
    this.#wanders.push(wander);
    return wander;
  }

  /** Slow wandering of an instrument around its calibration, from 0 on; moves once in `DRIFT_STEPS` steps. */
  drift(deviation: number, stepS: number): Wander {
    const drift = new Wander(DRIFT_TAU_S, deviation, stepS * DRIFT_STEPS, 0);
    this.#drifts.push(drift);
    return drift;
  }

  /** New deviates for the step that begins. */
  step(): void {
    if (this.normals.length !== this.#count) this.normals = new Float32Array(this.#count);
    const { normals } = this;
    for (let i = 0; i < normals.length; i++) normals[i] = table[this.#random.bits() & (TABLE - 1)]!;
    for (const wander of this.#wanders) wander.step(table[this.#slow.bits() & (TABLE - 1)]!);
    if (this.#steps++ % DRIFT_STEPS === 0)
      for (const drift of this.#drifts) drift.step(table[this.#slow.bits() & (TABLE - 1)]!);
  }
}
