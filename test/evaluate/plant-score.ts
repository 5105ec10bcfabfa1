/**
 * What a run of the simulated plant is worth: which moves were found and when, which alerts belong to nothing, how benign
 * disturbances came out. The rules stand in docs/reference/evaluation-plant.md; here they are code, and nothing else is.
 */
import type { DisturbanceLabel, MoveLabel } from '../../plant/world.ts';
import { DAY_US, MINUTE_US, type PlantOutcome, type Told } from './plant.ts';

/** A move counts as found until so long after its end: a lasting effect is seen late. */
export const FOUND_UNTIL_US = 10 * MINUTE_US;
/** What is told so long after a move or disturbance can still follow from it (a process that comes to rest). */
export const FOLLOWS_US = 60 * MINUTE_US;
/** An episode of the process may have begun so long before the move: its start is an estimate. */
const EARLY_US = 2 * MINUTE_US;

export interface MoveResult {
  readonly move: MoveLabel;
  readonly kind: string;
  /** Frame time of the first fitting finding, and of the first that asks a person; NaN: not found. */
  readonly foundUs: number;
  readonly alertedUs: number;
  readonly by: readonly string[];
}
export type Owner = 'attack' | 'disturbance' | 'window' | 'none';
export interface DisturbanceResult {
  readonly disturbance: DisturbanceLabel;
  /** Kinds that asked a person because of it. */
  readonly alerts: readonly string[];
  readonly right: boolean;
}
export interface PlantScore {
  readonly moves: readonly MoveResult[];
  readonly disturbances: readonly DisturbanceResult[];
  readonly owners: ReadonlyMap<Told, Owner>;
  /** Alerts that belong to nothing, by the kinds in them, and the days since its learning time: while it learns little can be told. */
  readonly falseAlerts: readonly {
    readonly kind: string;
    readonly firstUs: number;
    readonly findings: number;
    /** Takes no place of the queue: it stands under an incident, as what an engineer does at a station that was misused. */
    readonly folded: boolean;
  }[];
  readonly days: number;
  /** An alert, and a joined incident, told before the first move that commands a controller; undefined without such. */
  readonly knownBefore: { readonly alert: boolean; readonly incident: boolean } | undefined;
  readonly incidents: { readonly ofAttack: number; readonly ofNothing: number };
}

const isProcess = (t: Told): boolean => t.finding.detector === 'process';

/** What is done, in a word or two: moves of one kind are judged together. */
const kindOfMove = ({ technique, name }: MoveLabel): string => {
  const signal = /^sensor-\w+/.exec(name)?.[0];
  if (signal !== undefined) return signal;
  if (name.startsWith('calibration')) return 'calibration';
  const known: Readonly<Record<string, string>> = {
    T0836: 'set-point',
    T0843: 'program',
    T0858: 'stop',
    T0831: 'force',
    T0837: 'safety bypass',
    T0857: 'firmware',
    T0848: 'rogue device',
    T1486: 'encryption',
  };
  return known[technique] ?? technique;
};

/** The finding names one of the points: where it is, or by its name where another server offers it too. */
const namesPoint = (t: Told, points: MoveLabel['points']): boolean =>
  t.points.some(({ ip, path }) =>
    points.some((p) => (p.controllerIp === ip && p.address === path) || path.includes(p.name)),
  );

const fits = (t: Told, move: MoveLabel): boolean => {
  // What is falsified inside of a controller leaves no trace on the wire but the values.
  if (kindOfMove(move).startsWith('sensor-') && !isProcess(t)) return false;
  if (namesPoint(t, move.points)) return true;
  const targets = [move.targetIp, ...move.points.map((p) => p.controllerIp)].filter((ip) => ip !== '');
  if (targets.length > 0)
    return targets.some((ip) => t.ips.has(ip)) && (t.actorIp === '' || t.actorIp === move.actorIp || isProcess(t));
  return t.ips.has(move.actorIp);
};

/** First time from the move's start on at which the finding was new, or, of what is seen on the wire, went on. */
const knownAt = (t: Told, move: MoveLabel): number => {
  const untilUs = move.endUs + FOUND_UNTIL_US;
  if (isProcess(t)) {
    const first = t.atUs[0] ?? Number.NaN;
    return t.finding.firstUs >= move.startUs - EARLY_US && first >= move.startUs && first <= untilUs
      ? first
      : Number.NaN;
  }
  return t.atUs.find((us) => us >= move.startUs && us <= untilUs) ?? Number.NaN;
};

const judgeMove = (move: MoveLabel, told: readonly Told[]): MoveResult => {
  let foundUs = Number.NaN;
  let alertedUs = Number.NaN;
  const by = new Set<string>();
  for (const t of told) {
    if (!fits(t, move)) continue;
    const us = knownAt(t, move);
    if (Number.isNaN(us)) continue;
    by.add(t.finding.kind);
    if (!(us >= foundUs)) foundUs = us;
    if (t.isAlert && !(us >= alertedUs)) alertedUs = us;
  }
  return { move, kind: kindOfMove(move), foundUs, alertedUs, by: [...by].sort() };
};

const overlaps = (t: Told, fromUs: number, toUs: number): boolean =>
  t.finding.firstUs <= toUs && t.finding.lastUs >= fromUs;

