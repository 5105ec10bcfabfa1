/** AMQP 0-9-1 frames: specification chapters 4.2 (format), and the XML definition of methods for their arguments. */
import type { Decoded } from '../../core/decoder.ts';
import { f32be, f64be, hex, i16be, i32be, i64be, indexOfByte, u16be, u32be, u64be, utf8 } from '../../lib/bytes.ts';
import { MASKED } from '../../lib/masked.ts';
import { isSecretName } from '../../lib/secret-names.ts';
import type { AmqpMessage, AmqpMethod, AmqpState, Content } from './message.ts';

/** Octets of content that are kept of one message; values are taken only from what is whole. */
export const MAX_CONTENT = 8192;
/** A method frame longer than this is passed over. */
const MAX_METHOD = 131_072;
/** Channels with content on its way; further ones go without. */
const MAX_CHANNELS = 2048;
/** Entries read of one field table, and nesting. */
const MAX_ENTRIES = 64;
const MAX_DEPTH = 3;

type Kind = 'octet' | 'short' | 'long' | 'longlong' | 'bits' | 'shortstr' | 'longstr' | 'table' | 'sasl' | 'secret';
/** Arguments in order; of `bits` the names are joined by `|`. */
type Method = readonly [name: string, ...args: (readonly [string, Kind])[]];

