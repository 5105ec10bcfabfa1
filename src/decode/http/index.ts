/**
 * HTTP/1.x over TCP (RFC 9112). Bodies are consumed as their octets come: nothing but a head is ever waited for. Behind
 * a CONNECT or an Upgrade the connection belongs to somebody else and is carried to whom it may concern.
 */
import type { Decoded, Decoder, Probe } from '../../core/decoder.ts';
import { ascii, indexOfByte } from '../../lib/bytes.ts';
import { observeHttp } from './observe.ts';
import { decodeHead, type HttpBody, type HttpMessage, headEnd, isMethod, MAX_HEAD } from './wire.ts';

/** What is usually tunnelled by CONNECT; each is probed by content. */
const TUNNELLED: readonly string[] = ['tls', 'ssh', 'rdp', 'smb', 'ftp'];
const WEBSOCKET: readonly string[] = ['websocket'];
/** Requests whose methods are remembered while their responses are outstanding (pipelining). */
const MAX_PIPELINE = 64;
/** A line with the size of a chunk, or a trailer line, longer than this is not one. */
const MAX_LINE = 8192;

interface Direction {
  mode: 'head' | 'length' | 'chunk-size' | 'chunk' | 'trailer' | 'close' | 'lost';
  /** Octets of body or chunk to come. */
  left: number;
  sequence: number;
}
export interface HttpState {
  readonly up: Direction;
  readonly down: Direction;
  /** Methods of the requests not answered yet, oldest first. */
  readonly methods: string[];
  /** CONNECT or Upgrade went through, or HTTP/2 began. */
  gone: boolean;
  /** Who may speak inside of it; undefined where nobody here understands it. */
  inside: readonly string[] | undefined;
  /** Last values reported, so that each is said once per connection. */
  userAgent: string;
  server: string;
}
const direction = (): Direction => ({ mode: 'head', left: 0, sequence: 0 });

const startBody = (d: Direction, body: HttpBody): void => {
  d.left = body.length;
  if (body.framing === 'chunked') d.mode = 'chunk-size';
  else if (body.framing === 'close') d.mode = 'close';
  else d.mode = body.framing === 'length' && body.length > 0 ? 'length' : 'head';
};

/** Consumes what is there of a body. */
const decodeBody = (b: Uint8Array, start: number, end: number, d: Direction): Decoded<HttpMessage> => {
  const here = end - start;
  if (d.mode === 'close') return { kind: 'skip', consumed: here };
  if (d.mode === 'length' || d.mode === 'chunk') {
    const n = Math.min(here, d.left);
    d.left -= n;
    if (d.left === 0) d.mode = d.mode === 'length' ? 'head' : 'chunk-size';
    return { kind: 'skip', consumed: n };
  }
  // RFC 9112 section 7.1: size in hexadecimal [;extension], data, an empty line; size 0 begins the trailer.
  const newline = indexOfByte(b, 0x0a, start, Math.min(end, start + MAX_LINE));
  if (newline < 0) {
    if (here < MAX_LINE) return { kind: 'incomplete', missing: 1 };
    return { kind: 'malformed', code: 'http.chunk', detail: 'line without end', consumed: 0 };
  }
  const consumed = newline + 1 - start;
  const line = ascii(b, start, b[newline - 1] === 0x0d && newline > start ? newline - 1 : newline);
  if (d.mode === 'trailer') {
    if (line === '') d.mode = 'head';
    return { kind: 'skip', consumed };
  }
  if (line === '') return { kind: 'skip', consumed };
  const size = /^([0-9a-f]{1,12})\s*(;.*)?$/i.exec(line.trim());
  if (!size) return { kind: 'malformed', code: 'http.chunk', detail: 'size of a chunk', consumed: 0 };
  d.left = Number.parseInt(size[1]!, 16);
  d.mode = d.left === 0 ? 'trailer' : 'chunk';
  return { kind: 'skip', consumed };
};

