/**
 * Which protocol is this? Ports and EtherTypes are hints; content decides, in both directions. The dispatcher owns the
 * sessions (a decoder at work on a flow), walks envelopes (`carries`), pairs requests with responses and hands finished
 * transactions to `observe`. It keeps no octets of its own beyond the bounded tails of envelopes.
 */
import type { Decoder, Message, PduContext, Transaction } from '../core/decoder.ts';
import type { EndpointId } from '../core/endpoint.ts';
import { type At, type ObservationSink, SILENT } from '../core/observation.ts';
import { type Attached, attach, NO_DECODERS } from './attached.ts';
import { type EarlyAnswer, EarlyAnswers } from './early.ts';
import { type Ends, type Opening, OpeningParts, Openings } from './openings.ts';
import { keepsOrder, PairScope, Pending } from './pairing.ts';
import { DecoderStats, Session } from './session.ts';

/** Host pairs and segments with a state of their own, per decoder; the oldest gives way. */
export const MAX_SCOPES = 16_384;
/** Octets kept of a stream inside an envelope (TLS in RDP) while a PDU is incomplete. */
const MAX_CHILD_TAIL = 65_536;
const MAX_CARRY_DEPTH = 4;
/** Conversations side by side in one envelope; the oldest gives way. */
const MAX_CONVERSATIONS = 32;
const DEFAULT_TIMEOUT_US = 10_000_000;

/** How `run` ended. */
export const RAN = 0;
export const RAN_FOREIGN = 1;
export const RAN_LOST = 2;

/**
 * A place to fill. Times and flow numbers come from columns of doubles, so they begin as doubles too (-0 is one): a field
 * that begins as a small integer changes the hidden class later, and the loops that met all its classes stay generic.
 */
export const freshAt = (): At => ({
  frame: 0,
  requestFrame: 0,
  firstFrame: 0,
  tsUs: -0,
  requestTsUs: -0,
  flow: Number.NaN,
  client: 0,
  server: 0,
  sender: 0,
  receiver: 0,
  protocol: '',
});

/** Hears of each message before it is paired; its octets are `start`..`end` of `bytes`, valid during the call only. */
export type OnMessage = (
  decoder: Decoder,
  message: Message,
  context: PduContext,
  bytes: Uint8Array,
  start: number,
  end: number,
) => void;

export interface DispatchOptions {
  readonly decoders: readonly Decoder[];
  readonly sink: ObservationSink;
  readonly onMessage?: OnMessage;
  /** Did this endpoint send anything so far? */
  readonly spoke: (endpoint: EndpointId) => boolean;
  /** Of the site, kept over restarts. Default: of this dispatcher alone. */
  readonly openings?: Openings;
  /** What an endpoint is called whatever way its frames take: its IP address. Default: its number. */
  readonly addressOf?: (endpoint: EndpointId) => string;
}

export class Dispatcher {
  readonly tcp: Attached;
  readonly udp: Attached;
  readonly ether: Attached;
  readonly llc: Attached;
  readonly ip: Attached;
  readonly stats = new Map<string, DecoderStats>();
  /** Where the current PDU is; filled by the caller before `run`. */
  readonly context: PduContext;
  /** Requests that gave way at MAX_PENDING, scopes at MAX_SCOPES, tails at MAX_CHILD_TAIL. */
  droppedPending = 0;
  droppedScopes = 0;
  droppedTails = 0;
  /** Set by `run`: where the first octet lies that was not consumed, and octets understood. */
  position = 0;
  understood = 0;
  /** Set where a request begins to wait; cleared by the caller before `run`. */
  asked = false;
  /** Packets of both directions of the current flow were seen; set by the caller before `run`. */
  bothWays = false;
  readonly openings: Openings;
  /** Decoders that others announce to, and `openings.version` up to which they know. */
  readonly #heard = new Map<Decoder, number>();
  readonly #byName = new Map<string, Decoder>();
  readonly #scopes = new Map<Decoder, Map<string, PairScope>>();
  #sink: ObservationSink;
  #onMessage: DispatchOptions['onMessage'];
  /** What was said long ago is read again: nobody hears of it. */
  #silent = false;
  readonly #spoke: DispatchOptions['spoke'];
  readonly #addressOf: (endpoint: EndpointId) => string;
  readonly #at = freshAt();
  readonly #transaction: Transaction;
  readonly #early = new EarlyAnswers((answer) => this.#tellEarly(answer));
  #depth = 0;

