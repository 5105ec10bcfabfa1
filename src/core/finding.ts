/**
 * What a detector states. A finding is one episode of being odd, from start to end; it says what happened, compared with
 * what, the innocent explanation and what to check next. The words stand once, in the kind; a finding carries the parts that
 * are filled in, as references, so that it is told with the names that people gave since.
 */
import type { EndpointId } from './endpoint.ts';
import type { Evidence } from './frame.ts';
import type { Verb } from './observation.ts';

/** Impact in the plant's words; the worst first. */
export const SEVERITIES = ['safety', 'uptime', 'quality', 'regulatory', 'none'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** How sure the statement itself is: `certain` was seen on the wire, `likely` and `possible` are conclusions. */
export type Certainty = 'certain' | 'likely' | 'possible';

/** The five engines of the public alert reference that findings are checked against, and our own `process`. */
export type FindingFamily = 'policy' | 'protocol' | 'malware' | 'anomaly' | 'operational' | 'process';

/**
 * A kind of finding: its words and what it means. Texts are templates: `{client} wrote {object} of {server}`; each name
 * in braces is a part of the finding. `{usual}`-like parts that a finding does not have are told as "not known", `{doubt?}`-like ones are left out.
 */
export interface FindingKind {
  /** Stable code: `new-writer`, `scan.ports`, `point.stuck`. Unique over all detectors. */
  readonly code: string;
  readonly family: FindingFamily;
  /** A headline of at most ten words, as a template. */
  readonly title: string;
  readonly what: string;
  readonly comparedWith: string;
  readonly innocent: string;
  /** What to check next, in order; the first is the most telling. */
  readonly check: readonly string[];
  /** Worst that it can mean for the plant where a finding does not say otherwise. */
  readonly severity: Severity;
  /** MITRE ATT&CK for ICS (and enterprise, for the IT side) technique ids: `T0836`. */
  readonly techniques: readonly string[];
  /** False: a rule that holds from the first frame. True: says nothing until its baseline has learned. */
  readonly needsLearning: boolean;
  /** Somebody looked or tried and changed nothing: at a safety controller too it means what it means elsewhere. */
  readonly looksOnly?: true;
}

/** What stands for a name in braces. */
export type Part =
  | { readonly kind: 'endpoint'; readonly endpoint: EndpointId }
  | { readonly kind: 'endpoints'; readonly endpoints: readonly EndpointId[] }
  | { readonly kind: 'point'; readonly point: number }
  | { readonly kind: 'points'; readonly points: readonly number[] }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'texts'; readonly texts: readonly string[] }
  /** Names of decoders, '' where none knew it: told as people write them. */
  | { readonly kind: 'protocols'; readonly protocols: readonly string[] }
  /**
   * `unit` as people write it (`%`, `degC`, `/min`), '' without: that of the point `of`, where there is one, is told then. `digits`: as many
   * as it takes to tell it from what it is compared with, where four are too few.
   */
  | {
      readonly kind: 'number';
      readonly value: number;
      readonly unit: string;
      readonly of?: number;
      readonly digits?: number;
    }
  | { readonly kind: 'count'; readonly value: number }
  | { readonly kind: 'time'; readonly us: number }
  | { readonly kind: 'duration'; readonly us: number };

/** The chart that proves a process finding: columns of equal length, before and during. NaN where nothing was seen. */
export interface Proof {
  readonly point: number;
  readonly tsUs: Float64Array;
  readonly observed: Float64Array;
  /** What the model expected, and the band it calls normal. */
  readonly expected: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** What the expectation was made from, the strongest first, with its part of it, 0..1. */
  readonly from: readonly { readonly point: number; readonly weight: number }[];
}

export interface Finding {
  /** Depends on the input alone: the kind, who and what it is about, and its first time. */
  readonly id: string;
  readonly kind: string;
  readonly detector: string;
  /** The device that acts, where one does; 0 otherwise. Incidents are joined along these two. */
  readonly actor: EndpointId;
  /** The device it is done to, or whose behaviour is odd. */
  readonly target: EndpointId;
  /** Point concerned, 0 where none; `points` are all of them, the most likely culprit first. */
  readonly point: number;
  readonly points: readonly number[];
  readonly protocol: string;
  readonly verb: Verb | '';
  readonly firstUs: number;
  readonly lastUs: number;
  /** `ended`: it is over, or nothing of the kind was seen for the detector's quiet time. */
  readonly state: 'open' | 'ended';
  /** Times it was seen in this episode. */
  readonly count: number;
  /** How unusual, 0..1: calibrated so that .5 is worth a look and .9 is rare in a year of this plant. */
  readonly surprise: number;
  readonly certainty: Certainty;
  readonly severity: Severity;
  readonly techniques: readonly string[];
  readonly parts: Readonly<Record<string, Part>>;
  /** First frames that show it; bounded to 8. */
  readonly evidence: readonly Evidence[];
  readonly proof?: Proof;
}
