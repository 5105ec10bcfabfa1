/**
 * Life in the office and between the zones: people come, log in, read and write files, look at pages, print, go; the DMZ
 * fetches updates and copies history; at night there are backups. Hours are those of the plant's zone.
 */
import { encodeRequest } from '../../src/decode/http/wire.ts';
import * as say from './chatter.ts';
import type { Activity } from './clockwork.ts';
import { AGENT, httpGet, kerberos, ldapSearch, remoteDesktop } from './it/remote.ts';
import { CREATE, OPEN, SmbClient } from './it/smb.ts';
import { BROWSER, SERVICE, tlsExchange, tlsOpen } from './it/tls.ts';
import { DAY_US, HOUR_US, MINUTE_US, type Scene, SECOND_US } from './scene.ts';
import type { Station } from './station.ts';

const SITES = ['www.example', 'news.example', 'mail.office.example', 'supplier.example', 'maps.example', 'cdn.example'];
const FOLDERS = ['Production', 'Quality', 'Purchasing', 'Personnel', 'Maintenance'];
/** 1970-01-01 was a Thursday. */
const weekday = (tsUs: number): number => (Math.floor(tsUs / DAY_US) + 3) % 7;
export const userOf = (host: Station): string => `user${host.name.slice(3)}`;

/** What an office worker does from coming to going. */
function* workday(scene: Scene, pc: Station, untilUs: number): Activity {
  const { plant } = scene;
  const dc = plant.domainController;
  const user = userOf(pc);
  say.dhcpLease(scene, scene.nowUs, pc, dc, plant.domain);
  yield SECOND_US;
  say.arp(scene, scene.nowUs, pc, dc);
  say.arp(scene, scene.nowUs + 1_000, pc, plant.firewall.office);
  yield SECOND_US;
  kerberos(scene, scene.nowUs, pc, dc, plant.domain, user, ['krbtgt', plant.domain.toUpperCase()]);
  yield SECOND_US / 2;
  kerberos(scene, scene.nowUs, pc, dc, plant.domain, user, ['cifs', `${plant.fileServer.name}.${plant.domain}`]);
  ldapSearch(scene, scene.nowUs + 90_000, pc, dc, `DC=${plant.domain.split('.').join(',DC=')}`);
  yield 2 * SECOND_US;
  const files = new SmbClient(scene, pc, plant.fileServer);
  let t = files.login(files.open(scene.nowUs), { user, domain: 'WORKS', host: pc.name.toUpperCase() });
  t = files.connect(t, `\\\\${plant.fileServer.name}\\data`);
  yield t - scene.nowUs + SECOND_US;
  while (scene.nowUs < untilUs) {
    const choice = scene.random.uniform();
    if (choice < 0.45) yield* browse(scene, pc);
    else if (choice < 0.75) yield* workOnFile(scene, files);
    else if (choice < 0.8) print(scene, pc);
    else if (choice < 0.9) shiftPlan(scene, pc);
    else say.dnsQuery(scene, scene.nowUs, pc, dc, `intranet.${plant.domain}`, plant.fileServer.ip);
    yield scene.uniform(3, 15) * MINUTE_US;
  }
  files.end(scene.nowUs);
}

function* browse(scene: Scene, pc: Station): Activity {
  const { plant } = scene;
  const name = scene.pick(SITES);
  say.dnsQuery(scene, scene.nowUs, pc, plant.domainController, name, plant.internet.web.ip);
  if (scene.random.uniform() < 0.3)
    say.dnsQuery(
      scene,
      scene.nowUs + 400,
      plant.domainController,
      plant.internet.resolver,
      name,
      plant.internet.web.ip,
      1,
      9_000,
    );
  yield 30_000;
  const stream = scene.stream(pc, plant.internet.web, 443);
  let t = tlsOpen(scene, stream, scene.nowUs, BROWSER, name);
  for (let i = scene.random.integer(1, 3); i > 0; i--) {
    t = tlsExchange(scene, stream, t, scene.random.integer(300, 900), scene.random.integer(900, 9_000));
    yield t - scene.nowUs + scene.uniform(0.2, 3) * SECOND_US;
    t = scene.nowUs;
  }
  stream.close(scene.nowUs);
}

