/**
 * The physical process as rows: one process cell (the points of one step of the process) seen at equal steps of time.
 * Models of `learn/` know only this, so that the same code judges a live plant, a recording and a published data set.
 */

/** What a point's values look like; found from the values, corrected by people. */
export type PointNature = 'continuous' | 'discrete' | 'binary' | 'counter' | 'constant' | 'unknown';

/** Rows in columns. `columns[p][row]`; NaN where nothing was known at that time. Rows are in order of time. */
export interface RowTable {
  readonly points: readonly string[];
  readonly count: number;
  readonly tsUs: Float64Array;
  readonly columns: readonly Float64Array[];
}

/** Ways in which a value, or the cell as a whole, is not as it was learned. */
export type DeviationKind =
  | 'level' // outside of the limits learned, drift allowed for
  | 'spread' // noisier than it was
  | 'stuck' // does not move although it always did
  | 'never-seen' // a state of a discrete point that never was
  | 'junk' // not a number, outside of the sensor's range, jumps no process makes
  | 'soft-sensor' // the other points of the cell say another value
  | 'relation' // an invariant between points that a person can read is broken
  | 'set-point' // the measured value does not follow its set point as it always did
  | 'replay' // an earlier stretch of the signal comes again
  | 'drift' // moves on evenly for long, more than the other points explain
  | 'dynamics'; // the cell moves together in another way than learned

/** One point (or the cell: point -1) that deviates at this row. Objects are reused: copy what you keep. */
export interface Deviation {
  /** Index of the column; -1: the cell as a whole, `from` says which points contribute. */
  readonly point: number;
  readonly kind: DeviationKind;
  /** 0..1; an alarm is raised from .5 on. The same meaning for every kind. */
  readonly surprise: number;
  readonly observed: number;
  readonly expected: number;
  readonly low: number;
  readonly high: number;
  /** Rows that `observed` is an average over; absent: it is the row's own value. */
  readonly rows?: number;
  /** Points that speak for it, the strongest first: the culprit among the first three. */
  readonly from: readonly { readonly point: number; readonly weight: number }[];
  /** For people: the relation that is broken, the state that was never seen; '' otherwise. */
  readonly text: string;
}

export interface RowScore {
  /** Highest surprise of the row, 0..1; says something only where the row was scored. */
  readonly surprise: number;
  /**
   * `learning`: too little was seen yet to judge anything. `unseen`: armed, but of this row, or of those just before it,
   * too little is known (a gap, a dark mirror): whether it was normal is not known.
   */
  readonly state: 'learning' | 'unseen' | 'scored';
  readonly deviations: readonly Deviation[];
}

/** What arming found out about one point: shown as it is, so that silence is never taken for calm. */
export interface PointArming {
  readonly point: string;
  readonly nature: PointNature;
  /** Which guards are armed for it. */
  readonly armed: readonly DeviationKind[];
  /** Why others are not, in words; '' when all are. */
  readonly unarmed: string;
  /** Smallest lasting bias that would be noticed within `withinUs`, in the point's own unit; NaN when none is. */
  readonly detectable: number;
  readonly withinUs: number;
  /** Part of the variance of later, unseen normal data that the other points explain, 0..1; NaN without soft sensor. */
  readonly explained: number;
  /** A value that stays the same to the last digit is told after so long where it does not rest usually; NaN, absent: not told. */
  readonly stuckAfterUs?: number;
}

/** A model of one cell: made from rows that were normal, then asked row by row. Deterministic; no clock, no chance. */
export interface CellModel {
  /** Judges the next row (values in the order of the points; NaN: not known). Later rows may depend on earlier ones. */
  score(tsUs: number, row: Float64Array): RowScore;
  readonly arming: readonly PointArming[];
  /**
   * What it expects of each point at the row judged last, and the band it calls normal; NaN where it has no opinion. For
   * the eye: the console draws it behind the values. Columns have one entry per point.
   */
  expected?(into: BandColumns): void;
  /** Invariants between points that it watches, as text that an engineer can read. Bounded. */
  readonly invariants?: readonly CellRelation[];
  /** Octets of state per point of the cell, for the limit of 2 KiB. */
  readonly bytesPerPoint: number;
  /** Everything learned and the running state; `restore` of it gives the same answers for the rows that follow. */
  save(): Uint8Array;
}

export interface BandColumns {
  readonly expected: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** Something that always held between points while the model learned. `points` are columns. */
export interface CellRelation {
  /** Stable for the same data: its text is it. */
  readonly text: string;
  readonly points: readonly number[];
  /** Rows that it could be tried on while learning: it held in all of them. */
  readonly rows: number;
}

/** A way of learning a cell. `fit` uses the table alone: what it holds back to prove itself is the later part of it. */
export interface CellLearner {
  readonly name: string;
  fit(table: RowTable, options?: { readonly stepUs?: number }): CellModel;
  /** Throws where another version saved it. `isOwn`: nobody else uses the octets any more, the model may work in them. */
  restore(saved: Uint8Array, isOwn?: boolean): CellModel;
}
