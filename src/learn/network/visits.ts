/**
 * Who goes online with controllers now and then and leaves again, as engineers do, against panels and servers, which stay
 * connected or ask without end. Learned from flows that ended. The distinction of human-driven from machine-driven sessions
 * follows Barbosa, Sadre, Pras, A first look into SCADA network traffic, IEEE NOMS (2012).
 */
import type { EndpointId } from '../../core/endpoint.ts';

/** Clients followed; further ones are not known as visitors. */
export const MAX_VISITORS = 8192;
/** Controllers counted of one client; more make no difference. */
export const MAX_VISITED = 64;
/** A visit is over within so long. */
const LONGEST_US = 3 * 3_600_000_000;
/** More visits to one controller are a program that connects for every question. */
const MOST = 24;
/** Controllers visited from which on a client is one that goes to any of them. */
const ROAMS = 3;

export type SavedVisits = readonly (readonly [EndpointId, readonly (readonly [EndpointId, number])[]])[];

export class Visits {
  readonly #of = new Map<EndpointId, Map<EndpointId, number>>();

  /** A flow of a control protocol that ended after `lengthUs`. */
  add(client: EndpointId, server: EndpointId, lengthUs: number): void {
    let visited = this.#of.get(client);
    if (visited === undefined) {
      if (this.#of.size >= MAX_VISITORS) return;
      visited = new Map();
      this.#of.set(client, visited);
    }
    if (!visited.has(server) && visited.size >= MAX_VISITED) return;
    visited.set(server, (visited.get(server) ?? 0) + (lengthUs <= LONGEST_US ? 1 : MOST + 1));
  }

  /** It visited several controllers: another one is what can be expected of it. */
  roams(client: EndpointId): boolean {
    let rare = 0;
    let often = 0;
    for (const n of this.#of.get(client)?.values() ?? [])
      if (n <= MOST) rare++;
      else often++;
    return rare >= ROAMS && rare > often;
  }

  save(): SavedVisits {
    return [...this.#of].map(([client, visited]) => [client, [...visited]] as const);
  }
  load(saved: SavedVisits): void {
    for (const [client, visited] of saved) this.#of.set(client, new Map(visited));
  }
}
