/** Silence is judged by the source's own rhythm, and always within the minute. */
import { describe, expect, it } from 'vitest';
import { FolderRhythm, MAX_SILENCE_US, MIN_SILENCE_US, PAUSES_NEEDED, Rhythm } from './rhythm.ts';

const SECOND = 1_000_000;

describe('rhythm', () => {
  it('misses a busy source within seconds and has it back with its first frame', () => {
    const rhythm = new Rhythm(0);
    let now = 0;
    for (; now < 60 * SECOND; now += SECOND / 10) rhythm.heard(now);
    expect(rhythm.isBlind(now + MIN_SILENCE_US / 2)).toBe(false);
    expect(rhythm.isBlind(now + MIN_SILENCE_US + SECOND)).toBe(true);
    rhythm.heard(now + 20 * SECOND);
    expect(rhythm.isBlind(now + 21 * SECOND)).toBe(false);
  });

  it('is patient with a source that pauses, but never beyond the minute', () => {
    const rhythm = new Rhythm(0);
    for (let at = 0; at <= 200; at += 10) rhythm.heard(at * SECOND);
    expect(rhythm.isBlind(230 * SECOND)).toBe(false);
    expect(rhythm.isBlind(200 * SECOND + 60 * SECOND)).toBe(true);
    for (let at = 300; at <= 1000; at += 100) rhythm.heard(at * SECOND);
    expect(rhythm.allowedUs).toBe(MAX_SILENCE_US);
    expect(MAX_SILENCE_US).toBeLessThan(60 * SECOND);
  });

  it('is not deaf for the hour by which the clock was set back', () => {
    const rhythm = new Rhythm(0);
    for (let at = 7200; at <= 7260; at++) rhythm.heard(at * SECOND);
    expect(rhythm.isBlind(3600 * SECOND)).toBe(false);
    expect(rhythm.isBlind(3660 * SECOND)).toBe(true);
  });

  it('notices a source that never spoke', () => {
    expect(new Rhythm(0).isBlind(60 * SECOND)).toBe(true);
  });
});

describe('rhythm of a folder', () => {
  const grown = (everyS: number, times: number): FolderRhythm => {
    const rhythm = new FolderRhythm();
    for (let n = 0; n < times; n++) {
      rhythm.grew(n * everyS * SECOND + 1);
      rhythm.waited();
    }
    return rhythm;
  };

  it('is that of the recorder: seconds, or the time of a file, and always within the minute beyond it', () => {
    for (const everyS of [1, 20, 300, 3600]) {
      const rhythm = grown(everyS, 10);
      const lastUs = 9 * everyS * SECOND + 1;
      expect(rhythm.isBlind(lastUs + 1.01 * everyS * SECOND)).toBe(false);
      expect(rhythm.isBlind(lastUs + everyS * SECOND + 60 * SECOND)).toBe(true);
    }
  });

  it('is over with the next octets, and is not judged while something is read', () => {
    const rhythm = grown(1, 10);
    expect(rhythm.isBlind(60 * SECOND)).toBe(true);
    rhythm.grew(60 * SECOND);
    expect(rhythm.isBlind(60 * SECOND)).toBe(false);
    expect(rhythm.isBlind(600 * SECOND)).toBe(false);
    rhythm.waited();
    expect(rhythm.isBlind(600 * SECOND)).toBe(true);
  });

  it('has none where captures only lie, or one was added now and then', () => {
    expect(new FolderRhythm().isBlind(1e6 * SECOND)).toBe(false);
    expect(grown(10, PAUSES_NEEDED).isBlind(1e6 * SECOND)).toBe(false);
    const read = new FolderRhythm();
    for (let n = 1; n < 100; n++) read.grew(n * SECOND);
    read.waited();
    expect(read.isBlind(1e6 * SECOND)).toBe(false);
  });
});
