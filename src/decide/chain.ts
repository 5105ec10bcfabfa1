/**
 * The attack chain: findings joined into incidents along the devices that were acted from and upon, in the order of the
 * ATT&CK for ICS tactics. Three things join: a device that was taken acts; the same device goes on acting; a process goes
 * wrong behind a controller that was commanded. What somebody else does to a controller that an incident commanded stands
 * with that incident, and so does a device never heard before that commands one beside it; neither makes one. Being near in
 * time alone joins nothing. Computed anew from all findings, sorted
 * by their time, so that a finding that comes late finds its place and the same findings always give the same incidents.
 * @source Hutchins, Cloppert, Amin: Intelligence-driven computer network defense (2011); MITRE ATT&CK for ICS;
 *   Valeur et al.: A comprehensive approach to intrusion detection alert correlation (2004), for the joining by prerequisites
 */
import type { EndpointId } from '../core/endpoint.ts';
import { type Certainty, type Finding, SEVERITIES, type Severity } from '../core/finding.ts';
import type { Incident, IncidentStep, Lane } from '../core/incident.ts';
import { CERTAINTY, judge } from './priority.ts';
import { depthOf, meaningOf } from './techniques.ts';

/** Findings that are looked at; of more the latest. */
export const MAX_CHAIN_FINDINGS = 2000;
/** Incidents of a site; of more those with the furthest stage. */
export const MAX_INCIDENTS = 200;
/** Earlier findings remembered per device and way of joining; of more the latest. */
export const MAX_REMEMBERED = 16;

/** Least surprise of a link: below are the many that are only for the record. */
const LINK_SURPRISE = 0.3;
const DAY_US = 86_400_000_000;
/** A patient attacker waits between taking a device and using it. */
export const TAKEN_US = 30 * DAY_US;
/** The same device acting again without having been seen taken. */
export const SAME_ACTOR_US = 3 * DAY_US;
/** A process that goes wrong after its controller was commanded. */
export const EFFECT_US = DAY_US;
/** After somebody only talked to it for the first time: what he said may not be read (an encrypted session), or be nothing at all. */
export const TALK_EFFECT_US = 3_600_000_000;
/** A pause in the story that is worth a doubt. */
const LONG_PAUSE_US = 3 * DAY_US;
/** Execution and Lateral Movement, Inhibit and Impair: commands that can change what a controller does. */
const COMMANDING = new Set([2, 3, 7, 10, 11]);
/** Depth from which on an attack reaches for the process. */
const CONTROL_DEPTH = 5;
/** Purdue levels: from here up the office, from here down the plant. */
const IT_LEVEL = 4;
const OT_LEVEL = 3;
const CONTROLLER_LEVEL = 1;
const LATERAL_MOVEMENT = 7;

/** Sum of surprise times certainty over different kinds that is needed: fewer and weaker findings are no story. */
const WEIGHT = { taken: 1.1, effect: 1.3, actor: 1.8 } as const;
/** Tactics that the same device must go through where nothing else joins its findings. */
const ACTOR_STAGES = 3;

export interface ChainOptions {
  /** One endpoint for all endpoints of a device; sub-addresses behind a gateway stand for the gateway. */
  readonly host: (endpoint: EndpointId) => EndpointId;
  /** Purdue level, NaN where not known. */
  readonly level: (endpoint: EndpointId) => number;
  readonly isOutside: (endpoint: EndpointId) => boolean;
  /** It says that something is new: what one new device does for the first time has one cause. */
  readonly isNovelty: (finding: Finding) => boolean;
  /** Asks a person by itself. Default: all do. What does not can be a link: who is up to something already takes a device by it. */
  readonly isAlert?: (finding: Finding) => boolean;
  /** Network that an endpoint stands in; '' where it is not known. Default: of none. */
  readonly network?: (endpoint: EndpointId) => string;
  /** Explained by people: announced work, reviewed as false or benign. */
  readonly isExplained: (finding: Finding) => boolean;
}

type Join = 'taken' | 'actor' | 'effect' | 'same' | 'beside';
const BECAUSE: Readonly<Record<Join, string>> = {
  taken: 'from a device that an earlier step took',
  actor: 'by the same device as an earlier step',
  effect: 'behind a controller that an earlier step commanded',
  same: 'to a controller that an earlier step commanded too',
  beside: 'by a device that was put beside a controller that an earlier step commanded',
};

