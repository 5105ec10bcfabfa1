/**
 * Objects that are no single number: device attributes (g0), control blocks (g12), files (g70), storage (g81), data sets
 * (g85..g88), strings (g110..g113), authentication (g120). Source: IEEE 1815-2012 annex A, clause 7 for g120.
 */
import { f32le, f64le, hex, i16le, i32le, i64le, u16le, u32le, u64le, utf8 } from '../../lib/bytes.ts';
import { MASKED } from '../../lib/masked.ts';
import type { AuthDetail, DataSetElement, ObjectDetail } from './message.ts';
import { ATTRIBUTE_NAMES } from './names.ts';

/** Characters kept of one text; the rest is not. */
const MAX_TEXT = 1024;
/** Octets kept of a file block, an octet string or private content; the rest is counted only. */
const MAX_OCTETS = 256;
/** Elements kept of one data set; the rest is left out. */
const MAX_ELEMENTS = 256;

/** DNP3TIME: 48 bits, milliseconds since 1970-01-01 UTC. */
export const u48le = (b: Uint8Array, o: number): number => u32le(b, o) + u16le(b, o + 4) * 4294967296;

const text = (b: Uint8Array, start: number, end: number): string =>
  start >= end ? '' : utf8(b, start, Math.min(end, start + MAX_TEXT));

/** The characters when all are printable ASCII (a trailing NUL is allowed), else ''. */
const printable = (b: Uint8Array, start: number, end: number): string => {
  let stop = end;
  while (stop > start && b[stop - 1] === 0) stop--;
  for (let i = start; i < stop; i++) if (b[i]! < 32 || b[i]! > 126) return '';
  return text(b, start, stop);
};
const kept = (b: Uint8Array, start: number, end: number): Uint8Array =>
  b.slice(start, Math.min(end, start + MAX_OCTETS));

/** A string or private octets from `start` to `end`. */
export const octetsDetail = (b: Uint8Array, start: number, end: number): ObjectDetail => ({
  kind: 'octets',
  octets: kept(b, start, end),
  text: printable(b, start, end),
});

/** CROB or pattern control block: 11 octets, the last is the status (A.8.1). */
export const controlDetail = (b: Uint8Array, o: number): ObjectDetail => ({
  kind: 'control',
  code: b[o]!,
  repeat: b[o + 1]!,
  onMs: u32le(b, o + 2),
  offMs: u32le(b, o + 6),
});

/** g50v4: time (a column of its own), interval count, units (A.23.4). */
export const intervalDetail = (b: Uint8Array, o: number): ObjectDetail => ({
  kind: 'time-interval',
  intervalCount: u32le(b, o + 6),
  units: b[o + 10]!,
});

/** g81v1: overflow state in the highest bit, fill percentage, group, variation (A.31.1). */
export const storageDetail = (b: Uint8Array, o: number): ObjectDetail => ({
  kind: 'storage',
  overflow: b[o]! >> 7,
  fillPercent: b[o]! & 127,
  group: b[o + 1]!,
  variation: b[o + 2]!,
});

/** g101: `octets` of packed decimal digits, low octet first; NaN where a digit is none. */
export const bcdValue = (b: Uint8Array, start: number, octets: number): number => {
  let value = 0;
  for (let i = start + octets - 1; i >= start; i--) {
    const high = b[i]! >> 4;
    const low = b[i]! & 15;
    if (high > 9 || low > 9) return Number.NaN;
    value = value * 100 + high * 10 + low;
  }
  return value;
};

const NO_LIST: readonly number[] = [];

/** g0 (A.1): data type, length, value. `end` is the end of the value. */
export const attributeDetail = (b: Uint8Array, start: number, end: number, variation: number): ObjectDetail => {
  const dataType = b[start]!;
  const from = start + 2;
  const octets = end - from;
  let value: string | number | bigint = '';
  let list = NO_LIST;
  switch (dataType) {
    case 1:
      value = text(b, from, end);
      break;
    case 2:
      value =
        octets === 1
          ? b[from]!
          : octets === 2
            ? u16le(b, from)
            : octets === 4
              ? u32le(b, from)
              : octets === 8
                ? u64le(b, from)
                : hex(b, from, end);
      break;
    case 3:
      value =
        octets === 1
          ? (b[from]! << 24) >> 24
          : octets === 2
            ? i16le(b, from)
            : octets === 4
              ? i32le(b, from)
              : octets === 8
                ? i64le(b, from)
                : hex(b, from, end);
      break;
    case 4:
      value = octets === 4 ? f32le(b, from) : octets === 8 ? f64le(b, from) : hex(b, from, end);
      break;
    case 7:
      value = octets === 6 ? u48le(b, from) : hex(b, from, end);
      break;
    case 254:
    case 255:
      list = Array.from(b.subarray(from, end));
      break;
    default:
      value = hex(b, from, end);
  }
  return { kind: 'attribute', name: ATTRIBUTE_NAMES.get(variation) ?? '', dataType, value, list };
};

/** Characters that an offset and a size within the object point to (A.25); '' where they point outside. */
const pointed = (b: Uint8Array, start: number, end: number, offset: number, size: number): string =>
  size === 0 || start + offset + size > end ? '' : text(b, start + offset, start + offset + size);

