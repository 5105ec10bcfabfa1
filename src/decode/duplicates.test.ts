/** What counts as the same frame seen twice, and what only looks like it. */
import { describe, expect, it } from 'vitest';
import { decodeFrames, type TestFrame } from '../../test/drive.ts';

const T0 = 1_700_000_000_000_000;
/** A frame with 240 octets behind its EtherType, `head` at their beginning and `octet` in the middle of what is left. */
const frame = (etherType: number, head: readonly number[], octet: number, tsUs: number): TestFrame => {
  const bytes = new Uint8Array(14 + 240);
  bytes.set([2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, etherType >> 8, etherType & 255, ...head]);
  bytes[14 + 205] = octet;
  return { tsUs, bytes };
};
/** IPv4 and UDP of a device that numbers no packets; `sum` is the checksum of UDP. */
const udp = (sum: number): readonly number[] => [
  ...[0x45, 0, 0, 240, 0, 0, 0x40, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2],
  ...[0x9c, 0x40, 0x9c, 0x41, 0, 220, sum >> 8, sum & 255],
];
/** Repeated frames among two, a millisecond apart, with these octets in the middle. */
const repeated = (etherType: number, head: readonly number[], first: number, second: number): number =>
  decodeFrames([frame(etherType, head, first, T0), frame(etherType, head, second, T0 + 1000)], undefined).health
    .duplicates;

describe('frames seen twice', () => {
  it.each([
    ['UDP with a checksum', 0x0800, udp(0x1234)],
    ['UDP without a checksum', 0x0800, udp(0)],
    ['another protocol', 0x890f, []],
  ] as const)('counts %s once', (_, etherType, head) => {
    expect(repeated(etherType, head, 7, 7)).toBe(1);
  });

  it.each([
    ['UDP without a checksum', 0x0800, udp(0)],
    ['a fragment', 0x0800, udp(0x1234).with(6, 0x20).with(7, 0x19)],
    ['another protocol over IP', 0x0800, udp(0x1234).with(9, 0x84)],
    ['another protocol', 0x890f, []],
  ] as const)('takes %s for no copy where it differs in the middle, which no checksum tells', (_, etherType, head) => {
    expect(repeated(etherType, head, 7, 8)).toBe(0);
  });
});
