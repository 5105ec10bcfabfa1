/**
 * Which cycles of a cell a baseline has seen: what is normal on a Tuesday at ten is not learned from one Monday. For each
 * cycle it says how often it was seen in full, and whether the cell follows it: whether the later half of the recording is
 * told better by the mean of the earlier half at the same place of the cycle than by its plain mean. Cycles are those of the
 * calendar (shift, day, week, year), a period found in the values (batch, backwash), states of discrete points (recipe,
 * cleaning) and standstill. Sources: Buys-Ballot table of periods 1847, here judged on later data; autocorrelation after
 * Box and Jenkins, Time Series Analysis, 1970, chapter 2.
 * Fails when a cycle is longer than half of the recording (it then says "not yet twice", never "no such cycle"), and does not see
 * a shift pattern that moves through the week.
 */

import type { RowTable } from '../../core/process.ts';
import { LAGS_AT_ONCE, laggedProducts } from './lagged.ts';

export const HOUR_US = 3600e6;
export const DAY_US = 24 * HOUR_US;
export const WEEK_US = 7 * DAY_US;
export const YEAR_US = 365.25 * DAY_US;
/** A cycle counts as learned from so many full passes on. */
export const CYCLES_NEEDED = 2;
/** Places of a cycle that are told apart: half hours of a day, hours of a week. */
const MAX_SLOTS = 168;
/** Rows that are looked at; longer recordings are averaged down to so many. */
const MAX_CYCLE_ROWS = 8192;
/** Points that the search for a period looks at, the first that move; bounds its time to about half a second. */
const MAX_PERIOD_POINTS = 12;
/** States that are told; of more, those seen the least often: they are what is missing. */
export const MAX_STATES = 64;
/** Distinct values up to which a point has states. */
const MAX_VALUES = 12;
/** Rows that a state lasts on average; what changes more often is a coarse measurement. */
const MIN_DWELL_ROWS = 3;
/** Part of the later variance that a cycle must tell to be followed. */
const FOLLOWS_FROM = 0.1;
/** Fewer passes than this cannot tell a cycle from slow movement: whether the cell follows it is then not known. */
const PASSES_TO_JUDGE = 4;
/** Part of a slot's rows (or of a pass) that must have been seen for it to count. */
const SEEN_PART = 0.5;

export interface Cycle {
  readonly kind: 'shift' | 'day' | 'week' | 'year' | 'period' | 'state' | 'standstill';
  /** `day`, `every 2.4 h`, `S_PU6 = 1`. */
  readonly name: string;
  /** Length of one pass; NaN for states and standstill. */
  readonly periodUs: number;
  /** Full passes, or visits of the state. */
  readonly seen: number;
  /** True from `CYCLES_NEEDED` passes on. */
  readonly learned: boolean;
  /** Part of the later variance of the points together that the cycle tells, 0..1; NaN where it cannot be known yet. */
  readonly tells: number;
  /** `yes`, `no`: by later data; `not known`: fewer passes than needed. */
  readonly follows: 'yes' | 'no' | 'not known';
  /** Points that follow it most, the strongest first; at most 5. */
  readonly points: readonly number[];
  /** For people. */
  readonly text: string;
}

/** Equal steps of time, the mean of what fell into each; NaN where nothing did. */
interface Series {
  readonly startUs: number;
  readonly stepUs: number;
  readonly count: number;
  readonly columns: readonly Float64Array[];
}

const seriesOf = (table: RowTable): Series | undefined => {
  const first = table.tsUs[0];
  const last = table.tsUs[table.count - 1];
  if (first === undefined || last === undefined || table.count < 8) return undefined;
  const steps = Float64Array.from({ length: table.count - 1 }, (_, i) => table.tsUs[i + 1]! - table.tsUs[i]!).sort();
  const native = steps[steps.length >> 1]!;
  if (!(native > 0)) return undefined;
  const stepUs = native * Math.max(1, Math.ceil((last - first) / native / MAX_CYCLE_ROWS));
  const count = Math.min(MAX_CYCLE_ROWS, Math.floor((last - first) / stepUs + 1));
  const columns = table.columns.map((column) => {
    const sum = new Float64Array(count);
    const n = new Float64Array(count);
    for (let i = 0; i < table.count; i++) {
      const at = Math.floor((table.tsUs[i]! - first) / stepUs);
      const x = column[i]!;
      if (at < count && Number.isFinite(x)) {
        sum[at]! += x;
        n[at]!++;
      }
    }
    return sum.map((s, i) => s / n[i]!);
  });
  return { startUs: first, stepUs, count, columns };
};

