/**
 * Invariants between points that an engineer can read, approve or change: how far a value goes while a pump, valve or mode
 * has a certain state (which is how a controller's switching levels show), and which states never go together. Found as
 * rules without exception and with enough support, kept only where a later part of the training obeys what the earlier part
 * taught. (Mining of invariants for industrial control: Feng et al., NDSS 2019; rules with support and confidence: Agrawal,
 * Imielinski and Swami, SIGMOD 1993.)
 */
import type { RowTable } from '../../core/process.ts';
import type { PointShape } from './nature.ts';

/** Relations of a cell; of more than these the ones that forbid most are kept. */
export const MAX_RELATIONS = 96;
/** Relations with the same state as condition; the ones that forbid most are kept. */
const MAX_PER_STATE = 6;
/** Rows, and separate visits of the state, that a relation must have been seen in. */
const LEAST_ROWS = 60;
const LEAST_VISITS = 15;
/**
 * Chance that any of the relations tried would have held this well by itself, each visit of the state being a trial that
 * what is forbidden is met as often as in all rows (Bonferroni 1936): what is forbidden seldom must have been tried often.
 */
const BY_CHANCE = 0.01;
/** Part of all rows that a relation between states must forbid. */
const LEAST_FORBIDDEN = 0.02;
/** Part of the point's span by which a bound must be narrower than what the point does as a whole. */
const LEAST_NARROWER = 0.05;
/** A bound is where a controller switches when the value was this near to it (part of the span) at most ends of the state. */
const NEAR = 0.15;
const MOST_ENDS = 0.9;
/** Part of the span by which later rows may pass the bound of earlier ones. */
const LATER_BEYOND = 0.01;
/**
 * How far beyond the highest value a bound is set, in mean excesses of an exponential tail above the 99th percentile: a
 * tail comes to exp(-6) of its rows there; what a controller switches at is sharp.
 */
const FAR_TAIL = 6;
const FAR_SWITCH = 2;
/** And at least this part of the span where nothing switches: the tail of another season was not seen. */
const TAIL_SPAN = 0.05;
const EARLIER = 0.75;
const EXACT = 3;

/** `left` compared with a number while `when` has the state `is`. Plain data: saved with the model. */
export interface Relation {
  readonly left: string;
  readonly compare: '<' | '>' | '=';
  readonly value: number;
  readonly when: string;
  readonly is: number;
  /** Rows of the training in which the condition held; 0 for what a person wrote. */
  readonly rows: number;
}

interface Candidate extends Relation {
  /** Part of all rows that the relation forbids. */
  readonly forbids: number;
  /** It is what the state is switched by: kept before all others. */
  readonly switches: boolean;
}

const worth = (a: Candidate, b: Candidate): number => Number(b.switches) - Number(a.switches) || b.forbids - a.forbids;

const visitsOf = (inside: Uint8Array): number => {
  let n = 0;
  for (let i = 0; i < inside.length; i++) if (inside[i] === 1 && inside[i - 1] !== 1) n++;
  return n;
};

/** Part of the times the state ended at which the value was near its bound: 1 where the bound is what switches. */
const switchesAt = (column: Float64Array, inside: Uint8Array, bound: number, sign: 1 | -1, span: number): number => {
  let ends = 0;
  let near = 0;
  for (let i = 1; i < column.length; i++) {
    if (inside[i] === 1 || inside[i - 1] !== 1) continue;
    ends++;
    // The value of the new state counts only where it is near too: a pressure that jumps with its pump switches nothing.
    if (bound - sign * column[i - 1]! < NEAR * span || Math.abs(bound - sign * column[i]!) < NEAR * span) near++;
  }
  return ends === 0 ? 0 : near / ends;
};

interface Bound {
  readonly value: number;
  readonly forbids: number;
  readonly switches: boolean;
}

