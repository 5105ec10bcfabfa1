/**
 * What was learned and what not yet; thresholds and how a change of them would have gone; baselines under a name;
 * maintenance windows. Everything here that changes how the plant is judged is a person's act and stands in the journal.
 */
import { type Static, Type } from 'typebox';
import { ModelCardView } from './alerts.ts';
import { Count, Int, Maybe, MaybeTime, Obj, OneOf, Party, Share, Time } from './common.ts';
import { Stamp } from './process.ts';
import { CERTAINTIES, FAMILIES, IMPACTS, LEARNING_OF, WINDOW_STATES } from './words.ts';

/** One thing that is being learned. */
export const LearningRow = Obj({
  detector: Type.String(),
  of: OneOf(LEARNING_OF),
  /** `10.0.0.5 → PLC_1 by Modbus/TCP`, `PLC_1`, `PLC_1 holding 40`, `the site`. */
  what: Type.String(),
  /** The device it is about; null for the site. */
  party: Maybe(Party),
  /** Id of the cell; '' for everything else. */
  cell: Type.String(),
  seen: Type.Number(),
  needed: Type.Number(),
  unit: Type.String(),
  /** 0..1 of what is needed. */
  share: Share,
  /** Saw enough and is still not armed, because ...; ''. */
  unarmed: Type.String(),
  /** Saw enough, and its model is being made or waits for its turn: whether it can be judged is not known yet. */
  making: Type.Boolean(),
  /** It is judged already, on trial: what it says by itself makes no alert before the trial is over. */
  onTrial: Type.Boolean(),
});
export type LearningRow = Static<typeof LearningRow>;

/** A cycle of the plant: learned only when it was seen at least twice. */
const CycleRow = Obj({
  name: OneOf(['shift', 'day', 'week']),
  seen: Type.Number(),
  needed: Int(),
  known: Type.Boolean(),
});

export const LearningOverview = Obj({
  /** `learning` until the site has watched for its learning time; then what was odd is not learned any more. */
  phase: OneOf(['empty', 'learning', 'watching']),
  /** Of the learning time, 0..1. */
  share: Share,
  sinceAt: MaybeTime,
  learningHours: Type.Number(),
  watchedHours: Type.Number(),
  /** What had been learned and is learned again, because this version cannot read what an earlier one saved: sentences. */
  again: Type.Array(Type.String()),
  cycles: Type.Array(CycleRow),
  /** Per kind of thing: how many have learned enough. */
  totals: Type.Array(
    Obj({
      of: OneOf(LEARNING_OF),
      things: Count,
      learned: Count,
      /** Saw enough and are not armed. */
      unarmed: Count,
      /** Saw enough, and their models are being made. */
      making: Count,
      /** Judged already, on trial. */
      onTrial: Count,
      /** Mean share of what is needed. */
      share: Maybe(Share),
    }),
  ),
  /** Least learned first; at most 500 per detector. */
  items: Type.Array(LearningRow),
  itemsMore: Count,
  version: Count,
});
export type LearningOverview = Static<typeof LearningOverview>;

/** What can be set about one kind of finding. */
export const Threshold = Obj({
  /** Lowest surprise that becomes an alert. Below it the finding is kept, nobody is called. */
  minSurprise: Share,
  /** False: findings of the kind are kept and never become alerts. */
  enabled: Type.Boolean(),
});
export type Threshold = Static<typeof Threshold>;

export const KindRow = Obj({
  code: Type.String(),
  detector: Type.String(),
  family: OneOf(FAMILIES),
  /** Its headline as a template. */
  title: Type.String(),
  impact: OneOf(IMPACTS),
  techniques: Type.Array(Type.String()),
  needsLearning: Type.Boolean(),
  threshold: Threshold,
  /** Changed by a person; the default otherwise. */
  changed: Type.Boolean(),
  findings: Count,
  alerts: Count,
});
export type KindRow = Static<typeof KindRow>;

/** Detectors with their model cards and kinds, and the site's own settings. */
export const DetectionOverview = Obj({
  detectors: Type.Array(Obj({ card: ModelCardView, kinds: Type.Array(KindRow) })),
  settings: Obj({
    /** Hours of frame time that a site watches before it judges by what it learned. */
    learningHours: Type.Number(),
    /** Alerts a day that people here can look at; more are ranked below them. */
    alertsPerDay: Int(),
  }),
  version: Count,
});
export type DetectionOverview = Static<typeof DetectionOverview>;

/** Least and most hours that learning may be set to. */
export const MIN_LEARNING_HOURS = 1;
export const MAX_LEARNING_HOURS = 8760;

/** A change to try or apply. Kinds that are not named stay. */
export const TuningRequest = Obj({
  kinds: Type.Array(
    Obj({
      code: Type.String({ maxLength: 100 }),
      minSurprise: Type.Optional(Share),
      enabled: Type.Optional(Type.Boolean()),
    }),
    { maxItems: 200 },
  ),
  learningHours: Type.Optional(Type.Number({ minimum: MIN_LEARNING_HOURS, maximum: MAX_LEARNING_HOURS })),
  alertsPerDay: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
  /** Why, for the journal; needed to apply. */
  reason: Type.Optional(Type.String({ maxLength: 1000 })),
});
export type TuningRequest = Static<typeof TuningRequest>;

