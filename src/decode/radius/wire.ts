/** RADIUS: RFC 2865, 2866, 2868, 2869, 3162, 5176. Passwords and keys leave this file only as `(masked)`. */
import type { Message } from '../../core/decoder.ts';
import { ipv4Text, ipv6Text } from '../../lib/address.ts';
import { hex, i32be, u16be, u32be, utf8 } from '../../lib/bytes.ts';
import { MASKED } from '../../lib/masked.ts';

/** Attributes kept of one packet; a packet has at most 4096 octets. */
const MAX_ATTRIBUTES = 128;

export type RadiusType =
  | 'Access-Request'
  | 'Access-Accept'
  | 'Access-Reject'
  | 'Accounting-Request'
  | 'Accounting-Response'
  | 'Access-Challenge'
  | 'Status-Server'
  | 'Status-Client'
  | 'Disconnect-Request'
  | 'Disconnect-ACK'
  | 'Disconnect-NAK'
  | 'CoA-Request'
  | 'CoA-ACK'
  | 'CoA-NAK';
const CODES: Readonly<Record<number, RadiusType>> = {
  1: 'Access-Request',
  2: 'Access-Accept',
  3: 'Access-Reject',
  4: 'Accounting-Request',
  5: 'Accounting-Response',
  11: 'Access-Challenge',
  12: 'Status-Server',
  13: 'Status-Client',
  40: 'Disconnect-Request',
  41: 'Disconnect-ACK',
  42: 'Disconnect-NAK',
  43: 'CoA-Request',
  44: 'CoA-ACK',
  45: 'CoA-NAK',
};

type Kind = 'text' | 'integer' | 'address' | 'address6' | 'octets' | 'secret' | 'tagged text' | 'tagged integer';
/** IANA RADIUS attribute types, as far as they say something about users, clients or sessions. */
const ATTRIBUTES: Readonly<Record<number, readonly [string, Kind]>> = {
  1: ['User-Name', 'text'], 2: ['User-Password', 'secret'], 3: ['CHAP-Password', 'secret'], 4: ['NAS-IP-Address', 'address'],
  5: ['NAS-Port', 'integer'], 6: ['Service-Type', 'integer'], 7: ['Framed-Protocol', 'integer'], 8: ['Framed-IP-Address', 'address'],
  9: ['Framed-IP-Netmask', 'address'], 11: ['Filter-Id', 'text'], 12: ['Framed-MTU', 'integer'], 14: ['Login-IP-Host', 'address'],
  15: ['Login-Service', 'integer'], 16: ['Login-TCP-Port', 'integer'], 18: ['Reply-Message', 'text'], 19: ['Callback-Number', 'text'],
  22: ['Framed-Route', 'text'], 24: ['State', 'octets'], 25: ['Class', 'octets'], 27: ['Session-Timeout', 'integer'],
  28: ['Idle-Timeout', 'integer'], 29: ['Termination-Action', 'integer'], 30: ['Called-Station-Id', 'text'],
  31: ['Calling-Station-Id', 'text'], 32: ['NAS-Identifier', 'text'], 33: ['Proxy-State', 'octets'], 40: ['Acct-Status-Type', 'integer'],
  41: ['Acct-Delay-Time', 'integer'], 42: ['Acct-Input-Octets', 'integer'], 43: ['Acct-Output-Octets', 'integer'],
  44: ['Acct-Session-Id', 'text'], 45: ['Acct-Authentic', 'integer'], 46: ['Acct-Session-Time', 'integer'],
  47: ['Acct-Input-Packets', 'integer'], 48: ['Acct-Output-Packets', 'integer'], 49: ['Acct-Terminate-Cause', 'integer'],
  50: ['Acct-Multi-Session-Id', 'text'], 55: ['Event-Timestamp', 'integer'], 60: ['CHAP-Challenge', 'secret'],
  61: ['NAS-Port-Type', 'integer'], 64: ['Tunnel-Type', 'tagged integer'], 65: ['Tunnel-Medium-Type', 'tagged integer'],
  66: ['Tunnel-Client-Endpoint', 'tagged text'], 67: ['Tunnel-Server-Endpoint', 'tagged text'], 69: ['Tunnel-Password', 'secret'],
  77: ['Connect-Info', 'text'], 79: ['EAP-Message', 'octets'], 80: ['Message-Authenticator', 'secret'],
  81: ['Tunnel-Private-Group-ID', 'tagged text'], 85: ['Acct-Interim-Interval', 'integer'], 87: ['NAS-Port-Id', 'text'],
  88: ['Framed-Pool', 'text'], 95: ['NAS-IPv6-Address', 'address6'], 101: ['Error-Cause', 'integer'],
}; // biome-ignore format: a table

