/**
 * Import of a plant's own asset list (CSV, XLSX) in three steps: upload (columns are recognised), preview under a
 * mapping (nothing is written), apply (journalled as one step). Observed facts are never overwritten.
 */
import { type Static, Type } from 'typebox';
import { LIST_FIELDS, type ListField } from '../core/asset-list.ts';
import { Count, Int, Maybe, MaybeTime, Obj, OneOf, Time } from './common.ts';

export type NameField = ListField;
/** Column index for each field that is used. */
export const Mapping = Type.Partial(
  Type.Object(Object.fromEntries(LIST_FIELDS.map((n) => [n, Int({ minimum: 0, maximum: 500 })])), {
    additionalProperties: false,
  }),
);
export type Mapping = Partial<Record<ListField, number>>;

/** Answer to the upload. */
export const NameUpload = Obj({
  id: Type.String(),
  file: Type.String(),
  columns: Type.Array(Type.String()),
  rows: Count,
  /** First rows as text, for the eye. */
  sample: Type.Array(Type.Array(Type.String())),
  suggested: Type.Unsafe<Mapping>(Mapping),
});
export type NameUpload = Static<typeof NameUpload>;
export const MappingRequest = Obj({ mapping: Type.Unsafe<Mapping>(Mapping) });
export const ImportParams = Obj({ site: Type.String(), id: Type.String() });

const Line = {
  /** Line of the file, from 1. */
  line: Int(),
  /** How the row names itself: name, else address. */
  label: Type.String(),
};
/** One row fits several assets, or several rows one asset: not applied until a person decides. */
export const Ambiguous = Obj({
  ...Line,
  assets: Type.Array(Obj({ id: Type.String(), name: Type.String() })),
  reason: Type.String(),
});
export type Ambiguous = Static<typeof Ambiguous>;

/** At most 5,000 lines of each kind; `counts` has them all. */
export const NamePreview = Obj({
  matched: Type.Array(
    Obj({
      ...Line,
      asset: Type.String(),
      assetName: Type.String(),
      by: OneOf(['serial', 'mac', 'hostname', 'ip', 'name']),
      adds: Type.Array(Type.String()),
    }),
  ),
  conflicts: Type.Array(
    Obj({
      ...Line,
      asset: Type.String(),
      assetName: Type.String(),
      attribute: Type.String(),
      listed: Type.String(),
      observed: Type.String(),
    }),
  ),
  ambiguous: Type.Array(Ambiguous),
  notSeen: Type.Array(Obj({ ...Line, address: Type.String() })),
  invalid: Type.Array(Obj({ ...Line, reason: Type.String() })),
  counts: Obj({ matched: Count, conflicts: Count, ambiguous: Count, notSeen: Count, invalid: Count, notListed: Count }),
});
export type NamePreview = Static<typeof NamePreview>;

/**
 * The asset list against the wire: in the list not seen, seen not in the list. `file` '' while no list was imported;
 * of several lists the names joined, and `label` says which list a line is of.
 */
export const Reconciliation = Obj({
  file: Type.String(),
  /** The newest import, to be taken back by `undoCorrection`; null none. */
  correction: Maybe(Type.String()),
  importedAt: MaybeTime,
  who: Type.String(),
  listed: Count,
  matched: Count,
  notSeen: Type.Array(Obj({ ...Line, address: Type.String() })),
  notListed: Type.Array(
    Obj({
      asset: Type.String(),
      name: Type.String(),
      address: Type.String(),
      role: Type.String(),
      vendor: Type.String(),
      lastAt: MaybeTime,
    }),
  ),
  conflicts: Type.Array(
    Obj({
      ...Line,
      asset: Type.String(),
      assetName: Type.String(),
      attribute: Type.String(),
      listed: Type.String(),
      observed: Type.String(),
    }),
  ),
  ambiguous: Type.Array(Ambiguous),
});
export type Reconciliation = Static<typeof Reconciliation>;
export const Applied = Obj({ appliedAt: Time, facts: Count, correction: Maybe(Type.String()) });
