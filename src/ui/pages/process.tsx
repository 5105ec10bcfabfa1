/**
 * Process: every point in its cell with its course, its usual band and what watches it. One long list of which only the
 * part on screen exists: cells are fetched when they come into view, so that thousands of points stay smooth.
 */
import './process/process.css';
import { ActionIcon, NativeSelect } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconChevronRight, IconDownload, IconFilter, IconRefresh } from '@tabler/icons-react';
import {
  type InfiniteData,
  keepPreviousData,
  type UseQueryResult,
  useInfiniteQuery,
  useQueries,
  useQueryClient,
} from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { CellDetail, CellList, CellPoint, CellRow } from '../../api/process.ts';
import { CELL_ORDERS, type CellOrder, POINT_LOOKS, type PointLook } from '../../api/words.ts';
import { call } from '../lib/api.ts';
import { duration, number, plural } from '../lib/format.ts';
import { dialogIsOpen, useKeys } from '../lib/keys.ts';
import { csvText, save } from '../lib/save.ts';
import { useSite } from '../lib/site.ts';
import { Empty, GridState, PartyLink, Problem, Unknown } from '../parts/basics.tsx';
import { Fetched } from '../parts/fetched.tsx';
import { RoleGlyph } from '../parts/glyphs.tsx';
import { GuardMeter } from '../parts/learning.tsx';
import { notify } from '../parts/notify.ts';
import {
  AsItsCell,
  Course,
  Guards,
  isAsItsCell,
  Notices,
  NowValue,
  OddMark,
  PointName,
  UsualBand,
} from './process/point-marks.tsx';
import { type ProcessRow, rowsOf } from './process/rows.ts';

/** Rows behind a sparkline. */
const SAMPLES = 120;
const HEAD_PX = 40;
const ROW_PX = 28;
/** The line with the names of the columns, which stays on top. */
const THEAD_PX = 28;
const NONE: readonly number[] = [];
const NO_FOLD = { all: false, but: new Set<string>() };
const HEADS = [
  { id: 'point', head: 'Point' },
  { id: 'now', head: 'Now' },
  { id: 'usual', head: 'Usual' },
  { id: 'course', head: 'Course' },
  { id: 'guards', head: 'Watched by' },
  { id: 'bias', head: 'Would notice a bias of' },
  { id: 'finding', head: 'Open finding' },
] as const;

const ORDER_WORD: Readonly<Record<CellOrder, string>> = {
  findings: 'Findings first',
  learning: 'Least learned first',
  name: 'By name',
};
const LOOK_WORD: Readonly<Record<PointLook, string>> = {
  all: 'All',
  moving: 'Moving',
  odd: 'With a finding',
  learning: 'Learning',
  unseen: 'Not seen now',
  unarmed: 'Not armed',
};

interface Filter {
  readonly q: string;
  readonly look: PointLook;
  readonly order: CellOrder;
}
const cellQuery = (site: string, id: string, { q, look }: Omit<Filter, 'order'>, samples = SAMPLES) => ({
  queryKey: ['process', site, 'cell', id, samples, q, look],
  queryFn: ({ signal }: { signal: AbortSignal }) =>
    call('cell', { site, cell: id, samples, q, look }, undefined, signal),
});
/** Cells that are asked for at a time: of thousands the next when the end of those comes near. */
const CELLS_PAGE = 200;
const NEAR_END_ROWS = 200;
const cellPage = (site: string, { q, look, order }: Filter, cursor: string, signal?: AbortSignal): Promise<CellList> =>
  call(
    'cells',
    { site, q, look, sort: order, limit: CELLS_PAGE, ...(cursor === '' ? {} : { cursor }) },
    undefined,
    signal,
  );
/** With the cells of all pages that were fetched, each once: one may move to another page between two of them. */
const pagesAsOne = ({ pages }: InfiniteData<CellList>): CellList => ({
  ...pages.at(-1)!,
  items: [...new Map(pages.flatMap(({ items }) => items.map((cell) => [cell.id, cell]))).values()],
});
/** What is typed is asked for when the hand rests. */
const TYPING_MS = 200;

