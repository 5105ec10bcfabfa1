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

  it('is sure by header, service and length', () => {
    expect(probeKnx(WRITE, 0, WRITE.length, true)).toBe('sure');
    expect(probeKnx(WRITE, 0, WRITE.length - 1, true)).toBe('no');
    expect(probeKnx(bytesOf('06 10 99 99 00 06'), 0, 6, true)).toBe('no');
  });

  it('survives anything', () =>
    hostile(knx, [[up(CONNECT), down(CONNECTED), up(WRITE), down(ACK), up(RESTART)], [down(SEARCHED)]], UDP));
});
