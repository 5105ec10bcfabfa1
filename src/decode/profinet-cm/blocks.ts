/**
 * Blocks of PROFINET IO to plain data, field by field, nested blocks included. Source: IEC 61158-6-10 section 5.2. Blocks
 * are always big-endian, whatever the RPC header says. A flat block is described by a table, the others have a reader.
 */
import { ipv4Text, macText } from '../../lib/address.ts';
import { ascii, i32be, paddedAscii, u16be, u32be } from '../../lib/bytes.ts';
import { tableOf } from '../../lib/table.ts';
import { uuidText } from '../shared/dcerpc.ts';
import { type Block, type Budget, type Fields, MAX_DATA, MAX_DEPTH, OBSERVED_DATA } from './block.ts';
import { CONTROL, isUnobserved, LAYOUTS, type Layout } from './layouts.ts';
import { blockName } from './names.ts';
import {
  readApis,
  readArData,
  readCheckPeers,
  readDiagnosis,
  readExpected,
  readInterfaceReal,
  readIocr,
  readIrFrames,
  readIrInfo,
  readLogBook,
  readModuleDiff,
  readPortReal,
  readSlots,
  readSubframes,
  readSubmoduleList,
  skipped,
} from './structures.ts';

/** Octets of the kinds of the field tables; texts take their length from the field before. */
const SIZES = tableOf<number>({ u8: 1, u16: 2, u32: 4, u64: 8, uuid: 16, mac: 6, ip: 4 });
const isControl = (type: number): boolean => {
  const t = type & 0x7fff;
  return t >= 0x0110 && t <= 0x0119 && t !== 0x0115;
};

/** Reads a table's fields from `o`; returns where it stopped. Fields beyond `end` are absent. */
const readLayout = (
  b: Uint8Array,
  start: number,
  end: number,
  table: Layout,
  fields: Fields,
  inner: Block[],
  budget: Budget,
  depth: number,
): number => {
  let o = start;
  let last = 0;
  // An iterator and a pair for each field would cost more than the field.
  for (let i = 0; i < table.length; i++) {
    const kind = table[i]![0];
    const name = table[i]![1];
    switch (kind) {
      case 'pad2':
        budget.padding(b, o, Math.min(end, o + 2));
        o += 2;
        continue;
      case 'text':
        if (o + last > end) return end;
        fields[name] = ascii(b, o, o + last);
        o += last;
        continue;
      case 'data':
        if (o < end) fields[name] = b.slice(o, Math.min(end, o + MAX_DATA));
        return end;
      case 'blocks':
        if (o < end) readBlocks(b, o, end, inner, budget, depth + 1);
        return end;
      case 'record':
        if (o < end) readRecord(b, o, end, fields.index as number, inner, fields, budget, depth + 1);
        return end;
      default:
    }
    const size = SIZES[kind] ?? Number(kind.slice(5));
    if (o + size > end) return end;
    if (kind === 'u16') last = u16be(b, o);
    else if (kind === 'u8') last = b[o]!;
    else if (kind === 'u32') last = u32be(b, o);
    fields[name] =
      kind === 'u8' || kind === 'u16' || kind === 'u32'
        ? last
        : kind === 'uuid'
          ? uuidText(b, o, false)
          : kind === 'mac'
            ? macText(b, o)
            : kind === 'ip'
              ? ipv4Text(i32be(b, o))
              : paddedAscii(b, o, o + size);
    o += size;
  }
  return o;
};

