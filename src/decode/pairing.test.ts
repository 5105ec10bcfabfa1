/** Requests that wait for their answers, at the limit: each gives way once, and none is forgotten untold. */
import { expect, it } from 'vitest';
import { MAX_PENDING, PairScope, Pending } from './pairing.ts';

const asked = (key: number | string, frame: number): Pending =>
  new Pending(key, { protocol: 'test', type: 'request' } as never, frame, frame, 1, 2, 0);

it('of requests under one key that give way at the limit the oldest does, and the others still wait', () => {
  const scope = new PairScope(undefined);
  let frame = 0;
  const ask = (key: number | string) => scope.add(asked(key, ++frame), true);
  ask('first');
  // Two that wait under one key, then as many others as there is room for.
  ask('twice');
  ask('twice');
  for (let n = 0; n < MAX_PENDING - 2; n++) expect(ask(n)).toBeUndefined();
  expect(scope.size).toBe(MAX_PENDING + 1);
  expect(ask('one more')).toMatchObject({ key: 'twice', frame: 2 });
  expect(scope.size).toBe(MAX_PENDING + 1);
  expect(scope.take('twice')).toMatchObject({ frame: 3 });
  expect(scope.take('twice')).toBeUndefined();
  // Nothing is counted that is not there: when all are told there is room again.
  expect(scope.expire(Number.POSITIVE_INFINITY)).toHaveLength(MAX_PENDING);
  expect(scope.size).toBe(0);
});
