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
  it('reads what is acknowledged, offered, skipped and cut, and for whom', () => {
    const run = drive(
      rtps,
      [
        up(
          bytesOf(`${head}
            0e 01 0c00 0110aabbccdd00119988776655 44332211 # INFO_DST, cut below
          `).slice(0, 36),
        ),
        up(
          bytesOf(`${head}
            06 01 1c00 000004c7 000004c2 00000000 05000000 04000000 000000a0 03000000 # ACKNACK 5: of four the 1st and 3rd, count 3
            07 03 1c00 000004c7 000004c2 00000000 01000000 00000000 09000000 07000000 # HEARTBEAT 1 to 9, count 7
            08 01 2000 000004c7 000004c2 00000000 02000000 00000000 04000000 02000000 00000040 # GAP 2 to 3, and 5
            13 01 1800 00000a07 00000a02 00000000 06000000 0c000000 02000000 # HEARTBEAT_FRAG 6, 12 fragments, count 2
            12 01 2000 00000a07 00000a02 00000000 06000000 03000000 02000000 000000c0 01000000 # NACK_FRAG 3 and 4
            16 01 2400 0000 1000 00000a07 00000a02 00000000 06000000 03000000 0100 0004 00300000 00000000 # DATA_FRAG
            09 01 0800 00e1f505 00000080           # INFO_TS: 100,000,000.5 s
            0c 01 1400 00000000 0203 0110 ffeeddccbbaa998877665544 # INFO_SRC`),
        ),
      ],
      on7400,
    );
    expect(run.malformed).toEqual([]);
    const [first, second] = run.messages;
    expect(first!.submessages).toMatchObject([{ kind: 'INFO_DST', prefix: '0110aabbccdd001199887766' }]);
    expect(second!.submessages).toMatchObject([
      { kind: 'ACKNACK', first: 5, set: [5, 7], count: 3 },
      { kind: 'HEARTBEAT', first: 1, last: 9, count: 7 },
      { kind: 'GAP', first: 2, last: 3, set: [5] },
      { kind: 'HEARTBEAT_FRAG', sequence: 6, fragment: 12, count: 2 },
      { kind: 'NACK_FRAG', sequence: 6, set: [3, 4], count: 1 },
      { kind: 'DATA_FRAG', sequence: 6, fragment: 3, fragments: 1, fragmentSize: 1024, sampleSize: 12288 },
      { kind: 'INFO_TS', timestampUs: 100_000_000_500_000 },
      { kind: 'INFO_SRC', prefix: 'ffeeddccbbaa998877665544' },
    ]);
  });
  it('reads quality of service, and says of user data which topic they belong to', () => {
    const publication = bytesOf(`${head}
      15 05 9000 0000 1000 000003c7 000003c2 00000000 01000000 0003 0000
      0500 0c00 06000000 6c6576656c000000    # topic "level"
      0700 1000 08000000 466c6f6174363400 00000000 # type "Float64"
      5a00 1000 0110aabbccdd0011223344ff 00000a02 # writer
      1a00 0c00 02000000 00000000 00000000   # reliable
      1d00 0400 01000000                     # transient local
      1f00 0400 01000000                     # exclusive
      2900 1000 01000000 06000000 63656c6c3100 0000 # partition "cell1"
      0580 0400 ffffffff                     # a vendor's own parameter: no topic
      0100 0000`);
    const sample = bytesOf(`${head}\n 15 05 1800 0000 1000 00000a07 00000a02 00000000 02000000 00010000`);
    const run = drive(rtps, [up(sample), up(publication), up(sample), up(sample)], on7400);
    expect(run.malformed).toEqual([]);
    expect(run.messages[1]!.discovered).toMatchObject([
      {
        topic: 'level',
        reliability: 'reliable',
        durability: 'transient-local',
        ownership: 'exclusive',
        partitions: ['cell1'],
      },
    ]);
    expect(run.messages.map((m) => m.submessages[0]!.topic)).toEqual(['', '', 'level (Float64)', 'level (Float64)']);
    expect(run.commands.map((c) => `${c.verb} ${c.object}`)).toEqual([
      'discover topic level (Float64)',
      'write topic level (Float64)',
    ]);
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
