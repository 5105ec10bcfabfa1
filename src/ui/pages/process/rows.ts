/** The process page as one long list of rows: a head per cell, its points below. The server says what a filter keeps. */
import type { CellDetail, CellPoint, CellRow } from '../../../api/process.ts';

export const CELL_ORDERS = ['findings', 'learning', 'name'] as const;
export type CellOrder = (typeof CELL_ORDERS)[number];

export type ProcessRow =
  | { readonly kind: 'cell'; readonly cell: CellRow }
  /** `point` is undefined while the cell is being fetched. */
  | { readonly kind: 'point'; readonly cell: CellRow; readonly index: number; readonly point: CellPoint | undefined };

const byName = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

export const orderCells = (cells: readonly CellRow[], order: CellOrder): CellRow[] =>
  [...cells].sort((a, b) => {
    if (order === 'findings' && a.open !== b.open) return b.open - a.open;
    // Nothing seen at all comes before the least learned.
    if (order === 'learning' && a.share !== b.share) return (a.share ?? -1) - (b.share ?? -1);
    return byName.compare(a.name, b.name);
  });

export interface Shown {
  readonly cells: readonly CellRow[];
  /** Fetched cells by id. */
  readonly details: ReadonlyMap<string, CellDetail>;
  readonly closed: ReadonlySet<string>;
}

/** Rows of all cells of which the filter keeps something; places of points that are not fetched yet are there already. */
export const rowsOf = ({ cells, details, closed }: Shown): ProcessRow[] => {
  const rows: ProcessRow[] = [];
  for (const cell of cells) {
    if (cell.fits === 0) continue;
    rows.push({ kind: 'cell', cell });
    if (closed.has(cell.id)) continue;
    const points = details.get(cell.id)?.points;
    const count = points?.length ?? cell.fits;
    for (let index = 0; index < count; index++) rows.push({ kind: 'point', cell, index, point: points?.[index] });
  }
  return rows;
};
