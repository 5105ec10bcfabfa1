/**
 * Findings, alerts and incidents: what a detector stated, what a person is asked to look at, and the joined story. A
 * finding is told with the names that people gave since; a review is always a person's. Priorities and rates follow
 * ISA-18.2 (2016) and EEMUA 191 (3rd edition): few levels, and a rate that a shift can bear.
 */
import { type Static, Type } from 'typebox';
import { Count, EvidenceList, Int, Maybe, MaybeTime, Obj, OneOf, Party, PriorityName, Share, Time } from './common.ts';
import { ALERT_STATES, CERTAINTIES, FAMILIES, IMPACTS, INCIDENT_STATES, VERDICTS } from './words.ts';

/** A point as it is named in a finding: opens at `process` or `points/:id`. */
export const PointRef = Obj({
  id: Int(),
  /** `PLC_1 holding 40`: asset and path, for people. */
  label: Type.String(),
  path: Type.String(),
  /** Asset id; '' where it is none. */
  asset: Type.String(),
  assetName: Type.String(),
});
export type PointRef = Static<typeof PointRef>;

/** A planned piece of work that a finding falls into: it is labelled with it, never dropped. */
export const WindowLabel = Obj({ id: Type.String(), text: Type.String(), overrun: Type.Boolean() });
export type WindowLabel = Static<typeof WindowLabel>;

/** ATT&CK technique as people know it. */
export const TechniqueRef = Obj({
  id: Type.String(),
  name: Type.String(),
  tactic: Type.String(),
  matrix: OneOf(['ics', 'enterprise']),
});
export type TechniqueRef = Static<typeof TechniqueRef>;

const FindingHead = {
  /** Code of its kind: `new-writer`, `point.stuck`. */
  kind: Type.String(),
  family: OneOf(FAMILIES),
  detector: Type.String(),
  title: Type.String(),
  impact: OneOf(IMPACTS),
  /** `certain` was seen on the wire; `likely` and `possible` are conclusions. */
  certainty: OneOf(CERTAINTIES),
  /** How unusual, 0..1: .5 is worth a look, .9 is rare in a year of this plant. */
  surprise: Share,
  /** null: nobody acts in it. */
  actor: Maybe(Party),
  target: Party,
  /** Most likely culprit first; at most 8. */
  points: Type.Array(PointRef),
  protocol: Type.String(),
  verb: Type.String(),
  /** Technique ids: `T0836`. */
  techniques: Type.Array(Type.String()),
  /** False: over, or nothing of the kind for the detector's quiet time. */
  open: Type.Boolean(),
  /** Times seen in this episode. */
  count: Count,
  firstAt: MaybeTime,
  lastAt: MaybeTime,
} as const;

export const FindingRow = Obj({
  id: Type.String(),
  ...FindingHead,
  alert: Type.String(),
  /** '' while it belongs to none. */
  incident: Type.String(),
  window: Maybe(WindowLabel),
});
export type FindingRow = Static<typeof FindingRow>;

/** A line of the queue. Findings of one kind about the same things are one alert, however often they come. */
export const AlertRow = Obj({
  id: Type.String(),
  ...FindingHead,
  priority: PriorityName,
  state: OneOf(ALERT_STATES),
  /** '' while nobody reviewed it. */
  review: OneOf(['', ...VERDICTS] as const),
  /** User id and name; '' nobody. */
  assignee: Type.String(),
  assigneeName: Type.String(),
  /** Findings (episodes) folded into it. */
  findings: Count,
  incident: Type.String(),
  /** Id of the alert that stands for their incident in the queue; '' where it stands for itself, or is closed. */
  foldedUnder: Type.String(),
  /** Alerts of its incident folded under it, and how many of them nobody has looked at (state `new`). */
  folds: Count,
  foldsNew: Count,
  window: Maybe(WindowLabel),
  /** 1 is what to look at first among those not closed; folded ones have the rank of theirs; null when closed. */
  rank: Maybe(Int()),
  /** Beyond the site's budget of alerts for its day: ranked below, still listed. */
  overBudget: Type.Boolean(),
  /** Why it stands where it stands, in words. */
  why: Type.Array(Type.String()),
});
export type AlertRow = Static<typeof AlertRow>;
export const AlertParams = Obj({ site: Type.String(), alert: Type.String() });
export const FindingParams = Obj({ site: Type.String(), finding: Type.String() });

