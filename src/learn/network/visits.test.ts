import { expect, it } from 'vitest';
import { Visits } from './visits.ts';

const MINUTE = 60e6;

it('knows who goes from controller to controller, and no panel, no program that connects for every question', () => {
  const v = new Visits();
  for (const server of [11, 12, 13]) v.add(1, server, 5 * MINUTE);
  for (const server of [11, 12, 13, 14]) v.add(2, server, 9 * 60 * MINUTE);
  for (let i = 0; i < 500; i++) for (const server of [11, 12, 13]) v.add(3, server, 1e6);
  v.add(4, 11, MINUTE);
  expect([1, 2, 3, 4, 5].map((client) => v.roams(client))).toEqual([true, false, false, false, false]);
  const again = new Visits();
  again.load(JSON.parse(JSON.stringify(v.save())));
  expect(again.roams(1)).toBe(true);
});
