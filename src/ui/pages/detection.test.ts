/** The logic behind the pages of detection: timelines, the process list, drafts of thresholds, the plant's clock, who may. */
import { afterEach, describe, expect, it } from 'vitest';
import type { IncidentStep } from '../../api/alerts.ts';
import type { KindRow } from '../../api/detection.ts';
import type { CellDetail, CellPoint, CellRow } from '../../api/process.ts';
import { USER_ROLES } from '../../api/words.ts';
import { CALL_PERMISSIONS, ROLE_PERMISSIONS } from '../../server/permissions.ts';
import { setZone } from '../lib/format.ts';
import { MAY } from '../lib/may.ts';
import { timelineOf } from './incident/timeline.ts';
import { changesOf, draftKind, NO_DRAFT } from './learning/draft.ts';
import { rowsOf } from './process/rows.ts';
import { fromPlantTime, toPlantTime } from './windows/plant-time.ts';

const party = { kind: 'asset' as const, id: 'a1', name: 'plc', address: '10.0.0.1', role: 'plc' as const, level: 1 };
const step = (lane: IncidentStep['lane'], firstAt: string | null, kind = String(firstAt)): IncidentStep => ({
  finding: 'f',
  alert: '',
  kind,
  lane,
  tactic: 'Discovery',
  techniques: [],
  title: 't',
  actor: null,
  target: party,
  firstAt,
  lastAt: firstAt,
  open: false,
  impact: 'none',
  certainty: 'certain',
  because: '',
});
const short = (steps: IncidentStep[]) =>
  timelineOf(steps, (at) => at.slice(0, 10)).map((r) =>
    r.kind === 'step' ? `${r.step.lane}${r.crosses ? '!' : ''}` : r.kind === 'day' ? r.day : `+${r.ms / 60_000} min`,
  );

describe('the timeline of an incident', () => {
  it('tells days, pauses, and where it goes deeper', () => {
    expect(
      short([
        step('it', '2026-03-01T10:00:00Z'),
        step('it', '2026-03-01T10:05:00Z'),
        step('dmz', '2026-03-01T11:00:00Z'),
        step('ot', '2026-03-03T11:00:00Z'),
        step('it', '2026-03-03T11:01:00Z'),
        step('ot', '2026-03-03T11:02:00Z'),
      ]),
    ).toEqual(['2026-03-01', 'it', 'it', '+55 min', 'dmz!', '+2880 min', '2026-03-03', 'ot!', 'it', 'ot']);
  });
  it('claims no crossing where a side is not known, nor at the first step', () => {
    expect(short([step('unknown', '2026-03-01T10:00:00Z'), step('ot', '2026-03-01T10:01:00Z')])).toEqual([
      '2026-03-01',
      'unknown',
      'ot',
    ]);
  });
  it('tells the same deed at one side once, as long as they come soon after each other', () => {
    const rows = timelineOf(
      [
        step('ot', '2026-03-01T10:00:00Z', 'scan'),
        step('ot', '2026-03-01T10:00:01Z', 'write'),
        step('ot', '2026-03-01T10:09:00Z', 'scan'),
        step('it', '2026-03-01T10:09:01Z', 'scan'),
        step('ot', '2026-03-01T10:18:00Z', 'scan'),
        step('ot', '2026-03-01T11:00:00Z', 'scan'),
        step('ot', '2026-03-01T11:00:01Z'),
        step('ot', '2026-03-01T11:00:02Z'),
      ],
      (at) => at.slice(0, 10),
    );
    // Each is less than ten minutes from the one before it; an hour later it is another deed.
    expect(rows.flatMap((r) => (r.kind === 'step' ? [[r.index, ...r.also.map((a) => a.index)]] : []))).toEqual([
      [0, 2, 4],
      [1],
      [3],
      [5],
      [6],
      [7],
    ]);
  });
  it('puts steps without a time last', () => {
    expect(short([step('it', null), step('ot', '2026-03-01T10:00:00Z')])).toEqual(['2026-03-01', 'ot', 'it']);
  });
});

const cell = (id: string, over: Partial<CellRow> = {}): CellRow => ({
  id,
  name: `cell ${id}`,
  controller: party,
  made: '',
  points: 2,
  fits: 2,
  state: 'armed',
  share: 1,
  text: '',
  armed: 2,
  relations: 0,
  open: 0,
  stepMs: 1000,
  lastAt: null,
  ...over,
});
const point = (path: string, over: Partial<CellPoint> = {}): CellPoint => ({
  id: 1,
  path,
  asset: party,
  unit: 'degC',
  nature: 'continuous',
  value: 1,
  lastAt: null,
  state: 'armed',
  share: 1,
  text: '',
  armed: ['level'],
  unarmed: '',
  detectable: null,
  withinMs: null,
  stuckAfterMs: null,
  explained: null,
  surprise: null,
  values: [],
  low: [],
  high: [],
  finding: '',
  ...over,
});
const detail = (c: CellRow, points: CellPoint[]): [string, CellDetail] => [
  c.id,
  { cell: c, us: [], points, relations: [], cycles: [], version: 1 },
];

