/** What fragments may take: octets that overlap are kept once, whatever somebody sends. */
import { expect, it } from 'vitest';
import { FragmentTable, MAX_FRAGMENTED } from './ip.ts';

it('a datagram of fragments that lie upon each other is given up before it takes more than two of its size', () => {
  const table = new FragmentTable();
  const part = new Uint8Array(60_000);
  for (let n = 0; n < 2; n++) table.add('a', 8 * n, true, part, n);
  expect(table.dropped).toBe(0);
  table.add('a', 16, true, part, 2);
  expect(table.dropped).toBe(1);
  // The same over all that may be open.
  for (let key = 0; key < 2 * MAX_FRAGMENTED; key++)
    for (let n = 0; n < 60; n++) table.add(`${key}`, 8 * n, true, part, 3);
  expect(table.keptBytes).toBeLessThanOrEqual(MAX_FRAGMENTED * 131_070);
});

it('two fragments of a datagram in any order are one', () => {
  const table = new FragmentTable();
  const [a, b] = [new Uint8Array(1480).fill(1), new Uint8Array(100).fill(2)];
  expect(table.add('a', 1480, false, b, 0)).toBeUndefined();
  const whole = table.add('a', 0, true, a, 1);
  expect([whole?.length, whole?.[1479], whole?.[1480]]).toEqual([1580, 1, 2]);
  expect(table.keptBytes).toBe(0);
});
