/** The pages that speak about a whole site: what needs a person now, the map, coverage, and the event stream. */
import { type Static, Type } from 'typebox';
import { AlertRow, IncidentRow } from './alerts.ts';
import {
  Count,
  EvidenceList,
  Int,
  Level,
  Maybe,
  MaybeTime,
  Obj,
  OneOf,
  Party,
  PriorityName,
  RoleName,
  Share,
  Time,
} from './common.ts';
import { Source, Verdict } from './sites.ts';
import { IMPACTS, SOURCE_STATES, TOPICS } from './words.ts';

/** Something a person should look at: what happened, compared with what, the innocent explanation, what to check. */
export const Attention = Obj({
  id: Type.String(),
  kind: OneOf([
    'blind-spot',
    'capture',
    'engineering',
    'refused',
    'write',
    'new-device',
    'contradiction',
    'clear-credential',
    'oddity',
    'external',
  ]),
  priority: PriorityName,
  impact: OneOf(IMPACTS),
  title: Type.String(),
  what: Type.String(),
  comparedWith: Type.String(),
  innocent: Type.String(),
  check: Type.String(),
  parties: Type.Array(Party),
  count: Count,
  firstAt: MaybeTime,
  lastAt: MaybeTime,
  evidence: EvidenceList,
  /** Where the rows behind it are: a page of the console with its filter, `commands?q=verb:mode-change`. '' none. */
  link: Type.String(),
});
export type Attention = Static<typeof Attention>;

export const Now = Obj({
  /** One honest sentence: "No evidence of ... in the 62 % of traffic that is visible". Never "safe", never "OK". */
  posture: Type.String(),
  state: OneOf(['learning', 'watching', 'blind', 'empty']),
  /** Decoded share of payload octets; null while nothing was seen. */
  visible: Maybe(Share),
  /** Incidents that are open, most urgent first; at most 5. */
  incidents: Type.Array(IncidentRow),
  incidentsMore: Count,
  /** Alerts that nobody closed, by rank; at most 20. They come before `attention`. */
  alerts: Type.Array(AlertRow),
  alertsMore: Count,
  /** Lines of the queue by priority, as in `AlertRates.open`: an incident is one. */
  queue: Obj({ urgent: Count, high: Count, medium: Count, low: Count }),
  /** What learning has reached: `learning, 63 % of a day; process judged on trial: 3 of 21 cells`; '' once all of it is over. */
  learning: Type.String(),
  /** The same in figures. */
  learned: Obj({
    /** `learning`: what is new or unusual is learned, not told. */
    phase: OneOf(['empty', 'learning', 'watching']),
    /** Of the learning time, 0..1. */
    share: Share,
    /** Hours of traffic that are missing. */
    hoursLeft: Type.Number({ minimum: 0 }),
    cells: Count,
    /** Process cells that have a model, those on trial included. */
    cellsJudged: Count,
    cellsOnTrial: Count,
  }),
  /** Why the part that is not `visible` is not, of the payload; null where there was none. */
  hidden: Maybe(Obj({ encrypted: Share, undecoded: Share })),
  /** From the picture alone, most urgent first; at most 200. */
  attention: Type.Array(Attention),
  attentionMore: Count,
  blindSpots: Type.Array(
    Obj({
      id: Type.String(),
      title: Type.String(),
      detail: Type.String(),
      whatToDo: Type.String(),
      link: Type.String(),
    }),
  ),
  counts: Obj({
    assets: Count,
    controllers: Count,
    conversations: Count,
    commands: Count,
    points: Count,
    engineering: Count,
    writers: Count,
    refused: Count,
    external: Count,
    undecodedConversations: Count,
    /** Conversations of which one direction alone was seen. */
    oneWayConversations: Count,
  }),
  firstAt: MaybeTime,
  lastAt: MaybeTime,
  /** Of traffic, without pauses: captures whose clocks differ by years are not years. */
  watchedSeconds: Type.Number({ minimum: 0 }),
  version: Count,
});
export type Now = Static<typeof Now>;

