/**
 * A process of thousands of points, answered in place of the server's: no capture that a test can read in time has so
 * many. Cells of 64 points with values and bands as the API gives them; the console under test is the real one.
 */
import type { Page } from 'playwright-core';
import type { CellDetail, CellList, CellPoint, CellRow } from '../../src/api/index.ts';

const POINTS = 64;
const LAST = '2026-03-02T12:00:00.000000Z';
const LAST_US = 1_772_452_800_000_000;

const party = (n: number) =>
  ({ kind: 'asset', id: `a${n}`, name: `plc-${n}`, address: `10.9.0.${n}`, role: 'plc', level: 1 }) as const;
const row = (n: number): CellRow => ({
  id: `c${n}`,
  name: `plc-${n}`,
  controller: party(n),
  made: '',
  points: POINTS,
  fits: POINTS,
  state: 'armed',
  share: 1,
  text: 'judged since Mon 2 Mar',
  armed: POINTS,
  relations: 0,
  open: 0,
  stepMs: 10_000,
  lastAt: LAST,
});
const pointOf = (n: number, i: number, samples: number): CellPoint => {
  const values = Array.from({ length: samples }, (_, s) => 50 + 10 * Math.sin((s + 7 * i + n) / 9));
  return {
    id: n * POINTS + i,
    path: `point ${n}.${i}`,
    asset: party(n),
    unit: 'bar',
    nature: 'continuous',
    value: values.at(-1) ?? null,
    lastAt: LAST,
    state: 'armed',
    share: 1,
    text: 'judged since Mon 2 Mar',
    armed: ['junk', 'level', 'stuck', 'soft-sensor'],
    unarmed: '',
    detectable: 1.5,
    withinMs: 120_000,
    stuckAfterMs: 135_000,
    explained: 0.93,
    surprise: 0,
    values,
    low: values.map(() => 38),
    high: values.map(() => 62),
    finding: '',
  };
};

export const cellsOf = (count: number): CellList => ({
  items: Array.from({ length: count }, (_, n) => row(n)),
  next: null,
  total: count,
  cells: count,
  points: count * POINTS,
  fits: count * POINTS,
  armed: count * POINTS,
  returning: 0,
  pointsWithout: 0,
  version: 1,
});

/** Answers the calls of the process page from `list`; counts the calls by name. */
export const serveCells = async (page: Page, list: CellList): Promise<Map<string, number>> => {
  const asked = new Map<string, number>();
  const count = (call: string) => asked.set(call, (asked.get(call) ?? 0) + 1);
  const fits = (n: number, q: string): number[] =>
    Array.from({ length: POINTS }, (_, i) => i + 1).filter((i) => q === '' || `point ${n}.${i}` === q);
  await page.route(/\/api\/v1\/sites\/[^/]+\/cells(\?|$)/, (route) => {
    count('cells');
    const asks = new URL(route.request().url()).searchParams;
    const found = list.items
      .map((c, n) => ({ ...c, fits: fits(n, asks.get('q') ?? '').length }))
      .filter((c) => c.fits > 0);
    const from = Number(asks.get('cursor') ?? 0);
    const to = from + Number(asks.get('limit'));
    const answer: CellList = {
      ...list,
      items: found.slice(from, to),
      next: to < found.length ? String(to) : null,
      total: found.length,
      fits: found.reduce((sum, c) => sum + c.fits, 0),
    };
    return route.fulfill({ json: answer });
  });
  await page.route(/\/api\/v1\/sites\/[^/]+\/cells\/c\d+/, (route) => {
    count('cell');
    const url = new URL(route.request().url());
    const n = Number(/c(\d+)$/.exec(url.pathname)?.[1]);
    const samples = Number(url.searchParams.get('samples') ?? 120);
    const points = fits(n, url.searchParams.get('q') ?? '').map((i) => pointOf(n, i, samples));
    const detail: CellDetail = {
      cell: { ...row(n), fits: points.length },
      us: Array.from({ length: samples }, (_, s) => LAST_US - (samples - 1 - s) * 1e7),
      points,
      cycles: [],
      relations: [],
      version: 1,
    };
    return route.fulfill({ json: detail });
  });
  return asked;
};
