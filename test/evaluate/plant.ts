/**
 * A run of the whole product over the simulated plant: frames into the pipeline and the detection of a site, as a capture
 * goes, without a store. What was told is kept with the frame time at which it was told, and the truth beside it.
 */
import { openPlant, type PlantOptions } from '../../plant/network/index.ts';
import type { Labels } from '../../plant/world.ts';
import { type Fitter, inPlaceFitter } from '../../src/app/detection/fitting.ts';
import { LEARNER } from '../../src/app/detection/learner.ts';
import { SiteDetection } from '../../src/app/detection/site-detection.ts';
import { createSiteRuntime, Pipeline } from '../../src/app/pipeline.ts';
import type { EndpointView } from '../../src/core/endpoint.ts';
import type { Finding } from '../../src/core/finding.ts';
import type { Alert, Incident, MaintenanceWindow } from '../../src/core/incident.ts';
import type { SiteModel } from '../../src/core/site-model.ts';
import type { Naming } from '../../src/decide/index.ts';
import { createSiteModel } from '../../src/observe/index.ts';
import { plainNaming } from './quiet.ts';

export const MINUTE_US = 60_000_000;
export const DAY_US = 86_400_000_000;
/** The scope of announced work is looked up again so often: a device that is new is known only after it spoke. */
const SCOPE_US = MINUTE_US;
/** Times kept of one finding; of more the first ones: a finding that is stated on and on says nothing new. */
export const MAX_SIGHTINGS = 2_000;
/** Times closer than this are one. */
const APART_US = 30_000_000;

export interface PlantCase
  extends Pick<PlantOptions, 'seed' | 'days' | 'startUs' | 'attack' | 'variant' | 'disturbances' | 'story'> {
  readonly learningUs: number;
  /** False: the network alone is judged, without models of the process. */
  readonly process?: boolean;
  /** Instead of the attack that the plant plans: the noisy one at this time, over in about so many minutes. */
  readonly staged?: { readonly atUs: number; readonly minutes: number };
}

/** A finding with the plain names of whom it concerns, and when it was told. */
export interface Told {
  readonly finding: Finding;
  readonly actorIp: string;
  readonly targetIp: string;
  /** `ip path` of its points. */
  readonly points: readonly { readonly ip: string; readonly path: string }[];
  /** Actor, target and every single device that it names; not those of a list. */
  readonly ips: ReadonlySet<string>;
  /** Frame times at which it was new or went on, ascending, each the time a person could have known it. */
  readonly atUs: readonly number[];
  readonly isAlert: boolean;
  readonly inWindow: boolean;
}

export interface PlantOutcome {
  readonly case: PlantCase;
  readonly labels: Labels;
  /** From when on the site judged, microseconds since 1970; NaN: never. */
  readonly watchingUs: number;
  readonly told: readonly Told[];
  readonly alerts: readonly Alert[];
  readonly incidents: readonly Incident[];
  /** Id of the incident that a finding belongs to, '' none. */
  readonly incidentOf: (finding: string) => string;
  /** Tells devices by their addresses. */
  readonly naming: Naming;
  /** Cells with a model, and all. */
  readonly armed: number;
  readonly cells: number;
  readonly frames: number;
}

/** IP address of an endpoint, of its gateway for a sub-address; '' where it has none. */
const ipIn = (endpoints: EndpointView, endpoint: number): string => {
  if (endpoint <= 0) return '';
  const { ip, parent } = endpoints.get(endpoint);
  return ip ?? (parent === undefined ? '' : ipIn(endpoints, parent));
};

/** A device that has no address yet asks from 0.0.0.0. */
const isAddress = (ip: string): boolean => ip !== '' && ip !== '0.0.0.0';

const windowsOf = (
  labels: Labels,
  ipOf: (endpoint: number) => string,
  model: SiteModel,
  nowUs: number,
): MaintenanceWindow[] => {
  const byIp = new Map<string, string[]>();
  for (const asset of model.assets())
    for (const { endpoint } of asset.endpoints) {
      const ip = ipOf(endpoint);
      if (ip !== '') byIp.set(ip, [...(byIp.get(ip) ?? []), asset.id]);
    }
  return labels.disturbances.flatMap((d): MaintenanceWindow[] => {
    if (d.window === undefined || d.window.startUs > nowUs) return [];
    const assets = [d.targetIp, ...(d.window.ips ?? [])].flatMap((ip) => byIp.get(ip) ?? []);
    if (assets.length === 0) return [];
    const { startUs, endUs, text } = d.window;
    const rest = { cells: [], vendor: '', workOrder: '', cancelled: false, userId: 'evaluate', createdUs: startUs };
    return [{ id: d.id, text, assets: [...new Set(assets)], fromUs: startUs, toUs: endUs, ...rest }];
  });
};

