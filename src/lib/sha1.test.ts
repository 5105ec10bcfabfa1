import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { SHA1_SHORT_MAX, sha1Short } from './sha1.ts';

it('equals the platform for every length of one block', () => {
  for (let length = 0; length <= SHA1_SHORT_MAX; length++) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 37 + length * 11) & 255);
    const out = new Int32Array(5);
    sha1Short(bytes, length, out);
    const hex = [...out].map((x) => (x >>> 0).toString(16).padStart(8, '0')).join('');
    expect(hex).toBe(createHash('sha1').update(bytes).digest('hex'));
  }
});
