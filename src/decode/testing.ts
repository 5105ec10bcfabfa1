/**
 * For tests of the decode stage: frames in, everything that was said out. Records copies, because sinks are handed
 * reused objects.
 */
import type { Decoder, Message } from '../core/decoder.ts';
import type { FrameBatch } from '../core/frame.ts';
import type { At, FlowSummary } from '../core/observation.ts';
import { Decoding } from './decoding.ts';
import { EndpointTable } from './endpoints.ts';

export interface Said {
  readonly kind: string;
  readonly at: At;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into observations of every kind
  readonly what: any;
}

export interface TestFrame {
  readonly tsUs: number;
  readonly bytes: Uint8Array;
  readonly wire?: number;
  readonly linkType?: number;
}

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

/** Decodes frames with the given protocols; `said` in order, flows only the final ones. */
export const decodeFrames = (frames: readonly TestFrame[], decoders: readonly Decoder[], perBatch = 1000) => {
  const said: Said[] = [];
  const messages: { decoder: string; message: Message; toServer: boolean; frame: number }[] = [];
  const endpoints = new EndpointTable();
  const say = (kind: string) => (at: At, what: unknown) => {
    said.push({ kind, at: { ...at }, what: structuredClone(what) });
  };
  const decoding = new Decoding({
    endpoints,
    decoders,
    sink: {
      command: say('command'),
      values: say('values'),
      value: say('value'),
      identity: say('identity'),
      module: say('module'),
      name: say('name'),
      session: say('session'),
      weird: say('weird'),
      alias: say('alias'),
      flow: say('flow'),
      tick: () => {},
    },
    onMessage: (d, message, c) => {
      messages.push({ decoder: d.name, message: structuredClone(message), toServer: c.toServer, frame: c.frame });
    },
  });
  for (let i = 0; i < frames.length; i += perBatch) decoding.batch(batchOf(frames.slice(i, i + perBatch), i + 1));
  decoding.finish();
  const of = (kind: string) => said.filter((s) => s.kind === kind);
  const flows: FlowSummary[] = of('flow')
    .filter((s) => s.what.final)
    .map((s) => s.what);
  return { said, of, flows, messages, endpoints, health: decoding.snapshot() };
};
