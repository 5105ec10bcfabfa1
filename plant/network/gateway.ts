/**
 * The IIoT gateway: what it collects goes as Sparkplug B (Eclipse Sparkplug 3.0, chapters 4 and 6) over MQTT 3.1.1 to the
 * broker in the DMZ, which the cloud reads by TLS.
 */
import { encodeConnect, encodePublish, encodeSimple, encodeSubscribe } from '../../src/decode/mqtt/wire.ts';
import type { Controller } from '../world.ts';
import { ascii } from './it/octets.ts';
import { SERVICE, tlsExchange, tlsOpen } from './it/tls.ts';
import { HOUR_US, MINUTE_US, type Scene, SECOND_US } from './scene.ts';

const PERIOD_S = 10;
const KEEP_ALIVE_S = 60;
const GROUP = 'Works';
const FLOAT = 9;
const UINT64 = 8;

const varint = (value: number): number[] => {
  const out: number[] = [];
  let left = value;
  while (left >= 128) {
    out.push((left % 128) | 128);
    left = Math.floor(left / 128);
  }
  out.push(left);
  return out;
};
const number = (field: number, value: number): number[] => [...varint(field * 8), ...varint(value)];
const octets = (field: number, value: ArrayLike<number>): number[] => [
  ...varint(field * 8 + 2),
  ...varint(value.length),
  ...Array.from(value),
];
const view = new DataView(new ArrayBuffer(4));
const float = (field: number, value: number): number[] => {
  view.setFloat32(0, value, true);
  return [...varint(field * 8 + 5), view.getUint8(0), view.getUint8(1), view.getUint8(2), view.getUint8(3)];
};

/** A birth names the metrics and gives them aliases. */
const birth = (source: Controller, tsUs: number): Uint8Array => {
  const ms = Math.floor(tsUs / 1000);
  const session = [...octets(1, ascii('bdSeq')), ...number(3, ms), ...number(4, UINT64), ...number(11, 0)];
  const metrics = source.points.flatMap(({ name }, i) =>
    octets(2, [
      ...octets(1, ascii(name)),
      ...number(2, i + 1),
      ...number(3, ms),
      ...number(4, FLOAT),
      ...float(12, source.read(name)),
    ]),
  );
  return Uint8Array.from([...number(1, ms), ...octets(2, session), ...metrics, ...number(3, 0)]);
};

/** Data has aliases only: alias (2), time (7), type (2), value (5); all metrics together are the same length every time. */
const data = (readers: readonly (() => number)[], tsUs: number, seq: number): Uint8Array => {
  const time = varint(Math.floor(tsUs / 1000));
  const size = 2 + 1 + time.length + 2 + 5;
  const out: number[] = [0x08, ...time];
  readers.forEach((read, i) => {
    view.setFloat32(0, read(), true);
    out.push(0x12, size, 0x10, i + 1, 0x18, ...time, 0x20, FLOAT, 0x65);
    out.push(view.getUint8(0), view.getUint8(1), view.getUint8(2), view.getUint8(3));
  });
  out.push(...number(3, seq));
  return Uint8Array.from(out);
};

export const gatewayTraffic = (scene: Scene, source: Controller): void => {
  const { plant, clock } = scene;
  const node = plant.gateway.name;
  const stream = scene.stream(plant.gateway, plant.broker, 1883);
  let seq = 0;
  const readers = source.points.map((p) => source.reader(p.name));
  clock.once(scene.at(9), (tsUs) => {
    stream.open(tsUs);
    const connect = encodeConnect({
      version: 4,
      clientId: node,
      keepAlive: KEEP_ALIVE_S,
      userName: 'edge',
      password: 'edge-secret',
      will: { topic: `spBv1.0/${GROUP}/NDEATH/${node}`, payload: '' },
    });
    let t = stream.exchange(tsUs + 1_000, connect, encodeSimple('CONNACK', 0, 0), 800);
    t = stream.exchange(
      t,
      encodeSubscribe(1, [[`spBv1.0/${GROUP}/NCMD/${node}/#`, 1]]),
      encodeSimple('SUBACK', 0, 1, 1),
      800,
    );
    stream.send(t, true, encodePublish({ topic: `spBv1.0/${GROUP}/NBIRTH/${node}`, payload: birth(source, t) }));
  });
  clock.every(scene.at(9 + PERIOD_S), PERIOD_S * SECOND_US, 80_000, (tsUs) => {
    if (scene.packets.silent.has(plant.gateway)) return;
    seq = (seq + 1) & 255;
    stream.send(
      tsUs,
      true,
      encodePublish({ topic: `spBv1.0/${GROUP}/NDATA/${node}`, payload: data(readers, tsUs, seq) }),
    );
  });
  clock.every(scene.at(40), KEEP_ALIVE_S * SECOND_US, 500_000, (tsUs) => {
    stream.exchange(tsUs, encodeSimple('PINGREQ'), encodeSimple('PINGRESP'), 700);
  });
  // The broker hands on to the cloud; a new connection every twelve hours.
  clock.every(scene.at(14), 12 * HOUR_US, 0, (tsUs) => {
    const cloud = scene.stream(plant.broker, plant.internet.web, 8883);
    tlsOpen(scene, cloud, tsUs, SERVICE, 'mqtt.cloud.example');
    let turns = 0;
    clock.every(tsUs + MINUTE_US, MINUTE_US, SECOND_US, (t) => {
      tlsExchange(scene, cloud, t, 1_800, 60);
      return ++turns >= 715;
    });
  });
};