/** Full passes seen: the least over the places of the cycle of how many different passes were seen there. */
const passesOf = (s: Series, periodUs: number, slots: number): number => {
  const rowsPerSlot = periodUs / slots / s.stepUs;
  const visits = new Map<number, number>();
  for (let i = 0; i < s.count; i++) {
    if (!s.columns.some((c) => !Number.isNaN(c[i]!))) continue;
    const t = s.startUs + i * s.stepUs;
    const key = Math.floor(t / periodUs) * slots + Math.floor(((t % periodUs) * slots) / periodUs);
    visits.set(key, (visits.get(key) ?? 0) + 1);
  }
  const passes = new Float64Array(slots);
  for (const [key, n] of visits) if (n >= SEEN_PART * rowsPerSlot) passes[((key % slots) + slots) % slots]!++;
  return Math.min(...passes);
};

/** Part of the variance of the later half, per point, told by slot means of the earlier half; NaN where it does not move. */
const toldBy = (s: Series, periodUs: number, slots: number): Float64Array => {
  const half = s.count >> 1;
  const slot = Int32Array.from({ length: s.count }, (_, i) => {
    const t = s.startUs + i * s.stepUs;
    return Math.floor(((t % periodUs) * slots) / periodUs);
  });
  return Float64Array.from(s.columns, (column) => {
    const sum = new Float64Array(slots);
    const n = new Float64Array(slots);
    let all = 0;
    let count = 0;
    for (let i = 0; i < half; i++) {
      const x = column[i]!;
      if (Number.isNaN(x)) continue;
      sum[slot[i]!]! += x;
      n[slot[i]!]!++;
      all += x;
      count++;
    }
    let plain = 0;
    let left = 0;
    for (let i = half; i < s.count; i++) {
      const x = column[i]!;
      const k = slot[i]!;
      if (Number.isNaN(x) || n[k] === 0) continue;
      plain += (x - all / count) ** 2;
      left += (x - sum[k]! / n[k]!) ** 2;
    }
    return plain > 1e-18 * (all / count) ** 2 && plain > 0 ? Math.max(0, 1 - left / plain) : Number.NaN;
  });
};

const meanOf = (list: Float64Array): number => {
  const known = list.filter((x) => !Number.isNaN(x));
  return known.length === 0 ? Number.NaN : known.reduce((a, b) => a + b, 0) / known.length;
};
const strongest = (told: Float64Array): number[] =>
  [...told.keys()]
    .filter((p) => told[p]! >= FOLLOWS_FROM)
    .sort((a, b) => told[b]! - told[a]! || a - b)
    .slice(0, 5);

const duration = (us: number): string => {
  const [value, unit] =
    us >= 2 * DAY_US ? [us / DAY_US, 'days'] : us >= 2 * HOUR_US ? [us / HOUR_US, 'h'] : [us / 60e6, 'min'];
  return `${Number(value.toPrecision(3))} ${unit}`;
};
const times = (n: number): string => (n === 0 ? 'not seen once' : n === 1 ? 'seen once' : `seen ${n} times`);

