/** The nouns of the conformance harness: what we saw, what a peer says about the same capture, and how they are compared. */
import type { Message } from '../../src/core/decoder.ts';
import type { FlowSummary } from '../../src/core/observation.ts';

/** One message of ours with where it was found. */
export interface Seen<M extends Message = Message> {
  /** Position among all messages of the capture. */
  readonly index: number;
  /** Frame that completed it, 1-based as tshark counts. */
  readonly frame: number;
  /** Frame that carried its first octet. */
  readonly firstFrame: number;
  readonly tsUs: number;
  /** The decoder's name; `cotp envelope` for units of `cotp` that only carry (message type `envelope`, or `fragment`). */
  readonly protocol: string;
  readonly flow: number;
  /** The sender is the client of the flow. */
  readonly toServer: boolean;
  /** IP address, or the MAC address where there is none. */
  readonly sender: string;
  readonly receiver: string;
  readonly senderMac: string;
  readonly receiverMac: string;
  readonly senderPort: number;
  readonly receiverPort: number;
  /** `tcp`, `udp`, `ethernet`, `ip` or the name of the decoder that carried it. */
  readonly carrier: string;
  /** EtherType, LLC/SNAP id or IP protocol, where the decoder sits on one. */
  readonly protocolNumber: number;
  readonly group: boolean;
  /** Outer VLAN id, 0 where untagged. */
  readonly vlan: number;
  /** Octets of the PDU as we framed it. */
  readonly octets: number;
  readonly message: M;
  /** Where it belongs to a request and its answer; the same object in both messages. */
  transaction: SeenTransaction<M> | undefined;
}

export interface SeenTransaction<M extends Message = Message> {
  readonly protocol: string;
  readonly request: Seen<M> | undefined;
  /** The last one, where many answer. */
  readonly response: Seen<M> | undefined;
  readonly state: 'answered' | 'unanswered' | 'unseen' | 'single';
}

/** Everything that we say about one capture. */
export interface SeenCapture {
  /** `modbus/zeek.modbus`: for people; a mapping must not look at it. */
  readonly name: string;
  readonly frames: number;
  readonly all: readonly Seen[];
  /** In order of delivery; empty when there are none. */
  of<M extends Message = Message>(...protocols: readonly string[]): readonly Seen<M>[];
  /** In order of completion. */
  transactions<M extends Message = Message>(protocol: string): readonly SeenTransaction<M>[];
  /** Earlier frame with the same octets (retransmitted, mirrored twice, seen on both sides of a NAT); 0 when there is none. */
  repeatOf(frame: number): number;
  /** Flows that are the other side of a NAT, and the flow that was decoded in their place. */
  readonly aliases: ReadonlyMap<number, number>;
  /** Copies of a mirror in each direction of a conversation (`direction` in copies.ts): we count a packet once. */
  readonly copies: ReadonlyMap<string, number>;
  /** The last report of each flow. */
  readonly flows: readonly (FlowSummary & { readonly clientAddress: string; readonly serverAddress: string })[];
}

/** A value as a mapping gives it. Empty: `undefined`, '' and []. */
export type Cell = string | number | bigint | boolean | undefined | readonly Cell[];

export interface ColumnRule<R> {
  readonly value: (row: R, capture: SeenCapture) => Cell;
  /** One value, although the text may hold commas (tshark); otherwise values are separated and compared one by one. */
  readonly whole?: boolean;
  /** A log column that holds several values separated by commas (Zeek's sets and vectors). */
  readonly list?: boolean;
  /** tshark: what of the peer's cell is compared, where we keep less by intent. */
  readonly only?: (theirs: string) => string;
  /** The value is the number of a frame: one that repeats another is as good as that. */
  readonly frame?: boolean;
  /** Where we have a value and the peer's row has none, it counts as extra. Default: true; `false` needs a comment that says why. */
  readonly complete?: boolean;
  /** When the texts differ and yet say the same (a float printed with fewer digits). */
  readonly same?: (ours: string, theirs: string) => boolean;
}
export type Column<R> = ((row: R, capture: SeenCapture) => Cell) | ColumnRule<R>;

interface MapBase {
  /** Our decoder's name, as it stands in the table. */
  readonly protocol: string;
}

/** A table with one row per frame (tshark): our messages of a frame, one after another. */
export interface FrameMap<M extends Message = Message> extends MapBase {
  readonly shape: 'frames';
  readonly peer: 'tshark';
  /** Decoders whose messages fill the columns. Default: `protocol`. */
  readonly of?: readonly string[];
  /** Layers (`frame.protocols`) that a frame of this mapping has, where its columns are those of other protocols too. */
  readonly layers?: RegExp;
  readonly columns: Readonly<Record<string, Column<Seen<M>>>>;
  /** Values of a frame where messages one by one are not enough: all of a frame's messages at once. */
  readonly framed?: Readonly<Record<string, Column<readonly Seen<M>[]>>>;
}

/** A log of a peer with one row per event, in order. */
export interface RowMap<R = unknown> extends MapBase {
  readonly shape: 'rows';
  readonly peer: 'zeek' | 'ipal' | 'opendnp3' | 'tcpdump';
  /** Name of the log: `modbus` for `modbus.log` and `modbus.log.gz`; for other peers the file's name as a pattern. */
  readonly log: string | RegExp;
  /** Turns the file into rows; default: by the peer (Zeek log, IPAL messages). */
  readonly read?: (text: string) => PeerLog;
  /** Rows of the peer put together (one for several), before they are compared. */
  readonly merge?: (log: PeerLog) => PeerLog;
  /** Our rows, in the order in which the peer would write them. `log` says which columns there are. */
  readonly rows: (capture: SeenCapture, log: PeerLog) => readonly R[];
  /** The message a row is about: rows are matched within a connection. Default: the row itself or its `seen`. */
  readonly seen?: (row: R) => Seen | undefined;
  readonly columns: Readonly<Record<string, Column<R>>>;
  /** Rows of the peer that cannot be compared, with the reason in a comment: they are left out on both sides. */
  readonly skip?: (row: Readonly<Record<string, string>>) => boolean;
  /** Where the peer's order is of no meaning (rows written when something expires): both sides are sorted by these columns. */
  readonly sortBy?: readonly string[];
  /** Columns that help to find the matching row but are not compared (`is_orig`). */
  readonly align?: Readonly<Record<string, (row: R) => Cell>>;
}

/** Checks of Suricata: how many events have these values. */
export interface CheckMap extends MapBase {
  readonly shape: 'checks';
  readonly peer: 'suricata';
  /** `event_type` of the events. */
  readonly eventType: string;
  /** Keys whose value we never keep (credentials): they match when we have the key. */
  readonly masked?: readonly string[];
  /** Our messages as the events Suricata would write, nested or with dotted keys. */
  readonly events: (capture: SeenCapture) => readonly { readonly seen: Seen; readonly event: object }[];
}

export type Mapping = FrameMap<never> | RowMap<never> | CheckMap;

/** A peer's log as read: rows of texts by column. Unset columns are absent. */
export interface PeerLog {
  /** The rows were sorted as texts, as test suites do: their order says nothing. */
  readonly sorted?: boolean;
  readonly columns: readonly string[];
  readonly rows: readonly Readonly<Record<string, string>>[];
}

/** Lets a mapping be written with its own message and row types. */
export const frameMap = <M extends Message>(map: FrameMap<M>): Mapping => map as unknown as Mapping;
export const rowMap = <R>(map: RowMap<R>): Mapping => map as unknown as Mapping;
export const checkMap = (map: CheckMap): Mapping => map;
