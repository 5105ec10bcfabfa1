/** Findings and alerts as answers: told with the names that people gave since, in the plant's time. */
import type {
  AlertDetail,
  AlertRow,
  FindingDetail,
  FindingRow,
  ListQuery,
  ModelCardView,
  Page,
  PointRef,
  ProofChart,
  TechniqueRef,
  WindowLabel,
} from '../../api/index.ts';
import type { Finding, FindingKind, Proof } from '../../core/finding.ts';
import type { Alert, WindowHit } from '../../core/incident.ts';
import { pointName } from '../../core/point-name.ts';
import { attack, durationText, fill, type Naming, tell } from '../../decide/index.ts';
import { CARDS, KINDS } from '../../detect/index.ts';
import { RequestError } from '../engine-contract.ts';
import { unitOf } from '../units.ts';
import { contactsOf } from './contacts.ts';
import type { Accessors } from './filter.ts';
import { pageOf } from './page.ts';
import { protocolTitle } from './protocol-title.ts';
import { evidenceRefs, finite, maybeTime, partyOf, partyWords, type SiteView, share, twoParties } from './view.ts';

const MAX_POINTS = 8;
const MAX_EPISODES = 100;

/** A kind that this version does not have (a finding of another one). */
const unknownKind = (code: string): FindingKind => ({
  code,
  family: 'anomaly',
  title: `${code} at {target}`,
  what: 'A detector of another version of Gatehouse stated this.',
  comparedWith: 'Not known to this version.',
  innocent: 'Not known to this version.',
  check: ['Look at its frames.'],
  severity: 'none',
  techniques: [],
  needsLearning: false,
});
export const kindOf = (code: string): FindingKind => KINDS.get(code) ?? unknownKind(code);

const clocks = new Map<string, Intl.DateTimeFormat>();
/** `Tue 3 Feb 03:12:05` in the plant's zone. */
const clockText = (zone: string, us: number): string => {
  let format = clocks.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      weekday: 'short',
      day: 'numeric',
      month: 'short',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
    clocks.set(zone, format);
  }
  return format.format(us / 1000).replaceAll(',', '');
};

export const namingOf = (view: SiteView): Naming => ({
  endpoint: (id) => {
    const { name, address } = partyOf(view, id);
    return name === '' ? address : name;
  },
  point: (id) => {
    const point = view.model.point(id);
    return point === undefined ? 'a point that is not kept any more' : pointName(point.path);
  },
  unit: (id) => unitOf(view, id),
  protocol: protocolTitle,
  time: (us) => clockText(view.zone, us),
});

export const pointRef = (view: SiteView, id: number): PointRef => {
  const point = view.model.point(id);
  if (point === undefined) return { id, label: `point ${id}`, path: '', asset: '', assetName: '' };
  const party = partyOf(view, point.target);
  return {
    id,
    label: `${party.name} ${pointName(point.path)}`,
    path: point.path,
    asset: party.id,
    assetName: party.name,
  };
};

export const techniqueRefs = (ids: readonly string[]): TechniqueRef[] =>
  ids.map((id) => {
    const technique = attack().techniques.get(id) ?? attack().techniques.get(id.split('.')[0]!);
    return {
      id,
      name: technique?.name ?? '',
      tactic: technique?.tactic ?? '',
      matrix: technique?.matrix ?? (/^T0/.test(id) ? 'ics' : 'enterprise'),
    };
  });

const label = (hit: WindowHit | undefined): WindowLabel | null =>
  hit === undefined ? null : { id: hit.window.id, text: hit.window.text, overrun: hit.overrun };

export const cardOf = (detector: string): ModelCardView => {
  const card = CARDS.get(detector);
  return {
    name: detector,
    notices: card?.notices ?? '',
    worksWhen: card?.worksWhen ?? '',
    failsWhen: card?.failsWhen ?? '',
    cost: card?.cost ?? '',
    source: card?.source ?? '',
  };
};

/** The headline is told once per list row; sorting and filtering ask for it often. */
const titles = (view: SiteView): ((finding: Finding) => string) => {
  const naming = namingOf(view);
  const told = new Map<string, string>();
  return (finding) => {
    let title = told.get(finding.id);
    if (title === undefined) {
      title = fill(kindOf(finding.kind).title, finding, naming);
      told.set(finding.id, title);
    }
    return title;
  };
};

/** Who does the same to several devices is one alert: its headline says that there are more. */
const headlineOf = (view: SiteView, alert: Alert, title: string): string => {
  const targets = new Set(alert.findings.flatMap(({ kind, target }) => (kind === alert.lead.kind ? [target] : [])));
  if (alert.lead.actor <= 0 || targets.size < 2) return title;
  const devices = new Set([...targets].map((target) => partyOf(view, target)).map(({ id, address }) => id || address));
  const more = devices.size - 1;
  return more > 0 ? `${title} (and ${more} more device${more === 1 ? '' : 's'})` : title;
};

