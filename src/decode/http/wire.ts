/**
 * Heads of HTTP/1.x messages: RFC 9112 sections 2 to 7, authentication RFC 9110 section 11 and RFC 7617. Bodies are not
 * read. Credentials leave this file only as the constant `(masked)`.
 */
import type { Message } from '../../core/decoder.ts';
import { ascii, utf8 } from '../../lib/bytes.ts';
import { MASKED } from '../../lib/masked.ts';
import { decodeNtlm, type Ntlm } from '../shared/ntlm.ts';

/** A head longer than this is given up (common servers refuse 8 to 64 KiB). */
export const MAX_HEAD = 65_536;
const MAX_HEADERS = 128;
/** Longest field and most fields that common servers take unless told otherwise. Source: Apache HTTP Server 2.4, LimitRequestFieldSize, LimitRequestFields. */
const MAX_FIELD = 8190;
const MAX_FIELDS = 100;
/** Fields that are long by what they carry: sessions of a browser, tickets with many groups. */
const LONG = /^(cookie|authorization|proxy-authorization)$/i;
/** Longest target and header text kept. */
const MAX_TEXT = 1024;
/** The weird that is said of a request's header, and what it is. */
export interface HeaderOddity {
  readonly code: 'http.header-length' | 'http.header-fields' | 'http.header-octets';
  readonly detail: string;
}
export interface HttpAuth {
  /** Lower case: `basic`, `digest`, `ntlm`, `negotiate`, `bearer`. */
  readonly scheme: string;
  readonly user: string | undefined;
  /** `(masked)` where the secret itself was on the wire (Basic, Bearer). */
  readonly credential: typeof MASKED | '';
  readonly ntlm: Ntlm | undefined;
}
export interface HttpBody {
  /** `none`, a number of octets, `chunked`, or until the connection closes. */
  readonly framing: 'none' | 'length' | 'chunked' | 'close';
  readonly length: number;
}
export interface HttpRequest extends Message {
  readonly type: 'HTTP request';
  /** Position in the connection: responses come in the order of requests. */
  readonly sequence: number;
  readonly method: string;
  /** Path with the values of its query masked. */
  readonly target: string;
  readonly version: string;
  readonly host: string;
  readonly userAgent: string;
  readonly contentType: string;
  readonly upgrade: string;
  readonly auth: HttpAuth | undefined;
  readonly body: HttpBody;
  /** What no program sends that belongs to the server; absent where nothing is odd. */
  readonly odd?: HeaderOddity;
}
export interface HttpResponse extends Message {
  readonly type: 'HTTP response';
  readonly sequence: number;
  readonly status: number;
  readonly reason: string;
  readonly version: string;
  readonly server: string;
  readonly contentType: string;
  readonly upgrade: string;
  /** Challenge of a 401 or 407. */
  readonly auth: HttpAuth | undefined;
  readonly body: HttpBody;
}
/** The connection turned to HTTP/2 (RFC 9113 section 3.4). */
export interface HttpPreface extends Message {
  readonly type: 'HTTP/2 preface';
  readonly sequence: number;
}
export type HttpMessage = HttpRequest | HttpResponse | HttpPreface;

/** RFC 9110 section 9, RFC 5789, WebDAV RFC 4918, UPnP. */
const METHODS =
  'GET HEAD POST PUT DELETE CONNECT OPTIONS TRACE PATCH PROPFIND PROPPATCH MKCOL COPY MOVE LOCK UNLOCK SEARCH REPORT ' +
  'SUBSCRIBE UNSUBSCRIBE NOTIFY M-SEARCH RPC_IN_DATA RPC_OUT_DATA MERGE CHECKOUT';
const KNOWN = new Set(METHODS.split(' '));
export const isMethod = (method: string): boolean => KNOWN.has(method);

/** Octets after the empty line that ends a head at `start`, or -1 when it is not there yet. */
export const headEnd = (b: Uint8Array, start: number, end: number): number => {
  for (let i = start; i < end; i++) {
    if (b[i] !== 0x0a) continue;
    if (b[i + 1] === 0x0a && i + 1 < end) return i + 2;
    if (b[i + 1] === 0x0d && b[i + 2] === 0x0a && i + 2 < end) return i + 3;
  }
  return -1;
};