function* workOnFile(scene: Scene, files: SmbClient): Activity {
  const name = `${scene.pick(FOLDERS)}\\report-${scene.random.integer(1, 400)}.xlsx`;
  const size = scene.random.integer(2_000, 14_000);
  let t = files.create(scene.nowUs, name, OPEN, size);
  t = files.read(t, size);
  yield t - scene.nowUs + scene.uniform(5, 90) * SECOND_US;
  t = scene.nowUs;
  if (scene.random.uniform() < 0.4) t = files.write(t, size);
  files.close(t + 5_000);
  yield SECOND_US;
}

const print = (scene: Scene, pc: Station): void => {
  const printer = scene.pick(scene.plant.printers);
  const stream = scene.stream(pc, printer, 9100);
  stream.open(scene.nowUs);
  stream.send(scene.nowUs + 2_000, true, scene.octets(scene.random.integer(3_000, 9_000)));
  stream.close(scene.nowUs + 400_000);
};

const page = (host: string, path: string, rows: number) => ({
  host,
  path,
  agent: AGENT.browser,
  server: 'Microsoft-IIS/10.0',
  type: 'text/html; charset=utf-8',
  body: new TextEncoder().encode(`<html><title>${path}</title>${'<tr><td>trend</td></tr>'.repeat(rows)}</html>`),
});
/** Trends of the plant, from the copy of the historian in the DMZ. */
const shiftPlan = (scene: Scene, pc: Station): void => {
  const { mirror } = scene.plant;
  httpGet(scene, scene.nowUs, pc, mirror, page(mirror.name, scene.pick(['/trends/water', '/trends/line', '/oee']), 80));
};

/** The engineer looks at controllers by way of the jump host: reads only. */
function* engineer(scene: Scene): Activity {
  const { plant, clock } = scene;
  const pc = plant.office[4 % plant.office.length]!;
  kerberos(scene, scene.nowUs, pc, plant.domainController, plant.domain, userOf(pc), ['TERMSRV', plant.jumpHost.name]);
  yield SECOND_US;
  clock.begin(scene.nowUs, () => remoteDesktop(scene, pc, plant.jumpHost, userOf(pc), 40));
  yield 20 * SECOND_US;
  clock.begin(scene.nowUs, () => remoteDesktop(scene, plant.jumpHost, plant.engineering, 'engineer', 38));
  yield 2 * MINUTE_US;
  for (let i = 0; i < 3; i++) {
    const master = scene.master(plant.engineering, scene.pick(scene.controllers), 1);
    if (scene.packets.silent.has(master.stream.server)) continue;
    let t = master.open(scene.nowUs);
    yield t - scene.nowUs + SECOND_US;
    for (let n = 0; n < 20; n++) {
      t = master.poll(scene.nowUs);
      yield 5 * SECOND_US;
    }
    master.stream.close(scene.nowUs);
    yield MINUTE_US;
  }
}

/** A file written whole, in pieces; for backups. */
export function* copyFile(scene: Scene, to: SmbClient, name: string, octets: number): Activity {
  const PIECE = 32_768;
  let t = to.create(scene.nowUs, name, CREATE);
  for (let at = 0; at < octets; at += PIECE) {
    t = to.write(t, Math.min(PIECE, octets - at), at);
    yield Math.max(0, t - scene.nowUs) + 200_000;
    t = scene.nowUs;
  }
  to.close(t);
}

