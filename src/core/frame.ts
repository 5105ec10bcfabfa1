/**
 * Frames as the capture stage hands them on: one big buffer and columns of offsets, so that reading a capture allocates
 * nothing per frame. Link types are those of the pcap registry (https://www.tcpdump.org/linktypes.html).
 */

/** Link types this product understands; any other is counted and named in the source's health. */
export const LINK = {
  NULL: 0,
  ETHERNET: 1,
  RAW_BSD: 12,
  RAW_OPENBSD: 14,
  RAW: 101,
  LOOP: 108,
  LINUX_SLL: 113,
  IEEE802_15_4_WITHFCS: 195,
  IEEE802_15_4_NONASK_PHY: 215,
  IPV4: 228,
  IPV6: 229,
  IEEE802_15_4_NOFCS: 230,
  LINUX_SLL2: 276,
  IEEE802_15_4_TAP: 283,
} as const;

/**
 * A run of frames over one buffer. The reader reuses the object and the buffer: it is valid until the next batch is
 * asked for. All columns have at least `count` entries; entry i is frame `firstFrame + i`.
 */
export interface FrameBatch {
  readonly kind: 'frames';
  /** Number of the first frame, counted from 1 over the whole source (as Wireshark counts). */
  firstFrame: number;
  count: number;
  bytes: Uint8Array;
  /** Offset of each frame's first octet in `bytes`. */
  start: Int32Array;
  /** Octets captured. */
  captured: Int32Array;
  /** Octets on the wire; more than `captured` when the frame was cut. */
  wire: Int32Array;
  /** Microseconds since 1970, safe integers. */
  tsUs: Float64Array;
  /** Nanoseconds beyond `tsUs`, 0..999. */
  tsNs: Int16Array;
  linkType: Int32Array;
  /** Index into the interfaces announced so far. */
  interfaceIndex: Int32Array;
  /** Octet offset of the frame's data in the (uncompressed) source, for evidence. */
  offset: Float64Array;
}

/** An interface a source announced (pcapng IDB; a pcap file has one). */
export interface CaptureInterface {
  readonly kind: 'interface';
  readonly index: number;
  readonly linkType: number;
  readonly snapLength: number;
  readonly name?: string;
  readonly description?: string;
  readonly filter?: string;
  readonly os?: string;
}

/** Something a person should know about a source: it was cut, it lies, it has gaps. */
export interface CaptureWarning {
  readonly kind: 'warning';
  readonly code: string;
  readonly text: string;
  /** Octet offset in the source. */
  readonly offset: number;
}

/** Counters of the capturing program (pcapng ISB, or the last lines of tcpdump). */
export interface CaptureCounters {
  readonly kind: 'counters';
  readonly interfaceIndex: number;
  readonly received?: number;
  readonly dropped?: number;
}

export type CaptureEvent = FrameBatch | CaptureInterface | CaptureWarning | CaptureCounters;

/** Where a statement comes from: frames of a source. */
export interface Evidence {
  /** Source id. */
  readonly source: string;
  /** Frame number, from 1. */
  readonly frame: number;
  /** Octet offset of the frame in the source; -1 when only the pinned copy exists (live). */
  readonly offset: number;
}
