/**
 * MQTT control packets: OASIS MQTT 3.1.1 and 5.0 (sections in comments are those of 5.0), and the IBM/Eurotech 3.1
 * specification. The password and authentication data leave this file only as the constant `(masked)`.
 */
import type { Decoded, Message } from '../../core/decoder.ts';
import { u16be, utf8 } from '../../lib/bytes.ts';
import { MASKED, MASKED_OCTETS } from '../../lib/masked.ts';
import { isSecretName } from '../../lib/secret-names.ts';
import { OctetWriter } from '../shared/octet-writer.ts';
import {
  encodeProperties,
  encodeVarint,
  NO_PROPERTIES,
  type Properties,
  read,
  readProperties,
  readText,
  readVarint,
} from './properties.ts';

/** A packet longer than this is not waited for as a whole: its payload is read to `MAX_PAYLOAD` and the rest passed over. */
export const MAX_WHOLE = 262_144;
/** Octets of a payload (or will) that are kept. */
export const MAX_PAYLOAD = 65_536;
/** Topic filters kept of one SUBSCRIBE or UNSUBSCRIBE. */
export const MAX_FILTERS = 128;
/** Topic aliases remembered for each direction; further ones stay without their topic. */
export const MAX_ALIASES = 1024;
/** Characters kept of identifiers and names. */
const MAX_TEXT = 1024;

/** Control packet types (table 2-1), by number. */
export const PACKET_TYPES = [
  'reserved',
  'CONNECT',
  'CONNACK',
  'PUBLISH',
  'PUBACK',
  'PUBREC',
  'PUBREL',
  'PUBCOMP',
  'SUBSCRIBE',
  'SUBACK',
  'UNSUBSCRIBE',
  'UNSUBACK',
  'PINGREQ',
  'PINGRESP',
  'DISCONNECT',
  'AUTH',
] as const;

interface Head<T extends string> extends Message {
  readonly type: T;
  /** Sent by the client of the connection. */
  readonly fromClient: boolean;
  /** Protocol level of the connection: 3 (3.1), 4 (3.1.1), 5; 0 while it is not known. */
  readonly version: number;
  readonly dup: boolean;
  readonly qos: number;
  readonly retain: boolean;
  /** Remaining Length. */
  readonly length: number;
}
export interface Will {
  readonly topic: string;
  readonly qos: number;
  readonly retain: boolean;
  readonly payload: Uint8Array;
  readonly payloadLength: number;
  readonly properties: Properties;
}
export interface MqttConnect extends Head<'CONNECT'> {
  /** `MQTT`, or `MQIsdp` in 3.1. */
  readonly protocolName: string;
  readonly cleanStart: boolean;
  /** Seconds. */
  readonly keepAlive: number;
  readonly clientId: string;
  readonly will: Will | undefined;
  readonly userName: string | undefined;
  readonly password: typeof MASKED | undefined;
  readonly properties: Properties;
}
export interface MqttConnAck extends Head<'CONNACK'> {
  readonly sessionPresent: boolean;
  readonly reasonCode: number;
  readonly properties: Properties;
}
export interface MqttPublish extends Head<'PUBLISH'> {
  /** Resolved from its alias where that is known; empty otherwise. */
  readonly topic: string;
  /** 0 with QoS 0. */
  readonly packetId: number;
  readonly payload: Uint8Array;
  readonly payloadLength: number;
  readonly properties: Properties;
}
export interface MqttAck extends Head<'PUBACK' | 'PUBREC' | 'PUBREL' | 'PUBCOMP'> {
  readonly packetId: number;
  readonly reasonCode: number;
  readonly properties: Properties;
}
export interface Subscription {
  readonly filter: string;
  readonly qos: number;
  readonly noLocal: boolean;
  readonly retainAsPublished: boolean;
  readonly retainHandling: number;
}
export interface MqttSubscribe extends Head<'SUBSCRIBE'> {
  readonly packetId: number;
  readonly subscriptions: readonly Subscription[];
  readonly properties: Properties;
}
export interface MqttUnsubscribe extends Head<'UNSUBSCRIBE'> {
  readonly packetId: number;
  readonly filters: readonly string[];
  readonly properties: Properties;
}
export interface MqttSubAck extends Head<'SUBACK' | 'UNSUBACK'> {
  readonly packetId: number;
  /** One for each filter; none in an UNSUBACK before 5.0. */
  readonly reasonCodes: readonly number[];
  readonly properties: Properties;
}
export interface MqttPing extends Head<'PINGREQ' | 'PINGRESP'> {}
export interface MqttEnd extends Head<'DISCONNECT' | 'AUTH'> {
  readonly reasonCode: number;
  readonly properties: Properties;
}
export type MqttMessage =
  | MqttConnect
  | MqttConnAck
  | MqttPublish
  | MqttAck
  | MqttSubscribe
  | MqttUnsubscribe
  | MqttSubAck
  | MqttPing
  | MqttEnd;

