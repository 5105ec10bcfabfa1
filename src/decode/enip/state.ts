/** What is remembered about one flow: its explicit connections, and what was said about whom. */
import type { EndpointId } from '../../core/endpoint.ts';
import { ConnectionTable } from './connection.ts';
import { Asked } from './heading.ts';
import { newScan } from './wire.ts';

/** Routed targets, identities and slots remembered per flow; at the limit the memory starts again and repeats itself. */
export const MAX_REMEMBERED = 512;

export class EnipState {
  readonly connections = new ConnectionTable();
  readonly scan = newScan();
  readonly asked = new Asked();
  /** Endpoint of a route behind the server, negative while it has not answered. */
  readonly children = new Map<string, EndpointId>();
  /** The server that `children` belong to. */
  childrenOf: EndpointId = 0;
  /** What was last said about an endpoint or slot, so that it is said again only when it changes. */
  readonly said = new Map<string, string>();
  reportedForgotten = 0;

  /** True when `text` is news about `subject`. */
  isNews(subject: string, text: string): boolean {
    if (this.said.get(subject) === text) return false;
    if (this.said.size >= MAX_REMEMBERED) this.said.clear();
    this.said.set(subject, text);
    return true;
  }
}
