/** CoAP: RFC 7252, observing RFC 7641, block-wise transfer RFC 7959, FETCH and PATCH RFC 8132, over TCP RFC 8323. */
import type { Message } from '../../core/decoder.ts';
import { hex, u16be, u32be, utf8 } from '../../lib/bytes.ts';
import { MASKED, MASKED_OCTETS } from '../../lib/masked.ts';
import { isSecretName } from '../../lib/secret-names.ts';
import { OctetWriter } from '../shared/octet-writer.ts';

/** Options kept of one message. */
const MAX_OPTIONS = 64;
/** Octets of a payload that are kept; a datagram rarely has more. */
const MAX_PAYLOAD = 2048;

/** `reliable`: over TCP, where a message has neither kind nor id (RFC 8323 section 3.2). */
export type CoapKind = 'confirmable' | 'non-confirmable' | 'acknowledgement' | 'reset' | 'reliable';
const KINDS: readonly CoapKind[] = ['confirmable', 'non-confirmable', 'acknowledgement', 'reset'];

export const METHODS: readonly string[] = ['', 'GET', 'POST', 'PUT', 'DELETE', 'FETCH', 'PATCH', 'iPATCH'];
/** By class times 32 plus detail. */
const RESPONSES: Readonly<Record<number, string>> = {
  65: 'Created', 66: 'Deleted', 67: 'Valid', 68: 'Changed', 69: 'Content', 95: 'Continue', 128: 'Bad Request',
  129: 'Unauthorized', 130: 'Bad Option', 131: 'Forbidden', 132: 'Not Found', 133: 'Method Not Allowed', 134: 'Not Acceptable',
  136: 'Request Entity Incomplete', 137: 'Conflict', 140: 'Precondition Failed', 141: 'Request Entity Too Large',
  143: 'Unsupported Content-Format', 150: 'Unprocessable Entity', 157: 'Too Many Requests', 160: 'Internal Server Error',
  161: 'Not Implemented', 162: 'Bad Gateway', 163: 'Service Unavailable', 164: 'Gateway Timeout',
  165: 'Proxying Not Supported', 168: 'Hop Limit Reached',
}; // biome-ignore format: a table

/** Number, name and format of the options that IANA lists. */
const OPTIONS: Readonly<Record<number, readonly [string, 'text' | 'number' | 'octets' | 'block' | 'empty']>> = {
  1: ['If-Match', 'octets'],
  3: ['Uri-Host', 'text'],
  4: ['ETag', 'octets'],
  5: ['If-None-Match', 'empty'],
  6: ['Observe', 'number'],
  7: ['Uri-Port', 'number'],
  8: ['Location-Path', 'text'],
  9: ['OSCORE', 'octets'],
  11: ['Uri-Path', 'text'],
  12: ['Content-Format', 'number'],
  14: ['Max-Age', 'number'],
  15: ['Uri-Query', 'text'],
  16: ['Hop-Limit', 'number'],
  17: ['Accept', 'number'],
  19: ['Q-Block1', 'block'],
  20: ['Location-Query', 'text'],
  21: ['EDHOC', 'empty'],
  23: ['Block2', 'block'],
  27: ['Block1', 'block'],
  28: ['Size2', 'number'],
  31: ['Q-Block2', 'block'],
  35: ['Proxy-Uri', 'text'],
  39: ['Proxy-Scheme', 'text'],
  60: ['Size1', 'number'],
  252: ['Echo', 'octets'],
  258: ['No-Response', 'number'],
  292: ['Request-Tag', 'octets'],
};

/** Signalling messages (RFC 8323 section 5) and their options, whose numbers are those of the message's own. */
const SIGNALS: Readonly<Record<number, string>> = {
  225: 'CSM',
  226: 'Ping',
  227: 'Pong',
  228: 'Release',
  229: 'Abort',
};
const SIGNAL_OPTIONS: Readonly<Record<number, (typeof OPTIONS)[number]>> = {
  [225 * 16 + 2]: ['Max-Message-Size', 'number'],
  [225 * 16 + 4]: ['Block-Wise-Transfer', 'empty'],
  [226 * 16 + 2]: ['Custody', 'empty'],
  [227 * 16 + 2]: ['Custody', 'empty'],
  [228 * 16 + 2]: ['Alternative-Address', 'text'],
  [228 * 16 + 4]: ['Hold-Off', 'number'],
  [229 * 16 + 2]: ['Bad-CSM-Option', 'number'],
};

