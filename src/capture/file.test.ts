import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hashFile, openCaptureFile, READ_BYTES } from './file.ts';
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

  it('that cannot be opened say why', async () => {
    const path = join(folder, 'absent.pcap');
    await expect(openCaptureFile(path)).rejects.toMatchObject({ code: 'input.not-found', exitCode: 3 });
    await expect(openCaptureFile(folder)).rejects.toMatchObject({ code: 'input.is-folder', exitCode: 3 });
    await expect(hashFile(path)).rejects.toMatchObject({ code: 'input.not-found' });
  });
});
