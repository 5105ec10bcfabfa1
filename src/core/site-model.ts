/**
 * The site as a live object: takes observations, answers questions, hands out what changed for the store. Implemented by
 * `observe/`; everything else knows this interface only. All reads are synchronous and return plain data.
 */
import type { Endpoint, EndpointId, EndpointTraffic } from './endpoint.ts';
import type { Evidence } from './frame.ts';
import type { At, FlowAlias, FlowSummary, ObservationSink, Verb } from './observation.ts';
import type {
  Asset,
  AssetId,
  ChangeRecord,
  CommandRecord,
  Conversation,
  EndpointMembership,
  Fact,
  FactAttribute,
  Module,
  Point,
  Role,
  SessionRecord,
  SourceId,
  WeirdRecord,
} from './site.ts';

/** Where the observations that follow come from. `offsetOf`: octet offset of a frame in the source, -1 if not at hand. */
export interface SourceContext {
  readonly id: SourceId;
  offsetOf(frame: number): number;
}

/** Everything of the sink that is not about making endpoints. */
export type SiteSink = Omit<ObservationSink, 'child' | 'mention' | 'address'> & {
  alias(at: At, alias: FlowAlias): void;
};

/** An address that was asked for, spoken about or sent to, and that never spoke. */
export interface Mentioned {
  readonly endpoint: EndpointId;
  readonly ip: string;
  readonly mac: string;
  readonly vlan: number;
  readonly framesReceived: number;
  /** Endpoints that send to it (bounded to 16). */
  readonly by: readonly EndpointId[];
  readonly facts: readonly Fact[];
}

/** A subnet (IPv4 /24 or IPv6 /64, as no mask is known) of a VLAN, or what has no IP in it. */
export interface Network {
  /** `vlan 10 192.168.1.0/24`, `192.168.1.0/24`, `vlan 10 without IP`, `outside`. */
  readonly id: string;
  readonly segment: number;
  readonly vlan: number;
  readonly subnet: string;
  readonly assets: readonly AssetId[];
  readonly conversations: number;
  readonly bytes: number;
  readonly decodedBytes: number;
  readonly undecodedBytes: number;
  readonly encryptedBytes: number;
  readonly missingBytes: number;
  readonly flows: number;
  readonly oneWayFlows: number;
}

/** Who changed something in which controller: verbs other than read, subscribe, discover, by pair of assets. */
export interface ControlRelation {
  readonly client: AssetId;
  readonly target: AssetId;
  readonly protocols: readonly string[];
  readonly verbs: Partial<Record<Verb, number>>;
  readonly accepted: number;
  readonly refused: number;
  readonly points: number;
  readonly firstUs: number;
  readonly lastUs: number;
}

export interface PageOf<T> {
  readonly total: number;
  readonly rows: readonly T[];
}

export interface PointFilter {
  readonly asset?: AssetId;
  readonly target?: EndpointId;
  readonly protocol?: string;
  /** Part of the path, case-insensitive. */
  readonly text?: string;
  readonly writtenOnly?: boolean;
  readonly changedOnly?: boolean;
  readonly sort?: 'id' | 'lastChange' | 'changes' | 'writes';
  readonly offset?: number;
  readonly limit?: number;
}

/** Changed values in columns; entry i belongs to point `point[i]`. Text and 64-bit values stand in `others` by index. */
export interface SampleChunk {
  readonly count: number;
  readonly point: Int32Array;
  readonly tsUs: Float64Array;
  readonly value: Float64Array;
  readonly others: ReadonlyMap<number, string | bigint>;
}

/** A decision by hand about what belongs together. Active ones are applied on every reading; removing one undoes it. */
export interface Override {
  readonly id: number;
  readonly kind: 'merge' | 'split';
  /** Merge: one endpoint of each asset. Split: the endpoints that become an asset of their own. */
  readonly endpoints: readonly EndpointId[];
  readonly active: boolean;
}

/** A change by hand, ready for the journal: what it did in words, and what undoes it. */
export type ManualChange =
  | { readonly kind: 'done'; readonly text: string; readonly override?: Override; readonly undo: ManualUndo }
  | { readonly kind: 'refused'; readonly reason: string };

