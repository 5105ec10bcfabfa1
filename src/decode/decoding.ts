/**
 * The hot path: frames in, observations out. Per frame: link, IP, flow look-up, counters; then TCP order and dispatch
 * only where there is payload. Nothing is allocated for a frame that carries none.
 */
import type { Decoder } from '../core/decoder.ts';
import { type FrameBatch, LINK } from '../core/frame.ts';
import type { Command, ObservationSink, Value, ValueItem } from '../core/observation.ts';
import type { SourceHealth } from '../core/site.ts';
import type { SiteSink } from '../core/site-model.ts';
import { i32be, u16be } from '../lib/bytes.ts';
import { MASKED } from '../lib/masked.ts';
import { isSecretName } from '../lib/secret-names.ts';
import { CHECKSUM_NONE, CHECKSUM_WRONG, checksum, isSample } from './checksum.ts';
import { RoutedCopies } from './copies.ts';
import { PacketCursor } from './cursor.ts';
import { Delivery } from './delivery.ts';
import { Dispatcher, type OnMessage } from './dispatch.ts';
import { DuplicateFilter, EVERY, HEAD_IPV4, HEAD_IPV6 } from './duplicates.ts';
import type { EndpointTable } from './endpoints.ts';
import { FloodWatch } from './flood-watch.ts';
import { FlowLife } from './flow-life.ts';
import { FlowStates } from './flow-state.ts';
import {
  BITS,
  BYTES_A,
  CLIENT_IS_B,
  D,
  DECODED,
  EP_A,
  EP_B,
  FlowTable,
  GROUP,
  I,
  INIT_A,
  INIT_B,
  IS_COPY,
  L2_FLAG,
  LAST_ID_A,
  LAST_US,
  NEXT_A,
  PACKETS_A,
  PACKETS_B,
  PAYLOAD,
  TCP_ESTABLISHED,
  TCP_STATE,
} from './flows.ts';
import { HealthCounters, OFFLOAD_LENGTH } from './health.ts';
import { FragmentTable, IP_FRAGMENT, IP_OK, parseIpv4, parseIpv6 } from './ip.ts';
import { ETHERTYPE, LINK_CUT, LINK_OK, LINK_UNKNOWN, parseEthernet, parseLink, stripPrp } from './link.ts';
import type { Openings } from './openings.ts';
import { TcpPath } from './tcp.ts';
import { ETHERNET_FRAME, type Tunnel, tunnelOverIp, tunnelOverUdp, VXLAN_PORT } from './tunnels.ts';

/** Pauses longer than this, and steps backwards longer than BACKWARD_US, start a new epoch. */
export const EPOCH_GAP_US = 3_600_000_000;
export const BACKWARD_US = 1_000_000;
/** Copies out of their time that may follow each other without being a step of the clock. */
const MAX_STRAYS = 3;
const TICK_US = 1_000_000;
/** Envelopes (GRE, VXLAN, ...) removed from one frame. */
const MAX_TUNNEL_DEPTH = 4;
/** EtherTypes whose cyclic frames legitimately repeat within milliseconds: EtherCAT, POWERLINK, SERCOS III. */
const REPEATING = new Set([0x88a4, 0x88ab, 0x88cd]);
/**
 * Protocols in which devices talk to each other by group addresses alone: EtherCAT, POWERLINK, GOOSE, GSE, sampled values,
 * SERCOS III, CC-Link IE Field. Their frames say nothing on whether a port is a mirror.
 */
const TALK_BY_GROUP = new Set([0x88a4, 0x88ab, 0x88b8, 0x88b9, 0x88ba, 0x88cd, 0x890f]);
const ETHERCAT = 0x88a4;
/** EtherCAT masters remembered by address; at the limit the memory is emptied. */
const MAX_MASTERS = 256;
/** Second bit of a MAC address: locally administered. In the upper 24 bits it is this one. */
const LOCAL_MAC = 0x020000;
const SYN = 0x02;
const ACK = 0x10;
/** Who is not answered takes part in a conversation from the packet behind so many of a flow. */
const UNHEARD_PACKETS = 2;
/** First bit of a MAC address: group. In the upper 24 bits it is this one. */
const GROUP_MAC = 0x010000;

