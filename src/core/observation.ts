/**
 * The one vocabulary: what decoders say about the wire, whatever the protocol. Detectors and the inventory know only
 * these. Every method of the sink is called while the PDU is being handled: what it keeps it must copy.
 */
import type { EndpointId, SubAddressKind } from './endpoint.ts';

/** Adding a verb needs a decision record (docs/adr). */
export const VERBS = [
  'read',
  'write',
  'control',
  'force',
  'invoke',
  'configure',
  'mode-change',
  'program-upload',
  'program-download',
  'firmware-update',
  'restart',
  'delete',
  'authenticate',
  'subscribe',
  'discover',
] as const;
export type Verb = (typeof VERBS)[number];

/**
 * How a request ended. `refused` carries the protocol's own reason; `unanswered` was waited for in vain; `unseen` means
 * that the direction of the answer is not visible at all (or the request of this answer was not), so nothing can be said;
 * `unconfirmed` is a service that has no answer by design.
 */
export type Outcome = 'accepted' | 'refused' | 'unanswered' | 'unseen' | 'unconfirmed';

/**
 * Where and when a PDU or transaction was seen. Reused by the dispatcher: copy what you keep.
 * For a transaction `frame` is the completing frame, `requestFrame` the one of the request (0 if unseen).
 */
export interface At {
  frame: number;
  requestFrame: number;
  /** First frame that carried octets of this PDU (equals `frame` unless it was split). */
  firstFrame: number;
  tsUs: number;
  requestTsUs: number;
  /** Flow number, dense and unique within a source; -1 when the frame belongs to none. */
  flow: number;
  client: EndpointId;
  server: EndpointId;
  /** Who sent the completing frame. */
  sender: EndpointId;
  receiver: EndpointId;
  protocol: string;
}

export type Value = number | string | boolean | bigint;

export interface Command {
  readonly verb: Verb;
  /** The protocol's own name of the service: `Write Multiple Registers`, `PLC Stop`. A constant string. */
  readonly operation: string;
  /** Who is addressed: the server, or a child of it (unit id, slot, routed device). */
  readonly target: EndpointId;
  /** What is addressed, in the protocol's words: `holding register 40`, `DB1.DBW2`, `tag Level_SP`, `analog-value 3 present-value`. */
  readonly object?: string | undefined;
  /** Value written or forced. Never a credential. */
  readonly value?: Value | undefined;
  readonly outcome: Outcome;
  /** The protocol's reason when refused: `illegal data address (2)`. */
  readonly reason?: string | undefined;
  /** The user on whose behalf, when the protocol says so. */
  readonly user?: string | undefined;
  /** The protocol's own record, for people and protocol-specific rules. */
  readonly native?: unknown;
}

/** Registers or coils next to each other: values[i] is at address `start + i`. The hot path of polled protocols. */
export interface ValueBlock {
  readonly target: EndpointId;
  /** Address area, a constant string: `holding`, `input`, `coil`, `discrete`. */
  readonly area: string;
  readonly start: number;
  readonly values: ArrayLike<number>;
  readonly count: number;
  readonly access: 'read' | 'write';
}

/** One named variable with its value. */
export interface ValueItem {
  readonly target: EndpointId;
  /** Raw address or name, unique in its target: `DB1.DBX0.0 BYTE 4`, `Level_PV`, `analog-input 3 present-value`. */
  readonly path: string;
  /** Type as the protocol says it (`REAL`, `WORD`, `bytes`). */
  readonly type: string;
  readonly value: Value;
  readonly quality?: 'good' | 'uncertain' | 'bad' | undefined;
  readonly access: 'read' | 'write';
}

/** Attributes of an asset that identities speak about. */
export const ATTRIBUTES = [
  'vendor',
  'model',
  'order-number',
  'firmware',
  'hardware',
  'bootloader',
  'serial',
  'hostname',
  'station-name',
  'module-name',
  'plant-id',
  'os',
  'software',
  'description',
  'location',
  'contact',
  'role',
  'device-type',
  'mode',
  'memory-card',
  'copyright',
  'domain',
  'user',
  'protection',
  'certificate-subject',
  'gateway',
  'netmask',
] as const;
export type Attribute = (typeof ATTRIBUTES)[number];

export interface Identity {
  readonly endpoint: EndpointId;
  readonly attribute: Attribute;
  readonly value: string;
  /** 0..1; 1 = the device said it about itself in a field made for it. */
  readonly confidence: number;
  /** Where it comes from, in the protocol's words: `SZL 0x001C index 1`, `Read Device Identification`. */
  readonly via: string;
}

/** A module in the rack of a device. */
export interface RackModule {
  /** The device that holds the rack (the endpoint spoken to). */
  readonly endpoint: EndpointId;
  readonly slot: string;
  readonly vendor?: string;
  readonly model?: string;
  readonly orderNumber?: string;
  readonly firmware?: string;
  readonly serial?: string;
  /** False: somebody asked that slot and nothing there identified itself. */
  readonly present: boolean;
  readonly via: string;
}

