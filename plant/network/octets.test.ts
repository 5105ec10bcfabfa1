/**
 * The octets of the plant, held fast: other work on the generator (speed, above all) must not change a single one. Who changes the
 * plant on purpose writes the new digests here and says so, since every published figure was measured on these octets.
 */
import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { PLANT_DEFAULTS, type PlantOptions, plantFrames } from './index.ts';

const HOUR_US = 3_600_000_000;
const digest = (options: Partial<PlantOptions>): string => {
  const hash = createHash('sha256');
  for (const b of plantFrames({ days: 10 / 1440, ...options }).frames)
    for (let i = 0; i < b.count; i++)
      hash.update(`${b.tsUs[i]} `).update(b.bytes.subarray(b.start[i]!, b.start[i]! + b.captured[i]!));
  return hash.digest('hex');
};

it.each([
  ['a night', { seed: 1 }, '490d1358bb5320d1a605dcf9718a272817117055d61781eb283b3d6946be6d7f'],
  [
    'a morning of another seed',
    { seed: 2, startUs: PLANT_DEFAULTS.startUs + 9 * HOUR_US },
    'c1d715e0ccd69f070e42f127f405de89604b8a6a765c919b5ecd6b0e35641719',
  ],
  [
    'an attack on the variant plant with added cells',
    { seed: 3, startUs: PLANT_DEFAULTS.startUs + 7 * HOUR_US, attack: 'noisy', variant: 'b', hosts: 200 },
    '14fdff0add65810c6353884c1dd8044fac17f217b4f0bb07debb34d100e4c8a5',
  ],
] as const)('ten minutes of %s', (_, options, expected) => {
  expect(digest(options)).toBe(expected);
});
