/** Endpoints as a group that nobody answers for. */
import type { EndpointView } from '../core/endpoint.ts';
import { ipScope } from '../lib/ip-scope.ts';

/** Broadcast and multicast: nobody answers from there, so one direction is all there is. */
export const isGroup = (view: EndpointView, endpoint: number): boolean => {
  if (endpoint === 0) return true;
  const e = view.get(endpoint);
  if (e.mac !== undefined && (Number.parseInt(e.mac.slice(0, 2), 16) & 1) === 1) return true;
  return e.ip !== undefined && ipScope(e.ip) === 'group';
};
