import { expect, it } from 'vitest';
import type { IncidentStep } from '../../../api/alerts.ts';
import { gravestOf, putRightOf } from './put-right.ts';

const step = (device: string, techniques: readonly string[], over: Partial<IncidentStep> = {}): IncidentStep =>
  ({
    target: { id: device, address: device, name: device },
    techniques: techniques.map((id) => ({ id, name: id, tactic: '' })),
    certainty: 'certain',
    lane: 'ot',
    ...over,
  }) as unknown as IncidentStep;

it('says device by device what was changed, the plant first, each device and each thing once', () => {
  const told = putRightOf([
    step('backup', ['T1490', 'T0809'], { lane: 'it' }),
    step('pump', ['T0846', 'T0886']),
    step('mixer', ['T0858']),
    step('mixer', ['T0843', 'T0889']),
    step('mixer', ['T0843', 'T0889']),
    step('drive', ['T0836'], { certainty: 'likely' }),
  ]);
  expect(told.map((t) => [t.party.id, t.what, t.certain])).toEqual([
    ['mixer', ['program', 'operating mode'], true],
    ['drive', ['set-points and parameters'], false],
    ['backup', ['files'], true],
  ]);
});

it('of an incident that only looked around there is nothing to put right', () => {
  expect(putRightOf([step('pump', ['T0846']), step('pump', ['T0845'])])).toEqual([]);
});

it('names what was asked about, then a program before a login, though the login came first, and each kind once', () => {
  const steps = [
    step('historian', ['T0886'], { finding: '1', kind: 'remote-access' }),
    step('plc', ['T0836'], { finding: '2', kind: 'new-writer' }),
    step('backup', ['T1490'], { finding: '3', kind: 'backups-deleted', lane: 'it' }),
    step('plc', ['T0843'], { finding: '4', kind: 'program-download' }),
    step('plc 2', ['T0843'], { finding: '5', kind: 'program-download' }),
    step('hmi', ['T0846'], { finding: '6', kind: 'scan' }),
  ];
  expect(gravestOf(steps, [{ finding: '6' }]).map((s) => s.kind)).toEqual([
    'scan',
    'program-download',
    'new-writer',
    'remote-access',
    'backups-deleted',
  ]);
});
