import { describe, expect, it } from 'vitest';
import { isoTime } from './iso-time.ts';

describe('isoTime', () => {
  it('keeps microseconds', () => {
    expect(isoTime(1_583_848_624_043_007)).toBe('2020-03-10T13:57:04.043007Z');
  });

  it('says nothing of what is no time, whatever the wire holds', () => {
    for (const us of [0, -1, Number.NaN, 8.64e18, Infinity]) expect(isoTime(us)).toBeUndefined();
  });
});
