/** The physical process: cells of points with their expected band, what was learned about them, relations as text. */
import { type Static, Type } from 'typebox';
import { PointRef } from './alerts.ts';
import { Count, Int, MAX_PAGE, Maybe, MaybeTime, Obj, OneOf, Party, PlainValue, Share, Time } from './common.ts';
import { CELL_ORDERS, CYCLE_KINDS, GUARD_STATES, NATURES, POINT_LOOKS, RELATION_STATES } from './words.ts';

/** How far a thing has learned. `share` null: nothing was seen of it yet; never 0 for "not known". */
const Progress = {
  state: OneOf(GUARD_STATES),
  share: Maybe(Share),
  /** `learning: 14 h of 24 h`, `armed since ...`, `not armed: ...`. */
  text: Type.String(),
} as const;

/** Which points are meant: all words in path, device, unit or cell, and the state they are in. Without it all are. */
const PointFilter = {
  q: Type.Optional(Type.String({ maxLength: 200 })),
  look: Type.Optional(OneOf(POINT_LOOKS)),
} as const;

/** A process cell: the points of one controller and what stands behind it. */
export const CellRow = Obj({
  id: Type.String(),
  name: Type.String(),
  controller: Party,
  /** Vendor and model of the controller; '' where they are not known. */
  made: Type.String(),
  points: Count,
  /** Of these, what the filter keeps; all without one. */
  fits: Count,
  /** Points of the controller beyond the 64 that a cell holds are in further cells of it. */
  ...Progress,
  /** Points with at least one guard armed. */
  armed: Count,
  relations: Count,
  /** Findings about its points that are open. */
  open: Count,
  /** Milliseconds between two rows; null while the cadence is not known. */
  stepMs: Maybe(Type.Number()),
  lastAt: MaybeTime,
});
export type CellRow = Static<typeof CellRow>;
export const CellsQuery = Obj({
  ...PointFilter,
  sort: Type.Optional(OneOf(CELL_ORDERS)),
  cursor: Type.Optional(Type.String({ maxLength: 500 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_PAGE, default: 200 })),
});
export type CellsQuery = Static<typeof CellsQuery>;
/** A page of the cells of which the filter keeps a point; the sums are over all pages, `points` and `armed` whatever the filter. */
export const CellList = Obj({
  items: Type.Array(CellRow),
  next: Maybe(Type.String()),
  /** Cells of which the filter keeps a point, and of the site. */
  total: Count,
  cells: Count,
  points: Count,
  fits: Count,
  armed: Count,
  /** Cells of which what they learned is being read back just after a start. */
  returning: Count,
  /** Points in no cell: text values, or seen too seldom to make rows of them. */
  pointsWithout: Count,
  version: Count,
});
export type CellList = Static<typeof CellList>;
export const CellParams = Obj({ site: Type.String(), cell: Type.String() });
export const CellQuery = Obj({
  ...PointFilter,
  /** Length of the sparklines in rows. */
  samples: Type.Optional(Type.Integer({ minimum: 2, maximum: 500, default: 120 })),
});
export type CellQuery = Static<typeof CellQuery>;

/** A point in its cell. Columns have the length of the cell's `us`; band columns are empty while none is armed. */
export const CellPoint = Obj({
  id: Int(),
  path: Type.String(),
  asset: Party,
  /** As a person set it: hardly any protocol carries units. '' is not known. */
  unit: Type.String(),
  nature: OneOf(NATURES),
  value: PlainValue,
  lastAt: MaybeTime,
  ...Progress,
  /** Guards armed: `level`, `stuck`, `soft-sensor` ... */
  armed: Type.Array(Type.String()),
  /** Why others are not; '' when all are. */
  unarmed: Type.String(),
  /** Smallest lasting bias that would be noticed, and within how long; null: none would. */
  detectable: Maybe(Type.Number()),
  withinMs: Maybe(Type.Number()),
  /** A value that does not move any more is told after so long; null: standing still is not told. */
  stuckAfterMs: Maybe(Type.Number()),
  /** Part of the variance of later, unseen normal data that the other points explain. */
  explained: Maybe(Share),
  /** Highest surprise of the latest row, 0..1; null while learning. */
  surprise: Maybe(Share),
  values: Type.Array(Maybe(Type.Number())),
  low: Type.Array(Maybe(Type.Number())),
  high: Type.Array(Maybe(Type.Number())),
  /** Id of an open finding about it; '' none. */
  finding: Type.String(),
});
export type CellPoint = Static<typeof CellPoint>;

