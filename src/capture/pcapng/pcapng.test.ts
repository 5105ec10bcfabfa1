import { describe, expect, it } from 'vitest';
import { collectBytes, joined, octets } from '../testing/collect.ts';
import {
  enhancedPacket,
  interfaceDescription,
  NANOSECOND_RESOLUTION,
  pcapngBlock,
  sectionHeader,
  simplePacket,
} from '../writer.ts';

// Section header: type, length 28, byte-order magic, version 1.0, section length unknown, length again
const SHB_LITTLE = '0a0d0d0a 1c000000 4d3c2b1a 0100 0000 ffffffffffffffff 1c000000';
const SHB_BIG = '0a0d0d0a 0000001c 1a2b3c4d 0001 0000 ffffffffffffffff 0000001c';
// Interface description: type 1, length 20, link type 1, reserved, snap length 65535
const IDB_LITTLE = '01000000 14000000 0100 0000 ffff0000 14000000';
const IDB_BIG = '00000001 00000014 0001 0000 0000ffff 00000014';
// Enhanced packet: type 6, length 36, interface 0, time 0x00060a24_181e4240 us, captured 3, wire 60, data, padding
const EPB_LITTLE = '06000000 24000000 00000000 240a0600 40421e18 03000000 3c000000 aabbcc00 24000000';
const EPB_BIG = '00000006 00000024 00000000 00060a24 181e4240 00000003 0000003c aabbcc00 00000024';
const T = 0x00060a24 * 2 ** 32 + 0x181e4240;
const frame = { tsUs: 1_700_000_000_000_000, bytes: Uint8Array.of(1, 2, 3, 4, 5) };

