/** Values of a point over time from the store, thinned to minimum and maximum per bucket where there are too many. */
import type { Series } from '../api/index.ts';
import type { Store } from '../store/index.ts';
import { RequestError } from './engine-contract.ts';
import { finite } from './query/view.ts';

/** Samples read for one answer; beyond it the store thins first. */
const MAX_READ = 200_000;
const DEFAULT_SAMPLES = 2000;

export interface SeriesRequest {
  readonly site: string;
  readonly point: number;
  readonly from?: string;
  readonly to?: string;
  readonly samples?: number;
}

const timeOf = (text: string | undefined, otherwise: number): number => {
  if (text === undefined) return otherwise;
  const ms = Date.parse(text);
  if (Number.isNaN(ms))
    throw new RequestError(422, 'input-invalid', `${text} is no time.`, 'Give times as 2026-03-01T12:00:00Z.');
  return ms * 1000;
};

/** What is asked for: times in microseconds since 1970, both inclusive, and samples at most. Throws where a time is none. */
export const rangeOf = (
  request: SeriesRequest,
): { readonly from: number; readonly to: number; readonly limit: number } => ({
  from: timeOf(request.from, 0),
  to: timeOf(request.to, Number.MAX_SAFE_INTEGER),
  limit: request.samples ?? DEFAULT_SAMPLES,
});

export const seriesOf = async (store: Store, request: SeriesRequest): Promise<Series> => {
  const { from, to, limit } = rangeOf(request);
  const texts = await store.db
    .selectFrom('sample_text')
    .select(['ts', 'value'])
    .where('site_id', '=', request.site)
    .where('point_id', '=', request.point)
    .where('ts', '>=', from)
    .where('ts', '<=', to)
    .orderBy('ts', 'desc')
    .limit(limit + 1)
    .execute();
  if (texts.length > 0) {
    const thinned = texts.length > limit;
    if (thinned) texts.pop();
    texts.reverse();
    return {
      point: request.point,
      us: texts.map((row) => row.ts),
      value: texts.map(() => null),
      text: texts.map((row) => row.value),
      thinned,
    };
  }
  const rows = await store.db
    .selectFrom('sample')
    .select(['ts', 'value'])
    .where('site_id', '=', request.site)
    .where('point_id', '=', request.point)
    .where('ts', '>=', from)
    .where('ts', '<=', to)
    .orderBy('ts', 'desc')
    .limit(MAX_READ)
    .execute();
  rows.reverse();
  if (rows.length <= limit) {
    return {
      point: request.point,
      us: rows.map((row) => row.ts),
      value: rows.map((row) => finite(row.value)),
      thinned: false,
    };
  }
  const first = rows[0]!.ts;
  const width = (rows[rows.length - 1]!.ts - first + 1) / limit;
  const us: number[] = [];
  const value: (number | null)[] = [];
  const min: (number | null)[] = [];
  const max: (number | null)[] = [];
  let bucket = -1;
  for (const row of rows) {
    const index = Math.floor((row.ts - first) / width);
    const at = us.length - 1;
    if (index !== bucket) {
      bucket = index;
      us.push(row.ts);
      value.push(finite(row.value));
      min.push(finite(row.value));
      max.push(finite(row.value));
    } else {
      us[at] = row.ts;
      value[at] = finite(row.value);
      // What is no number (NaN of a float register) has no place in a range.
      if (!Number.isFinite(row.value)) continue;
      min[at] = Math.min(min[at] ?? row.value, row.value);
      max[at] = Math.max(max[at] ?? row.value, row.value);
    }
  }
  return { point: request.point, us, value, min, max, thinned: true };
};
