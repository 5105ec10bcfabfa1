/**
 * Flow summaries that wait to be written, in columns: the latest of each flow, in order of last report. A connection is told
 * of once a minute and when it ends, and its row waits until then: some 150 octets, and nothing that a collection of the heap
 * has to copy or to look into. Bounded by its owner, who lets the oldest go.
 */
import type { FlowSummary } from '../core/observation.ts';
import type { SourceId } from '../core/site.ts';
import type { FlowRow } from '../core/site-model.ts';
import { growF64, growI32, growU8 } from '../lib/grow.ts';
import { Interner } from './context.ts';

const TRANSPORTS: readonly FlowSummary['transport'][] = ['tcp', 'udp', 'icmp', 'ip', 'ethernet'];

/** Doubles of a row: `d[slot * D + ...]`. */
const D = 12;
const FLOW = 0;
const FIRST_US = 1;
const LAST_US = 2;
const FIRST_FRAME = 3;
const CLIENT_PACKETS = 4;
const CLIENT_BYTES = 5;
const SERVER_PACKETS = 6;
const SERVER_BYTES = 7;
const DECODED = 8;
const UNDECODED = 9;
const MISSING = 10;
const RETRANSMISSIONS = 11;

/** Integers of a row: `i[slot * I + ...]`; OLDER and NEWER are slots, -1 at the ends. */
const I = 9;
const CLIENT = 0;
const SERVER = 1;
const PORTS = 2;
const PROTOCOL = 3;
const SERVICE = 4;
const SOURCE = 5;
const OLDER = 6;
const NEWER = 7;
const TCP_STATE = 8;

/** Flags of a row; above them its place in TRANSPORTS. */
const ENCRYPTED = 1;
const FINAL = 2;

export class PendingFlows {
  /** Rows that wait. */
  size = 0;
  /** Those of them that are over. */
  ended = 0;
  /** The slot longest without a report, -1 without any. */
  oldest = -1;
  #newest = -1;
  #capacity = 256;
  #d = new Float64Array(this.#capacity * D);
  #i = new Int32Array(this.#capacity * I);
  #flags = new Uint8Array(this.#capacity);
  readonly #communityIds: string[] = [];
  readonly #services = new Interner();
  readonly #states = new Interner();
  readonly #free: number[] = [];
  #top = 0;
  /** Slot by flow, for each source by its index. */
  readonly #slots: Map<number, number>[] = [];

  #slotsOf(source: number): Map<number, number> {
    while (this.#slots.length <= source) this.#slots.push(new Map());
    return this.#slots[source]!;
  }

  has(source: number, flow: number): boolean {
    return this.#slotsOf(source).has(flow);
  }

