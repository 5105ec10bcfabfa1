/**
 * WebSocket behind an HTTP Upgrade (RFC 6455). What it carries is found by content: messages are octets in a row for
 * protocols that are streams, whatever the frames that cut them.
 */
import type { Decoded, Decoder, Transaction } from '../../core/decoder.ts';
import type { ObservationSink } from '../../core/observation.ts';
import { closeOf, decodeHead, unmask, type WebSocketMessage } from './wire.ts';

/** Who is known to speak inside. */
const INSIDE: readonly string[] = ['mqtt', 'amqp', 'opcua', 'modbus'];

interface Direction {
  /** Octets of the current frame's payload to come, and how many came. */
  left: number;
  done: number;
  /** Masking key of the current frame. */
  key: Uint8Array | undefined;
  /** The message is compressed: its frames are passed over. */
  compressed: boolean;
  lost: boolean;
}
export interface WebSocketState {
  readonly up: Direction;
  readonly down: Direction;
}
const direction = (): Direction => ({ left: 0, done: 0, key: undefined, compressed: false, lost: false });

/** What is there of the current frame's payload. */
const body = (
  b: Uint8Array,
  start: number,
  end: number,
  from: number,
  d: Direction,
  message: WebSocketMessage | undefined,
): Decoded<WebSocketMessage> => {
  const n = Math.min(d.left, end - from);
  const consumed = from + n - start;
  const phase = d.done;
  d.left -= n;
  d.done += n;
  if (n === 0 || d.compressed)
    return message ? { kind: 'message', message, consumed } : { kind: 'skip', consumed: Math.max(1, consumed) };
  const bytes = d.key ? unmask(b, from, from + n, d.key, phase) : b;
  const first = d.key ? 0 : from;
  return {
    kind: 'carries',
    child: INSIDE,
    bytes,
    start: first,
    end: first + n,
    consumed,
    ...(message ? { message } : {}),
  };
};

const decode = (
  b: Uint8Array,
  start: number,
  end: number,
  toServer: boolean,
  afterGap: boolean,
  state: WebSocketState,
): Decoded<WebSocketMessage> => {
  const d = toServer ? state.up : state.down;
  // Frames cannot be found again in the middle of a stream: nothing marks their beginning.
  if (afterGap) d.lost = true;
  if (d.lost) return { kind: 'skip', consumed: end - start };
  if (d.left > 0) return body(b, start, end, start, d, undefined);
  const head = decodeHead(b, start, end);
  if (typeof head === 'number') return { kind: 'incomplete', missing: head };
  if (typeof head === 'string') {
    d.lost = true;
    return { kind: 'malformed', code: 'websocket.frame', detail: head, consumed: end - start };
  }
  const control = head.type === 'WebSocket close' || head.type === 'WebSocket ping' || head.type === 'WebSocket pong';
  const stop = head.start + head.length;
  if (control && stop > end) return { kind: 'incomplete', missing: stop - end };
  const key = head.key < 0 ? undefined : b.slice(head.key, head.key + 4);
  let closeCode = 0;
  let closeReason = '';
  if (head.type === 'WebSocket close') {
    const payload = key ? unmask(b, head.start, stop, key, 0) : b.subarray(head.start, stop);
    ({ code: closeCode, reason: closeReason } = closeOf(payload));
  }
  const message: WebSocketMessage = {
    type: head.type,
    fin: head.fin,
    masked: key !== undefined,
    compressed: head.compressed,
    length: head.length,
    closeCode,
    closeReason,
  };
  if (control) return { kind: 'message', message, consumed: stop - start };
  if (head.type !== 'WebSocket continuation') d.compressed = head.compressed;
  d.left = head.length;
  d.done = 0;
  d.key = key;
  return body(b, start, end, head.start, d, message);
};

const observe = (t: Transaction<WebSocketMessage>, sink: ObservationSink): void => {
  const m = t.request;
  if (m?.type !== 'WebSocket close') return;
  const why = m.closeCode === 0 ? '' : ` (${m.closeCode}${m.closeReason === '' ? '' : ` ${m.closeReason}`})`;
  sink.session(t.at, { phase: 'close', outcome: 'unconfirmed', detail: `WebSocket${why}` });
};

export const websocket: Decoder<WebSocketMessage, WebSocketState> = {
  name: 'websocket',
  title: 'WebSocket',
  family: 'it',
  // Attached to TCP only because its frames form a stream; it is reached through HTTP alone.
  attach: [{ over: 'tcp', ports: [] }, { over: 'carried' }],
  probe: (_b, _start, _end, context) => (context.carrier === 'http' ? 'maybe' : 'no'),
  open: () => ({ up: direction(), down: direction() }),
  decode: (b, start, end, context, state) => decode(b, start, end, context.toServer, context.afterGap, state),
  observe,
};
