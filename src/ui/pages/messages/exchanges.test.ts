import { describe, expect, it } from 'vitest';
import type { MessageRow } from '../../../api/traffic.ts';
import { exchangesOf } from './exchanges.ts';

const row = (frame: number, role: MessageRow['role'], exchange = 0, type = 't'): MessageRow => ({
  source: 's',
  frame,
  at: null,
  toServer: role !== 'answer',
  protocol: 'x',
  title: 'X',
  type,
  role,
  exchange,
  tookMs: null,
  fields: [{ name: 'point', value: 'DB10.DBD4', meaning: '' }],
  values: [],
  valuesMore: 0,
});

describe('exchangesOf', () => {
  it('puts answers beside their requests, also where they overtake each other', () => {
    const rows = [row(1, 'request', 1), row(2, 'request', 2), row(3, 'answer', 2), row(4, 'answer', 1)];
    expect(exchangesOf(rows).map((e) => [e.request?.frame, e.answers.map((a) => a.frame)])).toEqual([
      [1, [4]],
      [2, [3]],
    ]);
  });

  it('keeps what belongs to nothing in its place, and answers whose request was not seen apart', () => {
    const rows = [row(1, 'answer'), row(2, 'single'), row(3, 'answer'), row(4, 'request', 1)];
    expect(exchangesOf(rows).map((e) => [e.at, e.request?.frame, e.answers.length, e.single?.frame])).toEqual([
      [0, undefined, 1, undefined],
      [1, undefined, 0, 2],
      [2, undefined, 1, undefined],
      [3, 4, 0, undefined],
    ]);
  });

  it('keeps exchanges of two sources apart', () => {
    const rows = [row(1, 'request', 1), { ...row(1, 'answer', 1), source: 'other' }];
    expect(exchangesOf(rows).length).toBe(2);
  });
});
