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

export const pageOf = <R, T>(source: ListSource<R, T>, query: ListQuery): Page<T> => {
  const fields = FILTER_FIELDS[source.list];
  const { q = '' } = query;
  const kept =
    q.trim() === '' ? source.rows : source.rows.filter(compileFilter(q, fields, source.accessors, source.nowUs));
  const order = compileSort(query.sort ?? source.defaultSort, fields, source.accessors);
  const sorted = [...kept].sort(order);
  const from = offsetOf(query.cursor);
  const to = Math.min(sorted.length, from + (query.limit ?? DEFAULT_LIMIT));
  return {
    items: sorted.slice(from, to).map(source.toItem),
    next: to < sorted.length ? cursorOf(to) : null,
    total: sorted.length,
    version: source.version,
  };
};
