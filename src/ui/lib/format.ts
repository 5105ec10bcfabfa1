/** Numbers, sizes, durations and times as people read them. Times: the plant's zone, exact RFC 3339 beside. */
const plain = new Intl.NumberFormat('en-GB');
export const number = (n: number): string => plain.format(n);

/** A value of the wire: whole numbers to the last digit, others to five figures that count. */
export const measured = (n: number): string =>
  (Number.isInteger(n) && Math.abs(n) < 1e15 ? plain.format(n) : five.format(n)).replace('-', '−');

/** The same to seven figures, which a single of 32 bits has: for what was written, where the last digit may matter. */
export const exact = (n: number): string =>
  (Number.isInteger(n) && Math.abs(n) < 1e15 ? plain.format(n) : seven.format(n)).replace('-', '−');

const seven = new Intl.NumberFormat('en-GB', { maximumSignificantDigits: 7 });
const five = new Intl.NumberFormat('en-GB', { maximumSignificantDigits: 5 });
const counting = new Intl.NumberFormat('en-GB', { maximumSignificantDigits: 4 });
/** A measured value to four figures that count: `0.0123`, `12,340`, `2.02e7`. */
export const figure = (n: number): string =>
  Math.abs(n) >= 1e7 || (n !== 0 && Math.abs(n) < 1e-6)
    ? n.toExponential(2).replace('e+', 'e')
    : counting.format(n).replace('-', '−');

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];
/** Decimal octets: `1.4 MB`. */
export const bytes = (n: number): string => {
  let value = n;
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
};

/** 0..1 as per cent; never rounds something to nothing, nor almost all to all. */
export const share = (x: number): string => {
  const p = x * 100;
  if (p > 0 && p < 0.1) return '< 0.1 %';
  if (p > 99.9 && p < 100) return '> 99.9 %';
  return `${p < 10 && p % 1 !== 0 ? p.toFixed(1) : Math.floor(p)} %`;
};

/** Milliseconds as the largest fitting unit: `250 ms`, `1.5 s`, `4 min`; what began and ended with one frame took `a moment`. */
export const duration = (ms: number): string => {
  if (ms === 0) return 'a moment';
  if (ms < 1) return `${ms.toFixed(2)} ms`;
  if (ms < 1000) return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
  const s = ms / 1000;
  if (s < 90) return `${s < 10 ? s.toFixed(1) : Math.round(s)} s`;
  const m = s / 60;
  if (m < 90) return `${Math.round(m)} min`;
  const h = m / 60;
  return h < 48 ? `${h.toFixed(h < 10 ? 1 : 0)} h` : `${Math.round(h / 24)} d`;
};

let zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const parts = new Map<string, Intl.DateTimeFormat>();
const formatter = (key: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat => {
  const full = `${zone} ${key}`;
  let f = parts.get(full);
  if (!f) {
    f = new Intl.DateTimeFormat('sv-SE', { ...options, timeZone: zone, hour12: false });
    parts.set(full, f);
  }
  return f;
};
/** Sets the plant's zone for all times on screen; an unknown zone leaves the viewer's. */
export const setZone = (name: string): void => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    zone = name;
  } catch {
    // An unknown name: times stay in the viewer's zone, which the status bar names.
  }
};
export const zoneName = (): string => zone;

/** `2026-03-01 13:00:00` in the plant's zone. */
export const dateTime = (rfc3339: string): string =>
  formatter('dt', {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).format(new Date(rfc3339));
/** A sentence of the server with its times in the plant's zone, as everywhere else on the page. */
export const inPlantTime = (sentence: string): string =>
  sentence.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, (time) => dateTime(time));
/** `13:00:00.123`: for rows that lie close together. */
export const clock = (rfc3339: string): string =>
  `${formatter('t', { hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(new Date(rfc3339))}.${(rfc3339.match(/\.(\d{1,3})/)?.[1] ?? '0').padEnd(3, '0')}`;

/** Shorter is now, and clocks of two computers differ by so much. */
const JUST_MS = 20_000;
/** `3 min ago` against the browser's clock; '' for a time to come, by which two clocks differ more than they may. */
export const ago = (rfc3339: string, nowMs: number): string => {
  const ms = nowMs - Date.parse(rfc3339);
  return ms < -JUST_MS ? '' : ms < JUST_MS ? 'just now' : `${duration(ms)} ago`;
};

/** RFC 3339 with microseconds. */
export const timeOfUs = (us: number): string => {
  const ms = Math.floor(us / 1000);
  return `${new Date(ms).toISOString().slice(0, -1)}${String(Math.floor(us - ms * 1000)).padStart(3, '0')}Z`;
};

/** Microseconds since 1970; NaN for what is no time. */
export const usOfTime = (rfc3339: string): number => {
  const fraction = /\.(\d{1,6})/.exec(rfc3339)?.[1] ?? '';
  return Math.floor(Date.parse(rfc3339) / 1000) * 1e6 + Number(fraction.padEnd(6, '0') || 0);
};

/** The name of a detector or of a kind of finding as words: `new-conversation.many` is `new conversation, many`. */
export const inWords = (code: string): string => code.replaceAll('.', ', ').replaceAll('-', ' ');

export const plural = (n: number, one: string, many = `${one}s`): string => `${number(n)} ${n === 1 ? one : many}`;
