import { describe, expect, it } from 'vitest';
import type { IncidentStep } from '../../../api/alerts.ts';
import type { Party } from '../../../api/common.ts';
import { MOST_ROWS, pathOf } from './path.ts';
import { timelineOf } from './timeline.ts';

const party = (name: string): Party => ({ kind: 'asset', id: name, name, address: name, role: 'unknown', level: null });
const step = (
  at: string,
  lane: IncidentStep['lane'],
  kind: string,
  tactic: string,
  from: string | null,
  to: string,
  techniques: string[] = [],
): IncidentStep => ({
  finding: `${kind} ${at} ${to}`,
  alert: '',
  kind,
  lane,
  tactic,
  techniques: techniques.map((id) => ({ id, name: id, tactic, matrix: 'ics' as const })),
  title: `${from} ${kind} ${to}`,
  actor: from === null ? null : party(from),
  target: party(to),
  firstAt: `2026-01-01T${at}Z`,
  lastAt: `2026-01-01T${at}Z`,
  open: false,
  impact: 'none',
  certainty: 'certain',
  because: '',
});
const assetsOf = (lanes: Record<string, IncidentStep['lane']>) =>
  Object.entries(lanes).map(([name, lane]) => ({ party: party(name), lane, findings: 1 }));
const way = (steps: IncidentStep[], lanes: Record<string, IncidentStep['lane']>) =>
  pathOf(
    timelineOf(steps, (at) => at.slice(0, 10)),
    assetsOf(lanes),
  );

describe('pathOf', () => {
  const lanes = { pc: 'it', other: 'it', jump: 'dmz', station: 'ot', plc: 'ot', seen1: 'ot', seen2: 'ot' } as const;
  const { rows, columns } = way(
    [
      step('01:00:00', 'it', 'scan', 'Discovery', 'pc', 'other'),
      step('01:00:10', 'dmz', 'rdp', 'Lateral Movement', 'pc', 'jump'),
      step('03:00:00', 'ot', 'rdp', 'Lateral Movement', 'jump', 'station'),
      step('03:00:10', 'ot', 'look', 'Discovery', 'station', 'seen1'),
      step('03:00:11', 'ot', 'look', 'Discovery', 'station', 'seen2'),
      step('03:01:00', 'ot', 'download', 'Lateral Movement', 'station', 'plc', ['T0843']),
      step('03:02:00', 'ot', 'poll-lost', 'Inhibit Response Function', null, 'plc'),
    ],
    lanes,
  );

  it('stands the devices from the office side down to the plant, and gathers those that were only looked at', () => {
    expect(rows.map((r) => [r.lane, r.party?.name, r.devices])).toEqual([
      ['it', 'pc', 1],
      ['it', 'other', 1],
      ['dmz', 'jump', 1],
      ['ot', 'station', 1],
      ['ot', 'plc', 1],
      ['ot', undefined, 2],
    ]);
  });

  it('draws each deed from who did it to whom, and tells from when on a device was acted from', () => {
    expect(columns.map((c) => [c.from, c.to])).toEqual([
      [0, [1]],
      [0, [2]],
      [2, [3]],
      [3, [5]],
      [3, [4]],
      [undefined, [4]],
    ]);
    expect(rows.map((r) => r.takenAt)).toEqual([0, undefined, 2, 3, undefined, undefined]);
    expect(columns.map((c) => c.more)).toEqual([0, 0, 0, 1, 0, 0]);
    expect(columns.map((c) => c.pauseMs > 0)).toEqual([false, false, true, false, false, false]);
  });

  it('tells a look from a step further and from a change of the plant', () => {
    // A download is lateral movement in ATT&CK, and changes the controller all the same.
    expect(columns.map((c) => c.weight)).toEqual(['looks', 'goes-on', 'goes-on', 'looks', 'changes', 'changes']);
  });

  it('keeps who acted when there are more devices than lines', () => {
    const many = Array.from({ length: 40 }, (_, i) =>
      step(`01:00:${String(i).padStart(2, '0')}`, 'ot', `write${i}`, 'Impair Process Control', 'station', `plc${i}`),
    );
    const big = way(many, Object.fromEntries([['station', 'ot'], ...many.map((s) => [s.target.name, 'ot'])]) as never);
    expect(big.rows.length).toBe(MOST_ROWS + 1);
    expect(big.rows[0]!.party?.name).toBe('station');
    expect(big.rows.reduce((n, r) => n + r.devices, 0)).toBe(41);
  });
});
