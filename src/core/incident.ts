/**
 * What stands above findings: alerts (what a person is asked to look at), incidents (joined findings with one story),
 * maintenance windows, reviews. A finding is a detector's; everything here is either counted from findings or a person's.
 */
import type { EndpointId } from './endpoint.ts';
import type { Certainty, Finding, Severity } from './finding.ts';

/** ISA-18.2: few levels, most urgent first. */
export const PRIORITIES = ['urgent', 'high', 'medium', 'low'] as const;
export type Priority = (typeof PRIORITIES)[number];

/** Nobody looked yet; somebody takes care; done with. */
export const ALERT_STATES = ['new', 'acknowledged', 'closed'] as const;
export type AlertState = (typeof ALERT_STATES)[number];

/** It was what it says; it was not; it was, and was meant to be; not known. */
export const VERDICTS = ['true', 'false', 'benign', 'unsure'] as const;
export type ReviewVerdict = (typeof VERDICTS)[number];

/** What people did with an alert. Outlives the findings: a capture that is read again finds it here. */
export interface AlertAct {
  readonly alert: string;
  readonly state: AlertState;
  /** User id, '' nobody. */
  readonly assignee: string;
  readonly review: '' | ReviewVerdict;
  /** Findings and priority of the alert when it was decided: more of them, or a more urgent one, asks again. */
  readonly findings: number;
  readonly priority: Priority;
}

/** Work seldom ends to the minute: an episode that began inside and ends this soon after is no overrun. Microseconds. */
export const OVERRUN_GRACE_US = 15 * 60_000_000;

/** Announced work. `assets` and `cells` empty: the whole site. Times are those of the frames, microseconds. */
export interface MaintenanceWindow {
  readonly id: string;
  readonly text: string;
  readonly assets: readonly string[];
  readonly cells: readonly string[];
  readonly vendor: string;
  readonly workOrder: string;
  readonly fromUs: number;
  readonly toUs: number;
  readonly cancelled: boolean;
  readonly userId: string;
  /** Wall clock. */
  readonly createdUs: number;
}

/** The planned work that a finding falls into. `overrun`: it began inside and goes on after the end. */
export interface WindowHit {
  readonly window: MaintenanceWindow;
  readonly overrun: boolean;
}

export interface Alert {
  /** Of the finding that was told first, or of the one under which people acted on it; it stays when an earlier one joins. */
  readonly id: string;
  /** What a person sees of it: the worst, then the earliest. */
  readonly lead: Finding;
  /** Episodes in order of their first time; of very many the worst and the latest. */
  readonly findings: readonly Finding[];
  /** All of its episodes, those too that it does not list any more. */
  readonly episodes: number;
  readonly firstUs: number;
  readonly lastUs: number;
  readonly open: boolean;
  readonly count: number;
  readonly surprise: number;
  readonly severity: Severity;
  readonly certainty: Certainty;
  readonly state: AlertState;
  readonly assignee: string;
  readonly review: '' | ReviewVerdict;
  readonly hit: WindowHit | undefined;
  readonly score: number;
  readonly priority: Priority;
  /** Why it stands where it stands. */
  readonly why: readonly string[];
  /** From 1 among those not closed; those folded under one have its rank; 0 when closed. */
  readonly rank: number;
  readonly overBudget: boolean;
  /** '' while it belongs to none. */
  readonly incident: string;
  /** Alert that stands for their incident in the queue; '' where it stands for itself, or is closed. */
  readonly foldedUnder: string;
  /** Alerts of its incident that are folded under it, and how many of them nobody has looked at. */
  readonly folds: number;
  readonly foldsNew: number;
}

/** On which side of the industrial DMZ a device stands. */
export type Lane = 'it' | 'dmz' | 'ot' | 'unknown';

export interface IncidentStep {
  readonly finding: Finding;
  /** Place of its tactic in the order of an attack, from 1; 0 without one. */
  readonly stage: number;
  readonly lane: Lane;
  /** What joins it to an earlier step; '' for the first. */
  readonly because: string;
}

export interface Incident {
  /** Depends on its first finding alone. */
  readonly id: string;
  /** In order of time. */
  readonly steps: readonly IncidentStep[];
  /** Furthest tactic reached, from 1. */
  readonly stage: number;
  readonly severity: Severity;
  readonly certainty: Certainty;
  readonly priority: Priority;
  /** It goes from the office side to the plant side. */
  readonly crosses: boolean;
  /** Devices concerned, in the order in which they came up. */
  readonly hosts: readonly EndpointId[];
  /** The device that was reached last: where the next step would start. */
  readonly reached: EndpointId;
  readonly doubts: readonly string[];
  readonly firstUs: number;
  readonly lastUs: number;
}

/** What people did with an incident. */
export interface IncidentAct {
  readonly incident: string;
  readonly state: 'open' | 'closed';
  readonly assignee: string;
  /** Steps when it was decided: more of them open it again. */
  readonly steps: number;
}

/** What a site has set about its findings. */
export interface TriageSettings {
  /** Alerts a day that people here can look at. */
  readonly alertsPerDay: number;
  /** By code of the kind; kinds that are absent have the default. */
  readonly thresholds: Readonly<Record<string, Threshold>>;
}
export interface Threshold {
  /** Lowest surprise that becomes an alert. */
  readonly minSurprise: number;
  readonly enabled: boolean;
}
