/**
 * Passwords that were on the wire stand nowhere but in the raw frames: they are looked for in every answer of the API, in
 * the exports of the command line, and in every table of the store, as text, as base64 and as hexadecimal.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LISTS, PATHS } from '../src/api/index.ts';
import { LocalEngine } from '../src/app/engine.ts';
import type { EngineCall } from '../src/app/engine-contract.ts';
import { inspectCaptures } from '../src/app/inspect.ts';
import { pcapHeader, pcapRecord } from '../src/capture/writer.ts';
import { encodeSnmp } from '../src/decode/snmp/wire.ts';
import { openStore, type Store, TABLES } from '../src/store/index.ts';
import { bytesOf, join as joined, textBytes } from './decoding.ts';

/** By protocol; no two share a beginning, so that a hit says where it comes from. */
const SECRETS = {
  ftp: 'hunter2-ftp',
  telnet: 'tiger7-telnet',
  basic: 'zebra9-basic',
  bearer: 'otter3-bearer',
  form: 'lynx5-form',
  json: 'moose8-json',
  query: 'heron6-query',
  cookie: 'raven4-cookie',
  community: 'badger1-community',
  mqtt: 'gecko2-mqtt',
  ldap: 'viper5-ldap',
  ftpOddPort: 'mole3-oddport',
  split: 'whale7-split',
} as const;

const CLIENT = [10, 1, 0, 5];
const SERVER = [10, 1, 0, 20];
const T0 = 1_772_366_400_000_000;
const packets: Uint8Array[] = [];

const u16 = (n: number): number[] => [(n >> 8) & 255, n & 255];
const u32 = (n: number): number[] => [...u16(n >>> 16), ...u16(n)];

/** One Ethernet frame with IPv4; checksums are left empty, which is reported and decoded all the same. */
const send = (toServer: boolean, protocol: number, payload: Uint8Array): void => {
  const [from, to] = toServer ? [CLIENT, SERVER] : [SERVER, CLIENT];
  const mac = (address: readonly number[]): number[] => [2, 0, 0, 0, 0, address[3]!];
  const ip = [0x45, 0, ...u16(20 + payload.length), 0, 0, 0x40, 0, 64, protocol, 0, 0, ...from, ...to];
  packets.push(joined(Uint8Array.from([...mac(to), ...mac(from), 8, 0, ...ip]), payload));
};
const udp = (toServer: boolean, port: number, payload: Uint8Array): void => {
  const ports = toServer ? [...u16(50_000), ...u16(port)] : [...u16(port), ...u16(50_000)];
  send(toServer, 17, joined(Uint8Array.from([...ports, ...u16(8 + payload.length), 0, 0]), payload));
};
let clientPort = 40_000;
/** A whole TCP connection; `<` begins what the server says. */
const tcp = (port: number, ...parts: (string | Uint8Array)[]): void => {
  clientPort++;
  const next = { up: 1000, down: 9000 };
  const segment = (toServer: boolean, flags: number, payload: Uint8Array): void => {
    const ports = toServer ? [...u16(clientPort), ...u16(port)] : [...u16(port), ...u16(clientPort)];
    const [seq, ack] = toServer ? [next.up, next.down] : [next.down, next.up];
    const head = [...ports, ...u32(seq), ...u32(flags === 2 ? 0 : ack), 0x50, flags, 0x20, 0, 0, 0, 0, 0];
    send(toServer, 6, joined(Uint8Array.from(head), payload));
    next[toServer ? 'up' : 'down'] += payload.length + (flags & 3 ? 1 : 0);
  };
  const none = new Uint8Array(0);
  segment(true, 0x02, none);
  segment(false, 0x12, none);
  segment(true, 0x10, none);
  for (const part of parts) {
    const fromServer = typeof part === 'string' && part.startsWith('<');
    segment(!fromServer, 0x18, typeof part === 'string' ? textBytes(fromServer ? part.slice(1) : part) : part);
  }
  segment(true, 0x11, none);
  segment(false, 0x11, none);
};

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const ftp = (port: number, password: string): void =>
  tcp(
    port,
    '<220 plc-ftp ready\r\n',
    'USER bob\r\n',
    '<331 need password\r\n',
    `PASS ${password}\r\n`,
    '<230 in\r\n',
    'SYST\r\n',
    '<215 UNIX\r\n',
  );
