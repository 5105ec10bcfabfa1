/**
 * How long a value of a cell may be held before it is unknown. Between two polls the last value stands for the point; when
 * the polls stop (a mirror that is dark, a master that is off) it stands for nothing, and a model that is shown it goes on
 * to see a signal that is frozen. How long pauses usually are is learned for each point from the pauses that ended: a
 * register that is polled is unknown after two missed polls, a value that is sent on change is held for as long as it
 * usually rests. A high quantile of a stream: Robbins and Monro, Annals of Mathematical Statistics 22, 1951.
 */

import { type Room, Slab } from '../../lib/slab.ts';

/** Unknown after so many usual pauses, and this much more: ticks come once in a second, masters are late at times. */
const FACTOR = 2;
const SLACK_US = 2_000_000;
/** A value that was seen once only stands for so long. */
const ONCE_US = 60_000_000;
/** A pause that is longer than usual moves what is usual up by at most this part; one that is shorter takes so much less. */
const UP = 0.25;
const DOWN = 0.0025;

export class Freshness {
  /** Usual pause of each point, microseconds; 0 while none has ended. */
  readonly usualUs: Float64Array;
  readonly #lastUs: Float64Array;

  constructor(points: number, slab = new Slab(Freshness.room(points))) {
    this.usualUs = slab.f64(points);
    this.#lastUs = slab.f64(points);
  }
  static room(points: number): Room {
    return { of8: 2 * points, columns: 2 };
  }

  /**
   * Takes the time at which a point was seen last (0: never), `cadenceUs` its smoothed distance of sightings (0: not known);
   * answers whether its value may stand for it now. Call once for each row, in order.
   */
  isFresh(point: number, tsUs: number, lastUs: number, cadenceUs: number): boolean {
    if (lastUs <= 0) return false;
    const before = this.#lastUs[point]!;
    this.#lastUs[point] = lastUs;
    // Several sightings between two rows: their own distance is the pause, not that of the rows.
    const pause = cadenceUs > 0 ? Math.min(cadenceUs, lastUs - before) : lastUs - before;
    if (before > 0 && lastUs > before) this.#learn(point, Math.max(pause, 0));
    return this.mayStand(point, tsUs, lastUs);
  }

  /** The same answer between two rows; nothing is learned of it. */
  mayStand(point: number, tsUs: number, lastUs: number): boolean {
    if (lastUs <= 0) return false;
    const usual = this.usualUs[point]!;
    // Seen in what is the future now: the clock stepped back, and it was not seen since.
    if (lastUs - tsUs > SLACK_US) return false;
    return tsUs - lastUs <= (usual === 0 ? ONCE_US : FACTOR * usual + SLACK_US);
  }

  #learn(point: number, pauseUs: number): void {
    const usual = this.usualUs[point]!;
    if (usual === 0) this.usualUs[point] = pauseUs;
    else if (pauseUs > usual) this.usualUs[point] = Math.min(pauseUs, usual * (1 + UP));
    else this.usualUs[point] = Math.max(pauseUs, usual * (1 - DOWN));
  }

  save(): readonly number[] {
    return [...this.usualUs];
  }
  load(saved: readonly number[]): void {
    this.usualUs.set(saved.slice(0, this.usualUs.length));
  }
}

/**
 * Devices of a cell, by column: one of which nothing at all was seen for twice its usual pause is dark. A value that is sent
 * on change and rests for hours is unknown then like any other: that it did not change is known only while its device is heard.
 */
export class Heard {
  /** A cell has few columns (`MAX_CELL_POINTS`). */
  readonly #groupOf: Uint8Array;
  readonly #newestUs: Float64Array;
  readonly #isDark: Uint8Array;
  readonly #freshness: Freshness;

  /** `devices`: the device of each column, 256 at most. */
  constructor(devices: readonly number[]) {
    const groups = new Map<number, number>();
    for (const device of devices) if (!groups.has(device)) groups.set(device, groups.size);
    this.#groupOf = Uint8Array.from(devices, (device) => groups.get(device)!);
    this.#newestUs = new Float64Array(groups.size);
    this.#isDark = new Uint8Array(groups.size);
    this.#freshness = new Freshness(groups.size);
  }

  /** Takes when each column was seen last (0: never). Call once for each row, in order. */
  look(tsUs: number, lastUs: Float64Array): void {
    this.#newestUs.fill(0);
    for (let i = 0; i < this.#groupOf.length; i++) {
      const group = this.#groupOf[i]!;
      if (lastUs[i]! > this.#newestUs[group]!) this.#newestUs[group] = lastUs[i]!;
    }
    for (let g = 0; g < this.#newestUs.length; g++)
      this.#isDark[g] = this.#freshness.isFresh(g, tsUs, this.#newestUs[g]!, 0) ? 0 : 1;
  }
  isDark(column: number): boolean {
    return this.#isDark[this.#groupOf[column]!] === 1;
  }

  save(): readonly number[] {
    return this.#freshness.save();
  }
  load(saved: readonly number[]): void {
    this.#freshness.load(saved);
  }
}
