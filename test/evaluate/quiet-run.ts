/** `npm run evaluate:quiet -- DIR [--capture TEXT] [--least-frames N] [--json]`: alerts of real captures, learned in part. */
import { existsSync } from 'node:fs';
import { given } from '../usage.ts';
import { capturesBelow, type QuietCase, quietCase } from './quiet.ts';

const { values, positionals } = given(import.meta.url, {
  allowPositionals: true,
  options: {
    capture: { type: 'string', default: '' },
    'least-frames': { type: 'string', default: '1000' },
    json: { type: 'boolean', default: false },
  },
});
const dir = positionals[0];
if (dir === undefined || !existsSync(dir)) {
  console.error('evaluate:quiet: name a folder of captures: npm run evaluate:quiet -- ../shared/captures');
  process.exit(2);
}
const least = Number(values['least-frames']);
const cases: QuietCase[] = [];
for (const { name, path } of capturesBelow(dir, values.capture)) {
  const c = await quietCase(path, name);
  if (c === undefined || c.frames < least) continue;
  cases.push(c);
  if (values.json) continue;
  console.log(
    `${c.capture}: ${c.frames} frames in ${c.hours.toFixed(2)} h, ${c.alerts.length} alerts, ${c.incidents} incidents`,
  );
  for (const a of c.alerts)
    console.log(
      `  ${a.priority} ${a.kind}${a.rule ? '' : ' (learned)'} x${a.findings}: ${a.title}\n      ${a.what}\n      ${a.comparedWith}`,
    );
}
const counts = new Map<string, number>();
for (const c of cases) for (const a of c.alerts) counts.set(a.kind, (counts.get(a.kind) ?? 0) + 1);
const alerts = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
if (values.json) console.log(JSON.stringify({ cases, alerts: Object.fromEntries(alerts) }));
else
  console.log(
    `${cases.length} captures, ${alerts.reduce((n, [, k]) => n + k, 0)} alerts: ${alerts.map(([k, n]) => `${k} ${n}`).join(', ')}`,
  );
