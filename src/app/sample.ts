/**
 * The sample plant as a capture: ten minutes for tests, pictures and other tools (`gatehouse sample`). It is written as
 * pcapng and read like any other capture.
 */
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { SAMPLE_DEFAULTS, type SampleOptions, samplePlant } from '../../plant/index.ts';
import { enhancedPacket, interfaceDescription, sectionHeader } from '../capture/writer.ts';
import { LINK } from '../core/frame.ts';

/** Octets gathered before they are handed on. */
const CHUNK_BYTES = 1 << 18;
const IF_NAME = 2;
const SHB_USER_APPLICATION = 4;

/** The octets of a pcapng file of the sample plant, in chunks of some 256 KiB. The same options give the same octets. */
export function* sampleChunks(options: SampleOptions = SAMPLE_DEFAULTS): Generator<Uint8Array> {
  let parts: Uint8Array[] = [
    sectionHeader(false, [{ code: SHB_USER_APPLICATION, value: `Gatehouse sample plant, seed ${options.seed}` }]),
    interfaceDescription({ linkType: LINK.ETHERNET, options: [{ code: IF_NAME, value: 'mirror' }] }),
  ];
  let size = 0;
  for (const frame of samplePlant(options)) {
    const block = enhancedPacket(frame);
    parts.push(block);
    size += block.length;
    if (size < CHUNK_BYTES) continue;
    yield Buffer.concat(parts);
    parts = [];
    size = 0;
  }
  if (parts.length > 0) yield Buffer.concat(parts);
}

/** Writes the sample plant to `path` as pcapng, whole or not at all. Errors are those of the file system. */
export const writeSample = async (path: string, options: SampleOptions = SAMPLE_DEFAULTS): Promise<void> => {
  const unfinished = `${path}.part`;
  try {
    await pipeline(Readable.from(sampleChunks(options)), createWriteStream(unfinished));
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
};
