/**
 * What people do with findings: every act is committed with its line in the journal before it is true here. Reviews are
 * kept each as it was given; the state of an alert is the latest.
 */
import { randomBytes } from 'node:crypto';
import type {
  AcceptRequest,
  AlertChange,
  AlertsChange,
  IncidentChange,
  NewWindow,
  ReviewRequest,
  ReviewRow,
  Static,
  WindowChange,
} from '../../api/index.ts';
import type { Alert, AlertAct, MaintenanceWindow } from '../../core/incident.ts';
import { MAX_WINDOWS, roomFor } from '../../decide/index.ts';
import { alertActRow, incidentActRow, type JournalEntry, type Row, type Store, windowRow } from '../../store/index.ts';
import { RequestError } from '../engine-contract.ts';
import type { LiveSite } from '../live-site.ts';
import { alertById } from '../query/findings.ts';
import { incidentById, incidentState } from '../query/incidents.ts';
import { type SiteView, timeText } from '../query/view.ts';

/** Lines of history shown with one alert or incident. */
const MAX_HISTORY = 100;

export interface Actor {
  readonly store: Store;
  readonly site: LiveSite;
  readonly view: SiteView;
  readonly userId: string;
  readonly nowUs: number;
  /** Of people, by user id. */
  readonly names: ReadonlyMap<string, string>;
}

const entry = (
  { site, userId, nowUs }: Actor,
  action: string,
  subject: string,
  detail: JournalEntry['detail'],
): JournalEntry => ({ siteId: site.id, tsUs: nowUs, userId, action, subject, detail });

const actOf = (alert: Alert, change: Partial<AlertAct>): AlertAct => ({
  alert: alert.id,
  state: alert.state,
  assignee: alert.assignee,
  review: alert.review,
  ...change,
  findings: alert.episodes,
  priority: alert.priority,
});

const changeOf = (alert: Alert, { state, assignee }: AlertChange): AlertAct =>
  actOf(alert, { ...(state === undefined ? {} : { state }), ...(assignee === undefined ? {} : { assignee }) });

const detailOf = ({ state, assignee, note }: AlertChange): Record<string, string> => ({
  ...(state === undefined ? {} : { state }),
  ...(assignee === undefined ? {} : { assignee }),
  ...(note === undefined || note === '' ? {} : { note }),
});

const refuseEmpty = (change: AlertChange): void => {
  if (Object.keys(detailOf(change)).length === 0)
    throw new RequestError(422, 'input-invalid', 'Nothing is to be changed.', 'Give a state, a person or a note.');
};

interface Stood {
  readonly state: string;
  readonly assignee: string;
}
const isAsSeen = (now: Stood, seen: Stood | undefined): boolean =>
  seen === undefined || (seen.state === now.state && seen.assignee === now.assignee);
/** Two people at one matter: the second does not undo what the first did without having seen it. */
const refuseUnseen = ({ names }: Actor, now: Stood, seen: Stood | undefined): void => {
  if (isAsSeen(now, seen)) return;
  const who = names.get(now.assignee) ?? now.assignee;
  throw new RequestError(
    409,
    'changed-meanwhile',
    `Somebody changed it meanwhile: it is ${now.state}, and ${now.assignee === '' ? 'nobody has taken it' : `${who} takes care of it`}.`,
    'Nothing of yours was written. Look at it as it stands now, and decide again.',
  );
};

export const changeAlert = async (actor: Actor, id: string, change: AlertChange): Promise<Alert> => {
  refuseEmpty(change);
  const { store, site, view, nowUs } = actor;
  const alert = alertById(view, id);
  refuseUnseen(actor, alert, change.seen);
  const act = changeOf(alert, change);
  await store.writer.submit({
    put: { alert_state: [alertActRow(site.id, act, nowUs)] },
    journal: [entry(actor, 'alert.change', `alert ${id}`, detailOf(change))],
  });
  view.detection.triage.setAct(act);
  return alertById(view, id);
};

/** One act about many: all of it is written or nothing, but for those that are not as the person saw them. */
export const changeAlerts = async (actor: Actor, { alerts, change, review, seen = {} }: AlertsChange) => {
  if (review === undefined) refuseEmpty(change);
  else refuseBare(review);
  const { store, site, view, nowUs } = actor;
  const known = new Map(view.detection.triage.picture().alerts.map((alert) => [alert.id, alert]));
  const wanted = [...new Set(alerts)];
  const found = wanted.flatMap((id) => known.get(id) ?? []);
  const meant = found.filter((alert) => isAsSeen(alert, seen[alert.id]));
  const acts = meant.map((alert) => ({
    ...changeOf(alert, change),
    ...(review !== undefined && { review: review.verdict }),
    ...(review !== undefined && change.state === undefined && { state: reviewedState(alert, false) }),
  }));
  const changes = Object.keys(detailOf(change)).length > 0;
  await store.writer.submit({
    put: {
      alert_state: acts.map((act) => alertActRow(site.id, act, nowUs)),
      ...(review !== undefined && { review: meant.map((alert) => reviewRow(actor, alert, review)) }),
    },
    journal: meant.flatMap((alert) => [
      ...(changes ? [entry(actor, 'alert.change', `alert ${alert.id}`, detailOf(change))] : []),
      ...(review === undefined ? [] : [reviewEntry(actor, alert, review)]),
    ]),
  });
  for (const act of acts) view.detection.triage.setAct(act);
  return {
    changed: acts.length,
    missing: wanted.filter((id) => !known.has(id)),
    unseen: found.filter((alert) => !meant.includes(alert)).map(({ id }) => id),
  };
};

