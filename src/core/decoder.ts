/**
 * A decoder turns octets into messages, pairs requests with responses (the pairing itself is written once, in
 * `decode/pairing.ts`) and says in the common vocabulary what happened. Adding a protocol is one folder with
 * `wire.ts`, `observe.ts`, `index.ts` and one line in `decode/list.ts`.
 */
import type { At, ObservationSink, Outcome } from './observation.ts';

/** One protocol unit. Plain data: numbers, strings, booleans, bigint, Uint8Array (copied, never a view), arrays, objects. */
export interface Message {
  /** The protocol's own name of the PDU: `Read Holding Registers request`. Constant strings only. */
  readonly type: string;
}

/** Where a PDU was found. One object, reused by the dispatcher: copy what you keep. */
export interface PduContext extends At {
  /** True when the sender is the client of the flow (or there is no flow and nothing better is known). */
  toServer: boolean;
  clientPort: number;
  serverPort: number;
  /** `tcp`, `udp`, `ethernet` (L2), `ip` (directly on IP) or the name of the decoder that carries this one. */
  carrier: string;
  /** EtherType, LLC/SNAP protocol id or IP protocol number for decoders that sit on them. */
  protocolNumber: number;
  /** Destination is a broadcast or multicast address. */
  group: boolean;
  /** True when the stream has a hole right before this PDU or starts in the middle. */
  afterGap: boolean;
  /** Nobody reads the messages, only what `observe` says of them: what it does not need may be left out. Absent: false. */
  lean?: boolean;
}

/**
 * The outcome of one decode call over octets `start`..`end`.
 * `message`: one PDU, `consumed` octets of the input.
 * `carries`: the PDU is an envelope; `bytes` `start`..`end` belong to `child` (a decoder's name, or several to be probed).
 * `incomplete`: a valid beginning, at least `missing` more octets are needed (TCP only; on datagrams it is malformed).
 * `malformed`: it is this protocol and it is wrong; `consumed` octets can be skipped (0: resynchronise by probing).
 * `skip`: valid octets without meaning of their own (padding, keep-alive, an envelope's fragment that is being kept).
 * `foreign`: this is not the protocol; the dispatcher probes again.
 */
export type Decoded<M extends Message = Message> =
  | { readonly kind: 'message'; readonly message: M; readonly consumed: number }
  | {
      readonly kind: 'carries';
      readonly child: string | readonly string[];
      readonly bytes: Uint8Array;
      readonly start: number;
      readonly end: number;
      readonly consumed: number;
      /** The envelope's own message, when it is worth one. */
      readonly message?: M;
      /** Which of several conversations at once, each with a state of its own (the pipe of an SMB connection). Absent: the only one. */
      readonly conversation?: string;
    }
  | { readonly kind: 'incomplete'; readonly missing: number }
  | { readonly kind: 'malformed'; readonly code: string; readonly detail: string; readonly consumed: number }
  | { readonly kind: 'skip'; readonly consumed: number }
  | { readonly kind: 'foreign' };

/**
 * Is this the protocol? `sure`: enough structure that chance is excluded (magic, consistent lengths, valid codes).
 * `maybe`: plausible, taken only where the port hints at it. `more`: a valid beginning too short to tell. `no`.
 */
export type Probe = 'sure' | 'maybe' | 'more' | 'no';

/** What a message is to its transaction. `last` responses end it; `partial` ones keep it open (segments, many answers). */
export type PairRole = 'request' | 'response' | 'partial' | 'single';

export interface Transaction<M extends Message = Message> {
  /** Absent when the request was not seen. */
  request: M | undefined;
  /** Absent when there was no answer. For `single` messages `request` holds the message. */
  response: M | undefined;
  /**
   * `answered`, `unanswered` (waited `timeoutUs`, both directions visible), `unseen` (the other direction is not in the
   * capture, or the response came without its request), `single`.
   */
  state: 'answered' | 'unanswered' | 'unseen' | 'single';
  at: At;
}

/** Pairing rules of a protocol; the session layer does the rest, once, for all. */
export interface Pairing<M extends Message> {
  /** Where a request meets its response: the same flow, the same two hosts, or anyone in the segment. */
  readonly scope: 'flow' | 'hosts' | 'segment';
  role(message: M, context: PduContext): PairRole;
  /** Key within the scope (transaction id, invoke id): equal for request and response. */
  key(message: M, context: PduContext): number | string;
  /** After this long without a response the request counts as unanswered. Default 10 s of frame time. */
  readonly timeoutUs?: number;
  /**
   * Requests of one key wait side by side and are answered in order, on datagrams too. Absent: on datagrams the later one
   * takes the place of the earlier, which counts as given up.
   */
  readonly queues?: boolean;
}