const Stretch = { fromAt: Time, toAt: Time };

/** The last day of a site on one line of time, for whoever comes on shift. */
export const Day = Obj({
  /** 24 hours up to the last frame, or since the first one; null while nothing was seen. */
  fromAt: MaybeTime,
  toAt: MaybeTime,
  /** From the first to the last frame of sources, joined; between them nobody watched. In order of time. */
  watched: Type.Array(Obj(Stretch)),
  /** Incidents, and alerts that belong to none, in order of time; of more than 200 the most pressing. */
  asked: Type.Array(
    Obj({
      kind: OneOf(['incident', 'alert']),
      id: Type.String(),
      title: Type.String(),
      priority: PriorityName,
      /** A person has dealt with it. */
      closed: Type.Boolean(),
      ...Stretch,
    }),
  ),
  askedMore: Count,
  /** Findings below an alert by the half hour in which they began; `fromAt` of each that has any. */
  kept: Type.Array(Obj({ fromAt: Time, count: Count })),
  /**
   * Program, mode, restart, firmware and the like: one for each who, verb and target, in order of their last time; of more
   * than 200 the latest. `at`: the first and the last time, as far as they lie within the day.
   */
  engineering: Type.Array(Obj({ verb: Type.String(), client: Party, target: Party, at: Type.Array(Time) })),
  engineeringMore: Count,
  /** Planned work that was not cancelled. */
  windows: Type.Array(Obj({ id: Type.String(), text: Type.String(), ...Stretch })),
  version: Count,
});
export type Day = Static<typeof Day>;

export const MapNode = Obj({
  id: Type.String(),
  name: Type.String(),
  role: RoleName,
  level: Level,
  /** Group by network: `192.168.0.0/24`, `VLAN 12`, `no network layer`. */
  network: Type.String(),
  vendor: Type.String(),
  model: Type.String(),
  address: Type.String(),
  kind: OneOf(['device', 'child', 'silent-child']),
  parent: Type.String(),
  /** Something in `now.attention` names it. */
  attention: Maybe(PriorityName),
});
export type MapNode = Static<typeof MapNode>;
/** Assets of one level and network that are not given one by one: the rest of the group, or all of it. */
export const MapGroup = Obj({
  /** `1|192.168.0.0/24`; `?` where the level is not known. */
  id: Type.String(),
  level: Level,
  network: Type.String(),
  assets: Count,
  /** Most first. */
  roles: Type.Array(Obj({ role: RoleName, assets: Count })),
  /** The gravest of its assets. */
  attention: Maybe(PriorityName),
});
export type MapGroup = Static<typeof MapGroup>;
/** All conversations of two assets, or groups, in one direction (client to server). */
export const MapEdge = Obj({
  client: Type.String(),
  server: Type.String(),
  /** Pairs of assets behind it. */
  pairs: Count,
  bytes: Count,
  protocols: Type.Array(
    Obj({
      protocol: Type.String(),
      bytes: Count,
      verbs: Type.Record(Type.String(), Count),
      encrypted: Type.Boolean(),
      /** False: connections that carried nothing, so that there is nothing to recognise. */
      hasPayload: Type.Boolean(),
    }),
  ),
  /** Some command in it changes something (WRITING_VERBS), or is one of ENGINEERING_VERBS. */
  writes: Type.Boolean(),
  engineering: Type.Boolean(),
  refused: Count,
  oneWay: Type.Boolean(),
  lastAt: MaybeTime,
});
export type MapEdge = Static<typeof MapEdge>;
export const MapQuery = Obj({
  /** Ids of groups, between commas: their assets are given one by one. */
  open: Type.Optional(Type.String({ maxLength: 20_000 })),
  /** Id of an asset: its group is opened, and `pairs` are its own. */
  asset: Type.Optional(Type.String({ maxLength: 200 })),
});
export const SiteMap = Obj({
  /** Of the site. */
  assets: Count,
  nodes: Type.Array(MapNode),
  /** Empty where the site is small (600 assets): then all stand in `nodes`, and the query changes nothing. */
  groups: Type.Array(MapGroup),
  /** Between what is given: nodes, and groups for all others. */
  edges: Type.Array(MapEdge),
  /** With groups: pairs of the asset of the query, else those in which something is changed; weightiest first, at most 300. */
  pairs: Obj({ nodes: Type.Array(MapNode), edges: Type.Array(MapEdge), more: Count }),
  /** Left out at the limit (20,000 nodes, 100,000 edges). */
  nodesMore: Count,
  edgesMore: Count,
  version: Count,
});
export type SiteMap = Static<typeof SiteMap>;

