/**
 * Who talks to whom by what: flows and commands folded by client, server, protocol and server port, in columns. A command
 * finds its conversation by flow number, without building a string or an object.
 */
import type { At, Command, FlowSummary, Verb } from '../core/observation.ts';
import { VERBS } from '../core/observation.ts';
import type { Conversation } from '../core/site.ts';
import type { ConversationRow } from '../core/site-model.ts';
import { IntTable } from '../lib/int-table.ts';
import { type Context, drop, f64, i32, u8, VERB_INDEX } from './context.ts';
import { DirtyRows } from './dirty-rows.ts';

const TRANSPORTS = ['tcp', 'udp', 'icmp', 'ip', 'ethernet', ''] as const;
/** Ports unknown (only commands were seen so far). */
const UNKNOWN = -1;
const VERB_STRIDE = 16;
/** Numbers per conversation in `sums`, in this order. */
const [FLOWS, CLIENT_PACKETS, SERVER_PACKETS, CLIENT_BYTES, SERVER_BYTES, DECODED, UNDECODED, MISSING, ONE_WAY] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8,
];
const REFUSED = 9;
const UNANSWERED = 10;
const FIRST = 11;
const LAST = 12;
const SUMS = 13;
/** Entries of the cache from flow number to conversation. */
const CACHE = 16_384;

export class Conversations {
  count = 0;
  readonly dirty = new DirtyRows();
  /** Conversations that tell something else about their devices than before: new, answered, named, another verb. */
  readonly telling = new DirtyRows();
  private readonly context: Context;
  /** client, server, protocol -> first conversation of the three. */
  private readonly pairs = new IntTable();
  private pairFirst = new Int32Array(64);
  private pairPorts = new Int32Array(64);
  /** client, server, protocol, port and transport -> conversation. */
  private readonly exact = new IntTable();
  private exactRow = new Int32Array(64);
  client = new Int32Array(64);
  server = new Int32Array(64);
  protocol = new Int32Array(64);
  port = new Int32Array(64);
  private transport = new Uint8Array(64);
  encrypted = new Uint8Array(64);
  /** 1 unless the server is a broadcast or multicast address. */
  private unicast = new Uint8Array(64);
  private sums = new Float64Array(64 * SUMS);
  private verbs = new Float64Array(64 * VERB_STRIDE);
  /** Protocol as text by conversation: compared by identity on the hot path. */
  private readonly protocolText: string[] = [];
  /** Of the latest flow of each conversation. */
  private readonly communityIds: string[] = [];
  private readonly states: string[] = [];
  private cacheFlow = new Float64Array(CACHE).fill(-1);
  private cacheRow = new Int32Array(CACHE);
  /** Totals of open flows as they were counted last, and the conversation they were counted for. */
  private readonly open = new Map<number, number[]>();
  private readonly now = new Float64Array(ONE_WAY + 1);
  private readonly isGroup: (endpoint: number) => boolean;
  /** Called with the sender and frame of each new conversation and flow. */
  private readonly sighted: (endpoint: number, frame: number, tsUs: number) => void;

  constructor(
    context: Context,
    sighted: (endpoint: number, frame: number, tsUs: number) => void,
    isGroup: (endpoint: number) => boolean,
  ) {
    this.context = context;
    this.isGroup = isGroup;
    this.sighted = sighted;
  }

  /** The conversation of an observation; -1 at the limit. */
  of(at: At): number {
    if (at.flow >= 0) {
      const key = at.flow + this.context.sourceIndex * 2 ** 40;
      const slot = at.flow & (CACHE - 1);
      if (this.cacheFlow[slot] === key) {
        const row = this.cacheRow[slot]!;
        if (this.protocolText[row] === at.protocol) return row;
      }
      const row = this.pair(at.client, at.server, at.protocol, at);
      if (row >= 0) {
        this.cacheFlow[slot] = key;
        this.cacheRow[slot] = row;
      }
      return row;
    }
    return this.pair(at.client, at.server, at.protocol, at);
  }

  /**
   * Counts a command. An answer whose request is not in the capture (`requested` false) is no request that was seen: it is
   * not counted by verb.
   */
  command(row: number, verb: Verb, outcome: Command['outcome'], tsUs: number, requested: boolean): void {
    const slot = row * VERB_STRIDE + VERB_INDEX[verb];
    const before = this.verbs[slot]!;
    if (requested) this.verbs[slot] = before + 1;
    const s = row * SUMS;
    if (this.sums[s + LAST]! < tsUs) this.sums[s + LAST] = tsUs;
    if (outcome === 'refused') this.sums[s + REFUSED]!++;
    else if (outcome === 'unanswered') this.sums[s + UNANSWERED]!++;
    this.dirty.mark(row);
    if (requested && before === 0) this.tells(row);
  }

