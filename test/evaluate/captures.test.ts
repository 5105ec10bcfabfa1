import { expect, it } from 'vitest';
import { describeShared, sharedPath } from '../shared.ts';
import { evaluateCaptures } from './captures.ts';

describeShared('labelled IEC 104 captures', () => {
  it('tells every copy and every gap that is on the wire, and nothing else', async () => {
    const cases = await evaluateCaptures(sharedPath('captures/iec104-attack-labelled'));
    console.table(cases.map(({ missed, ...c }) => c));
    expect(new Set(cases.map((c) => c.kind))).toEqual(new Set(['clean', 'copied', 'removed']));
    for (const c of cases) {
      expect(c).toMatchObject({ copiesWrong: 0, gapsWrong: 0 });
      if (c.kind === 'copied') expect(c.copiesNamed + c.copiesDuplicate).toBe(c.labelled);
      // A gap behind which the connection has no more frames is a connection that ended before.
      if (c.kind === 'removed') expect([c.name, c.gapsTold]).toEqual([c.name, c.gaps - c.gapsAtEnd]);
      if (c.kind === 'clean') expect([c.copiesNamed, c.copiesDuplicate, c.gapsTold]).toEqual([0, 0, 0]);
    }
    const sum = (of: (c: (typeof cases)[number]) => number): number => cases.reduce((n, c) => n + of(c), 0);
    expect({
      removed: sum((c) => (c.kind === 'removed' ? c.labelled : 0)),
      copied: sum((c) => (c.kind === 'copied' ? c.labelled : 0)),
      named: sum((c) => c.copiesNamed),
      asDuplicate: sum((c) => c.copiesDuplicate),
      gaps: sum((c) => c.gaps),
      told: sum((c) => c.gapsTold),
      atEnd: sum((c) => c.gapsAtEnd),
    }).toEqual({ removed: 204, copied: 204, named: 203, asDuplicate: 1, gaps: 186, told: 185, atEnd: 1 });
  });
});
