/**
 * ASDUs: data unit identifier and information objects (IEC 60870-5-101:2003 clause 7.2). IEC 104 fixes the lengths of its
 * fields (cause 2, common address 2, object address 3); some devices keep the shorter ones of their IEC 101 set-up.
 */
import { f32le, i16le, u16le, u24le, u32le } from '../../lib/bytes.ts';
import type { Asdu, FileEntry, FilePart } from './message.ts';
import { type AsduType, CAUSE_NAMES, PURPOSE, typeOf, VALUE } from './types.ts';

/** Octets of cause of transmission, common address, information object address. */
export interface FieldLengths {
  readonly cause: number;
  readonly common: number;
  readonly object: number;
}
/** IEC 60870-5-104 clause 7.1. */
export const STANDARD: FieldLengths = { cause: 2, common: 2, object: 3 };
/** What IEC 101 allows besides, the likely ones first. */
const SHORTER: readonly FieldLengths[] = [
  { cause: 1, common: 1, object: 2 },
  { cause: 1, common: 2, object: 2 },
  { cause: 1, common: 2, object: 3 },
  { cause: 1, common: 1, object: 1 },
  { cause: 2, common: 2, object: 2 },
  { cause: 2, common: 1, object: 2 },
  { cause: 1, common: 2, object: 1 },
];

const NO_NUMBERS: readonly number[] = [];

/** Does an ASDU of `length` octets agree with its own counts? Types of varying size agree with any length. */
const agrees = (type: AsduType, vsq: number, length: number, f: FieldLengths): boolean => {
  const count = vsq & 127;
  const head = 2 + f.cause + f.common;
  if (type.size < 0) return length >= head;
  return length === head + (vsq & 0x80 ? f.object + count * type.size : count * (f.object + type.size));
};

/** Field lengths that the ASDU from `start` to `end` agrees with: `usual` where it does; undefined for none. */
export const fieldLengths = (
  b: Uint8Array,
  start: number,
  end: number,
  usual: FieldLengths,
): FieldLengths | undefined => {
  const type = typeOf(b[start]!);
  if (type === undefined || end - start < 4) return undefined;
  const vsq = b[start + 1]!;
  if (agrees(type, vsq, end - start, usual)) return usual;
  if ((vsq & 127) === 0 || type.size < 0) return undefined;
  if (usual !== STANDARD && agrees(type, vsq, end - start, STANDARD)) return STANDARD;
  for (const f of SHORTER)
    if (agrees(type, vsq, end - start, f) && CAUSE_NAMES[b[start + 2]! & 63] !== undefined) return f;
  return undefined;
};

const readAddress = (b: Uint8Array, o: number, octets: number): number =>
  octets === 3 ? u24le(b, o) : octets === 2 ? u16le(b, o) : b[o]!;

/** CP56Time2a (7.2.6.18) as milliseconds since 1970 in the station's own time; the flags are those of minute and hour. */
export const cp56 = (b: Uint8Array, o: number): number =>
  Date.UTC(2000 + (b[o + 6]! & 127), (b[o + 5]! & 15) - 1, b[o + 4]! & 31, b[o + 3]! & 31, b[o + 2]! & 63) +
  u16le(b, o);
/** CP24Time2a: milliseconds within the hour. */
const cp24 = (b: Uint8Array, o: number): number => (b[o + 2]! & 63) * 60_000 + u16le(b, o);

const valueAt = (b: Uint8Array, o: number, kind: number): number => {
  switch (kind) {
    case VALUE.SINGLE:
    case VALUE.COMMAND_SINGLE:
      return b[o]! & 1;
    case VALUE.DOUBLE:
    case VALUE.COMMAND_DOUBLE:
      return b[o]! & 3;
    case VALUE.STEP:
      return (b[o]! << 25) >> 25;
    case VALUE.NORMALIZED:
      return i16le(b, o) / 32768;
    case VALUE.SCALED:
      return i16le(b, o);
    case VALUE.FLOAT:
      return f32le(b, o);
    case VALUE.COUNTER:
      return u32le(b, o) | 0;
    case VALUE.BITS32:
      return u32le(b, o);
    case VALUE.STATUS_CHANGE:
    case VALUE.U16:
      return u16le(b, o);
    default:
      return b[o]!;
  }
};

export type MutableAsdu = { -readonly [K in keyof Asdu]: Asdu[K] };

/** The ASDU of octets `start`..`end`; undefined where its identifier is not complete. */
export const decodeAsdu = (b: Uint8Array, start: number, end: number, f: FieldLengths): MutableAsdu | undefined => {
  const head = 2 + f.cause + f.common;
  if (end - start < head) return undefined;
  const cause = b[start + 2]!;
  const vsq = b[start + 1]!;
  const asdu: MutableAsdu = {
    typeId: b[start]!,
    sq: (vsq & 0x80) !== 0,
    count: vsq & 127,
    cause: cause & 63,
    negative: (cause & 0x40) !== 0,
    test: (cause & 0x80) !== 0,
    originator: f.cause === 2 ? b[start + 3]! : -1,
    commonAddress: readAddress(b, start + 2 + f.cause, f.common),
    confirmsBroadcast: false,
    addresses: NO_NUMBERS,
    values: NO_NUMBERS,
    qualities: NO_NUMBERS,
    changes: NO_NUMBERS,
    transients: NO_NUMBERS,
    readings: NO_NUMBERS,
    qualifiers: NO_NUMBERS,
    times: NO_NUMBERS,
    timeFlags: NO_NUMBERS,
    elapsed: NO_NUMBERS,
    file: undefined,
    octets: 0,
    defect: '',
  };
  const type = typeOf(asdu.typeId);
  const at = start + head;
  if (type === undefined) {
    asdu.octets = end - at;
    // 128..255 belong to private agreements.
    if (asdu.typeId < 128) asdu.defect = 'type';
    return asdu;
  }
  if (f !== STANDARD) asdu.defect = 'short-fields';
  else if (CAUSE_NAMES[asdu.cause] === undefined && asdu.cause < 48) asdu.defect = 'cause';
  if (type.purpose === PURPOSE.SECURITY) asdu.octets = end - at;
  else if (type.purpose === PURPOSE.FILE) {
    asdu.file = readFile(b, at, end, asdu, f.object);
    if (asdu.file === undefined) asdu.defect = 'length';
    else if (end - at >= f.object) asdu.addresses = [readAddress(b, at, f.object)];
  } else readObjects(b, at, end, asdu, type, f.object);
  return asdu;
};

