/**
 * Looking around, calling home and carrying data out below what the detectors count: one probe in many minutes, calls at
 * uneven times, names asked for one by one, data inside of what the gateway sends anyway. All of it from servers that are on
 * day and night. MITRE ATT&CK T1018, T1071, T1029, T1041 (v14, 2023).
 */
import { encodeDns, TYPE } from '../../../src/decode/dns/wire.ts';
import { encodeConnect, encodePublish, encodeSimple } from '../../../src/decode/mqtt/wire.ts';
import type { Activity } from '../../network/clockwork.ts';
import { SERVICE, tlsExchange, tlsOpen } from '../../network/it/tls.ts';
import { MINUTE_US, SECOND_US, SERVICE_PORT } from '../../network/scene.ts';
import type { Station } from '../../network/station.ts';
import type { Evader, Evasion } from './evader.ts';

/** One probe in so long. */
const PROBE_US = 5 * MINUTE_US;

const slowScan: Evasion = {
  name: 'slow-scan',
  technique: 'T0846',
  how: 'tries one port of one controller every five minutes from the historian, only ports that are in use, and hangs up',
  past: ['scan'],
  run: function* (e: Evader): Activity {
    const { scene } = e;
    const { historian } = scene.plant;
    e.move(historian, undefined);
    yield* e.again(
      () => PROBE_US * scene.uniform(0.8, 1.2),
      (n) => {
        const controller = scene.controllers[(n - 1) % scene.controllers.length]!;
        const stream = scene.stream(historian, scene.station(controller), SERVICE_PORT[controller.family]);
        stream.open(scene.nowUs);
        stream.reset(scene.nowUs + 2_000, false);
        e.reached('hosts', n);
      },
    );
  },
};

const blindScan: Evasion = {
  name: 'slow-scan-refused',
  technique: 'T0846',
  how: 'tries one host of the control network every two minutes from the backup server, a port that nobody has open',
  past: ['scan', 'conversation'],
  run: function* (e: Evader): Activity {
    const { scene } = e;
    const { backup } = scene.plant;
    e.move(backup, undefined);
    yield* e.again(
      () => 2 * MINUTE_US * scene.uniform(0.8, 1.2),
      (n) => {
        const controller = scene.controllers[(n - 1) % scene.controllers.length]!;
        scene.stream(backup, scene.station(controller), 5900).refused(scene.nowUs);
        e.reached('hosts', n);
      },
    );
  },
};

/** Calls home from `from`, `periodUs` apart on average. */
const calls = (e: Evader, from: Station, periodUs: () => number): Activity => {
  const { scene } = e;
  let before = 0;
  return e.again(periodUs, () => {
    const stream = scene.stream(from, scene.plant.internet.drop, 443);
    const t = tlsOpen(scene, stream, scene.nowUs, SERVICE, 'updates.vendor.example');
    stream.close(tlsExchange(scene, stream, t, 180 + scene.random.integer(0, 60), 240));
    if (scene.nowUs >= e.fromUs) e.reached('calls', ++before);
  });
};

const jitteredBeacon: Evasion = {
  name: 'beacon-with-jitter',
  technique: 'T1071.001',
  how: 'calls home from the patch server at times between 12 and 108 seconds apart, with the TLS of its own programs',
  past: ['beacon', 'tls', 'volume'],
  run: function* (e: Evader): Activity {
    const { patchServer, internet } = e.scene.plant;
    e.move(patchServer, internet.drop);
    yield* calls(e, patchServer, () => MINUTE_US * e.scene.uniform(0.2, 1.8));
  },
};

const learnedBeacon: Evasion = {
  name: 'beacon-from-the-first-hour',
  technique: 'T1071.001',
  how: 'calls home every two minutes like clockwork, all through the learning and after it',
  past: ['beacon', 'conversation'],
  fromFirstHour: true,
  run: function* (e: Evader): Activity {
    const { mirror, internet } = e.scene.plant;
    const { scene } = e;
    scene.clock.once(e.fromUs, () => void e.move(mirror, internet.drop));
    yield* calls(e, mirror, () => 2 * MINUTE_US * scene.uniform(0.95, 1.05));
  },
};

const slowTunnel: Evasion = {
  name: 'dns-tunnel-below-the-limit',
  technique: 'T1071.004',
  how: 'asks at uneven times for twelve names that carry data in ten minutes, below the limit of fifteen, from the patch server',
  past: ['dns'],
  run: function* (e: Evader): Activity {
    const { scene } = e;
    const { patchServer, internet } = scene.plant;
    e.move(patchServer, internet.resolver);
    yield* e.again(
      () => 50 * SECOND_US * scene.uniform(0.2, 1.8),
      (n) => {
        const label = Array.from(scene.octets(40), (o) => (o % 36).toString(36)).join('');
        const questions = [{ name: `${label}.t.status-relay.example`, type: TYPE.TXT }];
        const id = scene.random.integer(1, 65_535);
        const port = patchServer.port();
        scene.packets.udp(scene.nowUs, patchServer, internet.resolver, port, 53, encodeDns({ id, questions }));
        const answers = [{ name: questions[0]!.name, type: TYPE.TXT, ttl: 1, data: [2, 111, 107] }];
        const reply = encodeDns({ id, response: true, questions, answers });
        scene.packets.udp(scene.nowUs + 28_000, internet.resolver, patchServer, 53, port, reply);
        e.reached('octets', n * 25);
      },
    );
  },
};

const mqttCarrier: Evasion = {
  name: 'data-inside-mqtt',
  technique: 'T1041',
  how: 'publishes 600 octets a minute to the broker from the gateway, as a log of its own, on a second connection',
  past: ['volume', 'conversation', 'operation'],
  run: function* (e: Evader): Activity {
    const { scene } = e;
    const { gateway, broker } = scene.plant;
    e.move(gateway, broker);
    const stream = scene.stream(gateway, broker, 1883);
    stream.open(scene.nowUs);
    const hello = encodeConnect({
      version: 4,
      clientId: `${gateway.name}-2`,
      keepAlive: 600,
      userName: 'edge',
      password: 'edge-secret',
    });
    yield stream.exchange(scene.nowUs + 1_000, hello, encodeSimple('CONNACK', 0, 0), 800) - scene.nowUs + SECOND_US;
    yield* e.again(
      () => MINUTE_US,
      (n) => {
        const text = Array.from(scene.octets(600), (o) => (o % 36).toString(36)).join('');
        stream.send(scene.nowUs, true, encodePublish({ topic: `works/log/${gateway.name}`, payload: text }));
        e.reached('octets', n * 600);
      },
    );
  },
};

export const CHANNELS: readonly Evasion[] = [
  slowScan,
  blindScan,
  jitteredBeacon,
  learnedBeacon,
  slowTunnel,
  mqttCarrier,
];