  constructor(options: DispatchOptions) {
    const { decoders } = options;
    this.tcp = attach(decoders, 'tcp');
    this.udp = attach(decoders, 'udp');
    this.ether = attach(decoders, 'ethertype');
    this.llc = attach(decoders, 'llc');
    this.ip = attach(decoders, 'ip');
    for (const d of decoders) {
      this.stats.set(d.name, new DecoderStats());
      this.#byName.set(d.name, d);
    }
    this.#sink = options.sink;
    this.#onMessage = options.onMessage;
    this.#spoke = options.spoke;
    this.openings = options.openings ?? new Openings();
    this.#addressOf = options.addressOf ?? String;
    this.context = {
      frame: 0,
      requestFrame: 0,
      firstFrame: 0,
      tsUs: -0,
      requestTsUs: -0,
      flow: Number.NaN,
      client: 0,
      server: 0,
      sender: 0,
      receiver: 0,
      protocol: '',
      toServer: true,
      clientPort: 0,
      serverPort: 0,
      carrier: '',
      protocolNumber: 0,
      group: false,
      afterGap: false,
      lean: options.onMessage === undefined,
    };
    this.#transaction = { request: undefined, response: undefined, state: 'single', at: this.#at };
  }

  open(decoder: Decoder, hosts: string): Session {
    const stats = this.stats.get(decoder.name)!;
    stats.sessions++;
    const where = decoder.pairing?.scope ?? 'flow';
    if (where === 'flow') return new Session(decoder, stats, new PairScope(decoder.open()), true, hosts);
    let scopes = this.#scopes.get(decoder);
    if (!scopes) {
      scopes = new Map();
      this.#scopes.set(decoder, scopes);
    }
    const key = where === 'hosts' ? hosts : '';
    let scope = scopes.get(key);
    if (!scope) {
      if (scopes.size >= MAX_SCOPES) {
        const oldest = scopes.keys().next().value as string;
        this.#expireScope(decoder, stats, scopes.get(oldest)!, Number.POSITIVE_INFINITY);
        scopes.delete(oldest);
        this.droppedScopes++;
      }
      scope = new PairScope(decoder.open());
      scopes.set(key, scope);
      if (where === 'hosts')
        for (const opening of this.openings.between(this.#ends())) this.#recallInto([opening], hosts);
      else if (decoder.announcedBy !== undefined) {
        this.#heard.set(decoder, this.openings.version);
        this.#recallInto(this.openings.by(decoder.announcedBy), hosts);
      }
    }
    return new Session(decoder, stats, scope, false, hosts);
  }

  /**
   * What was announced in frames that another source of the site saw, to the segments of this one: two interfaces of a sensor may
   * see a connection's set-up and its cyclic frames apart. Asked once a second.
   */
  hear(): void {
    const { version } = this.openings;
    for (const [decoder, heard] of this.#heard) {
      if (heard === version) continue;
      this.#heard.set(decoder, version);
      this.#recallInto(this.openings.since(heard, decoder.announcedBy!, this), '');
    }
  }

  /** A conversation of which only the middle is seen: what was said when it began is read again. */
  recall(session: Session): void {
    const opening = this.openings.of(session.name, this.#ends());
    if (opening !== undefined) this.#again(session, opening);
  }

  /** The current conversation begins, or is over. */
  forget(): void {
    if (this.openings.size > 0) this.openings.end(this.#ends());
  }

  #ends(): Ends {
    const { client, clientPort, server, serverPort } = this.context;
    return { client: this.#addressOf(client), clientPort, server: this.#addressOf(server), serverPort };
  }

  /** What was said in other conversations, read by one decoder, for what it carries to the state of a pair or the segment. */
  #recallInto(openings: readonly Opening[], hosts: string): void {
    const decoder = openings.length === 0 ? undefined : this.#byName.get(openings[0]!.decoder);
    if (decoder === undefined || this.#silent) return;
    const stats = this.stats.get(decoder.name)!;
    const session = new Session(decoder, stats, new PairScope(decoder.open()), true, hosts);
    for (const opening of openings) this.#again(session, opening);
  }

  #again(session: Session, { said, client, clientPort, serverPort }: Opening): void {
    if (this.#silent) return;
    const c = this.context;
    const before = { ...c };
    const stats = [...this.stats.values()].map((s) => ({ ...s }));
    const [sink, onMessage] = [this.#sink, this.#onMessage];
    this.#silent = true;
    this.#sink = silence(sink);
    this.#onMessage = undefined;
    c.carrier = 'tcp';
    c.afterGap = false;
    // Who asks in the other conversation may be who answers in this one.
    const crossed = this.#addressOf(before.client) !== client;
    c.client = crossed ? before.server : before.client;
    c.server = crossed ? before.client : before.server;
    c.clientPort = clientPort;
    c.serverPort = serverPort;
    try {
      for (const { toServer, bytes } of said) {
        c.toServer = toServer;
        c.sender = toServer ? c.client : c.server;
        c.receiver = toServer ? c.server : c.client;
        this.run(session, bytes, 0, bytes.length, true);
      }
    } finally {
      session.messages = 0;
      session.foreign = 0;
      // A request whose answer is not kept waits for nothing.
      if (session.ownsScope) session.scope.expire(Number.POSITIVE_INFINITY);
      this.#sink = sink;
      this.#onMessage = onMessage;
      this.#silent = false;
      Object.assign(c, before);
      for (const [i, s] of [...this.stats.values()].entries()) Object.assign(s, stats[i]);
    }
  }

  /** After a decoder or the sink threw: the next PDU begins outside of any envelope. */
  recover(): void {
    this.#depth = 0;
  }

  #keep(session: Session, message: Message, bytes: Uint8Array, start: number, end: number): void {
    const c = this.context;
    if (this.#silent || (c.carrier !== 'tcp' && c.carrier !== 'udp')) return;
    const opens = session.opens!(message);
    if (opens === 'part') {
      session.parts ??= new OpeningParts();
      session.parts.add(c.toServer, bytes, start, end);
      return;
    }
    const parts = session.parts?.take(c.toServer);
    // Of a message too long to be kept whole no piece is: its last alone would be read as another message.
    if (!opens || parts === 'too-long') return;
    for (const part of parts ?? [])
      this.openings.keep(session.name, this.#ends(), c.toServer, part, 0, part.length, this);
    this.openings.keep(session.name, this.#ends(), c.toServer, bytes, start, end, this);
  }

  /**
   * Finds the decoder for octets that nobody has claimed. `hint`: those whose port or type it is; they need only be
   * plausible. All others must be sure. undefined with `more` true: a valid beginning, ask again with more octets.
   */
  probe(
    over: Attached,
    hintA: number,
    hintB: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    refused: readonly Decoder[],
  ) {
    this.more = false;
    this.begins = false;
    const first = over.byHint.get(hintA) ?? NO_DECODERS;
    for (const d of first) if (this.#claims(d, true, bytes, start, end, refused)) return d;
    const second = hintB === hintA ? NO_DECODERS : (over.byHint.get(hintB) ?? NO_DECODERS);
    for (const d of second) if (this.#claims(d, true, bytes, start, end, refused)) return d;
    if (this.more) return undefined;
    for (const d of over.all) {
      if (first.includes(d) || second.includes(d)) continue;
      if (this.#claims(d, false, bytes, start, end, refused)) return d;
    }
    return undefined;
  }
  more = false;
  /** For some decoder, whatever the port, the octets may be a beginning. */
  begins = false;

  /** Only those whose type or protocol number it is: below ports the number is no hint but the law. */
  probeHinted(
    over: Attached,
    hint: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    refused: readonly Decoder[],
  ): Decoder | undefined {
    for (const d of over.byHint.get(hint) ?? NO_DECODERS)
      if (this.#claims(d, true, bytes, start, end, refused)) return d;
    return undefined;
  }

  /** Does a request wait for its answer in the flow's own scope? */
  waits(session: Session): boolean {
    if (session.ownsScope && session.scope.size > 0) return true;
    return session.children?.some((child) => this.waits(child)) === true;
  }

  #claims(
    d: Decoder,
    hinted: boolean,
    b: Uint8Array,
    start: number,
    end: number,
    refused: readonly Decoder[],
  ): boolean {
    if (refused.includes(d)) return false;
    const p = d.probe(b, start, end, this.context);
    if (p === 'more') {
      if (hinted) this.more = true;
      this.begins = true;
      return false;
    }
    return p === 'sure' || (hinted && p === 'maybe');
  }

  /** Decodes PDUs from `start` until `end` or until one is incomplete (`position` then lies before `end`). */
  run(session: Session, bytes: Uint8Array, start: number, end: number, stream: boolean): number {
    const { decoder, decode, name, state, stats } = session;
    const context = this.context;
    let position = start;
    let understood = 0;
    context.protocol = name;
    while (position < end) {
      const r = decode(bytes, position, end, context, state);
      if (r.kind === 'message') {
        session.messages++;
        const consumed = r.consumed > 0 ? r.consumed : end - position;
        if (this.#onMessage)
          this.#onMessage(decoder, shownOf(session, r.message), context, bytes, position, position + consumed);
        if (session.opens !== undefined) this.#keep(session, r.message, bytes, position, position + consumed);
        const from = position;
        position += consumed;
        understood += consumed;
        stats.messages++;
        stats.bytes += consumed;
        this.#handle(session, r.message, bytes, from, position);
        context.afterGap = false;
      } else if (r.kind === 'incomplete') {
        if (!stream) {
          stats.malformed++;
          this.#weird(decoder, 'truncated', `${r.missing} more octets were announced than the datagram holds`);
          position = end;
        }
        break;
      } else if (r.kind === 'carries') {
        const consumed = r.consumed > 0 ? r.consumed : end - position;
        if (r.message && this.#onMessage)
          this.#onMessage(decoder, shownOf(session, r.message), context, bytes, position, position + consumed);
        if (r.message && session.opens !== undefined)
          this.#keep(session, r.message, bytes, position, position + consumed);
        position += consumed;
        understood += consumed;
        stats.bytes += consumed;
        if (r.message) {
          session.messages++;
          stats.messages++;
          this.#handle(session, r.message, EMPTY, 0, 0);
        }
        this.#carry(session, r.child, r.conversation ?? '', r.bytes, r.start, r.end);
        context.protocol = name;
        context.afterGap = false;
      } else if (r.kind === 'skip') {
        const consumed = r.consumed > 0 ? r.consumed : end - position;
        position += consumed;
        understood += consumed;
        stats.bytes += consumed;
        context.afterGap = false;
      } else if (r.kind === 'malformed') {
        stats.malformed++;
        this.#weird(decoder, r.code, r.detail);
        if (r.consumed <= 0) {
          this.position = end;
          this.understood = understood;
          return RAN_LOST;
        }
        position += r.consumed;
      } else {
        session.foreign++;
        this.position = position;
        this.understood = understood;
        return RAN_FOREIGN;
      }
    }
    this.position = position < end ? position : end;
    this.understood = understood;
    return RAN;
  }

  #weird(decoder: Decoder, code: string, detail: string): void {
    const at = this.#at;
    const c = this.context;
    this.#copyContext(at, c);
    at.protocol = decoder.name;
    this.#sink.weird(at, { code: code.includes('.') ? code : `${decoder.name}.${code}`, detail });
  }

  #copyContext(at: At, c: PduContext): void {
    at.frame = c.frame;
    at.requestFrame = c.frame;
    at.firstFrame = c.firstFrame;
    at.tsUs = c.tsUs;
    at.requestTsUs = c.tsUs;
    at.flow = c.flow;
    at.client = c.client;
    at.server = c.server;
    at.sender = c.sender;
    at.receiver = c.receiver;
  }

  #carry(
    parent: Session,
    names: string | readonly string[],
    conversation: string,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    if (this.#depth >= MAX_CARRY_DEPTH || start >= end) return;
    const context = this.context;
    const carrier = context.carrier;
    context.carrier = parent.name;
    this.#depth++;
    const child = this.#child(parent, names, conversation, bytes, start, end);
    if (child) {
      const stream = child.isStream;
      const side = context.toServer ? 0 : 1;
      let b = bytes;
      let s = start;
      let e = end;
      if (stream && child.tails && child.tails[side].length > 0) {
        const tail = child.tails[side];
        b = new Uint8Array(tail.length + (end - start));
        b.set(tail);
        b.set(bytes.subarray(start, end), tail.length);
        s = 0;
        e = b.length;
        child.tails[side] = EMPTY;
      }
      const how = this.run(child, b, s, e, stream);
      if (how === RAN_FOREIGN && child.foreign > 3 + child.messages) {
        parent.children = parent.children!.filter((x) => x !== child);
      } else if (how === RAN && this.position < e) {
        const tail = b.slice(this.position, e);
        if (tail.length > MAX_CHILD_TAIL) this.droppedTails++;
        else {
          child.tails ??= [EMPTY, EMPTY];
          child.tails[side] = tail;
        }
      }
    }
    this.#depth--;
    context.carrier = carrier;
  }

  #child(
    parent: Session,
    names: string | readonly string[],
    conversation: string,
    b: Uint8Array,
    start: number,
    end: number,
  ): Session | undefined {
    const one = typeof names === 'string';
    const children = parent.children;
    if (children !== undefined)
      for (let i = 0; i < children.length; i++) {
        const child = children[i]!;
        if (child.conversation !== conversation) continue;
        if (one ? child.name === names : names.includes(child.name)) {
          if (one || children.length === 1 || child.decoder.probe(b, start, end, this.context) !== 'no') return child;
        }
      }
    let found: Decoder | undefined;
    if (one) found = this.#byName.get(names);
    else {
      let plausible: Decoder | undefined;
      for (const name of names) {
        const d = this.#byName.get(name);
        if (!d) continue;
        const p = d.probe(b, start, end, this.context);
        if (p === 'sure') {
          found = d;
          break;
        }
        if (p === 'maybe') plausible ??= d;
      }
      found ??= plausible;
    }
    if (!found) return undefined;
    const session = this.open(found, parent.hosts);
    session.conversation = conversation;
    parent.children = [...(parent.children ?? []), session];
    if (parent.children.length > MAX_CONVERSATIONS)
      this.expireSession(parent.children.shift()!, Number.POSITIVE_INFINITY, this.bothWays);
    return session;
  }

  /** The PDU is `start`..`end` of `bytes`; none where it carries another. */
  #handle(session: Session, message: Message, bytes: Uint8Array, start: number, end: number): void {
    const { decoder, observe, scope, state } = session;
    const c = this.context;
    const at = this.#at;
    const t = this.#transaction;
    at.protocol = session.name;
    if (!session.ownsScope) scope.note(c.sender);
    const role = session.role === undefined ? 'single' : session.role(message, c);
    if (role === 'single') {
      this.#copyContext(at, c);
      t.request = message;
      t.response = undefined;
      t.state = 'single';
      observe(t, this.#sink, state);
      return;
    }
    const key = session.key!(message, c);
    if (role === 'request') {
      this.asked = true;
      const displaced = scope.add(
        new Pending(key, message, c.frame, c.tsUs, c.sender, c.receiver, c.flow),
        keepsOrder(session.queues, c.carrier, session.ownsScope),
      );
      if (displaced) {
        if (displaced.key !== key || displaced.message === message) this.droppedPending++;
        this.#unanswered(decoder, session.stats, state, displaced, this.bothWays && session.gapUs < displaced.tsUs);
        at.protocol = session.name;
      }
      if (c.carrier === 'udp') {
        scope.lastKey = key;
        if (scope.early > 0) this.#answeredEarly(session, key);
      }
      return;
    }
    const pending = role === 'partial' ? scope.get(key) : scope.take(key);
    if (pending === undefined && c.carrier === 'udp' && end > start && this.#early.mayWait(session, key)) {
      this.#early.wait({ session, key, message, octets: bytes.slice(start, end), context: { ...c } });
      return;
    }
    this.#copyContext(at, c);
    t.response = message;
    if (pending) {
      pending.answered = true;
      at.requestFrame = pending.frame;
      at.requestTsUs = pending.tsUs;
      at.client = pending.client;
      // A multicast question is answered by whoever answers: the server is the sender of the answer.
      at.server = c.sender;
      t.request = pending.message;
      t.state = 'answered';
    } else {
      at.requestFrame = 0;
      at.requestTsUs = 0;
      at.client = c.receiver;
      at.server = c.sender;
      t.request = undefined;
      t.state = 'unseen';
    }
    observe(t, this.#sink, state);
  }

  /** The request in hand was answered in an earlier datagram: the answer is read again, now that it is known what was asked. */
  #answeredEarly(session: Session, key: number | string): void {
    const c = this.context;
    const answer = this.#early.take(session, key, c);
    if (answer === undefined) return;
    const before = { ...c };
    Object.assign(c, answer.context);
    const { octets } = answer;
    const r = session.decode(octets, 0, octets.length, c, session.state);
    this.#handle(answer.session, r.kind === 'message' ? r.message : answer.message, EMPTY, 0, 0);
    Object.assign(c, before);
    this.#at.protocol = session.name;
  }

  #tellEarly({ session, message, context }: EarlyAnswer): void {
    const at = this.#at;
    const t = this.#transaction;
    this.#copyContext(at, context);
    at.protocol = session.name;
    at.requestFrame = 0;
    at.requestTsUs = 0;
    at.client = context.receiver;
    at.server = context.sender;
    t.request = undefined;
    t.response = message;
    t.state = 'unseen';
    session.observe(t, this.#sink, session.state);
  }

  /** Answers that waited for their requests and whose time is over. */
  expireEarly(nowUs: number): void {
    this.#early.overdue(nowUs);
  }

  #unanswered(decoder: Decoder, stats: DecoderStats, state: unknown, p: Pending, visible: boolean): void {
    if (p.answered) return;
    const at = this.#at;
    at.frame = p.frame;
    at.requestFrame = p.frame;
    at.firstFrame = p.frame;
    at.tsUs = p.tsUs;
    at.requestTsUs = p.tsUs;
    at.flow = p.flow;
    at.client = p.client;
    at.server = p.server;
    at.sender = p.client;
    at.receiver = p.server;
    at.protocol = decoder.name;
    const t = this.#transaction;
    t.request = p.message;
    t.response = undefined;
    t.state = visible ? 'unanswered' : 'unseen';
    if (visible) stats.unanswered++;
    decoder.observe(t, this.#sink, state);
  }

  /** `bothWays` undefined: not a flow's scope, so it depends on whether the server ever spoke: in the pair, or at all. */
  #expireScope(
    decoder: Decoder,
    stats: DecoderStats,
    scope: PairScope,
    nowUs: number,
    bothWays?: boolean,
    gapUs = Number.NEGATIVE_INFINITY,
  ): void {
    const timeout = decoder.pairing?.timeoutUs ?? DEFAULT_TIMEOUT_US;
    const hosts = decoder.pairing?.scope === 'hosts';
    for (const p of scope.expire(nowUs === Number.POSITIVE_INFINITY ? nowUs : nowUs - timeout))
      this.#unanswered(
        decoder,
        stats,
        scope.state,
        p,
        (bothWays ?? (hosts ? scope.heard(p.server) : this.#spoke(p.server))) && gapUs < p.tsUs,
      );
  }

  /** Requests of a flow that waited too long; all of them with `nowUs` infinite. */
  expireSession(session: Session, nowUs: number, bothWays: boolean): void {
    if (nowUs === Number.POSITIVE_INFINITY && session.scope.early > 0 && session.ownsScope) this.#early.end(session);
    if (session.ownsScope && session.scope.size > 0)
      this.#expireScope(session.decoder, session.stats, session.scope, nowUs, bothWays, session.gapUs);
    if (session.children) for (const child of session.children) this.expireSession(child, nowUs, bothWays);
  }

  /** The same for host pairs and segments. */
  expireScopes(nowUs: number): void {
    for (const [decoder, scopes] of this.#scopes)
      for (const scope of scopes.values())
        if (scope.size > 0) this.#expireScope(decoder, this.stats.get(decoder.name)!, scope, nowUs);
  }
}

const EMPTY = new Uint8Array(0);

/** The message as it is told to those who show it. */
const shownOf = ({ decoder, state }: Session, message: Message): Message =>
  decoder.shown === undefined ? message : decoder.shown(message, state);

/** Endpoints are still found through it; what happened is said to nobody. */
const silence = (sink: ObservationSink): ObservationSink => ({
  ...SILENT,
  child: (parent, kind, address) => sink.child(parent, kind, address, false),
  mention: (at, mac, ip) => sink.mention(at, mac, ip),
  address: (endpoint) => sink.address(endpoint),
});