const CLOSE: readonly (readonly [string, Kind])[] = [
  ['reply-code', 'short'],
  ['reply-text', 'shortstr'],
  ['class-id', 'short'],
  ['method-id', 'short'],
];
/** By class id * 256 + method id. */
const METHODS: Readonly<Record<number, Method>> = {
  2570: ['connection.start', ['version-major', 'octet'], ['version-minor', 'octet'], ['server', 'table'], ['mechanisms', 'longstr'], ['locales', 'longstr']],
  2571: ['connection.start-ok', ['client', 'table'], ['mechanism', 'shortstr'], ['response', 'sasl'], ['locale', 'shortstr']],
  2580: ['connection.secure', ['challenge', 'secret']],
  2581: ['connection.secure-ok', ['response', 'secret']],
  2590: ['connection.tune', ['channel-max', 'short'], ['frame-max', 'long'], ['heartbeat', 'short']],
  2591: ['connection.tune-ok', ['channel-max', 'short'], ['frame-max', 'long'], ['heartbeat', 'short']],
  2600: ['connection.open', ['virtual-host', 'shortstr'], ['capabilities', 'shortstr'], ['insist', 'bits']],
  2601: ['connection.open-ok', ['known-hosts', 'shortstr']],
  2610: ['connection.close', ...CLOSE],
  2611: ['connection.close-ok'],
  2620: ['connection.blocked', ['reason', 'shortstr']],
  2621: ['connection.unblocked'],
  2630: ['connection.update-secret', ['new-secret', 'secret'], ['reason', 'shortstr']],
  2631: ['connection.update-secret-ok'],
  5130: ['channel.open', ['out-of-band', 'shortstr']],
  5131: ['channel.open-ok', ['channel-id', 'longstr']],
  5140: ['channel.flow', ['active', 'bits']],
  5141: ['channel.flow-ok', ['active', 'bits']],
  5160: ['channel.close', ...CLOSE],
  5161: ['channel.close-ok'],
  7690: ['access.request', ['realm', 'shortstr'], ['exclusive|passive|active|write|read', 'bits']],
  7691: ['access.request-ok', ['ticket', 'short']],
  10250: ['exchange.declare', ['ticket', 'short'], ['exchange', 'shortstr'], ['exchange-type', 'shortstr'], ['passive|durable|auto-delete|internal|no-wait', 'bits'], ['arguments', 'table']],
  10251: ['exchange.declare-ok'],
  10260: ['exchange.delete', ['ticket', 'short'], ['exchange', 'shortstr'], ['if-unused|no-wait', 'bits']],
  10261: ['exchange.delete-ok'],
  10270: ['exchange.bind', ['ticket', 'short'], ['destination', 'shortstr'], ['source', 'shortstr'], ['routing-key', 'shortstr'], ['no-wait', 'bits'], ['arguments', 'table']],
  10271: ['exchange.bind-ok'],
  10280: ['exchange.unbind', ['ticket', 'short'], ['destination', 'shortstr'], ['source', 'shortstr'], ['routing-key', 'shortstr'], ['no-wait', 'bits'], ['arguments', 'table']],
  10291: ['exchange.unbind-ok'],
  12810: ['queue.declare', ['ticket', 'short'], ['queue', 'shortstr'], ['passive|durable|exclusive|auto-delete|no-wait', 'bits'], ['arguments', 'table']],
  12811: ['queue.declare-ok', ['queue', 'shortstr'], ['message-count', 'long'], ['consumer-count', 'long']],
  12820: ['queue.bind', ['ticket', 'short'], ['queue', 'shortstr'], ['exchange', 'shortstr'], ['routing-key', 'shortstr'], ['no-wait', 'bits'], ['arguments', 'table']],
  12821: ['queue.bind-ok'],
  12830: ['queue.purge', ['ticket', 'short'], ['queue', 'shortstr'], ['no-wait', 'bits']],
  12831: ['queue.purge-ok', ['message-count', 'long']],
  12840: ['queue.delete', ['ticket', 'short'], ['queue', 'shortstr'], ['if-unused|if-empty|no-wait', 'bits']],
  12841: ['queue.delete-ok', ['message-count', 'long']],
  12850: ['queue.unbind', ['ticket', 'short'], ['queue', 'shortstr'], ['exchange', 'shortstr'], ['routing-key', 'shortstr'], ['arguments', 'table']],
  12851: ['queue.unbind-ok'],
  15370: ['basic.qos', ['prefetch-size', 'long'], ['prefetch-count', 'short'], ['global', 'bits']],
  15371: ['basic.qos-ok'],
  15380: ['basic.consume', ['ticket', 'short'], ['queue', 'shortstr'], ['consumer-tag', 'shortstr'], ['no-local|no-ack|exclusive|no-wait', 'bits'], ['arguments', 'table']],
  15381: ['basic.consume-ok', ['consumer-tag', 'shortstr']],
  15390: ['basic.cancel', ['consumer-tag', 'shortstr'], ['no-wait', 'bits']],
  15391: ['basic.cancel-ok', ['consumer-tag', 'shortstr']],
  15400: ['basic.publish', ['ticket', 'short'], ['exchange', 'shortstr'], ['routing-key', 'shortstr'], ['mandatory|immediate', 'bits']],
  15410: ['basic.return', ['reply-code', 'short'], ['reply-text', 'shortstr'], ['exchange', 'shortstr'], ['routing-key', 'shortstr']],
  15420: ['basic.deliver', ['consumer-tag', 'shortstr'], ['delivery-tag', 'longlong'], ['redelivered', 'bits'], ['exchange', 'shortstr'], ['routing-key', 'shortstr']],
  15430: ['basic.get', ['ticket', 'short'], ['queue', 'shortstr'], ['no-ack', 'bits']],
  15431: ['basic.get-ok', ['delivery-tag', 'longlong'], ['redelivered', 'bits'], ['exchange', 'shortstr'], ['routing-key', 'shortstr'], ['message-count', 'long']],
  15432: ['basic.get-empty', ['cluster-id', 'shortstr']],
  15440: ['basic.ack', ['delivery-tag', 'longlong'], ['multiple', 'bits']],
  15450: ['basic.reject', ['delivery-tag', 'longlong'], ['requeue', 'bits']],
  15460: ['basic.recover-async', ['requeue', 'bits']],
  15470: ['basic.recover', ['requeue', 'bits']],
  15471: ['basic.recover-ok'],
  15480: ['basic.nack', ['delivery-tag', 'longlong'], ['multiple|requeue', 'bits']],
  21770: ['confirm.select', ['no-wait', 'bits']],
  21771: ['confirm.select-ok'],
  23050: ['tx.select'],
  23051: ['tx.select-ok'],
  23060: ['tx.commit'],
  23061: ['tx.commit-ok'],
  23070: ['tx.rollback'],
  23071: ['tx.rollback-ok'],
}; // biome-ignore format: a table

