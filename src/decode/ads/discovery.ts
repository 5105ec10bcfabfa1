/**
 * The datagrams on UDP 48899 with which TwinCAT finds devices and adds routes: magic, invoke id, service, sender's NetId
 * and port, then tags. Not in the public specification; the fields are those that open ADS libraries and captures show.
 */
import type { Decoded, Probe } from '../../core/decoder.ts';
import { hex, i32be, isZero, paddedAscii, u16le, u32le } from '../../lib/bytes.ts';
import { OctetWriter } from '../shared/octet-writer.ts';
import type { AdsDiscoveryMessage, AnyAdsMessage } from './message.ts';
import { netIdAt } from './wire.ts';

const MAGIC = 0x03661471;
/** Magic, invoke id, service (4 each), NetId (6), port (2), number of tags (4). */
const HEADER = 24;
/** Tags taken of one datagram; more are not read. */
const MAX_TAGS = 32;

export const SERVICE = { SERVER_INFO: 1, ADD_ROUTE: 6 } as const;
const SERVICES: Readonly<Record<number, readonly [string, string]>> = {
  1: ['Server Info request', 'Server Info response'],
  6: ['Add Route request', 'Add Route response'],
  11: ['Delete Route request', 'Delete Route response'],
};
const UNKNOWN = ['ADS discovery request', 'ADS discovery response'] as const;

export const TAG = {
  STATUS: 1,
  PASSWORD: 2,
  VERSION: 3,
  OS: 4,
  COMPUTER: 5,
  NET_ID: 7,
  ROUTE: 12,
  USER: 13,
  FINGERPRINT: 18,
} as const;
const TAG_NAMES: Readonly<Record<number, string>> = {
  1: 'status',
  2: 'password',
  3: 'TwinCAT version',
  4: 'operating system',
  5: 'computer name',
  7: 'NetId',
  8: 'options',
  12: 'route name',
  13: 'user name',
  18: 'fingerprint',
};

export const probeDiscovery = (b: Uint8Array, start: number, end: number): Probe =>
  end - start >= HEADER && i32be(b, start) === MAGIC ? 'sure' : 'no';

/** One datagram; code `ads.tags`: a tag longer than the datagram. */
export const decodeDiscovery = (b: Uint8Array, start: number, end: number): Decoded<AnyAdsMessage> => {
  if (probeDiscovery(b, start, end) !== 'sure') return { kind: 'foreign' };
  const code = u32le(b, start + 8);
  const service = code & 0x7fffffff;
  const response = code >>> 31 === 1;
  const count = u32le(b, start + 20);
  const tags: AdsDiscoveryMessage['tags'][number][] = [];
  let at = start + HEADER;
  for (let i = 0; i < count && i < MAX_TAGS && at + 4 <= end; i++) {
    const id = u16le(b, at);
    const length = u16le(b, at + 2);
    if (at + 4 + length > end)
      return { kind: 'malformed', code: 'ads.tags', detail: 'tag longer than its datagram', consumed: end - start };
    tags.push({
      id,
      name: TAG_NAMES[id] ?? 'unknown',
      value: tagValue(b, id, at + 4, length),
      ...behindText(b, id, at + 4, length),
    });
    at += 4 + length;
  }
  const message: AdsDiscoveryMessage = {
    type: (SERVICES[service] ?? UNKNOWN)[response ? 1 : 0],
    kind: 'discovery',
    invokeId: u32le(b, start + 4),
    service,
    response,
    netId: netIdAt(b, start + 12),
    port: u16le(b, start + 18),
    tagCount: count,
    tags,
  };
  return { kind: 'message', message, consumed: end - start };
};

/** What stands behind the NUL that ends a text. */
const behindText = (b: Uint8Array, id: number, o: number, length: number): { readonly rest?: string } => {
  if (id !== TAG.OS && id !== TAG.COMPUTER && id !== TAG.ROUTE && id !== TAG.USER && id !== TAG.FINGERPRINT) return {};
  const end = o + length;
  let at = Math.min(end, id === TAG.OS ? o + OS_VERSION : o);
  while (at < end && b[at] !== 0) at++;
  return isZero(b, at, end) ? {} : { rest: hex(b, at, Math.min(end, at + 64)) };
};

const tagValue = (b: Uint8Array, id: number, o: number, length: number): string | number => {
  switch (id) {
    case TAG.PASSWORD:
      return '(masked)';
    case TAG.COMPUTER:
    case TAG.ROUTE:
    case TAG.USER:
    case TAG.FINGERPRINT:
      return paddedAscii(b, o, o + length);
    case TAG.NET_ID:
      return length >= 6 ? netIdAt(b, o) : hex(b, o, o + length);
    case TAG.VERSION:
      return length >= 4 ? `${b[o]}.${b[o + 1]}.${u16le(b, o + 2)}` : hex(b, o, o + length);
    case TAG.OS:
      // OSVERSIONINFO: own size, major, minor, build, platform (4 octets each), text.
      return length >= OS_VERSION ? osText(b, o, length) : hex(b, o, o + length);
    default:
      return length === 4 ? u32le(b, o) : hex(b, o, o + Math.min(length, 64));
  }
};

/** Octets before the text of OSVERSIONINFO. */
const OS_VERSION = 20;
const osText = (b: Uint8Array, o: number, length: number): string => {
  const own = u32le(b, o);
  const version = `${u32le(b, o + 4)}.${u32le(b, o + 8)}.${u32le(b, o + 12)}`;
  const platform = u32le(b, o + 16);
  const name = platform === 2 ? 'Windows NT' : platform === 3 ? 'Windows CE' : platform === 1 ? 'Windows' : '';
  // TwinCAT/BSD writes its own name into the text.
  const text = paddedAscii(b, o + 20, o + length);
  // Its own size is that of the tag; another one is told.
  const size = own === length ? '' : ` (size ${own} of ${length})`;
  return `${name} ${version}${text === '' ? '' : ` ${text}`}${size}`.trim();
};

/** A discovery datagram; tags as octets. */
export const encodeDiscovery = (
  service: number,
  response: boolean,
  netId: string,
  tags: readonly (readonly [id: number, octets: ArrayLike<number>])[],
): Uint8Array => {
  const w = new OctetWriter()
    .u32(MAGIC)
    .u32le(0)
    .u32le(response ? (service | 0x80000000) >>> 0 : service);
  w.bytes(netId.split('.').map(Number)).u16le(10_000).u32le(tags.length);
  for (const [id, octets] of tags) w.u16le(id).u16le(octets.length).bytes(octets);
  return w.done();
};
