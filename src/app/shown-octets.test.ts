import { expect, it } from 'vitest';
import { MASKED_OCTETS } from '../lib/masked.ts';
import { shownOctets } from './shown-octets.ts';

const octets = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));

it('shows octets in hexadecimal, as far as no login stands in them', () => {
  expect(shownOctets(octets('a=1'))).toBe('613d31');
  expect(shownOctets(octets('abc'), 2, ' ')).toBe('61 62');
  expect(shownOctets(octets('u=1&pwd=x7&n=2'))).toBe(`${Buffer.from('u=1&pwd=').toString('hex')} (masked)`);
  expect(shownOctets(MASKED_OCTETS)).toBe('(masked)');
});
