/** Incidents as answers: the story in sentences, the timeline with its lanes, what usually comes next. */
import {
  type IncidentDetail,
  type IncidentRow,
  type ListQuery,
  type Page,
  type Party,
  PRIORITIES,
} from '../../api/index.ts';
import type { Incident } from '../../core/incident.ts';
import {
  askedFirst,
  fill,
  laneOf,
  nextOf,
  stagesOf,
  storyOf,
  type Teller,
  tacticMeaning,
  tacticName,
  tell,
  titleOf,
} from '../../decide/index.ts';
import { RequestError } from '../engine-contract.ts';
import { contactsOf } from './contacts.ts';
import type { Accessors } from './filter.ts';
import { kindOf, namingOf, techniqueRefs } from './findings.ts';
import { pageOf } from './page.ts';
import { maybeTime, partyOf, partyWords, type SiteView } from './view.ts';

/** Purdue level of what acts on the process. */
const CONTROLLER_LEVEL = 1;
/** Steps of one answer. */
const MAX_STEPS = 500;

const tellerOf = (view: SiteView): Teller => {
  const naming = namingOf(view);
  return {
    title: ({ finding }) => {
      const title = fill(kindOf(finding.kind).title, finding, naming);
      // A point is called by its address, which says nothing of where it is.
      const device = finding.actor === 0 && finding.target > 0 ? naming.endpoint(finding.target) : '';
      return title.includes(device) ? title : `${title}, at ${device}`;
    },
    device: (endpoint) => (endpoint > 0 ? naming.endpoint(endpoint) : 'a device'),
    isController: (endpoint) => endpoint > 0 && view.detection.devices.level(endpoint) <= CONTROLLER_LEVEL,
    time: naming.time,
  };
};

/** A closed one opens again when more steps join it. `fresh`: steps that nobody has decided about. */
export const incidentState = (
  view: SiteView,
  incident: Incident,
): { state: 'open' | 'closed'; assignee: string; fresh: number } => {
  // What people said of it under a former id holds on: an earlier step may have joined since.
  const acts = incident.steps.map(({ finding }) => view.detection.incidentActs.get(`i-${finding.id}`));
  const act = view.detection.incidentActs.get(incident.id) ?? acts.find((x) => x !== undefined);
  const steps = incident.steps.length;
  if (act === undefined) return { state: 'open', assignee: '', fresh: steps };
  const fresh = Math.max(0, steps - act.steps);
  return { state: fresh > 0 ? 'open' : act.state, assignee: act.assignee, fresh };
};

/** Its alerts that are not closed: the one that stands for it in the queue, and those under it. */
const alertsOf = (view: SiteView, { id }: Incident): { all: number; fresh: number } => {
  const all = view.detection.triage.picture().alerts.filter((a) => a.incident === id && a.state !== 'closed');
  return { all: all.length, fresh: all.filter((a) => a.state === 'new').length };
};

/** Hosts as people know them: one that speaks from several places is one asset. The side is the first that is known. */
const assetsOf = (view: SiteView, { hosts }: Incident): readonly { party: Party; hosts: readonly number[] }[] => {
  const assets = new Map<string, { party: Party; hosts: number[] }>();
  for (const host of hosts) {
    const party = partyOf(view, host);
    const key = party.id || party.address;
    const known = assets.get(key);
    if (known === undefined) assets.set(key, { party, hosts: [host] });
    else known.hosts.push(host);
  }
  return [...assets.values()];
};

export const incidentRow = (view: SiteView, incident: Incident, names: ReadonlyMap<string, string>): IncidentRow => {
  const { state, assignee, fresh } = incidentState(view, incident);
  const alerts = alertsOf(view, incident);
  return {
    id: incident.id,
    title: titleOf(incident, tellerOf(view)),
    stage: tacticName(incident.stage),
    stageNumber: incident.stage,
    meaning: tacticMeaning(incident.stage),
    priority: incident.priority,
    impact: incident.severity,
    certainty: incident.certainty,
    state,
    assignee,
    assigneeName: names.get(assignee) ?? assignee,
    findings: incident.steps.length,
    findingsNew: fresh,
    alerts: alerts.all,
    alertsNew: alerts.fresh,
    assets: assetsOf(view, incident).length,
    crosses: incident.crosses,
    open: incident.steps.some(({ finding }) => finding.state === 'open'),
    firstAt: maybeTime(incident.firstUs),
    lastAt: maybeTime(incident.lastUs),
  };
};

