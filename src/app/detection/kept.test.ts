import { describe, expect, it } from 'vitest';
import type { Statement } from '../../core/detector.ts';
import { PROCESS_KINDS } from '../../detect/index.ts';
import { Kept, MAX_KEPT } from './kept.ts';

const HOUR = 3_600_000_000;
const SOFT = PROCESS_KINDS['soft-sensor'];
const said = (tsUs: number, surprise: number, sinceUs = tsUs, key = 'c1 7'): Statement => ({
  kind: SOFT,
  key,
  target: 3,
  point: 7,
  tsUs,
  sinceUs,
  surprise,
  certainty: 'likely',
  parts: {},
});

describe('what is kept below an alert', () => {
  it('is one finding a shift of a point, which counts on and says how often it came', () => {
    const kept = new Kept();
    expect(kept.weigh(said(HOUR, 0.45))).toEqual(said(HOUR, 0.45));
    expect(kept.weigh(said(1.1 * HOUR, 0.45, HOUR))).toEqual(said(1.1 * HOUR, 0.45, HOUR));
    expect(kept.end(SOFT, 'c1 7')).toEqual(['c1 7']);
    // Three hours later again: the same finding, by its start, with the two statements of before.
    const again = kept.weigh(said(4 * HOUR, 0.45));
    expect(again).toMatchObject({ key: 'c1 7', sinceUs: HOUR, times: 3 });
    expect(again.parts.also).toMatchObject({ text: expect.stringContaining('It came 2 times') });
    expect(kept.weigh(said(4.1 * HOUR, 0.45, 4 * HOUR))).toMatchObject({ sinceUs: HOUR, times: 1 });
    // A day after that it is another.
    expect(kept.weigh(said(29 * HOUR, 0.45))).toEqual(said(29 * HOUR, 0.45));
  });

  it('never holds back what asks a person: that begins when it began, also where it was kept for some rows', () => {
    const kept = new Kept();
    kept.weigh(said(HOUR, 0.45));
    kept.end(SOFT, 'c1 7');
    expect(kept.weigh(said(2 * HOUR, 0.45))).toMatchObject({ sinceUs: HOUR });
    const alert = kept.weigh(said(2.1 * HOUR, 0.8, 2 * HOUR));
    expect(alert.sinceUs).toBe(2 * HOUR);
    expect(alert.key).not.toBe('c1 7');
    // What goes on below belongs to it, and both end together.
    expect(kept.weigh(said(2.2 * HOUR, 0.4, 2 * HOUR)).key).toBe(alert.key);
    expect(kept.end(SOFT, 'c1 7')).toEqual(['c1 7', alert.key]);
  });

  it('lets the first time of a matter become an alert as one finding', () => {
    const kept = new Kept();
    kept.weigh(said(HOUR, 0.45));
    expect(kept.weigh(said(1.1 * HOUR, 0.8, HOUR))).toEqual(said(1.1 * HOUR, 0.8, HOUR));
    expect(kept.end(SOFT, 'c1 7')).toEqual(['c1 7']);
  });

  it('goes on after a restart', () => {
    const first = new Kept();
    first.weigh(said(HOUR, 0.45));
    first.weigh(said(2 * HOUR, 0.8, 2 * HOUR));
    const second = new Kept();
    second.load(JSON.parse(JSON.stringify(first.save())));
    for (const next of [said(2.1 * HOUR, 0.4, 2 * HOUR), said(5 * HOUR, 0.45)])
      expect(second.weigh(next)).toEqual(first.weigh(next));
  });

  it('is bounded: what leaves is a new finding', () => {
    const kept = new Kept();
    for (let n = 0; n <= MAX_KEPT; n++) kept.weigh(said(HOUR + n, 0.45, HOUR + n, `c1 ${n}`));
    expect(kept.save().matters).toHaveLength(MAX_KEPT);
    expect(kept.weigh(said(2 * HOUR, 0.45, 2 * HOUR, 'c1 0')).sinceUs).toBe(2 * HOUR);
  });
});
