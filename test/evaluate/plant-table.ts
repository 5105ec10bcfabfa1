/** Many runs of the simulated plant: what was asked for, and one table over all of them. */
import { counts, median, type PlantRow } from './plant-report.ts';

/** Seeds of one call; more are a mistyped range. */
export const MAX_SEEDS = 200;
export type Attack = 'noisy' | 'patient' | 'none';

/** `1,2,301-303` as numbers in that order, each once; undefined where it is not that, or more than MAX_SEEDS. */
export const seedsOf = (text: string): number[] | undefined => {
  const out = new Set<number>();
  for (const part of text.split(',')) {
    const [, low, high] = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(part.trim()) ?? [];
    if (low === undefined) return undefined;
    const last = Number(high ?? low);
    if (last < Number(low) || last - Number(low) >= MAX_SEEDS) return undefined;
    for (let seed = Number(low); seed <= last; seed++) out.add(seed);
  }
  return out.size > MAX_SEEDS ? undefined : [...out];
};

/** `alternate`: seeds of an even number are attacked, those of an odd one are not. */
export const attackOf = (text: string, seed: number): Attack | undefined => {
  if (text === 'alternate') return seed % 2 === 0 ? 'noisy' : 'none';
  return text === 'noisy' || text === 'patient' || text === 'none' ? text : undefined;
};

const seconds = (value: number | null): string => (value === null ? '-' : `${Math.round(value)} s`);
const of = (found: number, all: number): string => (all === 0 ? '-' : `${found} of ${all}`);
const percent = (found: number, all: number): string => (all === 0 ? '-' : `${((100 * found) / all).toFixed(1)} %`);
const line = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;

/** Tables as Markdown: each run, kinds of moves, and what all come to. Days are those that were judged. */
export const tableOfRows = (rows: readonly PlantRow[]): string => {
  const sum = (list: readonly PlantRow[], what: (row: PlantRow) => number): number =>
    list.reduce((n, row) => n + what(row), 0);
  const out = [
    line([
      'run',
      'moves',
      'as alerts',
      'known before',
      'false alerts',
      'disturbances',
      'incidents',
      'alerts in places',
      'CPU',
    ]),
    line(Array.from({ length: 9 }, () => '---')),
  ];
  for (const row of rows)
    out.push(
      line([
        row.case.replace(/^plant\//, ''),
        of(row.detected, row.expected) + (row.missed.length > 0 ? ` (missed: ${row.missed.join('; ')})` : ''),
        of(row.alerted, row.expected),
        row.knownBefore === null ? '-' : row.knownBefore.alert ? 'yes' : 'NO',
        `${row.falseEpisodes}${row.falseEpisodes > 0 ? ` (${counts(row.falseAlerts)}${row.falseFolded > 0 ? `; ${row.falseFolded} under an incident` : ''})` : ''}`,
        of(row.disturbancesRight, row.disturbances) + (row.wrong.length > 0 ? ` (${row.wrong.join('; ')})` : ''),
        `${row.incidents.ofAttack} of the attack, ${row.incidents.ofNothing} of nothing`,
        `${row.queue.alerts} in ${row.queue.places}`,
        `${row.cpuSeconds} s`,
      ]),
    );
  const attacked = rows.filter((row) => row.expected > 0);
  const quiet = rows.filter((row) => row.expected === 0);
  const rate = (list: readonly PlantRow[]): string => {
    const days = sum(list, (row) => row.days);
    const alerts = sum(list, (row) => row.falseEpisodes);
    return list.length === 0 ? '-' : `${alerts} in ${days.toFixed(1)} days = ${(alerts / days).toFixed(2)} a day`;
  };
  const moves = sum(attacked, (row) => row.expected);
  const all = sum(rows, (row) => row.disturbances);
  const right = sum(rows, (row) => row.disturbancesRight);
  const found = sum(attacked, (row) => row.detected);
  out.push(
    '',
    `moves that touch the plant: found ${of(found, moves)} (${percent(found, moves)}), as alerts ${sum(attacked, (row) => row.alerted)}`,
    `known before the first command: ${of(attacked.filter((row) => row.knownBefore?.alert === true).length, attacked.length)}; an incident by then: ${attacked.filter((row) => row.knownBefore?.incident === true).length}`,
    `false alerts: without an attack ${rate(quiet)}; with one ${rate(attacked)}`,
    `disturbances as they should be: ${of(right, all)} (${percent(right, all)})`,
    `incidents: ${sum(rows, (row) => row.incidents.ofAttack)} of ${attacked.length} attacks, ${sum(rows, (row) => row.incidents.ofNothing)} of nothing`,
    '',
    line(['move', 'found', 'median delay', 'worst']),
    line(['---', '---', '---', '---']),
  );
  for (const kind of [...new Set(attacked.flatMap((row) => Object.keys(row.kinds)))].sort()) {
    const those = attacked.flatMap((row) => row.kinds[kind] ?? []);
    const delays = those.flatMap((k) => k.delays);
    out.push(
      line([
        kind,
        of(
          delays.length,
          those.reduce((n, k) => n + k.of, 0),
        ),
        seconds(median(delays)),
        seconds(delays.length === 0 ? null : Math.max(...delays)),
      ]),
    );
  }
  out.push('', line(['false alert', 'without an attack, a day', 'with one, a day']), line(['---', '---', '---']));
  const perDay = (list: readonly PlantRow[], kind: string): string =>
    list.length === 0
      ? '-'
      : (sum(list, (row) => row.falseAlerts.filter((k) => k === kind).length) / sum(list, (row) => row.days)).toFixed(
          2,
        );
  for (const kind of [...new Set(rows.flatMap((row) => row.falseAlerts))].sort())
    out.push(line([kind, perDay(quiet, kind), perDay(attacked, kind)]));
  return out.join('\n');
};
