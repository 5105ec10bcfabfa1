import { expect, it } from 'vitest';
import { Distinct } from './distinct.ts';

const SECOND = 1_000_000;

it('says when the run began that is told: what was touched long before is no beginning of it', () => {
  const hosts = new Distinct(600 * SECOND, 10, 100);
  hosts.add('a', 1, 0);
  // Its usual server again, which is no new member and no beginning.
  hosts.add('a', 1, 290 * SECOND);
  for (let i = 0; i < 20; i++) hosts.add('a', 2 + i, (300 + i) * SECOND);
  expect(hosts.size('a')).toBe(21);
  expect(hosts.sinceUs('a')).toBe(300 * SECOND);
  const again = new Distinct(600 * SECOND, 10, 100);
  again.load(JSON.parse(JSON.stringify(hosts.save())));
  expect(again.sinceUs('a')).toBe(300 * SECOND);
  // As older versions saved it.
  again.load([['b', 5, 9, [1, 2]]]);
  expect(again.sinceUs('b')).toBe(5);
  // Short pauses are none, and a new window begins anew.
  for (let i = 0; i < 5; i++) hosts.add('c', i, i * 110 * SECOND);
  expect(hosts.sinceUs('c')).toBe(0);
  hosts.add('c', 9, 700 * SECOND);
  expect([hosts.size('c'), hosts.sinceUs('c')]).toEqual([1, 700 * SECOND]);
});