type Verdict = Pick<ReviewRequest, 'verdict' | 'reason'>;
const refuseBare = ({ verdict, reason = '' }: Verdict): void => {
  if (verdict === 'benign' && reason.trim() === '')
    throw new RequestError(
      422,
      'input-invalid',
      'A benign finding needs its reason.',
      'Say what it was: planned work, a test ...',
    );
};
const reviewRow = ({ site, userId, nowUs }: Actor, alert: Alert, { verdict, reason = '' }: Verdict): Row<'review'> => ({
  site_id: site.id,
  review_id: randomBytes(8).toString('hex'),
  alert_id: alert.id,
  kind: alert.lead.kind,
  detector: alert.lead.detector,
  verdict,
  reason,
  user_id: userId,
  ts: nowUs,
});
const reviewEntry = (actor: Actor, { id, lead }: Alert, { verdict, reason = '' }: Verdict): JournalEntry =>
  entry(actor, 'alert.review', `alert ${id}`, { verdict, reason, kind: lead.kind });
/** Who gives a verdict has looked at it. */
const reviewedState = ({ state }: Alert, close: boolean): Alert['state'] =>
  close ? 'closed' : state === 'new' ? 'acknowledged' : state;

export const reviewAlert = async (actor: Actor, id: string, request: ReviewRequest): Promise<Alert> => {
  refuseBare(request);
  const { verdict, close = false, seen } = request;
  const { store, site, view, nowUs } = actor;
  const alert = alertById(view, id);
  refuseUnseen(actor, alert, seen);
  const act = actOf(alert, { review: verdict, state: reviewedState(alert, close) });
  await store.writer.submit({
    put: { alert_state: [alertActRow(site.id, act, nowUs)], review: [reviewRow(actor, alert, request)] },
    journal: [reviewEntry(actor, alert, request)],
  });
  view.detection.triage.setAct(act);
  return alertById(view, id);
};

/** Teaches what the alert's findings show, closes it as benign, keeps what was learned at once. */
export const acceptAlert = async (actor: Actor, id: string, { reason, seen }: Static<typeof AcceptRequest>) => {
  const { store, site, view, nowUs } = actor;
  const alert = alertById(view, id);
  refuseUnseen(actor, alert, seen);
  // The act stands in the journal before anything is learned from it; what came of it follows.
  await store.writer.submit({
    journal: [entry(actor, 'baseline.accept', `alert ${id}`, { reason, kind: alert.lead.kind })],
  });
  const outcomes = view.detection.accept(alert.findings);
  const learned = outcomes.some((outcome) => outcome.learned);
  const text = outcomes.find((outcome) => outcome.learned === learned)?.text ?? '';
  const act = actOf(alert, learned ? { review: 'benign', state: 'closed' } : {});
  const review = reviewRow(actor, alert, { verdict: 'benign', reason: `accepted as normal: ${reason}` });
  const batch = {
    put: learned ? { alert_state: [alertActRow(site.id, act, nowUs)], review: [review] } : {},
    journal: [entry(actor, 'baseline.accepted', `alert ${id}`, { learned, text })],
  };
  if (learned) {
    view.detection.triage.setAct(act);
    site.keepLearned();
  }
  try {
    await store.writer.submit(batch);
  } catch (error) {
    // What was learned is not unlearned: what came of the act is written as soon as writing works again.
    void store.writer.submit(batch, { background: true }).catch(() => undefined);
    throw error;
  }
  if (learned) await site.save(nowUs);
  return { learned, text };
};

export const changeIncident = async (actor: Actor, id: string, change: IncidentChange): Promise<void> => {
  const { store, site, view, nowUs } = actor;
  const incident = incidentById(view, id);
  // With what was said of it under a former id, and open again where it grew since it was closed.
  const before = incidentState(view, incident);
  refuseUnseen(actor, before, change.seen);
  const act = {
    incident: incident.id,
    state: change.state ?? before.state,
    assignee: change.assignee ?? before.assignee,
    steps: incident.steps.length,
  } as const;
  const detail = detailOf(change as AlertChange);
  if (Object.keys(detail).length === 0)
    throw new RequestError(422, 'input-invalid', 'Nothing is to be changed.', 'Give a state, a person or a note.');
  await store.writer.submit({
    put: { incident_state: [incidentActRow(site.id, act, nowUs)] },
    journal: [entry(actor, 'incident.change', `incident ${incident.id}`, detail)],
  });
  view.detection.incidentActs.set(incident.id, act);
};

