/**
 * Benign events of the network: a new panel, an announced scan for weaknesses, a vendor's session by way of the jump host, a
 * backup out of turn, a switch that is down for minutes. Each is announced or explains itself, and says how it must come out.
 */

import { seededRandom } from '../../src/lib/random.ts';
import { arp } from '../network/chatter.ts';
import type { Activity } from '../network/clockwork.ts';
import { connect, identify } from '../network/engineering.ts';
import { remoteDesktop } from '../network/it/remote.ts';
import { SmbClient } from '../network/it/smb.ts';
import { SERVICE, tlsExchange, tlsOpen } from '../network/it/tls.ts';
import { copyFile } from '../network/office.ts';
import { Poller } from '../network/poller.ts';
import { DAY_US, HOUR_US, MINUTE_US, type Scene, SECOND_US } from '../network/scene.ts';
import type { DisturbanceLabel } from '../world.ts';
import type { Book } from './book.ts';

interface Event {
  readonly kind: string;
  /** Hours of the day between which it begins. */
  readonly from: number;
  readonly to: number;
  readonly minutes: number;
  readonly text: string;
  readonly expected: DisturbanceLabel['expected'];
  readonly as: readonly string[];
  readonly targetIp: (scene: Scene) => string;
  /** Further devices that the work is announced for. */
  readonly alsoIps?: (scene: Scene) => readonly string[];
  readonly go: (scene: Scene) => Activity;
}

/** Codes of findings that tell an event as what it is. */
const NEW = ['new-device', 'new-conversation', 'new-conversation.many', 'new-operation', 'new-order', 'program-upload'];
const SCAN = ['scan.ports', 'scan.hosts', 'scan.sweep', 'scan.addresses', 'refused-burst', 'unanswered-burst', ...NEW];
const REMOTE = [
  'remote-access',
  'remote-access.outside',
  'outside-to-plant',
  'user-new-host',
  'user-many-hosts',
  ...NEW,
];
const SILENCE = ['device-silent', 'network-silent', 'poll-lost', 'poll-changed', 'restart', 'unanswered-burst'];