/** Leaves the process unlearned. */
const NO_MODELS: Fitter = {
  ...inPlaceFitter(LEARNER),
  request: ({ done }) => {
    done({ kind: 'failed', why: 'not asked for' });
    return undefined;
  },
};

/** Runs one plant; `progress` hears the frame time now and then. */
export const runPlant = (given: PlantCase, progress: (tsUs: number) => void = () => undefined): PlantOutcome => {
  const { learningUs, staged, process, ...options } = given;
  const plant = openPlant({ ...options, attack: staged === undefined ? options.attack : 'none' });
  const { labels } = plant;
  let model: SiteModel | undefined;
  let detection: SiteDetection | undefined;
  const last = new Map<string, Finding>();
  const times = new Map<string, number[]>();
  let watchingUs = Number.NaN;
  let scopedUs = 0;
  const collect = (tsUs: number): void => {
    const found = detection!.takeUnsaved();
    for (const finding of found) {
      const atUs = times.get(finding.id) ?? [];
      times.set(finding.id, atUs);
      // The end of an episode tells nothing new.
      const grew = (last.get(finding.id)?.count ?? 0) < finding.count;
      last.set(finding.id, finding);
      if (grew && atUs.length < MAX_SIGHTINGS && !(tsUs - (atUs.at(-1) ?? 0) < APART_US)) atUs.push(tsUs);
    }
    detection!.saved(found);
  };
  const scope = (tsUs: number): void => {
    scopedUs = tsUs;
    if (labels.disturbances.some((d) => d.window !== undefined && d.window.startUs <= tsUs))
      detection!.triage.setWindows(windowsOf(labels, ipOf, model!, tsUs));
  };
  const runtime = createSiteRuntime((endpoints) => {
    model = createSiteModel({ endpoints });
    detection = new SiteDetection({
      model,
      endpoints,
      learningUs,
      fitter: process === false ? NO_MODELS : inPlaceFitter(LEARNER),
    });
    const { sink } = detection;
    return {
      ...sink,
      tick: (tsUs) => {
        sink.tick(tsUs);
        if (Number.isNaN(watchingUs) && detection!.detection.phase === 'watching') watchingUs = tsUs;
        collect(tsUs);
        if (tsUs - scopedUs >= SCOPE_US) scope(tsUs);
      },
    };
  });
  // A device that spoke without its address (ARP) has that of its asset.
  const ipOf = (endpoint: number): string => {
    const own = ipIn(runtime.endpoints, endpoint);
    if (isAddress(own) || endpoint <= 0) return own;
    const asset = model!.asset(model!.assetOf(endpoint) ?? '');
    return asset?.endpoints.map((e) => ipIn(runtime.endpoints, e.endpoint)).find(isAddress) ?? '';
  };
  const pipeline = new Pipeline({ source: 'plant', site: runtime });
  let frames = 0;
  const read = (untilUs: number): void => {
    for (const batch of plant.run(untilUs)) {
      frames += batch.count;
      pipeline.handle(batch);
      progress(batch.tsUs[batch.count - 1]!);
    }
  };
  if (staged !== undefined) {
    read(staged.atUs);
    if (!plant.stage(staged.minutes)) throw new Error('an attack is running already');
  }
  read(labels.endUs);
  pipeline.finish();
  detection!.collect();
  collect(labels.endUs);
  scope(labels.endUs);
  const { triage, feed } = detection!;
  const picture = triage.picture();
  const told = [...last.values()].map((finding): Told => {
    const points = finding.points.flatMap((id) => {
      const point = model!.point(id);
      return point === undefined ? [] : [{ ip: ipOf(point.target), path: point.path }];
    });
    const all = Object.values(finding.parts).flatMap((part) => (part.kind === 'endpoint' ? [part.endpoint] : []));
    const ips = new Set([finding.actor, finding.target, ...all].map(ipOf).filter((ip) => ip !== ''));
    return {
      finding,
      actorIp: ipOf(finding.actor),
      targetIp: ipOf(finding.target),
      points,
      ips,
      atUs: times.get(finding.id) ?? [],
      isAlert: picture.alertOf.has(finding.id),
      inWindow: picture.hits.has(finding.id),
    };
  });
  return {
    case: given,
    labels,
    watchingUs,
    told,
    alerts: picture.alerts,
    incidents: picture.incidents,
    incidentOf: (finding) => picture.incidentOf.get(finding) ?? '',
    naming: plainNaming(runtime.endpoints, model!),
    armed: feed.cells.filter((cell) => cell.isArmed).length,
    cells: feed.cells.length,
    frames,
  };
};