const decode = (
  b: Uint8Array,
  start: number,
  end: number,
  toServer: boolean,
  afterGap: boolean,
  state: HttpState,
): Decoded<HttpMessage> => {
  const d = toServer ? state.up : state.down;
  if (state.gone)
    return state.inside === undefined
      ? { kind: 'skip', consumed: end - start }
      : { kind: 'carries', child: state.inside, bytes: b, start, end, consumed: end - start };
  if (afterGap) d.mode = 'lost';
  if (d.mode === 'lost') {
    const found = probe(b, start, end);
    if (found === 'more') return { kind: 'incomplete', missing: 1 };
    if (found !== 'sure') return { kind: 'skip', consumed: end - start };
    // Whose answer was lost is not known; the last request is the likeliest to be answered now.
    d.mode = 'head';
    if (toServer) d.sequence = Math.max(d.sequence, state.down.sequence);
    else {
      d.sequence = Math.max(d.sequence, state.up.sequence - 1);
      state.methods.splice(0, Math.max(0, state.methods.length - 1));
    }
  }
  if (d.mode !== 'head') return decodeBody(b, start, end, d);
  // RFC 9112 section 2.2: empty lines before a start line are ignored.
  if (b[start] === 0x0d || b[start] === 0x0a) return { kind: 'skip', consumed: 1 };
  const stop = headEnd(b, start, Math.min(end, start + MAX_HEAD));
  if (stop < 0) {
    if (end - start >= MAX_HEAD)
      return { kind: 'malformed', code: 'http.head-too-long', detail: `over ${MAX_HEAD} octets`, consumed: 0 };
    return { kind: 'incomplete', missing: 1 };
  }
  if (toServer && stop - start === 18 && ascii(b, start, start + 14) === 'PRI * HTTP/2.0') {
    state.gone = true;
    return { kind: 'message', message: { type: 'HTTP/2 preface', sequence: d.sequence }, consumed: stop - start };
  }
  const asked = toServer ? undefined : state.methods[0];
  // A response to nothing that was seen must not shift the ones that follow.
  const orphan = !toServer && d.sequence >= state.up.sequence;
  const message = decodeHead(b, start, stop, orphan ? -1 : d.sequence, asked);
  if (!message || (message.type === 'HTTP request') !== toServer)
    return { kind: 'malformed', code: 'http.start-line', detail: 'not a start line', consumed: 0 };
  startBody(d, message.body);
  if (message.type === 'HTTP request') {
    d.sequence++;
    if (state.methods.length < MAX_PIPELINE) state.methods.push(message.method);
  } else if (message.status >= 200 || message.status === 101) {
    if (!orphan) d.sequence++;
    state.methods.shift();
    if (message.status === 101 || (asked === 'CONNECT' && message.status < 300)) {
      state.gone = true;
      state.inside = asked === 'CONNECT' ? TUNNELLED : message.upgrade === 'websocket' ? WEBSOCKET : undefined;
    }
  }
  return { kind: 'message', message, consumed: stop - start };
};

const probe = (b: Uint8Array, start: number, end: number): Probe => {
  // Methods and `HTTP/` begin with a capital letter.
  const first = b[start]!;
  if ((first < 0x41 || first > 0x5a) && first !== 0x5f && first !== 0x2d) return 'no';
  const text = ascii(b, start, Math.min(end, start + 20));
  if (text.startsWith('HTTP/1.')) return 'sure';
  if (text.startsWith('PRI * HTTP/2.0')) return 'sure';
  const blank = text.indexOf(' ');
  if (blank < 0) return end - start < 16 && /^([A-Z_-]+|H(T(T(P(\/(1\.?)?)?)?)?)?)$/.test(text) ? 'more' : 'no';
  if (!isMethod(text.slice(0, blank))) return 'no';
  // RTSP and SIP look alike: the version at the end of the line decides.
  const newline = indexOfByte(b, 0x0a, start, Math.min(end, start + 4096));
  if (newline < 0) return 'maybe';
  return / HTTP\/1\.[01]\r?$/.test(ascii(b, Math.max(start, newline - 11), newline).replace(/\.$/, '')) ? 'sure' : 'no';
};

export const http: Decoder<HttpMessage, HttpState> = {
  name: 'http',
  title: 'HTTP',
  family: 'it',
  attach: [{ over: 'tcp', ports: [80, 8080, 8000, 8008, 8081, 8088, 3128, 5985, 47001, 5357] }],
  probe,
  open: () => ({
    up: direction(),
    down: direction(),
    methods: [],
    gone: false,
    inside: undefined,
    userAgent: '',
    server: '',
  }),
  decode: (b, start, end, context, state) => decode(b, start, end, context.toServer, context.afterGap, state),
  pairing: {
    scope: 'flow',
    role: (message) => {
      if (message.type === 'HTTP request') return 'request';
      if (message.type === 'HTTP/2 preface') return 'single';
      return message.status < 200 && message.status !== 101 ? 'partial' : 'response';
    },
    key: (message) => message.sequence,
    timeoutUs: 60_000_000,
  },
  observe: observeHttp,
};
