/**
 * The mirror port of the simulated plant: frames are written into one arena as they come into being and leave it in the
 * order of time, in batches of the shape that the capture stage hands on. Nothing is allocated for a frame, and memory is
 * bounded by how far ahead of the clock frames are written.
 */
import { type FrameBatch, LINK } from '../../src/core/frame.ts';

/** Octets of frames not yet handed on. Reached only by a task that writes minutes ahead, which is a programmer's error: it throws. */
export const MAX_ARENA_BYTES = 1 << 28;
/** Frames gathered before a batch is handed on. */
export const BATCH_FRAMES = 4096;

const grown = <T extends Float64Array | Int32Array>(old: T, make: (length: number) => T): T => {
  const out = make(old.length * 2);
  out.set(old as never);
  return out;
};

export class Mirror {
  /** The arena; `frame` may replace it, so read it after the call. */
  bytes = new Uint8Array(1 << 20);
  /** Frames not handed on yet. */
  count = 0;
  /** Earliest time that a frame may have: the past was handed on. */
  nowUs = 0;
  #used = 0;
  #tsUs = new Float64Array(2 * BATCH_FRAMES);
  #start = new Int32Array(2 * BATCH_FRAMES);
  #length = new Int32Array(2 * BATCH_FRAMES);
  #spare = new Uint8Array(1 << 20);
  #order: number[] = [];
  #taken = 0;
  #next = 1;
  readonly #batch: FrameBatch = {
    kind: 'frames',
    firstFrame: 1,
    count: 0,
    bytes: this.bytes,
    start: new Int32Array(0),
    captured: new Int32Array(0),
    wire: new Int32Array(0),
    tsUs: new Float64Array(0),
    tsNs: new Int16Array(0),
    linkType: new Int32Array(0),
    interfaceIndex: new Int32Array(0),
    offset: new Float64Array(0),
  };

  /** Room for a frame of `length` octets at `tsUs`; gives its offset in `bytes`, which are not cleared. */
  frame(tsUs: number, length: number): number {
    if (tsUs < this.nowUs) throw new RangeError(`a frame of ${tsUs} after ${this.nowUs}`);
    if (this.#used + length > this.bytes.length) {
      if (this.bytes.length * 2 > MAX_ARENA_BYTES)
        throw new RangeError('frames are written too far ahead of the clock');
      const bytes = new Uint8Array(this.bytes.length * 2);
      bytes.set(this.bytes);
      this.bytes = bytes;
    }
    if (this.count === this.#tsUs.length) {
      this.#tsUs = grown(this.#tsUs, (n) => new Float64Array(n));
      this.#start = grown(this.#start, (n) => new Int32Array(n));
      this.#length = grown(this.#length, (n) => new Int32Array(n));
    }
    const at = this.#used;
    this.#tsUs[this.count] = tsUs;
    this.#start[this.count] = at;
    this.#length[this.count] = length;
    this.count++;
    this.#used += length;
    return at;
  }

  /**
   * The frames before `horizonUs` in the order of time (equal times: as written), or undefined when there are none. No
   * frame before it may come later. The batch is valid until `release`, which must be called before anything is written.
   */
  take(horizonUs: number): FrameBatch | undefined {
    const ts = this.#tsUs;
    const order = this.#order;
    order.length = this.count;
    for (let i = 0; i < this.count; i++) order[i] = i;
    order.sort((a, b) => ts[a]! - ts[b]! || a - b);
    let n = 0;
    while (n < this.count && ts[order[n]!]! < horizonUs) n++;
    this.#taken = n;
    this.nowUs = Math.max(this.nowUs, horizonUs);
    if (n === 0) return undefined;
    const batch = this.#batch;
    if (batch.tsUs.length < n) {
      const room = Math.max(2 * BATCH_FRAMES, n);
      batch.start = new Int32Array(room);
      batch.captured = new Int32Array(room);
      batch.tsUs = new Float64Array(room);
      batch.tsNs = new Int16Array(room);
      batch.linkType = new Int32Array(room).fill(LINK.ETHERNET);
      batch.interfaceIndex = new Int32Array(room);
      batch.offset = new Float64Array(room).fill(-1);
      batch.wire = batch.captured;
    }
    for (let i = 0; i < n; i++) {
      const f = order[i]!;
      batch.tsUs[i] = ts[f]!;
      batch.start[i] = this.#start[f]!;
      batch.captured[i] = this.#length[f]!;
    }
    batch.bytes = this.bytes;
    batch.count = n;
    batch.firstFrame = this.#next;
    this.#next += n;
    return batch;
  }

  /** Gives the room of the batch back; what was not taken moves to the front. */
  release(): void {
    const rest = this.count - this.#taken;
    if (this.#spare.length < this.bytes.length) this.#spare = new Uint8Array(this.bytes.length);
    const order = this.#order;
    const kept = order.slice(this.#taken, this.count).sort((a, b) => a - b);
    let used = 0;
    // `kept` is in the order of writing, so that entry i is overwritten only after it was read.
    for (let i = 0; i < rest; i++) {
      const f = kept[i]!;
      const start = this.#start[f]!;
      const length = this.#length[f]!;
      this.#spare.set(this.bytes.subarray(start, start + length), used);
      this.#tsUs[i] = this.#tsUs[f]!;
      this.#start[i] = used;
      this.#length[i] = length;
      used += length;
    }
    [this.bytes, this.#spare] = [this.#spare, this.bytes];
    this.count = rest;
    this.#used = used;
    this.#taken = 0;
  }
}
