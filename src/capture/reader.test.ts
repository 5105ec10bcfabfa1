import * as zlib from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chunksOf, collect, collectBytes, joined, octets } from './testing/collect.ts';
import {
  enhancedPacket,
  type FrameToWrite,
  interfaceDescription,
  NANOSECOND_RESOLUTION,
  pcapHeader,
  pcapngBlock,
  pcapRecord,
  sectionHeader,
} from './writer.ts';

const frames: FrameToWrite[] = Array.from({ length: 7 }, (_, i) => ({
  tsUs: 1_700_000_000_000_000 + i * 1001,
  bytes: Uint8Array.from({ length: 3 + i * 5 }, (_, j) => i * 16 + j),
  wire: 3 + i * 5 + (i % 2),
}));
const pcap = joined(pcapHeader({ linkType: 1 }), ...frames.map((f) => pcapRecord(f, { linkType: 1 })));
const pcapng = joined(
  sectionHeader(),
  interfaceDescription({ linkType: 1, options: [{ code: 2, value: 'eth0' }] }),
  ...frames.slice(0, 4).map((f) => enhancedPacket(f)),
  pcapngBlock(4, new Uint8Array(20)),
  sectionHeader(true),
  interfaceDescription({ linkType: 1 }, true),
  ...frames.slice(4).map((f) => enhancedPacket(f, { bigEndian: true })),
);

const frameArbitrary = fc.record({
  tsUs: fc.integer({ min: 0, max: 4_294_967_295_999_999 }),
  tsNs: fc.integer({ min: 0, max: 999 }),
  bytes: fc.uint8Array({ maxLength: 300 }),
  extra: fc.integer({ min: 0, max: 2000 }),
});
const sizesArbitrary = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 30 });

describe('what is written is read, wherever the chunks end', () => {
  for (const form of ['pcap', 'pcapng'] as const)
    it(form, async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(frameArbitrary, { maxLength: 40 }),
          sizesArbitrary,
          fc.boolean(),
          fc.boolean(),
          async (list, sizes, nanoseconds, bigEndian) => {
            const toWrite = list.map((f) => ({ ...f, wire: f.bytes.length + f.extra }));
            const options = { linkType: 113, nanoseconds, bigEndian };
            const clock = nanoseconds ? [NANOSECOND_RESOLUTION] : [];
            const file =
              form === 'pcap'
                ? joined(pcapHeader(options), ...toWrite.map((f) => pcapRecord(f, options)))
                : joined(
                    sectionHeader(bigEndian),
                    interfaceDescription({ linkType: 113, options: clock }, bigEndian),
                    ...toWrite.map((f) => enhancedPacket(f, options)),
                  );
            const seen = await collectBytes(file, sizes);
            expect(seen.frames.map(({ tsUs, tsNs, wire, data }) => ({ tsUs, tsNs, wire, data }))).toEqual(
              toWrite.map((f) => ({
                tsUs: f.tsUs,
                tsNs: nanoseconds ? f.tsNs : 0,
                wire: f.wire,
                data: Buffer.from(f.bytes).toString('hex'),
              })),
            );
            for (const f of seen.frames)
              expect(Buffer.from(file.subarray(f.offset, f.offset + f.captured)).toString('hex')).toBe(f.data);
            expect(seen.codes.filter((code) => !/snapped|backwards/.test(code))).toEqual([]);
          },
        ),
        { numRuns: 60, verbose: 1 },
      );
    });
});

