/**
 * The sample plant: ten minutes of a small water treatment and bottling line around the change from the late to the night
 * shift, as a mirror port would see it. The same seed gives the same octets. What a person should find in it is listed in
 * `SAMPLE_STORY`.
 */

import { FUNCTION } from '../src/decode/modbus/wire.ts';
import { type Random, seededRandom } from '../src/lib/random.ts';
import * as say from './background.ts';
import { cellTags, dosingServer, heaterMemory, intakeServer, meterGateway, washerMemory } from './controllers.ts';
import * as d from './devices.ts';
import { Connection, type Host, Wire, type WireFrame } from './net.ts';
import { Process } from './process.ts';
import { Schedule } from './schedule.ts';
import { CipClient, DINT } from './speak/cip.ts';
import { ModbusClient, type ModbusServer } from './speak/modbus.ts';
import { AREA, anyItem, reals, S7Client, TYPE } from './speak/s7.ts';

export interface SampleOptions {
  readonly seed: number;
  /** Seconds of plant time; the story takes 600. */
  readonly durationS: number;
  /** Start, microseconds since 1970. */
  readonly startUs: number;
}

/** 2026-03-02 21:55:00 UTC, five minutes before the night shift. */
export const SAMPLE_DEFAULTS: SampleOptions = { seed: 1, durationS: 600, startUs: 1_772_488_500_000_000 };

/** Seconds after the start at which people act. */
export const SAMPLE_STORY = {
  engineerGoesOnline: 40,
  setPoint: 120,
  refusedWrite: 165,
  programUpload: 305,
  stop: 480,
  start: 525,
} as const;

const S = 1_000_000;

class Plant {
  readonly random: Random;
  readonly process: Process;
  readonly schedule: Schedule;
  readonly plant = new Wire();
  readonly cells = { [d.CELL_A]: new Wire(d.CELL_A), [d.CELL_B]: new Wire(d.CELL_B) };
  readonly office = new Wire(d.OFFICE);
  readonly startUs: number;
  #port = 49_200;

  constructor(options: SampleOptions) {
    this.random = seededRandom(options.seed);
    this.process = new Process(this.random);
    this.schedule = new Schedule(this.random.uniform);
    this.startUs = options.startUs;
  }
  at(seconds: number): number {
    return this.startUs + Math.round(seconds * S);
  }
  port(): number {
    return this.#port++;
  }
  connection(wire: Wire, client: Host, server: Host, port: number): Connection {
    return new Connection(wire, client, server, this.port(), port, this.random.bits());
  }
  /** Time a controller takes to answer: a scan cycle, microseconds. */
  readonly scanUs = (): number => 800 + this.random.integer(0, 4_000);

  every(firstS: number, periodS: number, jitterS: number, task: (tsUs: number) => void): void {
    this.schedule.every(this.at(firstS), periodS * S, jitterS * S, (tsUs) => {
      this.process.advance((tsUs - this.startUs) / S);
      task(tsUs);
    });
  }
  once(atS: number, task: (tsUs: number) => void): void {
    this.schedule.once(this.at(atS), (tsUs) => {
      this.process.advance((tsUs - this.startUs) / S);
      task(tsUs);
    });
  }
}

