import { expect, it } from 'vitest';
import { describeShared, sharedPath } from '../shared.ts';
import { runConformance } from './harness.ts';
import { belowFloors, withoutFloor } from './report.ts';
import { percentOf, Tally } from './tally.ts';

describeShared('what we say is what peers say', () => {
  it('holds the floors, has no capture at 0 % and no dispute that is never met', async () => {
    const tally = new Tally();
    await runConformance(sharedPath('captures'), tally);
    const pairs = [...tally.pairs.values()];
    expect(pairs.length).toBeGreaterThan(0);
    expect(withoutFloor(pairs)).toEqual([]);
    expect(belowFloors(pairs)).toEqual([]);
    const empty = pairs.flatMap((p) =>
      [...p.captures]
        .filter(([, c]) => c.equal === 0 && percentOf(c) === 0)
        .map(([name]) => `${p.protocol} against ${p.peer}: ${name}`),
    );
    expect(empty).toEqual([]);
    expect(tally.disputes.filter((d) => !tally.met.has(d)).map((d) => d.reason)).toEqual([]);
  }, 300_000);
});
