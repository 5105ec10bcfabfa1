/**
 * How a written value moves from act to act: always the same, step by step in one direction, to and fro. Values that come
 * in no order rise or fall k times in a row with probability 2/(k+1)!, so a long run is somebody's will. Source: Levene,
 * Wolfowitz, The covariance matrix of runs up and down, Annals of Mathematical Statistics 15 (1944).
 */
import { growF64 } from '../../lib/grow.ts';
import { IntTable } from '../../lib/int-table.ts';

/** Writes of one value with shorter pauses are one act: a key that is held, a value that is sent again and again. */
export const ACT_US = 60_000_000;

export interface SavedSteps {
  readonly keys: readonly number[];
  readonly columns: readonly (readonly number[])[];
}

/** Rows of (target, space, address); beyond `limit` `see` gives -1 and `overflow` counts. 88 octets a row. */
export class Steps {
  overflow = 0;
  /** Acts in a row that wrote one value, which the write last seen ended; 0 where it ended none. */
  held = 0;
  /** The value before the write last seen. */
  before = 0;
  /** The write last seen went back where the one before it came from. */
  isReversal = false;
  /** The write last seen began an act that goes on in the direction of its run. */
  isStep = false;
  readonly #table = new IntTable();
  readonly #limit: number;
  #last: Float64Array<ArrayBufferLike> = new Float64Array(64);
  #lastUs: Float64Array<ArrayBufferLike> = new Float64Array(64);
  /** Direction of the latest change, -1, 0 or 1. */
  #direction: Float64Array<ArrayBufferLike> = new Float64Array(64);
  /** Acts in one direction, negative downwards; where and when they began. */
  #run: Float64Array<ArrayBufferLike> = new Float64Array(64);
  #from: Float64Array<ArrayBufferLike> = new Float64Array(64);
  #fromUs: Float64Array<ArrayBufferLike> = new Float64Array(64);
  #same: Float64Array<ArrayBufferLike> = new Float64Array(64);
  #usualRun: Float64Array<ArrayBufferLike> = new Float64Array(64);

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Takes one write of a finite value; row of its point. */
  see(a: number, b: number, c: number, value: number, tsUs: number): number {
    this.held = 0;
    this.isReversal = false;
    this.isStep = false;
    let row = this.#table.find(a, b, c, 0);
    if (row < 0) {
      if (this.#table.count >= this.#limit) {
        this.overflow++;
        return -1;
      }
      row = this.#table.add(a, b, c, 0);
      if (row >= this.#last.length) this.#grow(row * 2);
      this.#last[row] = value;
      this.#lastUs[row] = tsUs;
      this.#from[row] = value;
      this.#fromUs[row] = tsUs;
      this.#same[row] = 1;
      return row;
    }
    const direction = Math.sign(value - this.#last[row]!);
    const pauseUs = tsUs - this.#lastUs[row]!;
    const isAct = pauseUs >= ACT_US;
    this.before = this.#last[row]!;
    if (direction === 0) {
      if (isAct) this.#same[row]!++;
    } else {
      this.held = this.#same[row]!;
      this.#same[row] = 1;
      this.isReversal = direction === -this.#direction[row]!;
      this.#direction[row] = direction;
      if (isAct) this.#step(row, direction, tsUs);
      // Back within one act: it went in no direction.
      else if (Math.sign(this.#run[row]!) === -direction) this.#run[row] = 0;
    }
    this.#last[row] = value;
    this.#lastUs[row] = tsUs;
    return row;
  }

  #step(row: number, direction: number, tsUs: number): void {
    if (Math.sign(this.#run[row]!) === direction) {
      this.#run[row]! += direction;
      this.isStep = true;
      return;
    }
    this.#run[row] = direction;
    this.#from[row] = this.#last[row]!;
    this.#fromUs[row] = tsUs;
  }

  find(a: number, b: number, c: number): number {
    return this.#table.find(a, b, c, 0);
  }
  /** Acts in one direction up to now. */
  run(row: number): number {
    return Math.abs(this.#run[row]!);
  }
  /** The value before the run, and when its first step came. */
  from(row: number): number {
    return this.#from[row]!;
  }
  fromUs(row: number): number {
    return this.#fromUs[row]!;
  }
  /** Longest run that is usual. */
  usualRun(row: number): number {
    return this.#usualRun[row]!;
  }
  learnRun(row: number): void {
    this.#usualRun[row] = Math.max(this.#usualRun[row]!, this.run(row));
  }

  save(): SavedSteps {
    const n = this.#table.count;
    const keys: number[] = [];
    for (let row = 0; row < n; row++)
      keys.push(this.#table.part(row, 0), this.#table.part(row, 1), this.#table.part(row, 2));
    return { keys, columns: this.#columns().map((column) => [...column.subarray(0, n)]) };
  }
  load(saved: SavedSteps): void {
    const n = Math.min(saved.keys.length / 3, this.#limit);
    for (let row = 0; row < n; row++)
      this.#table.add(saved.keys[row * 3]!, saved.keys[row * 3 + 1]!, saved.keys[row * 3 + 2]!, 0);
    if (n > this.#last.length) this.#grow(n);
    this.#columns().forEach((column, i) => {
      column.set(saved.columns[i]!.slice(0, n));
    });
  }

  #columns(): Float64Array<ArrayBufferLike>[] {
    const moves = [this.#last, this.#lastUs, this.#direction, this.#run];
    return [...moves, this.#from, this.#fromUs, this.#same, this.#usualRun];
  }
  #grow(size: number): void {
    this.#last = growF64(this.#last, size);
    this.#lastUs = growF64(this.#lastUs, size);
    this.#direction = growF64(this.#direction, size);
    this.#run = growF64(this.#run, size);
    this.#from = growF64(this.#from, size);
    this.#fromUs = growF64(this.#fromUs, size);
    this.#same = growF64(this.#same, size);
    this.#usualRun = growF64(this.#usualRun, size);
  }
}
