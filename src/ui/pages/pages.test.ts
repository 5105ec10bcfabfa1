/** The arithmetic behind the pages: series, what changed the plant, kept heads of the journal, files made in the browser. */
import { describe, expect, it } from 'vitest';
import type { CommandRow } from '../../api/traffic.ts';
import { timeOfUs, usOfTime } from '../lib/format.ts';
import { csvText } from '../lib/save.ts';
import { groupChanges } from './commands/plant-changes.tsx';
import { apart } from './coverage/visibility.tsx';
import { readHead, verdictOf } from './journal/chain.tsx';
import { heldUntil, rangeText, readRange, statesOf, statisticsOf } from './points/series.ts';
import { stepPath } from './points/trend.tsx';

const series = (us: number[], value: (number | null)[], text?: string[]) => ({
  point: 1,
  us,
  value,
  thinned: false,
  ...(text ? { text } : {}),
});

describe('series', () => {
  it('weights the mean by how long a value held', () => {
    const s = statisticsOf(series([0, 10, 40], [0, 100, 100]));
    expect(s).toMatchObject({ samples: 3, min: 0, max: 100, mean: 75, largestStep: 100 });
  });
  it('does not join values across a gap', () => {
    expect(statisticsOf(series([0, 10, 20], [1, null, 9]))).toMatchObject({
      samples: 2,
      largestStep: 0,
      min: 1,
      max: 9,
    });
    expect(stepPath(series([0, 10, 20, 30], [1, null, 9, 9]), 30, 10).match(/M/g)).toHaveLength(2);
  });
  it('has no statistics of words', () => {
    expect(statisticsOf(series([0], [null], ['run']))).toBeUndefined();
  });
  it('goes on to where the point was last seen, and never backwards', () => {
    expect(heldUntil(series([0, 5], [1, 2]), 9)).toMatchObject({ us: [0, 5, 9], value: [1, 2, 2] });
    expect(heldUntil(series([0, 5], [1, 2]), 5).us).toEqual([0, 5]);
  });
  it('joins equal states', () => {
    expect(statesOf(series([0, 2, 5], [null, null, null], ['run', 'run', 'stop']), 8)).toEqual([
      { text: 'run', fromUs: 0, toUs: 5 },
      { text: 'stop', fromUs: 5, toUs: 8 },
    ]);
  });
  it('keeps a range in the URL, and takes no other', () => {
    expect(readRange(rangeText({ fromUs: 10.6, toUs: 20.2 }))).toEqual({ fromUs: 10, toUs: 21 });
    for (const bad of [undefined, '', '5-5', '9-2', 'a-b', '1-2-3']) expect(readRange(bad)).toBeUndefined();
    expect(timeOfUs(1_772_366_400_123_456)).toBe('2026-03-01T12:00:00.123456Z');
    expect(usOfTime('2026-03-01T12:00:00.123456Z')).toBe(1_772_366_400_123_456);
    expect(usOfTime('2026-03-01T12:00:00Z')).toBe(1_772_366_400_000_000);
  });
});

const party = (id: string) => ({ kind: 'asset' as const, id, name: id, address: id, role: 'plc' as const, level: 1 });
const command = (over: Partial<CommandRow>): CommandRow => ({
  id: 1,
  verb: 'mode-change',
  protocol: 's7comm',
  operation: 'PLC Stop',
  client: party('a1'),
  target: party('a2'),
  object: '',
  value: null,
  outcome: 'accepted',
  reason: '',
  user: '',
  count: 1,
  firstAt: '2026-03-01T12:00:00Z',
  lastAt: '2026-03-01T12:00:00Z',
  evidence: [{ source: 'f1', frame: 7 }],
  lastEvidence: [],
  ...over,
});

describe('what changed the plant', () => {
  it('folds by verb, client and target, and counts every outcome', () => {
    const groups = groupChanges([
      command({ verb: 'configure', operation: 'Set Clock' }),
      command({ id: 2, count: 3, lastAt: '2026-03-02T12:00:00Z' }),
      command({
        id: 3,
        operation: 'PLC Start',
        outcome: 'refused',
        reason: 'key switch',
        firstAt: '2026-02-01T12:00:00Z',
      }),
      command({ id: 4, target: party('a3') }),
    ]);
    expect(groups.map((g) => [g.verb, g.target.id, g.count])).toEqual([
      ['mode-change', 'a2', 4],
      ['mode-change', 'a3', 1],
      ['configure', 'a2', 1],
    ]);
    expect(groups[0]).toMatchObject({
      outcomes: { accepted: 3, refused: 1 },
      reason: 'key switch',
      what: ['PLC Stop', 'PLC Start'],
      firstAt: '2026-02-01T12:00:00Z',
      lastAt: '2026-03-02T12:00:00Z',
    });
  });
});

describe('coverage', () => {
  it('counts encrypted octets once', () => {
    expect(apart({ decoded: 100, undecoded: 20, encrypted: 30, missing: 5 })).toEqual({
      decoded: 70,
      undecoded: 20,
      encrypted: 30,
      missing: 5,
    });
    expect(apart({ decoded: 10, undecoded: 20, encrypted: 25, missing: 0 })).toMatchObject({
      decoded: 0,
      undecoded: 5,
    });
  });
});

describe('a kept head of the journal', () => {
  const head = { journal: 'gatehouse' as const, row: 4, at: '2026-03-01T12:00:00Z', hash: 'ab' };
  it('is read back as it was saved, and nothing else is taken for one', () => {
    expect(readHead(JSON.stringify(head))).toEqual(head);
    for (const bad of [
      '',
      '{}',
      'null',
      '{"journal":"other","row":4,"at":"x","hash":"ab"}',
      '{"journal":"gatehouse","row":"4"}',
    ]) {
      expect(readHead(bad)).toBeUndefined();
    }
  });
  it('is told apart from a chain that only follows from itself, and a broken one says why', () => {
    const intact = { state: 'intact' as const, row: 9, hash: 'ef', reason: '' };
    expect(verdictOf(intact, undefined).text).toMatch(/^All 9 rows .* kept elsewhere/);
    expect(verdictOf(intact, head).text).toMatch(/row 4 is the one that was kept/);
    const lost = verdictOf({ ...intact, state: 'lost', reason: '2 journal entries are missing since row 3' }, head);
    expect(lost).toMatchObject({ kind: 'lost', text: expect.stringMatching(/^2 journal entries .* up to row 9/) });
    const broken = verdictOf({ state: 'broken', row: 3, hash: '', reason: 'row 3 was changed' }, head);
    expect(broken).toMatchObject({ kind: 'broken', text: expect.stringContaining('row 3 was changed') });
  });
});

describe('CSV', () => {
  it('quotes, and disarms what a spreadsheet would run', () => {
    expect(
      csvText(
        ['a', 'b'],
        [
          ['=1+1', 'x,"y"'],
          [null, -3],
        ],
      ),
    ).toBe('a,b\r\n\'=1+1,"x,""y"""\r\n,-3\r\n');
    // As the server's exports: what begins a formula somewhere, and a cell where the semicolon ends one.
    for (const begin of ['=', '+', '-', '@', '\t', '\r', '\n', '\uff1d', '\uff0b', '\uff0d', '\uff20'])
      expect(csvText([], [[`${begin}1`]]), JSON.stringify(begin)).toMatch(/^\r\n"?'/);
    expect(csvText([], [['a;=1']])).toBe("\r\na;'=1\r\n");
  });
});
