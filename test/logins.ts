/**
 * A capture of logins, one for each way in which a protocol says a credential in clear, for the test that none of them is told.
 * Where decoders have encoders these write the octets; the rest is written by the specification named beside it.
 */
import { encodeDiscovery } from '../src/decode/ads/discovery.ts';
import { encodeFrame10, encodeMethod091 } from '../src/decode/amqp/wire.ts';
import { encodeConfirmed as encodeBacnet, encodeDatagram } from '../src/decode/bacnet/encode.ts';
import { encodeCoap } from '../src/decode/coap/wire.ts';
import { encodeV3 } from '../src/decode/codesys/index.ts';
import { encodeConnection, encodeData } from '../src/decode/cotp/wire.ts';
import { encodeDhcp } from '../src/decode/dhcp/wire.ts';
import { encodeDlms } from '../src/decode/dlms/wire.ts';
import { encodeFragment, encodeFrames } from '../src/decode/dnp3/wire.ts';
import { encodeRequest as encodeCip, encodeResponse as encodeCipAnswer } from '../src/decode/enip/cip.ts';
import { encodeEpath } from '../src/decode/enip/epath.ts';
import { encodeRegisterSession, encodeUnconnected } from '../src/decode/enip/wire.ts';
import { encodeCommand as encodeFins } from '../src/decode/fins/wire.ts';
import { encodeKnx, SERVICE } from '../src/decode/knx/wire.ts';
import { encodeMelsoft } from '../src/decode/melsoft/wire.ts';
import { encodeUpper } from '../src/decode/mms/wire.ts';
import { encodePublish } from '../src/decode/mqtt/wire.ts';
import { Channel, data, named, object, readItem, scalar, VALUE } from '../src/decode/opcua/fixtures.ts';
import { encodeRadius } from '../src/decode/radius/wire.ts';
import { encodeRoc } from '../src/decode/roc-plus/wire.ts';
import { encodeTlv } from '../src/decode/shared/asn1.ts';
import { encodeBytesField, encodeVarintField } from '../src/decode/shared/protobuf.ts';
import { encodeRequest as encodeSlmp, encodeResponse as encodeSlmpAnswer } from '../src/decode/slmp/wire.ts';
import { encodeSnmp } from '../src/decode/snmp/wire.ts';
import { encodeRequest as encodeSrtp } from '../src/decode/srtp/wire.ts';
import { encodeFrame as encodeWebsocket } from '../src/decode/websocket/wire.ts';
import { bytesOf, join as joined, type Part, textBytes } from './decoding.ts';

export interface Login {
  /** Of the decoder; '' where none knows what is said. */
  readonly protocol: string;
  readonly secret: string;
  /** What the messages of its frames must say, so that they were read, not left out. */
  readonly says: string;
  record(wire: Wire, secret: string): void;
}

const CLIENT = [10, 1, 0, 5];
const SERVER = [10, 1, 0, 20];
const GROUP = [224, 0, 0, 18];
const u16 = (n: number): number[] => [(n >> 8) & 255, n & 255];
const u32 = (n: number): number[] => [...u16(n >>> 16), ...u16(n)];
const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** Ethernet frames between two hosts; checksums are left empty, which is reported and decoded all the same. */
export class Wire {
  readonly packets: Uint8Array[] = [];
  #clientPort = 40_000;

  ip(protocol: number, payload: Uint8Array, from = CLIENT, to = SERVER): void {
    const mac = (address: readonly number[]): number[] => [2, 0, 0, 0, 0, address[3]!];
    const ip = [0x45, 0, ...u16(20 + payload.length), 0, 0, 0x40, 0, 64, protocol, 0, 0, ...from, ...to];
    this.packets.push(joined(Uint8Array.from([...mac(to), ...mac(from), 8, 0, ...ip]), payload));
  }
  group(protocol: number, payload: Uint8Array): void {
    this.ip(protocol, payload, CLIENT, GROUP);
  }
  udp(toServer: boolean, port: number, payload: Uint8Array, clientPort = 50_000): void {
    const ports = toServer ? [...u16(clientPort), ...u16(port)] : [...u16(port), ...u16(clientPort)];
    const [from, to] = toServer ? [CLIENT, SERVER] : [SERVER, CLIENT];
    this.ip(17, joined(Uint8Array.from([...ports, ...u16(8 + payload.length), 0, 0]), payload), from, to);
  }
  /** A whole connection; text that begins with `<` and parts that go down are what the server says. */
  tcp(port: number, ...parts: readonly (string | Uint8Array | Part)[]): void {
    const clientPort = ++this.#clientPort;
    const next = { up: 1000, down: 9000 };
    const segment = (toServer: boolean, flags: number, payload: Uint8Array): void => {
      const ports = toServer ? [...u16(clientPort), ...u16(port)] : [...u16(port), ...u16(clientPort)];
      const [seq, ack] = toServer ? [next.up, next.down] : [next.down, next.up];
      const head = [...ports, ...u32(seq), ...u32(flags === 2 ? 0 : ack), 0x50, flags, 0x20, 0, 0, 0, 0, 0];
      const [from, to] = toServer ? [CLIENT, SERVER] : [SERVER, CLIENT];
      this.ip(6, joined(Uint8Array.from(head), payload), from, to);
      next[toServer ? 'up' : 'down'] += payload.length + (flags & 3 ? 1 : 0);
    };
    const none = new Uint8Array(0);
    segment(true, 0x02, none);
    segment(false, 0x12, none);
    segment(true, 0x10, none);
    for (const part of parts) {
      if (part instanceof Uint8Array) segment(true, 0x18, part);
      else if (typeof part !== 'string') segment(part.toServer, 0x18, part.bytes);
      else if (part.startsWith('<')) segment(false, 0x18, textBytes(part.slice(1)));
      else segment(true, 0x18, textBytes(part));
    }
    segment(true, 0x11, none);
    segment(false, 0x11, none);
  }
}

