/**
 * Niagara Fox (Tridium): messages in text, `fox <kind> <sequence> <reply to> <channel> <command>`, a newline, a brace, one
 * `name=type:value` per line, `};;` and a newline. Values of type `b` and `o` carry a length and may hold any octet.
 * There is no public specification: facts are from the wire.
 */
import type { Decoded, Probe } from '../../core/decoder.ts';
import { ascii, indexOfByte, utf8 } from '../../lib/bytes.ts';
import { MASKED } from '../../lib/masked.ts';
import { tableOf } from '../../lib/table.ts';

/** A hello has some 500 octets, a page of components tens of thousands; beyond this we resynchronise. */
export const MAX_MESSAGE = 1 << 20;
/** Fields kept of a message, and characters of a value; the rest is passed over. */
export const MAX_FIELDS = 128;
export const MAX_VALUE = 512;

export interface FoxField {
  readonly name: string;
  /** `s` text, `i` number, `b` octets, `z` boolean, `o` object. */
  readonly kind: string;
  readonly value: string;
}
export interface FoxMessage {
  readonly type: string;
  /** `a` asynchronous, `s` synchronous, `r` reply, `e` error. */
  readonly kind: string;
  readonly sequence: number;
  /** Sequence of the message that this answers, -1: none. */
  readonly replyTo: number;
  readonly channel: string;
  readonly command: string;
  readonly fields: readonly FoxField[];
  readonly length: number;
}

const FOREIGN = { kind: 'foreign' } as const;
const NEWLINE = 10;
const BRACE = 0x7d;
const SEMICOLON = 0x3b;

const MAGIC = [0x66, 0x6f, 0x78, 0x20] as const;
const startsFox = (b: Uint8Array, start: number, end: number): boolean => {
  for (let i = 0; i < 4 && start + i < end; i++) if (b[start + i] !== MAGIC[i]) return false;
  return true;
};

/** Names whose values are secrets: passwords, digests, keys and what they are made from. */
const isSecret = (name: string): boolean =>
  /password|passwd|secret|hash|digest|nonce|response|credential|token|private|handshake|clientkey|salt/i.test(name);

/** The length in `b:44[` or `o:bog 61[`, and where the octets begin; undefined where the value is plain text. */
const counted = (
  b: Uint8Array,
  start: number,
  lineEnd: number,
): { readonly from: number; readonly count: number } | undefined => {
  const open = indexOfByte(b, 0x5b, start, lineEnd);
  if (open < 0) return undefined;
  let digits = open;
  let count = 0;
  let unit = 1;
  while (digits > start && b[digits - 1]! >= 0x30 && b[digits - 1]! <= 0x39 && unit < 1e8) {
    count += (b[--digits]! - 0x30) * unit;
    unit *= 10;
  }
  return digits === open ? undefined : { from: open + 1, count };
};

interface Parsed {
  readonly message: FoxMessage;
  readonly end: number;
}

/** -1: more octets are needed; -2: not Fox; else the message. */
const parse = (b: Uint8Array, start: number, end: number): Parsed | -1 | -2 => {
  const head = indexOfByte(b, NEWLINE, start, end < start + 256 ? end : start + 256);
  if (head < 0) return end - start >= 256 ? -2 : -1;
  const words = ascii(b, start, head).split(' ');
  if (words.length < 6) return -2;
  const [, kind, sequence, replyTo, channel, command] = words as [string, string, string, string, string, string];
  if (!/^[a-z]{1,2}$/.test(kind) || !/^-?\d{1,9}$/.test(sequence) || !/^-?\d{1,9}$/.test(replyTo)) return -2;
  const fields: FoxField[] = [];
  let at = head + 1;
  // A message without fields is closed at once.
  if (at < end && b[at] === 0x7b) at += 2;
  for (;;) {
    if (at + 3 >= end) return -1;
    if (b[at] === BRACE && b[at + 1] === SEMICOLON && b[at + 2] === SEMICOLON) break;
    if (b[at] === SEMICOLON && b[at + 1] === SEMICOLON) {
      at -= 1;
      break;
    }
    const lineEnd = indexOfByte(b, NEWLINE, at, end);
    if (lineEnd < 0) return end - at > MAX_MESSAGE ? -2 : -1;
    const equals = indexOfByte(b, 0x3d, at, lineEnd);
    if (equals < 0) {
      at = lineEnd + 1;
      continue;
    }
    const name = ascii(b, at, equals < at + 64 ? equals : at + 64);
    const colon = indexOfByte(b, 0x3a, equals, lineEnd);
    const type = colon < 0 ? '' : ascii(b, equals + 1, colon < equals + 8 ? colon : equals + 8);
    const from = colon < 0 ? equals + 1 : colon + 1;
    const blob = type === 'b' || type === 'o' ? counted(b, from, lineEnd) : undefined;
    let stop = lineEnd;
    if (blob !== undefined) {
      stop = blob.from + blob.count + 1;
      if (stop - start > MAX_MESSAGE) return -2;
      if (stop >= end) return -1;
    }
    if (fields.length < MAX_FIELDS) {
      const valueEnd = blob === undefined ? lineEnd : blob.from + blob.count;
      const valueStart = blob === undefined ? from : blob.from;
      const value = isSecret(name)
        ? MASKED
        : utf8(b, valueStart, valueEnd < valueStart + MAX_VALUE ? valueEnd : valueStart + MAX_VALUE);
      fields.push({ name, kind: type, value });
    }
    const next = indexOfByte(b, NEWLINE, stop, end);
    if (next < 0) return -1;
    at = next + 1;
  }
  const stop = at + 4;
  const type = channel === 'fox' ? (TYPES[command] ?? 'Fox message') : 'Fox message';
  return {
    message: {
      type,
      kind,
      sequence: Number(sequence),
      replyTo: Number(replyTo),
      channel,
      command,
      fields,
      length: stop - start,
    },
    end: stop,
  };
};
const TYPES = tableOf<string>({
  hello: 'Fox hello',
  challenge: 'Fox challenge',
  login: 'Fox login',
  auth: 'Fox authentication',
  rejected: 'Fox rejected',
  ready: 'Fox ready',
  welcome: 'Fox welcome',
  goodbye: 'Fox goodbye',
  keepAlive: 'Fox keep-alive',
});

export const decodeFox = (b: Uint8Array, start: number, end: number): Decoded<FoxMessage> => {
  if (!startsFox(b, start, end)) return FOREIGN;
  const r = parse(b, start, end);
  if (r === -1) return end - start > MAX_MESSAGE ? FOREIGN : { kind: 'incomplete', missing: 1 };
  if (r === -2)
    return { kind: 'malformed', code: 'fox.header', detail: 'a Fox message without its header', consumed: 0 };
  return { kind: 'message', message: r.message, consumed: r.end - start };
};

/** `fox a 1 -1 fox hello` and a newline with a brace: nothing else begins so. */
export const probeFox = (b: Uint8Array, start: number, end: number): Probe => {
  if (!startsFox(b, start, end)) return 'no';
  if (end - start < 16) return 'more';
  const head = indexOfByte(b, NEWLINE, start, end < start + 256 ? end : start + 256);
  if (head < 0) return 'more';
  return /^fox [a-z]{1,2} -?\d{1,9} -?\d{1,9} \S{1,40} \S{1,60}/.test(ascii(b, start, head)) ? 'sure' : 'no';
};