describe('pcapng', () => {
  for (const [name, file] of [
    ['little-endian', `${SHB_LITTLE}${IDB_LITTLE}${EPB_LITTLE}`],
    ['big-endian', `${SHB_BIG}${IDB_BIG}${EPB_BIG}`],
  ] as const)
    it(`reads literal blocks, ${name}`, async () => {
      const seen = await collectBytes(octets(file));
      expect(seen.frames).toEqual([
        {
          number: 1,
          tsUs: T,
          tsNs: 0,
          captured: 3,
          wire: 60,
          linkType: 1,
          interfaceIndex: 0,
          offset: 28 + 20 + 28,
          data: 'aabbcc',
        },
      ]);
      expect(seen.interfaces).toEqual([{ kind: 'interface', index: 0, linkType: 1, snapLength: 65_535 }]);
      expect(seen.codes).toEqual(['capture.snapped']);
    });

  it('reads sections of different byte order, whose interfaces begin anew', async () => {
    const seen = await collectBytes(octets(SHB_LITTLE + IDB_LITTLE + EPB_LITTLE + SHB_BIG + IDB_BIG + EPB_BIG));
    expect(seen.frames.map((f) => [f.number, f.interfaceIndex, f.tsUs])).toEqual([
      [1, 0, T],
      [2, 1, T],
    ]);
    expect(seen.events.slice(0, 4)).toEqual(['interface', 'frames', 'interface', 'frames']);
  });

  it('reads the obsolete packet block with its drops', async () => {
    // interface 0, 7 drops, then as in the enhanced block
    const packet = '02000000 24000000 0000 0700 240a0600 40421e18 03000000 03000000 aabbcc00 24000000';
    const seen = await collectBytes(octets(SHB_LITTLE + IDB_LITTLE + packet));
    expect(seen.frames).toMatchObject([{ tsUs: T, captured: 3, wire: 3, data: 'aabbcc' }]);
  });

  it('cuts simple packets at the snap length and says that they have no time', async () => {
    const file = joined(
      sectionHeader(),
      interfaceDescription({ linkType: 1, snapLength: 4 }),
      enhancedPacket({ ...frame, bytes: Uint8Array.of(9) }),
      simplePacket({ tsUs: 0, bytes: Uint8Array.of(1, 2, 3, 4), wire: 90 }),
    );
    const seen = await collectBytes(file);
    expect(seen.frames[1]).toMatchObject({ captured: 4, wire: 90, data: '01020304', tsUs: frame.tsUs });
    expect(seen.codes).toEqual(['capture.no-timestamp', 'capture.snapped']);
  });

  const clocked = (resolution: number | undefined, ticks: bigint, offsetSeconds?: bigint) => {
    const offset = new Uint8Array(8);
    new DataView(offset.buffer).setBigInt64(0, offsetSeconds ?? 0n, true);
    const options = [
      ...(resolution === undefined ? [] : [{ code: 9, value: Uint8Array.of(resolution) }]),
      ...(offsetSeconds === undefined ? [] : [{ code: 14, value: offset }]),
    ];
    const body = new Uint8Array(20);
    const view = new DataView(body.buffer);
    view.setUint32(4, Number(ticks >> 32n), true);
    view.setUint32(8, Number(ticks & 0xffff_ffffn), true);
    return joined(sectionHeader(), interfaceDescription({ linkType: 1, options }), pcapngBlock(6, body));
  };
  const S = 1_700_000_000n;
  for (const [name, resolution, ticks, offset, us, ns] of [
    ['seconds', 0, S, undefined, 1_700_000_000_000_000, 0],
    ['milliseconds', 3, S * 1000n + 7n, undefined, 1_700_000_000_007_000, 0],
    ['nanoseconds', 9, S * 10n ** 9n + 123_456_789n, undefined, 1_700_000_000_123_456, 789],
    ['10 ns', 8, S * 10n ** 8n + 12_345_678n, undefined, 1_700_000_000_123_456, 780],
    ['picoseconds', 12, 7n * 10n ** 12n + 123_456_789_012n, undefined, 7_123_456, 789],
    ['10^-15 s', 15, 7n * 10n ** 15n + 123_456_789_012_345n, undefined, 7_123_456, 789],
    ['2^-10 s', 0x8a, S * 1024n + 512n, undefined, 1_700_000_000_500_000, 0],
    ['2^-32 s (NTP)', 0xa0, (S << 32n) + 0x4000_0001n, undefined, 1_700_000_000_250_000, 0],
    ['offset of 1000 s', 6, 5_000_001n, 1000n, 1_005_000_001, 0],
    ['negative offset', 9, 10n ** 12n, -400n, 600_000_000, 0],
  ] as const)
    it(`reads time in ${name}`, async () => {
      const seen = await collectBytes(clocked(resolution, ticks, offset));
      expect(seen.codes).toEqual([]);
      expect(seen.frames).toMatchObject([{ tsUs: us, tsNs: ns }]);
    });

  it('places impossible times at the limit and tells', async () => {
    const seen = await collectBytes(clocked(6, 0xffff_ffff_ffff_ffffn));
    expect(seen.frames[0]!.tsUs).toBe(Number.MAX_SAFE_INTEGER);
    expect(seen.codes).toEqual(['capture.time-invalid']);
    const early = await collectBytes(clocked(6, 5n, -400n));
    expect(early.frames[0]!.tsUs).toBe(0);
    expect(early.codes).toEqual(['capture.time-invalid']);
  });

  it('assumes microseconds where a resolution cannot be', async () => {
    const seen = await collectBytes(clocked(100, S * 1_000_000n));
    expect(seen.frames[0]!.tsUs).toBe(1_700_000_000_000_000);
    expect(seen.codes).toEqual(['capture.bad-option']);
  });

  for (const big of [false, true])
    it(`reads options and statistics, ${big ? 'big' : 'little'}-endian`, async () => {
      const statistics = new Uint8Array(12 + 12 + 12 + 12 + 4);
      const view = new DataView(statistics.buffer);
      for (const [i, [code, value]] of [
        [4, 1000n],
        [5, 3n],
        [7, 2n],
      ].entries()) {
        view.setUint16(12 + i * 12, Number(code), !big);
        view.setUint16(14 + i * 12, 8, !big);
        view.setBigUint64(16 + i * 12, BigInt(value!), !big);
      }
      const file = joined(
        sectionHeader(big, [{ code: 4, value: 'a recorder' }]),
        interfaceDescription(
          {
            linkType: 113,
            snapLength: 96,
            options: [
              { code: 2, value: 'eth1' },
              { code: 3, value: 'mirror of\nswitch 4' },
              { code: 11, value: '\0tcp port 502' },
              { code: 12, value: 'Linux' },
              NANOSECOND_RESOLUTION,
            ],
          },
          big,
        ),
        enhancedPacket({ ...frame, tsNs: 321 }, { nanoseconds: true, bigEndian: big }),
        pcapngBlock(5, statistics, big),
      );
      const seen = await collectBytes(file);
      expect(seen.interfaces).toEqual([
        {
          kind: 'interface',
          index: 0,
          linkType: 113,
          snapLength: 96,
          name: 'eth1',
          description: 'mirror of.switch 4',
          filter: 'tcp port 502',
          os: 'Linux',
        },
      ]);
      expect(seen.frames).toMatchObject([{ tsUs: frame.tsUs, tsNs: 321, linkType: 113, data: '0102030405' }]);
      expect(seen.counters).toEqual([{ kind: 'counters', interfaceIndex: 0, received: 1000, dropped: 5 }]);
      expect(seen.events).toEqual(['interface', 'frames', 'counters']);
    });

  it('passes over name resolution, secrets, custom and unknown blocks, also larger than a chunk', async () => {
    const blocks = [4, 0xa, 0xbad, 0x40000bad, 0x77].map((type) => pcapngBlock(type, new Uint8Array(5000).fill(type)));
    const file = joined(sectionHeader(), interfaceDescription({ linkType: 1 }), ...blocks, enhancedPacket(frame));
    for (const size of [1, 7, 1000, 100_000]) {
      const seen = await collectBytes(file, [size]);
      expect(seen.frames.map((f) => f.data)).toEqual(['0102030405']);
      expect(seen.codes).toEqual([]);
    }
  });

  const start = joined(sectionHeader(), interfaceDescription({ linkType: 1 }));
  const good = enhancedPacket(frame);

  it('skips packets that are longer than their block or without interface, and reads on', async () => {
    const long = good.slice();
    new DataView(long.buffer).setUint32(20, 9, true);
    const seen = await collectBytes(joined(start, long, enhancedPacket(frame, { interfaceId: 3 }), good));
    expect(seen.frames.map((f) => f.number)).toEqual([1]);
    expect(seen.warnings).toMatchObject([{ code: 'capture.bad-packet-block', offset: 48 }]);
    expect(seen.warnings[0]!.text).toContain('2 packet block(s)');
  });

  it('stops where the lengths of a block differ', async () => {
    const torn = good.slice();
    new DataView(torn.buffer).setUint32(torn.length - 4, 44, true);
    const seen = await collectBytes(joined(start, good, torn, good));
    expect(seen.frames.length).toBe(1);
    expect(seen.warnings).toMatchObject([{ code: 'capture.corrupt-block', offset: 48 + good.length }]);
  });

  for (const [name, length, code] of [
    ['too short', 8, 'capture.corrupt-block'],
    ['too long', 16 * 1024 * 1024 + 4, 'capture.corrupt-length'],
    ['absurd', 0xffff_ffff, 'capture.corrupt-length'],
  ] as const)
    it(`stops at a block length that is ${name}`, async () => {
      const bad = good.slice();
      new DataView(bad.buffer).setUint32(4, length, true);
      const seen = await collectBytes(joined(start, good, bad, good));
      expect(seen.frames.length).toBe(1);
      expect(seen.codes).toEqual([code]);
    });

  it('bounds the interfaces of a source', async () => {
    const many = Array.from({ length: 4100 }, () => interfaceDescription({ linkType: 1 }));
    const seen = await collectBytes(
      joined(sectionHeader(), ...many, enhancedPacket(frame, { interfaceId: 4099 }), good),
    );
    expect(seen.interfaces.length).toBe(4096);
    expect(seen.frames.length).toBe(1);
    expect(seen.codes).toEqual(['capture.too-many-interfaces']);
  });

  it('refuses what only looks like a section header, and another major version', async () => {
    await expect(collectBytes(octets('0a0d0d0a 1c000000 00000000 0100 0000'))).rejects.toMatchObject({
      code: 'input.not-a-capture',
    });
    const other = SHB_LITTLE.replace('0100 0000', '0200 0000');
    await expect(collectBytes(octets(other))).rejects.toMatchObject({ code: 'input.unsupported-version' });
  });
});
