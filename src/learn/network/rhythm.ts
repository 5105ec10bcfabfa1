/**
 * The rhythm of a conversation that repeats itself: transactions per minute and the pauses between them. Polling of
 * controllers is periodic, so a poll that stops, slows down or hastens is visible in the counts alone. Source: Barbosa, Sadre,
 * Pras, Exploiting traffic periodicity in industrial control networks, IJCIP 13 (2016).
 */
import { growF64, growU8 } from '../../lib/grow.ts';
import { IntTable } from '../../lib/int-table.ts';

const MINUTE_US = 60_000_000;
/** Full minutes before a rhythm is known. */
export const NEEDED_MINUTES = 60;
/** Weight of the newest minute in mean and deviation: about an hour of memory. */
const WEIGHT = 1 / 60;

export interface SavedRhythms {
  readonly keys: readonly number[];
  readonly columns: readonly (readonly number[])[];
  readonly minuteUs: number;
}

/** Rows of (client, target); beyond `limit` `beat` gives -1 and `overflow` counts. One beat costs a table look-up. */
export class Rhythms {
  overflow = 0;
  readonly #table = new IntTable();
  readonly #limit: number;
  #minuteUs = 0;
  #last: Float64Array<ArrayBufferLike> = new Float64Array(64);
  #beats: Float64Array<ArrayBufferLike> = new Float64Array(64);
  /** Longest pause of the running minute, and the longest usual one. */
  #pause: Float64Array<ArrayBufferLike> = new Float64Array(64);
  #longest: Float64Array<ArrayBufferLike> = new Float64Array(64);
  #mean: Float64Array<ArrayBufferLike> = new Float64Array(64);
  #deviation: Float64Array<ArrayBufferLike> = new Float64Array(64);
  #minutes: Float64Array<ArrayBufferLike> = new Float64Array(64);
  /** Minutes in a row that were odd. */
  #odd: Float64Array<ArrayBufferLike> = new Float64Array(64);
  #lost: Uint8Array<ArrayBufferLike> = new Uint8Array(64);

  constructor(limit: number) {
    this.#limit = limit;
  }
  get size(): number {
    return this.#table.count;
  }

