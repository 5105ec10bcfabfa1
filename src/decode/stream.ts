/**
 * One direction of a TCP connection: octets in order for the decoder, whatever the wire did (RFC 9293 sequence arithmetic).
 * In-order segments are decoded where they lie; only the tail of a PDU that goes on in the next segment, and segments that
 * came too early, are copied. Both are bounded.
 */
/** Octets of one PDU kept while it is incomplete. */
export const MAX_PDU_BYTES = 1 << 20;
/** Early segments held per direction, and their octets. */
export const MAX_HELD_SEGMENTS = 64;
export const MAX_HELD_BYTES = 1 << 18;
/** Frame time after which a hole counts as loss. */
export const HOLD_TIMEOUT_US = 2_000_000;

export interface HeldSegment {
  readonly seq: number;
  readonly bytes: Uint8Array;
  readonly frame: number;
  readonly tsUs: number;
}

export class StreamSide {
  /** Octets of an incomplete PDU: `tail[0..tailLength)`. */
  tail: Uint8Array | undefined;
  tailLength = 0;
  /** Frame in which the tail starts. */
  tailFrame = 0;
  held: HeldSegment[] | undefined;
  heldBytes = 0;
  /** The next octets follow a hole, or the capture started in the middle. */
  afterGap = false;

  keep(bytes: Uint8Array, start: number, end: number, frame: number): void {
    const n = end - start;
    if (this.tail === undefined || this.tail.length < n) this.tail = new Uint8Array(Math.max(256, n + (n >> 1)));
    // The octets may lie in the tail itself: copyWithin semantics are those of set() on an overlapping view.
    this.tail.set(bytes.subarray(start, end));
    this.tailLength = n;
    this.tailFrame = frame;
  }

  append(bytes: Uint8Array, start: number, end: number): void {
    const n = this.tailLength + (end - start);
    if (this.tail!.length < n) {
      const bigger = new Uint8Array(n + (n >> 1));
      bigger.set(this.tail!.subarray(0, this.tailLength));
      this.tail = bigger;
    }
    this.tail!.set(bytes.subarray(start, end), this.tailLength);
    this.tailLength = n;
  }

  drop(): void {
    this.tailLength = 0;
    if (this.tail && this.tail.length > 4096) this.tail = undefined;
  }

  /** Keeps an early segment, in order of sequence; false at the bound. */
  hold(segment: HeldSegment): boolean {
    this.held ??= [];
    if (this.held.length >= MAX_HELD_SEGMENTS || this.heldBytes + segment.bytes.length > MAX_HELD_BYTES) return false;
    let i = this.held.length;
    while (i > 0 && ((this.held[i - 1]!.seq - segment.seq) | 0) > 0) i--;
    this.held.splice(i, 0, segment);
    this.heldBytes += segment.bytes.length;
    return true;
  }

  /** The held segment that starts at or before `next`, removed; undefined when there is still a hole. */
  release(next: number): HeldSegment | undefined {
    const first = this.held?.[0];
    if (!first || ((first.seq - next) | 0) > 0) return undefined;
    this.held!.shift();
    this.heldBytes -= first.bytes.length;
    return first;
  }
}
