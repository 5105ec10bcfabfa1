/** Rows that stand for others as one line: known answers. */
import { describe, expect, it } from 'vitest';
import { foldRows } from './fold.ts';

const rows = ['a1', 'b1', 'c'];
const groupOf = (row: string) => (row.length === 1 ? '' : row.charAt(0));
const under = new Map([['b', ['b2', 'b3']]]);
const words = (lines: ReturnType<typeof foldRows<string>>) =>
  lines.map((l) => (l.kind === 'fold' ? `[${l.key} ${l.lead} +${l.under?.length ?? '?'}]` : `${l.within}:${l.row}`));

describe('folding a list', () => {
  it('is one line for a row that stands for others, in the order of the list', () => {
    const lines = foldRows(rows, groupOf, new Set(), (key) => under.get(key));
    expect(words(lines)).toEqual(['[a a1 +?]', '[b b1 +2]', ':c']);
  });

  it('shows below an open line the row that stands for it, then those under it, once they are there', () => {
    const open = new Set(['a', 'b', 'gone']);
    expect(words(foldRows(rows, groupOf, open, (key) => under.get(key)))).toEqual([
      '[a a1 +?]',
      'a:a1',
      '[b b1 +2]',
      'b:b1',
      'b:b2',
      'b:b3',
      ':c',
    ]);
  });

  it('leaves a list without groups as it is', () => {
    expect(
      foldRows(
        rows,
        () => '',
        new Set(),
        () => undefined,
      ).map((l) => l.kind === 'row' && l.row),
    ).toEqual(rows);
  });
});