export type ManualUndo =
  | {
      readonly kind: 'override';
      readonly id: number;
      readonly active: boolean;
      /** The decision itself, so that a model that was emptied can be told again. */
      readonly of?: Pick<Override, 'kind' | 'endpoints'>;
    }
  | {
      readonly kind: 'fact';
      /** Negative: the device with the MAC of that endpoint, whose own address was not seen (a router). */
      readonly endpoint: EndpointId;
      readonly attribute: FactAttribute;
      /** '' removes it. */
      readonly value: string;
      /** What was set, of which this is the undo; absent in records of earlier versions. */
      readonly set?: string;
    };

export type EndpointRow = Endpoint & {
  readonly spoke: boolean;
  readonly traffic: EndpointTraffic;
  readonly seen?: Evidence;
};
export type MembershipRow = EndpointMembership & {
  /** '' when the endpoint no longer belongs to any asset. The key is `endpoint`. */
  readonly asset: AssetId;
};
export type FactRow = Fact & { readonly id: number; readonly order: number; readonly removed: boolean };
export type ModuleRow = Module & { readonly id: number; readonly endpoint: EndpointId };
/** Reads of a block of registers by one client; reads, writes and cadence of its points are those of their runs. */
export interface RunRow {
  readonly id: number;
  readonly target: EndpointId;
  readonly client: EndpointId;
  readonly protocol: string;
  readonly area: string;
  readonly start: number;
  readonly count: number;
  readonly write: boolean;
  readonly uses: number;
  readonly lastUs: number;
  readonly cadenceUs: number;
}
/** Of register points `area` and `address` are set; `reads`, `writes`, `cadenceUs` are those outside of runs. */
export type PointRow = Point & { readonly area: string; readonly address: number; readonly sampledUs: number };
export type ConversationRow = Conversation & { readonly number: number };
export type FlowRow = FlowSummary & { readonly source: SourceId };
export type ChangeRow = Omit<ChangeRecord, 'asset'> & { readonly endpoint: EndpointId };
export interface AliasRow {
  readonly id: number;
  readonly client: EndpointId;
  readonly server: EndpointId;
  readonly ofClient: EndpointId;
  readonly ofServer: EndpointId;
  readonly count: number;
}
export interface LimitRow {
  readonly limit: string;
  readonly dropped: number;
}

/**
 * Latest values of some points, read again and again (a process cell, once per step): entry i belongs to `ids[i]`. Values
 * that are no numbers are NaN. No allocation per read.
 */
export interface PointWatch {
  readonly ids: Int32Array;
  /** Differs when a device of these points told values since: while it stays the same, `read` gives the same again. NaN: not known. */
  heard(): number;
  /** Fills `values` and `lastUs` (latest sighting, by runs or alone; 0: never). */
  read(values: Float64Array, lastUs: Float64Array): void;
  /** Smoothed time between two sightings, microseconds; 0 while not known. */
  cadenceUs(index: number): number;
}

/** Rows by table. The same id (or key) again replaces the row. */
export interface SiteRows {
  readonly endpoints: readonly EndpointRow[];
  readonly memberships: readonly MembershipRow[];
  readonly facts: readonly FactRow[];
  readonly modules: readonly ModuleRow[];
  readonly runs: readonly RunRow[];
  readonly points: readonly PointRow[];
  readonly conversations: readonly ConversationRow[];
  readonly flows: readonly FlowRow[];
  readonly commands: readonly CommandRecord[];
  readonly sessions: readonly SessionRecord[];
  readonly weirds: readonly WeirdRecord[];
  readonly changes: readonly ChangeRow[];
  readonly aliases: readonly AliasRow[];
  readonly overrides: readonly Override[];
  readonly limits: readonly LimitRow[];
}

/** What detection asks of an asset, as `Asset` says it. */
export interface AssetBrief {
  readonly id: AssetId;
  readonly parent: AssetId | undefined;
  readonly endpoints: readonly EndpointId[];
  readonly role: Role;
  /** Purdue level, NaN where not known. */
  readonly level: number;
}

export interface SiteModel extends SiteSink {
  /** Says where the following observations come from. Flow numbers and frames are those of this source. */
  setSource(source: SourceContext): void;
  /** Grows with every change of what assets there are and what is known of them; cheap to ask. */
  readonly version: number;

