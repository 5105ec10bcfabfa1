/**
 * Application fragments: header, object headers, objects (IEEE 1815-2012 clauses 4.2 and 11.3). Everything is copied out
 * of the octets; sizes are checked against what is left before anything is read.
 */
import { f32le, f64le, i16le, i32le, u16le, u32le } from '../../lib/bytes.ts';
import {
  attributeDetail,
  authDetail,
  bcdValue,
  controlDetail,
  dataSetDetail,
  fileDetail,
  intervalDetail,
  octetsDetail,
  storageDetail,
  u48le,
} from './details.ts';
import type { Fragment, FragmentDefect, ObjectBlock, ObjectDetail } from './message.ts';
import { FUNCTION } from './names.ts';
import { FORM, type Layout, layoutOf, VALUE } from './objects.ts';

/** Object headers of one fragment; a fragment with more is cut there and has the defect `count`. */
const MAX_BLOCKS = 1024;
/** Values of one fragment: the bits of the longest one; what counts more has the defect `count`. */
const MAX_VALUES = 131_072;

const NO_NUMBERS: readonly number[] = [];
const NO_DETAILS: readonly ObjectDetail[] = [];
const NO_BLOCKS: readonly ObjectBlock[] = [];

/** Requests whose object headers are followed by objects; the others name points only (4.4, table 4-3). */
const CARRIES_OBJECTS = new Set<number>([
  FUNCTION.WRITE,
  FUNCTION.SELECT,
  FUNCTION.OPERATE,
  FUNCTION.DIRECT_OPERATE,
  FUNCTION.DIRECT_OPERATE_NO_RESPONSE,
  FUNCTION.OPEN_FILE,
  FUNCTION.CLOSE_FILE,
  FUNCTION.DELETE_FILE,
  FUNCTION.GET_FILE_INFORMATION,
  FUNCTION.AUTHENTICATE_FILE,
  FUNCTION.ABORT_FILE,
  FUNCTION.ACTIVATE_CONFIGURATION,
  FUNCTION.AUTHENTICATION_REQUEST,
  FUNCTION.AUTHENTICATION_REQUEST_NO_ACK,
]);

/** The fragment of octets `start`..`end` (at least 2 of requests, 4 of responses, else undefined). `exchange` is set by the caller. */
export const decodeFragment = (b: Uint8Array, start: number, end: number): MutableFragment | undefined => {
  if (end - start < 2) return undefined;
  const functionCode = b[start + 1]!;
  const response = functionCode >= 0x80;
  if (response && end - start < 4) return undefined;
  const control = b[start]!;
  const fragment: MutableFragment = {
    control,
    functionCode,
    iin: response ? (b[start + 2]! << 8) | b[start + 3]! : -1,
    objects: NO_BLOCKS,
    exchange: 0,
    defect: '',
  };
  const at = start + (response ? 4 : 2);
  if (at < end) fragment.defect = decodeObjects(b, at, end, fragment);
  return fragment;
};
export type MutableFragment = { -readonly [K in keyof Fragment]: Fragment[K] };
type Block = { -readonly [K in keyof ObjectBlock]: ObjectBlock[K] };

const decodeObjects = (b: Uint8Array, start: number, end: number, fragment: MutableFragment): FragmentDefect => {
  const code = fragment.functionCode;
  const carries = code >= 0x80 || CARRIES_OBJECTS.has(code);
  const isFreezeAtTime = code === FUNCTION.FREEZE_AT_TIME || code === FUNCTION.FREEZE_AT_TIME_NO_RESPONSE;
  const blocks: ObjectBlock[] = [];
  fragment.objects = blocks;
  let commonTime = -1;
  let values = 0;
  let at = start;
  while (at < end) {
    if (blocks.length >= MAX_BLOCKS) return 'count';
    if (at + 3 > end) return 'short';
    const block: Block = {
      group: b[at]!,
      variation: b[at + 1]!,
      qualifier: b[at + 2]!,
      start: -1,
      stop: -1,
      count: 0,
      indexes: NO_NUMBERS,
      values: NO_NUMBERS,
      flags: NO_NUMBERS,
      times: NO_NUMBERS,
      statuses: NO_NUMBERS,
      details: NO_DETAILS,
      commonTime: -1,
    };
    const range = readRange(b, at + 3, end, block);
    if (typeof range === 'string') {
      if (range !== 'short') blocks.push(block);
      return range;
    }
    at = range;
    blocks.push(block);
    const prefix = (block.qualifier >> 4) & 7;
    const hasObjects = carries || prefix >= 4 || block.group === 120 || (isFreezeAtTime && block.group === 50);
    const layout = layoutOf(block.group, block.variation);
    const form = layout === undefined ? -1 : layout.form;
    const all = (block.qualifier & 15) === 6;
    if (!hasObjects || form === FORM.NONE || (all && prefix === 0)) {
      // Names of points only; with a prefix these are a list of indexes.
      if (prefix === 0 || block.count === 0) continue;
      const width = prefix === 3 ? 4 : prefix;
      if (width > 4 || block.count * width > end - at) return 'short';
      values += block.count;
      if (values > MAX_VALUES) return 'count';
      const indexes: number[] = [];
      for (let i = 0; i < block.count; i++, at += width) indexes.push(readWidth(b, at, width));
      block.indexes = indexes;
      continue;
    }
    values += block.count;
    if (values > MAX_VALUES) return 'count';
    block.commonTime = layout?.timeOctets === 2 ? commonTime : -1;
    const next =
      layout === undefined ? readSized(b, at, end, block, undefined) : readObjects(b, at, end, block, layout);
    if (next < 0) return next === SHORT ? 'short' : 'object';
    at = next;
    if (block.group === 51 && block.times.length > 0) commonTime = block.times[0]!;
  }
  return '';
};

