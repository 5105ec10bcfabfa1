/**
 * CIP requests and responses: Message Router format, with the requests that lie inside others (Unconnected Send, Multiple
 * Service Packet). Source: The CIP Networks Library Volume 1, sections 2-4 (message router), 3-5.5 (Unconnected Send) and
 * A-4 (common services).
 */
import { u16le } from '../../lib/bytes.ts';
import { MASKED_OCTETS } from '../../lib/masked.ts';
import { isSecretName } from '../../lib/secret-names.ts';
import { OctetSlab } from '../shared/octet-slab.ts';
import { attributeText } from './cip-attributes.ts';
import { CONNECTION_FAILURE, PARTIAL_TRANSFER, serviceName } from './cip-names.ts';
import { decodeForwardClose, decodeForwardOpen, decodeForwardOpened, type Forward } from './connection.ts';
import { decodeEpath, type Epath, NO_PATH } from './epath.ts';
import { type CipVerb, CLASS, carriesSecret, SERVICE, verbOf } from './verbs.ts';

export interface CipMessage {
  readonly kind: 'request' | 'response';
  /** 0..127, without the response bit. */
  readonly service: number;
  /** The service's name in its class; in a response, whose class is unknown, the common name. Constant strings. */
  readonly name: string;
  readonly path: Epath;
  /** What is addressed, in words. */
  readonly object: string;
  readonly verb: CipVerb;
  /** General status, -1 in requests. */
  readonly status: number;
  /** First word of the additional status, -1 without. */
  readonly extended: number;
  /** Service data (a copy), `(masked)` where it may hold a secret. */
  readonly data: Uint8Array;
  /** Parts of a Multiple Service Packet, or the one request inside an Unconnected Send. */
  readonly embedded: readonly CipMessage[];
  /** Route of an Unconnected Send: `1/0`. */
  readonly route: string;
  /** Milliseconds after which an Unconnected Send is given up (3-5.5.1.2: 2 to the power of the tick time, times ticks); -1 elsewhere. */
  readonly timeoutMs: number;
  readonly forward: Forward | undefined;
}

/** Requests may lie in requests; deeper than this is malformed. */
export const MAX_DEPTH = 4;
/** Parts of one Multiple Service Packet that are read. */
export const MAX_PARTS = 256;
const NONE: readonly CipMessage[] = [];
const NO_DATA = new Uint8Array(0);

/** Shared by all flows: what is kept of it for long (cached requests) is short and on the engine's heap. */
const slab = new OctetSlab(16_384);
const copy = (b: Uint8Array, start: number, end: number): Uint8Array =>
  end > start ? slab.copy(b, start, end) : NO_DATA;

/** One CIP message in `start`..`end`; undefined when it is too short for what it says. */
export const decodeCip = (b: Uint8Array, start: number, end: number, depth = 0): CipMessage | undefined => {
  if (end - start < 2 || depth > MAX_DEPTH) return undefined;
  return b[start]! & 0x80 ? decodeResponse(b, start, end, depth) : decodeRequest(b, start, end, depth);
};

