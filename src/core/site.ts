/**
 * The picture of a site: what `observe/` keeps in memory, `store/` keeps on disk and the console shows. Plain data; ids
 * are stable for the same input. Times are microseconds since 1970 (safe integers), 0 where there is none.
 */
import type { EndpointId, SubAddressKind } from './endpoint.ts';
import type { Evidence } from './frame.ts';
import type { Attribute, Outcome, Value, Verb } from './observation.ts';

/**
 * `a<number of the endpoint that founded it>`, so that it depends on the input alone and not on when somebody looked;
 * `a<number>b` for a host behind the router that its first frame came through.
 */
export type AssetId = string;
export type SiteId = string;
export type SourceId = string;

export const ROLES = [
  'plc',
  'safety-controller',
  'remote-io',
  'drive',
  'hmi',
  'engineering-station',
  'historian',
  'scada-server',
  'iiot-gateway',
  'field-gateway',
  'switch',
  'router',
  'firewall',
  'jump-host',
  'server',
  'workstation',
  'printer',
  'camera',
  'phone',
  'building-controller',
  'field-device',
  'external',
  'unknown',
] as const;
export type Role = (typeof ROLES)[number];

/** Purdue levels; 3.5 is the industrial DMZ; undefined level means not known. */
export type PurdueLevel = 0 | 1 | 2 | 3 | 3.5 | 4 | 5;

/** What facts speak about: the attributes of identities, addresses held, and what people say. */
export type FactAttribute = Attribute | 'ip' | 'mac' | 'name' | 'level' | 'comment';

/** One attribute of an asset, as one source says it. Contradicting facts stand beside each other. */
export interface Fact {
  /** Negative for facts by hand about a router without an address of its own: minus the endpoint that shows its MAC. */
  readonly endpoint: EndpointId;
  readonly attribute: FactAttribute;
  readonly value: string;
  /** 0..1. */
  readonly confidence: number;
  /** Where from: `SZL 0x001C index 1`, `ARP`, `vendor list of MAC prefixes`, `asset list plant.csv`. */
  readonly via: string;
  readonly protocol: string;
  readonly origin: 'observed' | 'derived' | 'imported' | 'manual';
  readonly firstUs: number;
  lastUs: number;
  count: number;
  /** First frames that say so; empty only for imported and manual facts. */
  readonly evidence: readonly Evidence[];
}

/** What was concluded, how surely, and from what. */
export interface Conclusion<T> {
  readonly value: T;
  readonly confidence: number;
  readonly reasons: readonly string[];
}

export interface EndpointMembership {
  readonly endpoint: EndpointId;
  readonly fromUs: number;
  /** 0 while it lasts. */
  toUs: number;
}

export interface Module {
  readonly slot: string;
  readonly vendor: string;
  readonly model: string;
  readonly orderNumber: string;
  readonly firmware: string;
  readonly serial: string;
  /** False: asked for, nothing identified itself there. */
  readonly present: boolean;
  readonly via: string;
  readonly evidence: readonly Evidence[];
}

export interface Asset {
  readonly id: AssetId;
  /** `device` sent frames itself; `child` answered behind a gateway; `silent-child` was addressed behind a gateway and never answered. */
  readonly kind: 'device' | 'child' | 'silent-child';
  /** The gateway of a child. */
  readonly parent?: AssetId;
  readonly sub?: { readonly kind: SubAddressKind; readonly address: string };
  /** Best name for people; never empty (falls back to IP, then MAC). */
  readonly name: string;
  readonly role: Conclusion<Role>;
  readonly level: Conclusion<PurdueLevel | undefined>;
  /** Best value of each attribute ('' where not known): for lists. */
  readonly vendor: string;
  readonly model: string;
  readonly firmware: string;
  readonly serial: string;
  readonly os: string;
  readonly endpoints: readonly EndpointMembership[];
  readonly ips: readonly string[];
  readonly macs: readonly string[];
  readonly vlans: readonly number[];
  /** Addresses under which other networks see it (NAT); they are not devices. */
  readonly aliases?: readonly string[];
  /** The router or firewall that its frames came through, when they never came directly. */
  readonly behind?: AssetId;
  readonly modules: readonly Module[];
  readonly users: readonly string[];
  readonly spoken: readonly string[];
  readonly served: readonly string[];
  readonly firstUs: number;
  readonly lastUs: number;
  /** Plain sentences worth a person's look: `192.168.0.1 is also used by 3 other devices`, `moved from .125 to .120`. */
  readonly notes: readonly string[];
}

