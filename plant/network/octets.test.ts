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
    '0a4936873f8e2a0604c47b20c26660242e624620cd1358bb442a7718d9377063',
  ],
  [
    'an attack on the variant plant with added cells',
    { seed: 3, startUs: PLANT_DEFAULTS.startUs + 7 * HOUR_US, attack: 'noisy', variant: 'b', hosts: 200 },
    '9baf646a2574e712b5955cb88e170b379f9a13165bfda9741c92f9e948051c64',
  ],
] as const)('ten minutes of %s', (_, options, expected) => {
  expect(digest(options)).toBe(expected);
});
