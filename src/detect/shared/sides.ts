/**
 * A conversation through a router has other network cards on each side of it and is seen from either: which one depends on
 * which of its frames came first. What was learned of two hosts is therefore looked for under all their sides.
 */
import type { DetectorContext } from '../../core/detector.ts';
import type { EndpointId } from '../../core/endpoint.ts';

/** Row of the first pair of other sides of the two for which `find` gives one; -1 where there is none. 0: a place outside. */
export const rowFromElsewhere = (
  context: DetectorContext,
  client: EndpointId,
  server: EndpointId,
  find: (client: EndpointId, server: EndpointId) => number,
): number => {
  const servers = server > 0 ? context.sides(server) : [server];
  for (const c of client > 0 ? context.sides(client) : [client])
    for (const s of servers) {
      if (c === client && s === server) continue;
      const row = find(c, s);
      if (row >= 0) return row;
    }
  return -1;
};