export interface MqttDirection {
  /** Octets of a long payload still to be passed over. */
  left: number;
  readonly aliases: Map<number, string>;
}
export interface MqttWireState {
  version: number;
  readonly up: MqttDirection;
  readonly down: MqttDirection;
}
export const openWire = (): MqttWireState => ({
  version: 0,
  up: { left: 0, aliases: new Map() },
  down: { left: 0, aliases: new Map() },
});

const NO_PAYLOAD = new Uint8Array(0);

const decodeConnect = (b: Uint8Array, start: number, end: number, head: Head<'CONNECT'>): MqttConnect | string => {
  if (!readText(b, start, end)) return 'protocol name';
  const protocolName = read.text;
  let o = read.next;
  if (o + 4 > end) return 'connect header';
  // Bridges set the highest bit of the level (mosquitto).
  const version = b[o]! & 0x7f;
  const flags = b[o + 1]!;
  const keepAlive = u16be(b, o + 2);
  o += 4;
  let properties = NO_PROPERTIES;
  if (version >= 5) {
    const p = readProperties(b, o, end);
    if (p === undefined) return 'connect properties';
    properties = p;
    o = read.next;
  }
  if (!readText(b, o, end)) return 'client identifier';
  const clientId = read.text.slice(0, MAX_TEXT);
  o = read.next;
  let will: Will | undefined;
  if ((flags & 0x04) !== 0) {
    let willProperties = NO_PROPERTIES;
    if (version >= 5) {
      const p = readProperties(b, o, end);
      if (p === undefined) return 'will properties';
      willProperties = p;
      o = read.next;
    }
    if (!readText(b, o, end)) return 'will topic';
    const topic = read.text;
    o = read.next;
    if (o + 2 > end) return 'will payload';
    const payloadLength = u16be(b, o);
    o += 2;
    if (payloadLength > end - o) return 'will payload';
    const payload = isSecretName(topic) ? MASKED_OCTETS : b.slice(o, o + payloadLength);
    o += payloadLength;
    will = {
      topic,
      qos: (flags >> 3) & 3,
      retain: (flags & 0x20) !== 0,
      payload,
      payloadLength,
      properties: willProperties,
    };
  }
  let userName: string | undefined;
  if ((flags & 0x80) !== 0 && (version !== 3 || o < end)) {
    if (!readText(b, o, end)) return 'user name';
    userName = read.text.slice(0, MAX_TEXT);
    o = read.next;
  }
  const password = (flags & 0x40) !== 0 && (version !== 3 || o < end);
  if (password && (o + 2 > end || u16be(b, o) > end - o - 2)) return 'password';
  return Object.assign(head, {
    version,
    protocolName,
    cleanStart: (flags & 0x02) !== 0,
    keepAlive,
    clientId,
    will,
    userName,
    password: password ? MASKED : undefined,
    properties,
  } as const);
};

/** True when `o`..`end` is a list of topic filters, each followed by `extra` octets. */
const isFilterList = (b: Uint8Array, start: number, end: number, extra: number): boolean => {
  let o = start;
  while (o < end) {
    if (o + 2 > end) return false;
    const length = u16be(b, o);
    if (length === 0 || length + 2 + extra > end - o) return false;
    o += 2 + length + extra;
    if (extra === 1 && (b[o - 1]! & 0xc3) > 2) return false;
  }
  return o === end && start < end;
};