export interface CoapOption {
  readonly number: number;
  readonly name: string;
  /** Text or number; octets as hexadecimal; a block as `number/more/size`. */
  readonly value: string | number;
}
export interface CoapMessage extends Message {
  readonly type: 'CoAP request' | 'CoAP response' | 'CoAP empty' | 'CoAP signal';
  readonly kind: CoapKind;
  /** Class times 32 plus detail: 1 is GET, 69 is 2.05. */
  readonly code: number;
  /** `GET`, `2.05 Content`. */
  readonly codeName: string;
  /** -1 over TCP. */
  readonly messageId: number;
  readonly token: string;
  readonly options: readonly CoapOption[];
  /** `/3/0/1`; of a request. */
  readonly path: string;
  readonly query: readonly string[];
  /** -1 where the option is absent. */
  readonly observe: number;
  readonly contentFormat: number;
  /** This is a block that others follow (or precede). */
  readonly block: { readonly number: number; readonly more: boolean; readonly size: number } | undefined;
  readonly payload: Uint8Array;
  readonly payloadLength: number;
}

const numberOf = (b: Uint8Array, start: number, end: number): number => {
  let n = 0;
  for (let i = start; i < end && i < start + 6; i++) n = n * 256 + b[i]!;
  return n;
};

export const NO_PAYLOAD = new Uint8Array(0);
/** Objects of LwM2M that hold keys (security, OSCORE): what is written to or read from them is not kept. */
const KEY_OBJECTS = /^\/(0|21)(\/|$)/;
/** What lies under this path is not kept, whether it is written or read. */
export const isSecretPath = (path: string): boolean => KEY_OBJECTS.test(path) || isSecretName(path);

/** Delta and length fields (RFC 7252 section 3.1): 13 and 14 stand for one and two octets more. */
const extended = { value: 0, next: 0 };
const readExtended = (b: Uint8Array, nibble: number, o: number, end: number): boolean => {
  extended.next = o + (nibble === 13 ? 1 : nibble === 14 ? 2 : 0);
  if (nibble === 15 || extended.next > end) return false;
  extended.value = nibble < 13 ? nibble : nibble === 13 ? b[o]! + 13 : u16be(b, o) + 269;
  return true;
};

/** `lt=300&pw=x` keeps only the names of what is secret. */
const maskQuery = (text: string): string => {
  const equals = text.indexOf('=');
  return equals > 0 && isSecretName(text.slice(0, equals)) ? `${text.slice(0, equals)}=${MASKED}` : text;
};

/** The message of a datagram; undefined when it is none, a text when it breaks the format. */
export const decodeCoap = (b: Uint8Array, start: number, end: number): CoapMessage | string | undefined => {
  if (end - start < 4 || b[start]! >> 6 !== 1) return undefined;
  const tokenLength = b[start]! & 15;
  const code = b[start + 1]!;
  const kind = KINDS[(b[start]! >> 4) & 3]!;
  const klass = code >> 5;
  if (klass === 1 || klass === 3 || klass === 6) return undefined;
  if (tokenLength > 8) return `token of ${tokenLength} octets`;
  const o = start + 4 + tokenLength;
  if (o > end) return 'token is cut';
  if (code === 0 && (tokenLength > 0 || o < end)) return 'an empty message with content';
  return decodeRest(b, o, end, code, kind, u16be(b, start + 2), hex(b, start + 4, o));
};

/** The frame of a message on TCP (RFC 8323 section 3.2): where its code stands and where it ends. Reused; undefined: more octets needed. */
const frame = { code: 0, token: 0, end: 0 };
export const coapFrame = (b: Uint8Array, start: number, end: number): typeof frame | undefined => {
  const nibble = b[start]! >> 4;
  const more = nibble < 13 ? 0 : 1 << (nibble - 13);
  const o = start + 1 + more;
  if (o >= end) return undefined;
  const length =
    nibble < 13
      ? nibble
      : nibble === 13
        ? b[start + 1]! + 13
        : nibble === 14
          ? u16be(b, start + 1) + 269
          : u32be(b, start + 1) + 65_805;
  frame.code = b[o]!;
  frame.token = o + 1;
  frame.end = o + 1 + (b[start]! & 15) + length;
  return frame;
};

