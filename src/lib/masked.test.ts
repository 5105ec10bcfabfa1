import { expect, it } from 'vitest';
import { isMasked, MASKED, MASKED_OCTETS } from './masked.ts';

it('knows the octets that stand for a credential, and takes no others for them', () => {
  expect(new TextDecoder().decode(MASKED_OCTETS)).toBe(MASKED);
  expect(isMasked(MASKED_OCTETS.slice())).toBe(true);
  // As long, a beginning of it, longer, nothing.
  for (const other of [new Uint8Array(MASKED_OCTETS.length), MASKED_OCTETS.slice(1), MASKED_OCTETS.slice(0, 3)])
    expect(isMasked(other), String(other)).toBe(false);
  expect(isMasked(Uint8Array.of(...MASKED_OCTETS, 0))).toBe(false);
  expect(isMasked(new Uint8Array(0))).toBe(false);
});