interface Node {
  readonly finding: Finding;
  /** It asks nobody by itself: it joins what others say and proves nothing. */
  readonly isLink: boolean;
  readonly stage: number;
  readonly takesTarget: boolean;
  readonly actor: EndpointId;
  readonly target: EndpointId;
  parent: number;
  join: Join | undefined;
  /** It lies further along than a step that it follows from. */
  progresses: boolean;
  dropped: boolean;
}

export const laneOf = (level: number, isOutside: boolean): Lane =>
  isOutside || level >= IT_LEVEL ? 'it' : Number.isNaN(level) ? 'unknown' : level > OT_LEVEL ? 'dmz' : 'ot';

/** In order of time; equal times by id, so that the order in which they came does not matter. */
export const byTime = (a: Finding, b: Finding): number =>
  a.firstUs - b.firstUs || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

const remember = (map: Map<EndpointId, number[]>, host: EndpointId, index: number): void => {
  const list = map.get(host);
  if (list === undefined) map.set(host, [index]);
  else {
    list.push(index);
    if (list.length > MAX_REMEMBERED) list.shift();
  }
};

export const chain = (findings: readonly Finding[], options: ChainOptions): Incident[] => {
  const isAlert = options.isAlert ?? (() => true);
  const nodes: Node[] = findings
    .filter((finding) => finding.techniques.length > 0 && !options.isExplained(finding))
    .filter((finding) => isAlert(finding) || (finding.actor > 0 && finding.surprise >= LINK_SURPRISE))
    .sort(byTime)
    .slice(-MAX_CHAIN_FINDINGS)
    .map((finding, i) => ({
      finding,
      isLink: !isAlert(finding),
      ...meaningOf(finding.techniques),
      actor: finding.actor > 0 ? options.host(finding.actor) : 0,
      target: finding.target > 0 ? options.host(finding.target) : 0,
      parent: i,
      join: undefined,
      progresses: false,
      dropped: false,
    }));
  const rootOf = (i: number): number => {
    let root = i;
    while (nodes[root]!.parent !== root) root = nodes[root]!.parent;
    for (let at = i; nodes[at]!.parent !== root; ) {
      const next = nodes[at]!.parent;
      nodes[at]!.parent = root;
      at = next;
    }
    return root;
  };
  const taken = new Map<EndpointId, number[]>();
  const acted = new Map<EndpointId, number[]>();
  const commanded = new Map<EndpointId, number[]>();
  /** What a device did for the first time before it was taken was its owner's doing: that is new, and no step of who took it. */
  const sinceTaken = (actor: EndpointId, nowUs: number): readonly number[] => {
    const takenUs = Math.min(
      ...(taken.get(actor) ?? [])
        .map((j) => nodes[j]!.finding)
        .flatMap((f) => (nowUs - f.lastUs <= TAKEN_US ? f.firstUs : [])),
    );
    return (acted.get(actor) ?? []).filter((j) => {
      const { finding } = nodes[j]!;
      return !(finding.firstUs < takenUs && Number.isFinite(takenUs) && options.isNovelty(finding));
    });
  };
  /** What goes wrong has one cause: the latest command, one of a rule before a first time. It makes no story of two. */
  const latestCommand = (target: EndpointId, nowUs: number): readonly number[] => {
    const recent = (commanded.get(target) ?? []).filter((j) => {
      const { finding } = nodes[j]!;
      return isTalk(nodes[j]!, options)
        ? nowUs - finding.firstUs <= TALK_EFFECT_US
        : nowUs - finding.lastUs <= EFFECT_US;
    });
    const latest = recent.findLast((j) => !options.isNovelty(nodes[j]!.finding)) ?? recent.at(-1);
    return latest === undefined ? [] : [latest];
  };
  for (const [i, node] of nodes.entries()) {
    const { finding, stage, actor, target } = node;
    const recent = (list: readonly number[] | undefined, withinUs: number): boolean =>
      (list ?? []).some((j) => finding.firstUs - nodes[j]!.finding.lastUs <= withinUs);
    const joinAll = (list: readonly number[] | undefined, withinUs: number, join: Join): void => {
      for (const j of list ?? []) {
        if (finding.firstUs - nodes[j]!.finding.lastUs > withinUs) continue;
        node.join ??= join;
        node.progresses ||= leadsOn(nodes[j]!, node, join, options);
        // The earlier root stays: an incident keeps the name of its first step.
        const [a, b] = [rootOf(i), rootOf(j)];
        if (a !== b) nodes[Math.max(a, b)]!.parent = Math.min(a, b);
      }
    };
    // Usual ways are used by everybody: only of somebody who did something odd before are they steps.
    if (
      node.isLink &&
      !(node.takesTarget && (recent(acted.get(actor), SAME_ACTOR_US) || recent(taken.get(actor), TAKEN_US)))
    ) {
      node.dropped = true;
      continue;
    }
    if (stage > 0) {
      if (actor > 0) {
        joinAll(taken.get(actor), TAKEN_US, 'taken');
        joinAll(sinceTaken(actor, finding.firstUs), SAME_ACTOR_US, 'actor');
        remember(acted, actor, i);
        // What is done to the plant can follow a step that was seen as done to the actor only (it beacons, it was phished).
      } else if (target > 0) joinAll(latestCommand(target, finding.firstUs), EFFECT_US, 'effect');
      // A controller that somebody talks to for the first time does not act for him.
      const grips = node.takesTarget && !(options.isNovelty(finding) && options.level(target) <= CONTROLLER_LEVEL);
      if (target > 0 && grips && target !== actor) remember(taken, target, i);
      if (target > 0 && actor > 0 && COMMANDING.has(stage)) remember(commanded, target, i);
    }
  }
  const groups = new Map<number, Node[]>();
  for (const [i, node] of nodes.entries()) {
    if (node.stage === 0 || node.dropped) continue;
    const root = rootOf(i);
    const group = groups.get(root);
    if (group === undefined) groups.set(root, [node]);
    else group.push(node);
  }
  const all = [...groups.values()].map(ledOn);
  const stories = all.filter((group) => isStory(group, options));
  const others = all.filter((group) => !stories.includes(group));
  return withCompany(stories, others, options)
    .map((group) => incidentOf(group, options))
    .sort(
      (a, b) =>
        depthOf(b.stage) - depthOf(a.stage) || b.stage - a.stage || b.lastUs - a.lastUs || (a.id < b.id ? -1 : 1),
    )
    .slice(0, MAX_INCIDENTS);
};

