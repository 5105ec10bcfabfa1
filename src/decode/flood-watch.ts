/**
 * Says when a bounded table is being flooded: fragments that are never joined, addresses and cards beyond those told apart
 * (`newcomers.ts`). Looked at every ten seconds of frame time; each says so once at a look.
 */
import type { EndpointId } from '../core/endpoint.ts';
import type { At, Weird } from '../core/observation.ts';
import type { SiteSink } from '../core/site-model.ts';
import { freshAt } from './dispatch.ts';
import type { EndpointTable } from './endpoints.ts';
import type { FragmentTable } from './ip.ts';

const LOOK_US = 10_000_000;
/** Datagrams given up between two looks that are a flood of fragments: 20 a second. */
export const FRAGMENT_FLOOD = 200;
/** Times between two looks that an address, or a card, was not told apart. */
export const ADDRESS_FLOOD = 200;

export class FloodWatch {
  readonly #endpoints: EndpointTable;
  readonly #fragments: FragmentTable;
  readonly #sink: Pick<SiteSink, 'weird'>;
  readonly #at: At = freshAt();
  #lookedUs = Number.NEGATIVE_INFINITY;
  #dropped = 0;
  #addresses = 0;
  #cards = 0;
  #from: EndpointId = 0;
  #to: EndpointId = 0;

  constructor(endpoints: EndpointTable, fragments: FragmentTable, sink: Pick<SiteSink, 'weird'>) {
    this.#endpoints = endpoints;
    this.#fragments = fragments;
    this.#sink = sink;
    this.#addresses = endpoints.newcomers.addresses;
    this.#cards = endpoints.newcomers.cards;
  }

  /** A fragment whose datagram is not whole. */
  fragment(from: EndpointId, to: EndpointId): void {
    this.#from = from;
    this.#to = to;
  }

  look(tsUs: number, frame: number): void {
    if (tsUs < this.#lookedUs + LOOK_US && tsUs >= this.#lookedUs - LOOK_US) return;
    this.#lookedUs = tsUs;
    const { newcomers, flooding, crowd } = this.#endpoints;
    const dropped = this.#fragments.dropped - this.#dropped;
    const addresses = newcomers.addresses - this.#addresses;
    const cards = newcomers.cards - this.#cards;
    this.#dropped = this.#fragments.dropped;
    this.#addresses = newcomers.addresses;
    this.#cards = newcomers.cards;
    if (dropped >= FRAGMENT_FLOOD)
      this.#say(tsUs, frame, this.#from, this.#to, 'ip.fragment-flood', `${dropped} datagrams were never complete`);
    if (addresses >= ADDRESS_FLOOD)
      this.#say(tsUs, frame, flooding, 0, 'ip.address-flood', `${addresses} times an address that was not told apart`);
    if (cards >= ADDRESS_FLOOD)
      this.#say(tsUs, frame, crowd, 0, 'ethernet.card-flood', `${cards} times a card that was not told apart`);
  }

  #say(tsUs: number, frame: number, from: EndpointId, to: EndpointId, code: Weird['code'], detail: string): void {
    const at = this.#at;
    at.frame = frame;
    at.requestFrame = frame;
    at.firstFrame = frame;
    at.tsUs = tsUs;
    at.requestTsUs = tsUs;
    at.flow = -1;
    at.client = from;
    at.server = to;
    at.sender = from;
    at.receiver = to;
    at.protocol = code.slice(0, code.indexOf('.'));
    this.#sink.weird(at, { code, detail });
  }
}
