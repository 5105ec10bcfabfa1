/** What a person says of an alert acts at once: on what is learned, and by the days of the plant on what is too much for one. */
import { expect, it } from 'vitest';
import type { At } from '../../core/observation.ts';
import { finding, HOUR } from '../../decide/testing/findings.ts';
import { createSiteModel } from '../../observe/index.ts';
import { FakeEndpoints } from '../../observe/testing.ts';
import { createSiteDetection, NOTHING_STANDING } from './keep.ts';

const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;
const T0 = 1_770_000_000 * SECOND;

const build = (zone: string, alertsPerDay = 10) => {
  const endpoints = new FakeEndpoints();
  endpoints.add({ ip: '10.0.0.1', mac: '00:00:00:00:00:01' });
  endpoints.add({ ip: '10.0.0.2', mac: '00:00:00:00:00:02' });
  const model = createSiteModel({ endpoints });
  const settings = { ...NOTHING_STANDING.settings, learningHours: 24, alertsPerDay };
  const detection = createSiteDetection(model, endpoints, { ...NOTHING_STANDING, settings }, { zone });
  detection.sink.setSource({ id: 'wire', offsetOf: () => -1 });
  return { endpoints, detection };
};

const at = (endpoints: FakeEndpoints, tsUs: number): At => {
  for (const id of [1, 2]) endpoints.says(id, tsUs / SECOND);
  const ends = { flow: 1, client: 1, server: 2, sender: 2, receiver: 1, protocol: 'modbus' };
  return { frame: 2, requestFrame: 1, firstFrame: 1, tsUs, requestTsUs: tsUs, ...ends };
};

it('what goes on at a controller is not learned there, until a person judged it to be no attack', () => {
  const { endpoints, detection } = build('UTC');
  /** Rows marked as odd of so many minutes of reading. */
  const oddRowsFrom = (minute: number, minutes = 10): number => {
    for (let s = minute * 60; s < (minute + minutes) * 60; s += 10) {
      const tsUs = T0 + s * SECOND;
      const values = [60, 70, 80].map((slow) => Math.round(500 + 100 * Math.sin(s / slow)));
      detection.sink.values(at(endpoints, tsUs), {
        target: 2,
        area: 'holding',
        start: 0,
        values,
        count: 2,
        access: 'read',
      });
      for (let tick = 0; tick < 10; tick += 2) detection.sink.tick(tsUs + tick * SECOND);
    }
    // The first row is taken before somebody looks.
    return detection.feed.cells[0]!.rows.oddRows(T0 + (minute + 1) * MINUTE, T0 + (minute + minutes) * MINUTE);
  };
  expect(oddRowsFrom(0, 60)).toBe(0);
  const stop = { verb: 'mode-change', operation: 'PLC Stop', target: 2, outcome: 'accepted' } as const;
  detection.sink.command(at(endpoints, T0 + 60 * MINUTE), stop);
  expect(oddRowsFrom(60)).toBeGreaterThan(40);
  const [alert, ...others] = detection.triage.picture().alerts;
  expect(others).toEqual([]);
  expect(alert).toMatchObject({ open: true, lead: { kind: 'mode-change' } });
  const { id, priority, episodes: findings } = alert!;
  const act = { alert: id, state: 'acknowledged', assignee: '', findings, priority } as const;
  detection.triage.setAct({ ...act, review: 'true' });
  expect(oddRowsFrom(70)).toBeGreaterThan(40);
  detection.triage.setAct({ ...act, review: 'benign' });
  expect(detection.triage.picture().alerts[0]).toMatchObject({ open: true });
  expect(oddRowsFrom(80)).toBe(0);
});

it('the budget is that of a day of the plant, also when its zone is changed', () => {
  const { detection } = build('America/Chicago', 1);
  const midnightUs = Date.parse('2026-02-03T06:00:00Z') * 1000;
  const hours = (midnightUs - T0) / HOUR;
  detection.triage.take([hours - 2, hours + 2].map((h, i) => finding(h, { kind: 'device-silent', target: i + 1 })));
  const over = (): number => detection.triage.picture().alerts.filter((alert) => alert.overBudget).length;
  expect(over()).toBe(0);
  detection.setZone('UTC');
  expect(over()).toBe(1);
});
