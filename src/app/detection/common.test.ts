import { expect, it } from 'vitest';
import type { Statement } from '../../core/detector.ts';
import { PROCESS_KINDS } from '../../detect/index.ts';
import { CommonCause } from './common.ts';
import { ON_TRIAL } from './trial.ts';

const S = 1e6;
const said = (point: number, sinceS: number, tsS = sinceS, change: Partial<Statement> = {}): Statement => ({
  kind: PROCESS_KINDS['never-seen'],
  key: `c${point} ${point}`,
  target: point,
  point,
  tsUs: tsS * S,
  sinceUs: sinceS * S,
  surprise: 0.9,
  certainty: 'certain',
  parts: {},
  ...change,
});
const nameOf = (point: number): string => `P${point}`;
const textOf = ({ parts }: Statement): string => (parts.also?.kind === 'text' ? parts.also.text : '');

it('tells the first state that never was, and keeps those that follow within minutes for the record', () => {
  const common = new CommonCause();
  const weigh = (s: Statement, isSuspect = false) => common.weigh(s, isSuspect, nameOf);
  expect(weigh(said(1, 100)).surprise).toBe(0.9);
  const second = weigh(said(2, 130));
  expect(second.surprise).toBe(ON_TRIAL);
  expect(textOf(second)).toContain('P1 came first');
  // As long as it goes on, also after a restart, and the first one too.
  const again = new CommonCause();
  again.load(JSON.parse(JSON.stringify(common.save())));
  expect(again.weigh(said(2, 130, 9000), false, nameOf).surprise).toBe(ON_TRIAL);
  expect(again.weigh(said(1, 100, 9000), false, nameOf).surprise).toBe(0.9);
  // What goes on since yesterday is no first cause.
  expect(weigh(said(9, 20, 140)).surprise).toBe(0.9);
  expect(weigh(said(8, 150)).surprise).toBe(ON_TRIAL);
  // Followers draw nobody after them, and an hour later another matter begins.
  expect(weigh(said(3, 290)).surprise).toBe(0.9);
  expect(weigh(said(4, 3700)).surprise).toBe(0.9);
});

it('keeps what hangs on a state that asked a person with it; what asked nobody explains nothing', () => {
  const spread = said(5, 130, 130, { kind: PROCESS_KINDS.spread });
  const asked = new CommonCause();
  asked.weigh(said(1, 100), false, nameOf);
  expect(asked.weigh(spread, false, nameOf).surprise).toBe(ON_TRIAL);
  // Half an hour later it is no consequence any more.
  expect(asked.weigh({ ...spread, tsUs: 2000 * S }, false, nameOf).surprise).toBe(0.9);
  const onTrial = new CommonCause();
  onTrial.weigh(said(1, 100, 100, { surprise: ON_TRIAL }), false, nameOf);
  expect(onTrial.weigh(spread, false, nameOf).surprise).toBe(0.9);
  expect(onTrial.weigh(said(2, 130), false, nameOf).surprise).toBe(0.9);
  expect(onTrial.weigh(said(3, 140), false, nameOf).surprise).toBe(ON_TRIAL);
  // What is no state is no first cause.
  const none = new CommonCause();
  none.weigh(spread, false, nameOf);
  expect(none.weigh(said(1, 140), false, nameOf).surprise).toBe(0.9);
});

it('holds nothing back where something else is odd, nor safety, nor what follows from no stop', () => {
  const common = new CommonCause();
  common.weigh(said(1, 100), false, nameOf);
  expect(common.weigh(said(2, 110), true, nameOf).surprise).toBe(0.9);
  expect(common.weigh(said(3, 110, 110, { severity: 'safety' }), false, nameOf).surprise).toBe(0.9);
  for (const kind of ['junk', 'stuck', 'replay'] as const)
    expect(common.weigh(said(4, 110, 110, { kind: PROCESS_KINDS[kind] }), false, nameOf).surprise).toBe(0.9);
});
