/**
 * Logins and remote desktops: Kerberos 5 (RFC 4120) from a domain's controller, LDAP binds (RFC 4511), RDP over TLS
 * ([MS-RDPBCGR] section 1.3.1.1), and pages by HTTP.
 */
import { encodeRequest, encodeResponse } from '../../../src/decode/http/wire.ts';
import type { Activity } from '../clockwork.ts';
import type { Scene } from '../scene.ts';
import type { Station } from '../station.ts';
import { ascii, be16, der, derInteger, derText, join, le16, le32 } from './octets.ts';
import { SERVICE, sealed, tlsHandshake } from './tls.ts';

const KERBEROS_PORT = 88;
const GENERAL_STRING = 0x1b;
const AES256 = 18;
const RC4 = 23;
/** 1.2.840.113554.1.2.2 and 1.3.6.1.5.5.2. */
const KERBEROS_OID = der(6, [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 1, 2, 2]);
const SPNEGO_OID = der(6, [0x2b, 6, 1, 5, 5, 2]);
const principal = (type: number, ...names: readonly string[]): number[] =>
  der(0x30, der(0xa0, derInteger(type)), der(0xa1, der(0x30, ...names.map((n) => derText(GENERAL_STRING, n)))));
const sealedPart = (scene: Scene, etype: number, count: number): number[] =>
  der(0x30, der(0xa0, derInteger(etype)), der(0xa2, der(4, scene.octets(count))));

const ticketOf = (scene: Scene, realm: string, etype: number, service: readonly number[]): number[] =>
  der(
    0x61,
    der(
      0x30,
      der(0xa0, derInteger(5)),
      der(0xa1, derText(GENERAL_STRING, realm)),
      der(0xa2, service),
      der(0xa3, sealedPart(scene, etype, 420)),
    ),
  );
/** AP-REQ (RFC 4120 section 5.5.1): a ticket and the proof that one may use it. */
const ticketShown = (scene: Scene, realm: string, etype: number, service: readonly number[]): number[] =>
  der(
    0x6e,
    der(
      0x30,
      der(0xa0, derInteger(5)),
      der(0xa1, derInteger(14)),
      der(0xa2, der(3, [0, 0, 0, 0, 0])),
      der(0xa3, ticketOf(scene, realm, etype, service)),
      der(0xa4, sealedPart(scene, AES256, 120)),
    ),
  );

/** A ticket: `krbtgt` at the morning's login (AS), or of a service (TGS). `etype` 23 is what ticket thieves ask for. */
export const kerberos = (
  scene: Scene,
  tsUs: number,
  client: Station,
  controller: Station,
  realm: string,
  user: string,
  service: readonly string[],
  etype: number = AES256,
): number => {
  const isTicketGranting = service[0] === 'krbtgt';
  const type = isTicketGranting ? 10 : 12;
  const upper = realm.toUpperCase();
  const cname = principal(1, user);
  const sname = principal(2, ...service);
  const body = der(
    0x30,
    der(0xa0, der(3, [0, 0x50, 0x80, 0x00, 0x10])),
    ...(isTicketGranting ? [der(0xa1, cname)] : []),
    der(0xa2, derText(GENERAL_STRING, upper)),
    der(0xa3, sname),
    der(0xa5, derText(0x18, '20370913024805Z')),
    der(0xa7, derInteger(scene.random.integer(40_000, 0x7fff_ffff))),
    der(0xa8, der(0x30, derInteger(etype), ...(etype === RC4 ? [] : [derInteger(17), derInteger(RC4)]))),
  );
  // PA-ENC-TIMESTAMP (2) at login, PA-TGS-REQ (1) with the ticket afterwards.
  const proof = isTicketGranting
    ? sealedPart(scene, AES256, 56)
    : ticketShown(scene, upper, etype, principal(2, 'krbtgt', upper));
  const preauth = der(0x30, der(0x30, der(0xa1, derInteger(isTicketGranting ? 2 : 1)), der(0xa2, der(4, proof))));
  const question = der(
    0x60 + type,
    der(0x30, der(0xa1, derInteger(5)), der(0xa2, derInteger(type)), der(0xa3, preauth), der(0xa4, body)),
  );
  const answer = der(
    0x61 + type,
    der(
      0x30,
      der(0xa0, derInteger(5)),
      der(0xa1, derInteger(type + 1)),
      der(0xa3, derText(GENERAL_STRING, upper)),
      der(0xa4, cname),
      der(0xa5, ticketOf(scene, upper, etype, sname)),
      der(0xa6, sealedPart(scene, etype, 180)),
    ),
  );
  const port = client.port();
  scene.packets.udp(tsUs, client, controller, port, KERBEROS_PORT, Uint8Array.from(question));
  scene.packets.udp(tsUs + 1_400, controller, client, KERBEROS_PORT, port, Uint8Array.from(answer));
  return tsUs + 2_000;
};

