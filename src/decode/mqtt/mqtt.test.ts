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
import { decodeCapture } from '../../../test/drive.ts';
import { describeShared, sharedCapture } from '../../../test/shared.ts';
import { encodeBytesField, encodeFixedField, encodeVarintField } from '../shared/protobuf.ts';
import { mqtt } from './index.ts';
import { encodeConnect, encodePublish, encodeSimple, encodeSubscribe, MAX_WHOLE, type MqttMessage } from './wire.ts';

const on1883 = { carrier: 'tcp', serverPort: 1883 };
// MQTT 3.1.1 figures 3.3 to 3.6: a CONNECT with everything.
const connect = bytesOf(`
  10 2b                 # CONNECT, 43 octets
  0004 4d515454 04 ee   # MQTT, level 4, flags: user, password, will retain, will QoS 1, will, clean
  000a                  # keep alive 10 s
  0006 706c632d3037     # client plc-07
  0005 7374617465 0003 6f6666 # will topic state, message off
  0003 6f7073 0006 68756e746572 # user ops, password hunter`);
const v5 = bytesOf(`
  10 1a 0004 4d515454 05 02 003c
  06 22 000a 21 0014 # Topic Alias Maximum 10, Receive Maximum 20
  0007 65646765303031 # edge001`);

const metric = (...fields: number[][]) => encodeBytesField(2, fields.flat());
const birth = Uint8Array.from([
  ...encodeVarintField(1, 1_700_000_000_000),
  ...metric(
    encodeBytesField(1, 'Tank/Level'),
    encodeVarintField(2, 7),
    encodeVarintField(4, 9),
    encodeFixedField(12, [0, 0, 0x48, 0x41]),
  ),
  ...metric(
    encodeBytesField(1, 'Offset'),
    encodeVarintField(2, 8),
    encodeVarintField(4, 3),
    encodeVarintField(10, 0xffff_fffe),
  ),
  ...metric(encodeBytesField(1, 'Properties/Hardware Make'), encodeVarintField(4, 12), encodeBytesField(15, 'Opto 22')),
  ...encodeVarintField(3, 0),
]);
const data = Uint8Array.from([
  ...encodeVarintField(1, 1_700_000_001_000),
  ...metric(
    encodeVarintField(2, 7),
    encodeFixedField(12, [0, 0, 0x4c, 0x41]),
    encodeBytesField(9, [
      ...encodeBytesField(1, 'Quality'),
      ...encodeBytesField(2, [...encodeVarintField(1, 3), ...encodeVarintField(3, 500)]),
    ]),
  ),
  ...metric(encodeVarintField(2, 8), encodeVarintField(4, 4), encodeVarintField(11, -5n)),
  ...encodeVarintField(3, 1),
]);
const command = Uint8Array.from([
  ...metric(encodeBytesField(1, 'Node Control/Reboot'), encodeVarintField(4, 11), encodeVarintField(14, 1)),
  ...metric(encodeVarintField(2, 7), encodeFixedField(12, [0, 0, 0x80, 0x3f])),
]);

const conversation = [
  up(connect),
  down(encodeSimple('CONNACK', 0, 0)),
  up(
    encodeSubscribe(1, [
      ['plant/#', 1],
      ['secret/+', 0],
    ]),
  ),
  down(encodeSimple('SUBACK', 0, 1, 1, 0x80)),
  up(encodePublish({ topic: 'plant/pump,1/rpm', payload: '1480.5', qos: 2, packetId: 9 })),
  down(encodeSimple('PUBREC', 0, 9)),
  up(encodeSimple('PUBREL', 0, 9)),
  down(
    join(
      encodeSimple('PUBCOMP', 0, 9),
      encodePublish({ topic: 'plant/t', payload: '{"c":21.5,"on":true,"password":"x"}', qos: 1, packetId: 9 }),
    ),
  ),
  up(encodeSimple('PUBACK', 0, 9)),
  up(join(encodeSimple('PINGREQ'), encodeSimple('DISCONNECT'))),
];
const sparkplug = [
  up(v5),
  down(encodeSimple('CONNACK', 0, 0, 0)),
  up(encodePublish({ topic: 'spBv1.0/G1/NBIRTH/E1', payload: birth, properties: { 'Topic Alias': 3 } })),
  up(encodePublish({ topic: 'spBv1.0/G1/NDATA/E1', payload: data, properties: {} })),
  down(encodePublish({ topic: 'spBv1.0/G1/NCMD/E1', payload: command, properties: {} })),
  up(encodePublish({ topic: 'spBv1.0/STATE/scada', payload: '{"online":true,"timestamp":1}', properties: {} })),
];

