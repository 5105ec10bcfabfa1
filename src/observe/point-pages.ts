/** Points by filter, a page at a time; text and counts are looked at in the columns, points are built for the page only. */
import type { AssetId, Point } from '../core/site.ts';
import type { PageOf, PointFilter } from '../core/site-model.ts';
import type { Points } from './points.ts';

/** A page of points. Sorted by id unless asked otherwise; at most 1,000 at a time. */
const MAX_PAGE = 1000;

export const pagePoints = (
  points: Points,
  filter: PointFilter,
  endpointsOf: (asset: AssetId) => readonly number[],
): PageOf<Point> => {
  const of = (ids: readonly number[]) => ids.flatMap((id) => points.pointsOfTarget.get(id) ?? []);
  let ids: number[] | undefined;
  if (filter.target !== undefined) ids = of([filter.target]);
  else if (filter.asset !== undefined) ids = of(endpointsOf(filter.asset)).sort((a, b) => a - b);
  else ids = Array.from({ length: points.count }, (_, i) => i + 1);
  const text = filter.text?.toLowerCase();
  if (filter.protocol !== undefined) ids = ids.filter((i) => points.protocolOf(i) === filter.protocol);
  if (text !== undefined && text !== '') ids = ids.filter((i) => points.pathOf(i).toLowerCase().includes(text));
  if (filter.changedOnly === true) ids = ids.filter((i) => points.changesOf(i) > 1);
  if (filter.writtenOnly === true) ids = ids.filter((i) => points.writesOf(i) > 0);
  if (filter.sort === 'changes') ids.sort((a, b) => points.changesOf(b) - points.changesOf(a) || a - b);
  else if (filter.sort === 'lastChange') ids.sort((a, b) => points.lastChangeOf(b) - points.lastChangeOf(a) || a - b);
  else if (filter.sort === 'writes') ids.sort((a, b) => points.writesOf(b) - points.writesOf(a) || a - b);
  const offset = Math.max(0, filter.offset ?? 0);
  const limit = Math.min(MAX_PAGE, Math.max(0, filter.limit ?? 100));
  return { total: ids.length, rows: ids.slice(offset, offset + limit).map((i) => points.get(i)!) };
};
