/** The calls of the contract about findings, learning and the process: from their input to their answer. */
import type { Proof } from '../../core/finding.ts';
import type { CallContext, Handlers } from '../calls.ts';
import { type EngineCall, RequestError } from '../engine-contract.ts';
import type { LiveSite } from '../live-site.ts';
import { alertRates, detectionOverview, learning, windowRow } from '../query/detection.ts';
import { alertById, alertDetail, alertRow, alerts, findingById, findingDetail, findings } from '../query/findings.ts';
import { incidentById, incidentDetail, incidentRow, incidents } from '../query/incidents.ts';
import { band, cellById, cellDetail, cells } from '../query/process.ts';
import type { SiteView } from '../query/view.ts';
import { setUnits } from '../units.ts';
import { tryAccept } from './acceptance.ts';
import * as acts from './acts.ts';
import * as baselines from './baselines.ts';
import type { Cell } from './cell.ts';
import { readProof, readSettings } from './keep.ts';
import type { ProcessFeed } from './process-feed.ts';
import * as relations from './relation-acts.ts';
import * as tuning from './tuning.ts';

type Mine = Pick<
  Handlers,
  | 'alerts'
  | 'alert'
  | 'changeAlert'
  | 'changeAlerts'
  | 'reviewAlert'
  | 'tryAccept'
  | 'acceptAlert'
  | 'alertRates'
  | 'findings'
  | 'finding'
  | 'incidents'
  | 'incident'
  | 'changeIncident'
  | 'learning'
  | 'detection'
  | 'windows'
  | 'addWindow'
  | 'changeWindow'
  | 'cells'
  | 'cell'
  | 'addRelation'
  | 'changeRelation'
  | 'band'
  | 'setUnits'
  | 'tryTuning'
  | 'applyTuning'
  | 'baselines'
  | 'saveBaseline'
  | 'compareBaseline'
  | 'restoreBaseline'
>;

export const viewOf = (context: CallContext, site: string): Promise<SiteView> => {
  const found = context.site(site);
  context.fresh(found);
  return found.view(context.nowUs);
};

/** With all that its process cells learned, which just after a start are being brought back (`LiveSite.open`). */
const wholeViewOf = async (context: CallContext, site: string): Promise<SiteView> => {
  await context.site(site).load();
  return viewOf(context, site);
};
/** With what one process cell learned. */
const viewWith = async (context: CallContext, site: string, cellOf: (feed: ProcessFeed) => Cell | undefined) => {
  const { detection } = await context.site(site).open();
  const cell = cellOf(detection.feed);
  if (cell !== undefined) await detection.feed.whenBack(cell);
  return pageViewOf(context, site);
};

/** For pages: while frames come, a moment old (`LiveSite.pageView`). */
export const pageViewOf = (context: CallContext, site: string): Promise<SiteView> => {
  const found = context.site(site);
  return found.pageView(context.nowUs, () => context.fresh(found));
};

/** Runs an act with everything that it needs, and tells the console afterwards. */
export const acting = async <T>(
  context: CallContext,
  siteId: string,
  userId: string,
  topics: Parameters<CallContext['told']>[1],
  work: (actor: acts.Actor, site: LiveSite) => Promise<T>,
): Promise<T> => {
  const site = context.site(siteId);
  const answer = await site.inTurn(async () => {
    const view = await wholeViewOf(context, siteId);
    return work({ store: context.store, site, view, userId, nowUs: context.nowUs, names: context.names }, site);
  });
  context.told(site, topics);
  return answer;
};

const proofOf = async (context: CallContext, site: string, view: SiteView, id: string): Promise<Proof | undefined> =>
  findingById(view, id).proof ?? (await readProof(context.store, site, id));

