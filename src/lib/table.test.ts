import { expect, it } from 'vitest';
import { tableOf } from './table.ts';

it('knows its own rows, and nothing that every object knows', () => {
  const table = tableOf({ a: 1, toString: 2 });
  expect([table.a, table.toString, table.b]).toEqual([1, 2, undefined]);
  for (const name of ['constructor', '__proto__', 'hasOwnProperty', 'valueOf'])
    expect(table[name], name).toBe(undefined);
});
