/** A value that was written is the writer's matter. */
import { describe, expect, it } from 'vitest';
import type { Statement } from '../../core/detector.ts';
import { PROCESS_KINDS } from '../../detect/index.ts';
import { ON_TRIAL } from './trial.ts';
import { Writes } from './writes.ts';

const SECOND = 1e6;
const said = (atS: number, change: Partial<Statement> = {}): Statement => ({
  kind: PROCESS_KINDS['never-seen'],
  key: 'c1 7',
  target: 1,
  point: 7,
  tsUs: atS * SECOND,
  sinceUs: 110 * SECOND,
  surprise: 0.9,
  certainty: 'certain',
  parts: { also: { kind: 'text', text: 'also' } },
  ...change,
});

describe('a value that was written', () => {
  it('is below an alert for as long as it lasts, whatever is written later, and says why', () => {
    const writes = new Writes();
    writes.wrote(7, 100 * SECOND);
    const first = writes.weigh(said(110), false);
    expect(first.surprise).toBe(ON_TRIAL);
    expect(first.parts.also).toMatchObject({ text: expect.stringMatching(/^also It was written just before/) });
    writes.wrote(7, 5_000 * SECOND);
    expect(writes.weigh(said(5_010), false).surprise).toBe(ON_TRIAL);
    const again = new Writes();
    again.load(JSON.parse(JSON.stringify(writes.save())));
    expect(again.weigh(said(6_000), false).surprise).toBe(ON_TRIAL);
  });
  it('is one alert with what is told of the write where something is odd at the controller, and no second one', () => {
    const writes = new Writes();
    writes.wrote(7, 100 * SECOND);
    const first = writes.weigh(said(110), true);
    expect(first.surprise).toBe(ON_TRIAL);
    expect(first.parts.also).toMatchObject({ text: expect.stringMatching(/something else was odd/) });
    // What nobody wrote is believed.
    expect(writes.weigh(said(110, { point: 8, key: 'c1 8' }), true).surprise).toBe(0.9);
  });
  it('is that also where the write fell between the time of a row and the moment in which the row was taken', () => {
    const writes = new Writes();
    writes.wrote(7, 110.4 * SECOND);
    expect(writes.weigh(said(110), false).surprise).toBe(0.9);
    expect(writes.weigh(said(110), false, 10 * SECOND).surprise).toBe(ON_TRIAL);
    const later = new Writes();
    later.wrote(7, 120.4 * SECOND);
    expect(later.weigh(said(110), false, 10 * SECOND).surprise).toBe(0.9);
  });
  it('explains no other point, nothing long after, nothing before, no other way of deviating, no safety function', () => {
    const writes = new Writes();
    writes.wrote(7, 100 * SECOND);
    for (const other of [
      said(110, { point: 8, key: 'c1 8' }),
      said(300, { sinceUs: 300 * SECOND }),
      said(110, { sinceUs: 90 * SECOND }),
      said(110, { kind: PROCESS_KINDS['soft-sensor'] }),
      said(110, { severity: 'safety' }),
    ])
      expect(writes.weigh(other, false)).toBe(other);
  });
});
