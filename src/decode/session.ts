/** A decoder at work on a flow (or inside another decoder's envelope), and what is counted of each decoder. */
import type { Decoder, Message, Pairing } from '../core/decoder.ts';
import type { OpeningParts } from './openings.ts';
import type { PairScope } from './pairing.ts';

export class Session {
  readonly decoder: Decoder;
  readonly stats: DecoderStats;
  /**
   * What `run` asks of the decoder for each PDU, kept here: some ninety decoders have as many hidden classes, and every
   * property read from one of them in the shared loop is a look-up in a table.
   */
  readonly name: string;
  readonly decode: Decoder['decode'];
  readonly observe: Decoder['observe'];
  readonly role: Pairing<Message>['role'] | undefined;
  readonly key: Pairing<Message>['key'] | undefined;
  readonly queues: boolean;
  readonly opens: Decoder['opens'];
  readonly scope: PairScope;
  readonly state: unknown;
  children: Session[] | undefined;
  /** Which of several that its envelope carries at once; '' for the only one. */
  conversation = '';
  /** Incomplete tails of a carried stream, by direction. */
  tails: [Uint8Array, Uint8Array] | undefined;
  /** Pieces of messages that may turn out to belong to the conversation's opening. */
  parts: OpeningParts | undefined;
  messages = 0;
  foreign = 0;
  /** When octets of this flow were last found missing: an answer may have been among them. */
  gapUs = Number.NEGATIVE_INFINITY;
  /** True when this session's scope is its own and dies with the flow. */
  readonly ownsScope: boolean;
  /** Its PDUs may be split over several carried pieces. */
  readonly isStream: boolean;
  /** The host pair's key: what an envelope carries for a pair must reach the state of that pair. */
  readonly hosts: string;
  constructor(decoder: Decoder, stats: DecoderStats, scope: PairScope, ownsScope: boolean, hosts: string) {
    this.decoder = decoder;
    this.stats = stats;
    this.name = decoder.name;
    this.decode = decoder.decode;
    this.observe = decoder.observe;
    this.role = decoder.pairing?.role;
    this.key = decoder.pairing?.key;
    this.queues = decoder.pairing?.queues === true;
    this.opens = decoder.opens;
    this.scope = scope;
    this.state = scope.state;
    this.ownsScope = ownsScope;
    this.isStream = decoder.attach.some((a) => a.over === 'tcp');
    this.hosts = hosts;
  }

  /** Nobody can see what this conversation is about. */
  get encrypted(): boolean {
    return this.decoder.encrypted === true || this.decoder.isEncrypted?.(this.state) === true;
  }
}

export class DecoderStats {
  messages = 0;
  bytes = 0;
  malformed = 0;
  unanswered = 0;
  sessions = 0;
}
