import { describe, expect, it } from 'vitest';
import { seededRandom } from './random.ts';
import { RecentMap } from './recent-map.ts';

describe('a map in order of last use', () => {
  it('is what a map is whose keys are deleted before they are set, whatever is done to it', () => {
    const seed = Date.now() % 1e6;
    const random = seededRandom(seed);
    const recent = new RecentMap<number, number>();
    const plain = new Map<number, number>();
    for (let step = 0; step < 4000; step++) {
      const key = Math.floor(random.uniform() * 12);
      const act = random.uniform();
      if (act < 0.7) {
        plain.delete(key);
        plain.set(key, step);
        recent.set(key, step);
      } else if (act < 0.78) {
        const value = plain.get(key);
        plain.delete(key);
        if (value !== undefined) plain.set(key, value);
        expect(recent.use(key)).toBe(value);
      } else if (act < 0.85) {
        plain.delete(key);
        recent.delete(key);
      } else if (act < 0.995) {
        const oldest = plain.keys().next();
        if (!oldest.done) plain.delete(oldest.value);
        recent.deleteOldest();
      } else {
        plain.clear();
        recent.clear();
      }
      expect([...recent], `seed ${seed}, step ${step}`).toEqual([...plain]);
      expect(recent.size).toBe(plain.size);
      expect(recent.get(key)).toBe(plain.get(key));
    }
  });
});
