/**
 * The calendar's day of a time where the plant stands: a night shift in Tokyo is not cut in two at nine in the morning. Zones by
 * their IANA name (RFC 6557).
 */

/** Offsets of zones are quarters of an hour, as are the moments at which they change: of one quarter the day is one. */
const QUARTER_US = 900_000_000;
/** Quarters remembered of a zone; beyond it all are asked again. */
export const MAX_QUARTERS = 8192;

/** Days since 1970-01-01 by the calendar of `zone`, of microseconds since 1970. @throws RangeError for a zone that is not known. */
export const daysIn = (zone: string): ((us: number) => number) => {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
  });
  const known = new Map<number, number>();
  return (us) => {
    const quarter = Math.floor(us / QUARTER_US);
    const before = known.get(quarter);
    if (before !== undefined) return before;
    const part = { year: 0, month: 0, day: 0 };
    for (const { type, value } of format.formatToParts((quarter * QUARTER_US) / 1000))
      if (type === 'year' || type === 'month' || type === 'day') part[type] = Number(value);
    const day = Date.UTC(part.year, part.month - 1, part.day) / 86_400_000;
    if (known.size >= MAX_QUARTERS) known.clear();
    known.set(quarter, day);
    return day;
  };
};
