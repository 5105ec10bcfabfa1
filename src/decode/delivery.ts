/**
 * From octets of a flow to its decoder: fills the reused context, opens and closes sessions, keeps the tail of a PDU that
 * goes on in the next segment. Streams, datagrams and L2 frames differ only in what an incomplete PDU means.
 */
import type { Decoder, PduContext } from '../core/decoder.ts';
import { NO_DECODERS } from './attached.ts';
import { type Dispatcher, RAN, RAN_FOREIGN, RAN_LOST } from './dispatch.ts';
import type { FlowState, FlowStates } from './flow-state.ts';
import {
  BITS,
  CLIENT_IS_B,
  D,
  DECODED,
  type FlowTable,
  GROUP,
  I,
  IP_B,
  META,
  PACKETS_A,
  PACKETS_B,
  PLACE,
  PORTS,
  TRIES,
} from './flows.ts';
import type { HealthCounters } from './health.ts';
import type { Session } from './session.ts';
import { MAX_PDU_BYTES } from './stream.ts';

/** Payloads of a flow that are offered to probing one by one; afterwards only at growing distances. */
const EAGER_TRIES = 6;
/** Behind so many nothing is tried any more. */
const MAX_TRIES = 255;
/** Octets kept while a probe asks for more. */
const MAX_PROBE_TAIL = 4096;
/** The same on a port that is nobody's: senders write a header by itself, and what comes after it says whose it is. */
const MAX_UNHINTED_TAIL = 16;

export class Delivery {
  readonly #flows: FlowTable;
  readonly #dispatcher: Dispatcher;
  readonly #states: FlowStates;
  readonly #health: HealthCounters;

  constructor(flows: FlowTable, dispatcher: Dispatcher, states: FlowStates, health: HealthCounters) {
    this.#flows = flows;
    this.#dispatcher = dispatcher;
    this.#states = states;
    this.#health = health;
  }

