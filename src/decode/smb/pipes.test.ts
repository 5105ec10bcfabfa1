/** Two pipes of one SMB connection at once: same call numbers, other interfaces; SMB2 by write, read and transceive, SMB1 by transaction. */
import { expect, it } from 'vitest';
import { Connection, Wire } from '../../../plant/net.ts';
import { bytesOf, join } from '../../../test/decoding.ts';
import { decodeFrames } from '../../../test/drive.ts';
import type { RpcMessage } from '../dcerpc/wire.ts';

const le = (size: number, value: number) =>
  Uint8Array.from({ length: size }, (_, i) => Math.floor(value / 256 ** i) & 255);
const zeros = (n: number) => new Uint8Array(n);
const wide = (text: string) => Uint8Array.from([...text].flatMap((c) => [c.charCodeAt(0), 0]));
const session = (body: Uint8Array) => join(bytesOf('0000'), Uint8Array.of(body.length >> 8, body.length & 255), body);

/** C706 12.6.3.1, and 12.6.4.3 for one context, 12.6.4.9 for a request without arguments. */
const rpc = (type: number, call: number, body: Uint8Array) =>
  join(Uint8Array.of(5, 0, type, 3, 0x10, 0, 0, 0), le(2, 16 + body.length), le(2, 0), le(4, call), body);
const NDR = bytesOf('045d888aeb1cc9119fe808002b104860 02000000');
const bind = (call: number, uuid: string) =>
  rpc(11, call, join(bytesOf('d016d016 00000000 01000000 0000 0100'), bytesOf(uuid), bytesOf('02000000'), NDR));
const accepted = (call: number) =>
  rpc(12, call, join(bytesOf('d016d016 00000000 0400 31323300 0000 01000000 00000000'), NDR));
const ask = (call: number, opnum: number) => rpc(0, call, join(le(4, 0), le(2, 0), le(2, opnum)));
const answer = (call: number) => rpc(2, call, bytesOf('00000000 0000 0000'));
const SVCCTL = '81bb7a364498f135ad3298f038001003';
const WINREG = '01d08c334422f131aaaa900038001003';

const smb2 = (command: number, id: number, body: Uint8Array, response = false, tree = 5) =>
  session(
    join(
      bytesOf('fe534d42 4000 0000 00000000'), le(2, command), le(2, 1), le(4, response ? 1 : 0), le(4, 0), le(8, id),
      le(4, 0), le(4, tree), le(8, 0x77), zeros(16), body,
    ),
  ); // biome-ignore format: [MS-SMB2] 2.2.1.2
const file = (n: number) => new Uint8Array(16).fill(n);
const create = (name: string) =>
  join(
    bytesOf('3900 00 00 02000000'), zeros(16), le(4, 3), le(4, 0), le(4, 7), le(4, 1), le(4, 0), le(2, 120),
    le(2, name.length * 2), zeros(8), wide(name),
  ); // biome-ignore format: 2.2.13
const created = (n: number) => join(bytesOf('5900 00 00 01000000'), zeros(56), file(n), zeros(8));
const write = (n: number, data: Uint8Array) =>
  join(bytesOf('3100 7000'), le(4, data.length), le(8, 0), file(n), zeros(16), data);
const read = (n: number) => join(bytesOf('3100 5000'), le(4, 4096), le(8, 0), file(n), zeros(17));
const readAnswer = (data: Uint8Array) => join(bytesOf('1100 50 00'), le(4, data.length), zeros(8), data);
const transceive = (n: number, data: Uint8Array) =>
  join(bytesOf('3900 0000 17c01100'), file(n), le(4, 120), le(4, data.length), zeros(16), le(4, 1), zeros(4), data);
const transceived = (n: number, data: Uint8Array) =>
  join(bytesOf('3100 0000 17c01100'), file(n), zeros(8), le(4, 112), le(4, data.length), zeros(8), data);

