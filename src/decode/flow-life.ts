/**
 * How flows go on and end: what waits in them is overdue in time, active ones report every minute, idle ones end, and a new
 * epoch of the source's clock ends all. The table is walked in slices, a tenth of it in a second of frame time.
 */
import type { At } from '../core/observation.ts';
import type { SiteSink } from '../core/site-model.ts';
import { type Dispatcher, freshAt } from './dispatch.ts';
import type { EndpointTable } from './endpoints.ts';
import { flowSummary, placeSummary } from './flow-report.ts';
import type { FlowStates } from './flow-state.ts';
import {
  BITS,
  BYTES_A,
  D,
  DUE_BLOCK,
  DUE_SHIFT,
  EP_A,
  EP_B,
  type FlowTable,
  I,
  L2_FLAG,
  LAST_US,
  META,
  PACKETS_A,
  PORTS,
  TCP_CLOSED,
  TCP_ESTABLISHED,
  TCP_NEW,
  TCP_STATE,
  WATCHED,
} from './flows.ts';
import type { HealthCounters } from './health.ts';
import type { TcpPath } from './tcp.ts';

/** Idle times after which a flow ends. */
const TCP_IDLE_US = 1_800_000_000;
const TCP_CLOSED_IDLE_US = 5_000_000;
const TCP_HALF_OPEN_IDLE_US = 60_000_000;
const OTHER_IDLE_US = 180_000_000;
/** Active flows report this often. */
export const FLOW_REPORT_US = 60_000_000;
/** The table is walked once in this many ticks. */
const SWEEP_TICKS = 10;

export interface FlowLifeParts {
  readonly flows: FlowTable;
  readonly states: FlowStates;
  readonly dispatcher: Dispatcher;
  readonly tcp: TcpPath;
  readonly endpoints: EndpointTable;
  readonly health: HealthCounters;
  readonly sink: SiteSink;
}

export class FlowLife {
  readonly #flows: FlowTable;
  readonly #states: FlowStates;
  readonly #dispatcher: Dispatcher;
  readonly #tcp: TcpPath;
  readonly #endpoints: EndpointTable;
  readonly #health: HealthCounters;
  readonly #sink: SiteSink;
  readonly #flowAt: At = freshAt();
  /** The round in hand: the next slot to look at, and where it ends. Slots taken since it began wait for the next. */
  #sweepAt = 0;
  #roundTop = 0;

  constructor({ flows, states, dispatcher, tcp, endpoints, health, sink }: FlowLifeParts) {
    this.#flows = flows;
    this.#states = states;
    this.#dispatcher = dispatcher;
    this.#tcp = tcp;
    this.#endpoints = endpoints;
    this.#health = health;
    this.#sink = sink;
  }

  /** Everything that waits is overdue, and all flows end, in the order in which they began. */
  endAll(): void {
    this.#dispatcher.expireEarly(Number.POSITIVE_INFINITY);
    this.#dispatcher.expireScopes(Number.POSITIVE_INFINITY);
    const flows = this.#flows;
    const order: number[] = [];
    for (let f = 0; f < flows.top; f++) if (flows.used[f] === 1) order.push(f);
    order.sort((x, y) => flows.serial[x]! - flows.serial[y]!);
    for (const f of order) this.end(f);
  }

  /** One slice of the flow table: waiting requests, holes, reports, idle flows. */
  sweep(nowUs: number): void {
    this.#dispatcher.expireEarly(nowUs);
    if (this.#sweepAt >= this.#roundTop) {
      this.#sweepAt = 0;
      this.#roundTop = this.#flows.top;
      this.#dispatcher.expireScopes(nowUs);
    }
    const top = this.#roundTop;
    const from = this.#sweepAt;
    const stop = Math.min(top, from + Math.ceil(top / SWEEP_TICKS));
    // Before anything may throw: the next slice is that behind it, and what was left of this one is still due in the next round.
    this.#sweepAt = stop;
    for (let f = from; f < stop; ) {
      const block = f >> DUE_SHIFT;
      const last = Math.min(stop, (block + 1) << DUE_SHIFT);
      if (this.#flows.blockDueUs[block]! <= nowUs) this.#sweepBlock(f, last, block, nowUs);
      f = last;
    }
  }

  /** Looks at what is due in `from`..`to` of a block, and says when the block is due again. */
  #sweepBlock(from: number, to: number, block: number, nowUs: number): void {
    const due = this.#flows.dueUs;
    for (let f = from; f < to; f++) if (due[f]! <= nowUs) this.#look(f, nowUs);
    let next = Number.POSITIVE_INFINITY;
    const first = block << DUE_SHIFT;
    for (let f = first; f < first + DUE_BLOCK; f++) if (due[f]! < next) next = due[f]!;
    this.#flows.blockDueUs[block] = next;
  }

