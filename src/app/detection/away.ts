/**
 * A cell of which what it learned is still read from the store: after a start of a large site that takes some seconds, and
 * frames do not wait. What it would have judged is kept as it was seen, and judged in order when the cell is back.
 */
import type { PointWatch } from '../../core/site-model.ts';

/** Moments that are kept of a cell; of more the latest. Those before them are not judged, and counted. */
export const MAX_KEPT = 60;

interface Moment {
  readonly tsUs: number;
  /** Something was odd at its controller. */
  readonly odd: boolean;
  /** A value far from all that it was came between two rows (`Cell.early`). */
  readonly isEarly: boolean;
  readonly values: Float64Array;
  readonly lastUs: Float64Array;
}

export class Away {
  readonly #watch: PointWatch;
  readonly #stepUs: number;
  readonly #moments: Moment[] = [];
  #dueUs = 0;
  /** When the row was due before which something was kept between two rows. */
  #earlyUs = -1;
  #played = 0;
  /** Moments that were not kept. */
  missed = 0;

  constructor(watch: PointWatch, stepUs: number) {
    this.#watch = watch;
    this.#stepUs = stepUs;
  }

  /** Keeps what is seen now where a row is due, as `Cell.tick` would take it. */
  tick(tsUs: number, odd: boolean): void {
    if (tsUs < this.#dueUs && tsUs >= this.#dueUs - this.#stepUs) return;
    this.#dueUs = Math.floor(tsUs / this.#stepUs) * this.#stepUs + this.#stepUs;
    this.#keep(tsUs, odd, false);
  }
  /** Keeps what is seen between two rows, once before the next. */
  early(tsUs: number, odd: boolean): void {
    if (this.#earlyUs === this.#dueUs) return;
    this.#earlyUs = this.#dueUs;
    this.#keep(tsUs, odd, true);
  }

  #keep(tsUs: number, odd: boolean, isEarly: boolean): void {
    const { length } = this.#watch.ids;
    const [values, lastUs] = [new Float64Array(length), new Float64Array(length)];
    this.#watch.read(values, lastUs);
    this.#moments.push({ tsUs, odd, isEarly, values, lastUs });
    if (this.#moments.length <= MAX_KEPT) return;
    this.#moments.shift();
    this.missed++;
  }

  /** Time of the oldest moment that is kept; infinite without any. */
  get nextUs(): number {
    return this.#moments[0]?.tsUs ?? Number.POSITIVE_INFINITY;
  }
  /** Calls with the oldest moment, which is kept no more, and a watch that shows what was seen then. */
  play(judge: (moment: Pick<Moment, 'tsUs' | 'odd' | 'isEarly'>, watch: PointWatch) => void): void {
    const moment = this.#moments.shift();
    if (moment === undefined) return;
    judge(moment, {
      ids: this.#watch.ids,
      // Each moment differs from the one before.
      heard: () => -2 - ++this.#played,
      read: (values, lastUs) => {
        values.set(moment.values);
        lastUs.set(moment.lastUs);
      },
      cadenceUs: (index) => this.#watch.cadenceUs(index),
    });
  }
}
