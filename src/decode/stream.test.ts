/** What a side remembers of its latest segment lies in memory that many sides share: each sees its own, also after others ended. */
import { expect, it } from 'vitest';
import { StreamBudget, StreamSide } from './stream.ts';

const octets = (n: number): Uint8Array => Uint8Array.from({ length: 100 }, (_, i) => (n * 7 + i) & 255);

it('each side compares with its own latest segment, however many there are', () => {
  const budget = new StreamBudget();
  const sides = Array.from({ length: 3000 }, () => new StreamSide(budget));
  for (const [n, side] of sides.entries()) side.remember(octets(n), 0, 100, 1000);
  sides.forEach((side, n) => {
    expect(side.differs(octets(n), 0, 100, 1000)).toBe(false);
    expect(side.differs(octets(n + 1), 0, 100, 1000)).toBe(true);
    // From the eleventh octet on the same, from the twelfth others.
    expect(side.differs(octets(n), 10, 100, 1010)).toBe(false);
    expect(side.differs(octets(n), 11, 100, 1010)).toBe(true);
  });
});

it('a side that ended remembers nothing, and its place is another one`s', () => {
  const budget = new StreamBudget();
  const [a, b] = [new StreamSide(budget), new StreamSide(budget)];
  a.remember(octets(1), 0, 100, 5);
  a.free();
  a.free();
  expect(a.differs(octets(2), 0, 100, 5)).toBe(false);
  b.remember(octets(2), 0, 100, 5);
  const c = new StreamSide(budget);
  c.remember(octets(3), 0, 100, 5);
  expect([b.differs(octets(2), 0, 100, 5), c.differs(octets(3), 0, 100, 5)]).toEqual([false, false]);
});
