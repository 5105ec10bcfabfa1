/** The results as tables and as one object; and whether they hold the floors. */
import { type Difference, type Pair, percentOf, readFloors } from './tally.ts';

export interface Result {
  readonly protocol: string;
  readonly peer: string;
  readonly captures: number;
  readonly expected: number;
  readonly equal: number;
  readonly different: number;
  readonly missing: number;
  readonly extra: number;
  readonly disputed: number;
  readonly percent: number;
}

export const resultOf = (p: Pair): Result => ({
  protocol: p.protocol,
  peer: p.peer,
  captures: p.captures.size,
  expected: p.total.expected,
  equal: p.total.equal,
  different: p.total.different,
  missing: p.total.missing,
  extra: p.total.extra,
  disputed: p.total.disputed,
  percent: Math.floor(p.percent * 100) / 100,
});

const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[], left: number): string => {
  const all = [head, ...rows.map((r) => r.map(String))];
  const width = head.map((_, i) => Math.max(...all.map((r) => (r[i] ?? '').length)));
  return all
    .map((r) =>
      r
        .map((c, i) => (i < left ? c.padEnd(width[i]!) : c.padStart(width[i]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};

const percent = (n: number): string => (Math.floor(n * 100) / 100).toFixed(2);

export const resultTable = (pairs: readonly Pair[]): string =>
  table(
    ['protocol', 'peer', 'captures', 'rows', 'values', 'equal', 'different', 'missing', 'extra', 'disputed', 'percent'],
    pairs.map((p) => {
      const t = p.total;
      return [
        p.protocol,
        p.peer,
        p.captures.size,
        t.rows,
        t.expected,
        t.equal,
        t.different,
        t.missing,
        t.extra,
        t.disputed,
        percent(p.percent),
      ];
    }),
    2,
  );

export const columnTable = (pairs: readonly Pair[]): string =>
  table(
    ['protocol', 'peer', 'column', 'values', 'equal', 'different', 'missing', 'extra', 'disputed', 'percent'],
    pairs.flatMap((p) =>
      [...p.columns]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, c]) => [
          p.protocol,
          p.peer,
          name,
          c.expected,
          c.equal,
          c.different,
          c.missing,
          c.extra,
          c.disputed,
          percent(percentOf(c)),
        ]),
    ),
    3,
  );

/** Captures, the worst first; 0.00 must not be there. */
export const captureTable = (pairs: readonly Pair[]): string =>
  table(
    ['protocol', 'peer', 'capture', 'values', 'equal', 'different', 'missing', 'extra', 'disputed', 'percent'],
    pairs.flatMap((p) =>
      [...p.captures]
        .sort(([, a], [, b]) => percentOf(a) - percentOf(b))
        .map(([name, c]) => [
          p.protocol,
          p.peer,
          name,
          c.expected,
          c.equal,
          c.different,
          c.missing,
          c.extra,
          c.disputed,
          percent(percentOf(c)),
        ]),
    ),
    3,
  );

const MAX_TEXT = 300;
const cut = (text: string): string => JSON.stringify(text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}...` : text);

export const differenceLines = (differences: readonly Difference[]): string =>
  differences
    .map(
      (d) =>
        `${d.protocol} ${d.peer} ${d.capture} ${d.log} ${d.row || '-'} ${d.column}: ${d.kind} ours ${cut(d.ours)} theirs ${cut(d.theirs)}`,
    )
    .join('\n');

/** A line for each protocol and peer without a floor: what is new to us holds none. */
export const withoutFloor = (pairs: readonly Pair[]): string[] => {
  const floors = readFloors();
  return pairs
    .filter((p) => floors.get(p.protocol)?.[p.peer] === undefined)
    .map((p) => `no floor for ${p.protocol} against ${p.peer}: write one into floors/${p.protocol}.json`);
};

/** A line for each figure below its floor. */
export const belowFloors = (pairs: readonly Pair[]): string[] => {
  const floors = readFloors();
  const out: string[] = [];
  for (const p of pairs) {
    const floor = floors.get(p.protocol)?.[p.peer];
    if (floor === undefined) continue;
    if (p.percent < floor.percent)
      out.push(`${p.protocol} against ${p.peer}: ${percent(p.percent)} %, the floor is ${floor.percent} %`);
    for (const [name, least] of Object.entries(floor.columns ?? {})) {
      const c = p.columns.get(name);
      if (c && percentOf(c) < least)
        out.push(`${p.protocol} against ${p.peer}, ${name}: ${percent(percentOf(c))} %, the floor is ${least} %`);
    }
  }
  return out;
};
