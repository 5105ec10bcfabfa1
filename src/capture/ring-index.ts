/**
 * A sparse index of one segment of the evidence ring: which frames of which source lie roughly where. A mark is set every
 * MARK_BYTES, so a frame is found by reading at most that much. An index of an old segment is rebuilt from its blocks.
 */
import { u32le, utf8 } from '../lib/bytes.ts';
import type { SegmentHandle } from './ring-files.ts';

/** Distance of marks: 1,024 of them in a segment of 64 MiB. */
export const MARK_BYTES = 65_536;
/** Octets of the first read when frames are looked for from a mark on: those up to the next, and a long block that begins before it. */
const FIND_BYTES = 2 * MARK_BYTES;
/** Octets of one read while a segment is scanned. */
const SCAN_BYTES = 1024 * 1024;
const ENHANCED_PACKET = 6;
const INTERFACE_DESCRIPTION = 1;
const MAX_BLOCK = 512 * 1024;
/** Octets before the frame in an enhanced packet block, and those of block length, opt_endofopt and epb_packetid after. */
const PACKET_HEADER = 28;
const NUMBER_OPTION = 12;

/** Frames of one source in a segment: marks in the order written, frame numbers not falling. */
export interface SourceMarks {
  readonly source: string;
  first: number;
  last: number;
  readonly frames: number[];
  readonly positions: number[];
}

export interface SegmentIndex {
  /** By interface id in the segment. An interface is one source with one link type. */
  readonly interfaces: { readonly source: string; readonly linkType: number; readonly marks: SourceMarks }[];
}

export const createIndex = (): SegmentIndex => ({ interfaces: [] });

/** The interface id of (source, link type), or -1. */
export const findInterface = (index: SegmentIndex, source: string, linkType: number): number => {
  for (let i = index.interfaces.length - 1; i >= 0; i--) {
    const candidate = index.interfaces[i]!;
    if (candidate.linkType === linkType && candidate.source === source) return i;
  }
  return -1;
};

export const addInterface = (index: SegmentIndex, source: string, linkType: number): number =>
  index.interfaces.push({
    source,
    linkType,
    marks: { source, first: Number.POSITIVE_INFINITY, last: 0, frames: [], positions: [] },
  }) - 1;

/** Notes that `frame` of an interface lies at `position`. */
export const addFrame = (index: SegmentIndex, interfaceId: number, frame: number, position: number): void => {
  const { marks } = index.interfaces[interfaceId]!;
  if (frame < marks.first) marks.first = frame;
  if (frame > marks.last) marks.last = frame;
  const lastMark = marks.positions[marks.positions.length - 1];
  if (lastMark === undefined || position - lastMark >= MARK_BYTES) {
    marks.frames.push(frame);
    marks.positions.push(position);
  }
};

/** A block in a window of octets, or undefined where it is not whole. */
const blockLength = (bytes: Uint8Array, at: number, end: number): number | undefined => {
  if (end - at < 12) return undefined;
  const length = u32le(bytes, at + 4);
  if (length < 12 || length > MAX_BLOCK || length % 4 !== 0) return -1;
  return at + length <= end ? length : undefined;
};

const frameNumber = (bytes: Uint8Array, at: number, length: number): number => {
  const option = at + length - 8 - NUMBER_OPTION;
  return u32le(bytes, option + 4) + u32le(bytes, option + 8) * 4_294_967_296;
};

interface Block {
  readonly bytes: Uint8Array;
  readonly at: number;
  readonly length: number;
  /** In the segment. */
  readonly position: number;
}

/**
 * The blocks from `from` on, as many at a time as one read gives (`first` octets, then as many as `bytes` takes); valid until the
 * next are asked for. A torn tail (the machine lost power) is the end.
 */
async function* blocksFrom(
  handle: SegmentHandle,
  from: number,
  bytes = new Uint8Array(SCAN_BYTES),
  first = bytes.length,
): AsyncGenerator<readonly Block[], void, void> {
  let size = first;
  for (let position = from; ; ) {
    const got = await handle.read(bytes.subarray(0, size), position);
    const blocks: Block[] = [];
    let at = 0;
    let length = blockLength(bytes, at, got);
    for (; length !== undefined && length !== -1; length = blockLength(bytes, at, got)) {
      blocks.push({ bytes, at, length, position: position + at });
      at += length;
    }
    if (blocks.length > 0) yield blocks;
    if (length === -1 || (at === 0 && size === bytes.length)) return;
    size = bytes.length;
    position += at;
  }
}

const sourceName = (bytes: Uint8Array, at: number, length: number): string => {
  // The ring writes if_name as the first option of each interface.
  const size = (bytes[at + 18] ?? 0) | ((bytes[at + 19] ?? 0) << 8);
  return utf8(bytes, at + 20, Math.min(at + 20 + size, at + length));
};

const linkTypeOf = (bytes: Uint8Array, at: number): number => (bytes[at + 8] ?? 0) | ((bytes[at + 9] ?? 0) << 8);
const isInterface = ({ bytes, at, length }: Block): boolean =>
  length >= 24 && u32le(bytes, at) === INTERFACE_DESCRIPTION;
