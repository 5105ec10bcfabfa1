/**
 * Packets onto the mirror: IPv4 (RFC 791), UDP (RFC 768) and TCP (RFC 9293) with handshake, options of the host's stack,
 * cumulative acknowledgements, segmentation at the MSS, now and then a segment sent again, orderly close or reset.
 */
import { checksum } from '../net.ts';
import type { Mirror } from './mirror.ts';
import { ethernetHeader, type Route, type Segment, type Station, type Topology } from './station.ts';

const MSS = 1460;
const FIN = 1;
const SYN = 2;
const RST = 4;
const PSH = 8;
const ACK = 16;
const TCP = 6;
const UDP = 17;
const NOTHING = new Uint8Array(0);

/** What the speakers of protocols need of a connection: times are microseconds since 1970. */
export interface Channel {
  open(tsUs: number): void;
  send(tsUs: number, toServer: boolean, payload: Uint8Array): void;
  close(tsUs: number): void;
}

const sumWords = (b: Uint8Array, start: number, end: number, initial: number): number => {
  let sum = initial;
  let i = start;
  for (; i + 1 < end; i += 2) sum += (b[i]! << 8) | b[i + 1]!;
  if (i < end) sum += b[i]! << 8;
  return sum;
};
const folded = (sum: number): number => {
  let s = sum;
  while (s > 0xffff) s = (s & 0xffff) + Math.floor(s / 65_536);
  return ~s & 0xffff;
};

export class Packets {
  readonly mirror: Mirror;
  readonly topology: Topology;
  readonly #uniform: () => number;
  /** Part of the TCP segments with data that are sent a second time. */
  readonly repeated: number;
  /** Hosts that are switched off or restart: they send nothing; what is sent to them is seen. */
  readonly silent = new Set<Station>();
  /** Segments whose mirror sees nothing at the moment: a link or switch that is down. */
  readonly dark = new Set<Segment>();
  readonly #scratch = new Uint8Array(65_536);

  constructor(mirror: Mirror, topology: Topology, uniform: () => number, repeated = 1 / 20_000) {
    this.mirror = mirror;
    this.topology = topology;
    this.#uniform = uniform;
    this.repeated = repeated;
  }

  /** Chance of a segment to be sent again, drawn for each. */
  again(): boolean {
    return this.#uniform() < this.repeated;
  }

  /** A frame of any kind on one segment. */
  frame(tsUs: number, segment: Segment, dst: Uint8Array, src: Uint8Array, type: number, payload: Uint8Array): void {
    if (segment.vlan === 0 || this.dark.has(segment)) return;
    const head = ethernetHeader(dst, src, segment.vlan, type);
    const length = Math.max(60, head.length + payload.length);
    const at = this.mirror.frame(tsUs, length);
    const b = this.mirror.bytes;
    b.set(head, at);
    b.set(payload, at + head.length);
    b.fill(0, at + head.length + payload.length, at + length);
  }

  /** The first `length` octets of the scratch as an IPv4 packet, at every mirror point of the route. */
  #packet(tsUs: number, route: Route, protocol: number, length: number, id: number): void {
    const { from, to } = route;
    if (this.silent.size > 0 && this.silent.has(from)) return;
    const src = from.ipBytes;
    const dst = to.ipBytes;
    const total = 20 + length;
    const addresses =
      (src[0]! << 8) + src[1]! + (src[2]! << 8) + src[3]! + (dst[0]! << 8) + dst[1]! + (dst[2]! << 8) + dst[3]!;
    for (const copy of route.copies) {
      if (this.dark.size > 0 && this.dark.has(copy.segment)) continue;
      const head = copy.ethernet.length;
      const size = Math.max(60, head + total);
      const at = this.mirror.frame(tsUs + copy.delayUs, size);
      const b = this.mirror.bytes;
      for (let i = 0; i < head; i++) b[at + i] = copy.ethernet[i]!;
      const o = at + head;
      const ttl = from.stack.ttl - copy.hops;
      const sum = folded(0x4500 + total + id + 0x4000 + (ttl << 8) + protocol + addresses);
      b[o] = 0x45;
      b[o + 1] = 0;
      b[o + 2] = total >> 8;
      b[o + 3] = total & 255;
      b[o + 4] = id >> 8;
      b[o + 5] = id & 255;
      b[o + 6] = 0x40;
      b[o + 7] = 0;
      b[o + 8] = ttl;
      b[o + 9] = protocol;
      b[o + 10] = sum >> 8;
      b[o + 11] = sum & 255;
      for (let i = 0; i < 4; i++) {
        b[o + 12 + i] = src[i]!;
        b[o + 16 + i] = dst[i]!;
      }
      const body = o + 20;
      if (length < 128) for (let i = 0; i < length; i++) b[body + i] = this.#scratch[i]!;
      else b.set(this.#scratch.subarray(0, length), body);
      if (size > head + total) b.fill(0, o + total, at + size);
    }
  }

