import { describe, expect, it } from 'vitest';
import {
  bytesOf,
  contextOf,
  costUs,
  down,
  drive,
  hostile,
  join,
  sameInPieces,
  textBytes,
  up,
} from '../../../test/decoding.ts';
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
  const ask = (path: string, code = 1, format?: number, payload?: Uint8Array) =>
    up(
      encodeCoap({
        code,
        messageId: 7,
        token: [7],
        options: [
          ...path
            .split('/')
            .slice(1)
            .map((p) => [11, p] as const),
          ...(format === undefined ? [] : [[12, [format >> 8, format & 255]] as const]),
        ],
        ...(payload === undefined ? {} : { payload }),
      }),
    );
  const tell = (format: number, payload: Uint8Array) =>
    down(
      encodeCoap({
        kind: 2,
        code: 69,
        messageId: 7,
        token: [7],
        options: [[12, [format >> 8, format & 255]]],
        payload,
      }),
    );
  const told = (path: string, format: number, payload: Uint8Array) =>
    drive(coap, [ask(path), tell(format, payload)], on5683);
  it('reads LwM2M TLV: the device object as in the specification, sensors by the registry', () => {
    // OMA LwM2M Core, example "Single Object Instance Request" of the device object.
    const device = bytesOf(
      'c80014 4f70656e204d6f62696c6520416c6c69616e6365 c80116 4c69676874776569676874204d324d20436c69656e74 c80209 333435303030313233' +
        'c303 312e30 8606 410001 410105 880708 42000ed8 42011388 870841007d 42010384 c10964 c10a0f 830b 410000 c40d 5182428f c60e 2b30323a3030 c11055',
    );
    const run = told('/3/0', 11542, device);
    expect(run.values.map((v) => [v.path, v.value])).toEqual([
      ['/3/0/0', 'Open Mobile Alliance'],
      ['/3/0/1', 'Lightweight M2M Client'],
      ['/3/0/2', '345000123'],
      ['/3/0/3', '1.0'],
      ['/3/0/6/0', 1],
      ['/3/0/6/1', 5],
      ['/3/0/7/0', 3800],
      ['/3/0/7/1', 5000],
      ['/3/0/8/0', 125],
      ['/3/0/8/1', 900],
      ['/3/0/9', 100],
      ['/3/0/10', 15],
      ['/3/0/11/0', 0],
      ['/3/0/13', 1_367_491_215],
      ['/3/0/14', '+02:00'],
      ['/3/0/16', 'U'],
    ]);
    expect(run.identities.map((i) => i.attribute)).toEqual(['vendor', 'model', 'serial', 'firmware']);
    const instance = bytesOf('e4 1644 41b40000 e3 1645 43656c');
    expect(
      told(
        '/3303',
        11542,
        bytesOf(`08 00 0d ${[...instance].map((x) => x.toString(16).padStart(2, '0')).join('')}`),
      ).values.map((v) => [v.path, v.value]),
    ).toEqual([
      ['/3303/0/5700', 22.5],
      ['/3303/0/5701', 'Cel'],
    ]);
    const set = drive(
      coap,
      [
        ask('/3311/0/5850', 3, 11542, bytesOf('e1 16da 01')),
        down(encodeCoap({ kind: 2, code: 68, messageId: 7, token: [7] })),
      ],
      on5683,
    );
    expect(set.commands).toMatchObject([{ verb: 'write', object: '/3311/0/5850', value: true, outcome: 'accepted' }]);
  });
  it('reads SenML in JSON and CBOR, CBOR, and the JSON of LwM2M 1.0', () => {
    const json =
      '[{"bn":"/3303/0/","bt":100,"n":"5700","t":-10,"v":21},{"n":"5700","v":22.5},{"n":"5850","vb":true},{"n":"5701","vs":"Cel"}]';
    expect(told('/3303/0', 110, textBytes(json)).values.map((v) => [v.path, v.value])).toEqual([
      ['/3303/0/5700', 22.5],
      ['/3303/0/5850', true],
      ['/3303/0/5701', 'Cel'],
    ]);
    // [{-2: "/3303/0/", 0: "5700", 2: 22.5}]
    const packed = bytesOf('81 a3 21 68 2f333330332f302f 00 64 35373030 02 f94da0');
    expect(told('/3303/0', 112, packed).values.map((v) => [v.path, v.value])).toEqual([['/3303/0/5700', 22.5]]);
    expect(
      told('/room', 60, bytesOf('a2 6474656d70 f94da0 68 70617373776f7264 61 78')).values.map((v) => [v.path, v.value]),
    ).toEqual([
      ['/room/temp', 22.5],
      ['/room/password', '(masked)'],
    ]);
    expect(
      told(
        '/3303/0',
        11543,
        textBytes('{"bn":"/3303/0/","e":[{"n":"5700","v":1.5},{"n":"5850","bv":false}]}'),
      ).values.map((v) => [v.path, v.value]),
    ).toEqual([
      ['/3303/0/5700', 1.5],
      ['/3303/0/5850', false],
    ]);
  });
  it('keeps no keys: what is written to or read from the security object', () => {
    const key = textBytes('s3cr3t-key-material');
    const run = drive(coap, [ask('/0/1/5', 3, 42, key), ask('/0/1'), tell(42, key), ask('/1/0/5', 3, 0, key)], on5683);
    const shown = (payload: Uint8Array) => new TextDecoder().decode(payload);
    expect(run.messages.map((m) => shown(m.payload))).toEqual(['(masked)', '', '(masked)', 's3cr3t-key-material']);
    expect(JSON.stringify(run.commands.slice(0, 1))).not.toContain('s3cr3t');
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
  it('puts bodies of several blocks together (RFC 7959 sections 3.1 and 3.2)', () => {
    const json = JSON.stringify({ level: 7.25, pump: true, note: 'x'.repeat(80) });
    const parts = [0, 1, 2].map((n) => json.slice(n * 64, n * 64 + 64)).filter((p) => p !== '');
    const szx = 2; // 64 octets
    const value = (n: number, more: boolean) => [(n << 4) | (more ? 8 : 0) | szx];
    const get = (n: number) =>
      up(
        encodeCoap({
          code: 1,
          messageId: 100 + n,
          token: [n],
          options: [[11, 'status'], ...(n > 0 ? [[23, value(n, false)] as [number, number[]]] : [])],
        }),
      );
    const got = (n: number) =>
      down(
        encodeCoap({
          kind: 2,
          code: 69,
          messageId: 100 + n,
          token: [n],
          options: [
            [12, [50]],
            [23, value(n, n < parts.length - 1)],
          ],
          payload: parts[n]!,
        }),
      );
    const asked = parts.flatMap((_, n) => [get(n), got(n)]);
    const read = drive(coap, asked, on5683);
    expect(parts).toHaveLength(2);
    expect(read.values.map((v) => [v.path, v.value])).toContainEqual(['/status/level', 7.25]);
    expect(read.commands).toHaveLength(1);
    // A block that came twice changes nothing, one that is missing leaves no half of a value.
    expect(drive(coap, [...asked.slice(0, 2), ...asked], on5683).values).toEqual(read.values);
    expect(drive(coap, asked.slice(2), on5683).values).toEqual([]);
    const put = (n: number) =>
      up(
        encodeCoap({
          code: 3,
          messageId: 200 + n,
          token: [9],
          options: [
            [11, 'setup'],
            [12, [50]],
            [27, value(n, n < parts.length - 1)],
          ],
          payload: parts[n]!,
        }),
      );
    const done = (n: number, code: number) => down(encodeCoap({ kind: 2, code, messageId: 200 + n, token: [9] }));
    const written = drive(coap, [put(0), done(0, 95), put(1), done(1, 68)], on5683);
    expect(written.values.map((v) => [v.path, v.value, v.access])).toContainEqual(['/setup/level', 7.25, 'write']);
    expect(written.commands.map((c) => `${c.verb} ${c.object} ${c.outcome}`)).toEqual(['write /setup accepted']);
  });
  describe('over TCP (RFC 8323)', () => {
    const onTcp = { carrier: 'tcp', serverPort: 5683 };
    // Length 6, Max-Message-Size 1152, Block-Wise-Transfer (section 5.3); both sides begin with it.
    const csm = bytesOf('40 e1 22 0480 20');
    const ask = bytesOf('51 01 7f b4 74656d70'); // GET /temp, token 7f
    const answer = bytesOf('51 45 7f ff 32312e35'); // 2.05, 21.5
    const long = join(bytesOf('d1 0f 45 80 ff'), textBytes('y'.repeat(27))); // 13 + 15 octets behind the token
    const talk = [up(csm), down(csm), up(ask), down(answer), up(bytesOf('01 01 80')), down(long)];
    it('reads lengths, tokens and settings', () => {
      const run = drive(coap, talk, onTcp);
      expect(run.malformed).toEqual([]);
      expect(run.messages.map((m) => `${m.kind} ${m.codeName} ${m.messageId} ${m.token}`.trimEnd())).toEqual([
        'reliable 7.01 CSM -1',
        'reliable 7.01 CSM -1',
        'reliable GET -1 7f',
        'reliable 2.05 Content -1 7f',
        'reliable GET -1 80',
        'reliable 2.05 Content -1 80',
      ]);
      expect(run.messages[0]!.options.map((o) => [o.name, o.value])).toEqual([
        ['Max-Message-Size', 1152],
        ['Block-Wise-Transfer', ''],
      ]);
      expect(run.values[0]).toMatchObject({ path: '/temp', value: 21.5 });
      // Section 3.2, figure 7: no options, no payload.
      expect(drive(coap, [down(bytesOf('01 43 7f'))], onTcp).messages).toMatchObject([
        { codeName: '2.03 Valid', token: '7f' },
      ]);
    });
    it('gives the same however TCP cuts it', () => sameInPieces(coap, talk, onTcp));
    it('knows itself by the settings on any port', () => {
      const say = (b: Uint8Array, port: number) =>
        coap.probe(b, 0, b.length, contextOf({ carrier: 'tcp', serverPort: port }));
      expect([say(csm, 9999), say(ask, 9999), say(ask, 5683), say(csm.slice(0, 3), 5683)]).toEqual([
        'sure',
        'no',
        'maybe',
        'more',
      ]);
    });
    it('is not known by the port that a client was given by chance: a print job of any octets is none', () => {
      const say = (b: Uint8Array, carrier: 'tcp' | 'udp', ports: { serverPort: number; clientPort: number }) =>
        coap.probe(b, 0, b.length, contextOf({ carrier, ...ports }));
      const any = bytesOf('01 43 7f');
      expect(say(any, 'tcp', { serverPort: 9100, clientPort: 61_616 })).toBe('no');
      expect(say(any, 'tcp', { serverPort: 61_616, clientPort: 40_000 })).toBe('maybe');
      expect(say(bytesOf('40 45 0001'), 'udp', { serverPort: 9100, clientPort: 61_616 })).toBe('no');
      // Twelve octets of a job that begin like settings, and options that settings do not have, a payload.
      for (const job of [
        'c0 e1 24 9c61bd74 86a1821742bfa6',
        '70 e1 22 0480 a3010203',
        '50 e1 22 0480 ff41',
        '50 e1 22 0480 1100',
      ])
        expect(say(bytesOf(job), 'tcp', { serverPort: 9100, clientPort: 51_838 }), job).toBe('no');
      expect(say(bytesOf('60 e1 22 0480 20 21 08'), 'tcp', { serverPort: 9100, clientPort: 51_838 })).toBe('sure');
    });
    it('stands hostile octets', () => hostile(coap, [talk], onTcp));
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
