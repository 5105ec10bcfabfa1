import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE, Scene, START } from '../testing.ts';

const night = () => {
  const s = new Scene();
  const hmi = s.host('10.20.10.81', 'hmi', 2);
  const historian = s.host('10.20.30.20', 'historian', 3);
  const backup = s.host('10.20.30.40', 'unknown', 3);
  const copy = (client: number, octets = 5e6, minutes = 5): void => {
    const firstUs = s.now;
    s.pass(minutes * MINUTE, 5 * MINUTE);
    s.flow(client, backup, 'smb', { serverPort: 445, clientBytes: octets, firstUs, lastUs: s.now });
  };
  /** Until this hour of day `day` of the scene. */
  const until = (day: number, hour: number): void => s.pass(START + day * DAY + hour * HOUR - s.now, 5 * MINUTE);
  /** Nights `from` to `to` (not included) at two, as `clients` have it. */
  const nights = (from: number, to: number, clients: readonly number[] = [hmi]): void => {
    for (let day = from; day < to; day++) {
      until(day, 2 + (day % 3) * 0.2);
      for (const client of clients) copy(client);
    }
  };
  return { s, hmi, historian, backup, copy, until, nights };
};

describe('job', () => {
  it('tells that what ran each night did not run, once, and who waits for it', () => {
    const { s, hmi, backup, until, nights } = night();
    nights(0, 9);
    until(9, 4.5);
    expect(s.codes()).not.toContain('job-missed');
    until(9, 6);
    expect(s.of('job-missed')).toMatchObject([
      { actor: 0, target: backup, surprise: 0.6, certainty: 'likely', count: 1 },
    ]);
    expect(s.of('job-missed')[0]!.parts).toMatchObject({
      clients: { endpoints: [hmi] },
      usual: { value: 5, unit: 'MB' },
      runs: { text: '9 times' },
    });
    until(10, 1);
    expect(s.of('job-missed')).toHaveLength(1);
  });

  it('makes one matter of all that a server did not get', () => {
    const { s, hmi, historian, until, nights } = night();
    nights(0, 9, [hmi, historian]);
    until(9, 8);
    expect(s.of('job-missed')).toHaveLength(1);
    expect(s.of('job-missed')[0]!.parts.clients).toMatchObject({ endpoints: [hmi, historian] });
  });

  it('keeps it below an alert before a week was watched, and waits for three nights', () => {
    const few = night();
    few.nights(0, 2);
    few.until(3, 0);
    expect(few.s.of('job-missed')).toEqual([]);
    const some = night();
    some.nights(0, 4);
    some.until(5, 0);
    expect(some.s.of('job-missed').map(({ surprise }) => surprise)).toEqual([0.4]);
  });

  it('knows a weekend once it has seen one, and the day of the week', () => {
    const { s, until, nights } = night();
    // START is a Monday: five nights, a weekend without, twice.
    nights(0, 5);
    until(7, 0);
    const first = s.of('job-missed').length;
    expect(s.of('job-missed').every(({ surprise }) => surprise < 0.5)).toBe(true);
    nights(7, 12);
    until(14, 0);
    nights(14, 15);
    until(15, 1);
    expect(s.of('job-missed')).toHaveLength(first);
    // Tuesday is missed, though the nights before it do not make it daily.
    until(15, 8);
    expect(s.of('job-missed').at(-1)).toMatchObject({ surprise: 0.6 });
    expect(s.of('job-missed')).toHaveLength(first + 1);
  });

  it('does not judge what it could not see, what comes at odd times, much too often or small, nor what came late', () => {
    const dark = night();
    dark.nights(0, 9);
    dark.until(9, 1);
    dark.s.pass(8 * HOUR, 8 * HOUR);
    expect(dark.s.of('job-missed')).toEqual([]);
    const odd = night();
    for (let day = 0; day < 9; day++) {
      odd.until(day, 2 + (day % 4) * 4);
      odd.copy(odd.hmi);
    }
    odd.until(11, 0);
    expect(odd.s.of('job-missed')).toEqual([]);
    const often = night();
    for (let day = 0; day < 9; day++)
      for (const hour of [2, 8, 14, 20]) {
        often.until(day, hour);
        often.copy(often.hmi);
      }
    often.until(11, 0);
    expect(often.s.of('job-missed')).toEqual([]);
    const small = night();
    for (let day = 0; day < 9; day++) {
      small.until(day, 2);
      small.copy(small.hmi, 2e5);
      small.until(day, 6);
      small.copy(small.historian, 5e6, 300);
    }
    small.until(11, 0);
    expect(small.s.of('job-missed')).toEqual([]);
    const late = night();
    late.nights(0, 9);
    late.until(9, 3);
    late.copy(late.hmi);
    late.until(10, 0);
    expect(late.s.of('job-missed')).toEqual([]);
  });

  it('expects nothing any more that a person accepted', () => {
    const { s, until, nights } = night();
    nights(0, 9);
    until(9, 8);
    expect(s.detection.accept(s.of('job-missed')[0]!)).toBe(true);
    until(12, 0);
    expect(s.of('job-missed')).toHaveLength(1);
  });

  it('goes on after a restart', () => {
    const { s, backup, until, nights } = night();
    nights(0, 9);
    until(9, 3);
    const later = new Scene();
    later.continueFrom(s);
    later.detection.load(s.detection.save());
    later.pass(3 * HOUR, 5 * MINUTE);
    expect(later.of('job-missed')).toMatchObject([{ target: backup, count: 1 }]);
  });
});
