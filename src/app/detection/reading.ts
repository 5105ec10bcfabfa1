/**
 * How the registers of a cell are read: two words that are one number (learn/process/words), and words that are signed
 * (learn/process/signed). Both are found in the rows that its first model is made of; that a word passes zero is also seen later,
 * and that one goes on by one where the word beside it runs over: the high word of a count, which may stand still for months.
 */
import type { EndpointId } from '../../core/endpoint.ts';
import type { RowTable } from '../../core/process.ts';
import {
  findPairs,
  findSigned,
  joinRow,
  passesZero,
  signedValue,
  type WordPair,
  wordsText,
} from '../../learn/process/index.ts';

import type { Ranges } from './cell-bands.ts';

export interface SavedReading {
  readonly pairs?: readonly WordPair[];
  /** Columns; absent in what older versions saved. */
  readonly signed?: readonly number[];
  readonly carried?: readonly (readonly [column: number, value: number])[];
}

/** A count runs over from the last quarter of a word to the first. */
const LAST_QUARTER = 49_152;
const FIRST_QUARTER = 16_384;

export class CellReading {
  /** Numbers of 32 bits: rows hold them in the place of their first words. */
  pairs: readonly WordPair[] = [];
  /** Columns that are signed words. */
  readonly signed = new Set<number>();

  /** Values that a column came to by counting what runs over beside it. */
  readonly #carried = new Map<number, number>();

  /** The number that a column is a word of; undefined where it is one by itself. */
  pairOf(column: number): WordPair | undefined {
    return this.pairs.find(({ first, second }) => first === column || second === column);
  }

  /** Looks at rows as they came; true where something is read in another way from now on. */
  learn(table: RowTable, followers: Int8Array | undefined, deviceOf: (column: number) => EndpointId): boolean {
    if (this.pairs.length > 0 || this.signed.size > 0) return false;
    const neighbours = [...(followers ?? [])].map((next, column) => [column, next] as const);
    this.pairs = findPairs(
      table,
      neighbours.filter(([, next]) => next >= 0),
      deviceOf,
    );
    for (const column of findSigned(table)) if (this.pairOf(column) === undefined) this.signed.add(column);
    return this.pairs.length > 0 || this.signed.size > 0;
  }

  /** Reads a row as it came. */
  readonly read = (row: Float64Array): void => {
    joinRow(this.pairs, row);
    for (const column of this.signed) row[column] = signedValue(row[column]!);
  };

  /**
   * A word that passes zero for the first time is signed from now on. `row` is read already; `last`: the value before,
   * `learned`: least and greatest value of each (empty: nothing). One that was in its upper half while it was learned is
   * what it was learned as: the low half of a number with a point jumps from end to end.
   */
  passZero(row: Float64Array, last: (column: number) => number, learned: Ranges): void {
    for (let p = 0; p < row.length; p++) {
      // Nearly every value of every row ends here.
      if (!(row[p]! >= 32_768) || this.signed.has(p)) continue;
      const [low, high] = [learned.low[p], learned.high[p]];
      if (low === undefined || high === undefined || high >= 32_768 || this.pairOf(p) !== undefined) continue;
      if (!passesZero(last(p), row[p]!, high - low)) continue;
      this.signed.add(p);
      row[p] = signedValue(row[p]!);
    }
  }

  /** Looks for high words that count: `row` is read already, `last` as it was the row before. */
  count(row: Float64Array, last: (column: number) => number, followers: Int8Array | undefined): void {
    if (followers === undefined) return;
    for (let column = 0; column < followers.length; column++) {
      const next = followers[column]!;
      if (next < 0) continue;
      this.#countsUp(row, last, column, next);
      this.#countsUp(row, last, next, column);
    }
  }
  #countsUp(row: Float64Array, last: (column: number) => number, high: number, low: number): void {
    // Constants and quiet registers end here.
    if (row[high]! - last(high) !== 1) return;
    if (last(low) >= LAST_QUARTER && row[low]! < FIRST_QUARTER) this.#carried.set(high, row[high]!);
  }
  /** It is what it is because the word beside it ran over. */
  isCarried(column: number, value: number): boolean {
    return this.#carried.get(column) === value;
  }

  /** What a person must know of how a column is read; '' where it is as it came. */
  note(column: number, names: readonly string[]): string {
    if (this.signed.has(column)) return `${names[column]} is read as a signed number of 16 bits.`;
    const pair = this.pairOf(column);
    return pair === undefined ? '' : `${names[pair.first]} and ${names[pair.second]} are ${wordsText(pair)}.`;
  }

  save(): SavedReading {
    return { pairs: this.pairs, signed: [...this.signed], carried: [...this.#carried] };
  }
  load({ pairs = [], signed = [], carried = [] }: SavedReading): void {
    this.pairs = pairs;
    this.signed.clear();
    for (const column of signed) this.signed.add(column);
    this.#carried.clear();
    for (const [column, value] of carried) this.#carried.set(column, value);
  }
}