  #identification(from: Station): number {
    from.ipId = (from.ipId + 1) & 0xffff;
    return from.ipId;
  }

  /** Adds the checksum of the segment in the scratch over its pseudo header. */
  #checksum(route: Route, protocol: number, length: number, at: number): void {
    const s = this.#scratch;
    const pseudo = sumWords(route.from.ipBytes, 0, 4, sumWords(route.to.ipBytes, 0, 4, protocol + length));
    const sum = folded(sumWords(s, 0, length, pseudo));
    s[at] = sum >> 8;
    s[at + 1] = sum & 255;
  }

  udp(tsUs: number, from: Station, to: Station, srcPort: number, dstPort: number, payload: Uint8Array): void {
    const route = this.topology.route(from, to);
    const s = this.#scratch;
    const length = 8 + payload.length;
    s[0] = srcPort >> 8;
    s[1] = srcPort & 255;
    s[2] = dstPort >> 8;
    s[3] = dstPort & 255;
    s[4] = length >> 8;
    s[5] = length & 255;
    s[6] = 0;
    s[7] = 0;
    s.set(payload, 8);
    this.#checksum(route, UDP, length, 6);
    this.#packet(tsUs, route, UDP, length, this.#identification(from));
  }

  /** ICMP (RFC 792): the message from its type on; the checksum is filled in. */
  icmp(tsUs: number, from: Station, to: Station, message: Uint8Array): void {
    const s = this.#scratch;
    s.set(message);
    s[2] = 0;
    s[3] = 0;
    const sum = checksum(s.subarray(0, message.length));
    s[2] = sum >> 8;
    s[3] = sum & 255;
    this.#packet(tsUs, this.topology.route(from, to), 1, message.length, this.#identification(from));
  }

  /** One segment; sent again 210 ms later when `twice`. */
  segment(
    tsUs: number,
    route: Route,
    srcPort: number,
    dstPort: number,
    seq: number,
    ack: number,
    flags: number,
    payload: Uint8Array,
    start: number,
    end: number,
    twice = false,
  ): void {
    const s = this.#scratch;
    const options = (flags & SYN) !== 0 ? route.from.stack.synOptions : NOTHING;
    const head = 20 + options.length;
    const length = head + end - start;
    const window = (flags & RST) !== 0 ? 0 : route.from.stack.window;
    s[0] = srcPort >> 8;
    s[1] = srcPort & 255;
    s[2] = dstPort >> 8;
    s[3] = dstPort & 255;
    s[4] = seq >>> 24;
    s[5] = (seq >>> 16) & 255;
    s[6] = (seq >>> 8) & 255;
    s[7] = seq & 255;
    s[8] = ack >>> 24;
    s[9] = (ack >>> 16) & 255;
    s[10] = (ack >>> 8) & 255;
    s[11] = ack & 255;
    s[12] = head << 2;
    s[13] = flags;
    s[14] = window >> 8;
    s[15] = window & 255;
    s[16] = 0;
    s[17] = 0;
    s[18] = 0;
    s[19] = 0;
    for (let i = 0; i < options.length; i++) s[20 + i] = options[i]!;
    if (end - start < 128) for (let i = start, o = head; i < end; i++, o++) s[o] = payload[i]!;
    else s.set(payload.subarray(start, end), head);
    this.#checksum(route, TCP, length, 16);
    this.#packet(tsUs, route, TCP, length, this.#identification(route.from));
    if (twice) this.#packet(tsUs + 210_000, route, TCP, length, this.#identification(route.from));
  }
}

/** A TCP connection that behaves. */
export class Stream implements Channel {
  readonly client: Station;
  readonly server: Station;
  readonly serverPort: number;
  clientPort: number;
  isOpen = false;
  readonly #packets: Packets;
  readonly #up: Route;
  readonly #down: Route;
  #lastUs = 0;
  #clientSeq: number;
  #serverSeq: number;

  /** `isn` seeds the first sequence numbers. */
  constructor(packets: Packets, client: Station, server: Station, serverPort: number, isn: number) {
    this.#packets = packets;
    this.client = client;
    this.server = server;
    this.serverPort = serverPort;
    this.clientPort = client.port();
    this.#up = packets.topology.route(client, server);
    this.#down = packets.topology.route(server, client);
    this.#clientSeq = isn >>> 0;
    this.#serverSeq = Math.imul(isn, 2_654_435_761) >>> 0;
  }

