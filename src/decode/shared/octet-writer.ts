/**
 * Builds octets front to back: the encoders of `wire.ts` files (the simulated plant speaks through them). Big-endian
 * unless a method says otherwise; grows as needed.
 */

export class OctetWriter {
  #b = new Uint8Array(128);
  #n = 0;

  /** Octets written so far. */
  get length(): number {
    return this.#n;
  }

  #grow(extra: number): void {
    if (this.#n + extra <= this.#b.length) return;
    const larger = new Uint8Array(Math.max(this.#b.length * 2, this.#n + extra));
    larger.set(this.#b);
    this.#b = larger;
  }

  u8(...values: number[]): this {
    this.#grow(values.length);
    for (const v of values) this.#b[this.#n++] = v & 255;
    return this;
  }

  #one(value: number): void {
    this.#b[this.#n++] = value & 255;
  }

  u16(value: number): this {
    this.#grow(2);
    this.#one(value >>> 8);
    this.#one(value);
    return this;
  }

  u24(value: number): this {
    this.#grow(3);
    this.#one(value >>> 16);
    this.#one(value >>> 8);
    this.#one(value);
    return this;
  }

  u32(value: number): this {
    this.#grow(4);
    this.#one(value >>> 24);
    this.#one(value >>> 16);
    this.#one(value >>> 8);
    this.#one(value);
    return this;
  }

  u16le(value: number): this {
    this.#grow(2);
    this.#one(value);
    this.#one(value >>> 8);
    return this;
  }

  u32le(value: number): this {
    this.#grow(4);
    this.#one(value);
    this.#one(value >>> 8);
    this.#one(value >>> 16);
    this.#one(value >>> 24);
    return this;
  }

  bytes(source: ArrayLike<number>): this {
    this.#grow(source.length);
    this.#b.set(source, this.#n);
    this.#n += source.length;
    return this;
  }

  /** ASCII text; with `length` cut or padded with NUL to it. */
  text(text: string, length = text.length): this {
    this.#grow(length);
    for (let i = 0; i < length; i++) this.#one(i < text.length ? text.charCodeAt(i) : 0);
    return this;
  }

  zeros(count: number): this {
    this.#grow(count);
    this.#n += count;
    return this;
  }

  /** `00:11:22:33:44:55`. */
  mac(text: string): this {
    return this.bytes(text.split(':').map((x) => Number.parseInt(x, 16)));
  }

  /** `192.168.0.1`. */
  ipv4(text: string): this {
    return this.bytes(text.split('.').map(Number));
  }

  /** Overwrites 16 bits at `offset` (lengths known only afterwards). */
  patch16(offset: number, value: number): this {
    this.#b[offset] = value >>> 8;
    this.#b[offset + 1] = value & 255;
    return this;
  }

  done(): Uint8Array {
    return this.#b.slice(0, this.#n);
  }
}
