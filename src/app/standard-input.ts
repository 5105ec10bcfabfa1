/**
 * An open descriptor as octets that can be left at any time. Standard input is read by the event loop: a read of a file that
 * blocks (as one of a silent pipe does) holds a thread of the pool, and the process could not end before somebody writes.
 */
import { createReadStream } from 'node:fs';
import process from 'node:process';
import type { Readable } from 'node:stream';

/** Its descriptor. */
const STANDARD_INPUT = 0;
const CHUNK_BYTES = 1024 * 1024;

export interface OpenInput {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Octets read so far. */
  readonly read: () => number;
  /** Ends `chunks` at once, as if the input had ended. */
  readonly stop: () => void;
}

/** The octets of `fd`; in the engine's thread, those of standard input come from the main one (`engine-client.ts`). */
export const openInput = (fd: number): OpenInput => {
  const stream: Readable =
    fd === STANDARD_INPUT ? process.stdin : createReadStream('', { fd, autoClose: false, highWaterMark: CHUNK_BYTES });
  let read = 0;
  let isStopped = false;
  const chunks = async function* (): AsyncGenerator<Uint8Array, void, void> {
    try {
      for await (const chunk of stream) {
        if (isStopped) return;
        read += (chunk as Buffer).length;
        yield chunk as Buffer;
      }
    } catch (error) {
      // Destroyed by us: in the middle of a read, or just when it ended.
      if (!isStopped) throw error;
    }
  };
  return {
    chunks: chunks(),
    read: () => read,
    stop: () => {
      isStopped = true;
      stream.destroy();
    },
  };
};
