/** What a flow needs beyond its row in the table: made when the first payload comes, dropped when the flow ends. */
import type { Decoder } from '../core/decoder.ts';
import { NO_DECODERS } from './attached.ts';
import type { Session } from './session.ts';
import { StreamBudget, StreamSide } from './stream.ts';

/** The flow that one repeats with other addresses: its slot and serial, and whether A and B change places. */
interface CopyOf {
  readonly flow: number;
  readonly serial: number;
  readonly crossed: boolean;
}

export class FlowState {
  session: Session | undefined;
  a: StreamSide | undefined;
  b: StreamSide | undefined;
  /** Decoders that turned out not to be it. */
  refused: readonly Decoder[] = NO_DECODERS;
  communityId: string | undefined;
  /** The tunnel the flow carries, by its small number and key. Few do, and fewer repeat another: neither costs the others anything. */
  tunnel: { readonly number: number; readonly key: number } | undefined;
  copyOf: CopyOf | undefined;
  readonly #budget: StreamBudget;

  constructor(budget: StreamBudget) {
    this.#budget = budget;
  }

  /** The side that sends in direction 0 (A to B) or 1. */
  side(direction: number): StreamSide {
    if (direction === 0) {
      this.a ??= new StreamSide(this.#budget);
      return this.a;
    }
    this.b ??= new StreamSide(this.#budget);
    return this.b;
  }

  holds(): boolean {
    return (this.a?.held?.length ?? 0) > 0 || (this.b?.held?.length ?? 0) > 0;
  }
}

/** States by flow slot. */
export class FlowStates {
  readonly budget = new StreamBudget();
  readonly #states: (FlowState | undefined)[] = [];

  get(f: number): FlowState | undefined {
    return this.#states[f];
  }

  of(f: number): FlowState {
    let s = this.#states[f];
    if (s === undefined) {
      s = new FlowState(this.budget);
      this.#states[f] = s;
    }
    return s;
  }

  drop(f: number): void {
    const s = this.#states[f];
    if (s === undefined) return;
    s.a?.free();
    s.b?.free();
    this.#states[f] = undefined;
  }
}