/** A machine looks itself up in the directory: bind by SASL, one search, unbind. */
export const ldapSearch = (scene: Scene, tsUs: number, client: Station, controller: Station, base: string): void => {
  const stream = scene.stream(client, controller, 389);
  stream.open(tsUs);
  const message = (id: number, body: readonly number[]): Uint8Array => Uint8Array.from(der(0x30, derInteger(id), body));
  // SPNEGO (RFC 4178) with a Kerberos token (RFC 4121 section 4.1).
  const realm = controller.name.toUpperCase();
  const service = principal(2, 'ldap', controller.name);
  const token = der(0x60, KERBEROS_OID, [1, 0], ticketShown(scene, realm, AES256, service));
  const choice = der(0x30, der(0xa0, der(0x30, KERBEROS_OID)), der(0xa2, der(4, token)));
  const spnego = der(0x60, SPNEGO_OID, der(0xa0, choice));
  const bind = der(0x60, derInteger(3), der(4), der(0xa3, derText(4, 'GSS-SPNEGO'), der(4, spnego)));
  const result = (tag: number): number[] => der(tag, der(0x0a, [0]), der(4), der(4));
  let t = stream.exchange(tsUs + 1_000, message(1, bind), message(1, result(0x61)), 1_200);
  const search = der(
    0x63,
    derText(4, base),
    der(0x0a, [2]),
    der(0x0a, [0]),
    derInteger(0),
    derInteger(0),
    der(1, [0]),
    der(0xa3, derText(4, 'sAMAccountName'), derText(4, client.name)),
    der(0x30, derText(4, 'distinguishedName')),
  );
  const dn = `CN=${client.name},${base}`;
  const entry = der(
    0x64,
    derText(4, dn),
    der(0x30, der(0x30, derText(4, 'distinguishedName'), der(0x31, derText(4, dn)))),
  );
  t = stream.exchange(t, message(2, search), join(message(2, entry), message(2, result(0x65))), 1_500);
  stream.send(t, true, message(3, [0x42, 0]));
  stream.close(t + 1_000);
};

const tpkt = (x224: readonly number[]): Uint8Array => join([3, 0, ...be16(4 + x224.length)], x224);

/** A remote desktop for `minutes`: connection, TLS, then screen and keys, thinned to a few packets a second. */
export function* remoteDesktop(
  scene: Scene,
  client: Station,
  server: Station,
  user: string,
  minutes: number,
  everyUs = 6_000_000,
): Activity {
  const stream = scene.stream(client, server, 3389);
  const t = scene.nowUs;
  stream.open(t);
  const cookie = ascii(`Cookie: mstshash=${user.slice(0, 9)}\r\n`);
  // Negotiation: TLS and CredSSP wanted, CredSSP chosen.
  const request = [0xe0, 0, 0, 0, 0, 0, ...cookie, 1, 0, ...le16(8), ...le32(3)];
  const confirm = [0xd0, 0, 0, 0x12, 0x34, 0, 2, 0x1f, ...le16(8), ...le32(2)];
  stream.exchange(t + 1_000, tpkt([request.length, ...request]), tpkt([confirm.length, ...confirm]), 900);
  yield 100_000;
  tlsHandshake(scene, stream, scene.nowUs, SERVICE, server.name);
  yield 300_000;
  const endUs = scene.nowUs + minutes * 60_000_000;
  while (scene.nowUs < endUs) {
    stream.send(scene.nowUs, true, sealed(scene, 60 + scene.random.integer(0, 60)));
    stream.send(scene.nowUs + 40_000, false, sealed(scene, 300 + scene.random.integer(0, 1_800)));
    yield everyUs * scene.uniform(0.5, 1.5);
  }
  stream.close(scene.nowUs);
}

export interface Page {
  readonly host: string;
  readonly path: string;
  readonly agent: string;
  readonly server: string;
  readonly type: string;
  readonly body: Uint8Array;
}
export const AGENT = {
  browser: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Edg/124.0',
  updater: 'Windows-Update-Agent/10.0.10011.16384 Client-Protocol/2.70',
  shell: 'Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1.19041.4291',
} as const;

/** One page over a connection of its own. */
export const httpGet = (scene: Scene, tsUs: number, client: Station, server: Station, page: Page, port = 80): void => {
  const stream = scene.stream(client, server, port);
  stream.open(tsUs);
  stream.send(tsUs + 1_000, true, encodeRequest('GET', page.path, { Host: page.host, 'User-Agent': page.agent }));
  const headers = { Server: page.server, 'Content-Type': page.type };
  stream.send(tsUs + 9_000, false, encodeResponse(200, 'OK', headers, page.body));
  stream.close(tsUs + 60_000 + page.body.length / 20);
};