const decodeRequest = (b: Uint8Array, start: number, end: number, depth: number): CipMessage | undefined => {
  // 2-4.1: service, path size in words, padded EPATH, data
  const service = b[start]!;
  const o = start + 2 + 2 * b[start + 1]!;
  if (o > end) return undefined;
  const path = decodeEpath(b, start + 2, o);
  let embedded = NONE;
  let route = '';
  let timeoutMs = -1;
  let forward: Forward | undefined;
  let dataEnd = end;
  if (path.lastClass === CLASS.CONNECTION_MANAGER) {
    if (service === SERVICE.UNCONNECTED_SEND) {
      // 3-5.5.4: priority/tick, ticks, size of the request 2, the request, pad to even, route words, reserved, route
      if (o + 4 > end) return undefined;
      const size = u16le(b, o + 2);
      const routeAt = o + 4 + size + (size & 1);
      if (routeAt + 2 > end || routeAt + 2 + 2 * b[routeAt]! > end) return undefined;
      const inner = decodeCip(b, o + 4, o + 4 + size, depth + 1);
      if (inner === undefined) return undefined;
      embedded = [inner];
      timeoutMs = (1 << (b[o]! & 15)) * b[o + 1]!;
      route = decodeEpath(b, routeAt + 2, routeAt + 2 + 2 * b[routeAt]!).route;
      dataEnd = o;
    } else if (service === SERVICE.FORWARD_OPEN || service === SERVICE.LARGE_FORWARD_OPEN)
      forward = decodeForwardOpen(b, o, end, service === SERVICE.LARGE_FORWARD_OPEN);
    else if (service === SERVICE.FORWARD_CLOSE) forward = decodeForwardClose(b, o, end, false);
  } else if (service === SERVICE.MULTIPLE) {
    const parts = decodeParts(b, o, end, depth);
    if (parts === undefined) return undefined;
    embedded = parts;
    dataEnd = o;
  }
  const tagged = path.symbol !== '' && path.cls < 0;
  return {
    kind: 'request',
    service,
    name: serviceName(service, tagged ? -2 : path.lastClass),
    path,
    object: describe(service, path, b, o, end),
    verb: verbOf(service, path),
    status: -1,
    extended: -1,
    data: carriesSecret(service, path) || writesSecret(service, path) ? MASKED_OCTETS : copy(b, o, dataEnd),
    embedded,
    route,
    timeoutMs,
    forward,
  };
};

/** A tag is written whose name says that it is a password. */
const writesSecret = (service: number, path: Epath): boolean =>
  (service === SERVICE.WRITE_TAG || service === SERVICE.WRITE_FRAGMENT) && isSecretName(path.symbol);

/** The same of a tag that is read: the answer, which does not name it, holds the secret. */
export const readsSecret = ({ service, path }: CipMessage): boolean =>
  (service === SERVICE.READ_TAG || service === SERVICE.READ_FRAGMENT) && isSecretName(path.symbol);

const decodeResponse = (b: Uint8Array, start: number, end: number, depth: number): CipMessage | undefined => {
  // 2-4.2: service | 0x80, reserved, general status, size of additional status in words, additional status, data
  if (end - start < 4) return undefined;
  const service = b[start]! & 0x7f;
  const status = b[start + 2]!;
  const o = start + 4 + 2 * b[start + 3]!;
  if (o > end) return undefined;
  let embedded = NONE;
  let forward: Forward | undefined;
  let dataEnd = end;
  if (service === SERVICE.MULTIPLE && o + 2 <= end) {
    const parts = decodeParts(b, o, end, depth);
    if (parts === undefined) return undefined;
    embedded = parts;
    dataEnd = o;
  } else if (status === 0) {
    if (service === SERVICE.FORWARD_OPEN || service === SERVICE.LARGE_FORWARD_OPEN)
      forward = decodeForwardOpened(b, o, end);
    // The same service number on a tag is Read Modify Write, whose answer is empty.
    else if (service === SERVICE.FORWARD_CLOSE) forward = decodeForwardClose(b, o, end, true);
  }
  return {
    kind: 'response',
    service,
    name: serviceName(service, -1),
    path: NO_PATH,
    object: '',
    verb: 'none',
    status,
    extended: b[start + 3]! === 0 ? -1 : u16le(b, start + 4),
    data: copy(b, o, dataEnd),
    embedded,
    route: '',
    timeoutMs: -1,
    forward,
  };
};

/** A-4.10: number of parts, their offsets from the number's first octet, the parts. */
const decodeParts = (b: Uint8Array, o: number, end: number, depth: number): readonly CipMessage[] | undefined => {
  if (o + 2 > end) return undefined;
  const count = u16le(b, o);
  if (o + 2 + 2 * count > end || count > MAX_PARTS) return undefined;
  const parts: CipMessage[] = [];
  for (let i = 0; i < count; i++) {
    const from = o + u16le(b, o + 2 + 2 * i);
    const to = i + 1 < count ? o + u16le(b, o + 4 + 2 * i) : end;
    // Offsets must go forward, or a small packet could be read many times over.
    if (from < o + 2 + 2 * count || to <= from || to > end) return undefined;
    const part = decodeCip(b, from, to, depth + 1);
    if (part === undefined) return undefined;
    parts.push(part);
  }
  return parts;
};

