/**
 * From findings to the queue: episodes of one kind by one device are one alert, and so is whatever is said of the same two
 * devices within an hour (a call home is a new conversation, a new program and a clock). Alerts are ranked by what they can mean, how sure and
 * how unusual they are and how far along an incident. Nothing is dropped: what is below its threshold stays a finding,
 * what falls into announced work carries its label, what exceeds the day's budget stands further down.
 * @source ISA-18.2 (2016), EEMUA 191 edition 3
 */
import type { EndpointId } from '../core/endpoint.ts';
import { type Finding, type FindingKind, SEVERITIES, type Severity } from '../core/finding.ts';
import {
  type Alert,
  type AlertAct,
  type Incident,
  type MaintenanceWindow,
  PRIORITIES,
  type Threshold,
  type TriageSettings,
  type WindowHit,
} from '../core/incident.ts';
import { byTime, chain } from './chain.ts';
import { CERTAINTY, judge } from './priority.ts';
import { queueOf, type Unplaced } from './queue.ts';
import { depthOf } from './techniques.ts';
import { type Scope, windowOf } from './windows.ts';

/** Findings of a site in memory. Beyond it the ones that ended longest ago are left to the store. */
export const MAX_FINDINGS = 20_000;
/** Findings that one alert lists; of more the worst and the latest (`forgotten` counts the others). */
export const MAX_EPISODES = 200;
/** Pairs of devices by which others join an alert; what is said of further ones is an alert of its own. */
export const MAX_KEYS = 2 * MAX_EPISODES;
const HOUR_US = 3_600_000_000;
/** An episode joins the alert of the same matter when it follows within so long; later it is a matter of its own. */
export const JOIN_US = 24 * HOUR_US;
/**
 * Points of one controller that go wrong within so long are one matter: the culprit and those that follow from it. What was said
 * of the same point before is said again for as long as any matter (JOIN_US): a batch that is off is so batch after batch.
 */
export const PROCESS_JOIN_US = HOUR_US;
/** Whatever is said of the same two devices within so long has one cause; the same of them again for as long as any matter. */
export const PAIR_JOIN_US = HOUR_US;
/**
 * What begins at several controllers within so long has one cause (mains that sag, air or steam that fails): rows and polls of
 * a moment. Source: ISA-18.2 (2016), 11.3.6, first-out alarms.
 */
export const MOMENT_US = 30_000_000;
/**
 * So many alerts of one kind by different devices within FLOOD_US are a flood: what devices that appeared later than most of
 * them add within as long is one matter with the last of these, so that forged addresses bury nobody. What a device does that was
 * there before is told by itself. Source: ISA-18.2 (2016), 16.6: a flood is ten alarms in ten minutes for all kinds together.
 */
export const FLOOD = 5;
export const FLOOD_US = 600_000_000;

/** Latest matters that are looked at again when more is known of devices. */
export const MAX_YOUNG = 64;

export const DEFAULT_THRESHOLD: Threshold = { minSurprise: 0.5, enabled: true };
/** EEMUA 191 asks for fewer than one in ten minutes; people who look beside their work can bear a handful a day. */
export const DEFAULT_SETTINGS: TriageSettings = { alertsPerDay: 10, thresholds: {} };

export interface TriageOptions {
  readonly kinds: ReadonlyMap<string, FindingKind>;
  /** See ChainOptions. */
  readonly host: (endpoint: EndpointId) => EndpointId;
  readonly level: (endpoint: EndpointId) => number;
  readonly isOutside: (endpoint: EndpointId) => boolean;
  /** See ChainOptions. */
  readonly network?: (endpoint: EndpointId) => string;
  readonly scopeOf: (finding: Finding) => Scope;
  /** Device from which the value of a finding comes, where it is shown again by another; 0 otherwise. Default: never. */
  readonly sourceOf?: (finding: Finding) => EndpointId;
  /** Number of the plant's day of a time. Default: days of UTC. */
  readonly dayOf?: (us: number) => number;
}

/** A matter: what a person would call "that again". */
interface Matter {
  /** Of the finding that was told first, or of the one under which people acted on it. */
  id: string;
  /** Who did what, and with whom; of what began at several controllers at once that of each. */
  readonly keys: Set<string>;
  readonly findings: Map<string, Finding>;
  /** The id was given before (`givenIds`): of two matters that become one the first keeps it. */
  isGiven: boolean;
  /** Those that were let go of at the limit. */
  forgotten: number;
  firstUs: number;
  lastUs: number;
}