const readObjects = (
  b: Uint8Array,
  start: number,
  end: number,
  asdu: MutableAsdu,
  type: AsduType,
  width: number,
): void => {
  const { size, value, valueKind, quality, qualityMask, qualifier, elapsed, time, timeOctets } = type;
  const addresses: number[] = [];
  const values: number[] = [];
  const qualities: number[] = [];
  const besides: number[] = [];
  const qualifiers: number[] = [];
  const times: number[] = [];
  const timeFlags: number[] = [];
  const delays: number[] = [];
  let at = start;
  let address = 0;
  for (let i = 0; i < asdu.count; i++) {
    const named = i === 0 || !asdu.sq;
    if (at + (named ? width : 0) + size > end) {
      asdu.defect = 'length';
      break;
    }
    if (named) {
      address = readAddress(b, at, width);
      at += width;
    } else address++;
    addresses.push(address);
    if (value >= 0) values.push(valueAt(b, at + value, valueKind));
    if (valueKind === VALUE.STATUS_CHANGE) besides.push(u16le(b, at + value + 2));
    else if (valueKind === VALUE.STEP) besides.push(b[at + value]! >> 7);
    else if (valueKind === VALUE.COUNTER) besides.push(b[at + quality]! & 0x1f);
    if (quality >= 0) qualities.push(b[at + quality]! & qualityMask);
    if (qualifier >= 0) qualifiers.push(b[at + qualifier]!);
    if (elapsed >= 0) delays.push(u16le(b, at + elapsed));
    if (time >= 0) {
      const o = at + time;
      times.push(timeOctets === 7 ? cp56(b, o) : cp24(b, o));
      timeFlags.push((b[o + 2]! & 0x80) | (timeOctets === 7 ? b[o + 3]! >> 7 : 0));
    }
    at += size;
  }
  if (at < end && asdu.defect === '') asdu.defect = 'length';
  asdu.addresses = addresses;
  asdu.values = values;
  asdu.qualities = qualities;
  if (valueKind === VALUE.STATUS_CHANGE) asdu.changes = besides;
  else if (valueKind === VALUE.STEP) asdu.transients = besides;
  else if (valueKind === VALUE.COUNTER) asdu.readings = besides;
  asdu.qualifiers = qualifiers;
  asdu.times = times;
  asdu.timeFlags = timeFlags;
  asdu.elapsed = delays;
};

const NO_ENTRIES: readonly FileEntry[] = [];

/** File transfer (7.3.6): object address, name of file, then what the type has. */
const readFile = (
  b: Uint8Array,
  start: number,
  end: number,
  asdu: MutableAsdu,
  width: number,
): FilePart | undefined => {
  const o = start + width;
  const least = FILE_LEAST[asdu.typeId - 120]!;
  if (asdu.typeId === 126) return readDirectory(b, start, end, asdu, width);
  if (end - o < least) return undefined;
  const name = u16le(b, o);
  const part = { name, section: -1, length: -1, qualifier: -1, checksum: -1, entries: NO_ENTRIES };
  switch (asdu.typeId) {
    case 120:
      return { ...part, length: u24le(b, o + 2), qualifier: b[o + 5]! };
    case 121:
      return { ...part, section: b[o + 2]!, length: u24le(b, o + 3), qualifier: b[o + 6]! };
    case 122:
    case 124:
      return { ...part, section: b[o + 2]!, qualifier: b[o + 3]! };
    case 123:
      return { ...part, section: b[o + 2]!, qualifier: b[o + 3]!, checksum: b[o + 4]! };
    case 125:
      return { ...part, section: b[o + 2]!, length: b[o + 3]! };
    default:
      asdu.times = [cp56(b, o + 2), cp56(b, o + 9)];
      return part;
  }
};
/** Octets behind the object address of 120..127. */
const FILE_LEAST: readonly number[] = [6, 7, 4, 5, 4, 4, 13, 16];

const readDirectory = (
  b: Uint8Array,
  start: number,
  end: number,
  asdu: MutableAsdu,
  width: number,
): FilePart | undefined => {
  const entries: FileEntry[] = [];
  let at = start;
  let address = 0;
  for (let i = 0; i < asdu.count; i++) {
    const named = i === 0 || !asdu.sq;
    if (at + (named ? width : 0) + 13 > end) return undefined;
    if (named) {
      address = readAddress(b, at, width);
      at += width;
    } else address++;
    entries.push({
      address,
      name: u16le(b, at),
      length: u24le(b, at + 2),
      status: b[at + 5]!,
      timeMs: cp56(b, at + 6),
    });
    at += 13;
  }
  return { name: -1, section: -1, length: -1, qualifier: -1, checksum: -1, entries };
};