const EVENTS: readonly Event[] = [
  {
    kind: 'new-hmi',
    from: 9,
    to: 12,
    minutes: 120,
    text: 'a new panel is put into service and stays',
    expected: 'window',
    as: NEW,
    targetIp: (scene) => scene.plant.spareHmi.ip,
    *go(scene) {
      const { spareHmi, core } = scene.plant;
      arp(scene, scene.nowUs, spareHmi, core.control);
      yield 2 * SECOND_US;
      for (const controller of scene.controllers.slice(0, 3)) {
        arp(scene, scene.nowUs, spareHmi, scene.station(controller));
        new Poller(scene, scene.master(spareHmi, controller, 2)).start(scene.nowUs + SECOND_US, 10 * SECOND_US, 20_000);
        yield 10 * SECOND_US;
      }
    },
  },
  {
    kind: 'vulnerability-scan',
    from: 10,
    to: 14,
    minutes: 20,
    text: 'announced scan for weaknesses from the patch server',
    expected: 'window',
    as: SCAN,
    targetIp: (scene) => scene.plant.patchServer.ip,
    *go(scene) {
      const { plant } = scene;
      const hosts = [plant.historian, plant.backup, plant.gateway, plant.scada, plant.engineering, ...plant.hmis];
      for (const host of hosts)
        for (const port of [22, 80, 135, 443, 445, 3389, 5900, 8080]) {
          const stream = scene.stream(plant.patchServer, host, port);
          if (port === 445 || port === 3389 || port === 135) {
            stream.open(scene.nowUs);
            stream.reset(scene.nowUs + 2_000, false);
          } else stream.refused(scene.nowUs);
          yield 3 * SECOND_US;
        }
      for (const controller of scene.controllers.slice(0, 4)) {
        const master = yield* connect(scene, plant.patchServer, controller);
        yield* identify(scene, master);
        master.stream.close(scene.nowUs);
        yield 10 * SECOND_US;
      }
    },
  },
  {
    kind: 'vendor-session',
    from: 9,
    to: 15,
    minutes: 35,
    text: 'the vendor looks at a controller by VPN and jump host, as requested',
    expected: 'window',
    as: REMOTE,
    targetIp: (scene) => scene.plant.vpn.ip,
    alsoIps: (scene) => [scene.plant.jumpHost.ip, scene.station(scene.controllers[5]!).ip],
    *go(scene) {
      const { plant, clock } = scene;
      const tunnel = scene.stream(plant.internet.vendor, plant.vpn, 443);
      let t = tlsOpen(scene, tunnel, scene.nowUs, SERVICE, 'vpn.works.example', 24_000);
      yield t - scene.nowUs + SECOND_US;
      clock.begin(scene.nowUs, () => remoteDesktop(scene, plant.vpn, plant.jumpHost, 'vendor', 30));
      yield 20 * SECOND_US;
      clock.begin(scene.nowUs, () => remoteDesktop(scene, plant.jumpHost, plant.engineering, 'vendor', 28));
      yield 2 * MINUTE_US;
      const master = yield* connect(scene, plant.engineering, scene.controllers[5]!);
      for (let n = 0; n < 60; n++) {
        t = tlsExchange(scene, tunnel, scene.nowUs, 400, 1_400, 24_000);
        master.poll(scene.nowUs);
        yield 20 * SECOND_US;
      }
      master.stream.close(scene.nowUs);
      tunnel.close(scene.nowUs);
    },
  },
  {
    kind: 'backup',
    from: 12,
    to: 15,
    minutes: 10,
    text: 'a backup of the engineering station out of turn, before a change',
    expected: 'labelled',
    as: ['volume', 'ransomware.write', ...NEW],
    targetIp: (scene) => scene.plant.backup.ip,
    *go(scene) {
      const { engineering, backup } = scene.plant;
      const to = new SmbClient(scene, engineering, backup);
      const login = { user: 'svc_backup', domain: 'PLANT', host: engineering.name.toUpperCase() };
      const t = to.connect(to.login(to.open(scene.nowUs), login), `\\\\${backup.name}\\backup`);
      yield t - scene.nowUs + SECOND_US;
      yield* copyFile(scene, to, `${engineering.name}\\before-change.vhdx`, 1_500_000);
      to.end(scene.nowUs);
    },
  },
  {
    kind: 'network-loss',
    from: 2,
    to: 22,
    minutes: 3,
    text: 'the mirror of the control network is dark: a switch restarts',
    expected: 'labelled',
    as: SILENCE,
    targetIp: (scene) => scene.plant.switches[0]!.ip,
    *go(scene) {
      const { dark } = scene.packets;
      dark.add(scene.plant.segments.control);
      yield 3 * MINUTE_US;
      dark.delete(scene.plant.segments.control);
    },
  },
];

/** One or two events a working day from the second day of the run on, by the seed. */
export const networkEvents = (scene: Scene, book: Book): void => {
  const { options, clock } = scene;
  const random = seededRandom(options.seed ^ 0x6e65_7465);
  let next = random.integer(0, EVENTS.length - 1);
  const firstDay = Math.ceil(options.startUs / DAY_US) * DAY_US + (options.startUs % DAY_US === 0 ? DAY_US : 0);
  for (let day = firstDay; day < options.endUs; day += DAY_US) {
    const count = (Math.floor(day / DAY_US) + 3) % 7 < 5 ? random.integer(1, 2) : 0;
    for (let k = 0; k < count; k++) {
      const event = EVENTS[next++ % EVENTS.length]!;
      const startUs = day + Math.round((event.from + (event.to - event.from) * random.uniform()) * HOUR_US);
      if (startUs >= options.endUs) continue;
      const endUs = startUs + event.minutes * MINUTE_US;
      const order = `WO-${random.integer(2000, 9999)}`;
      clock.begin(startUs, () => event.go(scene));
      book.disturbance({
        kind: event.kind,
        startUs,
        endUs,
        targetIp: event.targetIp(scene),
        points: [],
        text: event.text,
        expected: event.expected,
        as: event.as,
        ...(event.expected === 'window'
          ? {
              window: {
                startUs: startUs - 10 * MINUTE_US,
                endUs: endUs + 20 * MINUTE_US,
                text: `${order}: ${event.text}`,
                ...(event.alsoIps === undefined ? {} : { ips: event.alsoIps(scene) }),
              },
            }
          : {}),
      });
    }
  }
};
