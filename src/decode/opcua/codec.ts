/**
 * Reading and writing OPC UA Binary (OPC 10000-6 section 5.2): the place in the octets, the numbers, and how structures and
 * arrays are put together from smaller codecs. All numbers are little-endian.
 *
 * A read beyond the end gives zeros and marks the reader as broken; whoever started the read looks at the mark once.
 */
import { f32le, f64le, hex, i16le, i32le, i64le, u16le, u32le, u64le, utf8 } from '../../lib/bytes.ts';
import { MASKED } from '../../lib/masked.ts';
import type { OctetWriter } from '../shared/octet-writer.ts';

/** Structures in structures that are followed; OPC 10000-6 section 5.1.5 asks decoders for at least 100. Deeper is broken. */
export const MAX_NESTING = 100;

/** Where a read is. One object is used for all messages. */
export class Reader {
  bytes: Uint8Array = new Uint8Array(0);
  offset = 0;
  end = 0;
  /** Something was read that is not there, or that the encoding forbids. */
  broken = false;
  depth = 0;

  open(bytes: Uint8Array, start: number, end: number): this {
    this.bytes = bytes;
    this.offset = start;
    this.end = end;
    this.broken = false;
    this.depth = 0;
    return this;
  }

  /** The offset of `octets` octets that are then behind the reader; -1 when there are fewer. */
  take(octets: number): number {
    const at = this.offset;
    if (octets > this.end - at) {
      this.broken = true;
      this.offset = this.end;
      return -1;
    }
    this.offset = at + octets;
    return at;
  }
}

/** A data type: how it is read and written. `read` never throws. */
export interface Codec<T> {
  read(r: Reader): T;
  /** As `read`, of damaged octets: only what was whole before the damage, nothing of what came behind it. */
  readPart?(r: Reader): unknown;
  write(w: OctetWriter, value: T): void;
}
/** What a codec reads. */
export type ValueOf<C> = C extends Codec<infer T> ? T : never;

export const boolean: Codec<boolean> = {
  read(r) {
    const o = r.take(1);
    return o >= 0 && r.bytes[o] !== 0;
  },
  write: (w, v) => void w.u8(v ? 1 : 0),
};
export const byte: Codec<number> = {
  read(r) {
    const o = r.take(1);
    return o < 0 ? 0 : r.bytes[o]!;
  },
  write: (w, v) => void w.u8(v),
};
export const sbyte: Codec<number> = {
  read(r) {
    const o = r.take(1);
    return o < 0 ? 0 : (r.bytes[o]! << 24) >> 24;
  },
  write: (w, v) => void w.u8(v),
};
export const uint16: Codec<number> = {
  read(r) {
    const o = r.take(2);
    return o < 0 ? 0 : u16le(r.bytes, o);
  },
  write: (w, v) => void w.u16le(v),
};
export const int16: Codec<number> = {
  read(r) {
    const o = r.take(2);
    return o < 0 ? 0 : i16le(r.bytes, o);
  },
  write: (w, v) => void w.u16le(v),
};
export const uint32: Codec<number> = {
  read(r) {
    const o = r.take(4);
    return o < 0 ? 0 : u32le(r.bytes, o);
  },
  write: (w, v) => void w.u32le(v),
};
export const int32: Codec<number> = {
  read(r) {
    const o = r.take(4);
    return o < 0 ? 0 : i32le(r.bytes, o);
  },
  write: (w, v) => void w.u32le(v),
};
const write64 = (w: OctetWriter, v: bigint): void =>
  void w.u32le(Number(BigInt.asUintN(32, v))).u32le(Number(BigInt.asUintN(32, v >> 32n)));
export const uint64: Codec<bigint> = {
  read(r) {
    const o = r.take(8);
    return o < 0 ? 0n : u64le(r.bytes, o);
  },
  write: write64,
};
export const int64: Codec<bigint> = {
  read(r) {
    const o = r.take(8);
    return o < 0 ? 0n : i64le(r.bytes, o);
  },
  write: write64,
};
const scratch = new DataView(new ArrayBuffer(8));
export const float: Codec<number> = {
  read(r) {
    const o = r.take(4);
    return o < 0 ? 0 : f32le(r.bytes, o);
  },
  write(w, v) {
    scratch.setFloat32(0, v, true);
    w.u32le(scratch.getUint32(0, true));
  },
};
export const double: Codec<number> = {
  read(r) {
    const o = r.take(8);
    return o < 0 ? 0 : f64le(r.bytes, o);
  },
  write(w, v) {
    scratch.setFloat64(0, v, true);
    w.u32le(scratch.getUint32(0, true)).u32le(scratch.getUint32(4, true));
  },
};

/** Length of a string, byte string or array: -1 is null (sections 5.2.2.4, 5.2.5); others below zero are read as null too. */
const lengthOf = (r: Reader): number => int32.read(r);

/** UTF-8 text; null is not the empty text (section 5.2.2.4). Control characters become `.`. */
export const string: Codec<string | null> = {
  read(r) {
    const n = lengthOf(r);
    if (n < 0) return null;
    const o = r.take(n);
    return o < 0 ? null : textOf(r.bytes, o, o + n);
  },
  write(w, v) {
    if (v === null) w.u32le(-1);
    else {
      const octets = new TextEncoder().encode(v);
      w.u32le(octets.length).bytes(octets);
    }
  },
};

/** Short plain text is put together here: the decoder of the platform costs more than the text. */
const textOf = (b: Uint8Array, start: number, end: number): string => {
  if (end - start > 24) return utf8(b, start, end);
  let out = '';
  for (let i = start; i < end; i++) {
    const c = b[i]!;
    if (c >= 0x7f || c < 0x20) return utf8(b, start, end);
    out += String.fromCharCode(c);
  }
  return out;
};