/**
 * A usual way is a step only where it led on: whoever was reached over it acts later. What the device of a victim does every
 * day, for weeks after the attack, is none.
 */
const ledOn = (group: readonly Node[]): Node[] => {
  const acting = new Set<EndpointId>();
  const kept: Node[] = [];
  for (const node of [...group].reverse()) {
    if (node.isLink && !acting.has(node.target)) continue;
    kept.push(node);
    if (node.actor > 0) acting.add(node.actor);
  }
  return kept.reverse();
};

/**
 * The step before led to this one. What a device that was always there does for the first time here and there is chance, and what
 * a process does after a first write is what was written: neither is a further deed.
 */
const leadsOn = (before: Node, after: Node, join: Join, options: ChainOptions): boolean => {
  if (depthOf(after.stage) <= depthOf(before.stage)) return false;
  if (join === 'taken' || !options.isNovelty(before.finding)) return true;
  if (join === 'effect') return isTalk(before, options);
  return isArrival(before) || before.target === after.target || !options.isNovelty(after.finding);
};

/** A controller was talked to for the first time, and nothing was seen that commands it. */
const isTalk = (
  { stage, target, finding }: Node,
  { isNovelty, level }: Pick<ChainOptions, 'isNovelty' | 'level'>,
): boolean => stage === LATERAL_MOVEMENT && isNovelty(finding) && level(target) <= CONTROLLER_LEVEL;

/** Put there by somebody (Rogue Master): a device that was never heard before. */
const PUT_THERE = 'T0848';

const isArrival = ({ actor, target, finding }: Node): boolean =>
  actor === target && finding.techniques.includes(PUT_THERE);
const isOfNewcomer = ([first]: readonly Node[]): boolean => first !== undefined && isArrival(first);

