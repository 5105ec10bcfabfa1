/**
 * Whether a capture file is a recording that was read before under another name: packed, renamed, or written anew in another
 * format. Told by the frames, not by the octets of the file.
 */
import { createHash } from 'node:crypto';
import { openCaptureFile } from '../capture/file.ts';
import { readCapture } from '../capture/reader.ts';
import { OperatingError } from '../core/errors.ts';
import type { Source } from '../core/site.ts';

interface Extent {
  frames: number;
  /** On the wire, as in the health of a source. */
  bytes: number;
  firstUs: number;
  lastUs: number;
  /** SHA-256 over time, length and octets of each frame. */
  sha256: string;
}

/** Reads all of it; undefined where it cannot be read. */
const extentOf = async (path: string): Promise<Extent | undefined> => {
  const extent: Extent = { frames: 0, bytes: 0, firstUs: 0, lastUs: 0, sha256: '' };
  const hash = createHash('sha256');
  const head = new Float64Array(3);
  try {
    const file = await openCaptureFile(path);
    for await (const event of readCapture(file.chunks(), { name: path })) {
      if (event.kind !== 'frames') continue;
      if (extent.frames === 0) extent.firstUs = event.tsUs[0]!;
      for (let i = 0; i < event.count; i++) {
        head[0] = event.tsUs[i]!;
        head[1] = event.wire[i]!;
        head[2] = event.captured[i]!;
        extent.bytes += head[1];
        hash.update(head).update(event.bytes.subarray(event.start[i]!, event.start[i]! + head[2]));
      }
      extent.frames += event.count;
      extent.lastUs = event.tsUs[event.count - 1]!;
    }
  } catch (error) {
    if (!(error instanceof OperatingError)) throw error;
    return undefined;
  }
  return { ...extent, sha256: hash.digest('hex') };
};

/** Time of the first frame of a file, microseconds; NaN where it holds none, or none that can be read. */
export const startOf = async (path: string): Promise<number> => {
  try {
    const file = await openCaptureFile(path);
    for await (const event of readCapture(file.chunks(), { name: path }))
      if (event.kind === 'frames') return event.tsUs[0]!;
  } catch (error) {
    if (!(error instanceof OperatingError)) throw error;
  }
  return Number.NaN;
};

/**
 * The source among `known` that read the recording in this file to its end. Only where one began in the same microsecond
 * is more than the first frame read. The same number of frames and octets between the same times is the same recording; where
 * the file that was read is still there, every octet of every frame must be the same too.
 */
export const sameRecording = async (path: string, known: Iterable<Source>): Promise<Source | undefined> => {
  const whole = [...known].filter((source) => source.state === 'complete' && source.health.frames > 0);
  if (whole.length === 0) return undefined;
  const startUs = await startOf(path);
  const near = whole.filter(({ health }) => health.firstUs === startUs);
  if (near.length === 0) return undefined;
  const own = await extentOf(path);
  if (own === undefined) return undefined;
  for (const source of near) {
    const { frames, bytes, lastUs } = source.health;
    if (frames !== own.frames || bytes !== own.bytes || lastUs !== own.lastUs) continue;
    const other = await extentOf(source.path);
    const isAsRead = other?.frames === frames && other.bytes === bytes;
    if (!isAsRead || other.sha256 === own.sha256) return source;
  }
  return undefined;
};