/** The chart that proves it, before and during. Columns of equal length; null: nothing was seen. */
export const ProofChart = Obj({
  point: PointRef,
  /** '' where it is not known. */
  unit: Type.String(),
  us: Type.Array(Type.Number()),
  observed: Type.Array(Maybe(Type.Number())),
  expected: Type.Array(Maybe(Type.Number())),
  low: Type.Array(Maybe(Type.Number())),
  high: Type.Array(Maybe(Type.Number())),
  /** Odd from here on, microseconds. */
  sinceUs: Type.Number(),
  /** What the expectation was made from, the strongest first. */
  from: Type.Array(Obj({ point: PointRef, weight: Share })),
});
export type ProofChart = Static<typeof ProofChart>;

export const ModelCardView = Obj({
  name: Type.String(),
  notices: Type.String(),
  worksWhen: Type.String(),
  failsWhen: Type.String(),
  cost: Type.String(),
  source: Type.String(),
});
export type ModelCardView = Static<typeof ModelCardView>;

/** One finding in full, in the plant's words. */
export const FindingDetail = Obj({
  id: Type.String(),
  ...FindingHead,
  alert: Type.String(),
  incident: Type.String(),
  window: Maybe(WindowLabel),
  what: Type.String(),
  comparedWith: Type.String(),
  innocent: Type.String(),
  /** In order; the first is the most telling. */
  check: Type.Array(Type.String()),
  techniqueNames: Type.Array(TechniqueRef),
  evidence: EvidenceList,
  /** null: not a finding about values. */
  proof: Maybe(ProofChart),
  /** What of the baseline it was judged by had been learned: `learned from 26 h`, `a rule: needs no learning`. */
  learned: Type.String(),
  card: ModelCardView,
  /** It can be taken as normal from now on. */
  acceptable: Type.Boolean(),
});
export type FindingDetail = Static<typeof FindingDetail>;

export const ReviewRow = Obj({
  at: Time,
  who: Type.String(),
  verdict: OneOf(VERDICTS),
  reason: Type.String(),
});
export type ReviewRow = Static<typeof ReviewRow>;

/** Whom to call about these devices: `Anna Berger, 4711`. */
export const Contact = Obj({ contact: Type.String(), assets: Type.Array(Party) });
export type Contact = Static<typeof Contact>;

export const AlertDetail = Obj({
  alert: AlertRow,
  /** The finding that is shown: the latest of the alert. */
  finding: FindingDetail,
  /** Its other episodes, newest first; at most 100. */
  episodes: Type.Array(FindingRow),
  /** Of the device that it is about first, then of who did it; only those of whom somebody is known. */
  contacts: Type.Array(Contact),
  reviews: Type.Array(ReviewRow),
  /** What was done with it, newest first. */
  history: Type.Array(Obj({ at: Time, who: Type.String(), what: Type.String(), text: Type.String() })),
});
export type AlertDetail = Static<typeof AlertDetail>;

const Stood = <S extends readonly string[]>(states: S) =>
  Obj({ state: OneOf(states), assignee: Type.String({ maxLength: 100 }) });
/** How it stood when the person decided: where somebody has changed it meanwhile, nothing is written (409 `changed-meanwhile`). */
const seen = <S extends readonly string[]>(states: S) => Type.Optional(Stood(states));
const change = {
  /** User id; '' gives it back to nobody. */
  assignee: Type.Optional(Type.String({ maxLength: 100 })),
  note: Type.Optional(Type.String({ maxLength: 1000 })),
};
export const AlertChange = Obj({ state: Type.Optional(OneOf(ALERT_STATES)), ...change, seen: seen(ALERT_STATES) });
export type AlertChange = Static<typeof AlertChange>;
/** A person's verdict. `benign` needs its reason; all others may have one. */
const verdict = { verdict: OneOf(VERDICTS), reason: Type.Optional(Type.String({ maxLength: 1000 })) };
export const ReviewRequest = Obj({
  ...verdict,
  /** Also close the alert. */
  close: Type.Optional(Type.Boolean()),
  seen: seen(ALERT_STATES),
});
export type ReviewRequest = Static<typeof ReviewRequest>;