describe('no octets make it throw anything but an operating error, or give impossible frames', () => {
  for (const [name, file] of [
    ['pcap', pcap],
    ['pcapng', pcapng],
  ] as const)
    it(name, async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(fc.nat(file.length - 1), fc.nat(255)), { minLength: 1, maxLength: 12 }),
          sizesArbitrary,
          async (changes, sizes) => {
            const hurt = file.slice();
            for (const [at, value] of changes) hurt[at] = value;
            const seen = await collectBytes(hurt, sizes).catch((error: { code?: string }) => {
              expect(error.code).toMatch(/^input\./);
              return undefined;
            });
            for (const f of seen?.frames ?? []) {
              expect(f.captured).toBe(f.data.length / 2);
              expect(f.wire).toBeGreaterThanOrEqual(f.captured);
              expect(Number.isSafeInteger(f.tsUs) && f.tsUs >= 0).toBe(true);
              expect(f.offset + f.captured).toBeLessThanOrEqual(file.length);
            }
          },
        ),
        { numRuns: 300, verbose: 1 },
      );
    });
});

describe('a capture that is cut at any octet', () => {
  for (const [name, file, isWhole] of [
    ['pcap', pcap, (at: number, ends: Set<number>) => at === 24 || ends.has(at)],
    ['pcapng', pcapng, (at: number, ends: Set<number>) => ends.has(at)],
  ] as const)
    it(`gives every frame before the cut and one warning: ${name}`, async () => {
      const whole = await collectBytes(file);
      expect(whole.frames.length).toBe(7);
      const ends = new Set<number>();
      if (name === 'pcap') for (const f of whole.frames) ends.add(f.offset + f.captured);
      else {
        // Block boundaries, by the lengths that the blocks state.
        const view = new DataView(file.buffer);
        for (let at = 0, big = false; at < file.length; ) {
          if (view.getUint32(at) === 0x0a0d0d0a) big = view.getUint32(at + 8) === 0x1a2b3c4d;
          at += view.getUint32(at + 4, !big);
          ends.add(at);
        }
      }
      for (let cut = 1; cut < file.length; cut++)
        for (const size of [cut, 13]) {
          const seen = await collectBytes(file.slice(0, cut), [size]).catch((error: { code?: string }) => error.code);
          if (typeof seen !== 'object') {
            expect([cut, seen]).toEqual([cut, 'input.not-a-capture']);
            expect(cut).toBeLessThan(name === 'pcap' ? 4 : 12);
            continue;
          }
          const trailer = name === 'pcap' ? 0 : 4;
          const padded = (length: number) => (name === 'pcap' ? length : (length + 3) & ~3);
          const expected = whole.frames.filter((f) => f.offset + padded(f.captured) + trailer <= cut);
          expect(seen.frames).toEqual(expected);
          expect(seen.codes.filter((code) => code !== 'capture.snapped')).toEqual(
            isWhole(cut, ends) ? [] : ['capture.cut'],
          );
        }
    });
});