/** Alerts of one kind that began of late, by device; `matter` since they are a flood. */
interface Flood {
  readonly begun: { readonly us: number; readonly actor: EndpointId }[];
  matter: Matter | undefined;
  lastUs: number;
}

export interface Picture {
  /** Ranked: those not closed first, most pressing first. */
  readonly alerts: readonly Alert[];
  readonly incidents: readonly Incident[];
  readonly alertOf: ReadonlyMap<string, string>;
  readonly incidentOf: ReadonlyMap<string, string>;
  readonly hits: ReadonlyMap<string, WindowHit>;
}

export class Triage {
  readonly #options: TriageOptions;
  readonly #findings = new Map<string, Finding>();
  /** Alert of each finding that is or was above its threshold. */
  readonly #matterOf = new Map<string, Matter>();
  /** By key, in order of time. */
  readonly #matters = new Map<string, Matter[]>();
  readonly #acts = new Map<string, AlertAct>();
  /** Ids by a finding of the matter, where they are not what the order of time gives (see `givenIds`). */
  #given: ReadonlyMap<string, string> = new Map();
  /** When findings of the process began, and their matter, by moment: the first of each. */
  readonly #begun = new Map<number, { readonly us: number; readonly matter: Matter }>();
  /** Those that began last. */
  #young: Matter[] = [];
  /** By kind. */
  readonly #floods = new Map<string, Flood>();
  #windows: readonly MaintenanceWindow[] = [];
  #settings: TriageSettings = DEFAULT_SETTINGS;
  #picture: Picture | undefined;
  #dropped = 0;

  constructor(options: TriageOptions) {
    this.#options = options;
  }