/** Modbus: the HMI every second, the historian every ten, meters behind the gateway every two. */
const modbus = (w: Plant): { readonly hmiToDosing: ModbusClient; readonly dosing: ModbusServer } => {
  const intake = intakeServer(w.process);
  const dosing = dosingServer(w.process);
  const gateway = meterGateway(w.process);
  const client = (from: Host, to: Host, server: ModbusServer) =>
    new ModbusClient(w.connection(w.plant, from, to, 502), server, w.scanUs);
  const hmiIntake = client(d.hmi, d.intakePlc, intake);
  const hmiDosing = client(d.hmi, d.dosingPlc, dosing);
  const hmiMeters = client(d.hmi, d.gateway, gateway);
  const pastIntake = client(d.historian, d.intakePlc, intake);
  const pastDosing = client(d.historian, d.dosingPlc, dosing);
  [hmiIntake, hmiDosing, hmiMeters].forEach((c, i) => {
    w.once(0.4 + 0.05 * i, (t) => c.connection.open(t));
  });
  w.once(2.1, (t) => pastIntake.connection.open(t));
  w.once(2.2, (t) => pastDosing.connection.open(t));
  w.every(1, 1, 0.02, (t) => {
    const then = hmiIntake.read(t, 255, FUNCTION.READ_HOLDING_REGISTERS, 0, 8);
    hmiIntake.read(then + 500, 255, FUNCTION.READ_COILS, 0, 4);
  });
  w.every(1.2, 1, 0.02, (t) => {
    const then = hmiDosing.read(t, 255, FUNCTION.READ_INPUT_REGISTERS, 0, 5);
    hmiDosing.read(then + 500, 255, FUNCTION.READ_HOLDING_REGISTERS, 0, 3);
  });
  w.every(1.4, 2, 0.03, (t) => {
    let then = hmiMeters.read(t, 1, FUNCTION.READ_INPUT_REGISTERS, 0, 3);
    then = hmiMeters.read(then + 800, 2, FUNCTION.READ_HOLDING_REGISTERS, 0, 6);
    hmiMeters.read(then + 800, 3, FUNCTION.READ_HOLDING_REGISTERS, 0, 6);
  });
  w.every(5, 10, 0.4, (t) => pastIntake.read(t, 255, FUNCTION.READ_HOLDING_REGISTERS, 0, 5));
  w.every(6, 10, 0.4, (t) => pastDosing.read(t, 255, FUNCTION.READ_INPUT_REGISTERS, 0, 5));

  // The engineering station goes online and asks every Modbus device who it is.
  const online = SAMPLE_STORY.engineerGoesOnline + 8;
  for (const [i, [to, server]] of (
    [
      [d.intakePlc, intake],
      [d.dosingPlc, dosing],
      [d.gateway, gateway],
    ] as const
  ).entries())
    w.once(online + i, (t) => {
      const c = client(d.engineering, to, server);
      c.connection.open(t);
      const then = c.identify(t + 1_000, 255);
      c.connection.close(then + 400_000);
    });
  return { hmiToDosing: hmiDosing, dosing };
};

const HEATER_ITEMS = [anyItem(AREA.DB, 10, 0, TYPE.REAL, 4), anyItem(AREA.DB, 10, 128, TYPE.WORD, 1)];
const HEATER_SET_POINT = anyItem(AREA.DB, 10, 32, TYPE.REAL, 1);
const WASHER_ITEMS = [anyItem(AREA.DB, 1, 0, TYPE.REAL, 2), anyItem(AREA.DB, 1, 64, TYPE.INT, 1)];

/** S7: the HMI every second, the historian every ten; the engineering station reads identities, a program, stops, starts. */
const s7 = (w: Plant): S7Client => {
  const heater = (from: Host) =>
    new S7Client(w.connection(w.plant, from, d.heaterPlc, 102), heaterMemory(w.process), d.heaterIdentity, w.scanUs);
  const washer = (from: Host) =>
    new S7Client(w.connection(w.plant, from, d.washerPlc, 102), washerMemory(w.process), d.washerIdentity, w.scanUs);
  const hmiHeater = heater(d.hmi);
  const hmiWasher = washer(d.hmi);
  const pastHeater = heater(d.historian);
  w.once(0.6, (t) => hmiHeater.open(t, 2));
  w.once(0.7, (t) => hmiWasher.open(t, 2));
  w.once(2.4, (t) => pastHeater.open(t, 3));
  w.every(1.5, 1, 0.02, (t) => hmiHeater.read(t, HEATER_ITEMS));
  w.every(1.7, 1, 0.02, (t) => hmiWasher.read(t, WASHER_ITEMS));
  w.every(7, 10, 0.4, (t) => pastHeater.read(t, HEATER_ITEMS));

  for (const [i, open] of [heater, washer].entries())
    w.once(SAMPLE_STORY.engineerGoesOnline + i, (t) => {
      const c = open(d.engineering);
      const then = c.identify(c.open(t, 1) + 20_000);
      c.close(then + 300_000);
    });
  w.once(SAMPLE_STORY.programUpload, (t) => {
    const c = heater(d.engineering);
    const block = (octets: number) => Uint8Array.from({ length: octets }, () => w.random.integer(0, 255));
    let then = c.open(t, 1);
    then = c.upload(then + 30_000, '_0800001A', block(1_436));
    then = c.upload(then + 60_000, '_0C00010A', block(2_912));
    c.close(then + 200_000);
  });
  // After hours: the controller is stopped and started again, within one connection.
  const service = heater(d.engineering);
  w.once(SAMPLE_STORY.stop, (t) => {
    service.stop(service.open(t, 1) + 50_000);
    w.process.heaterRuns = false;
  });
  w.once(SAMPLE_STORY.start, (t) => {
    service.close(service.start(t) + 500_000);
    w.process.heaterRuns = true;
  });
  return hmiHeater;
};

