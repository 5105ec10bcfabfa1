/**
 * Records the samples of a plant (samples.ts): its control traffic goes through the pipeline into a site model, without the
 * office and without detectors, some three seconds of processor time for an hour of the plant.
 */
import { control, operate } from '../../plant/network/control.ts';
import { fieldbuses } from '../../plant/network/fieldbus.ts';
import { gatewayTraffic } from '../../plant/network/gateway.ts';
import { PLANT_DEFAULTS, type PlantOptions } from '../../plant/network/index.ts';
import { DAY_US, HOUR_US, MINUTE_US, Scene, SECOND_US } from '../../plant/network/scene.ts';
import { createWorld } from '../../plant/physics/index.ts';
import { benign } from '../../plant/story/benign.ts';
import { Book } from '../../plant/story/book.ts';
import { operationsBetween } from '../../plant/story/life.ts';
import { networkEvents } from '../../plant/story/network-events.ts';
import { createSiteRuntime, Pipeline } from '../../src/app/pipeline.ts';
import type { SiteModel, SiteSink } from '../../src/core/site-model.ts';
import { createSiteModel } from '../../src/observe/index.ts';
import { type SampledPoint, type SampleHeader, SampleWriter } from './samples.ts';

/** Outputs of a controller to its own stations: nobody writes them. */
const CYCLIC = 'cip-io';
const DAY_S = DAY_US / SECOND_US;

/** Measured values drawn away slowly in front of their controllers, one of each controller at a time. */
export interface Drifts {
  /** The first one begins so many hours after the beginning. */
  readonly fromHour: number;
  /** Per cent of the measuring range in an hour, upwards and downwards in turn. */
  readonly perHour: number;
  readonly lastsMinutes: number;
  readonly everyMinutes: number;
}
/** A drift ends here, per cent of the measuring range. */
const MOST_DRIFT = 6;

const drawAway = (scene: Scene, book: Book, drifts: Drifts): void => {
  const lastsUs = drifts.lastsMinutes * MINUTE_US;
  let slot = 0;
  scene.clock.every(scene.at(drifts.fromHour * 3600), drifts.everyMinutes * MINUTE_US, 0, () => {
    scene.world.controllers.forEach((controller, c) => {
      const sensors = controller.points.filter(({ nature }) => nature === 'measured');
      const sensor = sensors[slot % sensors.length];
      if (sensor === undefined) return;
      const perHour = drifts.perHour * ((slot + c) % 2 === 0 ? 1 : -1);
      const move = book.move({
        technique: 'T0856',
        name: `drift of ${sensor.name} by ${perHour} %/h`,
        actorIp: '',
        targetIp: '',
        points: book.points(controller.id, sensor.name),
        effect: '',
        touchesPlant: true,
        isCommand: false,
        variant: 'patient',
      });
      const startS = scene.world.timeS;
      const endS = startS + lastsUs / SECOND_US;
      const parameters = { perHour, most: MOST_DRIFT };
      scene.world.happen({ kind: 'sensor-drift', startS, endS, target: sensor.name, parameters });
      scene.clock.once(scene.nowUs + lastsUs, () => book.finish(move));
    });
    slot++;
  });
};

const scened = (options: PlantOptions, drifts: Drifts | undefined): { scene: Scene; book: Book } => {
  const { seed, days, startUs } = options;
  const startS = Math.floor(startUs / SECOND_US);
  const world = createWorld({ seed, startS, people: false });
  const scene = new Scene({ ...options, endUs: startUs + Math.round(days * DAY_US) }, world);
  const traffic = control(scene);
  const plan = (fromS: number): void => {
    operate(scene, traffic, undefined, operationsBetween(seed, startS, fromS, fromS + DAY_S));
    scene.clock.once(scene.at(fromS + DAY_S) - 1, () => plan(fromS + DAY_S));
  };
  plan(0);
  gatewayTraffic(scene, traffic.gatewaySource);
  fieldbuses(scene);
  const book = new Book(scene, undefined);
  benign(scene, book, undefined);
  networkEvents(scene, book);
  if (drifts !== undefined) drawAway(scene, book, drifts);
  return { scene, book };
};