/** Who answers to which name or address. */
export interface Name {
  readonly endpoint: EndpointId;
  readonly kind:
    | 'ip' // the endpoint (a MAC) holds this IP: ARP, DHCP, BOOTP, DCP, DLR
    | 'mac'
    | 'dns'
    | 'netbios'
    | 'profinet'
    | 'dhcp'
    | 'lldp'
    | 'mdns'
    | 'other';
  readonly name: string;
  readonly via: string;
}

/** Logins, associations, remote sessions. */
export interface Session {
  readonly phase: 'open' | 'authenticate' | 'close';
  readonly outcome: Outcome;
  readonly user?: string;
  /** Credential seen in clear: never the secret itself, only that it was there. */
  readonly clearCredential?: boolean;
  readonly detail?: string;
  readonly native?: unknown;
}

/** What the specification forbids, or a limit that was reached. */
export interface Weird {
  /** Stable code: `modbus.length-mismatch`. */
  readonly code: string;
  readonly detail: string;
}

/** Periodic and final summary of a flow; counters are totals since its start. */
export interface FlowSummary {
  readonly flow: number;
  readonly client: EndpointId;
  readonly server: EndpointId;
  readonly transport: 'tcp' | 'udp' | 'icmp' | 'ip' | 'ethernet';
  /** IP protocol number, or the EtherType for L2 flows. */
  readonly protocolNumber: number;
  readonly clientPort: number;
  readonly serverPort: number;
  /** Decoder's name, or '' while nothing recognised it. */
  readonly service: string;
  readonly communityId: string;
  readonly firstUs: number;
  readonly lastUs: number;
  readonly firstFrame: number;
  readonly clientPackets: number;
  readonly clientBytes: number;
  readonly serverPackets: number;
  readonly serverBytes: number;
  /** Payload octets that a decoder understood, and those none did. */
  readonly decodedBytes: number;
  readonly undecodedBytes: number;
  /** Payload octets that were on the wire and not in the capture (loss), by sequence numbers. */
  readonly missingBytes: number;
  readonly retransmissions: number;
  /** `new` (half-open), `established`, `closed`, `reset`, `rejected`; '' for others than TCP. */
  readonly tcpState: string;
  readonly encrypted: boolean;
  readonly final: boolean;
}

/**
 * One TCP stream seen twice with other addresses (same sequence numbers, same payload): a translating or routing device
 * stands between. Said once per pair of flows, when it is certain; the observations of the second copy (`flow`) are
 * suppressed. An end that has the same endpoint in both copies is simply equal. Which side is the true one is decided in
 * `observe/` (higher TTL at the sender, else order of appearance).
 */
export interface FlowAlias {
  /** The copy that is suppressed, and the flow that it repeats (the one whose first frame came first). */
  readonly flow: number;
  readonly ofFlow: number;
  readonly client: EndpointId;
  readonly server: EndpointId;
  readonly ofClient: EndpointId;
  readonly ofServer: EndpointId;
}

export interface ObservationSink {
  command(at: At, command: Command): void;
  values(at: At, block: ValueBlock): void;
  value(at: At, item: ValueItem): void;
  identity(at: At, identity: Identity): void;
  module(at: At, module: RackModule): void;
  name(at: At, name: Name): void;
  session(at: At, session: Session): void;
  weird(at: At, weird: Weird): void;
  flow(at: At, flow: FlowSummary): void;
  /** Time passes: frame time, or wall time on a quiet live wire. Called at most once per second of frame time. */
  tick(tsUs: number): void;
  /** The endpoint of a sub-address behind `parent`; the same id for the same arguments. `answered`: it spoke itself. */
  child(parent: EndpointId, kind: SubAddressKind, address: string, answered: boolean): EndpointId;
  /**
   * The endpoint for an address that a message speaks about (an ARP target, a DHCP client, a Forwarded-NPDU origin).
   * It does not make it speak: mentioned is not an asset. `mac` as text `00:11:..`, `ip` as text; one of both.
   */
  mention(at: At, mac: string | undefined, ip: string | undefined): EndpointId;
  /** The address of an endpoint as text, for names that must outlast its id: its IP, else its MAC, else ''. */
  address(endpoint: EndpointId): string;
}

const nothing = (): void => undefined;
/** Who wants to hear of one thing only, or of nothing: everything that a sink is told, and no answers. */
export const SILENT: Omit<ObservationSink, 'child' | 'mention' | 'address'> = {
  command: nothing,
  values: nothing,
  value: nothing,
  identity: nothing,
  module: nothing,
  name: nothing,
  session: nothing,
  weird: nothing,
  flow: nothing,
  tick: nothing,
};