export interface DecodingOptions {
  readonly endpoints: EndpointTable;
  readonly decoders: readonly Decoder[];
  /** Everything except `child`, `mention` and `address`, which are answered here. */
  readonly sink: SiteSink;
  readonly segment?: number;
  /** Shared between the sources of a site, so that two mirrors of one wire count once. */
  readonly duplicates?: DuplicateFilter;
  readonly onMessage?: OnMessage;
  /** Of the site, kept over restarts. */
  readonly openings?: Openings;
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
  readonly #states = new FlowStates();
  readonly #delivery: Delivery;
  readonly #tcp: TcpPath;
  readonly #sink: SiteSink;
  readonly #segment: number;
  readonly #duplicates: DuplicateFilter;
  readonly #ownMacs: ReadonlySet<number>;
  readonly #masters = new Map<number, number>();
  readonly #c = new PacketCursor();
  #view: DataView = new DataView(new ArrayBuffer(0));
  #viewOf: Uint8Array | undefined;
  #nextTickUs = Number.NEGATIVE_INFINITY;
  readonly #flowLife: FlowLife;
  readonly #routed = new RoutedCopies();
  readonly #floods: FloodWatch;
  #depth = 0;
  #strays = 0;

  constructor(options: DecodingOptions) {
    this.endpoints = options.endpoints;
    this.#segment = options.segment ?? 0;
    this.#duplicates = options.duplicates ?? new DuplicateFilter();
    this.#ownMacs = new Set((options.ownMacs ?? []).map((m) => Number.parseInt(m.replaceAll(':', ''), 16)));
    this.#sink = options.sink;
    this.dispatcher = new Dispatcher({
      decoders: options.decoders,
      sink: this.#fullSink(options.sink),
      spoke: (e) => this.endpoints.spoke(e),
      ...(options.openings && { openings: options.openings }),
      addressOf: (e) => this.#flowLife.addressOf(e),
      ...(options.onMessage && { onMessage: options.onMessage }),
    });
    this.#delivery = new Delivery(this.flows, this.dispatcher, this.#states, this.health);
    this.#tcp = new TcpPath(this.flows, this.#states, this.#delivery, this.health, options.sink);
    this.#flowLife = new FlowLife({
      flows: this.flows,
      states: this.#states,
      dispatcher: this.dispatcher,
      tcp: this.#tcp,
      endpoints: this.endpoints,
      health: this.health,
      sink: options.sink,
    });
    this.#floods = new FloodWatch(this.endpoints, this.fragments, options.sink);
    this.flows.onEvict = (f) => this.#flowLife.finish(f);
  }

  /** What decoders talk to: the site's sink, and the two questions that only the endpoint table can answer. */
  #fullSink(target: SiteSink): ObservationSink {
    return {
      command: (at, x) => target.command(at, uniformCommand(x)),
      values: (at, x) => target.values(at, x),
      value: (at, x) => target.value(at, uniformItem(x)),
      // Who stands for many has no name of his own.
      identity: (at, x) => {
        if (!this.endpoints.isCrowd(x.endpoint)) target.identity(at, x);
      },
      module: (at, x) => target.module(at, x),
      name: (at, x) => {
        if (!this.endpoints.isCrowd(x.endpoint)) target.name(at, x);
      },
      session: (at, x) => target.session(at, x),
      weird: (at, x) => target.weird(at, x),
      flow: (at, x) => target.flow(at, x),
      tick: (t) => target.tick(t),
      child: (parent, kind, address, answered) => this.endpoints.child(parent, kind, address, answered, this.#c.tsUs),
      mention: (at, mac, ip) => this.endpoints.mention(this.#segment, at.sender, mac, ip, this.#c.tsUs, at.protocol),
      address: (endpoint) => this.endpoints.addressText(endpoint),
    };
  }

  /** The frame in hand: the one at which `batch` threw. */
  get frame(): number {
    return this.#c.frame;
  }

  /** After `batch` threw: frames behind the one in hand can be given. */
  recover(): void {
    this.dispatcher.recover();
  }

  /** Decodes a batch; observations are given to the sink before it returns. */
  batch(batch: FrameBatch): void {
    if (this.#viewOf !== batch.bytes) {
      this.#viewOf = batch.bytes;
      this.#view = new DataView(batch.bytes.buffer, batch.bytes.byteOffset, batch.bytes.byteLength);
    }
    const c = this.#c;
    const n = batch.count;
    c.segment = this.#segment;
    for (let i = 0; i < n; i++) {
      const tsUs = batch.tsUs[i]!;
      const start = batch.start[i]!;
      const captured = batch.captured[i]!;
      c.bytes = batch.bytes;
      c.end = start + captured;
      c.wire = batch.wire[i]!;
      c.frame = batch.firstFrame + i;
      c.tsUs = tsUs;
      if (tsUs < this.nowUs - BACKWARD_US) {
        if (!this.#outOfTime(batch.linkType[i]!, start, captured)) this.#time(tsUs);
      } else {
        this.#strays = 0;
        if (tsUs >= this.#nextTickUs) this.#time(tsUs);
        else if (tsUs > this.nowUs) this.nowUs = tsUs;
      }
      this.#frame(c, batch.linkType[i]!, start, captured);
    }
  }

  /**
   * Is the frame, whose time lies before that of the frames before it, a copy of an earlier one that somebody put into the
   * file, with data of TCP? Then it says nothing about the time. Several in a row are a capture that is played again.
   */
  #outOfTime(linkType: number, start: number, captured: number): boolean {
    const b = this.#c.bytes;
    if (linkType !== LINK.ETHERNET || captured < 54) return false;
    let ip = start + 14;
    for (let tags = 0; tags < 2 && isTag(u16be(b, ip - 2)); tags++) ip += 4;
    if (captured < ip - start + 40 || u16be(b, ip - 2) !== ETHERTYPE.IPV4 || b[ip + 9] !== 6) return false;
    if (!carriesSegment(b, ip) || this.#strays >= MAX_STRAYS) return false;
    if (!this.#duplicates.known(this.#view, start, captured, HEAD_IPV4)) return false;
    this.#strays++;
    return true;
  }

  /** Time on a quiet live wire: wall time less lag. Moves time-outs on; never backwards. */
  tick(tsUs: number): void {
    if (tsUs >= this.#nextTickUs && tsUs > this.nowUs) this.#time(tsUs);
  }

  /** The end of the source: open requests and flows are reported. */
  finish(): void {
    this.#flowLife.endAll();
  }

  /** The source's health now, active flows included. */
  snapshot(): SourceHealth {
    const d = this.dispatcher;
    const encrypted = (f: number) => this.#states.get(f)?.session?.encrypted === true;
    return this.health.snapshot(this.flows, encrypted, d.stats, {
      flows: this.flows.evicted,
      endpoints: this.endpoints.overflow,
      'addresses-of-one-card': this.endpoints.newcomers.addresses,
      'cards-of-one-network': this.endpoints.newcomers.cards,
      'addresses-only-mentioned': this.endpoints.newcomers.mentioned,
      'fragmented-datagrams': this.fragments.dropped,
      'pending-requests': d.droppedPending,
      scopes: d.droppedScopes,
      'carried-tails': d.droppedTails,
      'stream-bytes': this.#states.budget.refused,
    });
  }

  #time(tsUs: number): void {
    const h = this.health;
    if (this.nowUs === Number.NEGATIVE_INFINITY) h.firstUs = tsUs;
    else if (tsUs < this.nowUs - BACKWARD_US) {
      h.backwardSteps++;
      this.#duplicates.steppedBack();
      this.#flowLife.endAll();
    } else if (tsUs - this.nowUs > EPOCH_GAP_US) {
      h.gap(this.nowUs, tsUs);
      this.#flowLife.endAll();
    }
    this.nowUs = tsUs;
    this.#nextTickUs = tsUs + TICK_US;
    this.#flowLife.sweep(tsUs);
    this.dispatcher.hear();
    this.#floods.look(tsUs, this.#c.frame);
    this.#sink.tick(tsUs);
  }

  #frame(c: PacketCursor, linkType: number, start: number, captured: number): void {
    const h = this.health;
    h.frames++;
    h.bytes += c.wire;
    h.lastUs = c.tsUs;
    if (captured < c.wire) h.cutFrames++;
    if (c.wire > OFFLOAD_LENGTH) h.offloadFrames++;
    const link = parseLink(c, linkType, start);
    if (link !== LINK_OK) {
      if (link === LINK_UNKNOWN) h.unknownLink(linkType);
      else if (link === LINK_CUT) h.damaged++;
      return;
    }
    const v4 = c.etherType === ETHERTYPE.IPV4;
    const duplicates = this.#duplicates;
    duplicates.tsUs = c.tsUs;
    duplicates.nowUs = this.nowUs;
    if (
      (v4 || !REPEATING.has(c.etherType)) &&
      duplicates.seen(this.#view, start, captured, lookAt(c.bytes, c.l3, c.etherType), !v4 || mayRepeat(c.bytes, c.l3))
    ) {
      h.duplicates++;
      return;
    }
    if (c.hasMac) {
      stripPrp(c);
      if (c.redundancy >= 0 && this.#duplicates.redundant(c.srcHigh, c.srcLow, c.redundancy, c.tsUs)) {
        h.duplicates++;
        return;
      }
      if ((c.dstHigh & GROUP_MAC) === 0) h.unicastFrames++;
      else if (!TALK_BY_GROUP.has(c.etherType)) h.broadcastFrames++;
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
      this.#uncounted(c, true);
    } else {
      this.health.damaged++;
    }
  }

  #sender(c: PacketCursor): number {
    return this.endpoints.intern(c.segment, c.place, c.hasMac, c.srcHigh, c.srcLow, c.version, c.srcIp, c.tsUs);
  }

  /**
   * Sender of an EtherCAT frame. The first slave sets the locally administered bit of the source address in the frame that
   * goes back (IEC 61158-4-12 section 4.2): that is the master's own frame, and not another device.
   */
  #master(c: PacketCursor): number {
    const low = c.srcLow;
    if ((c.srcHigh & LOCAL_MAC) !== 0)
      return this.#masters.get((c.srcHigh ^ LOCAL_MAC) * 0x1000000 + low) ?? this.#sender(c);
    const key = c.srcHigh * 0x1000000 + low;
    let master = this.#masters.get(key);
    if (master === undefined) {
      master = this.#sender(c);
      if (this.#masters.size >= MAX_MASTERS) this.#masters.clear();
      this.#masters.set(key, master);
    }
    return master;
  }

  #receiver(c: PacketCursor): number {
    return this.endpoints.intern(c.segment, c.place, c.hasMac, c.dstHigh, c.dstLow, c.version, c.dstIp, c.tsUs);
  }

  /** A packet that belongs to no flow (fragment, damaged transport header) still has two ends. */
  #uncounted(c: PacketCursor, isFragment = false): void {
    const from = this.#sender(c);
    const to = this.#receiver(c);
    this.endpoints.add(from, to, 1, c.wire, c.tsUs);
    if (isFragment) this.#floods.fragment(from, to);
  }

  #damaged(c: PacketCursor): void {
    this.health.damaged++;
    this.#uncounted(c);
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
      if (c.l4 + 20 > end) {
        this.#damaged(c);
        return;
      }
      srcPort = u16be(b, c.l4);
      dstPort = u16be(b, c.l4 + 2);
      tcpFlags = b[c.l4 + 13]!;
      const header = (b[c.l4 + 12]! >> 4) << 2;
      payload = c.l4 + header;
      if (header < 20 || payload > end) {
        this.#damaged(c);
        return;
      }
    } else if (protocol === 17) {
      if (c.l4 + 8 > end) {
        this.#damaged(c);
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
    if (protocol === 6 && !flows.fresh && (tcpFlags & (SYN | ACK)) === SYN && this.#portsUsedAgain(c, f)) {
      this.#flowLife.end(f);
      f = flows.find(c, c.srcIp, c.dstIp, srcPort, dstPort, meta);
    }
    const d = flows.direction;
    const o = f * I;
    const x = f * D;
    const i = flows.i;
    if (flows.fresh) {
      this.#states.drop(f);
      i[o + BITS] = this.#guessClient(d, srcPort, dstPort, protocol, tcpFlags) | (isGroup(c) ? GROUP : 0);
    }
    // The flow remembers its endpoints; a packet with other MAC addresses (routed copy, failover, duplicate IP) looks again.
    let from = i[o + EP_A + d]!;
    let to = i[o + EP_B - d]!;
    const endpoints = this.endpoints;
    if (
      from === 0 ||
      endpoints.macLow[from] !== c.srcLow ||
      endpoints.macHigh[from] !== c.srcHigh ||
      endpoints.macLow[to] !== c.dstLow ||
      endpoints.macHigh[to] !== c.dstHigh
    ) {
      this.#flowLife.settle(f);
      from = this.#sender(c);
      to = this.#receiver(c);
      i[o + EP_A + d] = from;
      i[o + EP_B - d] = to;
    }
    const packets = flows.d[x + PACKETS_A + d]!;
    flows.d[x + PACKETS_A + d] = packets + 1;
    flows.d[x + BYTES_A + d]! += c.wire;
    flows.d[x + LAST_US] = c.tsUs;
    if (packets === 0) endpoints.markSpoken(from, c.tsUs);
    if (packets <= UNHEARD_PACKETS && (packets === UNHEARD_PACKETS || flows.d[x + PACKETS_B - d]! > 0))
      from = this.#heard(c, f, d, from);
    const id = (c.ipId << 8) | c.ttl;
    const lastId = i[o + LAST_ID_A + d]!;
    i[o + LAST_ID_A + d] = id;
    if (((id ^ lastId) & 255) !== 0 || lastId < 0) endpoints.ttl(from, c.ttl);
    if (this.#routed.copy(c, flows.serial[f]! * 2 + d, end)) {
      this.health.routedCopies++;
      return;
    }
    if (isSample(c.frame, this.health.checksumsChecked)) {
      const found = checksum(c, end);
      if (found !== CHECKSUM_NONE) this.health.checksumsChecked++;
      if (found === CHECKSUM_WRONG) this.health.checksumsWrong++;
    }
    if (protocol === 6) {
      if (this.#duplicates.repeated && payload < end && c.ipId !== 0) this.#tcp.repeated(c, f, end - payload, from, to);
      if ((payload < end || (tcpFlags & SYN) !== 0) && !this.#tcp.accepts(c, f, d, end, from, to)) return;
      this.#tcp.segment(c, f, d, tcpFlags, payload, end, from, to);
      return;
    }
    if (payload >= end) return;
    if (protocol === 17) {
      if (dstPort === VXLAN_PORT && this.#enter(c, f, tunnelOverUdp(b, payload, end), end)) return;
    } else if (
      (protocol === 47 || protocol === 4 || protocol === 41) &&
      this.#enter(c, f, tunnelOverIp(b, protocol, payload, end), end)
    )
      return;
    flows.d[x + PAYLOAD]! += end - payload;
    if ((i[o + BITS]! & IS_COPY) === 0)
      this.#delivery.datagram(c.bytes, payload, end, f, d, c.frame, c.tsUs, from, to, protocol);
  }

  /** The sender takes part in a conversation: an endpoint of its own, also in a flood of addresses that do not. */
  #heard(c: PacketCursor, f: number, d: number, from: number): number {
    const endpoints = this.endpoints;
    if (!endpoints.isUnheard(from, c.version)) return from;
    const own = endpoints.intern(c.segment, c.place, c.hasMac, c.srcHigh, c.srcLow, c.version, c.srcIp, c.tsUs, true);
    endpoints.heard(own);
    if (own === from) return from;
    this.#flowLife.settle(f);
    this.flows.i[f * I + EP_A + d] = own;
    endpoints.markSpoken(own, c.tsUs);
    return own;
  }

  /** A SYN on a connection that is over, or with another initial sequence number. */
  #portsUsedAgain(c: PacketCursor, f: number): boolean {
    const { i, direction } = this.flows;
    if (i[f * I + TCP_STATE]! < TCP_ESTABLISHED) return false;
    const init = direction === 0 ? INIT_A : INIT_B;
    const next = i[f * I + NEXT_A + direction]!;
    return (i[f * I + BITS]! & init) === 0 || ((next - 1 - i32be(c.bytes, c.l4 + 4)) | 0) !== 0;
  }

  /** Who asks? SYN tells; then a well-known port; then the first to speak. Bits for the flow. */
  #guessClient(d: number, srcPort: number, dstPort: number, protocol: number, tcpFlags: number): number {
    let clientIsSource = true;
    if (protocol === 6 && (tcpFlags & SYN) !== 0) {
      clientIsSource = (tcpFlags & ACK) === 0;
    } else if (protocol === 6 || protocol === 17) {
      const known = protocol === 6 ? this.dispatcher.tcp.byHint : this.dispatcher.udp.byHint;
      const srcKnown = known.has(srcPort) || srcPort < 1024;
      const dstKnown = known.has(dstPort) || dstPort < 1024;
      if (srcKnown !== dstKnown) clientIsSource = dstKnown;
      else if (srcPort !== dstPort && (protocol === 6 || srcKnown)) clientIsSource = dstPort < srcPort;
    }
    return (d === 0) === clientIsSource ? 0 : CLIENT_IS_B;
  }

  /** Frames without IP: ARP, DCP, LLDP, GOOSE, ...; the flow key is the MAC pair and the type. */
  #layer2(c: PacketCursor): void {
    c.version = 0;
    c.srcIp = 0;
    c.dstIp = 0;
    const from = c.etherType === ETHERCAT ? this.#master(c) : this.#sender(c);
    const to = this.#receiver(c);
    const llc = c.llc >= 0;
    const hint = llc ? c.llc : c.etherType;
    const flows = this.flows;
    // SNAP ids do not fit into the key; their low bits tell them apart well enough for a table key.
    const meta = (L2_FLAG | (hint & 0xffffff) | (llc ? 1 << 28 : 0)) & 0x7fffffff;
    const f = flows.find(c, from, to, 0, 0, meta);
    const d = flows.direction;
    const o = f * I;
    const x = f * D;
    if (flows.fresh) {
      this.#states.drop(f);
      flows.i[o + EP_A + d] = from;
      flows.i[o + EP_B - d] = to;
      flows.i[o + BITS] = (d === 1 ? CLIENT_IS_B : 0) | ((c.dstHigh & GROUP_MAC) !== 0 ? GROUP : 0);
    }
    const packets = flows.d[x + PACKETS_A + d]!++;
    if (packets === 0) this.endpoints.markSpoken(from, c.tsUs);
    if (packets === UNHEARD_PACKETS || (packets === 0 && flows.d[x + PACKETS_B - d]! > 0)) this.endpoints.heard(from);
    flows.d[x + BYTES_A + d]! += c.wire;
    flows.d[x + LAST_US] = c.tsUs;
    if (c.l3 >= c.end) return;
    flows.d[x + PAYLOAD]! += c.end - c.l3;
    this.#delivery.frame(c.bytes, c.l3, c.end, f, d, c.frame, c.tsUs, from, to, hint, llc);
  }

  /**
   * Goes on with what a tunnel carries. Tunnels make a place of their own (`vxlan 42`), so that equal addresses inside
   * different ones stay apart; a mirror (ERSPAN) does not.
   */
  #enter(c: PacketCursor, f: number, tunnel: Tunnel | undefined, end: number): boolean {
    if (tunnel === undefined) return false;
    if (this.#depth >= MAX_TUNNEL_DEPTH) {
      this.health.limit('tunnel-depth', 1);
      return false;
    }
    this.#depth++;
    this.health.tunnelled++;
    const flows = this.flows;
    const { kind, key, start, type } = tunnel;
    flows.d[f * D + PAYLOAD]! += end - start;
    flows.d[f * D + DECODED]! += end - start;
    const state = this.#states.of(f);
    if (state.tunnel?.key !== key) {
      const number = kind === '' ? 0 : this.endpoints.tunnel(`${kind} ${key === 0 ? this.#ends(f) : key}`);
      state.tunnel = { number, key };
    }
    c.end = end;
    c.place = state.tunnel.number << 24;
    if (type === ETHERNET_FRAME) {
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

  #ends(f: number): string {
    const i = this.flows.i;
    return `${this.endpoints.ipText(i[f * I + EP_A]!)} ${this.endpoints.ipText(i[f * I + EP_B]!)}`;
  }
}

