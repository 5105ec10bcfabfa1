/** Columns by width: known answers. */
import { describe, expect, it } from 'vitest';
import { fitting, leastWidth } from './columns.ts';

const columns = [
  { id: 'what', width: 'minmax(200px, 2fr)' },
  { id: 'when', width: '150px', from: 300 },
  { id: 'kind', width: '100px', from: 500 },
  { id: 'hash', width: '100px', from: 500 },
  { id: 'state', width: '100px' },
];
const names = (width: number, kept: readonly string[] = []) =>
  fitting(columns, width, (c) => kept.includes(c.id))
    .map((c) => c.id)
    .join(' ');

describe('columns in the width there is', () => {
  it('adds up the least widths', () => expect(leastWidth(columns)).toBe(650));
  it('shows all where all fit', () => expect(names(650)).toBe('what when kind hash state'));
  it('leaves out what may be, the last of the least important first, until nothing is cut', () => {
    expect(names(640)).toBe('what when kind state');
    expect(names(549)).toBe('what when state');
    expect(names(310)).toBe('what state');
  });
  it('never leaves out what has no limit, nor what a person chose', () => {
    expect(names(100)).toBe('what state');
    expect(names(400, ['hash'])).toBe('what hash state');
  });
});