/** Where a decoder looks. Ports are a hint; `probe` confirms. */
export type Attachment =
  | { readonly over: 'tcp'; readonly ports: readonly number[] }
  | { readonly over: 'udp'; readonly ports: readonly number[] }
  | { readonly over: 'ethertype'; readonly types: readonly number[] }
  /** IEEE 802.2 LLC DSAP values, or SNAP (OUI << 16 | PID, as a safe integer) when `snap` is set. */
  | { readonly over: 'llc'; readonly dsaps?: readonly number[]; readonly snap?: readonly number[] }
  | { readonly over: 'ip'; readonly protocols: readonly number[] }
  /** Only ever reached through `carries`. */
  | { readonly over: 'carried' };

/**
 * What the number in a field stands for, in the words of the specification, by the path of the field without indices, or by
 * its last parts (`objects[].group`; `.status` is only the whole path). `sibling` gives the number of another field of the same object, NaN where it is none.
 * undefined: a plain number, or a code that the specification does not have. For people who read one message.
 */
export type FieldCodes = Readonly<
  Record<string, (code: number, sibling: (name: string) => number) => string | undefined>
>;

export interface Decoder<M extends Message = Message, S = unknown> {
  /** Lower case, stable: it stands in data, filters and URLs. */
  readonly name: string;
  /** As people write it: `Modbus/TCP`. */
  readonly title: string;
  readonly family: 'ot' | 'iiot' | 'it' | 'network';
  readonly attach: readonly Attachment[];
  /** Octets are understood only as metadata when true (TLS, SSH): the conduit is blind to content. */
  readonly encrypted?: boolean;
  /** The same where the conversation decides: asked of a flow's state whenever the flow is reported. */
  isEncrypted?(state: S): boolean;
  /** Must be cheap and must not keep anything. `context.toServer` may still be a guess. */
  probe(bytes: Uint8Array, start: number, end: number, context: PduContext): Probe;
  /** Fresh state for a flow (or host pair or segment, as `pairing.scope` says); called once for each. */
  open(): S;
  /** One PDU from `start`. Never throws, whatever the octets; never reads beyond `end`. */
  decode(bytes: Uint8Array, start: number, end: number, context: PduContext, state: S): Decoded<M>;
  readonly pairing?: Pairing<M>;
  /**
   * The message as people may see it: without values of which only what came before says that they are secret. Asked only where
   * messages are shown, each in its turn and before it is observed; the same object where nothing is left out.
   */
  shown?(message: M, state: S): M;
  /** Says what happened. Called once per transaction, in order of completion. */
  observe(transaction: Transaction<M>, sink: ObservationSink, state: S): void;
  /**
   * Must be known to understand later messages of the conversation (which route, which names): its octets are kept and
   * read again where the conversation goes on in the middle. Only asked of messages directly on TCP or UDP. Never of one
   * that carries a credential: the octets are stored. `part`: a piece of a message; it is kept if the one that completes it is.
   */
  opens?(message: M): boolean | 'part';
  /**
   * The decoder that announces to this one, whose scope is the segment, what it must know: what that one keeps (`opens`) is
   * read again before the first message. A decoder of a host pair needs no such line: what the two said elsewhere is.
   */
  readonly announcedBy?: string;
  /** Frames that are expected to come again and again without a request (I/O, GOOSE): kept out of message limits. */
  readonly cyclic?: boolean;
  readonly codes?: FieldCodes;
  /** What people call the message, where `type` alone does not say it: `Forward Open response`. */
  heading?(message: M): string;
  /**
   * Makes the checksums within a PDU right again after its octets were changed: with it the octets of a field are found by
   * changing them. Only for protocols whose decoder refuses a wrong checksum.
   */
  reseal?(bytes: Uint8Array, start: number, end: number): void;
}

/** The outcome of a command from the state of its transaction and whether the response refuses. */
export const outcomeOf = (transaction: Transaction, refused: boolean): Outcome => {
  switch (transaction.state) {
    case 'answered':
      return refused ? 'refused' : 'accepted';
    case 'unanswered':
      return 'unanswered';
    case 'unseen':
      return transaction.response === undefined ? 'unseen' : refused ? 'refused' : 'accepted';
    case 'single':
      return 'unconfirmed';
  }
};
