/** Incidents in the networks around controllers: Fuxnet, IOCONTROL, LockerGoga, Colonial Pipeline. */

import type { Activity } from '../../plant/network/clockwork.ts';
import { kerberos } from '../../plant/network/it/remote.ts';
import { CREATE, OPEN, SmbClient } from '../../plant/network/it/smb.ts';
import { IMPLANT, tlsExchange, tlsOpen } from '../../plant/network/it/tls.ts';
import { MINUTE_US, type Scene, SECOND_US } from '../../plant/network/scene.ts';
import type { Station } from '../../plant/network/station.ts';
import { encodeConnect, encodePublish, encodeSimple } from '../../src/decode/mqtt/wire.ts';
import { device, outsider, runElsewhere, type Scenario, ssh } from './scenario.ts';

/** A device that publishes every `periodS` over a connection that stays. */
const publisher = (scene: Scene, from: Station, periodS: number): void => {
  const { broker } = scene.plant;
  const stream = scene.stream(from, broker, 1883);
  scene.clock.every(scene.at(15 + from.ipBytes[3]! / 10), periodS * SECOND_US, 100_000, (t) => {
    if (scene.packets.silent.has(from)) return;
    if (!stream.isOpen) {
      stream.open(t);
      const hello = encodeConnect({
        version: 4,
        clientId: from.name,
        keepAlive: 120,
        userName: 'sensor',
        password: 'sensor-secret',
      });
      stream.exchange(t + 1_000, hello, encodeSimple('CONNACK', 0, 0), 800);
      return;
    }
    const payload = `{"flow":${(10 + scene.random.normal()).toFixed(2)}}`;
    stream.send(t, true, encodePublish({ topic: `works/sensors/${from.name}`, payload }));
  });
};

const fuxnet: Scenario = {
  name: 'fuxnet-2024',
  begin: (scene) => {
    const { gateway, office } = scene.plant;
    const sensors = [61, 62, 63, 64, 65, 66].map((n) => device(`sensor-gw-${n}`, '00:90:e8', gateway, n, 'linux'));
    for (const sensor of sensors) publisher(scene, sensor, 20);
    const from = office[7]!;
    return {
      hosts: [...sensors],
      attack: function* (): Activity {
        for (const sensor of sensors) {
          yield* ssh(scene, from, sensor, 60_000);
          yield 5 * SECOND_US;
        }
        yield 2 * MINUTE_US;
        // File systems are gone, the memory is worn out: all of them fall silent.
        for (const sensor of sensors) {
          scene.packets.silent.add(sensor);
          yield SECOND_US;
        }
        yield 10 * MINUTE_US;
      },
      asks: [
        {
          what: 'the office logs in to sensor gateways',
          kinds: ['office-to-controller'],
          at: sensors[0]!,
          withinS: 60,
        },
        {
          what: 'they fall silent',
          kinds: ['network-silent'],
          at: sensors[0]!,
          withinS: 1000,
        },
      ],
    };
  },
};

const iocontrol: Scenario = {
  name: 'iocontrol-2024',
  begin: (scene) => {
    const { gateway } = scene.plant;
    const pump = device('fuel-gw-01', '00:90:e8', gateway, 70, 'linux');
    publisher(scene, pump, 30);
    const resolver = outsider(scene, 'doh', '192.0.2.53');
    const home = outsider(scene, 'home', '192.0.2.69');
    return {
      hosts: [pump],
      attack: function* (): Activity {
        // The name of the server is asked by HTTPS, then MQTT over TLS with a keep-alive.
        const ask = scene.stream(pump, resolver, 443);
        ask.close(tlsExchange(scene, ask, tlsOpen(scene, ask, scene.nowUs, IMPLANT, 'dns.resolver.example'), 220, 400));
        yield 3 * SECOND_US;
        const call = scene.stream(pump, home, 8883);
        let t = tlsOpen(scene, call, scene.nowUs, IMPLANT, 'uuokhhfsdlk.example');
        t = tlsExchange(scene, call, t, 480, 120);
        yield t - scene.nowUs;
        for (let n = 0; n < 30; n++) {
          tlsExchange(scene, call, scene.nowUs, 40, 40);
          yield MINUTE_US * scene.uniform(0.97, 1.03);
        }
        call.close(scene.nowUs);
      },
      asks: [
        {
          what: 'a device of the plant calls somebody outside',
          kinds: ['new-conversation', 'plant-to-outside'],
          at: pump,
          withinS: 120,
        },
      ],
    };
  },
};