/** A text is not told where its name says that it is a secret, whatever the protocol: numbers and switches are. */
const shown = <V extends Value | undefined>(name: string | undefined, value: V): V | string =>
  typeof value === 'string' && name !== undefined && isSecretName(name) ? MASKED : value;

/*
 * Decoders leave out what they do not know, each in its own way, so that a command comes in some forty hidden classes. The
 * inventory and a dozen detectors read it: copied once into one class, their reads are offsets instead of look-ups.
 */
const uniformCommand = (x: Command): Command => ({
  verb: x.verb,
  operation: x.operation,
  target: x.target,
  object: x.object,
  value: shown(x.object, x.value),
  outcome: x.outcome,
  reason: x.reason,
  user: x.user,
  native: x.native,
});

const uniformItem = (x: ValueItem): ValueItem => ({
  target: x.target,
  path: x.path,
  type: x.type,
  value: shown(x.path, x.value),
  quality: x.quality,
  access: x.access,
});

const isTag = (type: number): boolean => type === ETHERTYPE.VLAN || type === ETHERTYPE.QINQ;

/** Does the IPv4 packet at `ip` carry octets of a TCP stream? */
const carriesSegment = (b: Uint8Array, ip: number): boolean => {
  if (b[ip + 9] !== 6) return false;
  const tcp = ip + ((b[ip]! & 15) << 2);
  const total = u16be(b, ip + 2);
  // A length of 0 is left to the network card, which is asked to send many octets at once.
  return total === 0 || tcp + ((b[tcp + 12]! >> 4) << 2) < ip + total;
};

