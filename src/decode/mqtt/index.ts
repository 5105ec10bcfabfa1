/** MQTT 3.1, 3.1.1 and 5.0 over TCP, or inside WebSocket (section 6 of the specification), with Sparkplug B payloads. */

import type { Decoder, PduContext, Probe } from '../../core/decoder.ts';
import { u16be } from '../../lib/bytes.ts';
import { mqttCodes } from './codes.ts';
import { type MqttState, observeMqtt, openMqtt, shownMqtt } from './observe.ts';
import { read, readVarint } from './properties.ts';
import { decodePacket, type MqttMessage } from './wire.ts';

const printable = (b: Uint8Array, start: number, end: number): boolean => {
  for (let i = start; i < end; i++) if (b[i]! < 0x20 || b[i] === 0x7f) return false;
  return true;
};

/** A topic so long, with a level separator, in a packet that ends where the segment ends is no chance. */
const SURE_TOPIC = 4;

const CONNECT = 0x10;

const look = (b: Uint8Array, start: number, end: number): Probe => {
  const first = b[start]!;
  const type = first >> 4;
  const flags = first & 15;
  if (type === 0) return 'no';
  if (type !== 3 && flags !== (type === 6 || type === 8 || type === 10 ? 2 : 0)) return 'no';
  if (!readVarint(b, start + 1, end)) return read.next === 0 ? 'more' : 'no';
  const length = read.value;
  const o = read.next;
  const whole = o + length === end;
  switch (type) {
    case 1: {
      // Length and name: `MQTT` (section 3.1.2.1) or `MQIsdp`; then the level.
      if (length < 12) return 'no';
      if (end < o + 9) return end > o && b[o] !== 0 ? 'no' : 'more';
      const name = b[o + 2] === 0x4d && b[o + 3] === 0x51;
      if (!name || b[o] !== 0) return 'no';
      return (b[o + 1] === 4 && b[o + 4] === 0x54) || (b[o + 1] === 6 && b[o + 4] === 0x49) ? 'sure' : 'no';
    }
    case 3: {
      if ((flags & 6) === 6 || length < 2) return 'no';
      if (o + 2 > end) return 'more';
      const topic = u16be(b, o);
      if (topic + 2 > length || topic > 4096) return 'no';
      const stop = Math.min(end, o + 2 + topic);
      if (!printable(b, o + 2, stop)) return 'no';
      if (topic === 0) return 'maybe';
      let slash = false;
      for (let i = o + 2; i < stop; i++) {
        if (b[i] === 0x2f) slash = true;
        // No wildcards in a topic name (section 4.7.1).
        if (b[i] === 0x23 || b[i] === 0x2b) return 'no';
      }
      return whole && slash && topic >= SURE_TOPIC ? 'sure' : 'maybe';
    }
    case 8:
    case 10: {
      if (length < 5) return 'no';
      if (o + 5 > end) return 'more';
      // Without properties, or behind an empty list of them.
      const at = u16be(b, o + 2) === 0 ? o + 3 : o + 2;
      const topic = u16be(b, at);
      if (topic === 0 || at + 2 + topic > end) return whole ? 'maybe' : 'no';
      if (!printable(b, at + 2, at + 2 + topic)) return 'no';
      return whole && topic >= SURE_TOPIC ? 'sure' : 'maybe';
    }
    case 2:
      if (length < 2 || length >= 1024) return 'no';
      if (o + 2 > end) return 'more';
      return b[o]! <= 1 ? 'maybe' : 'no';
    case 12:
    case 13:
      return length === 0 ? 'maybe' : 'no';
    case 14:
    case 15:
      return length < 1024 ? 'maybe' : 'no';
    default:
      return length >= 2 && length < 1024 ? 'maybe' : 'no';
  }
};

/** Inside WebSocket nobody asks again with more octets: the beginning of a CONNECT has to do. */
const probe = (b: Uint8Array, start: number, end: number, context: PduContext): Probe => {
  const found = look(b, start, end);
  if (found !== 'more' || context.carrier !== 'websocket') return found;
  return b[start] === CONNECT ? 'maybe' : 'no';
};

/** Sparkplug says the names of its aliases once, when a node or device is born. */
const BIRTH = /^spBv1\.0\/[^/]*\/[ND]BIRTH\//;

export const mqtt: Decoder<MqttMessage, MqttState> = {
  name: 'mqtt',
  title: 'MQTT (with Sparkplug B)',
  family: 'iiot',
  codes: mqttCodes,
  attach: [{ over: 'tcp', ports: [1883, 1884, 11883, 18830] }],
  probe,
  open: openMqtt,
  decode: (b, start, end, context, state) => {
    if (context.afterGap) (context.toServer ? state.wire.up : state.wire.down).left = 0;
    return decodePacket(b, start, end, context.toServer, state.wire);
  },
  shown: shownMqtt,
  pairing: {
    scope: 'flow',
    role: (m: MqttMessage, _context: PduContext) => {
      switch (m.type) {
        case 'CONNECT':
        case 'SUBSCRIBE':
        case 'UNSUBSCRIBE':
        case 'PUBREL':
          return 'request';
        case 'PUBLISH':
          return m.qos > 0 ? 'request' : 'single';
        case 'CONNACK':
        case 'PUBACK':
        case 'PUBREC':
        case 'PUBCOMP':
        case 'SUBACK':
        case 'UNSUBACK':
          return 'response';
        default:
          return 'single';
      }
    },
    // Each side counts its own packet identifiers: bit 16 says whose, bits 17 and 18 which exchange.
    key: (m: MqttMessage) => {
      switch (m.type) {
        case 'CONNECT':
        case 'CONNACK':
          return -1;
        case 'PUBLISH':
          return m.packetId | (m.fromClient ? 0x10000 : 0);
        case 'PUBACK':
        case 'PUBREC':
          return m.packetId | (m.fromClient ? 0 : 0x10000);
        case 'PUBREL':
          return m.packetId | (m.fromClient ? 0x30000 : 0x20000);
        case 'PUBCOMP':
          return m.packetId | (m.fromClient ? 0x20000 : 0x30000);
        case 'SUBSCRIBE':
        case 'SUBACK':
          return m.packetId | 0x50000;
        case 'UNSUBSCRIBE':
        case 'UNSUBACK':
          return m.packetId | 0x60000;
        default:
          return -2;
      }
    },
    timeoutUs: 20_000_000,
  },
  // A CONNECT tells the version; with a login in it, it is not kept and the version is guessed.
  opens: (m) =>
    (m.type === 'CONNECT' && m.userName === undefined && m.password === undefined) ||
    (m.type === 'PUBLISH' && BIRTH.test(m.topic)),
  observe: observeMqtt,
};
