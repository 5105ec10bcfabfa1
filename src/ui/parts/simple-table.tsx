/** A small table for short lists inside a page: same columns as the long ones, sorted in place. */

import { IconSortAscending, IconSortDescending } from '@tabler/icons-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { number } from '../lib/format.ts';
import { fitting, leastWidth } from './columns.ts';
import type { Column } from './table.tsx';

export interface SmallColumn<T> extends Omit<Column<T>, 'sort'> {
  readonly by?: (row: T) => string | number;
}
interface Props<T> {
  label: string;
  columns: readonly SmallColumn<T>[];
  rows: readonly T[];
  keyOf: (row: T, index: number) => string | number;
  empty: ReactNode;
  /** Rows shown before "show all". */
  most?: number;
}
export const SmallTable = <T,>({ label, columns, rows, keyOf, empty, most = 12 }: Props<T>) => {
  const [sort, setSort] = useState<{ id: string; down: boolean } | undefined>();
  const [all, setAll] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(Number.POSITIVE_INFINITY);
  const isEmpty = rows.length === 0;
  useEffect(() => {
    const el = box.current;
    if (el === null || isEmpty) return;
    const watch = new ResizeObserver(() => setWidth(el.clientWidth));
    watch.observe(el);
    return () => watch.disconnect();
  }, [isEmpty]);
  if (isEmpty)
    return (
      <div className="dim" style={{ padding: '10px 12px' }}>
        {empty}
      </div>
    );
  const by = columns.find((c) => c.id === sort?.id)?.by;
  const sorted = by
    ? [...rows].sort((a, b) => {
        const x = by(a);
        const y = by(b);
        return (x < y ? -1 : x > y ? 1 : 0) * (sort?.down ? -1 : 1);
      })
    : rows;
  const visible = fitting(columns, width, () => false);
  const template = visible.map((c) => c.width).join(' ');
  const minWidth = leastWidth(visible);
  const shown = all ? sorted : sorted.slice(0, most);
  return (
    <div ref={box} style={{ overflowX: 'auto' }}>
      <div role="table" aria-label={label}>
        <div className="thead" role="row" style={{ gridTemplateColumns: template, position: 'static', minWidth }}>
          {visible.map((c) => {
            const on = sort?.id === c.id;
            return (
              <div
                key={c.id}
                role="columnheader"
                className={c.end ? 'end' : ''}
                aria-sort={c.by === undefined ? undefined : on ? (sort.down ? 'descending' : 'ascending') : 'none'}
              >
                {c.by ? (
                  <button type="button" onClick={() => setSort({ id: c.id, down: on ? !sort.down : c.end === true })}>
                    {c.head}
                    {on &&
                      (sort.down ? (
                        <IconSortDescending size={12} aria-hidden="true" />
                      ) : (
                        <IconSortAscending size={12} aria-hidden="true" />
                      ))}
                  </button>
                ) : (
                  c.head
                )}
              </div>
            );
          })}
        </div>
        {shown.map((r, i) => (
          <div
            key={keyOf(r, i)}
            role="row"
            className="trow"
            style={{ gridTemplateColumns: template, minWidth, height: 'auto', minHeight: 'var(--gh-row)' }}
          >
            {visible.map((c) => (
              <div key={c.id} role="cell" className={c.end ? 'end' : ''}>
                {c.cell(r)}
              </div>
            ))}
          </div>
        ))}
      </div>
      {rows.length > most && (
        <button type="button" className="chip" style={{ margin: '6px 8px' }} onClick={() => setAll(!all)}>
          {all ? 'Show fewer' : `Show all ${number(rows.length)}`}
        </button>
      )}
    </div>
  );
};