const head = (view: SiteView, finding: Finding, title: string) => ({
  kind: finding.kind,
  family: kindOf(finding.kind).family,
  detector: finding.detector,
  title,
  impact: finding.severity,
  certainty: finding.certainty,
  surprise: share(finding.surprise),
  actor: finding.actor > 0 ? partyOf(view, finding.actor) : null,
  target: partyOf(view, finding.target),
  points: finding.points.slice(0, MAX_POINTS).map((id) => pointRef(view, id)),
  protocol: finding.protocol,
  verb: finding.verb,
  techniques: [...finding.techniques],
  open: finding.state === 'open',
  count: finding.count,
  firstAt: maybeTime(finding.firstUs),
  lastAt: maybeTime(finding.lastUs),
});

export const findingRow = (view: SiteView, finding: Finding, title = titles(view)(finding)): FindingRow => {
  const { alertOf, incidentOf, hits } = view.detection.triage.picture();
  return {
    id: finding.id,
    ...head(view, finding, title),
    alert: alertOf.get(finding.id) ?? '',
    incident: incidentOf.get(finding.id) ?? '',
    window: label(hits.get(finding.id)),
  };
};

/** The line of an alert in a list. */
export const alertHeadline = (view: SiteView, alert: Alert): string =>
  headlineOf(view, alert, titles(view)(alert.lead));

export const alertRow = (
  view: SiteView,
  alert: Alert,
  names: ReadonlyMap<string, string>,
  title = titles(view)(alert.lead),
): AlertRow => ({
  id: alert.id,
  ...head(view, alert.lead, headlineOf(view, alert, title)),
  points: [...new Set(alert.findings.flatMap((finding) => finding.points))]
    .slice(0, MAX_POINTS)
    .map((id) => pointRef(view, id)),
  techniques: [...new Set(alert.findings.flatMap((finding) => finding.techniques))],
  open: alert.open,
  count: alert.count,
  surprise: share(alert.surprise),
  firstAt: maybeTime(alert.firstUs),
  lastAt: maybeTime(alert.lastUs),
  priority: alert.priority,
  state: alert.state,
  review: alert.review,
  assignee: alert.assignee,
  assigneeName: names.get(alert.assignee) ?? alert.assignee,
  findings: alert.episodes,
  incident: alert.incident,
  foldedUnder: alert.foldedUnder,
  folds: alert.folds,
  foldsNew: alert.foldsNew,
  window: label(alert.hit),
  rank: alert.rank === 0 ? null : alert.rank,
  overBudget: alert.overBudget,
  why: [...alert.why],
});

const PRIORITY_ORDER = { urgent: 4, high: 3, medium: 2, low: 1 } as const;

const common = (view: SiteView, of: (row: never) => Finding, title: (finding: Finding) => string) => {
  const f = of as (row: unknown) => Finding;
  return {
    title: (row: unknown) => title(f(row)),
    kind: (row: unknown) => f(row).kind,
    family: (row: unknown) => kindOf(f(row).kind).family,
    detector: (row: unknown) => f(row).detector,
    impact: (row: unknown) => f(row).severity,
    certainty: (row: unknown) => f(row).certainty,
    surprise: (row: unknown) => f(row).surprise,
    actor: (row: unknown) => (f(row).actor > 0 ? partyWords(partyOf(view, f(row).actor)) : undefined),
    target: (row: unknown) => partyWords(partyOf(view, f(row).target)),
    asset: (row: unknown) =>
      f(row).actor > 0
        ? twoParties(partyOf(view, f(row).actor), partyOf(view, f(row).target))
        : partyWords(partyOf(view, f(row).target)),
    protocol: (row: unknown) => f(row).protocol,
  };
};

export const alerts = (view: SiteView, query: ListQuery, names: ReadonlyMap<string, string>): Page<AlertRow> => {
  const title = titles(view);
  const accessors: Accessors<Alert> = {
    ...common(view, (alert: Alert) => alert.lead, title),
    // What was folded in is found by its own kind too.
    kind: (a) => [...new Set([a.lead, ...a.findings].map(({ kind }) => kind))],
    id: (a) => a.id,
    priority: (a) => a.priority,
    state: (a) => a.state,
    open: (a) => a.open,
    review: (a) => a.review || undefined,
    assignee: (a) => (a.assignee === '' ? undefined : [a.assignee, names.get(a.assignee) ?? '']),
    point: (a) => a.findings.flatMap((f) => f.points.map((id) => pointRef(view, id).label)),
    technique: (a) => a.findings.flatMap((f) => [...f.techniques]),
    incident: (a) => a.incident || undefined,
    folded: (a) => a.foldedUnder !== '',
    under: (a) => a.foldedUnder || undefined,
    folds: (a) => a.folds,
    window: (a) => a.hit?.window.text,
    findings: (a) => a.episodes,
    count: (a) => a.count,
    // Closed ones after all others.
    rank: (a) => (a.rank === 0 ? Number.MAX_SAFE_INTEGER : a.rank),
    surprise: (a) => a.surprise,
    first: (a) => a.firstUs,
    last: (a) => a.lastUs,
  };
  const sort = query.sort;
  return pageOf(
    {
      list: 'alerts',
      rows: view.detection.triage.picture().alerts,
      accessors: sort?.endsWith('priority') ? { ...accessors, priority: (a) => PRIORITY_ORDER[a.priority] } : accessors,
      defaultSort: 'rank',
      toItem: (alert) => alertRow(view, alert, names, title(alert.lead)),
      version: view.version('alerts'),
      nowUs: view.nowUs,
    },
    query,
  );
};

