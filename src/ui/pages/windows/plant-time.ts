/** What a person types into a date field is the plant's wall clock, not the browser's. */
import { dateTime } from '../../lib/format.ts';

/** `2026-03-01T13:00`, as an input of type datetime-local takes it. */
export const toPlantTime = (rfc3339: string): string => dateTime(rfc3339).replace(' ', 'T').slice(0, 16);

/**
 * The instant at which the plant's clock shows this; undefined for what is no time. In the hour that a change to summer
 * time leaves out, the instant after it is meant; in the one that comes twice, the first.
 */
export const fromPlantTime = (local: string): string | undefined => {
  const wanted = Date.parse(`${local}Z`);
  if (Number.isNaN(wanted) || !/^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(local)) return undefined;
  const shown = (ms: number): number => Date.parse(`${dateTime(new Date(ms).toISOString()).replace(' ', 'T')}Z`);
  // The offset at the guess, then once more at what came of it: zones differ from UTC by less than a day.
  const candidates = [wanted - 86_400_000, wanted, wanted + 86_400_000].map((ms) => wanted - (shown(ms) - ms));
  const exact = candidates.filter((ms) => shown(ms) === wanted).sort((a, b) => a - b);
  return new Date(exact[0] ?? Math.max(...candidates)).toISOString();
};