export interface RadiusAttribute {
  readonly name: string;
  readonly number: number;
  /** Text, number or address; octets as hexadecimal; secrets as `(masked)`. */
  readonly value: string | number;
}
export interface RadiusMessage extends Message {
  readonly type: RadiusType;
  readonly code: number;
  readonly identifier: number;
  readonly length: number;
  /** `PAP`, `CHAP`, `MS-CHAP` or `EAP`, by the attribute that carries the proof; empty where there is none. */
  readonly method: string;
  readonly attributes: readonly RadiusAttribute[];
  /** Where reading ended before the length did, and why: `attribute 1 of 1 octets`. The attributes before it are whole. */
  readonly cut?: string;
}

const attributeValue = (b: Uint8Array, start: number, end: number, kind: Kind): string | number => {
  const n = end - start;
  switch (kind) {
    case 'text':
      return utf8(b, start, end);
    case 'tagged text':
      // RFC 2868 section 3: a first octet up to 0x1f is a tag, and a zero one pads.
      return utf8(b, n > 0 && b[start]! <= 0x1f ? start + 1 : start, end);
    case 'integer':
      return n === 4 ? u32be(b, start) : hex(b, start, end);
    case 'tagged integer':
      return n === 4 ? u32be(b, start) & 0xffffff : hex(b, start, end);
    case 'address':
      return n === 4 ? ipv4Text(i32be(b, start)) : hex(b, start, end);
    case 'address6':
      return n === 16 ? ipv6Text(b, start) : hex(b, start, end);
    case 'secret':
      return MASKED;
    default:
      return hex(b, start, end);
  }
};

/** Is it a packet whose code and lengths agree (section 3)? Cheap. */
export const isRadius = (b: Uint8Array, start: number, end: number): boolean => {
  const n = end - start;
  if (n < 20 || CODES[b[start]!] === undefined) return false;
  const length = u16be(b, start + 2);
  // Octets beyond the length are padding (section 3).
  if (length < 20 || length > n || length > 4096) return false;
  let o = start + 20;
  const stop = start + length;
  while (o < stop) {
    const size = b[o + 1]!;
    if (o + 2 > stop || size < 2 || size > stop - o) return false;
    o += size;
  }
  return true;
};

/** The packet at `start`, a damaged one up to its damage; undefined where it is none. */
export const decodeRadius = (b: Uint8Array, start: number, end: number): RadiusMessage | undefined => {
  const type = CODES[b[start]!];
  if (end - start < 20 || type === undefined) return undefined;
  const length = u16be(b, start + 2);
  if (length < 20 || length > 4096) return undefined;
  const attributes: RadiusAttribute[] = [];
  let method = '';
  const stop = Math.min(end, start + length);
  let cut = length > end - start ? `${end - start} of ${length} octets` : '';
  for (let o = start + 20; o < stop; ) {
    const number = b[o]!;
    const size = o + 1 < stop ? b[o + 1]! : 0;
    if (size < 2 || size > stop - o) {
      if (cut === '') cut = `attribute ${number} of ${size} octets`;
      break;
    }
    if (number === 2) method = 'PAP';
    else if (number === 3) method = 'CHAP';
    else if (number === 79) method = 'EAP';
    // MS-CHAP stands in vendor-specific attributes of Microsoft (RFC 2548): 1 and 25 are its responses.
    else if (number === 26 && size >= 8 && u32be(b, o + 2) === 311 && (b[o + 6] === 1 || b[o + 6] === 25))
      method = 'MS-CHAP';
    const row = ATTRIBUTES[number];
    if (attributes.length < MAX_ATTRIBUTES) {
      if (row) attributes.push({ name: row[0], number, value: attributeValue(b, o + 2, o + size, row[1]) });
      else if (number === 26 && size >= 8)
        // Vendors put keys into theirs: only whose it is is kept.
        attributes.push({ name: 'Vendor-Specific', number, value: u32be(b, o + 2) });
      else attributes.push({ name: `Attribute ${number}`, number, value: hex(b, o + 2, o + size) });
    }
    o += size;
  }
  return { type, code: b[start]!, identifier: b[start + 1]!, length, method, attributes, ...(cut !== '' && { cut }) };
};

/** The first value of an attribute. */
export const attribute = (m: RadiusMessage, number: number): string | number | undefined => {
  for (const a of m.attributes) if (a.number === number) return a.value;
  return undefined;
};

/** A packet for speakers of the protocol; the authenticator is zero. */
export const encodeRadius = (
  code: number,
  identifier: number,
  attributes: readonly (readonly [number, ArrayLike<number> | string])[],
): Uint8Array => {
  const body: number[] = [];
  for (const [number, value] of attributes) {
    const octets = typeof value === 'string' ? Array.from(new TextEncoder().encode(value)) : Array.from(value);
    body.push(number, octets.length + 2, ...octets);
  }
  const length = 20 + body.length;
  return Uint8Array.from([code, identifier, length >> 8, length & 255, ...new Array<number>(16).fill(0), ...body]);
};
