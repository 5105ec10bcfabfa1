/**
 * The hot path: frames in, observations out. Per frame: link, IP, flow look-up, counters; then TCP order and dispatch
 * only where there is payload. Nothing is allocated for a frame that carries none.
 */
import type { Decoder, Message, PduContext } from '../core/decoder.ts';
import type { SubAddressKind } from '../core/endpoint.ts';
import type { FrameBatch } from '../core/frame.ts';
import type { At, FlowSummary, ObservationSink } from '../core/observation.ts';
import type { SourceHealth } from '../core/site.ts';
import type { SiteSink } from '../core/site-model.ts';
import { i32be, u16be, u24be, u32be } from '../lib/bytes.ts';
import { communityId } from './community-id.ts';
import { CopyDetector } from './copies.ts';
import { PacketCursor } from './cursor.ts';
import { Dispatcher, RAN, RAN_FOREIGN, RAN_LOST, type Session } from './dispatch.ts';
import { DuplicateFilter } from './duplicates.ts';
import type { EndpointTable } from './endpoints.ts';
import {
  CLIENT_IS_B,
  CLIENT_SURE,
  FIN_A,
  FIN_B,
  FlowTable,
  GROUP,
  INIT_A,
  INIT_B,
  IS_COPY,
  L2_FLAG,
  TCP_CLOSED,
  TCP_ESTABLISHED,
  TCP_NEW,
  TCP_REJECTED,
  TCP_RESET,
  TCP_STATES,
} from './flows.ts';
import { HealthCounters } from './health.ts';
import { FragmentTable, IP_FRAGMENT, IP_OK, parseIpv4, parseIpv6 } from './ip.ts';
import { ETHERTYPE, LINK_CUT, LINK_OK, LINK_UNKNOWN, parseEthernet, parseLink } from './link.ts';
import { HOLD_TIMEOUT_US, MAX_PDU_BYTES, StreamSide } from './stream.ts';

/** Idle times after which a flow ends. */
const TCP_IDLE_US = 1_800_000_000;
const TCP_CLOSED_IDLE_US = 5_000_000;
const TCP_HALF_OPEN_IDLE_US = 60_000_000;
const OTHER_IDLE_US = 180_000_000;
/** Active flows report this often. */
export const FLOW_REPORT_US = 60_000_000;
/** Pauses longer than this, and steps backwards longer than BACKWARD_US, start a new epoch. */
export const EPOCH_GAP_US = 3_600_000_000;
export const BACKWARD_US = 1_000_000;
const TICK_US = 1_000_000;
/** The table is walked once in this many ticks. */
const SWEEP_TICKS = 10;
/** Envelopes (GRE, VXLAN, ...) removed from one frame. */
const MAX_TUNNEL_DEPTH = 4;
/** EtherTypes whose cyclic frames legitimately repeat within milliseconds: EtherCAT, POWERLINK, SERCOS III. */
const REPEATING = new Set([0x88a4, 0x88ab, 0x88cd]);
const NO_DECODERS: readonly Decoder[] = [];

/** What a flow needs beyond its columns; made when the first payload comes. */
class FlowState {
  session: Session | undefined;
  a: StreamSide | undefined;
  b: StreamSide | undefined;
  refused: readonly Decoder[] = NO_DECODERS;
  tunnel = -1;
  tunnelKey = 0;
  /** The flow that this one repeats with other addresses: its slot and serial, and whether A and B change places. */
  copyOf = -1;
  copySerial = -1;
  copyCrossed = false;
}

export interface DecodingOptions {
  readonly endpoints: EndpointTable;
  readonly decoders: readonly Decoder[];
  /** Everything except `child` and `mention`, which are answered here. */
  readonly sink: SiteSink;
  readonly segment?: number;
  /** Shared between the sources of a site, so that two mirrors of one wire count once. */
  readonly duplicates?: DuplicateFilter;
  readonly onMessage?: (decoder: Decoder, message: Message, context: PduContext) => void;
  /** MAC addresses of the capture interface, `00:11:22:33:44:55`: frames from them are counted (law 1: must be none). */
  readonly ownMacs?: readonly string[];
}

export class Decoding {
  readonly endpoints: EndpointTable;
  readonly flows = new FlowTable();
  readonly health = new HealthCounters();
  readonly dispatcher: Dispatcher;
  readonly fragments = new FragmentTable();
  /** Highest frame time of the current epoch. */
  nowUs = Number.NEGATIVE_INFINITY;
  readonly #sink: SiteSink;
  readonly #segment: number;
  readonly #duplicates: DuplicateFilter;
  readonly #copies = new CopyDetector();
  readonly #ownMacs: ReadonlySet<number>;
  readonly #states: (FlowState | undefined)[] = [];
  readonly #c = new PacketCursor();
  readonly #communityIds: (string | undefined)[] = [];
  readonly #flowAt: At;
  #view: DataView = new DataView(new ArrayBuffer(0));
  #viewOf: Uint8Array | undefined;
  #nextTickUs = Number.NEGATIVE_INFINITY;
  #sweepAt = 0;
  #depth = 0;