const SHORT = -1;
const UNKNOWN = -2;

const readWidth = (b: Uint8Array, o: number, width: number): number =>
  width === 1 ? b[o]! : width === 2 ? u16le(b, o) : u32le(b, o);

/** Reads the range field; the offset behind it, or what is wrong. */
const readRange = (b: Uint8Array, at: number, end: number, block: Block): number | FragmentDefect => {
  const prefix = (block.qualifier >> 4) & 7;
  const code = block.qualifier & 15;
  if (block.qualifier >= 0x80 || prefix === 7) return 'qualifier';
  if (code <= 5) {
    const width = 1 << (code % 3);
    if (at + 2 * width > end) return 'short';
    block.start = readWidth(b, at, width);
    block.stop = readWidth(b, at + width, width);
    if (block.stop < block.start) return 'range';
    block.count = block.stop - block.start + 1;
    return at + 2 * width;
  }
  if (code === 6) return at;
  if (code <= 9 || code === 11) {
    const width = code === 11 ? 1 : 1 << (code - 7);
    if (at + width > end) return 'short';
    block.count = readWidth(b, at, width);
    return at + width;
  }
  return 'qualifier';
};

const readObjects = (b: Uint8Array, start: number, end: number, block: Block, layout: Layout): number => {
  const prefix = (block.qualifier >> 4) & 7;
  if (prefix >= 4) return readSized(b, start, end, block, layout);
  switch (layout.form) {
    case FORM.BITS:
      return readBits(b, start, end, block, 1);
    case FORM.DOUBLE_BITS:
      return readBits(b, start, end, block, 2);
    case FORM.COLUMNS:
      return readColumns(b, start, end, block, layout, prefix === 3 ? 4 : prefix);
    default:
      return readDetails(b, start, end, block, layout, prefix === 3 ? 4 : prefix);
  }
};

/** Packed states, the first in the lowest bits; with an index prefix each has an octet of its own. */
const readBits = (b: Uint8Array, start: number, end: number, block: Block, width: number): number => {
  const prefix = (block.qualifier >> 4) & 7;
  const mask = width === 1 ? 1 : 3;
  const values: number[] = [];
  const count = block.count;
  if (prefix !== 0) {
    const step = prefix === 3 ? 4 : prefix;
    if (count * (step + 1) > end - start) return SHORT;
    const indexes: number[] = [];
    for (let i = 0, at = start; i < count; i++, at += step + 1) {
      indexes.push(readWidth(b, at, step));
      values.push(b[at + step]! & mask);
    }
    block.indexes = indexes;
    block.values = values;
    return start + count * (step + 1);
  }
  const octets = Math.ceil((count * width) / 8);
  const present = Math.min(count, ((end - start) * 8) / width);
  for (let i = 0; i < present; i++) {
    const bit = i * width;
    values.push((b[start + (bit >> 3)]! >> (bit & 7)) & mask);
  }
  block.values = values;
  return octets > end - start ? SHORT : start + octets;
};

const valueAt = (b: Uint8Array, o: number, kind: number): number => {
  switch (kind) {
    case VALUE.I16:
      return i16le(b, o);
    case VALUE.I32:
      return i32le(b, o);
    case VALUE.U16:
      return u16le(b, o);
    case VALUE.U32:
      return u32le(b, o);
    case VALUE.F32:
      return f32le(b, o);
    case VALUE.F64:
      return f64le(b, o);
    case VALUE.STATE:
      return b[o]! >> 7;
    case VALUE.DOUBLE:
      return b[o]! >> 6;
    default:
      return b[o]!;
  }
};

