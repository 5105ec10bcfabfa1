/** What a written point held before, what was written, and what it holds since: from its series of changes. */
import type { Series } from '../../../api/traffic.ts';

export interface Wrote {
  /** undefined: no value of it was seen before. */
  readonly before: number | undefined;
  readonly written: number | undefined;
  readonly after: number | undefined;
  /** Since when it holds `after`, microseconds. */
  readonly sinceUs: number | undefined;
  readonly isBack: boolean;
}

const numberAt = (s: Series, i: number): number | undefined => s.value[i] ?? undefined;

/** `fromUs` to `toUs`: the finding, first to last. Values hold until the next change. */
export const wroteOf = (s: Series, fromUs: number, toUs: number): Wrote => {
  const first = s.us.findIndex((us) => us >= fromUs);
  const before = first === -1 ? s.us.length - 1 : first - 1;
  // What the frame of the write carried; where reads alone tell the value, the first one after it.
  const written = first === -1 ? undefined : numberAt(s, first);
  const last = s.us.length - 1;
  const after = last < 0 ? undefined : numberAt(s, last);
  const beforeValue = before < 0 ? undefined : numberAt(s, before);
  const isAfter = last > first && (s.us[last] ?? 0) >= toUs;
  return {
    before: beforeValue,
    written,
    after,
    sinceUs: after === undefined ? undefined : s.us[last],
    isBack: isAfter && after !== undefined && after === beforeValue && after !== written,
  };
};

/** Modbus names registers and coils by area and range, points by area and address. */
const RANGE = /^(holding|input) registers (\d+)(?:\.\.(\d+))?$|^(coil)s (\d+)(?:\.\.(\d+))?$/;
/** The points that the object of a command stands for, at most `most`: mostly it is the path of one. */
export const pathsOf = (object: string, most: number): string[] => {
  const m = RANGE.exec(object);
  if (m === null) return [object];
  const area = m[1] ?? m[4] ?? '';
  const first = Number(m[2] ?? m[5]);
  const last = Math.min(Number(m[3] ?? m[6] ?? first), first + most - 1);
  return Array.from({ length: Math.max(1, last - first + 1) }, (_, i) => `${area} ${first + i}`);
};

/** So much of the course is shown before and after, microseconds. */
const BEFORE_US = 15 * 60e6;
const AFTER_US = 10 * 60e6;

/** The part of the series around the finding, with the values that hold at its edges; `endUs`: the last frame of the site. */
export const aroundOf = (
  s: Series,
  fromUs: number,
  toUs: number,
  endUs: number,
): { us: number[]; value: (number | null)[] } => {
  const low = fromUs - BEFORE_US;
  const high = Math.min(toUs + AFTER_US, Math.max(endUs, toUs));
  const us: number[] = [];
  const value: (number | null)[] = [];
  let held: number | null = null;
  let isStarted = false;
  s.us.forEach((at, i) => {
    const v = s.value[i] ?? null;
    if (at < low) {
      held = v;
      isStarted = true;
      return;
    }
    if (at > high) return;
    if (us.length === 0 && isStarted) {
      us.push(low);
      value.push(held);
    }
    us.push(at);
    value.push(v);
    held = v;
  });
  if (us.length === 0 && isStarted) {
    us.push(low);
    value.push(held);
  }
  if (us.length > 0 && (us.at(-1) ?? 0) < high) {
    us.push(high);
    value.push(held);
  }
  return { us, value };
};
