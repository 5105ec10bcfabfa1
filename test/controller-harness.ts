/**
 * Drives the decoders of controller protocols over captures and hand-made octets: reads a capture, puts TCP payloads in
 * order, follows `carries` from envelope to payload, pairs by key, records every observation as plain data. A
 * small stand-in for the product's dispatcher and pairing, only as clever as these tests need.
 */
import { readFileSync } from 'node:fs';
import type { Decoder, Message, PduContext, Transaction } from '../src/core/decoder.ts';
import type {
  Command,
  Identity,
  ObservationSink,
  RackModule,
  Session,
  ValueItem,
  Weird,
} from '../src/core/observation.ts';
import { ipv4Text } from '../src/lib/address.ts';
import { i32be, u16be, u32be } from '../src/lib/bytes.ts';

export interface Seen {
  readonly messages: { frame: number; toServer: boolean; decoder: string; message: Message }[];
  readonly commands: (Command & { frame: number; requestFrame: number })[];
  readonly blocks: { target: number; area: string; start: number; values: number[]; access: string }[];
  readonly items: ValueItem[];
  readonly identities: Identity[];
  readonly modules: RackModule[];
  readonly sessions: Session[];
  readonly weirds: Weird[];
  /** `kind address answered` of each call. */
  readonly children: string[];
  readonly malformed: string[];
  foreign: number;
}
export const CLIENT = 1;
export const SERVER = 2;
/** Children get this plus their number (or 1000 when it is no number). */
export const CHILD = 100;

export const recorder = (): Seen & { sink: ObservationSink } => {
  const seen: Seen = {
    messages: [],
    commands: [],
    blocks: [],
    items: [],
    identities: [],
    modules: [],
    sessions: [],
    weirds: [],
    children: [],
    malformed: [],
    foreign: 0,
  };
  const sink: ObservationSink = {
    command: (at, x) => void seen.commands.push({ ...x, frame: at.frame, requestFrame: at.requestFrame }),
    values: (_, x) =>
      void seen.blocks.push({
        target: x.target,
        area: x.area,
        start: x.start,
        values: Array.from(x.values).slice(0, x.count),
        access: x.access,
      }),
    value: (_, x) => void seen.items.push(x),
    identity: (_, x) => void seen.identities.push(x),
    module: (_, x) => void seen.modules.push(x),
    name: () => undefined,
    session: (_, x) => void seen.sessions.push(x),
    weird: (_, x) => void seen.weirds.push(x),
    flow: () => undefined,
    tick: () => undefined,
    child: (_, kind, address, answered) => {
      seen.children.push(`${kind} ${address} ${answered}`);
      return CHILD + (Number(address) || 900);
    },
    mention: () => 0,
    address: (id) => `host ${id}`,
  };
  return Object.assign(seen, { sink });
};

export const contextOf = (over: Partial<PduContext> = {}): PduContext => ({
  frame: 1,
  requestFrame: 0,
  firstFrame: 1,
  tsUs: 0,
  requestTsUs: 0,
  flow: 0,
  client: CLIENT,
  server: SERVER,
  sender: CLIENT,
  receiver: SERVER,
  protocol: '',
  toServer: true,
  clientPort: 49152,
  serverPort: 0,
  carrier: 'tcp',
  protocolNumber: 0,
  group: false,
  afterGap: false,
  ...over,
});

export interface Segment {
  readonly frame: number;
  readonly toServer: boolean;
  readonly bytes: Uint8Array;
  /** Octets before it are missing. */
  readonly gap?: boolean;
}