const cycleOf = (
  s: Series,
  kind: Cycle['kind'],
  name: string,
  periodUs: number,
  slots: number,
  shorter?: Float64Array,
): { cycle: Cycle; told: Float64Array } => {
  const seen = passesOf(s, periodUs, slots);
  const learned = seen >= CYCLES_NEEDED;
  const told = learned ? toldBy(s, periodUs, slots) : new Float64Array(s.columns.length).fill(Number.NaN);
  // A week holds seven days: it is followed only by what it tells beyond the day.
  const own = told.map((t, p) => (shorter === undefined ? t : t - Math.max(0, shorter[p]! || 0)));
  const points = strongest(own);
  const follows = seen < PASSES_TO_JUDGE ? 'not known' : points.length > 0 ? 'yes' : 'no';
  const who = points.length === 5 ? '5 or more points' : points.length === 1 ? 'one point' : `${points.length} points`;
  const text = !learned
    ? `${name}: ${times(seen)} in full, ${CYCLES_NEEDED} are needed: what belongs to it is not learned yet`
    : follows === 'not known'
      ? `${name}: ${times(seen)}, ${PASSES_TO_JUDGE} are needed to tell whether the points follow it`
      : `${name}: ${times(seen)}, ${follows === 'yes' ? `followed by ${who}` : 'the points do not follow it'}`;
  const named = follows === 'yes' ? points : [];
  const tells = follows === 'not known' ? Number.NaN : Math.max(0, meanOf(own));
  return { cycle: { kind, name, periodUs, seen, learned, tells, follows, points: named, text }, told };
};

/**
 * The shortest period at which the points repeat themselves: the first peak of the mean autocorrelation of their
 * differences from a running level that stands out of chance and is followed by later data. Rows; 0 where there is none.
 */
const periodOf = (s: Series): number => {
  const moving = s.columns
    .map((c) => c.map((x) => (Number.isNaN(x) ? 0 : x)))
    .map((c) => {
      const mean = c.reduce((a, b) => a + b, 0) / c.length;
      const centred = c.map((x) => x - mean);
      const square = centred.reduce((a, b) => a + b * b, 0);
      return { centred, square };
    })
    .filter((c) => c.square > 0)
    .slice(0, MAX_PERIOD_POINTS);
  const most = Math.floor(s.count / PASSES_TO_JUDGE);
  if (moving.length === 0 || most < 8) return 0;
  const r = new Float64Array(most + 1);
  const some = new Float64Array(LAGS_AT_ONCE);
  for (const { centred, square } of moving)
    for (let lag = 1; lag <= most; lag += LAGS_AT_ONCE) {
      laggedProducts(centred, lag, some);
      for (let k = 0; k < LAGS_AT_ONCE && lag + k <= most; k++)
        r[lag + k]! += ((some[k]! / square) * (s.count / (s.count - lag - k))) / moving.length;
    }
  // A peak counts after the curve has been below half of it, so that slow movement alone is no cycle.
  let lowest = Number.POSITIVE_INFINITY;
  let best = 0;
  for (let lag = 2; lag < most; lag++) {
    lowest = Math.min(lowest, r[lag]!);
    const peak = r[lag]! > r[lag - 1]! && r[lag]! >= r[lag + 1]!;
    if (peak && r[lag]! > 0.2 && lowest < 0.5 * r[lag]! && r[lag]! > 1.1 * (r[best] ?? 0)) best = lag;
  }
  return best;
};

/** States of discrete points (whole numbers that last) and how often each was entered; the rare ones first. */
const statesOf = (table: RowTable): Cycle[] => {
  const out: Cycle[] = [];
  table.columns.forEach((column, p) => {
    const visits = new Map<number, number>();
    let last = Number.NaN;
    let changes = 0;
    for (const x of column) {
      if (!Number.isFinite(x) || x === last) continue;
      if (!Number.isInteger(x)) return;
      changes++;
      visits.set(x, (visits.get(x) ?? 0) + 1);
      if (visits.size > MAX_VALUES) return;
      last = x;
    }
    if (visits.size < 2 || changes * MIN_DWELL_ROWS > column.length) return;
    for (const [value, seen] of visits) {
      const name = `${table.points[p]} = ${Number(value.toPrecision(6))}`;
      const learned = seen >= CYCLES_NEEDED;
      const text = learned
        ? `${name}: ${times(seen)}`
        : `${name}: seen once: how long it lasts and what goes with it is not learned yet`;
      out.push({
        kind: 'state',
        name,
        periodUs: Number.NaN,
        seen,
        learned,
        tells: Number.NaN,
        follows: learned ? 'yes' : 'not known',
        points: [p],
        text,
      });
    }
  });
  return out.sort((a, b) => a.seen - b.seen || (a.name < b.name ? -1 : 1)).slice(0, MAX_STATES);
};