/** `left` stays on this side of a bound while the condition holds. */
const boundOf = (left: PointShape, column: Float64Array, inside: Uint8Array, sign: 1 | -1): Bound | undefined => {
  const span = left.high - left.low;
  const split = Math.floor(EARLIER * column.length);
  let earlier = Number.NEGATIVE_INFINITY;
  let later = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < column.length; i++) {
    const x = sign * column[i]!;
    if (inside[i] !== 1 || Number.isNaN(x)) continue;
    if (i < split) earlier = Math.max(earlier, x);
    else later = Math.max(later, x);
  }
  if (!(later <= earlier + LATER_BEYOND * span)) return undefined;
  const highest = Math.max(earlier, later);
  const extreme = sign === 1 ? left.high : -left.low;
  if (highest > extreme - LEAST_NARROWER * span) return undefined;
  const values = Float64Array.from(column.filter((_, i) => inside[i] === 1)).map((x) => sign * x);
  values.sort();
  const switches = switchesAt(column, inside, highest, sign, span) >= MOST_ENDS;
  // What a controller switches at is sharp; other bounds are the end of a tail that goes on.
  const tail = highest - values[Math.floor(0.99 * values.length)]!;
  const far = (switches ? FAR_SWITCH : FAR_TAIL) / Math.log(Math.max(2, 0.01 * values.length));
  const bound = highest + Math.max(far * tail, EXACT * left.accuracy, switches ? 0 : TAIL_SPAN * span);
  let beyond = 0;
  let visits = 0;
  for (let i = 0; i < column.length; i++)
    if (sign * column[i]! > bound) {
      beyond++;
      if (!(sign * column[i - 1]! > bound)) visits++;
    }
  if (visits < LEAST_VISITS || bound > extreme - (LEAST_NARROWER * span) / 2) return undefined;
  return { value: sign * bound, forbids: beyond / column.length, switches };
};

/** Rounds towards the side that forbids less, to what people read. */
const readable = (value: number, span: number, up: boolean): number => {
  const step = 10 ** (Math.floor(Math.log10(span)) - 2);
  const rounded = (up ? Math.ceil(value / step) : Math.floor(value / step)) * step;
  return Number(rounded.toPrecision(12));
};

/** Whether so many visits without exception are no chance, of a relation that forbids this part of all rows. */
const isNoChance = (visits: number, forbids: number, tried: number): boolean =>
  visits * -Math.log1p(-Math.min(forbids, 1 - 1e-9)) > Math.log(tried / BY_CHANCE);

export const mineRelations = (table: RowTable, shapes: readonly PointShape[]): Relation[] => {
  const out: Candidate[] = [];
  const n = table.count;
  const inside = new Uint8Array(n);
  // Each state with each other point, on either side.
  const tried = Math.max(1, 2 * (shapes.length - 1) * shapes.reduce((sum, s) => sum + s.states.length, 0));
  shapes.forEach((when, w) => {
    if (when.states.length < 2) return;
    for (const is of when.states) {
      let rows = 0;
      for (let i = 0; i < n; i++) rows += inside[i] = table.columns[w]![i] === is ? 1 : 0;
      const visits = visitsOf(inside);
      if (rows < LEAST_ROWS || visits < LEAST_VISITS) continue;
      const found: Candidate[] = [];
      shapes.forEach((left, l) => {
        if (l === w) return;
        const column = table.columns[l]!.subarray(0, n);
        const common = { left: left.point, when: when.point, is, rows };
        if (left.nature === 'continuous')
          for (const sign of [1, -1] as const) {
            const bound = boundOf(left, column, inside, sign);
            if (bound === undefined || !(bound.switches || isNoChance(visits, bound.forbids, tried))) continue;
            const value = readable(bound.value, left.high - left.low, sign === 1);
            found.push({
              ...common,
              compare: sign === 1 ? '<' : '>',
              value,
              forbids: bound.forbids,
              switches: bound.switches,
            });
          }
        else if (left.nature === 'binary') {
          const only = left.states.find((s) => column.every((x, i) => inside[i] !== 1 || Number.isNaN(x) || x === s));
          if (only === undefined) return;
          const forbids = column.filter((x) => x !== only).length / n;
          if (forbids >= LEAST_FORBIDDEN && isNoChance(visits, forbids, tried))
            found.push({ ...common, compare: '=', value: only, forbids, switches: false });
        }
      });
      found.sort(worth);
      out.push(...found.slice(0, MAX_PER_STATE));
    }
  });
  return out
    .sort(worth)
    .slice(0, MAX_RELATIONS)
    .map(({ forbids: _, switches: __, ...relation }) => relation);
};

