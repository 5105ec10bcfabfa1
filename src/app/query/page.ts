/** One page of a list: filtered, sorted, counted; only the rows of the page are turned into answers. */
import { FILTER_FIELDS, type ListName, type ListQuery, type Page } from '../../api/index.ts';
import { RequestError } from '../engine-contract.ts';
import { type Accessors, compileFilter, compileSort } from './filter.ts';

export interface ListSource<R, T> {
  readonly list: ListName;
  readonly rows: readonly R[];
  readonly accessors: Accessors<R>;
  /** Field by which the list is sorted when nothing was asked for. */
  readonly defaultSort: string;
  readonly toItem: (row: R) => T;
  readonly version: number;
  readonly nowUs: number;
}

const DEFAULT_LIMIT = 200;

const offsetOf = (cursor: string | undefined): number => {
  if (cursor === undefined) return 0;
  const offset = Number(Buffer.from(cursor, 'base64url').toString('latin1').replace(/^o/, ''));
  if (!Number.isSafeInteger(offset) || offset < 0) {
    throw new RequestError(
      422,
      'cursor-invalid',
      'The cursor is not one of this list.',
      'Load the list from its start.',
    );
  }
  return offset;
};
const cursorOf = (offset: number): string => Buffer.from(`o${offset}`, 'latin1').toString('base64url');

/** The rows of a page, and the cursor of the next one. */
export const partOf = <R>(
  rows: readonly R[],
  { cursor, limit = DEFAULT_LIMIT }: Pick<ListQuery, 'cursor' | 'limit'>,
): { readonly rows: readonly R[]; readonly next: string | null } => {
  const from = offsetOf(cursor);
  const to = Math.min(rows.length, from + limit);
  return { rows: rows.slice(from, to), next: to < rows.length ? cursorOf(to) : null };
};

export const pageOf = <R, T>(source: ListSource<R, T>, query: ListQuery): Page<T> => {
  const fields = FILTER_FIELDS[source.list];
  const { q = '' } = query;
  const kept =
    q.trim() === '' ? source.rows : source.rows.filter(compileFilter(q, fields, source.accessors, source.nowUs));
  const order = compileSort(query.sort ?? source.defaultSort, fields, source.accessors);
  const sorted = [...kept].sort(order);
  const { rows, next } = partOf(sorted, query);
  return { items: rows.map(source.toItem), next, total: sorted.length, version: source.version };
};
