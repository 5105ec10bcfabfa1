/**
 * Values in payloads of CoAP by their content format: plain text and JSON, LwM2M TLV (OMA LwM2M Core 1.2, 7.4.4), SenML in JSON and
 * CBOR (RFC 8428), CBOR. TLV does not say what type a resource has: those of the OMA registry that sensors and actuators use are
 * known, of others numbers of one and two octets and texts are read.
 */

import type { Value } from '../../core/observation.ts';
import { f32be, f64be, hex, i16be, i32be, i64be, utf8, utf8OneLine } from '../../lib/bytes.ts';
import { MASKED } from '../../lib/masked.ts';
import { isSecretName } from '../../lib/secret-names.ts';
import { tableOf } from '../../lib/table.ts';
import { type Cbor, isMap, readCbor } from '../shared/cbor.ts';
import { plainValues } from '../shared/plain-values.ts';
import type { CoapMessage } from './wire.ts';

/** Registered by IANA, CoAP Content-Formats. */
export const FORMAT = {
  TEXT: 0,
  LINK: 40,
  OCTETS: 42,
  JSON: 50,
  CBOR: 60,
  SENML_JSON: 110,
  SENML_CBOR: 112,
  LWM2M_TLV: 11542,
  LWM2M_JSON: 11543,
} as const;
/** Values of one payload. */
const MAX_VALUES = 64;
const MAX_TEXT = 128;

export interface ContentValue {
  /** `/3303/0/5700`, `/rooms/1/temperature`. */
  readonly path: string;
  readonly type: string;
  readonly value: Value;
}

type Kind = 'float' | 'integer' | 'boolean' | 'text' | 'secret';
const kinds = new Map<string, Kind>();
const is = (kind: Kind, ...keys: readonly (string | number)[]): void => {
  for (const key of keys) kinds.set(String(key), kind);
};
// Reusable resources (OMA registry, 5500 and up) mean the same in every object.
is('boolean', 5500, 5502, 5505, 5532, 5533, 5534, 5536, 5543, 5546, 5548, 5550, 5551, 5850);
is('integer', 5501, 5503, 5504, 5523, 5524, 5529, 5538, 5547, 5549, 5851, 5852, 5854, 5910, 6034, 6035);
is(
  'float',
  5519,
  5521,
  5525,
  5526,
  5527,
  5530,
  5600,
  5601,
  5602,
  5603,
  5604,
  5650,
  5651,
  5652,
  5700,
  5702,
  5703,
  5704,
  5705,
  5800,
  5805,
  5810,
  5815,
  5820,
  5821,
  5822,
  5900,
);
is('text', 5514, 5515, 5516, 5517, 5528, 5701, 5706, 5750, 5751, 5853);
// Objects of the core by `object/resource`: server, device, connectivity, firmware, location.
is('secret', '0/3', '0/4', '0/5', '21/2', '21/3');
is(
  'integer',
  '1/0',
  '1/1',
  '1/2',
  '1/3',
  '1/5',
  '3/6',
  '3/7',
  '3/8',
  '3/9',
  '3/10',
  '3/11',
  '3/13',
  '3/20',
  '3/21',
  '4/0',
  '4/1',
  '4/2',
  '4/3',
  '4/6',
  '4/8',
  '4/9',
  '4/10',
  '5/3',
  '5/5',
  '5/9',
  '6/5',
);
is('boolean', '1/6');
is('float', '6/0', '6/1', '6/2', '6/3', '6/6');
is(
  'text',
  '1/7',
  '3/0',
  '3/1',
  '3/2',
  '3/3',
  '3/14',
  '3/15',
  '3/16',
  '3/17',
  '3/18',
  '3/19',
  '4/4',
  '4/5',
  '4/7',
  '5/1',
  '5/6',
  '5/7',
);
const kindOf = (object: string, resource: number): Kind | undefined =>
  resource >= 5000 ? kinds.get(String(resource)) : kinds.get(`${object}/${resource}`);