const http = (request: string, body = ''): void =>
  tcp(
    80,
    `${request}\r\nHost: plc\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    '<HTTP/1.1 200 OK\r\nServer: plc-web/1.0\r\nContent-Length: 2\r\n\r\nok',
  );

const record = (): void => {
  ftp(21, SECRETS.ftp);
  ftp(2121, SECRETS.ftpOddPort);
  // The password in two segments, in the middle of the word.
  tcp(
    21,
    '<220 ready\r\n',
    'USER eve\r\n',
    '<331 more\r\n',
    `PASS ${SECRETS.split.slice(0, 5)}`,
    `${SECRETS.split.slice(5)}\r\n`,
    '<230 in\r\n',
  );
  tcp(
    23,
    '<\xff\xfd\x18login: ',
    'bob\r\n',
    '<Password: ',
    `${SECRETS.telnet}\r\n`,
    '<\r\nWelcome to switch7\r\nswitch7> ',
  );
  http(`GET / HTTP/1.1\r\nAuthorization: Basic ${base64(`bob:${SECRETS.basic}`)}`);
  http(`GET /api HTTP/1.1\r\nAuthorization: Bearer ${SECRETS.bearer}`);
  http(`GET /login?user=bob&password=${SECRETS.query} HTTP/1.1`);
  http(`GET /page HTTP/1.1\r\nCookie: session=${SECRETS.cookie}`);
  http('POST /login HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded', `user=bob&password=${SECRETS.form}`);
  http('POST /login HTTP/1.1\r\nContent-Type: application/json', `{"user":"bob","password":"${SECRETS.json}"}`);
  const community = { version: 1 as const, community: SECRETS.community, id: 7 };
  const bindings = [{ oid: '1.3.6.1.2.1.1.5.0', value: 'switch7' }];
  udp(
    true,
    161,
    encodeSnmp({ ...community, pdu: 'get', bindings: [{ oid: '1.3.6.1.2.1.1.5.0', value: null }] } as never),
  );
  udp(false, 161, encodeSnmp({ ...community, pdu: 'response', bindings } as never));
  // MQTT 3.1.1 CONNECT (section 3.1) with client id, user and password.
  const field = (text: string): Uint8Array => joined(Uint8Array.from(u16(text.length)), textBytes(text));
  const connect = joined(
    field('MQTT'),
    Uint8Array.of(4, 0xc2, 0, 60),
    field('dev1'),
    field('bob'),
    field(SECRETS.mqtt),
  );
  tcp(1883, joined(Uint8Array.of(0x10, connect.length), connect), '<\x20\x02\x00\x00');
  // LDAP simple bind (RFC 4511 section 4.2): message 1, version 3, name, [0] password.
  const dn = textBytes('cn=bob,dc=plant');
  const password = textBytes(SECRETS.ldap);
  const bind = joined(
    bytesOf('02 01 03 04'),
    Uint8Array.of(dn.length),
    dn,
    Uint8Array.of(0x80, password.length),
    password,
  );
  tcp(389, joined(Uint8Array.of(0x30, bind.length + 5, 2, 1, 1, 0x60, bind.length), bind));
};

/** Which secrets stand in a text, in clear or in a usual disguise. */
const found = (text: string): string[] => {
  const squeezed = text.toLowerCase().replaceAll(/[^0-9a-z+/]/g, '');
  return Object.entries(SECRETS)
    .filter(([, secret]) => {
      const hex = Buffer.from(secret).toString('hex');
      // The middle of a base64 text does not depend on what stands before it only every third octet: all three are tried.
      const disguises = [0, 1, 2].map((shift) => base64('x'.repeat(shift) + secret).slice(shift === 0 ? 0 : 4, -4));
      return text.includes(secret) || squeezed.includes(hex) || disguises.some((part) => text.includes(part));
    })
    .map(([name]) => name);
};

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-secrets-'));
const path = join(folder, 'logins.pcap');
let store: Store;
let engine: LocalEngine;
let site = '';
beforeAll(async () => {
  record();
  const body = packets.map((bytes, i) => pcapRecord({ bytes, tsUs: T0 + i * 1000 }, { linkType: 1 }));
  writeFileSync(path, joined(pcapHeader({ linkType: 1 }), ...body));
  const nowUs = () => T0 + 60_000_000;
  store = await openStore(join(folder, 'data'), { nowUs });
  engine = await LocalEngine.start({ store, nowUs, nowMs: () => 0, zone: 'UTC', timers: false });
  ({ site } = await engine.open({ kind: 'file', path }, 'u1'));
  await engine.settled();
}, 60_000);
afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

const ask = (call: EngineCall, params: object, query: object = {}): Promise<string> =>
  engine.call(call, { params: { site, ...params }, query, body: undefined, userId: 'u1' } as never);

it('the test itself finds what it looks for', () => {
  for (const [name, secret] of Object.entries(SECRETS)) {
    expect(found(`a ${secret} b`)).toEqual([name]);
    expect(found(Buffer.from(`PASS ${secret}`).toString('hex').replaceAll(/../g, '$& '))).toEqual([name]);
    for (const before of ['', 'b', 'bo', 'bob']) expect(found(base64(`${before}:${secret} and more`))).toEqual([name]);
  }
  const raw = Buffer.concat(packets).toString('latin1');
  expect(found(raw).length).toBeGreaterThanOrEqual(Object.keys(SECRETS).length - 1);
});

it('no list, page or message of the API holds one', async () => {
  const plain = Object.entries(PATHS)
    .filter(([, route]) => /^GET [^:]*\/sites\/:site\/[^:]*$/.test(route))
    .map(([call]) => call as EngineCall);
  expect(plain.length).toBeGreaterThan(15);
  for (const call of plain) {
    const isList = (LISTS as readonly string[]).includes(call);
    expect(found(await ask(call, {}, isList ? { limit: 1000 } : {})), call).toEqual([]);
  }
  const rows = async (call: EngineCall): Promise<{ id: string }[]> =>
    (JSON.parse(await ask(call, {}, { limit: 1000 })) as { items: { id: string }[] }).items;
  for (const { id } of await rows('assets')) expect(found(await ask('asset', { asset: id })), id).toEqual([]);
  const flows = await rows('flows');
  expect(flows.length).toBeGreaterThan(5);
  let messages = '';
  for (const { id } of flows) messages += await ask('messages', { flow: id });
  expect(found(messages)).toEqual([]);
  // They were read, not left out.
  for (const word of ['USER', 'CONNECT', 'switch7']) expect(messages).toContain(word);
  // A search for one finds nothing, nor for its beginning: it would be guessed letter by letter.
  for (const { id } of flows)
    for (const [name, secret] of Object.entries(SECRETS))
      for (const words of [secret, secret.slice(0, -1)])
        expect(JSON.parse(await ask('messages', { flow: id }, { words })).items, `${name} in ${id}`).toEqual([]);
  for (const { id } of await rows('findings')) expect(found(await ask('finding', { finding: id })), id).toEqual([]);
  for (const { id } of await rows('alerts')) expect(found(await ask('alert', { alert: id })), id).toEqual([]);
});

it('no picture of a frame holds one, also where it is split over two frames', async () => {
  const { items } = JSON.parse(await ask('sources', {})) as { items: { id: string }[] };
  const source = items[0]!.id;
  const shown: string[] = [];
  for (let frame = 1; frame <= packets.length; frame++)
    for (const name of found(await ask('frame', { source, frame }))) shown.push(`${name} in frame ${frame}`);
  expect(shown).toEqual([]);
});

it('no table of the store holds one, apart from pinned frames', async () => {
  for (const table of Object.keys(TABLES) as (keyof typeof TABLES)[]) {
    if (table === 'pinned_frame') continue;
    const rows = await store.db.selectFrom(table).selectAll().execute();
    const text = rows
      .flatMap((row) => Object.values(row as Record<string, unknown>))
      .map((value) => (value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : String(value)))
      .join('\n');
    expect(found(text), table).toEqual([]);
  }
});

it.each(['messages', 'observations', 'flows', 'assets', 'findings'] as const)(
  'inspect --emit %s holds none',
  async (list) => {
    const rows: string[] = [];
    const keep = (row: unknown): void => {
      rows.push(JSON.stringify(row, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value)));
    };
    await inspectCaptures([path], list, keep, async () => undefined);
    if (list !== 'findings') expect(rows.length).toBeGreaterThan(1);
    expect(found(rows.join('\n'))).toEqual([]);
  },
);
