import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../lib/random.ts';
import { HOUR, Scene, SECOND } from '../testing.ts';
import { beacon } from './index.ts';

describe('beacon', () => {
  const run = (jitter: number, learned: boolean, seed = 3) => {
    const s = new Scene({ detectors: [beacon] });
    const r = seededRandom(seed);
    const [pc, out] = [s.host('10.1.0.7', 'workstation', 4), s.host('203.0.113.9')];
    if (learned) s.flow(pc, out, 'tls', { serverPort: 443 });
    s.pass(25 * HOUR);
    for (let i = 0; i < 40; i++) {
      s.flow(pc, out, 'tls', { serverPort: 443 });
      s.pass(300 * SECOND * (1 + jitter * (2 * r.uniform() - 1)));
    }
    return s.of('beacon');
  };
  it('tells an even call to a new place, with its interval', () => {
    const [f] = run(0.2, false);
    expect(f!.parts.interval).toMatchObject({ kind: 'duration' });
    expect((f!.parts.interval as { us: number }).us / SECOND).toBeGreaterThan(250);
  });
  it('says nothing of a place that is usual, nor of uneven calls', () => {
    expect(run(0, true)).toEqual([]);
    expect(run(0.95, false, 8)).toEqual([]);
  });

  /** Calls of a DMZ server at times and of sizes of one's own. */
  const calls = (every: (u: number) => number, octets: (u: number) => number, first: 'learning' | 'watching') => {
    const seed = 20261123;
    const r = seededRandom(seed);
    const s = new Scene({ detectors: [beacon] });
    const [server, out] = [s.host('10.35.0.7', 'unknown', 3.5), s.host('203.0.113.9')];
    if (first === 'watching') s.pass(25 * HOUR);
    for (let i = 0; i < 40; i++) {
      s.flow(server, out, 'tls', { serverPort: 443, clientBytes: 300, serverBytes: Math.round(octets(r.uniform())) });
      s.pass(every(r.uniform()), HOUR);
    }
    if (first === 'learning') s.pass(25 * HOUR);
    return { s, server, out, r };
  };
  const exponential = (u: number): number => -60 * SECOND * Math.log(1 - u);
  const spread = (u: number): number => 60 * SECOND * (0.3 + 1.4 * u);

  it('tells uneven calls of one size, and neither visits of all sizes nor chance', () => {
    const alike = (u: number): number => 900 + 100 * u;
    const [f] = calls(spread, alike, 'watching').s.of('beacon.uneven');
    expect(f!.surprise).toBeGreaterThan(0.5);
    expect(f!.parts.size).toMatchObject({ unit: 'octets' });
    expect(calls(spread, (u) => 10 ** (2 + 4 * u), 'watching').s.findings()).toEqual([]);
    expect(calls(exponential, alike, 'watching').s.findings()).toEqual([]);
  });

  it('asks about a clock that was there while learning until a person accepts it, never about another rhythm', () => {
    const { s, server, out } = calls(
      () => 120 * SECOND,
      () => 900,
      'learning',
    );
    expect(s.findings()).toEqual([]);
    const again = (): void => {
      for (let i = 0; i < 30; i++) {
        s.flow(server, out, 'tls', { serverPort: 443 });
        s.pass(120 * SECOND);
      }
    };
    again();
    expect(s.of('beacon.usual')).toHaveLength(1);
    s.pass(48 * HOUR);
    again();
    const [f, ...more] = s.of('beacon.usual');
    expect(more).toEqual([]);
    expect(s.detection.accept({ ...f!, target: f!.actor })).toBe(false);
    expect(s.detection.accept(f!)).toBe(true);
    again();
    expect(s.of('beacon.usual')).toHaveLength(1);
    const uneven = calls(exponential, () => 900, 'learning');
    for (let i = 0; i < 40; i++) {
      uneven.s.flow(uneven.server, uneven.out, 'tls', { serverPort: 443 });
      uneven.s.pass(exponential(uneven.r.uniform()), HOUR);
    }
    expect(uneven.s.findings()).toEqual([]);
  });
});
