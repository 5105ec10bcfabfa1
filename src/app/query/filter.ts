/**
 * The filter grammar of the API (`api/filter.ts`), parsed and turned into a test of one row. Anything that is not
 * understood is the error `filter-invalid` with the column where it went wrong; nothing is ever ignored.
 */
import type { FilterField } from '../../api/index.ts';
import { ipv4Parse, ipv6Parse } from '../../lib/address.ts';
import { RequestError } from '../engine-contract.ts';

/** What a field of a row is: several values mean any of them; undefined is not known. Times in microseconds. */
export type FieldValue = string | number | boolean | readonly (string | number)[] | undefined;
export type Accessors<R> = Readonly<Record<string, (row: R) => FieldValue>>;

/** Terms of one filter. */
export const MAX_TERMS = 50;

const invalid = (column: number, reason: string): RequestError =>
  new RequestError(
    422,
    'filter-invalid',
    `The filter is not valid at column ${column + 1}: ${reason}.`,
    'See the help of the filter field: words, field:value, -field:value.',
  );

interface Token {
  readonly negated: boolean;
  readonly field: string;
  readonly op: string;
  readonly values: readonly string[];
  readonly column: number;
}

/** Reads a value up to a blank or comma; quotes keep both. */
const readValue = (text: string, at: number, stops: string): { value: string; end: number; quoted: boolean } => {
  if (text[at] === '"') {
    const end = text.indexOf('"', at + 1);
    if (end < 0) throw invalid(at, 'a quotation mark is not closed');
    return { value: text.slice(at + 1, end), end: end + 1, quoted: true };
  }
  let end = at;
  while (end < text.length && !stops.includes(text[end]!)) end++;
  return { value: text.slice(at, end), end, quoted: false };
};

const tokens = (text: string): Token[] => {
  const found: Token[] = [];
  let at = 0;
  while (at < text.length) {
    if (text[at] === ' ') {
      at++;
      continue;
    }
    const column = at;
    const negated = text[at] === '-' && text[at + 1] !== undefined && text[at + 1] !== ' ';
    if (negated) at++;
    const name = /^[a-z][a-z-]*(?=:)/i.exec(text.slice(at))?.[0];
    if (name === undefined) {
      const { value, end } = readValue(text, at, ' ');
      at = end;
      if (value !== '') found.push({ negated, field: '', op: ':', values: [value], column });
    } else {
      at += name.length;
      const op = /^:(=|>=|<=|>|<)?/.exec(text.slice(at))![0];
      at += op.length;
      const values: string[] = [];
      for (;;) {
        const { value, end, quoted } = readValue(text, at, ' ,');
        if (value === '' && !quoted) throw invalid(at, `a value is missing after ${name}${op}`);
        values.push(value);
        at = end;
        if (text[at] !== ',') break;
        at++;
      }
      found.push({ negated, field: name.toLowerCase(), op, values, column });
    }
    if (found.length > MAX_TERMS) throw invalid(column, `more than ${MAX_TERMS} terms`);
  }
  return found;
};

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

const timeOf = (text: string, column: number, nowUs: number): number => {
  const ago = /^(\d+(?:\.\d+)?)([smhdw])$/.exec(text);
  if (ago !== null) return nowUs - Number(ago[1]) * UNITS[ago[2]!]! * 1e6;
  const ms = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) throw invalid(column, `${text} is no time (2026-03-01T12:00:00Z, or 2h, 7d for ago)`);
  return ms * 1000;
};

const bitsOf = (text: string): Uint8Array | undefined => {
  const v4 = ipv4Parse(text);
  return v4 === undefined ? ipv6Parse(text) : Uint8Array.of(v4 >>> 24, v4 >>> 16, v4 >>> 8, v4);
};

/** A test of an address text against a prefix in CIDR notation. */
const prefixTest = (text: string, column: number): ((address: string) => boolean) => {
  const [base, length] = text.split('/');
  const bits = bitsOf(base!);
  const count = Number(length);
  if (bits === undefined || !Number.isInteger(count) || count < 0 || count > bits.length * 8) {
    throw invalid(column, `${text} is no IP prefix`);
  }
  return (address) => {
    const other = bitsOf(address);
    if (other === undefined || other.length !== bits.length) return false;
    for (let bit = 0; bit < count; bit++) {
      if (((bits[bit >> 3]! ^ other[bit >> 3]!) >> (7 - (bit & 7))) & 1) return false;
    }
    return true;
  };
};

const known = (value: FieldValue): boolean =>
  value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0);
const listOf = (value: FieldValue): readonly (string | number | boolean)[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value as string | number | boolean];

