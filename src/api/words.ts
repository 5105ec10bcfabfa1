/**
 * Closed word lists of the contract, free of dependencies so that the console can use them at run time. Priorities
 * follow ISA-18.2 (few levels, each with its own shape on screen); impacts are those of DESIGN: operational, not technical.
 */
import type { Outcome, Verb } from '../core/observation.ts';

export const OUTCOMES = [
  'accepted',
  'refused',
  'unanswered',
  'unseen',
  'unconfirmed',
] as const satisfies readonly Outcome[];

/** How soon a person should look. */
export const PRIORITIES = ['urgent', 'high', 'medium', 'low'] as const;
export type Priority = (typeof PRIORITIES)[number];

export const IMPACTS = ['safety', 'uptime', 'quality', 'regulatory', 'none'] as const;
export type Impact = (typeof IMPACTS)[number];

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
export const LISTS = ['assets', 'flows', 'commands', 'points', 'sessions', 'changes', 'weirds', 'journal'] as const;
export type ListName = (typeof LISTS)[number];

/** What the event stream speaks about: a screen that shows a topic fetches again when its version grows. */
export const TOPICS = [
  'sites',
  'sources',
  'now',
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