/** Two machine cells with the same addresses: the panel finds its controller, looks through the rack, polls tags. */
const cells = (w: Plant): void => {
  for (const cell of [d.CELL_A, d.CELL_B] as const) {
    const wire = w.cells[cell];
    const controller = d.cellController[cell]!;
    const panel = d.cellPanel[cell]!;
    const { own, rack } = d.cellIdentity[cell]!;
    const tags = cellTags(w.process, cell);
    const client = new CipClient(
      w.connection(wire, panel, controller, 44818),
      { own, rack, tags: (name) => tags[name]?.(), write: (name) => name === 'Filler_Rejects' },
      0x0001_0200 + cell,
      w.scanUs,
    );
    const offset = cell / 100;
    w.once(1 + offset, (t) => say.arp(wire, t, panel, controller));
    w.once(1.2 + offset, (t) => say.listIdentity(wire, t, panel, 50_000 + cell, [{ host: controller, identity: own }]));
    // The panel knows nothing of the rack: it asks one slot more than there is.
    w.once(2 + offset, (t) => client.connect(client.identify(client.open(t), rack.length + 1) + 3_000));
    w.every(3 + offset, 1, 0.02, (t) => client.read(t, Object.keys(tags)));
    w.every(61 + offset, 120, 2, (t) => say.arp(wire, t, panel, controller));
    w.every(9 + offset, 60, 1, (t) =>
      say.announceName(wire, t, panel, cell === d.CELL_A ? 'panel-filler' : 'panel-packer'),
    );
    if (cell === d.CELL_A)
      w.once(SAMPLE_STORY.setPoint + 90, (t) => client.write(t, 'Filler_Rejects', { type: DINT, value: 0 }));
  }
};

/** Switches, PROFINET, names and addresses of the plant network. */
const plantNetwork = (w: Plant): void => {
  const { plant } = w;
  const talk: readonly (readonly [Host, Host])[] = [
    [d.hmi, d.intakePlc],
    [d.hmi, d.dosingPlc],
    [d.hmi, d.heaterPlc],
    [d.hmi, d.washerPlc],
    [d.hmi, d.gateway],
    [d.historian, d.intakePlc],
    [d.historian, d.router],
    [d.engineering, d.heaterPlc],
    [d.engineering, d.router],
    [d.heaterPlc, d.profinetDevices[0]!.host],
    [d.heaterPlc, d.profinetDevices[1]!.host],
    [d.washerPlc, d.profinetDevices[2]!.host],
  ];
  talk.forEach(([asker, holder], i) => {
    w.every(0.05 + 0.02 * i, 240, 3, (t) => say.arp(plant, t, asker, holder));
  });
  const mice = 'Hirschmann MICE switch MS20-0800SAAP, HiOS 09.1.00';
  w.every(4, 30, 0.5, (t) => say.lldp(plant, t, d.plantSwitch, 'sw-plant-01', mice, 'port 1.8'));
  const rail = 'Hirschmann RSP20 industrial switch, HiOS 08.7.05';
  w.every(11, 30, 0.5, (t) => say.lldp(plant, t, d.cellSwitch, 'sw-cells-01', rail, 'port 8'));
  w.every(8, 180, 1, (t) => say.dcpIdentify(plant, t, d.heaterPlc, 0x0100_0000 + (t % 997), d.profinetDevices));
  w.once(262, (t) => say.dcpHello(plant, t, 0x0200_0001, d.profinetDevices[1]!));
  const names: readonly (readonly [Host, string])[] = [
    [d.hmi, 'hmi-01'],
    [d.engineering, 'es-01'],
    [d.historian, 'historian-01'],
  ];
  names.forEach(([host, name], i) => {
    w.every(3 + i, 75, 2, (t) => say.announceName(plant, t, host, name));
  });
  [d.hmi, d.engineering, d.historian].forEach((host, i) => {
    w.every(20 + 3 * i, 64, 2, (t) => say.ntp(plant, t, host, d.router));
  });
  // The shift lead looks at the historian's page from the office, through the router.
  const page = {
    host: 'historian-01',
    path: '/trends/water',
    agent:
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0 Safari/537.36',
    server: 'nginx/1.24.0',
    body: `<html><title>Water treatment</title>${'<tr><td>trend</td></tr>'.repeat(60)}</html>`,
  };
  w.every(70, 110, 4, (t) => say.httpGet(plant, t, d.shiftLeadPc, d.historian, w.port(), page, w.random.bits()));
};

