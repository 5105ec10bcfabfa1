/**
 * Drives the product for tests: frames or a capture in, everything that was said out. With `site: true` the observations
 * also reach a site model, as in the product; without, only the decode stage runs. Records copies, because sinks are
 * handed reused objects.
 */
import { Pipeline } from '../src/app/pipeline.ts';
import { openCaptureFile } from '../src/capture/file.ts';
import { readCapture } from '../src/capture/reader.ts';
import type { Decoder, Message, PduContext } from '../src/core/decoder.ts';
import type { EndpointId } from '../src/core/endpoint.ts';
import type { CaptureEvent, FrameBatch } from '../src/core/frame.ts';
import type { At, FlowSummary } from '../src/core/observation.ts';
import type { SourceHealth } from '../src/core/site.ts';
import type { SiteModel, SiteSink } from '../src/core/site-model.ts';
import { DECODERS, DuplicateFilter, EndpointTable, type Openings } from '../src/decode/index.ts';
import { createSiteModel } from '../src/observe/index.ts';

export interface TestFrame {
  readonly tsUs: number;
  readonly bytes: Uint8Array;
  readonly wire?: number;
  readonly linkType?: number;
}

/** Frames as the capture stage hands them on; `firstFrame` is the number of the first. */
export const batchOf = (frames: readonly TestFrame[], firstFrame = 1): FrameBatch => {
  const n = frames.length;
  const total = frames.reduce((sum, f) => sum + f.bytes.length, 0);
  const batch: FrameBatch = {
    kind: 'frames',
    firstFrame,
    count: n,
    bytes: new Uint8Array(total),
    start: new Int32Array(n),
    captured: new Int32Array(n),
    wire: new Int32Array(n),
    tsUs: new Float64Array(n),
    tsNs: new Int16Array(n),
    linkType: new Int32Array(n),
    interfaceIndex: new Int32Array(n),
    offset: new Float64Array(n),
  };
  let o = 0;
  frames.forEach((f, i) => {
    batch.bytes.set(f.bytes, o);
    batch.start[i] = o;
    batch.captured[i] = f.bytes.length;
    batch.wire[i] = f.wire ?? f.bytes.length;
    batch.tsUs[i] = f.tsUs;
    batch.linkType[i] = f.linkType ?? 1;
    batch.offset[i] = o;
    o += f.bytes.length;
  });
  return batch;
};

/** All frames of a capture file, copied. */
export const readFrames = async (path: string): Promise<TestFrame[]> => {
  const frames: TestFrame[] = [];
  for await (const e of readCapture((await openCaptureFile(path)).chunks(), { name: path }))
    if (e.kind === 'frames')
      for (let i = 0; i < e.count; i++)
        frames.push({
          tsUs: e.tsUs[i]!,
          bytes: e.bytes.slice(e.start[i]!, e.start[i]! + e.captured[i]!),
          wire: e.wire[i]!,
          linkType: e.linkType[i]!,
        });
  return frames;
};

/** One observation: its kind is the method of the sink. */
export interface Said {
  readonly kind: string;
  readonly at: At;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into observations of every kind
  readonly what: any;
}

const KINDS = [
  'command',
  'values',
  'value',
  'identity',
  'module',
  'name',
  'session',
  'weird',
  'alias',
  'flow',
] as const satisfies readonly (keyof SiteSink)[];

/** A sink that calls `each` for every observation and, when there is a model, the model's own method before. */
export const listening = (each: (kind: string, at: At, what: unknown) => void, model?: SiteModel): SiteSink => {
  const sink: Record<string, unknown> = { tick: (tsUs: number) => model?.tick(tsUs) };
  for (const kind of KINDS)
    sink[kind] = (at: At, what: never) => {
      model?.[kind](at, what);
      each(kind, at, what);
    };
  return sink as unknown as SiteSink;
};

/** Plain copy; of a block of values only those that count. */
const copy = (kind: string, what: unknown): unknown => {
  if (kind !== 'values') return structuredClone(what);
  const block = what as { values: ArrayLike<number>; count: number };
  return { ...block, values: Array.from(block.values).slice(0, block.count) };
};

export interface DriveOptions {
  readonly decoders?: readonly Decoder[];
  /** Id of the source. */
  readonly source?: string;
  /** Frames per batch when frames are given. */
  readonly perBatch?: number;
  /** Called for every observation and message; instead of recording them. */
  readonly each?: (kind: string, at: At, what: unknown) => void;
  readonly onMessage?: (decoder: Decoder, message: Message, context: PduContext) => void;
  readonly duplicates?: DuplicateFilter;
  readonly openings?: Openings;
  /** Called with the run before its first frame. */
  readonly started?: (run: Run) => void;
}

/** A site that sources are driven into, one after another. */
export class TestSite {
  readonly endpoints = new EndpointTable();
  readonly duplicates = new DuplicateFilter();
  readonly model: SiteModel = createSiteModel({ endpoints: this.endpoints });
}

