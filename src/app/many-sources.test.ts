/** A site reads thousands of files of a folder, one after the other: what each one needed while it was read is given back. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import type { FrameBatch } from '../core/frame.ts';
import { createSiteModel } from '../observe/index.ts';
import { createSiteRuntime, Pipeline } from './pipeline.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** An ARP request (RFC 826). */
const frame = new Uint8Array(60);
frame.set([
  255, 255, 255, 255, 255, 255, 2, 0, 0, 0, 0, 1, 8, 6, 0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 1, 10, 0, 0, 1,
]);
const batch: FrameBatch = {
  kind: 'frames',
  bytes: frame,
  count: 1,
  firstFrame: 1,
  start: Uint32Array.of(0),
  captured: Uint32Array.of(60),
  wire: Uint32Array.of(60),
  linkType: Uint16Array.of(1),
  iface: Uint16Array.of(0),
  tsUs: Float64Array.of(1_772_366_400_000_000),
  tsNs: Uint16Array.of(0),
  offset: Float64Array.of(40),
} as unknown as FrameBatch;

it('holds nothing of a source that was left long ago but its name', async () => {
  const site = createSiteRuntime((endpoints) => createSiteModel({ endpoints }));
  const read = (n: number): WeakRef<Pipeline> => {
    const pipeline = new Pipeline({ source: `d-${n}`, site });
    pipeline.handle(batch);
    pipeline.finish();
    return new WeakRef(pipeline);
  };
  const octets = (): number => {
    collect();
    return process.memoryUsage().arrayBuffers;
  };
  const weak = Array.from({ length: 20 }, (_, n) => read(n));
  // A weak reference is held until the turn in which it was made has ended.
  await new Promise((resolve) => setImmediate(resolve));
  const before = octets();
  // The last one may still stand on the stack.
  expect(weak.slice(0, -1).filter((ref) => ref.deref() !== undefined)).toEqual([]);
  for (let n = 20; n < 60; n++) read(n);
  // Half a mebibyte of offsets each, a mebibyte of tables: it was 60 of them. Buffers are swept beside the program.
  await expect.poll(() => octets() - before, { timeout: 10_000 }).toBeLessThan(4 * 2 ** 20);
});