/** Who talks to whom by what, aggregated over flows. */
export interface Conversation {
  readonly id: string;
  readonly client: EndpointId;
  readonly server: EndpointId;
  readonly protocol: string;
  readonly transport: string;
  readonly serverPort: number;
  flows: number;
  clientPackets: number;
  serverPackets: number;
  clientBytes: number;
  serverBytes: number;
  decodedBytes: number;
  undecodedBytes: number;
  missingBytes: number;
  /** Requests seen, by verb; answers without their request stand among the commands only. */
  readonly verbs: Partial<Record<Verb, number>>;
  refused: number;
  unanswered: number;
  firstUs: number;
  lastUs: number;
  encrypted: boolean;
  /** Flows of which only one direction is in the capture. */
  oneWayFlows?: number;
  /** Community ID and TCP state of its latest flow; '' where there is none. */
  communityId?: string;
  state?: string;
  /** The packets of another conversation of the same devices, seen once more behind a router or translator: decoded there. */
  isCopy?: boolean;
}

/** A process variable. */
export interface Point {
  readonly id: number;
  readonly target: EndpointId;
  readonly protocol: string;
  readonly path: string;
  readonly type: string;
  readonly value: Value;
  readonly quality: 'good' | 'uncertain' | 'bad' | 'unknown';
  readonly firstUs: number;
  readonly lastUs: number;
  readonly lastChangeUs: number;
  readonly reads: number;
  readonly writes: number;
  readonly changes: number;
  /** Smoothed time between two sightings, microseconds; 0 while fewer than two were seen. */
  readonly cadenceUs: number;
  readonly lastReader: EndpointId;
  readonly lastWriter: EndpointId;
  readonly min: number;
  readonly max: number;
}

/** A command, or a run of the same command folded into one row. */
export interface CommandRecord {
  readonly id: number;
  readonly verb: Verb;
  readonly protocol: string;
  readonly operation: string;
  readonly client: EndpointId;
  readonly target: EndpointId;
  readonly object: string;
  /** Last value; undefined where the command has none. */
  value: Value | undefined;
  readonly outcome: Outcome;
  readonly reason: string;
  readonly user: string;
  count: number;
  readonly firstUs: number;
  lastUs: number;
  /** Frames of the first and of the last occurrence (request and response). */
  readonly evidence: readonly Evidence[];
  lastEvidence: readonly Evidence[];
}

/** Logins and associations, folded like commands. */
export interface SessionRecord {
  readonly id: number;
  readonly protocol: string;
  readonly phase: 'open' | 'authenticate' | 'close';
  readonly client: EndpointId;
  readonly server: EndpointId;
  readonly user: string;
  readonly outcome: Outcome;
  readonly clearCredential: boolean;
  readonly detail: string;
  count: number;
  readonly firstUs: number;
  lastUs: number;
  readonly evidence: readonly Evidence[];
}

/** What the specification forbids, folded by code and endpoints. */
export interface WeirdRecord {
  readonly id: number;
  readonly protocol: string;
  readonly code: string;
  readonly detail: string;
  readonly client: EndpointId;
  readonly server: EndpointId;
  count: number;
  readonly firstUs: number;
  lastUs: number;
  readonly evidence: readonly Evidence[];
}

