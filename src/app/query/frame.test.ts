/** What is shown of a frame that no decoder understands: its octets, but not what follows a word for a credential. */
import { expect, it } from 'vitest';
import type { SourceHealth } from '../../core/site.ts';
import { frameAnswer } from './frame.ts';

/** Ethernet, IPv4 (RFC 791), UDP (RFC 768) from 10.0.0.1 to 10.0.0.2, ports of nobody. */
const frameOf = (payload: string): Uint8Array => {
  const octets = Buffer.from(payload, 'latin1');
  const length = 28 + octets.length;
  return Uint8Array.from([
    ...[2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0],
    ...[0x45, 0, 0, length, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2],
    ...[0xc3, 0x50, 0xc3, 0x51, 0, 8 + octets.length, 0, 0, ...octets],
  ]);
};
const shown = (payload: string) =>
  frameAnswer(
    { frame: 1, linkType: 1, tsUs: 1, wire: 0, bytes: frameOf(payload) },
    {
      source: 's',
      sourceName: 's',
      health: { frames: 1 } as SourceHealth,
      supports: [],
      credential: false,
      loginPorts: { text: new Set(), clear: new Set(), named: new Set() },
    },
  );

it('hides what follows the word, says where, and shows the rest', () => {
  const { hex, masked } = shown('\x01id=7\x02password=geheim\x03end');
  expect(masked).toEqual([{ start: 42 + 15, end: 42 + 21 }]);
  const payload = Buffer.from(hex, 'hex').subarray(42).toString('latin1');
  expect(payload).toBe('\x01id=7\x02password=\0\0\0\0\0\0\x03end');
  expect(shown('\x01temperature=20').masked).toEqual([]);
});
