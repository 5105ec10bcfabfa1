/**
 * A small pipeline for tests of decoders that sit on Ethernet, LLC/SNAP or UDP: reads a capture, finds the PDUs, pairs
 * requests with responses, and records what the decoder says. It has no fragments and no TCP: those are the product's.
 */
import { readFileSync } from 'node:fs';
import type { Decoded, Decoder, Message, PduContext, Transaction } from '../src/core/decoder.ts';
import type {
  At,
  Command,
  Identity,
  Name,
  ObservationSink,
  RackModule,
  Session,
  ValueItem,
  Weird,
} from '../src/core/observation.ts';
import { ipv4Text, ipv6Text, macText } from '../src/lib/address.ts';
import { i32be, u16be, u16le, u32be, u32le } from '../src/lib/bytes.ts';

export interface Frame {
  readonly number: number;
  readonly tsUs: number;
  readonly bytes: Uint8Array;
}

/** Frames of a pcap or pcapng file (Ethernet only; little-endian and big-endian, microseconds and nanoseconds). */
export const readFrames = (path: string): Frame[] => {
  const b = new Uint8Array(readFileSync(path));
  const frames: Frame[] = [];
  const magic = u32le(b, 0);
  if (magic === 0x0a0d0d0a) {
    const little = u32le(b, 8) === 0x1a2b3c4d;
    const u32 = little ? u32le : u32be;
    let unit = 1;
    for (let o = 0; o + 12 <= b.length; o += u32(b, o + 4)) {
      const kind = u32(b, o);
      if (kind === 1) {
        unit = 1;
        for (let p = o + 16; p < o + u32(b, o + 4) - 4; ) {
          const code = little ? u16le(b, p) : u16be(b, p);
          const length = little ? u16le(b, p + 2) : u16be(b, p + 2);
          if (code === 0) break;
          if (code === 9) unit = 10 ** (6 - (b[p + 4] ?? 6));
          p += 4 + ((length + 3) & ~3);
        }
      }
      if (kind === 6) {
        const ts = (u32(b, o + 12) * 4294967296 + u32(b, o + 16)) * unit;
        frames.push({
          number: frames.length + 1,
          tsUs: Math.floor(ts),
          bytes: b.slice(o + 28, o + 28 + u32(b, o + 20)),
        });
      }
      if (u32(b, o + 4) < 12) break;
    }
    return frames;
  }
  const little = magic === 0xa1b2c3d4 || magic === 0xa1b23c4d;
  const u32 = little ? u32le : u32be;
  const nano = magic === 0xa1b23c4d || u32be(b, 0) === 0xa1b23c4d;
  for (let o = 24; o + 16 <= b.length; o += 16 + u32(b, o + 8)) {
    const tsUs = u32(b, o) * 1e6 + Math.floor(u32(b, o + 4) / (nano ? 1000 : 1));
    frames.push({ number: frames.length + 1, tsUs, bytes: b.slice(o + 16, o + 16 + u32(b, o + 8)) });
  }
  return frames;
};

export interface Recorded {
  readonly messages: { readonly frame: number; readonly message: Message; readonly toServer: boolean }[];
  readonly failures: { readonly frame: number; readonly outcome: Decoded }[];
  readonly commands: (Command & { readonly at: At })[];
  readonly items: (ValueItem & { readonly at: At })[];
  readonly identities: (Identity & { readonly at: At })[];
  readonly names: (Name & { readonly at: At })[];
  readonly modules: (RackModule & { readonly at: At })[];
  readonly sessions: (Session & { readonly at: At })[];
  readonly weirds: (Weird & { readonly at: At })[];
  /** Endpoint text (`mac ip`, or `parent > kind address`) by id. */
  readonly endpoints: string[];
  readonly mentioned: Set<number>;
  readonly children: Map<
    number,
    { readonly parent: number; readonly kind: string; readonly address: string; answered: boolean }
  >;
}

