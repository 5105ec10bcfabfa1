/** The rows under those that stand for a group: asked for when a person opens or ticks it, and again when the list is newer. */
import { keepPreviousData, useQueries, useQueryClient } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import type { Page } from '../../api/common.ts';
import type { ListName } from '../../api/words.ts';
import { call } from '../lib/api.ts';

/** Rows of a group that are shown in place, `MAX_PAGE` of the contract; the page of the group has all. */
const MOST_UNDER = 1000;

interface Asked<T> {
  readonly list: ListName;
  readonly site: string;
  readonly fixed: string;
  readonly sort: string;
  /** Of the list: its groups are as new as it is. */
  readonly version: number;
  readonly rows: readonly T[];
  readonly groupOf: (row: T) => string;
  readonly unfolded: ReadonlySet<string>;
  /** Filter of the rows under one; undefined: this list has no groups. */
  readonly under: ((lead: T) => string) | undefined;
}

export interface Groups<T> {
  readonly of: (key: string) => readonly T[] | undefined;
  /** All rows that were asked for. */
  readonly all: readonly T[];
  /** Those of one group, from the server where they are not here yet. */
  readonly load: (lead: T) => Promise<readonly T[]>;
}

export const useGroups = <T>(asked: Asked<T>): Groups<T> => {
  const { list, site, fixed, sort, version, rows, groupOf, unfolded, under } = asked;
  const client = useQueryClient();
  const queryOf = (lead: T) => {
    const q = [fixed, under?.(lead) ?? ''].filter((x) => x !== '').join(' ');
    return {
      queryKey: ['list', list, site, 'under', q, sort, version],
      queryFn: async ({ signal }: { signal: AbortSignal }) =>
        (await (call(list, { site, q, sort, limit: MOST_UNDER }, undefined, signal) as unknown as Promise<Page<T>>))
          .items,
    };
  };
  const open = rows.filter((row) => unfolded.has(groupOf(row)));
  const data = useQueries({
    queries: open.map((lead) => ({ ...queryOf(lead), placeholderData: keepPreviousData, staleTime: 30_000 })),
    combine: dataOf,
  }) as readonly (readonly T[] | undefined)[];
  const keys = open.map(groupOf).join(' ');
  const found = useMemo(() => new Map(keys.split(' ').map((key, i) => [key, data[i]])), [keys, data]);
  const of = useCallback((key: string) => found.get(key), [found]);
  const all = useMemo(() => [...found.values()].flatMap((some) => some ?? []), [found]);
  return { of, all, load: (lead) => client.fetchQuery(queryOf(lead)) };
};

const dataOf = (answers: readonly { data: unknown }[]): readonly unknown[] => answers.map(({ data }) => data);