const isPacket = ({ bytes, at, length }: Block): boolean =>
  length >= PACKET_HEADER + NUMBER_OPTION + 8 && u32le(bytes, at) === ENHANCED_PACKET;

/** Index of a segment written earlier. */
export const scanSegment = async (handle: SegmentHandle): Promise<SegmentIndex> => {
  const index = createIndex();
  for await (const blocks of blocksFrom(handle, 0))
    for (const block of blocks) {
      const { bytes, at, length, position } = block;
      if (isInterface(block)) addInterface(index, sourceName(bytes, at, length), linkTypeOf(bytes, at));
      else if (isPacket(block)) {
        const id = u32le(bytes, at + 8);
        if (id < index.interfaces.length) addFrame(index, id, frameNumber(bytes, at, length), position);
      }
    }
  return index;
};

export interface FoundFrame {
  readonly linkType: number;
  readonly tsUs: number;
  readonly wire: number;
  readonly bytes: Uint8Array;
}

/** The frame in an enhanced packet block; its octets lie where the block does. */
const packetAt = (bytes: Uint8Array, at: number, length: number, linkType: number): FoundFrame => {
  const captured = Math.min(u32le(bytes, at + 20), length - PACKET_HEADER);
  return {
    linkType,
    tsUs: u32le(bytes, at + 12) * 4_294_967_296 + u32le(bytes, at + 16),
    wire: u32le(bytes, at + 24),
    bytes: bytes.subarray(at + PACKET_HEADER, at + PACKET_HEADER + captured),
  };
};

/** All frames of a source in a segment, in order. A frame's octets are valid until the next is asked for. */
export async function* segmentFrames(
  handle: SegmentHandle,
  source: string,
): AsyncGenerator<FoundFrame & { readonly frame: number }, void, void> {
  /** Link type by interface id, of the interfaces of the source. */
  const mine = new Map<number, number>();
  let interfaces = 0;
  for await (const blocks of blocksFrom(handle, 0))
    for (const block of blocks) {
      const { bytes, at, length } = block;
      if (isInterface(block)) {
        if (sourceName(bytes, at, length) === source) mine.set(interfaces, linkTypeOf(bytes, at));
        interfaces++;
      } else if (isPacket(block)) {
        const linkType = mine.get(u32le(bytes, at + 8));
        if (linkType !== undefined)
          yield { frame: frameNumber(bytes, at, length), ...packetAt(bytes, at, length, linkType) };
      }
    }
}

/** Which of these frames of a source a segment may have. */
export const framesWithin = (index: SegmentIndex, source: string, frames: readonly number[]): readonly number[] => {
  const of = index.interfaces.filter((candidate) => candidate.source === source);
  return frames.filter((frame) => of.some(({ marks }) => frame >= marks.first && frame <= marks.last));
};

/** The last mark at or before a frame. */
const markBefore = ({ frames }: SourceMarks, frame: number): number => {
  let before = 0;
  for (let low = 0, high = frames.length - 1; low <= high; ) {
    const middle = (low + high) >> 1;
    if (frames[middle]! <= frame) {
      before = middle;
      low = middle + 1;
    } else high = middle - 1;
  }
  return before;
};

/** Frames of a source in a segment, of those asked for, which rise; their octets are copied. What lies behind one mark is read once. */
export async function* findFrames(
  handle: SegmentHandle,
  index: SegmentIndex,
  source: string,
  frames: readonly number[],
): AsyncGenerator<FoundFrame & { readonly frame: number }, void, void> {
  const bytes = new Uint8Array(FIND_BYTES + MAX_BLOCK);
  for (const [id, { source: name, linkType, marks }] of index.interfaces.entries()) {
    if (name !== source) continue;
    const here = frames.filter((frame) => frame >= marks.first && frame <= marks.last);
    for (let i = 0; i < here.length; ) {
      const mark = markBefore(marks, here[i]!);
      const next = marks.frames[mark + 1] ?? Number.POSITIVE_INFINITY;
      const wanted = new Set([here[i++]!]);
      for (; i < here.length && here[i]! < next; i++) wanted.add(here[i]!);
      yield* ofInterface(blocksFrom(handle, marks.positions[mark]!, bytes, FIND_BYTES), id, linkType, wanted);
    }
  }
}

/** Frames of an interface among blocks in which its numbers do not fall. */
async function* ofInterface(
  pieces: AsyncIterable<readonly Block[]>,
  id: number,
  linkType: number,
  wanted: Set<number>,
): AsyncGenerator<FoundFrame & { readonly frame: number }, void, void> {
  const last = Math.max(...wanted);
  for await (const blocks of pieces)
    for (const block of blocks) {
      const { bytes, at, length } = block;
      if (!isPacket(block) || u32le(bytes, at + 8) !== id) continue;
      const frame = frameNumber(bytes, at, length);
      if (frame > last) return;
      if (!wanted.delete(frame)) continue;
      const packet = packetAt(bytes, at, length, linkType);
      yield { frame, ...packet, bytes: packet.bytes.slice() };
      if (wanted.size === 0) return;
    }
}
