import { describe, expect, it } from 'vitest';
import { bytesOf, down, drive, hostile, up } from '../../../test/decoding.ts';
import { knx } from './index.ts';
import { encodeKnx, probeKnx, SERVICE } from './wire.ts';

const UDP = { carrier: 'udp' } as const;
const SEARCHED = encodeKnx(SERVICE.SEARCH_RESPONSE, bytesOf(`
  08 01 c0 a8 01 0a 0e 57            # control endpoint 192.168.1.10:3671
  36 01 02 01 11 05 00 00            # device information, TP, programming mode, 1.1.5, project
  00 c5 01 02 03 04                  # serial: manufacturer 197
  e0 00 17 0c 00 24 6d 00 11 22      # 224.0.23.12, MAC
  4b 4e 58 20 49 50 20 52 6f 75 74 65 72 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00  # KNX IP Router
  04 02 02 01                        # service families
`)); // biome-ignore format: octets with comments
const CONNECT = encodeKnx(SERVICE.CONNECT_REQUEST, bytesOf('08010a0000010e57 08010a0000010e57 04040200'));
const CONNECTED = encodeKnx(SERVICE.CONNECT_RESPONSE, bytesOf('15 00 08010a0000020e57 0404 1101'));
const WRITE = encodeKnx(SERVICE.TUNNELLING_REQUEST, bytesOf(`
  04 15 00 00        # connection header: channel 21, sequence 0
  11 00 bc e0        # L_Data.req, no additional information, control
  00 00 0a 03        # from nobody, to group 1/2/3
  01 00 81           # one octet, group value write 1
`)); // biome-ignore format: octets with comments
const ACK = encodeKnx(SERVICE.TUNNELLING_ACK, bytesOf('04 15 00 00'));
const RESTART = encodeKnx(SERVICE.TUNNELLING_REQUEST, bytesOf('04 15 01 00 11 00 b0 60 0000 1107 01 03 80'));

