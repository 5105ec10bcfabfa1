import { expect, it } from 'vitest';
import type { IncidentDetail, IncidentRow } from '../../../api/alerts.ts';
import { inShort, mustStop } from './in-short.ts';

const incident: IncidentRow = {
  id: 'i-1',
  title: 't',
  stage: 'Impair Process Control',
  stageNumber: 11,
  meaning: 'changing what the process does',
  priority: 'urgent',
  impact: 'uptime',
  certainty: 'likely',
  state: 'open',
  assignee: '',
  assigneeName: '',
  findings: 9,
  findingsNew: 9,
  alerts: 3,
  alertsNew: 3,
  assets: 3,
  crosses: true,
  open: true,
  firstAt: '2026-03-02T10:00:00Z',
  lastAt: '2026-03-02T10:04:00Z',
};
const asset = (lane: 'it' | 'ot', n: number) => ({
  party: { kind: 'asset' as const, id: `a${n}`, name: `a${n}`, address: '', role: 'plc' as const, level: 1 },
  lane,
  findings: 1,
});
const detail = (over: Partial<IncidentRow>, lanes: readonly ('it' | 'ot')[]): IncidentDetail => ({
  incident: { ...incident, ...over },
  story: [],
  next: null,
  stages: [],
  steps: [],
  stepsMore: 0,
  assets: lanes.map(asset),
  contacts: [],
  doubts: [],
  asked: [],
  history: [],
});

it('says where it went, what it does, what it can touch and whether it goes on', () => {
  expect(inShort(detail({}, ['it', 'ot', 'ot']), false, incident.lastAt)).toEqual([
    'Somebody went from the office side into the plant. How far it came: changing what the process does.',
    '3 devices are concerned, 2 of them on the plant side, within 4 min; the line can stop.',
    'It goes on.',
  ]);
});
it('claims nothing of the plant that was not seen, and no harm where none is known', () => {
  expect(
    inShort(
      detail({ crosses: false, open: false, impact: 'none', assets: 1, lastAt: incident.firstAt }, ['it']),
      false,
      incident.firstAt,
    ),
  ).toEqual([
    'Somebody is at work, not seen on the plant side. How far it came: changing what the process does.',
    '1 device is concerned.',
    'Nothing of it goes on at the moment.',
  ]);
});
it('does not say of a recording that something goes on now', () => {
  expect(inShort(detail({}, ['ot']), true, incident.lastAt).at(-1)).toBe('It was seen until the recording ended.');
  expect(inShort(detail({ open: false }, ['ot']), true, incident.lastAt).at(-1)).toBe(
    'It was over when the recording ended.',
  );
});
it('does not say that something goes on of which nothing was seen for an hour', () => {
  const anHourLater = new Date(Date.parse(incident.lastAt ?? '') + 3_600_000).toISOString();
  expect(inShort(detail({}, ['ot']), false, anHourLater).at(-1)).toBe(
    'Nothing of it was seen for 60 min: that is no sign that it is over.',
  );
});

const step = (over: object): IncidentDetail['steps'][number] => ({
  finding: 'f1',
  alert: '',
  kind: 'new-writer',
  tactic: '',
  lane: 'ot',
  techniques: [{ id: 'T0836', name: 'Modify Parameter', tactic: '', matrix: 'ics' }],
  title: 'ES-01 writes to PLC-1 for the first time',
  actor: null,
  target: { kind: 'asset', id: 'a1', name: 'PLC-1', address: '', role: 'plc', level: 1 },
  firstAt: null,
  lastAt: null,
  open: false,
  impact: 'quality',
  certainty: 'certain',
  because: '',
  ...over,
});

it('answers the question whether the plant must stop in two sentences, without deciding it', () => {
  const of = (steps: IncidentDetail['steps'], asked: IncidentDetail['asked'] = []) =>
    mustStop({ ...detail({}, ['ot']), steps, asked });
  expect(of([])).toEqual([
    'Nothing was seen at a device that is known as a safety controller.',
    'No change that would have to be put right was seen.',
  ]);
  const guard = step({ finding: 'f2', kind: 'safety-touched', impact: 'safety', title: 'ES-01 acts on GUARD' });
  const check = 'Who works at ES-01 now?';
  const question = { finding: 'f2', impact: 'safety' as const, title: guard.title, check, innocent: '' };
  expect(of([step({}), guard], [question])).toEqual([
    'Seen on the wire: ES-01 acts on GUARD; people can come to harm.',
    `1 device has to be checked or put right; ask first: ${check}`,
  ]);
  expect(of([{ ...guard, certainty: 'likely' }])[0]).toContain('A conclusion, not certain: ES-01 acts on GUARD');
});