  /** Takes the latest of a flow; it is the newest from now on. */
  put(source: number, f: FlowSummary): void {
    const slots = this.#slotsOf(source);
    let slot = slots.get(f.flow);
    if (slot === undefined) {
      slot = this.#free.pop() ?? this.#top++;
      if (slot >= this.#capacity) this.#grow();
      slots.set(f.flow, slot);
      this.size++;
    } else {
      if ((this.#flags[slot]! & FINAL) !== 0) this.ended--;
      this.#unlink(slot);
    }
    const d = this.#d;
    const x = slot * D;
    d[x + FLOW] = f.flow;
    d[x + FIRST_US] = f.firstUs;
    d[x + LAST_US] = f.lastUs;
    d[x + FIRST_FRAME] = f.firstFrame;
    d[x + CLIENT_PACKETS] = f.clientPackets;
    d[x + CLIENT_BYTES] = f.clientBytes;
    d[x + SERVER_PACKETS] = f.serverPackets;
    d[x + SERVER_BYTES] = f.serverBytes;
    d[x + DECODED] = f.decodedBytes;
    d[x + UNDECODED] = f.undecodedBytes;
    d[x + MISSING] = f.missingBytes;
    d[x + RETRANSMISSIONS] = f.retransmissions;
    const i = this.#i;
    const o = slot * I;
    i[o + CLIENT] = f.client;
    i[o + SERVER] = f.server;
    i[o + PORTS] = (f.clientPort << 16) | f.serverPort;
    i[o + PROTOCOL] = f.protocolNumber;
    i[o + SERVICE] = this.#services.id(f.service);
    i[o + TCP_STATE] = this.#states.id(f.tcpState);
    i[o + SOURCE] = source;
    i[o + OLDER] = this.#newest;
    i[o + NEWER] = -1;
    this.#flags[slot] = (f.encrypted ? ENCRYPTED : 0) | (f.final ? FINAL : 0) | (TRANSPORTS.indexOf(f.transport) << 2);
    this.#communityIds[slot] = f.communityId;
    if (f.final) this.ended++;
    if (this.#newest < 0) this.oldest = slot;
    else i[this.#newest * I + NEWER] = slot;
    this.#newest = slot;
  }

  /** The slot reported next after this one, -1 behind the last. */
  newer(slot: number): number {
    return this.#i[slot * I + NEWER]!;
  }

  /** The flow of this row is over. */
  isFinal(slot: number): boolean {
    return (this.#flags[slot]! & FINAL) !== 0;
  }

  /** Index of the source that the row is of. */
  source(slot: number): number {
    return this.#i[slot * I + SOURCE]!;
  }

  /** The row as it is written; `source` is what its source is called. */
  row(slot: number, source: SourceId): FlowRow {
    const d = this.#d;
    const i = this.#i;
    const x = slot * D;
    const o = slot * I;
    const flags = this.#flags[slot]!;
    const ports = i[o + PORTS]!;
    return {
      source,
      flow: d[x + FLOW]!,
      client: i[o + CLIENT]!,
      server: i[o + SERVER]!,
      transport: TRANSPORTS[flags >> 2]!,
      protocolNumber: i[o + PROTOCOL]!,
      clientPort: ports >>> 16,
      serverPort: ports & 0xffff,
      service: this.#services.texts[i[o + SERVICE]!]!,
      communityId: this.#communityIds[slot]!,
      firstUs: d[x + FIRST_US]!,
      lastUs: d[x + LAST_US]!,
      firstFrame: d[x + FIRST_FRAME]!,
      clientPackets: d[x + CLIENT_PACKETS]!,
      clientBytes: d[x + CLIENT_BYTES]!,
      serverPackets: d[x + SERVER_PACKETS]!,
      serverBytes: d[x + SERVER_BYTES]!,
      decodedBytes: d[x + DECODED]!,
      undecodedBytes: d[x + UNDECODED]!,
      missingBytes: d[x + MISSING]!,
      retransmissions: d[x + RETRANSMISSIONS]!,
      tcpState: this.#states.texts[i[o + TCP_STATE]!]!,
      encrypted: (flags & ENCRYPTED) !== 0,
      final: (flags & FINAL) !== 0,
    };
  }

  /** The row waits no more. */
  remove(slot: number): void {
    if (this.isFinal(slot)) this.ended--;
    this.#slots[this.source(slot)]!.delete(this.#d[slot * D + FLOW]!);
    this.#unlink(slot);
    this.#communityIds[slot] = '';
    this.#free.push(slot);
    this.size--;
  }

  #unlink(slot: number): void {
    const i = this.#i;
    const older = i[slot * I + OLDER]!;
    const newer = i[slot * I + NEWER]!;
    if (older < 0) this.oldest = newer;
    else i[older * I + NEWER] = newer;
    if (newer < 0) this.#newest = older;
    else i[newer * I + OLDER] = older;
  }

  #grow(): void {
    this.#capacity *= 2;
    this.#d = growF64(this.#d, this.#capacity * D);
    this.#i = growI32(this.#i, this.#capacity * I);
    this.#flags = growU8(this.#flags, this.#capacity);
  }
}