  constructor(options: DecodingOptions) {
    this.endpoints = options.endpoints;
    this.#segment = options.segment ?? 0;
    this.#duplicates = options.duplicates ?? new DuplicateFilter();
    this.#ownMacs = new Set((options.ownMacs ?? []).map((m) => Number.parseInt(m.replaceAll(':', ''), 16)));
    this.#sink = options.sink;
    const target = options.sink;
    const endpoints = this.endpoints;
    const full: ObservationSink = {
      command: (at, x) => target.command(at, x),
      values: (at, x) => target.values(at, x),
      value: (at, x) => target.value(at, x),
      identity: (at, x) => target.identity(at, x),
      module: (at, x) => target.module(at, x),
      name: (at, x) => target.name(at, x),
      session: (at, x) => target.session(at, x),
      weird: (at, x) => target.weird(at, x),
      flow: (at, x) => target.flow(at, x),
      tick: (t) => target.tick(t),
      child: (parent, kind: SubAddressKind, address, answered) =>
        endpoints.child(parent, kind, address, answered, this.#c.tsUs),
      mention: (at, mac, ip) => this.#mention(at, mac, ip),
    };
    this.dispatcher = new Dispatcher({
      decoders: options.decoders,
      sink: full,
      spoke: (e) => endpoints.spoke(e),
      ...(options.onMessage && { onMessage: options.onMessage }),
    });
    this.#flowAt = { ...this.dispatcher.context };
    this.flows.onEvict = (f) => this.#finish(f);
  }

  /** Decodes a batch; observations are given to the sink before it returns. */
  batch(batch: FrameBatch): void {
    if (this.#viewOf !== batch.bytes) {
      this.#viewOf = batch.bytes;
      this.#view = new DataView(batch.bytes.buffer, batch.bytes.byteOffset, batch.bytes.byteLength);
    }
    const c = this.#c;
    const n = batch.count;
    for (let i = 0; i < n; i++) {
      const tsUs = batch.tsUs[i]!;
      const start = batch.start[i]!;
      const captured = batch.captured[i]!;
      c.bytes = batch.bytes;
      c.end = start + captured;
      c.wire = batch.wire[i]!;
      c.frame = batch.firstFrame + i;
      c.tsUs = tsUs;
      if (tsUs >= this.#nextTickUs || tsUs < this.nowUs - BACKWARD_US) this.#time(tsUs);
      else if (tsUs > this.nowUs) this.nowUs = tsUs;
      this.#frame(c, batch.linkType[i]!, start, captured);
    }
  }

  /** Time on a quiet live wire: wall time less lag. Moves time-outs on; never backwards. */
  tick(tsUs: number): void {
    if (tsUs >= this.#nextTickUs && tsUs > this.nowUs) this.#time(tsUs);
  }

  /** The end of the source: open requests and flows are reported. */
  finish(): void {
    this.dispatcher.expireScopes(Number.POSITIVE_INFINITY);
    this.#closeEpoch();
  }

  /** The source's health now, active flows included. */
  snapshot(): SourceHealth {
    const d = this.dispatcher;
    return this.health.snapshot(this.flows, (f) => this.#states[f]?.session?.decoder.encrypted === true, d.stats, {
      flows: this.flows.evicted,
      endpoints: this.endpoints.overflow,
      'fragmented-datagrams': this.fragments.dropped,
      'pending-requests': d.droppedPending,
      scopes: d.droppedScopes,
      'carried-tails': d.droppedTails,
    });
  }

  #closeEpoch(): void {
    const flows = this.flows;
    const order: number[] = [];
    for (let f = 0; f < flows.top; f++) if (flows.used[f] === 1) order.push(f);
    order.sort((x, y) => flows.serial[x]! - flows.serial[y]!);
    for (const f of order) {
      this.#finish(f);
      flows.remove(f);
    }
  }

  #time(tsUs: number): void {
    const h = this.health;
    if (this.nowUs === Number.NEGATIVE_INFINITY) {
      h.firstUs = tsUs;
    } else if (tsUs < this.nowUs - BACKWARD_US) {
      h.backwardSteps++;
      this.dispatcher.expireScopes(Number.POSITIVE_INFINITY);
      this.#closeEpoch();
    } else if (tsUs - this.nowUs > EPOCH_GAP_US) {
      h.gap(this.nowUs, tsUs);
      this.dispatcher.expireScopes(Number.POSITIVE_INFINITY);
      this.#closeEpoch();
    }
    this.nowUs = tsUs;
    this.#nextTickUs = tsUs + TICK_US;
    this.#sweep(tsUs);
    this.#sink.tick(tsUs);
  }

  /** One slice of the flow table: waiting requests, holes, reports, idle flows. */
  #sweep(nowUs: number): void {
    const flows = this.flows;
    const top = flows.top;
    const slice = Math.ceil(top / SWEEP_TICKS);
    if (this.#sweepAt >= top) {
      this.#sweepAt = 0;
      this.dispatcher.expireScopes(nowUs);
    }
    const stop = Math.min(top, this.#sweepAt + slice);
    const due = flows.dueUs;
    for (let f = this.#sweepAt; f < stop; f++) if (due[f]! <= nowUs) this.#look(f, nowUs);
    this.#sweepAt = stop;
  }

  #look(f: number, nowUs: number): void {
    const flows = this.flows;
    const state = this.#states[f];
    let next = Number.POSITIVE_INFINITY;
    if (state) {
      if (state.session) {
        this.dispatcher.expireSession(state.session, nowUs, flows.packetsA[f]! > 0 && flows.packetsB[f]! > 0);
        if (this.dispatcher.waits(state.session)) next = nowUs;
      }
      if (state.a?.held?.length) this.#overdue(f, state, 0, nowUs);
      if (state.b?.held?.length) this.#overdue(f, state, 1, nowUs);
      if (state.a?.held?.length || state.b?.held?.length) next = nowUs;
    }
    const tcp = flows.meta[f]! < L2_FLAG && (flows.meta[f]! & 255) === 6;
    const limit = !tcp
      ? OTHER_IDLE_US
      : flows.tcpState[f]! >= TCP_CLOSED
        ? TCP_CLOSED_IDLE_US
        : flows.tcpState[f] === TCP_NEW
          ? TCP_HALF_OPEN_IDLE_US
          : TCP_IDLE_US;
    if (nowUs - flows.lastUs[f]! > limit) {
      this.#finish(f);
      flows.remove(f);
      return;
    }
    if (flows.lastUs[f]! > flows.reportedUs[f]! && nowUs - flows.reportedUs[f]! >= FLOW_REPORT_US)
      this.#report(f, false);
    // Active flows with a session are looked at every time (a request may wait); others when they may have become idle.
    if (state?.session && nowUs - flows.lastUs[f]! < FLOW_REPORT_US) next = nowUs;
    flows.dueUs[f] = Math.min(next, nowUs + FLOW_REPORT_US, flows.lastUs[f]! + limit);
  }

