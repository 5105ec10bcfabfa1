/**
 * EPATH: the address of an object or a route to a device, as a run of typed segments. Padded form (every segment begins
 * at an even octet). Source: The CIP Networks Library Volume 1, appendix C-1 (encoding of the segments).
 */
import { ascii, hex, u16le, u32le } from '../../lib/bytes.ts';
import { OctetMemo } from '../shared/octet-memo.ts';
import { attributeText } from './cip-attributes.ts';
import { className } from './cip-names.ts';
import { readSafety, type SafetySegment } from './safety-segment.ts';

/** One segment. `kind` constants; `value` is the number (or port), `text` the symbol, link address or hex of the rest. */
export interface Segment {
  readonly kind:
    | 'port'
    | 'class'
    | 'instance'
    | 'member'
    | 'connection-point'
    | 'attribute'
    | 'service'
    | 'special'
    | 'key'
    | 'network'
    | 'symbol'
    | 'data'
    | 'element'
    | 'unknown';
  readonly value: number;
  readonly text: string;
}

/** A path with its parts picked out. Numbers are -1 where the path has none; the first class wins, nested ones are in `segments`. */
export interface Epath {
  readonly segments: readonly Segment[];
  readonly cls: number;
  readonly instance: number;
  readonly attribute: number;
  readonly connectionPoint: number;
  /** The last class of the path (`8e/1/74/1`: the lock of the controller mode object), equal to `cls` if there is one. */
  readonly lastClass: number;
  /** Tag name with members and indices: `Program:Main.Level[3].Value`. Empty without symbols. */
  readonly symbol: string;
  /** Port segments as `port/link,port/link`: `1/0` is slot 0 of the backplane. Empty without. */
  readonly route: string;
  /** In words: `Identity 1 attribute 5 (Status)`, `Level_PV`. Without the route. */
  readonly text: string;
  /** False when a segment does not fit or is not defined; what was read before it stands. */
  readonly valid: boolean;
  /** Of a CIP Safety connection. */
  readonly safety?: SafetySegment;
}

/** A path longer than this is cut (255 words on the wire; a tag name of 40 members stays far below). */
export const MAX_SEGMENTS = 64;

export const NO_PATH: Epath = {
  segments: [],
  cls: -1,
  instance: -1,
  attribute: -1,
  connectionPoint: -1,
  lastClass: -1,
  symbol: '',
  route: '',
  text: '',
  valid: true,
};

/** C-1.4.2, table C-1.3: logical types by bits 4..2. */
const LOGICAL = [
  'class',
  'instance',
  'member',
  'connection-point',
  'attribute',
  'special',
  'service',
  'special',
] as const;
/** C-1.4.3, table C-1.4: network segment subtypes. */
const NETWORK: Readonly<Record<number, string>> = {
  1: 'schedule',
  2: 'fixed tag',
  3: 'production inhibit ms',
  16: 'safety',
  17: 'production inhibit us',
  31: 'extended',
};

/** A network segment of subtype 16. */
const SAFETY = 0x50;

const n = (value: number): string => (value > 0xffff ? `0x${value.toString(16)}` : String(value));

/** Paths of all flows: what is asked of them changes, where it goes does not. */
const paths = new OctetMemo<Epath>();

/** The padded EPATH in `start`..`end`. Never throws; see `valid`. */
export const decodeEpath = (b: Uint8Array, start: number, end: number): Epath => {
  const known = paths.find(b, start, end);
  if (known !== undefined) return known;
  const path = readEpath(b, start, end);
  paths.keep(b, start, end, path);
  return path;
};

const readEpath = (b: Uint8Array, start: number, end: number): Epath => {
  const segments: Segment[] = [];
  let valid = true;
  let safety: SafetySegment | undefined;
  let o = start;
  while (o < end) {
    const first = b[o]!;
    const size = segmentSize(b, o, end);
    if (size === 0 || o + size > end || segments.length === MAX_SEGMENTS) {
      valid = false;
      break;
    }
    segments.push(readSegment(b, o, size, first));
    if (first === SAFETY) safety = readSafety(b, o + 2, o + size);
    o += size;
  }
  const path = summarise(segments, valid);
  return safety === undefined ? path : { ...path, safety };
};

