/**
 * The evidence ring: the last frames of live sources on disk, in pcapng segments of bounded size of which the oldest is
 * deleted when the whole grows too large. Each (source, link type) is an interface of the segment, the frame's number is
 * its epb_packetid, so any tool can read a segment and the ring can find a frame again, also after a restart.
 *
 * It never slows the wire down: frames are copied into a few buffers; when the disk cannot follow or fails, frames are
 * not kept, which is counted. After a failure the ring is off, says so once, and tries again later.
 */
import { OperatingError } from '../core/errors.ts';
import type { FrameBatch } from '../core/frame.ts';
import { nodeRingFiles, type RingFiles, type SegmentHandle } from './ring-files.ts';
import {
  addFrame,
  addInterface,
  createIndex,
  type FoundFrame,
  findFrames,
  findInterface,
  framesWithin,
  type SegmentIndex,
  scanSegment,
  segmentFrames,
} from './ring-index.ts';
import { interfaceDescription, numberedPacketBytes, putNumberedPacket, sectionHeader } from './writer.ts';

/** Octets collected before they are written. */
export const RING_BUFFER_BYTES = 1024 * 1024;
/** Buffers that may wait for the disk; further frames are not kept. */
export const RING_BUFFERS = 4;
const MAX_SEGMENT_BYTES = 64 * 1024 * 1024;
/** Interfaces in one segment; frames of further ones are not kept. */
const MAX_SEGMENT_INTERFACES = 1024;
/** Octets of a source's name in a segment. */
const MAX_SOURCE_CHARACTERS = 200;
/** Kept free beside each frame for the interface description that may have to go before it. */
const INTERFACE_ROOM_BYTES = 1024;
const SEGMENT_NAME = /^evidence-(\d{10})\.pcapng$/;

export interface RingOptions {
  readonly folder: string;
  readonly segmentBytes?: number;
  readonly totalBytes?: number;
  /** How long to stay off after a failure. */
  readonly retryMs?: number;
  /** Milliseconds of an injected clock. */
  readonly now: () => number;
  /** Called once when the ring turns off, and with undefined when it is on again. */
  readonly onProblem?: (problem: OperatingError | undefined) => void;
  readonly files?: RingFiles;
}

export interface RingState {
  readonly on: boolean;
  readonly framesKept: number;
  /** Frames that could not be kept: they came faster than they were written, or the disk was full or failed. */
  readonly framesLost: number;
  /** Of these the ones that came faster than they were written, while nothing failed. */
  readonly framesTooFast: number;
  /** Octets of frames that were kept and had to make room before their time: something else took the disk. */
  readonly bytesLetGo: number;
  readonly failures: number;
  readonly segments: number;
  readonly totalBytes: number;
}

interface Segment {
  readonly name: string;
  /** Octets known to be on disk. */
  sizeBytes: number;
  /** Absent for segments of an earlier run until a frame is looked for. */
  index: SegmentIndex | undefined;
  handle: SegmentHandle | undefined;
  /** A write failed: nothing more is written to it. */
  broken: boolean;
}

const segmentName = (number: number): string => `evidence-${String(number).padStart(10, '0')}.pcapng`;

export class EvidenceRing {
  readonly #options: Required<Pick<RingOptions, 'folder' | 'now' | 'retryMs'>>;
  #segmentBytes = 0;
  #totalBytes = 0;
  readonly #files: RingFiles;
  readonly #onProblem: (problem: OperatingError | undefined) => void;
  #segments: Segment[] = [];
  #nextNumber = 1;
  #current: Segment | undefined;
  /** Octets of the current segment that were handed to the disk, written or not yet. */
  #handedBytes = 0;
  #buffer = new Uint8Array(RING_BUFFER_BYTES);
  #view = new DataView(this.#buffer.buffer);
  #used = 0;
  #framesInBuffer = 0;
  #spare: Uint8Array<ArrayBuffer>[] = [];
  #buffersMade = 1;
  /** The chain of disk work; never rejects. */
  #work: Promise<void> = Promise.resolve();
  #offUntilMs = 0;
  #on = true;
  /** On again after a failure, and nothing written yet. */
  #retrying = false;
  #framesKept = 0;
  #framesLost = 0;
  #framesTooFast = 0;
  #bytesLetGo = 0;
  #failures = 0;