/** Rows in a row with nearly nothing moving; shorter ones are a pause. */
const STANDSTILL_ROWS = 5;
/** A standstill is a stretch in which fewer than this part of the usually moving points move. */
const STANDSTILL_PART = 0.1;

const standstillOf = (s: Series): Cycle => {
  const usual = s.columns.map((c) => {
    const steps = Float64Array.from({ length: s.count - 1 }, (_, i) => Math.abs(c[i + 1]! - c[i]!))
      .filter((x) => !Number.isNaN(x))
      .sort();
    return steps[steps.length >> 1] ?? 0;
  });
  const moving = usual.flatMap((u, p) => (u > 0 ? [p] : []));
  let seen = 0;
  let run = 0;
  for (let i = 1; i < s.count && moving.length >= 3; i++) {
    const moved = moving.filter((p) => Math.abs(s.columns[p]![i]! - s.columns[p]![i - 1]!) > 0.05 * usual[p]!).length;
    run = moved < STANDSTILL_PART * moving.length ? run + 1 : 0;
    if (run === STANDSTILL_ROWS) seen++;
  }
  const learned = seen >= CYCLES_NEEDED;
  const text = learned
    ? `standstill: ${times(seen)}`
    : `standstill: ${times(seen)}: stopping and starting again will look new`;
  return {
    kind: 'standstill',
    name: 'standstill',
    periodUs: Number.NaN,
    seen,
    learned,
    tells: Number.NaN,
    follows: learned ? 'yes' : 'not known',
    points: [],
    text,
  };
};

/** All cycles, those of the calendar first; deterministic. Empty for a table of fewer than 8 rows. */
export const cyclesOf = (table: RowTable): readonly Cycle[] => {
  const s = seriesOf(table);
  if (s === undefined) return [];
  const out: Cycle[] = [];
  const slotsOf = (periodUs: number, wanted: number): number =>
    Math.max(2, Math.min(MAX_SLOTS, wanted, Math.floor(periodUs / s.stepUs)));
  const shift = cycleOf(s, 'shift', 'shift of 8 hours', 8 * HOUR_US, slotsOf(8 * HOUR_US, 16));
  const day = cycleOf(s, 'day', 'day', DAY_US, slotsOf(DAY_US, 48), shift.told);
  // 1970 began on a Thursday; a week that begins there is as good as any.
  const week = cycleOf(s, 'week', 'week', WEEK_US, slotsOf(WEEK_US, 56), day.told);
  const year = cycleOf(s, 'year', 'year', YEAR_US, 12, week.told);
  out.push(shift.cycle, day.cycle, week.cycle, year.cycle);
  const lag = periodOf(s);
  const periodUs = lag * s.stepUs;
  const known = [shift.cycle, day.cycle, week.cycle];
  const isKnown = known.some((c) => Math.abs(periodUs / c.periodUs - Math.round(periodUs / c.periodUs)) < 0.02);
  if (lag > 0 && !(isKnown && periodUs >= 8 * HOUR_US * 0.98)) {
    const slots = Math.max(2, Math.min(48, lag));
    const longest = Math.max(
      0,
      ...[shift, day, week].map((c, i) => (c.cycle.learned && c.cycle.periodUs < periodUs ? i + 1 : 0)),
    );
    const shorter = [undefined, shift, day, week][longest]?.told;
    const { cycle } = cycleOf(s, 'period', `every ${duration(periodUs)}`, periodUs, slots, shorter);
    if (cycle.follows === 'yes') out.push(cycle);
  }
  out.push(standstillOf(s), ...statesOf(table));
  return out;
};
