/**
 * `npx tsx test/evaluate/samples-run.ts record FILE [--plant SEED] [--days D] [--from-day N]`, then
 * `... play FILE [--learn-hours H] [--falsify] [--all]`: what the process guard tells of recorded normal days, and what it
 * finds of falsifications put into them. `record --drift-per-hour R` draws each sensor away in turn, in front of its controller
 * (`--drift-minutes`, `--drift-every`, `--drift-from HOUR`); `play` then tells which of these moves were found. `--all`: what is kept below an alert too, and each falsification.
 */
import type { DisturbanceLabel } from '../../plant/world.ts';
import { given } from '../usage.ts';
import { type Episode, FALSIFIED, playSamples } from './samples-play.ts';
import { recordSamples } from './samples-record.ts';

const { values, positionals } = given(import.meta.url, {
  allowPositionals: true,
  options: {
    plant: { type: 'string', default: '1' },
    days: { type: 'string', default: '3' },
    'from-day': { type: 'string', default: '0' },
    'learn-hours': { type: 'string', default: '24' },
    falsify: { type: 'boolean', default: false },
    all: { type: 'boolean', default: false },
    'drift-per-hour': { type: 'string', default: '' },
    'drift-minutes': { type: 'string', default: '16' },
    'drift-every': { type: 'string', default: '60' },
    'drift-from': { type: 'string', default: '30' },
  },
});
const [act, file] = positionals;
const cpuS = (): string => `${(process.cpuUsage().user / 1e6).toFixed(0)} s of processor time`;
if (file === undefined || (act !== 'record' && act !== 'play')) {
  console.error('samples: record FILE or play FILE');
  process.exit(2);
}
if (act === 'record') {
  const drifts = {
    fromHour: Number(values['drift-from']),
    perHour: Number(values['drift-per-hour']),
    lastsMinutes: Number(values['drift-minutes']),
    everyMinutes: Number(values['drift-every']),
  };
  const options = {
    seed: Number(values.plant),
    days: Number(values.days),
    fromDay: Number(values['from-day']),
    ...(values['drift-per-hour'] !== '' && { drifts }),
  };
  recordSamples(file, options, (hour, frames) => process.stderr.write(`${hour} h, ${frames} frames, ${cpuS()}\n`));
  process.exit(0);
}
const learningUs = Number(values['learn-hours']) * 3.6e9;
const { header, episodes, falsifications, drawn } = playSamples(file, { learningUs, falsified: values.falsify });
const { startUs, disturbances } = header.labels;
const hours = (us: number): string => ((us - startUs) / 3.6e9).toFixed(2);
const nameOf = (point: number | undefined): string => {
  const known = point === undefined ? undefined : header.points[point - 1];
  return known === undefined ? 'the cell' : `${known.protocol} ${known.path}`;
};
const endpoints = new Map(header.endpoints.map((e) => [e.id, e]));
/** Its address, or that of the gateway that it stands behind. */
const ipOf = (endpoint: number | undefined): string => {
  const at = endpoint === undefined ? undefined : endpoints.get(endpoint);
  return at === undefined ? '' : at.ip === '' ? ipOf(at.parent) : at.ip;
};
/** As the score of a whole run has it (plant-score.ts): what is announced or may be told, and fits. */
const fits = (d: DisturbanceLabel, { statement, firstUs, lastUs }: Episode): boolean => {
  if (firstUs > d.endUs + 3.6e9 || lastUs < d.startUs) return false;
  if (d.kind === 'network-loss') return true;
  const { points = [], target } = statement;
  if (d.points.length === 0 || points.length === 0) return ipOf(target) === d.targetIp;
  return points.some((id) => {
    const { path, target: server } = header.points[id - 1]!;
    return d.points.some((p) => (p.controllerIp === ipOf(server) && p.address === path) || path.includes(p.name));
  });
};
const asked = new Map<string, number>();
const kept = new Map<string, number>();
const wrong: string[] = [];
for (const episode of episodes) {
  const { statement, firstUs, lastUs, rows, surprise } = episode;
  const { kind, key, point, parts } = statement;
  const near = disturbances.filter((d) => fits(d, episode));
  if (!near.some((d) => d.expected !== 'quiet')) {
    const list = surprise >= 0.5 ? asked : kept;
    list.set(kind.code, (list.get(kind.code) ?? 0) + 1);
  } else if (surprise >= 0.5)
    for (const d of near)
      if (d.expected === 'labelled' && !d.as.some((code) => kind.code === code || kind.code.startsWith(`${code}.`)))
        wrong.push(`${d.kind}: ${kind.code}`);
  if (surprise < 0.5 && !values.all) continue;
  console.log(
    `${hours(firstUs)}-${hours(lastUs)} ${rows} rows ${surprise.toFixed(3)} ${kind.code} ${key} ${nameOf(point)}${parts.text?.kind === 'text' ? parts.text.text : ''} | ${near.map((d) => `${d.kind} (${d.expected})`).join(', ')}`,
  );
}
const inWords = (counts: Map<string, number>): string =>
  `${[...counts.values()].reduce((a, b) => a + b, 0)} (${[...counts].map(([kind, n]) => `${kind} ${n}`).join(', ')})`;
console.log(
  `of no disturbance: ${inWords(asked)} that ask a person, ${inWords(kept)} below; told as what it is not: ${wrong.join(', ') || 'none'}`,
);
console.log(
  `${episodes.filter((e) => e.surprise >= 0.5).length} episodes that ask a person, ${episodes.length} in all`,
);
if (values.falsify && values.all)
  for (const f of falsifications)
    console.log(
      `${f.kind} ${hours(f.fromUs)} ${f.cell} ${nameOf(f.points[0])} by ${f.change.toPrecision(3)}, standstill told after ${(f.stuckAfterUs / 6e7).toFixed(1)} min: ${f.by === '' ? 'missed' : `${f.by} after ${((f.foundUs - f.fromUs) / 6e7).toFixed(1)} min`}`,
    );
for (const kind of values.falsify ? FALSIFIED : []) {
  const own = falsifications.filter((f) => f.kind === kind);
  const delays = own.flatMap((f) => (f.by === '' ? [] : [(f.foundUs - f.fromUs) / 6e7])).sort((a, b) => a - b);
  console.log(
    `${kind}: ${delays.length} of ${own.length} found, in the middle after ${(delays[delays.length >> 1] ?? Number.NaN).toFixed(1)} min`,
  );
}
for (const { move, foundUs, by, surprise } of drawn)
  if (values.all)
    console.log(
      `${hours(move.startUs)} ${move.name}: ${by === '' ? 'missed' : `${by} after ${((foundUs - move.startUs) / 6e7).toFixed(1)} min, surprise ${surprise.toFixed(2)}`}`,
    );
if (drawn.length > 0) {
  const found = drawn.filter(({ by }) => by !== '');
  const delays = found.map(({ foundUs, move }) => (foundUs - move.startUs) / 6e7).sort((a, b) => a - b);
  console.log(
    `moves: ${found.length} of ${drawn.length} found, in the middle after ${(delays[delays.length >> 1] ?? Number.NaN).toFixed(1)} min`,
  );
}
console.log(cpuS());