/** What the change would have given on this site's own recordings. Nothing is changed by asking. */
export const TuningTrial = Obj({
  /** Frame time that was looked at. */
  hours: Type.Number(),
  fromAt: MaybeTime,
  toAt: MaybeTime,
  alertsBefore: Count,
  alertsAfter: Count,
  /** Alerts that a person reviewed as true and that would not have come: read them before applying. */
  lostTrue: Count,
  kinds: Type.Array(
    Obj({ code: Type.String(), findings: Count, before: Count, after: Count, trueBefore: Count, trueAfter: Count }),
  ),
  /** Examples that would disappear or appear; at most 50. */
  examples: Type.Array(
    Obj({
      finding: Type.String(),
      title: Type.String(),
      surprise: Share,
      certainty: OneOf(CERTAINTIES),
      at: MaybeTime,
      effect: OneOf(['gone', 'new']),
    }),
  ),
  /** What cannot be told from the recordings: `a lower learning time acts from now on only`. */
  limits: Type.Array(Type.String()),
});
export type TuningTrial = Static<typeof TuningTrial>;

/** What was learned, kept under a name. */
export const BaselineRow = Obj({
  id: Type.String(),
  name: Type.String(),
  note: Type.String(),
  ...Stamp,
  /** `saved` here; `carried` from another machine; `automatic` before something was restored. */
  origin: OneOf(['saved', 'carried', 'automatic']),
  /** Where a carried one was made. */
  madeAt: Type.String(),
  bytes: Count,
  watchedHours: Type.Number(),
  endpoints: Count,
  cells: Count,
});
export type BaselineRow = Static<typeof BaselineRow>;
export const BaselineList = Obj({ items: Type.Array(BaselineRow), version: Count });
export const NewBaseline = Obj({
  name: Type.String({ minLength: 1, maxLength: 200 }),
  note: Type.Optional(Type.String({ maxLength: 1000 })),
});
export type NewBaseline = Static<typeof NewBaseline>;
export const BaselineParams = Obj({ site: Type.String(), baseline: Type.String() });
/** A baseline against what is learned now. */
export const BaselineComparison = Obj({
  baseline: BaselineRow,
  /** Sentences: `Of the points 3 are new since.`, `The baseline watched 24.0 h, this site 48.1 h.` */
  sentences: Type.Array(Type.String()),
  rows: Type.Array(
    Obj({
      detector: Type.String(),
      what: Type.String(),
      change: OneOf(['only-now', 'only-before', 'different']),
      before: Type.String(),
      now: Type.String(),
    }),
  ),
  rowsMore: Count,
});
export type BaselineComparison = Static<typeof BaselineComparison>;
export const RestoreRequest = Obj({ reason: Type.String({ minLength: 1, maxLength: 1000 }) });
/** A carried baseline fits where addresses and points have the same numbers as where it was kept. */
export const Restored = Obj({
  /** What was learned until now was kept under this baseline. */
  before: Type.String(),
  detectors: Count,
  cells: Count,
  /** Addresses and points of the baseline that this site does not have. */
  missing: Type.Array(Type.String()),
  missingMore: Count,
});
export type Restored = Static<typeof Restored>;

export const WindowRow = Obj({
  id: Type.String(),
  text: Type.String(),
  /** Assets it covers; a cell's id covers its points; empty: the whole site. */
  assets: Type.Array(Party),
  cells: Type.Array(Type.String()),
  vendor: Type.String(),
  workOrder: Type.String(),
  fromAt: Time,
  toAt: Time,
  state: OneOf(WINDOW_STATES),
  ...Stamp,
  /** Findings that fell into it, and those of the same kind after its end. */
  findings: Count,
  after: Count,
});
export type WindowRow = Static<typeof WindowRow>;
export const WindowList = Obj({ items: Type.Array(WindowRow), version: Count });
export const NewWindow = Obj({
  text: Type.String({ minLength: 1, maxLength: 500 }),
  assets: Type.Array(Type.String(), { maxItems: 500 }),
  cells: Type.Array(Type.String(), { maxItems: 500 }),
  vendor: Type.Optional(Type.String({ maxLength: 200 })),
  workOrder: Type.Optional(Type.String({ maxLength: 200 })),
  from: Time,
  to: Time,
});
export type NewWindow = Static<typeof NewWindow>;
export const WindowParams = Obj({ site: Type.String(), window: Type.String() });
/** Ends it earlier, prolongs it, or takes it back (`cancelled`: findings lose its label). */
export const WindowChange = Obj({
  to: Type.Optional(Time),
  cancelled: Type.Optional(Type.Boolean()),
  reason: Type.Optional(Type.String({ maxLength: 500 })),
});
export type WindowChange = Static<typeof WindowChange>;
