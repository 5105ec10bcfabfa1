/** Two ways to look at endpoints: each asked for once, and as a group that nobody answers for. */
import type { Endpoint, EndpointView } from '../core/endpoint.ts';
import { ipScope } from '../lib/ip-scope.ts';

/** Broadcast and multicast: nobody answers from there, so one direction is all there is. */
export const isGroup = (view: EndpointView, endpoint: number): boolean => {
  if (endpoint === 0) return true;
  const e = view.get(endpoint);
  if (e.mac !== undefined && (Number.parseInt(e.mac.slice(0, 2), 16) & 1) === 1) return true;
  return e.ip !== undefined && ipScope(e.ip) === 'group';
};

/** Endpoints never change, so each is asked for once: building its texts again on every reading would cost the most. */
export const remembering = (view: EndpointView): EndpointView => {
  const known: Endpoint[] = [];
  return {
    get count() {
      return view.count;
    },
    get changes() {
      return view.changes;
    },
    get(id) {
      let e = known[id];
      if (e === undefined) {
        e = view.get(id);
        known[id] = e;
      }
      return e;
    },
    spoke: (id) => view.spoke(id),
    traffic: (id) => view.traffic(id),
  };
};
