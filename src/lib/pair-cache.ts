/**
 * A direct-mapped cache from a pair of small integers to another one, before a hash table: the same few thousand pairs ask
 * again and again. A collision overwrites; the answer is never wrong, only missing.
 */
export class PairCache {
  readonly #mask: number;
  readonly #keys: Int32Array;
  readonly #values: Int32Array;

  /** `bits`: 2^bits entries of 12 octets. */
  constructor(bits: number) {
    this.#mask = (1 << bits) - 1;
    this.#keys = new Int32Array(2 << bits);
    this.#values = new Int32Array(1 << bits).fill(-1);
  }

  /** The value of the pair, -1 where it is not (or no longer) known. */
  get(a: number, b: number): number {
    const slot = (Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b) ^ (b >>> 7)) & this.#mask;
    return this.#keys[slot * 2] === a && this.#keys[slot * 2 + 1] === b ? this.#values[slot]! : -1;
  }
  set(a: number, b: number, value: number): void {
    const slot = (Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b) ^ (b >>> 7)) & this.#mask;
    this.#keys[slot * 2] = a;
    this.#keys[slot * 2 + 1] = b;
    this.#values[slot] = value;
  }
}
