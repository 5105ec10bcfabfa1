/** Frames decoded again one by one, with nothing kept of what is said but where a credential stood in clear. */
import { createBatch } from '../capture/parser.ts';
import type { FrameBatch } from '../core/frame.ts';
import { type At, SILENT, type Value, type ValueBlock, type ValueItem } from '../core/observation.ts';
import { pointName } from '../core/point-name.ts';
import type { FoundFrame } from './evidence.ts';
import type { SiteRuntime } from './pipeline.ts';

/** A sink that keeps only the frames that carried a credential in clear; values go to `onValue`. */
export const listening = (
  onValue: (at: At, name: string, value: Value, access: 'read' | 'write') => void = () => undefined,
): { readonly sink: SiteRuntime['sink']; readonly secrets: ReadonlySet<number> } => {
  const secrets = new Set<number>();
  const sink = {
    ...SILENT,
    value: (at: At, { path, value, access }: ValueItem) => onValue(at, pointName(path), value, access),
    values: (at: At, { area, start, values, count, access }: ValueBlock) => {
      for (let i = 0; i < count; i++) onValue(at, `${area} ${start + i}`, values[i]!, access);
    },
    session: (at: At, session: { readonly clearCredential?: boolean }) => {
      if (session.clearCredential === true) for (const f of [at.requestFrame, at.firstFrame, at.frame]) secrets.add(f);
    },
    alias: (): void => undefined,
  };
  return { sink, secrets };
};

/** Puts one frame under its own number into a batch that is used again. */
export const batchOfOne = (frame: FoundFrame, batch: FrameBatch = createBatch()): FrameBatch => {
  batch.count = 1;
  batch.firstFrame = frame.frame;
  batch.bytes = frame.bytes;
  batch.start[0] = 0;
  batch.captured[0] = frame.bytes.length;
  batch.wire[0] = frame.wire;
  batch.tsUs[0] = frame.tsUs;
  batch.linkType[0] = frame.linkType;
  batch.offset[0] = 0;
  return batch;
};