const readColumns = (
  b: Uint8Array,
  start: number,
  end: number,
  block: Block,
  layout: Layout,
  prefix: number,
): number => {
  const count = block.count;
  const step = prefix + layout.size;
  if (count * step > end - start) return SHORT;
  const { flags, status, value, valueKind, time, timeOctets } = layout;
  if (prefix > 0) {
    const column: number[] = [];
    for (let i = 0, o = start; i < count; i++, o += step) column.push(readWidth(b, o, prefix));
    block.indexes = column;
  }
  const first = start + prefix;
  if (value >= 0) {
    const column: number[] = [];
    for (let i = 0, o = first + value; i < count; i++, o += step) column.push(valueAt(b, o, valueKind));
    block.values = column;
  }
  if (flags >= 0) {
    const column: number[] = [];
    for (let i = 0, o = first + flags; i < count; i++, o += step) column.push(b[o]!);
    block.flags = column;
  }
  if (status >= 0) {
    const column: number[] = [];
    for (let i = 0, o = first + status; i < count; i++, o += step) column.push(b[o]! & 127);
    block.statuses = column;
  }
  if (time >= 0) {
    const column: number[] = [];
    for (let i = 0, o = first + time; i < count; i++, o += step)
      column.push(timeOctets === 6 ? u48le(b, o) : u16le(b, o));
    block.times = column;
  }
  return start + count * step;
};

/** Objects without size prefix that are more than columns. */
const readDetails = (
  b: Uint8Array,
  start: number,
  end: number,
  block: Block,
  layout: Layout,
  prefix: number,
): number => {
  const details: ObjectDetail[] = [];
  const indexes: number[] = [];
  const statuses: number[] = [];
  const times: number[] = [];
  const values: number[] = [];
  let at = start;
  for (let i = 0; i < block.count; i++) {
    if (at + prefix > end) return SHORT;
    if (prefix > 0) indexes.push(readWidth(b, at, prefix));
    at += prefix;
    const size = sizeOf(b, at, end, block, layout);
    if (size < 0) return size;
    if (at + size > end) return SHORT;
    if (layout.form === FORM.CONTROL) {
      details.push(controlDetail(b, at));
      statuses.push(b[at + 10]! & 127);
    } else if (layout.form === FORM.BCD) values.push(bcdValue(b, at, size));
    else if (layout.form === FORM.INDEXED_TIME) {
      times.push(u48le(b, at));
      details.push(intervalDetail(b, at));
    } else {
      const detail = detailOf(b, at, at + size, block, layout);
      if (detail === undefined) return SHORT;
      details.push(detail);
    }
    at += size;
  }
  block.indexes = indexes;
  block.details = details;
  block.statuses = statuses;
  block.times = times;
  block.values = values;
  return at;
};

/** Octets of one object that has no size prefix. */
const sizeOf = (b: Uint8Array, at: number, end: number, block: Block, layout: Layout): number => {
  switch (layout.form) {
    case FORM.CONTROL:
    case FORM.INDEXED_TIME:
      return 11;
    case FORM.BCD:
      return layout.size;
    case FORM.STORAGE:
      return 3;
    case FORM.STRING:
      return block.variation;
    case FORM.ATTRIBUTE:
      // Type 255 (U8BS8EXLIST) adds 256 to its length (A.1).
      return at + 2 > end ? SHORT : 2 + b[at + 1]! + (b[at] === 255 ? 256 : 0);
    case FORM.AUTHENTICATION:
      return block.variation === 3 ? 6 : block.variation === 4 ? 2 : UNKNOWN;
    case FORM.FILE:
      // Only the transport object may come without size prefix, alone and up to the end.
      return UNKNOWN;
    default:
      return UNKNOWN;
  }
};

/** Objects with a size prefix (codes 4..6): one, two or four octets of length before each. */
const readSized = (b: Uint8Array, start: number, end: number, block: Block, layout: Layout | undefined): number => {
  const prefix = (block.qualifier >> 4) & 7;
  if (prefix < 4) return UNKNOWN;
  const width = 1 << (prefix - 4);
  const details: ObjectDetail[] = [];
  let at = start;
  for (let i = 0; i < block.count; i++) {
    if (at + width > end) return SHORT;
    const size = readWidth(b, at, width);
    at += width;
    if (size > end - at) return SHORT;
    const detail = detailOf(b, at, at + size, block, layout);
    if (detail === undefined) return SHORT;
    details.push(detail);
    at += size;
  }
  block.details = details;
  return at;
};

const detailOf = (
  b: Uint8Array,
  start: number,
  end: number,
  block: Block,
  layout: Layout | undefined,
): ObjectDetail | undefined => {
  switch (layout === undefined ? FORM.SIZED : layout.form) {
    case FORM.FILE:
      return fileDetail(b, start, end, block.variation);
    case FORM.AUTHENTICATION:
      return authDetail(b, start, end, block.variation);
    case FORM.DATA_SET:
      return dataSetDetail(b, start, end, block.group);
    case FORM.ATTRIBUTE:
      return end - start < 2 ? undefined : attributeDetail(b, start, end, block.variation);
    case FORM.STORAGE:
      return end - start < 3 ? undefined : storageDetail(b, start);
    default:
      return octetsDetail(b, start, end);
  }
};