const fitsDisturbance = (t: Told, d: DisturbanceLabel): boolean =>
  overlaps(t, d.startUs, d.endUs + FOLLOWS_US) &&
  (d.kind === 'network-loss' ||
    (d.points.length > 0 && isProcess(t)
      ? namesPoint(t, d.points) || (t.points.length === 0 && t.ips.has(d.targetIp))
      : t.ips.has(d.targetIp)));

/** Whose doing it is. The attacker's hosts are his from his first move there until the end of the last one. */
const ownerOf = (t: Told, { labels }: PlantOutcome): Owner => {
  const { moves, disturbances } = labels;
  const lastUs = Math.max(0, ...moves.filter((m) => m.technique !== 'T1071.001').map((m) => m.endUs)) + FOLLOWS_US;
  for (const m of moves) {
    if (fits(t, m) && overlaps(t, m.startUs, m.endUs + FOLLOWS_US)) return 'attack';
    if (t.ips.has(m.actorIp) && overlaps(t, m.startUs, lastUs)) return 'attack';
    // What touches one part of a process is felt in the next; encrypted panels leave the line without people for good.
    const untilUs = m.technique === 'T1486' ? Number.POSITIVE_INFINITY : m.endUs + FOLLOWS_US;
    if (m.touchesPlant && isProcess(t) && overlaps(t, m.startUs, untilUs)) return 'attack';
    if (m.technique === 'T1486' && t.ips.has(m.targetIp) && t.finding.lastUs >= m.startUs) return 'attack';
  }
  if (t.inWindow) return 'window';
  return disturbances.some((d) => d.expected !== 'quiet' && fitsDisturbance(t, d)) ? 'disturbance' : 'none';
};

/** It says what the disturbance is. */
const names = ({ as }: DisturbanceLabel, { finding: { kind } }: Told): boolean =>
  as.some((code) => kind === code || kind.startsWith(`${code}.`));

const judgeDisturbance = (d: DisturbanceLabel, outcome: PlantOutcome, owners: PlantScore['owners']) => {
  const own = outcome.told.filter((t) => t.isAlert && owners.get(t) !== 'attack' && fitsDisturbance(t, d));
  // Of a disturbance that must stay quiet: what begins in it, not what goes on from before. What carries the label of other
  // announced work was told as that.
  // So was what says, at the place of another disturbance, what that one is: wear goes on while a switch restarts.
  const isOther = (t: Told): boolean =>
    outcome.labels.disturbances.some(
      (other) => other !== d && other.expected === 'labelled' && names(other, t) && fitsDisturbance(t, other),
    );
  const alerts = own.filter(
    (t) =>
      t.finding.firstUs >= d.startUs - EARLY_US &&
      (d.expected === 'window' || (owners.get(t) !== 'window' && (names(d, t) || !isOther(t)))),
  );
  const right =
    d.expected === 'window'
      ? alerts.every((t) => t.inWindow)
      : d.expected === 'quiet'
        ? alerts.length === 0
        : alerts.every((t) => names(d, t));
  return { disturbance: d, alerts: [...new Set(alerts.map((t) => t.finding.kind))].sort(), right };
};

const knownBefore = (outcome: PlantOutcome, owners: PlantScore['owners']): PlantScore['knownBefore'] => {
  const command = outcome.labels.moves.find((m) => m.isCommand);
  if (command === undefined) return undefined;
  const begunUs = outcome.labels.moves[0]!.startUs;
  const early = outcome.told.filter(
    (t) => t.isAlert && owners.get(t) === 'attack' && t.atUs.some((us) => us >= begunUs && us < command.startUs),
  );
  const ids = new Set(early.map((t) => t.finding.id));
  const incident = outcome.incidents.some((i) => i.steps.filter((step) => ids.has(step.finding.id)).length >= 2);
  return { alert: early.length > 0, incident };
};

export const scorePlant = (outcome: PlantOutcome): PlantScore => {
  const { told, labels, alerts, incidents, watchingUs } = outcome;
  const owners = new Map(told.map((t) => [t, ownerOf(t, outcome)] as const));
  const byId = new Map(told.map((t) => [t.finding.id, t]));
  const ownersOf = (ids: readonly string[]): Set<Owner> =>
    new Set(ids.flatMap((id) => owners.get(byId.get(id)!) ?? []));
  const falseAlerts = alerts
    .filter((a) => [...ownersOf(a.findings.map((f) => f.id))].every((o) => o === 'none'))
    .map((a) => ({ kind: a.lead.kind, firstUs: a.firstUs, findings: a.findings.length, folded: a.foldedUnder !== '' }));
  const attackIncidents = incidents.filter((i) => ownersOf(i.steps.map((s) => s.finding.id)).has('attack')).length;
  const first = Number.isNaN(watchingUs) ? labels.endUs : watchingUs;
  return {
    moves: labels.moves.map((m) => judgeMove(m, told)),
    disturbances: labels.disturbances
      .filter((d) => d.startUs >= first)
      .map((d) => judgeDisturbance(d, outcome, owners)),
    owners,
    falseAlerts,
    days: (labels.endUs - first) / DAY_US,
    knownBefore: knownBefore(outcome, owners),
    incidents: { ofAttack: attackIncidents, ofNothing: incidents.length - attackIncidents },
  };
};