  #frame(c: PacketCursor, linkType: number, start: number, captured: number): void {
    const h = this.health;
    h.frames++;
    h.bytes += c.wire;
    h.lastUs = c.tsUs;
    if (captured < c.wire) h.cutFrames++;
    c.segment = this.#segment;
    const link = parseLink(c, linkType, start);
    if (link !== LINK_OK) {
      if (link === LINK_UNKNOWN) h.unknownLink(linkType);
      else if (link === LINK_CUT) h.damaged++;
      return;
    }
    if (
      !REPEATING.has(c.etherType) &&
      this.#duplicates.seen(this.#view, start, captured, c.tsUs, c.etherType === ETHERTYPE.IPV4)
    ) {
      h.duplicates++;
      return;
    }
    if (c.hasMac) {
      if ((c.dstHigh & 0x010000) !== 0) h.broadcastFrames++;
      else h.unicastFrames++;
      if (this.#ownMacs.size > 0 && this.#ownMacs.has(c.srcHigh * 0x1000000 + c.srcLow)) h.ownFrames++;
    }
    this.#depth = 0;
    this.#network(c);
  }

  /** From `l3` on; entered again for every tunnel. */
  #network(c: PacketCursor): void {
    let ip: number;
    if (c.etherType === ETHERTYPE.IPV4) ip = parseIpv4(c, this.fragments);
    else if (c.etherType === ETHERTYPE.IPV6) ip = parseIpv6(c, this.endpoints, this.fragments);
    else {
      this.#layer2(c);
      return;
    }
    // Cooked headers know only the sender's MAC address: half an address is none.
    if (c.hasMac && c.dstHigh === 0 && c.dstLow === 0) c.hasMac = false;
    if (ip === IP_OK) this.#transport(c);
    else if (ip === IP_FRAGMENT) {
      this.health.fragments++;
      this.#countEndpoints(c);
    } else {
      this.health.damaged++;
      c.version = 0;
    }
  }

  #countEndpoints(c: PacketCursor): void {
    const from = this.endpoints.intern(c.segment, c.place, c.hasMac, c.srcHigh, c.srcLow, c.version, c.srcIp, c.tsUs);
    const to = this.endpoints.intern(c.segment, c.place, c.hasMac, c.dstHigh, c.dstLow, c.version, c.dstIp, c.tsUs);
    this.endpoints.count1(from, to, c.wire, c.tsUs);
  }

  #transport(c: PacketCursor): void {
    const b = c.bytes;
    const protocol = c.protocol;
    let srcPort = 0;
    let dstPort = 0;
    let payload = c.l4;
    let tcpFlags = 0;
    let end = c.l4End;
    if (protocol === 6) {
      if (c.l4 + 20 > c.l4End) {
        this.health.damaged++;
        this.#countEndpoints(c);
        return;
      }
      srcPort = u16be(b, c.l4);
      dstPort = u16be(b, c.l4 + 2);
      tcpFlags = b[c.l4 + 13]!;
      const header = (b[c.l4 + 12]! >> 4) << 2;
      payload = c.l4 + header;
      if (header < 20 || payload > c.l4End) {
        this.health.damaged++;
        this.#countEndpoints(c);
        return;
      }
    } else if (protocol === 17) {
      if (c.l4 + 8 > c.l4End) {
        this.health.damaged++;
        this.#countEndpoints(c);
        return;
      }
      srcPort = u16be(b, c.l4);
      dstPort = u16be(b, c.l4 + 2);
      payload = c.l4 + 8;
      const length = u16be(b, c.l4 + 4);
      if (length >= 8 && c.l4 + length < end) end = c.l4 + length;
    }
    c.srcPort = srcPort;
    c.dstPort = dstPort;
    const meta = protocol | (c.version << 8);
    const flows = this.flows;
    let f = flows.find(c, c.srcIp, c.dstIp, srcPort, dstPort, meta);
    // A new SYN on a connection that is over, or on one with other sequence numbers: the ports are used again.
    if (!flows.fresh && (tcpFlags & 0x12) === 0x02 && flows.tcpState[f]! >= TCP_ESTABLISHED && protocol === 6) {
      const init = flows.direction === 0 ? INIT_A : INIT_B;
      const next = flows.direction === 0 ? flows.nextA[f]! : flows.nextB[f]!;
      if ((flows.bits[f]! & init) === 0 || ((next - 1 - i32be(b, c.l4 + 4)) | 0) !== 0) {
        this.#finish(f);
        flows.remove(f);
        f = flows.find(c, c.srcIp, c.dstIp, srcPort, dstPort, meta);
      }
    }
    const d = flows.direction;
    const endpoints = this.endpoints;
    // The flow remembers its endpoints; a packet with other MAC addresses (routed copy, failover, duplicate IP) looks again.
    let from = d === 0 ? flows.epA[f]! : flows.epB[f]!;
    let to = d === 0 ? flows.epB[f]! : flows.epA[f]!;
    if (
      from === 0 ||
      endpoints.macLow[from] !== c.srcLow ||
      endpoints.macHigh[from] !== c.srcHigh ||
      endpoints.macLow[to] !== c.dstLow ||
      endpoints.macHigh[to] !== c.dstHigh
    ) {
      from = endpoints.intern(c.segment, c.place, c.hasMac, c.srcHigh, c.srcLow, c.version, c.srcIp, c.tsUs);
      to = endpoints.intern(c.segment, c.place, c.hasMac, c.dstHigh, c.dstLow, c.version, c.dstIp, c.tsUs);
      if (d === 0) {
        flows.epA[f] = from;
        flows.epB[f] = to;
      } else {
        flows.epA[f] = to;
        flows.epB[f] = from;
      }
    }
    endpoints.count1(from, to, c.wire, c.tsUs);
    const ttl = c.ttl;
    if (ttl < endpoints.minTtl[from]! || ttl > endpoints.maxTtl[from]! || endpoints.minTtl[from] === 0)
      endpoints.ttl(from, ttl);
    flows.lastUs[f] = c.tsUs;
    if (flows.fresh) {
      this.#states[f] = undefined;
      this.#communityIds[f] = undefined;
      this.#guessClient(f, d, srcPort, dstPort, protocol, tcpFlags);
      const group = c.version === 4 ? c.dstIp >>> 28 === 14 || c.dstIp === -1 : (c.dstHigh & 0x010000) !== 0;
      if (group || (c.hasMac && (c.dstHigh & 0x010000) !== 0)) flows.bits[f]! |= GROUP;
    }
    let routedCopy = false;
    if (d === 0) {
      flows.packetsA[f]!++;
      flows.bytesA[f]! += c.wire;
      routedCopy = c.ipId !== 0 && flows.ipIdA[f] === c.ipId && flows.ttlA[f] !== ttl;
      flows.ipIdA[f] = c.ipId;
      flows.ttlA[f] = ttl;
    } else {
      flows.packetsB[f]!++;
      flows.bytesB[f]! += c.wire;
      routedCopy = c.ipId !== 0 && flows.ipIdB[f] === c.ipId && flows.ttlB[f] !== ttl;
      flows.ipIdB[f] = c.ipId;
      flows.ttlB[f] = ttl;
    }
    // The same packet on both sides of a router: one hop apart, otherwise equal.
    if (routedCopy) {
      this.health.routedCopies++;
      return;
    }
    if (protocol === 6) this.#tcp(c, f, d, tcpFlags, payload, end, from, to);
    else if (protocol === 17) {
      if (payload < end) {
        if (dstPort === 4789 && this.#vxlan(c, f, payload, end)) return;
        flows.payload[f]! += end - payload;
        if ((flows.bits[f]! & IS_COPY) === 0) this.#datagram(c, f, d, payload, end, from, to, 'udp', 0);
      }
    } else {
      if (protocol === 47 || protocol === 4 || protocol === 41) {
        if (this.#tunnel(c, f, protocol)) return;
      }
      if (payload < end) {
        flows.payload[f]! += end - payload;
        this.#datagram(c, f, d, payload, end, from, to, 'ip', protocol);
      }
    }
  }

  /** Who asks? SYN tells; then a well-known port; then the first to speak. */
  #guessClient(f: number, d: number, srcPort: number, dstPort: number, protocol: number, tcpFlags: number): void {
    let clientIsSource = true;
    if (protocol === 6 && (tcpFlags & 0x02) !== 0) {
      clientIsSource = (tcpFlags & 0x10) === 0;
      this.flows.bits[f]! |= CLIENT_SURE;
    } else if (protocol === 6 || protocol === 17) {
      const known = protocol === 6 ? this.dispatcher.tcp.byHint : this.dispatcher.udp.byHint;
      const srcKnown = known.has(srcPort) || srcPort < 1024;
      const dstKnown = known.has(dstPort) || dstPort < 1024;
      if (srcKnown !== dstKnown) clientIsSource = dstKnown;
      else if (srcPort !== dstPort && (protocol === 6 || srcKnown)) clientIsSource = dstPort < srcPort;
    }
    if ((d === 0) !== clientIsSource) this.flows.bits[f]! |= CLIENT_IS_B;
  }

  #tcp(
    c: PacketCursor,
    f: number,
    d: number,
    flags: number,
    payload: number,
    end: number,
    from: number,
    to: number,
  ): void {
    const flows = this.flows;
    const seq = i32be(c.bytes, c.l4 + 4);
    const initBit = d === 0 ? INIT_A : INIT_B;
    let bits = flows.bits[f]!;
    if ((flags & 0x02) !== 0) {
      if ((bits & initBit) === 0) {
        if (d === 0) flows.nextA[f] = (seq + 1) | 0;
        else flows.nextB[f] = (seq + 1) | 0;
        flows.bits[f] = bits |= initBit;
        if ((bits & IS_COPY) === 0 && this.#copies.syn(c, f, flows, flags)) this.#isCopy(c, f, from, to);
      }
      if ((flags & 0x10) !== 0 && flows.tcpState[f] === TCP_NEW) flows.tcpState[f] = TCP_ESTABLISHED;
    }
    if ((flags & 0x04) !== 0) {
      if (flows.tcpState[f] === TCP_NEW) flows.tcpState[f] = TCP_REJECTED;
      else if (flows.tcpState[f] === TCP_ESTABLISHED) flows.tcpState[f] = TCP_RESET;
    } else if (flows.tcpState[f] === TCP_NEW && (flags & 0x12) === 0x10) {
      flows.tcpState[f] = TCP_ESTABLISHED;
    }
    // What the other side has acknowledged it has: settle holes first, so that a request stands before its answer.
    if ((flags & 0x10) !== 0 && (bits & IS_COPY) === 0) this.#acknowledged(c, f, d);
    const missingTail = c.l4Missing;
    const length = end - payload;
    if (length + missingTail > 0) {
      if ((bits & initBit) === 0) {
        // The capture starts in the middle of the connection.
        if (d === 0) flows.nextA[f] = seq;
        else flows.nextB[f] = seq;
        flows.bits[f] = bits |= initBit;
        if ((bits & IS_COPY) === 0 && this.#copies.payload(c, f, flows, payload, end)) {
          this.#isCopy(c, f, from, to);
          bits = flows.bits[f]!;
        }
        this.#side(f, d).afterGap = true;
      }
      flows.payload[f]! += length;
      if ((bits & IS_COPY) === 0) this.#segmentIn(c, f, d, seq, payload, end, missingTail, from, to);
      else this.#copied(c, f, d, seq, payload, end);
    }
    if ((flags & 0x01) !== 0) {
      flows.bits[f]! |= d === 0 ? FIN_A : FIN_B;
      if ((flows.bits[f]! & (FIN_A | FIN_B)) === (FIN_A | FIN_B) && flows.tcpState[f]! < TCP_CLOSED)
        flows.tcpState[f] = TCP_CLOSED;
    }
  }

  /**
   * The other side of an address translator carries the same octets under the same sequence numbers: they go into the
   * stream of the flow seen first, where they count as seen already, or fill what the capture lost on that side.
   */
  #copied(c: PacketCursor, f: number, d: number, seq: number, payload: number, end: number): void {
    const flows = this.flows;
    const state = this.#state(f);
    const of = state.copyOf;
    if (flows.used[of] !== 1 || flows.serial[of] !== state.copySerial) return;
    const od = state.copyCrossed ? 1 - d : d;
    this.#acknowledged(c, of, od);
    const bit = od === 0 ? INIT_A : INIT_B;
    if ((flows.bits[of]! & bit) === 0) {
      if (od === 0) flows.nextA[of] = seq;
      else flows.nextB[of] = seq;
      flows.bits[of]! |= bit;
    }
    const from = od === 0 ? flows.epA[of]! : flows.epB[of]!;
    const to = od === 0 ? flows.epB[of]! : flows.epA[of]!;
    const again = flows.retransmissions[of]!;
    const counted = this.health.retransmissions;
    this.#segmentIn(c, of, od, seq, payload, end, c.l4Missing, from, to);
    flows.retransmissions[of] = again;
    this.health.retransmissions = counted;
  }

  #isCopy(c: PacketCursor, f: number, from: number, to: number): void {
    const flows = this.flows;
    flows.bits[f]! |= IS_COPY;
    this.health.translatedCopies++;
    const of = this.#copies.original;
    // `syn` and `payload` match packets of the same direction: the sender of one is the sender of the other.
    const sameDirection = this.#copies.originalFrom;
    const state = this.#state(f);
    state.copyOf = of;
    state.copySerial = flows.serial[of]!;
    state.copyCrossed = sameDirection !== flows.direction;
    const at = this.#flowAt;
    at.frame = c.frame;
    at.requestFrame = c.frame;
    at.firstFrame = c.frame;
    at.tsUs = c.tsUs;
    at.requestTsUs = c.tsUs;
    at.flow = flows.serial[f]!;
    at.client = from;
    at.server = to;
    at.sender = from;
    at.receiver = to;
    at.protocol = 'tcp';
    const clientIsSender = (flows.bits[f]! & CLIENT_IS_B) === 0 ? flows.direction === 0 : flows.direction === 1;
    const ofSender = sameDirection === 0 ? flows.epA[of]! : flows.epB[of]!;
    const ofReceiver = sameDirection === 0 ? flows.epB[of]! : flows.epA[of]!;
    this.#sink.alias(at, {
      flow: flows.serial[f]!,
      ofFlow: flows.serial[of]!,
      client: clientIsSender ? from : to,
      server: clientIsSender ? to : from,
      ofClient: clientIsSender ? ofSender : ofReceiver,
      ofServer: clientIsSender ? ofReceiver : ofSender,
    });
  }

  /** Octets acknowledged that were never captured: the mirror loses frames, or shows one direction only. */
  #acknowledged(c: PacketCursor, f: number, d: number): void {
    const flows = this.flows;
    const other = d === 0 ? INIT_B : INIT_A;
    if ((flows.bits[f]! & other) === 0) return;
    const ack = i32be(c.bytes, c.l4 + 8);
    const next = d === 0 ? flows.nextB[f]! : flows.nextA[f]!;
    const ahead = (ack - next) | 0;
    if (ahead <= 1 || ahead > 1 << 26) return;
    this.health.ackUnseen++;
    // Segments held behind a hole: the receiver has what the capture lacks, so waiting is in vain. Without any, it may be
    // only the order in which the mirror delivers: the next data will tell.
    const state = this.#states[f];
    const side = d === 0 ? state?.b : state?.a;
    if (side?.held?.length) this.#skipHole(f, state!, d === 0 ? 1 : 0);
  }

  #state(f: number): FlowState {
    let s = this.#states[f];
    if (s === undefined) {
      s = new FlowState();
      this.#states[f] = s;
    }
    return s;
  }

  #side(f: number, d: number): StreamSide {
    const s = this.#state(f);
    if (d === 0) {
      s.a ??= new StreamSide();
      return s.a;
    }
    s.b ??= new StreamSide();
    return s.b;
  }

  #segmentIn(
    c: PacketCursor,
    f: number,
    d: number,
    seq: number,
    payload: number,
    end: number,
    missingTail: number,
    from: number,
    to: number,
  ): void {
    const flows = this.flows;
    const next = d === 0 ? flows.nextA[f]! : flows.nextB[f]!;
    const delta = (seq - next) | 0;
    let start = payload;
    if (delta !== 0) {
      if (delta < 0) {
        flows.retransmissions[f]!++;
        if (start - delta >= end) {
          if (delta < -1 || end - payload > 1) this.health.retransmissions++;
          return;
        }
        start -= delta;
      } else {
        const side = this.#side(f, d);
        const held = side.hold({ seq, bytes: c.bytes.slice(payload, end), frame: c.frame, tsUs: c.tsUs });
        if (!held) {
          this.#skipHole(f, this.#state(f), d);
          this.#segmentIn(c, f, d, seq, payload, end, missingTail, from, to);
        }
        return;
      }
    }
    const advanced = (seq + (end - payload) + missingTail) | 0;
    if (d === 0) flows.nextA[f] = advanced;
    else flows.nextB[f] = advanced;
    if (start < end) this.#deliver(c.bytes, start, end, f, d, c.frame, c.tsUs, from, to);
    if (missingTail > 0) this.#lost(f, d, missingTail);
    const state = this.#states[f];
    const side = d === 0 ? state?.a : state?.b;
    if (side?.held?.length) this.#drain(f, side, d, from, to);
  }

  #drain(f: number, side: StreamSide, d: number, from: number, to: number): void {
    const flows = this.flows;
    for (;;) {
      const next = d === 0 ? flows.nextA[f]! : flows.nextB[f]!;
      const segment = side.release(next);
      if (!segment) return;
      const skip = (next - segment.seq) | 0;
      if (skip >= segment.bytes.length) continue;
      const advanced = (segment.seq + segment.bytes.length) | 0;
      if (d === 0) flows.nextA[f] = advanced;
      else flows.nextB[f] = advanced;
      this.#deliver(segment.bytes, skip, segment.bytes.length, f, d, segment.frame, segment.tsUs, from, to);
    }
  }

  #overdue(f: number, state: FlowState, d: number, nowUs: number): void {
    const side = d === 0 ? state.a! : state.b!;
    while (side.held?.length && nowUs - side.held[0]!.tsUs > HOLD_TIMEOUT_US) this.#skipHole(f, state, d);
  }

  /** Gives up waiting for the octets before the first held segment. */
  #skipHole(f: number, state: FlowState, d: number): void {
    const side = d === 0 ? state.a! : state.b!;
    const first = side.held?.[0];
    if (!first) return;
    const flows = this.flows;
    const next = d === 0 ? flows.nextA[f]! : flows.nextB[f]!;
    this.#lost(f, d, (first.seq - next) | 0);
    if (d === 0) flows.nextA[f] = first.seq;
    else flows.nextB[f] = first.seq;
    const from = d === 0 ? flows.epA[f]! : flows.epB[f]!;
    const to = d === 0 ? flows.epB[f]! : flows.epA[f]!;
    this.#drain(f, side, d, from, to);
  }

  #lost(f: number, d: number, octets: number): void {
    this.flows.missing[f]! += octets;
    this.health.missingBytes += octets;
    const state = this.#state(f);
    if (state.session) state.session.gapUs = this.nowUs;
    const side = this.#side(f, d);
    side.afterGap = true;
    side.drop();
  }

  /** Fills the reused context for octets of flow `f` in direction `d`. */
  #context(f: number, d: number, frame: number, tsUs: number, from: number, to: number, carrier: string): PduContext {
    const flows = this.flows;
    const x = this.dispatcher.context;
    const bits = flows.bits[f]!;
    const clientIsB = (bits & CLIENT_IS_B) !== 0;
    const toServer = (d === 0) !== clientIsB;
    x.frame = frame;
    x.requestFrame = frame;
    x.firstFrame = frame;
    x.tsUs = tsUs;
    x.requestTsUs = tsUs;
    x.flow = flows.serial[f]!;
    x.sender = from;
    x.receiver = to;
    x.client = toServer ? from : to;
    x.server = toServer ? to : from;
    x.toServer = toServer;
    const ports = flows.ports[f]!;
    const portA = ports >>> 16;
    const portB = ports & 0xffff;
    x.clientPort = clientIsB ? portB : portA;
    x.serverPort = clientIsB ? portA : portB;
    x.carrier = carrier;
    x.protocolNumber = 0;
    x.group = (bits & GROUP) !== 0;
    x.afterGap = false;
    this.dispatcher.bothWays = flows.packetsA[f]! > 0 && flows.packetsB[f]! > 0;
    return x;
  }

  /** Octets of a TCP stream, in order. */
  #deliver(
    bytes: Uint8Array,
    start: number,
    end: number,
    f: number,
    d: number,
    frame: number,
    tsUs: number,
    from: number,
    to: number,
  ): void {
    const flows = this.flows;
    const state = this.#state(f);
    const context = this.#context(f, d, frame, tsUs, from, to, 'tcp');
    let side = d === 0 ? state.a : state.b;
    let b = bytes;
    let s = start;
    let e = end;
    if (side !== undefined) {
      if (side.tailLength > 0) {
        if (side.tailLength + (end - start) > MAX_PDU_BYTES) {
          this.health.limit('pdu-bytes', side.tailLength);
          side.drop();
          side.afterGap = true;
        } else {
          side.append(bytes, start, end);
          b = side.tail!;
          s = 0;
          e = side.tailLength;
          context.firstFrame = side.tailFrame;
        }
      }
      context.afterGap = side.afterGap;
    }
    let session = state.session;
    if (session === undefined) {
      session = this.#openTcp(f, state, b, s, e);
      if (session === undefined) {
        if (this.dispatcher.more && e - s < 4096) {
          side ??= this.#side(f, d);
          if (b !== side.tail) side.keep(b, s, e, frame);
        } else side?.drop();
        return;
      }
    } else if (context.afterGap && session.decoder.probe(b, s, e, context) === 'no') {
      // Not the beginning of a PDU: wait for a segment that is one.
      side!.drop();
      return;
    }
    if (side) side.afterGap = false;
    const how = this.dispatcher.run(session, b, s, e, true);
    flows.decoded[f]! += this.dispatcher.understood;
    const position = this.dispatcher.position;
    if (how === RAN) {
      if (position < e) {
        side ??= this.#side(f, d);
        const firstFrame = position === s ? context.firstFrame : frame;
        side.keep(b, position, e, firstFrame);
      } else if (side !== undefined && side.tailLength > 0) side.drop();
      return;
    }
    side ??= this.#side(f, d);
    side.drop();
    side.afterGap = true;
    if (how === RAN_FOREIGN || (how === RAN_LOST && session.messages === 0)) {
      if (how === RAN_LOST) session.foreign++;
      if (session.messages === 0 || session.foreign > 8 + session.messages) {
        this.dispatcher.expireSession(session, Number.POSITIVE_INFINITY, this.dispatcher.bothWays);
        state.refused = [...state.refused, session.decoder];
        state.session = undefined;
      }
    }
  }

  #hosts(f: number): string {
    const flows = this.flows;
    return `${flows.ipA[f]},${flows.ipB[f]},${flows.meta[f]! >> 8},${flows.place[f]}`;
  }

  #openTcp(f: number, state: FlowState, b: Uint8Array, s: number, e: number): Session | undefined {
    const flows = this.flows;
    const tries = flows.tries[f]!;
    const dispatcher = this.dispatcher;
    dispatcher.more = false;
    // After the first payloads of a flow nobody claimed, ask again only at growing distances.
    if (tries >= 6 && (tries & (tries - 1)) !== 0) {
      if (tries < 255) flows.tries[f]!++;
      return undefined;
    }
    if (tries < 255) flows.tries[f]!++;
    else return undefined;
    const x = dispatcher.context;
    const decoder = dispatcher.probe(dispatcher.tcp, x.serverPort, x.clientPort, b, s, e, state.refused);
    if (!decoder) return undefined;
    state.session = dispatcher.open(decoder, this.#hosts(f));
    return state.session;
  }

  #datagram(
    c: PacketCursor,
    f: number,
    d: number,
    start: number,
    end: number,
    from: number,
    to: number,
    carrier: 'udp' | 'ip',
    protocol: number,
  ): void {
    const flows = this.flows;
    const dispatcher = this.dispatcher;
    const state = this.#state(f);
    const context = this.#context(f, d, c.frame, c.tsUs, from, to, carrier);
    context.protocolNumber = protocol;
    let session = state.session;
    if (session === undefined) {
      const tries = flows.tries[f]!;
      if (tries < 255) flows.tries[f]!++;
      if (tries >= 6 && ((tries & (tries - 1)) !== 0 || tries === 255)) return;
      const decoder =
        carrier === 'udp'
          ? dispatcher.probe(dispatcher.udp, context.serverPort, context.clientPort, c.bytes, start, end, state.refused)
          : dispatcher.probeHinted(dispatcher.ip, protocol, c.bytes, start, end, state.refused);
      if (!decoder) return;
      session = dispatcher.open(decoder, this.#hosts(f));
      state.session = session;
    }
    const how = dispatcher.run(session, c.bytes, start, end, false);
    flows.decoded[f]! += dispatcher.understood;
    if (how !== RAN && session.foreign > 3 + 2 * session.messages) {
      dispatcher.expireSession(session, Number.POSITIVE_INFINITY, dispatcher.bothWays);
      state.refused = [...state.refused, session.decoder];
      state.session = undefined;
      flows.tries[f] = 0;
    }
  }

  /** Frames without IP: ARP, DCP, LLDP, GOOSE, ...; the flow key is the MAC pair and the type. */
  #layer2(c: PacketCursor): void {
    c.version = 0;
    c.srcIp = 0;
    c.dstIp = 0;
    const endpoints = this.endpoints;
    const from = endpoints.intern(c.segment, c.place, c.hasMac, c.srcHigh, c.srcLow, 0, 0, c.tsUs);
    const to = endpoints.intern(c.segment, c.place, c.hasMac, c.dstHigh, c.dstLow, 0, 0, c.tsUs);
    endpoints.count1(from, to, c.wire, c.tsUs);
    const hint = c.llc >= 0 ? c.llc : c.etherType;
    const flows = this.flows;
    // SNAP ids do not fit into the key; their low bits tell them apart well enough for a table key.
    const meta = (L2_FLAG | (hint & 0xffffff) | (c.llc >= 0 ? 1 << 28 : 0)) & 0x7fffffff;
    const f = flows.find(c, from, to, 0, 0, meta);
    const d = flows.direction;
    flows.lastUs[f] = c.tsUs;
    if (flows.fresh) {
      this.#states[f] = undefined;
      this.#communityIds[f] = undefined;
      flows.epA[f] = d === 0 ? from : to;
      flows.epB[f] = d === 0 ? to : from;
      if (d === 1) flows.bits[f]! |= CLIENT_IS_B;
      if ((c.dstHigh & 0x010000) !== 0) flows.bits[f]! |= GROUP;
    }
    if (d === 0) {
      flows.packetsA[f]!++;
      flows.bytesA[f]! += c.wire;
    } else {
      flows.packetsB[f]!++;
      flows.bytesB[f]! += c.wire;
    }
    if (c.l3 >= c.end) return;
    flows.payload[f]! += c.end - c.l3;
    const dispatcher = this.dispatcher;
    const context = this.#context(f, d, c.frame, c.tsUs, from, to, 'ethernet');
    context.protocolNumber = hint;
    const state = this.#state(f);
    let session = state.session;
    if (session === undefined) {
      const over = c.llc >= 0 ? dispatcher.llc : dispatcher.ether;
      const decoder = dispatcher.probeHinted(over, hint, c.bytes, c.l3, c.end, NO_DECODERS);
      if (!decoder) return;
      session = dispatcher.open(decoder, '');
      state.session = session;
    }
    const how = dispatcher.run(session, c.bytes, c.l3, c.end, false);
    flows.decoded[f]! += dispatcher.understood;
    // One EtherType can carry several protocols (PROFINET RT and DCP): the next frame is asked again. What follows a
    // message in a short frame is Ethernet padding.
    if (how !== RAN && dispatcher.understood === 0) {
      state.session = undefined;
      if (how === RAN_FOREIGN) {
        const over = c.llc >= 0 ? dispatcher.llc : dispatcher.ether;
        const other = dispatcher.probeHinted(over, hint, c.bytes, c.l3, c.end, [session.decoder]);
        if (other) {
          state.session = dispatcher.open(other, '');
          dispatcher.run(state.session, c.bytes, c.l3, c.end, false);
          flows.decoded[f]! += dispatcher.understood;
        }
      }
    }
  }

  /** RFC 7348: flags, VNI, then an Ethernet frame. */
  #vxlan(c: PacketCursor, f: number, payload: number, end: number): boolean {
    const b = c.bytes;
    if (payload + 22 > end || (b[payload]! & 0x08) === 0) return false;
    return this.#enter(c, f, 'vxlan', u24be(b, payload + 4), payload + 8, end, 0x6558);
  }

  /** GRE (RFC 2784, 2890), ERSPAN I-III, IP in IP (RFC 2003), 6in4 (RFC 4213). */
  #tunnel(c: PacketCursor, f: number, protocol: number): boolean {
    const b = c.bytes;
    if (protocol === 4) return this.#enter(c, f, 'ipip', 0, c.l4, c.l4End, ETHERTYPE.IPV4);
    if (protocol === 41) return this.#enter(c, f, '6in4', 0, c.l4, c.l4End, ETHERTYPE.IPV6);
    if (c.l4 + 4 > c.l4End) return false;
    const flags = u16be(b, c.l4);
    const type = u16be(b, c.l4 + 2);
    if ((flags & 7) !== 0) return false;
    let o = c.l4 + 4;
    if ((flags & 0xc000) !== 0) o += 4;
    let key = 0;
    if ((flags & 0x2000) !== 0) {
      key = u32be(b, o);
      o += 4;
    }
    const sequenced = (flags & 0x1000) !== 0;
    if (sequenced) o += 4;
    // ERSPAN type I has no header of its own and no sequence number; type II has 8 octets, type III 12 and perhaps 8 more.
    if (type === 0x88be) {
      if (sequenced) o += 8;
      return this.#enter(c, f, '', 0, o, c.l4End, 0x6558);
    }
    if (type === 0x22eb) {
      if (o + 12 > c.l4End) return false;
      o += 12 + ((b[o + 11]! & 1) !== 0 ? 8 : 0);
      return this.#enter(c, f, '', 0, o, c.l4End, 0x6558);
    }
    if (type === 0x6558 || type === ETHERTYPE.IPV4 || type === ETHERTYPE.IPV6)
      return this.#enter(c, f, 'gre', key, o, c.l4End, type);
    return false;
  }

  /**
   * Goes on with the frame inside. `kind` '' is a mirror (ERSPAN): what it carries is the plant's own network; others make
   * a place of their own (`vxlan 42`), so that equal addresses inside different tunnels stay apart.
   */
  #enter(c: PacketCursor, f: number, kind: string, key: number, start: number, end: number, type: number): boolean {
    if (this.#depth >= MAX_TUNNEL_DEPTH) {
      this.health.limit('tunnel-depth', 1);
      return false;
    }
    this.#depth++;
    this.health.tunnelled++;
    const flows = this.flows;
    flows.payload[f]! += end - start;
    flows.decoded[f]! += end - start;
    const state = this.#state(f);
    if (state.tunnel < 0 || state.tunnelKey !== key) {
      state.tunnelKey = key;
      state.tunnel = kind === '' ? 0 : this.endpoints.tunnel(key === 0 ? this.#tunnelName(kind, f) : `${kind} ${key}`);
    }
    c.end = end;
    c.place = state.tunnel << 24;
    if (type === 0x6558) {
      if (parseEthernet(c, start) !== LINK_OK) {
        this.health.damaged++;
        return true;
      }
    } else {
      c.hasMac = false;
      c.srcHigh = 0;
      c.srcLow = 0;
      c.dstHigh = 0;
      c.dstLow = 0;
      c.etherType = type;
      c.l3 = start;
    }
    this.#network(c);
    return true;
  }

  #tunnelName(kind: string, f: number): string {
    const a = this.endpoints.ipText(this.flows.epA[f]!);
    const b = this.endpoints.ipText(this.flows.epB[f]!);
    return `${kind} ${a} ${b}`;
  }

  #mention(at: At, mac: string | undefined, ip: string | undefined): number {
    const place = this.endpoints.place[at.sender] ?? 0;
    const m = mac === undefined ? 0 : Number.parseInt(mac.replaceAll(':', ''), 16);
    const high = Math.floor(m / 0x1000000);
    const low = m % 0x1000000;
    const a = this.endpoints.address(ip);
    return this.endpoints.intern(this.#segment, place, mac !== undefined, high, low, a.version, a.key, this.#c.tsUs);
  }

  #finish(f: number): void {
    const state = this.#states[f];
    if (state) {
      for (const d of [0, 1] as const) {
        const side = d === 0 ? state.a : state.b;
        while (side?.held?.length) this.#skipHole(f, state, d);
      }
      if (state.session)
        this.dispatcher.expireSession(
          state.session,
          Number.POSITIVE_INFINITY,
          this.flows.packetsA[f]! > 0 && this.flows.packetsB[f]! > 0,
        );
    }
    this.#report(f, true);
    this.health.flowEnded(this.flows, f, state?.session);
    this.#states[f] = undefined;
    this.#communityIds[f] = undefined;
  }

  /** The service of a flow: the innermost protocol that spoke. */
  serviceOf(f: number): string {
    let session = this.#states[f]?.session;
    if (!session) return '';
    while (session.children?.length && session.children[0]!.messages > 0) session = session.children[0]!;
    return session.decoder.name;
  }

  #report(f: number, final: boolean): void {
    const flows = this.flows;
    flows.reportedUs[f] = flows.lastUs[f]!;
    const meta = flows.meta[f]!;
    const clientIsB = (flows.bits[f]! & CLIENT_IS_B) !== 0;
    const ports = flows.ports[f]!;
    const portA = ports >>> 16;
    const portB = ports & 0xffff;
    const l2 = meta >= L2_FLAG;
    const protocol = l2 ? meta & 0xffff : meta & 255;
    let id = this.#communityIds[f];
    if (id === undefined) {
      id = l2 ? '' : this.#communityId(f, meta, protocol, portA, portB);
      this.#communityIds[f] = id;
    }
    const session = this.#states[f]?.session;
    const summary: FlowSummary = {
      flow: flows.serial[f]!,
      client: clientIsB ? flows.epB[f]! : flows.epA[f]!,
      server: clientIsB ? flows.epA[f]! : flows.epB[f]!,
      transport: l2
        ? 'ethernet'
        : protocol === 6
          ? 'tcp'
          : protocol === 17
            ? 'udp'
            : protocol === 1 || protocol === 58
              ? 'icmp'
              : 'ip',
      protocolNumber: protocol,
      clientPort: clientIsB ? portB : portA,
      serverPort: clientIsB ? portA : portB,
      service: this.serviceOf(f),
      communityId: id,
      firstUs: flows.firstUs[f]!,
      lastUs: flows.lastUs[f]!,
      firstFrame: flows.firstFrame[f]!,
      clientPackets: clientIsB ? flows.packetsB[f]! : flows.packetsA[f]!,
      clientBytes: clientIsB ? flows.bytesB[f]! : flows.bytesA[f]!,
      serverPackets: clientIsB ? flows.packetsA[f]! : flows.packetsB[f]!,
      serverBytes: clientIsB ? flows.bytesA[f]! : flows.bytesB[f]!,
      decodedBytes: flows.decoded[f]!,
      undecodedBytes: Math.max(0, flows.payload[f]! - flows.decoded[f]!),
      missingBytes: flows.missing[f]!,
      retransmissions: flows.retransmissions[f]!,
      tcpState: protocol === 6 && !l2 ? TCP_STATES[flows.tcpState[f]!]! : '',
      encrypted: session?.decoder.encrypted === true,
      final,
    };
    const at = this.#flowAt;
    at.frame = summary.firstFrame;
    at.requestFrame = summary.firstFrame;
    at.firstFrame = summary.firstFrame;
    at.tsUs = summary.lastUs;
    at.requestTsUs = summary.firstUs;
    at.flow = summary.flow;
    at.client = summary.client;
    at.server = summary.server;
    at.sender = summary.client;
    at.receiver = summary.server;
    at.protocol = summary.service;
    this.#sink.flow(at, summary);
  }

  #communityId(f: number, meta: number, protocol: number, portA: number, portB: number): string {
    const flows = this.flows;
    if (meta >> 8 === 6)
      return communityId(
        this.endpoints.ipv6Octets(flows.ipA[f]!),
        this.endpoints.ipv6Octets(flows.ipB[f]!),
        protocol,
        portA,
        portB,
      );
    const a = flows.ipA[f]!;
    const b = flows.ipB[f]!;
    return communityId(
      Uint8Array.of(a >>> 24, (a >> 16) & 255, (a >> 8) & 255, a & 255),
      Uint8Array.of(b >>> 24, (b >> 16) & 255, (b >> 8) & 255, b & 255),
      protocol,
      portA,
      portB,
    );
  }
}