/** A sink that keeps everything, with its own endpoint table. */
export const recorder = (): {
  readonly out: Recorded;
  readonly sink: ObservationSink;
  endpoint(text: string): number;
} => {
  const out: Recorded = {
    messages: [],
    failures: [],
    commands: [],
    items: [],
    identities: [],
    names: [],
    modules: [],
    sessions: [],
    weirds: [],
    endpoints: [''],
    mentioned: new Set(),
    children: new Map(),
  };
  const ids = new Map<string, number>();
  const endpoint = (text: string): number => {
    let id = ids.get(text);
    if (id === undefined) {
      id = out.endpoints.push(text) - 1;
      ids.set(text, id);
    }
    return id;
  };
  const sink: ObservationSink = {
    command: (at, x) => void out.commands.push({ ...x, at: { ...at } }),
    values: () => {},
    value: (at, x) => void out.items.push({ ...x, at: { ...at } }),
    identity: (at, x) => void out.identities.push({ ...x, at: { ...at } }),
    module: (at, x) => void out.modules.push({ ...x, at: { ...at } }),
    name: (at, x) => void out.names.push({ ...x, at: { ...at } }),
    session: (at, x) => void out.sessions.push({ ...x, at: { ...at } }),
    weird: (at, x) => void out.weirds.push({ ...x, at: { ...at } }),
    flow: () => {},
    tick: () => {},
    child: (parent, kind, address, answered) => {
      const id = endpoint(`${out.endpoints[parent]} > ${kind} ${address}`);
      const known = out.children.get(id);
      if (known) known.answered ||= answered;
      else out.children.set(id, { parent, kind, address, answered });
      return id;
    },
    mention: (_at, mac, ip) => {
      const id = endpoint(`${mac ?? ''} ${ip ?? ''}`.trim());
      out.mentioned.add(id);
      return id;
    },
    address: (id) => out.endpoints[id] ?? '',
  };
  return { out, sink, endpoint };
};

interface Pdu {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly carrier: string;
  readonly number: number;
  readonly source: string;
  readonly destination: string;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly group: boolean;
}

const udp = (b: Uint8Array, o: number, end: number, source: string, destination: string, group: boolean): Pdu => ({
  bytes: b,
  start: o + 8,
  end: Math.min(end, o + u16be(b, o + 4)),
  carrier: 'udp',
  number: 17,
  source,
  destination,
  sourcePort: u16be(b, o),
  destinationPort: u16be(b, o + 2),
  group,
});

const ip = (
  b: Uint8Array,
  o: number,
  type: number,
  macs: readonly [string, string],
  group: boolean,
): Pdu | undefined => {
  if (type === 0x0800) {
    if ((u16be(b, o + 6) & 0x3fff) !== 0) return undefined;
    const end = Math.min(b.length, o + u16be(b, o + 2));
    const body = o + (b[o]! & 15) * 4;
    const source = `${macs[0]} ${ipv4Text(i32be(b, o + 12))}`;
    const destination = `${macs[1]} ${ipv4Text(i32be(b, o + 16))}`;
    if (b[o + 9] === 17) return udp(b, body, end, source, destination, group);
    return {
      bytes: b,
      start: body,
      end,
      carrier: 'ip',
      number: b[o + 9]!,
      source,
      destination,
      sourcePort: 0,
      destinationPort: 0,
      group,
    };
  }
  if (type !== 0x86dd) return undefined;
  const source = `${macs[0]} ${ipv6Text(b, o + 8)}`;
  const destination = `${macs[1]} ${ipv6Text(b, o + 24)}`;
  const end = Math.min(b.length, o + 40 + u16be(b, o + 4));
  if (b[o + 6] === 17) return udp(b, o + 40, end, source, destination, group);
  return {
    bytes: b,
    start: o + 40,
    end,
    carrier: 'ip',
    number: b[o + 6]!,
    source,
    destination,
    sourcePort: 0,
    destinationPort: 0,
    group,
  };
};