/** What the site hears goes to the model; each tick is written, each write noted. */
const recorder = (model: SiteModel, writer: SampleWriter, points: SampledPoint[], writes: [number, number][]) => {
  let read = (_tsUs: number): void => undefined;
  const look = (tsUs: number): void => {
    for (let id = points.length + 1; id <= model.pointCount; id++) {
      const { target, protocol, path, value } = model.point(id)!;
      const isNumber = ['number', 'boolean', 'bigint'].includes(typeof value);
      points.push({ id, knownUs: tsUs, target, protocol, path, isNumber });
    }
    const watch = model.watch(points.map(({ id }) => id));
    const values = new Float64Array(points.length + 1);
    const lastUs = new Float64Array(points.length + 1);
    read = (us) => {
      watch.read(values.subarray(1), lastUs.subarray(1));
      writer.tick(us, values, lastUs);
    };
  };
  const wrote = (point: number, tsUs: number): void => {
    if (point > 0) writes.push([point, tsUs]);
  };
  const sink: SiteSink & Pick<SiteModel, 'setSource'> = {
    setSource: (x) => model.setSource(x),
    command: (at, x) => model.command(at, x),
    identity: (at, x) => model.identity(at, x),
    module: (at, x) => model.module(at, x),
    name: (at, x) => model.name(at, x),
    session: (at, x) => model.session(at, x),
    weird: (at, x) => model.weird(at, x),
    flow: (at, x) => model.flow(at, x),
    alias: (at, x) => model.alias(at, x),
    values: (at, x) => {
      model.values(at, x);
      if (x.access !== 'write' || at.client <= 0 || at.protocol === CYCLIC) return;
      for (let i = 0; i < x.count; i++) wrote(model.pointOf(x.target, at.protocol, x.area, x.start + i), at.tsUs);
    },
    value: (at, x) => {
      model.value(at, x);
      if (x.access === 'write' && at.client > 0 && at.protocol !== CYCLIC)
        wrote(model.pointOf(x.target, at.protocol, '', x.path), at.tsUs);
    },
    tick: (tsUs) => {
      model.tick(tsUs);
      if (model.pointCount !== points.length) look(tsUs);
      read(tsUs);
    },
  };
  return sink;
};

/** Normal days of the plant into a file; `progress` hears hours and frames. */
export const recordSamples = (
  path: string,
  given: Pick<PlantOptions, 'seed' | 'days'> & { readonly fromDay: number; readonly drifts?: Drifts },
  progress: (hour: number, frames: number) => void,
): void => {
  const startUs = PLANT_DEFAULTS.startUs + given.fromDay * DAY_US;
  const options: PlantOptions = { ...PLANT_DEFAULTS, seed: given.seed, days: given.days, startUs };
  const { scene, book } = scened(options, given.drifts);
  const writer = new SampleWriter(path);
  const points: SampledPoint[] = [];
  const writes: [number, number][] = [];
  const runtime = createSiteRuntime((endpoints) => recorder(createSiteModel({ endpoints }), writer, points, writes));
  const pipeline = new Pipeline({ source: 'plant', site: runtime });
  let frames = 0;
  let hour = -1;
  for (const batch of scene.clock.run(options.startUs + Math.round(options.days * DAY_US))) {
    frames += batch.count;
    pipeline.handle(batch);
    const now = Math.floor((batch.tsUs[batch.count - 1]! - startUs) / HOUR_US);
    if (now !== hour) progress(now, frames);
    hour = now;
  }
  pipeline.finish();
  const endpoints = new Map<number, SampleHeader['endpoints'][number]>();
  const add = (id: number): void => {
    if (id <= 0 || endpoints.has(id)) return;
    const { ip = '', parent, sub } = runtime.endpoints.get(id);
    const known = sub && { kind: sub.kind, address: String(sub.address) };
    endpoints.set(id, { id, ip, ...(parent !== undefined && { parent }), ...(known && { sub: known }) });
    if (parent !== undefined) add(parent);
  };
  for (const { target } of points) add(target);
  writer.close({ points, endpoints: [...endpoints.values()], writes, labels: book.labels() });
};