  #segment(
    wantedUs: number,
    toServer: boolean,
    flags: number,
    payload: Uint8Array = NOTHING,
    start = 0,
    end = payload.length,
  ): void {
    const tsUs = Math.max(wantedUs, this.#lastUs + 1);
    this.#lastUs = tsUs;
    const ack = (flags & ACK) === 0 ? 0 : toServer ? this.#serverSeq : this.#clientSeq;
    const seq = toServer ? this.#clientSeq : this.#serverSeq;
    this.#packets.segment(
      tsUs,
      toServer ? this.#up : this.#down,
      toServer ? this.clientPort : this.serverPort,
      toServer ? this.serverPort : this.clientPort,
      seq,
      ack,
      flags,
      payload,
      start,
      end,
      end > start && this.#packets.again(),
    );
    const next = (seq + end - start + ((flags & (SYN | FIN)) !== 0 ? 1 : 0)) >>> 0;
    if (toServer) this.#clientSeq = next;
    else this.#serverSeq = next;
  }

  /** Three-way handshake; over after 700 us. */
  open(tsUs: number): void {
    this.isOpen = true;
    this.#segment(tsUs, true, SYN);
    this.#segment(tsUs + 300, false, SYN | ACK);
    this.#segment(tsUs + 600, true, ACK);
  }

  /** Asks and is refused: nobody listens at that port. */
  refused(tsUs: number): void {
    this.#serverSeq = 0;
    this.#segment(tsUs, true, SYN);
    this.#segment(tsUs + 300, false, RST | ACK);
  }

  /** Asks and hears nothing; `tries` SYNs of one sequence number, 1 s and 3 s apart (RFC 6298). */
  unanswered(tsUs: number, tries: number): void {
    for (let i = 0; i < tries; i++) {
      const seq = this.#clientSeq;
      this.#segment(tsUs + (2 ** i - 1) * 1_000_000, true, SYN);
      this.#clientSeq = seq;
    }
  }

  /** Payload one way without an acknowledgement; the other side's next segment carries it. Gives the time of the last. */
  say(tsUs: number, toServer: boolean, payload: Uint8Array): number {
    let t = tsUs;
    for (let o = 0; o < payload.length; o += MSS) {
      const end = Math.min(payload.length, o + MSS);
      this.#segment(t, toServer, end === payload.length ? ACK | PSH : ACK, payload, o, end);
      t += 40;
    }
    return t;
  }

  /** Payload one way, acknowledged every second segment and at the end. */
  send(tsUs: number, toServer: boolean, payload: Uint8Array): void {
    let t = tsUs;
    for (let o = 0; o < payload.length; o += MSS) {
      const end = Math.min(payload.length, o + MSS);
      this.#segment(t, toServer, end === payload.length ? ACK | PSH : ACK, payload, o, end);
      t += 40;
      if (end === payload.length || (o / MSS) % 2 === 1) this.#segment(t + 110, !toServer, ACK);
    }
  }

  /** Payload that is lost on its way: sent, and sent again after 0.3 and 0.9 s (RFC 6298); nothing comes back. */
  lost(tsUs: number, payload: Uint8Array): void {
    const seq = this.#clientSeq;
    for (const afterUs of [0, 300_000, 900_000]) {
      this.#clientSeq = seq;
      this.#segment(tsUs + afterUs, true, ACK | PSH, payload, 0, Math.min(MSS, payload.length));
    }
  }

  /** A question and its answer: the answer acknowledges the question, the client the answer a little later. */
  exchange(tsUs: number, question: Uint8Array, answer: Uint8Array, latencyUs: number): number {
    const asked = this.say(tsUs, true, question);
    const answered = this.say(asked + 300 + latencyUs, false, answer);
    this.acknowledge(answered + 21_000, true);
    return answered + 22_000;
  }

  acknowledge(tsUs: number, toServer: boolean): void {
    this.#segment(tsUs, toServer, ACK);
  }

  close(tsUs: number): void {
    this.isOpen = false;
    this.#segment(tsUs, true, FIN | ACK);
    this.#segment(tsUs + 200, false, FIN | ACK);
    this.#segment(tsUs + 400, true, ACK);
  }

  /** Torn down: by the server when it restarts, by a client whose program died. */
  reset(tsUs: number, byServer: boolean): void {
    this.isOpen = false;
    this.#segment(tsUs, !byServer, RST | ACK);
  }

  /** A new connection of the same two; the old one is forgotten. */
  again(isn: number): void {
    this.clientPort = this.client.port();
    this.#clientSeq = isn >>> 0;
    this.#serverSeq = Math.imul(isn, 2_654_435_761) >>> 0;
  }
}
