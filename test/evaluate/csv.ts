/**
 * Reads a CSV of process data into rows, as it is found in the wild: comma, semicolon, tab or bar; quoted cells; a byte order
 * mark; missing values; columns of states in words; decimal commas where commas separate nothing; times as RFC 3339, as
 * `2013-12-02 21:15:00` (UTC), as `31.12.2013 21:15`, `31/12/13 21` or `12/31/2013 9:15:00 PM` (which of the two the whole file
 * tells) or as a number of seconds, milliseconds, microseconds or nanoseconds since 1970.
 */
import { readFileSync } from 'node:fs';
import type { RowTable } from '../../src/core/process.ts';

/** Rows read from one file; what is above is refused, so that a wrong file does not fill the memory. */
export const MAX_CSV_ROWS = 4_000_000;
/** States told apart in a column of words; further words count as one more state. */
export const MAX_WORD_STATES = 256;

const TIME_NAMES = /^(time|timestamp|datetime|date|ts|date_time|t)$/i;
/** Columns by which data sets carry their own answers: never shown to a learner. */
const ANSWERS =
  /^(anomaly|changepoint|label|labels|is_?(anomaly|attack|outlier)|att_flag|attack|attack[ _]p\d+|attack[ _]la(bel|ble)s?(?![a-z]).*|normal\/attack|fault|faultnumber|ground[ _]truth|outlier)$/i;
/** Where something begins or ends, not how long it lasts. */
const CHANGES = /^changepoint$/i;
const MISSING = /^(|nan|na|n\/a|null|none|-|\?|bad)$/i;
const TRUTHS: Readonly<Record<string, number>> = {
  true: 1,
  false: 0,
  on: 1,
  off: 0,
  open: 1,
  closed: 0,
  yes: 1,
  no: 0,
  active: 1,
  inactive: 0,
};

/** What words of a column stand for; made by the training file and used for the test file. */
export type Words = Map<string, Map<string, number>>;

const splitLine = (line: string, separator: string): string[] => {
  if (!line.includes('"')) return line.split(separator);
  const cells: string[] = [];
  let cell = '';
  let quoted = false;
  for (let i = 0; i < line.length; i++) {
    const c = line[i]!;
    if (c === '"') {
      if (quoted && line[i + 1] === '"') {
        cell += '"';
        i++;
      } else quoted = !quoted;
    } else if (c === separator && !quoted) {
      cells.push(cell);
      cell = '';
    } else cell += c;
  }
  cells.push(cell);
  return cells;
};

/** Day, month and year in either order, and what follows. */
const DAY_MONTH = /^(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?:[T ]+(.*))?$/;
const CLOCK = /^(\d{1,2})(?::(\d{2})(?::(\d{2})(?:[.,](\d+))?)?)?\s*([AP]M)?$/i;

/** Microseconds since 1970 of a time that begins with a day and a month; NaN where it does not. */
const readDayMonth = (s: string, dayFirst: boolean): number => {
  const m = DAY_MONTH.exec(s);
  const clock = CLOCK.exec(m?.[5]?.trim() || '0');
  if (!m || !clock) return Number.NaN;
  const [day, month] = dayFirst ? [Number(m[1]), Number(m[3])] : [Number(m[3]), Number(m[1])];
  if (day < 1 || day > 31 || month < 1 || month > 12) return Number.NaN;
  const year = m[4]!.length === 2 ? 2000 + Number(m[4]) : Number(m[4]);
  const half = clock[5] === undefined ? -1 : /p/i.test(clock[5]) ? 12 : 0;
  const hour = half < 0 ? Number(clock[1]) : (Number(clock[1]) % 12) + half;
  const ms = Date.UTC(year, month - 1, day, hour, Number(clock[2] ?? 0), Number(clock[3] ?? 0));
  return ms * 1000 + (clock[4] === undefined ? 0 : Math.round(Number(`0.${clock[4]}`) * 1e6));
};

/** Whether the days come first in these times: where none is above 12, in the order that goes back less often, then in the shorter one. */
const isDayFirst = (times: readonly string[]): boolean => {
  let [first, second, dots] = [0, 0, false];
  for (const t of times) {
    const m = DAY_MONTH.exec(t.trim());
    if (!m) return false;
    first = Math.max(first, Number(m[1]));
    second = Math.max(second, Number(m[3]));
    dots ||= m[2] === '.';
  }
  if (first > 12 || second > 12) return first > 12;
  const order = (dayFirst: boolean) => {
    const at = times.map((t) => readDayMonth(t.trim(), dayFirst));
    const way = at.reduce((sum, t, i) => sum + (i > 0 ? Math.abs(t - at[i - 1]!) : 0), 0);
    return { back: at.filter((t, i) => i > 0 && t < at[i - 1]!).length, way };
  };
  const [days, months] = [order(true), order(false)];
  return days.back !== months.back ? days.back < months.back : days.way !== months.way ? days.way < months.way : dots;
};