/** Is a packet of an unknown version written by 5.0? `o` is where its properties would be. */
const guessFive = (b: Uint8Array, o: number, end: number, type: number): boolean => {
  if (type === 8 || type === 10) {
    if (isFilterList(b, o, end, type === 8 ? 1 : 0)) return false;
    const p = readProperties(b, o, end);
    return p !== undefined && isFilterList(b, read.next, end, type === 8 ? 1 : 0);
  }
  // No properties is one octet 0, with which few payloads begin; others must be well-formed.
  return o < end && readProperties(b, o, end) !== undefined;
};

const decodePublish = (
  b: Uint8Array,
  start: number,
  end: number,
  stop: number,
  state: MqttWireState,
  direction: MqttDirection,
  head: Head<'PUBLISH'>,
): MqttPublish | string => {
  if (!readText(b, start, end)) return 'topic name';
  let topic = read.text;
  let o = read.next;
  let packetId = 0;
  if (head.qos > 0) {
    if (o + 2 > end) return 'packet identifier';
    packetId = u16be(b, o);
    o += 2;
  }
  let { version } = state;
  if (version === 0) {
    if (topic === '' || guessFive(b, o, end, 3)) version = 5;
  }
  let properties = NO_PROPERTIES;
  if (version >= 5) {
    const p = readProperties(b, o, end);
    if (p === undefined) return 'publish properties';
    properties = p;
    o = read.next;
    const alias = properties['Topic Alias'] as number | undefined;
    if (alias !== undefined) {
      if (topic === '') topic = direction.aliases.get(alias) ?? '';
      else if (direction.aliases.size < MAX_ALIASES || direction.aliases.has(alias))
        direction.aliases.set(alias, topic);
    }
  }
  const kept = Math.min(end, o + MAX_PAYLOAD);
  return Object.assign(head, {
    version,
    topic,
    packetId,
    payload: kept <= o ? NO_PAYLOAD : isSecretName(topic) ? MASKED_OCTETS : b.slice(o, kept),
    payloadLength: stop - o,
    properties,
  });
};

const decodeSubscriptions = (b: Uint8Array, start: number, end: number): Subscription[] | undefined => {
  const out: Subscription[] = [];
  let o = start;
  while (o < end) {
    if (!readText(b, o, end) || read.next >= end) return undefined;
    const options = b[read.next]!;
    o = read.next + 1;
    if (out.length < MAX_FILTERS)
      out.push({
        filter: read.text,
        qos: options & 3,
        noLocal: (options & 4) !== 0,
        retainAsPublished: (options & 8) !== 0,
        retainHandling: (options >> 4) & 3,
      });
  }
  return out;
};

