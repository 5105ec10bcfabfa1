/**
 * The order of the queue and the day's budget. An incident is one thing to look at: of its alerts that are not closed the
 * most pressing stands for all, the others are folded under it and cost no further place. Nothing is dropped.
 * @source EEMUA 191 edition 3 (2013), section on alarm floods: what has one cause is to be presented as one
 */
import type { Alert } from '../core/incident.ts';

/** What follows from the place in the queue. */
type Placed = 'rank' | 'overBudget' | 'foldedUnder' | 'folds' | 'foldsNew';
export type Unplaced = Omit<Alert, Placed>;

/** Not closed first, most pressing first; equals by time, then by id, so that the order of coming does not matter. */
const byPress = (a: Unplaced, b: Unplaced): number =>
  Number(a.state === 'closed') - Number(b.state === 'closed') ||
  b.score - a.score ||
  a.firstUs - b.firstUs ||
  (a.id < b.id ? -1 : 1);

/** Ranked: each alert that stands for an incident is followed by those under it, which have its rank. Closed ones last. */
export const queueOf = (
  alerts: readonly Unplaced[],
  alertsPerDay: number,
  dayOf: (us: number) => number,
): readonly Alert[] => {
  const sorted = [...alerts].sort(byPress);
  /** Alerts that are not closed by incident, the one that stands for them first. */
  const ofIncident = new Map<string, Unplaced[]>();
  for (const alert of sorted) {
    if (alert.incident === '' || alert.state === 'closed') continue;
    const group = ofIncident.get(alert.incident);
    if (group === undefined) ofIncident.set(alert.incident, [alert]);
    else group.push(alert);
  }
  const perDay = new Map<number, number>();
  /** Incidents that have cost their place of the budget, and whether it was beyond it. */
  const counted = new Map<string, boolean>();
  const isOver = (alert: Unplaced): boolean => {
    // Announced work costs nobody's time.
    if (alert.hit !== undefined) return false;
    const known = counted.get(alert.incident);
    if (known !== undefined) return known;
    const day = dayOf(alert.firstUs);
    const before = perDay.get(day) ?? 0;
    perDay.set(day, before + 1);
    const over = before >= alertsPerDay;
    if (alert.incident !== '') counted.set(alert.incident, over);
    return over;
  };
  const out: Alert[] = [];
  let rank = 0;
  for (const alert of sorted) {
    if (alert.state === 'closed') {
      out.push({ ...alert, rank: 0, overBudget: isOver(alert), foldedUnder: '', folds: 0, foldsNew: 0 });
      continue;
    }
    const [lead = alert, ...others] = ofIncident.get(alert.incident) ?? [];
    if (lead !== alert) continue;
    rank++;
    const overBudget = isOver(alert);
    const foldsNew = others.filter(({ state }) => state === 'new').length;
    out.push({ ...alert, rank, overBudget, foldedUnder: '', folds: others.length, foldsNew });
    for (const other of others) out.push({ ...other, rank, overBudget, foldedUnder: alert.id, folds: 0, foldsNew: 0 });
  }
  return out;
};
