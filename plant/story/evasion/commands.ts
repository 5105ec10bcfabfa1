/**
 * Commands that look like those of every day: from the station, the connection and with the verbs that are usual, to points
 * that are written anyway, within the range, at the usual hour and below the usual rate. And commands that are no longer new
 * because the attacker was there from the first hour. MITRE ATT&CK for ICS T0831, T0836, T0855, T0859 (v14, 2023).
 */
import type { Activity } from '../../network/clockwork.ts';
import { connect } from '../../network/engineering.ts';
import { MINUTE_US, type Scene, SECOND_US } from '../../network/scene.ts';
import { STACK, Station } from '../../network/station.ts';
import type { Evader, Evasion } from './evader.ts';

/** The server's or panel's own session is used: nothing but the value is the attacker's. */
const session = (e: Evader, controller: string, ofPanel = false) =>
  (ofPanel ? e.control.panels : e.control.servers).get(controller)!.master;

const stolenSession: Evasion = {
  name: 'stolen-session',
  technique: 'T0836',
  how: 'moves a set point by 4 % through the open session of the recipe server, once, at the usual hour, within its range',
  past: ['writer', 'write-range', 'order', 'conversation', 'operation'],
  run: function* (e: Evader): Activity {
    const { scene } = e;
    const master = session(e, 'plc-filler');
    e.move(master.stream.client, master.stream.server, 'plc-filler', ['FILL.SP', 'FILL.AVG']);
    e.watchEffect('FILL.AVG');
    master.write(scene.nowUs, 'FILL.SP', master.controller.read('FILL.SP') * 1.04);
    yield SECOND_US;
  },
};

const smallSteps: Evasion = {
  name: 'small-steps',
  technique: 'T0836',
  how: 'lowers the holding temperature by 0.3 degC every two minutes through the open session of the recipe server',
  past: ['writer', 'write-range', 'process'],
  run: function* (e: Evader): Activity {
    const { scene } = e;
    const master = session(e, 'plc-pasteur');
    e.move(master.stream.client, master.stream.server, 'plc-pasteur', ['TIC-601.SP', 'TT-601', 'TT-603']);
    e.watchEffect('TT-601');
    yield* e.again(
      () => 2 * MINUTE_US,
      () => void master.write(scene.nowUs, 'TIC-601.SP', master.controller.read('TIC-601.SP') - 0.3),
    );
  },
};

const belowTheRate: Evasion = {
  name: 'below-the-write-rate',
  technique: 'T0806',
  how: 'moves the speed of the conveyor to and fro by 3 %, twelve times a minute, below the limit of the write rate',
  past: ['write-range', 'writer'],
  run: function* (e: Evader): Activity {
    const { scene } = e;
    const master = session(e, 'plc-conveyor');
    e.move(master.stream.client, master.stream.server, 'plc-conveyor', ['SIC-1101.SP', 'ST-1101']);
    const usual = master.controller.read('SIC-1101.SP');
    yield* e.again(
      () => 5 * SECOND_US,
      (n) => {
        master.write(scene.nowUs, 'SIC-1101.SP', usual * (n % 2 === 0 ? 0.97 : 1.03));
        e.reached('writes', n);
      },
    );
  },
};

const pollingMimic: Evasion = {
  name: 'polling-mimic',
  technique: 'T0801',
  how: 'reads a controller from its own panel with the questions of the panel, once a minute on a second connection',
  past: ['rhythm', 'conversation', 'operation', 'volume'],
  run: function* (e: Evader): Activity {
    const { scene } = e;
    const panel = session(e, 'plc-cip', true).stream.client;
    e.move(panel, scene.station(scene.controller('plc-cip')));
    const master = scene.master(panel, scene.controller('plc-cip'), 2);
    yield master.open(scene.nowUs) - scene.nowUs + SECOND_US;
    yield* e.again(
      () => MINUTE_US,
      (n) => {
        master.poll(scene.nowUs);
        e.reached('readings', n);
      },
    );
  },
};