/** The body `start`..`end` of a packet other than PUBLISH; a text says what is wrong. */
const decodeBody = (
  b: Uint8Array,
  start: number,
  end: number,
  type: number,
  state: MqttWireState,
  head: Head<string>,
): MqttMessage | string => {
  const n = end - start;
  switch (type) {
    case 1:
      return decodeConnect(b, start, end, head as Head<'CONNECT'>);
    case 2: {
      if (n < 2) return 'connect acknowledgement';
      let properties = NO_PROPERTIES;
      let { version } = state;
      if (n > 2) {
        const p = readProperties(b, start + 2, end);
        if (p === undefined) return 'properties';
        properties = p;
        version = 5;
      }
      return Object.assign(head as Head<'CONNACK'>, {
        version,
        sessionPresent: (b[start]! & 1) !== 0,
        reasonCode: b[start + 1]!,
        properties,
      });
    }
    case 4:
    case 5:
    case 6:
    case 7: {
      if (n < 2) return 'packet identifier';
      const properties = n > 3 ? readProperties(b, start + 3, end) : NO_PROPERTIES;
      if (properties === undefined) return 'properties';
      const reasonCode = n > 2 ? b[start + 2]! : 0;
      return Object.assign(head as MqttAck, { packetId: u16be(b, start), reasonCode, properties });
    }
    case 8:
    case 10:
    case 9:
    case 11: {
      if (n < 2) return 'packet identifier';
      const packetId = u16be(b, start);
      let o = start + 2;
      let properties = NO_PROPERTIES;
      let { version } = state;
      if (version === 0 && (type === 8 || type === 10) && guessFive(b, o, end, type)) version = 5;
      if (version === 0 && type === 11 && n > 2) version = 5;
      if (version >= 5) {
        const p = readProperties(b, o, end);
        if (p === undefined) return 'properties';
        properties = p;
        o = read.next;
      }
      const common = { packetId, properties, version };
      if (type === 9 || type === 11)
        return Object.assign(head as Head<'SUBACK'>, common, {
          reasonCodes: Array.from(b.subarray(o, Math.min(end, o + MAX_FILTERS))),
        });
      if (type === 8) {
        const subscriptions = decodeSubscriptions(b, o, end);
        if (subscriptions === undefined) return 'topic filter';
        return Object.assign(head as Head<'SUBSCRIBE'>, common, { subscriptions });
      }
      const filters: string[] = [];
      while (o < end) {
        if (!readText(b, o, end)) return 'topic filter';
        if (filters.length < MAX_FILTERS) filters.push(read.text);
        o = read.next;
      }
      return Object.assign(head as Head<'UNSUBSCRIBE'>, common, { filters });
    }
    case 12:
    case 13:
      return n === 0 ? (head as MqttPing) : 'a body where there is none';
    default: {
      // DISCONNECT has a body from 5.0 on; AUTH is new in it.
      const properties = n > 1 ? readProperties(b, start + 1, end) : NO_PROPERTIES;
      if (properties === undefined) return 'properties';
      return Object.assign(head as Head<'DISCONNECT'>, { reasonCode: n > 0 ? b[start]! : 0, properties });
    }
  }
};

/** Flags that section 2.1.3 prescribes; 3.1 allowed DUP in those that need an answer. */
const wrongFlags = (type: number, flags: number, version: number): boolean => {
  if (type === 3) return (flags & 6) === 6;
  const due = type === 6 || type === 8 || type === 10 ? 2 : 0;
  return flags !== due && !(version === 3 && flags === (due | 8));
};

const SKIP = (consumed: number): Decoded<MqttMessage> => ({ kind: 'skip', consumed });
const bad = (what: string, detail: string, consumed: number): Decoded<MqttMessage> => ({
  kind: 'malformed',
  code: `mqtt.${what}`,
  detail,
  consumed,
});

/** One control packet from `start`. */
export const decodePacket = (
  b: Uint8Array,
  start: number,
  end: number,
  fromClient: boolean,
  state: MqttWireState,
): Decoded<MqttMessage> => {
  const direction = fromClient ? state.up : state.down;
  if (direction.left > 0) {
    const n = Math.min(direction.left, end - start);
    direction.left -= n;
    return SKIP(n);
  }
  const type = b[start]! >> 4;
  const flags = b[start]! & 15;
  if (!readVarint(b, start + 1, end))
    return read.next === 0 ? { kind: 'incomplete', missing: 1 } : bad('length', 'remaining length over four octets', 0);
  const length = read.value;
  const body = read.next;
  const stop = body + length;
  if (type === 0 || (type === 15 && state.version !== 0 && state.version < 5))
    return bad('type', `reserved packet type ${type}`, 0);
  if (stop > end) {
    if (stop - start <= MAX_WHOLE) return { kind: 'incomplete', missing: stop - end };
    if (type !== 3) return bad('too-long', `${PACKET_TYPES[type]} of ${length} octets`, 0);
    if (end - start < MAX_WHOLE) return { kind: 'incomplete', missing: start + MAX_WHOLE - end };
  }
  if (wrongFlags(type, flags, state.version))
    return bad('flags', `${PACKET_TYPES[type]} with flags ${flags}`, stop > end ? 0 : stop - start);
  // Made here and completed by what reads the body: a copy of it with more fields would have a hidden class of its own
  // each time (Node.js 20), and every later read of it would cost a look-up in the runtime.
  const head: Head<string> = {
    type: PACKET_TYPES[type]!,
    fromClient,
    version: state.version,
    dup: (flags & 8) !== 0,
    qos: (flags >> 1) & 3,
    retain: (flags & 1) !== 0,
    length,
  };
  const here = Math.min(stop, end);
  const message =
    type === 3
      ? decodePublish(b, body, here, stop, state, direction, head as Head<'PUBLISH'>)
      : decodeBody(b, body, here, type, state, head);
  if (typeof message === 'string') return bad('malformed', `${PACKET_TYPES[type]}: ${message}`, here - start);
  // What follows a CONNECT speaks its version; elsewhere the first packet that tells decides.
  if (message.type === 'CONNECT') {
    state.version = message.version;
    state.up.aliases.clear();
    state.down.aliases.clear();
  } else if (state.version === 0) state.version = message.version;
  direction.left = stop - here;
  return { kind: 'message', message, consumed: here - start };
};

