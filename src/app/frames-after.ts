import type { FrameBatch } from '../core/frame.ts';

/** The frames of a batch after frame number `skip`; undefined where there are none. Columns are views of the same octets. */
export const framesAfter = (batch: FrameBatch, skip: number): FrameBatch | undefined => {
  const n = skip - batch.firstFrame + 1;
  if (n <= 0) return batch;
  if (n >= batch.count) return undefined;
  return {
    kind: 'frames',
    firstFrame: batch.firstFrame + n,
    count: batch.count - n,
    bytes: batch.bytes,
    start: batch.start.subarray(n),
    captured: batch.captured.subarray(n),
    wire: batch.wire.subarray(n),
    tsUs: batch.tsUs.subarray(n),
    tsNs: batch.tsNs.subarray(n),
    linkType: batch.linkType.subarray(n),
    interfaceIndex: batch.interfaceIndex.subarray(n),
    offset: batch.offset.subarray(n),
  };
};
