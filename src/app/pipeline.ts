/**
 * One source's way through the stages: capture events in, decoded, observed into the site's model. Synchronous and free
 * of clocks: the caller decides when to read on, so the same code serves a file, a live interface, a test and the bench.
 */
import type { Decoder } from '../core/decoder.ts';
import { warningText } from '../core/errors.ts';
import type { CaptureEvent, CaptureInterface, FrameBatch } from '../core/frame.ts';
import type { SourceHealth, SourceId } from '../core/site.ts';
import type { SiteModel, SiteSink } from '../core/site-model.ts';
import { DECODERS, Decoding, DuplicateFilter, EndpointTable, type OnMessage, Openings } from '../decode/index.ts';
import { framesAfter } from './frames-after.ts';
import { linkText } from './link-names.ts';

/** What the sources of one site share. */
export interface SiteRuntime {
  readonly endpoints: EndpointTable;
  /** Two mirrors of one wire count once. */
  readonly duplicates: DuplicateFilter;
  /** What conversations said at their start. */
  readonly openings?: Openings;
  /** Where observations go; a `SiteModel` in the product, any sink in tests. */
  readonly sink: SiteSink & Partial<Pick<SiteModel, 'setSource'>>;
}

export const createSiteRuntime = (
  makeSink: (endpoints: EndpointTable) => SiteRuntime['sink'],
): SiteRuntime & { readonly openings: Openings } => {
  const endpoints = new EndpointTable();
  return { endpoints, duplicates: new DuplicateFilter(), openings: new Openings(), sink: makeSink(endpoints) };
};

export interface PipelineOptions {
  readonly source: SourceId;
  readonly site: SiteRuntime;
  readonly decoders?: readonly Decoder[];
  readonly segment?: number;
  readonly ownMacs?: readonly string[];
  readonly onMessage?: OnMessage;
}

/** Frames whose offset is remembered, for evidence of requests that are answered later. */
const REMEMBERED_FRAMES = 1 << 16;
/** Times that the end of a source is tried on where no flow ended by it. */
const MAX_IDLE_TRIES = 8;

/** Octet offsets of recent frames. By itself: the site asks for some after the source has ended, and holds nothing else of it. */
class FrameOffsets {
  readonly #offsets = new Float64Array(REMEMBERED_FRAMES).fill(-1);
  #lastFrame = 0;

  remember(batch: FrameBatch): void {
    let from = 0;
    while (from < batch.count) {
      const slot = (batch.firstFrame + from) & (REMEMBERED_FRAMES - 1);
      const n = Math.min(batch.count - from, REMEMBERED_FRAMES - slot);
      this.#offsets.set(batch.offset.subarray(from, from + n), slot);
      from += n;
    }
    this.#lastFrame = batch.firstFrame + batch.count - 1;
  }

  /** -1 where it is not remembered. */
  readonly of = (frame: number): number =>
    frame > 0 && frame <= this.#lastFrame && frame > this.#lastFrame - REMEMBERED_FRAMES
      ? this.#offsets[frame & (REMEMBERED_FRAMES - 1)]!
      : -1;
}

export class Pipeline {
  readonly source: SourceId;
  readonly decoding: Decoding;
  readonly interfaces: CaptureInterface[] = [];
  readonly warnings: { code: string; text: string }[] = [];
  readonly #site: SiteRuntime;
  readonly #offsets = new FrameOffsets();
  #faults = 0;
  #firstFault: { readonly frame: number; readonly detail: string } = { frame: 0, detail: '' };

  constructor(options: PipelineOptions) {
    this.source = options.source;
    this.#site = options.site;
    this.decoding = new Decoding({
      endpoints: options.site.endpoints,
      duplicates: options.site.duplicates,
      ...(options.site.openings && { openings: options.site.openings }),
      sink: options.site.sink,
      decoders: options.decoders ?? DECODERS,
      ...(options.segment !== undefined && { segment: options.segment }),
      ...(options.ownMacs && { ownMacs: options.ownMacs }),
      ...(options.onMessage && { onMessage: options.onMessage }),
    });
  }

  /** Handles one event of the capture; observations have reached the sink when it returns. */
  handle(event: CaptureEvent): void {
    switch (event.kind) {
      case 'frames':
        this.#offsets.remember(event);
        this.#setSource();
        this.decoding.batch(event);
        break;
      case 'interface':
        this.interfaces.push(event);
        break;
      case 'warning':
        this.warnings.push({ code: event.code, text: event.text });
        break;
      case 'counters':
        if (event.dropped !== undefined)
          this.decoding.health.dropped = Math.max(0, this.decoding.health.dropped) + event.dropped;
        break;
    }
  }

  /**
   * `handle` for what has to go on whatever comes: a frame at which a stage throws, which none should, is left and told as a
   * warning of the source; the frames behind it are handled. `onFault` hears of the first.
   */
  handleAll(event: CaptureEvent, onFault?: (error: unknown) => void): void {
    let last: CaptureEvent | undefined;
    for (let rest: CaptureEvent | undefined = event; rest !== undefined; ) {
      try {
        this.handle(rest);
        return;
      } catch (error) {
        // Before any of its frames, and again: no frame is at fault.
        if (rest.kind !== 'frames' || rest === last) throw error;
        const { frame } = this.decoding;
        this.#recover(error, onFault);
        last = rest;
        rest = framesAfter(rest, frame);
      }
    }
  }

  #fault(frame: number, error: unknown, onFault?: (error: unknown) => void): void {
    if (++this.#faults === 1) {
      // Where it happened, but not its message: what is cited there may come from the wire.
      const { name, stack = '' } = error instanceof Error ? error : new Error(String(error));
      const [, place = 'somewhere'] = /\n\s+at (?:async )?([\w.#<>$ ]+) \(/.exec(stack) ?? [];
      this.#firstFault = { frame, detail: `${name} in ${place}` };
    }
    const text = warningText('decode.fault', { count: this.#faults, ...this.#firstFault });
    const known = this.warnings.findIndex(({ code }) => code === 'decode.fault');
    this.warnings[known < 0 ? this.warnings.length : known] = { code: 'decode.fault', text };
    if (this.#faults === 1) onFault?.(new Error(text, { cause: error }));
  }

  #setSource(): void {
    this.#site.sink.setSource?.({ id: this.source, offsetOf: this.#offsets.of });
  }

  /** Wall time on a quiet live wire, microseconds. A stage that throws at it is told as one that throws at a frame. */
  tick(tsUs: number, onFault?: (error: unknown) => void): void {
    this.#setSource();
    try {
      this.decoding.tick(tsUs);
    } catch (error) {
      this.#recover(error, onFault);
    }
  }

  /** The source ended: open requests and flows are reported. What throws at one of them is told; the others end all the same. */
  finish(onFault?: (error: unknown) => void): void {
    this.#setSource();
    const { flows } = this.decoding;
    for (const { linkType, frames: count } of this.health().unknownLinkTypes)
      this.warnings.push({
        code: 'capture.link-type',
        text: warningText('capture.link-type', { linkType: linkText([linkType]), count }),
      });
    let idle = 0;
    for (let before = flows.active; idle < MAX_IDLE_TRIES; before = flows.active)
      try {
        this.decoding.finish();
        return;
      } catch (error) {
        this.#recover(error, onFault);
        idle = flows.active < before ? 0 : idle + 1;
      }
  }

  #recover(error: unknown, onFault?: (error: unknown) => void): void {
    this.decoding.recover();
    this.#fault(this.decoding.frame, error, onFault);
  }

  health(): SourceHealth {
    return this.decoding.snapshot();
  }
}