type Fields = Record<string, string | number | boolean>;

/** A field value without length (chapter 4.2.5.5, with RabbitMQ's errata) and its octets; undefined for the types with one. */
const fixedValue = (b: Uint8Array, o: number, end: number, type: number): readonly [Field, number] | undefined => {
  const has = (n: number): boolean => end - o >= n;
  switch (String.fromCharCode(type)) {
    case 't':
      return has(1) ? [b[o] !== 0, 1] : CUT;
    case 'b':
      return has(1) ? [(b[o]! << 24) >> 24, 1] : CUT;
    case 'B':
      return has(1) ? [b[o]!, 1] : CUT;
    // `s` is a short integer for RabbitMQ, whose clients are nearly all there are.
    case 's':
    case 'U':
      return has(2) ? [i16be(b, o), 2] : CUT;
    case 'u':
      return has(2) ? [u16be(b, o), 2] : CUT;
    case 'I':
      return has(4) ? [i32be(b, o), 4] : CUT;
    case 'i':
      return has(4) ? [u32be(b, o), 4] : CUT;
    case 'l':
    case 'L':
      return has(8) ? [Number(i64be(b, o)), 8] : CUT;
    case 'T':
      return has(8) ? [Number(u64be(b, o)), 8] : CUT;
    case 'f':
      return has(4) ? [f32be(b, o), 4] : CUT;
    case 'd':
      return has(8) ? [f64be(b, o), 8] : CUT;
    case 'D':
      return has(5) ? [i32be(b, o + 1) / 10 ** b[o]!, 5] : CUT;
    case 'V':
      return ['', 0];
    default:
      return undefined;
  }
};
type Field = string | number | boolean;
/** Moves behind the end: the reading stops. */
const CUT: readonly [Field, number] = ['', Number.POSITIVE_INFINITY];
const TEXT = 0x53;
const TABLE = 0x46;
const ARRAY = 0x41;
const OCTETS = 0x78;

/** The value of `type` at `o` under `name`; where the next one begins, beyond `end` when it is cut or of no known type. */
const readValue = (
  b: Uint8Array,
  start: number,
  end: number,
  type: number,
  name: string,
  depth: number,
  out: Fields,
): number => {
  const fixed = fixedValue(b, start, end, type);
  if (fixed !== undefined) {
    if (fixed !== CUT) out[name] = fixed[0];
    return start + fixed[1];
  }
  if (start + 4 > end) return Number.POSITIVE_INFINITY;
  const long = u32be(b, start);
  const o = start + 4;
  if (long > end - o) return Number.POSITIVE_INFINITY;
  if (type === TEXT) out[name] = isSecretName(name) ? MASKED : utf8(b, o, o + Math.min(long, 256));
  else if (type === OCTETS) out[name] = isSecretName(name) ? MASKED : hex(b, o, o + Math.min(long, 64));
  else if (type === TABLE && depth < MAX_DEPTH) readTable(b, o, o + long, `${name}.`, depth + 1, out);
  else if (type === ARRAY && depth < MAX_DEPTH)
    for (let p = o, n = 0; p < o + long && n < MAX_ENTRIES; n++)
      p = readValue(b, p + 1, o + long, b[p]!, `${name}.${n}`, depth + 1, out);
  else if (type !== TABLE && type !== ARRAY) return Number.POSITIVE_INFINITY;
  return o + long;
};

