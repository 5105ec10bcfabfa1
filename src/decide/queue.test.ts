/** What is folded under what, what costs a place of the budget, and that an alert keeps its id. */
import { describe, expect, it } from 'vitest';
import type { Finding } from '../core/finding.ts';
import type { WindowHit } from '../core/incident.ts';
import { judge } from './priority.ts';
import { queueOf, type Unplaced } from './queue.ts';
import { ratesOf } from './rates.ts';
import { finding, HOUR, kindOf, START } from './testing/findings.ts';
import { Triage } from './triage.ts';

const alert = (id: string, score: number, change: Partial<Unplaced> = {}): Unplaced => ({
  ...judge({
    severity: 'uptime',
    certainty: 'certain',
    surprise: 0.8,
    depth: 0,
    crosses: false,
    window: '',
    overrun: false,
  }),
  id,
  score,
  lead: finding(0, { kind: 'new-writer' }),
  findings: [],
  episodes: 1,
  firstUs: START,
  lastUs: START,
  open: true,
  count: 1,
  surprise: 0.8,
  severity: 'uptime',
  certainty: 'certain',
  state: 'new',
  assignee: '',
  review: '',
  hit: undefined,
  incident: '',
  ...change,
});
const dayOf = (us: number): number => Math.floor((us - START) / (24 * HOUR));
const of = (alerts: readonly Unplaced[], budget = 10) => queueOf(alerts, budget, dayOf);
const brief = (alerts: readonly Unplaced[], budget = 10) =>
  of(alerts, budget).map((a) => [a.id, a.rank, a.foldedUnder, a.folds, a.foldsNew]);

describe('the queue', () => {
  it('folds what belongs to an incident under the most pressing of it, in its place', () => {
    const some = [
      alert('weak', 1, { incident: 'i1' }),
      alert('lone', 2),
      alert('looked-at', 1.5, { incident: 'i1', state: 'acknowledged' }),
      alert('worst', 3, { incident: 'i1' }),
    ];
    const expected = [
      ['worst', 1, '', 2, 1],
      ['looked-at', 1, 'worst', 0, 0],
      ['weak', 1, 'worst', 0, 0],
      ['lone', 2, '', 0, 0],
    ];
    expect(brief(some)).toEqual(expected);
    expect(brief([...some].reverse())).toEqual(expected);
  });

  it('leaves closed ones out of it', () => {
    expect(
      brief([
        alert('worst', 3, { incident: 'i1', state: 'closed' }),
        alert('next', 2, { incident: 'i1' }),
        alert('weak', 1, { incident: 'i1' }),
      ]),
    ).toEqual([
      ['next', 1, '', 1, 1],
      ['weak', 1, 'next', 0, 0],
      ['worst', 0, '', 0, 0],
    ]);
  });

  it('counts an incident once in the budget of a day', () => {
    const some = [
      ...Array.from({ length: 30 }, (_, i) => alert(`i${10 + i}`, 5, { incident: 'i1' })),
      alert('second', 4),
      alert('third', 3),
      alert('announced', 2, { hit: { window: {} as WindowHit['window'], overrun: false } }),
      alert('next day', 1, { firstUs: START + 25 * HOUR }),
    ];
    const over = of(some, 2)
      .filter((a) => a.overBudget)
      .map((a) => a.id);
    expect(over).toEqual(['third']);
    // With no place left the whole incident is beyond it.
    expect(of([alert('first', 9), ...some], 1).filter((a) => a.overBudget)).toHaveLength(32);
    expect(ratesOf(of(some, 2), START, START + 26 * HOUR)).toMatchObject({ unacknowledged: 5, lastDay: 1, over: 1 });
  });

  it('asks for a look where something new stands under one that was looked at', () => {
    const some = [
      alert('worst', 3, { incident: 'i1', state: 'acknowledged' }),
      alert('weak', 1, { incident: 'i1', state: 'acknowledged' }),
    ];
    expect(ratesOf(of(some), START, START + HOUR).unacknowledged).toBe(0);
    some.push(alert('new', 0.5, { incident: 'i1' }));
    expect(ratesOf(of(some), START, START + HOUR).unacknowledged).toBe(1);
  });
});

describe('the id of an alert', () => {
  const KINDS = new Map([kindOf('new-writer')].map((kind) => [kind.code, kind]));
  const make = (): Triage =>
    new Triage({
      kinds: KINDS,
      host: (e) => e,
      level: () => 1,
      isOutside: () => false,
      scopeOf: (_: Finding) => ({ assets: [], cells: [] }),
    });
  const told = finding(2, { kind: 'new-writer', actor: 21, target: 31 });
  const before = finding(0, { kind: 'new-writer', actor: 21, target: 30 });

  it('is that of the finding that was told first, over a restart and other settings', () => {
    const triage = make();
    triage.take([told]);
    const { id } = triage.picture().alerts[0]!;
    triage.take([before]);
    triage.setSettings({ alertsPerDay: 3, thresholds: {} });
    expect(triage.picture().alerts).toMatchObject([{ id, episodes: 2, firstUs: before.firstUs }]);
    const again = make();
    again.setGivenIds(triage.givenIds());
    again.take([before, told]);
    expect(again.picture().alerts).toMatchObject([{ id, episodes: 2 }]);
    expect(again.givenIds()).toEqual(triage.givenIds());
  });

  it('needs nothing kept where the order of time gives it', () => {
    const triage = make();
    triage.take([before, told]);
    expect(triage.givenIds()).toEqual([]);
  });

  it('goes with the finding it is named after when other settings take the matter apart', () => {
    const between = finding(16, { kind: 'new-writer', actor: 21, target: 32, surprise: 0.5 });
    const late = finding(34, { kind: 'new-writer', actor: 21, target: 33 });
    const triage = make();
    triage.take([late]);
    triage.take([between]);
    triage.take([before]);
    const [one] = triage.picture().alerts;
    expect(one!.episodes).toBe(3);
    triage.setSettings({ alertsPerDay: 10, thresholds: { 'new-writer': { minSurprise: 0.6, enabled: true } } });
    const apart = triage.picture().alerts;
    expect(apart.map((a) => a.id).sort()).toEqual([`a-${before.id}`, `a-${late.id}`].sort());
    expect(apart.find((a) => a.id === one!.id)?.firstUs).toBe(late.firstUs);
  });
});
