/**
 * Sparkplug B inside MQTT: Eclipse Sparkplug specification 3.0 chapters 4 (topics) and 6 (payloads, whose field numbers
 * are those of sparkplug_b.proto). Aliases and data types stand only in births (6.4.6): they are kept for each edge node.
 */
import type { Value } from '../../core/observation.ts';
import { f32le, f64le, hex, utf8 } from '../../lib/bytes.ts';
import { field, fieldNumber, readField, signed64, unsigned64, WIRE } from '../shared/protobuf.ts';

/** Edge nodes of one connection whose births are kept, and metrics of each; the oldest node gives way, more aliases stay numbers. */
const MAX_EDGE_NODES = 512;
const MAX_NODE_METRICS = 8192;
/** Metrics read of one payload; a birth of a large node has some thousands. */
const MAX_METRICS = 4096;
/** Topics whose parts are remembered; emptied when full. */
const MAX_TOPICS = 4096;
const MAX_NAME = 256;

export type SparkplugType = 'NBIRTH' | 'DBIRTH' | 'NDATA' | 'DDATA' | 'NCMD' | 'DCMD' | 'NDEATH' | 'DDEATH' | 'STATE';
const TYPES = new Set<string>(['NBIRTH', 'DBIRTH', 'NDATA', 'DDATA', 'NCMD', 'DCMD', 'NDEATH', 'DDEATH']);

export interface SparkplugTopic {
  readonly kind: SparkplugType;
  readonly group: string;
  /** The edge node; for STATE the host application. */
  readonly node: string;
  /** Empty for messages of the edge node itself. */
  readonly device: string;
  /** `group/node` or `group/node/device`. */
  readonly address: string;
}
export interface Metric {
  readonly name: string;
  /** The specification's name of the data type. */
  readonly type: string;
  /** Undefined when null or of a type without a scalar (data set, template). */
  readonly value: Value | undefined;
  readonly quality: 'good' | 'bad' | undefined;
  readonly historical: boolean;
}
export interface SparkplugPayload {
  readonly timestamp: number;
  readonly seq: number;
  readonly metrics: readonly Metric[];
}

interface AliasEntry {
  readonly name: string;
  readonly type: number;
}
/** What the births of an edge node and its devices said. */
interface Births {
  readonly aliases: Map<number | bigint, AliasEntry>;
  /** Data types by `device/name`; the device is empty for metrics of the node. */
  readonly types: Map<string, number>;
}
export interface SparkplugState {
  readonly topics: Map<string, SparkplugTopic | null>;
  readonly nodes: Map<string, Births>;
}
export const openSparkplug = (): SparkplugState => ({ topics: new Map(), nodes: new Map() });

const parse = (topic: string): SparkplugTopic | null => {
  const p = topic.split('/');
  // STATE/host was the form before 3.0.
  if (p[0] === 'STATE' && p.length === 2 && p[1] !== '')
    return { kind: 'STATE', group: '', node: p[1]!, device: '', address: p[1]! };
  if (p[0] !== 'spBv1.0' || p.length < 3) return null;
  if (p[1] === 'STATE' && p.length === 3) return { kind: 'STATE', group: '', node: p[2]!, device: '', address: p[2]! };
  if (!TYPES.has(p[2]!) || p.length < 4 || p.length > 5) return null;
  const device = p[4] ?? '';
  if ((p[2]!.charCodeAt(0) === 0x44) !== (device !== '')) return null;
  const address = device === '' ? `${p[1]}/${p[3]}` : `${p[1]}/${p[3]}/${device}`;
  return { kind: p[2] as SparkplugType, group: p[1]!, node: p[3]!, device, address };
};

/** The parts of a Sparkplug topic, null for others. */
export const sparkplugTopic = (topic: string, state: SparkplugState): SparkplugTopic | null => {
  const first = topic.charCodeAt(0);
  if (first !== 0x73 && first !== 0x53) return null;
  let known = state.topics.get(topic);
  if (known === undefined) {
    if (state.topics.size >= MAX_TOPICS) state.topics.clear();
    known = parse(topic);
    state.topics.set(topic, known);
  }
  return known;
};

/** Data types by number (chapter 6.4.16). */
const DATA_TYPES = [
  'Unknown', 'Int8', 'Int16', 'Int32', 'Int64', 'UInt8', 'UInt16', 'UInt32', 'UInt64', 'Float', 'Double', 'Boolean', 'String',
  'DateTime', 'Text', 'UUID', 'DataSet', 'Bytes', 'File', 'Template', 'PropertySet', 'PropertySetList', 'Int8Array',
  'Int16Array', 'Int32Array', 'Int64Array', 'UInt8Array', 'UInt16Array', 'UInt32Array', 'UInt64Array', 'FloatArray',
  'DoubleArray', 'BooleanArray', 'StringArray', 'DateTimeArray',
]; // biome-ignore format: a table

/** 32 bits of `int_value` as the data type has them: signed ones are two's complement. */
const asInteger = (low: number, type: number): number =>
  type === 1 ? (low << 24) >> 24 : type === 2 ? (low << 16) >> 16 : type === 3 || type === 4 ? low | 0 : low;

