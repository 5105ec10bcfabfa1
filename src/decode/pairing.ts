/**
 * Requests wait here for their responses: written once for all protocols. A scope is a flow, a host pair or the segment,
 * as the decoder's `pairing.scope` says. Most protocols ask one thing at a time, so the first waiting request has a place
 * of its own and costs no map. Bounded by MAX_PENDING; the oldest request gives way and counts as not answered.
 */

import type { Message } from '../core/decoder.ts';
import type { EndpointId } from '../core/endpoint.ts';

/** Requests waiting in one scope. */
export const MAX_PENDING = 256;

export class Pending {
  key: number | string;
  message: Message;
  frame: number;
  tsUs: number;
  client: EndpointId;
  server: EndpointId;
  flow: number;
  /** A partial response was seen: not unanswered any more. */
  answered = false;
  constructor(
    key: number | string,
    message: Message,
    frame: number,
    tsUs: number,
    client: EndpointId,
    server: EndpointId,
    flow: number,
  ) {
    this.key = key;
    this.message = message;
    this.frame = frame;
    this.tsUs = tsUs;
    this.client = client;
    this.server = server;
    this.flow = flow;
  }
}

export class PairScope {
  /** The decoder's own state for this scope. */
  readonly state: unknown;
  #first: Pending | undefined;
  #more: Map<number | string, Pending> | undefined;
  constructor(state: unknown) {
    this.state = state;
  }

  get size(): number {
    return (this.#first ? 1 : 0) + (this.#more ? this.#more.size : 0);
  }

  /** Adds a request; returns the one it displaces (same key asked again, or the limit), if any. */
  add(pending: Pending): Pending | undefined {
    const first = this.#first;
    if (first === undefined) {
      if (this.#more === undefined || this.#more.size === 0) {
        this.#first = pending;
        return undefined;
      }
    } else if (first.key === pending.key) {
      this.#first = pending;
      return first;
    }
    this.#more ??= new Map();
    const same = this.#more.get(pending.key);
    if (same) {
      this.#more.delete(pending.key);
      this.#more.set(pending.key, pending);
      return same;
    }
    let displaced: Pending | undefined;
    if (this.#more.size >= MAX_PENDING) {
      const oldest = this.#more.keys().next().value;
      if (oldest !== undefined) {
        displaced = this.#more.get(oldest);
        this.#more.delete(oldest);
      }
    }
    this.#more.set(pending.key, pending);
    return displaced;
  }

  get(key: number | string): Pending | undefined {
    const first = this.#first;
    if (first !== undefined && first.key === key) return first;
    return this.#more?.get(key);
  }

  take(key: number | string): Pending | undefined {
    const first = this.#first;
    if (first !== undefined && first.key === key) {
      this.#first = undefined;
      return first;
    }
    const p = this.#more?.get(key);
    if (p) this.#more!.delete(key);
    return p;
  }

  /** Removes and returns the requests asked before `beforeUs`, oldest first. */
  expire(beforeUs: number): readonly Pending[] {
    if (this.#first === undefined && (this.#more === undefined || this.#more.size === 0)) return NONE;
    const out: Pending[] = [];
    if (this.#first && this.#first.tsUs < beforeUs) {
      out.push(this.#first);
      this.#first = undefined;
    }
    if (this.#more) {
      for (const [key, p] of this.#more) {
        if (p.tsUs < beforeUs) {
          out.push(p);
          this.#more.delete(key);
        }
      }
    }
    return out.length > 1 ? out.sort((a, b) => a.tsUs - b.tsUs || a.frame - b.frame) : out;
  }
}

const NONE: readonly Pending[] = [];
