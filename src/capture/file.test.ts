import { createHash } from 'node:crypto';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hashFile, openCaptureFile, READ_BYTES, readFrameAt } from './file.ts';
import { MAX_BATCH_FRAMES } from './parser.ts';
import { collect, joined } from './testing/collect.ts';
import { pcapHeader, pcapRecord } from './writer.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-file-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Longer than two buffers, so that both are used again. */
const count = 25_000;
const capture = joined(
  pcapHeader({ linkType: 1 }),
  ...Array.from({ length: count }, (_, i) =>
    pcapRecord({ tsUs: i, bytes: new Uint8Array(200).fill(i % 251) }, { linkType: 1 }),
  ),
);

describe('capture files', () => {
  it('are read through two reused buffers, with progress and hash', async () => {
    const path = join(folder, 'a.pcap');
    await writeFile(path, capture);
    expect(capture.length).toBeGreaterThan(2 * READ_BYTES);
    const file = await openCaptureFile(path, { hash: true });
    expect(file.sizeBytes).toBe(capture.length);
    const buffers = new Set<ArrayBufferLike>();
    let read = 0;
    const seen = await collect(
      (async function* () {
        for await (const chunk of file.chunks()) {
          buffers.add(chunk.buffer);
          read += chunk.length;
          expect(file.bytesRead).toBe(read);
          yield chunk;
        }
      })(),
    );
    expect(seen.frames.length).toBe(count);
    expect(seen.frames.every((f, i) => f.data.startsWith((i % 251).toString(16).padStart(2, '0')))).toBe(true);
    expect(buffers.size).toBe(2);
    const expected = createHash('sha256').update(capture).digest('hex');
    expect(file.sha256).toBe(expected);
    expect(await hashFile(path)).toBe(expected);
  });

  for (const packed of [false, true])
    it(`give a frame again as evidence${packed ? ', compressed' : ''}`, async () => {
      const path = join(folder, 'b');
      await writeFile(path, packed ? gzipSync(capture) : capture);
      const { frames } = await collect((await openCaptureFile(path)).chunks());
      for (const number of [1, MAX_BATCH_FRAMES + 1, count]) {
        const f = frames[number - 1]!;
        const place = { frame: number, offset: f.offset, captured: f.captured };
        expect(Buffer.from(await readFrameAt(path, place)).toString('hex')).toBe(f.data);
      }
      if (packed) await writeFile(path, gzipSync(capture.subarray(0, 1000)));
      else await truncate(path, 1000);
      const place = { frame: MAX_BATCH_FRAMES + 1, offset: frames[MAX_BATCH_FRAMES]!.offset, captured: 200 };
      await expect(readFrameAt(path, place)).rejects.toMatchObject({ code: 'input.frame-not-found' });
    });

  it('that cannot be opened say why', async () => {
    const path = join(folder, 'absent.pcap');
    await expect(openCaptureFile(path)).rejects.toMatchObject({ code: 'input.not-found', exitCode: 3 });
    await expect(openCaptureFile(folder)).rejects.toMatchObject({ code: 'input.is-folder', exitCode: 3 });
    await expect(hashFile(path)).rejects.toMatchObject({ code: 'input.not-found' });
    await expect(readFrameAt(path, { frame: 1, offset: 0, captured: 1 })).rejects.toMatchObject({
      code: 'input.not-found',
    });
  });
});
