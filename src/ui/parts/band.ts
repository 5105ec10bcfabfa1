/**
 * Arithmetic on observed against expected: where it leaves its band, where nothing was seen, what it was before, during
 * and after an episode. All columns have the length of `us`; null where nothing is known.
 */
import type { Range } from '../lib/chart.ts';

type Column = readonly (number | null)[];
export interface Band {
  /** Microseconds since 1970, rising. */
  readonly us: readonly number[];
  readonly observed: Column;
  readonly expected: Column;
  readonly low: Column;
  readonly high: Column;
}

/** Steps longer than this many usual steps are a hole: two missed sightings may be chance, more are missing data. */
export const HOLE_STEPS = 4;

const isOutside = (band: Band, i: number): boolean => {
  const v = band.observed[i];
  if (v === null || v === undefined) return false;
  const low = band.low[i];
  const high = band.high[i];
  return (low !== null && low !== undefined && v < low) || (high !== null && high !== undefined && v > high);
};

/** The observed column with everything inside of its band left out. */
export const outsideOf = (band: Band): (number | null)[] =>
  band.observed.map((v, i) => (isOutside(band, i) ? v : null));

/** Observed less expected, and the band seen from the expectation. null where one of them is not known. */
export const differenceOf = (band: Band): Band => {
  const less = (column: Column): (number | null)[] =>
    column.map((v, i) => {
      const e = band.expected[i];
      return v === null || e === null || e === undefined ? null : v - e;
    });
  return {
    us: band.us,
    observed: less(band.observed),
    expected: band.expected.map((e) => (e === null ? null : 0)),
    low: less(band.low),
    high: less(band.high),
  };
};

/** The usual time between rows, microseconds: the median; NaN with fewer than two rows. */
export const usualStep = (us: readonly number[]): number => {
  const steps = us
    .slice(1)
    .map((t, i) => t - (us[i] ?? t))
    .sort((a, b) => a - b);
  return steps[Math.floor(steps.length / 2)] ?? Number.NaN;
};

/** Stretches without any observed value: told as null, or as a step much longer than usual. */
export const holesOf = (band: Pick<Band, 'us' | 'observed'>): Range[] => {
  const { us, observed } = band;
  const most = usualStep(us) * HOLE_STEPS;
  const holes: { fromUs: number; toUs: number }[] = [];
  const add = (fromUs: number, toUs: number): void => {
    const last = holes.at(-1);
    if (last !== undefined && last.toUs >= fromUs) last.toUs = Math.max(last.toUs, toUs);
    else if (toUs > fromUs) holes.push({ fromUs, toUs });
  };
  for (let i = 0; i < us.length; i++) {
    const at = us[i] ?? 0;
    const before = us[i - 1] ?? at;
    if (observed[i] === null) add(before, us[i + 1] ?? at);
    else if (at - before > most) add(before, at);
  }
  return holes;
};

/** Rows of a step chart with a row of nothing in each hole, so that no line is drawn over what was not seen. */
export const brokenAtHoles = (band: Band): Band => {
  const holes = holesOf(band);
  if (holes.length === 0) return band;
  const starts = new Set(holes.map((h) => h.fromUs));
  const us: number[] = [];
  const columns: (number | null)[][] = [[], [], [], []];
  const from: readonly Column[] = [band.observed, band.expected, band.low, band.high];

  band.us.forEach((t, i) => {
    us.push(t);
    from.forEach((c, k) => {
      columns[k]?.push(c[i] ?? null);
    });
    // Rows that say themselves that nothing was seen break the line already.
    if (starts.has(t) && typeof band.observed[i + 1] === 'number' && (band.us[i + 1] ?? t) > t + 1) {
      us.push(t + 1);
      for (const c of columns) c.push(null);
    }
  });
  const [observed = [], expected = [], low = [], high = []] = columns;
  return { us, observed, expected, low, high };
};

/** A band this many times wider than all that was seen lately, or than the values are large, allows everything. */
const MOST_OF_RANGE = 10;
const MOST_OF_SIZE = 4;
/**
 * Whether a band says something about values like these: where a value could leave all that was seen of it many times over
 * and change its sign, and still be called usual, the band is no statement (a model that has just begun is such a one).
 */
export const isTelling = (values: Column, low: number, high: number): boolean => {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (const v of values) {
    if (v === null) continue;
    least = Math.min(least, v);
    most = Math.max(most, v);
  }
  // Nothing seen to hold it against: it stands as it is.
  if (least > most) return true;
  const size = Math.max(Math.abs(least), Math.abs(most));
  return high - low <= Math.max(MOST_OF_RANGE * (most - least), MOST_OF_SIZE * size);
};

/** Most of a chart that a band may take beyond the values: as much as they take, at either side. */
const MOST_ROOM = 1;
/**
 * Lowest and highest value of a chart: what was observed and expected, and of the band what does not flatten them; it is
 * cut off at the edge where it is wider. undefined where nothing is known.
 */