  assets(): readonly Asset[];
  /** How many there are; none is built for it. */
  readonly assetCount: number;
  /** The same devices in the same order, with no more than detection asks of each: found for a part of what assets cost. */
  briefs(): readonly AssetBrief[];
  asset(id: AssetId): Asset | undefined;
  /** Undefined for what never spoke. Ids of assets that were merged away by hand are not resolved. */
  assetOf(endpoint: EndpointId): AssetId | undefined;
  facts(asset: AssetId): readonly Fact[];
  mentioned(): readonly Mentioned[];
  points(filter?: PointFilter): PageOf<Point>;
  point(id: number): Point | undefined;
  /** Who serves a point, and by which protocol: a part of what `point` costs. */
  placeOf(id: number): Pick<Point, 'target' | 'protocol'> | undefined;
  readonly pointCount: number;
  /** Number of the register or named variable (`area` ''), 0 where there is none. */
  pointOf(target: EndpointId, protocol: string, area: string, address: number | string): number;
  watch(ids: readonly number[]): PointWatch;
  /**
   * Points whose value went beyond all that it ever was since the last call, by half of its range and more (of one that stood
   * still: by 2 %, and more than one). In order of time; a point once for each time. 1,024 at most.
   */
  takeFar(): readonly number[];
  /** Points of an endpoint in order of their number. */
  pointsOf(target: EndpointId): readonly number[];
  conversations(): readonly Conversation[];
  /** Newest last; folded rows. */
  commands(): readonly CommandRecord[];
  commandById(id: number): CommandRecord | undefined;
  sessions(): readonly SessionRecord[];
  weirds(): readonly WeirdRecord[];
  /** In order of time: what was recorded (firmware, mode, module ...) and what follows from it (appeared, moved). */
  changes(): readonly ChangeRecord[];
  networks(): readonly Network[];
  /** Who writes to which controller. */
  control(): readonly ControlRelation[];
  overrides(): readonly Override[];
  /** What was dropped, by the name of the limit. */
  limits(): readonly LimitRow[];

  merge(assets: readonly AssetId[]): ManualChange;
  split(asset: AssetId, endpoints: readonly EndpointId[]): ManualChange;
  /** A fact by hand (name, role, level, location ...); it wins over everything. '' removes it. */
  setManual(asset: AssetId, attribute: FactAttribute, value: string): ManualChange;
  undo(undo: ManualUndo): void;
  /** Does again what `undo` would take back, on a model that was emptied; `undone` ones only keep their numbers. */
  redo(undo: ManualUndo, undone: boolean): void;
  /** A fact of an imported asset list (`via`: its name); replaces nothing that was observed. The same again changes nothing. */
  importFact(asset: AssetId, attribute: FactAttribute, value: string, via: string): void;
  /** Takes all facts of an imported list away again. */
  removeImport(via: string): void;

  /** How full the fullest of the bounded queues towards the store is, 0..1; at 1 the oldest entries are lost. */
  readonly backlog: number;
  /** Samples collected since the last call. */
  takeSamples(): readonly SampleChunk[];
  /**
   * Until the next call `takeDirty` hands out at most so many rows of points, runs, conversations and commands that it handed out
   * before, the longest waiting first: of a large site all of them change all the time. Before it, and with Infinity, all.
   */
  limitKnown(rows: number): void;
  /** Such rows wait. */
  readonly isBehind: boolean;
  /** What changed since the last call, about `maxRows` in all (at most twice as many); call again while `more`. */
  takeDirty(
    maxRows?: number,
    options?: {
      /**
       * False: leave out who belongs to which asset, which is found anew from everything else and costs a look at the
       * whole site. For saves while a file is read; the last one must have them. Default true.
       */
      readonly memberships?: boolean;
      /**
       * True: only what waits in bounded queues (flows that are over; where these are half full, those that go on too), nothing of
       * the state that a later save writes anyway.
       */
      readonly queuesOnly?: boolean;
    },
  ): { readonly rows: SiteRows; readonly more: boolean };
  /**
   * Restores what `takeDirty` handed out (last row per id, any order) into a fresh model. The endpoint table must hold the
   * rows of `endpoints` already. May be called several times with parts, every table in order of id.
   */
  load(rows: Partial<SiteRows>): void;
}
