/**
 * What every answer of the HTTP contract is made of: times, evidence, parties, pages, errors. Schemas are TypeBox
 * (JSON Schema 2020-12): the same object validates, documents (OpenAPI 3.1) and types. Times are RFC 3339 in UTC with up
 * to six decimals; '' stands for text that is not known, null for a number or a time that is not known: never 0.
 */
import { type Static, type TProperties, type TSchema, Type } from 'typebox';
import { VERBS } from '../core/observation.ts';
import { ROLES } from '../core/site.ts';
import { OUTCOMES, PRIORITIES } from './words.ts';

/** A closed object: properties that are not named here are an error in requests and a bug in answers. */
export const Obj = <P extends TProperties>(properties: P, description?: string) =>
  Type.Object(properties, { additionalProperties: false, ...(description === undefined ? {} : { description }) });
export const OneOf = <const T extends readonly string[]>(values: T, description?: string) =>
  Type.Unsafe<T[number]>({ type: 'string', enum: [...values], ...(description === undefined ? {} : { description }) });
export const Maybe = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
export const Int = Type.Integer;
/** A count or number of octets that can exceed 2^31 and stays a safe integer. */
export const Count = Type.Integer({ minimum: 0 });
/** A number in a path or a query: one beyond the safe integers fits no column of the store. */
export const Ordinal = (minimum: 0 | 1) => Type.Integer({ minimum, maximum: Number.MAX_SAFE_INTEGER });
/** 0..1. */
export const Share = Type.Number({ minimum: 0, maximum: 1 });

/** RFC 3339, UTC, up to microseconds: `2026-03-01T12:00:00.123456Z`. */
export const Time = Type.String({ description: 'RFC 3339, UTC, up to six decimals' });
export type Time = Static<typeof Time>;
export const MaybeTime = Maybe(Time);

/** A value of a point or a command. 64-bit integers beyond 2^53 travel as decimal text. null: there is none. */
export const PlainValue = Type.Union([Type.Number(), Type.String(), Type.Boolean(), Type.Null()]);
export type PlainValue = Static<typeof PlainValue>;

export const RoleName = OneOf(ROLES);
export const VerbName = OneOf(VERBS);
export const OutcomeName = OneOf(OUTCOMES);
export const PriorityName = OneOf(PRIORITIES);
/** Purdue level 0, 1, 2, 3, 3.5, 4, 5; null: not known. */
export const Level = Maybe(Type.Number());

/** A frame that proves a statement: opens with `GET .../sources/:source/frames/:frame`. */
export const EvidenceRef = Obj({ source: Type.String(), frame: Type.Integer({ minimum: 1 }) });
export type EvidenceRef = Static<typeof EvidenceRef>;
export const EvidenceList = Type.Array(EvidenceRef);

/** Somebody on the wire: an asset, or an address that is none (a group address, or one that was only mentioned). */
export const Party = Obj({
  kind: OneOf(['asset', 'group', 'mentioned']),
  /** Asset id; '' unless kind is `asset`. */
  id: Type.String(),
  name: Type.String(),
  /** The address in this context: IP, else MAC, else sub-address as `192.168.0.5 unit 3`. */
  address: Type.String(),
  role: RoleName,
  level: Level,
});
export type Party = Static<typeof Party>;

/** A page of a list. `next` is opaque; null at the end. `total` counts all rows that the filter keeps. */
export const PageOf = <T extends TSchema>(item: T) =>
  Obj({ items: Type.Array(item), next: Maybe(Type.String()), total: Count, version: Count });
export interface Page<T> {
  items: T[];
  next: string | null;
  total: number;
  /** Version of the topic when the page was made; the event stream tells when it is old. */
  version: number;
}

export const MAX_PAGE = 1000;
/** The same three parameters for every list; `q` is the grammar of `filter.ts`. */
export const ListQuery = Obj({
  q: Type.Optional(Type.String({ maxLength: 500 })),
  /** Field to sort by; `-` before it: descending. Unknown fields are an error. */
  sort: Type.Optional(Type.String({ maxLength: 40 })),
  cursor: Type.Optional(Type.String({ maxLength: 500 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_PAGE, default: 200 })),
});
export type ListQuery = Static<typeof ListQuery>;

/** Every answer that is not 2xx. Codes are those of core/errors.ts; `whatToDo` is one sentence for a person. */
export const ApiError = Obj({ code: Type.String(), message: Type.String(), whatToDo: Type.String() });
export type ApiError = Static<typeof ApiError>;

export const SiteParams = Obj({ site: Type.String({ maxLength: 100 }) });
export const Nothing = Obj({});