/** Feeds a flow to the first of `decoders`; the others are reached through `carries` (first listed name that probes). */
export const drive = (decoders: readonly Decoder[], segments: readonly Segment[], seen = recorder()): typeof seen => {
  const layers = new Map(
    decoders.map((d) => [d.name, { decoder: d, state: d.open(), waiting: new Map<string, Held[]>() }]),
  );
  interface Held {
    message: Message;
    frame: number;
  }
  const context = contextOf();
  const finish = (
    layer: Layer,
    request: Held | undefined,
    response: Message | undefined,
    how: Transaction['state'],
  ) => {
    const at = { ...context, requestFrame: request?.frame ?? 0, protocol: layer.decoder.name };
    layer.decoder.observe({ request: request?.message, response, state: how, at }, seen.sink, layer.state);
  };
  type Layer = { decoder: Decoder; state: unknown; waiting: Map<string, Held[]> };
  const take = (layer: Layer, message: Message) => {
    seen.messages.push({ frame: context.frame, toServer: context.toServer, decoder: layer.decoder.name, message });
    const held = { message, frame: context.frame };
    const role = layer.decoder.pairing?.role(message, context) ?? 'single';
    if (role === 'single') return finish(layer, held, undefined, 'single');
    const key = String(layer.decoder.pairing?.key(message, context));
    const queue = layer.waiting.get(key) ?? [];
    layer.waiting.set(key, queue);
    if (role === 'request') return void queue.push(held);
    const request = role === 'partial' ? queue[0] : queue.shift();
    finish(layer, request, message, request ? 'answered' : 'unseen');
  };
  /** Octets used; -1 when more are needed. */
  const one = (layer: Layer, bytes: Uint8Array, start: number, end: number): number => {
    const d = layer.decoder.decode(bytes, start, end, context, layer.state);
    if (d.kind === 'incomplete') return -1;
    if (d.kind === 'foreign') {
      seen.foreign++;
      return end - start;
    }
    if (d.kind === 'malformed') {
      seen.malformed.push(`${d.code} frame ${context.frame}`);
      return d.consumed || end - start;
    }
    if (d.kind === 'message') take(layer, d.message);
    if (d.kind === 'carries') {
      if (d.message) take(layer, d.message);
      const names = typeof d.child === 'string' ? [d.child] : d.child;
      const child = names
        .map((name) => layers.get(name))
        .find((l) => l?.decoder.probe(d.bytes, d.start, d.end, context) === 'sure');
      if (child) one(child, d.bytes, d.start, d.end);
    }
    return d.consumed;
  };
  const top = layers.values().next().value as Layer;
  const rest = new Map<boolean, Uint8Array>();
  for (const { frame, toServer, bytes: fresh, gap } of segments) {
    context.frame = frame;
    context.firstFrame = frame;
    context.toServer = toServer;
    context.afterGap = gap === true;
    const before = gap ? undefined : rest.get(toServer);
    const bytes = before ? Uint8Array.from([...before, ...fresh]) : fresh;
    let start = 0;
    while (start < bytes.length) {
      const used = one(top, bytes, start, bytes.length);
      if (used < 0) break;
      start += used;
    }
    rest.set(toServer, bytes.slice(start));
  }
  for (const layer of layers.values())
    for (const queue of layer.waiting.values()) for (const held of queue) finish(layer, held, undefined, 'unanswered');
  return seen;
};

export interface TcpFlow {
  readonly client: string;
  readonly server: string;
  readonly serverPort: number;
  readonly segments: Segment[];
}

/** TCP flows (IPv4, Ethernet, in order of first payload) of a pcap or pcapng file. `ports`: the server's. */
export const tcpFlows = (path: string, ports: readonly number[]): TcpFlow[] => {
  const file = new Uint8Array(readFileSync(path));
  const view = new DataView(file.buffer);
  const flows = new Map<string, TcpFlow & { next: Map<boolean, number> }>();
  // pcap files say the link type in their header; 113 is Linux cooked.
  const cooked = view.getUint32(0, true) === 0xa1b2c3d4 && view.getUint32(20, true) === 113;
  const packet = (frame: number, f: Uint8Array): void => {
    let o = cooked ? 16 : 14;
    while (u16be(f, o - 2) === 0x8100) o += 4;
    if (u16be(f, o - 2) !== 0x0800 || f[o + 9] !== 6) return;
    const tcp = o + (f[o]! & 15) * 4;
    const from = `${ipv4Text(i32be(f, o + 12))}:${u16be(f, tcp)}`;
    const to = `${ipv4Text(i32be(f, o + 16))}:${u16be(f, tcp + 2)}`;
    const toServer = ports.includes(u16be(f, tcp + 2));
    if (!toServer && !ports.includes(u16be(f, tcp))) return;
    const key = toServer ? `${from}>${to}` : `${to}>${from}`;
    const bytes = f.slice(tcp + (f[tcp + 12]! >> 4) * 4, o + u16be(f, o + 2));
    if (bytes.length === 0) return;
    const [client, server] = toServer ? [from, to] : [to, from];
    const serverPort = toServer ? u16be(f, tcp + 2) : u16be(f, tcp);
    const flow = flows.get(key) ?? { client, server, serverPort, segments: [] as Segment[], next: new Map() };
    flows.set(key, flow);
    const sequence = u32be(f, tcp + 4);
    const expected = flow.next.get(toServer);
    if (expected !== undefined && ((sequence - expected) | 0) < 0) return; // retransmission
    flow.next.set(toServer, (sequence + bytes.length) >>> 0);
    flow.segments.push({ frame, toServer, bytes, gap: expected !== undefined && sequence !== expected });
  };
  let frame = 0;
  if (view.getUint32(0, true) === 0x0a0d0d0a) {
    for (let o = 0; o + 28 <= file.length; o += Math.max(12, view.getUint32(o + 4, true)))
      if (view.getUint32(o, true) === 6) packet(++frame, file.subarray(o + 28, o + 28 + view.getUint32(o + 20, true)));
  } else {
    for (let o = 24; o + 16 <= file.length; o += 16 + view.getUint32(o + 8, true))
      packet(++frame, file.subarray(o + 16, o + 16 + view.getUint32(o + 8, true)));
  }
  return [...flows.values()];
};

/** Octets from hexadecimal with blanks; `#` starts a comment up to the end of the line. */
export const octets = (text: string): Uint8Array =>
  Uint8Array.from(text.replace(/#.*$/gm, '').match(/[0-9a-fA-F]{2}/g) ?? [], (x) => Number.parseInt(x, 16));
