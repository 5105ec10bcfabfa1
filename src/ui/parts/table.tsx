/**
 * One table for every list: rows of the server's pages, virtualised (only what is on screen is in the document), sorted
 * and filtered by the server, walked with j/k, opened with Enter, exported as it stands. The URL holds filter and sort.
 */
import { ActionIcon, Button, Checkbox, Menu, Tooltip } from '@mantine/core';
import {
  IconColumns3,
  IconDownload,
  IconRefresh,
  IconSortAscending,
  IconSortDescending,
  IconX,
} from '@tabler/icons-react';
import { type InfiniteData, useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Page } from '../../api/common.ts';
import { CAPTURE_LISTS, FILE_PATHS } from '../../api/paths.ts';
import type { ListName, Topic } from '../../api/words.ts';
import { ApiProblem, call, type Parameters, urlOf } from '../lib/api.ts';
import { number } from '../lib/format.ts';
import { dialogIsOpen, useKeys } from '../lib/keys.ts';
import { useLive } from '../lib/live.ts';
import { useMay } from '../lib/may.ts';
import { useSite } from '../lib/site.ts';
import { Empty, GridState, Loading, Problem } from './basics.tsx';
import { fitting, leastWidth } from './columns.ts';
import { OldAnswer } from './fetched.tsx';
import { FilterLine } from './filter.tsx';
import { foldRows, type Line } from './fold.ts';
import { useGroups } from './groups.ts';
import { notify } from './notify.ts';
import { type RowActions, TableRow } from './table-row.tsx';
import { placeOf, stepFrom, type Walked } from './walk.ts';

export interface Column<T> {
  readonly id: string;
  readonly head: string;
  /** CSS grid track: `120px`, `minmax(160px, 2fr)`. */
  readonly width: string;
  readonly cell: (row: T) => ReactNode;
  /** The same of a line that stands for a group; absent: blank there. */
  readonly folded?: (key: string, lead: T) => ReactNode;
  /** Field to sort by; absent: does not sort. */
  readonly sort?: string;
  readonly end?: boolean;
  /** Left out when the table is narrower than this many pixels, unless a person ticked it. */
  readonly from?: number;
  /** Hidden until a person asks for it. */
  readonly extra?: boolean;
}

export interface Chip {
  readonly label: string;
  readonly q: string;
}

interface Props<T> {
  list: ListName;
  topic: Topic;
  columns: readonly Column<T>[];
  keyOf: (row: T) => string | number;
  /** Terms that always hold (`asset:a12`), not shown in the filter line. */
  fixed?: string;
  defaultSort: string;
  chips?: readonly Chip[];
  open?: (row: T) => void;
  /** More to do with the selected row, by key. Not heard while the rows of a folded line are fetched to be ticked. */
  keys?: (row: T | undefined) => Readonly<Record<string, () => void>>;
  empty: { title: string; text: ReactNode };
  tools?: ReactNode;
  selected?: { ids: ReadonlySet<string>; toggle: (row: T) => void };
  unit: [one: string, many: string];
  /** The chosen row in full, beside the list. The URL holds the choice (`sel`); j/k walk it along. With `open`, Enter opens. */
  detail?: {
    readonly title: (row: T) => ReactNode;
    /** `next` chooses the line after it, of the last one the line before, of the only one none. */
    readonly body: (row: T, next: () => void) => ReactNode;
  };
  fold?: Folding<T>;
}

/** A row that stands for others is one line, which opens in place (→) and closes (←): they are asked for then. */
export interface Folding<T> {
  /** Filter that keeps only rows that stand for themselves or a group. It holds while a person filters by nothing. */
  readonly only: string;
  /** Key of the group that a row stands for; '' where it stands alone. */
  readonly of: (row: T) => string;
  /** Filter that keeps the others of that group. */
  readonly under: (lead: T) => string;
  /** Of the count of lines. */
  readonly unit: readonly [one: string, many: string];
  readonly open: (key: string) => void;
  readonly title: (key: string, lead: T) => ReactNode;
  readonly body: (key: string, lead: T) => ReactNode;
}
const alone = () => '';

const PAGE = 250;
/** The column of the boxes that select rows. */
const TICK_PX = 34;
const FRAME_LISTS: ReadonlySet<string> = new Set(CAPTURE_LISTS);

interface ListSearch {
  q?: string;
  sort?: string;
  sel?: string;
}

