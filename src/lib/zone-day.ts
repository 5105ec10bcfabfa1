/** Days as people of a place count them: from midnight to midnight of their zone, of 23 or 25 hours where the clock is changed. */

const DAY_MS = 86_400_000;
/** Clocks of all zones differ by whole quarters of an hour from UTC. */
const QUARTER_US = 900_000_000;
/** Quarters of an hour that are remembered; beyond it all are asked for anew. */
const MAX_QUARTERS = 4096;

/**
 * Number of the day of a time, as a function of microseconds since 1970; consecutive days have consecutive numbers, that of 1 January
 * 1970 is 0. `zone`: an IANA name. Throws RangeError where there is no such zone.
 */
export const daysIn = (zone: string): ((us: number) => number) => {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  const known = new Map<number, number>();
  return (us) => {
    const quarter = Math.floor(us / QUARTER_US);
    let day = known.get(quarter);
    if (day === undefined) {
      const of: Record<string, number> = {};
      for (const { type, value } of format.formatToParts((quarter * QUARTER_US) / 1000)) of[type] = Number(value);
      day = Date.UTC(of.year!, of.month! - 1, of.day!) / DAY_MS;
      if (known.size >= MAX_QUARTERS) known.clear();
      known.set(quarter, day);
    }
    return day;
  };
};