/**
 * Stories, each with those of the other groups that command a controller which it had commanded within a day: another hand of
 * the same attacker. Of a device that was never heard before one beside it, in the same network, is enough. A group goes to the
 * story that commanded last before it, the same controller before one beside it.
 */
const withCompany = (stories: readonly Node[][], others: readonly Node[][], options: ChainOptions): Node[][] => {
  const { network = () => '', level } = options;
  const isCommand = ({ actor, target, stage, isLink }: Node): boolean =>
    actor > 0 && target > 0 && !isLink && COMMANDING.has(stage);
  // What a device does that was put there, and what goes wrong behind it, can be a story of its own: that of who put it there comes first.
  const leading = stories.filter((story) => !isOfNewcomer(story));
  const following = stories.filter(isOfNewcomer);
  const out = leading.map((story) => [...story]);
  const byTarget = new Map<EndpointId, { readonly node: Node; readonly story: Node[] }[]>();
  const byNetwork = new Map<string, { readonly node: Node; readonly story: Node[] }[]>();
  leading.forEach((story, i) => {
    for (const node of story.filter(isCommand)) {
      const told = { node, story: out[i]! };
      byTarget.set(node.target, [...(byTarget.get(node.target) ?? []), told]);
      const place = network(node.target);
      if (place !== '' && level(node.target) <= CONTROLLER_LEVEL)
        byNetwork.set(place, [...(byNetwork.get(place) ?? []), told]);
    }
  });
  if (byTarget.size === 0) return [...out, ...following];
  for (const group of [...following, ...others]) {
    const newcomers = new Set(group.filter(isArrival).map(({ actor }) => actor));
    const wayOf = (step: Node, join: Join, told: readonly { readonly node: Node; readonly story: Node[] }[] = []) =>
      told
        .filter(({ node }) => byTime(node.finding, step.finding) < 0)
        .filter(({ node }) => step.finding.firstUs - node.finding.lastUs <= EFFECT_US)
        .map(({ node, story }) => ({
          step,
          join,
          story,
          us: node.finding.firstUs,
          talk: Number(isTalk(node, options)),
        }));
    const commands = group.filter(isCommand);
    const same = commands.flatMap((step) => wayOf(step, 'same', byTarget.get(step.target)));
    const steps =
      same.length > 0
        ? same
        : commands
            .filter(({ actor }) => newcomers.has(actor))
            .flatMap((step) => wayOf(step, 'beside', byNetwork.get(network(step.target))));
    // Whoever commanded it comes before whoever talked to it since.
    const latest = steps.sort((a, b) => a.talk - b.talk || b.us - a.us || byTime(a.step.finding, b.step.finding))[0];
    if (latest === undefined) {
      if (following.includes(group)) out.push([...group]);
      continue;
    }
    // By this it belongs here, whatever joined it to the rest of its group.
    for (const { step, join } of steps) step.join = join;
    latest.story.push(...group);
  }
  for (const story of out) story.sort((a, b) => byTime(a.finding, b.finding));
  return out;
};

/** Enough different, sure and progressing steps: a busy day of one engineer is none. */
const isStory = (all: readonly Node[], { isNovelty }: ChainOptions): boolean => {
  const group = all.filter((node) => !node.isLink);
  const stages = new Set(group.map((node) => node.stage));
  if (group.length < 2 || stages.size < 2) return false;
  const weights = new Map<string, number>();
  for (const { finding } of group) {
    const weight = finding.surprise * CERTAINTY[finding.certainty];
    weights.set(finding.kind, Math.max(weights.get(finding.kind) ?? 0, weight));
  }
  const weight = [...weights.values()].reduce((sum, x) => sum + x, 0);
  if (!all.some((node) => node.progresses)) return false;
  const joins = new Set(all.map((node) => node.join));
  if (joins.has('taken') && weight >= WEIGHT.taken) return true;
  if (joins.has('effect') && weight >= WEIGHT.effect) return true;
  // Everything that one device does for the first time counts once: a new operator panel is no attack.
  const novelties = group.filter((node) => isNovelty(node.finding));
  const ofRules = group.filter((node) => !isNovelty(node.finding));
  const told = new Set(ofRules.map((node) => node.stage));
  const extra = novelties.some((node) => !told.has(node.stage)) ? 1 : 0;
  const rules = [...new Set(ofRules.map((node) => node.finding.kind))].reduce(
    (sum, kind) => sum + weights.get(kind)!,
    0,
  );
  const newest = Math.max(0, ...novelties.map((node) => weights.get(node.finding.kind)!));
  return told.size + extra >= ACTOR_STAGES && rules + newest >= WEIGHT.actor;
};