const incidentsOf = (view: SiteView): readonly Incident[] => view.detection.triage.picture().incidents;
/** What a line of time shows of each. */
export const incidentHeads = (view: SiteView) => {
  const teller = tellerOf(view);
  return incidentsOf(view).map((incident) => ({
    id: incident.id,
    title: titleOf(incident, teller),
    priority: incident.priority,
    closed: incidentState(view, incident).state !== 'open',
    firstUs: incident.firstUs,
    lastUs: incident.lastUs,
  }));
};
/** Most urgent first, then what moved last. */
export const openIncidents = (view: SiteView): Incident[] =>
  incidentsOf(view)
    .filter((incident) => incidentState(view, incident).state === 'open')
    .sort((a, b) => PRIORITIES.indexOf(a.priority) - PRIORITIES.indexOf(b.priority) || b.lastUs - a.lastUs);

export const incidents = (view: SiteView, query: ListQuery, names: ReadonlyMap<string, string>): Page<IncidentRow> => {
  const teller = tellerOf(view);
  const accessors: Accessors<Incident> = {
    id: (i) => i.id,
    title: (i) => titleOf(i, teller),
    stage: (i) => tacticName(i.stage),
    priority: (i) => i.priority,
    impact: (i) => i.severity,
    state: (i) => incidentState(view, i).state,
    assignee: (i) => incidentState(view, i).assignee || undefined,
    asset: (i) => i.hosts.flatMap((host) => partyWords(partyOf(view, host))),
    findings: (i) => i.steps.length,
    alerts: (i) => alertsOf(view, i).all,
    assets: (i) => assetsOf(view, i).length,
    crosses: (i) => i.crosses,
    first: (i) => i.firstUs,
    last: (i) => i.lastUs,
  };
  return pageOf(
    {
      list: 'incidents',
      rows: incidentsOf(view),
      accessors,
      defaultSort: '-last',
      toItem: (incident) => incidentRow(view, incident, names),
      version: view.version('incidents'),
      nowUs: view.nowUs,
    },
    query,
  );
};

/** As with alerts, a former id leads to the incident that its first finding is a step of now. */
export const incidentById = (view: SiteView, id: string): Incident => {
  const { incidents: all, incidentOf } = view.detection.triage.picture();
  const incident = all.find((i) => i.id === id) ?? all.find((i) => i.id === incidentOf.get(id.slice('i-'.length)));
  if (incident === undefined)
    throw new RequestError(
      404,
      'not-found',
      'There is no such incident.',
      'Load the list again; a review may have dissolved it.',
    );
  return incident;
};

export const incidentDetail = (
  view: SiteView,
  incident: Incident,
  history: IncidentDetail['history'],
  names: ReadonlyMap<string, string>,
): IncidentDetail => {
  const teller = tellerOf(view);
  const { alertOf } = view.detection.triage.picture();
  const { devices, detection } = view.detection;
  const next = nextOf(incident, teller);
  return {
    incident: incidentRow(view, incident, names),
    story: storyOf(incident, teller),
    next: next === undefined ? null : { ...next, watch: [...next.watch] },
    stages: stagesOf(incident).map(({ tactic, meaning, findings, firstUs }) => ({
      tactic,
      meaning,
      findings,
      firstAt: maybeTime(firstUs),
    })),
    steps: incident.steps.slice(0, MAX_STEPS).map((step) => ({
      finding: step.finding.id,
      alert: alertOf.get(step.finding.id) ?? '',
      kind: step.finding.kind,
      lane: step.lane,
      tactic: tacticName(step.stage),
      techniques: techniqueRefs(step.finding.techniques),
      title: teller.title(step),
      actor: step.finding.actor > 0 ? partyOf(view, step.finding.actor) : null,
      target: partyOf(view, step.finding.target),
      firstAt: maybeTime(step.finding.firstUs),
      lastAt: maybeTime(step.finding.lastUs),
      open: step.finding.state === 'open',
      impact: step.finding.severity,
      certainty: step.finding.certainty,
      because: step.because,
    })),
    stepsMore: Math.max(0, incident.steps.length - MAX_STEPS),
    assets: assetsOf(view, incident).map(({ party, hosts }) => ({
      party,
      lane:
        hosts
          .map((host) => laneOf(devices.level(host), detection.isOutside(host)))
          .find((lane) => lane !== 'unknown') ?? 'unknown',
      findings: incident.steps.filter(({ finding }) =>
        [finding.actor, finding.target].some((end) => end > 0 && hosts.includes(devices.host(detection.host(end)))),
      ).length,
    })),
    contacts: contactsOf(
      view,
      assetsOf(view, incident).map(({ party }) => party),
    ),
    doubts: [...incident.doubts],
    asked: askedFirst(incident).map(({ finding }) => {
      const told = tell(kindOf(finding.kind), finding, namingOf(view));
      return {
        finding: finding.id,
        impact: finding.severity,
        title: told.title,
        check: told.check[0] ?? '',
        innocent: told.innocent,
      };
    }),
    history,
  };
};
