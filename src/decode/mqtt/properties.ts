/**
 * Properties and reason codes of MQTT 5.0 (sections 2.2.2 and 2.4), and the return codes of 3.1 and 3.1.1. The names are
 * the specification's.
 */
import { u16be, u32be, utf8 } from '../../lib/bytes.ts';
import { MASKED } from '../../lib/masked.ts';
import { isSecretName } from '../../lib/secret-names.ts';

/** User properties and subscription identifiers kept of one packet; what follows is read and not kept. */
const MAX_REPEATED = 64;
/** Octets kept of a text or of binary data in properties. */
const MAX_PROPERTY_OCTETS = 1024;

export type PropertyValue =
  | number
  | string
  | Uint8Array
  | readonly number[]
  | readonly (readonly [name: string, value: string])[];
/** By the specification's name: `Session Expiry Interval`. */
export type Properties = Readonly<Record<string, PropertyValue>>;
export const NO_PROPERTIES: Properties = Object.freeze({});

type Kind = 'byte' | 'u16' | 'u32' | 'varint' | 'text' | 'binary' | 'secret' | 'pair';
/** Identifier, name and type: table 2-4. */
const TABLE: readonly (readonly [number, string, Kind])[] = [
  [0x01, 'Payload Format Indicator', 'byte'],
  [0x02, 'Message Expiry Interval', 'u32'],
  [0x03, 'Content Type', 'text'],
  [0x08, 'Response Topic', 'text'],
  [0x09, 'Correlation Data', 'binary'],
  [0x0b, 'Subscription Identifier', 'varint'],
  [0x11, 'Session Expiry Interval', 'u32'],
  [0x12, 'Assigned Client Identifier', 'text'],
  [0x13, 'Server Keep Alive', 'u16'],
  [0x15, 'Authentication Method', 'text'],
  [0x16, 'Authentication Data', 'secret'],
  [0x17, 'Request Problem Information', 'byte'],
  [0x18, 'Will Delay Interval', 'u32'],
  [0x19, 'Request Response Information', 'byte'],
  [0x1a, 'Response Information', 'text'],
  [0x1c, 'Server Reference', 'text'],
  [0x1f, 'Reason String', 'text'],
  [0x21, 'Receive Maximum', 'u16'],
  [0x22, 'Topic Alias Maximum', 'u16'],
  [0x23, 'Topic Alias', 'u16'],
  [0x24, 'Maximum QoS', 'byte'],
  [0x25, 'Retain Available', 'byte'],
  [0x26, 'User Property', 'pair'],
  [0x27, 'Maximum Packet Size', 'u32'],
  [0x28, 'Wildcard Subscription Available', 'byte'],
  [0x29, 'Subscription Identifier Available', 'byte'],
  [0x2a, 'Shared Subscription Available', 'byte'],
];
const BY_ID: readonly (readonly [number, string, Kind] | undefined)[] = (() => {
  const out: (readonly [number, string, Kind] | undefined)[] = [];
  for (const row of TABLE) out[row[0]] = row;
  return out;
})();
const ID_OF = new Map(TABLE.map(([id, name]) => [name, id]));

/** Reused results of `readVarint` and `readText`: the value, and the offset behind it (-1: damaged). */
export const read: { value: number; text: string; next: number } = { value: 0, text: '', next: -1 };

/** Variable Byte Integer (section 1.5.5). False when cut (`next` 0) or longer than four octets (`next` -1). */
export const readVarint = (b: Uint8Array, o: number, end: number): boolean => {
  let value = 0;
  let factor = 1;
  for (let i = 0; i < 4; i++) {
    if (o + i >= end) {
      read.next = 0;
      return false;
    }
    const octet = b[o + i]!;
    value += (octet & 0x7f) * factor;
    if (octet < 0x80) {
      read.value = value;
      read.next = o + i + 1;
      return true;
    }
    factor *= 128;
  }
  read.next = -1;
  return false;
};

/** UTF-8 string with its length of two octets (section 1.5.4); false when it runs past `end`. */
export const readText = (b: Uint8Array, o: number, end: number): boolean => {
  if (o + 2 > end) return false;
  const length = u16be(b, o);
  if (length > end - o - 2) return false;
  read.text = length === 0 ? '' : utf8(b, o + 2, o + 2 + length);
  read.next = o + 2 + length;
  return true;
};

