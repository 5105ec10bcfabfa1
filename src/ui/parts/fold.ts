/**
 * Rows that stand for others of their kind, as one line of a list that opens in place: an alert for its incident. Who stands
 * for whom is the server's answer; here only the lines are laid out.
 */

/** What is drawn at one place of the list: a row, or the line of a row that stands for a group. */
export type Line<T> =
  | {
      readonly kind: 'row';
      readonly row: T;
      /** Key of the group that it is shown in; '' alone. */
      readonly within: string;
    }
  | {
      readonly kind: 'fold';
      readonly key: string;
      /** The row that stands for the group. */
      readonly lead: T;
      /** The rows under it; undefined until they were asked for. */
      readonly under: readonly T[] | undefined;
      readonly open: boolean;
    };

/**
 * One line a row; below that of an open group stand the row that stands for it and the rows under it, as far as `underOf`
 * has them. `groupOf` says the key of the group that a row stands for, '' for one that stands alone.
 */
export const foldRows = <T>(
  rows: readonly T[],
  groupOf: (row: T) => string,
  open: ReadonlySet<string>,
  underOf: (key: string) => readonly T[] | undefined,
): readonly Line<T>[] =>
  rows.flatMap((lead): Line<T>[] => {
    const key = groupOf(lead);
    if (key === '') return [{ kind: 'row', row: lead, within: '' }];
    const under = underOf(key);
    const isOpen = open.has(key);
    return [
      { kind: 'fold', key, lead, under, open: isOpen },
      ...(isOpen ? [lead, ...(under ?? [])].map((row): Line<T> => ({ kind: 'row', row, within: key })) : []),
    ];
  });