/** Copied octets; null is not the empty string of octets. */
export const byteString: Codec<Uint8Array | null> = {
  read(r) {
    const n = lengthOf(r);
    if (n < 0) return null;
    const o = r.take(n);
    return o < 0 ? null : r.bytes.slice(o, o + n);
  },
  write(w, v) {
    if (v === null) w.u32le(-1);
    else w.u32le(v.length).bytes(v);
  },
};

/** A byte string that is a credential: only that it was there. */
export const secret: Codec<string | null> = {
  read(r) {
    const n = lengthOf(r);
    if (n < 0) return null;
    r.take(n);
    return n === 0 ? '' : MASKED;
  },
  write: (w, v) => string.write(w, v),
};

/** Microseconds from 1601-01-01 to 1970-01-01. */
const EPOCH_US = 11_644_473_600_000_000;
/** The wire's 0: no time at all (section 5.2.2.5). */
export const NO_TIME = -EPOCH_US;
/** Microseconds since 1970; the wire counts tenths of them since 1601. `NO_TIME` where there is none. */
export const dateTime: Codec<number> = {
  read(r) {
    const o = r.take(8);
    if (o < 0) return NO_TIME;
    const high = i32le(r.bytes, o + 4);
    const tens = Math.floor(high / 10);
    const rest = (high - tens * 10) * 0x1_0000_0000 + u32le(r.bytes, o);
    return tens * 0x1_0000_0000 + Math.floor(rest / 10) - EPOCH_US;
  },
  write: (w, v) => write64(w, BigInt(v + EPOCH_US) * 10n),
};
/** RFC 3339; empty where there is no time or none that a calendar knows. */
export const timeText = (us: number): string => {
  const ms = us / 1000;
  return us === NO_TIME || !(Math.abs(ms) < 8.64e15) ? '' : new Date(ms).toISOString();
};

/** `72962b91-fa75-4ae6-8d28-b404dc7daf63` (section 5.2.2.6). */
export const guid: Codec<string> = {
  read(r) {
    const o = r.take(16);
    if (o < 0) return '00000000-0000-0000-0000-000000000000';
    const b = r.bytes;
    const head = (u32le(b, o) + 0x1_0000_0000).toString(16).slice(1);
    const second = (u16le(b, o + 4) + 0x10000).toString(16).slice(1);
    const third = (u16le(b, o + 6) + 0x10000).toString(16).slice(1);
    return `${head}-${second}-${third}-${hex(b, o + 8, o + 10)}-${hex(b, o + 10, o + 16)}`;
  },
  write(w, v) {
    const d = v.replaceAll('-', '');
    w.u32le(Number.parseInt(d.slice(0, 8), 16));
    w.u16le(Number.parseInt(d.slice(8, 12), 16)).u16le(Number.parseInt(d.slice(12, 16), 16));
    for (let i = 16; i < 32; i += 2) w.u8(Number.parseInt(d.slice(i, i + 2), 16));
  },
};

/** A structure of fields in the order of the wire. */
export interface StructureCodec<T> extends Codec<T> {
  /** Its name in the specification. */
  readonly typeName: string;
}
type Fields = Readonly<Record<string, Codec<unknown>>>;
export const structure = <F extends Fields>(
  typeName: string,
  fields: F,
): StructureCodec<{ readonly [K in keyof F]: ValueOf<F[K]> }> => {
  type T = { readonly [K in keyof F]: ValueOf<F[K]> };
  const names: readonly string[] = Object.keys(fields);
  const codecs: readonly Codec<unknown>[] = Object.values(fields);
  const n = names.length;
  return {
    typeName,
    read(r) {
      const out: Record<string, unknown> = {};
      for (let i = 0; i < n; i++) out[names[i]!] = codecs[i]!.read(r);
      return out as T;
    },
    readPart(r) {
      const out: Record<string, unknown> = {};
      for (let i = 0; i < n && !r.broken; i++) {
        const codec = codecs[i]!;
        const part = codec.readPart === undefined ? codec.read(r) : codec.readPart(r);
        if (!r.broken || codec.readPart !== undefined) out[names[i]!] = part;
      }
      return out;
    },
    write(w, v) {
      for (let i = 0; i < n; i++) codecs[i]!.write(w, (v as Record<string, unknown>)[names[i]!]);
    },
  };
};

/** An array with its length before it (section 5.2.5); null is read as null, as the specification tells it from empty. */
export const arrayOf = <T>(item: Codec<T>): Codec<readonly T[] | null> => ({
  read(r) {
    const n = lengthOf(r);
    if (n < 0) return null;
    const out: T[] = [];
    // Each element has at least one octet, so that a length that lies ends with the octets.
    if (n > r.end - r.offset) {
      r.broken = true;
      return out;
    }
    for (let i = 0; i < n && !r.broken; i++) out.push(item.read(r));
    return out;
  },
  readPart(r) {
    const n = lengthOf(r);
    const out: unknown[] = [];
    for (let i = 0; i < n && !r.broken && r.offset < r.end; i++) {
      const part = item.readPart === undefined ? item.read(r) : item.readPart(r);
      if (!r.broken || item.readPart !== undefined) out.push(part);
    }
    if (out.length < n) r.broken = true;
    return n < 0 ? null : out;
  },
  write(w, v) {
    if (v === null) {
      w.u32le(-1);
      return;
    }
    w.u32le(v.length);
    for (const x of v) item.write(w, x);
  },
});