const integer = (b: Uint8Array, at: number, size: number): Value | undefined => {
  if (size === 1) return (b[at]! << 24) >> 24;
  if (size === 2) return i16be(b, at);
  if (size === 4) return i32be(b, at);
  return size === 8 ? i64be(b, at) : undefined;
};
const isText = (b: Uint8Array, start: number, end: number): boolean => {
  for (let i = start; i < end; i++) if (b[i]! < 0x20 || b[i] === 0x7f) return false;
  return end > start;
};
const resourceValue = (
  b: Uint8Array,
  start: number,
  end: number,
  kind: Kind | undefined,
): { readonly type: string; readonly value: Value } | undefined => {
  const size = end - start;
  if (kind === 'secret') return { type: 'opaque', value: MASKED };
  if (kind === 'float') {
    if (size !== 4 && size !== 8) return undefined;
    return { type: 'float', value: size === 4 ? f32be(b, start) : f64be(b, start) };
  }
  if (kind === 'boolean') return size === 1 ? { type: 'boolean', value: b[start] !== 0 } : undefined;
  const number = kind === 'text' ? undefined : integer(b, start, size);
  if (kind === 'integer') return number === undefined ? undefined : { type: 'integer', value: number };
  // Four and eight octets may be a number of either kind, or letters.
  if (kind === undefined && size <= 2) return number === undefined ? undefined : { type: 'integer', value: number };
  const stop = Math.min(end, start + MAX_TEXT);
  if (isText(b, start, stop)) return { type: 'string', value: utf8(b, start, stop) };
  return { type: 'opaque', value: hex(b, start, stop) };
};

/** Identifier type of an entry (table 7.4.4.-1). */
const INSTANCE = 0;
const MULTIPLE = 2;
const RESOURCE = 3;
const MAX_LEVELS = 3;

const readTlv = (
  b: Uint8Array,
  start: number,
  end: number,
  path: string,
  level: number,
  kind: Kind | undefined,
  out: ContentValue[],
): void => {
  for (let o = start; o + 2 <= end && out.length < MAX_VALUES; ) {
    const head = b[o]!;
    const wide = (head & 0x20) !== 0;
    const octets = (head >> 3) & 3;
    let at = o + (wide ? 3 : 2);
    if (at + octets > end) return;
    const id = wide ? (b[o + 1]! << 8) | b[o + 2]! : b[o + 1]!;
    let length = octets === 0 ? head & 7 : 0;
    for (let i = 0; i < octets; i++) length = length * 256 + b[at++]!;
    if (length > end - at) return;
    const to = at + length;
    const type = head >> 6;
    const parts = path.split('/');
    // A resource that was asked for alone says its number again.
    const own =
      parts.length === 4 && level === 0 && type >= MULTIPLE && parts[3] === String(id) ? path : `${path}/${id}`;
    const known = type === RESOURCE || type === MULTIPLE ? kindOf(own.split('/')[1] ?? '', id) : kind;
    if (type === INSTANCE || type === MULTIPLE) {
      if (level < MAX_LEVELS) readTlv(b, at, to, own, level + 1, known, out);
    } else {
      const v = resourceValue(b, at, to, known);
      if (v !== undefined) out.push({ path: own, ...v });
    }
    o = to;
  }
};

/** Fields of a SenML record by their label in JSON and their number in CBOR (RFC 8428 table 6). */
const LABELS = tableOf<string>({
  '-2': 'bn', '-3': 'bt', '-5': 'bv', '0': 'n', '2': 'v', '3': 'vs', '4': 'vb', '6': 't', '8': 'vd',
}); // biome-ignore format: a table
type Fields = ReadonlyMap<string, Cbor>;

const numberOf = (x: Cbor | undefined): number => (typeof x === 'number' ? x : typeof x === 'bigint' ? Number(x) : 0);
/** Base name and base time go on until others come; of several times of one name the latest counts. */
const senml = (records: readonly Fields[]): readonly ContentValue[] => {
  let baseName = '';
  let baseTime = 0;
  let baseValue = 0;
  const latest = new Map<string, readonly [time: number, value: ContentValue]>();
  for (const r of records) {
    if (typeof r.get('bn') === 'string') baseName = String(r.get('bn'));
    if (r.has('bt')) baseTime = numberOf(r.get('bt'));
    if (r.has('bv')) baseValue = numberOf(r.get('bv'));
    const path = `${baseName}${typeof r.get('n') === 'string' ? r.get('n') : ''}`.slice(0, MAX_TEXT);
    const time = baseTime + numberOf(r.get('t'));
    let value: ContentValue | undefined;
    if (r.has('v')) value = { path, type: 'number', value: baseValue + numberOf(r.get('v')) };
    else if (typeof r.get('vs') === 'string') {
      const words = String(r.get('vs')).slice(0, MAX_TEXT);
      value = { path, type: 'string', value: isSecretName(path) ? MASKED : words };
    } else if (typeof r.get('vb') === 'boolean') value = { path, type: 'boolean', value: r.get('vb') === true };
    if (value === undefined || latest.size >= MAX_VALUES) continue;
    if (time >= (latest.get(path)?.[0] ?? Number.NEGATIVE_INFINITY)) latest.set(path, [time, value]);
  }
  return [...latest.values()].map(([, value]) => value);
};
const senmlOfCbor = (payload: Uint8Array): readonly ContentValue[] => {
  const pack = readCbor(payload);
  if (!Array.isArray(pack)) return NOTHING;
  return senml(
    (pack as readonly Cbor[]).flatMap((r) =>
      isMap(r) ? [new Map(r.entries.map(([k, v]) => [LABELS[String(k)] ?? String(k), v] as const))] : [],
    ),
  );
};
const parsed = (payload: Uint8Array): unknown => {
  try {
    return JSON.parse(utf8OneLine(payload, 0, payload.length));
  } catch {
    return undefined;
  }
};
const fieldsOf = (record: unknown): readonly Fields[] =>
  typeof record === 'object' && record !== null ? [new Map(Object.entries(record as Record<string, Cbor>))] : [];
