/** Status, set-up, login, users, sites and sources of frames with their progress and health. */
import { type Static, Type } from 'typebox';
import { Count, Int, Maybe, MaybeTime, Obj, OneOf, Ordinal, PriorityName, Share, Time } from './common.ts';
import { SOURCE_STATES, USER_ROLES } from './words.ts';

/** Public: what the console needs before anybody logged in. */
export const Status = Obj({
  version: Type.String(),
  /** True until the first administrator exists: only the set-up link works. */
  setupNeeded: Type.Boolean(),
  /** IANA name of the plant's zone, for people: `Europe/Berlin`. */
  zone: Type.String(),
  startedAt: Time,
});
export type Status = Static<typeof Status>;

const Name = Type.String({ minLength: 1, maxLength: 100 });
export const MIN_PASSWORD = 12;
const Password = Type.String({ minLength: MIN_PASSWORD, maxLength: 1000 });
/** The token stands in the fragment of the one-time link (`/setup#token`), so it is in no log. */
export const SetupRequest = Obj({
  token: Type.String({ minLength: 1, maxLength: 200 }),
  name: Name,
  password: Password,
});
export type SetupRequest = Static<typeof SetupRequest>;
export const LoginRequest = Obj({ name: Name, password: Type.String({ minLength: 1, maxLength: 1000 }) });
export type LoginRequest = Static<typeof LoginRequest>;

/** Who is logged in. Every request that changes something carries `csrf` in the header `x-csrf-token`. */
export const Me = Obj({ id: Type.String(), name: Type.String(), role: OneOf(USER_ROLES), csrf: Type.String() });
export type Me = Static<typeof Me>;

export const User = Obj({
  id: Type.String(),
  name: Type.String(),
  role: OneOf(USER_ROLES),
  disabled: Type.Boolean(),
  createdAt: Time,
  lastLoginAt: MaybeTime,
});
export type User = Static<typeof User>;
export const UserList = Obj({ items: Type.Array(User) });
export const NewUser = Obj({ name: Name, password: Password, role: OneOf(USER_ROLES) });
export type NewUser = Static<typeof NewUser>;
export const UserChange = Obj({
  role: Type.Optional(OneOf(USER_ROLES)),
  disabled: Type.Optional(Type.Boolean()),
  password: Type.Optional(Password),
});
export type UserChange = Static<typeof UserChange>;
export const PasswordChange = Obj({ current: Type.String({ maxLength: 1000 }), next: Password });

export const Site = Obj({
  id: Type.String(),
  name: Type.String(),
  /** The plant's zone, IANA. */
  zone: Type.String(),
  kind: OneOf(['sample', 'capture', 'live', 'mixed']),
  assets: Count,
  sources: Count,
  /** Of the frames, not of the clock. */
  firstAt: MaybeTime,
  lastAt: MaybeTime,
  /** Some source is being read or listened to now. */
  busy: Type.Boolean(),
  /** An attack can be staged on the simulated plant only, once it is live. */
  staging: OneOf(['none', 'learning', 'ready', 'running']),
  /** What is usual there was learned from a simulated day that was made when Gatehouse was built. */
  learnedAhead: Type.Boolean(),
});
export type Site = Static<typeof Site>;
export const SiteList = Obj({
  items: Type.Array(Site),
  /** Why nothing can be written to the data folder now, and since when; null: all is written. */
  unstored: Maybe(Obj({ text: Type.String(), whatToDo: Type.String(), since: Time })),
  /** What the journal was found to miss when Gatehouse started, or since; null: nothing. */
  lost: Maybe(Obj({ text: Type.String(), whatToDo: Type.String() })),
});
export type SiteList = Static<typeof SiteList>;
export const StageRequest = Obj({ minutes: Type.Integer({ minimum: 2, maximum: 240 }) });
export const SiteChange = Obj({ name: Type.Optional(Name), zone: Type.Optional(Type.String({ maxLength: 60 })) });

/** A plain-language judgement on a source: `This is not a mirror port`, with the figures that say so. */
export const Verdict = Obj({
  /** Stable: `not-a-mirror`, `one-direction`, `duplicates`, `loss`, `cut-frames`, `own-frames`, `offload`, `gaps`, `clock`, `blind`, `cut-file`, `limit` ... or `nothing-wrong-seen`. */
  code: Type.String(),
  priority: PriorityName,
  title: Type.String(),
  detail: Type.String(),
  /** What to do about it; '' where there is nothing to do. */
  whatToDo: Type.String(),
});
export type Verdict = Static<typeof Verdict>;

