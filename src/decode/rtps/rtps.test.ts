import { describe, expect, it } from 'vitest';
import { bytesOf, contextOf, drive, hostile, up } from '../../../test/decoding.ts';
import { rtps } from './index.ts';

const on7400 = { carrier: 'udp', serverPort: 7400, group: true };
const head = '52545053 0203 0110 0110aabbccdd0011223344ff # RTPS 2.3, Cyclone DDS, GUID prefix';
// A participant announces itself: DATA(p) with a parameter list, little-endian.
const spdp = bytesOf(`${head}
  09 01 0800 00e1f505 00000000           # INFO_TS
  15 05 6400 0000 1000                   # DATA: endianness and data flags, octets to inline QoS 16
  000100c7 000100c2 00000000 01000000    # reader, SPDP writer, sequence number 1
  0003 0000                              # PL_CDR_LE
  1500 0400 02030000                     # protocol version
  1600 0400 01100000                     # vendor
  6200 0c00 06000000 726f626f74000000    # entity name "robot"
  3200 1800 01000000 f31c0000 000000000000000000000000 0a000005 # metatraffic unicast 10.0.0.5:7411
  0200 0800 0a000000 00000000            # lease 10 s
  0100 0000                              # sentinel`);
const sedp = bytesOf(`${head}
  15 05 5000 0000 1000 000004c7 000004c2 00000000 01000000 0003 0000
  0500 0c00 08000000 72742f6c6576656c    # topic rt/level, without room for its NUL
  0700 1000 09000000 466c6f61743634 5f00 000000 # type
  5a00 1000 0110aabbccdd0011223344ff 00000104
  0100 0000`);
const gone = bytesOf(`${head}
  15 03 3400 0000 1000 000100c7 000100c2 00000000 02000000
  7100 0400 00000003                     # status info: disposed, unregistered
  7000 1000 0110aabbccdd0011223344ff 000001c1 # key hash
  0100 0000`);

describe('rtps', () => {
  it('reads who participates', () => {
    const run = drive(rtps, [up(spdp)], on7400);
    expect(run.malformed).toEqual([]);
    expect(run.messages).toMatchObject([
      {
        type: 'RTPS discovery',
        version: '2.3',
        vendorId: 0x0110,
        guidPrefix: '0110aabbccdd0011223344ff',
        submessages: [{ kind: 'INFO_TS' }, { kind: 'DATA', writerId: '000100c2', sequence: 1 }],
        discovered: [{ kind: 'participant', name: 'robot', leaseDuration: 10, locators: ['10.0.0.5:7411'] }],
      },
    ]);
    expect(run.identities.map((i) => i.value)).toEqual(['DDS participant', 'Eclipse Cyclone DDS']);
    expect(run.names).toMatchObject([{ name: 'robot' }]);
  });
  it('reads who subscribes', () => {
    const run = drive(rtps, [up(sedp), up(sedp)], on7400);
    expect(run.commands.map((c) => `${c.verb} ${c.operation}`)).toEqual(['subscribe DDS subscription']);
    expect(run.commands[0]!.object).toContain('topic rt/leve');
  });
  it('tells malformed lengths', () => {
    const cut = spdp.slice(0, spdp.length - 8);
    expect(drive(rtps, [up(cut)], on7400).malformed).toMatchObject([{ code: 'rtps.malformed' }]);
  });
  it('knows itself', () => {
    expect(rtps.probe(spdp, 0, spdp.length, contextOf(on7400))).toBe('sure');
    expect(rtps.probe(bytesOf('52545350202f312e30 0d0a 0000000000000000000000'), 0, 20, contextOf(on7400))).toBe('no'); // RTSP
  });
  it('stands hostile octets', () => hostile(rtps, [[up(spdp)], [up(sedp)], [up(gone)]], on7400));
});
