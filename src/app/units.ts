/**
 * Units of points as people set them. Hardly any protocol carries them (Modbus, S7, CIP do not), and a number without
 * one cannot be judged at three in the morning. They are for the eye: nothing is learned from them or judged by them.
 */
import type { UnitChange } from '../api/index.ts';
import type { Store } from '../store/index.ts';
import type { Actor } from './detection/acts.ts';
import { RequestError } from './engine-contract.ts';
import { addressText, type SiteView } from './query/view.ts';

/** Points of a site with a unit; more are refused. */
export const MAX_UNITS = 50_000;
const SETTING = 'units';
/** Paths named in the journal; the count has all. */
const MAX_NAMED = 5;

/** A point keeps its unit when a capture is read again and its number is another one. */
const keyOf = (view: SiteView, id: number): string | undefined => {
  const point = view.model.point(id);
  return point === undefined ? undefined : `${addressText(view, point.target)} ${point.protocol} ${point.path}`;
};

export const unitOf = (view: SiteView, id: number): string => {
  if (view.units.size === 0) return '';
  const key = keyOf(view, id);
  return key === undefined ? '' : (view.units.get(key) ?? '');
};

export const readUnits = async (store: Store, site: string): Promise<Map<string, string>> => {
  const row = await store.db
    .selectFrom('setting')
    .select('value')
    .where('site_id', '=', site)
    .where('name', '=', SETTING)
    .executeTakeFirst();
  return new Map(row === undefined ? [] : (JSON.parse(row.value) as [string, string][]));
};

/** Committed with its line in the journal before it is shown. Errors: `limit`. */
export const setUnits = async ({ store, site, view, userId, nowUs }: Actor, { points, unit }: UnitChange) => {
  await site.keepPoints(points, nowUs);
  const text = unit.trim();
  const next = new Map(view.units);
  const missing: number[] = [];
  const named: string[] = [];
  for (const id of new Set(points)) {
    const key = keyOf(view, id);
    if (key === undefined) {
      missing.push(id);
      continue;
    }
    if (text === '') next.delete(key);
    else next.set(key, text);
    named.push(key);
  }
  if (next.size > MAX_UNITS)
    throw new RequestError(
      409,
      'limit',
      `At most ${MAX_UNITS} points have a unit.`,
      'Take back units that nobody needs.',
    );
  const more = named.length > MAX_NAMED ? ` and ${named.length - MAX_NAMED} more` : '';
  await store.writer.submit({
    put: { setting: [{ site_id: site.id, name: SETTING, value: JSON.stringify([...next]) }] },
    journal: [
      {
        siteId: site.id,
        tsUs: nowUs,
        userId,
        action: 'point.unit',
        subject: `site ${site.id}`,
        detail: { unit: text, points: named.length, text: `${named.slice(0, MAX_NAMED).join(', ')}${more}` },
      },
    ],
  });
  site.setUnits(next);
  return { changed: named.length, missing };
};