/** Microseconds since 1970, NaN where it is no time. Without a zone it is UTC. `dayFirst`: of `5/6/2020`. */
export const readTime = (text: string, dayFirst = false): number => {
  const s = text.trim();
  if (/^[-+]?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(s)) {
    const n = Number(s);
    const size = Math.abs(n);
    return size > 1e17 ? Math.round(n / 1000) : size > 1e14 ? n : size > 1e11 ? n * 1000 : n * 1e6;
  }
  if (DAY_MONTH.test(s)) return readDayMonth(s, dayFirst);
  const m = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?)?\s*(Z|[+-]\d{2}:?\d{2})?$/i.exec(
    s,
  );
  if (!m) return Date.parse(`${s} UTC`) * 1000 || Date.parse(s) * 1000;
  const zone = m[6] === undefined || m[6].toUpperCase() === 'Z' ? 'Z' : m[6].replace(/^(...)(\d\d)$/, '$1:$2');
  const base = Date.parse(`${m[1]}T${(m[2] ?? '0').padStart(2, '0')}:${m[3] ?? '00'}:${m[4] ?? '00'}${zone}`);
  return base * 1000 + (m[5] === undefined ? 0 : Math.round(Number(`0.${m[5]}`) * 1e6));
};

const DECIMAL_COMMA = /^([-+]?\d+),(\d+(e[-+]?\d+)?)$/i;

const readNumber = (cell: string, words: Map<string, number> | undefined): number => {
  const s = cell.trim();
  if (MISSING.test(s)) return Number.NaN;
  // Where commas separate, a cell holds one only in quotes.
  const n = Number(s.replace(DECIMAL_COMMA, '$1.$2'));
  if (!Number.isNaN(n)) return Number.isFinite(n) ? n : Number.NaN;
  const truth = TRUTHS[s.toLowerCase()];
  if (truth !== undefined) return truth;
  if (words === undefined) return Number.NaN;
  let code = words.get(s);
  if (code === undefined) {
    code = words.size >= MAX_WORD_STATES ? MAX_WORD_STATES : words.size;
    if (words.size < MAX_WORD_STATES) words.set(s, code);
  }
  return code;
};

const separatorOf = (head: string): string =>
  [',', ';', '\t', '|'].reduce((a, b) => (head.split(b).length > head.split(a).length ? b : a));

/** The text of a file in UTF-8, or in UTF-16 as spreadsheets save it, without its byte order mark. */
export const readText = (path: string): string => {
  const octets = readFileSync(path);
  const mark = octets.length >= 2 ? octets.readUInt16BE(0) : 0;
  if (mark === 0xfeff) octets.subarray(0, octets.length & ~1).swap16();
  return octets.toString(mark === 0xfffe || mark === 0xfeff ? 'utf16le' : 'utf8').replace(/^\uFEFF/, '');
};

/** How files call rows in which nothing is odd. */
const NORMAL = /^(normal|no[ _]?attack|benign|ok|good|healthy)$/i;

/** 1 where a column of answers says that something is odd; undefined where it is no such column: 0 and 1, 1 and -1 (odd), or words one of which is `Normal`. */
const oddRows = (answers: Float64Array, words: ReadonlyMap<string, number>): Uint8Array | undefined => {
  if (words.size > 0) {
    const normal = new Set([...words].filter(([word]) => NORMAL.test(word)).map(([, code]) => code));
    return normal.size > 0 ? Uint8Array.from(answers, (x) => (normal.has(x) ? 0 : 1)) : undefined;
  }
  if (answers.every((x) => x === 0 || x === 1)) return Uint8Array.from(answers);
  return answers.every((x) => x === 1 || x === -1) ? Uint8Array.from(answers, (x) => (x < 0 ? 1 : 0)) : undefined;
};

/**
 * Stretches of rows, from the time of the first to that of the last, that the file's own column of answers (`anomaly`, `label`, ...)
 * marks; undefined where it has no such column (`oddRows`).
 */
