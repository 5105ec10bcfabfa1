/** The process page as one long list of rows: a head per cell, its points below. The server says what a filter keeps. */
import type { CellDetail, CellPoint, CellRow } from '../../../api/process.ts';

export type ProcessRow =
  | { readonly kind: 'cell'; readonly cell: CellRow }
  /** `point` is undefined while the cell is being fetched. */
  | { readonly kind: 'point'; readonly cell: CellRow; readonly index: number; readonly point: CellPoint | undefined };

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
