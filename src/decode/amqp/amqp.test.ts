import { describe, expect, it } from 'vitest';
import { bytesOf, contextOf, down, drive, hostile, join, sameInPieces, textBytes, up } from '../../../test/decoding.ts';
import { amqp } from './index.ts';
import { encodeFrame10, encodeFrame091, encodeMethod091 } from './wire.ts';

const on5672 = { carrier: 'tcp', serverPort: 5672 };
const short = (text: string) => [text.length, ...textBytes(text)];
const long = (bytes: ArrayLike<number>) => [0, 0, bytes.length >> 8, bytes.length & 255, ...Array.from(bytes)];
const table = (entries: [string, string][]) =>
  long(entries.flatMap(([k, v]) => [...short(k), 0x53, ...long(textBytes(v))]));
const start = encodeMethod091(0, 10, 10, [
  0,
  9,
  ...table([
    ['product', 'RabbitMQ'],
    ['version', '3.12.1'],
    ['cluster_name', 'rabbit@hist1'],
  ]),
  ...long(textBytes('PLAIN AMQPLAIN')),
  ...long(textBytes('en_US')),
]);
const startOk = encodeMethod091(0, 10, 11, [
  ...table([
    ['product', 'pika'],
    ['version', '1.3'],
  ]),
  ...short('PLAIN'),
  ...long(textBytes('\0scada\0geheim')),
  ...short('en_US'),
]);
const tune = encodeMethod091(0, 10, 30, bytesOf('07ff 00020000 003c'));
const declare = encodeMethod091(1, 50, 10, [0, 0, ...short('alarms'), 2, 0, 0, 0, 0]);
const declareOk = encodeMethod091(1, 50, 11, [...short('alarms'), 0, 0, 0, 0, 0, 0, 0, 0]);
const consume = encodeMethod091(1, 60, 20, [0, 0, ...short('secret'), ...short('c1'), 0, 0, 0, 0, 0]);
const refused = encodeMethod091(1, 20, 40, [0x01, 0x93, ...short('ACCESS_REFUSED'), 0, 60, 0, 20]);
const publish = join(
  encodeMethod091(2, 60, 40, [0, 0, ...short('plant'), ...short('tank.level'), 0]),
  encodeFrame091(2, 2, [0, 60, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0]),
  encodeFrame091(3, 2, textBytes('12.5')),
);
const conversation = [
  up(bytesOf('414d5150 00000901')),
  down(start),
  up(startOk),
  down(tune),
  up(
    join(
      encodeMethod091(0, 10, 31, bytesOf('07ff 00020000 003c')),
      encodeMethod091(0, 10, 40, [...short('/plant'), 0, 0]),
    ),
  ),
  down(encodeMethod091(0, 10, 41, [0])),
  up(declare),
  down(declareOk),
  up(consume),
  down(refused),
  up(publish),
  up(encodeFrame091(8, 0, [])),
];

const str = (text: string) => [0xa1, text.length, ...textBytes(text)];
const list = (...items: number[][]) => [0xc0, items.flat().length + 1, items.length, ...items.flat()];
const described = (code: number, ...items: number[][]) => [0, 0x53, code, ...list(...items)];
const one = [
  up(bytesOf('414d5150 03010000')),
  down(encodeFrame10(1, 0, 0x40, [[0xa3, 5, ...textBytes('PLAIN')]])),
  up(
    encodeFrame10(1, 0, 0x41, [
      [0xa3, 5, ...textBytes('PLAIN')],
      [0xa0, 9, ...textBytes('\0ops\0pass')],
    ]),
  ),
  down(encodeFrame10(1, 0, 0x44, [[0x50, 1]])),
  up(bytesOf('414d5150 00010000')),
  up(encodeFrame10(0, 0, 0x10, [str('edge-1'), str('hub')])),
  down(encodeFrame10(0, 0, 0x10, [str('broker')])),
  up(
    encodeFrame10(0, 0, 0x12, [
      str('l1'),
      [0x43],
      [0x42],
      [0x40],
      [0x40],
      described(0x28, [0x40]),
      described(0x29, str('telemetry')),
    ]),
  ),
  up(encodeFrame10(0, 0, 0x14, [[0x43], [0x43], [0xa0, 1, 0x30], [0x43], [0x41]], [0, 0x53, 0x77, ...str('21.5')])),
];

