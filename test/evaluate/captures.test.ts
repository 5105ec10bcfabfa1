import { expect, it } from 'vitest';
import { describeShared, sharedPath } from '../shared.ts';
import { type CaptureCase, evaluateCaptures } from './captures.ts';

describeShared('labelled IEC 104 captures', () => {
  it('reports copies as copies, removed messages as gaps, and nothing on the clean ones', async () => {
    const cases = await evaluateCaptures(sharedPath('captures/iec104-attack-labelled'));
    console.table(cases);
    for (const c of cases) {
      expect([c.name, c.copiesWrong]).toEqual([c.name, 0]);
      if (c.kind === 'clean') expect(c).toMatchObject({ copiesReported: 0, gaps: 0, missingOctets: 0 });
      if (c.kind === 'removed') {
        expect(c.gaps).toBeGreaterThan(0);
        expect(c.missingOctets).toBeGreaterThan(0);
      }
    }
    // Measured: 196 of 204. The others stand before the frame that they copy, in time: the capture shows them as the first.
    const copied = cases.filter((c) => c.kind === 'copied');
    const sum = (of: (c: CaptureCase) => number): number => copied.reduce((n, c) => n + of(c), 0);
    expect(sum((c) => c.copiesReported) / sum((c) => c.copies)).toBeGreaterThan(0.95);
  });
});