/** The message in a frame of TCP that is there as a whole; as `decodeCoap`. */
export const decodeReliable = (b: Uint8Array, start: number, end: number): CoapMessage | string | undefined => {
  const tokenLength = b[start]! & 15;
  const f = coapFrame(b, start, end);
  if (f === undefined || tokenLength > 8) return undefined;
  const { code, token } = f;
  const klass = code >> 5;
  if (klass === 1 || klass === 3 || klass === 6) return undefined;
  return decodeRest(b, token + tokenLength, end, code, 'reliable', -1, hex(b, token, token + tokenLength));
};

const decodeRest = (
  b: Uint8Array,
  start: number,
  end: number,
  code: number,
  kind: CoapKind,
  messageId: number,
  token: string,
): CoapMessage | string => {
  const klass = code >> 5;
  let o = start;
  const options: CoapOption[] = [];
  const query: string[] = [];
  let path = '';
  let observe = -1;
  let contentFormat = -1;
  let block: CoapMessage['block'];
  let number = 0;
  while (o < end && b[o] !== 0xff) {
    const head = b[o]!;
    if (!readExtended(b, head >> 4, o + 1, end)) return 'option delta';
    number += extended.value;
    if (!readExtended(b, head & 15, extended.next, end)) return 'option length';
    const length = extended.value;
    const from = extended.next;
    if (length > end - from) return 'option beyond the message';
    const to = from + length;
    o = to;
    const known = klass === 7 ? SIGNAL_OPTIONS[code * 16 + number] : OPTIONS[number];
    let value: string | number = '';
    switch (known?.[1]) {
      case 'text':
        value = utf8(b, from, to);
        if (number === 11) path += `/${value}`;
        else if (number === 15) {
          value = maskQuery(value);
          query.push(value);
        }
        break;
      case 'number':
        value = numberOf(b, from, to);
        if (number === 6) observe = value;
        else if (number === 12) contentFormat = value;
        break;
      case 'block': {
        const n = numberOf(b, from, to);
        block = { number: n >>> 4, more: (n & 8) !== 0, size: 1 << ((n & 7) + 4) };
        value = `${block.number}/${block.more ? 1 : 0}/${block.size}`;
        break;
      }
      default:
        value = hex(b, from, Math.min(to, from + 64));
    }
    if (options.length < MAX_OPTIONS) options.push({ number, name: known?.[0] ?? `option ${number}`, value });
  }
  // Section 3: a marker without payload is a format error.
  if (o < end && o + 1 === end) return 'payload marker without payload';
  const from = o < end ? o + 1 : end;
  const request = klass === 0;
  return {
    type: code === 0 ? 'CoAP empty' : klass === 7 ? 'CoAP signal' : request ? 'CoAP request' : 'CoAP response',
    kind,
    code,
    codeName: request
      ? (METHODS[code] ?? `method ${code}`)
      : `${klass}.${String(code & 31).padStart(2, '0')} ${RESPONSES[code] ?? SIGNALS[code] ?? ''}`.trimEnd(),
    messageId,
    token,
    options,
    path: request && code !== 0 && path === '' ? '/' : path,
    query,
    observe,
    contentFormat,
    block,
    payload:
      from >= end ? NO_PAYLOAD : isSecretPath(path) ? MASKED_OCTETS : b.slice(from, Math.min(end, from + MAX_PAYLOAD)),
    payloadLength: end - from,
  };
};

/** A message for speakers of the protocol; options in ascending order of their numbers. */
export const encodeCoap = (m: {
  readonly kind?: 0 | 1 | 2 | 3;
  readonly code: number;
  readonly messageId: number;
  readonly token?: readonly number[];
  readonly options?: readonly (readonly [number, string | readonly number[]])[];
  readonly payload?: string | Uint8Array;
}): Uint8Array => {
  const token = m.token ?? [];
  const w = new OctetWriter()
    .u8(0x40 | ((m.kind ?? 0) << 4) | token.length, m.code)
    .u16(m.messageId)
    .u8(...token);
  let before = 0;
  const nibble = (n: number): number => (n < 13 ? n : n < 269 ? 13 : 14);
  const more = (n: number): void => {
    if (n >= 269) w.u16(n - 269);
    else if (n >= 13) w.u8(n - 13);
  };
  for (const [number, value] of m.options ?? []) {
    const octets = typeof value === 'string' ? new TextEncoder().encode(value) : value;
    w.u8((nibble(number - before) << 4) | nibble(octets.length));
    more(number - before);
    more(octets.length);
    w.bytes(octets);
    before = number;
  }
  if (m.payload !== undefined)
    w.u8(0xff).bytes(typeof m.payload === 'string' ? new TextEncoder().encode(m.payload) : m.payload);
  return w.done();
};