describe('the process list', () => {
  const a = cell('2');
  const b = cell('10', { open: 1, share: 0.4, state: 'learning' });
  it('has a row for every point, also of cells that are still being fetched', () => {
    const shown = {
      cells: [a, b],
      details: new Map([detail(a, [point('x'), point('y')])]),
      closed: new Set(['']),
    };
    expect(rowsOf(shown).map((r) => (r.kind === 'cell' ? r.cell.id : (r.point?.path ?? 'waiting')))).toEqual([
      '2',
      'x',
      'y',
      '10',
      'waiting',
      'waiting',
    ]);
    expect(rowsOf({ ...shown, closed: new Set(['2', '10']) })).toHaveLength(2);
  });
  it('keeps the places of what a filter keeps, without fetching it, and leaves out cells of which it keeps nothing', () => {
    const rows = rowsOf({
      cells: [
        { ...a, fits: 1 },
        { ...b, fits: 0 },
      ],
      details: new Map(),
      closed: new Set(),
    });
    expect(rows.map((r) => r.kind)).toEqual(['cell', 'point']);
  });
});

describe('a draft of thresholds', () => {
  const kind = { code: 'k', threshold: { minSurprise: 0.5, enabled: true } } as KindRow;
  const settings = { learningHours: 24, alertsPerDay: 30 };
  it('asks only for what differs from now', () => {
    expect(changesOf(NO_DRAFT, [kind], settings)).toBeUndefined();
    const up = draftKind(NO_DRAFT, kind, { minSurprise: 0.7 });
    expect(changesOf(up, [kind], settings)).toEqual({ kinds: [{ code: 'k', minSurprise: 0.7 }] });
    expect(changesOf(draftKind(up, kind, { minSurprise: 0.5 }), [kind], settings)).toBeUndefined();
    expect(changesOf({ ...NO_DRAFT, alertsPerDay: 10, learningHours: 24 }, [kind], settings)).toEqual({
      kinds: [],
      alertsPerDay: 10,
    });
  });
});

describe("the plant's clock", () => {
  afterEach(() => setZone('UTC'));
  it('reads what a person types in the zone of the plant, also around summer time', () => {
    setZone('Europe/Berlin');
    expect(fromPlantTime('2026-03-01T13:00')).toBe('2026-03-01T12:00:00.000Z');
    expect(fromPlantTime('2026-07-01T13:00')).toBe('2026-07-01T11:00:00.000Z');
    // 29 March 2026: 02:00 to 03:00 is left out; 25 October: 02:00 to 03:00 comes twice.
    expect(fromPlantTime('2026-03-29T01:59')).toBe('2026-03-29T00:59:00.000Z');
    expect(fromPlantTime('2026-03-29T02:30')).toBe('2026-03-29T01:30:00.000Z');
    expect(fromPlantTime('2026-10-25T02:30')).toBe('2026-10-25T00:30:00.000Z');
    for (const at of ['2026-03-01T12:00:00.000Z', '2026-10-25T05:15:00.000Z'])
      expect(fromPlantTime(toPlantTime(at))).toBe(at);
    setZone('America/Los_Angeles');
    expect(fromPlantTime('2026-03-01T13:00')).toBe('2026-03-01T21:00:00.000Z');
    setZone('Pacific/Kiritimati');
    expect(fromPlantTime('2026-03-01T13:00')).toBe('2026-02-28T23:00:00.000Z');
  });
  it('takes nothing else for a time', () => {
    for (const bad of ['', 'soon', '2026-03-01', '2026-13-01T00:00']) expect(fromPlantTime(bad)).toBeUndefined();
  });
});

describe('who may', () => {
  it('is offered exactly what the server takes', () => {
    for (const work of ['evidence', 'capture', 'correct', 'triage', 'teach', 'window'] as const) {
      const server = USER_ROLES.filter((r) => ROLE_PERMISSIONS[r].includes(work));
      expect([...MAY[work]].sort(), work).toEqual([...server].sort());
    }
    expect(CALL_PERMISSIONS.reviewAlert).toBe('triage');
    expect(CALL_PERMISSIONS.acceptAlert).toBe('teach');
    expect(CALL_PERMISSIONS.changeRelation).toBe('teach');
    expect(CALL_PERMISSIONS.addWindow).toBe('window');
  });
});
