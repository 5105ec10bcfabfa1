/**
 * What the two capture formats have in common: a parser is fed windows of octets and fills the columns of a batch. The
 * driver in `reader.ts` owns buffers and order; a parser never copies and never allocates per frame.
 */
import type { CaptureCounters, CaptureInterface, CaptureWarning, FrameBatch } from '../core/frame.ts';

/** Frames in one batch at most: some milliseconds of decoding, after which whoever asks something is answered. */
export const MAX_BATCH_FRAMES = 512;
/** A frame with more captured octets than this is taken as damage (libpcap's MAXIMUM_SNAPLEN). */
export const MAX_FRAME_BYTES = 262_144;
/** A pcapng block longer than this is taken as damage. */
export const MAX_BLOCK_BYTES = 16 * 1024 * 1024;
/** Interfaces of one source; packets of further ones are skipped and counted. */
export const MAX_INTERFACES = 4096;

/** `flush`: hand on what is there and call again; `need`: more octets; `stop`: nothing more can be read. */
export type Step = 'flush' | 'need' | 'stop';

/** Events that a parser raises between frames. */
export type SideEvent = CaptureInterface | CaptureWarning | CaptureCounters;

/**
 * A format. `parse` reads whole records from `at` until the batch is full, an event must go first, or octets are missing.
 * A parser raises events only while the batch is empty, so that events and frames keep their order.
 */
export interface FormatParser {
  /** Where the next call continues. May lie beyond the window: those octets are skipped unseen. */
  at: number;
  /** After `need`: octets wanted from `at` on, all together. At most MAX_BLOCK_BYTES. */
  need: number;
  /** What is being read, for the text of a warning: `packet record`, `enhanced packet block`. */
  readonly unit: string;
  readonly events: SideEvent[];
  /** `base` is the offset in the source of `bytes[0]`. */
  parse(bytes: Uint8Array, at: number, end: number, base: number, batch: FrameBatch): Step;
  /** Aggregated warnings at the end of the source. */
  finish(): CaptureWarning[];
}

/** An empty batch with columns for so many frames; the parsers fill MAX_BATCH_FRAMES. */
export const createBatch = (frames = MAX_BATCH_FRAMES): FrameBatch => ({
  kind: 'frames',
  firstFrame: 1,
  count: 0,
  bytes: new Uint8Array(0),
  start: new Int32Array(frames),
  captured: new Int32Array(frames),
  wire: new Int32Array(frames),
  tsUs: new Float64Array(frames),
  tsNs: new Int16Array(frames),
  linkType: new Int32Array(frames),
  interfaceIndex: new Int32Array(frames),
  offset: new Float64Array(frames),
});
