/**
 * The control traffic of the plant: three panels and the SCADA server poll the controllers, people write from the panels,
 * the recipe screen from the server, the historian and the gateway subscribe to the server.
 */
import { ONLINE_CHANGE, type Operation } from '../story/life.ts';
import { earlierUs } from '../story/summer-time.ts';
import type { Twin } from '../story/twin.ts';
import type { Controller, PointDefinition, WriteOutcome } from '../world.ts';
import type { Activity } from './clockwork.ts';
import { connect } from './engineering.ts';
import { OpcuaMaster } from './masters/opcua.ts';
import { Poller } from './poller.ts';
import { type Scene, SECOND_US } from './scene.ts';
import type { Station } from './station.ts';

/** Periods of polling, seconds. */
export const PANEL_S = 4;
export const SERVER_S = 15;
const HISTORIAN_S = 10;
const GATEWAY_S = 10;
/** Points that the server offers to the historian and to the gateway. */
const HISTORIAN_POINTS = 48;
const GATEWAY_POINTS = 20;

/** Controllers of one panel: neighbours in the process. */
const panelOf = (scene: Scene, controller: Controller): number => {
  const cells = [...new Set(scene.controllers.map((c) => c.cell))];
  return Math.min(
    scene.plant.hmis.length - 1,
    Math.floor((cells.indexOf(controller.cell) * scene.plant.hmis.length) / cells.length),
  );
};

/** The server's own address space: points of all controllers under one roof. */
const aggregate = (scene: Scene, count: number): Controller => {
  const all = scene.controllers.flatMap((controller) =>
    controller.points
      .filter((p) => p.nature === 'measured' && p.type !== 'bool')
      .map((p) => ({ controller, point: p })),
  );
  const chosen = Array.from(
    { length: Math.min(count, all.length) },
    (_, i) => all[Math.floor((i * all.length) / count)]!,
  );
  const by = new Map(chosen.map(({ controller, point }) => [point.name, controller]));
  const points = chosen.map(({ point }): PointDefinition => ({ ...point, type: 'real', scale: 1, writable: false }));
  const first = scene.controllers[0]!;
  return {
    id: scene.plant.scada.name,
    cell: 'plant',
    family: 'opcua',
    safety: false,
    points,
    mode: 'run',
    program: first.program,
    read: (name) => by.get(name)!.read(name),
    reader: (name) => by.get(name)!.reader(name),
    write: (): WriteOutcome => 'not-writable',
    setMode: () => undefined,
    download: () => undefined,
  };
};

export interface Control {
  /** Panels' pollers by the id of the controller. */
  readonly panels: ReadonlyMap<string, Poller>;
  readonly servers: ReadonlyMap<string, Poller>;
  readonly historian: Poller;
  readonly gateway: Poller;
  readonly gatewaySource: Controller;
}

const subscriber = (scene: Scene, client: Station, source: Controller, product: string, periodS: number): Poller => {
  const stream = scene.stream(client, scene.plant.scada, 4840);
  const parties = {
    client: { uri: `urn:${client.name}:${product}`, product: `urn:${product}`, name: product },
    server: { uri: `urn:${source.id}:server`, product: 'urn:works:scada', name: 'Works SCADA OPC UA server' },
  };
  return new Poller(scene, new OpcuaMaster(stream, source, parties, scene.latency, periodS * 1000));
};

export const control = (scene: Scene): Control => {
  const panels = new Map<string, Poller>();
  const servers = new Map<string, Poller>();
  scene.controllers.forEach((c, i) => {
    const panel = new Poller(scene, scene.master(scene.plant.hmis[panelOf(scene, c)]!, c, 2));
    panel.start(scene.at(0.3 + i * 0.23), PANEL_S * SECOND_US, 20_000);
    panels.set(c.id, panel);
    const server = new Poller(scene, scene.master(scene.plant.scada, c, 3));
    server.start(scene.at(1.1 + i * 0.87), SERVER_S * SECOND_US, 60_000);
    servers.set(c.id, server);
  });
  const historian = subscriber(
    scene,
    scene.plant.historian,
    aggregate(scene, HISTORIAN_POINTS),
    'historian-collector',
    HISTORIAN_S,
  );
  historian.start(scene.at(4.2), HISTORIAN_S * SECOND_US, 50_000);
  const gatewaySource = aggregate(scene, GATEWAY_POINTS);
  const gateway = subscriber(scene, scene.plant.gateway, gatewaySource, 'edge-gateway', GATEWAY_S);
  gateway.start(scene.at(6.7), GATEWAY_S * SECOND_US, 50_000);
  return { panels, servers, historian, gateway, gatewaySource };
};

/** The engineer goes online with the controller, looks, writes one parameter and goes offline. */
function* changeOnline(scene: Scene, o: Operation): Activity {
  const { engineering } = scene.plant;
  const controller = scene.controller(o.controller);
  const { silent } = scene.packets;
  if (silent.has(engineering) || silent.has(scene.station(controller))) return;
  const master = yield* connect(scene, engineering, controller);
  for (let n = 0; n < 4; n++) {
    master.poll(scene.nowUs);
    yield 5 * SECOND_US;
  }
  const t = master.write(scene.nowUs, o.point, o.value).endUs;
  yield t - scene.nowUs + 20 * SECOND_US;
  master.stream.close(scene.nowUs);
}

/**
 * People's writes at their panels; recipes come from the server's recipe screen, online changes from the engineering
 * station. Nobody writes while he is not connected.
 */
export const operate = (
  scene: Scene,
  control: Control,
  twin: Pick<Twin, 'write'> | undefined,
  operations: Iterable<Operation>,
): void => {
  const upcoming = operations[Symbol.iterator]();
  const next = (): void => {
    const { value: o, done } = upcoming.next();
    if (done === true) return;
    const atUs = scene.at(o.atS);
    scene.clock.once(atUs - earlierUs(scene.options.startUs, atUs), (tsUs) => {
      twin?.write(o.controller, o.point, o.value);
      if (o.act === ONLINE_CHANGE) {
        scene.clock.begin(tsUs, () => changeOnline(scene, o));
        next();
        return;
      }
      const poller = (o.act.startsWith('recipe') ? control.servers : control.panels).get(o.controller)!;
      const { stream } = poller.master;
      if (stream.isOpen && !scene.packets.silent.has(stream.server) && !scene.packets.silent.has(stream.client))
        poller.master.write(tsUs + 30_000 + scene.random.integer(0, 200_000), o.point, o.value);
      next();
    });
  };
  next();
};
