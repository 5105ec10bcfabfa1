/**
 * Joins captures that run at the same time into one, in the order of time: the two sides of a tap, or two mirrors of the same
 * conversations, are then one source in which a request meets its answer and a frame that both saw counts once.
 */
import type { FrameBatch } from '../core/frame.ts';
import { readCapture } from './reader.ts';
import { interfaceDescription, packetBytes, putPacket, sectionHeader } from './writer.ts';

/**
 * A frame waits so long for the others to have come further, milliseconds: the kernel hands frames on a second late where few
 * come (TPACKET_V3 as tcpdump sets it up). On a busy wire it does not wait.
 */
export const MAX_WAIT_MS = 1100;
/** Octets that may wait of one capture; then it is not read on, and the oldest go although the others have not come further. */
export const MAX_WAITING_BYTES = 8 * 1024 * 1024;
/** What is handed on at a time, unless one batch holds more. */
const CHUNK_BYTES = 256 * 1024;

export interface Joined {
  /** Of a message and of the interface in what comes out. */
  readonly name: string;
  readonly chunks: AsyncIterable<Uint8Array>;
  /** It failed: resolves with what it captures once it is there again, with undefined where it was to end, and rejects where it stays failed. Others go on meanwhile. */
  readonly again?: (error: unknown) => Promise<AsyncIterable<Uint8Array> | undefined>;
}

export interface JoinClock {
  nowMs(): number;
  /** Resolves after so long; `cancel` ends it early, and it need not resolve then. */
  after(ms: number): { readonly done: Promise<void>; cancel(): void };
}

/** Frames of a batch that were not handed on yet: their blocks lie one after the other in `blocks`. */
interface Part {
  readonly blocks: Uint8Array;
  readonly tsUs: Float64Array;
  readonly end: Int32Array;
  readonly cameMs: number;
  next: number;
}

/** One capture of several: what came of it and waits for its turn. */
class Input {
  readonly parts: Part[] = [];
  hasEnded = false;
  /** It failed, and may come again: nobody waits for its frames. */
  isAway = false;
  /** Why it ended, unless by itself. */
  failure: unknown;
  #waitingBytes = 0;
  #room: () => void = () => undefined;
  #isAbandoned = false;

  /** Reads to the end; `came` after each batch, `describe` gives the number of an interface in what comes out. */
  async read(joined: Joined, clock: JoinClock, came: () => void, describe: (link: number) => number) {
    const known = new Map<number, number>();
    const idOf = (link: number): number => {
      const id = known.get(link) ?? describe(link);
      known.set(link, id);
      return id;
    };
    for (let next: AsyncIterable<Uint8Array> | undefined = joined.chunks; next !== undefined; )
      try {
        await this.#readOne({ name: joined.name, chunks: next }, clock, came, idOf);
        break;
      } catch (error) {
        this.isAway = true;
        came();
        try {
          if (joined.again === undefined) throw error;
          next = this.#isAbandoned ? undefined : await joined.again(error);
        } catch (failure) {
          this.failure = failure;
          next = undefined;
        }
        this.isAway = false;
      }
    this.hasEnded = true;
    came();
  }

  async #readOne({ name, chunks }: Joined, clock: JoinClock, came: () => void, idOf: (link: number) => number) {
    const ids: number[] = [];
    for await (const event of readCapture(chunks, { name })) {
      if (event.kind === 'interface') ids[event.index] = idOf(event.linkType);
      if (event.kind !== 'frames') continue;
      this.#take(event, ids, clock.nowMs());
      came();
      if (this.isFull && !this.#isAbandoned)
        await new Promise<void>((resolve) => {
          this.#room = resolve;
        });
      if (this.#isAbandoned) break;
    }
  }

  /** Nobody takes what comes any more. */
  abandon(): void {
    this.#isAbandoned = true;
    this.#room();
  }

  #take(batch: FrameBatch, ids: readonly number[], cameMs: number): void {
    const { count } = batch;
    let length = 0;
    for (let i = 0; i < count; i++) length += packetBytes(batch.captured[i]!);
    const blocks = new Uint8Array(length);
    const view = new DataView(blocks.buffer);
    const end = new Int32Array(count);
    let at = 0;
    for (let i = 0; i < count; i++) {
      const captured = batch.captured[i]!;
      const id = ids[batch.interfaceIndex[i]!] ?? 0;
      at = putPacket(view, at, batch.bytes, batch.start[i]!, captured, batch.tsUs[i]!, batch.wire[i]!, id);
      end[i] = at;
    }
    this.parts.push({ blocks, tsUs: batch.tsUs.slice(0, count), end, cameMs, next: 0 });
    this.#waitingBytes += length;
  }