  private constructor(options: RingOptions) {
    const { folder, now } = options;
    this.#options = { folder, now, retryMs: options.retryMs ?? 30_000 };
    this.#limit(options.totalBytes ?? 1024 * 1024 * 1024, options.segmentBytes);
    this.#files = options.files ?? nodeRingFiles;
    this.#onProblem = options.onProblem ?? (() => undefined);
  }

  /** Segments are an eighth of the whole at most, so that deleting the oldest takes little; at least two buffers long. */
  #limit(totalBytes: number, segmentBytes = Math.min(MAX_SEGMENT_BYTES, totalBytes / 8)): void {
    this.#segmentBytes = Math.max(segmentBytes, 2 * RING_BUFFER_BYTES);
    this.#totalBytes = Math.max(totalBytes, 2 * this.#segmentBytes);
  }

  /**
   * Changes the size of the whole, from now on; the oldest segments are deleted until it holds. `isForced`: nobody wanted it
   * so, the disk has no room for more; what is deleted is counted then.
   */
  async resize(totalBytes: number, isForced = false): Promise<void> {
    this.#limit(totalBytes);
    const work = async (): Promise<void> => {
      const before = this.#bytesKept();
      await this.#removeOldest();
      if (isForced) this.#bytesLetGo += before - this.#bytesKept();
    };
    this.#work = this.#work.then(work).catch((error: unknown) => this.#fail(error));
    await this.#work;
  }

  #bytesKept(): number {
    return this.#segments.reduce((sum, segment) => sum + segment.sizeBytes, 0);
  }

  /** Deletes segments that were last written before `wallMs`, except the one that is being written. */
  async forgetBefore(wallMs: number): Promise<void> {
    const { folder } = this.#options;
    const work = async (): Promise<void> => {
      const old = (await this.#files.list(folder)).filter(({ modifiedMs }) => modifiedMs < wallMs);
      const names = new Set(old.map(({ name }) => name));
      for (const segment of this.#segments.filter((s) => s !== this.#current && names.has(s.name)))
        await this.#delete(segment);
    };
    this.#work = this.#work.then(work).catch((error: unknown) => this.#fail(error));
    await this.#work;
  }

  async #delete(segment: Segment): Promise<void> {
    await this.#files.remove(this.#options.folder, segment.name).catch((error: NodeJS.ErrnoException) => {
      // Somebody else deleted it: that is what was wanted.
      if (error.code !== 'ENOENT') throw error;
    });
    this.#segments = this.#segments.filter((other) => other !== segment);
  }

  /** Opens the ring in a folder of its own. What an earlier run kept can be fetched. Never throws on a bad disk. */
  static async open(options: RingOptions): Promise<EvidenceRing> {
    const ring = new EvidenceRing(options);
    try {
      await ring.#files.prepare(options.folder);
      const found = (await ring.#files.list(options.folder)).filter(({ name }) => SEGMENT_NAME.test(name));
      found.sort((a, b) => (a.name < b.name ? -1 : 1));
      ring.#segments = found.map(({ name, sizeBytes }) => ({
        name,
        sizeBytes,
        index: undefined,
        handle: undefined,
        broken: false,
      }));
      const last = found[found.length - 1];
      if (last !== undefined) ring.#nextNumber = Number(SEGMENT_NAME.exec(last.name)![1]) + 1;
      await ring.#removeOldest();
    } catch (error) {
      ring.#fail(error);
    }
    return ring;
  }

  get state(): RingState {
    return {
      on: this.#on,
      framesKept: this.#framesKept,
      framesLost: this.#framesLost,
      framesTooFast: this.#framesTooFast,
      bytesLetGo: this.#bytesLetGo,
      failures: this.#failures,
      segments: this.#segments.length,
      totalBytes: this.#bytesKept(),
    };
  }

  /** Keeps the frames of a batch. Copies; never waits. `source` is cut to MAX_SOURCE_CHARACTERS. */
  append(source: string, batch: FrameBatch): void {
    if (!this.#ready()) {
      this.#framesLost += batch.count;
      return;
    }
    const name = source.slice(0, MAX_SOURCE_CHARACTERS);
    let linkType = -1;
    let id = -1;
    let segment: Segment | undefined;
    for (let i = 0; i < batch.count; i++) {
      const captured = batch.captured[i]!;
      const bytes = numberedPacketBytes(captured) + INTERFACE_ROOM_BYTES;
      const fits = bytes <= RING_BUFFER_BYTES;
      if (!fits || !this.#room(bytes)) {
        this.#framesLost++;
        if (fits) this.#framesTooFast++;
        continue;
      }
      if (segment !== this.#current || linkType !== batch.linkType[i]!) {
        segment = this.#current!;
        linkType = batch.linkType[i]!;
        id = this.#interface(segment, name, linkType);
      }
      if (id < 0) {
        this.#framesLost++;
        continue;
      }
      const number = batch.firstFrame + i;
      addFrame(segment!.index!, id, number, this.#handedBytes + this.#used);
      this.#used = putNumberedPacket(
        this.#view,
        this.#used,
        batch.bytes,
        batch.start[i]!,
        captured,
        batch.wire[i]!,
        batch.tsUs[i]!,
        id,
        number,
      );
      this.#framesInBuffer++;
    }
  }

  /** Resolves when everything appended so far is on disk, or lost and counted. */
  async flush(): Promise<void> {
    this.#handOver();
    await this.#work;
  }

  /** A frame of a source, or undefined where the ring no longer has it. */
  async fetch(source: string, frame: number): Promise<FoundFrame | undefined> {
    for await (const found of this.fetchAll(source, [frame])) return found;
    return undefined;
  }

  /** Those of a source's frames that the ring has, in no order that means anything: the latest segment first. */
  async *fetchAll(
    source: string,
    frames: readonly number[],
  ): AsyncGenerator<FoundFrame & { readonly frame: number }, void, void> {
    await this.flush();
    const name = source.slice(0, MAX_SOURCE_CHARACTERS);
    const left = new Set([...frames].sort((a, b) => a - b));
    for (const segment of [...this.#segments].reverse()) {
      if (left.size === 0) return;
      if (segment.index !== undefined && framesWithin(segment.index, name, [...left]).length === 0) continue;
      let handle: SegmentHandle | undefined;
      try {
        handle = await this.#files.open(this.#options.folder, segment.name, 'read');
        segment.index ??= await scanSegment(handle);
        for await (const found of findFrames(handle, segment.index, name, [...left])) {
          left.delete(found.frame);
          yield found;
        }
      } catch (error) {
        if (this.#isDeleted(segment, error)) continue;
        // A segment that cannot be read is one that has no evidence; the ring itself may still write.
        this.#failures++;
        this.#onProblem(this.#problem(error));
      } finally {
        await handle?.close().catch(() => undefined);
      }
    }
  }

  /** All frames of a source that the ring has, in order. A frame's octets are valid until the next is asked for. */
  async *frames(source: string): AsyncGenerator<FoundFrame & { readonly frame: number }, void, void> {
    await this.flush();
    const name = source.slice(0, MAX_SOURCE_CHARACTERS);
    for (const segment of [...this.#segments]) {
      let handle: SegmentHandle | undefined;
      try {
        handle = await this.#files.open(this.#options.folder, segment.name, 'read');
        yield* segmentFrames(handle, name);
      } catch (error) {
        // The oldest may have been deleted while others were read.
        if (this.#isDeleted(segment, error)) continue;
        this.#failures++;
        this.#onProblem(this.#problem(error));
      } finally {
        await handle?.close().catch(() => undefined);
      }
    }
  }

  /** It is not there: deleted for its age, or by somebody. Then nothing more is looked for in it, and nothing written to it. */
  #isDeleted(segment: Segment, error: unknown): boolean {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return false;
    this.#segments = this.#segments.filter((other) => other !== segment);
    if (segment === this.#current) {
      this.#handOver();
      this.#endSegment();
    }
    return true;
  }

  /** Writes what is left and closes. A frame appended afterwards begins a new segment. */
  async close(): Promise<void> {
    this.#handOver();
    this.#endSegment();
    await this.#work;
  }

  #ready(): boolean {
    if (!this.#on && this.#options.now() >= this.#offUntilMs) {
      this.#on = true;
      this.#retrying = true;
    }
    return this.#on;
  }

  /** True when `bytes` fit into the buffer and the segment. Starts a segment and hands over a full buffer for it. */
  #room(bytes: number): boolean {
    const full = this.#used + bytes > this.#buffer.length;
    const ended = this.#current !== undefined && this.#handedBytes + this.#used + bytes > this.#segmentBytes;
    if ((full || ended) && this.#spare.length === 0 && this.#buffersMade >= RING_BUFFERS) return false;
    if (full || ended) this.#handOver();
    if (ended) this.#endSegment();
    if (this.#current === undefined) this.#startSegment();
    return true;
  }

  #put(block: Uint8Array): void {
    this.#buffer.set(block, this.#used);
    this.#used += block.length;
  }

  #startSegment(): void {
    const name = segmentName(this.#nextNumber++);
    const segment: Segment = { name, sizeBytes: 0, index: createIndex(), handle: undefined, broken: false };
    this.#current = segment;
    this.#handedBytes = 0;
    this.#put(sectionHeader());
    this.#run(segment, 0, async () => {
      await this.#removeOldest();
      const create = (): Promise<SegmentHandle> => this.#files.open(this.#options.folder, name, 'create');
      segment.handle = await create().catch(async (error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
        // Somebody deleted the folder, perhaps to make room.
        await this.#files.prepare(this.#options.folder);
        return create();
      });
      this.#segments.push(segment);
    });
  }

  #endSegment(): void {
    const segment = this.#current;
    this.#current = undefined;
    if (segment === undefined) return;
    this.#run(segment, 0, async () => {
      const { handle } = segment;
      segment.handle = undefined;
      await handle?.close();
    });
  }

  /** The interface of (source, link type) in the segment, described there when it is new; -1 at the limit. */
  #interface(segment: Segment, source: string, linkType: number): number {
    const index = segment.index!;
    const known = findInterface(index, source, linkType);
    if (known >= 0) return known;
    if (index.interfaces.length >= MAX_SEGMENT_INTERFACES) return -1;
    this.#put(interfaceDescription({ linkType, options: [{ code: 2, value: source }] }));
    return addInterface(index, source, linkType);
  }

  /** Gives the buffer to the disk and goes on with another. */
  #handOver(): void {
    const segment = this.#current;
    if (this.#used === 0 || segment === undefined) return;
    const buffer = this.#buffer;
    const bytes = buffer.subarray(0, this.#used);
    const position = this.#handedBytes;
    const frames = this.#framesInBuffer;
    this.#handedBytes += this.#used;
    this.#used = 0;
    this.#framesInBuffer = 0;
    const spare = this.#spare.pop();
    if (spare === undefined) this.#buffersMade++;
    this.#buffer = spare ?? new Uint8Array(RING_BUFFER_BYTES);
    this.#view = new DataView(this.#buffer.buffer);
    this.#run(segment, frames, async () => {
      await segment.handle!.write(bytes, position);
      segment.sizeBytes = position + bytes.length;
      this.#framesKept += frames;
      if (this.#retrying) {
        this.#retrying = false;
        this.#onProblem(undefined);
      }
    }).finally(() => {
      if (this.#spare.length < RING_BUFFERS) this.#spare.push(buffer);
      else this.#buffersMade--;
    });
  }

  /** Adds work on a segment to the chain. Once it has failed, further work on it only counts `frames` as lost. */
  #run(segment: Segment, frames: number, work: () => Promise<void>): Promise<void> {
    this.#work = this.#work.then(async () => {
      if (segment.broken) {
        this.#framesLost += frames;
        return;
      }
      try {
        await work();
      } catch (error) {
        this.#framesLost += frames;
        segment.broken = true;
        const { handle } = segment;
        segment.handle = undefined;
        await handle?.close().catch(() => undefined);
        this.#fail(error, segment);
      }
    });
    return this.#work;
  }

  /** Deletes segments until one more fits. */
  async #removeOldest(): Promise<void> {
    const isFull = (): boolean => this.#bytesKept() + this.#segmentBytes > this.#totalBytes;
    while (this.#segments.length > 0 && this.#segments[0] !== this.#current && isFull())
      await this.#delete(this.#segments[0]!);
  }

  #problem(error: unknown): OperatingError {
    const code = (error as NodeJS.ErrnoException | undefined)?.code;
    const detail = code === 'ENOSPC' || code === 'EDQUOT' ? 'the disk is full' : String(code ?? error);
    return new OperatingError('ring.write-failed', { path: this.#options.folder, detail }, { cause: error });
  }

  /** Turns the ring off for a while; said once for each time it turns off. */
  #fail(error: unknown, segment?: Segment): void {
    this.#failures++;
    this.#offUntilMs = this.#options.now() + this.#options.retryMs;
    if (this.#current === segment) {
      this.#current = undefined;
      this.#framesLost += this.#framesInBuffer;
      this.#framesInBuffer = 0;
      this.#used = 0;
    }
    const first = this.#on && !this.#retrying;
    this.#on = false;
    this.#retrying = false;
    if (first) this.#onProblem(this.#problem(error));
  }
}
