/** Which columns of a list are shown in the width that there is. */

interface Sized {
  readonly width: string;
  /** Left out below this width of the list, pixels; a column without it is never left out. */
  readonly from?: number;
}

/** The least width of all columns together: rows and head share it, so that they line up while the table scrolls sideways. */
export const leastWidth = (columns: readonly { readonly width: string }[]): number =>
  columns.reduce((sum, c) => sum + Number(/(\d+)px/.exec(c.width)?.[1] ?? 0), 0);

/**
 * The columns that fit into `width` pixels. Those that may be left out go in the order of their `from`, the largest first,
 * until nothing has to be scrolled sideways; `kept` are the choice of a person and stay.
 */
export const fitting = <C extends Sized>(columns: readonly C[], width: number, kept: (column: C) => boolean): C[] => {
  let shown = columns.filter((c) => kept(c) || (c.from ?? 0) <= width);
  while (leastWidth(shown) > width) {
    const spare = shown.filter((c) => c.from !== undefined && !kept(c));
    if (spare.length === 0) break;
    const least = Math.max(...spare.map((c) => c.from ?? 0));
    const gone = spare.findLast((c) => c.from === least);
    shown = shown.filter((c) => c !== gone);
  }
  return shown;
};
