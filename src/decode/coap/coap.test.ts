import { describe, expect, it } from 'vitest';
import { bytesOf, contextOf, costUs, down, drive, hostile, textBytes, up } from '../../../test/decoding.ts';
import { coap } from './index.ts';
import { encodeCoap } from './wire.ts';

const on5683 = { carrier: 'udp', serverPort: 5683 };
// RFC 7252 figure 16: GET /temperature and its piggybacked answer 2.05 "22.3 C".
const get = bytesOf('40 01 7d34 bb 74656d7065726174757265 # CON GET, MID 0x7d34, Uri-Path');
const content = bytesOf('60 45 7d34 ff 32322e332043 # ACK 2.05, payload');
const T = [0x4a, 0x01];
const register = encodeCoap({
  code: 2,
  messageId: 1,
  token: T,
  options: [
    [11, 'rd'],
    [15, 'ep=meter-17'],
    [15, 'lt=300'],
    [15, 'pw=x1y2'],
  ],
  payload: '</3/0>',
});
const created = encodeCoap({
  kind: 2,
  code: 65,
  messageId: 1,
  token: T,
  options: [
    [8, 'rd'],
    [8, '5a3f'],
  ],
});
const model = encodeCoap({
  code: 1,
  messageId: 2,
  token: [2],
  options: [
    [11, '3'],
    [11, '0'],
    [11, '1'],
  ],
});
const modelIs = encodeCoap({ kind: 2, code: 69, messageId: 2, token: [2], options: [[12, [0]]], payload: 'EM-340' });
const reboot = encodeCoap({
  code: 2,
  messageId: 3,
  token: [3],
  options: [
    [11, '3'],
    [11, '0'],
    [11, '4'],
  ],
});
const denied = encodeCoap({ kind: 2, code: 129, messageId: 3, token: [3] });
const observe = encodeCoap({
  code: 1,
  messageId: 4,
  token: [4],
  options: [
    [6, []],
    [11, 'level'],
  ],
});
const notify = (n: number, value: string) =>
  encodeCoap({ kind: 1, code: 69, messageId: 100 + n, token: [4], options: [[6, [n]]], payload: value });
const block = (n: number, more: boolean) =>
  encodeCoap({
    code: 3,
    messageId: 10 + n,
    token: [9],
    options: [
      [11, '5'],
      [11, '0'],
      [11, '0'],
      [12, [42]],
      [27, [(n << 4) | (more ? 8 : 0) | 2]],
    ],
    payload: new Uint8Array(64),
  });
const conversation = [
  up(get),
  down(content),
  up(register),
  down(created),
  up(model),
  down(modelIs),
  up(reboot),
  down(denied),
  up(observe),
  down(notify(1, '7.5')),
  down(notify(2, '8')),
];

describe('coap', () => {
  it('reads the example of the specification', () => {
    const run = drive(coap, [up(get), down(content)], on5683);
    expect(run.messages[0]).toMatchObject({
      type: 'CoAP request',
      kind: 'confirmable',
      codeName: 'GET',
      messageId: 0x7d34,
      path: '/temperature',
    });
    expect(run.messages[1]).toMatchObject({
      type: 'CoAP response',
      kind: 'acknowledgement',
      codeName: '2.05 Content',
      payloadLength: 6,
    });
    expect(run.values).toMatchObject([{ path: '/temperature', value: '22.3 C', access: 'read' }]);
    expect(run.commands).toMatchObject([
      { verb: 'read', operation: 'CoAP GET', object: '/temperature', outcome: 'accepted' },
    ]);
  });
  it('knows LwM2M by its paths', () => {
    const run = drive(coap, conversation, on5683);
    expect(run.malformed).toEqual([]);
    expect(run.sessions).toMatchObject([
      { phase: 'open', outcome: 'accepted', detail: 'LwM2M registration of meter-17' },
    ]);
    expect(run.names).toMatchObject([{ endpoint: 1, name: 'meter-17' }]);
    expect(run.identities).toContainEqual({
      endpoint: 2,
      attribute: 'model',
      value: 'EM-340',
      confidence: 1,
      via: 'LwM2M /3/0/1',
    });
    expect(run.commands.map((c) => `${c.verb} ${c.operation} ${c.outcome} ${c.reason ?? ''}`)).toEqual([
      'read CoAP GET accepted ',
      'read CoAP GET accepted ',
      'restart LwM2M reboot refused 4.01 Unauthorized',
      'subscribe CoAP observe accepted ',
    ]);
    const package_ = drive(
      coap,
      [up(block(0, true)), down(encodeCoap({ kind: 2, code: 95, messageId: 10, token: [9] })), up(block(1, false))],
      on5683,
    );
    expect(package_.commands.map((c) => `${c.verb} ${c.operation} ${c.outcome}`)).toEqual([
      'firmware-update LwM2M firmware package accepted',
    ]);
    expect(run.values.filter((v) => v.path === '/level').map((v) => v.value)).toEqual([7.5, 8]);
    expect(JSON.stringify(run)).not.toContain('x1y2');
  });
  it('says what the specification forbids', () => {
    const what = (hex: string) => drive(coap, [up(bytesOf(hex))], on5683).malformed.map((m) => m.detail);
    expect(what('49 01 0001 00112233445566778899')).toEqual(['token of 9 octets']);
    expect(what('40 01 0001 ff')).toEqual(['payload marker without payload']);
    expect(what('40 00 0001 b1 61')).toEqual(['an empty message with content']);
    expect(what('40 01 0001 f0')).toEqual(['option delta']);
  });
  it('knows itself, and not its look-alikes', () => {
    const say = (b: Uint8Array, port: number) =>
      coap.probe(b, 0, b.length, contextOf({ carrier: 'udp', serverPort: port }));
    expect(say(get, 5683)).toBe('maybe');
    expect(say(observe, 9999)).toBe('sure');
    expect(say(content, 9999)).toBe('no');
    expect(say(textBytes('A plain text'), 5683)).toBe('no');
    expect(say(bytesOf('80 60 0001 00000000 00000000'), 5683)).toBe('no'); // RTP
  });
  it('stands hostile octets', () => hostile(coap, [conversation], on5683));
  it('is cheap', () => expect(costUs(coap, get, on5683)).toBeLessThan(20));
});
