import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE, Scene, SECOND } from './testing.ts';

const ticks = (s: Scene, times: Iterable<number>): number => {
  const { watchedUs } = s.detection;
  for (const us of times) s.detection.tick(us);
  return s.detection.watchedUs - watchedUs;
};

describe('time watched', () => {
  it('is what passed, without gaps', () => {
    const s = new Scene();
    expect(ticks(s, [s.now + MINUTE, s.now + HOUR, s.now + 5 * HOUR, s.now + 5 * HOUR + MINUTE])).toBe(HOUR + MINUTE);
  });
  it('counts once what a swaying clock shows twice', () => {
    const s = new Scene();
    const swaying = Array.from({ length: 601 }, (_, i) => s.now + i * SECOND - (i % 2) * 30 * SECOND);
    expect(ticks(s, swaying)).toBe(10 * MINUTE);
  });
  it('counts an earlier recording that is read later', () => {
    const s = new Scene();
    const before = s.now - 30 * DAY;
    expect(ticks(s, [s.now + HOUR, before, before + HOUR, before + 2 * HOUR])).toBe(3 * HOUR);
  });
  it('counts once over a restart', () => {
    const s = new Scene();
    ticks(s, [s.now + HOUR]);
    const again = new Scene();
    again.detection.load(s.detection.save());
    expect(ticks(again, [s.now + HOUR - SECOND, s.now + HOUR, s.now + HOUR + SECOND])).toBe(SECOND);
  });
});