export const Source = Obj({
  id: Type.String(),
  site: Type.String(),
  kind: OneOf(['file', 'folder', 'stream', 'live', 'sample']),
  name: Type.String(),
  state: OneOf(SOURCE_STATES),
  /** What went wrong, in a sentence; '' when nothing did. */
  error: Type.String(),
  /** null where the end is not known (live, streams). */
  progress: Maybe(Share),
  /** Octets a second of the input read lately, and seconds to go; null where not known. */
  bytesPerSecond: Maybe(Type.Number()),
  secondsLeft: Maybe(Type.Number()),
  startedAt: MaybeTime,
  endedAt: MaybeTime,
  /** Of the frames. */
  firstAt: MaybeTime,
  lastAt: MaybeTime,
  sha256: Type.String(),
  warnings: Type.Array(Obj({ code: Type.String(), text: Type.String() })),
  verdicts: Type.Array(Verdict),
  health: Obj({
    frames: Count,
    bytes: Count,
    duplicates: Count,
    cutFrames: Count,
    offloadFrames: Count,
    checksumsChecked: Count,
    checksumsWrong: Count,
    ownFrames: Count,
    broadcastFrames: Count,
    unicastFrames: Count,
    conversations: Count,
    oneWay: Count,
    ackUnseen: Count,
    missingBytes: Count,
    retransmissions: Count,
    /** null: the capturing program did not say. */
    dropped: Maybe(Count),
    gaps: Type.Array(Obj({ from: Time, to: Time })),
    gapCount: Count,
    backwardSteps: Count,
    decodedBytes: Count,
    undecodedBytes: Count,
    encryptedBytes: Count,
    unknownLinkTypes: Type.Array(Obj({ linkType: Int(), frames: Count })),
    limits: Type.Array(Obj({ limit: Type.String(), dropped: Count })),
  }),
});
export type Source = Static<typeof Source>;
export const SourceList = Obj({ items: Type.Array(Source) });

/**
 * Answer to a dropped capture: where to look. `known`: this recording was read before, nothing was done again; `as`: the name of
 * its source then, '' otherwise.
 */
export const Uploaded = Obj({ site: Type.String(), source: Type.String(), known: Type.Boolean(), as: Type.String() });
export type Uploaded = Static<typeof Uploaded>;

export const FrameParams = Obj({ site: Type.String(), source: Type.String(), frame: Ordinal(1) });

const FrameField = Obj({
  name: Type.String(),
  value: Type.String(),
  /** What a code stands for in the words of its protocol: `Read Holding Registers` of 3; '' for a plain value. */
  meaning: Type.String(),
  /** Octets start..end of the frame; -1 both where the field has no place of its own. */
  start: Int(),
  end: Int(),
});
/** One frame, to be looked at. `hex` is empty with `available: false` when neither the file nor a pinned copy is there. */
export const Frame = Obj({
  source: Type.String(),
  sourceName: Type.String(),
  frame: Int(),
  available: Type.Boolean(),
  /** Why it is not available; '' when it is. */
  reason: Type.String(),
  at: MaybeTime,
  linkType: Type.String(),
  captured: Count,
  wire: Count,
  /** Lower-case hexadecimal, two digits an octet, no blanks. Credentials are replaced: see `masked`. */
  hex: Type.String(),
  masked: Type.Array(Obj({ start: Int(), end: Int() })),
  layers: Type.Array(
    Obj({
      /** Decoder's name, or eth, vlan, ip, tcp, udp ... */
      name: Type.String(),
      title: Type.String(),
      start: Int(),
      end: Int(),
      /** One line: `Write Multiple Registers request, unit 1, 40..41`. */
      summary: Type.String(),
      fields: Type.Array(FrameField),
    }),
  ),
  /** Numbers of the frames before and after; null at the ends or when the neighbour is not kept. */
  previous: Maybe(Int()),
  next: Maybe(Int()),
  /** What Gatehouse states on the strength of this frame. */
  supports: Type.Array(
    Obj({ kind: OneOf(['fact', 'command', 'session', 'change', 'weird']), text: Type.String(), asset: Type.String() }),
  ),
});
export type Frame = Static<typeof Frame>;
export type FrameLayer = Frame['layers'][number];

/** One row of the journal: append-only, hash-chained. */
export const JournalRow = Obj({
  id: Int(),
  at: Time,
  who: Type.String(),
  what: Type.String(),
  /** As it stands in the chain: `user u1`. */
  subject: Type.String(),
  /** The same with the name that the person has now: `user keeper`. */
  subjectName: Type.String(),
  detail: Type.String(),
  hash: Type.String(),
});
export type JournalRow = Static<typeof JournalRow>;

/** A head that was exported earlier and must be part of the chain; both or none. */
export const JournalCheckQuery = Obj({
  row: Type.Optional(Ordinal(1)),
  hash: Type.Optional(Type.String({ pattern: '^[0-9a-f]{64}$' })),
});
/**
 * The whole chain recomputed. `lost`: what is there follows from each other, and the journal says itself which acknowledged
 * rows it misses. `row`: the last one, or the first that does not follow; `reason` '' where intact.
 */
export const JournalCheck = Obj({
  state: OneOf(['intact', 'lost', 'broken']),
  row: Count,
  hash: Type.String(),
  reason: Type.String(),
});
export type JournalCheck = Static<typeof JournalCheck>;

export const Settings = Obj({
  /** Days that frames behind evidence, history and flows are kept; null: for ever. */
  retention: Obj({ evidenceDays: Maybe(Int()), historyDays: Maybe(Int()), evidenceMiB: Maybe(Int()) }),
  dataFolder: Type.String(),
  dataBytes: Count,
  evidenceBytes: Count,
  freeBytes: Maybe(Count),
});
export type Settings = Static<typeof Settings>;
export const SettingsChange = Obj({
  retention: Obj({
    evidenceDays: Maybe(Type.Integer({ minimum: 1 })),
    historyDays: Maybe(Type.Integer({ minimum: 1 })),
    evidenceMiB: Maybe(Type.Integer({ minimum: 16 })),
  }),
});