/** Octets of the segment at `o` with its padding, 0 when it is cut or not defined. */
const segmentSize = (b: Uint8Array, o: number, end: number): number => {
  const first = b[o]!;
  switch (first >> 5) {
    case 0: {
      // C-1.4.1 port: extended link address has a size octet, port 15 means a 16-bit port number follows.
      if (o + 1 >= end) return 0;
      const extended = (first & 0x10) !== 0;
      const long = (first & 0x0f) === 15 ? 2 : 0;
      const size = extended ? 2 + long + b[o + 1]! : 2 + long;
      return size + (size & 1);
    }
    case 1: {
      // C-1.4.2.5 electronic key: format 4 has 8 octets, format 5 adds a serial number.
      if (first === 0x34) return o + 1 >= end ? 0 : b[o + 1] === 4 ? 10 : b[o + 1] === 5 ? 14 : 0;
      const format = first & 3;
      return format === 0 ? 2 : format === 1 ? 4 : format === 2 ? 6 : 0;
    }
    case 2:
      // C-1.4.3: subtypes 16..31 have a length in words, the others one octet of value.
      return (first & 0x10) === 0 ? 2 : o + 1 < end ? 2 + 2 * b[o + 1]! : 0;
    case 3: {
      if ((first & 0x1f) !== 0) return 1 + (first & 0x1f) + ((first & 1) ^ 1);
      if (o + 1 >= end) return 0;
      const format = b[o + 1]! >> 5; // C-1.4.4 extended string: 1 double-byte, 2 triple-byte, 6 numeric
      const count = b[o + 1]! & 31;
      const octets =
        format === 1
          ? 2 * count
          : format === 2
            ? 3 * count
            : format === 6
              ? ([0, 0, 0, 0, 0, 0, 1, 2, 4][count] ?? 0)
              : 0;
      return octets === 0 ? 0 : 2 + octets + (octets & 1);
    }
    case 4: {
      if (o + 1 >= end) return 0;
      if (first === 0x91) return 2 + b[o + 1]! + (b[o + 1]! & 1); // ANSI extended symbol: length in octets
      if (first === 0x80) return 2 + 2 * b[o + 1]!; // simple data: length in words
      return 0;
    }
    default:
      return 0;
  }
};

const readSegment = (b: Uint8Array, o: number, size: number, first: number): Segment => {
  switch (first >> 5) {
    case 0: {
      const long = (first & 0x0f) === 15;
      if ((first & 0x10) === 0) {
        const port = long ? u16le(b, o + 1) : first & 0x0f;
        return { kind: 'port', value: port, text: String(b[o + (long ? 3 : 1)]!) };
      }
      const at = o + (long ? 4 : 2);
      const port = long ? u16le(b, o + 2) : first & 0x0f;
      return { kind: 'port', value: port, text: ascii(b, at, at + b[o + 1]!).replace(/\.+$/, '') };
    }
    case 1: {
      if (first === 0x34) {
        // C-1.4.2.5 electronic key format 4: vendor, device type, product code, major (bit 7 compatibility), minor
        const vendor = u16le(b, o + 2);
        const text = `vendor ${vendor} type ${u16le(b, o + 4)} product ${u16le(b, o + 6)} revision ${b[o + 8]! & 127}.${b[o + 9]!}`;
        return { kind: 'key', value: vendor, text: size === 10 ? text : hex(b, o + 2, o + size) };
      }
      const kind = LOGICAL[(first >> 2) & 7]!;
      const format = first & 3;
      const value = format === 0 ? b[o + 1]! : format === 1 ? u16le(b, o + 2) : u32le(b, o + 2);
      return { kind, value, text: '' };
    }
    case 2:
      return {
        kind: 'network',
        value: (first & 0x10) === 0 ? b[o + 1]! : 0,
        text: NETWORK[first & 0x1f] ?? `subtype ${first & 0x1f}`,
      };
    case 3: {
      const count = first & 0x1f;
      if (count !== 0) return { kind: 'symbol', value: 0, text: ascii(b, o + 1, o + 1 + count) };
      return { kind: 'symbol', value: 0, text: hex(b, o + 2, o + size) };
    }
    default:
      if (first === 0x91) return { kind: 'symbol', value: 0, text: ascii(b, o + 2, o + 2 + b[o + 1]!) };
      return { kind: 'data', value: 0, text: hex(b, o + 2, o + size) };
  }
};

