import { mkdir, mkdtemp, readdir, readFile, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OperatingError } from '../core/errors.ts';
import type { FrameBatch } from '../core/frame.ts';
import { createBatch } from './parser.ts';
import { EvidenceRing, RING_BUFFER_BYTES, RING_BUFFERS } from './ring.ts';
import { nodeRingFiles, type RingFiles } from './ring-files.ts';
import { collectBytes } from './testing/collect.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-ring-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Frames `first`.. of `length` octets whose content tells their number. */
const frames = (first: number, count: number, length = 100, linkType = 1): FrameBatch => {
  const batch = createBatch(count);
  batch.bytes = new Uint8Array(count * length);
  batch.firstFrame = first;
  batch.count = count;
  for (let i = 0; i < count; i++) {
    batch.start[i] = i * length;
    batch.captured[i] = length;
    batch.wire[i] = length + 7;
    batch.tsUs[i] = 1_700_000_000_000_000 + first + i;
    batch.linkType[i] = linkType;
    new DataView(batch.bytes.buffer).setUint32(i * length, first + i);
  }
  return batch;
};
const numberIn = (bytes: Uint8Array | undefined): number | undefined =>
  bytes === undefined ? undefined : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
const open = (more: Partial<Parameters<typeof EvidenceRing.open>[0]> = {}) =>
  EvidenceRing.open({ folder, now: () => 0, ...more });

