/** Rows that belong together as one line of a list, opened in place: alerts under their incident. */

/** What is drawn at one place of the list: a row, or the line that stands for the rows of a group. */
export type Line<T> =
  | {
      readonly kind: 'row';
      readonly row: T /** Key of the group that it is shown in; '' alone. */;
      readonly within: string;
    }
  | { readonly kind: 'fold'; readonly key: string; readonly rows: readonly T[]; readonly open: boolean };

/**
 * A group stands where the first of its rows stands in the order of the list, and its rows follow it there while it is open.
 * `groupOf` says the key of the group, '' for a row that stands alone.
 */
export const foldRows = <T>(
  rows: readonly T[],
  groupOf: (row: T) => string,
  open: ReadonlySet<string>,
): readonly Line<T>[] => {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const key = groupOf(row);
    if (key === '') continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  const told = new Set<string>();
  return rows.flatMap((row): Line<T>[] => {
    const key = groupOf(row);
    if (key === '') return [{ kind: 'row', row, within: '' }];
    if (told.has(key)) return [];
    told.add(key);
    const members = groups.get(key) ?? [];
    const isOpen = open.has(key);
    return [
      { kind: 'fold', key, rows: members, open: isOpen },
      ...(isOpen ? members.map((member): Line<T> => ({ kind: 'row', row: member, within: key })) : []),
    ];
  });
};