const senmlOfJson = (payload: Uint8Array): readonly ContentValue[] => {
  const pack = parsed(payload);
  return Array.isArray(pack) ? senml(pack.flatMap(fieldsOf)) : NOTHING;
};
/** LwM2M 1.0 (6.4.4): `{"bn":"/3303/0/","e":[{"n":"5700","v":22.5},{"n":"5850","bv":true},{"n":"5701","sv":"Cel"}]}`. */
const lwm2mJson = (payload: Uint8Array, path: string): readonly ContentValue[] => {
  const pack = parsed(payload) as { readonly bn?: unknown; readonly e?: unknown } | undefined;
  if (typeof pack !== 'object' || pack === null || !Array.isArray(pack.e)) return NOTHING;
  const base = typeof pack.bn === 'string' ? pack.bn : `${path}/`;
  return senml(
    pack.e.flatMap(fieldsOf).map((r) => {
      const fields = new Map<string, Cbor>();
      for (const [k, v] of r) fields.set(k === 'sv' ? 'vs' : k === 'bv' ? 'vb' : k, v);
      const name = String(fields.get('n') ?? '');
      fields.set('n', name === '' ? base.replace(/\/$/, '') : `${base}${name}`);
      return fields;
    }),
  );
};

const flat = (x: Cbor, path: string, out: ContentValue[]): void => {
  if (out.length >= MAX_VALUES || x === null) return;
  if (typeof x === 'number' || typeof x === 'bigint') out.push({ path, type: 'number', value: x });
  else if (typeof x === 'boolean') out.push({ path, type: 'boolean', value: x });
  else if (typeof x === 'string')
    out.push({ path, type: 'string', value: isSecretName(path) ? MASKED : x.slice(0, MAX_TEXT) });
  else if (isMap(x)) for (const [k, v] of x.entries) flat(v, `${path}/${String(k).slice(0, MAX_TEXT)}`, out);
  else for (const [i, v] of x.entries()) flat(v, `${path}/${i}`, out);
};
const NOTHING: readonly ContentValue[] = [];

/** Values of a payload under the path that was asked for; none of a part of a larger whole. */
export const contentValues = (m: CoapMessage, path: string): readonly ContentValue[] => {
  const { payload } = m;
  if (m.payloadLength === 0 || payload.length !== m.payloadLength) return NOTHING;
  if (m.block !== undefined && (m.block.more || m.block.number > 0)) return NOTHING;
  switch (m.contentFormat) {
    case -1:
    case FORMAT.TEXT:
    case FORMAT.JSON:
      return plainValues(payload).map((v) => ({ path: path + v.key, type: v.type, value: v.value }));
    case FORMAT.SENML_JSON:
      return senmlOfJson(payload);
    case FORMAT.SENML_CBOR:
      return senmlOfCbor(payload);
    case FORMAT.LWM2M_JSON:
      return lwm2mJson(payload, path);
    case FORMAT.CBOR: {
      const out: ContentValue[] = [];
      const x = readCbor(payload);
      if (x !== undefined) flat(x, path, out);
      return out;
    }
    case FORMAT.LWM2M_TLV: {
      const out: ContentValue[] = [];
      readTlv(payload, 0, payload.length, path === '/' ? '' : path, 0, undefined, out);
      return out;
    }
    default:
      return NOTHING;
  }
};