  /** Fills the reused context for octets of flow `f` in direction `d`. */
  #context(f: number, d: number, frame: number, tsUs: number, from: number, to: number, carrier: string): PduContext {
    const flows = this.#flows;
    const o = f * I;
    const x = this.#dispatcher.context;
    const bits = flows.i[o + BITS]!;
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
    const ports = flows.i[o + PORTS]!;
    x.clientPort = clientIsB ? ports & 0xffff : ports >>> 16;
    x.serverPort = clientIsB ? ports >>> 16 : ports & 0xffff;
    x.carrier = carrier;
    x.protocolNumber = 0;
    x.group = (bits & GROUP) !== 0;
    x.afterGap = false;
    this.#dispatcher.asked = false;
    this.#dispatcher.bothWays = flows.d[f * D + PACKETS_A]! > 0 && flows.d[f * D + PACKETS_B]! > 0;
    return x;
  }

  /** Joined: put together by `+` it would stay a tree of its parts, several times as large, as long as the flow lives. */
  #hosts(f: number): string {
    const o = f * I;
    const i = this.#flows.i;
    return [i[o], i[o + IP_B], i[o + META]! >> 8, i[o + PLACE]].join();
  }

  /**
   * May this payload be offered to probing? Counts it, each direction for itself: the body of a long answer whose beginning was not
   * seen must not use up the tries of the next request.
   */
  #mayTry(f: number, d: number): boolean {
    const o = f * I + TRIES;
    const all = this.#flows.i[o]!;
    const tries = (all >> (d << 3)) & MAX_TRIES;
    if (tries < MAX_TRIES) this.#flows.i[o] = all + (1 << (d << 3));
    return tries < EAGER_TRIES || (tries < MAX_TRIES && (tries & (tries - 1)) === 0);
  }

  /**
   * The try found a valid beginning: it does not count, so that a stream is recognised however small its segments are. One that is
   * still no more than that after `MAX_PROBE_TAIL` octets has used a try up.
   */
  #takeBack(f: number, d: number): void {
    const o = f * I + TRIES;
    const all = this.#flows.i[o]!;
    const tries = (all >> (d << 3)) & MAX_TRIES;
    if (tries > 0 && tries < MAX_TRIES) this.#flows.i[o] = all - (1 << (d << 3));
  }

  /** The decoder was wrong: its open requests are told, and it is not asked again for this flow. */
  #dismiss(state: FlowState, session: Session, f: number, tsUs: number): void {
    this.#dispatcher.expireSession(session, Number.POSITIVE_INFINITY, this.#dispatcher.bothWays);
    state.refused = [...state.refused, session.decoder];
    state.session = undefined;
    this.#flows.stir(f, tsUs);
  }

  /** Octets `start`..`end` of a TCP stream, in order. */
  stream(
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
    const dispatcher = this.#dispatcher;
    const state = this.#states.of(f);
    const context = this.#context(f, d, frame, tsUs, from, to, 'tcp');
    let side = d === 0 ? state.a : state.b;
    let b = bytes;
    let s = start;
    let e = end;
    if (side !== undefined) {
      if (side.tailLength > 0) {
        if (side.tailLength + (end - start) > MAX_PDU_BYTES) {
          this.#health.limit('pdu-bytes', side.tailLength);
          side.drop();
          side.afterGap = true;
        } else if (side.append(bytes, start, end)) {
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
      dispatcher.more = false;
      dispatcher.begins = false;
      const mayTry = this.#mayTry(f, d);
      const { serverPort, clientPort } = context;
      let decoder = mayTry
        ? dispatcher.probe(dispatcher.tcp, serverPort, clientPort, b, s, e, state.refused)
        : undefined;
      const isOver = !dispatcher.more && (!dispatcher.begins || e - s >= MAX_UNHINTED_TAIL);
      if (decoder === undefined && isOver && b !== bytes && mayTry) {
        // What was kept was the beginning of nothing: the protocol may begin behind it.
        side!.drop();
        b = bytes;
        s = start;
        e = end;
        context.firstFrame = frame;
        decoder = dispatcher.probe(dispatcher.tcp, serverPort, clientPort, b, s, e, state.refused);
      }
      if (decoder === undefined) {
        const kept = dispatcher.more ? MAX_PROBE_TAIL : dispatcher.begins && !context.afterGap ? MAX_UNHINTED_TAIL : 0;
        if (e - s < kept) {
          side ??= state.side(d);
          if (b !== side.tail) side.keep(b, s, e, frame);
          this.#takeBack(f, d);
        } else side?.drop();
        return;
      }
      session = dispatcher.open(decoder, this.#hosts(f));
      state.session = session;
      const other = d === 0 ? state.b : state.a;
      if (other !== undefined && other.tailLength > 0) {
        // What the other side said before (a proxy was asked for the way) may be the beginning of nothing.
        context.toServer = !context.toServer;
        if (decoder.probe(other.tail!, 0, other.tailLength, context) === 'no') other.drop();
        context.toServer = !context.toServer;
      }
      if (session.opens !== undefined) {
        if (context.afterGap) dispatcher.recall(session);
        else dispatcher.forget();
      }
    } else if (context.afterGap && session.decoder.probe(b, s, e, context) === 'no') {
      // Not the beginning of a PDU: wait for a segment that is one.
      side!.drop();
      return;
    }
    if (side !== undefined) side.afterGap = false;
    const how = dispatcher.run(session, b, s, e, true);
    if (dispatcher.asked) this.#flows.stir(f, tsUs);
    this.#flows.d[f * D + DECODED]! += dispatcher.understood;
    const position = dispatcher.position;
    if (how === RAN) {
      if (position < e) {
        side ??= state.side(d);
        side.keep(b, position, e, position === s ? context.firstFrame : frame);
      } else if (side !== undefined && side.tailLength > 0) side.drop();
      return;
    }
    side ??= state.side(d);
    side.drop();
    side.afterGap = true;
    if (how === RAN_LOST && session.messages > 0) return;
    if (how === RAN_LOST) session.foreign++;
    if (session.messages === 0 || session.foreign > 8 + session.messages) this.#dismiss(state, session, f, tsUs);
  }

  /** One UDP payload, or the payload of another IP protocol (`carrier` `ip`). */
  datagram(
    bytes: Uint8Array,
    start: number,
    end: number,
    f: number,
    d: number,
    frame: number,
    tsUs: number,
    from: number,
    to: number,
    protocol: number,
  ): void {
    const dispatcher = this.#dispatcher;
    const state = this.#states.of(f);
    const udp = protocol === 17;
    const context = this.#context(f, d, frame, tsUs, from, to, udp ? 'udp' : 'ip');
    context.protocolNumber = protocol;
    let session = state.session;
    if (session === undefined) {
      if (!this.#mayTry(f, d)) return;
      const decoder: Decoder | undefined = udp
        ? dispatcher.probe(dispatcher.udp, context.serverPort, context.clientPort, bytes, start, end, state.refused)
        : dispatcher.probeHinted(dispatcher.ip, protocol, bytes, start, end, state.refused);
      if (decoder === undefined) return;
      session = dispatcher.open(decoder, this.#hosts(f));
      state.session = session;
    }
    const how = dispatcher.run(session, bytes, start, end, false);
    if (dispatcher.asked) this.#flows.stir(f, tsUs);
    this.#flows.d[f * D + DECODED]! += dispatcher.understood;
    if (how !== RAN && session.foreign > 3 + 2 * session.messages) {
      this.#dismiss(state, session, f, tsUs);
      this.#flows.i[f * I + TRIES] = 0;
    }
  }

  /** The payload of a frame without IP; `hint` is its EtherType or LLC id, `llc` says which. */
  frame(
    bytes: Uint8Array,
    start: number,
    end: number,
    f: number,
    d: number,
    frame: number,
    tsUs: number,
    from: number,
    to: number,
    hint: number,
    llc: boolean,
  ): void {
    const dispatcher = this.#dispatcher;
    const context = this.#context(f, d, frame, tsUs, from, to, 'ethernet');
    context.protocolNumber = hint;
    const over = llc ? dispatcher.llc : dispatcher.ether;
    const state = this.#states.of(f);
    let session = state.session;
    if (session === undefined) {
      const decoder = dispatcher.probeHinted(over, hint, bytes, start, end, NO_DECODERS);
      if (decoder === undefined) return;
      session = dispatcher.open(decoder, '');
      state.session = session;
    }
    let how = dispatcher.run(session, bytes, start, end, false);
    let understood = dispatcher.understood;
    // One EtherType can carry several protocols (PROFINET RT and DCP): another may know this frame, and the next is asked
    // again. What follows a message in a short frame is Ethernet padding.
    if (how === RAN_FOREIGN && understood === 0) {
      const other = dispatcher.probeHinted(over, hint, bytes, start, end, [session.decoder]);
      state.session = undefined;
      if (other !== undefined) {
        state.session = dispatcher.open(other, '');
        how = dispatcher.run(state.session, bytes, start, end, false);
        understood = dispatcher.understood;
      }
    }
    if (dispatcher.asked || state.session === undefined) this.#flows.stir(f, tsUs);
    this.#flows.d[f * D + DECODED]! += understood;
  }
}