describe('amqp', () => {
  it('reads a session of 0-9-1 without its password', () => {
    const run = drive(amqp, conversation, on5672);
    expect(run.malformed).toEqual([]);
    expect(run.left).toBe(0);
    expect(run.sessions).toEqual([
      { phase: 'authenticate', outcome: 'accepted', user: 'scada', clearCredential: true, detail: 'AMQP PLAIN' },
      { phase: 'open', outcome: 'accepted', user: 'scada', detail: 'AMQP /plant' },
    ]);
    expect(run.commands.map((c) => [c.verb, c.operation, c.object, c.outcome, c.reason])).toEqual([
      ['configure', 'AMQP queue.declare', 'alarms', 'accepted', undefined],
      ['subscribe', 'AMQP basic.consume', 'secret', 'refused', '403 ACCESS_REFUSED'],
      ['write', 'AMQP publish', 'plant/tank.level', 'unconfirmed', undefined],
    ]);
    expect(run.values).toMatchObject([{ path: 'plant/tank.level', value: 12.5, access: 'write' }]);
    expect(run.identities.map((i) => `${i.endpoint} ${i.value}`)).toEqual([
      '2 RabbitMQ 3.12.1',
      '2 AMQP broker',
      '1 pika 1.3',
    ]);
    expect(run.names).toMatchObject([{ name: 'rabbit@hist1' }]);
    expect(JSON.stringify(run)).not.toContain('geheim');
  });
  it('reads 1.0: SASL, links and values', () => {
    const run = drive(amqp, one, on5672);
    expect(run.malformed).toEqual([]);
    expect(run.sessions).toMatchObject([
      {
        phase: 'authenticate',
        outcome: 'refused',
        user: 'ops',
        clearCredential: true,
        detail: 'AMQP PLAIN: authentication failed',
      },
      { phase: 'open', outcome: 'accepted', detail: 'AMQP hub' },
    ]);
    expect(run.values).toMatchObject([{ path: 'telemetry', value: 21.5, access: 'write' }]);
    expect(run.commands.map((c) => `${c.operation} ${c.object}`)).toEqual([
      'AMQP publish telemetry',
      'AMQP attach sender telemetry',
    ]);
    expect(JSON.stringify(run)).not.toContain('pass"');
  });
  it('gives the same however TCP cuts it', () => {
    sameInPieces(amqp, conversation, on5672);
    sameInPieces(amqp, one, on5672);
  });
  it('says what the specification forbids', () => {
    const bad = encodeFrame091(1, 0, [0, 10, 0, 30, 0, 0, 0, 0, 0, 0, 0, 0]);
    bad[bad.length - 1] = 0;
    expect(drive(amqp, [up(bytesOf('414d5150 00000901')), down(bad)], on5672).malformed).toMatchObject([
      { code: 'amqp.frame-end' },
    ]);
    expect(
      drive(amqp, [up(bytesOf('414d5150 00010000')), up(bytesOf('00000010 01000000 0000000000000000'))], on5672)
        .malformed,
    ).toMatchObject([{ code: 'amqp.frame' }]);
  });
  it('knows itself from its middle', () => {
    const say = (b: Uint8Array) => amqp.probe(b, 0, b.length, contextOf(on5672));
    expect(say(declare)).toBe('sure');
    expect(say(encodeFrame091(8, 0, []))).toBe('maybe');
    expect(say(encodeFrame10(0, 0, 0x10, [str('x')]))).toBe('sure');
    expect(say(bytesOf('00000000 0006 ff 03 00000001 00'))).toBe('no'); // Modbus/TCP
    expect(say(bytesOf('01000000 00000000'))).toBe('no');
  });
  it('stands hostile octets', () => hostile(amqp, [conversation, one], on5672));
});
