/**
 * What everything on the network of the simulated plant shares: the clock, chance, the mirror, who is there, and the world
 * whose controllers are read and written. The world is brought up to date before each task.
 */
import { type Random, seededRandom } from '../../src/lib/random.ts';
import type { PlantWorld } from '../physics/index.ts';
import type { Controller } from '../world.ts';
import { Clockwork } from './clockwork.ts';
import { cipIdentityOf, layout, type Plant, s7IdentityOf, type Variant } from './hosts.ts';
import { CipMaster } from './masters/cip.ts';
import type { Master } from './masters/master.ts';
import { ModbusMaster } from './masters/modbus.ts';
import { OpcuaMaster } from './masters/opcua.ts';
import { S7Master } from './masters/s7.ts';
import { Mirror } from './mirror.ts';
import type { Segment, Station } from './station.ts';
import { Packets, Stream } from './stream.ts';

export const SECOND_US = 1_000_000;
export const MINUTE_US = 60 * SECOND_US;
export const HOUR_US = 60 * MINUTE_US;
export const DAY_US = 24 * HOUR_US;

export interface SceneOptions {
  readonly seed: number;
  readonly startUs: number;
  readonly endUs: number;
  readonly variant: Variant;
  readonly hosts: number;
}

/** Port of each family's service. */
export const SERVICE_PORT = { modbus: 502, s7: 102, profinet: 102, cip: 44_818, opcua: 4840 } as const;

export class Scene {
  readonly options: SceneOptions;
  readonly world: PlantWorld;
  readonly plant: Plant;
  readonly random: Random;
  readonly mirror = new Mirror();
  readonly clock: Clockwork;
  readonly packets: Packets;
  readonly controllers: readonly Controller[];
  readonly #byId: ReadonlyMap<string, Controller>;

  constructor(options: SceneOptions, world: PlantWorld) {
    this.options = options;
    this.world = world;
    this.controllers = world.controllers;
    this.#byId = new Map(world.controllers.map((c) => [c.id, c]));
    this.plant = layout(options.variant, world.controllers, options.hosts);
    // The network has chance of its own: traffic of another kind leaves the physics as it was.
    this.random = seededRandom(options.seed ^ 0x6e65_7477);
    this.clock = new Clockwork(this.mirror, options.startUs, this.random.uniform, (tsUs) =>
      world.advance((tsUs - options.startUs) / SECOND_US),
    );
    this.packets = new Packets(this.mirror, this.plant.topology, this.random.uniform);
  }

  get nowUs(): number {
    return this.clock.nowUs;
  }
  at(seconds: number): number {
    return this.options.startUs + Math.round(seconds * SECOND_US);
  }
  controller(id: string): Controller {
    const found = this.#byId.get(id);
    if (found === undefined) throw new RangeError(`no controller ${id}`);
    return found;
  }
  station(controller: Controller): Station {
    return this.plant.controllers.get(controller.id)!;
  }

  stream(client: Station, server: Station, port: number): Stream {
    return new Stream(this.packets, client, server, port, this.random.bits());
  }
  frame(tsUs: number, segment: Segment, dst: Uint8Array, src: Uint8Array, type: number, payload: Uint8Array): void {
    this.packets.frame(tsUs, segment, dst, src, type, payload);
  }

  /** Time a controller takes to answer: what is left of its scan, microseconds. */
  readonly latency = (): number => 800 + this.random.integer(0, 4_000);
  uniform(low: number, high: number): number {
    return low + (high - low) * this.random.uniform();
  }
  pick<T>(list: readonly T[]): T {
    return list[this.random.integer(0, list.length - 1)]!;
  }
  octets(count: number): Uint8Array {
    const out = new Uint8Array(count);
    for (let i = 0; i < count; i += 4) {
      const r = this.random.bits();
      out[i] = r & 255;
      out[i + 1] = (r >>> 8) & 255;
      out[i + 2] = (r >>> 16) & 255;
      out[i + 3] = r >>> 24;
    }
    return out;
  }

  /** A master at `from` for the controller, in the protocol of its family. `kind`: 1 engineering tool, 2 panel, 3 server. */
  master(from: Station, controller: Controller, kind: 1 | 2 | 3): Master {
    const stream = this.stream(from, this.station(controller), SERVICE_PORT[controller.family]);
    const n = this.controllers.indexOf(controller);
    switch (controller.family) {
      case 'modbus':
        return new ModbusMaster(stream, controller, this.latency);
      case 's7':
      case 'profinet':
        return new S7Master(stream, controller, s7IdentityOf(controller, n), this.latency, kind);
      case 'cip':
        return new CipMaster(
          stream,
          controller,
          cipIdentityOf(n),
          this.latency,
          0x0001_0000 + (from.ipBytes[3]! << 8) + n,
        );
      case 'opcua':
        return new OpcuaMaster(
          stream,
          controller,
          {
            client: { uri: `urn:${from.name}:client`, product: 'urn:works:scada', name: `${from.name} OPC UA client` },
            server: {
              uri: `urn:${controller.id}:server`,
              product: 'urn:beckhoff:tcopcuaserver',
              name: `TcOpcUaServer@${controller.id}`,
            },
          },
          this.latency,
          1_000,
        );
    }
  }
}