const timeOf = (text: string): number => {
  const ms = Date.parse(text);
  if (Number.isNaN(ms))
    throw new RequestError(422, 'input-invalid', `${text} is no time.`, 'Give times as 2026-03-01T12:00:00Z.');
  return ms * 1000;
};
const refuseBackwards = (fromUs: number, toUs: number): void => {
  if (toUs <= fromUs)
    throw new RequestError(
      422,
      'input-invalid',
      'The work would end before it begins.',
      'Give an end after the start.',
    );
};

const keepWindow = async (
  actor: Actor,
  others: readonly MaintenanceWindow[],
  window: MaintenanceWindow,
  action: string,
  detail: JournalEntry['detail'],
) => {
  const { store, site, view } = actor;
  await store.writer.submit({
    put: { maintenance_window: [windowRow(site.id, window)] },
    journal: [entry(actor, action, `window ${window.id}`, detail)],
  });
  view.detection.triage.setWindows([...others, window]);
};

export const addWindow = async (actor: Actor, request: NewWindow): Promise<MaintenanceWindow> => {
  const { view, userId, nowUs } = actor;
  const { text, assets, cells, vendor = '', workOrder = '' } = request;
  const { triage } = view.detection;
  const labels = new Set([...triage.picture().hits.values()].map((hit) => hit.window.id));
  const others = roomFor(triage.windows, labels, view.detection.nowUs || nowUs);
  if (others === undefined)
    throw new RequestError(
      409,
      'limit',
      `${MAX_WINDOWS} announced works are not over yet.`,
      'Cancel those that will not take place.',
    );
  const missing = [
    ...assets.filter((id) => view.model.asset(id) === undefined),
    ...cells.filter((id) => view.detection.feed.cell(id) === undefined),
  ];
  if (missing.length > 0)
    throw new RequestError(
      422,
      'input-invalid',
      `There is no ${missing[0]} here.`,
      'Choose devices and cells of this site.',
    );
  const window: MaintenanceWindow = {
    id: randomBytes(6).toString('hex'),
    text,
    assets,
    cells,
    vendor,
    workOrder,
    fromUs: timeOf(request.from),
    toUs: timeOf(request.to),
    cancelled: false,
    userId,
    createdUs: nowUs,
  };
  refuseBackwards(window.fromUs, window.toUs);
  await keepWindow(actor, others, window, 'window.add', {
    text,
    from: request.from,
    to: request.to,
    vendor,
    workOrder,
  });
  return window;
};

export const changeWindow = async (actor: Actor, id: string, change: WindowChange): Promise<MaintenanceWindow> => {
  const known = actor.view.detection.triage.windows.find((window) => window.id === id);
  if (known === undefined) throw new RequestError(404, 'not-found', 'There is no such window.', 'Load the list again.');
  const window = {
    ...known,
    ...(change.to === undefined ? {} : { toUs: timeOf(change.to) }),
    ...(change.cancelled === undefined ? {} : { cancelled: change.cancelled }),
  };
  refuseBackwards(window.fromUs, window.toUs);
  const others = actor.view.detection.triage.windows.filter((other) => other.id !== id);
  await keepWindow(actor, others, window, 'window.change', {
    ...(change.to === undefined ? {} : { to: change.to }),
    ...(change.cancelled === undefined ? {} : { cancelled: change.cancelled }),
    reason: change.reason ?? '',
  });
  return window;
};

/** Reviews of an alert, newest first. */
export const reviewsOf = async (
  store: Store,
  site: string,
  alert: string,
  names: ReadonlyMap<string, string>,
): Promise<ReviewRow[]> => {
  const rows = await store.db
    .selectFrom('review')
    .selectAll()
    .where('site_id', '=', site)
    .where('alert_id', '=', alert)
    .orderBy('ts', 'desc')
    .limit(MAX_HISTORY)
    .execute();
  return rows.map((row) => ({
    at: timeText(row.ts),
    who: names.get(row.user_id) ?? row.user_id,
    verdict: row.verdict as ReviewRow['verdict'],
    reason: row.reason,
  }));
};

/** What the journal says about one thing, newest first. */
export const historyOf = async (
  store: Store,
  site: string,
  subject: string,
  names: ReadonlyMap<string, string>,
): Promise<{ at: string; who: string; what: string; text: string }[]> => {
  const rows = await store.db
    .selectFrom('journal')
    .selectAll()
    .where('site_id', '=', site)
    .where('subject', '=', subject)
    .orderBy('seq', 'desc')
    .limit(MAX_HISTORY)
    .execute();
  return rows.map((row) => ({
    at: timeText(row.ts),
    who: names.get(row.user_id) ?? row.user_id,
    what: row.action,
    text: detailText(row.detail),
  }));
};

const detailText = (detail: string): string => {
  const fields = JSON.parse(detail) as Record<string, unknown>;
  return Object.entries(fields)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}: ${String(value)}`)
    .join('; ');
};
