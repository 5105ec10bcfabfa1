/** Incidents that went for controllers: TRITON, Industroyer and Industroyer2, PIPEDREAM, FrostyGoop, Unitronics. */

import type { Activity } from '../../plant/network/clockwork.ts';
import { connect } from '../../plant/network/engineering.ts';
import { join, le16 } from '../../plant/network/it/octets.ts';
import { remoteDesktop } from '../../plant/network/it/remote.ts';
import { MINUTE_US, type Scene, SECOND_US } from '../../plant/network/scene.ts';
import type { Station } from '../../plant/network/station.ts';
import { encodeV3 } from '../../src/decode/codesys/index.ts';
import { encodeTristation } from '../../src/decode/tristation/index.ts';
import { BREAKERS, COMMANDS_FROM, dispatch, Rtu } from './rtu.ts';
import { device, httpPost, outsider, type Scenario } from './scenario.ts';

/** A question by TriStation and its answer; function codes as published (see the decoder). */
const tristation = (scene: Scene, from: Station, to: Station) => {
  const port = from.port();
  let counter = 0;
  const exchange = (type: number, up: readonly number[], down: readonly number[], answer: number): void => {
    const t = scene.nowUs;
    scene.packets.udp(t, from, to, port, 1502, encodeTristation(type, up));
    scene.packets.udp(t + 4_000, to, from, 1502, port, encodeTristation(answer, down));
  };
  return {
    open: (): void => exchange(1, [], [], 2),
    close: (): void => exchange(3, [], [], 4),
    ask: (code: number, octets: readonly number[] = []): void => {
      counter = (counter + 1) & 255;
      const data = (direction: number, function_: number, rest: readonly number[]): number[] => [
        direction,
        0,
        function_,
        counter,
        0,
        0,
        0,
        0,
        ...le16(10 + rest.length),
        ...rest,
      ];
      // The answer to a command that was done has the code 100 and above the refusals.
      exchange(5, data(0, code, octets), data(1, 101 + code, []), 5);
    },
  };
};
const TS = {
  UPLOAD: 65,
  START_CHANGE: 1,
  ALLOCATE: 55,
  FUNCTION: 56,
  END_CHANGE: 11,
  STATUS: 19,
  HALT: 21,
  RUN: 20,
} as const;

const triton: Scenario = {
  name: 'triton-2017',
  begin: (scene) => {
    const { scada, jumpHost } = scene.plant;
    const sis = device('sis-01', '40:00:39', scada, 150, 'controller');
    const station = device('sis-es-01', '00:14:22', scada, 151, 'windows');
    // The engineering station looks at the state of the safety controller all day.
    const usual = tristation(scene, station, sis);
    scene.clock.once(scene.at(30), () => usual.open());
    scene.clock.every(scene.at(35), 30 * SECOND_US, 500_000, () => usual.ask(TS.STATUS));
    return {
      hosts: [sis, station],
      attack: function* (): Activity {
        scene.clock.begin(scene.nowUs, () => remoteDesktop(scene, jumpHost, station, 'engineer', 20));
        yield 4 * MINUTE_US;
        const own = tristation(scene, station, sis);
        own.open();
        yield SECOND_US;
        for (let n = 0; n < 4; n++) {
          own.ask(TS.UPLOAD);
          yield SECOND_US;
        }
        yield MINUTE_US;
        // A program is appended while the controller runs.
        own.ask(TS.START_CHANGE);
        yield SECOND_US;
        for (let n = 0; n < 12; n++) {
          own.ask(n % 2 === 0 ? TS.ALLOCATE : TS.FUNCTION, Array.from(scene.octets(400)));
          yield 500_000;
        }
        own.ask(TS.END_CHANGE);
        yield 5 * SECOND_US;
        own.close();
      },
      asks: [
        {
          what: 'somebody came to the safety engineering station by remote desktop',
          kinds: ['remote-access'],
          at: station,
          withinS: 120,
        },
        { what: 'the safety controller was touched', kinds: ['safety-touched'], at: sis, withinS: 320 },
      ],
    };
  },
};