const Decoded = {
  bytes: Count,
  decodedBytes: Count,
  undecodedBytes: Count,
  encryptedBytes: Count,
  missingBytes: Count,
  conversations: Count,
  oneWay: Count,
};
export const Coverage = Obj({
  /** At most 200: those that need a person first, then those being read, then the latest. */
  sources: Type.Array(Source),
  /** Of all sources. */
  total: Obj({ sources: Count, frames: Count, ...Decoded }),
  verdicts: Type.Array(Verdict),
  networks: Type.Array(Obj({ network: Type.String(), assets: Count, ...Decoded })),
  /** Between two networks, direction client to server. */
  conduits: Type.Array(
    Obj({ from: Type.String(), to: Type.String(), ...Decoded, protocols: Type.Array(Type.String()) }),
  ),
  protocols: Type.Array(
    Obj({
      protocol: Type.String(),
      title: Type.String(),
      /** A: to the last field; B: as used on plants; C: recognised. */
      tier: OneOf(['A', 'B', 'C']),
      /** What is not known of it, a sentence; '' where nothing is known to be missing. */
      unknown: Type.String(),
      messages: Count,
      bytes: Count,
      malformed: Count,
      unanswered: Count,
      encrypted: Type.Boolean(),
      /** Payload of the conversations of this protocol; null where it is seen only inside of others. */
      payload: Maybe(Obj({ decodedBytes: Count, undecodedBytes: Count, encryptedBytes: Count, missingBytes: Count })),
    }),
  ),
  /** Largest first. `guess`: what usually uses that port, '' not known. */
  undecoded: Type.Array(
    Obj({ transport: Type.String(), port: Int(), packets: Count, bytes: Count, guess: Type.String() }),
  ),
  limits: Type.Array(Obj({ limit: Type.String(), dropped: Count, meaning: Type.String() })),
  version: Count,
});
export type Coverage = Static<typeof Coverage>;

/** `name` stands in data, filters and URLs (`enip`); `title` is what people write (`EtherNet/IP`). */
export const ProtocolList = Obj({
  items: Type.Array(
    Obj({
      name: Type.String(),
      title: Type.String(),
      /** Only those of OT and IIoT carry points. */
      family: OneOf(['ot', 'iiot', 'it', 'network']),
    }),
  ),
});
export type ProtocolList = Static<typeof ProtocolList>;

/**
 * `GET /api/v1/events` (text/event-stream). Event `change`: a topic of a site has a new version, fetch what you show of
 * it; sent at most twice a second per topic. Event `progress`: a source moved on. Both carry an SSE id; a client that
 * comes back with Last-Event-ID gets what it missed, or one `change` for every topic when that is too long ago.
 */
export const ChangeEvent = Obj({ site: Type.String(), topic: OneOf(TOPICS), version: Count });
export type ChangeEvent = Static<typeof ChangeEvent>;
export const ProgressEvent = Obj({
  site: Type.String(),
  source: Type.String(),
  name: Type.String(),
  state: OneOf(SOURCE_STATES),
  progress: Maybe(Share),
  frames: Count,
  bytes: Count,
  assets: Count,
  secondsLeft: Maybe(Type.Number()),
  error: Type.String(),
});
export type ProgressEvent = Static<typeof ProgressEvent>;
