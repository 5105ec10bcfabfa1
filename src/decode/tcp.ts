/**
 * TCP segments into streams (RFC 9293): sequence order per direction, overlaps, holes and what fills them, copies of one
 * stream behind an address translator. In-order segments are handed on where they lie.
 */
import type { At } from '../core/observation.ts';
import type { SiteSink } from '../core/site-model.ts';
import { i32be } from '../lib/bytes.ts';
import { CHECKSUM_RIGHT, CHECKSUM_WRONG, checkSegment } from './checksum.ts';
import { CopyDetector } from './copies.ts';
import type { PacketCursor } from './cursor.ts';
import type { Delivery } from './delivery.ts';
import { freshAt } from './dispatch.ts';
import type { FlowState, FlowStates } from './flow-state.ts';
import {
  BITS,
  CLIENT_IS_B,
  D,
  EP_A,
  EP_B,
  FIN_A,
  FIN_B,
  type FlowTable,
  HAS_COPY,
  HOLDS,
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
import { AHEAD_US, type HeldSegment, HOLD_TIMEOUT_US } from './stream.ts';

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

  constructor(flows: FlowTable, states: FlowStates, delivery: Delivery, health: HealthCounters, sink: SiteSink) {
    this.#flows = flows;
    this.#states = states;
    this.#delivery = delivery;
    this.#health = health;
    this.#sink = sink;
    this.#at = freshAt();
    this.#at.protocol = 'tcp';
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
      this.#flows.stir(f, c.tsUs);
    } else if (state === TCP_NEW && (flags & ACK) !== 0) i[o + TCP_STATE] = TCP_ESTABLISHED;
    // What the other side has acknowledged it has: settle holes first, so that a request stands before its answer.
    const isEarly = (flags & ACK) !== 0 && (bits & IS_COPY) === 0 && this.#acknowledged(c, f, d);
    const missing = c.l4Missing;
    const length = end - payload;
    if ((flags & SYN) !== 0) {
      if (length > 0 && (bits & IS_COPY) === 0) this.#withSyn(c, f, d, seq, payload, end);
    } else if (length + missing > 0) {
      if ((bits & initBit) === 0) {
        // The capture starts in the middle of the connection.
        i[o + NEXT_A + d] = seq;
        i[o + BITS] = bits |= initBit;
        if ((bits & IS_COPY) === 0 && this.#copies.payload(c, f, this.#flows, payload, end))
          bits = this.#isCopy(c, f, from, to);
        this.#states.of(f).side(d).afterGap = true;
      }
      if (isEarly && this.#waitsForOther(c, f, d, seq, payload, end)) this.#holds(f, c.tsUs);
      else if ((bits & IS_COPY) === 0) this.#payload(c, f, d, seq, payload, end, from, to);
      else this.#copied(c, f, d, seq, payload, end);
    }
    if ((flags & FIN) !== 0) {
      i[o + BITS]! |= d === 0 ? FIN_A : FIN_B;
      // Both had finished, even if one was reset before its FIN was taken: the other's was on the way already.
      if ((i[o + BITS]! & (FIN_A | FIN_B)) === (FIN_A | FIN_B) && i[o + TCP_STATE]! <= TCP_RESET) {
        i[o + TCP_STATE] = TCP_CLOSED;
        this.#flows.stir(f, c.tsUs);
      }
    }
  }

  /** A segment waits for those before it, or for the other side. */
  #holds(f: number, tsUs: number): void {
    this.#flows.i[f * I + BITS]! |= HOLDS;
    this.#flows.stir(f, tsUs);
  }

  /**
   * Octets that come with the SYN stand behind its own number (RFC 9293 section 3.4). Hardly anybody takes them before the
   * handshake (RFC 7413): they wait until they are acknowledged, or are sent again.
   */
  #withSyn(c: PacketCursor, f: number, d: number, seq: number, payload: number, end: number): void {
    const segment = { seq: (seq + 1) | 0, bytes: c.bytes.slice(payload, end), frame: c.frame, tsUs: c.tsUs };
    if (this.#states.of(f).side(d).hold(segment)) this.#flows.i[f * I + BITS]! |= HOLDS;
  }

  /**
   * The other side of an address translator carries the same octets under the same sequence numbers: they go into the
   * stream of the flow seen first, where they count as seen already, or fill what the capture lost on that side.
   */
  #copied(c: PacketCursor, f: number, d: number, seq: number, payload: number, end: number): void {
    const flows = this.#flows;
    const { copyOf } = this.#states.of(f);
    if (copyOf === undefined) return;
    const { flow: of, serial, crossed } = copyOf;
    if (flows.used[of] !== 1 || flows.serial[of] !== serial) return;
    const o = of * I;
    const od = crossed ? 1 - d : d;
    const isEarly = this.#acknowledged(c, of, od);
    const bit = od === 0 ? INIT_A : INIT_B;
    if ((flows.i[o + BITS]! & bit) === 0) {
      flows.i[o + NEXT_A + od] = seq;
      flows.i[o + BITS]! |= bit;
    }
    if (isEarly && this.#waitsForOther(c, of, od, seq, payload, end)) {
      this.#holds(of, c.tsUs);
      return;
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
    flows.i[of * I + BITS]! |= HAS_COPY;
    // The detector matches packets of the same direction: the sender of one is the sender of the other.
    const od = this.#copies.originalFrom;
    this.#states.of(f).copyOf = { flow: of, serial: flows.serial[of]!, crossed: od !== flows.direction };
    const clientSends = flows.clientIsB(f) === (flows.direction === 1);
    const ofSender = flows.i[of * I + EP_A + od]!;
    const ofReceiver = flows.i[of * I + EP_B - od]!;
    this.#place(f, c.frame, c.tsUs, from, to, flows.direction);
    const at = this.#at;
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

  /**
   * Octets acknowledged that were never captured: the mirror loses frames, shows one direction only, or delivers the two
   * directions out of order. True where it may be the last: nothing was missing before.
   */
  #acknowledged(c: PacketCursor, f: number, d: number): boolean {
    const i = this.#flows.i;
    const o = f * I;
    if ((i[o + BITS]! & (d === 0 ? INIT_B : INIT_A)) === 0) return false;
    const seq = i32be(c.bytes, c.l4 + 8);
    const next = i[o + NEXT_A + 1 - d]!;
    const ahead = (seq - next) | 0;
    if (ahead <= 1 || ahead > MAX_AHEAD) {
      if ((i[o + BITS]! & HOLDS) !== 0) this.#waits(f, 1 - d, c.tsUs);
      return false;
    }
    this.#health.ackUnseen++;
    const state = this.#states.of(f);
    const side = state.side(1 - d);
    const isNews = side.acked === undefined || side.acked.seq === seq || ((side.acked.seq - next) | 0) <= 0;
    // What was missing before is missing still: it is lost, and who waits for it waits in vain.
    const own = d === 0 ? state.a : state.b;
    if (!isNews && own?.awaitsOther) this.skipHole(f, state, d);
    if (side.acked === undefined) side.acked = { seq, frame: c.frame, tsUs: c.tsUs };
    else if (((seq - side.acked.seq) | 0) > 0) {
      side.acked.seq = seq;
      side.acked.frame = c.frame;
      side.acked.tsUs = c.tsUs;
    }
    // Segments held behind a hole: the receiver has what the capture lacks, so waiting is in vain. Without any, it may be
    // only the order in which the mirror delivers: the next data, or the end, will tell.
    if (!side.held?.length) return isNews;
    this.skipHole(f, state, 1 - d);
    return false;
  }

  /**
   * Keeps an answer that acknowledges what has not been captured yet until it has: a mirror of two ports delivers either
   * direction in order, not both. False where it does not come next, or there is no room.
   */
  #waitsForOther(c: PacketCursor, f: number, d: number, seq: number, payload: number, end: number): boolean {
    if (seq !== this.#flows.i[f * I + NEXT_A + d] || c.l4Missing > 0) return false;
    const side = this.#states.of(f).side(d);
    if (!side.hold({ seq, bytes: c.bytes.slice(payload, end), frame: c.frame, tsUs: c.tsUs })) return false;
    side.awaitsOther = true;
    return true;
  }

  /** In a flow whose copy may show segments before it: does this one go by for the first time? */
  #isFirst(f: number, d: number, seq: number, length: number): boolean {
    const side = this.#states.of(f).side(d);
    const first = side.ownEnd === undefined || ((seq - side.ownEnd) | 0) >= 0;
    if (first) side.ownEnd = (seq + length) | 0;
    return first;
  }

  /** The receiver of direction `d` itself has not got what is held, so that the hole may still be filled. */
  #waits(f: number, d: number, tsUs: number): void {
    const state = this.#states.get(f);
    const side = d === 0 ? state?.a : state?.b;
    if (side?.held?.length) side.progressUs = tsUs;
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
        // One octet just before the next expected one is a keep-alive (RFC 9293 section 3.8.4).
        const old = start - delta >= end;
        if ((i[o + BITS]! & HAS_COPY) === 0 || !this.#isFirst(f, d, seq, end - payload)) {
          i[o + RETRANSMISSIONS]!++;
          if (old && (delta < -1 || end - payload > 1)) this.#health.retransmissions++;
        }
        if (end - payload > 1) this.#compares(c, f, d, seq, payload, end, from, to);
        if (old) return;
        start -= delta;
      } else {
        const segment = { seq, bytes: c.bytes.slice(payload, end), frame: c.frame, tsUs: c.tsUs };
        const state = this.#states.of(f);
        if (!state.side(d).hold(segment)) {
          if (state.side(d).held?.length) this.skipHole(f, state, d);
          else {
            this.#lost(f, d, delta, c.tsUs, c.frame);
            i[o + NEXT_A + d] = seq;
          }
          this.#payload(c, f, d, seq, payload, end, from, to);
        } else this.#holds(f, c.tsUs);
        return;
      }
    }
    i[o + NEXT_A + d] = (seq + (end - payload) + c.l4Missing) | 0;
    if (start < end) {
      this.#flows.d[f * D + PAYLOAD]! += end - start;
      this.#delivery.stream(c.bytes, start, end, f, d, c.frame, c.tsUs, from, to);
    }
    if (c.l4Missing > 0) this.#lost(f, d, c.l4Missing, c.tsUs, 0);
    const state = this.#states.get(f);
    if (state === undefined) return;
    const other = d === 0 ? state.b : state.a;
    if (other?.awaitsOther) this.#drain(f, state, 1 - d, to, from, c.tsUs);
    if (state.session?.decoder.family === 'ot' && ((i[o + BITS]! & CLIENT_IS_B) !== 0) === (d === 1))
      state.side(d).remember(c.bytes, start, end, seq + (start - payload));
    const side = d === 0 ? state.a : state.b;
    if (side?.held?.length) {
      side.progressUs = c.tsUs;
      this.#drain(f, state, d, from, to, c.tsUs);
    }
  }

  /**
   * Octets that went by already, once more: whoever sends again sends the same. Where they differ, one of the two is for us
   * and the other for the receiver, and which one it took cannot be seen.
   */
  #compares(
    c: PacketCursor,
    f: number,
    d: number,
    seq: number,
    payload: number,
    end: number,
    from: number,
    to: number,
  ): void {
    const side = d === 0 ? this.#states.get(f)?.a : this.#states.get(f)?.b;
    if (side?.differs(c.bytes, payload, end, seq) !== true) return;
    this.#tells(c, f, d, from, to, 'tcp.overlap-differs', 'octets sent again were other ones than before');
  }

  /**
   * A frame with `octets` of payload that went by before came again, octet by octet, its packet number (which is not 0)
   * included. Whoever sends again numbers the packet anew (RFC 6864 section 4): somebody put a copy in.
   */
  repeated(c: PacketCursor, f: number, octets: number, from: number, to: number): void {
    this.#place(f, c.frame, c.tsUs, from, to, this.#flows.direction);
    this.#sink.weird(this.#at, { code: 'tcp.frame-repeated', detail: `the same frame with ${octets} octets again` });
  }

  /**
   * False for a segment that the server drops, from a client whose checksums were right before, so that it does not leave them
   * to its network card: a checksum is wrong, or it acknowledges nothing in a connection that is open (RFC 9293 section
   * 3.10.7.4). What it says is not to be believed.
   */
  accepts(c: PacketCursor, f: number, d: number, end: number, from: number, to: number): boolean {
    const flows = this.#flows;
    if (flows.clientIsB(f) !== (d === 1)) return true;
    const checked = checkSegment(c, end);
    if (checked === CHECKSUM_RIGHT) flows.i[f * I + BITS]! |= SUM_GOOD;
    if ((flows.i[f * I + BITS]! & SUM_GOOD) === 0) return true;
    const isWrong = checked === CHECKSUM_WRONG;
    const isUnacknowledging =
      (c.bytes[c.l4 + 13]! & (SYN | ACK | RST)) === 0 && flows.i[f * I + TCP_STATE] === TCP_ESTABLISHED;
    if (c.isOverlapped && c.l4 === 0)
      this.#tells(c, f, d, from, to, 'ip.fragments-differ', 'overlapping fragments with different octets');
    if (!isWrong && !isUnacknowledging) return true;
    this.#health.damaged++;
    if (isWrong) this.#tells(c, f, d, from, to, 'tcp.wrong-checksum', 'a checksum that the receiver drops');
    else
      this.#tells(
        c,
        f,
        d,
        from,
        to,
        'tcp.no-acknowledgement',
        'no acknowledgement flag, for which the receiver drops it',
      );
    return false;
  }

  /**
   * Hands on what is held and in order now. What waited for long, although nothing was lost, came too early: a copy of what
   * is still to come, perhaps. The receiver's acknowledgement says that it counts, or its original takes its place.
   */
  #drain(f: number, state: FlowState, d: number, from: number, to: number, nowUs: number): void {
    const i = this.#flows.i;
    const next = f * I + NEXT_A + d;
    const side = state.side(d);
    if (side.awaitsOther) {
      const acked = (d === 0 ? state.b : state.a)?.acked?.seq;
      if (acked !== undefined && ((acked - i[f * I + NEXT_A + 1 - d]!) | 0) > 1) return;
      side.awaitsOther = false;
    }
    for (;;) {
      const first = side.held?.[0];
      if (first === undefined) break;
      const skip = (i[next]! - first.seq) | 0;
      if (skip < 0) return;
      const waited = nowUs - first.tsUs > AHEAD_US;
      if (skip >= first.bytes.length) {
        side.release();
        if (waited) this.#early(f, d, first, nowUs);
        continue;
      }
      if (waited) return;
      side.release();
      i[next] = (first.seq + first.bytes.length) | 0;
      this.#flows.d[f * D + PAYLOAD]! += first.bytes.length - skip;
      this.#delivery.stream(first.bytes, skip, first.bytes.length, f, d, first.frame, first.tsUs, from, to);
    }
    if (!state.holds()) i[f * I + BITS]! &= ~HOLDS;
  }

  /**
   * Gives up on holes that were waited for long enough. While octets still come in order before it, what is held came too
   * early (somebody put it in, or it was captured out of order): to jump to it would make all that follows old.
   */
  overdue(f: number, state: FlowState, nowUs: number): void {
    for (let d = 0; d < 2; d++) {
      const side = d === 0 ? state.a : state.b;
      while (side?.held?.length && nowUs - Math.max(side.held[0]!.tsUs, side.progressUs) > HOLD_TIMEOUT_US)
        this.skipHole(f, state, d);
    }
  }

  /** The flow ends: nothing fills its holes any more, nor what was acknowledged and never came. */
  ended(f: number, state: FlowState): void {
    this.overdue(f, state, Number.POSITIVE_INFINITY);
    for (let d = 0; d < 2; d++) {
      const acked = (d === 0 ? state.a : state.b)?.acked;
      if (acked === undefined) continue;
      const i = this.#flows.i;
      const o = f * I;
      // A FIN is acknowledged like an octet.
      const fin = (i[o + BITS]! & (d === 0 ? FIN_A : FIN_B)) !== 0 ? 1 : 0;
      const octets = (acked.seq - fin - i[o + NEXT_A + d]!) | 0;
      if (octets > 1) this.#lost(f, d, octets, acked.tsUs, acked.frame);
    }
  }

  /** Gives up waiting for the octets before the first held segment. */
  skipHole(f: number, state: FlowState, d: number): void {
    const side = state.side(d);
    side.awaitsOther = false;
    const first = side.held?.[0];
    if (!first) return;
    const i = this.#flows.i;
    const o = f * I;
    const octets = (first.seq - i[o + NEXT_A + d]!) | 0;
    if (octets > 0) {
      this.#lost(f, d, octets, first.tsUs, first.frame);
      i[o + NEXT_A + d] = first.seq;
    }
    this.#drain(f, state, d, i[o + EP_A + d]!, i[o + EP_B - d]!, first.tsUs);
  }

  /** A segment went by long before the octets in front of it, although these were not lost: no network delivers so. */
  #early(f: number, d: number, segment: HeldSegment, nowUs: number): void {
    const i = this.#flows.i;
    const o = f * I;
    this.#place(f, segment.frame, segment.tsUs, i[o + EP_A + d]!, i[o + EP_B - d]!, d);
    const seconds = ((nowUs - segment.tsUs) / 1e6).toFixed(1);
    this.#sink.weird(this.#at, {
      code: 'tcp.out-of-sequence',
      detail: `${segment.bytes.length} octets went by ${seconds} s before those in front of them`,
    });
  }

  /**
   * Octets of direction `d` that were not captured. `frame`: the one that shows it, 0 where a frame was cut (that is counted
   * for the source). Said for what controls the plant: somebody may ask what happened in between.
   */
  #lost(f: number, d: number, octets: number, tsUs: number, frame: number): void {
    this.#flows.d[f * D + MISSING]! += octets;
    this.#health.missingBytes += octets;
    const state = this.#states.of(f);
    const side = state.side(d);
    side.afterGap = true;
    side.drop();
    if (state.session === undefined) return;
    state.session.gapUs = tsUs;
    if (frame === 0 || state.session.decoder.family !== 'ot') return;
    const i = this.#flows.i;
    const o = f * I;
    this.#place(f, frame, tsUs, i[o + EP_A + d]!, i[o + EP_B - d]!, d);
    this.#sink.weird(this.#at, { code: 'tcp.octets-missing', detail: `${octets} octets before it were not captured` });
  }

  #tells(c: PacketCursor, f: number, d: number, from: number, to: number, code: string, detail: string): void {
    this.#place(f, c.frame, c.tsUs, from, to, d);
    this.#sink.weird(this.#at, { code, detail });
  }

  /** Says where the next statement belongs: `from` sends in direction `d` of flow `f`. */
  #place(f: number, frame: number, tsUs: number, from: number, to: number, d: number): void {
    const clientSends = this.#flows.clientIsB(f) === (d === 1);
    const at = this.#at;
    at.frame = frame;
    at.requestFrame = frame;
    at.firstFrame = frame;
    at.tsUs = tsUs;
    at.requestTsUs = tsUs;
    at.flow = this.#flows.serial[f]!;
    at.sender = from;
    at.receiver = to;
    at.client = clientSends ? from : to;
    at.server = clientSends ? to : from;
  }
}