export const detectionHandlers: { readonly [C in keyof Mine & EngineCall]-?: NonNullable<Mine[C]> } = {
  alerts: async (context, { params, query }) => alerts(await pageViewOf(context, params.site), query, context.names),
  alert: async (context, { params: { site, alert: id } }) => {
    const view = await pageViewOf(context, site);
    const alert = alertById(view, id);
    const proof = await proofOf(context, site, view, alert.lead.id);
    const people = {
      reviews: await acts.reviewsOf(context.store, site, alert.id, context.names),
      history: await acts.historyOf(context.store, site, `alert ${id}`, context.names),
    };
    return alertDetail(view, alert, proof, people, context.names);
  },
  changeAlert: (context, { params, body, userId }) =>
    acting(context, params.site, userId, ['alerts', 'incidents', 'now'], async (actor) =>
      alertRow(actor.view, await acts.changeAlert(actor, params.alert, body), context.names),
    ),
  changeAlerts: (context, { params, body, userId }) =>
    acting(context, params.site, userId, ['alerts', 'incidents', 'now'], (actor) => acts.changeAlerts(actor, body)),
  reviewAlert: (context, { params, body, userId }) =>
    acting(context, params.site, userId, ['alerts', 'incidents', 'now'], async (actor) =>
      alertRow(actor.view, await acts.reviewAlert(actor, params.alert, body), context.names),
    ),
  tryAccept: async (context, { params }) => tryAccept(await wholeViewOf(context, params.site), params.alert),
  acceptAlert: (context, { params, body, userId }) =>
    acting(context, params.site, userId, ['alerts', 'incidents', 'now', 'process', 'detection'], (actor) =>
      acts.acceptAlert(actor, params.alert, body),
    ),
  alertRates: async (context, { params }) => alertRates(await viewOf(context, params.site), context.store),
  findings: async (context, { params, query }) => findings(await pageViewOf(context, params.site), query),
  finding: async (context, { params }) => {
    const view = await pageViewOf(context, params.site);
    return findingDetail(
      view,
      findingById(view, params.finding),
      await proofOf(context, params.site, view, params.finding),
    );
  },
  incidents: async (context, { params, query }) =>
    incidents(await pageViewOf(context, params.site), query, context.names),
  incident: async (context, { params }) => {
    const view = await pageViewOf(context, params.site);
    const incident = incidentById(view, params.incident);
    const history = await acts.historyOf(context.store, params.site, `incident ${incident.id}`, context.names);
    return incidentDetail(view, incident, history, context.names);
  },
  changeIncident: (context, { params, body, userId }) =>
    acting(context, params.site, userId, ['incidents', 'now'], async (actor) => {
      await acts.changeIncident(actor, params.incident, body);
      return incidentRow(actor.view, incidentById(actor.view, params.incident), context.names);
    }),
  learning: async (context, { params }) => {
    await context.site(params.site).load();
    return learning(await pageViewOf(context, params.site));
  },
  detection: async (context, { params }) =>
    detectionOverview(await viewOf(context, params.site), await readSettings(context.store, params.site)),
  windows: async (context, { params }) => {
    const view = await viewOf(context, params.site);
    const list = [...view.detection.triage.windows].sort((a, b) => b.fromUs - a.fromUs);
    return { items: list.map((window) => windowRow(view, window, context.names)), version: view.version('alerts') };
  },
  addWindow: (context, { params, body, userId }) =>
    acting(context, params.site, userId, ['alerts', 'incidents', 'now'], async (actor) =>
      windowRow(actor.view, await acts.addWindow(actor, body), context.names),
    ),
  changeWindow: (context, { params, body, userId }) =>
    acting(context, params.site, userId, ['alerts', 'incidents', 'now'], async (actor) =>
      windowRow(actor.view, await acts.changeWindow(actor, params.window, body), context.names),
    ),
  cells: async (context, { params, query }) => cells(await pageViewOf(context, params.site), query),
  cell: async (context, { params, query }) => {
    const view = await viewWith(context, params.site, (feed) => feed.cell(params.cell));
    return cellDetail(view, cellById(view, params.cell), query, context.names);
  },
  addRelation: (context, { params, body, userId }) =>
    acting(context, params.site, userId, ['process'], (actor) => relations.addRelation(actor, params.cell, body)),
  changeRelation: (context, { params, body, userId }) =>
    acting(context, params.site, userId, ['process'], (actor) =>
      relations.changeRelation(actor, params.cell, params.relation, body),
    ),
  band: async (context, { params, query }) => {
    const site = context.site(params.site);
    await viewWith(context, params.site, (feed) => feed.cellOf(params.point));
    const view = await viewOf(context, params.site);
    if (view.model.point(params.point) === undefined)
      throw new RequestError(404, 'not-found', 'There is no such point.', 'Load the list again.');
    // Samples of the last seconds are in memory still.
    if (site.busy > 0) await site.save(context.nowUs);
    return band(view, context.store, { site: params.site, point: params.point, ...query });
  },
  setUnits: (context, { params, body, userId }) =>
    acting(context, params.site, userId, ['points', 'process', 'alerts'], (actor) => setUnits(actor, body)),
  tryTuning: async (context, { params, body }) =>
    tuning.tryTuning(await wholeViewOf(context, params.site), await readSettings(context.store, params.site), body),
  applyTuning: (context, { params, body, userId }) =>
    acting(context, params.site, userId, ['alerts', 'incidents', 'now', 'detection'], async (actor) =>
      detectionOverview(actor.view, await tuning.applyTuning(actor, body)),
    ),
  baselines: async (context, { params }) => {
    const site = context.site(params.site);
    const items = await baselines.listBaselines({ store: context.store, site }, context.names);
    return { items, version: site.version('detection') };
  },
  saveBaseline: (context, { params, body, userId }) =>
    acting(context, params.site, userId, ['detection'], (actor) => baselines.saveBaseline(actor, body, context.names)),
  compareBaseline: async (context, { params }) => {
    const site = context.site(params.site);
    const view = await wholeViewOf(context, params.site);
    return baselines.compareBaseline({ store: context.store, site, view }, params.baseline, context.names);
  },
  restoreBaseline: (context, { params, body, userId }) =>
    acting(context, params.site, userId, ['alerts', 'process', 'detection'], (actor) =>
      baselines.restoreBaseline(actor, params.baseline, body.reason),
    ),
};
