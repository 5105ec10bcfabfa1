import { expect, it } from 'vitest';
import type { DetectorContext, FrequentStatement, Statement } from '../core/detector.ts';
import { Episodes } from './episodes.ts';
import { VIOLATION } from './violation/index.ts';

const US = 1_000_000;
const open = (): Episodes =>
  new Episodes({
    evidenceOf: (frame) => ({ source: 's', frame, offset: -1 }),
    context: () => ({ role: () => 'unknown', host: (e: number) => e }) as unknown as DetectorContext,
  });
const said: Omit<Statement, 'parts' | 'tsUs'> = {
  kind: VIOLATION,
  key: 'k',
  actor: 1,
  target: 2,
  surprise: 0.6,
  certainty: 'certain',
};

it('asks for the words of frequent statements when the finding is taken, of the last one only', () => {
  const episodes = open();
  const asked: number[] = [];
  const frequent = (n: number): FrequentStatement => ({
    ...said,
    tsUs: n * US,
    parts: () => {
      asked.push(n);
      return { number: { kind: 'count', value: n } };
    },
  });
  for (let n = 1; n <= 5; n++) episodes.state('violation', frequent(n));
  // The first makes the finding, which has words from its beginning.
  expect(asked).toEqual([1]);
  const [finding] = episodes.take();
  expect(asked).toEqual([1, 5]);
  expect(finding).toMatchObject({ count: 5, lastUs: 5 * US, parts: { number: { kind: 'count', value: 5 } } });
  expect(episodes.take()).toEqual([]);

  episodes.state('violation', frequent(6));
  expect(episodes.open()[0]!.parts).toEqual({ number: { kind: 'count', value: 6 } });
  episodes.state('violation', frequent(7));
  expect(episodes.save().open[0]!.finding.parts).toEqual({ number: { kind: 'count', value: 7 } });
  expect(asked).toEqual([1, 5, 6, 7]);
});

it('tells the words of the last statement, whichever way they come', () => {
  const episodes = open();
  episodes.state('violation', { ...said, tsUs: 1 * US, parts: {} });
  episodes.state('violation', { ...said, tsUs: 2 * US, parts: () => ({ number: { kind: 'count', value: 2 } }) });
  episodes.state('violation', { ...said, tsUs: 3 * US, parts: { number: { kind: 'count', value: 3 } } });
  expect(episodes.take()[0]!.parts).toEqual({ number: { kind: 'count', value: 3 } });
  // One that ended before it was taken says its last words too.
  episodes.state('violation', { ...said, tsUs: 4 * US, parts: () => ({ number: { kind: 'count', value: 4 } }) });
  episodes.end(VIOLATION, 'k', 5 * US);
  expect(episodes.take()[0]).toMatchObject({ state: 'ended', parts: { number: { kind: 'count', value: 4 } } });
});

it('suspects whoever acts in an open finding, not for what people explained', () => {
  const episodes = open();
  const state = (key: string, n: number): void =>
    episodes.state('violation', { ...said, key, tsUs: n * US, parts: {} });
  state('a', 1);
  const [first] = episodes.take();
  expect(episodes.isSuspect(1)).toBe(true);
  episodes.explain(new Set([first!.id]));
  expect(episodes.isSuspect(1)).toBe(false);
  // It goes on, and is explained still; something else is not.
  state('a', 2);
  expect(episodes.isSuspect(1)).toBe(false);
  state('b', 3);
  expect(episodes.isSuspect(1)).toBe(true);
  episodes.end(VIOLATION, 'b', 4 * US);
  expect(episodes.isSuspect(1)).toBe(false);
  // The work is over, or was withdrawn.
  episodes.explain(new Set());
  expect(episodes.isSuspect(1)).toBe(true);
  episodes.end(VIOLATION, 'a', 5 * US);
  expect(episodes.isSuspect(1)).toBe(false);
});
