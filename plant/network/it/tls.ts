/**
 * TLS 1.3 as a passive observer sees it (RFC 8446): ClientHello with server name and ALPN, ServerHello, then records whose
 * contents nobody can read. Also what looks like it but is the tool of an attacker: another set of ciphers and extensions.
 */
import type { Scene } from '../scene.ts';
import type { Stream } from '../stream.ts';
import { ascii, be16, be24, join } from './octets.ts';

/** How a program's ClientHello looks: what fingerprints (JA3, JA4) are made of. */
export interface TlsClient {
  readonly ciphers: readonly number[];
  readonly groups: readonly number[];
  readonly alpn: readonly string[];
}
export const BROWSER: TlsClient = {
  ciphers: [0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014, 0x009c, 0x009d],
  groups: [0x001d, 0x0017, 0x0018],
  alpn: ['h2', 'http/1.1'],
};
export const SERVICE: TlsClient = {
  ciphers: [0x1302, 0x1301, 0xc02c, 0xc02b, 0xc030, 0xc02f, 0x009d, 0x009c],
  groups: [0x001d, 0x0017],
  alpn: [],
};
/** A small library without ALPN, as implants carry it. */
export const IMPLANT: TlsClient = { ciphers: [0x1303, 0x1301, 0xcca8, 0xc02f], groups: [0x001d], alpn: [] };

const record = (type: number, version: number, body: ArrayLike<number>): Uint8Array =>
  join([type, ...be16(version), ...be16(body.length)], body);
const extension = (type: number, body: readonly number[]): number[] => [...be16(type), ...be16(body.length), ...body];
const list16 = (body: readonly number[]): number[] => [...be16(body.length), ...body];

const clientHello = (scene: Scene, client: TlsClient, serverName: string): Uint8Array => {
  const name = ascii(serverName);
  const key = scene.octets(32);
  const extensions = [
    ...(serverName === '' ? [] : extension(0, list16([0, ...list16(name)]))),
    ...extension(10, list16(client.groups.flatMap(be16))),
    ...extension(11, [1, 0]),
    ...extension(13, list16([0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501].flatMap(be16))),
    ...(client.alpn.length === 0 ? [] : extension(16, list16(client.alpn.flatMap((p) => [p.length, ...ascii(p)])))),
    ...extension(43, [4, 3, 4, 3, 3]),
    ...extension(51, list16([...be16(0x001d), ...list16([...key])])),
  ];
  const body = join(
    be16(0x0303),
    scene.octets(32),
    [32],
    scene.octets(32),
    list16(client.ciphers.flatMap(be16)),
    [1, 0],
    list16(extensions),
  );
  return record(22, 0x0301, join([1, ...be24(body.length)], body));
};

const serverHello = (scene: Scene, cipher: number): Uint8Array => {
  const extensions = [
    ...extension(43, be16(0x0304)),
    ...extension(51, [...be16(0x001d), ...list16([...scene.octets(32)])]),
  ];
  const body = join(be16(0x0303), scene.octets(32), [32], scene.octets(32), be16(cipher), [0], list16(extensions));
  const hello = record(22, 0x0303, join([2, ...be24(body.length)], body));
  // Change cipher spec for old middle boxes, then the encrypted rest of the handshake.
  return join(hello, [20, 3, 3, 0, 1, 1], record(23, 0x0303, scene.octets(1_900)));
};

/** Encrypted data of `count` octets, at most 16 KiB per record. */
export const sealed = (scene: Scene, count: number): Uint8Array => {
  const records: Uint8Array[] = [];
  for (let left = count; left > 0; left -= 16_384)
    records.push(record(23, 0x0303, scene.octets(Math.min(16_384, left))));
  return join(...records);
};

/** Connects and shakes hands; gives the time at which data may flow. */
export const tlsOpen = (
  scene: Scene,
  stream: Stream,
  tsUs: number,
  client: TlsClient,
  serverName: string,
  latencyUs = 12_000,
): number => {
  stream.open(tsUs);
  return tlsHandshake(scene, stream, tsUs + 1_000, client, serverName, latencyUs);
};

/** The handshake alone, on a connection that is open already (STARTTLS, RDP). */
export const tlsHandshake = (
  scene: Scene,
  stream: Stream,
  tsUs: number,
  client: TlsClient,
  serverName: string,
  latencyUs = 12_000,
): number => {
  const t = stream.exchange(
    tsUs,
    clientHello(scene, client, serverName),
    serverHello(scene, client.ciphers[0]!),
    latencyUs,
  );
  stream.send(t, true, join([20, 3, 3, 0, 1, 1], record(23, 0x0303, scene.octets(53))));
  return t + 1_000;
};

/** A request and its answer that nobody can read. */
export const tlsExchange = (
  scene: Scene,
  stream: Stream,
  tsUs: number,
  sent: number,
  received: number,
  latencyUs = 18_000,
): number => {
  const t = stream.say(tsUs, true, sealed(scene, sent)) + latencyUs;
  stream.send(t, false, sealed(scene, received));
  return t + 1_000 + received / 20;
};
