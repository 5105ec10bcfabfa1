import { expect, it } from 'vitest';
import { finding, HOUR, START } from '../decide/testing/findings.ts';
import { openMemoryStore } from '../store/index.ts';
import { LiveSite } from './live-site.ts';

it('what a day of the plant may ask is counted by its own calendar, and anew when its zone is corrected', async () => {
  const store = await openMemoryStore({ nowUs: () => START });
  const site = new LiveSite(store, { site_id: 's', name: 's', kind: 'site', zone: 'Asia/Tokyo', created_us: 1 });
  const { runtime, detection } = await site.open();
  const { triage } = detection;
  for (const host of [1, 2]) runtime.endpoints.intern(0, 0, true, 1, host, 4, host, 1);
  triage.setSettings({ alertsPerDay: 1, thresholds: {} });
  // 23:00 and 01:00 in Tokyo, one afternoon in London.
  const midnightHours = (24 * HOUR - ((START + 9 * HOUR) % (24 * HOUR))) / HOUR;
  triage.take([
    finding(midnightHours - 1, { kind: 'beacon', actor: 1 }),
    finding(midnightHours + 1, { kind: 'beacon', actor: 2 }),
  ]);
  const over = (): number => triage.picture().alerts.filter((alert) => alert.overBudget).length;
  expect(triage.picture().alerts).toHaveLength(2);
  expect(over()).toBe(0);
  site.zone = 'Europe/London';
  expect(over()).toBe(1);
  await site.rest();
  await store.close();
});
