/**
 * A baseline carried to a site that has read nothing yet: its addresses and points take their numbers before the first
 * frame, so that what was learned of them holds. A device is the twin of the one with its IP address in its network,
 * whatever its network card; it becomes an asset, and its points get values, when they are seen here.
 */
import type { Endpoint } from '../../core/endpoint.ts';
import type { EndpointRow, PointRow, SiteRows } from '../../core/site-model.ts';
import { loadSite, type Store } from '../../store/index.ts';

export interface Numbered {
  readonly endpoints: readonly Endpoint[];
  readonly points: readonly Pick<PointRow, 'id' | 'target' | 'protocol' | 'path' | 'type' | 'area' | 'address'>[];
}

/** What has a number in a site, as the store has it: save the site first. */
export const readNumbered = async (store: Store, site: string): Promise<Numbered> => {
  const endpoints: Endpoint[] = [];
  const points: Numbered['points'][number][] = [];
  await loadSite(
    store,
    site,
    (part) => {
      for (const { spoke: _spoke, traffic: _traffic, seen: _seen, ...endpoint } of part.endpoints ?? [])
        endpoints.push(endpoint);
      for (const { id, target, protocol, path, type, area, address } of part.points ?? [])
        points.push({ id, target, protocol, path, type, area, address });
    },
    ['endpoints', 'points'],
  );
  return { endpoints, points };
};

const NOT_SEEN: EndpointRow['traffic'] = {
  framesSent: 0,
  bytesSent: 0,
  framesReceived: 0,
  bytesReceived: 0,
  firstUs: 0,
  lastUs: 0,
  minTtl: 0,
  maxTtl: 0,
};

/** The same, none of it seen. */
export const unseenRows = ({ endpoints, points }: Numbered): Partial<SiteRows> => ({
  endpoints: endpoints.map((endpoint) => ({ ...endpoint, spoke: false, traffic: NOT_SEEN })),
  points: points.map((point) => ({
    ...point,
    value: Number.NaN,
    quality: 'unknown',
    firstUs: 0,
    lastUs: 0,
    lastChangeUs: 0,
    reads: 0,
    writes: 0,
    changes: 0,
    cadenceUs: 0,
    lastReader: 0,
    lastWriter: 0,
    min: Number.NaN,
    max: Number.NaN,
    sampledUs: 0,
  })),
});