export interface SaidMessage {
  readonly decoder: string;
  readonly message: Message;
  readonly toServer: boolean;
  readonly frame: number;
}

/** One run of a pipeline: what it said so far. */
export class Run {
  readonly said: Said[] = [];
  readonly messages: SaidMessage[] = [];
  readonly endpoints: EndpointTable;
  readonly pipeline: Pipeline;

  constructor(options: DriveOptions, site?: TestSite) {
    this.endpoints = site?.endpoints ?? new EndpointTable();
    const record = (kind: string, at: At, what: unknown) =>
      void this.said.push({ kind, at: { ...at }, what: copy(kind, what) });
    const keep = (d: Decoder, message: Message, c: PduContext) =>
      void this.messages.push({
        decoder: d.name,
        message: structuredClone(message),
        toServer: c.toServer,
        frame: c.frame,
      });
    const model = site?.model;
    const sink = listening(options.each ?? record, model);
    this.pipeline = new Pipeline({
      source: options.source ?? 'capture',
      site: {
        endpoints: this.endpoints,
        duplicates: options.duplicates ?? site?.duplicates ?? new DuplicateFilter(),
        ...(options.openings && { openings: options.openings }),
        sink: model ? Object.assign(sink, { setSource: model.setSource.bind(model) }) : sink,
      },
      decoders: options.decoders ?? DECODERS,
      ...((options.onMessage !== undefined || options.each === undefined) && {
        onMessage: options.onMessage ?? keep,
      }),
    });
    options.started?.(this);
  }

  of(kind: (typeof KINDS)[number]): Said[] {
    return this.said.filter((s) => s.kind === kind);
  }
  /** Final summaries of flows, in order. */
  get flows(): FlowSummary[] {
    return this.of('flow')
      .filter((s) => s.what.final)
      .map((s) => s.what);
  }
  get health(): SourceHealth {
    return this.pipeline.health();
  }
  /** An endpoint as text: its IP, else its MAC; a child as `parent address`. */
  readonly textOf = (id: EndpointId): string => {
    if (id <= 0) return '';
    const e = this.endpoints.get(id);
    return e.sub ? `${this.textOf(e.parent ?? 0)} ${e.sub.address}` : (e.ip ?? e.mac ?? '?');
  };

  frames(frames: readonly TestFrame[], perBatch = 1000): this {
    for (let i = 0; i < frames.length; i += perBatch)
      this.pipeline.handle(batchOf(frames.slice(i, i + perBatch), i + 1));
    this.pipeline.finish();
    return this;
  }

  async events(events: AsyncIterable<CaptureEvent>): Promise<this> {
    for await (const event of events) this.pipeline.handle(event);
    this.pipeline.finish();
    return this;
  }
}

/** Decodes frames; no site. */
export const decodeFrames = (frames: readonly TestFrame[], decoders: readonly Decoder[] = DECODERS, perBatch = 1000) =>
  new Run({ decoders }).frames(frames, perBatch);

/** Decodes a capture file; no site. */
export const decodeCapture = async (path: string, options: DriveOptions = {}): Promise<Run> =>
  new Run(options).events(readCapture((await openCaptureFile(path)).chunks(), { name: path }));

/** Reads frames, or a capture file, into a site (a new one if none is given). */
export const driveSite = async (
  input: string | readonly TestFrame[],
  options: DriveOptions = {},
  site = new TestSite(),
): Promise<{ run: Run; model: SiteModel; health: SourceHealth; endpoints: EndpointTable }> => {
  const run = new Run(options, site);
  if (typeof input === 'string')
    await run.events(readCapture((await openCaptureFile(input)).chunks(), { name: input }));
  else run.frames(input, options.perBatch);
  return { run, model: site.model, health: run.health, endpoints: site.endpoints };
};

/** Plain data as text; 64-bit integers and octets included, so that equal text means equal data. */
export const textOfData = (data: unknown, space?: number): string =>
  JSON.stringify(
    data,
    (_, v) =>
      typeof v === 'bigint'
        ? `${v}n`
        : typeof v === 'number' && !Number.isFinite(v)
          ? String(v)
          : v instanceof Uint8Array
            ? Buffer.from(v).toString('hex')
            : v instanceof Map || v instanceof Set
              ? [...v]
              : v,
    space,
  );

/** mulberry32: a small seeded generator, so that a failure can be repeated. */
export const seeded = (seed: number): (() => number) => {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
};

/** Octets from hexadecimal with blanks; `#` starts a comment up to the end of the line. */
export const octets = (text: string): Uint8Array =>
  Uint8Array.from(text.replace(/#.*$/gm, '').match(/[0-9a-fA-F]{2}/g) ?? [], (x) => Number.parseInt(x, 16));