const ftp = (port: number) => (wire: Wire, password: string) =>
  wire.tcp(
    port,
    '<220 plc-ftp ready\r\n',
    'USER bob\r\n',
    '<331 need password\r\n',
    `PASS ${password}\r\n`,
    '<230 in\r\n',
    'SYST\r\n',
    '<215 UNIX\r\n',
  );
const http =
  (head: (secret: string) => string, body: (secret: string) => string = () => '', answer = '') =>
  (wire: Wire, secret: string): void => {
    const text = body(secret);
    wire.tcp(
      80,
      `${head(secret)}\r\nHost: plc\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
      `<HTTP/1.1 200 OK\r\nServer: plc-web/1.0\r\n${answer.replace('SECRET', secret)}Content-Length: 2\r\n\r\nok`,
    );
  };
/** MQTT 3.1.1, section 3.1: client id, user and password. */
const mqttConnect = (secret: string): Uint8Array => {
  const field = (text: string): Uint8Array => joined(Uint8Array.from(u16(text.length)), textBytes(text));
  const connect = joined(field('MQTT'), Uint8Array.of(4, 0xc2, 0, 60), field('dev1'), field('bob'), field(secret));
  return joined(Uint8Array.of(0x10, connect.length), connect);
};
const CONNACK: Part = { toServer: false, bytes: Uint8Array.of(0x20, 2, 0, 0) };
/** RFC 4511: an operation in its message. */
const ldap = (id: number, tag: number, body: ArrayLike<number>): Uint8Array =>
  Uint8Array.from(encodeTlv(0x30, [2, 1, id, ...encodeTlv(tag, body)]));
const octets = (text: string, tag = 4): number[] => encodeTlv(tag, textBytes(text));
const DN = 'cn=bob,dc=plant';
const short = (text: string): number[] => [text.length, ...textBytes(text)];
const long = (text: ArrayLike<number>): number[] => [...u32(text.length), ...Array.from(text)];
const str = (text: string): number[] => [0xa1, text.length, ...textBytes(text)];
/** COTP as it is opened on port 102, then what is given in a TPDU each. */
const cotp = (wire: Wire, ...payloads: Uint8Array[]): void => {
  const end = {
    type: 'COTP connect request',
    code: 0xe0,
    destinationReference: 0,
    sourceReference: 1,
    reason: -1,
    tpduSize: 1024,
    callingTsap: '0100',
    calledTsap: '0102',
  };
  const confirm = { ...end, type: 'COTP connect confirm', code: 0xd0, destinationReference: 1, sourceReference: 2 };
  wire.tcp(
    102,
    encodeConnection(end as never),
    { toServer: false, bytes: encodeConnection(confirm as never) },
    ...payloads.flatMap((payload) => encodeData(payload)),
  );
};
const S7_SETUP = bytesOf('32 01 0000 0001 0008 0000 f000 0001 0001 01e0');
/** A CIP request to the class, unconnected. */
const cip = (wire: Wire, service: number, path: Parameters<typeof encodeEpath>[0], data: Uint8Array): void =>
  wire.tcp(
    44818,
    encodeRegisterSession(),
    { toServer: false, bytes: encodeRegisterSession({ session: 7 }) },
    encodeUnconnected(encodeCip(service, encodeEpath(path), data), { session: 7 }),
  );
const opcua =
  (talk: (channel: Channel, secret: string) => readonly Part[]) =>
  (wire: Wire, secret: string): void => {
    const channel = new Channel();
    wire.tcp(4840, ...channel.open(), ...talk(channel, secret));
  };
const activate = (channel: Channel, token: ReturnType<typeof object>): readonly Part[] =>
  channel.ask(
    'ActivateSessionRequest',
    {
      clientSignature: { algorithm: null, signature: null },
      clientSoftwareCertificates: null,
      localeIds: ['en'],
      userIdentityToken: token,
      userTokenSignature: { algorithm: null, signature: null },
    },
    'ActivateSessionResponse',
    { serverNonce: null, results: null, diagnosticInfos: null },
  );
/** A request to a KNX device by its address, in a tunnel: the service's ten bits, then its data. */
const knx = (service: number, data: Uint8Array) =>
  encodeKnx(
    SERVICE.TUNNELLING_REQUEST,
    joined(bytesOf('04150100 1100 b060 0000 1107'), Uint8Array.of(data.length + 1, service >> 8, service & 255), data),
  );
const snmp = (community: string, pdu: 'get' | 'set' | 'response', value: string | null): Uint8Array =>
  encodeSnmp({ version: 1, community, id: 7, pdu, bindings: [{ oid: '1.3.6.1.2.1.1.5.0', value }] } as never);

/** No two secrets share a beginning, so that a hit says where it comes from. */
export const LOGINS = {
  ftp: { protocol: 'ftp', secret: 'hunter2-ftp', says: 'USER', record: ftp(21) },
  'ftp on another port': { protocol: 'ftp', secret: 'mole3-oddport', says: 'USER', record: ftp(2121) },
  'ftp in two segments': {
    protocol: 'ftp',
    secret: 'whale7-split',
    says: 'PASS',
    record: (wire, secret) =>
      wire.tcp(
        21,
        '<220 ready\r\n',
        'USER eve\r\n',
        '<331 more\r\n',
        `PASS ${secret.slice(0, 5)}`,
        `${secret.slice(5)}\r\n`,
        '<230 in\r\n',
      ),
  },
  'ftp account': {
    protocol: 'ftp',
    secret: 'finch6-account',
    says: 'ACCT',
    record: (wire, secret) =>
      wire.tcp(21, '<220 ready\r\n', 'USER ann\r\n', '<332 account\r\n', `ACCT ${secret}\r\n`, '<230 in\r\n'),
  },
  'ftp in small letters': {
    protocol: 'ftp',
    secret: 'stork5-small',
    says: 'PASS',
    record: (wire, secret) =>
      wire.tcp(21, '<220 ready\r\n', 'user ann\r\n', '<331 more\r\n', `pass  ${secret}\r\n`, '<530 no\r\n'),
  },
  telnet: {
    protocol: 'telnet',
    secret: 'tiger7-telnet',
    says: 'Telnet',
    record: (wire, secret) =>
      wire.tcp(
        23,
        '<\xff\xfd\x18login: ',
        'bob\r\n',
        '<Password: ',
        `${secret}\r\n`,
        '<\r\nWelcome to switch7\r\nswitch7> ',
      ),
  },
  'telnet, letter by letter': {
    protocol: 'telnet',
    secret: 'panda4-typed',
    says: 'Telnet',
    record: (wire, secret) =>
      wire.tcp(23, '<\xff\xfd\x18login: ', 'bob\r\n', '<Password: ', ...secret, '\r\n', '<\r\nswitch7> '),
  },
  'http basic': {
    protocol: 'http',
    secret: 'zebra9-basic',
    says: 'GET',
    record: http((secret) => `GET / HTTP/1.1\r\nAuthorization: Basic ${base64(`bob:${secret}`)}`),
  },
  'http proxy': {
    protocol: 'http',
    secret: 'camel2-proxy',
    says: 'GET',
    record: http((secret) => `GET / HTTP/1.1\r\nProxy-Authorization: Basic ${base64(`bob:${secret}`)}`),
  },
  'http bearer': {
    protocol: 'http',
    secret: 'otter3-bearer',
    says: 'GET',
    record: http((secret) => `GET /api HTTP/1.1\r\nAuthorization: Bearer ${secret}`),
  },
  'http query': {
    protocol: 'http',
    secret: 'heron6-query',
    says: '/login',
    record: http((secret) => `GET /login?user=bob&password=${secret} HTTP/1.1`),
  },
  'http referer': {
    protocol: 'http',
    secret: 'egret4-referer',
    says: '/next',
    record: http((secret) => `GET /next HTTP/1.1\r\nReferer: http://plc/login?password=${secret}`),
  },
  'http user information': {
    protocol: 'http',
    secret: 'quail3-userinfo',
    says: 'GET',
    record: http((secret) => `GET http://bob:${secret}@plc/ HTTP/1.1`),
  },
  'http cookie': {
    protocol: 'http',
    secret: 'raven4-cookie',
    says: '/page',
    record: http((secret) => `GET /page HTTP/1.1\r\nCookie: session=${secret}`),
  },
  'http set-cookie': {
    protocol: 'http',
    secret: 'goose9-setcookie',
    says: '/in',
    record: http(
      () => 'GET /in HTTP/1.1',
      () => '',
      'Set-Cookie: session=SECRET\r\n',
    ),
  },
  'http form': {
    protocol: 'http',
    secret: 'lynx5-form',
    says: 'POST',
    record: http(
      () => 'POST /login HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded',
      (secret) => `user=bob&password=${secret}`,
    ),
  },
  'http json': {
    protocol: 'http',
    secret: 'moose8-json',
    says: 'POST',
    record: http(
      () => 'POST /login HTTP/1.1\r\nContent-Type: application/json',
      (secret) => `{"user":"bob","password":"${secret}"}`,
    ),
  },
  websocket: {
    protocol: 'websocket',
    secret: 'koala8-websocket',
    says: 'WebSocket',
    record: (wire, secret) => {
      const upgrade = 'Upgrade: websocket\r\nConnection: Upgrade\r\n';
      wire.tcp(
        80,
        `GET /ws HTTP/1.1\r\nHost: plc\r\n${upgrade}Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n`,
        `<HTTP/1.1 101 Switching Protocols\r\n${upgrade}Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n`,
        encodeWebsocket(1, textBytes(`{"login":{"user":"bob","password":"${secret}"}}`), Uint8Array.of(1, 2, 3, 4)),
        { toServer: false, bytes: encodeWebsocket(1, textBytes(`{"token":"${secret}"}`)) },
      );
    },
  },
  snmp: {
    protocol: 'snmp',
    secret: 'badger1-community',
    says: 'switch7',
    record: (wire, secret) => {
      wire.udp(true, 161, snmp(secret, 'get', null));
      wire.udp(false, 161, snmp(secret, 'response', 'switch7'));
    },
  },
  'snmp, not well formed': {
    protocol: 'snmp',
    secret: 'weasel8-badsnmp',
    says: '',
    record: (wire, secret) => {
      const whole = snmp(secret, 'get', null);
      wire.udp(true, 161, whole.subarray(0, whole.length - 6), 50_001);
    },
  },
  mqtt: {
    protocol: 'mqtt',
    secret: 'gecko2-mqtt',
    says: 'CONNECT',
    record: (wire, secret) => wire.tcp(1883, mqttConnect(secret), CONNACK),
  },
  'mqtt, not well formed': {
    protocol: 'mqtt',
    secret: 'skunk5-badmqtt',
    says: '',
    record: (wire, secret) => {
      const connect = mqttConnect(secret);
      // A reserved flag that must be zero (section 3.1.2.3).
      connect[9] = connect[9]! | 1;
      wire.tcp(1883, connect);
    },
  },
  'mqtt, json': {
    protocol: 'mqtt',
    secret: 'llama4-payload',
    says: 'plant/cfg',
    record: (wire, secret) =>
      wire.tcp(
        1883,
        mqttConnect('gecko2-mqtt'),
        CONNACK,
        encodePublish({
          topic: 'plant/cfg',
          payload: textBytes(`{"level":3,"wifi":{"ssid":"x","password":"${secret}"}}`),
        } as never),
      ),
  },
  'mqtt, a topic of its own': {
    protocol: 'mqtt',
    secret: 'bison6-topic',
    says: 'plant/wifi/password',
    record: (wire, secret) =>
      wire.tcp(
        1883,
        mqttConnect('gecko2-mqtt'),
        CONNACK,
        encodePublish({ topic: 'plant/wifi/password', payload: textBytes(secret) } as never),
      ),
  },
  'mqtt, text of key and value': {
    protocol: 'mqtt',
    secret: 'hyena7-keyvalue',
    says: 'plant/setup',
    record: (wire, secret) =>
      wire.tcp(
        1883,
        mqttConnect('gecko2-mqtt'),
        CONNACK,
        encodePublish({ topic: 'plant/setup', payload: textBytes(`user=bob;password=${secret}`) } as never),
      ),
  },
  'mqtt, JSON over several lines': {
    protocol: 'mqtt',
    secret: 'llama3-lines',
    says: 'plant/lines',
    record: (wire, secret) =>
      wire.tcp(
        1883,
        mqttConnect('gecko2-mqtt'),
        CONNACK,
        encodePublish({
          topic: 'plant/lines',
          payload: textBytes(`{\r\n\t"wifi": {\r\n\t\t"passphrase": "${secret}"\r\n\t}\r\n}`),
        } as never),
      ),
  },
  'sparkplug, a metric and its alias': {
    protocol: 'mqtt',
    secret: 'quail8-metric',
    says: 'spBv1.0/plant/NDATA/edge1',
    record: (wire, secret) => {
      // name or alias, data type String, value (Sparkplug 3.0, section 6.4.6).
      const metric = (first: readonly number[], value: string): Uint8Array =>
        Uint8Array.from(encodeBytesField(2, [...first, ...encodeVarintField(4, 12), ...encodeBytesField(15, value)]));
      const alias = encodeVarintField(2, 5);
      const birth = metric([...encodeBytesField(1, 'Panel/Password'), ...alias], secret);
      wire.tcp(
        1883,
        mqttConnect('gecko2-mqtt'),
        CONNACK,
        encodePublish({ topic: 'spBv1.0/plant/NBIRTH/edge1', payload: birth } as never),
        encodePublish({ topic: 'spBv1.0/plant/NDATA/edge1', payload: metric(alias, secret) } as never),
      );
    },
  },
  'ldap bind': {
    protocol: 'ldap',
    secret: 'viper5-ldap',
    says: 'bindRequest',
    record: (wire, secret) =>
      wire.tcp(389, ldap(1, 0x60, [2, 1, 3, ...octets(DN), ...octets(secret, 0x80)]), {
        toServer: false,
        bytes: ldap(1, 0x61, bytesOf('0a0100 0400 0400')),
      }),
  },
  'ldap change of a password': {
    protocol: 'ldap',
    secret: 'adder6-modify',
    says: 'LDAP',
    record: (wire, secret) =>
      // RFC 4511 section 4.6: replace userPassword.
      wire.tcp(
        389,
        ldap(2, 0x66, [
          ...octets(DN),
          ...encodeTlv(0x30, encodeTlv(0x30, [
            ...[10, 1, 2],
            ...encodeTlv(0x30, [...octets('userPassword'), ...encodeTlv(0x31, octets(secret))]),
          ])),
        ]), // biome-ignore format: as it is nested
      ),
  },
  'ldap comparison': {
    protocol: 'ldap',
    secret: 'cobra7-compare',
    says: 'LDAP',
    record: (wire, secret) =>
      wire.tcp(389, ldap(3, 0x6e, [...octets(DN), ...encodeTlv(0x30, [...octets('userPassword'), ...octets(secret)])])),
  },
  'amqp 0-9-1': {
    protocol: 'amqp',
    secret: 'shrew2-amqp',
    says: 'start-ok',
    record: (wire, secret) =>
      wire.tcp(
        5672,
        bytesOf('414d5150 00000901'),
        {
          toServer: false,
          bytes: encodeMethod091(0, 10, 10, [
            0,
            9,
            ...u32(0),
            ...long(textBytes('PLAIN')),
            ...long(textBytes('en_US')),
          ]),
        },
        encodeMethod091(0, 10, 11, [
          ...u32(0),
          ...short('PLAIN'),
          ...long(textBytes(`\0bob\0${secret}`)),
          ...short('en_US'),
        ]),
      ),
  },
  'amqp 1.0': {
    protocol: 'amqp',
    secret: 'tapir3-amqpone',
    says: 'sasl',
    record: (wire, secret) =>
      wire.tcp(
        5672,
        bytesOf('414d5150 03010000'),
        { toServer: false, bytes: encodeFrame10(1, 0, 0x40, [[0xa3, 5, ...textBytes('PLAIN')]]) },
        encodeFrame10(1, 0, 0x41, [
          [0xa3, 5, ...textBytes('PLAIN')],
          [0xa0, secret.length + 5, ...textBytes(`\0bob\0${secret}`)],
        ]),
        { toServer: false, bytes: encodeFrame10(1, 0, 0x44, [[0x50, 1]]) },
        bytesOf('414d5150 00010000'),
        encodeFrame10(0, 0, 0x10, [str('edge-1'), str('hub')]),
      ),
  },
  'coap query': {
    protocol: 'coap',
    secret: 'dingo5-query',
    says: 'coap',
    record: (wire, secret) =>
      wire.udp(
        true,
        5683,
        encodeCoap({
          code: 2,
          messageId: 1,
          options: [
            [11, 'coap'],
            [15, `password=${secret}`],
          ],
        }),
      ),
  },
  'coap payload': {
    protocol: 'coap',
    secret: 'moth3-payload',
    says: 'room',
    record: (wire, secret) =>
      wire.udp(
        true,
        5683,
        encodeCoap({
          code: 3,
          messageId: 2,
          options: [
            [11, 'room'],
            [12, [50]],
          ],
          payload: `{"temp":2,"password":"${secret}"}`,
        }),
        50_002,
      ),
  },
  'coap key of a device': {
    protocol: 'coap',
    secret: 'lemur8-lwmkey',
    says: '/0/1/5',
    // LwM2M security object, secret key.
    record: (wire, secret) =>
      wire.udp(
        true,
        5683,
        encodeCoap({
          code: 3,
          messageId: 3,
          options: [
            [11, '0'],
            [11, '1'],
            [11, '5'],
            [12, [42]],
          ],
          payload: secret,
        }),
        50_003,
      ),
  },
  radius: {
    protocol: 'radius',
    secret: 'newt6-radius-pw!',
    says: 'RADIUS',
    record: (wire, secret) =>
      wire.udp(
        true,
        1812,
        encodeRadius(1, 7, [
          [1, 'ops'],
          [2, secret],
        ]),
      ),
  },
  vrrp: {
    protocol: 'vrrp',
    secret: 'toad-vrp',
    says: 'VRRP',
    record: (wire, secret) => wire.group(112, joined(bytesOf('2107c801 01010000 0a000001'), textBytes(secret))),
  },
  hsrp: {
    protocol: 'hsrp',
    secret: 'frog-hsr',
    says: 'HSRP',
    record: (wire, secret) =>
      wire.udp(true, 1985, joined(bytesOf('0000 1003 0a640100'), textBytes(secret), bytesOf('0a000001')), 1985),
  },
  ospf: {
    protocol: 'ospf',
    secret: 'crow-osp',
    says: 'OSPF',
    record: (wire, secret) =>
      wire.group(
        89,
        joined(
          bytesOf('0201002c 01010101 00000000 0000 0001'),
          textBytes(secret),
          bytesOf('ffffff00 000a0201 00000028 0a000001 00000000'),
        ),
      ),
  },
  dhcp: {
    protocol: 'dhcp',
    secret: 'squid4-dhcp',
    says: 'DHCP',
    record: (wire, secret) =>
      wire.udp(
        true,
        67,
        encodeDhcp({
          op: 1,
          xid: 7,
          chaddr: '02:00:00:00:00:05',
          options: [
            { code: 53, value: Uint8Array.of(1) },
            // RFC 3118 section 4: configuration token, protocol 0.
            { code: 90, value: joined(new Uint8Array(11), textBytes(secret)) },
          ],
        } as never),
        68,
      ),
  },
  ads: {
    protocol: 'ads',
    secret: 'puma3-route',
    says: 'EWS',
    record: (wire, secret) => {
      const z = (text: string): Uint8Array => textBytes(`${text}\0`);
      const request = encodeDiscovery(6, false, '10.1.0.5.1.1', [
        [12, z('EWS')],
        [7, [10, 1, 0, 5, 1, 1]],
        [13, z('bob')],
        [2, z(secret)],
      ]);
      wire.udp(true, 48899, request);
    },
  },
  bacnet: {
    protocol: 'bacnet',
    secret: 'ibex5-bacnet',
    says: 'reinitialize',
    record: (wire, secret) => {
      const body = [0x09, 2, 0x1d, secret.length + 1, 0, ...textBytes(secret)];
      wire.udp(true, 47808, encodeDatagram(0x0a, { expectingReply: true } as never, encodeBacnet(9, 20, body)), 47808);
    },
  },
  c1222: {
    protocol: 'c1222',
    secret: 'orca6-meterpassword!', // 20 octets, as the standard says
    says: 'C12.22',
    record: (wire, secret) =>
      wire.tcp(
        1153,
        joined(bytesOf('601e be1c 281a 8118 8015 51'), textBytes(secret), bytesOf('00')),
        { toServer: false, bytes: bytesOf('6006 be04 2802 8100') },
      ), // biome-ignore format: a line an end
  },
  codesys: {
    protocol: 'codesys',
    secret: 'mink7-codesys',
    says: '(masked)',
    record: (wire, secret) => {
      const credentials = [0x10, 3, ...textBytes('bob'), 0x11, secret.length, ...textBytes(secret)];
      wire.tcp(
        11740,
        encodeV3(1, 2, true, [0x22, 0x84, 0x80, 0, 1, 0, 0, 0, 0x81, 1, credentials.length, ...credentials]),
      );
    },
  },
  dlms: {
    protocol: 'dlms',
    secret: 'seal4-dlms',
    says: 'AARQ',
    record: (wire, secret) => {
      const mechanism = [...bytesOf('a1090607608574 05080101 8a020780 8b07 60857405080201')];
      const initiate = [...bytesOf('be10040e 01000000065f1f0400007e1f04b0')];
      const value = encodeTlv(0xac, encodeTlv(0x80, textBytes(secret)));
      wire.tcp(4059, encodeDlms(16, 1, encodeTlv(0x60, [...mechanism, ...value, ...initiate])));
    },
  },
  'dlms, a secret that is set': {
    protocol: 'dlms',
    secret: 'crab5-dlmsset',
    says: 'Set',
    record: (wire, secret) =>
      wire.tcp(
        4059,
        encodeDlms(
          16,
          1,
          joined(bytesOf('c101c1 000f 0000280000ff 07 00 09'), Uint8Array.of(secret.length), textBytes(secret)),
        ),
      ),
  },
  dnp3: {
    protocol: 'dnp3',
    secret: 'swan3-dnp',
    says: 'authenticate',
    record: (wire, secret) => {
      const object = joined(
        bytesOf('0c00 0300 0f00'),
        Uint8Array.of(secret.length, 0),
        bytesOf('00000000'),
        textBytes('bob'),
        textBytes(secret),
      );
      const fragment = encodeFragment(0xc0, 29, joined(bytesOf('46025b01'), Uint8Array.of(object.length, 0), object));
      wire.tcp(20000, joined(...encodeFrames({ destination: 1, source: 2 }, fragment)));
    },
  },
  'enip password': {
    protocol: 'enip',
    secret: 'hawk2-enip',
    says: 'EtherNet/IP',
    record: (wire, secret) => cip(wire, 0x4c, { cls: 0x61, instance: 1 }, textBytes(secret)),
  },
  'enip, a tag of its own': {
    protocol: 'enip',
    secret: 'wren8-tagged',
    says: 'AdminPassword',
    // Write Tag: structure of type 0x0FCE (STRING), one element, length and characters.
    record: (wire, secret) =>
      cip(
        wire,
        0x4d,
        { symbol: 'AdminPassword' },
        joined(bytesOf('a002 ce0f 0100'), Uint8Array.of(secret.length, 0, 0, 0), textBytes(secret)),
      ),
  },
  'enip, a tag that is read': {
    protocol: 'enip',
    secret: 'coot6-tagread',
    says: 'UserPassword',
    record: (wire, secret) => {
      const text = joined(bytesOf('a002 ce0f'), Uint8Array.of(secret.length, 0, 0, 0), textBytes(secret));
      const context = { session: 7 };
      wire.tcp(
        44818,
        encodeRegisterSession(),
        { toServer: false, bytes: encodeRegisterSession(context) },
        encodeUnconnected(encodeCip(0x4c, encodeEpath({ symbol: 'UserPassword' }), Uint8Array.of(1, 0)), context),
        { toServer: false, bytes: encodeUnconnected(encodeCipAnswer(0x4c, 0, text), context) },
      );
    },
  },
  fins: {
    protocol: 'fins',
    secret: 'S3CR',
    says: 'FINS',
    record: (wire, secret) =>
      wire.udp(
        true,
        9600,
        encodeFins(
          0x0305,
          9,
          joined(bytesOf('ffff 00 00000000 ffffffff'), textBytes(secret)),
        ),
      ), // biome-ignore format: octets
  },
  fox: {
    protocol: 'fox',
    secret: 'jay4-fox',
    says: 'Fox login',
    record: (wire, secret) =>
      wire.tcp(
        1911,
        'fox a 1 -1 fox hello\n{\nfox.version=s:1.0\nid=i:1\n};;\n',
        '<fox a 0 -1 fox hello\n{\nfox.version=s:1.0\nid=i:3\n};;\n',
        `fox a 2 -1 fox login\n{\nmethod=s:basic\nusername=s:bob\npassword=s:${secret}\n};;\n`,
      ),
  },
  'knx authorize': {
    protocol: 'knx',
    secret: 'Kx7!',
    says: '(masked)',
    record: (wire, secret) => wire.udp(true, 3671, knx(0x3d1, joined(Uint8Array.of(0), textBytes(secret)))),
  },
  'knx new key': {
    protocol: 'knx',
    secret: 'Ny9?',
    says: '(masked)',
    record: (wire, secret) => wire.udp(true, 3671, knx(0x3d3, joined(Uint8Array.of(3), textBytes(secret))), 50_004),
  },
  melsoft: {
    protocol: 'melsoft',
    secret: 'ape7-melsoft',
    says: 'Remote Password Unlock',
    record: (wire, secret) =>
      wire.udp(true, 5006, encodeMelsoft(0x1631, 1, false, [secret.length, 0, ...textBytes(secret)])),
  },
  mms: {
    protocol: 'mms',
    secret: 'emu6-acse',
    says: 'associ',
    record: (wire, secret) =>
      cotp(
        wire,
        encodeUpper(
          encodeTlv(0x60, [
            ...encodeTlv(0xac, encodeTlv(0x80, textBytes(secret))),
            ...encodeTlv(0xbe, encodeTlv(0x28, [2, 1, 3, ...encodeTlv(0xa0, encodeTlv(0xa8, [0x80, 1, 9]))])),
          ]),
        ),
      ),
  },
  'opcua user': {
    protocol: 'opcua',
    secret: 'owl8-opcua',
    says: 'bob',
    record: opcua((channel, secret) =>
      activate(
        channel,
        object(324, 'UserNameIdentityToken', {
          policyId: 'u',
          userName: 'bob',
          password: secret,
          encryptionAlgorithm: null,
        }),
      ),
    ),
  },
  'opcua, a node of its own': {
    protocol: 'opcua',
    secret: 'rhea4-node',
    says: 'Panel.Password',
    record: opcua((channel, secret) =>
      channel.ask(
        'WriteRequest',
        {
          nodesToWrite: [
            {
              nodeId: named(2, 'Panel.Password'),
              attributeId: VALUE,
              indexRange: null,
              value: data(scalar(12, secret)),
            },
          ],
        },
        'WriteResponse',
        { results: [0], diagnosticInfos: null },
      ),
    ),
  },
  'opcua, a node that is read': {
    protocol: 'opcua',
    secret: 'kiwi5-noderead',
    says: 'Panel.Passphrase',
    record: opcua((channel, secret) =>
      channel.ask(
        'ReadRequest',
        { maxAge: 0, timestampsToReturn: 3, nodesToRead: [readItem(named(2, 'Panel.Passphrase'))] },
        'ReadResponse',
        { results: [data(scalar(12, secret))], diagnosticInfos: null },
      ),
    ),
  },
  'roc-plus': {
    protocol: 'roc-plus',
    secret: 'Zq', // a number of 16 bits
    says: 'LOI',
    record: (wire, secret) => wire.tcp(4000, encodeRoc([1, 2], [3, 1], 17, textBytes(`LOI${secret}\x05`))),
  },
  's7comm password': {
    protocol: 's7comm',
    secret: 'ox9=s7pw',
    says: 'password',
    record: (wire, secret) =>
      cotp(
        wire,
        S7_SETUP,
        joined(bytesOf('32070000 0600 0008 000c 00011204 11450100 ff090008'), textBytes(secret)),
      ), // biome-ignore format: octets
  },
  's7comm login': {
    protocol: 's7comm',
    secret: 'elk4-job',
    says: '_N_LOGIN_',
    record: (wire, secret) =>
      cotp(
        wire,
        S7_SETUP,
        joined(
          bytesOf('32010000 2100 001c 0000 28 000000000000fd 0008'),
          textBytes(secret),
          bytesOf('09 5f4e5f4c4f47494e5f'),
        ),
      ), // biome-ignore format: octets
  },
  slmp: {
    protocol: 'slmp',
    secret: 'gnu3',
    says: 'password',
    record: (wire, secret) =>
      wire.tcp(5007, encodeSlmp(0x1630, 0, [4, 0, ...textBytes(secret)]), {
        toServer: false,
        bytes: encodeSlmpAnswer(0, []),
      }),
  },
  srtp: {
    protocol: 'srtp',
    secret: 'yak5srtp',
    says: 'SRTP',
    record: (wire, secret) =>
      wire.tcp(
        18245,
        new Uint8Array(56),
        { toServer: false, bytes: Uint8Array.from({ length: 56 }, (_, i) => (i === 0 ? 1 : 0)) },
        encodeSrtp(7, 0x21, [...textBytes(secret)]),
      ),
  },
  'smtp login': {
    protocol: '',
    secret: 'carp6-smtp',
    says: '',
    record: (wire, secret) =>
      wire.tcp(
        25,
        '<220 mail ready\r\n',
        'EHLO ews\r\n',
        '<250 AUTH PLAIN\r\n',
        `AUTH PLAIN ${base64(`\0bob\0${secret}`)}\r\n`,
      ),
  },
  'pop3 login': {
    protocol: '',
    secret: 'eel7-pop',
    says: '',
    record: (wire, secret) =>
      wire.tcp(110, '<+OK ready\r\n', 'USER bob\r\n', '<+OK\r\n', `PASS ${secret}\r\n`, '<+OK\r\n'),
  },
  'imap login': {
    protocol: '',
    secret: 'bass8-imap',
    says: '',
    record: (wire, secret) => wire.tcp(143, '<* OK ready\r\n', `a1 LOGIN bob ${secret}\r\n`, '<a1 OK\r\n'),
  },
  'a protocol of its own': {
    protocol: '',
    secret: 'kiwi9-unknown',
    says: '',
    record: (wire, secret) => {
      wire.udp(true, 7777, textBytes(`\x01cfg user=bob;password=${secret}\x00`), 50_005);
      wire.tcp(7778, `\x01\x02{"token": "${secret}"}`, '<\x01ok');
    },
  },
} satisfies Record<string, Login>;