  #idleLimit(f: number): number {
    const i = this.#flows.i;
    const meta = i[f * I + META]!;
    if (meta >= L2_FLAG || (meta & 255) !== 6) return OTHER_IDLE_US;
    const state = i[f * I + TCP_STATE]!;
    if (state >= TCP_CLOSED) return TCP_CLOSED_IDLE_US;
    return state === TCP_NEW ? TCP_HALF_OPEN_IDLE_US : TCP_IDLE_US;
  }

  #look(f: number, nowUs: number): void {
    const flows = this.#flows;
    const state = this.#states.get(f);
    const last = flows.d[f * D + LAST_US]!;
    let isWaiting = false;
    let isWatched = false;
    if (state) {
      if (state.session) {
        this.#dispatcher.expireSession(state.session, nowUs, flows.bothWays(f));
        isWatched = nowUs - last < FLOW_REPORT_US || this.#dispatcher.waits(state.session);
      }
      // What was held may ask.
      this.#tcp.overdue(f, state, nowUs);
      isWaiting = state.holds() || (isWatched && state.session !== undefined && this.#dispatcher.waits(state.session));
    }
    const limit = this.#idleLimit(f);
    if (nowUs - last > limit) {
      this.end(f);
      return;
    }
    if (last > flows.reportedUs[f]! && nowUs - flows.reportedUs[f]! >= FLOW_REPORT_US) this.#report(f, false);
    // What waits is looked at every time, an active flow when it has to report: until then it says when something waits.
    const next = isWaiting ? nowUs : (isWatched ? flows.reportedUs[f]! : nowUs) + FLOW_REPORT_US;
    const bits = flows.i[f * I + BITS]!;
    flows.i[f * I + BITS] = isWatched ? bits | WATCHED : bits & ~WATCHED;
    flows.due(f, Math.min(next, last + limit));
  }

  /** Tells the endpoints what this flow counted since it last did. */
  settle(f: number): void {
    const { i, d, settled } = this.#flows;
    const s = f * 4;
    for (let k = 0; k < 2; k++) {
      const frames = d[f * D + PACKETS_A + k]! - settled[s + k]!;
      if (frames === 0) continue;
      const bytes = d[f * D + BYTES_A + k]! - settled[s + 2 + k]!;
      this.#endpoints.add(i[f * I + EP_A + k]!, i[f * I + EP_B - k]!, frames, bytes, d[f * D + LAST_US]!);
      settled[s + k]! += frames;
      settled[s + 2 + k]! += bytes;
    }
  }

  /** The flow is over and its row free, also where something throws at what it says. */
  end(f: number): void {
    try {
      this.finish(f);
    } finally {
      this.#flows.remove(f);
    }
  }

  /** Says what is left to say of a flow, whose row is about to be free. */
  finish(f: number): void {
    try {
      this.#conclude(f);
    } finally {
      this.#states.drop(f);
    }
  }

  #conclude(f: number): void {
    const state = this.#states.get(f);
    if (state) {
      this.#tcp.ended(f, state);
      if (state.session) {
        this.#dispatcher.expireSession(state.session, Number.POSITIVE_INFINITY, this.#flows.bothWays(f));
        if (state.session.opens !== undefined) this.#endOpening(f);
      }
    }
    this.#report(f, true);
    this.#health.flowEnded(this.#flows, f, state?.session);
  }

  /** A connection that was closed needs its opening no more. */
  #endOpening(f: number): void {
    const { i } = this.#flows;
    const o = f * I;
    if (i[o + TCP_STATE]! <= TCP_ESTABLISHED) return;
    const ports = i[o + PORTS]!;
    this.#dispatcher.openings.end({
      client: this.addressOf(i[o + EP_A]!),
      clientPort: ports >>> 16,
      server: this.addressOf(i[o + EP_B]!),
      serverPort: ports & 0xffff,
    });
  }

  addressOf(endpoint: number): string {
    const { ip, mac } = this.#endpoints.get(endpoint);
    return ip ?? mac ?? '';
  }

  #report(f: number, final: boolean): void {
    this.#flows.reportedUs[f] = this.#flows.d[f * D + LAST_US]!;
    this.settle(f);
    const summary = flowSummary(this.#flows, f, this.#endpoints, this.#states.get(f), final);
    placeSummary(this.#flowAt, summary);
    this.#sink.flow(this.#flowAt, summary);
  }
}