  /** Takes the totals of a flow. */
  flow(flow: FlowSummary): void {
    const key = flow.flow + this.context.sourceIndex * 2 ** 40;
    const previous = this.open.get(key);
    const row = this.rowOfFlow(flow, key);
    const answered = row >= 0 && this.replied(row);
    const isMoved = previous !== undefined && previous[9] !== row && previous[9]! >= 0;
    if (isMoved) {
      // Recognised only now: what was counted as unknown belongs to the protocol.
      const from = previous[9]!;
      const old = from * SUMS;
      const told = this.replied(from);
      for (let i = 0; i <= ONE_WAY; i++) this.sums[old + i]! -= previous[i]!;
      this.dirty.mark(from);
      if (told !== this.replied(from)) this.tells(from);
    }
    if (row >= 0) {
      const { sums } = this;
      const s = row * SUMS;
      const now = this.now;
      now[FLOWS] = 1;
      now[CLIENT_PACKETS] = flow.clientPackets;
      now[SERVER_PACKETS] = flow.serverPackets;
      now[CLIENT_BYTES] = flow.clientBytes;
      now[SERVER_BYTES] = flow.serverBytes;
      now[DECODED] = flow.decodedBytes;
      now[UNDECODED] = flow.undecodedBytes;
      now[MISSING] = flow.missingBytes;
      now[ONE_WAY] =
        (flow.clientPackets === 0 || flow.serverPackets === 0) &&
        this.unicast[row] === 1 &&
        flow.transport !== 'ethernet'
          ? 1
          : 0;
      if (previous === undefined || isMoved) for (let i = 0; i <= ONE_WAY; i++) sums[s + i]! += now[i]!;
      else for (let i = 0; i <= ONE_WAY; i++) sums[s + i]! += now[i]! - previous[i]!;
      if (flow.firstUs < sums[s + FIRST]!) sums[s + FIRST] = flow.firstUs;
      if (flow.lastUs > sums[s + LAST]!) sums[s + LAST] = flow.lastUs;
      if (flow.encrypted) this.encrypted[row] = 1;
      this.communityIds[row] = flow.communityId;
      this.states[row] = flow.tcpState;
      this.dirty.mark(row);
    }
    if (flow.final) {
      if (previous !== undefined) this.open.delete(key);
    } else {
      let totals = previous;
      if (totals === undefined) {
        if (this.open.size >= this.context.limits.openFlows) {
          // Forget the oldest: its next summary would count twice, so it is counted here as a limit.
          const oldest = this.open.keys().next();
          if (!oldest.done) this.open.delete(oldest.value);
          drop(this.context, 'openFlows');
        }
        // A plain array: typed ones of more than 64 octets cost an allocation outside of the heap each.
        totals = [0, 0, 0, 0, 0, 0, 0, 0, 0, row];
        this.open.set(key, totals);
      } else totals[9] = row;
      if (row >= 0) for (let i = 0; i <= ONE_WAY; i++) totals[i] = this.now[i]!;
      else if (isMoved) totals.fill(0, 0, ONE_WAY + 1);
    }
    if (row >= 0 && answered !== this.replied(row)) this.tells(row);
  }

  protocolOf(row: number): string {
    return this.protocolText[row]!;
  }
  /** Did the server's side send anything? */
  replied(row: number): boolean {
    return this.sums[row * SUMS + SERVER_PACKETS]! > 0;
  }
  /** Verbs that were seen, as bits by their place in `VERBS`. */
  verbsOf(row: number): number {
    let bits = 0;
    for (let v = 0; v < VERBS.length; v++) if (this.verbs[row * VERB_STRIDE + v]! > 0) bits |= 1 << v;
    return bits;
  }
  private tells(row: number): void {
    this.telling.mark(row);
    this.context.version++;
  }

  get(row: number): ConversationRow {
    const s = row * SUMS;
    const n = (i: number) => this.sums[s + i]!;
    const verbs: Conversation['verbs'] = {};
    for (let v = 0; v < VERBS.length; v++) {
      const times = this.verbs[row * VERB_STRIDE + v]!;
      if (times > 0) (verbs as Record<string, number>)[VERBS[v]!] = times;
    }
    return {
      number: row,
      id: `c${row + 1}`,
      client: this.client[row]!,
      server: this.server[row]!,
      protocol: this.protocolText[row]!,
      transport: TRANSPORTS[this.transport[row]!]!,
      serverPort: Math.max(0, this.port[row]!),
      flows: n(FLOWS),
      clientPackets: n(CLIENT_PACKETS),
      serverPackets: n(SERVER_PACKETS),
      clientBytes: n(CLIENT_BYTES),
      serverBytes: n(SERVER_BYTES),
      decodedBytes: n(DECODED),
      undecodedBytes: n(UNDECODED),
      missingBytes: n(MISSING),
      verbs,
      refused: n(REFUSED),
      unanswered: n(UNANSWERED),
      firstUs: n(FIRST),
      lastUs: n(LAST),
      encrypted: this.encrypted[row] === 1,
      oneWayFlows: n(ONE_WAY),
      communityId: this.communityIds[row] ?? '',
      state: this.states[row] ?? '',
    };
  }