/** The properties at `o` (their length first); undefined when damaged. `read.next` is the offset behind them. */
export const readProperties = (b: Uint8Array, o: number, end: number): Properties | undefined => {
  if (!readVarint(b, o, end)) return undefined;
  const start = read.next;
  const stop = start + read.value;
  if (stop > end) return undefined;
  if (start === stop) return NO_PROPERTIES;
  const out: Record<string, PropertyValue> = {};
  let at = start;
  while (at < stop) {
    const row = BY_ID[b[at]!];
    if (row === undefined) return undefined;
    at++;
    const name = row[1];
    switch (row[2]) {
      case 'byte':
        if (at + 1 > stop) return undefined;
        out[name] = b[at]!;
        at += 1;
        break;
      case 'u16':
        if (at + 2 > stop) return undefined;
        out[name] = u16be(b, at);
        at += 2;
        break;
      case 'u32':
        if (at + 4 > stop) return undefined;
        out[name] = u32be(b, at);
        at += 4;
        break;
      case 'varint': {
        if (!readVarint(b, at, stop)) return undefined;
        at = read.next;
        const all = (out[name] ?? []) as number[];
        if (all.length < MAX_REPEATED) all.push(read.value);
        out[name] = all;
        break;
      }
      case 'text':
        if (!readText(b, at, stop)) return undefined;
        out[name] = read.text.slice(0, MAX_PROPERTY_OCTETS);
        at = read.next;
        break;
      case 'pair': {
        if (!readText(b, at, stop)) return undefined;
        const key = read.text.slice(0, MAX_PROPERTY_OCTETS);
        if (!readText(b, read.next, stop)) return undefined;
        const all = (out[name] ?? []) as [string, string][];
        if (all.length < MAX_REPEATED)
          all.push([key, isSecretName(key) ? MASKED : read.text.slice(0, MAX_PROPERTY_OCTETS)]);
        out[name] = all;
        at = read.next;
        break;
      }
      default: {
        if (at + 2 > stop) return undefined;
        const length = u16be(b, at);
        if (length > stop - at - 2) return undefined;
        out[name] = row[2] === 'secret' ? MASKED : b.slice(at + 2, at + 2 + Math.min(length, MAX_PROPERTY_OCTETS));
        at += 2 + length;
      }
    }
  }
  read.next = stop;
  return out;
};

const text = (value: string): number[] => {
  const octets = new TextEncoder().encode(value);
  return [octets.length >> 8, octets.length & 255, ...octets];
};
export const encodeVarint = (value: number): number[] => {
  const out: number[] = [];
  let rest = value;
  do {
    out.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return out;
};
/** Properties with their length, for speakers of the protocol. Throws on a name the specification does not have. */
export const encodeProperties = (properties: Properties): number[] => {
  const out: number[] = [];
  for (const [name, value] of Object.entries(properties)) {
    const id = ID_OF.get(name);
    if (id === undefined) throw new RangeError(`no such property: ${name}`);
    const kind = BY_ID[id]![2];
    if (kind === 'pair') for (const [key, of] of value as [string, string][]) out.push(id, ...text(key), ...text(of));
    else if (kind === 'varint') for (const n of value as number[]) out.push(id, ...encodeVarint(n));
    else if (typeof value === 'string') out.push(id, ...text(value));
    else if (value instanceof Uint8Array) out.push(id, value.length >> 8, value.length & 255, ...value);
    else {
      const n = value as number;
      out.push(id);
      if (kind === 'u32') out.push((n >>> 24) & 255, (n >>> 16) & 255);
      if (kind !== 'byte') out.push((n >>> 8) & 255);
      out.push(n & 255);
    }
  }
  return [...encodeVarint(out.length), ...out];
};

/** Section 2.4; 0 to 2 in SUBACK are the granted QoS. */
const REASON: Readonly<Record<number, string>> = {
  0: 'success',
  1: 'granted QoS 1',
  2: 'granted QoS 2',
  4: 'disconnect with will message',
  16: 'no matching subscribers',
  17: 'no subscription existed',
  24: 'continue authentication',
  25: 're-authenticate',
  128: 'unspecified error',
  129: 'malformed packet',
  130: 'protocol error',
  131: 'implementation specific error',
  132: 'unsupported protocol version',
  133: 'client identifier not valid',
  134: 'bad user name or password',
  135: 'not authorized',
  136: 'server unavailable',
  137: 'server busy',
  138: 'banned',
  139: 'server shutting down',
  140: 'bad authentication method',
  141: 'keep alive timeout',
  142: 'session taken over',
  143: 'topic filter invalid',
  144: 'topic name invalid',
  145: 'packet identifier in use',
  146: 'packet identifier not found',
  147: 'receive maximum exceeded',
  148: 'topic alias invalid',
  149: 'packet too large',
  150: 'message rate too high',
  151: 'quota exceeded',
  152: 'administrative action',
  153: 'payload format invalid',
  154: 'retain not supported',
  155: 'QoS not supported',
  156: 'use another server',
  157: 'server moved',
  158: 'shared subscriptions not supported',
  159: 'connection rate exceeded',
  160: 'maximum connect time',
  161: 'subscription identifiers not supported',
  162: 'wildcard subscriptions not supported',
};
/** MQTT 3.1.1 section 3.2.2.3. */
const RETURN_3: readonly string[] = [
  'connection accepted',
  'unacceptable protocol version',
  'identifier rejected',
  'server unavailable',
  'bad user name or password',
  'not authorized',
];
/** `not authorized (135)`. */
export const reasonText = (code: number, version: number): string =>
  `${(version < 5 ? RETURN_3[code] : undefined) ?? REASON[code] ?? 'reason'} (${code})`;