const pduOf = (b: Uint8Array): Pdu | undefined => {
  const macs = [macText(b, 6), macText(b, 0)] as const;
  const group = (b[0]! & 1) === 1;
  let o = 12;
  while (u16be(b, o) === 0x8100 || u16be(b, o) === 0x88a8) o += 4;
  const type = u16be(b, o);
  o += 2;
  const base = { bytes: b, source: macs[0], destination: macs[1], sourcePort: 0, destinationPort: 0, group };
  if (type < 0x600) {
    const end = Math.min(b.length, o + type);
    if (b[o] === 0xaa)
      return {
        ...base,
        start: o + 8,
        end,
        carrier: 'llc',
        number: ((b[o + 3]! << 16) | u16be(b, o + 4)) * 65536 + u16be(b, o + 6),
      };
    return { ...base, start: o + 3, end, carrier: 'llc', number: b[o]! };
  }
  if (type === 0x0800 || type === 0x86dd) return ip(b, o, type, macs, group);
  return { ...base, start: o, end: b.length, carrier: 'ethernet', number: type };
};

const attaches = (decoder: Decoder, pdu: Pdu): boolean =>
  decoder.attach.some((a) => {
    switch (a.over) {
      case 'ethertype':
        return pdu.carrier === 'ethernet' && a.types.includes(pdu.number);
      case 'llc':
        return (
          pdu.carrier === 'llc' && ((a.dsaps?.includes(pdu.number) ?? false) || (a.snap?.includes(pdu.number) ?? false))
        );
      case 'ip':
        return pdu.carrier === 'ip' && a.protocols.includes(pdu.number);
      case 'udp':
        return pdu.carrier === 'udp';
      default:
        return false;
    }
  });

