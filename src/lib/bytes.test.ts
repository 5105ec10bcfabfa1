import { describe, expect, it } from 'vitest';
import { ascii, utf8 } from './bytes.ts';
import { seededRandom } from './random.ts';

/** As they are defined, octet by octet. */
const plainAscii = (b: Uint8Array): string =>
  [...b].map((c) => (c >= 0x20 && c < 0x7f ? String.fromCharCode(c) : '.')).join('');
const plainUtf8 = (b: Uint8Array): string =>
  new TextDecoder('utf-8').decode(b).replace(/[\u0000-\u001f\u007f-\u009f]/g, '.');

describe('texts of octets', () => {
  it('are what their octets are, also of those that were seen before and of those with the same hash', () => {
    const seed = Date.now() % 1e6;
    const random = seededRandom(seed);
    for (let round = 0; round < 6000; round++) {
      const length = random.integer(0, 5) === 0 ? random.integer(0, 80) : random.integer(0, 3);
      // Mostly names, some octets that are no text.
      const octets = Uint8Array.from({ length: length + 4 }, () =>
        random.integer(0, 40) === 0 ? random.integer(0, 255) : random.integer(0x61, 0x7a),
      );
      const part = octets.subarray(2, length + 2);
      expect(ascii(octets, 2, length + 2), `seed ${seed}, round ${round}`).toBe(plainAscii(part));
      expect(utf8(octets, 2, length + 2), `seed ${seed}, round ${round}`).toBe(plainUtf8(part));
    }
  });

  it('end where the octets end', () => {
    const octets = Uint8Array.from([0x61, 0x62, 0x63]);
    expect(ascii(octets)).toBe('abc');
    expect(ascii(octets, 1, 9)).toBe('bc');
    expect(utf8(octets, 1, 9)).toBe('bc');
    expect([
      ascii(octets, 2, 2),
      ascii(octets, 3, 1),
      ascii(octets, 5, 9),
      utf8(octets, 3, 1),
      utf8(octets, 5, 9),
    ]).toEqual(['', '', '', '', '']);
  });
});
