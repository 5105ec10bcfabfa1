/**
 * Unpacks a stream that is compressed with gzip (RFC 1952, also several members in a row) or Zstandard (RFC 8878), told
 * by its magic; anything else passes through untouched. Damage and cuts end the stream with a warning: what was unpacked
 * before is handed on.
 */
import type { Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { OperatingError, type WarningCode } from '../core/errors.ts';
import { u32le } from '../lib/bytes.ts';

/** Compressed octets given to zlib at a time; deflate grows data at most 1032 times, so this bounds memory at 33 MiB. */
const SLICE_BYTES = 32 * 1024;
/**
 * The first of them; each is twice the one before. What zlib makes of a piece that turns out damaged is lost, so that of a small
 * file there is little to lose.
 */
const FIRST_SLICE_BYTES = 1024;
/** Size of the buffers that hold what comes out. */
const OUTPUT_BYTES = 256 * 1024;
const MAGIC_BYTES = 4;
const ZSTD_MAGIC = 0xfd2fb528;

type Note = (code: WarningCode, details: Readonly<Record<string, string | number>>) => void;

/** Node's zlib from 22.15 on; the types of Node 20 do not know it. */
interface WithZstd {
  readonly createZstdDecompress?: (options: { chunkSize: number }) => Unpacking;
}
/** A stream of zlib, which counts the octets that it took in. */
type Unpacking = Transform & { readonly bytesWritten: number };
interface Unpacker {
  readonly create: () => Unpacking;
  /** It ends where a frame ends in the middle of what was written; what follows is another stream's. */
  readonly endsWithFrame: boolean;
}

const createUnpacker = (head: Uint8Array, name: string): Unpacker | undefined => {
  if (head.length < MAGIC_BYTES) return undefined;
  // RFC 1952 section 2.3.1: ID1, ID2, and compression method 8.
  if (head[0] === 0x1f && head[1] === 0x8b && head[2] === 8)
    return { create: () => zlib.createGunzip({ chunkSize: OUTPUT_BYTES }), endsWithFrame: false };
  if (u32le(head, 0) !== ZSTD_MAGIC) return undefined;
  const create = (zlib as WithZstd).createZstdDecompress;
  if (create === undefined)
    throw new OperatingError('input.zstd-unsupported', { path: name, node: process.versions.node });
  return { create: () => create({ chunkSize: OUTPUT_BYTES }), endsWithFrame: true };
};

/** Reads from `chunks` until at least `wanted` octets are there, copied, or the end. */
const readHead = async (source: AsyncIterator<Uint8Array>, wanted: number): Promise<Uint8Array> => {
  let head: Uint8Array = new Uint8Array(0);
  while (head.length < wanted) {
    const next = await source.next();
    if (next.done === true) break;
    // The usual case: the first chunk is large and is used as it is.
    if (head.length === 0 && next.value.length >= wanted) return next.value;
    const joined = new Uint8Array(head.length + next.value.length);
    joined.set(head);
    joined.set(next.value, head.length);
    head = joined;
  }
  return head;
};

/** Octets as they are in the capture file. Throws `input.zstd-unsupported`; `note` hears of damage. */
export async function* decompress(
  chunks: AsyncIterable<Uint8Array>,
  name: string,
  note: Note,
): AsyncGenerator<Uint8Array, void, void> {
  const source = chunks[Symbol.asyncIterator]();
  try {
    const head = await readHead(source, MAGIC_BYTES);
    if (head.length === 0) return;
    const unpacker = createUnpacker(head, name);
    if (unpacker === undefined) {
      yield head;
      for (;;) {
        const next = await source.next();
        if (next.done === true) return;
        if (next.value.length > 0) yield next.value;
      }
    }
    yield* unpack(unpacker, head, source, note);
  } finally {
    await source.return?.();
  }
}

async function* unpack(
  { create, endsWithFrame }: Unpacker,
  head: Uint8Array,
  source: AsyncIterator<Uint8Array>,
  note: Note,
): AsyncGenerator<Uint8Array, void, void> {
  const out: Uint8Array[] = [];
  let damage: Error | undefined;
  let finished = (): void => undefined;
  const begin = (): Unpacking => {
    const stream = create();
    // A listener gets every buffer before an error destroys the stream; reading from the stream would lose the last ones.
    stream.on('data', (data: Uint8Array) => out.push(data));
    stream.on('error', (error: Error) => {
      damage ??= error;
      finished();
    });
    return stream;
  };
  let unpacker = begin();
  // One settled step at a time: a write that zlib has taken in, the end, or damage, whichever comes first.
  const settled = (start: (done: () => void) => void): Promise<void> =>
    new Promise<void>((resolve) => {
      finished = resolve;
      if (damage === undefined) start(resolve);
      else resolve();
    });
  let slice = FIRST_SLICE_BYTES;
  try {
    for (let chunk: Uint8Array | undefined = head; chunk !== undefined; ) {
      for (let at = 0; at < chunk.length && damage === undefined; ) {
        let rest = chunk.subarray(at, at + slice);
        at += rest.length;
        slice = Math.min(2 * slice, SLICE_BYTES);
        while (rest.length > 0 && damage === undefined) {
          const written = rest;
          const before = unpacker.bytesWritten;
          await settled((done) => unpacker.write(written, done));
          yield* out.splice(0);
          const taken = unpacker.bytesWritten - before;
          rest = endsWithFrame && taken > 0 ? rest.subarray(taken) : rest.subarray(rest.length);
          // A file may hold many frames, and each may end anywhere in what was read.
          if (rest.length > 0 && damage === undefined) {
            unpacker.destroy();
            unpacker = begin();
          }
        }
      }
      if (damage !== undefined) break;
      const next: IteratorResult<Uint8Array> = await source.next();
      chunk = next.done === true ? undefined : next.value;
    }
    if (damage === undefined) {
      await settled((done) => {
        unpacker.once('end', done);
        unpacker.end();
      });
      yield* out.splice(0);
    }
    if (damage !== undefined) note('capture.compression-damaged', { detail: damage.message });
  } finally {
    unpacker.destroy();
  }
}