/** Runs one decoder over frames. Every UDP datagram is probed; `maybe` counts where a port of the decoder is used. */
export const run = <M extends Message, S>(decoder: Decoder<M, S>, frames: readonly Frame[]): Recorded => {
  const { out, sink, endpoint } = recorder();
  const states = new Map<string, S>();
  const flows = new Map<
    string,
    { readonly id: number; readonly client: string; readonly clientPort: number; readonly serverPort: number }
  >();
  const open = new Map<
    string,
    { readonly at: At; readonly message: M; readonly state: S; done: boolean; readonly direction: string }
  >();
  const directions = new Set<string>();
  const ports = new Set(decoder.attach.flatMap((a) => (a.over === 'udp' ? a.ports : [])));
  for (const frame of frames) {
    const pdu = pduOf(frame.bytes);
    if (!pdu || !attaches(decoder as unknown as Decoder, pdu)) continue;
    const ends = [`${pdu.source}:${pdu.sourcePort}`, `${pdu.destination}:${pdu.destinationPort}`].sort().join('|');
    let flow = flows.get(ends);
    if (!flow) {
      const swap = ports.has(pdu.sourcePort) && !ports.has(pdu.destinationPort);
      flow = {
        id: flows.size,
        client: swap ? pdu.destination : pdu.source,
        clientPort: swap ? pdu.destinationPort : pdu.sourcePort,
        serverPort: swap ? pdu.sourcePort : pdu.destinationPort,
      };
      flows.set(ends, flow);
    }
    const toServer = flow.client === pdu.source;
    const sender = endpoint(pdu.source);
    const receiver = endpoint(pdu.destination);
    const context: PduContext = {
      frame: frame.number,
      requestFrame: 0,
      firstFrame: frame.number,
      tsUs: frame.tsUs,
      requestTsUs: 0,
      flow: flow.id,
      client: toServer ? sender : receiver,
      server: toServer ? receiver : sender,
      sender,
      receiver,
      protocol: decoder.name,
      toServer,
      clientPort: flow.clientPort,
      serverPort: flow.serverPort,
      carrier: pdu.carrier,
      protocolNumber: pdu.number,
      group: pdu.group,
      afterGap: false,
    };
    const probe = decoder.probe(pdu.bytes, pdu.start, pdu.end, context);
    if (probe === 'no') continue;
    if (probe !== 'sure' && pdu.carrier === 'udp' && !ports.has(pdu.sourcePort) && !ports.has(pdu.destinationPort))
      continue;
    const hosts = [pdu.source, pdu.destination].sort().join('|');
    const scope = decoder.pairing?.scope === 'segment' ? 'segment' : decoder.pairing?.scope === 'hosts' ? hosts : ends;
    let state = states.get(scope);
    if (state === undefined) {
      state = decoder.open();
      states.set(scope, state);
    }
    const decoded = decoder.decode(pdu.bytes, pdu.start, pdu.end, context, state);
    const whole = decoded.kind === 'message' || decoded.kind === 'carries' ? decoded.message : undefined;
    if (whole === undefined) {
      if (decoded.kind !== 'skip') out.failures.push({ frame: frame.number, outcome: decoded as Decoded });
      continue;
    }
    const message = whole;
    out.messages.push({ frame: frame.number, message, toServer });
    directions.add(`${scope} ${pdu.source}`);
    const role = decoder.pairing?.role(message, context) ?? 'single';
    const give = (t: Transaction<M>) => decoder.observe(t, sink, state);
    if (role === 'single') {
      give({ request: message, response: undefined, state: 'single', at: context });
      continue;
    }
    const key = `${scope} ${decoder.pairing!.key(message, context)}`;
    if (role === 'request') {
      const earlier = open.get(key);
      // A retry after the sender's own time-out: the first attempt was not answered. (Frames doubled by mirrors never get here.)
      if (earlier?.done === false)
        decoder.observe(
          { request: earlier.message, response: undefined, state: 'unanswered', at: earlier.at },
          sink,
          state,
        );
      open.set(key, { at: { ...context }, message, state, done: false, direction: `${scope} ${pdu.destination}` });
    } else {
      const request = open.get(key);
      if (request?.done) continue; // a duplicate of the answer
      if (request) request.done = role === 'response';
      give({
        request: request?.message,
        response: message,
        state: request ? 'answered' : 'unseen',
        at: { ...context, requestFrame: request?.at.frame ?? 0, requestTsUs: request?.at.tsUs ?? 0 },
      });
    }
  }
  for (const r of open.values()) {
    if (r.done) continue;
    decoder.observe(
      {
        request: r.message,
        response: undefined,
        state: directions.has(r.direction) ? 'unanswered' : 'unseen',
        at: r.at,
      },
      sink,
      r.state,
    );
  }
  return out;
};

/** A context as the dispatcher would give it, for literal octets. */
export const contextOf = (over: Partial<PduContext> = {}): PduContext => ({
  frame: 1,
  requestFrame: 0,
  firstFrame: 1,
  tsUs: 1_000_000,
  requestTsUs: 0,
  flow: 0,
  client: 1,
  server: 2,
  sender: 1,
  receiver: 2,
  protocol: '',
  toServer: true,
  clientPort: 40000,
  serverPort: 40001,
  carrier: 'udp',
  protocolNumber: 17,
  group: false,
  afterGap: false,
  ...over,
});

/** Octets from hexadecimal text; blanks are ignored. */
export const octets = (text: string): Uint8Array =>
  Uint8Array.from(text.replace(/\s+/g, '').match(/../g) ?? [], (x) => Number.parseInt(x, 16));

/** Mulberry32: a small seeded generator, so that a failure can be repeated. */
export const seeded = (seed: number) => (): number => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};

