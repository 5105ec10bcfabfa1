/**
 * Requests wait here for their responses: written once for all protocols. A scope is a flow, a host pair or the segment,
 * as the decoder's `pairing.scope` says. Most protocols ask one thing at a time, so the first waiting request has a place
 * of its own and costs no map. Bounded by MAX_PENDING; the oldest request gives way and counts as not answered.
 */

import type { Message, PduContext } from '../core/decoder.ts';
import type { EndpointId } from '../core/endpoint.ts';

/** Requests waiting in one scope. */
export const MAX_PENDING = 256;

export class Pending {
  // Begins as an object: a field that was first seen with numbers would change the hidden class at the first text.
  key: number | string = '';
  message: Message;
  frame: number;
  tsUs: number;
  client: EndpointId;
  server: EndpointId;
  flow: number;
  /** A partial response was seen: not unanswered any more. */
  answered = false;
  /** Asked later under the same key, on a connection that keeps order. */
  next: Pending | undefined;
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

/** Are requests of one key answered in the order in which they were asked? `ownsScope`: nobody else asks in this scope. */
export const keepsOrder = (queues: boolean, carrier: PduContext['carrier'], ownsScope: boolean): boolean =>
  (queues || (carrier !== 'udp' && carrier !== 'ethernet' && carrier !== 'ip')) && ownsScope;

export class PairScope {
  /** The decoder's own state for this scope. */
  readonly state: unknown;
  /** Answers on datagrams that wait for their requests (`early.ts`), how many waited in vain and how many did not. */
  early = 0;
  strays = 0;
  matched = 0;
  /** Of the latest request in a datagram. */
  lastKey: number | string | undefined = undefined;
  #first: Pending | undefined;
  #more: Map<number | string, Pending> | undefined;
  /** Requests that wait behind another of the same key. */
  #queued = 0;
  constructor(state: unknown) {
    this.state = state;
  }

  /** Hosts that sent a PDU here; a pair has two. */
  #heardA: EndpointId = 0;
  #heardB: EndpointId = 0;

  note(sender: EndpointId): void {
    if (sender === this.#heardA || sender === this.#heardB) return;
    if (this.#heardA === 0) this.#heardA = sender;
    else this.#heardB = sender;
  }

  /** Did this host send anything here? Without it nothing can be said about its answers. */
  heard(host: EndpointId): boolean {
    return host === this.#heardA || host === this.#heardB;
  }

  get size(): number {
    return (this.#first ? 1 : 0) + (this.#more ? this.#more.size : 0) + this.#queued;
  }

  /**
   * Adds a request; returns the one it displaces, if any. The same key again means on a stream (`ordered`) that both wait
   * and are answered in the order they were asked, and on datagrams that the first was given up and asked again.
   */
  add(pending: Pending, ordered: boolean): Pending | undefined {
    const first = this.#first;
    if (first === undefined) {
      if (this.#more === undefined || this.#more.size === 0) {
        this.#first = pending;
        return undefined;
      }
    } else if (first.key === pending.key) {
      if (ordered) return this.#queue(first, pending);
      this.#first = pending;
      return first;
    }
    this.#more ??= new Map();
    const same = this.#more.get(pending.key);
    if (same) {
      if (ordered) return this.#queue(same, pending);
      this.#more.delete(pending.key);
      this.#more.set(pending.key, pending);
      return same;
    }
    let displaced: Pending | undefined;
    if (this.#more.size + this.#queued >= MAX_PENDING) {
      const oldest = this.#more.keys().next().value;
      if (oldest !== undefined) displaced = this.take(oldest);
    }
    this.#more.set(pending.key, pending);
    return displaced;
  }

  /** At the limit the newest gives way: it is the one that can be told at once. */
  #queue(head: Pending, pending: Pending): Pending | undefined {
    if (this.#queued >= MAX_PENDING) return pending;
    let last = head;
    while (last.next) last = last.next;
    last.next = pending;
    this.#queued++;
    return undefined;
  }

  get(key: number | string): Pending | undefined {
    const first = this.#first;
    if (first !== undefined && first.key === key) return first;
    return this.#more?.get(key);
  }

  take(key: number | string): Pending | undefined {
    const first = this.#first;
    if (first !== undefined && first.key === key) {
      this.#first = first.next;
      if (first.next) this.#queued--;
      return first;
    }
    const p = this.#more?.get(key);
    if (p === undefined) return undefined;
    if (p.next) {
      this.#queued--;
      this.#more!.set(key, p.next);
    } else this.#more!.delete(key);
    return p;
  }

  /** Removes and returns the requests asked before `beforeUs`, oldest first. */
  expire(beforeUs: number): readonly Pending[] {
    if (this.#first === undefined && (this.#more === undefined || this.#more.size === 0)) return NONE;
    const out: Pending[] = [];
    for (let p = this.#first; p !== undefined && p.tsUs < beforeUs; p = this.#first) {
      out.push(p);
      this.#first = p.next;
      if (p.next) this.#queued--;
    }
    if (this.#more) {
      for (const [key, head] of this.#more) {
        let p: Pending | undefined = head;
        while (p !== undefined && p.tsUs < beforeUs) {
          out.push(p);
          if (p.next) this.#queued--;
          p = p.next;
        }
        if (p === undefined) this.#more.delete(key);
        else if (p !== head) this.#more.set(key, p);
      }
    }
    return out.length > 1 ? out.sort((a, b) => a.tsUs - b.tsUs || a.frame - b.frame) : out;
  }
}

const NONE: readonly Pending[] = [];