/** Would it say something if this IPv4 packet came again? Octets of a stream; fragments and tunnels may hold them. */
const mayRepeat = (b: Uint8Array, ip: number): boolean => {
  const protocol = b[ip + 9];
  if (protocol === 6) return carriesSegment(b, ip) || (u16be(b, ip + 6) & 0x3fff) !== 0;
  return protocol === 17 ? u16be(b, ip + ((b[ip]! & 15) << 2) + 2) === VXLAN_PORT : protocol !== 1;
};

/** How many octets of a frame tell it from others: its checksums speak for the rest, where it has them. */
const lookAt = (b: Uint8Array, l3: number, etherType: number): number => {
  if (etherType === ETHERTYPE.IPV6) return HEAD_IPV6;
  if (etherType !== ETHERTYPE.IPV4) return EVERY;
  const protocol = b[l3 + 9];
  const l4 = l3 + ((b[l3]! & 15) << 2);
  if (
    (u16be(b, l3 + 6) & 0x1fff) !== 0 ||
    (protocol === 17 ? u16be(b, l4 + 6) === 0 : protocol !== 6 && protocol !== 1)
  )
    return EVERY;
  return HEAD_IPV4;
};

/** Is the packet sent to a group? */
const isGroup = (c: PacketCursor): boolean =>
  (c.hasMac && (c.dstHigh & GROUP_MAC) !== 0) || (c.version === 4 && (c.dstIp >>> 28 === 14 || c.dstIp === -1));