/** Query values and user information may be secrets: `/login?user=..&pw=..` keeps only its keys. */
export const maskTarget = (target: string): string => {
  const noUser = target.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/i, `$1${MASKED}@`);
  const mark = noUser.indexOf('?');
  if (mark < 0) return noUser;
  const query = noUser
    .slice(mark + 1)
    .split('&')
    .slice(0, 32)
    .map((pair) => (pair.includes('=') ? `${pair.slice(0, pair.indexOf('='))}=..` : pair === '' ? '' : '..'));
  return `${noUser.slice(0, mark)}?${query.join('&')}`;
};

const base64 = (text: string): Uint8Array => {
  try {
    return Uint8Array.from(atob(text.trim().slice(0, 8192)), (c) => c.charCodeAt(0));
  } catch {
    return new Uint8Array(0);
  }
};

/** An Authorization, Proxy-Authorization or WWW-Authenticate value without its secret. */
export const authOf = (value: string, fromClient: boolean): HttpAuth => {
  const blank = value.indexOf(' ');
  const scheme = (blank < 0 ? value : value.slice(0, blank)).toLowerCase().slice(0, 32);
  const rest = blank < 0 ? '' : value.slice(blank + 1);
  if (scheme === 'basic' && fromClient) {
    const pair = base64(rest);
    const colon = pair.indexOf(0x3a);
    return {
      scheme,
      user: utf8(pair, 0, colon < 0 ? 0 : Math.min(colon, 256)),
      credential: MASKED,
      ntlm: undefined,
    };
  }
  if (scheme === 'ntlm' || scheme === 'negotiate') {
    const token = base64(rest);
    let ntlm: Ntlm | undefined;
    for (let o = 0; o + 12 <= token.length && !ntlm; o++)
      if (token[o] === 0x4e && token[o + 1] === 0x54) ntlm = decodeNtlm(token, o, token.length);
    return { scheme, user: undefined, credential: '', ntlm };
  }
  if (scheme === 'digest') {
    const user = /(?:^|[ ,])username="([^"]{0,256})"/.exec(rest)?.[1];
    return { scheme, user, credential: '', ntlm: undefined };
  }
  return { scheme, user: undefined, credential: fromClient && scheme === 'bearer' ? MASKED : '', ntlm: undefined };
};

interface Headers {
  host: string;
  userAgent: string;
  server: string;
  contentType: string;
  upgrade: string;
  authorization: string;
  challenge: string;
  length: number;
  chunked: boolean;
}

const headersOf = (lines: readonly string[]): Headers => {
  const h: Headers = {
    host: '',
    userAgent: '',
    server: '',
    contentType: '',
    upgrade: '',
    authorization: '',
    challenge: '',
    length: -1,
    chunked: false,
  };
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const value = line.slice(colon + 1).trim();
    switch (line.slice(0, colon).toLowerCase()) {
      case 'host':
        h.host = value.slice(0, 256);
        break;
      case 'user-agent':
        h.userAgent = value.slice(0, MAX_TEXT);
        break;
      case 'server':
        h.server = value.slice(0, MAX_TEXT);
        break;
      case 'content-type':
        h.contentType = value.slice(0, 128);
        break;
      case 'upgrade':
        h.upgrade = value.slice(0, 64).toLowerCase();
        break;
      case 'authorization':
      case 'proxy-authorization':
        h.authorization = value;
        break;
      case 'www-authenticate':
      case 'proxy-authenticate':
        // Several schemes may be offered; the one that carries a token is the interesting one.
        if (h.challenge === '' || value.includes(' ')) h.challenge = value;
        break;
      case 'content-length':
        h.length = /^\d{1,15}$/.test(value) ? Number(value) : h.length;
        break;
      case 'transfer-encoding':
        h.chunked = /(^|,)\s*chunked\s*$/i.test(value);
        break;
    }
  }
  return h;
};