const quoted = (name: string): string => (/^[^\s"<>=]+$/.test(name) ? name : JSON.stringify(name));

/** One line of text: `L_T1 < 4.52 when S_PU2 = 1`. */
export const printRelation = (r: Relation): string =>
  `${quoted(r.left)} ${r.compare} ${r.value} when ${quoted(r.when)} = ${r.is}`;

const LINE =
  /^\s*("(?:[^"\\]|\\.)*"|[^\s"<>=]+)\s*([<>=])\s*(\S+)\s+when\s+("(?:[^"\\]|\\.)*"|[^\s"<>=]+)\s*=\s*(\S+)\s*$/;

/** A relation from a line that a person wrote, or why it is none. */
export const parseRelation = (line: string, points: readonly string[]): Relation | { readonly error: string } => {
  const m = LINE.exec(line);
  if (m === null) return { error: 'write it as: POINT < NUMBER when POINT = STATE (or > or =)' };
  const name = (text: string): string => (text.startsWith('"') ? (JSON.parse(text) as string) : text);
  const left = name(m[1]!);
  const when = name(m[4]!);
  for (const p of [left, when]) if (!points.includes(p)) return { error: `no point of this cell is called ${p}` };
  const value = Number(m[3]);
  const is = Number(m[5]);
  if (!Number.isFinite(value) || !Number.isFinite(is)) return { error: 'what is compared with must be a number' };
  return { left, compare: m[2] as Relation['compare'], value, when, is, rows: 0 };
};

/** Relations of a cell as numbers: points by column, one entry a relation. */
export interface RelationColumns {
  readonly left: Int16Array;
  readonly when: Int16Array;
  /** Index into `<>=`. */
  readonly compare: Uint8Array;
  readonly value: Float64Array;
  readonly is: Float64Array;
  readonly support: Uint32Array;
}

const COMPARES = ['<', '>', '='] as const;
const EQUAL = 2;

export const relationColumns = (relations: readonly Relation[], points: readonly string[]): RelationColumns => ({
  left: Int16Array.from(relations, (r) => points.indexOf(r.left)),
  when: Int16Array.from(relations, (r) => points.indexOf(r.when)),
  compare: Uint8Array.from(relations, (r) => COMPARES.indexOf(r.compare)),
  value: Float64Array.from(relations, (r) => r.value),
  is: Float64Array.from(relations, (r) => r.is),
  support: Uint32Array.from(relations, (r) => r.rows),
});

export const relationAt = (columns: RelationColumns, i: number, points: readonly string[]): Relation => ({
  left: points[columns.left[i]!]!,
  compare: COMPARES[columns.compare[i]!]!,
  value: columns.value[i]!,
  when: points[columns.when[i]!]!,
  is: columns.is[i]!,
  rows: columns.support[i]!,
});

/** Calls `broken` with the number of each relation that the row breaks, and by how much of the unit (1 for states). */
export const checkRelations = (
  columns: RelationColumns,
  row: Float64Array,
  broken: (relation: number, by: number) => void,
): void => {
  const { left, when, compare, value, is } = columns;
  for (let i = 0; i < left.length; i++) {
    if (row[when[i]!] !== is[i]) continue;
    const x = row[left[i]!]!;
    const bound = value[i]!;
    const how = compare[i]!;
    if (how === 0 ? x > bound : how === 1 ? x < bound : x !== bound && !Number.isNaN(x))
      broken(i, how === EQUAL ? 1 : Math.abs(x - bound));
  }
};

/** Checks relations that people read on a row. */
export class RelationWatch {
  readonly relations: readonly Relation[];
  private readonly columns: RelationColumns;

  constructor(relations: readonly Relation[], points: readonly string[]) {
    this.relations = relations;
    this.columns = relationColumns(relations, points);
  }

  /** Calls `broken` with the relation, both points, and by how much of the unit it is broken (1 for states). */
  check(row: Float64Array, broken: (relation: Relation, left: number, when: number, by: number) => void): void {
    const { columns, relations } = this;
    checkRelations(columns, row, (i, by) => broken(relations[i]!, columns.left[i]!, columns.when[i]!, by));
  }
}