describe('mqtt', () => {
  it('reads a session of 3.1.1, with outcomes, and shows no password', () => {
    const run = drive(mqtt, conversation, on1883);
    expect(run.malformed).toEqual([]);
    expect(run.left).toBe(0);
    expect(run.messages[0]).toMatchObject({
      type: 'CONNECT',
      version: 4,
      keepAlive: 10,
      clientId: 'plc-07',
      userName: 'ops',
      password: '(masked)',
      cleanStart: true,
      will: { topic: 'state', qos: 1, retain: true, payloadLength: 3 },
    });
    expect(run.sessions).toEqual([
      {
        phase: 'authenticate',
        outcome: 'accepted',
        user: 'ops',
        clearCredential: true,
        detail: 'MQTT 3.1.1 client plc-07',
      },
      { phase: 'close', outcome: 'unconfirmed', user: 'ops', detail: 'MQTT' },
    ]);
    expect(run.commands.map((c) => [c.verb, c.object, c.value, c.outcome, c.reason])).toEqual([
      ['subscribe', 'plant/#', undefined, 'accepted', undefined],
      ['subscribe', 'secret/+', undefined, 'refused', 'unspecified error (128)'],
      ['write', 'plant/pump,1/rpm', 1480.5, 'accepted', undefined],
    ]);
    expect(run.values.map((v) => [v.path, v.value, v.access])).toEqual([
      ['plant/pump,1/rpm', 1480.5, 'write'],
      ['plant/t/c', 21.5, 'read'],
      ['plant/t/on', true, 'read'],
      ['plant/t/password', '(masked)', 'read'],
    ]);
    expect(JSON.stringify(run)).not.toContain('hunter');
  });

  it('gives the same however TCP cuts it', () => {
    sameInPieces(mqtt, conversation, on1883);
    sameInPieces(mqtt, sparkplug, on1883);
  });

  it('refuses a connection with its reason', () => {
    const run = drive(
      mqtt,
      [
        up(encodeConnect({ version: 5, clientId: 'x', userName: 'u', password: 'p' })),
        down(encodeSimple('CONNACK', 0, 0x86, 0)),
      ],
      on1883,
    );
    expect(run.sessions).toMatchObject([
      { outcome: 'refused', user: 'u', detail: 'MQTT 5.0 client x: bad user name or password (134)' },
    ]);
    expect(run.identities).toEqual([]);
  });

  it('resolves topic aliases of 5.0 in each direction', () => {
    const alias = { 'Topic Alias': 5 };
    const run = drive(
      mqtt,
      [
        up(encodeConnect({ version: 5, clientId: 'x' })),
        up(encodePublish({ topic: 'a/b', payload: '1', properties: alias })),
        up(encodePublish({ topic: '', payload: '2', properties: alias })),
        down(encodePublish({ topic: '', payload: '3', properties: alias })),
      ],
      on1883,
    );
    expect(run.messages.slice(1).map((m) => m.type === 'PUBLISH' && m.topic)).toEqual(['a/b', 'a/b', '']);
  });

  it('reads Sparkplug B: births name what data calls by alias', () => {
    const run = drive(mqtt, sparkplug, on1883);
    expect(run.values.map((v) => [v.path, v.type, v.value, v.quality, v.access, v.target])).toEqual([
      ['Tank/Level', 'Float', 12.5, undefined, 'read', 99],
      ['Offset', 'Int32', -2, undefined, 'read', 99],
      ['Properties/Hardware Make', 'String', 'Opto 22', undefined, 'read', 99],
      ['Tank/Level', 'Float', 12.75, 'bad', 'read', 99],
      ['Offset', 'Int64', -5, undefined, 'read', 99],
      ['Node Control/Reboot', 'Boolean', true, undefined, 'write', 99],
      ['Tank/Level', 'Float', 1, undefined, 'write', 99],
    ]);
    expect(run.commands.map((c) => [c.verb, c.operation, c.object, c.value])).toEqual([
      ['restart', 'Sparkplug NCMD', 'Node Control/Reboot', true],
      ['write', 'Sparkplug NCMD', 'Tank/Level', 1],
    ]);
    expect(run.identities).toContainEqual({
      endpoint: 99,
      attribute: 'vendor',
      value: 'Opto 22',
      confidence: 1,
      via: 'Sparkplug NBIRTH',
    });
    expect(run.names).toContainEqual({ endpoint: 99, kind: 'other', name: 'G1/E1', via: 'Sparkplug topic' });
    expect(run.sessions.map((s) => s.detail)).toContain('Sparkplug host scada');
  });

  it('reads Sparkplug B: what data and commands call by name has the data type of its birth', () => {
    // Sparkplug 3.0, 6.4.6 (payloads-metric-datatype-not-req): data types "SHOULD NOT be included" in NDATA, NCMD, DDATA and DCMD
    const int = (name: string, value: number, type?: number) =>
      metric(
        encodeBytesField(1, name),
        ...(type === undefined ? [] : [encodeVarintField(4, type)]),
        encodeVarintField(10, value >>> 0),
      );
    const say = (topic: string, ...metrics: number[][]) =>
      up(encodePublish({ topic: `spBv1.0/G1/${topic}`, payload: Uint8Array.from(metrics.flat()), properties: {} }));
    const set = int('Offset', -6);
    const run = drive(
      mqtt,
      [
        up(v5),
        down(encodeSimple('CONNACK', 0, 0, 0)),
        up(encodePublish({ topic: 'spBv1.0/G1/NBIRTH/E1', payload: birth, properties: {} })),
        say('DBIRTH/E1/D1', int('a', -1, 3), int('b', -2, 1)),
        say('DBIRTH/E1/D2', int('a', 4294967295, 7)),
        say('DDATA/E1/D1', int('a', -3), int('b', -4)),
        say('DDATA/E1/D2', int('a', -5)), // 4294967291 of a UInt32
        down(encodePublish({ topic: 'spBv1.0/G1/NCMD/E1', payload: Uint8Array.from(set), properties: {} })),
        // A birth of the node begins a new session: nothing is known of its devices
        up(encodePublish({ topic: 'spBv1.0/G1/NBIRTH/E1', payload: birth, properties: {} })),
        say('DDATA/E1/D1', int('a', 5)),
      ],
      on1883,
    );
    expect(run.values.filter((v) => /^[ab]$/.test(v.path ?? '')).map((v) => [v.path, v.type, v.value])).toEqual([
      ['a', 'Int32', -1],
      ['b', 'Int8', -2],
      ['a', 'UInt32', 4294967295],
      ['a', 'Int32', -3],
      ['b', 'Int8', -4],
      ['a', 'UInt32', 4294967291],
      ['a', 'Unknown', 5],
    ]);
    expect(run.commands.map((c) => [c.object, c.value])).toEqual([['Offset', -6]]);
  });

  it('passes a long payload over without holding it', () => {
    const whole = encodePublish({ topic: 'cam/1', payload: new Uint8Array(3_000_000).fill(1) });
    const parts = [];
    for (let o = 0; o < whole.length; o += 60_000) parts.push(up(whole.slice(o, o + 60_000)));
    const run = drive(mqtt, [...parts, up(encodeSimple('PINGREQ'))], on1883);
    expect(run.messages.map((m) => m.type)).toEqual(['PUBLISH', 'PINGREQ']);
    expect(run.messages[0]).toMatchObject({ payloadLength: 3_000_000 });
    expect(run.skipped).toBeGreaterThan(3_000_000 - MAX_WHOLE - 60_000);
  });

  it('tells the version of a connection seen from its middle', () => {
    const five = drive(mqtt, [up(encodePublish({ topic: 'a/b', payload: '7', properties: {} }))], on1883);
    expect(five.values).toMatchObject([{ path: 'a/b', value: 7 }]);
    const three = drive(
      mqtt,
      [up(encodePublish({ topic: 'a/b', payload: '7' })), up(encodeSubscribe(2, [['x/y', 0]]))],
      on1883,
    );
    expect(three.values).toMatchObject([{ path: 'a/b', value: 7 }]);
    expect(three.messages[1]).toMatchObject({ subscriptions: [{ filter: 'x/y', qos: 0 }] });
  });

  it('says what the specification forbids', () => {
    const codes = (bytes: Uint8Array) => drive(mqtt, [up(bytes)], on1883).malformed.map((m) => m.code);
    expect(codes(bytesOf('36 05 0001 61 0001'))).toEqual(['mqtt.flags']); // QoS 3
    expect(codes(bytesOf('80 06 0001 0001 61 00'))).toEqual(['mqtt.flags']); // SUBSCRIBE without its reserved bit
    expect(codes(bytesOf('30 ffffffff 7f'))).toEqual(['mqtt.length']);
    expect(codes(bytesOf('00 00'))).toEqual(['mqtt.type']);
    expect(codes(bytesOf('30 03 0009 61'))).toEqual(['mqtt.malformed']); // topic longer than the packet
  });

  it('knows itself on any port, and not its look-alikes', () => {
    const say = (bytes: Uint8Array) => mqtt.probe(bytes, 0, bytes.length, contextOf(on1883));
    expect(say(connect)).toBe('sure');
    expect(say(encodePublish({ topic: 'plant/a', payload: '1' }))).toBe('sure');
    expect(say(encodeSubscribe(1, [['plant/#', 0]]))).toBe('sure');
    expect(say(connect.slice(0, 5))).toBe('more');
    // A CONNACK, a SUBACK and a PUBLISH of which one segment has only the first octets: the stream may begin with them.
    for (const cut of ['20', '20 02', '90', '30 0c', '82 0a 0001']) expect(say(bytesOf(cut))).toBe('more');
    expect(mqtt.probe(bytesOf('20 02'), 0, 2, contextOf({ ...on1883, carrier: 'websocket' }))).toBe('no');
    expect(say(encodeSimple('PINGREQ'))).toBe('maybe');
    expect(say(textBytes('GET / HTTP/1.1\r\n'))).toBe('no');
    expect(say(bytesOf('16 0301 0200 01'))).toBe('no'); // TLS
    expect(say(bytesOf('0300 0016 11e0'))).toBe('no'); // TPKT
  });

  it('stands hostile octets', () =>
    hostile<MqttMessage, ReturnType<typeof mqtt.open>>(mqtt, [conversation, sparkplug], on1883));

  it('is cheap', () =>
    expect(costUs(mqtt, encodePublish({ topic: 'plant/a/b', payload: '12.5' }), on1883)).toBeLessThan(20));
});

describeShared('mqtt in captures', () => {
  it('reads every packet of them', async () => {
    const packets = async (name: string) => {
      const run = await decodeCapture(sharedCapture(`mqtt/${name}`), {});
      return run.health.protocols.filter((p) => p.protocol === 'mqtt').map((p) => [p.messages, p.malformed]);
    };
    expect(await packets('zeek.mqtt')).toEqual([[20, 0]]);
    expect(await packets('suricata-verify.mqtt5_pub_jpeg')).toEqual([[4, 0]]);
    expect(await packets('suricata-verify.mqtt-ping')).toEqual([[2, 0]]);
  });
});
