/** What the plant's network says all the time besides control: addresses, neighbours, time, health, meters of added cells. */
import { encodeAdu, FUNCTION, request, response } from '../../src/decode/modbus/wire.ts';
import * as say from './chatter.ts';
import { MINUTE_US, type Scene, SECOND_US } from './scene.ts';
import type { Station } from './station.ts';

const SWITCH_TEXT: Readonly<Record<string, string>> = {
  'sw-control-01': 'Hirschmann MICE switch MS20-0800SAAP, HiOS 09.1.00',
  'sw-control-02': 'Hirschmann RSP20 industrial switch, HiOS 08.7.05',
  'sw-operations-01': 'Hirschmann RSP30 industrial switch, HiOS 08.7.05',
};
/** Seconds between two readings of a meter of an added cell. */
const METER_S = 30;

/** Hosts that speak with each other on one segment, so that they keep each other's addresses. */
const neighbours = (scene: Scene): readonly (readonly [Station, Station])[] => {
  const { plant } = scene;
  const controllers = [...plant.controllers.values()];
  return [
    ...controllers.map((c, i) => [plant.hmis[i % plant.hmis.length]!, c] as const),
    ...controllers.map((c) => [plant.scada, c] as const),
    ...plant.hmis.map((h) => [h, plant.scada] as const),
    [plant.scada, plant.core.control],
    [plant.engineering, plant.core.control],
    [plant.historian, plant.core.operations],
    [plant.gateway, plant.core.operations],
    [plant.gateway, plant.firewall.operations],
    [plant.historian, plant.firewall.operations],
    [plant.backup, plant.core.operations],
    [plant.jumpHost, plant.firewall.dmz],
    [plant.patchServer, plant.firewall.dmz],
    [plant.mirror, plant.firewall.dmz],
    [plant.broker, plant.firewall.dmz],
  ];
};

export const background = (scene: Scene): void => {
  const { clock, plant } = scene;
  neighbours(scene).forEach(([asker, holder], i) => {
    clock.every(scene.at(0.05 + 0.02 * i), 4 * MINUTE_US, 3 * SECOND_US, (t) => say.arp(scene, t, asker, holder));
  });
  plant.switches.forEach((s, i) => {
    const text = SWITCH_TEXT[s.name] ?? 'Cisco IOS Software, C2960X Software, Version 15.2(7)E4';
    const said = say.lldpOf(s, text, 'port 1.8');
    clock.every(scene.at(4 + 5 * i), 30 * SECOND_US, SECOND_US / 2, (t) => say.lldp(scene, t, s, said));
    clock.every(scene.at(12 + i), MINUTE_US, SECOND_US, (t) => say.snmpHealth(scene, t, plant.scada, s));
  });
  const buses = new Map<Station, typeof plant.fieldDevices>();
  for (const d of plant.fieldDevices)
    if (d.controller.family !== 'cip') {
      const at = scene.station(d.controller);
      buses.set(at, [...(buses.get(at) ?? []), d]);
    }
  [...buses].forEach(([at, devices], i) => {
    clock.every(scene.at(8 + 7 * i), 5 * MINUTE_US, SECOND_US, (t) => {
      if (!scene.packets.silent.has(at)) say.dcpIdentify(scene, t, at, devices);
    });
  });
  [...plant.hmis, plant.scada, plant.engineering].forEach((host, i) => {
    clock.every(scene.at(3 + i), 75 * SECOND_US, 2 * SECOND_US, (t) => say.announceName(scene, t, host));
  });
  [...plant.hmis, plant.scada, plant.engineering, plant.historian, plant.gateway, plant.backup].forEach((host, i) => {
    const server = host.segment === plant.segments.control ? plant.core.control : plant.core.operations;
    clock.every(scene.at(20 + 3 * i), 64 * SECOND_US, 2 * SECOND_US, (t) => say.ntp(scene, t, host, server));
  });
  clock.every(scene.at(31), 128 * SECOND_US, 2 * SECOND_US, (t) =>
    say.ntp(scene, t, plant.firewall.operations, plant.internet.time),
  );
  meters(scene);
};

/** A collector (the SCADA server) reads every meter of the added cells: voltage, current, energy. */
const meters = (scene: Scene): void => {
  const { plant, clock } = scene;
  plant.meters.forEach((meter, i) => {
    const stream = scene.stream(plant.scada, meter, 502);
    let transaction = 0;
    let amps = 20 + (i % 13);
    let energy = 1_000 * i;
    const asked = request(FUNCTION.READ_HOLDING_REGISTERS, { unitId: 1, address: 0, quantity: 6 });
    clock.every(scene.at(3 + (METER_S * i) / plant.meters.length), METER_S * SECOND_US, 200_000, (tsUs) => {
      if (!stream.isOpen) {
        stream.open(tsUs);
        return;
      }
      // A first-order process around the meter's own load.
      amps += (20 + (i % 13) - amps) * 0.05 + 0.4 * scene.random.normal();
      energy += (amps * 0.69 * METER_S) / 3600;
      transaction = (transaction + 1) & 0xffff;
      const volts = 2_300 + Math.round(6 * scene.random.normal());
      const values = [volts, volts + 4, volts - 3, Math.max(0, Math.round(amps * 10))];
      const whole = Math.floor(energy * 10);
      values.push(Math.floor(whole / 65_536) & 0xffff, whole & 0xffff);
      const question = { ...asked, transactionId: transaction };
      stream.exchange(tsUs, encodeAdu(question), encodeAdu(response(question, { values })), scene.latency());
    });
  });
};
