/** Microseconds since 1970 as text. Source: RFC 3339, section 5.6. */

/** Beyond it JavaScript has no dates. */
const MAX_TIME_US = 8.64e18;

/** RFC 3339 in UTC with six decimals. @throws RangeError for what is no date */
export const timeText = (us: number): string => {
  const whole = Math.floor(us / 1000);
  const micros = String(Math.floor(us - whole * 1000)).padStart(3, '0');
  return `${new Date(whole).toISOString().slice(0, -1)}${micros}Z`;
};
/** The same; undefined for 0 or less, and for what is no date: times on the wire may be anything. */
export const isoTime = (us: number): string | undefined => (us > 0 && us < MAX_TIME_US ? timeText(us) : undefined);
