/** Rows that stand together as one line: known answers. */
import { describe, expect, it } from 'vitest';
import { foldRows } from './fold.ts';

const rows = ['a1', 'b1', 'c', 'a2', 'b2'];
const groupOf = (row: string) => (row.length === 1 ? '' : row.charAt(0));

describe('folding a list', () => {
  it('stands where the first of the group stands, and holds all of it', () => {
    expect(foldRows(rows, groupOf, new Set())).toEqual([
      { kind: 'fold', key: 'a', rows: ['a1', 'a2'], open: false },
      { kind: 'fold', key: 'b', rows: ['b1', 'b2'], open: false },
      { kind: 'row', row: 'c', within: '' },
    ]);
  });

  it('shows the rows of an open group below it, in the order of the list, each row once', () => {
    const lines = foldRows(rows, groupOf, new Set(['b', 'gone']));
    expect(lines.map((l) => (l.kind === 'fold' ? `[${l.key}]` : `${l.within}:${l.row}`))).toEqual([
      '[a]',
      '[b]',
      'b:b1',
      'b:b2',
      ':c',
    ]);
  });

  it('leaves a list without groups as it is', () => {
    expect(foldRows(rows, () => '', new Set()).map((l) => l.kind === 'row' && l.row)).toEqual(rows);
    expect(foldRows([], groupOf, new Set())).toEqual([]);
  });
});
