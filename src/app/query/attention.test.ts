import { describe, expect, it } from 'vitest';
import type { CommandRecord } from '../../core/site.ts';
import { attentionOf, mattersOf, notTold } from './attention.ts';
import { createCache, type SiteView } from './view.ts';

/** A site in which station `client` did `verb` on controller `target`, as many rows as are given. */
const siteOf = (rows: readonly { client: number; target: number; verb: CommandRecord['verb'] }[]): SiteView => {
  const commands = rows.map(
    (row, index): CommandRecord =>
      ({
        ...row,
        id: index + 1,
        protocol: 's7comm',
        operation: 'PLC Stop',
        object: '',
        outcome: 'accepted',
        reason: '',
        user: '',
        count: 2,
        firstUs: 1_000_000 + index,
        lastUs: 2_000_000 + index,
        evidence: [{ source: 'f', frame: index + 1 }],
      }) as unknown as CommandRecord,
  );
  return {
    id: 's',
    model: {
      version: 1,
      commands: () => commands,
      assets: () => [],
      sessions: () => [],
      conversations: () => [],
      networks: () => [],
      assetOf: () => undefined,
    },
    endpoints: { count: 100, get: (id: number) => ({ id, ip: `10.0.0.${id}`, vlan: 0, innerVlan: 0, segment: 0 }) },
    sources: () => [],
    nowUs: 0,
    version: () => 1,
    cache: createCache(),
  } as unknown as SiteView;
};

describe('attentionOf', () => {
  it('leaves a few matters apart', () => {
    const view = siteOf([1, 2, 3].map((target) => ({ client: 9, target, verb: 'mode-change' })));
    expect(attentionOf(view).map((item) => item.title)).toEqual([
      '10.0.0.9 changes the operating mode of 10.0.0.3',
      '10.0.0.9 changes the operating mode of 10.0.0.2',
      '10.0.0.9 changes the operating mode of 10.0.0.1',
    ]);
  });

  it('folds what one station did on many devices', () => {
    const view = siteOf([1, 2, 3, 4, 5].map((target) => ({ client: 9, target, verb: 'mode-change' })));
    expect(attentionOf(view)).toMatchObject([
      {
        title: '10.0.0.9 changes the operating mode of 5 devices',
        count: 10,
        priority: 'high',
        what: 'PLC Stop by S7comm, 2 times.',
        firstAt: '1970-01-01T00:00:01.000000Z',
        lastAt: '1970-01-01T00:00:02.000004Z',
      },
    ]);
    expect(attentionOf(view)[0]!.parties.map((party) => party.name)).toEqual([
      '10.0.0.9',
      '10.0.0.1',
      '10.0.0.2',
      '10.0.0.3',
      '10.0.0.4',
      '10.0.0.5',
    ]);
    expect(mattersOf(view).length).toBe(5);
  });

  it('folds what many stations did, and keeps verbs apart', () => {
    const rows = [11, 12, 13, 14, 15].map((client) => ({ client, target: client + 10, verb: 'mode-change' as const }));
    const view = siteOf([...rows, { client: 9, target: 1, verb: 'program-upload' }]);
    expect(attentionOf(view).map((item) => item.title)).toEqual([
      'One of 5 stations changes the operating mode of each of 5 devices',
      '10.0.0.9 reads the program out of 10.0.0.1',
    ]);
  });
});

it('what a finding tells of a device that never spoke is not told again', () => {
  const view = siteOf([1, 2].map((target) => ({ client: 9, target, verb: 'mode-change' })));
  const findings = [{ detector: 'engineering', target: 1, actor: 9 }];
  const told = { ...view, detection: { triage: { findings: () => findings } } } as unknown as SiteView;
  expect(notTold(told, mattersOf(told)).map((item) => item.title)).toEqual([
    '10.0.0.9 changes the operating mode of 10.0.0.2',
  ]);
});
