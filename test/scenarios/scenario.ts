/**
 * An incident as public reports describe it, played on the simulated plant: what the network saw of it, nothing of what ran inside
 * of hosts. Each has devices and hosts of its own where it can, so that findings can be told apart; addresses, times
 * and amounts are invented. README.md names the reports.
 */

import type { Activity } from '../../plant/network/clockwork.ts';
import { join } from '../../plant/network/it/octets.ts';
import { SmbClient } from '../../plant/network/it/smb.ts';
import { type Scene, SECOND_US } from '../../plant/network/scene.ts';
import { STACK, Station } from '../../plant/network/station.ts';
import { encodeRequest, encodeResponse } from '../../src/decode/http/wire.ts';

export interface Scenario {
  /** Stable name: what it was called, and the year. */
  readonly name: string;
  /** Sets up its devices and what they do every day, from the first frame on. */
  readonly begin: (scene: Scene) => Play;
}

/** One incident at work. */
export interface Play {
  /** Hosts and devices that belong to it and to no other: what is told of one of them is told of the incident. */
  readonly hosts: readonly Station[];
  /** What the attacker does, once the site has learned. */
  readonly attack: () => Activity;
  /**
   * What a person must be asked, each within `withinS` of the beginning of the act: kinds of findings of which one is enough, at the devices
   * named. `withinS` counts from the beginning of the attack.
   */
  readonly asks: readonly Ask[];
}
export interface Ask {
  readonly what: string;
  readonly kinds: readonly string[];
  readonly at: Station;
  readonly withinS: number;
}

/** A device of the scenario's own. `prefix`: of its maker. */
export const device = (
  name: string,
  prefix: string,
  on: Station,
  host: number,
  stack: keyof typeof STACK = 'embedded',
): Station => {
  const last = host.toString(16).padStart(2, '0');
  return new Station(name, `${prefix}:5c:00:${last}`, `${on.segment.prefix}.${host}`, on.segment, STACK[stack]);
};
/** A host outside, as the internet shows it. */
export const outsider = (scene: Scene, name: string, ip: string): Station => {
  const { web } = scene.plant.internet;
  return new Station(name, web.mac, ip, web.segment, { ...STACK.linux, ttl: 48 });
};

const text = (said: string): Uint8Array => new TextEncoder().encode(said);

/** SSH (RFC 4253): identification, key exchange begun, then `octets` of what nobody can read. Gives its end. */
export function* ssh(
  scene: Scene,
  from: Station,
  to: Station,
  octets: number,
  client = 'SSH-2.0-OpenSSH_9.2',
): Activity {
  const stream = scene.stream(from, to, 22);
  stream.open(scene.nowUs);
  let t = stream.exchange(scene.nowUs + 1_000, text(`${client}\r\n`), text('SSH-2.0-dropbear_2019.78\r\n'), 2_000);
  const lists = [
    'curve25519-sha256',
    'ssh-ed25519,ssh-rsa',
    ...Array.from({ length: 2 }, () => 'aes128-ctr'),
    ...Array.from({ length: 2 }, () => 'hmac-sha2-256'),
    ...Array.from({ length: 2 }, () => 'none'),
    ...Array.from({ length: 2 }, () => ''),
  ];
  const kexInit = (): Uint8Array => {
    const names = lists.map((list) => join([0, 0, 0, list.length], text(list)));
    const payload = join([20], scene.octets(16), ...names, [0, 0, 0, 0, 0]);
    const padding = 4 + ((8 - ((payload.length + 9) % 8)) % 8);
    const length = payload.length + padding + 1;
    return join([0, 0, length >> 8, length & 255, padding], payload, scene.octets(padding));
  };
  const newKeys = Uint8Array.of(0, 0, 0, 12, 10, 21, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  t = stream.exchange(t, kexInit(), kexInit(), 2_000);
  t = stream.exchange(t, newKeys, newKeys, 2_000);
  for (let left = octets; left > 0; left -= 1_400) {
    t = stream.exchange(t, scene.octets(Math.min(1_400, left)), scene.octets(64), 1_500);
    yield Math.max(0, t - scene.nowUs) + 1_000;
    t = scene.nowUs;
  }
  stream.close(t + SECOND_US);
  yield SECOND_US;
}

/** A file put into a share of another host, whole. */
export function* dropFile(
  scene: Scene,
  from: Station,
  to: Station,
  user: string,
  share: string,
  name: string,
  octets: number,
): Generator<number, SmbClient, void> {
  const smb = new SmbClient(scene, from, to);
  let t = smb.login(smb.open(scene.nowUs), { user, domain: 'WORKS', host: from.name.toUpperCase() });
  t = smb.create(smb.connect(t, `\\\\${to.name}\\${share}`), name, 2);
  for (let at = 0; at < octets; at += 32_768) {
    t = smb.write(t, Math.min(32_768, octets - at), at);
    yield Math.max(0, t - scene.nowUs);
    t = scene.nowUs;
  }
  t = smb.close(t);
  yield Math.max(0, t - scene.nowUs);
  return smb;
}

/** What PsExec and its like do: the program into ADMIN$, a service by the pipe of the service control manager. */
export function* runElsewhere(scene: Scene, from: Station, to: Station, user: string, program: string): Activity {
  const smb = yield* dropFile(scene, from, to, user, 'ADMIN$', program, 120_000);
  let t = smb.create(smb.connect(scene.nowUs, `\\\\${to.name}\\IPC$`), 'svcctl', 1);
  t = smb.close(smb.read(smb.write(t, 300), 200));
  smb.end(t);
  yield Math.max(0, t - scene.nowUs) + SECOND_US;
}

/** A page asked for with a body. */
export const httpPost = (
  scene: Scene,
  from: Station,
  to: Station,
  path: string,
  port: number,
  octets: number,
): void => {
  const stream = scene.stream(from, to, port);
  stream.open(scene.nowUs);
  const head = { Host: to.ip, 'User-Agent': 'python-requests/2.27', 'Content-Length': String(octets) };
  stream.send(scene.nowUs + 1_000, true, join(encodeRequest('POST', path, head), scene.octets(octets)));
  stream.send(scene.nowUs + 9_000, false, encodeResponse(200, 'OK', { Server: 'embedded' }, text('<ok/>')));
  stream.close(scene.nowUs + 60_000);
};
