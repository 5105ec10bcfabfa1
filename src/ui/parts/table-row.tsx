/** One line of a list. Drawn again only when it itself changes: while a long list is scrolled, only what comes into view is. */
import { IconChevronRight } from '@tabler/icons-react';
import { memo } from 'react';
import type { Line } from './fold.ts';
import type { Column } from './table.tsx';

/** What a line asks of its list; the same object for the life of the list. */
export interface RowActions<T> {
  readonly pick: (index: number) => void;
  readonly tick: (line: Line<T>) => void;
  readonly unfold: (key: string, open: boolean) => void;
}

interface Props<T> {
  readonly line: Line<T>;
  readonly index: number;
  /** Pixels from the top of the list. */
  readonly top: number;
  readonly template: string;
  readonly columns: readonly Column<T>[];
  /** Under the cursor or ticked. */
  readonly isOn: boolean;
  readonly opens: boolean;
  /** undefined: rows of this list are not selected. Of a folded line `some`: not all of its rows are. */
  readonly ticked: 'all' | 'some' | 'none' | undefined;
  readonly actions: RowActions<T>;
}

const Row = <T,>({ line, index, top, template, columns, isOn, opens, ticked, actions }: Props<T>) => {
  const kind = line.kind === 'fold' ? ' fold' : line.within === '' ? '' : ' within';
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: rows are walked with j/k and opened with Enter on the grid
    <div
      role="row"
      tabIndex={-1}
      aria-rowindex={index + 2}
      aria-selected={isOn}
      className={`trow${opens ? ' link' : ''}${isOn ? ' on' : ''}${kind}`}
      style={{ gridTemplateColumns: template, position: 'absolute', top, left: 0, width: '100%' }}
      onClick={() => actions.pick(index)}
    >
      {ticked !== undefined && (
        // biome-ignore lint/a11y/useKeyWithClickEvents: `x` ticks the row under the cursor
        <div role="gridcell" tabIndex={-1} onClick={(e) => e.stopPropagation()}>
          <input
            type="checkbox"
            className="tick"
            ref={(box) => {
              if (box !== null) box.indeterminate = ticked === 'some';
            }}
            checked={ticked === 'all'}
            onChange={() => actions.tick(line)}
            aria-label={line.kind === 'fold' ? 'Select all of it' : 'Select'}
          />
        </div>
      )}
      {columns.map((c, i) => (
        <div key={c.id} role="gridcell" className={c.end ? 'end' : ''}>
          {line.kind === 'row' ? (
            c.cell(line.row)
          ) : i === 0 ? (
            <FoldButton open={line.open} toggle={() => actions.unfold(line.key, !line.open)} />
          ) : (
            c.folded?.(line.key, line.lead)
          )}
        </div>
      ))}
    </div>
  );
};
export const TableRow = memo(Row) as typeof Row;

const FoldButton = ({ open, toggle }: { open: boolean; toggle: () => void }) => (
  <button
    type="button"
    className="fold-button"
    tabIndex={-1}
    aria-expanded={open}
    aria-label="What it stands for"
    title={open ? 'Fold (←)' : 'Unfold (→)'}
    onClick={(e) => {
      e.stopPropagation();
      toggle();
    }}
  >
    <IconChevronRight size={14} stroke={1.8} aria-hidden="true" className={open ? 'turned' : ''} />
  </button>
);