/** The same for many at once; one verdict may be given about all of them, each keeps it as its own review. */
export const AlertsChange = Obj({
  alerts: Type.Array(Type.String(), { minItems: 1, maxItems: 500 }),
  change: Obj({ state: Type.Optional(OneOf(ALERT_STATES)), ...change }),
  review: Type.Optional(Obj(verdict)),
  /** How each stood, by its id: what somebody has changed meanwhile is left as it is, and told in `unseen`. */
  seen: Type.Optional(Type.Record(Type.String(), Stood(ALERT_STATES))),
});
export type AlertsChange = Static<typeof AlertsChange>;
export const AlertsChanged = Obj({
  changed: Count,
  missing: Type.Array(Type.String()),
  /** Not as the person saw them any more: nothing was written about these. */
  unseen: Type.Array(Type.String()),
});

/** "This is normal from now on": teaches the detector, closes the alert, stands in the journal. */
export const AcceptRequest = Obj({
  reason: Type.String({ minLength: 1, maxLength: 1000 }),
  seen: seen(ALERT_STATES),
});
export const Accepted = Obj({
  /** False: the detector has nothing to learn from it; `text` says why. */
  learned: Type.Boolean(),
  text: Type.String(),
});
export type Accepted = Static<typeof Accepted>;

/** What accepting an alert would do, told from the site's own recordings. Nothing is changed by asking. */
export const AcceptTrial = Obj({
  /** False: the detector has nothing to learn from it; `text` says why. */
  learns: Type.Boolean(),
  /** What becomes usual, in a sentence. */
  text: Type.String(),
  /** Frame time of the recordings. */
  hours: Type.Number(),
  /** Episodes in them that would not have been told, and those of the same kind that still would. */
  quiet: Count,
  still: Count,
  /** At most 20 of both, the quiet ones first. */
  examples: Type.Array(
    Obj({ finding: Type.String(), title: Type.String(), at: MaybeTime, effect: OneOf(['quiet', 'still']) }),
  ),
  /** Reasons to hesitate, the gravest first. */
  doubts: Type.Array(Type.String()),
  /** What cannot be told from the recordings. */
  limits: Type.Array(Type.String()),
});
export type AcceptTrial = Static<typeof AcceptTrial>;

/** One measure of the alarm system beside the standard's limit for it. */
const RateMeasure = Obj({
  name: Type.String(),
  value: Maybe(Type.Number()),
  unit: Type.String(),
  limit: Type.Number(),
  /** Which figure the limit is: `EEMUA 191: at most 1 in 10 minutes`. */
  source: Type.String(),
  within: Type.Boolean(),
});
/** The queue measured against ISA-18.2 and EEMUA 191, over frame time; `hours` 0: nothing seen yet. */
export const AlertRates = Obj({
  hours: Type.Number(),
  measures: Type.Array(RateMeasure),
  open: Obj({ urgent: Count, high: Count, medium: Count, low: Count }),
  unacknowledged: Count,
  /** Alerts a day that people here can look at, and how many came in the last day. */
  budget: Obj({ perDay: Int(), lastDay: Count, over: Count }),
  /** New alerts per hour of frame time, the last 48 hours at most; `us` starts the hour. */
  perHour: Obj({ us: Type.Array(Type.Number()), count: Type.Array(Int()) }),
  /** What people said, per detector. `precision` null while fewer than 5 reviews. */
  reviews: Type.Array(
    Obj({
      detector: Type.String(),
      true: Count,
      false: Count,
      benign: Count,
      unsure: Count,
      precision: Maybe(Share),
    }),
  ),
  version: Count,
});
export type AlertRates = Static<typeof AlertRates>;