/** MQTT's own names by protocol level. */
export const versionText = (version: number): string =>
  version === 3 ? '3.1' : version === 4 ? '3.1.1' : version === 5 ? '5.0' : `level ${version}`;

const packet = (first: number, body: OctetWriter): Uint8Array => {
  const octets = body.done();
  return new OctetWriter().u8(first).bytes(encodeVarint(octets.length)).bytes(octets).done();
};
const putText = (w: OctetWriter, text: string): OctetWriter => {
  const octets = new TextEncoder().encode(text);
  return w.u16(octets.length).bytes(octets);
};

/** CONNECT (section 3.1) for speakers of the protocol. */
export const encodeConnect = (c: {
  readonly version: 3 | 4 | 5;
  readonly clientId: string;
  readonly keepAlive?: number;
  readonly userName?: string;
  readonly password?: string;
  readonly will?: { readonly topic: string; readonly payload: string };
  readonly properties?: Properties;
}): Uint8Array => {
  const w = new OctetWriter();
  putText(w, c.version === 3 ? 'MQIsdp' : 'MQTT');
  w.u8(
    c.version,
    2 | (c.will === undefined ? 0 : 4) | (c.userName === undefined ? 0 : 0x80) | (c.password === undefined ? 0 : 0x40),
  ).u16(c.keepAlive ?? 60);
  if (c.version === 5) w.bytes(encodeProperties(c.properties ?? {}));
  putText(w, c.clientId);
  if (c.will) {
    if (c.version === 5) w.u8(0);
    putText(putText(w, c.will.topic), c.will.payload);
  }
  if (c.userName !== undefined) putText(w, c.userName);
  if (c.password !== undefined) putText(w, c.password);
  return packet(0x10, w);
};
/** PUBLISH (section 3.3); properties only in version 5. */
export const encodePublish = (p: {
  readonly topic: string;
  readonly payload: ArrayLike<number> | string;
  readonly qos?: number;
  readonly retain?: boolean;
  readonly packetId?: number;
  readonly properties?: Properties;
}): Uint8Array => {
  const w = putText(new OctetWriter(), p.topic);
  const qos = p.qos ?? 0;
  if (qos > 0) w.u16(p.packetId ?? 1);
  if (p.properties) w.bytes(encodeProperties(p.properties));
  w.bytes(typeof p.payload === 'string' ? new TextEncoder().encode(p.payload) : p.payload);
  return packet(0x30 | (qos << 1) | (p.retain ? 1 : 0), w);
};
/** SUBSCRIBE (section 3.8) before 5.0. */
export const encodeSubscribe = (packetId: number, filters: readonly (readonly [string, number])[]): Uint8Array => {
  const w = new OctetWriter().u16(packetId);
  for (const [filter, qos] of filters) putText(w, filter).u8(qos);
  return packet(0x82, w);
};
/** Any packet whose body is given in octets: CONNACK, acknowledgements, PINGREQ, DISCONNECT. */
export const encodeSimple = (type: (typeof PACKET_TYPES)[number], ...body: number[]): Uint8Array => {
  const number = PACKET_TYPES.indexOf(type);
  return packet((number << 4) | (number === 6 || number === 10 ? 2 : 0), new OctetWriter().u8(...body));
};

/** The first `n` characters of a payload for people; control characters are replaced. */
export const payloadText = (payload: Uint8Array, n: number): string => utf8(payload, 0, Math.min(n, payload.length));