  beat(a: number, b: number, tsUs: number): number {
    let row = this.#table.find(a, b, 0, 0);
    if (row < 0) {
      if (this.#table.count >= this.#limit) {
        this.overflow++;
        return -1;
      }
      row = this.#table.add(a, b, 0, 0);
      if (row >= this.#last.length) this.#grow(row * 2);
      this.#last[row] = tsUs;
    }
    this.beatRow(row, tsUs);
    return row;
  }
  /** The same for a row that is known. */
  beatRow(row: number, tsUs: number): void {
    const pause = tsUs - this.#last[row]!;
    if (pause > this.#pause[row]!) this.#pause[row] = pause;
    this.#last[row] = tsUs;
    this.#beats[row]!++;
  }

  find(a: number, b: number): number {
    return this.#table.find(a, b, 0, 0);
  }
  client(row: number): number {
    return this.#table.part(row, 0);
  }
  target(row: number): number {
    return this.#table.part(row, 1);
  }
  lastUs(row: number): number {
    return this.#last[row]!;
  }
  minutes(row: number): number {
    return this.#minutes[row]!;
  }
  /** Usual transactions per minute, and how much minutes differ (mean absolute deviation). */
  mean(row: number): number {
    return this.#mean[row]!;
  }
  deviation(row: number): number {
    return this.#deviation[row]!;
  }
  longestUs(row: number): number {
    return this.#longest[row]!;
  }
  /**
   * Periodic enough to be judged: known for an hour, several beats a minute, minutes alike within a fifth, and no minute
   * without beats: the longest pause is shorter than one.
   */
  isSteady(row: number): boolean {
    const mean = this.#mean[row]!;
    return (
      this.#minutes[row]! >= NEEDED_MINUTES &&
      mean >= 4 &&
      this.#deviation[row]! <= mean * 0.2 &&
      this.#longest[row]! < MINUTE_US
    );
  }
  isLost(row: number): boolean {
    return this.#lost[row] === 1;
  }
  setLost(row: number, lost: boolean): void {
    this.#lost[row] = lost ? 1 : 0;
    // The pause that was told is no usual one.
    if (!lost) this.#pause[row] = 0;
  }

  /**
   * Ends the minute when `tsUs` is in another one: calls `odd(row, beats, minutes)` for steady rows whose minute differs,
   * with how many minutes in a row do so, `even(row)` for the first usual one after that, and learns the usual ones.
   */
  minute(
    tsUs: number,
    mayLearn: (row: number) => boolean,
    odd: (row: number, beats: number, minutes: number) => void,
    even: (row: number) => void,
  ): void {
    if (this.#minuteUs === 0 || tsUs < this.#minuteUs || tsUs - this.#minuteUs > 3 * MINUTE_US) {
      this.restart(tsUs);
      return;
    }
    const length = (tsUs - this.#minuteUs) / MINUTE_US;
    if (length < 1) return;
    this.#minuteUs = tsUs;
    for (let row = 0; row < this.#table.count; row++) {
      const beats = this.#beats[row]! / length;
      const pause = this.#pause[row]!;
      this.#beats[row] = 0;
      this.#pause[row] = 0;
      const difference = Math.abs(beats - this.#mean[row]!);
      const isOdd = this.isSteady(row) && difference > Math.max(6 * this.#deviation[row]!, this.#mean[row]! * 0.4, 2);
      if (isOdd) {
        this.#odd[row]!++;
        odd(row, beats, this.#odd[row]!);
        continue;
      }
      if (this.#odd[row]! > 0) even(row);
      this.#odd[row] = 0;
      if (!mayLearn(row)) continue;
      this.#learn(row, beats, difference, pause);
    }
  }

  /** The first minute, or one that was not watched to its end: counting starts anew, and that pause is nobody's. */
  restart(tsUs: number): void {
    this.#minuteUs = tsUs;
    this.#last.fill(tsUs, 0, this.#table.count);
    this.#beats.fill(0);
    this.#pause.fill(0);
  }

  /** What runs now is usual: the rhythm is learned anew. */
  forget(row: number): void {
    this.#minutes[row] = 0;
    this.#odd[row] = 0;
    this.#lost[row] = 0;
    this.#longest[row] = 0;
  }

  save(): SavedRhythms {
    const n = this.#table.count;
    const keys: number[] = [];
    for (let row = 0; row < n; row++) keys.push(this.client(row), this.target(row));
    return { keys, columns: this.#columns().map((c) => [...c.subarray(0, n)]), minuteUs: this.#minuteUs };
  }
  load(saved: SavedRhythms): void {
    const n = Math.min(saved.keys.length / 2, this.#limit);
    for (let row = 0; row < n; row++) this.#table.add(saved.keys[row * 2]!, saved.keys[row * 2 + 1]!, 0, 0);
    if (n > this.#last.length) this.#grow(n);
    this.#columns().forEach((column, i) => {
      column.set(saved.columns[i]!.slice(0, n));
    });
    this.#minuteUs = saved.minuteUs;
  }

  #learn(row: number, beats: number, difference: number, pause: number): void {
    const n = ++this.#minutes[row]!;
    if (n === 1) {
      // The first minute was begun somewhere inside.
      this.#mean[row] = beats;
      return;
    }
    const w = Math.max(WEIGHT, 1 / n);
    this.#mean[row]! += w * (beats - this.#mean[row]!);
    this.#deviation[row]! += w * (difference - this.#deviation[row]!);
    if (n > 2) this.#longest[row] = Math.max(this.#longest[row]! * 0.999, pause);
  }

  #columns() {
    return [
      this.#last,
      this.#beats,
      this.#pause,
      this.#longest,
      this.#mean,
      this.#deviation,
      this.#minutes,
      this.#odd,
      this.#lost,
    ];
  }
  #grow(size: number): void {
    this.#last = growF64(this.#last, size);
    this.#beats = growF64(this.#beats, size);
    this.#pause = growF64(this.#pause, size);
    this.#longest = growF64(this.#longest, size);
    this.#mean = growF64(this.#mean, size);
    this.#deviation = growF64(this.#deviation, size);
    this.#minutes = growF64(this.#minutes, size);
    this.#odd = growF64(this.#odd, size);
    this.#lost = growU8(this.#lost, size);
  }
}