/** `Quality` of a property set (chapter 6.4.13): 192 is good, 0 bad, 500 stale. Keys and values stand in equal order. */
const qualityOf = (b: Uint8Array, start: number, end: number): 'good' | 'bad' | undefined => {
  let key = 0;
  let wanted = -1;
  let value = 0;
  for (let o = start; o < end; ) {
    o = readField(b, o, end);
    if (o < 0) return undefined;
    if (field.wire !== WIRE.BYTES) continue;
    const from = field.start;
    const to = field.end;
    if (field.number === 1) {
      if (to - from === 7 && utf8(b, from, to).toLowerCase() === 'quality') wanted = key;
      key++;
    } else if (field.number === 2) {
      if (value === wanted) {
        for (let p = from; p < to; ) {
          p = readField(b, p, to);
          if (p < 0) return undefined;
          if (fieldNumber() === 3 || fieldNumber() === 4) return field.low === 192 ? 'good' : 'bad';
        }
      }
      value++;
    }
  }
  return undefined;
};

const readMetric = (
  b: Uint8Array,
  start: number,
  end: number,
  births: Births | undefined,
  device: string,
  birth: boolean,
): Metric | undefined => {
  let name = '';
  let alias: number | bigint = -1;
  let type = 0;
  let historical = false;
  let isNull = false;
  let quality: 'good' | 'bad' | undefined;
  let valueField = 0;
  let low = 0;
  let long: number | bigint = 0;
  let signedLong: number | bigint = 0;
  let from = 0;
  let to = 0;
  for (let o = start; o < end; ) {
    o = readField(b, o, end);
    if (o < 0) return undefined;
    switch (field.number) {
      case 1:
        if (field.wire !== WIRE.BYTES) return undefined;
        name = utf8(b, field.start, Math.min(field.end, field.start + MAX_NAME));
        break;
      case 2:
        alias = unsigned64();
        break;
      case 4:
        type = field.low;
        break;
      case 5:
        historical = field.low !== 0;
        break;
      case 7:
        isNull = field.low !== 0;
        break;
      case 9: {
        if (field.wire === WIRE.BYTES) quality = qualityOf(b, field.start, field.end);
        break;
      }
      default:
        if (field.number >= 10 && field.number <= 16) {
          valueField = field.number;
          low = field.low;
          if (valueField === 11) {
            long = unsigned64();
            signedLong = signed64();
          }
          from = field.start;
          to = field.end;
          if (valueField >= 15 && field.wire !== WIRE.BYTES) return undefined;
        }
    }
  }
  if (births !== undefined) {
    const { aliases, types } = births;
    if (birth && name !== '') {
      const key = `${device}/${name}`;
      if (types.size < MAX_NODE_METRICS || types.has(key)) types.set(key, type);
      if (alias !== -1 && (aliases.size < MAX_NODE_METRICS || aliases.has(alias))) aliases.set(alias, { name, type });
    } else if (name !== '') {
      if (type === 0) type = types.get(`${device}/${name}`) ?? 0;
    } else if (alias !== -1) {
      const known = aliases.get(alias);
      if (known) {
        name = known.name;
        if (type === 0) type = known.type;
      }
    }
  }
  if (name === '') name = alias === -1 ? '' : `alias ${alias}`;
  let value: Value | undefined;
  if (!isNull)
    switch (valueField) {
      case 10:
        value = asInteger(low, type);
        break;
      case 11:
        value = type === 4 ? signedLong : long;
        break;
      case 12:
        value = f32le(b, from);
        break;
      case 13:
        value = f64le(b, from);
        break;
      case 14:
        value = low !== 0;
        break;
      case 15:
        value = utf8(b, from, Math.min(to, from + 1024));
        break;
      case 16:
        value = hex(b, from, Math.min(to, from + 64));
        break;
    }
  return { name, type: DATA_TYPES[type] ?? `type ${type}`, value, quality, historical };
};

/** The payload of a message other than STATE; undefined when it is damaged. */
export const decodeSparkplug = (
  b: Uint8Array,
  topic: SparkplugTopic,
  state: SparkplugState,
): SparkplugPayload | undefined => {
  const node = `${topic.group}/${topic.node}`;
  let births = state.nodes.get(node);
  const birth = topic.kind === 'NBIRTH' || topic.kind === 'DBIRTH';
  if (births === undefined && birth) {
    if (state.nodes.size >= MAX_EDGE_NODES) state.nodes.delete(state.nodes.keys().next().value as string);
    births = { aliases: new Map(), types: new Map() };
    state.nodes.set(node, births);
  }
  // A new birth of the node begins a new session with aliases of its own.
  if (topic.kind === 'NBIRTH') {
    births!.aliases.clear();
    births!.types.clear();
  }
  let timestamp = 0;
  let seq = -1;
  const metrics: Metric[] = [];
  for (let o = 0; o < b.length; ) {
    o = readField(b, o, b.length);
    if (o < 0) return undefined;
    if (field.number === 1 && field.wire === WIRE.VARINT) timestamp = Number(unsigned64());
    else if (field.number === 3 && field.wire === WIRE.VARINT) seq = field.low;
    else if (field.number === 2 && field.wire === WIRE.BYTES && metrics.length < MAX_METRICS) {
      const metric = readMetric(b, field.start, field.end, births, topic.device, birth);
      if (metric === undefined) return undefined;
      metrics.push(metric);
    }
  }
  return { timestamp, seq, metrics };
};
