/** Messages of a conversation, decoded again from the frames of its two hosts, in the words of its protocol. */
import type { MessageList, MessageRow, MessagesQuery, Static } from '../api/index.ts';
import { createBatch } from '../capture/parser.ts';
import type { Decoder, Message, PduContext } from '../core/decoder.ts';
import { holdsWords, isOctets, OCTETS_HIDDEN } from '../core/message-words.ts';
import type { At, Value } from '../core/observation.ts';
import type { Source } from '../core/site.ts';
import { keepsOrder, PairScope, Pending } from '../decode/index.ts';
import { MASKED } from '../lib/masked.ts';
import { createSiteRuntime, Pipeline } from './pipeline.ts';
import { leavesOf, meaningOf } from './query/frame-fields.ts';
import { maybeTime, plainValue } from './query/view.ts';
import type { SelectedFrame } from './selection.ts';
import { batchOfOne, listening } from './single-frame.ts';

/** Fields of a message that its row shows; its frame has all. */
const MAX_ROW_FIELDS = 48;
const MAX_ROW_VALUES = 32;
const DEFAULT_LIMIT = 200;

export interface MessagesOf {
  readonly protocol: string;
  /** 0: no ports. */
  readonly serverPort: number;
}

type Exchange = Pick<MessageRow, 'role' | 'exchange' | 'tookMs'>;
/** Exchanges, and places in which requests wait, that are kept at once; the oldest gives way. */
const MAX_WAITING = 4096;

/** Which messages belong together, as decoding pairs them. */
class Exchanges {
  readonly #scopes = new Map<string, PairScope>();
  readonly #numbers = new WeakMap<Pending, number>();
  #count = 0;

