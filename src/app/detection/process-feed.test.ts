/** When the feed looks at its cells: a row at each step, samples between as soon as something was heard, and nothing else. */
import { expect, it } from 'vitest';
import type { Point } from '../../core/site.ts';
import { FakeEndpoints } from '../../observe/testing.ts';
import { inPlaceFitter } from './fitting.ts';
import { LEARNER } from './learner.ts';
import { ProcessFeed } from './process-feed.ts';

const SECOND = 1_000_000;
const DAY = 86_400 * SECOND;

it('a cell is looked at when something was heard of its points, at the next tick, and when its row is due', () => {
  const endpoints = new FakeEndpoints();
  endpoints.add({ ip: '10.0.0.1' });
  let heard = 0;
  let reads = 0;
  const point = (id: number) =>
    ({ id, target: 1, protocol: 'modbus', path: `holding ${id}`, value: 7, changes: 5 }) as Point;
  const feed = new ProcessFeed({
    model: {
      pointCount: 2,
      point,
      placeOf: point,
      watch: (ids) => ({
        ids: Int32Array.from(ids),
        heard: () => heard,
        read: (values, lastUs) => {
          reads++;
          values.fill(7);
          lastUs.fill(1);
        },
        cadenceUs: () => SECOND,
      }),
    },
    endpoints,
    fitter: inPlaceFitter(LEARNER),
    onFitted: () => undefined,
    family: () => 'ot',
    isSuspect: () => false,
    isWatching: () => false,
    learningUs: () => 5 * DAY,
    state: () => undefined,
    end: () => undefined,
  });
  const readsUntil = (fromS: number, toS: number): number => {
    const before = reads;
    for (let s = fromS; s < toS; s++) feed.tick(s * SECOND);
    return reads - before;
  };
  // Its points have company after ten minutes; five days of learning fit into rows of a minute.
  readsUntil(6000, 6721);
  expect(feed.cells.map(({ plan }) => plan.stepUs)).toEqual([60 * SECOND]);
  expect(readsUntil(6721, 6780)).toBe(0);
  expect(readsUntil(6780, 6781)).toBe(1);
  heard++;
  expect(readsUntil(6781, 6782)).toBe(1);
  expect(readsUntil(6782, 6800)).toBe(0);
  heard++;
  expect([readsUntil(6800, 6801), readsUntil(6801, 6802)]).toEqual([1, 0]);
  // A clock that steps back takes a row there.
  expect(readsUntil(6000, 6001)).toBe(1);
});