const compare = (op: string, a: number, b: number): boolean =>
  op === ':>' ? a > b : op === ':<' ? a < b : op === ':>=' ? a >= b : op === ':<=' ? a <= b : a === b;

/** The test of one value of one term. */
const valueTest = (
  field: FilterField,
  op: string,
  text: string,
  column: number,
  nowUs: number,
): ((value: FieldValue) => boolean) => {
  if (text === '*' && op === ':') return known;
  const ordered = op.length > 1 && op !== ':=';
  switch (field.kind) {
    case 'time': {
      const wanted = timeOf(text, column, nowUs);
      return (value) => typeof value === 'number' && value > 0 && compare(op === ':' ? ':>=' : op, value, wanted);
    }
    case 'number': {
      const wanted = Number(text);
      if (text.trim() === '' || Number.isNaN(wanted)) throw invalid(column, `${text} is no number`);
      return (value) => listOf(value).some((item) => typeof item === 'number' && compare(op, item, wanted));
    }
    case 'boolean': {
      if (text !== 'true' && text !== 'false') throw invalid(column, `${field.name} is true or false`);
      if (ordered) throw invalid(column, `${field.name} cannot be compared by size`);
      return (value) => value === (text === 'true');
    }
    default: {
      if (ordered) throw invalid(column, `${field.name} cannot be compared by size`);
      if (field.kind === 'ip' && text.includes('/')) {
        const inside = prefixTest(text, column);
        return (value) => listOf(value).some((item) => inside(String(item)));
      }
      const wanted = text.toLowerCase();
      if (op === ':=' || field.kind === 'word') {
        return (value) => listOf(value).some((item) => String(item).toLowerCase() === wanted);
      }
      return (value) => listOf(value).some((item) => String(item).toLowerCase().includes(wanted));
    }
  }
};

/** A test for rows. Throws `filter-invalid`. */
export const compileFilter = <R>(
  text: string,
  fields: readonly FilterField[],
  accessors: Accessors<R>,
  nowUs: number,
): ((row: R) => boolean) => {
  const free = fields.filter((field) => field.free === true).map((field) => accessors[field.name]!);
  const tests = tokens(text).map(({ negated, field: name, op, values, column }) => {
    if (name === '') {
      const wanted = values[0]!.toLowerCase();
      return (row: R): boolean =>
        free.some((read) => listOf(read(row)).some((item) => String(item).toLowerCase().includes(wanted))) !== negated;
    }
    const field = fields.find((candidate) => candidate.name === name);
    if (field === undefined) throw invalid(column, `there is no field ${name}`);
    const read = accessors[name]!;
    const any = values.map((value) => valueTest(field, op, value, column, nowUs));
    return (row: R): boolean => {
      const value = read(row);
      return any.some((test) => test(value)) !== negated;
    };
  });
  return (row) => tests.every((test) => test(row));
};

/** A comparison for `sort`; rows without a value come last. Throws `sort-invalid`. */
export const compileSort = <R>(
  sort: string,
  fields: readonly FilterField[],
  accessors: Accessors<R>,
): ((a: R, b: R) => number) => {
  const descending = sort.startsWith('-');
  const name = descending ? sort.slice(1) : sort;
  const field = fields.find((candidate) => candidate.name === name && candidate.sorts);
  if (field === undefined) {
    throw new RequestError(
      422,
      'sort-invalid',
      `The list cannot be sorted by ${name}.`,
      'Choose a column of the list.',
    );
  }
  const read = accessors[name]!;
  const first = (row: R): string | number | boolean | undefined => listOf(read(row))[0];
  return (a, b) => {
    const x = first(a);
    const y = first(b);
    const unknownX = x === undefined || x === '';
    const unknownY = y === undefined || y === '';
    if (unknownX || unknownY) return unknownX === unknownY ? 0 : unknownX ? 1 : -1;
    const order =
      typeof x === 'string' || typeof y === 'string' ? inOrder(String(x), String(y)) : Number(x) - Number(y);
    return descending ? -order : order;
  };
};
/** What people named comes before what has an address only. */
const inOrder = (x: string, y: string): number => Number(isAddress(x)) - Number(isAddress(y)) || collator.compare(x, y);
const ADDRESS = /^(\d{1,3}(\.\d{1,3}){3}|[\da-f]{0,4}(:[\da-f]{0,4}){2,7})( |$)/i;
const isAddress = (text: string): boolean => (text.includes('.') || text.includes(':')) && ADDRESS.test(text);
/** `.9` before `.10`, whatever the language of the machine. */
const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });
