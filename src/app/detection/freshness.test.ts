import { describe, expect, it } from 'vitest';
import { Freshness, Heard } from './freshness.ts';

const S = 1e6;

describe('freshness', () => {
  it('a register that is polled is unknown after two missed polls, and known again at once', () => {
    const f = new Freshness(1);
    for (let t = 15; t <= 3000; t += 15) expect(f.isFresh(0, t * S, (t - (t % 4)) * S, 4 * S)).toBe(true);
    // Dark from 3001 on; the smoothed distance of sightings does not know yet.
    expect([3015, 3030, 3180].map((t) => f.isFresh(0, t * S, 3000 * S, 4 * S))).toEqual([false, false, false]);
    // Back: the smoothed distance jumped by an eighth of the gap.
    expect(f.isFresh(0, 3195 * S, 3192 * S, 27 * S)).toBe(true);
    expect(f.usualUs[0]! / S).toBeLessThan(6);
  });

  it('a value that is polled more slowly than rows are taken is held between its polls', () => {
    const f = new Freshness(1);
    for (let t = 15; t <= 6000; t += 15)
      expect(f.isFresh(0, t * S, (t - (t % 60)) * S, 60 * S), `${t}`).toBe(t >= 15 && t - (t % 60) > 0);
    expect(f.isFresh(0, 6100 * S, 6000 * S, 60 * S)).toBe(true);
    expect(f.isFresh(0, 6135 * S, 6000 * S, 60 * S)).toBe(false);
  });

  it('a value that is sent on change is held for as long as it usually rests', () => {
    const f = new Freshness(1);
    // Rests of 10 to 500 s, in turn.
    let last = 1;
    let next = 11;
    let unknown = 0;
    let rest = 10;
    for (let t = 10; t <= 200_000; t += 10) {
      if (t >= next) {
        last = next;
        rest = rest >= 500 ? 10 : rest * 1.7;
        next = last + Math.round(rest);
      }
      if (!f.isFresh(0, t * S, last * S, 0) && t > 20_000) unknown++;
    }
    expect(unknown).toBe(0);
    expect(f.isFresh(0, 400_000 * S, last * S, 0)).toBe(false);
  });

  it('slower polls become usual after a while; a point that was never seen is unknown, one seen once is known for a minute', () => {
    const f = new Freshness(2);
    for (let t = 15; t <= 600; t += 15) f.isFresh(0, t * S, t * S, 4 * S);
    for (let t = 615; t <= 12_000; t += 15) f.isFresh(0, t * S, (t - (t % 120)) * S, 120 * S);
    expect(f.isFresh(0, 12_100 * S, 12_000 * S, 120 * S)).toBe(true);
    expect(f.isFresh(1, 15 * S, 0, 0)).toBe(false);
    expect(f.isFresh(1, 30 * S, 20 * S, 0)).toBe(true);
    expect(f.isFresh(1, 90 * S, 20 * S, 0)).toBe(false);
  });

  it('goes on after a restart', () => {
    const f = new Freshness(1);
    for (let t = 15; t <= 600; t += 15) f.isFresh(0, t * S, t * S, 4 * S);
    const g = new Freshness(1);
    g.load(f.save());
    expect(g.isFresh(0, 700 * S, 600 * S, 4 * S)).toBe(false);
  });
});

it('a device of which nothing is heard takes with it what it sends on change', () => {
  const heard = new Heard([7, 7, 9]);
  // Column 0 rests for hours, 1 is polled, 2 belongs to another device.
  const lastUs = Float64Array.of(10 * S, 0, 0);
  const look = (t: number, polled: number, other: number): boolean[] => {
    lastUs[1] = polled * S;
    lastUs[2] = other * S;
    heard.look(t * S, lastUs);
    return [0, 1, 2].map((i) => heard.isDark(i));
  };
  for (let t = 15; t <= 3000; t += 15) expect(look(t, t - 1, t - 2), `${t}`).toEqual([false, false, false]);
  look(3015, 2999, 3013);
  look(3030, 2999, 3028);
  expect(look(3045, 2999, 3043)).toEqual([true, true, false]);
  expect(look(3060, 3058, 3058)).toEqual([false, false, false]);
});