  of(decoder: Decoder, message: Message, context: PduContext): Exchange {
    const { pairing } = decoder;
    const role = pairing?.role(message, context) ?? 'single';
    if (pairing === undefined || role === 'single') return { role: 'single', exchange: 0, tookMs: null };
    const inFlow = pairing.scope === 'flow';
    const scope = this.#scope(inFlow ? `${decoder.name} ${context.flow}` : decoder.name);
    const key = pairing.key(message, context);
    if (role === 'request') {
      const { frame, tsUs, sender, receiver, flow } = context;
      const asked = new Pending(key, message, frame, tsUs, sender, receiver, flow);
      this.#numbers.set(asked, ++this.#count);
      scope.add(asked, keepsOrder(pairing.queues === true, context.carrier, inFlow));
      return { role: 'request', exchange: this.#count, tookMs: null };
    }
    const asked = role === 'partial' ? scope.get(key) : scope.take(key);
    if (asked === undefined) return { role: 'answer', exchange: 0, tookMs: null };
    const tookMs = Math.max(0, context.tsUs - asked.tsUs) / 1000;
    return { role: 'answer', exchange: this.#numbers.get(asked)!, tookMs };
  }

  #scope(name: string): PairScope {
    let scope = this.#scopes.get(name);
    if (scope === undefined) {
      if (this.#scopes.size >= MAX_WAITING) this.#scopes.delete(this.#scopes.keys().next().value as string);
      scope = new PairScope(undefined);
      this.#scopes.set(name, scope);
    }
    return scope;
  }
}

/**
 * Which messages an answer has. Without words all; with words whole exchanges of which one message holds them: a request waits
 * until its answer is read. What is hidden in the end is not found either, or a search would tell it letter by letter.
 */
class Wanted {
  readonly items: MessageRow[] = [];
  readonly #words: string;
  /** Rows of exchanges of which none holds the words so far, the longest waiting first. */
  readonly #waiting = new Map<number, MessageRow[]>();
  readonly #taken = new Set<number>();
  /** Rows of answers before this one, whose exchanges may go on in it. */
  readonly #told = new Set<MessageRow>();

  constructor(words: string) {
    this.#words = words.trim();
  }

  get count(): number {
    return this.items.length - this.#told.size;
  }

  /** Numbers of exchanges begin anew with each source. */
  nextSource(): void {
    this.#waiting.clear();
    this.#taken.clear();
  }

  /** `isTold`: it stood in an answer before this one, if it was wanted. */
  take(row: MessageRow, isTold: boolean): void {
    const { exchange } = row;
    if (isTold) this.#told.add(row);
    const before = this.#waiting.get(exchange) ?? [];
    if (this.#words === '' || this.#taken.has(exchange) || holdsWords(row, this.#words)) {
      if (exchange > 0) this.#taken.add(exchange);
      this.#waiting.delete(exchange);
      if (isTold) for (const other of before) this.#told.add(other);
      this.items.push(...before, row);
      return;
    }
    this.#told.delete(row);
    if (exchange === 0) return;
    if (this.#waiting.size >= MAX_WAITING) this.#waiting.delete(this.#waiting.keys().next().value as number);
    this.#waiting.set(exchange, [...before, row]);
  }

  /** The rows from `from` on, with words those whose exchanges hold them in what is shown of them, in the order of the frames. */
  settle(from: number): void {
    const rows = this.items.splice(from);
    if (this.#words === '') {
      this.items.push(...rows.sort((a, b) => a.frame - b.frame));
      return;
    }
    const holds = new Set(rows.filter((row) => holdsWords(row, this.#words)).map(exchangeKey));
    const kept = rows.filter((row) => holds.has(exchangeKey(row)) && !this.#told.has(row));
    this.items.push(...kept.sort((a, b) => a.frame - b.frame));
    this.#told.clear();
  }
}
const exchangeKey = (row: MessageRow): number | MessageRow => (row.exchange === 0 ? row : row.exchange);

/**
 * The rows of late, for the values that observing finds in them: a value is said right after the message that brought it, and
 * one that was written when the answer says that it was taken.
 */
class LateRows {
  readonly #rows = new Map<number, MessageRow[]>();
  #latest: MessageRow | undefined;

  add(row: MessageRow): void {
    this.#latest = row;
    const known = this.#rows.get(row.frame);
    if (known !== undefined) known.push(row);
    else if (this.#rows.set(row.frame, [row]).size > MAX_WAITING)
      this.#rows.delete(this.#rows.keys().next().value as number);
  }

  told(at: At, name: string, value: Value, access: 'read' | 'write'): void {
    const isAsked = access === 'write';
    const other = isAsked ? 'answer' : 'request';
    const rows = this.#rows
      .get(isAsked ? at.requestFrame : at.frame)
      ?.filter(({ protocol, role }) => protocol === at.protocol && role !== other);
    // Of several requests in one frame it is the one of which the answer was just read.
    const exchange = this.#latest?.exchange || -1;
    const row = rows?.findLast((r) => r.exchange === exchange) ?? rows?.at(-1);
    if (row === undefined) return;
    if (row.values.length < MAX_ROW_VALUES) row.values.push({ name, value: plainValue(value) });
    else row.valuesMore++;
  }
}

/** A message of a frame that carried a credential is shown only where its decoder masked the credential itself. */
export const hideUnmasked = (
  row: Pick<MessageRow, 'frame' | 'fields' | 'values'>,
  secrets: ReadonlySet<number>,
): void => {
  if (!secrets.has(row.frame)) return;
  row.values = [];
  if (!row.fields.some((field) => field.value.includes(MASKED))) row.fields = [];
};

/**
 * The messages of `of` among the frames, which must be all frames of the two hosts from the first on, so that streams,
 * sessions and connections stand as they did.
 */
export const messagesOf = async (
  frames: AsyncIterable<SelectedFrame>,
  of: MessagesOf,
  query: Static<typeof MessagesQuery>,
  sources: readonly Source[],
): Promise<MessageList> => {
  const limit = query.limit ?? DEFAULT_LIMIT;
  const wanted = new Wanted(query.words ?? '');
  const { items } = wanted;
  const heard = new Set<string>();
  let isReached = query.source === undefined;
  let source = '';
  let pipeline: Pipeline | undefined;
  let next: MessageList['next'] = null;
  const batch = createBatch();
  let secrets: ReadonlySet<number> = new Set();
  let from = 0;
  /** Frame that is being read: messages come out of it in this order, also those that began in an earlier one. */
  let handled = 0;
  /** The page is full: what the end of it would give away half read comes with the next one, whole. */
  let isFull = false;
  const hide = (): void => {
    for (let i = from; i < items.length; i++) hideUnmasked(items[i]!, secrets);
    wanted.settle(from);
    from = items.length;
  };
  const start = (id: string): Pipeline => {
    const late = new LateRows();
    const heard = listening((...told) => late.told(...told));
    secrets = heard.secrets;
    const exchanges = new Exchanges();
    return new Pipeline({
      source: id,
      site: createSiteRuntime(() => heard.sink),
      onMessage: (decoder, message, context) => {
        const isOurs =
          of.serverPort === 0
            ? decoder.name === of.protocol
            : context.serverPort === of.serverPort || context.clientPort === of.serverPort;
        if (!isOurs) return;
        // Also of those before the part that is asked for: their answers may lie in it.
        const exchange = exchanges.of(decoder, message, context);
        if (!isReached || isFull) return;
        const isTold = id === query.source && handled <= (query.after ?? 0);
        // What stood in an answer before is looked through for words: its exchange may go on.
        if (isTold && query.words === undefined) return;
        const leaves = leavesOf(message);
        const row: MessageRow = {
          source: id,
          frame: context.frame,
          at: maybeTime(context.tsUs),
          toServer: context.toServer,
          protocol: decoder.name,
          title: decoder.title,
          type: decoder.heading?.(message) ?? message.type,
          ...exchange,
          fields: [...leaves]
            .filter(([, value]) => value !== '')
            .slice(0, MAX_ROW_FIELDS)
            .map(([name, value]) => ({
              name,
              // Before words are looked for: a search would tell them.
              value: query.octets === false && isOctets(value) ? OCTETS_HIDDEN : value,
              meaning: meaningOf(decoder, leaves, name),
            })),
          values: [],
          valuesMore: 0,
        };
        late.add(row);
        wanted.take(row, isTold);
      },
    });
  };
  for await (const frame of frames) {
    if (frame.source !== source || pipeline === undefined) {
      handled = Number.POSITIVE_INFINITY;
      pipeline?.finish();
      hide();
      source = frame.source;
      heard.add(source);
      isReached ||= source === query.source;
      wanted.nextSource();
      handled = 0;
      pipeline = start(source);
    }
    // A frame may carry several messages: they stay together.
    if (wanted.count >= limit) {
      next = { source, after: handled };
      isFull = true;
      break;
    }
    handled = frame.frame;
    pipeline.handle(batchOfOne(frame, batch));
  }
  handled = Number.POSITIVE_INFINITY;
  pipeline?.finish();
  hide();
  return { items, next, missing: sources.filter((s) => !heard.has(s.id)).map((s) => s.name) };
};