export const readAnswers = (
  text: string,
): readonly { readonly startUs: number; readonly endUs: number }[] | undefined => {
  const head = /^\uFEFF?([^\r\n]*)/.exec(text)![1]!;
  const names = splitLine(head, separatorOf(head)).map((n) => n.trim());
  for (const name of names.filter((n) => ANSWERS.test(n) && !CHANGES.test(n))) {
    const words = new Map<string, number>();
    const { columns, tsUs, count } = readRows(text, new Map([[name, words]]), [name]);
    const answers = count === 0 ? undefined : oddRows(columns[0]!, words);
    if (answers === undefined) continue;
    const out: { startUs: number; endUs: number }[] = [];
    for (let i = 0; i < count; i++) {
      if (answers[i] !== 1) continue;
      if (answers[i - 1] === 1) out[out.length - 1]!.endUs = tsUs[i]!;
      else out.push({ startUs: tsUs[i]!, endUs: tsUs[i]! });
    }
    return out;
  }
  return undefined;
};

/**
 * The rows of one file. `points`: names and order of the columns wanted (those of the training data; what the file lacks
 * is NaN); without it every column but time and known answers. Rows without a time are left out; without any time column
 * rows are one second apart.
 */
export const readRows = (text: string, words: Words = new Map(), points?: readonly string[]): RowTable => {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  while (lines.length > 0 && lines[lines.length - 1]!.trim() === '') lines.pop();
  const head = lines[0] ?? '';
  if (lines.length - 1 > MAX_CSV_ROWS) throw new Error(`more than ${MAX_CSV_ROWS} rows`);
  const separator = separatorOf(head);
  const names = splitLine(head, separator).map((n) => n.trim());
  let timeColumn = names.findIndex((n) => TIME_NAMES.test(n));
  if (timeColumn < 0) {
    // An unnamed first column that reads as a date; plain numbers there would be a row number or a value.
    const first = splitLine(lines[1] ?? '', separator)[0] ?? '';
    timeColumn = /\d{4}-\d{2}|\d{1,2}\/\d{1,2}/.test(first) && !Number.isNaN(readTime(first)) ? 0 : -1;
  }
  const all = names.map((_, i) => i).filter((i) => i !== timeColumn && !ANSWERS.test(names[i]!) && names[i] !== '');
  const wanted = points ?? all.map((i) => names[i]!);
  const sources = wanted.map((name) => names.indexOf(name));
  // Cells are read line by line and not kept: a week of seconds of eighty points is fifty million of them.
  const body = lines.slice(1).filter((l) => l.trim() !== '');
  const times = new Float64Array(body.length);
  const dayFirst = timeColumn >= 0 && isDayFirst(body.map((line) => splitLine(line, separator)[timeColumn] ?? ''));
  const columns = wanted.map(() => new Float64Array(body.length).fill(Number.NaN));
  const filled = new Uint32Array(wanted.length);
  const wordy = new Uint32Array(wanted.length);
  body.forEach((line, i) => {
    const cells = splitLine(line, separator);
    times[i] = timeColumn < 0 ? i * 1e6 : readTime(cells[timeColumn] ?? '', dayFirst);
    for (let p = 0; p < sources.length; p++) {
      const cell = sources[p]! < 0 ? '' : (cells[sources[p]!] ?? '');
      const x = readNumber(cell, undefined);
      columns[p]![i] = x;
      if (!Number.isFinite(times[i]!) || MISSING.test(cell.trim())) continue;
      filled[p]!++;
      if (Number.isNaN(x) && Number.isNaN(Number(cell.trim()))) wordy[p]!++;
    }
  });
  // Recorders write late rows out of order: models are promised rows in the order of time.
  const order = [...times.keys()].filter((i) => Number.isFinite(times[i]));
  order.sort((a, b) => times[a]! - times[b]! || a - b);
  if (points === undefined)
    // A few words among numbers are marks of a recorder (`Bad Input`), not states.
    for (const [p, name] of wanted.entries())
      if (!words.has(name) && wordy[p]! * 2 > filled[p]!) words.set(name, new Map());
  const ofWords = wanted.flatMap((name, p) => (words.has(name) && sources[p]! >= 0 ? [p] : []));
  // States are numbered in the order of time.
  if (ofWords.length > 0)
    for (const i of order) {
      const cells = splitLine(body[i]!, separator);
      for (const p of ofWords) columns[p]![i] = readNumber(cells[sources[p]!] ?? '', words.get(wanted[p]!));
    }
  return {
    points: wanted,
    count: order.length,
    tsUs: Float64Array.from(order, (i) => times[i]!),
    columns: columns.map((column) => Float64Array.from(order, (i) => column[i]!)),
  };
};
