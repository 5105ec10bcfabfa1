/** What is kept for one flow of ADS. */
import type { EndpointId } from '../../core/endpoint.ts';
import type { At, ObservationSink } from '../../core/observation.ts';
import { Symbols } from './symbols.ts';

/** NetIds behind one flow; beyond this they are asked for each time. */
const MAX_NET_IDS = 256;

export interface AdsState {
  readonly symbols: Symbols;
  /** NetIds of the two routers that talk, by endpoint. */
  readonly own: Map<EndpointId, string>;
  readonly children: Map<string, { id: EndpointId; answered: boolean }>;
  /** Last state said by AMS port, so that a poll says it once. */
  readonly modes: Map<number, number>;
}
export const openAds = (): AdsState => ({
  symbols: new Symbols(),
  own: new Map(),
  children: new Map(),
  modes: new Map(),
});

/**
 * A TwinCAT system's own NetId ends with .1.1 by rule; its fieldbus masters and slaves end otherwise (x.x.x.x.2.1), and
 * another .1.1 is a system behind this router. The first one that speaks from a host is the host's.
 */
export const endpointOf = (
  host: EndpointId,
  netId: string,
  answered: boolean,
  at: At,
  sink: ObservationSink,
  state: AdsState,
): EndpointId => {
  const own = state.own.get(host);
  if (own === netId) return host;
  if (own === undefined) {
    if (!netId.endsWith('.1.1')) {
      // Clients without a router of their own make up any NetId; a target is judged by its form.
      if (!answered) return host;
    } else {
      if (answered) {
        state.own.set(host, netId);
        sink.name(at, { endpoint: host, kind: 'other', name: netId, via: 'AMS NetId' });
      }
      return host;
    }
  }
  const key = `${host} ${netId}`;
  const known = state.children.get(key);
  if (known !== undefined && (known.answered || !answered)) return known.id;
  const id = sink.child(host, 'other', `AMS ${netId}`, answered);
  if (known !== undefined) {
    known.id = id;
    known.answered = true;
  } else if (state.children.size < MAX_NET_IDS) state.children.set(key, { id, answered });
  return id;
};
