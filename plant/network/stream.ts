/**
 * Packets onto the mirror: IPv4 (RFC 791), UDP (RFC 768) and TCP (RFC 9293) with handshake, options of the host's stack,
 * cumulative acknowledgements, segmentation at the MSS, now and then a segment sent again, orderly close or reset.
 */
import type { Mirror } from './mirror.ts';
import { ETHERNET_VLAN, putEthernet, type Route, type Segment, type Station, type Topology } from './station.ts';

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

/** Sum of 16-bit words (RFC 1071), an odd last octet as the high one. */
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
/** Octets up to which a loop copies faster than a call does. */
const FEW = 128;

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
  /** Where the bodies of the packet in hand begin, one for each mirror point that sees it. */
  readonly #bodies: number[] = [];

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
    const length = Math.max(60, ETHERNET_VLAN + payload.length);
    const at = this.mirror.frame(tsUs, length);
    const b = this.mirror.bytes;
    putEthernet(b, at, dst, src, segment.vlan, type);
    b.set(payload, at + ETHERNET_VLAN);
    b.fill(0, at + ETHERNET_VLAN + payload.length, at + length);
  }

  /**
   * Room for an IPv4 packet at every mirror point of the route, with its header written; gives where the `length` octets
   * behind it are to be put in the mirror's bytes, or -1 when nobody sees it. `#copy` hands them to the other points.
   */
  #packet(tsUs: number, route: Route, protocol: number, length: number): number {
    const { from } = route;
    from.ipId = (from.ipId + 1) & 0xffff;
    this.#bodies.length = 0;
    if (this.silent.size > 0 && this.silent.has(from)) return -1;
    const id = from.ipId;
    const total = 20 + length;
    const { copies } = route;
    for (let k = 0; k < copies.length; k++) {
      const copy = copies[k]!;
      if (this.dark.size > 0 && this.dark.has(copy.segment)) continue;
      const { head } = copy;
      const size = head.length + length;
      const at = this.mirror.frame(tsUs + copy.delayUs, size < 60 ? 60 : size);
      const b = this.mirror.bytes;
      for (let i = 0; i < head.length; i++) b[at + i] = head[i]!;
      const o = at + head.length - 20;
      const sum = folded(copy.sum + total + id + protocol);
      b[o + 2] = total >> 8;
      b[o + 3] = total & 255;
      b[o + 4] = id >> 8;
      b[o + 5] = id & 255;
      b[o + 9] = protocol;
      b[o + 10] = sum >> 8;
      b[o + 11] = sum & 255;
      for (let i = size; i < 60; i++) b[at + i] = 0;
      this.#bodies.push(o + 20);
    }
    return this.#bodies.length === 0 ? -1 : this.#bodies[0]!;
  }

  /** What stands behind the first header also behind those of the other mirror points. */
  #copy(length: number): void {
    const bodies = this.#bodies;
    const b = this.mirror.bytes;
    for (let k = 1; k < bodies.length; k++) b.copyWithin(bodies[k]!, bodies[0]!, bodies[0]! + length);
  }

  udp(tsUs: number, from: Station, to: Station, srcPort: number, dstPort: number, payload: Uint8Array): void {
    const route = this.topology.route(from, to);
    const length = 8 + payload.length;
    const o = this.#packet(tsUs, route, UDP, length);
    if (o < 0) return;
    const b = this.mirror.bytes;
    b[o] = srcPort >> 8;
    b[o + 1] = srcPort & 255;
    b[o + 2] = dstPort >> 8;
    b[o + 3] = dstPort & 255;
    b[o + 4] = length >> 8;
    b[o + 5] = length & 255;
    b.set(payload, o + 8);
    const sum = folded(
      sumWords(payload, 0, payload.length, route.addresses + UDP + length + srcPort + dstPort + length),
    );
    b[o + 6] = sum >> 8;
    b[o + 7] = sum & 255;
    this.#copy(length);
  }

  /** ICMP (RFC 792): the message from its type on; the checksum is filled in. */
  icmp(tsUs: number, from: Station, to: Station, message: Uint8Array): void {
    const { length } = message;
    const o = this.#packet(tsUs, this.topology.route(from, to), 1, length);
    if (o < 0) return;
    const b = this.mirror.bytes;
    b.set(message, o);
    b[o + 2] = 0;
    b[o + 3] = 0;
    const sum = folded(sumWords(b, o, o + length, 0));
    b[o + 2] = sum >> 8;
    b[o + 3] = sum & 255;
    this.#copy(length);
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
    const options = (flags & SYN) !== 0 ? route.from.stack.synOptions : NOTHING;
    const head = 20 + options.length;
    const count = end - start;
    const length = head + count;
    const o = this.#packet(tsUs, route, TCP, length);
    if (o >= 0) {
      const b = this.mirror.bytes;
      const window = (flags & RST) !== 0 ? 0 : route.from.stack.window;
      b[o] = srcPort >> 8;
      b[o + 1] = srcPort & 255;
      b[o + 2] = dstPort >> 8;
      b[o + 3] = dstPort & 255;
      b[o + 4] = seq >>> 24;
      b[o + 5] = (seq >>> 16) & 255;
      b[o + 6] = (seq >>> 8) & 255;
      b[o + 7] = seq & 255;
      b[o + 8] = ack >>> 24;
      b[o + 9] = (ack >>> 16) & 255;
      b[o + 10] = (ack >>> 8) & 255;
      b[o + 11] = ack & 255;
      b[o + 12] = head << 2;
      b[o + 13] = flags;
      b[o + 14] = window >> 8;
      b[o + 15] = window & 255;
      b[o + 18] = 0;
      b[o + 19] = 0;
      for (let i = 0; i < options.length; i++) b[o + 20 + i] = options[i]!;
      const body = o + head;
      if (count < FEW) for (let i = 0; i < count; i++) b[body + i] = payload[start + i]!;
      else b.set(count === payload.length ? payload : payload.subarray(start, end), body);
      const fixed =
        route.addresses +
        TCP +
        length +
        srcPort +
        dstPort +
        ((head << 10) | flags) +
        window +
        (seq >>> 16) +
        (seq & 0xffff) +
        (ack >>> 16) +
        (ack & 0xffff);
      const sum = folded(sumWords(payload, start, end, sumWords(options, 0, options.length, fixed)));
      b[o + 16] = sum >> 8;
      b[o + 17] = sum & 255;
      this.#copy(length);
    }
    if (twice) this.segment(tsUs + 210_000, route, srcPort, dstPort, seq, ack, flags, payload, start, end);
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