/** Entries of the table `start`..`end`, under `prefix`. */
const readTable = (b: Uint8Array, start: number, end: number, prefix: string, depth: number, out: Fields): void => {
  for (let o = start, n = 0; o < end && n < MAX_ENTRIES; n++) {
    const length = b[o]!;
    if (o + 2 + length > end) return;
    const name = prefix + utf8(b, o + 1, o + 1 + length);
    o = readValue(b, o + 2 + length, end, b[o + 1 + length]!, name, depth, out);
  }
};

/** Properties of a content header, the first flag highest (basic class, XML definition). */
const PROPERTIES: readonly (readonly [string, 'shortstr' | 'octet' | 'longlong' | 'table'])[] = [
  ['content-type', 'shortstr'],
  ['content-encoding', 'shortstr'],
  ['headers', 'table'],
  ['delivery-mode', 'octet'],
  ['priority', 'octet'],
  ['correlation-id', 'shortstr'],
  ['reply-to', 'shortstr'],
  ['expiration', 'shortstr'],
  ['message-id', 'shortstr'],
  ['timestamp', 'longlong'],
  ['type', 'shortstr'],
  ['user-id', 'shortstr'],
  ['app-id', 'shortstr'],
  ['cluster-id', 'shortstr'],
];
/** class, weight, size of the body, flags, then the properties that are there; undefined where they do not fit. */
const readProperties = (b: Uint8Array, start: number, end: number): Fields | undefined => {
  const flags = u16be(b, start + 12);
  let at = start + 14;
  const present = PROPERTIES.filter((_, i) => (flags & (0x8000 >> i)) !== 0);
  const out: Fields = {};
  for (const [name, kind] of present) {
    const size = kind === 'octet' ? 1 : kind === 'longlong' ? 8 : kind === 'table' ? 4 : 1;
    if (at + size > end) return undefined;
    if (kind === 'octet') out[name] = b[at]!;
    else if (kind === 'longlong') out[name] = Number(u64be(b, at));
    else {
      const length = kind === 'table' ? u32be(b, at) : b[at]!;
      if (length > end - at - size) return undefined;
      if (kind === 'table') readTable(b, at + size, at + size + length, `${name}.`, 0, out);
      else out[name] = utf8(b, at + size, at + size + length);
      at += length;
    }
    at += size;
  }
  return out;
};

/** User of a SASL response: PLAIN is `\0user\0password` (RFC 4616), AMQPLAIN a table with LOGIN. */
const saslUser = (b: Uint8Array, start: number, end: number, mechanism: string): string => {
  if (mechanism === 'AMQPLAIN') {
    const fields: Fields = {};
    readTable(b, start, end, '', MAX_DEPTH, fields);
    return String(fields.LOGIN ?? '');
  }
  if (mechanism !== 'PLAIN') return '';
  const first = indexOfByte(b, 0, start, end);
  const second = first < 0 ? -1 : indexOfByte(b, 0, first + 1, end);
  return second < 0 ? '' : utf8(b, first + 1, Math.min(second, first + 257));
};

/** Arguments of a method; undefined when they do not fit. */
const readArguments = (b: Uint8Array, start: number, end: number, method: Method): Fields | undefined => {
  const out: Fields = {};
  let o = start;
  for (const [name, kind] of method.slice(1) as (readonly [string, Kind])[]) {
    switch (kind) {
      case 'octet':
        if (o + 1 > end) return undefined;
        out[name] = b[o]!;
        o += 1;
        break;
      case 'short':
        if (o + 2 > end) return undefined;
        out[name] = u16be(b, o);
        o += 2;
        break;
      case 'long':
        if (o + 4 > end) return undefined;
        out[name] = u32be(b, o);
        o += 4;
        break;
      case 'longlong':
        if (o + 8 > end) return undefined;
        out[name] = u32be(b, o) * 0x1_0000_0000 + u32be(b, o + 4);
        o += 8;
        break;
      case 'bits':
        if (o + 1 > end) return undefined;
        name.split('|').forEach((bit, i) => {
          out[bit] = (b[o]! & (1 << i)) !== 0;
        });
        o += 1;
        break;
      case 'shortstr': {
        const length = o < end ? b[o]! : -1;
        if (length < 0 || length > end - o - 1) return undefined;
        out[name] = utf8(b, o + 1, o + 1 + length);
        o += 1 + length;
        break;
      }
      default: {
        const length = o + 4 <= end ? u32be(b, o) : -1;
        if (length < 0 || length > end - o - 4) return undefined;
        o += 4;
        if (kind === 'longstr') out[name] = utf8(b, o, o + Math.min(length, 256));
        else if (kind === 'table') readTable(b, o, o + length, `${name}.`, 0, out);
        else if (kind === 'secret') out[name] = MASKED;
        else {
          out[name] = MASKED;
          out.user = saslUser(b, o, o + length, String(out.mechanism));
        }
        o += length;
      }
    }
  }
  return out;
};