/** Every host of the plant hands its night's backup to the backup server. */
function* nightBackup(scene: Scene): Activity {
  const { plant } = scene;
  for (const host of [plant.historian, plant.scada, ...plant.hmis, plant.engineering]) {
    const to = new SmbClient(scene, host, plant.backup);
    const login = { user: 'svc_backup', domain: 'PLANT', host: host.name.toUpperCase() };
    const t = to.connect(to.login(to.open(scene.nowUs), login), `\\\\${plant.backup.name}\\backup`);
    yield t - scene.nowUs + SECOND_US;
    const day = new Date(scene.nowUs / 1000).toISOString().slice(0, 10);
    yield* copyFile(scene, to, `${host.name}\\${day}.vhdx`, host === plant.historian ? 3_000_000 : 700_000);
    to.end(scene.nowUs);
    yield MINUTE_US;
  }
}

/** The patch server fetches at night; panels and servers ask it what is new. */
const patches = (scene: Scene): void => {
  const { plant, clock } = scene;
  clock.every(scene.at(3 * 3600), DAY_US, 5 * MINUTE_US, (tsUs) => {
    say.dnsQuery(
      scene,
      tsUs,
      plant.patchServer,
      plant.domainController,
      'update.vendor.example',
      plant.internet.updates.ip,
    );
    const stream = scene.stream(plant.patchServer, plant.internet.updates, 443);
    const t = tlsOpen(scene, stream, tsUs + 50_000, SERVICE, 'update.vendor.example');
    stream.close(tlsExchange(scene, stream, t, 2_400, 400_000) + 200_000);
  });
  [plant.scada, plant.historian, plant.engineering, plant.jumpHost].forEach((host, i) => {
    clock.every(scene.at(4 * 3600 + 600 * i), DAY_US, 4 * MINUTE_US, (tsUs) => {
      const stream = scene.stream(host, plant.patchServer, 8530);
      stream.open(tsUs);
      const head = { Host: `${plant.patchServer.name}:8530`, 'User-Agent': AGENT.updater };
      stream.send(tsUs + 1_000, true, encodeRequest('GET', '/selfupdate/wuident.cab', head));
      stream.send(
        tsUs + 5_000,
        false,
        new TextEncoder().encode('HTTP/1.1 304 Not Modified\r\nServer: Microsoft-IIS/10.0\r\n\r\n'),
      );
      stream.close(tsUs + 300_000);
    });
  });
};

export const office = (scene: Scene): void => {
  const { plant, clock, options } = scene;
  const firstDay = Math.floor(options.startUs / DAY_US) * DAY_US;
  for (let day = firstDay; day < options.endUs; day += DAY_US) {
    if (weekday(day) >= 5) continue;
    for (const pc of plant.office) {
      const from = day + Math.round(scene.uniform(6.8, 9) * HOUR_US);
      const until = day + Math.round(scene.uniform(15.5, 18) * HOUR_US);
      // A run that begins in the middle of the day finds people at work.
      const begins = Math.max(from, options.startUs + scene.random.integer(0, 600) * SECOND_US);
      if (begins < until) clock.begin(begins, () => workday(scene, pc, until));
    }
    const looks = day + Math.round(scene.uniform(9, 10) * HOUR_US);
    if (looks >= options.startUs) clock.begin(looks, () => engineer(scene));
  }
  clock.every(scene.at(3_600), DAY_US, 2 * MINUTE_US, () => {
    clock.begin(scene.nowUs, () => nightBackup(scene));
  });
  patches(scene);
  // History is copied into the DMZ every five minutes over one connection a day.
  clock.every(scene.at(20), DAY_US, 0, (tsUs) => {
    const stream = scene.stream(plant.historian, plant.mirror, 5671);
    tlsOpen(scene, stream, tsUs, SERVICE, plant.mirror.name, 900);
    let turns = 0;
    clock.every(tsUs + 5 * MINUTE_US, 5 * MINUTE_US, 2 * SECOND_US, (t) => {
      tlsExchange(scene, stream, t, 5_200, 90, 1_200);
      if (++turns < 286) return false;
      stream.close(t + SECOND_US);
      return true;
    });
  });
  clock.every(scene.at(50), 1024 * SECOND_US, 20 * SECOND_US, (t) =>
    say.ntp(scene, t, plant.domainController, plant.internet.time),
  );
};