/** g70 (A.25): one object of `start`..`end`; undefined where it is too short. */
export const fileDetail = (b: Uint8Array, start: number, end: number, variation: number): ObjectDetail | undefined => {
  const octets = end - start;
  switch (variation) {
    case 2: {
      if (octets < 12) return undefined;
      const user = pointed(b, start, end, u16le(b, start), u16le(b, start + 2));
      const hasPassword = u16le(b, start + 6) > 0;
      return {
        kind: 'file-authentication',
        user,
        password: hasPassword ? MASKED : '',
        hasKey: u32le(b, start + 8) !== 0,
      };
    }
    case 3:
      if (octets < 26) return undefined;
      return {
        kind: 'file-command',
        name: pointed(b, start, end, u16le(b, start), u16le(b, start + 2)),
        createdMs: u48le(b, start + 4),
        permissions: u16le(b, start + 10),
        hasKey: u32le(b, start + 12) !== 0,
        size: u32le(b, start + 16),
        mode: u16le(b, start + 20),
        maxBlock: u16le(b, start + 22),
        requestId: u16le(b, start + 24),
      };
    case 4:
      if (octets < 13) return undefined;
      return {
        kind: 'file-status',
        handle: u32le(b, start),
        size: u32le(b, start + 4),
        maxBlock: u16le(b, start + 8),
        requestId: u16le(b, start + 10),
        status: b[start + 12]!,
        text: text(b, start + 13, end),
      };
    case 5:
    case 6: {
      if (octets < (variation === 5 ? 8 : 9)) return undefined;
      const handle = u32le(b, start);
      const word = u32le(b, start + 4);
      const block = word & 0x7fffffff;
      const last = word >= 0x80000000;
      return variation === 5
        ? { kind: 'file-block', handle, block, last, octets: octets - 8, head: kept(b, start + 8, end) }
        : { kind: 'file-block-status', handle, block, last, status: b[start + 8]!, text: text(b, start + 9, end) };
    }
    case 7:
      if (octets < 20) return undefined;
      return {
        kind: 'file-descriptor',
        name: pointed(b, start, end, u16le(b, start), u16le(b, start + 2)),
        fileType: u16le(b, start + 4),
        size: u32le(b, start + 6),
        createdMs: u48le(b, start + 10),
        permissions: u16le(b, start + 16),
        requestId: u16le(b, start + 18),
      };
    default:
      return { kind: 'file-specification', name: text(b, start, end) };
  }
};

/** g85, g86: elements of length, descriptor code, data type, maximum length, ancillary value; g87, g88: length and value. */
export const dataSetDetail = (b: Uint8Array, start: number, end: number, group: number): ObjectDetail => {
  const elements: DataSetElement[] = [];
  const described = group <= 86;
  let at = start;
  while (at < end && elements.length < MAX_ELEMENTS) {
    const stop = at + 1 + b[at]!;
    if (stop > end || (described && b[at]! < 3)) break;
    const from = described ? at + 4 : at + 1;
    elements.push({
      code: described ? b[at + 1]! : -1,
      dataType: described ? b[at + 2]! : -1,
      maxLength: described ? b[at + 3]! : -1,
      value: printable(b, from, stop) || hex(b, from, stop),
    });
    at = stop;
  }
  return { kind: 'data-set', elements };
};

const NO_AUTH: AuthDetail = {
  kind: 'authentication',
  user: -1,
  sequence: -1,
  macAlgorithm: -1,
  keyAlgorithm: -1,
  code: -1,
  role: -1,
  userName: '',
  timeMs: -1,
  text: '',
  octets: 0,
};

/** g120 (A.45); undefined where it is too short. Keys, MACs and challenges are counted, not kept. */
export const authDetail = (b: Uint8Array, start: number, end: number, variation: number): AuthDetail | undefined => {
  const octets = end - start;
  const least = AUTH_LEAST[variation] ?? 0;
  if (octets < least) return undefined;
  const rest = octets - least;
  switch (variation) {
    case 1:
      return {
        ...NO_AUTH,
        sequence: u32le(b, start),
        user: u16le(b, start + 4),
        macAlgorithm: b[start + 6]!,
        code: b[start + 7]!,
        octets: rest,
      };
    case 2:
    case 3:
    case 6:
      return { ...NO_AUTH, sequence: u32le(b, start), user: u16le(b, start + 4), octets: rest };
    case 4:
      return { ...NO_AUTH, user: u16le(b, start) };
    case 5:
      return {
        ...NO_AUTH,
        sequence: u32le(b, start),
        user: u16le(b, start + 4),
        keyAlgorithm: b[start + 6]!,
        code: b[start + 7]!,
        macAlgorithm: b[start + 8]!,
        octets: rest,
      };
    case 7:
      return {
        ...NO_AUTH,
        sequence: u32le(b, start),
        user: u16le(b, start + 4),
        role: u16le(b, start + 6),
        code: b[start + 8]!,
        timeMs: u48le(b, start + 9),
        text: text(b, start + 15, end),
      };
    case 8:
      return { ...NO_AUTH, keyAlgorithm: b[start]!, code: b[start + 1]!, octets: rest };
    case 10: {
      const nameEnd = start + 16 + u16le(b, start + 10);
      return {
        ...NO_AUTH,
        keyAlgorithm: b[start]!,
        code: b[start + 1]!,
        sequence: u32le(b, start + 2),
        role: u16le(b, start + 6),
        userName: nameEnd <= end ? text(b, start + 16, nameEnd) : '',
        octets: rest,
      };
    }
    case 11: {
      const nameEnd = start + 5 + u16le(b, start + 1);
      return {
        ...NO_AUTH,
        keyAlgorithm: b[start]!,
        userName: nameEnd <= end ? text(b, start + 5, nameEnd) : '',
        octets: rest,
      };
    }
    case 12:
    case 13:
      return { ...NO_AUTH, sequence: u32le(b, start), user: u16le(b, start + 4), octets: rest };
    default:
      return { ...NO_AUTH, octets: rest };
  }
};
/** Octets of the fixed part by variation. */
const AUTH_LEAST: readonly number[] = [0, 8, 6, 6, 2, 11, 6, 15, 2, 0, 16, 5, 8, 8, 0, 0];