describe('KNXnet/IP', () => {
  it('reads what a device says about itself', () => {
    const seen = drive(knx, [down(SEARCHED)], UDP);
    expect(seen.identities.map((x) => `${x.attribute} ${x.value}`)).toEqual([
      'vendor Weinzierl',
      'station-name KNX IP Router',
      'serial 00c501020304',
      'device-type KNXnet/IP device',
      'plant-id KNX 1.1.5',
      'mode programming mode',
    ]);
  });

  it('follows a tunnel: a group value, a restart of a device on the line', () => {
    const seen = drive(knx, [up(CONNECT), down(CONNECTED), up(WRITE), down(ACK), up(RESTART)], UDP);
    expect(seen.sessions).toMatchObject([{ phase: 'open', outcome: 'accepted', detail: 'tunnelling' }]);
    expect(seen.commands.map((c) => [c.verb, c.operation, c.object, c.value, c.target, c.outcome])).toEqual([
      ['write', 'Group Value Write', 'group 1/2/3', 1, 2, 'accepted'],
      ['restart', 'Restart', 'device 1.1.7', undefined, 99, 'unanswered'],
    ]);
    expect(seen.values).toMatchObject([{ path: 'group 1/2/3', value: 1, access: 'write' }]);
  });

  it('reads routed values of more octets', () => {
    const routed = encodeKnx(SERVICE.ROUTING_INDICATION, bytesOf('29 00 bc e0 1105 0a03 03 00 80 0c 1a'));
    expect(drive(knx, [up(routed)], UDP).values).toMatchObject([
      { path: 'group 1/2/3', value: 0x0c1a, type: '2 octets' },
    ]);
  });

  it('reads endpoints, tunnels, features, what routers and secure sessions say', () => {
    const one = (bytes: Uint8Array) => drive(knx, [up(bytes)], UDP).messages[0]!;
    expect(one(CONNECT)).toMatchObject({
      connectionType: 4,
      layer: 2,
      endpoints: [{ ip: '10.0.0.1', port: 3671 }, {}],
    });
    expect(one(CONNECTED)).toMatchObject({
      channel: 21,
      status: 0,
      address: '1.1.1',
      endpoints: [{ ip: '10.0.0.2', tcp: false }],
    });
    expect(one(SEARCHED).description).toMatchObject({ families: [[2, 1]] });
    const described = encodeKnx(SERVICE.DESCRIPTION_RESPONSE, bytesOf(`
      14 04 c0a8010a ffffff00 c0a80101 00000000 01 00  # current IP: address, mask, gateway, DHCP server, manual
      06 05 1105 1106                            # addresses on the bus
      08 08 00 00 00fe 07b0                      # extended device information: longest APDU 254, mask 07B0
    `)); // biome-ignore format: octets with comments
    expect(one(described).description).toMatchObject({
      networks: [{ current: true, ip: '192.168.1.10', subnet: '255.255.255.0', gateway: '192.168.1.1' }],
      addresses: ['1.1.5', '1.1.6'],
      maxApduLength: 254,
      maskVersion: 0x07b0,
    });
    expect(one(encodeKnx(SERVICE.FEATURE_INFO, bytesOf('04 15 07 00 03 00 01')))).toMatchObject({
      channel: 21,
      feature: 3,
      featureValue: '01',
    });
    expect(one(encodeKnx(SERVICE.ROUTING_BUSY, bytesOf('06 00 0064 0000')))).toMatchObject({ waitMs: 100 });
    expect(one(encodeKnx(SERVICE.ROUTING_LOST_MESSAGE, bytesOf('04 00 0005')))).toMatchObject({ lost: 5 });
    expect(
      one(encodeKnx(SERVICE.SECURE_WRAPPER, bytesOf('0001 000000000007 00fa12345678 affe 0102030405'))),
    ).toMatchObject({
      session: 1,
      timer: '000000000007',
      sender: '00fa12345678',
      tag: 0xaffe,
    });
    expect(one(encodeKnx(SERVICE.SESSION_AUTHENTICATE, bytesOf(`0001 ${'00'.repeat(16)}`)))).toMatchObject({ user: 1 });
  });

  it('reads what is done to devices: properties, memory, connections of the transport layer', () => {
    const tunnel = (sequence: number, cemi: string) =>
      up(encodeKnx(SERVICE.TUNNELLING_REQUEST, bytesOf(`04 15 ${sequence.toString(16).padStart(2, '0')} 00 ${cemi}`)));
    const seen = drive(
      knx,
      [
        tunnel(1, '11 00 b0 60 0000 1107 00 80'), // T_Connect
        tunnel(2, '11 00 b0 60 0000 1107 05 47 d7 03 0c 10 01'), // property value write, numbered 1: index 3, PID 12
        tunnel(3, '11 00 b0 60 0000 1107 05 4a 82 4000 aabb'), // memory write, 2 octets at 0x4000
        tunnel(4, '11 04 04 02 1234 b0 60 0000 1107 00 c2'), // additional information: time stamp; T_Ack
        up(encodeKnx(SERVICE.CONFIGURATION_REQUEST, bytesOf('04 16 00 00 fc 000b 01 34 1001'))), // M_PropRead
      ],
      UDP,
    );
    expect(seen.messages.map((m) => [m.cemi!.transport, m.cemi!.number, m.cemi!.priority])).toEqual([
      ['connect', -1, 'system'],
      ['numbered data', 1, 'system'],
      ['numbered data', 2, 'system'],
      ['ack', 0, 'system'],
      ['', -1, ''],
    ]);
    expect(seen.messages[3]!.cemi!.info).toEqual([[4, '1234']]);
    expect(seen.commands.map((c) => [c.verb, c.operation, c.object])).toEqual([
      ['configure', 'Property Value Write', 'device 1.1.7 object 3 property 12'],
      ['program-download', 'Memory Write', 'device 1.1.7 memory 0x4000, 2 octets'],
      ['read', 'Property Read (cEMI)', 'object 11 instance 1 property 52'],
    ]);
  });

  it('is sure by header, service and length', () => {
    expect(probeKnx(WRITE, 0, WRITE.length, true)).toBe('sure');
    expect(probeKnx(WRITE, 0, WRITE.length - 1, true)).toBe('no');
    expect(probeKnx(bytesOf('06 10 99 99 00 06'), 0, 6, true)).toBe('no');
  });

  it('survives anything', () =>
    hostile(knx, [[up(CONNECT), down(CONNECTED), up(WRITE), down(ACK), up(RESTART)], [down(SEARCHED)]], UDP));
});