/** A name is a token (RFC 9110 section 5.6.2), a value has no control characters but the tabulator (section 5.5). */
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const hasControl = (b: Uint8Array, start: number, end: number): boolean => {
  for (let i = start; i < end; i++) {
    const c = b[i]!;
    if ((c < 0x20 && c !== 0x09 && c !== 0x0a && c !== 0x0d) || c === 0x7f) return true;
  }
  return false;
};
/** Of the head of a request in `start`..`end`, whose fields are `lines`. */
const oddityOf = (b: Uint8Array, start: number, end: number, lines: readonly string[]): HeaderOddity | undefined => {
  const fields = lines.filter((line) => line !== '');
  if (fields.length > MAX_FIELDS)
    return {
      code: 'http.header-fields',
      detail: `a request with more than ${MAX_FIELDS} header fields`,
    };
  for (const line of fields) {
    // A line that begins with a blank or tabulator (shown as a dot) goes on with the one before: obsolete, RFC 9112 section 5.2.
    if (line[0] === ' ' || line[0] === '.') continue;
    const name = line.slice(0, Math.max(0, line.indexOf(':')));
    if (line.length > MAX_FIELD && !LONG.test(name))
      return { code: 'http.header-length', detail: `a request with a header field of ${line.length} octets` };
    if (!NAME.test(name))
      return { code: 'http.header-octets', detail: 'a request with a header field that has no name' };
  }
  return hasControl(b, start, end)
    ? { code: 'http.header-octets', detail: 'a request with control characters in its header' }
    : undefined;
};

const none: HttpBody = { framing: 'none', length: 0 };
const framed = (h: Headers, otherwise: HttpBody): HttpBody =>
  h.chunked ? { framing: 'chunked', length: 0 } : h.length >= 0 ? { framing: 'length', length: h.length } : otherwise;

/**
 * The head in `start`..`end` (which ends behind the empty line). `asked` is the method of the request a response answers.
 * Undefined when the start line is not HTTP.
 */
export const decodeHead = (
  b: Uint8Array,
  start: number,
  end: number,
  sequence: number,
  asked: string | undefined,
): HttpRequest | HttpResponse | undefined => {
  const lines = splitLines(b, start, end);
  const first = lines[0] ?? '';
  const headers = headersOf(lines.slice(1));
  const status = /^HTTP\/(\d\.\d) (\d{3})(?: (.*))?$/.exec(first);
  if (status) {
    const number = Number(status[2]);
    // RFC 9112 section 6.3: these never have a body.
    const empty = number < 200 || number === 204 || number === 304 || asked === 'HEAD';
    const tunnel = asked === 'CONNECT' && number >= 200 && number < 300;
    return {
      type: 'HTTP response',
      sequence,
      status: number,
      reason: (status[3] ?? '').slice(0, 64),
      version: status[1]!,
      server: headers.server,
      contentType: headers.contentType,
      upgrade: headers.upgrade,
      auth: headers.challenge === '' ? undefined : authOf(headers.challenge, false),
      body: empty || tunnel ? none : framed(headers, { framing: 'close', length: 0 }),
    };
  }
  const request = /^([A-Z_-]{3,16}) (\S+) HTTP\/(\d\.\d)$/.exec(first);
  if (!request || !isMethod(request[1]!)) return undefined;
  const odd = oddityOf(b, start, end, lines.slice(1));
  return {
    type: 'HTTP request',
    ...(odd === undefined ? {} : { odd }),
    sequence,
    method: request[1]!,
    target: maskTarget(request[2]!.slice(0, MAX_TEXT)),
    version: request[3]!,
    host: headers.host,
    userAgent: headers.userAgent,
    contentType: headers.contentType,
    upgrade: headers.upgrade,
    auth: headers.authorization === '' ? undefined : authOf(headers.authorization, true),
    body: framed(headers, none),
  };
};

const splitLines = (b: Uint8Array, start: number, end: number): string[] => {
  const lines: string[] = [];
  let from = start;
  for (let i = start; i < end && lines.length < MAX_HEADERS; i++) {
    if (b[i] !== 0x0a) continue;
    lines.push(ascii(b, from, i > from && b[i - 1] === 0x0d ? i - 1 : i));
    from = i + 1;
  }
  return lines;
};

/** A request head (RFC 9112 section 3) for speakers of the protocol; `headers` as they stand on the wire. */
export const encodeRequest = (
  method: string,
  target: string,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array = new Uint8Array(0),
): Uint8Array => encodeHead(`${method} ${target} HTTP/1.1`, headers, body);
/** A response with its body; the length is filled in. */
export const encodeResponse = (
  status: number,
  reason: string,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array = new Uint8Array(0),
): Uint8Array => encodeHead(`HTTP/1.1 ${status} ${reason}`, headers, body, true);

const encodeHead = (
  first: string,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array,
  always = false,
): Uint8Array => {
  const lines = [first, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)];
  if (always || body.length > 0) lines.push(`Content-Length: ${body.length}`);
  const head = new TextEncoder().encode(`${lines.join('\r\n')}\r\n\r\n`);
  const out = new Uint8Array(head.length + body.length);
  out.set(head);
  out.set(body, head.length);
  return out;
};
