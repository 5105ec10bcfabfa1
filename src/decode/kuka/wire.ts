/**
 * KUKAVARPROXY, the server by which programs read and write the variables of a KUKA robot (TCP 7000). Big-endian. Source: F. Sanfilippo
 * et al., "Controlling Kuka Industrial Robots: Flexible Communication Interface JOpenShowVar", IEEE RAM 22(4), 2015, section "message
 * format"; C3 Bridge Interface Server, which speaks the same. A request is number, length, function, name, and what is to be written; an
 * answer is number, length, function, value, an error of two octets and a flag of success.
 */
import type { Decoded, Message, Probe } from '../../core/decoder.ts';
import { ascii, u16be } from '../../lib/bytes.ts';
import { MASKED } from '../../lib/masked.ts';
import { isSecretName } from '../../lib/secret-names.ts';

/** Number and length. */
const HEADER = 4;
/** Function and the length of the name or value. */
const HEAD = 3;
/** Error and flag, in some versions behind what the length covers. */
const TAIL = 3;
/** Longest message taken for one: a structure with all its fields as text. */
export const MAX_MESSAGE = 4096;
export const FUNCTION = { READ: 0, WRITE: 1 } as const;

export interface KukaProxyMessage extends Message {
  readonly type:
    | 'Read Variable request'
    | 'Read Variable response'
    | 'Write Variable request'
    | 'Write Variable response';
  readonly number: number;
  readonly function: number;
  /** `$OV_PRO`; '' in answers. */
  readonly name: string;
  /** As text in the language of the robot: `{X 10.0,Y 0.0}`; '' in requests to read. */
  readonly value: string;
  /** Of answers; -1 in requests. */
  readonly error: number;
  /** False in requests. */
  readonly isDone: boolean;
}

/** Text of the robot's language: printable, or bytes above ASCII in comments of western Europe. */
const isText = (b: Uint8Array, from: number, to: number): boolean => {
  for (let i = from; i < to; i++) if (b[i]! < 0x20 && b[i] !== 9) return false;
  return true;
};

/** Names of KRL: `$` or a letter or underscore, then also digits, brackets, commas, dots; a file before it: `/R1/X`. */
const isName = (b: Uint8Array, from: number, to: number): boolean => {
  if (to <= from || to - from > 256) return false;
  const c = b[from]!;
  const begins = c === 0x24 || c === 0x2f || c === 0x5f || (c >= 0x41 && c <= 0x5a) || (c >= 0x61 && c <= 0x7a);
  return begins && isText(b, from, to);
};

/** Octets of the message at `start`, tail included; 0 where it is none, -1 where more octets must say. */
const sizeOf = (b: Uint8Array, start: number, end: number, toServer: boolean): number => {
  const here = end - start;
  if (here < HEADER + HEAD) return here >= 3 && b[start + 2]! > MAX_MESSAGE >> 8 ? 0 : -1;
  const length = u16be(b, start + 2);
  const what = b[start + 4]!;
  const inner = HEAD + u16be(b, start + 5);
  if (what > FUNCTION.WRITE || length > MAX_MESSAGE || inner > length) return 0;
  if (toServer) {
    if (what === FUNCTION.READ) return inner === length ? HEADER + length : 0;
    if (inner + 2 > length) return 0;
    if (here < HEADER + inner + 2) return -1;
    return inner + 2 + u16be(b, start + HEADER + inner) === length ? HEADER + length : 0;
  }
  return inner + TAIL === length ? HEADER + length : inner === length ? HEADER + length + TAIL : 0;
};

export const probeProxy = (b: Uint8Array, start: number, end: number, toServer: boolean): Probe => {
  const size = sizeOf(b, start, end, toServer);
  if (size === 0) return 'no';
  if (size < 0 || start + size > end) return 'more';
  const stop = start + HEADER + HEAD + u16be(b, start + 5);
  if (toServer) return isName(b, start + HEADER + HEAD, stop) ? 'sure' : 'no';
  // An answer: the flag is 0 or 1, and what is read is text.
  return b[start + size - 1]! <= 1 && isText(b, start + HEADER + HEAD, stop) ? 'maybe' : 'no';
};

/** Numbers of requests for variables whose name says that they are secret: their answers do not name them. Emptied when full. */
const MAX_SECRETS = 64;
export interface ProxyState {
  readonly secrets: Set<number>;
  isKnown: boolean;
}
export const openProxy = (): ProxyState => ({ secrets: new Set(), isKnown: false });

export const decodeProxy = (
  b: Uint8Array,
  start: number,
  end: number,
  toServer: boolean,
  { secrets }: ProxyState,
): Decoded<KukaProxyMessage> => {
  const size = sizeOf(b, start, end, toServer);
  if (size === 0) return { kind: 'foreign' };
  if (size < 0) return { kind: 'incomplete', missing: 1 };
  if (start + size > end) return { kind: 'incomplete', missing: start + size - end };
  const from = start + HEADER + HEAD;
  const stop = from + u16be(b, start + 5);
  if (!(toServer ? isName(b, from, stop) : isText(b, from, stop)))
    return { kind: 'malformed', code: 'kuka.name', detail: 'a name that is no text', consumed: size };
  const writes = b[start + 4] === FUNCTION.WRITE;
  const text = ascii(b, from, stop);
  const number = u16be(b, start);
  const isSecret = toServer ? isSecretName(text) : secrets.delete(number);
  if (toServer && isSecret) {
    if (secrets.size >= MAX_SECRETS) secrets.clear();
    secrets.add(number);
  }
  const written = toServer && writes ? ascii(b, stop + 2, start + size) : '';
  const value = toServer ? written : text;
  return {
    kind: 'message',
    consumed: size,
    message: {
      type: toServer
        ? writes
          ? 'Write Variable request'
          : 'Read Variable request'
        : writes
          ? 'Write Variable response'
          : 'Read Variable response',
      number,
      function: b[start + 4]!,
      name: toServer ? text : '',
      value: isSecret && value !== '' ? MASKED : value,
      error: toServer ? -1 : u16be(b, start + size - TAIL),
      isDone: !toServer && b[start + size - 1] === 1,
    },
  };
};