/** Attributes named in one request that appear in its description. */
const MAX_NAMED_ATTRIBUTES = 16;

/** The object in words, with the attributes that a list service names. */
const describe = (service: number, path: Epath, b: Uint8Array, o: number, end: number): string => {
  if (service === SERVICE.SET_LIST && o + 4 <= end) {
    const count = u16le(b, o);
    // Values have no length on the wire: only the first id is certain.
    return `${path.text} attribute ${attributeText(path.lastClass, path.instance, u16le(b, o + 2))}${count > 1 ? ` and ${count - 1} more` : ''}`;
  }
  if (service !== SERVICE.GET_LIST || o + 4 > end) return path.symbol !== '' ? `tag ${path.text}` : path.text;
  const count = Math.min(u16le(b, o), (end - o - 2) >> 1);
  let text = `${path.text} attributes `;
  for (let i = 0; i < count && i < MAX_NAMED_ATTRIBUTES; i++)
    text += (i > 0 ? ', ' : '') + attributeText(path.lastClass, path.instance, u16le(b, o + 2 + 2 * i));
  return count > MAX_NAMED_ATTRIBUTES ? `${text}, ...` : text;
};

/** True when the response says no. More data to come (0x06) and parts that failed (0x1e) are answers. */
export const isRefusal = (response: CipMessage): boolean =>
  response.status > 0 && response.status !== PARTIAL_TRANSFER && response.embedded.length === 0;

/** True when a router on the way, not the addressed device, gave this answer to an Unconnected Send. */
export const isRouteFailure = (request: CipMessage, response: CipMessage): boolean =>
  request.embedded.length === 1 &&
  request.service === SERVICE.UNCONNECTED_SEND &&
  response.service === SERVICE.UNCONNECTED_SEND &&
  request.embedded[0]!.service !== SERVICE.UNCONNECTED_SEND &&
  response.status >= CONNECTION_FAILURE;

/** Encodes a request: service, path, data. */
export const encodeRequest = (service: number, path: Uint8Array, data: Uint8Array = NO_DATA): Uint8Array => {
  const out = new Uint8Array(2 + path.length + data.length);
  out[0] = service & 0x7f;
  out[1] = path.length >> 1;
  out.set(path, 2);
  out.set(data, 2 + path.length);
  return out;
};

/** Encodes a response; `extended` becomes one word of additional status when it is 0 or more. */
export const encodeResponse = (
  service: number,
  status: number,
  data: Uint8Array = NO_DATA,
  extended = -1,
): Uint8Array => {
  const head = extended < 0 ? 4 : 6;
  const out = new Uint8Array(head + data.length);
  out[0] = (service & 0x7f) | 0x80;
  out[2] = status;
  if (extended >= 0) {
    out[3] = 1;
    out[4] = extended & 255;
    out[5] = (extended >> 8) & 255;
  }
  out.set(data, head);
  return out;
};

/** Data of a Multiple Service Packet, request or response. */
export const encodeParts = (parts: readonly Uint8Array[]): Uint8Array => {
  const out: number[] = [parts.length & 255, parts.length >> 8];
  let offset = 2 + 2 * parts.length;
  for (const part of parts) {
    out.push(offset & 255, offset >> 8);
    offset += part.length;
  }
  for (const part of parts) out.push(...part);
  return Uint8Array.from(out);
};

/** Data of an Unconnected Send to Connection Manager 1. */
export const encodeUnconnectedSend = (request: Uint8Array, route: Uint8Array): Uint8Array => {
  const pad = request.length & 1 ? [0] : [];
  return Uint8Array.from([
    0x05,
    0x9d,
    request.length & 255,
    request.length >> 8,
    ...request,
    ...pad,
    route.length >> 1,
    0,
    ...route,
  ]);
};