export const findings = (view: SiteView, query: ListQuery): Page<FindingRow> => {
  const title = titles(view);
  const { alertOf, incidentOf, hits } = view.detection.triage.picture();
  const accessors: Accessors<Finding> = {
    ...common(view, (finding: Finding) => finding, title),
    id: (f) => f.id,
    open: (f) => f.state === 'open',
    point: (f) => f.points.map((id) => pointRef(view, id).label),
    technique: (f) => [...f.techniques],
    alert: (f) => alertOf.get(f.id),
    incident: (f) => incidentOf.get(f.id),
    window: (f) => hits.get(f.id)?.window.text,
    count: (f) => f.count,
    first: (f) => f.firstUs,
    last: (f) => f.lastUs,
  };
  return pageOf(
    {
      list: 'findings',
      rows: view.detection.triage.findings(),
      accessors,
      defaultSort: '-last',
      toItem: (finding) => findingRow(view, finding, title(finding)),
      version: view.version('alerts'),
      nowUs: view.nowUs,
    },
    query,
  );
};

const column = (values: Float64Array): (number | null)[] => Array.from(values, finite);

const proofChart = (view: SiteView, finding: Finding, proof: Proof): ProofChart => ({
  point: pointRef(view, proof.point),
  unit: unitOf(view, proof.point),
  us: [...proof.tsUs],
  observed: column(proof.observed),
  expected: column(proof.expected),
  low: column(proof.low),
  high: column(proof.high),
  sinceUs: finding.firstUs,
  from: proof.from.map(({ point, weight }) => ({ point: pointRef(view, point), weight: share(weight) })),
});

/** What of its baseline had been learned. */
const learnedText = (view: SiteView, kind: FindingKind): string => {
  const { watchedUs, learningTimeUs } = view.detection.detection;
  if (!kind.needsLearning) return 'A rule: it holds from the first frame and needs no learning.';
  const watched = `${durationText(watchedUs)} of frames watched`;
  return watchedUs < learningTimeUs
    ? `Still learning: ${watched}, ${durationText(learningTimeUs)} are needed.`
    : `Judged by what was learned: ${watched}.`;
};

export const findingDetail = (view: SiteView, finding: Finding, proof: Proof | undefined): FindingDetail => {
  const kind = kindOf(finding.kind);
  const told = tell(kind, finding, namingOf(view));
  return {
    ...findingRow(view, finding, told.title),
    what: told.what,
    comparedWith: told.comparedWith,
    innocent: told.innocent,
    check: [...told.check],
    techniqueNames: techniqueRefs(finding.techniques),
    evidence: evidenceRefs(finding.evidence),
    proof: proof === undefined ? null : proofChart(view, finding, proof),
    learned: learnedText(view, kind),
    card: cardOf(finding.detector),
    acceptable: kind.needsLearning,
  };
};

export const alertDetail = (
  view: SiteView,
  alert: Alert,
  proof: Proof | undefined,
  people: Pick<AlertDetail, 'reviews' | 'history'>,
  names: ReadonlyMap<string, string>,
): AlertDetail => ({
  alert: alertRow(view, alert, names),
  finding: findingDetail(view, alert.lead, proof),
  episodes: [...alert.findings]
    .reverse()
    .slice(0, MAX_EPISODES)
    .map((finding) => findingRow(view, finding)),
  contacts: contactsOf(
    view,
    [alert.lead, ...alert.findings]
      .flatMap(({ target, actor }) => (actor > 0 ? [target, actor] : [target]))
      .map((end) => partyOf(view, end)),
  ),
  ...people,
});

/**
 * The alert of this id, or the one that the alert of this id became a part of: an id is that of its first finding, and a
 * link in a shift book must lead to it still when an earlier finding has joined.
 */
export const alertById = (view: SiteView, id: string): Alert => {
  const { alerts, alertOf } = view.detection.triage.picture();
  const alert = alerts.find((a) => a.id === id) ?? alerts.find((a) => a.id === alertOf.get(id.slice('a-'.length)));
  if (alert === undefined)
    throw new RequestError(
      404,
      'not-found',
      'There is no such alert.',
      'Load the queue again; thresholds may have changed.',
    );
  return alert;
};
export const findingById = (view: SiteView, id: string): Finding => {
  const finding = view.detection.triage.finding(id);
  if (finding === undefined)
    throw new RequestError(404, 'not-found', 'There is no such finding.', 'Load the list again.');
  return finding;
};
