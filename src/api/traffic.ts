/** What was seen on the wire: conversations, commands, points with their series, sessions, changes, oddities. */
import { type Static, Type } from 'typebox';
import {
  Count,
  EvidenceList,
  Int,
  Maybe,
  MaybeTime,
  Obj,
  OneOf,
  Ordinal,
  OutcomeName,
  Party,
  PlainValue,
  Share,
  Time,
  VerbName,
} from './common.ts';

export const FlowRow = Obj({
  id: Type.String(),
  client: Party,
  server: Party,
  /** Decoder's name; '' while nothing recognised it. */
  protocol: Type.String(),
  transport: Type.String(),
  port: Int(),
  flows: Count,
  clientPackets: Count,
  serverPackets: Count,
  clientBytes: Count,
  serverBytes: Count,
  /** Decoded share of the payload; null where there was no payload. */
  decoded: Maybe(Share),
  missingBytes: Count,
  verbs: Type.Record(Type.String(), Count),
  refused: Count,
  unanswered: Count,
  oneWay: Type.Boolean(),
  encrypted: Type.Boolean(),
  /** The packets of another row of these two, seen once more behind a router or translator: counted here, decoded there. */
  isCopy: Type.Boolean(),
  /** Community ID v1 and state (`established`, `reset` ...) of the latest flow in it; absent or '' where not known. */
  communityId: Type.Optional(Type.String()),
  state: Type.Optional(Type.String()),
  firstAt: MaybeTime,
  lastAt: MaybeTime,
});
export type FlowRow = Static<typeof FlowRow>;

export const FlowParams = Obj({ site: Type.String(), flow: Type.String() });
export const MessagesQuery = Obj({
  /** Only messages that are whole after this frame of the source in hand: as `next` of the answer before says it. */
  source: Type.Optional(Type.String()),
  after: Type.Optional(Ordinal(0)),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 200 })),
  /** Only exchanges of which a message holds all of these words: all messages are read for them. */
  words: Type.Optional(Type.String({ maxLength: 200 })),
  /** false: fields that are bare octets are told as such, and not what they are. Always so for those who may not take frames. */
  octets: Type.Optional(Type.Boolean()),
});
/** One message as its decoder reads it, in the protocol's own words. */
export const MessageRow = Obj({
  source: Type.String(),
  frame: Count,
  at: MaybeTime,
  toServer: Type.Boolean(),
  protocol: Type.String(),
  title: Type.String(),
  type: Type.String(),
  /** What it is to its exchange; `single` belongs to none. */
  role: OneOf(['request', 'answer', 'single']),
  /** A request and its answers have the same number, from 1 on within a source; 0: a single one, or the request was not seen. */
  exchange: Count,
  /** Of an answer: milliseconds since its request. */
  tookMs: Maybe(Type.Number()),
  /** `meaning`: as in a frame. */
  fields: Type.Array(Obj({ name: Type.String(), value: Type.String(), meaning: Type.String() })),
  /** Points that it wrote (a request) or that were read with it (an answer), as the site knows them; at most 32. */
  values: Type.Array(Obj({ name: Type.String(), value: PlainValue })),
  valuesMore: Count,
});
export type MessageRow = Static<typeof MessageRow>;
/** Messages of a conversation in the order of the wire, read again from its sources. */
export const MessageList = Obj({
  items: Type.Array(MessageRow),
  /** Where to go on; null at the end. */
  next: Maybe(Obj({ source: Type.String(), after: Count })),
  /** Sources whose frames could not be read again. */
  missing: Type.Array(Type.String()),
});
export type MessageList = Static<typeof MessageList>;

/** A run of the same command, folded: `count` times between `firstAt` and `lastAt`. */
export const CommandRow = Obj({
  id: Int(),
  verb: VerbName,
  protocol: Type.String(),
  operation: Type.String(),
  client: Party,
  target: Party,
  object: Type.String(),
  value: PlainValue,
  outcome: OutcomeName,
  reason: Type.String(),
  user: Type.String(),
  count: Count,
  firstAt: MaybeTime,
  lastAt: MaybeTime,
  evidence: EvidenceList,
  lastEvidence: EvidenceList,
});
export type CommandRow = Static<typeof CommandRow>;

export const PointRow = Obj({
  id: Int(),
  asset: Party,
  protocol: Type.String(),
  path: Type.String(),
  /** As a person set it; '' is not known. */
  unit: Type.String(),
  type: Type.String(),
  value: PlainValue,
  quality: OneOf(['good', 'uncertain', 'bad', 'unknown']),
  reads: Count,
  writes: Count,
  changes: Count,
  /** Milliseconds between two sightings, smoothed; null while fewer than two were seen. */
  cadenceMs: Maybe(Type.Number()),
  min: Maybe(Type.Number()),
  max: Maybe(Type.Number()),
  reader: Maybe(Party),
  writer: Maybe(Party),
  firstAt: MaybeTime,
  lastAt: MaybeTime,
  changedAt: MaybeTime,
});
export type PointRow = Static<typeof PointRow>;
export const PointParams = Obj({ site: Type.String(), point: Ordinal(0) });
export const SeriesQuery = Obj({
  from: Type.Optional(Time),
  to: Type.Optional(Time),
  /** At most so many samples; fewer when the series is thinned to minimum and maximum per bucket. */
  samples: Type.Optional(Type.Integer({ minimum: 2, maximum: 20_000, default: 2000 })),
});
/** Columns of the same length. `min`, `max` are set on thinned series only. */
export const Series = Obj({
  point: Int(),
  /** Microseconds since 1970. */
  us: Type.Array(Type.Number()),
  /** null: a gap, or a value that is not a number (then `text` has it). */
  value: Type.Array(Maybe(Type.Number())),
  text: Type.Optional(Type.Array(Type.String())),
  min: Type.Optional(Type.Array(Maybe(Type.Number()))),
  max: Type.Optional(Type.Array(Maybe(Type.Number()))),
  thinned: Type.Boolean(),
});
export type Series = Static<typeof Series>;

export const SessionRow = Obj({
  id: Int(),
  protocol: Type.String(),
  phase: OneOf(['open', 'authenticate', 'close']),
  client: Party,
  server: Party,
  user: Type.String(),
  outcome: OutcomeName,
  clearCredential: Type.Boolean(),
  detail: Type.String(),
  count: Count,
  firstAt: MaybeTime,
  lastAt: MaybeTime,
  evidence: EvidenceList,
});
export type SessionRow = Static<typeof SessionRow>;

export const ChangeRow = Obj({
  id: Int(),
  at: Time,
  asset: Party,
  what: Type.String(),
  before: Type.String(),
  after: Type.String(),
  evidence: EvidenceList,
});
export type ChangeRow = Static<typeof ChangeRow>;

export const WeirdRow = Obj({
  id: Int(),
  protocol: Type.String(),
  code: Type.String(),
  detail: Type.String(),
  client: Party,
  server: Party,
  count: Count,
  firstAt: MaybeTime,
  lastAt: MaybeTime,
  evidence: EvidenceList,
});
export type WeirdRow = Static<typeof WeirdRow>;