const lockerGoga: Scenario = {
  name: 'lockergoga-2019',
  begin: (scene) => {
    const { domainController, scada, office } = scene.plant;
    const victims = [181, 182, 183, 184].map((n) => device(`line-pc-${n}`, '00:14:22', scada, n + 10, 'windows'));
    // They take their time and look a share up like any station of the line.
    for (const [i, pc] of victims.entries())
      scene.clock.every(scene.at(40 + i), 64 * SECOND_US, SECOND_US, (t) => {
        if (!scene.packets.silent.has(pc))
          scene.packets.udp(t, pc, scene.plant.core.control, pc.port(), 123, scene.octets(48));
      });
    const more = office.slice(20, 26);
    return {
      hosts: [domainController, ...victims],
      attack: function* (): Activity {
        for (const pc of [...more, ...victims]) {
          yield* runElsewhere(scene, domainController, pc, 'administrator', 'Temp\\tgytutrc.exe');
          yield 3 * SECOND_US;
        }
        yield 2 * MINUTE_US;
        // Files are encrypted where they lie; then network cards are switched off.
        for (const pc of victims) scene.packets.silent.add(pc);
        yield 10 * MINUTE_US;
      },
      asks: [
        {
          what: 'programs are started on stations of the line',
          kinds: ['remote-execution.spread'],
          at: domainController,
          withinS: 120,
        },
      ],
    };
  },
};

const colonial: Scenario = {
  name: 'colonial-2021',
  begin: (scene) => {
    const { fileServer, domainController, plantDomain } = { ...scene.plant, plantDomain: scene.plant.domain };
    const guest = device('vpn-client', '00:09:0f', scene.plant.fileServer, 240, 'windows');
    const share = outsider(scene, 'share', '192.0.2.180');
    return {
      hosts: [guest, share],
      attack: function* (): Activity {
        kerberos(scene, scene.nowUs, guest, domainController, plantDomain, 'former', [
          'krbtgt',
          plantDomain.toUpperCase(),
        ]);
        yield SECOND_US;
        const smb = new SmbClient(scene, guest, fileServer);
        let t = smb.login(smb.open(scene.nowUs), { user: 'former', domain: 'WORKS', host: 'DESKTOP-7' });
        t = smb.connect(t, `\\\\${fileServer.name}\\data`);
        // Read, and carried out by a synchronising tool.
        const out = scene.stream(guest, share, 443);
        let o = tlsOpen(scene, out, t, IMPLANT, 'g.share.example');
        for (let n = 0; n < 480; n++) {
          t = smb.close(smb.read(smb.create(t, `Purchasing\\contract-${n}.pdf`, OPEN, 60_000), 60_000));
          o = tlsExchange(scene, out, Math.max(o, t), 120_000, 80);
          t = Math.max(t, o);
          yield Math.max(0, t - scene.nowUs);
          t = scene.nowUs;
        }
        out.close(t);
        yield 2 * MINUTE_US;
        t = scene.nowUs;
        for (let n = 0; n < 80; n++) {
          t = smb.read(smb.create(t, `Production\\report-${n}.xlsx`, OPEN, 9_000), 9_000);
          t = smb.close(smb.rename(smb.write(t, 9_000), `Production\\report-${n}.xlsx.a1b2c3d4`));
          yield Math.max(0, t - scene.nowUs);
          t = scene.nowUs;
        }
        t = smb.close(smb.write(smb.create(t, 'README.a1b2c3d4.TXT', CREATE, 1_900), 1_900));
        smb.end(t);
        yield SECOND_US;
      },
      asks: [
        { what: 'much is carried out', kinds: ['upload-outside'], at: guest, withinS: 600 },
        {
          what: 'files are encrypted',
          kinds: ['ransomware.rename'],
          at: guest,
          withinS: 900,
        },
      ],
    };
  },
};

export const NETWORKS: readonly Scenario[] = [fuxnet, iocontrol, lockerGoga, colonial];
