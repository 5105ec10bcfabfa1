/**
 * Reads a capture from a stream of octets, whatever its format or compression. The driver here owns the buffers: frames
 * lie where the chunk has them, only a record that is split over two chunks is copied. Formats are in `pcap/` and
 * `pcapng/`.
 */
import { OperatingError } from '../core/errors.ts';
import type { CaptureEvent, CaptureWarning } from '../core/frame.ts';
import { hex } from '../lib/bytes.ts';
import { decompress } from './decompress.ts';
import { createBatch, type FormatParser } from './parser.ts';
import { createPcapParser, isPcap } from './pcap/index.ts';
import { createPcapngParser, isPcapng } from './pcapng/index.ts';
import { createTally, warning } from './tally.ts';

const MAGIC_BYTES = 4;

export interface ReadOptions {
  /** How the source is called in messages: a path, `standard input`, `eth1`. */
  readonly name?: string;
}

/** First octets of what people send captures in, as hexadecimal. Source: the file formats' own specifications. */
const PACKERS: readonly (readonly [magic: string, packer: string])[] = [
  ['504b0304', 'zip'],
  ['fd377a58', 'xz'],
  ['425a68', 'bzip2'],
  ['377abcaf', '7z'],
  ['52617221', 'rar'],
  ['04224d18', 'lz4'],
];
const packerOf = (magic: string): string | undefined => PACKERS.find(([begin]) => magic.startsWith(begin))?.[1];

const openFormat = (bytes: Uint8Array, at: number, name: string): FormatParser => {
  if (isPcap(bytes, at)) return createPcapParser(name);
  if (isPcapng(bytes, at)) return createPcapngParser(name);
  const packer = packerOf(hex(bytes, at, at + MAGIC_BYTES));
  if (packer !== undefined) throw new OperatingError('input.packed', { path: name, packer });
  throw new OperatingError('input.not-a-capture', { path: name, magic: hex(bytes, at, at + 8, ' ') });
};

/** Octets of one record that began in an earlier chunk. Grows to the longest such record (bounded by the formats). */
class Carry {
  bytes = new Uint8Array(65_536);
  length = 0;
  /** Offset in the source of `bytes[0]`. */
  base = 0;

  /** Adds octets of `from` until `wanted` are here; gives how many were taken. */
  fill(from: Uint8Array, at: number, wanted: number): number {
    const take = Math.min(wanted - this.length, from.length - at);
    if (this.length + take > this.bytes.length) {
      const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.length + take));
      larger.set(this.bytes.subarray(0, this.length));
      this.bytes = larger;
    }
    this.bytes.set(from.subarray(at, at + take), this.length);
    this.length += take;
    return take;
  }
}

/**
 * Reads captures: pcap (micro- and nanoseconds, both byte orders, "modified"), pcapng, both also compressed with gzip or
 * zstd. Yields interfaces before their frames, frames in batches of at most MAX_BATCH_FRAMES that are valid until the
 * next event is asked for, and warnings; a warning about damage is followed only by the aggregated ones.
 *
 * `chunks` may reuse a buffer once the next chunk is asked for. Throws OperatingError `input.empty`,
 * `input.compression-damaged`, `input.not-a-capture`, `input.packed`, `input.unsupported-version`, `input.zstd-unsupported`, and what `chunks` throws.
 */
export async function* readCapture(
  chunks: AsyncIterable<Uint8Array>,
  options: ReadOptions = {},
): AsyncGenerator<CaptureEvent, void, void> {
  const name = options.name ?? 'The input';
  const batch = createBatch();
  const tally = createTally();
  const carry = new Carry();
  const notes: CaptureWarning[] = [];
  let parser: FormatParser | undefined;
  let need = MAGIC_BYTES;
  let skip = 0;
  let base = 0;
  let stopped = false;

  const source = decompress(chunks, name, (code, details) => notes.push(warning(code, base, details)));
  for await (const raw of source) {
    // One hidden class for all octets: a Buffer here and a Uint8Array there would slow the decoders down.
    const chunk = raw.constructor === Uint8Array ? raw : new Uint8Array(raw.buffer, raw.byteOffset, raw.length);
    let at = Math.min(skip, chunk.length);
    skip -= at;
    while (at < chunk.length && !stopped) {
      const carried = carry.length > 0 || chunk.length - at < need;
      if (carried) {
        if (carry.length === 0) carry.base = base + at;
        at += carry.fill(chunk, at, need);
        if (carry.length < need) break;
      }
      const bytes = carried ? carry.bytes : chunk;
      const end = carried ? carry.length : chunk.length;
      const windowBase = carried ? carry.base : base;
      let position = carried ? 0 : at;
      parser ??= openFormat(bytes, position, name);
      for (;;) {
        const step = parser.parse(bytes, position, end, windowBase, batch);
        position = parser.at;
        if (parser.events.length > 0) yield* parser.events.splice(0);
        if (batch.count > 0) {
          batch.bytes = bytes;
          tally.add(batch);
          yield batch;
          batch.firstFrame += batch.count;
          batch.count = 0;
        }
        if (step === 'flush') continue;
        stopped = step === 'stop';
        break;
      }
      need = parser.need;
      // A parser that asks for what it already has would keep this loop for ever.
      if (!stopped && position + need <= end) throw new Error(`${parser.unit}: the parser made no progress`);
      if (!carried) at = position;
      // A carried record is either complete, or its header told how much more of it is to come.
      else if (position > 0) {
        at += position - end;
        carry.length = 0;
      }
      if (at > chunk.length) {
        skip = at - chunk.length;
        at = chunk.length;
      }
    }
    base += chunk.length;
    if (notes.length > 0) yield* notes.splice(0);
    if (stopped) break;
  }
  if (parser === undefined && notes.length > 0) throw new OperatingError('input.compression-damaged', { path: name });
  yield* notes;
  if (parser === undefined) {
    if (base === 0) throw new OperatingError('input.empty', { path: name });
    throw new OperatingError('input.not-a-capture', { path: name, magic: hex(carry.bytes, 0, carry.length, ' ') });
  }
  if (!stopped && (carry.length > 0 || skip > 0)) {
    const missing = skip > 0 ? skip : need - carry.length;
    yield warning('capture.cut', carry.length > 0 ? carry.base : base, { unit: parser.unit, missing });
  }
  yield* parser.finish();
  yield* tally.warnings();
}
