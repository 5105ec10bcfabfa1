import { expect, it } from 'vitest';
import { DEPTHS } from './depth.ts';
import { DECODERS } from './list.ts';

it('says of every decoder, and of no other, how deep it goes', () => {
  expect(Object.keys(DEPTHS).sort()).toEqual(DECODERS.map((d) => d.name).sort());
});