const inTheWindow: Evasion = {
  name: 'inside-announced-work',
  technique: 'T0836',
  how: 'raises the pressure limit of the compressors from the engineering station while its work at another limit is announced',
  past: ['writer', 'operation'],
  run: function* (e: Evader): Activity {
    const { scene, book } = e;
    const { engineering } = scene.plant;
    const controller = scene.controller('plc-air');
    const target = scene.station(controller);
    const window = { startUs: scene.nowUs, endUs: e.untilUs, text: 'order 4711', ips: [engineering.ip] };
    book.disturbance({
      kind: 'announced-work',
      startUs: scene.nowUs,
      endUs: e.untilUs,
      targetIp: target.ip,
      points: [],
      text: 'the limits of the compressors are set anew',
      expected: 'window',
      as: [],
      window,
    });
    // The announcement reaches the site before the work begins.
    yield 2 * MINUTE_US;
    e.move(engineering, target, 'plc-air', ['PAH-1401.LIM', 'PIC-1401.UNLOAD', 'PT-1401']);
    e.watchEffect('PT-1401');
    const master = yield* connect(scene, engineering, controller);
    for (const [name, factor] of [
      ['PAH-1401.LIM', 1.1],
      ['PIC-1401.UNLOAD', 1.05],
    ] as const) {
      yield master.write(scene.nowUs, name, controller.read(name) * factor).endUs - scene.nowUs + SECOND_US;
    }
    master.stream.close(scene.nowUs);
  },
};

/** A host that has the panel's address, and its own network card or a copy of the panel's. */
const imposter = (panel: Station, mac: string): Station =>
  new Station(`${panel.name} (forged)`, mac, panel.ip, panel.segment, STACK.windows);

const spoofed = (
  name: string,
  how: string,
  controllerId: string,
  point: string,
  macOf: (scene: Scene, panel: Station) => string,
): Evasion => ({
  name,
  technique: 'T0856',
  how,
  past: ['writer', 'conversation', 'device', 'identity'],
  run: function* (e: Evader): Activity {
    const { scene } = e;
    const panel = session(e, controllerId, true).stream.client;
    const controller = scene.controller(controllerId);
    e.move(panel, scene.station(controller), controllerId, [point]);
    const from = imposter(panel, macOf(scene, panel));
    const master = scene.master(from, controller, 2);
    yield master.open(scene.nowUs) - scene.nowUs + SECOND_US;
    for (let n = 1; n <= 3 && scene.nowUs < e.untilUs; n++) {
      const before = controller.read(point);
      yield master.write(scene.nowUs, point, before === 0 ? 1 : 0).endUs - scene.nowUs;
      e.reached('writes', n);
      yield MINUTE_US;
    }
    master.stream.close(scene.nowUs);
  },
});

const poisonedWriter: Evasion = {
  name: 'writer-from-the-first-hour',
  technique: 'T0836',
  how: 'writes a calibration with its own value from the engineering station all through the learning, then falsifies it by 3 %',
  past: ['writer', 'write-range', 'operation'],
  fromFirstHour: true,
  run: function* (e: Evader): Activity {
    const { scene } = e;
    const { engineering } = scene.plant;
    const controller = scene.controller('plc-filter');
    const gain = controller.read('FT-201.GAIN');
    const write = function* (value: number): Activity {
      const master = yield* connect(scene, engineering, controller);
      yield master.write(scene.nowUs, 'FT-201.GAIN', value).endUs - scene.nowUs + SECOND_US;
      master.stream.close(scene.nowUs);
    };
    while (scene.nowUs < e.fromUs) {
      yield* write(gain);
      yield 3 * MINUTE_US;
    }
    e.move(engineering, scene.station(controller), 'plc-filter', ['FT-201.GAIN', 'FT-201']);
    e.watchEffect('FT-201');
    yield* write(gain * 1.03);
  },
};

export const COMMANDS: readonly Evasion[] = [
  stolenSession,
  smallSteps,
  belowTheRate,
  pollingMimic,
  inTheWindow,
  spoofed(
    'forged-address',
    'stops a machine from a small computer with the address of its panel and a network card of its own',
    'plc-pasteur',
    'PAST.ENABLE',
    (scene) => scene.plant.rogue.mac,
  ),
  spoofed(
    'forged-address-and-card',
    'stops a machine from a small computer with the address and the network card of its panel',
    'plc-blend',
    'BATCH.ENABLE',
    (_, panel) => panel.mac,
  ),
  poisonedWriter,
];
