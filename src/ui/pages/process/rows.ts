/** The process page as one long list of rows: a head per cell, its points below; filtered and ordered. */
import type { CellDetail, CellPoint, CellRow } from '../../../api/process.ts';

export const CELL_ORDERS = ['findings', 'learning', 'name'] as const;
export type CellOrder = (typeof CELL_ORDERS)[number];

/** What a person may look for across all cells. */
export const LOOKS = ['all', 'odd', 'learning', 'unseen', 'unarmed'] as const;
export type Look = (typeof LOOKS)[number];

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

const looksLike = (p: CellPoint, look: Look): boolean =>
  look === 'all' ||
  (look === 'odd' && p.finding !== '') ||
  (look === 'learning' && (p.state === 'learning' || p.state === 'waiting' || p.state === 'fitting')) ||
  (look === 'unseen' && p.state === 'unseen') ||
  (look === 'unarmed' && p.state === 'unarmed');

/** All words must be found in the path, the device or the unit of a point, or in the name of its cell. */
const answers = (p: CellPoint, cell: CellRow, words: readonly string[]): boolean => {
  const text = `${p.path} ${p.asset.name} ${p.unit} ${cell.name}`.toLowerCase();
  return words.every((w) => text.includes(w));
};

export interface Shown {
  readonly cells: readonly CellRow[];
  /** Fetched cells by id. */
  readonly details: ReadonlyMap<string, CellDetail>;
  readonly closed: ReadonlySet<string>;
  readonly text: string;
  readonly look: Look;
}

/** A filter that needs to know the points leaves out cells that are not fetched yet; `pending` counts them. */
export const rowsOf = ({
  cells,
  details,
  closed,
  text,
  look,
}: Shown): { rows: ProcessRow[]; points: number; pending: number } => {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const filtered = words.length > 0 || look !== 'all';
  const rows: ProcessRow[] = [];
  let points = 0;
  let pending = 0;
  for (const cell of cells) {
    const detail = details.get(cell.id);
    if (!filtered) {
      rows.push({ kind: 'cell', cell });
      points += cell.points;
      if (closed.has(cell.id)) continue;
      const count = detail?.points.length ?? cell.points;
      for (let i = 0; i < count; i++) rows.push({ kind: 'point', cell, index: i, point: detail?.points[i] });
      continue;
    }
    if (detail === undefined) {
      pending++;
      continue;
    }
    const kept = detail.points
      .map((point, index) => ({ point, index }))
      .filter(({ point }) => looksLike(point, look) && answers(point, cell, words));
    if (kept.length === 0) continue;
    points += kept.length;
    rows.push({ kind: 'cell', cell });
    if (closed.has(cell.id)) continue;
    for (const { point, index } of kept) rows.push({ kind: 'point', cell, index, point });
  }
  return { rows, points, pending };
};