const summarise = (segments: readonly Segment[], valid: boolean): Epath => {
  let cls = -1;
  let lastClass = -1;
  let instance = -1;
  let attribute = -1;
  let connectionPoint = -1;
  let symbol = '';
  let route = '';
  let text = '';
  let indices = '';
  for (const s of segments) {
    if (s.kind !== 'member' && indices !== '') {
      symbol += `[${indices}]`;
      indices = '';
    }
    if (s.kind === 'port') route += `${route === '' ? '' : ','}${s.value}/${s.text}`;
    else if (s.kind === 'symbol') symbol += (symbol === '' ? '' : '.') + s.text;
    else if (s.kind === 'member' && symbol !== '') indices += (indices === '' ? '' : ',') + s.value;
    else if (s.kind === 'class') {
      if (cls < 0) cls = s.value;
      lastClass = s.value;
      text += `${text === '' ? '' : ' '}${className(s.value)}`;
    } else if (s.kind === 'instance') {
      if (instance < 0) instance = s.value;
      text += `${text === '' ? '' : ' '}${n(s.value)}`;
    } else if (s.kind === 'attribute') {
      attribute = s.value;
      text += ` attribute ${attributeText(lastClass, instance, s.value)}`;
    } else if (s.kind === 'member') text += ` member ${s.value}`;
    else if (s.kind === 'connection-point') {
      if (connectionPoint < 0) connectionPoint = s.value;
      text += ` point ${s.value}`;
    }
  }
  if (indices !== '') symbol += `[${indices}]`;
  if (symbol !== '') text = text === '' ? symbol : `${text} ${symbol}`;
  return { segments, cls, instance, attribute, connectionPoint, lastClass, symbol, route, text: text.trim(), valid };
};

/** A logical segment in the shortest form: kind and value. */
const logical = (type: number, value: number): number[] =>
  value <= 0xff
    ? [0x20 | (type << 2), value]
    : value <= 0xffff
      ? [0x21 | (type << 2), 0, value & 255, value >> 8]
      : [0x22 | (type << 2), 0, value & 255, (value >> 8) & 255, (value >> 16) & 255, value >>> 24];

/** What an encoder says: a tag, or class and instance (and more). */
export interface PathParts {
  readonly route?: readonly { readonly port: number; readonly link: number | string }[];
  readonly cls?: number;
  readonly instance?: number;
  readonly attribute?: number;
  readonly connectionPoints?: readonly number[];
  /** `Tank.Level[3]`: each part up to 40 characters. */
  readonly symbol?: string;
}

/** The padded EPATH of `parts`, an even number of octets. */
export const encodeEpath = (parts: PathParts): Uint8Array => {
  const out: number[] = [];
  for (const hop of parts.route ?? []) {
    if (typeof hop.link === 'number') out.push(hop.port & 0x0f, hop.link & 255);
    else {
      out.push(0x10 | (hop.port & 0x0f), hop.link.length);
      for (let i = 0; i < hop.link.length; i++) out.push(hop.link.charCodeAt(i) & 127);
      if (hop.link.length & 1) out.push(0);
    }
  }
  for (const part of parts.symbol === undefined ? [] : parts.symbol.split('.')) {
    const [name = '', index] = part.split(/[[\]]/);
    out.push(0x91, name.length);
    for (let i = 0; i < name.length; i++) out.push(name.charCodeAt(i) & 127);
    if (name.length & 1) out.push(0);
    for (const i of index === undefined ? [] : index.split(',')) out.push(...logical(2, Number(i)));
  }
  if (parts.cls !== undefined) out.push(...logical(0, parts.cls));
  if (parts.instance !== undefined) out.push(...logical(1, parts.instance));
  if (parts.attribute !== undefined) out.push(...logical(4, parts.attribute));
  for (const point of parts.connectionPoints ?? []) out.push(...logical(3, point));
  return Uint8Array.from(out);
};
