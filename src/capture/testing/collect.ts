/** For tests: reads a capture to its end and copies what it says, cut into chunks as wanted. */
import type { CaptureEvent, CaptureInterface, CaptureWarning } from '../../core/frame.ts';
import { hex } from '../../lib/bytes.ts';
import { readCapture } from '../reader.ts';

export interface SeenFrame {
  readonly number: number;
  readonly tsUs: number;
  readonly tsNs: number;
  readonly captured: number;
  readonly wire: number;
  readonly linkType: number;
  readonly interfaceIndex: number;
  readonly offset: number;
  readonly data: string;
}

export interface Seen {
  readonly frames: SeenFrame[];
  readonly interfaces: CaptureInterface[];
  readonly warnings: CaptureWarning[];
  readonly codes: string[];
  readonly events: CaptureEvent['kind'][];
  readonly counters: CaptureEvent[];
}

export const joined = (...parts: readonly Uint8Array[]): Uint8Array => {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
};

/**
 * `bytes` as a stream of chunks of the given sizes (the last repeats). Every chunk is overwritten once the next is asked
 * for, as a file with reused buffers does: who keeps a view too long reads 0xee.
 */
export async function* chunksOf(bytes: Uint8Array, sizes: readonly number[] = [65_536]): AsyncGenerator<Uint8Array> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = Math.max(1, sizes[Math.min(i, sizes.length - 1)] ?? 65_536);
    const chunk = bytes.slice(at, at + size);
    at += size;
    yield chunk;
    chunk.fill(0xee);
  }
}

export const collect = async (source: AsyncIterable<Uint8Array>, name = 'test'): Promise<Seen> => {
  const seen: Seen = { frames: [], interfaces: [], warnings: [], codes: [], events: [], counters: [] };
  for await (const event of readCapture(source, { name })) {
    if (seen.events[seen.events.length - 1] !== event.kind) seen.events.push(event.kind);
    if (event.kind === 'interface') seen.interfaces.push(event);
    else if (event.kind === 'counters') seen.counters.push(event);
    else if (event.kind === 'warning') {
      seen.warnings.push(event);
      seen.codes.push(event.code);
    } else
      for (let i = 0; i < event.count; i++)
        seen.frames.push({
          number: event.firstFrame + i,
          tsUs: event.tsUs[i]!,
          tsNs: event.tsNs[i]!,
          captured: event.captured[i]!,
          wire: event.wire[i]!,
          linkType: event.linkType[i]!,
          interfaceIndex: event.interfaceIndex[i]!,
          offset: event.offset[i]!,
          data: hex(event.bytes, event.start[i]!, event.start[i]! + event.captured[i]!),
        });
  }
  return seen;
};

export const collectBytes = (bytes: Uint8Array, sizes?: readonly number[]): Promise<Seen> =>
  collect(chunksOf(bytes, sizes));

/** Octets written as hexadecimal, spaces and line breaks between them. */
export const octets = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replace(/\s+/g, ''), 'hex'));