const office = (w: Plant): void => {
  const wire = w.office;
  const { officePc: pc, officeServer: server } = d;
  const gate: Host = { mac: d.router.mac, ip: '10.10.5.1', ttl: 255 };
  w.once(14, (t) => say.dhcpLease(wire, t, pc, server, 'pc-office-07', 0x3a5c_0001));
  w.every(15, 150, 2, (t) => say.arp(wire, t, pc, server));
  w.every(16, 150, 2, (t) => say.arp(wire, t, server, gate));
  w.once(18, (t) => say.smbNegotiate(wire, t, pc, server, w.port(), w.random.bits()));
  w.every(22, 90, 5, (t) => {
    say.dnsQuery(wire, t, pc, server, w.port(), 'supplier.example', '192.0.2.80');
    say.dnsQuery(wire, t + 800, server, d.publicResolver, w.port(), 'supplier.example', '192.0.2.80');
  });
  w.every(25, 90, 5, (t) => say.dnsQuery(wire, t, pc, server, w.port(), 'intranet.works.example', server.ip));
  const page = {
    host: 'intranet.works.example',
    path: '/shift/plan',
    agent: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Edg/124.0',
    server: 'Microsoft-IIS/10.0',
    body: `<html><title>Shift plan</title>${'<p>line 1: water, bottling</p>'.repeat(40)}</html>`,
  };
  w.every(26, 90, 5, (t) => say.httpGet(wire, t, pc, server, w.port(), page, w.random.bits()));
};

/** Frames in order of time. */
export const samplePlant = (options: SampleOptions = SAMPLE_DEFAULTS): Iterable<WireFrame> => {
  const w = new Plant(options);
  const { hmiToDosing } = modbus(w);
  const hmiHeater = s7(w);
  cells(w);
  plantNetwork(w);
  office(w);
  // The HMI raises the temperature; a chlorine set point beyond what the controller takes is refused.
  w.once(SAMPLE_STORY.setPoint, (t) => {
    hmiHeater.write(t, HEATER_SET_POINT, reals(74));
    w.process.temperatureSetPointC = 74;
  });
  w.once(SAMPLE_STORY.refusedWrite, (t) =>
    hmiToDosing.ask(t, FUNCTION.WRITE_SINGLE_REGISTER, { unitId: 255, address: 0, values: [1_500] }),
  );
  const endUs = w.at(options.durationS);
  w.schedule.run(endUs);
  const wires = [w.plant, w.cells[d.CELL_A], w.cells[d.CELL_B], w.office];
  return wires
    .flatMap((wire, order) => wire.sorted().map((frame, i) => ({ frame, order, i })))
    .filter(({ frame }) => frame.tsUs < endUs)
    .sort((a, b) => a.frame.tsUs - b.frame.tsUs || a.order - b.order || a.i - b.i)
    .map(({ frame }) => frame);
};