/** MRP parameters and state of an interface: domain, role, name, and the blocks of the role (5.2.13.13 and following). */
const readMrp = (
  b: Uint8Array,
  start: number,
  end: number,
  type: number,
  version: number,
  f: Fields,
  inner: Block[],
  budget: Budget,
  depth: number,
): void => {
  // Version 1.1 holds instances of their own type; instance blocks carry their number in the first octet.
  if ((type === 0x0211 || type === 0x0212 || type === 0x0213) && version >= 0x0101) {
    if (start + 2 > end) return;
    f.numberOfEntries = b[start + 1]!;
    budget.padding(b, start, start + 1);
    readBlocks(b, start + 2, end, inner, budget, depth + 1);
    return;
  }
  if (type >= 0x0231) f.mrpInstance = b[start]!;
  budget.padding(b, type >= 0x0231 ? start + 1 : start, Math.min(end, start + 2));
  let o = start + 2;
  if (o + 16 > end) return;
  f.mrpDomainUuid = uuidText(b, o, false);
  o += 16;
  if (type === 0x0213 || type === 0x0233) {
    if (o + 4 <= end) f.mrpCheck = u32be(b, o);
    return;
  }
  if (o + 2 > end) return;
  f.mrpRole = u16be(b, o);
  o += 2;
  if (type === 0x0212 || type === 0x0232) {
    if (o + 2 > end) return;
    f.mrpVersion = u16be(b, o);
    o += 2;
  }
  if (o >= end) return;
  if (type === 0x0211 || type === 0x0231) {
    budget.padding(b, o, Math.min(end, o + 2));
    o += 2;
  }
  if (o >= end) return;
  const length = b[o]!;
  f.mrpDomainName = ascii(b, o + 1, Math.min(end, o + 1 + length));
  o = skipped(b, start - 6, o + 1 + length, end, budget);
  if (o < end) readBlocks(b, o, end, inner, budget, depth + 1);
};

/** Octets of the fields of record headers: asked, answer to a write, answer to a read. */
const ASKED_FIELDS = 50;
const WRITTEN_FIELDS = 42;
const READ_FIELDS = 38;

/**
 * The header of a record, as its layout says, where it is whole: it stands in every call, and a literal costs a fraction of
 * a field after the other.
 */
const recordHeader = (b: Uint8Array, o: number, end: number, type: number, budget: Budget): Fields | undefined => {
  if ((type !== 0x0008 && type !== 0x0009 && type !== 0x8008 && type !== 0x8009) || end - o < READ_FIELDS)
    return undefined;
  // Padding behind the subslot; RWPadding fills the header up to 64 octets.
  const stop = (type & 0x8000) === 0 ? ASKED_FIELDS : type === 0x8009 ? READ_FIELDS : WRITTEN_FIELDS;
  budget.padding(b, o + 26, o + 28);
  budget.padding(b, o + stop, end);
  const seqNumber = u16be(b, o);
  const arUuid = uuidText(b, o + 2, false);
  const api = u32be(b, o + 18);
  const slotNumber = u16be(b, o + 22);
  const subslotNumber = u16be(b, o + 24);
  const index = u16be(b, o + 28);
  const recordDataLength = u32be(b, o + 30);
  if ((type & 0x8000) === 0) {
    if (end - o < ASKED_FIELDS) return undefined;
    const targetArUuid = uuidText(b, o + 34, false);
    return { seqNumber, arUuid, api, slotNumber, subslotNumber, index, recordDataLength, targetArUuid };
  }
  const fields: Fields = {
    seqNumber,
    arUuid,
    api,
    slotNumber,
    subslotNumber,
    index,
    recordDataLength,
    additionalValue1: u16be(b, o + 34),
    additionalValue2: u16be(b, o + 36),
  };
  if (type === 0x8009) return fields;
  if (end - o < WRITTEN_FIELDS) return undefined;
  fields.pnioStatus = u32be(b, o + 38);
  return fields;
};