  get isFull(): boolean {
    return this.#waitingBytes >= MAX_WAITING_BYTES;
  }
  get isEmpty(): boolean {
    return this.parts.length === 0;
  }
  /** Time of the next frame, and when it came here. */
  get tsUs(): number {
    const part = this.parts[0]!;
    return part.tsUs[part.next]!;
  }
  get cameMs(): number {
    return this.parts[0]!.cameMs;
  }

  /** The block of the next frame. */
  shift(): Uint8Array {
    const part = this.parts[0]!;
    const from = part.next === 0 ? 0 : part.end[part.next - 1]!;
    const block = part.blocks.subarray(from, part.end[part.next]);
    if (++part.next === part.end.length) {
      this.parts.shift();
      this.#waitingBytes -= part.blocks.length;
      if (!this.isFull) this.#room();
    }
    return block;
  }
}

/**
 * What all of them capture, as the octets of one pcapng section. Ends when all have ended; throws what one of them throws that does
 * not come again, after the frames that came before. Frames of one capture keep their order among themselves. Times are told in microseconds.
 */
export async function* joinCaptures(
  captures: readonly Joined[],
  clock: JoinClock,
): AsyncGenerator<Uint8Array, void, void> {
  let wake: () => void = () => undefined;
  const came = (): void => wake();
  /** Interfaces that were described and not written yet. */
  const descriptions: Uint8Array[] = [sectionHeader()];
  let described = 0;
  const inputs = captures.map(() => new Input());
  const reading = inputs.map((input, i) => {
    const { name } = captures[i]!;
    return input.read(captures[i]!, clock, came, (linkType) => {
      descriptions.push(interfaceDescription({ linkType, options: [{ code: 2, value: name }] }));
      return described++;
    });
  });
  try {
    for (;;) {
      const failed = inputs.find((input) => input.failure !== undefined && input.isEmpty);
      const chunk: Uint8Array[] = descriptions.splice(0);
      let waitMs = Number.POSITIVE_INFINITY;
      for (let bytes = 0; bytes < CHUNK_BYTES; ) {
        const first = earliest(inputs);
        if (first === undefined) break;
        const isDue = inputs.every((input) => !input.isEmpty || input.hasEnded || input.isAway) || first.isFull;
        waitMs = isDue ? 0 : first.cameMs + MAX_WAIT_MS - clock.nowMs();
        if (waitMs > 0) break;
        const block = first.shift();
        bytes += block.length;
        chunk.push(block);
      }
      if (chunk.length > 0) yield Buffer.concat(chunk);
      if (failed !== undefined) throw failed.failure;
      if (chunk.length === 0) {
        if (inputs.every((input) => input.hasEnded && input.isEmpty)) break;
        await new Promise<void>((resolve) => {
          const timer = Number.isFinite(waitMs) ? clock.after(waitMs) : undefined;
          wake = () => {
            timer?.cancel();
            resolve();
          };
          void timer?.done.then(resolve);
        });
      }
    }
  } finally {
    for (const input of inputs) input.abandon();
  }
  await Promise.all(reading);
}

/** The one whose next frame is the earliest; undefined where nothing waits. */
const earliest = (inputs: readonly Input[]): Input | undefined => {
  let first: Input | undefined;
  for (const input of inputs) if (!input.isEmpty && (first === undefined || input.tsUs < first.tsUs)) first = input;
  return first;
};
