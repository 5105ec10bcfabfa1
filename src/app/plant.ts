/**
 * The simulated plant as a capture on disk, with `labels.json` beside it: frames are written as they come into being, so
 * that days take no more memory than minutes. Written whole or not at all.
 */
import { existsSync } from 'node:fs';
import { open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type PlantOptions, plantFrames } from '../../plant/network/index.ts';
import { interfaceDescription, putPacket, sectionHeader } from '../capture/writer.ts';
import { type FrameBatch, LINK } from '../core/frame.ts';

export { MAX_HOSTS, PLANT_DEFAULTS, type PlantOptions, plantFrames } from '../../plant/network/index.ts';

/** Octets gathered before they are written. */
const CHUNK_BYTES = 1 << 20;
/** Octets of a block around a frame, and the most that a frame is padded by. */
const BLOCK_OVERHEAD = 35;
const IF_NAME = 2;
const SHB_USER_APPLICATION = 4;

/**
 * The octets of a pcapng file of these frames, in chunks of some MiB; a chunk is valid until the next is asked for.
 * `head` false: what follows in a file that was begun before.
 */
export function* pcapngChunks(frames: Iterable<FrameBatch>, title: string, head = true): Generator<Uint8Array> {
  if (head) {
    yield sectionHeader(false, [{ code: SHB_USER_APPLICATION, value: title }]);
    yield interfaceDescription({ linkType: LINK.ETHERNET, options: [{ code: IF_NAME, value: 'mirror' }] });
  }
  const chunk = new Uint8Array(CHUNK_BYTES);
  const view = new DataView(chunk.buffer);
  let used = 0;
  for (const batch of frames) {
    for (let i = 0; i < batch.count; i++) {
      const length = batch.captured[i]!;
      if (used + length + BLOCK_OVERHEAD > CHUNK_BYTES) {
        yield chunk.subarray(0, used);
        used = 0;
      }
      used = putPacket(view, used, batch.bytes, batch.start[i]!, length, batch.tsUs[i]!);
    }
  }
  if (used > 0) yield chunk.subarray(0, used);
}

export interface PlantWritten {
  readonly frames: number;
  readonly bytes: number;
  readonly labels: string;
}

/** The capture that the labels at `path` are of; undefined where there are none, or nobody says. */
const capturedBy = async (path: string): Promise<string | undefined> => {
  try {
    const { capture } = JSON.parse(await readFile(path, 'utf8')) as { capture?: unknown };
    return typeof capture === 'string' ? capture : undefined;
  } catch {
    return undefined;
  }
};

/**
 * Path of the labels that belong to the capture at `path`: `labels.json` in the same folder, or `NAME.labels.json` where those
 * of another capture that is still there have that name.
 */
const labelsPath = async (path: string): Promise<string> => {
  const folder = dirname(path);
  const own = basename(path);
  const common = join(folder, 'labels.json');
  const other = await capturedBy(common);
  const isTaken = other !== undefined && other !== own && existsSync(join(folder, other));
  return isTaken ? join(folder, `${own.replace(/\.pcapng$/, '')}.labels.json`) : common;
};

/** Writes the plant to `path` and its labels beside it. `onProgress` hears the plant's time now and then. Errors: the file system's. */
export const writePlant = async (
  path: string,
  options: PlantOptions,
  onProgress: (tsUs: number) => void = () => undefined,
): Promise<PlantWritten> => {
  const unfinished = `${path}.part`;
  const run = plantFrames(options);
  let frames = 0;
  let bytes = 0;
  const counted = function* (): Generator<FrameBatch> {
    for (const batch of run.frames) {
      frames += batch.count;
      onProgress(batch.tsUs[batch.count - 1]!);
      yield batch;
    }
  };
  const file = await open(unfinished, 'w');
  try {
    for (const chunk of pcapngChunks(counted(), `Gatehouse simulated plant, seed ${options.seed}`)) {
      await file.writeFile(chunk);
      bytes += chunk.length;
    }
    await file.close();
    await rename(unfinished, path);
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(unfinished, { force: true });
    throw error;
  }
  const labels = await labelsPath(path);
  await writeFile(labels, `${JSON.stringify({ capture: basename(path), ...run.labels }, null, 1)}\n`);
  return { frames, bytes, labels };
};
