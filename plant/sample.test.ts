import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { u16be } from '../src/lib/bytes.ts';
import { SAMPLE_DEFAULTS, samplePlant } from './index.ts';
import { checksum } from './net.ts';

const short = { ...SAMPLE_DEFAULTS, durationS: 60 };
const digest = (seed: number): string => {
  const hash = createHash('sha256');
  for (const { tsUs, bytes } of samplePlant({ ...short, seed })) hash.update(`${tsUs} `).update(bytes);
  return hash.digest('hex');
};

it('gives the same octets for the same seed, and others for another', () => {
  const first = digest(1);
  expect(digest(1)).toBe(first);
  expect(digest(2)).not.toBe(first);
});

it('starts five minutes before the night shift and runs in order of time', () => {
  expect(new Date(SAMPLE_DEFAULTS.startUs / 1000).toISOString()).toBe('2026-03-02T21:55:00.000Z');
  let before = short.startUs;
  for (const { tsUs } of samplePlant(short)) {
    expect(tsUs).toBeGreaterThanOrEqual(before);
    expect(tsUs).toBeLessThan(short.startUs + 60e6);
    before = tsUs;
  }
});

it('has right checksums of IPv4, TCP and UDP in every frame', () => {
  let packets = 0;
  for (const { bytes } of samplePlant(short)) {
    const o = u16be(bytes, 12) === 0x8100 ? 18 : 14;
    if (u16be(bytes, o - 2) !== 0x0800) continue;
    packets++;
    expect(checksum(bytes.subarray(o, o + 20))).toBe(0);
    const segment = bytes.subarray(o + 20, o + u16be(bytes, o + 2));
    // The pseudo header (RFC 9293 3.1, RFC 768): addresses, protocol, length. A right segment sums to 0.
    let sum = bytes[o + 9]! + segment.length;
    for (let i = o + 12; i < o + 20; i += 2) sum += u16be(bytes, i);
    expect(checksum(segment, sum)).toBe(0);
  }
  expect(packets).toBeGreaterThan(2000);
});