  load(c: ConversationRow): void {
    const transport = Math.max(0, TRANSPORTS.indexOf(c.transport as (typeof TRANSPORTS)[number]));
    const port = c.transport === '' ? UNKNOWN : c.serverPort;
    const row = c.number < this.count ? c.number : this.add(c.client, c.server, c.protocol, port, transport, 0, 0, 0);
    if (row < 0) return;
    this.sums.set(
      [
        c.flows,
        c.clientPackets,
        c.serverPackets,
        c.clientBytes,
        c.serverBytes,
        c.decodedBytes,
        c.undecodedBytes,
        c.missingBytes,
        c.oneWayFlows ?? 0,
        c.refused,
        c.unanswered,
        c.firstUs,
        c.lastUs,
      ],
      row * SUMS,
    );
    for (const [verb, times] of Object.entries(c.verbs))
      this.verbs[row * VERB_STRIDE + VERB_INDEX[verb as Verb]] = times;
    this.encrypted[row] = c.encrypted ? 1 : 0;
    this.communityIds[row] = c.communityId ?? '';
    this.states[row] = c.state ?? '';
  }

  private rowOfFlow(flow: FlowSummary, key: number): number {
    const transport = TRANSPORTS.indexOf(flow.transport);
    const slot = flow.flow & (CACHE - 1);
    if (this.cacheFlow[slot] === key) {
      const row = this.cacheRow[slot]!;
      if (this.port[row] === UNKNOWN && this.protocolText[row] === flow.service)
        return this.name(row, flow.serverPort, transport);
    }
    const protocol = this.context.protocols.id(flow.service);
    const pair = this.pairs.find(flow.client, flow.server, protocol, 0);
    if (pair >= 0) {
      const first = this.pairFirst[pair]!;
      if (this.port[first] === UNKNOWN) return this.name(first, flow.serverPort, transport);
      if (this.port[first] === flow.serverPort && this.transport[first] === transport) return first;
      const known = this.exact.find(flow.client, flow.server, protocol, flow.serverPort * 8 + transport);
      if (known >= 0) return this.exactRow[known]!;
      if (this.pairPorts[pair]! >= this.context.limits.portsPerPair) {
        drop(this.context, 'portsPerPair');
        const folded = this.exact.find(flow.client, flow.server, protocol, transport);
        if (folded >= 0) return this.exactRow[folded]!;
        return this.add(
          flow.client,
          flow.server,
          flow.service,
          0,
          transport,
          flow.client,
          flow.firstFrame,
          flow.firstUs,
        );
      }
    }
    return this.add(
      flow.client,
      flow.server,
      flow.service,
      flow.serverPort,
      transport,
      flow.client,
      flow.firstFrame,
      flow.firstUs,
    );
  }

  private name(row: number, port: number, transport: number): number {
    this.port[row] = port;
    this.transport[row] = transport;
    this.tells(row);
    const e = this.exact.add(this.client[row]!, this.server[row]!, this.protocol[row]!, port * 8 + transport);
    if (e >= this.exactRow.length) this.exactRow = i32(this.exactRow, e * 2);
    this.exactRow[e] = row;
    return row;
  }

  private pair(client: number, server: number, protocol: string, at: At): number {
    const pair = this.pairs.find(client, server, this.context.protocols.id(protocol), 0);
    if (pair >= 0) return this.pairFirst[pair]!;
    return this.add(client, server, protocol, UNKNOWN, TRANSPORTS.length - 1, at.sender, at.frame, at.tsUs);
  }

  private add(
    client: number,
    server: number,
    protocolText: string,
    port: number,
    transport: number,
    sender: number,
    frame: number,
    tsUs: number,
  ): number {
    if (this.count >= this.context.limits.conversations) {
      drop(this.context, 'conversations');
      return -1;
    }
    const row = this.count++;
    if (row >= this.client.length) this.grow(row * 2);
    const protocol = this.context.protocols.id(protocolText);
    this.client[row] = client;
    this.server[row] = server;
    this.protocol[row] = protocol;
    this.protocolText[row] = protocolText;
    this.sums[row * SUMS + FIRST] = tsUs;
    this.sums[row * SUMS + LAST] = tsUs;
    this.unicast[row] = this.isGroup(server) ? 0 : 1;
    this.port[row] = UNKNOWN;
    this.transport[row] = transport;
    if (port !== UNKNOWN) this.name(row, port, transport);
    let pair = this.pairs.find(client, server, protocol, 0);
    if (pair < 0) {
      pair = this.pairs.add(client, server, protocol, 0);
      if (pair >= this.pairFirst.length) {
        this.pairFirst = i32(this.pairFirst, pair * 2);
        this.pairPorts = i32(this.pairPorts, pair * 2);
      }
      this.pairFirst[pair] = row;
    }
    this.pairPorts[pair]!++;
    this.dirty.mark(row);
    this.tells(row);
    if (frame > 0) this.sighted(sender, frame, tsUs);
    return row;
  }

  private grow(size: number): void {
    this.client = i32(this.client, size);
    this.server = i32(this.server, size);
    this.protocol = i32(this.protocol, size);
    this.port = i32(this.port, size);
    this.transport = u8(this.transport, size);
    this.encrypted = u8(this.encrypted, size);
    this.unicast = u8(this.unicast, size);
    this.sums = f64(this.sums, size * SUMS);
    this.verbs = f64(this.verbs, size * VERB_STRIDE);
  }
}
