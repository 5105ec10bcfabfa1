/**
 * How a row of the model becomes a row of a table and back. Lists and values travel as JSON texts; 64-bit integers inside
 * them as `{"bigint":"..."}`, numbers that JSON does not know as `{"number":"NaN"}`.
 */
import type { Evidence } from '../core/frame.ts';
import type { Value } from '../core/observation.ts';
import type { Row, TableName } from './schema.ts';

const withBigints = (value: unknown): string | undefined =>
  JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'bigint' ? { bigint: member.toString() } : member,
  );

export const json = (value: unknown): string => {
  // A replacer costs several times as much and almost nothing holds a 64-bit integer, which JSON.stringify refuses.
  try {
    return JSON.stringify(value) ?? '';
  } catch (error) {
    if (error instanceof TypeError) return withBigints(value) ?? '';
    throw error;
  }
};

const BIGINT_KEY = '"bigint"';
export const fromJson = <T>(text: string): T =>
  // As with a replacer: most texts hold none. (An escaped spelling of the key is never written.)
  text.includes(BIGINT_KEY)
    ? (JSON.parse(text, (_key, member: unknown) =>
        member !== null && typeof member === 'object' && 'bigint' in member && typeof member.bigint === 'string'
          ? BigInt(member.bigint)
          : member,
      ) as T)
    : (JSON.parse(text) as T);

/** '' is undefined; numbers that JSON does not know (NaN, infinities) come back. */
export const valueText = (value: Value | undefined): string =>
  value === undefined
    ? ''
    : typeof value === 'number' && !Number.isFinite(value)
      ? json({ number: String(value) })
      : json(value);
export const storedValue = (text: string): Value | undefined => {
  if (text === '') return undefined;
  const value = fromJson<Value | { number: string }>(text);
  return typeof value === 'object' ? Number(value.number) : value;
};
/** Ids of sources of late: of each text it would be one more that says the same. */
const sources = new Map<string, string>();
const MAX_SOURCES = 256;
const shared = (source: string): string => {
  const known = sources.get(source);
  if (known !== undefined) return known;
  if (sources.size >= MAX_SOURCES) sources.clear();
  sources.set(source, source);
  return source;
};
export const evidence = (text: string): readonly Evidence[] =>
  fromJson<readonly Evidence[]>(text).map((one) => ({ ...one, source: shared(one.source) }));

export interface Codec<T extends TableName, R> {
  readonly table: T;
  /** Column that gives the order in which the model wants the rows back. */
  readonly order: keyof Row<T> & string;
  readonly toRow: (site: string, row: R, recordedUs: number) => Row<T>;
  readonly fromRow: (row: Row<T>) => R;
}
export const codec = <T extends TableName, R>(value: Codec<T, R>): Codec<T, R> => value;
