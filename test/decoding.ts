/**
 * Drives one decoder by hand, for the tests beside it: a sink that records, a small stand-in for the dispatcher (stream
 * buffers per direction, pairing by key), and the hostile battery (truncation, random cuts, seeded mutation). The product
 * has its own dispatcher and pairing; this one is only as clever as a test needs.
 */
import { expect } from 'vitest';
import type { Decoded, Decoder, Message, PduContext, Transaction } from '../src/core/decoder.ts';
import type { Command, Identity, Name, ObservationSink, Session, ValueItem, Weird } from '../src/core/observation.ts';

export interface Recorded {
  commands: Command[];
  values: ValueItem[];
  /** `endpoint attribute=value` plus the identity itself. */
  identities: Identity[];
  names: Name[];
  sessions: Session[];
  weirds: Weird[];
  /** Addresses mentioned; endpoint id = 100 + index. */
  mentioned: string[];
}

/** Endpoint 1 is the client, 2 the server; mentioned addresses get 100, 101, ... */
export const recorder = (): Recorded & { sink: ObservationSink } => {
  const r: Recorded = {
    commands: [],
    values: [],
    identities: [],
    names: [],
    sessions: [],
    weirds: [],
    mentioned: [],
  };
  const sink: ObservationSink = {
    command: (_, x) => void r.commands.push(x),
    values: () => undefined,
    value: (_, x) => void r.values.push(x),
    identity: (_, x) => void r.identities.push(x),
    module: () => undefined,
    name: (_, x) => void r.names.push(x),
    session: (_, x) => void r.sessions.push(x),
    weird: (_, x) => void r.weirds.push(x),
    flow: () => undefined,
    tick: () => undefined,
    child: () => 99,
    mention: (_, mac, ip) => {
      const key = mac ?? ip ?? '?';
      const at = r.mentioned.indexOf(key);
      if (at >= 0) return 100 + at;
      r.mentioned.push(key);
      return 99 + r.mentioned.length;
    },
    address: (id) => `host ${id}`,
  };
  return Object.assign(r, { sink });
};

export const contextOf = (over: Partial<PduContext> = {}): PduContext => ({
  frame: 1,
  requestFrame: 1,
  firstFrame: 1,
  tsUs: 1e15,
  requestTsUs: 1e15,
  flow: 0,
  client: 1,
  server: 2,
  sender: 1,
  receiver: 2,
  protocol: 'test',
  toServer: true,
  clientPort: 49152,
  serverPort: 0,
  carrier: 'tcp',
  protocolNumber: 0,
  group: false,
  afterGap: false,
  ...over,
});

/** One payload: a TCP segment or a datagram. */
export interface Part {
  readonly toServer: boolean;
  readonly bytes: Uint8Array;
  /** Octets before this part were lost. */
  readonly gap?: boolean;
}
export const up = (bytes: Uint8Array): Part => ({ toServer: true, bytes });
export const down = (bytes: Uint8Array): Part => ({ toServer: false, bytes });

export interface Driven<M extends Message> extends Recorded {
  messages: M[];
  malformed: { code: string; detail: string }[];
  carried: { child: string | readonly string[]; octets: number }[];
  foreign: number;
  /** Octets consumed without a message. */
  skipped: number;
  /** Octets left waiting at the end, both directions. */
  left: number;
}

/** Cheaper than `expect`, which the hostile battery would call millions of times. */
const must = (holds: boolean, what: string): void => {
  if (!holds) throw new Error(`broken contract: ${what}`);
};

/** Runs payloads of one flow through a decoder and observes every transaction. */
export const drive = <M extends Message, S>(
  decoder: Decoder<M, S>,
  parts: readonly Part[],
  over: Partial<PduContext> = {},
): Driven<M> => {
  const record = recorder();
  const out: Driven<M> = Object.assign(record, {
    messages: [],
    malformed: [],
    carried: [],
    foreign: 0,
    skipped: 0,
    left: 0,
  });
  const state = decoder.open();
  const context = contextOf({ protocol: decoder.name, ...over });
  const stream = context.carrier === 'tcp';
  const waiting = new Map<string, { message: M; at: PduContext }>();
  const empty = new Uint8Array(0);
  const buffers: [Uint8Array, Uint8Array] = [empty, empty];
  const finish = (request: M | undefined, response: M | undefined, state_: Transaction<M>['state']) =>
    decoder.observe({ request, response, state: state_, at: context }, record.sink, state);
  const handle = (message: M) => {
    out.messages.push(message);
    const role = decoder.pairing?.role(message, context) ?? 'single';
    if (role === 'single') return finish(message, undefined, 'single');
    const key = String(decoder.pairing?.key(message, context));
    if (role === 'request') return void waiting.set(key, { message, at: { ...context } });
    const request = waiting.get(key);
    if (role === 'response') waiting.delete(key);
    finish(request?.message, message, request ? 'answered' : 'unseen');
  };
  let gone = false;
  for (const part of parts) {
    if (gone) break;
    context.frame++;
    context.toServer = part.toServer;
    context.sender = part.toServer ? context.client : context.server;
    context.receiver = part.toServer ? context.server : context.client;
    const side = part.toServer ? 0 : 1;
    let bytes = part.bytes;
    if (part.gap) {
      buffers[side] = empty;
      context.afterGap = true;
    }
    if (stream && buffers[side].length > 0) {
      bytes = new Uint8Array(buffers[side].length + part.bytes.length);
      bytes.set(buffers[side]);
      bytes.set(part.bytes, buffers[side].length);
    }
    buffers[side] = empty;
    let start = 0;
    while (start < bytes.length) {
      const d: Decoded<M> = decoder.decode(bytes, start, bytes.length, context, state);
      if (d.kind === 'incomplete') {
        must(d.missing > 0, 'missing octets');
        if (stream) buffers[side] = bytes.slice(start);
        else out.malformed.push({ code: 'incomplete datagram', detail: String(d.missing) });
        break;
      }
      if (d.kind === 'foreign') {
        out.foreign++;
        gone = stream;
        break;
      }
      context.afterGap = false;
      must(d.consumed <= bytes.length - start, 'consumed more than there was');
      if (d.kind === 'malformed') {
        out.malformed.push({ code: d.code, detail: d.detail });
        if (d.consumed === 0) break;
      } else must(d.consumed > 0, 'consumed nothing');
      if (d.kind === 'message') handle(d.message);
      if (d.kind === 'skip') out.skipped += d.consumed;
      if (d.kind === 'carries') {
        must(d.start >= 0 && d.end <= d.bytes.length, 'carried octets outside');
        out.carried.push({ child: d.child, octets: d.end - d.start });
        if (d.message) handle(d.message);
      }
      start += d.consumed;
    }
  }
  for (const { message } of waiting.values()) finish(message, undefined, 'unanswered');
  out.left = buffers[0].length + buffers[1].length;
  return out;
};

/** Octets from hexadecimal with blanks, and comments after `#` up to the end of the line. */
export const bytesOf = (text: string): Uint8Array => {
  const digits = text.replace(/#.*$/gm, '').replace(/\s+/g, '');
  expect(digits.length % 2).toBe(0);
  return Uint8Array.from(digits.match(/../g) ?? [], (x) => Number.parseInt(x, 16));
};
export const textBytes = (text: string): Uint8Array => new TextEncoder().encode(text);
export const join = (...all: readonly Uint8Array[]): Uint8Array => {
  const out = new Uint8Array(all.reduce((n, b) => n + b.length, 0));
  let at = 0;
  for (const b of all) {
    out.set(b, at);
    at += b.length;
  }
  return out;
};

/** mulberry32: small seeded generator, good enough to choose octets to break. */
export const seeded = (seed: number): (() => number) => {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
};

export const HOSTILE_RUNS = 20_000;

/** Every part cut at every octet, then `HOSTILE_RUNS` seeded mutations of the conversations: no throw, bounded time. */
export const hostile = <M extends Message, S>(
  decoder: Decoder<M, S>,
  conversations: readonly (readonly Part[])[],
  over: Partial<PduContext> = {},
  seed = 20_260_801,
): void => {
  for (const parts of conversations)
    for (let p = 0; p < parts.length; p++) {
      const whole = parts[p]!;
      const step = whole.bytes.length > 3000 ? 7 : 1;
      for (let n = 0; n < whole.bytes.length; n += step) {
        drive(decoder, [...parts.slice(0, p), { ...whole, bytes: whole.bytes.slice(0, n) }], over);
        decoder.probe(whole.bytes.slice(0, n), 0, n, contextOf({ ...over, toServer: whole.toServer }));
      }
    }
  const random = seeded(seed);
  const began = process.cpuUsage().user;
  for (let run = 0; run < HOSTILE_RUNS; run++) {
    const parts = conversations[Math.floor(random() * conversations.length)]!;
    const broken = parts.map((part) => {
      const bytes = part.bytes.slice();
      const times = 1 + Math.floor(random() * 4);
      for (let k = 0; k < times && bytes.length > 0; k++) {
        const at = Math.floor(random() * bytes.length);
        const how = random();
        bytes[at] = how < 0.3 ? 0xff : how < 0.5 ? 0 : how < 0.7 ? bytes[at]! ^ (1 << (run & 7)) : random() * 256;
      }
      return { ...part, bytes: random() < 0.2 ? bytes.slice(0, random() * bytes.length) : bytes };
    });
    try {
      drive(decoder, broken, over);
      for (const part of broken)
        decoder.probe(part.bytes, 0, part.bytes.length, contextOf({ ...over, toServer: part.toServer }));
    } catch (error) {
      throw new Error(`seed ${seed} run ${run}: ${String(error)}`, { cause: error });
    }
  }
  const perRunMs = (process.cpuUsage().user - began) / 1000 / HOSTILE_RUNS;
  expect(perRunMs, `seed ${seed}: milliseconds per mutated conversation`).toBeLessThan(5);
};

/** A stream must give the same messages however TCP cuts it. */
export const sameInPieces = <M extends Message, S>(
  decoder: Decoder<M, S>,
  parts: readonly Part[],
  over: Partial<PduContext> = {},
): void => {
  const whole = drive(decoder, parts, over);
  for (const size of [1, 2, 3, 7, 100]) {
    const pieces: Part[] = [];
    for (const part of parts)
      for (let at = 0; at < part.bytes.length; at += size)
        pieces.push({ ...part, bytes: part.bytes.slice(at, at + size) });
    const cut = drive(decoder, pieces, over);
    expect(cut.messages, `pieces of ${size}`).toEqual(whole.messages);
    expect(cut.left).toBe(whole.left);
  }
};

/** Microseconds of CPU per call of `decode` on one datagram or PDU, best of several rounds. */
export const costUs = <M extends Message, S>(
  decoder: Decoder<M, S>,
  bytes: Uint8Array,
  over: Partial<PduContext> = {},
): number => {
  const context = contextOf(over);
  const state = decoder.open();
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 8; round++) {
    const began = process.cpuUsage().user;
    for (let i = 0; i < 5000; i++) decoder.decode(bytes, 0, bytes.length, context, state);
    best = Math.min(best, (process.cpuUsage().user - began) / 5000);
  }
  return best;
};