const furthest = (stages: readonly number[]): number =>
  stages.reduce((best, x) => (depthOf(x) > depthOf(best) || (depthOf(x) === depthOf(best) && x > best) ? x : best), 0);

const worst = (findings: readonly Finding[]): Severity =>
  SEVERITIES.find((severity) => findings.some((finding) => finding.severity === severity)) ?? 'none';

/** As sure as its surest step that is not the first: what makes it a story is what followed. */
const surest = (findings: readonly Finding[]): Certainty => {
  const later = findings.slice(1).map((finding) => finding.certainty);
  // That they belong together is always a conclusion.
  return later.some((certainty) => certainty !== 'possible') ? 'likely' : 'possible';
};

const doubtsOf = (group: readonly Node[]): string[] => {
  const doubts: string[] = [];
  if (group.every((node) => node.finding.certainty !== 'certain'))
    doubts.push('No step was seen as such on the wire; all are conclusions.');
  if (!group.some((node) => node.join === 'taken'))
    doubts.push('No step was seen by which a device was taken; the findings have the same device in common.');
  if (group.some((node) => node.join === 'beside'))
    doubts.push(
      'That a new device belongs to it is concluded from place and time alone; nothing was seen between the two.',
    );
  const links = group.filter((node) => node.isLink).length;
  if (links > 0)
    doubts.push(
      `${links === 1 ? 'One step' : `${links} steps`} may be usual there, and would ask nobody alone; what was done before and after joins ${links === 1 ? 'it' : 'them'}.`,
    );
  let pause = 0;
  let end = 0;
  for (const { finding } of group) {
    if (end > 0) pause = Math.max(pause, finding.firstUs - end);
    end = Math.max(end, finding.lastUs);
  }
  if (pause > LONG_PAUSE_US) doubts.push(`Between two steps lie ${Math.round(pause / DAY_US)} days.`);
  return doubts;
};

const incidentOf = (group: readonly Node[], { level, isOutside }: ChainOptions): Incident => {
  const findings = group.map((node) => node.finding);
  const stage = furthest(group.map((node) => node.stage));
  const hosts: EndpointId[] = [];
  for (const { actor, target } of group)
    for (const host of [actor, target]) if (host > 0 && !hosts.includes(host)) hosts.push(host);
  const lane = (host: EndpointId): Lane => (host > 0 ? laneOf(level(host), isOutside(host)) : 'unknown');
  const lanes = new Set(hosts.map(lane));
  const crosses = lanes.has('it') && lanes.has('ot');
  const severity = worst(findings);
  const certainty = surest(findings);
  const surprise = Math.max(...findings.map((finding) => finding.surprise));
  const takers = group.filter((node) => node.takesTarget && node.target > 0);
  const last = takers.at(-1) ?? group.at(-1)!;
  const steps: IncidentStep[] = group.map((node) => ({
    finding: node.finding,
    stage: node.stage,
    lane: lane(node.target > 0 ? node.target : node.actor),
    because: node.join === undefined ? '' : BECAUSE[node.join],
  }));
  const judged = judge({ severity, certainty, surprise, depth: depthOf(stage), crosses, window: '', overrun: false });
  return {
    id: `i-${findings[0]!.id}`,
    steps,
    stage,
    severity,
    certainty,
    // What reaches for the process is never less than high, and urgent when it came from the office.
    priority:
      depthOf(stage) < CONTROL_DEPTH || judged.priority === 'urgent'
        ? judged.priority
        : crosses && certainty !== 'possible'
          ? 'urgent'
          : 'high',
    crosses,
    hosts,
    reached: last.target > 0 ? last.target : last.actor,
    doubts: doubtsOf(group),
    firstUs: findings[0]!.firstUs,
    lastUs: Math.max(...findings.map((finding) => finding.lastUs)),
  };
};