const share = wide('\\\\hist\\IPC$');
const opening = (with1: string, with2: string): Said[] => [
  [true, smb2(3, 3, join(bytesOf('0900 0000 4800'), le(2, share.length), share), false, 0)],
  [false, smb2(3, 3, bytesOf('1000 02 00 00000000 00000000 ff011f00'), true)],
  [true, smb2(5, 4, create(with1))],
  [false, smb2(5, 4, created(0xa1), true)],
  [true, smb2(5, 5, create(with2))],
  [false, smb2(5, 5, created(0xb2), true)],
];
const calls: readonly Said[] = [
  [true, smb2(9, 6, write(0xa1, bind(1, SVCCTL)))],
  [true, smb2(9, 7, write(0xb2, bind(1, WINREG)))],
  [true, smb2(8, 8, read(0xa1))],
  [true, smb2(8, 9, read(0xb2))],
  [false, smb2(8, 9, readAnswer(accepted(1)), true)],
  [false, smb2(8, 8, readAnswer(accepted(1)), true)],
  [true, smb2(11, 10, transceive(0xa1, ask(2, 12)))],
  [true, smb2(11, 11, transceive(0xb2, ask(2, 22)))],
  [false, smb2(11, 11, transceived(0xb2, answer(2)), true)],
  [false, smb2(11, 10, transceived(0xa1, answer(2)), true)],
];
type Said = readonly [boolean, Uint8Array];
const run = (parts: readonly Said[]) => {
  const wire = new Wire();
  const [client, server] = [1, 2].map((n) => ({ mac: `02:00:00:00:00:0${n}`, ip: `10.0.0.${n}` }));
  const connection = new Connection(wire, client!, server!, 40000, 445);
  connection.open(1e15);
  parts.forEach(([toServer, bytes], i) => {
    connection.send(1e15 + (i + 1) * 10_000, toServer, bytes);
  });
  const driven = decodeFrames(wire.sorted());
  expect(driven.of('weird')).toEqual([]);
  expect(driven.flows.map((f) => f.service)).toEqual(['smb']);
  return driven.messages
    .filter((m) => m.decoder === 'dcerpc')
    .map((m) => {
      const { type, interfaceName, operation } = m.message as RpcMessage;
      return `${type} ${operation || interfaceName}`.trim();
    });
};
const SAID = [
  'Bind',
  'Bind',
  'Bind Ack',
  'Bind Ack',
  'Request svcctl RCreateServiceW',
  'Request winreg BaseRegSetValue',
  'Response winreg',
  'Response svcctl',
];

it('keeps the pipes of one connection apart', () => {
  expect(run([...opening('svcctl', 'winreg'), ...calls])).toEqual(SAID);
});

it('knows pipes whose opening was not seen by what is said in them, and no file by it', () => {
  expect(run(calls)).toEqual(SAID);
  const onDisk = opening('x', 'y');
  const recipes = wide('\\\\hist\\recipe');
  onDisk[0] = [true, smb2(3, 3, join(bytesOf('0900 0000 4800'), le(2, recipes.length), recipes), false, 0)];
  const disk = [...onDisk, ...calls.slice(0, 6)];
  expect(run(disk)).toEqual([]);
});

/** [MS-CIFS] 2.2.3.1: SMB header; then WordCount, words, ByteCount, data. */
const smb1 = (command: number, id: number, words: Uint8Array, data: Uint8Array, response = false) =>
  session(
    join(
      bytesOf('ff534d42'), Uint8Array.of(command), le(4, 0), Uint8Array.of(response ? 0x80 : 0), le(2, 0xc001),
      zeros(12), le(2, 5), le(2, 1), le(2, 1), le(2, id), Uint8Array.of(words.length / 2), words, le(2, data.length), data,
    ),
  ); // biome-ignore format: the fields in their order
const transaction = (id: number, fid: number, data: Uint8Array) =>
  smb1(
    37, id,
    join(zeros(22), le(2, data.length), le(2, 67), Uint8Array.of(2, 0), le(2, 0x26), le(2, fid)),
    data,
  ); // biome-ignore format: 2.2.4.33.1; the data begin behind 32 + 1 + 32 + 2 octets
const transacted = (id: number, data: Uint8Array) =>
  smb1(37, id, join(zeros(12), le(2, data.length), le(2, 55), zeros(4)), data, true);

it('reads transactions of SMB 1', () => {
  const parts = [
    [true, transaction(1, 0x4001, bind(1, SVCCTL))],
    [false, transacted(1, accepted(1))],
    [true, transaction(2, 0x4001, ask(2, 12))],
    [true, transaction(3, 0x4002, bind(2, WINREG))],
    [false, transacted(2, answer(2))],
    [false, transacted(3, accepted(2))],
  ] as const satisfies readonly Said[];
  expect(run(parts)).toEqual([
    'Bind',
    'Bind Ack',
    'Request svcctl RCreateServiceW',
    'Bind',
    'Response svcctl',
    'Bind Ack',
  ]);
});
