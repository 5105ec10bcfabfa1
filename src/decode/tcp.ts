/**
 * TCP segments into streams (RFC 9293): sequence order per direction, overlaps, holes and what fills them, copies of one
 * stream behind an address translator. In-order segments are handed on where they lie.
 */
import type { At } from '../core/observation.ts';
import type { SiteSink } from '../core/site-model.ts';
import { i32be } from '../lib/bytes.ts';
import { checkSegment } from './checksum.ts';
import { CopyDetector } from './copies.ts';
import type { PacketCursor } from './cursor.ts';
import type { Delivery } from './delivery.ts';
import type { FlowState, FlowStates } from './flow-state.ts';
import {
  BITS,
  D,
  EP_A,
  EP_B,
  FIN_A,
  FIN_B,
  type FlowTable,
  I,
  INIT_A,
  INIT_B,
  IS_COPY,
  MISSING,
  NEXT_A,
  PAYLOAD,
  RETRANSMISSIONS,
  SUM_GOOD,
  TCP_CLOSED,
  TCP_ESTABLISHED,
  TCP_NEW,
  TCP_REJECTED,
  TCP_RESET,
  TCP_STATE,
} from './flows.ts';
import type { HealthCounters } from './health.ts';
import { HOLD_TIMEOUT_US } from './stream.ts';

const FIN = 0x01;
const SYN = 0x02;
const RST = 0x04;
const ACK = 0x10;
/** An acknowledgement further ahead than this is not about the same octets. */
const MAX_AHEAD = 1 << 26;

export class TcpPath {
  readonly #flows: FlowTable;
  readonly #states: FlowStates;
  readonly #delivery: Delivery;
  readonly #health: HealthCounters;
  readonly #sink: SiteSink;
  readonly #copies = new CopyDetector();
  readonly #at: At;

  constructor(
    flows: FlowTable,
    states: FlowStates,
    delivery: Delivery,
    health: HealthCounters,
    sink: SiteSink,
    at: At,
  ) {
    this.#flows = flows;
    this.#states = states;
    this.#delivery = delivery;
    this.#health = health;
    this.#sink = sink;
    this.#at = { ...at, protocol: 'tcp' };
  }

