/**
 * What the parts of the site share: the current source, names as small integers, counters of limits, and the list of
 * rows that changed since the store was last served.
 */
import type { Evidence } from '../core/frame.ts';
import type { At, Verb } from '../core/observation.ts';
import { VERBS } from '../core/observation.ts';
import type { SourceContext } from '../core/site-model.ts';
import type { SiteLimits } from './limits.ts';

export const VERB_INDEX: Readonly<Record<Verb, number>> = Object.freeze(
  Object.fromEntries(VERBS.map((verb, i) => [verb, i])) as Record<Verb, number>,
);

/** Strings as small integers, dense from 0. For constant strings and texts that another limit bounds. */
export class Interner {
  readonly texts: string[] = [];
  private readonly ids = new Map<string, number>();
  private lastText = '';
  private lastId = -1;
  id(text: string): number {
    if (text === this.lastText && this.lastId >= 0) return this.lastId;
    let id = this.ids.get(text);
    if (id === undefined) {
      id = this.texts.length;
      this.texts.push(text);
      this.ids.set(text, id);
    }
    this.lastText = text;
    this.lastId = id;
    return id;
  }
  /** The id, or -1 for a text that was never seen. */
  peek(text: string): number {
    return this.ids.get(text) ?? -1;
  }
}

export interface Context {
  readonly limits: SiteLimits;
  /** Current source; its index is dense in order of first use. */
  source: SourceContext;
  sourceIndex: number;
  readonly sources: SourceContext[];
  readonly protocols: Interner;
  readonly dropped: Map<string, number>;
  /** Bumped whenever assets or what is known of them may have changed. */
  version: number;
}

export const drop = (context: Context, limit: keyof SiteLimits | 'samplesSpacing'): void => {
  context.dropped.set(limit, (context.dropped.get(limit) ?? 0) + 1);
};

export const evidenceOf = (context: Context, frame: number): Evidence => ({
  source: context.source.id,
  frame,
  offset: context.source.offsetOf(frame),
});

/**
 * Frames of a transaction: the request's, then the completing one. Never empty unless the observation has no frame. Not
 * pushed to: such an array has room for seventeen, and these are kept by the ten thousand.
 */
export const framesOf = (context: Context, at: At): Evidence[] => {
  const request = at.requestFrame > 0 && at.requestFrame !== at.frame ? at.requestFrame : 0;
  const first =
    at.firstFrame > 0 && at.firstFrame !== at.frame && at.firstFrame !== at.requestFrame ? at.firstFrame : 0;
  if (request === 0 && first === 0) return at.frame > 0 ? [evidenceOf(context, at.frame)] : [];
  const frames = [request, first, at.frame].filter((frame) => frame > 0);
  return frames.map((frame) => evidenceOf(context, frame));
};

export const bounded = (text: string, limit: number): string => (text.length > limit ? text.slice(0, limit) : text);

/** A copy of at least `size` entries with the same content: columns grow by doubling. */
export const f64 = (old: Float64Array<ArrayBuffer>, size: number): Float64Array<ArrayBuffer> => {
  const wider = new Float64Array(size);
  wider.set(old);
  return wider;
};
export const i32 = (old: Int32Array<ArrayBuffer>, size: number): Int32Array<ArrayBuffer> => {
  const wider = new Int32Array(size);
  wider.set(old);
  return wider;
};
export const u32 = (old: Uint32Array<ArrayBuffer>, size: number): Uint32Array<ArrayBuffer> => {
  const wider = new Uint32Array(size);
  wider.set(old);
  return wider;
};
export const u8 = (old: Uint8Array<ArrayBuffer>, size: number): Uint8Array<ArrayBuffer> => {
  const wider = new Uint8Array(size);
  wider.set(old);
  return wider;
};