export const ListTable = <T,>(props: Props<T>) => {
  const { list, topic, columns, keyOf, fixed = '', defaultSort, chips, empty, selected, unit, detail, fold } = props;
  const site = useSite();
  const takesFrames = useMay('evidence');
  const navigate = useNavigate();
  const client = useQueryClient();
  const search = useSearch({ strict: false }) as ListSearch & Record<string, unknown>;
  const q = search.q ?? '';
  const sort = search.sort ?? defaultSort;
  const change = useCallback(
    (next: ListSearch) =>
      void navigate({
        to: '.',
        replace: true,
        search: (old: Record<string, unknown>) => {
          const merged: Record<string, unknown> = { ...old, ...next };
          if (!merged.q) delete merged.q;
          if (!merged.sel) delete merged.sel;
          if (merged.sort === defaultSort) delete merged.sort;
          return merged;
        },
      }),
    [navigate, defaultSort],
  );
  const setQ = useCallback((value: string) => change({ q: value }), [change]);

  // Who filters asks for all rows that fit, wherever they are folded.
  const folds = fold !== undefined && q === '';
  const whole = [fixed, q].filter((x) => x !== '').join(' ');
  const filter = folds ? `${whole} ${fold.only}` : whole;
  const params: Parameters = { ...(list === 'journal' ? {} : { site }), q: filter, sort };
  // Key `list` first: the event stream refreshes topics, lists refresh on demand.
  const query = useInfiniteQuery({
    queryKey: ['list', list, site, filter, sort],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      call(list, { ...params, limit: PAGE, cursor: pageParam }, undefined, signal) as unknown as Promise<Page<T>>,
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: (old) => old,
    staleTime: 30_000,
  });
  const rows = useMemo(() => query.data?.pages.flatMap((p) => p.items) ?? [], [query.data]);
  const [unfolded, setUnfolded] = useState<ReadonlySet<string>>(new Set());
  const groupOf = folds ? fold.of : alone;
  const version = query.data?.pages[0]?.version ?? 0;
  const groups = useGroups({ list, site, fixed, sort, version, rows, groupOf, unfolded, under: fold?.under });
  const lines = useMemo(() => foldRows(rows, groupOf, unfolded, groups.of), [rows, groupOf, unfolded, groups.of]);
  const unfold = (key: string, open: boolean) =>
    setUnfolded((old) => {
      const next = new Set(old);
      if (open) next.add(key);
      else next.delete(key);
      return next;
    });
  const idOf = (line: Line<T>): string => (line.kind === 'fold' ? line.key : String(keyOf(line.row)));
  const total = query.data?.pages[0]?.total;
  // The journal is about the installation: its versions carry no site.
  const newest = useLive((l) => l.versions[`${list === 'journal' ? '' : site} ${topic}`] ?? 0);
  const box = useRef<HTMLDivElement>(null);
  const newer = newest > version && version > 0;
  const refresh = useCallback(() => {
    // From the first page on, and with the old rows until the new ones are there: they may not come.
    const key = ['list', list, site, filter, sort];
    client.setQueryData<InfiniteData<Page<T>>>(
      key,
      (old) => old && { pages: old.pages.slice(0, 1), pageParams: old.pageParams.slice(0, 1) },
    );
    box.current?.scrollTo({ top: 0 });
    void client.refetchQueries({ queryKey: key, exact: true });
  }, [client, list, site, filter, sort]);

  const [width, setWidth] = useState(1200);
  useEffect(() => {
    const el = box.current;
    if (!el) return;
    const watch = new ResizeObserver(() => setWidth(el.clientWidth));
    watch.observe(el);
    return () => watch.disconnect();
  }, []);
  const [ticked, setTicked] = useState<Readonly<Record<string, boolean>>>(() => readTicks(list));
  const beside = selected ? TICK_PX : 0;
  const visible = useMemo(
    () =>
      fitting(
        columns.filter((c) => ticked[c.id] ?? c.extra !== true),
        width - beside,
        (c) => ticked[c.id] === true,
      ),
    [columns, ticked, width, beside],
  );
  const template = (selected ? `${TICK_PX}px ` : '') + visible.map((c) => c.width).join(' ');
  const minWidth = leastWidth(visible) + beside;

  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => box.current,
    estimateSize: () => 28,
    overscan: 16,
    scrollPaddingStart: 32,
    scrollPaddingEnd: 32,
  });
  const items = virtual.getVirtualItems();
  const lastIndex = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (query.hasNextPage && !query.isFetchingNextPage && lastIndex >= lines.length - 80) void query.fetchNextPage();
  }, [lastIndex, lines.length, query.hasNextPage, query.isFetchingNextPage, query.fetchNextPage]);
  // A short list at its top follows what is new by itself.
  useEffect(() => {
    if (newer && (query.data?.pages.length ?? 0) <= 1 && (box.current?.scrollTop ?? 0) < 40 && !query.isFetching)
      void query.refetch();
  }, [newer, query.data?.pages.length, query.isFetching, query.refetch]);

  const sel = detail === undefined ? undefined : search.sel;
  const chosen = sel === undefined ? -1 : lines.findIndex((line) => idOf(line) === sel);
  // The chosen row may stand under a line that is folded: it is shown beside the list all the same.
  const shown: Line<T> | undefined =
    lines[chosen] ?? hidden([...rows, ...groups.all], (r) => sel !== undefined && String(keyOf(r)) === sel);
  const choose = (line: Line<T> | undefined) => change({ sel: line === undefined ? '' : idOf(line) });
  const opens = props.open !== undefined || detail !== undefined;
  const open = (line: Line<T>) => {
    if (line.kind === 'fold') fold?.open(line.key);
    else if (props.open !== undefined) props.open(line.row);
    else choose(line);
  };
  const [walked, setWalked] = useState<Walked | undefined>();
  const idAt = (index: number): string => idOf(lines[index]!);
  const cursor = walked === undefined ? chosen : placeOf(lines.length, idAt, walked);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another list starts from its top
  useEffect(() => {
    setWalked(undefined);
    box.current?.scrollTo({ top: 0 });
  }, [filter, sort]);
  const move = (by: number) => {
    if (lines.length === 0) return;
    go(stepFrom(lines.length, cursor, walked, by));
  };
  const go = (next: number) => {
    if (lines[next] !== undefined) setWalked({ id: idAt(next), at: next });
    virtual.scrollToIndex(next);
    if (chosen >= 0) choose(lines[next]);
  };
  const goOn = () => {
    const next = lines[chosen + 1] ?? lines[chosen - 1];
    choose(chosen < 0 ? undefined : next);
    setWalked(undefined);
  };
  const line = cursor >= 0 ? lines[cursor] : undefined;
  const row = line?.kind === 'row' ? line.row : undefined;
  const isTicked = (r: T) => selected?.ids.has(String(keyOf(r))) === true;
  const [ticking, setTicking] = useState(0);
  /** A folded line is ticked when all of its rows are. */
  const tickedOf = (of: Line<T>): 'all' | 'some' | 'none' => {
    const members = of.kind === 'row' ? [of.row] : [of.lead, ...(of.under ?? [])];
    const count = members.filter(isTicked).length;
    return count === 0 ? 'none' : count === members.length ? 'all' : 'some';
  };
  const tick = async (of: Line<T>) => {
    if (of.kind === 'row') return selected?.toggle(of.row);
    const all = tickedOf(of) === 'all';
    setTicking((n) => n + 1);
    try {
      const members = [of.lead, ...(of.under ?? (await groups.load(of.lead)))];
      for (const r of members) if (all || !isTicked(r)) selected?.toggle(r);
    } finally {
      setTicking((n) => n - 1);
    }
  };
  const close = (of: Line<T>) => {
    const key = of.kind === 'fold' ? of.key : of.within;
    if (key === '') return;
    go(lines.findIndex((l) => l.kind === 'fold' && l.key === key));
    unfold(key, false);
  };
  // Lines keep their actions while the list around them changes.
  const latest = useRef<RowActions<T> | undefined>(undefined);
  latest.current = {
    pick: (index) => {
      const picked = lines[index];
      if (picked === undefined) return;
      setWalked({ id: idOf(picked), at: index });
      if (window.getSelection()?.toString() !== '') return;
      if (detail !== undefined) choose(index === chosen ? undefined : picked);
      else open(picked);
    },
    tick: (of) => void tick(of).catch(notify.problem),
    unfold,
  };
  const [actions] = useState<RowActions<T>>(() => ({
    pick: (index) => latest.current?.pick(index),
    tick: (of) => latest.current?.tick(of),
    unfold: (key, isOpen) => latest.current?.unfold(key, isOpen),
  }));
  useKeys({
    j: () => move(1),
    ArrowDown: () => move(1),
    k: () => move(-1),
    ArrowUp: () => move(-1),
    PageDown: () => move(20),
    PageUp: () => move(-20),
    Home: () => move(-lines.length),
    End: () => move(lines.length),
    r: refresh,
    Escape: () => {
      setWalked(undefined);
      if (sel !== undefined) choose(undefined);
    },
    ...(opens && line !== undefined ? { Enter: () => !dialogIsOpen() && open(line), o: () => open(line) } : {}),
    ...(selected && line !== undefined ? { x: () => void tick(line).catch(notify.problem) } : {}),
    ...(fold && line !== undefined
      ? { ArrowRight: () => line.kind === 'fold' && unfold(line.key, true), ArrowLeft: () => close(line) }
      : {}),
    ...(ticking === 0 ? props.keys?.(row) : {}),
  });

  const error = query.error;
  const wrongFilter = error instanceof ApiProblem && error.code.startsWith('filter') ? error.message : undefined;
  const exportUrl = (format: 'csv' | 'json') => {
    // Folded or not, what is exported is all of it.
    const path = (list === 'journal' ? FILE_PATHS.exportJournal : FILE_PATHS.export).split(' ')[1] ?? '';
    return urlOf(path, { ...params, q: whole, list, format }).replace(/([?&])list=[^&]*&?/, '$1');
  };
  return (
    <div style={{ display: 'flex', flexDirection: 'column', minHeight: 0, flex: 1, position: 'relative' }}>
      <div className="toolbar">
        <FilterLine list={list} value={q} onChange={setQ} problem={wrongFilter} />
        {chips && (
          <div className="chips">
            {chips.map((c) => (
              <button
                key={c.label}
                type="button"
                className="chip"
                aria-pressed={q === c.q}
                title={c.q}
                onClick={() => setQ(q === c.q ? '' : c.q)}
              >
                {c.label}
              </button>
            ))}
          </div>
        )}
        <span className="grow" />
        {props.tools}
        {newer && (query.data?.pages.length ?? 0) > 0 && !query.isFetching && (
          <Button variant="filled" size="compact-xs" onClick={refresh}>
            Newer rows: show (r)
          </Button>
        )}
        <span className="dim small nowrap" aria-live="polite">
          {total === undefined ? '' : countText(total, folds ? fold.unit : unit)}
        </span>
        <Tooltip label="Fetch again (r)">
          <ActionIcon
            aria-label="Fetch again"
            onClick={refresh}
            loading={query.isFetching && !query.isFetchingNextPage && !query.isLoading}
          >
            <IconRefresh size={15} stroke={1.6} />
          </ActionIcon>
        </Tooltip>
        <Menu position="bottom-end" closeOnItemClick={false}>
          <Menu.Target>
            <ActionIcon aria-label="Columns" title="Columns">
              <IconColumns3 size={15} stroke={1.6} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            {columns.map((c) => (
              <Menu.Item
                key={c.id}
                onClick={() => {
                  const next = { ...ticked, [c.id]: !visible.includes(c) };
                  setTicked(next);
                  writeTicks(list, next);
                }}
                leftSection={<Checkbox checked={visible.includes(c)} readOnly tabIndex={-1} aria-hidden="true" />}
              >
                {c.head}
              </Menu.Item>
            ))}
            <Menu.Divider />
            <Menu.Item
              onClick={() => {
                setTicked({});
                writeTicks(list, {});
              }}
            >
              As delivered
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon aria-label="Export" title="Export with this filter">
              <IconDownload size={15} stroke={1.6} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Label>
              {total === undefined ? 'Export' : folds ? `Export all ${unit[1]}` : `Export ${countText(total, unit)}`}
            </Menu.Label>
            <Menu.Item component="a" href={exportUrl('csv')} download>
              CSV
            </Menu.Item>
            <Menu.Item component="a" href={exportUrl('json')} download>
              JSON
            </Menu.Item>
            {FRAME_LISTS.has(list) && takesFrames && (
              <Menu.Item
                component="a"
                href={urlOf(FILE_PATHS.listPcapng.split(' ')[1] ?? '', { site, list, ...(q !== '' && { q }) })}
                download
              >
                Frames (pcapng)
              </Menu.Item>
            )}
          </Menu.Dropdown>
        </Menu>
      </div>
      {rows.length > 0 && error && !wrongFilter && (
        <OldAnswer error={error} atMs={query.dataUpdatedAt} retry={() => void query.refetch()} />
      )}
      <div className="beside">
        <div
          ref={box}
          className="table"
          role="grid"
          aria-label={list}
          aria-rowcount={total === undefined || query.hasNextPage ? -1 : lines.length + 1}
          aria-busy={query.isFetching}
        >
          <div className="thead" role="row" aria-rowindex={1} style={{ gridTemplateColumns: template, minWidth }}>
            {selected && (
              <div role="columnheader">
                <span className="sr">Selected</span>
              </div>
            )}
            {visible.map((c) => {
              const on = c.sort !== undefined && sort.replace('-', '') === c.sort;
              const down = sort.startsWith('-');
              return (
                <div
                  key={c.id}
                  role="columnheader"
                  className={c.end ? 'end' : ''}
                  aria-sort={on ? (down ? 'descending' : 'ascending') : 'none'}
                >
                  {c.sort === undefined ? (
                    c.head
                  ) : (
                    <button
                      type="button"
                      onClick={() => change({ sort: on && !down ? `-${c.sort}` : on ? c.sort! : startSort(c) })}
                    >
                      {c.head}
                      {on &&
                        (down ? (
                          <IconSortDescending size={12} aria-hidden="true" />
                        ) : (
                          <IconSortAscending size={12} aria-hidden="true" />
                        ))}
                    </button>
                  )}
                </div>
              );
            })}
          </div>
          {rows.length === 0 ? (
            <GridState>
              {query.isLoading ? (
                <Loading lines={12} />
              ) : error && !wrongFilter ? (
                <Problem error={error} retry={() => void query.refetch()} />
              ) : q !== '' ? (
                <Empty title="Nothing fits this filter">
                  {wrongFilter ?? 'It keeps no row.'}{' '}
                  <button type="button" className="chip" onClick={() => setQ('')}>
                    Clear the filter
                  </button>
                </Empty>
              ) : (
                <Empty title={empty.title}>{empty.text}</Empty>
              )}
            </GridState>
          ) : (
            <div style={{ height: virtual.getTotalSize(), position: 'relative', minWidth, width: '100%' }}>
              {items.map((v) => {
                const line = lines[v.index];
                if (line === undefined) return null;
                const ticked = selected === undefined ? undefined : tickedOf(line);
                return (
                  <TableRow<T>
                    key={idOf(line)}
                    line={line}
                    index={v.index}
                    top={v.start}
                    template={template}
                    columns={visible}
                    isOn={v.index === cursor || ticked === 'all'}
                    opens={opens}
                    ticked={ticked}
                    actions={actions}
                  />
                );
              })}
            </div>
          )}
        </div>
        {detail && sel !== undefined && !query.isLoading && (
          <Aside
            title={
              shown === undefined
                ? 'Not in this list'
                : shown.kind === 'fold'
                  ? fold?.title(shown.key, shown.lead)
                  : detail.title(shown.row)
            }
            close={() => choose(undefined)}
          >
            {shown === undefined ? (
              <p className="dim">The chosen row is not among those that this filter keeps.</p>
            ) : shown.kind === 'fold' ? (
              fold?.body(shown.key, shown.lead)
            ) : (
              detail.body(shown.row, goOn)
            )}
          </Aside>
        )}
      </div>
    </div>
  );
};

