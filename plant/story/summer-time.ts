/**
 * Summer time (Directive 2000/84/EC): from the last Sunday of March to the last Sunday of October, 01:00 UTC each, people's clocks are an
 * hour ahead. Frames carry UTC, so a run that goes over such a Sunday sees people come an hour earlier, or later, than before.
 */
import { DAY_US, HOUR_US } from '../network/scene.ts';

const MARCH = 2;
const OCTOBER = 9;
/** By then the first working day after a change, a Sunday, is over. */
const TOLD_US = 2 * DAY_US;

/** 01:00 UTC of the month's last Sunday; both months have 31 days. */
const changeUs = (year: number, month: number): number => {
  const last = Date.UTC(year, month, 31);
  return (last - new Date(last).getUTCDay() * 86_400_000) * 1000 + HOUR_US;
};
const yearOf = (us: number): number => new Date(us / 1000).getUTCFullYear();

const isSummer = (us: number): boolean => us >= changeUs(yearOf(us), MARCH) && us < changeUs(yearOf(us), OCTOBER);

/** How much earlier than when the run began people do at `us` what they do by their clocks, microseconds; negative: later. */
export const earlierUs = (startUs: number, us: number): number =>
  (Number(isSummer(us)) - Number(isSummer(startUs))) * HOUR_US;

export interface ClockChange {
  readonly startUs: number;
  readonly endUs: number;
  readonly text: string;
}

/** The changes of a run, each with its first working day. */
export const clockChanges = (startUs: number, endUs: number): readonly ClockChange[] => {
  const out: ClockChange[] = [];
  for (let year = yearOf(startUs); year <= yearOf(endUs); year++)
    for (const month of [MARCH, OCTOBER]) {
      const us = changeUs(year, month);
      if (us <= startUs || us >= endUs) continue;
      const text =
        month === MARCH
          ? 'summer time begins: by the clock of the frames people come an hour earlier'
          : 'summer time ends: by the clock of the frames people come an hour later';
      out.push({ startUs: us, endUs: Math.min(endUs, us + TOLD_US), text });
    }
  return out;
};