export const ProcessPage = () => {
  const site = useSite();
  const search = useSearch({ strict: false }) as { q?: string; by?: string; sort?: string };
  const q = search.q ?? '';
  const look = POINT_LOOKS.find((l) => l === search.by) ?? 'all';
  const order = CELL_ORDERS.find((o) => o === search.sort) ?? 'findings';
  const query = useInfiniteQuery({
    queryKey: ['process', site, 'cells', q, look, order],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) => cellPage(site, { q, look, order }, pageParam, signal),
    getNextPageParam: (last) => last.next ?? undefined,
    select: pagesAsOne,
    // The list stays on screen while another filter is asked for.
    placeholderData: keepPreviousData,
  });
  const { fetchNextPage, isFetchingNextPage } = query;
  const more = useCallback(() => {
    if (!isFetchingNextPage) void fetchNextPage();
  }, [fetchNextPage, isFetchingNextPage]);
  return (
    <Fetched query={query} what="the process" lines={14}>
      {(list) =>
        list.cells === 0 ? (
          <NoCell list={list} />
        ) : (
          <Cells list={list} more={more} filter={{ q, look, order }} waits={query.isPlaceholderData} />
        )
      }
    </Fetched>
  );
};

const NoCell = ({ list }: { list: CellList }) => {
  const site = useSite();
  return (
    <Empty title="No process cell yet">
      A cell is a controller with the values that were seen of it, at least twice at a steady pace.{' '}
      {list.pointsWithout > 0
        ? `${plural(list.pointsWithout, 'point')} ${list.pointsWithout === 1 ? 'is' : 'are'} in none: words, or seen too seldom. `
        : 'Until now there is none: no value was seen, or each only once. '}
      <Link to="/s/$site/points" params={{ site }}>
        Points
      </Link>{' '}
      lists every value; Coverage says what is not decoded.
    </Empty>
  );
};

/** One function for good: it is then run only when an answer came, not with every step of the scroll bar. */
const detailsOf = (results: readonly UseQueryResult<CellDetail>[]) => ({
  details: new Map(results.flatMap((r) => (r.data === undefined ? [] : [[r.data.cell.id, r.data] as const]))),
  waits: results.some((r) => r.isPending),
  error: results.find((r) => r.isError && r.data === undefined)?.error ?? undefined,
  /** Which of the queries failed, in the order in which they were asked. */
  failed: results.flatMap((r, i) => (r.isError && r.data === undefined ? [i] : [])),
});