/** Something that always held between points, as text that an engineer can read and edit. */
export const RelationRow = Obj({
  id: Type.String(),
  text: Type.String(),
  points: Type.Array(PointRef),
  state: OneOf(RELATION_STATES),
  origin: OneOf(['learned', 'edited', 'manual']),
  /** Share of the rows learned from in which it held; null for one that was never tried. */
  held: Maybe(Share),
  rows: Count,
  /** It holds in the latest row; null: not known. */
  holds: Maybe(Type.Boolean()),
  who: Type.String(),
  at: MaybeTime,
});
export type RelationRow = Static<typeof RelationRow>;

/** A cycle of a cell's process, and how often the rows that its models were made of hold it. */
export const CellCycle = Obj({
  kind: OneOf(CYCLE_KINDS),
  /** `day`, `every 2.4 h`, `PACK.STATE = 6`. */
  name: Type.String(),
  /** Full passes, or visits of the state. */
  seen: Count,
  /** Seen at least twice: what belongs to it is learned. */
  learned: Type.Boolean(),
  /** Whether the points go with it, by later data. */
  follows: OneOf(['yes', 'no', 'not known']),
  /** `day: seen once in full, 2 are needed: what belongs to it is not learned yet`. */
  text: Type.String(),
  /** Points that follow it most, the strongest first. */
  points: Type.Array(PointRef),
});
export type CellCycle = Static<typeof CellCycle>;

export const CellDetail = Obj({
  cell: CellRow,
  /** Microseconds of the rows behind the sparklines, oldest first. */
  us: Type.Array(Type.Number()),
  /** Those that the filter keeps, in the order of the cell. */
  points: Type.Array(CellPoint),
  relations: Type.Array(RelationRow),
  /** Empty while no model is there. */
  cycles: Type.Array(CellCycle),
  version: Count,
});
export type CellDetail = Static<typeof CellDetail>;

export const RelationParams = Obj({ site: Type.String(), cell: Type.String(), relation: Type.String() });
/** Relations in the grammar that `RelationRow.text` is written in; a text that does not parse is error `relation-invalid`. */
export const RelationChange = Obj({
  state: Type.Optional(OneOf(RELATION_STATES)),
  text: Type.Optional(Type.String({ minLength: 1, maxLength: 500 })),
  reason: Type.Optional(Type.String({ maxLength: 500 })),
});
export type RelationChange = Static<typeof RelationChange>;
export const NewRelation = Obj({ text: Type.String({ minLength: 1, maxLength: 500 }) });
export type NewRelation = Static<typeof NewRelation>;

/** A point's values with the band that was expected of it. Columns of equal length. */
export const Band = Obj({
  point: PointRef,
  cell: Type.String(),
  unit: Type.String(),
  nature: OneOf(NATURES),
  ...Progress,
  armed: Type.Array(Type.String()),
  unarmed: Type.String(),
  /** Of a register that is read otherwise than it came (two words as one number, a signed word): how, as a sentence. '' as it came. */
  reading: Type.String(),
  us: Type.Array(Type.Number()),
  value: Type.Array(Maybe(Type.Number())),
  expected: Type.Array(Maybe(Type.Number())),
  low: Type.Array(Maybe(Type.Number())),
  high: Type.Array(Maybe(Type.Number())),
  /** Episodes in that time, to be marked on the chart. */
  findings: Type.Array(
    Obj({ id: Type.String(), title: Type.String(), fromUs: Type.Number(), toUs: Type.Number(), open: Type.Boolean() }),
  ),
  from: MaybeTime,
  to: MaybeTime,
});
export type Band = Static<typeof Band>;

/** A maintenance window was announced, a baseline was saved ...: the shape that several lists share. */
export const Stamp = { who: Type.String(), at: Time } as const;

/** The unit of points, by hand: `°C`, `bar`, `m³/h`. '' takes it back. Shown and journalled; nothing is judged by it. */
export const UnitChange = Obj({
  points: Type.Array(Int({ minimum: 1 }), { minItems: 1, maxItems: 5000 }),
  unit: Type.String({ maxLength: 20 }),
});
export type UnitChange = Static<typeof UnitChange>;
export const UnitChanged = Obj({ changed: Count, missing: Type.Array(Int()) });
