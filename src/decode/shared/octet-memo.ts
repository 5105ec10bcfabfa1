/**
 * Memory of what octets mean. Polls repeat the same request for weeks, and several clients ask alike: what was read of the
 * octets the first times is handed out again, after they have been compared one by one. For readers whose result depends
 * on these octets alone, and for results that nobody changes. Direct-mapped and filled only by what comes a second time,
 * so that it is bounded without care and costs what never repeats (a counter in it) no more than a hash.
 */
import { i32le } from '../../lib/bytes.ts';

/** Slots of one memory; where two meanings want one slot, the one that came last stays. A power of two. */
export const MAX_MEMO_SLOTS = 1024;
/** Longer octets are transfers, not polls, and are not remembered. */
export const MAX_MEMO_OCTETS = 256;

export class OctetMemo<T> {
  readonly #octets = new Uint8Array(MAX_MEMO_SLOTS * MAX_MEMO_OCTETS);
  readonly #lengths = new Int16Array(MAX_MEMO_SLOTS);
  readonly #values: (T | undefined)[] = new Array<T | undefined>(MAX_MEMO_SLOTS).fill(undefined);
  /** Hash of what last asked for the slot and was not there. */
  readonly #asked = new Int32Array(MAX_MEMO_SLOTS);
  #slot = 0;
  /** The `find` that just failed failed for these octets before: `keep` is worth it. */
  repeats = false;

  /** The value kept for the octets `start`..`end`, or undefined; `keep` may then store what was read. */
  find(b: Uint8Array, start: number, end: number): T | undefined {
    const length = end - start;
    this.repeats = false;
    if (length > MAX_MEMO_OCTETS) return undefined;
    // FNV-1a (Fowler, Noll, Vo 1991), four octets at a time with a shift, as the high ones would not reach the low bits
    let h = 0x811c9dc5 | 0;
    let o = start;
    for (; o + 4 <= end; o += 4) {
      h = Math.imul(h ^ i32le(b, o), 0x01000193);
      h ^= h >>> 15;
    }
    for (; o < end; o++) h = Math.imul(h ^ b[o]!, 0x01000193);
    h ^= h >>> 15;
    const slot = h & (MAX_MEMO_SLOTS - 1);
    this.#slot = slot;
    const value = this.#values[slot];
    if (value !== undefined && this.#lengths[slot] === length) {
      const octets = this.#octets;
      const at = slot * MAX_MEMO_OCTETS;
      let i = 0;
      while (i < length && octets[at + i] === b[start + i]) i++;
      if (i === length) return value;
    }
    this.repeats = this.#asked[slot] === h;
    this.#asked[slot] = h;
    return undefined;
  }

  /** Stores the value of the `find` that just failed, if its octets came before (`repeats`). */
  keep(b: Uint8Array, start: number, end: number, value: T): void {
    if (!this.repeats) return;
    const at = this.#slot * MAX_MEMO_OCTETS;
    for (let i = start; i < end; i++) this.#octets[at + i - start] = b[i]!;
    this.#lengths[this.#slot] = end - start;
    this.#values[this.#slot] = value;
  }
}