export const IncidentRow = Obj({
  id: Type.String(),
  title: Type.String(),
  /** Tactic reached, in the order of the attack: `Initial Access` ... `Impact`. */
  stage: Type.String(),
  /** 1..12: its place in that order. */
  stageNumber: Int(),
  /** That tactic in plain words: `going on to another device`. */
  meaning: Type.String(),
  priority: PriorityName,
  impact: OneOf(IMPACTS),
  certainty: OneOf(CERTAINTIES),
  state: OneOf(INCIDENT_STATES),
  assignee: Type.String(),
  assigneeName: Type.String(),
  findings: Count,
  /** Steps that joined since somebody decided about it; all of them while nobody did. */
  findingsNew: Count,
  /** Alerts of its steps that are not closed, and how many of them nobody has looked at. */
  alerts: Count,
  alertsNew: Count,
  assets: Count,
  /** It crosses from the office side to the plant side. */
  crosses: Type.Boolean(),
  /** One of its findings goes on. */
  open: Type.Boolean(),
  firstAt: MaybeTime,
  lastAt: MaybeTime,
});
export type IncidentRow = Static<typeof IncidentRow>;
export const IncidentParams = Obj({ site: Type.String(), incident: Type.String() });

/** A step on the timeline. `lane`: on which side of the industrial DMZ its target lies. */
export const IncidentStep = Obj({
  finding: Type.String(),
  alert: Type.String(),
  /** Kind of finding. */
  kind: Type.String(),
  lane: OneOf(['it', 'dmz', 'ot', 'unknown']),
  tactic: Type.String(),
  techniques: Type.Array(TechniqueRef),
  title: Type.String(),
  actor: Maybe(Party),
  target: Party,
  firstAt: MaybeTime,
  lastAt: MaybeTime,
  open: Type.Boolean(),
  impact: OneOf(IMPACTS),
  certainty: OneOf(CERTAINTIES),
  /** Why it belongs here: `from the device that the step before was done to`. '' for the first. */
  because: Type.String(),
});
export type IncidentStep = Static<typeof IncidentStep>;

export const IncidentDetail = Obj({
  incident: IncidentRow,
  /** The story in sentences, in order of time. */
  story: Type.Array(Type.String()),
  /** What usually comes next, and where it would be seen; null when it reached the impact. */
  next: Maybe(Obj({ tactic: Type.String(), text: Type.String(), watch: Type.Array(Type.String()) })),
  /** Tactics in order, with what was seen of each: the gaps are shown as gaps. */
  stages: Type.Array(
    Obj({
      tactic: Type.String(),
      /** In plain words: `going on to another device`. */
      meaning: Type.String(),
      findings: Count,
      firstAt: MaybeTime,
    }),
  ),
  /** In order of time; at most 500. */
  steps: Type.Array(IncidentStep),
  stepsMore: Count,
  assets: Type.Array(Obj({ party: Party, lane: OneOf(['it', 'dmz', 'ot', 'unknown']), findings: Count })),
  contacts: Type.Array(Contact),
  /** What speaks against it being one story. */
  doubts: Type.Array(Type.String()),
  /** What to ask before it is decided whether the plant goes on: of its worst steps the first check each, at most 4. */
  asked: Type.Array(
    Obj({
      finding: Type.String(),
      impact: OneOf(IMPACTS),
      title: Type.String(),
      check: Type.String(),
      innocent: Type.String(),
    }),
  ),
  history: Type.Array(Obj({ at: Time, who: Type.String(), what: Type.String(), text: Type.String() })),
});
export type IncidentDetail = Static<typeof IncidentDetail>;

export const IncidentChange = Obj({
  state: Type.Optional(OneOf(INCIDENT_STATES)),
  ...change,
  seen: seen(INCIDENT_STATES),
});
export type IncidentChange = Static<typeof IncidentChange>;
