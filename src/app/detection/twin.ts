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

const isCount = (value: unknown, most: number): boolean =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most;
const isText = (value: unknown): boolean => typeof value === 'string';
const isMaybe = (value: unknown, is: (value: unknown) => boolean): boolean => value === undefined || is(value);
const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

/** Twelve bits (IEEE 802.1Q), and eight for segments. */
const MAX_VLAN = 0xfff;
const MAX_SEGMENT = 255;

/** Whether all of it is what `readNumbered` writes: it comes as a file, and is written into a store. */
export const isNumbered = (value: unknown): value is Numbered => {
  const { endpoints, points } = fieldsOf(value);
  if (!Array.isArray(endpoints) || !Array.isArray(points)) return false;
  const isEndpoint = (row: unknown, i: number): boolean => {
    const { id, segment, vlan, innerVlan, mac, ip, tunnel, parent, sub } = fieldsOf(row);
    const { kind, address } = fieldsOf(sub);
    return (
      id === i + 1 &&
      isCount(segment, MAX_SEGMENT) &&
      isCount(vlan, MAX_VLAN) &&
      isCount(innerVlan, MAX_VLAN) &&
      [mac, ip, tunnel].every((text) => isMaybe(text, isText)) &&
      // A gateway stands before what is behind it.
      isMaybe(parent, (n) => isCount(n, i) && n !== 0) &&
      isMaybe(sub, () => isText(kind) && isText(address))
    );
  };
  const isPoint = (row: unknown, i: number): boolean => {
    const { id, target, protocol, path, type, area, address } = fieldsOf(row);
    const texts = [protocol, path, type, area].every(isText);
    return (
      id === i + 1 &&
      isCount(target, endpoints.length) &&
      target !== 0 &&
      texts &&
      Number.isInteger(address) &&
      Math.abs(address as number) < 2 ** 31
    );
  };
  return endpoints.every(isEndpoint) && points.every(isPoint);
};

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
