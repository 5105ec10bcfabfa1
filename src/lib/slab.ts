/**
 * Columns of one thing in one piece of memory. A typed array of more than some octets has a buffer of its own, which costs more
 * to make, to count and to collect than a short column costs to fill: of thousands of things with a dozen columns that is most of it.
 */

const ALIGN = 8;
const aligned = (octets: number): number => Math.ceil(octets / ALIGN) * ALIGN;

/** Numbers of each size, in octets, and columns that they stand in. */
export interface Room {
  readonly of8?: number;
  readonly of4?: number;
  readonly of1?: number;
  readonly columns: number;
}
const octetsOf = ({ of8 = 0, of4 = 0, of1 = 0, columns }: Room): number =>
  aligned(8 * of8 + 4 * of4 + of1) + ALIGN * columns;

export class Slab {
  readonly #buffer: ArrayBuffer;
  #at = 0;

  /** Room for all that several ask for. */
  constructor(...rooms: readonly Room[]) {
    this.#buffer = new ArrayBuffer(rooms.reduce((sum, room) => sum + octetsOf(room), 0));
  }

  #next(octets: number): number {
    const at = this.#at;
    this.#at += aligned(octets);
    return at;
  }
  /** Zeros, as the others; a RangeError where there is no more room. */
  f64(length: number): Float64Array {
    return new Float64Array(this.#buffer, this.#next(8 * length), length);
  }
  f32(length: number): Float32Array {
    return new Float32Array(this.#buffer, this.#next(4 * length), length);
  }
  i32(length: number): Int32Array {
    return new Int32Array(this.#buffer, this.#next(4 * length), length);
  }
  u32(length: number): Uint32Array {
    return new Uint32Array(this.#buffer, this.#next(4 * length), length);
  }
  u8(length: number): Uint8Array {
    return new Uint8Array(this.#buffer, this.#next(length), length);
  }
}