/** Something that changed in the picture: new device, moved, firmware changed, mode changed. Shown as the timeline. */
export interface ChangeRecord {
  readonly id: number;
  readonly tsUs: number;
  readonly asset: AssetId;
  readonly what: string;
  readonly before: string;
  readonly after: string;
  readonly evidence: readonly Evidence[];
}

/** Whether a source can be believed: what a person must know before trusting the picture. */
export interface SourceHealth {
  readonly frames: number;
  readonly bytes: number;
  readonly firstUs: number;
  readonly lastUs: number;
  /** Same frame seen again within a few milliseconds; counted once, not decoded again. */
  readonly duplicates: number;
  /** Packets seen on both sides of a router (one hop apart), and flows seen on both sides of an address translator. */
  readonly routedCopies: number;
  readonly translatedCopies: number;
  /** Headers cut or wrong. */
  readonly damagedFrames: number;
  /** Frames shorter in the capture than on the wire. */
  readonly cutFrames: number;
  /** Longer than the link allows: segmentation offload on the capturing host. */
  readonly offloadFrames: number;
  /** TCP and UDP checksums computed (a sample), and those that were wrong: offload on the capturing host, or damage. */
  readonly checksumsChecked: number;
  readonly checksumsWrong: number;
  /** Frames sent by the capture interface itself; must be 0 (law 1). */
  readonly ownFrames: number;
  /** To group addresses; without the protocols in which devices talk by these alone (GOOSE, EtherCAT ...). */
  readonly broadcastFrames: number;
  readonly unicastFrames: number;
  /** TCP and UDP unicast conversations seen, and those of which only one direction is in the capture. */
  readonly conversations: number;
  readonly oneWay: number;
  /** TCP acknowledgements of octets that are not in the capture, and octets missing by sequence numbers. */
  readonly ackUnseen: number;
  readonly missingBytes: number;
  readonly retransmissions: number;
  /** Lost before the capture file: by the kernel or the interface, as the capturing program reports. -1 unknown. */
  readonly dropped: number;
  /** Pauses of more than an hour, and steps backwards in time: each starts a new epoch. */
  readonly gaps: readonly { readonly fromUs: number; readonly toUs: number }[];
  readonly backwardSteps: number;
  readonly gapCount: number;
  /** Payload octets: understood, in flows nobody understands, encrypted. */
  readonly decodedBytes: number;
  readonly undecodedBytes: number;
  readonly encryptedBytes: number;
  /** Frames per link type that is not understood. */
  readonly unknownLinkTypes: readonly { readonly linkType: number; readonly frames: number }[];
  /** Undecoded traffic by transport and port (or EtherType), largest first, bounded. */
  readonly undecoded: readonly {
    readonly transport: string;
    readonly port: number;
    readonly packets: number;
    readonly bytes: number;
  }[];
  /** Messages per protocol. */
  readonly protocols: readonly {
    readonly protocol: string;
    readonly messages: number;
    readonly bytes: number;
    readonly malformed: number;
    readonly unanswered: number;
  }[];
  /** What was dropped at a named limit, by the limit's name. */
  readonly limits: readonly { readonly limit: string; readonly dropped: number }[];
}

export interface Source {
  readonly id: SourceId;
  readonly site: SiteId;
  readonly kind: 'file' | 'folder' | 'stream' | 'live' | 'sample';
  /** File name or interface, for people. */
  readonly name: string;
  readonly path: string;
  /** Of the content, for files; '' otherwise. */
  readonly sha256: string;
  /** `blind`: silent beyond its rhythm. */
  readonly state: 'waiting' | 'reading' | 'live' | 'blind' | 'complete' | 'failed';
  readonly error: string;
  /** 0..1 for files, NaN where unknown. */
  readonly progress: number;
  readonly startedUs: number;
  readonly endedUs: number;
  readonly warnings: readonly { readonly code: string; readonly text: string }[];
  readonly health: SourceHealth;
  /** Live: age of the frames that are read now, where they wait for long; absent where it keeps up. */
  readonly behindUs?: number;
}