  /** The segment under the cursor, payload `payload`..`end`, of flow `f` in direction `d`. */
  segment(
    c: PacketCursor,
    f: number,
    d: number,
    flags: number,
    payload: number,
    end: number,
    from: number,
    to: number,
  ): void {
    const i = this.#flows.i;
    const o = f * I;
    const seq = i32be(c.bytes, c.l4 + 4);
    const initBit = d === 0 ? INIT_A : INIT_B;
    let bits = i[o + BITS]!;
    const state = i[o + TCP_STATE]!;
    if ((flags & SYN) !== 0) {
      if ((bits & initBit) === 0) {
        i[o + NEXT_A + d] = (seq + 1) | 0;
        i[o + BITS] = bits |= initBit;
        if ((bits & IS_COPY) === 0 && this.#copies.syn(c, f, this.#flows, flags)) bits = this.#isCopy(c, f, from, to);
      }
      if ((flags & ACK) !== 0 && state === TCP_NEW) i[o + TCP_STATE] = TCP_ESTABLISHED;
    } else if ((flags & RST) !== 0) {
      if (state === TCP_NEW) i[o + TCP_STATE] = TCP_REJECTED;
      else if (state === TCP_ESTABLISHED) i[o + TCP_STATE] = TCP_RESET;
    } else if (state === TCP_NEW && (flags & ACK) !== 0) i[o + TCP_STATE] = TCP_ESTABLISHED;
    // What the other side has acknowledged it has: settle holes first, so that a request stands before its answer.
    if ((flags & ACK) !== 0 && (bits & IS_COPY) === 0) this.#acknowledged(c, f, d);
    const missing = c.l4Missing;
    const length = end - payload;
    if (length + missing > 0) {
      if ((bits & initBit) === 0) {
        // The capture starts in the middle of the connection.
        i[o + NEXT_A + d] = seq;
        i[o + BITS] = bits |= initBit;
        if ((bits & IS_COPY) === 0 && this.#copies.payload(c, f, this.#flows, payload, end))
          bits = this.#isCopy(c, f, from, to);
        this.#states.of(f).side(d).afterGap = true;
      }
      this.#flows.d[f * D + PAYLOAD]! += length;
      if ((bits & IS_COPY) === 0) this.#payload(c, f, d, seq, payload, end, from, to);
      else this.#copied(c, f, d, seq, payload, end);
    }
    if ((flags & FIN) !== 0) {
      i[o + BITS]! |= d === 0 ? FIN_A : FIN_B;
      if ((i[o + BITS]! & (FIN_A | FIN_B)) === (FIN_A | FIN_B) && i[o + TCP_STATE]! < TCP_CLOSED)
        i[o + TCP_STATE] = TCP_CLOSED;
    }
  }

  /**
   * The other side of an address translator carries the same octets under the same sequence numbers: they go into the
   * stream of the flow seen first, where they count as seen already, or fill what the capture lost on that side.
   */
  #copied(c: PacketCursor, f: number, d: number, seq: number, payload: number, end: number): void {
    const flows = this.#flows;
    const state = this.#states.of(f);
    const of = state.copyOf;
    if (flows.used[of] !== 1 || flows.serial[of] !== state.copySerial) return;
    const o = of * I;
    const od = state.copyCrossed ? 1 - d : d;
    this.#acknowledged(c, of, od);
    const bit = od === 0 ? INIT_A : INIT_B;
    if ((flows.i[o + BITS]! & bit) === 0) {
      flows.i[o + NEXT_A + od] = seq;
      flows.i[o + BITS]! |= bit;
    }
    const again = flows.i[o + RETRANSMISSIONS]!;
    const counted = this.#health.retransmissions;
    this.#payload(c, of, od, seq, payload, end, flows.i[o + EP_A + od]!, flows.i[o + EP_B - od]!);
    flows.i[o + RETRANSMISSIONS] = again;
    this.#health.retransmissions = counted;
  }

  /** Marks flow `f` as a copy of the one the detector found, and says so; its bits. */
  #isCopy(c: PacketCursor, f: number, from: number, to: number): number {
    const flows = this.#flows;
    flows.i[f * I + BITS]! |= IS_COPY;
    this.#health.translatedCopies++;
    const of = this.#copies.original;
    // The detector matches packets of the same direction: the sender of one is the sender of the other.
    const od = this.#copies.originalFrom;
    const state = this.#states.of(f);
    state.copyOf = of;
    state.copySerial = flows.serial[of]!;
    state.copyCrossed = od !== flows.direction;
    const clientSends = flows.clientIsB(f) === (flows.direction === 1);
    const ofSender = flows.i[of * I + EP_A + od]!;
    const ofReceiver = flows.i[of * I + EP_B - od]!;
    const at = this.#at;
    at.frame = c.frame;
    at.requestFrame = c.frame;
    at.firstFrame = c.frame;
    at.tsUs = c.tsUs;
    at.requestTsUs = c.tsUs;
    at.flow = flows.serial[f]!;
    at.sender = from;
    at.receiver = to;
    at.client = clientSends ? from : to;
    at.server = clientSends ? to : from;
    this.#sink.alias(at, {
      flow: flows.serial[f]!,
      ofFlow: flows.serial[of]!,
      client: at.client,
      server: at.server,
      ofClient: clientSends ? ofSender : ofReceiver,
      ofServer: clientSends ? ofReceiver : ofSender,
    });
    return flows.i[f * I + BITS]!;
  }

  /** Octets acknowledged that were never captured: the mirror loses frames, or shows one direction only. */
  #acknowledged(c: PacketCursor, f: number, d: number): void {
    const i = this.#flows.i;
    const o = f * I;
    if ((i[o + BITS]! & (d === 0 ? INIT_B : INIT_A)) === 0) return;
    const ahead = (i32be(c.bytes, c.l4 + 8) - i[o + NEXT_A + 1 - d]!) | 0;
    if (ahead <= 1 || ahead > MAX_AHEAD) return;
    this.#health.ackUnseen++;
    // Segments held behind a hole: the receiver has what the capture lacks, so waiting is in vain. Without any, it may be
    // only the order in which the mirror delivers: the next data will tell.
    const state = this.#states.get(f);
    const side = d === 0 ? state?.b : state?.a;
    if (side?.held?.length) this.skipHole(f, state!, 1 - d);
  }

  #payload(
    c: PacketCursor,
    f: number,
    d: number,
    seq: number,
    payload: number,
    end: number,
    from: number,
    to: number,
  ): void {
    const i = this.#flows.i;
    const o = f * I;
    const delta = (seq - i[o + NEXT_A + d]!) | 0;
    let start = payload;
    if (delta !== 0) {
      if (delta < 0) {
        i[o + RETRANSMISSIONS]!++;
        if (start - delta >= end) {
          // One octet just before the next expected one is a keep-alive (RFC 9293 section 3.8.4).
          if (delta < -1 || end - payload > 1) this.#health.retransmissions++;
          return;
        }
        start -= delta;
      } else {
        const segment = { seq, bytes: c.bytes.slice(payload, end), frame: c.frame, tsUs: c.tsUs };
        const state = this.#states.of(f);
        if (!state.side(d).hold(segment)) {
          if (state.side(d).held?.length) this.skipHole(f, state, d);
          else {
            this.#lost(f, d, delta, c.tsUs);
            i[o + NEXT_A + d] = seq;
          }
          this.#payload(c, f, d, seq, payload, end, from, to);
        }
        return;
      }
    }
    i[o + NEXT_A + d] = (seq + (end - payload) + c.l4Missing) | 0;
    if (start < end) this.#delivery.stream(c.bytes, start, end, f, d, c.frame, c.tsUs, from, to);
    if (c.l4Missing > 0) this.#lost(f, d, c.l4Missing, c.tsUs);
    const state = this.#states.get(f);
    if (state === undefined) return;
    const side = d === 0 ? state.a : state.b;
    if (side?.held?.length) this.#drain(f, state, d, from, to);
  }

  /**
   * A frame with `octets` of payload that went by before came again, octet by octet, its packet number (which is not 0)
   * included. Whoever sends again numbers the packet anew (RFC 6864 section 4): somebody put a copy in.
   */
  repeated(c: PacketCursor, f: number, octets: number, from: number, to: number): void {
    const clientSends = this.#flows.clientIsB(f) === (this.#flows.direction === 1);
    this.#say(c, f, from, to, clientSends ? from : to, clientSends ? to : from);
    this.#sink.weird(this.#at, { code: 'tcp.frame-repeated', detail: `the same frame with ${octets} octets again` });
  }

  /** Makes `at` speak of the frame under the cursor. */
  #say(c: PacketCursor, f: number, from: number, to: number, client: number, server: number): void {
    const at = this.#at;
    at.frame = c.frame;
    at.requestFrame = c.frame;
    at.firstFrame = c.frame;
    at.tsUs = c.tsUs;
    at.requestTsUs = c.tsUs;
    at.flow = this.#flows.serial[f]!;
    at.sender = from;
    at.receiver = to;
    at.client = client;
    at.server = server;
  }

  /**
   * False for a segment that the server drops because a checksum is wrong, from a client whose checksums were right before:
   * what it says is not to be believed. Of clients that leave the sum to their network card nothing is known.
   */
  accepts(c: PacketCursor, f: number, d: number, end: number, from: number, to: number): boolean {
    const flows = this.#flows;
    if (flows.clientIsB(f) !== (d === 1)) return true;
    const checked = checkSegment(c, end);
    if (checked === 'good') flows.i[f * I + BITS]! |= SUM_GOOD;
    if (checked !== 'bad' || (flows.i[f * I + BITS]! & SUM_GOOD) === 0) return true;
    this.#health.damaged++;
    this.#say(c, f, from, to, from, to);
    this.#sink.weird(this.#at, { code: 'tcp.wrong-checksum', detail: 'a checksum that the receiver drops' });
    return false;
  }

  #drain(f: number, state: FlowState, d: number, from: number, to: number): void {
    const i = this.#flows.i;
    const next = f * I + NEXT_A + d;
    for (;;) {
      const segment = state.side(d).release(i[next]!);
      if (!segment) return;
      const skip = (i[next]! - segment.seq) | 0;
      if (skip >= segment.bytes.length) continue;
      i[next] = (segment.seq + segment.bytes.length) | 0;
      this.#delivery.stream(segment.bytes, skip, segment.bytes.length, f, d, segment.frame, segment.tsUs, from, to);
    }
  }

  /** Gives up on holes that were waited for long enough. */
  overdue(f: number, state: FlowState, nowUs: number): void {
    for (let d = 0; d < 2; d++) {
      const side = d === 0 ? state.a : state.b;
      while (side?.held?.length && nowUs - side.held[0]!.tsUs > HOLD_TIMEOUT_US) this.skipHole(f, state, d);
    }
  }

  /** Gives up waiting for the octets before the first held segment. */
  skipHole(f: number, state: FlowState, d: number): void {
    const first = state.side(d).held?.[0];
    if (!first) return;
    const i = this.#flows.i;
    const o = f * I;
    this.#lost(f, d, (first.seq - i[o + NEXT_A + d]!) | 0, first.tsUs);
    i[o + NEXT_A + d] = first.seq;
    this.#drain(f, state, d, i[o + EP_A + d]!, i[o + EP_B - d]!);
  }

  #lost(f: number, d: number, octets: number, tsUs: number): void {
    this.#flows.d[f * D + MISSING]! += octets;
    this.#health.missingBytes += octets;
    const state = this.#states.of(f);
    if (state.session) state.session.gapUs = tsUs;
    const side = state.side(d);
    side.afterGap = true;
    side.drop();
  }
}