  get settings(): TriageSettings {
    return this.#settings;
  }
  get windows(): readonly MaintenanceWindow[] {
    return this.#windows;
  }
  /** Findings that were left to the store at the limit. */
  get dropped(): number {
    return this.#dropped;
  }
  /** In order of their first time. */
  findings(): readonly Finding[] {
    return [...this.#findings.values()].sort(byTime);
  }
  finding(id: string): Finding | undefined {
    return this.#findings.get(id);
  }

  /** New findings and new versions of known ones, in any order. */
  take(findings: readonly Finding[]): void {
    if (findings.length === 0) return;
    for (const finding of [...findings].sort(byTime)) {
      this.#findings.set(finding.id, finding);
      this.#place(finding);
    }
    if (this.#findings.size > MAX_FINDINGS) this.#forget();
    this.#picture = undefined;
  }

  /** Other settings place every finding anew. */
  setSettings(settings: TriageSettings): void {
    this.#settings = settings;
    this.#given = new Map(this.givenIds());
    this.#matters.clear();
    this.#matterOf.clear();
    this.#begun.clear();
    this.#floods.clear();
    this.#young = [];
    for (const finding of [...this.#findings.values()].sort(byTime)) this.#place(finding);
    this.#picture = undefined;
  }
  /** The queue as it would be with other settings: the same findings and windows, nothing of what people did. */
  tried(settings: TriageSettings): Picture {
    const other = new Triage(this.#options);
    other.setSettings(settings);
    other.setWindows(this.#windows);
    other.take(this.findings());
    return other.picture();
  }
  setWindows(windows: readonly MaintenanceWindow[]): void {
    this.#windows = windows;
    this.#picture = undefined;
  }
  setAct(act: AlertAct): void {
    this.#acts.set(act.alert, act);
    this.#picture = undefined;
  }
  act(alert: string): AlertAct | undefined {
    return this.#acts.get(alert);
  }
  /**
   * What keeps the id of an alert over a restart: findings with the id of their alert, of those alerts whose id is not that
   * of their earliest finding (it was told later, or is in memory no more). Empty for most sites; one for each alert at most.
   */
  givenIds(): [finding: string, alert: string][] {
    const out: [string, string][] = [];
    for (const matter of new Set(this.#matterOf.values())) {
      let earliest: Finding | undefined;
      for (const finding of matter.findings.values())
        if (earliest === undefined || byTime(finding, earliest) < 0) earliest = finding;
      if (earliest === undefined || matter.id === idOf(earliest)) continue;
      const own = matter.id.slice(ID_PREFIX.length);
      out.push([matter.findings.has(own) ? own : earliest.id, matter.id]);
    }
    return out;
  }
  /** Before the findings are taken. */
  setGivenIds(given: Iterable<readonly [finding: string, alert: string]>): void {
    this.#given = new Map(given);
  }
  /** Names, levels or owners of devices changed: what follows from them is found anew when somebody asks. */
  refresh(): void {
    this.#picture = undefined;
    for (const matter of [...this.#young]) this.#joinLate(matter);
  }
  /** A device was known by one of its addresses only when the matter began: now it is seen to be that of another matter. */
  #joinLate(matter: Matter): void {
    for (const finding of matter.findings.values()) {
      if (finding.actor <= 0) continue;
      const { key, joinUs } = this.#keyOf(finding);
      const pair = this.#pairOf(finding);
      if (matter.keys.has(key) && (pair === '' || matter.keys.has(pair))) continue;
      const other =
        this.#matters.get(key)?.find((m) => m !== matter && isWithin(m, finding, joinUs)) ??
        this.#ofPair(pair, finding, PAIR_JOIN_US, undefined, matter);
      if (other === undefined) {
        this.#addTo(matter, key);
        if (matter.keys.size < MAX_KEYS) this.#addTo(matter, pair);
        continue;
      }
      const isFirst = matter.firstUs < other.firstUs || (matter.firstUs === other.firstUs && matter.id < other.id);
      const [into, from] = isFirst ? [matter, other] : [other, matter];
      // What people acted on stays as they saw it.
      if (!this.#acts.has(from.id) && from.forgotten === 0) this.#pour(from, into);
      return;
    }
  }
  #pour(from: Matter, into: Matter): void {
    for (const finding of from.findings.values()) {
      this.#matterOf.delete(finding.id);
      this.#list(into, finding);
      this.#matterOf.set(finding.id, into);
    }
    into.firstUs = Math.min(into.firstUs, from.firstUs);
    into.lastUs = Math.max(into.lastUs, from.lastUs);
    for (const key of from.keys) {
      this.#leave(from, key);
      this.#addTo(into, key);
    }
    for (const flood of this.#floods.values()) if (flood.matter === from) flood.matter = into;
    this.#young = this.#young.filter((matter) => matter !== from);
  }
  #leave(matter: Matter, key: string): void {
    const left = (this.#matters.get(key) ?? []).filter((m) => m !== matter);
    if (left.length > 0) this.#matters.set(key, left);
    else this.#matters.delete(key);
  }

  threshold(kind: string): Threshold {
    return this.#settings.thresholds[kind] ?? DEFAULT_THRESHOLD;
  }
  isAlert(finding: Finding): boolean {
    const { enabled, minSurprise } = this.threshold(finding.kind);
    return enabled && finding.surprise >= minSurprise;
  }

  /** A person judged it to be no attack; what joined its alert after that nobody has judged. Cheap where nobody judged anything. */
  isCleared({ id }: Finding): boolean {
    const matter = this.#matterOf.get(id);
    return matter !== undefined && this.#clearedOf(matter).some((finding) => finding.id === id);
  }
  #clearedOf(matter: Matter): readonly Finding[] {
    const act = this.#acts.get(matter.id);
    if (act?.review !== 'false' && act?.review !== 'benign') return [];
    return [...matter.findings.values()].sort(byTime).slice(0, Math.max(0, act.findings - matter.forgotten));
  }

  /** What makes findings the same matter. */
  #keyOf(finding: Finding): { readonly key: string; readonly joinUs: number; readonly isShared?: boolean } {
    const { host, kinds, sourceOf } = this.#options;
    if (kinds.get(finding.kind)?.family === 'process' && finding.actor === 0) {
      // A safety function stands apart: it must not disappear behind the tank that it belongs to.
      const isSafety = finding.severity === 'safety';
      // What a server shows again is the same matter as at its source.
      const key = `process${isSafety ? ' safety' : ''} ${host(sourceOf?.(finding) || finding.target)}`;
      return { key, joinUs: PROCESS_JOIN_US, isShared: !isSafety };
    }
    return finding.actor > 0
      ? { key: `${finding.kind} by ${host(finding.actor)}`, joinUs: JOIN_US }
      : { key: `${finding.kind} of ${host(finding.target)} ${finding.point}`, joinUs: JOIN_US };
  }

  /**
   * The two whom a finding of somebody's doing is about, whoever of them acted; '' where it has no such two, or stands apart. All that
   * is outside is one place, and names are asked for of whoever is there.
   */
  #pairOf(finding: Finding): string {
    const { actor, target, severity, protocol } = finding;
    if (actor <= 0 || target <= 0 || severity === 'safety') return '';
    const { host, isOutside } = this.#options;
    const placeOf = (endpoint: EndpointId): EndpointId => (isOutside(endpoint) ? 0 : host(endpoint));
    const [a, b] = [placeOf(actor), protocol === NAMES ? 0 : placeOf(target)];
    return a === b ? '' : `pair ${Math.min(a, b)} ${Math.max(a, b)}`;
  }
  /** The latest matter in which something was said of the two, within so long; with `kind` the same. */
  #ofPair(pair: string, finding: Finding, joinUs: number, kind?: string, but?: Matter): Matter | undefined {
    if (pair === '') return undefined;
    return this.#matters.get(pair)?.findLast((matter) => {
      if (matter === but) return false;
      for (const f of matter.findings.values()) {
        if (kind !== undefined && f.kind !== kind) continue;
        const apartUs = Math.max(finding.firstUs - f.lastUs, f.firstUs - finding.lastUs);
        if (apartUs <= joinUs && this.#pairOf(f) === pair) return true;
      }
      return false;
    });
  }
  #addTo(matter: Matter, key: string): void {
    if (key === '' || matter.keys.has(key)) return;
    matter.keys.add(key);
    const list = this.#matters.get(key);
    if (list === undefined) this.#matters.set(key, [matter]);
    else list.push(matter);
  }

  #place(finding: Finding): void {
    const known = this.#matterOf.get(finding.id);
    if (known !== undefined) {
      known.lastUs = Math.max(known.lastUs, finding.lastUs);
      this.#list(known, finding);
      return;
    }
    if (!this.isAlert(finding)) return;
    const { key, joinUs, isShared = false } = this.#keyOf(finding);
    const list = this.#matters.get(key) ?? [];
    const pair = this.#pairOf(finding);
    const again = this.#ofPair(pair, finding, JOIN_US, finding.kind);
    let matter = again ?? list.find((m) => isWithin(m, finding, joinUs));
    if (joinUs < JOIN_US) matter ??= list.find((m) => isWithin(m, finding, JOIN_US) && says(m, finding));
    if (isShared) matter ??= this.#begunWith(finding.firstUs);
    const flood = finding.actor > 0 ? this.#floodOf(finding) : undefined;
    const isFirst = matter === undefined;
    matter ??= flood?.matter;
    const ofPair = matter === undefined ? this.#ofPair(pair, finding, PAIR_JOIN_US) : again;
    matter ??= ofPair;
    if (matter === undefined) {
      matter = {
        id: idOf(finding),
        keys: new Set(),
        findings: new Map(),
        isGiven: false,
        forgotten: 0,
        firstUs: finding.firstUs,
        lastUs: finding.lastUs,
      };
      this.#young.push(matter);
      if (this.#young.length > MAX_YOUNG) this.#young.shift();
    }
    if (isFirst && flood !== undefined && flood.matter === undefined)
      if (flood.begun.push({ us: finding.firstUs, actor: finding.actor }) >= FLOOD) flood.matter = matter;
    // What joined for the two of them says nothing of the same with somebody else.
    if (ofPair === undefined) this.#addTo(matter, key);
    if (matter.keys.size < MAX_KEYS) this.#addTo(matter, pair);
    // After a restart they come in another order: what people did, and the id, is found again all the same.
    const given = this.#given.get(finding.id);
    if (!this.#acts.has(matter.id))
      if (this.#acts.has(idOf(finding))) matter.id = idOf(finding);
      else if (given !== undefined && !matter.isGiven) {
        matter.id = given;
        matter.isGiven = true;
      }
    const moment = Math.floor(finding.firstUs / MOMENT_US);
    if (isShared && !this.#begun.has(moment)) this.#begun.set(moment, { us: finding.firstUs, matter });
    matter.firstUs = Math.min(matter.firstUs, finding.firstUs);
    matter.lastUs = Math.max(matter.lastUs, finding.lastUs);
    this.#list(matter, finding);
    this.#matterOf.set(finding.id, matter);
  }

  /** The matter of something of the process that began in the same moment. */
  #begunWith(us: number): Matter | undefined {
    const moment = Math.floor(us / MOMENT_US);
    for (const at of [moment, moment - 1, moment + 1]) {
      const begun = this.#begun.get(at);
      if (begun !== undefined && Math.abs(begun.us - us) <= MOMENT_US) return begun.matter;
    }
    return undefined;
  }

  /** What alerts of this kind do of late; its `matter` only where this device appeared after most of them. */
  #floodOf({ kind, actor, firstUs }: Finding): Flood {
    const known = this.#floods.get(kind);
    const isOver = known?.matter === undefined || Math.abs(firstUs - known.lastUs) > FLOOD_US;
    if (known !== undefined && !isOver) {
      const actors = known.begun.map((begun) => begun.actor).sort((a, b) => a - b);
      if (actor < actors[actors.length >> 1]!) return { begun: [], matter: undefined, lastUs: firstUs };
      known.lastUs = Math.max(known.lastUs, firstUs);
      return known;
    }
    const begun = (known?.matter === undefined ? (known?.begun ?? []) : []).filter(
      ({ us }) => Math.abs(firstUs - us) <= FLOOD_US,
    );
    const fresh: Flood = { begun, matter: undefined, lastUs: firstUs };
    this.#floods.set(kind, fresh);
    return fresh;
  }

  #list(matter: Matter, finding: Finding): void {
    // One that was let go of goes on: it is no further one.
    if (this.#matterOf.has(finding.id) && !matter.findings.has(finding.id)) matter.forgotten--;
    matter.findings.set(finding.id, finding);
    if (matter.findings.size <= MAX_EPISODES) return;
    const listed = [...matter.findings.values()].sort(byTime);
    // Many small ones must not push out the one that matters.
    const lead = leadOf(listed);
    matter.findings.delete(listed.find((known) => known !== lead)!.id);
    matter.forgotten++;
  }

  #forget(): void {
    const ended = [...this.#findings.values()].filter((f) => f.state === 'ended').sort((a, b) => a.lastUs - b.lastUs);
    const surplus = this.#findings.size - Math.floor(MAX_FINDINGS * 0.9);
    const gone = new Set<Matter>();
    for (const finding of ended.slice(0, surplus)) {
      this.#findings.delete(finding.id);
      const matter = this.#matterOf.get(finding.id);
      this.#matterOf.delete(finding.id);
      this.#dropped++;
      if (matter === undefined) continue;
      if (matter.findings.delete(finding.id)) matter.forgotten++;
      if (matter.findings.size > 0) continue;
      for (const key of matter.keys) this.#leave(matter, key);
      gone.add(matter);
    }
    this.#young = this.#young.filter((matter) => !gone.has(matter));
    for (const [moment, { matter }] of this.#begun) if (gone.has(matter)) this.#begun.delete(moment);
    for (const [kind, { matter }] of this.#floods)
      if (matter !== undefined && gone.has(matter)) this.#floods.delete(kind);
  }

  /** Alerts and incidents as they are now; made when asked after something changed. */
  picture(): Picture {
    this.#picture ??= this.#make();
    return this.#picture;
  }

  #make(): Picture {
    const hits = new Map<string, WindowHit>();
    if (this.#windows.length > 0) {
      for (const finding of this.#findings.values()) {
        const hit = windowOf(finding, this.#windows, this.#options.scopeOf);
        if (hit !== undefined) hits.set(finding.id, hit);
      }
    }
    const alertOf = new Map([...this.#matterOf].map(([finding, matter]) => [finding, matter.id]));
    const matters = new Set(this.#matterOf.values());
    const reviewed = new Set([...matters].flatMap((matter) => this.#clearedOf(matter).map(({ id }) => id)));
    const isExplained = (finding: Finding): boolean => {
      const hit = hits.get(finding.id);
      return (hit !== undefined && !hit.overrun) || reviewed.has(finding.id);
    };
    const { host, level, isOutside, network } = this.#options;
    const incidents = chain(
      [...this.#findings.values()].filter(({ kind }) => this.threshold(kind).enabled),
      {
        host,
        level,
        isOutside,
        ...(network && { network }),
        isNovelty: (finding) => this.#options.kinds.get(finding.kind)?.needsLearning ?? false,
        isAlert: (finding) => this.#matterOf.has(finding.id),
        isExplained,
      },
    );
    const incidentOf = new Map<string, string>();
    const incidentById = new Map(incidents.map((incident) => [incident.id, incident]));
    for (const incident of incidents) for (const step of incident.steps) incidentOf.set(step.finding.id, incident.id);
    const alerts = [...matters].map((matter) =>
      this.#alert(matter, hits, (id) => incidentById.get(incidentOf.get(id) ?? '')),
    );
    const dayOf = this.#options.dayOf ?? ((us: number) => Math.floor(us / (24 * HOUR_US)));
    return { alerts: queueOf(alerts, this.#settings.alertsPerDay, dayOf), incidents, alertOf, incidentOf, hits };
  }

  #alert(
    matter: Matter,
    hits: ReadonlyMap<string, WindowHit>,
    incidentOf: (finding: string) => Incident | undefined,
  ): Unplaced {
    const findings = [...matter.findings.values()].sort(byTime);
    const lead = leadOf(findings);
    const hitsOf = findings.map((finding) => hits.get(finding.id));
    // One finding outside of announced work is enough to ask; an overrun is told before the rest.
    const hit = hitsOf.every((x) => x !== undefined) ? (hitsOf.find((x) => x?.overrun) ?? hitsOf.at(-1)) : undefined;
    const incidents = findings.map((finding) => incidentOf(finding.id)).filter((x) => x !== undefined);
    const incident = incidents.sort((a, b) => depthOf(b.stage) - depthOf(a.stage) || a.firstUs - b.firstUs)[0];
    const surprise = Math.max(...findings.map((finding) => finding.surprise));
    const judged = judge({
      severity: lead.severity,
      certainty: lead.certainty,
      surprise,
      depth: incident === undefined ? 0 : depthOf(incident.stage),
      crosses: incident?.crosses ?? false,
      window: hit?.window.text ?? '',
      overrun: hit?.overrun ?? false,
    });
    const act = this.#acts.get(matter.id);
    const episodes = findings.length + matter.forgotten;
    const asksAgain =
      act !== undefined &&
      (episodes > act.findings || PRIORITIES.indexOf(judged.priority) < PRIORITIES.indexOf(act.priority));
    return {
      id: matter.id,
      lead,
      findings,
      episodes,
      firstUs: matter.firstUs,
      lastUs: matter.lastUs,
      open: findings.some((finding) => finding.state === 'open'),
      count: findings.reduce((sum, finding) => sum + finding.count, 0),
      surprise,
      severity: lead.severity,
      certainty: lead.certainty,
      state: act === undefined || asksAgain ? 'new' : act.state,
      assignee: act?.assignee ?? '',
      review: act === undefined || asksAgain ? '' : act.review,
      hit,
      ...judged,
      incident: incident?.id ?? '',
    };
  }
}

const isWithin = (matter: Matter, finding: Finding, us: number): boolean =>
  finding.firstUs - matter.lastUs <= us && matter.firstUs - finding.lastUs <= us;
/** Points that may be behind a finding; of a process that is coupled the first of two may be the second one next time. */
const culpritsOf = ({ point, points }: Finding): readonly number[] =>
  points.length > 0 ? points.slice(0, 2) : [point];
/** The same was said in this matter of the same point. */
const says = ({ findings }: Matter, finding: Finding): boolean => {
  const culprits = culpritsOf(finding);
  for (const f of findings.values())
    if (f.kind === finding.kind && culpritsOf(f).some((point) => culprits.includes(point))) return true;
  return false;
};

/** Who asks for a name asks about somebody else. */
const NAMES = 'dns';
const ID_PREFIX = 'a-';
const idOf = (finding: Finding): string => `${ID_PREFIX}${finding.id}`;
const weightOf = (finding: Finding): number => CERTAINTY[finding.certainty] * finding.surprise;
const severityRank = (severity: Severity): number => SEVERITIES.indexOf(severity);

/** What stands for all: the worst, then the surest and most unusual, then the first. */
const leadOf = (findings: readonly Finding[]): Finding => {
  let lead = findings[0]!;
  for (const finding of findings) {
    const worse = severityRank(finding.severity) - severityRank(lead.severity);
    if (worse < 0 || (worse === 0 && weightOf(finding) > weightOf(lead))) lead = finding;
  }
  return lead;
};