describe('evidence ring', () => {
  it('shrinks to a new size at once and stays within it; forgets what is old, never what is being written', async () => {
    const ring = await open({ totalBytes: 64 * RING_BUFFER_BYTES });
    const fill = async (from: number, count: number) => {
      for (let i = from; i < from + count; i++) {
        ring.append('eth1', frames(1 + i * 3000, 3000, 400));
        await ring.flush();
      }
    };
    await fill(0, 20);
    expect(ring.state.totalBytes).toBeGreaterThan(20 * RING_BUFFER_BYTES);
    await ring.resize(16 * RING_BUFFER_BYTES);
    expect(ring.state.totalBytes).toBeLessThanOrEqual(16 * RING_BUFFER_BYTES);
    expect(await ring.fetch('eth1', 1)).toBeUndefined();
    // That was wanted; what a full disk takes is counted.
    expect(ring.state.bytesLetGo).toBe(0);
    await fill(20, 20);
    const before = ring.state.totalBytes;
    await ring.resize(16 * RING_BUFFER_BYTES, true);
    expect(ring.state.bytesLetGo).toBe(before - ring.state.totalBytes);
    await ring.resize(10 * RING_BUFFER_BYTES, true);
    expect(ring.state.bytesLetGo).toBe(before - ring.state.totalBytes);
    expect(ring.state.bytesLetGo).toBeGreaterThan(2 * RING_BUFFER_BYTES);
    await ring.resize(16 * RING_BUFFER_BYTES);
    await fill(40, 20);
    expect(ring.state.bytesLetGo).toBeLessThan(before);
    expect(ring.state.totalBytes).toBeLessThanOrEqual(16 * RING_BUFFER_BYTES);
    expect(numberIn((await ring.fetch('eth1', 180_000))?.bytes)).toBe(180_000);
    const onDisk = (await nodeRingFiles.list(folder)).reduce((sum, file) => sum + file.sizeBytes, 0);
    expect(onDisk).toBe(ring.state.totalBytes);
    await ring.forgetBefore(0);
    expect(ring.state.segments).toBeGreaterThan(1);
    await ring.forgetBefore(Number.MAX_SAFE_INTEGER);
    expect(ring.state.segments).toBe(1);
    expect(numberIn((await ring.fetch('eth1', 180_000))?.bytes)).toBe(180_000);
    await ring.close();
  });

  it('finds any frame by source and number, across segments', async () => {
    const ring = await open({ segmentBytes: 2 * RING_BUFFER_BYTES });
    for (let i = 0; i < 12; i++) {
      ring.append('eth1', frames(1 + i * 3000, 3000));
      if (i % 3 === 0) ring.append('eth2', frames(1 + i * 10, 10, 60, 113));
      await ring.flush();
    }
    for (const number of [1, 2, 2999, 3000, 3001, 17_777, 36_000]) {
      const found = await ring.fetch('eth1', number);
      expect(numberIn(found?.bytes)).toBe(number);
      expect(found).toMatchObject({ linkType: 1, wire: 107, tsUs: 1_700_000_000_000_000 + number });
    }
    expect(numberIn((await ring.fetch('eth2', 95))?.bytes)).toBe(95);
    expect((await ring.fetch('eth2', 95))?.linkType).toBe(113);
    expect(await ring.fetch('eth2', 15)).toBeUndefined();
    expect(await ring.fetch('eth3', 1)).toBeUndefined();
    expect(await ring.fetch('eth1', 36_001)).toBeUndefined();
    expect(ring.state).toMatchObject({ on: true, framesKept: 36_040, framesLost: 0, failures: 0 });
    let next = 1;
    for await (const { frame, bytes, wire, linkType } of ring.frames('eth1')) {
      if (frame !== next || numberIn(bytes) !== next || wire !== 107 || linkType !== 1)
        throw new Error(`frame ${frame} where ${next} should be`);
      next++;
    }
    expect(next).toBe(36_001);
    let others = 0;
    for await (const { linkType } of ring.frames('eth2')) others += linkType === 113 ? 1 : 0;
    expect(others).toBe(40);
    for await (const _ of ring.frames('eth3')) throw new Error('there is no such source');
    expect(ring.state.segments).toBeGreaterThan(1);
    await ring.close();
  });

  it('finds many frames at once, long ones too, each once, and reads what lies together once', async () => {
    let opened = 0;
    let read = 0;
    const files: RingFiles = {
      ...nodeRingFiles,
      open: async (...of) => {
        const handle = await nodeRingFiles.open(...of);
        if (of[2] !== 'read') return handle;
        opened++;
        const counted: typeof handle.read = (target, position) => {
          read += target.length;
          return handle.read(target, position);
        };
        return { ...handle, read: counted };
      },
    };
    const ring = await open({ segmentBytes: 2 * RING_BUFFER_BYTES, files });
    for (let i = 0; i < 12; i++) {
      ring.append('eth1', frames(1 + i * 3000, 3000));
      // Longer than what is read at first.
      if (i % 4 === 1) ring.append('eth2', frames(i, 2, 200_000));
      await ring.flush();
    }
    const wanted = [36_000, 36_001, 7, 9, 8, 1, 20_000, ...Array.from({ length: 500 }, (_, i) => 12_001 + i)];
    const found: number[] = [];
    for await (const { frame, bytes } of ring.fetchAll('eth1', wanted)) {
      expect(numberIn(bytes)).toBe(frame);
      found.push(frame);
    }
    const sorted = (list: readonly number[]): readonly number[] => [...list].sort((a, b) => a - b);
    expect(sorted(found)).toEqual(sorted(wanted.filter((frame) => frame !== 36_001)));
    expect(opened).toBeLessThanOrEqual(ring.state.segments);
    expect(read).toBeLessThan(10 * 2 ** 20);
    const long: number[] = [];
    for await (const { frame, bytes } of ring.fetchAll('eth2', [1, 2, 5, 6, 9, 10, 11])) {
      expect([numberIn(bytes), bytes.length]).toEqual([frame, 200_000]);
      long.push(frame);
    }
    expect(sorted(long)).toEqual([1, 2, 5, 6, 9, 10]);
    await ring.close();
  });

  it('writes segments that are captures of their own', async () => {
    const ring = await open();
    ring.append('eth1', frames(5, 3));
    await ring.close();
    const [name] = await readdir(folder);
    const seen = await collectBytes(new Uint8Array(await readFile(join(folder, name!))));
    expect(seen.interfaces).toMatchObject([{ name: 'eth1', linkType: 1 }]);
    expect(seen.frames.map((f) => [f.captured, f.wire, f.tsUs - 1_700_000_000_000_000])).toEqual([
      [100, 107, 5],
      [100, 107, 6],
      [100, 107, 7],
    ]);
    expect(seen.codes).toEqual(['capture.snapped']);
  });

  it('deletes the oldest segments and never holds more than its total', async () => {
    const totalBytes = 4 * RING_BUFFER_BYTES;
    const ring = await open({ segmentBytes: 2 * RING_BUFFER_BYTES, totalBytes });
    for (let i = 0; i < 30; i++) {
      ring.append('eth1', frames(1 + i * 4000, 4000));
      await ring.flush();
      expect(ring.state.totalBytes).toBeLessThanOrEqual(totalBytes);
    }
    expect(await ring.fetch('eth1', 1)).toBeUndefined();
    expect(numberIn((await ring.fetch('eth1', 120_000))?.bytes)).toBe(120_000);
    expect((await readdir(folder)).length).toBe(ring.state.segments);
    await ring.close();
  });

  it('survives a restart, also one in the middle of a write', async () => {
    const first = await open();
    first.append('eth1', frames(1, 1000));
    await first.close();
    const [name] = await readdir(folder);
    const size = (await readFile(join(folder, name!))).length;
    await truncate(join(folder, name!), size - 50);
    const second = await open();
    second.append('eth1', frames(1001, 10));
    expect(numberIn((await second.fetch('eth1', 999))?.bytes)).toBe(999);
    // The last frame was torn; the one after it lies in the new segment.
    expect(await second.fetch('eth1', 1000)).toBeUndefined();
    expect(numberIn((await second.fetch('eth1', 1001))?.bytes)).toBe(1001);
    expect((await readdir(folder)).length).toBe(2);
    await second.close();
  });

  it('goes on where its folder was deleted: what was kept is gone, which is no problem of the disk', async () => {
    const problems: (OperatingError | undefined)[] = [];
    const ring = await open({ onProblem: (p) => problems.push(p), folder: join(folder, 'ring') });
    ring.append('eth1', frames(1, 100));
    await ring.flush();
    await rm(join(folder, 'ring'), { recursive: true });
    // Asked again and again, as findings are pinned.
    for (let k = 0; k < 3; k++) expect(await ring.fetch('eth1', 50)).toBeUndefined();
    ring.append('eth1', frames(101, 100));
    await ring.flush();
    expect(problems).toEqual([]);
    expect(numberIn((await ring.fetch('eth1', 150))?.bytes)).toBe(150);
    expect(ring.state).toMatchObject({ on: true, failures: 0, framesLost: 0, segments: 1 });
    await ring.close();
  });

  it('does not make a data folder that is gone anew, and says once that nothing is kept', async () => {
    const problems: (OperatingError | undefined)[] = [];
    let nowMs = 0;
    const data = join(folder, 'data');
    await mkdir(data);
    const ring = await open({
      onProblem: (p) => problems.push(p),
      folder: join(data, 'ring'),
      now: () => nowMs,
      retryMs: 1000,
    });
    ring.append('eth1', frames(1, 100));
    await ring.flush();
    await rm(data, { recursive: true });
    for (let k = 0; k < 5; k++) {
      expect(await ring.fetch('eth1', 50)).toBeUndefined();
      ring.append('eth1', frames(101 + 100 * k, 100));
      await ring.flush();
      nowMs += 1000;
    }
    expect(problems.map((p) => p?.code)).toEqual(['ring.write-failed']);
    expect(ring.state.framesLost).toBe(500);
    expect(await readdir(folder)).toEqual([]);
    await ring.close();
  });

  it('turns off on a full disk, says so once, and resumes', async () => {
    let full = false;
    let nowMs = 0;
    const files: RingFiles = {
      ...nodeRingFiles,
      open: async (...args) => {
        const handle = await nodeRingFiles.open(...args);
        return {
          ...handle,
          write: async (bytes, position) => {
            if (full) {
              // What a real disk does: a part fits, the rest does not.
              await handle.write(bytes.subarray(0, 500), position);
              throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
            }
            await handle.write(bytes, position);
          },
        };
      },
    };
    const problems: (OperatingError | undefined)[] = [];
    const ring = await open({ files, now: () => nowMs, retryMs: 1000, onProblem: (p) => problems.push(p) });
    ring.append('eth1', frames(1, 100));
    await ring.flush();
    full = true;
    ring.append('eth1', frames(101, 100));
    await ring.flush();
    expect(ring.state).toMatchObject({ on: false, framesKept: 100, framesLost: 100, framesTooFast: 0, failures: 1 });
    ring.append('eth1', frames(201, 100));
    nowMs = 1000;
    ring.append('eth1', frames(301, 100));
    await ring.flush();
    expect(ring.state).toMatchObject({ on: false, framesLost: 300, failures: 2 });
    expect(problems.map((p) => p?.code)).toEqual(['ring.write-failed']);
    expect(problems[0]?.message).toContain('the disk is full');
    full = false;
    nowMs = 2000;
    ring.append('eth1', frames(401, 100));
    await ring.flush();
    expect(ring.state).toMatchObject({ on: true, framesKept: 200, framesLost: 300 });
    expect(problems.map((p) => p?.code)).toEqual(['ring.write-failed', undefined]);
    expect(numberIn((await ring.fetch('eth1', 50))?.bytes)).toBe(50);
    expect(await ring.fetch('eth1', 350)).toBeUndefined();
    expect(numberIn((await ring.fetch('eth1', 450))?.bytes)).toBe(450);
    await ring.close();
  });

  it('never waits for a disk that hangs: memory is bounded and what is lost is counted', async () => {
    let release = (): void => undefined;
    const hanging = new Promise<void>((resolve) => {
      release = resolve;
    });
    const files: RingFiles = {
      ...nodeRingFiles,
      open: async (...args) => {
        const handle = await nodeRingFiles.open(...args);
        return {
          ...handle,
          write: async (bytes, position) => {
            await hanging;
            await handle.write(bytes, position);
          },
        };
      },
    };
    const ring = await open({ files });
    const batch = frames(1, 4000, 1000);
    for (let i = 0; i < 10; i++) {
      batch.firstFrame = 1 + i * 4000;
      ring.append('eth1', batch);
    }
    expect(ring.state.framesLost).toBeGreaterThan(30_000);
    expect(ring.state.framesTooFast).toBe(ring.state.framesLost);
    release();
    await ring.flush();
    const { framesKept, framesLost } = ring.state;
    expect(framesKept + framesLost).toBe(40_000);
    expect(framesKept * 1000).toBeLessThan(RING_BUFFERS * RING_BUFFER_BYTES);
    expect(numberIn((await ring.fetch('eth1', 1))?.bytes)).toBe(1);
    await ring.close();
  });

  it('starts turned off on a folder that cannot be made', async () => {
    const problems: (OperatingError | undefined)[] = [];
    const files = { ...nodeRingFiles, prepare: () => Promise.reject(Object.assign(new Error(), { code: 'EROFS' })) };
    const ring = await open({ files, onProblem: (p) => problems.push(p) });
    ring.append('eth1', frames(1, 5));
    expect(ring.state).toMatchObject({ on: false, framesLost: 5 });
    expect(problems[0]?.message).toContain('EROFS');
    await ring.close();
  });
});
