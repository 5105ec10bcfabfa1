/**
 * Closed word lists of the contract, free of dependencies so that the console can use them at run time. Priorities
 * follow ISA-18.2 (few levels, each with its own shape on screen); impacts are those of DESIGN: operational, not technical.
 */
import type { Learning } from '../core/detector.ts';
import type { Certainty, FindingFamily } from '../core/finding.ts';
import type { Outcome, Verb } from '../core/observation.ts';
import type { PointNature } from '../core/process.ts';

export const OUTCOMES = [
  'accepted',
  'refused',
  'unanswered',
  'unseen',
  'unconfirmed',
] as const satisfies readonly Outcome[];

/** How soon a person should look. */
export { PRIORITIES, type Priority } from '../core/incident.ts';

export const IMPACTS = ['safety', 'uptime', 'quality', 'regulatory', 'none'] as const;
export type Impact = (typeof IMPACTS)[number];

/** How sure a finding is, surest first. */
export const CERTAINTIES = ['certain', 'likely', 'possible'] as const satisfies readonly Certainty[];
export const FAMILIES = [
  'policy',
  'protocol',
  'malware',
  'anomaly',
  'operational',
  'process',
] as const satisfies readonly FindingFamily[];
/** Of alerts: a new episode opens a closed one again. Verdicts are a person's. */
export { ALERT_STATES, type AlertState, type ReviewVerdict, VERDICTS } from '../core/incident.ts';
export const INCIDENT_STATES = ['open', 'closed'] as const;
/** Cycles of a process: of the calendar, found in the values, states of discrete points, standstill. */
export const CYCLE_KINDS = ['shift', 'day', 'week', 'year', 'period', 'state', 'standstill'] as const;

/**
 * Of a point or cell: nothing seen to learn from, learning, enough seen and its model is being made, judged by what was
 * learned but below an alert until other days were seen too, judged, could be judged but is not seen at the moment, enough
 * seen and still not judged; just after a start: what was learned is being read back, what comes meanwhile is judged then.
 */
export const GUARD_STATES = [
  'waiting',
  'learning',
  'fitting',
  'trial',
  'armed',
  'unseen',
  'unarmed',
  'returning',
] as const;
export type GuardState = (typeof GUARD_STATES)[number];
export const NATURES = [
  'continuous',
  'discrete',
  'binary',
  'counter',
  'constant',
  'unknown',
] as const satisfies readonly PointNature[];
/** Of a relation: found in the data, said to be right by a person, said to be wrong. Rejected ones are not watched. */
export const RELATION_STATES = ['proposed', 'approved', 'rejected'] as const;
/** What a person looks for among the points of the process. */
export const POINT_LOOKS = ['all', 'moving', 'odd', 'learning', 'unseen', 'unarmed'] as const;
export type PointLook = (typeof POINT_LOOKS)[number];
/** Of process cells: most open findings first, least learned first, by name; then by name. */
export const CELL_ORDERS = ['findings', 'learning', 'name'] as const;
export type CellOrder = (typeof CELL_ORDERS)[number];
export const LEARNING_OF = [
  'site',
  'endpoint',
  'conversation',
  'cell',
  'point',
] as const satisfies readonly Learning['of']['kind'][];
/** Of a maintenance window, by the time of the frames. `overrun`: over, and the work seems to go on. */
export const WINDOW_STATES = ['planned', 'running', 'over', 'overrun', 'cancelled'] as const;
export type WindowState = (typeof WINDOW_STATES)[number];

/** Verbs that change what a controller does or is, other than process values: shown first. */
export const ENGINEERING_VERBS = [
  'mode-change',
  'program-download',
  'program-upload',
  'firmware-update',
  'restart',
  'delete',
  'configure',
  'force',
] as const satisfies readonly Verb[];
/** Verbs that change the process or the controller. */
export const WRITING_VERBS = ['write', 'control', ...ENGINEERING_VERBS.filter((v) => v !== 'program-upload')] as const;

export const USER_ROLES = ['viewer', 'analyst', 'engineer', 'manager', 'admin', 'auditor'] as const;
export type UserRole = (typeof USER_ROLES)[number];

/** Lists that can be exported. */
export const LISTS = [
  'alerts',
  'findings',
  'incidents',
  'assets',
  'flows',
  'commands',
  'points',
  'sessions',
  'changes',
  'weirds',
  'journal',
] as const;
export type ListName = (typeof LISTS)[number];

/** What the event stream speaks about: a screen that shows a topic fetches again when its version grows. */
export const TOPICS = [
  'sites',
  'sources',
  'now',
  'alerts',
  'incidents',
  'process',
  'detection',
  'assets',
  'flows',
  'commands',
  'points',
  'coverage',
  'names',
  'journal',
  'users',
] as const;
export type Topic = (typeof TOPICS)[number];

export const SOURCE_STATES = ['waiting', 'reading', 'live', 'blind', 'complete', 'failed'] as const;
