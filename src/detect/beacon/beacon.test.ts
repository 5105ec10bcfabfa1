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
});
