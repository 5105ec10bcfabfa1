/** WebSocket frames: RFC 6455 section 5.2. A frame's payload is handed on as it comes; only its head is waited for. */
import type { Message } from '../../core/decoder.ts';
import { u16be, u32be, utf8 } from '../../lib/bytes.ts';

export type WebSocketType =
  | 'WebSocket continuation'
  | 'WebSocket text'
  | 'WebSocket binary'
  | 'WebSocket close'
  | 'WebSocket ping'
  | 'WebSocket pong';
export interface WebSocketMessage extends Message {
  readonly type: WebSocketType;
  readonly fin: boolean;
  readonly masked: boolean;
  /** RSV1: the message is compressed (RFC 7692), so that its content cannot be read here. */
  readonly compressed: boolean;
  /** Octets of payload. */
  readonly length: number;
  /** Of a close frame (section 7.4), 0 where there is none. */
  readonly closeCode: number;
  readonly closeReason: string;
}

const TYPE: readonly (WebSocketType | undefined)[] = [];
const types: [number, WebSocketType][] = [
  [0, 'WebSocket continuation'],
  [1, 'WebSocket text'],
  [2, 'WebSocket binary'],
  [8, 'WebSocket close'],
  [9, 'WebSocket ping'],
  [10, 'WebSocket pong'],
];
for (const [opcode, type] of types) (TYPE as (WebSocketType | undefined)[])[opcode] = type;

export interface FrameHead {
  readonly type: WebSocketType;
  readonly fin: boolean;
  readonly compressed: boolean;
  /** Offset of the masking key, -1 when the payload is not masked. */
  readonly key: number;
  /** Where the payload begins. */
  readonly start: number;
  readonly length: number;
}

/** The head at `start`: octets missing as a number, a text when it breaks the specification. */
export const decodeHead = (b: Uint8Array, start: number, end: number): FrameHead | number | string => {
  if (end - start < 2) return 2 - (end - start);
  const first = b[start]!;
  const second = b[start + 1]!;
  const type = TYPE[first & 15];
  if (type === undefined) return `reserved opcode ${first & 15}`;
  if ((first & 0x30) !== 0) return 'RSV2 or RSV3 without an extension';
  const fin = first >= 0x80;
  let length = second & 0x7f;
  let o = start + 2;
  if ((first & 8) !== 0 && (length > 125 || !fin)) return 'control frame that is long or fragmented';
  const extra = length === 126 ? 2 : length === 127 ? 8 : 0;
  const masked = second >= 0x80;
  const missing = o + extra + (masked ? 4 : 0) - end;
  if (missing > 0) return missing;
  if (extra === 2) length = u16be(b, o);
  else if (extra === 8) {
    const high = u32be(b, o);
    if (high > 0x1f_ffff) return 'length beyond 2^53';
    length = high * 0x1_0000_0000 + u32be(b, o + 4);
  }
  o += extra;
  return { type, fin, compressed: (first & 0x40) !== 0, key: masked ? o : -1, start: masked ? o + 4 : o, length };
};

/** `start`..`end` without its mask (section 5.3); `phase` is the position of the first octet in the payload. */
export const unmask = (b: Uint8Array, start: number, end: number, key: Uint8Array, phase: number): Uint8Array => {
  const out = new Uint8Array(end - start);
  for (let i = 0; i < out.length; i++) out[i] = b[start + i]! ^ key[(phase + i) & 3]!;
  return out;
};

/** Code and reason in the payload of a close frame. */
export const closeOf = (payload: Uint8Array): { readonly code: number; readonly reason: string } =>
  payload.length < 2 ? { code: 0, reason: '' } : { code: u16be(payload, 0), reason: utf8(payload, 2, payload.length) };

/** A frame for speakers of the protocol; masked when a key of four octets is given. */
export const encodeFrame = (opcode: number, payload: Uint8Array, key?: Uint8Array, fin = true): Uint8Array => {
  const n = payload.length;
  const mask = key ? 0x80 : 0;
  const head = [(fin ? 0x80 : 0) | opcode];
  if (n < 126) head.push(mask | n);
  else if (n < 65_536) head.push(mask | 126, n >> 8, n & 255);
  else head.push(mask | 127, 0, 0, 0, 0, (n >>> 24) & 255, (n >>> 16) & 255, (n >>> 8) & 255, n & 255);
  const body = key ? unmask(payload, 0, n, key, 0) : payload;
  return Uint8Array.from([...head, ...(key ?? []), ...body]);
};
