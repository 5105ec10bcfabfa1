/** `npm run conformance -- DIR [--protocol P] [--peer P] [--capture TEXT] [--json | --captures | --columns | --diff [N] | --uncovered | --write-floors]` */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { given } from '../usage.ts';
import { runConformance } from './harness.ts';
import {
  belowFloors,
  captureTable,
  columnTable,
  differenceLines,
  resultOf,
  resultTable,
  withoutFloor,
} from './report.ts';
import { type Floor, here, percentOf, Tally } from './tally.ts';

const { values, positionals } = given(import.meta.url, {
  allowPositionals: true,
  options: {
    protocol: { type: 'string' },
    peer: { type: 'string' },
    capture: { type: 'string' },
    json: { type: 'boolean', default: false },
    captures: { type: 'boolean', default: false },
    columns: { type: 'boolean', default: false },
    diff: { type: 'string' },
    uncovered: { type: 'boolean', default: false },
    'write-floors': { type: 'boolean', default: false },
  },
});
const dir = positionals[0];
if (dir === undefined || !existsSync(dir)) {
  console.error('conformance: name a folder of captures: npm run conformance -- ../shared/captures');
  process.exit(2);
}
const tally = new Tally(values.diff === undefined ? 0 : Number(values.diff) || 3);
const uncovered = values.uncovered ? new Map<string, string>() : undefined;
const failures: string[] = [];
const captures = await runConformance(dir, tally, { ...values, uncovered, failures });
if (captures === 0) {
  console.error(`conformance: no capture with expected/ below ${dir}`);
  process.exit(2);
}
const pairs = [...tally.pairs.values()].sort((a, b) =>
  `${a.protocol} ${a.peer}` < `${b.protocol} ${b.peer}` ? -1 : 1,
);
if (values.json) console.log(JSON.stringify({ protocols: pairs.map(resultOf) }));
else {
  console.log(resultTable(pairs));
  if (values.columns) console.log(`\n${columnTable(pairs)}`);
  if (values.captures) console.log(`\n${captureTable(pairs)}`);
  if (values.diff !== undefined) console.log(`\n${differenceLines(tally.differences)}`);
  if (uncovered) for (const [what, where] of [...uncovered].sort()) console.log(`uncovered: ${what} (${where})`);
}
for (const line of failures) console.error(`cannot compare ${line}`);
if (failures.length > 0) process.exitCode = 1;
if (values['write-floors']) {
  mkdirSync(join(here, 'floors'), { recursive: true });
  const below = (n: number): number => Math.max(0, Math.floor(n * 100 - 1) / 100);
  for (const protocol of new Set(pairs.map((p) => p.protocol))) {
    const path = join(here, 'floors', `${protocol}.json`);
    const floors = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Record<string, Floor>) : {};
    for (const p of pairs.filter((x) => x.protocol === protocol))
      floors[p.peer] = {
        percent: below(p.percent),
        columns: Object.fromEntries(
          [...p.columns]
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .filter(([, c]) => c.equal + c.different + c.missing + c.extra > 0)
            .map(([name, c]) => [name, below(percentOf(c))]),
        ),
      };
    writeFileSync(path, `${JSON.stringify(floors, undefined, 2)}\n`);
  }
} else if (!values.capture) {
  for (const line of withoutFloor(pairs)) console.error(line);
  const below = belowFloors(pairs);
  for (const line of below) console.error(line);
  if (below.length > 0) process.exitCode = 1;
}
