/**
 * Elementary CIP data types on the wire: little-endian, named as in IEC 61131-3. Source: The CIP Networks Library Volume 1,
 * appendix C-6 (type codes); structures and the Logix string type from Rockwell 1756-PM020, chapter 2.
 */

import type { EndpointId } from '../../core/endpoint.ts';
import type { At, ObservationSink, Value } from '../../core/observation.ts';
import { ascii, f32le, f64le, hex, i16le, i32le, i64le, u16le, u32le, u64le } from '../../lib/bytes.ts';

export interface TypeInfo {
  readonly name: string;
  /** Octets of one value, 0 where the length is in the data. */
  readonly size: number;
}

const TYPE: ReadonlyMap<number, TypeInfo> = new Map([
  [0xc1, { name: 'BOOL', size: 1 }],
  [0xc2, { name: 'SINT', size: 1 }],
  [0xc3, { name: 'INT', size: 2 }],
  [0xc4, { name: 'DINT', size: 4 }],
  [0xc5, { name: 'LINT', size: 8 }],
  [0xc6, { name: 'USINT', size: 1 }],
  [0xc7, { name: 'UINT', size: 2 }],
  [0xc8, { name: 'UDINT', size: 4 }],
  [0xc9, { name: 'ULINT', size: 8 }],
  [0xca, { name: 'REAL', size: 4 }],
  [0xcb, { name: 'LREAL', size: 8 }],
  [0xcc, { name: 'STIME', size: 4 }],
  [0xcd, { name: 'DATE', size: 2 }],
  [0xce, { name: 'TIME_OF_DAY', size: 4 }],
  [0xd0, { name: 'STRING', size: 0 }],
  [0xd1, { name: 'BYTE', size: 1 }],
  [0xd2, { name: 'WORD', size: 2 }],
  [0xd3, { name: 'DWORD', size: 4 }],
  [0xd4, { name: 'LWORD', size: 8 }],
  [0xd6, { name: 'FTIME', size: 4 }],
  [0xd7, { name: 'LTIME', size: 8 }],
  [0xd8, { name: 'ITIME', size: 2 }],
  [0xda, { name: 'SHORT_STRING', size: 0 }],
  [0xdb, { name: 'TIME', size: 4 }],
]);
export const typeOf = (code: number): TypeInfo | undefined => TYPE.get(code);

/** Type code of a structure on the wire; a 16-bit handle (checksum over the template) follows. */
export const STRUCTURE = 0x02a0;
/** Handle of the predefined Logix STRING: DINT length, 82 characters. */
const LOGIX_STRING = 0x0fce;

/** One value of 32 bits or less, or a REAL/LREAL, at `o`. The type must be one of those. */
const small = (b: Uint8Array, o: number, code: number): number => {
  switch (code) {
    case 0xca:
      return f32le(b, o);
    case 0xcb:
      return f64le(b, o);
    case 0xc4:
    case 0xcc:
    case 0xd6:
    case 0xdb:
      return i32le(b, o);
    case 0xc3:
    case 0xd8:
      return i16le(b, o);
    case 0xc2:
      return (b[o]! << 24) >> 24;
    case 0xc7:
    case 0xcd:
    case 0xd2:
      return u16le(b, o);
    case 0xc8:
    case 0xce:
    case 0xd3:
      return u32le(b, o);
    default:
      return b[o]!;
  }
};

const isWide = (code: number) => code === 0xc5 || code === 0xc9 || code === 0xd4 || code === 0xd7;

/** Reused by arrays: valid during the call of the sink. */
let block = new Float64Array(64);

/** At most this many 64-bit values of one array are emitted; the rest is left in the message. */
const MAX_WIDE = 64;

/**
 * Emits what a typed tag answer or write holds: a scalar as a value, an array as a block (area is the tag's name), a
 * structure as hexadecimal text. `code` and, for structures, `handle` come from the message; `first` is the index of the
 * first element. Returns false when the data does not hold one whole value.
 */
export const emitTyped = (
  sink: Pick<ObservationSink, 'value' | 'values'>,
  at: At,
  target: EndpointId,
  path: string,
  access: 'read' | 'write',
  code: number,
  handle: number,
  b: Uint8Array,
  start: number,
  first: number,
): boolean => {
  const end = b.length;
  if (code === STRUCTURE) {
    if (handle === LOGIX_STRING && start + 4 <= end) {
      const length = Math.min(u32le(b, start), end - start - 4);
      sink.value(at, { target, path, type: 'STRING', value: ascii(b, start + 4, start + 4 + length), access });
    } else sink.value(at, { target, path, type: 'structure', value: hex(b, start, end), access });
    return true;
  }
  const type = TYPE.get(code);
  if (type === undefined) {
    sink.value(at, { target, path, type: 'bytes', value: hex(b, start, end), access });
    return true;
  }
  if (type.size === 0) {
    const prefix = code === 0xd0 ? 2 : 1;
    if (start + prefix > end) return false;
    const length = Math.min(code === 0xd0 ? u16le(b, start) : b[start]!, end - start - prefix);
    sink.value(at, { target, path, type: type.name, value: ascii(b, start + prefix, start + prefix + length), access });
    return true;
  }
  const count = Math.floor((end - start) / type.size);
  if (count === 0) return false;
  if (isWide(code)) {
    const signed = code === 0xc5 || code === 0xd7;
    for (let i = 0; i < count && i < MAX_WIDE; i++) {
      const o = start + 8 * i;
      const value = signed ? i64le(b, o) : u64le(b, o);
      const element = count === 1 && first === 0 ? path : `${path}[${first + i}]`;
      sink.value(at, { target, path: element, type: type.name, value, access });
    }
    return true;
  }
  if (count === 1 && first === 0) {
    const number = small(b, start, code);
    // 1756-PM020: a BOOL is one octet, 0xff or 0x01 when true.
    const value: Value = code === 0xc1 ? number !== 0 : number;
    sink.value(at, { target, path, type: type.name, value, access });
    return true;
  }
  if (block.length < count) block = new Float64Array(Math.max(count, 2 * block.length));
  for (let i = 0, o = start; i < count; i++, o += type.size) block[i] = small(b, o, code);
  sink.values(at, { target, area: path, start: first, values: block, count, access });
  return true;
};
