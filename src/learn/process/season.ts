/**
 * The course of a day of one point, learned as it runs: what the value was at each time of day on the days before. Of what is
 * left above it the level guard (level.ts) sees that a heating did not come on, or that a night is as busy as a day, which is
 * neither high nor low for the point.
 *
 * Works where the days of training are alike (`seasonOf` asks that); fails for a week whose Sundays training did not hold: the
 * first one is told. Cost: a dozen operations a sample, 800 octets a point.
 * Source: seasonal exponential smoothing (Winters, Management Science 6, 1960), without its trend, which the level follows.
 */
import type { RowTable } from '../../core/process.ts';

const DAY_US = 86_400e6;
/** Times of day that are told apart at most, and at least. */
const MOST_BINS = 96;
const LEAST_BINS = 12;
/** Times of day that are next to one. */
const NEXT_TO = [-1, 1, -2, 2] as const;
/** Days over which the course is averaged. */
const DAYS_KEPT = 7;
/** Learning goes on so much slower during an alarm, as that of a level. */
const ODD_WEIGHT = 0.1;
/** Days that training must hold. */
const LEAST_DAYS = 2;
/** Part of what the times of day differ by that may be left when the days before are taken off. */
const MOST_LEFT = 0.1;

/**
 * Numbers of one course: how many times of day are told apart, time of its first row (microseconds since 1970), the time of day
 * in hand (-1: none), sum and count of its values today; then what each time of day was on the days before, NaN where it is not known.
 */
export type SeasonState = Float64Array;
const [BINS, FIRST_US, BIN, SUM, COUNT, COURSE] = [0, 1, 2, 3, 4, 5] as const;

export const newSeason = (bins: number): SeasonState => {
  const s = new Float64Array(COURSE + bins).fill(Number.NaN);
  s[BINS] = bins;
  s[BIN] = -1;
  return s;
};

/** What was usual `later` places after the time of day in hand; NaN where it is not known. */
const courseAt = (s: SeasonState, at: number, later: number): number => {
  const bins = s[at + BINS]!;
  return s[at + COURSE + ((s[at + BIN]! + later + bins) % bins)]!;
};

/** What is usual at the time of day in hand; NaN where it is not known. */
export const usualNow = (s: SeasonState, at = 0): number => courseAt(s, at, 0);

/**
 * Takes the next value; what it is above its usual value at this time of day, or just before or after it where that is nearer (a
 * machine is switched on a little later than yesterday); NaN where that is not known.
 */
export const aboveSeason = (s: SeasonState, tsUs: number, x: number, isOdd: boolean, at = 0): number => {
  const bins = s[at + BINS]!;
  const bin = Math.floor((((tsUs % DAY_US) + DAY_US) % DAY_US) / (DAY_US / bins)) % bins;
  if (Number.isNaN(s[at + FIRST_US]!)) s[at + FIRST_US] = tsUs;
  if (bin !== s[at + BIN]!) {
    // Learned once it is over: today is no part of what it is held against.
    if (s[at + COUNT]! > 0) {
      const place = at + COURSE + s[at + BIN]!;
      const today = s[at + SUM]! / s[at + COUNT]!;
      const days = Math.min(DAYS_KEPT, 1 + Math.floor((tsUs - s[at + FIRST_US]!) / DAY_US));
      if (Number.isNaN(s[place]!)) s[place] = today;
      else s[place]! += ((isOdd ? ODD_WEIGHT : 1) * (today - s[place]!)) / days;
    }
    s[at + BIN] = bin;
    s[at + SUM] = 0;
    s[at + COUNT] = 0;
  }
  if (!Number.isNaN(x)) {
    s[at + SUM]! += x;
    s[at + COUNT]! += 1;
  }
  let above = x - courseAt(s, at, 0);
  for (const later of NEXT_TO) {
    const other = x - courseAt(s, at, later);
    if (Math.abs(other) < Math.abs(above)) above = other;
  }
  return above;
};

/** How many times of day are to be told apart of a point whose days of training are alike; 0 where they are not, or too few. */
export const seasonOf = ({ tsUs, count }: RowTable, column: Float64Array, stepUs: number): number => {
  const bins = Math.min(MOST_BINS, Math.floor(DAY_US / stepUs));
  if (bins < LEAST_BINS || count === 0 || tsUs[count - 1]! - tsUs[0]! < LEAST_DAYS * DAY_US - stepUs) return 0;
  const season = newSeason(bins);
  let [rows, sum, square, left] = [0, 0, 0, 0];
  for (let i = 0; i < count; i++) {
    const x = column[i]!;
    const above = aboveSeason(season, tsUs[i]!, x, false);
    if (Number.isNaN(above)) continue;
    rows++;
    sum += x;
    square += x * x;
    left += above * above;
  }
  const spread = square - (sum * sum) / rows;
  return rows > 0 && left <= MOST_LEFT * spread ? bins : 0;
};
