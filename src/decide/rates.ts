/**
 * The queue measured as an alarm system: how many alerts come, in what bursts, of which priority, how many stand for long.
 * Limits are those of the standards, which were written for operators of one console.
 * @source EEMUA 191 edition 3 (2013) tables of performance; ISA-18.2 (2016) clause 16
 */
import type { Alert, Priority } from '../core/incident.ts';

const TEN_MINUTES_US = 600_000_000;
const HOUR_US = 3_600_000_000;
const DAY_US = 24 * HOUR_US;
/** Hours told one by one. */
const TOLD_HOURS = 48;

export interface Measure {
  readonly name: string;
  /** NaN: not known yet. */
  readonly value: number;
  readonly unit: string;
  readonly limit: number;
  readonly source: string;
  readonly within: boolean;
}

export interface Rates {
  readonly hours: number;
  readonly measures: readonly Measure[];
  readonly open: Readonly<Record<Priority, number>>;
  readonly unacknowledged: number;
  readonly lastDay: number;
  readonly over: number;
  readonly perHour: { readonly us: readonly number[]; readonly count: readonly number[] };
}

/**
 * `fromUs`..`toUs`: the frame time that was watched. Alerts of announced work do not call anybody and do not count, nor do
 * those that are folded under another of their incident.
 */
export const ratesOf = (alerts: readonly Alert[], fromUs: number, toUs: number): Rates => {
  const counted = alerts.filter((alert) => alert.hit === undefined && alert.foldedUnder === '');
  const hours = fromUs > 0 && toUs > fromUs ? (toUs - fromUs) / HOUR_US : 0;
  const firsts = counted.map((alert) => alert.firstUs).sort((a, b) => a - b);
  const slots = new Map<number, number>();
  for (const us of firsts)
    slots.set(Math.floor(us / TEN_MINUTES_US), (slots.get(Math.floor(us / TEN_MINUTES_US)) ?? 0) + 1);
  const peak = Math.max(0, ...slots.values());
  const flooded = [...slots.values()].filter((count) => count > 10).length;
  const open = { urgent: 0, high: 0, medium: 0, low: 0 };
  let unacknowledged = 0;
  let stale = 0;
  for (const alert of alerts) {
    if (alert.state === 'closed' || alert.foldedUnder !== '') continue;
    open[alert.priority]++;
    if (alert.state === 'new' || alert.foldsNew > 0) unacknowledged++;
    if (toUs - alert.firstUs > DAY_US) stale++;
  }
  const pressing = counted.filter((alert) => alert.priority === 'urgent').length;
  const measure = (name: string, value: number, unit: string, limit: number, source: string): Measure => ({
    name,
    value,
    unit,
    limit,
    source,
    within: !(value > limit),
  });
  const known = hours >= 1;
  const measures = [
    measure(
      'alerts a day, mean',
      known ? (firsts.length / hours) * 24 : Number.NaN,
      'per day',
      150,
      'ISA-18.2: about 150 a day are acceptable',
    ),
    measure(
      'alerts in ten minutes, mean',
      known ? firsts.length / (hours * 6) : Number.NaN,
      'per 10 min',
      1,
      'EEMUA 191: fewer than 1 in 10 minutes',
    ),
    measure('alerts in ten minutes, most', peak, 'per 10 min', 10, 'ISA-18.2: at most 10 in the busiest 10 minutes'),
    measure(
      'time in floods',
      known ? (flooded / Math.max(1, hours * 6)) * 100 : Number.NaN,
      '%',
      1,
      'ISA-18.2: less than 1 % of the time',
    ),
    measure(
      'share of urgent ones',
      counted.length >= 20 ? (pressing / counted.length) * 100 : Number.NaN,
      '%',
      5,
      'ISA-18.2: about 5 % of the highest priority',
    ),
    measure('standing for more than a day', stale, '', 5, 'ISA-18.2: fewer than 5 stale on any day'),
  ];
  const lastHour = Math.floor(toUs / HOUR_US);
  const told = hours === 0 ? 0 : Math.min(TOLD_HOURS, lastHour - Math.floor(fromUs / HOUR_US) + 1);
  const us = Array.from({ length: told }, (_, i) => (lastHour - told + 1 + i) * HOUR_US);
  const count = us.map((start) => firsts.filter((first) => first >= start && first < start + HOUR_US).length);
  return {
    hours,
    measures,
    open,
    unacknowledged,
    lastDay: firsts.filter((first) => first > toUs - DAY_US).length,
    over: alerts.filter((alert) => alert.overBudget && alert.state !== 'closed' && alert.foldedUnder === '').length,
    perHour: { us, count },
  };
};