/** Requests of the client that have an answer of their own: the answer's number is the next one. */
const ASKS = new Set([
  0x0a28, 0x140a, 0x280a, 0x2814, 0x281e, 0x2828, 0x320a, 0x3214, 0x321e, 0x3228, 0x3232, 0x3c0a, 0x3c14, 0x3c1e,
  0x3c46, 0x550a, 0x5a0a, 0x5a14, 0x5a1e,
]);
/** Of these the answer is not the next number. */
const ANSWERS: Readonly<Record<number, number>> = { 10291: 0x2828, 15432: 0x3c46 };

const decodeMethod = (
  b: Uint8Array,
  start: number,
  end: number,
  channel: number,
  fromClient: boolean,
  state: AmqpState,
): AmqpMethod | string => {
  if (end - start < 4) return 'method frame';
  const number = (u16be(b, start) << 8) | (u16be(b, start + 2) & 0xff);
  const method = METHODS[number];
  if (method === undefined)
    return {
      type: 'AMQP method',
      fromClient,
      channel,
      name: `method ${u16be(b, start)}.${u16be(b, start + 2)}`,
      classId: u16be(b, start),
      methodId: u16be(b, start + 2),
      fields: {},
      key: '',
      role: 'single',
      refusal: '',
    };
  const fields = readArguments(b, start + 4, end, method);
  if (fields === undefined) return `arguments of ${method[0]}`;
  let role: AmqpMethod['role'] = 'single';
  let key = '';
  let refusal = '';
  if (fromClient && ASKS.has(number) && fields['no-wait'] !== true) {
    role = 'request';
    key = `${channel} ${number}`;
    if (state.waiting.size < MAX_CHANNELS || state.waiting.has(channel)) state.waiting.set(channel, key);
  } else if (number === 0x0a0b) {
    // The answer to credentials is the tuning, or the end.
    role = 'request';
    key = 'login';
    state.waiting.set(0, key);
    state.user = typeof fields.user === 'string' && fields.user !== '' ? fields.user : undefined;
  } else if (!fromClient) {
    const asked = ANSWERS[number] ?? number - 1;
    if (number === 0x0a1e) {
      role = 'response';
      key = 'login';
      state.waiting.delete(0);
    } else if (ASKS.has(asked)) {
      role = 'response';
      key = `${channel} ${asked}`;
      state.waiting.delete(channel);
    } else if (number === 0x0a32 || number === 0x1428) {
      const waiting = state.waiting.get(channel);
      const code = Number(fields['reply-code']);
      if (waiting !== undefined && code >= 300) {
        role = 'response';
        key = waiting;
        refusal = `${code} ${fields['reply-text']}`;
        state.waiting.delete(channel);
      }
    }
  }
  // Publish, return, deliver and get-ok announce content.
  if (number === 0x3c28 || number === 0x3c32 || number === 0x3c3c || number === 0x3c47) {
    const slot = (channel << 1) | (fromClient ? 1 : 0);
    const exchange = String(fields.exchange);
    const address = exchange === '' ? String(fields['routing-key']) : `${exchange}/${fields['routing-key']}`;
    if (state.content.size < MAX_CHANNELS || state.content.has(slot))
      state.content.set(slot, { address, size: -1, done: 0 } satisfies Content);
  }
  return {
    type: 'AMQP method',
    fromClient,
    channel,
    name: method[0],
    classId: number >> 8,
    methodId: number & 255,
    fields,
    key,
    role,
    refusal,
  };
};