/** The fields of one block whose header is at `o` and which ends at `end`. */
const readFields = (
  b: Uint8Array,
  o: number,
  end: number,
  type: number,
  version: number,
  f: Fields,
  inner: Block[],
  budget: Budget,
  depth: number,
): void => {
  const start = o + 6;
  if (budget.lean && isUnobserved(type)) return;
  const table = LAYOUTS.get(type);
  if (table !== undefined) {
    readLayout(b, start, end, table, f, inner, budget, depth);
    return;
  }
  switch (type) {
    case 0x0102:
      readIocr(b, start, end, f, budget);
      return;
    case 0x0104:
      readExpected(b, start, end, f, budget);
      return;
    case 0x8104:
      readModuleDiff(b, start, end, f, budget);
      return;
    case 0x0010:
      readDiagnosis(b, start, end, version, f, budget);
      return;
    case 0x0012:
    case 0x0013:
      readSlots(b, start, end, version >= 0x0101, f, budget);
      return;
    case 0x0030:
    case 0x0031:
    case 0x0032:
      readSlots(b, start, end, true, f, budget);
      return;
    case 0x0018:
      readArData(b, start, end, f);
      return;
    case 0x0019:
      readLogBook(b, start, end, f, budget);
      return;
    case 0x001a:
      readApis(b, start, end, f, budget);
      return;
    case 0x0109:
      readIrInfo(b, start, end, f, budget);
      return;
    case 0x0119:
      readSubmoduleList(b, start, end, f, budget);
      return;
    case 0x0207:
      readIrFrames(b, start, end, version, f, budget);
      return;
    case 0x020a:
      readCheckPeers(b, start, end, f, budget);
      return;
    case 0x020f:
      readPortReal(b, o, end, f, budget);
      return;
    case 0x0211:
    case 0x0212:
    case 0x0213:
    case 0x0231:
    case 0x0232:
    case 0x0233:
      readMrp(b, start, end, type, version, f, inner, budget, depth);
      return;
    case 0x022a:
      if (start + 2 <= end) {
        f.numberOfSubframeBlocks = u16be(b, start);
        readBlocks(b, start + 2, end, inner, budget, depth + 1);
      }
      return;
    case 0x022b:
      readSubframes(b, start, end, f, budget);
      return;
    case 0x0240:
      readInterfaceReal(b, o, end, f, budget);
      return;
    default:
      if (isControl(type)) readLayout(b, start, end, CONTROL, f, inner, budget, depth);
      else if (start < end) f.data = b.slice(start, Math.min(end, start + MAX_DATA));
  }
};

/** Is there a block at `o`: length that fits, version 1.x? */
const isBlock = (b: Uint8Array, o: number, end: number): boolean =>
  o + 6 <= end && u16be(b, o + 2) >= 2 && o + 4 + u16be(b, o + 2) <= end && b[o + 4] === 1;

/** Within a header of a record are none. */
const NO_BLOCKS: Block[] = [];

/** One block at `o`; returns where it ends, or -1 when there is none. */
export const readBlock = (
  b: Uint8Array,
  o: number,
  end: number,
  out: Block[],
  budget: Budget,
  depth: number,
): number => {
  if (!isBlock(b, o, end) || depth > MAX_DEPTH || !budget.take()) return -1;
  const blockType = u16be(b, o);
  const blockLength = u16be(b, o + 2);
  const version = u16be(b, o + 4);
  const stop = o + 4 + blockLength;
  const header = recordHeader(b, o + 6, stop, blockType, budget);
  const fields: Fields = header ?? {};
  const blocks: Block[] = header === undefined ? [] : NO_BLOCKS;
  out.push({ name: blockName(blockType), blockType, blockLength, version, fields, blocks });
  if (header === undefined) readFields(b, o, stop, blockType, version, fields, blocks, budget, depth);
  return stop;
};

/**
 * Blocks from `start` to `end`; up to three octets of zero between two are padding to the next 32-bit boundary.
 * Returns the first octet that is no block.
 */
export const readBlocks = (
  b: Uint8Array,
  start: number,
  end: number,
  out: Block[],
  budget: Budget,
  depth = 0,
): number => {
  let o = start;
  while (o < end) {
    let next = readBlock(b, o, end, out, budget, depth);
    if (next < 0) {
      const pad = ((o - start + 3) & ~3) - (o - start);
      // Some senders count padding from the block's own beginning: a block type never starts with two zero octets.
      const skip = pad > 0 ? pad : o + 6 <= end && u16be(b, o) === 0 && u16be(b, o + 2) !== 0 ? 2 : 0;
      if (skip === 0 || o === start) return o;
      next = readBlock(b, o + skip, end, out, budget, depth);
      if (next < 0) return o;
      budget.padding(b, o, o + skip);
    }
    o = next;
  }
  return o;
};

/** Records that hold blocks: those the specification defines. Others are the maker's own octets. */
const holdsBlocks = (index: number): boolean => index >= 0x8000;

/**
 * Record data: blocks where the index has them, otherwise `data`. The maker's own octets go into `fields.data`, which is
 * cut at MAX_DATA.
 */
export const readRecord = (
  b: Uint8Array,
  start: number,
  end: number,
  index: number,
  blocks: Block[],
  fields: Fields,
  budget: Budget,
  depth: number,
): void => {
  if (start >= end) return;
  if (holdsBlocks(index) && readBlocks(b, start, end, blocks, budget, depth) > start) return;
  fields.data = b.slice(start, Math.min(end, start + (budget.lean ? OBSERVED_DATA : MAX_DATA)));
};
