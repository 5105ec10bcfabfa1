/**
 * Which endpoints and memberships changed since the store was last served: compared with what was handed out, as nobody
 * says so when a frame arrives.
 */
import type { EndpointView } from '../core/endpoint.ts';
import type { Evidence } from '../core/frame.ts';
import type { EndpointRow, MembershipRow } from '../core/site-model.ts';
import type { Picture } from './assets.ts';

export interface Rows<T> {
  readonly rows: readonly T[];
  readonly more: boolean;
}

export interface Emission {
  endpoints(max: number): Rows<EndpointRow>;
  memberships(max: number): Rows<MembershipRow>;
  loadMembership(row: MembershipRow): void;
}

export const createEmission = (
  view: EndpointView,
  sighted: ReadonlyMap<number, Evidence>,
  look: () => Picture,
): Emission => {
  const emittedMemberships = new Map<number, string>();
  let emittedTraffic = new Float64Array(64);
  let endpointCursor = 1;

  const endpoints = (max: number): Rows<EndpointRow> => {
    const rows: EndpointRow[] = [];
    if (view.count >= emittedTraffic.length) {
      const wider = new Float64Array((view.count + 1) * 2);
      wider.set(emittedTraffic);
      emittedTraffic = wider;
    }
    while (endpointCursor <= view.count && rows.length < max) {
      const id = endpointCursor++;
      const traffic = view.traffic(id);
      const spoke = view.spoke(id);
      const mark = 1 + traffic.framesSent + traffic.framesReceived + (spoke ? 0.5 : 0) + (sighted.has(id) ? 0.25 : 0);
      if (emittedTraffic[id] === mark) continue;
      emittedTraffic[id] = mark;
      const seen = sighted.get(id);
      rows.push({ spoke, traffic, ...view.get(id), ...(seen === undefined ? {} : { seen }) });
    }
    const more = endpointCursor <= view.count;
    if (!more) endpointCursor = 1;
    return { rows, more };
  };

  const memberships = (max: number): Rows<MembershipRow> => {
    const p = look();
    const rows: MembershipRow[] = [];
    const emit = (endpoint: number, asset: string, fromUs: number, toUs: number): boolean => {
      const text = `${asset}|${fromUs}|${toUs}`;
      if ((emittedMemberships.get(endpoint) ?? '|0|0') === text) return true;
      if (rows.length >= max) return false;
      emittedMemberships.set(endpoint, text);
      rows.push({ endpoint, asset, fromUs, toUs });
      return true;
    };
    for (let id = 1; id <= view.count; id++) {
      const g = p.binding.of[id];
      const move = g === undefined ? undefined : p.moves.get(g)?.find((m) => m.left === id);
      if (!emit(id, g?.id ?? '', g === undefined ? 0 : view.traffic(id).firstUs, move?.tsUs ?? 0))
        return { rows, more: true };
    }
    return { rows, more: false };
  };

  return {
    endpoints,
    memberships,
    loadMembership(r) {
      emittedMemberships.set(r.endpoint, `${r.asset}|${r.fromUs}|${r.toUs}`);
    },
  };
};