export const chartRange = (band: Band): [number, number] | undefined => {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const column of [band.observed, band.expected]) {
    for (const v of column) {
      if (v === null || v === undefined) continue;
      low = Math.min(low, v);
      high = Math.max(high, v);
    }
  }
  if (low > high) return undefined;
  const bandLow = Math.min(low, ...band.low.filter((v) => v !== null));
  const bandHigh = Math.max(high, ...band.high.filter((v) => v !== null));
  // A value that stood still has no range of its own: there a band that says something is the scale.
  const still = isTelling(band.observed, bandLow, bandHigh) ? Number.POSITIVE_INFINITY : 0;
  const room = high > low ? MOST_ROOM * (high - low) : still;
  return [Math.max(bandLow, low - room), Math.min(bandHigh, high + room)];
};

export interface Stretch {
  readonly name: 'before' | 'during' | 'after';
  readonly rows: number;
  /** null where no row had a value. */
  readonly observed: number | null;
  readonly expected: number | null;
  /** Mean of observed less expected over rows that have both. */
  readonly difference: number | null;
  /** Part of the rows with a band that lie outside of it, 0..1; null without. */
  readonly outside: number | null;
}

/** A short episode takes at least so much of the width; before and after it so many rows stay. */
const EPISODE_SHARE = 0.2;
const ROWS_AROUND = 24;
/**
 * The rows around a short episode, which at the end of a long course is a line and no picture; the band itself where the
 * episode has room in it.
 */
export const aroundEpisode = (band: Band, { fromUs, toUs }: Range): Band => {
  const { us } = band;
  const whole = (us.at(-1) ?? 0) - (us[0] ?? 0);
  const held = Math.max(0, toUs - fromUs);
  if (whole <= 0 || held / whole >= EPISODE_SHARE) return band;
  const room = held / EPISODE_SHARE / 2;
  const first = us.findIndex((t) => t >= fromUs);
  const last = us.findLastIndex((t) => t <= toUs);
  if (first === -1 || last === -1) return band;
  let from = Math.max(0, first - ROWS_AROUND);
  let to = Math.min(us.length, last + 1 + ROWS_AROUND);
  while (from > 0 && (us[from] ?? 0) > fromUs - room) from--;
  while (to < us.length && (us[to - 1] ?? 0) < toUs + room) to++;
  const cut = <A>(column: readonly A[]): readonly A[] => column.slice(from, to);
  return {
    us: cut(us),
    observed: cut(band.observed),
    expected: cut(band.expected),
    low: cut(band.low),
    high: cut(band.high),
  };
};

/** What it was before, during and after the episode; stretches without rows are left out. */
export const stretchesOf = (band: Band, episode: Range): Stretch[] => {
  const places = { before: [] as number[], during: [] as number[], after: [] as number[] };
  band.us.forEach((t, i) => {
    (t < episode.fromUs ? places.before : t <= episode.toUs ? places.during : places.after).push(i);
  });
  const mean = (indices: readonly number[], of: (i: number) => number | null | undefined): number | null => {
    let sum = 0;
    let n = 0;
    for (const i of indices) {
      const v = of(i);
      if (v === null || v === undefined) continue;
      sum += v;
      n++;
    }
    return n === 0 ? null : sum / n;
  };
  return (['before', 'during', 'after'] as const)
    .map((name) => {
      const rows = places[name];
      const banded = rows.filter((i) => band.observed[i] !== null && (band.low[i] !== null || band.high[i] !== null));
      return {
        name,
        rows: rows.length,
        observed: mean(rows, (i) => band.observed[i]),
        expected: mean(rows, (i) => band.expected[i]),
        difference: mean(rows, (i) => {
          const o = band.observed[i];
          const e = band.expected[i];
          return o === null || o === undefined || e === null || e === undefined ? null : o - e;
        }),
        outside: banded.length === 0 ? null : banded.filter((i) => isOutside(band, i)).length / banded.length,
      };
    })
    .filter((s) => s.rows > 0);
};

/** To a hundredth of the largest of them: what is small beside it is told as 0, not as digits of chance. */
const signed = (v: number, largest: number): string => {
  const digits = largest > 0 ? Math.max(0, 2 - Math.floor(Math.log10(largest))) : 0;
  const text = Math.abs(v).toFixed(Math.min(digits, 12));
  return Number(text) === 0 ? '0' : `${v > 0 ? '+' : '−'}${text}`;
};

/**
 * `+1.38 (+1.9 %)`: the difference in the point's own unit and of the expected value, where that is not near nothing;
 * undefined where there is no expectation. `all` sets how many digits count.
 */
export const differenceText = (s: Stretch, all: readonly Stretch[]): string | undefined => {
  if (s.difference === null) return undefined;
  const partOf = (x: Stretch): number =>
    x.difference !== null && x.expected !== null && Math.abs(x.expected) > 1e-9
      ? (100 * x.difference) / Math.abs(x.expected)
      : Number.NaN;
  const largest = Math.max(...all.map((x) => Math.abs(x.difference ?? 0)));
  const parts = all.map((x) => Math.abs(partOf(x))).filter((x) => !Number.isNaN(x));
  const text = signed(s.difference, largest);
  const part = partOf(s);
  // One digit less: the part is for the feeling, the unit for the measure.
  return Number.isNaN(part) || text === '0' ? text : `${text} (${signed(part, 10 * Math.max(...parts))} %)`;
};
