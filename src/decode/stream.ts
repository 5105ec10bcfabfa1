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
/**
 * Frame time after which a hole counts as loss: a sender has tried again three times by then (RFC 6298: after 1, 2 and 4 s),
 * and a request does not wait longer for its answer.
 */
export const HOLD_TIMEOUT_US = 8_000_000;
/** A segment that lay so long ahead of octets that came in order was no disorder of a network: it came before its time. */
export const AHEAD_US = 2_000_000;

/** Octets kept by all streams of a source together: unfinished PDUs and early segments. */
export const MAX_STREAM_BYTES = 1 << 26;
/** Tails up to this size are kept for the next PDU of the same side. */
const KEPT_TAIL = 512;

/** Octets of the latest segment that are remembered, to be compared when it comes again. */
const REMEMBERED = 64;
const PLACES_PER_PIECE = 1024;

/**
 * REMEMBERED octets each for many sides, in pieces of memory: an array for every side would cost three times as much beside them.
 * Bounded by the flows.
 */
class Places {
  readonly #pieces: Uint8Array[] = [];
  readonly #free: number[] = [];
  #top = 0;

  take(): number {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    if (this.#top === this.#pieces.length * PLACES_PER_PIECE)
      this.#pieces.push(new Uint8Array(PLACES_PER_PIECE * REMEMBERED));
    return this.#top++;
  }
  give(place: number): void {
    this.#free.push(place);
  }
  /** The piece that a place lies in, from `offset(place)` on. */
  piece(place: number): Uint8Array {
    return this.#pieces[Math.floor(place / PLACES_PER_PIECE)]!;
  }
  offset(place: number): number {
    return (place % PLACES_PER_PIECE) * REMEMBERED;
  }
}

/** What all streams of a source may keep; shared by their sides. */
export class StreamBudget {
  readonly places = new Places();
  used = 0;
  /** Octets that found no room. */
  refused = 0;

  take(octets: number): boolean {
    if (this.used + octets > MAX_STREAM_BYTES) {
      this.refused += octets;
      return false;
    }
    this.used += octets;
    return true;
  }
}

export interface HeldSegment {
  readonly seq: number;
  readonly bytes: Uint8Array;
  readonly frame: number;
  readonly tsUs: number;
}

/** Longer pieces are worth the view that a copy at once needs: making one costs as much as some hundred octets here. */
const LOOP_OCTETS = 128;

const copyTo = (target: Uint8Array, at: number, bytes: Uint8Array, start: number, end: number): void => {
  // The octets may lie in the target already, further back: from the front nothing is overwritten before it is read.
  if (end - start <= LOOP_OCTETS) for (let i = start, o = at; i < end; i++, o++) target[o] = bytes[i]!;
  else target.set(bytes.subarray(start, end), at);
};

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
  /** Frame time of the last octets that came in order while segments were held. */
  progressUs = Number.NEGATIVE_INFINITY;
  /** What is held acknowledges octets of the other side that have not been captured yet: its turn comes after them. */
  awaitsOther = false;
  /** Where the flow's own segments end, in a flow that has a copy which may be ahead of them. */
  ownEnd: number | undefined;
  /** What the other end acknowledged ahead of what was captured: the sequence number, and where it was said. */
  acked: { seq: number; frame: number; tsUs: number } | undefined;

  /** The beginning of the latest segment that came in order: its place, -1 without; and its sequence number. */
  #sent = -1;
  #sentLength = 0;
  #sentSeq = 0;

  readonly #budget: StreamBudget;
  constructor(budget: StreamBudget) {
    this.#budget = budget;
  }

  remember(bytes: Uint8Array, start: number, end: number, seq: number): void {
    const { places } = this.#budget;
    if (this.#sent < 0) this.#sent = places.take();
    this.#sentLength = Math.min(REMEMBERED, end - start);
    this.#sentSeq = seq | 0;
    copyTo(places.piece(this.#sent), places.offset(this.#sent), bytes, start, start + this.#sentLength);
  }
  /** True where octets under the sequence number `seq` are remembered as other ones. */
  differs(bytes: Uint8Array, start: number, end: number, seq: number): boolean {
    if (this.#sent < 0) return false;
    const { places } = this.#budget;
    const sent = places.piece(this.#sent);
    const at = places.offset(this.#sent);
    const ahead = (seq - this.#sentSeq) | 0;
    const to = Math.min(this.#sentLength, ahead + (end - start));
    for (let i = Math.max(0, ahead); i < to; i++) if (bytes[start + i - ahead] !== sent[at + i]) return true;
    return false;
  }

  /** Room for `size` octets in the tail, its content kept when `keep`; false when the budget has none. */
  #room(size: number, keep: boolean): boolean {
    const old = this.tail;
    if (old !== undefined && old.length >= size) return true;
    const bigger = Math.max(256, size + (size >> 1));
    if (!this.#budget.take(bigger - (old?.length ?? 0))) return false;
    const fresh = new Uint8Array(bigger);
    if (keep && old !== undefined) fresh.set(old.subarray(0, this.tailLength));
    this.tail = fresh;
    return true;
  }

  /** Makes these octets the tail (they may lie in it already). False, and the stream has a gap, without room. */
  keep(bytes: Uint8Array, start: number, end: number, frame: number): boolean {
    const n = end - start;
    if (!this.#room(n, false)) {
      this.drop();
      this.afterGap = true;
      return false;
    }
    copyTo(this.tail!, 0, bytes, start, end);
    this.tailLength = n;
    this.tailFrame = frame;
    return true;
  }

  /** Adds octets to the tail; false, and the stream has a gap, without room. */
  append(bytes: Uint8Array, start: number, end: number): boolean {
    const n = this.tailLength + (end - start);
    if (!this.#room(n, true)) {
      this.drop();
      this.afterGap = true;
      return false;
    }
    copyTo(this.tail!, this.tailLength, bytes, start, end);
    this.tailLength = n;
    return true;
  }

  drop(): void {
    this.tailLength = 0;
    if (this.tail !== undefined && this.tail.length > KEPT_TAIL) {
      this.#budget.used -= this.tail.length;
      this.tail = undefined;
    }
  }

  /** Gives everything back: the flow ends. */
  free(): void {
    this.#budget.used -= (this.tail?.length ?? 0) + this.heldBytes;
    this.tail = undefined;
    this.tailLength = 0;
    this.held = undefined;
    this.heldBytes = 0;
    if (this.#sent >= 0) this.#budget.places.give(this.#sent);
    this.#sent = -1;
  }

  /** Keeps an early segment, in order of sequence; false at the bound. */
  hold(segment: HeldSegment): boolean {
    this.held ??= [];
    if (this.held.length >= MAX_HELD_SEGMENTS || this.heldBytes + segment.bytes.length > MAX_HELD_BYTES) return false;
    if (!this.#budget.take(segment.bytes.length)) return false;
    let i = this.held.length;
    while (i > 0 && ((this.held[i - 1]!.seq - segment.seq) | 0) > 0) i--;
    this.held.splice(i, 0, segment);
    this.heldBytes += segment.bytes.length;
    return true;
  }

  /** Gives up the first held segment. */
  release(): void {
    const first = this.held?.shift();
    if (first === undefined) return;
    this.heldBytes -= first.bytes.length;
    this.#budget.used -= first.bytes.length;
  }
}
