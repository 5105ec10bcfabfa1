import { describe, expect, it } from 'vitest';
import { collectBytes, octets } from '../testing/collect.ts';

// magic, version 2.4, zone 0, accuracy 0, snap length 65535, link type 1 (Ethernet)
const HEADERS = {
  'microseconds, little-endian': 'd4c3b2a1 0200 0400 00000000 00000000 ffff0000 01000000',
  'microseconds, big-endian': 'a1b2c3d4 0002 0004 00000000 00000000 0000ffff 00000001',
  'nanoseconds, little-endian': '4d3cb2a1 0200 0400 00000000 00000000 ffff0000 01000000',
  'nanoseconds, big-endian': 'a1b23c4d 0002 0004 00000000 00000000 0000ffff 00000001',
  'modified, little-endian': '34cdb2a1 0200 0400 00000000 00000000 ffff0000 01000000',
  'modified, big-endian': 'a1b2cd34 0002 0004 00000000 00000000 0000ffff 00000001',
};
// 2023-11-14 22:13:20 = 0x6553f100 s; fraction 123456 (= 0x1e240); 3 octets captured of 60
const LITTLE = '00f15365 40e20100 03000000 3c000000';
const BIG = '6553f100 0001e240 00000003 0000003c';
// interface 7, protocol 0x0003, packet type 4, padding
const MODIFIED_TAIL = '07000000 0300 04 00';

describe('pcap', () => {
  for (const [name, header] of Object.entries(HEADERS)) {
    it(`reads ${name}`, async () => {
      const record = (name.includes('big') ? BIG : LITTLE) + (name.startsWith('modified') ? MODIFIED_TAIL : '');
      const seen = await collectBytes(octets(`${header} ${record} aabbcc`));
      const nano = name.startsWith('nano');
      const recordHeader = name.startsWith('modified') ? 24 : 16;
      expect(seen.frames).toEqual([
        {
          number: 1,
          tsUs: 1_700_000_000_000_000 + (nano ? 123 : 123_456),
          tsNs: nano ? 456 : 0,
          captured: 3,
          wire: 60,
          linkType: 1,
          interfaceIndex: 0,
          offset: 24 + recordHeader,
          data: 'aabbcc',
        },
      ]);
      expect(seen.interfaces).toEqual([{ kind: 'interface', index: 0, linkType: 1, snapLength: 65_535 }]);
      expect(seen.codes).toEqual([...(recordHeader === 24 ? ['capture.modified-pcap'] : []), 'capture.snapped']);
    });
  }

  const header = HEADERS['microseconds, little-endian'];

  it('reads a file without packets', async () => {
    const seen = await collectBytes(octets(header));
    expect(seen.frames).toEqual([]);
    expect(seen.codes).toEqual([]);
  });

  it('takes only the lower 16 bits as link type: the upper ones tell of the frame check sequence', async () => {
    const seen = await collectBytes(octets('d4c3b2a1 0200 0400 00000000 00000000 ffff0000 01000024'));
    expect(seen.interfaces[0]!.linkType).toBe(1);
  });

  it('swaps the lengths of files up to version 2.3', async () => {
    const old = 'd4c3b2a1 0200 0300 00000000 00000000 ffff0000 01000000';
    const seen = await collectBytes(octets(`${old} 00f15365 00000000 3c000000 03000000 aabbcc`));
    expect(seen.frames[0]).toMatchObject({ captured: 3, wire: 60 });
  });

  it('stops at a length beyond the limit, after the frames before it', async () => {
    const bad = '00f15365 00000000 01000400 01000400';
    const seen = await collectBytes(octets(`${header} ${LITTLE} aabbcc ${bad} ${LITTLE} aabbcc`));
    expect(seen.frames.length).toBe(1);
    expect(seen.warnings[0]).toMatchObject({ code: 'capture.corrupt-length', offset: 24 + 19 });
    expect(seen.warnings[0]!.text).toContain('262145 octets, more than the limit of 262144');
    expect(seen.events).toEqual(['interface', 'frames', 'warning']);
  });

  it('takes a frame of exactly the limit', async () => {
    const file = new Uint8Array(24 + 16 + 262_144);
    file.set(octets(`${header} 00f15365 00000000 00000400 00000400`));
    const seen = await collectBytes(file, [1000, 70_000]);
    expect(seen.frames[0]!.captured).toBe(262_144);
    expect(seen.codes).toEqual([]);
  });

  it('corrects a wire length below the captured one and counts it once', async () => {
    const odd = '00f15365 00000000 03000000 02000000 aabbcc';
    const seen = await collectBytes(octets(`${header} ${odd} ${odd}`));
    expect(seen.frames.map((f) => f.wire)).toEqual([3, 3]);
    expect(seen.warnings).toMatchObject([{ code: 'capture.captured-beyond-wire', offset: 40 }]);
    expect(seen.warnings[0]!.text).toContain('2 frame(s)');
  });

  it('counts steps backwards once, with the largest', async () => {
    const at = (seconds: string) => `${seconds} 00000000 01000000 01000000 aa`;
    const seen = await collectBytes(
      octets(`${header} ${at('0a000000')} ${at('09000000')} ${at('14000000')} ${at('05000000')}`),
    );
    expect(seen.codes).toEqual(['capture.time-backwards']);
    expect(seen.warnings[0]!.text).toContain('backwards 2 time(s), by up to 15 s');
  });

  it('takes the nearest possible time where a fraction is not within its second', async () => {
    // microseconds -1139092 (seen in a real capture), then 1000000
    const bad = '00f15365 6c9eeeff 01000000 01000000 aa 00f15365 40420f00 01000000 01000000 aa';
    const seen = await collectBytes(octets(`${header} ${bad}`));
    expect(seen.frames.map((f) => f.tsUs)).toEqual([1_700_000_000_000_000, 1_700_000_000_999_999]);
    expect(seen.warnings).toMatchObject([{ code: 'capture.time-invalid', offset: 24 }]);
  });

  it('refuses another version with what to do', async () => {
    await expect(collectBytes(octets('d4c3b2a1 0300 0400 00000000 00000000 ffff0000 01000000'))).rejects.toMatchObject({
      code: 'input.unsupported-version',
      exitCode: 3,
    });
  });

  it('never splits more than MAX_BATCH_FRAMES into a batch and numbers on', async () => {
    const one = octets(`${LITTLE} aabbcc`);
    const file = new Uint8Array(24 + 10_000 * one.length);
    file.set(octets(header));
    for (let i = 0; i < 10_000; i++) file.set(one, 24 + i * one.length);
    const seen = await collectBytes(file, [file.length]);
    expect(seen.frames.length).toBe(10_000);
    expect(seen.frames.every((f, i) => f.number === i + 1 && f.data === 'aabbcc')).toBe(true);
  });
});
