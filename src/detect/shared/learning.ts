/** Parts of detectors that many share: how far the site has learned, and which roles and protocols belong to the plant. */
import type { DetectorContext, Learning } from '../../core/detector.ts';
import type { EndpointId } from '../../core/endpoint.ts';
import type { FlowSummary } from '../../core/observation.ts';
import type { Role } from '../../core/site.ts';

const HOUR_US = 3_600_000_000;

/** Learning of the site as one line, in hours of frame time; `unarmed` says why a full table judges no more. */
export const siteLearning = (context: DetectorContext, unarmed = ''): Learning[] => [
  {
    of: { kind: 'site' },
    seen: Math.min(context.watchedUs, context.learningTimeUs) / HOUR_US,
    needed: context.learningTimeUs / HOUR_US,
    unit: 'h',
    unarmed,
  },
];

/** A rule needs no learning: it says so instead of saying nothing. */
export const needsNone: readonly Learning[] = [{ of: { kind: 'site' }, seen: 1, needed: 1, unit: 'rule', unarmed: '' }];

const PLANT_ROLES: ReadonlySet<Role> = new Set<Role>([
  'plc',
  'safety-controller',
  'remote-io',
  'drive',
  'hmi',
  'engineering-station',
  'historian',
  'scada-server',
  'iiot-gateway',
  'field-gateway',
  'building-controller',
  'field-device',
]);
const CONTROLLERS: ReadonlySet<Role> = new Set<Role>([
  'plc',
  'safety-controller',
  'remote-io',
  'drive',
  'field-gateway',
  'building-controller',
  'field-device',
]);

/** A device of the plant: it has a role on the shop floor, or a level below 3.5. */
export const isPlant = (context: DetectorContext, endpoint: EndpointId): boolean =>
  endpoint > 0 && (PLANT_ROLES.has(context.role(endpoint)) || context.level(endpoint) < 3.5);
/** A device that acts on the process itself. */
export const isController = (context: DetectorContext, endpoint: EndpointId): boolean =>
  endpoint > 0 && CONTROLLERS.has(context.role(endpoint));
/** Office side: a known level of 4 or more. */
export const isOffice = (context: DetectorContext, endpoint: EndpointId): boolean =>
  endpoint > 0 && context.level(endpoint) >= 4;
/** A protocol that commands the process; protocols nobody classified count as such when `unknown` is true. */
export const isControl = (context: DetectorContext, protocol: string, unknown = true): boolean => {
  const family = context.family(protocol);
  return family === 'ot' || family === 'iiot' || (unknown && family === '');
};
/** Stands in the industrial DMZ: a known level between plant and office. */
export const isBetween = (context: DetectorContext, endpoint: EndpointId): boolean =>
  endpoint > 0 && context.level(endpoint) >= 3.5 && context.level(endpoint) < 4;
/**
 * Both ends spoke and, of TCP, something was said: a connection that was only opened is a probe, and scans have a detector of
 * their own.
 */
export const isTalk = (f: FlowSummary): boolean =>
  f.clientPackets > 0 &&
  f.serverPackets > 0 &&
  (f.transport !== 'tcp' ||
    (f.tcpState !== 'new' && f.tcpState !== 'rejected' && f.decodedBytes + f.undecodedBytes + f.missingBytes > 0));