interface CellsProps {
  list: CellList;
  /** Asks for the next page of cells. */
  more: () => void;
  filter: Filter;
  /** The list still shows the filter before. */
  waits: boolean;
}
const Cells = ({ list, more, filter, waits }: CellsProps) => {
  const site = useSite();
  const client = useQueryClient();
  const navigate = useNavigate();
  const { q, look, order } = filter;
  const change = useCallback(
    (next: { q?: string; sort?: string; by?: string }) =>
      void navigate({
        to: '.',
        replace: true,
        search: (old: Record<string, unknown>) =>
          Object.fromEntries(Object.entries({ ...old, ...next }).filter(([, v]) => v !== '')),
      }),
    [navigate],
  );
  const [text, setText] = useState(q);
  const [typed] = useDebouncedValue(text.trim(), TYPING_MS);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what the address line says by itself is not typed over
  useEffect(() => {
    if (typed !== q) change({ q: typed });
  }, [typed]);
  /** Folded are all cells but these, or none but these: also those that come with the next page. */
  const [fold, setFold] = useState<{ readonly all: boolean; readonly but: ReadonlySet<string> }>(NO_FOLD);
  const [wanted, setWanted] = useState<ReadonlySet<string>>(new Set());
  const [cursor, setCursor] = useState(-1);
  const box = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is found begins at the top
  useEffect(() => {
    box.current?.scrollTo({ top: 0 });
    setCursor(-1);
  }, [q, look, order]);
  const input = useRef<HTMLInputElement>(null);

  const cells = list.items;
  const closed = useMemo(
    () => new Set(cells.map(({ id }) => id).filter((id) => fold.all !== fold.but.has(id))),
    [cells, fold],
  );
  const filtered = q !== '' || look !== 'all';
  // Only what is on screen is fetched, with a filter too: the server says how many points of each cell it keeps.
  const asked = waits ? [] : cells.filter((c) => wanted.has(c.id) && c.fits > 0);
  const found = useQueries({
    queries: asked.map((c) => cellQuery(site, c.id, filter)),
    combine: detailsOf,
  });
  const rows = useMemo(() => rowsOf({ cells, details: found.details, closed }), [cells, found.details, closed]);
  const failed = new Set(found.failed.flatMap((i) => asked[i]?.id ?? []));
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: (i) => (rows[i]?.kind === 'cell' ? HEAD_PX : ROW_PX),
    getItemKey: (i) => keyOf(rows[i]),
    overscan: 12,
    scrollMargin: THEAD_PX,
    scrollPaddingStart: THEAD_PX,
  });
  const items = virtual.getVirtualItems();
  const inView = [...new Set(items.flatMap((item) => rows[item.index]?.cell.id ?? []))].join(' ');
  useEffect(() => setWanted(new Set(inView.split(' '))), [inView]);
  const isNearEnd = list.next !== null && !waits && (items.at(-1)?.index ?? 0) >= rows.length - NEAR_END_ROWS;
  useEffect(() => {
    if (isNearEnd) more();
  }, [isNearEnd, more]);
  const toggle = useCallback(
    (id: string) =>
      setFold(({ all, but }) => {
        const next = new Set(but);
        if (!next.delete(id)) next.add(id);
        return { all, but: next };
      }),
    [],
  );
  const move = (by: number) => {
    const next = Math.min(Math.max(cursor + by, 0), rows.length - 1);
    setCursor(next);
    virtual.scrollToIndex(next);
  };
  const at = rows[cursor];
  useKeys({
    '/': () => input.current?.focus(),
    j: () => move(1),
    ArrowDown: () => move(1),
    k: () => move(-1),
    ArrowUp: () => move(-1),
    PageDown: () => move(20),
    PageUp: () => move(-20),
    r: () => void client.invalidateQueries({ queryKey: ['process', site] }),
    Escape: () => setCursor(-1),
    ...(at
      ? {
          Enter: () => {
            if (dialogIsOpen()) return;
            if (at.kind === 'cell') void navigate({ to: '/s/$site/process/$cell', params: { site, cell: at.cell.id } });
            else if (at.point)
              void navigate({ to: '/s/$site/points/$point', params: { site, point: String(at.point.id) } });
          },
          x: () => toggle(at.cell.id),
        }
      : {}),
  });
  const all = list.points;
  const allClosed = closed.size === cells.length;

  return (
    <div className="page full process">
      <h1 className="sr">Process</h1>
      <div className="toolbar">
        <search className="filter">
          <IconFilter size={14} className="lead" aria-hidden="true" />
          <input
            ref={input}
            aria-label="Filter points"
            placeholder="Point, device, unit"
            value={text}
            maxLength={200}
            spellCheck={false}
            onChange={(e) => setText(e.currentTarget.value)}
            onKeyDown={(e) => e.key === 'Escape' && e.currentTarget.blur()}
          />
          <span className="tail">
            <kbd>/</kbd>
          </span>
        </search>
        <div className="chips">
          {POINT_LOOKS.map((l) => (
            <button
              key={l}
              type="button"
              className="chip"
              aria-pressed={look === l}
              onClick={() => change({ by: l === 'all' ? '' : l })}
            >
              {LOOK_WORD[l]}
            </button>
          ))}
        </div>
        <span className="grow" />
        <span className="dim small nowrap" aria-live="polite">
          {filtered ? (
            // The same place as without a filter: nothing beside it moves.
            <span title={`in ${plural(list.cells, 'cell')}, ${number(list.armed)} watched`}>
              {number(list.fits)} of {plural(all, 'point')}
            </span>
          ) : (
            `${plural(all, 'point')} in ${plural(list.cells, 'cell')}, ${number(list.armed)} watched`
          )}
          {list.returning > 0 && `; what ${plural(list.returning, 'cell')} learned is being read back`}
          {list.pointsWithout > 0 && !filtered && (
            <span className="wide-only" title="Words, or values seen too seldom to make rows of them">
              ; {number(list.pointsWithout)} in no cell
            </span>
          )}
        </span>
        <NativeSelect
          aria-label="Order of cells"
          value={order}
          data={CELL_ORDERS.map((o) => ({ value: o, label: ORDER_WORD[o] }))}
          onChange={(e) => change({ sort: e.currentTarget.value === 'findings' ? '' : e.currentTarget.value })}
        />
        <button
          type="button"
          className="chip"
          onClick={() => setFold(allClosed ? NO_FOLD : { all: true, but: new Set() })}
        >
          {allClosed ? 'Open all' : 'Fold all'}
        </button>
        <ActionIcon
          aria-label="Fetch again"
          title="Fetch again (r)"
          onClick={() => void client.invalidateQueries({ queryKey: ['process', site] })}
        >
          <IconRefresh size={15} stroke={1.6} />
        </ActionIcon>
        <ActionIcon
          aria-label="Export as CSV"
          title={filtered ? 'Export the points that the filter keeps (CSV)' : 'Export every point with its band (CSV)'}
          onClick={() =>
            void exportAll(site, filter, (id) => client.fetchQuery(cellQuery(site, id, filter, 2))).catch(
              notify.problem,
            )
          }
        >
          <IconDownload size={15} stroke={1.6} />
        </ActionIcon>
      </div>
      <div
        ref={box}
        className="table process-rows"
        role="grid"
        aria-label="Points by cell"
        // How many rows the cells of further pages have is not known yet.
        aria-rowcount={list.next === null ? rows.length + 1 : -1}
        aria-colcount={HEADS.length}
        aria-busy={waits || found.waits}
      >
        <div className="process-head" role="row" aria-rowindex={1}>
          {HEADS.map((h) => (
            <span key={h.id} role="columnheader" tabIndex={-1}>
              {h.id === 'finding' ? <span className="sr">{h.head}</span> : h.head}
            </span>
          ))}
        </div>
        {found.error !== undefined && found.details.size === 0 ? (
          <GridState>
            <Problem error={found.error} retry={() => void client.invalidateQueries({ queryKey: ['process', site] })} />
          </GridState>
        ) : rows.length === 0 ? (
          <GridState>
            <Empty title="No point fits">
              None of the {plural(all, 'point')} answers to this filter.{' '}
              <button
                type="button"
                className="chip"
                onClick={() => {
                  setText('');
                  change({ q: '', by: '' });
                }}
              >
                Clear the filter
              </button>
            </Empty>
          </GridState>
        ) : (
          <div className={waits ? 'waits' : ''} style={{ height: virtual.getTotalSize(), position: 'relative' }}>
            {items.map((v) => {
              const row = rows[v.index];
              if (row === undefined) return null;
              return (
                <div
                  key={v.key}
                  role="row"
                  tabIndex={-1}
                  aria-rowindex={v.index + 2}
                  aria-selected={v.index === cursor}
                  className={`${row.kind === 'cell' ? 'cell-head' : 'process-row'}${v.index === cursor ? ' on' : ''}`}
                  style={{
                    position: 'absolute',
                    // A transform moves the row without laying the others out again.
                    transform: `translateY(${v.start - THEAD_PX}px)`,
                    top: 0,
                    height: v.size,
                    left: 0,
                    right: 0,
                  }}
                >
                  {row.kind === 'cell' ? (
                    <CellHead cell={row.cell} open={!closed.has(row.cell.id)} toggle={toggle} filtered={filtered} />
                  ) : row.point === undefined ? (
                    <NoPoint failed={failed.has(row.cell.id)} first={row.index === 0} />
                  ) : (
                    <PointCells point={row.point} cell={row.cell} us={found.details.get(row.cell.id)?.us ?? NONE} />
                  )}
                </div>
              );
            })}
          </div>
        )}
      </div>
    </div>
  );
};

