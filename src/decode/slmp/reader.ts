/** Reads the fields of a body in binary (little-endian) or ASCII (hexadecimal digits, highest first) coding. */
const digit = (c: number): number =>
  c >= 0x30 && c <= 0x39 ? c - 0x30 : c >= 0x41 && c <= 0x46 ? c - 0x37 : c >= 0x61 && c <= 0x66 ? c - 0x57 : -1;

/** `count` hexadecimal digits at `o`; -1 when one is none or beyond `end`. */
export const hexAt = (b: Uint8Array, o: number, count: number, end: number): number => {
  if (o + count > end) return -1;
  let value = 0;
  for (let i = 0; i < count; i++) {
    const d = digit(b[o + i]!);
    if (d < 0) return -1;
    value = value * 16 + d;
  }
  return value;
};

export class Reader {
  readonly b: Uint8Array;
  readonly end: number;
  readonly ascii: boolean;
  o: number;
  /** A field was missing or no number. */
  short = false;
  constructor(b: Uint8Array, start: number, end: number, ascii: boolean) {
    this.b = b;
    this.o = start;
    this.end = end;
    this.ascii = ascii;
  }
  /** Octets (binary) that are left; of ASCII two characters are one. */
  get left(): number {
    return this.ascii ? (this.end - this.o) >> 1 : this.end - this.o;
  }
  /** A number of `octets` octets; 0 and `short` where it is missing. */
  number(octets: number): number {
    if (this.ascii) {
      const value = hexAt(this.b, this.o, octets * 2, this.end);
      this.o += octets * 2;
      if (value >= 0) return value;
      this.short = true;
      return 0;
    }
    if (this.o + octets > this.end) {
      this.short = true;
      this.o = this.end;
      return 0;
    }
    let value = 0;
    for (let i = octets - 1; i >= 0; i--) value = value * 256 + this.b[this.o + i]!;
    this.o += octets;
    return value;
  }
  /** Characters; '' and `short` where they are missing. */
  text(count: number): string {
    if (this.o + count > this.end) {
      this.short = true;
      this.o = this.end;
      return '';
    }
    let out = '';
    for (let i = 0; i < count; i++) {
      const c = this.b[this.o + i]!;
      out += c >= 0x20 && c < 0x7f ? String.fromCharCode(c) : '.';
    }
    this.o += count;
    return out;
  }
  /** A number written in decimal or hexadecimal digits (device numbers in ASCII frames). */
  digits(count: number, hexadecimal: boolean): number {
    let value = 0;
    for (let i = 0; i < count; i++) {
      const d = this.o + i < this.end ? digit(this.b[this.o + i]!) : -1;
      if (d < 0 || (!hexadecimal && d > 9)) {
        this.short = true;
        break;
      }
      value = value * (hexadecimal ? 16 : 10) + d;
    }
    this.o += count;
    return value;
  }
}