/** Feeds one PDU through probe, decode, pairing and observe; the messages must survive structured cloning. */
const feed = <M extends Message, S>(
  decoder: Decoder<M, S>,
  state: S,
  b: Uint8Array,
  start: number,
  end: number,
  context: PduContext,
  sink: ObservationSink,
): Decoded<M> => {
  decoder.probe(b, start, end, context);
  const decoded = decoder.decode(b, start, end, context, state);
  if (decoded.kind === 'message') {
    const role = decoder.pairing?.role(decoded.message, context) ?? 'single';
    decoder.pairing?.key(decoded.message, context);
    const answer = role === 'response' || role === 'partial';
    decoder.observe(
      {
        request: answer ? undefined : decoded.message,
        response: answer ? decoded.message : undefined,
        state: role === 'single' ? 'single' : 'unseen',
        at: context,
      },
      sink,
      state,
    );
  }
  return decoded;
};

/**
 * Truncation at each octet of each fixture and `rounds` seeded mutations (bit flips, octets, lengths, cuts, splices):
 * nothing throws, nothing reads past `end` (the octets behind it are poisoned), time is bounded. Returns outcome counts.
 */
export const torture = <M extends Message, S>(
  decoder: Decoder<M, S>,
  fixtures: readonly Uint8Array[],
  seed: number,
  rounds = 20_000,
  over: Partial<PduContext> = {},
): Record<string, number> => {
  const counts: Record<string, number> = {};
  const { sink, out } = recorder();
  const context = contextOf({ protocol: decoder.name, ...over });
  const count = (d: Decoded<M>) => {
    counts[d.kind] = (counts[d.kind] ?? 0) + 1;
    if (d.kind === 'message') structuredClone(d.message);
    if (out.identities.length > 10_000)
      for (const list of [out.identities, out.names, out.commands, out.items, out.weirds]) list.length = 0;
  };
  for (const fixture of fixtures) {
    for (let end = 0; end <= fixture.length; end++) {
      const zero = new Uint8Array(fixture.length + 8).fill(0);
      zero.set(fixture.subarray(0, end), 4);
      const poison = new Uint8Array(fixture.length + 8).fill(0xff);
      poison.set(fixture.subarray(0, end), 4);
      const a = feed(decoder, decoder.open(), zero, 4, 4 + end, context, sink);
      const b = feed(decoder, decoder.open(), poison, 4, 4 + end, context, sink);
      const text = (d: Decoded<M>) => JSON.stringify(d, (_, v) => (typeof v === 'bigint' ? `${v}n` : v));
      if (text(a) !== text(b)) throw new Error(`octets behind the end matter at ${end}: ${text(a)} != ${text(b)}`);
      count(a);
    }
  }
  const random = seeded(seed);
  const pick = (n: number) => Math.floor(random() * n);
  let state = decoder.open();
  for (let i = 0; i < rounds; i++) {
    const x = Uint8Array.from(fixtures[pick(fixtures.length)]!);
    const changes = 1 + pick(6);
    for (let c = 0; c < changes; c++) {
      const o = pick(x.length);
      const how = pick(5);
      if (how === 0) x[o] = x[o]! ^ (1 << pick(8));
      else if (how === 1) x[o] = pick(256);
      else if (how === 2) x[o] = [0, 1, 0x7f, 0x80, 0xff][pick(5)]!;
      else if (how === 3) x.copyWithin(o, pick(x.length), pick(x.length));
      else {
        const other = fixtures[pick(fixtures.length)]!;
        x.set(other.subarray(0, Math.max(0, Math.min(other.length, x.length - o))), o);
      }
    }
    if (i % 1000 === 0) state = decoder.open();
    const end = random() < 0.3 ? pick(x.length + 1) : x.length;
    const before = performance.now();
    try {
      count(feed(decoder, state, x, 0, end, context, sink));
    } catch (error) {
      throw new Error(`seed ${seed} round ${i}: ${Buffer.from(x.subarray(0, end)).toString('hex')}`, { cause: error });
    }
    const took = performance.now() - before;
    if (took > 500) throw new Error(`seed ${seed} round ${i} took ${took} ms: ${Buffer.from(x).toString('hex')}`);
  }
  return counts;
};