const keyOf = (row: ProcessRow | undefined): string =>
  row === undefined ? '' : row.kind === 'cell' ? `c${row.cell.id}` : `p${row.cell.id} ${row.index}`;

interface HeadProps {
  cell: CellRow;
  open: boolean;
  toggle: (id: string) => void;
  filtered: boolean;
}
const CellHead = memo(({ cell, open, toggle, filtered }: HeadProps) => {
  const site = useSite();
  return (
    <div role="gridcell" aria-colspan={HEADS.length} className="cell-line">
      <button
        type="button"
        className="cell-toggle"
        aria-expanded={open}
        aria-label={`Points of ${cell.name}`}
        onClick={() => toggle(cell.id)}
      >
        <IconChevronRight size={14} stroke={1.8} aria-hidden="true" className={open ? 'turned' : ''} />
      </button>
      <RoleGlyph role={cell.controller.role} />
      <Link to="/s/$site/process/$cell" params={{ site, cell: cell.id }} className="cell-name cut">
        {cell.name}
      </Link>
      {!cell.name.startsWith(cell.controller.name) && <PartyLink party={cell.controller} address={false} />}
      {cell.made !== '' && <span className="dim small cut wide-only">{cell.made}</span>}
      <span className="dim small nowrap">
        {filtered ? `${number(cell.fits)} of ${plural(cell.points, 'point')}` : plural(cell.points, 'point')}
      </span>
      {cell.stepMs !== null && <span className="dim small nowrap">every {duration(cell.stepMs)}</span>}
      <span className="grow" />
      {cell.open > 0 && <span className="tag high">{plural(cell.open, 'open finding')}</span>}
      {cell.relations > 0 && <span className="dim small nowrap wide-only">{plural(cell.relations, 'relation')}</span>}
      <span className="dim small nowrap">
        {cell.armed === 0 ? 'none watched yet' : `${number(cell.armed)} of ${number(cell.points)} watched`}
      </span>
      <span className="cell-guard">
        <GuardMeter guard={cell} />
      </span>
    </div>
  );
});
CellHead.displayName = 'CellHead';