const contentHeader = (
  b: Uint8Array,
  from: number,
  to: number,
  channel: number,
  fromClient: boolean,
  content: Content | undefined,
  consumed: number,
): Decoded<AmqpMessage> => {
  const size = u32be(b, from + 4) * 0x1_0000_0000 + u32be(b, from + 8);
  if (content !== undefined) content.size = size;
  const fields = readProperties(b, from, to);
  if (fields === undefined)
    return { kind: 'malformed', code: 'amqp.malformed', detail: 'properties of a content header', consumed };
  return {
    kind: 'message',
    message: {
      type: 'AMQP content header',
      fromClient,
      channel,
      classId: u16be(b, from),
      bodySize: size,
      fields,
      key: '',
      role: 'single',
    },
    consumed,
  };
};

/** One frame of 0-9-1 from `start`. */
export const decodeFrame091 = (
  b: Uint8Array,
  start: number,
  end: number,
  fromClient: boolean,
  state: AmqpState,
): Decoded<AmqpMessage> => {
  if (end - start < 8) return { kind: 'incomplete', missing: 8 - (end - start) };
  const type = b[start]!;
  const channel = u16be(b, start + 1);
  const size = u32be(b, start + 3);
  if (type < 1 || (type > 3 && type !== 8))
    return { kind: 'malformed', code: 'amqp.frame-type', detail: `frame type ${type}`, consumed: 0 };
  const total = 8 + size;
  const bad = (what: string): Decoded<AmqpMessage> => ({
    kind: 'malformed',
    code: 'amqp.malformed',
    detail: what,
    consumed: total,
  });
  const slot = (channel << 1) | (fromClient ? 1 : 0);
  const content = state.content.get(slot);
  // Long content is passed over as it comes; only a small message is looked at.
  if (size > MAX_METHOD || (type === 3 && size > MAX_CONTENT)) {
    if (type !== 3) return { kind: 'malformed', code: 'amqp.too-long', detail: `frame of ${size} octets`, consumed: 0 };
    if (content !== undefined) {
      content.done += size;
      if (content.done >= content.size) state.content.delete(slot);
    }
    const here = Math.min(total, end - start);
    state.left[fromClient ? 0 : 1] = total - here;
    return { kind: 'skip', consumed: here };
  }
  if (total > end - start) return { kind: 'incomplete', missing: total - (end - start) };
  // Chapter 4.2.3: every frame ends with 0xCE; anything else is a fatal error.
  if (b[start + total - 1] !== 0xce)
    return { kind: 'malformed', code: 'amqp.frame-end', detail: 'frame does not end with 0xCE', consumed: 0 };
  const from = start + 7;
  const to = from + size;
  switch (type) {
    case 1: {
      const message = decodeMethod(b, from, to, channel, fromClient, state);
      return typeof message === 'string' ? bad(message) : { kind: 'message', message, consumed: total };
    }
    case 2:
      if (size < 14) return bad('content header');
      return contentHeader(b, from, to, channel, fromClient, content, total);
    case 3: {
      if (content === undefined) return { kind: 'skip', consumed: total };
      const whole = content.done === 0 && content.size === size;
      content.done += size;
      if (content.done >= content.size) state.content.delete(slot);
      if (!whole) return { kind: 'skip', consumed: total };
      return {
        kind: 'message',
        message: {
          type: 'AMQP content',
          fromClient,
          channel,
          address: content.address,
          payload: b.slice(from, to),
          payloadLength: size,
          key: '',
          role: 'single',
        },
        consumed: total,
      };
    }
    default:
      return { kind: 'skip', consumed: total };
  }
};
