/** Findings and what people did with them come back as they went in; numbers that JSON does not know too. */
import { expect, it } from 'vitest';
import type { Finding } from '../core/finding.ts';
import { openMemoryStore } from './index.ts';
import * as rows from './rows-findings.ts';
import { clearSite } from './site.ts';

const finding: Finding = {
  id: 'f1',
  kind: 'point.level',
  detector: 'process',
  actor: 3,
  target: 7,
  point: 12,
  points: [12, 13],
  protocol: 'modbus',
  verb: 'write',
  firstUs: 1_700_000_000_000_001,
  lastUs: 1_700_000_000_000_009,
  state: 'open',
  count: 4,
  surprise: 0.75,
  certainty: 'likely',
  severity: 'quality',
  techniques: ['T0836'],
  parts: {
    who: { kind: 'endpoints', endpoints: [3, 4] },
    expected: { kind: 'number', value: Number.NaN, unit: 'degC' },
    text: { kind: 'text', text: 'zwölf "\'; DROP TABLE finding; --' },
  },
  evidence: [{ source: 's', frame: 9, offset: 1234 }],
  proof: {
    point: 12,
    tsUs: Float64Array.of(1, 2),
    observed: Float64Array.of(0.5, Number.NaN),
    expected: Float64Array.of(0.4, 0.4),
    low: Float64Array.of(0.1, 0.1),
    high: Float64Array.of(Number.POSITIVE_INFINITY, 1),
    from: [{ point: 13, weight: 0.9 }],
  },
};

it('keeps findings, proofs, acts and windows, and forgets of a site that is read again only what the wire said', async () => {
  const store = await openMemoryStore({ nowUs: () => 1 });
  const act = {
    alert: 'a1',
    state: 'closed',
    assignee: 'u1',
    review: 'benign',
    findings: 2,
    priority: 'high',
  } as const;
  const incident = { incident: 'i1', state: 'closed', assignee: '', steps: 4 } as const;
  const window = {
    id: 'w1',
    text: 'pump',
    assets: ['a1'],
    cells: [],
    vendor: 'V',
    workOrder: '4711',
    fromUs: 5,
    toUs: 6,
    cancelled: false,
    userId: 'u1',
    createdUs: 7,
  };
  await store.writer.submit({
    put: {
      finding: [rows.findingRow('s', finding, 1)],
      finding_proof: rows.proofRows('s', finding.id, finding.proof!),
      alert_state: [rows.alertActRow('s', act, 1)],
      incident_state: [rows.incidentActRow('s', incident, 1)],
      maintenance_window: [rows.windowRow('s', window)],
    },
  });
  const { proof, ...plain } = finding;
  const one = async <T extends 'finding' | 'finding_proof' | 'alert_state' | 'incident_state' | 'maintenance_window'>(
    t: T,
  ) =>
    store.db
      .selectFrom(t as 'finding')
      .selectAll()
      .execute() as Promise<unknown[]>;
  expect(rows.findingOf((await one('finding'))[0] as never)).toEqual(plain);
  expect(rows.proofOf((await one('finding_proof')) as never)).toEqual(proof);
  expect(rows.alertActOf((await one('alert_state'))[0] as never)).toEqual(act);
  expect(rows.incidentActOf((await one('incident_state'))[0] as never)).toEqual(incident);
  expect(rows.windowOf((await one('maintenance_window'))[0] as never)).toEqual(window);
  await clearSite(store, 's');
  expect([await one('finding'), await one('finding_proof')]).toEqual([[], []]);
  expect((await one('alert_state')).length + (await one('maintenance_window')).length).toBe(2);
  await store.close();
});