/** The place of a point that is not here: on its way, or not to be had (said once for its cell). A row has a cell in any case. */
const NoPoint = ({ failed, first }: { failed: boolean; first: boolean }) => (
  <div role="gridcell" aria-colspan={HEADS.length} className="row-waiting">
    {failed ? (
      first && <Unknown>the points of this cell could not be fetched: r tries again</Unknown>
    ) : (
      <>
        <i aria-hidden="true" />
        <span className="sr">loading</span>
      </>
    )}
  </div>
);

const PointCells = memo(({ point: p, cell, us }: { point: CellPoint; cell: CellRow; us: readonly number[] }) => {
  const as = isAsItsCell(p, cell) ? <AsItsCell cell={cell} /> : undefined;
  return (
    <>
      <div role="gridcell">
        <PointName point={p} />
      </div>
      <div role="gridcell" className="end">
        <NowValue point={p} />
      </div>
      <div role="gridcell">
        <UsualBand point={p} />
      </div>
      <div role="gridcell">
        <Course point={p} us={us} />
      </div>
      <div role="gridcell">
        <Guards point={p} />
      </div>
      <div role="gridcell">{as ?? <Notices point={p} />}</div>
      <div role="gridcell">
        <OddMark point={p} />
      </div>
    </>
  );
});
PointCells.displayName = 'PointCells';

/** Every point of every cell, one after the other, so that the server is not asked for all at once. */
const exportAll = async (
  site: string,
  filter: Filter,
  fetchCell: (id: string) => Promise<CellDetail>,
): Promise<void> => {
  const rows: (string | number | null)[][] = [];
  const cells: CellRow[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: CellList = await cellPage(site, filter, cursor);
    cells.push(...page.items);
    cursor = page.next;
  }
  for (const c of cells) {
    const detail = await fetchCell(c.id);
    for (const p of detail.points) {
      rows.push([
        c.name,
        p.asset.name,
        p.path,
        p.unit,
        p.nature,
        p.value === null ? null : typeof p.value === 'number' ? p.value : String(p.value),
        p.low.at(-1) ?? null,
        p.high.at(-1) ?? null,
        p.state,
        p.share,
        p.armed.join(' '),
        p.unarmed,
        p.detectable,
        p.withinMs,
        p.explained,
        p.finding,
        p.lastAt,
      ]);
    }
  }
  const head =
    'cell,device,point,unit,nature,value,usual_low,usual_high,state,learned,guards,not_armed_because,detectable_bias,within_ms,explained,finding,last_at';
  save(`gatehouse-process-${site}.csv`, 'text/csv', csvText(head.split(','), rows));
};