const grid = (name: string, host: number, from: 'another host' | 'its own master'): Scenario => ({
  name,
  begin: (scene) => {
    const { scada } = scene.plant;
    const station = device(`rtu-${host}`, '00:a0:f4', scada, host);
    const master = device(`telecontrol-${host}`, '00:50:56', scada, host + 1, 'windows');
    const other = device(`ws-${host}`, '00:14:22', scada, host + 2, 'windows');
    const rtu = new Rtu(scene, station, host);
    const centre = dispatch(scene, rtu, master);
    // The workstation shows names and time like any other, it never speaks to the outstation.
    scene.clock.every(scene.at(33), 64 * SECOND_US, SECOND_US, (t) =>
      scene.packets.udp(t, other, scene.plant.core.control, other.port(), 123, scene.octets(48)),
    );
    const attacker = from === 'another host' ? other : master;
    return {
      hosts: [station, attacker],
      attack: function* (): Activity {
        // Industroyer2 ends the process that talks to the outstation and takes its place.
        if (attacker === master) centre.stop();
        yield 2 * SECOND_US;
        const link = rtu.connect(attacker);
        yield SECOND_US;
        link.test();
        yield SECOND_US;
        link.interrogate();
        yield 2 * SECOND_US;
        for (const isOn of [false, true, false])
          for (let address = COMMANDS_FROM; address < COMMANDS_FROM + 2 * BREAKERS; address++) {
            link.command(address, isOn);
            yield 700_000;
          }
        link.stream.close(scene.nowUs);
      },
      asks: [
        {
          what: 'breakers were switched by somebody else, or in a way never seen',
          kinds: [attacker === master ? 'new-outputs' : 'new-writer'],
          at: station,
          withinS: 60,
        },
      ],
    };
  },
});

const pipedream: Scenario = {
  name: 'pipedream-2022',
  begin: (scene) => {
    const { scada } = scene.plant;
    const from = device('ws-tools', '00:14:22', scada, 170, 'windows');
    const omron = device('plc-omron', '00:00:0a', scada, 171, 'controller');
    const schneider = device('plc-tm251', '00:80:f4', scada, 172, 'controller');
    scene.clock.every(scene.at(36), 64 * SECOND_US, SECOND_US, (t) =>
      scene.packets.udp(t, from, scene.plant.core.control, from.port(), 123, scene.octets(48)),
    );
    const polls = [omron, schneider].map((to) => scene.stream(scada, to, 502));
    for (const [i, stream] of polls.entries())
      scene.clock.every(scene.at(20 + i), 10 * SECOND_US, 100_000, (t) => {
        if (!stream.isOpen) return stream.open(t);
        const question = Uint8Array.of(0, 1, 0, 0, 0, 6, 1, 3, 0, 0, 0, 2);
        stream.exchange(t, question, Uint8Array.of(0, 1, 0, 0, 0, 7, 1, 3, 4, 0, 20, 0, 7), 2_000);
      });
    return {
      hosts: [from, omron, schneider],
      attack: function* (): Activity {
        // CODECALL: NetManage discovery to the broadcast address of the segment, then passwords at the runtime.
        const all = device('all', 'ff:ff:ff', scada, 255);
        for (const port of [1740, 1741, 1742, 1743]) {
          scene.packets.udp(scene.nowUs, from, all, port, port, encodeV3(1, 1, false));
          yield 300_000;
        }
        yield 20 * SECOND_US;
        for (let n = 0; n < 12; n++) {
          const stream = scene.stream(from, schneider, 11_740);
          stream.open(scene.nowUs);
          // CmpDevice, Login; the answer refuses (tag 0x0020: result).
          const login = encodeV3(1, 2, true, join([0x22, 4], le16(1), [0, 0], [0x81, 1, 10], scene.octets(8)));
          const refused = encodeV3(0x81, 2, true, [0x20, 2, 0x19, 0]);
          stream.close(stream.exchange(scene.nowUs + 1_000, login, refused, 2_000));
          yield 4 * SECOND_US;
        }
        // OMSHELL: the web interface, then telnet is there.
        httpPost(scene, from, omron, '/cgi-bin/ecat.fcgi', 80, 200);
        yield 5 * SECOND_US;
        const telnet = scene.stream(from, omron, 23);
        telnet.open(scene.nowUs);
        const said = (text: string): Uint8Array => new TextEncoder().encode(text);
        let t = telnet.exchange(scene.nowUs + 1_000, Uint8Array.of(255, 251, 31), said('login: '), 2_000);
        t = telnet.exchange(t, said('root\r\n'), said('Password: '), 2_000);
        telnet.exchange(t, said('omron\r\n'), said('# '), 2_000);
        yield 10 * SECOND_US;
        // TAGRUN: OPC UA servers are looked for and read.
        const cooling = scene.controllers.filter((c) => c.family === 'opcua');
        for (const controller of cooling) {
          const master = yield* connect(scene, from, controller);
          for (let n = 0; n < 5; n++) {
            master.poll(scene.nowUs);
            yield 2 * SECOND_US;
          }
          master.stream.close(scene.nowUs);
          yield 5 * SECOND_US;
        }
        // Then it writes.
        const master = yield* connect(scene, from, cooling[0]!);
        const point = cooling[0]!.points.find((p) => p.name.endsWith('.SP'))!;
        master.write(scene.nowUs, point.name, cooling[0]!.read(point.name) * 1.2);
        yield SECOND_US;
        master.stream.close(scene.nowUs);
      },
      asks: [
        {
          what: 'a stranger talks to a controller',
          kinds: ['new-conversation'],
          at: from,
          withinS: 60,
        },
        { what: 'passwords are tried at a controller', kinds: ['brute-force'], at: schneider, withinS: 120 },
        {
          what: 'telnet to a controller',
          kinds: ['remote-access'],
          at: omron,
          withinS: 120,
        },
        { what: 'a stranger writes', kinds: ['new-writer'], at: from, withinS: 300 },
      ],
    };
  },
};

