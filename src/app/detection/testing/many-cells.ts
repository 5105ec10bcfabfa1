/**
 * A live site of CONTROLLERS with POINTS registers each, read every STEP; all do the same, so that one model fits all.
 * GATEHOUSE_CONTROLLERS sets another number of them.
 */
import type { CellLearner } from '../../../core/process.ts';
import type { Source } from '../../../core/site.ts';
import type { Store } from '../../../store/index.ts';
import { LiveSite, type SiteAround, sourceOf } from '../../live-site.ts';
import type { SiteRuntime } from '../../pipeline.ts';
import { type Fitter, inPlaceFitter } from '../fitting.ts';
import { DEFAULT_DETECTION, SETTINGS_NAME } from '../keep.ts';
import type { SiteDetection } from '../site-detection.ts';

export const CONTROLLERS = Number(process.env.GATEHOUSE_CONTROLLERS ?? 10);
export const POINTS = 100;
export const STEP_US = 10_000_000;
/** Between two saves of the engine. */
export const SAVE_US = 20_000_000;
const QUIET_US = 700_000_000;
export const T0 = 1_770_000_000_000_000;

/** The value of a register: a wave of its own with a little noise, the same at every controller. */
export const valueAt = (register: number, tsUs: number): number => {
  const s = (tsUs - T0) / 1e6;
  const noise = Math.imul((s / 10) | 0, 2_654_435_761 + register * 40_503) >>> 24;
  return Math.round(20_000 + 5000 * Math.sin(s / (150 + 37 * (register % 9)) + register) + noise);
};

/** Makes one model of each width and hands it out again: a hundred fits would take minutes and say no more. */
const sharing = (learner: CellLearner): Fitter => {
  const made = new Map<number, Uint8Array>();
  const inPlace = inPlaceFitter(learner);
  return {
    ...inPlace,
    request: ({ table, stepUs, done }) => {
      const rows = table();
      const saved = made.get(rows.points.length) ?? learner.fit(rows, { stepUs }).save();
      made.set(rows.points.length, saved);
      done({ kind: 'made', model: learner.restore(saved), cycles: [] });
      return undefined;
    },
  };
};

/** The site of a data folder, which learns for three minutes. */
export const liveSite = async (store: Store, learner: CellLearner, around: SiteAround = {}): Promise<LiveSite> => {
  const settings = { ...DEFAULT_DETECTION, learningHours: 0.05 };
  await store.writer.submit({
    put: { setting: [{ site_id: 'live', name: SETTINGS_NAME, value: JSON.stringify(settings) }] },
  });
  const row = { site_id: 'live', name: 'live', kind: 'live', zone: 'UTC', created_us: T0 };
  const site = new LiveSite(store, row, { fitter: sharing(learner), ...around });
  const source: Source = sourceOf({
    ...{ site_id: 'live', source_id: 'l1', sensor_id: 'local', kind: 'live', name: 'eth0', path: 'eth0', sha256: '' },
    ...{ state: 'live', error: '', progress: 1, started_us: T0, ended_us: 0, warnings: '[]' },
    health: JSON.stringify({ firstUs: T0, lastUs: T0 }),
  });
  site.sources.set(source.id, source);
  return site;
};

const addControllers = ({ endpoints }: SiteRuntime): void => {
  const none = { framesSent: 0, bytesSent: 0, framesReceived: 0, bytesReceived: 0, minTtl: 0, maxTtl: 0 };
  for (let id = endpoints.count + 1; id <= CONTROLLERS + 1; id++)
    endpoints.restore({
      ...{ id, segment: 0, vlan: 0, innerVlan: 0, spoke: true },
      mac: `00:1d:9c:00:00:${id.toString(16).padStart(2, '0')}`,
      ip: `10.0.0.${id}`,
      traffic: { ...none, firstUs: T0, lastUs: T0 },
    });
};

/**
 * Reads every controller from the step after `fromUs` (0: the beginning) until `untilUs`; answers the time of the last. `shown`: what a
 * controller shows in place of a value.
 */
export const feedUntil = (
  runtime: SiteRuntime,
  detection: SiteDetection,
  fromUs: number,
  untilUs: number,
  shown: (value: number, server: number, register: number, tsUs: number) => number = (value) => value,
): number => {
  addControllers(runtime);
  const { sink } = detection;
  sink.setSource({ id: 'l1', offsetOf: () => -1 });
  // After the first reading the wire is quiet until cells are formed.
  let tsUs = fromUs === 0 ? T0 : fromUs + STEP_US;
  const end = fromUs === 0 ? T0 : untilUs;
  for (; tsUs <= end; tsUs += STEP_US) {
    for (let server = 2; server <= CONTROLLERS + 1; server++) {
      const values = Array.from({ length: POINTS }, (_, r) => shown(valueAt(r, tsUs), server, r, tsUs));
      const frame = Math.round((tsUs - T0) / 1e6) + 2;
      const at = { frame, requestFrame: frame - 1, firstFrame: frame - 1, tsUs, requestTsUs: tsUs, flow: server };
      const who = { client: 1, server, sender: server, receiver: 1, protocol: 'modbus' };
      sink.values(
        { ...at, ...who },
        { target: server, area: 'holding', start: 0, values, count: POINTS, access: 'read' },
      );
    }
    for (let ms = 0; ms < 10_000; ms += 1000) sink.tick(tsUs + ms * 1000);
  }
  if (fromUs === 0) for (tsUs = T0; tsUs < T0 + QUIET_US; tsUs += STEP_US) sink.tick(tsUs);
  return tsUs - STEP_US;
};