const hidden = <T,>(rows: readonly T[], is: (row: T) => boolean): Line<T> | undefined => {
  const row = rows.find(is);
  return row === undefined ? undefined : { kind: 'row', row, within: '' };
};

const countText = (count: number, [one, many]: readonly [string, string]): string =>
  `${number(count)} ${count === 1 ? one : many}`;

const Aside = ({ title, close, children }: { title: ReactNode; close: () => void; children: ReactNode }) => (
  <aside className="aside" aria-label="Chosen row">
    <header>
      <h2 className="grow">{title}</h2>
      <ActionIcon aria-label="Close (Esc)" title="Close (Esc)" onClick={close}>
        <IconX size={15} stroke={1.6} />
      </ActionIcon>
    </header>
    <div className="body">{children}</div>
  </aside>
);

/** Numbers and times start with the largest, text with A. */
const startSort = <T,>(c: Column<T>): string => (c.end ? `-${c.sort}` : (c.sort ?? ''));
const ticksKey = (list: string) => `gatehouse.columns.${list}`;
const readTicks = (list: string): Record<string, boolean> => {
  try {
    return JSON.parse(localStorage.getItem(ticksKey(list)) ?? '{}') as Record<string, boolean>;
  } catch {
    return {};
  }
};
const writeTicks = (list: string, ticks: Readonly<Record<string, boolean>>): void => {
  try {
    localStorage.setItem(ticksKey(list), JSON.stringify(ticks));
  } catch {
    // Private windows may refuse: the choice then lasts as long as the page.
  }
};