describe('compressed captures', () => {
  // Copied: a slice of a Buffer is a view, and the chunks of these tests are overwritten after use.
  const gzip = Uint8Array.from(zlib.gzipSync(pcap));
  for (const size of [1, 17, 100_000])
    it(`reads gzip in chunks of ${size}, with offsets of the capture within`, async () => {
      const seen = await collect(chunksOf(gzip, [size]));
      expect(seen).toEqual(await collectBytes(pcap));
    });

  it('reads members one after another', async () => {
    const half = 24 + 31;
    const two = joined(zlib.gzipSync(pcap.subarray(0, half)), zlib.gzipSync(pcap.subarray(half)));
    for (const size of [5, 100_000]) expect((await collect(chunksOf(two, [size]))).frames.length).toBe(7);
  });

  it('gives what is before a cut, and says so', async () => {
    // Long enough to leave zlib before the cut; noise, so that it does not shrink.
    let seed = 7;
    const noise = () => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
      return seed >> 16;
    };
    const many = Array.from({ length: 3000 }, (_, i) => ({
      tsUs: i,
      bytes: Uint8Array.from({ length: 200 }, noise),
    }));
    const large = joined(pcapHeader({ linkType: 1 }), ...many.map((f) => pcapRecord(f, { linkType: 1 })));
    const packed = Uint8Array.from(zlib.gzipSync(large));
    const seen = await collect(chunksOf(packed.subarray(0, packed.length / 2), [50_000]));
    expect(seen.codes).toContain('capture.compression-damaged');
    expect(seen.frames.length).toBeGreaterThan(1400);
    expect(seen.frames.length).toBeLessThan(1600);
    const hurt = Uint8Array.from(packed);
    hurt.fill(0xff, packed.length / 2, packed.length / 2 + 100);
    const damaged = await collect(chunksOf(hurt, [50_000]));
    expect(damaged.codes).toContain('capture.compression-damaged');
    expect(damaged.frames.length).toBeGreaterThan(100);
    // Of a small file that comes in one piece too.
    const few = joined(pcapHeader({ linkType: 1 }), ...many.slice(0, 50).map((f) => pcapRecord(f, { linkType: 1 })));
    const small = Uint8Array.from(zlib.gzipSync(few));
    small[small.length - 2000]! ^= 0xff;
    small.fill(0xff, small.length - 1900, small.length - 1800);
    const kept = await collect(chunksOf(small, [small.length]));
    expect(kept.codes).toContain('capture.compression-damaged');
    expect(kept.frames.length).toBeGreaterThan(25);
  });

  it('says of data that is damaged from its beginning that it is damaged, not empty', async () => {
    const hurt = joined(gzip.subarray(0, 10), new Uint8Array(500).fill(0xff));
    await expect(collect(chunksOf(hurt, [100]))).rejects.toMatchObject({ code: 'input.compression-damaged' });
    await expect(collect(chunksOf(gzip.subarray(0, 12), [100]))).rejects.toMatchObject({
      code: 'input.compression-damaged',
    });
  });

  it('ends the compressed source when the reader goes away', async () => {
    let closed = false;
    const source = (async function* () {
      try {
        yield* chunksOf(gzip, [10]);
      } finally {
        closed = true;
      }
    })();
    const { readCapture } = await import('./reader.ts');
    for await (const _ of readCapture(source)) break;
    expect(closed).toBe(true);
  });

  const compress = (zlib as { zstdCompressSync?: (data: Uint8Array) => Uint8Array }).zstdCompressSync;
  // A Zstandard frame (RFC 8878 3.1.1) is all that is needed to be recognised.
  it('zstd: read where Node can, else said what to do', async () => {
    if (compress === undefined)
      await expect(collectBytes(octets('28b52ffd 0458 0000'))).rejects.toMatchObject({
        code: 'input.zstd-unsupported',
        exitCode: 3,
      });
    else {
      const two = joined(compress(pcap.subarray(0, 55)), compress(pcap.subarray(55)));
      for (const size of [3, 100_000]) expect((await collect(chunksOf(two, [size]))).frames.length).toBe(7);
    }
  });
});

describe('what is not a capture', () => {
  it('is refused with its first octets', async () => {
    const text = new TextEncoder().encode('snoop\0\0\0 of another age');
    for (const size of [1, 3, 100])
      await expect(collectBytes(text, [size])).rejects.toThrow(/^test is not a capture: it begins with 73 6e 6f 6f/);
  });
  it.each([
    ['504b030414000000', 'zip'],
    ['fd377a585a000004', 'xz'],
    ['425a683931415926', 'bzip2'],
    ['377abcaf271c0004', '7z'],
  ])('says of %s that it is packed with %s', async (magic, packer) => {
    const error = { code: 'input.packed', message: expect.stringContaining(`packed with ${packer}`) };
    await expect(collectBytes(new Uint8Array(Buffer.from(magic, 'hex')))).rejects.toMatchObject(error);
  });

  it('is refused when it is too short or empty', async () => {
    await expect(collectBytes(Uint8Array.of(1, 2))).rejects.toMatchObject({ code: 'input.not-a-capture' });
    await expect(collectBytes(new Uint8Array(0))).rejects.toMatchObject({ code: 'input.empty' });
  });
  it('fails as its source fails', async () => {
    const source = (async function* () {
      yield pcap.subarray(0, 30);
      throw new Error('the disk is gone');
    })();
    await expect(collect(source)).rejects.toThrow('the disk is gone');
  });
});