const frostyGoop: Scenario = {
  name: 'frostygoop-2024',
  begin: (scene) => {
    const { vpn } = scene.plant;
    const controller = scene.controllers.filter((c) => c.family === 'modbus').at(-1)!;
    const outside = outsider(scene, 'outside', '192.0.2.210');
    return {
      hosts: [vpn, outside],
      attack: function* (): Activity {
        // Through the router that was taken over: first from its own address, then straight from outside.
        for (const from of [vpn, outside]) {
          const master = yield* connect(scene, from, controller);
          for (let n = 0; n < 3; n++) {
            master.poll(scene.nowUs);
            yield 5 * SECOND_US;
          }
          const point =
            controller.points.find((p) => p.name.endsWith('.SP')) ?? controller.points.find((p) => p.type !== 'bool')!;
          master.write(scene.nowUs, point.name, controller.read(point.name) * 0.5);
          yield 2 * SECOND_US;
          master.stream.close(scene.nowUs);
          yield MINUTE_US;
        }
      },
      asks: [
        {
          what: 'the router reads a controller',
          kinds: ['new-conversation'],
          at: vpn,
          withinS: 10,
        },
        { what: 'the router writes', kinds: ['new-writer'], at: vpn, withinS: 30 },
        {
          what: 'somebody outside speaks to a controller',
          kinds: ['new-conversation', 'outside-to-plant'],
          at: outside,
          withinS: 100,
        },
        { what: 'somebody outside writes', kinds: ['new-writer'], at: outside, withinS: 110 },
      ],
    };
  },
};

const unitronics: Scenario = {
  name: 'unitronics-2023',
  begin: (scene) => {
    const { scada } = scene.plant;
    const plc = device('vision-01', '00:80:a3', scada, 180, 'controller');
    const attackerHost = outsider(scene, 'outside-2', '192.0.2.211');
    // PCOM/TCP: transaction, mode, 0, length; then `/_OPLC` and the rest in binary, or ASCII.
    const pcom = (n: number, mode: number, body: Uint8Array): Uint8Array =>
      join(le16(n), [mode, 0], le16(body.length), body);
    const ascii = (said: string): Uint8Array => new TextEncoder().encode(said);
    const binary = (count: number): Uint8Array => join(ascii('/_OPLC'), [0, 0xfe, 1, 0, 0, 0], scene.octets(count));
    const usual = scene.stream(scada, plc, 20_256);
    let n = 0;
    scene.clock.every(scene.at(22), 5 * SECOND_US, 100_000, (t) => {
      if (!usual.isOpen) return usual.open(t);
      n = (n + 1) & 0xffff;
      usual.exchange(
        t,
        pcom(n, 101, ascii('/00RW000A050D\r')),
        pcom(n, 101, ascii('/A00RW0001000200030004000526\r')),
        3_000,
      );
    });
    return {
      hosts: [plc, attackerHost],
      attack: function* (): Activity {
        const stream = scene.stream(attackerHost, plc, 20_256);
        stream.open(scene.nowUs);
        let t = stream.exchange(
          scene.nowUs + 60_000,
          pcom(1, 101, ascii('/00IDED\r')),
          pcom(1, 101, ascii('/A00ID1V570A00\r')),
          30_000,
        );
        yield t - scene.nowUs + 2 * SECOND_US;
        for (let k = 0; k < 60; k++) {
          t = stream.exchange(scene.nowUs, pcom(k + 2, 102, binary(500)), pcom(k + 2, 102, binary(8)), 30_000);
          yield t - scene.nowUs + 100_000;
        }
        stream.close(scene.nowUs);
        // The own panel cannot reach it any more: its port is another one now.
        yield MINUTE_US;
      },
      asks: [
        {
          what: 'somebody outside speaks to a controller',
          kinds: ['outside-to-plant', 'new-conversation'],
          at: plc,
          withinS: 90,
        },
      ],
    };
  },
};

export const CONTROL_SYSTEMS: readonly Scenario[] = [
  triton,
  grid('industroyer-2016', 160, 'another host'),
  grid('industroyer2-2022', 164, 'its own master'),
  pipedream,
  frostyGoop,
  unitronics,
];
